"""Networks of pyAgrum from the tables that the reference writes, whole and undecomposed."""

import math

import numpy as np
import pyagrum

from cruxmap.language.argument_map import ArgumentMap
from helpers import reference


def bayes_net(argument_map: ArgumentMap, given: reference.Numbers) -> pyagrum.BayesNet:
    """Return the map as a network of pyAgrum, one variable per claim, argument, question and event."""
    reading = reference.Reading(argument_map, given)
    net = pyagrum.BayesNet()
    states = {name: reference.states_of(argument_map, name) for name in argument_map.entry}
    for name, values in states.items():
        net.add(pyagrum.LabelizedVariable(name, name, len(values)))
    for name, entry in argument_map.entry.items():
        parents = sorted(reading.parents(entry))
        for parent in parents:
            net.addArc(parent, name)
        cases = [states[parent] for parent in parents]
        # pyAgrum runs through a table with the child's state fastest, then the first parent's.
        grid = np.meshgrid(*reversed(cases), indexing="ij") if parents else []
        world = {p: axis.ravel() for p, axis in zip(reversed(parents), grid, strict=True)}
        size = math.prod(map(len, cases))
        distribution = dict(reading.distribution(entry, world, size))
        columns = [distribution.get(state, np.zeros(size)) for state in states[name]]
        net.cpt(name).fillWith(np.stack(columns, axis=1).ravel().tolist())
    return net

"""Maps too large to enumerate: pyAgrum's inference over the tables that the reference writes.

The reference gives each entry's table from the meaning of the language, whole and undecomposed;
pyAgrum does the inference. Neither knows anything of our lowering or of our engine.
"""

import math

import numpy as np
import pyagrum
import pytest

from cruxmap.language.argument_map import ArgumentMap
from helpers import reference
from helpers.drawn_maps import read_files, to_yaml
from helpers.filled_network import engine
from helpers.large_maps import large_map


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


@pytest.mark.parametrize(
    ("n_claims", "seed"),
    [(60, 1), (500, 2), *(pytest.param(500, s, marks=pytest.mark.long) for s in (3, 4, 5))],
)
def test_marginals_of_large_maps(n_claims: int, seed: int) -> None:
    argument_map = read_files({"map.yaml": to_yaml(large_map(n_claims, seed))})
    rng = np.random.default_rng(seed)
    z = dict(
        zip(argument_map.judgements, rng.normal(size=len(argument_map.judgements)).tolist(), strict=True)
    )
    net = bayes_net(argument_map, reference.numbers(argument_map, z=z))
    peer = pyagrum.LazyPropagation(net)
    seen = f"claim-{n_claims - 1}"
    for evidence in ({}, {seen: 1}):
        peer.setEvidence(evidence)
        peer.makeInference()
        given = [reference.ClaimIs(name) for name in evidence]
        ours = engine(argument_map, given, draws=[z]).marginals(given)
        for name in argument_map.entry:
            np.testing.assert_allclose(ours[name][:, 0], peer.posterior(name).tolist(), rtol=1e-9, atol=0)

"""Published Bayesian networks, read from their files, as argument maps and as networks of pyAgrum.

The format is the Bayesian Interchange Format; pgmpy carries the networks of the bnlearn repository in it.
"""

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyagrum

from cruxmap.language.argument_map import AllOf, ArgumentMap, Condition, Question, StateIn
from helpers.maps_by_hand import build_map, question

_VARIABLE = re.compile(r"variable (\S+) \{\s*type discrete \[ \d+ \] \{ (.*?) \};\s*\}")
_TABLE = re.compile(r"probability \( (\S+)(?: \| (.*?))? \) \{(.*?)\n\}", re.DOTALL)
_ROW = re.compile(r"\s*(?:table|\((.*)\)) (.*);")

type Row = tuple[tuple[int, ...], npt.NDArray[np.float64]]


@dataclass(frozen=True)
class Variable:
    """A variable by its number of states, its parents, and a distribution for each of their configurations.

    Rows are in the order of the file. Distributions add up to 1, as those of the files do but for rounding.
    """

    size: int
    parents: tuple[str, ...]
    rows: tuple[Row, ...]


type Published = dict[str, Variable]


def published(name: str) -> Published:
    """Read one of the networks that pgmpy carries."""
    return read(content(name).decode())


def content(name: str) -> bytes:
    """The file of one of these networks."""
    [folder] = find_spec("pgmpy").submodule_search_locations
    return gzip.decompress((Path(folder) / f"utils/example_models/{name}.bif.gz").read_bytes())


def read(text: str) -> Published:
    """Read a network that is laid out as those of bnlearn, in double precision as pyAgrum does not."""
    states = {found[1]: found[2].split(", ") for found in _VARIABLE.finditer(text)}
    network = {}
    for child, parents, body in _TABLE.findall(text):
        above = tuple(parents.split(", ")) if parents else ()
        rows = tuple(_rows(body, [states[parent] for parent in above]))
        assert len(rows) == np.prod([len(states[parent]) for parent in above])
        assert all(len(row) == len(states[child]) for _, row in rows)
        network[child] = Variable(len(states[child]), above, rows)
    assert network.keys() == states.keys() != set()
    return network


def _rows(body: str, states: list[list[str]]) -> Iterator[Row]:
    for line in filter(str.strip, body.splitlines()):
        labels, numbers = _ROW.fullmatch(line).groups()
        where = zip(states, labels.split(", "), strict=True) if labels else ()
        distribution = np.array([float(number) for number in numbers.split(", ")])
        yield tuple(s.index(label) for s, label in where), distribution / distribution.sum()


def as_map(network: Published) -> ArgumentMap:
    """Make a question of each variable, with a row for each configuration of its parents."""
    return build_map(*(_question(name, variable) for name, variable in network.items()))


def _question(name: str, variable: Variable) -> Question:
    rows = [
        (f"r{k}", _all_of(variable.parents, where), shares.tolist())
        for k, (where, shares) in enumerate(variable.rows)
    ]
    return question(name, [f"s{k}" for k in range(variable.size)], *rows)


def _all_of(parents: tuple[str, ...], states: tuple[int, ...]) -> Condition | None:
    parts = [StateIn(parent, (f"s{k}",)) for parent, k in zip(parents, states, strict=True)]
    return AllOf(tuple(parts)) if parts else None


def as_bayes_net(network: Published) -> pyagrum.BayesNet:
    """Make a network of pyAgrum."""
    made = pyagrum.BayesNet()
    for name, variable in network.items():
        made.add(pyagrum.LabelizedVariable(name, name, variable.size))
    for name, variable in network.items():
        for parent in variable.parents:
            made.addArc(parent, name)
        shape = [network[parent].size for parent in variable.parents]
        table = np.zeros((*shape, variable.size))
        for where, distribution in variable.rows:
            table[where] = distribution
        # pyAgrum runs through a table with the child's state fastest, then the first parent's.
        table = table.transpose([*reversed(range(len(shape))), len(shape)])
        made.cpt(name).fillWith(table.ravel().tolist())
    return made

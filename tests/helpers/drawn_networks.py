"""Hypothesis strategies for discrete Bayesian networks, as other programs have them, and their files.

Probabilities are whole thousandths, so that a row's decimals add up to 1 exactly.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

type Draw = Callable[[st.SearchStrategy[Any]], Any]

PLAIN_NAMES = st.from_regex("[a-z][a-z0-9]{0,5}(-[a-z0-9]{1,3})?", fullmatch=True)
LABELS = st.sampled_from(
    ["true", "no", "<5", "12+", "Asy/Patch", "LOW", "low", "5", "x_1", "é", "event", "0.00_mV", "a-b", "B"]
)
TRUTHS = st.sampled_from([("yes", "no"), ("false", "true"), ("True", "False"), ("NO", "YES")])


@dataclass(frozen=True)
class DrawnVariable:
    """A variable: its parents by number, and thousandths, an axis per parent and one for its own states."""

    name: str
    labels: tuple[str, ...]
    parents: tuple[int, ...]
    table: npt.NDArray[np.int64]


@st.composite
def networks(draw: Draw, labels: st.SearchStrategy[str] = LABELS) -> list[DrawnVariable]:
    """Draw a network of up to six variables, each with up to two parents among those before it."""
    names = draw(st.lists(PLAIN_NAMES, min_size=1, max_size=6, unique=True))
    made: list[DrawnVariable] = []
    for name in names:
        some = st.lists(labels, min_size=2, max_size=3, unique=True).map(tuple)
        own = draw(TRUTHS | some)
        before = st.integers(0, max(len(made) - 1, 0))
        parents = tuple(draw(st.lists(before, max_size=min(2, len(made)), unique=True)))
        shape = [len(made[parent].labels) for parent in parents]
        rows = [draw(_row(len(own))) for _ in range(int(np.prod(shape)))]
        made.append(DrawnVariable(name, own, parents, np.array(rows).reshape(*shape, len(own))))
    return made


def _row(size: int) -> st.SearchStrategy[list[int]]:
    cuts = st.lists(st.integers(0, 1000), min_size=size - 1, max_size=size - 1)
    return cuts.map(lambda where: np.diff([0, *sorted(where), 1000]).tolist())


def bif_of(network: list[DrawnVariable]) -> str:
    """Write a network in the Bayesian Interchange Format, a row for each case."""
    lines = ["network drawn {", "}"]
    for one in network:
        lines.append(
            f"variable {one.name} {{ type discrete [{len(one.labels)}] {{ {', '.join(one.labels)} }}; }}"
        )
    for one in network:
        above = [network[parent] for parent in one.parents]
        given = f" | {', '.join(parent.name for parent in above)}" if above else ""
        lines.append(f"probability ( {one.name}{given} ) {{")
        for case in product(*(range(len(parent.labels)) for parent in above)):
            where = ", ".join(parent.labels[k] for parent, k in zip(above, case, strict=True))
            numbers = ", ".join(f"{n / 1000:g}" for n in one.table[case].tolist())
            lines.append(f"  {f'({where})' if above else 'table'} {numbers};")
        lines.append("}")
    return "\n".join(lines) + "\n"


def marginals_of(network: list[DrawnVariable]) -> dict[str, npt.NDArray[np.float64]]:
    """Return every variable's marginal by enumeration of all worlds."""
    sizes = [len(one.labels) for one in network]
    totals = {one.name: np.zeros(len(one.labels)) for one in network}
    for world in product(*map(range, sizes)):
        weight = 1.0
        for k, one in enumerate(network):
            weight *= one.table[(*(world[parent] for parent in one.parents), world[k])] / 1000
        for k, one in enumerate(network):
            totals[one.name][world[k]] += weight
    return totals

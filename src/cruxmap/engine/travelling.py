"""A network and its plan as text, for a program in another language that computes what follows from numbers.

In: a `Network` and a `Plan`. Out: plain data, ready for JSON. Lists of whole numbers are written as one text
each (`ints`), since a plan has millions of them.
"""

import base64
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from cruxmap.engine.network import IntArray, Network
from cruxmap.engine.planning import Plan

BITS, MORE = 7, 128
"""A byte has so many bits of a number, and this one if more bytes of it follow."""


def ints(numbers: Iterable[int] | npt.NDArray[Any]) -> str:
    """Write whole numbers as the base64 of zigzag varints, the lowest seven bits of each first.

    Zigzag: 0, -1, 1, -2, ... are 0, 1, 2, 3, ....

    >>> ints([0, -1, 1, 300])
    'AAEC2AQ='
    """
    signed = np.array(numbers if isinstance(numbers, np.ndarray) else [*numbers], np.int64)
    left = ((signed << 1) ^ (signed >> 63)).view(np.uint64)
    lengths = np.ones(len(left), np.int64)
    while (more := left >> (BITS * lengths).astype(np.uint64) > 0).any():
        lengths += more
    ends = np.cumsum(lengths)
    written = np.zeros(int(ends[-1]) if len(ends) else 0, np.uint8)
    for place in range(int(lengths.max(initial=0))):
        has = lengths > place
        low = (left[has] >> np.uint64(BITS * place)) & np.uint64(MORE - 1)
        written[(ends - lengths)[has] + place] = low + np.where(lengths[has] > place + 1, MORE, 0)
    return base64.b64encode(written.tobytes()).decode()


def numbers_of(text: str) -> IntArray:
    """Read what `ints` writes."""
    data = np.frombuffer(base64.b64decode(text), np.uint8).astype(np.uint64)
    is_last = data < MORE
    number = np.cumsum(is_last) - is_last
    first = np.flatnonzero(np.diff(number, prepend=-1))
    place = np.arange(len(data)) - first[number]
    parts = (data & np.uint64(MORE - 1)) << (BITS * place).astype(np.uint64)
    left = np.add.reduceat(parts, first) if len(data) else parts
    return (left >> np.uint64(1)).view(np.int64) ^ -(left & np.uint64(1)).view(np.int64)


def network_data(network: Network, plan: Plan) -> dict[str, Any]:
    """Return a network and a plan of it as plain data.

    `states` has how many states each variable has. `parents.of[parents.first[v]:parents.first[v + 1]]` are
    the parents of variable v, and in the same way `entry_tables` has the entries in its table but the
    constant 1. `program` has the fields of each record of the `TableProgram`. `turned` are the variables
    whose table is turned round (see `Turned`). The plan is that of `plan_data`.
    """
    tables = network.tables
    return {
        "states": ints(len(variable.states) for variable in network.variables),
        "parents": _lists([parent for parent in t.scope if parent != t.child] for t in tables),
        "entry_tables": _lists(np.unique(t.entries[t.entries > 0]).tolist() for t in tables),
        "places": dict(network.places),
        "turned": [
            {"variable": variable, **turned._asdict()}
            for variable, turned in sorted(network.turned.items())
        ],
        "n_entries": network.program.n_entries,
        "program": {
            f"{kind}.{name}": ints(column)
            for kind, record in network.program._asdict().items()
            for name, column in record._asdict().items()
        },
        "plan": plan_data(plan),
    }


def plan_data(plan: Plan) -> dict[str, Any]:
    """Return a plan as plain data: its slots are as in `Plan`, a sum has as many products as `sizes` says.

    A slot of `left` or `right` is written as the difference to the slot at the same place of the last sum
    with as many products, or to the slot of the sum itself where none has; of a sum's products after the
    first, by how much this difference is more than that before. Of these numbers, which are mostly 0, there
    are runs of equal ones: the `value`, and how often it comes `again`.
    """
    sizes = np.diff(plan.first)
    return {
        "n_loads": len(plan.loads),
        "loads": ints(plan.loads),
        "indicators": {"variable": ints(plan.indicators[:, 0]), "state": ints(plan.indicators[:, 1])},
        "constants": plan.constants.tolist(),
        "sizes": ints(sizes),
        "left": _runs(_differences(plan, sizes, plan.left)),
        "right": _runs(_differences(plan, sizes, plan.right)),
        "root": ints(plan.root),
    }


def _differences(plan: Plan, sizes: IntArray, slots: npt.NDArray[Any]) -> IntArray:
    """Return the slots of the products as differences of differences."""
    slots, first, n_sums = slots.astype(np.int64), plan.first[:-1], len(sizes)
    by_size = np.argsort(sizes, kind="stable")
    follows = np.flatnonzero(np.diff(sizes[by_size]) == 0)
    before = np.full(n_sums, -1)
    before[by_size[follows + 1]] = by_size[follows]
    base = np.repeat(plan.n_inputs + np.arange(n_sums), sizes)
    like = np.repeat(before >= 0, sizes)
    back = np.repeat(first - first[before], sizes)  # no matter where there is none before
    base[like] = slots[np.flatnonzero(like) - back[like]]
    found = slots - base
    inner = np.ones(len(slots), np.bool_)
    inner[first[sizes > 0]] = False
    along = np.diff(found, prepend=0)
    return np.where(inner, along, found)


def _runs(numbers: IntArray) -> dict[str, str]:
    """Write runs of equal numbers."""
    first = np.flatnonzero(np.diff(numbers, prepend=numbers[:1] - 1))
    return {"value": ints(numbers[first]), "again": ints(np.diff(first, append=len(numbers)) - 1)}


def _lists(lists: Iterable[Iterable[int]]) -> dict[str, str]:
    """Write lists one after the other, and where each of them begins and the last one ends."""
    each = [[*one] for one in lists]
    first = np.cumsum([0, *map(len, each)])
    return {"first": ints(first), "of": ints(number for one in each for number in one)}

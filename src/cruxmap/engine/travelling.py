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

    `left` and `right` are written as differences. Where the sum before has as many products, it is that to
    the slot at the same place of it; everywhere else the slot of the sum itself is the other number.
    """
    return {
        "n_loads": len(plan.loads),
        "loads": ints(plan.loads),
        "indicators": {"variable": ints(plan.indicators[:, 0]), "state": ints(plan.indicators[:, 1])},
        "constants": plan.constants.tolist(),
        "sizes": ints(np.diff(plan.first)),
        "left": ints(_differences(plan, plan.left)),
        "right": ints(_differences(plan, plan.right)),
        "root": ints(plan.root),
    }


def _differences(plan: Plan, slots: npt.NDArray[Any]) -> IntArray:
    sizes = np.diff(plan.first)
    own = plan.n_inputs + np.repeat(np.arange(len(sizes)), sizes)
    like_before = np.repeat(np.diff(sizes, prepend=-1) == 0, sizes)
    found = slots.astype(np.int64) - own
    before = np.flatnonzero(like_before) - np.repeat(sizes, sizes)[like_before]
    found[like_before] = slots[like_before].astype(np.int64) - slots[before]
    return found


def _lists(lists: Iterable[Iterable[int]]) -> dict[str, str]:
    """Write lists one after the other, and where each of them begins and the last one ends."""
    each = [[*one] for one in lists]
    first = np.cumsum([0, *map(len, each)])
    return {"first": ints(first), "of": ints(number for one in each for number in one)}

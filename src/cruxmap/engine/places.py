"""Where the numbers of a tape live: in places of a workspace.

A place is given to another number after the last use of what is in it, so what is needed stays near the
processor.
"""

from dataclasses import dataclass

import numpy as np

from cruxmap.engine.network import IntArray
from cruxmap.engine.planning import SlotArray
from cruxmap.engine.tape import Tape


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Placed:
    """A tape's sums over `n_places` places, of which the first hold what is given, as in the tape.

    The n-th sum goes into `into[n]`. Each of the first `runs[0, 0]` sums has `runs[0, 1]` products, and so
    on; `factors` has the places of the two factors of every product in turn. `z`, `reads` and `slopes` are
    places in the tape's shapes.
    """

    factors: SlotArray
    runs: IntArray
    into: SlotArray
    n_places: int
    z: IntArray
    reads: IntArray
    slopes: IntArray


def placed(tape: Tape) -> Placed:
    """Give every number of a tape a place; what is wanted in the end is never overwritten."""
    n_given, sizes = tape.n_given, np.diff(tape.first)
    place, n_places = _places(tape, sizes)
    places = np.concatenate([np.arange(n_given), place])
    return Placed(
        factors=places.astype(np.uint32)[tape.factors.ravel()],
        runs=_runs(sizes),
        into=place.astype(np.uint32),
        n_places=n_places,
        z=places[tape.z],
        reads=places[tape.reads],
        slopes=places[tape.slopes],
    )


def _places(tape: Tape, sizes: IntArray) -> tuple[IntArray, int]:
    """The place of each sum, and how many places there are."""
    n_given, n_sums, used = tape.n_given, len(sizes), tape.factors.ravel()
    last = np.full(n_given + n_sums, -1)
    last[used] = np.arange(len(used))  # the last of several assignments stays
    last[:n_given] = -1
    last[tape.ends] = -1
    ending = np.argsort(last)[np.count_nonzero(last < 0) :]
    of = np.repeat(np.arange(n_sums), 2 * sizes)[last[ending]]
    until = np.searchsorted(of, np.arange(n_sums), side="right").tolist()
    over = (ending - n_given).tolist()
    place: list[int] = []
    free: list[int] = []
    n_places, begin = n_given, 0
    for end in until:
        # what this sum uses for the last time makes room for it
        free += [place[number] for number in over[begin:end]]
        begin = end
        if free:
            place.append(free.pop())
        else:
            place.append(n_places)
            n_places += 1
    return np.array(place, np.int64), n_places


def _runs(sizes: IntArray) -> IntArray:
    """How many sums in a row have how many products each, (n_runs, 2)."""
    begins = np.flatnonzero(np.diff(sizes, prepend=-1))
    return np.stack([np.diff(np.append(begins, len(sizes))), sizes[begins]], axis=1)

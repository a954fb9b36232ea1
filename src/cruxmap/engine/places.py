"""Where the numbers of a tape live: in places of a workspace.

A place is given to another number after the last use of what is in it, so what is needed stays near the
processor.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cruxmap.engine.network import IntArray
from cruxmap.engine.planning import SlotArray
from cruxmap.engine.tape import MIN_COMPILED, Tape


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
    until, over = np.searchsorted(of, np.arange(n_sums), side="right"), ending - n_given
    if len(used) < 2 * MIN_COMPILED:
        place = [0] * n_sums
        n_places = fill_places(place, [0] * n_sums, over.tolist(), until.tolist(), n_given)
        return np.array(place, np.int64), n_places
    from cruxmap.engine.compiled_writing import fill_places as compiled

    places = np.zeros(n_sums, np.int64)
    return places, compiled(places, np.zeros(n_sums, np.int64), over, until, n_given)


def fill_places(place: Any, free: Any, over: Any, until: Any, n_given: int) -> int:
    """Give each sum a place, and return how many there are; `free` is room for those that are free.

    Before the n-th sum has its place, the sums `over[: until[n]]` have been used for the last time.
    """
    n_places, n_free, begin = n_given, 0, 0
    for n in range(len(until)):
        for k in range(begin, until[n]):
            free[n_free] = place[over[k]]
            n_free += 1
        begin = until[n]
        if n_free:
            n_free -= 1
            place[n] = free[n_free]
        else:
            place[n] = n_places
            n_places += 1
    return n_places


def _runs(sizes: IntArray) -> IntArray:
    """How many sums in a row have how many products each, (n_runs, 2)."""
    begins = np.flatnonzero(np.diff(sizes, prepend=-1))
    return np.stack([np.diff(np.append(begins, len(sizes))), sizes[begins]], axis=1)

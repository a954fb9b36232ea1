"""Running a tape over many draws by compiled loops (see `tape_loops`), on all cores.

Draws lie side by side, `LANES` of them, in a workspace `[place, lane]`; each sum adds up its products.

No rescaling is needed on the way. As every table is a conditional distribution, every value is a
probability of what its tensor has summed, so at most 1, and so is every derivative: what underflow loses
anywhere changes Z by less than the number of products times 1e-323. Draws whose Z is too low are run again
in numbers of a wider range, so that only what is impossible has Z = 0.
"""

from collections.abc import Callable
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cruxmap.engine import places
from cruxmap.engine.executors import cores, on_threads
from cruxmap.engine.machine_code import loaded
from cruxmap.engine.network import FloatArray, IntArray
from cruxmap.engine.places import Placed
from cruxmap.engine.plan_cache import remembered
from cruxmap.engine.tape import ONE, Results, Tape

LANES = 16
"""Draws that are worked on side by side where there are many."""

MIN_THREADED_PRODUCTS = 200_000
"""Products over all blocks of lanes below which starting threads costs more than it saves."""

MAX_WORKSPACE = 1 << 30
"""Bytes that the workspaces of all threads may take, unless one alone takes more."""

MOST_TOGETHER, CACHE_BYTES = 4, 1 << 19
"""Blocks of lanes that are filled together at most, and bytes that their workspaces may take.

So much stays in the second cache. A product of 150 claims takes 2.8 times as long as two loads and a
multiply-add from the first cache (3.6 with slopes), and 6.5 times (5.3) where blocks are filled one by one.
"""

NARROW = 4
"""Columns up to which one or two at a time are faster than all side by side: 1, 1.2 and 2.7 ns a product."""


LOOPS = ("tape_loops", "lanes", "kernel", "tape", "linking", "compiled")
"""The modules that the loops are made of, constants and the way to call them included: what another text of
them gave is not used.
"""


@cache
def _loop(width: int) -> Callable[[int], None]:
    """The loop for so many lanes: it takes the address of the table that `_run` fills."""
    source = b"".join(Path(__file__).with_name(f"{name}.py").read_bytes() for name in LOOPS)

    def compiled() -> tuple[str, bytes]:
        from cruxmap.engine.tape_loops import machine_code

        return machine_code(width)

    return loaded(b"%d " % width + source, compiled)


@lru_cache(maxsize=8)
def placed(tape: Tape) -> Placed:
    """`places.placed`, remembered, on disk where the tape is."""
    if not tape.key:
        return places.placed(tape)
    return remembered(b"places" + tape.key, lambda: places.placed(tape))


def propagate(
    tape: Tape,
    loads: IntArray,
    entries: FloatArray,
    results: Results,
    threads: int | None = None,
) -> None:
    """`levels.propagate`, compiled and on so many threads, by default on all cores."""
    where, n_draws = placed(tape), entries.shape[1]
    # compiled code reads these as they lie in memory
    loads, entries = np.ascontiguousarray(loads, np.int64), np.ascontiguousarray(entries, np.float64)
    columns = _Columns(loads, entries, tape.loads, results)
    if n_draws <= NARROW:
        _run(tape, columns, 0, n_draws, width=1 + (n_draws + 1) % 2)
        return
    full = n_draws // LANES
    workers = min(full, threads or cores(), max(1, MAX_WORKSPACE // (8 * LANES * where.n_places)))
    if full * tape.products < MIN_THREADED_PRODUCTS:
        workers = min(full, 1)
    cuts = [LANES * (full * w // workers) for w in range(workers)]
    _loop(LANES)  # once, not on every thread
    on_threads(workers, partial(_run, tape, columns), cuts, [*cuts[1:], LANES * full])
    rest = slice(LANES * full, n_draws)
    if rest.start < rest.stop:
        # the last draws, with others beside them that do not count
        n = rest.stop - rest.start
        beside = np.zeros((len(loads), LANES))
        beside[:, :n] = entries[loads, rest]
        shapes = (tape.z.shape, tape.reads.shape, tape.slopes.shape)
        last, own = Results(*(np.empty((*shape, LANES)) for shape in shapes)), np.arange(len(loads))
        _run(tape, _Columns(own, beside, own, last), 0, LANES)
        results.z[:, rest], results.read[..., rest] = last.z[:, :n], last.read[..., :n]
        if results.slope.size:
            results.slope[:, tape.loads, rest] = last.slope[..., :n]


class _Columns(NamedTuple):
    """Entries, in whose rows `loads` are the tape's, and results, in whose rows `rows` are slopes."""

    loads: IntArray
    entries: FloatArray
    rows: IntArray
    results: Results


def _run(tape: Tape, columns: _Columns, begin: int, end: int, width: int = LANES) -> None:
    """Run draws `begin` to `end`, a multiple of `width`."""
    where = placed(tape)
    together = max(1, min(MOST_TOGETHER, CACHE_BYTES // (8 * width * where.n_places)))
    values, ends = workspaces(tape, where, width, together), _ends(where, columns)
    arrays = (columns.loads, columns.entries, where.factors, where.runs, where.into, where.z, ends)
    loads, entries, factors, runs, into, at_z, at_ends = (array.ctypes.data for array in arrays)
    table = np.array(
        [
            *(values.ctypes.data, where.n_places, values.shape[1], together),
            *(loads, len(columns.loads), entries, columns.entries.shape[1]),
            *(factors, runs, len(where.runs), into),
            *(at_z, len(where.z), at_ends, len(ends), begin, end),
        ],
        np.int64,
    )
    _loop(width)(table.ctypes.data)


def _ends(where: Placed, columns: _Columns) -> IntArray:
    """What is wanted in the end (ends, 3): its place, that of what it is multiplied by, its row's address."""
    z, read, slope = columns.results
    ends = np.empty((where.z.size + where.reads.size + where.slopes.size, 3), np.int64)
    ends[:, :2] = _factors_of_ends(where)
    of_slopes = slope.shape[1] * np.arange(len(slope))[:, None] + columns.rows
    rows = (
        (z, np.arange(where.z.size)),
        (read, np.arange(where.reads.size)),
        (slope, of_slopes.ravel()[: where.slopes.size]),
    )
    ends[:, 2] = np.concatenate([array.ctypes.data + 8 * array.shape[-1] * row for array, row in rows])
    return ends


@lru_cache(maxsize=8)
def _factors_of_ends(where: Placed) -> IntArray:
    """Z is multiplied by 1, and all else by 1 / Z of its case, which comes after all places."""
    shares = where.n_places + np.arange(len(where.z))[:, None]
    ones = np.full((len(where.z), 1), ONE)
    pairs = ((where.z[:, None], ones), (where.reads, shares), (where.slopes, shares))
    return np.concatenate([np.stack(np.broadcast_arrays(*pair), axis=-1).reshape(-1, 2) for pair in pairs])


def workspaces(tape: Tape, where: Placed, width: int, n: int) -> FloatArray:
    """Workspaces (n, places * width) that begin at cache lines, with what no draw changes in them.

    After the places of the tape each has one for 1 / Z of each case.
    """
    size = -(-(where.n_places + len(tape.z)) * width // 8) * 8
    room = np.zeros(n * size + 8)
    skip = (-(room.ctypes.data // 8)) % 8
    values = room[skip : skip + n * size].reshape(n, size)
    values[:, ONE * width : (ONE + 1) * width] = 1.0
    constants = slice((tape.n_given - len(tape.constants)) * width, tape.n_given * width)
    values[:, constants] = np.repeat(tape.constants, width)
    return values

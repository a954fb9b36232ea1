"""The loop that runs any tape (see `tape`) over many draws, compiled.

Draws lie side by side, `LANES` of them, in a workspace `[place, lane]`; each sum adds up its products.

No rescaling is needed on the way. As every table is a conditional distribution, every value is a
probability of what its tensor has summed, so at most 1, and so is every derivative: what underflow loses
anywhere changes Z by less than the number of products times 1e-323. Draws whose Z is below `TINY` are
run again in numbers of a wider range (see `propagate_wide`), so that only what is impossible has Z = 0.

All is one function over addresses, as numba takes three times as long to compile one of many arrays.
"""

from functools import cache, lru_cache, partial
from types import FunctionType
from typing import Any, NamedTuple

import numpy as np
from numba.extending import register_jitable

from cruxmap.engine import places
from cruxmap.engine.compiled import cfunc, njit
from cruxmap.engine.executors import cores, on_threads
from cruxmap.engine.lanes import LANES, alike, fetch, half, load, over, store, times_plus, word
from cruxmap.engine.linking import SIGNATURE
from cruxmap.engine.network import FloatArray, IntArray
from cruxmap.engine.places import Placed
from cruxmap.engine.tape import GIVEN, ONE, Results, Tape

MIN_THREADED_PRODUCTS = 200_000
"""Products over all blocks of lanes below which starting threads costs more than it saves."""

MAX_WORKSPACE = 1 << 30
"""Bytes that the workspaces of all threads may take, unless one alone takes more."""

SCALE = 2.0**256
HALF = 2.0**128
LOG_SCALE = 256 * np.log(2.0)

WIDTH = LANES
"""Lanes of the loops as they are written here; `_narrow` has them with another."""

MOST_TOGETHER, CACHE_BYTES = 4, 1 << 19
"""Blocks of lanes that are filled together at most, and bytes that their workspaces may take.

So much stays in the second cache. A product of 150 claims takes 2.8 times as long as two loads and a
multiply-add from the first cache (3.6 with slopes), and 6.5 times (5.3) where blocks are filled one by one.
"""

NARROW = 4
"""Columns up to which one or two at a time are faster than all side by side: 1, 1.2 and 2.7 ns a product."""


@register_jitable(error_model="numpy")
def add_up(values, factors, runs, n_runs, into):
    """Fill the places `into` of a workspace, from first to last; all are addresses."""
    k, t = 0, 0
    for r in range(n_runs):
        end, products = k + word(runs, 2 * r), word(runs, 2 * r + 1)
        if products == 1:
            while k < end:
                x = load(values, WIDTH * half(factors, t), WIDTH)
                y = load(values, WIDTH * half(factors, t + 1), WIDTH)
                store(values, WIDTH * half(into, k), times_plus(x, y, alike(0, WIDTH)))
                k, t = k + 1, t + 2
        elif products == 2:
            while k < end:
                x = load(values, WIDTH * half(factors, t), WIDTH)
                y = load(values, WIDTH * half(factors, t + 1), WIDTH)
                total = times_plus(x, y, alike(0, WIDTH))
                x = load(values, WIDTH * half(factors, t + 2), WIDTH)
                y = load(values, WIDTH * half(factors, t + 3), WIDTH)
                store(values, WIDTH * half(into, k), times_plus(x, y, total))
                k, t = k + 1, t + 4
        else:
            while k < end:
                total, stop = alike(0, WIDTH), t + 2 * products
                while t < stop:
                    x = load(values, WIDTH * half(factors, t), WIDTH)
                    y = load(values, WIDTH * half(factors, t + 1), WIDTH)
                    total = times_plus(x, y, total)
                    t += 2
                store(values, WIDTH * half(into, k), total)
                k += 1


def run_blocks(at):
    """Run draws, so many blocks of `WIDTH`; `at` is the address of the table that `_run` fills."""
    values, n_places, size, together = word(at, 0), word(at, 1), word(at, 2), word(at, 3)
    loads, n_loads, entries, stride = word(at, 4), word(at, 5), word(at, 6), word(at, 7)
    factors, runs, n_runs, into = word(at, 8), word(at, 9), word(at, 10), word(at, 11)
    at_z, n_cases, ends, n_ends = word(at, 12), word(at, 13), word(at, 14), word(at, 15)
    begin, end = word(at, 16), word(at, 17)
    for stretch in range(begin, end, together * WIDTH):
        stop = min(stretch + together * WIDTH, end)
        # where rows are far apart, each costs a page and a cache line: so a stretch of a row is read at once
        for i in range(n_loads):
            row, place = stride * word(loads, i), WIDTH * (GIVEN + i)
            fetch(entries, row + stop, WIDTH)
            for block in range(stretch, stop, WIDTH):
                store(values, place, load(entries, row + block, WIDTH))
                place += size
        own = values
        for _ in range(stretch, stop, WIDTH):
            add_up(own, factors, runs, n_runs, into)
            for c in range(n_cases):
                share = over(alike(1, WIDTH), load(own, WIDTH * word(at_z, c), WIDTH))
                store(own, WIDTH * (n_places + c), share)
            own += 8 * size
        for i in range(0, 3 * n_ends, 3):
            place, other, result = WIDTH * word(ends, i), WIDTH * word(ends, i + 1), word(ends, i + 2)
            for block in range(stretch, stop, WIDTH):
                x, y = load(values, place, WIDTH), load(values, other, WIDTH)
                store(result, block, times_plus(x, y, alike(0, WIDTH)))
                place, other = place + size, other + size
    return 0


def _narrow(function: Any, width: int, **others: Any) -> FunctionType:
    """The same function with another `WIDTH`; and with another name, by which what it compiles to is kept."""
    name = f"{function.__name__}_{width}"
    copy = FunctionType(function.__code__, {**globals(), "WIDTH": width, **others}, name)
    copy.__qualname__ = name
    return copy


@cache
def _compiled(width: int) -> Any:
    """The address of `run_blocks` for so many lanes."""
    if width == LANES:
        return cfunc(SIGNATURE, run_blocks).ctypes
    adding = register_jitable(error_model="numpy")(_narrow(add_up, width))
    return cfunc(SIGNATURE, _narrow(run_blocks, width, add_up=adding)).ctypes


placed = lru_cache(maxsize=8)(places.placed)


def propagate(
    tape: Tape,
    loads: IntArray,
    entries: FloatArray,
    results: Results,
    threads: int | None = None,
) -> None:
    """`levels.propagate`, compiled and on so many threads, by default on all cores."""
    where, n_draws = placed(tape), entries.shape[1]
    columns = _Columns(loads, entries, tape.loads, results)
    if n_draws <= NARROW:
        _run(tape, columns, 0, n_draws, width=1 + (n_draws + 1) % 2)
        return
    full = n_draws // LANES
    workers = min(full, threads or cores(), max(1, MAX_WORKSPACE // (8 * LANES * where.n_places)))
    if full * tape.products < MIN_THREADED_PRODUCTS:
        workers = min(full, 1)
    cuts = [LANES * (full * w // workers) for w in range(workers)]
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
    _compiled(width)(table.ctypes.data)


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


@njit(nogil=True, error_model="numpy")
def _wide(value, power):
    """`value * SCALE**power` with the value brought back within HALF of 1, or 0."""
    if value == 0.0:
        return 0.0, 0
    if value >= HALF:
        return value / SCALE, power + 1
    if value < 1 / HALF:
        return value * SCALE, power - 1
    return value, power


@njit(nogil=True, error_model="numpy")
def _wide_sum(a, p, b, q):
    """The sum of two numbers of wide range; what is a SCALE smaller twice over is lost in rounding."""
    if a == 0.0:
        return b, q
    if b == 0.0 or p - q > 1:
        return a, p
    if q - p > 1:
        return b, q
    if p == q:
        return _wide(a + b, p)
    if p > q:
        return _wide(a + b / SCALE, p)
    return _wide(a / SCALE + b, q)


@njit(nogil=True, error_model="numpy")
def _ratio(a, p, b, q):
    """A quotient of numbers of wide range, as an ordinary one; NaN where both are 0."""
    ratio, power = a / b, p - q
    while power > 0 and 0.0 < ratio < np.inf:
        ratio *= SCALE
        power -= 1
    while power < 0 and ratio > 0.0:
        ratio /= SCALE
        power += 1
    return ratio


@njit(nogil=True, error_model="numpy")
def propagate_wide(
    loads,
    given,
    factors,
    runs,
    into,
    n_places,
    at_z,
    at_reads,
    at_slopes,
    entries,
    draws,
    log_z,
    read,
    slope,
):
    """A tape of one case for single `draws` in numbers of wide range, `value * SCALE**power`.

    `given` are the numbers after those of the loads. Writes log Z, and what is read and the slopes divided by
    Z; -inf and NaN where Z is 0.
    """
    # Place n holds `values[n] * SCALE**powers[n]`, for one draw at a time.
    values, powers = np.zeros(n_places), np.zeros(n_places, np.int64)
    values[ONE] = 1.0
    for i in range(len(given)):
        values[GIVEN + len(loads) + i] = given[i]
    for draw in draws:
        for i in range(len(loads)):
            value, power = _wide(entries[loads[i], draw], 0)
            while 0.0 < value < 1 / HALF:
                value, power = _wide(value, power)
            values[GIVEN + i], powers[GIVEN + i] = value, power
        k, t = 0, 0
        for r in range(len(runs)):
            for _ in range(runs[r, 0]):
                total, power = 0.0, 0
                for _ in range(runs[r, 1]):
                    i, j = factors[t], factors[t + 1]
                    product, p = _wide(values[i] * values[j], powers[i] + powers[j])
                    total, power = _wide_sum(total, power, product, p)
                    t += 2
                values[into[k]], powers[into[k]] = total, power
                k += 1
        z, z_power = values[at_z], powers[at_z]
        log_z[draw] = np.log(z) + z_power * LOG_SCALE
        for m in range(len(at_reads)):
            at = at_reads[m]
            read[m, draw] = _ratio(values[at], powers[at], z, z_power)
        for i in range(len(at_slopes)):
            at = at_slopes[i]
            slope[loads[i], draw] = _ratio(values[at], powers[at], z, z_power)

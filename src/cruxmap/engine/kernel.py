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
    values, loads, n_loads, entries, stride = (
        word(at, 0),
        word(at, 1),
        word(at, 2),
        word(at, 3),
        word(at, 4),
    )
    factors, runs, n_runs, into = word(at, 5), word(at, 6), word(at, 7), word(at, 8)
    begin, end, n_cases, at_z, z = word(at, 9), word(at, 10), word(at, 11), word(at, 12), word(at, 13)
    n_reads, at_reads, read = word(at, 14), word(at, 15), word(at, 16)
    n_slopes, at_slopes, slope, rows, n_rows = (
        word(at, 17),
        word(at, 18),
        word(at, 19),
        word(at, 20),
        word(at, 21),
    )
    width = word(at, 22)
    for block in range(begin, end, WIDTH):
        for i in range(n_loads):
            place = stride * word(loads, i) + block
            fetch(entries, place + WIDTH, WIDTH)
            store(values, WIDTH * (GIVEN + i), load(entries, place, WIDTH))
        add_up(values, factors, runs, n_runs, into)
        for c in range(n_cases):
            total = load(values, WIDTH * word(at_z, c), WIDTH)
            store(z, width * c + block, total)
            share = over(alike(1, WIDTH), total)
            for m in range(n_reads * c, n_reads * (c + 1)):
                x = load(values, WIDTH * word(at_reads, m), WIDTH)
                store(read, width * m + block, times_plus(x, share, alike(0, WIDTH)))
            for i in range(n_slopes):
                x = load(values, WIDTH * word(at_slopes, n_slopes * c + i), WIDTH)
                row = n_rows * c + word(rows, i)
                store(slope, width * row + block, times_plus(x, share, alike(0, WIDTH)))
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
    loads, entries, rows, (z, read, slope) = columns
    where = placed(tape)
    values = workspace(tape, where, width)
    arrays = (values, loads, entries, where.factors, where.runs, where.into, where.z, z, where.reads, read)
    (of_values, of_loads, of_entries, factors, runs, into, at_z, of_z, at_reads, of_read) = (
        array.ctypes.data for array in arrays
    )
    table = np.array(
        [
            *(of_values, of_loads, len(loads), of_entries, entries.shape[1]),
            *(factors, runs, len(where.runs), into, begin, end, len(z), at_z, of_z),
            *(where.reads.shape[1], at_reads, of_read),
            *(where.slopes.shape[1], where.slopes.ctypes.data, slope.ctypes.data),
            *(rows.ctypes.data, slope.shape[1], z.shape[1]),
        ],
        np.int64,
    )
    _compiled(width)(table.ctypes.data)


def workspace(tape: Tape, where: Placed, width: int) -> FloatArray:
    """A workspace (n_places, width) that begins at a cache line, with what no draw changes in it."""
    room = np.zeros(where.n_places * width + 8)
    skip = (-(room.ctypes.data // 8)) % 8
    values = room[skip : skip + where.n_places * width].reshape(where.n_places, width)
    values[ONE] = 1.0
    values[tape.n_given - len(tape.constants) : tape.n_given] = tape.constants[:, None]
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

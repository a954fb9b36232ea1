"""The loops that run a tape, as numba compiles them (see `kernel`, which calls them).

All is one function over addresses: numba takes three times as long to compile one of many arrays. Nothing in
it can fail, so what it compiles to needs nothing of numba, nor of Python, when it runs.
"""

from types import FunctionType
from typing import Any

import numpy as np
from numba.extending import register_jitable

from cruxmap.engine.compiled import njit, object_code
from cruxmap.engine.kernel import LANES
from cruxmap.engine.lanes import alike, fetch, half, load, over, store, times_plus, word
from cruxmap.engine.linking import SIGNATURE
from cruxmap.engine.tape import GIVEN, ONE

SCALE = 2.0**256
HALF = 2.0**128
LOG_SCALE = 256 * np.log(2.0)

WIDTH = LANES
"""Lanes of the loops as they are written here; `machine_code` has them with another."""


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
    stretch = begin
    while stretch < end:
        stop = min(stretch + together * WIDTH, end)
        # where rows are far apart, each costs a page and a cache line: so a stretch of a row is read at once
        for i in range(n_loads):
            row, place, block = stride * word(loads, i), WIDTH * (GIVEN + i), stretch
            fetch(entries, row + stop, WIDTH)
            while block < stop:
                store(values, place, load(entries, row + block, WIDTH))
                place, block = place + size, block + WIDTH
        own, block = values, stretch
        while block < stop:
            add_up(own, factors, runs, n_runs, into)
            for c in range(n_cases):
                share = over(alike(1, WIDTH), load(own, WIDTH * word(at_z, c), WIDTH))
                store(own, WIDTH * (n_places + c), share)
            own, block = own + 8 * size, block + WIDTH
        for i in range(n_ends):
            place, other = WIDTH * word(ends, 3 * i), WIDTH * word(ends, 3 * i + 1)
            result, block = word(ends, 3 * i + 2), stretch
            while block < stop:
                x, y = load(values, place, WIDTH), load(values, other, WIDTH)
                store(result, block, times_plus(x, y, alike(0, WIDTH)))
                place, other, block = place + size, other + size, block + WIDTH
        stretch = stop
    return 0


def machine_code(width: int) -> tuple[str, bytes]:
    """Compile `run_blocks` for so many lanes: its name and its object code."""
    if width == LANES:
        return object_code(SIGNATURE, run_blocks)
    adding = register_jitable(error_model="numpy")(_with_width(add_up, width))
    return object_code(SIGNATURE, _with_width(run_blocks, width, add_up=adding))


def _with_width(function: Any, width: int, **others: Any) -> FunctionType:
    """The same function with another `WIDTH`."""
    return FunctionType(function.__code__, {**globals(), "WIDTH": width, **others}, function.__name__)


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

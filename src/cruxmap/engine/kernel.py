"""The loop that runs any tape (see `tape`) over many draws.

Draws lie side by side, `LANES` of them, in a workspace `[place, lane]`; each sum adds up its products.

No rescaling is needed on the way. As every table is a conditional distribution, every value is a
probability of what its tensor has summed, so at most 1, and so is every derivative: what underflow loses
anywhere changes Z by less than the number of products times 1e-323. Draws whose Z is below `TINY` are
run again in numbers of a wider range (see `propagate_wide`), so that only what is impossible has Z = 0.
"""

import numpy as np

from cruxmap.engine.compiled import njit
from cruxmap.engine.lanes import LANES, load, load_at, over, store, store_at, times_plus, zero

TINY = 1e-200

SCALE = 2.0**256
HALF = 2.0**128
LOG_SCALE = 256 * np.log(2.0)

ONE, TWO, THREE, FOUR = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4)
"""Positions are counted without a sign: numba lets negative ones count from the end, at a cost."""


@njit(nogil=True, error_model="numpy")
def add_up(factors, runs, into, values):
    """Fill the places `into` of `values` (n_places, LANES), from first to last."""
    k, t = np.uint64(0), np.uint64(0)
    for r in range(len(runs)):
        end, products = k + np.uint64(runs[r, 0]), runs[r, 1]
        if products == 1:
            while k < end:
                store(values, into[k], _product(factors, t, values, zero()))
                k, t = k + ONE, t + TWO
        elif products == 2:
            while k < end:
                store(values, into[k], _two_products(factors, t, values, zero()))
                k, t = k + ONE, t + FOUR
        elif products == 4:
            while k < end:
                total = _two_products(factors, t, values, zero())
                store(values, into[k], _two_products(factors, t + FOUR, values, total))
                k, t = k + ONE, t + FOUR + FOUR
        else:
            size = np.uint64(2 * products)
            while k < end:
                total, stop = zero(), t + size
                while t < stop:
                    total = _product(factors, t, values, total)
                    t += TWO
                store(values, into[k], total)
                k += ONE


@njit(nogil=True, error_model="numpy")
def _product(factors, t, values, total):
    return times_plus(load(values, factors[t]), load(values, factors[t + ONE]), total)


@njit(nogil=True, error_model="numpy")
def _two_products(factors, t, values, total):
    return _product(factors, t + TWO, values, _product(factors, t, values, total))


@njit(nogil=True)
def workspace(n_places):
    """Zeros (n_places, LANES) that begin at a cache line."""
    room = np.zeros(n_places * LANES + 8, np.float64)
    skip = (-(room.ctypes.data // 8)) % 8
    return room[skip : skip + n_places * LANES].reshape(n_places, LANES)


@njit(nogil=True, error_model="numpy")
def _put_given(values, place, weights, constants):
    """Put what no draw changes into its places, the first of which is `place`."""
    for given in (weights, constants):
        for number in given:
            values[place] = number
            place += 1


@njit(nogil=True, error_model="numpy")
def propagate(
    loads, weights, constants, factors, runs, into, n_places, at_z, at_reads, at_slopes, entries, begin, end,
    z, read, slope,
):  # fmt: skip
    """Run draws `begin` to `end` of `entries` (n_entries, n_draws); the rest is a tape's.

    `weights` are the values of the indicators. Into columns `begin` to `end` go: `z` (1, n_draws) Z;
    `read` (n_reads, n_draws) what was asked, divided by Z; and `slope` (n_entries, n_draws), where it is
    wanted, d log Z / d entry.
    """
    values = workspace(n_places)  # the numbers of one block of draws, a place per row
    last = workspace(1)  # where a block that is not full is taken apart into lanes
    last[:] = 1.0
    one = load(last, 0)
    store(values, 0, one)
    _put_given(values, 1 + len(loads), weights, constants)
    for block in range(begin, end, LANES):
        n = min(LANES, end - block)
        if n == LANES:
            for i in range(len(loads)):
                store(values, 1 + i, load_at(entries, loads[i], block))
        else:
            for i in range(len(loads)):
                for lane in range(n):
                    values[1 + i, lane] = entries[loads[i], block + lane]
        add_up(factors, runs, into, values)
        total = load(values, at_z)
        _write(z, 0, block, n, total, last)
        share = over(one, total)
        for m in range(len(at_reads)):
            _write(read, m, block, n, times_plus(load(values, at_reads[m]), share, zero()), last)
        for i in range(len(at_slopes)):
            _write(slope, loads[i], block, n, times_plus(load(values, at_slopes[i]), share, zero()), last)


@njit(nogil=True, error_model="numpy")
def _write(array, row, column, n, lanes, last):
    """The first n lanes into `array[row, column:]`; `last` is a workspace of one row."""
    if n == LANES:
        store_at(array, row, column, lanes)
    else:
        store(last, 0, lanes)
        for lane in range(n):
            array[row, column + lane] = last[0, lane]


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
    loads, weights, constants, factors, runs, into, n_places, at_z, at_reads, at_slopes, entries, draws,
    log_z, read, slope,
):  # fmt: skip
    """`propagate` for single `draws` in numbers of wide range, `value * SCALE**power`.

    Writes log Z, and what is read and the slopes divided by Z; -inf and NaN where Z is 0.
    """
    # Place n holds `values[n] * SCALE**powers[n]`, for one draw at a time.
    values, powers = np.zeros(n_places), np.zeros(n_places, np.int64)
    values[0] = 1.0
    _put_given(values, 1 + len(loads), weights, constants)
    for draw in draws:
        for i in range(len(loads)):
            value, power = _wide(entries[loads[i], draw], 0)
            while 0.0 < value < 1 / HALF:
                value, power = _wide(value, power)
            values[1 + i], powers[1 + i] = value, power
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

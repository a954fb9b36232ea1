"""The loop that runs any plan over many draws, forwards and backwards.

Draws lie side by side, `LANES` of them, in a workspace `[slot, lane]`. Forwards, each output adds up its
products. Backwards, the derivative of Z with respect to every slot, in the reverse order.

No rescaling is needed on the way. As every table is a conditional distribution, every value is a
probability of what its tensor has summed, so at most 1, and so is every derivative: what underflow loses
anywhere changes Z by less than the number of products times 1e-323. Draws whose Z is below `TINY` are
run again in numbers of a wider range (see `propagate_wide`), so that only what is impossible has Z = 0.
"""

import numpy as np
from numba import njit

from cruxmap.network.lanes import LANES, load, load_at, over, store, store_at, times_plus, zero

TINY = 1e-200

SCALE = 2.0**256
HALF = 2.0**128
LOG_SCALE = 256 * np.log(2.0)


@njit(cache=True, nogil=True, error_model="numpy")
def _forwards(left, right, first, n_inputs, values):
    """Fill the output slots of `values` (n_slots, LANES)."""
    for k in range(len(first) - 1):
        total = zero()
        for t in range(first[k], first[k + 1]):
            total = times_plus(load(values, left[t]), load(values, right[t]), total)
        store(values, n_inputs + k, total)


@njit(cache=True, nogil=True, error_model="numpy")
def _backwards(left, right, first, n_inputs, wanted, values, slopes):
    """Add to the slopes of every wanted slot what its uses contribute; those of the root are set before."""
    for k in range(len(first) - 2, -1, -1):
        if not wanted[n_inputs + k]:
            continue
        slope = load(slopes, n_inputs + k)
        for t in range(first[k], first[k + 1]):
            i, j = left[t], right[t]
            if wanted[i]:
                store(slopes, i, times_plus(slope, load(values, j), load(slopes, i)))
            if wanted[j]:
                store(slopes, j, times_plus(slope, load(values, i), load(slopes, j)))


@njit(cache=True, nogil=True)
def wanted_slots(left, right, first, n_inputs, targets):
    """Which slots' slopes are needed for those of `targets`: (n_slots,) bool."""
    wanted = np.zeros(n_inputs + len(first) - 1, np.bool_)
    for slot in targets:
        wanted[slot] = True
    for k in range(len(first) - 1):
        for t in range(first[k], first[k + 1]):
            if wanted[left[t]] or wanted[right[t]]:
                wanted[n_inputs + k] = True
                break
    return wanted


@njit(cache=True, nogil=True)
def _workspace(n_slots):
    """Zeros (n_slots, LANES) that begin at a cache line."""
    room = np.zeros(n_slots * LANES + 8, np.float64)
    skip = (-(room.ctypes.data // 8)) % 8
    return room[skip : skip + n_slots * LANES].reshape(n_slots, LANES)


@njit(cache=True, nogil=True, error_model="numpy")
def propagate(
    left,
    right,
    first,
    root,
    reads,
    read_first,
    loads,
    weights,
    constants,
    wanted,
    entries,
    begin,
    end,
    z,
    read,
    slope,
):
    """Run draws `begin` to `end` of `entries` (n_entries, n_draws).

    `weights` are the values of the indicators. Into columns `begin` to `end` go: `z` (1, n_draws) Z;
    `read` (len(read_first) - 1, n_draws) what was asked, divided by Z; and `slope` (n_entries, n_draws),
    unless it has no rows, d log Z / d entry. Without a wanted slot nothing runs backwards, and what is
    read is the sum of values.
    """
    n_given = len(loads) + len(weights)
    n_inputs = n_given + len(constants)
    n_slots = n_inputs + len(first) - 1
    backwards = wanted.any()
    values = _workspace(n_slots)
    slopes = _workspace(n_slots if backwards else 0)
    for i in range(len(weights)):
        values[len(loads) + i] = weights[i]
    for i in range(len(constants)):
        values[n_given + i] = constants[i]
    last = _workspace(1)
    last[:] = 1.0
    one = load(last, 0)
    for block in range(begin, end, LANES):
        n = min(LANES, end - block)
        if n == LANES:
            for i in range(len(loads)):
                store(values, i, load_at(entries, loads[i], block))
        else:
            for i in range(len(loads)):
                for lane in range(n):
                    values[i, lane] = entries[loads[i], block + lane]
        _forwards(left, right, first, n_inputs, values)
        total = zero()
        for slot in root:
            total = times_plus(one, load(values, slot), total)
        _write(z, 0, block, n, total, last)
        share = over(one, total)
        if backwards:
            for slot in range(n_slots):
                if wanted[slot]:
                    store(slopes, slot, zero())
            for slot in root:
                if wanted[slot]:
                    store(slopes, slot, times_plus(one, one, load(slopes, slot)))
            _backwards(left, right, first, n_inputs, wanted, values, slopes)
        for m in range(len(read_first) - 1):
            total = zero()
            for at in range(read_first[m], read_first[m + 1]):
                slot = reads[at]
                total = times_plus(load(values, slot), load(slopes, slot) if backwards else one, total)
            _write(read, m, block, n, times_plus(total, share, zero()), last)
        if len(slope):
            for i in range(len(loads)):
                _write(slope, loads[i], block, n, times_plus(load(slopes, i), share, zero()), last)


@njit(cache=True, nogil=True, error_model="numpy")
def _write(array, row, column, n, lanes, last):
    """The first n lanes into `array[row, column:]`; `last` is a workspace of one row."""
    if n == LANES:
        store_at(array, row, column, lanes)
    else:
        store(last, 0, lanes)
        for lane in range(n):
            array[row, column + lane] = last[0, lane]


@njit(cache=True, nogil=True, error_model="numpy")
def _wide(value, power):
    """`value * SCALE**power` with the value brought back within HALF of 1, or 0."""
    if value == 0.0:
        return 0.0, 0
    if value >= HALF:
        return value / SCALE, power + 1
    if value < 1 / HALF:
        return value * SCALE, power - 1
    return value, power


@njit(cache=True, nogil=True, error_model="numpy")
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


@njit(cache=True, nogil=True, error_model="numpy")
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


@njit(cache=True, nogil=True, error_model="numpy")
def propagate_wide(
    left,
    right,
    first,
    root,
    reads,
    read_first,
    loads,
    weights,
    constants,
    wanted,
    entries,
    draws,
    log_z,
    read,
    slope,
):
    """`propagate` for single `draws` in numbers of wide range, `value * SCALE**power`.

    Writes log Z, and what is read and the slopes divided by Z; -inf and NaN where Z is 0.
    """
    n_given = len(loads) + len(weights)
    n_inputs = n_given + len(constants)
    n_slots = n_inputs + len(first) - 1
    backwards = wanted.any()
    values = np.zeros(n_slots)
    powers = np.zeros(n_slots, np.int64)
    slopes = np.zeros(n_slots)
    slope_powers = np.zeros(n_slots, np.int64)
    for draw in draws:
        for i in range(len(loads)):
            values[i], powers[i] = _wide(entries[loads[i], draw], 0)
            while 0.0 < values[i] < 1 / HALF:
                values[i], powers[i] = _wide(values[i], powers[i])
        for i in range(len(weights)):
            values[len(loads) + i] = weights[i]
        for i in range(len(constants)):
            values[n_given + i] = constants[i]
        for k in range(len(first) - 1):
            total, power = 0.0, 0
            for t in range(first[k], first[k + 1]):
                i, j = left[t], right[t]
                product, p = _wide(values[i] * values[j], powers[i] + powers[j])
                total, power = _wide_sum(total, power, product, p)
            values[n_inputs + k], powers[n_inputs + k] = total, power
        z, z_power = 0.0, 0
        for slot in root:
            z, z_power = _wide_sum(z, z_power, values[slot], powers[slot])
        log_z[draw] = np.log(z) + z_power * LOG_SCALE
        slopes[:] = 0.0
        if backwards:
            for slot in root:
                slopes[slot], slope_powers[slot] = _wide_sum(slopes[slot], slope_powers[slot], 1.0, 0)
            for k in range(len(first) - 2, -1, -1):
                out = n_inputs + k
                if not wanted[out]:
                    continue
                for t in range(first[k], first[k + 1]):
                    i, j = left[t], right[t]
                    if wanted[i]:
                        product, p = _wide(slopes[out] * values[j], slope_powers[out] + powers[j])
                        slopes[i], slope_powers[i] = _wide_sum(slopes[i], slope_powers[i], product, p)
                    if wanted[j]:
                        product, p = _wide(slopes[out] * values[i], slope_powers[out] + powers[i])
                        slopes[j], slope_powers[j] = _wide_sum(slopes[j], slope_powers[j], product, p)
        for m in range(len(read_first) - 1):
            total, power = 0.0, 0
            for at in range(read_first[m], read_first[m + 1]):
                slot = reads[at]
                product, p = values[slot], powers[slot]
                if backwards:
                    product, p = _wide(product * slopes[slot], p + slope_powers[slot])
                total, power = _wide_sum(total, power, product, p)
            read[m, draw] = _ratio(total, power, z, z_power)
        if len(slope):
            for i in range(len(loads)):
                slope[loads[i], draw] = _ratio(slopes[i], slope_powers[i], z, z_power)

"""The loops that draw states, parents first, and look up what is left of the tables below them.

A *unit* is one batch of samples of one draw: `size` samples side by side, whose uniforms are stratified
variable by variable. Every number comes from (key of the variable, draw, batch, sample) by a counter-based
generator, so that any unit can be done alone.
"""

import numpy as np

from cruxmap.engine.compiled import njit
from cruxmap.engine.random_words import random_word as _random_word

random_word = njit(nogil=True)(_random_word)

HALF_WORD, LOW = np.uint64(32), np.uint64(0xFFFFFFFF)


@njit(nogil=True, error_model="numpy")
def _stratified(key, counter, place, uniform):
    """Fill `uniform` (size,) with one number in each of `size` equal parts of (0, 1), in random order."""
    size = len(uniform)
    for k in range(size):
        word = random_word(key, counter + np.uint64(k))
        uniform[k] = (np.float64(word & LOW) + 0.5) * 2.0**-32
        place[k] = np.int64(((word >> HALF_WORD) * np.uint64(k + 1)) >> HALF_WORD)
    for k in range(size):  # place[k] is uniform in 0 ... k: a shuffle from the inside out
        j = place[k]
        place[k] = place[j]
        place[j] = k
    for k in range(size):
        uniform[k] = (place[k] + uniform[k]) / size


@njit(nogil=True, error_model="numpy")
def _located(lookup, g, states, at, size, place):
    """Where in `picks` the entries of item g begin, for `size` samples from column `at`."""
    for k in range(size):
        place[k] = lookup.start[g]
    for n in range(lookup.first[g], lookup.first[g + 1]):
        parent, stride = lookup.parents[n], lookup.stride[n]
        for k in range(size):
            place[k] += stride * states[parent, at + k]


@njit(nogil=True, error_model="numpy")
def _column(entries, draw, values):
    for e in range(len(entries)):
        values[e] = entries[e, draw]
    values[len(entries)] = 0.0


@njit(nogil=True, error_model="numpy")
def draw_states(drawn, allowed, keys, entries, first_draw, alike, begin, batches, states, log_weight):
    """Draw units `begin`, ... side by side into `states` (drawn, units * size) and `log_weight` (same,).

    Unit n is batch `n % batches` of column `n // batches` of `entries` (n_entries, D), whose number as a
    draw is `first_draw` plus the column, or, where they are `alike`, `first_draw` for all. `log_weight`
    (units, size) is the log of the probability left by `allowed` (drawn, most states), whose zeros rule
    states out; the states are drawn from what it leaves.
    """
    units, size = log_weight.shape
    values = np.empty(len(entries) + 1)  # the entries of the present column, and 0 for rows that cannot be
    place, where, uniform = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size)
    column = -1
    for unit in range(units):
        if (begin + unit) // batches != column:
            column = (begin + unit) // batches
            _column(entries, column, values)
        number = (first_draw if alike else first_draw + column) * batches + (begin + unit) % batches
        at = unit * size
        log_weight[unit] = 0.0
        for v in range(len(drawn.width)):
            _stratified(keys[v], np.uint64(number) * np.uint64(size), place, uniform)
            _located(drawn, v, states, at, size, where)
            n_states = drawn.width[v]
            free = allowed[
                v, :n_states
            ].all()  # then nothing is weighed, and two states take one comparison
            if free and n_states == 2:
                for k in range(size):
                    states[v, at + k] = uniform[k] < values[drawn.picks[where[k] + 1]]
                continue
            for k in range(size):
                total = 1.0
                if not free:
                    total = 0.0
                    for s in range(n_states):
                        if allowed[v, s]:
                            total += values[drawn.picks[where[k] + s]]
                    log_weight[unit, k] += np.log(total)
                state, below = 0, 0.0
                for s in range(n_states):
                    p = values[drawn.picks[where[k] + s]]
                    if allowed[v, s] and p > 0.0:
                        state = s
                        below += p
                        if uniform[k] * total < below:
                            break
                states[v, at + k] = state


@njit(nogil=True, error_model="numpy")
def look_up(below, rows, entries, begin, batches, size, states, found):
    """Fill `found` (n_reduced, units * size) with the entries that the drawn states leave.

    The entries of item g go to `rows[g]` and the rows after it.
    """
    values = np.empty(len(entries) + 1)
    where = np.empty(size, np.int64)
    column = -1
    found[0] = 1.0
    for unit in range(states.shape[1] // size):
        if (begin + unit) // batches != column:
            column = (begin + unit) // batches
            _column(entries, column, values)
        at = unit * size
        for g in range(len(below.width)):
            _located(below, g, states, at, size, where)
            for n in range(below.width[g]):
                for k in range(size):
                    found[rows[g] + n, at + k] = values[below.picks[where[k] + n]]


@njit(nogil=True, error_model="numpy")
def weigh(log_weight, log_sum, weight):
    """Sum the weights (units, size) of each unit, in logarithms.

    `weight` (units, size) are the weights as parts of the unit's sum; zeros where that is 0.
    """
    units, size = log_weight.shape
    for unit in range(units):
        highest = log_weight[unit].max()
        if highest == -np.inf:
            log_sum[unit] = -np.inf
            weight[unit] = 0.0
            continue
        total = 0.0
        for k in range(size):
            w = np.exp(log_weight[unit, k] - highest)
            weight[unit, k] = w
            total += w
        weight[unit] /= total
        log_sum[unit] = highest + np.log(total)


@njit(nogil=True, error_model="numpy")
def tally(states, which, weight, shares):
    """Add to `shares` (n_reads, units) the weight of each state of the drawn variables `which` in each unit.

    `which` (n, 2) are positions among what is drawn and the first row of `shares` for each.
    """
    units, size = weight.shape
    for n in range(len(which)):
        v, row = which[n]
        for unit in range(units):
            for k in range(size):
                shares[row + states[v, unit * size + k], unit] += weight[unit, k]


@njit(nogil=True, error_model="numpy")
def average(read, weight, means):
    """Weighted means of `read` (n, units * size) in each unit, into `means` (n, units)."""
    units, size = weight.shape
    for n in range(len(read)):
        for unit in range(units):
            total = 0.0
            for k in range(size):
                if weight[unit, k] > 0.0:
                    total += weight[unit, k] * read[n, unit * size + k]
            means[n, unit] = total


@njit(nogil=True, error_model="numpy")
def add_slopes(drawn, below, rows, entries, column, states, weight, slope_below, slope):
    """Add to `slope` (n_entries,) the slopes of log Z that one draw's samples stand for.

    `weight` (samples,) are parts of Z. A sample says of each row that it used, weight / entry, and of
    each entry below, weight times `slope_below` (n_reduced, samples).
    """
    samples = len(weight)
    where = np.empty(samples, np.int64)
    for v in range(len(drawn.width)):
        _located(drawn, v, states, 0, samples, where)
        for k in range(samples):
            if weight[k] > 0.0:
                e = drawn.picks[where[k] + states[v, k]]
                slope[e] += weight[k] / entries[e, column]
    for g in range(len(below.width)):
        _located(below, g, states, 0, samples, where)
        for n in range(below.width[g]):
            for k in range(samples):
                e = below.picks[where[k] + n]
                if weight[k] > 0.0 and e < len(entries):
                    slope[e] += weight[k] * slope_below[rows[g] + n, k]

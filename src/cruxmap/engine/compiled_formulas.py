"""The formulas of table entries as loops, compiled for Markov chains, which ask for one draw at a time.

They are those of `formulas`, function by function, item by item and draw by draw, where arrays would cost ten
times as much. They are compiled once per machine: a program goes in as one vector, so no map makes anything
compile again.
"""

import numpy as np
from numba.extending import register_jitable

from cruxmap.engine import special
from cruxmap.engine.compiled import njit
from cruxmap.engine.formulas import IMPOSSIBLE
from cruxmap.engine.linking import section
from cruxmap.engine.network import (
    NO_CREDENCE,
    Hazards,
    Logistic,
    Openings,
    Shares,
    Shifts,
    Steps,
    TableProgram,
)

expit, softplus = register_jitable(special.expit), register_jitable(special.softplus)

N_ENTRIES = 18
"""The section of a packed program that says how many entries there are."""


@njit(nogil=True, error_model="numpy")
def _unpacked(program):
    """Take a packed program apart, in the order of its fields."""
    return TableProgram(
        Shifts(section(program, 0), section(program, 1), section(program, 2), section(program, 3)),
        Logistic(section(program, 4), section(program, 5)),
        Shares(section(program, 6), section(program, 7), section(program, 8), section(program, 9)),
        Openings(section(program, 10), section(program, 11), section(program, 12)),
        Hazards(section(program, 13), section(program, 14), section(program, 15)),
        Steps(section(program, 16), section(program, 17)),
    )


@njit(nogil=True, error_model="numpy")
def fill_packed(program, u, single, entries):
    """Fill `entries` (n_entries, D) from judgements `u` and the marks `single` (n_judgements, D)."""
    shifts, logistic, shares, openings, hazards, steps = _unpacked(program)
    log_weight, shift = np.empty(len(shares.base)), np.empty(len(shifts.first) - 1)
    for c in range(u.shape[1]):
        _shift(shifts, u, c, shift)
        entries[0, c] = 1.0
        at = 1
        for i in range(len(logistic.base)):
            x = u[logistic.base[i], c] + shift[logistic.shift[i]]
            small = np.exp(-np.abs(x))
            rare, common = small / (1.0 + small), 1.0 / (1.0 + small)
            entries[at, c], entries[at + 1, c] = (rare, common) if x >= 0.0 else (common, rare)
            at += 2
        for row in range(len(shares.row_first) - 1):
            _settle_row(shares, row, u, single, c, log_weight)
        item = 0
        for row in shares.row:
            begin, states = shares.row_first[row], shares.row_first[row + 1] - shares.row_first[row]
            highest, total = -np.inf, 0.0
            for k in range(states):
                highest = max(highest, log_weight[begin + k] + shift[shares.shift[item + k]])
            for k in range(states):
                entries[at + k, c] = np.exp(
                    log_weight[begin + k] + shift[shares.shift[item + k]] - highest
                )
                total += entries[at + k, c]
            for k in range(states):
                entries[at + k, c] /= total
            at, item = at + states, item + states
        for i in range(len(hazards.base)):
            part = _opened(openings, hazards.opening[i], u, c)[2]
            exponent = -part * softplus(u[hazards.base[i], c] + shift[hazards.shift[i]])
            entries[at, c], entries[at + 1, c] = np.exp(exponent), -np.expm1(exponent)
            at += 2
        for i in range(len(steps.opening)):
            k = steps.opening[i]
            weight = _step_weight(
                u[openings.pace[k], c], steps.position[i], openings.open[k], openings.steps[k]
            )
            entries[at + i, c] = weight / _opened(openings, k, u, c)[0]


@njit(nogil=True, error_model="numpy")
def pull_packed(program, u, single, entries, cotangent, slope):
    """Add to `slope` (n_judgements, D) that of `sum(cotangent * entries)` in `u`."""
    shifts, logistic, shares, openings, hazards, steps = _unpacked(program)
    log_weight, of_log = np.empty(len(shares.base)), np.empty(len(shares.base))
    shift, of_shift = np.empty(len(shifts.first) - 1), np.empty(len(shifts.first) - 1)
    for c in range(u.shape[1]):
        _shift(shifts, u, c, shift)
        of_shift[:] = 0.0
        of_log[:] = 0.0
        at = 1
        for i in range(len(logistic.base)):
            difference = cotangent[at + 1, c] - cotangent[at, c]
            change = difference * entries[at, c] * entries[at + 1, c]
            slope[logistic.base[i], c] += change
            of_shift[logistic.shift[i]] += change
            at += 2
        item = 0
        for row in shares.row:
            begin, states = shares.row_first[row], shares.row_first[row + 1] - shares.row_first[row]
            mean = 0.0
            for k in range(states):
                mean += entries[at + k, c] * cotangent[at + k, c]
            for k in range(states):
                change = entries[at + k, c] * (cotangent[at + k, c] - mean)
                of_shift[shares.shift[item + k]] += change
                of_log[begin + k] += change
            at, item = at + states, item + states
        for row in range(len(shares.row_first) - 1):
            overfull, left, log_others = _settle_row(shares, row, u, single, c, log_weight)
            of_kept, of_others = 0.0, 0.0
            for k in range(shares.row_first[row], shares.row_first[row + 1]):
                if single[shares.base[k], c]:
                    of_kept += of_log[k]
                else:
                    of_others += of_log[k]
            of_taken = of_kept / overfull if overfull > 1.0 else 0.0
            of_taken += of_others / left if left > 0.0 else 0.0
            for k in range(shares.row_first[row], shares.row_first[row + 1]):
                x = u[shares.base[k], c]
                if single[shares.base[k], c]:
                    shared = expit(x) * of_taken
                else:
                    shared = np.exp(min(-softplus(-x) - log_others, 0.0)) * of_others
                slope[shares.base[k], c] += expit(-x) * (of_log[k] - shared)
        for i in range(len(hazards.base)):
            x = u[hazards.base[i], c] + shift[hazards.shift[i]]
            _, _, part, of_log_part = _opened(openings, hazards.opening[i], u, c)
            exponent = part * softplus(x)
            of_exponent = (cotangent[at + 1, c] - cotangent[at, c]) * np.exp(-exponent)
            change = of_exponent * part * expit(x)
            slope[hazards.base[i], c] += change
            of_shift[hazards.shift[i]] += change
            slope[openings.pace[hazards.opening[i]], c] += of_exponent * exponent * of_log_part
            at += 2
        for i in range(len(steps.opening)):
            k = steps.opening[i]
            late = _opened(openings, k, u, c)[1] - steps.position[i] / (openings.steps[k] - 1)
            slope[openings.pace[k], c] += cotangent[at + i, c] * entries[at + i, c] * late
        for s in range(len(shift)):
            for i in range(shifts.first[s], shifts.first[s + 1]):
                if u[shifts.strength[i], c] > 0.0 and u[shifts.credence[i], c] > NO_CREDENCE:
                    slope[shifts.strength[i], c] += shifts.sign[i] * of_shift[s]


@njit(nogil=True, error_model="numpy")
def _shift(shifts, u, c, shift):
    for s in range(len(shift)):
        shift[s] = 0.0
        for i in range(shifts.first[s], shifts.first[s + 1]):
            if u[shifts.credence[i], c] > NO_CREDENCE:
                shift[s] += shifts.sign[i] * max(u[shifts.strength[i], c], 0.0)


@njit(nogil=True, error_model="numpy")
def _settle_row(shares, row, u, single, c, log_weight):
    begin, end = shares.row_first[row], shares.row_first[row + 1]
    taken, large, small, highest, others = 0.0, 0.0, 0.0, IMPOSSIBLE, 0.0
    for k in range(begin, end):
        x = u[shares.base[k], c]
        log_weight[k] = -softplus(-x)
        if single[shares.base[k], c]:
            p = expit(x)
            taken += p
            if p > 0.5:
                large, small = large + 1.0, small + expit(-x)
            else:
                small -= p
        else:
            highest = max(highest, log_weight[k])
    overfull, left = max(taken, 1.0), max(1.0 - large + small, 0.0)
    for k in range(begin, end):
        if not single[shares.base[k], c]:
            others += np.exp(log_weight[k] - highest)
    log_others = highest + np.log(others) if others > 0.0 else 0.0
    log_left = np.log(left) if left > 0.0 else IMPOSSIBLE
    for k in range(begin, end):
        if single[shares.base[k], c]:
            log_weight[k] -= np.log(overfull)
        else:
            log_weight[k] = max(log_weight[k] + log_left - log_others, IMPOSSIBLE)
    return overfull, left, log_others


@njit(nogil=True, error_model="numpy")
def _step_weight(log_pace, position, n_open, steps):
    from_last = steps - n_open - position if log_pace > 0.0 else steps - 1 - position
    return np.exp(log_pace * (from_last / (steps - 1)))


@njit(nogil=True, error_model="numpy")
def _tail(log_pace, n_open, steps):
    total, late = 0.0, 0.0
    for position in range(steps - n_open, steps):
        weight = _step_weight(log_pace, position, n_open, steps)
        total += weight
        late += weight * (position / (steps - 1))
    return total, late / total


@njit(nogil=True, error_model="numpy")
def _opened(openings, k, u, c):
    log_pace, n_open, steps = u[openings.pace[k], c], openings.open[k], openings.steps[k]
    total, late = _tail(log_pace, n_open, steps)
    whole, on_average = _tail(log_pace, steps, steps)
    ahead = np.exp(-max(log_pace, 0.0) * ((steps - n_open) / (steps - 1)))
    return total, late, ahead * total / whole, on_average - late

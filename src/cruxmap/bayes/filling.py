"""`tables.fill` and its slope as compiled loops over a program given as data: what the Op runs.

The formulas are those of `tables`, and tests hold the two together. A sampler asks for one draw at a
time, where arrays of one column cost more to handle than to compute; and as the program is data, no map
makes PyTensor compile anything.
"""

import math

import numpy as np

from cruxmap.bayes.linking import numbers, pack, section, words
from cruxmap.network.compiled import njit
from cruxmap.network.network import IntArray, TableProgram

ARRAYS = (
    "term_shift", "term_strength", "term_sign",
    "logistic_entry", "logistic_base", "logistic_sign", "logistic_shift",
    "share_entry", "share_base", "share_shift", "share_group",
    "hazard_entry", "hazard_base", "hazard_shift", "hazard_pace", "hazard_open", "hazard_steps",
    "hazard_happens",
    "step_entry", "step_pace", "step_position", "step_open", "step_steps",
)  # fmt: skip
TERMS, LOGISTIC, SHARES, HAZARDS, STEPS = (
    ARRAYS.index(name)
    for name in ("term_shift", "logistic_entry", "share_entry", "hazard_entry", "step_entry")
)
SIZES = len(ARRAYS)
IMPOSSIBLE = -1e300


def packed_program(program: TableProgram) -> IntArray:
    """Return a program as one vector: its arrays (signs are +1 or -1), and how many entries and shifts."""
    return pack([*(getattr(program, name) for name in ARRAYS), (program.n_entries, program.n_shifts)])


# --- the functions -------------------------------------------------------------------------------


@njit()
def _sigmoid(x):
    if x >= 0:
        return 1.0 / (1.0 + math.exp(-x))
    small = math.exp(x)
    return small / (1.0 + small)


@njit()
def _softplus(x):
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


@njit()
def _shifts(program, u, column):
    """The logit shift by each set of arguments that hold."""
    which, strength, sign = section(program, TERMS), section(program, TERMS + 1), section(program, TERMS + 2)
    shift = np.zeros(section(program, SIZES)[1])
    for i in range(len(which)):
        shift[which[i]] += sign[i] * max(u[strength[i], column], 0.0)
    return shift


@njit()
def _weight(log_pace, position, n_open, steps):
    """`pace^(-position/(steps - 1))` relative to the largest such weight of the last `n_open` steps."""
    largest = steps - n_open if log_pace > 0 else steps - 1
    return math.exp(-log_pace * ((position - largest) / (steps - 1)))


@njit()
def _tail(log_pace, n_open, steps):
    """The sum of the relative weights of the open steps, and the mean of `position / (steps - 1)` by them."""
    total, late = 0.0, 0.0
    for position in range(steps - n_open, steps):
        weight = _weight(log_pace, position, n_open, steps)
        total += weight
        late += weight * position / (steps - 1)
    return total, late / total


@njit()
def _open_part(log_pace, n_open, steps):
    """The weight of the open steps over that of all, and the slope of its log in the log of the pace."""
    tail, late = _tail(log_pace, n_open, steps)
    whole, on_average = _tail(log_pace, steps, steps)
    ahead = math.exp(-max(log_pace, 0.0) * ((steps - n_open) / (steps - 1)))
    return ahead * tail / whole, on_average - late


@njit()
def _settle(base, begin, end, u, single, column, log_weight):
    """Fill the log-weights before arguments of one row of shares; return what singles take and leave.

    These are `overfull` (their sum, at least 1), `left` (what they leave, at least 0), and the log of the
    sum of the others' p.
    """
    taken, large, small, largest = 0.0, 0.0, 0.0, IMPOSSIBLE
    for i in range(begin, end):
        x = u[base[i], column]
        if single[base[i], column]:
            p = _sigmoid(x)
            taken += p
            if p > 0.5:
                large += 1.0
                small += _sigmoid(-x)
            else:
                small -= p
        else:
            largest = max(largest, -_softplus(-x))
    overfull, left = max(taken, 1.0), max(1.0 - large + small, 0.0)
    others = 0.0
    for i in range(begin, end):
        if not single[base[i], column]:
            others += math.exp(-_softplus(-u[base[i], column]) - largest)
    log_others = largest + math.log(others) if others > 0.0 else 0.0
    for i in range(begin, end):
        log_p = -_softplus(-u[base[i], column])
        if single[base[i], column]:
            log_weight[i - begin] = log_p - math.log(overfull)
        elif left > 0.0:
            log_weight[i - begin] = log_p + math.log(left) - log_others
        else:
            log_weight[i - begin] = IMPOSSIBLE
    return overfull, left, log_others


@njit()
def _group_end(group, begin):
    end = begin
    while end < len(group) and group[end] == group[begin]:
        end += 1
    return end


# --- entries -------------------------------------------------------------------------------------


@njit(nogil=True, error_model="numpy")
def fill_entries(program, u, single, entries):
    """Fill `entries` (n_entries, C) from judgements `u` and `single` (n_judgements, C)."""
    for column in range(u.shape[1]):
        shift = _shifts(program, u, column)
        entries[0, column] = 1.0
        _fill_logistic(program, u, column, shift, entries)
        _fill_shares(program, u, single, column, shift, entries)
        _fill_hazards(program, u, column, shift, entries)
        _fill_steps(program, u, column, entries)


@njit()
def _fill_logistic(program, u, column, shift, entries):
    entry, base = section(program, LOGISTIC), section(program, LOGISTIC + 1)
    sign, which = section(program, LOGISTIC + 2), section(program, LOGISTIC + 3)
    for i in range(len(entry)):
        entries[entry[i], column] = _sigmoid(sign[i] * (u[base[i], column] + shift[which[i]]))


@njit()
def _fill_shares(program, u, single, column, shift, entries):
    entry, base = section(program, SHARES), section(program, SHARES + 1)
    which, group = section(program, SHARES + 2), section(program, SHARES + 3)
    weight = np.empty(len(entry))
    begin = 0
    while begin < len(entry):
        end = _group_end(group, begin)
        _settle(base, begin, end, u, single, column, weight)
        highest = -np.inf
        for i in range(begin, end):
            weight[i - begin] += shift[which[i]]
            highest = max(highest, weight[i - begin])
        total = 0.0
        for i in range(begin, end):
            weight[i - begin] = math.exp(weight[i - begin] - highest)
            total += weight[i - begin]
        for i in range(begin, end):
            entries[entry[i], column] = weight[i - begin] / total
        begin = end


@njit()
def _fill_hazards(program, u, column, shift, entries):
    entry, base, which = (
        section(program, HAZARDS),
        section(program, HAZARDS + 1),
        section(program, HAZARDS + 2),
    )
    pace, n_open = section(program, HAZARDS + 3), section(program, HAZARDS + 4)
    steps, happens = section(program, HAZARDS + 5), section(program, HAZARDS + 6)
    for i in range(len(entry)):
        part, _ = _open_part(u[pace[i], column], n_open[i], steps[i])
        exponent = -part * _softplus(u[base[i], column] + shift[which[i]])
        entries[entry[i], column] = -math.expm1(exponent) if happens[i] else math.exp(exponent)


@njit()
def _fill_steps(program, u, column, entries):
    entry, pace = section(program, STEPS), section(program, STEPS + 1)
    position, n_open = section(program, STEPS + 2), section(program, STEPS + 3)
    steps = section(program, STEPS + 4)
    for i in range(len(entry)):
        log_pace = u[pace[i], column]
        total, _ = _tail(log_pace, n_open[i], steps[i])
        entries[entry[i], column] = _weight(log_pace, position[i], n_open[i], steps[i]) / total


# --- slopes --------------------------------------------------------------------------------------


@njit(nogil=True, error_model="numpy")
def pull_entries(program, u, single, entries, cotangent, slope):
    """Fill `slope` (n_judgements, C) with that of `sum(cotangent * entries)` in `u`."""
    slope[:] = 0.0
    for column in range(u.shape[1]):
        shift = _shifts(program, u, column)
        of_shift = np.zeros(len(shift))
        _pull_logistic(program, u, column, shift, cotangent, slope, of_shift)
        _pull_shares(program, u, single, column, entries, cotangent, slope, of_shift)
        _pull_hazards(program, u, column, shift, cotangent, slope, of_shift)
        _pull_steps(program, u, column, entries, cotangent, slope)
        which, strength, sign = (
            section(program, TERMS),
            section(program, TERMS + 1),
            section(program, TERMS + 2),
        )
        for i in range(len(which)):
            if u[strength[i], column] > 0:
                slope[strength[i], column] += sign[i] * of_shift[which[i]]


@njit()
def _pull_logistic(program, u, column, shift, cotangent, slope, of_shift):
    entry, base = section(program, LOGISTIC), section(program, LOGISTIC + 1)
    sign, which = section(program, LOGISTIC + 2), section(program, LOGISTIC + 3)
    for i in range(len(entry)):
        x = u[base[i], column] + shift[which[i]]
        change = cotangent[entry[i], column] * sign[i] * _sigmoid(x) * _sigmoid(-x)
        slope[base[i], column] += change
        of_shift[which[i]] += change


@njit()
def _pull_shares(program, u, single, column, entries, cotangent, slope, of_shift):
    entry, base = section(program, SHARES), section(program, SHARES + 1)
    which, group = section(program, SHARES + 2), section(program, SHARES + 3)
    log_weight = np.empty(len(entry))
    begin = 0
    while begin < len(entry):
        end = _group_end(group, begin)
        overfull, left, log_others = _settle(base, begin, end, u, single, column, log_weight)
        mean = 0.0
        for i in range(begin, end):
            mean += entries[entry[i], column] * cotangent[entry[i], column]
        of_kept, of_others = 0.0, 0.0
        for i in range(begin, end):
            of_log = entries[entry[i], column] * (cotangent[entry[i], column] - mean)
            of_shift[which[i]] += of_log
            if single[base[i], column]:
                of_kept += of_log
            else:
                of_others += of_log
        of_taken = of_kept / overfull if overfull > 1.0 else 0.0
        of_taken += of_others / left if left > 0.0 else 0.0
        for i in range(begin, end):
            x = u[base[i], column]
            of_log = entries[entry[i], column] * (cotangent[entry[i], column] - mean)
            if single[base[i], column]:
                shared = _sigmoid(x) * of_taken
            else:
                shared = math.exp(-_softplus(-x) - log_others) * of_others
            slope[base[i], column] += _sigmoid(-x) * (of_log - shared)
        begin = end


@njit()
def _pull_hazards(program, u, column, shift, cotangent, slope, of_shift):
    entry, base, which = (
        section(program, HAZARDS),
        section(program, HAZARDS + 1),
        section(program, HAZARDS + 2),
    )
    pace, n_open = section(program, HAZARDS + 3), section(program, HAZARDS + 4)
    steps, happens = section(program, HAZARDS + 5), section(program, HAZARDS + 6)
    for i in range(len(entry)):
        x = u[base[i], column] + shift[which[i]]
        part, of_log_part = _open_part(u[pace[i], column], n_open[i], steps[i])
        softplus = _softplus(x)
        of_exponent = cotangent[entry[i], column] * (1.0 if happens[i] else -1.0) * math.exp(-part * softplus)
        change = of_exponent * part * _sigmoid(x)
        slope[base[i], column] += change
        of_shift[which[i]] += change
        slope[pace[i], column] += of_exponent * softplus * part * of_log_part


@njit()
def _pull_steps(program, u, column, entries, cotangent, slope):
    entry, pace = section(program, STEPS), section(program, STEPS + 1)
    position, n_open = section(program, STEPS + 2), section(program, STEPS + 3)
    steps = section(program, STEPS + 4)
    for i in range(len(entry)):
        _, late = _tail(u[pace[i], column], n_open[i], steps[i])
        change = cotangent[entry[i], column] * entries[entry[i], column]
        slope[pace[i], column] += change * (late - position[i] / (steps[i] - 1))


# --- called by name ------------------------------------------------------------------------------


def filling(address):
    """`fill_entries` for a table of addresses and sizes: see `op`, which makes it."""
    at = words(address, (7,))
    shape = (at[5], at[6])
    program = words(at[0], (at[4],))
    entries = numbers(at[3], (section(program, SIZES)[0], at[6]))
    fill_entries(program, numbers(at[1], shape), words(at[2], shape), entries)
    return 0


def pulling(address):
    """`pull_entries` for a table of addresses and sizes: see `op`, which makes it."""
    at = words(address, (9,))
    shape = (at[7], at[8])
    program = words(at[0], (at[6],))
    of_entries = (section(program, SIZES)[0], at[8])
    entries, cotangent = numbers(at[3], of_entries), numbers(at[4], of_entries)
    pull_entries(
        program, numbers(at[1], shape), words(at[2], shape), entries, cotangent, numbers(at[5], shape)
    )
    return 0

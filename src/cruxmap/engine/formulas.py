"""Judgements become table entries, and slopes in entries become slopes in judgements.

In: a `TableProgram` and judgements `u` on the unconstrained scale. Out: the entries of a network's tables,
per draw. Entries are sound at 0% and 100% (no NaN in a value or a slope), and small p and small 1 - p keep
their relative accuracy.

The formulas are written once, for one item and the draws at an index `c`. In numpy, which small programs
run in, `c` is a slice of all draws; compiled (`compiled_formulas`), it counts them. So nothing here branches
on a number: `choose` does.
"""

import numpy as np
import numpy.typing as npt

from cruxmap.engine.network import BoolArray, FloatArray, IntArray, Shares, TableProgram
from cruxmap.engine.special import choose, expit, softplus

MAX_INTERPRETED = 200
"""Entries up to which a program runs in numpy: compiling takes longer than all that is asked of it."""

IMPOSSIBLE = -1e300
"""The log of the weight of a state that nothing is left for."""

ALL = (slice(None),)
"""The one index that stands for all draws in numpy."""


def fill(program: TableProgram, u: FloatArray, single: BoolArray) -> FloatArray:
    """Return the entries (n_entries, D) for judgements `u` (n_judgements, D).

    `single` (n_judgements,) or (n_judgements, D) marks the shares that are kept as given. The formulas are
    those of the table of conditional distributions in docs/method.md.
    """
    u, kept = np.ascontiguousarray(u), single_by_draw(single, u)
    entries = np.empty((program.n_entries, u.shape[1]))
    if program.n_entries <= MAX_INTERPRETED:
        with np.errstate(over="ignore", under="ignore"):
            fill_entries(program, u, kept, entries, ALL)
    else:
        from cruxmap.engine.compiled_formulas import fill_packed

        fill_packed(program.packed, u, kept, entries)
    return entries


def pullback(
    program: TableProgram, u: FloatArray, single: BoolArray, entries: FloatArray, cotangent: FloatArray
) -> FloatArray:
    """Return the slope (n_judgements, D) in `u` of `sum(cotangent * entries)`; `entries` are those of `fill`.

    The derivative of a strength's `max(0, u)` is 0 at and below 0.
    """
    u, kept = np.ascontiguousarray(u), single_by_draw(single, u)
    slope = np.zeros(u.shape)
    if program.n_entries <= MAX_INTERPRETED:
        with np.errstate(over="ignore", under="ignore"):
            pull_entries(program, u, kept, entries, cotangent, slope, ALL)
    else:
        from cruxmap.engine.compiled_formulas import pull_packed

        entries, cotangent = np.ascontiguousarray(entries), np.ascontiguousarray(cotangent)
        pull_packed(program.packed, u, kept, entries, cotangent, slope)
    return slope


def single_by_draw(single: BoolArray, u: FloatArray) -> npt.NDArray[np.int8]:
    """Return the marks of single shares for every draw, (n_judgements, D), a byte each."""
    whole = single if single.ndim == 2 else single[:, None]
    return np.ascontiguousarray(np.broadcast_to(whole, u.shape), dtype=np.int8)


# --- what is open of a phase --------------------------------------------------------------------------


def step_weight(log_pace, position, n_open, steps):
    """pace^(-position / (steps - 1)), over the largest such weight of the last `n_open` steps."""
    largest = choose(log_pace > 0.0, steps - n_open, steps - 1)
    return np.exp(-log_pace * ((position - largest) / (steps - 1)))


def tail(log_pace, n_open, steps):
    """Return the sum of the open steps' weights, and the mean of position / (steps - 1) under them."""
    total, late = 0.0, 0.0
    for position in range(steps - n_open, steps):
        weight = step_weight(log_pace, position, n_open, steps)
        total = total + weight
        late = late + weight * (position / (steps - 1))
    return total, late / total


def open_part(log_pace, n_open, steps):
    """Return the open steps' part of the phase's weights, and the slope of its log in the log of the pace."""
    opened, late = tail(log_pace, n_open, steps)
    whole, on_average = tail(log_pace, steps, steps)
    ahead = np.exp(-np.maximum(log_pace, 0.0) * ((steps - n_open) / (steps - 1)))
    return ahead * opened / whole, on_average - late


# --- entries ------------------------------------------------------------------------------------------
#
# Arrays with a number per draw are (items, draws). `columns` are the indices of draws to go through.


def fill_entries(program, u, single, entries, columns):
    """Fill `entries` (n_entries, D): the constant 1, then what each kind of item makes, one after another."""
    shift = shifts(program.shifts, u, columns)
    entries[0] = 1.0
    at = fill_logistic(program.logistic, u, shift, entries, 1, columns)
    at = fill_shares(program.shares, u, single, shift, entries, at, columns)
    at = fill_hazards(program, u, shift, entries, at, columns)
    fill_steps(program, u, entries, at, columns)


def shifts(terms, u, columns):
    """The logit shifts (n_shifts, D) by the arguments that hold."""
    shift = np.zeros((len(terms.first) - 1, u.shape[1]))
    for s in range(len(shift)):
        for i in range(terms.first[s], terms.first[s + 1]):
            for c in columns:
                shift[s, c] += terms.sign[i] * np.maximum(u[terms.strength[i], c], 0.0)
    return shift


def fill_logistic(items, u, shift, entries, at, columns):
    """A boolean each: false, then true."""
    for i in range(len(items.base)):
        for c in columns:
            x = u[items.base[i], c] + shift[items.shift[i], c]
            small = np.exp(-np.abs(x))
            entries[at, c] = choose(x >= 0.0, small, 1.0) / (1.0 + small)
            entries[at + 1, c] = choose(x >= 0.0, 1.0, small) / (1.0 + small)
        at += 2
    return at


def settle_row(items, row, u, single, c, log_weight):
    """Fill the log-weights of a row of shares before arguments, and return how the row is filled up.

    Singles count with their own p, over `overfull` where they take more than 1 (their sum, at least 1). The
    others keep their proportions and fill what is `left` (at least 0). Also returned: the log of the sum of
    the others' p.
    """
    begin, end = items.row_first[row], items.row_first[row + 1]
    taken, large, small, largest = 0.0, 0.0, 0.0, IMPOSSIBLE
    for k in range(begin, end):
        x, kept = u[items.base[k], c], single[items.base[k], c] != 0
        p = expit(x)
        taken = taken + choose(kept, p, 0.0)
        # 1 - taken, without cancellation where one single share is nearly all there is
        large = large + choose(kept & (p > 0.5), 1.0, 0.0)
        small = small + choose(kept, choose(p > 0.5, expit(-x), -p), 0.0)
        largest = choose(kept, largest, np.maximum(largest, -softplus(-x)))
    overfull, left = np.maximum(taken, 1.0), np.maximum(1.0 - large + small, 0.0)
    others = 0.0
    for k in range(begin, end):
        kept = single[items.base[k], c] != 0
        others = others + choose(kept, 0.0, np.exp(-softplus(-u[items.base[k], c]) - largest))
    log_others = choose(others > 0.0, largest + np.log(choose(others > 0.0, others, 1.0)), 0.0)
    log_left = choose(left > 0.0, np.log(choose(left > 0.0, left, 1.0)), IMPOSSIBLE)
    for k in range(begin, end):
        kept = single[items.base[k], c] != 0
        log_p = -softplus(-u[items.base[k], c])
        filled = choose(left > 0.0, log_p + log_left - log_others, IMPOSSIBLE)
        log_weight[k, c] = choose(kept, log_p - np.log(overfull), filled)
    return overfull, left, log_others


def fill_shares(items, u, single, shift, entries, at, columns):
    """A distribution per group, normalised; in logarithms, so that no share is too small for that."""
    log_weight = np.empty((len(items.base), u.shape[1]))
    for row in range(len(items.row_first) - 1):
        for c in columns:
            settle_row(items, row, u, single, c, log_weight)
    item = 0
    for group in range(len(items.row)):
        begin = items.row_first[items.row[group]]
        states = items.row_first[items.row[group] + 1] - begin
        for c in columns:
            highest, total = -np.inf, 0.0
            for k in range(states):
                highest = np.maximum(highest, log_weight[begin + k, c] + shift[items.shift[item + k], c])
            for k in range(states):
                moved = log_weight[begin + k, c] + shift[items.shift[item + k], c]
                entries[at + k, c] = np.exp(moved - highest)
                total = total + entries[at + k, c]
            for k in range(states):
                entries[at + k, c] /= total
        at += states
        item += states
    return at


def fill_hazards(program, u, shift, entries, at, columns):
    """(1 - p)^phi, then 1 - (1 - p)^phi, with phi the part of the phase that is open."""
    items, openings = program.hazards, program.openings
    part = np.empty((len(openings.pace), u.shape[1]))
    for i in range(len(openings.pace)):
        for c in columns:
            part[i, c] = open_part(u[openings.pace[i], c], openings.open[i], openings.steps[i])[0]
    for i in range(len(items.base)):
        for c in columns:
            x = u[items.base[i], c] + shift[items.shift[i], c]
            exponent = -part[items.opening[i], c] * softplus(x)
            entries[at, c] = np.exp(exponent)
            entries[at + 1, c] = -np.expm1(exponent)
        at += 2
    return at


def fill_steps(program, u, entries, at, columns):
    """The weight of one step among those that are open."""
    items, openings = program.steps, program.openings
    for i in range(len(items.position)):
        k = items.opening[i]
        n_open, steps = openings.open[k], openings.steps[k]
        for c in columns:
            log_pace = u[openings.pace[k], c]
            total = tail(log_pace, n_open, steps)[0]
            entries[at + i, c] = step_weight(log_pace, items.position[i], n_open, steps) / total


# --- slopes -------------------------------------------------------------------------------------------


def pull_entries(program, u, single, entries, cotangent, slope, columns):
    """Add to `slope` (n_judgements, D) that of `sum(cotangent * entries)` in `u`."""
    terms = program.shifts
    shift = shifts(terms, u, columns)
    of_shift = np.zeros(shift.shape)
    at = pull_logistic(program.logistic, u, shift, cotangent, slope, of_shift, 1, columns)
    at = pull_shares(program.shares, u, single, entries, cotangent, slope, of_shift, at, columns)
    at = pull_hazards(program, u, shift, cotangent, slope, of_shift, at, columns)
    pull_steps(program, u, entries, cotangent, slope, at, columns)
    for s in range(len(shift)):
        for i in range(terms.first[s], terms.first[s + 1]):
            for c in columns:
                moves = u[terms.strength[i], c] > 0.0
                slope[terms.strength[i], c] += choose(moves, terms.sign[i] * of_shift[s, c], 0.0)


def pull_logistic(items, u, shift, cotangent, slope, of_shift, at, columns):
    """The slope of a logistic is p (1 - p)."""
    for i in range(len(items.base)):
        for c in columns:
            x = u[items.base[i], c] + shift[items.shift[i], c]
            change = (cotangent[at + 1, c] - cotangent[at, c]) * expit(x) * expit(-x)
            slope[items.base[i], c] += change
            of_shift[items.shift[i], c] += change
        at += 2
    return at


def pull_shares(items, u, single, entries, cotangent, slope, of_shift, at, columns):
    """Back through the normalising of each group, then through the filling up of each row."""
    of_log = np.zeros((len(items.base), u.shape[1]))
    item = 0
    for group in range(len(items.row)):
        begin = items.row_first[items.row[group]]
        states = items.row_first[items.row[group] + 1] - begin
        for c in columns:
            mean = 0.0
            for k in range(states):
                mean = mean + entries[at + k, c] * cotangent[at + k, c]
            for k in range(states):
                change = entries[at + k, c] * (cotangent[at + k, c] - mean)
                of_shift[items.shift[item + k], c] += change
                of_log[begin + k, c] += change
        at += states
        item += states
    log_weight = np.empty((len(items.base), u.shape[1]))
    for row in range(len(items.row_first) - 1):
        for c in columns:
            overfull, left, log_others = settle_row(items, row, u, single, c, log_weight)
            of_kept, of_others = 0.0, 0.0
            for k in range(items.row_first[row], items.row_first[row + 1]):
                kept = single[items.base[k], c] != 0
                of_kept = of_kept + choose(kept, of_log[k, c], 0.0)
                of_others = of_others + choose(kept, 0.0, of_log[k, c])
            of_taken = choose(overfull > 1.0, of_kept / overfull, 0.0)
            of_taken = of_taken + choose(left > 0.0, of_others / choose(left > 0.0, left, 1.0), 0.0)
            for k in range(items.row_first[row], items.row_first[row + 1]):
                x, kept = u[items.base[k], c], single[items.base[k], c] != 0
                fraction = np.exp(np.minimum(-softplus(-x) - log_others, 0.0))
                shared = choose(kept, expit(x) * of_taken, fraction * of_others)
                slope[items.base[k], c] += expit(-x) * (of_log[k, c] - shared)
    return at


def pull_hazards(program, u, shift, cotangent, slope, of_shift, at, columns):
    """The slope of (1 - p)^phi in the logit of p and in the log of the pace."""
    items, openings = program.hazards, program.openings
    for i in range(len(items.base)):
        k = items.opening[i]
        for c in columns:
            x = u[items.base[i], c] + shift[items.shift[i], c]
            part, of_log_part = open_part(u[openings.pace[k], c], openings.open[k], openings.steps[k])
            of_exponent = (cotangent[at + 1, c] - cotangent[at, c]) * np.exp(-part * softplus(x))
            change = of_exponent * part * expit(x)
            slope[items.base[i], c] += change
            of_shift[items.shift[i], c] += change
            slope[openings.pace[k], c] += of_exponent * softplus(x) * part * of_log_part
        at += 2
    return at


def pull_steps(program, u, entries, cotangent, slope, at, columns):
    """The slope of a step's weight in the log of the pace."""
    items, openings = program.steps, program.openings
    for i in range(len(items.position)):
        k = items.opening[i]
        steps = openings.steps[k]
        for c in columns:
            late = tail(u[openings.pace[k], c], openings.open[k], steps)[1]
            change = cotangent[at + i, c] * entries[at + i, c]
            slope[openings.pace[k], c] += change * (late - items.position[i] / (steps - 1))


# --- what depends on what -----------------------------------------------------------------------------


def dependencies(program: TableProgram) -> tuple[IntArray, IntArray]:
    """Return all pairs (entry, judgement on which it depends), each once, sorted.

    `same as` is not followed: a judgement that borrows its draw stands for itself.
    """
    logistic, hazards, steps = program.logistic, program.hazards, program.steps
    pace = program.openings.pace
    of_item, item = _fellows(program.shares)
    share = _spread(program.shares.row_first, program.shares.row)[1]  # of each item of each group
    at = np.cumsum([1, 2 * len(logistic.base), len(program.shares.shift), 2 * len(hazards.base)])
    pairs, of_step = np.arange(2 * len(logistic.base)), np.arange(len(steps.position))
    either = np.arange(2 * len(hazards.base))
    on_judgements = [
        (at[0] + pairs, logistic.base[pairs // 2]),
        (at[1] + of_item, program.shares.base[share[item]]),
        (at[2] + either, hazards.base[either // 2]),
        (at[2] + either, pace[hazards.opening[either // 2]]),
        (at[3] + of_step, pace[steps.opening]),
    ]
    on_shifts = [
        (at[0] + pairs, logistic.shift[pairs // 2]),
        (at[1] + of_item, program.shares.shift[item]),
        (at[2] + either, hazards.shift[either // 2]),
    ]
    entry, shift = (np.concatenate(part) for part in zip(*on_shifts, strict=True))
    shifted, term = _spread(program.shifts.first, shift)
    on_judgements.append((entry[shifted], program.shifts.strength[term]))
    found = np.unique(
        np.stack([np.concatenate(part) for part in zip(*on_judgements, strict=True)]), axis=1
    )
    return found[0], found[1]


def _spread(first: IntArray, which: IntArray) -> tuple[IntArray, IntArray]:
    """List the members of the ranges `first[w]` to `first[w + 1]`, each with the place of w in `which`."""
    lengths = np.diff(first)[which]
    place = np.repeat(np.arange(len(which)), lengths)
    within = np.arange(len(place)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return place, first[which][place] + within


def _fellows(shares: Shares) -> tuple[IntArray, IntArray]:
    """Return all pairs of items that are normalised together."""
    first = np.concatenate([[0], np.cumsum(np.diff(shares.row_first)[shares.row])])
    group = np.repeat(np.arange(len(shares.row)), np.diff(first))
    return _spread(first, group)

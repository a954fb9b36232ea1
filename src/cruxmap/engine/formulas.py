"""Judgements become table entries, and slopes in entries become slopes in judgements.

In: a `TableProgram` and judgements `u` on the unconstrained scale. Out: the entries of a network's tables,
per draw. Entries are sound at 0% and 100% (no NaN in a value or a slope), and small p and small 1 - p keep
their relative accuracy.

The formulas are for all items of a kind and many draws at once, in steps that stay in the cache. For Markov
chains, which ask for one draw at a time, there are the same as compiled loops (`compiled_formulas`).
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from cruxmap.engine.network import (
    NO_CREDENCE,
    BoolArray,
    FloatArray,
    Hazards,
    IntArray,
    Logistic,
    Openings,
    Shares,
    Shifts,
    Steps,
    TableProgram,
)
from cruxmap.engine.ragged import members, starts
from cruxmap.engine.special import expit, softplus

NUMBERS_AT_ONCE = 1 << 19
"""About how many entries are worked on at a time, so that what leads to them stays in the processor's cache.

An entry and draw of the twelve worldviews on deceptive alignment takes 12 ns so, 17 ns with an eighth of it.
"""

LEAST_AT_ONCE = 16
"""Draws that are worked on at a time at least."""

IMPOSSIBLE = -1e300
"""The log of the weight of a state that nothing is left for."""


def fill(program: TableProgram, u: FloatArray, single: BoolArray) -> FloatArray:
    """Return the entries (n_entries, D) for judgements `u` (n_judgements, D).

    `single` (n_judgements,) or (n_judgements, D) marks the shares that are kept as given. The formulas are
    those of the table of conditional distributions in docs/method.md.
    """
    entries = np.empty((program.n_entries, u.shape[1]))
    with np.errstate(over="ignore", under="ignore"):
        for part in _parts(program, u):
            fill_entries(program, u[:, part], _of_part(single, part), entries[:, part])
    return entries


def pullback(
    program: TableProgram, u: FloatArray, single: BoolArray, entries: FloatArray, cotangent: FloatArray
) -> FloatArray:
    """Return the slope (n_judgements, D) in `u` of `sum(cotangent * entries)`; `entries` are those of `fill`.

    The derivative of a strength's `max(0, u)` is 0 at and below 0.
    """
    slope = np.zeros(u.shape)
    with np.errstate(over="ignore", under="ignore"):
        for part in _parts(program, u):
            pull_entries(
                program, u[:, part], _of_part(single, part), entries[:, part], cotangent[:, part],
                slope[:, part],
            )  # fmt: skip
    return slope


def _parts(program: TableProgram, u: FloatArray) -> list[slice]:
    """Return which draws to take at a time."""
    size = max(LEAST_AT_ONCE, NUMBERS_AT_ONCE // program.n_entries)
    return [slice(start, start + size) for start in range(0, u.shape[1], size)]


def _of_part(single: BoolArray, part: slice) -> BoolArray:
    return single[:, None] if single.ndim == 1 else single[:, part]


# --- rows of arrays -----------------------------------------------------------------------------------
#
# Parts of an array of rows stand one after the other: part k is rows `first[k]` to `first[k + 1]`, at least
# one.


def column(numbers: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Numbers, one per row, that stand beside a number per draw."""
    return numbers[:, None]


def add_up(rows: FloatArray, first: IntArray) -> FloatArray:
    """Return the sum of the rows of each part."""
    return np.add.reduceat(rows, first[:-1], axis=0) if len(first) > 1 else rows[:0]


def largest(rows: FloatArray, first: IntArray) -> FloatArray:
    """Return the largest of the rows of each part."""
    return np.maximum.reduceat(rows, first[:-1], axis=0) if len(first) > 1 else rows[:0]


def repeated[T: np.generic](rows: npt.NDArray[T], counts: IntArray) -> npt.NDArray[T]:
    """Return each row as often as its count says."""
    return rows.repeat(counts, axis=0)


def add_to(total: FloatArray, at: IntArray, rows: FloatArray) -> None:
    """Add to the rows `at` of a total, where one may be named more than once."""
    if rows.shape[1] == 1:  # five times as fast as sorting
        total[:, 0] += np.bincount(at, rows[:, 0], len(total))
        return
    order = np.argsort(at, kind="stable")
    at = at[order]
    first = np.flatnonzero(np.diff(at, prepend=-1))
    total[at[first]] += add_up(rows[order], np.append(first, len(at)))


# --- what is open of a phase --------------------------------------------------------------------------


def step_weight(log_pace: FloatArray, position: IntArray, n_open: IntArray, steps: IntArray) -> FloatArray:
    """pace^(-position / (steps - 1)), over the largest such weight of the last `n_open` steps."""
    from_last = np.where(log_pace > 0.0, steps - n_open - position, steps - 1 - position)
    return np.exp(log_pace * (from_last / (steps - 1)))


def tail(log_pace: FloatArray, n_open: IntArray, steps: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return the sum of the weights of the last `n_open` steps of each opening, and the mean of
    position / (steps - 1) under them.
    """
    first, position = starts(n_open), column(members(steps - n_open, n_open))
    among = repeated(steps, n_open)
    weight = step_weight(
        repeated(log_pace, n_open), position, column(repeated(n_open, n_open)), column(among)
    )
    total = add_up(weight, first)
    return total, add_up(weight * (position / column(among - 1)), first) / total


def opened(openings: Openings, u: FloatArray) -> tuple[FloatArray, ...]:
    """What is open of phases, (n_openings, D) each: the sum of its weights and their mean place (see `tail`),
    its part of the weights of the phase, and the slope of the log of that in the log of the pace.
    """
    log_pace, n_open, steps = u[openings.pace], openings.open, openings.steps
    total, late = tail(log_pace, n_open, steps)
    whole, on_average = tail(log_pace, steps, steps)
    ahead = np.exp(-np.maximum(log_pace, 0.0) * column((steps - n_open) / (steps - 1)))
    return total, late, ahead * total / whole, on_average - late


# --- entries ------------------------------------------------------------------------------------------
#
# Arrays with a number per draw are (items, draws).


def fill_entries(program: TableProgram, u: FloatArray, single: BoolArray, entries: FloatArray) -> None:
    """Fill `entries` (n_entries, D): the constant 1, then what each kind of item makes, one after another."""
    shift = shifts(program.shifts, u)
    entries[0] = 1.0
    at = fill_logistic(program.logistic, u, shift, entries, 1)
    at = fill_shares(program.shares, u, single, shift, entries, at)
    total, _, part, _ = opened(program.openings, u)
    at = fill_hazards(program.hazards, part, u, shift, entries, at)
    fill_steps(program.steps, program.openings, total, u, entries, at)


def shifts(terms: Shifts, u: FloatArray) -> FloatArray:
    """The logit shifts (n_shifts, D) by the arguments that hold; the first has no terms."""
    shift = np.zeros((len(terms.first) - 1, u.shape[1]))
    shift[1:] = add_up(column(terms.sign) * np.maximum(in_force(terms, u), 0.0), terms.first[1:])
    return shift


def in_force(terms: Shifts, u: FloatArray) -> FloatArray:
    """The log of the strength of each term, 0 where its argument's credence is 0%."""
    strength = u[terms.strength]
    shared = np.flatnonzero(terms.credence != terms.strength)
    if len(shared):
        strength[shared] = np.where(u[terms.credence[shared]] > NO_CREDENCE, strength[shared], 0.0)
    return strength


def fill_logistic(items: Logistic, u: FloatArray, shift: FloatArray, entries: FloatArray, at: int) -> int:
    """A boolean each: false, then true."""
    end = at + 2 * len(items.base)
    x = u[items.base] + shift[items.shift]
    whole = 1.0 + np.exp(-np.abs(x))
    entries[at:end:2] = np.exp(-np.maximum(x, 0.0)) / whole
    entries[at + 1 : end : 2] = np.exp(np.minimum(x, 0.0)) / whole
    return end


def settle_rows(items: Shares, u: FloatArray, single: BoolArray) -> tuple[FloatArray, ...]:
    """Settle shares before arguments: their log-weights (n_shares, D), how rows are filled up (n_rows, D).

    Singles count with their own p, over `overfull` where they take more than 1 (their sum, at least 1). The
    others keep their proportions and fill what is `left` (at least 0). Also returned: the log of the sum of
    the others' p.
    """
    first, sizes = items.row_first, items.row_first[1:] - items.row_first[:-1]
    x, kept = u[items.base], single[items.base] != 0
    p, log_p = expit(x), -softplus(-x)
    # 1 - taken, without cancellation where one single share is nearly all there is
    large = add_up(np.where(kept & (p > 0.5), 1.0, 0.0), first)
    small = add_up(np.where(kept, np.where(p > 0.5, expit(-x), -p), 0.0), first)
    overfull = np.maximum(add_up(np.where(kept, p, 0.0), first), 1.0)
    left = np.maximum(1.0 - large + small, 0.0)
    highest = largest(np.where(kept, IMPOSSIBLE, log_p), first)
    others = add_up(np.where(kept, 0.0, np.exp(log_p - repeated(highest, sizes))), first)
    log_others = np.where(others > 0.0, highest + np.log(np.where(others > 0.0, others, 1.0)), 0.0)
    log_left = np.where(left > 0.0, np.log(np.where(left > 0.0, left, 1.0)), IMPOSSIBLE)
    filled = np.maximum(log_p + repeated(log_left, sizes) - repeated(log_others, sizes), IMPOSSIBLE)
    log_weight = np.where(kept, log_p - repeated(np.log(overfull), sizes), filled)
    return log_weight, overfull, left, log_others


def grouped(items: Shares) -> tuple[IntArray, IntArray, IntArray]:
    """Return where each group of shares starts, how many it has, and for each of its items the share."""
    sizes = np.diff(items.row_first)[items.row]
    return starts(sizes), sizes, members(items.row_first[items.row], sizes)


def fill_shares(
    items: Shares, u: FloatArray, single: BoolArray, shift: FloatArray, entries: FloatArray, at: int
) -> int:
    """A distribution per group, normalised; in logarithms, so that no share is too small for that."""
    first, sizes, share = grouped(items)
    moved = settle_rows(items, u, single)[0][share] + shift[items.shift]
    weight = np.exp(moved - repeated(largest(moved, first), sizes))
    end = at + len(share)
    entries[at:end] = weight / repeated(add_up(weight, first), sizes)
    return end


def fill_hazards(
    items: Hazards, part: FloatArray, u: FloatArray, shift: FloatArray, entries: FloatArray, at: int
) -> int:
    """(1 - p)^phi, then 1 - (1 - p)^phi, with phi the part of the phase that is open."""
    end = at + 2 * len(items.base)
    exponent = -part[items.opening] * softplus(u[items.base] + shift[items.shift])
    entries[at:end:2] = np.exp(exponent)
    entries[at + 1 : end : 2] = -np.expm1(exponent)
    return end


def fill_steps(
    items: Steps, openings: Openings, total: FloatArray, u: FloatArray, entries: FloatArray, at: int
) -> None:
    """The weight of one step among those that are open."""
    k = items.opening
    n_open, steps = column(openings.open[k]), column(openings.steps[k])
    entries[at:] = step_weight(u[openings.pace[k]], column(items.position), n_open, steps) / total[k]


# --- slopes -------------------------------------------------------------------------------------------


def pull_entries(
    program: TableProgram,
    u: FloatArray,
    single: BoolArray,
    entries: FloatArray,
    cotangent: FloatArray,
    slope: FloatArray,
) -> None:
    """Add to `slope` (n_judgements, D) that of `sum(cotangent * entries)` in `u`."""
    terms = program.shifts
    shift = shifts(terms, u)
    of_shift = np.zeros(shift.shape)
    at = pull_logistic(program.logistic, entries, cotangent, slope, of_shift, 1)
    at = pull_shares(program.shares, u, single, entries, cotangent, slope, of_shift, at)
    _, late, part, of_log_part = opened(program.openings, u)
    at = pull_hazards(
        program.hazards, program.openings, part, of_log_part, u, shift, cotangent, slope, of_shift, at
    )
    pull_steps(program.steps, program.openings, late, entries, cotangent, slope, at)
    of_term = column(terms.sign) * repeated(of_shift, np.diff(terms.first))
    add_to(slope, terms.strength, np.where(in_force(terms, u) > 0.0, of_term, 0.0))


def pull_logistic(
    items: Logistic,
    entries: FloatArray,
    cotangent: FloatArray,
    slope: FloatArray,
    of_shift: FloatArray,
    at: int,
) -> int:
    """The slope of a logistic is p (1 - p)."""
    end = at + 2 * len(items.base)
    change = (
        (cotangent[at + 1 : end : 2] - cotangent[at:end:2]) * entries[at:end:2] * entries[at + 1 : end : 2]
    )
    add_to(slope, items.base, change)
    add_to(of_shift, items.shift, change)
    return end


def pull_shares(
    items: Shares,
    u: FloatArray,
    single: BoolArray,
    entries: FloatArray,
    cotangent: FloatArray,
    slope: FloatArray,
    of_shift: FloatArray,
    at: int,
) -> int:
    """Back through the normalising of each group, then through the filling up of each row."""
    first, sizes, share = grouped(items)
    end = at + len(share)
    q, of_q = entries[at:end], cotangent[at:end]
    change = q * (of_q - repeated(add_up(q * of_q, first), sizes))
    add_to(of_shift, items.shift, change)
    of_log = np.zeros((len(items.base), u.shape[1]))
    add_to(of_log, share, change)
    _, overfull, left, log_others = settle_rows(items, u, single)
    first, sizes = items.row_first, items.row_first[1:] - items.row_first[:-1]
    x, kept = u[items.base], single[items.base] != 0
    of_kept = add_up(np.where(kept, of_log, 0.0), first)
    of_others = add_up(np.where(kept, 0.0, of_log), first)
    of_taken = np.where(overfull > 1.0, of_kept / overfull, 0.0)
    of_taken = of_taken + np.where(left > 0.0, of_others / np.where(left > 0.0, left, 1.0), 0.0)
    fraction = np.exp(np.minimum(-softplus(-x) - repeated(log_others, sizes), 0.0))
    shared = np.where(kept, expit(x) * repeated(of_taken, sizes), fraction * repeated(of_others, sizes))
    add_to(slope, items.base, expit(-x) * (of_log - shared))
    return end


def pull_hazards(
    items: Hazards,
    openings: Openings,
    part: FloatArray,
    of_log_part: FloatArray,
    u: FloatArray,
    shift: FloatArray,
    cotangent: FloatArray,
    slope: FloatArray,
    of_shift: FloatArray,
    at: int,
) -> int:
    """The slope through the hazard, and through the part of the phase that is open."""
    end = at + 2 * len(items.base)
    x, part = u[items.base] + shift[items.shift], part[items.opening]
    exponent = part * softplus(x)
    of_exponent = (cotangent[at + 1 : end : 2] - cotangent[at:end:2]) * np.exp(-exponent)
    change = of_exponent * part * expit(x)
    add_to(slope, items.base, change)
    add_to(of_shift, items.shift, change)
    add_to(slope, openings.pace[items.opening], of_exponent * exponent * of_log_part[items.opening])
    return end


def pull_steps(
    items: Steps,
    openings: Openings,
    late: FloatArray,
    entries: FloatArray,
    cotangent: FloatArray,
    slope: FloatArray,
    at: int,
) -> None:
    """The slope of a step's weight in the log of the pace."""
    k = items.opening
    place = column(items.position / (openings.steps[k] - 1))
    add_to(slope, openings.pace[k], cotangent[at:] * entries[at:] * (late[k] - place))


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

"""Judgements to table entries: the numbers of a worldview, drawn, shifted by arguments, put into tables.

In: the perspectives of a map, draws `z`, the program of a network. Out: one value per table entry and
draw. `fill` is one text for numpy and for symbolic arrays, given by their `ArrayOps`; it is sound at
0% and 100% (no NaN in a value or a slope) and keeps the relative accuracy of small p and small 1 - p.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.special import expit

from cruxmap.language.argument_map import ArgumentMap, Role, Scale
from cruxmap.language.inheritance import Perspective
from cruxmap.network.network import FloatArray, IntArray, Network, TableProgram

NUMBERS_AT_ONCE = 16384
"""About how many entries to fill at a time, so that they stay in the processor's cache."""

type BoolArray = npt.NDArray[np.bool_]

type Array = Any
"""A numpy array, or a symbolic one of the library whose `ArrayOps` are in use."""


# --- numbers -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """Every number of every perspective, (W, J), on the unconstrained scale: `u = mu + sd * z[column]`.

    `column` is the judgement whose draw is used: its own, or the one that `same as` leads to. `single`
    marks shares that are kept as given. `is_ratio` and `is_strength` (J,) tell the scales apart:
    probabilities by their logit, ratios by their log, strengths never below 1.
    """

    mu: FloatArray
    sd: FloatArray
    column: IntArray
    single: BoolArray
    is_ratio: BoolArray
    is_strength: BoolArray


def numbers(network: Network, argument_map: ArgumentMap, perspectives: Sequence[Perspective]) -> Numbers:
    """Return the numbers that the perspectives put into the network's judgements."""
    index = {address: i for i, address in enumerate(network.addresses)}
    shape = (len(perspectives), len(index))
    mu, sd = np.zeros(shape), np.zeros(shape)
    column, single = np.zeros(shape, np.int64), np.zeros(shape, np.bool_)
    for w, perspective in enumerate(perspectives):
        settings = perspective.settings
        mu[w] = [s.value.mu for s in settings]
        sd[w] = [s.value.sd for s in settings]
        column[w] = [index[s.column] for s in settings]
        single[w] = [s.single for s in settings]
    roles = [judgement.role for judgement in argument_map.judgements.values()]
    return Numbers(
        mu,
        sd,
        column,
        single,
        is_ratio=np.array([role.scale is Scale.RATIO for role in roles], np.bool_),
        is_strength=np.array([role is Role.STRENGTH for role in roles], np.bool_),
    )


def unconstrained(numbers: Numbers, z: FloatArray, worldview: int) -> FloatArray:
    """Return `u` (J, D) of one perspective for standard normal draws `z` (J, D)."""
    u: FloatArray = z[numbers.column[worldview]]
    u *= numbers.sd[worldview][:, None]
    u += numbers.mu[worldview][:, None]
    return u


def natural(numbers: Numbers, u: FloatArray) -> FloatArray:
    """Return judgements (J, D) as people read them: probabilities, and ratios (a strength is 1 at least)."""
    values: FloatArray = expit(u)
    values[numbers.is_ratio] = np.exp(u[numbers.is_ratio])
    values[numbers.is_strength] = np.maximum(values[numbers.is_strength], 1.0)
    return values


# --- arrays ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ArrayOps:
    """The array functions that `fill` needs; segments are numbered in increasing order along the first axis.

    `logistic(u, base, shift, which, sign)` is `sigmoid(sign * (u[base] + shift[which]))`.
    `segment_sum(values, segment, n)` adds up the rows of each of n segments (0 where there are none);
    `segment_max` is the same for the largest, and stands for a constant where slopes are taken.
    """

    exp: Callable[[Array], Array]
    log: Callable[[Array], Array]
    expm1: Callable[[Array], Array]
    sigmoid: Callable[[Array], Array]
    softplus: Callable[[Array], Array]
    where: Callable[[Array, Array, Array], Array]
    take: Callable[[Array, IntArray], Array]
    ones: Callable[[tuple[Any, ...]], Array]
    concatenate: Callable[[list[Array]], Array]
    logistic: Callable[[Array, IntArray, Array, IntArray, FloatArray], Array]
    segment_sum: Callable[[Array, IntArray, int], Array]
    segment_max: Callable[[Array, IntArray, int], Array]


def _logistic(
    u: FloatArray, base: IntArray, shift: FloatArray, which: IntArray, sign: FloatArray
) -> FloatArray:
    """A few rows at a time, so that they stay in the processor's cache."""
    out = np.empty((len(base), *u.shape[1:]))
    rows = max(1, NUMBERS_AT_ONCE // max(1, u[0].size))
    for first in range(0, len(base), rows):
        part = slice(first, first + rows)
        x = out[part]
        np.take(u, base[part], axis=0, out=x, mode="clip")
        if which[part].any():
            x += shift[which[part]]
        x *= _column(sign[part], u)
        expit(x, out=x)
    return out


def _segment_sum(values: FloatArray, segment: IntArray, n: int) -> FloatArray:
    if values.ndim == 1:
        return np.bincount(segment, values, n).astype(np.float64)
    ones, one_each = np.ones(len(segment)), np.arange(len(segment))
    pointers = np.searchsorted(segment, np.arange(n + 1))
    sums: FloatArray = sparse.csr_array((ones, one_each, pointers), shape=(n, len(segment))) @ values
    return sums


def _segment_max(values: FloatArray, segment: IntArray, n: int) -> FloatArray:
    """By place in the segment: `reduceat` takes far longer where there are many short segments."""
    starts = np.searchsorted(segment, np.arange(n))
    lengths = np.bincount(segment, minlength=n)
    largest: FloatArray = values[starts]
    for place in range(1, lengths.max(initial=1)):
        longer = np.flatnonzero(lengths > place)
        largest[longer] = np.maximum(largest[longer], values[starts[longer] + place])
    return largest


NUMPY = ArrayOps(
    exp=np.exp,
    log=np.log,
    expm1=np.expm1,
    sigmoid=expit,
    softplus=lambda x: np.logaddexp(0.0, x),
    where=np.where,
    take=lambda values, index: np.take(values, index, axis=0),
    ones=np.ones,
    concatenate=np.concatenate,
    logistic=_logistic,
    segment_sum=_segment_sum,
    segment_max=_segment_max,
)


def _column(values: Array, like: Array) -> Array:
    """Give a vector as many axes as `like` has."""
    return values if like.ndim == 1 else values[:, None]


# --- entries -----------------------------------------------------------------------------------


def fill(program: TableProgram, u: Array, single: Array, ops: ArrayOps = NUMPY) -> Array:
    """Return the entries (E, D) of a network's tables for judgements `u` (J, D); without D for both too.

    `single` (J,) or (J, D) marks the shares that are kept as given. Formulas: the table of conditional
    distributions in the method's description.
    """
    shift = _shifts(program, u, ops)
    parts = [ops.ones((1, *u.shape[1:]))]
    if len(program.logistic_entry):
        parts.append(
            ops.logistic(u, program.logistic_base, shift, program.logistic_shift, program.logistic_sign)
        )
    if len(program.share_entry):
        parts.append(_shares(program, u, single, shift, ops))
    if len(program.hazard_entry):
        parts.append(_hazards(program, u, shift, ops))
    if len(program.step_entry):
        parts.append(_steps(program, u, ops))
    entries = ops.concatenate(parts)
    order = np.concatenate(
        [[0], program.logistic_entry, program.share_entry, program.hazard_entry, program.step_entry]
    )
    if np.array_equal(order, np.arange(program.n_entries)):
        return entries
    return ops.take(entries, np.argsort(order))


def _shifts(program: TableProgram, u: Array, ops: ArrayOps) -> Array:
    """The logit shifts (S, D) by the arguments that hold, `sum(sign * max(0, u))` over their strengths."""
    log_strength = ops.take(u, program.term_strength)
    terms = _column(program.term_sign, u) * ops.where(log_strength > 0, log_strength, np.float64(0.0))
    return ops.segment_sum(terms, program.term_shift, program.n_shifts)


def _shares(program: TableProgram, u: Array, single: Array, shift: Array, ops: ArrayOps) -> Array:
    """Shares, moved by arguments and normalised; in logarithms, so that none is too small for that."""
    rows = _rows(program)
    group, n = program.share_group, program.n_groups
    settled = _settled(rows, u, single, ops).log_weight
    moved = ops.take(settled, rows.of_item) + ops.take(shift, program.share_shift)
    weight = ops.exp(moved - ops.take(ops.segment_max(moved, group, n), group))
    return weight / ops.take(ops.segment_sum(weight, group, n), group)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Each share once: judgement `base[k]`, in row `row[k]` of `n`; item i has share `of_item[i]`."""

    base: IntArray
    row: IntArray
    n: int
    of_item: IntArray


def _rows(program: TableProgram) -> _Rows:
    _, first, number = np.unique(program.share_base, return_index=True, return_inverse=True)
    once = np.sort(first)  # the first group of each row
    groups, row = np.unique(program.share_group[once], return_inverse=True)
    return _Rows(program.share_base[once], row, len(groups), np.searchsorted(once, first)[number])


@dataclass(frozen=True, slots=True)
class _Settled:
    """Shares (rows' items, D) before arguments, as the log of a weight.

    A single share counts with its `p`, over `overfull` where the singles take more than 1; the others, of
    which each is the `fraction` of all others, fill what is `left`. Both are per row.
    """

    log_weight: Array
    p: Array
    kept: Array
    fraction: Array
    overfull: Array
    left: Array


def _settled(rows: _Rows, u: Array, single: BoolArray, ops: ArrayOps) -> _Settled:
    zero, one, impossible = np.float64(0.0), np.float64(1.0), np.float64(-1e300)
    row, n = rows.row, rows.n
    base = ops.take(u, rows.base)
    p, complement = ops.sigmoid(base), ops.sigmoid(-base)
    log_p = -ops.softplus(-base)
    kept = single[rows.base]
    if kept.ndim < base.ndim:
        kept = kept[:, None]

    taken = ops.segment_sum(ops.where(kept, p, zero), row, n)
    overfull = ops.where(taken > 1, taken, one)
    # 1 - taken, without cancellation where one single share is nearly all there is
    large = ops.segment_sum(ops.where(kept & (p > 0.5), one, zero), row, n)
    small = ops.segment_sum(ops.where(kept, ops.where(p > 0.5, complement, -p), zero), row, n)
    left = one - large + small
    left = ops.where(left > 0, left, zero)

    largest = ops.segment_max(ops.where(kept, impossible, log_p), row, n)
    fraction = ops.exp(ops.where(kept, impossible, log_p - ops.take(largest, row)))
    others = ops.segment_sum(fraction, row, n)
    others = ops.where(others > 0, others, one)

    fills = ops.log(ops.where(left > 0, left, one)) - largest - ops.log(others)
    log_weight = log_p + ops.where(kept, -ops.take(ops.log(overfull), row), ops.take(fills, row))
    possible = kept | ops.take(left > 0, row)
    log_weight = ops.where(possible, log_weight, impossible)
    return _Settled(log_weight, p, kept, fraction / ops.take(others, row), overfull, left)


def _hazards(program: TableProgram, u: Array, shift: Array, ops: ArrayOps) -> Array:
    """`1 - (1 - p)^phi` or `(1 - p)^phi`, with phi the part of the phase that is open."""
    x = ops.take(u, program.hazard_base) + ops.take(shift, program.hazard_shift)
    (pace, n_open, steps), which = _distinct(program.hazard_pace, program.hazard_open, program.hazard_steps)
    part = ops.take(_open_part(ops.take(u, pace), n_open, steps, ops), which)
    exponent = -part * ops.softplus(x)
    happens = _column(program.hazard_happens, u)
    return ops.where(happens, -ops.expm1(exponent), ops.exp(exponent))


def _distinct(*columns: IntArray) -> tuple[IntArray, IntArray]:
    """Return the distinct tuples of the columns, (columns, tuples), and which of them each row is."""
    distinct, which = np.unique(np.stack(columns), axis=1, return_inverse=True)
    return distinct, which


def _steps(program: TableProgram, u: Array, ops: ArrayOps) -> Array:
    """The weight of one step among those that are open."""
    log_pace = ops.take(u, program.step_pace)
    total = _tail(log_pace, program.step_open, program.step_steps, ops)
    return (
        _relative_weight(log_pace, program.step_position, program.step_open, program.step_steps, ops) / total
    )


def _relative_weight(
    log_pace: Array, position: IntArray, n_open: IntArray, steps: IntArray, ops: ArrayOps
) -> Array:
    """`pace^(-position/(steps - 1))` relative to the largest such weight of the last `n_open` steps."""
    from_first = _column((position - (steps - n_open)) / (steps - 1), log_pace)
    from_last = _column((position - (steps - 1)) / (steps - 1), log_pace)
    return ops.exp(-log_pace * ops.where(log_pace > 0, from_first, from_last))


def _tail(log_pace: Array, n_open: IntArray, steps: IntArray, ops: ArrayOps) -> Array:
    """The sum of the relative weights of the open steps."""
    item, position = _positions(n_open, steps)
    weights = _relative_weight(ops.take(log_pace, item), position, n_open[item], steps[item], ops)
    return ops.segment_sum(weights, item, len(steps))


def _positions(n_open: IntArray, steps: IntArray) -> tuple[IntArray, IntArray]:
    """List the open steps of each phase: (which phase, which step counted from 0)."""
    item = np.repeat(np.arange(len(steps)), n_open)
    position = np.concatenate([np.arange(m - n, m) for n, m in zip(n_open, steps, strict=True)])
    return item, position


def _open_part(log_pace: Array, n_open: IntArray, steps: IntArray, ops: ArrayOps) -> Array:
    """The weight of the last `n_open` of `steps` steps, over that of all."""
    skipped = _column((steps - n_open) / (steps - 1), log_pace)
    ahead = ops.exp(-ops.where(log_pace > 0, log_pace, np.float64(0.0)) * skipped)
    return ahead * _tail(log_pace, n_open, steps, ops) / _tail(log_pace, steps, steps, ops)


# --- slopes ------------------------------------------------------------------------------------


def pullback(
    program: TableProgram, u: FloatArray, single: BoolArray, entries: FloatArray, cotangent: FloatArray
) -> FloatArray:
    """Return the slope (J, D) of `sum(cotangent * fill(...))` in `u`; `entries` are those `fill` gave.

    The derivative of a strength's `max(0, u)` is 0 at and below 0.
    """
    ops = NUMPY
    shift = _shifts(program, u, ops)
    slope = np.zeros_like(u)
    of_shift = np.zeros_like(shift)
    if len(program.logistic_entry):
        shifted = u[program.logistic_base] + shift[program.logistic_shift]
        change = cotangent[program.logistic_entry] * _column(program.logistic_sign, u)
        change *= expit(shifted) * expit(-shifted)
        slope += _scattered(change, program.logistic_base, len(u))
        of_shift += _scattered(change, program.logistic_shift, len(shift))
    if len(program.share_entry):
        at = program.share_entry
        change, of_item = _share_slopes(program, u, single, entries[at], cotangent[at])
        slope += _scattered(change, _rows(program).base, len(u))
        of_shift += _scattered(of_item, program.share_shift, len(shift))
    if len(program.hazard_entry):
        change, of_pace = _hazard_slopes(program, u, shift, cotangent[program.hazard_entry])
        slope += _scattered(change, program.hazard_base, len(u))
        slope += _scattered(of_pace, program.hazard_pace, len(u))
        of_shift += _scattered(change, program.hazard_shift, len(shift))
    if len(program.step_entry):
        change = cotangent[program.step_entry] * entries[program.step_entry]
        late = _column(program.step_position / (program.step_steps - 1), u)
        change *= _mean_position(u[program.step_pace], program.step_open, program.step_steps) - late
        slope += _scattered(change, program.step_pace, len(u))
    terms = of_shift[program.term_shift] * _column(program.term_sign, u)
    terms *= u[program.term_strength] > 0
    return slope + _scattered(terms, program.term_strength, len(u))


def _scattered(values: FloatArray, index: IntArray, n: int) -> FloatArray:
    """Add up the rows of `values` that go to the same place."""
    order = np.argsort(index, kind="stable")
    return _segment_sum(values[order], index[order], n)


def _share_slopes(
    program: TableProgram, u: FloatArray, single: BoolArray, shares: FloatArray, cotangent: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Slopes of shares in their logits, per share of a row, and in the shifts, per item."""
    rows = _rows(program)
    row, n = rows.row, rows.n
    mean = _segment_sum(shares * cotangent, program.share_group, program.n_groups)
    of_item = shares * (cotangent - mean[program.share_group])
    of_log = _scattered(of_item, rows.of_item, len(row))
    settled = _settled(rows, u, single, NUMPY)
    kept = settled.kept
    of_kept = _segment_sum(np.where(kept, of_log, 0.0), row, n)
    of_others = _segment_sum(np.where(kept, 0.0, of_log), row, n)
    of_taken = np.where(settled.overfull > 1, of_kept / settled.overfull, 0.0)
    of_taken += np.where(settled.left > 0, of_others / np.where(settled.left > 0, settled.left, 1.0), 0.0)
    shared = np.where(kept, settled.p * of_taken[row], settled.fraction * of_others[row])
    return expit(-u[rows.base]) * (of_log - shared), of_item


def _hazard_slopes(
    program: TableProgram, u: FloatArray, shift: FloatArray, cotangent: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Slopes of hazards in their logit (shift included) and in the log of their pace, per item."""
    x = u[program.hazard_base] + shift[program.hazard_shift]
    log_pace, n_open, steps = u[program.hazard_pace], program.hazard_open, program.hazard_steps
    part = _open_part(log_pace, n_open, steps, NUMPY)
    softplus = np.logaddexp(0.0, x)
    of_exponent = np.where(_column(program.hazard_happens, u), cotangent, -cotangent) * np.exp(
        -part * softplus
    )
    early = _mean_position(log_pace, steps, steps) - _mean_position(log_pace, n_open, steps)
    return of_exponent * part * expit(x), of_exponent * softplus * part * early


def _mean_position(log_pace: FloatArray, n_open: IntArray, steps: IntArray) -> FloatArray:
    """The mean of `position / (steps - 1)` over the open steps, by their weights."""
    item, position = _positions(n_open, steps)
    weights = _relative_weight(log_pace[item], position, n_open[item], steps[item], NUMPY)
    late = _column(position / (steps[item] - 1), log_pace)
    n = len(steps)
    return _segment_sum(weights * late, item, n) / _segment_sum(weights, item, n)


# --- what depends on what ----------------------------------------------------------------------


def dependencies(program: TableProgram) -> tuple[IntArray, IntArray]:
    """Return all pairs (entry, judgement on which it depends), each once, sorted.

    `same as` is not followed: a judgement that borrows its draw stands for itself.
    """
    p = program
    users = [p.logistic_base, p.share_base, p.hazard_base, p.hazard_pace, p.step_pace, p.term_strength]
    n_judgements = 1 + max(int(index.max(initial=-1)) for index in users)
    shape = (p.n_entries, n_judgements)
    strengths = _relation(p.term_shift, p.term_strength, (p.n_shifts, n_judgements))
    group = _relation(p.share_entry, p.share_group, (p.n_entries, p.n_groups))
    found = sum(
        (
            _relation(p.logistic_entry, p.logistic_base, shape),
            _relation(p.logistic_entry, p.logistic_shift, (p.n_entries, p.n_shifts)) @ strengths,
            group @ _relation(p.share_group, p.share_base, (p.n_groups, n_judgements)),
            group @ (_relation(p.share_group, p.share_shift, (p.n_groups, p.n_shifts)) @ strengths),
            _relation(p.hazard_entry, p.hazard_base, shape),
            _relation(p.hazard_entry, p.hazard_pace, shape),
            _relation(p.hazard_entry, p.hazard_shift, (p.n_entries, p.n_shifts)) @ strengths,
        ),
        start=_relation(p.step_entry, p.step_pace, shape),
    ).tocsr()
    found.sort_indices()
    entry, judgement = found.nonzero()
    return entry.astype(np.int64), judgement.astype(np.int64)


def _relation(left: IntArray, right: IntArray, shape: tuple[int, int]) -> sparse.csr_array:
    """The matrix that counts how often each pair occurs."""
    return sparse.coo_array((np.ones(len(left)), (left, right)), shape=shape).tocsr()

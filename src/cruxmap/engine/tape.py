"""What a plan comes down to: one list of sums of products, values first and then their slopes.

The derivative of Z with respect to a value is a sum of products too: for every product in which the value
is used, the slope of that sum times the other factor. Written down in the reverse order, these sums, and
what is read from them, are run by the same loop as the plan's own.

A tape answers for several pieces of evidence at once, its *cases*. What comes out the same in two cases is
written once, and what a case rules out is left out of it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cruxmap.engine.network import BoolArray, Evidence, FloatArray, IntArray
from cruxmap.engine.planning import Plan, SlotArray
from cruxmap.engine.ragged import members

MIN_COMPILED = 1_000_000
"""Products from which on the loops of writing a tape are compiled: interpreted, one takes a microsecond."""

NOUGHT, ONE, GIVEN = 0, 1, 2
"""The numbers that are 0 and 1 themselves, and the first of those that are given."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Tape:
    """Sums of products in the order of computing.

    Number 0 is 0 and number 1 is 1. After them come the entries `loads`, the values of `n_indicators`
    indicators, the `constants`, and then the sums: the n-th adds up the products of `factors` (products, 2)
    from `first[n]` to `first[n + 1]`.

    In the end Z is the number `z`, by case; what was asked, times Z, is `reads` (cases, reads), in the order
    of `asked` (variable, states); and d Z / d load is `slopes` (cases, loads), which has no columns unless it
    was wanted. `key` tells the tape from all others, where it is not empty.
    """

    asked: tuple[tuple[int, int], ...]
    loads: IntArray
    n_indicators: int
    constants: FloatArray
    factors: SlotArray
    first: IntArray
    z: IntArray
    reads: IntArray
    slopes: IntArray
    key: bytes = b""

    @property
    def products(self) -> int:
        """How many products one propagation adds up, slopes included."""
        return len(self.factors)

    @property
    def n_given(self) -> int:
        """How many numbers are given, not computed."""
        return GIVEN + len(self.loads) + self.n_indicators + len(self.constants)

    @property
    def ends(self) -> IntArray:
        """All the numbers that are wanted in the end."""
        return np.concatenate([self.z, self.reads.ravel(), self.slopes.ravel()])


class Results(NamedTuple):
    """What a tape is run for, over D draws: Z (cases, D) and what was asked, divided by Z (cases, reads, D).

    The slope is d log Z / d entry (cases, n_entries, D), 0 for entries that are not loaded; it has no rows
    where it is not wanted.
    """

    z: FloatArray
    read: FloatArray
    slope: FloatArray

    def of_case(self, case: int, log_z: FloatArray) -> "Results":
        """The results of one case, with its log Z for Z."""
        return Results(log_z[case], self.read[case], self.slope[case])


def written(
    plan: Plan,
    cases: Sequence[Evidence] | None,
    *,
    ask: Collection[int] | None = None,
    gradient: bool = False,
) -> Tape:
    """Write down a plan's sums for each case, and the slopes that reading what is asked takes.

    With `gradient`, the slopes of all loads too. By default, all is asked that the plan was made for. Without
    cases there is one whose indicators are given when the tape is run.
    """
    ends = np.cumsum(plan.asked_cards)
    asked = [
        (v, states, end - states)
        for v, states, end in zip(plan.asked, plan.asked_cards, ends.tolist(), strict=True)
        if ask is None or v in ask
    ]
    wanted_reads = np.concatenate(
        [np.zeros(0, np.int64), *(np.arange(begin, begin + states) for _, states, begin in asked)]
    )
    lengths = np.diff(plan.read_first)[wanted_reads]
    read_first = np.concatenate([[0], np.cumsum(lengths)])
    reads = plan.reads[members(plan.read_first[wanted_reads], lengths)].astype(np.int64)
    writer = _Writer(plan, cases)
    writer.write_values()
    z = writer.write_z()
    backwards = not plan.forward_only and len(reads) > 0
    targets = np.zeros(plan.n_inputs + plan.n_outputs, np.bool_)
    targets[reads] = backwards
    targets[: len(plan.loads)] |= gradient
    if gradient or backwards:
        writer.write_slopes(wanted_slots(plan, targets))
    read = writer.write_reads(reads, read_first, backwards)
    slopes = writer.slope[:, : len(plan.loads) if gradient else 0]
    factors, first, renumbered = writer.in_order()
    return Tape(
        asked=tuple((v, states) for v, states, _ in asked),
        loads=plan.loads,
        n_indicators=writer.n_indicators,
        constants=plan.constants,
        factors=factors,
        first=first,
        z=renumbered[z],
        reads=renumbered[read],
        slopes=renumbered[slopes],
    )


def wanted_slots(plan: Plan, targets: BoolArray) -> BoolArray:
    """Which slots' slopes are needed for those of `targets`; both (n_slots,)."""
    wanted = targets.copy()
    for sums, products, starts in levels_of(plan).blocks:
        either = wanted[plan.left[products]] | wanted[plan.right[products]]
        wanted[plan.n_inputs + sums] |= np.logical_or.reduceat(either, starts)
    return wanted


@dataclass(frozen=True, slots=True, eq=False)
class ByLevel:
    """Sums by how many others each must wait for, those of one level in their own order.

    `order` (sums,) are all of them. A block is a level: its sums, their products one after the other, and
    where each sum's begin among these.
    """

    order: IntArray
    blocks: tuple[tuple[IntArray, IntArray, IntArray], ...]


def by_level(left: SlotArray, right: SlotArray, first: IntArray, n_given: int) -> ByLevel:
    """Put sums into levels; their numbers follow `n_given` others."""
    levels = _levels(left, right, first, n_given)
    order = np.argsort(levels, kind="stable")
    sizes = np.diff(first)[order]
    products = members(first[:-1][order], sizes)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    cuts = np.searchsorted(levels[order], np.arange(1, levels.max(initial=0) + 2)).tolist()
    blocks = (
        (order[low:high], products[starts[low] : starts[high]], starts[low:high] - starts[low])
        for low, high in pairwise(cuts)
    )
    return ByLevel(order, tuple(blocks))


def _levels(left: SlotArray, right: SlotArray, first: IntArray, n_given: int) -> IntArray:
    """The level of each sum, from 1."""
    n_numbers = n_given + len(first) - 1
    if len(left) < MIN_COMPILED:
        level = [0] * n_numbers
        fill_levels(level, left.tolist(), right.tolist(), first.tolist(), n_given)
        return np.array(level[n_given:], np.int64)
    from cruxmap.engine.compiled_writing import fill_levels as compiled

    levels = np.zeros(n_numbers, np.int64)
    compiled(levels, *(np.ascontiguousarray(part, np.int64) for part in (left, right, first)), n_given)
    return levels[n_given:]


def fill_levels(level: Any, left: Any, right: Any, first: Any, n_given: int) -> None:
    """Put the levels of sums in their places of `level`, after those of what is given, which are 0."""
    for n in range(len(first) - 1):
        highest = 0
        for t in range(first[n], first[n + 1]):
            highest = max(highest, level[left[t]], level[right[t]])
        level[n_given + n] = highest + 1


@lru_cache(maxsize=8)
def levels_of(plan: Plan) -> ByLevel:
    """The sums of a plan by level."""
    return by_level(plan.left, plan.right, plan.first, plan.n_inputs)


class _Writer:
    """Writes sums level by level; afterwards they are put in the order of computing.

    `value[c, slot]` and `slope[c, slot]` are the numbers of a slot's value and slope in case c. The last
    column, after all slots, is that of Z, whose slope is 1, and of 1.
    """

    def __init__(self, plan: Plan, cases: Sequence[Evidence] | None) -> None:
        self.plan = plan
        n_loads, n_slots = len(plan.loads), plan.n_inputs + plan.n_outputs
        self.n_indicators = len(plan.indicators) if cases is None else 0
        self.n_cases = 1 if cases is None else len(cases)
        self.value = np.full((self.n_cases, n_slots + 1), ONE)
        self.slope = np.full((self.n_cases, n_slots + 1), NOUGHT)
        self.slope[:, -1] = ONE
        self.value[:, :n_loads] = GIVEN + np.arange(n_loads)
        indicators = slice(n_loads, n_loads + len(plan.indicators))
        if cases is None:
            self.value[:, indicators] = GIVEN + n_loads + np.arange(self.n_indicators)
        else:
            self.value[:, indicators] = [allowed(plan, evidence) for evidence in cases]
        constants = slice(indicators.stop, plan.n_inputs)
        first_constant = GIVEN + n_loads + self.n_indicators
        self.value[:, constants] = first_constant + np.arange(len(plan.constants))
        self.n_given = self.n_numbers = first_constant + len(plan.constants)
        self.factors: list[npt.NDArray[np.int64]] = []
        self.sizes: list[IntArray] = []
        self.times: list[IntArray] = []

    def write_values(self) -> None:
        """Write the plan's sums; sum k has the time k."""
        plan = self.plan
        for sums, products, starts in levels_of(plan).blocks:
            self.value[:, plan.n_inputs + sums] = self._write(
                self.value[:, plan.left[products]], self.value[:, plan.right[products]], starts, sums
            )

    def write_z(self) -> IntArray:
        """Write Z (cases,), the sum of the roots."""
        values = self.value[:, self.plan.root]
        if not values.size:
            return np.full(self.n_cases, NOUGHT)
        at_last = np.array([self.plan.n_outputs])
        return self._write(values, np.full_like(values, ONE), np.zeros(1, np.int64), at_last)[:, 0]

    def _after(self, k: IntArray) -> IntArray:
        """The time of the slope of sum k, after Z: slopes go from the last sum to the first."""
        return self.plan.n_outputs + 2 * (self.plan.n_outputs - k)

    def write_slopes(self, wanted: BoolArray) -> None:
        """Write the slopes of the slots that are wanted.

        A slope has a product for each product that the slot is in: the slope of that sum times the other
        factor. A root is in Z itself, whose slope is 1.
        """
        plan, n_slots = self.plan, len(wanted)
        sums = np.repeat(np.arange(plan.n_outputs), np.diff(plan.first))
        last_first = np.argsort(-sums, kind="stable")
        pairs = np.stack([plan.left, plan.right], axis=1)[last_first].astype(np.int64)
        slots = np.concatenate([plan.root.astype(np.int64), pairs.ravel()])
        others = np.concatenate([np.full(len(plan.root), n_slots), pairs[:, ::-1].ravel()])
        users = np.concatenate([others[: len(plan.root)], plan.n_inputs + np.repeat(sums[last_first], 2)])
        kept = wanted[slots]
        slots, others, users = slots[kept], others[kept], users[kept]
        # inputs first, then sums by level: so the slots of a level lie together
        by_rank = np.concatenate([np.arange(plan.n_inputs), plan.n_inputs + levels_of(plan).order])
        rank = np.empty_like(by_rank)
        rank[by_rank] = np.arange(n_slots)
        order = np.argsort(rank[slots], kind="stable")
        slots, others, users = slots[order], others[order], users[order]
        ranks, first = np.unique(rank[slots], return_index=True)
        used, first = by_rank[ranks], np.append(first, len(slots))
        # a slope can be written when those of all sums that use the slot are
        ready = np.minimum.reduceat(users, first[:-1]) - plan.n_inputs if len(used) else used
        ready = np.where(ready > plan.n_outputs, plan.n_outputs, ready)
        self.ready = np.full(n_slots, plan.n_outputs)
        self.ready[used] = ready
        inner = used - plan.n_inputs
        times = np.where(inner >= 0, self._after(inner), self._after(ready) + 1)
        ends = np.cumsum([plan.n_inputs, *(len(sums) for sums, _, _ in levels_of(plan).blocks)])
        cuts = np.searchsorted(ranks, [0, *ends]).tolist()
        for low, high in reversed(list(pairwise(cuts))):
            if low == high:
                continue
            products = slice(first[low], first[high])
            values = self.value[:, slots[products]]
            self.slope[:, used[low:high]] = self._write(
                # the slope of what is 0 in a case changes nothing in it
                np.where(values == NOUGHT, NOUGHT, self.slope[:, users[products]]),
                self.value[:, others[products]],
                first[low:high] - first[low],
                times[low:high],
            )

    def write_reads(self, slots: IntArray, first: IntArray, backwards: bool) -> IntArray:
        """Write what is asked (cases, reads): values times their slopes, or the values alone."""
        plan = self.plan
        read = np.full((self.n_cases, len(first) - 1), NOUGHT)
        some = np.flatnonzero(first[1:] > first[:-1])
        if len(some):
            values = self.value[:, slots]
            slopes, ready = np.full_like(values, ONE), np.full(len(slots), plan.n_outputs)
            if backwards:
                slopes = self.slope[:, slots]
                ready = np.where(slots >= plan.n_inputs, slots - plan.n_inputs, self.ready[slots])
            times = self._after(np.minimum.reduceat(ready, first[some])) + 1
            read[:, some] = self._write(values, slopes, first[some], times)
        return read

    def _write(self, left: IntArray, right: IntArray, starts: IntArray, times: IntArray) -> IntArray:
        """Write sums, and return their numbers (cases, sums).

        `left` and `right` (cases, products) are factors, `starts` (sums,) tells where each sum begins. A
        product with 0 is left out, a sum of one number times 1 is that number, and a sum of the same products
        as in an earlier case is written there alone.
        """
        void = (left == NOUGHT) | (right == NOUGHT)
        left, right = np.where(void, NOUGHT, left), np.where(void, NOUGHT, right)
        sizes = np.add.reduceat(~void, starts, axis=1, dtype=np.int64)
        # where there is one product, these are its factors
        a, b = np.add.reduceat(left, starts, axis=1), np.add.reduceat(right, starts, axis=1)
        copied = (sizes == 1) & ((a == ONE) | (b == ONE))
        numbers = np.where(copied, np.where(a == ONE, b, a), NOUGHT)
        lengths = np.diff(np.append(starts, left.shape[1]))
        for case in range(self.n_cases):
            new = (sizes[case] > 0) & ~copied[case]
            for earlier in range(case):
                same = (left[case] == left[earlier]) & (right[case] == right[earlier])
                shared = new & np.logical_and.reduceat(same, starts)
                numbers[case, shared] = numbers[earlier, shared]
                new &= ~shared
            n = int(new.sum())
            numbers[case, new] = self.n_numbers + np.arange(n)
            self.n_numbers += n
            kept = np.repeat(new, lengths) & ~void[case]
            self.factors.append(np.stack([left[case, kept], right[case, kept]], axis=1))
            self.sizes.append(sizes[case, new])
            self.times.append(times[new] * self.n_cases + case)
        return numbers

    def in_order(self) -> tuple[SlotArray, IntArray, IntArray]:
        """Factors and firsts of the sums in the order of their times, and the new number of each number."""
        sizes = np.concatenate(self.sizes)
        order = np.argsort(np.concatenate(self.times), kind="stable")
        first = np.concatenate([[0], np.cumsum(sizes)])
        renumbered = np.arange(self.n_numbers)
        renumbered[self.n_given + order] = self.n_given + np.arange(len(order))
        factors = np.concatenate(self.factors)[members(first[:-1][order], sizes[order])]
        first = np.concatenate([[0], np.cumsum(sizes[order])])
        return renumbered[factors].astype(np.uint32), first, renumbered


def allowed(plan: Plan, evidence: Evidence) -> IntArray:
    """The value of each indicator slot: 1, or 0 where the evidence rules a state out."""
    weights = np.ones(len(plan.indicators), np.int64)
    for v, states in evidence:
        here = plan.indicators[:, 0] == v
        weights[here & ~np.isin(plan.indicators[:, 1], states)] = 0
    return weights

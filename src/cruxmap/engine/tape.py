"""What a plan comes down to: one list of sums of products, values first and then their slopes.

The derivative of Z with respect to a value is a sum of products too: for every product in which the value
is used, the slope of that sum times the other factor. Written down in the reverse order, these sums, and
what is read from them, are run by the same loop as the plan's own. Each number lives in a *place* of a
workspace, which is given to another one after its last use, so that what is needed stays near the processor.
"""

from dataclasses import dataclass

import numpy as np

from cruxmap.engine.compiled import njit
from cruxmap.engine.network import FloatArray, IntArray
from cruxmap.engine.planning import Plan, SlotArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Tape:
    """Sums of products in the order of computing, over `n_places` places.

    Place 0 holds the number 1; in the places after it are the entries `loads`, then the values of
    the indicators, then `constants`. The n-th sum goes into `into[n]`. Each of the first
    `runs[0, 0]` sums has `runs[0, 1]` products, and so on; `factors` has the places of the two factors of
    every product in turn.

    In the end Z is at `z`, what was asked, times Z, at `reads` (as in `Plan.reads`), and d Z / d load at
    `slopes`, which is empty unless it was wanted.
    """

    loads: IntArray
    constants: FloatArray
    factors: SlotArray
    runs: IntArray
    into: SlotArray
    n_places: int
    z: int
    reads: SlotArray
    slopes: SlotArray

    @property
    def products(self) -> int:
        """How many products one propagation adds up, slopes included."""
        return len(self.factors) // 2


def written(plan: Plan, *, gradient: bool = False) -> Tape:
    """Write down a plan's sums, and the slopes that reading takes; with `gradient`, those of loads too."""
    factors, runs, into, n_places, ends = _taped(
        plan.left,
        plan.right,
        plan.first,
        plan.n_inputs,
        plan.root,
        plan.reads,
        plan.read_first,
        not plan.forward_only,
        len(plan.loads) if gradient else 0,
    )
    n_reads = len(plan.read_first) - 1
    return Tape(
        loads=plan.loads,
        constants=plan.constants,
        factors=factors,
        runs=runs,
        into=into,
        n_places=n_places,
        z=int(ends[0]),
        reads=ends[1 : 1 + n_reads],
        slopes=ends[1 + n_reads :],
    )


@njit()
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


@njit()
def _taped(left, right, first, n_inputs, root, reads, read_first, read_slopes, n_gradient):
    """The tape of a plan: `(factors, runs, into, n_places, places of Z, reads and slopes)`.

    Numbers are called 0 (the number 1), then 1 + slot (of the plan), then by the place of their sum in order.
    """
    n_sums, n_reads = len(first) - 1, len(read_first) - 1
    targets = np.arange(n_gradient)
    if read_slopes:
        targets = np.concatenate((targets, reads.astype(np.int64)))
    wanted = wanted_slots(left, right, first, n_inputs, targets)
    uses, ready = _uses(left, right, first, n_inputs, root, wanted)
    sizes, slope_of, read_at = _order(
        first, n_inputs, len(root), reads, read_first, read_slopes, wanted, uses, ready
    )
    begin = np.zeros(len(sizes) + 1, np.int64)
    begin[1:] = np.cumsum(sizes)

    # Products lie sum by sum, from `begin[n]` on for the n-th: at first the plan's, as they are.
    factors = np.zeros(2 * begin[-1], np.uint32)
    for t in range(len(left)):
        factors[2 * t], factors[2 * t + 1] = 1 + left[t], 1 + right[t]
    # Z adds up the roots, each times 1: a factor that is not set is number 0, the constant.
    at = begin[n_sums]
    for slot in root:
        factors[2 * at] = 1 + slot
        at += 1
    # The slope of a slot has a product for each product that the slot is in: the slope of that sum times the
    # other factor. A root is in Z itself, whose slope is 1.
    cursor = begin[slope_of]  # slots whose slope nobody wants have 0 here, and are not looked at
    for slot in root:
        if wanted[slot]:
            cursor[slot] += 1
    for k in range(n_sums - 1, -1, -1):
        if not wanted[n_inputs + k]:
            continue
        slope = 1 + n_inputs + slope_of[n_inputs + k]
        for t in range(first[k], first[k + 1]):
            for slot, other in ((left[t], right[t]), (right[t], left[t])):
                if wanted[slot]:
                    factors[2 * cursor[slot]], factors[2 * cursor[slot] + 1] = slope, 1 + other
                    cursor[slot] += 1
    # What is asked adds up values times their slopes, or the values alone.
    for m in range(n_reads):
        at = begin[read_at[m]]
        for slot in reads[read_first[m] : read_first[m + 1]]:
            factors[2 * at] = 1 + slot
            if read_slopes:
                factors[2 * at + 1] = 1 + n_inputs + slope_of[slot]
            at += 1

    ends = np.empty(1 + n_reads + n_gradient, np.int64)
    ends[0] = n_sums
    ends[1 : 1 + n_reads] = read_at
    ends[1 + n_reads :] = slope_of[:n_gradient]
    into, n_places = _assign_places(factors, begin, 1 + n_inputs, ends)
    return factors, _runs(sizes), into, n_places, into[ends]


@njit()
def _uses(left, right, first, n_inputs, root, wanted):
    """How many products make up each slot's slope, and the first sum that uses it, or the number of sums.

    The slope is complete when that sum's is, as slopes go from the last sum to the first.
    """
    n_sums = len(first) - 1
    uses = np.zeros(len(wanted), np.int64)
    ready = np.full(len(wanted), n_sums, np.int64)
    for slot in root:
        uses[slot] += 1
    for k in range(n_sums):
        for t in range(first[k], first[k + 1]):
            for slot in (left[t], right[t]):
                uses[slot] += 1
                ready[slot] = min(ready[slot], k)
    return uses, ready


@njit()
def _order(first, n_inputs, n_root, reads, read_first, read_slopes, wanted, uses, ready):
    """The order of sums: the plan's, Z, slopes from the last slot to the first, reads and those of inputs as
    soon as they can be. Returns `(products of each, which is each slot's slope, which is each read)`.
    """
    n_sums, n_reads = len(first) - 1, len(read_first) - 1
    inputs = np.flatnonzero(wanted[:n_inputs])
    inputs = inputs[np.argsort(-ready[inputs], kind="mergesort")]
    read_ready = np.full(n_reads, n_sums, np.int64)
    for m in range(n_reads):
        for slot in reads[read_first[m] : read_first[m + 1]]:
            read_ready[m] = min(read_ready[m], slot - n_inputs if slot >= n_inputs else ready[slot])
    by_ready = np.argsort(-read_ready, kind="mergesort")

    sizes = np.zeros(n_sums + 1 + np.sum(wanted) + n_reads, np.int64)
    sizes[:n_sums], sizes[n_sums] = first[1:] - first[:-1], n_root
    slope_of = np.zeros(len(wanted), np.int64)
    read_at = np.zeros(n_reads, np.int64)
    n, next_input, next_read = n_sums + 1, 0, 0
    for k in range(n_sums, -1, -1):
        if k < n_sums and wanted[n_inputs + k]:
            slope_of[n_inputs + k], sizes[n] = n, uses[n_inputs + k]
            n += 1
        while next_input < len(inputs) and ready[inputs[next_input]] >= k:
            slope_of[inputs[next_input]], sizes[n] = n, uses[inputs[next_input]]
            n += 1
            next_input += 1
        while next_read < n_reads and (not read_slopes or read_ready[by_ready[next_read]] >= k):
            m = by_ready[next_read]
            read_at[m], sizes[n] = n, read_first[m + 1] - read_first[m]
            n += 1
            next_read += 1
    return sizes, slope_of, read_at


@njit()
def _assign_places(factors, begin, n_given, kept):
    """Give every sum a place and rewrite `factors` to places: `(place of each sum, how many places)`.

    A place is free again after the last use of what is in it; `kept` sums are never overwritten, nor is what
    is given.
    """
    n_sums = len(begin) - 1
    last = np.full(n_sums, -1, np.int64)
    for n in range(n_sums):
        for number in factors[2 * begin[n] : 2 * begin[n + 1]]:
            if number >= n_given:
                last[number - n_given] = n
    last[kept] = n_sums
    place = np.empty(n_sums, np.uint32)
    free = np.empty(n_sums, np.uint32)
    n_free, n_places = 0, n_given
    for n in range(n_sums):
        for f in range(2 * begin[n], 2 * begin[n + 1]):
            number = np.int64(factors[f]) - n_given
            if number < 0:
                continue
            factors[f] = place[number]
            if last[number] == n:
                last[number] = -1
                free[n_free] = place[number]
                n_free += 1
        if n_free:
            n_free -= 1
            place[n] = free[n_free]
        else:
            place[n] = n_places
            n_places += 1
    return place, n_places


@njit()
def _runs(sizes):
    """How many sums in a row have how many products each, (n_runs, 2)."""
    runs = np.empty((len(sizes), 2), np.int64)
    n = 0
    for size in sizes:
        if n and runs[n - 1, 1] == size:
            runs[n - 1, 0] += 1
        else:
            runs[n] = 1, size
            n += 1
    return runs[:n].copy()

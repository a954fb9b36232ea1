"""The engine's loop for a handful of propagations, each with its own evidence: what the Op runs.

Compiled once per machine, whatever the map, since plans are data. It is serial: a sampler's chains and
worldviews already keep the cores busy.
"""

import numpy as np
from numba import njit

from cruxmap.bayes.linking import halves, numbers, pack, section, words
from cruxmap.network.kernel import TINY, _backwards, _forwards, _workspace, propagate_wide
from cruxmap.network.lanes import LANES
from cruxmap.network.network import IntArray
from cruxmap.network.propagation import Prepared

FIRST, ROOT, READS, READ_FIRST, LOADS, WANTED = range(6)


def packed_plan(ready: Prepared) -> IntArray:
    """Return a plan as one vector, but for its products and its constants."""
    plan = ready.plan
    return pack((plan.first, plan.root, plan.reads, plan.read_first, plan.loads, ready.wanted))


@njit(cache=True, nogil=True, error_model="numpy")
def evaluate(plan, left, right, constants, weights, entries, columns, log_z, read, slope):
    """Propagate column `columns[r]` of `entries` (n_entries, C) under evidence r, for R runs side by side.

    `weights` (n_indicators, R) are the values of the indicators. Fills `log_z` (R,), `read` (n_reads, R)
    with what the plan reads divided by Z, and `slope` (n_entries, R), unless it has no rows, with
    d log Z / d entry, 0 where Z is 0.
    """
    n_runs = len(columns)
    first, root, loads = section(plan, FIRST), section(plan, ROOT), section(plan, LOADS)
    reads, read_first, wanted = section(plan, READS), section(plan, READ_FIRST), section(plan, WANTED)
    slope[:] = 0.0
    n_given = len(loads) + len(weights)
    n_inputs = n_given + len(constants)
    n_slots = n_inputs + len(first) - 1
    backwards = wanted.any()
    values = _workspace(n_slots)
    slopes = _workspace(n_slots if backwards else 0)
    for i in range(len(constants)):
        values[n_given + i] = constants[i]
    for block in range(0, n_runs, LANES):
        n = min(LANES, n_runs - block)
        for lane in range(n):
            column = columns[block + lane]
            for i in range(len(loads)):
                values[i, lane] = entries[loads[i], column]
            for i in range(len(weights)):
                values[len(loads) + i, lane] = weights[i, block + lane]
        _forwards(left, right, first, n_inputs, values)
        if backwards:
            slopes[:] = 0.0
            for slot in root:
                slopes[slot] += 1.0
            _backwards(left, right, first, n_inputs, wanted, values, slopes)
        for lane in range(n):
            run = block + lane
            z = 0.0
            for slot in root:
                z += values[slot, lane]
            log_z[run] = np.log(z)
            if z < TINY:
                continue
            for m in range(len(read_first) - 1):
                total = 0.0
                for at in range(read_first[m], read_first[m + 1]):
                    slot = reads[at]
                    total += values[slot, lane] * slopes[slot, lane] if backwards else values[slot, lane]
                read[m, run] = total / z
            if len(slope):
                for i in range(len(loads)):
                    slope[loads[i], run] = slopes[i, lane] / z
    log_tiny = np.log(TINY)
    for run in range(n_runs):
        if log_z[run] < log_tiny:
            _evaluate_wide(
                left, right, first, root, reads, read_first, loads, constants, wanted, weights[:, run].copy(),
                entries[:, columns[run]].copy(), log_z[run : run + 1], read[:, run : run + 1],
                slope[:, run : run + 1],
            )  # fmt: skip


@njit(cache=True, nogil=True, error_model="numpy")
def _evaluate_wide(
    left, right, first, root, reads, read_first, loads, constants, wanted, weights, entries, log_z, read,
    slope,
):  # fmt: skip
    """Do one run again in numbers of wide range."""
    column = entries.reshape(-1, 1)
    wide_read, wide_slope = np.zeros(read.shape), np.zeros(slope.shape)
    only = np.zeros(1, np.int64)
    propagate_wide(
        left, right, first, root, reads, read_first, loads, weights, constants, wanted, column, only, log_z,
        wide_read, wide_slope,
    )  # fmt: skip
    read[:] = wide_read
    if log_z[0] > -np.inf:
        slope[:] = wide_slope


def propagating(address):
    """`evaluate` for a table of addresses and sizes: see `op`, which makes it."""
    at = words(address, (19,))
    plan, left, right = words(at[0], (at[10],)), halves(at[1], (at[11],)), halves(at[2], (at[11],))
    constants, weights = numbers(at[3], (at[12],)), numbers(at[4], (at[13], at[16]))
    entries, columns = numbers(at[5], (at[14], at[15])), words(at[6], (at[16],))
    log_z, read = numbers(at[7], (at[16],)), numbers(at[8], (at[17], at[16]))
    slope = numbers(at[9], (at[18], at[16]))
    evaluate(plan, left, right, constants, weights, entries, columns, log_z, read, slope)
    return 0

"""The engine's loop for a handful of propagations, each with its own evidence: what the Op runs.

Compiled once per machine, whatever the map, since plans are data. It is serial: a sampler's chains and
worldviews already keep the cores busy.
"""

import numpy as np
from numba import njit

from cruxmap.network.kernel import TINY, _backwards, _forwards, _workspace, propagate_wide
from cruxmap.network.lanes import LANES


@njit(cache=True, nogil=True, error_model="numpy")
def evaluate(
    left,
    right,
    first,
    root,
    reads,
    read_first,
    loads,
    constants,
    wanted,
    weights,
    entries,
    columns,
    with_slopes,
):
    """Propagate column `columns[r]` of `entries` (n_entries, C) under evidence r, for R runs side by side.

    `weights` (n_indicators, R) are the values of the indicators. Returns log Z (R,), what the plan reads
    divided by Z (n_reads, R), and d log Z / d entry (n_entries, R), 0 where Z is 0 and without rows where
    no slopes are wanted.
    """
    n_runs = len(columns)
    n_given = len(loads) + len(weights)
    n_inputs = n_given + len(constants)
    n_slots = n_inputs + len(first) - 1
    backwards = wanted.any()
    log_z = np.empty(n_runs)
    read = np.empty((len(read_first) - 1, n_runs))
    slope = np.zeros((len(entries) if with_slopes else 0, n_runs))
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
            if with_slopes:
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
    return log_z, read, slope


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

"""The engine's loop for a handful of propagations, each with its own evidence: what the Op runs.

Compiled once per machine, whatever the map, since plans are data. It is serial: a sampler's chains and
worldviews already keep the cores busy.
"""

import numpy as np

from cruxmap.bayes.filling import matrix_at, vector_at
from cruxmap.engine.compiled import njit
from cruxmap.engine.kernel import TINY, add_up, propagate_wide, workspace
from cruxmap.engine.lanes import LANES
from cruxmap.engine.linking import halves, numbers, section, words
from cruxmap.engine.network import IntArray, pack
from cruxmap.engine.tape import Tape

LOADS, RUNS, INTO, READS, SLOPES, SIZES = range(6)


def packed_tape(tape: Tape) -> IntArray:
    """Return a tape as one vector, but for its factors and its constants."""
    runs = tape.runs.ravel()
    return pack((tape.loads, runs, tape.into, tape.reads, tape.slopes, (tape.n_places, tape.z)))


@njit(nogil=True, error_model="numpy")
def evaluate(packed, factors, constants, weights, entries, columns, log_z, read, slope):
    """Propagate column `columns[r]` of `entries` (n_entries, C) under evidence r, for R runs side by side.

    `weights` (n_indicators, R) are the values of the indicators. Fills `log_z` (R,), `read` (n_reads, R)
    with what is asked, divided by Z, and `slope` (n_entries, R), unless it has no rows, with
    d log Z / d entry, 0 where Z is 0.
    """
    n_runs = len(columns)
    loads, runs, into = section(packed, LOADS), section(packed, RUNS).reshape(-1, 2), section(packed, INTO)
    at_reads, at_slopes = section(packed, READS), section(packed, SLOPES)
    n_places, at_z = section(packed, SIZES)
    slope[:] = 0.0
    values = workspace(n_places)
    values[0] = 1.0
    n_given = 1 + len(loads) + len(weights)
    for i in range(len(constants)):
        values[n_given + i] = constants[i]
    share = np.empty(LANES)
    for block in range(0, n_runs, LANES):
        n = min(LANES, n_runs - block)
        for i in range(len(loads)):
            for lane in range(n):
                values[1 + i, lane] = entries[loads[i], columns[block + lane]]
        for i in range(len(weights)):
            for lane in range(n):
                values[1 + len(loads) + i, lane] = weights[i, block + lane]
        add_up(factors, runs, into, values)
        for lane in range(n):
            z = values[at_z, lane]
            log_z[block + lane] = np.log(z)
            share[lane] = 1.0 / z if z >= TINY else 0.0
        for m in range(len(at_reads)):
            for lane in range(n):
                read[m, block + lane] = values[at_reads[m], lane] * share[lane]
        for i in range(len(at_slopes)):
            for lane in range(n):
                slope[loads[i], block + lane] = values[at_slopes[i], lane] * share[lane]
    log_tiny = np.log(TINY)
    for run in range(n_runs):
        if log_z[run] < log_tiny:
            _evaluate_wide(
                loads, weights[:, run].copy(), constants, factors, runs, into, n_places, at_z, at_reads,
                at_slopes, entries[:, columns[run]].copy(), log_z[run : run + 1], read[:, run : run + 1],
                slope[:, run : run + 1],
            )  # fmt: skip


@njit(nogil=True, error_model="numpy")
def _evaluate_wide(
    loads, weights, constants, factors, runs, into, n_places, at_z, at_reads, at_slopes, entries, log_z, read,
    slope,
):  # fmt: skip
    """Do one run again in numbers of wide range."""
    column = entries.reshape(-1, 1)
    wide_read, wide_slope = np.zeros(read.shape), np.zeros(slope.shape)
    only = np.zeros(1, np.int64)
    propagate_wide(
        loads, weights, constants, factors, runs, into, n_places, at_z, at_reads, at_slopes, column, only,
        log_z, wide_read, wide_slope,
    )  # fmt: skip
    read[:] = wide_read
    if log_z[0] > -np.inf:
        slope[:] = wide_slope


def propagating(address):
    """`evaluate` for the addresses of its arguments, in their order."""
    at = words(address, (9, 3))
    constants, log_z = numbers(at[2, 0], (at[2, 1],)), numbers(at[6, 0], (at[6, 1],))
    evaluate(
        vector_at(at[0]), halves(at[1, 0], (at[1, 1],)), constants, matrix_at(at[3]), matrix_at(at[4]),
        vector_at(at[5]), log_z, matrix_at(at[7]), matrix_at(at[8]),
    )  # fmt: skip
    return 0

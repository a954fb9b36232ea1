"""The engine's loop for a handful of propagations, each with its own evidence: what the Op runs.

Compiled once per machine, whatever the map, since plans are data. It is serial: a sampler's chains and
worldviews already keep the cores busy.
"""

import numpy as np

from cruxmap.bayes.filling import matrix_at, vector_at
from cruxmap.engine.compiled import njit
from cruxmap.engine.kernel import LANES
from cruxmap.engine.linking import halves, numbers, section, words
from cruxmap.engine.network import IntArray, pack
from cruxmap.engine.places import Placed
from cruxmap.engine.planning import SlotArray
from cruxmap.engine.propagation import TINY
from cruxmap.engine.tape import GIVEN, ONE, Tape
from cruxmap.engine.tape_loops import add_up, propagate_wide

LOADS, RUNS, READS, SLOPES, SIZES = range(5)


def packed_tape(tape: Tape, where: Placed) -> IntArray:
    """Return a tape without cases as one vector, but for its constants and what `halves_of` gives."""
    (z,), (reads,), (slopes,) = where.z, where.reads, where.slopes
    sizes = (where.n_places, z, len(where.factors))
    return pack((tape.loads, where.runs.ravel(), reads, slopes, sizes))


def halves_of(where: Placed) -> SlotArray:
    """Return the factors of a tape's products, and then where its sums go."""
    return np.concatenate([where.factors, where.into])


@njit(nogil=True, error_model="numpy")
def evaluate(packed, halves, constants, weights, entries, columns, log_z, read, slope):
    """Propagate column `columns[r]` of `entries` (n_entries, C) under evidence r, for R runs side by side.

    `weights` (n_indicators, R) are the values of the indicators. Fills `log_z` (R,), `read` (n_reads, R)
    with what is asked, divided by Z, and `slope` (n_entries, R), unless it has no rows, with
    d log Z / d entry, 0 where Z is 0.
    """
    n_runs = len(columns)
    loads, runs = section(packed, LOADS), section(packed, RUNS)
    at_reads, at_slopes = section(packed, READS), section(packed, SLOPES)
    n_places, at_z, n_factors = section(packed, SIZES)
    into = halves[n_factors:]
    slope[:] = 0.0
    room = np.zeros(n_places * LANES + 8, np.float64)
    skip = (-(room.ctypes.data // 8)) % 8  # to where a cache line begins
    values = room[skip : skip + n_places * LANES].reshape(n_places, LANES)
    values[ONE] = 1.0
    first_weight = GIVEN + len(loads)
    for i in range(len(constants)):
        values[first_weight + len(weights) + i] = constants[i]
    share = np.empty(LANES)
    for block in range(0, n_runs, LANES):
        n = min(LANES, n_runs - block)
        for i in range(len(loads)):
            for lane in range(n):
                values[GIVEN + i, lane] = entries[loads[i], columns[block + lane]]
        for i in range(len(weights)):
            for lane in range(n):
                values[first_weight + i, lane] = weights[i, block + lane]
        add_up(values.ctypes.data, halves.ctypes.data, runs.ctypes.data, len(runs) // 2, into.ctypes.data)
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
            given = np.concatenate((weights[:, run], constants))
            column = entries[:, columns[run]].copy()
            _evaluate_wide(
                loads, given, halves[:n_factors], runs.reshape(-1, 2), into, n_places, at_z, at_reads,
                at_slopes, column, log_z[run : run + 1], read[:, run : run + 1], slope[:, run : run + 1],
            )  # fmt: skip


@njit(nogil=True, error_model="numpy")
def _evaluate_wide(
    loads, given, factors, runs, into, n_places, at_z, at_reads, at_slopes, entries, log_z, read, slope
):
    """Do one run again in numbers of wide range."""
    column = entries.reshape(-1, 1)
    wide_read, wide_slope = np.zeros(read.shape), np.zeros(slope.shape)
    only = np.zeros(1, np.int64)
    propagate_wide(
        loads, given, factors, runs, into, n_places, at_z, at_reads, at_slopes, column, only, log_z,
        wide_read, wide_slope,
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

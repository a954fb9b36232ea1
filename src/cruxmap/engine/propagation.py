"""A plan made ready, and running it over many draws on all cores.

In: a `Network`, what is asked and which variables may be clamped, and then entries of its tables for D
draws. Out: log Z and what was asked, per draw; what they mean is for `queries` to say.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cruxmap.engine.executors import cores, on_threads
from cruxmap.engine.kernel import TINY, propagate, propagate_wide
from cruxmap.engine.lanes import LANES
from cruxmap.engine.network import Evidence, Filled, FloatArray, Network
from cruxmap.engine.planning import BUDGET, Plan, plan
from cruxmap.engine.tape import Tape, written

MIN_THREADED_PRODUCTS = 200_000
"""Products over all blocks of lanes below which starting threads costs more than it saves."""

MAX_WORKSPACE = 1 << 30
"""Bytes that the workspaces of all threads may take, unless one alone takes more."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A plan, and its tape, which has `gradient`, the slopes in the entries, or not."""

    plan: Plan
    tape: Tape
    gradient: bool


def prepare(
    network: Network,
    ask: Iterable[int],
    clamped: Iterable[int],
    *,
    gradient: bool = False,
    budget: int = BUDGET,
) -> Prepared:
    """The plan for these variables, with its tape. Raises `TooWide`."""
    made = plan(network, ask, clamped, budget)
    return Prepared(made, written(made, gradient=gradient), gradient)


def indicator_weights(made: Plan, evidence: Evidence) -> FloatArray:
    """The value of each indicator slot: 1, or 0 where the evidence rules a state out."""
    weights = np.ones(len(made.indicators))
    for v, states in evidence:
        here = made.indicators[:, 0] == v
        weights[here & ~np.isin(made.indicators[:, 1], states)] = 0.0
    return weights


def split_reads(reads: Sequence[tuple[int, int]], read: npt.NDArray[Any]) -> dict[int, npt.NDArray[Any]]:
    """Split what is read, (..., n_reads, D), by variable; `reads` are variables and numbers of states."""
    ends = np.cumsum([states for _, states in reads])
    return {v: read[..., end - states : end, :] for (v, states), end in zip(reads, ends, strict=True)}


def run(
    ready: Prepared, filled: Filled, weights: FloatArray, threads: int | None = None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """log Z (D,), what is asked given the evidence (rows as in `Plan.reads`, D), d log Z / d entry.

    The last has a row per entry of the network, and none unless `ready.gradient`. Draws are shared out among
    threads; results do not depend on how many there are.
    """
    tape = ready.tape
    loads = tape.loads if filled.rows is None or ready.gradient else filled.rows[tape.loads]
    entries = filled.whole if ready.gradient else filled.entries
    entries = np.ascontiguousarray(entries, dtype=np.float64)
    n_entries, n_draws = entries.shape
    total = np.empty((1, n_draws))
    read = np.empty((len(tape.reads), n_draws))
    slope = np.zeros((n_entries if ready.gradient else 0, n_draws))
    arrays: tuple[Any, ...] = (
        *(loads, weights, tape.constants, tape.factors, tape.runs, tape.into, tape.n_places),
        *(tape.z, tape.reads, tape.slopes, entries),
    )

    def work(begin: int, end: int) -> None:
        propagate(*arrays, begin, end, total, read, slope)

    blocks = -(-n_draws // LANES)
    workspace = tape.n_places * LANES * 8
    workers = min(blocks, threads or cores(), max(1, MAX_WORKSPACE // workspace))
    if blocks * tape.products < MIN_THREADED_PRODUCTS:
        workers = 1
    cuts = [min(n_draws, LANES * (blocks * w // workers)) for w in range(workers)] + [n_draws]
    on_threads(workers, work, cuts[:-1], cuts[1:])

    z = total[0]
    low = np.flatnonzero(z < TINY)
    with np.errstate(divide="ignore"):
        log_z = np.log(z)
    if len(low):
        slope[:, low] = 0.0
        propagate_wide(*arrays, low, log_z, read, slope)
        slope[:, np.isneginf(log_z)] = np.nan
    return log_z, read, slope

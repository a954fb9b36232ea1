"""Running a plan for several pieces of evidence over many draws, on all cores.

In: a `Plan`, evidence, what is asked, and entries of the tables for D draws. Out: log Z and what was asked,
by case and draw; what they mean is for `queries` to say.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from cruxmap.engine import levels
from cruxmap.engine.network import Evidence, Filled, FloatArray, IntArray, ManyWhatIfs
from cruxmap.engine.planning import Plan
from cruxmap.engine.tape import Results, Tape, written

TINY = 1e-200
"""Where Z is below this, underflow may have lost some of it."""

SMALL_WORK = 20_000_000
"""Products of all draws up to which numpy is faster than a compiled loop that has to be loaded first.

A product takes 11 to 22 ns in numpy, up to 79 with slopes, and 0.2 to 0.4 ns compiled; to import numba and
load the loop takes 0.4 s, to compile it 0.8 s more.
"""

MANY = 1_000
"""How many columns many what-ifs are taken to be."""


@dataclass(frozen=True, slots=True, eq=False)
class Propagated:
    """By case: `log_z` (cases, D), -inf where it is impossible; `read` (cases, reads, D), what was `asked`
    (variable, states) given the evidence; and, if wanted, `slopes` (cases, n_entries, D), d log Z / d entry.
    The last two are NaN where the evidence is impossible.
    """

    asked: tuple[tuple[int, int], ...]
    log_z: FloatArray
    read: FloatArray
    slopes: FloatArray | None


@lru_cache(maxsize=16)
def tape_of(
    plan: Plan, cases: tuple[Evidence, ...] | None, ask: frozenset[int] | None, gradient: bool
) -> Tape:
    """`tape.written`, remembered."""
    return written(plan, cases, ask=ask, gradient=gradient)


def split_reads(reads: Sequence[tuple[int, int]], read: npt.NDArray[Any]) -> dict[int, npt.NDArray[Any]]:
    """Split what is read, (..., n_reads, D), by variable; `reads` are variables and numbers of states."""
    ends = np.cumsum([states for _, states in reads]).tolist()
    return {v: read[..., end - states : end, :] for (v, states), end in zip(reads, ends, strict=True)}


def run(
    plan: Plan,
    filled: Filled,
    cases: Sequence[Evidence],
    ask: Iterable[int] | None = None,
    *,
    gradient: bool = False,
    threads: int | None = None,
) -> Propagated:
    """Answer for each piece of evidence what is asked, by default all that the plan was made for.

    Draws are shared out among threads; results do not depend on how many there are.
    """
    asked = None if ask is None else frozenset(ask)
    tape = tape_of(plan, tuple(cases), asked, gradient)
    loads = tape.loads if filled.rows is None else filled.rows[tape.loads]
    entries = np.ascontiguousarray(filled.entries, dtype=np.float64)
    n_cases, n_draws = len(tape.z), filled.n_draws
    n_entries = (len(entries) if filled.rows is None else len(filled.rows)) if gradient else 0
    results = Results(
        np.empty((n_cases, n_draws)),
        np.empty((*tape.reads.shape, n_draws)),
        np.zeros((n_cases, n_entries, n_draws)),
    )
    z, read, slope = results
    if is_small(tape, filled):
        levels.propagate(tape, loads, entries, results)
    else:
        from cruxmap.engine.kernel import propagate

        propagate(tape, loads, entries, results, threads)
    with np.errstate(divide="ignore"):
        log_z = np.log(z)
    for case in np.flatnonzero((z < TINY).any(axis=1)).tolist():
        alone = tape_of(plan, (cases[case],), asked, gradient)
        of_case = Results(log_z[case], read[case], slope[case])
        _again_in_a_wide_range(alone, loads, entries, of_case)
    return Propagated(tape.asked, log_z, read, slope if gradient else None)


def is_small(tape: Tape, filled: Filled) -> bool:
    """Whether work is done in numpy, by all the columns of the question that these are some of."""
    numbering = filled.numbering
    of = MANY if isinstance(numbering, ManyWhatIfs) else numbering.of
    return tape.products * max(of, filled.n_draws) < SMALL_WORK


def _again_in_a_wide_range(tape: Tape, loads: IntArray, entries: FloatArray, results: Results) -> None:
    """Put right the draws of one case whose Z is low; the results are its own, with log Z for Z."""
    log_z, read, slope = results
    low = np.flatnonzero(log_z < np.log(TINY))
    found = entries[loads][:, low]
    # if one draw is impossible, so are all that are 0 in the same places
    alike = ((found == 0.0) == (found[:, :1] == 0.0)).all(axis=0)
    first, *_ = levels.propagate_wide(tape, np.arange(len(loads)), found[:, :1])
    impossible = alike & np.isneginf(first[0])
    log_z[low[impossible]], read[:, low[impossible]], slope[:, low[impossible]] = -np.inf, np.nan, np.nan
    low, found = low[~impossible], found[:, ~impossible]
    if len(low):
        wide_z, wide_read, wide_slope = levels.propagate_wide(tape, np.arange(len(loads)), found)
        log_z[low], read[:, low] = wide_z[0], wide_read[0]
        slope[:, low] = 0.0
        if len(slope):
            slope[np.ix_(tape.loads, low)] = wide_slope[0]
            slope[:, low[np.isneginf(wide_z[0])]] = np.nan

"""Running a plan for several pieces of evidence over many draws, on all cores.

In: a `Plan`, evidence, what is asked, and entries of the tables for D draws. Out: log Z and what was asked,
by case and draw; what they mean is for `queries` to say.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from cruxmap.engine import levels
from cruxmap.engine.network import Evidence, Filled, FloatArray, IntArray, ManyWhatIfs
from cruxmap.engine.plan_cache import remembered
from cruxmap.engine.planning import Plan
from cruxmap.engine.tape import NOUGHT, Results, Tape, allowed, written

TINY = 1e-200
"""Where Z is below this, underflow may have lost some of it."""

SMALL_WORK = 5_000_000
"""Products of all draws of a question up to which numpy runs them: a command asks more than one.

A product takes 6 to 9 ns in numpy, 20 to 50 where there is one draw, and 0.1 to 0.2 ns compiled. To load the
loop takes 0.07 s, to compile it, once per machine, 1.2 s.
"""

SETTING_UP = 40
"""Draws that take as long as putting a tape's sums into levels."""

MIN_KEPT, MAX_KEPT = 10_000, 6_000_000
"""Products of a plan from which on its tapes are kept on disk, and of a tape up to which it is."""

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
    """`tape.written`, remembered; where it is long, on disk."""

    def work() -> Tape:
        return written(plan, cases, ask=ask, gradient=gradient)

    if not plan.key or plan.triples < MIN_KEPT:
        return work()
    question = cases, ask if ask is None else sorted(ask), gradient
    key = plan.key + repr(question).encode()

    def named() -> Tape:
        tape = work()
        return replace(tape, key=key) if tape.products <= MAX_KEPT else tape

    return remembered(b"tape" + key, named, lambda tape: bool(tape.key))


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
    n_entries = len(filled.entries) if filled.rows is None else len(filled.rows)
    results, log_z = _run(tape, loads, filled, n_entries if gradient else 0, threads)
    for case in np.flatnonzero((results.z < TINY).any(axis=1)).tolist():
        alone = tape_of(plan, (cases[case],), asked, gradient)
        _again_in_a_wide_range(alone, loads, filled.entries, results.of_case(case, log_z))
    return Propagated(tape.asked, log_z, results.read, results.slope if gradient else None)


def run_each(
    plan: Plan,
    filled: Filled,
    evidences: Sequence[Evidence],
    ask: Iterable[int] | None = None,
    *,
    gradient: bool = False,
) -> Propagated:
    """The same, in one case, where every column has evidence of its own.

    Evidence is loaded like entries, so one tape serves whatever is given. It is longer than one written for
    a case, but writing takes some hundred times as long as running a draw.
    """
    indicators = np.stack([_indicators(plan, evidence) for evidence in evidences], axis=1)
    given = np.concatenate([_loaded(plan, filled), indicators])
    return _run_columns(plan, filled, given, ask, gradient=gradient)


def run_side_by_side(
    plan: Plan,
    filled: Filled,
    cases: Sequence[Evidence],
    ask: Iterable[int] | None = None,
    *,
    gradient: bool = False,
    threads: int | None = None,
) -> Propagated:
    """`run` where draws are few: the cases are columns of one tape, which need not be written for them.

    To write a tape takes as long as to run it for 1,000 draws: 0.25 us per product.
    """
    n_cases, n_draws = len(cases), filled.n_draws
    given = np.empty((len(plan.loads) + len(plan.indicators), n_cases, n_draws))
    given[: len(plan.loads)] = _loaded(plan, filled)[:, None]
    given[len(plan.loads) :] = np.stack([_indicators(plan, case) for case in cases], axis=1)[..., None]
    found = _run_columns(
        plan, filled, given.reshape(len(given), -1), ask, gradient=gradient, threads=threads
    )

    def by_case(rows: FloatArray) -> FloatArray:
        reads_first: FloatArray = rows[0].reshape(-1, n_cases, n_draws)
        return reads_first.swapaxes(0, 1)

    slopes = None if found.slopes is None else by_case(found.slopes)
    return Propagated(found.asked, found.log_z.reshape(n_cases, n_draws), by_case(found.read), slopes)


def _loaded(plan: Plan, filled: Filled) -> FloatArray:
    """The entries that a plan loads, (loads, D)."""
    return filled.entries[plan.loads if filled.rows is None else filled.rows[plan.loads]]


def _run_columns(
    plan: Plan,
    filled: Filled,
    given: FloatArray,
    ask: Iterable[int] | None,
    *,
    gradient: bool,
    threads: int | None = None,
) -> Propagated:
    """Run the plan for columns of entries that it loads, followed by the values of its indicators."""
    tape = _open_tape(plan, None if ask is None else frozenset(ask), gradient)
    columns = Filled(given, filled.numbering)
    results, log_z = _run(tape, tape.loads, columns, len(given) if gradient else 0, threads)
    if (results.z < TINY).any():
        _again_in_a_wide_range(tape, tape.loads, given, results.of_case(0, log_z))
    if not gradient:
        return Propagated(tape.asked, log_z, results.read, None)
    n_entries = len(filled.entries) if filled.rows is None else len(filled.rows)
    slopes = np.zeros((1, n_entries, given.shape[1]))
    slopes[:, plan.loads] = results.slope[:, : len(plan.loads)]
    slopes[..., np.isneginf(log_z[0])] = np.nan
    return Propagated(tape.asked, log_z, results.read, slopes)


def _run(
    tape: Tape, loads: IntArray, filled: Filled, n_slopes: int, threads: int | None = None
) -> tuple[Results, FloatArray]:
    """Run a tape whose loads are rows of the entries; log Z (cases, D) too, -inf where underflow took it."""
    entries = np.ascontiguousarray(filled.entries, dtype=np.float64)
    n_cases, n_draws = len(tape.z), filled.n_draws
    results = Results(
        np.empty((n_cases, n_draws)),
        np.empty((*tape.reads.shape, n_draws)),
        np.empty((n_cases, n_slopes, n_draws)),
    )
    if n_slopes:
        results.slope[:, np.isin(np.arange(n_slopes), tape.loads, invert=True)] = 0.0
    if is_small(tape, filled):
        levels.propagate(tape, loads, entries, results)
    else:
        from cruxmap.engine.kernel import propagate

        propagate(tape, loads, entries, results, threads)
    with np.errstate(divide="ignore"):
        return results, np.log(results.z)


_indicators = lru_cache(maxsize=256)(allowed)


@lru_cache(maxsize=16)
def _open_tape(plan: Plan, ask: frozenset[int] | None, gradient: bool) -> Tape:
    """A tape that loads what its plan does from the first rows, and the values of indicators from others."""
    tape = tape_of(plan, None, ask, gradient)
    no_slopes = np.full((1, tape.n_indicators if gradient else 0), NOUGHT)
    return replace(
        tape,
        loads=np.arange(len(tape.loads) + tape.n_indicators),
        n_indicators=0,
        slopes=np.concatenate([tape.slopes, no_slopes], axis=1),
        key=tape.key and tape.key + b"open",
    )


def is_small(tape: Tape, filled: Filled) -> bool:
    """Whether work is done in numpy, by all the columns of the question that these are some of."""
    numbering = filled.numbering
    of = MANY if isinstance(numbering, ManyWhatIfs) else numbering.of
    return tape.products * (SETTING_UP + max(of, filled.n_draws, filled.among)) < SMALL_WORK


def _again_in_a_wide_range(tape: Tape, loads: IntArray, entries: FloatArray, results: Results) -> None:
    """Put right the draws of one case whose Z is low; the results are its own, with log Z for Z."""
    log_z, read, slope = results
    low = np.flatnonzero(log_z < np.log(TINY))
    found = entries[loads][:, low]
    # if one draw is impossible, so are all that are 0 in the same places
    _, first, kind = np.unique(found == 0.0, axis=1, return_index=True, return_inverse=True)
    one_of_each, *_ = levels.propagate_wide(tape, np.arange(len(loads)), found[:, first])
    impossible = np.isneginf(one_of_each[0])[kind]
    log_z[low[impossible]], read[:, low[impossible]], slope[:, low[impossible]] = -np.inf, np.nan, np.nan
    low, found = low[~impossible], found[:, ~impossible]
    if len(low):
        wide_z, wide_read, wide_slope = levels.propagate_wide(tape, np.arange(len(loads)), found)
        log_z[low], read[:, low] = wide_z[0], wide_read[0]
        slope[:, low] = 0.0
        if len(slope):
            slope[np.ix_(tape.loads, low)] = wide_slope[0]
            slope[:, low[np.isneginf(wide_z[0])]] = np.nan

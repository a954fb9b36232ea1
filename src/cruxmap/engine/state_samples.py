"""States drawn from a network, for maps too wide for exact sums.

In: a `Scheme`, table entries for D draws of the judgements, evidence. Out: weights and averages of samples
of states, in batches. Evidence on drawn variables is met by drawing what it allows and weighing by its
probability (likelihood weighting), other evidence by the exact sums below.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cruxmap.engine.executors import cores, on_threads
from cruxmap.engine.jackknife import BATCHES, Batches, averaged
from cruxmap.engine.network import (
    BoolArray,
    DrawsFrom,
    Evidence,
    Filled,
    FloatArray,
    Network,
    SparseTable,
)
from cruxmap.engine.propagation import run, split_reads
from cruxmap.engine.schemes import Scheme
from cruxmap.engine.state_loops import add_slopes, average, draw_states, look_up, tally, weigh

type StateArray = npt.NDArray[np.int16]

COLUMNS, NUMBERS = 2048, 1 << 24
"""Samples to work on at a time, and how many numbers they may take in all."""

# --- evidence ------------------------------------------------------------------------------------


def narrowed(
    network: Network, needed: Iterable[int], evidence: Evidence, positive: BoolArray | None = None
) -> dict[int, BoolArray]:
    """The states that evidence leaves to variables, by the rows of the tables alone.

    Only variables with a state ruled out are listed. What follows from the evidence need not be left to
    chance: a conjunction that is true has true parts. Where it is told which entries are `positive`
    (n_entries,), rows of the others do not count either, and what follows without evidence is found too.
    """
    needed = tuple(needed)
    allowed: dict[int, BoolArray] = {}
    for v, states in evidence:
        left = np.isin(np.arange(len(network.variables[v].states)), states)
        allowed[v] = allowed[v] & left if v in allowed else left
    mentions: dict[int, list[int]] = {}
    for t in needed:
        for v in network.tables[t].scope:
            mentions.setdefault(v, []).append(t)
    of_evidence = (t for v in allowed for t in mentions.get(v, ()))
    waiting = dict.fromkeys(of_evidence if positive is None else needed)
    while waiting:
        t = next(iter(waiting))
        del waiting[t]
        table = network.tables[t]
        kept = _rows_left(table, allowed)
        if positive is not None:
            kept &= positive[table.entries]
        for v, column in zip(table.scope, table.rows.T, strict=True):
            before = allowed.get(v, np.ones(len(network.variables[v].states), np.bool_))
            now = before & np.isin(np.arange(len(before)), column[kept])
            if (now != before).any():
                allowed[v] = now
                waiting |= dict.fromkeys(other for other in mentions[v] if other != t)
    return allowed


def _rows_left(table: SparseTable, allowed: Mapping[int, BoolArray]) -> BoolArray:
    """Which rows of a table have allowed states only."""
    left = np.ones(len(table.rows), np.bool_)
    for v, column in zip(table.scope, table.rows.T, strict=True):
        if v in allowed:
            left &= allowed[v][column]
    return left


# --- samples -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Sampler:
    """A scheme at work: on which tables, and which states are allowed. `log_most` (D,) is as in `Batches`."""

    scheme: Scheme
    filled: Filled
    allowed: BoolArray
    log_most: FloatArray

    @property
    def size(self) -> int:
        """Samples in a batch."""
        return self.scheme.samples(self.filled.numbering) // BATCHES

    @property
    def units(self) -> int:
        """Batches of all draws."""
        return BATCHES * self.filled.n_draws

    @property
    def at_once(self) -> int:
        """How many units to work on at a time, a power of two."""
        columns = min(COLUMNS, NUMBERS // (1 + len(self.scheme.drawn) + 4 * self.scheme.n_reduced))
        return int(1 << max((columns // self.size).bit_length() - 1, 0))

    def drawn(self, begin: int, end: int) -> tuple[StateArray, FloatArray, FloatArray]:
        """Draw units: states (drawn, samples), log weights (units, size), reduced entries (n, samples)."""
        scheme, size, entries, numbering = (
            self.scheme,
            self.size,
            self.filled.entries,
            self.filled.numbering,
        )
        start = numbering.start if isinstance(numbering, DrawsFrom) else None
        states = np.empty((len(scheme.drawn), (end - begin) * size), np.int16)
        log_weight = np.empty((end - begin, size))
        found = np.empty((scheme.n_reduced, states.shape[1]))
        draw_states(
            scheme.lookup, self.allowed, scheme.keys, entries, start or 0, start is None, begin, BATCHES,
            states, log_weight,
        )  # fmt: skip
        look_up(scheme.below, scheme.rows, entries, begin, BATCHES, size, states, found)
        return states, log_weight, found


def _sampler(scheme: Scheme, filled: Filled, evidence: Evidence) -> _Sampler:
    network, entries = scheme.network, np.ascontiguousarray(filled.whole, dtype=np.float64)
    possible = narrowed(network, _needed(scheme), evidence)
    most = max((len(network.variables[v].states) for v in scheme.drawn), default=1)
    allowed = np.ones((len(scheme.drawn), most), np.bool_)
    for i, v in enumerate(scheme.drawn):
        if v in possible:
            allowed[i, : len(possible[v])] = possible[v]
    log_most = (
        _log_most(network, entries, possible) if scheme.drawn else np.full(entries.shape[1], -np.inf)
    )
    return _Sampler(scheme, Filled(entries, filled.numbering), allowed, log_most)


def _needed(scheme: Scheme) -> tuple[int, ...]:
    return (*scheme.drawn, *scheme.plan.tables)


def _log_most(network: Network, entries: FloatArray, possible: Mapping[int, BoolArray]) -> FloatArray:
    """The log of a bound (D,) on the probability of the evidence that left `possible`, whatever is drawn.

    It is the product, over the variables with a state ruled out, of the most that is left in any row of
    their tables that can occur: Dagum and Luby (1997), "An optimal approximation algorithm for Bayesian
    inference".
    """
    bound = np.zeros(entries.shape[1])
    for v in possible:
        table = network.tables[v]
        kept = _rows_left(table, possible)
        parents = table.rows[kept][:, [w != v for w in table.scope]]
        _, row = np.unique(parents, axis=0, return_inverse=True)
        left = np.zeros((row.max(initial=-1) + 1, entries.shape[1]))
        np.add.at(left, row, entries[table.entries[kept]])
        with np.errstate(divide="ignore"):
            bound += np.log(np.minimum(left.max(axis=0, initial=0.0), 1.0))
    return bound


def _possible(scheme: Scheme, entries: FloatArray, evidence: Evidence) -> tuple[BoolArray, bool]:
    """Which of a scheme's reads (n_reads,), and whether the evidence, can have any chance but 0."""
    left = narrowed(scheme.network, _needed(scheme), evidence, (entries > 0.0).any(axis=1))
    can_be = all(states.any() for states in left.values())
    parts = (left.get(v, np.ones(n, np.bool_)) for v, n in scheme.reads)
    return can_be & np.concatenate([np.zeros(0, np.bool_), *parts]), can_be


def sample(
    scheme: Scheme,
    filled: Filled,
    evidence: Evidence,
    *,
    cases: Sequence[Evidence] = ((),),
    threads: int | None = None,
) -> Batches:
    """Sample states given the evidence, and sum up each case.

    A case is further evidence, which the samples are not drawn by: so cases share them.
    """
    sampler = _sampler(scheme, filled, evidence)
    given = [(*evidence, *case) for case in cases]
    n_reads = sum(states for _, states in scheme.reads)
    log_sum = np.empty((len(cases), sampler.units))
    read = np.zeros((len(cases), n_reads, sampler.units))

    def work(begin: int, end: int) -> None:
        states, log_drawn, found = sampler.drawn(begin, end)
        weight, means = np.empty_like(log_drawn), np.zeros((n_reads, end - begin))
        sums = run(scheme.plan, Filled(found), given, threads=1)
        for number, case in enumerate(cases):
            log_weight = log_drawn + (sums.log_z[number] + _agreement(scheme, states, case)).reshape(
                log_drawn.shape
            )
            weigh(log_weight, log_sum[number, begin:end], weight)
            means[:] = 0.0
            average(sums.read[number], weight, means)
            tally(states, scheme.asked_drawn, weight, means)
            for part in split_reads(scheme.reads, means).values():
                total = part.sum(axis=0)
                # so that what is certain is exactly 1
                np.divide(part, np.where(total > 0.0, total, 1.0), out=part)
            read[number, :, begin:end] = means

    _shared_out(work, sampler.units, sampler.at_once, threads)
    shape = filled.n_draws, BATCHES
    possible = [_possible(scheme, sampler.filled.entries, those) for those in given]
    return Batches(
        log_sum=log_sum.reshape(-1, *shape),
        log_most=sampler.log_most,
        read=read.reshape(len(cases), n_reads, *shape),
        possible=np.stack([states for states, _ in possible])[..., None],
        can_be=np.array([can_be for _, can_be in possible]),
        samples=sampler.size * BATCHES,
    )


def _agreement(scheme: Scheme, states: StateArray, case: Evidence) -> FloatArray:
    """0 for samples (samples,) whose drawn states agree with the case, -inf for the others."""
    agrees = np.ones(states.shape[1], np.bool_)
    for v, left in case:
        if v in scheme.drawn:
            agrees &= np.isin(states[scheme.drawn.index(v)], left)
    return np.where(agrees, 0.0, -np.inf)


def sample_slopes(
    scheme: Scheme,
    filled: Filled,
    evidence: Evidence,
    *,
    threads: int | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Estimate log Z (D,) and its slope in the entries (n_entries, D), nan where no sample agrees.

    The slope in an entry is the expected number of rows with it that are used, given the evidence, over
    the entry: Fisher's identity. The scheme has to be one for a gradient.
    """
    sampler = _sampler(scheme, filled, evidence)
    log_z = averaged(sample(scheme, filled, evidence, threads=threads)).log_z[0]
    log_sum = log_z + np.log(BATCHES * sampler.size)
    at_once = min(BATCHES, sampler.at_once)  # so that no part has two draws
    entries = sampler.filled.entries

    def work(begin: int, end: int) -> FloatArray:
        part, draw = np.zeros(len(entries)), begin // BATCHES
        if np.isfinite(log_sum[draw]):
            states, log_weight, found = sampler.drawn(begin, end)
            below = run(scheme.plan, Filled(found), [evidence], (), gradient=True, threads=1)
            weight = np.exp(log_weight.ravel() + below.log_z[0] - log_sum[draw])
            assert below.slopes is not None
            add_slopes(
                scheme.lookup,
                scheme.below,
                scheme.rows,
                entries,
                draw,
                states,
                weight,
                below.slopes[0],
                part,
            )
        return part

    slope = np.zeros(entries.shape)
    for number, part in enumerate(_shared_out(work, sampler.units, at_once, threads)):
        slope[:, number * at_once // BATCHES] += part
    slope[:, np.isneginf(log_sum)] = np.nan
    return log_z, slope


def _shared_out[Result](
    work: Callable[[int, int], Result], units: int, at_once: int, threads: int | None
) -> list[Result]:
    """Do all units, so many at once, on all cores; what comes of it is in the order of the units."""
    starts = range(0, units, at_once)
    ends = [min(units, start + at_once) for start in starts]
    return on_threads(min(len(ends), threads or cores()), work, starts, ends)

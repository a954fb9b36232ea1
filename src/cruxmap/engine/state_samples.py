"""States drawn from a network, for maps too wide for exact sums.

In: a `Scheme`, table entries for D draws of the judgements, evidence. Out: weights and averages of samples
of states, in batches, and from these estimates with their jackknife. Evidence on drawn variables is met
by drawing what it allows and weighing by its probability (likelihood weighting), other evidence by the
exact sums below.

A standard error that comes of this is that of drawing states; the draws of judgements are taken as given.
What no sample shows is not impossible: one more sample that shows it counts as error too.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from cruxmap.engine.executors import cores
from cruxmap.engine.network import BoolArray, DrawsFrom, Evidence, Filled, FloatArray, Network
from cruxmap.engine.planning import BUDGET, TooWide, ancestors, plan_text
from cruxmap.engine.propagation import Prepared, Same, indicator_weights, prepare, run
from cruxmap.engine.schemes import Scheme, cheapest_scheme, plainest_scheme
from cruxmap.engine.state_loops import add_slopes, average, draw_states, look_up, tally, weigh
from cruxmap.engine.trees import HOPELESS, Scopes, entangled
from cruxmap.errors import Code, InvalidMap, Problem

type StateArray = npt.NDArray[np.int16]

BATCHES = 16
"""Batches of samples per draw of the judgements: leaving out one at a time gives the standard errors."""

COLUMNS, NUMBERS = 2048, 1 << 24
"""Samples to work on at a time, and how many numbers they may take in all."""

KNOTS, MOST_NAMES = (HOPELESS, 34.0, 24.0), 5
"""Log2 of how large a tensor must be for its variables to be named as tying a map, and how many are named."""


# --- exact or sampled ----------------------------------------------------------------------------


def approach(
    network: Network,
    ask: Iterable[int],
    clamped: Iterable[int],
    *,
    gradient: bool = False,
    budget: int = BUDGET,
) -> Prepared | Scheme:
    """How the network's method answers a question; remembered per network and question.

    States are sampled where exact sums take more products than the budget. Raises `InvalidMap` where it has
    to be exact and cannot.
    """
    return _approach(Same(network), tuple(sorted(set(ask))), tuple(sorted(set(clamped))), gradient, budget)


@lru_cache(maxsize=64)
def _approach(
    same: Same, ask: tuple[int, ...], clamped: tuple[int, ...], gradient: bool, budget: int
) -> Prepared | Scheme:
    network = same.network
    if network.exact is False:
        return plainest_scheme(network, ask, clamped, gradient=gradient)
    if network.exact:
        return exactly(network, ask, clamped, gradient=gradient)
    try:
        return prepare(network, ask, set(clamped), gradient=gradient, budget=budget)
    except TooWide:
        return cheapest_scheme(network, ask, clamped, gradient=gradient)


def approach_text(network: Network, ask: Iterable[int], clamped: Iterable[int]) -> str:
    """How a question is answered, as text: the variables whose states are drawn, if any, and the plan."""
    match approach(network, ask, clamped):
        case Prepared(plan=plan):
            return plan_text(network, plan)
        case Scheme() as scheme:
            names = ", ".join(network.variables[v].name for v in scheme.drawn)
            return f"states are drawn of {names}\n{plan_text(scheme.reduced, scheme.ready.plan)}"


def exactly(
    network: Network, ask: Iterable[int], clamped: Iterable[int], *, gradient: bool = False
) -> Prepared:
    """The plan of a question that only exact sums can answer. Raises `InvalidMap` where there is none."""
    ask, clamped = tuple(ask), set(clamped)
    try:
        return prepare(network, ask, clamped, gradient=gradient)
    except TooWide as outcome:
        knot = ", ".join(f"`{name}`" for name in tied_by(network, ask, clamped))
        problem = Problem(
            Code.TOO_WIDE,
            f"exact sums over this map would take {outcome.products:.0e} products or more, less where tables "
            f"have zeros; {outcome.budget:.0e} is the most. It is tied together by {knot}",
            hint="`--sampled` estimates it from samples of states; `cm.build(model, explicit=True)` makes a "
            "model with a variable for each claim",
        )
        raise InvalidMap((problem,)) from None


def tied_by(network: Network, ask: Iterable[int], clamped: Iterable[int]) -> tuple[str, ...]:
    """Name variables of a large tensor that exact sums would come to, the most entangled first.

    Entries come before helpers; empty where there is no large tensor.
    """
    scopes = [network.tables[v].scope for v in ancestors(network, (*ask, *clamped))]
    cards = np.array([len(variable.states) for variable in network.variables])
    left: dict[int, set[int]] = {}
    for width in KNOTS:
        left = entangled(Scopes.of(scopes), cards, width)
        if left:
            break
    if not left:
        return ()
    narrowest = min(left, key=lambda v: (len(left[v]), v))
    uses = Counter(v for scope in scopes for v in scope)
    entries = set(network.places.values())
    knot = sorted({narrowest, *left[narrowest]}, key=lambda v: (v not in entries, -uses[v], v))
    return tuple(network.variables[v].name for v in knot[:MOST_NAMES])


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
        columns = dict(zip(table.scope, table.rows.T, strict=True))
        kept = np.ones(len(table.rows), np.bool_) if positive is None else positive[table.entries]
        for v, column in columns.items():
            if v in allowed:
                kept &= allowed[v][column]
        for v, column in columns.items():
            before = allowed.get(v, np.ones(len(network.variables[v].states), np.bool_))
            now = before & np.isin(np.arange(len(before)), column[kept])
            if (now != before).any():
                allowed[v] = now
                waiting |= dict.fromkeys(other for other in mentions[v] if other != t)
    return allowed


# --- samples -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """What a scheme's samples say of D draws and several cases of evidence, batch by batch.

    `log_sum` (cases, D, BATCHES) is the log of the sum of the weights of a batch, `log_most` (D,) that of the
    most one weight can be, -inf where nothing is left to chance. `read` (cases, n_reads, D, BATCHES) are the
    weighted means, `possible` (cases, n_reads, 1) and `can_be` (cases,) tell what, and which cases, can have
    any chance but 0 by the tables. A draw has `samples` samples.
    """

    log_sum: FloatArray
    log_most: FloatArray
    read: FloatArray
    possible: BoolArray
    can_be: BoolArray
    samples: int


@dataclass(frozen=True, slots=True, eq=False)
class _Drawing:
    """A scheme at work: on which tables, and which states are allowed. `log_most` (D,) is as in `Sample`."""

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
        return BATCHES * len(self.filled.entries[0])

    @property
    def at_once(self) -> int:
        """How many units to work on at a time, a power of two."""
        columns = min(COLUMNS, NUMBERS // (1 + len(self.scheme.drawn) + 4 * self.scheme.n_reduced))
        return int(1 << max((columns // self.size).bit_length() - 1, 0))

    def drawn(self, begin: int, end: int) -> tuple[StateArray, FloatArray, FloatArray]:
        """Draw units: states (drawn, samples), log weights (units, size), reduced entries (n, samples)."""
        scheme, size, entries, numbering = self.scheme, self.size, self.filled.entries, self.filled.numbering
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


def _drawing(scheme: Scheme, filled: Filled, evidence: Evidence) -> _Drawing:
    network, entries = scheme.network, np.ascontiguousarray(filled.entries, dtype=np.float64)
    possible = narrowed(network, _needed(scheme), evidence)
    most = max((len(network.variables[v].states) for v in scheme.drawn), default=1)
    allowed = np.ones((len(scheme.drawn), most), np.bool_)
    for i, v in enumerate(scheme.drawn):
        if v in possible:
            allowed[i, : len(possible[v])] = possible[v]
    log_most = _log_most(network, entries, possible) if scheme.drawn else np.full(entries.shape[1], -np.inf)
    return _Drawing(scheme, Filled(entries, filled.numbering), allowed, log_most)


def _needed(scheme: Scheme) -> tuple[int, ...]:
    return (*scheme.drawn, *scheme.ready.plan.tables)


def _log_most(network: Network, entries: FloatArray, possible: Mapping[int, BoolArray]) -> FloatArray:
    """The log of a bound (D,) on the probability of the evidence that left `possible`, whatever is drawn.

    It is the product, over the variables with a state ruled out, of the most that is left in any row of
    their tables that can occur: Dagum and Luby (1997), "An optimal approximation algorithm for Bayesian
    inference".
    """
    bound = np.zeros(entries.shape[1])
    for v in possible:
        table = network.tables[v]
        kept = np.ones(len(table.rows), np.bool_)
        for w, column in zip(table.scope, table.rows.T, strict=True):
            if w in possible:
                kept &= possible[w][column]
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
) -> Sample:
    """Sample states given the evidence, and sum up each case.

    A case is further evidence, which the samples are not drawn by: so cases share them.
    """
    drawing = _drawing(scheme, filled, evidence)
    n_reads = sum(states for _, states in scheme.reads)
    log_sum = np.empty((len(cases), drawing.units))
    read = np.zeros((len(cases), n_reads, drawing.units))

    def work(begin: int, end: int) -> None:
        states, log_drawn, found = drawing.drawn(begin, end)
        weight, means = np.empty_like(log_drawn), np.zeros((n_reads, end - begin))
        for number, case in enumerate(cases):
            weights = indicator_weights(scheme.ready.plan, (*evidence, *case))
            log_below, below, _ = run(scheme.ready, found, weights, 1)
            log_weight = log_drawn + (log_below + _agreement(scheme, states, case)).reshape(log_drawn.shape)
            weigh(log_weight, log_sum[number, begin:end], weight)
            means[:] = 0.0
            average(below, weight, means)
            tally(states, scheme.asked_drawn, weight, means)
            read[number, :, begin:end] = means

    _shared_out(work, drawing.units, drawing.at_once, threads)
    shape = filled.entries.shape[1], BATCHES
    possible = [_possible(scheme, filled.entries, (*evidence, *case)) for case in cases]
    return Sample(
        log_sum.reshape(-1, *shape),
        drawing.log_most,
        read.reshape(len(cases), n_reads, *shape),
        np.stack([states for states, _ in possible])[..., None],
        np.array([can_be for _, can_be in possible]),
        drawing.size * BATCHES,
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
    drawing = _drawing(scheme, filled, evidence)
    entries = drawing.filled.entries
    averages = averaged(sample(scheme, filled, evidence, threads=threads))
    log_sum = averages.log_z + np.log(BATCHES * drawing.size)
    weights = indicator_weights(scheme.ready.plan, evidence)
    at_once = min(BATCHES, drawing.at_once)  # so that no part has two draws

    def work(begin: int, end: int) -> FloatArray:
        part, draw = np.zeros(len(entries)), begin // BATCHES
        if np.isfinite(log_sum[draw]):
            states, log_weight, found = drawing.drawn(begin, end)
            log_below, _, below = run(scheme.ready, found, weights, 1)
            weight = np.exp(log_weight.ravel() + log_below - log_sum[draw])
            add_slopes(scheme.lookup, scheme.below, scheme.rows, entries, draw, states, weight, below, part)
        return part

    slope = np.zeros(entries.shape)
    for number, part in enumerate(_shared_out(work, drawing.units, at_once, threads)):
        slope[:, number * at_once // BATCHES] += part
    slope[:, np.isneginf(log_sum)] = np.nan
    return averages.log_z, slope


def _shared_out[Result](
    work: Callable[[int, int], Result], units: int, at_once: int, threads: int | None
) -> list[Result]:
    """Do all units, so many at once, on all cores; what comes of it is in the order of the units."""
    starts = range(0, units, at_once)
    ends = [min(units, start + at_once) for start in starts]
    workers = min(len(ends), threads or cores())
    if workers <= 1:
        return list(map(work, starts, ends))
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, starts, ends))


# --- estimates -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Averages:
    """Estimates for D draws from all batches, and (first axis) without each batch in turn.

    `log_z` (D,) is log P(the evidence and any of the cases). `share` (cases, D) is the part of each case in
    that, and `read` (cases, n_reads, D) the case's part in what is read, corrected for the bias of
    quotients to first order; nan where no sample agrees. `effective` (D,) is how many samples that agree
    are as good, at least: the sum of the weights over the most that one can be. Drawn as often as that, a
    state is seen as often from weighted samples or more: so the variance of P(state) is at most
    P (1 - P) / effective, and no few samples of little weight pass for many (Dagum and Luby 1997).
    """

    log_z: FloatArray
    share: FloatArray
    read: FloatArray
    effective: FloatArray
    log_z_without: FloatArray
    share_without: FloatArray
    read_without: FloatArray


def averaged(drawn: Sample) -> Averages:
    """Put the batches together, all and without each in turn. The correction is Quenouille's jackknife."""
    highest = drawn.log_sum.max(axis=(0, 2), keepdims=True)
    possible = np.isfinite(highest)
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = np.where(possible, np.exp(drawn.log_sum - highest), 0.0)  # (cases, D, BATCHES)
        weighted = weight[:, None] * drawn.read
        total = weight.sum(axis=(0, 2))
        without = _without_each(weight.sum(axis=0))
        log_z = np.log(total) + highest[0, :, 0]
        log_z_without = np.log(without) + highest[0, :, 0]
        share, read = weight.sum(axis=-1) / total, weighted.sum(axis=-1) / total
        share_without = _without_each(weight) / without[:, None]
        read_without = _without_each(weighted) / without[:, None, None]
        effective = np.where(total > 0, total * np.exp(highest[0, :, 0] - drawn.log_most), 0.0)
    # where only one batch agrees with the evidence, leaving that out leaves nothing: it stands in for itself
    share_without = np.where(np.isnan(share_without), share, share_without)
    read_without = np.where(np.isnan(read_without), read, read_without)
    return Averages(
        log_z - np.log(drawn.samples),
        _corrected(share, share_without),
        _corrected(read, read_without),
        effective,
        log_z_without - np.log(drawn.samples - drawn.samples // BATCHES),
        share_without,
        read_without,
    )


def _without_each(values: FloatArray) -> FloatArray:
    """Sums of `values` (..., BATCHES) over the batches without each in turn, (BATCHES, ...).

    Added up from both ends, number by number: nothing cancels, and no sum depends on how many there are.
    """
    batches = np.moveaxis(values, -1, 0)
    before, after = np.zeros(batches.shape), np.zeros(batches.shape)
    np.cumsum(batches[:-1], axis=0, out=before[1:])
    after[:-1] = np.cumsum(batches[:0:-1], axis=0)[::-1]
    return before + after


def _corrected(value: FloatArray, without: FloatArray) -> FloatArray:
    """The jackknife's estimate of a probability, kept between 0 and 1."""
    corrected: FloatArray = np.clip(BATCHES * value - (BATCHES - 1) * without.mean(axis=0), 0.0, 1.0)
    return corrected


def standard_error(without: FloatArray, unseen: FloatArray | float = 0.0) -> FloatArray:
    """The jackknife's standard error of a quantity from its values without each batch, (BATCHES, ...).

    `unseen` is by how much one more sample can change the quantity. With it, x of n samples have the error
    sqrt(x + 1) / n where x is small, the deviation of what Laplace's rule of succession concludes from them.
    """
    spread = without - without.mean(axis=0)
    error: FloatArray = np.sqrt((BATCHES - 1) / BATCHES * (spread * spread).sum(axis=0))
    return np.hypot(error, unseen)


def unseen_in_mean(unseen: FloatArray) -> float:
    """By how much one more sample can change the mean over draws, from the same of each draw, (D,)."""
    return float(np.minimum(unseen, 1.0).mean() / len(unseen))

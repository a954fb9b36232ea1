"""The target together with every other variable, averaged over draws: what cruxes are read from.

Also the plain quantity that most answers turn on: the target's log-odds for given judgements.
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from scipy.special import expit

from cruxmap.bayes.results import Convergence
from cruxmap.engine.draws import latin_hypercube
from cruxmap.engine.entries import fill
from cruxmap.engine.executors import Work
from cruxmap.engine.network import BoolArray, DrawsFrom, Evidence, Filled, FloatArray
from cruxmap.engine.planning import ancestors
from cruxmap.engine.queries import Inference, Joint, infer, infer_many, joint
from cruxmap.engine.state_samples import unseen_in_mean
from cruxmap.insight.information import Chance, chance
from cruxmap.insight.sampled import Sampled, sampled
from cruxmap.insight.weighing import conditioned, refusal
from cruxmap.network.inquiry import (
    BLOCK_BYTES,
    Inquiry,
    blocks,
    draws_per_block,
    entries_of,
    together,
)


@dataclass(frozen=True, slots=True)
class Forward:
    """Draws of the judgements at `addresses`: a Latin hypercube of `n_draws` under a seed."""

    seed: int
    addresses: tuple[str, ...]
    n_draws: int

    def __call__(self, start: int, stop: int) -> FloatArray:
        """Return the standard normal values (n_judgements, stop - start) of some of them."""
        return latin_hypercube(self.seed, self.addresses, self.n_draws, start, stop)


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Draws `z` (n_judgements, n_draws) that a sampler made."""

    z: FloatArray

    @property
    def n_draws(self) -> int:
        """How many there are."""
        return int(self.z.shape[1])

    def __call__(self, start: int, stop: int) -> FloatArray:
        """Return the standard normal values (n_judgements, stop - start) of some of them."""
        return self.z[:, start:stop]


type Draws = Forward | Posterior

type Block = tuple[int, int, int]
"""The number of a worldview, and the first of some of its draws and the one after the last."""


@dataclass(frozen=True, slots=True)
class Predictive:
    """`target` is its chance, `tables` the joint probabilities (2, states) of the target with a variable.

    Averages over `draws` draws, given what is assumed and observed. Where states were sampled, `sampled`
    says how, `replicates` are the same averages without one batch of samples each, `unseen` is by how much
    one more sample can change a probability, and `possible` (2, states) tells which entries of a table can
    be anything but 0.
    """

    target: Chance
    tables: Mapping[int, FloatArray]
    draws: int
    sampled: Sampled | None = None
    replicates: tuple["Predictive", ...] = ()
    unseen: float = 0.0
    possible: Mapping[int, BoolArray] = MappingProxyType({})

    @property
    def is_seen_alone(self) -> bool:
        """Whether the target is certain by the samples, but not by the tables."""
        unseen = int(self.target.yes == 0)
        can_be = all(possible[unseen].any() for possible in self.possible.values())
        return self.unseen > 0 and self.target.is_certain and can_be

    def one_more(self, variable: int) -> Iterator["Predictive"]:
        """Yield the averages with one more sample, once for each entry of a variable's table that can be."""
        for target, state in np.argwhere(self.possible.get(variable, ())) if self.unseen else ():
            table, of_target = self.tables[variable].copy(), [self.target.no, self.target.yes]
            table[target, state] += self.unseen
            of_target[target] += self.unseen
            yield Predictive(chance(*of_target), {variable: table / table.sum()}, self.draws)


def forward_draws(inquiry: Inquiry, n_draws: int) -> Forward:
    """Return the Latin hypercube of `n_draws` draws under the model's seed."""
    return Forward(inquiry.model.sampling.seed, inquiry.network.addresses, n_draws)


@dataclass(frozen=True, slots=True)
class View:
    """One worldview of an inquiry, with the draws of its judgements, and how what is asked is worked out.

    Where draws were weighed, `effective` is their effective number, and `refused` says why they will not do.
    """

    inquiry: Inquiry
    worldview: int
    draw: Draws
    work: Work
    effective: float | None = None
    refused: str | None = None

    @property
    def n_draws(self) -> int:
        """How many draws there are."""
        return self.draw.n_draws

    @property
    def name(self) -> str:
        """The worldview's id."""
        return self.inquiry.model.worldviews[self.worldview]

    def blocks(self, size: int | None = None) -> list["Block"]:
        """Return the blocks that the draws are taken in, as tasks."""
        size = draws_per_block(self.inquiry) if size is None else size
        return [(self.worldview, start, stop) for start, stop in blocks(self.n_draws, size)]

    def tell(self, stage: str, done: int, of: int) -> None:
        """Report progress on a stage of this worldview, if anybody listens."""
        self.work.tell(f"{self.name}: {stage}", done, of)


def views(inquiry: Inquiry, work: Work) -> tuple[View, ...]:
    """Return every worldview with its draws: forward ones, or the posterior's where it is conditioned."""
    return sampled_views(inquiry, work)[0]


def sampled_views(inquiry: Inquiry, work: Work) -> tuple[tuple[View, ...], tuple[Convergence, ...]]:
    """Return the same, and how the chains went where there were any."""
    found = conditioned(inquiry, work)
    forward = forward_draws(inquiry, inquiry.model.sampling.draws)
    all_views = tuple(
        View(
            inquiry,
            number,
            Posterior(found.posterior[number]) if number in found.posterior else forward,
            work,
            found.effective.get(number),
            found.refused.get(number),
        )
        for number in range(len(inquiry.model.worldviews))
    )
    return all_views, found.convergence


def predict(view: View, asked: Collection[int], connected: Collection[int]) -> Predictive | None:
    """Return the target with each of the variables asked about; `None` where what is given is impossible,
    or too few samples agree with it.

    Variables that are not `connected` with the target, on the graph, are independent of it: their tables are
    products. They, the target's ancestors and the rest are asked apart, which keeps each plan small.
    """
    if view.refused is not None:
        return None
    inquiry, network = view.inquiry, view.inquiry.network
    target, given = inquiry.targets[0], {variable for variable, _ in inquiry.given}
    above = set(ancestors(network, {target, *given}))
    upper, lower = (
        tuple(variable for variable in asked if variable in connected and (variable in above) is upward)
        for upward in (True, False)
    )
    parts = _Parts(upper, lower, tuple(variable for variable in asked if variable not in connected))
    states = sum(len(network.variables[variable].states) for variable in asked)
    size = min(draws_per_block(inquiry), max(64, BLOCK_BYTES // (16 * (1 + states))))
    tasks = view.blocks(size)
    sums: list[_Sums] = []
    for (_, _, stop), found in zip(
        tasks, view.work.map(_tables_of_block, (inquiry, view.draw, parts), tasks), strict=True
    ):
        sums = [before.plus(more) for before, more in zip(sums, found, strict=True)] if sums else found
        view.tell("what each claim says", stop, view.n_draws)
    if sums[0].of_target.sum() == 0 or refusal(sums[0].effective, "what is given") is not None:
        return None
    whole, *without = (
        Predictive(chance(*part.of_target.tolist()), part.averages(parts.alone, len(sums) > 1), view.n_draws)
        for part in sums
    )
    how = (sampled(inquiry, part, {target, *given}, DrawsFrom(0, view.n_draws)) for part in (upper, lower))
    return replace(
        whole,
        sampled=next(filter(None, how), None),
        replicates=tuple(without),
        unseen=unseen_in_mean(1 / np.maximum(sums[0].effective, 1.0)),
        possible=sums[0].possible,
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """Variables asked about together: ancestors of the target, others, and those independent of it."""

    upper: tuple[int, ...]
    lower: tuple[int, ...]
    alone: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """Sums over draws: of the target (2,), and by variable (2, states) with it.

    Of the variables that are independent of the target they are (states,), without it. `effective`
    (draws,) are the numbers of samples that agree with what is given, `possible` is as in `Predictive`.
    """

    of_target: FloatArray
    tables: Mapping[int, FloatArray]
    effective: FloatArray
    possible: Mapping[int, BoolArray]

    def plus(self, other: "_Sums") -> "_Sums":
        """Add the sums over other draws."""
        tables = {variable: table + other.tables[variable] for variable, table in self.tables.items()}
        possible = {variable: here | other.possible[variable] for variable, here in self.possible.items()}
        effective = np.concatenate([self.effective, other.effective])
        return _Sums(self.of_target + other.of_target, tables, effective, possible)

    def averages(self, alone: Collection[int], by_chance: bool) -> dict[int, FloatArray]:
        """Return the joint tables with the target (2, states), each with sum 1.

        Tables that come of different samples, `by_chance`, are made to agree on the target.
        """
        of_target, tables = self.of_target[:, None], dict(self.tables)
        for variable in alone:
            tables[variable] = of_target * tables[variable]
        if by_chance:
            for variable, table in tables.items():
                known = table.sum(axis=1, keepdims=True)
                tables[variable] = table / np.where(known > 0, known, 1.0) * of_target
        return {variable: table / table.sum() for variable, table in tables.items()}


def _tables_of_block(inquiry: Inquiry, draw: Draws, parts: _Parts, block: Block) -> list[_Sums]:
    """Return sums over the draws of a block, and, where states are sampled, the same without each batch."""
    worldview, start, stop = block
    network, target, given = inquiry.network, inquiry.targets[0], inquiry.given
    filled = entries_of(inquiry, worldview, draw(start, stop), DrawsFrom(start, draw.n_draws))
    above = joint(network, filled, given, target, parts.upper)
    others: list[Joint | Inference] = []
    if parts.lower:
        others.append(joint(network, filled, given, target, parts.lower))
    if parts.alone:
        others.append(infer(network, filled, given, parts.alone))
    batches = max(len(part.replicates) for part in (above, *others))
    targets = above.replicates or (above,) * batches
    rest = [part.replicates or (part,) * batches for part in others]
    return [
        _summed(above, others),
        *(_summed(first, more) for first, *more in zip(targets, *rest, strict=True)),
    ]


def _summed(above: Joint, others: Sequence[Joint | Inference]) -> _Sums:
    sums: dict[int, FloatArray] = {}
    can_be: dict[int, BoolArray] = {}
    effective = np.full(len(above.log_z), np.inf)
    for part in (above, *others):
        possible = np.isfinite(part.log_z)
        for variable, table in part.marginals.items():
            sums[variable] = table[..., possible].sum(axis=-1)
        for variable, states in part.possible.items():
            can_be[variable] = np.broadcast_to(states[..., 0], (2, states.shape[-2]))
        if part.effective is not None:
            effective = np.minimum(effective, part.effective)
    return _Sums(above.target[:, np.isfinite(above.log_z)].sum(axis=1), sums, effective, can_be)


def sides(inquiry: Inquiry) -> tuple[Evidence, Evidence]:
    """Return what is given together with the target being false, and being true."""
    target = inquiry.targets[0]
    no, yes = (together(inquiry.given, ((target, (state,)),)) for state in (0, 1))
    return no, yes


def log_odds(inquiry: Inquiry, filled: Filled) -> FloatArray:
    """Return the target's log-odds (D,) for filled tables, nan where `given` is impossible."""
    logits: FloatArray = log_odds_in_full(inquiry, filled).rows[0]
    return logits


@dataclass(frozen=True, slots=True, eq=False)
class LogOdds:
    """Log-odds `rows` (1 + batches, D): of all samples of states, and then without each batch.

    One more sample can change them by `unseen` (D,), and `effective` (D,) is how many agree with what is
    given: 0 and infinite where they are exact.
    """

    rows: FloatArray
    unseen: FloatArray
    effective: FloatArray


def log_odds_in_full(inquiry: Inquiry, filled: Filled) -> LogOdds:
    """Return the target's log-odds with all that is known of how far off they may be."""
    target = inquiry.targets[0]
    found = infer(inquiry.network, filled, inquiry.given, (target,))
    no, yes = np.stack([part.marginals[target] for part in (found, *found.replicates)], axis=1)
    effective = np.full(len(yes[0]), np.inf) if found.effective is None else found.effective
    with np.errstate(divide="ignore", invalid="ignore"):
        logits, unseen = np.log(yes) - np.log(no), found.unseen(target)[1]
        unseen = np.where(unseen > 0, unseen / (yes[0] * no[0]), 0.0)
        if np.isinf(logits).any():  # certain, or too near it for a probability to tell
            both = infer_many(inquiry.network, filled, sides(inquiry), ())
            false, true = (np.array([part.log_z for part in (side, *side.replicates)]) for side in both)
            told = np.isinf(logits[0]) & np.isfinite(true[0] - false[0])
            logits = np.where(np.isinf(logits), true - false, logits)
            counts = [np.inf if side.effective is None else side.effective for side in both]
            unseen = np.where(told, np.hypot(1.0 / counts[0], 1.0 / counts[1]), unseen)
    return LogOdds(logits, unseen, effective)


def log_odds_of(inquiry: Inquiry, u: FloatArray, single: BoolArray) -> FloatArray:
    """Return the target's log-odds (D,) for judgements `u` (n_judgements, D), in blocks of draws.

    `single` is (n_judgements,) or, where it differs from draw to draw, (n_judgements, D).
    """
    logits: FloatArray = log_odds_and_replicates(inquiry, u, single)[0]
    return logits


def log_odds_and_replicates(inquiry: Inquiry, u: FloatArray, single: BoolArray) -> FloatArray:
    """Return `log_odds_of` and, where states are sampled, the same without each batch: (1 + batches, D)."""
    parts = [
        log_odds_in_full(
            inquiry,
            Filled(
                fill(
                    inquiry.network.program,
                    u[:, start:stop],
                    single if single.ndim == 1 else single[:, start:stop],
                )
            ),
        ).rows
        for start, stop in blocks(u.shape[1], draws_per_block(inquiry))
    ]
    return np.concatenate(parts, axis=1) if parts else np.empty((1, 0))


def mean_log_odds(view: View) -> tuple[float, str | None]:
    """Return the log-odds of the target's mean over the draws, nan where what is given is impossible.

    Where samples of states are too few for a mean, it is nan, and the text says why.
    """
    if view.refused is not None:
        return math.nan, view.refused
    parts = list(view.work.map(_log_odds_of_block, (view.inquiry, view.draw), view.blocks()))
    logits, effective = np.concatenate(parts, axis=1)
    refused = None if np.isnan(logits).all() else refusal(effective, "what is assumed or observed")
    return (logit_of_mean(logits) if refused is None else math.nan), refused


def _log_odds_of_block(inquiry: Inquiry, draw: Draws, block: Block) -> FloatArray:
    """Return the target's log-odds in the draws of a block, and how many samples agree: (2, D)."""
    worldview, start, stop = block
    filled = entries_of(inquiry, worldview, draw(start, stop), DrawsFrom(start, draw.n_draws))
    found = log_odds_in_full(inquiry, filled)
    return np.stack([found.rows[0], found.effective])


def logit_of_mean(logits: FloatArray) -> float:
    """Return the log-odds of the mean of probabilities given by their log-odds; nan ones do not count."""
    possible = logits[~np.isnan(logits)]
    if not len(possible):
        return math.nan
    with np.errstate(divide="ignore"):
        return float(np.log(expit(possible).mean()) - np.log(expit(-possible).mean()))

"""One answer from many worldviews: pools of their answers, and answers to pools of their judgements.

In: a `ModelSpec`. Out: a `Pool`. Pooling answers and pooling judgements differ because the target is
not linear in the judgements; both are given side by side, with what makes them differ. So is where the
uncertainty of all together lies.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Any, Unpack

import numpy as np

from cruxmap.bayes.opinions import Opinions, pool_opinions, posterior_variance
from cruxmap.engine.convergence import Convergence
from cruxmap.engine.executors import HERE, Executor, Progress, Work
from cruxmap.engine.network import FloatArray
from cruxmap.engine.special import expit, logit, softplus
from cruxmap.errors import Code, InvalidMap, Problem
from cruxmap.insight.asked import what_if
from cruxmap.insight.display import Shown
from cruxmap.insight.plain import Answer, LeftOut, as_plain, counted, plain_fields
from cruxmap.insight.sentences import extent, percent
from cruxmap.insight.target import log_odds_by_draw, log_odds_of, logit_of_mean
from cruxmap.insight.uncertainty import Uncertainty, uncertainty_of
from cruxmap.insight.uncertainty_by_entry import with_entries
from cruxmap.insight.views import forward_draws, views
from cruxmap.insight.whose import is_given, is_own, who_is_heard, who_says_little
from cruxmap.language.argument_map import LOGIT_OF_CERTAINTY, MAP_WORLDVIEW, ArgumentMap
from cruxmap.language.asked import WhatIf, as_model, credence, named_worldview
from cruxmap.language.inheritance import lineage, settle
from cruxmap.language.model_spec import ModelSpec
from cruxmap.network.inquiry import (
    Inquiry,
    blocks,
    crowded,
    draws_per_block,
    for_mixtures,
    impossible,
    inquire,
    serves_mixtures,
)
from cruxmap.network.means_and_deviations import SD_OF_A_POINT, as_they_count, logit_of_share, natural_at

NEARLY_CERTAIN = math.log(99)
"""A disputed certainty counts as 1% or 99% in a pool of judgements: one reviewer cannot veto the rest.

Where another's number is more extreme than that, on the same side, it counts as that number.
"""

SD_OF_A_DEFAULT = 2.0
"""How firmly, in logits, a number that the map gives as a point stands against the reviewers' own.

So does one that is a reviewer's in the first place, as he brings what it is in.
"""

ENOUGH_REVIEWERS = 3
"""Fewer say little of how far they lie apart: the map's own number may outweigh theirs, which is shown."""

NO_OPINION = {
    (False, False): "",
    (True, False): "what they fitted",
    (False, True): "what nobody gave",
    (True, True): "what they fitted or nobody gave",
}
"""What is called so that stands in worldviews' files and is no opinion: fitted numbers, those of nobody."""

IMPOSSIBLE_THERE = "what is assumed or observed there is "
"""How it begins that a worldview has no estimate at all."""

SAME = 0.005
"""Log-odds that lie no further apart than this count as the same."""


@dataclass(frozen=True, slots=True)
class PooledAnswer(Answer):
    """A pool: its probability of the target, its 90% interval where it has one, and what it rests on."""

    id: str
    probability: float
    interval_90: tuple[float, float] | None
    rests_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledJudgement(Answer):
    """What the reviewers who judged a place have in common there, on its natural scale.

    `low` and `high` are the 5th and 95th percentile of the common value; `reviewers` gave a number.
    `prior_weight` is the part of the common value's mean that is the map's own number.
    """

    address: str
    central: float
    low: float
    high: float
    reviewers: tuple[str, ...]
    prior_weight: float

    @property
    def mostly_prior(self) -> bool:
        """Whether the map's own number outweighs those of few reviewers."""
        return len(self.reviewers) < ENOUGH_REVIEWERS and self.prior_weight > 0.5


@dataclass(frozen=True, slots=True)
class Pool(Shown):
    """One answer from all worldviews, in several ways, and where its uncertainty lies.

    Attributes
    ----------
    model, target
        The model, and its target.
    worldviews
        The estimate of each reviewer that is pooled, by id: the mean over draws.
    prior, factor
        The prior of the extremised pool (a probability), and how strongly it moves away from it.
    answers
        The pools: `id` (`linear`, `logarithmic`, `extremised`, `judgements-logarithmic`,
        `judgements-hierarchical`), `probability`, `interval_90`, and what it `rests_on`.
    judgements
        What the reviewers have in common in each place that somebody judged: `address`, `central`, `low`,
        `high`, the `reviewers`, and `prior_weight`.
    spread_probability, spread_ratio
        How far reviewers typically lie apart: a standard deviation, in logits and in logs.
    explanation
        Why the pools of answers and of judgements differ, in words.
    convergence
        How the Markov chain of the hierarchical pool went; `None` without one.
    uncertainty
        That of the linear pool, in its parts: of the `world`, of `imprecision` and of `disagreement`, as
        `information` (bans) and as `variance`, with `advice`: to `look`, to `think` or to `talk` first.
    left_out
        Worldviews that could not be counted: each `worldview`, with the `reason`.
    says_little
        Worldviews that say little about the target and are not counted, if two others are left.
    reason
        Why there are no pools.

    Examples
    --------
    >>> import cruxmap as cm
    >>> answer = cm.pool(cm.example("legal-case"), weights={"prosecution": 1, "defence": 1}, draws=100)
    >>> [one.id for one in answer.answers[:2]], str(answer.uncertainty.advice[0])
    (['linear', 'logarithmic'], 'look')
    """

    model: str
    target: str
    worldviews: Mapping[str, float]
    prior: float | None = None
    factor: float | None = None
    answers: tuple[PooledAnswer, ...] = ()
    judgements: tuple[PooledJudgement, ...] = ()
    spread_probability: float | None = None
    spread_ratio: float | None = None
    explanation: str = ""
    convergence: Convergence | None = None
    uncertainty: Uncertainty | None = None
    left_out: tuple[LeftOut, ...] = ()
    says_little: tuple[str, ...] = ()
    reason: str | None = None

    def gist(self) -> str:
        """Return the target, how many worldviews are pooled, and how far the pools reach."""
        found = [one.probability for one in self.answers]
        pools = extent(found, "pools") if found else self.reason or "no pool"
        return f"of {self.target}: {counted(len(self.worldviews), 'worldview')}, {pools}"

    @property
    def undefined(self) -> bool:
        """Whether what is given is impossible for some."""
        return any(reason.startswith(IMPOSSIBLE_THERE) for _, reason in self.left_out)

    def to_json(self) -> dict[str, Any]:
        """Return the pools, the chains by themselves: they are those of no worldview."""
        names = ("r_hat", "ess", "divergences", "converged")
        chains = self.convergence and {name: getattr(self.convergence, name) for name in names}
        return plain_fields(self) | {"convergence": as_plain(chains)}


def extremising_factor(n: int) -> float:
    """Return by how much to stretch the mean log-odds of n experts away from their prior.

    Neyman and Roughgarden (2021), "Are you smarter than a random expert?": the factor that is best in the
    worst case where each expert's signals matter less the more is known already; 1 for one, sqrt(3) for many.
    """
    return n * (math.sqrt(3 * n * n - 3 * n + 1) - 2) / (n * n - n - 1)


MAX_FACTOR = 1_000
"""By which a pool may be extremised."""
LEAST_WEIGHT = 1e-9
"""A weight of a reviewer lies between this and its reciprocal."""


def _check(
    argument_map: ArgumentMap, factor: float | None, weights: Mapping[str, float] | None, everyone: bool
) -> None:
    """Raise `InvalidMap` for a factor or weights that say nothing clear."""
    if factor is not None and not 0 <= factor <= MAX_FACTOR:
        hint = f"a number from 0 to {MAX_FACTOR:,}"
        raise InvalidMap((Problem(Code.UNCLEAR_FACTOR, f"factor: {factor} is no factor", hint=hint),))
    for name, weight in (weights or {}).items():
        named_worldview(argument_map, name, "weights")
        if name == MAP_WORLDVIEW or not LEAST_WEIGHT <= weight <= 1 / LEAST_WEIGHT:
            message = f"weights: `{name}: {weight}` gives nobody a weight"
            hint = 'as in `{"ann": 2, "bob": 1}`'
            raise InvalidMap((Problem(Code.UNCLEAR_WEIGHTS, message, hint=hint),))
    if weights is not None and not weights:
        message, hint = "weights: nobody has one", 'as in `{"ann": 2, "bob": 1}`'
        raise InvalidMap((Problem(Code.UNCLEAR_WEIGHTS, message, hint=hint),))
    if weights is not None and everyone:
        hint = "leave one out: who is named in `weights` counts, whatever they say"
        message = "`weights` and `everyone` both say who is pooled"
        raise InvalidMap((Problem(Code.UNCLEAR_WEIGHTS, message, hint=hint),))


@what_if
def pool(
    model: ModelSpec | ArgumentMap,
    *,
    prior: float | str | None = None,
    factor: float | None = None,
    weights: Mapping[str, float] | None = None,
    everyone: bool = False,
    progress: Progress | None = None,
    executor: Executor = HERE,
    **asked: Unpack[WhatIf],
) -> Pool:
    """Combine the worldviews of a model into one answer, and tell where its uncertainty lies.

    The map's own numbers are left out where there are others.

    Parameters
    ----------
    model
        The model, or a map with a `target`.
    prior
        What the extremised pool moves away from: a probability, or its notation; the map's own estimate by
        default.
    factor
        How far it moves, from 0 to 1,000; by default from the number of reviewers.
    weights
        Pool these worldviews, and let them count so. Without, all count alike who say more than a little
        about the target.
    everyone
        Let all count alike, whatever they say.
    **asked
        What is asked in place of what the model says: see `WhatIf`.
    progress
        Called with what is done, steps so far, and steps in all.
    executor
        What does the work: this machine (the default), all its cores, or a cluster.

    Returns
    -------
    A `Pool`: `answers` by several ways of pooling, and the `uncertainty` that is the world's, of imprecise
    judgements, and of disagreement.

    Raises
    ------
    InvalidMap
        For a mistake in an argument, which the problem names with a hint.

    Examples
    --------
    >>> import cruxmap as cm
    >>> answer = cm.pool(cm.example("legal-case"), weights={"prosecution": 1, "defence": 3}, draws=100)
    >>> {one.id: round(one.probability, 1) for one in answer.answers}["linear"]
    0.4
    """
    model, work, prior = as_model(model), Work(executor, progress), credence("prior", prior)
    _check(model.map, factor, weights, everyone)
    voices = replace(model, worldviews=tuple(name for name in model.worldviews if name != MAP_WORLDVIEW))
    little = () if weights or everyone else who_says_little(voices, work)
    reviewers = tuple(weights or who_is_heard(voices.worldviews, little))
    inquiry = inquire(replace(model, worldviews=(*reviewers, MAP_WORLDVIEW)))
    seen = {view.name: view for view in views(inquiry, work)}
    drawn = dict(zip(seen, log_odds_by_draw(tuple(seen.values())), strict=True))
    means = {name: logit_of_mean(logits) for name, (logits, refused) in drawn.items() if refused is None}
    estimates = {name: means[name] for name in reviewers if math.isfinite(means.get(name, math.nan))}
    left_out = tuple(
        LeftOut(name, drawn[name][1] or _why_not(inquiry, number, means[name]))
        for number, name in enumerate(reviewers)
        if name not in estimates
    )
    weight = {name: 1.0 if weights is None else float(weights[name]) for name in estimates}
    log_odds = {name: drawn[name][0] for name in estimates}
    found = Pool(
        model=model.id,
        target=model.target.name,
        worldviews=MappingProxyType({name: float(expit(value)) for name, value in estimates.items()}),
        left_out=left_out,
        says_little=little,
    )
    if estimates:
        parts = with_entries(
            uncertainty_of(log_odds, weight), [seen[name] for name in estimates], log_odds, work
        )
        found = replace(found, uncertainty=parts)
    if len(estimates) < 2:
        reason = "a pool takes at least two worldviews whose estimate lies between 0% and 100%"
        return replace(found, reason=reason)
    start = float(logit(prior)) if prior is not None else means.get(MAP_WORLDVIEW, math.nan)
    stretch = extremising_factor(len(estimates)) if factor is None else factor
    answers = _pools_of_answers(estimates, weight, start, stretch, given=prior is not None)
    kept = {seen[name].worldview: part for name, part in weight.items()}
    found = replace(
        found, prior=float(expit(start)) if math.isfinite(start) else None, factor=stretch, answers=answers
    )
    no_opinion = _no_opinion(inquiry)
    try:
        inquiry = _of_opinions(inquiry) if no_opinion else inquiry
    except ValueError:
        why = f"without {_of_reviewers(no_opinion)}, links run in a circle"
        return replace(found, explanation=f"Judgements are not pooled: {why}.")
    everybody = range(len(inquiry.model.worldviews))
    if (crowd := crowded(inquiry, everybody)) is not None:
        return replace(found, explanation=f"Judgements are not pooled: {crowd}.")
    if not serves_mixtures(inquiry, everybody):
        inquiry = for_mixtures(inquiry, [everybody])
    judged = _log_pool_of_judgements(inquiry, kept)
    if no_opinion:
        judged = replace(judged, rests_on=f"{judged.rests_on}, without {no_opinion}")
    common = _in_common(inquiry, [*kept], work)
    return replace(
        found,
        answers=(*answers, judged, *((common.answer,) if common else ())),
        judgements=common.judgements if common else (),
        spread_probability=common.spread_probability if common else None,
        spread_ratio=common.spread_ratio if common else None,
        explanation=_explanation(answers[1], judged) + _counts_in_answers(no_opinion),
        convergence=common.convergence if common else None,
    )


def _why_not(inquiry: Inquiry, worldview: int, log_odds: float) -> str:
    if math.isnan(log_odds):
        return f"{IMPOSSIBLE_THERE}{impossible(inquiry, worldview)}"
    return f"the target is certain there ({percent(float(expit(log_odds)))})"


# --- pools of answers ----------------------------------------------------------------------------


def _pools_of_answers(
    estimates: Mapping[str, float],
    weights: Mapping[str, float],
    prior: float,
    factor: float,
    *,
    given: bool,
) -> tuple[PooledAnswer, ...]:
    """Return the linear, the logarithmic and, where there is a prior, the extremised pool of log-odds."""
    logits, weight = np.array([*estimates.values()]), [*weights.values()]
    mean, middle = np.average(expit(logits), weights=weight), np.average(logits, weights=weight)
    how_likely = "each as likely" if len(set(weight)) == 1 else "as likely as its weight"
    linear = f"the mean of the estimates: one of the worldviews is right, {how_likely}"
    logarithmic = (
        "the mean of the log-odds (geometric mean of odds): everybody saw the same evidence, with errors"
    )
    answers = [("linear", mean, linear), ("logarithmic", expit(middle), logarithmic)]
    if math.isfinite(prior):
        whose = "a prior that was given" if given else "the map's own estimate as the prior"
        extremised = (
            f"the logarithmic pool moved {factor:.2f} times as far from {percent(float(expit(prior)))}, "
            f"{whose}: reviewers hold partly different evidence"
        )
        answers.append(("extremised", expit(prior + factor * (middle - prior)), extremised))
    return tuple(PooledAnswer(name, float(p), None, rests_on) for name, p, rests_on in answers)


# --- pools of judgements -------------------------------------------------------------------------


def _no_opinion(inquiry: Inquiry) -> str:
    """Name the numbers in the files of a model's worldviews that are no opinion, empty if there are none.

    A fitted number is none: it follows from answers about other things. Nor is a number that nobody gave.
    """
    model = inquiry.model
    fitted = any(one.fitted for perspective in inquiry.perspectives for one in perspective.settings)
    steps = {step.about.id: step for name in model.worldviews for step in lineage(model.map, name)}
    nobodys = any(not one.elicited for step in steps.values() for one in step.judgements)
    return NO_OPINION[fitted, nobodys]


def _of_reviewers(left_out: str) -> str:
    return left_out.replace("they", "reviewers")


def _of_opinions(inquiry: Inquiry) -> Inquiry:
    """Return the inquiry with what worldviews have by opinion alone.

    Raises ValueError where links run in a circle without the rest.
    """
    model = inquiry.model
    perspectives = tuple(
        settle(model.map, name, model.settings, given_only=True) for name in model.worldviews
    )
    return inquire(model, perspectives)


def _counts_in_answers(left_out: str) -> str:
    """Say where what is no opinion counts, if there is such a thing."""
    what = _of_reviewers(left_out)
    return f" {what[0].upper()}{what[1:]} counts in their answers alone." if what else ""


def _log_pool_of_judgements(inquiry: Inquiry, reviewers: Mapping[int, float]) -> PooledAnswer:
    """Return the estimate when every place has the reviewers' logarithmic pool, draw by draw."""
    n_draws = inquiry.model.sampling.draws
    draw = forward_draws(inquiry, n_draws)
    none_single = np.zeros(len(inquiry.network.addresses), dtype=np.bool_)
    logits = np.concatenate(
        [
            log_odds_of(inquiry, _log_pool(inquiry, reviewers, draw(start, stop)), none_single)
            for start, stop in blocks(n_draws, draws_per_block(inquiry))
        ]
    )
    return _answer("judgements-logarithmic", logits, "the mean of the reviewers' log-odds in every place")


def _log_pool(inquiry: Inquiry, reviewers: Mapping[int, float], z: FloatArray) -> FloatArray:
    """Return the mean of the reviewers' logits by weight, of shares that of logs: (n_judgements, D)."""
    each = np.stack([_plain_judgements(inquiry, reviewer, z) for reviewer in reviewers])
    mean = partial(np.average, axis=0, weights=[*reviewers.values()])
    u: FloatArray = mean(each)
    for row in inquiry.numbers.share_rows:
        u[row] = logit_of_share(np.exp(-mean(softplus(-each[:, row]))))
    return u


def _answer(name: str, logits: FloatArray, rests_on: str) -> PooledAnswer:
    possible = logits[~np.isnan(logits)]
    low, high = expit(np.quantile(possible, (0.05, 0.95)))
    return PooledAnswer(name, float(expit(logit_of_mean(logits))), (float(low), float(high)), rests_on)


def _plain_judgements(inquiry: Inquiry, worldview: int, z: FloatArray) -> FloatArray:
    """Return judgements `u` (n_judgements, D) that can be averaged: shares normalised, certainties softened.

    What every worldview holds certain stays so, and so does what is not certain.
    """
    middle = np.zeros((len(inquiry.network.addresses), 1))
    central = np.hstack(
        [as_they_count(inquiry.numbers, middle, w) for w in range(len(inquiry.model.worldviews))]
    )
    certain = np.abs(central) >= LOGIT_OF_CERTAINTY
    agreed = certain.all(axis=1) & (central == central[:, :1]).all(axis=1)
    others = np.where(certain, 0.0, central)
    lowest = np.minimum(others.min(axis=1), -NEARLY_CERTAIN)[:, None]
    highest = np.maximum(others.max(axis=1), NEARLY_CERTAIN)[:, None]
    u = as_they_count(inquiry.numbers, z, worldview)
    disputed = (np.abs(u) >= LOGIT_OF_CERTAINTY) & ~agreed[:, None]
    return np.where(disputed, np.where(u > 0, highest, lowest), u)


@dataclass(frozen=True, slots=True)
class _InCommon:
    """The hierarchical pool: fields of `Pool`, and the answer that follows."""

    answer: PooledAnswer
    judgements: tuple[PooledJudgement, ...]
    spread_probability: float | None
    spread_ratio: float | None
    convergence: Convergence


def _in_common(inquiry: Inquiry, reviewers: list[int], work: Work) -> _InCommon | None:
    """Return what the reviewers' own judgements have in common, `None` where nobody has any.

    Places that nobody judged keep the map's own.
    """
    sampling = inquiry.model.sampling
    opinions, places, who = _opinions(inquiry, reviewers)
    if not places:
        return None
    work.tell("pool of judgements", 0, sampling.draws)
    pooled = pool_opinions(
        opinions, draws=sampling.draws, tune=sampling.tune, chains=sampling.chains, seed=sampling.seed
    )
    draw, own = forward_draws(inquiry, sampling.draws), len(inquiry.model.worldviews) - 1
    none_single = np.zeros(len(inquiry.network.addresses), dtype=np.bool_)
    parts = []
    for start, stop in blocks(sampling.draws, draws_per_block(inquiry)):
        u = _plain_judgements(inquiry, own, draw(start, stop))
        u[places] = pooled.common[:, start:stop]
        parts.append(log_odds_of(inquiry, u, none_single))
        work.tell("pool of judgements", stop, sampling.draws)
    answer = _answer(
        "judgements-hierarchical",
        np.concatenate(parts),
        "what the reviewers' own judgements have in common, with the map's own as the prior",
    )
    addresses = inquiry.network.addresses
    judgements = []
    percentiles = np.quantile(pooled.common, (0.05, 0.5, 0.95), axis=1).T
    weights = posterior_variance(opinions, pooled.spread).mean(axis=1) / opinions.prior_sd**2
    for place, ends, names, weight in zip(places, percentiles, who, weights, strict=True):
        low, middle, high = (natural_at(inquiry.numbers, place, float(u)) for u in ends)
        judgements.append(
            PooledJudgement(
                address=addresses[place],
                central=middle,
                low=low,
                high=high,
                reviewers=names,
                prior_weight=float(weight),
            )
        )
    of_probabilities, of_ratios = (
        float(draws.mean()) if (opinions.is_ratio == kind).any() else None
        for kind, draws in enumerate(pooled.spread)
    )
    return _InCommon(answer, tuple(judgements), of_probabilities, of_ratios, pooled.convergence)


def _opinions(inquiry: Inquiry, reviewers: list[int]) -> tuple[Opinions, list[int], list[tuple[str, ...]]]:
    """Return what the reviewers gave themselves, the places they gave it for, and who did for each.

    A rejection is an opinion on the argument's soundness, a number that nobody wrote is none. The prior of
    each place is the map's own number.
    """
    numbers, addresses = inquiry.numbers, inquiry.network.addresses
    own = len(inquiry.model.worldviews) - 1
    central = np.zeros((len(addresses), 1))
    values = {w: _plain_judgements(inquiry, w, central)[:, 0] for w in (*reviewers, own)}
    given: dict[int, list[int]] = {}
    for place, address in enumerate(addresses):
        for w in reviewers:
            setting = inquiry.perspectives[w].setting[address]
            mine = is_own(inquiry.perspectives[w].worldview, setting) and is_given(
                inquiry.model.map, setting
            )
            if mine and setting.column == address:
                given.setdefault(place, []).append(w)
    places = list(given)
    flat = [(number, place, w) for number, place in enumerate(places) for w in given[place]]
    sd = np.array([numbers.sd[w, place] for _, place, w in flat])
    bringers = inquiry.model.map.bringer
    prior_sd = np.array([0.0 if addresses[p] in bringers else numbers.sd[own, p] for p in places])
    opinions = Opinions(
        place=np.array([number for number, _, _ in flat], dtype=np.int64),
        value=np.array([values[w][place] for _, place, w in flat]),
        sd=np.where(sd > 0, sd, SD_OF_A_POINT),
        prior_mean=values[own][places],
        prior_sd=np.where(prior_sd > 0, prior_sd, SD_OF_A_DEFAULT),
        is_ratio=numbers.is_ratio[places].astype(np.int64),
    )
    names = inquiry.model.worldviews
    return opinions, places, [tuple(names[w] for w in given[place]) for place in places]


def _explanation(answers: PooledAnswer, judgements: PooledAnswer) -> str:
    """Say why pooling answers and pooling judgements come out differently, in this case."""
    move = float(logit(judgements.probability)) - float(logit(answers.probability))
    first, second = percent(judgements.probability), percent(answers.probability)
    if abs(move) <= SAME:
        return f"Pooling judgements first gives {first}, and so does pooling the answers."
    return (
        f"Pooling judgements first gives {first}, {math.exp(abs(move)):.2g} times "
        f"{'higher' if move > 0 else 'lower'} in odds than pooling the answers ({second}): the target is not "
        "linear in the judgements, so extremes that a reviewer holds together no longer meet once each place "
        "has the middle number, and reviewers who agree on the answer for different reasons keep neither "
        "reason in full."
    )

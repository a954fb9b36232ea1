"""What a model's worldviews imply about its targets: the estimate, its spread, and single probabilities.

In: a `ModelSpec`. Out: an `Estimate`: a `WorldviewEstimate` per worldview, which says whose number it is, and
the `NeutralEstimate` of the map's own numbers. Judgements that nothing conditions are drawn forward, exactly
and without PyMC; the others come from `bayes.sampling`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

import numpy as np

from cruxmap.engine.convergence import Convergence
from cruxmap.engine.executors import HERE, Executor, Progress, Work
from cruxmap.engine.jackknife import standard_error
from cruxmap.engine.network import DrawsFrom, Evidence, FloatArray
from cruxmap.engine.queries import Inference, infer_many
from cruxmap.errors import InvalidMap
from cruxmap.insight.asked import what_if
from cruxmap.insight.display import Shown
from cruxmap.insight.plain import Answer, counted
from cruxmap.insight.sampled import Errors, Sampled, Settled, sampled, settled
from cruxmap.insight.sentences import extent, texts_of
from cruxmap.insight.views import (
    MIN_EFFECTIVE,
    BlockOfSeveral,
    Draws,
    Forward,
    View,
    by_block,
    fill_together,
    refusal,
    too_few,
    views,
)
from cruxmap.insight.whose import NeutralNumber, Whose, inquire_with_map, turns_on_most, whose
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    ArgumentMap,
    Condition,
    StateIn,
    condition_text,
)
from cruxmap.language.argument_types import checks_types
from cruxmap.language.asked import Conditions, WhatIf, as_model, judgements_laid, model_as_asked
from cruxmap.language.model_spec import ModelSpec, Target
from cruxmap.language.names import checked_worldview
from cruxmap.language.reading import Worldviews
from cruxmap.language.typed import parse_condition, settings_text
from cruxmap.network.inquiry import (
    Inquiry,
    central_entries,
    impossible,
    impossible_evidence,
    inquire,
    stacked,
    target_probabilities,
    together,
)

if TYPE_CHECKING:
    from cruxmap.insight.predictive import Outlooks

PERCENTILES = (0.05, 0.5, 0.95)
EVERY_PERCENT = np.linspace(0, 1, 101)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary(Answer):
    """A probability over draws: `mean` is the credence to act on, `interval_90` its 5th and 95th percentile.

    `central` has every judgement at its central value. What is undefined is `None`, with the `reason`.
    `draws` are the probabilities and `log_odds` their logits, both (D,); a draw in which what is
    supposed cannot be is nan in both and left out of the summary. Where states were sampled, `errors` are
    the standard errors of the numbers, and the draws have had the spread of sampling taken out.
    """

    hidden = frozenset({"draws", "log_odds"})
    main = "mean"

    mean: float | None = None
    median: float | None = None
    interval_90: tuple[float, float] | None = None
    central: float | None = None
    errors: Errors | None = None
    reason: str | None = None
    draws: FloatArray = field(repr=False, compare=False)
    log_odds: FloatArray = field(repr=False, compare=False)

    def percentiles(self) -> list[float]:
        """Return the 0th, 1st, ..., 100th percentile over draws; none where there is no estimate."""
        if self.mean is None:
            return []
        found: list[float] = np.quantile(self.draws[~np.isnan(self.draws)], EVERY_PERCENT).tolist()
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetEstimate(Summary):
    """A target's probability given what is assumed, and `unconditional`: without the assumptions."""

    unconditional: Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeEstimate(TargetEstimate):
    """The model's target by one set of numbers, and `also`: its further targets by name.

    Where samples had to agree with something, of states or of judgements, `effective` is the smallest
    effective number of them that the numbers rest on. There is no estimate where they are `too_few`.
    """

    hidden = frozenset({"draws", "log_odds", "too_few"})

    effective: float | None = None
    also: Mapping[str, TargetEstimate]
    too_few: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedEstimate(TargetEstimate):
    """A target's probability in a worldview, and how much of it is the worldview's own."""

    whose: Whose


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldviewEstimate(WholeEstimate):
    """The estimate of one worldview, and how much of each target's is its own."""

    whose: Whose
    also: Mapping[str, JudgedEstimate]


@dataclass(frozen=True, slots=True, kw_only=True)
class NeutralEstimate(WholeEstimate):
    """The estimate of the map's own numbers, which are nobody's view, and those it `turns_on` most."""

    turns_on: tuple[NeutralNumber, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate(Shown):
    """What a model's worldviews imply about its targets. Probabilities lie between 0 and 1, intervals are
    pairs.

    Attributes
    ----------
    model, target
        The model's id, and its target written out.
    assuming, observed
        The conditions in force, written out.
    settings
        The numbers laid over those of every worldview, each `ADDRESS=VALUE`.
    seed, draws
        The random seed, and the number of draws of each worldview.
    map
        The estimate of the map's own numbers, which are nobody's view: the fields of a worldview's but
        `whose`, and the numbers that it `turns_on` most.
    worldviews
        By id, each worldview's estimate. `mean` is the mean over draws, the credence to act on; `median`
        and `interval_90` are percentiles over draws; `central` is the probability with every number in the
        middle of its interval; `unconditional` has the same without what is assumed; `also` has the same
        for each further target, by name; `whose` tells how much of it is the worldview's own; `draws` has
        the probabilities themselves, (draws,). What is undefined is `None`, with the `reason`.
    convergence
        For worldviews whose judgements were sampled by Markov chains: `r_hat`, `ess`, `divergences`.
    state_texts
        The sentences of states, by name of a target that is one.
    sampled
        For worldviews in which states were sampled: how, and what made exact sums too long.

    Examples
    --------
    >>> import cruxmap as cm
    >>> answer = cm.estimate(cm.example("library"), draws=500)
    >>> answer
    <Estimate of opens-on-time given 1 condition: 2 worldviews, means 42% to 54%>
    >>> low, high = answer.worldviews["treasurer"].interval_90
    >>> round(low, 2), round(high, 2)
    (0.32, 0.51)
    """

    hidden = frozenset({"convergence", "state_texts"})

    def gist(self) -> str:
        """Return the target, how many worldviews there are, and how far their means reach."""
        conditions = len(self.assuming) + len(self.observed)
        given = f" given {counted(conditions, 'condition')}" if conditions else ""
        means = [one.mean for one in self.worldviews.values()] or [self.map.mean]
        return f"of {self.target}{given}: {counted(len(self.worldviews), 'worldview')}, {extent(means)}"

    model: str
    target: str
    assuming: tuple[str, ...]
    observed: tuple[str, ...]
    settings: tuple[str, ...] = ()
    seed: int
    draws: int
    sampled: Sampled | None = None
    map: NeutralEstimate
    worldviews: Mapping[str, WorldviewEstimate]
    convergence: tuple[Convergence, ...] = ()
    state_texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def converged(self) -> bool:
        """Whether every chain that was run has converged, and there were samples enough everywhere."""
        enough = not any(w.too_few for w in (self.map, *self.worldviews.values()))
        return enough and all(c.converged for c in self.convergence)

    @property
    def undefined(self) -> bool:
        """Whether some worldview has no estimate, since what is assumed or observed is impossible in it."""
        return any(w.mean is None and not w.too_few for w in self.worldviews.values())


# --- the estimate --------------------------------------------------------------------------------


@what_if
def estimate(
    model: ModelSpec | ArgumentMap,
    *,
    progress: Progress | None = None,
    executor: Executor = HERE,
    **asked: Unpack[WhatIf],
) -> Estimate:
    """Return what every worldview of a model implies about its targets.

    Where nothing uncertain is conditioned, the draws are a Latin hypercube; elsewhere they are the
    posterior's, with their `convergence`. `progress` hears of draws done, of worldviews that share them
    together.

    Parameters
    ----------
    model
        The model, or a map with a `target`.
    **asked
        What is asked in place of what the model says: see `WhatIf`.
    progress
        Called with what is done, steps so far, and steps in all.
    executor
        What does the work: this machine (the default), all its cores, or a cluster.

    Returns
    -------
    An `Estimate`. Its `worldviews` have each worldview's `mean`, `interval_90` and
    `central`; its `map` those of the map's own numbers.

    Raises
    ------
    InvalidMap
        For a mistake in an argument, which the problem names with a hint.

    Examples
    --------
    >>> import cruxmap as cm
    >>> answer = cm.estimate(cm.example("library"), judgements={"soil-sound": 0.9}, draws=500)
    >>> round(answer.worldviews["treasurer"].mean, 2)
    0.42
    """
    model = as_model(model)
    inquiry = inquire_with_map(model)
    seen = views(inquiry, Work(executor, progress))
    return _estimate(model, seen, _draw_probabilities(seen, _given(inquiry)))


def estimate_of(model: ModelSpec, seen: "Outlooks") -> Estimate:
    """Return the estimate of worldviews whose draws have been put through already, the targets draw by draw.

    They are those of `inquire_with_map`. Where states are sampled, the draws are put through by themselves.
    """
    each = [outlook.view for outlook in seen.each]
    known = [_exactly(outlook.targets) for outlook in seen.each if outlook.targets is not None]
    return _estimate(model, each, known or _draw_probabilities(each, _given(seen.inquiry)))


def _estimate(model: ModelSpec, seen: Sequence[View], drawn: Iterable["_Answers"]) -> Estimate:
    inquiry, work = seen[0].inquiry, seen[0].work
    middle = replace(central_entries(inquiry), among=model.sampling.draws)
    central = _answers(inquiry, infer_many(inquiry.network, middle, _given(inquiry), inquiry.targets))
    whole = {
        view.name: _summarise(view, found, _Answers(*(part[..., [view.worldview]] for part in central)))
        for view, found in zip(seen, drawn, strict=True)
    }
    how = sampled(inquiry, inquiry.targets, inquiry.clamped, DrawsFrom(0, model.sampling.draws))
    if how is not None:
        known = [w.effective for w in whole.values() if w.effective is not None]
        how = replace(how, effective=min(known, default=None))
    names = [target.name for target in (model.target, *model.also)]
    drawn_for = {name: {**one.also, model.target.name: one} for name, one in whole.items()}
    exact = {
        view.worldview: np.array([drawn_for[view.name][target].log_odds for target in names])
        for view in seen
        if how is None and isinstance(view.draw, Forward)
    }
    owned = {
        name: dict(zip(names, each, strict=True)) for name, each in whose(inquiry, work, exact).items()
    }
    return Estimate(
        model=model.id,
        target=model.target.name,
        assuming=tuple(map(condition_text, model.assuming)),
        observed=tuple(map(condition_text, model.observed)),
        settings=settings_text(model.settings, model.map),
        seed=model.sampling.seed,
        draws=model.sampling.draws,
        map=_extended(NeutralEstimate, whole[MAP_WORLDVIEW], turns_on=turns_on_most(inquiry)),
        worldviews=MappingProxyType(
            {name: _judged(whole[name], owned[name], names[0]) for name in model.worldviews}
        ),
        convergence=tuple(view.convergence for view in seen if view.convergence is not None),
        sampled=how,
        state_texts=dict(_state_texts(model)),
    )


def _state_texts(model: ModelSpec) -> Iterator[tuple[str, str]]:
    """Yield the texts of those targets that are a state with a text of its own."""
    for target in (model.target, *model.also):
        match target.condition:
            case StateIn(question=question, states=(state,)):
                text = texts_of(model.map, question).get(state)
                if text is not None:
                    yield target.name, text


class _Answers(NamedTuple):
    """What D draws say of the targets: given what is assumed and observed, and given what is observed alone.

    `rows` (1 + batches, 2, n_targets, 2, D) are P(false) and P(true), of all samples of states and without
    each batch. One more sample can change P(true) by `unseen` (2, n_targets, D), and `effective` (2, D) is
    how many agree with what is given: 0 and infinite where the probabilities are exact, without batches.
    Where something else is given than that, the two are as many as there are pieces of evidence.
    """

    rows: FloatArray
    unseen: FloatArray
    effective: FloatArray

    def of(self, side: int, number: int) -> "_Answers":
        """Return what is said of one target on one side: the first two axes are gone."""
        return _Answers(self.rows[:, side, number], self.unseen[side, number], self.effective[side])


def _exactly(targets: FloatArray) -> _Answers:
    """Return the answers that probabilities (2, n_targets, 2, D) are where they are exact."""
    sides, n_targets, _, n_draws = targets.shape
    return _Answers(
        targets[None], np.zeros((sides, n_targets, n_draws)), np.full((sides, n_draws), np.inf)
    )


def _answers(inquiry: Inquiry, inferences: tuple[Inference, ...]) -> _Answers:
    replicates = zip(*(inference.replicates for inference in inferences), strict=True)
    rows = np.array([stacked(inquiry, parts) for parts in (inferences, *replicates)])
    unseen = np.array([[i.unseen(target)[1] for target in inquiry.targets] for i in inferences])
    effective = [
        np.full(rows.shape[-1], np.inf) if i.effective is None else i.effective for i in inferences
    ]
    return _Answers(rows, unseen, np.array(effective))


def _given(inquiry: Inquiry) -> tuple[Evidence, Evidence]:
    """Return what is assumed and observed, and what is observed alone."""
    return inquiry.given, inquiry.observed


def _draw_probabilities(views: Sequence[View], evidences: tuple[Evidence, ...]) -> Iterator[_Answers]:
    """Yield what every draw of each worldview says of the targets, given each piece of evidence."""
    for parts in by_block(views, _probabilities_of_block, evidences):
        yield _Answers(*(np.concatenate(arrays, axis=-1) for arrays in zip(*parts, strict=True)))


def _probabilities_of_block(
    inquiry: Inquiry, draw: Draws, evidences: tuple[Evidence, ...], block: BlockOfSeveral
) -> tuple[_Answers, ...]:
    return tuple(
        _answers(inquiry, infer_many(inquiry.network, filled, evidences, inquiry.targets))
        for filled in fill_together(inquiry, draw, block)
    )


def _summarise(view: View, drawn: _Answers, central: _Answers) -> WholeEstimate:
    """Sum up the draws of one worldview, with its central column."""
    model, obstacle = view.inquiry.model, view.inquiry.obstacles[view.worldview]
    refused = obstacle or view.refused
    reasons = (
        refused or _why_none(view.inquiry, view.worldview, drawn.of(0, 0), model.assuming),
        refused or _why_none(view.inquiry, view.worldview, drawn.of(1, 0), ()),
    )

    def target(number: int) -> TargetEstimate:
        given, unconditional = (
            _summary(drawn.of(side, number), central.of(side, number), reasons[side]) for side in (0, 1)
        )
        return _extended(TargetEstimate, given, unconditional=unconditional)

    first, *others = map(target, range(len(view.inquiry.targets)))
    of_states = float(drawn.effective.sum(axis=1).min()) if view.inquiry.given else np.inf
    effective = min(of_states, np.inf if view.effective is None else view.effective)
    possible = obstacle is None and not np.isnan(drawn.rows[0, 0, 0, 1]).all()
    return _extended(
        WholeEstimate,
        first,
        also=MappingProxyType(
            {also.name: result for also, result in zip(model.also, others, strict=True)}
        ),
        effective=effective if np.isfinite(effective) else None,
        too_few=possible and first.mean is None,
    )


def _judged(whole: WholeEstimate, owned: Mapping[str, Whose], main: str) -> WorldviewEstimate:
    """Add to a worldview's estimate how much of each target's is its own; both by the targets' names."""
    also = {
        name: _extended(JudgedEstimate, target, whose=owned[name]) for name, target in whole.also.items()
    }
    return _extended(WorldviewEstimate, whole, whose=owned[main], also=MappingProxyType(also))


def _extended[Kind: Summary](kind: type[Kind], summary: Summary, **more: Any) -> Kind:
    """Return a summary with more to it, or with something else in its place."""
    return kind(**({part.name: getattr(summary, part.name) for part in fields(summary)} | more))


def _why_none(
    inquiry: Inquiry, worldview: int, drawn: _Answers, assumed: tuple[Condition, ...]
) -> str | None:
    """Say why draws of P(target | what is assumed, and observed) make no estimate, where they do not."""
    observed, by_chance = inquiry.model.observed, bool(np.isfinite(drawn.effective).all())
    besides = " with what is observed" if observed and assumed else ""
    what = "what is assumed" if assumed else "what is observed"
    if np.isnan(drawn.rows[0, 1]).all():
        missed = impossible(inquiry, worldview, assumed or observed, sampled=by_chance, besides=besides)
        return f"{what} is {missed}"
    return refusal(drawn.effective, what + besides)


def _summary(one: _Answers, central: _Answers, reason: str | None) -> Summary:
    """Sum up the draws of a target, with its central values."""
    drawn, without = one.rows[0], one.rows[1:]
    by_chance = settled(drawn, without, one.unseen) if len(without) and reason is None else None
    draws = drawn if by_chance is None else by_chance.draws
    with np.errstate(divide="ignore", invalid="ignore"):
        log_odds = np.log(draws[1]) - np.log(draws[0])
    if reason is not None:
        return Summary(reason=reason, draws=draws[1], log_odds=log_odds)
    low, median, high = np.quantile(draws[1][~np.isnan(draws[1])], PERCENTILES).tolist()
    reason = _no_central(central)
    return Summary(
        mean=float(np.nanmean(drawn[1])),
        median=median,
        interval_90=(low, high),
        central=float(central.rows[0, 1, 0]) if reason is None else None,
        reason=reason,
        draws=draws[1],
        log_odds=log_odds,
        errors=None if by_chance is None else _standard_errors(by_chance, one, central, reason),
    )


def _no_central(central: _Answers) -> str | None:
    if np.isnan(central.rows[0, 1, 0]):
        return "what is assumed or observed is impossible at central judgements"
    if central.effective[0] < MIN_EFFECTIVE:
        return too_few(float(central.effective[0]), "what is assumed or observed at central judgements")
    return None


def _standard_errors(
    by_chance: Settled, one: _Answers, central: _Answers, no_central: str | None
) -> Errors:
    mean = float(standard_error(np.nanmean(one.rows[1:, 1], axis=-1), by_chance.unseen))
    low, median, high = (by_chance.percentile_error(share, mean) for share in PERCENTILES)
    of_central = standard_error(central.rows[1:, 1, 0], central.unseen[0])
    return {
        "mean": mean,
        "median": median,
        "interval_90": (low, high),
        "central": float(of_central) if no_central is None else None,
    }


# --- under several assumptions -------------------------------------------------------------------


class Found(NamedTuple):
    """A number, or the reason why there is none."""

    value: float | None
    reason: str | None = None


def probabilities_given(
    inquiry: Inquiry, assumed: Sequence[tuple[Condition, ...]], work: Work, *, means: bool
) -> list[list[list[Found]]]:
    """Return the targets' probabilities by worldview, by what is assumed, and by target.

    At central judgements, or with `means` the mean over draws. What is assumed comes in place of what the
    inquiry assumes, but is among it; what is observed stays.
    """
    evidences = tuple(
        together(tuple((inquiry.variables[one], (1,)) for one in conditions), inquiry.observed)
        for conditions in assumed
    )
    if not means:
        found = infer_many(inquiry.network, central_entries(inquiry), evidences, inquiry.targets)
        central = _answers(inquiry, found)
        columns = range(len(inquiry.model.worldviews))
        by_worldview = [_Answers(*(part[..., [column]] for part in central)) for column in columns]
        refused: list[str | None] = [None for _ in columns]
    else:
        seen = views(inquiry, work)
        by_worldview = list(_draw_probabilities(seen, evidences))
        refused = [
            inquiry.obstacles[view.worldview] or view.refused or _unconverged(view) for view in seen
        ]

    def found_of(worldview: int, side: int) -> list[Found]:
        of = partial(by_worldview[worldview].of, side)
        reason = refused[worldview] or _why_none(inquiry, worldview, of(0), tuple(assumed[side]))
        if reason is not None:
            return [Found(None, reason) for _ in inquiry.targets]
        return [Found(float(np.nanmean(of(n).rows[0, 1]))) for n in range(len(inquiry.targets))]

    sides = range(len(evidences))
    return [[found_of(worldview, side) for side in sides] for worldview in range(len(by_worldview))]


def _unconverged(view: View) -> str | None:
    if view.convergence is None or view.convergence.converged:
        return None
    return "the chains of its judgements have not converged: draw more, by `sampling`"


# --- one probability -----------------------------------------------------------------------------


@checks_types
def probability(
    model_or_map: ModelSpec | ArgumentMap,
    condition: Any,
    given: Any = None,
    worldview: str | None = None,
    judgements: Mapping[str, Any] | None = None,
    *,
    observed: Conditions | None = None,
    worldviews: Worldviews | None = None,
) -> float:
    """Return the probability of a condition at central judgements.

    Parameters
    ----------
    model_or_map
        A model or a map.
    condition
        What is asked about, as in a file: a text, a dict or a list.
    given
        What is assumed in place of what the model assumes: a condition or a list of them. What the model
        observes stays in force.
    worldview
        Whose numbers are taken; the map's own where none is named.
    judgements
        Numbers laid over those of the worldview, by address: notation, numbers, or tuples as intervals.
    observed
        What is observed in place of what the model observes.
    worldviews
        Worldviews that the map does not have, as dicts, texts or paths of files; `worldview` may name one of
        them.

    Returns
    -------
    The probability, between 0 and 1.

    Raises
    ------
    InvalidMap
        For anything that cannot be read or is not in the map, and for evidence that is impossible.

    Examples
    --------
    >>> import cruxmap as cm
    >>> model = cm.example("library")
    >>> round(cm.probability(model, "opens-on-time", given={"winter": "hard"}), 2)
    0.21
    >>> round(cm.probability(model, "opens-on-time", judgements={"funding-secured": (0.2, 0.4)}), 2)
    0.33
    """
    asks = {"observed": observed, "worldviews": worldviews, "assuming": given}
    model = model_as_asked(model_or_map, asks, aimless=True)
    name = MAP_WORLDVIEW if worldview is None else checked_worldview(model.map, worldview)
    settings = () if judgements is None else judgements_laid(judgements, model.map, name)
    asked = parse_condition(condition, model.map)
    inquiry = inquire(
        replace(
            model,
            target=Target(condition_text(asked), asked),
            also=(),
            worldviews=(name,),
            reconcile=False,
            settings=(*model.settings, *settings),
        )
    )
    [value] = target_probabilities(inquiry, central_entries(inquiry))[0, 0, 1]
    if np.isnan(value):
        reason = f"what is assumed and observed is {impossible(inquiry, 0)}"
        raise InvalidMap((impossible_evidence(name, reason),))
    return float(value)

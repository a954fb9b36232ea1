"""What a model's worldviews imply about its targets: the estimate, its spread, and single probabilities.

In: a `ModelSpec`. Out: an `Estimate`, one `WorldviewEstimate` per worldview. Judgements that nothing
conditions are drawn forward, exactly and without PyMC; the others come from `bayes.sampling`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from cruxmap.bayes.results import Convergence
from cruxmap.engine.executors import HERE, Executor, Progress, Work
from cruxmap.engine.network import DrawsFrom, FloatArray
from cruxmap.engine.queries import Inference
from cruxmap.engine.state_samples import standard_error
from cruxmap.errors import InvalidMap
from cruxmap.insight.sampled import Errors, Sampled, Settled, plain_errors, sampled, settled
from cruxmap.insight.views import MIN_EFFECTIVE, Block, Draws, View, fill_block, refusal, too_few, views
from cruxmap.insight.words import checked_worldview
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    AllOf,
    ArgumentMap,
    Condition,
    ModelSpec,
    Target,
    condition_text,
)
from cruxmap.language.reading import parse_condition, parse_settings
from cruxmap.network.inquiry import (
    Inquiry,
    central_entries,
    impossible,
    impossible_evidence,
    infer_targets,
    inquire,
    stacked,
    target_probabilities,
)

PERCENTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True, slots=True)
class Summary:
    """A probability over draws: `mean` is the credence to act on, `interval_90` its 5th and 95th percentile.

    `central` has every judgement at its central value. What is undefined is `None`, with the `reason`.
    `draws` are the probabilities and `log_odds` their logits, both (D,); a draw in which what is
    supposed cannot be is nan in both and left out of the summary. Where states were sampled, `errors` are
    the standard errors of the numbers, and the draws have had the spread of sampling taken out.
    """

    mean: float | None
    median: float | None
    interval_90: tuple[float, float] | None
    central: float | None
    reason: str | None
    draws: FloatArray = field(repr=False, compare=False)
    log_odds: FloatArray = field(repr=False, compare=False)
    errors: Errors | None = field(kw_only=True, default=None)


@dataclass(frozen=True, slots=True)
class TargetEstimate(Summary):
    """A target's probability given what is assumed, and `unconditional`: without the assumptions."""

    unconditional: Summary


@dataclass(frozen=True, slots=True)
class WorldviewEstimate(TargetEstimate):
    """The model's target in one worldview, and `also`: its further targets by name.

    Where samples had to agree with something, of states or of judgements, `effective` is the smallest
    effective number of them that the numbers rest on. There is no estimate where they are `too_few`.
    """

    also: Mapping[str, TargetEstimate]
    effective: float | None = None
    too_few: bool = field(kw_only=True, default=False)


@dataclass(frozen=True, slots=True)
class Estimate:
    """The answer to a model. `draws` is how many each worldview has; conditions are written out.

    `convergence` has an entry per worldview whose judgements were sampled by a Markov chain, and `sampled`
    says how states were, where the map is too wide for exact sums.
    """

    model: str
    target: str
    assuming: tuple[str, ...]
    observed: tuple[str, ...]
    seed: int
    draws: int
    worldviews: Mapping[str, WorldviewEstimate]
    convergence: tuple[Convergence, ...] = ()
    sampled: Sampled | None = None

    @property
    def converged(self) -> bool:
        """Whether every chain that was run has converged, and there were samples enough everywhere."""
        enough = not any(w.too_few for w in self.worldviews.values())
        return enough and all(c.converged for c in self.convergence)

    @property
    def undefined(self) -> bool:
        """Whether some worldview has no estimate, since what is assumed or observed is impossible in it."""
        return any(w.mean is None and not w.too_few for w in self.worldviews.values())

    def to_json(self) -> dict[str, Any]:
        """Return the estimate as plain data, ready for `json.dumps`; undefined numbers are `None`."""
        return {
            "model": self.model,
            "target": self.target,
            "assuming": list(self.assuming),
            "observed": list(self.observed),
            "seed": self.seed,
            "draws": self.draws,
            **({} if self.sampled is None else {"sampled": self.sampled.to_json()}),
            "worldviews": {name: _plain(worldview) for name, worldview in self.worldviews.items()},
        }


def _plain(summary: Summary) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "mean": summary.mean,
        "median": summary.median,
        "interval_90": None if summary.interval_90 is None else list(summary.interval_90),
        "central": summary.central,
    }
    if summary.errors is not None:
        plain |= plain_errors(summary.errors, "mean")
    if summary.reason is not None:
        plain["reason"] = summary.reason
    if isinstance(summary, TargetEstimate):
        plain["unconditional"] = _plain(summary.unconditional)
    if isinstance(summary, WorldviewEstimate):
        if summary.effective is not None:
            plain["effective"] = summary.effective
        plain["also"] = {name: _plain(also) for name, also in summary.also.items()}
    return plain


# --- the estimate --------------------------------------------------------------------------------


def estimate(model: ModelSpec, *, progress: Progress | None = None, executor: Executor = HERE) -> Estimate:
    """Return what every worldview of the model implies about its targets.

    Where nothing uncertain is conditioned, the draws are a Latin hypercube; elsewhere they are the
    posterior's, with their `convergence`. `progress` hears of draws done per worldview; the `executor` does
    the work.
    """
    inquiry = inquire(model)
    seen = views(inquiry, Work(executor, progress))
    central = _drawn(inquiry, infer_targets(inquiry, central_entries(inquiry)))
    worldviews = {
        view.name: _summarise(view, drawn, central.column(view.worldview))
        for view, drawn in zip(seen, _draw_probabilities(seen), strict=True)
    }
    how = sampled(inquiry, inquiry.targets, inquiry.clamped, DrawsFrom(0, model.sampling.draws))
    if how is not None:
        known = [w.effective for w in worldviews.values() if w.effective is not None]
        how = replace(how, effective=min(known, default=None))
    return Estimate(
        model.id,
        model.target.name,
        tuple(map(condition_text, model.assuming)),
        tuple(map(condition_text, model.observed)),
        model.sampling.seed,
        model.sampling.draws,
        MappingProxyType(worldviews),
        tuple(view.convergence for view in seen if view.convergence is not None),
        how,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _One:
    """`_Drawn` of one target on one side: `drawn` (2, D), `without` (batches, 2, D), the rest (D,)."""

    drawn: FloatArray
    without: FloatArray
    unseen: FloatArray
    effective: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """`infer_targets` of D draws: probabilities (2, n_targets, 2, D), and the same without each batch.

    `unseen` (2, n_targets, D) is by how much one more sample can change P(true). Where the probabilities are
    exact, that is 0, `without` has no rows, and `effective` (2, D) is infinite.
    """

    probabilities: FloatArray
    without: FloatArray
    unseen: FloatArray
    effective: FloatArray

    def column(self, number: int) -> "_Drawn":
        """Return one of the draws."""
        here = slice(number, number + 1)
        return _Drawn(
            self.probabilities[..., here],
            self.without[..., here],
            self.unseen[..., here],
            self.effective[..., here],
        )

    def of(self, side: int, number: int) -> _One:
        """Return what is said of one target, given what is assumed (side 0) or not."""
        return _One(
            self.probabilities[side, number],
            self.without[:, side, number],
            self.unseen[side, number],
            self.effective[side],
        )


def _drawn(inquiry: Inquiry, inferences: tuple[Inference, ...]) -> _Drawn:
    probabilities = stacked(inquiry, inferences)
    without = [stacked(inquiry, parts) for parts in zip(*(i.replicates for i in inferences), strict=True)]
    effective = [np.inf if i.effective is None else i.effective for i in inferences]
    return _Drawn(
        probabilities,
        np.reshape(without, (-1, *probabilities.shape)),
        np.array([[i.unseen(target)[1] for target in inquiry.targets] for i in inferences]),
        np.stack([np.broadcast_to(each, probabilities.shape[-1:]) for each in effective]),
    )


def _draw_probabilities(views: Sequence[View]) -> Iterator[_Drawn]:
    """Yield what every draw of each worldview says of the targets."""
    begun = [
        view.work.map(_probabilities_of_block, (view.inquiry, view.draw), view.blocks()) for view in views
    ]
    for view, found in zip(views, begun, strict=True):
        parts = []
        for (_, _, done), part in zip(view.blocks(), found, strict=True):
            parts.append(part)
            view.work.tell(view.name, done, view.n_draws)
        yield _Drawn(
            np.concatenate([part.probabilities for part in parts], axis=-1),
            np.concatenate([part.without for part in parts], axis=-1),
            np.concatenate([part.unseen for part in parts], axis=-1),
            np.concatenate([part.effective for part in parts], axis=-1),
        )


def _probabilities_of_block(inquiry: Inquiry, draw: Draws, block: Block) -> _Drawn:
    return _drawn(inquiry, infer_targets(inquiry, fill_block(inquiry, draw, block)))


def _summarise(view: View, drawn: _Drawn, central: _Drawn) -> WorldviewEstimate:
    """Sum up the draws of one worldview, with its central column."""
    model, obstacle = view.inquiry.model, view.inquiry.obstacles[view.worldview]
    refused = obstacle or view.refused
    assumed, observed = (tuple(map(condition_text, part)) for part in (model.assuming, model.observed))
    reasons = (
        refused or _missing(drawn, 0, assumed, observed),
        refused or _missing(drawn, 1, (), observed),
    )

    def summary(side: int, number: int) -> Summary:
        return _summary(drawn.of(side, number), central.of(side, number), reasons[side])

    targets = [
        _with_unconditional(summary(0, number), summary(1, number))
        for number in range(len(view.inquiry.targets))
    ]
    also = {target.name: result for target, result in zip(model.also, targets[1:], strict=True)}
    first = targets[0]
    of_states = float(drawn.effective.sum(axis=1).min()) if view.inquiry.given else np.inf
    effective = min(of_states, np.inf if view.effective is None else view.effective)
    possible = obstacle is None and not np.isnan(drawn.probabilities[0, 0, 1]).all()
    return WorldviewEstimate(
        first.mean, first.median, first.interval_90, first.central, first.reason, first.draws, first.log_odds,
        first.unconditional, MappingProxyType(also), effective if np.isfinite(effective) else None,
        errors=first.errors, too_few=possible and first.mean is None,
    )  # fmt: skip


def _with_unconditional(given: Summary, unconditional: Summary) -> TargetEstimate:
    return TargetEstimate(
        given.mean, given.median, given.interval_90, given.central, given.reason, given.draws, given.log_odds,
        unconditional, errors=given.errors,
    )  # fmt: skip


def _missing(drawn: _Drawn, side: int, assumed: Sequence[str], observed: Sequence[str]) -> str | None:
    """Say why draws of P(target | what is given) do not make an estimate, where they do not."""
    effective = drawn.effective[side]
    sampled = bool(np.isfinite(effective).all())
    besides = " with what is observed" if observed and assumed else ""
    what = "what is assumed" if assumed else "what is observed"
    if np.isnan(drawn.probabilities[side, 0, 1]).all():
        return f"{what} is {impossible(sampled=sampled)}{besides}: {', '.join(assumed or observed)}"
    return refusal(effective, what + besides)


def _summary(one: _One, central: _One, reason: str | None) -> Summary:
    """Sum up the draws of a target, with its central values."""
    exact = not len(one.without)
    by_chance = None if exact or reason is not None else settled(one.drawn, one.without, one.unseen)
    draws = one.drawn if by_chance is None else by_chance.draws
    with np.errstate(divide="ignore", invalid="ignore"):
        log_odds = np.log(draws[1]) - np.log(draws[0])
    if reason is not None:
        return Summary(None, None, None, None, reason, draws[1], log_odds)
    low, median, high = np.quantile(draws[1][~np.isnan(draws[1])], PERCENTILES)
    reason = _no_central(central)
    return Summary(
        float(np.nanmean(one.drawn[1])),
        float(median),
        (float(low), float(high)),
        float(central.drawn[1, 0]) if reason is None else None,
        reason,
        draws[1],
        log_odds,
        errors=None if by_chance is None else _errors(by_chance, one, central, reason),
    )


def _no_central(central: _One) -> str | None:
    if np.isnan(central.drawn[1, 0]):
        return "what is assumed or observed is impossible at central judgements"
    if central.effective[0] < MIN_EFFECTIVE:
        return too_few(float(central.effective[0]), "what is assumed or observed at central judgements")
    return None


def _errors(by_chance: Settled, one: _One, central: _One, no_central: str | None) -> Errors:
    low, median, high = map(by_chance.percentile_error, PERCENTILES)
    mean = standard_error(np.nanmean(one.without[:, 1], axis=-1), by_chance.unseen)
    of_central = standard_error(central.without[:, 1, 0], central.unseen[0])
    return {
        "mean": float(mean),
        "median": median,
        "interval_90": (low, high),
        "central": float(of_central) if no_central is None else None,
    }


# --- one probability -----------------------------------------------------------------------------


def probability(
    model_or_map: ModelSpec | ArgumentMap,
    condition: Any,
    given: Any = None,
    worldview: str | None = None,
    judgements: Mapping[str, Any] | None = None,
) -> float:
    """Return the probability of a condition at central judgements.

    Conditions are written as in YAML (text, mappings, lists). `given` takes the place of the model's
    `assuming`, what the model observes stays in force, `judgements` (address -> notation) lie over those
    of the worldview, which is the map's own where none is named. Raises `InvalidMap` for anything that
    cannot be read or is not in the map, and for impossible evidence.
    """
    model = _as_model(model_or_map)
    name = MAP_WORLDVIEW if worldview is None else checked_worldview(model.map, worldview)
    settings = parse_settings((judgements or {}).items(), model.map, (name,))
    asked = parse_condition(condition, model.map)
    inquiry = inquire(
        replace(
            model,
            target=Target(condition_text(asked), asked),
            also=(),
            assuming=model.assuming if given is None else _conditions(given, model.map),
            worldviews=(name,),
            reconcile=False,
            settings=(*model.settings, *settings),
        )
    )
    [value] = target_probabilities(inquiry, central_entries(inquiry))[0, 0, 1]
    if np.isnan(value):
        raise InvalidMap((impossible_evidence((*inquiry.model.assuming, *model.observed), name),))
    return float(value)


def _as_model(model_or_map: ModelSpec | ArgumentMap) -> ModelSpec:
    if isinstance(model_or_map, ModelSpec):
        return model_or_map
    return ModelSpec(model_or_map.id, model_or_map, Target("all", AllOf(())))


def _conditions(given: Any, argument_map: ArgumentMap) -> tuple[Condition, ...]:
    parts = given if isinstance(given, list | tuple) else (given,)
    return tuple(parse_condition(part, argument_map) for part in parts)

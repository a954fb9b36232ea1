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
from cruxmap.errors import InvalidMap
from cruxmap.insight.predictive import Block, Draws, View, sampled_views
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
from cruxmap.network.executors import HERE, Executor, Progress, Work
from cruxmap.network.inquiry import (
    Inquiry,
    central_entries,
    entries_of,
    impossible_evidence,
    inquire,
    obstacles,
    target_probabilities,
    written,
)
from cruxmap.network.network import FloatArray


@dataclass(frozen=True, slots=True)
class Summary:
    """A probability over draws: `mean` is the credence to act on, `interval_90` its 5th and 95th percentile.

    `central` has every judgement at its central value. What is undefined is `None`, with the `reason`.
    `draws` are the probabilities and `log_odds` their logits, both (D,); a draw in which what is
    supposed cannot be is nan in both and left out of the summary.
    """

    mean: float | None
    median: float | None
    interval_90: tuple[float, float] | None
    central: float | None
    reason: str | None
    draws: FloatArray = field(repr=False, compare=False)
    log_odds: FloatArray = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class TargetEstimate(Summary):
    """A target's probability given what is assumed, and `unconditional`: without the assumptions."""

    unconditional: Summary


@dataclass(frozen=True, slots=True)
class WorldviewEstimate(TargetEstimate):
    """The model's target in one worldview, and `also`: its further targets by name."""

    also: Mapping[str, TargetEstimate]


@dataclass(frozen=True, slots=True)
class Estimate:
    """The answer to a model. `draws` is how many each worldview has; conditions are written out.

    `convergence` has an entry per worldview whose judgements were sampled by a Markov chain.
    """

    model: str
    target: str
    assuming: tuple[str, ...]
    observed: tuple[str, ...]
    seed: int
    draws: int
    worldviews: Mapping[str, WorldviewEstimate]
    convergence: tuple[Convergence, ...] = ()

    @property
    def converged(self) -> bool:
        """Whether every chain that was run has converged."""
        return all(c.converged for c in self.convergence)

    @property
    def undefined(self) -> bool:
        """Whether some worldview has no estimate, since what is assumed or observed is impossible in it."""
        return any(w.mean is None for w in self.worldviews.values())

    def to_json(self) -> dict[str, Any]:
        """Return the estimate as plain data, ready for `json.dumps`; undefined numbers are `None`."""
        return {
            "model": self.model,
            "target": self.target,
            "assuming": list(self.assuming),
            "observed": list(self.observed),
            "seed": self.seed,
            "draws": self.draws,
            "worldviews": {name: _plain(worldview) for name, worldview in self.worldviews.items()},
        }


def _plain(summary: Summary) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "mean": summary.mean,
        "median": summary.median,
        "interval_90": None if summary.interval_90 is None else list(summary.interval_90),
        "central": summary.central,
    }
    if summary.reason is not None:
        plain["reason"] = summary.reason
    if isinstance(summary, TargetEstimate):
        plain["unconditional"] = _plain(summary.unconditional)
    if isinstance(summary, WorldviewEstimate):
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
    obstacle = obstacles(inquiry)
    views, convergence = sampled_views(inquiry, Work(executor, progress))
    central = target_probabilities(inquiry, central_entries(inquiry))
    worldviews = {
        view.name: _summarise(inquiry, drawn, central[..., view.worldview], obstacle[view.worldview])
        for view, drawn in zip(views, _draw_probabilities(views), strict=True)
    }
    return Estimate(
        model.id,
        model.target.name,
        tuple(map(condition_text, model.assuming)),
        tuple(map(condition_text, model.observed)),
        model.sampling.seed,
        model.sampling.draws,
        MappingProxyType(worldviews),
        convergence,
    )


def _draw_probabilities(views: Sequence[View]) -> Iterator[FloatArray]:
    """Yield `target_probabilities` of every draw of each worldview, (2, n_targets, 2, draws)."""
    begun = [
        view.work.map(_probabilities_of_block, (view.inquiry, view.draw), view.blocks()) for view in views
    ]
    for view, found in zip(views, begun, strict=True):
        parts = []
        for (_, _, done), part in zip(view.blocks(), found, strict=True):
            parts.append(part)
            view.work.tell(view.name, done, view.n_draws)
        yield np.concatenate(parts, axis=-1)


def _probabilities_of_block(inquiry: Inquiry, draw: Draws, block: Block) -> FloatArray:
    worldview, start, stop = block
    return target_probabilities(inquiry, entries_of(inquiry, worldview, draw(start, stop)))


def _summarise(
    inquiry: Inquiry, drawn: FloatArray, central: FloatArray, obstacle: str | None
) -> WorldviewEstimate:
    """Sum up the draws (2, n_targets, 2, D) of one worldview, and its central ones (2, n_targets, 2)."""
    model = inquiry.model
    reasons = (obstacle or _assumption_obstacle(model, drawn[0, 0, 1]), obstacle)
    targets = [
        _with_unconditional(
            *(_summary(drawn[side, number], central[side, number], reasons[side]) for side in (0, 1))
        )
        for number in range(len(inquiry.targets))
    ]
    also = {target.name: result for target, result in zip(model.also, targets[1:], strict=True)}
    first = targets[0]
    return WorldviewEstimate(
        first.mean, first.median, first.interval_90, first.central, first.reason, first.draws, first.log_odds,
        first.unconditional, MappingProxyType(also),
    )  # fmt: skip


def _with_unconditional(given: Summary, unconditional: Summary) -> TargetEstimate:
    return TargetEstimate(
        given.mean, given.median, given.interval_90, given.central, given.reason, given.draws, given.log_odds,
        unconditional,
    )  # fmt: skip


def _assumption_obstacle(model: ModelSpec, drawn: FloatArray) -> str | None:
    """Say what is impossible where no draw (D,) of P(target | what is given) is a number."""
    if not np.isnan(drawn).all():
        return None
    besides = " with what is observed" if model.observed else ""
    return f"what is assumed is impossible{besides}: {written(model.assuming)}"


def _summary(drawn: FloatArray, central: FloatArray, reason: str | None) -> Summary:
    """Sum up draws (2, D) of P(false) and P(true), with their central values (2,)."""
    with np.errstate(divide="ignore"):
        log_odds = np.log(drawn[1]) - np.log(drawn[0])
    if reason is not None:
        return Summary(None, None, None, None, reason, drawn[1], log_odds)
    possible = drawn[1][~np.isnan(drawn[1])]
    low, median, high = np.quantile(possible, (0.05, 0.5, 0.95))
    return Summary(
        float(possible.mean()),
        float(median),
        (float(low), float(high)),
        None if np.isnan(central[1]) else float(central[1]),
        "what is assumed or observed is impossible at central judgements" if np.isnan(central[1]) else None,
        drawn[1],
        log_odds,
    )


# --- one probability -----------------------------------------------------------------------------


def probability(
    model_or_map: ModelSpec | ArgumentMap,
    condition: Any,
    given: Any = None,
    worldview: str | None = None,
    judgements: Mapping[str, Any] | None = None,
) -> float:
    """Return the exact probability of a condition at central judgements.

    Conditions are written as in YAML (text, mappings, lists). `given` takes the place of the model's
    `assuming`, what the model observes stays in force, `judgements` (address -> notation) lie over those
    of the worldview, which is the map's own where none is named. Raises `InvalidMap` for anything that
    cannot be read or is not in the map, and for impossible evidence.
    """
    model = _as_model(model_or_map)
    name = MAP_WORLDVIEW if worldview is None else checked_worldview(model.map, worldview)
    settings = parse_settings((judgements or {}).items(), model.map)
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

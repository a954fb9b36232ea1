"""Several models beside each other: what each makes of every voice, and how much of that is the skeleton's.

In: models, of one map or of several. Out: a `Comparison`. A voice is known again by the `voice` of its
worldview, or else by the worldview's id; which numbers it has may differ from map to map.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, Unpack

import numpy as np

from cruxmap.engine.convergence import Convergence
from cruxmap.engine.executors import HERE, Executor, Progress
from cruxmap.engine.special import logit
from cruxmap.errors import Code, Problem, WrongUsage
from cruxmap.insight.asked import what_if
from cruxmap.insight.display import Shown
from cruxmap.insight.estimate import Estimate, Summary, estimate
from cruxmap.insight.plain import Answer, LeftOut, counted
from cruxmap.insight.sampled import Sampled
from cruxmap.insight.sentences import extent, in_words
from cruxmap.insight.whose import Said, who_is_heard
from cruxmap.language.argument_map import MAP_WORLDVIEW, ClaimIs, condition_text
from cruxmap.language.asked import WhatIf
from cruxmap.language.model_spec import ModelSpec

FEWEST = 2
"""Models, and voices, that it takes to tell what is due to which."""

SAME = 1e-24
"""A variance of log-odds that rounding leaves where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderModel(Summary):
    """One voice's estimate of one model's target: the `worldview` there, and what it `stated` about it.

    What it stated is about the target itself, given nothing that the model does not give. `says_little` tells
    whether hardly any of the estimate is the worldview's own. Of the map's own numbers that is not asked: it
    is `None`, and so is the worldview.
    """

    worldview: str | None
    says_little: bool | None
    stated: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Answer):
    """What a model asks: its `target` with the sentence for it, what is given and laid over, and how."""

    map: str
    target: str
    text: str
    assuming: tuple[str, ...]
    observed: tuple[str, ...]
    settings: tuple[str, ...]
    seed: int
    draws: int
    sampled: Sampled | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts(Answer):
    """A number for what is the `voice`'s under all models, the `model`'s for all voices, and `both`'s."""

    voice: float
    model: float
    both: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Shown):
    """Each voice's numbers under several models. Spreads are in log-odds.

    Attributes
    ----------
    models
        The models, in the order in which they were named.
    targets
        What each model asks, by its name: `map`, `target`, what is given and laid over, `seed` and `draws`.
    voices
        By voice and model: `mean`, `median`, `interval_90` and `central`, the `worldview`, whether it
        `says_little`, and what it `stated`.
    map
        The maps' own numbers under each model.
    apart_logit
        How far the log-odds of a voice's means lie apart over its models, by voice; `map`, those of the
        maps' own numbers.
    counted
        The voices over which the variance is shared out.
    says_little
        Worldviews that say little about the target and are not counted, if two others are left.
    left_out
        Worldviews that could not be counted: each `worldview`, with the `reason`.
    shares
        The parts of that variance that are the `voice`'s, the `model`'s (the skeleton's), and of `both`
        together; they add up to 1.
    spread_logit
        The standard deviation of each kind of effect.
    reason
        Why shares and spread are `None`.
    convergence, undefined, converged
        How Markov chains went by model, whether an estimate is undefined, and whether all have converged.

    Examples
    --------
    >>> import cruxmap as cm
    >>> model = cm.example("library")
    >>> asks = {"map": model.map, "target": "opens-on-time", "assuming": {"winter": "mild"}}
    >>> answer = cm.compare([model, cm.read_model({"model": "mild", **asks})], draws=500)
    >>> {name: round(one.mean, 2) for name, one in answer.voices["treasurer"].items()}
    {'library': 0.42, 'mild': 0.54}
    """

    hidden = frozenset({"convergence", "undefined", "converged"})

    models: tuple[str, ...]
    targets: Mapping[str, Asked]
    voices: Mapping[str, Mapping[str, UnderModel]]
    map: Mapping[str, UnderModel]
    apart_logit: Mapping[str, float | None]
    counted: tuple[str, ...]
    says_little: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    shares: Parts | None
    spread_logit: Parts | None
    reason: str | None = None
    convergence: Mapping[str, tuple[Convergence, ...]]
    undefined: bool
    converged: bool

    def gist(self) -> str:
        """Return the models, how many voices there are, and how far their means reach."""
        means = [one.mean for under in self.voices.values() for one in under.values()]
        return f"of {', '.join(self.models)}: {counted(len(self.voices), 'voice')}, {extent(means)}"


@what_if(several=True)
def compare(
    models: Sequence[ModelSpec],
    *,
    everyone: bool = False,
    progress: Progress | None = None,
    executor: Executor = HERE,
    **asked: Unpack[WhatIf],
) -> Comparison:
    """Put the estimates of the targets of several models side by side, each as `estimate` gives it.

    A voice is known again by the `voice` of its worldview, or else by the worldview's id.

    Parameters
    ----------
    models
        The models, two at least.
    everyone
        Count those, too, who say little under some model; they are counted if fewer than two would be left.
    **asked
        What is asked in place of what the model says: see `WhatIf`.
    progress
        Called with what is done, steps so far, and steps in all.
    executor
        What does the work: this machine (the default), all its cores, or a cluster.

    Returns
    -------
    A `Comparison`: each voice's numbers under each model, and how much of the spread is due
    to the skeleton, and to whose numbers they are.

    Raises
    ------
    WrongUsage
        For fewer than two models, or two of one name.
    InvalidMap
        For a mistake in an argument, which the problem names with a hint.

    Examples
    --------
    >>> import cruxmap as cm
    >>> model = cm.example("library")
    >>> asks = {"map": model.map, "target": "opens-on-time", "assuming": {"winter": "mild"}}
    >>> mild = cm.read_model({"model": "mild", **asks})
    >>> cm.compare([model, mild], draws=200).models
    ('library', 'mild')
    """
    _refuse_unless_several(models)
    estimates = {
        model.id: estimate(model, progress=_of(model, progress), executor=executor) for model in models
    }
    voices: dict[str, dict[str, UnderModel]] = {}
    for model, called in zip(models, _voices(models), strict=True):
        for voice, worldview in called.items():
            found = estimates[model.id].worldviews[worldview]
            stated = _stated(model, found.whose.said)
            more = {"worldview": worldview, "says_little": found.whose.says_little, "stated": stated}
            voices.setdefault(voice, {})[model.id] = _under_model(found, **more)
    nobodys = {"worldview": None, "says_little": None, "stated": ()}
    neutral = {name: _under_model(found.map, **nobodys) for name, found in estimates.items()}
    left_out = tuple(
        LeftOut(voice, why) for voice, under in voices.items() if (why := _why_not(under, list(estimates)))
    )
    comparable = [voice for voice in voices if voice not in {left.worldview for left in left_out}]
    silent = tuple(
        v for v in comparable if not everyone and any(one.says_little for one in voices[v].values())
    )
    counted = who_is_heard(comparable, silent)
    shares, spread, reason = _two_ways([[_logit(voices[v][name]) for name in estimates] for v in counted])
    return Comparison(
        models=tuple(estimates),
        targets=MappingProxyType({model.id: _asked(model, estimates[model.id]) for model in models}),
        voices=MappingProxyType({voice: MappingProxyType(under) for voice, under in voices.items()}),
        map=MappingProxyType(neutral),
        apart_logit=MappingProxyType(
            {name: _apart(under) for name, under in {**voices, MAP_WORLDVIEW: neutral}.items()}
        ),
        counted=counted,
        says_little=silent,
        left_out=left_out,
        shares=shares,
        spread_logit=spread,
        reason=reason,
        convergence=MappingProxyType({name: found.convergence for name, found in estimates.items()}),
        undefined=any(found.undefined for found in estimates.values()),
        converged=all(found.converged for found in estimates.values()),
    )


def _refuse_unless_several(models: Sequence[ModelSpec]) -> None:
    names = [model.id for model in models]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice or len(names) < FEWEST:
        message = (
            f"two of the models are called `{twice[0]}`" if twice else "one model compares with nothing"
        )
        hint = "name two models or more, each with a name of its own"
        raise WrongUsage((Problem(Code.UNCLEAR_COMPARISON, message, hint=hint),))


def _of(model: ModelSpec, progress: Progress | None) -> Progress | None:
    """Return what hears of work on one of several models."""
    if progress is None:
        return None
    return lambda what, done, of: progress(f"{model.id}: {what}", done, of)


def _voices(models: Sequence[ModelSpec]) -> tuple[dict[str, str], ...]:
    """Return the worldviews of each model by their voices; by their own ids where several have one voice.

    So it is for a voice that is called as the map's own numbers are. A voice goes by the same name under all
    models. Where an id would be another's name, the voice stands behind it.
    """
    voice = [{w.about.id: w.voice or w.about.id for w in model.map.worldviews} for model in models]
    shared = {MAP_WORLDVIEW} | {
        one for of in voice for one, count in Counter(of.values()).items() if count > 1
    }
    names = {one for of in voice for one in of.values()} - shared
    whose: dict[str, set[str]] = {}
    for of in voice:
        for worldview, one in of.items():
            whose.setdefault(worldview, set()).add(one)

    def name(worldview: str, one: str) -> str:
        if one not in shared:
            return one
        taken = worldview in names or len(whose[worldview]) > 1
        return f"{worldview} ({one})" if taken else worldview

    return tuple(
        {name(worldview, of[worldview]): worldview for worldview in model.worldviews if worldview in of}
        for model, of in zip(models, voice, strict=True)
    )


def _asked(model: ModelSpec, found: Estimate) -> Asked:
    match model.target.condition:
        case ClaimIs(claim=claim, value=True):
            text = model.map.entry[claim].about.text
        case condition:
            text = in_words(model.map, condition)
    return Asked(
        map=model.map.id,
        target=found.target,
        text=text,
        assuming=found.assuming,
        observed=found.observed,
        settings=found.settings,
        seed=found.seed,
        draws=found.draws,
        sampled=found.sampled,
    )


def _stated(model: ModelSpec, said: Sequence[Said]) -> tuple[Said, ...]:
    """Return what is said of the target itself, given nothing but what the model gives."""
    target = condition_text(model.target.condition)
    given = {condition_text(condition) for condition in (*model.assuming, *model.observed)}
    return tuple(one for one in said if one.of == target and given.issuperset(one.assuming))


def _under_model(found: Summary, **more: Any) -> UnderModel:
    return UnderModel(**{part.name: getattr(found, part.name) for part in fields(Summary)}, **more)


def _logit(one: UnderModel) -> float:
    """Return the log-odds of a mean, infinite where it is 0 or 1."""
    assert one.mean is not None
    return float(logit(one.mean))


def _why_not(under: Mapping[str, UnderModel], models: Sequence[str]) -> str | None:
    """Say why a voice cannot be counted, if it cannot."""
    for name in models:
        if name not in under:
            return f"no worldview of {name}"
    for name in models:
        if under[name].mean is None:
            return f"no estimate under {name}: {under[name].reason}"
        if math.isinf(_logit(under[name])):
            return f"certain under {name}"
    return None


def _apart(under: Mapping[str, UnderModel]) -> float | None:
    """Return how far the log-odds of means lie apart; `None` for fewer than two, or where one is infinite."""
    logits = [_logit(one) for one in under.values() if one.mean is not None]
    apart = (
        max(logits) - min(logits)
        if len(logits) >= FEWEST and all(map(math.isfinite, logits))
        else math.nan
    )
    return apart if math.isfinite(apart) else None


def _two_ways(logits: Sequence[Sequence[float]]) -> tuple[Parts | None, Parts | None, str | None]:
    """Share out the variance of log-odds (voices, models): by voices, by models, and what is left of both.

    The analysis of variance in two ways with one value in each cell (Scheffé, The Analysis of Variance,
    1959, section 4.1); returns the parts of the whole, the standard deviation of each kind of effect, and why
    any of it is undefined.
    """
    if len(logits) < FEWEST:
        return None, None, "fewer than two voices have an estimate under all models"
    cells = np.array(logits)
    whole = cells.mean()
    of_voice = cells.mean(axis=1, keepdims=True) - whole
    of_model = cells.mean(axis=0, keepdims=True) - whole
    effects = {"voice": of_voice, "model": of_model, "both": cells - whole - of_voice - of_model}
    variances = {name: float((effect**2).mean()) for name, effect in effects.items()}
    spread = Parts(**{name: math.sqrt(variance) for name, variance in variances.items()})
    total = sum(variances.values())
    if total <= SAME:
        return None, spread, "all means are the same"
    return Parts(**{name: variance / total for name, variance in variances.items()}), spread, None

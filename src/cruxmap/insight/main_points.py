"""What came out of the main job, in few points: the estimates, what they hang on, and where reviewers part.

In: the answers of the main job. Out: `MainPoints`, of which the sentences are made that a reader sees first.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from cruxmap.engine.executors import Work
from cruxmap.engine.special import logit
from cruxmap.insight.cruxes import CruxTable, CruxTables
from cruxmap.insight.diff import WorldviewDiff
from cruxmap.insight.display import Shown
from cruxmap.insight.estimate import Estimate, WorldviewEstimate
from cruxmap.insight.plain import Answer, counted
from cruxmap.insight.predictive import Outlooks
from cruxmap.insight.sentences import extent, in_words, sentence_of
from cruxmap.insight.uncertainty import Uncertainty, uncertainty_of
from cruxmap.insight.uncertainty_by_entry import with_entries
from cruxmap.insight.what_it_takes import Takes, takes
from cruxmap.insight.whose import who_is_heard
from cruxmap.language.argument_map import MAP_WORLDVIEW, ClaimIs, StateIn
from cruxmap.language.inheritance import NOBODY
from cruxmap.language.model_spec import ModelSpec

FIRST_CRUXES, FIRST_DIFFERENCES = 3, 3
"""How many premises and arguments, and how many differences, are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HangsOn(Answer):
    """A premise or an argument that an estimate hangs on, and why, in words."""

    id: str
    text: str
    kind: str
    voi_share: float | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice(Answer):
    """One worldview's estimate: its mean, and how many times the map's own odds that is.

    `fitted_judgements` of the numbers that bear on the target it moved to meet what it states. `hangs_on` are
    the first of its cruxes; none where it says little about the target.
    """

    worldview: str
    mean: float | None
    odds_against_map: float | None
    says_little: bool
    fitted_judgements: int = 0
    hangs_on: tuple[HangsOn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartsOver(Answer):
    """An entry over which two worldviews part, with its share of the gap between them."""

    id: str
    text: str
    share_logit: float
    part_of_gap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Parting(Answer):
    """The highest and the lowest of those who say something, and what sets them apart most.

    `settling` is the premise or argument whose settling is expected to close the gap most, by so much of it.
    """

    highest: str
    lowest: str
    over: tuple[PartsOver, ...]
    settling: str | None = None
    settling_closes: float | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MainPoints(Shown):
    """What came out, about the `target` with its `text`.

    `map_mean` is the neutral estimate: that of the editor's own numbers, which are nobody's view. It turns
    most on the addresses in `map_turns_on`, of which nobody gave the numbers in `map_nobodys`. `takes` is
    what would carry the lowest above the highest.
    """

    model: str
    target: str
    text: str
    assuming: tuple[str, ...]
    observed: tuple[str, ...]
    map_mean: float | None
    map_turns_on: tuple[str, ...]
    map_nobodys: tuple[str, ...]
    voices: tuple[Voice, ...]
    parting: Parting | None
    takes: Takes | None
    uncertainty: Uncertainty | None

    def gist(self) -> str:
        """Return the target, and how far apart the voices are."""
        means = extent(voice.mean for voice in self.voices)
        return f"of {self.target}: {counted(len(self.voices), 'voice')}, {means}"

    @property
    def heard(self) -> tuple[Voice, ...]:
        """Those who say something, the highest first; without any, all."""
        names = who_is_heard((v.worldview for v in self.voices), self.say_little)
        return tuple(voice for voice in self.voices if voice.worldview in names)

    @property
    def say_little(self) -> tuple[str, ...]:
        """Those who say little about the target."""
        return tuple(voice.worldview for voice in self.voices if voice.says_little)


def text_of(model: ModelSpec) -> str:
    """Return the words of a model's target: those of the claim or state that it is, or the condition."""
    match model.target.condition:
        case ClaimIs(claim=name, value=True):
            return sentence_of(model.map, name)
        case StateIn(question=name, states=(state,)):
            return sentence_of(model.map, f"{name}.{state}")
        case condition:
            return in_words(model.map, condition)


def heard_in(estimate: Estimate) -> dict[str, WorldviewEstimate]:
    """Return the estimates, strictly between 0 and 1, of those who say something; the highest first."""
    reviewers = {name: w for name, w in estimate.worldviews.items() if name != MAP_WORLDVIEW}
    little = [name for name, w in reviewers.items() if w.whose.says_little]
    known = {
        name: w
        for name in who_is_heard(reviewers, little)
        if (w := reviewers[name]).mean is not None and 0 < w.mean < 1
    }
    return dict(sorted(known.items(), key=lambda item: (-(item[1].mean or 0.0), item[0])))


def farthest_apart(estimate: Estimate) -> tuple[str, str] | None:
    """Return the highest and the lowest of those who say something; `None` where there are no two."""
    heard = [*heard_in(estimate)]
    return (heard[0], heard[-1]) if len(heard) > 1 else None


def main_points(
    model: ModelSpec,
    estimate: Estimate,
    cruxes: CruxTables,
    diff: WorldviewDiff | None,
    everyone: Outlooks,
) -> MainPoints:
    """Return the main points of the answers; `diff` is that of the two who are farthest apart.

    The outlooks are those of the estimate: of all worldviews, and of the map.
    """
    heard, work = heard_in(estimate), everyone.each[0].view.work
    return MainPoints(
        model=model.id,
        target=estimate.target,
        text=text_of(model),
        assuming=estimate.assuming,
        observed=estimate.observed,
        map_mean=estimate.map.mean,
        map_turns_on=tuple(number.address for number in estimate.map.turns_on),
        map_nobodys=tuple(one.address for one in estimate.map.turns_on if one.whose == NOBODY),
        voices=_voices(estimate, cruxes),
        parting=None if diff is None else _parting(diff, cruxes),
        takes=None if diff is None else _takes(model, heard, work),
        uncertainty=_uncertainty(estimate, heard, everyone, work),
    )


def _voices(estimate: Estimate, cruxes: CruxTables) -> tuple[Voice, ...]:
    reviewers = {name: w for name, w in estimate.worldviews.items() if name != MAP_WORLDVIEW}
    voices = [
        Voice(
            worldview=name,
            mean=w.mean,
            odds_against_map=_ratio(w.mean, estimate.map.mean),
            says_little=w.whose.says_little,
            fitted_judgements=w.whose.fitted_judgements,
            hangs_on=() if w.whose.says_little else hangs_on(cruxes.worldviews[name]),
        )
        for name, w in reviewers.items()
    ]
    return tuple(sorted(voices, key=lambda v: (v.mean is None, -(v.mean or 0.0), v.worldview)))


def _ratio(p: float | None, q: float | None) -> float | None:
    """Return how many times the odds of one probability are those of another."""
    if p is None or q is None or not 0 < p < 1 or not 0 < q < 1:
        return None
    return math.exp(float(logit(p) - logit(q)))


def hangs_on(table: CruxTable) -> tuple[HangsOn, ...]:
    """Return the first of a worldview's cruxes, each with why it ranks there."""
    return tuple(
        HangsOn(
            id=crux.id,
            text=crux.text,
            kind=str(crux.kind),
            voi_share=crux.voi_share,
            sentence=crux.sentence(table.worldview),
        )
        for crux in table.ranking[:FIRST_CRUXES]
        if crux.voi > 0
    )


def _parting(diff: WorldviewDiff, cruxes: CruxTables) -> Parting:
    gap = diff.gap_logit
    can_be_settled = {crux.id for name in (diff.a, diff.b) for crux in cruxes.worldviews[name].ranking}
    over = tuple(
        PartsOver(id=one.id, text=one.text, share_logit=one.share_logit, part_of_gap=one.share_logit / gap)
        for one in diff.differences[:FIRST_DIFFERENCES]
        if one.share_logit is not None and gap
    )
    closing = [
        (crux.vod_share, crux.id)
        for crux in diff.to_settle.ranking
        if crux.vod_share is not None and crux.id in can_be_settled
    ]
    best = max(closing, key=lambda one: one[0], default=(None, None))
    return Parting(
        highest=diff.a,
        lowest=diff.b,
        over=over,
        settling=best[1],
        settling_closes=best[0],
        reason=diff.reason,
    )


def _takes(model: ModelSpec, heard: Mapping[str, WorldviewEstimate], work: Work) -> Takes:
    (_, highest), *_, (lowest, _) = heard.items()
    above = highest.mean
    return takes(model, lowest, above=above, ways=1, progress=work.progress, executor=work.executor)


def _uncertainty(
    estimate: Estimate, heard: Mapping[str, WorldviewEstimate], everyone: Outlooks, work: Work
) -> Uncertainty | None:
    """Return the uncertainty of those who say something, or without any, that of the map's own numbers."""
    log_odds = {name: w.log_odds for name, w in heard.items()}
    if not log_odds and estimate.map.mean is not None and 0 < estimate.map.mean < 1:
        log_odds = {MAP_WORLDVIEW: estimate.map.log_odds}
    if not log_odds:
        return None
    views = {outlook.view.name: outlook.view for outlook in everyone.each}
    found = uncertainty_of(log_odds, dict.fromkeys(log_odds, 1.0))
    return with_entries(found, [views[name] for name in log_odds], log_odds, work)

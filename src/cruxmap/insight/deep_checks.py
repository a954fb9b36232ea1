"""What is wrong with models that only inference can see: `check --deep`.

In: models. Out: problems and warnings, with their places: what is given cannot be, a reviewer states what is
out of reach of their own numbers, a worldview's numbers have no effect. The work is bounded by the products
of a plan, never by a clock: what is too wide is left out, and a warning says so.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from cruxmap.engine.exact_or_sampled import exactly
from cruxmap.engine.executors import WORK, Work
from cruxmap.engine.network import BoolArray, FloatArray
from cruxmap.errors import Code, InvalidMap, Problem, Span, by_place
from cruxmap.insight.candidates import places_bearing_in
from cruxmap.insight.coherence import Reach, inquire_stated, known_about, reach
from cruxmap.insight.sentences import percent
from cruxmap.insight.shortest_moves import MAX_DEVIATIONS
from cruxmap.insight.target import log_odds_of_targets, slopes
from cruxmap.insight.views import forward_draws
from cruxmap.insight.whose import extended_by, inquire_with_map, is_given
from cruxmap.language.argument_map import MAP_WORLDVIEW, Argument, Condition, condition_text
from cruxmap.language.files import load
from cruxmap.language.findings import Findings
from cruxmap.language.inheritance import NOBODY, Perspective, settle
from cruxmap.language.judgement import notation_of
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.names import with_and
from cruxmap.network.inquiry import (
    Inquiry,
    central_entries,
    clashing,
    impossible,
    inquire,
    parts_of,
    written,
)

MOST_PRODUCTS = 5_000_000
"""So many products may a plan have whose question is looked into; each is run some hundred times."""

DRAWS = 8
"""In so many draws of the judgements, beside the central ones, a number has to be without effect."""

ROUNDING = 1e-9
"""Slopes and moves of the log-odds that are smaller are rounding."""

MOST_NAMED = 4
"""Of so many numbers without effect a message says why."""


def deep_checks(
    models: Sequence[ModelSpec], work: Work = WORK
) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """Return the problems and the warnings that inference finds in models, sorted by place.

    That what is given cannot be is a problem where it is so in all worldviews of a model. A worldview's
    numbers are without effect if they are so in each of the models of its map.
    """
    told = _Told(work)
    idle: dict[tuple[str, str], list[str | None]] = {}
    for model in models:
        work.tell(f"{model.id}: what is given", 0, 1)
        inquiry = inquire_with_map(model)
        if not _is_small(inquiry):
            told.skip(model, "what is given, and whose numbers have an effect,", Span(model.file))
            _tell_out_of_reach(model, told)
            continue
        logits = log_odds_of_targets(inquiry, central_entries(inquiry))
        able = _tell_impossible(inquiry, model, np.isnan(logits[0]), told)
        _tell_out_of_reach(able, told)
        work.tell(f"{model.id}: which numbers have an effect", 0, 1)
        for name, why in _without_effect(inquiry, able, logits):
            idle.setdefault((model.map.id, name), []).append(why)
    maps = {model.map.id: model.map for model in models}
    for (of_map, name), whys in idle.items():
        reasons = [why for why in whys if why is not None]
        if len(reasons) == len(whys):
            hint = "see `cruxmap explain MODEL ADDRESS`; numbers that are kept for the record do no harm"
            told.warn(Code.WITHOUT_EFFECT, reasons[0], maps[of_map].worldview[name].about.span, hint)
    return told.sorted


@dataclass(frozen=True, slots=True)
class _Told:
    """What has been found, and who hears how far the work is."""

    work: Work
    findings: Findings = field(default_factory=Findings)
    known: set[str] = field(default_factory=set)

    def add(self, code: Code, message: str, place: Span, hint: str = "") -> None:
        self._read(place)
        self.findings.add(code, message, place, hint)

    def warn(self, code: Code, message: str, place: Span, hint: str = "") -> None:
        self._read(place)
        self.findings.warn(code, message, place, hint)

    def skip(self, model: ModelSpec, what: str, place: Span) -> None:
        message = f"{what} in the model `{model.id}` was not looked into: it takes too many products"
        hint = f"exact sums of up to {MOST_PRODUCTS:,} are made; `estimate` samples what is wider"
        self.warn(Code.TOO_WIDE, message, place, hint)

    def _read(self, place: Span) -> None:
        """Read the lines of a file, so that what is said of it can show them; it may be gone."""
        if place.file not in self.known and not place.is_typed:
            self.known.add(place.file)
            if (parsed := load(Path(place.file), Findings())) is not None:
                self.findings.take(parsed)

    @property
    def sorted(self) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
        return by_place(self.findings.problems), by_place(self.findings.warnings)


def _is_small(inquiry: Inquiry) -> bool:
    """Tell whether the sums that serve all targets are exact, and not too many."""
    ask, known = inquiry.planned or ((), {*inquiry.clamped, *inquiry.targets})
    return _is_exact(inquiry, known, ask)


def _is_exact(inquiry: Inquiry, known: Iterable[int], ask: Iterable[int] = ()) -> bool:
    """Tell whether there are exact sums, which are not too many, with any of these variables known."""
    try:
        return exactly(inquiry.network, ask, known).triples <= MOST_PRODUCTS
    except InvalidMap:
        return False


# --- what is given -------------------------------------------------------------------------------


def _tell_impossible(inquiry: Inquiry, model: ModelSpec, cannot: BoolArray, told: _Told) -> ModelSpec:
    """Tell in which worldviews what is given `cannot` (n,) be; return the model with the others."""
    clashes: dict[tuple[Condition, ...], list[int]] = {}
    for worldview in np.flatnonzero(cannot[: len(model.worldviews)]).tolist():
        clashes.setdefault(clashing(inquiry, worldview), []).append(worldview)
    for clash, some in clashes.items():
        everywhere = len(some) == len(model.worldviews)
        where = "every worldview" if everywhere else _joined([model.worldviews[w] for w in some])
        message = f"in {where}, what is assumed and observed is {impossible(inquiry, some[0])}"
        spans = list(dict.fromkeys(_place_of(model, part) for part in clash)) or [Span(model.file)]
        hint = "look for a 0% or a 100% on the way, or for two that exclude each other"
        if len(spans) > 1:
            hint += f"; they stand at {', '.join(map(str, spans))}"
        (told.add if everywhere else told.warn)(Code.IMPOSSIBLE_EVIDENCE, message, spans[0], hint)
    able = (name for name, no in zip(model.worldviews, cannot, strict=False) if not no)
    return replace(model, worldviews=tuple(able))


def _place_of(model: ModelSpec, part: Condition) -> Span:
    """Return where a part of what is given stands in the model's file."""
    places = (span for condition, span in model.given_at if part in parts_of((condition,)))
    return next(places, Span(model.file))


def _joined(names: Sequence[str]) -> str:
    return with_and(f"`{name}`" for name in names)


# --- what is stated ------------------------------------------------------------------------------


def _tell_out_of_reach(model: ModelSpec, told: _Told) -> None:
    """Warn of what is stated and its reviewer's numbers cannot imply, within their intervals."""
    names = [n for n in model.worldviews if n != MAP_WORLDVIEW and model.map.worldview[n].stated]
    if not names:
        return
    inquiry = inquire_stated(model, tuple(names))
    exact = {one.of: _is_exact(inquiry, known_about(inquiry, one.of)) for one in inquiry.stated}
    for worldview, name in enumerate(names):
        told.work.tell(f"{model.id}: what is stated", worldview, len(names))
        credences = inquiry.statements(worldview)
        for number, stated in enumerate(model.map.worldview[name].stated):
            given = f" given {written(stated.assuming)}" if stated.assuming else ""
            what = f"{condition_text(stated.of)}{given}"
            if not exact[credences[number].of]:
                told.skip(model, f"whether what `{name}` states of {what} is within reach", stated.span)
                continue
            found = reach(inquiry, worldview, number)
            if math.isnan(found.implied):
                message = f"what `{name}` states of {what} assumes what is impossible by its numbers"
                told.warn(Code.IMPOSSIBLE_EVIDENCE, message, stated.span)
            elif found.distance > MAX_DEVIATIONS:
                message = (
                    f"`{name}` states {notation_of(stated.credence)} for {what}, and its numbers "
                    f"imply {percent(found.implied)}: {_how_far(found)}"
                )
                hint = "`cruxmap coherence` shows which numbers would have to move"
                told.warn(Code.OUT_OF_REACH, message, stated.span, hint)


def _how_far(found: Reach) -> str:
    if math.isinf(found.distance):
        certain = found.implied in (0.0, 1.0)
        return (
            "that is certain, whatever its intervals leave open"
            if certain
            else "no move of them leads there"
        )
    return f"to come within what is stated they have to move {found.distance:.2g} standard deviations"


# --- what has no effect --------------------------------------------------------------------------


def _without_effect(
    inquiry: Inquiry, model: ModelSpec, logits: FloatArray
) -> Iterator[tuple[str, str | None]]:
    """Yield each worldview that gives numbers, and why none of them moves a target; `None` if one does.

    The inquiry is one of `inquire_with_map`, and `logits` (n_targets, n) are the targets' log-odds in it.
    """
    for name in model.worldviews:
        number = inquiry.model.worldviews.index(name)
        own = _own(model, inquiry.perspectives[number])
        below = settle(model.map, extended_by(model, name) or MAP_WORLDVIEW, model.settings)
        if own:
            is_moved = _is_moved(logits[:, number], logits[:, inquiry.perspectives.index(below)])
            idle = not is_moved and not _has_slope(inquiry, number, own)
            yield name, _why(model, inquiry.perspectives[number], own) if idle else None


def _own(model: ModelSpec, perspective: Perspective) -> dict[str, str]:
    """Map the addresses of the numbers that a worldview gives to the columns in which they are."""
    name, bringer = perspective.worldview, model.map.bringer
    return {
        one.address: one.column
        for one in perspective.settings
        if name != MAP_WORLDVIEW
        and one.origin != NOBODY
        and (one.origin == name or (bringer.get(one.address) == name and is_given(model.map, one)))
    }


def _is_moved(logits: FloatArray, below: FloatArray) -> bool:
    """Tell whether a worldview moves some target (n_targets,) from `below`, or that is not known: nan."""
    with np.errstate(invalid="ignore"):
        same = (logits == below) | (np.abs(logits - below) <= ROUNDING)
    return not same.all()


def _has_slope(inquiry: Inquiry, worldview: int, own: Mapping[str, str]) -> bool:
    """Tell whether a target's log-odds have a slope in a number, at central judgements or in some draws."""
    place = {address: number for number, address in enumerate(inquiry.network.addresses)}
    columns = [place[column] for column in own.values()]
    drawn = forward_draws(inquiry, DRAWS)(0, DRAWS)
    z = np.concatenate([np.zeros((len(drawn), 1)), drawn], axis=1)
    for target in inquiry.targets:
        steepness = np.abs(slopes(replace(inquiry, targets=(target,)), worldview, z)[columns])
        if (np.nan_to_num(steepness) > ROUNDING).any():
            return True
    return False


def _why(model: ModelSpec, perspective: Perspective, own: Iterable[str]) -> str:
    """Say that a worldview's numbers have no effect, and why of each."""
    alone = replace(model, worldviews=(perspective.worldview,))
    here, anyhow = _bearing(alone), _bearing(replace(alone, assuming=(), observed=()))
    reasons: dict[str, list[str]] = {}
    for address in own:
        entry = model.map.entry[model.map.judgements[address].owner]
        credence = entry.credence.address if isinstance(entry, Argument) else address
        if perspective.setting[credence].rejected:
            reason = "of an argument without force there"
        elif address in here:
            reason = "lost on the way, at a 0%, a 100% or cases that are alike"
        elif address in anyhow:
            reason = "cut off by what is assumed or observed"
        else:
            reason = "of what does not bear on it"
        reasons.setdefault(reason, []).append(address)
    told = [f"{_some(each)} {_is(each)} {reason}" for reason, each in reasons.items()]
    count = sum(map(len, reasons.values()))
    numbers = f"none of the {count} numbers" if count > 1 else "the one number"
    moves = "moves" if count > 1 else "does not move"
    asked = f"what the model `{model.id}` asks for"
    return f"{numbers} of `{perspective.worldview}` {moves} {asked}: {'; '.join(told)}"


def _some(addresses: Sequence[str]) -> str:
    more = len(addresses) - MOST_NAMED
    return (
        f"{', '.join(f'`{a}`' for a in addresses[:MOST_NAMED])} and {more} more"
        if more > 0
        else _joined(addresses)
    )


def _is(addresses: Sequence[str]) -> str:
    return "is" if len(addresses) == 1 else "are"


def _bearing(model: ModelSpec) -> frozenset[str]:
    """Return the addresses of what is connected to a target in a model's one worldview."""
    inquiry = inquire(model)
    places = np.unique(np.concatenate(places_bearing_in(inquiry)[0]))
    return frozenset(inquiry.network.addresses[p] for p in (*places, *inquiry.numbers.column[0][places]))

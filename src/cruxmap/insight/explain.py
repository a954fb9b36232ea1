"""One entry of a map, explained: where its numbers come from, what is said for and against it.

In: a `ModelSpec` and an address. Out: an `Explanation`, with probabilities at central judgements, given
what the model assumes and observes.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Unpack

from cruxmap.insight.asked import only_tagged, what_if
from cruxmap.insight.display import Shown
from cruxmap.insight.marginals import StateChances, marginals
from cruxmap.insight.plain import LONGEST_TEXT, counted
from cruxmap.insight.sentences import percent
from cruxmap.insight.whose import whose_are
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    Argument,
    ArgumentMap,
    Citation,
    Entry,
    Scale,
    Stated,
    condition_text,
    judgements_of,
    mentioned,
    mentioned_in,
    target_text,
)
from cruxmap.language.asked import WhatIf, as_model, typed_as
from cruxmap.language.inheritance import (
    SETTINGS_ORIGIN,
    Perspective,
    Setting,
    row_in_force,
    settle,
    share_rows,
)
from cruxmap.language.judgement import notation_of
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.names import find_entry
from cruxmap.language.past.stale import StaleJudgement, stale


@dataclass(frozen=True, slots=True)
class PlacedNumber:
    """The number that a worldview has in one place. `origin` says whose it is, `own` if it is its own.

    `in_force` is the central value as it counts: a share's, once those that are kept as given (`beside` it)
    have theirs. `displaced` is the number in whose place the worldview, or a setting, puts its own.
    `brought_by` is the worldview that brings what the number is in. `stale` says what has changed since
    somebody gave the number, if anything has.
    """

    worldview: str
    setting: Setting
    in_force: float
    beside: tuple[str, ...] = ()
    displaced: "PlacedNumber | None" = None
    brought_by: str | None = None
    stale: StaleJudgement | None = None

    @property
    def own(self) -> bool:
        """Whether the worldview's reviewer gives this number: it is not inherited, fitted or nobody's."""
        return self.setting.origin == self.worldview and not self.setting.fitted

    @property
    def whose(self) -> str:
        """Whose it is: `own`, `fitted`, `nobody's`, `inherited` (the map's), or of which other worldview."""
        return whose_are(self.worldview, [self.setting])

    @property
    def text(self) -> str:
        """The number in the language's notation, as written where it was written."""
        value = self.setting.value
        return notation_of(value)

    @property
    def text_in_force(self) -> str:
        """The same, and what it comes to where that is something else."""
        value, counts = self.setting.value, percent(self.in_force)
        differs = value.scale is Scale.PROBABILITY and counts != percent(value.middle)
        differs |= value.text == "rest"
        return f"{self.text}, here {counts}" if differs else self.text


@dataclass(frozen=True, slots=True)
class PlaceForANumber:
    """One judgement of the entry, with every worldview's number in it."""

    address: str
    numbers: tuple[PlacedNumber, ...]


@dataclass(frozen=True, slots=True)
class WeighedArgument:
    """An argument on the entry. `depth` 0 is aimed at the entry, 1 undercuts one of those, and so on.

    `holds` is the probability that it holds and `weight` its central strength (odds) or force
    (probability), both per worldview. `has_force` tells who neither rejects it nor lacks what another brings.
    """

    argument: Argument
    depth: int
    holds: Mapping[str, float | None]
    weight: Mapping[str, float]
    has_force: Mapping[str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation(Shown):
    """All there is to say about one entry. Probabilities have every number in its middle.

    Attributes
    ----------
    entry
        The claim, question, event or argument: its text, sources and what it rests on.
    probability
        By worldview, the probability of each of its states (`true` and `false` for a claim).
    judgements
        Its places for numbers: `address`, and the number of each worldview with its origin and whose it is.
    arguments
        Those on it and on these, each with `depth` (0 where it is aimed at the entry), and by worldview
        whether it holds (a probability), its weight, and whether it has force.
    stated, read_as
        What reviewers stated about it, and what an editor reads out of their words, each with its
        worldview.
    remarks
        Words of reviewers that come without a number, with their worldviews.
    mentioned_by
        Entries that rest on it.
    stale
        What has changed since a credence was stated, by worldview and condition.

    Examples
    --------
    >>> import cruxmap as cm
    >>> answer = cm.explain(cm.example("library"), "winter")
    >>> {state: round(p, 2) for state, p in answer.probability["treasurer"].items()}
    {'mild': 0.66, 'hard': 0.34}
    """

    entry: Entry
    probability: Mapping[str, StateChances]
    judgements: tuple[PlaceForANumber, ...]
    arguments: tuple[WeighedArgument, ...]
    stated: tuple[tuple[str, Stated], ...]
    read_as: tuple[tuple[str, Stated], ...]
    remarks: tuple[tuple[str, str], ...]
    mentioned_by: tuple[str, ...]
    stale: Mapping[tuple[str, str], StaleJudgement]

    def gist(self) -> str:
        """Return the entry with its sentence, and how much there is to say about it."""
        kind, about = type(self.entry).__name__.lower(), self.entry.about
        text = about.text if len(about.text) <= LONGEST_TEXT else f"{about.text[:LONGEST_TEXT]}..."
        counts = {"judgement": self.judgements, "argument": self.arguments}
        told = ", ".join(counted(len(parts), what) for what, parts in counts.items())
        return f"of {kind} {about.id}, {text!r}: {told}"

    def only(self, keeps: Callable[[str], bool]) -> "Explanation":
        """Return the same without arguments, and entries that mention it, of an id that is not kept."""
        return replace(
            self,
            arguments=tuple(one for one in self.arguments if keeps(one.argument.about.id)),
            mentioned_by=tuple(filter(keeps, self.mentioned_by)),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the explanation as plain data; undefined numbers are `None`."""
        about = self.entry.about
        return {
            "id": about.id,
            "kind": type(self.entry).__name__.lower(),
            "brought_by": about.brought_by,
            "text": about.text,
            "sources": _sources(about.citations),
            "note": about.note,
            "probability": {name: dict(states) or None for name, states in self.probability.items()},
            "judgements": [
                {
                    "address": place.address,
                    "brought_by": next((n.brought_by for n in place.numbers), None),
                    "worldviews": {n.worldview: _number_json(n) for n in place.numbers},
                }
                for place in self.judgements
            ],
            "arguments": [_argument_json(weighed) for weighed in self.arguments],
            "stated": [_stated_json(*one) | {"stale": self._since_stated(*one)} for one in self.stated],
            "read_as": [_stated_json(worldview, stated) for worldview, stated in self.read_as],
            "remarks": [{"worldview": worldview, "text": words} for worldview, words in self.remarks],
            "mentioned_by": list(self.mentioned_by),
        }

    def _since_stated(self, worldview: str, stated: Stated) -> dict[str, Any] | None:
        found = self.stale.get((worldview, condition_text(stated.of)))
        return None if found is None else found.to_json()


def _sources(citations: Iterable[Citation]) -> list[str]:
    return [str(citation) for citation in citations]


def _stated_json(worldview: str, stated: Stated) -> dict[str, Any]:
    return {
        "worldview": worldview,
        "of": condition_text(stated.of),
        "assuming": [condition_text(c) for c in stated.assuming],
        "credence": notation_of(stated.credence),
        "sources": _sources(stated.citations),
    }


def _number_json(number: PlacedNumber) -> dict[str, Any]:
    setting = number.setting
    return {
        "value": number.text,
        "central": setting.value.middle,
        "in_force": number.in_force,
        "beside": list(number.beside),
        "displaces": None if number.displaced is None else _displaced_json(number.displaced),
        "low": setting.value.low,
        "high": setting.value.high,
        "origin": setting.origin,
        "whose": number.whose,
        "own": number.own,
        "fitted": setting.why_fitted or None,
        "sources": _sources(setting.citations),
        "note": setting.note,
        "stale": None if number.stale is None else number.stale.to_json(),
    }


def _displaced_json(number: PlacedNumber) -> dict[str, Any]:
    return {"value": number.text, "in_force": number.in_force, "origin": number.setting.origin}


def _argument_json(weighed: WeighedArgument) -> dict[str, Any]:
    argument = weighed.argument
    return {
        "id": argument.about.id,
        "depth": weighed.depth,
        "direction": str(argument.direction),
        "on": [target_text(target) for target in argument.targets],
        "by": argument.by,
        "brought_by": argument.about.brought_by,
        "text": argument.about.text,
        "sources": _sources(argument.about.citations),
        "premises": [condition_text(premise) for premise in argument.premises],
        "holds": dict(weighed.holds),
        "has_force": dict(weighed.has_force),
        str(argument.weight.role): dict(weighed.weight),
    }


@what_if(aimless=True)
def explain(
    model: ModelSpec | ArgumentMap,
    address: str,
    *,
    tag: str | Iterable[str] = (),
    **asked: Unpack[WhatIf],
) -> Explanation:
    """Return what a map and a model's worldviews say about one entry.

    Parameters
    ----------
    model
        A model or a map.
    address
        A claim, question, event, argument or judgement.
    tag
        Of the arguments and mentions, keep those with this tag, or with one of several.
    **asked
        What is asked in place of what the model says: see `WhatIf`.

    Returns
    -------
    An `Explanation`: the entry, its numbers in each worldview and whose they are, and the arguments on it.

    Raises
    ------
    InvalidMap
        For a mistake in an argument, which the problem names with a hint.

    Examples
    --------
    >>> import cruxmap as cm
    >>> answer = cm.explain(cm.example("library"), "funding-secured")
    >>> [one.argument.about.id for one in answer.arguments]
    ['grant-was-promised', 'promises-lapse']
    """
    model = as_model(model)
    kept = only_tagged(model.map, tag)
    with typed_as("address"):
        entry = find_entry(model.map, address)
    name = entry.about.id
    arguments = _arguments_on(model.map, name)
    known = marginals(model, [name, *(argument.about.id for argument, _ in arguments)])
    numbers = _Numbers(model)

    def about_it(said: Iterable[tuple[str, Iterable[Stated]]]) -> tuple[tuple[str, Stated], ...]:
        return tuple(
            (w, stated) for w, all_of in said for stated in all_of if name in mentioned(stated.of)
        )

    reviewers = [worldview for worldview in model.map.worldviews if worldview.about.id in model.worldviews]
    answer = Explanation(
        entry=entry,
        probability={worldview: found.get(name, {}) for worldview, found in known.items()},
        judgements=tuple(
            PlaceForANumber(
                judgement.address,
                tuple(numbers.placed(worldview, judgement.address) for worldview in model.worldviews),
            )
            for judgement in judgements_of(entry)
        ),
        arguments=tuple(
            WeighedArgument(
                argument,
                depth,
                {w: found[argument.about.id]["true"] if found else None for w, found in known.items()},
                {
                    w: numbers.of(w).perspective.setting[argument.weight.address].value.middle
                    for w in model.worldviews
                },
                {
                    w: not numbers.of(w).perspective.setting[argument.about.id].rejected
                    for w in model.worldviews
                },
            )
            for argument, depth in arguments
        ),
        stated=about_it([(worldview.about.id, worldview.stated) for worldview in reviewers]),
        read_as=about_it([(worldview.about.id, worldview.read_as) for worldview in reviewers]),
        remarks=tuple(
            (worldview.about.id, words)
            for worldview in reviewers
            for about, words in worldview.remarks
            if about == name
        ),
        mentioned_by=tuple(
            other for other, value in model.map.entry.items() if name in mentioned_in(value)
        ),
        stale=numbers.stale.by_statement,
    )
    return answer.only(kept.has)


class _Seen(NamedTuple):
    """A worldview's numbers, and for each share the row that it stands in."""

    perspective: Perspective
    row_of: Mapping[str, tuple[Setting, ...]]

    def placed(self, address: str) -> PlacedNumber:
        """Return a number as it counts."""
        setting, row = self.perspective.setting[address], self.row_of.get(address, ())
        in_force = row_in_force(row)[row.index(setting)] if row else setting.value.middle
        beside = () if setting.single else tuple(other.address for other in row if other.single)
        return PlacedNumber(self.perspective.worldview, setting, in_force, beside)


class _Numbers:
    """The numbers of a model's worldviews, each settled once, with and without what is set for all."""

    def __init__(self, model: ModelSpec) -> None:
        self.model = model
        self.stale = stale(model.map)
        self._older = self.stale.by_number(model.map)
        self.seen: dict[tuple[str, bool], _Seen] = {}

    def of(self, worldview: str, *, is_set: bool = True) -> _Seen:
        """Return a worldview's numbers."""
        argument_map, laid = self.model.map, self.model.settings if is_set else ()
        key = worldview, bool(laid)
        if key not in self.seen:
            perspective = settle(argument_map, worldview, laid)
            rows = share_rows(argument_map, perspective)
            self.seen[key] = _Seen(perspective, {s.address: row for row in rows for s in row})
        return self.seen[key]

    def placed(self, worldview: str, address: str) -> PlacedNumber:
        """Return the number in one place, with the one that it displaces.

        A worldview that brings an entry puts its number in no other's place.
        """
        bringer = self.model.map.bringer.get(address)
        number = replace(self.of(worldview).placed(address), brought_by=bringer)
        origin = number.setting.origin
        number = replace(number, stale=self._older.get((origin, address)))
        if origin == SETTINGS_ORIGIN:
            below = self.of(worldview, is_set=False)
        elif origin == worldview != MAP_WORLDVIEW:
            below = self.of(self.model.map.worldview[worldview].extends or MAP_WORLDVIEW, is_set=False)
        else:
            return number
        if below.perspective.setting[address].not_brought and bringer is not None:
            below = self.of(bringer, is_set=False)
        displaced = below.placed(address)
        return number if displaced.setting == number.setting else replace(number, displaced=displaced)


def _arguments_on(argument_map: ArgumentMap, name: str) -> list[tuple[Argument, int]]:
    """List the arguments on an entry, each followed by what undercuts it, with their depth."""
    aimed_at: dict[str, list[Argument]] = {}
    for argument in argument_map.arguments:
        for owner in dict.fromkeys(target.owner for target in argument.targets):
            aimed_at.setdefault(owner, []).append(argument)
    listed: list[tuple[Argument, int]] = []
    seen: set[str] = set()
    stack = [(argument, 0) for argument in reversed(aimed_at.get(name, ()))]
    while stack:
        argument, depth = stack.pop()
        listed.append((argument, depth))
        if argument.about.id not in seen:
            seen.add(argument.about.id)
            stack += [(under, depth + 1) for under in reversed(aimed_at.get(argument.about.id, ()))]
    return listed

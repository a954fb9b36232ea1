"""A map as the data of its files: what was read is written down again, and reads as an equal map.

In: an `ArgumentMap`, or one entry of it. Out: plain texts, lists and mappings, as `yaml_writing` writes
them. Where there are several ways to say the same, it is the shortest one.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, NamedTuple, assert_never

from cruxmap.exchange.plain_data import one_or_all
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    About,
    Argument,
    ArgumentMap,
    Citation,
    Claim,
    ClaimIs,
    Combination,
    Condition,
    Credence,
    Definition,
    Direction,
    Elicited,
    Emergence,
    Entry,
    Event,
    Gap,
    Judgement,
    OnStates,
    Override,
    PhaseChance,
    Question,
    Rest,
    Route,
    Routes,
    Row,
    Rule,
    Scale,
    ShareOverride,
    ShareRow,
    ShareTable,
    Source,
    Stated,
    StateIn,
    Table,
    Timeline,
    Voice,
    Worldview,
    target_text,
)
from cruxmap.language.conditions import condition_form
from cruxmap.language.context import NEVER, OTHERWISE
from cruxmap.language.inheritance import NOBODY, lay, settle, shares_in_force
from cruxmap.language.judgement import notation_of
from cruxmap.language.model_spec import ModelSpec, Sampling
from cruxmap.language.yaml_writing import Plain

type Mapped = dict[str, Plain]

MAP_FILE = "map.yaml"


def as_files(argument_map: ArgumentMap) -> dict[str, Mapped]:
    """Return the files of a map, by their paths in its folder. Read back in that folder, the map is the
    same.

    Comments, and how the map was spread over files, are not in an `ArgumentMap` and so are gone.
    """
    listed = (source for source in argument_map.sources if source.locators is not None)
    return {
        MAP_FILE: plain_map(argument_map),
        **{
            f"worldviews/{w.about.id}.yaml": plain_worldview(argument_map, w)
            for w in argument_map.worldviews
        },
        **{f"sources/{source.id}.yaml": plain_locators(source) for source in listed},
    }


def plain_map(argument_map: ArgumentMap) -> Mapped:
    """Return the file that holds all of a map but what stands in the files of its worldviews and sources."""
    head = {"title": argument_map.title, "text": argument_map.text}
    sections: dict[str, Mapping[str, Plain]] = {
        "map": {key: text for key, text in head.items() if text},
        "sources": {source.id: _source(source) for source in argument_map.sources},
        "voices": {voice.about.id: _voice(voice) for voice in argument_map.voices},
        "timelines": {one.about.id: _timeline(one) for one in argument_map.timelines},
        **_entries(argument_map, None),
        "lexicon": {phrase: notation_of(meaning) for phrase, meaning in argument_map.lexicon},
    }
    return {"language": "1", **{key: section for key, section in sections.items() if section}}


def _entries(argument_map: ArgumentMap, bringer: str | None) -> dict[str, Mapping[str, Plain]]:
    """Return the entries that stand in the map's own files, or in those of the worldview that brings them."""
    voice = None if bringer is None else argument_map.worldview[bringer].voice
    kinds: dict[str, Sequence[Entry]] = {
        "claims": argument_map.claims,
        "questions": argument_map.questions,
        "events": argument_map.events,
        "arguments": argument_map.arguments,
    }
    return {
        kind: {e.about.id: plain_entry(e, voice) for e in entries if e.about.brought_by == bringer}
        for kind, entries in kinds.items()
    }


# --- entries ------------------------------------------------------------------------------------


def plain_entry(entry: Entry, voice: str | None = None) -> Mapped:
    """Return what stands below the id of an entry.

    `voice` is whose worldview brings it: an argument of theirs does not say so again. Routes that are
    brought to a claim are not in it.
    """
    match entry:
        case Claim():
            own = _claim(entry)
        case Question():
            own = _question(entry)
        case Event():
            own = _event(entry)
        case Argument():
            own = _argument(entry, voice)
        case _:
            assert_never(entry)
    return {"text": entry.about.text, **own, **_noted(entry.about)}


def _claim(claim: Claim) -> Mapped:
    match claim.basis:
        case Credence(judgement=judgement):
            return {"credence": _number(judgement)}
        case Definition(rule=rule, count=count, parts=parts) as basis:
            forms = [condition_form(part) for part in parts]
            form: Plain = {"count": str(count), "of": forms} if rule is Rule.AT_LEAST else forms
            return {rule.value: form, **_written(if_met=basis.if_met, otherwise=basis.otherwise)}
        case Routes(routes=routes, leak=leak, when=when):
            own = [_route(route) for route in routes if route.brought_by is None]
            return {"routes": own, **_written(leak=leak), **_when(when)}
        case Table(rows=rows):
            return {"given": [_row(row) for row in rows]}
        case _:
            assert_never(claim.basis)


def _route(route: Route) -> Mapped:
    return {
        **_id(route.id),
        **_when(route.when),
        "chance": _number(route.chance),
        **_around([route.chance]),
    }


def _row(row: Row) -> Mapped:
    key = "credence" if row.when is not None else OTHERWISE
    return {**_id(row.id), **_when(row.when), key: _number(row.credence), **_around([row.credence])}


def _question(question: Question) -> Mapped:
    said: Mapped = {"states": [*question.states]}
    if texts := dict(question.text_of):
        said["state_texts"] = texts
    match question.basis:
        case Gap(start=start, end=end, thresholds=thresholds):
            least = dict(zip(question.states[1:], map(str, thresholds), strict=True))
            return {**said, "gap": {"from": start, "to": end, "at_least": least}}
        case ShareTable(rows=(ShareRow(id=None, when=None) as row,)):
            around = _around(row.shares)
            shares = _shares(question, row)
            return {**said, "credence": {"value": shares, **around} if around else shares}
        case ShareTable(rows=rows):
            return {**said, "given": [_share_row(question, row) for row in rows]}
        case _:
            assert_never(question.basis)


def _share_row(question: Question, row: ShareRow) -> Mapped:
    around = _around(row.shares)
    if row.when is None:
        return {**_id(row.id), OTHERWISE: _shares(question, row), **around}
    certain = _certain_state(question, row)
    told: Mapped = {"credence": _shares(question, row), **around}
    if certain is not None:
        first = row.shares[0]
        told = {"state": certain, **_cited(first.citations), **_note(first.note)}
    return {**_id(row.id), **_when(row.when), **told}


def _certain_state(question: Question, row: ShareRow) -> str | None:
    """Return the state that a row fixes, if all there is to say of its shares is that."""
    shares = [share.value for share in row.shares]
    values = [
        getattr(value, "low", None) if getattr(value, "is_certain", False) else None for value in shares
    ]
    remarks = {(share.citations, share.note, _elicited(share)) for share in row.shares}
    if None in values or values.count(1.0) != 1 or len(remarks) > 1 or not _elicited(row.shares[0]):
        return None
    return question.states[values.index(1.0)]


def _shares(question: Question, row: ShareRow) -> Mapped:
    common = _common(row.shares)
    numbers = (_number(share, len(share.citations) - len(common)) for share in row.shares)
    return dict(zip(question.states, numbers, strict=True))


def _event(event: Event) -> Mapped:
    said: Mapped = {"timeline": event.timeline}
    match event.basis:
        case Combination(latest=latest, parts=parts):
            return {**said, "later_of" if latest else "earlier_of": [*parts]}
        case Emergence(phases=phases, requires=requires):
            required: Mapped = {"requires": [*requires]} if requires else {}
            return {**said, **required, "emerges": {phase.phase: _phase(phase) for phase in phases}}
        case _:
            assert_never(event.basis)


def _phase(phase: PhaseChance) -> Plain:
    said: Mapped = {**_when(phase.when)}
    match phase.rows:
        case (Row(id=None, when=None, credence=chance),):
            said |= {"credence": _number(chance), **_around([chance])}
        case rows:
            said["given"] = [_row(row) for row in rows]
    said |= _written(pace=phase.pace)
    return said["credence"] if said.keys() == {"credence"} else said


def _argument(argument: Argument, voice: str | None) -> Mapped:
    said: Mapped = {}
    if argument.by is not None and argument.by != voice:
        said["by"] = argument.by
    if argument.premises:
        said["premises"] = [condition_form(premise) for premise in argument.premises]
    said |= _written(credence=argument.credence)
    targets: list[Plain] = [
        condition_form(StateIn(on.owner, on.states)) if isinstance(on, OnStates) else target_text(on)
        for on in argument.targets
    ]
    said[argument.direction.value] = one_or_all(targets)
    weight = "force" if argument.direction is Direction.UNDERCUTS else "strength"
    return {**said, **_written(**{weight: argument.weight})}


# --- numbers and remarks ------------------------------------------------------------------------


def _elicited(number: Judgement | Override | ShareOverride) -> bool:
    """Tell whether somebody gave a number; what a row leaves for the rest follows from its other shares."""
    is_rest = isinstance(number, Judgement) and isinstance(number.value, Rest)
    return number.elicited or is_rest


def _number(judgement: Judgement, cited: int | None = None) -> Plain:
    """Return a number, in its long form where there is more to say of it, with its first few citations.

    What nobody gave cites nothing: what it would cite stands around it.
    """
    citations = judgement.citations[:cited] if _elicited(judgement) else ()
    unasked: Mapped = {} if _elicited(judgement) else {"elicited": "false"}
    more = {**unasked, **_cited(citations), **_note(judgement.note)}
    value = notation_of(judgement.value)
    return {"value": value, **more} if more else value


def _common(row: Iterable[Judgement]) -> tuple[Citation, ...]:
    """Return what numbers that nobody gave cite: it can only stand around them."""
    return next((one.citations for one in row if one.citations and not _elicited(one)), ())


def _around(row: Iterable[Judgement]) -> Mapped:
    return _cited(_common(row))


def _written(**numbers: Judgement) -> Mapped:
    """Return those that somebody wrote."""
    return {key: _number(number) for key, number in numbers.items() if not number.is_default}


def _id(id_: str | None) -> Mapped:
    return {} if id_ is None or id_ == OTHERWISE else {"id": id_}


def _when(condition: Condition | None) -> Mapped:
    return {} if condition is None else {"when": condition_form(condition)}


def _noted(about: About) -> Mapped:
    return {**_cited(about.citations), **_note(about.note), **_one_or_list("tags", about.tags)}


def _cited(citations: Iterable[Citation]) -> Mapped:
    # a source is a text that knows its place, which a plain one does not
    return _one_or_list("source", ["".join(str(citation)) for citation in citations])


def _note(note: str) -> Mapped:
    return {"note": note} if note else {}


def _one_or_list(key: str, words: Sequence[str]) -> Mapped:
    return {} if not words else {key: one_or_all(words)}


# --- what is around entries ---------------------------------------------------------------------


def _source(source: Source) -> Mapped:
    words = {key: getattr(source, key) for key in ("title", "author", "url", "date", "note")}
    return {key: text for key, text in words.items() if text}


def plain_locators(source: Source) -> Mapped:
    """Return the file that lists the places of a source."""
    places: Mapped = {}
    for place in source.locators or ():
        section: Mapped = {"section": place.section} if place.section else {}
        places[place.id] = {**section, **({"no-claim": place.no_claim} if place.no_claim else {})}
    return {"source": source.id, "locators": places}


def _voice(voice: Voice) -> Mapped:
    said: Mapped = {"text": voice.about.text} if voice.about.text else {}
    return {**said, **_noted(voice.about)}


def _timeline(timeline: Timeline) -> Mapped:
    phases = {phase.id: str(phase.steps) for phase in timeline.phases}
    return {"text": timeline.about.text, "phases": phases, **_noted(timeline.about)}


# --- worldviews ---------------------------------------------------------------------------------


def plain_worldview(argument_map: ArgumentMap, worldview: Worldview) -> Mapped:
    """Return the file of a worldview, with what it brings."""
    name = worldview.about.id
    said: Mapped = {"worldview": name, "text": worldview.about.text}
    said |= {"voice": worldview.voice} if worldview.voice else {}
    said |= {"extends": worldview.extends} if worldview.extends else {}
    said |= _noted(worldview.about)
    if worldview.made_from is not None:
        entries = dict(worldview.made_from.entries)
        said["made_from"] = {"map": worldview.made_from.map, **({"entries": entries} if entries else {})}
    sections: dict[str, Plain] = {
        "judgements": {one.address: _override(argument_map, one) for one in worldview.judgements},
        "rejects": [*worldview.rejects],
        "accepts": [*worldview.accepts],
        "stated": [_stated(one) for one in worldview.stated],
        "read_as": [_stated(one) for one in worldview.read_as],
        "remarks": dict(worldview.remarks),
        **_entries(argument_map, name),
        "routes": dict(_brought_routes(argument_map, name)),
    }
    said |= {key: section for key, section in sections.items() if section}
    if worldview.asked is not None:
        said["asked"] = [
            one if isinstance(one, str) else {"of": condition_form(one)} for one in worldview.asked
        ]
    return said


def _brought_routes(argument_map: ArgumentMap, bringer: str) -> Iterator[tuple[str, Plain]]:
    for claim in argument_map.claims:
        if isinstance(claim.basis, Routes):
            brought = [_route(route) for route in claim.basis.routes if route.brought_by == bringer]
            if brought:
                yield claim.about.id, brought


def _override(argument_map: ArgumentMap, number: Override | ShareOverride) -> Plain:
    fitted: Mapped = {"fitted": number.fitted} if number.fitted else {}
    unasked: Mapped = {} if _elicited(number) else {"elicited": "false"}
    noted = {**_cited(number.citations), **_note(number.note)}
    if isinstance(number, Override):
        more = {**noted, **fitted, **unasked}
        value = notation_of(number.value)
        return {"value": value, **more} if more else value
    row = argument_map.shares[number.address]
    states = [judgement.address.removeprefix(f"{number.address}.") for judgement in row]
    shares: Mapped = dict(zip(states, map(notation_of, number.values), strict=True))
    if number.citations:  # of what was fitted, and what nobody gave, only the whole row can cite something
        inside = [
            {**(fitted if first else {}), **unasked} for first in (True, *[False] * (len(states) - 1))
        ]
        shares = {
            state: {"value": share, **more} if more else share
            for (state, share), more in zip(shares.items(), inside, strict=True)
        }
        return {"value": shares, **noted}
    more = {**noted, **fitted, **unasked}
    return {"value": shares, **more} if more else shares


def _stated(stated: Stated) -> Mapped:
    assuming: Mapped = {}
    if stated.assuming:
        assuming["assuming"] = [condition_form(condition) for condition in stated.assuming]
    told = {"of": condition_form(stated.of), "credence": notation_of(stated.credence)}
    return {**told, **assuming, **_cited(stated.citations), **_note(stated.note)}


# --- one worldview's map ------------------------------------------------------------------------


class Seen(NamedTuple):
    """A map with one worldview's numbers as its own, and the rows of shares that are not quite those."""

    map: ArgumentMap
    rounded: tuple[str, ...]


def seen_by(argument_map: ArgumentMap, worldview: str) -> Seen:
    """Return a map as one worldview has it: its numbers are the map's own, and there are no worldviews.

    What the worldview rejects, or only others bring, has a credence or a chance of 0%. A row of shares of
    which it keeps some as given has its central shares as points: those are `rounded`, by their addresses.
    `map` is the map as it is. Raises KeyError for an unknown worldview.
    """
    if worldview == MAP_WORLDVIEW:
        return Seen(argument_map, ())
    layers = lay(argument_map, worldview)
    shares = shares_in_force(argument_map, settle(argument_map, worldview))
    kept = {row for row in layers.row_of.values() if any(map(layers.single, row))}
    points = {
        share: Elicited(Scale.PROBABILITY, shares[share], shares[share]) for row in kept for share in row
    }

    def number(judgement: Judgement) -> Judgement:
        place = layers.places[judgement.address]
        if judgement.address in layers.rejected:
            return replace(judgement, value=NEVER, is_default=False, citations=(), note="", elicited=True)
        if isinstance(place, Judgement) and judgement.address not in points:
            return place
        given = place.elicited if isinstance(place, Judgement) else place.origin != NOBODY
        return replace(
            judgement,
            value=points.get(judgement.address, place.value),
            is_default=False,
            citations=place.citations if given else (),
            note=place.note,
            elicited=given,
        )

    parts = {
        kind: _renumbered(getattr(argument_map, kind), number)
        for kind in ("claims", "questions", "events")
    }
    arguments = _renumbered(argument_map.arguments, number)
    rounded = tuple(
        dict.fromkeys(row[0].rpartition(".")[0] for row in layers.row_of.values() if row in kept)
    )
    return Seen(replace(argument_map, **parts, arguments=arguments, worldviews=()), rounded)


def _renumbered(value: Any, number: Callable[[Judgement], Judgement]) -> Any:
    """Return a value with other judgements in it, and nothing that anybody brings."""
    match value:
        case Judgement():
            return number(value)
        case tuple() if type(value) is tuple:
            return tuple(_renumbered(part, number) for part in value)
        case Elicited() | Citation():
            return value
        case _ if is_dataclass(value) and not isinstance(value, type):
            inner = {f.name: _renumbered(getattr(value, f.name), number) for f in fields(value) if f.init}
            if "brought_by" in inner:
                inner["brought_by"] = None
            return replace(value, **inner)
        case _:
            return value


def plain_model(model: ModelSpec, worldviews: Collection[str] | None = None) -> Mapped:
    """Return what a model asks, without its name, its map and its expectations.

    Of the worldviews that it lists, those stay that are in `worldviews`: the others do not go along.
    """
    listed: list[Plain] = [id_ for id_ in model.worldviews if worldviews is None or id_ in worldviews]
    lists: dict[str, list[Plain]] = {
        "also": [condition_form(target.condition) for target in model.also],
        "assuming": [*map(condition_form, model.assuming)],
        "observed": [*map(condition_form, model.observed)],
        "worldviews": listed if model.lists_worldviews else [],
    }
    said: Mapped = {"target": condition_form(model.target.condition)}
    said |= {"text": model.text} if model.text else {}
    said |= {key: listed for key, listed in lists.items() if listed}
    said |= {"reconcile": "true"} if model.reconcile else {}
    given = {f.name: getattr(model.sampling, f.name) for f in fields(Sampling)}
    other = {key: str(value) for key, value in given.items() if value != getattr(Sampling(), key)}
    return {**said, **({"sampling": other} if other else {})}


def assumed_claims(model: ModelSpec) -> frozenset[str]:
    """Return the claims that a model assumes to be true: assurance cases mark these themselves."""
    return frozenset(one.claim for one in model.assuming if isinstance(one, ClaimIs) and one.value)

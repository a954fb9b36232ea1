"""A model as data to compute with: all that a program without this one needs to answer for any numbers.

In: a `ModelSpec`. Out: plain data, ready for JSON, the same for the same model: its numbers as they are
written, with what each worldview lays over them; its entries and conditions; and a network in which no number
is built in, with a plan that asks and clamps every entry (`FreeNetwork`). What any worldview brings is in it.
"""

import base64
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import PurePath
from typing import Any, assert_never

import numpy as np

from cruxmap.engine.exact_or_sampled import exactly_for_many
from cruxmap.engine.formulas import fill
from cruxmap.engine.network import IntArray, Network
from cruxmap.engine.planning import Plan
from cruxmap.engine.random_words import keys_of
from cruxmap.engine.travelling import network_data
from cruxmap.errors import InvalidMap
from cruxmap.insight.free_network import FreeNetwork, conditions_of_its_own, lower_freely
from cruxmap.insight.kinds import kind_of, own_number, parts_of
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    AllOf,
    AnyOf,
    Argument,
    ArgumentMap,
    Before,
    ByEndOf,
    Claim,
    ClaimIs,
    Combination,
    Condition,
    Credence,
    Definition,
    During,
    Emergence,
    Entry,
    Event,
    Ever,
    Gap,
    Judgement,
    Not,
    OnStates,
    Question,
    Rest,
    Role,
    Routes,
    SameAs,
    Scale,
    ShareOverride,
    ShareTable,
    StateIn,
    Table,
    Value,
    Within,
    Worldview,
    arguments_met,
    condition_text,
    mentioned,
    mentioned_in,
    places,
)
from cruxmap.language.checks import MAX_ARGUMENTS
from cruxmap.language.context import with_parents
from cruxmap.language.digest import digest, digest_of_question, state_of
from cruxmap.language.inheritance import settle
from cruxmap.language.judgement import (
    Lexicon,
    UnreadableError,
    format_value,
    notation_of,
    parse_value,
    with_phrases,
)
from cruxmap.language.model_spec import Laid, ModelSpec, Target, conditions_of
from cruxmap.network.means_and_deviations import numbers

FORMAT = 1
"""Goes up whenever older readers could not read what is written."""

MOST_PRODUCTS = 6_000_000
"""A plan with more products than that is too large to travel: about a megabyte, and slow to answer."""

SCALES = {Role.STRENGTH: "s"} | {
    role: "r" if role.scale is Scale.RATIO else "p" for role in Role if role is not Role.STRENGTH
}
"""The scale of each role: a probability, a ratio, or a strength, which counts as 1x where it is below."""


def travelling_model(model: ModelSpec) -> dict[str, Any]:
    """Return a model as plain data.

    Where exact sums cannot serve the whole map at once, `exact` is false, `why_not_exact` says so in a
    sentence, and `network` is `None`. Numbers are lists by address where nothing else is said, `-1` is the
    variable of what has none, and lists of whole numbers inside the network are as `engine.travelling`
    writes them.
    """
    found = _network(model)
    network, plan = (None, None) if isinstance(found, str) else found
    variable = {} if network is None else network.network.places
    return {
        "format": FORMAT,
        "cruxmap": version("cruxmap"),
        "digest": digest(model.map),
        "made_from": _state(model.map),
        "question_digest": digest_of_question(model),
        "model": _question(model),
        "exact": network is not None,
        "why_not_exact": found if isinstance(found, str) else None,
        **_numbers(model),
        **_worldviews(model),
        **_cited(model.map),
        "entries": [_entry(model.map, entry, variable) for entry in model.map.entry.values()],
        **_conditions(model, network),
        "network": None if network is None or plan is None else network_data(network.network, plan),
    }


def _state(argument_map: ArgumentMap) -> dict[str, Any]:
    """Return the state of the map, as a worldview that is made from it says it under `made_from`."""
    state = state_of(argument_map)
    return {"map": state.map, "entries": dict(state.entries)}


def _network(model: ModelSpec) -> tuple[FreeNetwork, Plan] | str:
    """Return the network of the whole map and its plan, or why there is none for exact sums."""
    if model.exact is False:
        return "The model asks for samples of states, and this page computes exact sums."
    for place, count in arguments_met(model.map.arguments).items():
        if count > MAX_ARGUMENTS:
            return (
                f"{count} arguments bear on {place}, whoever brings them, and {MAX_ARGUMENTS} are the most "
                "that can be weighed together."
            )
    found = _planned(model, _spoken_of(model))
    return _planned(model, ()) if isinstance(found, str) else found


def _planned(model: ModelSpec, conditions: Iterable[Condition]) -> tuple[FreeNetwork, Plan] | str:
    """Return the same where these conditions can be asked about besides the model's own."""
    free = lower_freely(model, (), conditions_of_its_own(model, conditions))
    try:
        plan = exactly_for_many(free.network, *free.planned, _usual(model, free.network))
    except InvalidMap as wrong:
        [problem] = wrong.problems
        return f"{problem.message[:1].upper()}{problem.message[1:]}."
    if plan.triples > MOST_PRODUCTS:
        return (
            f"Exact sums over this map take {plan.triples:,} products, and {MOST_PRODUCTS:,} are the most."
        )
    return free, plan


def _spoken_of(model: ModelSpec) -> Iterator[Condition]:
    """Yield the conditions that people state something of, or expect something under: others may assume them.

    Those about several entries cannot be asked about without a variable of their own.
    """
    yield from conditions_of(model.expect)
    for worldview in model.map.worldviews:
        for stated in (*worldview.stated, *worldview.read_as):
            yield from (stated.of, *stated.assuming)


def _usual(model: ModelSpec, network: Network) -> IntArray:
    """Return 0 or 1 for the table entries (n_entries,) that are just that in every worldview, else -1."""
    worldviews = (MAP_WORLDVIEW, *(worldview.about.id for worldview in model.map.worldviews))
    found = numbers(model.map, [settle(model.map, name, model.settings) for name in worldviews])
    entries = fill(network.program, found.mu.T, found.single.T)
    return np.where((entries == 0).all(axis=1), 0, np.where((entries == 1).all(axis=1), 1, -1))


def _question(model: ModelSpec) -> dict[str, Any]:
    """Return what is asked."""
    return {
        "id": model.id,
        "title": model.map.title,
        "target": model.target.name,
        "also": [target.name for target in model.also],
        "assuming": [*map(condition_text, model.assuming)],
        "observed": [*map(condition_text, model.observed)],
        "seed": model.sampling.seed,
        "draws": model.sampling.draws,
        "worldviews": [*model.worldviews],
        "lists_worldviews": model.lists_worldviews,
        "file": "/".join(PurePath(model.file).parts[-2:]),  # the same wherever the project lies
        "map_folder": model.map.id,
    }


# --- numbers --------------------------------------------------------------------------------------


def _numbers(model: ModelSpec) -> dict[str, Any]:
    """Return the places for numbers, in the map's order, and what the map itself has in them."""
    argument_map = model.map
    judgements = argument_map.judgements
    index = {address: number for number, address in enumerate(judgements)}
    nobodys = [index[address] for address, judgement in judgements.items() if not judgement.elicited]
    lexicon = with_phrases(dict(argument_map.lexicon))
    part = {
        place.judgement.address: place.part for e in argument_map.entry.values() for place in places(e)
    }
    return {
        "lexicon": _lexicon(lexicon),
        "addresses": [*judgements],
        "keys": base64.b64encode(
            keys_of(f"{model.sampling.seed} {a}" for a in judgements).tobytes()
        ).decode(),
        "judgements": {
            "scale": [SCALES[judgement.role] for judgement in judgements.values()],
            "owner": [judgement.owner for judgement in judgements.values()],
            "role": [judgement.role.value for judgement in judgements.values()],
            "part": [part[address] for address in judgements],
            "fixed": [index[a] for a, judgement in judgements.items() if not judgement.overridable],
            "default": [index[a] for a, judgement in judgements.items() if judgement.is_default],
            **({"nobodys": nobodys} if nobodys else {}),
        },
        "share_rows": [[index[share.address] for share in row.shares] for row in argument_map.share_rows],
        "rows_at": {at: [index[s.address] for s in row] for at, row in argument_map.shares.items() if row},
        "map": {"values": [_text(j.value, j, lexicon) for j in judgements.values()]},
    }


def _lexicon(lexicon: Lexicon) -> dict[str, dict[str, str]]:
    """Return the phrases of each kind, and what they mean."""
    found: dict[str, dict[str, str]] = {scale.value: {} for scale in Scale}
    for (scale, phrase), meaning in lexicon.items():
        found[scale.value][phrase] = format_value(meaning)
    return found


def _text(value: Value, place: Judgement, lexicon: Lexicon) -> str:
    """Write a number as somebody wrote it, or plainly where that could not be read in its place again."""
    text = notation_of(value)
    try:
        is_read = text == "rest" or parse_value(text, place.role, lexicon) == value
    except UnreadableError:
        is_read = False
    if is_read:
        return text
    assert not isinstance(value, Rest | SameAs)
    return format_value(value)


# --- worldviews -----------------------------------------------------------------------------------


def _worldviews(model: ModelSpec) -> dict[str, Any]:
    """Return what each worldview lays over what it extends, and what it brings.

    `brought` are the arguments and routes that have force only where somebody brings or accepts them, and
    `bringer` has every address of what is brought. `settings` lie over every worldview.
    """
    argument_map = model.map
    lexicon = with_phrases(dict(argument_map.lexicon))
    return {
        "brought": dict(argument_map.brought),
        "bringer": dict(argument_map.bringer),
        "worldviews": {w.about.id: _worldview(argument_map, w, lexicon) for w in argument_map.worldviews},
        "settings": [_laid(argument_map, laid, lexicon) for laid in model.settings],
    }


def _worldview(argument_map: ArgumentMap, worldview: Worldview, lexicon: Lexicon) -> dict[str, Any]:
    judgements = []
    for own in worldview.judgements:
        laid = own.address, own.values if isinstance(own, ShareOverride) else own.value
        judgements.append(
            _laid(argument_map, laid, lexicon)
            | ({"fitted": own.fitted} if own.fitted else {})
            | ({} if own.elicited else {"elicited": False})
        )
    return {
        "extends": None if worldview.extends == MAP_WORLDVIEW else worldview.extends,
        "voice": worldview.voice,
        "judgements": judgements,
        "rejects": [*worldview.rejects],
        "accepts": [*worldview.accepts],
    }


def _laid(argument_map: ArgumentMap, laid: Laid, lexicon: Lexicon) -> dict[str, Any]:
    """Return what is laid over one address: a number, or all shares of a row."""
    address, value = laid
    if isinstance(value, tuple):
        row = zip(value, argument_map.shares[address], strict=True)
        return {"at": address, "shares": [_text(share, place, lexicon) for share, place in row]}
    return {"at": address, "value": _text(value, argument_map.judgements[address], lexicon)}


# --- what entries may cite ------------------------------------------------------------------------


def _cited(argument_map: ArgumentMap) -> dict[str, Any]:
    """Return the locators that each source lists (`None` without a list), and the voices."""
    sources = {
        source.id: None
        if source.locators is None
        else sorted(with_parents(at.id for at in source.locators))
        for source in argument_map.sources
    }
    return {"sources": sources, "voices": [voice.about.id for voice in argument_map.voices]}


# --- entries --------------------------------------------------------------------------------------


def _entry(argument_map: ArgumentMap, entry: Entry, variable: Mapping[str, int]) -> dict[str, Any]:
    """Return what an entry is, without its words."""
    name, index = (
        entry.about.id,
        {address: number for number, address in enumerate(argument_map.judgements)},
    )
    own = own_number(argument_map, name)
    return {
        "id": name,
        "variable": variable.get(name, -1),
        "kind": kind_of(argument_map, name).value,
        "own_number": None if own is None else index[own],
        "parts": [
            {
                "address": address,
                "variable": variable.get(address, -1),
                "kind": kind_of(argument_map, address).value,
            }
            for address in parts_of(entry)
        ],
        "brought_by": entry.about.brought_by,
        "rests_on": [*dict.fromkeys(mentioned_in(entry))],
        **_by_type(argument_map, entry, index),
    }


def _by_type(argument_map: ArgumentMap, entry: Entry, index: Mapping[str, int]) -> dict[str, Any]:
    match entry:
        case Claim(basis=basis):
            definition = basis if isinstance(basis, Definition) else None
            return {
                "type": "claim",
                "states": ["false", "true"],
                "basis": _basis(basis),
                "definition": None if definition is None else _definition(definition, index),
                **(_routes(basis) if isinstance(basis, Routes) else {}),
            }
        case Question(states=states, basis=basis) as question:
            texts = {"state_texts": {**question.text_of}} if question.text_of else {}
            between = {"start": basis.start, "end": basis.end} if isinstance(basis, Gap) else None
            return {
                "type": "question",
                "states": [*states],
                **texts,
                "basis": _basis(basis),
                "gap": between,
            }
        case Event(timeline=timeline, basis=basis):
            phases = argument_map.timeline[timeline].phases
            steps = range(1, argument_map.timeline[timeline].steps + 1)
            return {
                "type": "event",
                "timeline": timeline,
                "states": [*map(str, steps), "never"],
                "basis": _basis(basis),
                "phases": [{"id": phase.id, "steps": phase.steps} for phase in phases],
            }
        case Argument():
            return {
                "type": "argument",
                "states": ["false", "true"],
                "basis": None,
                "direction": entry.direction.value,
                "credence": index[entry.credence.address],
                "weight": index[entry.weight.address],
                "premises": [*map(condition_data, entry.premises)],
                "targets": [
                    {
                        "id": on.owner,
                        "part": on.part,
                        "states": [*on.states] if isinstance(on, OnStates) else [],
                    }
                    for on in entry.targets
                ],
            }
        case _:
            assert_never(entry)


def _basis(
    basis: Credence | Definition | Routes | Table | ShareTable | Gap | Emergence | Combination,
) -> str:
    match basis:
        case Credence():
            return "credence"
        case Definition():
            return "definition"
        case Routes():
            return "routes"
        case Table():
            return "table"
        case ShareTable():
            return "shares"
        case Gap():
            return "gap"
        case Emergence():
            return "emerges"
        case Combination(latest=latest):
            return "later_of" if latest else "earlier_of"
        case _:
            assert_never(basis)


def _definition(basis: Definition, index: Mapping[str, int]) -> dict[str, Any]:
    return {
        "rule": basis.rule.value,
        "parts": [*map(condition_data, basis.parts)],
        "count": basis.count,
        "if_met": index[basis.if_met.address],
        "otherwise": index[basis.otherwise.address],
    }


def _routes(basis: Routes) -> dict[str, Any]:
    """Return the causes of a claim, and which entries each of them, and all of them, wait for (`when`)."""
    return {
        "routes": [
            {"address": route.chance.address, "when": _mentioned(route.when)} for route in basis.routes
        ],
        "when": _mentioned(basis.when),
    }


def _mentioned(condition: Condition | None) -> list[str]:
    return [] if condition is None else [*dict.fromkeys(mentioned(condition))]


# --- conditions -----------------------------------------------------------------------------------


def _conditions(model: ModelSpec, network: FreeNetwork | None) -> dict[str, Any]:
    """Return the targets, what is given, and the conditions that have a variable of their own."""
    variables: Mapping[Condition, int] = {} if network is None else network.conditions
    return {
        "targets": [*_targets(model, variables)],
        "assumed": [*map(condition_data, model.assuming)],
        "observed": [*map(condition_data, model.observed)],
        "condition_variables": [
            {"condition": condition_data(condition), "variable": variable}
            for condition, variable in variables.items()
        ],
    }


def _targets(model: ModelSpec, variables: Mapping[Condition, int]) -> Iterator[dict[str, Any]]:
    targets: tuple[Target, ...] = (model.target, *model.also)
    for target in targets:
        yield {
            "name": target.name,
            "text": condition_text(target.condition),
            "condition": condition_data(target.condition),
            "variable": variables.get(target.condition, -1),
        }


def condition_data(condition: Condition) -> dict[str, Any]:
    """Return a condition as plain data, with nothing left to a default."""
    match condition:
        case ClaimIs(claim=claim, value=value):
            return {"claim": claim, "value": value}
        case StateIn(question=question, states=states):
            return {"question": question, "states": [*states]}
        case Before(event=event, other=other, by=by):
            return {"event": event, "before": other, "by": by}
        case Within(event=event, other=other, steps=steps):
            return {"event": event, "within": steps, "of": other}
        case During(event=event, phase=phase):
            return {"event": event, "during": phase}
        case ByEndOf(event=event, phase=phase):
            return {"event": event, "by_end_of": phase}
        case Ever(event=event, value=value):
            return {"event": event, "ever": value}
        case Not(part=part):
            return {"not": condition_data(part)}
        case AllOf(parts=parts):
            return {"all_of": [*map(condition_data, parts)]}
        case AnyOf(parts=parts):
            return {"any_of": [*map(condition_data, parts)]}
        case _:
            assert_never(condition)

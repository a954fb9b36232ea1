"""What people read on the page, as plain data: the sentences of `run`, and everything about each entry.

The page's own scripts show it, and `document` writes the same as HTML. What the page computes with is another
block of data.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, assert_never

from cruxmap.insight.findings import Findings
from cruxmap.insight.main_points import text_of
from cruxmap.insight.marginals import Marginals, marginals, marginals_and_telling
from cruxmap.insight.sentences import in_words
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    Argument,
    ArgumentMap,
    Citation,
    Combination,
    Credence,
    Definition,
    Emergence,
    Entry,
    Event,
    Gap,
    OnStates,
    Question,
    Routes,
    ShareTable,
    Source,
    Stated,
    Table,
    condition_text,
    judgements_of,
    mentioned,
)
from cruxmap.language.inheritance import Layer, Layers, lay, settle
from cruxmap.language.judgement import notation_of
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.past.stale import StaleJudgement, stale
from cruxmap.present.canvas import made_from
from cruxmap.present.main_points_text import chapters_of
from cruxmap.present.map_picture import LEAST_IN_AN_OVERVIEW, page_names
from cruxmap.present.report.interview_of_page import interview_of_page
from cruxmap.present.report.map_layout import map_layout
from cruxmap.present.report.outline import outline
from cruxmap.present.report.words import basis_words, number_words, part_words
from cruxmap.present.stale_tables import changes_text

type Plain = dict[str, Any]


def contents_of(found: Findings, *, blind: bool = False, anonymous: bool = False) -> Plain:
    """Return what people read about a model. Raises `WrongUsage` where nothing can lay out the map."""
    contents = contents_of_model(found.model, blind=blind, anonymous=anonymous)
    return with_found(contents, what_was_found(found))


def contents_of_model(model: ModelSpec, *, blind: bool = False, anonymous: bool = False) -> Plain:
    """Return what people read about a model before anything is found over draws: there is none of that."""
    everyone = replace(model, worldviews=tuple(dict.fromkeys((*model.worldviews, MAP_WORLDVIEW))))
    _, telling = marginals_and_telling(replace(model, worldviews=(MAP_WORLDVIEW,), reconcile=False))
    targets = [target.condition for target in (model.target, *model.also)]
    older = {} if anonymous else stale(model.map).by_number(model.map)
    layers = {name: lay(model.map, name, model.settings) for name in everyone.worldviews}
    asked = [name for target in targets for name in mentioned(target)]
    return {
        "title": model.map.title or model.id,
        "text": model.text or model.map.text,
        "target": model.target.name,
        "question": text_of(model),
        "chapters": [],
        "assuming": [in_words(model.map, one) for one in model.assuming],
        "observed": [in_words(model.map, one) for one in model.observed],
        "asked": {  # as conditions are written: what reviewers state is about this where it says the same
            "of": condition_text(model.target.condition),
            "given": [condition_text(given) for given in (*model.assuming, *model.observed)],
        },
        "reconcile": model.reconcile,
        "voices": {v.about.id: {"name": v.about.id, "text": v.about.text} for v in model.map.voices},
        "sources": {source.id: _source(source) for source in model.map.sources},
        "entries": _entries(model),
        "judgements": _judgements(model.map, layers, older),
        "outline": [node.to_json() for node in outline(model, telling, least=LEAST_IN_AN_OVERVIEW)],
        "map": map_layout(model.map, settle(model.map, MAP_WORLDVIEW, model.settings), telling, asked),
        "worldviews": {name: _worldview(model.map, name) for name in everyone.worldviews},
        "probabilities": probabilities(
            marginals(replace(everyone, reconcile=False), [*model.map.entry]), model.map
        ),
        "sobol": {},
        "pair": None,
        "made_from": made_from(model),
        "with": [
            {"id": file.worldview, "name": file.name, "text": file.data.decode("utf-8")}
            for file in model.visitors
        ],
        "revision": None,  # it stands in the README alone, so that the page stays the same to the byte
        "blind": blind,
        "anonymous": anonymous,
        "interview": interview_of_page(model),
    }


def what_was_found(found: Findings) -> Plain:
    """Return what was found over draws, to be put into the contents of its model."""
    parting, worldviews = found.points.parting, found.model.worldviews
    return {
        "chapters": [
            {"question": c.question, "sentences": list(c.sentences), "points": list(c.points)}
            for c in chapters_of(found.points)
        ],
        "worldviews": {
            name: _estimated(found, name) for name in dict.fromkeys((*worldviews, MAP_WORLDVIEW))
        },
        "sobol": {name: _sobol(found, name) for name in worldviews},
        "pair": None if parting is None else {"highest": parting.highest, "lowest": parting.lowest},
    }


def with_found(contents: Plain, found: Plain) -> Plain:
    """Return the contents of a model with what was found of it over draws."""
    worldviews = {name: one | found["worldviews"][name] for name, one in contents["worldviews"].items()}
    return contents | found | {"worldviews": worldviews}


# --- entries -----------------------------------------------------------------------------------------


def _entries(model: ModelSpec) -> Plain:
    argument_map = model.map
    bearing: dict[str, list[str]] = {}
    for argument in argument_map.arguments:
        for owner in dict.fromkeys(target.owner for target in argument.targets):
            bearing.setdefault(owner, []).append(argument.about.id)
    remarks: dict[str, list[Plain]] = {}
    for worldview in argument_map.worldviews:
        for about, words in worldview.remarks if worldview.about.id in model.worldviews else ():
            remark = {"worldview": worldview.about.id, "text": words, "sources": []}
            remarks.setdefault(about, []).append(remark)
    files = page_names(entry.about.span.file for entry in argument_map.entry.values())
    return {
        name: {
            "text": entry.about.text,
            "type": type(entry).__name__.lower(),
            "basis": basis_of(entry),
            "basis_words": basis_words(argument_map, entry),
            "sources": citations(argument_map, entry.about.citations),
            "note": entry.about.note,
            "by": entry.by if isinstance(entry, Argument) else None,
            "tags": list(entry.about.tags),
            "file": files[entry.about.span.file],
            "remarks": remarks.get(name, []),
            "states": _states(entry),
            "parts": [
                {"address": address, "words": words} for address, words in part_words(argument_map, entry)
            ],
            "numbers": [judgement.address for judgement in judgements_of(entry)],
            "bearing": bearing.get(name, []),
            "targets": _targets(argument_map, entry),
            "premises": _premises(argument_map, entry),
            "brought_by": entry.about.brought_by,
        }
        for name, entry in argument_map.entry.items()
    }


def basis_of(entry: Entry) -> str:
    """Return the word for what an entry rests on."""
    if isinstance(entry, Argument):
        return "argument"
    match entry.basis:
        case Combination(latest=latest):
            return "later_of" if latest else "earlier_of"
        case ShareTable():
            return "shares"
        case Emergence():
            return "emerges"
        case Credence() | Definition() | Routes() | Table() | Gap():
            return type(entry.basis).__name__.lower()
        case _:
            assert_never(entry.basis)


def _states(entry: Entry) -> list[Plain]:
    if not isinstance(entry, Question):
        return []
    texts = entry.text_of
    return [
        {"id": state, "text": texts.get(state, state.replace("-", " ")), "shown": texts.get(state, state)}
        for state in entry.states
    ]


def _targets(argument_map: ArgumentMap, entry: Entry) -> list[Plain]:
    if not isinstance(entry, Argument):
        return []
    return [
        {
            "id": target.owner,
            "part": ", ".join(target.states) if isinstance(target, OnStates) else target.part,
            "how": str(entry.direction),
        }
        for target in entry.targets
    ]


def _premises(argument_map: ArgumentMap, entry: Entry) -> list[Plain]:
    premises = entry.premises if isinstance(entry, Argument) else ()
    return [
        {"words": in_words(argument_map, p), "ids": list(dict.fromkeys(mentioned(p)))} for p in premises
    ]


# --- sources -----------------------------------------------------------------------------------------


def _source(source: Source) -> Plain:
    return {
        "title": source.title,
        "author": source.author,
        "url": safe_link(source.url),
        "date": source.date,
    }


def safe_link(url: str) -> str | None:
    """Return a link if it leads to the web, and to nothing else that a browser would do."""
    return url if WEB.fullmatch(url) else None


WEB = re.compile(r"https?://[^\s<>\"'`\\^{|}\x00-\x20\x7f-\x9f\u202a-\u202e\u2066-\u2069]+", re.IGNORECASE)
"""What a link may look like: nothing that could be taken for more than a link."""


def citations(argument_map: ArgumentMap, cited: Iterable[Citation]) -> list[Plain]:
    """Return citations as they are read, `post P15`, with the source's link."""
    sources = {source.id: source for source in argument_map.sources}
    return [
        {
            "text": f"{one.source} {one.locator}" if one.locator else one.source,
            "url": safe_link(sources[one.source].url) if one.source in sources else None,
        }
        for one in cited
    ]


# --- numbers -----------------------------------------------------------------------------------------


def _judgements(
    argument_map: ArgumentMap,
    layers: Mapping[str, Layers],
    older: Mapping[tuple[str, str], StaleJudgement],
) -> Plain:
    words = {
        a: w for entry in argument_map.entry.values() for a, w in number_words(argument_map, entry).items()
    }
    return {
        address: {
            "words": words[address],
            "map": notation_of(judgement.value),
            "is_default": judgement.is_default,
            **({} if judgement.elicited else {"elicited": False}),
            "source": citations(argument_map, judgement.citations),
            "note": judgement.note,
            "by": {
                name: given | _stale(older.get((name, address)))
                for name, laid in layers.items()
                if (given := _given_by(argument_map, name, laid, address)) is not None
            },
        }
        for address, judgement in argument_map.judgements.items()
    }


def _stale(older: StaleJudgement | None) -> Plain:
    return {} if older is None else {"stale": changes_text(older)}


def _given_by(argument_map: ArgumentMap, name: str, laid: Layers, address: str) -> Plain | None:
    """Return what a worldview itself puts in a place, `None` where it inherits what is there."""
    if laid.rejected.get(address) == name != MAP_WORLDVIEW:
        return {"text": "rejected", "source": [], "note": "", "fitted": None}
    place = laid.places[address]
    if not isinstance(place, Layer) or place.origin != name:
        return None
    return {
        "text": notation_of(place.value),
        "source": citations(argument_map, place.citations),
        "note": place.note,
        "fitted": place.why_fitted or None,
    }


def _worldview(argument_map: ArgumentMap, name: str) -> Plain:
    worldview = argument_map.worldview.get(name)
    return {
        "text": "" if worldview is None else worldview.about.text,
        "voice": None if worldview is None else worldview.voice,
        "extends": None if worldview is None else worldview.extends,
        "estimate": None,
        "quantiles": None,
        "said": [] if worldview is None else [_said(argument_map, s) for s in worldview.stated],
        "read_as": [] if worldview is None else [_said(argument_map, s) for s in worldview.read_as],
    }


def _estimated(found: Findings, name: str) -> Plain:
    estimate = found.estimate
    one = estimate.map if name == MAP_WORLDVIEW else estimate.worldviews[name]
    return {"estimate": one.to_json(), "quantiles": [_brief(p) for p in one.percentiles()]}


def _said(argument_map: ArgumentMap, stated: Stated) -> Plain:
    return {
        "of": condition_text(stated.of),
        "words": in_words(argument_map, stated.of),
        "credence": notation_of(stated.credence),
        "assuming": list(map(condition_text, stated.assuming)),
        "given": [in_words(argument_map, one) for one in stated.assuming],
        "source": citations(argument_map, stated.citations),
        "note": stated.note,
    }


def _sobol(found: Findings, name: str) -> Plain:
    """Return the Sobol shares of a worldview: by entry, and by number, rounded, where they are not zero."""
    table = found.cruxes.worldviews[name]
    by_number = {
        row.address: [_share(row.sobol_first), _share(row.sobol_total)] for row in table.judgements
    }
    return {
        "sample": table.sobol_sample,
        "groups": [
            [group.id, group.sobol_first, group.sobol_total, group.error] for group in table.groups
        ],
        "judgements": {address: shares for address, shares in by_number.items() if shares != [0, 0]},
    }


def _share(share: float | None) -> float | None:
    """Return the share of a number with the decimals that its error leaves it."""
    return None if share is None else round(share, 4) or 0


def probabilities(known: Mapping[str, Marginals], argument_map: ArgumentMap) -> Plain:
    """Return, by worldview, the central probabilities of entries, states and phases, by their addresses."""
    return {name: _flat(states, argument_map) for name, states in known.items()}


def _flat(known: Marginals, argument_map: ArgumentMap) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, states in known.items():
        entry = argument_map.entry[name]
        match entry:
            case Question():
                found |= {f"{name}.{state}": p for state, p in states.items()}
            case Event():
                found[name] = math.fsum(p for step, p in states.items() if step != "never")
                for phase in argument_map.timeline[entry.timeline].phases:
                    steps = argument_map.timeline[entry.timeline].steps_of(phase.id)
                    found[f"{name}.{phase.id}"] = math.fsum(states[str(step)] for step in steps)
            case _:
                found[name] = states["true"]
    return {name: _brief(p) for name, p in found.items()}


def _brief(probability: float) -> float:
    """Return a probability with the digits that a drawing needs."""
    return float(f"{probability:.6g}")

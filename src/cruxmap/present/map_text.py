"""A map written back in its own language, in one stable form.

Reading the text gives the same map again (its worldviews and the locators of its sources are files of
their own, and what worldviews bring follows in comments). Entries are first turned into plain data, which is
set in YAML's block style.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, assert_never

import yaml

from cruxmap.language.argument_map import (
    About,
    Argument,
    ArgumentMap,
    Citation,
    Claim,
    Combination,
    Condition,
    Credence,
    Definition,
    Emergence,
    Entry,
    Event,
    Gap,
    Judgement,
    PhaseChance,
    Question,
    Rest,
    Route,
    Routes,
    Row,
    Rule,
    ShareRow,
    ShareTable,
    Source,
    Table,
    Timeline,
    Worldview,
    condition_text,
    target_text,
)
from cruxmap.language.context import OTHERWISE
from cruxmap.language.judgement import notation_of

FOLD_AT, LONG = 90, 72
"""Characters after which a line ends at the next space, and beyond which a text is folded."""


class _Flow(str):
    """Text that is YAML already."""

    __slots__ = ()


def map_text(argument_map: ArgumentMap) -> str:
    """Write a whole map as one file, and below what its worldviews bring, in comments."""
    sections: dict[str, Any] = {
        "language": "1",
        "map": _given({"title": argument_map.title, "text": argument_map.text}),
        "sources": {source.id: _source_data(source) for source in argument_map.sources},
        "voices": {voice.about.id: _about_data(voice.about) for voice in argument_map.voices},
        "lexicon": {phrase: notation_of(value) for phrase, value in argument_map.lexicon},
        "timelines": {timeline.about.id: _timeline_data(timeline) for timeline in argument_map.timelines},
        **_entries_by(argument_map, None),
    }
    brought = [_brought_text(argument_map, worldview) for worldview in argument_map.worldviews]
    return "\n".join((_yaml(_given(sections)), *filter(None, brought)))


def _entries_by(argument_map: ArgumentMap, bringer: str | None) -> dict[str, Any]:
    """Return the entries that a worldview brings, or those of the map itself, by sections."""
    sections: dict[str, Iterable[Entry]] = {
        "claims": map(_without_brought, argument_map.claims),
        "questions": argument_map.questions,
        "events": argument_map.events,
        "arguments": argument_map.arguments,
    }
    return {
        section: {one.about.id: _entry_data(one) for one in entries if one.about.brought_by == bringer}
        for section, entries in sections.items()
    }


def _without_brought(claim: Claim) -> Claim:
    if not isinstance(claim.basis, Routes):
        return claim
    own = tuple(route for route in claim.basis.routes if route.brought_by is None)
    return replace(claim, basis=replace(claim.basis, routes=own))


def _brought_text(argument_map: ArgumentMap, worldview: Worldview) -> str:
    """Write what a worldview brings as a comment; nothing if that is nothing."""
    name = worldview.about.id
    routes = {
        claim.about.id: [_route_data(r) for r in claim.basis.routes if r.brought_by == name]
        for claim in argument_map.claims
        if isinstance(claim.basis, Routes)
    }
    sections = {**_entries_by(argument_map, name), "routes": _given(routes)}
    for argument in sections["arguments"].values():
        if argument.get("by") == worldview.voice:
            argument.pop("by", None)
    if not (brought := _given(sections)):
        return ""
    lines = (f"brought by {name}:", "", *_yaml(brought).splitlines())
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def entry_text(entry: Entry) -> str:
    """Write one entry."""
    return _yaml({entry.about.id: _entry_data(entry)})


# --- entries as data -----------------------------------------------------------------------------


def _given(data: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is empty."""
    return {key: value for key, value in data.items() if value not in (None, "", (), [], {})}


def _about_data(about: About) -> dict[str, Any]:
    return _given(
        {
            "text": about.text,
            "source": _citations_data(about.citations),
            "note": about.note,
            "tags": list(about.tags),
        }
    )


def _citations_data(citations: Iterable[Citation]) -> Any:
    texts = [str(citation) for citation in citations]
    return texts[0] if len(texts) == 1 else texts


def _source_data(source: Source) -> dict[str, Any]:
    return _given({key: getattr(source, key) for key in ("title", "author", "url", "date", "note")})


def _timeline_data(timeline: Timeline) -> dict[str, Any]:
    return {
        **_about_data(timeline.about),
        "phases": {one.id: str(one.steps) for one in timeline.phases},
    }


def _entry_data(entry: Entry) -> dict[str, Any]:
    match entry:
        case Claim(about=about, basis=basis):
            return {**_about_data(about), **_basis_data(basis)}
        case Question(about=about, states=states):
            texts = {"state_texts": {**entry.text_of}} if entry.text_of else {}
            return {**_about_data(about), "states": list(states), **texts, **_outcomes_data(entry)}
        case Event(about=about, timeline=timeline):
            return {**_about_data(about), "timeline": timeline, **_times_data(entry)}
        case Argument():
            return _argument_data(entry)
        case _:
            assert_never(entry)


def _outcomes_data(question: Question) -> dict[str, Any]:
    match question.basis:
        case ShareTable(rows=rows):
            return _shares_data(question.states, rows)
        case Gap(start=start, end=end, thresholds=thresholds):
            steps = {s: str(n) for s, n in zip(question.states[1:], thresholds, strict=True)}
            return {"gap": {"from": start, "to": end, "at_least": steps}}
        case _:
            assert_never(question.basis)


def _times_data(event: Event) -> dict[str, Any]:
    match event.basis:
        case Emergence(phases=phases, requires=requires):
            emerges = {phase.phase: _phase_data(phase) for phase in phases}
            return {**_given({"requires": list(requires)}), "emerges": emerges}
        case Combination(latest=latest, parts=parts):
            return {"later_of" if latest else "earlier_of": list(parts)}
        case _:
            assert_never(event.basis)


def _basis_data(basis: Credence | Definition | Routes | Table) -> dict[str, Any]:
    match basis:
        case Credence(judgement=judgement):
            return {"credence": _judgement_data(judgement)}
        case Definition(rule=rule, count=count, parts=parts):
            conditions = [_condition_flow(part) for part in parts]
            whole = {"count": str(count), "of": conditions} if rule is Rule.AT_LEAST else conditions
            return {
                str(rule): whole,
                **_unless_default("if_met", basis.if_met),
                **_unless_default("otherwise", basis.otherwise),
            }
        case Routes(routes=routes, leak=leak, when=when):
            return {
                "routes": [_route_data(route) for route in routes],
                **_unless_default("leak", leak),
                **_given({"when": _condition_flow(when)}),
            }
        case Table(rows=rows):
            return {"given": [_row_data(row) for row in rows]}
        case _:
            assert_never(basis)


def _route_data(route: Route) -> dict[str, Any]:
    return {
        **_given({"id": route.id, "when": _condition_flow(route.when)}),
        "chance": _judgement_data(route.chance),
    }


def _row_data(row: Row) -> dict[str, Any]:
    return _case_data(row, _judgement_data(row.credence))


def _case_data(row: Row | ShareRow, credence: Any) -> dict[str, Any]:
    if row.when is not None:
        return {**_given({"id": row.id}), "when": _condition_flow(row.when), "credence": credence}
    return {**_given({"id": None if row.id == OTHERWISE else row.id}), "otherwise": credence}


def _shares_data(states: tuple[str, ...], rows: tuple[ShareRow, ...]) -> dict[str, Any]:
    if _is_plain(rows):
        return {"credence": _shares_by_state(states, rows[0])}
    return {"given": [_case_data(row, _shares_by_state(states, row)) for row in rows]}


def _shares_by_state(states: tuple[str, ...], row: ShareRow) -> dict[str, Any]:
    return {state: _judgement_data(share) for state, share in zip(states, row.shares, strict=True)}


def _phase_data(phase: PhaseChance) -> Any:
    chance = {"given": [_row_data(row) for row in phase.rows]}
    if _is_plain(phase.rows):
        chance = {"credence": _judgement_data(phase.rows[0].credence)}
        if phase.when is None and phase.pace.is_default:
            return chance["credence"]
    return {
        **_given({"when": _condition_flow(phase.when)}),
        **chance,
        **_unless_default("pace", phase.pace),
    }


def _is_plain(rows: tuple[Row, ...] | tuple[ShareRow, ...]) -> bool:
    return len(rows) == 1 and rows[0].when is None and rows[0].id is None


def _argument_data(argument: Argument) -> dict[str, Any]:
    targets = [_Flow(target_text(target)) for target in argument.targets]
    return {
        **_about_data(argument.about),
        **_given({"by": argument.by, "premises": list(map(_condition_flow, argument.premises))}),
        **_unless_default("credence", argument.credence),
        str(argument.direction): targets[0] if len(targets) == 1 else targets,
        **_unless_default(str(argument.weight.role), argument.weight),
    }


def _unless_default(key: str, judgement: Judgement) -> dict[str, Any]:
    return {} if judgement.is_default else {key: _judgement_data(judgement)}


def _judgement_data(judgement: Judgement) -> Any:
    number = notation_of(judgement.value)
    beside = {
        "elicited": "" if judgement.elicited or isinstance(judgement.value, Rest) else "false",
        "source": _citations_data(judgement.citations),
        "note": judgement.note,
    }
    return _given({"value": number, **beside}) if any(beside.values()) else number


def _condition_flow(condition: Condition | None) -> _Flow | None:
    return None if condition is None else _Flow(condition_text(condition))


# --- data as YAML ----------------------------------------------------------------------------------


class _Dumper(yaml.SafeDumper):
    """Sets mappings in block style and lists of texts on one line, and leaves every scalar a text."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - as PyYAML has it

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Set lists deeper than their keys."""
        super().increase_indent(flow, indentless=False)

    def represent_text(self, text: str) -> yaml.ScalarNode:
        """Fold a text that is long, and comes back the same from YAML's folded style."""
        folds = len(text) > LONG and text == " ".join(text.split()) and text.isprintable()
        return self.represent_scalar("tag:yaml.org,2002:str", text, ">" if folds else None)

    def represent_flow(self, text: _Flow) -> yaml.Node:
        """Take what is YAML already as it is."""
        node = yaml.compose(text, Loader=yaml.BaseLoader)
        assert node is not None
        return node

    def represent_items(self, items: list[Any]) -> yaml.SequenceNode:
        """Write texts on one line, and mappings below each other."""
        flow = all(isinstance(item, str) for item in items)
        return self.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=flow)


_Dumper.add_representer(str, _Dumper.represent_text)
_Dumper.add_multi_representer(str, _Dumper.represent_text)
_Dumper.add_representer(_Flow, _Dumper.represent_flow)
_Dumper.add_representer(list, _Dumper.represent_items)


def _yaml(data: dict[str, Any]) -> str:
    text: str = yaml.dump(
        data, Dumper=_Dumper, width=FOLD_AT, sort_keys=False, allow_unicode=True, default_flow_style=False
    )
    return text

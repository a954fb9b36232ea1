"""A map written back in its own language, in one stable form.

Reading the text gives the same map again (its worldviews and the locators of its sources are files of
their own). Entries are first turned into plain data, which is set in YAML's block style.
"""

from collections.abc import Iterable
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
    Elicited,
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
    SameAs,
    ShareRow,
    ShareTable,
    Source,
    Table,
    Timeline,
    condition_text,
    target_text,
)
from cruxmap.language.desk import OTHERWISE
from cruxmap.language.judgement import format_value

LINE_LENGTH, FOLDED = 90, 72
"""Characters after which a line ends at the next space, and beyond which a text is folded."""


class _Flow(str):
    """Text that is YAML already."""

    __slots__ = ()


def map_text(argument_map: ArgumentMap) -> str:
    """Write a whole map as one file."""
    sections: dict[str, Any] = {
        "language": "1",
        "map": _given({"title": argument_map.title, "text": argument_map.text}),
        "sources": {source.id: _source(source) for source in argument_map.sources},
        "voices": {voice.about.id: _about(voice.about) for voice in argument_map.voices},
        "lexicon": {phrase: _number(value) for phrase, value in argument_map.lexicon},
        "timelines": {timeline.about.id: _timeline(timeline) for timeline in argument_map.timelines},
        "claims": {claim.about.id: _entry(claim) for claim in argument_map.claims},
        "questions": {question.about.id: _entry(question) for question in argument_map.questions},
        "events": {event.about.id: _entry(event) for event in argument_map.events},
        "arguments": {argument.about.id: _entry(argument) for argument in argument_map.arguments},
    }
    return _written(_given(sections))


def entry_text(entry: Entry) -> str:
    """Write one entry."""
    return _written({entry.about.id: _entry(entry)})


# --- entries as data -----------------------------------------------------------------------------


def _given(data: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is empty."""
    return {key: value for key, value in data.items() if value not in (None, "", (), [], {})}


def _about(about: About) -> dict[str, Any]:
    return _given(
        {
            "text": about.text,
            "source": _citations(about.citations),
            "note": about.note,
            "tags": list(about.tags),
        }
    )


def _citations(citations: Iterable[Citation]) -> Any:
    texts = [str(citation) for citation in citations]
    return texts[0] if len(texts) == 1 else texts


def _source(source: Source) -> dict[str, Any]:
    return _given(
        {
            "title": source.title,
            "author": source.author,
            "url": source.url,
            "date": source.date,
            "note": source.note,
        }
    )


def _timeline(timeline: Timeline) -> dict[str, Any]:
    return {**_about(timeline.about), "phases": {phase.id: str(phase.steps) for phase in timeline.phases}}


def _entry(entry: Entry) -> dict[str, Any]:
    match entry:
        case Claim(about=about, basis=basis):
            return {**_about(about), **_basis(basis)}
        case Question(about=about, states=states):
            return {**_about(about), "states": list(states), **_outcomes(entry)}
        case Event(about=about, timeline=timeline):
            return {**_about(about), "timeline": timeline, **_times(entry)}
        case Argument():
            return _argument(entry)
        case _:
            assert_never(entry)


def _outcomes(question: Question) -> dict[str, Any]:
    match question.basis:
        case ShareTable(rows=rows):
            return _shares(question.states, rows)
        case Gap(start=start, end=end, thresholds=thresholds):
            steps = {s: str(n) for s, n in zip(question.states[1:], thresholds, strict=True)}
            return {"gap": {"from": start, "to": end, "at_least": steps}}
        case _:
            assert_never(question.basis)


def _times(event: Event) -> dict[str, Any]:
    match event.basis:
        case Emergence(phases=phases, requires=requires):
            emerges = {phase.phase: _phase(phase) for phase in phases}
            return {**_given({"requires": list(requires)}), "emerges": emerges}
        case Combination(latest=latest, parts=parts):
            return {"later_of" if latest else "earlier_of": list(parts)}
        case _:
            assert_never(event.basis)


def _basis(basis: Credence | Definition | Routes | Table) -> dict[str, Any]:
    match basis:
        case Credence(judgement=judgement):
            return {"credence": _judgement(judgement)}
        case Definition(rule=rule, count=count, parts=parts):
            conditions = [_condition(part) for part in parts]
            whole = {"count": str(count), "of": conditions} if rule is Rule.AT_LEAST else conditions
            return {
                str(rule): whole,
                **_unless_default("if_met", basis.if_met),
                **_unless_default("otherwise", basis.otherwise),
            }
        case Routes(routes=routes, leak=leak, when=when):
            return {
                "routes": [_route(route) for route in routes],
                **_unless_default("leak", leak),
                **_given({"when": _condition(when)}),
            }
        case Table(rows=rows):
            return {"given": [_row(row) for row in rows]}
        case _:
            assert_never(basis)


def _route(route: Route) -> dict[str, Any]:
    return {
        **_given({"id": route.id, "when": _condition(route.when)}),
        "chance": _judgement(route.chance),
    }


def _row(row: Row) -> dict[str, Any]:
    if row.when is None:
        return {**_otherwise_id(row), "otherwise": _judgement(row.credence)}
    return {**_given({"id": row.id}), "when": _condition(row.when), "credence": _judgement(row.credence)}


def _shares(states: tuple[str, ...], rows: tuple[ShareRow, ...]) -> dict[str, Any]:
    if _is_plain(rows):
        return {"credence": _share_mapping(states, rows[0])}
    return {"given": [_share_row(states, row) for row in rows]}


def _share_row(states: tuple[str, ...], row: ShareRow) -> dict[str, Any]:
    shares = _share_mapping(states, row)
    if row.when is None:
        return {**_otherwise_id(row), "otherwise": shares}
    return {**_given({"id": row.id}), "when": _condition(row.when), "credence": shares}


def _otherwise_id(row: Row | ShareRow) -> dict[str, Any]:
    return {} if row.id == OTHERWISE else _given({"id": row.id})


def _share_mapping(states: tuple[str, ...], row: ShareRow) -> dict[str, Any]:
    return {state: _judgement(share) for state, share in zip(states, row.shares, strict=True)}


def _phase(phase: PhaseChance) -> Any:
    if phase.when is None and phase.pace.is_default and _is_plain(phase.rows):
        return _judgement(phase.rows[0].credence)
    plain = _is_plain(phase.rows)
    return {
        **_given({"when": _condition(phase.when)}),
        **(
            {"credence": _judgement(phase.rows[0].credence)}
            if plain
            else {"given": [_row(row) for row in phase.rows]}
        ),
        **_unless_default("pace", phase.pace),
    }


def _is_plain(rows: tuple[Row, ...] | tuple[ShareRow, ...]) -> bool:
    return len(rows) == 1 and rows[0].when is None and rows[0].id is None


def _argument(argument: Argument) -> dict[str, Any]:
    targets = [_Flow(target_text(target)) for target in argument.targets]
    return {
        **_about(argument.about),
        **_given({"by": argument.by, "premises": [_condition(premise) for premise in argument.premises]}),
        **_unless_default("credence", argument.credence),
        str(argument.direction): targets[0] if len(targets) == 1 else targets,
        **_unless_default(str(argument.weight.role), argument.weight),
    }


def _unless_default(key: str, judgement: Judgement) -> dict[str, Any]:
    return {} if judgement.is_default else {key: _judgement(judgement)}


def _judgement(judgement: Judgement) -> Any:
    number = _number(judgement.value)
    if not judgement.citations and not judgement.note:
        return number
    return _given({"value": number, "source": _citations(judgement.citations), "note": judgement.note})


def _number(value: Elicited | SameAs | Rest) -> str:
    match value:
        case Elicited(text=text):
            return text or format_value(value)
        case SameAs(address=address):
            return f"same as {address}"
        case Rest():
            return "rest"
        case _:
            assert_never(value)


def _condition(condition: Condition | None) -> _Flow | None:
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
        folds = len(text) > FOLDED and text == " ".join(text.split()) and text.isprintable()
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


def _written(data: dict[str, Any]) -> str:
    text: str = yaml.dump(
        data, Dumper=_Dumper, width=LINE_LENGTH, sort_keys=False, allow_unicode=True, default_flow_style=False
    )
    return text

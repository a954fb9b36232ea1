"""Conditions and the targets of arguments: shapes whose ids are looked up.

In: a shape and the `Names` of a map. Out: a value of `argument_map`. Where something is wrong a
problem is added and `NOTHING`, a condition that mentions nothing, stands in: a map with problems is
never handed on, and a stand-in causes no further ones.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import assert_never

from cruxmap.errors import Code, Hint, Span
from cruxmap.language.argument_map import (
    AllOf,
    AnyOf,
    Before,
    ByEndOf,
    ClaimIs,
    Condition,
    During,
    Ever,
    Not,
    StateIn,
    Within,
)
from cruxmap.language.findings import Findings, Place
from cruxmap.language.names import Kind, Names
from cruxmap.language.schema import (
    AllOfShape,
    AnyOfShape,
    BeforeShape,
    ByEndOfShape,
    ConditionShape,
    DuringShape,
    EventAloneShape,
    EverShape,
    NotShape,
    WithinShape,
)
from cruxmap.language.yaml_text import Text, joined
from cruxmap.language.yaml_writing import Plain

NOTHING: Condition = AllOf(())

_A = {kind: f"{'an' if kind[0] in 'ae' else 'a'} {kind}" for kind in Kind}


@dataclass(frozen=True, slots=True)
class Resolver:
    """Looks up ids and says what is wrong with them."""

    names: Names
    findings: Findings

    def add(self, code: Code, message: str, place: Place, hint: str = "") -> None:
        """Add a problem."""
        self.findings.add(code, message, place, hint)

    def is_a(self, kind: Kind, id_: Text, of_claim: str = "") -> bool:
        """Whether the id is of that kind; a problem if it is of another, or of none.

        `of_claim` is the hint where it is a claim and should not be.
        """
        found = self.names.kinds.get(id_)
        if found is None:
            self.unknown(id_, kind, (name for name, its in self.names.kinds.items() if its is kind))
        elif found is not kind:
            state = next(iter(self.names.states.get(id_, ())), "STATE")
            hint = _INSTEAD.get(found, "").format(id_, state) if kind is Kind.CLAIM else ""
            hint = of_claim if found is Kind.CLAIM else hint
            self.add(
                Code.WRONG_REFERENCE, f"`{id_}` is {_A[found]}, and {_A[kind]} belongs here", id_, hint
            )
        return found is kind

    def unknown(self, id_: Text, what: str, known: Iterable[str]) -> None:
        """Say that an id stands for nothing, unless what could not be read may hold it."""
        if self.names.complete and id_ not in self.names.broken:
            hint = self.names.suggestion(id_, known)
            if id_ == "otherwise":
                hint = "the last row of a table is `{otherwise: ...}`, without a `when`"
            self.add(Code.UNKNOWN_ID, f"there is no {what} `{id_}`", id_, hint)

    def declared(self, code: Code, place: Text, name: str, known: Collection[str]) -> None:
        """Say that no source, voice or timeline has a name, unless what could not be read may hold it."""
        if name not in known and name not in self.names.broken and self.names.complete:
            what = code.removeprefix("unknown-")
            hint = self.names.nearest(name, known) or f"name it under `{what}s`"
            first = re.match(r"[a-z0-9]+(?:-[a-z0-9]+)*(?=[^a-z0-9-])", name)
            if code is Code.UNKNOWN_SOURCE and first is not None and first[0] in known:
                hint = f"a place in a source comes after a `#`, as in `{first[0]}#PLACE`"
            self.add(code, f"there is no {what} `{name}`", place, hint)

    def condition(self, shape: ConditionShape) -> Condition:
        """Return the condition that a shape writes."""
        match shape:
            case Text():
                return self._claim(shape)
            case list():
                return self._together(shape)
            case dict():
                parts = [self._value(id_, value) for id_, value in shape.items()]
                return parts[0] if len(parts) == 1 else AllOf(tuple(parts))
            case NotShape(not_=part):
                return Not(self.condition(part))
            case AllOfShape(all_of=parts):
                return AllOf(self.conditions(parts))
            case AnyOfShape(any_of=parts):
                return AnyOf(self.conditions(parts))
            case BeforeShape(event=a, before=b, by=by):
                steps = self.whole(by, 1) if by is not None else 1
                return Before(str(a), str(b), steps) if self._comparable(a, b) else NOTHING
            case WithinShape(event=a, within=within, of=b):
                steps = self.whole(within, 0)
                return Within(str(a), str(b), steps) if self._comparable(a, b) else NOTHING
            case DuringShape(event=event, during=phase):
                return During(str(event), str(phase)) if self._in_phase(event, phase) else NOTHING
            case ByEndOfShape(event=event, by_end_of=phase):
                return ByEndOf(str(event), str(phase)) if self._in_phase(event, phase) else NOTHING
            case EverShape(event=event, ever=ever):
                value = self.truth(ever)
                return Ever(str(event), value) if self.is_a(Kind.EVENT, event) else NOTHING
            case EventAloneShape():
                return NOTHING
            case _:
                assert_never(shape)

    def conditions(self, shapes: list[ConditionShape]) -> tuple[Condition, ...]:
        """Return a list of conditions."""
        return tuple(self.condition(shape) for shape in shapes)

    def separate(self, shape: ConditionShape | None) -> tuple[Condition, ...]:
        """Return the conditions of a list that may be empty, or one condition by itself."""
        if shape is None:
            return ()
        return tuple(self.condition(part) for part in (shape if isinstance(shape, list) else [shape]))

    def state(self, question: str, state: Text) -> str:
        """Return a state of a question, which is known to be one."""
        states = self.names.states.get(question)
        if states is not None and state not in states:
            hint = self.names.nearest(state, states) or f"its states are {joined(states)}"
            self.add(Code.UNKNOWN_STATE, f"`{question}` has no state `{state}`", state, hint)
        return str(state)

    def phase(self, event: Text, phase: Text) -> bool:
        """Whether the phase is one of the event's timeline; a problem if not."""
        phases = self.names.phases.get(self.names.timeline_of.get(event, ""))
        if phases is None or phase in phases:
            return phases is not None
        hint = self.names.nearest(phase, phases) or f"its phases are {joined(phases)}"
        self.add(Code.UNKNOWN_PHASE, f"the timeline of `{event}` has no phase `{phase}`", phase, hint)
        return False

    def one_timeline(self, first: Text, second: Text) -> bool:
        """Whether two events are on one timeline; a problem if not."""
        timelines = [self.names.timeline_of.get(event) for event in (first, second)]
        if None in timelines or timelines[0] == timelines[1]:
            return True
        message = f"`{first}` is on the timeline `{timelines[0]}`, `{second}` on `{timelines[1]}`"
        self.add(Code.DIFFERENT_TIMELINES, message, second, "only events on one timeline can be compared")
        return False

    def whole(self, text: Text, least: int, most: int | None = None) -> int:
        """Return a whole number from `least` to `most`; a problem and `least` where it is none."""
        if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS:
            number = int(text)
            if least <= number and (most is None or number <= most):
                return number
        end = "up" if most is None else f"to {most:,}"
        message = f"`{text}` is not a whole number from {least} {end}"
        self.add(Code.NOT_WHOLE_NUMBER, message, text, "write it in digits")
        return least

    def truth(self, text: Text) -> bool:
        """Return a truth value; a problem and `True` where it is none."""
        if text not in ("true", "false"):
            message = f"`{text}` is not a truth value"
            self.add(Code.NOT_TRUE_OR_FALSE, message, text, "write `true` or `false`")
        return text != "false"

    def no_repeats(self, items: Iterable[Text]) -> None:
        """Add a problem for each text that a list holds a second time."""
        seen: set[str] = set()
        for item in items:
            if item in seen:
                self.add(Code.REPEATED, f"`{item}` is there twice", item, ONCE)
            seen.add(item)

    def _claim(self, id_: Text) -> Condition:
        owner, dot, part = id_.partition(".")
        if id_ not in self.names.kinds and (instead := self._instead(id_, owner, part)):
            hint = Hint(f"write `{instead}`", id_, instead)
            what = "a phase's chance, not a condition" if "during" in instead else "not a condition"
            self.add(Code.WRONG_REFERENCE, f"`{id_}` is {what}", id_, hint)
            return NOTHING
        if dot and self.names.kinds.get(owner) is Kind.QUESTION:
            self.state(owner, Text.at(part, id_))
            return NOTHING
        return ClaimIs(str(id_)) if self.is_a(Kind.CLAIM, id_) else NOTHING

    def _instead(self, written: Text, owner: str, part: str) -> str:
        """Return the condition that is meant by text which is no id; nothing if there is none."""
        if part and self.names.kinds.get(owner) is Kind.EVENT:
            return f"{{event: {owner}, during: {part}}}"
        if part and part in self.names.states.get(owner, ()):
            return f"{{{owner}: {part}}}"
        for word, key in ((" and ", "all_of"), (" or ", "any_of")):
            parts = written.split(word)
            if len(parts) > 1 and all(name in self.names.kinds for name in parts):
                return f"[{', '.join(parts)}]" if key == "all_of" else f"{{any_of: [{', '.join(parts)}]}}"
        name = written.removeprefix("not ").removeprefix("!")
        if name != written and name in self.names.kinds:
            return f"{{{name}: false}}"
        return ""

    def _together(self, shapes: list[ConditionShape]) -> Condition:
        parts = self.conditions(shapes)
        return parts[0] if len(parts) == 1 else AllOf(parts)

    def _value(self, id_: Text, value: Text | list[Text]) -> Condition:
        kind = self.names.kinds.get(id_)
        if kind is Kind.QUESTION:
            states = [value] if isinstance(value, Text) else value
            self.no_repeats(states)
            return StateIn(str(id_), tuple(self.state(id_, state) for state in states))
        if kind is None:
            known = (name for name, its in self.names.kinds.items() if its in (Kind.CLAIM, Kind.QUESTION))
            self.unknown(id_, "claim or question", known)
            return NOTHING
        if not self.is_a(Kind.CLAIM, id_):
            return NOTHING
        if isinstance(value, Text):
            return ClaimIs(str(id_), self.truth(value))
        self.add(Code.NOT_TRUE_OR_FALSE, f"`{id_}` is a claim: true or false", id_)
        return NOTHING

    def _comparable(self, a: Text, b: Text) -> bool:
        both = [self.is_a(Kind.EVENT, event) for event in (a, b)]
        return all(both) and self.one_timeline(a, b)

    def _in_phase(self, event: Text, phase: Text) -> bool:
        return self.is_a(Kind.EVENT, event) and self.phase(event, phase)


MAX_DIGITS = 15
ONCE = "delete one of the two"
"""What to do about what a list holds twice."""
_INSTEAD = {
    Kind.QUESTION: "name one of its states, as in `{{{0}: {1}}}`",
    Kind.EVENT: "write `{{event: {0}, ever: true}}`, or `before`, `during` and so on",
    Kind.ARGUMENT: "arguments are not conditions: give what it rests on a claim of its own",
}


def spans_of(shape: ConditionShape | None) -> tuple[Span, ...]:
    """Return where the conditions stand that `Resolver.separate` returns: the first name in each."""
    if shape is None:
        return ()
    return tuple(map(_span_of, shape if isinstance(shape, list) else [shape]))


def _span_of(shape: ConditionShape) -> Span:
    match shape:
        case Text():
            return shape.span
        case list():
            return _span_of(shape[0])
        case dict():
            return next(iter(shape)).span
        case NotShape(not_=part):
            return _span_of(part)
        case AllOfShape(all_of=parts) | AnyOfShape(any_of=parts):
            return _span_of(parts[0])
        case _:
            return shape.event.span


def condition_form(condition: Condition) -> Plain:
    """Return a condition as the values that stand for it in a file: texts, lists and mappings.

    >>> condition_form(AllOf((ClaimIs("a"), StateIn("q", ("x", "y")))))
    {'all_of': ['a', {'q': ['x', 'y']}]}
    """
    match condition:
        case ClaimIs(claim=claim, value=True):
            return claim
        case ClaimIs(claim=claim):
            return {claim: "false"}
        case StateIn(question=question, states=(state,)):
            return {question: state}
        case StateIn(question=question, states=states):
            return {question: [*states]}
        case Before(event=a, other=b, by=by):
            return {"event": a, "before": b, **({} if by == 1 else {"by": str(by)})}
        case Within(event=a, other=b, steps=steps):
            return {"event": a, "within": str(steps), "of": b}
        case During(event=event, phase=phase):
            return {"event": event, "during": phase}
        case ByEndOf(event=event, phase=phase):
            return {"event": event, "by_end_of": phase}
        case Ever(event=event, value=value):
            return {"event": event, "ever": "true" if value else "false"}
        case Not(part=part):
            return {"not": condition_form(part)}
        case AllOf(parts=parts):
            return {"all_of": [*map(condition_form, parts)]}
        case AnyOf(parts=parts):
            return {"any_of": [*map(condition_form, parts)]}
        case _:
            assert_never(condition)

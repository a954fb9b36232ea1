"""Conditions, and what entries say, in words that can stand within a sentence.

Whatever an entry says is quoted as it stands, so that no sentence has to be bent to fit into another.
"""

from collections.abc import Iterable
from functools import partial
from typing import assert_never

from cruxmap.insight.sentences import listed, quotation, texts_of
from cruxmap.language.argument_map import (
    AllOf,
    AnyOf,
    ArgumentMap,
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
from cruxmap.language.model_spec import ModelSpec


def text_of(argument_map: ArgumentMap, name: str) -> str:
    """Return what an entry says, on one line; its id where it says nothing."""
    return " ".join(argument_map.entry[name].about.text.split()) or name


def quoted_text(argument_map: ArgumentMap, name: str) -> str:
    """Quote what an entry says within a sentence."""
    return quotation(text_of(argument_map, name))


def clauses_of(model: ModelSpec) -> tuple[str, ...]:
    """Return what a model assumes, as clauses that can stand after "that"."""
    return tuple(clause_of(model.map, condition) for condition in model.assuming)


def clause_of(argument_map: ArgumentMap, condition: Condition) -> str:
    """Say a condition so that it can stand after "that", "if" and "whether"."""
    quoted, clause = (partial(say, argument_map) for say in (quoted_text, clause_of))
    match condition:
        case ClaimIs(claim=claim, value=value):
            return f"it is {'' if value else 'not '}true that {quoted(claim)}"
        case StateIn(question=question, states=states):
            return f"the answer to {quoted(question)} is {either(argument_map, question, states)}"
        case Before(event=first, other=second, by=by):
            steps = "" if by == 1 else f" at least {by} steps"
            return f"{quoted(first)} comes about{steps} before {quoted(second)}"
        case Within(event=first, other=second, steps=steps):
            both = f"{quoted(first)} and {quoted(second)} come about"
            return f"{both} in the same step" if steps == 0 else f"{both} within {_steps_apart(steps)}"
        case During(event=event, phase=phase):
            return f"{quoted(event)} comes about during {phase}"
        case ByEndOf(event=event, phase=phase):
            return f"{quoted(event)} has come about by the end of {phase}"
        case Ever(event=event, value=value):
            return f"{quoted(event)} {ever(value)}"
        case Not(part=part):
            return _negation(argument_map, part)
        case AllOf(parts=parts):
            return listed(map(clause, parts), "and")
        case AnyOf(parts=(only,)):
            return clause(only)
        case AnyOf(parts=parts):
            return f"at least one of these holds: {'; '.join(map(clause, parts))}"
        case _:
            assert_never(condition)


def _negation(argument_map: ArgumentMap, condition: Condition) -> str:
    quoted, clause = (partial(say, argument_map) for say in (quoted_text, clause_of))
    match condition:
        case ClaimIs(claim=claim, value=value):
            return clause(ClaimIs(claim, not value))
        case StateIn(question=question, states=states):
            return f"the answer to {quoted(question)} is not {either(argument_map, question, states)}"
        case During(event=event, phase=phase):
            return f"{quoted(event)} does not come about during {phase}"
        case ByEndOf(event=event, phase=phase):
            return f"{quoted(event)} has not come about by the end of {phase}"
        case Ever(event=event, value=value):
            return clause(Ever(event, not value))
        case Not(part=part):
            return clause(part)
        case AllOf(parts=(only,)) | AnyOf(parts=(only,)):
            return _negation(argument_map, only)
        case AllOf(parts=parts):
            return f"these do not all hold: {'; '.join(map(clause, parts))}"
        case AnyOf(parts=parts):
            return f"none of these holds: {'; '.join(map(clause, parts))}"
        case _:
            return f"it is not so that {clause(condition)}"


def ever(value: bool) -> str:
    """Say whether an event happens at all."""
    return "comes about sooner or later" if value else "never comes about"


def _steps_apart(number: int) -> str:
    return f"{number} step{'s' * (number != 1)} of each other"


def either(argument_map: ArgumentMap, question: str, states: Iterable[str]) -> str:
    """Name answers to a question within a sentence, of which they would else be words."""
    texts = texts_of(argument_map, question)
    return listed((quotation(texts.get(state, state)) for state in states), "or")

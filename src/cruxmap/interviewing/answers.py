"""What a reviewer types, read: a number, or the shares of a row, in any notation of the language.

What is written otherwise and can mean one thing alone is read as in a questionnaire: `5,5 %`, `Likely`.
"""

import re
from collections.abc import Iterator, Mapping

from cruxmap.errors import NOWHERE, Code, InvalidMap, Problem
from cruxmap.insight.interview import Question
from cruxmap.insight.sentences import texts_of
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    ArgumentMap,
    Elicited,
    Rest,
    Role,
    SameAs,
    Scale,
    Value,
)
from cruxmap.language.inheritance import lay, settled
from cruxmap.language.judgement import (
    Lexicon,
    UnreadableError,
    format_value,
    notation_of,
    with_phrases,
)
from cruxmap.language.loose_notation import parse_loosely
from cruxmap.language.names import did_you_mean
from cruxmap.language.typed import parse_setting

_SEPARATED = re.compile(r"[;\n]|,(?![0-9])|(?<=%),|,(?=[0-9][^,]*,\s)|\band\b")
"""Between two shares: a comma that is no decimal one, a semicolon, a line's end or a word."""

_DECIMAL = re.compile(r"(?<![\d.,/])(\d+),(\d+)(?= ?%)")
"""A percentage with a decimal comma."""


def read_answer(text: str, question: Question, argument_map: ArgumentMap) -> tuple[Elicited, ...]:
    """Read an answer to a question: one number, or one for each address of a row.

    Raises `InvalidMap` with the problem that the language's reader has, and its hint.
    """
    if len(question.addresses) > 1:
        return _shares(text, question, argument_map)
    role = argument_map.judgements[question.addresses[0]].role if question.addresses else Role.CREDENCE
    try:
        found = parse_loosely(text, role, with_phrases(dict(argument_map.lexicon)))
    except UnreadableError as error:
        raise _problem(error.code, error.message, error.hint) from error
    if found.is_certain and question.condition is not None:
        message = f"`{text}` cannot be compared with anything"
        raise _problem(Code.CERTAIN_STATED, message, "as in `over 99%` or `under 1%`")
    return (found,)


def _shares(text: str, question: Question, argument_map: ArgumentMap) -> tuple[Elicited, ...]:
    states = [address.removeprefix(f"{question.id}.") for address in question.addresses]
    written = _by_state(text, states, texts_of(argument_map, question.entry))
    missing = [state for state in states if state not in written]
    if len(missing) == 1 and "rest" not in written.values():
        written[missing[0]] = "rest"
    lexicon = with_phrases(dict(argument_map.lexicon))
    written = {state: _tidy(share, lexicon) for state, share in written.items()}
    try:
        laid = parse_setting(question.id, written, argument_map)
    except InvalidMap as invalid:
        raise InvalidMap(tuple(_unplaced(problem) for problem in invalid.problems)) from invalid
    values = laid[1]
    assert isinstance(values, tuple)
    layers = lay(argument_map, MAP_WORLDVIEW, [laid])
    return tuple(
        _settled(settled(layers, value, address)[1], value)
        for address, value in zip(question.addresses, values, strict=True)
    )


def _tidy(share: str, lexicon: Lexicon) -> str:
    """Return a share in a notation of the language, or as it is where that cannot be."""
    try:
        return notation_of(parse_loosely(share, Role.SHARE, lexicon))
    except UnreadableError:
        return share


def _settled(number: Elicited, value: Value) -> Elicited:
    """Return a share as a number that is written as it was given."""
    if isinstance(value, Rest):
        return Elicited(Scale.PROBABILITY, number.low, number.high, "rest", number.complements)
    if isinstance(value, SameAs):
        return Elicited(Scale.PROBABILITY, number.low, number.high, format_value(number))
    return value


def _by_state(text: str, states: list[str], texts: Mapping[str, str]) -> dict[str, str]:
    """Return the shares by state, as `strong 20%, none: rest`, or all of them in the order of the states.

    A state is named by its id, or by the text that is shown in place of it.
    """
    text = _with_ids(text, texts)
    body = _DECIMAL.sub(r"\1.\2", text.strip().removeprefix("{").removesuffix("}"))
    parts = [part for one in _SEPARATED.split(body) if (part := " ".join(one.split()))]
    named = [_named(part, states) for part in parts]
    if len(parts) == len(states) and not any(state for state, _ in named):
        return dict(zip(states, parts, strict=True))
    found: dict[str, str] = {}
    if named and named[-1] == ("", "rest"):  # of the one that is not named
        named.pop()
        parts.pop()
    for part, (state, share) in zip(parts, named, strict=True):
        if not state:
            raise _no_state(part, states)
        if state in found:
            raise _problem(Code.REPEATED, f"`{state}` is there twice", "give each answer one share")
        found[state] = share
    if not found:
        raise _problem(Code.UNREADABLE_JUDGEMENT, "there are no shares here", "; ".join(_forms(states)))
    return found


def _with_ids(text: str, texts: Mapping[str, str]) -> str:
    """Return what was typed with ids in the place of states' texts, which may hold commas and numbers.

    A text may stand in quotation marks, and its words may be apart by any spaces.
    """
    if not texts:
        return text
    by_text = {" ".join(said.lower().split()): state for state, said in texts.items()}
    longest_first = sorted(by_text, key=len, reverse=True)
    said = "|".join(r"\s+".join(map(re.escape, one.split())) for one in longest_first)
    named = re.compile(rf"(?<![^\s,;{{])[\"']?({said})[\"']?(?=[\s:=,;}}]|$)", re.IGNORECASE)
    return named.sub(lambda found: by_text[" ".join(found[1].lower().split())], text)


def _named(part: str, states: list[str]) -> tuple[str, str]:
    """Return the state that a share is for and the share, in either order; no state where none is named."""
    for state in sorted(states, key=len, reverse=True):
        before = re.fullmatch(
            rf"[\"']?{re.escape(state)}[\"']?(?:\s*[:=]\s*|\s+)(.+)", part, re.IGNORECASE
        )
        if before is not None:
            return state, before[1]
        after = re.fullmatch(rf"(.+?)\s+(?:for |to )?{re.escape(state)}", part, re.IGNORECASE)
        if after is not None:
            return state, after[1]
    return "", part


def _no_state(part: str, states: list[str]) -> InvalidMap:
    word = re.split(r"[\s:=]", part)[0]
    hint = did_you_mean(word, states) or f"name the answer that it is for, {next(_forms(states))}"
    return _problem(Code.UNKNOWN_STATE, f"`{part}` names none of the answers", hint)


def _forms(states: list[str]) -> Iterator[str]:
    yield f"as in `{', '.join(f'{state} {100 // len(states)}%' for state in states[:-1])}, {states[-1]} rest`"


def _unplaced(problem: Problem) -> Problem:
    return Problem(problem.code, problem.message, NOWHERE, problem.hint)


def _problem(code: Code, message: str, hint: str) -> InvalidMap:
    return InvalidMap((Problem(code, message, hint=hint),))

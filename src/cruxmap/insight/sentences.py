"""Numbers and names as the sentences of an answer say them."""

import math
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import assert_never

from cruxmap.language.argument_map import (
    AllOf,
    AnyOf,
    ArgumentMap,
    Before,
    ByEndOf,
    ClaimIs,
    Condition,
    Definition,
    During,
    Event,
    Ever,
    Not,
    Question,
    Rule,
    StateIn,
    Within,
    places,
)

MEAN, CENTRAL = "mean", "central"
"""What the two numbers of an estimate are called wherever one is shown; the mean is the one to act on."""

ROUNDING = 1e-12
"""What is nearer than this to 100% is there, but for rounding."""


def percent(probability: float, digits: int = 2) -> str:
    """Write a probability with some digits, or where it is large with one less of its distance from 100%.

    >>> [percent(p) for p in (0.051376, 0.5, 0.93, 0.99968, 3e-9, 1 - 3e-9, 0.0, 1 - 1e-16)]
    ['5.1%', '50%', '93%', '99.97%', '3e-9', '1 - 3e-9', '0%', '100%']
    """
    if probability == 0:
        return "0%"
    if probability >= 1 - ROUNDING:
        return "100%"
    if probability < 1e-5:
        return _power(probability, digits - 2)
    if probability > 1 - 1e-5:
        return f"1 - {_power(1 - probability, digits - 2)}"
    small = probability < 0.5
    decimals = _decimals(probability if small else 1 - probability, digits if small else digits - 1)
    return f"{100 * probability:.{decimals}f}%"


def extent(numbers: Iterable[float | None], what: str = "means") -> str:
    """Write from where to where probabilities reach, those that are defined.

    >>> extent([0.09, None, 0.004]), extent([0.5]), extent([])
    ('means 0.40% to 9.0%', 'mean 50%', 'no means')
    """
    known = sorted(number for number in numbers if number is not None)
    if not known:
        return f"no {what}"
    low, high = percent(known[0]), percent(known[-1])
    return f"{what.removesuffix('s')} {low}" if len(known) == 1 else f"{what} {low} to {high}"


def mean_and_central(
    mean: float | None, central: float | None, write: Callable[[float], str] = percent
) -> str:
    """Write the two numbers of an estimate by their names, as one where they are written alike.

    What is undefined is a dash.

    >>> mean_and_central(0.0066, 0.0049)
    '0.66% mean, 0.49% central'
    """
    first, second = ("-" if p is None else write(p) for p in (mean, central))
    return f"{first} {MEAN} and {CENTRAL}" if first == second else f"{first} {MEAN}, {second} {CENTRAL}"


def _power(small: float, decimals: int) -> str:
    mantissa, exponent = f"{small:.{decimals}e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def _decimals(share: float, digits: int) -> int:
    """Return after how many decimals of a percentage that many digits of the share are there.

    The factor makes a share that rounding left just below 0.1% or 1% count as that.
    """
    return max(0, digits - 1 - math.floor(math.log10(100 * share * 1.0000001)))


def sentence_of(argument_map: ArgumentMap, name: str) -> str:
    """Return the text of an entry; of a state, a phase or a cause the text of what it belongs to, and which.

    A phase, `event.phase`, asks whether the event happens then, unless it has happened before; a cause,
    `claim.route`, whether it brings the claim about.
    """
    if name in argument_map.entry:
        return argument_map.entry[name].about.text
    owner, _, part = name.partition(".")
    text = argument_map.entry[owner].about.text
    match argument_map.entry[owner]:
        case Question() as question:
            return f"{text} {question.text_of.get(part, part)}"
        case Event():
            return f"During {part}: {text}"
        case _:
            return f"By {part}: {text}"


def case_of(argument_map: ArgumentMap, address: str) -> str:
    """Say when the number of a row or route applies (`when a`); empty for other numbers and `otherwise`."""
    entry = argument_map.entry[argument_map.judgements[address].owner]
    when = next(place.when for place in places(entry) if place.judgement.address == address)
    return "" if when is None else f"when {in_words(argument_map, when)}"


def in_words(argument_map: ArgumentMap, condition: Condition) -> str:
    """Say a condition as a sentence would, each entry by its id.

    Of the condition `{all_of: [{a: false}, {q: [x, y]}, {event: e, before: f}]}` it makes
    `not a, q is x or y, and e comes before f`. A state with a text of its own is that, in quotation marks.
    """
    said, part_of = partial(in_words, argument_map), partial(_part, argument_map)
    match condition:
        case ClaimIs(claim=claim, value=value):
            return claim if value else f"not {claim}"
        case StateIn(question=question, states=states):
            return f"{question} is {_states(argument_map, question, states)}"
        case Before(event=first, other=second, by=1):
            return f"{first} comes before {second}"
        case Before(event=first, other=second, by=by):
            return f"{first} comes at least {by} steps before {second}"
        case Within(event=first, other=second, steps=0):
            return f"{first} and {second} come in the same step"
        case Within(event=first, other=second, steps=steps):
            return f"{first} and {second} come within {steps} step{'s' * (steps > 1)}"
        case During(event=event, phase=phase):
            return f"{event} happens during {phase}"
        case ByEndOf(event=event, phase=phase):
            return f"{event} happens by the end of {phase}"
        case Ever(event=event, value=value):
            return f"{event} {'happens' if value else 'never happens'}"
        case Not(part=ClaimIs(claim=claim, value=value)):
            return said(ClaimIs(claim, not value))
        case Not(part=Ever(event=event, value=value)):
            return said(Ever(event, not value))
        case Not(part=StateIn(question=question, states=states)):
            return f"{question} is not {_states(argument_map, question, states)}"
        case Not(part=ByEndOf(event=event, phase=phase)):
            return f"{event} does not happen by the end of {phase}"
        case Not(part=During(event=event, phase=phase)):
            return f"{event} does not happen during {phase}"
        case Not(part=part):
            return f"it is not so that {part_of(part)}"
        case AllOf(parts=parts):
            return listed(map(part_of, parts), "and")
        case AnyOf(parts=parts):
            return listed(map(part_of, parts), "or")
        case _:
            assert_never(condition)


def _part(argument_map: ArgumentMap, condition: Condition) -> str:
    """Say a condition that is part of another, in brackets where it is a list itself."""
    several = isinstance(condition, AllOf | AnyOf) and len(condition.parts) > 1
    said = in_words(argument_map, condition)
    return f"({said})" if several else said


def _states(argument_map: ArgumentMap, question: str, states: Iterable[str]) -> str:
    """Name states of a question: by id, or by their texts, which are quoted."""
    texts = texts_of(argument_map, question)
    return listed((quotation(texts[state]) if state in texts else state for state in states), "or")


def texts_of(argument_map: ArgumentMap, question: str) -> Mapping[str, str]:
    """Return what is shown of a question's states in place of their ids, where it is something else."""
    entry = argument_map.entry.get(question)
    return entry.text_of if isinstance(entry, Question) else {}


def quotation(text: str) -> str:
    """Quote a sentence within another: without its stop, and with other quotation marks inside."""
    return f'"{text.removesuffix(".").replace('"', "'")}"'


def listed(parts: Iterable[str], word: str) -> str:
    """Write a list: `a`, `a or b`, `a, b, or c`."""
    *first, last = parts
    if not first:
        return last
    comma = "," if len(first) > 1 else ""
    return f"{', '.join(first)}{comma} {word} {last}"


def rule_in_words(definition: Definition) -> str:
    """Say what must hold for a definition to be met."""
    match definition.rule:
        case Rule.ALL_OF:
            return "all of these hold"
        case Rule.ANY_OF:
            return "any of these holds"
        case Rule.AT_LEAST:
            return f"at least {definition.count} of these hold"
        case _:
            assert_never(definition.rule)

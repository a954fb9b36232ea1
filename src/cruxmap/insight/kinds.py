"""What kind of thing can be learned: a premise, an argument, or a stage.

Premises and arguments are what one can look into or argue about. Stages follow from others: whoever settles
one has settled what it rests on.
"""

from enum import StrEnum
from typing import assert_never

from cruxmap.language.argument_map import (
    Argument,
    ArgumentMap,
    Claim,
    Credence,
    Event,
    Question,
    ShareTable,
)


class Kind(StrEnum):
    """Whether others determine it. A premise has a number of its own, which no other entry replaces."""

    PREMISE = "premise"
    ARGUMENT = "argument"
    STAGE = "stage"


def kind_of(argument_map: ArgumentMap, name: str) -> Kind:
    """Return the kind of an entry, a `question.state`, an `event.phase` or a `claim.route`.

    Premises are claims by credence, questions by plain shares, phases of events and causes of routes. Claims
    by definition, routes or tables, questions by tables or gaps, and whole events are stages.
    """
    owner, _, part = name.partition(".")
    entry = argument_map.entry[owner]
    if isinstance(entry, Argument):
        return Kind.ARGUMENT
    if part and not isinstance(entry, Question):
        return Kind.PREMISE
    return Kind.PREMISE if _has_a_number(entry) else Kind.STAGE


def _has_a_number(entry: Claim | Question | Event) -> bool:
    match entry:
        case Claim(basis=basis):
            return isinstance(basis, Credence)
        case Question(basis=ShareTable(rows=(row,))):
            return row.when is None
        case Question() | Event():
            return False
        case _:
            assert_never(entry)

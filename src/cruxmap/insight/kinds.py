"""What kind of thing can be learned: a premise, an argument, or a stage; and which numbers are its own.

Premises and arguments are what one can look into or argue about. Stages follow from others: whoever settles
one has settled what it rests on.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import assert_never

from cruxmap.language.argument_map import (
    Argument,
    ArgumentMap,
    Claim,
    Credence,
    Elicited,
    Emergence,
    Entry,
    Event,
    NumberPlace,
    Question,
    Role,
    Routes,
    ShareTable,
    places,
)

SAYS_HOW_LIKELY = frozenset({Role.CREDENCE, Role.CHANCE})


class Kind(StrEnum):
    """Whether others determine it. A premise has a number of its own, which no other entry replaces."""

    PREMISE = "premise"
    ARGUMENT = "argument"
    STAGE = "stage"


def kind_of(argument_map: ArgumentMap, name: str) -> Kind:
    """Return the kind of an entry, a `question.state`, an `event.phase` or a `claim.route`.

    Premises are claims by credence, questions by plain shares, phases of events and causes of routes. Claims
    by definition, routes or tables, questions by tables or gaps, and whole events are stages; so is a cause
    to which the map gives a chance of 100%, as it follows from what it needs.
    """
    owner, _, part = name.partition(".")
    entry = argument_map.entry[owner]
    if isinstance(entry, Argument):
        return Kind.ARGUMENT
    if part and not isinstance(entry, Question):
        return Kind.STAGE if isinstance(entry, Claim) and _is_sure(argument_map, name) else Kind.PREMISE
    return Kind.PREMISE if _has_a_number(entry) else Kind.STAGE


def _is_sure(argument_map: ArgumentMap, address: str) -> bool:
    """Tell whether the map's own number at an address is 100%."""
    value = argument_map.judgements[address].value
    return isinstance(value, Elicited) and value.is_certain and value.low == 1.0


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


def parts_of(entry: Entry) -> Iterator[str]:
    """Yield the addresses of an event's phases, or of the causes of a claim that have an id."""
    match entry:
        case Event(about=about, basis=Emergence(phases=phases)):
            yield from (f"{about.id}.{phase.phase}" for phase in phases)
        case Claim(about=about, basis=Routes(routes=routes)):
            yield from (f"{about.id}.{route.id}" for route in routes if route.id is not None)


def is_state(argument_map: ArgumentMap, name: str) -> bool:
    """Tell whether a name is that of one state of a question."""
    owner, _, part = name.partition(".")
    return bool(part) and isinstance(argument_map.entry[owner], Question)


def own_places(argument_map: ArgumentMap, name: str) -> tuple[NumberPlace, ...]:
    """Return the places of the numbers that say how likely something is, as `kind_of` names it.

    Those of a phase or cause are its own alone; those of a state are its question's.
    """
    owner, _, part = name.partition(".")
    entry = argument_map.entry[owner]
    whole = not part or is_state(argument_map, name)
    return tuple(place for place in places(entry) if whole or place.part == part)


def own_number(argument_map: ArgumentMap, name: str) -> str | None:
    """Return the address of the one number that something has: a credence or a chance; `None` without one."""
    if isinstance(argument_map.entry[name.partition(".")[0]], Question):
        return None
    said = [place for place in own_places(argument_map, name) if place.judgement.role in SAYS_HOW_LIKELY]
    return (
        said[0].judgement.address
        if len(said) == 1 and kind_of(argument_map, name) is not Kind.STAGE
        else None
    )

"""What an entry rests on, and what each of its numbers says, in words without numbers.

The page shows the numbers beside these words, and they change there.
"""

from collections.abc import Iterator
from functools import partial
from typing import assert_never

from cruxmap.insight.sentences import in_words, rule_in_words, texts_of
from cruxmap.language.argument_map import (
    Argument,
    ArgumentMap,
    ArgumentTarget,
    Claim,
    Combination,
    Condition,
    Credence,
    Definition,
    Direction,
    Emergence,
    Entry,
    Event,
    Gap,
    Judgement,
    NumberPlace,
    OnStates,
    PhaseChance,
    Question,
    Role,
    Routes,
    Row,
    ShareRow,
    ShareTable,
    StateIn,
    Table,
    places,
    target_text,
)

DOES = {
    Direction.FOR: "speaks for",
    Direction.AGAINST: "speaks against",
    Direction.UNDERCUTS: "undercuts",
}
"""What an argument does to what it is about."""


def basis_words(argument_map: ArgumentMap, entry: Entry) -> list[str]:
    """Return what an entry rests on, in lines: what kind of basis it is, and then its parts."""
    return list(_lines(argument_map, entry))


def _lines(argument_map: ArgumentMap, entry: Entry) -> Iterator[str]:
    said, case = partial(in_words, argument_map), partial(_case, argument_map)
    if isinstance(entry, Argument):
        targets = ", ".join(target_words(argument_map, target) for target in entry.targets)
        yield f"It {DOES[entry.direction]} {targets}."
        if entry.premises:
            yield f"It counts when {'this holds' if len(entry.premises) == 1 else 'these hold'}:"
            yield from map(said, entry.premises)
        return
    match entry.basis:
        case Credence():
            yield "It rests on a number of its own."
        case Definition() as definition:
            yield f"{_definition(definition)}:"
            yield from map(said, definition.parts)
        case Routes() as routes:
            yield from _routes(argument_map, routes)
        case Table(rows=rows):
            yield "Its number depends on the case. The first that holds counts:"
            yield from map(case, rows)
        case ShareTable(rows=(ShareRow(when=None),)):
            yield "It rests on shares of its own."
        case ShareTable(rows=share_rows):
            yield "Its shares depend on the case. The first that holds counts:"
            yield from map(case, share_rows)
        case Gap() as gap:
            assert isinstance(entry, Question)
            yield f"It says how many steps after {gap.start} comes {gap.end}:"
            first, *others = entry.shown_states
            yield f"{first}: fewer than the next"
            steps = zip(others, gap.thresholds, strict=True)
            yield from (f"{state}: at least {_steps(threshold)}" for state, threshold in steps)
        case Emergence() as emergence:
            yield "It may happen in each of these phases:"
            yield from (_phase(argument_map, phase) for phase in emergence.phases)
            yield from (f"not before {name}" for name in emergence.requires)
        case Combination(latest=latest, parts=names):
            yield f"It happens when the {'last' if latest else 'first'} of these does:"
            yield from names
        case _:
            assert_never(entry.basis)


def target_words(argument_map: ArgumentMap, target: ArgumentTarget) -> str:
    """Write an argument's target as the language does, or in words where states have texts of their own."""
    if isinstance(target, OnStates) and not texts_of(argument_map, target.owner).keys().isdisjoint(
        target.states
    ):
        return in_words(argument_map, StateIn(target.owner, target.states))
    return target_text(target)


def _definition(definition: Definition) -> str:
    what = rule_in_words(definition)
    numbers = not (definition.if_met.is_default and definition.otherwise.is_default)
    return f"Its number depends on whether {what}" if numbers else f"It is true when {what}"


def _routes(argument_map: ArgumentMap, routes: Routes) -> Iterator[str]:
    yield "Any of these can bring it about, each by itself:"
    for route in routes.routes:
        name = route.id or "a cause"
        by = f" (brought by {route.brought_by})" if route.brought_by else ""
        yield f"{name}{by}{_when(argument_map, route.when)}"
    if not routes.leak.is_default:
        yield "something else"
    if routes.when is not None:
        yield f"All that only when {in_words(argument_map, routes.when)}."


def _phase(argument_map: ArgumentMap, phase: PhaseChance) -> str:
    return f"{phase.phase}{_when(argument_map, phase.when)}"


def _case(argument_map: ArgumentMap, row: Row | ShareRow) -> str:
    return "otherwise" if row.when is None else f"when {in_words(argument_map, row.when)}"


def _when(argument_map: ArgumentMap, condition: Condition | None) -> str:
    return "" if condition is None else f", when {in_words(argument_map, condition)}"


def _steps(number: int) -> str:
    return f"{number} step{'s' * (number != 1)}"


# --- numbers -----------------------------------------------------------------------------------------


def number_words(argument_map: ArgumentMap, entry: Entry) -> dict[str, str]:
    """Return, for each judgement of an entry by its address, what it is the number of, in a short phrase."""
    every = tuple(places(entry))
    cases = {place.part for place in every if place.when is not None}
    states = _states(entry)
    return {
        place.judgement.address: _number(
            argument_map, entry, place, states.get(place.judgement.address), place.part in cases
        )
        for place in every
    }


def _number(
    argument_map: ArgumentMap, entry: Entry, place: NumberPlace, state: str | None, cases: bool
) -> str:
    judgement, routes = place.judgement, isinstance(entry, Claim) and isinstance(entry.basis, Routes)
    when = f" when {in_words(argument_map, place.when)}" if place.when is not None else ""
    when = when or (" otherwise" if cases and not routes and judgement.role is not Role.PACE else "")
    match judgement.role:
        case Role.CREDENCE if isinstance(entry, Argument):
            return "how likely it is to hold" + (", once its premises do" if entry.premises else "")
        case Role.STRENGTH:
            return "how strong it is"
        case Role.FORCE:
            return "how much of it the undercut takes away"
        case Role.PACE:
            return f"how fast it comes during {place.part}"
        case Role.SHARE:
            return f"share of {state}{when}"
        case Role.CHANCE if routes:
            return (
                f"chance that {place.part or 'this cause'} brings it about{when}"
                if not _is_leak(entry, judgement)
                else "chance that something else brings it about"
            )
        case Role.CREDENCE | Role.CHANCE if isinstance(entry, Event):
            return f"chance that it happens during {place.part}{when}"
        case _:
            return _credence(entry, judgement) + when


def _credence(entry: Entry, judgement: Judgement) -> str:
    if isinstance(entry, Claim) and isinstance(entry.basis, Definition):
        met = judgement.address == entry.basis.if_met.address
        return "how likely it is when they hold" if met else "how likely it is when they do not"
    return "how likely it is"


def _is_leak(entry: Entry, judgement: Judgement) -> bool:
    return (
        isinstance(entry, Claim)
        and isinstance(entry.basis, Routes)
        and entry.basis.leak.address == judgement.address
    )


def _states(entry: Entry) -> dict[str, str]:
    """Return the states that shares belong to, by their addresses."""
    if not (isinstance(entry, Question) and isinstance(entry.basis, ShareTable)):
        return {}
    return {
        share.address: state
        for row in entry.basis.rows
        for state, share in zip(entry.shown_states, row.shares, strict=True)
    }


def part_words(argument_map: ArgumentMap, entry: Entry) -> list[tuple[str, str]]:
    """Return the addresses of an entry's phases, or of its causes that have an id, with words for each."""
    name = entry.about.id
    match entry:
        case Event(basis=Emergence(phases=phases)):
            return [(f"{name}.{phase.phase}", f"during {_phase(argument_map, phase)}") for phase in phases]
        case Claim(basis=Routes(routes=routes)):
            return [
                (f"{name}.{r.id}", f"by {r.id}{_when(argument_map, r.when)}")
                for r in routes
                if r.id is not None
            ]
        case _:
            return []

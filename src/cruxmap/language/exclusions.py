"""What cannot be, by what the entries of a map are made of: definitions, certainties, gaps, orders of events.

In: a map and the ids that some conditions name. Out: conditions that never hold, of those ids and of what
they are defined by, as far as all cases of these can be tried.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations
from math import comb, prod

from cruxmap.language.argument_map import (
    AllOf,
    AnyOf,
    ArgumentMap,
    Before,
    Claim,
    ClaimIs,
    Combination,
    Condition,
    Credence,
    Definition,
    During,
    Elicited,
    Emergence,
    Entry,
    Event,
    Ever,
    Gap,
    Judgement,
    Not,
    Question,
    Rule,
    StateIn,
    mentioned,
)
from cruxmap.language.coverage import Domains

MAX_PARTS, MAX_COMBINATIONS = 20, 100
"""Parts of a definition that is taken into account, and ways in which enough of them hold."""


def excluded(
    argument_map: ArgumentMap, named: Iterable[str], domains: Domains, most: int
) -> tuple[Condition, ...]:
    """Return conditions that never hold, of the ids that are named and of those that stand behind them.

    All together have `most` cases at most. Worldviews may judge a definition otherwise, but no gap and no
    order of events.
    """
    taken = dict.fromkeys(named)
    cases = prod(len(domains[id_]) for id_ in taken)
    found: list[Condition] = []
    for id_ in (ahead := list(taken)):  # which grows
        rules = list(_never(argument_map, argument_map.entry[id_]))
        behind = dict.fromkeys(name for rule in rules for name in mentioned(rule) if name not in taken)
        if not all(name in domains for name in behind):
            continue
        more = prod(len(domains[name]) for name in behind)
        if cases * more <= most:
            cases *= more
            taken |= behind
            ahead += behind
            found += rules
    return tuple(found)


def _never(argument_map: ArgumentMap, entry: Entry) -> Iterator[Condition]:
    """Yield what cannot be of an entry and what it rests on."""
    id_ = entry.about.id
    match entry:
        case Claim(basis=Credence(judgement=judgement)):
            for value in (True, False):
                if _is(judgement, not value):
                    yield ClaimIs(id_, value)
        case Claim(basis=Definition(if_met=if_met, otherwise=otherwise) as definition):
            met = _met(definition)
            if met is not None and _is(otherwise, False):
                yield AllOf((ClaimIs(id_), Not(met)))
            if met is not None and _is(if_met, True):
                yield AllOf((ClaimIs(id_, False), met))
        case Question(states=states, basis=Gap(start=start, end=end, thresholds=thresholds)) if (
            len(states) <= MAX_PARTS
        ):
            for state, least in zip(range(1, len(states)), thresholds, strict=False):
                reached = _at_least_after(start, end, least)
                yield AllOf((StateIn(id_, states[state:]), Not(reached)))
                yield AllOf((StateIn(id_, states[:state]), reached))
        case Event(basis=Combination(latest=latest, parts=parts)) if len(parts) <= MAX_PARTS:
            before = tuple(Before(id_, part) if latest else Before(part, id_) for part in parts)
            after = tuple(Before(part, id_) if latest else Before(id_, part) for part in parts)
            yield from (AnyOf(before), AllOf(after))
        case Event(timeline=timeline, basis=Emergence(phases=phases, requires=requires)):
            yield from (Before(id_, required) for required in requires[:MAX_PARTS])
            there = {phase.phase for phase in phases}
            for phase in argument_map.timeline[timeline].phases[:MAX_PARTS]:
                if phase.id not in there:
                    yield During(id_, phase.id)


def _is(judgement: Judgement, value: bool) -> bool:
    """Tell whether a judgement is 100% (or 0%)."""
    number = judgement.value
    return isinstance(number, Elicited) and number.is_certain and number.low == value


def _met(definition: Definition) -> Condition | None:
    """Return when a definition is met; `None` where that would be a long story."""
    parts = definition.parts
    if len(parts) > MAX_PARTS:
        return None
    match definition.rule:
        case Rule.ALL_OF:
            return AllOf(parts)
        case Rule.ANY_OF:
            return AnyOf(parts)
        case _ if comb(len(parts), definition.count) <= MAX_COMBINATIONS:
            return AnyOf(tuple(AllOf(some) for some in combinations(parts, definition.count)))
        case _:
            return None


def _at_least_after(start: str, end: str, steps: int) -> Condition:
    """Return when one event comes so many steps after another, or comes and the other never does."""
    if steps:
        return Before(start, end, steps)
    return AllOf((Ever(start), Not(Before(end, start))))

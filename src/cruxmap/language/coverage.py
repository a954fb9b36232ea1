"""Whether the rows of a table cover every case.

A case gives a value to each variable that the rows name: true or false to a claim, a state to a
question, a step or `NEVER` to an event. The search gives one variable a value after another and drops
rows that can no longer hold; as soon as one holds for certain the branch is covered.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import assert_never

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
    Timeline,
    Within,
    mentioned,
)

MOST_CASES = 100_000
NEVER = 0
"""The step of an event that never happens; the others count from 1."""

type Choice = bool | str | int
type Domains = Mapping[str, tuple[Choice, ...]]
type Case = dict[str, Choice]


def count_cases(conditions: list[Condition], domains: Domains) -> int:
    """Return how many cases the variables that the conditions name make."""
    return prod(len(domains[name]) for name in _variables(conditions))


def uncovered(
    conditions: list[Condition], domains: Domains, timelines: Mapping[str, Timeline]
) -> Case | None:
    """Return a case in which none of the conditions holds, `None` if there is none.

    `timelines` gives the timeline of each event. The case names only what it takes.
    """
    return _Search(_variables(conditions), domains, timelines).find(conditions, 0, {})


def _variables(conditions: list[Condition]) -> list[str]:
    return list(dict.fromkeys(name for condition in conditions for name in mentioned(condition)))


@dataclass(frozen=True, slots=True)
class _Search:
    variables: list[str]
    domains: Domains
    timelines: Mapping[str, Timeline]

    def find(self, rows: list[Condition], depth: int, case: Case) -> Case | None:
        """Return a case that agrees with `case` in the first `depth` variables and in which no row holds."""
        undecided: list[Condition] = []
        for row in rows:
            truth = holds(row, case, self.timelines)
            if truth:
                return None
            if truth is None:
                undecided.append(row)
        if not undecided:
            return dict(case)
        name = self.variables[depth]
        for value in self.domains[name]:
            case[name] = value
            found = self.find(undecided, depth + 1, case)
            if found is not None:
                return found
        del case[name]
        return None


def holds(condition: Condition, case: Case, timelines: Mapping[str, Timeline]) -> bool | None:
    """Return whether a condition holds in a case; `None` where that hangs on values not given yet."""
    match condition:
        case ClaimIs(claim=claim, value=value):
            return case[claim] == value if claim in case else None
        case StateIn(question=question, states=states):
            return case[question] in states if question in case else None
        case Before(event=a, other=b, by=by):
            return _before(case.get(a), case.get(b), by)
        case Within(event=a, other=b, steps=steps):
            return _within(case.get(a), case.get(b), steps)
        case Ever(event=event, value=value):
            return (case[event] != NEVER) == value if event in case else None
        case During(event=event, phase=phase):
            return case[event] in timelines[event].steps_of(phase) if event in case else None
        case ByEndOf(event=event, phase=phase):
            if event not in case:
                return None
            return case[event] != NEVER and int(case[event]) <= timelines[event].steps_of(phase)[-1]
        case Not(part=part):
            truth = holds(part, case, timelines)
            return None if truth is None else not truth
        case AllOf(parts=parts):
            return _all(holds(part, case, timelines) for part in parts)
        case AnyOf(parts=parts):
            nowhere = _all(_opposite(holds(part, case, timelines)) for part in parts)
            return _opposite(nowhere)
        case _:
            assert_never(condition)


def _opposite(truth: bool | None) -> bool | None:
    return None if truth is None else not truth


def _all(truths: Iterator[bool | None]) -> bool | None:
    result: bool | None = True
    for truth in truths:
        if truth is False:
            return False
        if truth is None:
            result = None
    return result


def _before(a: Choice | None, b: Choice | None, by: int) -> bool | None:
    if a == NEVER and a is not None:
        return False
    if a is None or b is None:
        return None
    return b == NEVER or int(b) - int(a) >= by


def _within(a: Choice | None, b: Choice | None, steps: int) -> bool | None:
    if NEVER in (a, b):
        return False
    if a is None or b is None:
        return None
    return abs(int(a) - int(b)) <= steps

"""Whether the rows of a table cover every case.

A case gives a value to each variable that the rows name: true or false to a claim, a state to a
question, a step or `NEVER` to an event. All cases are numbered, and a set of them is one large
integer with a bit for each: to join, cut and complement sets is arithmetic on integers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from math import prod
from operator import and_, or_
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

MAX_CASES = 100_000
NEVER = 0
"""The step of an event that never happens; the others count from 1, and come before it in a domain."""

type Choice = bool | str | int
type Domains = Mapping[str, tuple[Choice, ...]]
type Case = dict[str, Choice]
type Cases = int
"""A set of cases: bit `n` stands for the case with the number `n`."""


def count_cases(conditions: Sequence[Condition], domains: Domains) -> int:
    """Return how many cases the variables that the conditions name make."""
    return prod(len(domains[name]) for name in _variables(conditions))


def uncovered(
    conditions: Sequence[Condition],
    domains: Domains,
    timelines: Mapping[str, Timeline],
    excluded: Sequence[Condition] = (),
) -> Case | None:
    """Return a case in which none of the conditions holds, `None` if there is none.

    Nothing that is `excluded` holds in it. `timelines` gives the timeline of each event. The case names
    only what it takes.
    """
    named = _variables(conditions)
    space = Space(list(dict.fromkeys([*named, *_variables(excluded)])), domains, timelines)
    around = space.everything & ~reduce(or_, map(space.where, excluded), 0)
    left = around & ~reduce(or_, map(space.where, conditions), 0)
    if not left:
        return None
    case: Case = {}
    for name in named:
        if left == around:
            break
        place = next(n for n in range(len(domains[name])) if left & space.choices(name, n, n + 1))
        case[name] = domains[name][place]
        around &= space.choices(name, place, place + 1)
        left &= around
    return case


def _variables(conditions: Sequence[Condition]) -> list[str]:
    return list(dict.fromkeys(name for condition in conditions for name in mentioned(condition)))


@dataclass(slots=True)
class Space:
    """All cases of some variables, numbered by their choices, those of the first variable leading."""

    variables: Sequence[str]
    domains: Domains
    timelines: Mapping[str, Timeline]
    everything: Cases = field(init=False)
    weights: dict[str, tuple[int, Cases]] = field(init=False)
    """For each variable: what a step in its domain adds to a case's number, and where its cycles begin."""
    memo: dict[tuple[str, int], Cases] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.weights = {}
        total = prod(len(self.domains[name]) for name in self.variables)
        weight = total
        for name in self.variables:
            cycle, weight = weight, weight // len(self.domains[name])
            self.weights[name] = weight, ((1 << total) - 1) // ((1 << cycle) - 1)
        self.everything = (1 << total) - 1

    def choices(self, name: str, start: int, stop: int) -> Cases:
        """Return the cases in which a variable has one of its choices from `start` to before `stop`."""
        return self._first(name, stop) & ~self._first(name, min(start, stop))

    def _first(self, name: str, count: int) -> Cases:
        found = self.memo.get((name, count))
        if found is None:
            weight, cycles = self.weights[name]
            found = self.memo[name, count] = ((1 << weight * count) - 1) * cycles
        return found

    def where(self, condition: Condition) -> Cases:
        """Return the cases in which a condition holds."""
        match condition:
            case ClaimIs(claim=name, value=value):
                return self._is(name, value)
            case StateIn(question=name, states=states):
                return reduce(or_, (self._is(name, state) for state in states))
            case Before(event=a, other=b, by=by):
                return self._after(a, b, by) | (self._is(b, NEVER) & self._ever(a))
            case Within(event=a, other=b, steps=steps):
                apart = self._after(a, b, steps + 1) | self._after(b, a, steps + 1)
                return self._ever(a) & self._ever(b) & ~apart
            case Ever(event=name, value=value):
                return self._ever(name) if value else self._is(name, NEVER)
            case During(event=name, phase=phase):
                of_phase = self.timelines[name].steps_of(phase)
                return self.choices(name, of_phase.start - 1, of_phase.stop - 1)
            case ByEndOf(event=name, phase=phase):
                return self.choices(name, 0, self.timelines[name].steps_of(phase).stop - 1)
            case Not(part=part):
                return self.everything & ~self.where(part)
            case AllOf(parts=parts):
                return reduce(and_, map(self.where, parts), self.everything)
            case AnyOf(parts=parts):
                return reduce(or_, map(self.where, parts), 0)
            case _:
                assert_never(condition)

    def _after(self, a: str, b: str, least: int) -> Cases:
        """Return the cases in which both events happen, `b` at least `least` (1 or more) steps after `a`.

        Those with `a` in its first step, moved on by a step of both, are those with `a` in its second one,
        and so on by doubling.
        """
        last = len(self.domains[b]) - 1
        found = self.choices(a, 0, 1) & self.choices(b, least, last)
        move, moved = self.weights[a][0] + self.weights[b][0], 1
        while moved < last:
            found |= (found & self.choices(b, 0, last - moved)) << move * moved
            moved *= 2
        return found

    def _is(self, name: str, choice: Choice) -> Cases:
        place = self.domains[name].index(choice)
        return self.choices(name, place, place + 1)

    def _ever(self, name: str) -> Cases:
        return self.choices(name, 0, len(self.domains[name]) - 1)

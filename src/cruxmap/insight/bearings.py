"""Which way one entry bears on another: whether it makes the other likelier, less likely, or either.

In: an entry and one worldview's numbers. Out: a `Bearing` for each entry that it mentions, everything else
standing still. Definitions, routes and premises say it by themselves. A table says it by its central numbers:
it is read in every case that its conditions tell apart, where these are few enough.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, assert_never

import numpy as np

from cruxmap.engine.network import BoolArray, FloatArray
from cruxmap.language.argument_map import (
    AllOf,
    AnyOf,
    Argument,
    ArgumentMap,
    Before,
    ByEndOf,
    ClaimIs,
    Combination,
    Condition,
    Credence,
    Definition,
    Direction,
    During,
    Emergence,
    Ever,
    Gap,
    Not,
    OnArgument,
    OnStates,
    Question,
    Routes,
    Row,
    ShareTable,
    StateIn,
    Table,
    Within,
    mentioned,
)
from cruxmap.language.inheritance import Perspective, shares_in_force

MOST_CASES = 4096
"""Cases in which a table is read at most; one with more says nothing of which way it goes."""

SAME = 1e-12
"""Credences nearer than this are the same, but for rounding."""


@dataclass(frozen=True, slots=True)
class Bearing:
    """How an entry bears on another: `sign` is 1 where it makes that likelier, -1 where less likely, 0 where
    it depends on the case.

    A claim bears by being true, and an event by happening, the earlier the more. A question does by being
    in one of the states `when`. `towards` are the states of a question that become likelier or less likely.
    """

    sign: int
    when: tuple[str, ...] = ()
    towards: tuple[str, ...] = ()


EITHER_WAY = Bearing(0)

type Literal = tuple[str, int, tuple[str, ...]]
"""An id in a condition, the sign that it stands under, and the states that are named of a question."""


def bearings_on(argument_map: ArgumentMap, perspective: Perspective, name: str) -> dict[str, Bearing]:
    """Return, for each entry that the basis of a claim, question or event mentions, how it bears on that."""
    entry = argument_map.entry[name]
    if isinstance(entry, Argument):
        return _together((premise, 1) for premise in entry.premises)
    match entry.basis:
        case Credence():
            return {}
        case Definition(parts=parts, if_met=met, otherwise=otherwise):
            middle = [
                perspective.setting[judgement.address].value.middle for judgement in (met, otherwise)
            ]
            sign = 1 if middle[0] >= middle[1] else -1
            return _together((part, sign) for part in parts)
        case Routes(routes=routes, when=when):
            return _together((c, 1) for c in (when, *(route.when for route in routes)) if c is not None)
        case Table(rows=rows):
            return _read_in_every_case(argument_map, _credences(perspective, rows))
        case ShareTable(rows=share_rows):
            assert isinstance(entry, Question)
            shares = shares_in_force(argument_map, perspective)
            cases = [
                (row.when, tuple(shares[share.address] for share in row.shares)) for row in share_rows
            ]
            return _read_in_every_case(argument_map, cases, entry.states)
        case Gap(start=start, end=end):
            assert isinstance(entry, Question)
            last = entry.states[-1:]
            return {start: Bearing(1, towards=last), end: Bearing(-1, towards=last)}
        case Combination(parts=names):
            return dict.fromkeys(names, Bearing(1))
        case Emergence(phases=phases, requires=names):
            gates = _together((phase.when, 1) for phase in phases if phase.when is not None)
            tables = [
                _read_in_every_case(argument_map, _credences(perspective, phase.rows)) for phase in phases
            ]
            return _agreed([dict.fromkeys(names, Bearing(1)), gates, *tables])
        case _:
            assert_never(entry.basis)


def bearing_of(argument_map: ArgumentMap, argument: Argument) -> Bearing:
    """Return how an argument bears on what it is about in the end: an undercut turns its target round."""
    sign = 1
    while argument.direction is Direction.UNDERCUTS:
        target = argument.targets[0]
        assert isinstance(target, OnArgument)
        aimed_at = argument_map.entry[target.owner]
        assert isinstance(aimed_at, Argument)
        sign, argument = -sign, aimed_at
    target = argument.targets[0]
    towards = target.states if isinstance(target, OnStates) else ()
    return Bearing(sign if argument.direction is Direction.FOR else -sign, towards=towards)


def followed(first: Bearing, then: Bearing) -> Bearing:
    """Return how an entry bears on another by way of a third."""
    by_way = set(first.towards) <= set(then.when)  # of what is no question, both are empty
    return Bearing(first.sign * then.sign * by_way, first.when, then.towards)


def either(bearings: Iterable[Bearing]) -> Bearing:
    """Return what several ways come to: the sign on which they agree, with the states of all."""
    ways = list(bearings)
    signs = {way.sign for way in ways}
    if len(signs) > 1:
        return EITHER_WAY
    when, towards = (
        tuple(dict.fromkeys(state for way in ways for state in states))
        for states in ([w for way in ways for w in way.when], [t for way in ways for t in way.towards])
    )
    return Bearing(signs.pop(), when, towards)


def literals(condition: Condition, sign: int = 1) -> Iterator[Literal]:
    """Yield each id of a condition with the sign under which it stands there."""
    match condition:
        case ClaimIs(claim=name, value=value) | Ever(event=name, value=value):
            yield name, sign if value else -sign, ()
        case StateIn(question=name, states=states):
            yield name, sign, states
        case Before(event=first, other=second):
            yield from ((first, sign, ()), (second, -sign, ()))
        case Within(event=first, other=second):
            yield from ((first, 0, ()), (second, 0, ()))
        case During(event=name):
            yield name, 0, ()
        case ByEndOf(event=name):
            yield name, sign, ()
        case Not(part=part):
            yield from literals(part, -sign)
        case AllOf(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from literals(part, sign)
        case _:
            assert_never(condition)


def _together(conditions: Iterable[tuple[Condition, int]]) -> dict[str, Bearing]:
    """Return how what is in the conditions bears on what each makes likelier (1) or less likely (-1)."""
    return _agreed(
        [{name: Bearing(s, states)} for c, sign in conditions for name, s, states in literals(c, sign)]
    )


def _agreed(parts: Iterable[Mapping[str, Bearing]]) -> dict[str, Bearing]:
    ways: dict[str, list[Bearing]] = {}
    for part in parts:
        for name, bearing in part.items():
            ways.setdefault(name, []).append(bearing)
    return {name: either(found) for name, found in ways.items()}


# --- tables ----------------------------------------------------------------------------------------


type Case = tuple[Condition | None, tuple[float, ...]]
"""When a row holds, and its central credence or shares."""

type Atom = str | Condition
"""What a case settles: a claim or question by its id, an event by what a condition says of it."""


def _credences(perspective: Perspective, rows: Sequence[Row]) -> list[Case]:
    return [(row.when, (perspective.setting[row.credence.address].value.middle,)) for row in rows]


def _read_in_every_case(
    argument_map: ArgumentMap, rows: Sequence[Case], states: tuple[str, ...] = ()
) -> dict[str, Bearing]:
    """Return how what the rows mention bears on what they are about, of the `states` if it is a question."""
    conditions = [when for when, _ in rows if when is not None]
    atoms = dict.fromkeys(atom for condition in conditions for atom in _atoms(condition))
    domains = {atom: _domain(argument_map, atom, conditions) for atom in atoms}
    if math.prod(map(len, domains.values())) > MOST_CASES:
        return dict.fromkeys((name for c in conditions for name in mentioned(c)), EITHER_WAY)
    worlds = (dict(zip(domains, world, strict=True)) for world in product(*domains.values()))
    read = np.array([_value(rows, world) for world in worlds])
    table = read.reshape(*map(len, domains.values()), -1)
    found: list[dict[str, Bearing]] = []
    for axis, (atom, domain) in enumerate(domains.items()):
        by_value = np.moveaxis(table, axis, 0)
        if isinstance(atom, str):
            found.append({atom: _bearing_of_values(by_value, domain, states)})
        else:
            way = _bearing_of_values(by_value, domain, states)
            found.append({n: Bearing(s * way.sign, (), way.towards) for n, s, _ in literals(atom)})
    return _agreed(found)


def _atoms(condition: Condition) -> Iterator[Atom]:
    match condition:
        case ClaimIs(claim=name) | StateIn(question=name):
            yield name
        case Not(part=part):
            yield from _atoms(part)
        case AllOf(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from _atoms(part)
        case _:
            yield condition


def _domain(argument_map: ArgumentMap, atom: Atom, conditions: Iterable[Condition]) -> tuple[Any, ...]:
    """Return what an atom can be: false and true, or states, those that no condition names as one, `None`."""
    entry = argument_map.entry[atom] if isinstance(atom, str) else None
    if not isinstance(entry, Question):
        return (False, True)
    named = {s for c in conditions for name, _, states in literals(c) if name == atom for s in states}
    rest = (None,) if len(named) < len(entry.states) else ()
    return (*(state for state in entry.states if state in named), *rest)


def _value(rows: Iterable[Case], world: Mapping[Atom, Any]) -> tuple[float, ...]:
    """Return what the first row that holds says; NaN where none does, as no such case can be."""
    for when, values in rows:
        if when is None or _holds(when, world):
            return values
    return (math.nan,) * len(values)


def _holds(condition: Condition, world: Mapping[Atom, Any]) -> bool:
    match condition:
        case ClaimIs(claim=name, value=value):
            return bool(world[name] == value)
        case StateIn(question=name, states=states):
            return world[name] in states
        case Not(part=part):
            return not _holds(part, world)
        case AllOf(parts=parts):
            return all(_holds(part, world) for part in parts)
        case AnyOf(parts=parts):
            return any(_holds(part, world) for part in parts)
        case _:
            return bool(world[condition])


def _bearing_of_values(table: FloatArray, domain: tuple[Any, ...], states: tuple[str, ...]) -> Bearing:
    """Return how an atom bears on a credence or shares: `table` is (its values, ..., credence or shares).

    Of several states that become likelier all are named, where one and the same value does that.
    """
    n_values = table.shape[0]
    table = table.reshape(n_values, -1, table.shape[-1])
    boolean = domain == (False, True)
    for sign in (1, -1):
        best = _best(sign * table)[1:] if boolean else _best(sign * table)
        values = [value for value, is_best in zip(domain[-len(best) :], best, strict=True) if any(is_best)]
        moved = {tuple(is_best) for is_best in best if any(is_best)}
        if len(moved) == 1 and None not in values:
            towards = tuple(state for state, up in zip(states, moved.pop(), strict=False) if up)
            return Bearing(sign, () if boolean else tuple(values), towards)
    return EITHER_WAY


def _best(table: FloatArray) -> BoolArray:
    """Return which value makes which credence highest in every case, and higher in one.

    Shape (values, credences).
    """
    with np.errstate(invalid="ignore"):
        lead = table[:, None] - table[None]  # (value, other value, case, credence)
        never_less = ~(lead < -SAME).any(axis=(1, 2))
        return np.asarray(never_less & (lead > SAME).any(axis=(1, 2)))

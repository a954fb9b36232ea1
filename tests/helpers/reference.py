"""Every probability of a small map by adding up all its worlds: slow, plain, and owing nothing to the engine.

Written from the meaning of the language alone. It shares with the package only the values of
`argument_map`; how worldviews are laid over each other is told here a second time.

A *world* gives each claim, argument, question and event a whole number: 0 or 1, the index of a
state, a step counted from 1 or `NEVER`. Worlds are kept side by side in arrays, one per id.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from graphlib import TopologicalSorter
from typing import assert_never

import numpy as np
import numpy.typing as npt
from scipy.special import expit, log_expit

from cruxmap.language.argument_map import (
    AllOf,
    AnyOf,
    Argument,
    ArgumentMap,
    ArgumentTarget,
    Before,
    ByEndOf,
    Claim,
    ClaimIs,
    Combination,
    Condition,
    Credence,
    Definition,
    Direction,
    During,
    Elicited,
    Emergence,
    Entry,
    Event,
    Ever,
    Gap,
    Judgement,
    Not,
    OnArgument,
    OnClaim,
    OnPhase,
    OnRoute,
    OnStates,
    Override,
    PhaseChance,
    Question,
    Rest,
    Routes,
    Row,
    SameAs,
    Scale,
    ShareOverride,
    ShareTable,
    StateIn,
    Table,
    Timeline,
    Value,
    Within,
    Worldview,
    mentioned,
)
from helpers.odds import logit

type Ints = npt.NDArray[np.int64]
type Floats = npt.NDArray[np.float64]
type Bools = npt.NDArray[np.bool_]
type World = Mapping[str, Ints]

NOTHING = Elicited(Scale.PROBABILITY, 0.0, 0.0)
NEVER = 10**6
"""The step of an event that never happens: later than any other by any number of steps."""


# --- numbers -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Numbers:
    """One number per address, and the shares that a worldview gave one at a time.

    `u` is the logit of a probability (infinite for certainties) or the log of a ratio; `source` the
    address whose number it is (by `same as`; else its own).
    """

    u: Mapping[str, float]
    singles: frozenset[str] = frozenset()
    source: Mapping[str, str] = field(default_factory=dict)


def numbers(
    argument_map: ArgumentMap,
    worldview: str = "map",
    z: Mapping[str, float] | None = None,
    settings: Mapping[str, Elicited | SameAs] | None = None,
) -> Numbers:
    """Return the worldview's numbers at the draw `z` (standard deviations by address; 0 where left out)."""
    value: dict[str, Value] = {a: j.value for a, j in argument_map.judgements.items()}
    whole = dict(value)  # for each share, its number in the mapping that was last given as a whole
    rows = list(_rows_of_shares(argument_map))
    in_row = {share: row for row in rows for share in row}
    singles: set[str] = set()
    steps = _eldest_first(argument_map, worldview)
    here = {step.about.id for step in steps} | {None}  # what worldviews elsewhere bring has no force
    taken = {name for step in steps for name in step.accepts}
    rejected = {a.about.id for a in argument_map.arguments if a.about.brought_by not in here} - taken
    for claim in argument_map.claims:
        for route in claim.basis.routes if isinstance(claim.basis, Routes) else ():
            if route.brought_by not in here and route.chance.address not in taken:
                value[route.chance.address] = NOTHING
    fixed = {address for address, number in value.items() if number is NOTHING}
    brought = {
        bringer: [address for address, other in argument_map.bringer.items() if other == bringer]
        for bringer in argument_map.bringer.values()
    }
    for step in steps:
        own = {
            address: argument_map.judgements[address].value for address in brought.get(step.about.id, ())
        }
        value |= own  # what was said of it before it was brought is no number of who brings it
        whole |= {share: own[share] for share in own.keys() & in_row.keys()}
        singles -= own.keys()
        for judgement in step.judgements:
            match judgement:
                case Override(address=address, value=new):
                    value[address] = new
                    singles |= {address} & in_row.keys()
                case ShareOverride(address=address, values=news):
                    (row,) = (r for r in rows if r[0].rsplit(".", 1)[0] == address)
                    value.update(zip(row, news, strict=True))
                    whole.update(zip(row, news, strict=True))
                    singles -= set(row)
        rejected = (rejected - set(step.accepts)) | set(step.rejects)
    for address, new in (settings or {}).items():
        value[address] = new
        singles |= {address} & in_row.keys()
    value |= dict.fromkeys(fixed, NOTHING)

    def number(address: str, given: Value, z: Mapping[str, float]) -> float:
        """Follow links, and turn `rest` and intervals into numbers on the unconstrained scale."""
        match given:
            case SameAs(address=other):
                return number(other, value[other], z)
            case Rest():
                *small, large = sorted(number(a, whole[a], {}) for a in in_row[address] if a != address)
                return logit(math.fsum([float(expit(-large)), *(-float(expit(u)) for u in small)]))
            case Elicited(scale=scale, low=low, high=high):
                to_line = written_logit if scale is Scale.PROBABILITY else math.log
                middle = to_line(low) if low == high else (to_line(low) + to_line(high)) / 2
                spread = 0.0 if low == high else (to_line(high) - to_line(low)) / (2 * 1.6448536269514722)
                return middle + spread * z.get(address, 0.0)
            case _:
                assert_never(given)

    u = {a: -math.inf if a in rejected else number(a, v, z or {}) for a, v in value.items()}
    source = {a: a if a in rejected else _followed(value, a) for a in value}
    return Numbers(u, frozenset(singles), source)


def written_logit(p: float) -> float:
    """The logit of the decimal that a float stands for: near 1 the float itself is some way off."""
    return math.log(p) - math.log(1 - Fraction(repr(p))) if 0 < p < 1 else logit(p)


def _followed(value: Mapping[str, Value], address: str) -> str:
    match value[address]:
        case SameAs(address=other):
            return _followed(value, other)
        case _:
            return address


def _rows_of_shares(argument_map: ArgumentMap) -> Iterator[tuple[str, ...]]:
    for question in argument_map.questions:
        if isinstance(question.basis, ShareTable):
            yield from (tuple(share.address for share in row.shares) for row in question.basis.rows)


def _eldest_first(argument_map: ArgumentMap, worldview: str | None) -> list[Worldview]:
    if worldview in (None, "map"):
        return []
    (own,) = (w for w in argument_map.worldviews if w.about.id == worldview)
    return [*_eldest_first(argument_map, own.extends), own]


# --- conditions ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """A map with one draw of its judgements: all that the distribution of an entry depends on."""

    map: ArgumentMap
    numbers: Numbers

    def u(self, judgement: Judgement) -> float:
        return self.numbers.u[judgement.address]

    def timeline(self, event: str) -> Timeline:
        entry = self.map.entry[event]
        assert isinstance(entry, Event)
        return self.map.timeline[entry.timeline]

    def on(self, target: ArgumentTarget) -> list[Argument]:
        return [a for a in self.map.arguments if target in a.targets]

    def on_states(self, question: str, state: str) -> Iterator[tuple[Argument, int]]:
        """Yield the arguments on a state, each once for every target of it that names the state."""
        for argument in self.map.arguments:
            for target in argument.targets:
                if isinstance(target, OnStates) and target.owner == question:
                    times = target.states.count(state)
                    if times:
                        yield argument, times

    def holds(self, condition: Condition, world: World) -> Bools:
        """Whether the condition holds, world by world."""
        match condition:
            case ClaimIs(claim=claim, value=value):
                return world[claim] == value
            case StateIn(question=question, states=states):
                entry = self.map.entry[question]
                assert isinstance(entry, Question)
                return np.isin(world[question], [entry.states.index(s) for s in states])
            case Before(event=a, other=b, by=by):
                return (world[a] < NEVER) & (world[b] - world[a] >= by)
            case Within(event=a, other=b, steps=steps):
                both = (world[a] < NEVER) & (world[b] < NEVER)
                return both & (np.abs(world[a] - world[b]) <= steps)
            case During(event=event, phase=phase):
                return np.isin(world[event], self.timeline(event).steps_of(phase))
            case ByEndOf(event=event, phase=phase):
                return world[event] <= self.timeline(event).steps_of(phase)[-1]
            case Ever(event=event, value=value):
                return (world[event] < NEVER) == value
            case Not(part=part):
                return ~self.holds(part, world)
            case AllOf(parts=parts):
                return reduce(np.logical_and, (self.holds(p, world) for p in parts))
            case AnyOf(parts=parts):
                return reduce(np.logical_or, (self.holds(p, world) for p in parts))
            case _:
                assert_never(condition)

    # --- entries: P(state | parents), world by world ----------------------------------------------

    def distribution(self, entry: Entry, world: World, n: int) -> list[tuple[int, Floats]]:
        """Return each state with its probability in each of the n worlds."""
        match entry:
            case Claim(about=about, basis=Credence(judgement=judgement)):
                return _boolean(self.shifted(np.full(n, self.u(judgement)), OnClaim(about.id), world))
            case Claim(about=about, basis=Table(rows=rows)):
                return _boolean(self.shifted(self.first_row(rows, world, n), OnClaim(about.id), world))
            case Claim(basis=Definition(count=count, parts=parts, if_met=if_met, otherwise=otherwise)):
                met = sum(self.holds(p, world).astype(int) for p in parts) >= count
                return _boolean(np.where(met, self.u(if_met), self.u(otherwise)))
            case Claim(basis=Routes()):
                return self.routes(entry.about.id, entry.basis, world, n)
            case Argument():
                return self.argument(entry, world, n)
            case Question(basis=ShareTable()):
                return self.shares(entry, entry.basis, world, n)
            case Question(basis=Gap(start=start, end=end, thresholds=thresholds)):
                steps = world[end] - world[start]
                state = sum((steps >= t).astype(int) for t in thresholds)
                state = np.where(world[end] == NEVER, len(thresholds), state)
                state = np.where(world[start] == NEVER, 0, state)
                return [(s, (state == s).astype(float)) for s in range(len(entry.states))]
            case Event(basis=Combination(latest=latest, parts=parts)):
                step = (np.max if latest else np.min)([world[p] for p in parts], axis=0)
                return [(int(s), (step == s).astype(float)) for s in np.unique(step)]
            case Event(basis=Emergence()):
                return self.emergence(entry, entry.basis, world, n)
            case _:
                assert_never(entry)

    def shifted(self, u: Floats, target: ArgumentTarget, world: World) -> Floats:
        """Add the strengths of the arguments on the target that hold; infinite stays infinite."""
        for argument in self.on(target):
            w = max(0.0, self.u(argument.weight)) * (1 if argument.direction is Direction.FOR else -1)
            u = u + w * world[argument.about.id]
        return u

    def first_row(self, rows: Sequence[Row], world: World, n: int) -> Floats:
        cases = [np.full(n, True) if r.when is None else self.holds(r.when, world) for r in rows]
        assert np.any(cases, axis=0).all(), "a case that no row covers"
        return np.select(cases, [np.full(n, self.u(r.credence)) for r in rows])

    def routes(self, claim: str, basis: Routes, world: World, n: int) -> list[tuple[int, Floats]]:
        log_false = np.full(n, log_expit(-self.u(basis.leak)))
        for route in basis.routes:
            u = np.full(n, self.u(route.chance))
            if route.id is not None:
                u = self.shifted(u, OnRoute(claim, route.id), world)
            works = np.full(n, True) if route.when is None else self.holds(route.when, world)
            log_false = log_false + np.where(works, log_expit(-u), 0.0)
        applies = np.full(n, True) if basis.when is None else self.holds(basis.when, world)
        log_false = np.where(applies, log_false, 0.0)
        return [(0, np.exp(log_false)), (1, -np.expm1(log_false))]

    def argument(self, argument: Argument, world: World, n: int) -> list[tuple[int, Floats]]:
        log_holds = np.full(n, log_expit(self.u(argument.credence)))
        for undercut in self.on(OnArgument(argument.about.id)):
            log_survives = float(log_expit(-self.u(undercut.weight)))
            log_holds = log_holds + np.where(world[undercut.about.id] == 1, log_survives, 0.0)
        for premise in argument.premises:
            log_holds = np.where(self.holds(premise, world), log_holds, -np.inf)
        return [(0, -np.expm1(log_holds)), (1, np.exp(log_holds))]

    def shares(
        self, question: Question, basis: ShareTable, world: World, n: int
    ) -> list[tuple[int, Floats]]:
        cases = [np.full(n, True) if r.when is None else self.holds(r.when, world) for r in basis.rows]
        assert np.any(cases, axis=0).all(), "a case that no row covers"
        by_row = [self.settled_shares([j.address for j in row.shares]) for row in basis.rows]
        weights = []
        for index, state in enumerate(question.states):
            shift = np.zeros(n)
            for argument, times in self.on_states(question.about.id, state):
                w = max(0.0, self.u(argument.weight)) * (1 if argument.direction is Direction.FOR else -1)
                shift = shift + times * w * world[argument.about.id]
            weights.append(np.select(cases, [np.full(n, row[index]) for row in by_row]) * np.exp(shift))
        total = sum(weights)
        return [(s, weight / total) for s, weight in enumerate(weights)]

    def settled_shares(self, addresses: Sequence[str]) -> list[float]:
        """Keep single shares as given; the others fill what is left in their own proportions."""
        p = {a: float(expit(self.numbers.u[a])) for a in addresses}
        singles = [a for a in addresses if a in self.numbers.singles]
        taken = math.fsum(p[a] for a in singles)
        others = math.fsum(p[a] for a in addresses if a not in singles)
        if not singles:
            return [p[a] for a in addresses]
        if taken >= 1 or others == 0:
            return [p[a] / taken if a in singles else 0.0 for a in addresses]
        return [p[a] if a in singles else p[a] / others * (1 - taken) for a in addresses]

    def emergence(self, event: Event, basis: Emergence, world: World, n: int) -> list[tuple[int, Floats]]:
        timeline = self.map.timeline[event.timeline]
        earliest = reduce(np.maximum, (world[r] for r in basis.requires), np.zeros(n, dtype=np.int64))
        out: list[tuple[int, Floats]] = []
        not_yet = np.ones(n)
        for phase in timeline.phases:
            chance = next((c for c in basis.phases if c.phase == phase.id), None)
            if chance is None:
                continue
            steps = timeline.steps_of(phase.id)
            weight = self.step_weights(chance, len(steps))
            open_weight = [np.where(s >= earliest, w, 0.0) for s, w in zip(steps, weight, strict=True)]
            total = sum(open_weight)
            log_stays = self.log_stays_out(event, chance, world, n)
            part = total / math.fsum(weight)
            if not basis.requires:
                part = np.ones(n)
            with np.errstate(invalid="ignore"):
                log_out = np.where(part > 0, part * log_stays, 0.0)
            happens = not_yet * -np.expm1(log_out)
            for step, w in zip(steps, open_weight, strict=True):
                out.append((step, happens * np.divide(w, total, out=np.zeros(n), where=total > 0)))
            not_yet = not_yet * np.exp(log_out)
        return [*out, (NEVER, not_yet)]

    def step_weights(self, chance: PhaseChance, m: int) -> list[float]:
        log_pace = self.u(chance.pace)
        return [math.exp(-log_pace * k / (m - 1)) if m > 1 else 1.0 for k in range(m)]

    def log_stays_out(self, event: Event, chance: PhaseChance, world: World, n: int) -> Floats:
        """Return the log of the chance that a whole phase passes without the event."""
        u = self.shifted(
            self.first_row(chance.rows, world, n), OnPhase(event.about.id, chance.phase), world
        )
        at_work = np.full(n, True) if chance.when is None else self.holds(chance.when, world)
        return np.where(at_work, log_expit(-u), 0.0)

    # --- order -------------------------------------------------------------------------------------

    def parents(self, entry: Entry) -> set[str]:
        """Return the ids that the entry's distribution looks at."""
        arguments = {
            argument.about.id
            for argument in self.map.arguments
            if any(_is_about(target, entry.about.id) for target in argument.targets)
        }
        match entry:
            case Claim(basis=Credence()):
                own = set()
            case Claim(basis=Definition(parts=parts)) | Argument(premises=parts):
                own = _all_mentioned(parts)
            case Claim(basis=Routes(routes=routes, when=when)):
                own = _all_mentioned([when, *(route.when for route in routes)])
            case Claim(basis=Table(rows=rows)) | Question(basis=ShareTable(rows=rows)):
                own = _all_mentioned(row.when for row in rows)
            case Question(basis=Gap(start=start, end=end)):
                own = {start, end}
            case Event(basis=Combination(parts=events)):
                own = set(events)
            case Event(basis=Emergence(phases=phases, requires=requires)):
                gates = [phase.when for phase in phases]
                rows = [row.when for phase in phases for row in phase.rows]
                own = {*requires, *_all_mentioned([*gates, *rows])}
            case _:
                assert_never(entry)
        return arguments | own


def _all_mentioned(conditions: Iterable[Condition | None]) -> set[str]:
    return {name for condition in conditions if condition is not None for name in mentioned(condition)}


def _is_about(target: ArgumentTarget, entry: str) -> bool:
    match target:
        case OnClaim(owner=name) | OnRoute(owner=name) | OnPhase(owner=name):
            return name == entry
        case OnStates(owner=name) | OnArgument(owner=name):
            return name == entry
        case _:
            assert_never(target)


def _boolean(u: Floats) -> list[tuple[int, Floats]]:
    return [(0, expit(-u)), (1, expit(u))]


def states_of(argument_map: ArgumentMap, name: str) -> list[int]:
    """Return the number that stands for each state of an entry; an event's steps in order, then never."""
    match argument_map.entry[name]:
        case Question(states=states):
            return list(range(len(states)))
        case Event(timeline=timeline):
            return [*range(1, argument_map.timeline[timeline].steps + 1), NEVER]
        case _:
            return [0, 1]


# --- the sum -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Worlds:
    """All worlds that are possible, with the probability of each."""

    reading: Reading
    world: World
    weight: Floats

    def mass(self, condition: Condition) -> float:
        """Return P(condition)."""
        return math.fsum(self.weight[self.reading.holds(condition, self.world)])

    def probability(self, condition: Condition, given: Sequence[Condition] = ()) -> tuple[float, float]:
        """Return P(condition | given) and its complement, each a sum of its own; NaN where impossible."""
        true = self.mass(AllOf((condition, *given)))
        false = self.mass(AllOf((Not(condition), *given)))
        if true + false == 0:
            return math.nan, math.nan
        return true / (true + false), false / (true + false)

    def marginal(self, entry: str, given: Sequence[Condition] = ()) -> dict[int, float]:
        """Return P(state | given) of an entry (an argument too) by its states that are possible."""
        inside = np.full(len(self.weight), True)
        for condition in given:
            inside = inside & self.reading.holds(condition, self.world)
        total = math.fsum(self.weight[inside])
        states = self.world[entry]
        return {int(s): math.fsum(self.weight[inside & (states == s)]) / total for s in np.unique(states)}


def enumerate_worlds(argument_map: ArgumentMap, given: Numbers) -> Worlds:
    """Return every possible world: entry by entry, parents first, each world splits into its successors."""
    reading = Reading(argument_map, given)
    order = TopologicalSorter({e: reading.parents(entry) for e, entry in argument_map.entry.items()})
    world: dict[str, Ints] = {}
    weight = np.ones(1)
    for name in order.static_order():
        parts = []
        for state, p in reading.distribution(argument_map.entry[name], world, len(weight)):
            (alive,) = np.nonzero(p * weight > 0)
            parts.append((alive, np.full(len(alive), state), (p * weight)[alive]))
        rows, states, weight = (np.concatenate(column) for column in zip(*parts, strict=True))
        world = {other: column[rows] for other, column in world.items()} | {name: states}
    return Worlds(reading, world, weight)

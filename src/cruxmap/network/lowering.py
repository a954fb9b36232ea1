"""From an argument map to a discrete Bayesian network: what each construct of the language means.

In: an `ArgumentMap`, the conditions that will be asked about, and the perspectives that will be put in.
Out: a `Network` whose joint distribution over claims, arguments, questions and events is the map's
meaning, whatever the judgements. Every modelling choice lives here. Canonical forms (independent causes,
counts, several undercutters) become chains of small tables, so that the cost grows with the number of
parents; first-match tables cost what they say, not how; only the arguments on one claim multiply, and of
these only as many as are in force together: others share a *seat*, which is taken where one of them holds.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from graphlib import TopologicalSorter
from itertools import product
from typing import assert_never

import numpy as np
import numpy.typing as npt

from cruxmap.engine.network import IntArray, Network, Turned
from cruxmap.ground import gc_paused
from cruxmap.language.argument_map import (
    AllOf,
    AnyOf,
    Argument,
    ArgumentMap,
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
    Emergence,
    Entry,
    Event,
    Ever,
    Gap,
    Judgement,
    Not,
    OnStates,
    PhaseChance,
    Question,
    Routes,
    Row,
    ShareRow,
    ShareTable,
    StateIn,
    Table,
    Timeline,
    Within,
    condition_text,
    mentioned,
    mentioned_in,
)
from cruxmap.language.inheritance import Perspective
from cruxmap.network.assembly import (
    BOOLEAN,
    IS_FALSE,
    IS_TRUE,
    Draw,
    Drawn,
    Entries,
    Term,
    Terms,
    always,
    surely,
)
from cruxmap.network.case_tables import OTHERWISE, OTHERWISE_NOT, ROOM, SURELY, SURELY_NOT, Case, Cases
from cruxmap.network.decision_diagrams import ALWAYS, Function, Test, negated, union

NEVER = "never"

ROOMY = 4
"""Up to how many arguments on one place have a seat each, whoever has them in force."""

WHOLE = ""
"""The part of an entry that arguments bear on, where it is not one of its routes or phases."""


@dataclass(frozen=True, slots=True)
class _Weight:
    """An argument on a target: its strength or force, as an address and a term; the states that it names."""

    argument: str
    weight: str
    term: Term
    states: frozenset[str]


type _Weights = Mapping[str, Mapping[str, tuple[_Weight, ...]]]
"""The arguments on each entry that there are any on, by the part that they bear on."""


@dataclass(frozen=True, slots=True)
class _Seat:
    """Arguments on a target of which no two are in force together, and the variable that is true where one
    of them holds."""

    weights: tuple[_Weight, ...]
    variable: int


@dataclass(frozen=True, slots=True)
class _Work:
    """What is known while a map is lowered."""

    argument_map: ArgumentMap
    entries: Entries
    tables: Cases
    weights: _Weights
    in_force: Mapping[str, frozenset[int]]
    places: dict[str, int] = field(default_factory=dict)
    turned: dict[int, Turned] = field(default_factory=dict)
    tests: dict[Condition, Test] = field(default_factory=dict)
    narrowed: dict[Condition, Function] = field(default_factory=dict)
    seats: dict[tuple[int, ...], None] = field(default_factory=dict)


@gc_paused()
def lower(
    argument_map: ArgumentMap,
    conditions: Sequence[Condition] = (),
    perspectives: Sequence[Perspective] = (),
    *,
    mixed: Sequence[Collection[int]] = (),
    rejected: Iterable[str] = (),
) -> Network:
    """Return the network of a map, with a boolean variable for each of `conditions`.

    It serves the worldviews in `perspectives`: what is 0% or 100% in all of them is built into the tables,
    and arguments of which no two are in force in the same one share seats. Without any, only structure is
    built in. With groups of perspectives, by number, it serves those in the groups, and whatever has each of
    its numbers from one of a group: they may be `mixed`. What is `rejected`, arguments and routes by address,
    is left out.
    """
    groups = [[perspectives[w] for w in group] for group in mixed] or [[one] for one in perspectives]
    certain = _certain([one for group in groups for one in group]) | dict.fromkeys(rejected, False)
    entries = Entries(argument_map.judgements, certain)
    arguments = [a for a in argument_map.arguments if certain.get(a.credence.address) is not False]
    work = _Work(
        argument_map,
        entries,
        Cases(),
        _weights(arguments, entries.index),
        _in_force(arguments, groups),
    )
    for name in _in_order(argument_map, work.weights):
        work.places[name] = _entry(work, argument_map.entry[name])
    asked = tuple(_boolean(work, condition) for condition in conditions)
    return work.tables.network(work.entries, work.places, asked, work.turned, work.seats)


def _certain(perspectives: Sequence[Perspective]) -> dict[str, bool]:
    """The judgements that are 0%, or 100%, in every perspective."""
    if not perspectives:
        return {}
    first, *others = perspectives
    certain = {s.address: s.value.low == 1.0 for s in first.settings if s.value.is_certain}
    for other in others:
        values = ((address, other.setting[address].value, sure) for address, sure in certain.items())
        certain = {a: sure for a, value, sure in values if value.is_certain and (value.low == 1.0) == sure}
    return certain


def _in_force(
    arguments: Iterable[Argument], groups: Sequence[Iterable[Perspective]]
) -> dict[str, frozenset[int]]:
    """Return in which groups, by number, arguments have a credence that is not 0%, if not in all."""
    found: dict[str, frozenset[int]] = {}
    for argument in arguments:
        address = argument.credence.address
        where = frozenset(g for g, group in enumerate(groups) if any(_may_hold(p, address) for p in group))
        if len(where) < len(groups):
            found[argument.about.id] = where
    return found


def _may_hold(perspective: Perspective, address: str) -> bool:
    value = perspective.setting[address].value
    return not value.is_certain or value.low == 1.0


def _weights(arguments: Iterable[Argument], index: Mapping[str, int]) -> _Weights:
    """Find the arguments on each target; one that names a question twice bears on all the states it names."""
    found: dict[str, dict[str, dict[str, _Weight]]] = {}
    for argument in arguments:
        name, weight = argument.about.id, argument.weight.address
        term = (index[weight], 1.0 if argument.direction is Direction.FOR else -1.0, index[weight])
        for target in argument.targets:
            states = frozenset(target.states if isinstance(target, OnStates) else ())
            there = found.setdefault(target.owner, {}).setdefault(target.part, {})
            if name in there:
                states |= there[name].states
            there[name] = _Weight(name, weight, term, states)
    return {
        owner: {part: tuple(weights.values()) for part, weights in parts.items()}
        for owner, parts in found.items()
    }


# --- order -------------------------------------------------------------------------------------


def _in_order(argument_map: ArgumentMap, weights: _Weights) -> Iterable[str]:
    """Return the ids of all entries, what each rests on first. Raises CycleError where some form a circle."""
    return TopologicalSorter(
        {name: dict.fromkeys(_rests_on(entry, weights)) for name, entry in argument_map.entry.items()}
    ).static_order()


def _rests_on(entry: Entry, weights: _Weights) -> Iterator[str]:
    """Yield the ids of the entries that an entry's own table names, with repeats."""
    there = weights.get(entry.about.id)
    if there:
        for part in _parts(entry):
            yield from [weight.argument for weight in there.get(part, ())]
    yield from mentioned_in(entry)


def _parts(entry: Entry) -> list[str]:
    """Return the parts of an entry that arguments may bear on."""
    match entry:
        case Claim(basis=Routes(routes=routes)):
            return [route.id for route in routes if route.id is not None]
        case Event(basis=Emergence(phases=phases)):
            return [phase.phase for phase in phases]
        case _:
            return [WHOLE]


# --- conditions --------------------------------------------------------------------------------


def states_where(
    argument_map: ArgumentMap, network: Network, condition: Condition
) -> tuple[int, tuple[int, ...]]:
    """Return the variable of the one entry that a condition is about, and its states where that holds."""
    [name] = set(mentioned(condition))
    work = _Work(argument_map, Entries((), {}), Cases(network.variables), {}, {}, dict(network.places))
    variable = network.places[name]
    held = work.tables.spread(_when(work, condition), (variable,))
    every = np.broadcast_to(held, work.tables.cardinality(variable))
    return variable, tuple(np.flatnonzero(every).tolist())


def _test(work: _Work, condition: Condition | None) -> Function:
    """Return where a condition holds, as a function of at most `ROOM` configurations."""
    test = _when(work, condition)
    if isinstance(test, Function) and work.tables.size(test.scope) <= ROOM:
        return test
    assert condition is not None
    if condition not in work.narrowed:
        work.narrowed[condition] = work.tables.narrow(test, ROOM, condition_text(condition))
    return work.narrowed[condition]


def _when(work: _Work, condition: Condition | None) -> Test:
    """Return where a condition holds, whatever it ranges over."""
    if condition is None:
        return ALWAYS
    if isinstance(condition, ClaimIs):  # by far the most frequent, and nothing to remember
        return _is(work.places[condition.claim], condition.value)
    if condition not in work.tests:
        test = _truth(work, condition)
        work.tests[condition] = work.tables.reduced(test) if isinstance(test, Function) else test
    return work.tests[condition]


def _boolean(work: _Work, condition: Condition) -> int:
    """Return the variable that is true where the condition holds."""
    return work.tables.helper(_test(work, condition), BOOLEAN, condition_text(condition))


def _truth(work: _Work, condition: Condition) -> Test:
    match condition:
        case ClaimIs(claim=claim, value=value):
            return _is(work.places[claim], value)
        case StateIn(question=question, states=states):
            variable = work.places[question]
            held = [state in states for state in work.tables.variables[variable].states]
            return Function((variable,), np.array(held))
        case Before(event=event, other=other, by=by):
            first, second, never = _two_steps(work, event, other)
            return _of_two(
                work, event, other, (first < never) & ((second == never) | (second - first >= by))
            )
        case Within(event=event, other=other, steps=steps):
            first, second, never = _two_steps(work, event, other)
            near = np.abs(second - first) <= steps
            return _of_two(work, event, other, (first < never) & (second < never) & near)
        case During(event=event, phase=phase):
            return _of_step(work, event, _timeline(work, event).steps_of(phase))
        case ByEndOf(event=event, phase=phase):
            return _of_step(work, event, range(1, _timeline(work, event).steps_of(phase).stop))
        case Ever(event=event, value=value):
            never = _timeline(work, event).steps + 1
            return _of_step(work, event, range(1, never) if value else (never,))
        case Not(part=part):
            return negated(_when(work, part))
        case AllOf(parts=parts) | AnyOf(parts=parts):
            count = len(parts) if isinstance(condition, AllOf) else 1
            return work.tables.at_least(count, [_when(work, part) for part in parts])
        case _:
            assert_never(condition)


def _timeline(work: _Work, event: str) -> Timeline:
    entry = work.argument_map.entry[event]
    assert isinstance(entry, Event)
    return work.argument_map.timeline[entry.timeline]


def _of_step(work: _Work, event: str, steps: Iterable[int]) -> Function:
    """Return where the event comes at one of these steps (counted from 1; the last state is never)."""
    held = np.zeros(_timeline(work, event).steps + 1, np.bool_)
    held[[step - 1 for step in steps]] = True
    return Function((work.places[event],), held)


def _two_steps(work: _Work, event: str, other: str) -> tuple[IntArray, IntArray, int]:
    """Return the steps of two events, as a column and a row, and the number that stands for never."""
    never = _timeline(work, event).steps + 1
    steps = np.arange(1, never + 1)
    return steps[:, None], steps[None, :], never


def _of_two(work: _Work, event: str, other: str, values: IntArray | npt.NDArray[np.bool_]) -> Function:
    """Make a function of two events out of a square of values; they may be the same event."""
    if event == other:
        return Function((work.places[event],), np.diagonal(values))
    return Function((work.places[event], work.places[other]), values)


# --- entries -----------------------------------------------------------------------------------


def _entry(work: _Work, entry: Entry) -> int:
    """Add the variable of an entry; what it rests on is there already."""
    match entry:
        case Claim():
            return _claim(work, entry)
        case Question():
            return _question(work, entry)
        case Event():
            return _event(work, entry)
        case Argument():
            return _argument(work, entry)
        case _:
            assert_never(entry)


def _claim(work: _Work, claim: Claim) -> int:
    name, tables = claim.about.id, work.tables
    match claim.basis:
        case Credence(judgement=judgement):
            return _drawn(work, name, (Row(None, None, judgement),))
        case Table(rows=rows):
            return _drawn(work, name, rows)
        case Definition(count=count, parts=parts, if_met=if_met, otherwise=otherwise):
            test = tables.at_least(count, [_test(work, part) for part in parts])
            met = tables.narrow(test, ROOM, name)
            return tables.cases(
                name, BOOLEAN, [_chance(work, met, if_met), _chance(work, ALWAYS, otherwise)]
            )
        case Routes(when=None) as routes:
            return _noisy_or(work, claim.about.id, routes, name)
        case Routes(when=when) as routes:
            causes = _noisy_or(work, claim.about.id, routes, f"{name} [causes]")
            applies = tables.narrow(_test(work, when), ROOM // 2, f"{name} [when]")
            cases = [(_is(causes, False), SURELY_NOT), (applies, SURELY), OTHERWISE_NOT]
            return tables.cases(name, BOOLEAN, cases)
        case _:
            assert_never(claim.basis)


def _drawn(work: _Work, name: str, rows: Sequence[Row]) -> int:
    """Add a boolean with the credence of the first row that holds, shifted by the arguments on it."""
    seats = _seats_on(work, name, WHOLE, [row.credence for row in rows])
    cases = [_chance(work, _when(work, row.when), row.credence, seats) for row in rows]
    return work.tables.cases(name, BOOLEAN, cases, _variables(seats))


def _noisy_or(work: _Work, claim: str, routes: Routes, name: str) -> int:
    """Add a chain that asks one cause after another, the leak first, and stays true once one has worked.

    Whether a cause acts stands beside the chain, given the chain before and after the cause is asked: so it
    costs nothing where nobody asks about it. Where the chain begins with a cause, that is the first variable.
    """
    causes: list[tuple[Condition | None, Judgement, str | None]] = [(None, routes.leak, None)]
    causes += [(route.when, route.chance, route.id) for route in routes.routes]
    possible = [c for c in causes if work.entries.certainty(c[1].address) is not False] or causes[:1]
    acting: dict[str, int] = {}
    chain: tuple[int, ...] = ()
    for k, (when, chance, route_id) in enumerate(possible):
        seats = () if route_id is None else _seats_on(work, claim, route_id, [chance])
        arguments = _variables(seats)
        room = max(2, ROOM // 2 // work.tables.size(arguments))
        at_work = work.tables.narrow(_test(work, when), room, f"{name} [when {k + 1}]")
        step = name if k + 1 == len(possible) else f"{name} [first {k + 1}]"
        acts = [_chance(work, at_work, chance, seats), OTHERWISE_NOT]
        already: list[Case] = [(_is(before, True), SURELY) for before in chain]
        after = work.tables.cases(step, BOOLEAN, [*already, *acts], arguments)
        known = [(_is(after, False), SURELY_NOT), *((_is(before, False), SURELY) for before in chain)]
        acting[chance.address] = (
            work.tables.cases(chance.address, BOOLEAN, [*known, *acts], arguments) if chain else after
        )
        if chain:
            addresses = (chance.address, *(weight.weight for seat in seats for weight in seat.weights))
            work.turned[acting[chance.address]] = Turned(
                parents=(*at_work.scope, *arguments),
                judgements=tuple(work.entries.index[address] for address in addresses),
                below=after,
            )
        chain = (after,)
    for route in routes.routes:
        address = route.chance.address
        never = work.tables.cases(address, BOOLEAN, [OTHERWISE_NOT]) if address not in acting else None
        work.places[address] = acting[address] if never is None else never
    return chain[0]


def _argument(work: _Work, argument: Argument) -> int:
    """Add an argument: sound with its credence where its premises hold, and not undercut.

    Undercutters of certain force are conditions like the premises; the others get a link of a chain each.
    """
    name, tables = argument.about.id, work.tables
    credence = argument.credence
    if work.entries.certainty(credence.address) is False:
        return tables.cases(name, BOOLEAN, [OTHERWISE_NOT])
    undercutters = work.weights.get(name, {}).get(WHOLE, ())
    sure = [u for u in undercutters if work.entries.certainty(u.weight) is True]
    unsure = [u for u in undercutters if work.entries.certainty(u.weight) is None]
    tests = [_test(work, premise) for premise in argument.premises]
    tests += [_is(work.places[u.argument], False) for u in sure]
    holds = tables.narrow(tables.at_least(len(tests), tests), ROOM, name)
    if not unsure:
        return tables.cases(name, BOOLEAN, [_chance(work, holds, credence), OTHERWISE_NOT])
    if work.entries.certainty(credence.address) is True:
        fails = negated(holds)
    else:
        cases = [_chance(work, holds, credence), OTHERWISE_NOT]
        fails = _is(tables.cases(f"{name} [sound]", BOOLEAN, cases), False)
    for k, undercutter in enumerate(unsure):
        bitten = _is(work.places[undercutter.argument], True)
        cases = [(fails, SURELY_NOT), _undercut(work, bitten, undercutter.weight), OTHERWISE]
        step = name if k + 1 == len(unsure) else f"{name} [after {undercutter.argument}]"
        fails = _is(tables.cases(step, BOOLEAN, cases), False)
    return fails.scope[0]


def _undercut(work: _Work, when: Function, force: str) -> Case:
    """The case in which an undercutting argument holds: the inference fails with its force."""
    states, entries = work.entries.chance(force)
    return when, always((tuple(1 - state for state in reversed(states)), entries[::-1]))


def _question(work: _Work, question: Question) -> int:
    name = question.about.id
    match question.basis:
        case Gap() as gap:
            return work.tables.determined(name, question.states, _gap(work, gap))
        case ShareTable(rows=rows):
            seats = _seats_on(work, name, WHOLE, [share for row in rows for share in row.shares])
            cases = [_shares(work, row, question.states, seats) for row in rows]
            return work.tables.cases(name, question.states, cases, _variables(seats))
        case _:
            assert_never(question.basis)


def _shares(work: _Work, row: ShareRow, states: tuple[str, ...], seats: tuple[_Seat, ...]) -> Case:
    """The case of one row of shares; each argument shifts the states that it names."""
    addresses = [share.address for share in row.shares]

    def draw(configuration: tuple[int, ...]) -> Draw:
        held = _held(seats, configuration)
        terms = [_terms(weight for weight in held if state in weight.states) for state in states]
        return work.entries.shares(addresses, terms)

    return _when(work, row.when), draw


def _gap(work: _Work, gap: Gap) -> Function:
    """The state of a gap question: the last one whose threshold the distance in steps reaches."""
    start, end, never = _two_steps(work, gap.start, gap.end)
    reached = np.searchsorted(np.array(gap.thresholds), end - start, side="right")
    last = len(gap.thresholds)
    state = np.where(start == never, 0, np.where(end == never, last, reached))
    return _of_two(work, gap.start, gap.end, state)


# --- events ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Open:
    """How many of a phase's steps are open: `counts` per state of `variable`."""

    variable: int
    counts: tuple[int, ...]


def _event(work: _Work, event: Event) -> int:
    match event.basis:
        case Combination(latest=latest, parts=parts):
            states = _step_names(_timeline(work, event.about.id))
            return work.tables.determined(event.about.id, states, _extreme(work, parts, latest))
        case Emergence() as emergence:
            return _emergence(work, event.about.id, emergence)
        case _:
            assert_never(event.basis)


def _step_names(timeline: Timeline) -> tuple[str, ...]:
    return (*(str(step) for step in range(1, timeline.steps + 1)), NEVER)


def _extreme(work: _Work, events: Sequence[str], latest: bool) -> Function:
    """Return the step (from 0, never last) of the latest or earliest of events, a function of one or two."""
    states = _step_names(_timeline(work, events[0]))
    steps = np.arange(len(states))
    choose = np.maximum if latest else np.minimum
    found = Function((work.places[events[0]],), steps)
    for k, event in enumerate(events[1:], start=1):
        if k > 1:
            name = f"{'latest' if latest else 'earliest'} of {', '.join(events[:k])}"
            found = Function((work.tables.helper(found, states, name),), steps)
        other = Function((work.places[event],), steps)
        scope = union((found, other))
        found = Function(scope, choose(work.tables.spread(found, scope), work.tables.spread(other, scope)))
    return found


def _emergence(work: _Work, name: str, emergence: Emergence) -> int:
    """Add an event: whether it happens in each phase, and a chain of the step it has happened at by then."""
    timeline = _timeline(work, name)
    states = _step_names(timeline)
    required = None
    if emergence.requires:
        label = f"latest of {', '.join(emergence.requires)}"
        required = work.tables.helper(_extreme(work, emergence.requires, latest=True), states, label)
    so_far: int | None = None
    reached: tuple[str, ...] = ()
    for phase in emergence.phases:
        steps = timeline.steps_of(phase.phase)
        opened = None if required is None else _open(work, required, phase.phase, steps)
        happens = _happens(work, name, phase, len(steps), opened)
        reached += tuple(map(str, steps))
        last = phase is emergence.phases[-1]
        so_far = _by_then(
            work,
            name if last else f"{name} [by the end of {phase.phase}]",
            states=states if last else (*reached, NEVER),
            before=so_far,
            happens=happens,
            opened=opened if len(steps) > 1 else None,
            steps=steps,
            pace=phase.pace.address,
        )
    if so_far is None:
        return work.tables.determined(name, states, Function((), np.array(len(states) - 1)))
    return so_far


def _open(work: _Work, required: int, phase: str, steps: range) -> _Open:
    """Return how much of a phase is open, by the latest required event or by a helper with fewer states."""
    tables = work.tables
    n_states = tables.cardinality(required)
    counts = np.clip(steps[-1] - np.arange(n_states), 0, len(steps))
    if len(steps) + 1 >= n_states:
        return _Open(required, tuple(counts.tolist()))
    states = tuple(str(n) for n in range(len(steps) + 1))
    label = f"{tables.variables[required].name} [open steps of {phase}]"
    return _Open(tables.helper(Function((required,), counts), states, label), tuple(range(len(steps) + 1)))


def _happens(work: _Work, event: str, phase: PhaseChance, n_steps: int, opened: _Open | None) -> int:
    """Add whether an event happens in a phase, given that it has not happened before it."""
    seats = _seats_on(work, event, phase.phase, [row.credence for row in phase.rows])
    parents = _variables(seats)
    if opened is not None:
        parents += (opened.variable,)

    def chance(row: Row) -> Case:
        def draw(configuration: tuple[int, ...]) -> Draw:
            n_open = n_steps if opened is None else opened.counts[configuration[-1]]
            terms = _terms(_held(seats, configuration[: len(seats)]))
            return work.entries.hazard(row.credence.address, terms, phase.pace.address, n_open, n_steps)

        return _when(work, row.when), draw

    gate = [] if phase.when is None else [(negated(_when(work, phase.when)), SURELY_NOT)]
    cases = [*gate, *map(chance, phase.rows)]
    address = f"{event}.{phase.phase}"
    work.places[address] = work.tables.cases(address, BOOLEAN, cases, parents)
    return work.places[address]


def _by_then(
    work: _Work,
    name: str,
    *,
    states: tuple[str, ...],
    before: int | None,
    happens: int,
    opened: _Open | None,
    steps: range,
    pace: str,
) -> int:
    """Add the step that an event has happened at by the end of a phase, or never."""
    place = {state: k for k, state in enumerate(states)}
    earlier = (NEVER,) if before is None else work.tables.variables[before].states
    counts = (len(steps),) if opened is None else opened.counts
    draws: list[Drawn] = []
    for state, now, n_open in product(earlier, (False, True), counts):
        draw = surely(place[state])
        if state == NEVER and now:
            among, entries = work.entries.steps(pace, n_open, len(steps)) if n_open else ((), ())
            draw = tuple(place[str(steps[k])] for k in among), entries
        draws.append(always(draw))
    scope = tuple(v for v in (before, happens, opened.variable if opened else None) if v is not None)
    choice = np.arange(len(draws)).reshape([work.tables.cardinality(v) for v in scope])
    return work.tables.table(name, states, scope, choice, draws)


# --- small parts -------------------------------------------------------------------------------


def _is(boolean: int, value: bool) -> Function:
    return Function((boolean,), IS_TRUE if value else IS_FALSE)


def _chance(work: _Work, when: Test, judgement: Judgement, seats: tuple[_Seat, ...] = ()) -> Case:
    """The case of one number, shifted by the arguments that hold."""
    chance, address = work.entries.chance, judgement.address
    if not seats:
        return when, lambda _: chance(address)
    return when, lambda configuration: chance(address, _terms(_held(seats, configuration)))


def _seats_on(work: _Work, owner: str, part: str, judgements: Iterable[Judgement]) -> tuple[_Seat, ...]:
    """The arguments on a part of an entry, in seats; none where its numbers are certain, which nothing moves.

    Those that are in force in most groups are seated first, each where it meets nobody. A place with few
    arguments has a seat for each: its table is small, and then it serves mixtures of worldviews as well.
    """
    weights = work.weights.get(owner, {}).get(part, ())
    if weights and all(work.entries.certainty(judgement.address) is not None for judgement in judgements):
        return ()
    shared = len(weights) > ROOMY
    everywhere = [weight for weight in weights if not shared or weight.argument not in work.in_force]
    others = [weight for weight in weights if shared and weight.argument in work.in_force]
    taken: list[tuple[list[_Weight], set[int]]] = []
    for weight in sorted(others, key=lambda weight: -len(work.in_force[weight.argument])):
        where = work.in_force[weight.argument]
        free = next((seat for seat in taken if seat[1].isdisjoint(where)), None)
        if free is None:
            taken.append(([weight], set(where)))
        else:
            free[0].append(weight)
            free[1].update(where)
    place = f"{owner}.{part}" if part else owner
    seats = [[weight] for weight in everywhere] + [members for members, _ in taken]
    return tuple(_seat(work, members, f"{place} [seat {k}") for k, members in enumerate(seats, start=1))


def _seat(work: _Work, members: Sequence[_Weight], name: str) -> _Seat:
    """Seat arguments; where there are several, a chain tells whether one of them holds."""
    first, *more = members
    variable = work.places[first.argument]
    if not more:
        return _Seat((first,), variable)
    credences = tuple(work.entries.index[weight.argument] for weight in members)
    work.seats.setdefault(credences)
    either = np.array([[False, True], [True, True]])
    for k, weight in enumerate(more, start=2):
        function = Function((variable, work.places[weight.argument]), either)
        label = f"{name}]" if k == len(members) else f"{name}, first {k}]"
        variable = work.tables.helper(function, BOOLEAN, label)
    return _Seat(
        tuple(replace(w, term=(*w.term[:2], c)) for w, c in zip(members, credences, strict=True)), variable
    )


def _variables(seats: Iterable[_Seat]) -> tuple[int, ...]:
    return tuple(seat.variable for seat in seats)


def _held(seats: Sequence[_Seat], taken: Sequence[int]) -> list[_Weight]:
    """The arguments in the seats that are taken; at most one of each has a credence above 0%."""
    return [
        weight for seat, is_taken in zip(seats, taken, strict=True) if is_taken for weight in seat.weights
    ]


def _terms(weights: Iterable[_Weight]) -> Terms:
    """The shift by arguments."""
    return tuple(sorted(weight.term for weight in weights))

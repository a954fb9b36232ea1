"""The parts of a network while it is being put together: entries, variables, tables, small functions.

Lowering says what depends on what; this module keeps the books. Equal entries become one entry, equal
row patterns one array, and a function of a few variables is kept as a dense array (`Function`) until
somebody needs it as a variable of its own. Nothing here knows about claims or arguments.
"""

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, compress, pairwise, product
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from cruxmap.network.network import IntArray, Network, SparseTable, TableProgram, Variable

BOOLEAN = ("false", "true")

ROOM = 64
"""How many configurations conditions may range over inside a table before they get variables of their own."""

CERTAIN = 0
"""The entry that is always 1."""

type Terms = tuple[tuple[int, float], ...]
"""A shift: (index of a strength, +1 or -1), in increasing order of the index."""

type Values = npt.NDArray[Any]
"""Truth values, or whole numbers."""

type Draw = tuple[tuple[int, ...], tuple[int, ...]]
"""A distribution over a variable's states: those that can occur, and the entry of each."""


def surely(state: int) -> Draw:
    """The distribution that has one state only."""
    return (state,), (CERTAIN,)


NO, YES = surely(0), surely(1)


class Entries:
    """Collects the entries of a `TableProgram`.

    `certain` are the judgements that are 0% or 100% whatever the worldview: an entry that they make
    impossible is left out, one that they make sure is the constant.
    """

    def __init__(self, addresses: Iterable[str], certain: Mapping[str, bool]) -> None:
        self.index = {address: i for i, address in enumerate(addresses)}
        self._certain = {self.index[address]: value for address, value in certain.items()}
        self._count = 1
        self._shifts: dict[Terms, int] = {(): 0}
        self._logistic: dict[tuple[int, int], int] = {}  # the entry of false; that of true is the next
        self._groups: dict[tuple[tuple[int, ...], tuple[int, ...]], range] = {}
        self._hazard: dict[tuple[int, int, int, int, int, bool], int] = {}
        self._step: dict[tuple[int, int, int, int], int] = {}

    def certainty(self, address: str) -> bool | None:
        """Tell whether a judgement is 100% (true) or 0% (false) in every worldview, `None` if neither."""
        return self._certain.get(self.index[address])

    def chance(self, address: str, terms: Terms = ()) -> Draw:
        """A boolean that is true with the probability of the judgement, shifted by `terms`."""
        base = self.index[address]
        sure = self._certain.get(base)
        if sure is not None:
            return YES if sure else NO
        false = self._logistic.setdefault((base, self._shift(terms)), self._count)
        if false == self._count:
            self._count += 2
        return (0, 1), (false, false + 1)

    def shares(self, addresses: Sequence[str], terms: Sequence[Terms]) -> Draw:
        """A variable with one share per state, each with its own shift."""
        bases = [self.index[address] for address in addresses]
        states = tuple(s for s, base in enumerate(bases) if self._certain.get(base) is not False)
        if len(states) == 1:
            return surely(states[0])
        key = (tuple(bases[s] for s in states), tuple(self._shift(terms[s]) for s in states))
        if key not in self._groups:
            self._groups[key] = range(self._count, self._count + len(states))
            self._count += len(states)
        return states, tuple(self._groups[key])

    def hazard(self, address: str, terms: Terms, pace: str, n_open: int, steps: int) -> Draw:
        """A boolean: it happens in a phase of which the last `n_open` of `steps` steps are open."""
        if n_open == 0:
            return NO
        if n_open == steps or self.certainty(address) is not None:
            return self.chance(address, terms)
        base, shift, at = self.index[address], self._shift(terms), self.index[pace]
        keys = ((base, shift, at, n_open, steps, happens) for happens in (False, True))
        return (0, 1), tuple(self._entry(self._hazard, key) for key in keys)

    def steps(self, pace: str, n_open: int, steps: int) -> Draw:
        """Which step of the phase (counted from 0) it is, among the last `n_open` of `steps`."""
        if n_open == 1:
            return surely(steps - 1)
        at, among = self.index[pace], tuple(range(steps - n_open, steps))
        return among, tuple(self._entry(self._step, (at, k, n_open, steps)) for k in among)

    def _shift(self, terms: Terms) -> int:
        return self._shifts.setdefault(terms, len(self._shifts))

    def _entry[K](self, known: dict[K, int], key: K) -> int:
        entry = known.get(key)
        if entry is None:
            entry = known[key] = self._count
            self._count += 1
        return entry

    def program(self) -> tuple[TableProgram, IntArray]:
        """Return the program, kind after kind, and where each entry handed out so far is in it."""
        shares = [
            (base, shift, group)
            for group, (bases, shifts) in enumerate(self._groups)
            for base, shift in zip(bases, shifts, strict=True)
        ]
        logistic = [(base, sign, shift) for base, shift in self._logistic for sign in (-1, 1)]
        handed_out = [
            *(entry for false in self._logistic.values() for entry in (false, false + 1)),
            *(entry for group in self._groups.values() for entry in group),
            *self._hazard.values(),
            *self._step.values(),
        ]
        position = np.zeros(self._count, np.int64)
        position[handed_out] = np.arange(1, self._count)
        ends = np.cumsum([1, len(logistic), len(shares), len(self._hazard), len(self._step)])
        entry = [_fixed(np.arange(a, b)) for a, b in pairwise(ends)]
        term_shift, term_strength, term_sign = _columns(
            [(n, *term) for terms, n in self._shifts.items() for term in terms], 3
        )
        logistic_base, logistic_sign, logistic_shift = _columns(logistic, 3)
        share_base, share_shift, share_group = _columns(shares, 3)
        hazard_base, hazard_shift, hazard_pace, hazard_open, hazard_steps, hazard_happens = _columns(
            self._hazard, 6
        )
        step_pace, step_position, step_open, step_steps = _columns(self._step, 4)
        program = TableProgram(
            n_entries=self._count,
            n_shifts=len(self._shifts),
            term_shift=term_shift,
            term_strength=term_strength,
            term_sign=_fixed(term_sign.astype(np.float64)),
            logistic_entry=entry[0],
            logistic_base=logistic_base,
            logistic_sign=_fixed(logistic_sign.astype(np.float64)),
            logistic_shift=logistic_shift,
            share_entry=entry[1],
            share_base=share_base,
            share_shift=share_shift,
            share_group=share_group,
            n_groups=len(self._groups),
            hazard_entry=entry[2],
            hazard_base=hazard_base,
            hazard_shift=hazard_shift,
            hazard_pace=hazard_pace,
            hazard_open=hazard_open,
            hazard_steps=hazard_steps,
            hazard_happens=_fixed(hazard_happens.astype(np.bool_)),
            step_entry=entry[3],
            step_pace=step_pace,
            step_position=step_position,
            step_open=step_open,
            step_steps=step_steps,
        )
        return program, position


def _columns(rows: Iterable[tuple[float, ...]], width: int) -> list[IntArray]:
    table = np.array(list(rows), np.int64).reshape(-1, width)
    return [_fixed(table[:, k].copy()) for k in range(width)]


def _fixed[T: np.generic](array: npt.NDArray[T]) -> npt.NDArray[T]:
    array.flags.writeable = False
    return array


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function of a few variables: `values[states of scope]` is a truth value or a whole number."""

    scope: tuple[int, ...]
    values: Values


ALWAYS = Function((), np.array(True))


type Drawn = Callable[[tuple[int, ...]], Draw]
"""A distribution for each configuration of a variable's parents."""


def always(draw: Draw) -> Drawn:
    """The same distribution whatever the parents' states."""
    return lambda _: draw


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A case of a table: where `when` holds, the variable is drawn from `draw` of its parents' states."""

    when: Function
    draw: Drawn


class Tables:
    """Collects the variables of a network with their tables; parents come before children."""

    def __init__(self) -> None:
        self.variables: list[Variable] = []
        self._cardinalities: list[int] = []
        self._scopes: list[tuple[int, ...]] = []
        self._rows: list[IntArray] = []
        self._entries: list[int] = []  # of all tables, one after another
        self._patterns: dict[Hashable, IntArray] = {}
        self._choices: dict[Hashable, IntArray] = {}
        self._counts: dict[Hashable, Values] = {}
        self._reductions: dict[Hashable, tuple[tuple[int, ...], Values]] = {}
        self._helpers: dict[tuple[tuple[int, ...], int, bytes], int] = {}

    def cardinality(self, variable: int) -> int:
        """Return the number of states of a variable."""
        return self._cardinalities[variable]

    def size(self, scope: Iterable[int]) -> int:
        """Return the number of configurations of some variables."""
        return math.prod(map(self._cardinalities.__getitem__, scope))

    def table(
        self,
        name: str,
        states: tuple[str, ...],
        scope: tuple[int, ...],
        choice: Values,
        draws: Sequence[Drawn],
        *,
        parents: tuple[int, ...] = (),
    ) -> int:
        """Add a variable: where `scope` has states s it follows `draws[choice[s]]`, given the parents."""
        chosen = choice.ravel().tolist()
        shape = tuple(map(self.cardinality, parents))
        configurations = list(product(*map(range, shape)))
        supports, entries = {}, {}
        for k in sorted(set(chosen)):
            supports[k], entries[k] = zip(*map(draws[k], configurations), strict=True)
        key = (choice.shape, shape, tuple(chosen), tuple(supports.items()))
        if key not in self._patterns:
            rows = [
                (*at, *configuration, state)
                for at, k in zip(product(*map(range, choice.shape)), chosen, strict=True)
                for configuration, states_that_occur in zip(configurations, supports[k], strict=True)
                for state in states_that_occur
            ]
            width = len(scope) + len(parents) + 1
            self._patterns[key] = _fixed(np.array(rows, np.int64).reshape(len(rows), width))
        child = len(self.variables)
        self.variables.append(Variable(name, states))
        self._cardinalities.append(len(states))
        each = chain.from_iterable(map(entries.__getitem__, chosen))
        self._add((*scope, *parents, child), self._patterns[key], chain.from_iterable(each))
        return child

    def _add(self, scope: tuple[int, ...], rows: IntArray, entries: Iterable[int]) -> None:
        """Add a table with one column per variable: where a variable has several, they must agree.

        A required event, say, may decide how much of a phase is open and which row applies as well.
        """
        if len(set(scope)) < len(scope):
            first = [scope.index(variable) for variable in scope]
            kept = sorted(set(first))
            agree = (rows == rows[:, first]).all(axis=1)
            scope = tuple(scope[column] for column in kept)
            rows = _fixed(rows[agree][:, kept])
            entries = compress(entries, agree)
        self._scopes.append(scope)
        self._rows.append(rows)
        self._entries.extend(entries)

    def cases(
        self, name: str, states: tuple[str, ...], cases: Sequence[Case], parents: tuple[int, ...] = ()
    ) -> int:
        """Add a variable drawn from the first case that holds; the last one stands for all that is left.

        Where the conditions range over few configurations, or over no more than there are cases, it is one
        table. Otherwise it is a chain from the last case to the first, each step drawing from its own case
        or passing the value on, so that the cost grows with the number of cases only. With parents, and
        unless there are very many cases, the number of the case becomes a variable first, so that the
        parents meet one variable and not all that the conditions mention.
        """
        room = max(4, ROOM // self.size(parents))
        scope = union(case.when for case in cases[:-1])
        if parents and len(cases) < self.size(scope) and len(cases) <= ROOM:
            number = self._case_number(name, cases, scope)
            draws = [case.draw for case in cases]
            return self.table(name, states, (number,), np.arange(len(cases)), draws, parents=parents)
        if self.size(scope) <= max(room, len(cases)):
            choice = self._first(cases, scope)
            return self.table(name, states, scope, choice, [case.draw for case in cases], parents=parents)
        following = self.cases(f"{name} [{len(cases)}]", states, cases[-1:], parents)
        passed_on = [always(surely(state)) for state in range(len(states))]
        for k in range(len(cases) - 2, -1, -1):
            when = self.narrow(cases[k].when, room, f"{name} [when {k + 1}]")
            choice = np.where(when.values[..., None], 0, np.arange(1, len(states) + 1))
            following = self.table(
                f"{name} [{k + 1}]" if k else name,
                states,
                (*when.scope, following),
                choice,
                [cases[k].draw, *passed_on],
                parents=parents,
            )
        return following

    def _case_number(self, name: str, cases: Sequence[Case], scope: tuple[int, ...]) -> int:
        """Add the number of the first case that holds, by a chain from the last case where it takes one."""
        states = tuple(f"case {k + 1}" for k in range(len(cases)))
        if self.size(scope) <= ROOM:
            return self.helper(Function(scope, self._first(cases, scope)), states, f"{name} [case]")
        number = Function((), np.array(len(cases) - 1))
        for k in range(len(cases) - 2, -1, -1):
            when = self.narrow(cases[k].when, ROOM, f"{name} [when {k + 1}]")
            joint = union((when, number))
            values = np.where(self.spread(when, joint), k, self.spread(number, joint)) - k
            label = f"{name} [case from {k + 1}]" if k else f"{name} [case]"
            step = self.helper(Function(joint, values), states[k:], label)
            number = Function((step,), np.arange(k, len(cases)))
        [variable] = number.scope
        return variable

    def _first(self, cases: Sequence[Case], scope: tuple[int, ...]) -> IntArray:
        """The number of the first case that holds, by the states of `scope`; the last one where none does."""
        tests = [case.when for case in cases[:-1]]
        key = _placed(tests, scope)
        if key not in self._choices:
            choice = np.full(tuple(map(self.cardinality, scope)), len(tests))
            for k in range(len(tests) - 1, -1, -1):
                choice = np.where(self.spread(tests[k], scope), k, choice)
            self._choices[key] = _fixed(choice)
        return self._choices[key]

    def count(self, tests: Sequence[Function], scope: tuple[int, ...]) -> Values:
        """How many of the tests hold, by the states of `scope`."""
        key = _placed(tests, scope)
        if key not in self._counts:
            total = np.zeros(tuple(map(self.cardinality, scope)), np.int64)
            for test in tests:
                total += self.spread(test, scope)
            self._counts[key] = _fixed(total)
        return self._counts[key]

    def determined(self, name: str, states: tuple[str, ...], function: Function) -> int:
        """Add a variable that always has the function's value."""
        draws = [always(surely(state)) for state in range(len(states))]
        return self.table(name, states, function.scope, function.values, draws)

    def spread(self, function: Function, scope: tuple[int, ...]) -> Values:
        """Return the values with an axis per variable of `scope`, of length 1 where the function has none."""
        order = sorted(range(len(function.scope)), key=lambda axis: scope.index(function.scope[axis]))
        shape = [self.cardinality(v) if v in function.scope else 1 for v in scope]
        return function.values.transpose(order).reshape(shape)

    def narrow(self, function: Function, room: int, name: str) -> Function:
        """Return a truth function of at most `room` configurations, by a variable of its own where needed."""
        if self.size(function.scope) <= room:
            return function
        return Function((self.helper(function, BOOLEAN, name),), np.array([False, True]))

    def helper(self, function: Function, states: tuple[str, ...], name: str) -> int:
        """Return a variable that always has the function's value; one that is there already if it can."""
        if len(function.scope) == 1 and np.array_equal(function.values, np.arange(len(states))):
            return function.scope[0]
        key = (function.scope, len(states), function.values.astype(np.int64).tobytes())
        if key not in self._helpers:
            self._helpers[key] = self.determined(name, states, function)
        return self._helpers[key]

    def reduced(self, function: Function) -> Function:
        """Return the same function of the variables that matter, in increasing order."""
        order = tuple(sorted(range(len(function.scope)), key=function.scope.__getitem__))
        key = (order, _content(function))
        if key not in self._reductions:
            values, kept = function.values.transpose(order), list(order)
            for axis in range(len(kept) - 1, -1, -1):
                first = values.take([0], axis)
                if (values == first).all():
                    values = first.squeeze(axis)
                    del kept[axis]
            self._reductions[key] = tuple(kept), _fixed(np.array(values))
        axes, values = self._reductions[key]
        return Function(tuple(function.scope[axis] for axis in axes), values)

    def network(self, entries: Entries, places: Mapping[str, int], conditions: tuple[int, ...]) -> Network:
        """Return the finished network."""
        program, position = entries.program()
        placed = _fixed(position[self._entries])
        ends = accumulate(map(len, self._rows), initial=0)
        return Network(
            variables=tuple(self.variables),
            tables=tuple(
                SparseTable(child, scope, rows, placed[start:end])
                for child, (scope, rows, (start, end)) in enumerate(
                    zip(self._scopes, self._rows, pairwise(ends), strict=True)
                )
            ),
            program=program,
            addresses=tuple(entries.index),
            places=MappingProxyType(dict(places)),
            conditions=conditions,
        )


def _content(function: Function) -> Hashable:
    """What two functions have in common that have the same values, of whatever variables."""
    return function.values.shape, function.values.dtype, function.values.tobytes()


def _placed(functions: Iterable[Function], scope: tuple[int, ...]) -> Hashable:
    """What lists of functions have in common that have the same values at the same places of `scope`."""
    return tuple((tuple(map(scope.index, f.scope)), _content(f)) for f in functions)


def union(functions: Iterable[Function]) -> tuple[int, ...]:
    """Return the variables of several functions, in the order in which they first appear."""
    return tuple(dict.fromkeys(v for function in functions for v in function.scope))

"""The parts of a network while it is being put together: entries, variables, tables, small functions.

Lowering says what depends on what; this module keeps the books. Equal entries become one entry, equal
row patterns one array, and a function of a few variables is kept as a dense array (`Function`) until
somebody needs it as a variable of its own. Nothing here knows about claims or arguments.
"""

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise, product
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from cruxmap.engine.network import (
    Hazards,
    IntArray,
    Logistic,
    Network,
    Openings,
    Shares,
    Shifts,
    SparseTable,
    Steps,
    TableProgram,
    Variable,
)
from cruxmap.network.diagrams import (
    ALWAYS,
    Function,
    Level,
    Test,
    Threshold,
    Values,
    first_match,
    n_mentions,
    union,
)

BOOLEAN = ("false", "true")

_IS_TRUE = np.array([False, True])

ROOM = 64
"""How many configurations conditions may range over inside a table before they get variables of their own."""

CERTAIN = 0
"""The entry that is always 1."""

type Term = tuple[int, float]
"""A part of a shift: index of a strength, +1 or -1."""

type Terms = tuple[Term, ...]
"""A shift, in increasing order of the index."""

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
        self._certain = certain
        self._count = 1
        self._shifts: dict[Terms, int] = {(): 0}
        self._logistic: dict[tuple[int, int], int] = {}  # the entry of false; that of true is the next
        self._groups: dict[tuple[tuple[int, ...], tuple[int, ...]], range] = {}
        self._openings: dict[tuple[int, int, int], int] = {}
        self._hazards: dict[tuple[int, int, int], int] = {}  # the entry of no; that of yes is the next
        self._steps: dict[tuple[int, int], int] = {}

    def certainty(self, address: str) -> bool | None:
        """Tell whether a judgement is 100% (true) or 0% (false) in every worldview, `None` if neither."""
        return self._certain.get(address)

    def chance(self, address: str, terms: Terms = ()) -> Draw:
        """A boolean that is true with the probability of the judgement, shifted by `terms`."""
        sure = self._certain.get(address)
        if sure is not None:
            return YES if sure else NO
        shift = self._shift(terms) if terms else 0
        false = self._logistic.setdefault((self.index[address], shift), self._count)
        if false == self._count:
            self._count += 2
        return (0, 1), (false, false + 1)

    def shares(self, addresses: Sequence[str], terms: Sequence[Terms]) -> Draw:
        """A variable with one share per state, each with its own shift."""
        states = tuple(s for s, address in enumerate(addresses) if self._certain.get(address) is not False)
        if len(states) == 1:
            return surely(states[0])
        bases = tuple(self.index[addresses[s]] for s in states)
        key = bases, tuple(self._shift(terms[s]) for s in states)
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
        key = self.index[address], self._shift(terms), self._opening(pace, n_open, steps)
        no = self._hazards.setdefault(key, self._count)
        if no == self._count:
            self._count += 2
        return (0, 1), (no, no + 1)

    def steps(self, pace: str, n_open: int, steps: int) -> Draw:
        """Which step of the phase (counted from 0) it is, among the last `n_open` of `steps`."""
        if n_open == 1:
            return surely(steps - 1)
        opening, among = self._opening(pace, n_open, steps), tuple(range(steps - n_open, steps))
        entries = []
        for k in among:
            entries.append(self._steps.setdefault((opening, k), self._count))
            self._count += entries[-1] == self._count
        return among, tuple(entries)

    def _opening(self, pace: str, n_open: int, steps: int) -> int:
        return self._openings.setdefault((self.index[pace], n_open, steps), len(self._openings))

    def _shift(self, terms: Terms) -> int:
        return self._shifts.setdefault(terms, len(self._shifts))

    def program(self) -> tuple[TableProgram, IntArray]:
        """Return the program, kind after kind, and where each entry handed out so far is in it."""
        handed_out = (
            *(entry for false in self._logistic.values() for entry in (false, false + 1)),
            *chain.from_iterable(self._groups.values()),
            *(entry for no in self._hazards.values() for entry in (no, no + 1)),
            *self._steps.values(),
        )
        position = np.zeros(self._count, np.int64)
        position[[*handed_out]] = np.arange(1, self._count)
        rows: dict[tuple[int, ...], int] = {}
        row = [rows.setdefault(bases, len(rows)) for bases, _ in self._groups]
        terms = _columns(chain.from_iterable(self._shifts), 2)
        program = TableProgram(
            Shifts(_starts(self._shifts), *terms),
            Logistic(*_columns(self._logistic, 2)),
            Shares(
                _whole(chain.from_iterable(rows)),
                _starts(rows),
                _whole(row),
                _whole(shift for _, shifts in self._groups for shift in shifts),
            ),
            Openings(*_columns(self._openings, 3)),
            Hazards(*_columns(self._hazards, 3)),
            Steps(*_columns(self._steps, 2)),
        )
        return program, position


def _columns(rows: Iterable[tuple[float, ...]], width: int) -> list[IntArray]:
    flat = _whole(chain.from_iterable(rows))
    return [_whole(flat[k::width]) for k in range(width)]


def _whole(numbers: Iterable[float]) -> IntArray:
    return _fixed(np.array([*numbers], np.int64))


def _starts(parts: Iterable[Sized]) -> IntArray:
    """Return where each part starts when they stand one after the other, and where the last one ends."""
    return _whole(accumulate(map(len, parts), initial=0))


def _fixed[T: np.generic](array: npt.NDArray[T]) -> npt.NDArray[T]:
    array.flags.writeable = False
    return array


type Drawn = Callable[[tuple[int, ...]], Draw]
"""A distribution for each configuration of a variable's parents."""


def always(draw: Draw) -> Drawn:
    """The same distribution whatever the parents' states."""
    return lambda _: draw


SURELY, SURELY_NOT = always(YES), always(NO)


type Case = tuple[Test, Drawn]
"""A case of a table: where the test holds, the variable is drawn as that says of its parents' states."""

OTHERWISE: Case = (ALWAYS, SURELY)
OTHERWISE_NOT: Case = (ALWAYS, SURELY_NOT)


@dataclass(frozen=True, slots=True, eq=False)
class _Choice:
    """Which draw a table follows, by the states of its scope: `values`; `used` are those that occur."""

    values: Values
    used: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Pattern:
    """The rows of a table, and the place of each row's entry among those of the draws that it follows."""

    rows: IntArray
    order: IntArray


class Tables:
    """Collects the variables of a network with their tables; parents come before children."""

    def __init__(self) -> None:
        self.variables: list[Variable] = []
        self._cardinalities: list[int] = []
        self._scopes: list[tuple[int, ...]] = []
        self._parts: list[_Pattern] = []
        self._starts: list[int] = []  # where the entries of each table begin in the next
        self._entries: list[int] = []  # of the draws of all tables
        self._patterns: dict[Hashable, _Pattern] = {}
        self._choices: dict[Hashable, _Choice] = {}
        self._firsts: dict[Hashable, IntArray] = {}
        self._reductions: dict[Hashable, tuple[tuple[int, ...], Values]] = {}
        self._helpers: dict[tuple[tuple[int, ...], int, bytes], int] = {}

    def cardinality(self, variable: int) -> int:
        """Return the number of states of a variable."""
        return self._cardinalities[variable]

    def size(self, scope: Iterable[int]) -> int:
        """Return the number of configurations of some variables."""
        return math.prod([self._cardinalities[variable] for variable in scope])

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
        chosen = self._choice(choice)
        shape = tuple(map(self.cardinality, parents))
        configurations = list(product(*map(range, shape)))
        drawn = [draws[k](configuration) for k in chosen.used for configuration in configurations]
        supports, entries = zip(*drawn, strict=True)
        key = (chosen, shape, supports)
        pattern = self._patterns.get(key)
        if pattern is None:
            pattern = self._patterns[key] = _pattern(chosen, configurations, supports)
        child = len(self.variables)
        self.variables.append(Variable(name, states))
        self._cardinalities.append(len(states))
        scope = (*scope, *parents, child)
        if len(set(scope)) < len(scope):
            scope, pattern = _where_columns_agree(scope, pattern)
        self._scopes.append(scope)
        self._parts.append(pattern)
        self._starts.append(len(self._entries))
        self._entries.extend(chain.from_iterable(entries))
        return child

    def _choice(self, values: Values) -> _Choice:
        key = _content(values)
        if key not in self._choices:
            used = np.unique(values)
            self._choices[key] = _Choice(values, tuple(used.tolist()))
        return self._choices[key]

    def cases(
        self, name: str, states: tuple[str, ...], cases: Sequence[Case], parents: tuple[int, ...] = ()
    ) -> int:
        """Add a variable drawn from the first case that holds; the last one stands for all that is left.

        Where the conditions range over few configurations, or over no more than there are cases, it is one
        table. Otherwise it asks one variable of the conditions after another, as a diagram does, unless that
        would take too much or no two conditions share a variable. Then it is a chain from the last case to
        the first, each step drawing from its own case or passing the value on. So the cost grows with the
        number of cases only. With parents, and unless there are very many cases, the number of the case
        becomes a variable first, so that parents meet one variable and not all that the conditions mention.
        """
        every, draws = zip(*cases, strict=True)
        tests = every[:-1]
        if self.size(union(every)) > max(ROOM, len(cases)):
            made = self._by_diagram(name, states, every, draws, parents)
            if made is not None:
                return made
            tests = tuple(self.narrow(test, ROOM, f"{name} [when {k + 1}]") for k, test in enumerate(tests))
        room = max(4, ROOM // self.size(parents))
        scope = union(tests)
        size = self.size(scope)
        if parents and len(cases) < size and len(cases) <= ROOM:
            number = self._case_number(name, tests, scope)
            return self.table(name, states, (number,), np.arange(len(cases)), draws, parents=parents)
        if size <= max(room, len(cases)):
            return self.table(name, states, scope, self._first(tests, scope), draws, parents=parents)
        following = self.cases(f"{name} [{len(cases)}]", states, cases[-1:], parents)
        passed_on = [always(surely(state)) for state in range(len(states))]
        for k in range(len(tests) - 1, -1, -1):
            when = self.narrow(tests[k], room, f"{name} [when {k + 1}]")
            choice = np.where(when.values[..., None], 0, np.arange(1, len(states) + 1))
            following = self.table(
                f"{name} [{k + 1}]" if k else name,
                states,
                (*when.scope, following),
                choice,
                [draws[k], *passed_on],
                parents=parents,
            )
        return following

    def _case_number(self, name: str, tests: Sequence[Test], scope: tuple[int, ...]) -> int:
        """Add the number of the first test that holds."""
        states = _case_names(len(tests) + 1)
        if self.size(scope) <= ROOM:
            return self.helper(Function(scope, self._first(tests, scope)), states, f"{name} [case]")
        numbered = [(test, always(surely(k))) for k, test in enumerate((*tests, ALWAYS))]
        return self.cases(f"{name} [case]", states, numbered)

    def _by_diagram(
        self,
        name: str,
        states: tuple[str, ...],
        tests: Sequence[Test],
        draws: Sequence[Drawn],
        parents: tuple[int, ...] = (),
    ) -> int | None:
        """Add a variable drawn from the first case that holds, by a diagram of the tests.

        `None` where that would take too much, and where no variable is mentioned twice: it saves nothing.
        """
        scope, mentions = tuple(sorted(union(tests))), sum(map(n_mentions, tests))
        if mentions == len(scope):
            return None
        ends, differing = self._differing(draws, parents)
        levels = first_match(tests, ends, self.cardinality, 8 * ROOM * mentions)
        if levels is None:
            return None

        def drawn(
            name: str, states: tuple[str, ...], draws: Sequence[Drawn], parents: tuple[int, ...]
        ) -> int:
            if sum(level.size for level in levels) < self.size(scope):
                return self._by_levels(name, states, levels, draws, parents)
            choice = np.array(ends)[self._first(tests[:-1], scope)]
            return self.table(name, states, scope, choice, draws, parents=parents)

        if not parents or len(differing) > ROOM:
            return drawn(name, states, differing, parents)
        cases = _case_names(len(differing))
        number = drawn(f"{name} [case]", cases, [always(surely(k)) for k in range(len(cases))], ())
        return self.table(name, states, (number,), np.arange(len(cases)), differing, parents=parents)

    def _differing(self, draws: Sequence[Drawn], parents: tuple[int, ...]) -> tuple[list[int], list[Drawn]]:
        """Number the draws, equal ones alike; and one of each number."""
        configurations = list(product(*(range(self.cardinality(parent)) for parent in parents)))
        number: dict[Hashable, int] = {}
        numbers = [number.setdefault(tuple(map(draw, configurations)), len(number)) for draw in draws]
        return numbers, [*dict(zip(numbers, draws, strict=True)).values()]

    def _by_levels(
        self,
        name: str,
        states: tuple[str, ...],
        levels: Sequence[Level],
        draws: Sequence[Drawn],
        parents: tuple[int, ...],
    ) -> int:
        """Add a variable for each level: the value, where an end is reached, or else the next node."""
        before: tuple[int, ...] = ()
        for level, below in zip(levels, [*(level.following for level in levels[1:]), ()], strict=True):
            n_states = self.cardinality(level.variable)
            passed_on = range(len(draws), len(draws) + len(states) + len(below))
            place = dict(zip(below, passed_on[len(states) :], strict=True))
            rows = [[value] * n_states for value in passed_on[: len(states)]]
            rows += [[place.get(node, node) for node in after] for after in level.following.values()]
            choice = np.array(rows if before else rows[-1])
            step = self.table(
                f"{name} [by {self.variables[level.variable].name}]" if below else name,
                (*states, *(f"open {k + 1}" for k in range(len(below)))),
                (*before, level.variable),
                choice,
                [*draws, *(always(surely(k)) for k in range(len(passed_on)))],
                parents=parents if choice.min() < len(draws) else (),
            )
            before = (step,)
        return step

    def _first(self, tests: Sequence[Test], scope: tuple[int, ...]) -> IntArray:
        """The number of the first test that holds, or how many there are, by the states of `scope`."""
        key = _placed(tests, scope)
        if key not in self._firsts:
            first = np.full(tuple(map(self.cardinality, scope)), len(tests))
            for k in range(len(tests) - 1, -1, -1):
                first[self._held(tests[k], scope)] = k
            self._firsts[key] = _fixed(first)
        return self._firsts[key]

    def determined(self, name: str, states: tuple[str, ...], function: Function) -> int:
        """Add a variable that always has the function's value."""
        draws = [always(surely(state)) for state in range(len(states))]
        return self.table(name, states, function.scope, function.values, draws)

    def spread(self, test: Test, scope: tuple[int, ...]) -> Values:
        """Return the values with an axis per variable of `scope`, of length 1 where the test has none."""
        if isinstance(test, Threshold):
            return np.asarray(sum(self.spread(part, scope) for part in test.parts) >= test.count)
        order = sorted(range(len(test.scope)), key=lambda axis: scope.index(test.scope[axis]))
        shape = [self.cardinality(v) if v in test.scope else 1 for v in scope]
        return test.values.transpose(order).reshape(shape)

    def _held(self, test: Test, scope: tuple[int, ...]) -> Any:
        """Return an index of those states of `scope` where a test holds, which is short where it can be."""
        if isinstance(test, Threshold) and test.count == len(test.parts):
            held = {part.scope: self.spread(part, part.scope) for part in test.parts if len(part.scope) == 1}
            if len(held) == len(test.parts):
                everywhere = {(v,): np.ones(self.cardinality(v), np.bool_) for v in scope}
                return np.ix_(*(everywhere | held).values())
        return np.broadcast_to(self.spread(test, scope), tuple(map(self.cardinality, scope)))

    def narrow(self, test: Test, room: int, name: str) -> Function:
        """Return a test as a function of at most `room` configurations, by helper variables where needed."""
        if isinstance(test, Threshold):
            helper = self._by_diagram(name, BOOLEAN, [test, ALWAYS], [SURELY, SURELY_NOT])
            test = self._counted(test, name) if helper is None else Function((helper,), _IS_TRUE)
        if self.size(test.scope) <= room:
            return test
        return Function((self.helper(test, BOOLEAN, name),), _IS_TRUE)

    def _counted(self, test: Threshold, name: str) -> Function:
        """Return a test as a function of one variable, the end of a chain.

        It counts the parts that hold up to `count`, or those that do not up to one more than may be missing,
        whichever is less.
        """
        enough = min(test.count, len(test.parts) - test.count + 1)
        hits = enough == test.count
        counted = Function((), np.array(0))
        for k, wide in enumerate(test.parts):
            part = self.narrow(wide, max(2, ROOM // (enough + 1)), f"{name} [part {k + 1}]")
            scope = union((counted, part))
            total = self.spread(counted, scope) + (self.spread(part, scope) == hits)
            states = tuple(str(n) for n in range(enough + 1))
            label = f"{name} [{'hold' if hits else 'fail'} of {k + 1}]"
            step = self.helper(Function(scope, np.minimum(total, enough)), states, label)
            counted = Function((step,), np.arange(enough + 1))
        return Function(counted.scope, (counted.values == enough) == hits)

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
        return self._reduced(function.scope, _content(function.values), lambda: function.values)

    def at_least(self, count: int, tests: Sequence[Test]) -> Test:
        """Return where at least `count` of the tests hold; reduced, where their scope is small."""
        if count == len(tests) < 2:
            return tests[0] if tests else ALWAYS
        scope = union(tests)
        if self.size(scope) > ROOM:
            return Threshold(count, tuple(tests), scope)

        def values() -> Values:
            return np.asarray(sum(self.spread(test, scope) for test in tests) >= count)

        return self._reduced(scope, (count, _placed(tests, scope)), values)

    def _reduced(self, scope: tuple[int, ...], content: Hashable, values: Callable[[], Values]) -> Function:
        """Reduce a function of `scope`; equal `content` stands for equal values."""
        order = tuple(sorted(range(len(scope)), key=scope.__getitem__))
        key = (order, content)
        if key not in self._reductions:
            self._reductions[key] = _reduction(values(), order)
        axes, reduced = self._reductions[key]
        return Function(tuple(map(scope.__getitem__, axes)), reduced)

    def network(self, entries: Entries, places: Mapping[str, int], conditions: tuple[int, ...]) -> Network:
        """Return the finished network."""
        program, position = entries.program()
        handed_out = position[self._entries]
        counts = [len(part.order) for part in self._parts]
        order = np.concatenate([part.order for part in self._parts]) + np.repeat(self._starts, counts)
        placed = _fixed(handed_out[order])
        ends = accumulate(counts, initial=0)
        return Network(
            variables=tuple(self.variables),
            tables=tuple(
                SparseTable(child, scope, part.rows, placed[start:end])
                for child, (scope, part, (start, end)) in enumerate(
                    zip(self._scopes, self._parts, pairwise(ends), strict=True)
                )
            ),
            program=program,
            addresses=tuple(entries.index),
            places=MappingProxyType(dict(places)),
            conditions=conditions,
        )


def _pattern(
    choice: _Choice, configurations: Sequence[tuple[int, ...]], supports: Sequence[tuple[int, ...]]
) -> _Pattern:
    """Lay out a table's rows; `supports` are by draw used and by the parents' configuration."""
    starts = list(accumulate(map(len, supports), initial=0))
    rows: list[tuple[int, ...]] = []
    order: list[int] = []
    place = {k: n * len(configurations) for n, k in enumerate(choice.used)}
    for at, k in np.ndenumerate(choice.values):
        first = place[k]
        for n, configuration in enumerate(configurations, start=first):
            rows += [(*at, *configuration, state) for state in supports[n]]
            order += range(starts[n], starts[n + 1])
    width = choice.values.ndim + len(configurations[0]) + 1
    return _Pattern(
        _fixed(np.array(rows, np.int64).reshape(len(rows), width)), _fixed(np.array(order, np.int64))
    )


def _where_columns_agree(scope: tuple[int, ...], pattern: _Pattern) -> tuple[tuple[int, ...], _Pattern]:
    """Return a table with one column per variable: where a variable has several, they must agree.

    A required event, say, may decide how much of a phase is open and which row applies as well.
    """
    rows = pattern.rows
    first = [scope.index(variable) for variable in scope]
    kept = sorted(set(first))
    agree = (rows == rows[:, first]).all(axis=1)
    once = _Pattern(_fixed(rows[agree][:, kept]), _fixed(pattern.order[agree]))
    return tuple(scope[column] for column in kept), once


def _reduction(values: Values, order: tuple[int, ...]) -> tuple[tuple[int, ...], Values]:
    """Put the axes in this order without those that make no difference: which are left, and the values."""
    values, kept = values.transpose(order), list(order)
    for axis in range(len(kept) - 1, -1, -1):
        first = values.take([0], axis)
        if (values == first).all():
            values = first.squeeze(axis)
            del kept[axis]
    return tuple(kept), _fixed(np.array(values))


def _content(values: Values) -> Hashable:
    """The same for equal arrays only: truth values take a byte each, whole numbers more."""
    return values.shape, values.tobytes()


def _placed(tests: Iterable[Test], scope: tuple[int, ...]) -> Hashable:
    """What lists of tests have in common that have the same values at the same places of `scope`."""
    return tuple([_placed_one(test, scope) for test in tests])


def _placed_one(test: Test, scope: tuple[int, ...]) -> Hashable:
    if isinstance(test, Threshold):
        return test.count, _placed(test.parts, scope)
    return tuple(map(scope.index, test.scope)), _content(test.values)


def _case_names(count: int) -> tuple[str, ...]:
    return tuple(f"case {k + 1}" for k in range(count))

"""The parts of a network while it is being put together: entries, variables, tables.

Lowering says what depends on what; this module keeps the books. Equal entries become one entry, and equal
row patterns one array. Nothing here knows about claims or arguments.
"""

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise, product
from types import MappingProxyType

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
    Turned,
    Variable,
)
from cruxmap.network.decision_diagrams import (
    Function,
    Values,
)

BOOLEAN = ("false", "true")

IS_TRUE = np.array([False, True])
IS_FALSE = ~IS_TRUE

CERTAIN = 0
"""The entry that is always 1."""

type Term = tuple[int, float, int]
"""A part of a shift: index of a strength, +1 or -1, and of the credence without which it does not count.

In place of the last is the strength again where the part always counts.
"""

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
        self._openings: dict[tuple[int, int, int], int] = {}
        self._logistic: dict[tuple[int, int], tuple[int, ...]] = {}
        self._groups: dict[tuple[tuple[int, ...], tuple[int, ...]], tuple[int, ...]] = {}
        self._hazards: dict[tuple[int, int, int], tuple[int, ...]] = {}
        self._steps: dict[tuple[int, int], tuple[int, ...]] = {}

    def certainty(self, address: str) -> bool | None:
        """Tell whether a judgement is 100% (true) or 0% (false) in every worldview, `None` if neither."""
        return self._certain.get(address)

    def chance(self, address: str, terms: Terms = ()) -> Draw:
        """A boolean that is true with the probability of the judgement, shifted by `terms`."""
        sure = self._certain.get(address)
        if sure is not None:
            return YES if sure else NO
        shift = self._shift(terms) if terms else 0
        return (0, 1), self._entries(self._logistic, (self.index[address], shift), 2)

    def shares(self, addresses: Sequence[str], terms: Sequence[Terms]) -> Draw:
        """A variable with one share per state, each with its own shift."""
        states = tuple(s for s, address in enumerate(addresses) if self._certain.get(address) is not False)
        if len(states) == 1:
            return surely(states[0])
        bases = tuple(self.index[addresses[s]] for s in states)
        shifts = tuple(self._shift(terms[s]) for s in states)
        return states, self._entries(self._groups, (bases, shifts), len(states))

    def hazard(self, address: str, terms: Terms, pace: str, n_open: int, steps: int) -> Draw:
        """A boolean: it happens in a phase of which the last `n_open` of `steps` steps are open."""
        if n_open == 0:
            return NO
        if n_open == steps or self.certainty(address) is not None:
            return self.chance(address, terms)
        key = self.index[address], self._shift(terms), self._opening(pace, n_open, steps)
        return (0, 1), self._entries(self._hazards, key, 2)

    def steps(self, pace: str, n_open: int, steps: int) -> Draw:
        """Which step of the phase (counted from 0) it is, among the last `n_open` of `steps`."""
        if n_open == 1:
            return surely(steps - 1)
        opening, among = self._opening(pace, n_open, steps), tuple(range(steps - n_open, steps))
        return among, tuple(entry for k in among for entry in self._entries(self._steps, (opening, k), 1))

    def _entries[Key](self, kind: dict[Key, tuple[int, ...]], key: Key, count: int) -> tuple[int, ...]:
        """Return the entries of an item, that many new ones where there is no such item yet."""
        entries = kind.get(key)
        if entries is None:
            entries = kind[key] = tuple(range(self._count, self._count + count))
            self._count += count
        return entries

    def _opening(self, pace: str, n_open: int, steps: int) -> int:
        return self._openings.setdefault((self.index[pace], n_open, steps), len(self._openings))

    def _shift(self, terms: Terms) -> int:
        return self._shifts.setdefault(terms, len(self._shifts))

    def program(self) -> tuple[TableProgram, IntArray]:
        """Return the program, kind after kind, and where each entry handed out so far is in it."""
        kinds = (self._logistic, self._groups, self._hazards, self._steps)
        handed_out = chain.from_iterable(entries for kind in kinds for entries in kind.values())
        position = np.zeros(self._count, np.int64)
        position[[*handed_out]] = np.arange(1, self._count)
        rows: dict[tuple[int, ...], int] = {}
        row = [rows.setdefault(bases, len(rows)) for bases, _ in self._groups]
        terms = _columns(chain.from_iterable(self._shifts), 3)
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
    return fixed(np.array([*numbers], np.int64))


def _starts(parts: Iterable[Sized]) -> IntArray:
    """Return where each part starts when they stand one after the other, and where the last one ends."""
    return _whole(accumulate(map(len, parts), initial=0))


def fixed[T: np.generic](array: npt.NDArray[T]) -> npt.NDArray[T]:
    """Return an array made read-only."""
    array.flags.writeable = False
    return array


type Drawn = Callable[[tuple[int, ...]], Draw]
"""A distribution for each configuration of a variable's parents."""


def always(draw: Draw) -> Drawn:
    """The same distribution whatever the parents' states."""
    return lambda _: draw


@dataclass(frozen=True, slots=True, eq=False)
class _Pattern:
    """The rows of a table, and the place of each row's entry among those of the draws that it follows."""

    rows: IntArray
    order: IntArray


class Tables:
    """Collects the variables of a network with their tables; parents come before children."""

    def __init__(self, variables: Iterable[Variable] = ()) -> None:
        self.variables = [*variables]
        self._cardinalities = [len(variable.states) for variable in self.variables]
        self._tables: list[tuple[tuple[int, ...], _Pattern]] = []
        self._starts: list[int] = []  # where the entries of each table begin in the next
        self._entries: list[int] = []  # of the draws of all tables
        self._patterns: dict[Hashable, _Pattern] = {}
        self._choices: dict[
            Hashable, tuple[int, tuple[int, ...]]
        ] = {}  # number, and the draws that it takes
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
        content = content_of(choice)
        if content not in self._choices:
            self._choices[content] = (len(self._choices), tuple(sorted(set(choice.ravel().tolist()))))
        number, used = self._choices[content]
        shape = tuple(map(self.cardinality, parents))
        configurations = list(product(*map(range, shape)))
        drawn = [draws[k](configuration) for k in used for configuration in configurations]
        supports, entries = zip(*drawn, strict=True)
        key = (number, shape, supports)
        pattern = self._patterns.get(key)
        if pattern is None:
            pattern = self._patterns[key] = _pattern(choice, used, configurations, supports)
        child = len(self.variables)
        self.variables.append(Variable(name, states))
        self._cardinalities.append(len(states))
        scope = (*scope, *parents, child)
        if len(set(scope)) < len(scope):
            scope, pattern = _where_columns_agree(scope, pattern)
        self._tables.append((scope, pattern))
        self._starts.append(len(self._entries))
        self._entries.extend(chain.from_iterable(entries))
        return child

    def determined(self, name: str, states: tuple[str, ...], function: Function) -> int:
        """Add a variable that always has the function's value."""
        draws = [always(surely(state)) for state in range(len(states))]
        return self.table(name, states, function.scope, function.values, draws)

    def helper(self, function: Function, states: tuple[str, ...], name: str) -> int:
        """Return a variable that always has the function's value; one that is there already if it can."""
        if len(function.scope) == 1 and np.array_equal(function.values, np.arange(len(states))):
            return function.scope[0]
        key = (function.scope, len(states), function.values.astype(np.int64).tobytes())
        if key not in self._helpers:
            self._helpers[key] = self.determined(name, states, function)
        return self._helpers[key]

    def network(
        self,
        entries: Entries,
        places: Mapping[str, int],
        conditions: tuple[int, ...],
        turned: Mapping[int, Turned],
        seats: Iterable[tuple[int, ...]] = (),
    ) -> Network:
        """Return the finished network."""
        program, position = entries.program()
        handed_out = position[self._entries]
        counts = [len(pattern.order) for _, pattern in self._tables]
        order = np.concatenate([pattern.order for _, pattern in self._tables]) + np.repeat(
            self._starts, counts
        )
        placed = fixed(handed_out[order])
        ends = accumulate(counts, initial=0)
        return Network(
            variables=tuple(self.variables),
            tables=tuple(
                SparseTable(child, scope, pattern.rows, placed[start:end])
                for child, ((scope, pattern), (start, end)) in enumerate(
                    zip(self._tables, pairwise(ends), strict=True)
                )
            ),
            program=program,
            addresses=tuple(entries.index),
            places=MappingProxyType(dict(places)),
            conditions=conditions,
            turned=MappingProxyType(dict(turned)),
            seats=tuple(seats),
        )


def _pattern(
    choice: Values,
    used: Sequence[int],
    configurations: Sequence[tuple[int, ...]],
    supports: Sequence[tuple[int, ...]],
) -> _Pattern:
    """Lay out a table's rows; `supports` are by draw used and by the parents' configuration."""
    starts = list(accumulate(map(len, supports), initial=0))
    rows: list[tuple[int, ...]] = []
    order: list[int] = []
    place = {k: n * len(configurations) for n, k in enumerate(used)}
    for at, k in np.ndenumerate(choice):
        first = place[k]
        for n, configuration in enumerate(configurations, start=first):
            rows += [(*at, *configuration, state) for state in supports[n]]
            order += range(starts[n], starts[n + 1])
    width = choice.ndim + len(configurations[0]) + 1
    return _Pattern(
        fixed(np.array(rows, np.int64).reshape(len(rows), width)), fixed(np.array(order, np.int64))
    )


def _where_columns_agree(scope: tuple[int, ...], pattern: _Pattern) -> tuple[tuple[int, ...], _Pattern]:
    """Return a table with one column per variable: where a variable has several, they must agree.

    A required event, say, may decide how much of a phase is open and which row applies as well.
    """
    rows = pattern.rows
    first = [scope.index(variable) for variable in scope]
    kept = sorted(set(first))
    agree = (rows == rows[:, first]).all(axis=1)
    once = _Pattern(fixed(rows[agree][:, kept]), fixed(pattern.order[agree]))
    return tuple(scope[column] for column in kept), once


def content_of(values: Values) -> Hashable:
    """The same for equal arrays only: truth values take a byte each, whole numbers more."""
    return values.shape, values.tobytes()

"""Truth functions of a few or many variables, and which of several holds first, as a decision diagram.

A test of a few variables is an array (`Function`); one of many is a count of such tests (`Threshold`).
A `Diagram` asks one variable after another, and goes on to the same node wherever the rest depends on the
answers in the same way. So it is as large as what it says, whatever the order of the rows that it was made of
(Srinivasan, Kam, Malik and Brayton 1990, "Algorithms for discrete function manipulation").
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice, pairwise, repeat
from math import inf
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt

type Values = npt.NDArray[Any]
"""Truth values, or whole numbers."""

DEEPEST = 256
"""How many variables a diagram may ask: what is done with it goes as deep."""


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function of a few variables: `values[states of scope]` is a truth value or a whole number."""

    scope: tuple[int, ...]
    values: Values


@dataclass(frozen=True, slots=True, eq=False)
class Threshold:
    """Where at least `count` of the parts hold; `scope` are the variables that they mention."""

    count: int
    parts: tuple["Test", ...]
    scope: tuple[int, ...]


type Test = Function | Threshold
"""A truth function; a `Function` where it has few configurations."""

ALWAYS = Function((), np.array(True))


def negated(test: Test) -> Test:
    """Return where a test does not hold."""
    if isinstance(test, Function):
        return Function(test.scope, ~test.values)
    count = len(test.parts) - test.count + 1
    return Threshold(count, tuple(map(negated, test.parts)), test.scope)


def union(tests: Iterable[Test]) -> tuple[int, ...]:
    """Return the variables of several tests, in the order in which they first appear."""
    return tuple(dict.fromkeys([v for test in tests for v in test.scope]))


def n_mentions(test: Test) -> int:
    """Return how often a test mentions a variable."""
    return len(test.scope) if isinstance(test, Function) else sum(map(n_mentions, test.parts))


@dataclass(frozen=True, slots=True)
class Level:
    """What a diagram does with one variable: the node that comes next, by the node and the variable's state.

    A node that does not depend on the variable is followed by itself. The lowest numbers are the ends.
    """

    variable: int
    following: Mapping[int, tuple[int, ...]]

    @property
    def size(self) -> int:
        """How many pairs of a node and a state there are."""
        return sum(map(len, self.following.values()))


def first_match(
    tests: Sequence[Test], ends: Sequence[int], cardinality: Callable[[int], int], most: int
) -> tuple[Level, ...] | None:
    """Return the levels of a diagram that leads to `ends[k]`, where test k is the first that holds.

    The last test is taken to hold where no other does. `None` where it takes more than `most` choices to make
    the diagram, or it would ask too many variables. Of several orders of the variables the best one is taken.
    One that depends on the order of the tests must be twice as good, since of tests that exclude each other
    the order is to make no difference.
    """
    scopes = [tuple(sorted(test.scope)) for test in tests]
    variables = tuple(sorted(union(tests)))
    if len(variables) > DEEPEST:
        return None
    made: list[tuple[int, tuple[Level, ...]]] = []
    handicaps = {_split(sorted(scopes)): 1, variables: 1}
    handicaps.setdefault(_split(scopes), 2)
    for order, handicap in handicaps.items():
        builder = _Builder(order, [cardinality(variable) for variable in order], 1 + max(1, *ends), most)
        with suppress(_TooLarge):
            levels = builder.levels(builder.first(tests, ends))
            made.append((handicap * sum(level.size for level in levels), levels))
    return min(made, key=itemgetter(0))[1] if made else None


def _split(scopes: Iterable[Iterable[int]]) -> tuple[int, ...]:
    """Order variables: of those that hang together, first the one that most of the scopes have.

    Without it the others may fall apart into groups, which follow each other as the scopes do.
    """
    order: list[int] = []
    waiting = [Counter(map(frozenset, scopes))]
    while waiting:
        match _groups(waiting.pop()):
            case [group]:
                uses, rest = Counter[int](), Counter[frozenset[int]]()
                for scope, times in group.items():
                    uses.update(dict.fromkeys(scope, times))
                chosen = min(uses, key=lambda variable: (-uses[variable], variable))
                for scope, times in group.items():
                    rest[scope - {chosen}] += times
                order.append(chosen)
                waiting.append(rest)
            case groups:
                waiting.extend(reversed(groups))
    return tuple(order)


def _groups(scopes: Counter[frozenset[int]]) -> list[Counter[frozenset[int]]]:
    """Return groups of scopes that have no variable in common, by the first scope of each."""
    above = {variable: variable for scope in scopes for variable in scope}

    def top(variable: int) -> int:
        while variable != above[variable]:
            variable = above[variable]
        return variable

    for scope in scopes:
        for variable, other in pairwise(scope):
            above[top(variable)] = top(other)
    groups: dict[int, Counter[frozenset[int]]] = {}
    for scope, times in scopes.items():
        for variable in islice(scope, 1):
            groups.setdefault(top(variable), Counter())[scope] = times
    return list(groups.values())


class _TooLarge(Exception):  # noqa: N818 - an outcome, not a defect
    """Making a diagram would take more choices than it may."""


class _Builder:
    """Makes nodes over variables in one order; equal nodes are one node.

    Nodes are numbers: first the ends, of which 0 and 1 are also no and yes, then those that ask a variable.
    """

    def __init__(self, order: Sequence[int], cardinalities: Sequence[int], ends: int, most: int) -> None:
        self._order = order
        self._cardinalities = cardinalities
        self._rank = {variable: k for k, variable in enumerate(order)}
        self._ends = ends
        self._most = most
        self._level: list[float] = [inf] * ends
        self._following: list[tuple[int, ...]] = [()] * ends
        self._nodes: dict[tuple[int, tuple[int, ...]], int] = {}
        self._choices: dict[tuple[int, int, int], int] = {}

    def first(self, tests: Sequence[Test], ends: Sequence[int]) -> int:
        """Return the node that leads to the end of the first test that holds, else of the last one."""
        node = ends[-1]
        for test, end in zip(reversed(tests[:-1]), reversed(ends[:-1]), strict=True):
            node = self._choose(self._of(test), end, node)
        return node

    def levels(self, root: int) -> tuple[Level, ...]:
        """Return what can be reached from a node, level by level; a first one also where it is an end."""
        levels: list[Level] = []
        opened = [root]
        for k, variable in enumerate(self._order):
            if (opened == [root] and root < self._ends) or any(self._level[node] == k for node in opened):
                following = {
                    node: self._following[node]
                    if self._level[node] == k
                    else (node,) * self._cardinalities[k]
                    for node in opened
                }
                levels.append(Level(variable, following))
                opened = [
                    *dict.fromkeys(n for after in following.values() for n in after if n >= self._ends)
                ]
        return tuple(levels)

    def _node(self, level: int, following: tuple[int, ...]) -> int:
        if following.count(following[0]) == len(following):
            return following[0]
        key = level, following
        if key not in self._nodes:
            self._nodes[key] = len(self._level)
            self._level.append(level)
            self._following.append(following)
        return self._nodes[key]

    def _choose(self, test: int, then: int, otherwise: int) -> int:
        """Return the node that goes on like `then` where the test leads to yes, else like `otherwise`."""
        if test <= 1:
            return then if test else otherwise
        if then == otherwise:
            return then
        key = test, then, otherwise
        if key not in self._choices:
            if len(self._choices) >= self._most:
                raise _TooLarge
            level = min(map(self._level.__getitem__, key))
            parts = [self._following[n] if self._level[n] == level else repeat(n) for n in key]
            self._choices[key] = self._node(int(level), tuple(map(self._choose, *parts)))
        return self._choices[key]

    def _of(self, test: Test) -> int:
        """Return the node that leads to yes where the test holds, and to no elsewhere."""
        if isinstance(test, Function):
            axes = sorted(range(len(test.scope)), key=lambda axis: self._rank[test.scope[axis]])
            return self._spelt_out(
                [self._rank[test.scope[axis]] for axis in axes], test.values.transpose(axes)
            )
        parts = sorted(map(self._of, test.parts), key=self._level.__getitem__, reverse=True)
        reached = [1] + [0] * test.count  # that many of the parts so far hold
        for done, part in enumerate(parts, start=1):
            needed = max(1, test.count - len(parts) + done)
            for k in range(min(done, test.count), needed - 1, -1):
                reached[k] = self._choose(part, reached[k - 1], reached[k])
        return reached[test.count]

    def _spelt_out(self, levels: Sequence[int], values: Values) -> int:
        if not levels:
            return int(values)
        return self._node(levels[0], tuple(self._spelt_out(levels[1:], part) for part in values))

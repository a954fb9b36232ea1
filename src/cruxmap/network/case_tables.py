"""What conditions become in tables: tests, functions, and variables drawn by the first case that holds.

A condition is a `Test`, and stays one until somebody needs it as a variable of its own. Where it ranges over
many configurations, it is asked step by step. Nothing here knows about claims or arguments.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import product
from typing import Any

import numpy as np

from cruxmap.engine.network import IntArray, Variable
from cruxmap.network.assembly import (
    BOOLEAN,
    IS_TRUE,
    NO,
    YES,
    Drawn,
    Tables,
    always,
    content_of,
    fixed,
    surely,
)
from cruxmap.network.decision_diagrams import (
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

ROOM = 64
"""How many configurations conditions may range over inside a table before they get variables of their own."""

SURELY, SURELY_NOT = always(YES), always(NO)

type Case = tuple[Test, Drawn]
"""A case of a table: where the test holds, the variable is drawn as that says of its parents' states."""

OTHERWISE: Case = (ALWAYS, SURELY)
OTHERWISE_NOT: Case = (ALWAYS, SURELY_NOT)


class Cases(Tables):
    """Adds variables that are functions of others or follow the first of several cases."""

    def __init__(self, variables: Iterable[Variable] = ()) -> None:
        super().__init__(variables)
        self._firsts: dict[Hashable, IntArray] = {}
        self._reductions: dict[Hashable, tuple[tuple[int, ...], Values]] = {}

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
            tests = tuple(
                self.narrow(test, ROOM, f"{name} [when {k + 1}]") for k, test in enumerate(tests)
            )
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

    def _differing(
        self, draws: Sequence[Drawn], parents: tuple[int, ...]
    ) -> tuple[list[int], list[Drawn]]:
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
            self._firsts[key] = fixed(first)
        return self._firsts[key]

    def _held(self, test: Test, scope: tuple[int, ...]) -> Any:
        """Return an index of those states of `scope` where a test holds, which is short where it can be."""
        if isinstance(test, Threshold) and test.count == len(test.parts):
            held = {
                part.scope: self.spread(part, part.scope) for part in test.parts if len(part.scope) == 1
            }
            if len(held) == len(test.parts):
                everywhere = {(v,): np.ones(self.cardinality(v), np.bool_) for v in scope}
                return np.ix_(*(everywhere | held).values())
        return np.broadcast_to(self.spread(test, scope), tuple(map(self.cardinality, scope)))

    def spread(self, test: Test, scope: tuple[int, ...]) -> Values:
        """Return the values with an axis per variable of `scope`, of length 1 where the test has none."""
        if isinstance(test, Threshold):
            return np.asarray(sum(self.spread(part, scope) for part in test.parts) >= test.count)
        order = sorted(range(len(test.scope)), key=lambda axis: scope.index(test.scope[axis]))
        shape = [self.cardinality(v) if v in test.scope else 1 for v in scope]
        return test.values.transpose(order).reshape(shape)

    def narrow(self, test: Test, room: int, name: str) -> Function:
        """Return a test as a function of at most `room` configurations, by helper variables where needed."""
        if isinstance(test, Threshold):
            helper = self._by_diagram(name, BOOLEAN, [test, ALWAYS], [SURELY, SURELY_NOT])
            test = self._counted(test, name) if helper is None else Function((helper,), IS_TRUE)
        if self.size(test.scope) <= room:
            return test
        return Function((self.helper(test, BOOLEAN, name),), IS_TRUE)

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

    def reduced(self, function: Function) -> Function:
        """Return the same function of the variables that matter, in increasing order."""
        return self._reduced(function.scope, content_of(function.values), lambda: function.values)

    def _reduced(
        self, scope: tuple[int, ...], content: Hashable, values: Callable[[], Values]
    ) -> Function:
        """Reduce a function of `scope`; equal `content` stands for equal values."""
        order = tuple(sorted(range(len(scope)), key=scope.__getitem__))
        key = (order, content)
        if key not in self._reductions:
            self._reductions[key] = _reduction(values(), order)
        axes, reduced = self._reductions[key]
        return Function(tuple(map(scope.__getitem__, axes)), reduced)


def _reduction(values: Values, order: tuple[int, ...]) -> tuple[tuple[int, ...], Values]:
    """Put the axes in this order without those that make no difference: which are left, and the values."""
    values, kept = values.transpose(order), list(order)
    for axis in range(len(kept) - 1, -1, -1):
        first = values.take([0], axis)
        if (values == first).all():
            values = first.squeeze(axis)
            del kept[axis]
    return tuple(kept), fixed(np.array(values))


def _placed(tests: Iterable[Test], scope: tuple[int, ...]) -> Hashable:
    """What lists of tests have in common that have the same values at the same places of `scope`."""
    return tuple([_placed_one(test, scope) for test in tests])


def _placed_one(test: Test, scope: tuple[int, ...]) -> Hashable:
    if isinstance(test, Threshold):
        return test.count, _placed(test.parts, scope)
    return tuple(map(scope.index, test.scope)), content_of(test.values)


def _case_names(count: int) -> tuple[str, ...]:
    return tuple(f"case {k + 1}" for k in range(count))

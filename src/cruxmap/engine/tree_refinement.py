"""Contraction trees made better join by join: of two that follow each other, which to do first.

In: a tree, and the rows of its tables. Out: the joins of a tree that takes fewer products. What a join takes
is found from the tensors that it joins, as `joining` will do it: only rows that fit together are multiplied,
a row times 1 is no product, and rows with the same value are computed once. Which rows a tensor has, and
which of them are the same, does not depend on the order of the joins below it. So an exchange of two joins is
judged by these two alone, and one of thousands costs a few milliseconds.

Two rows are taken to have the same value where they have it for inputs drawn at random, modulo a prime.
Deterministic.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import inf, prod
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cruxmap.engine.network import IntArray
from cruxmap.engine.ragged import members

PRIME = 2**31 - 1
"""Values are known modulo this: products of two fit into 64 bits."""

SMALL = 1 << 16
"""Values below this are sums of constants: those of inputs are above."""

TRIES, WORK = 900, 200_000_000
"""How many exchanges are tried at most, and how many pairs of rows are looked at for that."""

AT_ONCE = 60
"""How many of the dearest exchanges are tried, one after the other, before all are looked over again."""

SLACK = 0.05
"""By how much an exchange may make two joins dearer, so that others become possible; at random up to it."""

LEAST = 2e-4
"""Joins that take less than this part of all are left as they are."""

SHARED = 8
"""How many times the products that would pay may be looked at: rows that share values take fewer."""

MOST_PAIRS = 1 << 23
"""Pairs of rows that are looked at together: of more, half a gigabyte would not do."""

WIDEST = 60.0
"""Log2 of the configurations of a tensor that have a number each."""

SEED = 20230221


class Support(NamedTuple):
    """A tensor: its variables in increasing order; of its rows numbers of their states, and values."""

    scope: tuple[int, ...]
    codes: IntArray
    values: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Supports:
    """The tables of a tree in one of the cases that it is to be good for, and how much that case `counts`."""

    tables: Sequence[Support]
    cards: Sequence[int]
    counts: float


def supports(
    *,
    scopes: Sequence[Sequence[int]],
    lengths: IntArray,
    states: npt.NDArray[np.int16],
    slots: IntArray,
    loads: IntArray,
    cards: IntArray,
    marked: Sequence[int | None],
    counts: float,
) -> Supports:
    """Return tables as supports: `lengths` says how many rows each has, and `states` and `slots` are theirs.

    `loads` are the entries by slot, of which 0 is the constant 1. A table is multiplied by an indicator of
    the variable that is `marked` there, if any.
    """
    random_values = np.random.default_rng(SEED)
    of_load = np.where(loads == 0, 1, random_values.integers(SMALL, PRIME, len(loads)))
    tables, row, cell = [], 0, 0
    for scope, length, mark in zip(scopes, lengths.tolist(), marked, strict=True):
        rows = states[cell : cell + length * len(scope)].reshape(length, len(scope)).astype(np.int64)
        values = of_load[slots[row : row + length]]
        if mark is not None:
            indicators = random_values.integers(SMALL, PRIME, int(cards[mark]))
            values = values * indicators[rows[:, list(scope).index(mark)]] % PRIME
        order = np.argsort(scope, kind="stable")
        codes = np.zeros(length, np.int64)
        for column in order.tolist():
            codes = codes * int(cards[scope[column]]) + rows[:, column]
        tables.append(Support(tuple(sorted(scope)), codes, values))
        row, cell = row + length, cell + length * len(scope)
    return Supports(tables, cards.tolist(), counts)


def refined(pairs: IntArray, cases: Sequence[Supports]) -> IntArray:
    """Return the joins of a tree with fewer products, all `cases` taken together; at worst these `pairs`."""
    try:
        tree = _Tree(pairs, cases)
    except _TooLargeError:
        return pairs
    best, fewest = pairs, tree.total
    chances, tried, tries = random.Random(SEED), set[tuple[int, int, int]](), 0
    while tries < TRIES and tree.work < WORK:
        exchanges = sorted(tree.exchanges(tried), key=lambda exchange: -exchange.now)
        for exchange in exchanges[:AT_ONCE]:
            tried.add(exchange.key)
            tries += 1
            if tree.done(exchange, exchange.now * (1 + SLACK * chances.random())):
                break
        else:
            if len(exchanges) <= AT_ONCE:
                break
        if tree.total < fewest:
            best, fewest = tree.pairs, tree.total
    return best


class _TooLargeError(Exception):
    """A join of the tree is of too many rows, or of too many variables, for this."""


class _Exchange(NamedTuple):
    """Instead of `below` = (b, c) and then `above` = (a, below): below = (a, b) and then above = (below, c).

    Both together take so much `now`; the `key` names the three tensors.
    """

    above: int
    below: int
    a: int
    b: int
    c: int
    now: float
    key: tuple[int, int, int]


@dataclass(eq=False)
class _Tree:
    """A tree with its tensors in all cases. Tables are numbered first, and then joins; these keep their
    numbers when they are exchanged.

    `leaves` has the tables below each tensor, as bits of a whole number. No exchange looks at more pairs of
    rows at once than the `largest` join of the given tree.
    """

    given: IntArray
    cases: Sequence[Supports]
    work: int = 0
    largest: int = 0
    pairs_at_once: int = 0
    children: dict[int, tuple[int, int]] = field(default_factory=dict)
    leaves: list[int] = field(default_factory=list)
    mentions: list[dict[int, int]] = field(default_factory=list)
    tensors: list[list[Support]] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Do all joins. Raises `_TooLargeError`."""
        tables, self.pairs_at_once = self.cases[0].tables, MOST_PAIRS
        self.uses = Counter(v for table in tables for v in table.scope)
        self.leaves = [1 << k for k in range(len(tables))]
        self.mentions = [{v: 1 for v in table.scope if self.uses[v] > 1} for table in tables]
        self.tensors = [
            [_summed(case.tables[k], left, case.cards) for case in self.cases]
            for k, left in enumerate(self.mentions)
        ]
        self.costs = [0.0] * len(tables)
        for number, (a, b) in enumerate(self.given.tolist(), start=len(tables)):
            self.children[number] = a, b
            self.leaves.append(self.leaves[a] | self.leaves[b])
            self.mentions.append(self._mentioned(a, b))
            found = self._joined(self.tensors[a], self.tensors[b], self.mentions[number], inf, inf)
            if found is None:
                raise _TooLargeError
            self.tensors.append(found[0])
            self.costs.append(found[1])
        self.total, self.pairs_at_once = sum(self.costs), self.largest

    @property
    def pairs(self) -> IntArray:
        """The joins, each after those whose results it joins."""
        order = [*self._in_order()]
        number = {leaf: leaf for leaf in range(len(self.leaves) - len(order))}
        number |= {node: len(number) + k for k, node in enumerate(order)}
        found = [[number[child] for child in self.children[node]] for node in order]
        return np.array(found, np.int64).reshape(-1, 2)

    def _in_order(self) -> Iterator[int]:
        waiting = [(len(self.leaves) - 1, False)]
        while waiting:
            node, is_ready = waiting.pop()
            if is_ready:
                yield node
            elif node in self.children:
                waiting += [(node, True), *((child, False) for child in self.children[node])]

    def exchanges(self, tried: set[tuple[int, int, int]]) -> Iterator[_Exchange]:
        """Yield the exchanges that are worth trying, those that were `tried` left out."""
        for above, (first, second) in self.children.items():
            for a, below in ((first, second), (second, first)):
                if below not in self.children:
                    continue
                now = self.costs[above] + self.costs[below]
                if now < LEAST * self.total:
                    continue
                for b, c in (self.children[below], self.children[below][::-1]):
                    one, other = sorted((self.leaves[a], self.leaves[b]))
                    key = (one, other, self.leaves[c])
                    if key not in tried:
                        yield _Exchange(above, below, a, b, c, now, key)

    def done(self, exchange: _Exchange, most: float) -> bool:
        """Make an exchange if it takes less than so much; tell whether it does."""
        above, below, a, b, c, now, _ = exchange
        mentioned = self._mentioned(a, b)
        first = self._joined(self.tensors[a], self.tensors[b], mentioned, most, now)
        if first is None:
            return False
        second = self._joined(first[0], self.tensors[c], self.mentions[above], most - first[1], now)
        if second is None:
            return False
        self.children[below], self.children[above] = (a, b), (below, c)
        self.leaves[below], self.mentions[below] = self.leaves[a] | self.leaves[b], mentioned
        self.tensors[below], self.costs[below] = first
        self.tensors[above], self.costs[above] = second
        self.total += first[1] + second[1] - now
        return True

    def _mentioned(self, a: int, b: int) -> dict[int, int]:
        """Return which variables a join leaves: how many tables below mention each, fewer than all."""
        found = dict(self.mentions[a])
        for variable, count in self.mentions[b].items():
            found[variable] = found.get(variable, 0) + count
        return {variable: count for variable, count in found.items() if count < self.uses[variable]}

    def _joined(
        self, one: list[Support], other: list[Support], left: dict[int, int], most: float, now: float
    ) -> tuple[list[Support], float] | None:
        """Join tensors in all cases: the results and what they take, `None` where that is `most` or more."""
        results, cost = [], 0.0
        for case, a, b in zip(self.cases, one, other, strict=True):
            pairs_at_most = min(SHARED * now / case.counts + SMALL, self.pairs_at_once)
            found = _join(a, b, left, case.cards, pairs_at_most)
            if found is None:
                return None
            self.work, self.largest = self.work + found[2], max(self.largest, found[2])
            results.append(found[0])
            cost += case.counts * found[1]
            if cost >= most:
                return None
        return results, cost


def _summed(table: Support, left: dict[int, int], cards: Sequence[int]) -> Support:
    """Return a table with what is not `left` summed out: no other table mentions it."""
    if len(left) == len(table.scope):
        return table
    one = Support((), np.zeros(1, np.int64), np.ones(1, np.int64))
    found = _join(table, one, left, cards, inf)
    if found is None:
        raise _TooLargeError
    return found[0]


def _join(
    a: Support, b: Support, left: dict[int, int], cards: Sequence[int], most: float
) -> tuple[Support, int, int] | None:
    """Join two tensors and sum out what is not `left`: the result, its products, the pairs of rows that fit.

    `None` where more pairs than `most` fit together, or too many variables are left.
    """
    common = [v for v in a.scope if v in b.scope]
    scope = tuple(sorted(v for v in {*a.scope, *b.scope} if v in left))
    if prod(cards[v] for v in scope) > 2**WIDEST:
        return None
    keys_a, keys_b = _code(a, common, common, cards), _code(b, common, common, cards)
    by_key = np.argsort(keys_b, kind="stable")
    sorted_keys = keys_b[by_key]
    begin = np.searchsorted(sorted_keys, keys_a, "left")
    fits = np.searchsorted(sorted_keys, keys_a, "right") - begin
    n_pairs = int(fits.sum())
    if n_pairs > most:
        return None
    row_a = np.repeat(np.arange(len(keys_a), dtype=np.int32), fits)
    row_b = by_key.astype(np.int32)[members(begin, fits)]
    own = [v for v in b.scope if v not in common]
    codes = _code(a, a.scope, scope, cards)[row_a]
    codes += _code(b, own, scope, cards)[row_b]
    if not n_pairs:
        return Support(scope, codes, codes), 0, 0
    order = np.argsort(codes, kind="stable").astype(np.int32)
    row_a, row_b, codes = row_a[order], row_b[order], codes[order]
    del order
    first = np.flatnonzero(np.diff(codes, prepend=-1))
    codes, sizes = codes[first], np.diff(first, append=n_pairs)
    factors = a.values[row_a]
    is_input = factors >= SMALL
    factors *= b.values[row_b]
    factors %= PRIME
    values = np.add.reduceat(factors, first) % PRIME
    is_input |= (b.values >= SMALL)[row_b]
    constant = ~np.logical_or.reduceat(is_input, first)
    is_one = (a.values == 1)[row_a[first]] | (b.values == 1)[row_b[first]]
    _, distinct = np.unique(values, return_index=True)
    products = sizes[distinct][~((is_one & (sizes == 1)) | constant)[distinct]].sum()
    return Support(scope, codes, values), int(products), n_pairs


def _code(
    tensor: Support, variables: Sequence[int], scope: Sequence[int], cards: Sequence[int]
) -> IntArray:
    """Return the states of some variables in each row as one number, each at its place in a scope."""
    weight, size = {}, 1
    for v in reversed(scope):
        weight[v] = size
        size *= cards[v]
    code, size = np.zeros(len(tensor.codes), np.int64), 1
    wanted = {*variables}
    for v in reversed(tensor.scope):
        if v in wanted and v in weight:
            code += tensor.codes // size % cards[v] * weight[v]
        size *= cards[v]
    return code

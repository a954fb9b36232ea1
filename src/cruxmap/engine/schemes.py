"""Which variables have their states drawn, and what that leaves of the others' tables.

In: a `Network`, what is asked and which variables may be clamped. Out: a `Scheme`. Drawn variables come with
all that they depend on, so that each can be drawn from its own table. The tables of the others, with the
drawn states put in, are those of a smaller, *reduced* network, which an ordinary plan sums exactly.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter
from typing import NamedTuple

import numpy as np

from cruxmap.engine.contraction_trees import Scopes, TooWide, entangled
from cruxmap.engine.network import IntArray, ManyWhatIfs, Network, Numbering, SparseTable
from cruxmap.engine.planning import Plan, ancestors
from cruxmap.engine.planning import plan as planned
from cruxmap.engine.random_words import Keys, keys_of

MAX_WIDTHS = (12.0, 8.0, 5.0)
"""Log2 of how large the tensors of the variables that are summed may be, tried in turn."""

MAX_PRODUCTS, PRODUCTS_PER_DRAWN = 4_000, 40
"""Products up to which it is worth summing what is not drawn, in all or per drawn variable."""

WORK_PER_SAMPLE, WORK_PER_DRAWN, WORK_PER_FOUND = 300, 25, 5
"""A sample, drawing one state, and looking up one entry each take as long as this many multiplications."""

MAX_WORK, MAX_WORK_OF_WHAT_IF = 4e9, 1e7
"""Multiplications that a question may take over all draws, some seconds, and for one what-if of many."""

MIN_SAMPLES, MAX_SAMPLES, MAX_SAMPLES_IN_ALL = 64, 1 << 16, 1 << 22
"""Samples of states for one draw of the judgements, at least and at most, and at most for all draws."""

MIN_SAMPLES_OF_WHAT_IF, MAX_SAMPLES_OF_WHAT_IF = 256, 1 << 11
"""Samples of states for one what-if of many."""


class Lookup(NamedTuple):
    """Entries by the drawn states of some variables, one group of `width[g]` entries per item g.

    Item g depends on `parents[first[g]:first[g + 1]]` (positions among what is drawn). Its entries for
    one configuration are `picks[start[g] + sum(stride * state):][:width[g]]`; an entry equal to the
    number of entries stands for a row that cannot be.
    """

    first: IntArray
    parents: IntArray
    stride: IntArray
    start: IntArray
    width: IntArray
    picks: IntArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Scheme:
    """What is drawn and what is summed, for one question to one network.

    `drawn` are variables in the order of drawing, `keys` (drawn, 2) their random streams. `lookup` finds
    the rows of their tables, `below` those entries of the other tables that the drawn states leave, which
    become rows `rows` of the entries of the `reduced` network that `plan` is for. `asked_drawn`
    (n, 2) are positions in `drawn` of asked variables, and their first row among what is read. `reads`
    lists (variable, states) in the order of what is read, those summed exactly first.
    """

    network: Network
    drawn: tuple[int, ...]
    keys: Keys
    lookup: Lookup
    below: Lookup
    rows: IntArray
    reduced: Network
    n_reduced: int
    plan: Plan
    gradient: bool
    asked_drawn: IntArray
    reads: tuple[tuple[int, int], ...]

    @property
    def work(self) -> float:
        """About how many multiplications one sample takes."""
        backwards = 1 if self.plan.forward_only and not self.gradient else 3
        looking = WORK_PER_DRAWN * len(self.drawn) + WORK_PER_FOUND * self.n_reduced
        return WORK_PER_SAMPLE + looking + backwards * self.plan.triples

    def samples(self, numbering: Numbering) -> int:
        """How many samples of states each draw of the judgements has, a power of two."""
        if isinstance(numbering, ManyWhatIfs):
            each, fewest, most = MAX_WORK_OF_WHAT_IF, MIN_SAMPLES_OF_WHAT_IF, MAX_SAMPLES_OF_WHAT_IF
        else:
            of = max(1, numbering.of)
            each, fewest = MAX_WORK / of, MIN_SAMPLES
            most = min(MAX_SAMPLES, max(MIN_SAMPLES, MAX_SAMPLES_IN_ALL // of))
        affordable = int(each / self.work)
        return 1 << max(min(max(affordable, fewest), most).bit_length() - 1, 0)


def cheapest_scheme(
    network: Network, ask: Iterable[int], clamped: Iterable[int], *, gradient: bool = False
) -> Scheme:
    """Draw as little as leaves a cheap plan for the rest."""
    question = _scheme_question(network, ask, clamped, gradient)
    for width in MAX_WIDTHS:
        with suppress(TooWide):
            made = _scheme(question, _tied(question, width))
            if made.plan.triples <= max(MAX_PRODUCTS, PRODUCTS_PER_DRAWN * len(made.drawn)):
                return made
    return _scheme(question, _upper(question))


def plainest_scheme(
    network: Network, ask: Iterable[int], clamped: Iterable[int], *, gradient: bool = False
) -> Scheme:
    """Draw everything but the last variables, those that no other needed one depends on."""
    question = _scheme_question(network, ask, clamped, gradient)
    return _scheme(question, _upper(question))


@dataclass(frozen=True, slots=True, eq=False)
class _SchemeQuestion:
    """What is asked of a network; `children` are those of each needed variable, by the tables."""

    network: Network
    asked: tuple[int, ...]
    clamped: tuple[int, ...]
    gradient: bool
    cards: IntArray
    children: Mapping[int, Sequence[int]]

    def parents(self, v: int) -> list[int]:
        """The variables that one depends on, as its table lists them."""
        return [w for w in self.network.tables[v].scope if w != v]


def _scheme_question(
    network: Network, ask: Iterable[int], clamped: Iterable[int], gradient: bool
) -> _SchemeQuestion:
    asked, fixed = tuple(sorted(set(ask))), tuple(sorted(set(clamped)))
    children: dict[int, list[int]] = {v: [] for v in ancestors(network, (*asked, *fixed))}
    for v in children:
        for parent in network.tables[v].scope:
            if parent != v:
                children[parent].append(v)
    cards = np.array([len(variable.states) for variable in network.variables], np.int64)
    return _SchemeQuestion(network, asked, fixed, gradient, cards, children)


# --- what is drawn -------------------------------------------------------------------------------


def _upper(question: _SchemeQuestion) -> set[int]:
    """The variables that another needed one depends on."""
    return {v for v, children in question.children.items() if children}


def _tied(question: _SchemeQuestion, width: float) -> set[int]:
    """The variables that cannot be summed within tensors of `2**width`, with all that they depend on.

    Of these, the last ones are summed after all where, with everything above them drawn, they are tied to
    few others.
    """
    network, children = question.network, question.children
    scopes = Scopes.of([network.tables[v].scope for v in children])
    drawn = set(ancestors(network, entangled(scopes, question.cards, width)))
    group = {
        v: v for v in children
    }  # of variables that are summed together: each points towards the first
    logs = np.log2(question.cards)
    size = {v: float(logs[v]) for v in children}

    def first_of(v: int) -> int:
        while group[v] != v:
            group[v] = v = group[group[v]]
        return v

    def unite(groups: set[int]) -> None:
        first, *others = sorted(groups)
        for other in others:
            group[other] = first
            size[first] += size[other]

    for v in children:
        if v not in drawn:
            unite({first_of(w) for w in network.tables[v].scope if w not in drawn})
    for v in reversed(_ordered(question, drawn)):
        if drawn.isdisjoint(children[v]):
            beside = (w for child in children[v] for w in network.tables[child].scope if w not in drawn)
            together = {v, *map(first_of, beside)}
            if sum(size[w] for w in together) <= width:
                drawn.discard(v)
                unite(together)
    return drawn


def _ordered(question: _SchemeQuestion, variables: Iterable[int]) -> tuple[int, ...]:
    """The variables, parents first; the parents of each are among them."""
    graph = {v: question.parents(v) for v in sorted(variables)}
    return tuple(TopologicalSorter(graph).static_order())


# --- tables --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Item:
    """What depends on the states of `parents`: `width` entries per configuration, one after the other."""

    parents: tuple[int, ...]
    width: int
    picks: IntArray


def _scheme(question: _SchemeQuestion, drawn: set[int]) -> Scheme:
    network, cards = question.network, question.cards
    order = _ordered(question, drawn)
    position = {v: i for i, v in enumerate(order)}
    reduced, below = _reduced(question, drawn)
    asked = sorted(question.asked, key=lambda v: (v in drawn, v))
    summed = [v for v in asked if v not in drawn]
    starts = np.cumsum([0, *cards[asked]])
    rows = 1 + np.cumsum([0, *(item.width for item in below)])
    asked_drawn = [(position[v], start) for v, start in zip(asked, starts, strict=False) if v in drawn]
    return Scheme(
        network=network,
        drawn=order,
        keys=_keys_of_variables(network, order),
        lookup=_lookup([_own(question, v) for v in order], position, cards),
        below=_lookup(below, position, cards),
        rows=rows[:-1],
        reduced=reduced,
        n_reduced=int(rows[-1]),
        plan=planned(reduced, summed, [v for v in question.clamped if v not in drawn]),
        gradient=question.gradient,
        asked_drawn=np.array(asked_drawn, np.int64).reshape(-1, 2),
        reads=tuple((v, int(cards[v])) for v in asked),
    )


def _own(question: _SchemeQuestion, v: int) -> _Item:
    """The table of a drawn variable: an entry per state, for each configuration of its parents."""
    table, parents = question.network.tables[v], tuple(question.parents(v))
    codes, n = _coded(table, (*parents, v), question.cards)
    picks = np.full(n, question.network.program.n_entries)
    picks[codes] = table.entries
    return _Item(parents, int(question.cards[v]), picks)


def _coded(table: SparseTable, scope: Sequence[int], cards: IntArray) -> tuple[IntArray, int]:
    """Number each row by the states of `scope`, the last varying fastest; and how many numbers there are."""
    codes, n = np.zeros(len(table.rows), np.int64), 1
    for v in reversed(scope):
        codes += n * table.rows[:, table.scope.index(v)]
        n *= int(cards[v])
    return codes, n


def _reduced(question: _SchemeQuestion, drawn: set[int]) -> tuple[Network, list[_Item]]:
    """The network that is left when the states of `drawn` are put in, and how its entries are found.

    Its tables number the entries of the items in order, from 1 on: 0 is the constant 1.
    """
    network, cards = question.network, question.cards
    numbers: dict[tuple[tuple[int, ...], bytes], int] = {}  # by parents and picks: which of their parents'
    columns: dict[tuple[int, ...], list[IntArray]] = {}
    left: list[tuple[int, tuple[int, ...], IntArray, list[tuple[tuple[int, ...], int]]]] = []
    for v in question.children:
        if v in drawn:
            continue
        table = network.tables[v]
        parents = tuple(w for w in table.scope if w in drawn)
        scope = tuple(w for w in table.scope if w not in drawn)
        above, n = _coded(table, parents, cards)
        _, first, row = np.unique(_coded(table, scope, cards)[0], return_index=True, return_inverse=True)
        picks = np.full((len(first), n), network.program.n_entries)
        picks[row, above] = table.entries
        entries = []
        for column in picks:
            same = bool((column == column[0]).all())
            by, of = ((), column[:1]) if same else (parents, column)
            here = columns.setdefault(by, [])
            number = numbers.setdefault((by, of.tobytes()), len(here))
            if number == len(here):
                here.append(of)
            entries.append((by, number))
        left.append((v, scope, table.rows[first][:, [table.scope.index(w) for w in scope]], entries))
    starts = dict(zip(columns, 1 + np.cumsum([0, *map(len, columns.values())]), strict=False))
    certain = numbers.get(((), np.zeros(1, np.int64).tobytes()))
    tables = list(network.tables)
    for v, scope, rows, entries in left:
        found = [0 if not by and n == certain else int(starts[by]) + n for by, n in entries]
        tables[v] = SparseTable(v, scope, rows, np.array(found, np.int64))
    items = [_Item(by, len(here), np.stack(here, axis=1).ravel()) for by, here in columns.items()]
    return replace(network, tables=tuple(tables)), items


def _lookup(items: Sequence[_Item], position: Mapping[int, int], cards: IntArray) -> Lookup:
    strides: list[int] = []
    for item in items:
        sizes = [item.width, *cards[list(reversed(item.parents))]]
        strides += reversed(np.cumprod(sizes)[:-1].tolist())
    return Lookup(
        first=np.cumsum([0, *(len(item.parents) for item in items)]),
        parents=np.array([position[v] for item in items for v in item.parents], np.int64),
        stride=np.array(strides, np.int64),
        start=np.cumsum([0, *(len(item.picks) for item in items)])[:-1],
        width=np.array([item.width for item in items], np.int64),
        picks=np.concatenate([np.zeros(0, np.int64), *(item.picks for item in items)]).astype(np.int32),
    )


def _keys_of_variables(network: Network, order: Sequence[int]) -> Keys:
    """A key per variable, from seed and name; names that recur are numbered."""
    seen: Counter[str] = Counter()
    names = []
    for variable in network.variables:
        names.append(f"{network.seed} states of {variable.name} {seen[variable.name]}")
        seen[variable.name] += 1
    return keys_of(names[v] for v in order)

"""From a network and a question to a plan: which products to add up, as flat arrays.

Inference sums a product of tables. A contraction tree says in which order to multiply two tables and
sum out what nobody else mentions; each table keeps only rows that can be non-zero, so a contraction
is a join of two supports. What is left of it is a list of pairs of *slots* per output,
`value[output] = sum of value[left] * value[right]`, which `kernel` runs for any network and any draw.

A plan depends on the network's structure and on which variables are asked and clamped, never on
numbers: evidence enters as the values of indicator slots. Plans are deterministic.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import inf, log2

import numpy as np
import numpy.typing as npt

from cruxmap.network.network import FloatArray, IntArray, Network

type SlotArray = npt.NDArray[np.uint32]
type Scopes = Sequence[tuple[int, ...]]
type Pairs = list[tuple[int, int]]

BUDGET = 50_000_000
"""Triples beyond which a plan is given up: more than a kernel can run over thousands of draws."""


class TooWide(Exception):  # noqa: N818 - an outcome, not a defect
    """No plan within the budget; `products` is what the best tree found would multiply if it were dense."""

    def __init__(self, products: float, budget: int) -> None:
        self.products = products
        self.budget = budget
        super().__init__(f"the best plan found needs more than {budget:,} products (dense: {products:.3g})")


@dataclass(frozen=True, slots=True)
class Plan:
    """Sums of products over slots. Slots are numbered inputs first, then outputs in the order of computing.

    Inputs: `loads[i]` is the entry whose value goes into slot i (slot 0 is the constant 1); then one slot
    for each (variable, state) of `indicators`; then the numbers of `constants`. Output k sums the products
    `left[t] * right[t]` for t from `first[k]` to `first[k + 1]`. The probability of the evidence is the sum
    of the slots in `root`. What was asked is read at `reads`: for state s of the r-th asked variable, sum
    value * d Z / d value over `reads[read_first[m]:read_first[m + 1]]`, m counting states through `asked`;
    with `forward_only` these derivatives are 1.

    `steps` is for people: (n, 4), the two tensors joined, rows of the result, products. Tensors are numbered
    `tables` first, then clamped variables, then the scalar 1, then the results of steps. `width` is log2 of
    the largest tensor and `dense_products` the number of products, if no table had an impossible row.
    """

    asked: tuple[int, ...]
    asked_cards: tuple[int, ...]
    clamped: tuple[int, ...]
    tables: tuple[int, ...]
    loads: IntArray
    indicators: IntArray
    constants: FloatArray
    left: SlotArray
    right: SlotArray
    first: IntArray
    root: SlotArray
    reads: SlotArray
    read_first: IntArray
    forward_only: bool
    steps: IntArray
    width: float
    dense_products: float

    @property
    def triples(self) -> int:
        """How many products one propagation adds up."""
        return len(self.left)

    @property
    def n_inputs(self) -> int:
        """Slots that are given, not computed."""
        return len(self.loads) + len(self.indicators) + len(self.constants)

    @property
    def n_outputs(self) -> int:
        """Slots that are computed."""
        return len(self.first) - 1

    @property
    def n_slots(self) -> int:
        """All slots."""
        return self.n_inputs + self.n_outputs


def plan(network: Network, ask: Sequence[int], evidence: Sequence[int] = (), budget: int = BUDGET) -> Plan:
    """A plan for the marginals of `ask` when states of the variables `evidence` may be ruled out.

    With one variable asked and not clamped, no backward pass is needed. Raises `TooWide`.
    """
    asked, clamped = tuple(sorted(set(ask))), tuple(sorted(set(evidence)))
    tables = ancestors(network, (*asked, *clamped))
    forward_only = len(asked) <= 1 and not set(asked) & set(clamped)
    kept = frozenset(asked) if forward_only else frozenset()
    cards = np.array([len(variable.states) for variable in network.variables], dtype=np.int64)
    tree = contraction_tree([network.tables[v].scope for v in tables], cards, kept)
    marked: tuple[int, ...] = clamped
    while True:
        made, unread = _join(network, asked, clamped, marked, tables, tree, cards, kept, budget)
        if not unread:
            return made
        marked = tuple(sorted({*marked, *unread}))


def ancestors(network: Network, variables: Iterable[int]) -> tuple[int, ...]:
    """The variables and whatever they depend on: tables of others sum to 1 and are left out. Sorted."""
    seen = set(variables)
    waiting = list(seen)
    while waiting:
        for v in network.tables[waiting.pop()].scope:
            if v not in seen:
                seen.add(v)
                waiting.append(v)
    return tuple(sorted(seen))


@dataclass(frozen=True, slots=True)
class Tree:
    """Which tensors to join, in order: numbered tables first, then results. Costs as if tables were dense."""

    pairs: tuple[tuple[int, int], ...]
    width: float
    products: float


def contraction_tree(scopes: Scopes, cards: IntArray, kept: frozenset[int]) -> Tree:
    """A tree that joins all tables, by eliminating the variable with the smallest clique first."""
    return depth_first(scopes, _eliminate(scopes, cards, kept), cards, kept)


def _eliminate(scopes: Scopes, cards: IntArray, kept: frozenset[int]) -> Pairs:
    """Bucket elimination, cheapest clique first (the min-weight heuristic); near-linear for sparse graphs."""
    logs = np.log2(cards).tolist()
    neighbours: dict[int, set[int]] = {}
    holders: dict[int, set[int]] = {}
    tensors: dict[int, frozenset[int]] = {}
    for t, scope in enumerate(scopes):
        tensors[t] = frozenset(scope)
        for v in scope:
            neighbours.setdefault(v, set()).update(scope)
            holders.setdefault(v, set()).add(t)
    weights = {v: 0.0 for v in neighbours}
    for v, around in neighbours.items():
        around.discard(v)
        weights[v] = logs[v] + sum(logs[w] for w in around)
    queue = [(weight, v) for v, weight in weights.items() if v not in kept]
    heapify(queue)
    pairs: Pairs = []

    def join(those: Iterable[int], gone: int | None) -> None:
        """Join tensors, the two smallest first, and sum `gone` out of the result."""
        heap = [(len(tensors[t]), t) for t in those]
        heapify(heap)
        while len(heap) > 1:
            _, a = heappop(heap)
            _, b = heappop(heap)
            c = len(scopes) + len(pairs)
            pairs.append((a, b))
            tensors[c] = tensors[a] | tensors[b]
            for v in tensors[c]:
                holders[v] -= {a, b}
                holders[v].add(c)
            del tensors[a], tensors[b]
            heappush(heap, (len(tensors[c]), c))
        if gone is not None:
            [(_, last)] = heap
            tensors[last] -= {gone}
            del holders[gone]

    while queue:
        weight, v = heappop(queue)
        if v not in neighbours or weight != weights[v]:
            continue
        around = neighbours.pop(v)
        for w in around:
            theirs = neighbours[w]
            theirs.discard(v)
            new = around - theirs
            new.discard(w)
            theirs |= new
            weights[w] += sum(logs[x] for x in new) - logs[v]
            if w not in kept:
                heappush(queue, (weights[w], w))
        join(holders[v], v)
    join(tensors, None)
    return pairs


def depth_first(scopes: Scopes, pairs: Pairs, cards: IntArray, kept: frozenset[int]) -> Tree:
    """The same tree with results used soon after they are made, and its dense costs."""
    n = len(scopes)
    order: list[int] = []
    waiting = [n + len(pairs) - 1] if pairs else []
    while waiting:
        t = waiting.pop()
        order.append(t)
        waiting.extend(child for child in pairs[t - n] if child >= n)
    order.reverse()
    renamed = {t: n + i for i, t in enumerate(order)}
    renamed.update({t: t for t in range(n)})
    arranged = tuple((renamed[pairs[t - n][0]], renamed[pairs[t - n][1]]) for t in order)

    logs = np.log2(cards).tolist()
    uses: dict[int, int] = {}
    for scope in scopes:
        for v in scope:
            uses[v] = uses.get(v, 0) + 1
    tensors = [frozenset(scope) for scope in scopes]
    width, products = 0.0, 0.0
    for a, b in arranged:
        union = tensors[a] | tensors[b]
        for v in tensors[a] & tensors[b]:
            uses[v] -= 1
        products += 2.0 ** min(1000.0, sum(logs[v] for v in union))
        result = frozenset(v for v in union if uses[v] > 1 or v in kept)
        width = max(width, sum(logs[v] for v in result))
        tensors.append(result)
    return Tree(arranged, width, products)


def _join(
    network: Network,
    asked: tuple[int, ...],
    clamped: tuple[int, ...],
    marked: tuple[int, ...],
    tables: tuple[int, ...],
    tree: Tree,
    cards: IntArray,
    kept: frozenset[int],
    budget: int,
) -> tuple[Plan, tuple[int, ...]]:
    """Join the supports along the tree; also the asked variables that could not be read anywhere.

    The tables of `marked` variables are multiplied by an indicator of their state first: whatever is
    clamped, and what can be read only there.
    """
    from cruxmap.network.joining import COMPLETE, CONSTANT, join_all

    used = [network.tables[v] for v in tables]
    entries = np.concatenate([np.zeros(1, np.int64), *(table.entries for table in used)])
    loads, numbered = np.unique(entries, return_inverse=True)
    indicators = np.array([(v, s) for v in marked for s in range(cards[v])], dtype=np.int64).reshape(-1, 2)
    n_given = len(loads) + len(indicators)
    scopes = [*(table.scope for table in used), *((v,) for v in marked), ()]
    lengths = [*(len(table.entries) for table in used), *(int(cards[v]) for v in marked), 1]
    slots = np.concatenate([numbered[1:], np.arange(len(loads), n_given), np.zeros(1, np.int64)])
    states = np.concatenate([*(table.rows.ravel() for table in used), indicators[:, 1]]).astype(np.int16)

    n, m = len(tables), len(marked)
    place = {v: i for i, v in enumerate(tables)}
    indicator_of = {place[v]: n + i for i, v in enumerate(marked)}
    steps: Pairs = []
    made: dict[int, int] = {}

    def operand(t: int) -> int:
        """Where tensor t of the tree is now, its indicator included."""
        if t in indicator_of:
            steps.append((t, indicator_of[t]))
            return n + m + len(steps)
        return made.get(t, t)

    root = n + m
    for i, (a, b) in enumerate(tree.pairs):
        steps.append((operand(a), operand(b)))
        made[n + i] = n + m + len(steps)
    if n:
        steps.append((operand(n + len(tree.pairs) - 1), root))

    is_open = np.zeros(len(cards), dtype=np.bool_)
    is_open[list(kept)] = True
    reading = np.full(len(cards), -1, dtype=np.int64)
    unmarked = [] if kept else [v for v in asked if v not in marked]
    reading[unmarked] = np.arange(len(unmarked))
    status, left, right, first, constants, roots, root_states, stats, read, read_states, read_first = (
        join_all(
            np.array(steps, dtype=np.int64).reshape(-1, 2),
            np.cumsum([0, *map(len, scopes)]),
            np.array([v for scope in scopes for v in scope], dtype=np.int64),
            np.cumsum([0, *lengths]),
            states,
            slots.astype(np.int64),
            cards,
            is_open,
            reading,
            n_given,
            budget,
        )
    )
    if status != COMPLETE:
        raise TooWide(tree.products, budget)

    def renumbered(those: IntArray) -> SlotArray:
        """Constants move between what is given and what is computed."""
        computed = np.where(those < n_given, those, those + len(constants))
        return np.where(those >= CONSTANT, those - CONSTANT + n_given, computed).astype(np.uint32)

    base = np.cumsum([0, *(cards[v] for v in asked)])
    found_states = [np.zeros(0, np.int64)]
    found_slots = [np.zeros(0, np.int64)]
    unread = []
    for r, v in enumerate(asked):
        if v in kept:
            at_states, at_slots = root_states[:, 0], roots
        elif v in marked:
            at_states = np.arange(cards[v])
            at_slots = len(loads) + np.flatnonzero(indicators[:, 0] == v)
        else:
            here = slice(read_first[reading[v]], read_first[reading[v] + 1])
            at_states, at_slots = read_states[here], read[here]
            if not len(at_slots):
                unread.append(v)
        found_states.append(base[r] + at_states)
        found_slots.append(at_slots)
    of_state = np.concatenate(found_states)
    order = np.argsort(of_state, kind="stable")
    made_plan = Plan(
        asked=asked,
        asked_cards=tuple(int(cards[v]) for v in asked),
        clamped=clamped,
        tables=tables,
        loads=loads,
        indicators=indicators,
        constants=constants,
        left=renumbered(left),
        right=renumbered(right),
        first=first,
        root=renumbered(roots),
        reads=renumbered(np.concatenate(found_slots)[order]),
        read_first=np.searchsorted(of_state[order], np.arange(base[-1] + 1)),
        forward_only=not asked or bool(kept),
        steps=np.column_stack([np.array(steps, dtype=np.int64).reshape(-1, 2), stats]),
        width=tree.width,
        dense_products=tree.products,
    )
    return made_plan, tuple(unread)

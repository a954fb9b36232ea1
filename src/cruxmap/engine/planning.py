"""From a network and a question to a plan: which products to add up, as flat arrays.

Inference sums a product of tables. A contraction tree says in which order to multiply two tables and
sum out what nobody else mentions; each table keeps only rows that can be non-zero, so a contraction
is a join of two supports. What is left of it is a list of pairs of *slots* per output,
`value[output] = sum of value[left] * value[right]`, which `kernel` runs for any network and any draw.

A plan depends on the network's structure and on which variables are asked and clamped, never on
numbers: evidence enters as the values of indicator slots. Plans are deterministic, and kept on disk.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from itertools import chain
from math import inf
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cruxmap.engine.contraction_trees import Scopes, TooWide, Tree, cheapest_tree, measured
from cruxmap.engine.network import FloatArray, IntArray, Network
from cruxmap.engine.plan_cache import remembered
from cruxmap.engine.tree_refinement import WIDEST, Supports, refined, supports
from cruxmap.ground import gc_paused

if TYPE_CHECKING:
    from cruxmap.engine.joining import Joins

type SlotArray = npt.NDArray[np.uint32]

BUDGET = 50_000_000
"""Triples beyond which a plan is given up: more than a kernel can run over thousands of draws."""

WORTH_REFINING, WHOLE_COUNTS = 100_000, 0.1
"""Triples from which on a plan that is made thoroughly has its tree refined, and by how much each of its
triples counts beside those that are left where entries are as usual."""

MOST_KEPT = 2_000_000
"""Triples up to which a plan is kept on disk, about 12 bytes each; of a larger one its tree is, if it was
searched for."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Plan:
    """Sums of products over slots. Slots are numbered inputs first, then outputs in the order of computing.

    Inputs: `loads[i]` is the entry whose value goes into slot i (slot 0 is the constant 1); then one slot
    for each (variable, state) of `indicators`; then the numbers of `constants`. Output k sums the products
    `left[t] * right[t]` for t from `first[k]` to `first[k + 1]`. The probability of the evidence is the sum
    of the slots in `root`. What was asked is read at `reads`: for state s of the r-th asked variable, sum
    value * d Z / d value over `reads[read_first[m]:read_first[m + 1]]`, m counting states through `asked`;
    with `forward_only` these derivatives are 1.

    `key` tells the plan from all others, where it is not empty.

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
    key: bytes = b""

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


def plan(network: Network, ask: Iterable[int], evidence: Iterable[int] = (), budget: int = BUDGET) -> Plan:
    """A plan for the marginals of `ask` when states of the variables `evidence` may be ruled out.

    With one variable asked and not clamped, no backward pass is needed. Raises `TooWide`.
    """
    asked, clamped = tuple(sorted(set(ask))), tuple(sorted(set(evidence)))
    sizes = np.array([budget, len(asked), *asked, *clamped], np.int64)
    problem = b"plan" + _structure(network) + sizes.tobytes()

    found = remembered(problem, lambda: _attempt(network, asked, clamped, budget, problem), _is_kept)
    if isinstance(found, TooWide):
        raise TooWide(found.products, found.budget)
    return found


def _is_kept(found: Plan | TooWide) -> bool:
    return isinstance(found, TooWide) or found.triples <= MOST_KEPT


def _attempt(
    network: Network, asked: tuple[int, ...], clamped: tuple[int, ...], budget: int, problem: bytes
) -> Plan | TooWide:
    """Make a plan; return what makes it too wide where it is."""
    with gc_paused():
        question = _plan_question(network, asked, clamped)
        try:
            tree = _cheapest(question, budget, problem)
            joined = question.fewest.get(tree.pairs.tobytes()) or _joined(question, tree, budget)
            unread = [v for v, (slots, _) in joined.reads.items() if not len(slots)]
            if unread:
                joined = _joined(question, tree, budget, unread)
        except TooWide as outcome:
            return outcome
        return replace(_plan(question, tree, joined), key=problem)


def _cheapest(question: "_PlanQuestion", budget: int, problem: bytes) -> Tree:
    return cheapest_tree(
        question.scopes,
        question.cards,
        budget,
        triples=partial(_triples, question),
        problem=problem,
        kept=question.kept,
        leaf=None if question.kept is None else question.variables.index(question.kept),
    )


def thorough_plan(network: Network, quick: Plan, usual: IntArray, budget: int = BUDGET) -> Plan:
    """A plan for the same as a quick one, with a better tree: worth some seconds where it is run by many.

    `usual` (n_entries,) has 0 or 1 for entries that are mostly just that, and -1 for the others. No number is
    built in; but who runs the plan may drop what is 0, and factors of 1, for as long as they are. So what is
    left then counts as well as the whole.
    """
    if quick.triples <= WORTH_REFINING:
        return quick
    problem = b"thorough" + quick.key + np.asarray(usual, np.int8).tobytes()
    return remembered(problem, lambda: _thorough(network, quick, usual, budget, problem), _is_kept)


def _thorough(network: Network, quick: Plan, usual: IntArray, budget: int, problem: bytes) -> Plan:
    """Make the same of a quick plan, whose tree is at hand."""
    with gc_paused():
        question = _plan_question(network, quick.asked, quick.clamped)
        tree = _cheapest(question, budget, quick.key)
        if tree.width > WIDEST:
            return quick

        as_usual = _plan_question(_as_usual(network, usual), quick.asked, quick.clamped)

        def work() -> IntArray:
            return refined(tree.pairs, [_supports(as_usual, 1.0), _supports(question, WHOLE_COUNTS)])

        def taken(triples: int, tree: Tree) -> float:
            return WHOLE_COUNTS * triples + _triples(as_usual, tree, budget)

        better = measured(question.scopes, remembered(problem + b"tree", work), question.cards)
        try:
            joined = _joined(question, better, budget)
        except TooWide:
            return quick
        if taken(len(joined.joins.left), better) >= taken(quick.triples, tree):
            return quick  # rows that fit nothing later are dropped, which is not foreseen
        return replace(_plan(question, better, joined), key=problem)


def _as_usual(network: Network, usual: IntArray) -> Network:
    """Return the network without the rows whose entries are usually 0; those that are usually 1 are 1."""
    tables = []
    for table in network.tables:
        kept = usual[table.entries] != 0
        entries = table.entries[kept]
        entries = np.where(usual[entries] == 1, 0, entries)
        tables.append(replace(table, rows=table.rows[kept], entries=entries))
    return replace(network, tables=tuple(tables))


def _supports(question: "_PlanQuestion", counts: float) -> Supports:
    return supports(
        scopes=[*question.scopes],
        lengths=question.lengths,
        states=question.states,
        slots=question.slots,
        loads=question.loads,
        cards=question.cards,
        marked=[v if v in question.clamped else None for v in question.variables],
        counts=counts,
    )


@lru_cache(maxsize=4)
def _structure(network: Network) -> bytes:
    """A digest of all that plans depend on: how many states variables have, and the rows of tables."""
    tables, nothing = network.tables, np.zeros(0, np.int64)
    parts = (
        [len(variable.states) for variable in network.variables],
        [len(table.scope) for table in tables],
        list(chain.from_iterable(table.scope for table in tables)),
        [len(table.entries) for table in tables],
        np.concatenate([nothing, *(table.rows.ravel() for table in tables)]),
        np.concatenate([nothing, *(table.entries for table in tables)]),
    )
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(np.array([len(part), *part] if isinstance(part, list) else part, np.int64).tobytes())
    return digest.digest()


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


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _PlanQuestion:
    """What is asked of which tables. The root keeps `kept`: the one variable asked, if there is just one.

    The rows of all tables one after the other: `lengths` says how many are whose, `states` are those of the
    scope's variables, row by row, and `slots` says which of `loads` is the row's entry. `fewest` has what the
    joins of a tree gave, by its pairs: the best tree tried so far.
    """

    asked: tuple[int, ...]
    clamped: tuple[int, ...]
    kept: int | None
    variables: tuple[int, ...]
    network: Network
    scopes: Scopes
    cards: IntArray
    lengths: IntArray
    states: npt.NDArray[np.int16]
    slots: IntArray
    loads: IntArray
    fewest: dict[bytes, "_Joined"] = field(default_factory=dict)


def _plan_question(network: Network, asked: tuple[int, ...], clamped: tuple[int, ...]) -> _PlanQuestion:
    variables = ancestors(network, (*asked, *clamped))
    tables = tuple(network.tables[v] for v in variables)
    kept = asked[0] if len(asked) == 1 and asked[0] not in clamped else None
    cards = np.array([len(variable.states) for variable in network.variables], dtype=np.int64)
    entries = np.concatenate([np.zeros(1, np.int64), *(table.entries for table in tables)])
    loads, slots = np.unique(entries, return_inverse=True)
    return _PlanQuestion(
        asked=asked,
        clamped=clamped,
        kept=kept,
        variables=variables,
        network=network,
        scopes=Scopes.of([table.scope for table in tables]),
        cards=cards,
        lengths=np.array([len(table.entries) for table in tables], np.int64),
        states=np.concatenate([np.zeros(0, np.int16), *(t.rows.ravel() for t in tables)], dtype=np.int16),
        slots=slots[1:],
        loads=loads,
    )


def _triples(question: _PlanQuestion, tree: Tree, budget: int) -> float:
    """How many triples a tree takes; infinitely many where its joins go beyond the budget."""
    try:
        joined = _joined(question, tree, budget)
    except TooWide:
        return inf
    found = len(joined.joins.left)
    if all(found < len(other.joins.left) for other in question.fewest.values()):
        question.fewest.clear()
        question.fewest[tree.pairs.tobytes()] = joined
    return found


# --- the joins ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Joined:
    """What the joins leave; `steps` are the joins, and `reads` slots and states of each asked variable."""

    indicators: IntArray
    steps: IntArray
    joins: "Joins"
    reads: Mapping[int, tuple[IntArray, IntArray]]


def _joined(question: _PlanQuestion, tree: Tree, budget: int, unread: Iterable[int] = ()) -> _Joined:
    """Join the supports along the tree. Raises `TooWide`.

    The tables of some variables are multiplied by an indicator of their state first: of what is clamped, and
    of what can be read only there, because no result mentions it or because it was `unread` without.
    """
    from cruxmap.engine.joining import Leaves, OverBudget, join_all, with_indicators

    cards, loads, scopes, tables = question.cards, question.loads, question.scopes, question.network.tables
    certain = {v for v in question.asked if not (tree.carried[v] or tables[v].entries.all())}
    marked = {*question.clamped, *unread, *(certain if question.kept is None else ())}
    in_order = sorted(marked)
    indicators = np.array([(v, s) for v in in_order for s in range(cards[v])], dtype=np.int64).reshape(
        -1, 2
    )
    n_given = len(loads) + len(indicators)
    leaves = Leaves(
        variables=np.concatenate([scopes.variables, np.array(in_order, np.int64)]),
        n_columns=np.concatenate([np.diff(scopes.first), np.ones(len(in_order), np.int64), [0]]),
        n_rows=np.concatenate([question.lengths, cards[in_order], [1]]),
        states=np.concatenate([question.states, indicators[:, 1]], dtype=np.int16),
        slots=np.concatenate([question.slots, np.arange(len(loads), n_given), np.zeros(1, np.int64)]),
    )
    indicator = np.full(len(scopes), -1)
    indicator[np.searchsorted(question.variables, in_order)] = len(scopes) + np.arange(len(in_order))
    steps = with_indicators(tree.pairs, indicator, len(scopes) + len(in_order))
    carried = [v for v in question.asked if v != question.kept and v not in marked]
    try:
        joins = join_all(
            steps, leaves, cards, kept=question.kept, asked=carried, n_inputs=n_given, budget=budget
        )
    except OverBudget:
        raise TooWide(tree.products, budget) from None
    indicator_slots = dict(zip(in_order, len(loads) + np.cumsum([0, *cards[in_order]]), strict=False))
    reads, place = {}, {v: n for n, v in enumerate(carried)}
    for v in question.asked:
        if v == question.kept:
            reads[v] = (joins.roots, joins.root_states)
        elif v in marked:
            reads[v] = (indicator_slots[v] + np.arange(cards[v]), np.arange(cards[v]))
        else:
            here = slice(joins.read_first[place[v]], joins.read_first[place[v] + 1])
            reads[v] = (joins.read_slots[here], joins.read_states[here])
    return _Joined(indicators, np.column_stack([steps, joins.stats]), joins, reads)


# --- the plan ----------------------------------------------------------------------------------


def _plan(question: _PlanQuestion, tree: Tree, joined: _Joined) -> Plan:
    """Number the slots: entries that some product needs, indicators, constants, outputs."""
    from cruxmap.engine.joining import CONSTANT

    joins, n_loads = joined.joins, len(question.loads)
    n_given = n_loads + len(joined.indicators)
    base = np.cumsum([0, *(question.cards[v] for v in question.asked)])
    nothing = np.zeros(0, np.int64)
    reads = [(slots, b + states) for b, (slots, states) in zip(base, joined.reads.values(), strict=False)]
    slots, states = map(np.concatenate, zip((nothing, nothing), *reads, strict=True))
    slots, states = slots[slots >= 0], states[slots >= 0]
    order = np.argsort(states, kind="stable")

    used = np.zeros(n_given, np.bool_)
    used[n_loads:] = True
    for those in (joins.left, joins.right, joins.roots, slots):
        used[those[those < n_given]] = True
    name, n_used = np.cumsum(used) - 1, int(used.sum())

    def numbered(those: IntArray) -> SlotArray:
        numbers = np.where(
            those < CONSTANT, those - n_given + n_used + len(joins.constants), those - CONSTANT + n_used
        )
        given = those < n_given
        numbers[given] = name[those[given]]
        return numbers.astype(np.uint32)

    return Plan(
        asked=question.asked,
        asked_cards=tuple(int(question.cards[v]) for v in question.asked),
        clamped=question.clamped,
        tables=question.variables,
        loads=question.loads[used[:n_loads]],
        indicators=joined.indicators,
        constants=joins.constants,
        left=numbered(joins.left),
        right=numbered(joins.right),
        first=joins.first,
        root=numbered(joins.roots),
        reads=numbered(slots[order]),
        read_first=np.searchsorted(states[order], np.arange(base[-1] + 1)),
        forward_only=not question.asked or question.kept is not None,
        steps=joined.steps,
        width=tree.width,
        dense_products=tree.products,
    )


# --- for people --------------------------------------------------------------------------------


def plan_text(network: Network, made: Plan) -> str:
    """The plan as text, the same for the same plan: its size, then a line for each join.

    A join says which two tensors it multiplies, which variables it sums out, which are left, and how many
    rows and products that takes.
    """
    name = [variable.name for variable in network.variables]
    marked = list(dict.fromkeys(made.indicators[:, 0].tolist()))
    label = [*(name[v] for v in made.tables), *(f"is {name[v]}" for v in marked), "1"]
    scopes = [*(network.tables[v].scope for v in made.tables), *((v,) for v in marked), ()]
    uses = Counter(v for scope in scopes for v in scope)
    kept = set(made.asked) if made.forward_only else set()
    lines = [
        f"plan for {', '.join(name[v] for v in made.asked) or 'the evidence alone'}",
        *([f"given states of {', '.join(name[v] for v in made.clamped)}"] if made.clamped else []),
        f"{made.triples} products into {made.n_outputs} sums, from {made.n_inputs} inputs",
        f"as dense tables: {made.dense_products:.4g} products, the largest table of 2^{made.width:.1f}",
    ]
    for number, (a, b, rows, triples) in enumerate(made.steps.tolist(), start=1):
        union = dict.fromkeys((*scopes[a], *scopes[b]))
        uses.subtract(v for v in scopes[a] if v in scopes[b])
        left = tuple(v for v in union if uses[v] > 1 or v in kept)
        summed = ", ".join(name[v] for v in union if v not in left)
        scopes.append(left)
        label.append(f"#{number}")
        over = f" over {summed}" if summed else ""
        of = ", ".join(name[v] for v in left)
        work = f"{rows} rows, {triples} products"
        lines.append(f"#{number}({of}) = sum{over} of {label[a]} * {label[b]}: {work}")
    return "\n".join(lines) + "\n"

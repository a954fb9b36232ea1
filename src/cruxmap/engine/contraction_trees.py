"""In which order to multiply tables and sum variables out: the contraction tree.

In: the variables that each table mentions, and how many states they have. Out: a `Tree` that joins two
tensors at a time. How much work that is can differ by many powers of ten, so the time spent on the search
grows with what the tree would cost, and trees that took long to find are kept on disk (`plan_cache`).
Trees are first compared as if every table were dense, then by the *triples* that are left where tables have
impossible rows.
Deterministic.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from math import inf
from operator import attrgetter, itemgetter
from types import ModuleType

import numpy as np
import numpy.typing as npt

from cruxmap.engine import elimination
from cruxmap.engine.network import IntArray
from cruxmap.engine.plan_cache import remembered

SEARCHABLE = 2_000
"""Tables up to which orders are searched for; the greedy choices take time quadratic in their number."""

INTERPRETED = 10_000
"""Tables up to which the quick greedy choice is made by Python, in 0.07 ms per table; to compile it takes
about 5 s, once per machine."""

GOOD_PER_TABLE = 16
"""Products per table from which on a second greedy choice is tried, which is slower and mostly better: up to
`SEARCHABLE` tables, and beyond that from `CHEAP_PER_TABLE` on."""

CHEAP, CHEAP_PER_TABLE = 200_000, 200
"""Products, in all or per table, up to which a tree is good enough."""

COSTLY = 3_000_000
"""Products above which it is worth many seconds to improve a tree."""

ROOTS = 6
"""How many places of the root of a tree that is not cheap are tried."""

LIGHT = 30_000_000
"""Looks at whether two variables are neighbours up to which Python makes a greedy choice by these: some
seconds. There are about as many as tables times the third power of the width."""

NOISES, MAX_TRIES = (2.0, 3.0, 5.0), 200
"""How far choices stray from the greedy one in each batch of tries, and how many tries it has at most."""

HOPELESS = 44.0
"""Log2 of how large a tensor of the quick tree may be, at least: no search makes up for more than that."""

SEED = 20230221


@dataclass(frozen=True, slots=True, eq=False)
class Scopes:
    """The variables that each table mentions: of table t `variables[first[t]:first[t + 1]]`."""

    first: IntArray
    variables: IntArray

    @classmethod
    def of(cls, scopes: Sequence[Sequence[int]]) -> "Scopes":
        """The scopes of tables, in their order."""
        first = np.zeros(len(scopes) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, scopes), np.int64, len(scopes)), out=first[1:])
        return cls(first, np.fromiter(chain.from_iterable(scopes), np.int64, int(first[-1])))

    def __len__(self) -> int:
        return len(self.first) - 1

    def __iter__(self) -> Iterator[list[int]]:
        variables = self.variables.tolist()
        return (variables[start:stop] for start, stop in pairwise(self.first.tolist()))


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """Which tensors to join, in order: `pairs` (n, 2). Tables are numbered first, then results, which are
    used soon after they are made.

    `carried[v]` tells whether some result mentions variable v. As if every table were dense: `width` is log2
    of the number of configurations of the largest result, and `products` how many products all joins take.
    """

    pairs: IntArray
    carried: npt.NDArray[np.bool_]
    width: float
    products: float


type Triples = Callable[[Tree, int], float]
"""How many triples a tree takes, products of rows that fit together; infinitely many beyond a number."""


class TooWide(Exception):  # noqa: N818 - an outcome, not a defect
    """No plan within the budget; `products` is what the best tree found would multiply if it were dense."""

    def __init__(self, products: float, budget: int) -> None:
        self.products = products
        self.budget = budget
        super().__init__(
            f"the best plan found needs more than {budget:,} products (dense: {products:.3g})"
        )

    def __reduce__(self) -> tuple[type["TooWide"], tuple[float, int]]:
        return type(self), (self.products, self.budget)


# --- the search ----------------------------------------------------------------------------------


def cheapest_tree(
    scopes: Scopes,
    cards: IntArray,
    budget: int,
    *,
    triples: Triples,
    problem: bytes,
    kept: int | None = None,
    leaf: int | None = None,
) -> Tree:
    """Return the quick tree where that is cheap, or once it is improved, or else the tree with the fewest
    triples that a search finds. Raises `TooWide`.

    The variable `kept`, of which `leaf` is the table, is never summed out. How sparse the joins of a tree
    are depends on where its root is, so several places are tried. `problem` says all that triples depend
    on: the name of the search on disk.
    """
    quick = quick_tree(scopes, cards)
    if quick.width == inf:
        raise TooWide(quick.products, budget)
    cheap, searchable = max(CHEAP, CHEAP_PER_TABLE * len(scopes)), len(scopes) <= SEARCHABLE
    if kept is None and (quick.products <= cheap or not searchable):
        return quick
    at_hand = [quick] if leaf is None else [quick, rerooted(quick, scopes, cards, leaf)]
    most = cheap if searchable else budget
    fewest, tree = min(((triples(tree, most), tree) for tree in at_hand), key=itemgetter(0))
    if fewest <= most:
        return measured(scopes, tree.pairs, cards, kept)
    if not searchable:
        raise TooWide(quick.products, budget)

    def turned(trees: Iterable[Tree]) -> list[list[Tree]]:
        leaves = range(0, len(scopes), -(-len(scopes) // ROOTS))
        return [[rerooted(tree, scopes, cards, leaf) for leaf in leaves] for tree in trees]

    def search() -> list[IntArray]:
        found = _sparsest(turned([improved_tree(scopes, quick, cards)]), triples, min(COSTLY, budget))
        if found is None or found[0] > cheap:
            trees = turned(searched_trees(scopes, cards))
            within = (_sparsest(trees, triples, most) for most in sorted({min(COSTLY, budget), budget}))
            better = next(filter(None, within), None)
            found = min(filter(None, (found, better)), key=itemgetter(0), default=None)
        return [] if found is None else [found[1].pairs]

    found = remembered(b"tree" + problem, search)
    if not found:
        raise TooWide(searched_trees(scopes, cards)[0].products, budget)
    return measured(scopes, found[0], cards, kept)


def _sparsest(turned: Iterable[Iterable[Tree]], triples: Triples, most: int) -> tuple[float, Tree] | None:
    """Return the fewest triples and the tree that has them, `None` where all have more than `most`.

    `turned` has each tree with its root at several places. Where many triples are allowed, finding out takes
    long: then it is the first tree that is found, and each is tried with one root.
    """
    if most > COSTLY:
        firsts = (next(iter(trees)) for trees in turned)
        counted = ((triples(tree, most), tree) for tree in firsts)
        return next((found for found in counted if found[0] < inf), None)
    best, fewest = None, inf
    for tree in chain.from_iterable(turned):
        count = triples(tree, int(min(most, 16 * fewest)))
        if count < fewest:
            best, fewest = (count, tree), count
    return best


def quick_tree(scopes: Scopes, cards: IntArray) -> Tree:
    """Return a tree that joins all tables, found at once; `cards[v]` is how many states variable v has.

    One with a tensor far wider than any table is left unfinished: it has no pairs, and infinite width.
    """
    logs, loops = np.log2(cards), _loops(scopes)
    table = np.repeat(np.arange(len(scopes)), np.diff(scopes.first))
    widest = np.bincount(table, logs[scopes.variables]).max(initial=0.0)
    hopeless = max(HOPELESS, widest + HOPELESS / 2)
    order, left, _ = loops.greedy_order(scopes.first, scopes.variables, logs, hopeless, False)
    if len(left):
        return Tree(np.empty((0, 2), np.int64), np.zeros(len(cards), np.bool_), inf, 2.0**hopeless)
    lightest = _of_order(scopes, order, cards)
    searchable = len(scopes) <= SEARCHABLE
    if lightest.products <= (GOOD_PER_TABLE if searchable else CHEAP_PER_TABLE) * len(scopes):
        return lightest
    if searchable:
        variables, neighbours = _neighbours(scopes)
        order = variables[elimination.min_fill_order(neighbours)]
    else:
        from cruxmap.engine.compiled_elimination import greedy_order

        order, _, _ = greedy_order(scopes.first, scopes.variables, logs, inf, True)
    return min(lightest, _of_order(scopes, order, cards), key=attrgetter("products"))


def searched_trees(scopes: Scopes, cards: IntArray) -> tuple[Tree, ...]:
    """Return good trees after a search, cheapest first; for at most about `SEARCHABLE` tables."""
    quick = quick_tree(scopes, cards)
    tries = int(min(MAX_TRIES, 8 + quick.products / CHEAP))

    def search() -> list[IntArray]:
        orders = (_searched_order(scopes, cards, tries, noise, SEED + n) for n, noise in enumerate(NOISES))
        candidates = [quick, *(_of_order(scopes, order, cards) for order in orders)]
        found = sorted(candidates, key=attrgetter("products"))
        if found[0].products <= COSTLY:
            return [tree.pairs for tree in found[:2]]
        return [_reconfigured(scopes, tree, cards) for tree in found[:2]]

    trees = (
        measured(scopes, pairs, cards)
        for pairs in remembered(b"trees" + _structure(scopes, cards), search)
    )
    return tuple(sorted(trees, key=attrgetter("products")))


def improved_tree(scopes: Scopes, quick: Tree, cards: IntArray) -> Tree:
    """Return a tree found within a few seconds, with nothing compiled.

    It is the quick tree, or one of another greedy order, with better small subtrees.
    """

    def search() -> IntArray:
        trees = [quick]
        if len(scopes) * quick.width**3 <= LIGHT:
            loops, logs = _loops(scopes), np.log2(cards)
            order, _, _ = loops.greedy_order(scopes.first, scopes.variables, logs, inf, True)
            trees.append(_of_order(scopes, order, cards))
        return _reconfigured(scopes, min(trees, key=attrgetter("products")), cards)

    return measured(scopes, remembered(b"improved" + _structure(scopes, cards), search), cards)


def _structure(scopes: Scopes, cards: IntArray) -> bytes:
    variables, place = np.unique(scopes.variables, return_inverse=True)
    return b"".join(part.tobytes() for part in (scopes.first, place, cards[variables]))


def rerooted(tree: Tree, scopes: Scopes, cards: IntArray, leaf: int) -> Tree:
    """Return the tree turned so that table `leaf` is joined last.

    Which variables two sides of an edge share does not depend on where the root is, so neither do the costs.
    """
    n = len(scopes)
    given = tree.pairs.tolist()
    parent = {child: n + i for i, pair in enumerate(given) for child in pair}
    path = [leaf]
    while path[-1] in parent:
        path.append(parent[path[-1]])
    pairs: list[tuple[int, int]] = []
    place: dict[int, int] = {}
    for i, (a, b) in enumerate(given):
        if n + i not in path[1:]:
            place[n + i] = n + len(pairs)
            pairs.append((place.get(a, a), place.get(b, b)))
    steps = reversed(list(pairwise(path)))
    beside = [place.get(t, t) for below, above in steps for t in given[above - n] if t != below]
    rest, *others = (*beside, leaf)
    for other in others:
        pairs.append((rest, other))
        rest = n + len(pairs) - 1
    return measured(scopes, np.array(pairs, np.int64).reshape(-1, 2), cards)


def measured(scopes: Scopes, pairs: IntArray, cards: IntArray, kept: int | None = None) -> Tree:
    """Return the joins depth first, with their dense costs; the variable `kept` is never summed out."""
    loops = _loops(scopes)
    arranged = loops.depth_first(pairs, len(scopes))
    width, products, carried = loops.dense_costs(
        scopes.first, scopes.variables, arranged, np.log2(cards), -1 if kept is None else kept
    )
    return Tree(arranged, carried, width, products)


def entangled(scopes: Scopes, cards: IntArray, width: float) -> dict[int, set[int]]:
    """Return the variables that are left when all are summed out that can be within tensors of `2**width`
    configurations, each with its neighbours by then.
    """
    _, left, neighbours = _loops(scopes).greedy_order(
        scopes.first, scopes.variables, np.log2(cards), width, False
    )
    return {v: set(around.tolist()) for v, around in zip(left.tolist(), neighbours, strict=True)}


def _of_order(scopes: Scopes, order: IntArray, cards: IntArray) -> Tree:
    """Return the tree that sums variables out in order."""
    joins = _loops(scopes).joins(scopes.first, scopes.variables, order, len(cards))
    return measured(scopes, joins, cards)


def _loops(scopes: Scopes) -> ModuleType:
    """The loops over tables, compiled where there are many."""
    if len(scopes) > INTERPRETED:
        from cruxmap.engine import compiled_elimination

        return compiled_elimination
    return elimination


def _searched_order(scopes: Scopes, cards: IntArray, tries: int, noise: float, seed: int) -> IntArray:
    """Return the best of many randomised min-fill orders.

    cotengra's random-greedy trees with reconfigured subtrees take 1.7 to 2.1 times as many triples on a real
    map, so the orders are searched here.
    """
    from cruxmap.engine.compiled_elimination import best_order

    variables, neighbours = _neighbours(scopes)
    n_words = (len(variables) + 63) // 64
    words = np.array(
        [[bits >> 64 * w & (1 << 64) - 1 for w in range(n_words)] for bits in neighbours], np.uint64
    )
    order, _ = best_order(words, np.log2(cards[variables]), tries, noise, seed)
    found: IntArray = variables[order]
    return found


def _neighbours(scopes: Scopes) -> tuple[IntArray, list[int]]:
    """The variables, and those that each meets in some table, as bits of whole numbers."""
    variables, place = np.unique(scopes.variables, return_inverse=True)
    neighbours = [0] * len(variables)
    places = place.tolist()
    for start, stop in pairwise(scopes.first.tolist()):
        together = sum(1 << i for i in places[start:stop])
        for i in places[start:stop]:
            neighbours[i] |= together & ~(1 << i)
    return variables, neighbours


def _reconfigured(scopes: Scopes, tree: Tree, cards: IntArray) -> IntArray:
    """Return joins whose small subtrees are optimal, each replaced in turn (cotengra)."""
    import cotengra

    sizes = {v: float(cards[v]) for v in np.unique(scopes.variables).tolist()}
    contraction = cotengra.ContractionTree.from_path(
        [tuple(scope) for scope in scopes], (), sizes, ssa_path=[(a, b) for a, b in tree.pairs.tolist()]
    )
    contraction.subtree_reconfigure_(subtree_size=5, minimize="flops", seed=SEED)
    return np.array(contraction.get_ssa_path(), np.int64)

"""In which order to multiply tables and sum variables out: the contraction tree.

In: the variables that each table mentions, and how many states they have. Out: a `Tree` that joins two
tensors at a time. How much work that is can differ by many powers of ten, so the time spent on looking for
a tree grows with what it would cost, and trees that took long to find are kept on disk. Deterministic.
"""

import hashlib
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import pairwise
from math import inf
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np

from cruxmap.network.network import IntArray

type Scopes = Sequence[tuple[int, ...]]
type Pairs = Sequence[tuple[int, int]]
"""Two tensors to join, and then the next two: tables are numbered first, then results."""

VERSION = 3
"""Of the search: trees kept by another version are not used."""

SEARCHABLE = 2_000
"""Tables up to which orders are searched for; the greedy choices take time quadratic in their number."""

GOOD_PER_TABLE = 16
"""Products per table from which on a second greedy choice is tried, which is slower and mostly better."""

CHEAP, CHEAP_PER_TABLE = 200_000, 200
"""Products, in all or per table, up to which a tree is good enough."""

COSTLY = 3_000_000
"""Products above which it is worth many seconds to improve a tree."""

NOISES, MOST_TRIES = (2.0, 3.0, 5.0), 200
"""How far choices stray from the greedy one in each batch of tries, and how many tries it has at most."""

HOPELESS = 44.0
"""Log2 of how large a tensor of the quick tree may be, at least: no search makes up for more than that."""

SEED = 20230221


@dataclass(frozen=True, slots=True)
class Tree:
    """Which tensors to join, in order: numbered tables first, then results, used soon after they are made.

    `carried` are the variables that some result mentions. As if every table were dense: `width` is log2 of
    the number of configurations of the largest result, and `products` how many products all joins take.
    """

    pairs: tuple[tuple[int, int], ...]
    carried: frozenset[int]
    width: float
    products: float


def quick_tree(scopes: Scopes, cards: IntArray) -> Tree:
    """Return a tree that joins all tables, found at once; `cards[v]` is how many states variable v has.

    One with a tensor far wider than any table is left unfinished: it has no pairs, and infinite width.
    """
    logs = np.log2(cards).tolist()
    widest = max((sum(logs[v] for v in scope) for scope in scopes), default=0.0)
    hopeless = max(HOPELESS, widest + HOPELESS / 2)
    order, left = lightest_first(scopes, cards, hopeless)
    if left:
        return Tree((), frozenset(), inf, 2.0**hopeless)
    lightest = measured(scopes, _pairs(scopes, order), cards)
    if not GOOD_PER_TABLE * len(scopes) < lightest.products < inf or len(scopes) > SEARCHABLE:
        return lightest
    order = _searched_order(scopes, cards, tries=1, noise=0.0, seed=SEED)
    return min(lightest, measured(scopes, _pairs(scopes, order), cards), key=_products)


def searched_trees(scopes: Scopes, cards: IntArray) -> tuple[Tree, ...]:
    """Return good trees after a search, cheapest first; for at most about `SEARCHABLE` tables."""
    variables = sorted({v for scope in scopes for v in scope})
    quick = quick_tree(scopes, cards)
    tries = int(min(MOST_TRIES, 8 + quick.products / CHEAP))

    def search() -> list[Pairs]:
        orders = (_searched_order(scopes, cards, tries, noise, SEED + n) for n, noise in enumerate(NOISES))
        candidates = [quick, *(measured(scopes, _pairs(scopes, order), cards) for order in orders)]
        found = sorted(candidates, key=_products)
        if found[0].products <= COSTLY:
            return [tree.pairs for tree in found[:2]]
        return [_reconfigured(scopes, tree, cards) for tree in found[:2]]

    place = {v: i for i, v in enumerate(variables)}
    structure = (
        [[place[v] for v in scope] for scope in scopes],
        cards[variables].tolist(),
    )
    trees = (measured(scopes, pairs, cards) for pairs in remembered(repr(structure).encode(), search))
    return tuple(sorted(trees, key=_products))


def _products(tree: Tree) -> float:
    return tree.products


def remembered(problem: bytes, search: Callable[[], Sequence[Pairs]]) -> list[Pairs]:
    """Return the trees that a search finds for a problem, from disk where that has been searched before."""
    name = hashlib.blake2b(b"%d " % VERSION + problem, digest_size=16).hexdigest()
    place = _cache_directory() / f"{name}.npy"
    with suppress(OSError, ValueError):
        return [[(a, b) for a, b in pairs] for pairs in np.load(place).tolist()]
    found = list(search())
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=place.parent, suffix=".tmp", delete=False) as file:
            np.save(file, np.array(found, np.int64))
        os.replace(file.name, place)
    return found


def rerooted(tree: Tree, scopes: Scopes, cards: IntArray, leaf: int) -> Tree:
    """Return the tree turned so that table `leaf` is joined last.

    Which variables two sides of an edge share does not depend on where the root is, so neither do the costs.
    """
    n = len(scopes)
    parent = {child: n + i for i, pair in enumerate(tree.pairs) for child in pair}
    path = [leaf]
    while path[-1] in parent:
        path.append(parent[path[-1]])
    pairs: list[tuple[int, int]] = []
    place: dict[int, int] = {}
    for i, (a, b) in enumerate(tree.pairs):
        if n + i not in path[1:]:
            place[n + i] = n + len(pairs)
            pairs.append((place.get(a, a), place.get(b, b)))
    rest: int | None = None
    for below, above in reversed(list(pairwise(path))):
        [beside] = (t for t in tree.pairs[above - n] if t != below)
        beside = place.get(beside, beside)
        if rest is not None:
            pairs.append((rest, beside))
        rest = beside if rest is None else n + len(pairs) - 1
    if rest is not None:
        pairs.append((rest, leaf))
    return measured(scopes, pairs, cards)


def _searched_order(scopes: Scopes, cards: IntArray, tries: int, noise: float, seed: int) -> list[int]:
    """Return the best of many randomised min-fill orders (see `ordering`)."""
    from cruxmap.network.ordering import best_order

    variables = sorted({v for scope in scopes for v in scope})
    place = {v: i for i, v in enumerate(variables)}
    neighbours = np.zeros((len(variables), (len(variables) + 63) // 64), np.uint64)
    for scope in scopes:
        members = np.array([place[v] for v in scope], np.int64)
        for i in members:
            others = members[members != i]
            np.bitwise_or.at(neighbours[i], others >> 6, np.uint64(1) << (others & 63).astype(np.uint64))
    order, _ = best_order(neighbours, np.log2(cards[variables]), tries, noise, seed)
    return [variables[i] for i in order]


def _reconfigured(scopes: Scopes, tree: Tree, cards: IntArray) -> Pairs:
    """Return a tree whose small subtrees are optimal, each replaced in turn (cotengra)."""
    import cotengra

    sizes = {v: float(cards[v]) for scope in scopes for v in scope}
    contraction = cotengra.ContractionTree.from_path(
        [tuple(scope) for scope in scopes], (), sizes, ssa_path=tree.pairs
    )
    contraction.subtree_reconfigure_(subtree_size=5, minimize="flops", seed=SEED)
    return [(a, b) for a, b in contraction.get_ssa_path()]


def lightest_first(scopes: Scopes, cards: IntArray, most: float) -> tuple[list[int], dict[int, set[int]]]:
    """Return an order that takes the variable with the fewest configurations of it and its neighbours first.

    It ends where they are more than `2**most`; then the variables that are left come with the neighbours that
    each has by then. Near-linear where neighbourhoods are small.
    """
    logs = np.log2(cards).tolist()
    neighbours: dict[int, set[int]] = {}
    for scope in scopes:
        for v in scope:
            neighbours.setdefault(v, set()).update(scope)
    weights = {v: sum(logs[w] for w in around) for v, around in neighbours.items()}
    for v, around in neighbours.items():
        around.discard(v)
    queue = [(weight, v) for v, weight in weights.items()]
    heapify(queue)
    order = []
    while queue:
        weight, v = heappop(queue)
        if v not in neighbours or weight != weights[v]:
            continue
        if weight > most:
            break
        order.append(v)
        around = neighbours.pop(v)
        for w in around:
            theirs = neighbours[w]
            theirs.discard(v)
            new = around - theirs
            new.discard(w)
            theirs |= new
            weights[w] += sum(logs[x] for x in new) - logs[v]
            heappush(queue, (weights[w], w))
    return order, neighbours


def _pairs(scopes: Scopes, order: Iterable[int]) -> Pairs:
    """Return the joins that sum variables out in order: all that mention one, the two smallest first."""
    tensors = dict(enumerate(map(set, scopes)))
    holders: dict[int, set[int]] = {}
    for t, scope in enumerate(scopes):
        for v in scope:
            holders.setdefault(v, set()).add(t)
    pairs: list[tuple[int, int]] = []

    def join(those: Iterable[int]) -> None:
        heap = [(len(tensors[t]), t) for t in those]
        heapify(heap)
        while len(heap) > 1:
            (_, a), (_, b) = heappop(heap), heappop(heap)
            c = len(scopes) + len(pairs)
            pairs.append((a, b))
            tensors[c] = tensors.pop(a) | tensors.pop(b)
            for v in tensors[c]:
                holders[v] -= {a, b}
                holders[v].add(c)
            heappush(heap, (len(tensors[c]), c))

    for v in order:
        join(tuple(holders[v]))
        for t in holders.pop(v):
            tensors[t].discard(v)
    join(tuple(tensors))
    return pairs


def measured(scopes: Scopes, pairs: Pairs, cards: IntArray, kept: int | None = None) -> Tree:
    """Return the joins depth first, with their dense costs; the variable `kept` is never summed out."""
    n = len(scopes)
    order: list[int] = []
    waiting = [n + len(pairs) - 1] if pairs else []
    while waiting:
        t = waiting.pop()
        order.append(t)
        waiting.extend(child for child in pairs[t - n] if child >= n)
    order.reverse()
    renamed = {t: n + i for i, t in enumerate(order)}
    arranged = []
    for t in order:
        a, b = pairs[t - n]
        arranged.append((renamed.get(a, a), renamed.get(b, b)))

    logs = np.log2(cards).tolist()
    uses: dict[int, int] = {}
    for scope in scopes:
        for v in scope:
            uses[v] = uses.get(v, 0) + 1
    tensors = list(map(frozenset, scopes))
    width, products = 0.0, 0.0
    for a, b in arranged:
        union = tensors[a] | tensors[b]
        for v in tensors[a] & tensors[b]:
            uses[v] -= 1
        products += 2.0 ** min(1000.0, sum(logs[v] for v in union))
        tensors.append(frozenset(v for v in union if uses[v] > 1 or v == kept))
        width = max(width, sum(logs[v] for v in tensors[-1]))
    return Tree(tuple(arranged), frozenset().union(*tensors[n:]), width, products)


def _cache_directory() -> Path:
    """Return where this platform keeps what can be computed again."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "cruxmap" / "trees"

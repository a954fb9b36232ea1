"""Eliminating variables one after another: orders, their joins, and what joins cost.

In: the variables that each table mentions, as two arrays (`first` and `variables` of `trees.Scopes`). Time
and memory are near-linear in the number of tables where neighbourhoods stay small. For many tables these
loops are compiled (`compiled_elimination`), and nothing is used here that takes long to compile.
"""

from collections.abc import Sequence
from heapq import heapify, heappop, heappush

import numpy as np

N_EDGES, N_LINKS = 0, 1

HASHED = 2_147_483_647
"""Keys are hashed modulo this, so that products stay below 2**63."""


# --- a greedy order ----------------------------------------------------------------------------


def greedy_order(first, variables, logs, most, by_fill):
    """Take the variable with the fewest configurations of it and its neighbours first or, `by_fill`, with the
    fewest pairs of neighbours that are not neighbours of one another: `(order, left, of)`.

    `logs` (n,) is the log2 of the number of states. It ends where there are more than `2**most`
    configurations: then `left[i]` are the variables that are left, and `of[i]` the neighbours that each has
    by then. What a variable lacks is counted anew only when a neighbour goes, which costs little quality.
    """
    n = len(logs)
    weights = np.full(n, np.nan)  # of a variable with its neighbours, as log2; nan once it is gone
    edges = np.full(1024, -1, np.int64)
    head, links = np.full(n, -1, np.int64), np.empty((1024, 2), np.int64)
    counts = np.zeros(2, np.int64)
    for v in variables:
        weights[v] = logs[v]
    for t in range(len(first) - 1):
        scope = variables[first[t] : first[t + 1]]
        edges, links = _connect(scope, logs, weights, edges, head, links, counts)
    scores = np.full(n, np.nan)
    around, around_that = np.empty(n, np.int64), np.empty(n, np.int64)
    queue = [(0.0, 0.0, 0) for _ in range(0)]
    for v in range(n):
        if np.isnan(weights[v]):
            continue
        scores[v] = _lacking(v, weights, edges, head, links, around) if by_fill else weights[v]
        queue.append((scores[v], weights[v], v))
    heapify(queue)
    order = np.empty(len(queue), np.int64)
    done = 0
    while queue:
        score, weight, v = heappop(queue)
        if score != scores[v] or weight != weights[v]:
            continue
        if weight > most:
            break
        order[done] = v
        done += 1
        weights[v] = np.nan
        n_around = _neighbours(v, weights, head, links, around)
        for w in around[:n_around]:
            weights[w] -= logs[v]
        edges, links = _connect(around[:n_around], logs, weights, edges, head, links, counts)
        for w in around[:n_around]:
            scores[w] = _lacking(w, weights, edges, head, links, around_that) if by_fill else weights[w]
            heappush(queue, (scores[w], weights[w], w))
    left = np.array([v for v in range(n) if not np.isnan(weights[v])], np.int64)
    of = [around[: _neighbours(v, weights, head, links, around)].copy() for v in left]
    return order[:done], left, of


def _lacking(v, weights, edges, head, links, around):
    """How many pairs of a variable's neighbours are not neighbours of one another."""
    n = _neighbours(v, weights, head, links, around)
    lacking = 0
    for p in range(n):
        for q in range(p):
            low, high = min(around[p], around[q]), max(around[p], around[q])
            edge = low * len(weights) + high
            lacking += edges[_place(edges, edge)] != edge
    return lacking


def _connect(members, logs, weights, edges, head, links, counts):
    """Make variables neighbours of one another, with room: `(edges, links)`.

    `edges` is a hash table of pairs, and `links` are (neighbour, next link), each variable's from its `head`.
    """
    n = len(members)
    while 2 * (counts[N_EDGES] + n * n) > len(edges):
        larger = np.full(2 * len(edges), -1, np.int64)
        for edge in edges:
            if edge >= 0:
                larger[_place(larger, edge)] = edge
        edges = larger
    if counts[N_LINKS] + n * n > len(links):
        longer = np.empty((max(2 * len(links), counts[N_LINKS] + n * n), 2), np.int64)
        for n_link in range(counts[N_LINKS]):
            longer[n_link, 0], longer[n_link, 1] = links[n_link, 0], links[n_link, 1]
        links = longer
    for p in range(n):
        for q in range(p):
            v, w = min(members[p], members[q]), max(members[p], members[q])
            edge = v * len(weights) + w
            place = _place(edges, edge)
            if v < w and edges[place] != edge:
                edges[place] = edge
                counts[N_EDGES] += 1
                for one, other in ((v, w), (w, v)):
                    links[counts[N_LINKS], 0] = other
                    links[counts[N_LINKS], 1] = head[one]
                    head[one] = counts[N_LINKS]
                    counts[N_LINKS] += 1
                    weights[one] += logs[other]
    return edges, links


def _place(table, key):
    """Where a key is in a hash table with room, -1 where it is empty, or would go."""
    last = len(table) - 1
    place = ((key % HASHED) * 0x9E3779B1 >> 12) & last
    while table[place] >= 0 and table[place] != key:
        place = (place + 1) & last
    return place


def _neighbours(v, weights, head, links, into):
    """Write the neighbours of a variable that are not gone to `into`; return how many there are."""
    n, link = 0, head[v]
    while link >= 0:
        w = links[link, 0]
        if not np.isnan(weights[w]):
            into[n] = w
            n += 1
        link = links[link, 1]
    return n


def min_fill_order(neighbours: Sequence[int]) -> list[int]:
    """Take the variable whose neighbours lack the fewest edges among themselves first, the earliest of these.

    Sets of variables are bits of whole numbers. This is the first try of `compiled_elimination.best_order`.
    """
    graph = list(neighbours)
    lacking = dict.fromkeys(range(len(graph)), 0)  # edges, twice
    stale = set(lacking)
    order: list[int] = []
    while lacking:
        for v in stale:
            missing = sum((graph[v] & ~graph[u]).bit_count() for u in _members(graph[v]))
            lacking[v] = missing - graph[v].bit_count()
        chosen = min(lacking, key=lacking.__getitem__)
        order.append(chosen)
        del lacking[chosen]
        around = _members(graph[chosen])
        for u in around:
            graph[u] = (graph[u] | graph[chosen]) & ~(1 << u | 1 << chosen)
        stale = set(around).union(*(_members(graph[u]) for u in around))
    return order


def _members(bits: int) -> list[int]:
    """The numbers of the bits that are set."""
    members = []
    while bits:
        low = bits & -bits
        members.append(low.bit_length() - 1)
        bits ^= low
    return members


# --- the joins ---------------------------------------------------------------------------------


def joins(first, variables, order, n_variables):
    """Return the joins that sum variables out in order, (n_tables - 1, 2): all that mention one, the two
    smallest first, and what is left of the unconnected parts at the end.

    Each tensor waits for the first of its variables in the order.
    """
    n = len(first) - 1
    turn = np.full(n_variables, len(order), np.int64)
    for n_before, v in enumerate(order):
        turn[v] = n_before
    tensors = [variables[first[t] : first[t + 1]] for t in range(n)]
    head, following = np.full(len(order) + 1, -1, np.int64), np.empty(2 * n, np.int64)
    for t in range(n):
        _wait(t, tensors[t], turn, head, following)
    pairs = np.empty((max(0, n - 1), 2), np.int64)
    seen = np.full(n_variables, -1, np.int64)
    made = 0
    for step in range(len(order) + 1):
        heap = [(0, 0) for _ in range(0)]
        t = head[step]
        while t >= 0:
            heap.append((len(tensors[t]), t))
            t = following[t]
        heapify(heap)
        while len(heap) > 1:
            a, b = heappop(heap)[1], heappop(heap)[1]
            pairs[made, 0], pairs[made, 1] = a, b
            made += 1
            tensors.append(_united(tensors[a], tensors[b], seen, made))
            tensors[a] = tensors[b] = variables[:0]
            heappush(heap, (len(tensors[-1]), len(tensors) - 1))
        if heap and step < len(order):
            t = heap[0][1]
            tensors[t] = _without(tensors[t], order[step])
            _wait(t, tensors[t], turn, head, following)
    return pairs


def _wait(t, tensor, turn, head, following):
    """Put a tensor among those that wait for the same variable."""
    step = len(head) - 1
    for v in tensor:
        step = min(step, turn[v])
    following[t] = head[step]
    head[step] = t


def _without(tensor, variable):
    """The other variables of a tensor."""
    others = np.empty(len(tensor) - 1, np.int64)
    n = 0
    for v in tensor:
        if v != variable:
            others[n] = v
            n += 1
    return others


def _united(one, other, seen, stamp):
    """The variables of two tensors; `seen` marks them with the stamp."""
    both = np.empty(len(one) + len(other), np.int64)
    n = 0
    for part in (one, other):
        for v in part:
            if seen[v] != stamp:
                seen[v] = stamp
                both[n] = v
                n += 1
    return both[:n]


# --- what joins cost ---------------------------------------------------------------------------


def depth_first(pairs, n_tables):
    """The same joins, results used soon after they are made, numbered anew."""
    order = np.empty(len(pairs), np.int64)
    waiting = np.empty(len(pairs) + 1, np.int64)
    waiting[0], n_waiting, done = len(pairs) - 1, min(1, len(pairs)), len(pairs)
    while n_waiting:
        n_waiting -= 1
        join = waiting[n_waiting]
        done -= 1
        order[done] = join
        for t in pairs[join]:
            if t >= n_tables:
                waiting[n_waiting] = t - n_tables
                n_waiting += 1
    name = np.empty(len(pairs), np.int64)
    for i in range(len(pairs)):
        name[order[i]] = i
    arranged = np.empty_like(pairs)
    for i in range(len(pairs)):
        for side in range(2):
            t = pairs[order[i], side]
            arranged[i, side] = t if t < n_tables else n_tables + name[t - n_tables]
    return arranged


def dense_costs(first, variables, pairs, logs, kept):
    """As if every table were dense: `(log2 of the largest result, products of all joins, carried)`.

    `carried` (n_variables,) tells which variables some result mentions; `kept` is never summed out.
    """
    n = len(first) - 1
    uses = np.zeros(len(logs), np.int64)
    for v in variables:
        uses[v] += 1
    tensors = [variables[first[t] : first[t + 1]] for t in range(n)]
    seen = np.full(len(logs), -1, np.int64)
    carried = np.zeros(len(logs), np.bool_)
    width, products = 0.0, 0.0
    for i in range(len(pairs)):
        one, other = tensors[pairs[i, 0]], tensors[pairs[i, 1]]
        for v in one:
            seen[v] = 2 * i
        for v in other:
            if seen[v] == 2 * i:
                uses[v] -= 1
        union = _united(one, other, seen, 2 * i + 1)
        whole, size, n_left = 0.0, 0.0, 0
        for v in union:
            whole += logs[v]
            if uses[v] > 1 or v == kept:
                union[n_left] = v
                n_left += 1
                size += logs[v]
                carried[v] = True
        products += 2.0 ** min(1000.0, whole)
        width = max(width, size)
        tensors[pairs[i, 0]] = tensors[pairs[i, 1]] = variables[:0]
        tensors.append(union[:n_left])
    return width, products, carried

"""Eliminating variables one after another, compiled: orders, their joins, and what joins cost.

In: the variables that each table mentions, as two arrays (`first` and `variables` of `trees.Scopes`). Time
and memory are near-linear in the number of tables where neighbourhoods stay small.
"""

from heapq import heapify, heappop, heappush

import numpy as np

from cruxmap.engine.compiled import njit

N_EDGES, N_LINKS = 0, 1


# --- a greedy order ----------------------------------------------------------------------------


@njit()
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
    for v in np.flatnonzero(~np.isnan(weights)):
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
    left = np.flatnonzero(~np.isnan(weights))
    of = [around[: _neighbours(v, weights, head, links, around)].copy() for v in left]
    return order[:done], left, of


@njit()
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


@njit()
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
        longer[: counts[N_LINKS]] = links[: counts[N_LINKS]]
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
                    links[counts[N_LINKS]] = other, head[one]
                    head[one] = counts[N_LINKS]
                    counts[N_LINKS] += 1
                    weights[one] += logs[other]
    return edges, links


@njit()
def _place(table, key):
    """Where a key is in a hash table with room, -1 where it is empty, or would go."""
    last = len(table) - 1
    place = np.int64((np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(16)) & last
    while table[place] >= 0 and table[place] != key:
        place = (place + 1) & last
    return place


@njit()
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


# --- the best of many orders ---------------------------------------------------------------------
#
# Summing out a variable joins all that are its neighbours at that time. Min-fill takes the variable whose
# neighbours lack the fewest edges among themselves; here with a little noise, as the best of many tries is
# far better than the first. Sets of variables are bits of 64-bit words.


@njit()
def _bits(word):
    """How many bits of a 64-bit word are set."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    pairs = np.uint64(0x3333333333333333)
    word = (word & pairs) + ((word >> np.uint64(2)) & pairs)
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


@njit()
def _members(words, into):
    """Write the numbers of the set bits to `into`; return how many there are."""
    n = 0
    for w in range(len(words)):
        word = words[w]
        while word:
            low = word & (~word + np.uint64(1))
            into[n] = 64 * w + _bits(low - np.uint64(1))
            n += 1
            word ^= low
    return n


@njit()
def best_order(neighbours, logs, tries, noise, seed):
    """The cheapest of `tries` orders: `(order, cost)`; the first try is without noise.

    `neighbours` (n, words) are sets, `logs` (n,) the log2 of the numbers of states. The cost of an order is
    the number of configurations of each variable with its neighbours, added up.
    """
    np.random.seed(seed)
    n, n_words = neighbours.shape
    best, best_cost = np.arange(n), np.inf
    around, around_that = np.empty(n, np.int64), np.empty(n, np.int64)
    fill = np.empty(n, np.float64)
    order = np.empty(n, np.int64)
    for attempt in range(tries):
        graph = neighbours.copy()
        alive = np.ones(n, np.bool_)
        stale = np.ones(n, np.bool_)
        cost = 0.0
        for step in range(n):
            chosen, lowest = -1, np.inf
            for v in range(n):
                if not alive[v]:
                    continue
                if stale[v]:
                    missing = 0
                    count = _members(graph[v], around)
                    for p in range(count):
                        for w in range(n_words):
                            missing += _bits(graph[v, w] & ~graph[around[p], w])
                    fill[v] = (missing - count) / 2
                    stale[v] = False
                score = fill[v]
                if attempt:
                    score += noise * np.random.exponential()
                if score < lowest:
                    chosen, lowest = v, score
            count = _members(graph[chosen], around)
            size = logs[chosen]
            for p in range(count):
                size += logs[around[p]]
            cost += 2.0**size
            if cost >= best_cost:
                break
            order[step] = chosen
            alive[chosen] = False
            word, bit = chosen >> 6, np.uint64(1) << np.uint64(chosen & 63)
            for p in range(count):
                u = around[p]
                graph[u, word] &= ~bit
                for w in range(n_words):
                    graph[u, w] |= graph[chosen, w]
                graph[u, u >> 6] &= ~(np.uint64(1) << np.uint64(u & 63))
            for p in range(count):
                stale[around[p]] = True
                for q in range(_members(graph[around[p]], around_that)):
                    stale[around_that[q]] = True
        if cost < best_cost:
            best_cost = cost
            best = order.copy()
    return best, best_cost


# --- the joins ---------------------------------------------------------------------------------


@njit()
def joins(first, variables, order, n_variables):
    """Return the joins that sum variables out in order, (n_tables - 1, 2): all that mention one, the two
    smallest first, and what is left of the unconnected parts at the end.

    Each tensor waits for the first of its variables in the order.
    """
    n = len(first) - 1
    turn = np.full(n_variables, len(order), np.int64)
    turn[order] = np.arange(len(order))
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
            pairs[made] = a, b
            made += 1
            tensors.append(_united(tensors[a], tensors[b], seen, made))
            tensors[a] = tensors[b] = variables[:0]
            heappush(heap, (len(tensors[-1]), len(tensors) - 1))
        if heap and step < len(order):
            t = heap[0][1]
            tensors[t] = tensors[t][tensors[t] != order[step]]
            _wait(t, tensors[t], turn, head, following)
    return pairs


@njit()
def _wait(t, tensor, turn, head, following):
    """Put a tensor among those that wait for the same variable."""
    step = len(head) - 1
    for v in tensor:
        step = min(step, turn[v])
    following[t] = head[step]
    head[step] = t


@njit()
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


@njit()
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
    name[order] = np.arange(len(pairs))
    arranged = np.empty_like(pairs)
    for i in range(len(pairs)):
        for side in range(2):
            t = pairs[order[i], side]
            arranged[i, side] = t if t < n_tables else n_tables + name[t - n_tables]
    return arranged


@njit()
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

"""The loops of `elimination` compiled, for many tables, and a search that is never done without.

They are compiled once per machine.
"""

import numpy as np
from numba.extending import register_jitable

from cruxmap.engine import elimination
from cruxmap.engine.compiled import njit

for _part in (
    *(elimination._lacking, elimination._connect, elimination._place, elimination._neighbours),
    *(elimination._wait, elimination._without, elimination._united),
):
    register_jitable(_part)

_compiled = njit(error_model="numpy")
greedy_order, joins = _compiled(elimination.greedy_order), _compiled(elimination.joins)
depth_first, dense_costs = _compiled(elimination.depth_first), _compiled(elimination.dense_costs)


# --- the best of many orders ---------------------------------------------------------------------
#
# Summing out a variable joins all that are its neighbours at that time. Min-fill takes the variable whose
# neighbours lack the fewest edges among themselves; here with a little noise, as the best of many tries is
# far better than the first. Sets of variables are bits of 64-bit words.


@njit(error_model="numpy")
def _bits(word):
    """How many bits of a 64-bit word are set."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    pairs = np.uint64(0x3333333333333333)
    word = (word & pairs) + ((word >> np.uint64(2)) & pairs)
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


@njit(error_model="numpy")
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


@njit(error_model="numpy")
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

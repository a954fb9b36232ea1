"""The sparse joins of a contraction tree, compiled.

In: tables as supports (rows of states, a slot per row) and the order in which to join them. Out: for
every row that is not simply one of its inputs again, the pairs of slots whose products it adds up.

Three things are settled here rather than in every draw. Sums of constants become constants. A row that is
one value times 1 is that value's slot. And rows of one step that add up the same products share one slot,
so what does not depend on some variable in some context is computed once for all its states.
"""

import numpy as np
from numba import njit

CONSTANT = 1 << 30
"""Slots from here on are numbers found while joining; slot 0 is the number 1."""

TABLE_BITS = 20
COMPLETE, OVER_BUDGET = 0, 1


@njit(cache=True)
def _grown(array, size):
    """A longer copy where `array` holds fewer than `size` items."""
    if size <= len(array):
        return array
    longer = np.empty(max(size, 2 * len(array)), array.dtype)
    longer[: len(array)] = array
    return longer


@njit(cache=True)
def _ranked(codes):
    """The rank of each code among the distinct ones, and how many those are."""
    order = np.argsort(codes)
    ranks = np.empty(len(codes), np.int64)
    rank = -1
    for n in range(len(codes)):
        if n == 0 or codes[order[n]] != codes[order[n - 1]]:
            rank += 1
        ranks[order[n]] = rank
    return ranks, rank + 1


@njit(cache=True)
def _codes(states, columns, cards):
    """A number per row that tells apart the states in `columns`, and a bound on these numbers.

    The bound stays within a few times the number of rows, whatever the number of variables.
    """
    n = len(states)
    codes = np.zeros(n, np.int64)
    size = 1
    for c in range(len(columns)):
        if size > (1 << 40):
            codes, size = _ranked(codes)
        for i in range(n):
            codes[i] = codes[i] * cards[c] + states[i, columns[c]]
        size *= cards[c]
    if size > 4 * n + 64:
        codes, size = _ranked(codes)
    return codes, size


@njit(cache=True)
def _buckets(codes, size):
    """Rows by code: `order[start[c]:start[c + 1]]` are the rows with code c, in order."""
    start = np.zeros(size + 1, np.int64)
    for code in codes:
        start[code + 1] += 1
    for c in range(size):
        start[c + 1] += start[c]
    cursor = start[:-1].copy()
    order = np.empty(len(codes), np.int64)
    for i in range(len(codes)):
        order[cursor[codes[i]]] = i
        cursor[codes[i]] += 1
    return start, order


@njit(cache=True)
def _number(slot, constants):
    """The value of a constant slot."""
    return 1.0 if slot == 0 else constants[slot - CONSTANT]


@njit(cache=True)
def _pruned(left, right, first, n_inputs, roots):
    """Drop the outputs on which no root depends: rows that later met no row to fit them.

    Returns `(left, right, first, place)`; `place[k]` is what output k is called now, or -1.
    """
    n_outputs = len(first) - 1
    place = np.full(n_outputs, -1, np.int64)
    for slot in roots:
        if n_inputs <= slot < CONSTANT:
            place[slot - n_inputs] = 0
    for k in range(n_outputs - 1, -1, -1):
        if place[k] >= 0:
            for t in range(first[k], first[k + 1]):
                if n_inputs <= left[t] < CONSTANT:
                    place[left[t] - n_inputs] = 0
                if n_inputs <= right[t] < CONSTANT:
                    place[right[t] - n_inputs] = 0
    new_left, new_right, new_first = np.empty_like(left), np.empty_like(right), np.empty_like(first)
    n, n_triples = 0, 0
    new_first[0] = 0
    for k in range(n_outputs):
        if place[k] < 0:
            continue
        place[k] = n
        for t in range(first[k], first[k + 1]):
            new_left[n_triples] = _renamed(left[t], n_inputs, place)
            new_right[n_triples] = _renamed(right[t], n_inputs, place)
            n_triples += 1
        n += 1
        new_first[n] = n_triples
    return new_left[:n_triples].copy(), new_right[:n_triples].copy(), new_first[: n + 1].copy(), place


@njit(cache=True)
def _renamed(slot, n_inputs, place):
    """What a slot is called now, or -1 where it is dropped."""
    if n_inputs <= slot < CONSTANT:
        return n_inputs + place[slot - n_inputs] if place[slot - n_inputs] >= 0 else -1
    return slot


@njit(cache=True)
def join_all(
    pairs,
    scope_first,
    scopes_flat,
    row_first,
    states_flat,
    slots_flat,
    cards,
    is_open,
    asked,
    n_inputs,
    budget,
):
    """Join leaves as `pairs` says.

    Leaf t has the variables `scopes_flat[scope_first[t]:scope_first[t + 1]]`, and its rows are
    `row_first[t]` to `row_first[t + 1]` of `slots_flat`; their states lie row by row in `states_flat`.
    `is_open` variables are never summed out; `asked` numbers the variables to be read, or is -1.

    Returns `(status, left, right, first, constants, root slots, root states, stats, read slots, read
    states, read first)`; `stats` is (n_steps, 2), rows and triples. A variable is read at the smallest step
    all of whose rows are new slots, one each; where there is none its stretch is empty, and a slot of -1 is
    always 0.
    """
    n_leaves = len(scope_first) - 1
    n_steps = len(pairs)
    n_variables = len(cards)
    scopes = [scopes_flat[:0]]
    states = [states_flat[:0].reshape(0, 1)]
    slots = [slots_flat[:0]]
    uses = np.zeros(n_variables, np.int64)
    state_at = 0
    for t in range(n_leaves):
        scope = scopes_flat[scope_first[t] : scope_first[t + 1]]
        n = row_first[t + 1] - row_first[t]
        k = len(scope)
        for v in scope:
            uses[v] += 1
        leaf = states_flat[state_at : state_at + n * k].reshape(n, k)
        state_at += n * k
        scopes.append(scope)
        states.append(leaf)
        slots.append(slots_flat[row_first[t] : row_first[t + 1]])
    n_asked = 0
    for v in range(n_variables):
        n_asked += asked[v] >= 0
    best = np.full(n_asked, 1 << 62, np.int64)
    read_slots = [slots_flat[:0] for _ in range(n_asked)]
    read_states = [states_flat[:0] for _ in range(n_asked)]

    left = np.empty(1024, np.int32)
    right = np.empty(1024, np.int32)
    first = np.zeros(1024, np.int64)
    constants = np.empty(16, np.float64)
    n_triples, n_outputs, n_constants = 0, 0, 0
    stats = np.zeros((n_steps, 2), np.int64)
    position = np.full(n_variables, -1, np.int64)
    table = np.full(1 << TABLE_BITS, -1, np.int64)
    products = np.empty(1024, np.int64)
    status = COMPLETE

    for step in range(n_steps):
        a, b = pairs[step, 0] + 1, pairs[step, 1] + 1
        if len(slots[a]) < len(slots[b]):
            a, b = b, a
        scope_a, scope_b = scopes[a], scopes[b]
        states_a, states_b = states[a], states[b]
        slots_a, slots_b = slots[a], slots[b]
        n_a, n_b = len(slots_a), len(slots_b)

        # Which variables are shared, and which stay.
        common_a = np.empty(len(scope_a), np.int64)
        common_b = np.empty(len(scope_a), np.int64)
        kept_a = np.empty(len(scope_a), np.int64)
        kept_b = np.empty(len(scope_b), np.int64)
        n_common, n_kept_a, n_kept_b = 0, 0, 0
        for q in range(len(scope_b)):
            position[scope_b[q]] = q
        for q in range(len(scope_a)):
            v = scope_a[q]
            if position[v] >= 0:
                common_a[n_common], common_b[n_common] = q, position[v]
                n_common += 1
                position[v] = -1
                uses[v] -= 1
            if is_open[v] or uses[v] > 1:
                kept_a[n_kept_a] = q
                n_kept_a += 1
        for q in range(len(scope_b)):
            v = scope_b[q]
            if position[v] >= 0:
                position[v] = -1
                if is_open[v] or uses[v] > 1:
                    kept_b[n_kept_b] = q
                    n_kept_b += 1
        common_a, common_b = common_a[:n_common], common_b[:n_common]
        kept_a, kept_b = kept_a[:n_kept_a], kept_b[:n_kept_b]

        both = np.empty((n_a + n_b, n_common), states_flat.dtype)
        for c in range(n_common):
            for i in range(n_a):
                both[i, c] = states_a[i, common_a[c]]
            for j in range(n_b):
                both[n_a + j, c] = states_b[j, common_b[c]]
        key, n_keys = _codes(both, np.arange(n_common), cards[scope_a[common_a]])
        out_a, n_out_a = _codes(states_a, kept_a, cards[scope_a[kept_a]])
        out_b, n_out_b = _codes(states_b, kept_b, cards[scope_b[kept_b]])
        start_key, order_key = _buckets(key[n_a:], n_keys)
        start_a, order_a = _buckets(out_a, n_out_a)
        n_joined = 0
        for i in range(n_a):
            n_joined += start_key[key[i] + 1] - start_key[key[i]]
        if n_triples + n_joined > budget:
            status = OVER_BUDGET
            break

        left = _grown(left, n_triples + n_joined)
        right = _grown(right, n_triples + n_joined)
        count = np.zeros(n_out_b, np.int64)
        cursor = np.empty(n_out_b, np.int64)
        touched = np.empty(n_out_b, np.int64)
        from_a = np.empty(n_out_b, np.int64)
        from_b = np.empty(n_out_b, np.int64)
        scope = np.concatenate((scope_a[kept_a], scope_b[kept_b]))
        rows = np.empty((min(n_joined, 64), len(scope)), states_flat.dtype)
        out_slots = np.empty(min(n_joined, 64), np.int64)
        n_rows = 0
        first_output, first_triple = n_outputs, n_triples

        for group in range(n_out_a):
            n_touched, n_products = 0, 0
            for p in range(start_a[group], start_a[group + 1]):
                i = order_a[p]
                for q in range(start_key[key[i]], start_key[key[i] + 1]):
                    j = order_key[q]
                    o = out_b[j]
                    if count[o] == 0:
                        touched[n_touched], from_a[n_touched], from_b[n_touched] = o, i, j
                        n_touched += 1
                    count[o] += 1
                    n_products += 1
            products = _grown(products, n_products)
            begin = 0
            for t in range(n_touched):
                cursor[touched[t]] = begin
                begin += count[touched[t]]
            for p in range(start_a[group], start_a[group + 1]):
                i = order_a[p]
                for q in range(start_key[key[i]], start_key[key[i] + 1]):
                    j = order_key[q]
                    low, high = slots_a[i], slots_b[j]
                    if low > high:
                        low, high = high, low
                    products[cursor[out_b[j]]] = (low << 32) | high
                    cursor[out_b[j]] += 1

            if n_rows + n_touched > len(out_slots):
                out_slots = _grown(out_slots, n_rows + n_touched)
                longer = np.empty((len(out_slots), len(scope)), states_flat.dtype)
                longer[:n_rows] = rows[:n_rows]
                rows = longer
            begin = 0
            for t in range(n_touched):
                end = begin + count[touched[t]]
                count[touched[t]] = 0
                these = products[begin:end]
                begin = end
                if len(these) > 1:
                    these.sort()
                constant, total = True, 0.0
                mixed = np.uint64(len(these))
                for product in these:
                    low, high = product >> 32, product & 0xFFFFFFFF
                    mixed = (mixed ^ np.uint64(product)) * np.uint64(0x9E3779B97F4A7C15)
                    mixed ^= mixed >> np.uint64(29)
                    if constant and (low == 0 or low >= CONSTANT) and (high == 0 or high >= CONSTANT):
                        total += _number(low, constants) * _number(high, constants)
                    else:
                        constant = False
                if constant:
                    slot = 0
                    if total != 1.0:
                        c = 0
                        while c < n_constants and constants[c] != total:
                            c += 1
                        if c == n_constants:
                            constants = _grown(constants, c + 1)
                            constants[c] = total
                            n_constants += 1
                        slot = CONSTANT + c
                elif len(these) == 1 and these[0] >> 32 == 0:
                    slot = these[0]
                else:
                    place = np.int64(mixed >> np.uint64(64 - TABLE_BITS))
                    known = table[place]
                    same = known >= first_output and first[known + 1] - first[known] == len(these)
                    if same:
                        for n in range(len(these)):
                            at = first[known] + n
                            if (np.int64(left[at]) << 32) | np.int64(right[at]) != these[n]:
                                same = False
                                break
                    if same:
                        slot = n_inputs + known
                    else:
                        table[place] = n_outputs
                        slot = n_inputs + n_outputs
                        for product in these:
                            left[n_triples], right[n_triples] = product >> 32, product & 0xFFFFFFFF
                            n_triples += 1
                        n_outputs += 1
                        first = _grown(first, n_outputs + 1)
                        first[n_outputs] = n_triples
                out_slots[n_rows] = slot
                for q in range(n_kept_a):
                    rows[n_rows, q] = states_a[from_a[t], kept_a[q]]
                for q in range(n_kept_b):
                    rows[n_rows, n_kept_a + q] = states_b[from_b[t], kept_b[q]]
                n_rows += 1

        scopes[a], states[a], slots[a] = scopes[0], states[0], slots[0]
        scopes[b], states[b], slots[b] = scopes[0], states[0], slots[0]
        scopes.append(scope)
        states.append(rows[:n_rows].copy())
        slots.append(out_slots[:n_rows].copy())
        stats[step, 0], stats[step, 1] = n_rows, n_triples - first_triple
        if n_outputs - first_output == n_rows > 0:
            for q in range(len(scope)):
                ask = asked[scope[q]]
                if ask >= 0 and n_rows < best[ask]:
                    best[ask] = n_rows
                    read_slots[ask] = slots[-1]
                    read_states[ask] = states[-1][:, q].copy()

    left, right, first, place = _pruned(
        left[:n_triples], right[:n_triples], first[: n_outputs + 1], n_inputs, slots[-1]
    )
    roots = np.array([_renamed(slot, n_inputs, place) for slot in slots[-1]], np.int64)
    read_first = np.zeros(n_asked + 1, np.int64)
    for ask in range(n_asked):
        read_first[ask + 1] = read_first[ask] + len(read_slots[ask])
    all_slots = np.empty(read_first[-1], np.int64)
    all_states = np.empty(read_first[-1], np.int64)
    for ask in range(n_asked):
        here = read_first[ask]
        for n in range(len(read_slots[ask])):
            all_slots[here + n] = _renamed(read_slots[ask][n], n_inputs, place)
            all_states[here + n] = read_states[ask][n]
    return (
        status,
        left,
        right,
        first,
        constants[:n_constants],
        roots,
        states[-1],
        stats,
        all_slots,
        all_states,
        read_first,
    )

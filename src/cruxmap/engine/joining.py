"""The sparse joins of a contraction tree, compiled.

In: tables as supports (rows of states, a slot per row) and the order in which to join them. Out: for
every row that is not simply one of its inputs again, the pairs of slots whose products it adds up.

Three things are settled here rather than in every draw. Sums of constants become constants. A row that is
one value times 1 is that value's slot. And rows of one step that add up the same products share one slot,
so what does not depend on some variable in some context is computed once for all its states.
"""

import numpy as np

from cruxmap.engine.compiled import njit

CONSTANT = 1 << 30
"""Slots from here on are numbers found while joining; slot 0 is the number 1."""

LOW_HALF = 0xFFFFFFFF
TABLE_BITS = 18
"""Of the table of sums by hash: small enough to stay in cache."""

ANY_STEP_RATHER = 1 << 40
"""Added to the size of leaves: reading at what is computed anyway takes no more slopes."""

COMPLETE, OVER_BUDGET = 0, 1
N_TRIPLES, N_OUTPUTS, N_CONSTANTS = 0, 1, 2


@njit()
def _grown(array, size):
    """A longer copy where `array` holds fewer than `size` items."""
    if size <= len(array):
        return array
    longer = np.empty(max(size, 2 * len(array)), array.dtype)
    longer[: len(array)] = array
    return longer


@njit()
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


@njit()
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


@njit()
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


@njit()
def _sides(scope_a, scope_b, uses, is_kept, position):
    """Which columns two tensors share, `(common_a, common_b)`, and which of each stay, `(kept_a, kept_b)`.

    A column that both have and that stays is in `kept_a`. `uses` counts the tensors that mention each
    variable, and is brought up to date; `position` is all -1, before and after.
    """
    common_a, common_b = (np.empty(len(scope_a), np.int64), np.empty(len(scope_a), np.int64))
    kept_a, kept_b = np.empty(len(scope_a), np.int64), np.empty(len(scope_b), np.int64)
    n_common, n_a, n_b = 0, 0, 0
    for q in range(len(scope_b)):
        position[scope_b[q]] = q
    for q in range(len(scope_a)):
        v = scope_a[q]
        if position[v] >= 0:
            common_a[n_common], common_b[n_common] = q, position[v]
            n_common += 1
            position[v] = -1
            uses[v] -= 1
        if is_kept[v] or uses[v] > 1:
            kept_a[n_a] = q
            n_a += 1
    for q in range(len(scope_b)):
        v = scope_b[q]
        if position[v] >= 0:
            position[v] = -1
            if is_kept[v] or uses[v] > 1:
                kept_b[n_b] = q
                n_b += 1
    return common_a[:n_common], common_b[:n_common], kept_a[:n_a], kept_b[:n_b]


@njit()
def _matches(states_a, states_b, common_a, common_b, cards):
    """A number per row of a and per row of b, equal where the shared columns agree, and a bound on them."""
    both = np.concatenate((states_a[:, common_a], states_b[:, common_b]))
    codes, size = _codes(both, np.arange(len(common_a)), cards)
    return codes[: len(states_a)], codes[len(states_a) :], size


@njit()
def _gather_products(
    group, start_a, by_result, key_a, start_key, by_key, result_b, slots_a, slots_b,
    number, cursor, touched, from_a, from_b, products,
):  # fmt: skip
    """Write the group's products, those of one result together: `(how many results, products)`, with room.

    Result n is `touched[n]`, made by rows `from_a[n]` and `from_b[n]` among others; its `number` products
    end at its `cursor`. `number` is all 0 before.
    """
    n_touched = 0
    for p in range(start_a[group], start_a[group + 1]):
        i = by_result[p]
        for q in range(start_key[key_a[i]], start_key[key_a[i] + 1]):
            result = result_b[by_key[q]]
            if number[result] == 0:
                touched[n_touched], from_a[n_touched], from_b[n_touched] = result, i, by_key[q]
                n_touched += 1
            number[result] += 1
    end = 0
    for n in range(n_touched):
        cursor[touched[n]] = end
        end += number[touched[n]]
    products = _grown(products, end)
    for p in range(start_a[group], start_a[group + 1]):
        i = by_result[p]
        for q in range(start_key[key_a[i]], start_key[key_a[i] + 1]):
            j = by_key[q]
            low, high = min(slots_a[i], slots_b[j]), max(slots_a[i], slots_b[j])
            products[cursor[result_b[j]]] = (low << 32) | high
            cursor[result_b[j]] += 1
    return n_touched, products


@njit()
def _sort(numbers):
    """Sort in place; nearly all that is sorted here is short."""
    if len(numbers) > 24:
        numbers.sort()
        return
    for n in range(1, len(numbers)):
        number = numbers[n]
        at = n
        while at > 0 and numbers[at - 1] > number:
            numbers[at] = numbers[at - 1]
            at -= 1
        numbers[at] = number


@njit()
def _constant_sum(products, constants):
    """`(True, the sum)` where every factor is a number; a product is two slots in one, low half last."""
    total = 0.0
    for product in products:
        value = 1.0
        for slot in (product >> 32, product & LOW_HALF):
            if slot >= CONSTANT:
                value *= constants[slot - CONSTANT]
            elif slot != 0:
                return False, 0.0
        total += value
    return True, total


@njit()
def _constant_slot(total, constants, counts):
    """The slot of a number, a new one if need be; `constants` has room for it."""
    if total == 1.0:
        return 0
    for c in range(counts[N_CONSTANTS]):
        if constants[c] == total:
            return CONSTANT + c
    constants[counts[N_CONSTANTS]] = total
    counts[N_CONSTANTS] += 1
    return CONSTANT + counts[N_CONSTANTS] - 1


@njit()
def _computed_slot(products, left, right, first, counts, known, since, n_inputs):
    """The slot of a sum of products in order: that of an equal one of this step, or else a new output.

    `known` remembers outputs by a hash of their products (a later one may take an earlier one's place),
    `since` is the first output of this step. The arrays have room.
    """
    mixed = np.uint64(len(products))
    for product in products:
        mixed = (mixed ^ np.uint64(product)) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    place = np.int64(mixed >> np.uint64(64 - TABLE_BITS))
    output = known[place]
    if output >= since and first[output + 1] - first[output] == len(products):
        same = True
        for n in range(len(products)):
            t = first[output] + n
            if (np.int64(left[t]) << 32) | np.int64(right[t]) != products[n]:
                same = False
                break
        if same:
            return n_inputs + output
    output = counts[N_OUTPUTS]
    known[place] = output
    for product in products:
        left[counts[N_TRIPLES]], right[counts[N_TRIPLES]] = (product >> 32, product & LOW_HALF)
        counts[N_TRIPLES] += 1
    counts[N_OUTPUTS] += 1
    first[output + 1] = counts[N_TRIPLES]
    return n_inputs + output


@njit()
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
                for slot in (left[t], right[t]):
                    if n_inputs <= slot < CONSTANT:
                        place[slot - n_inputs] = 0
    alive, sizes = place >= 0, first[1:] - first[:-1]
    place = np.where(alive, np.cumsum(alive) - 1, -1)
    products, starts = np.repeat(alive, sizes), np.zeros(np.sum(alive) + 1, np.int64)
    starts[1:] = np.cumsum(sizes[alive])
    left, right = left[products], right[products]
    _rename(left, n_inputs, place)
    _rename(right, n_inputs, place)
    return left, right, starts, place


@njit()
def _rename(slots, n_inputs, place):
    """Put in the slots' places what they are called now, -1 where they are dropped."""
    for n in range(len(slots)):
        output = slots[n] - n_inputs
        if output >= 0 and slots[n] < CONSTANT:
            slots[n] = n_inputs + place[output] if place[output] >= 0 else -1


@njit()
def _read_here(scope, states, slots, size, asked, smallest, read_slots, read_states):
    """Read what is asked of the scope at a tensor whose slots are nobody else's, unless it is read at one as
    small: each variable whose state every slot tells.
    """
    order = np.argsort(slots)
    distinct = np.ones(len(order), np.bool_)
    for n in range(1, len(order)):
        distinct[n] = slots[order[n]] != slots[order[n - 1]]
    for q in range(len(scope)):
        ask = asked[scope[q]]
        if ask < 0 or size >= smallest[ask]:
            continue
        told = True
        for n in range(1, len(order)):
            told &= distinct[n] or states[order[n], q] == states[order[n - 1], q]
        if told:
            smallest[ask] = size
            read_slots[ask] = slots[order[distinct]]
            read_states[ask] = states[order[distinct], q].copy()


@njit()
def with_indicators(pairs, indicator, scalar):
    """The joins (n, 2) with each table's indicator, if it is not -1, joined to it first, and a scalar 1 to
    the last result.

    Tables are numbered first; in `pairs` results follow, in what comes out indicators, the scalar, results.
    """
    n, last = len(indicator), len(indicator) + len(pairs) - 1
    if n == 0:
        return np.empty((0, 2), np.int64)
    name = np.arange(last + 3)  # of tables, results and, last of all, the scalar
    name[-1] = scalar
    steps = np.empty((len(pairs) + np.sum(indicator >= 0) + 1, 2), np.int64)
    made = 0
    for i in range(len(pairs) + 1):
        a, b = (pairs[i, 0], pairs[i, 1]) if i < len(pairs) else (last, last + 2)
        for t in (a, b):
            if t < n and indicator[t] >= 0:
                steps[made] = t, indicator[t]
                made += 1
                name[t] = scalar + made
        steps[made] = name[a], name[b]
        made += 1
        name[n + i] = scalar + made
    return steps


@njit()
def _leaves(scope_first, scopes_flat, row_first, states_flat, slots_flat):
    """The variables, states and slots of tensors, as lists in which leaf t is number t + 1.

    Number 0 is empty and stands for tensors that have been joined.
    """
    scopes, states, slots = [scopes_flat[:0]], [states_flat[:0].reshape(0, 1)], [slots_flat[:0]]
    at = 0
    for t in range(len(scope_first) - 1):
        scope = scopes_flat[scope_first[t] : scope_first[t + 1]]
        n = row_first[t + 1] - row_first[t]
        scopes.append(scope)
        states.append(states_flat[at : at + n * len(scope)].reshape(n, len(scope)))
        slots.append(slots_flat[row_first[t] : row_first[t + 1]])
        at += n * len(scope)
    return scopes, states, slots


@njit()
def _read_at_leaves(scopes, states, slots, n_inputs, asked, smallest, read_slots, read_states):
    """Read what is asked at leaves whose slots are in no other leaf, and are not the constant."""
    user = np.full(n_inputs, -1, np.int64)  # the one leaf that uses an input; -2 where there are several
    for t in range(1, len(slots)):
        for slot in slots[t]:
            user[slot] = t if user[slot] in (-1, t) else -2
    user[0] = -2
    for t in range(1, len(slots)):
        if np.all(user[slots[t]] == t):
            size = len(slots[t]) + ANY_STEP_RATHER
            _read_here(scopes[t], states[t], slots[t], size, asked, smallest, read_slots, read_states)


@njit()
def join_all(
    pairs,
    scope_first,
    scopes_flat,
    row_first,
    states_flat,
    slots_flat,
    cards,
    is_kept,
    asked,
    n_inputs,
    budget,
):
    """Join leaves as `pairs` says.

    Leaf t has the variables `scopes_flat[scope_first[t]:scope_first[t + 1]]`, and its rows are
    `row_first[t]` to `row_first[t + 1]` of `slots_flat`; their states lie row by row in `states_flat`.
    `is_kept` variables are never summed out; `asked` numbers the variables to be read, or is -1.

    Returns `(status, left, right, first, constants, root slots, root states, stats, read slots, read
    states, read first)`; `stats` is (n_steps, 2), rows and triples. A variable is read at the smallest step
    all of whose slots are new and tell its state, or else at the smallest leaf whose slots tell its state and
    are in no other; where there is none its stretch is empty, and a slot of -1 is always 0.
    """
    n_steps, n_asked = len(pairs), np.sum(asked >= 0)
    scopes, states, slots = _leaves(scope_first, scopes_flat, row_first, states_flat, slots_flat)
    uses = np.bincount(scopes_flat, minlength=len(cards))  # tensors that mention each variable
    smallest = np.full(n_asked, 1 << 62, np.int64)  # where each asked variable is read so far
    read_slots = [slots_flat[:0] for _ in range(n_asked)]
    read_states = [states_flat[:0] for _ in range(n_asked)]
    _read_at_leaves(scopes, states, slots, n_inputs, asked, smallest, read_slots, read_states)

    # Output k adds up the products `left[t] * right[t]` for t from `first[k]` to `first[k + 1]`. `counts`
    # says how much of `left`, `first` and `constants` is filled; the rest is room.
    left, right = np.empty(1024, np.int32), np.empty(1024, np.int32)
    first = np.zeros(1024, np.int64)
    constants = np.empty(16, np.float64)
    counts = np.zeros(3, np.int64)
    known = np.full(1 << TABLE_BITS, -1, np.int64)
    stats = np.zeros((n_steps, 2), np.int64)
    ends = np.zeros(n_steps + 1, np.int64)  # of the outputs of each step
    position = np.full(len(cards), -1, np.int64)
    products = np.empty(1024, np.int64)
    status = COMPLETE

    for step in range(n_steps):
        a, b = pairs[step, 0] + 1, pairs[step, 1] + 1
        if len(slots[a]) < len(slots[b]):
            a, b = b, a
        scope_a, states_a, slots_a = scopes[a], states[a], slots[a]
        scope_b, states_b, slots_b = scopes[b], states[b], slots[b]
        common_a, common_b, kept_a, kept_b = _sides(scope_a, scope_b, uses, is_kept, position)
        scope = np.concatenate((scope_a[kept_a], scope_b[kept_b]))

        # Rows fit together where their keys are equal. A row of the result is a pair: what a row of a and
        # one of b add to it. Rows of b are sorted by key, rows of a by what they add, a group for each: so
        # the results of one group are told apart by what b adds alone.
        key_a, key_b, n_keys = _matches(states_a, states_b, common_a, common_b, cards[scope_a[common_a]])
        result_a, n_result_a = _codes(states_a, kept_a, cards[scope_a[kept_a]])
        result_b, n_result_b = _codes(states_b, kept_b, cards[scope_b[kept_b]])
        start_key, by_key = _buckets(key_b, n_keys)
        start_a, by_result = _buckets(result_a, n_result_a)
        n_joined = 0
        for key in key_a:
            n_joined += start_key[key + 1] - start_key[key]
        if counts[N_TRIPLES] + n_joined > budget:
            status = OVER_BUDGET
            break
        left = _grown(left, counts[N_TRIPLES] + n_joined)
        right = _grown(right, counts[N_TRIPLES] + n_joined)
        first = _grown(first, counts[N_OUTPUTS] + n_joined + 1)

        number = np.zeros(n_result_b, np.int64)  # of products of each result of the group
        cursor = np.empty(n_result_b, np.int64)
        touched = np.empty(n_result_b, np.int64)  # the group's results
        row_slots = np.empty(min(n_joined, 64), np.int64)  # of the result's rows; made by these of a and b
        row_a, row_b = np.empty_like(row_slots), np.empty_like(row_slots)
        n_rows = 0
        first_output = counts[N_OUTPUTS]
        for group in range(n_result_a):
            room = n_rows + n_result_b
            row_slots, row_a, row_b = _grown(row_slots, room), _grown(row_a, room), _grown(row_b, room)
            n_touched, products = _gather_products(
                group, start_a, by_result, key_a, start_key, by_key, result_b, slots_a, slots_b,
                number, cursor, touched, row_a[n_rows:], row_b[n_rows:], products,
            )  # fmt: skip
            constants = _grown(constants, counts[N_CONSTANTS] + n_touched)
            for n in range(n_touched):
                these = products[cursor[touched[n]] - number[touched[n]] : cursor[touched[n]]]
                number[touched[n]] = 0
                _sort(these)
                constant, total = _constant_sum(these, constants)
                if constant:
                    row_slots[n_rows] = _constant_slot(total, constants, counts)
                elif len(these) == 1 and these[0] >> 32 == 0:
                    row_slots[n_rows] = these[0]
                else:
                    row_slots[n_rows] = _computed_slot(
                        these, left, right, first, counts, known, first_output, n_inputs
                    )
                n_rows += 1

        for joined in (a, b):
            scopes[joined], states[joined], slots[joined] = scopes[0], states[0], slots[0]
        scopes.append(scope)
        from_both = states_a[row_a[:n_rows]][:, kept_a], states_b[row_b[:n_rows]][:, kept_b]
        states.append(np.concatenate(from_both, axis=1))
        slots.append(row_slots[:n_rows].copy())
        stats[step, 0], ends[step + 1] = n_rows, counts[N_OUTPUTS]
        new = (slots[-1] >= n_inputs + first_output) & (slots[-1] < CONSTANT)
        if n_rows > 0 and np.all(new):
            _read_here(scope, states[-1], slots[-1], n_rows, asked, smallest, read_slots, read_states)

    # What no root depends on goes, and what is left is called anew.
    left, right, first, place = _pruned(
        left[: counts[N_TRIPLES]],
        right[: counts[N_TRIPLES]],
        first[: counts[N_OUTPUTS] + 1],
        n_inputs,
        slots[-1],
    )
    alive = np.zeros(len(place) + 1, np.int64)
    alive[1:] = np.cumsum(place >= 0)
    triples = first[alive[ends]]
    stats[:, 1] = triples[1:] - triples[:-1]
    read_first = np.zeros(n_asked + 1, np.int64)
    for ask in range(n_asked):
        read_first[ask + 1] = read_first[ask] + len(read_slots[ask])
    read = np.empty((2, read_first[-1]), np.int64)
    for ask in range(n_asked):
        read[0, read_first[ask] : read_first[ask + 1]] = read_slots[ask]
        read[1, read_first[ask] : read_first[ask + 1]] = read_states[ask]
    roots = slots[-1].copy()
    _rename(roots, n_inputs, place)
    _rename(read[0], n_inputs, place)
    return (
        status, left, right, first, constants[: counts[N_CONSTANTS]], roots, states[-1], stats,
        read[0], read[1], read_first,
    )  # fmt: skip


@njit()
def mark_used(slots, used):
    """Mark the inputs that are among the slots."""
    for slot in slots:
        if slot < len(used):
            used[slot] = True


@njit()
def renumbered(slots, used, n_constants):
    """The slots in the numbers that they have in a plan: inputs that are used, constants, outputs."""
    name = np.cumsum(used) - 1
    n_used = np.sum(used)
    numbers = np.empty(len(slots), np.uint32)
    for n in range(len(slots)):
        slot = slots[n]
        if slot < len(used):
            numbers[n] = name[slot]
        elif slot < CONSTANT:
            numbers[n] = n_used + n_constants + slot - len(used)
        else:
            numbers[n] = n_used + slot - CONSTANT
    return numbers

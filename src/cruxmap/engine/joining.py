"""The sparse joins of a contraction tree, as sorts and searches over many joins at once.

In: tables as supports (rows of states, a slot per row) and the order in which to join them. Out: for
every row that is not simply one of its inputs again, the pairs of slots whose products it adds up.

Three things are settled here rather than in every draw. Sums of constants become constants. A row that is
one value times 1 is that value's slot. And rows of one step that add up the same products share one slot,
so what does not depend on some variable in some context is computed once for all its states.

Trees are broad: 10,000 claims have 27,000 joins, none of which waits for more than 223 others in turn. So
all joins that could be next are done together, as a *wave*. And no tensor is wide: each variable has its
bits of a word, other bits than whatever it meets, so that to compare rows, or to join them, is to compare
or join words.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cruxmap.engine.network import BoolArray, FloatArray, IntArray
from cruxmap.engine.ragged import members, starts

type _Words = npt.NDArray[np.uint64]

CONSTANT = 1 << 30
"""Slots from here on are numbers found while joining; slot 0 is the number 1."""

LOW_HALF = 0xFFFFFFFF

WORD = 40
"""Bits of a word that hold states: what is left of 64 has room for the number of a join."""

AT_ONCE = 1 << 22
"""About how many products are sorted at once: more would take gigabytes."""

ANY_STEP_RATHER = 1 << 40
"""Added to the size of leaves: reading at what is computed anyway takes no more slopes."""


class OverBudget(Exception):  # noqa: N818 - an outcome, not a defect
    """The joins take more products than they may."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Leaves:
    """The supports of tables, one after the other: their `variables`, the `states` of these, row by row, and
    the `slots` of rows; `n_columns` and `n_rows` say how many each table has.
    """

    variables: IntArray
    n_columns: IntArray
    n_rows: IntArray
    states: npt.NDArray[np.int16]
    slots: IntArray


class Joins(NamedTuple):
    """Output k adds up the products `left[t] * right[t]` for t from `first[k]` to `first[k + 1]`.

    `roots` are the slots of the last tensor, and `root_states` those of the variable that it keeps; `stats`
    is (n_steps, 2), rows and products. Variable a of those asked has the slots `read_slots` and states
    `read_states` from `read_first[a]` to `read_first[a + 1]`: none where it cannot be read. A slot of -1 is
    always 0.
    """

    left: IntArray
    right: IntArray
    first: IntArray
    constants: FloatArray
    roots: IntArray
    root_states: IntArray
    stats: IntArray
    read_slots: IntArray
    read_states: IntArray
    read_first: IntArray


def join_all(
    steps: IntArray,
    leaves: Leaves,
    cards: IntArray,
    *,
    kept: int | None,
    asked: Sequence[int],
    n_inputs: int,
    budget: int,
) -> Joins:
    """Join leaves as `steps` says. Raises `OverBudget`.

    The variable `kept` is never summed out. Those `asked` are read: each at the smallest step all of whose
    slots are new and tell its state, or else at the smallest leaf whose slots tell its state and are in no
    other.
    """
    n_leaves = len(leaves.n_rows)
    waves = list(_waves(steps, n_leaves))
    layout = _Layout(steps, waves, leaves, cards, kept)
    readings, sums = _Readings(asked, layout), _Sums(n_inputs)
    given = _Rows(np.vstack([layout.words(leaves), leaves.slots]), leaves.n_rows)
    readings.look(given, _own_slots(given, n_inputs), np.arange(n_leaves), ANY_STEP_RATHER)
    tensors = _Store(n_leaves + len(steps), given.table, given.n_rows)
    n_rows = np.zeros(len(steps), np.int64)
    for wave in waves:
        those = steps[wave].T.ravel()
        both = _Rows(*tensors.stretches(those))
        tensors.drop(those)
        joined, is_new = _joined(both, wave, layout, sums, budget)
        tensors.put(n_leaves + wave, joined.table, joined.n_rows)
        readings.look(joined, is_new, n_leaves + wave, 0)
        n_rows[wave] = joined.n_rows
    root = _Rows(*tensors.stretches(np.array([n_leaves + len(steps) - 1])))
    left, right, first, n_products, renamed = sums.needed(root.slots, len(steps))
    read_slots, read_states, read_first = readings.best()
    return Joins(
        left=left,
        right=right,
        first=first,
        constants=np.array(sums.values[1:]),
        roots=renamed(root.slots),
        root_states=layout.states(root.words, kept or 0),
        stats=np.column_stack([n_rows, n_products]),
        read_slots=renamed(read_slots),
        read_states=read_states,
        read_first=read_first,
    )


def _waves(steps: IntArray, n_leaves: int) -> Iterator[IntArray]:
    """The steps by how many others they wait for in turn, each time in order."""
    turn = [0] * (n_leaves + len(steps))
    for n, (a, b) in enumerate(steps.tolist(), start=n_leaves):
        turn[n] = 1 + max(turn[a], turn[b])
    turns = np.array(turn[n_leaves:], np.int64)
    order = np.argsort(turns, kind="stable")
    sizes = np.bincount(turns)[1:]
    yield from (order[begin : begin + size] for begin, size in zip(starts(sizes)[:-1], sizes, strict=True))


class _Store:
    """Stretches of the columns of a table (k, n) of whole numbers, each with a number."""

    def __init__(self, n: int, table: IntArray, sizes: IntArray) -> None:
        """Put in the first stretches; there will be `n`."""
        self.table, self.end = table, table.shape[1]
        self.starts, self.sizes = np.zeros(n, np.int64), np.zeros(n, np.int64)
        self.starts[: len(sizes)], self.sizes[: len(sizes)] = starts(sizes)[:-1], sizes

    def stretches(self, numbers: IntArray) -> tuple[IntArray, IntArray]:
        """Some of them one after the other, and their sizes."""
        sizes = self.sizes[numbers]
        return self.table[:, members(self.starts[numbers], sizes)], sizes

    def drop(self, numbers: IntArray) -> None:
        """Leave some to be overwritten."""
        self.sizes[numbers] = 0

    def put(self, numbers: IntArray, table: IntArray, sizes: IntArray) -> None:
        """Put in some more."""
        n = table.shape[1]
        if self.end + n > self.table.shape[1]:
            held = self.table[:, members(self.starts, self.sizes)]
            self.starts, self.end = starts(self.sizes)[:-1], held.shape[1]
            self.table = np.empty((len(held), 2 * (self.end + n)), np.int64)
            self.table[:, : self.end] = held
        self.table[:, self.end : self.end + n] = table
        self.starts[numbers], self.sizes[numbers] = self.end + starts(sizes)[:-1], sizes
        self.end += n


# --- the bits of variables -----------------------------------------------------------------------


class _Layout:
    """Where the state of each variable is: in which word of a row, and there from which bit on.

    `scopes` has the variables of each tensor, leaves first. (n_words, n_steps): `common` has the bits of
    variables that both tensors of a step have, and `left` those of its result.
    """

    def __init__(
        self, steps: IntArray, waves: Sequence[IntArray], leaves: Leaves, cards: IntArray, kept: int | None
    ) -> None:
        """Find out where variables are summed out, and then, from the root down, give bits to each."""
        n_leaves = len(leaves.n_rows)
        self.width = np.array([(card - 1).bit_length() for card in cards.tolist()], np.int64)
        self.word, self.shift = np.zeros(len(cards), np.int64), np.zeros(len(cards), np.int64)
        self.scopes = _Store(n_leaves + len(steps), leaves.variables[None], leaves.n_columns)
        uses = np.bincount(leaves.variables, minlength=len(cards))  # tensors that mention each variable
        if kept is not None:
            uses[kept] += 2  # as if others had it that are never joined
        meetings = []
        for wave in waves:
            met = _met(*self.scopes.stretches(steps[wave].T.ravel()), uses)
            self.scopes.put(n_leaves + wave, met.left[1:], np.bincount(met.left[0], minlength=len(wave)))
            meetings.append(met)
        n_words = 1
        if kept is not None:
            n_words = self._give(np.array([[0], [kept]]), np.zeros((1, 1), np.int64))
        masks = []
        for met, wave in zip(reversed(meetings), reversed(waves), strict=True):
            n_words = self._give(met.gone, self._masks(met.left, n_words, len(wave)))
            masks.append([self._masks(those, n_words, len(wave)) for those in (met.common, met.left)])
        self.common, self.left = np.zeros((2, n_words, len(steps)), np.int64)
        for wave, (common, left) in zip(reversed(waves), masks, strict=True):
            self.common[: len(common), wave], self.left[: len(left), wave] = common, left

    def _masks(self, those: IntArray, n_words: int, n_steps: int) -> IntArray:
        """The bits of variables at steps, (n_words, n_steps)."""
        step, variable = those
        bits = ((1 << self.width[variable]) - 1) << self.shift[variable]
        place = self.word[variable] * n_steps + step
        masks = np.bincount(place, bits, minlength=n_words * n_steps)  # none twice: the sum has them all
        return masks.astype(np.int64).reshape(n_words, n_steps)

    def _give(self, those: IntArray, taken: IntArray) -> int:
        """Give variables at steps, in order of these, the first bits that are not `taken` (n_words, n_steps)
        there: in one word, whose number can be one more. Returns how many words there are then.
        """
        turn = (
            np.arange(those.shape[1])
            - starts(np.bincount(those[0], minlength=taken.shape[1]))[:-1][those[0]]
        )
        for now in range(int(turn.max(initial=-1)) + 1):
            step, variable = those[:, turn == now]
            width = self.width[variable]
            while True:
                free = ~taken[:, step] & ((1 << WORD) - 1)
                fits = free
                for n in range(1, int(width.max())):
                    fits = np.where(width > n, fits & (free >> n), fits)
                word = np.argmax(fits != 0, axis=0)
                lowest = fits[word, np.arange(len(step))]
                lowest &= -lowest
                if lowest.all():
                    break
                taken = np.vstack([taken, np.zeros((1, taken.shape[1]), np.int64)])
            self.word[variable], self.shift[variable] = word, np.log2(lowest)
            taken[word, step] |= lowest * ((1 << width) - 1)
        return len(taken)

    def words(self, leaves: Leaves) -> IntArray:
        """The words of all rows of leaves, (n_words, n_rows)."""
        of_row = np.repeat(leaves.n_columns, leaves.n_rows)
        of_cell = leaves.variables[
            members(np.repeat(starts(leaves.n_columns)[:-1], leaves.n_rows), of_row)
        ]
        ends = np.cumsum(of_row)
        cells = leaves.states.astype(np.int64) << self.shift[of_cell]
        words = np.empty((len(self.left), len(of_row)), np.int64)
        for w, row in enumerate(words):
            total = np.concatenate([[0], np.cumsum(np.where(self.word[of_cell] == w, cells, 0))])
            row[:] = total[ends] - total[ends - of_row]
        return words

    def states(self, words: IntArray, variables: IntArray | int) -> IntArray:
        """The states of variables in rows, a variable for each or for all."""
        word: IntArray = words[self.word[variables], np.arange(words.shape[1])]
        word = word >> self.shift[variables]
        return word & ((1 << self.width[variables]) - 1)


class _Met(NamedTuple):
    """Which variables both tensors of a step have, which are left of them, and which are not: (2, n) steps
    and variables, in order.
    """

    common: IntArray
    left: IntArray
    gone: IntArray


def _met(scopes: IntArray, sizes: IntArray, uses: IntArray) -> _Met:
    """What becomes of the variables of tensors, (1, n), of which the first half is joined to the second, one
    by one. A variable that no other tensor has is summed out; `uses` is brought up to date.
    """
    n = len(sizes) // 2
    names = np.repeat(np.arange(2 * n) % n, sizes) * len(uses) + scopes[0]
    n_a = int(sizes[:n].sum())
    common, _, in_b = np.intersect1d(names[:n_a], names[n_a:], assume_unique=True, return_indices=True)
    union = np.sort(np.delete(names, n_a + in_b))
    common, union = (np.array(np.divmod(part, len(uses))) for part in (common, union))
    uses -= np.bincount(common[1], minlength=len(uses))
    stays = uses[union[1]] > 1
    return _Met(common, union[:, stays], union[:, ~stays])


# --- the joins of one wave -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """The rows of tensors: words and, last, slots, (n_words + 1, n_rows), and how many each tensor has."""

    table: IntArray
    n_rows: IntArray

    @property
    def words(self) -> IntArray:
        """The states of each row."""
        return self.table[:-1]

    @property
    def slots(self) -> IntArray:
        """The slot of each row."""
        slots: IntArray = self.table[-1]
        return slots

    @property
    def of_row(self) -> IntArray:
        """Which tensor each row is of."""
        return np.repeat(np.arange(len(self.n_rows)), self.n_rows)


def _joined(
    both: _Rows, wave: IntArray, layout: _Layout, sums: "_Sums", budget: int
) -> tuple[_Rows, BoolArray]:
    """Join the first half of the tensors to the second, one by one: the results, and whose slots are all new.

    Rows fit together where their *keys* are equal, the states of shared variables.
    """
    n = len(wave)
    step = both.of_row % n
    common, left = layout.common[:, wave], layout.left[:, wave]
    keys = _codes(both.words & common[:, step], step)
    n_a = int(both.n_rows[:n].sum())
    by_key = n_a + np.argsort(keys[n_a:], kind="stable")
    sorted_keys = keys[by_key]
    begin = np.searchsorted(sorted_keys, keys[:n_a], "left")
    matches = np.searchsorted(sorted_keys, keys[:n_a], "right") - begin
    if sums.n_products + int(matches.sum()) > budget:
        raise OverBudget

    parts = []
    for rows in _portions(lambda: _codes((both.words & left[:, step])[:, :n_a], step[:n_a]), matches):
        a = np.repeat(rows, matches[rows])
        b = by_key[members(begin[rows], matches[rows])]
        of = step[a]
        words = both.words[:, a]
        words |= both.words[:, b]
        words &= left[:, of]
        codes = _codes(words, of)
        slots_a, slots_b = both.slots[a], both.slots[b]
        products = (np.minimum(slots_a, slots_b) << 32) | np.maximum(slots_a, slots_b)
        order = np.argsort(codes, kind="stable")
        starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
        firsts = order[starts]
        sizes, products = np.diff(starts, append=len(order)), products[order]
        parts.append((products, sizes, *_digests(products, starts), words[:, firsts], of[firsts]))
    products, sizes, fixed, one, other, words, of = (
        np.concatenate(part, axis=-1) for part in zip(*parts, strict=True)
    )
    del parts
    same_as = _first_equal(one, other, (wave[of] << 32) | sizes)
    slots, is_new = sums.slots_of(products, sizes, wave[of], fixed, same_as)
    n_rows = np.bincount(of, minlength=n)
    n_old = np.bincount(of, ~is_new, minlength=n)
    return _Rows(np.vstack([words, slots]), n_rows), (n_rows > 0) & (n_old == 0)


def _codes(words: IntArray, of: IntArray) -> IntArray:
    """A number per row, equal where `of` and all its words are, and in the order of `of`."""
    code, bound = words[0], 1 << WORD
    for word in words[1:]:
        distinct, rank = np.unique(word, return_inverse=True)
        code = np.unique(code, return_inverse=True)[1] * len(distinct) + rank
    if len(words) > 1:
        distinct, code = np.unique(code, return_inverse=True)
        bound = len(distinct)
    codes: IntArray = of * bound + code
    return codes


def _portions(results: Callable[[], IntArray], matches: IntArray) -> Iterator[IntArray]:
    """The rows in portions of about `AT_ONCE` matches or less, each with all rows of its `results`."""
    if matches.sum() <= AT_ONCE:
        yield np.arange(len(matches))
        return
    codes = results()
    order = np.argsort(codes, kind="stable")
    portion = np.cumsum(matches[order]) // AT_ONCE
    is_first = np.diff(codes[order], prepend=-1) != 0
    portion = portion[is_first][np.cumsum(is_first) - 1]
    yield from np.split(order, np.flatnonzero(np.diff(portion)) + 1)


# --- sums ----------------------------------------------------------------------------------------


@dataclass
class _Sums:
    """The sums of products found so far, and the numbers that sums of constants come to.

    A product is two slots in one, the smaller in its high half. `values` are the numbers of slot 0 and of
    those from `CONSTANT` on.
    """

    n_inputs: int
    values: list[float] = field(default_factory=lambda: [1.0])
    products: list[IntArray] = field(default_factory=list)
    sizes: list[IntArray] = field(default_factory=list)
    steps: list[IntArray] = field(default_factory=list)
    n_products: int = 0
    n_outputs: int = 0

    def slots_of(
        self, products: IntArray, sizes: IntArray, steps: IntArray, fixed: BoolArray, same_as: IntArray
    ) -> tuple[IntArray, BoolArray]:
        """A slot for each sum of so many products in order, and whether it is an output.

        All factors of `fixed` sums are numbers; `same_as` is the first sum that has the same slot.
        """
        firsts = products[starts(sizes)[:-1]]
        slots = firsts & LOW_HALF  # right where that is one value times 1
        if fixed.any():
            slots[fixed] = self._constants(products[np.repeat(fixed, sizes)], sizes[fixed])
        is_output = ~fixed & ((sizes > 1) | (firsts >> 32 != 0))
        is_first = is_output & (same_as == np.arange(len(sizes)))
        if is_first.any():
            slots[is_first] = self.n_inputs + self.n_outputs + np.arange(is_first.sum())
            slots[is_output] = slots[same_as[is_output]]
            self.products.append(products[np.repeat(is_first, sizes)])
            self.sizes.append(sizes[is_first])
            self.steps.append(steps[is_first])
            self.n_products += len(self.products[-1])
            self.n_outputs += len(self.sizes[-1])
        return slots, is_output

    def _constants(self, products: IntArray, sizes: IntArray) -> IntArray:
        values = np.array(self.values)
        one, other = (
            values[np.where(slots == 0, 0, slots - CONSTANT + 1)]
            for slots in (products >> 32, products & LOW_HALF)
        )
        totals = np.bincount(np.repeat(np.arange(len(sizes)), sizes), one * other)
        distinct, which = np.unique(totals, return_inverse=True)
        known = {value: n for n, value in enumerate(self.values)}
        places = []
        for total in distinct.tolist():
            if total not in known:
                known[total] = len(self.values)
                self.values.append(total)
            places.append(known[total])
        found = np.array(places, np.int64)[which]
        return np.where(found == 0, 0, CONSTANT - 1 + found)

    def needed(
        self, roots: IntArray, n_steps: int
    ) -> tuple[IntArray, IntArray, IntArray, IntArray, Callable[[IntArray], IntArray]]:
        """Drop the outputs on which no root depends, rows that later met no row to fit them, and put the
        others in the order of their steps.

        Returns `(left, right, first, products of each step, renamed)`; the last of these says what slots are
        called now, -1 where they are dropped.
        """
        is_needed = np.zeros(self.n_outputs, np.bool_)

        def need(slots: IntArray) -> None:
            is_needed[slots[(slots >= self.n_inputs) & (slots < CONSTANT)] - self.n_inputs] = True

        need(roots)
        end = self.n_outputs
        for products, sizes in zip(reversed(self.products), reversed(self.sizes), strict=True):
            here = products[np.repeat(is_needed[end - len(sizes) : end], sizes)]
            need(here >> 32)
            need(here & LOW_HALF)
            end -= len(sizes)
        nothing = np.zeros(0, np.int64)
        products, sizes, steps = (
            np.concatenate([nothing, *parts]) for parts in (self.products, self.sizes, self.steps)
        )
        order = np.flatnonzero(is_needed)
        order = order[np.argsort(steps[order], kind="stable")]
        products = products[members(starts(sizes)[:-1][order], sizes[order])]
        place = np.full(self.n_outputs, -1 - self.n_inputs)
        place[order] = np.arange(len(order))

        def renamed(slots: IntArray) -> IntArray:
            renamed = slots.copy()
            is_output = (slots >= self.n_inputs) & (slots < CONSTANT)
            renamed[is_output] = self.n_inputs + place[slots[is_output] - self.n_inputs]
            return renamed

        first = np.concatenate([[0], np.cumsum(sizes[order])])
        n_products = np.bincount(steps[order], sizes[order], minlength=n_steps).astype(np.int64)
        return renamed(products >> 32), renamed(products & LOW_HALF), first, n_products, renamed


def _digests(products: IntArray, starts: IntArray) -> tuple[BoolArray, _Words, _Words]:
    """Of the sums that begin there: whether all factors are numbers that are known already, and two hashes,
    each a sum over products, so that their order does not matter.
    """
    if not len(starts):
        return np.zeros(0, np.bool_), np.zeros(0, np.uint64), np.zeros(0, np.uint64)
    known = [(slots == 0) | (slots >= CONSTANT) for slots in (products >> 32, products & LOW_HALF)]
    mixed = _mixed(products.astype(np.uint64))
    one, other = (np.add.reduceat(part, starts) for part in (mixed, _mixed(~mixed)))
    return np.logical_and.reduceat(known[0] & known[1], starts), one, other


def _first_equal(one: _Words, other: _Words, of: IntArray) -> IntArray:
    """For each sum the first with the same hashes and the same `of`."""
    _, first, which = np.unique(
        _mixed(one ^ _mixed(of.astype(np.uint64))), return_index=True, return_inverse=True
    )
    same_as = first[which]
    same = (one[same_as] == one) & (other[same_as] == other) & (of[same_as] == of)
    return np.where(same, same_as, np.arange(len(of)))


def _mixed(words: _Words) -> _Words:
    """Mix the bits of words (the finaliser of SplitMix64, Steele et al. 2014)."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


# --- where to read what is asked -----------------------------------------------------------------


def _own_slots(leaves: _Rows, n_inputs: int) -> BoolArray:
    """Which leaves have slots that are in no other leaf, and are not the constant."""
    n, of_row = len(leaves.n_rows), leaves.of_row
    first, last = np.full(n_inputs, n), np.full(n_inputs, -1)
    np.minimum.at(first, leaves.slots, of_row)
    np.maximum.at(last, leaves.slots, of_row)
    shared = (first != last)[leaves.slots] | (leaves.slots == 0)
    own: BoolArray = (leaves.n_rows > 0) & (np.bincount(of_row, shared, minlength=n) == 0)
    return own


class _Readings:
    """Slots and states of the variables asked, at each tensor that may be the best to read them at."""

    def __init__(self, asked: Sequence[int], layout: _Layout) -> None:
        self.place = np.full(len(layout.width), -1)  # of each variable among those asked
        self.place[list(asked)] = np.arange(len(asked))
        self.layout = layout
        self.smallest = np.full(len(asked), 1 << 62, np.int64)
        nothing = np.zeros(0, np.int64)
        self.tensors = [(nothing, nothing, nothing)]  # place, size and number of the tensor
        self.cells = [(nothing, nothing, nothing, nothing)]  # place, number, slots, states

    def look(self, rows: _Rows, eligible: BoolArray, numbers: IntArray, extra: int) -> None:
        """Look at `eligible` tensors, whose slots are in no other, for variables whose state every slot
        tells. A tensor's size is `extra` and how many rows it has.
        """
        those = np.flatnonzero(eligible)
        scopes, n_columns = self.layout.scopes.stretches(numbers[those])
        tensor, place = np.repeat(those, n_columns), self.place[scopes[0]]
        here = np.flatnonzero(place >= 0)
        here = here[rows.n_rows[tensor[here]] + extra <= self.smallest[place[here]]]
        if not len(here):
            return
        tensor, place, variable = tensor[here], place[here], scopes[0][here]
        _, first, which = np.unique(rows.slots, return_index=True, return_inverse=True)
        like = first[which]  # the first row with the same slot
        n_rows = rows.n_rows[tensor]
        row, of = members(starts(rows.n_rows)[:-1][tensor], n_rows), np.repeat(variable, n_rows)
        states = self.layout.states(rows.words[:, row], of)
        same = states == self.layout.states(rows.words[:, like[row]], of)
        told = np.logical_and.reduceat(same, starts(n_rows)[:-1])
        self.tensors.append((place[told], n_rows[told] + extra, numbers[tensor[told]]))
        np.minimum.at(self.smallest, place[told], n_rows[told] + extra)
        cells = np.flatnonzero(np.repeat(told, n_rows) & (like[row] == row))
        place, number = (np.repeat(part, n_rows)[cells] for part in (place, numbers[tensor]))
        self.cells.append((place, number, rows.slots[row[cells]], states[cells]))

    def best(self) -> tuple[IntArray, IntArray, IntArray]:
        """Slots and states of each variable at the smallest tensor, the first of these: as in `Joins`."""
        place, size, number = map(np.concatenate, zip(*self.tensors, strict=True))
        order = np.lexsort((number, size, place))[::-1]
        best = np.zeros(len(self.smallest), np.int64)
        best[place[order]] = number[order]  # what is written last stays
        place, number, slots, states = map(np.concatenate, zip(*self.cells, strict=True))
        chosen = np.flatnonzero(number == best[place])
        chosen = chosen[np.argsort(place[chosen], kind="stable")]
        first = np.searchsorted(place[chosen], np.arange(len(best) + 1))
        return slots[chosen], states[chosen], first


# --- the order -----------------------------------------------------------------------------------


def with_indicators(pairs: IntArray, indicator: IntArray, scalar: int) -> IntArray:
    """The joins (n, 2) with each table's indicator, if it is not -1, joined to it first, and a scalar 1 to
    the last result.

    Tables are numbered first; in `pairs` results follow, in what comes out indicators, the scalar, results.
    """
    n = len(indicator)
    if n == 0:
        return np.empty((0, 2), np.int64)
    joined = np.vstack(
        [pairs, [[n + len(pairs) - 1, n + len(pairs)]]]
    )  # the last is the scalar's name so far
    first = np.where(joined < n, np.append(indicator, [-1] * (len(pairs) + 2))[joined], -1)
    more = first >= 0
    place = np.cumsum(1 + more.sum(axis=1)) - 1  # of each join among the steps
    names = np.concatenate([np.arange(n), scalar + 1 + place])
    names[-1] = scalar
    steps = np.empty((len(joined) + int(more.sum()), 2), np.int64)
    before = place[:, None] - np.stack(
        [more.sum(axis=1), more[:, 1]], axis=1
    )  # where indicators are joined
    steps[before[more]] = np.stack([joined[more], first[more]], axis=1)
    steps[place] = np.where(more, scalar + 1 + before, names[joined])
    return steps

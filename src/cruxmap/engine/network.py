"""The values of the engine: variables, sparse tables, and where their entries come from.

A `Network` is a discrete Bayesian network. Its tables hold no numbers: each supported row points
at one *entry*, and a `TableProgram` (see `formulas`) turns judgements into entries. So one network
serves every worldview and every draw. Arrays are read-only; indices count from 0.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

type BoolArray = npt.NDArray[np.bool_]
type IntArray = npt.NDArray[np.int64]
type FloatArray = npt.NDArray[np.float64]

NO_CREDENCE = -1e29
"""The logit of a credence that is 0%, which is written -1e30, lies below this, and no other does."""

type Evidence = tuple[tuple[int, tuple[int, ...]], ...]
"""Variables and the states each may still have; a variable mentioned twice must satisfy both."""


@dataclass(frozen=True, slots=True)
class DrawsFrom:
    """Columns that are the draws `start`, `start` + 1, ... of `of`, each with its own random numbers."""

    start: int
    of: int


@dataclass(frozen=True, slots=True)
class FewWhatIfs:
    """Columns that are `of` what-ifs. They share all random numbers: no difference is due to chance."""

    of: int


@dataclass(frozen=True, slots=True)
class ManyWhatIfs:
    """Columns that are some of many what-ifs, which share random numbers too, but fewer of them."""


MANY_WHAT_IFS = ManyWhatIfs()

type Numbering = DrawsFrom | FewWhatIfs | ManyWhatIfs
"""What the columns of table entries are. Where states are sampled, the random numbers go by it."""


@dataclass(frozen=True, slots=True, eq=False)
class Filled:
    """Table entries, and what their columns are.

    `entries` (n_rows, D) may be a bank of rows that several worldviews share. `rows` (n_entries,) says which
    of them is each entry of the network; None: row i is entry i. They are some `among` the columns that will
    be asked about, as far as is known.
    """

    entries: FloatArray
    numbering: Numbering = MANY_WHAT_IFS
    rows: IntArray | None = None
    among: int = 0

    @property
    def n_draws(self) -> int:
        """How many columns there are."""
        return int(self.entries.shape[1])

    @property
    def whole(self) -> FloatArray:
        """The entries (n_entries, D) in the network's numbering."""
        return self.entries if self.rows is None else self.entries[self.rows]


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable and its states. `name` is the entry's id, or a readable name for a helper variable."""

    name: str
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SparseTable:
    """`P(child | the rest of scope)`, only the rows that can be non-zero.

    `scope` are variable indices; `rows` is (n, len(scope)) with a state index per variable; `entries`
    is (n,) with the index of each row's value in the vector of entries.
    """

    child: int
    scope: tuple[int, ...]
    rows: IntArray
    entries: IntArray


class Shifts(NamedTuple):
    """Shift s is the sum of `sign * max(0, u[strength])` over its terms, `first[s]` to `first[s + 1]`.

    A term counts only where `u[credence]` is above `NO_CREDENCE`. One that always counts names its strength
    there, which is never so low. Shift 0 has no terms.
    """

    first: IntArray
    strength: IntArray
    sign: IntArray
    credence: IntArray


class Logistic(NamedTuple):
    """Booleans, two entries each: false, then true, with probability `expit(u[base] + shift)`."""

    base: IntArray
    shift: IntArray


class Shares(NamedTuple):
    """Distributions over the states of a question, an entry per state.

    Row r has the judgements `base[row_first[r]]` to `base[row_first[r + 1]]`, which are in no other row.
    Group g is row `row[g]` under one configuration of the arguments about it, and has an item with a `shift`
    for each judgement of its row. Weights are p * exp(shift), normalised within a group.
    """

    base: IntArray
    row_first: IntArray
    row: IntArray
    shift: IntArray


class Openings(NamedTuple):
    """What is left of a phase: the last `open` of its `steps`, weighted by the pace `u[pace]`."""

    pace: IntArray
    open: IntArray
    steps: IntArray


class Hazards(NamedTuple):
    """Whether an event happens in a phase, two entries each: no, then yes.

    No has probability `(1 - p)^phi`, where p is `expit(u[base] + shift)` and phi is the part of the phase
    that the `opening` leaves.
    """

    base: IntArray
    shift: IntArray
    opening: IntArray


class Steps(NamedTuple):
    """The weight of the step at `position`, counted from 0, among those of an `opening`; an entry each."""

    opening: IntArray
    position: IntArray


class TableProgram(NamedTuple):
    """How judgements become table entries; `formulas.fill` runs it.

    `u` is the vector of judgements on the unconstrained scale, one per address of the network. Entry 0 is
    the constant 1. The others follow by kind: logistic, shares, hazards, steps. (Tuples, not dataclasses:
    compiled code takes them as they are.)
    """

    shifts: Shifts
    logistic: Logistic
    shares: Shares
    openings: Openings
    hazards: Hazards
    steps: Steps

    @property
    def n_entries(self) -> int:
        """How many entries there are, the constant included."""
        pairs = len(self.logistic.base) + len(self.hazards.base)
        return 1 + 2 * pairs + len(self.shares.shift) + len(self.steps.position)

    @property
    def packed(self) -> IntArray:
        """The program as one vector of whole numbers, and at its end how many entries there are."""
        return pack([*(array for record in self for array in record), (self.n_entries,)])


def pack(arrays: Iterable[Any]) -> IntArray:
    """Return arrays of whole numbers as one vector: how many, the length of each, then all of them.

    `linking.section` reads one of them in compiled code.
    """
    parts = [np.asarray(array).astype(np.int64) for array in arrays]
    return np.concatenate([np.array([len(parts), *map(len, parts)], np.int64), *parts])


class Turned(NamedTuple):
    """What a variable rests on, variables and judgements, and which variable rests on it.

    Its table is turned round by Bayes' rule: it has the variable `below` among its parents.
    """

    parents: tuple[int, ...]
    judgements: tuple[int, ...]
    below: int


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A discrete Bayesian network made from a map and the conditions that will be asked about.

    `tables[v].child == v`: one table per variable. `addresses` are the judgements, in the order of
    `u`. `places` maps the id of a claim, argument, question or event, and the address of a phase or a cause,
    to its variable (booleans have the states `false`, `true`; events `1` ... `N`, `never`), and `conditions`
    holds, for each condition given to `lower`, in order, the boolean variable that is true where the
    condition holds. `exact` says whether states are summed out or sampled (None: sampled only where sums
    would be too wide), and `seed` how they are sampled. A network equals itself only.

    `turned` has the variables whose table says what they are *given what they bring about*.

    `seats` are judgements, the credences of arguments that share a variable below them: the network says
    what a map does where at most one of each is above 0%.
    """

    variables: tuple[Variable, ...]
    tables: tuple[SparseTable, ...]
    program: TableProgram
    addresses: tuple[str, ...]
    places: Mapping[str, int]
    conditions: tuple[int, ...] = ()
    turned: Mapping[int, Turned] = MappingProxyType({})
    seats: tuple[tuple[int, ...], ...] = ()
    exact: bool | None = None
    seed: int = 0

"""The values of the network room: variables, sparse tables, and where their entries come from.

A `Network` is a discrete Bayesian network. Its tables hold no numbers: each supported row points
at one *entry*, and a `TableProgram` (see `tables`) turns judgements into entries. So one network
serves every worldview and every draw. Arrays are read-only; indices count from 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from cruxmap.language.argument_map import Method

type IntArray = npt.NDArray[np.int64]
type FloatArray = npt.NDArray[np.float64]

type Evidence = tuple[tuple[int, tuple[int, ...]], ...]
"""Variables and the states each may still have; a variable mentioned twice must satisfy both."""


@dataclass(frozen=True, slots=True)
class Numbering:
    """What columns of table entries are, for those who draw states: the random numbers go by it.

    They are the draws `start`, `start` + 1, ... of `of` in all, or, where `start` is `None`, `of` what-ifs
    that share all random numbers, so that they differ by what is asked and not by chance.
    """

    start: int | None
    of: int


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable and its states. `name` is the entry's id, or a readable name for a helper variable."""

    name: str
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SparseTable:
    """`P(child | the rest of scope)`, only the rows that can be non-zero.

    `scope` are variable indices; `rows` is (n, len(scope)) with a state index per variable; `entries`
    is (n,) with the index of each row's value in the vector of entries.
    """

    child: int
    scope: tuple[int, ...]
    rows: IntArray
    entries: IntArray


@dataclass(frozen=True, slots=True)
class TableProgram:
    """How judgements become table entries; `tables.fill` runs it. Entry 0 is the constant 1.

    Every other entry is of one of four kinds. `u` is the vector of judgements on the unconstrained
    scale, one per address of the network, and a *shift* is `sum(sign * max(0, u[strength]))`.

    logistic: entry `logistic_entry[n] = sigmoid(logistic_sign[n] * (u[logistic_base[n]] + shift of
        logistic_shift[n]))`; sign is +1 (the thing holds) or -1 (it does not).
    share: one item per (row of shares, configuration of arguments, state); items of one group
        (`share_group`, sorted) are normalised together: weight = p(s) * exp(shift). A judgement is in one
        row only, and all groups of that row list the same judgements.
    hazard: `1 - (1 - p)^phi` and its complement, `p = sigmoid(u[base] + shift)`, where phi is the open
        part of the phase: `hazard_open[n]` of `hazard_steps[n]` steps are open (the last ones), with
        weights from the pace `u[hazard_pace[n]]`; `hazard_happens[n]` tells which of the two it is.
    step: the weight of step k of m among the open ones: `step_position[n]` (0-based), `step_steps[n]`,
        `step_open[n]` as above, `step_pace[n]`.
    shift: `shift_of[n]` numbers a shift, built from the terms (`term_shift`, `term_strength`,
        `term_sign`), sorted by shift; shift 0 is always empty.
    """

    n_entries: int
    n_shifts: int
    term_shift: IntArray
    term_strength: IntArray
    term_sign: FloatArray
    logistic_entry: IntArray
    logistic_base: IntArray
    logistic_sign: FloatArray
    logistic_shift: IntArray
    share_entry: IntArray
    share_base: IntArray
    share_shift: IntArray
    share_group: IntArray
    n_groups: int
    hazard_entry: IntArray
    hazard_base: IntArray
    hazard_shift: IntArray
    hazard_pace: IntArray
    hazard_open: IntArray
    hazard_steps: IntArray
    hazard_happens: npt.NDArray[np.bool_]
    step_entry: IntArray
    step_pace: IntArray
    step_position: IntArray
    step_open: IntArray
    step_steps: IntArray


@dataclass(frozen=True, slots=True)
class Network:
    """A discrete Bayesian network made from a map and the conditions that will be asked about.

    `tables[v].child == v`: one table per variable. `addresses` are the judgements, in the order of
    `u`. `places` maps the id of a claim, argument, question or event to its variable (booleans have
    the states `false`, `true`; events `1` ... `N`, `never`), and `conditions` holds, for each condition
    given to `lower`, in order, the boolean variable that is true where the condition holds. `method` says
    how probabilities are computed, and `seed` how states are drawn, where they are.
    """

    variables: tuple[Variable, ...]
    tables: tuple[SparseTable, ...]
    program: TableProgram
    addresses: tuple[str, ...]
    places: Mapping[str, int] = field(hash=False)
    conditions: tuple[int, ...] = ()
    method: Method = Method.AUTO
    seed: int = 0

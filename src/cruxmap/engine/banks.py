"""One bank of table rows for several vectors of judgements: what is the same in some of them is filled once.

In: a `TableProgram`, and for each vector which of some distinct judgements it has where. Out: a program that
makes each distinct row once, and for each vector where its rows are.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cruxmap.engine.formulas import grouped
from cruxmap.engine.network import (
    Hazards,
    IntArray,
    Logistic,
    Openings,
    Shares,
    Shifts,
    Steps,
    TableProgram,
)
from cruxmap.engine.ragged import members, starts


@dataclass(frozen=True, slots=True, eq=False)
class Bank:
    """`program` is over distinct judgements. Entry e of vector v is its entry `rows[v, e]`."""

    program: TableProgram
    rows: IntArray


def bank(program: TableProgram, judgements: IntArray) -> Bank:
    """Return the bank of a program for vectors of judgements, (V, n_judgements) numbers of distinct ones."""
    n = len(judgements)

    def each(numbers: IntArray) -> IntArray:
        """Repeat what is the same in all vectors."""
        return np.tile(numbers, n)

    def own(numbers: IntArray) -> IntArray:
        """Name the distinct judgements of each vector in place of its own."""
        return judgements[:, numbers].ravel()

    def among(kind: "_Distinct", numbers: IntArray) -> IntArray:
        """Name distinct items in place of those of each vector."""
        return kind.number.reshape(n, -1)[:, numbers].ravel()

    terms, shares = program.shifts, program.shares
    of_terms = own(terms.strength), each(terms.sign), own(terms.credence)
    shift_first = _side_by_side(terms.first, n)
    shifts = _distinct(*_by_part(shift_first, *of_terms))
    row_first = _side_by_side(shares.row_first, n)
    of_rows = own(shares.base)
    rows = _distinct(*_by_part(row_first, of_rows))
    group_first = _side_by_side(grouped(shares)[0], n)
    of_groups = among(shifts, shares.shift)
    groups = _distinct(among(rows, shares.row), *_by_part(group_first, of_groups))
    openings = _distinct(own(program.openings.pace), *map(each, program.openings[1:]))
    logistic = _distinct(own(program.logistic.base), among(shifts, program.logistic.shift))
    hazards = _distinct(
        own(program.hazards.base),
        among(shifts, program.hazards.shift),
        among(openings, program.hazards.opening),
    )
    steps = _distinct(among(openings, program.steps.opening), each(program.steps.position))

    new_shifts, *new_terms = _parts(shift_first, shifts, *of_terms)
    new_rows, new_shares = _parts(row_first, rows, of_rows)
    new_groups, new_items = _parts(group_first, groups, of_groups)
    merged = TableProgram(
        Shifts(new_shifts, *new_terms),
        Logistic(*logistic.columns),
        Shares(new_shares, new_rows, groups.columns[0], new_items),
        Openings(*openings.columns),
        Hazards(*hazards.columns),
        Steps(*steps.columns),
    )
    sizes = np.diff(group_first)
    kinds = [
        _entries(logistic, starts(np.full(len(logistic.first), 2)), np.full(len(logistic.number), 2)),
        _entries(groups, new_groups, sizes),
        _entries(hazards, starts(np.full(len(hazards.first), 2)), np.full(len(hazards.number), 2)),
        _entries(steps, np.arange(len(steps.first) + 1), np.ones(len(steps.number), np.int64)),
    ]
    at, parts = 1, [np.zeros((n, 1), np.int64)]
    for entries, count in kinds:
        parts.append(at + entries.reshape(n, -1))
        at += count
    return Bank(merged, np.concatenate(parts, axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class _Distinct:
    """Items without repetition: the `number` of each item, where each number comes `first`, and the columns
    of the distinct items."""

    number: IntArray
    first: IntArray
    columns: tuple[IntArray, ...]


def _distinct(*columns: IntArray) -> _Distinct:
    number = numbered(*columns)
    _, first = np.unique(number, return_index=True)
    return _Distinct(number, first, tuple(column[first] for column in columns))


def numbered(*columns: npt.NDArray[np.generic]) -> IntArray:
    """Number rows, written as columns, from 0 in their order; equal rows have equal numbers."""
    number = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        values, place = np.unique(column, return_inverse=True)
        number = np.unique(number * len(values) + place, return_inverse=True)[1]
    return number


def _by_part(first: IntArray, *columns: IntArray) -> tuple[IntArray, IntArray]:
    """Return columns that are equal for parts which hold the same: how long they are, and what they hold."""
    lengths = np.diff(first)
    held = np.zeros(len(lengths), np.int64)
    for k in range(lengths.max(initial=0)):
        longer = np.flatnonzero(lengths > k)
        held[longer] = numbered(held[longer], *(column[first[longer] + k] for column in columns))
    return lengths, held


def _parts(first: IntArray, kind: _Distinct, *columns: IntArray) -> tuple[IntArray, ...]:
    """Return where the distinct parts start, and what they hold, one after the other."""
    lengths = np.diff(first)[kind.first]
    chosen = members(first[kind.first], lengths)
    return starts(lengths), *(column[chosen] for column in columns)


def _side_by_side(first: IntArray, n: int) -> IntArray:
    """Return where parts start when all of them stand n times, one after the other."""
    return starts(np.tile(np.diff(first), n))


def _entries(kind: _Distinct, first: IntArray, sizes: IntArray) -> tuple[IntArray, int]:
    """Return the entries of all items, among those of the distinct ones, and how many these are."""
    return members(first[kind.number], sizes), int(first[-1])

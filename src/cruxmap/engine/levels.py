"""Running a tape in numpy, for work too small to be worth a compiled loop (see `kernel`).

Sums of one level use only what lies in lower ones, so a level is one call of numpy.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cruxmap.engine.network import FloatArray, IntArray
from cruxmap.engine.tape import GIVEN, Results, Tape, by_level

BLOCK_BYTES = 8 << 20
"""Bytes that the numbers of the draws which are worked on together may take."""

MAX_IN_A_BLOCK = 256
"""Draws that are worked on together at most."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Levels:
    """A tape's sums by level: their products are `left` times `right`, in numbers of their own.

    A level, in `cuts`, is its numbers, its products, and where each sum's begin among these. `z`, `reads`
    and `slopes` are numbers in the tape's shapes.
    """

    left: IntArray
    right: IntArray
    cuts: tuple[tuple[slice, slice, IntArray], ...]
    n_numbers: int
    z: IntArray
    reads: IntArray
    slopes: IntArray


@lru_cache(maxsize=8)
def levelled(tape: Tape) -> Levels:
    """Order a tape's sums by how many others each must wait for."""
    n_given, n_sums = tape.n_given, len(tape.first) - 1
    levels = by_level(tape.factors[:, 0], tape.factors[:, 1], tape.first, n_given)
    number = np.arange(n_given + n_sums)
    number[n_given + levels.order] = n_given + np.arange(n_sums)
    nothing = np.zeros(0, np.int64)
    factors = number[tape.factors[np.concatenate([nothing, *(those for _, those, _ in levels.blocks)])]]
    low, start, cuts = n_given, 0, []
    for sums, products, starts in levels.blocks:
        cuts.append((slice(low, low + len(sums)), slice(start, start + len(products)), starts))
        low, start = low + len(sums), start + len(products)
    return Levels(
        left=np.ascontiguousarray(factors[:, 0]),
        right=np.ascontiguousarray(factors[:, 1]),
        cuts=tuple(cuts),
        n_numbers=n_given + n_sums,
        z=number[tape.z],
        reads=number[tape.reads],
        slopes=number[tape.slopes],
    )


def propagate(tape: Tape, loads: IntArray, entries: FloatArray, results: Results) -> None:
    """Run all draws of `entries`, in whose rows `loads` are the tape's, and fill the results."""
    z, read, slope = results
    levels = levelled(tape)
    at_once = max(1, min(MAX_IN_A_BLOCK, BLOCK_BYTES // (8 * levels.n_numbers)))
    n_given = tape.n_given
    for begin in range(0, entries.shape[1], at_once):
        columns = slice(begin, begin + at_once)
        values = np.zeros((levels.n_numbers, min(at_once, entries.shape[1] - begin)))
        values[1] = 1.0
        values[GIVEN : GIVEN + len(loads)] = entries[loads, columns]
        values[n_given - len(tape.constants) : n_given] = tape.constants[:, None]
        if values.shape[1] == 1:
            values = values[:, 0]  # sums of single numbers are faster
        for sums, those, starts in levels.cuts:
            products = values[levels.left[those]] * values[levels.right[those]]
            np.add.reduceat(products, starts, axis=0, out=values[sums])
        values = values.reshape(levels.n_numbers, -1)
        z[:, columns] = values[levels.z]
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            share = 1.0 / values[levels.z]
            read[..., columns] = values[levels.reads] * share[:, None]
            if slope.size:
                slope[:, tape.loads, columns] = values[levels.slopes] * share[:, None]


def propagate_wide(
    tape: Tape, loads: IntArray, entries: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """`propagate` in numbers of wide range, each with a power of 2 of its own.

    Returned are log Z (cases, D), -inf where Z is 0, and what is read (cases, reads, D) and the slopes
    (cases, loads, D), divided by Z and NaN where that is 0.
    """
    levels, n_given, n_draws = levelled(tape), tape.n_given, entries.shape[1]
    at_once = max(1, min(MAX_IN_A_BLOCK, BLOCK_BYTES // (16 * levels.n_numbers)))
    if n_draws > at_once:
        parts = [
            propagate_wide(tape, loads, entries[:, begin : begin + at_once])
            for begin in range(0, n_draws, at_once)
        ]
        log_z, read, slope = (np.concatenate(part, axis=-1) for part in zip(*parts, strict=True))
        return log_z, read, slope
    given = np.zeros((n_given, n_draws))
    given[1] = 1.0
    given[GIVEN : GIVEN + len(loads)] = entries[loads]
    given[n_given - len(tape.constants) :] = tape.constants[:, None]
    values = np.zeros((levels.n_numbers, n_draws))
    powers = np.zeros((levels.n_numbers, n_draws), np.int64)
    values[:n_given], powers[:n_given] = np.frexp(given)
    for sums, those, starts in levels.cuts:
        left, right = levels.left[those], levels.right[those]
        products = values[left] * values[right]
        power = np.where(products > 0.0, powers[left] + powers[right], np.iinfo(np.int32).min)
        highest = np.maximum.reduceat(power, starts, axis=0)
        lengths = np.diff(np.append(starts, len(left)))
        shift = np.maximum(power - np.repeat(highest, lengths, axis=0), -2000)
        total = np.add.reduceat(np.ldexp(products, shift), starts, axis=0)
        values[sums], more = np.frexp(total)
        powers[sums] = np.where(total > 0.0, highest + more, 0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        z, of_z = values[levels.z], powers[levels.z]

        def over_z(those: IntArray) -> FloatArray:
            shift = np.clip(powers[those] - of_z[:, None], -4000, 4000)
            shares: FloatArray = np.ldexp(values[those] / z[:, None], shift)
            return shares

        return np.log(z) + of_z * np.log(2.0), over_z(levels.reads), over_z(levels.slopes)

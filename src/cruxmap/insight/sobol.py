"""Sobol shares: how much of a quantity's variance comes from which of its independent inputs.

The points are Saltelli's: two independent samples A and B of a scrambled Sobol sequence, and for each
group a copy of A with that group's inputs taken from B. SALib turns the values into first-order and
total shares with bootstrapped errors (Saltelli and others 2010).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats import qmc

from cruxmap.network.network import FloatArray, IntArray

LEAST_SAMPLE = 64
MOST_SAMPLE = 4096
MOST_VALUES = 1 << 17
"""How many values one analysis may ask for, however cheap each is."""

MOST_INPUTS = 10_000
"""SciPy's Sobol sequence has 21,201 dimensions, of which an analysis takes two per input."""

CONSTANT = 1e-12
"""Values that spread no wider than this are taken as one: what varies is rounding."""


@dataclass(frozen=True, slots=True)
class SobolShares:
    """Shares of variance by group, each (groups,); `error` is the wider half of the two 95% intervals.

    `sample` is the N of the analysis, which took `N * (groups + 2)` values.
    """

    first: FloatArray
    total: FloatArray
    error: FloatArray
    sample: int


def sample_size(groups: int, values: int) -> int:
    """Return the largest power of two N for which `N (groups + 2)` stays within `values`, within limits."""
    affordable = min(values, MOST_VALUES) // (groups + 2)
    return min(max(1 << max(affordable.bit_length() - 1, 0), LEAST_SAMPLE), MOST_SAMPLE)


def sobol_shares(
    values: Callable[[FloatArray], FloatArray],
    group: Sequence[int],
    sample: int,
    seed: int,
    on_group: Callable[[int, int], None] | None = None,
) -> SobolShares:
    """Return the shares of the variance of `values(z)`, `z` standard normal of (inputs, D), by group.

    `group` numbers each input's group from 0; `sample` is a power of two. `on_group` is told how many
    columns of values are done, and of how many.
    """
    from SALib.analyze import sobol as salib

    groups = max(group) + 1
    a, b = _two_samples(len(group), sample, seed)
    columns = np.empty((sample, groups + 2))
    columns[:, 0], columns[:, -1] = values(a), values(b)
    for number, members in enumerate(_members(group, groups)):
        mixed = a.copy()
        mixed[members] = b[members]
        columns[:, number + 1] = values(mixed)
        if on_group is not None:
            on_group(number + 3, groups + 2)
    if np.ptp(columns[:, [0, -1]]) <= CONSTANT:
        nothing = np.zeros(groups)
        return SobolShares(nothing, nothing, nothing, sample)
    problem = {"num_vars": groups, "names": [str(number) for number in range(groups)]}
    result = salib.analyze(problem, columns.ravel(), calc_second_order=False, seed=seed + 1)
    error = np.maximum(result["S1_conf"], result["ST_conf"])
    return SobolShares(np.asarray(result["S1"]), np.asarray(result["ST"]), np.asarray(error), sample)


def _two_samples(inputs: int, sample: int, seed: int) -> tuple[FloatArray, FloatArray]:
    points = qmc.Sobol(2 * inputs, scramble=True, rng=np.random.default_rng(seed)).random(sample)
    # The sequence counts in steps of 2**-30 from 0: the middle of a step is never 0 or 1.
    z = ndtri(points + 2.0**-31)
    return np.ascontiguousarray(z[:, :inputs].T), np.ascontiguousarray(z[:, inputs:].T)


def _members(group: Sequence[int], groups: int) -> list[IntArray]:
    numbers = np.asarray(group)
    return [np.flatnonzero(numbers == number) for number in range(groups)]

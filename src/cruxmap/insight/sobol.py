"""Sobol shares: how much of a quantity's variance comes from which of its independent inputs.

The points are Saltelli's: two independent samples A and B of a scrambled Sobol sequence, and for each
group a copy of A with that group's inputs taken from B. SALib turns the values into first-order and
total shares with bootstrapped errors (Saltelli and others 2010).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats import qmc

from cruxmap.engine.network import FloatArray, IntArray

MIN_SAMPLE = 64
MAX_SAMPLE = 4096
MAX_VALUES = 1 << 17
"""How many values one analysis may ask for, however cheap each is."""

MAX_INPUTS = 10_000
"""SciPy's Sobol sequence has 21,201 dimensions, of which an analysis takes two per input."""

MAX_SPREAD_OF_A_CONSTANT = 1e-12
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
    affordable = min(values, MAX_VALUES) // (groups + 2)
    return min(max(1 << max(affordable.bit_length() - 1, 0), MIN_SAMPLE), MAX_SAMPLE)


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """The points of an analysis: `one` and `other` are samples (inputs, sample), `group` numbers groups.

    Its columns are the first sample, for each group the first with the group's inputs taken from the other
    sample, and the other.
    """

    one: FloatArray
    other: FloatArray
    group: IntArray

    @property
    def columns(self) -> int:
        """How many columns of points there are."""
        return int(self.group.max()) + 3

    @property
    def sample(self) -> int:
        """How many points a column has."""
        return int(self.one.shape[1])

    def points(self, column: int, start: int, stop: int) -> FloatArray:
        """Return some points of a column, standard normal, (inputs, stop - start)."""
        if column == self.columns - 1:
            return self.other[:, start:stop]
        from_other = self.group == column - 1
        return np.where(from_other[:, None], self.other[:, start:stop], self.one[:, start:stop])


def design(group: Sequence[int], sample: int, seed: int) -> Design:
    """Return the points for inputs in groups that are numbered from 0; `sample` is a power of two."""
    n = len(group)
    points = qmc.Sobol(2 * n, scramble=True, rng=np.random.default_rng(seed)).random(sample)
    # The sequence counts in steps of 2**-30 from 0: the middle of a step is never 0 or 1.
    z = np.ascontiguousarray(ndtri(points + 2.0**-31).T)
    return Design(z[:n], z[n:], np.asarray(group))


def sobol_shares(values: FloatArray, seed: int) -> SobolShares:
    """Return the shares of the variance of values (columns, sample) at a design's points, by group."""
    from SALib.analyze import sobol as salib

    groups, sample = len(values) - 2, values.shape[1]
    if np.ptp(values[[0, -1]]) <= MAX_SPREAD_OF_A_CONSTANT:
        nothing = np.zeros(groups)
        return SobolShares(nothing, nothing, nothing, sample)
    problem = {"num_vars": groups, "names": [str(number) for number in range(groups)]}
    result = salib.analyze(problem, values.T.ravel(), calc_second_order=False, seed=seed + 1)
    error = np.maximum(result["S1_conf"], result["ST_conf"])
    return SobolShares(np.asarray(result["S1"]), np.asarray(result["ST"]), np.asarray(error), sample)

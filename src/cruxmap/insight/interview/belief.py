"""What is believed of all numbers once some things have been observed: a normal distribution, of low rank.

In: coordinates, a prior, and observations that are linear in `z`. Out: covariances with anything, and means.
No matrix has a row and a column for each judgement: all of it is products with the observations and the
prior's factors. The update is that of a Gaussian linear model; how often it is repeated where what is
observed is not linear, `interview` says.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cruxmap.engine.network import FloatArray
from cruxmap.insight.interview.coordinates import Coordinates
from cruxmap.insight.interview.prior import Prior


@dataclass(frozen=True, eq=False)
class Belief:
    """A prior over `z` (N,), and observations `slopes @ z` (m,) with variances `noise` (m,)."""

    at: Coordinates
    prior: Prior
    slopes: FloatArray
    noise: FloatArray

    def before(self, slopes: FloatArray) -> FloatArray:
        """Return the prior covariances (N, n) of `z` with `slopes @ z`, (n, N)."""
        along = self.at.centred(slopes.T)
        by_itself = self.at.centred(self.prior.own[:, None] * along)
        return np.asarray(by_itself + self.prior.factors @ (self.prior.factors.T @ along))

    @cached_property
    def _reached(self) -> FloatArray:
        """The prior covariances (N, m) with what is observed."""
        return self.before(self.slopes)

    @cached_property
    def precision(self) -> FloatArray:
        """The inverse (m, m) of the covariance of what is observed."""
        covariance = self.slopes @ self._reached + np.diag(self.noise)
        return np.asarray(np.linalg.inv((covariance + covariance.T) / 2))

    def covariances(self, slopes: FloatArray) -> FloatArray:
        """Return the covariances (N, n) of `z` with `slopes @ z`, (n, N), given what is observed."""
        return np.asarray(
            self.before(slopes) - self._reached @ (self.precision @ (self._reached.T @ slopes.T))
        )

    @cached_property
    def variances(self) -> FloatArray:
        """The variances (N,) of `z`, given what is observed."""
        found = self.at.centred_variances(self.prior.own) + (self.prior.factors**2).sum(axis=1)
        reached = self._reached
        return np.asarray(found - np.einsum("im,mk,ik->i", reached, self.precision, reached))

    def pulls(self, seen: FloatArray) -> FloatArray:
        """Return how hard each observation pulls where (m,) is seen: the mean is `before(slopes) @ pulls`."""
        return np.asarray(self.precision @ seen)

    def mean(self, pulls: FloatArray) -> FloatArray:
        """Return the mean (N,) of `z` for pulls (m,)."""
        return np.asarray(self._reached @ pulls)

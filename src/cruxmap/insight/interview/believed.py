"""What is believed of a reviewer's numbers after their answers.

In: a `Ground` and `Observed` replies. Out: `Believed`. A judgement that is answered is known; a statement is
seen with an error, and as it is no linear function of the numbers, the mean is sought by the steps of Gauss
and Newton, from the map, until they end (`search`): the iterated extended Kalman filter (Bell and Cathey,
"The iterated Kalman filter update as a Gauss-Newton method", 1993). So it rests on what has been answered,
not on the order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from cruxmap.engine.network import FloatArray, IntArray
from cruxmap.insight.interview.belief import Belief
from cruxmap.insight.interview.ground import Ground
from cruxmap.insight.interview.observed import Observed
from cruxmap.insight.interview.search import Place, likeliest
from cruxmap.insight.live_model import Measured
from cruxmap.language.argument_map import Condition

AS_GOOD_AS_CERTAIN = 30.0
"""The logit that stands for certainty, where what is stated is certain by what else was answered."""


DEGREES_OF_FREEDOM = 4.5
"""How uncertain it is how far apart people are in general, as the degrees of freedom of Student's t."""


@dataclass(frozen=True, slots=True, eq=False)
class Here:
    """A place, what is measured there, slopes in `z`, and minus the logarithm of how likely it is."""

    place: Place
    log_odds: FloatArray
    slopes: FloatArray
    cost: float


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """The numbers at a place, where some of them are answered, and what is measured with them."""

    ground: Ground
    observed: Observed

    def u(self, z: FloatArray) -> FloatArray:
        """Return the judgements (N,) at `z` (N,), those that are answered as they were answered."""
        return self.each_u(z[:, None])[:, 0]

    def each_u(self, z: FloatArray) -> FloatArray:
        """Return the same at several places (N, D), links followed: those that are answers too."""
        u = self.ground.at.unconstrained(z)
        u[self.observed.known] = self.observed.u[:, None]
        return np.asarray(u[self.observed.column])

    def measured(self, u: FloatArray, conditions: Sequence[Condition]) -> tuple[FloatArray, FloatArray]:
        """Return log-odds (1 + n,), the target's first, and their slopes (1 + n, N) in `z`.

        What is answered is known and does not move.
        """
        found = _finite(self.ground.state.at(u, conditions))
        slopes = self.ground.at.slopes(u, found.slopes, self.observed.column)
        slopes[:, self.observed.known] = 0.0
        return found.log_odds, slopes

    def here(self, place: Place) -> Here:
        """Return what is at a place."""
        observed = self.observed
        log_odds, slopes = self.measured(self.u(place.z), observed.conditions)
        off = np.concatenate([observed.z - place.z[observed.pinned], observed.off(log_odds[1:])])
        off /= observed.sds
        return Here(place, log_odds, slopes, 0.5 * (place.times(place) + float(off @ off)))

    def linear(self, here: Here) -> tuple[Belief, FloatArray]:
        """Return the belief with every observation as linear as it is here, and where each is seen then."""
        ground, observed = self.ground, self.observed
        pins = rows_of(observed.pinned, len(ground.at.addresses))
        past = observed.is_past(here.log_odds[1:])
        by_stated = np.where(past[:, None], 0.0, here.slopes[1:])
        stated = observed.off(here.log_odds[1:]) + by_stated @ here.place.z
        slopes = np.concatenate([pins, by_stated])
        belief = Belief(ground.at, ground.prior, slopes, observed.sds**2)
        return belief, np.concatenate([observed.z, stated])

    def step(self, here: Here) -> Place:
        """Return where a step of Gauss and Newton leads."""
        belief, seen = self.linear(here)
        pulls = belief.pulls(seen)
        return Place(belief.mean(pulls), belief.slopes.T @ pulls)


@dataclass(frozen=True, eq=False)
class Believed:
    """Where the search for the mean ends: `z` (N,), what is measured there, slopes in `z`, and the belief.

    `seen` (m,) is where each observation is seen.
    """

    laid: Laid
    z: FloatArray
    log_odds: FloatArray
    slopes: FloatArray
    belief: Belief
    seen: FloatArray

    @cached_property
    def u(self) -> FloatArray:
        """The judgements (N,) at the mean."""
        return self.laid.u(self.z)

    @cached_property
    def surprise(self) -> float:
        """By what the variances of the belief are multiplied, as answers were further off than expected.

        With an unknown scale of the prior whose inverse is gamma, all that is believed is Student's t, and
        its squared scale `(dof + chi^2) / (dof + m)` after m observations (O'Hagan and Forster, "Bayesian
        Inference", 2004, chapter 11). It is never below 1: whoever is near the map in some numbers may be far
        in others.
        """
        if not len(self.seen):
            return 1.0
        off = float(self.seen @ self.belief.pulls(self.seen))
        return max(1.0, (DEGREES_OF_FREEDOM + off) / (DEGREES_OF_FREEDOM + len(self.seen)))

    @cached_property
    def variance(self) -> float:
        """The variance of the target's log-odds."""
        target = self.slopes[:1]
        return self.surprise * max(float((target @ self.belief.covariances(target))[0, 0]), 0.0)


def believed(ground: Ground, observed: Observed) -> Believed:
    """Return what is believed after what is observed."""
    laid = Laid(ground, observed)
    zero = np.zeros(len(ground.at.addresses))
    here = likeliest(laid.here(Place(zero, zero)), laid.step, laid.here)
    belief, seen = laid.linear(here)
    return Believed(laid, here.place.z, here.log_odds, here.slopes, belief, seen)


def rows_of(places: IntArray, n: int) -> FloatArray:
    """Return a row (n,) for each place, 1 there and 0 elsewhere."""
    found = np.zeros((len(places), n))
    found[np.arange(len(places)), places] = 1.0
    return found


def _finite(measured: Measured) -> Measured:
    """Return what is measured with a large number in place of the log-odds of a statement that is certain."""
    most = AS_GOOD_AS_CERTAIN
    stated = np.nan_to_num(measured.log_odds[1:], posinf=most, neginf=-most)
    return replace(measured, log_odds=np.concatenate([measured.log_odds[:1], stated]))

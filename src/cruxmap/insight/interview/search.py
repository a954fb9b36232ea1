"""The search for where a belief is highest that is normal but for observations that are not linear.

In: how to make a step of Gauss and Newton from a point, and what is at a point. Out: the point where steps
end. Such steps swing about the end where observations are curved, so each is mixed with the last few, by
which of their mixtures has least way to go: Anderson's acceleration (Anderson, "Iterative procedures for
nonlinear integral equations", 1965; Walker and Ni, "Anderson acceleration for fixed-point iterations", 2011).
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np

from cruxmap.engine.network import FloatArray

SETTLED = 1e-4
"""The search ends where a step would move nothing by more of the map's deviations than this."""

MOST_STEPS = 20
"""So many steps are made at most; ten are usual."""

REMEMBERED = 4
"""So many earlier steps are mixed into one."""

SHORTEST = 1e-3
"""A step is halved while it makes things less likely, down to this part of it."""

HARDLY_LESS = 1e-9
"""What is less likely by less than this, in logarithms, is no less likely but for rounding."""

RIDGE = 1e-10
"""How much of their size is added to the products of steps, as steps may be alike."""


class Place(NamedTuple):
    """A point `z` (N,), and the `source` (N,) that it comes from: `z` is the prior covariance times that."""

    z: FloatArray
    source: FloatArray

    def plus(self, part: float, other: "Place") -> "Place":
        """Return the place that is part of the way of another further on."""
        return Place(self.z + part * other.z, self.source + part * other.source)

    def times(self, other: "Place") -> float:
        """Return the product of two places under the inverse of the prior covariance."""
        return float(self.source @ other.z)


class Point(Protocol):
    """What is at a place: `cost` is minus the logarithm of how likely it is."""

    @property
    def place(self) -> Place:
        """Where it is."""

    @property
    def cost(self) -> float:
        """Minus the logarithm of how likely it is, less a constant."""


class _Step(NamedTuple):
    end: Place
    way: Place


def likeliest[P: Point](start: P, step: Callable[[P], Place], at: Callable[[Place], P]) -> P:
    """Return the point where steps end, from `start`. `step` says where one leads, `at` what is there."""
    here, steps = start, list[_Step]()
    for _ in range(MOST_STEPS):
        end = step(here)
        way = end.plus(-1.0, here.place)
        if np.abs(way.z).max(initial=0.0) < SETTLED:
            break
        steps = [*steps[-REMEMBERED:], _Step(end, way)]
        there = at(_mixed(steps))
        if len(steps) > 1 and there.cost > here.cost + HARDLY_LESS:
            steps = steps[-1:]
            there = at(end)
        part = 1.0
        while there.cost > here.cost + HARDLY_LESS and part > SHORTEST:
            part /= 2
            there = at(here.place.plus(part, way))
        here = there
    return here


def _mixed(steps: Sequence[_Step]) -> Place:
    """Return the end of the last step, less what the steps before have in common with its way."""
    last = steps[-1]
    pairs = list(pairwise(steps))
    ways = [later.way.plus(-1.0, earlier.way) for earlier, later in pairs]
    if not ways:
        return last.end
    products = np.array([[one.times(other) for other in ways] for one in ways])
    products += RIDGE * np.trace(products) * np.eye(len(ways))
    shares = np.linalg.solve(products, [one.times(last.way) for one in ways])
    end = last.end
    for share, (earlier, later) in zip(shares.tolist(), pairs, strict=True):
        end = end.plus(-share, later.end.plus(-1.0, earlier.end))
    return end

"""Games that Python and the page's JavaScript both play."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from cruxmap.engine.network import FloatArray
from cruxmap.engine.special import expit
from cruxmap.insight.shapley import Worth


def worth_of(weights: FloatArray, pairs: Sequence[Sequence[Any]]) -> Worth:
    """Return the worth of a game: -1, a weight per step taken, one more per pair (one, other, weight) taken.

    That is the first measure; the second is its logistic.
    """

    def worth(taken: Any) -> FloatArray:
        value = -1.0 + taken @ weights
        for one, other, weight in pairs:
            value += weight * (taken[:, one] & taken[:, other])
        return np.stack([value, expit(value)], axis=1)

    return worth

"""Functions of one number against scipy's, over all that a double can hold."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.special as reference
from numpy.testing import assert_allclose, assert_array_equal

from cruxmap.engine.special import FAR_OUT, MIDDLE, expit, logit, ndtri, softplus

RNG = np.random.default_rng(8)
SMALL = 10.0 ** RNG.uniform(-320, 0, 20_000)
PROBABILITIES = np.concatenate(
    [
        SMALL,
        1.0 - SMALL[SMALL > 1e-17],
        RNG.random(20_000),
        0.5 + SMALL[SMALL > 1e-17] / 2,
        [0.0, 1.0, 0.5, 0.5 - MIDDLE, 0.5 + MIDDLE, np.exp(-(FAR_OUT**2)), 1e-300, 5e-324],
    ]
)
NUMBERS = np.concatenate([RNG.normal(0, 30, 20_000), SMALL, -SMALL, [0.0, 1e30, -1e30, 800.0, -800.0]])


@pytest.mark.parametrize(("ours", "theirs"), [(ndtri, reference.ndtri), (logit, reference.logit)])
def test_of_probabilities(ours: Callable[[Any], Any], theirs: Callable[[Any], Any]) -> None:
    assert_allclose(ours(PROBABILITIES), theirs(PROBABILITIES), rtol=1e-14, atol=0)
    assert np.isnan(ours([-0.1, 1.1, np.nan])).all()
    square = RNG.random((3, 4))
    assert_array_equal(ours(square), ours(square.ravel()).reshape(3, 4))
    assert isinstance(ours(0.3), float)
    assert ours(0.3) == ours([0.3])[0]


def test_of_log_odds() -> None:
    assert_allclose(expit(NUMBERS), reference.expit(NUMBERS), rtol=1e-14, atol=0)
    assert_allclose(-softplus(-NUMBERS), reference.log_expit(NUMBERS), rtol=1e-14, atol=0)
    assert np.isnan(expit(np.nan))
    assert expit(-np.inf) == 0.0
    assert expit(np.inf) == 1.0


def test_the_quantile_is_odd() -> None:
    p = np.arange(1, 2**12) / 2**12
    assert_array_equal(ndtri(p), -ndtri(1 - p))

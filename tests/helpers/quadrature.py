"""Integrals over the normal priors of judgements, by Gauss-Hermite quadrature."""

from collections.abc import Callable

import numpy as np
from scipy.special import expit, logit

type Floats = np.ndarray

Z_95 = 1.6448536269514722
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(200)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


def expectation(f: Callable[[Floats], Floats]) -> float:
    """The mean of f(z), z standard normal."""
    return float(f(NODES) @ WEIGHTS)


def normal_of(low: float, high: float) -> tuple[float, float]:
    """Mean and standard deviation of the log-odds of a probability with this 90% interval."""
    return (logit(low) + logit(high)) / 2, (logit(high) - logit(low)) / (2 * Z_95)


def judged(low: float, high: float, z: Floats) -> Floats:
    """The draws of a probability with this 90% interval."""
    mu, sd = normal_of(low, high)
    return expit(mu + sd * z)


def by_quadrature(
    function: Callable[[Floats], Floats],
    likelihood: Callable[[Floats], Floats],
    low: float = 0.05,
    high: float = 0.6,
) -> float:
    """The posterior mean of a function of a probability with this 90% interval; by default ONE's `a`."""
    p = judged(low, high, NODES)
    weights = WEIGHTS * likelihood(p)
    return float((weights * function(p)).sum() / weights.sum())

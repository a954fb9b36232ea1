"""A hierarchical pool of reviewers' judgements: what they have in common, and how far they lie apart.

In: the judgements that reviewers gave, on the unconstrained scale. Out: draws of the common value of
each, and of the spread between reviewers, which all credences share, and all ratios. Given the spreads
everything else is Normal, so the chain moves the two spreads only and the rest is drawn exactly.
"""

from dataclasses import dataclass

import numpy as np

from cruxmap.bayes.results import convergence_of
from cruxmap.engine.convergence import Convergence
from cruxmap.engine.network import FloatArray, IntArray

SPREAD_PRIOR = 1.0
"""Scale of the half-normal prior of the spread between reviewers, in logits (or logs of ratios)."""

MIN_DRAWS = 4000
"""How many draws the chains make, together, at least: they move two numbers, which costs little."""


@dataclass(frozen=True, slots=True, eq=False)
class Opinions:
    """N numbers that reviewers gave about J places, each Normal(`value`, `sd`) by its own interval.

    `place` (N,), sorted, says which place each is about; every place has one at least. A place's common
    value has the prior Normal(`prior_mean`, `prior_sd`), both (J,); `is_ratio` (J,) is 1 for ratios.
    """

    place: IntArray
    value: FloatArray
    sd: FloatArray
    prior_mean: FloatArray
    prior_sd: FloatArray
    is_ratio: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class PooledDraws:
    """Posterior draws: `common` (J, D), and `spread` (2, D) of credences and of ratios."""

    common: FloatArray
    spread: FloatArray
    convergence: Convergence


def pool_opinions(opinions: Opinions, *, draws: int, tune: int, chains: int, seed: int) -> PooledDraws:
    """Sample the model `value ~ Normal(common[place], sqrt(spread^2 + sd^2))`, `draws` draws in all.

    Where that is fewer than the chains make, they are spaced evenly; convergence is that of all.
    """
    import pymc as pm
    import pytensor.tensor as pt

    belongs = (np.arange(len(opinions.prior_mean))[:, None] == opinions.place).astype(np.float64)
    kind = opinions.is_ratio[opinions.place]
    residual = opinions.value - opinions.prior_mean[opinions.place]
    with pm.Model():
        # Only the square of a spread matters, so a Normal of either sign is smooth where a spread is near 0.
        signed = pm.Normal("signed", np.float64(0), np.float64(SPREAD_PRIOR), shape=2)
        pm.Deterministic("spread", abs(signed))
        precision = 1 / (signed[kind] ** 2 + opinions.sd**2)
        total, leaning = belongs @ precision, belongs @ (precision * residual)
        narrowing = 1 + opinions.prior_sd**2 * total
        log_density = pt.log(precision).sum() - (precision * residual**2).sum()
        log_density += (opinions.prior_sd**2 * leaning**2 / narrowing - pt.log(narrowing)).sum()
        pm.Potential("opinions", log_density / np.float64(2))
        posterior = pm.sample(
            draws=-(-max(draws, MIN_DRAWS) // chains),
            tune=tune,
            chains=chains,
            cores=1,
            nuts_sampler="pymc",
            random_seed=seed,
            progressbar=False,
            quiet=True,
        )
    drawn, diverging = posterior["posterior"]["spread"], posterior["sample_stats"]["diverging"]
    convergence = convergence_of("pool", drawn, diverging)
    whole = drawn.values.reshape(-1, 2).T
    spread = np.ascontiguousarray(whole[:, np.arange(draws) * whole.shape[1] // draws])
    return PooledDraws(common_values(opinions, spread, seed), spread, convergence)


def posterior_variance(opinions: Opinions, spread: FloatArray) -> FloatArray:
    """Return the variance (J, D) of the common values given the spreads (2, D)."""
    return np.asarray(
        1 / (1 / opinions.prior_sd[:, None] ** 2 + _sums(opinions, _precision(opinions, spread)))
    )


def common_values(opinions: Opinions, spread: FloatArray, seed: int) -> FloatArray:
    """Draw the common values (J, D) given the spreads (2, D): Normal, by conjugacy."""
    residual = (opinions.value - opinions.prior_mean[opinions.place])[:, None]
    variance = posterior_variance(opinions, spread)
    leaning = _sums(opinions, _precision(opinions, spread) * residual)
    noise = np.random.default_rng(seed).normal(size=variance.shape)
    return np.asarray(opinions.prior_mean[:, None] + variance * leaning + np.sqrt(variance) * noise)


def _precision(opinions: Opinions, spread: FloatArray) -> FloatArray:
    """Return how firmly each opinion (N, D) counts given the spreads."""
    return 1 / (spread[opinions.is_ratio[opinions.place]] ** 2 + opinions.sd[:, None] ** 2)


def _sums(opinions: Opinions, values: FloatArray) -> FloatArray:
    """Add up values (N, D) of opinions by place: (J, D)."""
    starts = np.searchsorted(opinions.place, np.arange(len(opinions.prior_mean)))
    return np.asarray(np.add.reduceat(values, starts, axis=0))

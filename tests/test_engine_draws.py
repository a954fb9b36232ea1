"""The Latin hypercube: exact strata, columns and blocks that stand alone, and nothing regular in it."""

import math
from collections import Counter

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import chi2, kstest

from cruxmap.engine.draws import latin_hypercube

ADDRESSES = [f"claim-{k}" for k in range(60)]


@pytest.mark.parametrize("n_draws", [1, 2, 3, 4, 5, 12, 97, 1000, 4096])
def test_each_stratum_is_hit_once(n_draws: int) -> None:
    z = latin_hypercube(1, ADDRESSES, n_draws)
    strata = np.floor(ndtr(z) * n_draws).astype(int)
    assert (np.sort(strata, axis=1) == np.arange(n_draws)).all()


@pytest.mark.parametrize(("start", "stop"), [(0, 1), (0, 64), (100, 357), (999, 1000), (5, 5)])
def test_a_block_is_the_slice_of_the_whole(start: int, stop: int) -> None:
    whole = latin_hypercube(1, ADDRESSES, 1000)
    np.testing.assert_array_equal(latin_hypercube(1, ADDRESSES, 1000, start, stop), whole[:, start:stop])


def test_a_column_does_not_depend_on_the_others() -> None:
    whole = latin_hypercube(1, ADDRESSES, 500)
    for k in (0, 17, 59):
        np.testing.assert_array_equal(latin_hypercube(1, ADDRESSES[k : k + 1], 500)[0], whole[k])
    np.testing.assert_array_equal(latin_hypercube(1, ADDRESSES[::-1], 500), whole[::-1])


def test_seed_and_address_both_matter() -> None:
    a, b = latin_hypercube(1, ["a", "b"], 500)
    [other] = latin_hypercube(2, ["a"], 500)
    assert abs(np.corrcoef([a, b, other])[np.triu_indices(3, 1)]).max() < 0.2


def test_known_values() -> None:
    """The draws are part of what a seed means: they may not change from one version to the next."""
    known = [[0.46688553681914646, -0.14279008941256272, 1.2780909829680867, -0.8203234367658391]]
    np.testing.assert_allclose(latin_hypercube(20230221, ["prosaic-tai"], 4), known, rtol=1e-12)


def test_columns_are_uncorrelated() -> None:
    n = 1000
    z = latin_hypercube(3, [f"x{k}" for k in range(400)], n)
    correlations = np.corrcoef(z)[np.triu_indices(400, 1)]
    scaled = correlations * math.sqrt(n - 1)
    assert kstest(scaled, "norm").pvalue > 1e-3
    assert abs(scaled).max() < 5.5  # of 80,000 pairs


def test_draws_of_one_column_are_in_no_order() -> None:
    n = 256
    strata = np.floor(ndtr(latin_hypercube(3, [f"x{k}" for k in range(20_000)], n, 0, 18)) * n).astype(int)
    for other in (1, 2, 15, 16, 17):  # the permutation works on a square of 16 by 16
        gaps = np.bincount((strata[:, other] - strata[:, 0]) % n, minlength=n)[1:]
        expected = len(strata) / (n - 1)
        assert chi2.sf(((gaps - expected) ** 2 / expected).sum(), n - 2) > 1e-3


def test_pairs_of_strata_are_all_as_likely() -> None:
    n = 16
    strata = np.floor(ndtr(latin_hypercube(3, [f"x{k}" for k in range(60_000)], n, 0, 2)) * n).astype(int)
    seen = Counter(map(tuple, strata.tolist()))
    expected = len(strata) / (n * (n - 1))
    assert len(seen) == n * (n - 1)
    assert (
        chi2.sf(sum((count - expected) ** 2 / expected for count in seen.values()), len(seen) - 1) > 1e-3
    )


def test_every_permutation_can_occur() -> None:
    n = 5
    order = np.argsort(latin_hypercube(3, [f"x{k}" for k in range(5000)], n), axis=1)
    assert len(set(map(tuple, order.tolist()))) == math.factorial(n)


def test_places_within_strata_are_uniform() -> None:
    n = 64
    z = latin_hypercube(3, [f"x{k}" for k in range(500)], n)
    assert kstest((ndtr(z) * n % 1).ravel(), "uniform").pvalue > 1e-3


def test_both_tails_reach_as_far() -> None:
    z = latin_hypercube(3, [f"x{k}" for k in range(2000)], 2)
    assert np.isfinite(z).all()
    assert kstest(z.ravel(), "norm").pvalue > 1e-3


def test_many_draws() -> None:
    z = latin_hypercube(1, ["a"], 10**9, 10**9 - 1000)
    assert kstest(z[0], "norm").pvalue > 1e-3

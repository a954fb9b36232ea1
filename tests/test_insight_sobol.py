import numpy as np
import pytest
from SALib.sample import sobol as salib_sample
from SALib.test_functions import Ishigami, Sobol_G
from scipy.special import ndtr

from cruxmap.insight import sobol
from cruxmap.insight.sobol import design, sample_size, sobol_shares


def shares_of(function, group, sample, seed):
    points = design(group, sample, seed)
    columns = [function(points.points(column, 0, sample)) for column in range(points.columns)]
    return sobol_shares(np.array(columns), seed)


def multilinear(z):
    """Effects 3, 2 and 1, and an interaction of 2 between the last two: of variance 9, 4, 1 and 4 of 18."""
    return 3 * z[0] + 2 * z[1] + z[2] + 2 * z[1] * z[2]


def test_closed_form_of_a_multilinear_function() -> None:
    shares = shares_of(multilinear, [0, 1, 2], 4096, seed=5)
    np.testing.assert_allclose(shares.first, np.array([9, 4, 1]) / 18, atol=0.01)
    np.testing.assert_allclose(shares.total, np.array([9, 8, 5]) / 18, atol=0.01)
    assert (np.abs(shares.first - np.array([9, 4, 1]) / 18) < shares.error).all()
    assert shares.error.max() < 0.06
    assert shares.sample == 4096


def test_groups_take_the_interaction_inside_them() -> None:
    shares = shares_of(multilinear, [0, 1, 1], 4096, seed=5)
    np.testing.assert_allclose(shares.first, [0.5, 0.5], atol=0.01)
    np.testing.assert_allclose(shares.total, [0.5, 0.5], atol=0.01)


def test_salibs_own_functions() -> None:
    shares = shares_of(lambda z: Ishigami.evaluate((2 * ndtr(z).T - 1) * np.pi), [0, 1, 2], 4096, seed=7)
    np.testing.assert_allclose(shares.first, [0.3139, 0.4424, 0.0], atol=0.015)
    np.testing.assert_allclose(shares.total, [0.5576, 0.4424, 0.2437], atol=0.015)
    shares = shares_of(lambda z: Sobol_G.evaluate(ndtr(z).T), range(8), 4096, seed=7)
    np.testing.assert_allclose(
        shares.first, Sobol_G.sensitivity_index(np.array([0, 1, 4.5, 9, 99, 99, 99, 99])), atol=0.01
    )
    np.testing.assert_allclose(
        shares.total, Sobol_G.total_sensitivity_index(np.array([0, 1, 4.5, 9, 99, 99, 99, 99])), atol=0.01
    )


def test_the_points_are_laid_out_as_salib_lays_them_out() -> None:
    points = design([0, 1, 1, 2], 8, seed=3)
    problem = {"num_vars": 4, "names": list("abcd"), "groups": list("xyyz"), "bounds": [[0, 1]] * 4}
    theirs = salib_sample.sample(problem, 8, calc_second_order=False, seed=np.random.default_rng(3))
    ours = np.stack([points.points(column, 0, 8) for column in range(points.columns)])
    np.testing.assert_allclose(ndtr(ours).transpose(2, 0, 1).reshape(-1, 4), theirs, atol=2.0**-30)


def test_the_same_seed_gives_the_same_shares() -> None:
    one, two = (shares_of(multilinear, [0, 1, 2], 256, seed=9) for _ in range(2))
    assert (one.first == two.first).all()
    assert (one.error == two.error).all()


def test_points_are_the_same_in_parts() -> None:
    points = design([0, 1, 1], 64, seed=1)
    for column in range(points.columns):
        parts = [points.points(column, 0, 40), points.points(column, 40, 64)]
        assert np.array_equal(np.concatenate(parts, axis=1), points.points(column, 0, 64))


@pytest.mark.parametrize(
    ("groups", "values", "sample"), [(30, 10**9, 4096), (30, 33_000, 1024), (200, 100, 64)]
)
def test_the_sample_fits_the_budget_within_limits(groups: int, values: int, sample: int) -> None:
    assert sample_size(groups, values) == sample


def test_the_sobol_sequence_has_room_for_the_most_inputs() -> None:
    assert 2 * sobol.MAX_INPUTS <= sobol.qmc.Sobol.MAXDIM


def test_what_never_varies_has_no_shares() -> None:
    shares = shares_of(lambda z: np.full(z.shape[1], 0.3) + 1e-16 * z[0], [0, 1], 64, seed=1)
    assert (shares.first == 0).all()
    assert (shares.total == 0).all()

"""Closed forms are of functions of uniforms: `u = Phi(z)`, `du / dz = phi(z)`."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtr, ndtri
from scipy.stats import qmc

from cruxmap.engine.draws import latin_hypercube
from cruxmap.engine.executors import HERE, Work
from cruxmap.engine.network import FloatArray
from cruxmap.insight.candidates import position_of
from cruxmap.insight.sobol import (
    MIN_SAMPLE,
    OTHERS,
    SLOPES,
    Design,
    Known,
    design,
    sample_size,
    shares_of_variance,
    sobol_shares,
)
from cruxmap.insight.target import log_odds_of
from cruxmap.insight.views import views
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.reading import read_model
from cruxmap.network.inquiry import inquire
from cruxmap.network.means_and_deviations import unconstrained
from helpers.commands import ROOT
from helpers.examples import GARDEN
from helpers.maps_from_text import model

SEEDS = range(8)

type Function = Callable[[FloatArray], FloatArray]


def phi(z):
    return np.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def known_of(function, slopes, inputs, seed):
    z = latin_hypercube(seed, [f"input-{one}" for one in range(inputs)], 4000)
    return Known(lambda start, stop: z[:, start:stop], function(z), slopes(z[:, :SLOPES]))


def shares_of(function, slopes, group, seed=1):
    known = known_of(function, slopes, len(group), seed)
    points = design(known, group, 8192)
    mixed = function(points.points(0, points.groups * points.sample))
    return sobol_shares(known, points, mixed)


def multilinear(z):
    """Effects 3, 2 and 1, and an interaction of 2 between the last two: of variance 9, 4, 1 and 4 of 18."""
    return 3 * z[0] + 2 * z[1] + z[2] + 2 * z[1] * z[2]


def slopes_of_multilinear(z):
    return np.stack([np.full(z.shape[1], 3.0), 2 + 2 * z[2], 1 + 2 * z[1]])


def ishigami(z):
    x, y, w = np.pi * (2 * ndtr(z) - 1)
    return np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * w**4 * np.sin(x)


def slopes_of_ishigami(z):
    x, y, w = np.pi * (2 * ndtr(z) - 1)
    by_x = (1 + 0.1 * w**4) * np.cos(x), 7 * np.sin(2 * y), 0.4 * w**3 * np.sin(x)
    return np.stack(by_x) * 2 * np.pi * phi(z)


def shares_of_ishigami():
    """First and total shares (Ishigami and Homma 1990), with a = 7 and b = 0.1."""
    alone = np.array([(1 + 0.1 * math.pi**4 / 5) ** 2 / 2, 49 / 8, 0.0])
    together = 0.01 * math.pi**8 * (1 / 18 - 1 / 50)
    whole = alone.sum() + together
    return alone / whole, (alone + np.array([together, 0, together])) / whole


G = np.array([0, 1, 4.5, 9, 99, 99, 99, 99])


def sobol_g(z):
    return np.prod((np.abs(4 * ndtr(z) - 2) + G[:, None]) / (1 + G[:, None]), axis=0)


def slopes_of_sobol_g(z):
    by_factor = np.sign(z) * 4 * phi(z) / (np.abs(4 * ndtr(z) - 2) + G[:, None])
    return sobol_g(z) * by_factor


def shares_of_sobol_g():
    """First and total shares (Saltelli and Sobol 1995)."""
    alone = 1 / 3 / (1 + G) ** 2
    whole = np.prod(1 + alone) - 1
    return alone / whole, alone * np.prod(1 + alone) / (1 + alone) / whole


# --- closed forms ----------------------------------------------------------------------------------


def test_a_linear_function_is_known_exactly() -> None:
    weight = np.array([3.0, -2.0, 1.0, 0.5])
    shares = shares_of(lambda z: weight @ z, lambda z: np.outer(weight, np.ones(z.shape[1])), [0, 1, 2, 1])
    part = weight**2 / (weight**2).sum()
    for found in (shares.first, shares.total):
        np.testing.assert_allclose(found, [part[0], part[1] + part[3], part[2]], rtol=1e-12)
    for found in (shares.first_of_inputs, shares.total_of_inputs):
        np.testing.assert_allclose(found, part, rtol=1e-12)
    assert shares.error.max() < 1e-12


@pytest.mark.parametrize(
    ("group", "first", "total"),
    [([0, 1, 2], [9, 4, 1], [9, 8, 5]), ([0, 1, 1], [9, 9], [9, 9]), ([1, 0, 1], [4, 10], [8, 14])],
)
def test_groups_take_the_interactions_inside_them(
    group: list[int], first: list[int], total: list[int]
) -> None:
    shares = shares_of(multilinear, slopes_of_multilinear, group)
    np.testing.assert_allclose(shares.first, np.array(first) / 18, rtol=1e-9)
    np.testing.assert_allclose(shares.total, np.array(total) / 18, rtol=1e-9)
    np.testing.assert_allclose(shares.first_of_inputs, np.array([9, 4, 1]) / 18, rtol=1e-9)
    np.testing.assert_allclose(shares.total_of_inputs, np.array([9, 8, 5]) / 18, rtol=1e-9)


def test_an_additive_function_has_equal_first_and_total_shares() -> None:
    spread = np.array([0.7, 0.5, 0.3])
    lognormal = (np.exp(spread**2) - 1) * np.exp(spread**2)
    shares = shares_of(
        lambda z: np.exp(spread[:, None] * z).sum(axis=0),
        lambda z: spread[:, None] * np.exp(spread[:, None] * z),
        [0, 1, 2],
    )
    for found in (shares.first, shares.total):
        assert (np.abs(found - lognormal / lognormal.sum()) < 1.5 * shares.error).all()
    assert shares.error.max() < 0.02


@pytest.mark.parametrize(
    ("function", "slopes", "exact", "largest"),
    [
        (ishigami, slopes_of_ishigami, shares_of_ishigami(), 0.12),
        (sobol_g, slopes_of_sobol_g, shares_of_sobol_g(), 0.12),
    ],
)
def test_published_functions_are_met_within_the_errors(
    function: Function, slopes: Function, exact: tuple[FloatArray, FloatArray], largest: float
) -> None:
    found = [shares_of(function, slopes, range(len(exact[0])), seed) for seed in SEEDS]
    off = np.array([[s.first - exact[0], s.total - exact[1]] for s in found])
    error = np.array([s.error for s in found])[:, None] / 1.96 + 1e-12
    assert (np.abs(off) < 4 * error).all()
    assert (np.abs(off) < 2 * error).mean() >= 0.9
    assert np.abs(off.mean(axis=0)).max() < 4 * error.max() / math.sqrt(len(found))  # no bias
    assert error.max() * 1.96 < largest


def test_slopes_that_are_wrong_cost_accuracy_and_bring_no_bias() -> None:
    def misled(z):
        return slopes_of_multilinear(z) + np.random.default_rng(6).normal(size=z.shape)

    found = [shares_of(multilinear, misled, [0, 1, 2], seed) for seed in SEEDS]
    off = np.array([[s.first - [0.5, 4 / 18, 1 / 18], s.total - [0.5, 8 / 18, 5 / 18]] for s in found])
    error = np.array([s.error for s in found])[:, None] / 1.96
    assert (np.abs(off) < 4 * error).all()
    assert (np.abs(off) < 2 * error).mean() >= 0.9


def test_what_the_polynomial_has_no_term_for_counts_for_its_groups_and_inputs() -> None:
    """All products of neighbours: beyond the first inputs the polynomial has none of them."""
    inputs = 60
    shares = shares_of(
        lambda z: z.sum(axis=0) + (z[::2] * z[1::2]).sum(axis=0),
        lambda z: 1 + z.reshape(-1, 2, z.shape[1])[:, ::-1].reshape(z.shape),
        [one // 4 for one in range(inputs)],
    )
    part = 1 / 90
    assert (np.abs(shares.first - 6 * part) < 2 * shares.error).all()
    assert (np.abs(shares.total - 6 * part) < 2 * shares.error).all()
    np.testing.assert_allclose(shares.first_of_inputs, part, atol=0.006)
    np.testing.assert_allclose(shares.total_of_inputs, 2 * part, atol=0.006)


def test_what_never_varies_has_no_shares() -> None:
    shares = shares_of(lambda z: np.full(z.shape[1], 0.3) + 1e-16 * z[0], lambda z: 1e-16 + 0 * z, [0, 1])
    for none in (shares.first, shares.total, shares.error, shares.first_of_inputs, shares.total_of_inputs):
        assert (none == 0).all()


def test_an_input_alone_in_its_group_has_the_shares_of_the_group() -> None:
    shares = shares_of(ishigami, slopes_of_ishigami, [1, 0, 1])
    assert shares.first_of_inputs[1] == shares.first[0]
    assert shares.total_of_inputs[1] == shares.total[0]


# --- the shipped maps ------------------------------------------------------------------------------


def plain_shares(function: Function, group: FloatArray, sample: int) -> tuple[FloatArray, FloatArray]:
    """First and total shares without any polynomial, and their standard errors, both (2, groups).

    From two samples there and back: that of Saltelli is too noisy for the small ones. The errors are those of
    random points.
    """
    points = qmc.Sobol(2 * len(group), scramble=True, rng=np.random.default_rng(7)).random(sample // 2)
    one, other = ndtri(points.T[: len(group)]), ndtri(points.T[len(group) :])
    at_one, at_other = function(one), function(other)
    middle = np.concatenate([at_one, at_other]).mean()
    spread = ((at_one - middle) ** 2 + (at_other - middle) ** 2) / 2
    shares, errors = [], []
    for number in range(group.max() + 1):
        inside = (group == number)[:, None]
        there = function(np.where(inside, other, one)) - at_one
        back = function(np.where(inside, one, other)) - at_other
        parts = np.stack([-there * back / 2, (there**2 + back**2) / 4])
        shares.append(parts.mean(axis=1) / spread.mean())
        parts -= shares[-1][:, None] * spread
        errors.append(parts.std(axis=1) / math.sqrt(len(spread)) / spread.mean())
    return np.transpose(shares), np.transpose(errors)


def assert_shares_are_those_of_more_points(spec: ModelSpec, sample: int, largest: float) -> None:
    inquiry = inquire(spec)
    [view] = views(inquiry, Work(HERE, None))
    movers = position_of(inquiry, 0).movers
    spread = shares_of_variance(view, movers)
    names = [group.id for group in spread.groups]
    owners = [inquiry.model.map.judgements[inquiry.network.addresses[column]].owner for column in movers]
    number = np.array([names.index(owner if owner in names else OTHERS) for owner in owners])

    def values(points: FloatArray) -> FloatArray:
        z = np.zeros((len(inquiry.network.addresses), points.shape[1]))
        z[movers] = points
        return log_odds_of(inquiry, unconstrained(inquiry.numbers, z, 0), inquiry.numbers.single[0])

    expected, noise = plain_shares(values, number, sample)
    found = np.transpose([(group.sobol_first, group.sobol_total) for group in spread.groups])
    own = np.array([group.error for group in spread.groups]) / 1.96
    error = np.hypot(own, noise)
    assert (np.abs(found - expected) < 3 * error).all()
    assert (np.abs(found - expected) < 2 * error).mean() >= 0.9
    assert own.max() < largest


@pytest.mark.long
def test_shares_of_a_real_map_are_those_of_many_more_points() -> None:
    spec = read_model(ROOT / "models/deceptive-alignment.yaml")
    assert_shares_are_those_of_more_points(replace(spec, worldviews=("author",)), 2048, 0.03)


def test_shares_of_a_small_map_are_those_of_many_more_points() -> None:
    assert_shares_are_those_of_more_points(model(GARDEN, "target: wet\n"), 2048, 0.001)


def test_a_map_without_intervals_has_no_shares() -> None:
    inquiry = inquire(read_model(ROOT / "models/power-seeking.yaml"))
    for view in views(inquiry, Work(HERE, None)):
        assert shares_of_variance(view, position_of(inquiry, view.worldview).movers).groups == ()


# --- the points ------------------------------------------------------------------------------------


def test_points_are_draws_with_a_group_from_draws_of_the_other_half() -> None:
    known = known_of(multilinear, slopes_of_multilinear, 3, seed=1)
    points = design(known, [0, 1, 1], 2 * MIN_SAMPLE)
    assert points.sample == MIN_SAMPLE
    draws = known.draw(SLOPES, SLOPES + MIN_SAMPLE)
    swapped = np.concatenate([draws[:, MIN_SAMPLE // 2 :], draws[:, : MIN_SAMPLE // 2]], axis=1)
    found = points.points(MIN_SAMPLE, 2 * MIN_SAMPLE)  # of the second group
    assert np.array_equal(found[0], draws[0])
    assert np.array_equal(found[1:], swapped[1:])


def test_points_are_the_same_in_parts() -> None:
    one, other = np.random.default_rng(1).normal(size=(2, 3, 64))
    points = Design(one, other, np.array([0, 1, 1]))
    parts = [points.points(0, 40), points.points(40, 100), points.points(100, 128)]
    assert np.array_equal(np.concatenate(parts, axis=1), points.points(0, 128))


@pytest.mark.parametrize(
    ("groups", "values", "draws", "sample"),
    [(31, 8192, 3744, 264), (31, 100, 3744, 64), (1, 8192, 768, 768), (3, 3001, 3744, 1000)],
)
def test_the_sample_fits_the_budget_within_limits(
    groups: int, values: int, draws: int, sample: int
) -> None:
    assert sample_size(groups, values, draws) == sample

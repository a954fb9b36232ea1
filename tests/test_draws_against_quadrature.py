"""Means over forward draws are integrals over the judgements' priors, done here by quadrature."""

import numpy as np
import pytest
from scipy.special import expit, logit

import cruxmap as cm
from cruxmap.insight.estimate import WorldviewEstimate
from helpers import drawn_maps
from helpers.quadrature import Z_95, expectation, judged


def estimate(claims: dict[str, object], **more: object) -> WorldviewEstimate:
    drawn = drawn_maps.Draft({"claims": claims, **more}, {}, ())
    return cm.estimate(drawn.read_model(target="c")).worldviews["map"]


@pytest.mark.parametrize(("low", "high"), [(0.01, 0.05), (0.2, 0.9), (0.001, 0.5), (0.95, 0.999)])
def test_a_lone_claim(low: float, high: float) -> None:
    found = estimate({"c": {"text": "C.", "credence": f"{low} to {high}"}})
    assert found.mean == pytest.approx(expectation(lambda z: judged(low, high, z)), rel=1e-4)
    assert found.interval_90 == pytest.approx((low, high), rel=2e-3)
    assert found.median == pytest.approx(judged(low, high, np.zeros(1))[0], rel=1e-3)
    assert found.central == pytest.approx(judged(low, high, np.zeros(1))[0], rel=1e-12)


def test_a_conjunction_of_two_independent_judgements() -> None:
    claims = {
        "a": {"text": "A.", "credence": "5% to 60%"},
        "b": {"text": "B.", "credence": "30% to 80%"},
        "c": {"text": "C.", "all_of": ["a", "b"]},
    }
    means = [expectation(lambda z, ends=ends: judged(*ends, z)) for ends in ((0.05, 0.6), (0.3, 0.8))]
    assert estimate(claims).mean == pytest.approx(means[0] * means[1], rel=5e-3)


def test_a_linked_judgement_is_the_same_draw() -> None:
    claims = {
        "a": {"text": "A.", "credence": "5% to 60%"},
        "b": {"text": "B.", "credence": "same as a"},
        "c": {"text": "C.", "all_of": ["a", "b"]},
    }
    square = expectation(lambda z: judged(0.05, 0.6, z) ** 2)
    assert estimate(claims).mean == pytest.approx(square, rel=1e-4)


def test_a_strength_drawn_below_one_counts_as_one() -> None:
    argument = {"text": "A.", "for": "c", "strength": "1x to 3x"}
    found = estimate({"c": {"text": "C.", "credence": "20%"}}, arguments={"a": argument})
    middle, spread = np.log(3) / 2, np.log(3) / (2 * Z_95)
    z = np.linspace(-9, 9, 200_001)  # a kink: quadrature by a fine grid
    density = np.exp(-z * z / 2)
    chance = expit(logit(0.2) + np.maximum(0.0, middle + spread * z))
    assert found.mean == pytest.approx(float((chance * density).sum() / density.sum()), rel=1e-4)
    assert found.interval_90 == pytest.approx((0.2, expit(logit(0.2) + np.log(3))), rel=1e-3)


def test_shares_are_normalised_draw_by_draw() -> None:
    question = {"text": "Q?", "states": ["low", "high"], "credence": {"low": "20% to 70%", "high": "rest"}}
    claims = {"c": {"text": "C.", "all_of": [{"q": "low"}]}}
    rest = 1 - judged(0.2, 0.7, np.zeros(1))[0]
    low = expectation(lambda z: judged(0.2, 0.7, z) / (judged(0.2, 0.7, z) + rest))
    assert estimate(claims, questions={"q": question}).mean == pytest.approx(low, rel=1e-4)

import numpy as np
import pytest

from cruxmap.engine.executors import Work
from cruxmap.insight.own_spread import PAIRS, Pairs, SpreadShare, shapley_effect, shares_of_groups
from cruxmap.network.inquiry import inquire
from helpers.maps_from_text import model
from helpers.quadrature import NODES, WEIGHTS, judged

BOTH = """
claims:
  a: {text: One., credence: 20% to 70%}
  b: {text: Two., credence: 5% to 60%}
  t: {text: Target., all_of: [a, b]}
"""
"""The log-odds of the target are not a sum: how far one number moves them depends on the other."""


def pairs_of(f, group, draws: int, seed: int = 1):
    """Pairs of draws of f of some independent inputs, and the steps between them."""
    one, other = np.random.default_rng(seed).standard_normal((2, len(group), draws))
    changed = np.where(group[:, None], other, one), np.where(group[:, None], one, other)
    return Pairs(f(one), f(other), *map(f, changed)), other - one


def test_a_linear_function_is_shared_out_exactly() -> None:
    weight, group = np.array([3.0, 1.0, 2.0, 0.0]), np.array([False, True, True, True])
    pairs, step = pairs_of(lambda z: weight @ z + 7, group, 40)
    found = shapley_effect(pairs, weight, group, step)
    assert found.share == pytest.approx(5 / 14, abs=1e-12)
    assert found.error == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("slope", [0.0, 1.0, 40.0], ids=["none", "right", "misleading"])
def test_what_inputs_do_together_is_halved(slope: float) -> None:
    # x + 2y + 3xy: of the variance 1 + 4 + 9, half of the nine goes to either side.
    group = np.array([True, False])
    pairs, step = pairs_of(lambda z: z[0] + 2 * z[1] + 3 * z[0] * z[1], group, 200_000)
    found = shapley_effect(pairs, slope * np.array([1.0, 2.0]), group, step)
    assert found.error is not None
    assert 0 < found.error < 0.02
    assert found.share == pytest.approx(5.5 / 14, abs=1.5 * found.error)


def test_errors_are_as_wide_as_they_say() -> None:
    group, tangent = np.array([True, False]), np.array([1.0, 2.0])
    within = 0
    for seed in range(400):
        pairs, step = pairs_of(lambda z: z[0] + 2 * z[1] + 0.4 * z[0] * z[1], group, PAIRS, seed)
        found = shapley_effect(pairs, tangent, group, step)
        within += abs(found.share - 1.08 / 5.16) <= found.error
    assert 0.9 < within / 400 < 0.99


def test_shares_of_a_target_are_those_of_quadrature() -> None:
    inquiry = inquire(model(BOTH, "target: t\n"))
    a, b = judged(0.2, 0.7, NODES)[:, None], judged(0.05, 0.6, NODES)[None, :]
    logits = np.log(a * b) - np.log1p(-a * b)
    mean = WEIGHTS @ logits @ WEIGHTS
    variance = WEIGHTS @ (logits - mean) ** 2 @ WEIGHTS
    of_a = WEIGHTS @ (logits @ WEIGHTS - mean) ** 2
    of_b = WEIGHTS @ (WEIGHTS @ logits - mean) ** 2
    right = (of_a + (variance - of_b)) / 2 / variance
    group = np.array([address == "a" for address in inquiry.network.addresses])
    found = shares_of_groups(inquiry, {0: group}, Work(), {})[0][0]
    assert found.error is not None
    assert found.error < 0.05
    assert found.share == pytest.approx(right, abs=1.5 * found.error)


def test_log_odds_that_are_known_need_not_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from cruxmap.insight import own_spread
    from cruxmap.insight.estimate import estimate

    spec = model(BOTH, "target: t\nworldviews: [map]\n")
    inquiry = inquire(spec)
    group = np.array([address == "a" for address in inquiry.network.addresses])
    asked = shares_of_groups(inquiry, {0: group}, Work(), {})[0][0]
    known = {0: estimate(spec).worldviews["map"].log_odds[None]}
    monkeypatch.setattr(own_spread, "_log_odds_in", None)
    told = shares_of_groups(inquiry, {0: group}, Work(), known)[0][0]
    assert (told.share, told.error) == pytest.approx((asked.share, asked.error), rel=1e-9)


def test_there_is_no_share_of_nothing() -> None:
    points = inquire(model("claims: {t: {text: Target., credence: 20%}}", "target: t\n"))
    group = np.ones(len(points.network.addresses), np.bool_)
    assert shares_of_groups(points, {0: group}, Work(), {})[0] == (SpreadShare(),)
    certain = inquire(model("claims: {t: {text: Target., credence: 100%}}", "target: t\n"))
    group = np.ones(len(certain.network.addresses), np.bool_)
    assert shares_of_groups(certain, {0: group}, Work(), {})[0] == (SpreadShare(finite=False),)

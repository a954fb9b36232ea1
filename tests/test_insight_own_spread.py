from itertools import permutations

import numpy as np
import pytest

from cruxmap.engine.executors import Work
from cruxmap.insight.own_spread import PAIRS, SpreadShare, shapley_effects, shares_of_players
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


THREE = """
claims:
  a: {text: One., credence: 20% to 70%}
  b: {text: Two., credence: 5% to 60%}
  c: {text: Three., credence: 40% to 95%}
  t: {text: Target., all_of: [a, b, c]}
"""


def corners_of(f, players, draws: int, seed: int = 1):
    """f at pairs of draws of independent inputs, whoever's are exchanged, and the steps between them."""
    one, other = np.random.default_rng(seed).standard_normal((2, players.shape[1], draws))
    names = 1 << np.arange(len(players))
    taken = [(names & number > 0) @ players for number in range(1 << len(players))]
    return np.array([f(np.where(of[:, None], other, one)) for of in taken]), other - one


def two(group: list[bool]):
    """A group of inputs and all others."""
    return np.array([group, np.logical_not(group)])


def test_a_linear_function_is_shared_out_exactly() -> None:
    weight, players = np.array([3.0, 1.0, 2.0, 0.0]), two([False, True, True, True])
    corners, step = corners_of(lambda z: weight @ z + 7, players, 40)
    found = shapley_effects(corners, weight, players, step)
    assert [one.share for one in found] == pytest.approx([5 / 14, 9 / 14], abs=1e-12)
    assert [one.error for one in found] == pytest.approx([0, 0], abs=1e-12)
    three = np.array(
        [[True, False, False, False], [False, True, False, True], [False, False, True, False]]
    )
    corners, step = corners_of(lambda z: weight @ z + 7, three, 40)
    found = shapley_effects(corners, weight, three, step)
    assert [one.share for one in found] == pytest.approx([9 / 14, 1 / 14, 4 / 14], abs=1e-12)
    assert [one.error for one in found] == pytest.approx([0, 0, 0], abs=1e-12)


@pytest.mark.parametrize("slope", [0.0, 1.0, 40.0], ids=["none", "right", "misleading"])
def test_what_inputs_do_together_is_halved(slope: float) -> None:
    # x + 2y + 3xy: of the variance 1 + 4 + 9, half of the nine goes to either side.
    players = two([True, False])
    corners, step = corners_of(lambda z: z[0] + 2 * z[1] + 3 * z[0] * z[1], players, 200_000)
    found, _ = shapley_effects(corners, slope * np.array([1.0, 2.0]), players, step)
    assert found.error is not None
    assert 0 < found.error < 0.02
    assert found.share == pytest.approx(5.5 / 14, abs=1.5 * found.error)


@pytest.mark.parametrize("slope", [0.0, 1.0], ids=["none", "right"])
def test_what_three_players_do_together_is_shared_by_thirds(slope: float) -> None:
    # 3x + y + xz + 4xyz: of the variance 9 + 1 + 1 + 16, x has 9 + 1/2 + 16/3, y 1 + 16/3, z 1/2 + 16/3.
    players = np.eye(3, dtype=np.bool_)
    corners, step = corners_of(lambda z: 3 * z[0] + z[1] + z[0] * z[2] * (1 + 4 * z[1]), players, 400_000)
    found = shapley_effects(corners, slope * np.array([3.0, 1.0, 0.0]), players, step)
    assert sum(one.share or 0.0 for one in found) == pytest.approx(1, abs=1e-12)
    right = [(9 + 0.5 + 16 / 3) / 27, (1 + 16 / 3) / 27, (0.5 + 16 / 3) / 27]
    for one, share in zip(found, right, strict=True):
        assert one.error is not None
        assert 0 < one.error < 0.01
        assert one.share == pytest.approx(share, abs=1.5 * one.error)


def test_errors_are_as_wide_as_they_say() -> None:
    players, tangent = two([True, False]), np.array([1.0, 2.0])
    within = 0
    for seed in range(400):
        corners, step = corners_of(lambda z: z[0] + 2 * z[1] + 0.4 * z[0] * z[1], players, PAIRS, seed)
        found, _ = shapley_effects(corners, tangent, players, step)
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
    players = two([address == "a" for address in inquiry.network.addresses])
    [(found, rest)] = shares_of_players(inquiry, {0: players}, Work(), {})[0]
    assert found.error is not None
    assert found.error < 0.05
    assert found.share == pytest.approx(right, abs=1.5 * found.error)
    assert found.share + rest.share == pytest.approx(1, abs=1e-12)


@pytest.mark.long
def test_shares_of_three_players_are_those_of_quadrature() -> None:
    inquiry = inquire(model(THREE, "target: t\nalso: [{not: t}]\n"))
    ends = ((0.2, 0.7), (0.05, 0.6), (0.4, 0.95))
    a, b, c = np.ix_(*(judged(low, high, NODES) for low, high in ends))
    logits = np.log(a * b * c) - np.log1p(-a * b * c)
    right = by_all_orders(logits)
    addresses = inquiry.network.addresses
    players = np.array([[address == name for address in addresses] for name in "abc"])
    target, other = shares_of_players(inquiry, {0: players}, Work(), {})[0]
    for found in (target, other):
        assert sum(one.share or 0.0 for one in found) == pytest.approx(1, abs=1e-12)
        for one, share in zip(found, right, strict=True):
            assert one.error is not None
            assert one.error < (0.05 if found is target else 0.25)
            assert one.share == pytest.approx(share, abs=1.5 * one.error)


def by_all_orders(values):
    """The part that each axis of a quantity's values has of its variance, by all orders of what is known."""
    axes = range(values.ndim)

    def mean_over(some):
        found = values
        for axis in some:
            found = np.average(found, axis=axis, weights=WEIGHTS, keepdims=True)
        return found

    def explained(known):
        given = mean_over([axis for axis in axes if axis not in known])
        centred = (given - mean_over(axes)) ** 2
        for axis in known:
            centred = np.average(centred, axis=axis, weights=WEIGHTS, keepdims=True)
        return centred.item()

    parts = np.zeros(values.ndim)
    orders = list(permutations(axes))
    for order in orders:
        for place, axis in enumerate(order):
            parts[axis] += explained(order[: place + 1]) - explained(order[:place])
    return parts / len(orders) / explained(tuple(axes))


def test_log_odds_that_are_known_need_not_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from cruxmap.insight import own_spread
    from cruxmap.insight.estimate import estimate

    spec = model(BOTH, "target: t\nworldviews: [map]\n")
    inquiry = inquire(spec)
    players = two([address == "a" for address in inquiry.network.addresses])
    asked = shares_of_players(inquiry, {0: players}, Work(), {})[0][0][0]
    known = {0: estimate(spec).worldviews["map"].log_odds[None]}
    monkeypatch.setattr(own_spread, "_log_odds_in", None)
    told = shares_of_players(inquiry, {0: players}, Work(), known)[0][0][0]
    assert (told.share, told.error) == pytest.approx((asked.share, asked.error), rel=1e-9)


def test_there_is_no_share_of_nothing() -> None:
    points = inquire(model("claims: {t: {text: Target., credence: 20%}}", "target: t\n"))
    players = two([True] * len(points.network.addresses))
    assert shares_of_players(points, {0: players}, Work(), {})[0] == ((SpreadShare(),) * 2,)
    certain = inquire(model("claims: {t: {text: Target., credence: 100%}}", "target: t\n"))
    players = two([True] * len(certain.network.addresses))
    assert shares_of_players(certain, {0: players}, Work(), {})[0] == ((SpreadShare(finite=False),) * 2,)

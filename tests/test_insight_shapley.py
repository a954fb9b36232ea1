import hashlib
import math
from itertools import permutations

import numpy as np
import pytest

from cruxmap.insight.shapley import MAX_PAIRS, NoValueError, orders_of, shapley


def named(steps):
    return tuple(f"step-{number}" for number in range(steps))


def brute_force(worth, steps):
    share = np.zeros((steps, worth(np.zeros((1, steps), bool)).shape[1]))
    for order in permutations(range(steps)):
        taken = np.zeros((1, steps), bool)
        before = worth(taken)
        for step in order:
            taken[0, step] = True
            after = worth(taken)
            share[step] += (after - before)[0]
            before = after
    return share / math.factorial(steps)


def bent(seed, steps):
    """A worth with two measures, far from additive: a logit and its probability."""
    gains = np.random.default_rng(seed).normal(size=steps)

    def worth(taken):
        p = 1 / (1 + np.exp(-(taken @ gains)))
        p = np.where(taken[:, 0] & taken[:, -1], p**2, p)
        return np.stack([np.log(p) - np.log1p(-p), p], axis=1)

    return worth


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_exact_shares_equal_the_mean_over_all_orders(steps: int) -> None:
    worth = bent(steps, steps)
    shares = shapley(worth, named(steps), seed=1)
    np.testing.assert_allclose(shares.share, brute_force(worth, steps), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(shares.share.sum(axis=0), shares.gap, rtol=1e-13)
    assert shares.pairs == 0
    assert (shares.standard_error == 0).all()


def test_the_orders_are_those_of_the_method_page() -> None:
    steps = ("rain", "wet", "sprinkler", "drought", "façade", "clouds")

    def place(pair, step):  # as docs/method.md has it
        digest = hashlib.blake2b(f"7 {pair} {step}".encode(), digest_size=16).digest()
        return sum(byte << 8 * place for place, byte in enumerate(digest[:8]))

    orders = orders_of(steps, seed=7, pairs=range(16, 32))
    for pair, order in zip(range(16, 32), orders.tolist(), strict=True):
        assert [steps[i] for i in order] == sorted(steps, key=lambda step: place(pair, step))
    assert len({tuple(order) for order in orders.tolist()}) > 12


def test_orders_take_no_notice_of_where_a_step_stands_and_put_it_anywhere() -> None:
    steps = named(14)
    ahead = orders_of(steps, 3, range(2800))
    back = orders_of(steps[::-1], 3, range(100))
    assert np.array_equal(ahead[:100], 13 - back)
    for place in range(14):  # 200 times each: 14 of deviation
        assert np.abs(np.bincount(ahead[:, place], minlength=14) - 200).max() < 5 * 14


def test_the_same_steps_under_the_same_names_have_the_same_shares_in_any_order() -> None:
    worth, steps = bent(5, 13), named(13)
    ahead = shapley(worth, steps, seed=2)
    back = shapley(lambda taken: worth(taken[:, ::-1]), steps[::-1], seed=2)
    assert ahead.pairs == back.pairs
    np.testing.assert_allclose(back.share[::-1], ahead.share, rtol=1e-12, atol=1e-14)
    other = shapley(worth, steps, seed=3)
    assert not np.allclose(other.share, ahead.share, rtol=1e-6, atol=0)


def test_no_steps_leave_no_gap() -> None:
    shares = shapley(lambda taken: np.zeros((len(taken), 2)), (), seed=1)
    assert shares.share.shape == (0, 2)
    assert (shares.gap == 0).all()


def test_sampled_shares_are_within_their_errors_of_the_exact_ones_and_add_up() -> None:
    steps = 13
    worth = bent(3, steps)
    exact = np.zeros((steps, 2))
    numbers = np.arange(1 << steps)
    taken = (numbers[:, None] >> np.arange(steps) & 1).astype(bool)
    values, size = worth(taken), taken.sum(axis=1)
    weight = [
        math.factorial(k) * math.factorial(steps - k - 1) / math.factorial(steps) for k in range(steps)
    ]
    for step in range(steps):
        without = numbers[~taken[:, step]]
        exact[step] = np.array(weight)[size[without]] @ (values[without | 1 << step] - values[without])
    sampled = shapley(worth, named(steps), seed=11)
    assert sampled.converged
    assert 0 < sampled.pairs <= MAX_PAIRS
    np.testing.assert_allclose(sampled.share.sum(axis=0), sampled.gap, atol=1e-12)
    assert (np.abs(sampled.share - exact) <= 4 * sampled.standard_error + 1e-12).all()
    scale = np.maximum(np.abs(sampled.gap), np.abs(sampled.share).max(axis=0))
    assert (sampled.standard_error.max(axis=0) <= 0.01 * scale).all()


def test_sampling_goes_on_until_every_measure_is_known_well_enough() -> None:
    steps = 14

    def worth(taken):  # the sum is known from the first pair, the vote only from many
        size = taken.sum(axis=1)
        return np.stack([size.astype(float), (size > steps // 2).astype(float)], axis=1)

    shares = shapley(worth, named(steps), seed=5)
    assert shares.pairs > 16
    assert (np.abs(shares.share[:, 1] - 1 / steps) <= 4 * shares.standard_error[:, 1]).all()
    assert (shares.standard_error[:, 1] > 0).all()
    largest = np.abs(shares.share[:, 1]).max()
    assert shares.converged == (shares.standard_error[:, 1].max() <= 0.01 * max(1.0, largest))
    assert shares.converged


def test_sampling_stops_at_the_most_pairs_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cruxmap.insight.shapley.MAX_PAIRS", 32)

    def one_of_three(taken):  # cancels in the mean, but not in one order: the errors stay above the shares
        return (taken[:, :3].sum(axis=1) == 1)[:, None].astype(float)

    seen = []
    shares = shapley(
        one_of_three, named(14), seed=2, on_batch=lambda done, most: seen.append((done, most))
    )
    assert not shares.converged
    assert shares.pairs == 32
    assert seen == [(16, 32), (32, 32)]


@pytest.mark.parametrize("steps", [3, 14])
def test_an_infinite_value_on_the_way_is_undefined(steps: int) -> None:
    def worth(taken):
        values = taken.sum(axis=1).astype(float)[:, None]
        values[(values[:, 0] > 0) & (values[:, 0] < steps)] = np.inf
        return values

    with pytest.raises(NoValueError):
        shapley(worth, named(steps), seed=1)

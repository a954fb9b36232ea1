"""Sharing out a difference between two states of affairs among the steps that lead from one to the other.

The Shapley value of a step is its mean effect over all orders in which the steps can be taken. Exact
for a dozen steps; beyond that orders are taken in reversed pairs, with standard errors. Hashes of the
steps' names make the orders, so that another program can repeat them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import factorial

import numpy as np
import numpy.typing as npt

from cruxmap.engine.network import FloatArray, IntArray
from cruxmap.engine.random_words import keys_of

type Worth = Callable[[npt.NDArray[np.bool_]], FloatArray]
"""Values of states of affairs: takes (m, steps), which steps have been taken; returns (m, measures)."""

MAX_EXACT = 12
"""Steps up to which all `2^n` combinations are valued."""

PAIRS_IN_A_BATCH = 16
MAX_PAIRS = 4096
TOLERANCE = 0.01
"""Sampling stops when every standard error is below this part of the larger of gap and largest share.

Each measure has its own.
"""


class NoValueError(ValueError):
    """Raised where some combination on the way has no finite value."""


@dataclass(frozen=True, slots=True, eq=False)
class ShapleyValues:
    """`share` and `standard_error` are (steps, measures); the shares of a measure add up to its `gap`.

    `pairs` counts the sampled pairs of orders, 0 where the shares are exact (and the errors 0).
    `converged` tells whether the errors of every measure came below the tolerance.
    """

    share: FloatArray
    standard_error: FloatArray
    gap: FloatArray
    pairs: int = 0
    converged: bool = True

    def of(self, step: int) -> tuple[float, ...]:
        """Return the shares of one step by measure, then their standard errors."""
        return *self.share[step].tolist(), *self.standard_error[step].tolist()


def shapley(
    worth: Worth, steps: Sequence[str], seed: int, on_batch: Callable[[int, int], None] | None = None
) -> ShapleyValues:
    """Share out `worth(all steps) - worth(no step)`; seed and names decide which orders are sampled.

    `on_batch` is told how many pairs of orders have been valued and how many there can be at most. Raises
    `NoValueError` where a combination has no finite value.
    """
    if len(steps) <= MAX_EXACT:
        return _over_all_sets(worth, len(steps))
    return _over_sampled_orders(worth, steps, seed, on_batch)


def _valued(worth: Worth, taken: npt.NDArray[np.bool_]) -> FloatArray:
    values = worth(taken)
    if not np.isfinite(values).all():
        raise NoValueError
    return values


def _over_all_sets(worth: Worth, steps: int) -> ShapleyValues:
    numbers = np.arange(1 << steps)
    taken = (numbers[:, None] >> np.arange(steps) & 1).astype(np.bool_)
    values = _valued(worth, taken)
    size = taken.sum(axis=1)
    # How many of the orders put a given set of `k` steps before a given further one.
    weight = np.array([factorial(k) * factorial(steps - k - 1) / factorial(steps) for k in range(steps)])
    share = np.empty((steps, values.shape[1]))
    for step in range(steps):
        without = numbers[~taken[:, step]]
        effect = values[without | 1 << step] - values[without]
        share[step] = weight[size[without]] @ effect
    return ShapleyValues(share, np.zeros_like(share), values[-1] - values[0])


def orders_of(steps: Sequence[str], seed: int, pairs: Iterable[int]) -> IntArray:
    """Return the first order of each numbered pair, (pairs, steps): the steps sorted by their hashes.

    What is hashed is the seed, the pair's number and the step's name, with a blank between them. Two steps
    with the same hash, should that ever be, keep the order that they are given in.
    """
    words = [keys_of(f"{seed} {pair} {step}" for step in steps)[:, 0] for pair in pairs]
    return np.argsort(words, axis=1, kind="stable")


def _over_sampled_orders(
    worth: Worth, steps: Sequence[str], seed: int, on_batch: Callable[[int, int], None] | None
) -> ShapleyValues:
    ends = _valued(worth, np.array([[False] * len(steps), [True] * len(steps)]))
    gap = ends[1] - ends[0]
    means: list[FloatArray] = []  # a pair's mean effects: (pairs of a batch, steps, measures)
    pairs, converged = 0, False
    while not converged and pairs < MAX_PAIRS:
        orders = orders_of(steps, seed, range(pairs, pairs + PAIRS_IN_A_BATCH))
        means.append(effects_of_pairs(worth, orders, ends))
        pairs += PAIRS_IN_A_BATCH
        effects = np.concatenate(means)
        share = effects.mean(axis=0)
        error = effects.std(axis=0, ddof=1) / np.sqrt(pairs)
        largest = np.maximum(np.abs(gap), np.abs(share).max(axis=0))
        converged = bool((error.max(axis=0) <= TOLERANCE * largest).all())
        if on_batch is not None:
            on_batch(pairs, MAX_PAIRS)
    return ShapleyValues(share, error, gap, pairs, converged)


def effects_of_pairs(worth: Worth, orders: IntArray, ends: FloatArray) -> FloatArray:
    """Return each step's effect, averaged over an order and its reverse: (pairs, steps, measures)."""
    pairs, steps = orders.shape
    both = np.stack([orders, orders[:, ::-1]])
    position = np.argsort(both, axis=-1)  # when each step is taken
    after = np.arange(1, steps)
    taken = position[:, :, None, :] < after[None, None, :, None]  # (2, pairs, moments, steps)
    measures = ends.shape[-1]
    inner = _valued(worth, taken.reshape(-1, steps)).reshape(2, pairs, steps - 1, measures)
    path = np.empty((2, pairs, steps + 1, measures))
    path[:, :, 0], path[:, :, 1:-1], path[:, :, -1] = ends[0], inner, ends[1]
    effect = np.diff(path, axis=2)
    by_step = np.take_along_axis(effect, position[..., None], axis=2)
    return np.asarray(by_step.mean(axis=0))

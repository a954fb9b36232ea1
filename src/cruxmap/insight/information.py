"""How much settling one thing would say about another: value of information and of discrimination.

Pure functions of probabilities. Information is in bans (base-10 logarithms), as the Forecasting
Research Institute reports it. Probabilities come with their complements, so that nothing is lost
near 0 or 1; `0 log 0` is 0, and what diverges is `inf` here and `None` in the tables.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cruxmap.engine.network import FloatArray, IntArray
from cruxmap.engine.special import expit, softplus

LN_10 = math.log(10)

ABOVE_MINUS_ONE = math.nextafter(-1.0, 0.0)


class Chance(NamedTuple):
    """A probability and its complement, each accurate by itself."""

    yes: float
    no: float

    @property
    def logit(self) -> float:
        """The log-odds, infinite where the chance is 0 or 1."""
        if self.yes == 0:
            return -math.inf
        return math.inf if self.no == 0 else math.log(self.yes) - math.log(self.no)

    @property
    def is_certain(self) -> bool:
        """Whether nothing is left open."""
        return self.yes == 0 or self.no == 0


def to_compare(value: float) -> float:
    """Return a number to ten digits: what differs by rounding alone compares as equal, and names decide."""
    return float(f"{value:.10g}")


def chance(weight_no: float, weight_yes: float) -> Chance:
    """Return the chance that two weights, not both 0, stand for."""
    total = weight_no + weight_yes
    return Chance(weight_yes / total, weight_no / total)


def chance_from_logit(logit: float) -> Chance:
    """Return the chance with these log-odds, infinite ones included."""
    small = math.exp(-abs(logit))
    larger, smaller = 1 / (1 + small), small / (1 + small)
    return Chance(larger, smaller) if logit >= 0 else Chance(smaller, larger)


def entropy(p: Chance) -> float:
    """Return the entropy of a yes-or-no question, in bans.

    The logarithm of what is near 1 is taken of its complement, which is the more accurate of the two.
    """
    smaller, larger = sorted(p)
    of_smaller = smaller * math.log(smaller) if smaller > 0 else 0.0
    return -(of_smaller + larger * math.log1p(-smaller)) / LN_10


def weighted_entropies(weights: FloatArray) -> FloatArray:
    """Return `w H(p)` in bans for weights (..., 2) of no and yes, whose sum is w and whose parts are p."""
    whole = weights.sum(axis=-1, keepdims=True)
    share = np.divide(weights, whole, out=np.ones_like(weights), where=weights > 0)
    of_part: FloatArray = -(weights * np.log(share)).sum(axis=-1) / LN_10
    return of_part


def value_of_information(joint: FloatArray) -> float:
    """Return the mutual information, in bans, of a target and a variable from their joint table.

    `joint` is (2, states), the target's two states against the variable's; it sums to 1. This is
    `sum_s P(s) KL(P(T | s), P(T))`, the Forecasting Research Institute's value of information.
    """
    return float(conditional_information(joint[None], np.zeros(1, np.int64))[0])


def conditional_information(joint: FloatArray, first: IntArray) -> FloatArray:
    """Return the mutual information, in bans, of a target with each of some variables, given the case.

    `joint` (..., cases, 2, rows) has the target's two states against the states of all variables, one
    variable after the other, in every case; each begins at a row of `first`, and over cases its rows sum to
    1. The result is (..., variables). Written as `sum r c h(x)` with `joint = r c (1 + x)` and
    `h(x) = (1 + x) log(1 + x) - x`, no term is negative, and weak dependence does not drown in rounding.
    """
    no, yes = joint[..., 0, :], joint[..., 1, :]
    last = first[1] if len(first) > 1 else joint.shape[-1]
    of_no, of_yes = (side[..., :last].sum(axis=-1, keepdims=True) for side in (no, yes))
    of_case = of_no + of_yes
    told = np.zeros(yes.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        surplus = (yes * of_no - no * of_yes) / of_case
        for of_side, signed in ((of_no, -surplus), (of_yes, surplus)):
            expected = of_side * (no + yes) / of_case
            x = np.divide(signed, expected, out=np.zeros(yes.shape), where=expected > 0)
            told += np.where(of_side > 0, expected * _excess(x), 0.0)
    certain = (of_no <= 0) | (of_yes <= 0)
    of_rows = np.where(certain, 0.0, told).sum(axis=-2)
    of_variables: FloatArray = np.add.reduceat(of_rows, first, axis=-1) / LN_10
    return of_variables


def told_apart(distributions: FloatArray) -> float:
    """Return how much the outcome of a variable says, in bans, of whose distribution it is drawn from.

    `distributions` (owners, states) count alike: the mean of `KL(own, mean of all)`.
    """
    mixture = distributions.mean(axis=0)
    ratio = np.divide(distributions, mixture, out=np.ones_like(distributions), where=distributions > 0)
    return max(0.0, float((distributions * np.log(ratio)).sum(axis=1).mean()) / LN_10)


def entropies(log_odds: FloatArray) -> FloatArray:
    """Return the entropies, in bans, of yes-or-no questions with these log-odds."""
    yes, no = expit(log_odds), expit(-log_odds)
    # -log p is softplus of the opposite log-odds: infinite only where p is 0, and 0 log 0 is 0.
    surprise = softplus(-log_odds), softplus(log_odds)
    parts = [
        np.multiply(p, u, out=np.zeros_like(p), where=p > 0)
        for p, u in zip((yes, no), surprise, strict=True)
    ]
    return np.asarray(sum(parts) / LN_10)


def divergences(p: FloatArray, q: FloatArray) -> FloatArray:
    """Return KL(p, q), in bans, of chances `p` (2, n) of a target's two states from others `q` (2,).

    Written as in `conditional_information`, so none is negative; `q` may be 0 only where `p` is.
    """
    surplus = p[1] * q[0] - p[0] * q[1]
    signed = np.stack([-surplus, surplus])
    x = np.divide(signed, q[:, None], out=np.zeros_like(signed), where=q[:, None] > 0)
    return np.asarray(q @ _excess(x) / LN_10)


def _excess(x: FloatArray) -> FloatArray:
    """Return `(1 + x) log(1 + x) - x` for x >= -1, by its series where the difference would cancel."""
    x = np.maximum(x, -1.0)
    series = x * x * (1 / 2 - x * (1 / 6 - x * (1 / 12 - x * (1 / 20 - x * (1 / 30 - x / 42)))))
    entropic = (1 + x) * np.log1p(np.maximum(x, ABOVE_MINUS_ONE))
    return np.where(np.abs(x) < 1e-3, series, entropic - x)


def difference(p: Chance, q: Chance) -> float:
    """Return `p - q`, from the complements where those are smaller."""
    return p.yes - q.yes if p.yes + q.yes < 1 else q.no - p.no


def symmetric_divergence(p: Chance, q: Chance) -> float:
    """Return `KL(p, q) + KL(q, p)` in bans: how far apart two credences in one thing are.

    It is the difference of the chances times that of their log-odds, `log(1 + (p - q) / (q (1 - p)))`.
    """
    low, high = sorted((p, q))
    apart = difference(high, low)
    if apart == 0:
        return 0.0
    near = apart < low.yes * high.no
    return apart * (math.log1p(apart / (low.yes * high.no)) if near else high.logit - low.logit) / LN_10


def expected_move(claim: Chance, given_true: Chance, given_false: Chance) -> float:
    """Return how far the target's chance is expected to move when the claim is settled.

    As its present chance is the mean of the two, `c |p1 - p| + (1 - c) |p0 - p|` is this product.
    """
    return 2 * claim.yes * claim.no * abs(difference(given_true, given_false))


def variance_removed(target: Chance, claim: Chance, given_true: Chance, given_false: Chance) -> float:
    """Return the part of the target's variance that goes when the claim is settled, for the same reason."""
    swing = difference(given_true, given_false)  # its square may be too small for a float
    return claim.yes * claim.no * (swing / target.yes) * (swing / target.no)


def geometric_mean_of_odds(p: Sequence[float], q: Sequence[float]) -> list[float]:
    """Return the chances of several outcomes whose odds are the geometric means of two sides' odds (GMOD)."""
    weights = [math.sqrt(x) * math.sqrt(y) for x, y in zip(p, q, strict=True)]
    return [weight / math.fsum(weights) for weight in weights]


class Crossing(NamedTuple):
    """What one worldview thinks of the target: now, if a claim is true, if it is false; and of the claim."""

    target: Chance
    given_true: Chance
    given_false: Chance
    claim: Chance


class Ways(NamedTuple):
    """What one worldview thinks of the target: now, and `given` each outcome of something else.

    `shares` are the chances of the outcomes. Where one has none, the target is `None`.
    """

    target: Chance
    given: tuple[Chance | None, ...]
    shares: tuple[float, ...]


def value_of_discrimination(a: Ways, b: Ways) -> float:
    """Return by how much an outcome is expected to narrow the disagreement about the target, in bans.

    The Forecasting Research Institute's VOD: the divergence of the two estimates now, less the
    expected one, the chances of the outcomes being the geometric means of both sides' odds. Outcomes that
    one side thinks impossible do not count. Not a finite number where somebody is certain of what the other
    doubts.
    """
    chances = geometric_mean_of_odds(a.shares, b.shares)
    return symmetric_divergence(a.target, b.target) - math.fsum(
        chance * symmetric_divergence(one, other)
        for chance, one, other in zip(chances, a.given, b.given, strict=True)
        if chance > 0 and one is not None and other is not None
    )

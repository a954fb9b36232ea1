"""How much settling one thing would say about another: value of information and of discrimination.

Pure functions of probabilities. Information is in bans (base-10 logarithms), as the Forecasting
Research Institute reports it. Probabilities come with their complements, so that nothing is lost
near 0 or 1; `0 log 0` is 0, and what diverges is `inf` here and `None` in the tables.
"""

import math
from typing import NamedTuple

import numpy as np

from cruxmap.engine.network import FloatArray
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


def value_of_information(joint: FloatArray) -> float:
    """Return the mutual information, in bans, of a target and a variable from their joint table.

    `joint` is (2, states), the target's two states against the variable's; it sums to 1. This is
    `sum_s P(s) KL(P(T | s), P(T))`, the Forecasting Research Institute's value of information. Written
    as `sum r c h(x)` with `joint = r c (1 + x)` and `h(x) = (1 + x) log(1 + x) - x`, no term is
    negative, and weak dependence does not drown in rounding.
    """
    of_target = joint.sum(axis=1)
    of_state = joint.sum(axis=0)
    if of_target.min() <= 0:
        return 0.0
    surplus = joint[1] * of_target[0] - joint[0] * of_target[1]
    signed = np.stack([-surplus, surplus])
    expected = of_target[:, None] * of_state
    x = np.divide(signed, expected, out=np.zeros_like(signed), where=expected > 0)
    return float((expected * _excess(x)).sum() / LN_10)


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

    Written as in `value_of_information`, so none is negative; `q` may be 0 only where `p` is.
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


def geometric_mean_of_odds(p: Chance, q: Chance) -> Chance:
    """Return the chance whose log-odds are the mean of the two (GMOD)."""
    return chance_from_logit((p.logit + q.logit) / 2)


class Crossing(NamedTuple):
    """What one worldview thinks of the target: now, if a claim is true, if it is false; and of the claim."""

    target: Chance
    given_true: Chance
    given_false: Chance
    claim: Chance


def value_of_discrimination(a: Crossing, b: Crossing) -> float:
    """Return by how much settling the claim is expected to narrow the disagreement about the target, in bans.

    The Forecasting Research Institute's VOD: the divergence of the two estimates now, less the
    expected one, the claim's chance being the geometric mean of both sides' odds. Not a finite
    number where somebody is certain of what the other doubts.
    """
    true = geometric_mean_of_odds(a.claim, b.claim)
    return symmetric_divergence(a.target, b.target) - (
        true.yes * symmetric_divergence(a.given_true, b.given_true)
        + true.no * symmetric_divergence(a.given_false, b.given_false)
    )

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cruxmap.insight.information import (
    Chance,
    Ways,
    chance_from_logit,
    difference,
    entropy,
    expected_move,
    geometric_mean_of_odds,
    symmetric_divergence,
    value_of_discrimination,
    value_of_information,
    variance_removed,
)
from helpers.odds import kl

probability = st.floats(1e-9, 1 - 1e-9)


def of(p):
    return Chance(p, 1 - p)


def triad(c, p1, p0):
    """The joint table of a target (rows: false, true) and a claim from P(c), P(T|c), P(T|not c)."""
    return np.array([[(1 - c) * (1 - p0), c * (1 - p1)], [(1 - c) * p0, c * p1]])


@given(probability, probability, probability)
def test_value_of_information_is_the_published_formula(c: float, p1: float, p0: float) -> None:
    p = c * p1 + (1 - c) * p0
    published = c * kl(p1, p) + (1 - c) * kl(p0, p)
    assert value_of_information(triad(c, p1, p0)) == pytest.approx(published, rel=1e-6, abs=1e-10)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=5), st.data())
def test_information_is_never_negative_nor_more_than_the_entropy(
    weights: list[float], data: st.DataObject
) -> None:
    weights = np.array(weights) + 1e-3
    share = weights / weights.sum()
    true = np.array(data.draw(st.lists(st.floats(0, 1), min_size=len(share), max_size=len(share))))
    joint = np.stack([share * (1 - true), share * true])
    joint /= joint.sum()
    p = Chance(float(joint[1].sum()), float(joint[0].sum()))
    voi = value_of_information(joint)
    assert 0 <= voi <= entropy(p) + 1e-12


def test_weak_dependence_does_not_drown_in_rounding() -> None:
    epsilon = 1e-9
    joint = triad(0.5, 1e-6 * (1 + epsilon), 1e-6 * (1 - epsilon))
    # To second order the mutual information is sum((joint - rc)^2 / 2rc).
    exact = 1e-6 * epsilon**2 / 2 / math.log(10)
    assert value_of_information(joint) == pytest.approx(exact, rel=1e-3)


small = st.sampled_from([0.3, 0.5, 0.999, 1e-3, 1e-9, 1e-12, 1e-15, 1e-30, 1e-200])


def exactly(p):
    """The chance of a float and its complement, to sixty digits."""
    return Decimal(p), 1 - Decimal(p)


def information(p, q):
    """`KL(p, q)` in bans, of chances to sixty digits; 0 log 0 is 0."""
    return sum(x * (x / y).log10() for x, y in zip(p, q, strict=True) if x)


@given(small)
def test_entropy_is_right_near_0_and_1(p: float) -> None:
    with localcontext(prec=300):
        yes, no = exactly(p)
        exact = float(-yes * yes.log10() - no * no.log10())
    assert entropy(Chance(p, float(no))) == pytest.approx(exact, rel=1e-15)
    assert entropy(Chance(float(no), p)) == pytest.approx(exact, rel=1e-15)


@given(small, st.floats(-10, 10), st.booleans())
def test_divergence_is_right_near_0_and_1_and_of_what_is_nearly_the_same(
    p: float, log_ratio: float, swapped: bool
) -> None:
    q = min(p * math.exp(log_ratio), 0.9995)
    with localcontext(prec=300):
        one, other = exactly(p), exactly(q)
        exact = float(information(one, other) + information(other, one))
    a, b = (Chance(float(x[0]), float(x[1])) for x in (one, other))
    if swapped:
        a, b = Chance(a.no, a.yes), Chance(b.no, b.yes)
    assert symmetric_divergence(a, b) == pytest.approx(exact, rel=1e-12, abs=1e-300)


@given(small, st.floats(1e-9, 0.999), st.floats(1e-9, 0.999), st.booleans())
def test_measures_of_rare_claims_and_rare_targets_are_right(
    c: float, p1: float, p0: float, rare_claim: bool
) -> None:
    # either the claim is rare, or the target in both cases
    claim = c if rare_claim else 0.25
    true, false = (p1, p0) if rare_claim else (p1 * c, p0 * c)
    with localcontext(prec=300):
        (yes, no), (t, not_t), (f, not_f) = map(exactly, (claim, true, false))
        target = yes * t + no * f, yes * not_t + no * not_f
        move = yes * abs(t - target[0]) + no * abs(f - target[0])
        variance = (yes * (t - target[0]) ** 2 + no * (f - target[0]) ** 2) / (target[0] * target[1])
        voi = yes * information((t, not_t), target) + no * information((f, not_f), target)
        share = voi / -sum(x * x.log10() for x in target)
        joint = np.array([[no * not_f, yes * not_t], [no * f, yes * t]], float)
        chances = [Chance(*map(float, x)) for x in (target, (yes, no), (t, not_t), (f, not_f))]
    assert expected_move(*chances[1:]) == pytest.approx(float(move), rel=1e-13, abs=1e-300)
    assert variance_removed(*chances) == pytest.approx(float(variance), rel=1e-13, abs=1e-300)
    assert difference(*chances[2:]) == pytest.approx(float(t - f), rel=1e-13, abs=1e-300)
    dependence = abs(true - false) / max(true, false)
    found = value_of_information(joint) / entropy(chances[0])
    assert found == pytest.approx(float(share), rel=1e-9 + 1e-14 / max(dependence, 1e-9) ** 2, abs=1e-30)


def test_the_edges_of_information() -> None:
    assert value_of_information(triad(0.0, 0.3, 0.3)) == 0
    assert value_of_information(triad(0.3, 1.0, 1.0)) == 0
    assert value_of_information(triad(0.25, 1.0, 0.0)) == pytest.approx(entropy(of(0.25)), rel=1e-14)
    assert entropy(of(0.0)) == 0
    assert entropy(of(0.5)) == pytest.approx(math.log10(2), rel=1e-15)


@given(probability, probability)
def test_symmetric_divergence_is_two_divergences(p: float, q: float) -> None:
    assert symmetric_divergence(of(p), of(q)) == pytest.approx(kl(p, q) + kl(q, p), rel=1e-6, abs=1e-10)
    assert symmetric_divergence(of(p), of(q)) >= 0


def test_divergence_from_certainty() -> None:
    assert symmetric_divergence(of(1.0), of(1.0)) == 0
    assert symmetric_divergence(of(0.0), of(0.5)) == math.inf
    assert symmetric_divergence(of(0.0), of(1.0)) == math.inf


def test_geometric_mean_of_odds() -> None:
    assert geometric_mean_of_odds((0.8, 0.2), (0.2, 0.8)) == pytest.approx([0.5, 0.5], abs=1e-15)
    assert geometric_mean_of_odds((0.1, 0.9), (0.1, 0.9)) == pytest.approx([0.1, 0.9], rel=1e-14)
    tiny = geometric_mean_of_odds(*((p.no, p.yes) for p in map(chance_from_logit, (-60, -20))))
    assert tiny[1] == pytest.approx(math.exp(-40), rel=1e-12)
    three = geometric_mean_of_odds((0.5, 0.25, 0.25), (0.5, 0.5, 0.0))
    ratio = math.sqrt(0.5)  # 0.5 to sqrt(0.125)
    assert three == pytest.approx([1 / (1 + ratio), ratio / (1 + ratio), 0.0], rel=1e-14)


@given(*[st.tuples(probability, probability, probability)] * 2)
def test_value_of_discrimination_is_the_published_formula_and_symmetric(
    triad_a: tuple[float, float, float], triad_b: tuple[float, float, float]
) -> None:
    (ca, a1, a0), (cb, b1, b0) = triad_a, triad_b

    def side(c, p1, p0):
        return Ways(of(c * p1 + (1 - c) * p0), (of(p0), of(p1)), (1 - c, c))

    def jeffreys(p, q):
        return kl(p.yes, q.yes) + kl(q.yes, p.yes)

    a, b = side(ca, a1, a0), side(cb, b1, b0)
    odds = math.sqrt(ca / (1 - ca) * cb / (1 - cb))
    g = odds / (1 + odds)
    published = jeffreys(a.target, b.target) - (
        g * jeffreys(of(a1), of(b1)) + (1 - g) * jeffreys(of(a0), of(b0))
    )
    assert value_of_discrimination(a, b) == pytest.approx(published, rel=1e-6, abs=1e-9)
    assert value_of_discrimination(a, b) == value_of_discrimination(b, a)

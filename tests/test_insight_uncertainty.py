"""Where the uncertainty lies, against sums over worldviews, draws and states, taken one by one."""

import json
import math
from collections.abc import Mapping
from itertools import combinations, permutations

import numpy as np
import pytest

from cruxmap.engine.draws import latin_hypercube
from cruxmap.insight.pool import pool
from cruxmap.insight.surrogate import effects_of_groups
from cruxmap.insight.uncertainty import Advice, Parts, Uncertainty, uncertainty_of
from cruxmap.present.advice import NOTHING_TO_DO, advice_text
from cruxmap.present.pool_figures import pool_figures
from cruxmap.present.pool_tables import POOL_LISTINGS
from helpers.maps_from_text import model
from helpers.odds import logit

ODDS = {"ann": [0.1, 0.2, 0.4], "bob": [0.6, 0.6], "eve": [0.03, 0.9, 0.5, 0.2]}
WEIGHTS = {"ann": 2.0, "bob": 1.0, "eve": 1.0}
TWO = """
claims:
  a: {text: One., credence: 20% to 40%}
  b: {text: Two., credence: 30% to 70%}
  t: {text: Target., all_of: [a, b]}
"""


def logs(chances: Mapping[str, list[float]]) -> dict[str, np.ndarray]:
    return {name: np.array([logit(p) for p in draws]) for name, draws in chances.items()}


def bans(p: float) -> float:
    return -sum(q * math.log10(q) for q in (p, 1 - p) if q > 0)


def brute(chances: Mapping[str, list[float]], weights: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Entropies and variances from the joint table of worldview, draw and target."""
    whole = sum(weights.values())
    joint = {
        (w, d, t): weights[w] / whole / len(draws) * (p if t else 1 - p)
        for w, draws in chances.items()
        for d, p in enumerate(draws)
        for t in (0, 1)
    }

    def mutual(groups: Mapping[tuple, float]) -> float:
        """I(T; K) of a table of (K, T)."""
        of_k: dict = {}
        of_t: dict = {}
        for (k, t), q in groups.items():
            of_k[k], of_t[t] = of_k.get(k, 0) + q, of_t.get(t, 0) + q
        return sum(q * math.log10(q / of_k[k] / of_t[t]) for (k, t), q in groups.items() if q > 0)

    def table(key) -> dict:
        found: dict = {}
        for (w, d, t), q in joint.items():
            found[key(w, d), t] = found.get((key(w, d), t), 0) + q
        return found

    both, alone = mutual(table(lambda w, d: (w, d))), mutual(table(lambda w, _: w))
    mean = sum(q for (_, _, t), q in joint.items() if t)
    of_w = {w: sum(draws) / len(draws) for w, draws in chances.items()}
    share = {w: weights[w] / whole for w in chances}
    return {
        "information": {
            "total": bans(mean),
            "world": bans(mean) - both,
            "imprecision": both - alone,
            "disagreement": alone,
        },
        "variance": {
            "total": mean * (1 - mean),
            "world": sum(
                share[w] * p * (1 - p) / len(draws) for w, draws in chances.items() for p in draws
            ),
            "imprecision": sum(
                share[w] * (p - of_w[w]) ** 2 / len(draws) for w, draws in chances.items() for p in draws
            ),
            "disagreement": sum(share[w] * (of_w[w] - mean) ** 2 for w in chances),
        },
    }


def parts_of(parts: Parts) -> dict[str, float]:
    return {name: getattr(parts, name) for name in ("total", "world", "imprecision", "disagreement")}


@pytest.mark.parametrize("weights", [WEIGHTS, dict.fromkeys(ODDS, 1.0)])
def test_the_parts_are_those_of_the_joint_table(weights: Mapping[str, float]) -> None:
    found = uncertainty_of(logs(ODDS), weights)
    right = brute(ODDS, weights)
    assert parts_of(found.information) == pytest.approx(right["information"], rel=1e-12)
    assert parts_of(found.variance) == pytest.approx(right["variance"], rel=1e-12)
    for parts in (found.information, found.variance):
        assert parts.world + parts.imprecision + parts.disagreement == pytest.approx(
            parts.total, rel=1e-12
        )
    for name in ("world", "imprecision", "disagreement"):
        for whole, of_one in ((found.information, "information"), (found.variance, "variance")):
            rows = [one.weight * getattr(getattr(one, of_one), name) for one in found.reviewers]
            assert math.fsum(rows) == pytest.approx(getattr(whole, name), rel=1e-12)


def test_parts_that_are_not_there_are_nought_and_small_ones_are_not_lost() -> None:
    alike = uncertainty_of(logs({"ann": [0.3] * 7, "bob": [0.3] * 5}), {"ann": 1.0, "bob": 3.0})
    assert alike.information.imprecision == alike.variance.imprecision == 0
    assert alike.information.disagreement == pytest.approx(0, abs=1e-30)
    near = uncertainty_of(logs({"ann": [1e-9, 1e-9 * (1 + 1e-6)]}), {"ann": 1.0})
    expected = 1e-9 * 1e-12 / 8 / math.log(10)  # p x^2 / 2 for draws p (1 -+ x), where x is half of 1e-6
    assert near.information.imprecision == pytest.approx(expected, rel=1e-3)
    known = uncertainty_of({"ann": np.array([np.inf, np.inf])}, {"ann": 1.0})
    assert (known.advice, known.information.total) == ((), 0)
    assert advice_text(known) == NOTHING_TO_DO
    gaps = uncertainty_of({"ann": np.array([0.0, np.nan, 2.0])}, {"ann": 1.0})
    assert gaps.mean == pytest.approx(uncertainty_of({"ann": np.array([0.0, 2.0])}, {"ann": 1.0}).mean)


def test_what_to_do_first_is_what_can_settle_most() -> None:
    apart = uncertainty_of(logs({"ann": [0.01, 0.02], "bob": [0.99, 0.98]}), {"ann": 1.0, "bob": 1.0})
    assert apart.advice == (Advice.TALK, Advice.LOOK, Advice.THINK)
    wide = uncertainty_of(logs({"ann": [0.01, 0.99]}), {"ann": 1.0})
    assert wide.advice[0] is Advice.THINK
    assert advice_text(wide).startswith("Think harder first, as 92% of the uncertainty lies in numbers")
    assert "talk" not in advice_text(wide)


# --- by entry ------------------------------------------------------------------------------------


def test_shapley_effects_are_those_of_a_known_polynomial() -> None:
    z = latin_hypercube(3, list("abcdef"), 4000)
    values = np.array([z[0] + 0.5 * z[1] + 0.8 * z[2] * z[3] + 0.3 * (z[4] ** 2 - 1), 2 * z[5] + 0 * z[0]])
    found = effects_of_groups(z, values, np.array([0, 0, 1, 2, 3, 4]))
    # The terms have the variances 1, 0.25, 0.64 and 2 * 0.09; the product is shared by its two groups.
    right = np.array([[1.25, 0.32, 0.32, 0.18, 0.0], [0, 0, 0, 0, 4.0]]) / [[2.07], [4.0]]
    assert (np.abs(found.share - right) <= 3 * found.error + 1e-12).all()
    assert found.error.max() < 0.03
    few = effects_of_groups(z[:, :8], values[:, :8], np.arange(6))
    assert np.isnan(few.share).all()


def spread_by_entry(
    chances: Mapping[str, tuple[float, float]], weights: Mapping[str, float]
) -> list[float]:
    """The parts of two entries in the spread of logit(a b): pairs of worldviews, all orders of entries."""
    weighed = {name: weights[name] for name in chances}
    total, share = 0.0, [0.0, 0.0]
    for one, other in combinations(weighed, 2):
        ends = chances[one], chances[other]
        gap = logit(math.prod(ends[0])) - logit(math.prod(ends[1]))
        size = weighed[one] * weighed[other]
        total += size * gap**2
        for order in permutations((0, 1)):
            now = list(ends[1])
            for entry in order:
                before = logit(math.prod(now))
                now[entry] = ends[0][entry]
                share[entry] += size * gap * (logit(math.prod(now)) - before) / 2
    return [part / total for part in share]


@pytest.mark.usefixtures("conjugate")
def test_disagreement_by_entry_is_the_mean_of_the_gaps_shared_out() -> None:
    reviewers = {"ann": (0.2, 0.6), "bob": (0.7, 0.6), "eve": (0.5, 0.1)}
    written = {name: f"judgements: {{a: {a:.0%}, b: {b:.0%}}}\n" for name, (a, b) in reviewers.items()}
    weights = {"ann": 2.0, "bob": 1.0, "eve": 3.0}
    found = pool(model(TWO, "target: t\nsampling: {draws: 16}\n", **written), weights=weights).uncertainty
    share = dict(zip("ab", spread_by_entry(reviewers, weights), strict=True))
    assert {part.id: part.share for part in found.disagreement} == pytest.approx(share, rel=1e-9)
    for part in found.disagreement:
        assert part.standard_error == 0
        assert part.information == pytest.approx(part.share * found.information.disagreement)
        assert part.variance == pytest.approx(part.share * found.variance.disagreement)
    assert found.disagreement_left == pytest.approx(0, abs=1e-12)
    assert (found.imprecision, found.imprecision_left) == ((), None)
    assert [one.weight for one in found.reviewers] == pytest.approx([1 / 3, 1 / 6, 1 / 2])


@pytest.mark.usefixtures("conjugate")
def test_samples_of_disagreement_agree_with_all_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    reviewers = {"ann": (0.2, 0.6), "bob": (0.7, 0.6), "eve": (0.5, 0.1)}
    written = {name: f"judgements: {{a: {a:.0%}, b: {b:.0%}}}\n" for name, (a, b) in reviewers.items()}
    monkeypatch.setattr("cruxmap.insight.uncertainty_by_entry.MAX_EXACT_MIXTURES", 0)
    monkeypatch.setattr("cruxmap.insight.uncertainty_by_entry.TOLERANCE_OF_SHARES", 0.0)
    found = pool(model(TWO, "target: t\nsampling: {draws: 16}\n", **written)).uncertainty
    share = dict(zip("ab", spread_by_entry(reviewers, dict.fromkeys(reviewers, 1.0)), strict=True))
    assert math.fsum(part.share for part in found.disagreement) == pytest.approx(1, rel=1e-12)
    for part in found.disagreement:
        assert 0 < part.standard_error < 0.03
        assert part.share == pytest.approx(share[part.id], abs=3 * part.standard_error)


@pytest.mark.usefixtures("conjugate")
def test_an_entry_on_which_all_agree_has_no_part_in_the_disagreement() -> None:
    same = "judgements: {{a: {}, b: 90%}}\n"
    found = pool(model(TWO, "target: t\n", ann=same.format("10%"), bob=same.format("60%"))).uncertainty
    assert [part.id for part in found.disagreement] == ["a"]
    assert found.disagreement[0].share == pytest.approx(1)


@pytest.mark.usefixtures("conjugate")
def test_imprecision_by_entry_weighs_each_worldview_by_what_it_leaves_open() -> None:
    """With one entry each that is uncertain, all of a worldview's imprecision goes with that entry."""
    ann, bob = "judgements: {a: 10% to 60%, b: 50%}\n", "judgements: {a: 30%, b: 20% to 60%}\n"
    ask = "target: t\nsampling: {draws: 4000}\n"
    found = pool(model(TWO, ask, ann=ann, bob=bob)).uncertainty
    of_ann, of_bob = (one.weight * one.information.imprecision for one in found.reviewers)
    parts = {part.id: part for part in found.imprecision}
    assert parts["a"].information == pytest.approx(of_ann, rel=0.03)
    assert parts["b"].information == pytest.approx(of_bob, rel=0.03)
    left = 1 - math.fsum(part.share for part in found.imprecision)
    assert found.imprecision_left == pytest.approx(left)
    assert 0 <= left < 0.02


@pytest.mark.usefixtures("conjugate")
def test_who_is_not_weighed_is_not_pooled() -> None:
    three = {
        name: f"judgements: {{a: {a}%, b: 50%}}\n" for name, a in (("ann", 20), ("bob", 40), ("eve", 80))
    }
    result = pool(model(TWO, "target: t\n", **three), weights={"ann": 3.0, "bob": 1.0})
    assert dict(result.worldviews) == pytest.approx({"ann": 0.1, "bob": 0.2})
    found = {answer.id: answer.probability for answer in result.answers}
    assert found["linear"] == pytest.approx((3 * 0.1 + 0.2) / 4)
    assert found["linear"] == pytest.approx(result.uncertainty.mean)
    assert logit(found["logarithmic"]) == pytest.approx((3 * logit(0.1) + logit(0.2)) / 4)
    a = 1 / (1 + math.exp(-(3 * logit(0.2) + logit(0.4)) / 4))
    assert found["judgements-logarithmic"] == pytest.approx(a / 2)


def test_one_reviewer_has_an_uncertainty_of_his_own() -> None:
    spec = model(TWO, "target: t\nsampling: {draws: 64}\n", ann="judgements: {a: 10% to 30%}\n")
    result = pool(spec)
    assert result.uncertainty.information.disagreement == 0
    assert (result.uncertainty.disagreement, result.uncertainty.disagreement_left) == ((), None)
    assert list(pool_figures(result, spec.map)) == ["uncertainty"]
    json.dumps(result.to_json(), allow_nan=False)


@pytest.mark.usefixtures("conjugate")
def test_the_table_of_the_uncertainty_ends_with_what_to_do() -> None:
    ann, bob = "judgements: {a: 10% to 60%, b: 50%}\n", "judgements: {a: 90%, b: 90%}\n"
    spec = model(TWO, "target: t\nsampling: {draws: 64}\n", ann=ann, bob=bob)
    result = pool(spec)
    table = POOL_LISTINGS["uncertainty"](result, spec.map).table
    shares = [row[2] for row in table.rows]
    assert shares == sorted(shares, reverse=True)
    assert math.fsum(shares) == pytest.approx(1)
    assert table.notes[-1] == advice_text(result.uncertainty)
    assert advice_text(result.uncertainty).startswith("Look for evidence first, as ")
    assert result.to_json()["uncertainty"]["advice"] == ["look", "talk", "think"]
    assert isinstance(result.uncertainty, Uncertainty)


@pytest.mark.usefixtures("conjugate")
def test_who_says_little_is_not_pooled_but_named() -> None:
    said = {"ann": "judgements: {a: 10%}\n", "bob": "judgements: {b: 10%}\n", "eve": ""}
    spec = model(TWO, "target: t\nsampling: {draws: 64}\n", **said)
    result = pool(spec)
    assert (result.says_little, [*result.worldviews]) == (("eve",), ["ann", "bob"])
    note = "Left out, as they say little about this target: eve. --all brings them back."
    assert note in POOL_LISTINGS["answers"](result, spec.map).table.notes
    all_of_them = pool(spec, everyone=True)
    assert (all_of_them.says_little, [*all_of_them.worldviews]) == ((), ["ann", "bob", "eve"])
    named = pool(spec, weights={"ann": 1.0, "eve": 1.0})
    assert (named.says_little, [*named.worldviews]) == ((), ["ann", "eve"])
    lonely = model(TWO, "target: t\nsampling: {draws: 64}\n", ann=said["ann"], eve="")
    result = pool(lonely)
    assert (result.says_little, [*result.worldviews]) == (("eve",), ["ann", "eve"])
    [note] = [n for n in POOL_LISTINGS["answers"](result, lonely.map).table.notes if "little" in n]
    assert note.startswith("All are heard, as without eve")

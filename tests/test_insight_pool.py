import json
import math
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from scipy.integrate import quad
from scipy.stats import halfnorm

from cruxmap.bayes.opinions import SPREAD_PRIOR, Opinions, pool_opinions
from cruxmap.bayes.results import convergence_of
from cruxmap.engine.convergence import Convergence
from cruxmap.insight.pool import extremising_factor, pool
from cruxmap.present.pool_tables import POOL_LISTINGS
from helpers.maps_from_text import model
from helpers.odds import logit

LONE = "claims:\n  t: {text: Target., credence: 20%}\n"
SOME = """
claims:
  a: {text: One., credence: 20% to 40%}
  b: {text: Two., credence: 50%}
  t: {text: Target., all_of: [a, b]}
questions:
  q: {text: Which?, states: [x, y, z], credence: {x: 50%, y: 30%, z: rest}}
arguments:
  pro: {text: For., for: a, strength: 2x to 4x}
"""


def answers(result):
    return {answer.id: answer for answer in result.answers}


def test_the_extremising_factor_is_the_published_one() -> None:
    assert extremising_factor(1) == pytest.approx(1.0)
    assert extremising_factor(2) == pytest.approx(2 * (math.sqrt(7) - 2))
    assert extremising_factor(10**6) == pytest.approx(math.sqrt(3), rel=1e-5)


@pytest.mark.usefixtures("conjugate")
def test_pools_of_answers_follow_their_formulas() -> None:
    spec = model(LONE, "target: t\n", ann="judgements: {t: 10%}\n", bob="judgements: {t: 60%}\n")
    result = pool(spec)
    assert dict(result.worldviews) == pytest.approx({"ann": 0.1, "bob": 0.6})
    mean = (logit(0.1) + logit(0.6)) / 2
    found = answers(result)
    assert found["linear"].probability == pytest.approx(0.35)
    assert logit(found["logarithmic"].probability) == pytest.approx(mean)
    stretched = logit(0.2) + extremising_factor(2) * (mean - logit(0.2))
    assert logit(found["extremised"].probability) == pytest.approx(stretched)
    assert result.prior == pytest.approx(0.2)
    assert result.factor == pytest.approx(extremising_factor(2))
    other = answers(pool(spec, prior=0.5, factor=2.0))["extremised"]
    assert logit(other.probability) == pytest.approx(2 * mean)
    assert "2.00 times" in other.rests_on
    assert "given" in other.rests_on


@pytest.mark.usefixtures("conjugate")
def test_with_one_number_pooling_judgements_is_pooling_answers() -> None:
    spec = model(LONE, "target: t\n", ann="judgements: {t: 10%}\n", bob="judgements: {t: 60%}\n")
    found = answers(pool(spec))
    same = found["judgements-logarithmic"].probability
    assert same == pytest.approx(found["logarithmic"].probability, rel=1e-12)


@pytest.mark.usefixtures("conjugate")
def test_what_reviewers_have_in_common_is_the_conjugate_posterior() -> None:
    ask = "target: t\nsampling: {draws: 4000}\n"
    spec = model(LONE, ask, ann="judgements: {t: 10% to 30%}\n", bob="judgements: {t: 60%}\n", eve="")
    result = pool(spec)
    [judgement] = result.judgements
    assert (judgement.address, judgement.reviewers) == ("t", ("ann", "bob"))
    z = 1.6448536269514722
    opinions = [
        ((logit(0.1) + logit(0.3)) / 2, (logit(0.3) - logit(0.1)) / (2 * z)),
        (logit(0.6), 0.5),
    ]
    precision = 1 / 2.0**2 + sum(1 / (1 + sd**2) for _, sd in opinions)
    mean = (logit(0.2) / 2.0**2 + sum(value / (1 + sd**2) for value, sd in opinions)) / precision
    tolerance = 4 / math.sqrt(precision * 4000)
    assert logit(judgement.central) == pytest.approx(mean, abs=1.3 * tolerance)
    assert logit(judgement.low) == pytest.approx(mean - z / math.sqrt(precision), abs=2.2 * tolerance)
    answer = answers(result)["judgements-hierarchical"]
    assert answer.interval_90 == pytest.approx((judgement.low, judgement.high))
    assert result.convergence.converged


@pytest.mark.usefixtures("conjugate")
def test_shares_rejections_and_certainties_are_pooled_softly() -> None:
    ann = "judgements: {q.x: 80%, a: 100%}\nrejects: [pro]\n"
    bob = "judgements: {q: {x: 20%, y: 20%, z: rest}, a: 30%}\n"
    spec = model(SOME, "target: {q: x}\nsampling: {draws: 16}\n", ann=ann, bob=bob)
    result = pool(spec)
    x, y, z = (math.sqrt(p * r) for p, r in ((0.8, 0.2), (0.12, 0.2), (0.08, 0.6)))
    assert answers(result)["judgements-logarithmic"].probability == pytest.approx(x / (x + y + z))
    pooled = {judgement.address: judgement for judgement in result.judgements}
    assert {"q.x", "q.y", "q.z", "a", "pro"} <= pooled.keys()
    assert pooled["pro"].reviewers == ("ann",)
    assert 0 < pooled["pro"].central < 1
    assert pooled["a"].reviewers == ("ann", "bob")


@pytest.mark.usefixtures("conjugate")
def test_certainties_that_nobody_disputes_stay() -> None:
    spec = model(
        SOME,
        "target: t\nsampling: {draws: 64}\n",
        ann="judgements: {a: 30%}\n",
        bob="judgements: {a: 50%}\n",
    )
    result = pool(spec)
    # `t` is met for sure when its parts are: with 99% instead, the pools would not agree with this.
    odds = (logit(0.3) + logit(0.5)) / 2
    widths = answers(result)["judgements-logarithmic"].interval_90
    lowest = 1 / (1 + math.exp(-(odds + math.log(2))))
    assert widths[0] == pytest.approx(0.5 * lowest, rel=0.05)
    assert "times" in result.explanation
    json.dumps(result.to_json(), allow_nan=False)


@pytest.mark.usefixtures("conjugate")
def test_numbers_beyond_1_and_99_percent_count_as_they_are() -> None:
    rare = "claims:\n  t: {text: Target., credence: 0.001% to 0.1%}\n"
    spec = model(
        rare, "target: t\nsampling: {draws: 4000}\n", **dict.fromkeys("abc", "judgements: {t: 0.01%}\n")
    )
    found = answers(pool(spec))
    assert found["linear"].probability == pytest.approx(1e-4)
    assert found["judgements-logarithmic"].probability == pytest.approx(1e-4)
    # the prior has the same middle, so log-odds are normal around it with the variance of the posterior
    sd = 1 / math.sqrt(1.4**-2 + 3 / (1 + 0.5**2))
    assert logit(found["judgements-hierarchical"].probability) == pytest.approx(
        logit(1e-4) + sd**2 / 2, abs=4 * sd / math.sqrt(4000) + 0.01
    )


@pytest.mark.parametrize(
    ("numbers", "counts"),
    [
        (("0%", "0.001%"), (1e-5, 1e-5)),  # not as 1%, which nobody thinks
        (("0%", "30%"), (0.01, 0.3)),
        (("100%", "99.99%"), (0.9999, 0.9999)),
        (("100%", "0.001%"), (0.99, 1e-5)),
        (("0%", "100%"), (0.01, 0.99)),
    ],
)
@pytest.mark.usefixtures("conjugate")
def test_only_a_disputed_certainty_is_softened(
    numbers: tuple[str, ...], counts: tuple[float, ...]
) -> None:
    ann, bob = (f"judgements: {{a: {number}}}\n" for number in numbers)
    spec = model(
        "claims:\n  a: {text: A., credence: 50%}\n  t: {text: T., given: [{when: a, credence: 60%}, "
        "{otherwise: 40%}]}\n",
        "target: t\nsampling: {draws: 16}\n",
        ann=ann,
        bob=bob,
    )
    mean = sum(map(logit, counts)) / 2
    expected = 0.4 + 0.2 / (1 + math.exp(-mean))
    assert answers(pool(spec))["judgements-logarithmic"].probability == pytest.approx(expected, rel=1e-9)


@pytest.mark.usefixtures("conjugate")
def test_shares_that_leave_nothing_for_a_state_veto_nobody() -> None:
    shares = "judgements: {q: {x: 60%, y: 40%, z: 0%}}\n", "judgements: {q: {x: 20%, y: 20%, z: rest}}\n"
    ask = "target: {q: x}\nsampling: {draws: 16}\n"
    result = pool(model(SOME, ask, ann=shares[0], bob=shares[1], eve=shares[1]))
    x, y, z = (p * r * r for p, r in ((0.6, 0.2), (0.4, 0.2), (0.01, 0.6)))
    parts = [part ** (1 / 3) for part in (x, y, z)]
    found = answers(result)["judgements-logarithmic"].probability
    assert found == pytest.approx(parts[0] / sum(parts))


@pytest.mark.usefixtures("conjugate")
def test_it_is_said_where_the_maps_own_number_outweighs_few_reviewers() -> None:
    text = "claims:\n  a: {text: A., credence: 20% to 40%}\n  b: {text: B., credence: 50%}\n" + (
        "  t: {text: T., all_of: [a, b]}\n"
    )
    one = "judgements: {a: 60% to 80%, b: 60% to 80%}\n"
    spec = model(text, "target: t\n", ann=one, bob="")
    result = pool(spec)
    found = {judgement.address: judgement for judgement in result.judgements}
    prior, own = (((logit(high) - logit(low)) / (2 * 1.6448536269514722)) ** 2 for low, high in (
        (0.2, 0.4), (0.6, 0.8)
    ))  # fmt: skip
    assert found["a"].prior_weight == pytest.approx((1 / prior) / (1 / prior + 1 / (1 + own)))
    assert found["b"].prior_weight == pytest.approx((1 / 4) / (1 / 4 + 1 / (1 + own)))
    assert (found["a"].mostly_prior, found["b"].mostly_prior) == (True, False)
    [note] = [
        note for note in POOL_LISTINGS["judgements"](result, spec.map).table.notes if "outweigh" in note
    ]
    assert "a (92%)" in note
    assert "b (" not in note
    three = pool(model(text, "target: t\n", ann=one, bob=one, eve=one))
    assert not any(judgement.mostly_prior for judgement in three.judgements)


@pytest.mark.usefixtures("conjugate")
def test_fitted_numbers_count_in_answers_and_not_in_pools_of_judgements() -> None:
    ask = "target: t\nworldviews: [{}]\nsampling: {{draws: 500}}\n"
    given = {
        "ann": "judgements: {a: 60%}\n",
        "bob": "judgements: {b: 20%}\nrejects: [pro]\n",
        "eve": "extends: bob\n",
    }
    moved = {
        "ann": "judgements: {a: 60%, b: {value: 90%, fitted: up}, pro.strength: {value: 8x, fitted: up}}\n",
        "bob": "judgements: {a: {value: 3%, fitted: lowered}, b: 20%}\nrejects: [pro]\n",
        "eve": "extends: bob\njudgements: {q: {value: {x: 90%, y: 5%, z: rest}, fitted: to the answers}}\n",
    }
    without, found = (
        pool(model(SOME, ask.format(", ".join(given)), **views), everyone=True) for views in (given, moved)
    )
    assert found.worldviews["ann"] == pytest.approx(0.9 * odds_to_p(1.5 * 8), abs=1e-9)
    assert found.worldviews["bob"] == pytest.approx(0.03 * 0.2, abs=1e-9)
    for name in ("judgements-logarithmic", "judgements-hierarchical"):
        assert answers(found)[name].probability == answers(without)[name].probability
    assert answers(found)["linear"].probability != pytest.approx(
        answers(without)["linear"].probability, abs=0.05
    )
    assert answers(found)["judgements-logarithmic"].rests_on.endswith("without what they fitted")
    assert found.explanation.endswith("What reviewers fitted counts in their answers alone.")
    assert "fitted" not in without.explanation
    assert [(one.address, one.reviewers) for one in found.judgements] == [
        (one.address, one.reviewers) for one in without.judgements
    ]


@pytest.mark.usefixtures("conjugate")
def test_numbers_that_nobody_gave_count_in_answers_and_not_in_pools_of_judgements() -> None:
    ask = "target: t\nworldviews: [{}]\nsampling: {{draws: 500}}\n"
    given = {"ann": "judgements: {a: 60%}\n", "bob": "judgements: {b: 20%}\n"}
    moved = {
        "ann": "judgements: {a: 60%, b: {value: 90%, elicited: false}}\n",
        "bob": "judgements: {a: {value: 3%, elicited: false}, b: 20%}\n",
    }
    without, found = (
        pool(model(SOME, ask.format(", ".join(given)), **views), everyone=True) for views in (given, moved)
    )
    assert found.worldviews["bob"] < without.worldviews["bob"] / 5
    for name in ("judgements-logarithmic", "judgements-hierarchical"):
        assert answers(found)[name].probability == answers(without)[name].probability
    assert answers(found)["judgements-logarithmic"].rests_on.endswith("place, without what nobody gave")
    assert found.explanation.endswith(" What nobody gave counts in their answers alone.")
    assert [(one.address, one.reviewers) for one in found.judgements] == [
        (one.address, one.reviewers) for one in without.judgements
    ]


@pytest.mark.usefixtures("conjugate")
def test_judgements_that_link_in_a_circle_without_what_was_fitted_are_not_pooled() -> None:
    text = """
    claims:
      t: {text: Target., all_of: [a, b]}
      a: {text: One., credence: same as b}
      b: {text: Two., credence: 10%}
    """
    circle = "judgements: {a: {value: 30%, fitted: raised}, b: same as a}\n"
    found = pool(model(text, "target: t\n", ann=circle, bob="judgements: {b: 40%}\n"), everyone=True)
    assert found.explanation == (
        "Judgements are not pooled: without what reviewers fitted, links run in a circle."
    )
    assert "judgements-logarithmic" not in answers(found)


def odds_to_p(odds: float) -> float:
    return odds / (1 + odds)


@pytest.mark.usefixtures("conjugate")
def test_a_pool_of_one_is_none() -> None:
    result = pool(model(LONE, "target: t\n", ann="judgements: {t: 10%}\n"))
    assert (result.answers, result.judgements) == ((), ())
    assert "at least two" in result.reason
    impossible = model(LONE, "target: t\n", ann="judgements: {t: 100%}\n", bob="judgements: {t: 10%}\n")
    assert dict(pool(impossible).worldviews) == pytest.approx({"bob": 0.1})
    assert pool(impossible).left_out == (("ann", "the target is certain there (100%)"),)
    assert not pool(impossible).undefined
    never = model(
        SOME, "target: t\nassuming: [a]\n", ann="judgements: {a: 0%}\n", bob="judgements: {a: 10%}\n"
    )
    assert pool(never).left_out == (("ann", "what is assumed or observed there is impossible: a"),)
    assert pool(never).undefined
    json.dumps(result.to_json(), allow_nan=False)


@pytest.mark.usefixtures("conjugate")
def test_without_judgements_of_their_own_reviewers_have_nothing_in_common() -> None:
    result = pool(model(LONE, "target: t\n", ann="", bob=""))
    assert answers(result).keys() == {"linear", "logarithmic", "extremised", "judgements-logarithmic"}
    assert (result.judgements, result.spread_probability, result.spread_ratio) == ((), None, None)
    assert (result.convergence, result.to_json()["convergence"]) == (None, None)
    assert result.explanation.endswith("and so does pooling the answers.")


@pytest.mark.long
def test_few_reviewers_and_few_draws_are_enough_for_the_chains() -> None:
    ask = "target: t\nsampling: {draws: 20, tune: 500, chains: 2}\n"
    result = pool(model(LONE, ask, ann="judgements: {t: 1%}\n", bob="judgements: {t: 60%}\n"))
    assert result.convergence.converged
    found = result.to_json()
    assert found["convergence"]["converged"]
    assert found["convergence"]["ess"] > 400
    assert 0.5 < found["spread_probability"] < 3
    assert found["spread_ratio"] is None  # nobody judged one


@pytest.mark.long
def test_a_single_chain_is_compared_with_itself() -> None:
    ask = "target: t\nsampling: {draws: 2000, tune: 1000, chains: 1}\n"
    result = pool(model(LONE, ask, ann="judgements: {t: 1%}\n", bob="judgements: {t: 60%}\n"))
    assert result.convergence.converged
    assert math.isfinite(result.to_json()["convergence"]["r_hat"])
    undefined = replace(result, convergence=Convergence("pool", math.nan, math.nan, 0))
    assert json.loads(json.dumps(undefined.to_json(), allow_nan=False))["convergence"]["r_hat"] is None
    stuck = np.concatenate([np.zeros(500), np.ones(500)]) + np.random.default_rng(0).normal(size=1000) / 10
    drawn = xr.DataArray(stuck.reshape(1, 1000, 1), dims=("chain", "draw", "spread_dim"))
    assert convergence_of("pool", drawn, np.zeros(1000)).r_hat > 1.5


@pytest.mark.long
def test_the_spread_and_the_common_value_agree_with_quadrature() -> None:
    values, sds = np.array([0.3, 1.9, 1.0]), np.array([0.2, 0.3, 0.5])
    opinions = Opinions(np.zeros(3, int), values, sds, np.array([0.5]), np.array([2.0]), np.zeros(1, int))
    drawn = pool_opinions(opinions, draws=4000, tune=500, chains=2, seed=3)
    assert drawn.convergence.converged

    def density(tau):
        covariance = np.diag(tau**2 + sds**2) + 2.0**2
        shift = values - 0.5
        exponent = shift @ np.linalg.solve(covariance, shift)
        return (
            halfnorm.pdf(tau, scale=SPREAD_PRIOR)
            * math.exp(-exponent / 2)
            / math.sqrt(np.linalg.det(covariance))
        )

    def common(tau):
        weight = 1 / (tau**2 + sds**2)
        return (0.5 / 4 + weight @ values) / (1 / 4 + weight.sum())

    whole = quad(density, 0, 8)[0]
    spread = quad(lambda tau: tau * density(tau), 0, 8)[0] / whole
    middle = quad(lambda tau: common(tau) * density(tau), 0, 8)[0] / whole
    error = 4 / math.sqrt(drawn.convergence.ess)
    assert drawn.spread[0].mean() == pytest.approx(spread, abs=error * drawn.spread[0].std())
    assert drawn.common[0].mean() == pytest.approx(middle, abs=error * drawn.common[0].std())
    # No ratio was judged, so their spread is its prior.
    assert drawn.spread[1].mean() == pytest.approx(halfnorm.mean(scale=SPREAD_PRIOR), abs=error)

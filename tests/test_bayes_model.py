import math
from dataclasses import replace

import numpy as np
import pytest
from pymc import Normal, sample_prior_predictive

import cruxmap as cm
from cruxmap.bayes.model import build, explicit_name, model_text
from cruxmap.bayes.sampling import conditioned_model
from cruxmap.engine.draws import latin_hypercube
from cruxmap.engine.queries import infer
from cruxmap.network.inquiry import entries_of, inquire
from helpers.examples import GARDEN, TRAINING, TRAINING_QUESTION, TRAINING_WORLDVIEW
from helpers.maps_from_text import model

STATED = "judgements: {rain: 30%}\nrejects: [clouds]\nstated: [{of: wet, credence: 40% to 60%}]\n"


def values(pm_model, *names):
    """The named variables with every judgement at its central value."""
    point = pm_model.initial_point()
    compiled = pm_model.compile_fn(pm_model.replace_rvs_by_values([pm_model[name] for name in names]))
    return compiled({name: np.zeros_like(value) for name, value in point.items()})


def test_names_and_dims() -> None:
    spec = model(
        GARDEN, "target: wet\nalso: [season]\nobserved: [slippery]\nreconcile: true\n", ann=STATED
    )
    built = build(spec)
    assert set(built.named_vars) == {"z", "judgement", "probability", "estimate", "observed", "stated"}
    assert built.named_vars_to_dims == {
        "z": ("worldview", "address"),
        "judgement": ("worldview", "address"),
        "probability": ("worldview", "claim"),
        "estimate": ("worldview", "target"),
        "stated": ("statement",),
    }
    assert built.coords["worldview"] == ("ann",)
    assert built.coords["target"] == ("wet", "season.dry", "season.mild", "season.rainy")
    assert built.coords["claim"] == tuple(claim.about.id for claim in spec.map.claims)
    assert built.coords["statement"] == ("ann: wet",)
    assert [v.name for v in built.free_RVs] == ["z"]
    assert [v.name for v in built.observed_RVs] == ["stated"]


def test_judgements_are_those_with_an_interval_in_some_worldview() -> None:
    points = "judgements: {rain: 30%, clouds: 60%}\n"
    spec = model(GARDEN, "target: wet\nworldviews: [map, ann]\n", ann=points)
    alone = replace(spec, worldviews=("ann",))
    both, one = (set(build(s).coords["address"]) for s in (spec, alone))
    assert both - one == {"rain", "clouds"}
    assert "sprinkler" not in both


@pytest.mark.long
def test_without_intervals_there_is_nothing_to_draw() -> None:
    spec = model("claims:\n  a: {text: A., credence: 40%}\n", "target: a\n")
    built = build(spec)
    assert built.free_RVs == []
    assert built["estimate"].eval() == pytest.approx(np.array([[0.4]]), rel=1e-12)


@pytest.mark.long
def test_central_values_are_the_exact_ones() -> None:
    spec = model(TRAINING, TRAINING_QUESTION + "worldviews: [map, kept]\n", kept=TRAINING_WORLDVIEW)
    estimate, probability = values(build(spec), "estimate", "probability")
    for number, worldview in enumerate(spec.worldviews):
        assert estimate[number, 0] == pytest.approx(
            cm.probability(spec, "danger", worldview=worldview), rel=1e-12
        )
        without = cm.probability(spec, "danger", given=[], worldview=worldview)
        assert probability[number, 0] == pytest.approx(without, rel=1e-12)


@pytest.mark.long
def test_judgements_are_on_the_natural_scale() -> None:
    spec = model(
        TRAINING,
        "target: danger\nworldviews: [map, kept]\n",
        kept="judgements: {checked.strength: 1x to 1.1x}",
    )
    built = build(spec)
    addresses = list(built.coords["address"])
    [central] = values(built, "judgement")
    assert central[0, addresses.index("checked.strength")] == pytest.approx(3.0)
    assert central[1, addresses.index("checked.strength")] == pytest.approx(math.sqrt(1.1))
    middle = 1 / (1 + math.sqrt(0.6 / 0.4 * 0.2 / 0.8))
    assert central[0, addresses.index("checked")] == pytest.approx(middle)
    low = built.compile_fn(built.replace_rvs_by_values([built["judgement"]]))(
        {"z": np.full(central.shape, -5.0)}
    )
    assert low[0][1, addresses.index("checked.strength")] == 1.0


@pytest.mark.long
def test_the_log_density_is_that_of_what_is_observed_and_stated() -> None:
    spec = model(
        GARDEN, "target: wet\nobserved: [slippery]\nworldviews: [map, ann]\nreconcile: true\n", ann=STATED
    )
    spec = replace(spec, reconcile=True)
    built = build(spec)
    point = {name: np.zeros_like(value) for name, value in built.initial_point().items()}
    found = float(built.compile_logp()(point))
    seen = sum(
        math.log(cm.probability(replace(spec, observed=()), "slippery", worldview=w))
        for w in ("map", "ann")
    )
    wet = cm.probability(spec, "wet", worldview="ann")
    middle, sd = 0.0, math.log(0.6 / 0.4) / 1.6448536269514722
    residual = (math.log(wet / (1 - wet)) - middle) / sd
    normal = -0.5 * residual**2 - math.log(sd * math.sqrt(2 * math.pi))
    prior = -0.5 * point["z"].size * math.log(2 * math.pi)
    assert found == pytest.approx(prior + seen + normal, rel=1e-10)


@pytest.mark.long
def test_slopes_of_the_log_density_agree_with_finite_differences() -> None:
    spec = model(GARDEN, "target: wet\nobserved: [slippery]\nreconcile: true\n", ann=STATED)
    inquiry = inquire(spec)
    built = conditioned_model(inquiry, 0, inquiry.reaching[0])
    slope = built.logp_dlogp_function(ravel_inputs=True)
    z = np.random.default_rng(5).normal(size=len(built.coords["address"]))
    _, exact = slope(z)
    step = 1e-5
    numeric = [(slope(z + step * e)[0] - slope(z - step * e)[0]) / (2 * step) for e in np.eye(len(z))]
    np.testing.assert_allclose(exact, numeric, rtol=1e-6, atol=1e-8)


def test_an_impossible_observation_is_a_problem_that_names_the_worldview() -> None:
    spec = model(
        GARDEN, "target: wet\nobserved: [rain]\nworldviews: [map, dry]\n", dry="judgements: {rain: 0%}"
    )
    with pytest.raises(cm.InvalidMap) as raised:
        build(spec)
    [problem] = raised.value.problems
    assert problem.code == "impossible-evidence"
    assert "`dry`" in problem.message


def test_printed_form() -> None:
    spec = model("claims:\n  a: {text: A., credence: 40% to 50%}\n", "target: a\nobserved: [a]\n")
    assert model_text(build(spec)) == (
        "worldview [1]: map\n"
        "address [1]: a\n"
        "claim [1]: a\n"
        "target [1]: a\n"
        "drawn z (worldview, address) normal\n"
        "computed judgement (worldview, address)\n"
        "computed probability (worldview, claim)\n"
        "computed estimate (worldview, target)\n"
        "log-density observed ()\n"
    )


def test_a_likelihood_on_the_estimate_is_refused() -> None:
    built = build(model("claims:\n  a: {text: A., credence: 40% to 50%}\n", "target: a\n"))
    with built:
        Normal("seen", mu=built["estimate"][0, 0], sigma=0.1, observed=0.3)
    with pytest.raises(NotImplementedError):
        built.logp_dlogp_function(ravel_inputs=True)


# --- the explicit build --------------------------------------------------------------------------

SMALL = """
timelines:
  time: {text: Three steps., phases: {first: 1, second: 2}}
events:
  happens: {text: It happens., timeline: time, emerges: {first: 20% to 40%, second: 30% to 60%}}
questions:
  q: {text: Which one?, states: [x, y, w], credence: {x: 20% to 30%, y: 30% to 50%, w: rest}}
claims:
  z: {text: Z., credence: 20% to 50%}
  c:
    text: C.
    given:
      - {when: [z, {q: x}], credence: 70%}
      - {when: {event: happens, during: second}, credence: 50%}
      - {otherwise: 10% to 20%}
arguments:
  for-c: {text: For it., premises: [z], credence: 60% to 80%, for: c, strength: 2x to 5x}
  not-so: {text: Not so., credence: 30%, undercuts: for-c}
"""
N_DRAWS = 20_000


@pytest.mark.long  # nearly all of it compiling
def test_frequencies_of_the_explicit_build_are_the_exact_probabilities() -> None:
    spec = model(SMALL, "target: c\nworldviews: [map, ann]\n", ann="rejects: [for-c]\n")
    inquiry = inquire(spec)
    network = inquiry.network
    explicit = build(spec, explicit=True)
    assert len(explicit.free_RVs) == 1 + len(network.variables)
    with explicit:
        drawn = sample_prior_predictive(N_DRAWS, random_seed=1).prior
    z = latin_hypercube(1, network.addresses, 4096)
    for number in range(2):
        exact = infer(network, entries_of(inquiry, number, z), (), range(len(network.variables))).marginals
        for variable, marginal in exact.items():
            values = drawn[explicit_name(network, variable)].to_numpy()[0, :, number]
            frequency = np.bincount(values, minlength=len(marginal)) / N_DRAWS
            p = marginal.mean(axis=1)
            bound = 4.5 * np.sqrt(p * (1 - p) / N_DRAWS) + 1e-12
            np.testing.assert_array_less(np.abs(frequency - p), bound)


def test_the_explicit_build_has_a_variable_per_claim_whatever_its_name() -> None:
    spec = model(SMALL, "target: c\nobserved: [c, {q: [x, y]}]\n")
    explicit = build(spec, explicit=True)
    assert {"z", "z_", "c", "q", "happens", "for-c", "observed"} <= set(explicit.named_vars)
    free = {v.name: v for v in explicit.free_RVs}
    assert free["z_"].owner.op.name == "bernoulli"
    assert free["q"].owner.op.name == "categorical"

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from xarray import DataTree

import cruxmap as cm
from cruxmap.bayes.results import load, save
from cruxmap.bayes.sampling import posteriors, sample
from cruxmap.engine.convergence import Convergence
from cruxmap.engine.draws import latin_hypercube
from cruxmap.engine.executors import Work
from cruxmap.language.model_spec import ModelSpec
from cruxmap.network.inquiry import inquire
from helpers.examples import GARDEN, ONE
from helpers.maps_from_text import model
from helpers.odds import logit
from helpers.quadrature import by_quadrature, normal_of


def error_of(values):
    """A generous standard error of the mean of correlated draws (chain, draw)."""
    return 1.5 * float(values.std()) / math.sqrt(values.size / 2)


@pytest.fixture(scope="module")
def observed() -> tuple[ModelSpec, DataTree]:
    spec = model(ONE, "target: a\nalso: [c]\nobserved: [b]\nsampling: {draws: 2000, tune: 500}\n")
    return spec, sample(spec)


def test_the_posterior_of_an_observation_is_that_of_quadrature(
    observed: tuple[ModelSpec, DataTree],
) -> None:
    _, tree = observed

    def likelihood(p):
        return 0.9 * p + 0.2 * (1 - p)

    estimate = tree.posterior["estimate"].sel(worldview="map", target="a").to_numpy()
    exact = by_quadrature(lambda p: 0.9 * p / likelihood(p), likelihood)
    assert estimate.mean() == pytest.approx(exact, abs=4 * error_of(estimate))
    credence = tree.posterior["judgement"].sel(worldview="map", address="a").to_numpy()
    for power in (1, 2):
        exact = by_quadrature(lambda p, power=power: p**power, likelihood)
        assert (credence**power).mean() == pytest.approx(exact, abs=4 * error_of(credence**power))
    prior = by_quadrature(lambda p: p, np.ones_like)
    assert abs(credence.mean() - prior) > 4 * error_of(credence)


def test_what_cannot_reach_the_observation_is_drawn_forward(observed: tuple[ModelSpec, DataTree]) -> None:
    spec, tree = observed
    addresses = inquire(spec).network.addresses
    z = latin_hypercube(spec.sampling.seed, addresses, 2000)
    drawn = tree.posterior["z"].sel(worldview="map", address="c").to_numpy().ravel()
    np.testing.assert_array_equal(drawn, z[addresses.index("c")])
    assert not np.array_equal(
        tree.posterior["z"].sel(address="a").to_numpy().ravel(), z[addresses.index("a")]
    )


def test_the_tree_has_arviz_groups_and_says_where_it_is_from(
    observed: tuple[ModelSpec, DataTree], tmp_path: Path
) -> None:
    spec, tree = observed
    assert set(tree.children) == {"posterior", "prior", "sample_stats"}
    assert dict(tree.posterior.sizes) == {
        "chain": 4, "draw": 500, "worldview": 1, "address": 2, "claim": 3, "target": 2
    }  # fmt: skip
    assert tree.posterior["probability"].dims == ("chain", "draw", "worldview", "claim")
    assert not tree.sample_stats["diverging"].any()
    assert tree.attrs["seed"] == spec.sampling.seed
    assert tree.attrs["pymc_version"]
    assert "converged" in tree.attrs["convergence"]
    for name in ("results.nc", "results.zarr"):
        save(tree, tmp_path / name)
        again = load(tmp_path / name)
        assert again.equals(tree)
        assert again.attrs["map_digest"] == tree.attrs["map_digest"]
    with pytest.raises(ValueError, match="csv"):
        save(tree, tmp_path / "results.csv")
    with pytest.raises(ValueError, match="csv"):
        load(tmp_path / "results.csv")


def test_the_estimate_is_taken_over_the_same_draws(observed: tuple[ModelSpec, DataTree]) -> None:
    spec, tree = observed
    found = cm.estimate(spec)
    assert [c.worldview for c in found.convergence] == ["map"]
    assert found.converged
    drawn = tree.posterior["estimate"].sel(worldview="map", target="a").to_numpy().ravel()
    np.testing.assert_allclose(found.worldviews["map"].draws, drawn, rtol=1e-12)


def test_a_statement_on_a_lone_claim_gives_the_normal_of_bayes_rule() -> None:
    spec = model(
        "claims:\n  a: {text: A., credence: 5% to 60%}\n",
        "target: a\nreconcile: true\nsampling: {draws: 2000, tune: 500}\n",
        ann="stated: [{of: a, credence: 30% to 70%}]\n",
    )
    tree = sample(spec)
    (mu, sd), (middle, spread) = normal_of(0.05, 0.6), normal_of(0.3, 0.7)
    variance = 1 / (1 / sd**2 + 1 / spread**2)
    mean = variance * (mu / sd**2 + middle / spread**2)
    p = tree.posterior["judgement"].to_numpy().ravel()
    u = np.log(p) - np.log1p(-p)
    assert u.mean() == pytest.approx(mean, abs=4 * error_of(u))
    assert u.std() == pytest.approx(math.sqrt(variance), rel=0.1)
    assert tree.observed_data["stated"].sel(statement="ann: a") == pytest.approx(middle, abs=1e-12)


def test_a_point_is_stated_with_half_a_logit() -> None:
    spec = model(
        ONE, "target: a\nreconcile: true\n", ann="stated: [{of: b, credence: 40%, assuming: [c]}]\n"
    )
    [stated] = inquire(spec).stated
    assert (stated.logit, stated.sd) == (pytest.approx(logit(0.4)), 0.5)
    assert stated.name == "ann: b given c"


def test_statements_count_only_where_the_model_reconciles() -> None:
    spec = model(ONE, "target: a\n", ann="stated: [{of: a, credence: 30% to 70%}]\n")
    assert posteriors(inquire(spec)) == ()


def test_without_conditions_draws_are_forward_ones() -> None:
    spec = model(GARDEN, "target: wet\nsampling: {draws: 64}\n")
    tree = sample(spec)
    assert set(tree.children) == {"posterior"}
    inquiry = inquire(spec)
    z = latin_hypercube(spec.sampling.seed, inquiry.network.addresses, 64)
    column = inquiry.network.addresses.index("rain")
    np.testing.assert_array_equal(tree.posterior["z"].sel(address="rain").to_numpy().ravel(), z[column])
    estimates = tree.posterior["estimate"].sel(target="wet").to_numpy().ravel()
    np.testing.assert_allclose(estimates, cm.estimate(spec).worldviews["map"].draws, rtol=1e-12)


def test_draws_that_chains_do_not_divide_are_one_chain() -> None:
    tree = sample(model(GARDEN, "target: wet\nsampling: {draws: 30}\n"))
    assert (tree.posterior.sizes["chain"], tree.posterior.sizes["draw"]) == (1, 30)


def test_an_observation_that_nothing_uncertain_reaches_needs_no_chain() -> None:
    text = "claims:\n  a: {text: A., credence: 30%}\n  b: {text: B., credence: 20% to 40%}\n"
    tree = sample(model(text, "target: b\nobserved: [a]\nsampling: {draws: 40}\n"))
    assert "sample_stats" not in tree.children


def test_worldviews_are_sampled_by_themselves() -> None:
    ask = "target: a\nobserved: [b]\nworldviews: [map, ann]\nsampling: {draws: 40, tune: 40, chains: 2}\n"
    both = model(ONE, ask, ann="judgements: {a: 20% to 50%}\n")
    alone = replace(both, worldviews=("ann",))
    z = {spec.worldviews: {p.worldview: p.z for p in posteriors(inquire(spec))} for spec in (both, alone)}
    np.testing.assert_array_equal(z["map", "ann"][1], z["ann",][0])


def test_a_worldview_without_the_observed_is_left_out_and_the_others_sampled() -> None:
    ask = "target: a\nobserved: [b]\nworldviews: [map, ann]\nsampling: {draws: 40, tune: 40, chains: 2}\n"
    text = ONE.replace("{when: a,", "{id: with-a, when: a,")
    spec = model(text, ask, ann="judgements: {b.with-a: 0%, b.otherwise: 0%}\n")
    tree = sample(spec)
    assert tree.posterior["estimate"].sel(worldview="ann").isnull().all()
    assert not tree.posterior["estimate"].sel(worldview="map").isnull().any()
    assert tree.attrs["undefined"] == "ann: what is observed is impossible: b"


def test_chains_that_disagree_have_not_converged() -> None:
    assert Convergence("w", 1.005, 800.0, 0).converged
    for worse in (
        Convergence("w", 1.02, 800.0, 0),
        Convergence("w", 1.0, 399.0, 0),
        Convergence("w", 1.0, 800.0, 1),
    ):
        assert not worse.converged
    assert not Convergence("w", math.nan, 800.0, 0).converged
    spec = model(ONE, "target: a\nobserved: [b]\nsampling: {draws: 40, tune: 10, chains: 2}\n")
    [posterior] = posteriors(inquire(spec))
    assert not posterior.convergence.converged


def test_an_unknown_sampler_names_the_known_ones() -> None:
    spec = model(ONE, "target: a\nobserved: [b]\n")
    with pytest.raises(KeyError, match="pymc, nutpie"):
        sample(spec, sampler="gibbs")


@pytest.mark.long
def test_nutpie_agrees() -> None:
    pytest.importorskip("nutpie")
    spec = model(ONE, "target: a\nobserved: [b]\nsampling: {draws: 2000, tune: 500}\n")
    tree = sample(spec, sampler="nutpie")
    credence = tree.posterior["judgement"].sel(address="a").to_numpy()
    exact = by_quadrature(lambda p: p, lambda p: 0.9 * p + 0.2 * (1 - p))
    assert credence.mean() == pytest.approx(exact, abs=4 * error_of(credence))


def test_progress_is_told_up_to_the_last_step() -> None:
    told = []
    spec = model(ONE, "target: a\nobserved: [b]\nsampling: {draws: 50, tune: 50, chains: 2}\n")
    posteriors(inquire(spec), work=Work(progress=lambda *event: told.append(event)))
    assert told[-1] == ("map", 150, 150)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


def test_a_single_chain_can_converge() -> None:
    spec = model(ONE, "target: a\nobserved: [b]\nsampling: {draws: 2000, chains: 1}\n")
    [convergence] = cm.estimate(spec).convergence
    assert convergence.converged

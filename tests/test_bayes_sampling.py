import math
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from xarray import DataTree, open_dataset

import cruxmap as cm
from cruxmap.bayes.results import load, save
from cruxmap.bayes.sampling import posteriors, sample
from cruxmap.engine.convergence import Convergence
from cruxmap.engine.draws import latin_hypercube
from cruxmap.engine.executors import Work
from cruxmap.language.model_spec import ModelSpec
from cruxmap.network.inquiry import inquire
from helpers.examples import ANN, BOB, GARDEN, ONE
from helpers.maps_from_text import model
from helpers.odds import logit
from helpers.quadrature import by_quadrature, normal_of

NUMBERS_OF_A_SAMPLER = {
    "acceptance_rate", "diverging", "energy", "lp", "n_steps", "step_size", "tree_depth"
}  # fmt: skip
"""As ArviZ calls them."""


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
    assert set(tree.sample_stats.data_vars) == NUMBERS_OF_A_SAMPLER
    assert tree.attrs["seed"] == spec.sampling.seed
    assert tree.attrs["pymc_version"]
    assert "converged" in tree.attrs["convergence"]
    for name in ("results.nc", "results.zarr"):
        save(tree, tmp_path / name)
        again = load(tmp_path / name)
        assert again.identical(tree)
        assert again.attrs == tree.attrs
        assert list(again.posterior.data_vars) == list(tree.posterior.data_vars)
        assert again["claim_text"].sel(claim="b").item() == "B."
    alone = open_dataset(tmp_path / "results.nc", group="posterior", engine="h5netcdf")
    assert list(alone["target"].to_numpy()) == ["a", "c"]
    alone.close()
    with pytest.raises(ValueError, match="csv"):
        save(tree, tmp_path / "results.csv")
    with pytest.raises(ValueError, match="csv"):
        load(tmp_path / "results.csv")


def test_the_prior_is_that_of_nothing_observed(observed: tuple[ModelSpec, DataTree]) -> None:
    spec, tree = observed
    assert list(tree.prior.data_vars) == list(tree.posterior.data_vars)
    forward = sample(replace(spec, observed=()))
    for name in tree.prior.data_vars:
        np.testing.assert_allclose(tree.prior[name], forward.posterior[name], rtol=1e-12)
    credence = tree.prior["judgement"].sel(address="a").to_numpy()
    estimate = tree.prior["estimate"].sel(target="a").to_numpy()
    np.testing.assert_allclose(estimate, credence, rtol=1e-12)
    assert estimate.mean() == pytest.approx(by_quadrature(lambda p: p, np.ones_like), abs=1e-3)
    follows = tree.prior["probability"].sel(claim="b").to_numpy()
    np.testing.assert_allclose(follows, 0.9 * credence + 0.2 * (1 - credence), rtol=1e-12)


def test_targets_come_first_where_people_look(observed: tuple[ModelSpec, DataTree]) -> None:
    from arviz import summary

    _, tree = observed
    assert list(tree.posterior.data_vars) == ["estimate", "probability", "judgement", "z"]
    table = summary(tree)
    assert list(table.index[:3]) == ["estimate[map, a]", "estimate[map, c]", "probability[map, a]"]
    assert list(summary(tree.sel(worldview="map")).index[:2]) == ["estimate[a]", "estimate[c]"]
    mean = tree.posterior["estimate"].sel(target="a").mean().item()
    assert table.loc["estimate[map, a]", "mean"] == pytest.approx(mean)


def test_the_words_behind_ids_are_coordinates() -> None:
    ask = """
      target: wet
      also: [{season: dry}, {not: wet}]
      worldviews: [ann, bob, map]
      sampling: {draws: 40}
    """
    tree = sample(model(GARDEN, ask, ann=ANN, bob=BOB))
    assert list(tree["target_text"].to_numpy()) == [
        "The grass is wet.", "Which season is it? dry", "{not: wet}"
    ]  # fmt: skip
    rained = {"address": "wet.rained"}
    about = [tree[name].sel(rained).item() for name in ("address_text", "address_role", "address_when")]
    assert about == ["The grass is wet.", "credence", "rain"]
    assert list(tree["whose"].sel(rained).to_numpy()) == ["ann", "map", "map"]
    assert tree["whose"].sel(worldview="bob", address="clouds.strength") == "bob"
    assert list(tree["worldview_text"].to_numpy()) == ["One view.", "One view.", "small"]


TWO_STATEMENTS = model(
    "claims:\n  a: {text: A., credence: 5% to 60%}\n  b: {text: B., credence: 20% to 70%}\n",
    "target: a\nreconcile: true\nsampling: {draws: 4000, tune: 500}\nworldviews: [ann, bob]\n",
    ann="stated: [{of: a, credence: 10% to 80%}, {of: b, credence: 2% to 60%}]\n",
    bob="judgements: {a: 10% to 20%}\n",
)
STATED = ((normal_of(0.05, 0.6), normal_of(0.1, 0.8)), (normal_of(0.2, 0.7), normal_of(0.02, 0.6)))
"""The same by hand: of each claim what is believed and what is stated, mean and deviation in logits."""


@pytest.mark.long
def test_each_statement_is_foretold_by_what_is_believed_without_it() -> None:
    from arviz import loo
    from scipy.stats import norm

    tree = sample(TWO_STATEMENTS)
    assert (tree.attrs["conditioned"], tree.attrs["drawn_forward"]) == ("ann", "bob")
    stated = tree.log_likelihood["stated"]
    assert list(stated["statement_text"].to_numpy()) == ["A.", "B."]
    assert list(stated["stated_by"].to_numpy()) == ["ann", "ann"]
    left_out = loo(tree, pointwise=True)
    assert left_out.n_data_points == 2
    assert (left_out.pareto_k < 0.7).all()
    for i, ((mu, sd), (middle, spread)) in enumerate(STATED):
        without_it = norm(mu, math.hypot(sd, spread))
        assert float(left_out.elpd_i[i]) == pytest.approx(without_it.logpdf(middle), abs=0.03)
        variance = 1 / (1 / sd**2 + 1 / spread**2)
        mean = variance * (mu / sd**2 + middle / spread**2)
        expected = {
            "prior_predictive": (mu, math.hypot(sd, spread)),
            "posterior_predictive": (mean, math.sqrt(variance + spread**2)),
        }
        for group, (center, deviation) in expected.items():
            drawn = tree[group]["stated"].isel(statement=i).to_numpy()
            assert drawn.mean() == pytest.approx(center, abs=4 * error_of(drawn))
            assert drawn.std() == pytest.approx(deviation, rel=0.05)
        p = tree.posterior["judgement"].sel(worldview="ann").isel(address=i).to_numpy()
        by_hand = norm(np.log(p) - np.log1p(-p), spread).logpdf(middle)
        np.testing.assert_allclose(tree.log_likelihood["stated"].isel(statement=i), by_hand, rtol=1e-9)


def test_statements_without_room_are_observed_and_nothing_else() -> None:
    text = "claims:\n  a: {text: A., credence: 5% to 60%}\n"
    ask = "target: a\nreconcile: true\nsampling: {draws: 40, tune: 40, chains: 2}\n"
    says = "judgements: {a: 0%}\nstated: [{of: a, credence: 10% to 80%}]\n"
    tree = sample(model(text, ask, ann=says, bob=says.replace("0%}", "20%}", 1)))
    assert list(tree.observed_data["statement"].to_numpy()) == ["ann: a", "bob: a"]
    for group in ("log_likelihood", "prior_predictive", "posterior_predictive"):
        assert list(tree[group]["statement"].to_numpy()) == ["bob: a"]
        assert tree[group]["stated"].notnull().all()
    assert "ann" in tree.attrs["undefined"]
    assert (tree.attrs["conditioned"], tree.attrs["drawn_forward"]) == ("", "bob")


def test_pictures_of_arviz_can_be_drawn(observed: tuple[ModelSpec, DataTree]) -> None:
    from arviz import plot_dist, plot_energy, plot_forest, plot_trace
    from matplotlib import pyplot

    _, tree = observed
    backend = pyplot.get_backend()
    pyplot.switch_backend("agg")
    try:
        for plot in (plot_forest, plot_dist, plot_trace):
            picture = plot(tree, var_names="estimate", backend="matplotlib")
            assert picture.viz.children
        plot_energy(tree.sel(worldview="map"), backend="matplotlib")
    finally:
        pyplot.close("all")
        pyplot.switch_backend(backend)


@pytest.mark.long
def test_sampling_is_asked_for_in_the_words_of_pymc() -> None:
    spec = model(ONE, "target: a\nobserved: [b]\nsampling: {draws: 60, tune: 40, chains: 3}\n")
    tree = sample(spec, chains=2, tune=30, nuts_sampler="pymc", var_names=["estimate"])
    assert (tree.posterior.sizes["chain"], tree.posterior.sizes["draw"]) == (2, 30)
    assert list(tree.posterior.data_vars) == ["estimate"]
    assert set(tree.coords) == {"worldview", "target", "worldview_text", "target_text"}
    assert tree.posterior.attrs["tuning_steps"] == 30
    assert tree.posterior.attrs["inference_library"] == tree.attrs["sampler"] == "pymc"
    as_in_its_file = sample(replace(spec, sampling=replace(spec.sampling, chains=2, tune=30)))
    assert as_in_its_file.posterior["estimate"].identical(tree.posterior["estimate"])
    for wrong, what in (
        ({"chains": 0}, "chains: 0 cannot be .a whole number from 1 to 1,000"),
        ({"chains": 2.5}, "2.5 is not a whole number"),
        ({"tune": -1}, "tune.*from 0"),
        ({"var_names": ["estimate", "estimates"]}, "unknown variables .'estimates'.; known: estimate"),
        ({"var_names": []}, "no variables"),
        ({"sampler": "pymc", "nuts_sampler": "nutpie"}, "give one of them"),
    ):
        with pytest.raises(ValueError, match=what):
            sample(spec, **wrong)


def test_the_estimate_is_taken_over_the_same_draws(observed: tuple[ModelSpec, DataTree]) -> None:
    spec, tree = observed
    found = cm.estimate(spec)
    assert [c.worldview for c in found.convergence] == ["map"]
    assert found.converged
    drawn = tree.posterior["estimate"].sel(worldview="map", target="a").to_numpy().ravel()
    np.testing.assert_allclose(found.worldviews["map"].draws, drawn, rtol=1e-12)


@pytest.mark.long
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
    assert set(tree.children) == {"posterior", "prior", "sample_stats"}
    assert tree.prior.to_dataset().identical(tree.posterior.to_dataset())
    assert list(tree.sample_stats.data_vars) == ["diverging"]
    assert not tree.sample_stats["diverging"].any()
    assert (tree.attrs["conditioned"], tree.attrs["drawn_forward"]) == ("", "map")
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
    assert list(tree.sample_stats.data_vars) == ["diverging"]
    assert tree.attrs["conditioned"] == ""


@pytest.mark.long
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
    assert (tree.attrs["conditioned"], tree.attrs["drawn_forward"]) == ("map", "")
    assert not tree.prior["estimate"].isnull().any()


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
    with pytest.raises(ValueError, match="unknown sampler 'gibbs'; known: pymc, nutpie"):
        sample(spec, sampler="gibbs")


def test_without_nutpie_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nutpie", None)
    with pytest.raises(cm.InvalidMap, match=r"missing-extra: this sampler needs nutpie.*pip install"):
        sample(model(ONE, "target: a\nobserved: [b]\n"), sampler="nutpie")


@pytest.mark.long
def test_nutpie_agrees() -> None:
    pytest.importorskip("nutpie")
    spec = model(ONE, "target: a\nobserved: [b]\nsampling: {draws: 2000, tune: 500}\n")
    tree = sample(spec, sampler="nutpie")
    assert set(tree.sample_stats.data_vars) == NUMBERS_OF_A_SAMPLER
    assert tree.attrs["nutpie_version"]
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

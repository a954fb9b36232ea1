"""Answers from sampled states: against exact ones where there are such, and on a map that has no others."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import cruxmap as cm
from cruxmap.engine.state_samples import BATCHES
from cruxmap.errors import InvalidMap
from cruxmap.insight.estimate import Summary
from cruxmap.insight.pool import pool
from cruxmap.insight.sampled import settled
from cruxmap.language.model_spec import ModelSpec
from helpers.commands import ROOT, Cruxmap
from helpers.drawn_maps import to_yaml
from helpers.examples import GARDEN, ONE
from helpers.large_maps import large_map
from helpers.maps_from_text import model, write
from helpers.quadrature import by_quadrature


def by(exact: bool, spec: ModelSpec, draws: int = 400) -> ModelSpec:
    return replace(spec, exact=exact, sampling=replace(spec.sampling, draws=draws))


def assert_agree(exact: Summary, found: Summary, most: float = 4.5) -> None:
    """Means and central values within so many standard errors, intervals within theirs."""
    assert exact.errors is None
    assert found.errors is not None
    for name in ("mean", "central"):
        assert abs(getattr(found, name) - getattr(exact, name)) <= most * found.errors[name] + 1e-4
    assert found.interval_90 is not None
    for value, expected, error in zip(
        found.interval_90, exact.interval_90, found.errors["interval_90"], strict=True
    ):
        assert abs(value - expected) <= most * error + 1e-3


def assert_answers_agree(spec: ModelSpec) -> None:
    exact, found = cm.estimate(by(True, spec)), cm.estimate(by(False, spec))
    assert exact.sampled is None
    assert found.sampled is not None
    assert exact.worldviews.keys() == found.worldviews.keys()
    for name, worldview in exact.worldviews.items():
        other = found.worldviews[name]
        assert_agree(worldview, other)
        assert_agree(worldview.unconditional, other.unconditional)
        for target, also in worldview.also.items():
            assert_agree(also, other.also[target])


@pytest.mark.long
def test_the_map_of_power_seeking_sampled() -> None:
    assert_answers_agree(cm.read_model(ROOT / "models/power-seeking.yaml"))


@pytest.mark.long
def test_the_map_of_deceptive_alignment_sampled() -> None:
    """In the worldview of the lowest answer, and in one that brings an entry: others are of their kind."""
    spec = cm.read_model(ROOT / "models/deceptive-alignment.yaml")
    assert_answers_agree(replace(spec, worldviews=("author", "critic-k")))


@pytest.mark.long
def test_cruxes_and_a_diff_of_a_small_map_sampled() -> None:
    spec = replace(
        model(GARDEN, "target: slippery\n", dry="judgements: {rain: 5% to 15%}"), worldviews=("map", "dry")
    )
    exact, found = (cm.cruxes(by(m, spec), worldview="map") for m in (True, False))
    assert found.errors is not None
    assert abs(found.estimate - exact.estimate) <= 4.5 * found.errors["estimate"]
    expected = {crux.id: crux for crux in exact.claims}
    assert {crux.id for crux in found.claims} == set(expected)
    for crux in found.claims:
        assert crux.errors is not None
        for name in ("probability", "given_true", "given_false", "swing", "voi", "variance_removed"):
            value, other, error = (
                getattr(crux, name), getattr(expected[crux.id], name), crux.errors[name]
            )  # fmt: skip
            assert abs(value - other) <= 5 * error + 1e-4
        ends = crux.probability * crux.given_true + (1 - crux.probability) * crux.given_false
        assert ends == pytest.approx(found.estimate, rel=1e-9)
    exact_diff, found_diff = (cm.diff(by(m, spec), "map", "dry") for m in (True, False))
    assert found_diff.errors is not None
    assert abs(found_diff.gap_logit - exact_diff.gap_logit) <= 4.5 * found_diff.errors["gap_logit"]
    shares = [difference.share_logit for difference in found_diff.differences]
    assert sum(shares) == pytest.approx(found_diff.gap_logit, abs=1e-9)
    exact_share = {d.id: d.share_probability for d in exact_diff.differences}
    for d in found_diff.differences:
        assert 0 < d.standard_error_probability < 0.05
        assert abs(d.share_probability - exact_share[d.id]) <= 4.5 * d.standard_error_probability
    back = cm.diff(by(False, spec), "dry", "map")
    assert back.gap_logit == -found_diff.gap_logit
    assert back.errors["probability_a"] == found_diff.errors["probability_b"]


@pytest.mark.long
@pytest.mark.parametrize("observation", ["b", "{b: false}"])
def test_observations_weigh_the_draws_of_judgements(observation: str) -> None:
    spec = model(ONE, f"target: a\nobserved: [{observation}]\n")
    found = cm.estimate(by(False, spec, draws=2000)).worldviews["map"]
    yes = observation == "b"

    def likelihood(p):
        return 0.9 * p + 0.2 * (1 - p) if yes else 0.1 * p + 0.8 * (1 - p)

    exact = by_quadrature(lambda p: (0.9 if yes else 0.1) * p / likelihood(p), likelihood)
    spread = float(np.std(found.draws)) / np.sqrt(found.effective / 4)  # of the judgements' draws
    assert abs(found.mean - exact) <= 4 * np.hypot(found.errors["mean"], spread)
    assert found.effective > 1000


@pytest.mark.long
def test_statements_weigh_the_draws_of_judgements_by_bayes_rule() -> None:
    stated = "judgements: {a: 5% to 60%}\nstated: [{of: a, credence: 40% to 70%}]\n"
    spec = replace(model(ONE, "target: a\nreconcile: true\n", mine=stated), worldviews=("mine",))
    found, chains = (cm.estimate(by(m, spec, draws=2000)) for m in (False, True))
    assert not found.convergence
    assert chains.convergence
    a, b = found.worldviews["mine"], chains.worldviews["mine"]
    assert a.mean == pytest.approx(b.mean, abs=0.012)
    assert a.interval_90 == pytest.approx(b.interval_90, abs=0.03)


@pytest.mark.long
def test_observations_that_hardly_any_draw_agrees_with_are_refused() -> None:
    claims = "claims:\n" + "".join(f"  c{i}: {{text: C., credence: 0.0001% to 20%}}\n" for i in range(12))
    spec = model(claims, f"target: c0\nobserved: [{', '.join(f'c{i}' for i in range(12))}]\n")
    answer = cm.estimate(by(False, spec, draws=100))
    [found] = answer.worldviews.values()
    assert found.mean is None
    assert (answer.converged, answer.undefined) == (False, False)
    assert "too few samples agree with what is observed" in found.reason


RARE = """
claims:
  r: {text: A rare cause., credence: 0.00001%}
  e: {text: What it brings about., given: [{when: r, credence: 90%}, {otherwise: 0.001%}]}
"""


def test_a_rare_cause_of_what_is_given_is_not_missed_without_a_word() -> None:
    spec = model(RARE, "target: r\nassuming: [e]\n")
    [exact] = cm.estimate(by(True, spec)).worldviews.values()
    assert exact.mean == pytest.approx(0.9e-7 / (0.9e-7 + 1e-5), rel=1e-5)  # 0.9%
    answer = cm.estimate(by(False, spec))
    [found] = answer.worldviews.values()
    assert found.mean is None
    assert "too few samples agree with what is assumed" in found.reason
    assert found.effective < 100
    assert (answer.converged, answer.undefined) == (False, False)
    assert 0 < found.unconditional.errors["mean"] < 1e-5  # none was seen, of some millions
    json.dumps(answer.to_json(), allow_nan=False)


def test_too_few_samples_end_like_chains_that_have_not_converged(tmp_path: Path, cruxmap: Cruxmap) -> None:
    path = write(tmp_path, RARE, "target: r\nassuming: [e]\n")
    outcome = cruxmap("estimate", str(path), "--sampled", "--format", "json")
    assert outcome.code == 3
    assert json.loads(outcome.out)["worldviews"]["map"]["mean"] is None


def test_what_cannot_be_has_no_error_and_what_was_not_seen_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cruxmap.engine.schemes.MAX_WORK", 5e8)
    claims = (
        "claims:\n  a: {text: A., credence: 30%}\n  b: {text: B., credence: 0.00001%}\n"
        "  no: {text: N., all_of: [a, {a: false}]}\n  yes: {text: Y., any_of: [a, {a: false}]}\n"
        "  both: {text: D., all_of: [a, b]}\n"
    )
    spec = model(claims, "target: both\nalso: [no, yes]\n", sure="judgements: {b: 0%}\n")
    answer = cm.estimate(by(False, replace(spec, worldviews=("map", "sure"))))
    found = answer.worldviews["map"]
    assert found.mean == 0.0
    assert 3e-8 < found.errors["mean"] < 1e-5
    assert found.errors["central"] > 3e-8
    assert found.errors["interval_90"][1] > 3e-8
    for name, value in (("no", 0.0), ("yes", 1.0)):
        assert found.also[name].mean == value
        assert (found.also[name].errors["mean"], found.also[name].errors["central"]) == (0.0, 0.0)
    sure = answer.worldviews["sure"]
    assert (sure.mean, sure.errors["mean"]) == (0.0, 0.0)


@pytest.mark.long
def test_cruxes_do_not_take_what_was_not_seen_for_certain() -> None:
    claims = (
        "claims:\n  a: {text: A., credence: 30%}\n  b: {text: B., credence: 0.000001%}\n"
        "  no: {text: N., all_of: [a, {a: false}]}\n"
        "  t: {text: T., given: [{when: b, credence: 90%}, {when: a, credence: 60%}, {otherwise: 20%}]}\n"
        "  both: {text: D., all_of: [a, b]}\n"
    )
    found = cm.cruxes(by(False, model(claims, "target: t\n")), worldview="map")
    by_id = {crux.id: crux for crux in found.claims}
    assert by_id["b"].probability == 0.0
    assert by_id["b"].reason == "no sample of states has it"
    assert by_id["b"].errors["probability"] > 1e-8
    assert by_id["no"].reason == "it is certain (0%) in this worldview"
    assert by_id["no"].errors["probability"] == 0.0
    assert by_id["a"].errors["swing"] < 0.01
    rare = cm.cruxes(by(False, model(claims, "target: both\n")), worldview="map")
    assert rare.estimate == 0.0
    assert rare.reason == "no sample of states has the target, which does not tell what it turns on"
    assert rare.errors["estimate"] > 1e-8
    never = cm.cruxes(by(False, model(claims, "target: 'no'\n")), worldview="map")
    assert "the target is certain" in never.reason
    assert never.errors["estimate"] == 0.0
    few = cm.cruxes(by(False, model(RARE, "target: r\nassuming: [e]\n")), worldview="map")
    assert few.estimate is None
    assert "too rare to be met by a sample of states" in few.reason


@pytest.mark.long
def test_a_gap_from_too_few_samples_is_refused_and_one_of_rare_states_has_an_error() -> None:
    other = "judgements: {r: 0.0001%}\n"
    few = cm.diff(by(False, model(RARE, "target: r\nassuming: [e]\n", ann=other, bob="")), "ann", "bob")
    assert (few.gap_logit, few.probability_a) == (None, None)
    assert "too few samples agree with what is assumed or observed" in few.reason
    pooled = pool(by(False, model(RARE, "target: r\nassuming: [e]\n", ann=other, bob="")))
    assert [name for name, _ in pooled.left_out] == ["ann", "bob"]
    assert all("too few samples agree" in reason for _, reason in pooled.left_out)
    double = cm.diff(by(False, model(RARE, "target: e\n", ann=other, bob="")), "ann", "bob")
    [crux] = double.double_cruxes
    assert crux.errors["probability_b"] > 1e-8
    spec = model(RARE, "target: e\n", ann=other, bob="judgements: {e.otherwise: 0.01%}\n")
    exact, found = (cm.diff(by(m, spec), "ann", "bob") for m in (True, False))
    assert abs(found.gap_logit - exact.gap_logit) <= 5 * found.errors["gap_logit"]
    assert found.errors["gap_logit"] > 0
    json.dumps(found.to_json(), allow_nan=False)


@pytest.mark.long
def test_what_no_sample_agrees_with_is_undefined_and_says_so() -> None:
    spec = model(
        "claims:\n"
        + "".join(f"  {name}: {{text: C., credence: 0.00001%}}\n" for name in "abc")
        + "  d: {text: D., at_least: {count: 2, of: [a, b, c]}}\n",
        "target: a\nassuming: [d]\n",
    )
    [found] = cm.estimate(by(False, spec)).worldviews.values()
    assert found.mean is None
    assert "impossible, or too rare to be met by a sample of states" in found.reason
    assert found.unconditional.mean < 1e-3


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The model of a map whose entries rest on any that come before them, in a folder of its own."""
    folder = tmp_path_factory.mktemp("wide")
    data = large_map(300, 3, reach=300)
    data["claims"]["verdict"] = {
        "text": "Much of it holds.",
        "at_least": {"count": 12, "of": [f"claim-{i}" for i in range(270, 300)]},
    }
    (folder / "arguments/wide/worldviews").mkdir(parents=True)
    (folder / "arguments/wide/map.yaml").write_text(to_yaml(data))
    (folder / "arguments/wide/worldviews/other.yaml").write_text(
        "text: Another view.\njudgements: {claim-0: 70% to 90%, claim-10: 5%}\n"
    )
    (folder / "models").mkdir()
    path = folder / "models/wide.yaml"
    path.write_text(
        "model: wide\nmap: ../arguments/wide\ntarget: verdict\nassuming: [claim-100]\n"
        "worldviews: [map, other]\nsampling: {draws: 64}\n"
    )
    return str(path)


@pytest.mark.long
def test_a_wide_map_is_estimated_and_says_how(
    wide: str, cruxmap: Cruxmap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cruxmap.engine.schemes.MAX_WORK", 3e8)
    outcome = cruxmap("estimate", wide, "--format", "json")
    assert outcome.code == 0
    answer = json.loads(outcome.out)
    assert answer["sampled"]["states"] >= 64
    assert set(answer["sampled"]["tied_by"]) <= set(cm.read_model(wide).map.entry)
    for worldview in answer["worldviews"].values():
        assert 0 < worldview["standard_error"] < 0.01
        assert worldview["standard_errors"]["central"] < 0.01
        assert worldview["unconditional"]["standard_error"] > 0
        assert worldview["effective"] >= 100
    monkeypatch.setattr("cruxmap.engine.schemes.MAX_WORK", 1e7)
    printed = " ".join(cruxmap("estimate", wide).out.split())
    assert "samples of states per draw" in printed
    assert "effective sample size" in printed


def test_a_wide_map_that_is_kept_open_answers_as_probability_does(
    wide: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cruxmap.engine.schemes.MAX_WORK", 1e8)
    spec = cm.read_model(wide)
    state = cm.open_model(spec, "other").set({"claim-0": "33%"})
    assert state.probability() == cm.probability(
        spec, "verdict", worldview="other", judgements={"claim-0": "33%"}
    )
    assert state.marginals()["claim-100"] == 1.0


def test_a_wide_map_has_no_exact_answer(wide: str, cruxmap: Cruxmap) -> None:
    outcome = cruxmap("estimate", wide, "--exact")
    assert outcome.code == 1
    assert "too-wide" in outcome.err
    assert "--sampled" in outcome.err
    with pytest.raises(InvalidMap) as caught:
        cm.build(replace(cm.read_model(wide), observed=cm.read_model(wide).assuming))
    assert [problem.code for problem in caught.value.problems] == ["too-wide"]


@pytest.mark.long
def test_cruxes_and_diffs_of_a_wide_map(
    wide: str, cruxmap: Cruxmap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cruxmap.engine.schemes.MAX_WORK_OF_WHAT_IF", 1.0)
    monkeypatch.setattr("cruxmap.engine.schemes.MAX_WORK", 1e7)
    monkeypatch.setattr("cruxmap.insight.sobol.APART", 3)
    outcome = cruxmap("cruxes", wide, "-w", "map", "--format", "json")
    assert outcome.code == 0
    answer = json.loads(outcome.out)
    assert answer["sampled"]["tied_by"]
    assert answer["standard_error"] > 0
    first = answer["claims"][0]
    assert 0 < first["standard_error"] < first["voi"]
    assert set(first["standard_errors"]) >= {"probability", "given_true", "swing", "voi"}
    outcome = cruxmap("diff", wide, "map", "other", "--format", "json")
    assert outcome.code == 0
    answer = json.loads(outcome.out)
    assert answer["standard_error"] > 0
    assert sum(d["share_logit"] for d in answer["differences"]) == pytest.approx(
        answer["gap_logit"], abs=1e-9
    )


def test_the_spread_of_sampling_is_taken_out_of_draws() -> None:
    rng = np.random.default_rng(0)
    truth = rng.beta(20, 60, size=4000)
    batches = rng.binomial(8, truth, size=(BATCHES, len(truth))) / 8
    drawn = batches.mean(axis=0)
    without = (batches.sum(axis=0) - batches) / (BATCHES - 1)
    found = settled(
        np.stack([1 - drawn, drawn]), np.stack([1 - without, without], axis=1), np.zeros(len(truth))
    )
    assert found.draws[1].std() == pytest.approx(truth.std(), rel=0.05)
    assert drawn.std() > 1.25 * found.draws[1].std()
    assert found.draws[1].mean() == pytest.approx(drawn.mean(), rel=1e-12)
    for share in (0.05, 0.5, 0.95):
        apart = np.quantile(found.draws[1], share) - np.quantile(truth, share)
        assert abs(apart) < 3 * found.percentile_error(share, 0.0)


def test_where_nothing_spreads_a_median_is_as_far_off_as_the_mean() -> None:
    claims = "claims:\n  c: {text: C., credence: 30%}\n"
    claims += "  t: {text: T., given: [{when: c, credence: 60%}, {otherwise: 8%}]}\n"
    [found] = cm.estimate(by(False, model(claims, "target: t\n"), draws=300)).worldviews.values()
    assert found.errors is not None
    assert found.errors["median"] >= found.errors["mean"] * (1 - 1e-9)
    assert abs(found.median - 0.236) < 4 * found.errors["median"]

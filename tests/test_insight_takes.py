import json
import math

import pytest

import cruxmap as cm
from cruxmap.insight.takes import takes
from test_insight_coherence import CARLSMITH, SUPERFORECASTERS
from test_insight_cruxes import GARDEN, logit
from written import model


def carlsmith():
    return model(CARLSMITH, "target: doom\nsampling: {draws: 64}\n", superforecasters=SUPERFORECASTERS)


def with_changes(spec, take, worldview="map"):
    settings = {
        step.address: f"{step.after:.17g}" + ("x" if step.address.endswith("strength") else "")
        for step in take.steps
    }
    return cm.probability(spec, spec.target.name, worldview=worldview, judgements=settings)


def test_one_number_moves_as_far_as_the_gap():
    spec = model("claims:\n  t: {text: Target., credence: 20%}\n", "target: t\n")
    result = takes(spec, above=0.6)
    [take] = result.frontier
    [step] = take.steps
    assert (take.count, step.address) == (1, "t")
    assert step.log_odds == pytest.approx(logit(0.6) - logit(0.2), abs=1e-3)
    assert take.estimate >= 0.6
    assert take.estimate == pytest.approx(0.6, abs=1e-4)
    assert step.sentence == "raise t from 20% to 60%: Target."
    [down] = takes(spec, below=0.05).frontier
    assert down.steps[0].sentence == "lower t from 20% to 5.0%: Target."
    assert down.estimate <= 0.05


@pytest.mark.parametrize(("goal", "threshold"), [("above", 0.2), ("above", 0.06), ("below", 0.01)])
def test_every_answer_holds_when_recomputed_and_further_changes_are_smaller(goal, threshold):
    spec = carlsmith()
    result = takes(spec, **{goal: threshold})
    assert result.frontier
    for take in result.frontier:
        p = with_changes(spec, take)
        assert p == pytest.approx(take.estimate, rel=1e-6)
        assert p >= threshold if goal == "above" else p <= threshold
        assert logit(p) == pytest.approx(logit(threshold), abs=1e-3)
        assert take.total_log_odds == pytest.approx(sum(abs(step.log_odds) for step in take.steps))
    counts = [take.count for take in result.frontier]
    sizes = [take.total_log_odds for take in result.frontier]
    assert counts == sorted(set(counts))
    assert sizes == sorted(sizes, reverse=True)


def test_the_fewest_changes_are_found_exactly():
    # To 20% from 5.1%: no single premise can do it, since each alone at 100% at most divides by itself.
    spec = carlsmith()
    first = takes(spec, above=0.2).frontier[0]
    assert first.count == 2
    assert {step.address for step in first.steps} == {"hard", "disempowered"}
    # Downwards one premise is enough; `hard` and `disempowered` have the steepest logits.
    down = takes(spec, below=0.01).frontier[0]
    assert down.count == 1
    needed = {name: 0.01 / 0.051376 * p for name, p in (("hard", 0.4), ("disempowered", 0.4))}
    [step] = down.steps
    assert step.address in needed
    assert step.after == pytest.approx(needed[step.address], rel=1e-3)


def test_agreeing_with_another_worldview():
    spec = carlsmith()
    result = takes(spec, "superforecasters", agree_with="map")
    assert result.threshold == pytest.approx(0.051376, rel=1e-9)
    assert "agree with map (5.1%)" in result.goal
    for take in result.frontier:
        assert with_changes(spec, take, "superforecasters") == pytest.approx(0.051376, rel=2e-3)


def test_intervals_move_as_a_whole_and_the_mean_is_what_counts():
    spec = model(GARDEN, "target: wet\nsampling: {draws: 256}\n")
    assert takes(spec, above=0.5).estimate == pytest.approx(
        cm.estimate(spec).worldviews["map"].mean, rel=1e-9
    )
    [*_, last] = takes(spec, above=0.7).frontier
    assert last.estimate == pytest.approx(0.7, abs=1e-3)


def test_only_some_judgements_may_move():
    spec = carlsmith()
    result = takes(spec, below=0.01, only=("catastrophe", "incentives"))
    assert result.frontier
    assert all(step.address in {"catastrophe", "incentives"} for t in result.frontier for step in t.steps)
    with pytest.raises(cm.InvalidMap, match="no judgement `catastrofe`"):
        takes(spec, below=0.01, only=("catastrofe",))


def test_strengths_move_in_logs_and_rejected_arguments_stay():
    text = """
    claims:
      t: {text: Target., credence: 20%}
    arguments:
      pro: {text: For., for: t, strength: 2x}
      con: {text: Against., against: t, strength: 5x}
    """
    spec = model(text, "target: t\n", ann="rejects: [con]\n")
    [take] = takes(spec, "ann", above=0.5, only=("pro.strength", "con", "con.strength")).frontier
    [step] = take.steps
    assert step.address == "pro.strength"
    assert step.after == pytest.approx(4.0, rel=1e-3)
    assert step.log_odds == pytest.approx(math.log(2), rel=1e-3)
    assert step.sentence == "raise pro.strength from 2x to 4x: For."


def test_plain_answers():
    spec = carlsmith()
    assert "already" in takes(spec, above=0.01).reason
    assert "already" in takes(spec, below=0.2).reason
    unreachable = takes(spec, above=0.5, only=("catastrophe",))
    assert unreachable.frontier == ()
    assert "no change" in unreachable.reason
    assert "itself" in takes(spec, "superforecasters", agree_with="superforecasters").reason
    garden = model(GARDEN, "target: wet\nsampling: {draws: 16}\n")
    assert "nothing that may change" in takes(garden, above=0.9, only=("far", "mould")).reason
    certain = model("claims:\n  t: {text: Target., credence: 0%}\n", "target: t\n")
    assert "certain" in takes(certain, above=0.1).reason
    impossible = model(GARDEN, "target: wet\nassuming: [rain, {rain: false}]\nsampling: {draws: 16}\n")
    assert "impossible" in takes(impossible, above=0.1).reason
    other = model("claims:\n  t: {text: T., credence: 30%}\n", "target: t\n", sure="judgements: {t: 100%}\n")
    assert "no estimate" in takes(other, agree_with="sure").reason
    for result in (unreachable, takes(certain, above=0.1)):
        json.dumps(result.to_json(), allow_nan=False)
    for goals in ({}, {"above": 0.1, "below": 0.2}):
        with pytest.raises(ValueError, match="exactly one"):
            takes(spec, **goals)
    with pytest.raises(cm.InvalidMap, match="no worldview"):
        takes(spec, "nobody", above=0.2)

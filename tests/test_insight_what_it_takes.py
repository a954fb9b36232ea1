import json
import math
from itertools import count
from pathlib import Path
from typing import Any

import pytest

import cruxmap as cm
from cruxmap.insight import what_it_takes as module
from cruxmap.insight.what_it_takes import takes
from helpers.commands import Cruxmap
from helpers.examples import CARLSMITH, GARDEN, SUPERFORECASTERS
from helpers.maps_from_text import model, write
from helpers.odds import logit

FEW = "sampling: {draws: 16}\n"  # points have no spread, so that more would be the same


def carlsmith():
    return model(CARLSMITH, "target: doom\nsampling: {draws: 64}\n", superforecasters=SUPERFORECASTERS)


def with_changes(spec, take, worldview="map"):
    settings = {
        step.address: f"{step.after:.17g}" + ("x" if step.address.endswith("strength") else "")
        for step in take.steps
    }
    return cm.probability(spec, spec.target.name, worldview=worldview, judgements=settings)


def test_one_number_moves_as_far_as_the_gap() -> None:
    spec = model("claims:\n  t: {text: Target., credence: 20%}\n", "target: t\n")
    result = takes(spec, above=0.6)
    [take] = result.frontier
    [step] = take.steps
    assert (take.count, step.address) == (1, "t")
    assert step.log_odds == pytest.approx(logit(0.6) - logit(0.2), abs=1e-3)
    assert take.estimate == pytest.approx(0.6, rel=1e-12)
    assert step.sentence == "raise t from 20% to 60%: Target."
    [down] = takes(spec, below=0.05).frontier
    assert down.steps[0].sentence == "lower t from 20% to 5%: Target."
    assert down.estimate == pytest.approx(0.05, rel=1e-12)


@pytest.mark.parametrize(("goal", "threshold"), [("above", 0.2), ("above", 0.06), ("below", 0.01)])
def test_every_answer_holds_when_recomputed_and_further_changes_are_smaller(
    goal: str, threshold: float
) -> None:
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


def test_the_fewest_changes_are_found_exactly() -> None:
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


def test_agreeing_with_another_worldview() -> None:
    spec = carlsmith()
    result = takes(spec, "superforecasters", agree_with="map")
    assert result.threshold == pytest.approx(0.051376, rel=1e-9)
    assert "agree with map (5.1%)" in result.goal
    for take in result.frontier:
        assert with_changes(spec, take, "superforecasters") == pytest.approx(0.051376, rel=2e-3)


def test_intervals_move_as_a_whole_and_the_mean_is_what_counts() -> None:
    spec = model(GARDEN, "target: wet\nsampling: {draws: 256}\n")
    assert takes(spec, above=0.5).estimate == pytest.approx(
        cm.estimate(spec).worldviews["map"].mean, rel=1e-9
    )
    [*_, last] = takes(spec, above=0.7).frontier
    assert last.estimate == pytest.approx(0.7, abs=1e-3)


def test_only_some_judgements_may_move() -> None:
    spec = carlsmith()
    result = takes(spec, below=0.01, only=("catastrophe", "incentives"))
    assert result.frontier
    assert all(step.address in {"catastrophe", "incentives"} for t in result.frontier for step in t.steps)
    with pytest.raises(cm.InvalidMap, match="no judgement `catastrofe`"):
        takes(spec, below=0.01, only=("catastrofe",))


def test_strengths_move_in_logs_and_rejected_arguments_stay() -> None:
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


def test_plain_answers() -> None:
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
    other = model(
        "claims:\n  t: {text: T., credence: 30%}\n", "target: t\n", sure="judgements: {t: 100%}\n"
    )
    assert "no estimate" in takes(other, agree_with="sure").reason
    for result in (unreachable, takes(certain, above=0.1)):
        json.dumps(result.to_json(), allow_nan=False)
    for goals in ({}, {"above": 0.1, "below": 0.2}):
        with pytest.raises(ValueError, match="exactly one"):
            takes(spec, **goals)
    with pytest.raises(cm.InvalidMap, match="no worldview"):
        takes(spec, "nobody", above=0.2)


# --- what it says can be set -------------------------------------------------------------------------

STRENGTHS = """
claims:
  t: {text: Target., credence: 30%}
  base: {text: Base., credence: 40% to 60%}
arguments:
  pro: {text: For., premises: [base], for: t, strength: 17x}
  con: {text: Against., against: t, strength: 2x to 10x, credence: 90%, by: v}
  cut: {text: Undercuts., undercuts: pro, credence: 30%, force: 50% to 80%}
voices: {v: {text: Somebody.}}
"""
ROUTES = """
claims:
  t:
    text: Target.
    routes: [{id: one, when: a, chance: 20% to 60%}, {id: two, when: {q: [s, u]}, chance: 30%}]
    leak: under 1%
  a:
    text: A.
    given:
      - {id: high, when: {q: s}, credence: likely}
      - {when: {q: u}, credence: 5%}
      - {otherwise: 12%}
  b: {text: B., credence: same as a.high}
questions:
  q: {text: Which., states: [s, t, u], credence: {s: 15% to 25%, t: 30%, u: rest}}
"""
TIMES = """
timelines: {time: {text: From start to end., phases: {early: 3, late: 4}}}
claims:
  t: {text: Target., given: [{id: first, when: {event: e, before: f}, credence: 80%}, {otherwise: 10%}]}
events:
  e:
    text: E.
    timeline: time
    emerges: {early: {credence: 20%, pace: 0.5x}, late: {credence: 20% to 60%, pace: 0.5x to 4x}}
  f: {text: F., timeline: time, emerges: {early: 40%}}
"""

PASTED = [
    *(("strengths", goal, only) for goal in ("above 43%", "above 60%") for only in ("", "pro.strength t")),
    *(
        ("strengths", goal, only)
        for goal in ("above 39%",)
        for only in ("pro", "con", "con.strength", "base")
    ),
    *(("strengths", "below 25%", only) for only in ("", "con t", "pro.strength t")),
    *(
        ("routes", "above 27%", only)
        for only in ("", "q", "q.s", "q.u", "a", "t.one", "t.leak", "t.one t.leak")
    ),
    *(("routes", "below 21%", only) for only in ("", "q", "a", "t.one", "t.two q.t")),
    *(("times", "above 34%", only) for only in ("", "e", "e.early.pace", "e.late.pace f.early", "f")),
    *(("times", "below 32%", only) for only in ("", "e", "e.early.pace", "e.late.pace f.early", "t")),
]


@pytest.mark.parametrize(("name", "goal", "only"), PASTED)
def test_what_it_prints_can_be_set_and_has_the_effect_it_says(
    name: str, goal: str, only: str, cruxmap: Cruxmap, tmp_path: Path
) -> None:
    text, ann = {
        "strengths": (STRENGTHS, ""),
        "routes": (ROUTES, "judgements: {q.t: 40%}\n"),
        "times": (TIMES, ""),
    }[name]
    write(tmp_path, text, "target: t\nsampling: {draws: 128}\n", ann=ann)
    direction, threshold = goal.split()
    asked = [part for one in only.split() for part in ("--only", one)]
    answer = cruxmap(
        "takes", "small", "-w", "ann", f"--{direction}", threshold, *asked, "--format", "json"
    ).json
    assert answer["frontier"], answer["reason"]
    for take in answer["frontier"]:
        settings = [part for s in take["steps"] for part in ("--set", f"{s['address']}={s['value']}")]
        assert all(s["value"] in s["sentence"] for s in take["steps"])
        outcome = cruxmap("estimate", "small", *settings, "--format", "json")
        assert outcome.code == 0, outcome.err
        mean = outcome.json["worldviews"]["ann"]["mean"]
        assert mean == pytest.approx(take["estimate"], rel=1e-12)
        beyond = logit(mean) - logit(answer["threshold"])
        assert -1e-11 < (beyond if direction == "above" else -beyond) < 2e-3
        assert take["total_log_odds"] == pytest.approx(sum(abs(s["log_odds"]) for s in take["steps"]))


def test_no_strength_is_lowered_below_one_and_what_does_nothing_is_not_counted() -> None:
    text = """
    claims:
      t: {text: Target., credence: 20%}
    arguments:
      pro: {text: For., for: t, strength: 17x}
    """
    spec = model(text, "target: t\n" + FEW)
    # At 17:4 with the argument, and at 1:4 without any force, which is as far as its strength goes.
    alone = takes(spec, below=0.19, only=("pro.strength",))
    assert (alone.frontier, alone.reason) == ((), "no change of up to 5 judgements reaches it")
    [take] = takes(spec, below=0.201, only=("pro.strength",)).frontier
    [step] = take.steps
    assert 1 <= step.after <= 1.01
    assert take.total_log_odds == pytest.approx(math.log(17 / step.after), rel=1e-12)
    [*_, both] = takes(spec, below=0.19, only=("pro.strength", "t")).frontier
    assert all(step.after >= 1 for step in both.steps if step.address == "pro.strength")


def test_scaling_a_move_comes_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    text = """
    claims:
      t: {text: Target., credence: 20%}
    arguments:
      pro: {text: For., for: t, strength: 17x}
    """
    estimate, calls = module._State.estimate, count()

    def counted(*arguments: Any) -> float:
        assert next(calls) < 200
        return estimate(*arguments)

    monkeypatch.setattr(module._State, "estimate", counted)
    spec = model(text, "target: t\nsampling: {draws: 512}\n")
    assert takes(spec, below=0.19, only=("pro.strength", "t")).frontier


def test_numbers_that_nothing_can_set_stay() -> None:
    text = """
    claims:
      a: {text: A., credence: 50%}
      t: {text: Target., given: [{when: a, credence: 80%}, {id: without, when: {a: false}, credence: 10%}]}
    """
    spec = model(text, "target: t\n" + FEW)
    [take] = takes(spec, above=0.5, only=("t",)).frontier
    assert [step.address for step in take.steps] == ["t.without"]


def test_of_a_row_one_share_moves_and_the_others_make_room() -> None:
    text = "questions:\n  q: {text: Which., states: [s, t, u], credence: {s: 20%, t: 30%, u: rest}}\n"
    spec = model(
        text,
        "target: {q: s}\n" + FEW,
        ann="judgements: {q.t: 40%, q.u: 50%}\n",
        bob="judgements: {q.t: 40%}\n",
    )
    assert (
        takes(spec, "ann", above=0.3, only=("q.s",)).reason
        == "nothing that may change can move the target"
    )
    [take] = takes(spec, "bob", above=0.3, only=("q.s",)).frontier
    [step] = take.steps
    # With q.t kept at 40%, s and u share 60% as 20 to 50, so s is 17.14% in force and not its 20%.
    assert (step.address, step.value) == ("q.s", "30%")
    assert step.before == pytest.approx(0.6 * 0.2 / 0.7, abs=1e-5)
    assert (
        takes(spec, "bob", above=0.7, only=("q.s",)).reason == "no change of up to 5 judgements reaches it"
    )


def test_a_way_of_several_changes_is_one_row_for_people(cruxmap: Cruxmap, tmp_path: Path) -> None:
    write(tmp_path, CARLSMITH, "target: doom\nsampling: {draws: 64}\n")
    table, rows = (
        cruxmap("takes", "small", "--above", "20%", "--format", form) for form in ("markdown", "csv")
    )
    [way] = [line for line in table.out.splitlines() if line.startswith("| 2 |")]
    assert "<br>and raise " in way
    assert [row["count"] for row in rows.rows][:2] == ["2", "2"]


@pytest.mark.long
def test_what_it_prints_can_be_set_where_something_is_observed(cruxmap: Cruxmap, tmp_path: Path) -> None:
    text = """
    claims:
      cause: {text: Cause., credence: 10% to 60%}
      sign: {text: Sign., given: [{id: seen, when: cause, credence: 80% to 95%}, {otherwise: 5% to 40%}]}
      t: {text: Target., given: [{id: then, when: cause, credence: 60%}, {otherwise: 10%}]}
    """
    sampling = "sampling: {draws: 400, tune: 200, chains: 4}\n"
    write(tmp_path, text, f"target: t\nobserved: [sign]\n{sampling}")
    answer = cruxmap("takes", "small", "--below", "25%", "--only", "cause", "--format", "json").json
    [take] = answer["frontier"]
    [step] = take["steps"]
    found = cruxmap(
        "estimate", "small", "--set", f"{step['address']}={step['value']}", "--format", "json"
    ).json
    assert found["worldviews"]["map"]["mean"] == pytest.approx(take["estimate"], rel=1e-9)
    assert 0.24 < take["estimate"] <= 0.25

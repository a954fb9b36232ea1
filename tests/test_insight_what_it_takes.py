import json
import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import minimize

import cruxmap as cm
from cruxmap.insight import what_it_takes as module
from cruxmap.insight.what_it_takes import takes
from cruxmap.language.typed import parse_settings
from helpers import drawn_maps
from helpers.commands import Cruxmap
from helpers.examples import CARLSMITH, GARDEN, SUPERFORECASTERS
from helpers.few_examples import FEW_EXAMPLES
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
    result = takes(spec, above=0.6, far=True)
    [take] = result.frontier
    [step] = take.steps
    assert (take.count, step.address) == (1, "t")
    assert step.log_odds == pytest.approx(logit(0.6) - logit(0.2), abs=1e-3)
    assert take.estimate == pytest.approx(0.6, rel=1e-12)
    assert step.deviations == take.deviations == pytest.approx((logit(0.6) - logit(0.2)) / 0.5, abs=2e-3)
    assert step.sentence == "raise t by 3.6 deviations, from 20% to 60%: Target."
    assert takes(spec, above=0.6).frontier == ()
    [down] = takes(spec, below=0.06).frontier
    assert down.steps[0].sentence == "lower t by 2.7 deviations, from 20% to 6%: Target."
    assert (down.estimate, down.central) == pytest.approx((0.06, 0.06), rel=1e-12)


@pytest.mark.parametrize(("goal", "threshold"), [("above", 0.2), ("above", 0.06), ("below", 0.01)])
def test_every_way_holds_when_recomputed_and_moves_entries_of_its_own(goal: str, threshold: float) -> None:
    spec = carlsmith()
    result = takes(spec, **{goal: threshold})
    assert result.least is result.frontier[0]
    moved: set[str] = set()
    for take in result.frontier:
        p = with_changes(spec, take)
        assert p == pytest.approx(take.estimate, rel=1e-6)
        assert p == pytest.approx(take.central, rel=1e-6)  # points have no spread
        assert p >= threshold if goal == "above" else p <= threshold
        assert logit(p) == pytest.approx(logit(threshold), abs=1e-3)
        assert take.total_log_odds == pytest.approx(sum(abs(step.log_odds) for step in take.steps))
        assert take.deviations == pytest.approx(math.hypot(*(step.log_odds / 0.5 for step in take.steps)))
        assert all(abs(step.deviations) <= 3 for step in take.steps)
        names = {step.address for step in take.steps}
        assert not names & moved or take is result.frontier[-1]
        moved |= names
    assert [(t.count, t.deviations) for t in result.frontier] == sorted(
        (t.count, t.deviations) for t in result.frontier
    )


PREMISES = {
    "feasible": 0.65,
    "incentives": 0.8,
    "hard": 0.4,
    "seeking": 0.65,
    "disempowered": 0.4,
    "catastrophe": 0.95,
}


def least_length(names: Sequence[str], threshold: float) -> float:
    """The least root of the sum of squares, in deviations of half a log unit, by another search.

    A product of chances is to come to a threshold, and none may move by more than 3 deviations.
    """

    def product(d: Sequence[float]) -> float:
        moved = dict(zip(names, d, strict=True))
        return math.prod(expit(logit(p) + 0.5 * moved.get(name, 0.0)) for name, p in PREMISES.items())

    sign = 1 if threshold > product([0.0] * len(names)) else -1
    found = minimize(
        lambda d: d @ d,
        np.full(len(names), 1.5 * sign),
        bounds=[(-3, 3)] * len(names),
        constraints={"type": "ineq", "fun": lambda d: sign * (math.log(product(d)) - math.log(threshold))},
        method="SLSQP",
        options={"ftol": 1e-12},
    )
    return math.sqrt(found.fun) if found.success else math.inf


def expit(u: float) -> float:
    return 1 / (1 + math.exp(-u))


@pytest.mark.parametrize(
    ("threshold", "count"), [(0.07, 1), (0.12, 2), (0.2, 3), (0.3, 4), (0.03, 1), (0.001, 5)]
)
def test_a_way_is_the_shortest_of_as_few_changes_as_can_do_it(threshold: float, count: int) -> None:
    fewer, by_hand = (
        [least_length(names, threshold) for names in combinations(PREMISES, size)]
        for size in (max(count - 1, 1), count)
    )
    assert count == 1 or min(fewer) == math.inf
    goal = {"above" if threshold > 0.0514 else "below": threshold}
    least = takes(carlsmith(), **goal, ways=1).least
    assert least is not None
    assert least.count == count
    assert least.deviations == pytest.approx(min(by_hand), rel=1e-3)


def test_ways_are_different_and_then_many_changes_stand_beside_few() -> None:
    result = takes(carlsmith(), above=0.07)
    *apart, many = ({step.address for step in take.steps} for take in result.frontier)
    assert apart in ([{"hard"}, {"disempowered"}, third] for third in ({"feasible"}, {"seeking"}))
    assert len(many) > 2
    assert result.frontier[-1].deviations < 0.75 * result.frontier[0].deviations


def test_a_deviation_is_the_reviewers_own() -> None:
    text = """
    claims:
      t: {text: Target., all_of: [a, b]}
      a: {text: A., credence: 50%}
      b: {text: B., credence: 20% to 80%}
    """
    spec = model(text, "target: t\nsampling: {draws: 256}\n")
    first, second, *_ = takes(spec, above=0.32).frontier
    assert [(step.address, first.count) for step in first.steps] == [("b", 1)]
    sd = 2 * logit(0.8) / (2 * 1.6448536269514722)
    [of_b], [of_a] = first.steps, second.steps
    assert of_b.deviations == pytest.approx(of_b.log_odds / sd, rel=1e-9)
    assert of_a.deviations == pytest.approx(of_a.log_odds / 0.5, rel=1e-9)
    assert of_a.after == pytest.approx(0.32 / 0.5, abs=2e-3)  # the mean of b is 50%
    assert abs(of_a.log_odds) < abs(of_b.log_odds)
    assert of_b.deviations < of_a.deviations


def test_nothing_within_three_deviations_says_how_far_one_gets() -> None:
    spec = carlsmith()
    none = takes(spec, above=0.45)
    assert (none.frontier, none.least, none.most_deviations) == ((), None, 3.0)
    best = math.prod(expit(logit(p) + 1.5) for name, p in PREMISES.items() if name != "catastrophe")
    assert none.reason == (
        "no change that was tried, of up to 5 judgements, each by at most 3 deviations, reaches it; "
        f"the farthest found comes to {best * 0.95:.0%} mean"
    )
    far = takes(spec, above=0.45, far=True)
    assert far.most_deviations is None
    assert far.least is not None
    assert max(abs(step.deviations) for step in far.least.steps) > 3


def test_agreeing_with_another_worldview() -> None:
    spec = carlsmith()
    result = takes(spec, "superforecasters", agree_with="map", far=True)
    assert result.frontier
    assert result.threshold == pytest.approx(0.051376, rel=1e-9)
    assert "agree with map (5.1%)" in result.goal
    for take in result.frontier:
        assert with_changes(spec, take, "superforecasters") == pytest.approx(0.051376, rel=2e-3)


def test_intervals_move_as_a_whole_and_the_mean_is_what_counts() -> None:
    spec = model(GARDEN, "target: wet\nsampling: {draws: 256}\n")
    assert takes(spec, above=0.5).estimate == pytest.approx(
        cm.estimate(spec).worldviews["map"].mean, rel=1e-9
    )
    for take in takes(spec, above=0.7).frontier:
        assert take.estimate == pytest.approx(0.7, abs=1e-3)
        assert take.central != pytest.approx(take.estimate, abs=1e-3)


def test_only_some_judgements_may_move() -> None:
    spec = carlsmith()
    result = takes(spec, below=0.01, only=("catastrophe", "incentives"), far=True)
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
    assert step.sentence == "raise pro.strength by 1.4 deviations, from 2x to 4x: For."


def test_plain_answers() -> None:
    spec = carlsmith()
    assert "already" in takes(spec, above=0.01).reason
    assert "already" in takes(spec, below=0.2).reason
    unreachable = takes(spec, above=0.5, only=("catastrophe",))
    assert unreachable.frontier == ()
    assert "no change" in unreachable.reason
    assert unreachable.central == pytest.approx(unreachable.estimate)
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
        "takes", "small", "-w", "ann", f"--{direction}", threshold, *asked, "--far", "--format", "json"
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
    alone = takes(spec, below=0.19, only=("pro.strength",), far=True)
    assert alone.frontier == ()
    assert alone.reason == (
        "no change that was tried, of up to 5 judgements, reaches it; the farthest found comes to 20% mean"
    )
    [take] = takes(spec, below=0.201, only=("pro.strength",), far=True).frontier
    [step] = take.steps
    assert 1 <= step.after <= 1.01
    assert take.total_log_odds == pytest.approx(math.log(17 / step.after), rel=1e-12)
    [*_, both] = takes(spec, below=0.19, only=("pro.strength", "t"), far=True).frontier
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
    assert takes(spec, below=0.19, only=("pro.strength", "t"), far=True).frontier


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
    # It can take no more than what q.t leaves.
    reason = takes(spec, "bob", above=0.7, only=("q.s",), far=True).reason
    assert reason == (
        "no change that was tried, of up to 5 judgements, reaches it; the farthest found comes to 60% mean"
    )


def test_a_way_of_several_changes_is_one_row_for_people(cruxmap: Cruxmap, tmp_path: Path) -> None:
    write(tmp_path, CARLSMITH, "target: doom\nsampling: {draws: 64}\n")
    table, rows = (
        cruxmap("takes", "small", "--above", "20%", "--format", form) for form in ("markdown", "csv")
    )
    [way] = [line for line in table.out.splitlines() if line.startswith("| 1 |")]
    assert "<br>and raise " in way
    assert [(row["way"], row["count"]) for row in rows.rows[:3]] == [("1", "3")] * 3


@FEW_EXAMPLES
@given(st.data())
def test_what_it_prints_reaches_the_goal_in_any_map(data: st.DataObject) -> None:
    drawn = data.draw(drawn_maps.drafts())
    spec = drawn.read_model(target=data.draw(drawn.conditions()), sampling={"draws": "40"})
    whose = data.draw(st.sampled_from(["map", *spec.map.worldview]))
    spec = replace(spec, worldviews=(whose,))
    mean = cm.estimate(spec).worldviews[whose].mean
    assume(mean is not None and 1e-9 < mean < 1 - 1e-9)
    goal = expit(logit(mean) + data.draw(st.sampled_from([-1.0, -0.3, -0.01, 0.01, 0.3, 1.0])))
    found = takes(spec, whose, **{"above" if goal > mean else "below": goal}, far=data.draw(st.booleans()))
    assert found.estimate == pytest.approx(mean, rel=1e-9)
    moved: list[set[str]] = []
    shares = {share.address for row in spec.map.shares.values() for share in row}
    for take in found.frontier:
        settings = parse_settings([(step.address, step.value) for step in take.steps], spec.map, (whose,))
        then = cm.estimate(replace(spec, settings=settings)).worldviews[whose]
        assert (then.mean, then.central) == pytest.approx((take.estimate, take.central), rel=1e-9)
        beyond = (logit(then.mean) - logit(goal)) * (1 if goal > mean else -1)
        # a share that is kept as given varies no more as its row does: that alone may carry the mean too far
        leaps = any(step.address in shares and abs(step.deviations) < 1e-3 for step in take.steps)
        assert beyond > -1e-9
        assert beyond < 0.01 or leaps
        assert found.most_deviations is None or all(abs(step.deviations) <= 3 for step in take.steps)
        moved.append({spec.map.judgements[step.address].owner for step in take.steps})
    apart = moved if len(moved) < 2 else moved[:-1]
    assert sum(map(len, apart)) == len(set().union(*apart))
    assert all(moved.count(entries) == 1 for entries in moved)


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

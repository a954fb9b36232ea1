"""What only inference finds wrong: by pencil and paper, by brute force, and in the folders of bad maps."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from cruxmap.errors import Code, Problem
from cruxmap.insight import deep_checks as module
from cruxmap.insight.coherence import inquire_stated, reach
from cruxmap.insight.deep_checks import deep_checks
from cruxmap.insight.whose import extended_by
from cruxmap.language.argument_map import MAP_WORLDVIEW, Z_95, AllOf
from cruxmap.language.inheritance import settle
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.reading import examine
from helpers import drawn_maps, reference
from helpers.commands import Cruxmap
from helpers.few_examples import FEW_EXAMPLES
from helpers.maps_from_text import model, write
from helpers.odds import logit

NOTHING: Mapping[str, float] = MappingProxyType({})
BAD = Path(__file__).parent / "maps/bad"
STREET = """
claims:
  rain: {text: It rains., credence: 20% to 40%}
  hose: {text: Somebody waters the garden., credence: 10% to 30%}
  wet: {text: The street is wet., any_of: [rain, hose]}
  slips: {text: Somebody slips., given: [{when: wet, credence: 20% to 40%}, {otherwise: 1%}]}
arguments:
  leaves: {text: Leaves lie about., credence: 50%, for: slips, strength: 2x to 4x}
"""
WET = "target: wet\n"


def told(text: str, *asked: str, **worldviews: str) -> tuple[list[Problem], list[Problem]]:
    problems, warnings = deep_checks([model(text, ask, **worldviews) for ask in asked])
    return [*problems], [*warnings]


def codes(problems: list[Problem]) -> list[str]:
    return [problem.code for problem in problems]


# --- what is stated ------------------------------------------------------------------------------


def distance(stated: str, judged: str = "{rain: 60% to 80%}") -> float:
    ann = f"judgements: {judged}\nstated: [{stated}]\n"
    return reach(inquire_stated(model(STREET, WET, ann=ann), ("ann",)), 0, 0).distance


def test_what_is_judged_itself_is_as_far_off_as_its_interval_says() -> None:
    low, high = logit(0.6), logit(0.8)
    middle, sd = (low + high) / 2, (high - low) / (2 * Z_95)
    found = distance("{of: rain, credence: 10% to 30%}")
    assert found == pytest.approx((middle - logit(0.3)) / sd, rel=1e-6)
    assert distance("{of: rain, credence: 50% to 75%}") == 0


def test_the_way_to_a_statement_is_the_shortest_that_a_general_search_finds() -> None:
    of = {"rain": (logit(0.6), logit(0.8)), "hose": (logit(0.1), logit(0.3))}

    def wet(x: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> float:
        rain, hose = (
            1 / (1 + math.exp(-((low + high) / 2 + z * (high - low) / (2 * Z_95))))
            for z, (low, high) in zip(x, of.values(), strict=True)
        )
        return 1 - (1 - rain) * (1 - hose)

    nearest = minimize(
        lambda x: float(x @ x),
        np.array([-3.0, -3.0]),
        constraints={"type": "eq", "fun": lambda x: logit(wet(x)) - logit(0.4)},
        tol=1e-12,
    )
    found = distance("{of: wet, credence: 30% to 40%}")
    assert found == pytest.approx(math.sqrt(nearest.fun), rel=1e-4)


@pytest.mark.parametrize(("deviations", "is_told"), [(2.9, False), (3.1, True)])
def test_a_statement_is_out_of_reach_beyond_three_deviations(deviations: float, is_told: bool) -> None:
    middle, sd = (logit(0.6) + logit(0.8)) / 2, (logit(0.8) - logit(0.6)) / (2 * Z_95)
    high = 1 / (1 + math.exp(-(middle - deviations * sd)))
    ann = f"judgements: {{rain: 60% to 80%}}\nstated: [{{of: rain, credence: 1% to {100 * high}%}}]\n"
    problems, warnings = told(STREET, WET, ann=ann)
    assert (codes(problems), codes(warnings)) == ([], ["out-of-reach"] if is_told else [])
    assert not is_told or "3.1 standard deviations" in warnings[0].message


def test_what_is_certain_by_a_reviewers_numbers_is_out_of_reach_of_any_interval() -> None:
    ann = "judgements: {rain: 100%}\nstated: [{of: wet, credence: 20% to 90%}]\n"
    _, [warning] = told(STREET, WET, ann=ann)
    assert warning.code == Code.OUT_OF_REACH
    assert "its numbers imply 100%: that is certain" in warning.message


def test_a_statement_that_assumes_what_its_reviewer_excludes_cannot_be_compared() -> None:
    ann = "judgements: {rain: 0%}\nstated: [{of: wet, credence: 20%, assuming: [rain]}]\n"
    _, [warning] = told(STREET, WET, ann=ann)
    assert warning.code == Code.IMPOSSIBLE_EVIDENCE
    assert "`ann` states of wet given rain assumes what is impossible" in warning.message


# --- what is given -------------------------------------------------------------------------------


def test_what_is_impossible_for_some_is_a_warning_and_for_everybody_a_problem() -> None:
    ask = "target: slips\nassuming: [rain]\nobserved: [hose]\nworldviews: [ann, map]\n"
    problems, warnings = told(STREET, ask, ann="judgements: {rain: 0%}\n")
    assert (problems, codes(warnings)) == ([], ["impossible-evidence"])
    assert warnings[0].message.startswith(
        "in `ann`, what is assumed and observed is impossible: rain, hose"
    )
    assert "rain is so by itself" in warnings[0].message
    ask = "target: slips\nassuming: [wet, {rain: false}]\nobserved: [{hose: false}]\n"
    [problem], warnings = told(STREET, ask, ann="judgements: {rain: 10%}\n")
    assert (problem.code, warnings) == ("impossible-evidence", [])


def test_a_clash_is_told_at_the_smallest_set_with_the_places_of_all_of_it(
    tmp_path: Path, cruxmap: Cruxmap, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = "target: slips\nassuming:\n  - wet\n  - {rain: false}\n  - leafy\nobserved: [{not: hose}]\n"
    leafy = STREET.replace("claims:\n", "claims:\n  leafy: {text: There are leaves., credence: 50%}\n")
    path = write(tmp_path, leafy, ask)
    monkeypatch.chdir(tmp_path)
    outcome = cruxmap("check", str(path.relative_to(tmp_path)), "--deep", "--format", "json")
    [problem] = json.loads(outcome.out)["problems"]
    assert (outcome.code, problem["code"]) == (1, "impossible-evidence")
    file, first = problem["file"], problem["line"]
    line = path.read_text(encoding="utf-8").splitlines().index("  - wet") + 1
    assert (first, problem["column"]) == (line, 5)
    assert f"{file}:{line}:5, {file}:{line + 1}:6, {file}:{line + 3}:18" in problem["hint"]
    assert "leafy" not in problem["message"].partition(";")[2]


# --- what has no effect --------------------------------------------------------------------------

AT_ONCE = "{rain: 20% to 40%, hose: 60% to 80%}"


@pytest.mark.parametrize(
    ("ask", "ann", "why"),
    [
        (
            "target: slips\n",
            "rejects: [leaves]\njudgements: {leaves.strength: 9x}\n",
            None,  # the rejection itself moves the target
        ),
        ("target: slips\n", "judgements: {rain: 30%}\n", None),
        (
            "target: rain\n",
            "judgements: {hose: 50%, leaves: 10%}\n",
            "none of the 2 numbers of `ann` moves what the model `m` asks for: "
            "`hose` and `leaves` are of what does not bear on it",
        ),
        (
            "target: slips\nassuming: [wet]\n",
            "judgements: {rain: 50%}\n",
            "the one number of `ann` does not move what the model `m` asks for: "
            "`rain` is cut off by what is assumed or observed",
        ),
    ],
)
def test_numbers_without_effect_are_told_with_the_reason(ask: str, ann: str, why: str | None) -> None:
    read = model(STREET, ask, ann=ann)
    problems, warnings = deep_checks([read])
    told = [warning.message.replace(f"`{read.id}`", "`m`") for warning in warnings]
    assert (problems, told) == ((), [] if why is None else [why])


def test_what_a_worldview_rejects_and_what_is_lost_on_the_way_is_told_apart() -> None:
    none = STREET.replace(
        "rain: {text: It rains., credence: 20% to 40%}", "rain: {text: R., credence: 100%}"
    )
    none = none.replace(
        "  leaves: {text: Leaves lie about., credence: 50%", "  leaves: {text: L., credence: 0%"
    )
    ann = "rejects: [leaves]\njudgements: {leaves.strength: 9x, hose: 60%}\n"
    _, [warning] = told(none, "target: slips\n", ann=ann)
    assert "`hose` is lost on the way, at a 0%, a 100% or cases that are alike" in warning.message
    assert "`leaves` and `leaves.strength` are of an argument without force there" in warning.message


def test_cases_that_are_alike_at_their_centres_alone_leave_an_effect() -> None:
    """In draws they are apart: what leads to one or the other then matters."""
    alike = STREET.replace("{otherwise: 1%}", "{otherwise: 20% to 40%}")
    assert told(alike, "target: slips\n", ann="judgements: {rain: 60%}\n") == ([], [])


def test_numbers_have_an_effect_where_one_model_asks_for_it() -> None:
    ann = "judgements: {hose: 50%}\n"
    assert codes(told(STREET, "target: rain\n", ann=ann)[1]) == ["without-effect"]
    assert told(STREET, "target: rain\n", "target: hose\n", ann=ann) == ([], [])
    assert told(STREET, "target: rain\nalso: hose\n", ann=ann) == ([], [])


def test_who_only_states_something_gives_no_number_without_effect() -> None:
    assert told(STREET, WET, ann="stated: [{of: wet, credence: 40%}]\n") == ([], [])


# --- the command ---------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["out-of-reach", "without-effect", "impossible-evidence"])
def test_a_bad_map_is_told_of_what_it_is_named_after(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD / code)
    found = deep_checks([one.spec for one in examine(".").models])
    [problem] = (one for some in found for one in some)
    assert problem.code == code
    assert (
        problem.line_text == Path(problem.span.file).read_text("utf-8").splitlines()[problem.span.line - 1]
    )


def test_what_is_too_wide_is_said_to_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PRODUCTS", 1)
    read = model(STREET, WET, ann="judgements: {rain: 50%}\nstated: [{of: wet, credence: 1%}]\n")
    problems, warnings = deep_checks([read])
    assert (problems, {warning.code for warning in warnings}) == ((), {Code.TOO_WIDE})
    assert sorted(warning.message.partition(" in the model")[0] for warning in warnings) == [
        "what is given, and whose numbers have an effect,",
        "whether what `ann` states of wet is within reach",
    ]


def test_the_command_says_what_it_does_and_what_it_finds(
    cruxmap: Cruxmap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(BAD / "out-of-reach")
    assert cruxmap("check").out == "no problems\n"
    outcome = cruxmap("check", "--deep")
    assert (outcome.code, outcome.out) == (0, "0 problems, 1 warning\n")
    assert "anna.yaml:4:25: warning out-of-reach: `anna` states 1% to 2% for wet" in outcome.err
    outcome = cruxmap("check", "--deep", "--format", "csv")
    assert outcome.out.splitlines()[1].startswith(
        "warning,out-of-reach,arguments/street/worldviews/anna.yaml"
    )
    outcome = cruxmap("check", "arguments/street", "--deep")
    assert (outcome.code, outcome.out) == (0, "no problems\n")
    assert "there is no model" in outcome.err


# --- any map -------------------------------------------------------------------------------------


@FEW_EXAMPLES
@given(st.data())
def test_on_any_map_what_is_told_is_so_by_enumeration(data: st.DataObject) -> None:
    """What cannot be has probability 0, and what has no effect changes nothing, be it another number."""
    drawn = data.draw(drawn_maps.drafts())
    asked = drawn.read_model(
        target=data.draw(drawn.conditions()), assuming=[data.draw(drawn.conditions())]
    )
    problems, warnings = deep_checks([asked])
    cannot = {name for name in asked.worldviews if worlds(asked, name).mass(AllOf(asked.assuming)) == 0}
    told = [one.message for one in (*problems, *warnings) if "what is assumed and observed" in one.message]
    if cannot == {*asked.worldviews}:
        assert ["in every worldview" in message for message in told] == [True]
    else:
        assert {name for name in cannot if any(f"`{name}`" in message for message in told)} == cannot
        assert bool(told) == bool(cannot)
    for warning in warnings:
        if warning.code is not Code.WITHOUT_EFFECT:
            continue
        [name] = (n for n in asked.worldviews if f"of `{n}` " in warning.message)
        parent = extended_by(asked, name) or MAP_WORLDVIEW
        here, below = (found(asked, who) for who in (name, parent))
        assert here == pytest.approx(below, abs=1e-9)
        column = next(s.column for s in settle(asked.map, name).settings if s.origin == name)
        assert found(asked, name, {column: 1.0}) == pytest.approx(here, abs=1e-9)


def found(asked: ModelSpec, name: str, z: Mapping[str, float] = NOTHING) -> float:
    return worlds(asked, name, z).probability(asked.target.condition, asked.assuming)[0]


def worlds(asked: ModelSpec, name: str, z: Mapping[str, float] = NOTHING) -> reference.Worlds:
    numbers = reference.numbers(asked.map, name, z)
    return reference.enumerate_worlds(asked.map, numbers)

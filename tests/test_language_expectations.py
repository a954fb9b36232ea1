"""Expectations in a model's file: what they mean, and what is said of those that mean nothing."""

from pathlib import Path

import pytest

from cruxmap.language.argument_map import MAP_WORLDVIEW, ClaimIs, StateIn
from cruxmap.language.digest import digest_of_question
from cruxmap.language.model_spec import Bounds, ExpectedCrux, ExpectedEstimate, ModelSpec, Quantity
from cruxmap.language.reading import check, models_at
from helpers.maps_from_text import model as model_of
from helpers.maps_from_text import write

WEATHER = """
sources:
  almanac: {title: An almanac}
  diary: {title: A diary}
timelines:
  day: {text: One day., phases: {morning: 1, evening: 1}}
claims:
  rain: {text: It rains., credence: 20%, source: [almanac, diary]}
  wet: {text: It is wet., any_of: [rain]}
  flood: {text: It floods., routes: [{id: river, when: rain, chance: 10%}]}
  cloudy: {text: There are clouds., credence: 50%}
questions:
  wind: {text: How is the wind?, states: [weak, strong], credence: {weak: 60%, strong: rest}}
events:
  storm: {text: A storm., timeline: day, emerges: {morning: 1%, evening: 30%}}
"""
ANNA = "judgements: {rain: 40%}\n"


def read(*rows: str, more: str = "") -> ModelSpec:
    return model_of(
        WEATHER, f"target: wet\n{more}expect:\n" + "".join(f"  - {row}\n" for row in rows), anna=ANNA
    )


# --- what they mean ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "bounds"),
    [
        ("below: 1%", Bounds(None, 0.01, "below 1%")),
        ("below: 1:99", Bounds(None, 0.01, "below 1:99")),
        ("above: 1 in 20", Bounds(0.05, None, "above 1 in 20")),
        ("above: 0%", Bounds(0.0, None, "above 0%")),
        ("below: 100%", Bounds(None, 1.0, "below 100%")),
        ("between: [0.01, 5%]", Bounds(0.01, 0.05, "between 0.01 and 5%", closed=True)),
        ("between: [5%, 5%]", Bounds(0.05, 0.05, "between 5% and 5%", closed=True)),
        ("above: 5x, than: {worldview: anna}", Bounds(5.0, None, "above 5x")),
        (
            "between: [0.5x, 2x], than: {worldview: anna}",
            Bounds(0.5, 2.0, "between 0.5x and 2x", closed=True),
        ),
    ],
)
def test_a_bound_is_one_number(row: str, bounds: Bounds) -> None:
    [expected] = read(f"{{estimate: wet, {row}}}").expect
    assert isinstance(expected, ExpectedEstimate)
    assert expected.bounds == bounds


@pytest.mark.parametrize(
    ("bounds", "within", "outside"),
    [
        (Bounds(None, 0.01, ""), [0.0, 0.0099999], [0.01, 0.01 * (1 - 1e-12), 0.010001, 1.0]),
        (Bounds(0.01, None, ""), [0.010001, 1.0], [0.01, 0.01 * (1 + 1e-12), 0.0]),
        (Bounds(0.01, 0.05, "", closed=True), [0.01, 0.01 * (1 - 1e-12), 0.05, 0.03], [0.0099, 0.0501]),
        (Bounds(0.0, None, ""), [1e-300], [0.0]),
        (Bounds(None, 1.0, ""), [1 - 1e-9], [1.0]),
        (Bounds(1 - 1e-9, None, ""), [1 - 1e-10], [1 - 1e-9, 1 - 1e-8]),
        (Bounds(5.0, None, ""), [5.1, float("inf")], [5.0, 4.9]),
    ],
)
def test_a_number_on_a_bound_is_between_but_neither_below_nor_above(
    bounds: Bounds, within: list[float], outside: list[float]
) -> None:
    assert [bounds.hold(number) for number in within] == [True] * len(within)
    assert [bounds.hold(number) for number in outside] == [False] * len(outside)


def test_what_is_left_out_is_the_maps_own_the_models_or_the_rows() -> None:
    rows = (
        "{estimate: wet, below: 1%}",
        "{estimate: {wind: weak}, worldview: anna, assuming: rain, above: 2x, than: {assuming: []}}",
        "{estimate: wet, worldview: anna, assuming: [rain], below: 2x, than: {estimate: rain}, mean: true}",
        "{estimate: wet, worldview: anna, below: 2x, than: {worldview: map}}",
    )
    found = [
        one for one in read(*rows, more="assuming: [cloudy]\n").expect if isinstance(one, ExpectedEstimate)
    ]
    wet, rain, weak = ClaimIs("wet"), ClaimIs("rain"), StateIn("wind", ("weak",))
    assert [(one.of, one.than, one.mean) for one in found] == [
        (Quantity(wet, MAP_WORLDVIEW), None, False),
        (Quantity(weak, "anna", (rain,)), Quantity(weak, "anna", ()), False),
        (Quantity(wet, "anna", (rain,)), Quantity(rain, "anna", (rain,)), True),
        (Quantity(wet, "anna"), Quantity(wet, MAP_WORLDVIEW), False),
    ]


def test_an_expectation_has_its_place_its_sources_and_its_note() -> None:
    [crux] = read(
        "{crux: storm.evening, rank: 2, worldview: anna, source: [almanac#3, diary], note: Why.}"
    ).expect
    assert isinstance(crux, ExpectedCrux)
    assert (crux.id, crux.rank, crux.worldview) == ("storm.evening", 2, "anna")
    assert [str(citation) for citation in crux.citations] == ["almanac#3", "diary"]
    assert crux.note == "Why."
    assert crux.span.file.endswith("models/small.yaml")
    assert (crux.span.line, crux.span.column) == (5, 5)


@pytest.mark.parametrize("id_", ["rain", "wet", "wind", "flood", "flood.river", "storm.morning"])
def test_what_has_a_row_of_its_own_can_be_ranked(id_: str) -> None:
    assert read(f"{{crux: {id_}, rank: 1}}").expect


def test_what_is_expected_changes_neither_pictures_nor_answers() -> None:
    assert digest_of_question(read("{crux: rain, rank: 1}")) == digest_of_question(
        read("{estimate: wet, below: 1%}")
    )


def test_a_claim_is_reached_that_only_an_expectation_is_about(tmp_path: Path) -> None:
    for expect, unreachable in (
        ("", ["cloudy"]),
        ("expect: [{estimate: cloudy, above: 1%}]", []),
        ("expect: [{estimate: wet, above: 1%, assuming: [cloudy]}]", []),
        ("expect: [{estimate: wet, above: 1x, than: {estimate: cloudy}}]", []),
        ("expect: [{crux: rain, rank: 1, assuming: cloudy}]", []),
    ):
        write(tmp_path, WEATHER, f"target: wet\nalso: [flood, wind, storm]\n{expect}\n", anna=ANNA)
        problems, warnings = check(tmp_path)
        assert problems == ()
        assert [warning.message.split("`")[1] for warning in warnings] == unreachable


# --- what means nothing ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "code", "at", "hint"),
    [
        ("estimate: wet", "unclear-expectation", "estimate", "give `below`"),
        ("estimate: wet, above: 1%, below: 5%", "unclear-expectation", "above", "`between: [1%, 5%]`"),
        ("estimate: wet, above: 1%, between: [1%, 5%]", "unclear-expectation", "between", "keep one"),
        ("estimate: wet, crux: rain, rank: 1", "unclear-expectation", "crux", "make two"),
        ("below: 5%", "unclear-expectation", "{", "`estimate: CONDITION`"),
        ("rank: 5", "unclear-expectation", "rank", "`crux: ENTRY`"),
        ("estimate: wet, above: 2x, than: {}", "unclear-expectation", "than", "names what differs"),
        ("estimate: wet, above: 2x, than: {worldview: map}", "unclear-expectation", "than", "differs"),
        ("estimate: wet, between: [5%, 1%]", "impossible-expectation", "5%", "[1%, 5%]"),
        ("estimate: wet, below: 0%", "impossible-expectation", "0%", "below: 0.01%"),
        ("estimate: wet, above: 100%", "impossible-expectation", "100%", "above: 99.99%"),
        ("estimate: wet, below: 5x", "wrong-kind", "5x", "`than: {worldview: ID}`"),
        ("estimate: wet, above: 5%, than: {worldview: anna}", "wrong-kind", "5%", "above: 2x"),
        ("estimate: wet, above: likely, than: {worldview: anna}", "wrong-kind", "likely", "above: 2x"),
        ("estimate: wet, above: 5, than: {worldview: anna}", "unreadable-judgement", "5,", "`5x`"),
        ("estimate: wet, below: 5", "unreadable-judgement", "5}", "`5%`"),
        ("estimate: wet, below: 1% to 5%", "unreadable-judgement", "1% to", "`5%`, or for both ends"),
        ("estimate: wet, below: about 5%", "unreadable-judgement", "about", "write `5%`"),
        ("estimate: wet, above: likely", "unreadable-judgement", "likely", "`55%`"),
        ("estimate: wet, between: [under 1%, 5%]", "unreadable-judgement", "under", "`0.1%`"),
        ("estimate: wet, below: same as rain", "unreadable-judgement", "same as", "write it out"),
        ('estimate: wet, below: ""', "unreadable-judgement", '""', "as in `5%`"),
        ("estimate: wet, between: 1% to 5%", "wrong-shape", "1% to", "write `between: [1%, 5%]`"),
        ("estimate: wet, between: soon", "wrong-shape", "soon", "write `between: [1%, 5%]`"),
        ("estimate: wet, between: [1%]", "wrong-shape", "between", "between: [1%, 5%]"),
        ("estimate: wet, below: 5%, rank: 1", "misplaced-key", "rank", ""),
        ("crux: rain, rank: 1, mean: true", "misplaced-key", "mean", ""),
        ("crux: rain, rank: 1, than: {worldview: anna}", "misplaced-key", "than", ""),
        ("crux: rain", "missing-key", "crux", "among the first three"),
        ("crux: rain, rank: 0", "not-a-whole-number", "0}", "digits"),
        ("crux: rian, rank: 1", "unknown-id", "rian", "`rain`"),
        ("crux: wind.weak, rank: 1", "unknown-address", "wind.weak", "`wind` as a whole"),
        ("crux: flood.rivr, rank: 1", "unknown-address", "flood.rivr", "`flood.river`"),
        ("crux: storm, rank: 1", "wrong-reference", "storm", "`storm.morning`, `storm.evening`"),
        ("estimate: wte, below: 5%", "unknown-id", "wte", "`wet`"),
        ("estimate: wind, below: 5%", "wrong-reference", "wind", "{wind: weak}"),
        ("estimate: wet, below: 5%, worldview: ann", "unknown-worldview", "ann}", "`anna`"),
        ("estimate: wet, below: 5x, than: {worldview: ben}", "unknown-worldview", "ben", "`map`"),
        ("crux: rain, rank: 1, worldview: all", "unknown-worldview", "all", "`map`"),
        ("estimate: wet, below: 5%, assuming: [rian]", "unknown-id", "rian", "`rain`"),
        ("estimate: wet, below: 5x, than: {assuming: [rian]}", "unknown-id", "rian", "`rain`"),
        ("estimate: wet, below: 5%, mean: yes", "not-true-or-false", "yes", "`true`"),
        ("estimate: wet, below: 5%, source: alamanac", "unknown-source", "alamanac", "`almanac`"),
        ("estimate: wet, belwo: 5%", "unknown-key", "belwo", "`below`"),
        ("estimate: wet, below: 5x, than: anna", "wrong-shape", "anna", "`than: {worldview: anna}`"),
        ("estimate: wet, below: 5x, than: [anna]", "wrong-shape", "[anna", ""),
        ("estimate: wet, below: 5%, below: 6%", "duplicate-key", "below: 6%", ""),
        ("estimate: wet, below: !x 5%", "yaml-feature", "", ""),
    ],
)
def test_what_means_nothing_is_told_with_its_place_and_a_hint(
    row: str, code: str, at: str, hint: str, tmp_path: Path
) -> None:
    """And nothing else is told of it, nor of the expectations beside it."""
    rows = ("{crux: wind, rank: 1}", f"{{{row}}}", "{estimate: wet, below: 5%}")
    ask = "target: wet\nexpect:\n" + "".join(f"  - {each}\n" for each in rows)
    path = write(tmp_path, WEATHER, ask, anna=ANNA)
    [problem] = check(path)[0]
    assert problem.code == code
    assert problem.span.line == 6
    assert problem.line_text[problem.span.column - 1 :].startswith(at)
    assert hint in problem.hint


def test_what_a_broken_file_hides_is_not_called_the_same(tmp_path: Path) -> None:
    row = "{estimate: wet, assuming: [rain], above: 2x, than: {assuming: [cloudy]}}"
    path = write(tmp_path, WEATHER, f"target: wet\nexpect: [{row}]\n", anna=ANNA)
    assert check(path)[0] == ()
    (tmp_path / "arguments/small/map.yaml").write_text(f"{WEATHER}x: [\n")
    assert [problem.code for problem in check(path)[0]] == ["yaml-syntax"]


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    rows = ["just text", "{below: 1%, tahn: 1}", "{crux: rian, rank: x}", "{estimate: wet, below: 2x}"]
    path = write(tmp_path, WEATHER, "target: wte\nexpect:\n" + "".join(f"  - {row}\n" for row in rows))
    assert [(problem.span.line, problem.code) for problem in check(path)[0]] == [
        (3, "unknown-id"),
        (5, "wrong-shape"),
        (6, "unknown-key"),
        (7, "unknown-id"),
        (7, "not-a-whole-number"),
        (8, "wrong-kind"),
    ]


@pytest.mark.parametrize(
    ("expect", "code"),
    [
        ("{estimate: wet, below: 1%}", "wrong-shape"),
        ("soon", "wrong-shape"),
        ("[{estimate: wet, below: 1%}, [soon]]", "wrong-shape"),
        ("[{estimate: wet, below: 1%}, *soon]", "yaml-feature"),
        ("[&soon {estimate: wet, below: 1%}, {rank: 1}]", "yaml-feature"),
        ("[{estimate: wet, below: 1%}, {<<: {rank: 1}}]", "yaml-feature"),
    ],
)
def test_what_is_no_list_of_expectations_is_told_too(expect: str, code: str, tmp_path: Path) -> None:
    path = write(tmp_path, WEATHER, f"target: wet\nexpect: {expect}\n", anna=ANNA)
    assert code in {str(problem.code) for problem in check(path)[0]}


def test_nothing_may_be_expected() -> None:
    for expect in ("expect: []\n", "expect:\n", ""):
        assert model_of(WEATHER, f"target: wet\n{expect}", anna=ANNA).expect == ()


def test_models_at_a_path_are_those_that_check_looks_at(tmp_path: Path) -> None:
    path = write(tmp_path, WEATHER, "target: wet\n", anna=ANNA)
    assert [model.id for model in models_at(tmp_path)] == ["small"]
    assert [model.id for model in models_at(path)] == ["small"]
    assert models_at(tmp_path / "arguments/small") == ()

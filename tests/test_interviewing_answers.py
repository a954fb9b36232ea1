"""What a reviewer types: every notation of the language, shares in several ways, and what is no answer."""

import pytest

from cruxmap.errors import Code, InvalidMap
from cruxmap.insight.interview import question_of
from cruxmap.interviewing.answers import read_answer
from cruxmap.language.judgement import notation_of
from helpers.examples import GARDEN
from helpers.maps_from_text import model

SPEC = model(GARDEN, "target: wet")


@pytest.mark.parametrize(
    ("typed", "low", "high"),
    [
        ("5%", 0.05, 0.05),
        ("0.2", 0.2, 0.2),
        ("2% to 10%", 0.02, 0.10),
        ("3:1", 0.75, 0.75),
        ("1 in 4", 0.25, 0.25),
        ("about 50%", 1 / 3, 2 / 3),
        ("likely", 0.55, 0.80),
        ("  very   likely ", 0.80, 0.95),
        ("under 1%", 0.001, 0.01),
        ("Likely", 0.55, 0.80),
        ("5,5 %", 0.055, 0.055),
        ("5-10%", 0.05, 0.10),
    ],
)
def test_a_number_may_be_in_any_notation(typed: str, low: float, high: float) -> None:
    [value] = read_answer(typed, question_of(SPEC.map, "judgement", "rain"), SPEC.map)
    assert (value.low, value.high) == pytest.approx((low, high), rel=1e-12)


def test_a_strength_is_a_ratio() -> None:
    question = question_of(SPEC.map, "judgement", "clouds.strength")
    [value] = read_answer("2x to 10x", question, SPEC.map)
    assert (value.low, value.high) == (2.0, 10.0)
    with pytest.raises(InvalidMap) as told:
        read_answer("20%", question, SPEC.map)
    assert told.value.problems[0].code is Code.WRONG_KIND


@pytest.mark.parametrize(
    "typed",
    [
        "dry 20%, mild 30%, rainy rest",
        "rainy rest; dry: 20%; mild = 30%",
        "{dry: 20%, mild: 30%, rainy: rest}",
        "20%, 30%, rest",
        "20% dry and 30% mild",
        "Dry 20%, Mild 30%",
        "20%, 30%, 50%",
        "20%,30%,50%",
        "20,0%, 30 %, rest",
        "dry 20%, mild 30%, rest",
    ],
)
def test_shares_may_be_named_or_in_order(typed: str) -> None:
    values = read_answer(typed, question_of(SPEC.map, "judgement", "season"), SPEC.map)
    assert [value.middle for value in values] == pytest.approx([0.2, 0.3, 0.5], rel=1e-12)


def test_what_is_left_for_one_answer_is_written_as_rest() -> None:
    values = read_answer("mild 30%, dry 20%", question_of(SPEC.map, "judgement", "season"), SPEC.map)
    assert [*map(notation_of, values)] == ["20%", "30%", "rest"]


@pytest.mark.parametrize(
    ("address", "typed", "code", "hint"),
    [
        ("rain", "30", Code.UNREADABLE_JUDGEMENT, "did you mean `30%`?"),
        ("rain", "same as sprinkler", Code.UNREADABLE_JUDGEMENT, "give the number itself, as in `20%`"),
        ("season", "wet 20%, dry 30%, rainy rest", Code.UNKNOWN_STATE, "name the answer"),
        ("season", "80%", Code.UNKNOWN_STATE, "as in `dry 33%, mild 33%, rainy rest`"),
        ("season", "rainy 20%, dry rest", Code.MISSING_SHARE, "mild"),
        ("season", "rainy 20%, rest", Code.MISSING_SHARE, "mild"),
        ("season", "rest", Code.UNREADABLE_JUDGEMENT, "there are no shares here"),
        ("season", "dry 60%, mild 70%, rainy 10%", Code.SHARES_SUM, ""),
        ("season", "dry 20%, dry 30%, mild rest", Code.REPEATED, "one share"),
        ("season", "dry 20, mild 30%, rainy rest", Code.UNREADABLE_JUDGEMENT, "did you mean `20%`?"),
        ("season", " , ", Code.UNREADABLE_JUDGEMENT, "rest"),
    ],
)
def test_what_cannot_be_read_is_the_readers_problem_with_its_hint(
    address: str, typed: str, code: Code, hint: str
) -> None:
    with pytest.raises(InvalidMap) as told:
        read_answer(typed, question_of(SPEC.map, "judgement", address), SPEC.map)
    [problem] = told.value.problems
    assert problem.code is code
    assert hint in f"{problem.message} {problem.hint}"


def test_a_statement_is_never_certain() -> None:
    with pytest.raises(InvalidMap) as told:
        read_answer("0%", question_of(SPEC.map, "stated", "wet"), SPEC.map)
    assert told.value.problems[0].code is Code.CERTAIN_STATED

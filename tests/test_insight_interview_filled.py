"""Questionnaires filled in by hand, and what is replied by them."""

from pathlib import Path

import pytest

from cruxmap.errors import Code, InvalidMap, Problem
from cruxmap.insight.interview.filled import NEEDED, READ, replies_in, replies_of
from cruxmap.insight.interview.questions import Reply
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.language.judgement import notation_of
from cruxmap.language.spreadsheet import table_of
from helpers.examples import GARDEN, TRAINING
from helpers.maps_from_text import model

HEADER = "number,id,kind,question,answer,low,high\n"


@pytest.fixture(scope="module")
def garden() -> ArgumentMap:
    return model(GARDEN, "target: wet").map


@pytest.fixture(scope="module")
def training() -> ArgumentMap:
    return model(TRAINING, "target: danger").map


def read(argument_map: ArgumentMap, rows: str) -> tuple[Reply, ...]:
    return replies_of(table_of((HEADER + rows).encode(), "filled.csv", NEEDED, READ), argument_map)


def told(argument_map: ArgumentMap, rows: str) -> list[Problem]:
    with pytest.raises(InvalidMap) as caught:
        read(argument_map, rows)
    return list(caught.value.problems)


def short(reply: Reply) -> tuple[str, str, str, list[str]]:
    return (reply.question.kind, reply.question.id, reply.what, list(map(notation_of, reply.values)))


def test_each_row_with_an_answer_is_a_reply_in_the_order_of_the_rows(garden: ArgumentMap) -> None:
    rows = (
        "1,wet,stated,How likely?,10% to 20%,,\n"
        "2,far,judgement,How likely?,,,\n"
        "3,clouds.strength,judgement,How much?,3x,,\n"
        '4,rain,judgement,How likely?,"0,05",,\n'
        "5,clouds,judgement,How far?,,5%,0.1\n"
        "6,sprinkler,judgement,How likely?,don\u2019t know,,\n"
        "7,mould,Judgement,How likely?,Skip,,\n"
        "8,drought,judgement,How far?,REJECT,,\n"
    )
    assert list(map(short, read(garden, rows))) == [
        ("stated", "wet", "answered", ["10% to 20%"]),
        ("judgement", "clouds.strength", "answered", ["3x"]),
        ("judgement", "rain", "answered", ["0.05"]),
        ("judgement", "clouds", "answered", ["5% to 10%"]),
        ("judgement", "sprinkler", "skipped", []),
        ("judgement", "mould", "skipped", []),
        ("judgement", "drought", "rejected", []),
    ]


def test_a_judgement_and_a_statement_of_one_name_are_two_questions(garden: ArgumentMap) -> None:
    found = read(garden, "1,rain,judgement,,20%,,\n2,rain,stated,,30%,,\n")
    assert [(reply.question.kind, reply.values[0].low) for reply in found] == [
        ("judgement", 0.2),
        ("stated", 0.3),
    ]


def test_a_statement_is_found_by_its_condition(training: ArgumentMap) -> None:
    rows = '1,"{event: goal, by_end_of: early}",stated,,20%,,\n2,{kind: strong},stated,,40%,,\n'
    questions = [reply.question for reply in read(training, rows)]
    assert [question.entry for question in questions] == ["goal", "kind"]
    assert [question.id for question in questions] == ["{event: goal, by_end_of: early}", "{kind: strong}"]


SHARES = "1,season.{},judgement,,{},,\n"


def shares(**given: str) -> str:
    return "".join(SHARES.format(state, answer) for state, answer in given.items())


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ({"dry": "20%", "mild": "0.5", "rainy": "30%"}, ["20%", "0.5", "30%"]),
        ({"rainy": "30%", "dry": "20%", "mild": "50%"}, ["20%", "50%", "30%"]),
        ({"dry": "20%", "mild": "Rest", "rainy": "30%"}, ["20%", "rest", "30%"]),
        ({"dry": "10% to 30%", "mild": "50%", "rainy": "rest"}, ["10% to 30%", "50%", "rest"]),
    ],
)
def test_the_rows_of_shares_are_one_reply(
    garden: ArgumentMap, given: dict[str, str], written: list[str]
) -> None:
    [reply] = read(garden, shares(**given))
    assert short(reply) == ("judgement", "season", "answered", written)
    assert sum(value.middle for value in reply.values) == pytest.approx(1, abs=0.05)


def test_a_share_that_is_rest_has_the_number_that_is_left(garden: ArgumentMap) -> None:
    [reply] = read(garden, shares(dry="20%", mild="rest", rainy="30%"))
    assert reply.values[1].low == reply.values[1].high == 0.5


@pytest.mark.parametrize("given", [{"dry": "skip"}, {"dry": "skip", "mild": "don't know", "rainy": "?"}])
def test_a_row_of_shares_is_skipped_in_one_row_or_in_all(
    garden: ArgumentMap, given: dict[str, str]
) -> None:
    [reply] = read(garden, shares(**given))
    assert short(reply) == ("judgement", "season", "skipped", [])


def test_a_row_of_shares_may_be_skipped_by_its_own_name(garden: ArgumentMap) -> None:
    [reply] = read(garden, "1,season,judgement,,skip,,\n")
    assert short(reply) == ("judgement", "season", "skipped", [])


@pytest.mark.parametrize(
    ("rows", "code", "message"),
    [
        ("1,rain,judgement,,5,,\n", Code.UNREADABLE_JUDGEMENT, "row 2, answer: cannot read `5`"),
        ("1,rain,judgement,,3x,,\n", Code.WRONG_KIND, "row 2, answer: `3x` is a ratio"),
        ("1,clouds.strength,judgement,,0.5x,,\n", Code.STRENGTH_BELOW_ONE, "row 2, answer: a strength"),
        ("1,rain,judgement,,05.Okt,,\n", Code.UNCLEAR_ANSWER, "row 2, answer: `05.Okt` looks like a date"),
        (
            "1,rain,judgement,,,2026-10-05,20%\n",
            Code.UNCLEAR_ANSWER,
            "row 2, low: `2026-10-05` looks like",
        ),
        ("1,rain,judgement,,,5%,\n", Code.UNCLEAR_ANSWER, "row 2, low: a range has a low and a high end"),
        ("1,rain,judgement,,,,5%\n", Code.UNCLEAR_ANSWER, "row 2, high: a range has a low and a high end"),
        ("1,rain,judgement,,7%,5%,9%\n", Code.UNCLEAR_ANSWER, "row 2, answer: there are an answer and"),
        ("1,rain,judgement,,,1% to 5%,9%\n", Code.UNCLEAR_ANSWER, "row 2, low: `1% to 5%` is no end"),
        ("1,rain,judgement,,,9%,5%\n", Code.UNREADABLE_JUDGEMENT, "row 2, low: cannot read `9% to 5%`"),
        ("1,rain,judgement,,reject,,\n", Code.UNCLEAR_ANSWER, "row 2, answer: only an argument can be"),
        ("1,rain,judgement,,rest,,\n", Code.UNREADABLE_JUDGEMENT, "row 2, answer: cannot read `rest`"),
        ("1,wet,stated,,100%,,\n", Code.CERTAIN_STATED, "row 2, answer: `100%`, all things considered"),
        ("1,rian,judgement,,5%,,\n", Code.UNKNOWN_ADDRESS, "row 2: nothing can be asked about `rian`"),
        ("1,rian,stated,,5%,,\n", Code.UNKNOWN_ADDRESS, "row 2: nothing can be asked about `rian`"),
        ("1,{rian,stated,,5%,,\n", Code.UNKNOWN_ADDRESS, "row 2: nothing can be asked about `{rian`"),
        ("1,slippery#,judgement,,5%,,\n", Code.UNKNOWN_ADDRESS, "row 2: nothing can be asked about"),
        ("1,slippery#wet,judgement,,5%,,\n", Code.UNKNOWN_ADDRESS, "row 2: nothing can be asked about"),
        ("1,,judgement,,5%,,\n", Code.UNREADABLE_FORM, "row 2: the row does not say what it answers"),
        ("1,rain,,,5%,,\n", Code.UNREADABLE_FORM, "row 2: the kind of question is missing"),
        ("1,rain,claim,,5%,,\n", Code.UNREADABLE_FORM, "row 2: `claim` is no kind of question"),
        ("1,season,judgement,,5%,,\n", Code.UNCLEAR_ANSWER, "row 2, answer: `season` has several shares"),
        (shares(dry="20%", mild="30%"), Code.MISSING_SHARE, "row 2: `season.rainy` has no share"),
        (
            shares(dry="20%", mild="30%", rainy=""),
            Code.MISSING_SHARE,
            "row 4: `season.rainy` has no share",
        ),
        (shares(dry="20%", mild="skip"), Code.UNCLEAR_ANSWER, "row 3: another row of this question is"),
        (shares(dry="20%", mild="30%", rainy="20%"), Code.SHARES_SUM, "row 2: the shares sum to 70% in"),
        (shares(dry="60%", mild="40%", rainy="rest"), Code.SHARES_SUM, "row 2: the other shares sum to"),
        (
            shares(dry="rest", mild="rest", rainy="9%"),
            Code.MISPLACED_REST,
            "row 3: another share is `rest`",
        ),
        (
            "1,rain,judgement,,5%,,\n\n1,rain,judgement,,6%,,\n",
            Code.REPEATED,
            "row 4: `rain` is answered in row 2 already",
        ),
    ],
)
def test_what_is_wrong_is_told_by_its_row_and_column(
    garden: ArgumentMap, rows: str, code: Code, message: str
) -> None:
    [problem] = told(garden, rows)
    assert problem.code is code
    assert problem.message.startswith(message)
    assert problem.hint
    assert problem.line_text in (HEADER + rows).splitlines()


def test_a_problem_points_to_the_cell(garden: ArgumentMap) -> None:
    [problem] = told(garden, "1,rain,judgement,,20%,,\n2,far,judgement,,05.Okt,,\n")
    assert problem.span == ("filled.csv", 3, 18, 6)
    assert problem.line_text[17:23] == "05.Okt"


def test_all_problems_come_at_once(garden: ArgumentMap) -> None:
    rows = "1,rain,judgement,,5,,\n2,far,judgement,,7%,,\n3,rian,judgement,,5%,,\n" + shares(
        dry="x", mild="10%", rainy="2026-10-05"
    )
    assert [(p.span.line, p.code) for p in told(garden, rows)] == [
        (2, Code.UNREADABLE_JUDGEMENT),
        (4, Code.UNKNOWN_ADDRESS),
        (5, Code.UNREADABLE_JUDGEMENT),
        (7, Code.UNCLEAR_ANSWER),
    ]


def test_an_argument_is_judged_or_rejected(garden: ArgumentMap) -> None:
    rows = "1,clouds,judgement,,reject,,\n2,mirage,judgement,,5%,,\n3,clouds.strength,judgement,,3x,,\n"
    [problem] = told(garden, rows)
    assert (problem.code, problem.span.line) == (Code.UNCLEAR_ANSWER, 4)
    assert problem.message == "row 4: `clouds` is rejected in row 2"
    assert [r.what for r in read(garden, rows.replace("3x", "reject"))] == [
        "rejected",
        "answered",
        "rejected",
    ]


def test_an_unanswered_row_that_stands_twice_is_no_problem(garden: ArgumentMap) -> None:
    found = read(garden, "1,rain,judgement,,,,\n1,rain,judgement,,5%,,\n1,rain,judgement,,,,\n")
    assert [short(reply)[1] for reply in found] == ["rain"]


def test_a_form_without_answers_says_nothing(garden: ArgumentMap) -> None:
    assert read(garden, "1,rain,judgement,How likely?,,,\n") == ()


def test_a_file_is_read_as_german_excel_saves_it(garden: ArgumentMap, tmp_path: Path) -> None:
    path = tmp_path / "anna.csv"
    rows = [
        "Number;ID;Kind;Question;Answer;Low;High",
        "1;rain;judgement;\u00dcber;5,5 %;;",
        "2;far;judgement;;;0,05;10%",
    ]
    path.write_bytes("\r\n".join(rows).encode("cp1252"))
    assert [list(map(notation_of, reply.values)) for reply in replies_in(path, garden)] == [
        ["5.5%"],
        ["5% to 10%"],
    ]

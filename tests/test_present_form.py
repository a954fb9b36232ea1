"""A questionnaire: its questions in words, and as a table for spreadsheet programs."""

import csv
import io

import pytest

from cruxmap.insight.interview import begin
from cruxmap.insight.interview.filled import NEEDED, READ, replies_of
from cruxmap.insight.interview.questions import Question, question_of
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.spreadsheet import table_of
from cruxmap.present.form import Form, form_of
from cruxmap.present.form_table import COLUMNS, MAP, form_table
from helpers.examples import GARDEN, TRAINING
from helpers.maps_from_text import model

PUT = (
    ("stated", "wet"),
    ("judgement", "season"),
    ("judgement", "clouds"),
    ("judgement", "clouds.strength"),
    ("stated", "{season: dry}"),
)


@pytest.fixture(scope="module")
def garden() -> ModelSpec:
    return model(GARDEN + "lexicon: {as good as sure: 97% to 99%}\n", "target: slippery\nassuming: [rain]")


def questions(argument_map: ArgumentMap) -> list[Question]:
    return [question_of(argument_map, kind, id_) for kind, id_ in PUT]  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def form(garden: ModelSpec) -> Form:
    return form_of(garden, questions(garden.map))


def cells(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_question_has_its_words_and_a_blank_for_each_number(form: Form) -> None:
    assert [len(asked.blanks) for asked in form.asked] == [1, 3, 1, 1, 1]
    assert [(blank.id, blank.label) for blank in form.asked[1].blanks] == [
        ("season.dry", "dry"),
        ("season.mild", "mild"),
        ("season.rainy", "rainy"),
    ]
    assert [asked.scale for asked in form.asked] == ["p", "share", "p", "s", "p"]
    assert [asked.can_be_rejected for asked in form.asked] == [False, False, True, True, False]
    assert "The grass is wet" in form.asked[0].sentence
    assert form.assuming == ('it is true that "It rains"',)


def test_no_number_of_the_map_is_in_it_unless_it_is_to_be_shown(garden: ModelSpec) -> None:
    def mapped(question: Question) -> tuple[float, ...]:
        ratio = question.id.endswith(".strength")
        return (5.477,) if ratio else tuple(0.1234 for _ in question.addresses or (question.id,))

    shown = form_of(garden, questions(garden.map), mapped)
    assert [blank.number for asked in shown.asked for blank in asked.blanks] == [
        *("12%", "12%", "12%", "12%", "12%"),
        *("5.5x", "12%"),
    ]
    rows = cells(form_table(shown))
    assert [row[MAP] for row in rows][5] == "5.5x"
    hidden = form_table(form_of(garden, questions(garden.map)))
    assert MAP not in cells(hidden)[0]
    assert b"5.5x" not in hidden


def test_the_table_has_a_row_for_each_number_and_nothing_is_answered(form: Form) -> None:
    rows = cells(form_table(form))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["number"], row["id"], row["kind"]) for row in rows] == [
        ("1", "wet", "stated"),
        ("2", "season.dry", "judgement"),
        ("2", "season.mild", "judgement"),
        ("2", "season.rainy", "judgement"),
        ("3", "clouds", "judgement"),
        ("4", "clouds.strength", "judgement"),
        ("5", "{season: dry}", "stated"),
    ]
    assert all(row["question"] and row["how"] for row in rows)
    assert {row[column] for row in rows for column in ("answer", "low", "high")} == {""}
    assert rows[1]["question"].endswith(" dry")
    assert "clouds are smoke" in rows[4]["against"]


def test_no_odds_are_suggested_of_which_spreadsheets_make_times(form: Form) -> None:
    assert not any("3:1" in asked.how or "`" in asked.how for asked in form.asked)


def test_every_row_of_the_table_is_found_again_when_it_is_read(form: Form, garden: ModelSpec) -> None:
    table = form_table(form).decode("utf-8-sig")
    answers = ["20%", "20%", "50%", "rest", "reject", "skip", "5 %"]
    lines = table.split("\r\n")
    assert all(line.endswith(",,,") for line in lines[1:-1])
    filled = [
        lines[0],
        *(f"{row[:-2]}{answer},," for row, answer in zip(lines[1:], answers, strict=False)),
    ]
    found = replies_of(table_of("\n".join(filled).encode(), "f.csv", NEEDED, READ), garden.map)
    assert [(r.question.kind, r.question.id) for r in found] == list(PUT)
    assert [r.what for r in found] == ["answered", "answered", "rejected", "skipped", "answered"]


def test_nothing_in_the_table_is_a_formula() -> None:
    cursed = GARDEN.replace("It rains.", "'=HYPERLINK(1); =cmd|1'").replace(
        "The clouds are", '"@SUM(1) -2+3'
    )
    cursed = cursed.replace("smoke.", 'smoke."')
    spec = model(cursed, "target: wet")
    written = form_table(
        form_of(spec, [question_of(spec.map, "judgement", id_) for id_ in ("rain", "clouds")])
    )
    text = written.decode("utf-8-sig")
    assert "HYPERLINK" in text
    for separator in ",;\t":
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            for cell in row:
                assert not cell.lstrip().startswith(("=", "+", "-", "@")), cell


def test_phrases_of_the_map_travel_with_it(form: Form) -> None:
    assert form.phrases == {"probability": {"as good as sure": "97% to 99%"}, "ratio": {}}


SEMICOLONS = {"p": "5,5 %", "s": "2,5x", "r": "2-3x", "share": "rest"}


@pytest.mark.parametrize("text", [TRAINING, GARDEN], ids=["training", "garden"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_all_that_can_be_asked_is_read_again_from_a_spreadsheet(text: str, encoding: str) -> None:
    spec = model(text, "target: danger" if text is TRAINING else "target: slippery")
    listed = begin(spec, "ann").ground.catalogue
    asked = [*listed.stated, *listed.judgements]
    assert len(asked) > 10
    form = form_of(spec, asked)
    written = io.StringIO()
    table = csv.writer(written, delimiter=";", lineterminator="\r\n")
    rows = cells(form_table(form))
    blanks = [(one, blank) for one in form.asked for blank in one.blanks]
    table.writerow(rows[0])
    for row, (one, blank) in zip(rows, blanks, strict=True):
        is_last = blank is one.blanks[-1]
        row["answer"] = SEMICOLONS[one.scale if is_last or one.scale != "share" else "p"]
        table.writerow(row.values())
    data = written.getvalue().encode(encoding)
    found = replies_of(table_of(data, "sent.csv", NEEDED, READ), spec.map)
    assert [(r.question.kind, r.question.id) for r in found] == [(q.kind, q.id) for q in asked]
    assert {r.what for r in found} == {"answered"}

"""A map as a table for a spreadsheet program, and back."""

import csv
import io
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cruxmap.errors import Code, InvalidMap, Problem
from cruxmap.exchange.formats import Arrived
from cruxmap.exchange.importing import import_map
from cruxmap.exchange.tables.reading import read_csv
from cruxmap.exchange.tables.writing import write_csv
from cruxmap.language.argument_map import Role
from cruxmap.language.judgement import LEXICON, UnreadableError, parse_value
from cruxmap.language.loose_notation import parse_loosely
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.reading import read_model
from helpers.commands import EXAMPLES
from helpers.drawn_maps import Draft, drafts_with_brought, in_order, map_of, to_yaml
from helpers.few_examples import FEW_EXAMPLES
from helpers.maps_from_text import model
from helpers.spreadsheets import PROGRAMS, Program


def cells(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def rows(data: bytes) -> list[dict[str, str]]:
    header, *body = cells(data)
    return [dict(zip(header, row, strict=True)) for row in body]


def written(table: Sequence[Mapping[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(table[0]))
    writer.writeheader()
    writer.writerows(table)
    return out.getvalue().encode()


def read(text: str | bytes) -> Arrived:
    return read_csv(text if isinstance(text, bytes) else text.encode(), "numbers.csv")


def problems(text: str | bytes) -> tuple[Problem, ...]:
    with pytest.raises(InvalidMap) as caught:
        read(text)
    return caught.value.problems


def changed(sent: bytes, address: str, **cells_: str) -> bytes:
    table = rows(sent)
    row = next(row for row in table if row["address"] == address)
    row |= {name.replace("_", " "): cell for name, cell in cells_.items()}
    return written(table)


# --- a table made by hand ---------------------------------------------------------------------------

BY_HAND = """\
Kind,Text,Credence,For,Against,Undercuts,Strength,Premises,Source,Tags,Note
claim,The bridge holds.,"80 %",,,,,,report#3,,
claim,The bolts are new.,60% to 90%,,,,,,,bolts,"Asked twice."
argument,New bolts carry more.,70%,The bridge holds.,,,2x to 5x,The bolts are new.,report#4,,
argument,It sags already.,likely,,the-bridge-holds,,strong,,,,
argument,It always did.,,,,It sags already.,,,,,
"""


def test_a_table_of_claims_and_arguments_becomes_a_map() -> None:
    arrived = read(BY_HAND)
    assert arrived.lost == ()
    assert arrived.map["claims"] == {
        "the-bridge-holds": {"text": "The bridge holds.", "source": "report#3", "credence": "80%"},
        "the-bolts-are-new": {
            "text": "The bolts are new.",
            "tags": "bolts",
            "note": "Asked twice.",
            "credence": "60% to 90%",
        },
    }
    assert arrived.map["arguments"] == {
        "new-bolts-carry-more": {
            "text": "New bolts carry more.",
            "for": "the-bridge-holds",
            "premises": ["the-bolts-are-new"],
            "source": "report#4",
            "credence": "70%",
            "strength": "2x to 5x",
        },
        "it-sags-already": {
            "text": "It sags already.",
            "against": "the-bridge-holds",
            "credence": "likely",
            "strength": "strong",
        },
        "it-always-did": {"text": "It always did.", "undercuts": "it-sags-already"},
    }
    one = map_of(arrived)
    assert one.judgements["it-always-did.force"].is_default
    assert str(one.entry["new-bolts-carry-more"].about.citations[0]) == "report#4"


def test_labels_of_any_kind_name_entries_and_are_referred_to() -> None:
    claims = ["C1,It rains.,,30%,", "C 2,It is wet.,,,"]
    arrived = read("\n".join(["id,text,for,value,premises", *claims, "A1,Rain wets.,c 2,,C1; {C1: true}"]))
    assert arrived.map["arguments"]["a1"]["for"] == "c-2"
    assert arrived.map["arguments"]["a1"]["premises"] == ["c1", {"c1": "true"}]


def test_a_whole_sentence_refers_to_an_entry_whatever_signs_it_has() -> None:
    wet = '"Rain, heavy: it wets."'
    table = f'id,text,for,premises\na,{wet},,\nb,Or hail; sleet.,,\n,So.,{wet},"b, {wet[1:-1]}; b"\n'
    assert read(table).map["arguments"]["so"]["for"] == "a"
    named = f"text,for,premises\n{wet},,\nHail; sleet.,,\n,So.,,\nSo.,{wet},Hail; sleet.\n"
    so = read(named.replace(",So.,,\n", "")).map["arguments"]["so"]
    assert (so["for"], so["premises"]) == ("rain-heavy-it-wets", ["hail-sleet"])


def test_a_source_or_a_voice_that_is_no_name_is_told_by_its_row() -> None:
    told = problems("text;by;for;source\nIt rains.;;;Smith 2020\nIt is grey.;Ann Lee;it-rains;smith#p5\n")
    assert [(one.span.line, one.message, one.hint) for one in told] == [
        (
            2,
            "row 2, source: `Smith 2020` is not an id",
            "a name, as `smith-2020`; a row of the kind `source` has its title",
        ),
        (3, "row 3, by: `Ann Lee` is not an id", "a name, as `ann-lee`"),
    ]


def test_words_for_people_stay_where_an_entry_is_called_so() -> None:
    said = "{states: [big, small], state_texts: {big: Big}, credence: {big: 5%, small: 95%}, note: Big}"
    table = f'id,kind,text,definition\nsize,question,How?,"{said}"\nbig,claim,Big.,\n'
    size = read(table).map["questions"]["size"]
    assert size["state_texts"] == {"big": "Big"}
    assert size["note"] == "Big"


def test_what_has_no_number_gets_one_that_is_nobodys() -> None:
    arrived = read("text,for,by\nIt rains.,,\nClouds are grey.,it-rains,ann\n")
    assert arrived.map["claims"]["it-rains"]["credence"] == {"value": "5% to 95%", "elicited": "false"}
    argument = arrived.map["arguments"]["clouds-are-grey"]
    assert argument["strength"] == {"value": "1.5x to 30x", "elicited": "false"}
    assert argument["credence"] == {"value": "5% to 95%", "elicited": "false"}
    assert arrived.map["voices"] == {"ann": {"text": "ann."}}


def test_a_range_may_stand_in_two_columns() -> None:
    arrived = read("text;low;central;high\nIt rains.;0,05;0,1;20 %\nIt snows.;;5 %;\n")
    assert [said["credence"] for said in arrived.map["claims"].values()] == ["5% to 20%", "5%"]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("05. Okt", "looks like a date"),
        ("2026-10-05", "looks like a date"),
        ("46300", "looks like a date"),
        ("01:19", "may be a time"),
        ("2:39", "may be a time"),
        ("1:19:00", "looks like a time"),
        ("#NAME?", "could not compute"),
        ("5", "cannot read"),
        ("1,000", "could mean thousands"),
        ("-5%", "cannot read"),
        ("high", "cannot read"),
    ],
)
def test_what_is_no_number_is_told_by_row_and_column(cell: str, said: str) -> None:
    [problem] = problems(f'kind,text,value\nclaim,It rains.,5%\n,,\nclaim,It snows.,"{cell}"\n')
    assert problem.message.startswith("row 4, value: ")
    assert said in problem.message
    assert problem.span.line == 4
    assert problem.hint


@pytest.mark.parametrize(
    ("table", "code", "said"),
    [
        ("kind,claim\nclaim,x\n", Code.UNREADABLE_FORM, "no column is called `text`"),
        ("text,value,credence\nIt rains.,5%,6%\n", Code.UNCLEAR_ANSWER, "row 2: `credence` and `value`"),
        ("kind,text\nremark,It rains.\n", Code.UNREADABLE_FORM, "row 2, kind: `remark` is no kind"),
        ("id,text\nrain,A.\nrain,B.\n", Code.DUPLICATE_ID, "row 3, address: `rain` is in row 2"),
        ("id,text\nrain,\n", Code.UNREADABLE_FORM, "row 2: the claim `rain` has no sentence"),
        ("kind,text\nargument,So.\n", Code.NO_DIRECTION, "row 2: the argument does not say"),
        ("text,low,high\nA.,5%,\n", Code.UNCLEAR_ANSWER, "row 2, low: a range has a low and a high"),
        ("text,value,low,high\nA.,5%,1%,9%\n", Code.UNCLEAR_ANSWER, "row 2, low: there are a value and"),
        ("text,low,central,high\nA.,5%,1%,9%\n", Code.UNCLEAR_ANSWER, "is not between its ends"),
        ("text,strength\nA.,2x\n", Code.UNKNOWN_ADDRESS, "row 2, strength: the claim `a` has no number"),
        ("text,worldview A B\nA.,2%\n", Code.BAD_ID, "`a b` cannot name a worldview"),
        ("id,kind,text,value\na,,A.,\nb.strength,strength,,2x\n", Code.UNKNOWN_ADDRESS, "no entry `b`"),
        ("text,definition\nA.,[x]\n", Code.UNREADABLE_FORM, "row 2, definition: `[x]` defines nothing"),
        ("text,definition\nA.,{x: \n", Code.YAML_SYNTAX, "row 2, definition"),
        (
            "id,kind,text,definition\na,claim,A.,\nann,worldview,Ann.,{judgements: [x]}\n",
            Code.UNREADABLE_FORM,
            "row 3, definition: `judgements` is not keys with values",
        ),
        (
            "kind,id,text,value,worldview w\nclaim,a,A.,5%,6%\ncredence,a,,,7%\n",
            Code.UNCLEAR_ANSWER,
            "row 3, worldview w: row 2 says `6%` of `a`",
        ),
        (
            "kind,id,text,value,strength,for\nclaim,a,A.,5%,,\nargument,b,B.,,2x,a\n"
            "strength,b.strength,,3x,,\n",
            Code.UNCLEAR_ANSWER,
            "row 4, value: row 3 says `2x` of `b.strength`",
        ),
        ("text,value\nRain.,5%,10%\n", Code.UNREADABLE_FORM, "row 2 has 3 cells, and the header 2"),
    ],
)
def test_a_table_that_says_no_map_is_told_so(table: str, code: Code, said: str) -> None:
    [problem] = problems(table)
    assert problem.code is code
    assert said in problem.message


def test_columns_that_are_not_known_are_told() -> None:
    arrived = read("text,credense,mine\nIt rains.,5%,x\n")
    assert [(lost.what, lost.where) for lost in arrived.lost] == [
        ("the column `credense`", "numbers.csv:1:6"),
        ("the column `mine`", "numbers.csv:1:15"),
    ]
    assert "did you mean `credence`?" in arrived.lost[0].why


WRONG_SHAPES = ["x", "[x]", "{x: y}", "[[x]]", "{value: [x]}", "{value: {value: x}}", "{}", "[]"]
PLACES = [
    "claim,A.,{credence: %s},,",
    "claim,A.,{source: %s},30%%,",
    "claim,A.,{source: [%s]},30%%,40%%",
    "claim,A.,{credence: {value: %s}},,5%%",
    "claim,A.,{given: %s},,5%%",
    "claim,A.,{given: [{id: b, when: %s}]},,5%%",
    "claim,A.,{all_of: %s, if_met: %s},,",
    "claim,A.,{routes: [%s]},,",
    "question,A.,{states: %s, credence: %s},,",
    "question,A.,{states: [x, y], given: [{id: %s, credence: %s}]},,",
    "event,A.,{timeline: %s, emerges: %s},,",
    "event,A.,{timeline: t, emerges: {p: %s}},,",
    "worldview,W.,{judgements: %s},,",
    "worldview,W.,{judgements: {a: %s}},,",
    "worldview,W.,{judgements: {a: {value: %s}}},,5%%",
    "worldview,W.,{rejects: %s, arguments: %s},,",
    "source,S.,{locators: %s},,",
    "model,,%s,,",
    "model,,{target: %s},,",
    "map,,{text: %s},,",
]


def files_of_problems(table: str) -> set[str]:
    try:
        import_map(table.encode(), "csv", "shapes")
    except InvalidMap as invalid:
        return {problem.span.file for problem in invalid.problems}
    return set()


@pytest.mark.parametrize("place", PLACES)
def test_whatever_shape_a_definition_has_it_is_read_or_told_in_the_table(place: str) -> None:
    for shape in WRONG_SHAPES:
        kind, text, rest = place.replace("%s", shape).replace("%%", "%").split(",", 2)
        definition, value, view = rest.rsplit(",", 2)
        row = f'{kind},{text},"{definition}",{value},{view}'
        table = f"address,kind,text,definition,value,worldview w\nw,{row}\na,claim,B.,,5%,6%\n"
        assert files_of_problems(table) <= {"stdin"}, row


def test_what_stands_in_a_column_without_a_name_is_told() -> None:
    arrived = read("text;value;;\nRain.;5%;;mine\nWind.;6%;;\n")
    [lost] = arrived.lost
    assert (lost.what, lost.where) == ("cells of a column without a name", "numbers.csv:2:11")


# --- there and back ---------------------------------------------------------------------------------


@FEW_EXAMPLES
@given(st.data())
def test_every_map_comes_back_whole(data: st.DataObject) -> None:
    draft: Draft = data.draw(drafts_with_brought())
    there = draft.read_model(target=data.draw(draft.conditions()))
    sent = write_csv(there)
    assert sent.lost == ()
    assert_same(there, sent.data)


def assert_same(there: ModelSpec, data: bytes) -> None:
    arrived = read(data)
    assert in_order(map_of(arrived, there.map.id)) == in_order(there.map)
    assert arrived.lost == ()


TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], include_characters="\n"),
    min_size=1,
    max_size=30,
).map(lambda text: "\n".join(line.strip() for line in text.split("\n")).strip())


@given(TEXTS.filter(bool), TEXTS.filter(bool))
def test_no_text_is_computed_and_every_text_comes_back(text: str, note: str) -> None:
    there = model(to_yaml({"claims": {"a": {"text": text, "credence": "5%", "note": note}}}), "target: a")
    data = write_csv(there).data
    first = there.map.claims[0].about
    for cell in (cell for row in cells(data) for cell in row):
        assert not cell.lstrip(" \u00a0").startswith(("=", "+", "-", "@", "\uff1d"))
    said = read(data).map["claims"]["a"]
    assert (said["text"], said.get("note", "")) == (first.text.strip(), first.note.strip())


# --- through spreadsheet programs ---------------------------------------------------------------------


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
@pytest.mark.parametrize("name", ["safety-case", "engineering-decision"])
def test_a_table_survives_each_program(program: Program, name: str) -> None:
    there = read_model(f"{EXAMPLES}/{name}/models/{name}.yaml")
    assert_same(there, program.saved_table(cells(write_csv(there).data)))


NUMBERS = st.one_of(
    st.floats(1e-9, 1 - 1e-9).map(lambda p: f"{100 * p:.10g}%"),
    st.integers(1, 99).map(lambda n: f"{n}%"),
    st.decimals("0.01", "99.99", places=2).map(lambda n: f"{n}%"),
    st.sampled_from(
        ["1:19", "3:1", "1/20", "1/3", "0.05", "1e-8", "1 in 1000", "about 5%", "under 1%", ">99%"]
    ),
    st.sampled_from(["likely", "1:99 to 1:9", "1/20 to 1/10", "99.9999%", "0.0001%", "0%", "100%"]),
)


@given(NUMBERS, st.sampled_from(PROGRAMS))
def test_every_number_of_a_map_survives_each_program(number: str, program: Program) -> None:
    there = model(to_yaml({"claims": {"a": {"text": "It is so.", "credence": number}}}), "target: a")
    data = program.saved_table(cells(write_csv(there).data))
    said = read(data).map["claims"]["a"]["credence"]
    one, other = (parse_value(text, Role.CREDENCE, LEXICON) for text in (str(said), number))
    assert one.low == pytest.approx(other.low, rel=1e-12)
    assert one.complements == pytest.approx(other.complements, rel=1e-9)


TYPED = st.one_of(
    st.integers(0, 100).map(lambda n: f"{n}%"),
    st.tuples(st.integers(1, 31), st.integers(1, 31), st.sampled_from("-/.:")).map(
        lambda t: f"{t[0]}{t[2]}{t[1]}"
    ),
    st.tuples(st.integers(1, 50), st.integers(51, 99)).map(lambda t: f"{t[0]}% to {t[1]}%"),
    st.tuples(st.integers(1, 50), st.integers(51, 99)).map(lambda t: f"{t[0]}-{t[1]}%"),
    st.tuples(st.integers(1, 3), st.integers(1, 120)).map(lambda t: f"{t[0]}:{t[1]}"),
    st.decimals("0.01", "0.99", places=2).map(str),
    st.decimals("0.01", "99.99", places=2).map(lambda n: f"{n}%"),
    st.sampled_from(["likely", "about 5%", "<1%", "=5%", "+5%", "@x", "1,5%", "5 %"]),
)


@given(TYPED, st.sampled_from(PROGRAMS))
def test_what_is_typed_comes_as_the_same_number_or_as_a_problem_of_its_row(
    typed: str, program: Program
) -> None:
    typed = typed.replace(".", program.point) if "%" in typed or typed.startswith("0.") else typed
    try:
        meant = parse_loosely(typed, Role.CREDENCE, LEXICON)
    except UnreadableError:
        meant = None
    data = program.saved_table([["text", "value"], ["It rains.", typed]])
    try:
        said = read(data).map["claims"]["it-rains"]["credence"]
    except InvalidMap as error:
        told = [problem.message for problem in error.problems]
    else:
        told = []
        assert meant is not None
        found = parse_value(str(said), Role.CREDENCE, LEXICON)
        assert (found.low, found.high) == pytest.approx((meant.low, meant.high), rel=1e-12)
    assert [message[:12] for message in told] == ["row 2, value"] * len(told)


# --- what people change -------------------------------------------------------------------------------


def test_a_changed_number_replaces_what_was_said_of_the_old_one() -> None:
    text = """
        claims:
          a: {text: It is so., credence: {value: 5% to 95%, note: A guess.}}
          b: {text: It is that., all_of: [a], if_met: 90%}
        arguments:
          c: {text: So., for: a, strength: 2x}
    """
    sent = write_csv(model(text, "target: b")).data
    assert read(sent).map["claims"]["a"]["credence"] == {"value": "5% to 95%", "note": "A guess."}
    assert read(changed(sent, "a", value="20 %")).map["claims"]["a"]["credence"] == "20%"
    assert read(changed(sent, "b.if_met", value="0,8")).map["claims"]["b"]["if_met"] == "0.8"
    assert read(changed(sent, "b.otherwise", value="1%")).map["claims"]["b"]["otherwise"] == "1%"
    assert read(changed(sent, "c.strength", value="3 x")).map["arguments"]["c"]["strength"] == "3x"
    assert read(changed(sent, "c", value="likely")).map["arguments"]["c"]["credence"] == "likely"


def test_the_column_of_a_worldview_is_its_file() -> None:
    text = """
        claims: {a: {text: It is so., credence: 5%}}
        questions: {q: {text: Which?, states: [x, y], credence: {x: 30%, y: 70%}}}
        arguments: {c: {text: So., for: a, strength: 2x}}
    """
    ann = "judgements: {a: {value: 10%, note: Seen.}, q: {x: 20%, y: rest}}\nrejects: [c]"
    sent = write_csv(model(text, "target: a", ann=ann)).data
    by_address = {row["address"]: row["worldview ann"] for row in rows(sent)}
    assert (by_address["a"], by_address["q.x"], by_address["q.y"], by_address["c"]) == (
        "10%",
        "20%",
        "rest",
        "rejected",
    )
    cells_of_ann = by_address | {"q.x": "40%", "a": "40%", "c": ""}
    table = [
        row
        | {
            "worldview ann": cells_of_ann[row["address"]],
            "worldview bob": "1%" if row["address"] == "a" else "",
        }
        for row in rows(sent)
    ]
    found = read(written(table)).worldviews
    assert found["ann"]["judgements"] == {"a": "40%", "q": {"x": "40%", "y": "rest"}}
    assert "rejects" not in found["ann"]
    assert found["bob"]["judgements"] == {"a": "1%"}


def test_a_number_that_is_nobodys_stays_so_until_somebody_gives_one() -> None:
    sent = written([{"address": "a", "text": "It is so.", "value": "", "whose": ""}])
    there = to_yaml(read(sent).map)
    table = write_csv(model(there, "target: a")).data
    assert rows(table)[0]["whose"] == "nobody"
    assert read(table).map["claims"]["a"]["credence"] == {"value": "5% to 95%", "elicited": "false"}
    assert read(changed(table, "a", value="30%")).map["claims"]["a"]["credence"] == "30%"

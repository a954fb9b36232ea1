"""Tables in text, in the dialects in which spreadsheet programs save them."""

import codecs
import csv
import io
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cruxmap.errors import Code, InvalidMap, Problem
from cruxmap.language.files import MAX_BYTES
from cruxmap.language.spreadsheet import Line, harmless_cell, read_table, table_of, written_table

NEEDED, KNOWN = ("id", "answer"), ("id", "answer", "low")
COMMA = "id,answer\nrain,5%\n"


def rows(text: str | bytes) -> list[dict[str, str]]:
    data = text.encode() if isinstance(text, str) else text
    return [plain(line) for line in table_of(data, "filled.csv", NEEDED, KNOWN)]


def plain(line: Line) -> dict[str, str]:
    return {name: str(cell) for name, cell in line.cells.items()}


def problems(data: str | bytes) -> tuple[Problem, ...]:
    with pytest.raises(InvalidMap) as caught:
        rows(data)
    return caught.value.problems


RAIN = [{"id": "rain", "answer": "5%"}]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (b"", "cp1252"),
    ],
)
def test_every_dialect_says_the_same(ends: str, separator: str, mark: bytes, encoding: str) -> None:
    table = [["Id", "question", "Answer", "low"], ["rain", 'It "rained", or é; so', "5,5 %", "\u20ac"]]
    written = io.StringIO()
    csv.writer(written, delimiter=separator, lineterminator=ends).writerows(table)
    found = rows(mark + written.getvalue().encode(encoding))
    assert found == [{"id": "rain", "answer": "5,5 %", "low": "\u20ac"}]


@pytest.mark.parametrize("named", ["sep=;\r\n", '"sep=;"\r\n', "SEP=;\n"])
def test_a_line_that_names_the_separator_is_no_row(named: str) -> None:
    [line] = table_of(f"{named}id;answer\r\nrain;5%\r\n".encode(), "filled.csv", NEEDED, KNOWN)
    assert plain(line) == RAIN[0]
    assert line.cells["answer"].span == ("filled.csv", 3, 6, 2)


def test_columns_come_in_any_order_and_those_that_are_not_known_are_left_out() -> None:
    assert rows("Answer ,mine,ID\n5%,x,rain\n") == RAIN


def test_a_row_keeps_the_number_that_the_spreadsheet_gives_it() -> None:
    lines = table_of(b'id,answer\n"a\nb",1%\n\n,\nc,2%\n', "filled.csv", NEEDED, KNOWN)
    assert [line.number for line in lines] == [2, 5]
    assert [line.cells["answer"].span[1:3] for line in lines] == [(3, 4), (6, 3)]


def test_cells_that_a_row_lacks_are_empty_and_stand_at_its_end() -> None:
    [line] = table_of(b"id,answer,low\nrain\n", "filled.csv", NEEDED, KNOWN)
    assert (line.cells["answer"], line.cells["low"]) == ("", "")
    assert line.cells["low"].span == ("filled.csv", 2, 5, 1)


def test_blanks_around_a_cell_and_the_apostrophe_of_a_text_are_none_of_it() -> None:
    assert rows("id,answer\n'rain,\u00a0 '5% \n") == RAIN


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "the header has no column `id` and `answer`"),
        ("\r\n\r\n", "the header has no column `id` and `answer`"),
        ("rain,5%\n", "the header has no column `id` and `answer`"),
        ("id,value\n", "the header has no column `answer`"),
        ("id,answer,Answer\nrain,5%,\n", "there are two columns `answer`"),
        ('id,answer\nrain,"5%\n', "the quotation mark that opens here is never closed"),
        (b"PK\x03\x04rest", "this is a workbook, not a table in text"),
        (b"\xd0\xcf\x11\xe0rest", "this is a workbook, not a table in text"),
        ("<!DOCTYPE html>\n<html>", "this is the page that asks, not the answers"),
        ("id,answer\n".encode("utf-16-le"), "this is not text: it has zero bytes"),
    ],
)
def test_what_is_no_table_is_told(data: str | bytes, message: str) -> None:
    [problem] = problems(data)
    assert (problem.code, problem.message) == (Code.UNREADABLE_FORM, message)
    assert problem.hint


def test_a_problem_shows_the_line_and_the_cell() -> None:
    [problem] = problems('id,answer\nrain,"5%\n')
    assert (problem.span.line, problem.span.column, problem.line_text) == (2, 6, 'rain,"5%')


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    codes = {}
    for name in ("none.csv", ".", "large.csv"):
        with pytest.raises(InvalidMap) as caught:
            read_table(tmp_path / name, NEEDED, KNOWN)
        codes[name] = caught.value.problems[0].code
    assert codes == {
        "none.csv": Code.NO_SUCH_FILE,
        ".": Code.UNREADABLE_FILE,
        "large.csv": Code.UNREADABLE_FILE,
    }


# --- writing ------------------------------------------------------------------------------------


def test_a_table_has_a_mark_commas_and_the_ends_of_lines_of_the_format() -> None:
    assert written_table([["id", "it is, so"], ["a", ""]]) == codecs.BOM_UTF8 + b'id,"it is, so"\r\na,\r\n'


@pytest.mark.parametrize(
    "first", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"]
)
def test_no_cell_begins_as_a_formula_does(first: str) -> None:
    for blanks in ("", " ", "\u00a0"):
        assert harmless_cell(f"{blanks}{first}1+1").startswith("'")
    hidden = harmless_cell(f"well; {first}1+1")
    assert hidden.partition(";")[2].lstrip()[0] == "'"


def test_a_cell_has_no_characters_that_end_it() -> None:
    assert harmless_cell("a\r\nb\u2028c\x00d") == "a b c d"


CELLS = st.lists(st.lists(st.text(max_size=12), min_size=2, max_size=2), max_size=4)


@given(CELLS)
def test_what_is_written_is_read_again_by_this_and_by_others(table: Iterable[list[str]]) -> None:
    safe = [[harmless_cell(cell).encode("utf-8", "replace").decode() for cell in row] for row in table]
    data = written_table([NEEDED, *table])
    others = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert others == [[*NEEDED], *safe]
    ours = [list(plain(line).values()) for line in table_of(data, "filled.csv", NEEDED, KNOWN)]
    stripped = [[cell.strip().removeprefix("'").strip() for cell in row] for row in safe]
    assert ours == [row for row in stripped if any(row)]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    found, codes = read_or_refused(data)
    assert codes <= {Code.UNREADABLE_FORM}
    assert all({*NEEDED} <= {*line.cells} for line in found)


@given(st.text(alphabet='ida,;\t"\nnswer%5', max_size=80))
def test_any_text_below_a_header_is_read_or_refused(text: str) -> None:
    found, codes = read_or_refused(f"id,answer\n{text}".encode())
    assert codes <= {Code.UNREADABLE_FORM}
    assert not (found and codes)


def read_or_refused(data: bytes) -> tuple[tuple[Line, ...], set[Code]]:
    try:
        return table_of(data, "filled.csv", NEEDED, KNOWN), set()
    except InvalidMap as invalid:
        return (), {problem.code for problem in invalid.problems}

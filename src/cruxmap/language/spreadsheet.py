"""Tables as spreadsheet programs keep them in text: CSV, in whichever dialect.

In: the bytes of a file, and the columns to look for. Out: rows of cells that know their place (`Text`). The
file may be UTF-8 or UTF-16, or in the letters of an older Windows, and its separator a comma, a semicolon,
a tab or a bar: the one with which its header names the columns. Nothing is converted: each cell stays text.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cruxmap.errors import Code, Span
from cruxmap.language.files import MAX_BYTES, shown
from cruxmap.language.findings import Findings
from cruxmap.language.names import with_and
from cruxmap.language.yaml_text import SourceFile, Text

SEPARATORS = ",;\t|"

_BREAK = re.compile("\r\n|[\r\n]")
_NAMED_SEPARATOR = re.compile(r'\s*"?sep=(.)"?[,;\t|]*(?:\r\n|[\r\n])', re.IGNORECASE)
"""The line by which a file tells Excel its separator."""

_FORMULA = re.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""Characters, wide ones too, with which a cell begins that a spreadsheet computes."""
_AFTER_SEPARATOR = re.compile(f"([;\t]\\s*)(?={_FORMULA.pattern})")
"""Where one begins for a program that takes another separator than the comma."""
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_NEEDS_QUOTES = re.compile(f'["{SEPARATORS}]|^\\s|\\s$')


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its number as a spreadsheet counts, and its cells by the names of their columns.

    A cell that the row does not have is an empty text at the row's end. `unnamed` are filled cells below an
    empty one of the header.
    """

    number: int
    cells: Mapping[str, Text]
    unnamed: tuple[Text, ...] = ()


# --- reading ------------------------------------------------------------------------------------


def read_table(path: Path, needed: Collection[str], known: Collection[str]) -> tuple[Line, ...]:
    """Return the rows below the header of a file, those left out in which nothing stands.

    The header names columns, in any order and in capitals or not; all that are `needed` must be there, and
    those that are not `known` are left out. Raises InvalidMap.
    """
    findings = Findings()
    data = _content(path, findings)
    findings.raise_if_any()
    return table_of(data, shown(path), needed, known)


def table_of(
    data: bytes, name: str, needed: Collection[str], known: Collection[str], likely: Collection[str] = ()
) -> tuple[Line, ...]:
    """Return the rows of a file's bytes, as `read_table` does; `name` is what problems call it.

    The separator is that with which the header has most of the columns that are needed or `likely`.
    """
    findings = Findings()
    file = SourceFile(name, _decoded(data, name, findings))
    findings.raise_if_any()
    start, separator = _dialect(file.text, {*needed, *likely})
    rows = list(_rows(file, start, separator, findings))
    header = next((row for row in rows if any(row.cells)), None)
    columns = _columns(header.cells if header else [], needed, known, name, findings)
    findings.raise_if_any()
    assert header is not None
    body = [row for row in rows[rows.index(header) + 1 :] if any(row.cells)]
    for row in body:
        _check_length(row, len(header.cells), separator, findings)
    findings.raise_if_any()
    nameless = [at for at, cell in enumerate(header.cells) if not _plain(cell)]
    return tuple(_named(row, columns, nameless) for row in body)


def header_of(data: bytes, name: str, likely: Collection[str]) -> tuple[Text, ...]:
    """Return the cells of the first row in which anything stands; `likely` are columns as in `table_of`."""
    findings = Findings()
    file = SourceFile(name, _decoded(data, name, findings))
    findings.raise_if_any()
    start, separator = _dialect(file.text, likely)
    rows = _rows(file, start, separator, findings)
    return next((tuple(row.cells) for row in rows if any(row.cells)), ())


def column_name(cell: str) -> str:
    """Return what a column is called by a cell of the header: in small letters, without what is around it."""
    return _plain(cell)


def _content(path: Path, findings: Findings) -> bytes:
    trouble = ""
    try:
        if path.is_file():
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
            if len(data) <= MAX_BYTES:
                return data
            trouble = f"it has more than {MAX_BYTES:,} bytes"
        elif path.exists():
            trouble = "it is not an ordinary file"
    except (OSError, ValueError) as error:
        trouble = getattr(error, "strerror", None) or "no file can have this name"
    if trouble:
        findings.add(Code.UNREADABLE_FILE, f"cannot be read: {trouble}", Span(shown(path)))
    else:
        findings.add(Code.NO_SUCH_FILE, "there is no such file", Span(shown(path)))
    return b""


_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html)", re.IGNORECASE)
AS_CSV = "save it in the spreadsheet program as CSV, and read that"


def _decoded(data: bytes, name: str, findings: Findings) -> str:
    """Return the text of a file; an empty one after a problem.

    Excel saves "CSV" in the letters of its Windows. Taken for those of western Europe, foreign letters come
    out wrong, and what is asked of a table here has none.
    """
    place = Span(name)
    if data.startswith(_WORKBOOKS):
        findings.add(Code.UNREADABLE_FORM, "this is a workbook, not a table in text", place, AS_CSV)
        return ""
    if _PAGE.match(data):
        hint = "open it in a browser, choose `Download my answers`, and read the file that it saves"
        findings.add(Code.UNREADABLE_FORM, "this is the page that asks, not the answers", place, hint)
        return ""
    marked = next((_MARKS[mark] for mark in _MARKS if data.startswith(mark)), None)
    try:
        text = data.decode(marked or "utf-8")
    except UnicodeDecodeError:
        text = data.decode(marked or "cp1252", "replace")
    if "\0" in text:
        findings.add(Code.UNREADABLE_FORM, "this is not text: it has zero bytes", place, AS_CSV)
        return ""
    return text


def _dialect(text: str, needed: Collection[str]) -> tuple[int, str]:
    """Return where the header begins, and the separator with which it has most of the needed names."""
    named = _NAMED_SEPARATOR.match(text)
    start = named.end() if named else 0
    if named and named[1] in SEPARATORS:
        return start, named[1]
    first = _BREAK.split(text[start:].lstrip("\r\n"), maxsplit=1)[0]

    def found(separator: str) -> int:
        return len({_plain(cell) for cell in first.split(separator)} & {*needed})

    return start, max(SEPARATORS, key=found)


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: list[Text]


def _rows(file: SourceFile, start: int, separator: str, findings: Findings) -> Iterator[_Row]:
    """Yield the rows of a text, as RFC 4180 has them: a field in quotation marks may hold anything."""
    number, at, text = 1, start, file.text
    while at < len(text):
        cells: list[Text] = []
        ended = False
        while not ended:
            cell, at = _field(file, at, separator, findings)
            cells.append(cell)
            ended = not text.startswith(separator, at)
            at += not ended
        yield _Row(number, cells)
        number += 1
        at += len(found[0]) if (found := _BREAK.match(text, at)) else 0


def _field(file: SourceFile, at: int, separator: str, findings: Findings) -> tuple[Text, int]:
    """Return the field that begins somewhere, and where it ends."""
    text, begin, quoted = file.text, at, ""
    if text.startswith('"', at):
        quoted, at = _quoted(text, at)
        if at < 0:
            mark = _cell(file, '"', begin, begin + 1)
            message = "the quotation mark that opens here is never closed"
            findings.add(Code.UNREADABLE_FORM, message, mark, "write it twice where it is meant itself")
            return mark, len(text)
    end = _end_of_field(text, at, separator)
    return _cell(file, _stripped(quoted + text[at:end]), begin, end), end


def _quoted(text: str, at: int) -> tuple[str, int]:
    """Return what is between quotation marks, and where that ends; a negative place if it does not."""
    parts = []
    while True:
        close = text.find('"', at + 1)
        if close < 0:
            return "", -1
        parts.append(text[at + 1 : close])
        if not text.startswith('"', close + 1):
            return '"'.join(parts), close + 1
        at = close + 1


def _end_of_field(text: str, at: int, separator: str) -> int:
    found = re.compile(f"[{re.escape(separator)}\r\n]").search(text, at)
    return found.start() if found else len(text)


def _cell(file: SourceFile, text: str, start: int, end: int) -> Text:
    cell = Text(text)
    cell.file, cell.start, cell.end, cell.plain = file, start, end, False
    return cell


def _stripped(text: str) -> str:
    """Return a cell's text without blanks around it, and without the mark that keeps it a text."""
    return text.strip().removeprefix("'").strip()


def _plain(cell: str) -> str:
    return _stripped(cell.strip().strip('"')).lower()


def _columns(
    header: Iterable[Text],
    needed: Collection[str],
    known: Collection[str],
    name: str,
    findings: Findings,
) -> dict[str, int]:
    """Return where each known column is; a problem where one is missing, or there twice."""
    columns: dict[str, int] = {}
    cells = list(header)
    for at, cell in enumerate(cells):
        if (column := _plain(cell)) not in known:
            continue
        if column in columns:
            findings.add(Code.UNREADABLE_FORM, f"there are two columns `{column}`", cell, "keep one")
        columns.setdefault(column, at)
    missing = [column for column in needed if column not in columns]
    if missing:
        message = f"the header has no column {with_and(f'`{column}`' for column in missing)}"
        hint = f"its first row names the columns: {', '.join(needed)}"
        findings.add(Code.UNREADABLE_FORM, message, cells[0] if cells else Span(name), hint)
    return columns


def _check_length(row: _Row, most: int, separator: str, findings: Findings) -> None:
    """Tell of a row that goes on behind the last column: most often, a text in it has been cut in two."""
    beyond = next((cell for cell in row.cells[most:] if cell), None)
    if beyond is not None:
        message = f"row {row.number} has {len(row.cells)} cells, and the header {most}"
        hint = f"put a text that has a `{separator}` in it between quotation marks"
        findings.add(Code.UNREADABLE_FORM, message, beyond, hint)


def _named(row: _Row, columns: Mapping[str, int], nameless: Iterable[int]) -> Line:
    last = row.cells[-1]
    past = Text.at("", last)
    past.start = past.end
    cells = {name: row.cells[at] if at < len(row.cells) else past for name, at in columns.items()}
    unnamed = tuple(row.cells[at] for at in nameless if at < len(row.cells) and row.cells[at])
    return Line(row.number, cells, unnamed)


# --- writing ------------------------------------------------------------------------------------


def written_table(rows: Iterable[Iterable[str]]) -> bytes:
    """Return rows as CSV: UTF-8 with a byte order mark, by which Excel knows it; commas; CR LF.

    No cell is computed by a spreadsheet, whatever somebody wrote in it. Ends of lines within a cell become
    blanks.
    """
    return "".join(f"{written_row(row)}\r\n" for row in rows).encode("utf-8-sig", "replace")


def written_row(cells: Iterable[str]) -> str:
    """Return one row as `written_table` has it, without its end."""
    return ",".join(map(_field_of, cells))


def _field_of(text: str) -> str:
    safe = harmless_cell(text)
    return '"{}"'.format(safe.replace('"', '""')) if _NEEDS_QUOTES.search(safe) else safe


def harmless_cell(text: str) -> str:
    """Return a cell's text with an apostrophe before whatever a spreadsheet would take for a formula.

    That is at the cell's start, and behind a semicolon: a program that separates there begins a cell.
    """
    marked = f"'{text}" if _FORMULA.match(text.lstrip(" \u00a0")) else text
    return _UNSEEN.sub(" ", _AFTER_SEPARATOR.sub(r"\1'", marked))

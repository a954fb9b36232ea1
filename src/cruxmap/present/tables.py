"""Answers as tables: for the terminal, for Markdown, and as CSV with whole numbers.

A `Table` is a value with the raw cells, filled from the items of an answer by what its columns get from each.
The three writers decide nothing but the form.
"""

import csv
import html
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table as RichTable

LONGEST_NAME = 36
"""Characters of a row's name that are kept on one line of a terminal."""

LONGEST_LINE = 72
"""Characters of a text on one line of a table."""

EDGES, GAP = 2, 3
"""Columns of a terminal beside a table, and between its columns."""

type Cell = str | float | int | bool | None


def as_text(cell: Any) -> str:
    """Write a cell that needs no format of its own; what is undefined is a dash."""
    return "-" if cell is None else str(cell)


def as_mark(holds: bool) -> str:
    """Write "yes" or nothing."""
    return "yes" if holds else ""


@dataclass(frozen=True, slots=True)
class Column:
    """`key` names the column in CSV, `title` for people; `show` writes a cell for them.

    `get` takes the cell from an item of the answer; without it, the cell is the item's attribute `key`.
    """

    key: str
    title: str
    show: Callable[[Any], str] = as_text
    right: bool = False
    get: Callable[[Any], Any] | None = None

    def cell(self, item: Any) -> Cell:
        """Return the raw cell for an item; several names or conditions are one text, with commas between."""
        value: Any = getattr(item, self.key) if self.get is None else self.get(item)
        return ", ".join(map(str, value)) if isinstance(value, tuple) else value


def numeric(
    key: str, title: str, show: Callable[[Any], str] = as_text, get: Callable[[Any], Any] | None = None
) -> Column:
    """Return a column of numbers, aligned on the right."""
    return Column(key, title, show, right=True, get=get)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of raw cells under columns, with a title and notes to print below."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, title: str, columns: Iterable[Column], items: Iterable[Any], notes: Iterable[str] = ()
    ) -> "Table":
        """Return a table with one row per item."""
        return cls.nested(title, (), columns, [(None, items)], notes)

    @classmethod
    def nested(
        cls,
        title: str,
        outer: Iterable[Column],
        inner: Iterable[Column],
        groups: Iterable[tuple[Any, Iterable[Any]]],
        notes: Iterable[str] = (),
    ) -> "Table":
        """Return a table with one row per item of each group.

        The outer columns are of what a group belongs to, the inner ones of its items.
        """
        outer, inner = tuple(outer), tuple(inner)
        rows = tuple(
            (*(column.cell(owner) for column in outer), *(column.cell(item) for column in inner))
            for owner, items in groups
            for item in items
        )
        return cls(title, (*outer, *inner), rows, tuple(notes))


def csv_text(table: Table) -> str:
    """Write the table as CSV: keys as header, numbers in full, undefined cells empty.

    An apostrophe goes before a text that a spreadsheet would take for a formula.
    """
    header = _csv_row(column.key for column in table.columns)
    return header + "".join(_csv_row(map(_csv_cell, row)) for row in table.rows)


def _csv_row(cells: Iterable[Cell]) -> str:
    """Write one row; before Python 3.13, only the signs of the writer's own line ends have cells quoted."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().removesuffix("\r\n") + "\n"


_FORMULA = re.compile(r"[=@\t\r\n]|[-+](?![\d.]+$)")


def _csv_cell(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def markdown_text(table: Table) -> str:
    """Write the table in GitHub's Markdown, with its title and notes around it; no text is markup."""
    head = [markdown(column.title) for column in table.columns]
    rule = ["---:" if column.right else "---" for column in table.columns]
    body = [[markdown(cell) for cell in row] for row in shown_rows(table)]
    lines = ["| " + " | ".join(cells) + " |" for cells in (head, rule, *body)]
    title = f"**{markdown(table.title)}**" if table.title else ""
    cells = "\n".join(lines) if table.columns else ""
    return "\n\n".join(part for part in (title, cells, *map(markdown, table.notes)) if part) + "\n"


_MARKUP = re.compile(r"[\\`*_\[\]|~$]|^[-+#](?=\s)")
_REFERENCE = re.compile(r"[@#](?=\w)")
"""What mentions people and issues: a backslash does not help, an invisible space does."""


def markdown(text: str) -> str:
    """Return Markdown that shows the text as it is, on one line of the source."""
    escaped = _MARKUP.sub(r"\\\g<0>", html.escape(text, quote=False))
    return _REFERENCE.sub(r"\g<0>&#8203;", escaped).replace("\n", "<br>")


def rich_tables(table: Table, width: int) -> "Iterator[RichTable]":
    """Yield the table for a terminal: as many columns as fit side by side, then the further ones.

    Long texts are folded, numbers never. Each part begins with the first columns, as many as tell the rows
    apart; the very first is not broken either where there is room.
    """
    from rich import box
    from rich.markup import escape
    from rich.table import Table as RichTable

    from cruxmap.present import narrow_tables

    lines = [tuple(column.title for column in table.columns), *shown_rows(table)]
    columns = list(zip(*lines, strict=True))
    right = [column.right for column in table.columns]
    least = [max(map(narrow_tables.narrowest, column)) for column in columns]
    most = [max(map(narrow_tables.longest_line, column)) for column in columns]
    most = [n if right[c] else min(n, LONGEST_LINE) for c, n in enumerate(most)]
    name = min(max(map(narrow_tables.longest_word, columns[0])), LONGEST_NAME)
    paragraphs = any("\n" in cell for line in lines for cell in line)
    names = narrow_tables.naming(lines[1:])
    for block in narrow_tables.blocks(least, GAP, width - EDGES, names):
        room = width - EDGES - GAP * (len(block) - 1)
        narrow = [least[c] for c in block]
        if sum(narrow[1:]) + name <= room:
            narrow[0] = max(narrow[0], name)
        wide = narrow_tables.widths(narrow, [most[c] for c in block], room)
        places = list(zip(block, wide, strict=True))
        head, *rows = (
            [escape(narrow_tables.folded(line[c], cells)) for c, cells in places] for line in lines
        )
        shown = RichTable(
            box=box.SIMPLE_HEAD,
            pad_edge=False,
            header_style="bold",
            leading=1 if paragraphs else 0,
            width=width - room + sum(wide),  # the terminal breaks what is too wide for it even so
        )
        for title, (c, cells) in zip(head, places, strict=True):
            shown.add_column(title, width=cells, no_wrap=True, justify="right" if right[c] else "left")
        for row in rows:
            shown.add_row(*row)
        yield shown


def shown_rows(table: Table) -> Iterable[tuple[str, ...]]:
    """Yield the rows as people read them."""
    for row in table.rows:
        yield tuple(column.show(cell) for column, cell in zip(table.columns, row, strict=True))

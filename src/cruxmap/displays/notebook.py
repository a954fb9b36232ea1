"""Tables and a figure as HTML for a notebook: no script, nothing from elsewhere, no text that is markup.

Colours are those of the notebook, light or dark; a figure is on white paper of its own.
"""

import base64
import html
import re
from collections.abc import Iterable, Iterator, Sequence

from cruxmap.present.report.markup import clean
from cruxmap.present.tables import Table, shown_rows

FACES = {
    "table": "border-collapse: collapse; margin: 0.2em 0 0.4em; font-size: 0.92em; color: inherit",
    "caption": "font-weight: bold; margin: 0.9em 0 0.2em; color: inherit; max-width: 60em",
    "head": "padding: 0.25em 0.7em; vertical-align: bottom; border-bottom: 1px solid currentColor",
    "cell": "padding: 0.25em 0.7em; vertical-align: top; border-bottom: 1px solid rgba(128, 128, 128, 0.3)",
    "note": "margin: 0.15em 0; max-width: 60em; font-size: 0.85em; color: inherit; opacity: 0.75",
    "said": "margin: 0.2em 0; max-width: 60em; color: inherit",
    "room": "overflow-x: auto; max-width: 100%",
    "whole": "color: inherit; line-height: 1.35",
    "figure": "max-width: 100%; min-width: 44em; height: auto; background: white; margin-top: 0.6em",
}
"""The style of each part."""

LONGEST_LINE = 42
"""Characters from which a cell is broken over lines, in the width of so many."""

_IN_PYTHON = (
    (re.compile(r"--list ([\w-]+)"), r'to_frame("\1")'),
    (re.compile(r"--all\b"), "everyone=True"),
    (re.compile(r"--far\b"), "far=True"),
    (re.compile(r"--limit\b"), "limit="),
    (re.compile(r"`--format json`"), "`to_json()`"),
    (re.compile(r"`diff MODEL (\S+) (\S+)`"), r'`diff(model, "\1", "\2")`'),
)
"""What notes name of the command line, and what stands for each in Python."""


def view_of(name: str, tables: Iterable[Table], figure: bytes | None) -> str:
    """Return the tables with their titles and notes, then a figure (SVG), as HTML.

    `name` is what the figure is called for those who cannot see it.
    """
    parts = [part for table in tables for part in _table(table)]
    if figure is not None:
        encoded = base64.b64encode(_in_hundredths(figure)).decode()
        source = f'src="data:image/svg+xml;base64,{encoded}"'
        image = f'<img alt="{_text(name)}" {source} style="{FACES["figure"]}">'
        parts.append(f'<div style="{FACES["room"]}">{image}</div>')
    return f'<div style="{FACES["whole"]}">{"".join(parts)}</div>'


def _in_hundredths(figure: bytes) -> bytes:
    """Return an SVG whose paths are written to a hundredth of a point, as a notebook keeps every digit."""
    return _PATH.sub(lambda path: _DIGITS.sub(rb"\1", path[0]), figure)


_PATH, _DIGITS = re.compile(rb'\bd="[^"]*"'), re.compile(rb"(\.\d\d)\d+")


def _table(table: Table) -> Iterator[str]:
    if table.title:
        yield _element("div", table.title, "caption")
    if table.rows:
        rows = list(shown_rows(table))
        head = [
            _cell("th", _text(column.title), "head", right=column.right, wide=False)
            for column in table.columns
        ]
        wide = [any(len(row[place]) > LONGEST_LINE for row in rows) for place in range(len(table.columns))]
        body = [
            [
                _cell(
                    "td",
                    _named(text) if column.key == "id" else _text(text),
                    "cell",
                    right=column.right,
                    wide=broken,
                )
                for column, text, broken in zip(table.columns, row, wide, strict=True)
            ]
            for row in rows
        ]
        lines = f"<thead>{_row(head)}</thead><tbody>{''.join(map(_row, body))}</tbody>"
        yield f'<div style="{FACES["room"]}"><table style="{FACES["table"]}">{lines}</table></div>'
    face = "note" if table.columns else "said"
    yield from (_element("div", _in_python(note), face) for note in table.notes if note)


def _row(cells: Sequence[str]) -> str:
    return f"<tr>{''.join(cells)}</tr>"


def _cell(tag: str, text: str, face: str, *, right: bool, wide: bool) -> str:
    width = "; min-width: 16em; max-width: 32em" if wide else "; white-space: nowrap"
    style = f"{FACES[face]}; text-align: {'right' if right else 'left'}{width}"
    return f'<{tag} style="{style}">{text}</{tag}>'


def _element(tag: str, text: str, face: str) -> str:
    return f'<{tag} style="{FACES[face]}">{_text(text)}</{tag}>'


def _text(text: str) -> str:
    """Return a text that shows as it is, kept to itself whichever way its letters run."""
    return html.escape(clean(text)).replace("\n", "<br>")


def _named(text: str) -> str:
    """Return a text of which the first line is a name, if it has several."""
    name, *words = text.split("\n", 1)
    return f"<b>{_text(name)}</b><br>{_text(words[0])}" if words else _text(text)


def _in_python(note: str) -> str:
    """Return a note with what is called so in Python in place of options of the command line."""
    for option, name in _IN_PYTHON:
        note = option.sub(name, note)
    return note

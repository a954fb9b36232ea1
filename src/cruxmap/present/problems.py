"""Problems as people and editors read them: the place, what is wrong, the line with a marker, a hint.

Texts come from somebody's files, so control characters are replaced before anything is printed.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cruxmap.errors import NOWHERE, Problem
from cruxmap.insight.checked import problem_json
from cruxmap.present.tables import Column, Table

if TYPE_CHECKING:
    from cruxmap.language.sources import SourceCoverage

LINE_WIDTH = 100
"""How much of a long line is shown around the marked spot, in characters."""


_OBEYED = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069]")
"""What moves a terminal's cursor, or turns the direction of text, but for tabs and the ends of lines."""


def problems_table(problems: Sequence[Problem], warnings: Sequence[Problem]) -> Table:
    """Return one row per problem, then per warning."""
    plain = [{"kind": "problem", **problem_json(each)} for each in problems]
    plain += [{"kind": "warning", **problem_json(each)} for each in warnings]
    keys = ("kind", "code", "file", "line", "column", "message", "hint")
    columns = tuple(Column(key, key, right=key in {"line", "column"}) for key in keys)
    rows = tuple(tuple(each[key] for key in keys) for each in plain)
    return Table("Problems and warnings" if rows else "No problems", columns, rows)


def coverage_table(sources: "Sequence[SourceCoverage]") -> Table:
    """Return one row per listed place of every source of a map: what cites it, or why nothing needs to."""
    columns = (
        Column("locator", "place"),
        Column("section", "section"),
        Column("cited_by", "cited by"),
        Column("no_claim", "carries no claim"),
    )
    several = len({source.map for source in sources}) > 1
    gaps = [
        f"{source.map}: {source.source}#{place.locator}" if several else f"{source.source}#{place.locator}"
        for source in sources
        for place in source.gaps
    ]
    note = f"cited by nothing: {', '.join(gaps) or 'none'}"
    places = [(source, source.locators) for source in sources]
    heads = [Column("map", "map"), Column("source", "source")]
    return Table.nested("Sources", heads, columns, places, [note])


def problem_text(problem: Problem, kind: str, link: str = "") -> str:
    """Write a problem over a few lines, in rich's markup; `kind` is `problem` or `warning`.

    `link` is the address of what there is to say about its code.
    """
    from rich.markup import escape

    colour = {"problem": "red", "warning": "yellow"}[kind]
    place = (
        "" if problem.span.file == NOWHERE.file else f"[bold]{escape(printable(str(problem.span)))}:[/] "
    )
    code = f"[bold link={link}]{problem.code}[/]" if link else f"[bold]{problem.code}[/]"
    lines = [f"{place}[{colour}]{kind}[/] {code}: {escape(printable(problem.message))}"]
    if problem.line_text.strip():
        shown, marker = marked_line(problem)
        number = str(problem.span.line) if place else ""
        lines.append(f"  [dim]{number} |[/] {escape(shown)}")
        lines.append(f"  [dim]{' ' * len(number)} |[/] [{colour}]{marker}[/]")
    if problem.hint:
        lines.append(f"  [cyan]hint:[/] {escape(printable(problem.hint))}")
    return "\n".join(lines)


def marked_line(problem: Problem) -> tuple[str, str]:
    """Return the part of the line around the spot, and a marker to print under it."""
    text = problem.line_text.rstrip()
    at = min(problem.span.column - 1, len(text))
    start = max(0, at - LINE_WIDTH // 2) if len(text) > LINE_WIDTH else 0
    stop = start + LINE_WIDTH
    before = printable(text[start:at])
    spot = printable(text[at : min(at + max(problem.span.length, 1), stop)])
    lead, tail = "... " if start else "", " ..." if stop < len(text) else ""
    marker = " " * (len(lead) + _cells(before)) + "^" * max(_cells(spot), 1)
    return f"{lead}{printable(text[start:stop])}{tail}", marker


def harmless(text: str) -> str:
    """Return lines of text with every character replaced that a terminal would obey rather than show."""
    return _OBEYED.sub("\ufffd", text)


def printable(text: str) -> str:
    """Return the text with every character that could move the cursor or colour the screen replaced."""
    return "".join(c if c.isprintable() else " " if c in "\t\n\r" else "\ufffd" for c in text)


def _cells(text: str) -> int:
    """Return how many columns of a terminal the text takes."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )

"""Answers, problems and progress on a terminal, or on whatever stdout and stderr are connected to.

Results go to stdout; progress and problems to stderr. Colours only where a person watches.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from cruxmap.errors import Problem
from cruxmap.present.problems import problem_text

if TYPE_CHECKING:
    from rich.console import Console

    from cruxmap.present.tables import Table

MOST_OF_A_CODE = 100
"""Problems of one code that are written out for people."""

WIDTH_OF_A_FILE = 160
"""Columns for tables that no terminal's width limits."""


class Format(StrEnum):
    """How an answer is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


def say(line: str) -> None:
    """Write one line about what is being done to stderr."""
    _console(sys.stderr).print(line, markup=False, soft_wrap=True)


def print_text(text: str) -> None:
    """Write a text that ends where it ends to stdout."""
    sys.stdout.write(text)


def print_problems(problems: Sequence[Problem], warnings: Sequence[Problem]) -> None:
    """Write warnings, then problems, to stderr: of each code the first ones, and how many more there are."""
    if not problems and not warnings:
        return
    console = _console(sys.stderr)
    for kind, found in (("warning", warnings), ("problem", problems)):
        told = Counter[str]()
        for each in found:
            told[each.code] += 1
            if told[each.code] <= MOST_OF_A_CODE:
                console.print(problem_text(each, kind), soft_wrap=True)
        for code, n in told.items():
            if n > MOST_OF_A_CODE:
                more = f"... and {n - MOST_OF_A_CODE:,} more of `{code}`"
                console.print(f"{more}: `cruxmap check --format json` has them all", soft_wrap=True)


def json_text(answer: Any) -> str:
    """Return plain data as JSON, which never holds NaN or Infinity."""
    return json.dumps(answer, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def print_json(answer: Any) -> None:
    """Write plain data as JSON to stdout."""
    print_text(json_text(answer))


def print_answer(answer: Any, tables: "Sequence[Table]", form: Format, whole: "Table") -> None:
    """Print an answer: as data, as tables for people, or as CSV, which is one `whole` table."""
    from cruxmap.present import tables as writers

    match form:
        case Format.JSON:
            print_json(answer)
        case Format.CSV:
            print_text(writers.csv_text(whole))
        case Format.MARKDOWN:
            print_text("\n".join(map(writers.markdown_text, tables)))
        case Format.TABLE:
            console = _console(sys.stdout)
            for table in tables:
                if table.rows:
                    console.print(writers.rich_table(table))
                else:
                    console.print(table.title, markup=False, style="bold")
                for note in table.notes:
                    console.print(note, markup=False, style="dim")


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None] | None]:
    """Give a function that shows progress on stderr, or nothing where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_console(sys.stderr), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def advance(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield advance


def _console(stream: Any) -> "Console":
    from rich.console import Console

    terminal = stream.isatty()
    return Console(
        file=stream,
        color_system="auto" if terminal and not os.environ.get("NO_COLOR") else None,
        width=None if terminal or "COLUMNS" in os.environ else WIDTH_OF_A_FILE,
        highlight=False,
        emoji=False,
        soft_wrap=False,
    )

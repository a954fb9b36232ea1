"""Answers, problems and progress on a terminal, or on whatever stdout and stderr are connected to.

Results go to stdout; progress and problems to stderr. Colours only where a person watches. All text goes
through `print_text` or through the console, which let nothing pass that a terminal would obey.
"""

import io
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from cruxmap.errors import Problem
from cruxmap.ground import CannotWrite
from cruxmap.present.problems import harmless, problem_text

if TYPE_CHECKING:
    from rich.console import Console

    from cruxmap.present.tables import Table

MAX_OF_A_CODE = 100
"""Problems of one code that are written out for people."""

FILE_WIDTH = 160
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
    sys.stdout.write(harmless(text))


def tell(line: str) -> None:
    """Write one line to stdout."""
    print_text(f"{line}\n")


def print_problems(problems: Sequence[Problem], warnings: Sequence[Problem]) -> None:
    """Write warnings, then problems, to stderr: of each code the first ones, and how many more there are."""
    if not problems and not warnings:
        return
    console = _console(sys.stderr)
    for kind, found in (("warning", warnings), ("problem", problems)):
        told = Counter[str]()
        for each in found:
            told[each.code] += 1
            if told[each.code] <= MAX_OF_A_CODE:
                console.print(problem_text(each, kind), soft_wrap=True)
        for code, n in told.items():
            if n > MAX_OF_A_CODE:
                more = f"... and {n - MAX_OF_A_CODE:,} more of `{code}`"
                console.print(f"{more}: `cruxmap check --format json` has them all", soft_wrap=True)


def json_text(answer: Any, *, ascii_only: bool = False) -> str:
    """Return plain data as JSON, which never holds NaN or Infinity; what cannot be printed is escaped."""
    text = json.dumps(answer, indent=2, ensure_ascii=ascii_only, allow_nan=False)
    lines = (
        line if line.isprintable() else "".join(map(_json_character, line)) for line in text.split("\n")
    )
    return "\n".join(lines) + "\n"


def _json_character(character: str) -> str:
    return character if character.isprintable() else json.dumps(character)[1:-1]


def print_json(answer: Any) -> None:
    """Write plain data as JSON to stdout."""
    encoding = (sys.stdout.encoding or "utf-8").lower()
    print_text(json_text(answer, ascii_only=not encoding.startswith("utf")))


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
                if table.title:
                    console.print(table.title, markup=False, style="bold")
                if table.rows:
                    for part in writers.rich_tables(table, console.width):
                        console.print(part, crop=False)
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
    from rich.segment import Segment

    class Harmless(Console):
        """Lets nothing pass that a terminal would obey but what the console itself has to say."""

        def render(self, *args: Any, **options: Any) -> Iterator[Segment]:
            for segment in super().render(*args, **options):
                yield segment if segment.control else Segment(harmless(segment.text), segment.style)

    terminal = stream.isatty()
    return Harmless(
        file=stream,
        color_system="auto" if terminal and not os.environ.get("NO_COLOR") else None,
        width=None if terminal or "COLUMNS" in os.environ else FILE_WIDTH,
        highlight=False,
        emoji=False,
        soft_wrap=False,
    )


# --- the streams -----------------------------------------------------------------------------------


class Outlet(io.FileIO):
    """Where a stream's bytes go: to nobody after a failure, which is kept, unless the reader went away."""

    failure: OSError | None = None
    lost = False

    def write(self, data: Any, /) -> int:
        """Write bytes, or drop them."""
        if not self.lost:
            try:
                return super().write(data)
            except BrokenPipeError:
                self.lost = True
            except OSError as failure:
                self.lost, self.failure = True, failure
        return memoryview(data).nbytes


def open_streams() -> Callable[[], None]:
    """Put streams that take any text in place of stdout and stderr; return what flushes them in the end.

    Files and pipes get UTF-8; a terminal gets replacements for what its encoding lacks. Flushing raises
    `CannotWrite` where stdout has not taken all.
    """
    for descriptor in (0, 1, 2):  # what is opened next must not be taken for a stream that was closed
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_WRONLY if descriptor == 0 else os.O_RDONLY)  # using it stays an error
    outlet = Outlet(1, "w", closefd=False)
    sys.stdout = _stream(sys.stdout, outlet, by_line=outlet.isatty())
    sys.stderr = _stream(sys.stderr, Outlet(2, "w", closefd=False), by_line=True)

    def finish() -> None:
        sys.stdout.flush()
        if outlet.failure is not None:
            raise CannotWrite("stdout", outlet.failure)

    return finish


def _stream(old: Any, outlet: Outlet, *, by_line: bool) -> io.TextIOWrapper:
    encoding = old.encoding if outlet.isatty() and old is not None else "utf-8"
    return io.TextIOWrapper(io.BufferedWriter(outlet), encoding, "replace", line_buffering=by_line)

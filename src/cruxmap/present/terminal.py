"""Answers, problems and progress on a terminal, or on whatever stdout and stderr are connected to.

Results go to stdout; progress and problems to stderr. Colours only where a person watches. All text goes
through `print_text` or through the console, which let nothing pass that a terminal would obey.
"""

import io
import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from cruxmap.errors import Problem
from cruxmap.ground import CannotWrite
from cruxmap.present import manual
from cruxmap.present.problems import harmless, problem_text
from cruxmap.present.progress import NOTHING, Bar, Display, Lines

if TYPE_CHECKING:
    from rich.console import Console

    from cruxmap.present.tables import Table

MAX_OF_A_CODE = 100
"""Problems of one code that are written out for people."""

PARAGRAPH_WIDTH, LEAST_WIDTH = 96, 20
"""Columns of a paragraph that are easily read, and how many there are in the narrowest terminal."""

FILE_WIDTH = 160
"""Columns for texts that no terminal's width limits; tables are then as wide as they need."""


class Format(StrEnum):
    """How an answer is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


_display: ContextVar[Display] = ContextVar("display", default=NOTHING)
"""Who shows what is being done: everything else that is printed asks it to make way."""

_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


@contextmanager
def watched(*, quiet: bool) -> Iterator[Display]:
    """Show on stderr what is being done while this lasts, and what is said of it, or be quiet about it."""
    stderr = sys.stderr
    display = (
        NOTHING if quiet else Bar(lambda: _console(stderr)) if stderr.isatty() else Lines(_write_to_stderr)
    )
    shown, was_quiet = _display.set(display), _quiet.set(quiet)
    try:
        yield display
    finally:
        display.close()
        _display.reset(shown)
        _quiet.reset(was_quiet)


@contextmanager
def notes_shown() -> Iterator[None]:
    """Print what the library notes while this lasts: troubles, and unless that is to be quiet, its doings."""
    import logging

    class Printing(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            warn(record.getMessage())

    notes, handler = logging.getLogger("cruxmap"), Printing()
    level = notes.level
    notes.addHandler(handler)
    notes.setLevel(logging.WARNING if _quiet.get() else logging.INFO)
    try:
        yield
    finally:
        notes.removeHandler(handler)
        notes.setLevel(level)


def say(line: str) -> None:
    """Write one line about what has been done to stderr, unless the command is to be quiet."""
    if not _quiet.get():
        with _display.get().aside(ended=True):
            _write_to_stderr(line)


def warn(line: str) -> None:
    """Write one line to stderr that is never left out."""
    with _display.get().aside():
        _write_to_stderr(line)


def _write_to_stderr(line: str) -> None:
    sys.stderr.write(harmless(f"{line}\n"))


def print_text(text: str) -> None:
    """Write a text that ends where it ends to stdout."""
    with _display.get().aside(ended=True):
        sys.stdout.write(harmless(text))


def print_paragraph(text: str, style: str = "", *, margin: str = "", mark: str = "") -> None:
    """Write a text to stdout in lines that fit, behind a margin; the first of them behind a mark, too.

    `style` is `bold`, `dim` or nothing; where nobody watches it makes no difference.
    """
    import textwrap

    width = max(at_most(PARAGRAPH_WIDTH), len(margin) + len(mark) + LEAST_WIDTH)
    further = margin + " " * len(mark)
    lines = textwrap.wrap(
        text, width, initial_indent=margin + mark, subsequent_indent=further, break_on_hyphens=False
    )
    with _display.get().aside(ended=True):
        console = _console(sys.stdout)
        for line in lines or [""]:
            console.print(line, markup=False, style=style, soft_wrap=True)


def print_bytes(content: bytes) -> None:
    """Write bytes to stdout."""
    with _display.get().aside(ended=True):
        sys.stdout.buffer.write(content)


def tell(line: str) -> None:
    """Write one line to stdout."""
    print_text(f"{line}\n")


def print_problems(problems: Sequence[Problem], warnings: Sequence[Problem]) -> None:
    """Write warnings, then problems, to stderr: of each code the first ones, and how many more there are."""
    if not problems and not warnings:
        return
    with _display.get().aside():
        console = _console(sys.stderr)
        linked = shows_links(sys.stderr, os.environ)
        for kind, found in (("warning", warnings), ("problem", problems)):
            told = Counter[str]()
            for each in found:
                told[each.code] += 1
                if told[each.code] <= MAX_OF_A_CODE:
                    link = manual.address(each.code) if linked else ""
                    console.print(problem_text(each, kind, link), soft_wrap=True)
            for code, n in told.items():
                if n > MAX_OF_A_CODE:
                    more = f"... and {n - MAX_OF_A_CODE:,} more of `{code}`"
                    console.print(f"{more}: `cruxmap check --format json` has them all", soft_wrap=True)


_LINKING_PROGRAMS = {
    "Hyper",
    "WarpTerminal",
    "WezTerm",
    "ghostty",
    "iTerm.app",
    "rio",
    "tabby",
    "vscode",
    "zed",
}
_LINKING_TERMINALS = {"alacritty", "contour", "foot", "xterm-ghostty", "xterm-kitty", "wezterm"}
_FIRST_VTE = 5000
"""From 0.50 on, GNOME's terminal and its kin know links."""


def shows_links(stream: Any, environment: Mapping[str, str]) -> bool:
    """Whether a stream is a terminal that is known to show links (OSC 8) as such."""
    get = environment.get
    if not stream.isatty() or get("NO_COLOR") or get("TERM") == "dumb":
        return False
    vte = get("VTE_VERSION", "")
    return (
        get("TERM_PROGRAM") in _LINKING_PROGRAMS
        or get("TERM") in _LINKING_TERMINALS
        or any(
            name in environment for name in ("WT_SESSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "DOMTERM")
        )
        or (vte.isascii() and vte.isdigit() and int(vte) >= _FIRST_VTE)
    )


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
            with _display.get().aside(ended=True):
                _print_tables(tables, sys.stdout)


def warn_in_table(table: "Table") -> None:
    """Write a table to stderr that is never left out."""
    with _display.get().aside():
        _print_tables([table], sys.stderr)


def _print_tables(tables: "Sequence[Table]", stream: Any) -> None:
    from cruxmap.present import tables as writers

    console = _console(stream)
    room = console.width if _is_limited(stream) else sys.maxsize
    for table in tables:
        if table.title:
            console.print(table.title, markup=False, style="bold")
        if table.rows:
            for part in writers.rich_tables(table, room):
                console.print(part, crop=False)
        for note in table.notes:
            console.print(note, markup=False, style="dim" if table.columns else "")


def _is_limited(stream: Any) -> bool:
    """Whether lines have to fit somewhere: in a terminal, or where somebody says so."""
    return stream.isatty() or "COLUMNS" in os.environ


def at_most(width: int) -> int:
    """Return how wide a text on stdout may be: so wide, or less where it has to fit."""
    return min(width, shutil.get_terminal_size().columns) if _is_limited(sys.stdout) else width


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
        width=None if _is_limited(stream) else FILE_WIDTH,
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


def is_unread() -> bool:
    """Tell whether what goes to stdout is lost: its reader went away, or its disk is full."""
    outlet = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    return isinstance(outlet, Outlet) and outlet.lost


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

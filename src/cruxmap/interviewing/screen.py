"""A screen to talk at: paragraphs that fit it, and lines that somebody types, be it into a pipe.

Where nobody watches, what is read is written behind its prompt, so that a transcript has both sides.
"""

import contextlib
import io
import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from types import FrameType

from cruxmap.present import terminal
from cruxmap.present.interview_text import Line

PROMPT = "> "


def is_watched() -> bool:
    """Whether somebody sits at a terminal, who can be asked and can answer."""
    return bool(sys.stdin and sys.stdin.isatty() and sys.stdout.isatty())


def take_any_letters() -> None:
    """Put a mark in place of bytes on stdin that are no letters, as no line is lost for another's sake."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")


def tell(lines: Iterable[Line]) -> None:
    """Write paragraphs to stdout, in lines that fit."""
    for line in lines:
        terminal.print_paragraph(line.text, line.style, margin=line.margin, mark=line.mark)


def read(prompt: str = PROMPT) -> str:
    """Return the next line that is typed, without spaces around it. Raises EOFError where there is none."""
    terminal.print_text("")  # what is shown of the work before makes way
    if is_watched():
        with contextlib.suppress(ImportError):
            import readline  # noqa: F401 - lines can then be edited
        line = input(prompt)
    else:
        line = (sys.stdin.readline() if sys.stdin else "") or "\0"
        if line == "\0":
            raise EOFError
        terminal.tell(prompt + line.rstrip("\r\n"))
    return line.strip()


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Hold back what would end the program until this is done, as while an answer is written."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []

    def hold(number: int, frame: FrameType | None) -> None:
        held.append(number)

    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, hold) for number in (getattr(signal, name) for name in names)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in held:
            os.kill(os.getpid(), number)

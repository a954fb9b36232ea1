"""A command in a pseudo-terminal, talked to as a person would."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from helpers.commands import COMMAND, OF_TERMINALS

PATIENCE = 120.0
"""Seconds after which a command that says nothing more is at a loss."""

AT_A_TERMINAL = (
    "import fcntl, os, signal, sys, termios;"
    "signal.signal(signal.SIGINT, signal.SIG_DFL);"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "os.execv(sys.argv[1], sys.argv[1:])"
)
"""Makes the terminal that which interrupts the command, also where it runs in the background, and then
is the command."""

BREATH, MOMENT = 0.3, 20.0
"""Seconds after which a person presses a key, and presses it again."""

CODES = re.compile(r"\x1b\[[0-9;?]*(?:[A-Za-z]|\Z)|\x1b(?:[=>]|\Z)|\r")
"""What is for the terminal, also where only a part of it is there yet."""


class Dialogue:
    """A command that runs in a terminal of some width, until it ends or is killed."""

    def __init__(self, folder: Path, *arguments: str, columns: int = 80, **environment: str) -> None:
        self._screen, inner = pty.openpty()
        variables = {name: value for name, value in os.environ.items() if name not in OF_TERMINALS}
        variables |= {"TERM": "xterm-256color", "COLUMNS": str(columns), **environment}
        self._process = subprocess.Popen(
            [sys.executable, "-c", AT_A_TERMINAL, *COMMAND, *arguments],
            cwd=folder,
            stdin=inner,
            stdout=inner,
            stderr=inner,
            env=variables,
            start_new_session=True,
        )
        os.close(inner)
        self._printed = b""
        self._read = 0

    @property
    def raw(self) -> str:
        """All that was printed."""
        return self._printed.decode(errors="replace")

    @property
    def text(self) -> str:
        """All that was printed, without what is for the terminal."""
        return CODES.sub("", self.raw)

    def says(self, expected: str) -> str:
        """Wait until a text is printed, after what was waited for before; return what came up to it."""
        until = time.monotonic() + PATIENCE
        while (place := self.text.find(expected, self._read)) < 0:
            assert self._take(until), f"no `{expected}` in what it said:\n{self.text[self._read :]}"
        said = self.text[self._read : place + len(expected)]
        self._read = place + len(expected)
        return said

    def types(self, line: str) -> None:
        """Type a line."""
        os.write(self._screen, f"{line}\n".encode())

    def presses(self, key: str) -> None:
        """Press a key, as Ctrl-C."""
        os.write(self._screen, key.encode())

    def interrupts(self, expected: str) -> None:
        """Press Ctrl-C until it says so: between a prompt and what waits for a key, Python misses it."""
        for _ in range(int(PATIENCE / MOMENT)):
            time.sleep(BREATH)
            self.presses("\x03")
            until = time.monotonic() + MOMENT
            while self.text.find(expected, self._read) < 0 and self._take(until):
                pass
            if self.text.find(expected, self._read) >= 0:
                return
        raise AssertionError(f"no `{expected}` in what it said:\n{self.text[self._read :]}")

    def kills(self) -> None:
        """End it at once."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(timeout=PATIENCE)

    def ends(self) -> int:
        """Wait for its end; return the exit code."""
        until = time.monotonic() + PATIENCE
        while self._take(until):
            pass
        return self._process.wait(timeout=PATIENCE)

    def _take(self, until: float) -> bool:
        """Read what is printed next; False where that is nothing any more."""
        ready, _, _ = select.select([self._screen], [], [], max(until - time.monotonic(), 0))
        if not ready:
            return False
        try:
            piece = os.read(self._screen, 65536)
        except OSError:  # how Linux says that the other side has closed
            return False
        self._printed += piece
        return bool(piece)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(timeout=PATIENCE)
        os.close(self._screen)

"""The shipped models, those of the examples, and commands: what comes of them."""

import csv
import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
POWER = str(ROOT / "models" / "power-seeking.yaml")
EXAMPLES = ROOT / "src" / "cruxmap" / "examples"
LEGAL_CASE, DIAGNOSIS, SAFETY_CASE, DECISION = (
    str(EXAMPLES / name / "models" / f"{name}.yaml")
    for name in ("legal-case", "diagnosis", "safety-case", "engineering-decision")
)
GOOD = ROOT / "tests" / "maps" / "good" / "models" / "everything.yaml"
"""A model of a map with every construct."""
COMMAND = [sys.executable, "-m", "cruxmap.cli"]


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder as somebody whose name is of no account."""
    settings = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *settings, *arguments], check=True, capture_output=True)


@dataclass(frozen=True)
class Outcome:
    """The exit code of a command, and what it printed on stdout and stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out, parse_constant=lambda name: pytest.fail(f"{name} in JSON"))

    @property
    def rows(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.out)))


type Cruxmap = Callable[..., Outcome]


OF_TERMINALS = {
    *("NO_COLOR", "FORCE_COLOR", "COLORTERM", "COLUMNS", "LINES", "TERM_PROGRAM", "VTE_VERSION"),
    *("WT_SESSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "DOMTERM"),
}
"""Variables that tell of the terminal in which the tests are run: it is not the one of a test."""


def on_a_terminal(*arguments: str, **environment: str) -> str:
    """Return what a command prints when stdout and stderr are a terminal."""
    main, terminal = pty.openpty()
    variables = {name: value for name, value in os.environ.items() if name not in OF_TERMINALS}
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=terminal,
        stderr=terminal,
        env={**variables, "TERM": "xterm-256color", **environment},
    )
    os.close(terminal)
    printed = read_terminal(main)
    process.wait(timeout=60)
    return printed


def read_terminal(main: int) -> str:
    """Return what is printed on a terminal until its other side is closed, and close this one."""
    printed = b""
    with open(main, "rb", buffering=0) as screen:
        try:
            while piece := screen.read(4096):
                printed += piece
        except OSError:  # how Linux says that the other side has closed
            pass
    return printed.decode()

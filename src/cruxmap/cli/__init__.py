"""The command line: thin commands that call the library, print its answers, and choose an exit code.

Results go to stdout; progress and problems to stderr. Exit codes: 0 fine, 1 the files have problems (or
what is assumed is impossible, or what is expected does not hold), 2 wrong usage or nowhere to write to, 3
sampled but not converged, 70 a fault in cruxmap itself, 130 interrupted. Anything heavy is imported by the
command that needs it.
"""

import os
import signal
import sys
import traceback
from importlib import import_module

import typer

from cruxmap.cli.application import app
from cruxmap.errors import Code, InvalidMap, Problem, WrongUsage
from cruxmap.exit_codes import FAULT, FINE, INTERRUPTED, PROBLEMS, WRONG_USAGE
from cruxmap.ground import CannotWrite
from cruxmap.present import terminal
from cruxmap.present.terminal import print_problems

COMMANDS = ("files", "care", "answers", "pages", "interview", "exchange")
"""The modules here that put commands into the application, in the order in which `--help` lists them."""

for module in COMMANDS:
    import_module(f"cruxmap.cli.{module}")


def main() -> None:
    """Run the command line and exit; whatever happens, nobody sees a traceback unasked."""
    finish = terminal.open_streams()
    code = _run()
    try:
        finish()
    except CannotWrite as full:
        print_problems(full.problems, ())
        code = code or WRONG_USAGE
    except KeyboardInterrupt:
        code = INTERRUPTED
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is said and done
    sys.exit(code)


def _run() -> int:
    try:
        app()
    except SystemExit as done:
        if isinstance(done.__context__, typer.Abort) and isinstance(
            end := done.__context__.__cause__, EOFError
        ):
            return _told(end)  # nothing is read from stdin, whose end it was taken for
        return done.code if isinstance(done.code, int) else FINE
    except WrongUsage as wrong:
        print_problems(wrong.problems, ())
        return WRONG_USAGE
    except InvalidMap as invalid:
        print_problems(invalid.problems, invalid.warnings)
        return PROBLEMS
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as fault:
        return _told(fault)
    return FINE


def _told(fault: Exception) -> int:
    """Say what went wrong that no command foresaw, and return the exit code."""
    if _interrupted(fault):
        return INTERRUPTED
    if isinstance(fault, OSError) and fault.filename is not None:  # no room, no permission, no such name
        message = f"{os.fsdecode(fault.filename)} cannot be used: {fault.strerror}"
        print_problems((Problem(Code.CANNOT_USE, message),), ())
        return WRONG_USAGE
    if os.environ.get("CRUXMAP_TRACEBACK"):
        traceback.print_exception(fault)
    else:
        terminal.warn(
            f"cruxmap: {type(fault).__name__}: {fault}\n"
            "This is a fault in cruxmap. Please report it with the files that show it and what\n"
            "the same command prints when CRUXMAP_TRACEBACK=1 is set."
        )
    return FAULT


def _interrupted(fault: BaseException | None) -> bool:
    """Whether an interrupt is behind it: numba's dispatcher and compiled modules raise what wraps it."""
    while fault is not None and not isinstance(fault, KeyboardInterrupt):
        fault = fault.__cause__ or fault.__context__
    return fault is not None

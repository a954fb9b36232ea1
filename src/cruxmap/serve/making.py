"""The page of a model, made in a process of its own: at once without what takes long, and then with it.

In: a model, and what was found of it before, if anything was. Out, over a pipe: what is being done, the page,
what is found over draws, and the page with that. Whoever wants none of it any more ends the process.
"""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import Pipe, get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import Any

from cruxmap.errors import InvalidMap, Problem
from cruxmap.language.model_spec import ModelSpec
from cruxmap.present.report.page_file import Shown

type Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Doing:
    """What is being done, and how much of it is."""

    what: str
    done: int
    of: int


@dataclass(frozen=True, slots=True)
class Made:
    """The page, and whether it has what is found over draws."""

    page: str
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """What is wrong with the model as far as only computing shows, or with the program itself."""

    problems: tuple[Problem, ...]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Making:
    """A process that makes a page."""

    process: BaseProcess
    pipe: "Connection[Any, Any]"

    def told(self) -> Any:
        """Return what it tells next: `Doing`, `Made`, plain data, `Failed`; None at its end."""
        try:
            return self.pipe.recv()
        except (EOFError, OSError):
            return None

    def end(self) -> None:
        """End it, whatever it is doing; the pipe is closed once nobody listens any more."""
        self.process.kill()
        self.process.join()


def begin(model: ModelSpec, how: Shown, mark: str, found: Plain | None) -> Making:
    """Begin to make the page of a model; `found` is what is known of exactly this model."""
    here, there = Pipe(duplex=False)
    given = (model, how, mark, found, there)
    process: BaseProcess
    if sys.platform == "win32":
        process = get_context("spawn").Process(target=_make, args=given)
    else:  # from a process that has loaded this module, so that each begins at once
        context = get_context("forkserver")
        context.set_forkserver_preload([__name__])
        process = context.Process(target=_make, args=given)
    process.start()
    there.close()
    return Making(process, here)


def _make(model: ModelSpec, how: Shown, mark: str, found: Plain | None, pipe: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is meant for who has started this
    Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(LESS_URGENT)
    try:
        _tell_pages(model, how, mark, found, pipe.send)
    except InvalidMap as invalid:
        pipe.send(Failed(invalid.problems))
    except BrokenPipeError:
        pass
    except Exception as fault:
        pipe.send(Failed((), f"{type(fault).__name__}: {fault}"))


LESS_URGENT = 5
"""How much less urgent this is than answering the page."""


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _tell_pages(
    model: ModelSpec, how: Shown, mark: str, found: Plain | None, tell: Callable[[Any], None]
) -> None:
    from cruxmap.engine.executors import HERE, Work
    from cruxmap.insight.findings import findings
    from cruxmap.insight.travelling_model import travelling_model
    from cruxmap.present.report.contents import contents_of_model, what_was_found, with_found
    from cruxmap.present.report.page_file import report_page

    def progress(what: str, done: int, of: int) -> None:
        tell(Doing(what, done, of))

    progress("an order for the sums", 0, 1)
    travelling = travelling_model(model)
    progress("the page", 0, 1)
    contents = contents_of_model(model, blind=how.blind)
    if found is None:
        tell(Made(report_page(contents, travelling, mark, live=True), is_whole=False))
        found = what_was_found(findings(model, Work(HERE, progress), pairs=False))
        tell(found)
        progress("the page", 0, 1)
    tell(Made(report_page(with_found(contents, found), travelling, mark, live=True), is_whole=True))

"""Work in a process of its own: whoever began it can end it at any time, and it ends with them."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import Pipe, get_context, parent_process, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import Any

LESS_URGENT = 5
"""How much less urgent this is than answering those who wait for whoever began it."""


@dataclass(frozen=True, slots=True)
class Apart:
    """A process and the way to it."""

    process: BaseProcess
    pipe: "Connection[Any, Any]"

    def told(self) -> Any:
        """Return what it tells next; None at its end."""
        try:
            return self.pipe.recv()
        except (EOFError, OSError):
            return None

    def end(self) -> None:
        """End it, whatever it is doing; the pipe is closed once nobody listens any more."""
        self.process.kill()
        self.process.join()


def begin(work: Callable[..., None], *given: Any) -> Apart:
    """Begin with some work, which is given a pipe to tell of it, behind all else."""
    here, there = Pipe()
    process: BaseProcess
    if sys.platform == "win32":
        process = get_context("spawn").Process(target=_work, args=(work, given, there), daemon=True)
    else:  # from a process that has loaded the module of the work, so that each begins at once
        context = get_context("forkserver")
        context.set_forkserver_preload([work.__module__])
        process = context.Process(target=_work, args=(work, given, there), daemon=True)
    with _out_of_reach_of_interrupts():
        process.start()
    there.close()
    return Apart(process, here)


@contextmanager
def _out_of_reach_of_interrupts() -> Iterator[None]:
    """Start processes that an interrupt does not reach: it is meant for who starts them."""
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # which would let interrupts through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(work: Callable[..., None], given: tuple[Any, ...], pipe: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(LESS_URGENT)
    work(*given, pipe)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)

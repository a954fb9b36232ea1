"""What is being done, for those who wait: a bar on a terminal, and elsewhere lines about what takes long.

Stages follow one another: a stage ends when the next one begins, or when all is done.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, RLock, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

MOMENT = 1.0
"""Seconds without a word after which a line names what is being done."""


SHORT, LONG = 3, 10
"""Moments after which one of many short stages is named, and after which a long one says how far it is."""


class Display:
    """Hears what is being done; this one shows nothing."""

    def __call__(self, what: str, done: int, of: int) -> None:
        """Hear of a stage, and how much of it is done; another one than before ends that."""

    @contextmanager
    def aside(self, *, ended: bool = False) -> Iterator[None]:
        """Make way for something else to be printed; `ended` says that the stage is over."""
        yield

    def close(self) -> None:
        """End all."""


NOTHING = Display()


class _Patient(Display):
    """Waits for a moment before it shows anything: short work is done without a word."""

    def __init__(self) -> None:
        self._lock, self._over = RLock(), Event()
        self._stage, self._done, self._of = "", 0, 1
        self._begun = self._heard = time.monotonic()
        self._listener = Thread(target=self._listen, daemon=True)
        self._listener.start()

    def __call__(self, what: str, done: int, of: int) -> None:
        with self._lock:
            if what != self._stage:
                self._end()
                self._stage, self._begun = what, time.monotonic()
            self._done, self._of = done, of
            self._advance()

    @contextmanager
    def aside(self, *, ended: bool = False) -> Iterator[None]:
        with self._lock:
            if ended:
                self._end()
                self._stage = ""
            self._hide()
            try:
                yield
            finally:
                self._heard = time.monotonic()

    def close(self) -> None:
        self._over.set()
        self._listener.join()
        self._end()
        self._hide()

    def _listen(self) -> None:
        while not self._over.wait(MOMENT / 10):
            with self._lock:
                if self._stage and time.monotonic() - self._heard >= MOMENT:
                    self._show()

    def _show(self) -> None:
        """Show the stage: it has been silent for a moment."""

    def _advance(self) -> None:
        """Show how far the stage is, if it is shown."""

    def _end(self) -> None:
        """End the stage."""

    def _hide(self) -> None:
        """Make way."""


class Lines(_Patient):
    """Writes lines: what takes longer than a moment, now and then how far it is, and in the end what it took.

    Of many short stages, one is named now and then.
    """

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write, self._named = write, False
        super().__init__()

    def _show(self) -> None:
        now = time.monotonic()
        if not self._named and max(now - self._begun, (now - self._heard) / SHORT) >= MOMENT:
            self._named = True
            self._tell(f"{self._stage} ...")
        elif self._named and self._of > 1 and now - self._heard >= LONG * MOMENT:
            self._tell(f"{self._stage}: {self._done:,} of {self._of:,}")

    def _end(self) -> None:
        took = time.monotonic() - self._begun
        if self._named and took >= MOMENT:
            self._tell(f"{self._stage} took {took:.1f} s")
        self._named = False

    def _tell(self, line: str) -> None:
        self._write(line)
        self._heard = time.monotonic()


class Bar(_Patient):
    """Shows the present stage on a terminal, and leaves nothing there."""

    def __init__(self, console: Callable[[], "Console"]) -> None:
        self._console = console
        self._bars: Progress | None = None
        super().__init__()

    def _show(self) -> None:
        if self._bars is None:
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            what, count = (
                TextColumn("{task.description}", markup=False),
                TextColumn("{task.fields[count]}"),
            )
            columns = (what, BarColumn(), count, TimeRemainingColumn())
            self._bars = Progress(*columns, console=self._console(), transient=True, redirect_stdout=False)
            self._advance()
        self._bars.start()

    def _advance(self) -> None:
        if self._bars is None:
            return
        [task] = self._bars.task_ids or [self._bars.add_task(self._stage, total=None, count="")]
        if self._of > 1:  # the bar of a single step moves until it ends
            count = f"{self._done:,}/{self._of:,}"
            self._bars.update(task, completed=self._done, total=self._of, count=count)

    def _end(self) -> None:
        if self._bars is not None:
            for task in self._bars.task_ids:
                self._bars.remove_task(task)

    def _hide(self) -> None:
        if self._bars is not None:
            self._bars.stop()

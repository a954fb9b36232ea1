"""What is served now, and what is being done about it: as files change, they are read and pages made anew.

One loop owns all of it. Pages wait for news here: another page, problems on disk, what is being done.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cruxmap.errors import Code, Problem
from cruxmap.insight.checked import problem_json
from cruxmap.language.files import state_of
from cruxmap.language.watching import SETTLED, Reading, read
from cruxmap.present.report.page_file import Shown, mark_of, with_news
from cruxmap.serve.making import Doing, Failed, Made, Plain, begin

LOOK = 0.3
"""Seconds after which the files are looked at again."""

REMEMBERED = 8
"""Models of which is remembered what was found: going back to one costs nothing."""

BEGINNING = Doing("a page of what the files say now", 0, 1)
"""What is being done until more is known of it."""

NONE, WHOLE = "none", "now"
"""Whether the page that is served has what is found over draws."""


class Told:
    """Hears what happens, to tell who watches the terminal; this one tells nobody."""

    def doing(self, what: str, done: int, of: int) -> None:
        """Hear what is being done."""

    def happened(self, line: str) -> None:
        """Hear of something that is done."""

    def problems(self, problems: tuple[Problem, ...]) -> None:
        """Hear of problems in the files."""


@dataclass(slots=True)
class Served:
    """A page, whose `versions` are those of the worldviews' files that it was made from."""

    page: str
    name: str
    versions: Mapping[str, str]
    found: str


@dataclass(slots=True)
class Live:
    """The state of a served model; `token` is what its pages prove themselves by."""

    reading: Reading
    folder: Path
    how: Shown
    token: str
    told: Told = field(default_factory=Told)
    served: Served | None = None
    problems: tuple[Problem, ...] = ()
    doing: Doing | None = None
    revision: int = 0
    ended: bool = False
    _known: dict[str, Plain] = field(default_factory=dict)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _look: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def path(self) -> Path:
        """The file of the model."""
        return self.reading.path

    # --- for pages -----------------------------------------------------------------------------------

    def page(self) -> str | None:
        """Return the page as it is served now; None as long as there is none."""
        return (
            None
            if self.served is None
            else with_news(self.served.page, {"token": self.token, **self.news()})
        )

    def news(self) -> dict[str, Any]:
        """Return what a page is told."""
        served, doing = self.served, self.doing
        return {
            "revision": self.revision,
            "page": served.name if served else None,
            "found": served.found if served else NONE,
            "versions": dict(served.versions) if served else {},
            "problems": [*map(problem_json, self.problems)],
            "doing": None if doing is None else {"what": doing.what, "done": doing.done, "of": doing.of},
        }

    async def news_after(self, revision: int, seconds: float) -> dict[str, Any]:
        """Return news as soon as there are any after a revision, or what is known once time is up."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.revision == revision and not self.ended:
                    await self._changed.wait()
        return self.news()

    def look(self) -> None:
        """Have the files looked at now."""
        self._look.set()

    # --- the loop ------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Make the page, and again whenever the files change, until this is cancelled."""
        making = asyncio.create_task(self._make(self.reading))
        try:
            while True:
                try:
                    reading = await self._next_reading()
                except Exception as fault:  # the page goes on, and says so until the files change again
                    reading = self._unread(fault)
                self.problems = reading.problems
                self.folder = reading.folder or self.folder
                if reading.problems:
                    self.told.problems(reading.problems)
                elif not _is_same(reading, self.reading):
                    self.told.happened(f"read {reading.path.as_posix()} anew")
                    await _ended(making)
                    self.doing = BEGINNING
                    making = asyncio.create_task(self._make(reading))
                self.reading = reading
                self._tell()
        finally:
            await _ended(making)

    def _unread(self, fault: Exception) -> Reading:
        problem = Problem(Code.CANNOT_USE, f"the files cannot be read: {type(fault).__name__}: {fault}")
        return replace(self.reading, problems=(problem,), state=state_of(self.reading.looked))

    async def _next_reading(self) -> Reading:
        """Wait until any file is another one, and then until they stay as they are; return what they say."""
        looked, state = self.reading.looked, self.reading.state
        while (now := await asyncio.to_thread(state_of, looked)) == state:
            self._look.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK):
                    await self._look.wait()
        while True:
            await asyncio.sleep(SETTLED)
            later = await asyncio.to_thread(state_of, looked)
            if later == now:
                return await asyncio.to_thread(read, self.reading.path)
            now = later

    async def _make(self, reading: Reading) -> None:
        """Make the pages of what was read, and serve each when it is there."""
        assert reading.model is not None
        mark = mark_of(reading.model, self.how)
        begun = asyncio.create_task(
            asyncio.to_thread(begin, reading.model, self.how, mark, self._known.get(mark))
        )
        try:
            making = await asyncio.shield(begun)
            told: Any = None
            while not isinstance(told, Failed) and not (isinstance(told, Made) and told.is_whole):
                told = await asyncio.to_thread(making.told) or Failed((), "its process has ended")
                self._take(told, reading, mark)
        except Exception as fault:
            self._take(Failed((), f"{type(fault).__name__}: {fault}"), reading, mark)
        finally:
            with suppress(Exception):  # it did not begin
                (await begun).end()
            self.doing = None
            self._tell()

    def _take(self, told: Any, reading: Reading, mark: str) -> None:
        match told:
            case Doing(what=what, done=done, of=of):
                self.doing = told
                self.told.doing(what, done, of)
                if done:  # the page need not hear of every step
                    return
            case Made(page=page, is_whole=is_whole):
                name = hashlib.sha256(page.encode()).hexdigest()[:32]
                self.served = Served(page, name, reading.versions, WHOLE if is_whole else NONE)
                self.told.happened("the page is ready" if is_whole else "the page answers")
            case Failed(problems=problems, fault=fault):
                self.problems = problems or (
                    Problem(Code.CANNOT_USE, f"the page cannot be made: {fault}"),
                )
                self.told.problems(self.problems)
            case dict():
                self._known[mark] = told
                while len(self._known) > REMEMBERED:
                    del self._known[next(iter(self._known))]
                return
        self._tell()

    def end(self) -> None:
        """Let whoever waits for news go."""
        self.ended = True
        self._tell()

    def _tell(self) -> None:
        self.revision += 1
        self._changed.set()
        self._changed = asyncio.Event()


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _is_same(one: Reading, other: Reading) -> bool:
    """Tell whether two readings are of the same bytes."""
    return other.model is not None and one.looked.files == other.looked.files

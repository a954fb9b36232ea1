"""What people hear of work that goes on: nothing of what is short, and of what is long no more than once."""

import io
import logging
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Condition

import pytest

from cruxmap.insight import estimate as insight
from cruxmap.present import progress
from cruxmap.present.progress import Bar, Lines
from helpers.commands import POWER, Cruxmap, read_terminal

type Told = list[str]

CLEARED = re.compile(r"\x1b\[2K(\x1b\[\?25h|\r)*$")
"""The last that is done to a line: nothing is left of it."""


class Clock:
    """Time that passes only while a test sleeps, however busy the machine is."""

    def __init__(self) -> None:
        self.now = 0.0
        self.turn = Condition()
        self.wakes: dict[Event, float] = {}

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass; whoever waits for a shorter time does meanwhile what it waits for."""
        end = self.now + seconds
        with self.turn:
            self._let_others_wait()
            while self.now < end:
                self.now = min([end, *self.wakes.values()])
                self.turn.notify_all()
                self._let_others_wait()

    def _let_others_wait(self) -> None:
        assert self.turn.wait_for(lambda: all(at > self.now for at in self.wakes.values()), timeout=60)


class Event:
    """An event that is waited for by such a clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._is_set = clock, False
        clock.wakes[self] = clock.now

    def wait(self, seconds: float) -> bool:
        with self._clock.turn:
            if not self._is_set:
                at = self._clock.wakes[self] = self._clock.now + seconds
                self._clock.turn.notify_all()
                self._clock.turn.wait_for(lambda: self._is_set or self._clock.now >= at)
            return self._is_set

    def set(self) -> None:
        with self._clock.turn:
            self._is_set = True
            del self._clock.wakes[self]
            self._clock.turn.notify_all()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of what is told, where a moment is a tenth of a second."""
    clock = Clock()
    monkeypatch.setattr(progress, "MOMENT", 0.1)
    monkeypatch.setattr(progress, "time", clock)
    monkeypatch.setattr(progress, "Event", lambda: Event(clock))
    return clock


@pytest.fixture
def told() -> Told:
    return []


def shown(told: Told) -> Told:
    """The lines without what they say of seconds."""
    return [line.partition(" took ")[0] + " took" if " took " in line else line for line in told]


@pytest.mark.usefixtures("clock")
def test_short_work_says_nothing(told: Told) -> None:
    lines = Lines(told.append)
    for stage in ("one", "two"):
        lines(stage, 0, 1)
    lines.close()
    assert told == []


def test_long_work_says_when_it_begins_and_what_it_took(told: Told, clock: Clock) -> None:
    lines = Lines(told.append)
    lines("short", 0, 1)
    lines("long", 0, 9)
    for done in range(10):
        lines("long", done, 9)
        clock.sleep(0.05)
    lines("short again", 0, 1)
    lines.close()
    assert shown(told) == ["long ...", "long took"]
    assert 0.5 <= float(told[1].split()[2]) < 5


def test_nobody_waits_in_silence_for_many_short_stages(told: Told, clock: Clock) -> None:
    lines = Lines(told.append)
    for stage in range(25):
        lines(f"{stage}", 0, 1)
        clock.sleep(0.03)
    lines.close()
    assert 1 <= len(told) <= 3
    assert all(line.removesuffix(" ...").isdecimal() for line in told)


def test_long_work_says_now_and_then_how_far_it_is(told: Told, clock: Clock) -> None:
    lines = Lines(told.append)
    for done in range(30):
        lines("long", done, 1_000)
        clock.sleep(0.05)
    lines.close()
    begin, *between, end = shown(told)
    assert (begin, end) == ("long ...", "long took")
    assert between
    assert all(line.startswith("long: ") and line.endswith(" of 1,000") for line in between)


def test_what_ends_with_an_answer_is_told_before_it(told: Told, clock: Clock) -> None:
    lines = Lines(told.append)
    lines("work", 0, 1)
    clock.sleep(0.3)
    with lines.aside():
        told.append("a note")
    with lines.aside(ended=True):
        told.append("the answer")
    clock.sleep(0.3)
    lines.close()
    assert shown(told) == ["work ...", "a note", "work took", "the answer"]


def test_a_bar_leaves_nothing_on_the_terminal_and_shows_one_stage(clock: Clock) -> None:
    from rich.console import Console

    screen = io.StringIO()
    bar = Bar(lambda: Console(file=screen, force_terminal=True, width=80))
    bar("reading", 0, 1)
    assert screen.getvalue() == ""
    clock.sleep(0.5)
    bar("author", 300, 4000)
    clock.sleep(0.3)
    with bar.aside():
        screen.write("a note\n")
    bar("critic", 0, 4000)
    clock.sleep(0.5)
    bar.close()
    before, _, after = screen.getvalue().partition("a note")
    assert "reading" in before
    assert "300/4,000" in before
    assert CLEARED.search(before)
    assert "author" not in after
    assert "critic" in after
    assert CLEARED.search(after)


@pytest.mark.usefixtures("clock")
def test_short_work_shows_no_bar() -> None:
    bar = Bar(lambda: pytest.fail("a bar"))
    bar("reading", 0, 1)
    with bar.aside(ended=True):
        pass
    bar.close()


# --- commands --------------------------------------------------------------------------------------


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    """Estimates that take a while, and note something."""
    quick: Callable[..., object] = insight.estimate

    def slowly(*arguments: object, **options: object) -> object:
        logging.getLogger("cruxmap").info("compiling the engine, once per machine")
        logging.getLogger("cruxmap").warning("nothing can be kept")
        clock.sleep(0.5)
        return quick(*arguments, **options)

    monkeypatch.setattr(insight, "estimate", slowly)


@pytest.mark.usefixtures("slow")
def test_a_command_says_what_takes_long_on_stderr(cruxmap: Cruxmap) -> None:
    outcome = cruxmap("estimate", POWER)
    said = shown(outcome.err.splitlines())
    assert said[-1].endswith(" took")
    expected = ["compiling the engine, once per machine", "nothing can be kept", "preparing ..."]
    assert [line for line in said if line in expected] == expected
    assert len(set(said)) == len(said)


@pytest.mark.usefixtures("slow")
def test_a_quiet_command_says_nothing_but_problems(cruxmap: Cruxmap) -> None:
    aloud, quiet = cruxmap("estimate", POWER), cruxmap("estimate", POWER, "--quiet")
    assert (quiet.out, quiet.err) == (aloud.out, "nothing can be kept\n")
    assert cruxmap("estimate", POWER, "--assuming", "nonsense", "-q").err.startswith("problem")


def test_an_answer_goes_to_stdout_while_a_terminal_shows_a_bar(in_project: Path) -> None:
    main, terminal = pty.openpty()
    command = [sys.executable, "-c", SLOWLY, "estimate", "small", "--format", "csv"]
    environment = {**os.environ, "TERM": "xterm"}
    answer = in_project / "answer.csv"
    with (
        answer.open("wb") as out,
        subprocess.Popen(command, stdout=out, stderr=terminal, env=environment),
    ):
        os.close(terminal)
        watched = read_terminal(main)
    assert answer.read_text().startswith("target,")
    assert "target," not in watched
    assert "preparing" in watched


SLOWLY = """
import time
from cruxmap import cli
from cruxmap.insight import estimate
from cruxmap.present import progress
progress.MOMENT, quick = 0.1, estimate.estimate
estimate.estimate = lambda *model, **options: time.sleep(1) or quick(*model, **options)
cli.main()
"""

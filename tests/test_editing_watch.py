"""A model that is watched: what each edit does, as it is saved."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cruxmap.editing.watch import Edited, Estimated, News, Ranked, central_estimates, follow
from cruxmap.errors import Code
from cruxmap.insight.cruxes import cruxes
from cruxmap.insight.estimate import estimate
from cruxmap.insight.live_model import open_model
from cruxmap.language.reading import read_model
from cruxmap.present.edit_text import estimates_lines, ranking_lines
from helpers.commands import EXAMPLES, ROOT
from helpers.served import copied

LEGAL = EXAMPLES / "legal-case/models/legal-case.yaml"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """The model of a copied example."""
    return copied(EXAMPLES / "legal-case", tmp_path) / "models/legal-case.yaml"


def _until(news: Iterator[News], kind: type[News], *, means: bool = False) -> News:
    for one in news:
        if isinstance(one, kind) and (not isinstance(one, Estimated) or one.means is means):
            return one
    raise AssertionError


def test_central_estimates_are_those_of_each_by_itself() -> None:
    """Of all worldviews at once, also where they bring arguments of their own."""
    for file in (LEGAL, ROOT / "tests/maps/good/models/everything.yaml"):
        model = read_model(file)
        found = central_estimates(model)
        assert list(found) == list(model.worldviews)
        for name, value in found.items():
            assert value == pytest.approx(open_model(model, name).probability(), rel=1e-9)


def test_an_edit_is_told_with_what_it_does(model: Path) -> None:
    """First everything; then the worldview that moved, at once, and means and ranking when they are there."""
    news = follow(model, look=0.02)
    try:
        assert next(news) == Edited((), ())
        first = next(news)
        assert isinstance(first, Estimated)
        assert (first.means, first.before, set(first.changed)) == (False, {}, {"defence", "prosecution"})
        means = _until(news, Estimated, means=True)
        assert isinstance(means, Estimated)
        read = read_model(model)
        assert means.now == {name: one.mean for name, one in estimate(read).worldviews.items()}
        ranked = _until(news, Ranked)
        assert ranked == Ranked((), tuple(crux.id for crux in cruxes(read).overall.ranking))
        path = model.parents[1] / "arguments/legal-case/worldviews/defence.yaml"
        text = path.read_text()
        path.write_text(text.replace("judgements:\n", "judgements: # now\n"))
        _until(news, Edited)
        said = next(news)
        assert isinstance(said, Estimated)
        assert said.changed == ()
        path.write_text(text.replace("rejects: [dark-street]", "rejects: []"))
        began = time.monotonic()
        edited = _until(news, Edited)
        said = next(news)
        assert time.monotonic() - began < 20  # a busy machine; half a second on an idle one
        assert isinstance(edited, Edited)
        assert [Path(file).name for file in edited.files] == ["defence.yaml"]
        assert isinstance(said, Estimated)
        assert said.changed == ("defence",)
        assert said.before == first.now
        moved = _until(news, Estimated, means=True)
        assert isinstance(moved, Estimated)
        assert moved.changed == ("defence",)
    finally:
        news.close()  # type: ignore[attr-defined]


def test_problems_come_as_they_are_made_and_go(model: Path) -> None:
    """What was known before is what the mended file is compared with."""
    news = follow(model, look=0.02)
    try:
        known = _until(news, Estimated)
        path = model.parents[1] / "arguments/legal-case/worldviews/defence.yaml"
        text = path.read_text()
        path.write_text(text + "nonsense: 1\n")
        broken = _until(news, Edited)
        assert isinstance(broken, Edited)
        assert [problem.code for problem in broken.problems] == [Code.UNKNOWN_KEY]
        path.write_text(text)
        again = _until(news, Edited)
        assert isinstance(again, Edited)
        assert again.problems == ()
        back = next(news)
        assert isinstance(known, Estimated)
        assert isinstance(back, Estimated)
        assert (back.before, back.changed) == (known.now, ())
        (path.parent / "clerk.yaml").write_text("text: Says nothing.\nextends: defence\n")
        new = [_until(news, Edited), next(news)][1]
        assert isinstance(new, Estimated)
        assert new.changed == ("clerk",)
    finally:
        news.close()  # type: ignore[attr-defined]


def test_lines_say_what_moved() -> None:
    """Only that, with digits enough to tell two numbers apart."""
    before, now = {"ann": 0.2, "bob": 0.3, "cat": 0.5}, {"ann": 0.2001, "bob": 0.3, "dan": None}
    lines = list(estimates_lines(before, now, Estimated(False, before, now).changed, means=False))
    assert lines == [
        "  central:",
        "    ann  from 20.00% to 20.01%",
        "    dan  - (new)",
        "    cat  gone, was 50%",
        "    the others as they were",
    ]
    assert list(estimates_lines(now, now, (), means=True)) == ["  mean over draws: no estimate changes"]
    assert list(ranking_lines((), ("a", "b"))) == ["  the target turns on: a, b"]
    assert list(ranking_lines(("a", "b", "c"), ("b", "a", "d"))) == [
        "  ranking: 1 b (was 2), 2 a (was 1), 3 d (was not in it)",
        "    no more among the first 3: c",
    ]


HEARD = (
    "import signal, sys; from cruxmap import cli;"
    "signal.signal(signal.SIGINT, signal.default_int_handler); sys.argv = ['cruxmap', 'watch', sys.argv[1]];"
    "cli.main()"
)
"""The command, which hears interrupts also where tests run in the background and ignore them."""


def test_an_interrupt_ends_the_command(model: Path) -> None:
    """Cleanly, with the process that it has begun."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", HEARD, str(model)], stdout=pipe, stderr=pipe, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "  central:\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert err.splitlines()[-1] == "ended"

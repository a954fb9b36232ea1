"""A model's files followed as they are edited: what each edit does to the estimates and to the ranking.

Central values come at once, from worldviews that are kept open together. Means over draws, and the ranking of
what the target turns on, follow from a process of their own, which the next edit ends.
"""

import math
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cruxmap import apart
from cruxmap.apart import Apart
from cruxmap.errors import InvalidMap, Problem
from cruxmap.insight.live_model import open_model, open_together, probabilities
from cruxmap.language.argument_types import checks_types
from cruxmap.language.files import shown, state_of
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.watching import SETTLED, Reading, read

LOOK = 0.1
"""Seconds after which the files are looked at again."""

type Estimates = Mapping[str, float | None]
"""The target's probability by worldview; None where what is given is impossible."""


@dataclass(frozen=True, slots=True)
class Edited:
    """An edit: which files say something else. Without an earlier reading, there are none."""

    files: tuple[str, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Estimated:
    """What worldviews estimate, centrally or as means over draws, before an edit and now.

    `before` is empty where nothing was known.
    """

    means: bool
    before: Estimates
    now: Estimates

    @property
    def changed(self) -> tuple[str, ...]:
        """Worldviews of which the estimate is another, that are new, or are gone."""
        names = dict.fromkeys((*self.now, *self.before))
        return tuple(name for name in names if not self._is_same(name))

    def _is_same(self, name: str) -> bool:
        if name not in self.before or name not in self.now:
            return False
        one, other = self.before[name], self.now[name]
        if one is None or other is None:
            return one is other
        return math.isclose(one, other, rel_tol=1e-9)


@dataclass(frozen=True, slots=True)
class Ranked:
    """What the target turns on in all worldviews together, the most important first, before and now."""

    before: tuple[str, ...]
    now: tuple[str, ...]


type News = Edited | Estimated | Ranked


@dataclass(slots=True)
class _Known:
    """What is known of the model as it was."""

    central: Estimates = field(default_factory=dict)
    means: Estimates = field(default_factory=dict)
    ranking: tuple[str, ...] = ()


def central_estimates(model: ModelSpec) -> Estimates:
    """Return the target's probability in each worldview at central judgements. Raises `InvalidMap`."""
    try:
        states: Sequence[Any] = open_together(model)
    except InvalidMap:  # too many arguments meet: each by itself
        states = [open_model(model, name) for name in model.worldviews]
    found = probabilities(states).tolist()
    return {
        name: None if math.isnan(value) else value
        for name, value in zip(model.worldviews, found, strict=True)
    }


@checks_types
def watch(model: str | os.PathLike[str]) -> Iterator[News]:
    """Yield what a model's file and its map estimate, and then what each edit of them does, for ever.

    Parameters
    ----------
    model
        The model's file.

    Returns
    -------
    An iterator. It yields `Edited` (which files, and their problems), `Estimated` (the estimates `before` and
    `now`, first central ones and then `means`) and `Ranked` (what the target turns on).

    Examples
    --------
    >>> import cruxmap as cm
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = cm.new("town", folder=folder)
    ...     news = cm.watch(f"{folder}/models/town.yaml")
    ...     edited, estimated = next(news), next(news)
    ...     news.close()
    >>> sorted(estimated.now)
    ['map', 'treasurer']
    """
    return follow(Path(model))


def follow(path: Path, look: float = LOOK) -> Iterator[News]:
    """Yield what a model estimates, and then what each edit of its files does, for ever.

    Problems come in place of what they keep from being known.
    """
    known, later = _Known(), _Later()
    reading = read(path)
    try:
        yield Edited((), reading.problems)
        while True:
            if reading.model is not None:
                yield from _centrally(reading.model, known)
                later.ask(reading.model)
            while state_of(reading.looked) == reading.state:
                yield from later.news(known, look)
            before, reading = reading, _settled(reading)
            files = _changed(before, reading)
            if files or reading.problems:
                later.end()
                yield Edited(files, reading.problems)
    finally:
        later.end()


def _centrally(model: ModelSpec, known: _Known) -> Iterator[News]:
    try:
        now = central_estimates(model)
    except InvalidMap as invalid:
        yield Edited((), invalid.problems)
        return
    yield Estimated(False, known.central, now)
    known.central = now


def _settled(reading: Reading) -> Reading:
    """Return what the files say as soon as they stay as they are."""
    state = state_of(reading.looked)
    while True:
        time.sleep(SETTLED)
        now = state_of(reading.looked)
        if now == state:
            return read(reading.path)
        state = now


def _changed(before: Reading, after: Reading) -> tuple[str, ...]:
    old, new = before.looked.files, after.looked.files
    return tuple(shown(path) for path in sorted({*old, *new}) if old.get(path) != new.get(path))


class _Later:
    """The process that finds what takes long."""

    def __init__(self) -> None:
        self.process: Apart | None = None

    def ask(self, model: ModelSpec) -> None:
        """Have means and the ranking of a model found."""
        self.end()
        self.process = apart.begin(find, model)

    def news(self, known: _Known, seconds: float) -> Iterator[News]:
        """Yield what is found, waiting for it so long."""
        if self.process is None or not self.process.pipe.poll(seconds):
            if self.process is None:
                time.sleep(seconds)
            return
        match self.process.told():
            case dict() as means:
                yield Estimated(True, known.means, means)
                known.means = means
            case tuple() as ranking:
                yield Ranked(known.ranking, ranking)
                known.ranking = ranking
            case _:
                self.end()

    def end(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.end()
            self.process = None


def find(model: ModelSpec, pipe: Any) -> None:
    """Tell by a pipe the means of a model's worldviews, and then the ranking of all of them together."""
    from cruxmap.insight.cruxes import cruxes
    from cruxmap.insight.estimate import estimate

    with suppress(InvalidMap, OSError):
        means = {name: one.mean for name, one in estimate(model).worldviews.items()}
        pipe.send(means)
        pipe.send(tuple(crux.id for crux in cruxes(model).overall.ranking))

"""How each worldview's estimate came to be what it is: at every commit that changed a model's files.

In: a model file in a git repository. Out: a `History`, with central estimates per commit, the oldest first.
What was found for a commit is kept on disk, and so is what was found for a map that several commits have.
"""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from cruxmap.engine.executors import Progress
from cruxmap.engine.special import expit
from cruxmap.errors import InvalidMap
from cruxmap.ground import digest_of_files, remembered
from cruxmap.insight.display import Shown
from cruxmap.insight.plain import Answer, counted
from cruxmap.insight.sentences import extent
from cruxmap.insight.target import log_odds
from cruxmap.language.argument_types import checks_types
from cruxmap.language.asked import whole_number
from cruxmap.language.digest import digest_of_question
from cruxmap.language.files import noting, tidied
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.past.git_files import Commit, commits, model_at, repository
from cruxmap.language.reading import read_with_visitors
from cruxmap.network.inquiry import central_entries, inquire

ROOM = 16 << 20
"""Bytes that estimates may take on disk; what was used longest ago goes first."""

NOT_COMMITTED = "not committed"
"""What stands for the subject of the files as they are now."""

NOW = Commit("", (), "", NOT_COMMITTED)


@dataclass(frozen=True, slots=True)
class Moment(Answer):
    """What a commit had: the target, and each worldview's estimate of it at central judgements.

    An estimate is `None` where it is undefined. Where the files had `problems`, so many of them, there is no
    estimate at all, and no target. The `commit` is empty for the files as they are now.
    """

    commit: str
    date: str
    subject: str
    problems: int
    target: str
    estimates: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class History(Shown):
    """How a model's estimates came to be, commit by commit.

    Attributes
    ----------
    model, target
        The model, and what it asks about now.
    moments
        The commits, the oldest first. Each has `commit`, `date`, `subject`, how many `problems` its files
        had, and the `estimates` of worldviews at central judgements (probabilities, `None` where undefined).
    earlier
        How many commits before these were not looked at.

    Examples
    --------
    >>> import cruxmap as cm
    >>> import subprocess
    >>> from tempfile import TemporaryDirectory
    >>> def git(*words):
    ...     who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false"]
    ...     _ = subprocess.run(["git", "-C", folder, *who, *words], check=True, capture_output=True)
    >>> with TemporaryDirectory() as folder:
    ...     _ = cm.new("town", folder=folder)
    ...     for words in (["init"], ["add", "."], ["commit", "-m", "Begin"]):
    ...         git(*words)
    ...     found = cm.history(f"{folder}/models/town.yaml", limit=10)
    >>> {name: round(p, 2) for name, p in found.moments[-1].estimates.items()}
    {'map': 0.56, 'treasurer': 0.43}
    """

    model: str
    target: str
    moments: tuple[Moment, ...]
    earlier: int

    def gist(self) -> str:
        """Return the model, how many moments there are, and how far the last estimates reach."""
        last = list(self.moments[-1].estimates.values()) if self.moments else []
        now = extent(last, "central estimates") if last else "no estimates"
        return f"of {self.model}: {counted(len(self.moments), 'moment')}, now {now}"


class _Found(NamedTuple):
    """What is found in files: how many problems, or what was asked, and the estimates."""

    problems: int
    target: str = ""
    state: str = ""
    estimates: tuple[tuple[str, float | None], ...] = ()

    def says_the_same(self, other: "_Found") -> bool:
        """Tell whether the same was asked of the same map: comments and the like make no difference."""
        return self.state == other.state != ""


@checks_types
def history(
    model: str | os.PathLike[str], *, limit: int | None = None, progress: Progress | None = None
) -> History:
    """Return how the estimates of a model came to be, at the last commits that changed what its files say.

    The files as they are now come last, where they say something else than the last commit. A merged branch
    counts as one commit. Estimates are at central judgements.

    Parameters
    ----------
    model
        The model's file, in a git repository.
    limit
        No more commits than these, the last ones.
    progress
        Called with what is done, steps so far, and steps in all.

    Returns
    -------
    A `History`, with a moment for each commit.

    Raises
    ------
    InvalidMap
        Where the files as they are now have problems, and where git cannot tell.

    Examples
    --------
    >>> import cruxmap as cm
    >>> import subprocess
    >>> from tempfile import TemporaryDirectory
    >>> def git(*words):
    ...     who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false"]
    ...     _ = subprocess.run(["git", "-C", folder, *who, *words], check=True, capture_output=True)
    >>> with TemporaryDirectory() as folder:
    ...     _ = cm.new("town", folder=folder)
    ...     for words in (["init"], ["add", "."], ["commit", "-m", "Begin"]):
    ...         git(*words)
    ...     found = cm.history(f"{folder}/models/town.yaml")
    >>> [moment.subject for moment in found.moments]
    ['Begin']
    """
    path = tidied(model)
    most = None if limit is None else whole_number("limit", limit, 1, None)
    with noting() as looked:
        visited = read_with_visitors(path, ())
    folder = visited.folder.absolute()
    others = (file for file in looked.files if not file.absolute().is_relative_to(folder))
    listed = commits(folder, *others, main_line=True)
    root, place = repository(path)

    def found_at(commit: Commit) -> _Found:
        key = repr((str(root), place.as_posix(), commit.id)).encode()
        return remembered("history", _program() + key, partial(_found_at, path, commit), ROOM)

    newest: list[tuple[Commit, _Found]] = [(NOW, _found(visited.model))]
    earlier = 0
    for number, commit in enumerate(listed):
        if progress is not None:
            progress("commits", number, len(listed))
        found = found_at(commit)
        if found.says_the_same(newest[-1][1]):
            newest[-1] = commit, found  # which brought it
            continue
        if len(newest) == most:
            earlier = len(listed) - number
            break
        newest.append((commit, found))
    moments = tuple(_moment(*one) for one in reversed(newest))
    return History(visited.model.id, visited.model.target.name, moments, earlier)


def _moment(commit: Commit, found: _Found) -> Moment:
    estimates = MappingProxyType(dict(found.estimates))
    return Moment(commit.id, commit.date, commit.subject, found.problems, found.target, estimates)


@cache
def _program() -> bytes:
    """The digest of the program: another one might find something else."""
    return digest_of_files(sorted(Path(__file__).parents[1].rglob("*.py")))


def _found_at(path: Path, commit: Commit) -> _Found:
    try:
        return _found(model_at(path, commit.id))
    except InvalidMap as invalid:
        return _Found(max(1, len(invalid.problems)))


def _found(model: ModelSpec) -> _Found:
    """Return the estimates of a model, from disk where the same was asked of the same map before."""
    state = digest_of_question(model) + repr(model.worldviews)
    key = _program() + state.encode()
    return remembered("history", key, lambda: _Found(0, model.target.name, state, _central(model)), ROOM)


def _central(model: ModelSpec) -> tuple[tuple[str, float | None], ...]:
    inquiry = inquire(replace(model, also=()))
    found = log_odds(inquiry, central_entries(inquiry)).tolist()
    return tuple(
        (name, None if math.isnan(logit) else float(expit(logit)))
        for name, logit in zip(model.worldviews, found, strict=True)
    )

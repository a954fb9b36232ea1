"""The main job: a model's estimates, cruxes and pairs, the diff of the farthest two, and the main points.

What a reader looks at first is drawn, and stands on an index page, in the order of a reader's questions.
Every other picture is one command away.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

from cruxmap.engine.executors import HERE, Executor, Progress, Work
from cruxmap.ground import refuse_what_cannot_be_written, write_file, write_folder
from cruxmap.insight import display
from cruxmap.insight.asked import what_if
from cruxmap.insight.cruxes import CruxTables
from cruxmap.insight.diff import WorldviewDiff
from cruxmap.insight.estimate import Estimate
from cruxmap.insight.findings import findings
from cruxmap.insight.main_points import MainPoints
from cruxmap.insight.pairs import PairMatrix
from cruxmap.insight.plain import counted
from cruxmap.language.anonymous import without_names
from cruxmap.language.argument_map import MAP_WORLDVIEW, ArgumentMap
from cruxmap.language.argument_types import checks_types
from cruxmap.language.asked import WhatIf, as_model
from cruxmap.language.in_memory import MODEL
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.past.git_files import revision_of
from cruxmap.present import canvas, dot_and_mermaid
from cruxmap.present.canvas import Drawings
from cruxmap.present.crux_figures import crux_figures
from cruxmap.present.diff_figures import diff_figures, pair_figures
from cruxmap.present.estimate_figures import estimate_figures
from cruxmap.present.estimate_tables import estimate_table, estimate_tables
from cruxmap.present.index_page import index_page
from cruxmap.present.main_points_text import (
    ADVICE,
    HANGING,
    PARTING,
    TAKING,
    WHAT_FOLLOWS,
    WHY,
    chapters_of,
)
from cruxmap.present.map_picture import pages
from cruxmap.present.pool_figures import uncertainty_figures
from cruxmap.present.report.page_file import FILE as PAGE
from cruxmap.present.report.page_file import Shown, is_marked, mark_of, report_of
from cruxmap.present.stages import picture_of
from cruxmap.present.tables import csv_text, markdown_text
from cruxmap.present.takes_figures import takes_figures
from cruxmap.present.terminal import json_text

INDEX = "README.md"
"""The page to open first."""

OVERVIEW = ("map-overview", "map")
"""The picture of the map that is drawn: the first of these that there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(display.Shown):
    """The answers of the main job, and the files that hold and draw them.

    Attributes
    ----------
    points
        What a reader is told first.
    estimate, cruxes, pairs
        The answers of these names.
    diff
        The highest against the lowest of those who say something; `None` where there are not two.
    folder, files
        Where everything was written, and the names of the files.
    boxed
        Characters that the png pictures show as boxes, as no font here has them.

    Examples
    --------
    >>> import cruxmap as cm
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     done = cm.run(cm.example("library"), folder, draws=100)
    >>> {"README.md", "estimate.json", "report.html"} <= {*done.files}
    True
    """

    points: MainPoints
    estimate: Estimate
    cruxes: CruxTables
    pairs: PairMatrix
    diff: WorldviewDiff | None
    folder: Path
    files: tuple[str, ...]
    boxed: frozenset[str]

    def gist(self) -> str:
        """Return the target, how many worldviews there are, and where the files are."""
        worldviews = counted(len(self.estimate.worldviews), "worldview")
        files = counted(len(self.files), "file")
        return f"about {self.estimate.target}: {worldviews}, {files} in {self.folder.as_posix()}/"

    def to_json(self) -> dict[str, Any]:
        """Return the estimate with the main points, and where everything is."""
        written = {"folder": self.folder.as_posix(), "files": list(self.files)}
        return self.estimate.to_json() | {"summary": self.points.to_json()} | written


@what_if
def run(
    model: ModelSpec | ArgumentMap,
    folder: str | os.PathLike[str],
    *,
    progress: Progress | None = None,
    executor: Executor = HERE,
    **asked: Unpack[WhatIf],
) -> Job:
    """Do the main job of `cruxmap run`, and write every answer with the first figures to a folder.

    Nothing is written before all is computed and drawn. What an earlier job wrote there and this one does
    not is removed, unless it was changed since.

    Parameters
    ----------
    model
        The model, or a map with a `target`.
    folder
        Where everything is written.
    **asked
        What is asked in place of what the model says: see `WhatIf`.
    progress
        Called with what is done, steps so far, and steps in all.
    executor
        What does the work: this machine (the default), all its cores, or a cluster.

    Returns
    -------
    A `Job`: the answers, and the `files` that were written.

    Raises
    ------
    InvalidMap
        For a mistake in an argument, which the problem names with a hint.
    CannotWrite
        Where the folder takes nothing.

    Examples
    --------
    >>> import cruxmap as cm
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     done = cm.run(cm.example("library"), folder, draws=100)
    >>> "report.html" in done.files
    True
    """
    model = as_model(model)
    refuse_what_cannot_be_written(Path(folder))
    found = findings(model, Work(executor, progress))
    estimates, between, points = found.estimate, found.diff, found.points
    assert found.pairs is not None
    answers: dict[str, Any] = {
        "summary": points,
        "estimate": estimates,
        "cruxes": found.cruxes,
        "pairs": found.pairs,
        **({f"diff-{between.a}-{between.b}": between} if between else {}),
        **({f"takes-{points.takes.worldview}": points.takes} if points.takes else {}),
    }
    by_question = {
        WHAT_FOLLOWS: _first(estimate_figures(model, estimates)),
        HANGING: dict(_figures_of_cruxes(found.cruxes, between, model)),
        PARTING: {**_first(pair_figures(found.pairs)), **(diff_figures(between) if between else {})},
        TAKING: takes_figures(points.takes, model.map) if points.takes else {},
        ADVICE: uncertainty_figures(points.target, points.uncertainty, model.map),
    }
    whole = picture_of(model, MAP_WORLDVIEW, progress)
    [(overview, shown), *_] = [(name, page) for name in OVERVIEW if (page := pages(whole).get(name))]
    drawings = {name: draw for drawn in by_question.values() for name, draw in drawn.items()}
    pictures = canvas.images(drawings, canvas.made_from(model), progress)
    names = {question: tuple(drawn) for question, drawn in by_question.items()} | {WHY: (overview,)}
    Work(executor, progress).tell("the page", 0, 1)
    report = report_of(found)
    index = index_page(
        title=model.map.title or model.id,
        page=PAGE,
        chapters=chapters_of(points),
        pictures=names,
        others=_others(model, answers),
        made_from=canvas.made_from(model),
        revision=revision_of(Path(model.file)) if model.file not in ("", str(MODEL)) else None,
    )
    files: dict[str, str | bytes] = {
        INDEX: index,
        PAGE: report,
        **{f"{name}.json": json_text(answer.to_json()) for name, answer in answers.items()},
        "estimate.csv": csv_text(estimate_table(estimates)),
        "estimate.md": "\n".join(map(markdown_text, estimate_tables(estimates))),
        **pictures.files,
        **dot_and_mermaid.images({overview: shown}, progress),
    }
    return Job(
        points=points,
        estimate=estimates,
        cruxes=found.cruxes,
        pairs=found.pairs,
        diff=between,
        folder=Path(folder),
        files=write_folder(Path(folder), files),
        boxed=pictures.boxed | dot_and_mermaid.boxed(shown, ["png"]),
    )


@dataclass(frozen=True, slots=True)
class Report:
    """The page of a model, and what became of its estimates.

    Attributes
    ----------
    text
        The page, as HTML.
    undefined
        Whether an estimate is undefined in some worldview.
    converged
        Whether all Markov chains have converged.

    Examples
    --------
    >>> import cruxmap as cm
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     cm.report(cm.example("library")).write(f"{folder}/report.html").name
    'report.html'
    """

    text: str
    undefined: bool
    converged: bool

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Write the page to a file, whole or not at all, and return its path. Raises `CannotWrite`."""
        write_file(Path(path), self.text)
        return Path(path)

    def __repr__(self) -> str:
        return f"<Report: {len(self.text) / 1_000_000:.1f} MB>"


@checks_types
def report(
    model: ModelSpec,
    how: Shown | None = None,
    *,
    blind: bool = False,
    anonymous: bool = False,
    progress: Progress | None = None,
    executor: Executor = HERE,
) -> Report:
    """Return the page of a model: it shows and computes what `run` finds.

    Parameters
    ----------
    model
        The model. With worldviews' files from elsewhere, read it by `read_model(path, files)`.
    how
        How the page shows its model; made of the next two where it is left out.
    blind
        Show nobody's numbers before the reader has given theirs. They are in the file.
    anonymous
        Show reviewers by letter, without what tells who they are.
    progress
        Called with what is done, steps so far, and steps in all.
    executor
        What does the work: this machine (the default), all its cores, or a cluster.

    Returns
    -------
    A `Report`, with the page as `text`.

    Raises
    ------
    InvalidMap
        Where what is given is impossible, and the like.
    WrongUsage
        Where nothing is installed that lays out the map.

    Examples
    --------
    >>> import cruxmap as cm
    >>> page = cm.report(cm.example("library"), blind=True)
    >>> page.text[:15]
    '<!DOCTYPE html>'
    """
    how = how or Shown(blind=blind, anonymous=anonymous)
    work = Work(executor, progress)
    found = findings(_shown(model, how), work, pairs=False)
    work.tell("the page", 0, 1)
    text = report_of(found, how)
    return Report(text, found.estimate.undefined, found.estimate.converged)


def is_right(path: Path, model: ModelSpec, how: Shown) -> bool:
    """Tell whether the page at a path is one of this model as it is now, shown in this way."""
    return is_marked(path, mark_of(_shown(model, how), how))


def _shown(model: ModelSpec, how: Shown) -> ModelSpec:
    return without_names(model) if how.anonymous else model


def _first(drawings: Drawings) -> Drawings:
    return dict([*drawings.items()][:1])


def _figures_of_cruxes(
    found: CruxTables, between: WorldviewDiff | None, model: ModelSpec
) -> "Iterator[tuple[str, Any]]":
    """Yield the first figure of all worldviews together, and those of the lowest and of the highest."""
    shown = [found.overall]
    if between is not None:
        shown += [found.worldviews[name] for name in (between.b, between.a)]
    elif found.worldviews:
        shown = [*found.worldviews.values()][:1]
    for table in shown:
        yield from _first(crux_figures(table, model.map)).items()


def _others(model: ModelSpec, answers: Iterable[str]) -> list[str]:
    """Say in Markdown where all numbers are, and which commands draw more."""
    kept = ", ".join(f"[{name}.json]({name}.json)" for name in answers)
    commands = {
        f"show {model.id} --pages": "the whole map, and a page for each of its files",
        f"cruxes {model.id} --figures all": "each worldview's claims, judgements and their spread",
        f"diff {model.id} A B --figures all": "any two worldviews",
        f"pool {model.id} --figures all": "all of them together",
    }
    wide = max(map(len, commands))
    lines = [f"cruxmap {command:{wide}}  # {what}" for command, what in commands.items()]
    return [
        f"All numbers are in {kept}; `docs/results.md` of cruxmap says what each is.",
        "\n".join(["More pictures:", "", "```sh", *lines, "```"]),
    ]

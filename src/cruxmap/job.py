"""The main job: a model's estimates, cruxes and pairs, the diff of the farthest two, and all of it drawn."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cruxmap.engine.executors import HERE, Executor, Progress, Work
from cruxmap.ground import refuse_what_cannot_be_written, write_folder
from cruxmap.insight.candidates import candidates_of
from cruxmap.insight.cruxes import CruxTables, crux_tables
from cruxmap.insight.diff import WorldviewDiff, diff, diffs_between
from cruxmap.insight.estimate import Estimate, estimate_of
from cruxmap.insight.pairs import PairMatrix, farthest, pair_matrix
from cruxmap.insight.predictive import outlooks
from cruxmap.insight.whose import inquire_with_map, who_is_heard
from cruxmap.language.argument_map import MAP_WORLDVIEW
from cruxmap.language.model_spec import ModelSpec
from cruxmap.network.inquiry import inquire
from cruxmap.present import canvas, dot_and_mermaid
from cruxmap.present.canvas import Drawings
from cruxmap.present.crux_figures import crux_figures
from cruxmap.present.diff_figures import diff_figures, pair_figures
from cruxmap.present.estimate_figures import estimate_figures
from cruxmap.present.estimate_tables import estimate_table, estimate_tables
from cruxmap.present.map_picture import pages
from cruxmap.present.stages import picture_of
from cruxmap.present.tables import csv_text, markdown_text
from cruxmap.present.terminal import json_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The answers of the main job, and the names of the files in `folder` that hold and draw them.

    `diff` compares the two worldviews that are farthest apart, if there are two. `boxed` are characters that
    the png pictures show as boxes, as no font here has them.
    """

    estimate: Estimate
    cruxes: CruxTables
    pairs: PairMatrix
    diff: WorldviewDiff | None
    folder: Path
    files: tuple[str, ...]
    boxed: frozenset[str]


def run(
    model: ModelSpec,
    folder: str | Path,
    *,
    progress: Progress | None = None,
    executor: Executor = HERE,
    estimated: Callable[[Estimate], None] | None = None,
) -> Job:
    """Do the main job of `cruxmap run`, and write every answer with its figures to a folder.

    `estimated` is called with the estimates as soon as they are there. Nothing is written before all is
    computed and drawn. Raises `InvalidMap`; `CannotWrite` where the folder takes nothing.
    """
    refuse_what_cannot_be_written(Path(folder))
    inquiry = inquire_with_map(model)
    work = Work(executor, progress)
    everyone = outlooks(inquiry, candidates_of(inquiry), work, draw_by_draw=True)
    estimates = estimate_of(model, everyone)
    if estimated is not None:
        estimated(estimates)
    seen = everyone.of(model.worldviews)
    little = tuple(name for name, one in estimates.worldviews.items() if one.whose.says_little)
    found = crux_tables(seen, little)
    work.tell("pairs of worldviews", 0, 1)
    heard = replace(model, worldviews=who_is_heard(model.worldviews, little))
    means = {name: one.mean for name, one in estimates.worldviews.items()}
    matrix = pair_matrix(inquire(heard), means, little)
    answers: dict[str, Any] = {"estimate": estimates, "cruxes": found, "pairs": matrix}
    drawn: Drawings = {
        **estimate_figures(model, estimates),
        **crux_figures(found, model.map),
        **pair_figures(matrix),
    }
    between = None
    if (both := farthest(matrix)) is not None:
        work.tell(f"{both[0]} against {both[1]}", 0, 1)
        # Samples of states go by what is asked: there, only a diff by itself has those of `cruxmap diff`.
        if inquiry.planned:
            [between] = diffs_between(seen, [both])
        else:
            between = diff(model, *both, progress=progress, executor=executor)
        answers[f"diff-{between.a}-{between.b}"] = between
        drawn = {**drawn, **diff_figures(between)}
    whole = picture_of(model, MAP_WORLDVIEW, progress)
    pictures = canvas.images(drawn, model, progress)
    files: dict[str, str | bytes] = {
        **{f"{name}.json": json_text(answer.to_json()) for name, answer in answers.items()},
        "estimate.csv": csv_text(estimate_table(estimates)),
        "estimate.md": "\n".join(map(markdown_text, estimate_tables(estimates))),
        **pictures.files,
        **dot_and_mermaid.images(pages(whole), progress),
    }
    return Job(
        estimate=estimates,
        cruxes=found,
        pairs=matrix,
        diff=between,
        folder=Path(folder),
        files=write_folder(Path(folder), files),
        boxed=pictures.boxed | dot_and_mermaid.boxed(whole, ["png"]),
    )

"""The answers of the main job, all from one pass of the draws: what `run` writes, and a page shows.

In: a `ModelSpec`. Out: its `Findings`. Who wants only some of them asks for those by themselves.
"""

from dataclasses import dataclass, replace

from cruxmap.engine.executors import Work
from cruxmap.insight.candidates import candidates_of
from cruxmap.insight.cruxes import CruxTables, crux_tables
from cruxmap.insight.diff import WorldviewDiff, diff, diffs_between
from cruxmap.insight.estimate import Estimate, estimate_of
from cruxmap.insight.main_points import MainPoints, farthest_apart, main_points
from cruxmap.insight.pairs import PairMatrix, pair_matrix
from cruxmap.insight.predictive import outlooks
from cruxmap.insight.whose import inquire_with_map, who_is_heard
from cruxmap.language.model_spec import ModelSpec
from cruxmap.network.inquiry import inquire


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was found of a model.

    `diff` compares the highest and the lowest of those who say something, if there are two. `pairs` are
    `None` where nobody wanted them.
    """

    model: ModelSpec
    points: MainPoints
    estimate: Estimate
    cruxes: CruxTables
    diff: WorldviewDiff | None
    pairs: PairMatrix | None


def findings(model: ModelSpec, work: Work, *, pairs: bool = True) -> Findings:
    """Return what is found of a model; every draw goes through the network once. Raises `InvalidMap`."""
    inquiry = inquire_with_map(model)
    everyone = outlooks(inquiry, candidates_of(inquiry), work, draw_by_draw=True)
    estimates = estimate_of(model, everyone)
    seen = everyone.of(model.worldviews)
    little = tuple(name for name, one in estimates.worldviews.items() if one.whose.says_little)
    found = crux_tables(seen, little)
    matrix = _matrix(model, estimates, little, work) if pairs else None
    between = None
    if (both := farthest_apart(estimates)) is not None:
        work.tell(f"{both[0]} against {both[1]}", 0, 1)
        # Samples of states go by what is asked: there, only a diff by itself has those of `cruxmap diff`.
        if inquiry.planned:
            [between] = diffs_between(seen, [both])
        else:
            between = diff(model, *both, progress=work.progress, executor=work.executor)
    return Findings(
        model=model,
        points=main_points(model, estimates, found, between, everyone),
        estimate=estimates,
        cruxes=found,
        diff=between,
        pairs=matrix,
    )


def _matrix(model: ModelSpec, estimates: Estimate, little: tuple[str, ...], work: Work) -> PairMatrix:
    work.tell("pairs of worldviews", 0, 1)
    heard = replace(model, worldviews=who_is_heard(model.worldviews, little))
    means = {name: one.mean for name, one in estimates.worldviews.items()}
    return pair_matrix(inquire(heard), means, little)

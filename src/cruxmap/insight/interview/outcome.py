"""What came out of an interview: the estimate, what it hangs on, and where the reviewer parts from whom.

In: a model as it is read with the reviewer's file. Out: an `Outcome`. Every number is computed from that
file, as any other command computes it.
"""

from dataclasses import dataclass, replace

from cruxmap.engine.executors import Progress
from cruxmap.engine.special import logit
from cruxmap.insight.cruxes import rankings
from cruxmap.insight.diff import diff
from cruxmap.insight.live_model import open_model
from cruxmap.insight.main_points import FIRST_DIFFERENCES, HangsOn, PartsOver, hangs_on
from cruxmap.insight.plain import Answer
from cruxmap.language.argument_map import MAP_WORLDVIEW
from cruxmap.language.model_spec import ModelSpec

SAME = 0.05
"""Log-odds by which two estimates differ so little that nobody parts."""


@dataclass(frozen=True, slots=True)
class Apart(Answer):
    """Another worldview's central estimate, and the entries `over` which most of the gap to it arises."""

    worldview: str
    central: float
    over: tuple[PartsOver, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Answer):
    """What came out: `mean` over draws and `central`, beside the central one of the map's own numbers.

    `nearest` is whose central estimate is nearest, `farthest` whose is farthest, and what sets them apart.
    """

    worldview: str
    target: str
    mean: float | None
    central: float
    map_central: float
    hangs_on: tuple[HangsOn, ...]
    nearest: str | None
    farthest: Apart | None


def outcome(model: ModelSpec, worldview: str, progress: Progress | None = None) -> Outcome:
    """Return what came out for a worldview that an interview has made. Raises `InvalidMap`."""
    tell = progress or _silent
    tell("what the estimate hangs on", 0, 1)
    table = rankings(replace(model, worldviews=(worldview,)), progress=progress)[worldview]
    tell("who is near, and who is far", 0, 1)
    mine = open_model(model, worldview).probability()
    centrals = {name: open_model(model, name).probability() for name in _others(model, worldview)}
    gaps = {name: abs(float(logit(p) - logit(mine))) for name, p in centrals.items() if 0 < p < 1}
    ranked = sorted(gaps, key=lambda name: (round(gaps[name], 9), name))
    farthest = None
    if ranked and gaps[ranked[-1]] > SAME:
        farthest = _apart(model, worldview, ranked[-1], progress)
    return Outcome(
        worldview=worldview,
        target=table.target,
        mean=table.estimate,
        central=mine,
        map_central=open_model(model).probability(),
        hangs_on=hangs_on(table),
        nearest=ranked[0] if ranked else None,
        farthest=farthest,
    )


def _others(model: ModelSpec, worldview: str) -> tuple[str, ...]:
    return tuple(name for name in model.worldviews if name not in (worldview, MAP_WORLDVIEW))


def _apart(model: ModelSpec, worldview: str, other: str, progress: Progress | None) -> Apart:
    found = diff(model, worldview, other, progress=progress)
    gap = found.gap_logit
    over = tuple(
        PartsOver(id=one.id, text=one.text, share_logit=one.share_logit, part_of_gap=one.share_logit / gap)
        for one in found.differences[:FIRST_DIFFERENCES]
        if gap and one.share_logit is not None and one.share_logit / gap > 0
    )
    assert found.probability_b is not None
    return Apart(other, found.probability_b, over)


def _silent(what: str, done: int, of: int) -> None:
    """Hear of what is being done."""

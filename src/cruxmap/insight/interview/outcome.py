"""What came out of an interview: the estimate, what it hangs on, and where the reviewer parts from whom.

In: a model as it is read with the reviewer's file. Out: an `Outcome`. Every number is computed from that
file, as any other command computes it.
"""

import math
from dataclasses import dataclass, replace

from cruxmap.engine.executors import Progress
from cruxmap.engine.special import expit
from cruxmap.insight.cruxes import rankings
from cruxmap.insight.diff import diff
from cruxmap.insight.main_points import FIRST_DIFFERENCES, HangsOn, PartsOver, hangs_on
from cruxmap.insight.plain import Answer
from cruxmap.insight.target import log_odds
from cruxmap.language.argument_map import MAP_WORLDVIEW
from cruxmap.language.model_spec import ModelSpec
from cruxmap.network.inquiry import central_entries, inquire

SAME = 0.05
"""Log-odds by which two estimates differ so little that nobody parts."""


@dataclass(frozen=True, slots=True)
class Apart(Answer):
    """Another worldview's central estimate, and the entries `over` which most of the gap to it arises."""

    worldview: str
    central: float
    over: tuple[PartsOver, ...]


@dataclass(frozen=True, slots=True)
class Company(Answer):
    """Whose central estimate is nearest and whose is farthest, and what sets a worldview apart from that one.

    Nobody is nearest where there is nobody else, and nobody is far where all estimates are alike.
    """

    worldview: str
    central: float
    nearest: str | None
    farthest: Apart | None


@dataclass(frozen=True, slots=True)
class Outcome(Answer):
    """What came out: `mean` over draws and `central`, beside the central one of the map's own numbers."""

    worldview: str
    target: str
    mean: float | None
    central: float
    map_central: float
    hangs_on: tuple[HangsOn, ...]


def outcome(model: ModelSpec, worldview: str, progress: Progress | None = None) -> Outcome:
    """Return what came out for a worldview that an interview has made. Raises `InvalidMap`."""
    table = rankings(replace(model, worldviews=(worldview,)), progress=progress)[worldview]
    central, of_the_map = (float(expit(one)) for one in _central(model, (worldview, MAP_WORLDVIEW)))
    return Outcome(worldview, table.target, table.estimate, central, of_the_map, hangs_on(table))


def company(model: ModelSpec, worldview: str, progress: Progress | None = None) -> Company:
    """Return who of a model's worldviews is near to one, and who is far. Raises `InvalidMap`."""
    others = [name for name in model.worldviews if name not in (worldview, MAP_WORLDVIEW)]
    mine, *theirs = _central(model, (worldview, *others))
    gaps = {
        name: abs(one - mine)
        for name, one in zip(others, theirs, strict=True)
        if math.isfinite(one - mine)
    }
    ranked = sorted(gaps, key=lambda name: (round(gaps[name], 9), name))
    far = ranked[-1] if ranked and gaps[ranked[-1]] > SAME else None
    apart = None if far is None else _apart(model, worldview, far, progress)
    return Company(worldview, float(expit(mine)), ranked[0] if ranked else None, apart)


def _central(model: ModelSpec, worldviews: tuple[str, ...]) -> list[float]:
    """Return the target's log-odds with every number of a worldview in its middle, for each of them."""
    inquiry = inquire(replace(model, worldviews=worldviews))
    found: list[float] = log_odds(inquiry, central_entries(inquiry)).tolist()
    return found


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

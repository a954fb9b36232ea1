"""What came out of an interview: the estimate, what it hangs on, and where the reviewer parts from whom.

In: a model as it is read with the reviewer's file. Out: an `Outcome`. Every number is computed from that
file, as any other command computes it.
"""

import math
from dataclasses import dataclass, replace

from cruxmap.engine.executors import HERE, Progress, Work
from cruxmap.engine.special import expit
from cruxmap.insight.cruxes import rankings
from cruxmap.insight.diff import differences_of
from cruxmap.insight.gap_shares import game_of, pairings, share_out
from cruxmap.insight.main_points import FIRST_DIFFERENCES, HangsOn, PartsOver, hangs_on
from cruxmap.insight.plain import Answer
from cruxmap.insight.target import log_odds
from cruxmap.language.argument_map import MAP_WORLDVIEW
from cruxmap.language.model_spec import ModelSpec
from cruxmap.network.inquiry import Inquiry, central_entries, inquire

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
    inquiry = inquire(replace(model, worldviews=(worldview, MAP_WORLDVIEW)))
    central, of_the_map = expit(log_odds(inquiry, central_entries(inquiry))).tolist()
    return Outcome(worldview, table.target, table.estimate, central, of_the_map, hangs_on(table))


def company(model: ModelSpec, worldview: str, progress: Progress | None = None) -> Company:
    """Return who of a model's worldviews is near to one, and who is far. Raises `InvalidMap`.

    The shares of the gap are those of `diff`, which has much else besides.
    """
    others = [name for name in model.worldviews if name not in (worldview, MAP_WORLDVIEW)]
    inquiry = inquire(replace(model, worldviews=(worldview, *others)))
    mine, *theirs = log_odds(inquiry, central_entries(inquiry)).tolist()
    gaps = {number: abs(one - mine) for number, one in enumerate(theirs, 1) if math.isfinite(one - mine)}
    ranked = sorted(gaps, key=lambda number: (round(gaps[number], 9), others[number - 1]))
    far = ranked[-1] if ranked and gaps[ranked[-1]] > SAME else None
    nearest = others[ranked[0] - 1] if ranked else None
    apart = None if far is None else _apart(inquiry, far, Work(HERE, progress))
    return Company(worldview, float(expit(mine)), nearest, apart)


def _apart(inquiry: Inquiry, other: int, work: Work) -> Apart:
    """Return over what an inquiry's first worldview and another, by number, part most."""
    (pairing,) = pairings(inquiry, [(0, other)])
    game = game_of(pairing)
    shared = share_out(pairing, game, work)
    gap = shared.gap
    over = tuple(
        PartsOver(id=one.id, text=one.text, share_logit=one.share_logit, part_of_gap=one.share_logit / gap)
        for one in differences_of(pairing, game, shared, pairing.names)[:FIRST_DIFFERENCES]
        if gap and one.share_logit is not None and one.share_logit / gap > 0
    )
    central = shared.probability[1]
    assert central is not None
    return Apart(pairing.names[1], central, over)

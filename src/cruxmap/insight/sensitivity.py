"""How the target's log-odds turn on the judgements of one worldview: ranges, slopes and Sobol shares.

Ranges and slopes are taken at central judgements, one judgement at a time; Sobol shares over the
judgements' priors. Places that share a number (`same as`) count as the place whose number it is.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from cruxmap.engine.network import FloatArray, IntArray
from cruxmap.insight.information import Chance, chance_from_logit, to_compare
from cruxmap.insight.plain import Answer
from cruxmap.insight.sobol import GroupCrux, shares_of_variance
from cruxmap.insight.target import log_odds, slopes
from cruxmap.insight.views import View
from cruxmap.language.argument_map import LOGIT_OF_CERTAINTY, Z_95, ArgumentMap, Elicited
from cruxmap.language.inheritance import Perspective, row_in_force, share_rows
from cruxmap.network.inquiry import Inquiry, blocks, draws_per_block, entries_of

JUDGEMENT_MEASURES = ("target_low", "target_high", "slope", "sobol_first", "sobol_total")


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementCrux(Answer):
    """One number of the worldview, on its natural scale, and what it does to the target.

    `low` and `high` are its 5th and 95th percentile; `in_force` is the central value as it counts, a share
    beside the others of its row, and `in_force_low` and `in_force_high` likewise. `target_low` and
    `target_high` are the target's probability at `low` and `high` with all else central; `slope` is per logit
    (or log) of the judgement. The Sobol shares are `None` where the target's log-odds are not finite for all
    judgements.
    """

    address: str
    central: float
    low: float
    high: float
    in_force: float
    in_force_low: float
    in_force_high: float
    target_low: float | None
    target_high: float | None
    slope: float | None
    sobol_first: float | None
    sobol_total: float | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What the target does: `central` is its probability with all judgements central, `sample` Sobol's N."""

    central: float | None
    judgements: tuple[JudgementCrux, ...]
    groups: tuple[GroupCrux, ...]
    sample: int

    def total_of(self, owner: str, addresses: Collection[str], *, whole: bool) -> float | None:
        """Return the total Sobol share of some of an entry's numbers, or of its `whole` group.

        Of numbers that were not analysed together it is the sum of their own, which counts what they do
        together more than once. `None` where there are no shares.
        """
        apart = {group.id: group.sobol_total for group in self.groups}
        if whole and owner in apart:
            return apart[owner]
        totals = [row.sobol_total for row in self.judgements if row.address in addresses]
        known = [total for total in totals if total is not None]
        return sum(known) if len(known) == len(totals) else None


def sensitivity(view: View, movers: IntArray, logits: FloatArray | None = None) -> Sensitivity:
    """Return how the target answers to each judgement, where its central log-odds are finite.

    `movers` are the uncertain judgements, by column, that are not separated from the target on the graph.
    `logits` (n_draws,) are the target's log-odds in the view's draws, where somebody knows them exactly.
    """
    inquiry, worldview = view.inquiry, view.worldview
    central = np.zeros((len(inquiry.network.addresses), 1))
    logit = float(log_odds(inquiry, entries_of(inquiry, worldview, central))[0])
    low, high = _ranges(view, movers, logit)
    constant = np.abs(inquiry.numbers.mu[worldview]) >= LOGIT_OF_CERTAINTY
    slope = np.where(constant, np.nan, slopes(inquiry, worldview, central)[:, 0])
    spread = shares_of_variance(view, movers, logits)
    found = dict(zip(JUDGEMENT_MEASURES, (low, high, slope, spread.first, spread.total), strict=True))
    at = _finite(chance_from_logit(logit).yes)
    return Sensitivity(at, _judgement_rows(view, found), spread.groups, spread.sample)


def _judgement_rows(view: View, found: Mapping[str, FloatArray]) -> tuple[JudgementCrux, ...]:
    """Return a row per number of the worldview, widest range of the target first; links have no row.

    Certainties that nobody wrote are left out. What is `found` of each judgement is (n_judgements,).
    """
    inquiry = view.inquiry
    perspective, judgements = inquiry.perspectives[view.worldview], inquiry.model.map.judgements
    shares = _shares_in_force(inquiry.model.map, perspective)
    rows = []
    for number, address in enumerate(inquiry.network.addresses):
        setting = perspective.setting[address]
        if setting.column != address:
            continue
        if setting.value.is_certain and judgements[address].is_default and not setting.rejected:
            continue
        numbers = {name: _finite(values[number]) for name, values in found.items()}
        reason = None
        if setting.rejected:
            reason = "the argument is rejected in this worldview"
        elif setting.value.is_certain:
            reason = "a certainty has no slope"
        elif numbers["sobol_first"] is None:
            reason = "in some draws the target is certain, or what is given impossible"
        value = setting.value
        middle, low, high = shares.get(address) or _ends(value)
        rows.append(
            JudgementCrux(
                address=address,
                central=value.middle,
                low=value.low,
                high=value.high,
                in_force=middle,
                in_force_low=low,
                in_force_high=high,
                reason=reason,
                **numbers,
            )
        )
    return tuple(sorted(rows, key=_widest_first))


def _widest_first(row: JudgementCrux) -> tuple[float, float, str]:
    return -to_compare(_width(row)), -to_compare(abs(row.slope or 0.0)), row.address


def _shares_in_force(argument_map: ArgumentMap, perspective: Perspective) -> dict[str, list[float]]:
    """Return what each share counts as in its row, at its middle, 5th and 95th percentile."""
    found = {}
    for row in share_rows(argument_map, perspective):
        for place, setting in enumerate(row):
            ends = [{setting.column: end} for end in _ends(setting.value)]
            found[setting.address] = [row_in_force(row, end)[place] for end in ends]
    return found


def _ends(value: Elicited) -> list[float]:
    return [value.middle, value.low, value.high]


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _width(row: JudgementCrux) -> float:
    """Return how far apart the two ends of the range are, in log-odds."""
    if row.target_low is None or row.target_high is None or row.target_low == row.target_high:
        return 0.0
    low, high = (Chance(p, 1 - p).logit for p in (row.target_low, row.target_high))
    return abs(high - low)


def _ranges(view: View, movers: IntArray, logit: float) -> tuple[FloatArray, FloatArray]:
    """Return P(target) with each judgement at its 5th and at its 95th percentile, each (n_judgements,)."""
    inquiry = view.inquiry
    at = chance_from_logit(logit).yes
    ends = np.full((2, len(inquiry.network.addresses)), at)
    cuts = blocks(len(movers), draws_per_block(inquiry) // 2)
    tasks = [(view.worldview, movers[start:stop]) for start, stop in cuts]
    for (_, columns), logits in zip(tasks, view.work.map(at_ends, (inquiry,), tasks), strict=True):
        ends[:, columns] = np.array([chance_from_logit(value).yes for value in logits]).reshape(2, -1)
    return ends[0], ends[1]


def at_ends(inquiry: Inquiry, task: tuple[int, IntArray]) -> FloatArray:
    """Return the target's log-odds with some judgements at their lower ends, and then at their upper ones.

    The task is the number of a worldview and these judgements, by column; all others are central.
    """
    worldview, columns = task
    z = np.zeros((len(inquiry.network.addresses), 2 * len(columns)))
    z[columns, np.arange(len(columns))] = -Z_95
    z[columns, np.arange(len(columns)) + len(columns)] = Z_95
    return log_odds(inquiry, entries_of(inquiry, worldview, z))

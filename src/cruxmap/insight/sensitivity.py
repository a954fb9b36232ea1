"""How the target's log-odds turn on the judgements of one worldview: ranges, slopes and Sobol shares.

Ranges and slopes are taken at central judgements, one judgement at a time; Sobol shares over the
judgements' priors. Places that share a number (`same as`) count as the place whose number it is.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cruxmap.engine.entries import pullback
from cruxmap.engine.network import MANY_WHAT_IFS, FloatArray, IntArray
from cruxmap.engine.queries import cost, log_z_gradient
from cruxmap.insight.information import Chance, chance_from_logit
from cruxmap.insight.plain import Answer
from cruxmap.insight.sobol import MAX_INPUTS, Design, SobolShares, design, sample_size, sobol_shares
from cruxmap.insight.target import log_odds
from cruxmap.insight.views import View, forward_draws
from cruxmap.language.argument_map import LOGIT_OF_CERTAINTY, Z_95
from cruxmap.network.inquiry import Inquiry, blocks, draws_per_block, entries_of
from cruxmap.network.numbers import unconstrained

APART = 30
"""How many groups a Sobol analysis keeps apart; the rest is one group."""

SCREENING_DRAWS = 64
"""Draws over which judgements are ranked before the Sobol analysis."""

SOBOL_WORK = 6e9
"""Multiplications that one Sobol analysis may take: a few seconds on two cores."""

WORK_PER_ENTRY = 20
"""Filling one table entry takes about as long as this many multiplications."""


OTHERS = "others"
"""The name of the Sobol group of all entries that are not kept apart."""


JUDGEMENT_MEASURES = ("target_low", "target_high", "slope", "sobol_first", "sobol_total")


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementCrux(Answer):
    """One number of the worldview, on its natural scale, and what it does to the target.

    `low` and `high` are its 5th and 95th percentile, `target_low` and `target_high` the target's
    probability there with all else central; `slope` is per logit (or log) of the judgement. Where the
    Sobol shares are `None` it was analysed together with other small ones.
    """

    address: str
    central: float
    low: float
    high: float
    target_low: float | None
    target_high: float | None
    slope: float | None
    sobol_first: float | None
    sobol_total: float | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class GroupCrux(Answer):
    """The judgements of one entry together; `others` in the id's place stands for the smallest ones.

    `error` is half of the wider 95% bootstrap interval of the two shares.
    """

    id: str
    sobol_first: float
    sobol_total: float
    error: float


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What the target does: `central` is its probability with all judgements central, `sample` Sobol's N."""

    central: float | None
    judgements: tuple[JudgementCrux, ...]
    groups: tuple[GroupCrux, ...]
    sample: int


def sensitivity(view: View, movers: IntArray) -> Sensitivity:
    """Return how the target answers to each judgement, where its central log-odds are finite.

    `movers` are the uncertain judgements, by column, that are not separated from the target on the graph.
    """
    inquiry, worldview = view.inquiry, view.worldview
    central = np.zeros((len(inquiry.network.addresses), 1))
    logit = float(log_odds(inquiry, entries_of(inquiry, worldview, central))[0])
    low, high = _ranges(view, movers, logit)
    constant = np.abs(inquiry.numbers.mu[worldview]) >= LOGIT_OF_CERTAINTY
    slope = np.where(constant, np.nan, _slopes(inquiry, worldview, central)[:, 0])
    first, total, groups, sample = _shares_of_variance(view, movers)
    found = dict(zip(JUDGEMENT_MEASURES, (low, high, slope, first, total), strict=True))
    at = _finite(chance_from_logit(logit).yes)
    return Sensitivity(at, _judgement_rows(view, found), groups, sample)


def _judgement_rows(view: View, found: Mapping[str, FloatArray]) -> tuple[JudgementCrux, ...]:
    """Return a row per number of the worldview, widest range of the target first; links have no row.

    Certainties that nobody wrote are left out. What is `found` of each judgement is (n_judgements,).
    """
    inquiry = view.inquiry
    perspective, judgements = inquiry.perspectives[view.worldview], inquiry.model.map.judgements
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
            reason = "analysed together with other small ones"
        value = setting.value
        rows.append(
            JudgementCrux(
                address=address,
                central=value.middle,
                low=value.low,
                high=value.high,
                reason=reason,
                **numbers,
            )
        )
    return tuple(sorted(rows, key=lambda row: (-_width(row), -abs(row.slope or 0.0), row.address)))


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
    for (_, columns), logits in zip(tasks, view.work.map(_at_ends, (inquiry,), tasks), strict=True):
        ends[:, columns] = np.array([chance_from_logit(value).yes for value in logits]).reshape(2, -1)
    return ends[0], ends[1]


def _at_ends(inquiry: Inquiry, task: tuple[int, IntArray]) -> FloatArray:
    """Return the target's log-odds with some judgements at their lower ends, and then at their upper ones."""
    worldview, columns = task
    z = np.zeros((len(inquiry.network.addresses), 2 * len(columns)))
    z[columns, np.arange(len(columns))] = -Z_95
    z[columns, np.arange(len(columns)) + len(columns)] = Z_95
    return log_odds(inquiry, entries_of(inquiry, worldview, z))


def _slopes(inquiry: Inquiry, worldview: int, z: FloatArray) -> FloatArray:
    """Return `d logit p / d u` of the draws `z`, (n_judgements, D), summed into the column that is shared."""
    filled = entries_of(inquiry, worldview, z)
    (_, no), (_, yes) = (log_z_gradient(inquiry.network, filled, evidence) for evidence in inquiry.sides)
    u = unconstrained(inquiry.numbers, z, worldview)
    by_address = pullback(
        inquiry.network.program, u, inquiry.numbers.single[worldview], filled.entries, yes - no
    )
    slopes = np.zeros_like(by_address)
    np.add.at(slopes, inquiry.numbers.column[worldview], by_address)
    return slopes


def _shares_of_variance(
    view: View, movers: IntArray
) -> tuple[FloatArray, FloatArray, tuple[GroupCrux, ...], int]:
    """Return Sobol shares of the variance of the target's log-odds by judgement, and by what owns them."""
    inquiry, worldview = view.inquiry, view.worldview
    first, total = np.zeros((2, len(inquiry.network.addresses)))
    size = _sizes(inquiry, worldview, movers)
    columns = movers[np.argsort(-size[movers], kind="stable")]
    columns = columns[size[columns] > 0][:MAX_INPUTS]
    if not len(columns):
        return first, total, (), 0
    addresses = inquiry.network.addresses
    owners = [inquiry.model.map.judgements[addresses[column]].owner for column in columns]
    weight: defaultdict[str, float] = defaultdict(float)
    for owner, column in zip(owners, columns, strict=True):
        weight[owner] += float(size[column])
    ranked = sorted(weight, key=lambda owner: -weight[owner])
    number = {owner: min(i, APART) for i, owner in enumerate(ranked)}
    by_owner = _analysis(view, columns, [number[owner] for owner in owners])
    names = [*ranked[:APART], *([OTHERS] if len(ranked) > APART else [])]
    shares = (by_owner.first, by_owner.total, by_owner.error)
    groups = tuple(map(GroupCrux, names, *(values.tolist() for values in shares)))
    if len(ranked) == len(columns) <= APART:  # one judgement each: it is the same analysis
        by_judgement = by_owner
        order = [number[owner] for owner in owners]
    else:
        apart = min(len(columns), max(APART, int(SOBOL_WORK / _work(inquiry) / 256) - 3))
        order = list(range(apart))
        by_judgement = _analysis(view, columns, [min(i, apart) for i in range(len(columns))])
        first[columns[apart:]] = total[columns[apart:]] = np.nan
    first[columns[: len(order)]] = by_judgement.first[order]
    total[columns[: len(order)]] = by_judgement.total[order]
    return first, total, groups, by_owner.sample


def _analysis(view: View, columns: IntArray, group: Sequence[int]) -> SobolShares:
    inquiry, seed = view.inquiry, view.inquiry.model.sampling.seed
    points = design(group, sample_size(max(group) + 1, int(SOBOL_WORK / _work(inquiry))), seed)
    cuts = blocks(points.sample, draws_per_block(inquiry))
    tasks = [(view.worldview, number, *cut) for number in range(points.columns) for cut in cuts]
    values = []
    for done, part in enumerate(view.work.map(_values_at, (inquiry, columns, points), tasks), start=1):
        values.append(part)
        view.tell("Sobol shares", done, len(tasks))
    return sobol_shares(np.concatenate(values).reshape(points.columns, points.sample), seed)


def _values_at(
    inquiry: Inquiry, columns: IntArray, points: Design, task: tuple[int, int, int, int]
) -> FloatArray:
    """Return the target's log-odds in a worldview at some points of a column of a design."""
    worldview, number, start, stop = task
    z = np.zeros((len(inquiry.network.addresses), stop - start))
    z[columns] = points.points(number, start, stop)
    return log_odds(inquiry, entries_of(inquiry, worldview, z))


def _sizes(inquiry: Inquiry, worldview: int, movers: IntArray) -> FloatArray:
    """Return the mean of `(d logit p / d z)^2` over some draws, (n_judgements,).

    For normal inputs it bounds the total share times the variance (Sobol and Kucherenko 2009), so what is
    left out last matters least.
    """
    if not len(movers):
        return np.zeros(len(inquiry.network.addresses))
    z = forward_draws(inquiry, SCREENING_DRAWS)(0, SCREENING_DRAWS)
    per_z = _slopes(inquiry, worldview, z) * inquiry.numbers.sd[worldview][:, None]
    return np.asarray((per_z**2).mean(axis=1))


def _work(inquiry: Inquiry) -> float:
    """Return about how many multiplications the target's log-odds take for one draw, tables included."""
    network, given = inquiry.network, {variable for variable, _ in inquiry.given}
    return (
        cost(network, inquiry.targets[:1], given, MANY_WHAT_IFS) + WORK_PER_ENTRY * network.program.n_entries
    )

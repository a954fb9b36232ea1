"""Sobol shares: how much of a quantity's variance comes from which of its independent inputs.

The points are Saltelli's: two independent samples A and B of a scrambled Sobol sequence, and for each
group a copy of A with that group's inputs taken from B. SALib turns the values into first-order and
total shares with bootstrapped errors (Saltelli and others 2010).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cruxmap.engine.network import MANY_WHAT_IFS, FloatArray, IntArray
from cruxmap.engine.queries import cost
from cruxmap.engine.special import ndtri
from cruxmap.insight.plain import Answer
from cruxmap.insight.target import log_odds, slopes
from cruxmap.insight.views import View, forward_draws
from cruxmap.network.inquiry import Inquiry, blocks, draws_per_block, entries_of

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

MIN_SAMPLE = 64
MAX_SAMPLE = 4096
MAX_VALUES = 1 << 17
"""How many values one analysis may ask for, however cheap each is."""

MAX_INPUTS = 10_000
"""SciPy's Sobol sequence has 21,201 dimensions, of which an analysis takes two per input."""

MAX_SPREAD_OF_A_CONSTANT = 1e-12
"""Values that spread no wider than this are taken as one: what varies is rounding."""


@dataclass(frozen=True, slots=True)
class SobolShares:
    """Shares of variance by group, each (groups,); `error` is the wider half of the two 95% intervals.

    `sample` is the N of the analysis, which took `N * (groups + 2)` values.
    """

    first: FloatArray
    total: FloatArray
    error: FloatArray
    sample: int


def sample_size(groups: int, values: int) -> int:
    """Return the largest power of two N for which `N (groups + 2)` stays within `values`, within limits."""
    affordable = min(values, MAX_VALUES) // (groups + 2)
    return min(max(1 << max(affordable.bit_length() - 1, 0), MIN_SAMPLE), MAX_SAMPLE)


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """The points of an analysis: `one` and `other` are samples (inputs, sample), `group` numbers groups.

    Its columns are the first sample, for each group the first with the group's inputs taken from the other
    sample, and the other.
    """

    one: FloatArray
    other: FloatArray
    group: IntArray

    @property
    def columns(self) -> int:
        """How many columns of points there are."""
        return int(self.group.max()) + 3

    @property
    def sample(self) -> int:
        """How many points a column has."""
        return int(self.one.shape[1])

    def points(self, column: int, start: int, stop: int) -> FloatArray:
        """Return some points of a column, standard normal, (inputs, stop - start)."""
        if column == self.columns - 1:
            return self.other[:, start:stop]
        from_other = self.group == column - 1
        return np.where(from_other[:, None], self.other[:, start:stop], self.one[:, start:stop])


def design(group: Sequence[int], sample: int, seed: int) -> Design:
    """Return the points for inputs in groups that are numbered from 0; `sample` is a power of two."""
    n = len(group)
    from scipy.stats import qmc

    points = qmc.Sobol(2 * n, scramble=True, rng=np.random.default_rng(seed)).random(sample)
    # The sequence counts in steps of 2**-30 from 0: the middle of a step is never 0 or 1.
    z = np.ascontiguousarray(ndtri(points + 2.0**-31).T)
    return Design(z[:n], z[n:], np.asarray(group))


def sobol_shares(values: FloatArray, seed: int) -> SobolShares:
    """Return the shares of the variance of values (columns, sample) at a design's points, by group."""
    from SALib.analyze import sobol as salib

    groups, sample = len(values) - 2, values.shape[1]
    if np.ptp(values[[0, -1]]) <= MAX_SPREAD_OF_A_CONSTANT:
        nothing = np.zeros(groups)
        return SobolShares(nothing, nothing, nothing, sample)
    problem = {"num_vars": groups, "names": [str(number) for number in range(groups)]}
    result = salib.analyze(problem, values.T.ravel(), calc_second_order=False, seed=seed + 1)
    error = np.maximum(result["S1_conf"], result["ST_conf"])
    return SobolShares(np.asarray(result["S1"]), np.asarray(result["ST"]), np.asarray(error), sample)


# --- of one worldview's judgements ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GroupCrux(Answer):
    """The judgements of one entry together; `others` in the id's place stands for the smallest ones.

    `error` is half of the wider 95% bootstrap interval of the two shares.
    """

    id: str
    sobol_first: float
    sobol_total: float
    error: float


def shares_of_variance(
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
    per_z = slopes(inquiry, worldview, z) * inquiry.numbers.sd[worldview][:, None]
    return np.asarray((per_z**2).mean(axis=1))


def _work(inquiry: Inquiry) -> float:
    """Return about how many multiplications the target's log-odds take for one draw, tables included."""
    network, given = inquiry.network, {variable for variable, _ in inquiry.given}
    return (
        cost(network, inquiry.targets[:1], given, MANY_WHAT_IFS)
        + WORK_PER_ENTRY * network.program.n_entries
    )

"""Sobol shares: how much of a quantity's variance comes from which of its independent inputs.

In: the quantity at independent standard normal draws, and its slopes in some of them. A polynomial h
that is fitted to the slopes has shares that are known exactly (`surrogate`). What it leaves, e = f - h,
adds its covariances with the parts of h, from the other draws, and its own shares, by the estimators of
Saltelli and others (2010) and Jansen (1999). As the sum is that of f exactly, h brings no bias: h serves
as a control variate.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cruxmap.engine.network import MANY_WHAT_IFS, BoolArray, FloatArray, IntArray
from cruxmap.engine.queries import cost
from cruxmap.insight.plain import Answer
from cruxmap.insight.surrogate import Basis, basis, fitted
from cruxmap.insight.target import log_odds, slopes
from cruxmap.insight.views import Block, Forward, View, forward_draws
from cruxmap.network.inquiry import Inquiry, blocks, draws_per_block, entries_of

APART = 30
"""How many groups a Sobol analysis keeps apart; the rest is one group."""

OTHERS = "others"
"""The name of the Sobol group of all entries that are not kept apart."""

SLOPES = 256
"""Draws whose slopes the polynomial is fitted to. They come first; the others judge it."""

MIN_DRAWS, MAX_DRAWS = 1024, 4096
"""Draws that an analysis uses, however few or many the model asks for."""

MIN_SAMPLE = 64
MAX_VALUES = 1 << 13
"""Values at further points that one analysis may ask for, however cheap each is."""

SOBOL_WORK = 4e8
"""Multiplications that these may take, though there are `MIN_SAMPLE` points for each group at least."""

WORK_PER_ENTRY = 20
"""Filling one table entry takes about as long as this many multiplications."""

MOST_LEFT = 0.25
"""A polynomial that leaves more than this part of the variance is not used.

Far out it may be far off, which costs more than it gains. It leaves 2 to 6% of the log-odds of a real map.
"""

WEIGHT_OF_TYPICAL = 64
"""Pairs of points as which the spread of other groups counts for that of a group.

Over nine seeds of two worldviews of a real map, 97% of the shares were then within two standard errors, and
all but 0.2% within three; without it, 94 to 97% and all but 0.4 to 1.8%.
"""

NUMBERS_AT_ONCE = 1 << 21
"""About how many terms of the polynomial, times draws, are in memory at a time."""

MAX_SPREAD_OF_A_CONSTANT = 1e-12
"""Values that spread no wider than this are taken as one: what varies is rounding."""

TWO_SIDED_95 = 1.959963984540054
"""How many standard deviations of a normal are half of its 95% interval."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A quantity at independent standard normal draws: `values` (n_draws,).

    `draw(start, stop)` returns some of the draws, (inputs, stop - start), with the inputs that matter most
    first. `slopes` (inputs, fewer) are those of the quantity in the first draws.
    """

    draw: Callable[[int, int], FloatArray]
    values: FloatArray
    slopes: FloatArray

    @property
    def judging(self) -> tuple[int, int]:
        """The first draw without slopes, and the one after the last."""
        return self.slopes.shape[1], len(self.values)


@dataclass(frozen=True, slots=True, eq=False)
class SobolShares:
    """Shares of variance: of groups (groups,) with the `error`, and of single inputs (inputs,) without.

    `error` is the wider half of the two 95% intervals. `sample` is the N of the analysis of what the
    polynomial leaves, which took `N * groups` values.
    """

    first: FloatArray
    total: FloatArray
    error: FloatArray
    first_of_inputs: FloatArray
    total_of_inputs: FloatArray
    sample: int


def sample_size(groups: int, values: int, draws: int) -> int:
    """Return the largest even N for which `N * groups` stays within `values`, within limits."""
    return min(max(values // groups, MIN_SAMPLE), draws) // 2 * 2


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """The further points of an analysis: `one` and `other` (inputs, N) are samples, `group` numbers groups.

    For each group they are the one sample, with the group's inputs taken from the other. The other is the
    one with its halves exchanged.
    """

    one: FloatArray
    other: FloatArray
    group: IntArray

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return int(self.group.max()) + 1

    @property
    def sample(self) -> int:
        """How many points there are for a group."""
        return int(self.one.shape[1])

    def points(self, start: int, stop: int) -> FloatArray:
        """Return some points, (inputs, stop - start); they count from 0, group by group."""
        group, place = np.divmod(np.arange(start, stop), self.sample)
        return np.where(self.group[:, None] == group, self.other[:, place], self.one[:, place])


def design(known: Known, group: Sequence[int], values: int) -> Design:
    """Return points for inputs in groups that are numbered from 0; `values` may be asked for, or a few more.

    The one sample are draws whose values are known: the first of those without slopes.
    """
    first, last = known.judging
    numbers = np.asarray(group)
    n = sample_size(int(numbers.max()) + 1, values, last - first)
    one = known.draw(first, first + n)
    return Design(one, np.roll(one, n // 2, axis=1), numbers)


def sobol_shares(known: Known, points: Design, mixed: FloatArray) -> SobolShares:
    """Return the shares of a quantity's variance; `mixed` (groups * N,) are values at the points."""
    groups, n = points.groups, points.sample
    if np.ptp(known.values) <= MAX_SPREAD_OF_A_CONSTANT:
        none, no_input = np.zeros(groups), np.zeros(len(points.group))
        return SobolShares(none, none, none, no_input, no_input, n)
    terms = basis(len(points.group))
    touching = terms.touching(points.group)
    within = touching & (touching.sum(axis=0) == 1)
    parts = np.concatenate([within, touching])
    coefficient, left_slopes = fitted(terms, known.draw(0, known.slopes.shape[1]), known.slopes)
    judged = _judged(known, terms, coefficient, parts)
    if judged.left.var() > MOST_LEFT * known.values.var():
        coefficient, left_slopes = np.zeros_like(coefficient), (known.slopes**2).mean(axis=1)
        judged = _judged(known, terms, coefficient, parts)
    cuts = blocks(groups * n, _at_once(coefficient))
    there = np.concatenate([coefficient @ terms.values(points.points(*cut)) for cut in cuts])
    left = (mixed - there - judged.mean).reshape(groups, n)
    step = (left - judged.left[:n]).reshape(groups, 2, n // 2)
    # From each half of the points to the other: Azzini, Mara and Rosati's first shares, Jansen's total ones.
    of_left = np.concatenate([-step[:, 0] * step[:, 1], (step**2).sum(axis=1) / 2]) / 2
    # What each judging draw adds to the variances of the parts, and of the whole.
    of_parts = 2 * judged.parts * judged.left
    of_whole = (2 * judged.whole + judged.left) * judged.left
    squares = coefficient**2
    variance = squares.sum() + of_whole.mean()
    share = (parts @ squares + of_parts.mean(axis=1) + of_left.mean(axis=1)) / variance
    noise = (of_parts - share[:, None] * of_whole).var(axis=1) / len(of_whole)
    noise += _noise(of_left.reshape(2, groups, -1), np.bincount(points.group, left_slopes)).ravel()
    error = TWO_SIDED_95 * np.sqrt(noise).reshape(2, groups).max(axis=0) / variance
    of_groups = share.reshape(2, groups)
    of_owner = of_groups[:, points.group]
    of_terms = squares + 2 * coefficient * judged.moment
    first = terms.of_one(of_terms + judged.moment_squared) / variance
    total = np.minimum((terms.of_all(of_terms) + left_slopes) / variance, of_owner[1])
    alone = np.bincount(points.group)[points.group] == 1
    of_inputs = np.where(alone, of_owner, [first, total])
    return SobolShares(
        first=of_groups[0],
        total=of_groups[1],
        error=error,
        first_of_inputs=of_inputs[0],
        total_of_inputs=of_inputs[1],
        sample=n,
    )


def _noise(of_left: FloatArray, scale: FloatArray) -> FloatArray:
    """Return the variances of the means of what pairs of points say of each group, (2, groups).

    `of_left` is (2, groups, pairs). A few pairs often miss the large steps that a group can make, and then
    know nothing of their spread. So what is typical of all groups, on the `scale` (groups,) of each, counts
    as much as `WEIGHT_OF_TYPICAL` pairs, where that is more.
    """
    pairs, spread = of_left.shape[2], of_left.var(axis=2, ddof=1)
    relative = np.divide(spread, scale**2, out=np.zeros_like(spread), where=scale > 0)
    typical = relative.mean(axis=1, keepdims=True) * scale**2
    weight = WEIGHT_OF_TYPICAL / (pairs + WEIGHT_OF_TYPICAL)
    return np.asarray(np.maximum(spread, (1 - weight) * spread + weight * typical) / pairs)


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """A polynomial in the draws that judge it: what it leaves, (R,), but for its `mean`, and its values.

    `whole` (R,) and `parts` (parts, R) are of all and of some of its terms. `moment` (terms,) estimates the
    covariance of each term with what is left, and `moment_squared` its square, in which noise does not count.
    """

    left: FloatArray
    mean: float
    whole: FloatArray
    parts: FloatArray
    moment: FloatArray
    moment_squared: FloatArray


def _judged(known: Known, terms: Basis, coefficient: FloatArray, parts: BoolArray) -> _Judged:
    first, last = known.judging
    middle = known.values[first:last].mean()
    weights = np.concatenate([np.ones((1, len(coefficient))), parts]) * coefficient
    values, left = np.empty((len(weights), last - first)), np.empty(last - first)
    with_left, alone = np.zeros((2, len(coefficient)))
    for start, stop in blocks(last - first, _at_once(coefficient)):
        here = terms.values(known.draw(first + start, first + stop))
        values[:, start:stop] = weights @ here
        left[start:stop] = known.values[first + start : first + stop] - middle - values[0, start:stop]
        with_left += here @ left[start:stop]
        alone += here.sum(axis=1)
    mean, noise = left.mean(), left.var() / len(left)
    moment = (with_left - mean * alone) / len(left)
    return _Judged(left - mean, middle + mean, values[0], values[1:], moment, moment**2 - noise)


def _at_once(coefficient: FloatArray) -> int:
    """Return in how many draws to work out the terms of a polynomial at a time."""
    return max(NUMBERS_AT_ONCE // len(coefficient), 1)


# --- of one worldview's judgements ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GroupCrux(Answer):
    """The judgements of one entry together; `others` in the id's place stands for the smallest ones.

    `error` is half of the wider 95% interval of the two shares.
    """

    id: str
    sobol_first: float
    sobol_total: float
    error: float


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Whose spread the target's log-odds have: shares by judgement (n_judgements,), and by what owns them.

    `sample` is the N of the analysis, 0 where there was none. Where the log-odds are not finite in every draw
    they have no variance: the shares are nan, and there are no groups.
    """

    first: FloatArray
    total: FloatArray
    groups: tuple[GroupCrux, ...] = ()
    sample: int = 0


def shares_of_variance(view: View, movers: IntArray, logits: FloatArray | None = None) -> Spread:
    """Return Sobol shares of the variance of the target's log-odds over the judgements' priors.

    `movers` are the judgements that can matter, by column. `logits` (n_draws,) are the log-odds in the
    view's draws, where somebody knows them exactly.
    """
    inquiry = view.inquiry
    nothing = np.zeros(len(inquiry.network.addresses))
    draw = forward_draws(inquiry, max(inquiry.model.sampling.draws, MIN_DRAWS))
    per_z = _slopes(view, draw, movers)
    size = (per_z**2).mean(axis=1)
    order = np.argsort(-size, kind="stable")
    order = order[~(size[order] == 0)]
    columns = movers[order]
    if not len(columns):
        return Spread(nothing, nothing)
    if logits is None or view.draw != draw or not np.isfinite(logits).all():
        logits = _log_odds(view, draw)
    known = Known(draw.of(columns), logits[:MAX_DRAWS], per_z[order])
    names, group = _grouped(inquiry, columns, size[order])
    points = design(known, group, min(MAX_VALUES, int(SOBOL_WORK / _work(inquiry))))
    finite = np.isfinite(known.values).all() and np.isfinite(known.slopes).all()
    mixed = _log_odds_at(view, columns, points) if finite else np.array([np.nan])
    first, total = nothing.copy(), nothing.copy()
    if not np.isfinite(mixed).all():
        first[columns] = total[columns] = np.nan
        return Spread(first, total)
    shares = sobol_shares(known, points, mixed)
    first[columns], total[columns] = shares.first_of_inputs, shares.total_of_inputs
    measures = (shares.first, shares.total, shares.error)
    groups = tuple(map(GroupCrux, names, *(values.tolist() for values in measures)))
    return Spread(first, total, groups, shares.sample)


def _grouped(inquiry: Inquiry, columns: IntArray, size: FloatArray) -> tuple[list[str], list[int]]:
    """Return the names of groups of judgements, and for each judgement the number of its group.

    An entry's judgements are a group. Those where the mean of `(d logit p / d z)^2` is largest are kept
    apart: it bounds the total share times the variance (Sobol and Kucherenko 2009).
    """
    addresses, judgements = inquiry.network.addresses, inquiry.model.map.judgements
    owners = [judgements[addresses[column]].owner for column in columns]
    weight: defaultdict[str, float] = defaultdict(float)
    for owner, part in zip(owners, size.tolist(), strict=True):
        weight[owner] += part
    ranked = sorted(weight, key=lambda owner: -weight[owner])
    number = {owner: min(i, APART) for i, owner in enumerate(ranked)}
    names = [*ranked[:APART], *([OTHERS] if len(ranked) > APART else [])]
    return names, [number[owner] for owner in owners]


# What is asked of the network. All draws and points are what-ifs: where states are sampled, they share
# their random numbers, and the noise of sampling is no part of the variance.


def _slopes(view: View, draw: Forward, movers: IntArray) -> FloatArray:
    """Return the slopes of the target's log-odds per standard normal in the first draws, (movers, SLOPES)."""
    per_z = np.zeros((len(movers), SLOPES))
    tasks = _blocks(view, SLOPES) if len(movers) else []
    parts = view.work.map(_slopes_in, (view.inquiry, draw, movers), tasks)
    for (_, start, stop), part in zip(tasks, _told(view, "slopes", parts, len(tasks)), strict=True):
        per_z[:, start:stop] = part
    return per_z


def _slopes_in(inquiry: Inquiry, draw: Forward, movers: IntArray, block: Block) -> FloatArray:
    worldview, start, stop = block
    per_z = slopes(inquiry, worldview, draw(start, stop))[movers]
    per_z *= inquiry.numbers.sd[worldview][movers, None]
    return per_z


def _log_odds(view: View, draw: Forward) -> FloatArray:
    """Return the target's log-odds in the draws that an analysis uses."""
    tasks = _blocks(view, min(draw.n_draws, MAX_DRAWS))
    parts = view.work.map(_log_odds_in, (view.inquiry, draw), tasks)
    return np.concatenate(list(_told(view, "log-odds", parts, len(tasks))))


def _log_odds_in(inquiry: Inquiry, draw: Forward, block: Block) -> FloatArray:
    worldview, start, stop = block
    return log_odds(inquiry, entries_of(inquiry, worldview, draw(start, stop)))


def _log_odds_at(view: View, columns: IntArray, points: Design) -> FloatArray:
    """Return the target's log-odds at the points of a design, (groups * N,)."""
    tasks = _blocks(view, points.groups * points.sample)
    parts = view.work.map(_log_odds_at_points, (view.inquiry, columns, points), tasks)
    return np.concatenate(list(_told(view, "Sobol shares", parts, len(tasks))))


def _log_odds_at_points(inquiry: Inquiry, columns: IntArray, points: Design, block: Block) -> FloatArray:
    worldview, start, stop = block
    z = np.zeros((len(inquiry.network.addresses), stop - start))
    z[columns] = points.points(start, stop)
    return log_odds(inquiry, entries_of(inquiry, worldview, z))


def _blocks(view: View, n_draws: int) -> list[Block]:
    return [(view.worldview, *cut) for cut in blocks(n_draws, draws_per_block(view.inquiry))]


def _told(view: View, stage: str, parts: Iterable[FloatArray], of: int) -> Iterator[FloatArray]:
    """Yield what comes of tasks, and report each."""
    for done, part in enumerate(parts, start=1):
        view.tell(stage, done, of)
        yield part


def _work(inquiry: Inquiry) -> float:
    """Return about how many multiplications the target's log-odds take for one draw, tables included."""
    network, given = inquiry.network, {variable for variable, _ in inquiry.given}
    return (
        cost(network, inquiry.targets[:1], given, MANY_WHAT_IFS, planned=inquiry.planned)
        + WORK_PER_ENTRY * network.program.n_entries
    )

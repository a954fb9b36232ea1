"""How much of the spread of an estimate a group of its judgements carries, beside all others.

In: an `Inquiry`, and which judgements are in whose group. Out: a `SpreadShare` per worldview: the Shapley
effect of the group on the variance of the target's log-odds (Owen 2014), which for a group and all others is
the mean of its first and its total Sobol share. Pairs of draws that exchange the group's judgements tell it.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from cruxmap.engine.executors import Work
from cruxmap.engine.network import BoolArray, FloatArray
from cruxmap.insight.sobol import MAX_SPREAD_OF_A_CONSTANT, TWO_SIDED_95
from cruxmap.insight.target import log_odds_of_targets, slopes
from cruxmap.insight.views import Block, Forward, forward_draws
from cruxmap.network.inquiry import Inquiry, blocks, draws_per_block, entries_of

PAIRS = 96
"""Pairs of draws that exchange a group's judgements; they are the last draws of all."""


@dataclass(frozen=True, slots=True)
class SpreadShare:
    """The `share` of a variance that is a group's, from 0 to 1; the `error` is half of its 95% interval.

    Where there is no variance to share, both are `None`: nothing spreads, or the log-odds are not `finite`.
    """

    share: float | None = None
    error: float | None = None
    finite: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """A quantity at N pairs of draws, each (N,): at the one and at the other draw of a pair.

    `one_changed` is at the one draw with the group's inputs from the other, `other_changed` the reverse.
    """

    one: FloatArray
    other: FloatArray
    one_changed: FloatArray
    other_changed: FloatArray

    @property
    def squares(self) -> FloatArray:
        """What each pair says of the variance that is the group's, and of that of all others, (2, N).

        Half of the squares of their Shapley values, which add up to the step from the one draw to the other.
        """
        group = self.one_changed - self.one + self.other - self.other_changed
        others = self.other_changed - self.one + self.other - self.one_changed
        return np.array([group**2, others**2]) / 8


def shapley_effect(pairs: Pairs, linear: FloatArray, group: BoolArray, step: FloatArray) -> SpreadShare:
    """Return the share of a group of independent standard normal inputs in a quantity's variance.

    `linear` (inputs,) is a linear function like the quantity, of which all is known: a control variate.
    `group` (inputs,) tells which inputs are in the group, and `step` (inputs, N) is from the one draw of each
    pair to the other.
    """
    plain = _quotient(pairs.squares)
    if not linear.any():
        return plain
    halves = np.array([np.where(group, linear, 0.0), np.where(group, 0.0, linear)])
    known, seen = (halves**2).sum(axis=1), (halves @ step) ** 2 / 2
    helped = _quotient(pairs.squares - seen + known[:, None])
    return min((plain, helped), key=lambda one: math.inf if one.error is None else one.error)


def _quotient(parts: FloatArray) -> SpreadShare:
    """Return the part that the first row's mean is of both, (2, N); there is none of what is no variance."""
    ours, theirs = parts.mean(axis=1)
    if not ours + theirs > 0:
        return SpreadShare()
    share = ours / (ours + theirs)
    noise = parts[0] - share * parts.sum(axis=0)
    error = TWO_SIDED_95 * noise.std(ddof=1) / np.sqrt(len(noise)) / (ours + theirs)
    return SpreadShare(float(np.clip(share, 0.0, 1.0)), float(error))


def shares_of_groups(
    inquiry: Inquiry,
    groups: Mapping[int, BoolArray],
    work: Work,
    known: Mapping[int, FloatArray],
) -> dict[int, tuple[SpreadShare, ...]]:
    """Return the share of a group of judgements in each of some worldviews, over the judgements' priors.

    A worldview has one for the target and for each further one. `groups` (n_judgements,) tell by column which
    judgements are in them. `known` are the exact log-odds (n_targets, n_draws) in the model's forward draws,
    where somebody has them.
    """
    draw = forward_draws(inquiry, max(inquiry.model.sampling.draws, 2 * PAIRS))
    missing = [w for w in groups if w not in known or known[w].shape[1] != draw.n_draws]
    drawn = _by_worldview(inquiry, missing, work, _log_odds_in, draw)
    drawn |= {w: known[w][:, -2 * PAIRS :] for w in groups if w not in drawn}
    changed = _by_worldview(inquiry, groups, work, _log_odds_of_changed, draw, groups)
    one, other = np.split(_last(draw), 2, axis=1)
    none = np.zeros(len(one))

    def share(w: int, target: int) -> SpreadShare:
        values = (*np.split(drawn[w][target], 2), *np.split(changed[w][target], 2))
        if not np.isfinite(values).all():
            return SpreadShare(finite=False)
        if np.ptp(values) <= MAX_SPREAD_OF_A_CONSTANT:
            return SpreadShare()
        linear = tangent(inquiry, w) if target == 0 else none
        return shapley_effect(Pairs(*values), linear, groups[w], other - one)

    targets = range(len(inquiry.targets))
    return {w: tuple(share(w, target) for target in targets) for w in groups}


def tangent(inquiry: Inquiry, worldview: int) -> FloatArray:
    """Return the slopes of the log-odds per standard normal at central judgements, 0 where there are none."""
    numbers = inquiry.numbers
    per_u = slopes(inquiry, worldview, np.zeros((len(numbers.sd[worldview]), 1)))[:, 0]
    return np.asarray(np.nan_to_num(per_u * numbers.sd[worldview], posinf=0.0, neginf=0.0))


def _last(draw: Forward) -> FloatArray:
    """Return the draws that make pairs, (n_judgements, 2 PAIRS): all the ones, then all the others."""
    return draw(draw.n_draws - 2 * PAIRS, draw.n_draws)


# What is asked of the network. All draws are what-ifs: where states are sampled, they share their random
# numbers, and the noise of sampling is no part of the variance.


def _by_worldview[*Shared](
    inquiry: Inquiry,
    worldviews: Iterable[int],
    work: Work,
    function: Callable[[Inquiry, *Shared, Block], FloatArray],
    *shared: *Shared,
) -> dict[int, FloatArray]:
    """Return what a function gives for the pairs of each worldview, (n_targets, 2 PAIRS), done in blocks."""
    worldviews, cuts = tuple(worldviews), blocks(2 * PAIRS, draws_per_block(inquiry))
    parts = work.map(function, (inquiry, *shared), [(w, *cut) for w in worldviews for cut in cuts])
    return {w: np.concatenate([next(parts) for _ in cuts], axis=1) for w in worldviews}


def _log_odds_in(inquiry: Inquiry, draw: Forward, block: Block) -> FloatArray:
    worldview, start, stop = block
    return log_odds_of_targets(inquiry, entries_of(inquiry, worldview, _last(draw)[:, start:stop]))


def _log_odds_of_changed(
    inquiry: Inquiry, draw: Forward, groups: Mapping[int, BoolArray], block: Block
) -> FloatArray:
    worldview, start, stop = block
    last = _last(draw)
    z = np.where(groups[worldview][:, None], np.roll(last, PAIRS, axis=1), last)
    return log_odds_of_targets(inquiry, entries_of(inquiry, worldview, z[:, start:stop]))

"""How much of the spread of an estimate groups of its judgements carry, each beside all others.

In: an `Inquiry`, and which judgements are in whose group. Out: a `SpreadShare` per group: the Shapley
effect of the group on the variance of the target's log-odds (Owen 2014). Pairs of draws tell it, between
which the groups are exchanged in every combination.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cruxmap.engine.executors import Work
from cruxmap.engine.network import BoolArray, FloatArray
from cruxmap.insight.sobol import MAX_SPREAD_OF_A_CONSTANT, TWO_SIDED_95
from cruxmap.insight.target import log_odds_of_targets, slopes
from cruxmap.insight.views import Block, Forward, forward_draws
from cruxmap.network.inquiry import Inquiry, blocks, draws_per_block, entries_of

PAIRS = 96
"""Pairs of draws that exchange the groups' judgements; they are the last draws of all."""

MOST_PLAYERS = 3
"""Groups that can share a variance, all judgements that are in no other among them."""


@dataclass(frozen=True, slots=True)
class SpreadShare:
    """The `share` of a variance that is a group's, from 0 to 1; the `error` is half of its 95% interval.

    Where there is no variance to share, both are `None`: nothing spreads, or the log-odds are not `finite`.
    """

    share: float | None = None
    error: float | None = None
    finite: bool = True


def shapley_effects(
    corners: FloatArray, linear: FloatArray, players: BoolArray, step: FloatArray
) -> tuple[SpreadShare, ...]:
    """Return the shares of two or three players in a quantity's variance, which add up to 1.

    `players` (players, inputs) tell which of the independent standard normal inputs are whose; each is
    somebody's. `corners` (2^players, N) has the quantity at N pairs of draws: at the one draw, but with the
    inputs of those players from the other that the bits of the row's number name. `step` (inputs, N) is from
    the one draw of each pair to the other. `linear` (inputs,) is a linear function like the quantity, of
    which all is known: a control variate.
    """
    plain = _quotients(_parts(corners))
    if not linear.any():
        return plain
    of_each = np.where(players, linear, 0.0)
    known, seen = (of_each**2).sum(axis=1), (of_each @ step) ** 2 / 2
    helped = _quotients(_parts(corners) - seen + known[:, None])
    return min((plain, helped), key=_whole_error)


def _parts(corners: FloatArray) -> FloatArray:
    """Return what each pair says of each player's part of the variance, (players, N).

    Half of the square of a player's mean effect on the way from the one draw to the other has for its mean
    the Shapley effect, where two play. Where three do, it has a quarter of what only all of them do together
    in place of a third: the rest comes of the alternating sum of all corners.
    """
    numbers = np.arange(len(corners))
    players = len(corners).bit_length() - 1
    assert players <= MOST_PLAYERS
    taken = numbers >> np.arange(players)[:, None] & 1
    effects = (2 * taken - 1) @ corners / (len(corners) / 2)
    halves: FloatArray = effects**2 / 2
    if players < MOST_PLAYERS:
        return halves
    alternating = (1 - 2 * (taken.sum(axis=0) % 2)) @ corners
    return np.asarray(halves + alternating**2 / 96)


def _whole_error(shares: tuple[SpreadShare, ...]) -> float:
    return sum(math.inf if one.error is None else one.error for one in shares)


def _quotients(parts: FloatArray) -> tuple[SpreadShare, ...]:
    """Return the part that each row's mean is of all of them; there is none of what is no variance."""
    of_each = parts.mean(axis=1)
    whole = of_each.sum()
    if not whole > 0:
        return (SpreadShare(),) * len(parts)
    shares = of_each / whole
    noise = parts - shares[:, None] * parts.sum(axis=0)
    errors = TWO_SIDED_95 * noise.std(axis=1, ddof=1) / np.sqrt(parts.shape[1]) / whole
    return tuple(
        SpreadShare(float(np.clip(share, 0.0, 1.0)), float(error))
        for share, error in zip(shares, errors, strict=True)
    )


def shares_of_players(
    inquiry: Inquiry,
    players: Mapping[int, BoolArray],
    work: Work,
    known: Mapping[int, FloatArray],
) -> dict[int, tuple[tuple[SpreadShare, ...], ...]]:
    """Return the share of each player in each of some worldviews, over the judgements' priors.

    A worldview has the players' shares for the target and for each further one. `players` (players,
    n_judgements) tell by column which judgement is whose; each is somebody's. `known` are the exact log-odds
    (n_targets, n_draws) in the model's forward draws, where somebody has them.
    """
    draw = forward_draws(inquiry, max(inquiry.model.sampling.draws, 2 * PAIRS))
    missing = [w for w in players if w not in known or known[w].shape[1] != draw.n_draws]
    drawn = _in_blocks(inquiry, missing, work, _log_odds_in, draw)
    drawn |= {w: known[w][:, -2 * PAIRS :] for w in players if w not in drawn}
    changes = [(w, mine) for w, members in players.items() for mine in _exchanged(members)]
    changed = _in_blocks(inquiry, range(len(changes)), work, _log_odds_of_changed, draw, changes)
    one, other = np.split(_last(draw), 2, axis=1)
    none = np.zeros(len(one))

    def shares(w: int, target: int) -> tuple[SpreadShare, ...]:
        count = len(players[w])
        corners = np.empty((1 << count, PAIRS))
        corners[0], corners[-1] = np.split(drawn[w][target], 2)
        of_this = [c for c, (worldview, _) in enumerate(changes) if worldview == w]
        for number, c in enumerate(of_this):
            corners[1 << number], corners[-1 - (1 << number)] = np.split(changed[c][target], 2)
        if not np.isfinite(corners).all():
            return (SpreadShare(finite=False),) * count
        if np.ptp(corners) <= MAX_SPREAD_OF_A_CONSTANT:
            return (SpreadShare(),) * count
        linear = tangent(inquiry, w) if target == 0 else none
        return shapley_effects(corners, linear, players[w], other - one)

    targets = range(len(inquiry.targets))
    return {w: tuple(shares(w, target) for target in targets) for w in players}


def _exchanged(players: BoolArray) -> BoolArray:
    """Return whose inputs have to be exchanged; of two, one exchange either way is all there is."""
    return players[:1] if len(players) < MOST_PLAYERS else players


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


def _in_blocks[*Shared](
    inquiry: Inquiry,
    numbers: Iterable[int],
    work: Work,
    function: Callable[[Inquiry, *Shared, Block], FloatArray],
    *shared: *Shared,
) -> dict[int, FloatArray]:
    """Return what a function gives for the pairs under each number, (n_targets, 2 PAIRS), done in blocks."""
    numbers, cuts = tuple(numbers), blocks(2 * PAIRS, draws_per_block(inquiry))
    parts = work.map(function, (inquiry, *shared), [(number, *cut) for number in numbers for cut in cuts])
    return {number: np.concatenate([next(parts) for _ in cuts], axis=1) for number in numbers}


def _log_odds_in(inquiry: Inquiry, draw: Forward, block: Block) -> FloatArray:
    worldview, start, stop = block
    return log_odds_of_targets(inquiry, entries_of(inquiry, worldview, _last(draw)[:, start:stop]))


def _log_odds_of_changed(
    inquiry: Inquiry, draw: Forward, changes: Sequence[tuple[int, BoolArray]], block: Block
) -> FloatArray:
    number, start, stop = block
    worldview, changed = changes[number]
    last = _last(draw)
    z = np.where(changed[:, None], np.roll(last, PAIRS, axis=1), last)
    return log_odds_of_targets(inquiry, entries_of(inquiry, worldview, z[:, start:stop]))

"""With whose numbers of which entries the imprecision and the disagreement of reviewers go.

Imprecision: the Shapley effects of the entries' judgements on the variance of the target's log-odds, in each
worldview by itself. Disagreement: the shares of the gaps between any two worldviews, as a diff has them.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from cruxmap.engine.executors import Work
from cruxmap.engine.network import BoolArray, FloatArray, IntArray
from cruxmap.engine.random_words import keys_of
from cruxmap.insight.candidates import position_of
from cruxmap.insight.gap_shares import Game, Pairing, game_of, log_odds_of_mixtures, pairings
from cruxmap.insight.shapley import MAX_EXACT, NoValueError, Worth, effects_of_pairs, orders_of, shapley
from cruxmap.insight.surrogate import effects_of_groups
from cruxmap.insight.target import log_odds_of
from cruxmap.insight.uncertainty import PartOfEntry, Uncertainty
from cruxmap.insight.views import Draws, View
from cruxmap.network.inquiry import blocks, crowded, draws_per_block

MAX_EXACT_MIXTURES = 1 << 13
"""Gaps are shared out exactly where that takes no more mixtures of worldviews than this, for all pairs."""

SAMPLES_IN_A_BATCH = 16
MAX_SAMPLES = 512
TOLERANCE_OF_SHARES = 0.02
"""Sampling of the shares of disagreement stops when every standard error is below this."""


type Shares = Mapping[str, tuple[float, float]]
"""The share of each entry, and its standard error."""


def with_entries(
    found: Uncertainty, views: Sequence[View], log_odds: Mapping[str, FloatArray], work: Work
) -> Uncertainty:
    """Return the uncertainty with its imprecision and its disagreement by entry.

    The views are those of the worldviews that it is about, and `log_odds` (D,) theirs in their draws.
    """
    within = _imprecision(found, views, log_odds)
    between = _disagreement(found, views, work)
    return replace(
        found,
        imprecision=within,
        disagreement=between,
        imprecision_left=_left(found.information.imprecision, within),
        disagreement_left=_left(found.information.disagreement, between),
    )


def _left(total: float, parts: Sequence[PartOfEntry]) -> float | None:
    return 1 - sum(part.share for part in parts) if total > 0 else None


def _largest_first(parts: Iterable[PartOfEntry]) -> tuple[PartOfEntry, ...]:
    return tuple(sorted(parts, key=lambda part: (-part.share, part.id)))


# --- imprecision ---------------------------------------------------------------------------------


def _imprecision(
    found: Uncertainty, views: Sequence[View], log_odds: Mapping[str, FloatArray]
) -> tuple[PartOfEntry, ...]:
    """Share out what each worldview adds to the imprecision as the variance of its log-odds is shared."""
    by_draws: dict[Draws, list[View]] = {}
    for view in views:
        by_draws.setdefault(view.draw, []).append(view)
    effects = {
        name: shares for group in by_draws.values() for name, shares in _effects(group, log_odds).items()
    }
    total = found.information.imprecision
    if not total > 0:
        return ()
    information: defaultdict[str, float] = defaultdict(float)
    variance: defaultdict[str, float] = defaultdict(float)
    squared_error: defaultdict[str, float] = defaultdict(float)
    for part in found.reviewers:
        for entry, (share, error) in effects[part.worldview].items():
            information[entry] += part.weight * part.information.imprecision * share
            variance[entry] += part.weight * part.variance.imprecision * share
            squared_error[entry] += (part.weight * part.information.imprecision * error) ** 2
    return _largest_first(
        PartOfEntry(
            id=entry,
            information=size,
            variance=variance[entry],
            share=size / total,
            standard_error=math.sqrt(squared_error[entry]) / total,
        )
        for entry, size in information.items()
    )


def _effects(group: Sequence[View], log_odds: Mapping[str, FloatArray]) -> dict[str, Shares]:
    """Return the shares of entries in the spread of each worldview's log-odds; all have the same draws.

    Worldviews in which the target is certain in some draws, or what is given impossible, have no shares.
    """
    inquiry, draw = group[0].inquiry, group[0].draw
    finite = [view for view in group if np.isfinite(log_odds[view.name]).all()]
    movers = [position_of(inquiry, view.worldview).movers for view in finite]
    columns = np.unique(np.concatenate([np.zeros(0, np.int64), *movers]))
    found: dict[str, Shares] = {view.name: {} for view in group}
    if not len(columns):
        return found
    addresses, judgements = inquiry.network.addresses, inquiry.model.map.judgements
    owners = [judgements[addresses[column]].owner for column in columns]
    names = list(dict.fromkeys(owners))
    number = np.array([names.index(owner) for owner in owners])
    values = np.array([log_odds[view.name] for view in finite])
    share, error = effects_of_groups(draw(0, draw.n_draws)[columns], values, number)
    for row, (view, own) in enumerate(zip(finite, movers, strict=True)):
        moving = {judgements[addresses[column]].owner for column in own}
        found[view.name] = {
            name: (float(share[row, i]), float(error[row, i]))
            for i, name in enumerate(names)
            if name in moving and np.isfinite(share[row, i])
        }
    return found


# --- disagreement --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Gap:
    """The gap between two worldviews at central judgements, in log-odds, and its part of all squared gaps."""

    pairing: Pairing
    game: Game
    ends: FloatArray
    part: float

    @property
    def names(self) -> tuple[str, ...]:
        """The entries that are judged differently."""
        return self.game.players

    def worth(self, work: Work) -> Worth:
        """Return what values mixtures of the two worldviews: their log-odds, (m, 1)."""
        inquiry, first, second = self.pairing.inquiry, self.pairing.first, self.pairing.second
        if crowd := crowded(inquiry, (first, second)):
            raise NoValueError(crowd)

        def worth(taken: BoolArray) -> FloatArray:
            if not len(taken):  # of a single entry there are no mixtures
                return np.empty((0, 1))
            cuts = blocks(len(taken), draws_per_block(inquiry))
            tasks = [(first, second, taken[start:stop]) for start, stop in cuts]
            rows = work.map(log_odds_of_mixtures, (inquiry, self.game), tasks)
            return np.concatenate([row[0] for row in rows])[:, None]

        return worth


def _disagreement(found: Uncertainty, views: Sequence[View], work: Work) -> tuple[PartOfEntry, ...]:
    """Share out the disagreement as the spread of central log-odds over worldviews is shared.

    The variance of log-odds is half the mean of the squared gaps over pairs, and a gap is the sum of its
    Shapley values phi_e. So entry e has the part E[gap phi_e] / E[gap^2].
    """
    gaps = _gaps(found, views)
    if not gaps:
        return ()
    exact = sum(1 << min(len(gap.names), MAX_EXACT + 1) for gap in gaps) <= MAX_EXACT_MIXTURES
    shares = _exactly(gaps, work) if exact else _sampled(gaps, views[0].inquiry.model.sampling.seed, work)
    information, variance = found.information.disagreement, found.variance.disagreement
    return _largest_first(
        PartOfEntry(
            id=entry,
            information=share * information,
            variance=share * variance,
            share=share,
            standard_error=error,
        )
        for entry, (share, error) in shares.items()
    )


def _gaps(found: Uncertainty, views: Sequence[View]) -> list[_Gap]:
    """Return the pairs of worldviews whose central log-odds are finite and differ."""
    inquiry, numbers = views[0].inquiry, views[0].inquiry.numbers
    weight = {part.worldview: part.weight for part in found.reviewers}
    logits = log_odds_of(inquiry, numbers.mu.T, numbers.single.T)
    known = [view for view in views if np.isfinite(logits[view.worldview])]
    parts = {
        (a.worldview, b.worldview): weight[a.name]
        * weight[b.name]
        * (logits[a.worldview] - logits[b.worldview]) ** 2
        for a, b in combinations(known, 2)
    }
    total = sum(parts.values())
    apart = {pair: float(part / total) for pair, part in parts.items() if part > 0}
    return [
        _Gap(pairing, game_of(pairing), logits[[*pair[::-1]], None], part)
        for pairing, (pair, part) in zip(pairings(inquiry, apart), apart.items(), strict=True)
    ]


def _exactly(gaps: Sequence[_Gap], work: Work) -> Shares:
    """Return the shares from the Shapley values of every gap; a gap that cannot be shared out adds none."""
    share: defaultdict[str, float] = defaultdict(float)
    for gap in gaps:
        for entry in gap.names:
            share[entry] += 0.0
        with suppress(NoValueError):
            values = shapley(gap.worth(work), gap.names, 0)
            for entry, part in zip(gap.names, values.share[:, 0] / values.gap[0], strict=True):
                share[entry] += gap.part * float(part)
    return {entry: (part, 0.0) for entry, part in share.items()}


def _sampled(gaps: Sequence[_Gap], seed: int, work: Work) -> Shares:
    """Return the shares from samples: a pair of worldviews with an order of the entries and its reverse.

    Pairs are taken by their part of the squared gaps, so that every sample counts the same: its shares add up
    to 1. In each batch they are spread evenly.
    """
    entries = sorted(set().union(*(gap.names for gap in gaps)))
    place = {entry: number for number, entry in enumerate(entries)}
    until = np.cumsum([gap.part for gap in gaps])
    samples: list[FloatArray] = []
    while len(samples) < MAX_SAMPLES:
        first = len(samples)
        shift = float(keys_of([f"{seed} {first}"])[0, 0]) / 2.0**64
        at = (np.arange(SAMPLES_IN_A_BATCH) + shift) / SAMPLES_IN_A_BATCH
        chosen = np.minimum(np.searchsorted(until, at * until[-1], side="right"), len(gaps) - 1)
        for number in np.unique(chosen):
            gap, here = gaps[number], first + np.flatnonzero(chosen == number)
            rows = np.zeros((len(here), len(entries)))
            rows[:, [place[entry] for entry in gap.names]] = _of_orders(
                gap, orders_of(gap.names, seed, here), work
            )
            samples += list(rows)
        error = np.std(samples, axis=0, ddof=1) / math.sqrt(len(samples))
        work.tell("disagreement by entry", len(samples), MAX_SAMPLES)
        if error.max() <= TOLERANCE_OF_SHARES:
            break
    share = np.mean(samples, axis=0)
    return {entry: (float(share[i]), float(error[i])) for entry, i in place.items()}


def _of_orders(gap: _Gap, orders: IntArray, work: Work) -> FloatArray:
    """Return each entry's part of a gap, (orders, entries), by orders and their reverses."""
    try:
        effects = effects_of_pairs(gap.worth(work), orders, gap.ends)
    except NoValueError:
        return np.zeros(orders.shape)
    return np.asarray(effects[..., 0] / (gap.ends[1] - gap.ends[0]))

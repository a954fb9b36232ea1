"""The target's log-odds for given judgements: the plain quantity that most answers turn on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cruxmap.engine.formulas import fill, pullback
from cruxmap.engine.network import BoolArray, Filled, FloatArray
from cruxmap.engine.queries import infer, infer_many, log_z_gradient
from cruxmap.engine.special import expit
from cruxmap.insight.sampled import settled
from cruxmap.insight.views import BlockOfSeveral, Draws, View, by_block, fill_together, refusal
from cruxmap.network.inquiry import Inquiry, blocks, draws_per_block, entries_of
from cruxmap.network.means_and_deviations import unconstrained


@dataclass(frozen=True, slots=True, eq=False)
class LogOdds:
    """Log-odds `rows` (1 + batches, D): of all samples of states, and then without each batch.

    One more sample can change them by `unseen` (D,), and `effective` (D,) is how many agree with what is
    given: 0 and infinite where they are exact.
    """

    rows: FloatArray
    unseen: FloatArray
    effective: FloatArray


def log_odds_in_full(inquiry: Inquiry, filled: Filled) -> LogOdds:
    """Return the target's log-odds, nan where what is given is impossible, and how far off they may be."""
    target = inquiry.targets[0]
    found = infer(inquiry.network, filled, inquiry.given, (target,), planned=inquiry.planned)
    no, yes = np.stack([part.marginals[target] for part in (found, *found.replicates)], axis=1)
    effective = np.full(len(yes[0]), np.inf) if found.effective is None else found.effective
    with np.errstate(divide="ignore", invalid="ignore"):
        logits, unseen = np.log(yes) - np.log(no), found.unseen(target)[1]
        unseen = np.where(unseen > 0, unseen / (yes[0] * no[0]), 0.0)
        if np.isinf(logits).any():  # certain, or too near it for a probability to tell
            both = infer_many(inquiry.network, filled, inquiry.sides, planned=inquiry.planned)
            false, true = (np.array([part.log_z for part in (side, *side.replicates)]) for side in both)
            told = np.isinf(logits[0]) & np.isfinite(true[0] - false[0])
            logits = np.where(np.isinf(logits), true - false, logits)
            counts = [np.inf if side.effective is None else side.effective for side in both]
            unseen = np.where(told, np.hypot(1.0 / counts[0], 1.0 / counts[1]), unseen)
    return LogOdds(logits, unseen, effective)


def log_odds(inquiry: Inquiry, filled: Filled) -> FloatArray:
    """Return the target's log-odds (D,) for filled tables, nan where what is given is impossible."""
    logits: FloatArray = log_odds_in_full(inquiry, filled).rows[0]
    return logits


def log_odds_of_targets(inquiry: Inquiry, filled: Filled) -> FloatArray:
    """Return the log-odds (n_targets, D) of all targets, nan where what is given is impossible."""
    found = infer(inquiry.network, filled, inquiry.given, inquiry.targets, planned=inquiry.planned)
    no, yes = np.array([found.marginals[target] for target in inquiry.targets]).swapaxes(0, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        logits: FloatArray = np.log(yes) - np.log(no)
    if np.isinf(logits[0]).any():
        logits[0] = log_odds(inquiry, filled)
    return logits


def log_odds_of(inquiry: Inquiry, u: FloatArray, single: BoolArray) -> FloatArray:
    """Return the target's log-odds (D,) for judgements `u` (n_judgements, D), in blocks of draws.

    `single` is (n_judgements,) or, where it differs from draw to draw, (n_judgements, D).
    """
    logits: FloatArray = log_odds_and_replicates(inquiry, u, single)[0]
    return logits


def log_odds_and_replicates(inquiry: Inquiry, u: FloatArray, single: BoolArray) -> FloatArray:
    """Return `log_odds_of` and, where states are sampled, the same without each batch: (1 + batches, D)."""
    cuts = [slice(*cut) for cut in blocks(u.shape[1], draws_per_block(inquiry))]
    entries = (
        fill(inquiry.network.program, u[:, cut], single if single.ndim == 1 else single[:, cut])
        for cut in cuts
    )
    parts = [log_odds_in_full(inquiry, Filled(part)).rows for part in entries]
    return np.concatenate(parts, axis=1) if parts else np.empty((1, 0))


def mean_log_odds(view: View) -> tuple[float, str | None]:
    """Return the log-odds of the target's mean over the draws, nan where what is given is impossible.

    Where samples of states are too few for a mean, it is nan, and the text says why.
    """
    [found] = means_of_log_odds([view])
    return found


def means_of_log_odds(views: Sequence[View]) -> list[tuple[float, str | None]]:
    """Return the `mean_log_odds` of each view of an inquiry."""
    drawn = log_odds_by_draw(views)
    return [(logit_of_mean(logits) if refused is None else math.nan, refused) for logits, refused in drawn]


def log_odds_by_draw(views: Sequence[View]) -> list[tuple[FloatArray, str | None]]:
    """Return the target's log-odds (D,) in the draws of each view of an inquiry; none where it is refused.

    The text says why. Where states are sampled, the spread that this adds has been taken out.
    """
    taken = iter(by_block([view for view in views if not view.refused], _log_odds_of_block))
    return [(np.empty(0), view.refused) if view.refused else _joined(next(taken)) for view in views]


def _joined(parts: Sequence[LogOdds]) -> tuple[FloatArray, str | None]:
    rows, unseen, effective = (
        np.concatenate(arrays, axis=-1)
        for arrays in zip(*((part.rows, part.unseen, part.effective) for part in parts), strict=True)
    )
    if np.isnan(rows[0]).all():
        return rows[0], None
    if (refused := refusal(effective, "what is assumed or observed")) is not None:
        return rows[0], refused
    if len(rows) == 1 or np.isinf(rows[0]).any():
        return rows[0], None
    chances = expit(np.stack([-rows, rows], axis=1))
    no, yes = settled(chances[0], chances[1:], unseen * chances[0].prod(axis=0)).draws
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(yes) - np.log(no), None


def _log_odds_of_block(inquiry: Inquiry, draw: Draws, block: BlockOfSeveral) -> tuple[LogOdds, ...]:
    """Return for each view the target's log-odds in a block's draws."""
    return tuple(log_odds_in_full(inquiry, filled) for filled in fill_together(inquiry, draw, block))


def logit_of_mean(logits: FloatArray, weights: FloatArray | None = None) -> float:
    """Return the log-odds of the mean of probabilities given by their log-odds; nan ones do not count.

    Their `weights` need not sum to 1.
    """
    possible = ~np.isnan(logits)
    if not possible.any():
        return math.nan
    logits, weights = logits[possible], None if weights is None else weights[possible]
    with np.errstate(divide="ignore"):
        yes, no = (np.log(np.average(expit(u), weights=weights)) for u in (logits, -logits))
    return float(yes - no)


def slopes(inquiry: Inquiry, worldview: int, z: FloatArray) -> FloatArray:
    """Return `d logit p / d u` of the draws `z`, (n_judgements, D), summed into the column that is shared."""
    filled = entries_of(inquiry, worldview, z)
    (_, no), (_, yes) = (
        log_z_gradient(inquiry.network, filled, evidence, planned=inquiry.planned)
        for evidence in inquiry.sides
    )
    u = unconstrained(inquiry.numbers, z, worldview)
    by_address = pullback(
        inquiry.network.program, u, inquiry.numbers.single[worldview], filled.whole, yes - no
    )
    slopes = np.zeros_like(by_address)
    np.add.at(slopes, inquiry.numbers.column[worldview], by_address)
    return slopes

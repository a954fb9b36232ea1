"""From batches of samples to estimates with standard errors, by the jackknife.

A standard error that comes of this is that of sampling states; the draws of judgements are taken as given.
What no sample shows is not impossible: one more sample that shows it counts as error too.
"""

from dataclasses import dataclass

import numpy as np

from cruxmap.engine.network import BoolArray, FloatArray

BATCHES = 16
"""Batches of samples per draw of the judgements: leaving out one at a time gives the standard errors."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Batches:
    """What samples of states say of D draws and several cases of evidence, batch by batch.

    `log_sum` (cases, D, BATCHES) is the log of the sum of the weights of a batch, `log_most` (D,) that of the
    most one weight can be, -inf where nothing is left to chance. `read` (cases, n_reads, D, BATCHES) are the
    weighted means, `possible` (cases, n_reads, 1) and `can_be` (cases,) tell what, and which cases, can have
    any chance but 0 by the tables. A draw has `samples` samples.
    """

    log_sum: FloatArray
    log_most: FloatArray
    read: FloatArray
    possible: BoolArray
    can_be: BoolArray
    samples: int


@dataclass(frozen=True, slots=True, eq=False)
class Averages:
    """Estimates for D draws: (first axis) from all batches, then without each batch in turn.

    `log_z` (1 + BATCHES, D) is log P(the evidence and any of the cases). `share` (1 + BATCHES, cases, D) is
    the part of each case in that, and `read` (1 + BATCHES, cases, n_reads, D) the case's part in what is
    read; nan where no sample agrees. `effective` (D,) is how many samples that agree are as good, at least:
    the sum of the weights over the most that one can be. Drawn as often as that, a state is seen as often
    from weighted samples or more: so the variance of P(state) is at most P (1 - P) / effective, and no few
    samples of little weight pass for many (Dagum and Luby 1997).
    """

    log_z: FloatArray
    share: FloatArray
    read: FloatArray
    effective: FloatArray


def averaged(drawn: Batches) -> Averages:
    """Put the batches together, all and without each in turn."""
    highest = drawn.log_sum.max(axis=(0, 2), keepdims=True)
    samples = drawn.samples - np.array([[0], *[[drawn.samples // BATCHES]] * BATCHES])
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = np.where(
            np.isfinite(highest), np.exp(drawn.log_sum - highest), 0.0
        )  # (cases, D, BATCHES)
        total = _sums(weight.sum(axis=0))
        effective = total[0] * np.exp(highest[0, :, 0] - drawn.log_most)
        return Averages(
            np.log(total) + highest[0, :, 0] - np.log(samples),
            _quotients(_sums(weight), total[:, None]),
            _quotients(_sums(weight[:, None] * drawn.read), total[:, None, None]),
            np.where(total[0] > 0, effective, 0.0),
        )


def _sums(values: FloatArray) -> FloatArray:
    """Sums of `values` (..., BATCHES) over all batches, then without each in turn, (1 + BATCHES, ...).

    The latter are added up from both ends, number by number: nothing cancels, and no sum depends on how many
    there are.
    """
    batches = np.moveaxis(values, -1, 0)
    before, after = np.zeros(batches.shape), np.zeros(batches.shape)
    np.cumsum(batches[:-1], axis=0, out=before[1:])
    after[:-1] = np.cumsum(batches[:0:-1], axis=0)[::-1]
    return np.concatenate([values.sum(axis=-1)[None], before + after])


def _quotients(sums: FloatArray, total: FloatArray) -> FloatArray:
    """Return probabilities from sums over all batches and without each in turn.

    The first is corrected for the bias of quotients to first order (Quenouille's jackknife) and kept between
    0 and 1. Where only one batch agrees with the evidence, leaving it out leaves nothing: it stands in for
    itself.
    """
    found = sums / total
    whole, without = found[0], np.where(np.isnan(found[1:]), found[0], found[1:])
    corrected = np.clip(BATCHES * whole - (BATCHES - 1) * without.mean(axis=0), 0.0, 1.0)
    return np.concatenate([corrected[None], without])


def standard_error(without: FloatArray, unseen: FloatArray | float = 0.0) -> FloatArray:
    """The jackknife's standard error of a quantity from its values without each batch, (BATCHES, ...).

    `unseen` is by how much one more sample can change the quantity. With it, x of n samples have the error
    sqrt(x + 1) / n where x is small, the deviation of what Laplace's rule of succession concludes from them.
    """
    spread = without - without.mean(axis=0)
    error: FloatArray = np.sqrt((BATCHES - 1) / BATCHES * (spread * spread).sum(axis=0))
    return np.hypot(error, unseen)


def unseen_in_mean(unseen: FloatArray) -> float:
    """By how much one more sample can change the mean over draws, from the same of each draw, (D,)."""
    return float(np.minimum(unseen, 1.0).mean() / len(unseen))

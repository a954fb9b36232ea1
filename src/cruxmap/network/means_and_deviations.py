"""The numbers that worldviews put into a network's judgements, on the scale they are drawn on.

In: the perspectives of a map. Out: `Numbers`, and from these and draws `z` the judgements of a draw.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from cruxmap.engine.banks import numbered
from cruxmap.engine.network import BoolArray, FloatArray, IntArray
from cruxmap.engine.special import expit, logit
from cruxmap.language.argument_map import LOGIT_OF_CERTAINTY, ArgumentMap, Role, Scale, ShareTable
from cruxmap.language.inheritance import Perspective, Setting

SD_OF_A_POINT = 0.5
"""What counts as a standard deviation where a number has no interval: half a natural log unit."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Numbers:
    """Every number of every perspective, (W, J), on the unconstrained scale: `u = mu + sd * z[column]`.

    `column` is the judgement whose draw is used: its own, or the one that `same as` leads to. `single`
    marks shares that are kept as given. `is_ratio` and `is_strength` (J,) tell the scales apart:
    probabilities by their logit, ratios by their log, strengths never below 1. `share_rows` are the
    judgements of every row of shares.
    """

    mu: FloatArray
    sd: FloatArray
    column: IntArray
    single: BoolArray
    is_ratio: BoolArray
    is_strength: BoolArray
    share_rows: tuple[IntArray, ...]


def numbers(argument_map: ArgumentMap, perspectives: Sequence[Perspective]) -> Numbers:
    """Return the numbers that the perspectives put into a map's judgements."""
    index = {address: i for i, address in enumerate(argument_map.judgements)}
    shape = (len(perspectives), len(index))
    mu, sd = np.zeros(shape), np.zeros(shape)
    column, single = np.zeros(shape, np.int64), np.zeros(shape, np.bool_)
    for w, perspective in enumerate(perspectives):
        settings = perspective.settings
        mu[w] = [s.value.mu for s in settings]
        sd[w] = [s.value.sd for s in settings]
        column[w] = [index[s.column] for s in settings]
        single[w] = [s.single for s in settings]
    roles = [judgement.role for judgement in argument_map.judgements.values()]
    return Numbers(
        mu=mu,
        sd=sd,
        column=column,
        single=single,
        is_ratio=np.array([role.scale is Scale.RATIO for role in roles], np.bool_),
        is_strength=np.array([role is Role.STRENGTH for role in roles], np.bool_),
        share_rows=tuple(
            np.array([index[share.address] for share in row.shares], np.int64)
            for question in argument_map.questions
            if isinstance(question.basis, ShareTable)
            for row in question.basis.rows
        ),
    )


def renumbered(numbers: Numbers, settings: Sequence[Setting], index: Mapping[str, int]) -> Numbers:
    """Return the numbers of one perspective with others in some places; `index` is their order."""
    places = [index[s.address] for s in settings]

    def changed[T: np.generic](row: npt.NDArray[T], values: Sequence[float]) -> npt.NDArray[T]:
        row = row.copy()
        row[0, places] = values
        return row

    return replace(
        numbers,
        mu=changed(numbers.mu, [s.value.mu for s in settings]),
        sd=changed(numbers.sd, [s.value.sd for s in settings]),
        column=changed(numbers.column, [index[s.column] for s in settings]),
        single=changed(numbers.single, [s.single for s in settings]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Distinct:
    """The distinct judgements (K,) of some perspectives, on the unconstrained scale: `mu + sd * z[column]`.

    `number` (perspectives, J) says which of them each judgement of each perspective is. `single` is as in
    `Numbers`.
    """

    number: IntArray
    mu: FloatArray
    sd: FloatArray
    column: IntArray
    single: BoolArray

    def unconstrained(self, z: FloatArray) -> FloatArray:
        """Return `u` (K, D) for standard normal draws `z` (J, D)."""
        return _drawn(self.mu, self.sd, z[self.column])


def distinct(numbers: Numbers, worldviews: Sequence[int]) -> Distinct:
    """Return the distinct judgements of some perspectives."""
    places = list(worldviews)
    mu, sd, single = numbers.mu[places].ravel(), numbers.sd[places].ravel(), numbers.single[places].ravel()
    column = np.where(sd > 0, numbers.column[places].ravel(), 0)
    number = numbered(mu, sd, column, single)
    _, first = np.unique(number, return_index=True)
    shape = len(places), numbers.mu.shape[1]
    return Distinct(number.reshape(shape), mu[first], sd[first], column[first], single[first])


def unconstrained(numbers: Numbers, z: FloatArray, worldview: int) -> FloatArray:
    """Return `u` (J, D) of one perspective for standard normal draws `z` (J, D)."""
    return _drawn(numbers.mu[worldview], numbers.sd[worldview], z[numbers.column[worldview]])


def _drawn(mu: FloatArray, sd: FloatArray, z: FloatArray) -> FloatArray:
    """Return `mu + sd * z`, in the place of `z` (judgements, D)."""
    z *= sd[:, None]
    z += mu[:, None]
    return z


def as_they_count(numbers: Numbers, z: FloatArray, worldview: int) -> FloatArray:
    """Return `unconstrained` with the shares of each row adding up to 1: those kept as given come first."""
    return shares_counted(numbers, unconstrained(numbers, z, worldview), worldview)


def shares_counted(numbers: Numbers, u: FloatArray, worldview: int) -> FloatArray:
    """Put together the shares of each row, in the place of judgements `u` (J, D) of one perspective."""
    for row in numbers.share_rows:
        shares, kept = expit(u[row]), numbers.single[worldview][row]
        taken, others = shares[kept].sum(axis=0), shares[~kept].sum(axis=0)
        left = np.maximum(1 - taken, 0.0)
        fill_up = np.divide(left, others, out=left * 0, where=others > 0)
        u[row] = logit_of_share(shares * np.where(kept[:, None], 1 / np.maximum(taken, 1.0), fill_up))
    return u


def logit_of_share(share: FloatArray) -> FloatArray:
    """Return the logits of shares, those of 0 and 1 as far out as certainties are."""
    logits: FloatArray = np.clip(logit(share), -LOGIT_OF_CERTAINTY, LOGIT_OF_CERTAINTY)
    return logits


def natural_at(numbers: Numbers, place: int, u: float) -> float:
    """Return one judgement as people read it, by its number; a strength may come out below 1."""
    return math.exp(u) if numbers.is_ratio[place] else float(expit(u))


def natural(numbers: Numbers, u: FloatArray) -> FloatArray:
    """Return judgements (J, D) as people read them: probabilities, and ratios (a strength is 1 at least)."""
    values: FloatArray = expit(u)
    values[numbers.is_ratio] = np.exp(u[numbers.is_ratio])
    values[numbers.is_strength] = np.maximum(values[numbers.is_strength], 1.0)
    return values

"""What an answer says about itself where states were sampled: how many, why, and how far off it may be."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cruxmap.engine.exact_or_sampled import approach, tied_by
from cruxmap.engine.jackknife import standard_error, unseen_in_mean
from cruxmap.engine.network import FloatArray, Numbering
from cruxmap.engine.schemes import Scheme
from cruxmap.insight.plain import Answer
from cruxmap.network.inquiry import Inquiry

type Errors = Mapping[str, float | tuple[float, float] | None]
"""Standard errors of an answer's numbers, by their names; of an interval those of both ends."""


@dataclass(frozen=True, slots=True)
class Sampled(Answer):
    """That states were sampled: `states` samples for each draw of the judgements.

    `tied_by` names what makes exact sums too long, and is empty where they are not. `effective` is the
    smallest effective sample size that a number rests on.
    """

    states: int
    tied_by: tuple[str, ...]
    effective: float | None = None

    @property
    def sentence(self) -> str:
        """The same in words."""
        parts = [f"Estimated from {self.states:,} samples of states per draw of the judgements"]
        if self.tied_by:
            parts.append(f": exact sums would be long, as {', '.join(self.tied_by)} tie the map together")
        parts.append(".")
        if self.effective is not None:
            parts.append(
                f" Given the evidence, the effective sample size is {self.effective:,.0f} or more."
            )
        return "".join(parts)


def sampled(
    inquiry: Inquiry, asked: Iterable[int], clamped: Iterable[int], numbering: Numbering
) -> Sampled | None:
    """Tell how a question is answered; `None` where that is exact."""
    asked, clamped = tuple(asked), tuple(clamped)
    scheme = approach(inquiry.network, asked, clamped)
    if not isinstance(scheme, Scheme):
        return None
    return Sampled(scheme.samples(numbering), tied_by(inquiry.network, asked, clamped))


def errors[Part](
    replicates: Sequence[Part],
    measure: Callable[[Part], Mapping[str, float | None]],
    whole: Part | None = None,
    one_more: Iterable[Part] = (),
) -> Errors | None:
    """Return the standard errors of an answer's numbers, by the jackknife from each of the `replicates`.

    The most that `one_more` sample changes the number of the `whole` counts too. An error is `None` where
    the number is undefined in some replicates; exact answers have none.
    """
    if not replicates:
        return None
    found = [measure(part) for part in replicates]
    middle = {} if whole is None else measure(whole)
    others = [measure(part) for part in one_more]

    def unseen(key: str) -> float:
        value = middle.get(key)
        if value is None:
            return 0.0
        changed = (other[key] for other in others)
        return max((abs(other - value) for other in changed if other is not None), default=0.0)

    return {key: _error([values[key] for values in found], unseen(key)) for key in found[0]}


def _error(values: Sequence[float | None], unseen: float) -> float | None:
    known = [value for value in values if value is not None]
    if len(known) < len(values) or not np.isfinite(known).all():
        return None
    return float(standard_error(np.array(known), unseen))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Settled:
    """Draws of a probability without the spread that sampling states gave them.

    `draws` (2, D) are P(false) and P(true), `narrowed` times as far from their mean as what was `drawn`,
    (D,) P(true) with standard errors `error` (D,). One more sample can change the mean by `unseen`.
    """

    draws: FloatArray
    drawn: FloatArray
    error: FloatArray
    narrowed: float
    unseen: float

    def percentile_error(self, share: float, of_mean: float) -> float:
        """Return how far off a percentile of P(true) may be; `of_mean` is the standard error of the mean.

        As far as the draws were drawn in, a percentile is where the mean is, and as far off.
        How many draws lie below it is up to chance: the deviation of that number over the density there,
        both by the normal distribution of each draw around where it is now. And by how much the percentile
        has been drawn in is a guess, as the spread alone does not tell the shape: it counts as error too. So
        does one more sample, among those of the draws on the percentile's side.
        """
        from scipy.special import ndtr

        known = ~np.isnan(self.drawn)
        values, drawn, error = self.draws[1, known], self.drawn[known], self.error[known]
        at = float(np.quantile(values, share))
        moving = error > 0
        apart = (at - values[moving]) / error[moving]
        below, density = ndtr(apart), np.exp(-0.5 * apart * apart) / (np.sqrt(2 * np.pi) * error[moving])
        by_chance = np.sqrt((below * (1 - below)).sum()) / density.sum() if density.sum() > 0 else 0.0
        drawn_in = float(np.quantile(drawn, share)) - at
        with_mean = (1.0 - self.narrowed) * of_mean
        unseen = self.unseen / min(share, 1.0 - share)
        return math.hypot(with_mean, self.narrowed * by_chance, drawn_in, unseen)


def settled(drawn: FloatArray, without: FloatArray, unseen: FloatArray) -> Settled:
    """Draw estimates (2, D) together about their mean until they spread as what they estimate does.

    The variance of estimates is that of the quantities plus the mean of their squared errors, which come
    from `without` (batches, 2, D); the result has the former (Louis 1984). What is nan stays so. `unseen`
    (D,) is by how much one more sample can change a draw: it counts as error, but not as spread.
    """
    error = standard_error(without[:, 1])
    mean, spread = np.nanmean(drawn, axis=1, keepdims=True), np.nanvar(drawn[1])
    left = 1.0 - np.nanmean(error * error) / spread if spread > 0 else 0.0
    narrowed = float(np.sqrt(max(0.0, left)))
    return Settled(
        draws=mean + narrowed * (drawn - mean),
        drawn=drawn[1],
        error=np.hypot(error, unseen),
        narrowed=narrowed,
        unseen=unseen_in_mean(unseen),
    )

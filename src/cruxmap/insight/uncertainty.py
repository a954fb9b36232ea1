"""Where all the uncertainty about the target lies: in the world, within worldviews, or between them.

In: the target's log-odds in the draws of each worldview. Out: an `Uncertainty`, whose three parts add up to
the whole exactly. What is in the world no judgement settles: look for evidence. What lies within worldviews
comes of judgements that are imprecise: think harder. What lies between them is disagreement: talk.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from cruxmap.engine.network import FloatArray
from cruxmap.engine.special import expit
from cruxmap.insight.information import Chance, divergences, entropies, entropy
from cruxmap.insight.plain import Answer, plain_fields

NAMES = ("world", "imprecision", "disagreement")
"""Of the three parts."""


class Advice(StrEnum):
    """What to do about a part of the uncertainty."""

    LOOK = "look"
    THINK = "think"
    TALK = "talk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts(Answer):
    """A whole, and the three parts that it is the sum of."""

    total: float
    world: float
    imprecision: float
    disagreement: float

    def of(self, advice: Advice) -> float:
        """Return the part that calls for this."""
        return {Advice.LOOK: self.world, Advice.THINK: self.imprecision, Advice.TALK: self.disagreement}[
            advice
        ]

    @property
    def shares(self) -> Mapping[Advice, float]:
        """Which share of the whole calls for what, the largest first; empty where nothing is uncertain."""
        if not self.total > 0:
            return {}
        return {
            advice: self.of(advice) / self.total for advice in sorted(Advice, key=self.of, reverse=True)
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOfReviewer(Answer):
    """What one worldview adds: the parts of the whole are the means of its own, by `weight`.

    Its disagreement is how far its estimate, the `mean`, is from that of all: the divergence, or the square.
    """

    worldview: str
    weight: float
    mean: float
    information: Parts
    variance: Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOfEntry(Answer):
    """What of a part goes with the numbers of one entry: in bans, as variance, and as a `share` of the bans.

    `standard_error` is that of the share, 0 where it is exact.
    """

    id: str
    information: float
    variance: float
    share: float
    standard_error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertainty(Answer):
    """The uncertainty about the target over reviewers and the draws of their judgements, and its parts.

    `mean` is the estimate of all together, by weight. `information` has entropies in bans, `variance` is of
    the target as 0 or 1. `imprecision` and `disagreement` are by entry, the largest first; what no entry was
    given of them is `imprecision_left` and `disagreement_left`, as shares.
    """

    mean: float
    information: Parts
    variance: Parts
    reviewers: tuple[PartOfReviewer, ...]
    imprecision: tuple[PartOfEntry, ...] = ()
    disagreement: tuple[PartOfEntry, ...] = ()
    imprecision_left: float | None = None
    disagreement_left: float | None = None

    @property
    def advice(self) -> tuple[Advice, ...]:
        """What to do first, second and third; empty where the target is certain."""
        return tuple(self.information.shares)

    def to_json(self) -> dict[str, Any]:
        """Return the parts, and what they call for."""
        return plain_fields(self) | {"advice": list(self.advice)}


def uncertainty_of(log_odds: Mapping[str, FloatArray], weights: Mapping[str, float]) -> Uncertainty:
    """Return the parts for the target's log-odds (D,) in each worldview's draws; nan draws do not count.

    A worldview's weight is above 0; they need not sum to 1. With w a worldview and d a draw of it,
    `H(T) = E H(p_wd) + E_w I(T; d | w) + I(T; w)`, by the chain rule of information, and
    `p (1 - p) = E p_wd (1 - p_wd) + E_w var_d(p_wd) + var_w(E_d p_wd)`, by that of variance.
    """
    weight = np.array([weights[name] for name in log_odds])
    weight /= weight.sum()
    drawn = [logits[~np.isnan(logits)] for logits in log_odds.values()]
    chances = [np.stack([expit(-logits), expit(logits)]) for logits in drawn]
    # From the first draw on, so that draws that are all the same have no spread that is rounding.
    means = np.stack([p[:, 0] + (p - p[:, :1]).mean(axis=1) for p in chances], axis=1)
    whole = means @ weight
    rare = int(whole.argmin())  # a variance is that of both sides, and more accurate of the smaller
    world = np.array([entropies(logits).mean() for logits in drawn])
    within = np.array([divergences(p, m).mean() for p, m in zip(chances, means.T, strict=True)])
    between = divergences(means, whole)
    of_variance = (
        np.array([(p[0] * p[1]).mean() for p in chances]),
        np.array([((p[rare] - m) ** 2).mean() for p, m in zip(chances, means[rare], strict=True)]),
        (means[rare] - whole[rare]) ** 2,
    )
    information, variances = _each((world, within, between)), _each(of_variance)
    rows = zip(log_odds, weight.tolist(), means[1].tolist(), information, variances, strict=True)
    return Uncertainty(
        mean=float(whole[1]),
        information=_together(entropy(Chance(*whole[::-1].tolist())), weight, information),
        variance=_together(float(whole.prod()), weight, variances),
        reviewers=tuple(
            PartOfReviewer(worldview=name, weight=w, mean=p, information=a, variance=b)
            for name, w, p, a, b in rows
        ),
    )


def _each(parts: Sequence[FloatArray]) -> list[Parts]:
    """Return the parts of each worldview, from a row for each part."""
    columns = np.array(parts).T.tolist()
    return [Parts(total=sum(part), **dict(zip(NAMES, part, strict=True))) for part in columns]


def _together(total: float, weight: FloatArray, each: Sequence[Parts]) -> Parts:
    """Return the means of the worldviews' parts; their `total` is known by itself."""
    means = {name: float(weight @ [getattr(parts, name) for parts in each]) for name in NAMES}
    return Parts(total=total, **means)

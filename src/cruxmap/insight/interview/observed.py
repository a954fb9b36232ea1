"""Replies as observations: which numbers they say, and how near to what is meant they are taken to be."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cruxmap.engine.network import BoolArray, FloatArray, IntArray
from cruxmap.engine.special import expit
from cruxmap.insight.interview.coordinates import FURTHEST, MOST_SD
from cruxmap.insight.interview.ground import Ground
from cruxmap.insight.interview.questions import Question, Reply
from cruxmap.language.argument_map import LOGIT_OF_CERTAINTY, Argument, Condition
from cruxmap.network.means_and_deviations import logit_of_share

SD_OF_A_JUDGEMENT = 0.1
"""How near, in the map's deviations, an answer about a judgement is taken to be to what is meant."""

SD_OF_A_STATEMENT = 0.13
"""How near, in logits, what is meant by an answer about an entry all things considered is taken to be to what
is implied."""

TAIL, WIDER_IN_THE_TAIL = 3.0, 0.2
"""Beyond this logit, 5% and 95%, that deviation grows by this for each logit more: nobody tells 1% from 0.5%
as they tell 30% from 40%."""

ROUND_PERCENTAGES = (1, 2, 5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 75, 80, 85, 90, 95, 98, 99)
"""The percentages that people say; of others they say the nearest."""

HARDLY_OFF = 1e-9
"""A probability as near as this to one of those percentages is that."""


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """Replies as observations, in the order of their keys.

    `known` (k,) are the places whose numbers are answered, with `u` (k,) what they are; `pinned` (m,) are
    those that may move, `z` (m,) where they are. Statements are `conditions` with log-odds `logits`, no
    further out than `FURTHEST`; `beyond` is -1 or 1 for those that said more, on that side, and 0 for others.
    `sds` are the deviations of all observations, and `of` the replies that they come from, pins before
    statements.
    """

    known: IntArray
    u: FloatArray
    pinned: IntArray
    z: FloatArray
    conditions: tuple[Condition, ...]
    logits: FloatArray
    beyond: FloatArray
    sds: FloatArray
    of: tuple[Reply, ...]

    def is_past(self, log_odds: FloatArray) -> BoolArray:
        """Tell which statements say what is further out than `FURTHEST`, as log-odds (n,) are already.

        How far out is not told apart there, so they pull nowhere.
        """
        return np.asarray((self.beyond != 0.0) & (self.beyond * log_odds >= FURTHEST))

    def off(self, log_odds: FloatArray) -> FloatArray:
        """Return how far statements are from log-odds (n,) that are implied."""
        return np.where(self.is_past(log_odds), 0.0, self.logits - log_odds)


def key_of(question: Question) -> tuple[str, str]:
    """Return what tells a question from all others."""
    return question.kind, question.id


def observed(ground: Ground, replies: Sequence[Reply]) -> Observed:
    """Return replies as observations; what was skipped is none."""
    at = ground.at
    known: dict[int, float] = {}
    pins: list[tuple[int, float, Reply]] = []
    stated: list[tuple[Condition, float, Reply]] = []
    for reply in sorted(replies, key=lambda reply: key_of(reply.question)):
        if reply.what == "skipped":
            continue
        if reply.what == "answered" and reply.question.condition is not None:
            logit = float(np.clip(reply.values[0].mu, -FURTHEST, FURTHEST))
            stated.append((reply.question.condition, logit, reply))
            continue
        places, u = _numbers(ground, reply)
        known |= dict(zip(places, u.tolist(), strict=True))
        whole = at.standing.copy()
        whole[places] = u
        z = np.clip(at.deviations(whole), -MOST_SD, MOST_SD)
        pins += [(place, float(z[place]), reply) for place in places if at.free[place]]
    return Observed(
        known=np.array([*known], np.int64),
        u=np.array([*known.values()]),
        pinned=np.array([place for place, _, _ in pins], np.int64),
        z=np.array([z for _, z, _ in pins]),
        conditions=tuple(condition for condition, _, _ in stated),
        logits=np.array([logit for _, logit, _ in stated]),
        beyond=np.array([_beyond(reply.values[0].mu) for *_, reply in stated]),
        sds=np.array([SD_OF_A_JUDGEMENT] * len(pins) + [_sd_of(logit) for _, logit, _ in stated]),
        of=(*(reply for *_, reply in pins), *(reply for *_, reply in stated)),
    )


def _numbers(ground: Ground, reply: Reply) -> tuple[list[int], FloatArray]:
    """Return the places of a reply about judgements, and the numbers there, on the unconstrained scale."""
    if reply.what == "rejected":
        argument = ground.model.map.entry[reply.question.entry]
        assert isinstance(argument, Argument)
        return [ground.index[argument.credence.address]], np.array([-LOGIT_OF_CERTAINTY])
    u = np.array([value.mu for value in reply.values])
    if len(u) > 1:
        shares = expit(u)
        u = logit_of_share(shares / shares.sum())
    return [ground.index[address] for address in reply.question.addresses], u


def _sd_of(logit: float) -> float:
    """Return how near an answer with this logit is taken to be to what is implied.

    Who says a round percentage may mean any for which it is the nearest, down to half of the least. Their
    logits are taken to be uniform. Who says another means that.
    """
    sd = SD_OF_A_STATEMENT + WIDER_IN_THE_TAIL * max(0.0, abs(logit) - TAIL)
    p = float(expit(np.array([logit]))[0])
    around = (0.0, *(each / 100 for each in ROUND_PERCENTAGES), 1.0)
    for below, said, above in zip(around, around[1:], around[2:], strict=False):
        if abs(p - said) <= HARDLY_OFF:
            low, high = (below + said) / 2, (said + above) / 2
            width = np.log(high / (1 - high)) - np.log(low / (1 - low))
            return float(np.sqrt(sd**2 + width**2 / 12))
    return sd


def _beyond(logit: float) -> float:
    """Return on which side a logit is further out than `FURTHEST`: -1, 1, or 0 where it is not."""
    return float(np.sign(logit)) if abs(logit) > FURTHEST else 0.0

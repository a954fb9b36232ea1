"""Replies as observations: which numbers they say, and how near to what is meant they are taken to be.

In: replies, and what stands in the reviewer's file for them. Out: `Observed`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cruxmap.engine.network import BoolArray, FloatArray, IntArray
from cruxmap.insight.interview.coordinates import FURTHEST, MOST_SD, counted
from cruxmap.insight.interview.ground import Ground
from cruxmap.insight.interview.questions import Question, Reply
from cruxmap.insight.live_model import State
from cruxmap.language.argument_map import Argument, Condition, Override, SameAs, ShareOverride
from cruxmap.language.model_spec import Laid
from cruxmap.language.rewriting.worldview_edits import Form

SD_OF_A_JUDGEMENT = 0.1
"""How near, in the map's deviations, an answer about a judgement is taken to be to what is meant."""

SD_OF_A_STATEMENT = 0.13
"""How near, in logits, what is meant by an answer about an entry all things considered is taken to be to what
is implied."""

TAIL, WIDER_IN_THE_TAIL = 3.0, 0.2
"""Beyond this logit, 5% and 95%, that deviation grows by this for each logit more: nobody tells 1% from 0.5%
as they tell 30% from 40%."""


type Given = tuple[Override | ShareOverride, ...]
"""The judgements that stand in a file for a reply."""


@dataclass(frozen=True, slots=True)
class InFile:
    """What stood in the reviewer's file when an interview was resumed.

    `judged` are replies, each with the judgements that stand there for it. `stated` is what is stated there,
    with the reply that it is, if any, and `asked` are entries that were asked about besides.
    """

    judged: tuple[tuple[Reply, Given], ...] = ()
    stated: tuple[tuple[Form, Reply | None], ...] = ()
    asked: tuple[str, ...] = ()


NO_FILE = InFile()
"""Where no file was."""


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """Replies as observations, in the order of their keys.

    `state` is the model with the numbers that are answered. `known` (k,) are their places, with `u` (k,) what
    they are. A link among them follows the number that it leads to: `column` (N,) is the place whose number
    each has. `pinned` (m,) are those of them that may move by themselves, `z` (m,) where they are; a link is
    where its number is before that moves. Statements are `conditions` with log-odds `logits`, no further out
    than `FURTHEST`; `beyond` is -1 or 1 for those that said more, on that side, and 0 for others. `sds` are
    the deviations of all observations, and `of` the replies that they come from, pins before statements.
    """

    state: State
    known: IntArray
    u: FloatArray
    pinned: IntArray
    z: FloatArray
    conditions: tuple[Condition, ...]
    logits: FloatArray
    beyond: FloatArray
    sds: FloatArray
    of: tuple[Reply, ...]

    @property
    def column(self) -> IntArray:
        """The place whose number each place has (N,), links followed."""
        return np.asarray(self.state.numbers.column[0])

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


def said(ground: Ground, replies: Sequence[Reply], before: InFile = NO_FILE) -> State:
    """Return the model with the numbers that replies say, and without the arguments that they reject."""
    stands = standing(ground, replies, before)
    laid = [one for reply in replies for one in _laid(reply, stands.get(reply, ()))]
    rejected = [reply.question.entry for reply in replies if reply.what == "rejected"]
    return ground.state.laid(laid).reject(*rejected)


def standing(ground: Ground, replies: Sequence[Reply], before: InFile) -> Mapping[Reply, Given]:
    """Return by reply the judgements that stood in the file for it and that stay there as they are.

    They may be links, or single shares. Links go where they would run in a circle, as an answer that broke
    it is taken back.
    """
    stands = dict(before.judged)
    try:
        ground.state.laid([one for reply in replies for one in _laid(reply, stands.get(reply, ()))])
    except ValueError:
        return {reply: given for reply, given in stands.items() if not any(map(_is_linked, given))}
    return stands


def _laid(reply: Reply, stands: Given) -> list[Laid]:
    """Return what a reply says: what `stands` in the file for it, if anything does, or else its values."""
    question, values = reply.question, reply.values
    if reply.what != "answered" or question.condition is not None:
        return []
    if stands:
        return [(j.address, j.values if isinstance(j, ShareOverride) else j.value) for j in stands]
    return [(question.id, values if len(values) > 1 else values[0])]


def _is_linked(judgement: Override | ShareOverride) -> bool:
    values = judgement.values if isinstance(judgement, ShareOverride) else (judgement.value,)
    return any(isinstance(value, SameAs) for value in values)


def observed(ground: Ground, replies: Sequence[Reply], before: InFile = NO_FILE) -> Observed:
    """Return replies as observations; what was skipped is none. `before` is what stood in the file."""
    at, state = ground.at, said(ground, replies, before)
    u = counted(state.numbers)
    z = np.clip(at.deviations(u), -MOST_SD, MOST_SD)
    known: list[int] = []
    pins: list[tuple[int, float, Reply]] = []
    stated: list[tuple[Condition, float, Reply]] = []
    for reply in sorted(replies, key=lambda reply: key_of(reply.question)):
        if reply.what == "skipped":
            continue
        if reply.what == "answered" and reply.question.condition is not None:
            logit = float(np.clip(reply.values[0].mu, -FURTHEST, FURTHEST))
            stated.append((reply.question.condition, logit, reply))
            continue
        places = _places(ground, reply)
        known += places
        pins += [(place, float(z[place]), reply) for place in places if at.free[place]]
    return Observed(
        state=state,
        known=np.array(known, np.int64),
        u=u[known],
        pinned=np.array([place for place, _, _ in pins], np.int64),
        z=np.array([z for _, z, _ in pins]),
        conditions=tuple(condition for condition, _, _ in stated),
        logits=np.array([logit for _, logit, _ in stated]),
        beyond=np.array([_beyond(reply.values[0].mu) for *_, reply in stated]),
        sds=np.array([SD_OF_A_JUDGEMENT] * len(pins) + [_sd_of(logit) for _, logit, _ in stated]),
        of=(*(reply for *_, reply in pins), *(reply for *_, reply in stated)),
    )


def _places(ground: Ground, reply: Reply) -> list[int]:
    """Return the places of a reply about judgements."""
    if reply.what == "rejected":
        argument = ground.model.map.entry[reply.question.entry]
        assert isinstance(argument, Argument)
        return [ground.index[argument.credence.address]]
    return [ground.index[address] for address in reply.question.addresses]


def _sd_of(logit: float) -> float:
    """Return how near an answer with this logit is taken to be to what is implied."""
    return SD_OF_A_STATEMENT + WIDER_IN_THE_TAIL * max(0.0, abs(logit) - TAIL)


def _beyond(logit: float) -> float:
    """Return on which side a logit is further out than `FURTHEST`: -1, 1, or 0 where it is not."""
    return float(np.sign(logit)) if abs(logit) > FURTHEST else 0.0

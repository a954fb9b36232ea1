"""A rehearsal: an interview with a worldview that is there already, to see how near a few answers come to it.

In: a model and a worldview. Out: a `Rehearsal`: after each question, how far the interview's estimate is from
the worldview's own. The worldview answers from its own numbers. What is believed beforehand is without it,
and without all that extend it, so nobody is recognised. What clashes is not put: whoever answers from one set
of numbers contradicts nothing.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from cruxmap.engine.executors import Progress
from cruxmap.engine.network import FloatArray
from cruxmap.engine.special import expit
from cruxmap.insight.display import Shown
from cruxmap.insight.interview.coordinates import FURTHEST, as_counted
from cruxmap.insight.interview.fixed_order import fixed_order
from cruxmap.insight.interview.interview import Interview, Kinds, begin
from cruxmap.insight.interview.questions import Kind, Question, Reply, What
from cruxmap.insight.live_model import State, open_model
from cruxmap.insight.plain import Answer, counted
from cruxmap.insight.sensitivity import at_ends
from cruxmap.language.argument_map import (
    LOGIT_OF_CERTAINTY,
    MAP_WORLDVIEW,
    ArgumentMap,
    Condition,
    Elicited,
    Scale,
)
from cruxmap.language.argument_types import checks_types
from cruxmap.language.asked import as_model, whole_number
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.names import checked_worldview
from cruxmap.network.inquiry import blocks, draws_per_block, inquire

type Answers = Literal["exact", "rounded"]
"""Whether answers have all their digits, or are rounded as people round them."""

type Asking = Literal["best", "tornado", "file", "random", "fixed"]
"""The order of the questions: see `ORDERS`."""

QUESTIONS = 30
"""So many questions are rehearsed unless somebody says how many."""

ROUND_PERCENTAGES = (1, 2, 5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 75, 80, 85, 90, 95, 98, 99)
"""The percentages that people say; of others they say the nearest."""

ROUND_RATIOS = (1, 1.5, 2, 3, 5, 10, 20, 30, 50, 100, 200, 500, 1000)
"""How many times, as people say it, and one in how many; the nearest is so by its logarithm."""


@dataclass(frozen=True, slots=True)
class Step(Answer):
    """How things stand after so many questions, at 0 before the first.

    `asked` is the id of the last question, and `answer` what was said: a number, or for a row of shares one
    for each state; None where there was none. `distance` is how far the estimate's log-odds are from the
    worldview's own, and `predicted_sd` how far the interview believes them to be.
    """

    number: int
    asked: str | None
    kind: Kind | None
    what: What | None
    answer: float | Mapping[str, float] | None
    central: float
    distance: float
    predicted_sd: float


@dataclass(frozen=True, slots=True)
class Unasked(Answer):
    """How far entries that nobody asked about are from the worldview's own, in log-odds, on average.

    `statements` is how many there are; `before` is at the map's numbers, `after` at the end.
    """

    statements: int
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class Rehearsal(Shown):
    """What a worldview's answers come to, question by question.

    Attributes
    ----------
    model, target, worldview
        What was asked about, and who answered.
    answers, order, kinds
        How it answered, in which order it was asked, and what.
    own_central
        The worldview's own estimate, with every judgement in its middle: a probability.
    ends_after
        After how many questions an interview would have ended, as what is left would hardly matter; `None`
        where it would have gone on, and where another order than the best was asked for.
    unasked
        How far entries that nobody asked about are from the worldview's own, in log-odds.
    steps
        The estimate before the first question and after each, and how far it is from the worldview's own.

    Examples
    --------
    >>> import cruxmap as cm
    >>> found = cm.rehearse(cm.example("library"), "treasurer", questions=1)
    >>> round(found.own_central, 2), len(found.steps)
    (0.43, 2)
    """

    model: str
    target: str
    worldview: str
    answers: Answers
    order: Asking
    kinds: Kinds
    own_central: float
    ends_after: int | None
    unasked: Unasked
    steps: tuple[Step, ...]

    def gist(self) -> str:
        """Return whose answers, how many questions, and how far the estimate was off before and after."""
        first, last = self.steps[0], self.steps[-1]
        off = f"{first.distance:.2f} to {last.distance:.2f} off in log-odds"
        return f"of {self.worldview} on {self.target}: {counted(last.number, 'question')}, {off}"


@checks_types
def rehearse(
    model_or_map: ModelSpec | ArgumentMap,
    worldview: str,
    *,
    answers: Answers = "exact",
    order: Asking = "best",
    kinds: Kinds = "all",
    questions: int = QUESTIONS,
    about: str | None = None,
    progress: Progress | None = None,
) -> Rehearsal:
    """Let a worldview answer the questions of an interview: how many does this map need?

    Parameters
    ----------
    model_or_map
        A model or a map.
    worldview
        Who answers.
    answers
        `exact`, with all digits; or `rounded`, as people do.
    order
        `best`, what is best after each answer; or, to compare that with, `tornado`, `file`, `random` or
        `fixed`.
    kinds
        `all`, or only `judgements`.
    questions
        How many are asked at most, also where an interview would end sooner.
    about
        Ask only about this entry and what it rests on.
    progress
        Called with what is done, steps so far, and steps in all.

    Returns
    -------
    A `Rehearsal`, with a step for each question.

    Raises
    ------
    InvalidMap
        For an unknown worldview, and where no interview is possible.

    Examples
    --------
    >>> import cruxmap as cm
    >>> found = cm.rehearse(cm.example("library"), "treasurer", questions=2)
    >>> [step.asked for step in found.steps]
    [None, 'funding-secured', 'winter']
    """
    model = as_model(model_or_map)
    questions = whole_number("questions", questions, 1, None)
    name = checked_worldview(model.map, worldview)
    interview = begin(model, new_name(model.map), without=(name,), about=about, kinds=kinds)
    return rehearse_with(
        interview,
        open_model(model, name),
        answers=answers,
        order=order,
        questions=questions,
        progress=progress,
    )


def new_name(argument_map: ArgumentMap) -> str:
    """Return the id of a worldview that the map has not."""
    name = "rehearsal"
    while name in argument_map.worldview:
        name += "-again"
    return name


def rehearse_with(
    interview: Interview,
    reviewer: State,
    *,
    answers: Answers = "exact",
    order: Asking = "best",
    questions: int = QUESTIONS,
    progress: Progress | None = None,
) -> Rehearsal:
    """Return the same of an interview that has just begun, with anybody whose numbers are open."""
    told = Told(interview, reviewer, answers)
    chosen = _Chosen(interview, ORDERS[order](interview, questions))
    steps = [_step(interview, told, None)]
    for number in range(questions):
        if progress is not None:
            progress(f"asking {reviewer.worldview}", number, questions)
        question = chosen.next(interview)
        if question is None:
            break
        reply = told.reply(question)
        interview = interview.after(reply)
        steps.append(_step(interview, told, reply))
    return Rehearsal(
        model=interview.model.id,
        target=interview.model.target.name,
        worldview=reviewer.worldview,
        answers=answers,
        order=order,
        kinds=interview.kinds,
        own_central=float(expit(np.array([told.log_odds]))[0]),
        ends_after=chosen.ends_after,
        unasked=_unasked(interview, told),
        steps=tuple(steps),
        asked_of=(interview.model,),
    )


def _step(interview: Interview, told: "Told", reply: Reply | None) -> Step:
    question = None if reply is None else reply.question
    return Step(
        number=len(interview.replies),
        asked=None if question is None else question.id,
        kind=None if question is None else question.kind,
        what=None if reply is None else reply.what,
        answer=None if reply is None else _said(reply),
        central=interview.central,
        distance=abs(interview.log_odds - told.log_odds),
        predicted_sd=interview.predicted_sd,
    )


def _said(reply: Reply) -> float | dict[str, float] | None:
    """Return what a reply says as plain numbers."""
    numbers = [value.middle for value in reply.values]
    if len(numbers) > 1:
        states = [address.rpartition(".")[2] for address in reply.question.addresses]
        return dict(zip(states, numbers, strict=True))
    return numbers[0] if numbers else None


def _unasked(interview: Interview, told: "Told") -> Unasked:
    """Compare the entries that were not asked about, no further out than answers can be."""
    ground = interview.ground
    asked = {reply.question.id for reply in interview.replies if reply.question.kind == "stated"}
    left = [n for n, q in enumerate(ground.catalogue.stated) if q.id not in asked]
    if not left:
        return Unasked(0, None, None)
    conditions = [condition_of(ground.catalogue.stated[n]) for n in left]
    now = interview.log_odds_of(conditions)
    own = np.array([told.stated[ground.catalogue.stated[n].id] for n in left])
    known = np.isfinite(now) & np.isfinite(own)
    before, after = (_apart(side, own, known) for side in (ground.first[1:][left], now))
    return Unasked(int(known.sum()), before, after)


def _apart(side: FloatArray, own: FloatArray, known: np.ndarray) -> float | None:
    if not known.any():
        return None
    ends = (np.clip(values[known], -FURTHEST, FURTHEST) for values in (side, own))
    return float(np.abs(np.subtract(*ends)).mean())


def condition_of(question: Question) -> Condition:
    """Return what a statement is about."""
    assert question.condition is not None
    return question.condition


# --- who answers -------------------------------------------------------------------------------------


class Told:
    """What somebody says whose numbers are open.

    `log_odds` are those of the target, and `stated` those of everything that may be asked all things
    considered, by the id of the question; nan where it is undefined.
    """

    def __init__(self, interview: Interview, reviewer: State, answers: Answers) -> None:
        argument_map, listed = interview.model.map, interview.ground.catalogue.stated
        self.setting = reviewer.perspective.setting
        self.u = dict(
            zip(argument_map.judgements, as_counted(argument_map, reviewer.perspective), strict=True)
        )
        self.scale = {address: one.role.scale for address, one in argument_map.judgements.items()}
        self.log_odds = reviewer.log_odds()
        self.rounded = answers == "rounded"
        conditions = [condition_of(question) for question in listed]
        measured = reviewer.at(np.array([*self.u.values()]), conditions)
        ids = [question.id for question in listed]
        self.stated = dict(zip(ids, measured.log_odds[1:].tolist(), strict=True))

    def reply(self, question: Question) -> Reply:
        """Return the answer to a question; a rejection where it is about an argument that is rejected."""
        if question.condition is not None:
            log_odds = self.stated[question.id]
            if np.isnan(log_odds):
                return Reply(question, "skipped")
            return Reply(question, "answered", (self._number(Scale.PROBABILITY, log_odds),))
        if question.entry in self.setting and self.setting[question.entry].rejected:
            return Reply(question, "rejected")
        values = (self._number(self.scale[address], self.u[address]) for address in question.addresses)
        return Reply(question, "answered", tuple(values))

    def _number(self, scale: Scale, u: float) -> Elicited:
        value = number_at(scale, u)
        return rounded(value) if self.rounded else value


def number_at(scale: Scale, u: float) -> Elicited:
    """Return the number with this logit or log, by itself; a certainty is 0 or 1."""
    if scale is Scale.RATIO:
        ratio = float(np.exp(u))
        return Elicited(scale, ratio, ratio)
    if abs(u) >= LOGIT_OF_CERTAINTY:
        return Elicited(scale, float(u > 0), float(u > 0))
    p, left = expit(np.array([u, -u])).tolist()
    return Elicited(scale, p, p, complements=(left, left))


def rounded(value: Elicited) -> Elicited:
    """Return a number as people say it; who is certain says so."""
    if value.is_certain:
        return value
    if value.scale is Scale.RATIO:
        said = [r for ratio in ROUND_RATIOS for r in (float(ratio), 1 / ratio)]
        nearest = min(said, key=lambda ratio: abs(np.log(ratio) - value.mu))
    else:
        nearest = min(ROUND_PERCENTAGES, key=lambda percentage: abs(percentage / 100 - value.middle)) / 100
    return Elicited(value.scale, nearest, nearest)


# --- in which order ----------------------------------------------------------------------------------


class _Chosen:
    """Which question comes next: by an order, and what is best where there is none, or after its end."""

    def __init__(self, interview: Interview, order: Sequence[Question] | None) -> None:
        self.best = order is None
        self.ahead: Iterator[Question] = iter(order or ())
        self.ends_after: int | None = None

    def next(self, interview: Interview) -> Question | None:
        """Return the next question; None where there is no more."""
        gone = {reply.question.entry for reply in interview.replies if reply.what == "rejected"}
        for question in self.ahead:
            if question.kind == "stated" or question.entry not in gone:
                return question
        found = interview.next()
        if found is None and self.best and self.ends_after is None:
            self.ends_after = len(interview.replies)
        left = interview.questions() if found is None else (found,)
        return left[0].question if left else None


def _best(_interview: Interview, _questions: int) -> None:
    """Whatever is best after each answer."""


def _fixed(interview: Interview, questions: int) -> tuple[Question, ...]:
    """The order of a questionnaire."""
    return tuple(one.question for one in fixed_order(interview, questions))


def _file(interview: Interview, _questions: int) -> tuple[Question, ...]:
    """As the entries stand in the map; of each, its numbers before what it is all things considered."""
    listed = interview.ground.catalogue
    by_entry: dict[str, list[Question]] = {}
    stated = () if interview.kinds == "judgements" else listed.stated
    for question in (*listed.judgements, *stated):
        by_entry.setdefault(question.entry, []).append(question)
    return tuple(q for name in interview.model.map.entry for q in by_entry.get(name, ()))


def _random(interview: Interview, questions: int) -> tuple[Question, ...]:
    """Shuffled, in a way that the model's seed decides."""
    shuffled = [*_file(interview, questions)]
    random.Random(interview.model.sampling.seed).shuffle(shuffled)
    return tuple(shuffled)


def _tornado(interview: Interview, _questions: int) -> tuple[Question, ...]:
    """Judgements by how far the estimate moves over their interval in the map, a row by its widest share."""
    model = replace(interview.model, worldviews=(MAP_WORLDVIEW,), also=(), reconcile=False)
    inquiry = inquire(model)
    addresses = inquiry.network.addresses
    columns = np.arange(len(addresses))
    widths: list[float] = []
    for start, stop in blocks(len(columns), draws_per_block(inquiry) // 2):
        low, high = at_ends(inquiry, (0, columns[start:stop])).reshape(2, -1)
        widths += np.nan_to_num(np.abs(high - low)).tolist()
    width = dict(zip(addresses, widths, strict=True))
    slope = dict(
        zip(interview.ground.at.addresses, np.abs(interview.ground.slopes[0]).tolist(), strict=True)
    )

    def widest_first(question: Question) -> tuple[float, float, str]:
        by_width, by_slope = (max(of[address] for address in question.addresses) for of in (width, slope))
        return -round(by_width, 9), -round(by_slope, 9), question.id

    return tuple(sorted(interview.ground.catalogue.judgements, key=widest_first))


ORDERS: Mapping[Asking, Callable[[Interview, int], Sequence[Question] | None]] = {
    "best": _best,
    "tornado": _tornado,
    "file": _file,
    "random": _random,
    "fixed": _fixed,
}
"""What makes each order of questions, from an interview that has just begun and how many are asked."""

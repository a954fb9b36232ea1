"""An interview: the questions that say most about a model's target, one after another, and what follows.

In: a model, and replies. Out: an `Interview`, a frozen value: what is worth asking next, what the answers so
far come to, and the changes of a worldview's file that say so.

What is believed of the numbers before any answer is in `prior`, and after some in `believed`. The best
question is the one whose answer is expected to move the target's logit most (`worth`). `written` is the way
to a worldview's file and back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from cruxmap.engine.network import FloatArray
from cruxmap.engine.special import expit
from cruxmap.insight.interview.believed import Believed, believed, rows_of
from cruxmap.insight.interview.coordinates import counted
from cruxmap.insight.interview.ground import Ground, ground_of
from cruxmap.insight.interview.observed import NO_FILE, InFile, key_of, observed
from cruxmap.insight.interview.questions import Question, Reply, question_of
from cruxmap.insight.interview.worth import ROUNDED, by_worth, worth_of_judgements, worth_of_statements
from cruxmap.insight.interview.written import Fitted, changes, fitted, fitted_forms, replies_in
from cruxmap.insight.plain import Answer
from cruxmap.language.argument_map import ArgumentMap, Condition
from cruxmap.language.argument_types import checks_types
from cruxmap.language.asked import as_model
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.rewriting.worldview_edits import Changes, Form

FIRST = 8
"""So many questions are about entries all things considered before any is about a judgement."""

COSTS_LITTLE = 0.25
"""Among the first, a question of a new topic is asked before the best if it is worth this part of it."""

HARDLY_MATTERS = 0.02
"""The interview ends where no question is expected to move the target's logit by more than this."""

CLASHING = 2.5
"""An answer clashes with the earlier ones where it is so many deviations from what they imply."""

TO_BLAME = 0.1
"""Earlier answers clash with one that each account for at least this part of what it is off."""

type Kinds = Literal["all", "judgements"]
type Order = Literal["best"] | Sequence[Question]


@dataclass(frozen=True, slots=True)
class Suggestion(Answer):
    """A question worth asking: the expected `reduction` of the variance of the target's logit, a part of it.

    `sd` is the predicted standard deviation of that logit before the answer, and `move` by how much the
    answer is expected to move it, a standard deviation too.
    """

    question: Question
    reduction: float
    sd: float
    move: float


@dataclass(frozen=True, slots=True)
class Clash:
    """What earlier answers imply in place of one, on the natural scale, and which of them do most."""

    implied: float
    earlier: tuple[Reply, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Interview:
    """An interview so far; every method that changes something returns another.

    Attributes
    ----------
    name
        The id of the reviewer's worldview.
    replies
        The answers, in the order in which they were given, one for each question.
    kinds, order
        What is asked, and in which order.
    before
        What stood in the reviewer's file when it was resumed.
    earlier
        The interview before the last reply, if it is known.
    ground
        What all interviews about the same rest on.

    Examples
    --------
    >>> import cruxmap as cm
    >>> asking = cm.interview(cm.example("library"), "ann")
    >>> round(asking.central, 2), asking.replies
    (0.56, ())
    """

    ground: Ground
    name: str
    replies: tuple[Reply, ...] = ()
    kinds: Kinds = "all"
    order: Order = "best"
    before: InFile = NO_FILE
    earlier: "Interview | None" = None

    @property
    def model(self) -> ModelSpec:
        """The model that is asked about."""
        return self.ground.model

    # what makes another interview

    def after(self, reply: Reply) -> "Interview":
        """Return the interview with a reply, in place of an earlier one to the same question.

        Who rejects an argument has no numbers for it, and who gives it a number does not reject it.
        """
        return replace(self, replies=(*self._besides(reply), reply), earlier=self)

    def _without(self, reply: Reply) -> "Interview":
        """Return an interview with the answers that stay when there is this reply, and without it."""
        replies = self._besides(reply)
        for known in (self, self.earlier):
            if known is not None and known.replies == replies:
                return known
        return replace(self, replies=replies, earlier=None)

    def _besides(self, reply: Reply) -> tuple[Reply, ...]:
        """Return the replies that stay when there is another."""

        def goes(earlier: Reply) -> bool:
            same = key_of(earlier.question) == key_of(reply.question)
            of_one = earlier.question.entry == reply.question.entry
            one_rejects = "rejected" in (earlier.what, reply.what) and reply.what != "skipped"
            return same or (of_one and one_rejects)

        return tuple(earlier for earlier in self.replies if not goes(earlier))

    # what the answers come to

    @property
    def log_odds(self) -> float:
        """The target's log-odds with what was answered and what is fitted, as a file says them."""
        return float(self.ground.state.target_at(self._u[:, None])[0])

    @property
    def central(self) -> float:
        """The target's probability there."""
        return float(expit(np.array([self.log_odds]))[0])

    @property
    def predicted_sd(self) -> float:
        """How far the target's log-odds are believed to be from what the reviewer's own numbers give."""
        return float(np.sqrt(self._found.variance))

    def expected(self, question: Question) -> tuple[float, ...]:
        """Return what the answers so far imply for a question, on the natural scale, by address."""
        return self._natural(question, self._found.u)

    def implied(self, question: Question) -> tuple[float, ...]:
        """Return what the answers to all other questions imply for one, like `expected`."""
        return self._without(Reply(question, "skipped")).expected(question)

    def mapped(self, question: Question) -> tuple[float, ...]:
        """Return the map's own numbers for a question, on the natural scale, by address."""
        return self._natural(question, self.ground.at.standing)

    def log_odds_of(self, conditions: Sequence[Condition]) -> FloatArray:
        """Return the log-odds (n,) of conditions, with the numbers of `log_odds`."""
        return self.ground.state.at(self._u, conditions).log_odds[1:]

    def _natural(self, question: Question, u: FloatArray) -> tuple[float, ...]:
        if question.condition is not None:
            found = self.ground.state.at(u, (question.condition,))
            return tuple(expit(found.log_odds[1:]).tolist())
        return tuple(self._natural_at(self.ground.index[address], u) for address in question.addresses)

    def _natural_at(self, place: int, u: FloatArray) -> float:
        ratio = self.ground.state.numbers.is_ratio[place]
        return float(np.exp(u[place]) if ratio else expit(u[place : place + 1])[0])

    # which question next

    def next(self) -> Suggestion | None:
        """Return the question that is best now; `None` where what is left would hardly matter.

        Among the first, one of a new topic goes before the best if that costs little.
        """
        if self.order != "best":
            return self._next_in_order(self.order)
        ranked = self.questions()
        if not ranked or ranked[0].move < HARDLY_MATTERS:
            return None
        if len(self.replies) < FIRST:
            topics = {reply.question.topic for reply in self.replies}
            new = next((one for one in ranked if one.question.topic not in topics), ranked[0])
            if new.move**2 >= COSTS_LITTLE * ranked[0].move ** 2:
                return new
        return ranked[0]

    def _next_in_order(self, order: Sequence[Question]) -> Suggestion | None:
        worth = {key_of(s.question): s for s in self.questions()}
        replied = {key_of(reply.question) for reply in self.replies}
        for question in order:
            if key_of(question) not in replied:
                return worth.get(key_of(question), Suggestion(question, 0.0, self.predicted_sd, 0.0))
        return None

    def questions(self) -> tuple[Suggestion, ...]:
        """Return what may be asked now, what is expected to tell most first; ties are in the order of ids.

        Among the first eight are only questions about entries all things considered, while these matter.
        """
        return self._ranked

    def question_of(self, kind: Literal["judgement", "stated"], id_: str) -> Question:
        """Return the question of a kind and id, whether or not it would be asked."""
        return question_of(self.model.map, kind, id_)

    # what does not fit

    def clash(self, reply: Reply) -> Clash | None:
        """Return what earlier answers imply instead of this one, where it is far from that; `None` if not."""
        return self._without(reply)._clash(reply)

    def _clash(self, reply: Reply) -> Clash | None:
        if reply.what == "skipped":
            return None
        slopes, seen, noise = self._as_observed(reply)
        if not len(seen):
            return None
        found = self._found
        covariance = slopes @ found.belief.covariances(slopes.copy()) + np.diag(noise)
        distances = np.abs(seen) / np.sqrt(np.diag(covariance))
        worst = int(distances.argmax())
        if distances[worst] < CLASHING:
            return None
        by_each = (found.belief.before(found.belief.slopes).T @ slopes[worst]) * found.belief.pulls(
            found.seen
        )
        blame: dict[tuple[str, str], float] = {}
        for one, part in zip(found.laid.observed.of, by_each.tolist(), strict=True):
            blame[key_of(one.question)] = blame.get(key_of(one.question), 0.0) - part / seen[worst]
        to_blame = [r for r in self.replies if blame.get(key_of(r.question), 0.0) > TO_BLAME]
        to_blame.sort(key=lambda r: -round(blame[key_of(r.question)], ROUNDED))
        if not to_blame:
            return None
        values = self.expected(reply.question)
        return Clash(values[min(worst, len(values) - 1)], tuple(to_blame))

    def _as_observed(self, reply: Reply) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return slopes (m, N) of what a reply observes, how far it is from the mean (m,), and noise (m,)."""
        ground, found = self.ground, self._found
        one = observed(ground, (reply,))
        noise = one.sds**2
        if not one.conditions:
            return rows_of(one.pinned, len(found.z)), one.z - found.z[one.pinned], noise
        log_odds, slopes = found.laid.measured(found.u, one.conditions)
        return slopes[1:], one.off(log_odds[1:]), noise

    def to_look_at_again(self, n: int = 3) -> tuple[Reply, ...]:
        """Return the answers that are furthest from what all others imply, in deviations, furthest first."""
        found = self._found
        if not len(found.seen):
            return ()
        precision, pulls = found.belief.precision, found.belief.pulls(found.seen)
        places: dict[tuple[str, str], list[int]] = {}
        for number, reply in enumerate(found.laid.observed.of):
            if reply.what == "answered":
                places.setdefault(key_of(reply.question), []).append(number)
        far = {
            name: float(pulls[at] @ np.linalg.solve(precision[np.ix_(at, at)], pulls[at])) / len(at)
            for name, at in places.items()
        }
        replied = {key_of(reply.question): reply for reply in self.replies}
        order = sorted(far, key=lambda name: (-round(far[name], ROUNDED), name))
        return tuple(replied[name] for name in order[:n])

    # what is written

    def fitted(self) -> Mapping[str, Form]:
        """Return by address, or by that of a row, what nobody was asked for and that moved, in the long form.

        Its central value is the mean, and its interval as wide as the map's, to a few digits.
        """
        return fitted_forms(self.model.map, self._fitted)

    def changes(self, *, only_asked: bool = False) -> Changes:
        """Return what a worldview's file is to say: what was answered, and what is fitted if that is wanted.

        What stood there when the interview was resumed stays as it is, where the reply to it is the same;
        other numbers of the file, and rejections, that nothing stands for any more are taken away.
        """
        own = self.model.map.worldview.get(self.name)
        moved = {} if only_asked else self._fitted
        return changes(self.ground, own, self.before, self.replies, moved)

    # how it is found

    @cached_property
    def _found(self) -> Believed:
        return believed(self.ground, observed(self.ground, self.replies, self.before))

    @cached_property
    def _fitted(self) -> Mapping[str, Fitted]:
        return fitted(self._found, self.replies)

    @cached_property
    def _u(self) -> FloatArray:
        """The judgements (N,) as the file has them with what is fitted."""
        return counted(self._found.laid.observed.state.laid(self._fitted.items()).numbers)

    @cached_property
    def _ranked(self) -> tuple[Suggestion, ...]:
        now = self._found
        if now.variance <= 0:
            return ()
        gone = {reply.question.entry for reply in self.replies if reply.what != "answered"}
        gone |= {*self.before.asked}
        stated = worth_of_statements(now, self.replies, gone) if self.kinds == "all" else []
        first = self.kinds == "all" and len(self.replies) < FIRST
        judged = worth_of_judgements(now, self.replies, gone, whole=first)
        if first and all(value < HARDLY_MATTERS**2 for _, value in (*stated, *judged)):
            judged = worth_of_judgements(now, self.replies, gone, whole=False)
        sd = float(np.sqrt(now.variance))
        return tuple(
            Suggestion(question, min(value / now.variance, 1.0), sd, float(np.sqrt(value)))
            for question, value in sorted((*stated, *judged), key=by_worth)
        )


# --- from a model ----------------------------------------------------------------------------------


@checks_types
def interview(
    model: ModelSpec | ArgumentMap, name: str, *, about: str | None = None, kinds: Kinds = "all"
) -> Interview:
    """Begin to ask a reviewer what matters most for the target, one question at a time.

    Parameters
    ----------
    model
        The model, or a map with a `target` in it.
    name
        The id of the reviewer's worldview, which the map may have or not.
    about
        Ask only about this entry and what it rests on.
    kinds
        `all`, or only `judgements`.

    Returns
    -------
    An `Interview`. Its `next()` has the best question; `after(question.reply(...))` is the interview with an
    answer, and `changes()` what comes into the worldview's file.

    Raises
    ------
    InvalidMap
        Where the target is certain, where what is given is impossible, where the map is too wide for exact
        sums, and where it has no entry that it is to be about.

    Examples
    --------
    >>> import cruxmap as cm
    >>> asking = cm.interview(cm.example("library"), "ann")
    >>> question = asking.next().question
    >>> question.id
    'funding-secured'
    """
    return begin(model, name, about=about, kinds=kinds)


def begin(
    model_or_map: ModelSpec | ArgumentMap,
    name: str,
    *,
    without: Sequence[str] = (),
    about: str | None = None,
    kinds: Kinds = "all",
    order: Order = "best",
) -> Interview:
    """Begin an interview with a reviewer whose worldview has a `name`, which the map may have or not.

    What they answer lies over the map's own numbers, or over those that their worldview extends. That
    worldview, those `without` whom it is, and all that extend them are no part of what is believed
    beforehand. `about` an entry restricts it to that and what it rests on, and `kinds` to judgements. With
    an `order` questions are asked in that, whatever they are worth.

    Raises InvalidMap where the target is certain, where what is given is impossible, where the map is too
    wide for exact sums, and where it has no entry that it is to be `about`.
    """
    ground = ground_of(as_model(model_or_map), name, without=without, about=about)
    return Interview(ground, name, kinds=kinds, order=order)


def resume(
    model: ModelSpec,
    name: str,
    *,
    without: Sequence[str] = (),
    about: str | None = None,
    kinds: Kinds = "all",
    order: Order = "best",
) -> Interview:
    """Go on with an interview where the worldview `name` of the model's map stands.

    Its own numbers that are not fitted are answers, and so are its rejections, and what it states of one
    entry under what the model assumes; what it was `asked` without a number was skipped.
    """
    started = begin(model, name, without=without, about=about, kinds=kinds, order=order)
    own = model.map.worldview.get(name)
    if own is None:
        return started
    replies, before = replies_in(started.ground, own)
    return replace(started, replies=replies, before=before)

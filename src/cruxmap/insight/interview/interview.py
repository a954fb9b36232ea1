"""An interview: the questions that say most about a model's target, one after another, and what follows.

In: a model, and replies. Out: an `Interview`, a frozen value: what is worth asking next, what the answers so
far come to, and the changes of a worldview's file that say so.

What is believed of the numbers is normal (`prior`, `belief`). A judgement that is answered is known; a
statement is seen with an error, and as it is no linear function of the numbers, the mean is sought by the
steps of Gauss and Newton, from the map, until they end (`search`): the iterated extended Kalman filter (Bell
and Cathey, "The iterated Kalman filter update as a Gauss-Newton method", 1993). So it rests on what has been
answered, not on the order. The best question is the one that is expected to take most off the variance of
the target's logit (Lindley, "On a measure of the information provided by an experiment", 1956; Cohn,
Ghahramani and Jordan, "Active learning with statistical models", 1996).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from cruxmap.engine.exact_or_sampled import exactly
from cruxmap.engine.network import BoolArray, FloatArray, IntArray
from cruxmap.engine.special import expit
from cruxmap.errors import Code, InvalidMap, Problem
from cruxmap.insight.estimate import as_model
from cruxmap.insight.interview.belief import Belief
from cruxmap.insight.interview.coordinates import FURTHEST, MOST_SD, Coordinates, coordinates
from cruxmap.insight.interview.prior import Prior, prior
from cruxmap.insight.interview.questions import (
    Catalogue,
    Question,
    Reply,
    catalogue,
    question_of,
    statement,
    topic_of,
)
from cruxmap.insight.interview.search import Place, likeliest
from cruxmap.insight.kinds import Kind, kind_of
from cruxmap.insight.live_model import Measured, State, open_model
from cruxmap.insight.plain import Answer
from cruxmap.language.argument_map import (
    LOGIT_OF_CERTAINTY,
    Z_95,
    Argument,
    ArgumentMap,
    Condition,
    Elicited,
    Entry,
    Scale,
    Stated,
    judgements_of,
)
from cruxmap.language.conditions import condition_form
from cruxmap.language.editing import Changes, Form
from cruxmap.language.inheritance import Setting, row_in_force, settle
from cruxmap.language.judgement import format_value, notation_of
from cruxmap.language.model_spec import ModelSpec
from cruxmap.network.means_and_deviations import logit_of_share

SD_OF_A_JUDGEMENT = 0.1
"""How near, in the map's deviations, an answer about a judgement is taken to be to what is meant."""

SD_OF_A_STATEMENT = 0.13
"""How near, in logits, an answer about an entry all things considered is taken to be to what is implied."""

TAIL, WIDER_IN_THE_TAIL = 3.0, 0.2
"""Beyond this logit, 5% and 95%, that deviation grows by this for each logit more: nobody tells 1% from 0.5%
as they tell 30% from 40%."""

KURTOSIS = 15.0
"""The fourth moment of what may be answered, in deviations: reviewers depart far where they depart. It is
that of Student's t with 4.5 degrees of freedom; the normal's is 3."""

SHORTLIST = 20
"""So many statements, the best by their slopes at the map's own numbers, have slopes taken afresh; and so
many judgements, the best by the target's slopes, are looked at closely."""

UNLIKELIEST = 0.03
"""A statement is not asked for where it is less likely than this, or its opposite is, both by the map's
numbers and by what is believed now."""

FIRST = 8
"""So many questions are about entries all things considered before any is about a judgement."""

COSTS_LITTLE = 0.25
"""Among the first, a question of a new topic is asked before the best if it is worth this part of it."""

MOST_ALONE = 0.5
"""A stage is never asked for that by itself would take more than this off the variance of the target."""

HARDLY_MATTERS = 0.02
"""The interview ends where no question is expected to move the target's logit by more than this."""

CLASHING = 2.5
"""An answer clashes with the earlier ones where it is so many deviations from what they imply."""

TO_BLAME = 0.1
"""Earlier answers clash with one that each account for at least this part of what it is off."""

NOTICEABLE = 0.02
"""A number that was not asked for is fitted where it moves by more of the map's deviations than this."""

AS_GOOD_AS_CERTAIN = 30.0
"""The logit that stands for certainty, where what is stated is certain by what else was answered."""

ROUNDED = 9
"""To how many decimals the worth of questions is compared: what is nearer comes in the order of ids."""

WHY_FITTED = "to what I answered in the interview"
"""What is said of a number that nobody was asked for and that moved."""

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


@dataclass(frozen=True, eq=False, slots=True)
class Ground:
    """What does not change during an interview: the open model, coordinates, prior, and what may be asked.

    `first` are the log-odds of the target and of the catalogue's statements at the map's numbers, and
    `slopes` (1 + n, N) their slopes in `z` there.
    """

    state: State
    at: Coordinates
    prior: Prior
    catalogue: Catalogue
    first: FloatArray
    slopes: FloatArray

    @property
    def model(self) -> ModelSpec:
        """The model."""
        return self.state.asking.opened.model


@dataclass(frozen=True, slots=True, eq=False)
class _Answers:
    """Replies as observations, in the order of their names.

    `known` (k,) are the places whose numbers are answered, with `u` (k,) what they are; `pinned` (m,) are
    those that may move, `z` (m,) where they are. Statements are `conditions` with log-odds `logits`. `sds`
    are the deviations of all observations, and `of` the replies that they come from, pins before statements.
    """

    known: IntArray
    u: FloatArray
    pinned: IntArray
    z: FloatArray
    conditions: tuple[Condition, ...]
    logits: FloatArray
    sds: FloatArray
    of: tuple[Reply, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """Where the search for the mean ends: `z` (N,), what is measured there, slopes in `z`, and the belief."""

    z: FloatArray
    log_odds: FloatArray
    slopes: FloatArray
    belief: Belief
    seen: FloatArray


@dataclass(frozen=True, eq=False, repr=False)
class Interview:
    """An interview so far; every method that changes something returns another.

    `replies` are in the order in which they were given, one for each question. `found` are those that stood
    in the reviewer's file when it was resumed, each with the addresses that stand there for it. `stood` is
    what is stated there, with the reply that it is, if any, and `untouched` what else was `asked`.
    """

    ground: Ground
    name: str
    replies: tuple[Reply, ...] = ()
    kinds: Kinds = "all"
    order: Order = "best"
    found: tuple[tuple[Reply, tuple[Form, ...]], ...] = ()
    stood: tuple[tuple[Form, Reply | None], ...] = ()
    untouched: tuple[Form, ...] = ()

    @property
    def model(self) -> ModelSpec:
        """The model that is asked about."""
        return self.ground.model

    # what makes another interview

    def after(self, reply: Reply) -> "Interview":
        """Return the interview with a reply, in place of an earlier one to the same question.

        Who rejects an argument has no numbers for it, and who gives it a number does not reject it.
        """
        return replace(self, replies=(*self._besides(reply), reply))

    def _besides(self, reply: Reply) -> tuple[Reply, ...]:
        """Return the replies that stay when there is another."""

        def goes(earlier: Reply) -> bool:
            same = _name(earlier.question) == _name(reply.question)
            of_one = earlier.question.entry == reply.question.entry
            one_rejects = "rejected" in (earlier.what, reply.what) and reply.what != "skipped"
            return same or (of_one and one_rejects)

        return tuple(earlier for earlier in self.replies if not goes(earlier))

    def without_last(self) -> "Interview":
        """Return the interview before its last reply."""
        return replace(self, replies=self.replies[:-1])

    # what the answers come to

    @property
    def log_odds(self) -> float:
        """The target's log-odds with what was answered, and everything else at its mean."""
        return float(self._found.log_odds[0])

    @property
    def central(self) -> float:
        """The target's probability there."""
        return float(expit(self._found.log_odds[:1])[0])

    @property
    def predicted_sd(self) -> float:
        """How far the target's log-odds are believed to be from what the reviewer's own numbers give."""
        return float(np.sqrt(self._variance))

    def expected(self, question: Question) -> tuple[float, ...]:
        """Return what the answers so far imply for a question, on the natural scale, by address."""
        return self._natural(question, self._u(self._found.z))

    def mapped(self, question: Question) -> tuple[float, ...]:
        """Return the map's own numbers for a question, on the natural scale, by address."""
        return self._natural(question, self.ground.at.standing)

    def log_odds_of(self, conditions: Sequence[Condition]) -> FloatArray:
        """Return the log-odds (n,) of conditions with what was answered, and everything else at its mean."""
        return self.ground.state.at(self._u(self._found.z), conditions).log_odds[1:]

    def _natural(self, question: Question, u: FloatArray) -> tuple[float, ...]:
        if question.condition is not None:
            found = self.ground.state.at(u, (question.condition,))
            return tuple(expit(found.log_odds[1:]).tolist())
        return tuple(self._natural_at(self._index[address], u) for address in question.addresses)

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
        worth = {_name(s.question): s for s in self.questions()}
        replied = {_name(reply.question) for reply in self.replies}
        for question in order:
            if _name(question) not in replied:
                return worth.get(_name(question), Suggestion(question, 0.0, self.predicted_sd, 0.0))
        return None

    def questions(self) -> tuple[Suggestion, ...]:
        """Return what may be asked now, what is expected to tell most first; ties are in the order of ids.

        Among the first eight are only questions about entries all things considered, while these matter.
        """
        return self._questions

    def question_of(self, kind: Literal["judgement", "stated"], id_: str) -> Question:
        """Return the question of a kind and id, whether or not it would be asked."""
        return question_of(self.model.map, kind, id_)

    # what does not fit

    def clash(self, reply: Reply) -> Clash | None:
        """Return what earlier answers imply instead of this one, where it is far from that; `None` if not."""
        return replace(self, replies=self._besides(reply))._clash(reply)

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
        for one, part in zip(self._answers.of, by_each.tolist(), strict=True):
            blame[_name(one.question)] = blame.get(_name(one.question), 0.0) - part / seen[worst]
        to_blame = [r for r in self.replies if blame.get(_name(r.question), 0.0) > TO_BLAME]
        to_blame.sort(key=lambda r: -round(blame[_name(r.question)], ROUNDED))
        if not to_blame:
            return None
        values = self.expected(reply.question)
        return Clash(values[min(worst, len(values) - 1)], tuple(to_blame))

    def _as_observed(self, reply: Reply) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return slopes (m, N) of what a reply observes, how far it is from the mean (m,), and noise (m,)."""
        ground, found = self.ground, self._found
        answers = _answers(ground, (reply,), self._index)
        noise = answers.sds**2
        if not answers.conditions:
            return _rows_of(answers.pinned, len(found.z)), answers.z - found.z[answers.pinned], noise
        u = self._u(found.z)
        measured = _finite(ground.state.at(u, answers.conditions))
        return self._slopes(u, measured)[1:], answers.logits - measured.log_odds[1:], noise

    def to_look_at_again(self, n: int = 3) -> tuple[Reply, ...]:
        """Return the answers that are furthest from what all others imply, in deviations, furthest first."""
        found = self._found
        if not len(found.seen):
            return ()
        precision, pulls = found.belief.precision, found.belief.pulls(found.seen)
        places: dict[tuple[str, str], list[int]] = {}
        for number, reply in enumerate(self._answers.of):
            if reply.what == "answered":
                places.setdefault(_name(reply.question), []).append(number)
        far = {
            name: float(pulls[at] @ np.linalg.solve(precision[np.ix_(at, at)], pulls[at])) / len(at)
            for name, at in places.items()
        }
        replied = {_name(reply.question): reply for reply in self.replies}
        order = sorted(far, key=lambda name: (-round(far[name], ROUNDED), name))
        return tuple(replied[name] for name in order[:n])

    # what is written

    def fitted(self) -> Mapping[str, Form]:
        """Return by address, or by that of a row, what nobody was asked for and that moved, in the long form.

        Its central value is the mean, and its interval as wide as the map's.
        """
        ground, u = self.ground, self._u(self._found.z)
        moved = ground.at.free & (np.abs(self._found.z) > NOTICEABLE)
        moved[self._answers.known] = False
        gone = {reply.question.entry for reply in self.replies if reply.what == "rejected"}
        moved[[self._index[j.address] for name in gone for j in judgements_of(self._entry(name))]] = False
        found: dict[str, Form] = {}
        shares = {share.address for row in ground.model.map.shares.values() for share in row}
        for row, places in self._share_places.items():
            if moved[places].any():
                names = [ground.at.addresses[place].rpartition(".")[2] for place in places.tolist()]
                values = [self._written(place, u) for place in places.tolist()]
                found[row] = {"value": dict(zip(names, values, strict=True)), "fitted": WHY_FITTED}
        for place in np.flatnonzero(moved).tolist():
            address = ground.at.addresses[place]
            if address not in shares:
                found[address] = {"value": self._written(place, u), "fitted": WHY_FITTED}
        return found

    def _entry(self, name: str) -> Entry:
        return self.model.map.entry[name]

    def _written(self, place: int, u: FloatArray) -> str:
        """Write a number that moved: its central value as it is, its interval as wide as the map's."""
        ground = self.ground
        middle, half = float(u[place]), float(Z_95 * ground.at.width[place])
        if ground.state.numbers.is_ratio[place]:
            if ground.state.numbers.is_strength[place]:
                middle = max(middle, 0.0)
                half = min(half, middle)
            least, most = np.exp([middle - half, middle + half]).tolist()
            return format_value(Elicited(Scale.RATIO, least, most))
        low, high = (_probability(end) for end in (middle - half, middle + half))
        return format_value(Elicited(Scale.PROBABILITY, low[0], high[0], "", (low[1], high[1])))

    def changes(self, *, only_asked: bool = False) -> Changes:
        """Return what a worldview's file is to say: what was answered, and what is fitted if that is wanted.

        What stood there when the interview was resumed stays as it is, where the reply to it is the same;
        other numbers of the file, and rejections, that nothing stands for any more are taken away.
        """
        own = self.model.map.worldview.get(self.name)
        before = dict(self.found)
        judgements: dict[str, Form | None] = {j.address: None for j in own.judgements} if own else {}
        rejects = dict.fromkeys(own.rejects, False) if own else {}
        stated = [form for form, reply in self.stood if reply is None or reply in self.replies]
        as_stood = {reply for _, reply in self.stood}
        asked = [*self.untouched]
        for reply in self.replies:
            question = reply.question
            if reply.what == "rejected":
                rejects[question.entry] = True
            elif question.condition is None and before.get(reply):
                for address in before[reply]:
                    judgements.pop(str(address), None)
            elif question.condition is None and reply.what == "answered":
                judgements[question.id] = _judged(question, reply.values)
            elif reply.what == "answered":
                if reply not in as_stood:
                    stated.append(self._stated(question.condition, reply.values[0]))
            else:
                asked.append(_asked(question))
        if not only_asked:
            judgements |= self.fitted()
        same = stated == [form for form, _ in self.stood]
        return Changes(
            judgements=judgements, rejects=rejects, stated=None if same else stated, asked=asked
        )

    def _stated(self, of: Condition | None, value: Elicited) -> Form:
        assert of is not None
        return stated_form(Stated(of, value, self.model.assuming))

    # how it is found

    @cached_property
    def _index(self) -> Mapping[str, int]:
        return {address: place for place, address in enumerate(self.ground.at.addresses)}

    @cached_property
    def _share_places(self) -> Mapping[str, IntArray]:
        """The places of each row of shares that may move, by its address."""
        at = self.ground.at
        rows = {
            row: np.array([self._index[share.address] for share in shares], np.int64)
            for row, shares in self.model.map.shares.items()
            if shares
        }
        return {row: places for row, places in rows.items() if at.free[places].any()}

    @cached_property
    def _answers(self) -> _Answers:
        return _answers(self.ground, self.replies, self._index)

    def _u(self, z: FloatArray) -> FloatArray:
        """Return the judgements (N,) at `z` (N,), those that are answered as they were answered."""
        return self._us(z[:, None])[:, 0]

    def _us(self, z: FloatArray) -> FloatArray:
        """Return the same at several places (N, D). Links follow what is answered, unless they are so too."""
        u, known = self.ground.at.unconstrained(z), self._answers.known
        u[known] = self._answers.u[:, None]
        column = self.ground.at.column.copy()
        column[known] = known
        return np.asarray(u[column])

    def _slopes(self, u: FloatArray, measured: Measured) -> FloatArray:
        """Return slopes (n, N) in `z`; what is answered is known and does not move."""
        by_place = measured.slopes.copy()
        by_place[:, self._answers.known] = 0.0
        found = self.ground.at.slopes(u, by_place)
        found[:, self._answers.known] = 0.0
        return found

    @cached_property
    def _found(self) -> _Found:
        """The mean of what is believed."""
        zero = np.zeros(len(self.ground.at.addresses))
        here = likeliest(self._point(Place(zero, zero)), self._step, self._point)
        belief, seen = self._linear(here)
        return _Found(here.place.z, here.log_odds, here.slopes, belief, seen)

    def _point(self, place: Place) -> "_Point":
        answers, u = self._answers, self._u(place.z)
        measured = _finite(self.ground.state.at(u, answers.conditions))
        at_pins, at_stated = answers.z - place.z[answers.pinned], answers.logits - measured.log_odds[1:]
        off = np.concatenate([at_pins, at_stated]) / answers.sds
        cost = 0.5 * (place.times(place) + float(off @ off))
        return _Point(place, measured.log_odds, self._slopes(u, measured), cost)

    def _linear(self, here: "_Point") -> tuple[Belief, FloatArray]:
        """Return the belief with every observation as linear as it is here, and where each is seen then."""
        ground, answers = self.ground, self._answers
        pins = _rows_of(answers.pinned, len(ground.at.addresses))
        stated = answers.logits - here.log_odds[1:] + here.slopes[1:] @ here.place.z
        slopes = np.concatenate([pins, here.slopes[1:]])
        belief = Belief(ground.at, ground.prior, slopes, answers.sds**2)
        return belief, np.concatenate([answers.z, stated])

    def _step(self, here: "_Point") -> Place:
        """Return where a step of Gauss and Newton leads."""
        belief, seen = self._linear(here)
        pulls = belief.pulls(seen)
        return Place(belief.mean(pulls), belief.slopes.T @ pulls)

    @cached_property
    def _variance(self) -> float:
        target = self._found.slopes[:1]
        return max(float((target @ self._found.belief.covariances(target))[0, 0]), 0.0)

    @cached_property
    def _questions(self) -> tuple[Suggestion, ...]:
        variance = self._variance
        if variance <= 0:
            return ()
        stated = self._worth_of_statements() if self.kinds == "all" else []
        first = self.kinds == "all" and len(self.replies) < FIRST
        judged = self._worth_of_judgements(whole=first)
        if first and all(value < HARDLY_MATTERS**2 for _, value in (*stated, *judged)):
            judged = self._worth_of_judgements(whole=False)
        ranked = sorted((*stated, *judged), key=_by_worth)
        sd = float(np.sqrt(variance))
        return tuple(
            Suggestion(question, min(value / variance, 1.0), sd, float(np.sqrt(value)))
            for question, value in ranked
        )

    def _worth_of_statements(self) -> list[tuple[Question, float]]:
        """Rank statements by their slopes at the map's numbers, and the first of them anew by fresh ones."""
        ground, found = self.ground, self._found
        replied = {_name(reply.question) for reply in self.replies}
        left = [n for n, q in enumerate(ground.catalogue.stated) if _name(q) not in replied]
        stale = ground.slopes[1:][left].copy()
        stale[:, self._answers.known] = 0.0
        by_stale = self._spread(self._along(stale)).tolist()
        ranked = sorted(
            zip(left, by_stale, strict=True),
            key=lambda one: _by_worth((ground.catalogue.stated[one[0]], one[1])),
        )
        short = [number for number, _ in ranked[:SHORTLIST]]
        questions = [ground.catalogue.stated[number] for number in short]
        u = self._u(found.z)
        measured = ground.state.at(u, [q.condition for q in questions if q.condition is not None])
        worth = self._spread(self._along(self._slopes(u, measured)[1:]))
        chances = expit(np.array([ground.first[1:][short], measured.log_odds[1:]]))
        is_open = ((chances > UNLIKELIEST) & (chances < 1 - UNLIKELIEST)).any(axis=0)
        return [
            (question, value)
            for question, value, asks in zip(questions, worth.tolist(), is_open.tolist(), strict=True)
            if asks
        ]

    def _along(self, slopes: FloatArray) -> FloatArray:
        """Return in `z` (N, n) how answers to statements with slopes (n, N) would move the mean, one sd."""
        covariances = self._found.belief.covariances(slopes)
        variances = np.maximum(np.einsum("ni,in->n", slopes, covariances), 0.0)
        return np.asarray(covariances / np.sqrt(variances + SD_OF_A_STATEMENT**2))

    def _spread(self, along: FloatArray) -> FloatArray:
        """Return the variances (n,) of the target's logit over answers that move the mean `along` (N, n).

        The answer is 0 or some deviations either way, three points with the moments of what may be answered:
        the variance of the estimate before the answer is known (Raiffa and Schlaifer, "Applied Statistical
        Decision Theory", 1961, preposterior analysis).
        """
        found, part, far = self._found, 0.5 / KURTOSIS, float(np.sqrt(KURTOSIS))
        moves = np.concatenate([far * along, -far * along], axis=1)
        here = float(found.log_odds[0])
        there = self.ground.state.target_at(self._us(found.z[:, None] + moves))
        off = np.where(np.isfinite(there), there - here, 0.0).reshape(2, -1)
        mean = part * off.sum(axis=0)
        return np.asarray(part * ((off - mean) ** 2).sum(axis=0) + (1 - 2 * part) * mean**2)

    def _worth_of_judgements(self, *, whole: bool) -> list[tuple[Question, float]]:
        """Rank judgements by the target's slopes, and the first of them by what answers would do.

        With `whole`, of those alone that are all there is to say of their entry. Where one has several
        numbers, its answer is taken apart into as many that are independent, and their variances are added.
        """
        belief, at, known = self._found.belief, self.ground.at, self._answers.known
        to_target = belief.covariances(self._found.slopes[:1])[:, 0]
        noise = SD_OF_A_JUDGEMENT**2
        variances = belief.variances + noise
        replied = {_name(reply.question) for reply in self.replies}
        gone = {reply.question.entry for reply in self.replies if reply.what == "rejected"}
        moves = at.free.copy()
        moves[known] = False
        ranked: list[tuple[Question, float]] = []
        for question in self.ground.catalogue.judgements:
            out = _name(question) in replied or question.entry in gone
            if out or (whole and question.id not in self.ground.catalogue.whole):
                continue
            places = self._moving(question, moves)
            ranked.append((question, float((to_target[places] ** 2 / variances[places]).sum())))
        ranked.sort(key=_by_worth)
        short = [question for question, value in ranked[:SHORTLIST] if round(value, ROUNDED) > 0]
        parts: list[FloatArray] = []
        for question in short:
            places = self._moving(question, moves)
            covariances = belief.covariances(_rows_of(places, len(moves)))
            block = covariances[places]
            lower = np.linalg.cholesky((block + block.T) / 2 + noise * np.eye(len(places)))
            parts.append(np.linalg.solve(lower, covariances.T).T)
        if not parts:
            return []
        worth = self._spread(np.concatenate(parts, axis=1))
        first = np.cumsum([0, *(part.shape[1] for part in parts[:-1])])
        return list(zip(short, np.add.reduceat(worth, first).tolist(), strict=True))

    def _moving(self, question: Question, moves: BoolArray) -> IntArray:
        """Return the places of a question's numbers that may move."""
        places = np.array([self._index[address] for address in question.addresses], np.int64)
        return places[moves[places]]


@dataclass(frozen=True, slots=True, eq=False)
class _Point:
    """A place, what is measured there, slopes in `z`, and minus the logarithm of how likely it is."""

    place: Place
    log_odds: FloatArray
    slopes: FloatArray
    cost: float


def _name(question: Question) -> tuple[str, str]:
    return question.kind, question.id


def _rows_of(places: IntArray, n: int) -> FloatArray:
    """Return a row (n,) for each place, 1 there and 0 elsewhere."""
    found = np.zeros((len(places), n))
    found[np.arange(len(places)), places] = 1.0
    return found


def _finite(measured: Measured) -> Measured:
    """Return what is measured with a large number in place of the log-odds of a statement that is certain."""
    most = AS_GOOD_AS_CERTAIN
    stated = np.nan_to_num(measured.log_odds[1:], posinf=most, neginf=-most)
    return replace(measured, log_odds=np.concatenate([measured.log_odds[:1], stated]))


def _by_worth(one: tuple[Question, float]) -> tuple[float, str, str]:
    return -round(one[1], ROUNDED), one[0].id, one[0].kind


def _sd_of(logit: float) -> float:
    """Return how near an answer with this logit is taken to be to what is implied."""
    return SD_OF_A_STATEMENT + WIDER_IN_THE_TAIL * max(0.0, abs(logit) - TAIL)


def _probability(u: float) -> tuple[float, float]:
    """Return the probability with this logit, and what it leaves."""
    found = expit(np.array([u, -u]))
    return float(found[0]), float(found[1])


def _given(settings: Sequence[Setting]) -> tuple[Elicited, ...]:
    """Return numbers as they were given; where single shares are kept as given, all shares as they count."""
    if not any(setting.single for setting in settings):
        return tuple(setting.value for setting in settings)
    return tuple(Elicited(Scale.PROBABILITY, share, share) for share in row_in_force(settings))


def stated_form(stated: Stated) -> Form:
    """Return a stated credence as the values that stand for it in a file."""
    said: dict[str, Form] = {"of": condition_form(stated.of), "credence": notation_of(stated.credence)}
    if stated.assuming:
        said["assuming"] = [condition_form(condition) for condition in stated.assuming]
    if stated.citations:
        sources = [str(citation) for citation in stated.citations]
        said["source"] = sources[0] if len(sources) == 1 else sources
    if stated.note:
        said["note"] = stated.note
    return said


def _asked(question: Question) -> Form:
    return question.id if question.condition is None else {"of": condition_form(question.condition)}


def _judged(question: Question, values: Sequence[Elicited]) -> Form:
    if len(question.addresses) == 1:
        return notation_of(values[0])
    names = [address.rpartition(".")[2] for address in question.addresses]
    return dict(zip(names, map(notation_of, values), strict=True))


def _answers(ground: Ground, replies: Sequence[Reply], index: Mapping[str, int]) -> _Answers:
    """Return replies as observations."""
    at = ground.at
    known: dict[int, float] = {}
    pins: list[tuple[int, float, Reply]] = []
    stated: list[tuple[Condition, float, Reply]] = []
    for reply in sorted(replies, key=lambda reply: _name(reply.question)):
        if reply.what == "skipped":
            continue
        if reply.what == "answered" and reply.question.condition is not None:
            logit = float(np.clip(reply.values[0].mu, -FURTHEST, FURTHEST))
            stated.append((reply.question.condition, logit, reply))
            continue
        if reply.what == "rejected":
            argument = ground.model.map.entry[reply.question.entry]
            assert isinstance(argument, Argument)
            places, u = [index[argument.credence.address]], np.array([-LOGIT_OF_CERTAINTY])
        else:
            places = [index[address] for address in reply.question.addresses]
            u = np.array([value.mu for value in reply.values])
            if len(places) > 1:
                shares = expit(u)
                u = logit_of_share(shares / shares.sum())
        known |= dict(zip(places, u.tolist(), strict=True))
        whole = at.standing.copy()
        whole[places] = u
        z = np.clip(at.deviations(whole), -MOST_SD, MOST_SD)
        pins += [(place, float(z[place]), reply) for place in places if at.free[place]]
    return _Answers(
        known=np.array([*known], np.int64),
        u=np.array([*known.values()]),
        pinned=np.array([place for place, _, _ in pins], np.int64),
        z=np.array([z for _, z, _ in pins]),
        conditions=tuple(condition for condition, _, _ in stated),
        logits=np.array([logit for _, logit, _ in stated]),
        sds=np.array([SD_OF_A_JUDGEMENT] * len(pins) + [_sd_of(logit) for _, logit, _ in stated]),
        of=(*(reply for *_, reply in pins), *(reply for *_, reply in stated)),
    )


# --- from a model ----------------------------------------------------------------------------------


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
    model = replace(as_model(model_or_map), exact=None)
    own = model.map.worldview.get(name)
    state = open_model(model, own.extends if own else None)
    lowered = state.asking.lowered
    if not lowered.is_exact:
        exactly(lowered.network, *lowered.planned)
    if own:
        taken = (a for a, bringer in model.map.brought.items() if bringer == name)
        state = state.accept(*taken, *own.accepts)
    if not np.isfinite(state.log_odds()):
        message = f"the target is certain in the worldview `{state.worldview}`: no answer can move it"
        hint = "choose another target, or assume less"
        raise InvalidMap((Problem(Code.NOTHING_TO_ASK, message, hint=hint),))
    at = coordinates(model.map, state.perspective)
    listed = catalogue(state, at, about)
    u = at.unconstrained(np.zeros((len(at.addresses), 1)))[:, 0]
    conditions = [q.condition for q in listed.stated if q.condition is not None]
    measured = state.at(u, conditions)
    slopes = at.slopes(u, measured.slopes)
    topics = [topic_of(model.map, judgement.owner) for judgement in model.map.judgements.values()]
    believed = prior(model, at, slopes[0], topics, (name, *without))
    ground = Ground(state, at, believed, listed, measured.log_odds, slopes)
    return Interview(_without_stages(ground), name, kinds=kinds, order=order)


def _without_stages(ground: Ground) -> Ground:
    """Leave out what is certain, and stages that alone would take too much off the target's variance."""
    none = Belief(ground.at, ground.prior, np.zeros((0, len(ground.at.addresses))), np.zeros(0))
    covariances = none.covariances(ground.slopes)
    target = float(ground.slopes[0] @ covariances[:, 0])
    variances = np.einsum("ni,in->n", ground.slopes, covariances)[1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        alone = (ground.slopes[1:] @ covariances[:, 0]) ** 2 / (variances * target)
    kept = [
        number
        for number, question in enumerate(ground.catalogue.stated)
        if np.isfinite(ground.first[1 + number])
        and not (alone[number] > MOST_ALONE and kind_of(ground.model.map, question.entry) is Kind.STAGE)
    ]
    places = [0, *(1 + number for number in kept)]
    stated = tuple(ground.catalogue.stated[number] for number in kept)
    return replace(
        ground,
        catalogue=replace(ground.catalogue, stated=stated),
        first=ground.first[places],
        slopes=ground.slopes[places],
    )


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
    found: dict[tuple[str, str], tuple[Reply, tuple[Form, ...]]] = {}
    setting = settle(model.map, name, model.settings).setting
    for judgement in own.judgements:
        if not judgement.fitted:
            question = question_of(model.map, "judgement", judgement.address)
            values = _given([setting[address] for address in question.addresses])
            _, before = found.get(_name(question), (None, ()))
            reply = Reply(question, "answered", values)
            found[_name(question)] = reply, (*before, judgement.address)
    for argument in own.rejects:
        question = question_of(model.map, "judgement", argument)
        found[_name(question)] = Reply(question, "rejected"), ()
    stood: list[tuple[Form, Reply | None]] = []
    for stated in own.stated:
        question = statement(model.map, stated.of)
        as_assumed = set(stated.assuming) == set(model.assuming)
        if as_assumed and started.ground.state.can_say(stated.of) and _name(question) not in found:
            reply = Reply(question, "answered", (stated.credence,))
            found[_name(question)] = reply, ()
            stood.append((stated_form(stated), reply))
        else:
            stood.append((stated_form(stated), None))
    asked_besides: list[Form] = []
    for asked in own.asked or ():
        if isinstance(asked, str) and asked not in {**model.map.judgements, **model.map.shares}:
            asked_besides.append(asked)
            continue
        question = (
            question_of(model.map, "judgement", asked)
            if isinstance(asked, str)
            else statement(model.map, asked)
        )
        found.setdefault(_name(question), (Reply(question, "skipped"), ()))
    replies = tuple(reply for reply, _ in found.values())
    return replace(
        started,
        replies=replies,
        found=tuple(found.values()),
        stood=tuple(stood),
        untouched=tuple(asked_besides),
    )

"""What two worldviews could talk about: how far settling each thing should close the gap between them.

In: the outlooks of two worldviews on the same candidates. Out: `DoubleCruxes`: claims, arguments and
questions, those first that close most of it, and what would drive the two further apart.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import count

from cruxmap.insight.candidates import Candidate, Position, binary
from cruxmap.insight.information import (
    Chance,
    Ways,
    chance,
    symmetric_divergence,
    to_compare,
    value_of_discrimination,
    value_of_information,
)
from cruxmap.insight.kinds import Kind
from cruxmap.insight.left_out import LeftOutCrux, left_out
from cruxmap.insight.plain import Answer
from cruxmap.insight.predictive import Outlook, Predictive
from cruxmap.insight.sampled import Errors, errors
from cruxmap.insight.sentences import ROUNDING, sentence_of
from cruxmap.language.argument_map import ArgumentMap, Entry, Question

# --- values --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubleCrux(Answer):
    """A claim, state, phase, cause or argument; chances are averages over draws, information in bans.

    `vod` is how much settling it is expected to narrow the disagreement about the target, `vod_share` the
    part of it that goes; below 0 it would grow. `score` is the smaller VOI times the distance in log-odds.
    `rank` is the place among the premises and arguments that are shown. `downstream` is what follows from the
    target, for one of the two at least. Where states were sampled, `errors` are the standard errors of the
    numbers.
    """

    main = "vod"

    id: str
    text: str
    kind: Kind
    probability_a: float
    probability_b: float
    voi_a: float
    voi_b: float
    vod: float | None
    vod_share: float | None
    score: float | None
    rank: int | None = None
    downstream: bool = False
    reason: str | None = None
    errors: Errors | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubleCruxQuestion(DoubleCrux):
    """A question as a whole. The chances are those of `state`, on which the two differ most in log-odds.

    `state_text` is what readers are shown of it.
    """

    hidden = frozenset({"state_text"})

    state: str
    state_text: str


@dataclass(frozen=True, slots=True)
class DoubleCruxes(Answer):
    """What the two could talk about; in each list the best come first, then what is left out of the ranking.

    What has no value comes last. `ranking` has premises and arguments that would close some of the gap, or
    none of it; a question is one row. `widening` has those that would drive the two further apart, the widest
    first, `unknown` those without a value. `stages` follow from others.
    """

    claims: tuple[DoubleCrux, ...] = ()
    arguments: tuple[DoubleCrux, ...] = ()
    questions: tuple[DoubleCruxQuestion, ...] = ()
    left_out: tuple[LeftOutCrux, ...] = ()

    @property
    def ranking(self) -> tuple[DoubleCrux, ...]:
        """What would close the gap, the most first."""
        return tuple(crux for crux in self._shown() if crux.rank is not None)

    @property
    def widening(self) -> tuple[DoubleCrux, ...]:
        """What would widen it, the most first."""
        return tuple(crux for crux in reversed(self._shown()) if (crux.vod_share or 0.0) < 0)

    @property
    def unknown(self) -> tuple[DoubleCrux, ...]:
        """What has no value, by id."""
        return tuple(crux for crux in self._shown() if crux.vod_share is None)

    @property
    def stages(self) -> tuple[DoubleCrux, ...]:
        """What follows from others, the best first; a question is one row."""
        return tuple(crux for crux in self._rows() if crux.kind is Kind.STAGE)

    def _shown(self) -> list[DoubleCrux]:
        return [crux for crux in self._rows() if crux.kind is not Kind.STAGE]

    def _rows(self) -> list[DoubleCrux]:
        """Return all that is not left out, the best first; of a question the whole and not the states."""
        gone = {one.id for one in self.left_out}
        wholes = {question.id for question in self.questions}
        rows = (*self.claims, *self.arguments, *self.questions)
        return sorted(
            (
                row
                for row in rows
                if row.id not in gone and row.id.partition(".")[0] not in wholes - {row.id}
            ),
            key=_best_first,
        )


NUMBERS = ("probability_a", "probability_b", "voi_a", "voi_b", "vod", "vod_share")
"""The numbers of a double crux that have standard errors."""


ALIKE = 1e-9
"""Log-odds of the target that are no further apart are the same: shares of so little are rounding."""


def _best_first(crux: DoubleCrux) -> tuple[bool, float, str]:
    return crux.vod_share is None, -to_compare(crux.vod_share or 0.0), crux.id


# --- what one of the two sees ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Look:
    """What one worldview thinks of something: its value of information, and the target in each of its states.

    `ways` has a `None` for the target in a state that is impossible. The target is independent of what is
    `separate`.
    """

    voi: float
    ways: Ways
    separate: bool
    downstream: bool


@dataclass(frozen=True, slots=True)
class Looks:
    """What one worldview thinks of everything, by id.

    Where states were sampled, `replicates` are the same without one batch of samples each, and `one_more` is
    what one more sample can make of each thing.
    """

    outlook: Outlook
    whole: Mapping[str, Look]
    replicates: tuple[Mapping[str, Look], ...]
    one_more: Mapping[str, tuple[Look, ...]]


def looks_of(outlook: Outlook, candidates: Sequence[Candidate]) -> Looks | None:
    """Return what a worldview thinks of the candidates; `None` where what is given is impossible in it."""
    position, predictive = outlook.position, outlook.predictive
    if predictive is None:
        return None
    whole, *without = (
        {c.id: _look(part, c, position) for c in candidates}
        for part in (predictive, *predictive.replicates)
    )
    more = {
        c.id: tuple(_look(part, c, position) for part in predictive.one_more(c.variable))
        for c in candidates
    }
    return Looks(outlook, whole, tuple(without), more)


def _look(predictive: Predictive, candidate: Candidate, position: Position) -> Look:
    table, p = predictive.tables[candidate.variable], predictive.target
    if candidate.state is not None:
        table = binary(table, candidate.state)
    separate = candidate.variable not in position.connected
    given = tuple(_given(float(no), float(yes), p if separate else None) for no, yes in table.T)
    return Look(
        voi=0.0 if separate else value_of_information(table),
        ways=Ways(p, given, tuple(table.sum(axis=0).tolist())),
        separate=separate,
        downstream=candidate.variable in position.downstream,
    )


def _given(no: float, yes: float, known: Chance | None) -> Chance | None:
    if no + yes <= 0:
        return None
    return known or chance(no, yes)


# --- the two together ------------------------------------------------------------------------------


def double_cruxes(candidates: Sequence[Candidate], a: Looks | None, b: Looks | None) -> DoubleCruxes:
    """Return what settling each candidate would do to the gap between two worldviews of one inquiry."""
    if a is None or b is None:
        return DoubleCruxes()
    because = _left_out(candidates, (a.outlook, b.outlook))
    argument_map = a.outlook.view.inquiry.model.map
    rows = [_double_crux(argument_map, candidate, a, b) for candidate in candidates]
    found = _arranged(rows, tuple(LeftOutCrux(name, why) for name, why in because.items()))
    places = zip(
        count(1), (crux for crux in found._shown() if (crux.vod_share or -1.0) >= 0), strict=False
    )
    rank = {crux.id: place for place, crux in places}
    return _arranged([replace(row, rank=rank.get(row.id)) for row in rows], found.left_out)


def _left_out(candidates: Sequence[Candidate], outlooks: Iterable[Outlook]) -> dict[str, str]:
    """Return what a ranking of cruxes leaves out in either worldview, and why."""
    because: dict[str, str] = {}
    for outlook in outlooks:
        assert outlook.predictive is not None
        if outlook.predictive.target.is_certain:
            return {}
        inquiry, number = outlook.view.inquiry, outlook.view.worldview
        found = left_out(inquiry, [number], candidates, outlook.predictive, outlook.position)
        because = {**found, **because}
    return {c.id: because[c.id] for c in candidates if c.id in because}


def _arranged(rows: Sequence[DoubleCrux], gone: tuple[LeftOutCrux, ...]) -> DoubleCruxes:
    names = {one.id for one in gone}
    best_first = sorted(rows, key=lambda row: (row.vod_share is None, row.id in names, _best_first(row)))
    questions = tuple(row for row in best_first if isinstance(row, DoubleCruxQuestion))
    others = [row for row in best_first if not isinstance(row, DoubleCruxQuestion)]
    return DoubleCruxes(
        claims=tuple(row for row in others if row.kind is not Kind.ARGUMENT),
        arguments=tuple(row for row in others if row.kind is Kind.ARGUMENT),
        questions=questions,
        left_out=gone,
    )


def _double_crux(argument_map: ArgumentMap, candidate: Candidate, a: Looks, b: Looks) -> DoubleCrux:
    name = candidate.id
    one, other = a.whole[name], b.whole[name]
    state = _farthest_state(one.ways.shares, other.ways.shares) if candidate.state is None else 1
    batches = max(len(a.replicates), len(b.replicates))
    without = zip(a.replicates or (a.whole,) * batches, b.replicates or (b.whole,) * batches, strict=True)
    crux = _crux_between(candidate, sentence_of(argument_map, name), state, one, other)
    found = errors(
        [(x[name], y[name]) for x, y in without],
        lambda both: _numbers_of(_crux_between(candidate, "", state, *both)),
        (one, other),
        _with_one_more(name, a, b),
    )
    if found is not None:
        crux = replace(crux, errors=found)
    if candidate.state is not None:
        return crux
    return _of_question(crux, argument_map.entry[name], state)


def _of_question(crux: DoubleCrux, question: Entry, state: int) -> DoubleCruxQuestion:
    assert isinstance(question, Question)
    parts = {part.name: getattr(crux, part.name) for part in fields(crux)}
    return DoubleCruxQuestion(
        **parts, state=question.states[state], state_text=question.shown_states[state]
    )


def _farthest_state(a: Sequence[float], b: Sequence[float]) -> int:
    """Return the state on which two differ most in log-odds; differences by rounding do not count."""

    def size(state: int) -> tuple[float, float]:
        return round(_apart(a[state], b[state]), 9), round(abs(a[state] - b[state]), 9)

    return max(range(len(a)), key=size)


def _apart(p: float, q: float) -> float:
    """Return how far two chances are apart in log-odds, 0 where one is no chance any more."""
    if not (0 < p < 1 and 0 < q < 1):
        return 0.0
    return abs(math.log(p) - math.log1p(-p) - math.log(q) + math.log1p(-q))


def _with_one_more(name: str, a: Looks, b: Looks) -> Iterator[tuple[Look, Look]]:
    """Yield the two looks at a thing with one more sample of states in one of them."""
    yield from ((look, b.whole[name]) for look in a.one_more[name])
    yield from ((a.whole[name], look) for look in b.one_more[name])


def _numbers_of(crux: DoubleCrux) -> dict[str, float | None]:
    return {column: getattr(crux, column) for column in NUMBERS}


def _crux_between(candidate: Candidate, text: str, state: int, a: Look, b: Look) -> DoubleCrux:
    """Return what settling a thing would do; its chances are those of one of its states."""
    vod, share, reason = _discrimination(a, b)
    p, q = a.ways.shares[state], b.ways.shares[state]
    return DoubleCrux(
        id=candidate.id,
        text=text,
        kind=candidate.kind,
        probability_a=p,
        probability_b=q,
        voi_a=a.voi,
        voi_b=b.voi,
        vod=vod,
        vod_share=share,
        score=None if vod is None else min(a.voi, b.voi) * _apart(p, q),
        downstream=a.downstream or b.downstream,
        reason=reason,
    )


def _discrimination(a: Look, b: Look) -> tuple[float | None, float | None, str | None]:
    """Return the value of discrimination and its share of the disagreement, or why there is none."""
    possible = [tuple(share > 0 for share in look.ways.shares) for look in (a, b)]
    if min(map(sum, possible)) < 2:
        return None, None, "it is certain for one of the two"
    if possible[0] != possible[1]:
        return None, None, "one of the two thinks a state impossible that the other does not"
    now = symmetric_divergence(a.ways.target, b.ways.target)
    if a.separate and b.separate:
        vod = 0.0
    else:
        vod = value_of_discrimination(a.ways, b.ways) if math.isfinite(now) else math.nan
    if not math.isfinite(vod) or not math.isfinite(now):
        return None, None, "one of the two is, or would be, certain of what the other doubts"
    if now == 0 or abs(a.ways.target.logit - b.ways.target.logit) <= ALIKE:
        return vod, None, "the two do not disagree about the target"
    if abs(vod) <= ROUNDING * now:  # all of it is rounding
        return 0.0, 0.0, None
    return vod, vod / now, None

"""The rows of a table of cruxes: a claim, a state, a phase, a cause, an argument, or a whole question.

Each is measured from the joint probabilities of the target and one variable, averaged over draws.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from cruxmap.insight import whose
from cruxmap.insight.candidates import Candidate, Position, binary, crossing
from cruxmap.insight.information import (
    difference,
    entropy,
    expected_move,
    to_compare,
    value_of_information,
    variance_removed,
)
from cruxmap.insight.kinds import Kind
from cruxmap.insight.plain import Answer
from cruxmap.insight.predictive import Predictive
from cruxmap.insight.sampled import Errors, errors
from cruxmap.insight.sentences import ROUNDING, percent, sentence_of, texts_of
from cruxmap.language import inheritance
from cruxmap.language.argument_map import ArgumentMap

MEASURES = (
    *("probability", "given_true", "given_false", "swing"),
    *("voi", "voi_share", "expected_move", "variance_removed"),
)

NO_WORTH = (0.0, 0.0, 0.0, 0.0)
"""The value of information and its kin of what says nothing about the target."""

OVERALL = "overall"
"""The name under which the mean of all worldviews is listed among them."""

WORTH_SAYING = 0.005
"""The share of the spread from which a sentence says what settling a number would end."""


class Outcome(NamedTuple):
    """One way in which something may turn out: how likely it is, and how likely the target is then."""

    name: str
    probability: float
    target: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row(Answer):
    """What the rows of claims, arguments and questions have in common.

    `rank` is the place among the premises and arguments that are shown, `added` what it tells beyond those
    before it, in bans, at central judgements, and `added_share` that as a part of all there is to learn.
    `sobol_total` is of the numbers that are its own, and `whose` says whose they are. `tells_apart` is how
    far it tells worldviews apart, in bans, where several count.
    """

    main = "voi"

    id: str
    text: str
    kind: Kind
    voi: float
    voi_share: float | None
    rank: int | None = None
    added: float | None = None
    added_share: float | None = None
    sobol_total: float | None = None
    whose: str | None = None
    tells_apart: float | None = None
    downstream: bool = False
    errors: Errors | None = None

    def _number_of(self, worldview: str) -> str:
        """Name whose number it rests on in a worldview."""
        match self.whose:
            case whose.OWN | None:
                return f"{worldview}'s"
            case whose.FITTED:
                return f"{worldview}'s, fitted"
            case whose.INHERITED:
                return "the map's"
            case inheritance.NOBODY:
                return "nobody's"
            case whoever:
                return f"{whoever}'s"

    def _after(self) -> str:
        """Say what settling its numbers would do, and whether it follows from the target."""
        parts = []
        if self.sobol_total is not None and self.sobol_total >= WORTH_SAYING:
            numbers = "number" if isinstance(self, Crux) else "numbers"
            parts.append(f"settling the {numbers} ends {self.sobol_total:.0%} of the spread")
        if self.downstream:
            parts.append("it follows from the target")
        return "".join(f"; {part}" for part in parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crux(_Row):
    """A claim, a state (`question.state`), a phase (`event.phase`), a cause (`claim.route`), or an argument.

    `probability` is its own, `given_true` and `given_false` the target's; VOI is in bans. Where it is
    certain, one side is `None`, with the `reason`. `interval_90` is that of the one number it has, if any.
    Where states were sampled, `errors` are the standard errors of the numbers. `state_text` is what readers
    are shown of a state.
    """

    hidden = frozenset({"state_text"})

    probability: float
    given_true: float | None
    given_false: float | None
    swing: float | None
    expected_move: float
    variance_removed: float | None
    interval_90: tuple[float, float] | None = None
    reason: str | None = None
    state_text: str = ""

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What may be learned: that it is true, or false."""
        return (
            Outcome("true", self.probability, self.given_true),
            Outcome("false", 1 - self.probability, self.given_false),
        )

    def sentence(self, worldview: str) -> str:
        """Why it ranks where it does in a worldview, in words."""
        own = self._own(worldview)
        if self.given_true is None or self.given_false is None:
            return f"{own}: there is nothing to learn"
        if self.voi == 0:
            return f"says nothing about the target; {own}"
        holds = "it holds" if self.kind is Kind.ARGUMENT else "true"
        ends = f"if {holds} {percent(self.given_true)}, if not {percent(self.given_false)}"
        return f"{ends}; {own}{self._after()}"

    def _own(self, worldview: str) -> str:
        """Say how likely it is, and whose number that rests on: the two differ where others bear on it."""
        if worldview == OVERALL:
            return f"all together give it {percent(self.probability)}"
        comes = f"its probability is {percent(self.probability)}"
        if self.kind is Kind.STAGE or self.interval_90 is None:
            return comes
        low, high = self.interval_90
        ends = f"between {percent(low)} and {percent(high)}"
        if not low - ROUNDING <= self.probability <= high + ROUNDING:
            number = percent(low) if low == high else ends
            return (
                f"{comes}; the number is {self._number_of(worldview)}, {number} before others bear on it"
            )
        if self.whose in {whose.OWN, None}:
            own = f"{worldview} gives it {percent(self.probability)}"
            return own if low == high else f"{own}, {ends}"
        return f"{comes}; the number is {self._number_of(worldview)}{'' if low == high else f', {ends}'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionCrux(_Row):
    """A question as a whole: the value of learning which of its `states` holds."""

    hidden = frozenset({"text", "states"})

    states: tuple[Crux, ...] = ()

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What may be learned: each of the states, in their order."""
        return tuple(
            Outcome(state.state_text, state.probability, state.given_true) for state in self.states
        )

    def sentence(self, worldview: str) -> str:
        """Why it ranks where it does in a worldview, in words: the target in each state that is possible."""
        possible = [outcome for outcome in self.outcomes if outcome.target is not None]
        ends = ", ".join(f"if {one.name} {percent(one.target or 0.0)}" for one in possible)
        chances = ", ".join(percent(one.probability) for one in possible)
        if worldview == OVERALL:
            return f"{ends}; all together give them {chances}{self._after()}"
        is_said = self.kind is not Kind.STAGE and self.whose is not None
        numbers = f" by numbers that are {self._number_of(worldview)}" if is_said else ""
        return f"{ends}; they come to {chances}{numbers}{self._after()}"


type AnyCrux = Crux | QuestionCrux


def row_of(
    argument_map: ArgumentMap, candidate: Candidate, predictive: Predictive, position: Position
) -> AnyCrux:
    """Return what the averages over draws say of a candidate."""
    measure = partial(_measures, candidate, separate=candidate.variable not in position.connected)
    numbers = measure(predictive)
    found = errors(predictive.replicates, measure, predictive, predictive.one_more(candidate.variable))
    row: dict[str, Any] = {
        "id": candidate.id,
        "text": sentence_of(argument_map, candidate.id),
        "kind": candidate.kind,
        "downstream": candidate.variable in position.downstream,
        "errors": found,
        **numbers,
    }
    if candidate.state is None:
        return QuestionCrux(**row)
    reason = _why_certain(candidate, predictive) if numbers["swing"] is None else None
    owner, _, state = candidate.id.partition(".")
    return Crux(**row, reason=reason, state_text=texts_of(argument_map, owner).get(state, state))


def _measures(
    candidate: Candidate, predictive: Predictive, *, separate: bool
) -> Mapping[str, float | None]:
    """Return the measures of one candidate by their names.

    `separate` is what the graph separates from the target: any value there would be rounding.
    """
    table, p = predictive.tables[candidate.variable], predictive.target
    if candidate.state is None:
        voi = 0.0 if separate else value_of_information(table)
        return {"voi": voi, "voi_share": voi / entropy(p)}
    joint = binary(table, candidate.state)
    own, crossed = float(joint[:, 1].sum()), crossing(joint, p)
    values: tuple[float | None, ...]
    if crossed is None:
        certain = own > 0.5
        values = float(certain), *((p.yes, None) if certain else (None, p.yes)), None, *NO_WORTH
    elif separate:
        values = own, p.yes, p.yes, 0.0, *NO_WORTH
    else:
        _, true, false, c = crossed
        voi = value_of_information(joint)
        values = c.yes, true.yes, false.yes, difference(true, false), voi, voi / entropy(p)
        values += expected_move(c, true, false), variance_removed(p, c, true, false)
    return dict(zip(MEASURES, values, strict=True))


def by_value(crux: AnyCrux) -> tuple[float, float, str]:
    """Return the key that puts the greatest value of information first; rounding does not count."""
    swing = crux.swing if isinstance(crux, Crux) else None
    return -to_compare(crux.voi), -to_compare(abs(swing or 0.0)), crux.id


def _why_certain(candidate: Candidate, predictive: Predictive) -> str:
    """Say of a candidate with the chance 0 or 1 whether the tables or the samples make it so."""
    certain = predictive.tables[candidate.variable][:, candidate.state].sum() > 0.5
    possible = predictive.possible.get(candidate.variable)
    if predictive.unseen > 0 and possible is not None and candidate.state is not None:
        of_state = possible.any(axis=0)
        others = np.delete(of_state, candidate.state).any()
        if others if certain else of_state[candidate.state]:
            return f"{'every' if certain else 'no'} sample of states has it"
    return f"it is certain ({'100%' if certain else '0%'}) in this worldview"

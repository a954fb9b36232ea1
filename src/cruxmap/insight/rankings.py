"""What learning each candidate is worth: claims, states, arguments and questions, ranked.

In: candidates, and the target jointly with each (`Predictive`). Out: a `Crux` or a `QuestionCrux` for each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from cruxmap.engine.network import FloatArray
from cruxmap.insight.candidates import EQUIVALENT, Candidate, Position, binary, crossing, is_target
from cruxmap.insight.information import (
    difference,
    entropy,
    expected_move,
    value_of_information,
    variance_removed,
)
from cruxmap.insight.plain import Answer
from cruxmap.insight.predictive import Predictive
from cruxmap.insight.sampled import Errors, errors
from cruxmap.insight.sentences import percent, sentence_of
from cruxmap.language.model_spec import ModelSpec

MEASURES = (
    *("probability", "given_true", "given_false", "swing"),
    *("voi", "voi_share", "expected_move", "variance_removed"),
)

NO_WORTH = (0.0, 0.0, 0.0, 0.0)
"""The value of information and its kin of what says nothing about the target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crux(Answer):
    """A claim, a state of a question (`question.state`), or an argument holding.

    `probability` is its own, `given_true` and `given_false` the target's; VOI is in bans. Where it is
    certain, one side is `None`, with the `reason`. Where states were sampled, `errors` are the standard
    errors of the numbers.
    """

    main = "voi"

    id: str
    text: str
    probability: float
    given_true: float | None
    given_false: float | None
    swing: float | None
    voi: float
    voi_share: float | None
    expected_move: float
    variance_removed: float | None
    downstream: bool = False
    reason: str | None = None
    errors: Errors | None = None

    def sentence(self, credence: str = "you give it") -> str:
        """Why it ranks where it does, in words; `credence` says whose the claim's own probability is."""
        own = f"{credence} {percent(self.probability)}"
        if self.given_true is None or self.given_false is None:
            return f"{own}: there is nothing to learn"
        if self.voi == 0:
            return f"says nothing about the target; {own}"
        ends = f"true: {percent(self.given_true)}, false: {percent(self.given_false)}"
        after = "; it follows from the target" if self.downstream else ""
        return f"{ends}; {own}{after}"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionCrux(Answer):
    """A question as a whole: the value of learning which of its states holds."""

    hidden = frozenset({"text"})
    main = "voi"

    id: str
    text: str
    voi: float
    voi_share: float | None
    downstream: bool = False
    errors: Errors | None = None


def ranked_rows(
    model: ModelSpec, candidates: Sequence[Candidate], predictive: Predictive, position: Position
) -> tuple[tuple[Crux, ...], tuple[Crux, ...], tuple[QuestionCrux, ...]]:
    """Return claims with states, arguments and questions, each ranked, without the target in other words."""
    claims: list[Crux] = []
    arguments: list[Crux] = []
    questions: list[QuestionCrux] = []
    for candidate in candidates:
        measure = partial(_measures, candidate, separate=candidate.variable not in position.connected)
        numbers = measure(predictive)
        found = errors(predictive.replicates, measure, predictive, predictive.one_more(candidate.variable))
        row: dict[str, Any] = {
            "id": candidate.id,
            "text": sentence_of(model.map, candidate.id),
            "downstream": candidate.variable in position.downstream,
            "errors": found,
            **numbers,
        }
        if candidate.state is None:
            if not _settles_target(predictive.tables[candidate.variable]):
                questions.append(QuestionCrux(**row))
        elif numbers["voi"] is not None:
            reason = _why_certain(candidate, predictive) if numbers["swing"] is None else None
            (arguments if candidate.argument else claims).append(Crux(**row, reason=reason))
    return (
        tuple(sorted(claims, key=rank)),
        tuple(sorted(arguments, key=rank)),
        tuple(sorted(questions, key=rank)),
    )


def _measures(candidate: Candidate, predictive: Predictive, *, separate: bool) -> dict[str, float | None]:
    """Return the measures of one candidate by their names, all `None` where it is the target in other words.

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
    elif is_target(joint, p):
        values = (None,) * len(MEASURES)
    else:
        _, true, false, c = crossed
        voi = value_of_information(joint)
        values = c.yes, true.yes, false.yes, difference(true, false), voi, voi / entropy(p)
        values += expected_move(c, true, false), variance_removed(p, c, true, false)
    return dict(zip(MEASURES, values, strict=True))


def rank(crux: Crux | QuestionCrux) -> tuple[float, float, str]:
    """Return the key that puts the greatest value of information first."""
    swing = crux.swing if isinstance(crux, Crux) else None
    return -crux.voi, -abs(swing or 0.0), crux.id


def _settles_target(table: FloatArray) -> bool:
    """Tell whether every state of a variable makes the target certain: the target in other words."""
    of_state = table.sum(axis=0)
    smaller = table.min(axis=0)
    return bool((smaller[of_state > 0] <= EQUIVALENT * of_state[of_state > 0]).all())


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

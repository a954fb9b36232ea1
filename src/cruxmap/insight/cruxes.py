"""What a worldview's estimate turns on: claims, arguments and questions, and the judgements themselves.

In: a `ModelSpec` and a worldview. Out: a `CruxTable`, ranked. Two readings are kept apart: what
learning the truth of a claim would do (value of information and its kin, from probabilities averaged
over draws), and what settling on another number would do (`sensitivity`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Any, overload

import numpy as np

from cruxmap.engine.executors import HERE, Executor, Progress, Work
from cruxmap.engine.network import MANY_WHAT_IFS, FloatArray
from cruxmap.insight.candidates import (
    EQUIVALENT,
    Candidate,
    Position,
    binary,
    candidates_of,
    crossing,
    is_target,
    position_of,
)
from cruxmap.insight.crux_sets import CruxSet, best_sets
from cruxmap.insight.information import (
    Chance,
    difference,
    entropy,
    expected_move,
    value_of_information,
    variance_removed,
)
from cruxmap.insight.kinds import Kind
from cruxmap.insight.plain import Answer
from cruxmap.insight.predictive import Outlook, Outlooks, Predictive, outlooks
from cruxmap.insight.sampled import Errors, Sampled, errors, sampled
from cruxmap.insight.sensitivity import JudgementCrux, sensitivity
from cruxmap.insight.sentences import percent, sentence_of
from cruxmap.insight.separation import descendants
from cruxmap.insight.sobol import GroupCrux
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.names import checked_worldview
from cruxmap.network.inquiry import impossible, inquire

SHORTLIST = 12
"""How many of the most telling claims and states the best sets are chosen from."""


# --- values --------------------------------------------------------------------------------------


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


OVERALL = "overall"
"""The name under which the mean of all worldviews is listed among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CruxTable(Answer):
    """The cruxes of one worldview, each list best first.

    `estimate` is the target's mean over `draws` draws, `central` its probability at central judgements.
    Left out of the rankings are the target, what is assumed or observed, and what is the target in other
    words. `sobol_sample` is the N of the Sobol analysis. Where what is given is impossible or the target
    certain, `reason` says so. Where states were sampled, `sampled` says how; the numbers of judgements and
    groups then have no standard error, but share their random numbers.
    """

    main = "estimate"

    worldview: str
    target: str
    estimate: float | None
    claims: tuple[Crux, ...] = ()
    arguments: tuple[Crux, ...] = ()
    questions: tuple[QuestionCrux, ...] = ()
    judgements: tuple[JudgementCrux, ...] = ()
    groups: tuple[GroupCrux, ...] = ()
    sets: tuple[CruxSet, ...] = ()
    draws: int = 0
    sobol_sample: int = 0
    central: float | None = None
    sampled: Sampled | None = None
    errors: Errors | None = None
    reason: str | None = None

    @property
    def undefined(self) -> bool:
        """Whether what is given is impossible."""
        return self.estimate is None

    @property
    def ranking(self) -> tuple[Crux, ...]:
        """Claims, states and arguments in one list, by value of information."""
        return tuple(sorted((*self.claims, *self.arguments), key=rank))

    def to_frame(self) -> Any:
        """Return the claims as a pandas DataFrame, one row each, columns named as the fields."""
        import pandas as pd

        columns = ["id", "text", *MEASURES]
        return pd.DataFrame([crux.to_json() for crux in self.claims], columns=columns)


@dataclass(frozen=True, slots=True)
class CruxTables(Answer):
    """The cruxes of every worldview of a model, and `overall`: of all of them together.

    There, what learning is worth is the mean over the worldviews, so what it would tell of which of them is
    right is no part of it. Probabilities are those of the equal mixture.
    """

    worldviews: Mapping[str, CruxTable]
    overall: CruxTable

    @property
    def undefined(self) -> bool:
        """Whether what is given is impossible in some worldview."""
        return any(table.undefined for table in self.worldviews.values())


# --- the cruxes ----------------------------------------------------------------------------------


@overload
def cruxes(
    model: ModelSpec, worldview: str, *, progress: Progress | None = None, executor: Executor = HERE
) -> CruxTable: ...


@overload
def cruxes(
    model: ModelSpec,
    worldview: None = None,
    *,
    progress: Progress | None = None,
    executor: Executor = HERE,
) -> CruxTables: ...


def cruxes(
    model: ModelSpec,
    worldview: str | None = None,
    *,
    progress: Progress | None = None,
    executor: Executor = HERE,
) -> CruxTable | CruxTables:
    """Return what the target turns on in one worldview, or in each of the model's and in all together.

    Raises `InvalidMap` for an unknown worldview.
    """
    names = model.worldviews if worldview is None else (checked_worldview(model.map, worldview),)
    inquiry = inquire(replace(model, worldviews=names))
    seen = outlooks(inquiry, candidates_of(inquiry), Work(executor, progress))
    return crux_tables(seen) if worldview is None else _table(seen.candidates, seen.each[0])


def crux_tables(seen: Outlooks) -> CruxTables:
    """Return the cruxes of every worldview, and of all together, from their outlooks on all candidates."""
    tables = {outlook.view.name: _table(seen.candidates, outlook) for outlook in seen.each}
    return CruxTables(MappingProxyType(tables), _overall(seen))


def _table(candidates: Sequence[Candidate], outlook: Outlook) -> CruxTable:
    view, position, predictive = outlook.view, outlook.position, outlook.predictive
    inquiry, model = view.inquiry, view.inquiry.model
    if predictive is None:
        by_chance = sampled(inquiry, inquiry.targets[:1], inquiry.clamped, MANY_WHAT_IFS) is not None
        missed = impossible(inquiry, view.worldview, sampled=by_chance)
        reason = view.refused or f"what is assumed and observed is {missed}"
        return CruxTable(worldview=view.name, target=model.target.name, estimate=None, reason=reason)
    table = _of_target(view.name, model, predictive)
    if predictive.target.is_certain:
        certain = percent(predictive.target.yes)
        reason = f"the target is certain in this worldview ({certain}), so it turns on nothing"
        return replace(table, reason=_all_samples(predictive) or reason)
    claims, arguments, questions = ranked_rows(model, candidates, predictive, position)
    turns = sensitivity(view, position.movers, outlook.logits)
    return replace(
        table,
        claims=claims,
        arguments=arguments,
        questions=questions,
        judgements=turns.judgements,
        groups=turns.groups,
        sets=best_sets(view, _worth_learning(candidates, claims, position, predictive)),
        draws=predictive.draws,
        sobol_sample=turns.sample,
        central=turns.central,
    )


def _of_target(name: str, model: ModelSpec, predictive: Predictive) -> CruxTable:
    """Return a table with nothing but the target's estimate."""
    return CruxTable(
        worldview=name,
        target=model.target.name,
        estimate=predictive.target.yes,
        sampled=predictive.sampled,
        errors=None if predictive.error is None else {"estimate": predictive.error},
    )


def _all_samples(predictive: Predictive) -> str | None:
    """Say of a target that is certain by the samples alone that all of them agree on it."""
    if not predictive.is_seen_alone:
        return None
    seen = "every" if predictive.target.no == 0 else "no"
    return f"{seen} sample of states has the target, which does not tell what it turns on"


def _worth_learning(
    candidates: Sequence[Candidate], claims: Sequence[Crux], position: Position, predictive: Predictive
) -> tuple[Candidate, ...]:
    """Return the claims and states that a set of cruxes is chosen from, the most telling first.

    Left out is what follows from the target or from the target in other words, and other states of a
    question one of whose states is the target: they say what the target is, not why.
    """
    tables, p = predictive.tables, predictive.target
    same = {
        c.variable
        for c in candidates
        if c.state is not None and is_target(binary(tables[c.variable], c.state), p)
    }
    after = position.downstream | descendants(position.graph, same)
    by_id = {candidate.id: candidate for candidate in candidates}
    telling = (by_id[crux.id] for crux in claims if crux.voi > 0)
    return tuple(c for c in telling if c.variable not in after)[:SHORTLIST]


def _overall(seen: Outlooks) -> CruxTable:
    """Return the cruxes of all worldviews together in which what is given is possible."""
    inquiry, candidates = seen.inquiry, seen.candidates
    possible = [outlook.predictive for outlook in seen.each if outlook.predictive is not None]
    reached = [outlook.position for outlook in seen.each if outlook.predictive is not None]
    if not possible:
        reason = "what is assumed and observed is impossible in every worldview"
        return CruxTable(worldview=OVERALL, target=inquiry.model.target.name, estimate=None, reason=reason)
    batches = max(len(predictive.replicates) for predictive in possible)
    without = [[p.replicates[batch] if p.replicates else p for p in possible] for batch in range(batches)]
    predictive = replace(
        _mean(possible),
        sampled=next(filter(None, (p.sampled for p in possible)), None),
        replicates=tuple(map(_mean, without)),
        unseen=max(p.unseen for p in possible) / len(possible),
        possible={
            variable: np.logical_or.reduce([p.possible[variable] for p in possible])
            for variable in possible[0].possible
        },
    )
    table = _of_target(OVERALL, inquiry.model, predictive)
    if predictive.target.is_certain:
        reason = f"the target is certain in every worldview ({percent(predictive.target.yes)})"
        return replace(table, reason=_all_samples(predictive) or reason)
    # Which worldview is right bears on everything, so nothing is separated from the target.
    everything = replace(
        position_of(inquiry, 0), connected=frozenset(candidate.variable for candidate in candidates)
    )
    claims, arguments, questions = ranked_rows(inquiry.model, candidates, predictive, everything)
    by_id = {candidate.id: candidate for candidate in candidates}

    def on_average[C: (Crux, QuestionCrux)](cruxes: Sequence[C]) -> tuple[C, ...]:
        averaged = []
        for crux in cruxes:
            candidate = by_id[crux.id]
            measure = partial(_worth, candidate, [candidate.variable in p.connected for p in reached])
            found = errors(without, measure, possible, _with_one_more(possible, candidate.variable))
            known = None if found is None else {**(crux.errors or {}), **found}
            averaged.append(replace(crux, **measure(possible), errors=known))
        return tuple(sorted(averaged, key=rank))

    return replace(
        table,
        claims=on_average(claims),
        arguments=on_average(arguments),
        questions=on_average(questions),
        draws=predictive.draws,
    )


def _with_one_more(predictions: Sequence[Predictive], variable: int) -> Iterator[list[Predictive]]:
    """Yield the predictions of all worldviews with one more sample in one of them."""
    for place, predictive in enumerate(predictions):
        for changed in predictive.one_more(variable):
            yield [*predictions[:place], changed, *predictions[place + 1 :]]


def _worth(
    candidate: Candidate, connected: Sequence[bool], predictions: Sequence[Predictive]
) -> dict[str, Any]:
    """Return the means over worldviews of what learning a variable is worth, and its share.

    A worldview in which it is not `connected` to the target, or the target is certain, learns nothing.
    """
    each = []
    for predictive, reaches in zip(predictions, connected, strict=True):
        table, p = predictive.tables[candidate.variable], predictive.target
        if candidate.state is not None:
            table = binary(table, candidate.state)
        of_state = table.sum(axis=0)
        moves = table[1] - p.yes * of_state
        known = of_state > 0
        all_of = (
            value_of_information(table),
            np.abs(moves).sum(),
            (moves[known] ** 2 / of_state[known]).sum(),
        )
        each.append(
            (*(all_of if reaches and not p.is_certain else (0.0, 0.0, 0.0)), entropy(p), p.yes * p.no)
        )
    voi, move, variance, uncertainty, most = map(float, np.mean(each, axis=0))
    told = {"voi": voi, "voi_share": voi / uncertainty if uncertainty else None}
    if candidate.state is None:
        return told
    return told | {"expected_move": move, "variance_removed": variance / most if most else None}


def _mean(predictions: Sequence[Predictive]) -> Predictive:
    """Return the equal mixture."""
    tables = {
        variable: np.mean([predictive.tables[variable] for predictive in predictions], axis=0)
        for variable in predictions[0].tables
    }
    yes, no = np.mean([p.target for p in predictions], axis=0)
    return Predictive(Chance(float(yes), float(no)), tables, sum(p.draws for p in predictions))


# --- the ranking -----------------------------------------------------------------------------------


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
            (arguments if candidate.kind is Kind.ARGUMENT else claims).append(Crux(**row, reason=reason))
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

"""What a worldview's estimate turns on: claims, arguments and questions, and the judgements themselves.

In: a `ModelSpec` and a worldview. Out: a `CruxTable`, ranked. Two readings are kept apart: what
learning the truth of a claim would do (value of information and its kin, from probabilities averaged
over draws), and what settling on another number would do (`sensitivity`).
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Any, overload

import numpy as np

from cruxmap.engine.executors import HERE, Executor, Progress, Work
from cruxmap.engine.network import MANY_WHAT_IFS, FloatArray
from cruxmap.engine.state_samples import standard_error
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
from cruxmap.insight.information import (
    Chance,
    difference,
    entropy,
    expected_move,
    value_of_information,
    variance_removed,
)
from cruxmap.insight.predictive import Predictive, predict
from cruxmap.insight.sampled import Errors, Sampled, errors, plain_errors, sampled
from cruxmap.insight.sensitivity import Sensitivity, sensitivity
from cruxmap.insight.separation import descendants
from cruxmap.insight.sets import CruxSet, best_sets
from cruxmap.insight.views import View, views
from cruxmap.insight.words import checked_worldview, percent, sentence_of
from cruxmap.language.argument_map import (
    ModelSpec,
    condition_text,
)
from cruxmap.network.inquiry import Inquiry, impossible, inquire

SHORTLIST = 12
"""How many of the most telling claims and states the best sets are chosen from."""


# --- values --------------------------------------------------------------------------------------


OVERALL = "overall"
"""The name under which the mean of all worldviews is listed among them."""

OTHERS = "others"
"""The name of the Sobol group of all entries that are not kept apart."""


@dataclass(frozen=True, slots=True)
class Crux:
    """A claim, a state of a question (`question.state`), or an argument holding.

    `probability` is its own, `given_true` and `given_false` the target's; VOI is in bans. Where it is
    certain, one side is `None`, with the `reason`. Where states were sampled, `errors` are the standard
    errors of the numbers.
    """

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


@dataclass(frozen=True, slots=True)
class QuestionCrux:
    """A question as a whole: the value of learning which of its states holds."""

    id: str
    text: str
    voi: float
    voi_share: float | None
    downstream: bool = False
    errors: Errors | None = None


@dataclass(frozen=True, slots=True)
class JudgementCrux:
    """One number of the worldview, on its natural scale, and what it does to the target.

    `low` and `high` are its 5th and 95th percentile, `target_low` and `target_high` the target's
    probability there with all else central; `slope` is per logit (or log) of the judgement. Where the
    Sobol shares are `None` it was analysed together with other small ones.
    """

    address: str
    central: float
    low: float
    high: float
    target_low: float | None
    target_high: float | None
    slope: float | None
    sobol_first: float | None
    sobol_total: float | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class GroupCrux:
    """The judgements of one entry together; `others` in the id's place stands for the smallest ones.

    `error` is half of the wider 95% bootstrap interval of the two shares.
    """

    id: str
    sobol_first: float
    sobol_total: float
    error: float


@dataclass(frozen=True, slots=True)
class CruxTable:
    """The cruxes of one worldview, each list best first.

    `estimate` is the target's mean over `draws` draws, `central` its probability at central judgements.
    Left out of the rankings are the target, what is assumed or observed, and what is the target in other
    words. `sobol_sample` is the N of the Sobol analysis. Where what is given is impossible or the target
    certain, `reason` says so. Where states were sampled, `sampled` says how; the numbers of judgements and
    groups then have no standard error, but share their random numbers.
    """

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
    reason: str | None = None
    sampled: Sampled | None = None
    errors: Errors | None = None

    @property
    def undefined(self) -> bool:
        """Whether what is given is impossible."""
        return self.estimate is None

    @property
    def ranking(self) -> tuple[Crux, ...]:
        """Claims, states and arguments in one list, by value of information."""
        return tuple(sorted((*self.claims, *self.arguments), key=_rank))

    def to_frame(self) -> Any:
        """Return the claims as a pandas DataFrame, one row each, columns named as the fields."""
        import pandas as pd

        return pd.DataFrame([_crux_json(crux) for crux in self.claims], columns=list(CRUX_COLUMNS))

    def to_json(self) -> dict[str, Any]:
        """Return the table as plain data, ready for `json.dumps`; undefined numbers are `None`."""
        plain: dict[str, Any] = {
            "worldview": self.worldview,
            "target": self.target,
            "estimate": self.estimate,
            "claims": [_crux_json(crux) for crux in self.claims],
            "arguments": [_crux_json(crux) for crux in self.arguments],
            "questions": [_plain(crux, ("id", "voi", "voi_share")) for crux in self.questions],
            "judgements": [_plain(crux, JUDGEMENT_COLUMNS) for crux in self.judgements],
            "groups": [_plain(group, ("id", "sobol_first", "sobol_total", "error")) for group in self.groups],
            "sets": [{"ids": list(s.ids), "voi": s.voi, "voi_share": s.voi_share} for s in self.sets],
            "draws": self.draws,
            "sobol_sample": self.sobol_sample,
            "central": self.central,
        }
        if self.sampled is not None:
            plain["sampled"] = self.sampled.to_json()
        if self.errors is not None:
            plain |= plain_errors(self.errors, "estimate")
        return plain | ({} if self.reason is None else {"reason": self.reason})


CRUX_COLUMNS = (
    *("id", "text", "probability", "given_true", "given_false", "swing"),
    *("voi", "voi_share", "expected_move", "variance_removed"),
)
JUDGEMENT_COLUMNS = (
    *("address", "central", "low", "high", "target_low", "target_high"),
    *("slope", "sobol_first", "sobol_total"),
)


def _plain(value: Any, columns: Iterable[str]) -> dict[str, Any]:
    plain = {column: getattr(value, column) for column in columns}
    if getattr(value, "downstream", False):
        plain["downstream"] = True
    if getattr(value, "reason", None) is not None:
        plain["reason"] = value.reason
    if getattr(value, "errors", None) is not None:
        plain |= plain_errors(value.errors, "voi")
    return plain


def _crux_json(crux: Crux) -> dict[str, Any]:
    return _plain(crux, CRUX_COLUMNS)


@dataclass(frozen=True, slots=True)
class CruxTables:
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

    def to_json(self) -> dict[str, Any]:
        """Return the tables as plain data."""
        return {
            "worldviews": {name: table.to_json() for name, table in self.worldviews.items()},
            OVERALL: self.overall.to_json(),
        }


# --- the cruxes ----------------------------------------------------------------------------------


@overload
def cruxes(
    model: ModelSpec, worldview: str, *, progress: Progress | None = None, executor: Executor = HERE
) -> CruxTable: ...


@overload
def cruxes(
    model: ModelSpec, worldview: None = None, *, progress: Progress | None = None, executor: Executor = HERE
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
    candidates = candidates_of(inquiry)
    asked = tuple(dict.fromkeys(candidate.variable for candidate in candidates))
    tables, predictions, positions = [], [], []
    for view in views(inquiry, Work(executor, progress)):
        positions.append(position_of(inquiry, view.worldview))
        predictions.append(predict(view, asked, positions[-1].connected))
        tables.append(_table(view, candidates, positions[-1], predictions[-1]))
    if worldview is not None:
        return tables[0]
    return CruxTables(
        MappingProxyType(dict(zip(names, tables, strict=True))),
        _together(inquiry, candidates, predictions, positions),
    )


def _table(
    view: View, candidates: Sequence[Candidate], position: Position, predictive: Predictive | None
) -> CruxTable:
    inquiry, model, name = view.inquiry, view.inquiry.model, view.name
    if predictive is None:
        given = ", ".join(map(condition_text, (*model.assuming, *model.observed)))
        by_chance = sampled(inquiry, inquiry.targets[:1], inquiry.clamped, MANY_WHAT_IFS) is not None
        missed = impossible(sampled=by_chance)
        reason = view.refused or f"what is assumed and observed is {missed} in this worldview: {given}"
        return CruxTable(name, model.target.name, None, reason=reason)
    if predictive.target.is_certain:
        certain = percent(predictive.target.yes)
        reason = f"the target is certain in this worldview ({certain}), so it turns on nothing"
        return _without_cruxes(name, model, predictive, reason)
    claims, arguments, questions = _listed(model, candidates, predictive, position)
    movers = np.array(sorted(-1 - node for node in position.connected if node < 0), dtype=np.int64)
    turns = sensitivity(view, movers)
    return CruxTable(
        name,
        model.target.name,
        predictive.target.yes,
        claims,
        arguments,
        questions,
        _judgements(inquiry, view.worldview, turns),
        tuple(GroupCrux(owner or OTHERS, first, total, error) for owner, first, total, error in turns.groups),
        best_sets(view, _worth_learning(candidates, claims, position, predictive)),
        predictive.draws,
        turns.sample,
        _number(turns.central),
        sampled=predictive.sampled,
        errors=_errors_of_target(predictive),
    )


def _without_cruxes(name: str, model: ModelSpec, predictive: Predictive, certain: str) -> CruxTable:
    """Return the table of a target that is certain, or that is the same in all samples of states."""
    if predictive.is_seen_alone:
        seen = "every" if predictive.target.no == 0 else "no"
        certain = f"{seen} sample of states has the target, which does not tell what it turns on"
    return CruxTable(
        name,
        model.target.name,
        predictive.target.yes,
        reason=certain,
        sampled=predictive.sampled,
        errors=_errors_of_target(predictive),
    )


def _errors_of_target(predictive: Predictive) -> Errors | None:
    unseen = 0.0 if predictive.target.is_certain and not predictive.is_seen_alone else predictive.unseen
    if not predictive.replicates:
        return None
    without = np.array([part.target.yes for part in predictive.replicates])
    return {"estimate": float(standard_error(without, unseen))}


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


def _together(
    inquiry: Inquiry,
    candidates: Sequence[Candidate],
    predictions: Sequence[Predictive | None],
    positions: Sequence[Position],
) -> CruxTable:
    """Return the cruxes of all worldviews together in which what is given is possible."""
    possible = [predictive for predictive in predictions if predictive is not None]
    if not possible:
        reason = "what is assumed and observed is impossible in every worldview"
        return CruxTable(OVERALL, inquiry.model.target.name, None, reason=reason)
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
    if predictive.target.is_certain:
        reason = f"the target is certain in every worldview ({percent(predictive.target.yes)})"
        return _without_cruxes(OVERALL, inquiry.model, predictive, reason)
    # Which worldview is right bears on everything, so nothing is separated from the target.
    everything = replace(
        position_of(inquiry, 0), connected=frozenset(candidate.variable for candidate in candidates)
    )
    claims, arguments, questions = _listed(inquiry.model, candidates, predictive, everything)
    by_id = {candidate.id: candidate for candidate in candidates}
    reached = [position for position, p in zip(positions, predictions, strict=True) if p is not None]

    def on_average[C: (Crux, QuestionCrux)](cruxes: Sequence[C]) -> tuple[C, ...]:
        averaged = []
        for crux in cruxes:
            connected = [by_id[crux.id].variable in position.connected for position in reached]
            measure = partial(_worth, by_id[crux.id], connected)
            worth: dict[str, Any] = {
                name: value for name, value in measure(possible).items() if hasattr(crux, name)
            }
            more = _one_more(possible, by_id[crux.id].variable)
            found = errors(without, measure, possible, more)
            known = (
                None if found is None else {**(crux.errors or {}), **{name: found[name] for name in worth}}
            )
            averaged.append(replace(crux, **worth, errors=known))
        return tuple(sorted(averaged, key=_rank))

    return CruxTable(
        OVERALL,
        inquiry.model.target.name,
        predictive.target.yes,
        on_average(claims),
        on_average(arguments),
        on_average(questions),
        draws=predictive.draws,
        sampled=predictive.sampled,
        errors=_errors_of_target(predictive),
    )


def _one_more(predictions: Sequence[Predictive], variable: int) -> Iterator[list[Predictive]]:
    """Yield the predictions of all worldviews with one more sample in one of them."""
    for place, predictive in enumerate(predictions):
        for changed in predictive.one_more(variable):
            yield [*predictions[:place], changed, *predictions[place + 1 :]]


def _worth(
    candidate: Candidate, connected: Sequence[bool], predictions: Sequence[Predictive]
) -> dict[str, float | None]:
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
        told = (value_of_information(table), np.abs(moves).sum(), (moves[known] ** 2 / of_state[known]).sum())
        each.append((*(told if reaches and not p.is_certain else (0.0, 0.0, 0.0)), entropy(p), p.yes * p.no))
    voi, move, variance, uncertainty, most = map(float, np.mean(each, axis=0))
    return {
        "voi": voi,
        "voi_share": voi / uncertainty if uncertainty else None,
        "expected_move": move,
        "variance_removed": variance / most if most else None,
    }


def _mean(predictions: Sequence[Predictive]) -> Predictive:
    """Return the equal mixture."""
    tables = {
        variable: np.mean([predictive.tables[variable] for predictive in predictions], axis=0)
        for variable in predictions[0].tables
    }
    yes, no = np.mean([p.target for p in predictions], axis=0)
    return Predictive(Chance(float(yes), float(no)), tables, sum(p.draws for p in predictions))


def _listed(
    model: ModelSpec, candidates: Sequence[Candidate], predictive: Predictive, position: Position
) -> tuple[tuple[Crux, ...], tuple[Crux, ...], tuple[QuestionCrux, ...]]:
    claims: list[Crux] = []
    arguments: list[Crux] = []
    questions: list[QuestionCrux] = []
    for candidate in candidates:
        separate = candidate.variable not in position.connected
        downstream = candidate.variable in position.downstream
        if candidate.state is None:
            if not _settles_target(predictive.tables[candidate.variable]):
                measure = partial(_of_question, variable=candidate.variable, separate=separate)
                numbers = measure(predictive)
                text = model.map.entry[candidate.id].about.text
                more = predictive.one_more(candidate.variable)
                errors_of = errors(predictive.replicates, measure, predictive, more)
                questions.append(
                    QuestionCrux(
                        candidate.id, text, numbers["voi"], numbers["voi_share"], downstream, errors_of
                    )
                )
            continue
        text = sentence_of(model.map, candidate.id)
        crux = _crux(candidate, text, predictive, separate=separate, downstream=downstream)
        if crux is not None:
            of_crux = partial(_numbers, candidate, separate=separate)
            more = predictive.one_more(candidate.variable)
            found = errors(predictive.replicates, of_crux, predictive, more)
            (arguments if candidate.argument else claims).append(replace(crux, errors=found))
    return (
        tuple(sorted(claims, key=_rank)),
        tuple(sorted(arguments, key=_rank)),
        tuple(sorted(questions, key=_rank)),
    )


def _of_question(predictive: Predictive, *, variable: int, separate: bool) -> dict[str, float]:
    """Return the measures of learning which state of a question holds."""
    voi = 0.0 if separate else value_of_information(predictive.tables[variable])
    return {"voi": voi, "voi_share": voi / entropy(predictive.target)}


def _numbers(candidate: Candidate, predictive: Predictive, *, separate: bool) -> dict[str, float | None]:
    """Return the measures of one candidate by their names, all undefined where it is no crux."""
    crux = _crux(candidate, "", predictive, separate=separate, downstream=False)
    return {name: None if crux is None else getattr(crux, name) for name in CRUX_COLUMNS[2:]}


def _rank(crux: Crux | QuestionCrux) -> tuple[float, float, str]:
    swing = crux.swing if isinstance(crux, Crux) else None
    return -crux.voi, -abs(swing or 0.0), crux.id


def _settles_target(table: FloatArray) -> bool:
    """Tell whether every state of a variable makes the target certain: the target in other words."""
    of_state = table.sum(axis=0)
    smaller = table.min(axis=0)
    return bool((smaller[of_state > 0] <= EQUIVALENT * of_state[of_state > 0]).all())


def _crux(
    candidate: Candidate, text: str, predictive: Predictive, *, separate: bool, downstream: bool
) -> Crux | None:
    """Return the measures of one candidate, or `None` where it is the target in other words."""
    assert candidate.state is not None
    joint, p = binary(predictive.tables[candidate.variable], candidate.state), predictive.target
    crossed = crossing(joint, p)
    own = float(joint[:, 1].sum())
    if crossed is None:
        certain = own > 0.5
        one_side = {True: p.yes, False: None}
        return Crux(
            candidate.id,
            text,
            1.0 if certain else 0.0,
            one_side[certain],
            one_side[not certain],
            None,
            0.0,
            0.0,
            0.0,
            0.0,
            downstream,
            _why_certain(candidate, predictive, certain=certain),
        )
    if separate:
        return Crux(candidate.id, text, own, p.yes, p.yes, 0.0, 0.0, 0.0, 0.0, 0.0, downstream)
    _, true, false, c = crossed
    if is_target(joint, p):
        return None
    voi = value_of_information(joint)
    return Crux(
        candidate.id,
        text,
        c.yes,
        true.yes,
        false.yes,
        difference(true, false),
        voi,
        voi / entropy(p),
        expected_move(c, true, false),
        variance_removed(p, c, true, false),
        downstream,
    )


def _why_certain(candidate: Candidate, predictive: Predictive, *, certain: bool) -> str:
    """Say of a candidate with the chance 0 or 1 whether the tables or the samples make it so."""
    possible = predictive.possible.get(candidate.variable)
    if predictive.unseen > 0 and possible is not None and candidate.state is not None:
        of_state = possible.any(axis=0)
        others = np.delete(of_state, candidate.state).any()
        if others if certain else of_state[candidate.state]:
            return f"{'every' if certain else 'no'} sample of states has it"
    return f"it is certain ({'100%' if certain else '0%'}) in this worldview"


# --- judgements ----------------------------------------------------------------------------------


def _judgements(inquiry: Inquiry, worldview: int, turns: Sensitivity) -> tuple[JudgementCrux, ...]:
    """Return a row per number of the worldview, widest range of the target first; links have no row.

    Certainties that nobody wrote are left out.
    """
    perspective, judgements = inquiry.perspectives[worldview], inquiry.model.map.judgements
    rows = []
    for number, address in enumerate(inquiry.network.addresses):
        setting = perspective.setting[address]
        if setting.column != address:
            continue
        if setting.value.is_certain and judgements[address].is_default and not setting.rejected:
            continue
        first, total = (_number(shares[number]) for shares in (turns.first, turns.total))
        reason = None
        if setting.rejected:
            reason = "the argument is rejected in this worldview"
        elif setting.value.is_certain:
            reason = "a certainty has no slope"
        elif first is None:
            reason = "analysed together with other small ones"
        row = JudgementCrux(
            address,
            setting.value.middle,
            setting.value.low,
            setting.value.high,
            _number(turns.low[number]),
            _number(turns.high[number]),
            _number(turns.slope[number]),
            first,
            total,
            reason,
        )
        rows.append((_width(row), abs(row.slope or 0.0), row))
    return tuple(row for *_, row in sorted(rows, key=lambda r: (-r[0], -r[1], r[2].address)))


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _width(row: JudgementCrux) -> float:
    """Return how far apart the two ends of the range are, in log-odds."""
    if row.target_low is None or row.target_high is None or row.target_low == row.target_high:
        return 0.0
    ends = (Chance(p, 1 - p).logit for p in (row.target_low, row.target_high))
    low, high = ends
    return abs(high - low)

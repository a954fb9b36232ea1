"""What a worldview's estimate turns on: claims, arguments and questions, and the judgements themselves.

In: a `ModelSpec` and a worldview. Out: a `CruxTable`, ranked. Two readings are kept apart: what
learning the truth of a claim would do (value of information and its kin, from probabilities averaged
over draws), and what settling on another number would do (`sensitivity`).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Any, Unpack, overload

import numpy as np

from cruxmap.engine.executors import HERE, Executor, Progress, Work
from cruxmap.engine.network import MANY_WHAT_IFS
from cruxmap.insight.asked import only_tagged, what_if
from cruxmap.insight.candidates import Candidate, binary, candidates_of, crossing, position_of
from cruxmap.insight.crux_rows import OVERALL, AnyCrux, Crux, QuestionCrux, by_value, row_of
from cruxmap.insight.display import Shown
from cruxmap.insight.information import (
    Chance,
    Crossing,
    difference,
    entropy,
    told_apart,
    value_of_information,
)
from cruxmap.insight.kinds import Kind, is_state, own_number, own_places
from cruxmap.insight.left_out import LeftOutCrux, left_out
from cruxmap.insight.next_best import CruxSet, NextBest, best_first
from cruxmap.insight.plain import counted
from cruxmap.insight.predictive import Outlook, Outlooks, Predictive, outlooks
from cruxmap.insight.sampled import Errors, Sampled, errors, sampled
from cruxmap.insight.sensitivity import JudgementCrux, Sensitivity, sensitivity
from cruxmap.insight.sentences import extent, percent
from cruxmap.insight.sobol import GroupCrux
from cruxmap.insight.views import View
from cruxmap.insight.whose import who_is_heard, who_says_little, whose_is
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.language.asked import WhatIf, as_model, named_worldview
from cruxmap.language.model_spec import ModelSpec
from cruxmap.network.inquiry import impossible, inquire

# --- values --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CruxTable(Shown):
    """What the target turns on in one worldview. Information is in bans, slopes are in log-odds.

    No list has the target, or what is assumed or observed. The first three have premises and arguments
    first, in the order of the ranking, then stages, then what is left out.

    Attributes
    ----------
    worldview, target
        Whose cruxes, of what.
    estimate, central
        The target's probability: the mean over draws, and with every number in its middle.
    claims
        Claims, states (`question.state`), phases and causes. Each has `id`, `text`, `kind`, `probability`,
        `given_true`, `given_false` and `swing` of the target; `voi`, the value of information, and
        `voi_share`, its part of all there is to learn; `rank`, its place from 1; `added` and `added_share`,
        what it tells beside those before it; `expected_move`, `variance_removed`, `interval_90`,
        `sobol_total`, and `whose` its numbers are.
    arguments
        The same of arguments.
    questions
        Questions as a whole, whose states are among the claims.
    judgements
        The worldview's numbers, widest effect first: `address`, `central`, `low`, `high`; `target_low` and
        `target_high`, the target's probability there; `slope`, `sobol_first` and `sobol_total`.
    groups
        The Sobol shares of all judgements of one entry.
    sets
        The first one, two, ... cruxes of the ranking together: `ids`, `voi` and `voi_share`.
    left_out
        What the ranking leaves out: `id`, and `because`.
    draws, sobol_sample
        Draws averaged over; points per group of the Sobol analysis, 0 where there was none.
    sampled, errors
        How states were sampled, if they were, and the standard errors of the numbers then.
    reason
        Why lists are empty: what is given is impossible, or the target certain.

    Examples
    --------
    >>> import cruxmap as cm
    >>> table = cm.cruxes(cm.example("library"), "treasurer", draws=500)
    >>> first = table.ranking[0]
    >>> first.id, round(first.voi_share, 1), round(first.swing, 1)
    ('funding-secured', 0.4, 0.6)
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
    left_out: tuple[LeftOutCrux, ...] = ()
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
    def ranking(self) -> tuple[AnyCrux, ...]:
        """Premises and arguments in the order in which they are shown; a question is one row."""
        rows: tuple[AnyCrux, ...] = (*self.claims, *self.arguments, *self.questions)
        places = {crux.rank: crux for crux in rows if crux.rank is not None}
        return tuple(places[rank] for rank in sorted(places))

    def gist(self) -> str:
        """Return the target, whose cruxes these are, and the first of the ranking."""
        whose = "all worldviews together" if self.worldview == OVERALL else self.worldview
        first = f", first {', '.join(crux.id for crux in self.ranking[:3])}" if self.ranking else ""
        return f"of {self.target} in {whose}: {extent([self.estimate])}, {len(self.ranking)} ranked{first}"

    @property
    def stages(self) -> tuple[AnyCrux, ...]:
        """What follows from others, by value of information; a question is one row."""
        gone = {one.id for one in self.left_out} | {
            state.id for question in self.questions for state in question.states
        }
        rows: tuple[AnyCrux, ...] = (*self.claims, *self.questions)
        stages = (crux for crux in rows if crux.kind is Kind.STAGE and crux.id not in gone)
        return tuple(sorted(stages, key=by_value))


@dataclass(frozen=True, slots=True)
class CruxTables(Shown):
    """What the target turns on in every worldview of a model, and in all of them together.

    Attributes
    ----------
    worldviews
        A `CruxTable` for each worldview, by id.
    overall
        One for all together: what learning is worth is the mean over the worldviews, so what it would tell
        of which of them is right is no part of it (`tells_apart` has that). It has no judgements.
    says_little
        Worldviews that say little about the target and are not counted, if two others are left.

    Examples
    --------
    >>> import cruxmap as cm
    >>> tables = cm.cruxes(cm.example("library"), draws=500)
    >>> sorted(tables.worldviews), tables.overall.ranking[0].id
    (['map', 'treasurer'], 'funding-secured')
    """

    worldviews: Mapping[str, CruxTable]
    overall: CruxTable
    says_little: tuple[str, ...] = ()

    @property
    def undefined(self) -> bool:
        """Whether what is given is impossible in some worldview."""
        return any(table.undefined for table in self.worldviews.values())

    def gist(self) -> str:
        """Return the target, how many worldviews there are, and the first cruxes of all together."""
        first = ", ".join(crux.id for crux in self.overall.ranking[:3]) or "none"
        many = counted(len(self.worldviews), "worldview")
        return f"of {self.overall.target}: {many}, first overall {first}"


# --- the cruxes ----------------------------------------------------------------------------------


@overload
def cruxes(
    model: ModelSpec | ArgumentMap,
    worldview: str,
    *,
    everyone: bool = False,
    tag: str | Iterable[str] = (),
    progress: Progress | None = None,
    executor: Executor = HERE,
    **asked: Unpack[WhatIf],
) -> CruxTable: ...


@overload
def cruxes(
    model: ModelSpec | ArgumentMap,
    worldview: None = None,
    *,
    everyone: bool = False,
    tag: str | Iterable[str] = (),
    progress: Progress | None = None,
    executor: Executor = HERE,
    **asked: Unpack[WhatIf],
) -> CruxTables: ...


@what_if
def cruxes(
    model: ModelSpec | ArgumentMap,
    worldview: str | None = None,
    *,
    everyone: bool = False,
    tag: str | Iterable[str] = (),
    progress: Progress | None = None,
    executor: Executor = HERE,
    **asked: Unpack[WhatIf],
) -> CruxTable | CruxTables:
    """Return what the target turns on in one worldview, or in each of the model's and in all together.

    Parameters
    ----------
    model
        The model, or a map with a `target`.
    worldview
        Whose ranking, with what settling the numbers would do. Without one: everybody's.
    everyone
        Let those be part of all together, too, who say little about the target.
    tag
        Keep the entries with this tag, or with one of several. Numbers stay those of the whole map.
    **asked
        What is asked in place of what the model says: see `WhatIf`.
    progress
        Called with what is done, steps so far, and steps in all.
    executor
        What does the work: this machine (the default), all its cores, or a cluster.

    Returns
    -------
    A `CruxTable` for one worldview, with its `claims`, `arguments`, `questions` and
    `judgements`; or `CruxTables` with one per worldview, and what is disputed `overall`.

    Raises
    ------
    InvalidMap
        For a mistake in an argument, which the problem names with a hint.

    Examples
    --------
    >>> import cruxmap as cm
    >>> table = cm.cruxes(cm.example("library"), "treasurer", draws=500)
    >>> [row.id for row in table.claims if row.rank == 1]
    ['funding-secured']
    """
    model = as_model(model)
    names = model.worldviews if worldview is None else (named_worldview(model.map, worldview),)
    kept = only_tagged(model.map, tag)
    inquiry = inquire(replace(model, worldviews=names))
    work = Work(executor, progress)
    seen = outlooks(inquiry, candidates_of(inquiry), work)
    if worldview is not None:
        return kept.of(_table(seen.candidates, seen.each[0]))
    return kept.of(crux_tables(seen, () if everyone else who_says_little(model, work)))


def rankings(
    model: ModelSpec, *, progress: Progress | None = None, executor: Executor = HERE
) -> Mapping[str, CruxTable]:
    """Return the cruxes of each of the model's worldviews, without what settling their numbers would do."""
    inquiry = inquire(model)
    seen = outlooks(inquiry, candidates_of(inquiry), Work(executor, progress))
    return {one.view.name: _table(seen.candidates, one, settling=False) for one in seen.each}


def crux_tables(seen: Outlooks, little: Collection[str] = ()) -> CruxTables:
    """Return the cruxes of every worldview, and of all together but those who say `little`.

    They come from the worldviews' outlooks on all candidates.
    """
    tables = {outlook.view.name: _table(seen.candidates, outlook) for outlook in seen.each}
    heard = who_is_heard(tables, little)
    overall = _overall(seen, [outlook for outlook in seen.each if outlook.view.name in heard])
    return CruxTables(MappingProxyType(tables), overall, tuple(name for name in tables if name in little))


def _table(candidates: Sequence[Candidate], outlook: Outlook, *, settling: bool = True) -> CruxTable:
    """Return the cruxes of a worldview, with what `settling` their numbers would do if that is wanted."""
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
    because = left_out(inquiry, [view.worldview], candidates, predictive, position)
    rows = {c.id: row_of(model.map, c, predictive, position) for c in candidates}
    shown = _shown(candidates, rows, because)
    table = replace(table, draws=predictive.draws)
    if settling:
        turns = sensitivity(view, position.movers, outlook.logits)
        rows = {name: _with_numbers(row, view, turns) for name, row in rows.items()}
        table = replace(
            table,
            judgements=turns.judgements,
            groups=turns.groups,
            sobol_sample=turns.sample,
            central=turns.central,
        )
    best = best_first(inquiry, [view.worldview], shown)
    view.tell("the next best", 1, 1)
    return _arranged(table, rows, because, [c.id for c in shown], best)


def _with_numbers(row: AnyCrux, view: View, turns: Sensitivity) -> AnyCrux:
    """Add what settling the numbers of a row would do, and between what its one number lies."""
    argument_map, perspective = view.inquiry.model.map, view.inquiry.perspectives[view.worldview]
    addresses = [place.judgement.address for place in own_places(argument_map, row.id)]
    owner, _, part = row.id.partition(".")
    total = turns.total_of(owner, addresses, whole=not part or is_state(argument_map, row.id))
    number = own_number(argument_map, row.id)
    row = replace(row, sobol_total=total, whose=whose_is(perspective, addresses, argument_map))
    if isinstance(row, QuestionCrux) or number is None:
        return row
    value = perspective.setting[number].value
    return replace(row, interval_90=(value.low, value.high))


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


# --- the order -----------------------------------------------------------------------------------


type _Rows = Mapping[str, AnyCrux]


def _shown(candidates: Sequence[Candidate], rows: _Rows, because: Mapping[str, str]) -> list[Candidate]:
    """Return the premises and arguments that are shown, by value alone; of a question only the whole."""
    wholes = {candidate.variable for candidate in candidates if candidate.state is None}
    shown = (
        candidate
        for candidate in candidates
        if candidate.kind is not Kind.STAGE
        and candidate.id not in because
        and (candidate.state is None or candidate.variable not in wholes)
    )
    return sorted(shown, key=lambda candidate: by_value(rows[candidate.id]))


def _arranged(
    table: CruxTable,
    rows: _Rows,
    because: Mapping[str, str],
    shown: Sequence[str],
    best: NextBest,
) -> CruxTable:
    """Put rows into a table: those shown first, the next best of them before the others."""
    order = [*best.ids, *(name for name in shown if name not in best.ids)]
    place = {name: number for number, name in enumerate(order, start=1)}
    added = dict(zip(best.ids, best.added, strict=True))

    def told[R: (Crux, QuestionCrux)](row: R) -> R:
        value = added.get(row.id)
        share = None if value is None else value / best.in_all
        return replace(row, rank=place.get(row.id), added=value, added_share=share)

    def key(row: AnyCrux) -> tuple[int, int, tuple[float, float, str]]:
        rank = place.get(row.id) or place.get(row.id.partition(".")[0])
        group = 2 if row.id in because else 0 if rank else 1
        return group, rank or 0, by_value(row)

    in_the_maps_order = [told(row) for row in rows.values() if isinstance(row, Crux)]
    cruxes = sorted(in_the_maps_order, key=key)
    questions = sorted((told(row) for row in rows.values() if isinstance(row, QuestionCrux)), key=key)
    states = {
        q.id: tuple(c for c in in_the_maps_order if c.id.partition(".")[0] == q.id) for q in questions
    }
    return replace(
        table,
        claims=tuple(crux for crux in cruxes if crux.kind is not Kind.ARGUMENT),
        arguments=tuple(crux for crux in cruxes if crux.kind is Kind.ARGUMENT),
        questions=tuple(replace(question, states=states[question.id]) for question in questions),
        sets=best.sets,
        left_out=tuple(LeftOutCrux(name, why) for name, why in because.items()),
    )


# --- of all worldviews together ------------------------------------------------------------------


def _overall(seen: Outlooks, heard: Sequence[Outlook]) -> CruxTable:
    """Return the cruxes of all worldviews together that are heard and in which what is given is possible."""
    inquiry, candidates = seen.inquiry, seen.candidates
    possible = [outlook.predictive for outlook in heard if outlook.predictive is not None]
    reached = [outlook.position for outlook in heard if outlook.predictive is not None]
    numbers = [outlook.view.worldview for outlook in heard if outlook.predictive is not None]
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
    because = left_out(inquiry, numbers, candidates, predictive, everything)
    rows: dict[str, AnyCrux] = {}
    for c in candidates:
        measure = partial(_worth, c, [c.variable in position.connected for position in reached])
        row = row_of(inquiry.model.map, c, predictive, everything)
        found = errors(without, measure, possible, _with_one_more(possible, c.variable))
        known = None if found is None else {**(row.errors or {}), **found}
        rows[c.id] = replace(row, **measure(possible), errors=known)
    shown = _shown(candidates, rows, because)
    best = best_first(inquiry, numbers, shown)
    return replace(_arranged(table, rows, because, [c.id for c in shown], best), draws=predictive.draws)


def _with_one_more(predictions: Sequence[Predictive], variable: int) -> Iterator[list[Predictive]]:
    """Yield the predictions of all worldviews with one more sample in one of them."""
    for place, predictive in enumerate(predictions):
        for changed in predictive.one_more(variable):
            yield [*predictions[:place], changed, *predictions[place + 1 :]]


def _worth(
    candidate: Candidate, connected: Sequence[bool], predictions: Sequence[Predictive]
) -> dict[str, Any]:
    """Return the means over worldviews of what learning a variable is worth, and how it tells them apart.

    A worldview in which it is not `connected` to the target, or the target is certain, learns nothing.
    """
    each, own, crossed = [], [], []
    for predictive, reaches in zip(predictions, connected, strict=True):
        table, p = predictive.tables[candidate.variable], predictive.target
        if candidate.state is not None:
            table = binary(table, candidate.state)
        of_state = table.sum(axis=0)
        own.append(of_state)
        if candidate.state is not None:
            crossed.append(crossing(table, p))
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
    told = {
        "voi": voi,
        "voi_share": voi / uncertainty if uncertainty else None,
        "tells_apart": told_apart(np.array(own)),
    }
    if candidate.state is None:
        return told
    open_to = [one for one in crossed if one is not None]

    def mean(of: Callable[[Crossing], float]) -> float | None:
        return float(np.mean([of(one) for one in open_to])) if open_to else None

    return told | {
        "given_true": mean(lambda one: one.given_true.yes),
        "given_false": mean(lambda one: one.given_false.yes),
        "swing": mean(lambda one: difference(one.given_true, one.given_false)),
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

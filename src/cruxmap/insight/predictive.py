"""One pass of each worldview's draws: the target with every other variable, which answers are read from.

In: an `Inquiry` and what could be learned. Out: an `Outlook` per worldview. Estimates, cruxes and diffs take
theirs from it, so that a command that gives them all puts every draw through the network once.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from types import MappingProxyType

import numpy as np

from cruxmap.engine.executors import Work
from cruxmap.engine.jackknife import standard_error, unseen_in_mean
from cruxmap.engine.network import BoolArray, DrawsFrom, Filled, FloatArray
from cruxmap.engine.planning import ancestors
from cruxmap.engine.queries import Inference, Joint, infer, joint
from cruxmap.insight.candidates import Candidate, Position, position_of
from cruxmap.insight.information import Chance, chance
from cruxmap.insight.sampled import Sampled, sampled
from cruxmap.insight.views import (
    BlockOfSeveral,
    Draws,
    View,
    by_block,
    fill_together,
    refusal,
    views,
)
from cruxmap.network.inquiry import BLOCK_BYTES, Inquiry


@dataclass(frozen=True, slots=True, eq=False)
class Predictive:
    """`target` is its chance, `tables` the joint probabilities (2, states) of the target with a variable.

    Averages over `draws` draws, given what is assumed and observed. Where states were sampled, `sampled`
    says how, `replicates` are the same averages without one batch of samples each, `unseen` is by how much
    one more sample can change a probability, and `possible` (2, states) tells which entries of a table can
    be anything but 0.
    """

    target: Chance
    tables: Mapping[int, FloatArray]
    draws: int
    sampled: Sampled | None = None
    replicates: tuple["Predictive", ...] = ()
    unseen: float = 0.0
    possible: Mapping[int, BoolArray] = MappingProxyType({})

    @property
    def is_seen_alone(self) -> bool:
        """Whether the target is certain by the samples, but not by the tables."""
        unseen = int(self.target.yes == 0)
        can_be = all(possible[unseen].any() for possible in self.possible.values())
        return self.unseen > 0 and self.target.is_certain and can_be

    @property
    def error(self) -> float | None:
        """The standard error of the target's chance, where states were sampled."""
        if not self.replicates:
            return None
        unseen = 0.0 if self.target.is_certain and not self.is_seen_alone else self.unseen
        without = np.array([part.target.yes for part in self.replicates])
        return float(standard_error(without, unseen))

    def one_more(self, variable: int) -> Iterator["Predictive"]:
        """Yield the averages with one more sample, once for each entry of a variable's table that can be."""
        for target, state in np.argwhere(self.possible.get(variable, ())) if self.unseen else ():
            table, of_target = self.tables[variable].copy(), [self.target.no, self.target.yes]
            table[target, state] += self.unseen
            of_target[target] += self.unseen
            yield Predictive(chance(*of_target), {variable: table / table.sum()}, self.draws)


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """A worldview's draws, where its entries stand to the target, and what all draws together say.

    `predictive` is `None` where what is given is impossible, or too few samples agree with it. `logits` (D,)
    are the target's log-odds draw by draw, where they are exact. `targets` (2, n_targets, 2, D) are the
    targets' probabilities, as in `target_probabilities`, where they were wanted and one plan gives all.
    """

    view: View
    position: Position
    predictive: Predictive | None
    logits: FloatArray | None
    targets: FloatArray | None


@dataclass(frozen=True, slots=True, eq=False)
class Outlooks:
    """The outlook of each of an inquiry's worldviews on the same candidates."""

    inquiry: Inquiry
    candidates: tuple[Candidate, ...]
    each: tuple[Outlook, ...]

    def of(self, worldviews: Collection[str]) -> "Outlooks":
        """Return the same without any other worldview's."""
        return replace(self, each=tuple(one for one in self.each if one.view.name in worldviews))


def outlooks(
    inquiry: Inquiry, candidates: Iterable[Candidate], work: Work, *, draw_by_draw: bool = False
) -> Outlooks:
    """Put the draws of every worldview through the network, asking for the variables of the candidates.

    Variables that are not connected with the target, on the graph, are independent of it: their tables are
    products. Where one plan does not serve all, they, the target's ancestors and the rest are asked apart.
    """
    candidates = tuple(candidates)
    asked = tuple(dict.fromkeys(candidate.variable for candidate in candidates))
    states = sum(len(inquiry.network.variables[variable].states) for variable in asked)
    size = max(64, BLOCK_BYTES // (16 * (1 + states)))
    seen = views(inquiry, work)
    positions = [position_of(inquiry, view.worldview) for view in seen]
    questions = tuple(_question(inquiry, asked, at.connected, draw_by_draw) for at in positions)
    taken = [view for view in seen if not view.refused]
    passes = iter(by_block(taken, _passes_of_block, questions, stage="what each claim says", size=size))
    each = (
        _outlook(view, position, question, [] if view.refused else next(passes))
        for view, position, question in zip(seen, positions, questions, strict=True)
    )
    return Outlooks(inquiry, candidates, tuple(each))


@dataclass(frozen=True, slots=True)
class _Question:
    """Variables asked about with the target, each tuple of them by itself, and those independent of it.

    Where one plan serves all, these too are asked together with the others. `draw_by_draw` tells whether the
    targets are wanted of each draw.
    """

    together: tuple[tuple[int, ...], ...]
    alone: tuple[int, ...]
    draw_by_draw: bool


def _question(
    inquiry: Inquiry, asked: Sequence[int], connected: Collection[int], draw_by_draw: bool
) -> _Question:
    alone = tuple(variable for variable in asked if variable not in connected)
    if inquiry.planned:
        return _Question((tuple(asked),), alone, draw_by_draw)
    above = set(ancestors(inquiry.network, {inquiry.targets[0], *inquiry.clamped}))
    upper, lower = (
        tuple(variable for variable in asked if variable in connected and (variable in above) is upward)
        for upward in (True, False)
    )
    return _Question((upper, lower) if lower else (upper,), alone, False)


def _outlook(view: View, position: Position, question: _Question, passes: Sequence["_Pass"]) -> Outlook:
    sums = [reduce(_Sums.plus, parts) for parts in zip(*(found.sums for found in passes), strict=True)]
    logits = [found.logits for found in passes if found.logits is not None]
    targets = [found.targets for found in passes if found.targets is not None]
    return Outlook(
        view=view,
        position=position,
        predictive=_predictive(view, question, sums) if sums else None,
        logits=np.concatenate(logits) if logits else None,
        targets=np.concatenate(targets, axis=-1) if targets else None,
    )


def _predictive(view: View, question: _Question, sums: Sequence["_Sums"]) -> Predictive | None:
    if sums[0].of_target.sum() == 0 or refusal(sums[0].effective, "what is given") is not None:
        return None
    whole, *without = (
        Predictive(
            chance(*part.of_target.tolist()), part.averages(question.alone, len(sums) > 1), view.n_draws
        )
        for part in sums
    )
    clamped, numbering = (view.inquiry.targets[0], *view.inquiry.clamped), DrawsFrom(0, view.n_draws)
    asked = () if view.inquiry.planned else question.together
    how = (sampled(view.inquiry, part, clamped, numbering) for part in asked)
    return replace(
        whole,
        sampled=next(filter(None, how), None),
        replicates=tuple(without),
        unseen=unseen_in_mean(1 / np.maximum(sums[0].effective, 1.0)),
        possible=sums[0].possible,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """Sums over draws: of the target (2,), and by variable (2, states) with it.

    Of variables that were asked alone they are (states,), without it. `effective` (draws,) are the numbers of
    samples that agree with what is given, `possible` is as in `Predictive`.
    """

    of_target: FloatArray
    tables: Mapping[int, FloatArray]
    effective: FloatArray
    possible: Mapping[int, BoolArray]

    def plus(self, other: "_Sums") -> "_Sums":
        """Add the sums over other draws."""
        tables = {variable: table + other.tables[variable] for variable, table in self.tables.items()}
        possible = {variable: here | other.possible[variable] for variable, here in self.possible.items()}
        effective = np.concatenate([self.effective, other.effective])
        return _Sums(self.of_target + other.of_target, tables, effective, possible)

    def averages(self, alone: Collection[int], by_chance: bool) -> dict[int, FloatArray]:
        """Return the joint tables with the target (2, states), each with sum 1.

        Tables that come of different samples, `by_chance`, are made to agree on the target.
        """
        of_target, tables = self.of_target[:, None], dict(self.tables)
        for variable in alone:
            tables[variable] = of_target * np.atleast_2d(tables[variable]).sum(axis=0)
        if by_chance:
            for variable, table in tables.items():
                known = table.sum(axis=1, keepdims=True)
                tables[variable] = table / np.where(known > 0, known, 1.0) * of_target
        return {variable: table / table.sum() for variable, table in tables.items()}


@dataclass(frozen=True, slots=True, eq=False)
class _Pass:
    """What a block of draws gives: sums, and without each batch where states are sampled.

    `logits` and `targets` are as in `Outlook`.
    """

    sums: tuple[_Sums, ...]
    logits: FloatArray | None
    targets: FloatArray | None


def _passes_of_block(
    inquiry: Inquiry, draw: Draws, questions: tuple[_Question, ...], block: BlockOfSeveral
) -> tuple[_Pass, ...]:
    together = zip(block[0], fill_together(inquiry, draw, block), strict=True)
    return tuple(_pass(inquiry, questions[worldview], filled) for worldview, filled in together)


def _pass(inquiry: Inquiry, question: _Question, filled: Filled) -> _Pass:
    network, target, given, planned = inquiry.network, inquiry.targets[0], inquiry.given, inquiry.planned
    also = inquiry.targets[1:] if question.draw_by_draw else ()
    first, *more = (
        joint(network, filled, given, target, (*part, *also), planned=planned)
        for part in question.together
    )
    others: list[Joint | Inference] = [*more]
    if question.alone and not planned:
        others.append(infer(network, filled, given, question.alone))
    batches = max(len(part.replicates) for part in (first, *others))
    targets = first.replicates or (first,) * batches
    rest = [part.replicates or (part,) * batches for part in others]
    sums = (_summed(*parts) for parts in ((first, *others), *zip(targets, *rest, strict=True)))
    with np.errstate(divide="ignore", invalid="ignore"):
        logits = None if first.replicates else np.log(first.target[1]) - np.log(first.target[0])
    by_draw = _targets_by_draw(inquiry, filled, first) if question.draw_by_draw else None
    return _Pass(tuple(sums), logits, by_draw)


def _targets_by_draw(inquiry: Inquiry, filled: Filled, given: Joint) -> FloatArray:
    """Return P(target state), (2, n_targets, 2, D): with what is assumed, and without."""
    rows = [given.target, *(given.marginals[target].sum(axis=0) for target in inquiry.targets[1:])]
    if inquiry.given == inquiry.observed:
        return np.array([rows, rows])
    seen = infer(inquiry.network, filled, inquiry.observed, inquiry.targets, planned=inquiry.planned)
    return np.array([rows, [seen.marginals[target] for target in inquiry.targets]])


def _summed(first: Joint, *others: Joint | Inference) -> _Sums:
    sums: dict[int, FloatArray] = {}
    can_be: dict[int, BoolArray] = {}
    effective = np.full(len(first.log_z), np.inf)
    for part in (first, *others):
        possible = np.isfinite(part.log_z)
        for variable, table in part.marginals.items():
            sums[variable] = table[..., possible].sum(axis=-1)
        for variable, states in part.possible.items():
            can_be[variable] = np.broadcast_to(states[..., 0], (2, states.shape[-2]))
        if part.effective is not None:
            effective = np.minimum(effective, part.effective)
    return _Sums(first.target[:, np.isfinite(first.log_z)].sum(axis=1), sums, effective, can_be)

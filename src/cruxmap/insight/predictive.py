"""The target together with every other variable, averaged over draws: what cruxes are read from."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from cruxmap.engine.jackknife import unseen_in_mean
from cruxmap.engine.network import BoolArray, DrawsFrom, FloatArray
from cruxmap.engine.planning import ancestors
from cruxmap.engine.queries import Inference, Joint, infer, joint
from cruxmap.insight.information import Chance, chance
from cruxmap.insight.sampled import Sampled, sampled
from cruxmap.insight.views import Block, Draws, View, fill_block, refusal
from cruxmap.network.inquiry import BLOCK_BYTES, Inquiry, draws_per_block


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

    def one_more(self, variable: int) -> Iterator["Predictive"]:
        """Yield the averages with one more sample, once for each entry of a variable's table that can be."""
        for target, state in np.argwhere(self.possible.get(variable, ())) if self.unseen else ():
            table, of_target = self.tables[variable].copy(), [self.target.no, self.target.yes]
            table[target, state] += self.unseen
            of_target[target] += self.unseen
            yield Predictive(chance(*of_target), {variable: table / table.sum()}, self.draws)


def predict(view: View, asked: Collection[int], connected: Collection[int]) -> Predictive | None:
    """Return the target with each of the variables asked about; `None` where what is given is impossible,
    or too few samples agree with it.

    Variables that are not `connected` with the target, on the graph, are independent of it: their tables are
    products. They, the target's ancestors and the rest are asked apart, which keeps each plan small.
    """
    if view.refused is not None:
        return None
    inquiry, network = view.inquiry, view.inquiry.network
    clamped = {inquiry.targets[0], *inquiry.clamped}
    above = set(ancestors(network, clamped))
    upper, lower = (
        tuple(variable for variable in asked if variable in connected and (variable in above) is upward)
        for upward in (True, False)
    )
    parts = _Parts(upper, lower, tuple(variable for variable in asked if variable not in connected))
    states = sum(len(network.variables[variable].states) for variable in asked)
    size = min(draws_per_block(inquiry), max(64, BLOCK_BYTES // (16 * (1 + states))))
    tasks = view.blocks(size)
    sums: list[_Sums] = []
    for (_, _, stop), found in zip(
        tasks, view.work.map(_sums_of_block, (inquiry, view.draw, parts), tasks), strict=True
    ):
        sums = [before.plus(more) for before, more in zip(sums, found, strict=True)] if sums else found
        view.tell("what each claim says", stop, view.n_draws)
    if sums[0].of_target.sum() == 0 or refusal(sums[0].effective, "what is given") is not None:
        return None
    whole, *without = (
        Predictive(
            chance(*part.of_target.tolist()), part.averages(parts.alone, len(sums) > 1), view.n_draws
        )
        for part in sums
    )
    how = (sampled(inquiry, part, clamped, DrawsFrom(0, view.n_draws)) for part in (upper, lower))
    return replace(
        whole,
        sampled=next(filter(None, how), None),
        replicates=tuple(without),
        unseen=unseen_in_mean(1 / np.maximum(sums[0].effective, 1.0)),
        possible=sums[0].possible,
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """Variables asked about together: ancestors of the target, others, and those independent of it."""

    upper: tuple[int, ...]
    lower: tuple[int, ...]
    alone: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """Sums over draws: of the target (2,), and by variable (2, states) with it.

    Of the variables that are independent of the target they are (states,), without it. `effective`
    (draws,) are the numbers of samples that agree with what is given, `possible` is as in `Predictive`.
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
            tables[variable] = of_target * tables[variable]
        if by_chance:
            for variable, table in tables.items():
                known = table.sum(axis=1, keepdims=True)
                tables[variable] = table / np.where(known > 0, known, 1.0) * of_target
        return {variable: table / table.sum() for variable, table in tables.items()}


def _sums_of_block(inquiry: Inquiry, draw: Draws, parts: _Parts, block: Block) -> list[_Sums]:
    """Return sums over the draws of a block, and, where states are sampled, the same without each batch."""
    network, target, given = inquiry.network, inquiry.targets[0], inquiry.given
    filled = fill_block(inquiry, draw, block)
    above = joint(network, filled, given, target, parts.upper)
    others: list[Joint | Inference] = []
    if parts.lower:
        others.append(joint(network, filled, given, target, parts.lower))
    if parts.alone:
        others.append(infer(network, filled, given, parts.alone))
    batches = max(len(part.replicates) for part in (above, *others))
    targets = above.replicates or (above,) * batches
    rest = [part.replicates or (part,) * batches for part in others]
    return [
        _summed(above, others),
        *(_summed(first, more) for first, *more in zip(targets, *rest, strict=True)),
    ]


def _summed(above: Joint, others: Sequence[Joint | Inference]) -> _Sums:
    sums: dict[int, FloatArray] = {}
    can_be: dict[int, BoolArray] = {}
    effective = np.full(len(above.log_z), np.inf)
    for part in (above, *others):
        possible = np.isfinite(part.log_z)
        for variable, table in part.marginals.items():
            sums[variable] = table[..., possible].sum(axis=-1)
        for variable, states in part.possible.items():
            can_be[variable] = np.broadcast_to(states[..., 0], (2, states.shape[-2]))
        if part.effective is not None:
            effective = np.minimum(effective, part.effective)
    return _Sums(above.target[:, np.isfinite(above.log_z)].sum(axis=1), sums, effective, can_be)

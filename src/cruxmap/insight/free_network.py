"""A map as a network in which no number is built in: any number may become any other, 0% and 100% too.

In: a model, and what is to be left out of its map. Out: a `FreeNetwork`, with one plan that asks and clamps
every entry. What stays open and travels rests on it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, chain

import numpy as np

from cruxmap.engine.exact_or_sampled import exactly
from cruxmap.engine.network import Evidence, FloatArray, IntArray, Network
from cruxmap.errors import InvalidMap
from cruxmap.language.argument_map import (
    AllOf,
    ArgumentMap,
    ClaimIs,
    Condition,
    During,
    Event,
    Ever,
    Question,
    StateIn,
    condition_text,
    mentioned,
)
from cruxmap.language.model_spec import ModelSpec
from cruxmap.network.inquiry import together
from cruxmap.network.lowering import lower, states_where


@dataclass(frozen=True, eq=False)
class FreeNetwork:
    """A map as a network in which no number is built in, with one plan that asks and clamps everything.

    `conditions` are those that have a variable of their own; `named` is what `State.marginals` is about.
    """

    argument_map: ArgumentMap
    network: Network
    conditions: Mapping[Condition, int]
    named: Mapping[str, Condition]

    @cached_property
    def everything(self) -> tuple[int, ...]:
        """The variables of all entries and conditions, in increasing order."""
        return tuple(sorted({*self.network.places.values(), *self.network.conditions}))

    @property
    def planned(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """What the plan asks, and what it clamps."""
        return self.everything, self.everything

    @cached_property
    def is_exact(self) -> bool:
        """Whether there is such a plan: the model may be sampled, and the map may be too wide."""
        if not self.network.exact:
            return False
        try:
            exactly(self.network, *self.planned)
        except InvalidMap:
            return False
        return True

    def evidence(self, conditions: Iterable[Condition]) -> Evidence:
        """Return what it is for all of these conditions to hold."""
        return together(tuple(self._where(part) for part in conjuncts(conditions)))

    def _where(self, condition: Condition) -> tuple[int, tuple[int, ...]]:
        if condition in self.conditions:
            return self.conditions[condition], (1,)
        if condition not in self._places:
            self._places[condition] = states_where(self.argument_map, self.network, condition)
        return self._places[condition]

    @cached_property
    def _places(self) -> dict[Condition, tuple[int, tuple[int, ...]]]:
        """The variables and states of conditions that were asked about."""
        return {}

    def other_states(self, variable: int, states: Iterable[int]) -> tuple[int, ...]:
        """Return all states of a variable but these."""
        return tuple(sorted({*range(len(self.network.variables[variable].states))} - {*states}))

    @cached_property
    def _reading(self) -> tuple[IntArray, IntArray]:
        """Where the states of each name are among those of everything, and where each name's first is."""
        sizes = [len(self.network.variables[v].states) for v in self.everything]
        start = dict(zip(self.everything, accumulate(sizes, initial=0), strict=False))
        places = [[start[v] + s for s in states] for v, states in map(self._where, self.named.values())]
        first = [*accumulate(map(len, places), initial=0)][:-1]
        return np.array([*chain.from_iterable(places)], np.int64), np.array(first, np.int64)

    def read(self, marginals: FloatArray) -> Mapping[str, float]:
        """Return the probability of each name by the marginals of everything, one after another."""
        places, first = self._reading
        return dict(zip(self.named, np.add.reduceat(marginals[places], first).tolist(), strict=True))


def lower_freely(
    model: ModelSpec, left_out: Iterable[str], conditions: Sequence[Condition]
) -> FreeNetwork:
    """Return the network of a model's map without what is `left_out`, arguments and routes by address.

    Each of the `conditions` has a variable of its own.
    """
    network = replace(lower(model.map, conditions, rejected=left_out), exact=model.exact is not False)
    variable = dict(zip(conditions, network.conditions, strict=True))
    targets = (model.target, *model.also)
    named = dict(_named(model.map)) | {target.name: target.condition for target in targets}
    return FreeNetwork(model.map, network, variable, named)


def conditions_of_its_own(model: ModelSpec, conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """Return what needs variables so that a network can say whether all these `conditions` hold.

    The model's targets have them, and so has each part of a condition that is about several entries.
    """
    own = dict.fromkeys(target.condition for target in (model.target, *model.also))
    own |= dict.fromkeys(about_several((*model.assuming, *model.observed)))
    others = {condition_text(part): part for part in about_several(conditions) if part not in own}
    return (*own, *(others[text] for text in sorted(others)))


def conjuncts(conditions: Iterable[Condition]) -> list[Condition]:
    """Return the conditions with every `all_of` taken apart."""
    found: list[Condition] = []
    for condition in conditions:
        found += conjuncts(condition.parts) if isinstance(condition, AllOf) else [condition]
    return found


def about_several(conditions: Iterable[Condition]) -> list[Condition]:
    """Return the parts of conditions that are about several entries, or about none."""
    return [part for part in conjuncts(conditions) if len(set(mentioned(part))) != 1]


def _named(argument_map: ArgumentMap) -> Iterator[tuple[str, Condition]]:
    """Yield what may be found of each entry: that it is true, in a state, or happens (in a phase)."""
    for name, entry in argument_map.entry.items():
        match entry:
            case Question(states=states):
                yield from ((f"{name}.{state}", StateIn(name, (state,))) for state in states)
            case Event(timeline=timeline):
                yield name, Ever(name)
                phases = argument_map.timeline[timeline].phases
                yield from ((f"{name}.{phase.id}", During(name, phase.id)) for phase in phases)
            case _:
                yield name, ClaimIs(name)

"""What could be learned: claims, states, phases, causes and arguments, and where they stand to the target.

Some are the target in other words, and learning them would say what the target is, not why.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

import numpy as np

from cruxmap.engine.network import FloatArray, IntArray
from cruxmap.insight.information import Chance, Crossing, chance
from cruxmap.insight.kinds import Kind, kind_of, parts_of
from cruxmap.insight.separation import (
    Graph,
    ancestors,
    connected,
    descendants,
    graph_of,
    open_judgements,
    without,
)
from cruxmap.language.argument_map import (
    AllOf,
    Claim,
    ClaimIs,
    Condition,
    Routes,
    StateIn,
    judgements_of,
    mentioned,
)
from cruxmap.network.inquiry import Inquiry

EQUIVALENT = 1e-12
"""How near 0 and 1 the target's chances are, either way, where a variable is the target in other words."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something whose truth could be learned: a variable and the state that counts as true.

    For a question as a whole `state` is `None`.
    """

    id: str
    variable: int
    state: int | None
    kind: Kind


def candidates_of(inquiry: Inquiry) -> tuple[Candidate, ...]:
    """Return everything that a ranking may list: all but the target, and what is assumed or observed."""
    model, places = inquiry.model, inquiry.network.places
    settled = set(chain.from_iterable(map(_fixed_by, (*model.assuming, *model.observed))))
    asked = set(_fixed_by(model.target.condition))
    parts: list[Candidate] = []

    def add(name: str, variable: int, state: int | None) -> None:
        parts.append(Candidate(name, variable, state, kind_of(model.map, name)))

    for claim in model.map.claims:
        if claim.about.id not in settled | asked:
            add(claim.about.id, places[claim.about.id], 1)
    known = settled_nodes(inquiry)
    for part in chain.from_iterable(map(parts_of, model.map.entry.values())):
        if places[part] not in known:
            add(part, places[part], 1)
    for question in model.map.questions:
        name = question.about.id
        if name in settled:
            continue
        if name not in asked:
            add(name, places[name], None)
        for number, state in enumerate(question.states):
            if model.target.condition != StateIn(name, (state,)):
                add(f"{name}.{state}", places[name], number)
    for argument in model.map.arguments:
        add(argument.about.id, places[argument.about.id], 1)
    return tuple(parts)


def _fixed_by(condition: Condition) -> Iterable[str]:
    """Yield the entries whose value a condition fixes when it holds."""
    match condition:
        case ClaimIs(claim=name) | StateIn(question=name, states=(_,)):
            yield name
        case AllOf(parts=parts):
            yield from chain.from_iterable(map(_fixed_by, parts))
        case _:
            return


def settled_nodes(inquiry: Inquiry) -> frozenset[int]:
    """Return the variables whose value is known: conditions that are given, and the entries they fix."""
    model, places = inquiry.model, inquiry.network.places
    names = chain.from_iterable(map(_fixed_by, (*model.assuming, *model.observed)))
    return frozenset({variable for variable, _ in inquiry.given} | {places[name] for name in names})


def places_bearing(inquiry: Inquiry) -> tuple[IntArray, ...]:
    """Return the places for numbers that are connected to each target, open or not, without their links."""
    settled = settled_nodes(inquiry)
    graph = graph_of(inquiry, np.arange(len(inquiry.network.addresses)), settled)
    return _bearing(graph, inquiry.targets, settled)


def places_bearing_in(inquiry: Inquiry) -> tuple[tuple[IntArray, ...], ...]:
    """Return the same for each worldview, without what has no force there as only others bring it."""
    settled, places = settled_nodes(inquiry), inquiry.network.places
    graph = graph_of(inquiry, np.arange(len(inquiry.network.addresses)), settled)
    column = {address: place for place, address in enumerate(inquiry.network.addresses)}
    entry = inquiry.model.map.entry
    found: dict[frozenset[str], tuple[IntArray, ...]] = {}
    idle = [
        frozenset(a for a in inquiry.model.map.brought if perspective.setting[a].not_brought)
        for perspective in inquiry.perspectives[: len(inquiry.model.worldviews)]
    ]
    for names in dict.fromkeys(idle):
        owned = {a: [a] if a not in entry else [j.address for j in judgements_of(entry[a])] for a in names}
        numbers = {-1 - column[address] for addresses in owned.values() for address in addresses}
        here = without(
            graph, {places[a] for a in names if a in places} | numbers, _of_causes(inquiry, graph, names)
        )
        found[names] = _bearing(here, inquiry.targets, settled)
    return tuple(found[names] for names in idle)


def _bearing(graph: Graph, targets: Iterable[int], settled: frozenset[int]) -> tuple[IntArray, ...]:
    reached = (connected(graph, target, settled) for target in targets)
    return tuple(np.array(sorted(-1 - node for node in nodes if node < 0), np.int64) for nodes in reached)


def _of_causes(inquiry: Inquiry, graph: Graph, idle: Iterable[str]) -> set[tuple[int, int]]:
    """Return the links by which claims rest on what idle causes alone rest on.

    The graph may have them beside the links by way of the causes.
    """
    argument_map, places = inquiry.model.map, inquiry.network.places
    causes: dict[str, set[str]] = {}
    for address in idle:
        if address not in argument_map.entry:
            causes.setdefault(argument_map.judgements[address].owner, set()).add(address)
    cut: set[tuple[int, int]] = set()
    for name, gone in causes.items():
        claim = argument_map.entry[name]
        assert isinstance(claim, Claim)
        assert isinstance(claim.basis, Routes)
        left = [route for route in claim.basis.routes if route.chance.address not in gone]
        whens = [claim.basis.when, *(route.when for route in left)]
        kept = {places[other] for when in whens if when is not None for other in mentioned(when)}
        for route in left:
            kept |= graph.parents.get(places.get(route.chance.address, -1), frozenset())
        for address in gone & places.keys():
            cut |= {(parent, places[name]) for parent in graph.parents[places[address]] - kept}
    return cut


@dataclass(frozen=True, slots=True)
class Position:
    """Where a worldview's entries stand to the target on the graph, as sets of nodes (see `separation`)."""

    connected: frozenset[int]
    downstream: frozenset[int]
    graph: Graph

    @property
    def movers(self) -> IntArray:
        """The uncertain judgements that are connected to the target, by column."""
        return np.array(sorted(-1 - node for node in self.connected if node < 0), dtype=np.int64)


def position_of(inquiry: Inquiry, worldview: int) -> Position:
    """Return what is connected to the target in a worldview, and what only follows from it."""
    model, places = inquiry.model, inquiry.network.places
    settled = settled_nodes(inquiry)
    graph = graph_of(inquiry, open_judgements(inquiry, worldview), settled)
    setting = inquiry.perspectives[worldview].setting
    idle = {name for name in places if name in setting and setting[name].rejected}
    graph = without(graph, {places[name] for name in idle}, _of_causes(inquiry, graph, idle))
    target = inquiry.targets[0]
    about = {places[name] for name in mentioned(model.target.condition)}
    below = descendants(graph, {target, *about}) - ancestors(graph, {target, *about})
    return Position(connected(graph, target, settled), below, graph)


def binary(table: FloatArray, state: int) -> FloatArray:
    """Return the (2, 2) joint table of the target and one state, from that of all the variable's states."""
    return np.stack([np.delete(table, state, axis=1).sum(axis=1), table[:, state]], axis=1)


def crossing(table: FloatArray, target: Chance) -> Crossing | None:
    """Return what a (2, 2) joint table says about target and claim; `None` where the claim is certain."""
    of_claim = table.sum(axis=0)
    if (of_claim <= 0).any():
        return None
    false, true = (chance(*map(float, table[:, state])) for state in (0, 1))
    return Crossing(target, true, false, chance(*map(float, of_claim)))


def is_target(joint: FloatArray, target: Chance) -> bool:
    """Tell whether a (2, 2) joint table is that of the target in other words, or of its opposite."""
    crossed = crossing(joint, target)
    if crossed is None:
        return False
    _, true, false, _ = crossed
    return max(true.no, false.yes) <= EQUIVALENT or max(true.yes, false.no) <= EQUIVALENT

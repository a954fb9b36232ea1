"""What a ranking of cruxes leaves out, and why: it would say what the target is, not why.

Left out are the target in other words, the other states of its own question, what follows from it, stages
that its definition settles, causes and phases that are the target by themselves, or all but, and what only
other worldviews bring.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from cruxmap.engine.network import FloatArray
from cruxmap.insight.by_definition import Supposed
from cruxmap.insight.candidates import EQUIVALENT, Candidate, Position, binary, crossing, is_target
from cruxmap.insight.information import Chance
from cruxmap.insight.kinds import Kind, is_state, parts_of
from cruxmap.insight.plain import Answer
from cruxmap.insight.predictive import Predictive
from cruxmap.insight.separation import descendants
from cruxmap.language.argument_map import ClaimIs, StateIn
from cruxmap.language.inheritance import Perspective
from cruxmap.network.inquiry import Inquiry

NEARLY_CERTAIN, NEARLY_GONE = 0.95, 1 / 20
"""A cause or phase all but is the target where the target's chance is at least the one with it, and without
it at most the other of what it was; or the other way round."""

SAME = "it is the target in other words"
OF_ITS_QUESTION = "it is a state of the question that the target is about"
FOLLOWS = "it follows from the target"
ALMOST = "it all but is the target"
BRINGS = "the target holds wherever it acts"
CONTAINS = "by definition it holds wherever the target does"
EXCLUDES = "by definition it never holds with the target"
CONTAINED = "by definition it never holds without the target"
COVERS = "by definition it holds wherever the target does not"
ELSEWHERE = "only another worldview brings it"


@dataclass(frozen=True, slots=True)
class LeftOutCrux(Answer):
    """Something that the ranking leaves out, and why."""

    id: str
    because: str


def left_out(
    inquiry: Inquiry,
    worldviews: Iterable[int],
    candidates: Sequence[Candidate],
    predictive: Predictive,
    position: Position,
) -> Mapping[str, str]:
    """Return why candidates are left out, by id; of definitions, what they say in all of the worldviews."""
    tables, p = predictive.tables, predictive.target
    same = {c.id for c in candidates if _is_target(tables[c.variable], c.state, p)}
    variables = {c.variable for c in candidates if c.id in same}
    after = position.downstream | descendants(position.graph, variables)
    its_own = {c.variable for c in candidates if c.id in same and c.state is None}
    if isinstance(inquiry.model.target.condition, StateIn):
        its_own.add(inquiry.network.places[inquiry.model.target.condition.question])
    perspectives = [inquiry.perspectives[worldview] for worldview in worldviews]
    parts = set(chain.from_iterable(map(parts_of, inquiry.model.map.entry.values())))
    by_definition = _by_definition(inquiry, perspectives, [c for c in candidates if c.kind is Kind.STAGE])

    elsewhere = {
        address
        for address in inquiry.model.map.brought
        if all(perspective.setting[address].not_brought for perspective in perspectives)
    }

    def reason(candidate: Candidate) -> str | None:
        if candidate.id in elsewhere:
            return ELSEWHERE
        if candidate.id in same:
            return SAME
        if candidate.variable in its_own and candidate.state is not None:
            return OF_ITS_QUESTION
        if candidate.id in by_definition:
            return by_definition[candidate.id]
        if candidate.variable in after:
            return FOLLOWS
        if candidate.id in parts and candidate.state is not None:
            return _as_a_part(binary(tables[candidate.variable], candidate.state), p)
        return None

    found = {candidate.id: reason(candidate) for candidate in candidates}
    return {name: why for name, why in found.items() if why is not None}


def _is_target(table: FloatArray, state: int | None, target: Chance) -> bool:
    """Tell whether a variable, or one state of it, says of the target exactly whether it holds."""
    if state is not None:
        return is_target(binary(table, state), target)
    of_state = table.sum(axis=0)
    smaller = table.min(axis=0)
    return bool((smaller[of_state > 0] <= EQUIVALENT * of_state[of_state > 0]).all())


def _by_definition(
    inquiry: Inquiry, perspectives: Iterable[Perspective], stages: Iterable[Candidate]
) -> dict[str, str]:
    """Return of stages that definitions settle once the target is known to hold, or to fail, how they do."""
    target = inquiry.model.target.condition
    found: dict[str, str] = {}
    for number, perspective in enumerate(perspectives):
        with_it, without = (Supposed(inquiry.model.map, perspective) for _ in range(2))
        with_it.suppose(target, True)
        without.suppose(target, False)
        here: dict[str, str] = {}
        for stage in stages:
            for supposed, ways in ((with_it, (EXCLUDES, CONTAINS)), (without, (CONTAINED, COVERS))):
                truth = _settled(supposed, stage)
                if truth is not None:
                    here.setdefault(stage.id, ways[truth])
        found = here if number == 0 else {name: why for name, why in found.items() if name in here}
    return found


def _settled(supposed: Supposed, stage: Candidate) -> bool | None:
    """Return whether a claim or a state holds; a question is settled where only one state is left.

    A cause is not sought: it is no more than what it needs.
    """
    name, _, state = stage.id.partition(".")
    if state and not is_state(supposed.argument_map, stage.id):
        return None
    if state:
        return supposed.truth(StateIn(name, (state,)))
    if stage.state is None:
        return True if len(supposed.states_of(name)) == 1 else None
    return supposed.truth(ClaimIs(name))


def _as_a_part(joint: FloatArray, target: Chance) -> str | None:
    """Say why a cause or phase with this joint table is left out: it brings the target, or all but is it."""
    crossed = crossing(joint, target)
    if crossed is None:
        return None
    if crossed.given_true.no <= EQUIVALENT:
        return BRINGS
    low, high = sorted((crossed.given_true.yes, crossed.given_false.yes))
    return ALMOST if high >= NEARLY_CERTAIN and low <= target.yes * NEARLY_GONE else None

"""A map in the terms of the Goal Structuring Notation: what its elements are, and which lines there are.

In: a model, and whose numbers. Out: a `GoalStructure`, which `present.gsn_drawing` draws. The notation is
that of the Assurance Case Working Group's community standard, version 3, with its dialectic extension: what
speaks against something challenges it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from cruxmap.exchange.plain_map import assumed_claims, seen_by
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    Argument,
    Claim,
    ClaimIs,
    Condition,
    Credence,
    Definition,
    Direction,
    Event,
    Judgement,
    OnArgument,
    Question,
    Routes,
    Rule,
    Table,
    condition_text,
    mentioned,
    mentioned_in,
)
from cruxmap.language.inheritance import NOBODY, settle
from cruxmap.language.judgement import notation_of
from cruxmap.language.model_spec import ModelSpec


class Shape(StrEnum):
    """The elements of the notation."""

    GOAL = "goal"
    COUNTER = "counter-goal"
    STRATEGY = "strategy"
    SOLUTION = "solution"
    CONTEXT = "context"
    ASSUMPTION = "assumption"


class Line(StrEnum):
    """Its relations: from what is supported, from what has a context, and from what is challenged."""

    SUPPORTED_BY = "is supported by"
    IN_CONTEXT_OF = "is in the context of"
    CHALLENGED_BY = "is challenged by"


@dataclass(frozen=True, slots=True)
class Element:
    """An element: what it is, its short name (`G1`), what it says, and notes on its numbers and sources.

    One is `undeveloped` that nothing supports and that needs support.
    """

    id: str
    shape: Shape
    name: str
    text: str
    notes: tuple[str, ...] = ()
    undeveloped: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    """A line between two elements, by their ids: `end` supports, surrounds or challenges `start`."""

    start: str
    line: Line
    end: str


@dataclass(frozen=True, slots=True)
class GoalStructure:
    """A map as a goal structure; `top` is the id of the goal that is asked about, if it is one."""

    title: str
    elements: tuple[Element, ...]
    relations: tuple[Relation, ...]
    top: str | None = None


def goal_structure(model: ModelSpec, worldview: str = MAP_WORLDVIEW) -> GoalStructure:
    """Return a model's map as a goal structure, with the map's own numbers or those of a worldview.

    Arguments that have no force there are not in it: those that it rejects, or that only others bring.
    """
    return _Structuring(model, worldview).structure()


_LETTERS = {
    Shape.GOAL: "G",
    Shape.COUNTER: "CG",
    Shape.STRATEGY: "S",
    Shape.SOLUTION: "Sn",
    Shape.CONTEXT: "C",
    Shape.ASSUMPTION: "A",
}


class _Structuring:
    """The state of making one structure."""

    def __init__(self, model: ModelSpec, worldview: str) -> None:
        self.model = model
        self.map = seen_by(model.map, worldview).map
        seen = settle(model.map, worldview).setting
        idle = {one.about.id for one in model.map.arguments if seen[one.about.id].rejected}
        self.entries = {
            id_: one
            for id_, one in self.map.entry.items()
            if id_ not in idle and one.about.brought_by is None
        }
        self.assumed = assumed_claims(model)
        self.elements: dict[str, Element] = {}
        self.relations: dict[Relation, None] = {}
        self.numbers = dict.fromkeys(Shape, 0)

    def structure(self) -> GoalStructure:
        """Make it: claims first, then what bears on them."""
        claims = [one for one in self.entries.values() if isinstance(one, Claim)]
        arguments = [one for one in self.entries.values() if isinstance(one, Argument)]
        argued = {on.owner for one in arguments for on in one.targets if one.direction is Direction.FOR}
        for claim in claims:
            self._claim(claim, claim.about.id in argued)
        for entry in self.entries.values():
            if isinstance(entry, Question | Event):
                self._context(entry)
        for argument in arguments:
            self._argument(argument)
        known = self.elements.keys()
        relations = [one for one in self.relations if {one.start, one.end} <= known]
        target = self.model.target.condition
        top = target.claim if isinstance(target, ClaimIs) else None
        title = self.map.title or self.map.id
        return GoalStructure(title, tuple(self.elements.values()), tuple(relations), top)

    def _add(
        self, id_: str, shape: Shape, text: str, notes: tuple[str, ...] = (), undeveloped: bool = False
    ) -> None:
        self.numbers[shape] += 1
        name = f"{_LETTERS[shape]}{self.numbers[shape]}"
        told = tuple(filter(None, notes))
        self.elements[id_] = Element(id_, shape, name, text, told, undeveloped)

    def _relate(self, start: str, line: Line, end: str) -> None:
        self.relations[Relation(start, line, end)] = None

    # --- claims and what surrounds them ---------------------------------------------------------------

    def _claim(self, claim: Claim, argued: bool) -> None:
        id_, basis = claim.about.id, claim.basis
        number = basis.judgement if isinstance(basis, Credence) else None
        note = f"credence {_written(number)}" if number is not None else ""
        if self._is_assumption(id_):
            self._add(id_, Shape.ASSUMPTION, claim.about.text, (note,))
            return
        bare = number is not None and not argued and not _is_certain(number)
        assumed = "assumed" if id_ in self.assumed else ""
        self._add(id_, Shape.GOAL, claim.about.text, (note, assumed), bare)
        if number is None:
            parts = basis.parts if isinstance(basis, Definition) else ()
            self._add(f"{id_}.strategy", Shape.STRATEGY, _by(basis), tuple(_states(parts)))
            self._relate(id_, Line.SUPPORTED_BY, f"{id_}.strategy")
            for name in dict.fromkeys(mentioned_in(claim)):
                self._lean(f"{id_}.strategy", name)

    def _is_assumption(self, id_: str) -> bool:
        """Whether the model assumes a claim of which nothing in the map says how it follows."""
        entry = self.entries.get(id_)
        return id_ in self.assumed and isinstance(entry, Claim) and isinstance(entry.basis, Credence)

    def _lean(self, id_: str, name: str) -> None:
        """Draw a line to what something rests on: support by a goal, context by anything else."""
        is_goal = isinstance(self.entries.get(name), Claim) and not self._is_assumption(name)
        self._relate(id_, Line.SUPPORTED_BY if is_goal else Line.IN_CONTEXT_OF, name)

    def _context(self, entry: Question | Event) -> None:
        notes: tuple[str, ...] = ()
        if isinstance(entry, Question):
            notes = (f"{', '.join(entry.states)}",)
        self._add(entry.about.id, Shape.CONTEXT, entry.about.text, notes)
        for name in dict.fromkeys(mentioned_in(entry)):
            if isinstance(self.entries.get(name), Claim):
                self._relate(entry.about.id, Line.IN_CONTEXT_OF, name)

    # --- arguments ------------------------------------------------------------------------------------

    def _argument(self, argument: Argument) -> None:
        id_, about = argument.about.id, argument.about
        notes = (*_numbers(argument), *_states(argument.premises))
        sources = [str(citation) for citation in about.citations]
        if argument.direction is not Direction.FOR:
            self._add(id_, Shape.COUNTER, about.text, (*notes, *sources))
        elif argument.premises or not sources:
            self._add(id_, Shape.STRATEGY, about.text, notes, not argument.premises and not sources)
            for number, source in enumerate(sources, 1):
                self._add(f"{id_}.source-{number}", Shape.SOLUTION, self._title(source), (source,))
                self._relate(id_, Line.SUPPORTED_BY, f"{id_}.source-{number}")
        else:
            self._add(id_, Shape.SOLUTION, about.text, (*notes, *sources))
        for name in dict.fromkeys(part for premise in argument.premises for part in mentioned(premise)):
            self._lean(id_, name)
        for target in argument.targets:
            line = Line.SUPPORTED_BY if argument.direction is Direction.FOR else Line.CHALLENGED_BY
            owner = target.owner
            if not isinstance(target, OnArgument) and f"{owner}.strategy" in self.elements:
                owner = f"{owner}.strategy"
            self._relate(owner, line, id_)

    def _title(self, citation: str) -> str:
        key = citation.partition("#")[0]
        return next((one.title for one in self.map.sources if one.id == key and one.title), key)


def _by(basis: object) -> str:
    """Say how a claim follows from others."""
    match basis:
        case Definition(rule=Rule.ALL_OF):
            return "It holds where all of these do"
        case Definition(rule=Rule.ANY_OF):
            return "It holds where any of these does"
        case Definition(count=count):
            return f"It holds where at least {count} of these do"
        case Routes():
            return "It comes about in any of several ways"
        case Table():
            return "How likely it is depends on these"
    raise TypeError(basis)


def _numbers(argument: Argument) -> Iterator[str]:
    """Yield an argument's numbers in words, those that somebody wrote."""
    word = "force" if argument.direction is Direction.UNDERCUTS else "strength"
    for name, judgement in (("sound", argument.credence), (word, argument.weight)):
        if not judgement.is_default:
            yield f"{name} {_written(judgement)}"


def _written(judgement: Judgement) -> str:
    """Return a number, and that it is nobody's if nobody gave it."""
    return notation_of(judgement.value) + ("" if judgement.elicited else f" ({NOBODY})")


def _states(premises: tuple[Condition, ...]) -> Iterator[str]:
    """Yield the premises, or parts of a definition, that say more than that a claim is true."""
    for premise in premises:
        if not (isinstance(premise, ClaimIs) and premise.value):
            yield f"if {condition_text(premise)}"


def _is_certain(judgement: Judgement) -> bool:
    return bool(getattr(judgement.value, "is_certain", False))

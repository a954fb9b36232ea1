"""What the map's definitions alone make true or false once one thing is supposed.

In: what a worldview holds for certain of its definitions, and a condition that is supposed to hold, or to
fail. Out: of any other condition whether it then holds, fails, or is left open. No number but 0% and 100%
counts, and no other basis but `all_of`, `any_of` and `at_least`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from cruxmap.language.argument_map import (
    AllOf,
    AnyOf,
    ArgumentMap,
    Claim,
    ClaimIs,
    Condition,
    Definition,
    Judgement,
    Not,
    Question,
    StateIn,
)
from cruxmap.language.inheritance import Perspective

type Truth = bool | None
"""Whether something holds; `None` where it is left open."""


@dataclass(frozen=True, slots=True)
class Supposed:
    """What is known of claims, of the states that questions may still have, and of other conditions."""

    argument_map: ArgumentMap
    perspective: Perspective
    claims: dict[str, bool] = field(default_factory=dict)
    states: dict[str, frozenset[str]] = field(default_factory=dict)
    others: dict[Condition, bool] = field(default_factory=dict)
    found: dict[str, Truth] = field(default_factory=dict)

    def suppose(self, condition: Condition, holds: bool) -> None:
        """Take it that a condition holds, or fails, with all that follows for what it is defined by."""
        match condition:
            case ClaimIs(claim=name, value=value):
                if self.claims.get(name) is not (value == holds):
                    self.claims[name] = value == holds
                    self._suppose_definition(name)
            case StateIn(question=name, states=states):
                left = self.states_of(name)
                self.states[name] = left & set(states) if holds else left - set(states)
            case Not(part=part):
                self.suppose(part, not holds)
            case AllOf(parts=parts):
                self._suppose_count(parts, len(parts), holds)
            case AnyOf(parts=parts):
                self._suppose_count(parts, 1, holds)
            case _:
                self.others[condition] = holds

    def truth(self, condition: Condition) -> Truth:
        """Return whether a condition holds then."""
        match condition:
            case ClaimIs(claim=name, value=value):
                known = self._truth_of_claim(name)
                return known if known is None else known == value
            case StateIn(question=name, states=states):
                left = self.states_of(name)
                return False if left.isdisjoint(states) else left <= set(states) or None
            case Not(part=part):
                known = self.truth(part)
                return known if known is None else not known
            case AllOf(parts=parts):
                return self._count(parts, len(parts))
            case AnyOf(parts=parts):
                return self._count(parts, 1)
            case _:
                return self.others.get(condition)

    def states_of(self, name: str) -> frozenset[str]:
        """Return the states that a question may still have."""
        question = self.argument_map.entry[name]
        assert isinstance(question, Question)
        return self.states.get(name, frozenset(question.states))

    def _suppose_definition(self, name: str) -> None:
        """Take the parts of a claim's definition to be as the claim lets them be."""
        match self.argument_map.entry[name]:
            case Claim(basis=Definition(parts=parts, count=count, if_met=if_met, otherwise=otherwise)):
                holds = self.claims[name]
                if self._is(otherwise if holds else if_met, not holds):
                    self._suppose_count(parts, count, holds)

    def _suppose_count(self, parts: tuple[Condition, ...], count: int, holds: bool) -> None:
        """Take it that at least `count` parts hold, or fewer, where that settles each of them."""
        if count == (len(parts) if holds else 1):
            for part in parts:
                self.suppose(part, holds)

    def _truth_of_claim(self, name: str) -> Truth:
        if name in self.claims:
            return self.claims[name]
        if name not in self.found:
            self.found[name] = None
            match self.argument_map.entry[name]:
                case Claim(basis=Definition(parts=parts, count=count, if_met=if_met, otherwise=otherwise)):
                    met = self._count(parts, count)
                    if met is not None and self._is(if_met if met else otherwise, met):
                        self.found[name] = met
        return self.found[name]

    def _count(self, parts: Iterable[Condition], count: int) -> Truth:
        """Return whether at least `count` parts hold."""
        known = [self.truth(part) for part in parts]
        if known.count(True) >= count:
            return True
        return False if len(known) - known.count(False) < count else None

    def _is(self, judgement: Judgement, certain: bool) -> bool:
        """Tell whether the worldview is certain of a number: of 100%, or of 0%."""
        value = self.perspective.setting[judgement.address].value
        return value.is_certain and (value.low == 1.0) == certain

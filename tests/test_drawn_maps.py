"""The drawn maps use the whole language: what they never contained would never be tested."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import pytest
from hypothesis import given, settings

from cruxmap.language.argument_map import (
    Argument,
    ArgumentMap,
    Combination,
    Definition,
    Elicited,
    Emergence,
    OnArgument,
    Override,
    PhaseChance,
    Routes,
    ShareOverride,
    ShareRow,
    Timeline,
    Worldview,
)
from helpers import drawn_maps

TYPES = (
    *("Credence", "Definition", "Routes", "Table", "ShareTable", "Gap", "Emergence", "Combination"),
    *("ClaimIs", "StateIn", "Before", "Within", "During", "ByEndOf", "Ever", "Not", "AllOf", "AnyOf"),
    *("OnClaim", "OnRoute", "OnPhase", "OnStates", "OnArgument"),
    *("SameAs", "Rest", "ShareOverride", "Stated"),
)
FORMS = (
    *("all_of", "any_of", "at_least", "gated routes", "leak", "later", "earlier", "several required"),
    *("gated phase", "tabled phase", "pace", "certain row", "several timelines", "interval", "certainty"),
    *("argument on several", "undercut of several", "undercut of an undercut", "premise", "voice"),
    *("extends", "rejects", "accepts", "single share", "override", "share mapping"),
)


def parts(value: object) -> Iterator[object]:
    """Yield every value inside a map, itself first."""
    yield value
    if is_dataclass(value):
        for field in fields(value):
            if field.init:
                yield from parts(getattr(value, field.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from parts(item)


def forms(part: object, argument_map: ArgumentMap) -> Iterator[str]:
    """Yield what is special about one part of a map."""
    match part:
        case Definition(rule=rule):
            yield rule.value
        case Routes(when=when, leak=leak):
            yield from ["gated routes"] * (when is not None) + ["leak"] * (not leak.is_default)
        case Combination(latest=latest):
            yield "later" if latest else "earlier"
        case Emergence(requires=requires):
            yield from ["several required"] * (len(requires) > 1)
        case PhaseChance(when=when, rows=rows, pace=pace):
            yield from ["gated phase"] * (when is not None) + ["tabled phase"] * (len(rows) > 1)
            yield from ["pace"] * (not pace.is_default)
        case ShareRow(shares=shares):
            yield from ["certain row"] * all(
                isinstance(s.value, Elicited) and s.value.is_certain for s in shares
            )
        case Elicited(is_point=is_point, is_certain=is_certain):
            yield from ["interval"] * (not is_point) + ["certainty"] * is_certain
        case Argument(targets=targets, premises=premises, by=by):
            undercuts = [t for t in targets if isinstance(t, OnArgument)]
            several = len(targets) > 1
            yield from ["undercut of several" if undercuts else "argument on several"] * several
            yield from ["premise"] * bool(premises) + ["voice"] * bool(by)
            for target in undercuts:
                undercut = argument_map.entry[target.owner]
                assert isinstance(undercut, Argument)
                yield from ["undercut of an undercut"] * isinstance(undercut.targets[0], OnArgument)
        case Worldview(extends=extends, rejects=rejects, accepts=accepts):
            yield from (
                ["extends"] * bool(extends) + ["rejects"] * bool(rejects) + ["accepts"] * bool(accepts)
            )
        case Override(address=address):
            yield "single share" if argument_map.judgements[address].role == "share" else "override"
        case ShareOverride():
            yield "share mapping"
        case ArgumentMap(timelines=(Timeline(), Timeline(), *_)):
            yield "several timelines"


@pytest.mark.long
def test_every_construct_is_drawn() -> None:
    """At least three times, of each type and in each form, in the parts of 300 maps."""
    seen: Counter[str] = Counter()

    @settings(max_examples=300, derandomize=True, database=None)
    @given(drawn_maps.drafts())
    def look(drawn: drawn_maps.Draft) -> None:
        argument_map = drawn.read()
        for part in parts(argument_map):
            seen[type(part).__name__] += 1
            seen.update(forms(part, argument_map))

    look()
    assert {construct for construct in (*TYPES, *FORMS) if seen[construct] < 3} == set()

"""What to ask of a map that nobody has asked anything of yet.

In: a map. Out: a target, as a model's file has it.
"""

from collections.abc import Iterable, Mapping

from cruxmap.language.argument_map import (
    Argument,
    ArgumentMap,
    Claim,
    ClaimIs,
    Definition,
    Entry,
    Question,
)
from cruxmap.language.checks import dependencies
from cruxmap.language.yaml_writing import Plain


def sensible_target(argument_map: ArgumentMap) -> Plain:
    """Return as a condition what a map leads to: what nothing rests on, and most leads to; the last of
    these. A claim that only denies another one is asked for by way of that one.

    Of a question it is the first state; of an event, that it ever happens.
    """
    rests_on = dependencies(argument_map)
    asked = {
        id_: entry
        for id_, entry in argument_map.entry.items()
        if not isinstance(entry, Argument) and not _only_denies(entry)
    }
    below = {
        name
        for id_, names in rests_on.items()
        if not _only_denies(argument_map.entry[id_])
        for name in names
    }
    ids = [id_ for id_ in asked if id_ not in below] or list(asked)
    last = max(reversed(ids), key=lambda id_: _count_below(id_, rests_on))
    entry = argument_map.entry[last]
    if isinstance(entry, Question):
        return {last: entry.states[0]}
    return last if entry in argument_map.claims else {"event": last, "ever": "true"}


def _only_denies(entry: Entry) -> bool:
    match entry:
        case Claim(basis=Definition(parts=(ClaimIs(value=False),), if_met=met, otherwise=other)):
            return met.is_default and other.is_default
    return False


def _count_below(id_: str, rests_on: Mapping[str, Iterable[str]]) -> int:
    seen, ahead = {id_}, [id_]
    while ahead:
        new = [name for name in rests_on[ahead.pop()] if name not in seen]
        seen.update(new)
        ahead += new
    return len(seen)

"""What to ask of a map that nobody has asked anything of yet.

In: a map. Out: a target, as a model's file has it.
"""

from collections.abc import Iterable, Mapping

from cruxmap.language.argument_map import Argument, ArgumentMap, Question
from cruxmap.language.checks import dependencies
from cruxmap.language.yaml_writing import Plain


def sensible_target(argument_map: ArgumentMap) -> Plain:
    """Return as a condition what a map leads to: what nothing rests on, and most leads to; the last of
    these.

    Of a question it is the first state; of an event, that it ever happens.
    """
    rests_on = dependencies(argument_map)
    below = {id_ for names in rests_on.values() for id_ in names}
    ids = [
        id_
        for id_, entry in argument_map.entry.items()
        if id_ not in below and not isinstance(entry, Argument)
    ]
    ids = ids or [id_ for id_, one in argument_map.entry.items() if not isinstance(one, Argument)]
    last = max(reversed(ids), key=lambda id_: _count_below(id_, rests_on))
    entry = argument_map.entry[last]
    if isinstance(entry, Question):
        return {last: entry.states[0]}
    return last if entry in argument_map.claims else {"event": last, "ever": "true"}


def _count_below(id_: str, rests_on: Mapping[str, Iterable[str]]) -> int:
    seen, ahead = {id_}, [id_]
    while ahead:
        new = [name for name in rests_on[ahead.pop()] if name not in seen]
        seen.update(new)
        ahead += new
    return len(seen)

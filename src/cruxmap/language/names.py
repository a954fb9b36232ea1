"""What names stand for, and which known name was probably meant by one that nobody knows.

Looking for the nearest name has a bounded cost, however many and long the names are.
"""

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from heapq import nlargest
from itertools import islice
from types import MappingProxyType

from cruxmap.errors import Code, Hint, InvalidMap, Problem
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    Argument,
    ArgumentMap,
    Claim,
    Entry,
    Event,
    Question,
)
from cruxmap.language.yaml_text import joined

# --- the nearest name ---------------------------------------------------------------------------

MAX_LENGTH = 100
MAX_COMPARED = 2_000
MAX_FINALISTS = 8
"""A longer name is no misspelling. So many names are compared, and so many of them closely."""


def nearest(name: str, known: Iterable[str], at_least: float = 0.6) -> str | None:
    """Return the known name most like `name`, `None` if none is `at_least` as like (1: equal).

    Names that share many letters and pairs of letters come into the closer choice, which is `difflib`'s.
    """
    if len(name) > MAX_LENGTH:
        return None
    return next(iter(difflib.get_close_matches(name, _finalists(name, known), 1, at_least)), None)


def _finalists(name: str, known: Iterable[str]) -> list[str]:
    """Return the names that share the most letters and pairs of letters with one."""
    parts = _letters(name)
    short = islice((other for other in known if len(other) <= MAX_LENGTH), MAX_COMPARED)
    return nlargest(MAX_FINALISTS, short, key=lambda other: len(parts & _letters(other)))


@lru_cache(maxsize=4096)
def _letters(name: str) -> frozenset[str]:
    return frozenset((*name, *map(str.__add__, name, name[1:])))


def meant(written: str, instead: str) -> Hint:
    """Return the hint that something else was meant than what is written."""
    return Hint(f"did you mean `{instead}`?", written, instead)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a hint with the names nearest to one that is not known: alike in spelling, or with it as a part.

    >>> did_you_mean("team", ["team-can-rust", "a-small-team", "other"])
    'did you mean `team-can-rust` or `a-small-team`?'
    """
    known = tuple(dict.fromkeys(known))
    if (near := nearest(name, known)) is not None:
        return meant(name, near)
    like = [one for one in known if name and name in one][:3]
    return f"did you mean {' or '.join(f'`{one}`' for one in like)}?" if like else ""


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return a hint that helps whoever typed a name that is not known, however far it is from all that are.

    >>> suggestion("zebra", ["ann", "bob"]), suggestion("bobby", ["ann", "bob"])
    ('known: `ann`, `bob`', 'did you mean `bob`?')
    """
    known = tuple(dict.fromkeys(known))
    if likely := did_you_mean(name, known):
        return likely
    if len(known) <= MAX_FINALISTS:
        return f"known: {joined(known)}" if known else ""
    return f"the nearest are {joined(_finalists(name[:MAX_LENGTH], known)[:3])}"


def with_and(names: Iterable[str]) -> str:
    """Write names one behind the other, at least one: with commas, and the last one with "and".

    >>> with_and(["a", "b", "c"])
    'a, b and c'
    """
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last


# --- what ids stand for -------------------------------------------------------------------------


class Kind(StrEnum):
    """What an id of a map stands for."""

    CLAIM = "claim"
    QUESTION = "question"
    EVENT = "event"
    ARGUMENT = "argument"


SECTIONS: Mapping[str, Kind] = MappingProxyType(
    {
        "claims": Kind.CLAIM,
        "questions": Kind.QUESTION,
        "events": Kind.EVENT,
        "arguments": Kind.ARGUMENT,
    }
)
"""The sections of a map's files that hold entries, and what these are."""

BROUGHT = ("claims", "questions", "arguments")
"""Those that a worldview's file may have, too."""

KIND_OF = {Claim: Kind.CLAIM, Question: Kind.QUESTION, Event: Kind.EVENT, Argument: Kind.ARGUMENT}

MAX_COMPARISONS = 40_000
"""How many ids the misspelt ids of one map are compared with, all together. It keeps reading linear."""


@dataclass(slots=True)
class Names:
    """What the ids of a map stand for, from its shapes or from a finished map.

    `broken` holds ids of entries with problems of their own: what they lack is not reported again.
    `complete` is false where a file or section could not be read, so that an id may yet exist. `typed` is
    true where somebody typed the names that are looked up. `elsewhere` has the ids that are not here but in
    the maps of files that were taken in, and says in which file.
    """

    kinds: Mapping[str, Kind]
    states: Mapping[str, Collection[str]]
    timeline_of: Mapping[str, str]
    phases: Mapping[str, Collection[str]]
    broken: set[str] = field(default_factory=set)
    complete: bool = True
    comparisons: int = 0
    typed: bool = False
    elsewhere: Mapping[str, str] = MappingProxyType({})

    def nearest(self, name: str, known: Iterable[str]) -> str:
        """Return a hint that names the nearest of the known ids, or the file that has this one, or none."""
        if (owner := name.partition(".")[0]) in self.elsewhere:
            return f"`{owner}` is in {self.elsewhere[owner]}"
        if self.comparisons > MAX_COMPARISONS:
            return ""
        apart = max(3, len(name) // 3)  # in length
        near_in_length = (other for other in known if abs(len(other) - len(name)) <= apart)
        pool = list(islice(near_in_length, MAX_COMPARED))
        self.comparisons += len(pool)
        near = nearest(name, pool)
        return meant(name, near) if near else ""

    def suggestion(self, name: str, known: Iterable[str]) -> str:
        """Return the same hint, or, where somebody typed the name, what they may have meant."""
        return suggestion(name, known) if self.typed else self.nearest(name, known)


def names_of(argument_map: ArgumentMap) -> Names:
    """Return the names of a finished map, in which somebody looks up what they typed."""
    return Names(
        typed=True,
        kinds={id_: KIND_OF[type(entry)] for id_, entry in argument_map.entry.items()},
        states={q.about.id: dict.fromkeys(q.states) for q in argument_map.questions},
        timeline_of={e.about.id: e.timeline for e in argument_map.events},
        phases={t.about.id: dict.fromkeys(p.id for p in t.phases) for t in argument_map.timelines},
    )


# --- names that somebody typed ------------------------------------------------------------------


def checked_worldview(argument_map: ArgumentMap, name: str) -> str:
    """Return the name, if it is a worldview of the map or `map`; raise `InvalidMap` with the nearest one."""
    known = (MAP_WORLDVIEW, *argument_map.worldview)
    if name in known:
        return name
    hint = did_you_mean(name, known) or f"known: {', '.join(known)}"
    raise InvalidMap((Problem(Code.UNKNOWN_WORLDVIEW, f"there is no worldview `{name}`", hint=hint),))


def checked_address(argument_map: ArgumentMap, address: str) -> str:
    """Return the address, if a judgement of the map is at it; raise `InvalidMap` with the nearest one."""
    if any(is_at(known, address) for known in argument_map.judgements):
        return address
    known = (*argument_map.entry, *argument_map.judgements)
    message = f"there is no judgement `{address}`"
    raise InvalidMap((Problem(Code.UNKNOWN_ADDRESS, message, hint=suggestion(address, known)),))


def is_at(address: str, name: str) -> bool:
    """Tell whether a judgement's address is `name`, or one of the entry, row or phase with that name."""
    return address == name or address.startswith((f"{name}.", f"{name}#"))


def find_entry(argument_map: ArgumentMap, address: str) -> Entry:
    """Return the entry that an address is or belongs to; raises InvalidMap where there is none."""
    if address in argument_map.entry:
        return argument_map.entry[address]
    if address in argument_map.judgements:
        return argument_map.entry[argument_map.judgements[address].owner]
    hint = suggestion(address, (*argument_map.entry, *argument_map.judgements))
    raise InvalidMap((Problem(Code.UNKNOWN_ADDRESS, f"there is no `{address}` in the map", hint=hint),))

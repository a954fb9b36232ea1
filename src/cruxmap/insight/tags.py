"""What of an answer is about entries with a tag.

In: a map, and tags. Out: a `Tagged`, which keeps the entries that have one of them, and what any answer says
of these. Numbers stay as they are: of the whole map.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from cruxmap.errors import Code, InvalidMap, Problem
from cruxmap.insight.plain import Answer
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.language.names import did_you_mean
from cruxmap.language.yaml_text import joined


def tags_of(argument_map: ArgumentMap) -> tuple[str, ...]:
    """Return the tags of a map's entries, in the order of the entries."""
    return tuple(dict.fromkeys(tag for entry in argument_map.entry.values() for tag in entry.about.tags))


def tagged(argument_map: ArgumentMap, tags: tuple[str, ...]) -> "Tagged":
    """Return what keeps the entries that have one of the tags; everything, where there are none.

    Raises `InvalidMap` for a tag that no entry has.
    """
    known = tags_of(argument_map)
    problems = [
        Problem(
            Code.UNKNOWN_TAG,
            f"no entry has the tag `{tag}`",
            hint=did_you_mean(tag, known)
            or (f"its tags are {joined(known)}" if known else "none has any"),
        )
        for tag in dict.fromkeys(tags)
        if tag not in known
    ]
    if problems:
        raise InvalidMap(tuple(problems))
    return Tagged(argument_map, tuple(dict.fromkeys(tags)))


@dataclass(frozen=True, eq=False)
class Tagged:
    """Keeps what is about an entry with one of some tags. Without tags it keeps everything."""

    map: ArgumentMap
    tags: tuple[str, ...]

    @cached_property
    def ids(self) -> frozenset[str]:
        """The entries that are kept."""
        entries = self.map.entry.items()
        return frozenset(
            name for name, one in entries if not self.tags or {*self.tags} & {*one.about.tags}
        )

    @property
    def which(self) -> str:
        """Say which entries are kept; empty where that is every one."""
        return f"those tagged {' or '.join(self.tags)}" if self.tags else ""

    @property
    def said(self) -> str:
        """Say under what is shown that it is of some entries alone; empty where it is of every one."""
        return f"of the entries, only {self.which}; numbers are of the whole map" if self.tags else ""

    def has(self, name: str) -> bool:
        """Tell whether what is at an id or address is kept; what belongs to no entry is."""
        owner = name if name in self.map.entry else re.split("[.#]", name, maxsplit=1)[0]
        return owner in self.ids or owner not in self.map.entry

    def of[T](self, answer: T) -> T:
        """Return an answer without the rows of its lists that are about other entries."""
        return self._kept(answer) if self.tags else answer

    def _kept(self, value: Any) -> Any:
        if isinstance(value, Answer) and is_dataclass(value):
            parts = {field.name: getattr(value, field.name) for field in fields(value)}
            kept = {
                name: tuple(filter(self.has, part)) if name in value.names else self._kept(part)
                for name, part in parts.items()
            }
            return replace(value, **{name: part for name, part in kept.items() if part is not parts[name]})
        if type(value) is tuple:  # and no named one, which is a row itself
            return tuple(
                one if self._is_about(one) else self._kept(one) for one in value if self._stays(one)
            )
        if isinstance(value, Mapping) and any(isinstance(part, Answer) for part in value.values()):
            return MappingProxyType({name: self._kept(part) for name, part in value.items()})
        return value

    def _stays(self, row: Any) -> bool:
        if isinstance(row, Answer) and row.of_whole_map:
            return False
        return not self._is_about(row) or self.has(_name_of(row))

    @staticmethod
    def _is_about(row: Any) -> bool:
        return isinstance(row, Answer) and _name_of(row) != ""


def _name_of(row: Any) -> str:
    return str(getattr(row, "id", "") or getattr(row, "address", ""))

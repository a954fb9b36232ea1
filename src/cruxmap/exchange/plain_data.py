"""Data of a map's file, as readers and writers of all formats take it apart.

One thing stands alone, and several in a list. An argument has one of the keys that lead to a target.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cruxmap.errors import Problem
from cruxmap.language.schema import ArgumentShape
from cruxmap.language.yaml_text import Items, parse_text
from cruxmap.language.yaml_writing import Plain, without_places

type Data = dict[str, Any]
"""A mapping of a file whose shape is told elsewhere: texts, lists and mappings."""

DIRECTIONS = ArgumentShape.EITHER
"""Keys of an argument under which its targets are: it has one of them."""


def listed(said: Any) -> list[Any]:
    """Return what is said of one thing or of several as a list."""
    return [said] if isinstance(said, str | Mapping) else [*said]


def one_or_all(parts: Iterable[Any]) -> Any:
    """Return the only part as it is, and any other number of them as a list: what `listed` takes back."""
    several = [*parts]
    return several[0] if len(several) == 1 else several


def words_in(value: Plain) -> Iterator[str]:
    """Yield all texts of a value, its keys too."""
    match value:
        case str():
            yield value
        case Mapping():
            for key, part in value.items():
                yield key
                yield from words_in(part)
        case _:
            for part in value:
                yield from words_in(part)


def one_value(text: str) -> tuple[Plain | None, tuple[Problem, ...]]:
    """Return what a text says that stands for one value of a file, as `yaml_writing.flow` writes these.

    None where it is no such text, with what is wrong with it if anything is.
    """
    parsed = parse_text(f"- {text}\n", "")
    if parsed.problems or not isinstance(parsed.root, Items) or len(parsed.root) != 1:
        return None, parsed.problems
    return without_places(parsed.root[0]), ()

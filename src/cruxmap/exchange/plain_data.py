"""Data of a map's file, as readers and writers of all formats take it apart.

One thing stands alone, and several in a list. An argument has one of the keys that lead to a target.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from cruxmap.language.schema import ArgumentShape

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

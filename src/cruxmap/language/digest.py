"""A short name for what a map says, and for what is asked about it, for results and below pictures."""

import hashlib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache

from cruxmap.language.argument_map import ArgumentMap
from cruxmap.language.model_spec import ModelSpec


def digest_of_question(model: ModelSpec) -> str:
    """Return 16 hexadecimal digits that change when what is asked changes, or what the map says.

    It makes no difference for which of the map's worldviews it is asked, or what is expected of the answer.
    """
    hashing = hashlib.sha256(digest(model.map).encode())
    for field in fields(model):
        if field.compare and field.name not in {"map", "worldviews", "expect"}:
            hashing.update(f"\n{field.name} {_text(getattr(model, field.name))}".encode())
    return hashing.hexdigest()[:16]


def digest(argument_map: ArgumentMap) -> str:
    """Return 16 hexadecimal digits that change when what the map says changes.

    Places in files, notations (`5%` or `0.05`) and the order of entries make no difference; so neither
    does splitting or merging files. The order of rows, phases and states is meaning and counts.
    """
    hashing = hashlib.sha256()
    for part in _parts(argument_map):
        hashing.update(part.encode())
        hashing.update(b"\n")
    return hashing.hexdigest()[:16]


def _parts(argument_map: ArgumentMap) -> Iterator[str]:
    yield f"map {argument_map.title!r} {argument_map.text!r}"
    for field in fields(argument_map):
        entries = getattr(argument_map, field.name)
        if field.compare and isinstance(entries, tuple):
            yield field.name
            yield from sorted(map(_text, entries))


def _text(value: object) -> str:
    """Write a value with all that counts for its equality."""
    if is_dataclass(value) and not isinstance(value, type):
        parts = ",".join(_text(getattr(value, name)) for name in _compared(type(value)))
        return f"{type(value).__name__}({parts})"
    if isinstance(value, tuple):
        return f"[{','.join(map(_text, value))}]"
    return repr(value)


@cache
def _compared(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.compare)

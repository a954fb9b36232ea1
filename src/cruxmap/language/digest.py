"""A short name for what a map says, and for what is asked about it, for results and below pictures."""

import hashlib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import cache

from cruxmap.language.argument_map import Argument, ArgumentMap, Claim, Entry, MadeFrom, Question, Routes
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


def state_of(argument_map: ArgumentMap) -> MadeFrom:
    """Return digests of the map and of each of its entries, without its worldviews and what they bring.

    So a worldview that is added, changed or taken away makes no difference. An entry's digest has 8
    hexadecimal digits and changes with its sentence, its sources, its numbers and what it rests on.
    """
    bare = replace(
        argument_map,
        claims=tuple(map(_without_brought_routes, _own(argument_map.claims))),
        questions=_own(argument_map.questions),
        arguments=_own(argument_map.arguments),
        worldviews=(),
    )
    return MadeFrom(digest(bare), tuple((id_, _short(entry)) for id_, entry in bare.entry.items()))


def _own[E: (Claim, Question, Argument)](entries: tuple[E, ...]) -> tuple[E, ...]:
    return tuple(entry for entry in entries if entry.about.brought_by is None)


def _without_brought_routes(claim: Claim) -> Claim:
    match claim.basis:
        case Routes(routes=routes) as basis:
            own = tuple(route for route in routes if route.brought_by is None)
            return replace(claim, basis=replace(basis, routes=own))
        case _:
            return claim


def _short(entry: Entry) -> str:
    return hashlib.sha256(_text(entry).encode()).hexdigest()[:8]


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

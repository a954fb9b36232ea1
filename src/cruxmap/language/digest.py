"""A short name for what a map says, and for what is asked about it, for results and below pictures."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from typing import Any

from cruxmap.language.argument_map import (
    About,
    Argument,
    ArgumentMap,
    Claim,
    Entry,
    MadeFrom,
    Question,
    Routes,
    Worldview,
)
from cruxmap.language.model_spec import ModelSpec

DIGITS_OF_A_MAP = 16
DIGITS_OF_AN_ENTRY = 8


def digest_of_question(model: ModelSpec) -> str:
    """Return 16 hexadecimal digits that change when what is asked changes, or what the map says.

    It makes no difference for which of the map's worldviews it is asked, or what is expected of the answer.
    """
    hashing = hashlib.sha256(digest(model.map).encode())
    for field in fields(model):
        if field.compare and field.name not in {"map", "worldviews", "expect"}:
            hashing.update(f"\n{field.name} {_text(getattr(model, field.name))}".encode())
    return hashing.hexdigest()[:DIGITS_OF_A_MAP]


def digest(argument_map: ArgumentMap) -> str:
    """Return 16 hexadecimal digits that change when what the map says changes.

    Places in files, notations (`5%` or `0.05`) and the order of entries make no difference; so neither
    does splitting or merging files; nor do tags. The order of rows, phases and states counts.
    """
    hashing = hashlib.sha256()
    for part in _parts(argument_map):
        hashing.update(part.encode())
        hashing.update(b"\n")
    return hashing.hexdigest()[:DIGITS_OF_A_MAP]


def state_of(argument_map: ArgumentMap) -> MadeFrom:
    """Return digests of the map and of each of its entries, as if there were no worldviews.

    That of the map is without all that worldviews bring, and those of claims without the routes that they
    bring. So a worldview that is added, changed or taken away makes no difference to them. An entry's digest
    changes with its sentence, its sources, its numbers and what it rests on. Brought entries have one too.
    """
    claims = tuple(map(_without_brought_routes, argument_map.claims))
    bare = replace(
        argument_map,
        claims=_own(claims),
        questions=_own(argument_map.questions),
        arguments=_own(argument_map.arguments),
        worldviews=(),
    )
    stripped = {claim.about.id: claim for claim in claims}
    entries = ((id_, stripped.get(id_, entry)) for id_, entry in argument_map.entry.items())
    return MadeFrom(digest(bare), tuple((id_, _short(entry)) for id_, entry in entries))


@dataclass(frozen=True, slots=True)
class MadeSince:
    """What has become of the map since a worldview was made from it.

    Of the entries that the worldview says it speaks of, if it says that (`tells_entries`), `changed` are
    there and say something else, and `gone` are not there. `other_map` tells whether the map is another one,
    be it elsewhere. `now` is the map's state.
    """

    tells_entries: bool
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    other_map: bool
    now: MadeFrom

    def to_json(self) -> dict[str, Any]:
        """Return it under the names of its fields, without the map's state."""
        return {
            "tells_entries": self.tells_entries,
            "changed": list(self.changed),
            "gone": list(self.gone),
            "other_map": self.other_map,
        }


def since_made(
    worldview: Worldview, argument_map: ArgumentMap, now: MadeFrom | None = None
) -> MadeSince | None:
    """Return what has changed since a worldview was made; `None` where it does not say from what.

    `now` is the map's state, where that is known.
    """
    made = worldview.made_from
    if made is None:
        return None
    now = now or state_of(argument_map)
    states = dict(now.entries)
    return MadeSince(
        tells_entries=bool(made.entries),
        changed=tuple(id_ for id_, state in made.entries if states.get(id_, state) != state),
        gone=tuple(id_ for id_, _ in made.entries if id_ not in states),
        other_map=made.map != now.map,
        now=now,
    )


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
    return hashlib.sha256(_text(entry).encode()).hexdigest()[:DIGITS_OF_AN_ENTRY]


def _parts(argument_map: ArgumentMap) -> Iterator[str]:
    yield f"map {argument_map.title!r} {argument_map.text!r}"
    for field in fields(argument_map):
        entries = getattr(argument_map, field.name)
        if field.compare and isinstance(entries, tuple):
            yield field.name
            yield from sorted(map(_text, entries))


def _text(value: object) -> str:
    """Write a value with all that counts for its equality, but for tags, which say nothing of the matter."""
    if isinstance(value, About) and value.tags:
        value = replace(value, tags=())
    if is_dataclass(value) and not isinstance(value, type):
        parts = [_text(getattr(value, name)) for name in _compared(type(value))]
        for name, default in _later(type(value)).items():
            if getattr(value, name) != default:
                parts.append(f"{name}={_text(getattr(value, name))}")
        return f"{type(value).__name__}({','.join(parts)})"
    if isinstance(value, tuple):
        return f"[{','.join(map(_text, value))}]"
    return repr(value)


@cache
def _compared(kind: type) -> tuple[str, ...]:
    later = _later(kind)
    return tuple(field.name for field in fields(kind) if field.compare and field.name not in later)


@cache
def _later(kind: type) -> dict[str, Any]:
    """Map the fields that came later to what stands there where nothing is said, and no digest names them."""
    return {field.name: field.default for field in fields(kind) if field.metadata.get("later")}

"""Where in the data of a map's file each number of an entry stands, by its address.

In: an entry as a file has it, in lists and mappings that may be changed. Out: a `NumberAt` for each number
that has an address, those too that are left out and have a default.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cruxmap.exchange.plain_data import Data
from cruxmap.language.argument_map import Role
from cruxmap.language.context import OTHERWISE

_DEFINITIONS = ("all_of", "any_of", "at_least")


@dataclass(frozen=True, slots=True)
class NumberAt:
    """The place of a number: the mapping and the key under which it stands, and what it says."""

    holder: Data
    key: str
    role: Role

    @property
    def text(self) -> str:
        """The number in the language's notation; empty where it is left out, or what is there is none."""
        said = self.holder.get(self.key, "")
        said = said.get("value", "") if isinstance(said, Mapping) else said
        return said if isinstance(said, str) else ""

    def put(self, text: str) -> None:
        """Put another number there. What was said of the old one beside it goes, as it was said of that."""
        self.holder[self.key] = text


def number_places(kind: str, id_: str, entry: Data) -> dict[str, NumberAt]:
    """Return the places of an entry's numbers by address, an entry of a `kind` such as `claim`."""
    finders = {"claim": _of_claim, "question": _of_question, "event": _of_event, "argument": _of_argument}
    return dict(finders[kind](id_, entry))


type _Found = Iterator[tuple[str, NumberAt]]


def _of_argument(id_: str, entry: Data) -> _Found:
    yield id_, NumberAt(entry, "credence", Role.CREDENCE)
    if "undercuts" in entry:
        yield f"{id_}.force", NumberAt(entry, "force", Role.FORCE)
    else:
        yield f"{id_}.strength", NumberAt(entry, "strength", Role.STRENGTH)


def _of_claim(id_: str, entry: Data) -> _Found:
    if any(key in entry for key in _DEFINITIONS):
        yield f"{id_}.if_met", NumberAt(entry, "if_met", Role.CREDENCE)
        yield f"{id_}.otherwise", NumberAt(entry, OTHERWISE, Role.CREDENCE)
    elif "routes" in entry:
        for route in entry["routes"]:
            if "id" in route:
                yield f"{id_}.{route['id']}", NumberAt(route, "chance", Role.CHANCE)
        yield f"{id_}.leak", NumberAt(entry, "leak", Role.CHANCE)
    elif "given" in entry:
        yield from _of_rows(id_, entry["given"], Role.CREDENCE)
    else:
        yield id_, NumberAt(entry, "credence", Role.CREDENCE)


def _of_rows(address: str, rows: list[Data], role: Role) -> _Found:
    for row in rows:
        key = OTHERWISE if OTHERWISE in row else "credence"
        name = row.get("id", OTHERWISE if key == OTHERWISE else "")
        if name:
            yield f"{address}.{name}", NumberAt(row, key, role)


def _of_question(id_: str, entry: Data) -> _Found:
    if "credence" in entry:
        yield from _of_shares(id_, entry["credence"])
    for row in entry.get("given", ()):
        name = row.get("id", OTHERWISE if OTHERWISE in row else "")
        shares = row.get("credence", row.get(OTHERWISE))
        if name and shares is not None:
            yield from _of_shares(f"{id_}.{name}", shares)


def _of_shares(address: str, shares: Data) -> _Found:
    while isinstance(shares.get("value"), dict):  # the long form of the whole row
        shares = shares["value"]
    for state in shares:
        yield f"{address}.{state}", NumberAt(shares, state, Role.SHARE)


def _of_event(id_: str, entry: Data) -> _Found:
    phases = entry.get("emerges", {})
    for phase, said in phases.items():
        address = f"{id_}.{phase}"
        if isinstance(said, str) or "value" in said:
            yield address, NumberAt(phases, phase, Role.CHANCE)
            continue
        if "given" in said:
            yield from _of_rows(address, said["given"], Role.CHANCE)
        else:
            yield address, NumberAt(said, "credence", Role.CHANCE)
        yield f"{address}.pace", NumberAt(said, "pace", Role.PACE)


def numbers_in(address: str, said: Any) -> Iterator[tuple[str, str]]:
    """Yield the numbers that stand at an address of a worldview's file, each with its own address."""
    if isinstance(said, str):
        yield address, said
    elif "value" in said:
        yield from numbers_in(address, said["value"])
    elif isinstance(said, Mapping):  # anything else is told of where the map is read
        for state, share in said.items():
            yield from numbers_in(f"{address}.{state}", share)

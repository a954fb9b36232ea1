"""What a map's entries have to do with each other, as lines between them, for formats that draw such lines.

In: a map's file as data. Out: for each argument what it bears on and what it rests on, and what of its
data such lines say already. Lines between plain claims and arguments say all; others only show which
entries are meant, and the data says the rest. Only what stands in the file itself is drawn, not what
worldviews bring.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, cast

from cruxmap.exchange.formats import Lost
from cruxmap.exchange.plain_data import DIRECTIONS, listed
from cruxmap.exchange.plain_map import Mapped, as_files, plain_model, seen_by
from cruxmap.language.argument_map import MAP_WORLDVIEW, ArgumentMap, mentioned_in
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.names import SECTIONS
from cruxmap.language.yaml_writing import Plain

HEAD = ("map", "sources", "voices", "timelines", "lexicon")
"""Keys of a map's file that hold no entries."""

SHOWN = ("all_of", "any_of", "at_least", "routes", "when")
"""Keys of a claim whose parts may also be drawn, as what supports or attacks the claim."""


class End(NamedTuple):
    """An entry at the end of a line, and whether it is what holds there, or what does not."""

    id: str
    holds: bool = True


@dataclass(frozen=True, slots=True)
class DrawnArgument:
    """An argument: its direction, what it bears on, what it rests on, and data that no line says.

    Lines to `targets` say all there is where `for`, `against` or `undercuts` is not in `data`; those from
    `premises` where `premises` is not.
    """

    direction: str
    targets: tuple[End, ...]
    premises: tuple[End, ...]
    data: Mapped


@dataclass(frozen=True, slots=True)
class DrawnMap:
    """A map, and its own file as data, for who draws it."""

    map: ArgumentMap
    plain: Mapped

    def section(self, kind: str) -> Mapping[str, Mapped]:
        """Return the entries of a kind, by id."""
        return cast("Mapping[str, Mapped]", self.plain.get(kind, {}))

    def kind_of(self, id_: str) -> str | None:
        """Return the section that an entry stands in; None where it does not stand in the file."""
        return next((kind for kind in SECTIONS if id_ in self.section(kind)), None)

    def argument(self, entry: Mapped) -> DrawnArgument:
        """Return an argument as lines."""
        direction = next(key for key in DIRECTIONS if key in entry)
        targets, premises = listed(entry[direction]), cast("list[Plain]", entry.get("premises", []))
        data = dict(entry)
        if self._are_all("arguments" if direction == "undercuts" else "claims", targets):
            del data[direction]
        if premises and self._are_all("claims", premises):
            del data["premises"]
        return DrawnArgument(direction, tuple(self.ends(targets)), tuple(self.ends(premises)), data)

    def parts(self, entry: Mapped) -> tuple[End, ...]:
        """Return what a claim is defined by, or caused by."""
        return tuple(self.ends(entry[key] for key in SHOWN if key in entry))

    def rests_on(self, id_: str) -> tuple[str, ...]:
        """Return the claims, questions and events in the file that an entry mentions, each once."""
        named = mentioned_in(self.map.entry[id_])
        return tuple(dict.fromkeys(name for name in named if self.kind_of(name) is not None))

    def ends(self, conditions: Iterable[Plain]) -> Iterator[End]:
        """Yield the entries of the file that conditions or targets mention, each once."""
        found = dict[str, bool]()
        for name, holds in _mentions(conditions):
            owner = name.partition(".")[0]
            if self.kind_of(owner) is not None:
                found.setdefault(owner, holds)
        yield from (End(id_, holds) for id_, holds in found.items())

    def _are_all(self, kind: str, values: list[Plain]) -> bool:
        section = self.section(kind)
        return all(isinstance(one, str) and one in section for one in values) and len(
            {str(one) for one in values}
        ) == len(values)


_NO_NAMES = frozenset(
    {"id", "chance", "ever", "by", "within", "during", "by_end_of", "count", "source", "note"}
)
_OF_CONDITIONS = frozenset({"event", "before", "of", "all_of", "any_of", "when"})


def _mentions(values: Iterable[Plain], holds: bool = True) -> Iterator[tuple[str, bool]]:
    """Yield the names in conditions and targets, and whether each is said to hold."""
    for value in values:
        match value:
            case str():
                yield value, holds
            case Mapping():
                for key, part in value.items():
                    if key == "not":
                        yield from _mentions([part], not holds)
                    elif key in _OF_CONDITIONS:
                        yield from _mentions([part], holds)
                    elif key not in _NO_NAMES:
                        yield str(key), holds is (part != "false")
            case _:
                yield from _mentions(value, holds)


# --- a model for another program ------------------------------------------------------------------


class Leaving(NamedTuple):
    """A model on its way out: its own file, what surrounds its entries, and what stays behind."""

    drawn: DrawnMap
    around: Mapped
    title: str
    lost: tuple[Lost, ...]


def leaving(model: ModelSpec, worldview: str = MAP_WORLDVIEW) -> Leaving:
    """Return a model with the numbers of a worldview; `map` takes all worldviews along, in what surrounds
    it.

    Raises KeyError for an unknown worldview.
    """
    seen = seen_by(model.map, worldview)
    files = as_files(seen.map)
    plain = files.pop("map.yaml")
    why = "their central values are points here"
    lost = [Lost("shares that are kept as given", why, address) for address in seen.rounded]
    if worldview != MAP_WORLDVIEW:
        others = [one.about.id for one in model.map.worldviews if one.about.id != worldview]
        lost += [
            Lost("a worldview", f"these are the numbers of {worldview} alone", other) for other in others
        ]
        lost.append(Lost("what a worldview states and remarks", "only its numbers are here", worldview))
    if model.expect:
        lost.append(Lost("what is expected of the model", "it stays in the model's file", model.id))
    head = cast("Mapping[str, Plain]", plain.get("map", {}))
    around: Mapped = {"language": "1"}
    around |= {key: plain[key] for key in HEAD if key in plain and key != "map"}
    around |= {"map": {"text": head["text"]}} if "text" in head else {}
    for folder, key in (("worldviews", "worldviews"), ("sources", "locators")):
        there = {path: data for path, data in files.items() if path.startswith(f"{folder}/")}
        named: Mapped = {
            path.partition("/")[2].removesuffix(".yaml"): data for path, data in there.items()
        }
        around |= {key: named} if named else {}
    asked = plain_model(model, None if worldview == MAP_WORLDVIEW else ())
    return Leaving(
        DrawnMap(seen.map, plain),
        {**around, "model": asked},
        str(head.get("title", model.map.id)),
        tuple(lost),
    )

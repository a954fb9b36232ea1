"""Which number a worldview puts in each place, and whose number it is.

In: an `ArgumentMap`, the id of a worldview, and settings laid over it. Out: a `Perspective`, one
`Setting` per judgement of the map in the map's order. This is the only place that knows how
`extends`, whole mappings, single shares, `rejects`, what others bring, and `same as` combine.
"""

import math
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from types import MappingProxyType

from cruxmap.ground import gc_paused
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    ArgumentMap,
    Citation,
    Elicited,
    Judgement,
    Override,
    Rest,
    SameAs,
    Scale,
    ShareOverride,
    Value,
    Worldview,
)
from cruxmap.language.model_spec import Laid

SETTINGS_ORIGIN = "set"
"""The origin of a number that was laid over a worldview from outside (`--set`)."""

NOBODY = "nobody's"
"""The origin of a number that stands in a file and that nobody gave. No worldview can be called so."""

REJECTED = Elicited(Scale.PROBABILITY, 0.0, 0.0, "rejected")
NOT_BROUGHT = Elicited(Scale.PROBABILITY, 0.0, 0.0, "not brought")
"""What stands for the number of an argument that a worldview rejects, or that only others bring."""


@dataclass(frozen=True, slots=True)
class Setting:
    """The number in one place, as one worldview has it.

    `value` is never a link: `same as` is followed to `column`, the address whose number and whose
    random draw this place shares (its own address otherwise). `single` marks a share that is kept as
    given while the others of its row fill what is left. `origin` is the worldview that set it, `map`,
    `set`, or `nobody's` where nobody gave it; a rejected argument's credence is 0% with `rejected` true,
    and so is an argument's or route's that only others bring (`not_brought`). `why_fitted` says which
    answers the origin moved this number to meet; it is empty for every number that somebody gave.
    """

    address: str
    value: Elicited
    column: str
    origin: str
    single: bool = False
    rejected: bool = False
    citations: tuple[Citation, ...] = ()
    note: str = ""
    why_fitted: str = ""

    @property
    def fitted(self) -> bool:
        """Whether the number was moved to meet what is stated: it is nobody's own, and not inherited."""
        return self.why_fitted != ""

    @property
    def not_brought(self) -> bool:
        """Whether this is an argument, or a route, that only others bring: here it has no force."""
        return self.rejected and self.origin == MAP_WORLDVIEW


@dataclass(frozen=True, slots=True)
class Perspective:
    """Every number of the map as one worldview (`map` for the map itself) has it."""

    worldview: str
    settings: tuple[Setting, ...]
    setting: Mapping[str, Setting] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "setting", MappingProxyType({s.address: s for s in self.settings}))


@dataclass(frozen=True, slots=True)
class Layer:
    """What `origin` lays over the map's own number at one address; the rest as in `Setting`."""

    value: Value
    origin: str
    single: bool = False
    citations: tuple[Citation, ...] = ()
    note: str = ""
    why_fitted: str = ""


@dataclass(frozen=True, slots=True)
class Layers:
    """What is in each place once everything is laid over everything, links and `rest` as they are.

    `row_of` maps a share to the shares of its row, `mapping` to what it was given last as part of a
    whole mapping; `rejected` is what has no force, as `without_force` returns it.
    """

    places: Mapping[str, Judgement | Layer]
    row_of: Mapping[str, tuple[str, ...]]
    mapping: Mapping[str, Value]
    rejected: Mapping[str, str]
    left: dict[str, Elicited] = field(default_factory=dict, repr=False, compare=False)
    ends: dict[str, tuple[str, Elicited | Rest] | None] = field(
        default_factory=dict, repr=False, compare=False
    )

    def single(self, address: str) -> bool:
        """Whether a share is kept as given; the map's own never are."""
        place = self.places[address]
        return isinstance(place, Layer) and place.single

    def end_of(self, address: str) -> tuple[str, Elicited | Rest] | None:
        """Follow the links from an address to a number and its place, `None` if they lead nowhere.

        Every link is followed once, however many lead to it. Raises ValueError for a circle.
        """
        way: dict[str, None] = {}
        while address not in self.ends:
            if address in way:
                raise ValueError(f"`same as` runs in a circle through {address}")
            way[address] = None
            value = self.places[address].value if address in self.places else None
            if address in self.rejected and "." in address:  # a route: one without force has chance 0%
                value = NOT_BROUGHT
            if isinstance(value, SameAs):
                address = value.address
            else:
                self.ends[address] = None if value is None else (address, value)
        end = self.ends[address]
        self.ends.update(dict.fromkeys(way, end))
        return end


def lineage(argument_map: ArgumentMap, worldview: str) -> tuple[Worldview, ...]:
    """Return the worldviews that `worldview` builds on, the most basic first, itself last.

    The map's own judgements have no lineage. Raises KeyError for an unknown id.
    """
    chain: list[Worldview] = []
    name = None if worldview == MAP_WORLDVIEW else worldview
    while name is not None:
        step = argument_map.worldview[name]
        chain.append(step)
        name = step.extends
    return tuple(reversed(chain))


def without_force(argument_map: ArgumentMap, steps: Iterable[Worldview]) -> dict[str, str]:
    """Map what has no force for worldviews laid over each other to the one that rejects it.

    That is an argument by its id; or, as `map` rejects what no worldview brings, a route by its address.
    """
    without = dict.fromkeys(argument_map.brought, MAP_WORLDVIEW)
    for step in steps:
        own = (address for address, bringer in argument_map.brought.items() if bringer == step.about.id)
        for name in (*own, *step.accepts):
            without.pop(name, None)
        without |= dict.fromkeys(step.rejects, step.about.id)
    return without


@gc_paused()
def settle(
    argument_map: ArgumentMap,
    worldview: str = MAP_WORLDVIEW,
    settings: Iterable[Laid] = (),
    *,
    alone: bool = False,
    unfitted: Container[str] = (),
    given_only: bool = False,
) -> Perspective:
    """Return every number of the map as `worldview` has it, with `settings` laid over it.

    `settings` are (address, value) pairs that act as one more worldview on top: a share set there
    counts as a single share, unless all of a row are. A worldview `alone` is without what it extends, and
    without what nobody gave; what worldviews that are `unfitted` have fitted is left out, and with
    `given_only` all that worldviews fitted or nobody gave. Raises KeyError for an unknown worldview or
    address, and ValueError where links run in a circle, as they can where something is left out.
    """
    layers = lay(argument_map, worldview, settings, alone=alone, unfitted=unfitted, given_only=given_only)
    return Perspective(worldview, tuple(setting_at(layers, address) for address in layers.places))


def shares_in_force(argument_map: ArgumentMap, perspective: Perspective) -> dict[str, float]:
    """Return the central share of every state, by its address, as it counts once its row is put together.

    Shares that are kept as given are so, divided by their sum where that is above 1; the others fill what
    these leave, in their proportions.
    """
    rows = share_rows(argument_map, perspective)
    return {s.address: share for row in rows for s, share in zip(row, row_in_force(row), strict=True)}


def share_rows(argument_map: ArgumentMap, perspective: Perspective) -> Iterator[tuple[Setting, ...]]:
    """Yield the numbers of each row of shares."""
    for row in argument_map.share_rows:
        yield tuple(perspective.setting[share.address] for share in row.shares)


def row_in_force(row: Sequence[Setting], at: Mapping[str, float] | None = None) -> tuple[float, ...]:
    """Return the central shares of one row, in its order, as `shares_in_force` does.

    What is `at` a column stands in for the central value of every share that takes its number from there.
    """
    values = [(at or {}).get(setting.column, setting.value.middle) for setting in row]
    pairs = list(zip(row, values, strict=True))
    kept, others = (math.fsum(value for s, value in pairs if s.single is one) for one in (True, False))
    shares = []
    for setting, value in pairs:
        whole = max(kept, 1.0) if setting.single and others else kept if setting.single else others
        room = 1.0 if setting.single else max(1.0 - kept, 0.0)
        shares.append(value * room / whole if whole else 0.0)
    return tuple(shares)


def lay(
    argument_map: ArgumentMap,
    worldview: str = MAP_WORLDVIEW,
    settings: Iterable[Laid] = (),
    *,
    alone: bool = False,
    unfitted: Container[str] = (),
    given_only: bool = False,
) -> Layers:
    """Lay the worldview's lineage, then the settings, over the map's numbers; links are not followed yet.

    A worldview `alone` is without what it extends, those that are `unfitted` without what they fitted, as
    in `settle`. Raises KeyError for an unknown worldview or address.
    """
    places: dict[str, Judgement | Layer] = dict(argument_map.judgements)
    rows = [tuple(share.address for share in row.shares) for row in argument_map.share_rows]
    row_of = {address: row for row in rows for address in row}
    mapping = {share: places[share].value for share in row_of}
    brought: dict[str, dict[str, Layer]] = {}
    for address, bringer in argument_map.bringer.items():
        number = argument_map.judgements[address]
        layer = Layer(number.value, _giver(number, bringer), False, number.citations, number.note)
        brought.setdefault(bringer, {})[address] = layer
    for numbers in brought.values():
        places |= numbers
    steps = lineage(argument_map, worldview)[-1 if alone else 0 :]
    for step in steps:
        bringer = step.about.id
        own = brought.get(bringer, {})
        places |= own
        mapping |= {share: own[share].value for share in own.keys() & row_of.keys()}
        for judgement in step.judgements:
            if judgement.fitted and (given_only or bringer in unfitted):
                continue
            if not judgement.elicited and (given_only or alone):
                continue
            origin = _giver(judgement, bringer)
            remarks = judgement.citations, judgement.note, judgement.fitted
            match judgement:
                case ShareOverride(address=row, values=values):
                    for share, value in zip(argument_map.shares[row], values, strict=True):
                        places[share.address] = Layer(value, origin, False, *remarks)
                        mapping[share.address] = value
                case Override(address=address, value=value):
                    places[address] = Layer(value, origin, address in row_of, *remarks)
    rejected = without_force(argument_map, steps)
    return lay_over(argument_map, Layers(places, row_of, mapping, rejected), settings)


def _giver(number: Judgement | Override | ShareOverride, by: str) -> str:
    """Return the origin of a number that stands in somebody's file."""
    return by if number.elicited else NOBODY


def lay_over(argument_map: ArgumentMap, layers: Layers, settings: Iterable[Laid]) -> Layers:
    """Lay settings over what is there, in their order. Raises KeyError for an unknown address."""
    places, mapping = dict(layers.places), dict(layers.mapping)
    for address, laid in settings:
        if isinstance(laid, tuple):
            for share, value in zip(argument_map.shares[address], laid, strict=True):
                places[share.address] = Layer(value, SETTINGS_ORIGIN, False)
                mapping[share.address] = value
        elif address not in places:
            raise KeyError(address)
        else:
            places[address] = Layer(laid, SETTINGS_ORIGIN, address in layers.row_of)
    return Layers(places, layers.row_of, mapping, layers.rejected)


def setting_at(layers: Layers, address: str) -> Setting:
    """Return the number in one place, links and `rest` followed."""
    if (origin := layers.rejected.get(address)) is not None:
        absence = NOT_BROUGHT if origin == MAP_WORLDVIEW else REJECTED
        return Setting(address, absence, address, origin, rejected=True)
    place = layers.places[address]
    column, value = settled(layers, place.value, address)
    if isinstance(place, Judgement):
        origin = _giver(place, MAP_WORLDVIEW)
        return Setting(address, value, column, origin, citations=place.citations, note=place.note)
    remarks = place.citations, place.note, place.why_fitted
    return Setting(address, value, column, place.origin, place.single, False, *remarks)


def settled(layers: Layers, value: Value, address: str) -> tuple[str, Elicited]:
    """Return the address whose number a value at `address` is, and that number: links and `rest` followed.

    The reader has made sure that links run in no circle. Raises KeyError where one leads nowhere.
    """
    place, number = _followed(layers, value, address)
    return place, _rest(layers, place) if isinstance(number, Rest) else number


def _followed(layers: Layers, value: Value, address: str) -> tuple[str, Elicited | Rest]:
    end = layers.end_of(value.address) if isinstance(value, SameAs) else (address, value)
    if end is None:
        raise KeyError(address)
    return end


def _rest(layers: Layers, rest: str) -> Elicited:
    """Return what the central values of the row's other shares leave, as a point.

    They are the shares of the last whole mapping: single shares laid over it do not change its proportions.
    """
    ahead = [rest]  # a link may lead to what another row leaves, and so on for as long as a map is
    while ahead:
        row = [share for share in layers.row_of[ahead[-1]] if share != ahead[-1]]
        others = [_followed(layers, layers.mapping[share], share) for share in row]
        first = [place for place, value in others if isinstance(value, Rest) and place not in layers.left]
        if first:
            ahead += first
            continue
        left = left_by(
            [layers.left[place] if isinstance(value, Rest) else value for place, value in others]
        )
        left = min(max(left, 0.0), 1.0)
        layers.left[ahead.pop()] = Elicited(Scale.PROBABILITY, left, left, "rest")
    return layers.left[rest]


def left_by(shares: Sequence[Elicited]) -> float:
    """Return what the central values of shares leave of 1, without rounding where they are points.

    It starts from what the largest leaves: the difference of 1 and a share near 1 has lost its digits.
    """
    *others, largest = sorted(shares, key=lambda share: share.middle)
    with localcontext(prec=50):
        taken = sum(Decimal(repr(float(share.middle))) for share in others)
        return float(Decimal(repr(float(largest.middle_complement))) - taken)

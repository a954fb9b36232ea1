"""In which order the numbers of a map matter to its target, for somebody who is to give their own.

In: a model. Out: every place for a number that a worldview can reach, by entry, first those whose
uncertainty moves the target most. All is at the map's own central numbers: a number's worth is how far the
target's log-odds move to first order where it moves by its own deviation.
"""

import math
from dataclasses import dataclass

from cruxmap.insight.live_model import State, open_model
from cruxmap.language.argument_map import Judgement, SameAs
from cruxmap.language.model_spec import ModelSpec
from cruxmap.network.means_and_deviations import SD_OF_A_POINT

ROUNDED = 9
"""To how many decimals worths are known, so that the order is the same on every machine."""


@dataclass(frozen=True, slots=True)
class PlaceOfOwn:
    """A place where a worldview can put a number, or all shares of a row: its judgements, and their worth.

    `worth` is in log-odds of the target, and not negative.
    """

    address: str
    judgements: tuple[Judgement, ...]
    worth: float

    @property
    def follows(self) -> bool:
        """Whether it has no number of its own in the map."""
        return all(isinstance(judgement.value, SameAs) for judgement in self.judgements)


@dataclass(frozen=True, slots=True)
class EntryOfOwn:
    """An entry of the map with the places of its numbers; both are ordered by worth, and then as in the map.

    Of places that are worth the same those come later that follow others (`same as`). `worth` is that of the
    best place: 0 where nothing in the entry moves the target as the map has it.
    """

    id: str
    places: tuple[PlaceOfOwn, ...]
    worth: float


def by_importance(model: ModelSpec) -> tuple[EntryOfOwn, ...]:
    """Return every entry that has numbers of its own in the map, with these, the most important ones first.

    What only a worldview brings is left out, and so are numbers without an address. A share's row stands
    for it. Raises InvalidMap where what is assumed or observed is impossible.
    """
    worth = _worths(open_model(model))
    argument_map = model.map
    row_of = {share.address: row for row, shares in argument_map.shares.items() for share in shares}
    places: dict[str, dict[str, list[Judgement]]] = {}
    for address, judgement in argument_map.judgements.items():
        at = row_of.get(address, address)
        if address not in argument_map.bringer and (judgement.overridable or at in argument_map.shares):
            places.setdefault(judgement.owner, {}).setdefault(at, []).append(judgement)
    entries = (_entry(id_, of_entry, worth) for id_, of_entry in places.items())
    return tuple(sorted(entries, key=lambda one: (-one.worth, one.places[0].follows)))


def _entry(id_: str, places: dict[str, list[Judgement]], worth: dict[str, float]) -> EntryOfOwn:
    found = [
        PlaceOfOwn(address, tuple(judgements), max(worth[j.address] for j in judgements))
        for address, judgements in places.items()
    ]
    found.sort(key=lambda place: (-place.worth, place.follows))
    return EntryOfOwn(id_, tuple(found), found[0].worth)


def _worths(state: State) -> dict[str, float]:
    """Return by address what a number is worth; one that follows another is worth what that is."""
    slopes, settings = state.slopes(), state.perspective.settings
    deviation = {s.address: s.value.sd or SD_OF_A_POINT for s in settings}
    found = {}
    for setting in settings:
        slope = slopes.get(setting.column)
        size = 0.0 if slope is None else abs(slope) * deviation[setting.column]
        found[setting.address] = round(size, ROUNDED) if math.isfinite(size) else 0.0
    return found

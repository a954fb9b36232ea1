"""The worldviews of a model as states of one network, so that it is planned once for all of them.

`open_model` leaves out what a worldview does not hold, so that each has a network and a plan of its own; the
numbers are the same.
"""

from collections.abc import Callable, Mapping
from functools import cache

import cruxmap as cm
from cruxmap.insight.live_model import State, open_together
from cruxmap.language.argument_map import MAP_WORLDVIEW

type Opened = Callable[[str | None], State]


def opened_together(model: cm.ModelSpec) -> Opened:
    """Return what opens a worldview as it is shipped, or without a name the map's own numbers."""

    @cache
    def everything() -> Mapping[str, State]:
        names = (MAP_WORLDVIEW, *model.map.worldview)
        return dict(zip(names, open_together(model, names), strict=True))

    return lambda worldview=None: everything()[worldview or MAP_WORLDVIEW]

"""The worldviews of a model as states of one network, so that it is planned once for all of them.

`open_model` leaves out what a worldview does not hold, so that each has a network and a plan of its own; the
numbers are the same.
"""

from collections.abc import Callable
from functools import cache

import cruxmap as cm
from cruxmap.insight.live_model import State
from cruxmap.language.argument_map import MAP_WORLDVIEW
from cruxmap.language.inheritance import lay, settle
from cruxmap.network.means_and_deviations import numbers

type Opened = Callable[[str | None], State]


def opened_together(model: cm.ModelSpec) -> Opened:
    """Return what opens a worldview as it is shipped, or without a name the map's own numbers."""

    @cache
    def everything() -> State:
        return cm.open_model(model).accept(*model.map.brought)

    @cache
    def opened(worldview: str | None = None) -> State:
        name = MAP_WORLDVIEW if worldview is None else worldview
        settled, layers = (of(model.map, name, model.settings) for of in (settle, lay))
        return State(everything().asking, layers, numbers(model.map, (settled,)))

    return opened

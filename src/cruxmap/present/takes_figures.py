"""What it would take to move an estimate, as a figure."""

from functools import partial
from typing import TYPE_CHECKING, Any

from cruxmap.insight.what_it_takes import Takes
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.present.canvas import (
    BLUE,
    GRID,
    INK,
    ORANGE,
    PALE_BLUE,
    PALE_ORANGE,
    QUIET,
    ROW,
    WIDTHS,
    Drawings,
    beside,
    draw_bar,
    framed,
    number_axis,
    row_label,
    row_numbers,
    rows_axis,
)
from cruxmap.present.phrases import move_text, owner_text, percent, signed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

AT_LEAST = 1.0
"""The axis reaches at least so many deviations to each side."""

ROOM = 1.15
"""The axis reaches beyond the longest bar by this factor, so that there is room for the number at its end."""


def takes_figures(takes: Takes, argument_map: ArgumentMap) -> Drawings:
    """Return what draws the ways of getting there, by its name; nothing where there is none."""
    return {f"takes-{takes.worldview}": partial(ways, takes, argument_map)} if takes.frontier else {}


def ways(takes: Takes, argument_map: ArgumentMap) -> "Figure":
    """Draw by how many deviations each judgement moves, a row for each change and a line between ways."""
    steps = [(number, way, step) for number, way in enumerate(takes.frontier, 1) for step in way.steps]
    most = max(AT_LEAST, *(abs(step.deviations) for _, _, step in steps))
    title = f"What it would take to bring {takes.worldview} to {takes.goal}"
    key = (
        f"The mean is {percent(takes.estimate)} now. Each way is enough by itself; all changes of a way are "
        "needed. A bar is the change in standard deviations of the number's own interval; a point has none, "
        "so half a log unit counts as one. On the right: from where to where, and what the estimate would be "
        "then."
    )
    with framed(title, (key,), len(steps) * ROW, WIDTHS) as (figure, axes):
        rows_axis(axes, len(steps))
        axes.set_xlim(-ROOM * most, ROOM * most)
        name = "standard deviations of its interval (of a point: half a log unit)"
        number_axis(axes, lambda x: signed(x, 1) if x else "0", name)
        for y, (number, way, step) in enumerate(steps):
            row_label(axes, y, WIDTHS[0], step.address, owner_text(argument_map, step.address))
            rises = step.deviations > 0
            colours = (BLUE, PALE_BLUE) if rises else (ORANGE, PALE_ORANGE)
            draw_bar(axes, y, (0.0, step.deviations), colours, "" if rises else "////")
            away, side = (3.0, "left") if rises else (-3.0, "right")
            at_end: Any = {"size": 6.5, "color": QUIET, "xycoords": "data", "ha": side}
            beside(axes, y, (step.deviations, away), 0, signed(step.deviations, 1), **at_end)
            moved = move_text(argument_map, step.address, step.before, step.after)
            row_numbers(axes, y, f"way {number}: {percent(way.estimate)}", moved)
            if step is way.steps[0] and y:
                axes.axhline(y - 0.5, color=GRID, linewidth=1)
        axes.axvline(0.0, color=INK, linewidth=0.8)
    return figure

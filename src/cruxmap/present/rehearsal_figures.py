"""Rehearsals of interviews, as curves: how far off the estimate is after each question."""

from collections.abc import Sequence
from functools import partial
from itertools import cycle, product
from typing import TYPE_CHECKING

from cruxmap.insight.interview import Rehearsal
from cruxmap.present.canvas import (
    BLUE,
    GRID,
    INK,
    KINDS,
    PALE_BLUE,
    QUIET,
    Drawings,
    draw_line,
    framed,
    name_axis,
)
from cruxmap.present.phrases import percent, the
from cruxmap.present.rehearsal_tables import IN_ORDER, left_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TALL = 2.7
"""Inches of the axes."""

SIDES = (0.75, 6.0, 1.6)
"""Inches for the numbers on the left, the axes, and the names on the right."""

ROOM = 1.08
"""The axis reaches beyond what it shows by this factor."""

LEAST = 0.1
"""The axis reaches at least so far, in log-odds."""

LOOKS = tuple(product(("-", "--", ":"), (colour for colour in KINDS if colour != "#f0e442")))
"""Dashes and colours that tell the curves apart; yellow is hard to see on white."""

APART = 0.055
"""How far apart names beside curves are at least, as a part of the axis."""


def rehearsal_figures(found: Rehearsal) -> Drawings:
    """Return what draws a rehearsal, by its name."""
    return {f"rehearsal-{found.worldview}": partial(curve, found)}


def curve(found: Rehearsal) -> "Figure":
    """Draw the distance after each question, on what the interview believes it to be.

    A filled dot is a question about an entry all things considered, a hollow one about a judgement.
    """
    steps = found.steps
    title = f"How near the answers of {the(found.worldview)} bring the estimate for {found.target}"
    key = (
        "Line: how far the estimate is from the worldview's own, in log-odds. Filled dot: the question was "
        "about an entry all things considered; hollow: about a number as it stands in the map. Pale: within "
        f"one and within two predicted standard deviations. Answers: {found.answers}. Order: "
        f"{IN_ORDER[found.order]}."
    )
    outcome = f"The worldview's own estimate is {percent(found.own_central)}. {left_text(found)}"
    xs = [float(step.number) for step in steps]
    most = max(LEAST, *(max(step.distance, 2 * step.predicted_sd) for step in steps))
    with framed(title, (outcome, key), TALL, SIDES) as (figure, axes):
        _axes(axes, len(steps) - 1, ROOM * most)
        for times, alpha in ((2, 0.45), (1, 0.9)):
            band = [times * step.predicted_sd for step in steps]
            axes.fill_between(xs, band, color=PALE_BLUE, alpha=alpha, linewidth=0)
        draw_line(axes, xs, [step.distance for step in steps], color=BLUE, linewidth=1.6)
        for step in steps[1:]:
            within = BLUE if step.kind == "stated" else "white"
            look = {"marker": "o", "mfc": within, "mec": BLUE, "ms": 4.5, "linestyle": "none"}
            draw_line(axes, [float(step.number)], [step.distance], **look)
        if found.ends_after is not None:
            draw_line(axes, [found.ends_after] * 2, [0.0, ROOM * most], color=QUIET, linestyle=":")
            axes.text(found.ends_after, most, " would end here", size=7, color=QUIET, va="top")
    return figure


def curves(rehearsals: Sequence[Rehearsal]) -> "Figure":
    """Draw the distances of several worldviews after each question, a line for each."""
    title = f"How near the answers of each worldview bring the estimate for {rehearsals[0].target}"
    key = (
        "How far the estimate is from the worldview's own, in log-odds. No worldview, and nothing that "
        f"extends it, is part of what is believed before it answers. Answers: {rehearsals[0].answers}."
    )
    most = max(LEAST, *(step.distance for found in rehearsals for step in found.steps))
    n = max(len(found.steps) for found in rehearsals) - 1
    with framed(title, (key,), TALL, SIDES) as (figure, axes):
        _axes(axes, n, ROOM * most)
        ordered = sorted(rehearsals, key=lambda found: -found.steps[0].distance)
        place = ROOM
        for found, (dashes, colour) in zip(ordered, cycle(LOOKS), strict=False):
            ys = [step.distance for step in found.steps]
            draw_line(
                axes, list(map(float, range(len(ys)))), ys, color=colour, linestyle=dashes, linewidth=1.4
            )
            place = min(place - APART, ys[0] / most)
            text = f"{found.worldview}: {ys[0]:.2f} to {ys[-1]:.2f}"
            axes.annotate(
                text,
                (1.0, place / ROOM),
                xytext=(6, 0),
                xycoords="axes fraction",
                textcoords="offset points",
                size=7,
                color=colour,
                va="center",
            )
    return figure


def _axes(axes: "Axes", questions: int, most: float) -> None:
    axes.set_xlim(-0.4, max(1, questions) + 0.4)
    axes.set_ylim(0.0, most)
    axes.grid(axis="y", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["right", "top"]].set_visible(False)
    axes.tick_params(labelsize=8)
    axes.locator_params(axis="x", integer=True)
    axes.set_ylabel("log-odds off", size=7.5, color=INK)
    name_axis(axes, "questions answered")

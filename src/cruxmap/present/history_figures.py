"""Estimates over the commits of a model's files, as curves with the commits' subjects below."""

from functools import partial
from itertools import cycle, groupby
from typing import TYPE_CHECKING

from cruxmap.insight.history import History, Moment
from cruxmap.present.canvas import (
    GRID,
    INK,
    QUIET,
    Drawings,
    clipped,
    draw_line,
    framed,
    logit,
    shortened,
    span,
    ticks,
)
from cruxmap.present.history_tables import drawn, problems_text, worldviews_of
from cruxmap.present.phrases import day, percent
from cruxmap.present.rehearsal_figures import LOOKS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TALL, LETTER = 3.2, 0.055
"""Inches of the axes, and of each character of the subjects below them."""

LEFT, RIGHT = 0.75, 2.0
"""Inches for the numbers on the left and the names on the right."""

STEP, NARROWEST, WIDEST = 0.3, 4.0, 14.0
"""Inches between two commits where there is room, and of all of them."""

LONGEST = 46
"""Characters of a subject that are shown."""

APART = 0.05
"""How far apart names beside curves are at least, as a part of the axis."""


def history_figures(history: History) -> Drawings:
    """Return what draws a history, by its name."""
    return {"history": partial(curves, history)}


def curves(history: History) -> "Figure":
    """Draw each worldview's estimate at every commit, broken where the files had problems."""
    names = worldviews_of(history)
    n = len(history.moments)
    wide = min(max(NARROWEST, STEP * n), WIDEST)
    title = f"How each worldview's estimate of {history.target} came to be"
    key = (
        "Central estimates at each commit that changed what the files say, the newest on the right, spaced "
        "by log-odds. A gap: the files had problems, or the model asked for something else."
    )
    found = {name: drawn(history, name) for name in names}
    limits = span(p for ps in found.values() for p in ps if p is not None and 0 < p < 1)
    below = 0.25 + LETTER * max((len(_label(moment)) for moment in history.moments), default=0)
    with framed(title, (key,), TALL + below, (LEFT, wide, RIGHT)) as (figure, axes):
        box = axes.get_position()
        up = box.height * below / (TALL + below)
        axes.set_position((box.x0, box.y0 + up, box.width, box.height - up))
        _axes(axes, history.moments, limits)
        place = 1.0 + APART
        lasts = {name: _last(found[name]) for name in names}
        looks = dict(zip(names, cycle(LOOKS), strict=False))
        for name in sorted(names, key=lambda name: -clipped(lasts[name], limits)):
            dashes, colour = looks[name]
            for runs in _runs(found[name]):
                ys = [clipped(p, limits) for _, p in runs]
                xs = [float(x) for x, _ in runs]
                look = {"color": colour, "linestyle": dashes, "linewidth": 1.4, "marker": "o", "ms": 2.5}
                draw_line(axes, xs, ys, **look)
            height = (clipped(lasts[name], limits) - limits[0]) / (limits[1] - limits[0])
            place = min(place - APART, height)
            axes.annotate(
                f"{shortened(name, 22)}: {percent(lasts[name])}",
                (1.0, place),
                xytext=(6, 0),
                xycoords="axes fraction",
                textcoords="offset points",
                size=7,
                color=colour,
                va="center",
            )
    return figure


def _last(estimates: list[float | None]) -> float:
    return next((p for p in reversed(estimates) if p is not None), 0.5)


def _runs(estimates: list[float | None]) -> list[list[tuple[int, float]]]:
    """Return what is drawn as one line each: neighbouring moments that have an estimate."""
    placed = enumerate(estimates)
    return [
        [(x, p) for x, p in run if p is not None]
        for there, run in groupby(placed, key=lambda one: one[1] is not None)
        if there
    ]


def _axes(axes: "Axes", moments: tuple[Moment, ...], limits: tuple[float, float]) -> None:
    axes.set_xlim(-0.5, max(1, len(moments)) - 0.5)
    axes.set_ylim(*limits)
    at = ticks(limits)
    axes.set_yticks([logit(p) for p in at], [f"{100 * p:.7g}%" for p in at], size=8)
    most = int(WIDEST / 0.14)
    every = max(1, -(-len(moments) // most))
    told = list(enumerate(moments))[::-1][::every][::-1]
    axes.set_xticks(
        [x for x, _ in told], [_label(moment) for _, moment in told], size=6.5, rotation=90, color=INK
    )
    axes.grid(axis="y", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["right", "top"]].set_visible(False)
    for x, moment in enumerate(moments):
        if moment.problems:
            text = f" {problems_text(moment)}"
            axes.text(x, limits[0], text, size=6.5, rotation=90, color=QUIET, va="bottom", ha="center")


def _label(moment: Moment) -> str:
    return f"{shortened(moment.subject, LONGEST)}  {day(moment.date)}".rstrip()

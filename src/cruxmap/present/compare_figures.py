"""Several models beside each other, as a forest: for each voice a line per model."""

from collections.abc import Iterator
from functools import partial
from itertools import cycle
from typing import TYPE_CHECKING

from cruxmap.insight.compare import Comparison, UnderModel
from cruxmap.insight.whose import Said
from cruxmap.language.argument_map import MAP_WORLDVIEW
from cruxmap.present.canvas import (
    GRID,
    INK,
    KINDS,
    MARGIN,
    QUIET,
    Drawings,
    beside,
    clipped,
    draw_dot,
    draw_line,
    framed,
    log_odds_axis,
    rows_axis,
    shortened,
    span,
)
from cruxmap.present.compare_tables import everyone, is_alike, shares_text, targets_text, title_text
from cruxmap.present.lettering import wrapped
from cruxmap.present.phrases import MEAN, THE_MAPS_OWN, interval, percent, ratio_of_odds

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINE = 0.2
"""Inches per line."""
WIDTHS = (2.9, 4.6, 1.75)
"""Inches for the names of voices and models, the axis, and the numbers."""
VOICES = 1.2
"""Inches of the first for voices."""
MARKERS = "osD^vP*X"
"""With the colours, what tells the models apart."""
COLOURS = tuple(colour for colour in KINDS if colour not in ("#f0e442", "#5f5f5f"))
"""Those that stand out on white."""
BAND = "#d9d9d9"
"""Behind a line, for what was stated."""


def compare_figures(found: Comparison) -> Drawings:
    """Return what draws the comparison, by its name."""
    return {"compare": partial(forest, found)}


def forest(found: Comparison) -> "Figure":
    """Draw for each voice a line per model on a log-odds axis: the mean (dot) and the 90% interval.

    What was stated is a band behind the line. Who says little is hollow. The maps' own numbers are last.
    """
    groups = everyone(found)
    key = f"Dot: {MEAN}. Bar: 90% interval."
    if any(_stated(found, *one) for under in found.voices.values() for one in under.items()):
        key += " Grey band: what the voice stated about the target."
    if any(one.says_little for under in found.voices.values() for one in under.values()):
        key += " Hollow: says little about this target; the rest is inherited."
    key += f" {MAP_WORLDVIEW}: {THE_MAPS_OWN}."
    notes = (*targets_text(found), shares_text(found), key)
    n_lines = len(groups) * (len(found.models) + 1) - 1
    with framed(title_text(found), notes, n_lines * LINE, WIDTHS) as (figure, axes):
        limits = span(_shown(found))
        log_odds_axis(axes, limits)
        rows_axis(axes, n_lines)
        for number, voice in enumerate(groups):
            _group(axes, number * (len(found.models) + 1), voice, found, limits)
    return figure


def _shown(found: Comparison) -> Iterator[float]:
    """Yield the probabilities that the axis has to show."""
    for under in everyone(found).values():
        for model, one in under.items():
            stated = (end for said in _stated(found, model, one) for end in said.stated_interval_90)
            for p in (one.mean, *(one.interval_90 or ()), *stated):
                if p is not None and 0 < p < 1:
                    yield p


def _group(axes: "Axes", top: int, voice: str, found: Comparison, limits: tuple[float, float]) -> None:
    """Draw one voice's lines, the first at row `top`."""
    if top:
        draw_line(axes, limits, [top - 1, top - 1], color=GRID, linewidth=0.6)
    own = {"color": QUIET} if voice == MAP_WORLDVIEW else {"color": INK, "weight": "bold"}
    left, room = (0.0, (MARGIN - WIDTHS[0]) * 72), int(VOICES * 11.5)
    beside(axes, top, left, 0, shortened(voice, room), size=8.5, **own)
    if (apart := found.apart_logit[voice]) is not None:
        words = wrapped(f"{ratio_of_odds(apart)} apart in odds", int(VOICES * 16.4))
        beside(axes, top, left, -7, "\n".join(words), size=6.5, color=QUIET, va="top")
    looks = zip(cycle(COLOURS), cycle(MARKERS), strict=False)
    for number, (model, (colour, marker)) in enumerate(zip(found.models, looks, strict=False)):
        y, one = top + number, everyone(found)[voice].get(model)
        name = shortened(model, int(13.5 * (WIDTHS[0] - VOICES)))
        beside(axes, y, (0.0, -8.0), 0, name, size=7, color=QUIET, ha="right")
        if one is None:
            beside(axes, y, (1.0, 10.0), 0, "not in this model", size=7, color=QUIET)
        else:
            for said in _stated(found, model, one):
                _band(axes, y, said, limits)
            _line(axes, y, one, (colour, marker), limits)


def _stated(found: Comparison, model: str, one: UnderModel) -> list[Said]:
    """Return what was stated of the target given all that the model gives."""
    return [said for said in one.stated if is_alike(said, found.targets[model])]


def _band(axes: "Axes", y: int, said: Said, limits: tuple[float, float]) -> None:
    low, high = (clipped(p, limits) for p in said.stated_interval_90)
    draw_line(axes, [low, high], [y, y], color=BAND, linewidth=8, solid_capstyle="butt", zorder=1)
    for end in {low, high}:
        draw_line(axes, [end, end], [y - 0.32, y + 0.32], color=QUIET, linewidth=0.8, zorder=1)


def _line(
    axes: "Axes", y: int, one: UnderModel, look: tuple[str, str], limits: tuple[float, float]
) -> None:
    colour, marker = look
    if one.mean is None:
        beside(axes, y, (1.0, 10.0), 0, "undefined: impossible here", size=7, color=QUIET)
        return
    if one.interval_90 is not None:
        ends = [clipped(p, limits) for p in one.interval_90]
        draw_line(axes, ends, [y, y], color=colour, linewidth=2.2, solid_capstyle="butt", zorder=2)
    within = "white" if one.says_little else colour
    draw_dot(axes, clipped(one.mean, limits), y, marker, mfc=within, mec=colour, ms=5, mew=1.1, zorder=3)
    beside(axes, y, (1.0, 10.0), 0, percent(one.mean), size=7.5, weight="bold")
    beside(axes, y, (1.0, 46.0), 0, interval(one.interval_90), size=7, color=QUIET)

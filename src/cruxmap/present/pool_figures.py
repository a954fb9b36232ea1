"""Pools as figures: where the uncertainty lies, the estimates that go in, and what the pools make of them."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from cruxmap.insight.uncertainty import Advice, Uncertainty
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.present.advice import WHAT_TO_DO, WHERE_IT_LIES, advice_text, share_text
from cruxmap.present.canvas import (
    BLUE,
    GREY,
    GRID,
    INK,
    ORANGE,
    PALE_BLUE,
    PALE_ORANGE,
    ROW,
    WIDTHS,
    Drawings,
    beside,
    clipped,
    draw_bar,
    draw_dot,
    draw_line,
    framed,
    left_out,
    log_odds_axis,
    number_axis,
    row_label,
    row_numbers,
    rows_axis,
    span,
)
from cruxmap.present.phrases import brief, interval, part, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from cruxmap.insight.pool import Pool

MAX_ENTRIES = 8

BETWEEN = 0.55
"""Inches between the parts and the entries."""

LOOKS = {
    Advice.LOOK: ((GREY, GRID), ""),
    Advice.THINK: ((BLUE, PALE_BLUE), ""),
    Advice.TALK: ((ORANGE, PALE_ORANGE), "////"),
}
"""The colours and the hatching of each part."""

ROW_OF_POOL = 0.42
"""Inches per row."""


def pool_figures(pool: "Pool", argument_map: ArgumentMap) -> Drawings:
    """Return what draws where the uncertainty lies, and the pools on one axis, by their names."""
    first = uncertainty_figures(pool.target, pool.uncertainty, argument_map)
    return {**first, **({"pool": partial(pools, pool)} if pool.answers else {})}


def uncertainty_figures(target: str, found: Uncertainty | None, argument_map: ArgumentMap) -> Drawings:
    """Return what draws where the uncertainty lies, by its name; nothing where there is none."""
    if found is None or not found.advice:
        return {}
    return {"uncertainty": partial(uncertainty, target, found, argument_map)}


def uncertainty(target: str, found: Uncertainty, argument_map: ArgumentMap) -> "Figure":
    """Draw the parts of the uncertainty as one bar, and below it the entries that two of them go with."""
    rows = _accounted_for(found)
    shown = rows[:MAX_ENTRIES]
    key = (
        "Above: all uncertainty about the target, over reviewers and the draws of their judgements. Below, "
        "on another scale: entries that disagreement (hatched) and imprecision (plain) go with, as parts of "
        "the whole. Left of the line: differences that cancel others."
    )
    notes = (advice_text(found), key, *left_out(len(rows) - len(shown), "entries with smaller parts"))
    parts = tuple(found.information.shares.items())
    tall = len(parts) * ROW + (BETWEEN + len(shown) * ROW if shown else 0.0)
    with framed(f"Where the uncertainty about {target} lies", notes, tall, WIDTHS) as (figure, axes):
        place = axes.get_position()
        inch = place.height / tall
        upper = len(parts) * ROW * inch
        axes.set_position((place.x0, place.y1 - upper, place.width, upper))
        _draw_parts(axes, parts, found)
        if shown:
            lower = figure.add_axes((place.x0, place.y0, place.width, len(shown) * ROW * inch))
            _draw_entries(lower, shown, argument_map)
    return figure


def _draw_parts(axes: "Axes", parts: Sequence[tuple[Advice, float]], found: Uncertainty) -> None:
    """Draw the parts one below the other, the largest first; each begins where the one before ends."""
    rows_axis(axes, len(parts))
    axes.set_xlim(0, 1)
    number_axis(axes, part, "part of all uncertainty")
    start = 0.0
    for y, (advice, share) in enumerate(parts):
        colours, hatch = LOOKS[advice]
        if share > 0:
            draw_bar(axes, y, (start, start + share), colours, hatch)
        start += share
        row_label(axes, y, WIDTHS[0], WHAT_TO_DO[advice], f"what lies {WHERE_IT_LIES[advice]}")
        row_numbers(axes, y, share_text(share), f"{brief(found.information.of(advice))} bans")


def _draw_entries(
    axes: "Axes", shown: Sequence[tuple[str, float, float]], argument_map: ArgumentMap
) -> None:
    """Draw for each entry its part by disagreement, and from where that ends its part by imprecision."""
    rows_axis(axes, len(shown))
    ends = [end for _, apart, wide in shown for end in (0.0, apart, max(apart, 0.0) + wide)]
    axes.set_xlim(1.04 * min(ends), 1.04 * max(ends))
    number_axis(axes, lambda x: f"{100 * x:.3g}%", "part of all uncertainty, on a scale of its own")
    for y, (name, apart, wide) in enumerate(shown):
        start = max(apart, 0.0)
        bars = ((0.0, apart), LOOKS[Advice.TALK]), ((start, start + wide), LOOKS[Advice.THINK])
        for bar, (colours, hatch) in bars:
            if bar[0] != bar[1]:
                draw_bar(axes, y, bar, colours, hatch)
        row_label(axes, y, WIDTHS[0], name, argument_map.entry[name].about.text)
        row_numbers(axes, y, f"talk {part(apart, 1)}", f"think {part(wide, 1)}")
    axes.axvline(0.0, color=INK, linewidth=0.8)


def _accounted_for(found: Uncertainty) -> list[tuple[str, float, float]]:
    """Return entries with their parts of all uncertainty, by disagreement and by imprecision."""
    total = found.information.total
    apart = {one.id: one.information / total for one in found.disagreement}
    wide = {one.id: one.information / total for one in found.imprecision}
    rows = [(name, apart.get(name, 0.0), wide.get(name, 0.0)) for name in {**apart, **wide}]
    return sorted(rows, key=lambda row: (-abs(row[1]) - abs(row[2]), row[0]))


def pools(pool: "Pool") -> "Figure":
    """Draw every worldview's estimate (open dots), and below them each pool with its 90% interval, if any."""
    n = len(pool.worldviews) + len(pool.answers)
    ends = [p for answer in pool.answers for p in (answer.probability, *(answer.interval_90 or ()))]
    limits = span([*pool.worldviews.values(), *ends])
    key = (
        "Open dots: the worldviews' estimates. Filled dots: the pools; bar: 90% interval over judgements. "
        "Below the line: pools of the answers, then answers to pools of the judgements."
    )
    with framed(f"{pool.target}, pooled", (key, pool.explanation), n * ROW_OF_POOL, WIDTHS) as (
        figure,
        axes,
    ):
        log_odds_axis(axes, limits)
        rows_axis(axes, n)
        for y, (worldview, p) in enumerate(pool.worldviews.items()):
            draw_dot(axes, clipped(p, limits), y, mfc="white", mec=BLUE, ms=6, mew=1.2)
            row_label(axes, y, WIDTHS[0], worldview, "")
            beside(axes, y, (1.0, 12.0), 0, percent(p), size=8, weight="bold")
        axes.axhline(len(pool.worldviews) - 0.5, color=GRID, linewidth=1)
        for y, answer in enumerate(pool.answers, start=len(pool.worldviews)):
            if answer.interval_90 is not None:
                ends = [clipped(p, limits) for p in answer.interval_90]
                draw_line(axes, ends, [y, y], color=BLUE, linewidth=2.5)
            draw_dot(axes, clipped(answer.probability, limits), y, color=ORANGE, ms=6, zorder=3)
            row_label(axes, y, WIDTHS[0], answer.id, answer.rests_on)
            ends_differ = len(set(map(percent, answer.interval_90 or ()))) > 1
            spread = interval(answer.interval_90) if ends_differ else ""
            up = 6 if spread else 0
            beside(axes, y, (1.0, 12.0), up, percent(answer.probability), size=8, weight="bold")
            beside(axes, y, (1.0, 12.0), -5, spread, size=7)
    return figure

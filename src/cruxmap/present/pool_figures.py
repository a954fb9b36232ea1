"""A pool as a figure: the estimates that go in, and what the pools make of them."""

from functools import partial
from typing import TYPE_CHECKING

from cruxmap.insight.pool import Pool
from cruxmap.present.canvas import (
    BLUE,
    GRID,
    ORANGE,
    WIDTHS,
    Drawings,
    beside,
    clipped,
    draw_dot,
    draw_line,
    framed,
    log_odds_axis,
    row_label,
    rows_axis,
    span,
)
from cruxmap.present.phrases import interval, percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROW_OF_POOL = 0.42
"""Inches per row."""


def pool_figures(pool: Pool) -> Drawings:
    """Return what draws the pools on one axis, by its name; nothing where nothing could be pooled."""
    return {"pool": partial(pools, pool)} if pool.answers else {}


def pools(pool: Pool) -> "Figure":
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

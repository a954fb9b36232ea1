"""An estimate as figures: a forest of worldviews for each target."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from cruxmap.engine.network import FloatArray
from cruxmap.insight.estimate import Estimate, Summary, TargetEstimate
from cruxmap.language.argument_map import MAP_WORLDVIEW
from cruxmap.language.model_spec import ModelSpec
from cruxmap.present.canvas import (
    BLUE,
    MARGIN,
    ORANGE,
    PALE_BLUE,
    QUIET,
    Drawings,
    beside,
    clipped,
    draw_dot,
    draw_line,
    file_name,
    framed,
    log_odds_axis,
    logit,
    rows_axis,
)
from cruxmap.present.estimate_tables import by_target, question_text
from cruxmap.present.lettering import wrapped
from cruxmap.present.phrases import interval, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW_HEIGHT = 0.62
"""Inches per worldview."""
LABEL_WIDTH, AXIS_WIDTH, NUMBER_WIDTH = 2.5, 5.0, 1.75
"""Inches for the names on the left, the axis, and the numbers on the right."""
MIN_LOGITS = 2.0
"""The axis spans at least this much, so that close estimates look close."""


def estimate_figures(model: ModelSpec, estimate: Estimate) -> Drawings:
    """Return what draws a forest of the target, and one of each further target, by their names."""
    texts = {worldview.about.id: worldview.about.text for worldview in model.map.worldviews}
    texts[MAP_WORLDVIEW] = "The map's own judgements."
    drawn: dict[str, Callable[[], Figure]] = {}
    for target, results in by_target(estimate).items():
        name = "estimate" if target == estimate.target else f"estimate-{file_name(target)}"
        entry = model.map.entry.get(target.partition(".")[0])
        title = f"{target}: {entry.about.text}" if entry else target
        drawn[name] = partial(forest, results, title, texts, question_text(estimate))
    return drawn


def forest(
    results: "Mapping[str, TargetEstimate]", title: str, texts: Mapping[str, str], foot: str
) -> "Figure":
    """Draw one target's estimate in every worldview on a log-odds axis.

    `texts` maps worldviews to their sentences. A row has the distribution over draws, the 90% interval,
    the mean (dot) and the median (tick); an open dot is the mean without what is assumed, where that
    was asked.
    """
    key = "Shape: spread over the judgements. Bar: 90% interval. Tick: median. Dot: mean."
    if any(_differs(result, result.unconditional) for result in results.values()):
        key += " Open dot: mean without the assumptions."
    widths = (LABEL_WIDTH, AXIS_WIDTH, NUMBER_WIDTH)
    with framed(title, (foot, key), len(results) * ROW_HEIGHT, widths) as (figure, axes):
        _forest_rows(axes, results, texts, _limits(results))
    return figure


def _limits(results: "Mapping[str, TargetEstimate]") -> tuple[float, float]:
    """Return the ends of the log-odds axis: everything drawn, but for the outermost draws."""
    ends: list[float] = []
    for result in results.values():
        finite = result.log_odds[np.isfinite(result.log_odds)]
        if finite.size:
            ends += np.quantile(finite, (0.002, 0.998)).tolist()
        means = [p for p in (result.mean, result.unconditional.mean) if p is not None and 0 < p < 1]
        ends += [logit(p) for p in means]
    low, high = (min(ends), max(ends)) if ends else (-1.0, 1.0)
    margin = max(0.04 * (high - low), (MIN_LOGITS - (high - low)) / 2)
    return low - margin, high + margin


def _forest_rows(
    axes: "Axes",
    results: "Mapping[str, TargetEstimate]",
    texts: Mapping[str, str],
    limits: tuple[float, float],
) -> None:
    log_odds_axis(axes, limits)
    rows_axis(axes, len(results))
    for y, (worldview, result) in enumerate(results.items()):
        _forest_row(axes, y, result, limits)
        words = wrapped(texts.get(worldview, ""), 42, most=3)
        defined = result.mean is not None
        left, right = (0.0, (MARGIN - LABEL_WIDTH) * 72), (1.0, 10.0)
        beside(axes, y, left, 8, worldview, size=9, weight="bold")
        beside(axes, y, left, 1, "\n".join(words), size=6.5, color=QUIET, va="top")
        beside(axes, y, right, 6, percent(result.mean) if defined else "undefined", size=9, weight="bold")
        spread = interval(result.interval_90) if defined else "impossible here"
        beside(axes, y, right, -6, spread, size=7.5, color=QUIET)


def _forest_row(axes: "Axes", y: float, result: "TargetEstimate", limits: tuple[float, float]) -> None:
    finite = result.log_odds[np.isfinite(result.log_odds)]
    if finite.size > 1 and np.ptp(finite) > 1e-9:
        at, heights = _density(finite, limits)
        axes.fill_between(at, y, y - 0.55 * heights, color=PALE_BLUE, linewidth=0)
    if result.interval_90 is not None and result.median is not None:
        low, high = (clipped(p, limits) for p in result.interval_90)
        draw_line(axes, [low, high], [y, y], color=BLUE, linewidth=2.5, solid_capstyle="butt")
        middle = clipped(result.median, limits)
        draw_line(axes, [middle, middle], [y - 0.09, y + 0.09], color=BLUE, linewidth=1.5)
    if _differs(result, result.unconditional):
        at_mean = clipped(result.unconditional.mean or 0.0, limits)
        draw_dot(axes, at_mean, y, mfc="white", mec=ORANGE, ms=5, zorder=3)
    if result.mean is not None:
        draw_dot(axes, clipped(result.mean, limits), y, color=ORANGE, ms=5, zorder=4)


def _differs(result: Summary, other: Summary) -> bool:
    return other.mean is not None and (result.mean is None or abs(other.mean - result.mean) > 1e-12)


def _density(log_odds: FloatArray, limits: tuple[float, float]) -> tuple[FloatArray, FloatArray]:
    """Return a smooth density of the draws within the limits, its peak at 1.

    A Gaussian kernel with Scott's bandwidth over a fine histogram, which is as good at any size it is drawn.
    """
    n_bins = 400
    low, high = max(limits[0], float(log_odds.min())), min(limits[1], float(log_odds.max()))
    counts, edges = np.histogram(log_odds, n_bins, (low, high))
    bandwidth = float(log_odds.std()) * log_odds.size**-0.2 * n_bins / (high - low)
    reach = np.arange(-int(4 * bandwidth) - 1, int(4 * bandwidth) + 2)
    heights = np.convolve(counts, np.exp(-0.5 * (reach / bandwidth) ** 2), mode="full")
    heights = heights[-reach[0] : -reach[0] + n_bins]
    return (edges[:-1] + edges[1:]) / 2, heights / heights.max()

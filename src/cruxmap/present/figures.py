"""Answers as figures, drawn with matplotlib without global state, the same to the byte every time."""

import io
import math
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from cruxmap.insight.estimate import Estimate, Summary, TargetEstimate
from cruxmap.language.argument_map import MAP_WORLDVIEW, ModelSpec
from cruxmap.network.network import FloatArray
from cruxmap.present.numbers import interval, percent
from cruxmap.present.tables import by_target, question_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE = "#0072b2"
PALE_BLUE = "#bcd9ec"
ORANGE = "#d55e00"
INK = "#1a1a1a"
QUIET = "#666666"

ROW_HEIGHT = 0.62
"""Inches per worldview."""
LABEL_WIDTH, AXIS_WIDTH, NUMBER_WIDTH = 2.5, 5.0, 1.75
"""Inches for the names on the left, the axis, and the numbers on the right."""
MARGIN = 0.15
FEWEST_LOGITS = 2.0
"""The axis spans at least this much, so that close estimates look close."""
TICKS = (0.5, *(p for e in range(1, 13) for p in (10.0**-e, 3 * 10.0**-e)))

STYLE: Any = {
    "svg.hashsalt": "cruxmap",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": QUIET,
    "xtick.color": INK,
}


def encode(figure: "Figure", form: str) -> bytes:
    """Return a figure as `svg` or `png`; no date and no random id goes into it."""
    import matplotlib as mpl

    out = io.BytesIO()
    with mpl.rc_context(STYLE):
        metadata = {"Date": None} if form == "svg" else {}
        figure.savefig(out, format=form, dpi=160, metadata=metadata, facecolor="white")
    return out.getvalue()


@contextmanager
def _blank(width: float, height: float) -> "Iterator[Figure]":
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(STYLE):
        yield Figure(figsize=(width, height))


def estimate_figures(model: ModelSpec, estimate: Estimate) -> "dict[str, Figure]":
    """Return a forest of the target, and one of each further target, by the names of their files."""
    texts = {worldview.about.id: worldview.about.text for worldview in model.map.worldviews}
    texts[MAP_WORLDVIEW] = "The map's own judgements."
    drawn = {}
    for target, results in by_target(estimate).items():
        name = "estimate" if target == estimate.target else f"estimate-{_file_name(target)}"
        entry = model.map.entry.get(target.partition(".")[0])
        title = f"{target}: {entry.about.text}" if entry else target
        drawn[name] = forest(results, title, texts, question_text(estimate))
    return drawn


def _file_name(target: str) -> str:
    """Return a name for a file about a target, which may be a condition in braces."""
    return "-".join("".join(c if c.isalnum() or c in "-._" else " " for c in target).split())


def forest(
    results: "Mapping[str, TargetEstimate]", title: str, texts: Mapping[str, str], foot: str
) -> "Figure":
    """Draw one target's estimate in every worldview on a log-odds axis.

    `texts` maps worldviews to their sentences. A row has the distribution over draws, the 90% interval,
    the mean (dot) and the median (tick); an open dot is the mean without what is assumed, where that
    was asked.
    """
    lines = textwrap.wrap(title, 95)
    key = "Shape: spread over the judgements. Bar: 90% interval. Tick: median. Dot: mean."
    if any(_differs(result, result.unconditional) for result in results.values()):
        key += " Open dot: mean without the assumptions."
    notes = [*textwrap.wrap(foot, 130), *textwrap.wrap(key, 130)]
    width = LABEL_WIDTH + AXIS_WIDTH + NUMBER_WIDTH
    head, tall, below = 0.3 + 0.19 * len(lines), len(results) * ROW_HEIGHT, 0.6 + 0.17 * len(notes)
    height = head + tall + below
    with _blank(width, height) as figure:
        for i, line in enumerate(lines):
            figure.text(MARGIN / width, 1 - (0.28 + 0.19 * i) / height, line, weight="bold", size=10)
        for i, line in enumerate(reversed(notes)):
            figure.text(MARGIN / width, (0.12 + 0.17 * i) / height, line, size=7.5, color=QUIET)
        box = (LABEL_WIDTH / width, below / height, AXIS_WIDTH / width, tall / height)
        _forest_rows(figure.add_axes(box), results, texts, _limits(results))
    return figure


def _limits(results: "Mapping[str, TargetEstimate]") -> tuple[float, float]:
    """Return the ends of the log-odds axis: everything drawn, but for the outermost draws."""
    ends: list[float] = []
    for result in results.values():
        finite = result.log_odds[np.isfinite(result.log_odds)]
        if finite.size:
            ends += np.quantile(finite, (0.002, 0.998)).tolist()
        means = [p for p in (result.mean, result.unconditional.mean) if p is not None and 0 < p < 1]
        ends += [_logit(p) for p in means]
    low, high = (min(ends), max(ends)) if ends else (-1.0, 1.0)
    margin = max(0.04 * (high - low), (FEWEST_LOGITS - (high - low)) / 2)
    return low - margin, high + margin


def _logit(p: float) -> float:
    return math.log(p) - math.log1p(-p)


def _forest_rows(
    axes: "Axes",
    results: "Mapping[str, TargetEstimate]",
    texts: Mapping[str, str],
    limits: tuple[float, float],
) -> None:
    axes.set_xlim(*limits)
    axes.set_ylim(len(results) - 0.35, -0.65)
    axes.set_yticks([])
    axes.spines[["left", "right", "top"]].set_visible(False)
    ticks = _ticks(limits)
    axes.set_xticks([_logit(p) for p in ticks], [f"{100 * p:.7g}%" for p in ticks], size=8)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    for y, (worldview, result) in enumerate(results.items()):
        _forest_row(axes, y, result, limits)
        words = textwrap.wrap(texts.get(worldview, ""), 42, max_lines=3, placeholder=" ...")
        defined = result.mean is not None
        left, right = (0.0, (MARGIN - LABEL_WIDTH) * 72), (1.0, 10.0)
        _beside(axes, y, left, 8, worldview, size=9, weight="bold")
        _beside(axes, y, left, 1, "\n".join(words), size=6.5, color=QUIET, va="top")
        _beside(axes, y, right, 6, percent(result.mean) if defined else "undefined", size=9, weight="bold")
        spread = interval(result.interval_90) if defined else "impossible here"
        _beside(axes, y, right, -6, spread, size=7.5, color=QUIET)


def _beside(axes: "Axes", y: float, at: tuple[float, float], up: float, text: str, **style: Any) -> None:
    """Write beside a row: `at` is the side of the axis and how far from it, `up` how far above, in points."""
    axes.annotate(
        text,
        (at[0], y),
        xytext=(at[1], up),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        annotation_clip=False,
        **{"va": "center", **style},
    )


def _forest_row(axes: "Axes", y: float, result: "TargetEstimate", limits: tuple[float, float]) -> None:
    finite = result.log_odds[np.isfinite(result.log_odds)]
    if finite.size > 1 and np.ptp(finite) > 1e-9:
        at, heights = _density(finite, limits)
        axes.fill_between(at, y, y - 0.55 * heights, color=PALE_BLUE, linewidth=0)
    if result.interval_90 is not None and result.median is not None:
        low, high = (_clipped(p, limits) for p in result.interval_90)
        axes.plot([low, high], [y, y], color=BLUE, linewidth=2.5, solid_capstyle="butt")
        middle = _clipped(result.median, limits)
        axes.plot([middle, middle], [y - 0.09, y + 0.09], color=BLUE, linewidth=1.5)
    if _differs(result, result.unconditional):
        at_mean = _clipped(result.unconditional.mean or 0.0, limits)
        axes.plot([at_mean], [y], "o", mfc="white", mec=ORANGE, ms=5, zorder=3)
    if result.mean is not None:
        axes.plot([_clipped(result.mean, limits)], [y], "o", color=ORANGE, ms=5, zorder=4)


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


def _clipped(p: float, limits: tuple[float, float]) -> float:
    """Return the logit, moved to the end of the axis where it lies beyond."""
    if p <= 0:
        return limits[0]
    return limits[1] if p >= 1 else min(max(_logit(p), limits[0]), limits[1])


def _ticks(limits: tuple[float, float]) -> list[float]:
    """Return round probabilities for the axis, as many as fit without their labels touching."""
    between = [p for p in (0.2, 0.4, 0.05, 0.02, 0.25, 0.15, 0.07, 0.35, 0.45) if limits[1] - limits[0] < 6]
    candidates = [p for q in (*TICKS, *between) for p in (q, 1 - q)]
    chosen: list[float] = []
    for p in candidates:
        if not 0 < p < 1:
            continue
        room = 0.085 * (limits[1] - limits[0])
        u = _logit(p)
        inside = limits[0] <= u <= limits[1]
        if inside and all(abs(u - _logit(other)) >= room for other in chosen):
            chosen.append(p)
    return sorted(chosen)

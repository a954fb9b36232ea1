"""Diffs as figures: the waterfall from one worldview to another, double cruxes, and all pairs."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from cruxmap.engine.special import expit
from cruxmap.insight.diff import Difference, DoubleCrux, WorldviewDiff
from cruxmap.insight.pairs import AgainstRest, PairMatrix
from cruxmap.language.argument_map import MAP_WORLDVIEW
from cruxmap.present.canvas import (
    BLUE,
    GRID,
    INK,
    MARGIN,
    ORANGE,
    PALE_BLUE,
    PALE_ORANGE,
    QUIET,
    ROW,
    WIDTHS,
    Drawings,
    beside,
    draw_bar,
    draw_dot,
    draw_line,
    framed,
    left_out,
    log_odds_axis,
    logit,
    number_axis,
    row_label,
    row_numbers,
    rows_axis,
    shortened,
)
from cruxmap.present.phrases import (
    CENTRAL,
    MEAN,
    MEAN_AND_CENTRAL,
    THE_MAPS_OWN,
    UNMOVED,
    part,
    percent,
    points,
    signed,
    the,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAX_BARS = 16
MAX_NAMED = 12
MAX_WORLDVIEWS = 40
CELL = 0.62
"""Inches per worldview in the matrix of pairs."""
TREE = 2.0
"""Inches for the clustering beside it."""


def diff_figures(diff: WorldviewDiff) -> Drawings:
    """Return what draws the figures of a diff, by their names; nothing where there is nothing to draw."""
    drawn: dict[str, Callable[[], Figure]] = {}
    if _shown_steps(diff):
        drawn[f"diff-{diff.a}-{diff.b}-waterfall"] = partial(waterfall, diff)
    if _plotted(diff):
        drawn[f"diff-{diff.a}-{diff.b}-double-cruxes"] = partial(voi_against_vod, diff)
    return drawn


# --- the waterfall -------------------------------------------------------------------------------


def _shown_steps(diff: WorldviewDiff) -> tuple[Difference, ...]:
    """Return the differences that have a share, where they lead from one finite number to another."""
    ends = (diff.probability_a, diff.probability_b)
    if any(p is None or not 0 < p < 1 for p in ends):
        return ()
    return tuple(d for d in diff.differences if d.share_logit)


def waterfall(diff: WorldviewDiff) -> "Figure":
    """Draw the way from b's estimate to a's: each difference moves it by its share of the gap.

    The shares lead from one central value to the other. At each end a bar of its own leads from there to the
    mean. The numbers beside a bar are its own length.
    """
    bars = _way(diff)
    at = [bar.start for bar in bars] + [bar.stop for bar in bars]
    low, high = min(at), max(at)
    margin = max(0.05 * (high - low), (1.0 - (high - low)) / 2)
    title = f"{diff.target}: from {the(diff.b)} to {the(diff.a)}"
    key = (
        f"Each bar: what it does to put the numbers of {the(diff.a)} there in place of {the(diff.b)}'s, "
        f"in log-odds averaged over the orders of doing so (Shapley), at {CENTRAL} judgements. Right: how "
        "long the bar is, in points of percentage and in log-odds."
    )
    n = len(bars) + 2
    with framed(title, (key, MEAN_AND_CENTRAL), n * ROW, WIDTHS) as (figure, axes):
        log_odds_axis(axes, (low - margin, high + margin))
        rows_axis(axes, n)
        for y, bar in enumerate(bars, start=1):
            _bar(axes, y, bar.start, bar.stop - bar.start)
            _link(axes, bar.start, y)
            row_label(axes, y, WIDTHS[0], bar.name, bar.words)
            row_numbers(axes, y, *_length(bar))
        _link(axes, bars[-1].stop, n - 1, to=0.0)
        _end_row(axes, 0, diff.b, (diff.mean_b, diff.probability_b))
        _end_row(axes, n - 1, diff.a, (diff.mean_a, diff.probability_a))
    return figure


class _Drawn(NamedTuple):
    """A bar of the waterfall: its name, words, and ends in log-odds."""

    name: str
    words: str
    start: float
    stop: float


def _way(diff: WorldviewDiff) -> list[_Drawn]:
    """Return the bars from b's mean to a's: to its central value, over the differences, and to the mean."""
    assert diff.probability_b is not None
    assert diff.probability_a is not None
    at = logit(diff.probability_b)
    bars = []
    for name, words, move in _bars(_shown_steps(diff)):
        bars.append(_Drawn(name, words, at, at + move))
        at += move
    first, last = bars[0].start, bars[-1].stop
    if (mean := _apart(diff.mean_b, first)) is not None:
        words = f"With every judgement of {the(diff.b)} in its middle: {percent(diff.probability_b)}."
        bars.insert(0, _Drawn(f"{diff.b}: from {MEAN} to {CENTRAL}", words, mean, first))
    if (mean := _apart(diff.mean_a, last)) is not None:
        words = f"With every judgement of {the(diff.a)} in its middle: {percent(diff.probability_a)}."
        bars.append(_Drawn(f"{diff.a}: from {CENTRAL} to {MEAN}", words, last, mean))
    return bars


def _apart(mean: float | None, central: float) -> float | None:
    """Return the log-odds of a mean that is not the same as the central ones."""
    if mean is None or not 0 < mean < 1 or abs(logit(mean) - central) < UNMOVED:
        return None
    return logit(mean)


def _bars(steps: Sequence[Difference]) -> list[tuple[str, str, float]]:
    """Return the rows between the central values: name, words, and the move in log-odds.

    What is too small for a row of its own is summed, up and down apart.
    """
    moves = [(d.id, d.text, d.share_logit or 0.0) for d in steps]
    shown, small = moves[:MAX_BARS], moves[MAX_BARS:]
    for what, part_of in (
        ("up", [move for move in small if move[2] > 0]),
        ("down", [move for move in small if move[2] < 0]),
    ):
        if part_of:
            names = ", ".join(name for name, *_ in part_of[:3])
            words = f"{names} and others, each less than those above." if len(part_of) > 3 else f"{names}."
            shown.append((f"{len(part_of)} more, {what}", words, math.fsum(move for *_, move in part_of)))
    return shown


def _bar(axes: "Axes", y: float, start: float, move: float) -> None:
    """Draw a move, one that goes up plain and one that goes down hatched."""
    colours, hatch = ((BLUE, PALE_BLUE), "") if move > 0 else ((ORANGE, PALE_ORANGE), "////")
    draw_bar(axes, y, (start, start + move), colours, hatch)


def _link(axes: "Axes", at: float, y: float, to: float = 0.25) -> None:
    """Lead down to a row from the one above."""
    draw_line(axes, [at] * 2, [y - 0.75, y + to], color=QUIET, linewidth=0.7, zorder=0)


def _length(bar: _Drawn) -> tuple[str, str]:
    """Write how long a bar is, in points of percentage and in log-odds."""
    move = expit(bar.stop) - expit(bar.start)
    return points(move), f"{signed(bar.stop - bar.start)} log-odds"


def _end_row(axes: "Axes", y: int, worldview: str, numbers: tuple[float | None, float | None]) -> None:
    """Draw where the way begins or ends: at the mean, or at the central value where that is all there is."""
    mean, central = numbers
    assert central is not None
    moved = _apart(mean, logit(central)) is not None
    p = mean if moved and mean is not None else central
    what = MEAN if moved else CENTRAL if mean is None else f"{MEAN} and {CENTRAL}"
    draw_dot(axes, logit(p), y, color=INK, markersize=7)
    row_label(axes, y, WIDTHS[0], worldview, THE_MAPS_OWN if worldview == MAP_WORLDVIEW else "")
    row_numbers(axes, y, percent(p), what)


# --- double cruxes -------------------------------------------------------------------------------


def _plotted(diff: WorldviewDiff) -> tuple[DoubleCrux, ...]:
    return tuple(crux for crux in diff.double_cruxes if crux.vod is not None and min(_voi(crux)) > 0)


def _voi(crux: DoubleCrux) -> tuple[float, float]:
    return crux.voi_a, crux.voi_b


def voi_against_vod(diff: WorldviewDiff) -> "Figure":
    """Draw what both would learn from a claim against how much of the disagreement it would close.

    The best are numbered; their words are in a list on the left, and the others are dots without names.
    """
    cruxes = _plotted(diff)
    named, others = cruxes[:MAX_NAMED], cruxes[MAX_NAMED:]
    title = f"{diff.target}: what {diff.a} and {diff.b} would learn, and settle"
    key = (
        "Across: value of information (bans) for the one who would learn less. Up: the part of the "
        "disagreement about the target that is expected to go on learning this (value of discrimination); "
        "below the line it would grow. Open dot: it follows from the target."
    )
    notes = (
        key,
        *((f"Pale dots: {len(others)} others; the least telling are not drawn.",) if others else ()),
    )
    with framed(title, notes, max(len(named) * ROW, 3.6), (4.1, 5.2, 0.3)) as (figure, axes):
        _scatter(axes, named, others)
        top = max(len(named), 3.6 / ROW)
        for y, crux in enumerate(named):
            height = 1 - (y + 0.5) / top
            _list_row(axes, height, y + 1, crux, diff)
    return figure


def _scatter(axes: "Axes", named: Sequence[DoubleCrux], others: Sequence[DoubleCrux]) -> None:
    def place(crux: DoubleCrux) -> tuple[float, float]:
        return math.log10(min(_voi(crux))), crux.vod_share or 0.0

    dots = [place(crux) for crux in named]
    floor = min(x for x, _ in dots) - 2.0
    pale = [(x, y) for x, y in map(place, others) if x > floor]
    xs, ys = zip(*dots, *pale, strict=True)
    across, up = max(max(xs) - min(xs), 1.0), max(max((*ys, 0.0)) - min((*ys, 0.0)), 1e-3)
    axes.set_xlim(min(xs) - 0.08 * across, max(xs) + 0.12 * across)
    axes.set_ylim(min((*ys, 0.0)) - 0.1 * up, max((*ys, 0.0)) + 0.1 * up)
    axes.xaxis.set_major_formatter(lambda x, _: f"{10**x:.1g}".replace("e-0", "e-"))
    axes.yaxis.set_major_formatter(lambda y, _: part(y, 0 if up > 0.05 else 1))
    axes.locator_params(axis="both", nbins=5)
    axes.tick_params(labelsize=8)
    axes.set_xlabel("value of information, the lesser of the two (bans)", size=8)
    axes.set_ylabel("part of the disagreement that goes", size=8)
    axes.grid(color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["right", "top"]].set_visible(False)
    axes.axhline(0, color=INK, linewidth=0.8)
    if pale:
        axes.plot(*zip(*pale, strict=True), "o", color=PALE_BLUE, markersize=4)
    for (x, y), crux in zip(dots, named, strict=True):
        face = "white" if crux.downstream else BLUE
        draw_dot(axes, x, y, mfc=face, mec=BLUE, mew=1.2, markersize=5.5)
    for number, (dot, label) in enumerate(zip(dots, _label_places(axes, dots), strict=True), start=1):
        axes.annotate(
            str(number),
            dot,
            xytext=label,
            textcoords="offset points",
            ha="center",
            va="center",
            size=8,
            weight="bold",
            arrowprops={"arrowstyle": "-", "color": QUIET, "linewidth": 0.6, "shrinkA": 5, "shrinkB": 3},
        )


def _label_places(axes: "Axes", dots: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return where each dot's number goes, in points from the dot, clear of all dots and other numbers."""
    to_points = 72 / axes.figure.get_dpi()
    at = [tuple(to_points * v for v in axes.transData.transform(dot)) for dot in dots]
    taken = [(x, y, 6.0) for x, y in at]
    places = []
    for x, y in at:
        tries = [
            (reach * math.cos(turn * math.pi / 8), reach * math.sin(turn * math.pi / 8))
            for reach in range(11, 200, 6)
            for turn in (2, 0, 4, 14, 6, 8, 12, 10, 1, 3, 15, 5, 7, 9, 11, 13)
        ]
        dx, dy = next(
            (t for t in tries if all(math.hypot(x + t[0] - u, y + t[1] - v) > r + 5 for u, v, r in taken)),
            tries[-1],
        )
        taken.append((x + dx, y + dy, 6.0))
        places.append((dx, dy))
    return places


def _list_row(axes: "Axes", height: float, number: int, crux: DoubleCrux, diff: WorldviewDiff) -> None:
    """Write a numbered claim, its words and both credences left of the axes, at a part of their height."""
    credences = f"{percent(crux.probability_a)} in {diff.a}, {percent(crux.probability_b)} in {diff.b}"
    row_label(axes, height, 4.1, f"{number}  {crux.id}", crux.text, more=credences, fraction=True)


# --- one against the rest ------------------------------------------------------------------------


def rest_figures(rest: AgainstRest) -> Drawings:
    """Return what draws as bars what sets a worldview apart, by its name; nothing where nothing does."""
    return (
        {f"diff-{rest.worldview}-rest": partial(apart, rest)}
        if any(d.share_logit for d in rest.differences)
        else {}
    )


def apart(rest: AgainstRest) -> "Figure":
    """Draw each difference's mean share of the gaps between a worldview and the others, as a bar from 0."""
    telling = [d for d in rest.differences if d.share_logit]
    shown = telling[:MAX_BARS]
    title = f"{rest.target}: what sets {rest.worldview} apart"
    key = (
        f"Each bar: what it does to put {rest.worldview}'s numbers there in place of another's, averaged "
        f"over the orders of doing so (Shapley) and over {', '.join(rest.others)}, at central judgements. "
        "On the right: in log-odds and percentage points."
    )
    notes = (key, *left_out(len(telling) - len(shown), "with smaller shares"))
    with framed(title, notes, len(shown) * ROW, WIDTHS) as (figure, axes):
        rows_axis(axes, len(shown))
        low, high = (end(0.0, *(d.share_logit for d in shown)) for end in (min, max))
        room = 0.05 * (high - low)
        axes.set_xlim(low - room * (low < 0), high + room * (high > 0))
        axes.axvline(0, color=INK, linewidth=0.8)
        number_axis(axes, lambda x: signed(x, 1) if x else "0", "difference in log-odds")
        axes.tick_params(axis="x", labelsize=8)
        for y, difference in enumerate(shown):
            _bar(axes, y, 0.0, difference.share_logit)
            row_label(axes, y, WIDTHS[0], difference.id, difference.text)
            row_numbers(axes, y, signed(difference.share_logit), points(difference.share_probability))
    return figure


# --- all pairs -----------------------------------------------------------------------------------


def pair_figures(matrix: PairMatrix) -> Drawings:
    """Return what draws the matrix of pairs, where there are at least two worldviews."""
    return {"pairs": partial(pairs_matrix, matrix)} if len(matrix.worldviews) > 1 else {}


def pairs_matrix(matrix: PairMatrix) -> "Figure":
    """Draw the gaps between all worldviews, those who think alike side by side, and their clustering."""
    names = matrix.worldviews[:MAX_WORLDVIEWS]
    n = len(names)
    known = [d for row in matrix.distance[:n] for d in row[:n] if d is not None]
    top = max(known, default=0.0) or 1.0
    title = f"{matrix.target}: every pair of worldviews"
    key = (
        "Numbers: log-odds of the row minus those of the column. Shade: how far apart the two are about the "
        f"claims that the target rests on, from 0 (white) to {top:.2g}; the tree joins groups at their mean "
        "distance. At central judgements."
    )
    notes = (key, *left_out(len(matrix.worldviews) - n, "worldviews"))
    drawn = n == len(matrix.worldviews) and len(matrix.merges) > 0
    widths = (2.4, max(n * CELL, 4.5), 0.9 + (TREE if drawn else 0.0))
    with framed(title, notes, n * CELL * 0.55, widths) as (figure, axes):
        axes.set_xlim(-0.5, n - 0.5)
        rows_axis(axes, n)
        axes.set_ylim(n - 0.5, -0.5)
        axes.spines[:].set_visible(False)
        axes.set_xticks(range(n), [str(i + 1) for i in range(n)], size=8, weight="bold")
        axes.tick_params(axis="x", length=0)
        for i, name in enumerate(names):
            beside(axes, i, (0.0, (MARGIN - widths[0]) * 72), 0, f"{i + 1}  {shortened(name, 26)}", size=8)
            beside(axes, i, (1.0, 10.0), 0, percent(matrix.probabilities[i]), size=8, weight="bold")
            for j in range(n):
                distance = matrix.distance[i][j]
                _cell(axes, (i, j), matrix.gap_logit[i][j], None if distance is None else distance / top)
        if drawn:
            _clustering(figure, axes, matrix)
    return figure


def _clustering(figure: "Figure", beside_axes: "Axes", matrix: PairMatrix) -> None:
    """Draw the merges right of the matrix, each worldview's line beginning at its row."""
    box = beside_axes.get_position()
    inch = box.width / max(len(matrix.worldviews) * CELL, 4.5)
    axes = figure.add_axes((box.x1 + 0.85 * inch, box.y0, (TREE - 0.25) * inch, box.height))
    axes.set_ylim(*beside_axes.get_ylim())
    axes.set_yticks([])
    axes.set_xlim(0, 1.04 * matrix.merges[-1].distance or 1.0)
    axes.locator_params(axis="x", nbins=3)
    axes.tick_params(axis="x", labelsize=7)
    axes.spines[["left", "right", "top"]].set_visible(False)
    ends = {number: (0.0, float(number)) for number in range(len(matrix.worldviews))}
    for number, merge in enumerate(matrix.merges, start=len(matrix.worldviews)):
        (left, above), (right, below) = ends[merge.left], ends[merge.right]
        xs, ys = (left, merge.distance, merge.distance, right), (above, above, below, below)
        draw_line(axes, xs, ys, color=BLUE, linewidth=1.2)
        ends[number] = merge.distance, (above + below) / 2


def _cell(axes: "Axes", at: tuple[int, int], gap: float | None, depth: float | None) -> None:
    from matplotlib.patches import Rectangle

    i, j = at
    white, blue = (1.0, 1.0, 1.0), (0.45, 0.69, 0.85)
    colour = tuple(w + (depth or 0.0) * (b - w) for w, b in zip(white, blue, strict=True))
    hatch = "////" if depth is None else ""
    axes.add_artist(Rectangle((j - 0.5, i - 0.5), 1, 1, facecolor=colour, edgecolor="white", hatch=hatch))
    if i != j:
        axes.text(j, i, _gap_text(gap), ha="center", va="center", size=7.5, color=INK)


def _gap_text(gap: float | None) -> str:
    return signed(None if gap is None else round(gap, 1) + 0.0, 1)

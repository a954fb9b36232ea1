"""Diffs as figures: the way from one worldview to another, what the two could talk about, and all pairs."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from cruxmap.engine.special import expit
from cruxmap.insight.diff import Difference, WorldviewDiff
from cruxmap.insight.double_cruxes import DoubleCrux, DoubleCruxQuestion
from cruxmap.insight.pairs import AgainstRest, PairMatrix
from cruxmap.language.argument_map import MAP_WORLDVIEW
from cruxmap.present.canvas import (
    BLUE,
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
    span,
)
from cruxmap.present.phrases import (
    CENTRAL,
    MEAN,
    MEAN_AND_CENTRAL,
    NOTICED,
    THE_MAPS_OWN,
    UNMOVED,
    in_points,
    part,
    percent,
    points,
    says_little_notes,
    signed,
    telling,
    the,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAX_BARS = 16
MAX_CLOSING, MAX_WIDENING = 10, 5
"""How many double cruxes are drawn."""
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
    if any(_drawn_cruxes(diff)):
        drawn[f"diff-{diff.a}-{diff.b}-double-cruxes"] = partial(dumbbells, diff)
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
    moves = [(d.id, _words(d), d.share_logit or 0.0) for d in steps]
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


def _words(difference: Difference) -> str:
    """Return what an entry says, and who brings it, or the routes of it in which the two differ."""
    told = [
        f"{change.address.removeprefix(difference.id).lstrip('.#')}, brought by {change.brought_by}"
        for change in difference.changes
        if change.brought_by is not None
    ]
    if difference.brought_by is not None:
        told = [f"brought by {difference.brought_by}"]
    return f"{difference.text} ({'; '.join(told)})" if told else difference.text


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


def _drawn_cruxes(diff: WorldviewDiff) -> tuple[tuple[DoubleCrux, ...], tuple[DoubleCrux, ...]]:
    """Return the premises and arguments that close most of the gap, and those that widen it."""

    def noticed(cruxes: Sequence[DoubleCrux], most: int) -> tuple[DoubleCrux, ...]:
        known = (c for c in cruxes if abs(c.vod_share or 0.0) >= NOTICED and _both_inside(c))
        return tuple(known)[:most]

    found = diff.to_settle
    return noticed(found.ranking, MAX_CLOSING), noticed(found.widening, MAX_WIDENING)


def _both_inside(crux: DoubleCrux) -> bool:
    return all(0 < p < 1 for p in (crux.probability_a, crux.probability_b))


def dumbbells(diff: WorldviewDiff) -> "Figure":
    """Draw each double crux as the two credences in it, a line between, and the part of the gap it closes.

    Those that would widen the gap stand below the others, under a line that says so.
    """
    closing, widening = _drawn_cruxes(diff)
    rows: list[tuple[float, DoubleCrux]] = [(float(y), crux) for y, crux in enumerate(closing, start=1)]
    below = len(closing) + 1.0
    rows += [(below + 1 + y, crux) for y, crux in enumerate(widening)]
    n = (len(closing) + 1 if closing else 0) + (len(widening) + 1 if widening else 0)
    title = f"{diff.target}: what {the(diff.a)} and {the(diff.b)} could talk about"
    key = (
        f"Across: how likely each thinks it, filled for {the(diff.a)}, open for {the(diff.b)}. Right: the "
        "part of their disagreement about the target that is expected to go on learning it (value of "
        "discrimination), or to come on top. Premises and arguments; stages, which follow from others, are "
        "in the table."
    )
    first = 0.0 if closing else below
    with framed(title, (key,), n * ROW, WIDTHS) as (figure, axes):
        at = [p for _, crux in rows for p in (crux.probability_a, crux.probability_b)]
        low, high = span(at)
        room = 0.12 * (high - low)
        log_odds_axis(axes, (low - room, high + room))
        axes.set_ylim(first + n - 0.35, first - 0.65)
        axes.set_yticks([])
        if closing:
            _heading(axes, 0.0, "Settling these should bring the two closer")
        if widening:
            _heading(axes, below, "Talking about these will drive the two further apart")
        for y, crux in rows:
            _dumbbell(axes, y, crux)
    return figure


def _heading(axes: "Axes", y: float, text: str) -> None:
    beside(axes, y, (0.0, (MARGIN - WIDTHS[0]) * 72), 0, text, size=9, color=QUIET, weight="bold")


def _dumbbell(axes: "Axes", y: float, crux: DoubleCrux) -> None:
    share = crux.vod_share or 0.0
    colour = BLUE if share >= 0 else ORANGE
    ends = [
        (logit(p), p, face) for p, face in ((crux.probability_a, colour), (crux.probability_b, "white"))
    ]
    draw_line(axes, [x for x, *_ in ends], [y, y], color=colour, linewidth=1.6)
    for x, _, face in ends:
        draw_dot(axes, x, y, mfc=face, mec=colour, mew=1.4, markersize=6.5)
    write = telling([(crux.probability_a, crux.probability_b)])
    for (x, p, _), side in zip(sorted(ends), (-1, 1), strict=True):
        where = "right" if side < 0 else "left"
        axes.annotate(
            write(p), (x, y), (side * 7, 0), textcoords="offset points", ha=where, va="center", size=7.5
        )
    state = f": {crux.state_text}" if isinstance(crux, DoubleCruxQuestion) else ""
    row_label(axes, y, WIDTHS[0], f"{crux.id}{state}", crux.text)
    row_numbers(axes, y, part(abs(share)), "of the gap closed" if share >= 0 else "added to the gap")


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
    """Return what draws the matrix of pairs, where there are more than two worldviews to compare."""
    return {"pairs": partial(pairs_matrix, matrix)} if len(matrix.worldviews) > 2 else {}


def pairs_matrix(matrix: PairMatrix) -> "Figure":
    """Draw each pair of worldviews once, those who think alike side by side, and their clustering."""
    names = matrix.worldviews[:MAX_WORLDVIEWS]
    n = len(names)
    gaps = [list(row[:i]) for i, row in enumerate(matrix.gap_probability[:n])]
    widest = max((abs(gap) for row in gaps for gap in row if gap is not None), default=0.0) or 1.0
    title = f"{matrix.target}: every pair of worldviews"
    key = (
        f"Numbers: the {MEAN} of the row minus that of the column, in points of percentage. Blue: the row is "
        "higher; orange: it is lower; the deeper, the farther apart."
    )
    tree = (
        "Tree: the sooner two lines join, the more alike their worldviews are about the claims that the "
        "target rests on."
    )
    little = says_little_notes(matrix.says_little, matrix.worldviews)
    drawn = n == len(matrix.worldviews) and len(matrix.merges) > 0
    more = left_out(len(matrix.worldviews) - n, "worldviews")
    notes = (key, *((tree,) if drawn else ()), *little, *more)
    widths = (2.4, _width(n), 1.4 + (TREE if drawn else 0.0))
    with framed(title, notes, n * CELL * 0.65, widths) as (figure, axes):
        axes.set_xlim(-0.5, n - 1.5)
        axes.set_ylim(n - 0.5, -0.5)
        axes.set_yticks([])
        axes.spines[:].set_visible(False)
        axes.set_xticks(range(n - 1), [str(i + 1) for i in range(n - 1)], size=8, weight="bold")
        axes.tick_params(axis="x", length=0)
        for i, name in enumerate(names):
            beside(axes, i, (0.0, (MARGIN - widths[0]) * 72), 0, f"{i + 1}  {shortened(name, 26)}", size=8)
            mean, central = percent(matrix.means[i]), percent(matrix.probabilities[i])
            row_numbers(axes, i, f"{mean} {MEAN}", f"{central} {CENTRAL}")
            for j, gap in enumerate(gaps[i]):
                _cell(axes, (i, j), gap, widest)
        if drawn:
            _clustering(figure, axes, matrix)
    return figure


def _width(n: int) -> float:
    """Return how wide the matrix of n worldviews is, in inches: the last has no column."""
    return max((n - 1) * CELL, 2.0)


def _clustering(figure: "Figure", beside_axes: "Axes", matrix: PairMatrix) -> None:
    """Draw the merges right of the matrix, each worldview's line beginning at its row."""
    box = beside_axes.get_position()
    inch = box.width / _width(len(matrix.worldviews))
    axes = figure.add_axes((box.x1 + 1.35 * inch, box.y0, (TREE - 0.25) * inch, box.height))
    axes.set_ylim(*beside_axes.get_ylim())
    axes.set_xlim(0, 1.04 * matrix.merges[-1].distance or 1.0)
    axes.set_axis_off()
    ends = {number: (0.0, float(number)) for number in range(len(matrix.worldviews))}
    for number, merge in enumerate(matrix.merges, start=len(matrix.worldviews)):
        (left, above), (right, below) = ends[merge.left], ends[merge.right]
        xs, ys = (left, merge.distance, merge.distance, right), (above, above, below, below)
        draw_line(axes, xs, ys, color=BLUE, linewidth=1.2)
        ends[number] = merge.distance, (above + below) / 2


def _cell(axes: "Axes", at: tuple[int, int], gap: float | None, widest: float) -> None:
    """Draw how far the mean of a row is above that of a column, its colour as deep as that is wide."""
    from matplotlib.colors import to_rgb
    from matplotlib.patches import Rectangle

    i, j = at
    deep = to_rgb(BLUE if (gap or 0.0) > 0 else ORANGE)
    share = 0.0 if gap is None else 0.6 * math.sqrt(abs(gap) / widest)
    colour = tuple(1.0 + share * (part - 1.0) for part in deep)
    hatch = "////" if gap is None else ""
    axes.add_artist(Rectangle((j - 0.5, i - 0.5), 1, 1, facecolor=colour, edgecolor="white", hatch=hatch))
    text = "-" if gap is None else in_points(gap)
    axes.text(j, i, text, ha="center", va="center", size=8)

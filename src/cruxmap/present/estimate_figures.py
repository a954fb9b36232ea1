"""An estimate as figures: a forest of worldviews for a target, bars for a question or an event as a whole."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np

from cruxmap.engine.network import FloatArray
from cruxmap.insight.estimate import Estimate, Summary, TargetEstimate
from cruxmap.language.argument_map import MAP_WORLDVIEW, Event
from cruxmap.language.model_spec import ModelSpec
from cruxmap.present.canvas import (
    BLUE,
    GREY,
    INK,
    KINDS,
    MARGIN,
    ORANGE,
    PALE_BLUE,
    PALE_GREY,
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
from cruxmap.present.estimate_tables import (
    by_target,
    conditions_text,
    little_text,
    question_text,
    saying_little,
    values_of,
)
from cruxmap.present.lettering import wrapped
from cruxmap.present.phrases import CENTRAL, MEAN, THE_MAPS_OWN, interval, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW_HEIGHT = 0.62
"""Inches per worldview."""
LABEL_WIDTH, AXIS_WIDTH, NUMBER_WIDTH = 2.5, 5.0, 1.75
"""Inches for the names on the left, the axis, and the numbers on the right."""
MIN_LOGITS = 2.0
"""The axis spans at least this much, so that close estimates look close."""


BAR_WIDTHS = (1.5, 6.25, 0.4)
"""The same for bars of values."""
BAR_HEIGHT = 0.42
"""Inches per worldview of a question or an event."""
KEY_LINE = 0.62
"""How much of that a line of the key takes."""
LETTER = 0.0105
"""About how much of the axis's width a letter of the key takes."""
NARROWEST = 0.045
"""The smallest share that is written into its part of a bar."""
PALE = 0.45
"""How strong the colours are where nobody speaks."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a row of a forest looks: a voice's, or in grey and hollow where nobody speaks."""

    spread: str = PALE_BLUE
    bar: str = BLUE
    dot: str = ORANGE
    within: str = ORANGE
    ink: str = INK
    weight: str = "bold"


VOICE = Look()
NO_VOICE = Look(spread=PALE_GREY, bar=GREY, dot=GREY, within="white", ink=QUIET, weight="normal")


def estimate_figures(model: ModelSpec, estimate: Estimate) -> Drawings:
    """Return what draws a forest of each target, and bars of the values of each question or event, by name.

    A further target that is one of such values has no forest of its own.
    """
    texts = {worldview.about.id: worldview.about.text for worldview in model.map.worldviews}
    heirs = {worldview.about.id: worldview.extends for worldview in model.map.worldviews}
    targets = by_target(estimate)
    of_kinds = values_of(targets)
    drawn_there = {target for values in of_kinds.values() for target in values.values()}
    drawn: dict[str, Callable[[], Figure]] = {}
    for target, results in targets.items():
        main = target == estimate.target
        if main or target not in drawn_there:
            drawn["estimate" if main else f"estimate-{file_name(target)}"] = partial(
                forest,
                results,
                _title(model, target),
                texts | {name: _sentence(little_text(heirs[name])) for name in saying_little(results)},
                question_text(estimate) if main else conditions_text(estimate),
                little=saying_little(results),
            )
    for entry, values in of_kinds.items():
        drawn[f"estimate-{file_name(entry)}"] = partial(
            bars,
            {estimate.state_texts.get(t, value): targets[t] for value, t in values.items()},
            _title(model, entry),
            conditions_text(estimate),
            in_order=isinstance(model.map.entry.get(entry), Event),
            little=frozenset.intersection(*(saying_little(targets[target]) for target in values.values())),
        )
    return drawn


def _title(model: ModelSpec, target: str) -> str:
    entry = model.map.entry.get(target.partition(".")[0])
    return f"{target}: {entry.about.text}" if entry else target


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def forest(
    results: "Mapping[str, TargetEstimate]",
    title: str,
    texts: Mapping[str, str],
    foot: str,
    *,
    little: Collection[str] = (),
) -> "Figure":
    """Draw one target's estimate in every worldview on a log-odds axis; who says `little` is grey, and last.

    `texts` maps worldviews to their sentences. A row has the distribution over draws, the 90% interval,
    the mean (dot) and the median (tick); a diamond is the mean without what is assumed, where that was asked.
    The map's mean is a line through all rows.
    """
    results = {name: results[name] for name in sorted(results, key=lambda name: _place(name, little))}
    key = "Shape: spread over the judgements. Bar: 90% interval. Tick: median. Dot: mean."
    if little:
        key += " Hollow and grey: says little about this target; the rest is inherited."
    if MAP_WORLDVIEW in results and len(results) > 1:
        key += " Dotted line: the map's mean."
    if any(_differs(result, result.unconditional) for result in results.values()):
        key += " Diamond: mean without the assumptions."
    widths = (LABEL_WIDTH, AXIS_WIDTH, NUMBER_WIDTH)
    with framed(title, (*filter(None, (foot,)), key), len(results) * ROW_HEIGHT, widths) as (figure, axes):
        _forest_rows(axes, results, texts, little)
    return figure


def _place(name: str, little: Collection[str]) -> int:
    """Return where a row stands: voices first, then who says little, last the map."""
    return 2 if name == MAP_WORLDVIEW else int(name in little)


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
    little: Collection[str],
) -> None:
    limits = _limits(results)
    log_odds_axis(axes, limits)
    rows_axis(axes, len(results))
    neutral = results[MAP_WORLDVIEW].mean if MAP_WORLDVIEW in results and len(results) > 1 else None
    if neutral is not None:
        at, ends = clipped(neutral, limits), [-0.65, len(results) - 0.35]
        draw_line(axes, [at, at], ends, color=GREY, linewidth=0.9, linestyle=(0, (1, 2)), zorder=1)
    for y, (worldview, result) in enumerate(results.items()):
        look = VOICE if _place(worldview, little) == 0 else NO_VOICE
        _forest_row(axes, y, result, limits, look)
        said = _sentence(THE_MAPS_OWN) if worldview == MAP_WORLDVIEW else texts.get(worldview, "")
        words = wrapped(said, 42, most=3)
        defined = result.mean is not None
        left, right = (0.0, (MARGIN - LABEL_WIDTH) * 72), (1.0, 10.0)
        first = {"size": 9, "weight": look.weight, "color": look.ink}
        beside(axes, y, left, 8, worldview, **first)
        beside(axes, y, left, 1, "\n".join(words), size=6.5, color=QUIET, va="top")
        beside(axes, y, right, 9, f"{percent(result.mean)} {MEAN}" if defined else "undefined", **first)
        central = f"{percent(result.central)} {CENTRAL}" if defined else "impossible here"
        beside(axes, y, right, -2, central, size=7.5, color=QUIET)
        spread = (
            interval(result.interval_90) if result.interval_90 and _is_wide(result.interval_90) else ""
        )
        beside(axes, y, right, -12, spread, size=7.5, color=QUIET)


def _forest_row(
    axes: "Axes", y: float, result: "TargetEstimate", limits: tuple[float, float], look: Look
) -> None:
    finite = result.log_odds[np.isfinite(result.log_odds)]
    if finite.size > 1 and np.ptp(finite) > 1e-9:
        at, heights = _density(finite, limits)
        axes.fill_between(at, y, y - 0.55 * heights, color=look.spread, linewidth=0)
    if result.interval_90 is not None and result.median is not None:
        low, high = (clipped(p, limits) for p in result.interval_90)
        draw_line(axes, [low, high], [y, y], color=look.bar, linewidth=2.5, solid_capstyle="butt")
        middle = clipped(result.median, limits)
        draw_line(axes, [middle, middle], [y - 0.09, y + 0.09], color=look.bar, linewidth=1.5)
    if _differs(result, result.unconditional):
        at_mean = clipped(result.unconditional.mean or 0.0, limits)
        draw_dot(axes, at_mean, y, "D", mfc="white", mec=look.dot, ms=3.6, zorder=3)
    if result.mean is not None:
        at_mean = clipped(result.mean, limits)
        draw_dot(axes, at_mean, y, mfc=look.within, mec=look.dot, ms=5, mew=1.2, zorder=4)


def _is_wide(ends: tuple[float, float]) -> bool:
    """Tell whether an interval has two ends that are written differently."""
    return percent(ends[0]) != percent(ends[1])


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


# --- all values of a question or an event -----------------------------------------------------------


def bars(
    shares: "Mapping[str, Mapping[str, TargetEstimate]]",
    title: str,
    foot: str,
    *,
    in_order: bool = False,
    little: Collection[str] = (),
) -> "Figure":
    """Draw the means of all values of a question or an event as parts of one bar per worldview.

    `shares` are the estimates by value and worldview. Values `in_order`, with "never" last, are shades of one
    colour. Who says `little` of all of them is pale, and last. What the values leave of 100% stays white.
    """
    names = sorted(next(iter(shares.values())), key=lambda name: _place(name, little))
    colour = dict(zip(shares, _shades(len(shares)) if in_order else cycle(KINDS), strict=False))
    lines = _lines(list(shares))
    key = f"Parts: the {MEAN} of each."
    if little:
        key += " Pale: says little about this; the rest is inherited."
    if MAP_WORLDVIEW in names:
        key += f" {MAP_WORLDVIEW}: {THE_MAPS_OWN}."
    top = KEY_LINE * len(lines)
    tall = (len(names) + top) * BAR_HEIGHT
    with framed(title, (*filter(None, (foot,)), key), tall, BAR_WIDTHS) as (figure, axes):
        axes.set_xlim(0, 1)
        axes.set_ylim(len(names) - 0.4, -0.5 - top)
        axes.set_yticks([])
        axes.set_xticks([k / 4 for k in range(5)], [f"{25 * k}%" for k in range(5)], size=8)
        axes.spines[["left", "right", "top"]].set_visible(False)
        for number, line in enumerate(lines):
            up = KEY_LINE * (number - len(lines)) - 0.3
            for at, value in line:
                draw_dot(axes, at + LETTER, up, "s", color=colour[value], ms=7)
                axes.annotate(value, (at + 2.5 * LETTER, up), va="center", size=8)
        for y, name in enumerate(names):
            means = {value: by_worldview[name].mean for value, by_worldview in shares.items()}
            _bar(axes, y, means, colour, PALE if _place(name, little) else 1.0)
            own = {"color": QUIET} if _place(name, little) else {"weight": "bold"}
            beside(axes, y, (0.0, (MARGIN - BAR_WIDTHS[0]) * 72), 0, name, size=9, **own)
    return figure


def _bar(
    axes: "Axes", y: float, means: Mapping[str, float | None], colour: Mapping[str, str], strength: float
) -> None:
    from matplotlib.patches import Rectangle

    start = 0.0
    for value, mean in means.items():
        if mean is None:
            beside(axes, y, (0.0, 4.0), 0, "undefined: impossible here", size=8, color=QUIET)
            return
        within = _paler(colour[value], strength)
        at: Any = {"xy": (start, y - 0.36), "width": mean, "height": 0.72}
        axes.add_artist(Rectangle(**at, facecolor=within, edgecolor="white", linewidth=0.6))
        if mean >= NARROWEST:
            ink = "white" if _luminance(within) < 0.25 else INK
            axes.text(start + mean / 2, y, percent(mean), size=7.5, color=ink, ha="center", va="center")
        start += mean


def _lines(values: Sequence[str]) -> list[list[tuple[float, str]]]:
    """Put the names of values beside each other, with room for a square each: where each begins, by line."""
    lines: list[list[tuple[float, str]]] = [[]]
    at = 0.0
    for value in values:
        wide = (len(value) + 5) * LETTER
        if lines[-1] and at + wide > 1:
            lines.append([])
            at = 0.0
        lines[-1].append((at, value))
        at += wide
    return lines


def _shades(number: int) -> list[str]:
    """Return colours for values in order, from dark to pale, and grey for the last, which is never."""
    return [*(_paler(BLUE, 1 - 0.75 * k / max(number - 2, 1)) for k in range(number - 1)), "#bbbbbb"]


def _paler(colour: str, strength: float) -> str:
    """Mix a colour with white; 1 leaves it as it is."""
    mixed = (round(255 - (255 - part) * strength) for part in bytes.fromhex(colour[1:]))
    return f"#{bytes(mixed).hex()}"


def _luminance(colour: str) -> float:
    """Return how bright a colour is, from 0 to 1 (nearly that of sRGB)."""
    red, green, blue = ((part / 255) ** 2.2 for part in bytes.fromhex(colour[1:]))
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)

"""What figures have in common: colours, paper, text beside rows, an axis of log-odds, and encoding.

Nothing here uses matplotlib's global state, and what `encode` returns is the same to the byte every time.
"""

import math
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from cruxmap.engine.executors import Progress, SideBySide, Work
from cruxmap.ground import find_room
from cruxmap.language.argument_map import condition_text
from cruxmap.language.digest import digest_of_question
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.typed import settings_text
from cruxmap.present.lettering import evenly, wrapped
from cruxmap.present.phrases import laid_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

BLUE = "#0072b2"
PALE_BLUE = "#bcd9ec"
ORANGE = "#d55e00"
PALE_ORANGE = "#f6cfae"
PURPLE = "#aa4499"
INK = "#1a1a1a"
QUIET = "#666666"
GREY = "#5f5f5f"
PALE_GREY = "#e4e4e4"
GRID = "#dddddd"

KINDS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#5f5f5f")
"""Colours for things without an order, which the colour-blind can tell apart too (Okabe and Ito 2008)."""

MARGIN = 0.15
"""Inches around what is drawn."""
ROW = 0.47
"""Inches per row."""
WIDTHS = (3.9, 4.2, 1.5)
"""Inches for labels, axis and numbers."""
ORIGIN = 0.16
"""Inches below the notes, for what a picture was made from."""
ORIGIN_LINE, ORIGIN_LINES = 0.1, 4
"""Inches between the lines of that, where it has several, and how many it has at most."""
BELOW = 0.64 + ORIGIN
"""Inches below the axes, without notes: for numbers, the axis's name, and what the picture was made from."""
TICKS = (0.5, *(p for e in range(1, 13) for p in (10.0**-e, 3 * 10.0**-e)))

MIN_TICKS = 3

FAMILY = "DejaVu Sans"
FURTHER = (
    *("Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK KR", "Noto Sans SC", "Noto Sans JP"),
    *(
        "PingFang SC",
        "Hiragino Sans",
        "Apple SD Gothic Neo",
        "Microsoft YaHei",
        "Yu Gothic",
        "Malgun Gothic",
    ),
    *("WenQuanYi Zen Hei", "Droid Sans Fallback", "Nirmala UI", "Leelawadee UI", "Segoe UI", "Geeza Pro"),
    *("Segoe UI Symbol", "Segoe UI Emoji", "Arial Unicode MS"),
)
"""Families for what the first does not have, in order; then come all that are called Noto Sans something."""

STYLE: Any = {
    "svg.hashsalt": "cruxmap",
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.family": "sans-serif",
    "font.sans-serif": [FAMILY],
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": QUIET,
    "xtick.color": INK,
}


def encode(figure: "Figure", form: str) -> bytes:
    """Return a figure as `svg` or `png`; no date and no random id goes into it.

    Text is text in an svg, with fonts that its viewer has; for a png they are those of this machine.
    """
    import matplotlib as mpl

    from cruxmap.present.renderers import png, svg

    with mpl.rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)  # `boxed` tells which
        further = dict.fromkeys(filter(None, map(_family_with, _foreign(figure)))) if form == "png" else ()
        for text in _texts(figure):
            text.set_fontfamily(["sans-serif", *further])
        return svg(figure) if form == "svg" else png(figure)


type Drawings = Mapping[str, Callable[[], Figure]]
"""What draws each figure, by the names of their files; what a reader looks at first comes first."""


def made_from(model: ModelSpec) -> str:
    """Return the line that every picture carries: the model, what is given and laid over, and a digest.

    The digest is that of what the files say and of what is asked. A revision is no part of it, so the picture
    stays the same to the byte as long as these do.
    """
    given = {"assuming": model.assuming, "having observed": model.observed}
    conditions = [f"{how} {', '.join(map(condition_text, c))}" for how, c in given.items() if c]
    laid = laid_text(settings_text(model.settings, model.map))
    parts = [f"Model {model.id}", *conditions, laid, f"digest {digest_of_question(model)}"]
    return "; ".join(filter(None, parts))


@dataclass(frozen=True, slots=True)
class Images:
    """Figures as svg and as png, by the names of their files, and the characters that are boxes in a png."""

    files: dict[str, bytes]
    boxed: frozenset[str]


def images(drawings: Drawings, origin: str, progress: Progress | None = None) -> Images:
    """Draw every figure, side by side on the cores; each says what it was made from, as in `made_from`."""
    work, files, missing = Work(SideBySide(), progress), dict[str, bytes](), set[str]()
    work.tell("drawing figures", 0, len(drawings))
    if drawings:
        find_room()  # matplotlib keeps a list of fonts
        import cruxmap.present.renderers  # noqa: F401 - before there are several processes that need it

    drawn = work.map(_images_of, (origin,), tuple(drawings.items()))
    for number, (found, boxes) in enumerate(drawn, start=1):
        files |= found
        missing |= boxes
        work.tell("drawing figures", number, len(drawings))
    return Images(files, frozenset(missing))


@contextmanager
def without_help() -> Iterator[None]:
    """Let matplotlib load, while this lasts, without the help that it writes for all that it can draw.

    That takes a third of its loading. What is loaded so stays without help, so this is for processes of our
    own; pictures are the same.
    """
    find_room()  # matplotlib keeps a list of fonts
    from matplotlib import artist

    writers: Any = ((artist, "kwdoc"), (artist.Artist, "_update_set_signature_and_docstring"))
    kept = [vars(place)[name] for place, name in writers]
    for place, name in writers:
        setattr(place, name, staticmethod(lambda *_: ""))
    try:
        yield
    finally:
        for (place, name), writer in zip(writers, kept, strict=True):
            setattr(place, name, writer)


def _images_of(
    origin: str, drawing: tuple[str, "Callable[[], Figure]"]
) -> tuple[dict[str, bytes], set[str]]:
    name, draw = drawing
    figure = with_origin(draw(), origin)
    return {f"{name}.{form}": encode(figure, form) for form in ("svg", "png")}, boxed([figure])


def with_origin(figure: "Figure", origin: str) -> "Figure":
    """Write below all else from what a figure was made; the figure grows by the lines after the first."""
    lines = wrapped(origin, int(15.5 * figure.get_figwidth()), most=ORIGIN_LINES)
    if len(lines) > 1:
        _grow_below(figure, ORIGIN_LINE * (len(lines) - 1))
    width, height = figure.get_size_inches()
    for i, line in enumerate(reversed(lines)):
        figure.text(MARGIN / width, (0.07 + ORIGIN_LINE * i) / height, line, size=6, color=QUIET)
    return figure


def _grow_below(figure: "Figure", room: float) -> None:
    """Make a figure so many inches higher, with all that it shows where it was below its upper edge."""
    before = figure.get_figheight()
    after = before + room
    boxes = [(axes, axes.get_position(original=True)) for axes in figure.axes]
    for axes, box in boxes:
        axes.set_position(
            (box.x0, (box.y0 * before + room) / after, box.width, box.height * before / after)
        )
    for text in figure.texts:
        text.set_y((text.get_position()[1] * before + room) / after)
    figure.set_figheight(after)


def in_any_font[F: "Figure"](figure: F) -> F:
    """Give all texts of a figure fonts that have their characters, whatever fonts somebody prefers."""
    further = dict.fromkeys(filter(None, map(_family_with, _foreign(figure))))
    for text in _texts(figure):
        text.set_fontfamily([FAMILY, *further])
    for axes in figure.axes:
        axes.tick_params(labelfontfamily=FAMILY)
    return figure


def boxed(figures: "Iterable[Figure]") -> set[str]:
    """Return the characters of figures that no font of this machine has."""
    return {c for figure in figures for c in _foreign(figure) if _family_with(c) is None}


def _texts(figure: "Figure") -> "list[Text]":
    from matplotlib.text import Text

    return [text for text in figure.findobj(Text) if isinstance(text, Text)]


def _foreign(figure: "Figure") -> list[str]:
    """Return the characters of a figure that the first family does not have, sorted."""
    characters = set().union(*(text.get_text() for text in _texts(figure)))
    return sorted(c for c in characters if ord(c) > 127 and not _has(FAMILY, c))


@cache
def _family_with(character: str) -> str | None:
    """Return the first of the further families with a character, if any is installed."""
    return next((family for family in _further_families() if _has(family, character)), None)


@cache
def _further_families() -> tuple[str, ...]:
    """Return the further families that are installed, also since matplotlib last made a list of fonts."""
    from matplotlib import font_manager

    manager = font_manager.fontManager
    known = {font.fname for font in manager.ttflist}
    for path in sorted(set(font_manager.findSystemFonts()) - known):
        with suppress(RuntimeError, OSError):  # what is no font that can be read
            manager.addfont(path)
    installed = set(manager.get_font_names())
    noto = sorted(name for name in installed if name.startswith("Noto Sans"))
    return tuple(dict.fromkeys([*(name for name in FURTHER if name in installed), *noto]))


def _has(family: str, character: str) -> bool:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return get_font(findfont(FontProperties(family=[family]))).get_char_index(ord(character)) != 0


def file_name(target: str) -> str:
    """Return a name for a file about a target, which may be a condition in braces."""
    return "-".join("".join(c if c.isalnum() or c in "-._" else " " for c in target).split())


_paper: ContextVar[Callable[[float, float], Any] | None] = ContextVar("paper", default=None)
"""What gives figures something to draw on, in place of a figure of their own."""


@contextmanager
def on_paper(paper: Callable[[float, float], Any]) -> Iterator[None]:
    """Let figures draw, while this lasts, on what this gives for a width and a height in inches."""
    before = _paper.set(paper)
    try:
        yield
    finally:
        _paper.reset(before)


@contextmanager
def blank(width: float, height: float) -> "Iterator[Figure]":
    """Give an empty figure of a size in inches, under the common style."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    paper = _paper.get()
    with mpl.rc_context(STYLE):
        yield Figure(figsize=(width, height)) if paper is None else paper(width, height)


@contextmanager
def framed(
    title: str, notes: Sequence[str], tall: float, widths: tuple[float, float, float]
) -> "Iterator[tuple[Figure, Axes]]":
    """Give a figure with a title above its axes and notes below, both wrapped, and those axes.

    `tall` is the axes' height and `widths` those of the labels on the left, of the axes, and of the numbers
    on the right, in inches.
    """
    width = sum(widths)
    lines = evenly(title, int(10.27 * width))
    small = [line for note in notes for line in wrapped(note, int(14 * width))]
    head, below = 0.3 + 0.19 * len(lines), BELOW + 0.17 * len(small)
    height = head + tall + below
    with blank(width, height) as figure:
        for i, line in enumerate(lines):
            figure.text(MARGIN / width, 1 - (0.28 + 0.19 * i) / height, line, weight="bold", size=10)
        for i, line in enumerate(reversed(small)):
            at = (ORIGIN + 0.12 + 0.17 * i) / height
            figure.text(MARGIN / width, at, line, size=7.5, color=QUIET)
        box = (widths[0] / width, below / height, widths[1] / width, tall / height)
        yield figure, figure.add_axes(box)


def rows_axis(axes: "Axes", n: int) -> None:
    """Make the y axis one of n rows, the first at the top, without ticks."""
    axes.set_ylim(n - 0.35, -0.65)
    axes.set_yticks([])


def beside(axes: "Axes", y: float, at: tuple[float, float], up: float, text: str, **style: Any) -> None:
    """Write beside a row: `at` is the side of the axis and how far from it, `up` how far above, in points."""
    axes.annotate(
        text,
        (at[0], y),
        xytext=(at[1], up),
        textcoords="offset points",
        annotation_clip=False,
        **{"va": "center", "xycoords": ("axes fraction", "data"), **style},
    )


def row_label(
    axes: "Axes", y: float, width: float, name: str, words: str, *, more: str = "", fraction: bool = False
) -> None:
    """Write a row's name, up to two lines of words and a further line into a column of a width in inches.

    `y` is a row, or with `fraction` a part of the axes' height.
    """
    left = (0.0, (MARGIN - width) * 72)
    room, most = int(16.4 * width), 1 if more else 2
    lines = wrapped(words, room, most=most, hyphens=False)
    small = "\n".join([*lines, *([shortened(more, room)] if more else [])])
    at: Any = {"xycoords": "axes fraction"} if fraction else {}
    up = 9 if small else 0
    beside(axes, y, left, up, shortened(name, int(11.5 * width)), size=8, weight="bold", **at)
    beside(axes, y, left, 4, small, size=6.5, color=QUIET, va="top", **at)


def row_numbers(axes: "Axes", y: float, first: str, second: str) -> None:
    """Write a row's two numbers on the right."""
    beside(axes, y, (1.0, 12.0), 6, first, size=8, weight="bold")
    beside(axes, y, (1.0, 12.0), -5, second, size=7, color=QUIET)


def shortened(name: str, length: int) -> str:
    """Return a name that fits, its middle left out where it is too long."""
    if len(name) <= length:
        return name
    half = (length - 3) // 2
    return f"{name[:half]}...{name[-half:]}"


def draw_line(axes: "Axes", xs: Sequence[float], ys: Sequence[float], **style: Any) -> None:
    """Draw a line through points. The limits of the axes must be known, as they take no notice."""
    from matplotlib.lines import Line2D

    axes.add_artist(Line2D(xs, ys, **style))


def draw_dot(axes: "Axes", x: float, y: float, marker: str = "o", **style: Any) -> None:
    """Draw a marker at a point. The limits of the axes must be known, as they take no notice."""
    draw_line(axes, [x], [y], marker=marker, linestyle="none", **style)


def draw_bar(
    axes: "Axes", y: float, ends: tuple[float, float], colours: tuple[str, str], hatch: str = ""
) -> None:
    """Draw a bar at a row from one end to the other, in two colours: of its edge, and within.

    The limits of the axes must be known, as they take no notice.
    """
    from matplotlib.patches import Rectangle

    start, stop = ends
    edge, within = colours
    at: Any = {"xy": (start, y - 0.25), "width": stop - start, "height": 0.5}
    axes.add_artist(Rectangle(**at, facecolor=within, edgecolor=edge, hatch=hatch, linewidth=1))


def draw_strip(axes: "Axes", y: float, length: float, colour: str) -> None:
    """Draw a thin bar from zero. The limits of the axes must be known, as they take no notice."""
    from matplotlib.patches import Rectangle

    axes.add_artist(Rectangle((0.0, y - 0.13), length, 0.26, facecolor=colour, edgecolor="none"))


def log_odds_axis(axes: "Axes", limits: tuple[float, float]) -> None:
    """Make the x axis one of log-odds between the limits, labelled with round probabilities, and name it."""
    axes.set_xlim(*limits)
    at = ticks(limits)
    axes.set_xticks([logit(p) for p in at], [f"{100 * p:.7g}%" for p in at], size=8)
    across(axes)
    name_axis(axes, "probability, spaced by log-odds")


def number_axis(axes: "Axes", write: Callable[[float], str], name: str = "", most: int = 5) -> None:
    """Make the x axis one of few round numbers, written as told, and name it."""
    axes.xaxis.set_major_formatter(lambda x, _: write(x))
    axes.locator_params(axis="x", nbins=most)
    axes.tick_params(axis="x", labelsize=8)
    across(axes)
    if name:
        name_axis(axes, name)


def name_axis(axes: "Axes", words: str) -> None:
    """Write below the x axis what it shows, with its unit."""
    axes.set_xlabel(words, size=7.5, color=QUIET, labelpad=2)


def axes_beside(figure: "Figure", axes: "Axes", apart: float, width: float) -> "Axes":
    """Give further axes on the right of some, with the same rows: how far apart and how wide, in inches."""
    box, whole = axes.get_position(), figure.get_figwidth()
    other = figure.add_axes((box.x1 + apart / whole, box.y0, width / whole, box.height))
    other.set_ylim(*axes.get_ylim())
    other.set_yticks([])
    return other


def across(axes: "Axes") -> None:
    """Leave of the frame only the x axis, and draw pale lines up from its ticks."""
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["left", "right", "top"]].set_visible(False)


def span(probabilities: Iterable[float], fewest: float = 1.0, widest: float = 14.0) -> tuple[float, float]:
    """Return the ends of a log-odds axis for probabilities strictly between 0 and 1, with room around them.

    It spans at least `fewest` logits; far ends are cut so that it spans at most about `widest`, around
    the middle of what is shown.
    """
    logits = sorted(map(logit, probabilities)) or [0.0]
    middle = logits[len(logits) // 2]
    low, high = max(logits[0], middle - widest / 2), min(logits[-1], middle + widest / 2)
    margin = max(0.06 * (high - low), (fewest - (high - low)) / 2)
    return low - margin, high + margin


def left_out(number: int, which: str) -> tuple[str, ...]:
    """Return a note of how many rows are not drawn, if any."""
    return (f"Left out: {number} more {which}.",) if number > 0 else ()


def logit(p: float) -> float:
    """Return the log-odds of a probability strictly between 0 and 1."""
    return math.log(p) - math.log1p(-p)


def clipped(p: float, limits: tuple[float, float]) -> float:
    """Return the logit, moved to the end of the axis where it lies beyond."""
    if p <= 0:
        return limits[0]
    return limits[1] if p >= 1 else min(max(logit(p), limits[0]), limits[1])


def ticks(limits: tuple[float, float]) -> list[float]:
    """Return round probabilities for the axis, as many as fit without their labels touching.

    Those with more digits are taken only where there are few others.
    """
    between = [
        p for p in (0.2, 0.4, 0.05, 0.02, 0.25, 0.15, 0.07, 0.35, 0.45) if limits[1] - limits[0] < 6
    ]
    candidates = [p for q in (*TICKS, *between) for p in (q, 1 - q)]
    fine = [m * 10.0**e for e in range(-13, 0) for m in (*range(1, 10), *(k / 10 for k in range(10, 100)))]
    chosen: list[float] = []
    for p in (*candidates, *(p for q in fine for p in (q, 1 - q))):
        if len(chosen) >= MIN_TICKS and p not in candidates:
            break
        u = logit(p) if 0 < p < 1 else math.inf
        room = 0.085 * (limits[1] - limits[0])
        if limits[0] <= u <= limits[1] and all(abs(u - logit(other)) >= room for other in chosen):
            chosen.append(p)
    return sorted(chosen)

"""Figures by themselves, and within the box of axes that somebody has: the same drawing, as large as fits.

A drawing has a size of its own in inches, in which its lines break. Within axes it is scaled as a whole,
lettering and lines too, each time the figure is drawn, so that it follows when the axes are moved.
"""

import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from matplotlib import style
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backend_bases import RendererBase
from matplotlib.collections import Collection, PathCollection
from matplotlib.figure import Figure, SubFigure
from matplotlib.gridspec import GridSpec
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Annotation, Text

from cruxmap.present import canvas

type Draw = Callable[[], Any]

SMALLEST, LEGIBLE = 6.5, 4.5
"""Points of the smallest lettering that a drawing wants read, and below which nobody reads it."""

EQUAL = 1e-9
"""Scales that differ by less than this are the same."""


def alone(draw: Draw, origin: str) -> Figure:
    """Return a drawing as a figure of its own size, which pyplot does not know."""
    with _style(lambda width, height: Picture(figsize=(width, height))):
        figure: Figure = canvas.in_any_font(canvas.with_origin(draw(), origin))
    return figure


def within(axes: Axes, draw: Draw, origin: str) -> Figure:
    """Draw within the box of some axes, in place of what was drawn there so before; return their figure.

    Warns where that makes the lettering too small. Raises TypeError for what is no axes, and
    ValueError for axes that are in no figure.
    """
    if not isinstance(axes, Axes):
        raise TypeError(
            f"ax: axes are wanted, as in plt.subplots()[1], and this is a {type(axes).__name__}"
        )
    for before in [artist for artist in axes.artists if isinstance(artist, _Inset)]:
        before.remove()
    figure, parent = axes.get_figure(root=True), axes.get_figure(root=False)
    if figure is None:
        raise ValueError("ax: these axes were removed from their figure")
    with _style(lambda width, height: _Sheet(parent, width, height)):
        sheet: Any = canvas.in_any_font(canvas.with_origin(draw(), origin))
    axes.set_axis_off()
    inset = _Inset(sheet)
    axes.add_artist(inset)
    if (engine := figure.get_layout_engine()) is not None:
        engine.execute(figure)  # which gives the axes their place
    inset.fit()
    if (points := SMALLEST * sheet.scale) < LEGIBLE:
        wide, high = _with_room(axes, sheet.size)
        warnings.warn(
            f"the lettering is {points:.1f} points here, too small to read: these axes have room for it in a "
            f"figure of {wide:.1f} by {high:.1f} inches (figsize=({wide:.1f}, {high:.1f}))",
            UserWarning,
            stacklevel=4,
        )
    return figure


def _with_room(axes: Axes, wanted: tuple[float, float]) -> list[float]:
    """Return the size of a figure, no smaller than now, in which a drawing on its axes is legible."""
    figure: Any = axes.get_figure(root=True)
    box = axes.get_window_extent()
    has = (box.width / figure.dpi, box.height / figure.dpi)
    return [
        math.ceil(10 * size * max(1, inches * LEGIBLE / SMALLEST / room)) / 10
        for size, inches, room in zip(figure.get_size_inches(), wanted, has, strict=True)
    ]


class Picture(Figure):
    """A figure that a notebook shows, also where nobody has loaded pyplot."""

    def _repr_png_(self) -> bytes:
        return canvas.encode(self, "png")


@contextmanager
def _style(paper: Callable[[float, float], Any]) -> Iterator[None]:
    """Draw on this paper while this lasts, with matplotlib's own settings, whatever somebody has set."""
    with style.context("default"), canvas.on_paper(paper):
        yield


class _Sheet(SubFigure):
    """What figures draw on in place of a figure: a part of one, with a size of its own in inches.

    Its axes are no axes of the figure that it is in: neither pyplot nor a layout meets them. `scale` is how
    large what is drawn is made, by the size in which it was drawn.
    """

    def __init__(self, parent: Any, width: float, height: float) -> None:
        super().__init__(parent, GridSpec(1, 1)[0], facecolor="white")
        self.size = (width, height)
        self.scale = 1.0
        self._own: list[Axes] = []

    @property  # type: ignore[misc]
    def axes(self) -> list[Axes]:  # type: ignore[override]
        """Its axes."""
        return list(self._own)

    def add_axes(self, rect: Any, **options: Any) -> Axes:  # type: ignore[override]
        """Give further axes, in parts of its width and height."""
        self._own.append(Axes(self, rect, **options))
        return self._own[-1]

    def get_size_inches(self) -> tuple[float, float]:
        """Return its width and height as it was drawn."""
        return self.size

    def get_figwidth(self) -> float:
        """Return its width as it was drawn, in inches."""
        return self.size[0]

    def get_figheight(self) -> float:
        """Return its height as it was drawn, in inches."""
        return self.size[1]

    def set_figheight(self, height: float) -> None:
        """Make it higher; what is on it is in parts of its height."""
        self.size = (self.size[0], height)

    def get_children(self) -> list[Artist]:
        """Return what is on it, in the order in which it is drawn."""
        return [self.patch, *self._own, *self.texts]

    def draw(self, renderer: RendererBase) -> None:
        """Draw what is on it."""
        for child in self.get_children():
            child.draw(renderer)
        self.stale = False


class _Inset(Artist):
    """A sheet within the box of the axes that it is added to, as large as it fits."""

    def __init__(self, sheet: _Sheet) -> None:
        super().__init__()
        self.sheet = sheet
        self.set_in_layout(False)

    def get_children(self) -> list[Artist]:
        """Return the sheet."""
        return [self.sheet]

    def fit(self) -> None:
        """Put the sheet where the axes are now, at the upper edge, and scale it."""
        axes: Any = self.axes
        box, place = axes.get_window_extent(), axes.get_position()
        room = (box.width / self.sheet.dpi, box.height / self.sheet.dpi)
        scale = min(has / wants for has, wants in zip(room, self.sheet.size, strict=True))
        if scale <= 0:
            return
        if abs(scale / self.sheet.scale - 1) > EQUAL:
            rescale(self.sheet, scale / self.sheet.scale)
            self.sheet.scale = scale
        wide, high = (
            part * scale * wants / has
            for part, wants, has in zip((place.width, place.height), self.sheet.size, room, strict=True)
        )
        left = place.x0 + (place.width - wide) / 2
        self.sheet.bbox_relative.p0 = (left, place.y1 - high)
        self.sheet.bbox_relative.p1 = (left + wide, place.y1)

    def draw(self, renderer: RendererBase) -> None:
        """Draw the sheet where the axes are now."""
        self.fit()
        self.sheet.draw(renderer)
        self.stale = False


def rescale(artist: Artist, ratio: float) -> None:
    """Make all that an artist draws in points so many times as large: lettering, lines, distances."""
    drawn: Any = artist
    match artist:
        case Axis():
            _rescale_axis(artist, ratio)
            return
        case Text():
            drawn.set_fontsize(drawn.get_fontsize() * ratio)
            if isinstance(artist, Annotation) and artist.anncoords == "offset points":
                drawn.xyann = tuple(part * ratio for part in drawn.xyann)
        case Line2D():
            drawn.set_linewidth(drawn.get_linewidth() * ratio)
            drawn.set_markersize(drawn.get_markersize() * ratio)
            drawn.set_markeredgewidth(drawn.get_markeredgewidth() * ratio)
        case Patch():
            drawn.set_linewidth(drawn.get_linewidth() * ratio)
        case Collection():
            drawn.set_linewidth([width * ratio for width in drawn.get_linewidth()])
            if isinstance(artist, PathCollection):
                drawn.set_sizes(drawn.get_sizes() * ratio**2)
        case _:
            pass
    for child in artist.get_children():
        rescale(child, ratio)


def _rescale_axis(axis: Any, ratio: float) -> None:
    """Rescale an axis by what all of its ticks have in common, so that ticks to come are scaled too."""
    axis.labelpad *= ratio
    for text in (axis.label, axis.get_offset_text()):
        text.set_fontsize(text.get_fontsize() * ratio)
    for tick in axis.get_major_ticks()[:1]:
        axis.set_tick_params(
            labelsize=tick.label1.get_fontsize() * ratio,
            length=tick.tick1line.get_markersize() * ratio,
            width=tick.tick1line.get_markeredgewidth() * ratio,
            pad=tick.get_pad() * ratio,
            grid_linewidth=tick.gridline.get_linewidth() * ratio,
        )

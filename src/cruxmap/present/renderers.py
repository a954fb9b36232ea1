"""Figures as SVG and PNG, by matplotlib's own renderers, whose text takes less time here.

Figures of one answer share most of their texts, and these are measured once. A PNG gets each line of text
at once, from a whole pixel, and not letter by letter as from matplotlib since 3.11: a third of the time.
"""

import io
from typing import Any, override

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg, get_hinting_flag
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from PIL import Image

DPI = 160
"""Pixels of a PNG per inch."""

POINTS = 72
"""Per inch: the unit of SVG."""

COMPRESSION = 3
"""Of PNG files: no larger than at the usual 6, in two thirds of the time."""

type Measures = tuple[float, float, float]
"""Width, height and descent of a text."""

_measured: dict[Any, Measures] = {}


class _Png(RendererAgg):
    @override
    def draw_text(
        self,
        gc: Any,
        x: float,
        y: float,
        s: str,
        prop: Any,
        angle: float,
        ismath: Any = False,
        mtext: Any = None,
    ) -> None:
        """Draw a line of text at once, if it is level."""
        if angle:
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
            return
        font = self._prepare_font(prop)
        font.set_text(s, 0.0, flags=get_hinting_flag())
        font.draw_glyphs_to_bitmap()
        left, up = (offset / 64 for offset in font.get_bitmap_offset())
        foot = y + up + font.get_descent() / 64
        self._renderer.draw_text_image(font.get_image(), round(x + left), round(foot) + 1, 0, gc)

    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> Measures:
        """Measure a text, once for all figures."""
        key = "png", s, hash(prop)
        if key not in _measured:
            _measured[key] = super().get_text_width_height_descent(s, prop, ismath)
        return _measured[key]


class _Svg(RendererSVG):
    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> Measures:
        """Measure a text, once for all figures."""
        key = "svg", s, hash(prop)
        if key not in _measured:
            _measured[key] = super().get_text_width_height_descent(s, prop, ismath)
        return _measured[key]


def png(figure: Figure) -> bytes:
    """Draw a figure as PNG."""
    figure.set_dpi(DPI)
    renderer = _Png(*figure.bbox.size, DPI)
    figure.draw(renderer)
    out = io.BytesIO()
    pixels = np.asarray(renderer.buffer_rgba())[:, :, :3]  # the paper is opaque
    Image.fromarray(np.ascontiguousarray(pixels)).save(
        out, "png", compress_level=COMPRESSION, dpi=(DPI, DPI)
    )
    return out.getvalue()


def svg(figure: Figure) -> bytes:
    """Draw a figure as SVG, without a date."""
    figure.set_dpi(POINTS)
    out = io.StringIO()
    renderer = _Svg(*figure.bbox.size, out, image_dpi=POINTS, metadata={"Date": None})
    figure.draw(renderer)
    renderer.finalize()
    return out.getvalue().encode()

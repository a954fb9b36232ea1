"""Figures as SVG and PNG, by matplotlib's own renderers, whose text takes less time here.

Figures of one answer share most of their texts, and these are measured and drawn once. A PNG gets each line
of text at once, from a whole pixel, and not letter by letter as from matplotlib since 3.11.
"""

import io
import struct
import zlib
from typing import Any, override

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg, get_hinting_flag
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure

DPI = 160
"""Pixels of a PNG per inch."""

POINTS = 72
"""Per inch: the unit of SVG."""

COMPRESSION = 3
"""Of PNG files, from 1 to 9."""

LESS_THE_ROW_ABOVE = 2
"""How PNG calls the filter that is called `up` there."""

METRES_PER_INCH = 0.0254

type Measures = tuple[float, float, float]
"""Width, height and descent of a text."""

_measured: dict[Any, Measures] = {}
_drawn: dict[Any, tuple[Any, float, float]] = {}
"""Lines of text as grey pixels, how far right of their place they begin, and how far below it they end."""


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
        key = s, hash(prop)
        if key not in _drawn:
            font = self._prepare_font(prop)
            font.set_text(s, 0.0, flags=get_hinting_flag())
            font.draw_glyphs_to_bitmap()
            left, up = (offset / 64 for offset in font.get_bitmap_offset())
            _drawn[key] = np.array(font.get_image()), left, up + font.get_descent() / 64
        image, left, down = _drawn[key]
        self._renderer.draw_text_image(image, round(x + left), round(y + down) + 1, 0, gc)

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
    return png_of(np.asarray(renderer.buffer_rgba())[:, :, :3])  # the paper is opaque


def png_of(pixels: Any) -> bytes:
    """Write pixels (height, width, 3) as PNG.

    Each row is less the one above it, which leaves little of a figure. To try all filters takes four times
    as long, for files that are no smaller.
    """
    height, width, _ = pixels.shape
    rows = np.empty((height, 1 + 3 * width), np.uint8)
    rows[:, 0] = LESS_THE_ROW_ABOVE
    flat = pixels.reshape(height, -1)
    rows[0, 1:] = flat[0]
    np.subtract(flat[1:], flat[:-1], out=rows[1:, 1:])
    per_metre = round(DPI / METRES_PER_INCH)
    chunks = {
        b"IHDR": struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0),  # 8 bits of red, green and blue
        b"pHYs": struct.pack(">IIB", per_metre, per_metre, 1),
        b"IDAT": zlib.compress(rows, COMPRESSION),
        b"IEND": b"",
    }
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks.items()
    )


def svg(figure: Figure) -> bytes:
    """Draw a figure as SVG, without a date."""
    figure.set_dpi(POINTS)
    out = io.StringIO()
    renderer = _Svg(*figure.bbox.size, out, image_dpi=POINTS, metadata={"Date": None})
    figure.draw(renderer)
    renderer.finalize()
    return out.getvalue().encode()

"""Figures as SVG and PNG, by matplotlib's own renderers, whose text takes less time here.

To lay text out takes longest: each line is laid out once, for all figures of an answer and for both forms.
A PNG gets it at once, from a whole pixel, and not letter by letter as from matplotlib since 3.11.
"""

import io
import struct
import zlib
from dataclasses import dataclass
from typing import Any, override

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg, get_hinting_flag
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager, get_font

DPI = 160
"""Pixels of a PNG per inch."""

POINTS = 72
"""Per inch: the unit of SVG."""

COMPRESSION = 3
"""Of PNG files, from 1 to 9."""

METRES_PER_INCH = 0.0254

type Measures = tuple[float, float, float]
"""Width, height and descent of a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line of text as a PNG has it: grey pixels, and its measures in pixels.

    The picture begins `left` pixels right of the line's place and ends `down` below it.
    """

    image: Any
    left: float
    down: float
    measures: Measures


_lines: dict[tuple[str, int], _Line] = {}
"""Lines by their text and the hash of their font."""


def _line(text: str, font_properties: Any) -> _Line:
    """Lay a line of text out and draw it, once for all figures and for both forms."""
    key = text, hash(font_properties)
    if key not in _lines:
        font = get_font(fontManager._find_fonts_by_props(font_properties))
        font.clear()
        font.set_size(font_properties.get_size_in_points(), DPI)
        font.set_text(text, 0.0, flags=get_hinting_flag())
        width, height = (length / 64 for length in font.get_width_height())
        descent = font.get_descent() / 64
        font.draw_glyphs_to_bitmap()
        left, up = (offset / 64 for offset in font.get_bitmap_offset())
        image = np.array(font.get_image())
        _lines[key] = _Line(image=image, left=left, down=up + descent, measures=(width, height, descent))
    return _lines[key]


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
        line = _line(s, prop)
        at = round(x + line.left), round(y + line.down) + 1
        self._renderer.draw_text_image(line.image, *at, 0, gc)

    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> Measures:
        """Measure a text in pixels."""
        return _line(s, prop).measures


class _Svg(RendererSVG):
    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> Measures:
        """Measure a text in points, as it is in a PNG."""
        width, height, descent = (POINTS / DPI * length for length in _line(s, prop).measures)
        return width, height, descent


def png(figure: Figure) -> bytes:
    """Draw a figure as PNG."""
    figure.set_dpi(DPI)
    renderer = _Png(*figure.bbox.size, DPI)
    figure.draw(renderer)
    return png_of(np.asarray(renderer.buffer_rgba())[:, :, :3])  # the paper is opaque


def png_of(pixels: Any) -> bytes:
    """Write pixels (height, width, 3) as PNG.

    Rows are written as they are. Less the row above, files of figures are 6% larger; to try all filters takes
    four times as long, for files that are no smaller.
    """
    height, width, _ = pixels.shape
    rows = np.zeros((height, 1 + 3 * width), np.uint8)  # each row begins with its filter: 0 is none
    for colour in range(3):  # faster than all at once
        rows[:, 1 + colour :: 3] = pixels[:, :, colour]
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

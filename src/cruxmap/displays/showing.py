"""An answer in its look: what `to_frame`, `plot` and a notebook make of it."""

from typing import TYPE_CHECKING, Any

from cruxmap.displays.asked import Asked, UnaskedError
from cruxmap.displays.frames import frame_of
from cruxmap.displays.looks import Look
from cruxmap.displays.notebook import view_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from pandas import DataFrame


class Showing:
    """How one answer is shown, by the look of its kind."""

    def __init__(self, look: Look, answer: Any) -> None:
        self._look, self._answer, self._asked = look, answer, Asked(answer)

    @property
    def lists(self) -> tuple[str, ...]:
        """The names of its lists, that of the default frame first."""
        return tuple(self._look.lists(self._answer, self._asked))

    @property
    def figures(self) -> tuple[str, ...]:
        """The names of its figures."""
        return tuple(self._look.figures(self._answer, self._asked))

    def frame(self, name: str) -> "DataFrame":
        """Return a list as a frame."""
        return frame_of(self._look.lists(self._answer, self._asked)[name]())

    def figure(self, name: str, axes: "Axes | None") -> "Figure":
        """Return a figure that is drawn, by itself or within some axes."""
        from cruxmap.displays import drawing
        from cruxmap.present.canvas import made_from

        draw = self._look.figures(self._answer, self._asked)[name]
        origin = ". ".join(map(made_from, self._asked.models))
        return drawing.alone(draw, origin) if axes is None else drawing.within(axes, draw, origin)

    def html(self) -> str | None:
        """Return the tables that people are shown, and the first figure; nothing where they need a model."""
        try:
            tables = self._look.tables(self._answer, self._asked)
            names = self.figures
        except UnaskedError:
            return None
        return view_of(repr(self._answer), tables, self._svg(names[0]) if names else None)

    def _svg(self, name: str) -> bytes:
        from cruxmap.present.canvas import encode

        return encode(self.figure(name, None), "svg")

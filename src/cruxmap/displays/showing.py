"""An answer in its look: what `to_frame`, `plot` and a notebook make of it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from cruxmap.displays.frames import frame_of
from cruxmap.displays.looks import Look
from cruxmap.displays.notebook import view_of
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.language.model_spec import ModelSpec

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from pandas import DataFrame


class UnaskedError(ValueError):
    """An answer was put together by hand, so that nobody knows what it is about."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked: the models, if the answer knows them."""

    answer: Any

    @property
    def models(self) -> tuple[ModelSpec, ...]:
        """All of them; several where models are compared."""
        found: tuple[ModelSpec, ...] = self.answer.asked_of
        return found

    @property
    def model(self) -> ModelSpec:
        """The one that was asked. Raises `UnaskedError`."""
        if not self.models:
            kind = type(self.answer).__name__
            raise UnaskedError(f"this {kind} does not know its model: ask for it by a function of cruxmap")
        return self.models[0]

    @property
    def map(self) -> ArgumentMap:
        """The map that the model asks about; what needs it raises `UnaskedError` where it is not known."""
        return self.model.map if self.models else cast(ArgumentMap, _Unknown(self))


class _Unknown:
    """Stands for a map that is not known, for what does not look at it."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked

    def __getattr__(self, name: str) -> Any:
        return getattr(self._asked.model.map, name)


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

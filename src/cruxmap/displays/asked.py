"""What an answer is about: the models that were asked, as far as it knows them.

In: an answer. Out: its models and its map; who needs them where they are not known is told by `UnaskedError`.
"""

from dataclasses import dataclass
from typing import Any, cast

from cruxmap.language.argument_map import ArgumentMap
from cruxmap.language.model_spec import ModelSpec


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

"""`language.asked` for functions whose answers know what they are of; and the tags that are asked for."""

from collections.abc import Callable, Iterable
from typing import Any, overload

from cruxmap.insight.display import attached
from cruxmap.insight.tags import Tagged, tagged
from cruxmap.language import asked
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.language.asked import typed_as
from cruxmap.language.model_spec import ModelSpec


@overload
def what_if[F: Callable[..., Any]](function: F) -> F: ...


@overload
def what_if[F: Callable[..., Any]](
    *, aimless: bool = False, several: bool = False
) -> Callable[[F], F]: ...


def what_if(function: Any = None, *, aimless: bool = False, several: bool = False) -> Any:
    """Do what `language.asked.what_if` does, and let the answer know what it is of."""
    give = asked.what_if(aimless=aimless, several=several, finish=_finish)
    return give if function is None else give(function)


def _finish(answer: Any, models: ModelSpec | tuple[ModelSpec, ...]) -> Any:
    return attached(answer, *(models if isinstance(models, tuple) else (models,)))


def only_tagged(argument_map: ArgumentMap, tag: str | Iterable[str]) -> Tagged:
    """Return what keeps the entries with a tag, or with one of several; everything, where there are none.

    Raises `InvalidMap`, naming the argument `tag`.
    """
    with typed_as("tag"):
        return tagged(argument_map, (tag,) if isinstance(tag, str) else tuple(tag))

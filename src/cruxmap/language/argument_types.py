"""What a Python function is given, against the types that its signature says.

Numbers are looked at by whoever takes them, as are the parts of data: these have places and bounds.
"""

import inspect
import os
from collections.abc import Callable, Iterable, Mapping
from functools import cache, wraps
from types import NoneType, UnionType
from typing import Any, Literal, TypeAliasType, TypeGuard, Union, cast, get_args, get_origin

_WORDS: Mapping[Any, str] = {
    str: "a text",
    Literal: "a text",
    bool: "`True` or `False`",
    os.PathLike: "a path",
    Mapping: "a dict",
    "ModelSpec": "a model (`cruxmap.read_model` reads one)",
    "ArgumentMap": "a map (`cruxmap.read_map` reads one)",
}


def checks_types[F: Callable[..., Any]](function: F) -> F:
    """Have a function raise `TypeError` for an argument of a type that its signature does not have."""
    signature = inspect.signature(function)

    @wraps(function)
    def checking(*args: Any, **given: Any) -> Any:
        bound = signature.bind(*args, **given)
        check_types(function, bound)
        return function(*bound.args, **bound.kwargs)

    return cast(F, checking)


def check_types(function: Callable[..., Any], bound: inspect.BoundArguments, *unless: str) -> None:
    """Raise `TypeError` for an argument that does not fit; make tuples of lists. `unless` are let pass."""
    for name, value in bound.arguments.items():
        parts = _parts(bound.signature.parameters[name].annotation)
        if name in unless or any(_is_a(value, part) for part in parts if not _is_list(part)):
            continue
        of = next((get_args(part)[0] for part in parts if _is_list(part)), None)
        odd = [value]
        if of is not None and (several := run_through(value)) is not None:
            bound.arguments[name] = several
            odd = [one for one in several if not any(_is_a(one, part) for part in _parts(of))]
        if odd:
            kind = type(odd[0]).__name__
            raise TypeError(f"{function.__name__}() takes {_words(parts)} as `{name}`, not: {kind}")


def is_path(value: object) -> TypeGuard[str | os.PathLike[str]]:
    """Tell whether this is a text, or the path of a file, and that no bytes."""
    return isinstance(value, str) or (isinstance(value, os.PathLike) and isinstance(os.fspath(value), str))


def run_through(value: Any) -> tuple[Any, ...] | None:
    """Return what a list or the like holds; `None` for what is none, and for text."""
    if isinstance(value, str | bytes | bytearray):
        return None
    try:
        return tuple(value)
    except TypeError:
        return None


@cache
def _parts(hint: Any) -> tuple[Any, ...]:
    """Return the types of which a hint asks for one."""
    if isinstance(hint, TypeAliasType):
        return _parts(hint.__value__)
    if isinstance(hint, UnionType) or get_origin(hint) is Union:
        return tuple(part for one in get_args(hint) for part in _parts(one))
    return (NoneType if hint is None else hint,)


def _is_list(part: Any) -> bool:
    """Tell whether a type is that of any number of things, and no mapping."""
    origin = get_origin(part)
    return isinstance(origin, type) and issubclass(origin, Iterable) and not issubclass(origin, Mapping)


def _is_a(value: object, part: Any) -> bool:
    kind = get_origin(part) or part
    if kind is Literal:
        return isinstance(value, str)
    if kind is os.PathLike:
        return is_path(value)
    if kind in (Any, int, float) or not isinstance(kind, type) or getattr(kind, "_is_protocol", False):
        return True
    return isinstance(value, kind)


def _words(parts: tuple[Any, ...], several: str = "") -> str:
    """Return what is wanted, or with an ending `several` of it. A path that is a text is told as a path."""
    kinds = [get_origin(part) or part for part in parts if not _is_list(part) and part is not NoneType]
    if os.PathLike in kinds and Mapping not in kinds:
        kinds.remove(str)
    words = [_WORDS.get(kind) or _WORDS.get(kind.__name__) or f"a {kind.__name__}" for kind in kinds]
    if several:
        words = [word.split(" (")[0].removeprefix("a ") + several for word in words]
    words += [f"a list of {_words(_parts(get_args(part)[0]), 's')}" for part in parts if _is_list(part)]
    *others, last = dict.fromkeys(words)
    return f"{', '.join(others)} or {last}" if others else last

"""What can stand at a place of a file, by the keys that lead there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, TypeAliasType, Union, get_args, get_origin

from cruxmap.language.validation import Leaf, Shape, fields_of, mark_of


@dataclass(frozen=True, slots=True)
class Form:
    """One form of what can stand at a place: `of` is a shape, `dict`, `list`, or what a leaf is for editors.

    `parts` is what annotates the values of a mapping without a shape, or the items of a list. `owner` and
    `key` are the shape in which the place is, and the key of it that leads there, however deep.
    """

    of: Any
    parts: Any = None
    owner: type[Shape] | None = None
    key: str = ""


def forms_at(shape: type[Shape], path: Iterable[str | int]) -> tuple[Form, ...]:
    """Return the forms of what the steps of a path lead to; a number stands for any item of a list."""
    found = tuple(_forms(shape, None, ""))
    for step in path:
        found = tuple(dict.fromkeys(form for each in found for form in _inside(each, step)))
    return found


def is_shape(form: Any) -> bool:
    """Tell whether a form is a mapping with known keys."""
    return isinstance(form, type) and issubclass(form, Shape)


def _inside(form: Form, step: str | int) -> Iterator[Form]:
    if isinstance(step, int):
        if form.of is list:
            yield from _forms(form.parts, form.owner, form.key)
    elif form.of is dict:
        yield from _forms(form.parts, form.owner, form.key)
    elif is_shape(form.of):
        field = fields_of(form.of).get(step)
        yield from _forms(field.hint, form.of, step) if field is not None else ()


def _forms(hint: Any, owner: type[Shape] | None, key: str) -> Iterator[Form]:
    if isinstance(hint, TypeAliasType):
        yield from _forms(hint.__value__, owner, key)
    elif get_origin(hint) is Annotated:
        leaf = mark_of(hint, Leaf)
        if leaf is None:
            yield from _forms(get_args(hint)[0], owner, key)
        else:
            yield Form(leaf.schema, None, owner, key)
    elif get_origin(hint) in (Union, UnionType):
        for part in get_args(hint):
            yield from _forms(part, owner, key)
    elif get_origin(hint) in (list, dict):
        yield Form(get_origin(hint), get_args(hint)[-1], owner, key)
    elif is_shape(hint):
        yield Form(hint, None, owner, key)

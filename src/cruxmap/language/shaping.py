"""How a shape is declared, and the two things made of it: a validator, and a JSON Schema.

A shape is a class whose annotations say which keys it has: a `Leaf`, another shape, a list, a mapping, or
a `Choice` between forms. They are read here rather than by pydantic's models, and handed to the core of
pydantic: building the models would take longer than checking a map of two hundred entries does.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    ClassVar,
    TypeAliasType,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from pydantic_core import CoreSchema, SchemaValidator, ValidationError, core_schema

from cruxmap.errors import Code
from cruxmap.language.names import nearest
from cruxmap.language.yaml_text import Entries, Items, Node, Text

# --- what annotations are made of ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar: any text passes. `what` is its name in problems, `editor` its JSON Schema."""

    what: str
    editor: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Form:
    """The name of one form of a choice."""

    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A union of forms; `form` names the one that a node has, and `expected` tells what they are."""

    form: Callable[[object], str | None]
    expected: str


@dataclass(frozen=True, slots=True)
class Key:
    """The key of a field that no name in Python can have."""

    name: str


@dataclass(frozen=True, slots=True)
class NotEmpty:
    """A list or mapping that holds something."""


class Shape:
    """A mapping with known keys and no others. A field that may be left out is `None` by default.

    `WANTED` lists keys that must be there and that readers ask for themselves.
    """

    WANTED: ClassVar[tuple[str, ...]] = ()


_FORM = "\0"
"""What the name of a form begins with in the paths of errors; no key of a file can hold it."""


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    key: str
    hint: Any
    required: bool


def _fields(shape: type[Shape]) -> tuple[_Field, ...]:
    """Return the fields of a shape class, inherited ones first."""
    fields = []
    for name, hint in get_type_hints(shape, include_extras=True).items():
        if name.isupper():
            continue
        inner = _without_none(hint)
        keys = [mark.name for mark in getattr(inner, "__metadata__", ()) if isinstance(mark, Key)]
        fields.append(_Field(name, keys[0] if keys else name, inner, not hasattr(shape, name)))
    return tuple(fields)


def keys_of(shape: type[Shape]) -> frozenset[str]:
    """Return the keys that a shape knows."""
    return frozenset(each.key for each in _fields(shape))


def _without_none(hint: Any) -> Any:
    """Return `X` for `X | None`."""
    if get_origin(hint) not in (Union, UnionType):
        return hint
    rest = [arg for arg in get_args(hint) if arg is not NoneType]
    return rest[0] if len(rest) == 1 else hint


def _forms(hint: Any) -> dict[str, Any]:
    """Return the forms of a choice by name."""
    forms = {}
    for form in get_args(hint):
        name = next(mark.name for mark in form.__metadata__ if isinstance(mark, Form))
        forms[name] = form
    return forms


# --- the validator ------------------------------------------------------------------------------


@dataclass(slots=True)
class _Validators:
    """Turns annotations into schemas of pydantic's core; only what contains itself becomes a definition."""

    made: dict[str, CoreSchema] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    recursive: set[str] = field(default_factory=set)
    definitions: list[CoreSchema] = field(default_factory=list)

    def schema(self, hint: Any) -> CoreSchema:
        if isinstance(hint, TypeAliasType):
            return self._named(hint.__name__, lambda: self.schema(hint.__value__))
        if isinstance(hint, type) and issubclass(hint, Shape):
            return self._named(hint.__name__, lambda: self._mapping(hint))
        origin = get_origin(hint)
        if origin is Annotated:
            return self._annotated(get_args(hint)[0], hint.__metadata__)
        if origin is list:
            return core_schema.list_schema(self.schema(*get_args(hint)))
        assert origin is dict, hint
        key, value = get_args(hint)
        return core_schema.dict_schema(self.schema(key), self.schema(value))

    def _named(self, name: str, make: Callable[[], CoreSchema]) -> CoreSchema:
        if name in self.open:
            self.recursive.add(name)
            return core_schema.definition_reference_schema(name)
        if name not in self.made:
            self.open.add(name)
            schema = make()
            self.open.remove(name)
            if name in self.recursive:
                self.definitions.append({**schema, "ref": name})
                schema = core_schema.definition_reference_schema(name)
            self.made[name] = schema
        return self.made[name]

    def _mapping(self, shape: type[Shape]) -> CoreSchema:
        fields = []
        for each in _fields(shape):
            schema = self.schema(each.hint)
            if not each.required:
                schema = core_schema.with_default_schema(schema, default=getattr(shape, each.name))
            fields.append(
                core_schema.dataclass_field(each.name, schema, kw_only=True, validation_alias=each.key)
            )
        keys = core_schema.dataclass_args_schema(shape.__name__, fields, extra_behavior="forbid")
        names = [each["name"] for each in fields]
        return core_schema.dataclass_schema(shape, keys, names)  # a model would note which keys are there

    def _annotated(self, hint: Any, marks: tuple[object, ...]) -> CoreSchema:
        for mark in marks:
            match mark:
                case Leaf(what=what):
                    return core_schema.is_instance_schema(Text, cls_repr=what)
                case Choice() as choice:
                    return self._choice(_forms(hint), choice)
        schema = self.schema(hint)
        return {**schema, "min_length": 1} if any(isinstance(m, NotEmpty) for m in marks) else schema

    def _choice(self, forms: Mapping[str, Any], choice: Choice) -> CoreSchema:
        tags: dict[str | None, str] = {name: _FORM + name for name in forms}
        return core_schema.tagged_union_schema(
            {tags[name]: self.schema(part) for name, part in forms.items()},
            lambda node: tags.get(choice.form(node)),
            custom_error_type="other_form",
            custom_error_message=choice.expected,
        )


@cache
def _validator(hint: Any) -> SchemaValidator:
    validators = _Validators()
    schema = validators.schema(hint)
    return SchemaValidator(core_schema.definitions_schema(schema, validators.definitions))


# --- the JSON Schema ----------------------------------------------------------------------------


def editor_schema(shape: type[Shape], title: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a shape."""
    definitions: dict[str, Any] = {}
    root = _editor_mapping(shape, definitions)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title}
    return {**head, **root, "$defs": dict(sorted(definitions.items()))}


def _editor(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    if isinstance(hint, TypeAliasType):
        return _defined(hint.__name__, lambda: _editor(hint.__value__, definitions), definitions)
    if isinstance(hint, type) and issubclass(hint, Shape):
        return _defined(hint.__name__, lambda: _editor_mapping(hint, definitions), definitions)
    origin, args = get_origin(hint), get_args(hint)
    if origin is list:
        return {"type": "array", "items": _editor(args[0], definitions)}
    if origin is dict:
        names = {"propertyNames": _editor(args[0], definitions)}
        return {"type": "object", **names, "additionalProperties": _editor(args[1], definitions)}
    assert origin is Annotated, hint
    for mark in hint.__metadata__:
        match mark:
            case Leaf(editor=editor):
                return dict(editor)
            case Choice():
                return {"anyOf": [_editor(part, definitions) for part in _forms(args[0]).values()]}
    schema = _editor(args[0], definitions)
    if any(isinstance(mark, NotEmpty) for mark in hint.__metadata__):
        schema |= {"minItems" if schema["type"] == "array" else "minProperties": 1}
    return schema


def _defined(name: str, make: Callable[[], dict[str, Any]], definitions: dict[str, Any]) -> dict[str, Any]:
    if name not in definitions:
        definitions[name] = {}  # what it contains may refer back to it
        definitions[name] = make()
    return {"$ref": f"#/$defs/{name}"}


def _editor_mapping(shape: type[Shape], definitions: dict[str, Any]) -> dict[str, Any]:
    fields = _fields(shape)
    required = [each.key for each in fields if each.required or each.name in shape.WANTED]
    return {
        "type": "object",
        "description": shape.__doc__,
        "properties": {each.key: _editor(each.hint, definitions) for each in fields},
        "required": required,
        "additionalProperties": False,
    }


# --- fitting a node into a shape ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShapeError:
    """What is wrong with a shape; `path` leads through keys and indices to `place`."""

    code: Code
    message: str
    path: tuple[str | int, ...]
    place: Node
    hint: str = ""


_LINK = re.compile(r"same as\b")
"""What a link begins with; where it is written as a key, nothing but that is missing."""


def shaped(hint: Any, node: Node) -> Any:
    """Return the node in its shape, or a tuple of everything that keeps it from fitting (`ShapeError`s)."""
    try:
        return _validator(hint).validate_python(node)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        errors = [_shape_error(detail, node) for detail in details]
        links = {each.path[:-1] for each in errors if each.path and _LINK.match(str(each.path[-1]))}
        return tuple(each for each in errors if each.code is not Code.MISSING_KEY or each.path not in links)


def _shape_error(detail: Any, root: Node) -> ShapeError:
    kind: str = detail["type"]
    path = tuple(step for step in detail["loc"] if not (isinstance(step, str) and step[:1] == _FORM))
    if path and path[-1] == "[key]":
        path = path[:-1]
    name = str(path[-1]) if path else "this"
    match kind:
        case "missing":
            hint = "say when it happens: before, within, during, by_end_of or ever"
            is_bare_event = f"{_FORM}event" in detail["loc"]
            place = _key_at(root, path[:-1])
            message = f"`{name}` is missing"
            return ShapeError(Code.MISSING_KEY, message, path[:-1], place, hint if is_bare_event else "")
        case "unexpected_keyword_argument":
            message, hint = f"unknown key `{name}`", _unknown_key_hint(root, path)
            return ShapeError(Code.UNKNOWN_KEY, message, path, _key_at(root, path), hint)
        case "too_short":
            return ShapeError(Code.EMPTY_LIST, f"`{name}` is empty", path, _key_at(root, path))
        case "is_instance_of":
            wanted = detail["ctx"]["class"]
        case "other_form":
            wanted = detail["msg"]
        case "list_type":
            wanted = "a list"
        case _:
            wanted = "a mapping of keys and values"
    place = _node_at(root, path)
    slid = kind not in ("is_instance_of", "other_form", "list_type") and name in _owners_of_keys()
    hint = f"if `{name}` is part of what is above it, indent it as far as the rest of that" if slid else ""
    found = {Text: "text", Items: "a list", Entries: "a mapping"}[type(place)] if place != "" else "nothing"
    subject = f"`{name}`" if path and isinstance(path[-1], str) else "this"
    return ShapeError(Code.WRONG_SHAPE, f"{subject} must be {wanted}, and here is {found}", path, place, hint)


def _node_at(root: Node, path: tuple[str | int, ...]) -> Node:
    node: Any = root
    for step in path:
        node = node[step]
    return node  # type: ignore[no-any-return]


def _key_at(root: Node, path: tuple[str | int, ...]) -> Node:
    """Return the key that leads to a place, or the place itself in a list."""
    parent = _node_at(root, path[:-1])
    if path and isinstance(parent, Entries):
        return parent.key(str(path[-1]))
    return _node_at(root, path)


def _unknown_key_hint(root: Node, path: tuple[str | int, ...]) -> str:
    key, value, owners = str(path[-1]), _node_at(root, path), _owners_of_keys()
    if key == "worldviews":
        return "each worldview is a file of its own, in the folder `worldviews` beside the map's files"
    if _LINK.match(key):
        return "a link is all of a number, as in `credence: same as ADDRESS`"
    if isinstance(value, Text) and value == "" and value.plain:
        if ":" in key:
            return "a colon needs a space after it"
        if " " in key or not key.isidentifier():
            return "a comma ends a value in a one-line entry: quote the sentence, or put it under `text: >-`"
    if key in owners:
        where = f"to {' or '.join(owners[key][:3])}" if owners[key] else "elsewhere"
        return f"`{key}` belongs {where}: is it in the wrong place, or not indented far enough?"
    if " " in key:
        return "put a sentence that holds `: ` or runs over several lines under `text: >-`"
    near = nearest(key, owners)
    return f"did you mean `{near}`?" if near else ""


@cache
def _owners_of_keys() -> dict[str, list[str]]:
    """Map every key that some shape knows to those entries and files that have it, the latter first."""
    owners: dict[str, list[str]] = {}
    for shape in reversed(list(_all_shapes(Shape))):
        name = (shape.__doc__ or "").rstrip(".")
        for each in _fields(shape):
            owners.setdefault(each.key, [])
            if re.fullmatch(r"An? \w+", name):
                owners[each.key].append(name.lower())
    return owners


def _all_shapes(shape: type[Shape]) -> Iterator[type[Shape]]:
    for child in shape.__subclasses__():
        yield child
        yield from _all_shapes(child)

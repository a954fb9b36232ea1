"""How a shape is declared, and the reader that is made of it; `json_schema` makes a schema of the same.

A shape is a class whose annotations say which keys it has: a `Leaf`, another shape, a list, a mapping, or
a choice between forms (`OneOf`). A reader makes the value of a shape from the nodes of a file. It tells of
each part that does not fit, and leaves out those that stand near the top.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, TypeAliasType, Union, get_args, get_origin, get_type_hints

from cruxmap.errors import Code
from cruxmap.language.findings import Findings
from cruxmap.language.slips import (
    LINK,
    Form,
    Outside,
    Unknown,
    no_list,
    no_mapping,
    slid_out,
    slid_to_top,
    unknown_key,
)
from cruxmap.language.yaml_text import Entries, Items, Node, Text

# --- what annotations are made of: marks, which Python 3.12.1 has to hash --------------------------


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar: any text passes. `what` is its name in problems, `schema` that of its form for editors."""

    what: str
    schema: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """A union of forms, of which a node has the one of its kind: text, list or mapping.

    Where several are mappings, `pick` returns the shape of a mapping, or `dict`. `expected` names the forms.
    Those in `mistakes` are read only to say what is wrong.
    """

    expected: str
    pick: Callable[[Entries], type] | None = None
    mistakes: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """The key of a field that no name in Python can have."""

    name: str


@dataclass(frozen=True, slots=True)
class NotEmpty:
    """A list or mapping that holds something."""


@dataclass(frozen=True, slots=True)
class Description:
    """What a key is for, in a sentence or two, and an example of what may stand under it."""

    text: str
    example: Any = field(hash=False)


@dataclass(frozen=True, slots=True)
class Editor:
    """What a reader leaves to others, and editors can tell: keywords of a JSON Schema."""

    keywords: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Endings:
    """A mapping in which keys that end in certain words have values of other forms, for editors."""

    forms: Mapping[str, Any] = field(hash=False)


class Shape:
    """A mapping with known keys and no others. A field that may be left out is `None` by default.

    `HINT` says what to do where a key is missing. The rest is for readers of the values, and for editors:
    `WANTED` lists keys that must be there; `EITHER` those of which exactly one must be; `NEEDS` maps a key to
    those of which it needs one; `EXCLUDES` maps a key to those that it must not stand with; `EDITOR` has what
    else a JSON Schema can say.
    """

    HINT: ClassVar[str] = ""
    WANTED: ClassVar[tuple[str, ...]] = ()
    EITHER: ClassVar[tuple[str, ...]] = ()
    NEEDS: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    EXCLUDES: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    EDITOR: ClassVar[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class Field:
    """A key of a shape: its name in Python, its annotation, and how its value is read."""

    name: str
    hint: Any
    required: bool
    read: "_Reader"


@cache
def fields_of(shape: Any) -> dict[str, Field]:
    """Map the keys of a shape to its fields, inherited ones first."""
    fields = {}
    for name, hint in get_type_hints(shape, include_extras=True).items():
        if name.isupper():
            continue
        inner = _without_none(hint)
        key = mark_of(inner, Key)
        fields[key.name if key else name] = Field(name, inner, not hasattr(shape, name), _reader(inner))
    return fields


def keys_of(shape: Any) -> frozenset[str]:
    """Return the keys that a shape knows."""
    return frozenset(fields_of(shape))


def described(shape: Any, key: str) -> Description | None:
    """Return what a key of a shape is for; `None` where the shape has no such key."""
    field_of_key = fields_of(shape).get(key)
    return None if field_of_key is None else mark_of(field_of_key.hint, Description)


def mark_of[M](hint: Any, kind: type[M]) -> M | None:
    """Return the mark of one kind that an annotation has; `None` where it has none."""
    return next((mark for mark in getattr(hint, "__metadata__", ()) if isinstance(mark, kind)), None)


def _without_none(hint: Any) -> Any:
    """Return `X` for `X | None`, with the marks around it."""
    if get_origin(hint) is Annotated:
        inner, *marks = get_args(hint)
        plain = _without_none(inner)
        return Annotated[plain, *marks]
    if get_origin(hint) not in (Union, UnionType):
        return hint
    return Union[tuple(arg for arg in get_args(hint) if arg is not NoneType)]  # noqa: UP007


# --- readers ------------------------------------------------------------------------------------

type Path = tuple[str | int, ...]

_MISFIT = object()
"""What a reader returns for a node that does not fit."""


@dataclass(slots=True)
class _Descent:
    """One descent from a root. Parts are left out alone that at most `depth` keys lead to.

    `lacking` holds paths of mappings of which something was left out before: what they lack is not told,
    nor of those `outside` of which a key stands that belongs to them. `sections` are those of the file.
    `met` gets the shape of each mapping that has one, by its path.
    """

    root: Node
    findings: Findings
    depth: int
    lacking: Collection[Path]
    sections: Mapping[str, Form]
    cuts: set[Path] = field(default_factory=set)
    met: dict[Path, type[Shape]] = field(default_factory=dict)
    outside: set[Path] = field(default_factory=set)

    def left_out(self, path: Path) -> bool:
        """Leave out what a path leads to, if that can be."""
        if len(path) <= self.depth:
            self.cuts.add(path)
        return len(path) <= self.depth

    def misfit(self, node: Node, path: Path, wanted: str, hint: str = "") -> object:
        """Say what a node should have been."""
        found = (
            {Text: "text", Items: "a list", Entries: "a mapping"}[type(node)] if node != "" else "nothing"
        )
        self.findings.add(
            Code.WRONG_SHAPE, f"{_subject(path)} must be {wanted}, and here is {found}", node, hint
        )
        return _MISFIT

    def no_mapping(self, node: Node, path: Path, keys: Collection[str] = ()) -> object:
        """Say that a node should have been a mapping, of these keys if they are known."""
        name = str(path[-1]) if path else "this"
        return self.misfit(node, path, "a mapping of keys and values", no_mapping(name, node, keys))

    def slid(self, outside: Iterable[Outside]) -> set[str]:
        """Tell of keys that stand outside of their entries; return their names, and the ids of empty entries.

        What these entries lack is not told.
        """
        names: set[str] = set()
        for each in outside:
            self.findings.add(Code.MISPLACED_KEY, each.message, each.keys[0], each.hint)
            self.cuts |= {each.path[: self.depth], *((*each.path[:-1], str(key)) for key in each.keys)}
            self.outside.add(each.path)
            names |= {str(key) for key in each.keys}
            names |= {str(each.owner)} if isinstance(each.node, Text) else set()
        return names

    def key(self, path: Path) -> Node:
        """Return the key that leads to a place, or the place itself in a list."""
        node: Any = self.root
        for step in path[:-1]:
            node = node[step]
        if not path:
            return self.root
        return node.key(str(path[-1])) if isinstance(node, Entries) else node[path[-1]]


def _subject(path: Path) -> str:
    """Return what a message calls the place to which a path leads."""
    return f"`{path[-1]}`" if path and isinstance(path[-1], str) else "this"


type _Reader = Callable[[_Descent, Node, Path], Any]


def _reader(hint: Any) -> _Reader:
    """Return what reads nodes of the form that an annotation describes."""
    if isinstance(hint, TypeAliasType | type) and get_origin(hint) is None:
        return partial(_read_named, hint)
    origin, args = get_origin(hint), get_args(hint)
    if origin is list:
        return partial(_read_list, _reader(args[0]))
    if origin is dict:
        return partial(_read_mapping, args[1], _reader(args[1]))
    for mark in hint.__metadata__:
        match mark:
            case Leaf():
                return partial(_read_leaf, mark)
            case NotEmpty():
                return partial(_read_some, _reader(args[0]))
            case OneOf():
                forms = {_form(form): _reader(form) for form in get_args(args[0])}
                mappings = [read for form, read in forms.items() if form not in (Text, Items, object)]
                return partial(_read_choice, mark, forms | dict.fromkeys([Entries], *mappings[:1]))
    return _reader(args[0])


def _read_named(hint: Any, reading: _Descent, node: Node, path: Path) -> Any:
    return _reader_of(hint)(reading, node, path)  # made only now, as it may contain itself


@cache
def _reader_of(hint: Any) -> _Reader:
    return _reader(hint.__value__) if isinstance(hint, TypeAliasType) else partial(_read_shape, hint)


def _form(hint: Any) -> type:
    """Return the kind of node that an annotation describes, `object` for a choice; shapes stay themselves."""
    if isinstance(hint, TypeAliasType):
        return _form(hint.__value__)
    if get_origin(hint) is not Annotated:
        return {list: Items, None: hint}.get(get_origin(hint), dict)  # type: ignore[no-any-return]
    if mark_of(hint, OneOf):
        return object
    return Text if get_args(hint)[0] is Text else _form(get_args(hint)[0])


def _read_leaf(leaf: Leaf, reading: _Descent, node: Node, path: Path) -> Any:
    return node if node.__class__ is Text else reading.misfit(node, path, leaf.what)


def _read_choice(
    choice: OneOf, forms: Mapping[type, _Reader], reading: _Descent, node: Node, path: Path
) -> Any:
    form = choice.pick(node) if choice.pick and isinstance(node, Entries) else type(node)
    read = forms.get(form) or forms.get(object)
    return read(reading, node, path) if read else reading.misfit(node, path, choice.expected)


def _read_some(read: _Reader, reading: _Descent, node: Node, path: Path) -> Any:
    made = read(reading, node, path)
    if node or made is _MISFIT:
        return made
    hint = "put something into it, or delete it"
    reading.findings.add(Code.EMPTY_LIST, f"{_subject(path)} is empty", reading.key(path), hint)
    return _MISFIT


def _read_list(read: _Reader, reading: _Descent, node: Node, path: Path) -> Any:
    if not isinstance(node, Items):
        return reading.misfit(node, path, "a list", no_list(node))
    parts = _read_parts(read, reading, enumerate(node), path)
    return parts if parts is _MISFIT else list(parts.values())


def _read_mapping(hint: Any, read: _Reader, reading: _Descent, node: Node, path: Path) -> Any:
    if not isinstance(node, Entries):
        return reading.no_mapping(node, path)
    slid: set[str] = set()
    if isinstance(hint, type):
        slid = reading.slid(slid_out(node, _form_of(hint), path))
    return _read_parts(read, reading, (part for part in node.items() if part[0] not in slid), path)


def _read_parts(read: _Reader, reading: _Descent, parts: Iterable[tuple[Any, Node]], path: Path) -> Any:
    made, fits = {}, True
    for step, node in parts:
        part = read(reading, node, (*path, step))
        if part is _MISFIT:
            fits = reading.left_out((*path, step)) and fits
        else:
            made[step] = part
    return made if fits else _MISFIT


def _read_shape(shape: Any, reading: _Descent, node: Node, path: Path) -> Any:
    fields = fields_of(shape)
    if not isinstance(node, Entries):
        return reading.no_mapping(node, path, fields)
    made, fits = shape(), True
    reading.met[path] = shape
    slid = set() if path else reading.slid(slid_to_top(node, reading.sections, fields))
    for name, value in node.items():
        if name in slid:
            continue
        known = fields.get(name)
        part = known.read(reading, value, (*path, name)) if known else _MISFIT
        if not known:
            around = str(next((step for step in reversed(path) if isinstance(step, str)), ""))
            unknown = Unknown(name, value, node, _form_of(shape), around)
            hint = unknown_key(unknown, reading.sections, _owners_of_keys())
            reading.findings.add(Code.UNKNOWN_KEY, f"unknown key `{name}`", name, hint)
        if part is _MISFIT:
            fits = reading.left_out((*path, name)) and fits
        elif known:
            setattr(made, known.name, part)
    whole = path not in reading.lacking and path not in reading.outside
    whole = whole and not any(LINK.match(key) for key in node)
    for key, known in fields.items():
        if known.required and key not in node and whole:
            reading.findings.add(Code.MISSING_KEY, f"`{key}` is missing", reading.key(path), shape.HINT)
        fits = fits and (not known.required or hasattr(made, known.name))
    return made if fits else _MISFIT


# --- fitting a node into a shape ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fitted[S]:
    """A node in its shape, `None` if that cannot be, and the paths to what was left out."""

    shape: S | None
    cuts: frozenset[Path]


def shaped(
    hint: Any, node: Node, findings: Findings, depth: int = 0, lacking: Collection[Path] = ()
) -> Fitted[Any]:
    """Return a node in its shape, with a problem for each part that does not fit.

    A part that at most `depth` keys lead to is left out alone, and so is a mapping near the top that lacks
    a key. The mappings that `lacking` leads to are known to lack something: no problem tells of that.
    """
    sections = _sections_of(hint) if isinstance(hint, type) else {}
    reading = _Descent(node, findings, depth, lacking, sections)
    made = _reader(hint)(reading, node, ())
    return Fitted(None if made is _MISFIT else made, frozenset(reading.cuts))


def shapes_in(hint: Any, node: Node) -> Mapping[Path, type[Shape]]:
    """Return the shape of each mapping in a node that has one, by its path."""
    reading = _Descent(node, Findings(), 0, (), {})
    _reader(hint)(reading, node, ())
    return reading.met


@cache
def _form_of(shape: Any) -> Form:
    """Return what slips of the pen are judged by."""
    what = (shape.__doc__ or "").rstrip(".").lower()
    return Form(what if _AN_ENTRY.fullmatch(what) else "", fields_of(shape), shape.EITHER, shape.NEEDS)


@cache
def _sections_of(shape: Any) -> dict[str, Form]:
    """Map the keys of a file that entries stand under to the form of these."""
    parts = {key: get_args(field.hint)[0] for key, field in fields_of(shape).items()}
    hints = {key: get_args(part)[1] for key, part in parts.items() if get_origin(part) is dict}
    return {key: _form_of(hint) for key, hint in hints.items() if isinstance(hint, type)}


_AN_ENTRY = re.compile(r"an? \w+")


@cache
def _owners_of_keys() -> dict[str, list[str]]:
    """Map every key that some shape knows to those entries and files that have it, the latter first."""
    owners: dict[str, list[str]] = {}
    for shape in reversed(list(_all_shapes(Shape))):
        for key in fields_of(shape):
            owners.setdefault(key, []).extend(filter(None, [_form_of(shape).what]))
    return owners


def _all_shapes(shape: Any) -> Iterator[Any]:
    for child in shape.__subclasses__():
        yield child
        yield from _all_shapes(child)

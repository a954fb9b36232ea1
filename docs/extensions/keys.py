"""The reference of files: every key of every file, where a page says `<!-- keys -->`.

All of it is from the shapes by which files are read: what a key is for, an example, what may stand under it.
"""

import re
from collections.abc import Iterator
from typing import Annotated, Any, TypeAliasType, get_args, get_origin

import yaml
from sphinx.application import Sphinx

from cruxmap.language.schema import FILES
from cruxmap.language.validation import Description, Leaf, OneOf, Shape, fields_of, mark_of

MARK = "<!-- keys -->"


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the keys into the page that asks for them."""
    app.connect("source-read", _with_keys)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _with_keys(app: Sphinx, name: str, source: list[str]) -> None:
    source[0] = source[0].replace(MARK, "\n".join(reference()))


def reference() -> Iterator[str]:
    """Yield the lines of the reference: for each kind of file its shapes, each where it is first met."""
    shown: set[Any] = set()
    for kind, file in FILES.items():
        yield f"\n## {'Sources' if kind == 'sources' else kind.capitalize()}\n"
        for shape, paths in _places(file).items():
            if shape not in shown:
                shown.add(shape)
                yield from _section(shape, [] if shape is file else paths)


# --- where shapes stand -----------------------------------------------------------------------------


def _places(file: Any) -> dict[Any, list[str]]:
    """Return the shapes of a kind of file and the paths to them, in the order in which keys lead there."""
    found: dict[Any, list[str]] = {}
    waiting = [(file, "")]
    while waiting:
        shape, path = waiting.pop(0)
        paths = found.setdefault(shape, [])
        if path not in paths:
            paths.append(path)
        if len(paths) > 1:
            continue  # it leads where it led before
        for key, known in fields_of(shape).items():
            waiting += _shapes(known.hint, f"{path}.{key}" if path else key)
    return found


def _shapes(hint: Any, path: str, within: tuple[Any, ...] = ()) -> Iterator[tuple[Any, str]]:
    """Yield the shapes that may stand somewhere, with where. Aliases that it is `within` are not followed."""
    if isinstance(hint, TypeAliasType):
        if hint not in within:
            yield from _shapes(hint.__value__, path, (*within, hint))
    elif isinstance(hint, type) and get_origin(hint) is None:
        if issubclass(hint, Shape):
            yield hint, path
    elif get_origin(hint) is dict:
        yield from _shapes(get_args(hint)[1], f"{path}.ID", within)
    elif get_origin(hint) is Annotated:
        choice = mark_of(hint, OneOf)
        forms = (get_args(hint)[0],) if choice is None else get_args(get_args(hint)[0])
        for form in forms:
            if choice is None or form not in choice.mistakes:
                yield from _shapes(form, path, within)
    else:
        for part in get_args(hint):
            yield from _shapes(part, path, within)


def title(shape: Any) -> str:
    """Return what a shape is called: the beginning of its own words."""
    return re.split(r"[.:]", " ".join((shape.__doc__ or "").split()), maxsplit=1)[0]


# --- what is said of them ---------------------------------------------------------------------------


def _section(shape: Any, paths: list[str]) -> Iterator[str]:
    """Yield what is said of a shape; one without paths is a whole file, and has the heading of that."""
    if paths:
        yield f"### {title(shape)}\n"
        where = ", ".join(f"`{path}`" for path in paths[:6])
        more = " and elsewhere" if len(paths) > 6 else ""
        yield f"Under {where}{more}.\n"
    yield from _rules(shape)
    yield "| key | what it is for | what stands there | example |"
    yield "|---|---|---|---|"
    for key, known in _own_first(shape):
        told = mark_of(known.hint, Description)
        assert told is not None, (shape, key)
        needed = " (needed)" if known.required or key in shape.WANTED else ""
        yield f"| `{key}`{needed} | {_cell(told.text)} | {_form(known.hint)} | {_example(told.example)} |"
    yield ""


def _own_first(shape: Any) -> list[tuple[str, Any]]:
    """Return the keys of a shape, those last that many shapes have."""
    inherited = {key for base in shape.__mro__[1:] if base is not Shape for key in _keys(base)}
    own = [(key, known) for key, known in fields_of(shape).items() if key not in inherited]
    shared = [(key, known) for key, known in fields_of(shape).items() if key in inherited]
    first = [pair for pair in shared if pair[0] in shape.WANTED]
    return [*first, *own, *(pair for pair in shared if pair not in first)]


def _keys(base: Any) -> Any:
    return fields_of(base) if isinstance(base, type) and issubclass(base, Shape) else ()


def _rules(shape: Any) -> Iterator[str]:
    """Yield what its keys ask of each other."""
    rules = []
    if shape.EITHER:
        rules.append(f"Exactly one of {_names(shape.EITHER, 'and')} stands there.")
    rules += [f"`{key}` needs {_names(others, 'or')}." for key, others in shape.NEEDS.items()]
    rules += [f"`{key}` does not go with {_names(keys, 'or')}." for key, keys in shape.EXCLUDES.items()]
    if rules:
        yield " ".join(rules) + "\n"


def _names(keys: tuple[str, ...], word: str) -> str:
    *others, last = (f"`{key}`" for key in keys)
    return f"{', '.join(others)} {word} {last}" if others else last


def _form(hint: Any) -> str:
    """Say what may stand under a key; a shape is linked to."""
    if isinstance(hint, TypeAliasType):
        return _form(hint.__value__)
    if isinstance(hint, type) and get_origin(hint) is None:
        name = title(hint)
        return _link(f"{name[0].lower()}{name[1:]}", hint)
    if get_origin(hint) is list:
        return f"a list: {_form(get_args(hint)[0])}"
    if get_origin(hint) is dict:
        return f"a mapping, under each id: {_form(get_args(hint)[1])}"
    for mark in hint.__metadata__:
        match mark:
            case OneOf(expected=expected):
                shapes = {shape: None for shape, _ in _shapes(hint, "")}
                return _link(_cell(expected), *shapes) if len(shapes) == 1 else _cell(expected)
            case Leaf(what=what):
                return what
    return _form(get_args(hint)[0])


def _link(text: str, shape: Any) -> str:
    return f"[{text}](#{re.sub(r'[^\w\- ]', '', title(shape).lower()).replace(' ', '-')})"


def _example(example: Any) -> str:
    """Write an example as YAML on one line, as it would stand behind its key."""
    text = yaml.safe_dump(
        example, default_flow_style=True, sort_keys=False, width=float("inf"), allow_unicode=True
    )
    return f"`{_cell(text.removesuffix('...\n').strip())}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")

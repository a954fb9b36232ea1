"""The reference of the library: all public names, where a page says `<!-- functions -->`, and so on.

Nothing is listed by hand. Names are those of `cruxmap.__all__`; what answers are made of is found from the
types of their fields. So a name is in the reference as soon as it is public.
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import is_dataclass
from functools import cache
from importlib import import_module
from inspect import isclass
from typing import Any, TypeAliasType, get_args, get_type_hints

from docutils.nodes import Text, TextElement, document
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

import cruxmap
from cruxmap.insight.display import Shown
from cruxmap.insight.plain import Answer

ROOMS = {
    "language": "Read",
    "insight": "Ask",
    "bayes": "Sample",
    "exchange": "Import and export",
    "exporting": "Import and export",
}
"""What functions of a room are for; those of other rooms are for `MORE`."""
MORE = "Write files and pages"

NOT_FOR_READERS = "__init__, __new__, hidden, main, names, of_whole_map"
"""What an answer says of itself to whoever writes it down."""


def setup(app: Sphinx) -> dict[str, bool]:
    """Write names into pages, and set docstrings as this project writes them."""
    app.connect("source-read", _with_names)
    app.connect("autodoc-process-docstring", _as_we_write, priority=100)
    app.connect("missing-reference", _ours)
    app.connect("doctree-read", _with_dashes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def public() -> dict[str, Any]:
    """Return all public names with what they name."""
    return {name: getattr(cruxmap, name) for name in cruxmap.__all__}


@cache
def functions() -> dict[str, list[str]]:
    """Return the public functions, by what they are for."""
    found: dict[str, list[str]] = {purpose: [] for purpose in (*ROOMS.values(), MORE)}
    for name, thing in public().items():
        if not isclass(thing):
            found[ROOMS.get(thing.__module__.split(".")[1], MORE)].append(f"cruxmap.{name}")
    return {purpose: names for purpose, names in found.items() if names}


@cache
def classes() -> dict[str, list[str]]:
    """Return answers, what answers are made of, and other values: public ones, and what their fields have."""
    own = {thing: f"cruxmap.{name}" for name, thing in public().items() if isclass(thing)}
    parts = _reached(own)
    return {
        "answers": [name for thing, name in own.items() if issubclass(thing, Answer)],
        "parts": sorted(map(_full_name, parts), key=lambda name: name.rpartition(".")[2]),
        "values": [name for thing, name in own.items() if not issubclass(thing, Answer)],
    }


def _full_name(thing: type) -> str:
    return f"{thing.__module__}.{thing.__qualname__}"


def _reached(known: Iterable[type]) -> set[type]:
    """Return the classes of ours to which fields of answers lead."""
    known = set(known)
    waiting = [thing for thing in known if issubclass(thing, Answer)]
    found: set[type] = set()
    while waiting:
        for part in _parts_of(waiting.pop()) - known - found:
            found.add(part)
            waiting.append(part)
    return found


def _parts_of(thing: type) -> set[type]:
    hints = get_type_hints(thing, localns=public())  # some are imported for type checkers alone
    return {
        part
        for hint in hints.values()
        for part in _classes_in(hint)
        if part.__module__.startswith("cruxmap.") and (is_dataclass(part) or hasattr(part, "_fields"))
    }


def _classes_in(hint: Any) -> Iterator[type]:
    if isinstance(hint, TypeAliasType):
        yield from _classes_in(hint.__value__)
    elif isclass(hint) and not get_args(hint):
        yield hint
    for part in get_args(hint):
        yield from _classes_in(part)


# --- pages ------------------------------------------------------------------------------------------


def _with_names(app: Sphinx, name: str, source: list[str]) -> None:
    source[0] = re.sub(r"^<!-- (\w+) -->$", lambda mark: _MARKS[mark[1]](), source[0], flags=re.MULTILINE)


def _functions() -> str:
    parts = [
        f"## {purpose}\n\n{_directives('autofunction', names)}" for purpose, names in functions().items()
    ]
    return "\n\n".join(parts)


def _directives(kind: str, names: Iterable[str], *options: str) -> str:
    lines = ["```{eval-rst}"]
    for name in names:
        lines += [f".. {kind}:: {name}", *(f"   {option}" for option in options), ""]
    return "\n".join([*lines, "```"])


def _common() -> str:
    options = (":members:", ":inherited-members: object", f":exclude-members: {NOT_FOR_READERS}")
    return _directives("autoclass", [_full_name(Shown)], *options)


def _classes(kind: str) -> Callable[[], str]:
    options = (":members:", ":undoc-members:", f":exclude-members: {NOT_FOR_READERS}, gist")
    return lambda: _directives("autoclass", classes()[kind], *options)


_MARKS = {
    "common": _common,
    "functions": _functions,
    "answers": _classes("answers"),
    "parts": _classes("parts"),
    "values": _classes("values"),
}

# --- docstrings -------------------------------------------------------------------------------------


def _as_we_write(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Set what stands between single backticks as code, which in reStructuredText takes two."""
    lines[:] = [re.sub(r"(?<![`:\w])`([^`\n]+)`(?!`)", r"``\1``", line) for line in lines]
    if what in ("attribute", "property"):
        lines.insert(0, "\\")  # nothing: else napoleon takes what stands before a colon for a type


def _with_dashes(app: Sphinx, page: document) -> None:
    """Set the dash behind the name of a parameter; two hyphens elsewhere begin an option."""
    for text in [*page.findall(Text)]:
        if text == " -- ":
            text.parent.replace(text, Text(" \N{EN DASH} "))


def _ours(app: Sphinx, env: BuildEnvironment, node: pending_xref, content: TextElement) -> Any:
    """Link a public name that is written without its module; show other types of ours as they are.

    A name that is nowhere stays a warning.
    """
    module, _, name = str(node.get("reftarget")).rpartition(".")
    if not module and name in cruxmap.__all__:
        python = env.get_domain("py")
        return python.resolve_xref(
            env, node["refdoc"], app.builder, "class", f"cruxmap.{name}", node, content
        )
    homes = [module] if module else [home for home in sys.modules if home.startswith("cruxmap.")]
    known = any(home.startswith("cruxmap.") and hasattr(import_module(home), name) for home in homes)
    return content if known else None

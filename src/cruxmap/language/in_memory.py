"""Maps, worldviews and models that a program has, as texts or as data: read as if they were files.

In: a text of YAML, or dicts and lists with texts, numbers and truth values. Out: what a file would say, in
which every place is known: line and column of a text, or the keys that lead to a part of the data.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cruxmap.errors import Code, InvalidMap, Problem, Span
from cruxmap.language.argument_types import is_path
from cruxmap.language.files import ARGUMENTS, WORLDVIEWS, Given, imagined
from cruxmap.language.schema import WorldviewFile
from cruxmap.language.validation import keys_of
from cruxmap.language.yaml_text import (
    DEEPEST,
    Entries,
    Items,
    Node,
    Parsed,
    SourceFile,
    Text,
    parse_text,
    problem_at,
    unprintable_in,
    value_at,
    written,
)
from cruxmap.language.yaml_writing import block, without_places

type Source = str | os.PathLike[str] | Mapping[str, Any]
"""A file's path; or what a file says, as a text of YAML or as data."""

MEMORY = Path("<memory>")
"""The folder in which files stand that are not on disk."""


LONGEST_PATH = 120
"""Characters of the keys that lead to a place that are told."""


def is_text(source: object) -> bool:
    """Tell whether a string is what a file says, and not the path of one.

    >>> is_text("claims: {rain: {credence: 20%}}"), is_text("arguments/rain")
    (True, False)
    """
    if not isinstance(source, str):
        return False
    return "\n" in source or ": " in source or source.rstrip().endswith(":")


def is_said(source: object) -> bool:
    """Tell whether this is what a file says, as a text or as data, and not where the file is."""
    return isinstance(source, Mapping) or is_text(source)


def said(source: object, name: str) -> Parsed:
    """Return what a text or data says; problems call it by its name. Never raises."""
    if isinstance(source, str):
        return parse_text(source, name)
    data = _Data(name)
    root = data.node(source, "", 0)
    return Parsed(data, None if data.problems else root, tuple(data.problems))


class _Data(SourceFile):
    """The data of a program, in which a place is the keys that lead there."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "")
        self.paths: list[str] = []
        self.problems: list[Problem] = []

    def span(self, start: int, end: int) -> Span:
        """Return a place by its number."""
        del end
        path = self.paths[start]
        if len(path) > LONGEST_PATH:
            path = f"{path[: LONGEST_PATH // 2]} ... {path[-LONGEST_PATH // 2 :]}"
        return Span(f"<{self.name}: {path}>" if path else f"<{self.name}>")

    def node(self, value: object, path: str, level: int) -> Node:
        """Return a value as a file would say it, with its place. What a file cannot say is a problem."""
        match value:
            case Text() | Items() | Entries() if value.file is not None:
                return value
            case Mapping() if level < DEEPEST:
                entries = Entries()
                for key, part in value.items():
                    name = str(written(key))
                    inner = f"{path}.{name}" if path else name
                    entries[self._text(name, inner)] = self.node(part, inner, level + 1)
                return self._placed(entries, path)
            case _ if (text := written(value)) is not None:
                return self._text(text, path)
            case Sequence() if level < DEEPEST and not isinstance(value, bytes):
                parts = (self.node(part, f"{path}[{n}]", level + 1) for n, part in enumerate(value))
                return self._placed(Items(parts), path)
            case Mapping() | Sequence() if level >= DEEPEST:
                return self._odd(f"more than {DEEPEST} levels of nesting", path, Code.TOO_DEEP)
            case _:
                kind = f"a value of type `{type(value).__name__}`"
                return self._odd(f"{kind} is neither text, a number, a list nor a mapping", path)

    def _text(self, text: str, path: str) -> Text:
        node = self._placed(Text(text), path)
        node.plain = text == ""
        if (odd := unprintable_in(text)) is not None:
            self._odd(f"a text that holds {odd}", path, Code.YAML_FEATURE)
        return node

    def _odd(self, message: str, path: str, code: Code = Code.WRONG_SHAPE) -> Text:
        node = self._placed(Text(""), path)
        node.plain = True
        self.problems.append(problem_at(code, message, node))
        return node

    def _placed[N: Node](self, node: N, path: str) -> N:
        node.file, node.start, node.end = self, len(self.paths), len(self.paths)
        self.paths.append(path)
        return node


@dataclass(slots=True)
class InMemory:
    """What stands in memory: the files by their places, the folders with their names, and visitors' files."""

    files: dict[Path, Given] = field(default_factory=dict)
    folders: dict[Path, str] = field(default_factory=dict)
    visitors: list[Path] = field(default_factory=list)

    def add(self, path: Path, parsed: Parsed, data: bytes = b"") -> Path:
        """Put what a file says at a place; `data` is its text, where somebody wants to have it."""
        self.files[path] = Given(parsed, data)
        return path

    @staticmethod
    def folder_of(id_: str) -> Path:
        """Return where a map stands."""
        return MEMORY / ARGUMENTS / id_

    @contextmanager
    def there(self) -> Iterator[None]:
        """Read as if all this were there."""
        with imagined(self.files, self.folders):
            yield

    def add_map(self, parsed: Parsed, id_: str) -> Path:
        """Put a map at its place, and those of its `worldviews`; return its folder."""
        folder, name, root = self.folder_of(id_), parsed.file.name, parsed.root
        inner = value_at(root, "worldviews")
        if isinstance(root, Entries) and isinstance(inner, Entries):
            parsed = replace(parsed, root=_without(root, "worldviews"))
            for key, value in inner.items():
                self.add(folder / WORLDVIEWS / f"{key}.yaml", _part(parsed, value, f"worldview {key}"))
        self.add(folder / "map.yaml", parsed)
        self.folders |= {folder: name, folder / WORLDVIEWS: f"{name}: worldviews"}
        return folder

    def add_visitors(self, worldviews: object) -> None:
        """Put worldviews where they visit a map: those of a dict by name, or of a list, or one."""
        one = isinstance(worldviews, str | os.PathLike) or is_worldview(worldviews)
        listed: Any = [worldviews] if one else worldviews
        named = listed.items() if isinstance(listed, Mapping) else ((None, each) for each in listed)
        for number, (name, source) in enumerate(named, 1):
            self.add_worldview(source, name, number)

    def add_worldview(self, source: Any, name: str | None, number: int) -> None:
        """Put a worldview where it visits a map; a file stays in its place.

        One that has no name and says none is called by its number, which is no id.
        """
        if not is_said(source):
            if not is_path(source):
                what = f"`{type(source).__name__}`"
                hint = "it is a dict, a text of YAML, or the path of a file"
                message = f"a value of type {what} is no worldview"
                raise InvalidMap((Problem(Code.WRONG_SHAPE, message, hint=hint),))
            self.visitors.append(Path(os.fspath(source)))
            return
        parsed = said(source, f"worldview {name or number}")
        written = value_at(parsed.root, "worldview")
        if name is None and isinstance(written, Text) and written:
            parsed = said(source, f"worldview {written}")
        if name is not None and isinstance(parsed.root, Entries) and written is None:
            named = {Text.at("worldview", parsed.root): Text.at(name, parsed.root)}
            parsed = replace(parsed, root=_like(parsed.root, named | parsed.root))
        self.add_visitor(str(name or written or f"worldview {number}"), parsed)

    def add_visitor(self, id_: str, parsed: Parsed) -> None:
        """Put a worldview where it visits a map."""
        written = [] if parsed.root is None else block(without_places(parsed.root), spread=2)
        data = "".join(f"{line}\n" for line in written).encode("utf-8", "surrogatepass")
        self.visitors.append(self.add(MEMORY / f"{id_}.yaml", parsed, data))

    def add_model(self, source: object) -> Path:
        """Put a model at its place, with the map and the worldviews that it holds; return its path."""
        parsed = said(source, "model")
        if isinstance(parsed.root, Entries):
            parsed = replace(parsed, root=self._model(parsed.root, parsed))
        self.add(MODEL, parsed)
        return MODEL

    def _model(self, root: Entries, parsed: Parsed) -> Entries:
        """Return what a model says, with names in place of what stands in it."""
        named = _without(root)
        if "model" not in root:
            named[Text.at("model", root)] = Text.at("model", root)
        inner = value_at(root, "map")
        if isinstance(inner, Entries) or (isinstance(inner, Text) and is_text(inner)):
            folder = self.add_map(_part(parsed, inner, "map", "map"), "map")
            named[root.key("map")] = Text.at(folder.as_posix(), inner)
        listed = value_at(root, "worldviews")
        if isinstance(listed, Entries | Items):
            named[root.key("worldviews")] = self._worldviews(listed, parsed)
        return named

    def _worldviews(self, listed: Entries | Items, parsed: Parsed) -> Items:
        """Return the names of worldviews that are listed, or that stand in the list's place."""
        pairs: list[tuple[Any, Node | None]] = []
        if isinstance(listed, Entries):
            pairs += listed.items()
        for one in listed if isinstance(listed, Items) else ():
            if not is_said(one):
                pairs.append((one, None))
                continue
            own = _part(parsed, one, f"worldview {len(pairs) + 1}")
            written = value_at(own.root, "worldview")
            name = written if isinstance(written, Text) else Text.at(f"worldview {len(pairs) + 1}", one)
            pairs.append((name, one))
        for name, content in pairs:
            if content:
                self.add_visitor(str(name), _part(parsed, content, f"worldview {name}"))
        names = Items(name for name, _ in pairs)
        names.file, names.start, names.end = listed.file, listed.start, listed.end
        return names


MODEL = Path("<model>")
"""Where a model stands that is in memory: what it names by a path is looked for from here."""


def _part(parsed: Parsed, node: Node, name: str, *keys: str) -> Parsed:
    """Return what a part says that is a file by itself, at the end of these keys; a text is read as one."""
    if isinstance(node, Text) and is_text(node):
        return said(str(node), name)
    spoiled = (path[len(keys) :] for path in parsed.spoiled if path[: len(keys)] == keys)
    return Parsed(parsed.file, node, (), frozenset(spoiled))


def _without(root: Entries, *keys: str) -> Entries:
    """Return a copy of a mapping, without some of its keys."""
    return _like(root, {key: value for key, value in root.items() if key not in keys})


def _like(root: Entries, entries: Mapping[Any, Any]) -> Entries:
    """Return a mapping in the place of another."""
    own = Entries(entries)
    own.file, own.start, own.end = root.file, root.start, root.end
    return own


def is_worldview(source: object) -> bool:
    """Tell whether a dict is one worldview, and not several by their names."""
    return isinstance(source, Mapping) and bool(source.keys() & _KEYS)


_KEYS = keys_of(WorldviewFile)

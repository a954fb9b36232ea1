"""Where every name of a project is defined, and where it is referred to.

`mentions` reads the files of all maps and models of a project, half-written ones as far as they go. Each
`Mention` is one name in one file: an entry's id, a part of an address, a state, a phase, a source, a voice, a
worldview and so on. What is the same thing has the same `name`, `sort` and `home`, also where the files of
one map are taken in by another.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from cruxmap.errors import Span
from cruxmap.language.files import (
    ARGUMENTS,
    IN_A_MAP,
    MODELS,
    content_of,
    map_folder,
    model_files,
    overlaid,
    shown,
    subfolders,
    yaml_files,
)
from cruxmap.language.findings import Findings
from cruxmap.language.for_editors.uses import NAMED_NUMBERS, Sort, Use, Uses, uses_in
from cruxmap.language.includes import included_path
from cruxmap.language.names import Kind
from cruxmap.language.schema import FileKind
from cruxmap.language.yaml_text import SourceFile


@dataclass(frozen=True, slots=True)
class Mention:
    """A name where it stands in a file: from `start` to `end` in its text, which is what `span` says.

    `name` says what is meant: `claim`, `question.state`, `claim.row`, `argument.strength`,
    `timeline.phase`, `source#locator`, or one word. `home` is the map that has it. Where the name is part of
    an address, that is `address` as far as this part goes: `question.row.state`, `event.phase`.
    """

    file: Path
    start: int
    end: int
    span: Span
    name: str
    sort: Sort
    is_definition: bool
    home: Path
    address: str = ""

    @property
    def thing(self) -> tuple[Sort, Path, str]:
        """What is meant: the same for all mentions of it."""
        return (self.sort, self.home, self.name)


class ProjectFile(NamedTuple):
    """A file of a project: what it holds, of which map, and the names in it.

    `map` is the folder of the map, and None where a model names none.
    """

    path: Path
    kind: FileKind
    map: Path | None
    uses: Uses

    @property
    def source(self) -> SourceFile:
        """The file's text as it was read; without a byte order mark."""
        return self.uses.file


@dataclass(frozen=True)
class Mentions:
    """All mentions of a project, by file and in the order in which they stand there.

    `kinds` says of each entry what it is, by the map's folder and its id.
    """

    root: Path
    files: Mapping[Path, ProjectFile]
    by_file: Mapping[Path, tuple[Mention, ...]]
    kinds: Mapping[tuple[Path, str], Kind]

    def __iter__(self) -> Iterator[Mention]:
        """Yield all mentions."""
        return chain.from_iterable(self.by_file.values())

    def at(self, file: Path, line: int, column: int) -> Mention | None:
        """Return what is mentioned at a place, None where nothing is.

        Lines and columns count from 1, in characters; the place right behind a name is still at it.
        """
        known = self.files.get(_absolute(file))
        if known is None or not 0 < line <= len(known.source.lines):
            return None
        place = known.source.line_starts[line - 1] + column - 1
        here = [one for one in self.by_file[known.path] if one.start <= place <= one.end > one.start]
        return min(here, key=lambda one: (one.end == place, one.end - one.start), default=None)

    def of(self, name: str, sort: Sort | None = None, home: Path | None = None) -> tuple[Mention, ...]:
        """Return where a name or an address is mentioned, definitions first."""
        found = (
            one
            for one in self._by_name.get(name, ())
            if sort in (None, one.sort) and home in (None, one.home)
        )
        return tuple(sorted(found, key=lambda one: not one.is_definition))

    def same(self, mention: Mention) -> tuple[Mention, ...]:
        """Return all mentions of what one is a mention of, definitions first."""
        return self.of(mention.name, mention.sort, mention.home)

    def definitions(self, mention: Mention) -> tuple[Mention, ...]:
        """Return where it is defined: nowhere where nobody knows it, or twice where a name is taken."""
        return tuple(one for one in self.same(mention) if one.is_definition)

    def names(self, sort: Sort, home: Path | None = None) -> tuple[str, ...]:
        """Return what is defined of a sort, in the order of the files."""
        found = (m.name for m in self if m.is_definition and m.sort is sort and home in (None, m.home))
        return tuple(dict.fromkeys(found))

    @cached_property
    def _by_name(self) -> Mapping[str, tuple[Mention, ...]]:
        found: dict[str, list[Mention]] = {}
        for one in self:
            for name in {one.name, one.address} - {""}:
                found.setdefault(name, []).append(one)
        return {name: tuple(those) for name, those in found.items()}


def project_around(path: Path) -> Path:
    """Return the project that a path is of: the nearest folder with the `arguments/` or `models/` it is in.

    A map that stands in neither is a project by itself.
    """
    start = _absolute(path)
    for folder in (start, *start.parents):
        inside = start == folder or start.relative_to(folder).parts[0] in (ARGUMENTS, MODELS)
        if inside and (os.path.isdir(folder / ARGUMENTS) or os.path.isdir(folder / MODELS)):
            return folder
    folder = start if os.path.isdir(start) else start.parent
    return map_folder(folder)


def project_files(place: Path) -> tuple[ProjectFile, ...]:
    """Return the files of the project around a place: those of its maps, and its models."""
    return tuple(_files(project_around(place)).values())


def mentions(place: Path, texts: Mapping[Path, str] | None = None) -> Mentions:
    """Return all mentions in the project around a place, which is its folder, that of a map, or any file.

    `texts` are read in place of what the files at these paths hold, or as if files were there. Nothing is
    raised: what cannot be read has no mentions.
    """
    root = project_around(place)
    laid = {_absolute(path): text for path, text in (texts or {}).items()}
    with overlaid({path: text.encode("utf-8", "replace") for path, text in laid.items()}):
        files = _files(root)
        maps = {file.map: _Map(file.map) for file in files.values() if file.map is not None}
        for file in files.values():
            if file.map is not None and file.kind != "model":
                maps[file.map].own.append(file)
        for each in maps.values():
            each.take_in(files, maps)
    return _Finding(files, maps).mentions(root)


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))


# --- files -------------------------------------------------------------------------------------------


def _files(root: Path) -> dict[Path, ProjectFile]:
    """Return the files of a project: those of its maps, and of maps elsewhere that its models name."""
    found: dict[Path, ProjectFile] = {}
    nothing = Findings()
    is_project = os.path.isdir(root / ARGUMENTS) or os.path.isdir(root / MODELS)
    folders = subfolders(root / ARGUMENTS, nothing) if is_project else [root]
    models = []
    for path in model_files(root / MODELS, nothing):
        uses = _uses(path, "model")
        if uses is not None:
            folder = None if uses.map is None else Path(os.path.normpath(path.parent / uses.map))
            models.append(ProjectFile(path, "model", folder, uses))
            folders += [] if folder is None else [folder]
    for folder in dict.fromkeys(folders):
        for place, kind in {"": "map", **IN_A_MAP}.items():
            for path in yaml_files(folder / place, nothing):
                uses = _uses(path, kind)
                if uses is not None:
                    found[path] = ProjectFile(path, kind, folder, uses)
    return found | {model.path: model for model in models}


def _uses(path: Path, kind: FileKind) -> Uses | None:
    data = content_of(path, Findings())
    if data is None:
        return None
    return uses_in(data.decode("utf-8", "replace"), shown_here(path), kind, path.stem)


def shown_here(path: Path) -> str:
    """Write a path from the folder that paths start from, if it is in there."""
    return shown(from_here(path))


def from_here(path: Path) -> Path:
    """Return a path as it is from the working folder, if it is in there."""
    here = Path(os.path.abspath("."))
    return path.relative_to(here) if path.is_relative_to(here) else path


# --- what a map's names mean ---------------------------------------------------------------------------

type _Key = tuple[str, str]
"""What a name must be unique among, and the name."""

_ENTRIES = "entries"
_OF_OTHERS = (Sort.SOURCE, Sort.VOICE, Sort.TIMELINE, Sort.PHRASE)
_OF_MAPS = (*_OF_OTHERS, Sort.WORLDVIEW)


def _key(use: Use) -> _Key:
    return (_ENTRIES if use.sort is Sort.ENTRY else str(use.sort), use.path[0])


@dataclass(slots=True)
class _Map:
    """A map: its own files, those that it takes in, and the map that has each of its names."""

    folder: Path
    own: list[ProjectFile] = field(default_factory=list)
    taken: dict[Path, ProjectFile] = field(default_factory=dict)
    home: dict[_Key, Path] = field(default_factory=dict)
    kinds: dict[str, Kind] = field(default_factory=dict)
    states: dict[str, tuple[str, ...]] = field(default_factory=dict)
    timeline_of: dict[str, str] = field(default_factory=dict)

    def take_in(self, files: Mapping[Path, ProjectFile], maps: "Mapping[Path, _Map]") -> None:
        """Find what the map takes in, and what all its names mean."""
        ahead = [file for file in self.own if file.kind == "map"]
        while ahead:
            file = ahead.pop(0)
            for named in file.uses.takes_in:
                path = included_path(file.path, named, Findings())
                other = None if path is None else files.get(_absolute(path))
                if other is not None and other.path not in self.taken and other.map != self.folder:
                    self.taken[other.path] = other
                    ahead.append(other)
        for file in (*self.own, *self.taken.values()):
            assert file.map is not None
            for use in file.uses.found:
                if use.defines and (use.sort is Sort.ENTRY or use.sort in _OF_MAPS):
                    self.home.setdefault(_key(use), file.map)
            self.kinds = file.uses.kinds | self.kinds
            self.states = file.uses.states | self.states
            self.timeline_of = file.uses.timeline_of | self.timeline_of
        for folder in dict.fromkeys(file.map for file in self.taken.values()):
            for file in maps[folder].own if folder is not None else ():
                for use in file.uses.found:
                    if use.defines and use.sort in _OF_OTHERS and file.map is not None:
                        self.home.setdefault(_key(use), file.map)


class _Where(NamedTuple):
    """A file, and the maps that read it: first the one that it is of."""

    file: ProjectFile
    readers: tuple[_Map, ...]


class _Finding:
    """Finds the mentions of a project."""

    def __init__(self, files: Mapping[Path, ProjectFile], maps: Mapping[Path, _Map]) -> None:
        self.files = files
        self.maps = maps
        self.found: list[tuple[Mention, _Key]] = []
        self.joined: dict[tuple[Path, _Key], tuple[Path, _Key]] = {}

    def mentions(self, root: Path) -> Mentions:
        """Return all mentions, the same things under one home each."""
        readers: dict[Path, list[_Map]] = {}
        for each in self.maps.values():
            for path in each.taken:
                readers.setdefault(path, []).append(each)
        for path, file in self.files.items():
            own = _Map(path.parent) if file.map is None else self.maps[file.map]
            for use in file.uses.found:
                self._find(_Where(file, (own, *readers.get(path, ()))), use)
        by_file: dict[Path, list[Mention]] = {path: [] for path in self.files}
        for mention, key in self.found:
            home, _ = self._root((mention.home, key))
            by_file[mention.file].append(mention if home == mention.home else replace(mention, home=home))
        kinds = {
            (self._root((folder, (_ENTRIES, id_)))[0], id_): kind
            for folder, each in self.maps.items()
            for id_, kind in each.kinds.items()
        }
        in_order = {path: tuple(sorted(m, key=lambda m: (m.start, m.end))) for path, m in by_file.items()}
        return Mentions(root, self.files, in_order, kinds)

    def _find(self, where: _Where, use: Use) -> None:
        """Note what a use is a mention of."""
        sort, path = use.sort, use.path
        key = (str(sort), path[0])
        if sort is Sort.FILE:
            folder = os.path.normpath(where.file.path.parent / path[0])
            self._add(where, use, shown_here(Path(folder)), key)
        elif sort is Sort.LOCATOR:
            self._add(where, use, "#".join(path), (str(Sort.SOURCE), path[0]))
        elif sort is Sort.PHASE and use.defines:
            self._add(where, use, ".".join(path), (str(Sort.TIMELINE), path[0]))
        elif sort in (Sort.ADDRESS, Sort.ENTRY):
            self._find_parts(where, use)
        elif sort is Sort.MODEL or sort in _OF_MAPS:
            if sort is not Sort.PHRASE or any(key in reader.home for reader in where.readers):
                self._add(where, use, path[0], key)
        else:
            self._find_part(where, use)

    def _find_parts(self, where: _Where, use: Use) -> None:
        """Note the parts of an address."""
        words = use.path[0].split(".")
        at = use.start
        for number, word in enumerate(words):
            path = tuple(words[: number + 1])
            part = replace(use, start=at, end=at + len(word), path=path)
            at += len(word) + 1
            if number == 0:
                self._add(where, replace(part, sort=Sort.ENTRY), word, (_ENTRIES, word), word)
            elif word:
                self._find_part(where, replace(part, sort=Sort.ADDRESS))

    def _find_part(self, where: _Where, use: Use) -> None:
        """Note what a part of an address is, behind the entry: a state, a row, a phase or a number."""
        owner, address = use.path[0], ".".join(use.path)
        reader = next((one for one in where.readers if owner in one.kinds), where.readers[0])
        sort = _sort_of(use, reader.kinds.get(owner), reader.states.get(owner, ()))
        if sort is None:
            return
        name, key = address, (_ENTRIES, owner)
        if sort is Sort.PHASE:
            timeline = reader.timeline_of.get(owner, "")
            name, key = f"{timeline}.{use.path[1]}", (str(Sort.TIMELINE), timeline)
        elif sort is Sort.STATE:
            name = f"{owner}.{use.path[-1]}"
        self._add(where, replace(use, sort=sort), name, key, address)

    def _add(self, where: _Where, use: Use, name: str, key: _Key, address: str = "") -> None:
        """Note a mention of something that a map has, which is the same for all that read the file."""
        homes = [reader.home[key] for reader in where.readers if key in reader.home]
        for other in homes[1:]:
            first, second = sorted((self._root((homes[0], key)), self._root((other, key))))
            if first != second:
                self.joined[second] = first
        home = homes[0] if homes else where.readers[0].folder
        path, span = where.file.path, where.file.source.span(use.start, use.end)
        mention = Mention(path, use.start, use.end, span, name, use.sort, use.defines, home, address)
        self.found.append((mention, key))

    def _root(self, key: tuple[Path, _Key]) -> tuple[Path, _Key]:
        while key in self.joined:
            key = self.joined[key]
        return key


def _sort_of(use: Use, kind: Kind | None, states: Iterable[str]) -> Sort | None:
    """Return of which sort a part of an address is, None for what only looks like one."""
    word, depth = use.path[-1], len(use.path)
    if use.sort is Sort.STATE:
        return Sort.STATE if kind in (Kind.QUESTION, None) else None
    if use.sort is not Sort.ADDRESS:
        return use.sort
    if kind is Kind.QUESTION and (depth > 2 or word in states):
        return Sort.STATE
    if kind is Kind.EVENT:
        return Sort.PHASE if depth == 2 else Sort.NUMBER if word in ("pace", "otherwise") else Sort.ROW
    return Sort.NUMBER if word in NAMED_NUMBERS else Sort.ROW

"""What is open in an editor, and the projects around it as they were read last.

Texts change at any time, and reading a project takes a moment: it is read in a thread, and until that is done
what was read before answers. Nothing is lost by that, as a change says where places have moved to.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from cruxmap.editing.server.texts import Change
from cruxmap.errors import InvalidMap, Problem
from cruxmap.language.argument_map import MAP_WORLDVIEW
from cruxmap.language.drafting import Draft
from cruxmap.language.files import (
    ARGUMENTS,
    IN_A_MAP,
    MODELS,
    knowing,
    map_folder,
    noting,
    overlaid,
    shown,
)
from cruxmap.language.for_editors.mentions import Mention, Mentions, mentions, project_around
from cruxmap.language.inheritance import Perspective, settle
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.reading import Examined, Memory, examine
from cruxmap.language.schema import FileKind

SETTLED = 0.01
"""Seconds for which nothing must be typed before files are read."""


# --- which project, and which kind of file ----------------------------------------------------------

_SIGNS: Mapping[FileKind, tuple[str, ...]] = {
    "model": ("target", "map"),
    "worldview": ("judgements",),
    "map": ("claims",),
}


def root_of(path: Path, text: str) -> Path | None:
    """Return what is to be checked for a file: its project, its map, itself; None if it is not of ours.

    An editor shows all sorts of YAML files. Those in the folders of a project are of ours, and elsewhere
    those that hold claims, say.
    """
    if path.suffix != ".yaml":
        return None
    project = project_around(path)
    inside = path.parts[len(project.parts) :]
    if inside[0] in (ARGUMENTS, MODELS) and len(inside) > 1 and (project / ARGUMENTS).is_dir():
        return project if inside[0] == MODELS or len(inside) > 2 else None
    kind = _kind_by_keys(text)
    if kind is None:
        return None
    return path if kind == "model" else map_folder(path.parent)


def kind_of(path: Path, text: str) -> FileKind:
    """Return which kind of file one is, by its place or else by its keys."""
    parents = [folder.name for folder in path.parents]
    if parents[0] in IN_A_MAP:
        return IN_A_MAP[parents[0]]
    if ARGUMENTS not in parents[:2] and MODELS in parents and (_kind_by_keys(text) or "model") == "model":
        return "model"
    return _kind_by_keys(text) or "map"


def _kind_by_keys(text: str) -> FileKind | None:
    lines = text.splitlines()
    keys = {line.partition(":")[0] for line in lines if line[:1].isalpha() and ":" in line}
    others = {"questions", "arguments", "events", "timelines"}
    if keys & others and "judgements" not in keys:
        return "map"
    return next((kind for kind, signs in _SIGNS.items() if keys.issuperset(signs)), None)


# --- what was read ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Snapshot:
    """A project as it was read: what is wrong with it, its maps and models, and where names stand.

    `files` are all that were looked at, by the names that problems have for them; `texts` are those of open
    files at that time, with the editor's `versions` of them.
    """

    root: Path
    examined: Examined
    files: Mapping[str, Path]
    texts: Mapping[Path, str]
    versions: Mapping[Path, int]
    mentions: Mentions | None = None
    perspectives: dict[tuple[int, str], Perspective] = field(default_factory=dict)

    def draft(self, folder: Path | None) -> Draft | None:
        """Return the map in a folder as far as it could be read."""
        return None if folder is None else self.examined.drafts.get(str(folder.resolve()))

    def draft_of(self, file: Path) -> Draft | None:
        """Return the map of a file."""
        known = self.mentions.files.get(file) if self.mentions else None
        if known is not None:
            return self.draft(known.map)
        drafts = self.examined.drafts
        return next((drafts[str(f)] for f in file.parents[:2] if str(f) in drafts), None)

    def perspective(self, draft: Draft, worldview: str) -> Perspective | None:
        """Return the numbers of a worldview; None where the map has problems that keep them from counting."""
        key = id(draft), worldview
        if key not in self.perspectives:
            try:
                self.perspectives[key] = settle(draft.map, worldview)
            except (InvalidMap, KeyError, ValueError):
                return None
        return self.perspectives[key]


type Open = Mapping[Path, tuple[str, int]]
"""Texts of open files, with their versions."""


def read(root: Path, opened: Open, memory: Memory, before: Snapshot | None) -> Snapshot:
    """Read a project with the texts of open files in place of what is on disk."""
    laid = {path: text.encode("utf-8", "replace") for path, (text, _) in opened.items()}
    with overlaid(laid), noting() as looked:
        with knowing(memory.texts):
            examined = examine(root, memory)
        files = {shown(path): path for path in looked.files}
    kept = {id(draft) for draft in examined.drafts.values()}
    known = before.perspectives if before else {}
    return Snapshot(
        root,
        examined,
        files,
        {path: text for path, (text, _) in opened.items()},
        {path: version for path, (_, version) in opened.items()},
        before.mentions if before else None,
        {key: value for key, value in known.items() if key[0] in kept},
    )


def with_mentions(snapshot: Snapshot) -> Snapshot:
    """Return the same with where names stand now, and with the numbers of all worldviews."""
    found = replace(snapshot, mentions=mentions(snapshot.root, snapshot.texts))
    for draft in snapshot.examined.drafts.values():
        for worldview in (MAP_WORLDVIEW, *draft.map.worldview) if draft.sound else ():
            found.perspective(draft, worldview)
    return found


# --- a project that is open -------------------------------------------------------------------------


@dataclass(eq=False)
class Project:
    """A project in which files are open. It is read again after each change, once at a time."""

    root: Path
    opened: Callable[[], Open]
    heard: Callable[["Project", Snapshot], None]
    failed: Callable[[Exception], None]
    memory: Memory = field(default_factory=Memory)
    snapshot: Snapshot | None = None
    told: set[Path] = field(default_factory=set)
    _changed: bool = False
    _task: asyncio.Task[None] | None = None

    def change(self) -> None:
        """Have it read again."""
        self._changed = True
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._read())

    async def _read(self) -> None:
        while self._changed:
            self._changed = False
            await asyncio.sleep(SETTLED)
            if self._changed:
                continue
            try:
                opened = self.opened()
                found = await asyncio.to_thread(read, self.root, opened, self.memory, self.snapshot)
                self.snapshot = found
                self.heard(self, found)
                if not self._changed:
                    self.snapshot = await asyncio.to_thread(with_mentions, found)
            except Exception as fault:  # what was read before answers until the next change
                self.failed(fault)

    async def settled(self) -> Snapshot | None:
        """Return what was read, once all that has changed is read."""
        if self._task is not None:
            await asyncio.shield(self._task)
        return self.snapshot

    def end(self) -> None:
        """Read it no more."""
        if self._task is not None:
            self._task.cancel()


@dataclass(eq=False)
class Desk:
    """The texts of open files, and the projects that they are in."""

    heard: Callable[[Project, Snapshot], None]
    failed: Callable[[Exception], None]
    texts: dict[Path, str] = field(default_factory=dict)
    versions: dict[Path, int] = field(default_factory=dict)
    projects: dict[Path, Project] = field(default_factory=dict)

    def write(self, path: Path, text: str, version: int) -> None:
        """Take a text in place of what is on disk."""
        self.texts[path], self.versions[path] = text, version
        if (project := self.project(path)) is not None:
            project.change()

    def close(self, path: Path) -> None:
        """Read a file from disk again."""
        project = self.project(path)
        self.texts.pop(path, None)
        self.versions.pop(path, None)
        if project is not None:
            project.change()

    def look(self, paths: "list[Path]") -> None:
        """Read the projects again in which files have changed on disk, or are gone."""
        for project in self.projects.values():
            if any(path.is_relative_to(project.root) or project.root == path for path in paths):
                project.change()

    def project(self, path: Path) -> Project | None:
        """Return the project of an open file, None where it is not of ours."""
        root = root_of(path, self.texts.get(path, ""))
        if root is None:
            return None
        if root not in self.projects:
            self.projects[root] = Project(root, lambda: self._opened_in(root), self.heard, self.failed)
        return self.projects[root]

    def sound_models(self) -> list[ModelSpec]:
        """Return the models of all projects whose maps have no problems."""
        read = [project.snapshot for project in self.projects.values() if project.snapshot is not None]
        return [
            model.spec
            for snapshot in read
            for model in snapshot.examined.models
            if (draft := snapshot.draft(model.folder)) is not None and draft.sound
        ]

    def _opened_in(self, root: Path) -> Open:
        return {
            path: (text, self.versions[path])
            for path, text in self.texts.items()
            if root_of(path, text) == root
        }

    def end(self) -> None:
        """Read nothing any more."""
        for project in self.projects.values():
            project.end()


# --- places that move -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Now:
    """What was read, seen from texts that may have changed since."""

    snapshot: Snapshot
    texts: Mapping[Path, str]
    changes: dict[Path, Change] = field(default_factory=dict)

    def mention(self, path: Path, place: int) -> Mention | None:
        """Return what is mentioned at a place of a text as it is now."""
        found = self.snapshot.mentions
        if found is None or path not in found.files:
            return None
        source = found.files[path].source
        old = self._change(path).before(place)
        if old is None:
            return None
        span = source.span(old, old)
        return found.at(path, span.line, span.column)

    def place(self, mention: Mention) -> tuple[int, int] | None:
        """Return from where to where a mention stands now, None where it is gone."""
        change = self._change(mention.file)
        start, end = change.after(mention.start), change.after(mention.end)
        return None if start is None or end is None else (start, end)

    def text(self, path: Path) -> str:
        """Return the text of a file: as it is now if it is open, else as it was read."""
        if path in self.texts:
            return self.texts[path]
        found = self.snapshot.mentions
        return found.files[path].source.text if found and path in found.files else ""

    def _change(self, path: Path) -> Change:
        if path not in self.changes:
            assert self.snapshot.mentions is not None
            old = self.snapshot.mentions.files[path].source.text
            self.changes[path] = Change.between(old, self.texts.get(path, old))
        return self.changes[path]


def problems_by_file(snapshot: Snapshot) -> dict[Path, list[tuple[Problem, bool]]]:
    """Return what is wrong by file, and of each whether it is a problem and not a warning."""
    found: dict[Path, list[tuple[Problem, bool]]] = {}
    told = [(problem, True) for problem in snapshot.examined.problems]
    told += [(warning, False) for warning in snapshot.examined.warnings]
    for problem, is_problem in told:
        file = snapshot.files.get(problem.span.file, Path(problem.span.file))
        found.setdefault(file, []).append((problem, is_problem))
    return found

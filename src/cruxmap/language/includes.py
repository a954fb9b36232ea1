"""Files that a map takes in from other maps: which they are, what they use, and where that is declared.

A file is taken in from the folder of another map that stands beside this one below `arguments/`, and it takes
in what it includes itself. Each comes once, and none that leads back.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from cruxmap.errors import Code
from cruxmap.language.conditions import ONCE
from cruxmap.language.context import each
from cruxmap.language.files import (
    ARGUMENTS,
    SOURCES,
    WORLDVIEWS,
    fit,
    given_at,
    load,
    note_folder,
    shown,
    yaml_files,
)
from cruxmap.language.findings import Findings
from cruxmap.language.names import BROUGHT, SECTIONS, did_you_mean
from cruxmap.language.schema import BeforeShape, MapFile, SourcesFile
from cruxmap.language.validation import Shape
from cruxmap.language.yaml_text import DEEPEST, Entries, Text

DECLARED = ("sources", "voices", "timelines", "lexicon")


# --- which files --------------------------------------------------------------------------------


class _Step(NamedTuple):
    """A file on the way to another one, and the text in it that names the next."""

    file: Path
    named: Text


def taken_in(
    own: Sequence[tuple[Path, MapFile]], take: Callable[[Path], MapFile | None], findings: Findings
) -> Iterator[tuple[Path, MapFile | None]]:
    """Yield the files that a map's own files include, and that these include, each once, read by `take`.

    `None` stands for one that cannot be taken in; a problem tells why.
    """
    taken: set[str] = set()

    def follow(
        file: Path, shape: MapFile, way: tuple[_Step, ...]
    ) -> Iterator[tuple[Path, MapFile | None]]:
        seen: set[str] = set()
        for named in each(shape.include):
            if named in seen:
                findings.add(Code.REPEATED, f"`{named}` is there twice", named, ONCE)
                continue
            seen.add(named)
            steps = (*way, _Step(file, named))
            path = included_path(file, named, findings)
            if path is None or _leads_back(path, steps, findings) or _too_deep(steps, findings):
                yield file, None
            elif os.path.realpath(path) not in taken:
                taken.add(os.path.realpath(path))
                found = take(path)
                yield path, found
                if found is not None:
                    yield from follow(path, found, steps)

    for file, shape in own:
        yield from follow(file, shape, ())


def included_path(file: Path, named: Text, findings: Findings) -> Path | None:
    """Return the file that another one names in its `include`; a problem where it is none to be taken in."""
    path = Path(os.path.normpath(file.parent / named.replace("\0", "\ufffd")))
    around = Path(os.path.abspath(file)).parent.parent
    there = Path(os.path.abspath(path))
    example = "as in `../other-map/10-setting.yaml`"
    message = f"`{named}` cannot be taken in"
    if given_at(file) is not None:
        reason = "a map that is in no folder takes in no files: put into it what it needs"
    elif around.name != ARGUMENTS:
        reason = f"only maps in a folder `{ARGUMENTS}/` take in files of each other"
    elif "\\" in named:
        reason = f"write `{named.replace('\\', '/')}`: folders are parted by `/` everywhere"
    elif os.path.isabs(named) or there.parent.parent != around or there.suffix != ".yaml":
        reason = f"an include is a `.yaml` file of a map beside this one in `{ARGUMENTS}/`, {example}"
    elif there.parent == Path(os.path.abspath(file)).parent:
        reason = "every file of the map's own folder is read: leave it out"
    elif not os.path.isfile(there):
        note_folder(there.parent)
        known = sorted(other.name for other in there.parent.glob("*.yaml"))
        further = sorted(f"{other.parent.name}/{other.name}" for other in around.glob("*/*.yaml"))
        hint = did_you_mean(there.name, known) if known else str(did_you_mean(there.name, further))
        hint = hint or "the path starts from the folder of this file"
        findings.add(Code.NO_SUCH_FILE, f"there is no file `{shown(path)}`", named, hint)
        return None
    elif not Path(os.path.realpath(there)).is_relative_to(os.path.realpath(around)):
        reason = f"it is a link that leads out of `{ARGUMENTS}/`"
    else:
        return path
    findings.add(Code.BAD_INCLUDE, message, named, reason)
    return None


def _leads_back(path: Path, steps: Sequence[_Step], findings: Findings) -> bool:
    """Tell whether a file is of a map that the way to it has come through, and add a problem if so.

    A circle of files has the same problem wherever it is entered.
    """
    folders = [os.path.realpath(step.file.parent) for step in steps]
    if os.path.realpath(path.parent) not in folders:
        return False
    circle = list(steps[folders.index(os.path.realpath(path.parent)) :])
    files = [step.file for step in circle]
    what = "maps"
    if os.path.realpath(path) == os.path.realpath(files[0]):
        first = files.index(min(files))
        circle = circle[first:] + circle[:first]
        files = [step.file for step in circle]
        path, what = files[0], "files"
        place = circle[0].named
    else:
        place = circle[-1].named
    way = " -> ".join(map(shown, (*files, path)))
    findings.add(
        Code.INCLUDE_CIRCLE,
        f"these {what} take in each other: {way}",
        place,
        "move what both need to a file that includes neither",
    )
    return True


def _too_deep(steps: Sequence[_Step], findings: Findings) -> bool:
    """Tell whether a file is at the end of too long a way, and add a problem if so."""
    if len(steps) <= DEEPEST:
        return False
    message = f"{DEEPEST} files take in one another, each the next"
    findings.add(Code.TOO_DEEP, message, steps[-1].named, "include the last of them nearer to the map")
    return True


# --- what they use, and where it is declared ----------------------------------------------------

_NUMBERS = {"credence", "if_met", "otherwise", "leak", "chance", "value", "strength", "force", "pace"}
_NUMBERS |= {"emerges", "judgements"}
"""Fields whose texts are numbers or phrases, whether they hold one, or several in a mapping."""


@dataclass(frozen=True, slots=True)
class Uses:
    """What parts of files mention by name: sources, voices, timelines, and what may be phrases."""

    sources: dict[str, Text] = field(default_factory=dict)
    voices: dict[str, Text] = field(default_factory=dict)
    timelines: dict[str, Text] = field(default_factory=dict)
    lexicon: dict[str, Text] = field(default_factory=dict)


def note_uses(value: object, uses: Uses, name: str = "") -> None:
    """Add to `uses` what a shape, or a part of it in the field `name`, mentions."""
    match value:
        case BeforeShape():
            pass  # `by` is a number of steps there
        case Text():
            if name == "source":
                uses.sources.setdefault(value.partition("#")[0], value)
            elif name in ("by", "voice"):
                uses.voices.setdefault(str(value), value)
            elif name == "timeline":
                uses.timelines.setdefault(str(value), value)
            elif name in _NUMBERS:
                uses.lexicon.setdefault(value.strip(), value)
        case Shape():
            for inner, part in vars(value).items():
                note_uses(part, uses, inner)
        case dict():
            for part in value.values():
                note_uses(part, uses, name)
        case list():
            for part in value:
                note_uses(part, uses, name)


class Declaration(NamedTuple):
    """A source, voice, timeline, phrase or list of locators: its id as written, what it is, and its file.

    A list that cannot be read is `None`.
    """

    id: Text
    shape: Any
    file: Path


@dataclass(slots=True)
class Declarations:
    """What a map declares, its own files before those that it takes in: by section and id.

    `entries` tells in which file an entry is. `findings` has what is wrong with each file's declarations, and
    `others` are the folders of maps that its files take in files of.
    """

    of: dict[tuple[str, str], Declaration] = field(default_factory=dict)
    entries: dict[str, Path] = field(default_factory=dict)
    findings: dict[Path, Findings] = field(default_factory=dict)
    others: list[Path] = field(default_factory=list)

    def note(self, section: str, id_: Text, shape: object, file: Path) -> None:
        """Add a declaration, unless there is one already."""
        self.of.setdefault((section, str(id_)), Declaration(id_, shape, file))


def declarations(folder: Path, known: dict[str, Declarations]) -> Declarations:
    """Return what the map in a folder declares; `known` keeps what each folder by itself does."""
    found, ahead, seen = Declarations(), [folder], set[str]()
    while ahead:
        place = ahead.pop(0)
        name = os.path.realpath(place)
        if name not in seen:
            seen.add(name)
            own = known.get(name) or known.setdefault(name, _declared_in(place))
            found.of = own.of | found.of
            found.entries = own.entries | found.entries
            found.findings |= own.findings
            ahead += own.others
    return found


def _declared_in(folder: Path) -> Declarations:
    """Return what the files of one folder declare."""
    into = Declarations()
    for path in yaml_files(folder, Findings()):
        findings = into.findings[path] = Findings()
        parsed = load(path, findings)
        if parsed is None or not isinstance(parsed.root, Entries):
            continue
        for section in (*SECTIONS, "map"):
            entries = parsed.root.pop(section, None)  # type: ignore[call-overload]
            if isinstance(entries, Entries) and section != "map":
                for id_ in entries:
                    into.entries.setdefault(str(id_), path)
        shape = fit(MapFile, parsed, findings, 3).shape
        if shape is None:
            continue
        for section in DECLARED:
            for id_, part in (getattr(shape, section) or {}).items():
                into.note(section, id_, part, path)
        named = (included_path(path, text, Findings()) for text in each(shape.include))
        into.others += [other.parent for other in named if other is not None]
    for path in yaml_files(folder / WORLDVIEWS, Findings()):  # nothing comes of them: for hints alone
        parsed = load(path, Findings())
        root = parsed.root if parsed else None
        for section in BROUGHT if isinstance(root, Entries) else ():
            for id_ in root.get(section) or ():  # type: ignore[call-overload, union-attr]
                into.entries.setdefault(str(id_), path)
    for path in yaml_files(folder / SOURCES, Findings()):
        findings = into.findings[path] = Findings()
        parsed = load(path, findings)
        listed, id_ = None, Text(path.stem)
        if parsed is not None and parsed.root is not None:
            listed, id_ = fit(SourcesFile, parsed, findings, 2).shape, Text.at(path.stem, parsed.root)
        into.note("locators", id_, listed, path)
    return into


def meaning(shape: object) -> object:
    """Return what a declaration says, to be compared: without its places, notes and tags."""
    match shape:
        case Shape():
            said = {name: meaning(part) for name, part in vars(shape).items()}
            return {name: part for name, part in said.items() if name not in _REMARKS}
        case dict():
            return [(str(key), meaning(part)) for key, part in shape.items()]  # phases have an order
        case list():
            return [meaning(part) for part in shape]
        case _:
            return str(shape)


_REMARKS = {"note", "tags", "language"}

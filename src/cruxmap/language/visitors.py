"""Worldviews' files from elsewhere, read as if they stood in a map's folder `worldviews`.

In: paths that somebody names. Out: the files as bytes, each with the worldview that it is of, and a problem
for each that cannot be read with the map. No symbolic link is followed.
"""

import os
import stat
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from cruxmap.errors import Code, Span
from cruxmap.language.argument_map import ArgumentMap, Worldview
from cruxmap.language.context import check_id
from cruxmap.language.digest import MadeSince, since_made
from cruxmap.language.files import MAX_BYTES, WORLDVIEWS, given_at, shown
from cruxmap.language.findings import Findings
from cruxmap.language.names import BROUGHT
from cruxmap.language.schema import MapFile, ModelFile, SourcesFile, WorldviewFile
from cruxmap.language.validation import keys_of
from cruxmap.language.yaml_text import Entries, Parsed, Text, parse, value_at


class Standing(StrEnum):
    """Where a file stands that visits a map: it is new, is there already, or came twice; to the byte."""

    NEW = "new"
    THERE = "there"
    TWICE = "twice"


@dataclass(frozen=True, slots=True)
class Visitor:
    """A worldview's file from elsewhere. `path` is as somebody named it, `id` is the worldview's."""

    path: Path
    id: Text
    data: bytes
    parsed: Parsed
    standing: Standing

    @property
    def name(self) -> str:
        """What the file is called in the folder of worldviews."""
        return f"{self.id}.yaml"


@dataclass(frozen=True, slots=True)
class Visitors:
    """The files that visit a map, in the order in which they were named.

    `lost` are the names of those that a problem keeps from being read, without their endings.
    """

    files: tuple[Visitor, ...] = ()
    lost: frozenset[str] = frozenset()

    @property
    def new(self) -> tuple[Visitor, ...]:
        """Those that the map's folder does not have, each once."""
        return tuple(file for file in self.files if file.standing is Standing.NEW)


NOBODY = Visitors()


def read_visitors(paths: Iterable[Path], there: Path | Container[str], findings: Findings) -> Visitors:
    """Read the files of worldviews that visit the map in a folder, each with the id of its worldview.

    One that has the id of another, or of one in the folder, and says something else, is a problem. For a map
    without a folder, `there` are the ids of its worldviews; any that comes has another.
    """
    first: dict[str, Visitor] = {}
    found: list[Visitor] = []
    lost: set[str] = set()
    for path in paths:
        file = _visitor(path, there, findings)
        if file is not None and (before := first.setdefault(str(file.id), file)) is not file:
            file = _again(file, before, findings)
        if file is None:
            lost.add(path.stem)
        else:
            found.append(file)
    return Visitors(tuple(found), frozenset(lost))


def _visitor(path: Path, known: Path | Container[str], findings: Findings) -> Visitor | None:
    """Return one file with the id of its worldview; `None` after a problem with either."""
    given = given_at(path)
    data = _content(path, findings) if given is None else given.data
    if data is None:
        return None
    parsed = parse(data, shown(path)) if given is None else given.parsed.to_be_cut()
    findings.take(parsed)
    id_ = _id_of(path, parsed, findings)
    if id_ is None:
        return None
    message = f"there is a worldview `{id_}` already, which is not the same"
    if not isinstance(known, Path):
        if id_ not in known:
            return Visitor(path, id_, data, parsed, Standing.NEW)
        findings.add(
            Code.DUPLICATE_ID, f"there is a worldview `{id_}` already", id_, "give this one another id"
        )
        return None
    there = known / WORLDVIEWS / f"{id_}.yaml"
    if not os.path.lexists(there):
        return Visitor(path, id_, data, parsed, Standing.NEW)
    if _says(there, data):
        return Visitor(path, id_, data, parsed, Standing.THERE)
    short = shown(Path(*there.parts[-4:]))  # from `arguments` on
    hint = f"it is in `{short}`: give this one another id, or put it in that one's place yourself"
    findings.add(Code.DUPLICATE_ID, message, id_, hint)
    return None


def _again(file: Visitor, first: Visitor, findings: Findings) -> Visitor | None:
    """Return a file of a worldview that another file is of; `None` after a problem where they differ."""
    if file.data == first.data:
        return Visitor(file.path, file.id, file.data, file.parsed, Standing.TWICE)
    message = f"the worldview `{file.id}` is there twice, and not the same"
    findings.add(Code.DUPLICATE_ID, message, file.id, f"the first is in `{shown(first.path)}`")
    return None


def _content(path: Path, findings: Findings) -> bytes | None:
    """Return what is in a file; `None` after a problem, also where reading it might not end."""
    trouble, hint, data = "", "", b""
    try:
        trouble, hint = _trouble(path.lstat())
        if not trouble:
            data = _read(path)
            trouble, hint = _no_text(data)
    except FileNotFoundError:
        findings.add(Code.NO_SUCH_FILE, "there is no such file", Span(shown(path)))
        return None
    except OSError as error:
        trouble = str(error.strerror)
    except ValueError:  # a zero byte
        trouble = "no file can have this name"
    if trouble:
        findings.add(Code.UNREADABLE_FILE, f"cannot be read: {trouble}", Span(shown(path)), hint)
        return None
    return data


def _read(path: Path) -> bytes:
    """Read a file that was an ordinary one; should it be another by now, no link and no pipe is opened."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with open(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb") as file:
        trouble, _ = _trouble(os.fstat(file.fileno()))
        if trouble:
            raise OSError(0, trouble)
        return file.read(MAX_BYTES)


def _trouble(status: os.stat_result) -> tuple[str, str]:
    """Return why a file stays closed, and a hint."""
    if stat.S_ISLNK(status.st_mode):
        return "it is a symbolic link", "name the file that it leads to"
    if stat.S_ISDIR(status.st_mode):
        return "it is a folder", "name the files in it"
    if not stat.S_ISREG(status.st_mode):
        return "it is not an ordinary file", ""
    if status.st_size > MAX_BYTES:
        return f"it has {status.st_size:,} bytes, and {MAX_BYTES:,} are the most", ""
    return "", ""


def _no_text(data: bytes) -> tuple[str, str]:
    """Return that a file is an archive, and a hint: a page gives all files of its reviewers in one."""
    if data.startswith(b"PK\x03\x04"):
        return "it is a zip archive", "unpack it, and name the files in it"
    return "", ""


_OF_WORLDVIEWS = keys_of(WorldviewFile) - keys_of(MapFile) - keys_of(ModelFile) - keys_of(SourcesFile)
"""Keys that no other kind of file has."""


def _id_of(path: Path, parsed: Parsed, findings: Findings) -> Text | None:
    """Return the id of the worldview that a file is of, which it says or is named after."""
    root = parsed.root
    if root is None:
        return None
    if not isinstance(root, Entries) or not root.keys() & _OF_WORLDVIEWS:
        message, hint = "this is not a worldview's file", "it has `judgements`, for example"
        findings.add(Code.WRONG_SHAPE, message, root, hint)
        return None
    written = value_at(root, "worldview")
    own = Findings()
    if isinstance(written, Text) and written:
        check_id(own, written)
        findings.extend(own)
        return None if own.problems else written
    id_ = Text.at(path.stem, root)
    check_id(own, id_)
    if own.problems:
        message = "the file does not say which worldview it is of"
        findings.add(Code.MISSING_KEY, message, id_, "write `worldview: ID`, or name the file `ID.yaml`")
        return None
    return id_


def _says(path: Path, data: bytes) -> bool:
    """Tell whether an ordinary file, not a link to one, says this to the byte."""
    try:
        status = path.lstat()
        return stat.S_ISREG(status.st_mode) and status.st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False


# --- what they come with --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A file that visits a map, and what it comes with.

    `path` is where it came from, and `file` where it belongs. `judgements` are the addresses of its numbers,
    and `brings` the ids of what it brings, by section, with routes by address. `since` tells what has changed
    since it was made, if it says from what.
    """

    worldview: str
    path: str
    file: str
    standing: Standing
    extends: str | None
    judgements: tuple[str, ...]
    rejects: tuple[str, ...]
    accepts: tuple[str, ...]
    brings: dict[str, tuple[str, ...]]
    since: MadeSince | None

    def to_json(self) -> dict[str, Any]:
        """Return it under the names of its fields."""
        return {
            "worldview": self.worldview,
            "from": self.path,
            "file": self.file,
            "standing": str(self.standing),
            "extends": self.extends,
            "judgements": list(self.judgements),
            "rejects": list(self.rejects),
            "accepts": list(self.accepts),
            "brings": {section: list(ids) for section, ids in self.brings.items()},
            "since_made": None if self.since is None else self.since.to_json(),
        }


def arrivals(argument_map: ArgumentMap, folder: Path, visitors: Visitors) -> tuple[Arrival, ...]:
    """Return what each file comes with, by the map that was read with it."""
    return tuple(_arrival(argument_map, folder, file) for file in visitors.files)


def _arrival(argument_map: ArgumentMap, folder: Path, file: Visitor) -> Arrival:
    worldview = argument_map.worldview[file.id]
    return Arrival(
        worldview=str(file.id),
        path=shown(file.path),
        file=shown(folder / WORLDVIEWS / file.name),
        standing=file.standing,
        extends=worldview.extends,
        judgements=tuple(judgement.address for judgement in worldview.judgements),
        rejects=worldview.rejects,
        accepts=worldview.accepts,
        brings=dict(_brought(argument_map, worldview)),
        since=since_made(worldview, argument_map),
    )


def _brought(argument_map: ArgumentMap, worldview: Worldview) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the ids of what a worldview brings, by section."""
    for section in BROUGHT:
        entries = getattr(argument_map, section)
        yield (
            section,
            tuple(e.about.id for e in entries if e.about.brought_by == worldview.about.id),
        )
    routes = argument_map.brought.keys() - argument_map.entry.keys()
    own = (address for address in routes if argument_map.brought[address] == worldview.about.id)
    yield "routes", tuple(sorted(own))

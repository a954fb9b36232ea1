"""Files become shapes: what is on disk, what fits, and what has to be left aside.

In: a folder. Out: `Sheets`, the shapes of a map's files merged, or the shape of a single file. Parts
that do not fit are cut out with a problem each, so that everything else is still looked at.
"""

import os
import re
import stat
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from cruxmap.errors import Code, Span
from cruxmap.language.context import warn_of_comments
from cruxmap.language.findings import Findings
from cruxmap.language.names import Kind
from cruxmap.language.schema import (
    ArgumentShape,
    ClaimShape,
    EventShape,
    MapFile,
    QuestionShape,
    RouteShape,
    SourcesFile,
    SourceShape,
    TimelineShape,
    VoiceShape,
    WorldviewFile,
)
from cruxmap.language.validation import Fitted, Shape, keys_of, shaped
from cruxmap.language.yaml_text import Entries, Node, Parsed, Text, parse, without_controls

LANGUAGE = "1"
MAX_BYTES = 1 << 25
"""The size that a file may have: a map of 100,000 claims fits."""
_NEARLY = re.compile(r"\.ya?ml(\.txt)?$", re.IGNORECASE)


@dataclass(slots=True)
class Sheets:
    """What the files of a map hold, merged. `kinds` knows the ids of entries that could not be read, too.

    `brought` maps entries that stand in a worldview's file to that worldview, which comes with each of the
    `routes` that are brought to a claim.
    """

    folder: Path
    title: str = ""
    text: str = ""
    sources: dict[Text, SourceShape] = field(default_factory=dict)
    voices: dict[Text, VoiceShape] = field(default_factory=dict)
    timelines: dict[Text, TimelineShape] = field(default_factory=dict)
    claims: dict[Text, ClaimShape] = field(default_factory=dict)
    questions: dict[Text, QuestionShape] = field(default_factory=dict)
    events: dict[Text, EventShape] = field(default_factory=dict)
    arguments: dict[Text, ArgumentShape] = field(default_factory=dict)
    lexicon: dict[Text, Text] = field(default_factory=dict)
    kinds: dict[str, Kind] = field(default_factory=dict)
    locators: dict[Text, SourcesFile] = field(default_factory=dict)
    worldviews: dict[Text, WorldviewFile] = field(default_factory=dict)
    worldview_ids: set[str] = field(default_factory=set)
    brought: dict[str, str] = field(default_factory=dict)
    routes: dict[Text, list[tuple[str, RouteShape]]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    complete: bool = True
    is_empty: bool = True


_KINDS = {
    "claims": Kind.CLAIM,
    "questions": Kind.QUESTION,
    "events": Kind.EVENT,
    "arguments": Kind.ARGUMENT,
}
_SECTIONS = ("sources", "voices", "timelines", "claims", "questions", "events", "arguments", "lexicon")
_BROUGHT = ("claims", "questions", "arguments")
"""Sections of a worldview's file that hold entries of the map."""


def gather(folder: Path, findings: Findings) -> Sheets:
    """Read every file of a map's folder."""
    sheets = Sheets(folder)
    seen: _Seen = {}
    for path in yaml_files(folder, findings):
        parsed = load(path, findings)
        if parsed is None or parsed.root is None:
            sheets.complete = False
            continue
        _register(sheets, parsed.root, _SECTIONS, seen, findings)
        found = fit(MapFile, parsed, findings, 3)
        for cut in found.cuts:
            if len(cut) >= 2 and cut[0] in _SECTIONS:
                sheets.broken.add(str(cut[1]))
            elif cut[:1] != ("map",):
                sheets.complete = False
        if found.shape is None:
            sheets.complete = False
        else:
            _merge(sheets, found.shape, findings)
    for path in yaml_files(folder / "sources", findings):
        _gather_locators(sheets, path, findings)
    for path in yaml_files(folder / "worldviews", findings):
        _gather_worldview(sheets, path, seen, findings)
    tell_misplaced(folder, findings, ("sources", "worldviews"))
    for name in ("sources", "worldviews"):
        tell_misplaced(folder / name, findings)
    return sheets


type _Seen = dict[str, dict[str, tuple[str, Text]]]
"""Where each id stands, by kinds of things among which ids are unique: its section and its place."""


def _register(
    sheets: Sheets, root: Node, sections: Iterable[str], seen: _Seen, findings: Findings
) -> None:
    """Note every id of a file, readable or not, and cut out the second one of a kind."""
    if not isinstance(root, Entries):
        return
    for section in sections:
        entries = root.get(section)  # type: ignore[call-overload]
        if not isinstance(entries, Entries):
            continue
        kind = _KINDS.get(section)
        taken = seen.setdefault("entries" if kind else section, {})
        ids = list(entries)
        for before, id_ in pairwise(ids if kind else ()):
            if not isinstance(entries[id_], Entries):  # a key that slid out of the entry before it?
                sheets.broken.add(str(before))
        for id_ in ids:
            sheets.is_empty = False if kind else sheets.is_empty
            if id_ in taken:
                where, first = taken[id_]
                message = f"`{id_}` is there twice"
                findings.add(Code.DUPLICATE_ID, message, id_, f"the first is in `{where}` at {first.span}")
                del entries[id_]
                sheets.kinds.pop(str(id_), None)  # which of the two is meant elsewhere, nobody can say
                sheets.broken.add(str(id_))
                continue
            taken[id_] = (section, id_)
            if kind:
                sheets.kinds[str(id_)] = kind


def _merge(sheets: Sheets, file: MapFile, findings: Findings) -> None:
    check_language(file.language, findings)
    for section in _SECTIONS:
        getattr(sheets, section).update(getattr(file, section) or {})
    if file.map is not None:
        warn_of_comments(findings, file.map.text, file.map)
        for name, text in (("title", file.map.title), ("text", file.map.text)):
            if text is not None and getattr(sheets, name):
                message = f"the map's `{name}` is there twice"
                findings.add(Code.DUPLICATE_ID, message, text, "keep one of them")
            elif text is not None:
                setattr(sheets, name, str(text))


def check_language(language: Text | None, findings: Findings) -> None:
    """Add a problem for a version of the language that this is not."""
    if language is not None and language != LANGUAGE:
        message = f"this is version {LANGUAGE} of the language, not `{language}`"
        findings.add(Code.UNKNOWN_LANGUAGE, message, language, f"write `language: {LANGUAGE}`")


def _gather_locators(sheets: Sheets, path: Path, findings: Findings) -> None:
    parsed = load(path, findings)
    if parsed is None or parsed.root is None:
        return
    shape = fit(SourcesFile, parsed, findings, 2).shape
    if shape is None:
        return
    check_language(shape.language, findings)
    key = _named_as_file(path, parsed, shape.source, "source", findings)
    if key not in sheets.sources and sheets.complete and key not in sheets.broken:
        message = f"the map has no source `{key}`"
        findings.add(Code.UNKNOWN_SOURCE, message, shape.source or key, "name it under `sources`")
    sheets.locators[key] = shape


def _gather_worldview(sheets: Sheets, path: Path, seen: _Seen, findings: Findings) -> None:
    sheets.worldview_ids.add(path.stem)
    parsed = load(path, findings)
    if parsed is None or parsed.root is None:
        sheets.complete = False
        return
    _register(sheets, parsed.root, _BROUGHT, seen, findings)
    found = fit(WorldviewFile, parsed, findings, 3)
    for cut in found.cuts:
        if cut[:1] in {(section,) for section in (*_BROUGHT, "routes")}:
            sheets.broken |= {str(id_) for id_ in cut[1:2]}
            sheets.complete &= len(cut) > 1
    if found.shape is None:
        sheets.complete = False
        return
    check_language(found.shape.language, findings)
    id_ = _named_as_file(path, parsed, found.shape.worldview, "worldview", findings)
    sheets.worldviews[id_] = found.shape
    if ("text",) in found.cuts:
        sheets.broken.add(f"worldviews/{id_}")
    for section in _BROUGHT:
        entries = getattr(found.shape, section) or {}
        getattr(sheets, section).update(entries)
        sheets.brought |= dict.fromkeys(map(str, entries), str(id_))
    for claim, routes in (found.shape.routes or {}).items():
        sheets.routes.setdefault(claim, []).extend((str(id_), route) for route in routes)


def _named_as_file(path: Path, parsed: Parsed, written: Text | None, key: str, findings: Findings) -> Text:
    """Return the file's stem as an id, with a place; a file that calls itself otherwise is a problem."""
    if written is not None and written == path.stem:
        return written
    if written is not None:
        message = f"the file is `{path.name}`, and `{key}` says `{written}`"
        findings.add(Code.OTHER_ID, message, written, "the name of the file is the id: make them the same")
    assert parsed.root is not None
    return Text.at(path.stem, written or parsed.root)


# --- one file -----------------------------------------------------------------------------------


def yaml_files(folder: Path, findings: Findings) -> Iterator[Path]:
    """Yield the `.yaml` files of a folder by name, none if there is no such folder.

    What only looks like one, as `.yml` does, is a problem.
    """
    for path in _inside(folder, findings):
        if os.path.isdir(path):
            continue
        if path.suffix == ".yaml":
            yield path
        elif _NEARLY.search(path.name):
            hint = f"rename it `{_NEARLY.sub('', path.name)}.yaml`"
            findings.add(Code.YML_FILE, "only `.yaml` files are read", Span(shown(path)), hint)


def model_files(folder: Path, findings: Findings) -> Iterator[Path]:
    """Yield the model files of a folder and of all folders in it."""
    yield from yaml_files(folder, findings)
    for below in subfolders(folder, findings):
        if not below.is_symlink():
            yield from model_files(below, findings)


def tell_misplaced(folder: Path, findings: Findings, read: Container[str] = ()) -> None:
    """Add a problem for each YAML file in a subfolder, however deep; those named in `read` are none."""
    for place, inner, names in os.walk(folder):
        inside = Path(place) != folder
        inner[:] = sorted(name for name in inner if name[0] != "." and (inside or name not in read))
        for name in sorted(filter(_NEARLY.search, names)) if inside else ():
            message = f"files in the folder `{shown(Path(Path(place).name))}` are not read"
            hint = f"move it to `{shown(folder)}`"
            findings.add(Code.MISPLACED_FILE, message, Span(shown(Path(place, name))), hint)


def subfolders(folder: Path, findings: Findings) -> list[Path]:
    """Return the folders in a folder by name, none if there is no such folder."""
    return [path for path in _inside(folder, findings) if os.path.isdir(path)]


def _inside(folder: Path, findings: Findings) -> list[Path]:
    """Return what is in a folder by name, hidden things left out."""
    try:
        names = sorted(entry.name for entry in folder.iterdir())
    except OSError as error:
        if os.path.isdir(folder):
            findings.add(Code.UNREADABLE_FILE, f"cannot be read: {error.strerror}", Span(shown(folder)))
        return []
    return [folder / name for name in names if not name.startswith(".")]


def shown(path: Path) -> str:
    """Write a path as problems print it, whatever bytes the system has in it."""
    return without_controls(os.fsencode(path.as_posix()).decode("utf-8", "replace"))


def load(path: Path, findings: Findings) -> Parsed | None:
    """Read one file's YAML; `None` where the file cannot be read at all."""
    data = b""
    try:
        trouble = _trouble(path)
        if not trouble:
            data = path.read_bytes()
    except FileNotFoundError:
        findings.add(Code.NO_SUCH_FILE, "there is no such file", Span(shown(path)))
        return None
    except OSError as error:
        trouble = str(error.strerror)
    if trouble:
        findings.add(Code.UNREADABLE_FILE, f"cannot be read: {trouble}", Span(shown(path)))
        return None
    parsed = parse(data, shown(path))
    findings.take(parsed)
    return parsed


def _trouble(path: Path) -> str:
    """Return why a file stays closed: reading it might not end, or tell too much. Raises OSError."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        return "it is not an ordinary file"
    if status.st_size > MAX_BYTES:
        return f"it has {status.st_size:,} bytes, and {MAX_BYTES:,} are the most"
    if not Path(os.path.realpath(path)).is_relative_to(_project(path)):
        return "it is a link that leads out of its project"
    return ""


def _project(path: Path) -> Path:
    """Return the folder around `arguments/` and `models/`, or else that of the map, for one of its files."""
    folder = Path(os.path.realpath(path.parent))
    for around in (folder, *folder.parents):
        if around.name in ("arguments", "models"):
            return around.parent
    return folder.parent if folder.name in ("sources", "worldviews") else folder


def fit[S: Shape](kind: type[S], parsed: Parsed, findings: Findings, depth: int) -> Fitted[S]:
    """Fit a file into its shape, with a problem for each part that does not fit, and without that part.

    `depth` is how many keys lead to a part that can be left out alone.
    """
    root = parsed.root
    assert root is not None
    if not isinstance(root, Entries):
        findings.add(
            Code.WRONG_SHAPE, "a file holds a mapping of keys and values", root, "as in `claims:`"
        )
        return Fitted(None, frozenset())
    _leave_out_empty(kind, root)
    if () in parsed.spoiled:
        return Fitted(None, frozenset([()]))
    for *above, last in parsed.spoiled:  # one or two keys
        parent: Any = root.get(*above) if above else root  # type: ignore[call-overload]
        if isinstance(parent, Entries):
            parent.pop(last, None)  # type: ignore[call-overload]
    found = shaped(kind, root, findings, depth, {path[:-1] for path in parsed.spoiled})
    return replace(found, cuts=found.cuts | parsed.spoiled)


def _leave_out_empty(kind: type[Shape], root: Entries) -> None:
    """A key of the file with nothing after it is as good as left out: its entries may be comments yet."""
    for key in keys_of(kind) & root.keys():
        value = root[key]  # type: ignore[index]
        if isinstance(value, Text) and value == "" and value.plain:
            del root[key]  # type: ignore[arg-type]

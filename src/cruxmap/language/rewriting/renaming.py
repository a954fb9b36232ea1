"""A name changed wherever it is meant, in all files of a project.

In: the old name and the new one. Out: a `Renaming`, the contents of all files that change. They are read and
checked before anything is written: the project has no problem before, and none afterwards.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cruxmap.errors import Code, InvalidMap, Problem, Span
from cruxmap.ground import OtherVersion, replace_versions, version_of
from cruxmap.language.context import check_id, check_word
from cruxmap.language.digest import state_of
from cruxmap.language.files import content_of, overlaid, shown
from cruxmap.language.findings import Findings
from cruxmap.language.for_editors.mentions import Mention, Mentions, from_here, mentions, shown_here
from cruxmap.language.for_editors.uses import Sort
from cruxmap.language.names import suggestion
from cruxmap.language.reading import Examined, examine
from cruxmap.language.rewriting.worldview_edits import Changes, edited
from cruxmap.language.yaml_text import text_of

RENAMED = (
    *(Sort.ENTRY, Sort.STATE, Sort.ROW, Sort.TIMELINE, Sort.PHASE),
    *(Sort.SOURCE, Sort.VOICE, Sort.WORLDVIEW),
)
"""What can be renamed; a row may be a route."""

_PARTS = (Sort.STATE, Sort.ROW, Sort.NUMBER)
_WORDS = (Sort.SOURCE, Sort.VOICE)  # which may be words of the language


@dataclass(frozen=True, slots=True)
class Renaming:
    """What files become when something gets another name. Nothing is written before `write`.

    Attributes
    ----------
    old, new
        What it was called, and what it is called.
    sort
        What it is: an entry, a state, ...
    contents
        Each file that changes, with its bytes; `None` for one that moves to another name.
    versions
        What was read in each file.
    places
        Where the name was changed.
    left
        Where the old one stands in sentences and comments, which stay as they are.

    Examples
    --------
    >>> import cruxmap as cm
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = cm.new("town", folder=folder)
    ...     found = cm.rename("soil-sound", "ground-sound", folder=folder, write=False)
    >>> found.old, found.new, len(found.places)
    ('soil-sound', 'ground-sound', 5)
    """

    old: str
    new: str
    sort: Sort
    contents: Mapping[Path, bytes | None]
    versions: Mapping[Path, str | None]
    places: tuple[Span, ...]
    left: tuple[Span, ...]

    def write(self) -> None:
        """Write all files, or none. Raises `OtherVersion` where one has changed since, and `CannotWrite`."""
        replace_versions(
            {from_here(path): (self.versions[path], data) for path, data in self.contents.items()}
        )


def renaming(
    place: Path, old: str, new: str, *, sort: str | None = None, map_: str | Path | None = None
) -> Renaming:
    """Return what the files of the project around a place become when `old` is called `new`.

    A part of something keeps the rest of its name: `question.old` becomes `question.new`. `sort` and `map_`,
    the name of a map or its folder, say which is meant where several things have the name.

    Raises InvalidMap where that is not known, where the new name is taken or is no id, and where the project
    has problems, or would have. What is laid over files (`files.overlaid`) is read in their place.
    """
    found = mentions(place)
    thing = meant(found, old, sort, map_)
    before = _examined(found.root)
    contents, versions = renamed(found, thing, new)
    with overlaid(contents):
        after = _examined(found.root)
    dated = _dated(before, after, thing, new, contents)
    if dated:
        for path, data in dated.items():
            versions.setdefault(path, version_of(_content(path)))
            contents[path] = data
        with overlaid(contents):
            _examined(found.root)
    places = tuple(mention.span for mention in found.same(thing) if mention.end > mention.start)
    return Renaming(old, new, thing.sort, contents, versions, places, tuple(_left(found, thing)))


def _examined(root: Path) -> Examined:
    """Read the project. Raises InvalidMap with its problems."""
    examined = examine(from_here(root))
    if examined.problems:
        raise InvalidMap(examined.problems, examined.warnings)
    return examined


# --- what is meant -----------------------------------------------------------------------------------


def meant(found: Mentions, name: str, sort: str | None = None, map_: str | Path | None = None) -> Mention:
    """Return a definition of what has a name. Raises InvalidMap where nothing or several things have it."""
    if sort and sort not in RENAMED:
        known = ", ".join(RENAMED)
        raise _problem(
            Code.UNKNOWN_KIND, f"nothing of the kind `{sort}` can be renamed", f"known: {known}"
        )
    folder = _folder(found, map_) if map_ else None
    things = {
        mention.thing: mention
        for mention in reversed(found.of(name))
        if mention.is_definition
        and mention.name == name
        and mention.sort in RENAMED
        and sort in (None, mention.sort)
        and (folder is None or folder in _maps(found, mention))
    }
    if len(things) == 1:
        return next(iter(things.values()))
    if not things:
        raise _problem(Code.UNKNOWN_ID, f"there is no `{name}`", _nearest(found, name, sort))
    sorts = sorted({sort for sort, _, _ in things})
    homes = sorted({home.name for _, home, _ in things})
    if len(sorts) > 1:
        hint = f"say which, as in `--kind {sorts[0]}`: {', '.join(sorts)}"
    else:
        hint = f"say in which map, as in `--map {homes[0]}`: {', '.join(homes)}"
    raise _problem(Code.AMBIGUOUS_NAME, f"`{name}` is the name of several things", hint)


def _folder(found: Mentions, map_: str | Path) -> Path:
    folders = {file.map for file in found.files.values() if file.map is not None}
    here = Path(os.path.abspath(map_))
    for folder in folders:
        if here == folder or str(map_) == folder.name:
            return folder
    hint = suggestion(str(map_), (folder.name for folder in folders))
    raise _problem(Code.NO_SUCH_FILE, f"there is no map `{map_}`", hint)


def _maps(found: Mentions, thing: Mention) -> set[Path]:
    """Return the folders of the maps that mention something."""
    return {thing.home, *(folder for m in found.same(thing) if (folder := found.files[m.file].map))}


def _nearest(found: Mentions, name: str, sort: str | None) -> str:
    parts = [m for m in found.of(name) if m.sort in RENAMED and m.name != name]
    if parts:
        return f"that is the {parts[0].sort} `{parts[0].name}`: rename that"
    known = [m.name for m in found if m.is_definition and m.sort in RENAMED and sort in (None, m.sort)]
    return suggestion(name, known)


def _problem(code: Code, message: str, hint: str) -> InvalidMap:
    return InvalidMap((Problem(code, message, hint=hint),))


# --- what changes ------------------------------------------------------------------------------------


def renamed(
    found: Mentions, thing: Mention, new: str
) -> tuple[dict[Path, bytes | None], dict[Path, str | None]]:
    """Return the files that change when something is called otherwise, and the versions that were read.

    Raises InvalidMap where the new name is taken or is no id, and `OtherVersion` where a file has changed.
    """
    last = _last_part(found, thing, new)
    by_file: dict[Path, list[Mention]] = {}
    for mention in found.same(thing):
        by_file.setdefault(mention.file, []).append(mention)
    moved = _moved(found, thing, last)
    contents: dict[Path, bytes | None] = {}
    versions: dict[Path, str | None] = {}
    for path in dict.fromkeys((*by_file, *moved)):
        file = found.files[path]
        data = _content(path)
        text = data.decode("utf-8", "replace")
        mark = text[: len(text) - len(file.source.text)]
        if f"{mark}{file.source.text}" != text:
            raise OtherVersion(path, "read", version_of(data))
        parts, at = [mark], 0
        for mention in sorted(by_file.get(path, ()), key=lambda m: m.start):
            if mention.end > mention.start:
                parts += (file.source.text[at : mention.start], last)
                at = mention.end
        changed = "".join((*parts, file.source.text[at:])).encode("utf-8")
        versions[path] = version_of(data)
        contents[path] = changed
        if path in moved:
            contents[path], contents[moved[path]], versions[moved[path]] = None, changed, None
    return contents, versions


def _content(path: Path) -> bytes:
    """Return what is in a file, or is laid over it. Raises InvalidMap where it cannot be read any more."""
    findings = Findings()
    data = content_of(path, findings)
    findings.raise_if_any()
    assert data is not None
    return data


def _last_part(found: Mentions, thing: Mention, new: str) -> str:
    """Return the part of a new name that changes."""
    owner, dot, _ = thing.name.rpartition(".")
    last = new.removeprefix(f"{owner}{dot}")
    if dot and (last == new or "." in last):
        hint = f"write `{owner}.{new.rpartition('.')[2]}`"
        raise _problem(
            Code.BAD_ID, f"`{thing.name}` is a {thing.sort} in `{owner}`, and stays there", hint
        )
    findings = Findings()
    if thing.sort in _WORDS:
        check_word(findings, text_of(last))
    else:
        check_id(findings, text_of(last), number_ok=bool(dot))
    findings.raise_if_any()
    maps = _maps(found, thing)
    for other in found.of(new):
        alike = _PARTS if thing.sort in _PARTS else (thing.sort,)
        there = {other.home, found.files[other.file].map}
        if other.is_definition and other.sort in alike and there & maps:
            raise _problem(Code.ALREADY_THERE, f"`{new}` is there already", f"it is at {other.span}")
    return last


def _moved(found: Mentions, thing: Mention, last: str) -> dict[Path, Path]:
    """Return the files that are named after what is renamed, with their new names."""
    kind = {Sort.WORLDVIEW: "worldview", Sort.SOURCE: "sources"}.get(thing.sort)
    maps = {thing.home} if thing.sort is Sort.WORLDVIEW else _maps(found, thing)
    moved = {
        path: path.with_name(f"{last}.yaml")
        for path, file in found.files.items()
        if file.kind == kind and path.stem == thing.name and file.map in maps
    }
    for path in moved.values():
        if os.path.lexists(path):
            raise _problem(
                Code.ALREADY_THERE, f"there is a file {shown_here(path)} already", "move it first"
            )
    return moved


def _dated(
    before: Examined, after: Examined, thing: Mention, new: str, contents: Mapping[Path, bytes | None]
) -> dict[Path, bytes]:
    """Return worldviews' files that say what they were made from, with what that is called now.

    What has changed since they were made is still told.
    """
    found: dict[Path, bytes] = {}
    for identity, draft in before.drafts.items():
        if all(worldview.made_from is None for worldview in draft.map.worldviews):
            continue
        was, now = state_of(draft.map), state_of(after.drafts[identity].map)
        old_states, new_states = dict(was.entries), dict(now.entries)
        names = {worldview.about.id: worldview.about.id for worldview in draft.map.worldviews}
        if thing.sort is Sort.WORLDVIEW and os.path.realpath(thing.home) == identity:
            names[thing.name] = new
        for worldview in draft.map.worldviews:
            made = worldview.made_from
            if made is None:
                continue
            entries = {}
            for id_, state in made.entries:
                now_called = new if thing.sort is Sort.ENTRY and id_ == thing.name else id_
                current = old_states.get(id_) == state
                entries[now_called] = new_states.get(now_called, state) if current else state
            stays = made.map == was.map
            say: dict[str, Any] = {"map": now.map if stays else made.map}
            say |= {"entries": entries} if entries else {}
            path = (
                Path(worldview.about.span.file).absolute().with_name(f"{names[worldview.about.id]}.yaml")
            )
            data = contents.get(path) or _content(path)
            text = data.decode("utf-8")
            result = edited(text, Changes(made_from=say), shown(path)).encode("utf-8")
            if result != data:
                found[path] = result
    return found


def _left(found: Mentions, thing: Mention) -> Iterator[Span]:
    """Yield where the old name stands in sentences and comments; one that may be any word, in backticks."""
    name = re.escape(thing.name)
    word = re.compile(f"(?<=`){name}(?=`)" if thing.name.isalpha() else rf"(?<![\w.-]){name}(?![\w-])")
    maps = _maps(found, thing)
    for path, file in found.files.items():
        if file.map in maps:
            named = {mention.start for mention in found.by_file[path]}
            for there in word.finditer(file.source.text):
                if there.start() not in named:
                    yield file.source.span(*there.span())

"""A name changed in all files of a project, as edits that an editor makes itself and can undo."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from lsprotocol.types import (
    OptionalVersionedTextDocumentIdentifier,
    RenameFile,
    TextDocumentEdit,
    TextEdit,
    WorkspaceEdit,
)

from cruxmap.editing.server.texts import Change, Ruler
from cruxmap.errors import Code, InvalidMap, Problem
from cruxmap.language.files import overlaid
from cruxmap.language.for_editors.mentions import Mention
from cruxmap.language.rewriting.renaming import Renaming, renaming

type Texts = Mapping[Path, tuple[str, int]]
"""Texts of open files, with their versions."""


def renaming_of(root: Path, mention: Mention, new: str, texts: Texts) -> Renaming:
    """Return what becomes of a project when what is mentioned has another name: `new` is what changes of it.

    Raises InvalidMap where that cannot be, and why.
    """
    owner, dot, _ = mention.name.rpartition(".")
    whole = new if new.startswith(f"{owner}{dot}") and dot else f"{owner}{dot}{new}"
    with overlaid({path: text.encode("utf-8", "replace") for path, (text, _) in texts.items()}):
        return renaming(root, mention.name, whole, sort=mention.sort, map_=mention.home)


def workspace_edit(
    found: Renaming,
    texts: Texts,
    uri: Callable[[Path], str],
    ruler: Callable[[str], Ruler],
    *,
    renames_files: bool,
) -> WorkspaceEdit:
    """Return the edits of a renaming. Raises InvalidMap where a file moves, and the editor moves none."""
    moved = {
        old: next(path for path, version in found.versions.items() if version is None)
        for old, data in found.contents.items()
        if data is None
    }
    if moved and not renames_files:
        message = f"{next(iter(moved)).name} would have another name, and this editor renames no files"
        hint = f"type `cruxmap rename {found.old} {found.new}`"
        raise InvalidMap((Problem(Code.CANNOT_USE, message, hint=hint),))
    edits: dict[Path, list[TextEdit]] = {}
    for path, data in found.contents.items():
        if path not in moved.values():
            after = (found.contents[moved[path]] if data is None else data) or b""
            text, _ = texts.get(path) or (path.read_bytes().decode("utf-8-sig", "replace"), None)
            edits[path] = [*_edits(text, after.decode("utf-8-sig", "replace"), ruler(text))]
    if not moved:
        return WorkspaceEdit(changes={uri(path): each for path, each in edits.items()})
    changes: list[TextDocumentEdit | RenameFile] = []
    for path, each in edits.items():
        version = texts[path][1] if path in texts else None
        document = OptionalVersionedTextDocumentIdentifier(uri=uri(path), version=version)
        changes.append(TextDocumentEdit(document, [*each]))
    changes += (RenameFile(uri(old), uri(new)) for old, new in moved.items())
    return WorkspaceEdit(document_changes=changes)


def _edits(before: str, after: str, ruler: Ruler) -> Iterator[TextEdit]:
    """Yield the edits that make one text of another, line by line where there are as many lines."""
    old, new = ruler.lines, ruler.like(after).lines
    if len(old) != len(new):
        change = Change.between(before, after)
        place = ruler.stretch(change.start, change.old_end)
        yield TextEdit(place, after[change.start : change.new_end])
        return
    for number, (line, other) in enumerate(zip(old, new, strict=True)):
        if line != other:
            change = Change.between(line, other)
            place = ruler.between(number, change.start, change.old_end)
            yield TextEdit(place, other[change.start : change.new_end])

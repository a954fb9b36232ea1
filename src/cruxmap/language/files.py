"""What is on disk becomes the shape of a single file, and what does not fit is left aside.

In: a path. Out: the shape of the file there, of which parts that do not fit are cut out with a problem
each, so that everything else is still looked at.
"""

import os
import re
import stat
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cruxmap.errors import Code, Hint, Span
from cruxmap.ground import version_of
from cruxmap.language.argument_types import is_path
from cruxmap.language.findings import Findings
from cruxmap.language.schema import FileKind
from cruxmap.language.validation import Fitted, Shape, keys_of, shaped
from cruxmap.language.yaml_text import Entries, Parsed, Text, parse, without_controls

LANGUAGE = "1"
ARGUMENTS = "arguments"
MODELS = "models"
SOURCES = "sources"
WORLDVIEWS = "worldviews"
"""The folders of a project: the first two at its top, the others in the folder of each map."""
IN_A_MAP: Mapping[str, FileKind] = {SOURCES: "sources", WORLDVIEWS: "worldview"}
"""The kinds of files in the folders of a map."""
MAX_BYTES = 1 << 25
"""The size that a file may have: a map of 100,000 claims fits."""
_IMPOSSIBLE = re.compile("[\0\ud800-\udc7f\udd00-\udfff]")
_NEARLY = re.compile(r"\.ya?ml(\.txt)?$", re.IGNORECASE)

# --- who looks at what ---------------------------------------------------------------------------


@dataclass(slots=True)
class Looked:
    """What a reading has looked at: files with the versions that it read, and folders.

    A file that could not be read has no version.
    """

    files: dict[Path, str | None] = field(default_factory=dict)
    folders: set[Path] = field(default_factory=set)


_looked: ContextVar[Looked | None] = ContextVar("looked", default=None)
_overlaid: ContextVar[Mapping[Path, bytes | None]] = ContextVar("overlaid", default={})  # noqa: B039 - never changed


_known: ContextVar[dict[str, tuple[bytes, Parsed]] | None] = ContextVar("known", default=None)


@dataclass(frozen=True, slots=True)
class Given:
    """What stands for a file that is nowhere on disk: what it says, and its bytes."""

    parsed: Parsed
    data: bytes


_given: ContextVar[Mapping[Path, Given]] = ContextVar("given", default={})  # noqa: B039 - never changed
_called: ContextVar[Mapping[Path, str]] = ContextVar("called", default={})  # noqa: B039 - never changed


@contextmanager
def imagined(files: Mapping[Path, Given], folders: Mapping[Path, str]) -> Iterator[None]:
    """Read as if these files were there, and these folders, which hold nothing else.

    Problems call a file by the name in its `Given`, and a folder by the name it has here.
    """
    laid = {Path(os.path.abspath(path)): file for path, file in files.items()}
    names = {Path(os.path.abspath(path)): name for path, name in folders.items()}
    names |= {path: file.parsed.file.name for path, file in laid.items()}
    tokens = _given.set({**_given.get(), **laid}), _called.set({**_called.get(), **names})
    try:
        yield
    finally:
        _given.reset(tokens[0])
        _called.reset(tokens[1])


def given_at(path: Path) -> Given | None:
    """Return what stands for a file, `None` for one that is looked for on disk."""
    files = _given.get()
    return files.get(Path(os.path.abspath(path))) if files else None


def is_folder(path: Path) -> bool:
    """Tell whether there is a folder, on disk or imagined."""
    return _is_imagined(path) or os.path.isdir(path)


def _is_imagined(folder: Path) -> bool:
    names = _called.get()
    here = Path(os.path.abspath(folder)) if names else folder
    return here in names and here not in _given.get()


@contextmanager
def knowing(texts: dict[str, tuple[bytes, Parsed]]) -> Iterator[None]:
    """Take from here what texts say, by their files' names as shown, and put here what is new."""
    token = _known.set(texts)
    try:
        yield
    finally:
        _known.reset(token)


@contextmanager
def noting() -> Iterator[Looked]:
    """Note what is looked at while this lasts."""
    looked = Looked()
    token = _looked.set(looked)
    try:
        yield looked
    finally:
        _looked.reset(token)


@contextmanager
def overlaid(contents: Mapping[Path, bytes | None]) -> Iterator[None]:
    """Read these contents in place of the files at these paths: as if they were there, or not (`None`).

    What is laid over files already stays there, below these.
    """
    laid = {Path(os.path.abspath(path)): data for path, data in contents.items()}
    token = _overlaid.set({**_overlaid.get(), **laid})
    try:
        yield
    finally:
        _overlaid.reset(token)


def note(looked: Looked) -> None:
    """Note what somebody looked at before and need not look at again."""
    if (noted := _looked.get()) is not None:
        noted.files |= looked.files
        noted.folders |= looked.folders


def note_folder(folder: Path) -> None:
    """Note that what is in a folder makes a difference."""
    if (looked := _looked.get()) is not None:
        looked.folders.add(folder)


def _note_file(path: Path, data: bytes | None) -> None:
    if (looked := _looked.get()) is not None:
        looked.files[path] = None if data is None else version_of(data)


type State = tuple[tuple[object, ...], ...]
"""What tells whether files and folders are as they were."""


def state_of(looked: Looked) -> State:
    """Return what changes whenever a file does, or what is in a folder: sizes and times, or what is laid."""
    return (*map(_state_of_file, looked.files), *map(_state_of_folder, sorted(looked.folders)))


def _state_of_file(path: Path) -> tuple[object, ...]:
    try:
        if (laid := _laid(path)) is not None:
            return (path, laid)
        about = path.stat()
    except (OSError, ValueError):
        return (path, None)
    return (path, about.st_mtime_ns, about.st_size, about.st_ino, about.st_mode)


def _state_of_folder(path: Path) -> tuple[object, ...]:
    try:
        names = {name for name in os.listdir(path) if not name.startswith(".")}
    except OSError:
        return (path, None, *sorted(_with_laid(path, set())))
    return (path, *sorted(_with_laid(path, names)))


def _with_laid(folder: Path, names: set[str]) -> set[str]:
    """Return the names of the files in a folder with those that are laid into it, without hidden ones."""
    here = Path(os.path.abspath(folder))
    laid = {path.name: data is not None for path, data in _overlaid.get().items() if path.parent == here}
    return {name for name in names | laid.keys() if laid.get(name, True)}


def _laid(path: Path) -> bytes | None:
    """Return what is laid over a file, None where nothing is. Raises FileNotFoundError where it is hidden."""
    contents = _overlaid.get()
    if not contents:
        return None
    here = Path(os.path.abspath(path))
    laid = contents.get(here)
    if laid is None and here in contents:
        raise FileNotFoundError(here)
    return laid


# --- folders and files ---------------------------------------------------------------------------


def yaml_files(folder: Path, findings: Findings) -> Iterator[Path]:
    """Yield the `.yaml` files of a folder by name, none if there is no such folder.

    What only looks like one, as `.yml` does, is a problem.
    """
    for path in _inside(folder, findings):
        if is_folder(path):
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
        note_folder(Path(place))
        inside = Path(place) != folder
        inner[:] = sorted(name for name in inner if name[0] != "." and (inside or name not in read))
        for name in sorted(filter(_NEARLY.search, names)) if inside else ():
            message = f"files in the folder `{shown(Path(Path(place).name))}` are not read"
            hint = f"move it to `{shown(folder)}`"
            findings.add(Code.MISPLACED_FILE, message, Span(shown(Path(place, name))), hint)


def subfolders(folder: Path, findings: Findings) -> list[Path]:
    """Return the folders in a folder by name, none if there is no such folder."""
    return [path for path in _inside(folder, findings) if is_folder(path)]


def _inside(folder: Path, findings: Findings) -> list[Path]:
    """Return what is in a folder by name, hidden things left out."""
    if _is_imagined(folder):
        here = Path(os.path.abspath(folder))
        return [folder / path.name for path in sorted(_called.get()) if path.parent == here]
    note_folder(folder)
    try:
        names = {entry.name for entry in folder.iterdir()}
    except OSError as error:
        if os.path.isdir(folder):
            findings.add(Code.UNREADABLE_FILE, f"cannot be read: {error.strerror}", Span(shown(folder)))
        names = set()
    there = sorted(_with_laid(folder, names))
    return [folder / name for name in there if not name.startswith(".")]


def tidied(path: str | os.PathLike[str]) -> Path:
    """Return a path by its shortest spelling. Raises TypeError for what is no path."""
    if not is_path(path):
        raise TypeError(f"a path is a text or a `Path`, not: {type(path).__name__}")
    return Path(os.path.normpath(possible(os.fspath(path))))


def possible(text: str) -> str:
    """Return a text with a mark for every character that no path or argument can hold."""
    return _IMPOSSIBLE.sub("\ufffd", text)


def shown(path: Path) -> str:
    """Write a path as problems print it, whatever bytes the system has in it."""
    names = _called.get()
    if names and (name := names.get(Path(os.path.abspath(path)))) is not None:
        return name
    return without_controls(os.fsencode(path.as_posix()).decode("utf-8", "replace"))


def load(path: Path, findings: Findings) -> Parsed | None:
    """Read one file's YAML; `None` where the file cannot be read at all."""
    if (given := given_at(path)) is not None:
        findings.take(given.parsed)
        return given.parsed.to_be_cut()
    data = content_of(path, findings)
    if data is None:
        return None
    parsed = _parsed(data, shown(path))
    findings.take(parsed)
    return parsed


def content_of(path: Path, findings: Findings) -> bytes | None:
    """Return what is in a file, or is laid over it; `None` after a problem."""
    _note_file(path, None)
    try:
        laid = _laid(path)
        trouble = _trouble(path) if laid is None else ""
        if not trouble:
            data = path.read_bytes() if laid is None else laid
            _note_file(path, data)
            return data
    except FileNotFoundError:
        findings.add(Code.NO_SUCH_FILE, "there is no such file", Span(shown(path)))
        return None
    except OSError as error:
        trouble = str(error.strerror)
    findings.add(Code.UNREADABLE_FILE, f"cannot be read: {trouble}", Span(shown(path)))
    return None


def _parsed(data: bytes, name: str) -> Parsed:
    """Return what a text says, of which readers may take away whole entries."""
    known = _known.get()
    if known is None:
        return parse(data, name)
    if name not in known or known[name][0] != data:
        known[name] = data, parse(data, name)
    return known[name][1].to_be_cut()


def version_at(path: Path) -> str | None:
    """Return the version of a file as `load` would read it now, None where it would read nothing."""
    try:
        return None if _trouble(path) else version_of(path.read_bytes())
    except OSError:
        return None


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


def map_folder(folder: Path) -> Path:
    """Return the folder of the map that has files in a folder."""
    return folder.parent if folder.name in IN_A_MAP else folder


def _project(path: Path) -> Path:
    """Return the folder around `arguments/` and `models/`, or else that of the map, for one of its files."""
    folder = Path(os.path.realpath(path.parent))
    for around in (folder, *folder.parents):
        if around.name in (ARGUMENTS, MODELS):
            return around.parent
    return map_folder(folder)


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


def check_language(language: Text | None, findings: Findings) -> None:
    """Add a problem for a version of the language that this is not."""
    if language is not None and language != LANGUAGE:
        message = f"this is version {LANGUAGE} of the language, not `{language}`"
        hint = Hint(f"write `language: {LANGUAGE}`", language, LANGUAGE)
        findings.add(Code.UNKNOWN_LANGUAGE, message, language, hint)

"""What every room stands on: files written whole or not at all, things kept on disk, a collector at rest.

What can be worked out again is kept in the platform's folder for caches. Each thing has a digest, so that
what is damaged there is not taken for what was kept.
"""

import errno
import gc
import hashlib
import json
import os
import pickle  # what is unpickled has the digest that it was kept with
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from cruxmap.errors import Code, Problem, WrongUsage

UNFINISHED = ".cruxmap-unfinished"
"""The end of the names of files that are being written."""

ABANDONED = 5.0
"""Seconds after which nobody is writing such a file any more: its writer was killed."""

DIGEST_SIZE = 32
"""Bytes at the end of a file that tell whether those before them are what was written."""


def of_extra(extra: str, library: str, use: str) -> Any:
    """Return a library that an extra brings. Raises `WrongUsage`, with how to get it, where it is missing."""
    try:
        return import_module(library)
    except ImportError:
        message = f"{use} needs {library}, which is not installed"
        how = (
            f"pip install '.[{extra}]', pipx install --force '.[{extra}]' or uv tool install '.[{extra}]'"
        )
        hint = f"install cruxmap with its extra {extra}, in its clone: {how}"
        raise WrongUsage((Problem(Code.MISSING_EXTRA, message, hint=hint),)) from None


def kept(path: Path) -> bytes | None:
    """Return what was kept there; None where that is gone or damaged."""
    with suppress(OSError):
        content = path.read_bytes()
        data = content[:-DIGEST_SIZE]
        if _digest(data) == content[-DIGEST_SIZE:]:
            return data
    return None


def keep(path: Path, data: bytes) -> None:
    """Keep data there, if that can be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, data + _digest(data))
    except OSError as error:
        cannot_keep(path.parent, error)


def remembered[T](
    place: str,
    problem: bytes,
    work: Callable[[], T],
    room: int,
    is_worth_it: Callable[[T], bool] = lambda found: True,
) -> T:
    """Return what the work on a problem gives, from a folder of the cache where it has been done before.

    `problem` is all that the answer depends on, the program's text included. The folder takes `room` bytes at
    most; what was used longest ago goes first.
    """
    path = cache_folder() / place / hashlib.blake2b(problem, digest_size=16).hexdigest()
    known = kept(path)
    if known is not None:
        with suppress(OSError):
            path.touch()
        found: T = pickle.loads(known)
        return found
    found = work()
    if is_worth_it(found):
        _make_room(path.parent, room)
        keep(path, pickle.dumps(found, protocol=pickle.HIGHEST_PROTOCOL))
    return found


def digest_of_files(paths: Iterable[Path]) -> bytes:
    """Return what changes with the contents of any of some files."""
    digest = hashlib.blake2b(digest_size=16)
    for path in paths:
        digest.update(path.read_bytes())
    return digest.digest()


def _make_room(folder: Path, room: int) -> None:
    """Remove what was used longest ago beyond some bytes."""
    with suppress(OSError):
        taken = 0
        for about, path in sorted(((path.stat(), path) for path in folder.iterdir()), key=_age):
            taken += about.st_size
            if taken > room:
                path.unlink(missing_ok=True)


def _age(file: tuple[os.stat_result, Path]) -> float:
    return -file[0].st_mtime


def cannot_keep(folder: Path, error: OSError) -> None:
    """Say that nothing can be kept in a folder, which costs time and nothing else."""
    _say_once("nothing can be kept in %s, which costs time: %s", folder, error.strerror or error)


def _say_once(message: str, *details: object) -> None:
    """Say what is the matter with the caches: the first trouble of this process, not all that follows."""
    if not _said:
        _said.append(message)
        import logging

        logging.getLogger("cruxmap").warning(message, *details)


_said: list[str] = []


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=DIGEST_SIZE).digest()


def replace_file(path: Path, data: bytes) -> None:
    """Write to a temporary name and move it into place; remove what killed writers left there."""
    _remove_abandoned(path.parent)
    temporary = path.with_name(f".{os.urandom(8).hex()}{UNFINISHED}")
    try:
        with open(temporary, "xb") as file:
            file.write(data)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _remove_abandoned(folder: Path) -> None:
    """Remove what writers left in a folder that were killed."""
    for left in folder.glob(f".*{UNFINISHED}"):
        with suppress(OSError):
            if time.time() - left.lstat().st_mtime > ABANDONED:
                left.unlink()


def cache_folder() -> Path:
    """Return where this process keeps what can be worked out again: where others do, if there is room."""
    return find_room() or _usual_folder()


def _usual_folder() -> Path:
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    elif sys.platform == "darwin":
        base = "~/Library/Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(os.path.expanduser(base)) / "cruxmap"


def find_room() -> Path | None:
    """Have this process keep things in a temporary folder if it cannot in its user's; return it in that case.

    Other libraries are told as well, so this comes before them. The folder is this user's alone, as code is
    loaded from it.
    """
    place = _usual_folder().absolute()
    while not os.path.lexists(place):
        place = place.parent
    if _takes_files(place):
        return None
    try:
        folder = _own_temporary_folder()
    except OSError:  # not there either: `keep` says so
        return None
    flags = os.environ.get("PYTENSOR_FLAGS")
    os.environ["XDG_CACHE_HOME"] = os.environ["MPLCONFIGDIR"] = str(folder)
    os.environ["PYTENSOR_FLAGS"] = ",".join(
        filter(None, (flags, f"base_compiledir={folder / 'pytensor'}"))
    )
    _say_once("the folder for caches cannot be written: they are kept in %s", folder)
    return folder


def _own_temporary_folder() -> Path:
    """Return a folder that other users can neither read nor write, the same each time if that can be."""
    folder = Path(tempfile.gettempdir()) / f"cruxmap-{os.getuid() if hasattr(os, 'getuid') else 'cache'}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    about = folder.lstat()
    if not stat.S_ISDIR(about.st_mode) or (hasattr(os, "getuid") and _is_shared(about)):
        return Path(tempfile.mkdtemp(prefix="cruxmap-"))
    return folder


def _is_shared(about: os.stat_result) -> bool:
    return about.st_uid != os.getuid() or bool(about.st_mode & 0o077)


# --- files -------------------------------------------------------------------------------------------


class CannotWrite(WrongUsage):
    """Raised with the one problem that says what cannot be written, and why."""

    def __init__(self, what: str, error: OSError, hint: str = "") -> None:
        reason = error.strerror or str(error)
        super().__init__((Problem(Code.CANNOT_WRITE, f"{what} cannot be written: {reason}", hint=hint),))


def write_file(path: Path, content: str | bytes, hint: str = "choose another --output") -> None:
    """Write to a temporary name beside `path` and move it into place, making folders as needed.

    A symbolic link stays, and the file that it leads to is replaced. What is there and is no regular file, as
    a device or a named pipe, is written into. Raises `CannotWrite`, with the `hint`.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    target = Path(os.path.realpath(path))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(target) and not target.is_file():
            target.write_bytes(data)  # the system refuses where it is a folder
        else:
            replace_file(target, data)
    except OSError as error:
        raise CannotWrite(path.as_posix(), error, hint) from error


@contextmanager
def folders_of(files: Iterable[Path]) -> Iterator[None]:
    """Make the folders of files that are to be written now; where that fails, they go again.

    Raises `CannotWrite` where one cannot be made.
    """
    made: list[Path] = []
    try:
        for folder in dict.fromkeys(path.parent for path in files):
            missing = [one for one in (folder, *folder.parents) if not os.path.lexists(one)]
            for one in reversed(missing):
                try:
                    one.mkdir()
                except FileExistsError:
                    continue  # somebody else has made it meanwhile
                except OSError as error:
                    raise CannotWrite(one.as_posix(), error, "nothing was written") from error
                made.append(one)
        yield
    except BaseException:
        for one in reversed(made):
            with suppress(OSError):  # somebody else has put something into it
                one.rmdir()
        raise


def add_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write new files to a folder, making it if need be: all of them or none, and over nothing that is there.

    Killed in between, some are there, each whole. Nobody else writes there by `replace_version` meanwhile.
    Raises `CannotWrite`, also where the folder is a symbolic link, and `OtherVersion` where a file is there.
    """
    made = not os.path.lexists(folder)
    placed: list[str] = []
    try:
        if folder.is_symlink():
            raise OSError(errno.ELOOP, "it is a symbolic link")
        folder.mkdir(exist_ok=True)
        with _opened(folder) as place:
            try:
                _add_in(place, files, placed)
            except BaseException:
                _remove_from(place, placed)
                raise
    except BaseException as error:
        if made:
            with suppress(OSError):
                folder.rmdir()
        if isinstance(error, OSError):
            raise CannotWrite(folder.as_posix(), error, "nothing was written") from error
        raise


def _add_in(folder: "_Folder", files: Mapping[str, bytes], placed: list[str]) -> None:
    """Write new files by temporary names, and then move them all into place; `placed` hears which are."""
    _remove_abandoned(folder.path)
    written: list[str] = []
    try:
        for data in files.values():
            written.append(folder(f".{os.urandom(8).hex()}{UNFINISHED}"))
            _write_temporary(folder, written[-1], data)
        for name, temporary in zip(files, written, strict=True):
            _move_into_place(temporary, folder.path / name, folder, is_new=True)
            placed.append(folder(name))
        if folder.descriptor is not None:
            os.fsync(folder.descriptor)
    finally:
        _remove_from(folder, written)


def _remove_from(folder: "_Folder", names: Iterable[str]) -> None:
    for name in names:
        with suppress(OSError):
            os.unlink(name, dir_fd=folder.descriptor)


def already_there(path: Path) -> WrongUsage:
    """Return that something is at a path where a new file was to be."""
    message = f"{path.as_posix()} is already there"
    return WrongUsage((Problem(Code.ALREADY_THERE, message, hint="choose another name"),))


def refuse_what_is_there(paths: Iterable[Path]) -> None:
    """Raise `WrongUsage` where something is at one of the paths."""
    for path in paths:
        if os.path.lexists(path):
            raise already_there(path)


class OtherVersion(WrongUsage):
    """Raised where a file is not as it was when it was read; `present` is the version there is, if any."""

    def __init__(self, path: Path, version: str | None, present: str | None) -> None:
        self.present = present
        why = "it has changed since it was read"
        if version is None:
            why = "it is there already"
        elif present is None:
            why = "it is not there any more"
        hint = "read it again, and see what both have changed"
        message = f"{path.as_posix()} cannot be written: {why}"
        super().__init__((Problem(Code.CANNOT_WRITE, message, hint=hint),))


def version_of(data: bytes) -> str:
    """Return what tells one content of a file from any other."""
    return hashlib.sha256(data).hexdigest()


def replace_version(path: Path, data: bytes, version: str | None) -> str:
    """Write a file in the place of the one that was read; return the version that is there now.

    `version` is that of what was read, None where there was no file. The file is there whole at any
    moment: what was read before, or `data`. Neither it nor its folder may be a symbolic link, and the folder
    must be there. Processes that write in one folder by this function do so one after another.

    Raises `OtherVersion` where the file has changed, and `CannotWrite`.
    """
    try:
        with _opened(path.parent) as folder:
            present = _present(path, folder)
            if present != version:
                raise OtherVersion(path, version, present)
            _write_in(folder, path, data, version)
    except OSError as error:
        raise CannotWrite(path.as_posix(), error, "nothing was written") from error
    return version_of(data)


def replace_versions(files: Mapping[Path, tuple[str | None, bytes | None]]) -> None:
    """Write several files as `replace_version` does, or take them away: all of them or none.

    Each path has the version of what was read there, None where there was no file, and what comes in its
    place, None for nothing. All are looked at before any is written. Killed in between, some are written,
    each whole. Raises `OtherVersion` where one has changed, and `CannotWrite`.
    """
    before: dict[Path, bytes | None] = {}
    for path, (version, _) in files.items():
        try:
            before[path] = path.read_bytes() if version is not None else None
        except OSError:
            before[path] = None
        data = before[path]
        present = None if data is None else version_of(data)
        if present != version or (version is None and os.path.lexists(path)):
            raise OtherVersion(path, version, present)
    done: list[Path] = []
    try:
        for path, (version, data) in sorted(files.items(), key=lambda item: item[1][1] is None):
            _replace_or_remove(path, data, version)
            done.append(path)
    except BaseException:
        for path in reversed(done):
            data = files[path][1]
            with suppress(CannotWrite, OtherVersion):
                _replace_or_remove(path, before[path], None if data is None else version_of(data))
        raise


def _replace_or_remove(path: Path, data: bytes | None, version: str | None) -> None:
    if data is not None:
        replace_version(path, data, version)
        return
    try:
        with _opened(path.parent) as folder:
            present = _present(path, folder)
            if present != version:
                raise OtherVersion(path, version, present)
            os.unlink(folder(path.name), dir_fd=folder.descriptor)
    except OSError as error:
        raise CannotWrite(path.as_posix(), error, "nothing was written") from error


class _Folder(NamedTuple):
    """A folder, and how the system names things in it: by its open descriptor, where it can."""

    path: Path
    descriptor: int | None

    def __call__(self, name: str) -> str:
        return name if self.descriptor is not None else str(self.path / name)


_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0)
_BY_DESCRIPTOR = {os.open, os.stat, os.rename, os.link, os.unlink} <= os.supports_dir_fd


@contextmanager
def _opened(path: Path) -> Iterator[_Folder]:
    """Hold a folder open that is no link, and keep others from writing in it meanwhile."""
    if path.is_symlink():
        raise OSError(errno.ELOOP, "its folder is a symbolic link")
    if not _BY_DESCRIPTOR:
        yield _Folder(path, None)
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | _NO_LINK)
    try:
        with suppress(ImportError, OSError):  # not every file system can: the file is whole all the same
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield _Folder(path, descriptor)
    finally:
        os.close(descriptor)


def _present(path: Path, folder: _Folder) -> str | None:
    """Return the version of a file that is there, None where there is none."""
    try:
        about = os.stat(folder(path.name), dir_fd=folder.descriptor, follow_symlinks=False)
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(about.st_mode):
        raise OSError(errno.ELOOP, "it is a symbolic link")
    if not stat.S_ISREG(about.st_mode):
        raise OSError(errno.EINVAL, "it is not an ordinary file")
    found = os.open(folder(path.name), os.O_RDONLY | _NO_LINK | _BINARY, dir_fd=folder.descriptor)
    with os.fdopen(found, "rb") as file:
        return version_of(file.read())


def _write_in(folder: _Folder, path: Path, data: bytes, version: str | None) -> None:
    """Write to a temporary name in the folder, and move that into place once it is on the disk."""
    _remove_abandoned(folder.path)
    at = folder.descriptor
    temporary = folder(f".{os.urandom(8).hex()}{UNFINISHED}")
    mode = 0o666
    if version is not None:
        mode = stat.S_IMODE(os.stat(folder(path.name), dir_fd=at, follow_symlinks=False).st_mode)
    try:
        _write_temporary(folder, temporary, data, mode, keeps_mode=version is not None)
        present = _present(path, folder)
        if present != version:
            raise OtherVersion(path, version, present)
        _move_into_place(temporary, path, folder, version is None)
        if at is not None:
            os.fsync(at)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(temporary, dir_fd=at)


def _write_temporary(
    folder: _Folder, name: str, data: bytes, mode: int = 0o666, *, keeps_mode: bool = False
) -> None:
    """Write a new file, and wait until it is on the disk."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK | _BINARY
    with os.fdopen(os.open(name, flags, mode, dir_fd=folder.descriptor), "wb") as file:
        file.write(data)
        file.flush()
        if keeps_mode and hasattr(os, "fchmod"):
            os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())


def _move_into_place(temporary: str, path: Path, folder: _Folder, is_new: bool) -> None:
    at, name = folder.descriptor, folder(path.name)
    if is_new:
        try:
            os.link(temporary, name, src_dir_fd=at, dst_dir_fd=at)
            return
        except FileExistsError:
            raise OtherVersion(path, None, _present(path, folder)) from None
        except OSError:  # some file systems have no second names
            if (present := _present(path, folder)) is not None:
                raise OtherVersion(path, None, present) from None
    os.replace(temporary, name, src_dir_fd=at, dst_dir_fd=at)


MANIFEST = "files.json"
"""Names the files that the main job wrote to a folder, and their digests."""


def write_folder(folder: Path, files: Mapping[str, str | bytes]) -> tuple[str, ...]:
    """Write files to a folder, and a manifest that names them; return all their names.

    What an earlier manifest lists and is not written now is removed, if it still is what was written then.
    What somebody has changed since, or has put there, stays. Raises `CannotWrite`.
    """
    data = {name: c.encode() if isinstance(c, str) else c for name, c in files.items()}
    before, digests = _listed(folder), {name: hashlib.sha256(c).hexdigest() for name, c in data.items()}
    names = (*data, MANIFEST)
    listed = {"files": sorted(names), "digests": dict(sorted(digests.items()))}
    for name, content in data.items():
        write_file(folder / name, content)
    write_file(folder / MANIFEST, json.dumps(listed, indent=2) + "\n")
    for name, digest in before.items():
        if name not in names:
            _remove_unchanged(folder / name, digest)
    return names


def _listed(folder: Path) -> dict[str, str]:
    """Return the digests that an earlier manifest lists, by name; nothing where there is none to be read."""
    with suppress(OSError, ValueError, AttributeError, RecursionError):
        if not (folder / MANIFEST).is_file():  # a pipe would wait for somebody to write
            return {}
        listed = json.loads((folder / MANIFEST).read_bytes()).get("digests", {})
        return {name: str(digest) for name, digest in listed.items() if Path(name).name == name}
    return {}


def _remove_unchanged(path: Path, digest: str) -> None:
    with suppress(OSError, ValueError):  # no file can have such a name
        if (
            not path.is_symlink()
            and path.is_file()
            and hashlib.sha256(path.read_bytes()).hexdigest() == digest
        ):
            path.unlink()


def refuse_what_cannot_be_written(folder: Path) -> None:
    """Raise `CannotWrite` where a folder cannot be made or written into: before long work, not after it."""
    place = folder.absolute()
    while not os.path.lexists(place):
        place = place.parent
    if not _takes_files(place):
        code = errno.EACCES if place.is_dir() else errno.ENOTDIR
        raise CannotWrite(folder.as_posix(), OSError(code, os.strerror(code)), "choose another --output")


def _takes_files(place: Path) -> bool:
    return place.is_dir() and os.access(place, os.W_OK | os.X_OK)


# --- memory ------------------------------------------------------------------------------------------


@contextmanager
def gc_paused() -> Iterator[None]:
    """Keep the collector from visiting what is made inside, again and again, or all at once at the end.

    Freezing and thawing moves everything to the oldest generation without looking at it. Where somebody
    has frozen objects of their own (to share them with child processes, say), those are left alone.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if gc.get_freeze_count() == 0:
                gc.freeze()
                gc.unfreeze()
            gc.enable()

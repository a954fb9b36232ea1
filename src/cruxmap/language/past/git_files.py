"""A project's files at git's revisions: what there was to read, and which commits changed it.

In: the path of a model or of any other file, and a revision as git names it. Out: the model as it was, what
git stores, or commits. The repository need not be trusted: git runs no filters or hooks on it and
fetches nothing, and links that lead out of a revision are not followed. What git cannot tell raises
`InvalidMap`.
"""

import os
import subprocess
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from cruxmap.errors import Code, InvalidMap, Problem, Span
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.language.files import possible
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.names import did_you_mean
from cruxmap.language.reading import read_map, read_model


class Revisions(NamedTuple):
    """What is compared, as git names it: the files `before`, and those `now` or, for `None`, as they are."""

    before: str
    now: str | None


def revisions_of(path: Path, text: str) -> Revisions:
    """Return what `A`, `A..B` or `A...B` compares where a model file is; HEAD where a side is left out.

    With three dots it begins with the last commit that both come from, as in git. Raises `InvalidMap` with
    the nearest names for a revision that does not exist.
    """
    root, _ = repository(path)
    text = possible(text)
    dots = "..." if "..." in text else ".."
    if dots not in text or _commit(root, text) is not None:
        _checked(root, text)
        return Revisions(text, None)
    first, second = (side or "HEAD" for side in text.split(dots, maxsplit=1))
    commits = [_checked(root, side) for side in (first, second)]
    if dots == "..":
        return Revisions(first, second)
    if (base := _asked(root, "merge-base", *commits)) is None:
        message = f"`{first}` and `{second}` come from no common commit"
        raise InvalidMap((Problem(Code.UNKNOWN_REVISION, message, hint=f"try `{first}..{second}`"),))
    return Revisions(_asked(root, "rev-parse", "--short", base) or base, second)


def _checked(root: Path, revision: str) -> str:
    """Return the commit that a revision names; raise `InvalidMap` with the nearest names."""
    if (commit := _commit(root, revision)) is None:
        refs = _git(root, "for-each-ref", "--format=%(refname:short)").decode(errors="replace").split()
        names = ["HEAD", *refs]
        hint = did_you_mean(revision, names) or f"known: {', '.join(names[:9])}"
        message = f"git knows no revision `{revision}`"
        raise InvalidMap((Problem(Code.UNKNOWN_REVISION, message, hint=hint),))
    return commit


def _commit(root: Path, revision: str) -> str | None:
    return _asked(root, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")


def _asked(root: Path, *question: str) -> str | None:
    """Return what git answers on one line, `None` where it has no answer."""
    try:
        return _git(root, *question).decode(errors="replace").strip()
    except InvalidMap:
        return None


def revision_of(path: Path) -> str | None:
    """Return the git revision that a file's folder is at, and whether files differ; `None` outside of git."""
    with suppress(InvalidMap):
        root, _ = repository(path)
        commit = _git(root, "rev-parse", "HEAD").decode().strip()
        changed = _git(root, "status", "--porcelain", "--untracked-files=no")
        return f"{commit}{', with changes that are not committed' if changed else ''}"
    return None


def model_at(path: Path, revision: str) -> ModelSpec:
    """Read a model file and its map as they were at a git revision. Raises `InvalidMap`."""
    return _read_at(path, revision, read_model)


def map_at(folder: Path, revision: str) -> ArgumentMap:
    """Read the map in a folder as it was at a git revision. Raises `InvalidMap`."""
    return _read_at(folder, revision, read_map)


def _read_at[T](path: Path, revision: str, read: Callable[[Path], T]) -> T:
    root, inside = repository(path)
    commit = _checked(root, revision)
    with TemporaryDirectory() as temporary:
        folder = Path(temporary).resolve()
        outside = _restored(root, commit, folder)
        try:
            return read(folder / inside)
        except InvalidMap as invalid:
            located = partial(_in_revision, folder=folder, revision=revision, outside=outside)
            raise InvalidMap(
                tuple(map(located, invalid.problems)), tuple(map(located, invalid.warnings))
            ) from None


class Commit(NamedTuple):
    """A commit: its id, those of the commits it follows, when it was made (ISO 8601), and its first line."""

    id: str
    parents: tuple[str, ...]
    date: str
    subject: str


def commits(*paths: Path, since: str | None = None, main_line: bool = False) -> tuple[Commit, ...]:
    """Return the commits up to HEAD that changed files or folders of one repository, the newest first.

    With `since`, those that this revision comes from are left out, and itself. Parents are the next commits
    in the list that a commit comes from. On the `main_line` merged branches count as one commit each.
    Raises `InvalidMap`.
    """
    root, _ = repository(paths[0])
    if head(paths[0]) is None:
        return ()
    revisions = ["HEAD"] if since is None else ["HEAD", f"^{_checked(root, since)}"]
    style = ("--parents", "--topo-order", "--encoding=UTF-8", "--format=%aI%x00%s")
    lines = ["--first-parent"] if main_line else []
    places = [repository(path)[1].as_posix() for path in paths]
    told = _git(root, "rev-list", *style, *lines, *revisions, "--", *places).decode(errors="replace")
    told_lines = iter(told.split("\n")[:-1])
    found = []
    for line, words in zip(told_lines, told_lines, strict=True):
        id_, *parents = line.split()[1:]
        date, _, subject = words.partition("\0")
        found.append(Commit(id_, tuple(parents), date, subject))
    return tuple(found)


def head(path: Path) -> str | None:
    """Return the commit that the repository of a file is at; `None` before the first. Raises `InvalidMap`."""
    root, _ = repository(path)
    _git(root, "rev-parse", "--git-dir")  # raises where git cannot tell anything
    return _asked(root, "rev-parse", "--verify", "HEAD")


def is_shallow(path: Path) -> bool:
    """Tell whether a file's repository lacks the commits before some that it has. Raises `InvalidMap`."""
    return _git(repository(path)[0], "rev-parse", "--is-shallow-repository").strip() == b"true"


def _in_revision(problem: Problem, folder: Path, revision: str, outside: Collection[Path]) -> Problem:
    """Move a problem that was found in a copy of a revision's files to the revision itself."""
    there = f"{folder.as_posix()}/"
    file = Path(problem.span.file)
    leads_out = file.parent.resolve() / file.name in outside
    hint = "a symbolic link that leads out of the revision" if leads_out else problem.hint
    return replace(
        problem,
        span=problem.span._replace(file=problem.span.file.replace(there, f"{revision}:")),
        message=problem.message.replace(there, f"{revision}:"),
        hint=hint.replace(there, f"{revision}:"),
    )


def repository(path: Path) -> tuple[Path, Path]:
    """Return the root of the repository that a file is in, whatever its settings say, and its path there."""
    for file in (Path(os.path.abspath(path)), path.resolve()):
        for root in (file, *file.parents):
            if os.path.exists(root / ".git"):
                return root, file.relative_to(root)
    raise _git_cannot(path.parent, "it is in no repository")


def _restored(root: Path, commit: str, folder: Path) -> frozenset[Path]:
    """Write the YAML files and symbolic links of a commit; return the links that would lead out of it.

    What git stores is written as it is. Links that lead out are written so that they lead nowhere.
    """
    wanted = []
    for entry in _git(root, "ls-tree", "-rz", "--full-tree", commit).split(b"\0")[:-1]:
        head, _, encoded = entry.partition(b"\t")
        mode, kind, blob = head.split()
        name, is_link = Path(os.fsdecode(encoded)), mode == b"120000"
        harmless = kind == b"blob" and not name.is_absolute() and ".." not in name.parts
        if harmless and (is_link or name.suffix == ".yaml"):
            wanted.append((folder / name, blob, is_link))
    try:
        links = []
        with stored(root) as find:
            for path, blob, is_link in wanted:
                if (content := find(blob.decode())) is None:
                    raise _git_cannot(root, f"object {blob.decode()} is missing")
                path.parent.mkdir(parents=True, exist_ok=True)
                if is_link:
                    links.append((path, os.fsdecode(content.data)))
                else:
                    path.write_bytes(content.data)
        for path, target in links:
            path.symlink_to(target)
        outside = frozenset(
            path for path, _ in links if not Path(os.path.realpath(path)).is_relative_to(folder)
        )
        for path in outside:
            path.unlink()
            path.symlink_to(folder / "nowhere")
    except (OSError, ValueError) as error:
        raise _git_cannot(root, str(error)) from None
    return outside


class Object(NamedTuple):
    """What git stores under a name: an id, its kind (`blob`, `tree`, ...) and what is in it."""

    id: str
    kind: str
    data: bytes


@contextmanager
def stored(root: Path) -> Iterator[Callable[[str], Object | None]]:
    """Give what git stores in a repository, by ids or as `COMMIT:PATH`; `None` for what is not there.

    Asking raises `InvalidMap` for a name of more than one line, and where git cannot tell.
    """
    with _running(root, "cat-file", "--batch", errors=subprocess.DEVNULL) as git:
        asked, told = git.stdin, git.stdout
        assert asked is not None
        assert told is not None

        def find(name: str) -> Object | None:
            if "\n" in name:
                raise _git_cannot(root, "a path has more than one line")
            try:
                asked.write(os.fsencode(name) + b"\n")
                asked.flush()
                *words, size = told.readline().split()
                if not size.isdigit():  # it says `missing`
                    return None
                data = told.read(int(size) + 1)[:-1]
            except (OSError, ValueError):
                raise _git_cannot(root, "it does not answer") from None
            return Object(words[-2].decode(), words[-1].decode(), data)

        yield find


def inside(tree: Object) -> Iterator[tuple[str, bool, str]]:
    """Yield what a folder holds that git stores: the name, whether it is an ordinary file, and its id."""
    size, data = len(tree.id) // 2, tree.data
    while data:
        about, _, rest = data.partition(b"\0")
        mode, _, name = about.partition(b" ")
        yield os.fsdecode(name), mode.startswith(b"100"), rest[:size].hex()
        data = rest[size:]


def _git(root: Path, *arguments: str) -> bytes:
    """Return what git prints."""
    with _running(root, *arguments) as git:
        told, error = git.communicate()
        if git.returncode:
            raise _git_cannot(
                root, (error.decode(errors="replace").strip().splitlines() or ["it failed"])[-1]
            )
        return told


@contextmanager
def _running(
    root: Path, *arguments: str, errors: int = subprocess.PIPE
) -> Iterator[subprocess.Popen[bytes]]:
    """Run git on a repository that need not be trusted: no filters, hooks or fetches."""
    safe = {
        "GIT_WORK_TREE": str(root),
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_LITERAL_PATHSPECS": "1",
        "LC_ALL": "C",
    }
    environment = {name: value for name, value in os.environ.items() if name != "GIT_DIR"} | safe
    harmless = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}")
    command = ["git", "-C", str(root), *harmless, *arguments]
    pipe = subprocess.PIPE
    try:
        git = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=errors, env=environment)
    except FileNotFoundError:
        raise _git_cannot(root, "git is not installed") from None
    with git:
        yield git


def _git_cannot(place: Path, reason: str) -> InvalidMap:
    return InvalidMap(
        (Problem(Code.UNREADABLE_FILE, f"git cannot read this: {reason}", Span(str(place))),)
    )

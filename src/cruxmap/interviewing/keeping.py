"""A worldview's file while an interview goes on: whole after every answer, and nobody else's work is lost.

In: the path of a model and the id of a worldview. Out: a `Kept`, and another one for each time the file is
written. What stood in the file when it was opened is what changes are made to, so that an answer that is
taken back leaves no trace.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cruxmap.errors import Code, InvalidMap, Problem, WrongUsage
from cruxmap.ground import CannotWrite, folders_of, replace_version, version_of
from cruxmap.insight.interview import Interview, Reply
from cruxmap.language.argument_map import ArgumentMap, Worldview
from cruxmap.language.context import check_id
from cruxmap.language.digest import state_of
from cruxmap.language.files import WORLDVIEWS
from cruxmap.language.findings import Findings
from cruxmap.language.for_editors.editor_files import first_line
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.names import find_entry
from cruxmap.language.reading import read_with_visitors
from cruxmap.language.rewriting.worldview_edits import edited
from cruxmap.language.yaml_text import node_of

TRIES = 5
"""How often a file is read that changes meanwhile."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A worldview's file: the `model` as read with it, its text `before` the interview, its `version` now.

    The version is None where there is no file. `resumed` are the replies that stood in it.
    """

    model: ModelSpec
    name: str
    path: Path
    before: str
    version: str | None
    resumed: tuple[Reply, ...] = ()

    @property
    def worldview(self) -> Worldview | None:
        """The worldview as it stood in the file; none where there was no file."""
        return self.model.map.worldview.get(self.name)

    @property
    def is_marked(self) -> bool:
        """Whether an interview may write there unasked: one made the file, or there is none."""
        return self.worldview is None or self.worldview.was_interviewed

    @property
    def is_as_it_was(self) -> bool:
        """Whether the file is what was read or written last."""
        try:
            data = _data(self.path)
        except CannotWrite:
            return False
        return self.version == (None if data is None else version_of(data))

    def written(self, interview: Interview, *, only_asked: bool = False) -> "Kept":
        """Write what an interview has come to, in place of what it came to before.

        With `only_asked`, numbers that were not asked for stay out. Raises `OtherVersion` where somebody
        else has changed the file, and `CannotWrite`; then it is as it was.
        """
        changes = replace(interview.changes(only_asked=only_asked), made_from=_made_from(self, interview))
        if self.worldview is None:
            sentence = f"What {self.name} answered in an interview."
            changes = replace(changes, worldview=self.name, text=sentence)
        data = edited(self.before or first_line(self.path), changes, self.path.name).encode("utf-8")
        with folders_of([self.path]):
            return replace(self, version=replace_version(self.path, data, self.version))


def open_worldview(model: Path, name: str, *, unmarked: bool = False) -> Kept:
    """Read a model and the file of one of its map's worldviews, which may be new.

    Raises `InvalidMap` for problems of the files, and `WrongUsage` where the name is none, and, unless
    `unmarked`, for a file that no interview made.
    """
    _check_name(name)
    for _ in range(TRIES):
        visited = read_with_visitors(model, ())
        path = visited.folder / WORLDVIEWS / f"{name}.yaml"
        data = _data(path)
        version = None if data is None else version_of(data)
        again = _data(path)
        if again == data and (data is None) == (name not in visited.model.map.worldview):
            break
    kept = Kept(visited.model, name, path, "" if data is None else data.decode("utf-8"), version)
    if not (unmarked or kept.is_marked):
        raise no_interview(kept)
    return kept


def no_interview(kept: Kept) -> WrongUsage:
    """Return what is raised where a file is not to be touched, as no interview made it."""
    message = f"{kept.path.as_posix()} was not made by an interview"
    hint = "run the interview in a terminal, where it asks before it writes there, or choose another name"
    return WrongUsage((Problem(Code.NO_INTERVIEW, message, hint=hint),))


def checked_entry(argument_map: ArgumentMap, about: str | None) -> str | None:
    """Return the entry that an interview is to be about, if any; raise `WrongUsage` where it is none."""
    try:
        return None if about is None else find_entry(argument_map, about).about.id
    except InvalidMap as invalid:
        problems = tuple(replace(p, message=f"--about: {p.message}") for p in invalid.problems)
        raise WrongUsage(problems) from invalid


def _check_name(name: str) -> None:
    """Raise `WrongUsage` where a worldview cannot have that id."""
    findings = Findings()
    text: Any = node_of(name)
    check_id(findings, text)
    if findings.problems:
        raise WrongUsage(tuple(replace(p, message=f"--as: {p.message}") for p in findings.problems))


def _data(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CannotWrite(path.as_posix(), error, "choose another name") from error


def _made_from(kept: Kept, interview: Interview) -> dict[str, Any] | None:
    """Return from which state of the map a file is made: what was answered now, from the present one.

    A file that does not say it goes on not saying it.
    """
    own = kept.worldview
    before = None if own is None else own.made_from
    if own is not None and before is None:
        return None
    state = state_of(kept.model.map)
    answered = {reply.question.entry for reply in interview.replies if reply.what != "skipped"}
    old = dict(before.entries) if before else {}
    now = dict(state.entries)
    spoken_of = [name for name in (*now, *old) if name in answered or name in old]
    resumed = set(map(id, kept.resumed))
    fresh = {reply.question.entry for reply in interview.replies if id(reply) not in resumed}
    anew = answered & (fresh | (answered - old.keys()))
    entries = {name: now[name] if name in anew else old[name] for name in spoken_of}
    whole = before.map if before else state.map
    return {"map": whole, **({"entries": entries} if entries else {})}

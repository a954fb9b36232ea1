"""Judgements that were given about something else than what the map says now.

In: a map as its files have it now. Out: the numbers whose entry was reworded, or has other premises or
conditions, since its reviewer gave them. When that was is known from git's history, as far as it goes: it is
when the number, or the note beside it, last became what it is. A worldview that says from which state of the
map it was `made_from` was made then.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path, PurePath, PurePosixPath
from typing import Any

from cruxmap.errors import InvalidMap
from cruxmap.ground import digest_of_files, remembered
from cruxmap.language.argument_map import ArgumentMap, condition_text
from cruxmap.language.digest import digest, state_of
from cruxmap.language.files import WORLDVIEWS, load, noting, yaml_files
from cruxmap.language.findings import Findings
from cruxmap.language.past.git_files import (
    Commit,
    Object,
    commits,
    head,
    inside,
    is_shallow,
    map_at,
    repository,
    stored,
)
from cruxmap.language.past.wordings import (
    SAME,
    Form,
    Names,
    Reader,
    Said,
    Wordings,
    step_between,
    wordings,
)
from cruxmap.language.yaml_text import Node, parse

ENTRY = "entry"
"""What has changed where only the digest of an entry tells that something has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleJudgement:
    """What a worldview says of something that has changed since.

    `kind` is `judgement`, `rejects`, `accepts` or `stated`; `address` is the judgement's, the argument's or
    the condition that a credence is stated of. `what` has the parts that are not as they were: `text`,
    `premises`, `targets`, `when`, `case`, `route`, `definition` or `states`; or `entry`, where nothing but
    that is known. `before` and `now` are the sentences, where these differ. `judged` is the commit in which
    it was said, and `changed` that in which what it is about became what it is. They are `None` where nothing
    is known of that, and `changed` also where it is not committed.
    """

    worldview: str
    kind: str
    address: str
    entry: str
    what: tuple[str, ...]
    before: str = ""
    now: str = ""
    judged: Commit | None = None
    changed: Commit | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it with what is told of the commits: ids, days and subjects."""
        at, since = self.judged, self.changed
        return {
            "worldview": self.worldview,
            "kind": self.kind,
            "address": self.address,
            "entry": self.entry,
            "what": list(self.what),
            "before": self.before,
            "now": self.now,
            "judged": at and at.date,
            "judged_commit": at and at.id,
            "changed": since and since.date,
            "commit": since and since.id,
            "subject": since and since.subject,
        }


@dataclass(frozen=True, slots=True)
class Stale:
    """All that is stale in a map; `unknown` says what its history does not tell, if anything."""

    judgements: tuple[StaleJudgement, ...]
    unknown: str = ""

    @property
    def by_statement(self) -> dict[tuple[str, str], StaleJudgement]:
        """What is stale of credences that are stated: by worldview and condition."""
        return {(one.worldview, one.address): one for one in self.judgements if one.kind == "stated"}

    def by_number(self, argument_map: ArgumentMap) -> dict[tuple[str, str], StaleJudgement]:
        """Return what is stale of each number, and of an argument's rejection: by worldview and address."""
        return {
            (one.worldview, address): one
            for one in self.judgements
            if one.kind in ("judgement", "rejects")
            for address in [j.address for j in argument_map.shares.get(one.address, ())] or [one.address]
        }


ROOM = 16 << 20
"""Bytes that answers may take on disk; what was used longest ago goes first."""


def stale(argument_map: ArgumentMap) -> Stale:
    """Return what worldviews of a map say of something that has changed since, in the order of their files.

    The map is one whose files are still as they were read. What cannot be told is `unknown`; never raises.
    """
    files = [Path(worldview.about.span.file) for worldview in argument_map.worldviews]
    folder = next((file.parent.parent for file in files if file.parent.name == WORLDVIEWS), None)
    if folder is None:
        return Stale(())
    with noting() as looked:
        now = wordings(
            folder,
            Reader(lambda place: yaml_files(Path(place), Findings()), lambda file: _root_of(Path(file))),
        )
    versions = sorted((file.name, str(version)) for file, version in looked.files.items())
    try:
        root, place = repository(folder)
        shallow = is_shallow(root)
        state = (place.as_posix(), head(root), shallow, digest(argument_map), versions)
        return remembered(
            "stale",
            _program() + repr(state).encode(),
            lambda: _with_history(argument_map, folder, now, shallow=shallow),
            ROOM,
        )
    except InvalidMap as invalid:
        unknown = f"{invalid.problems[0].message}; only worldviews with `made_from` tell how the map was"
        return Stale(tuple(_stale(argument_map, folder, now, None)), unknown)


@cache
def _program() -> bytes:
    """The digest of all that reads files: another program might read the same otherwise."""
    return digest_of_files(sorted(Path(__file__).parents[1].rglob("*.py")))


def _with_history(argument_map: ArgumentMap, folder: Path, now: Wordings, *, shallow: bool) -> Stale:
    unknown = ""
    if shallow:
        unknown = "the repository lacks its first commits, and what was said in them counts as said later"
    return Stale(tuple(_stale(argument_map, folder, now, _past(folder, now))), unknown)


def _root_of(file: Path) -> Node | None:
    parsed = load(file, Findings())
    return None if parsed is None else parsed.root


# --- the past ------------------------------------------------------------------------------------


class _Moment:
    """What was said at a commit, found by where it was said."""

    def __init__(self, wordings: Wordings) -> None:
        self.wordings = wordings
        self.said: dict[Said, Form] = {there: form for there, _, form in wordings.said()}
        self.made_from = {there: digest for there, _, digest in wordings.made_from()}


class _Seen:
    """What is said now, found in the words of an earlier moment."""

    def __init__(self, now: Wordings, names: Names) -> None:
        self.names = names
        self.said = {there: (then, form) for there, then, form in now.said(names)}
        self.made_from = {there: (then, digest) for there, then, digest in now.made_from(names)}


class _Past:
    """The commits of a map, newest first, and for each item of now the one in which it became what it is.

    Items are what is said (`Said`), what something is said about (`("asked", Said)`), and digests that
    worldviews have of entries (pairs of ids). The item of a commit is its parent's where both have the same,
    as in `git blame`. Commits that cannot be read have what those before them had.
    """

    def __init__(self, now: Wordings, found: tuple[Commit, ...], moments: Mapping[str, Wordings]) -> None:
        self.now = now
        self.commits = {commit.id: commit for commit in found}
        self.moments = moments
        self.order = {commit.id: place for place, commit in enumerate(found)}
        self.names: dict[str, Names] = {}
        self._moment = cache(lambda id_: _Moment(moments[id_]))
        self._seen = cache(lambda names: _Seen(now, names))
        self._asked = cache(now.asked)
        first = self._readable(commit.id for commit in found[:1])
        self._name(None, now, first)
        self.became = self._blame(first)

    def _readable(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Return commits, and for those that cannot be read the ones that they come from."""
        found: dict[str, None] = {}
        for id_ in ids:
            broken = self.moments[id_].broken
            found |= dict.fromkeys(self._readable(self.commits[id_].parents) if broken else (id_,))
        return tuple(found)

    def _name(self, id_: str | None, moment: Wordings, before: Iterable[str]) -> None:
        """Find the names that earlier moments have for what there is now."""
        steps = self.names[id_].steps if id_ else ()
        for parent in before:
            if parent not in self.names:
                step = step_between(moment, self.moments[parent])
                self.names[parent] = Names((*steps, step)) if step else Names(steps)

    def _blame(self, first: tuple[str, ...]) -> dict[Any, str | None]:
        seen = self._seen(SAME)
        items: list[Any] = [*seen.said, *(("asked", said) for said in seen.said), *seen.made_from]
        became: dict[Any, str | None] = {}
        waiting: dict[str, list[Any]] = {}
        self._pass_on(None, items, first, waiting, became)
        for id_ in self.order:
            if id_ in self.names:
                before = self._readable(self.commits[id_].parents)
                self._name(id_, self.moments[id_], before)
                self._pass_on(id_, waiting.pop(id_, []), before, waiting, became)
        return became

    def _pass_on(
        self,
        id_: str | None,
        items: list[Any],
        before: tuple[str, ...],
        waiting: dict[str, list[Any]],
        became: dict[Any, str | None],
    ) -> None:
        for item in items:
            parent = next((parent for parent in before if self._had(parent, item)), None)
            if parent is None:
                became[item] = id_
            else:
                waiting.setdefault(parent, []).append(item)

    def _had(self, id_: str, item: Any) -> bool:
        """Tell whether a commit had an item as it is now."""
        moment, seen = self._moment(id_), self._seen(self.names[id_])
        match item:
            case Said():
                then, form = seen.said[item]
                return moment.said.get(then) == form
            case ("asked", said):
                return self.differing(said, id_) == ()
            case _:
                pair, digest = seen.made_from[item]
                return moment.made_from.get(pair) == digest

    def differing(self, said: Said, id_: str) -> tuple[str, ...] | None:
        """Return the parts of what something is about that were otherwise; `None` if it was not there."""
        names = self.names[id_]
        then, _ = self._seen(names).said[said]
        was, is_ = self._moment(id_).wordings.asked(then), self._asked(said, names)
        if not was["text"]:
            return None
        return tuple(part for part in dict.fromkeys((*is_, *was)) if is_.get(part) != was.get(part))

    def judged(
        self,
        said: Said,
        made_from: tuple[str, str],
        digest: str | None,
        digests_at: Callable[[str], Mapping[str, str]],
    ) -> tuple[str | None, tuple[str, ...]]:
        """Return when something was said, and the parts of what it is about that are otherwise now.

        Where a worldview has a digest of the entry, it was said when the entry had that digest, unless it
        became what it is later than the digest did.
        """
        at = self.became[said]
        made = self.became[made_from] if digest is not None else None
        if digest is None or self._age(at) < self._age(made):
            return at, (self.differing(said, at) if at is not None else None) or ()
        if made is not None and (what := self.differing(said, made)):
            return made, what
        looked, possible = set[int](), False
        for id_ in self.order:
            if self._age(id_) <= self._age(made) or id_ not in self.names or self.moments[id_].broken:
                continue
            if not (what := self.differing(said, id_)):
                continue
            entry = self.names[id_].entry(made_from[1])
            _, node = self.moments[id_].entries[entry]
            if id(node) not in looked:
                looked.add(id(node))
                possible = True
                if digests_at(id_).get(entry) == digest:
                    return id_, what
        return made, (ENTRY,) if possible else ()

    def _age(self, id_: str | None) -> int:
        return -1 if id_ is None else self.order[id_]

    def told(self, said: Said, judged: str | None, what: tuple[str, ...]) -> dict[str, Any]:
        """Return the commits in which something was said and what it is about changed; and both sentences."""
        changed = self.became["asked", said]
        found: dict[str, Any] = {
            "judged": None if judged is None else self.commits[judged],
            "changed": None if changed is None else self.commits[changed],
        }
        if judged is not None and "text" in what:
            then, _ = self._seen(self.names[judged]).said[said]
            was, is_ = self.moments[judged].asked(then), self._asked(said, self.names[judged])
            found |= _reworded(was["text"], is_["text"])
        return found


def _reworded(before: Form, now: Form) -> dict[str, str]:
    """Return what was said and what is said now: of several entries only of those that say something else."""
    if isinstance(before, str) or isinstance(now, str):
        return {"before": str(before), "now": str(now)}
    if len(before) == len(now):
        pairs = [(one, other) for one, other in zip(before, now, strict=True) if one != other]
        before, now = (tuple(side) for side in zip(*pairs, strict=True))
    return {"before": " / ".join(map(str, before)), "now": " / ".join(map(str, now))}


def _past(folder: Path, now: Wordings) -> _Past:
    """Read the map in a folder at every commit that changed its files, or those that it took in."""
    root, place = repository(folder)
    taken = {repository(Path(file))[1] for file in now.taken}
    with stored(root) as find:
        files = _Stored(find)
        while True:
            found = commits(folder, *(root / file for file in sorted(taken)))
            moments = {commit.id: wordings(PurePosixPath(place), files.at(commit.id)) for commit in found}
            more = {Path(file) for moment in moments.values() for file in moment.taken} - taken
            if not more:
                return _Past(now, found, moments)
            taken |= more


class _Stored:
    """Files as git stores them, each parsed once."""

    def __init__(self, find: Callable[[str], Object | None]) -> None:
        self._find = cache(find)
        self._parsed = cache(self._parse)
        self._held = cache(self._listed)

    def at(self, commit: str) -> Reader:
        """Return how files of a commit are read."""

        def files_in(folder: PurePath) -> list[PurePath]:
            names = sorted(self._held(commit, folder.as_posix()))
            return [folder / name for name in names if name.endswith(".yaml") and not name.startswith(".")]

        def root_of(file: PurePath) -> Node | None:
            id_ = self._held(commit, file.parent.as_posix()).get(file.name)
            return None if id_ is None else self._parsed(id_)

        return Reader(files_in, root_of)

    def _listed(self, commit: str, folder: str) -> dict[str, str]:
        tree = self._find(f"{commit}:{'' if folder == '.' else folder}")
        if tree is None or tree.kind != "tree":
            return {}
        return {name: id_ for name, is_file, id_ in inside(tree) if is_file}

    def _parse(self, id_: str) -> Node | None:
        blob = self._find(id_)
        return None if blob is None else parse(blob.data, id_).root


# --- what is stale -------------------------------------------------------------------------------


def _stale(
    argument_map: ArgumentMap, folder: Path, now: Wordings, past: _Past | None
) -> Iterator[StaleJudgement]:
    digests = dict(state_of(argument_map).entries) if any(now.made_from()) else {}
    made = {there: digest for there, _, digest in now.made_from()}
    conditions = _conditions(argument_map, now)
    for said, _, _ in now.said():
        entry = _entry_of(said, now)
        digest = made.get((said.worldview, entry))
        if digest is not None and digest == digests.get(entry):
            continue
        found = StaleJudgement(
            worldview=said.worldview,
            kind=said.kind,
            address=conditions.get(said, str(said.of)),
            entry=entry,
            what=(ENTRY,) if digest is not None and entry in digests else (),
        )
        if past is not None:
            made_from = said.worldview, entry
            judged, what = past.judged(said, made_from, digest, partial(_digests_at, folder))
            found = replace(found, what=what, **past.told(said, judged, what))
        if found.what:
            yield found


def _entry_of(said: Said, now: Wordings) -> str:
    """Return the entry that something is said of; of a condition, the first one that is in it."""
    if isinstance(said.of, str):
        return said.of.partition(".")[0]
    return min(now.mentioned(said.of), default="")


def _conditions(argument_map: ArgumentMap, now: Wordings) -> dict[Said, str]:
    """Return the conditions that credences are stated of, as the language writes them."""
    found: dict[str, list[Said]] = {}
    for said, _, _ in now.said():
        if said.kind == "stated":
            found.setdefault(said.worldview, []).append(said)
    return {
        said: condition_text(stated.of)
        for worldview in argument_map.worldviews
        for said, stated in zip(found.get(worldview.about.id, ()), worldview.stated, strict=False)
    }


@cache
def _digests_at(folder: Path, commit: str) -> Mapping[str, str]:
    """Return the digests of all entries of a map at a commit; none where the map had problems."""
    try:
        return dict(state_of(map_at(folder, commit)).entries)
    except InvalidMap:
        return {}

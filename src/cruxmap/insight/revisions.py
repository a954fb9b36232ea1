"""What a change of the files did to the answer: a map and its worldviews at two git revisions.

In: a model file and a revision, or two. Out: a `RevisionDiff`: what was added, removed, reworded or rebuilt,
and for each worldview and the map's own numbers the gap between the estimate before and now, shared out
among the judgements that changed, with what the change of structure did as one part of its own.
"""

import io
import math
import os
import subprocess
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import partial
from graphlib import CycleError
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any, NamedTuple

from cruxmap.engine.executors import HERE, Executor, Progress, Work
from cruxmap.engine.special import expit
from cruxmap.errors import Code, InvalidMap, Problem, Span
from cruxmap.insight.diff import Change, Difference, differences_of
from cruxmap.insight.estimate import estimate
from cruxmap.insight.gap_shares import Pairing, game_of, pairings, share_out
from cruxmap.insight.plain import Answer, plain_fields
from cruxmap.insight.sentences import sentence_of
from cruxmap.insight.target import log_odds
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    About,
    Argument,
    ArgumentMap,
    ArgumentTarget,
    Claim,
    Condition,
    Credence,
    Emergence,
    Event,
    Judgement,
    OnArgument,
    OnClaim,
    OnPhase,
    OnRoute,
    OnStates,
    Question,
    Route,
    Routes,
    ShareTable,
    Table,
    arguments_met,
    condition_text,
)
from cruxmap.language.checks import MAX_ARGUMENTS
from cruxmap.language.inheritance import REJECTED, Perspective, Setting, settle
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.names import did_you_mean
from cruxmap.language.reading import read_model
from cruxmap.language.typed import parse_condition
from cruxmap.network.inquiry import central_entries, inquire

BEFORE, NOW = "before", "now"

ABSENT = "absent"
"""What stands for the number of an argument, or of a route that a worldview brings, where there is none.

It counts as rejected."""


@dataclass(frozen=True, slots=True)
class Rewording(Answer):
    """An entry whose sentence changed."""

    id: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class HandedOver(Answer):
    """An entry that stands in another file: the worldview that brought it before, or does now, if any."""

    id: str
    before: str | None
    now: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldviewChange(Answer):
    """One worldview before and now: means over draws, and probabilities and the gap at central judgements.

    `differences` are the judgements that changed, added and removed arguments among them, with their shares
    of `gap_logit`; `structure_logit` is its rest: what the change of structure did under the old numbers.
    """

    worldview: str
    mean_before: float | None
    mean_now: float | None
    probability_before: float | None
    probability_now: float | None
    gap_logit: float | None
    structure_logit: float | None
    differences: tuple[Difference, ...]
    reason: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it, of every difference the shares and the numbers before and now."""
        differences = [
            plain_fields(d, "by", "heard_a", "heard_b")
            | {
                "changes": [
                    {"address": c.address, "before": c.b, "now": c.a, "what": what_became(c)}
                    for c in d.changes
                ]
            }
            for d in self.differences
        ]
        return plain_fields(self) | {"differences": differences}


def what_became(change: Change) -> str:
    """Say what became of a number: it was added or removed with its argument, or changed."""
    if change.b == ABSENT:
        return "added"
    return "removed" if change.a == ABSENT else "changed"


@dataclass(frozen=True, slots=True)
class RevisionDiff(Answer):
    """A map at two revisions; `rebuilt` are the entries that rest on other things, or in another way.

    `revision` is what was asked for, `before` and `now` what the two sides are called. `text` has the
    sentence, now or else before, of those that were added, removed or rebuilt, and `brought_by` the worldview
    that brings them, if one does. What is added or removed may be a route that a worldview brings, by its
    address. `map` is what the map's own numbers made of the target, whether or not the model lists them among
    its worldviews.
    """

    model: str
    revision: str
    before: str
    now: str
    target: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    reworded: tuple[Rewording, ...]
    rebuilt: tuple[str, ...]
    text: Mapping[str, str]
    worldviews_added: tuple[str, ...]
    worldviews_removed: tuple[str, ...]
    worldviews: tuple[WorldviewChange, ...]
    map: WorldviewChange
    brought_by: Mapping[str, str] = field(default_factory=dict)
    handed_over: tuple[HandedOver, ...] = ()

    @property
    def changes(self) -> tuple[WorldviewChange, ...]:
        """What changed for each worldview, and last for the map's own numbers."""
        return *(one for one in self.worldviews if one.worldview != MAP_WORLDVIEW), self.map


def diff_revisions(
    path: Path, revision: str, *, progress: Progress | None = None, executor: Executor = HERE
) -> RevisionDiff:
    """Return what changed since a git revision in the map that a model file asks about.

    The files as they are now are compared with those of the revision. `A..B` compares the two revisions,
    `A...B` the second with the last one that both come from. Raises `InvalidMap` where git or one of the two
    states of the files cannot be read, or for an unknown revision.
    """
    asked = revisions_of(path, revision)
    before = model_at(path, asked.before)
    now = read_model(path) if asked.now is None else model_at(path, asked.now)
    old, new = before.map, now.map
    both = [name for name in new.entry if name in old.entry]
    before_names, now_names = ({**side.entry, **_brought_routes(side)} for side in (old, new))
    added = tuple(name for name in now_names if name not in before_names)
    removed = tuple(name for name in before_names if name not in now_names)
    rebuilt = tuple(name for name in both if _shape(old.entry[name]) != _shape(new.entry[name]))
    shared = tuple(name for name in now.worldviews if name in before.worldviews)
    work = Work(executor, progress)
    names = tuple(dict.fromkeys((*shared, MAP_WORLDVIEW)))
    ends = (_estimates(model, names, work) for model in (before, now))
    changes = {
        worldview: _worldview_change(_bridge(before, now, worldview), worldview, old_and_new, work)
        for worldview, *old_and_new in zip(names, *ends, strict=True)
    }
    return RevisionDiff(
        model=now.id,
        revision=revision,
        before=asked.before,
        now=asked.now or NOW,
        target=now.target.name,
        added=added,
        removed=removed,
        reworded=tuple(
            Rewording(name, old.entry[name].about.text, new.entry[name].about.text)
            for name in both
            if old.entry[name].about.text != new.entry[name].about.text
        ),
        rebuilt=rebuilt,
        text=MappingProxyType(
            {
                name: sentence_of(old if name in removed else new, name)
                for name in (*added, *removed, *rebuilt)
            }
        ),
        brought_by=MappingProxyType(
            {
                name: who
                for side, names in ((new, added), (old, removed))
                for name in names
                if (who := _bringer(side, name)) is not None
            }
        ),
        handed_over=tuple(
            HandedOver(name, *sides)
            for name in both
            if (sides := (old.entry[name].about.brought_by, new.entry[name].about.brought_by))
            and sides[0] != sides[1]
        ),
        worldviews_added=tuple(name for name in now.worldviews if name not in before.worldviews),
        worldviews_removed=tuple(name for name in before.worldviews if name not in now.worldviews),
        worldviews=tuple(changes[name] for name in shared),
        map=changes[MAP_WORLDVIEW],
    )


def _brought_routes(argument_map: ArgumentMap) -> dict[str, Claim]:
    """Map the addresses of routes that worldviews bring, and that have an id, to their claims."""
    return {
        route.chance.address: claim
        for claim in argument_map.claims
        if isinstance(claim.basis, Routes)
        for route in claim.basis.routes
        if _is_brought_route(route)
    }


def _bringer(argument_map: ArgumentMap, name: str) -> str | None:
    """Return the worldview that brings an entry or a route."""
    entry = argument_map.entry.get(name)
    return argument_map.brought[name] if entry is None else entry.about.brought_by


# --- the files of a revision ---------------------------------------------------------------------


class Revisions(NamedTuple):
    """What is compared, as git names it: the files `before`, and those `now` or, for `None`, as they are."""

    before: str
    now: str | None


def revisions_of(path: Path, text: str) -> Revisions:
    """Return what `A`, `A..B` or `A...B` compares where a model file is; HEAD where a side is left out.

    With three dots it begins with the last commit that both come from, as in git. Raises `InvalidMap` with
    the nearest names for a revision that does not exist.
    """
    root, _ = _repository(path)
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
        root, _ = _repository(path)
        commit = _git(root, "rev-parse", "HEAD").decode().strip()
        changed = _git(root, "status", "--porcelain", "--untracked-files=no")
        return f"{commit}{', with changes that are not committed' if changed else ''}"
    return None


def model_at(path: Path, revision: str) -> ModelSpec:
    """Read a model file and its map as they were at a git revision. Raises `InvalidMap`."""
    root, inside = _repository(path)
    commit = _checked(root, revision)
    with TemporaryDirectory() as temporary:
        folder = Path(temporary).resolve()
        outside = _restored(root, commit, folder)
        try:
            return read_model(folder / inside)
        except InvalidMap as invalid:
            located = partial(_in_revision, folder=folder, revision=revision, outside=outside)
            raise InvalidMap(
                tuple(map(located, invalid.problems)), tuple(map(located, invalid.warnings))
            ) from None


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


def _repository(path: Path) -> tuple[Path, Path]:
    """Return the root of the repository that a file is in, whatever its settings say, and its path there."""
    for file in (Path(os.path.abspath(path)), path.resolve()):
        for root in file.parents:
            if (root / ".git").exists():
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
        for (path, _, is_link), content in zip(
            wanted, _blobs(root, [blob for _, blob, _ in wanted]), strict=True
        ):
            path.parent.mkdir(parents=True, exist_ok=True)
            if is_link:
                links.append((path, os.fsdecode(content)))
            else:
                path.write_bytes(content)
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


def _blobs(root: Path, names: Sequence[bytes]) -> Iterator[bytes]:
    """Yield the contents of blobs, as `git cat-file --batch` writes them: a line, the bytes, a line's end."""
    stream = io.BytesIO(_git(root, "cat-file", "--batch", given=b"".join(name + b"\n" for name in names)))
    for name in names:
        _, kind, *size = stream.readline().split()
        if not size:
            raise _git_cannot(root, f"object {name.decode()} is {kind.decode()}")
        yield stream.read(int(size[0]))
        stream.readline()


def _git(root: Path, *arguments: str, given: bytes = b"") -> bytes:
    """Run git on a repository that need not be trusted: no filters, hooks or fetches."""
    safe = {
        "GIT_WORK_TREE": str(root),
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "LC_ALL": "C",
    }
    environment = {name: value for name, value in os.environ.items() if name != "GIT_DIR"} | safe
    harmless = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}")
    command = ["git", "-C", str(root), *harmless, *arguments]
    try:
        return subprocess.run(
            command, input=given, capture_output=True, check=True, env=environment
        ).stdout
    except FileNotFoundError:
        reason = "git is not installed"
    except subprocess.CalledProcessError as error:
        reason = (error.stderr.decode(errors="replace").strip().splitlines() or ["it failed"])[-1]
    raise _git_cannot(root, reason)


def _git_cannot(place: Path, reason: str) -> InvalidMap:
    return InvalidMap(
        (Problem(Code.UNREADABLE_FILE, f"git cannot read this: {reason}", Span(str(place))),)
    )


# --- what changed --------------------------------------------------------------------------------


def _shape(value: Any) -> Any:
    """Return what an entry is made of, without its numbers and its words."""
    match value:
        case About():
            return value.id
        case Judgement():
            return value.address, value.role
        case tuple():
            return tuple(_shape(part) for part in value if not _is_brought_route(part))
        case _ if is_dataclass(value):
            return type(value).__name__, *(
                _shape(getattr(value, f.name)) for f in fields(value) if f.compare and f.name != "by"
            )
        case _:
            return value


def _is_brought_route(part: Any) -> bool:
    return isinstance(part, Route) and part.brought_by is not None and part.id is not None


def _worldview_change(
    pairing: Pairing, worldview: str, ends: Sequence["_End"], work: Work
) -> WorldviewChange:
    """Compare one worldview before and now: the old numbers on today's structure stand between the two."""
    old, new = ends
    game = game_of(pairing)
    shared = share_out(pairing, game, work)
    apart = new.log_odds - old.log_odds
    gap, reason = (apart if math.isfinite(apart) else None), shared.reason
    if gap is None:
        reason = "before or now, the target is certain, or what is assumed or observed is impossible"
    return WorldviewChange(
        worldview=worldview,
        mean_before=old.mean,
        mean_now=new.mean,
        probability_before=old.central,
        probability_now=new.central,
        gap_logit=gap,
        structure_logit=None if gap is None or shared.gap is None else gap - shared.gap,
        differences=differences_of(pairing, game, shared, (worldview, worldview)),
        reason=reason,
    )


@dataclass(frozen=True, slots=True)
class _End:
    """A worldview's estimate before or now; `log_odds` are at central judgements, or nan."""

    mean: float | None
    log_odds: float

    @property
    def central(self) -> float | None:
        return None if math.isnan(self.log_odds) else float(expit(self.log_odds))


def _estimates(model: ModelSpec, worldviews: tuple[str, ...], work: Work) -> list[_End]:
    """Return what each worldview makes of the target."""
    asked = replace(model, worldviews=worldviews, also=())
    inquiry = inquire(asked)
    logits = log_odds(inquiry, central_entries(inquiry)).tolist()
    found = estimate(asked, progress=work.progress, executor=work.executor).worldviews
    return [_End(found[name].mean, logit) for name, logit in zip(worldviews, logits, strict=True)]


def _bridge(before: ModelSpec, now: ModelSpec, worldview: str) -> Pairing:
    """Return today's numbers and the old ones, in this order, on one structure.

    It is today's, with those removed arguments that still have something to speak about, and those removed
    routes that a worldview brought. They are rejected now, the added ones were rejected before; another place
    that is new has today's number in both.
    """
    old, new = settle(before.map, worldview, before.settings), settle(now.map, worldview, now.settings)
    in_force = [a for a in now.map.arguments if not _is_never(new.setting[a.credence.address])]
    full = {place for place, count in arguments_met(in_force).items() if count >= MAX_ARGUMENTS}
    gone = (a for a in before.map.arguments if a.about.id not in now.map.entry)
    removed = tuple(a for a in gone if full.isdisjoint(arguments_met([a])) and _speaks(a, now.map))
    joined = replace(
        now.map, claims=tuple(_with_removed_routes(claim, before, now) for claim in now.map.claims)
    )
    try:
        return _pairing(replace(now, map=joined), old, new, removed)
    except CycleError:  # together with today's arguments they would argue in a circle
        return _pairing(now, old, new, ())


def _with_removed_routes(claim: Claim, before: ModelSpec, now: ModelSpec) -> Claim:
    """Return a claim with the routes that a worldview brought to it before, and that can still be read."""
    earlier = before.map.entry.get(claim.about.id)
    match claim, earlier:
        case Claim(basis=Routes() as basis), Claim(basis=Routes(routes=routes)):
            removed = [
                route
                for route in routes
                if _is_brought_route(route)
                and route.chance.address not in now.map.judgements
                and (route.when is None or _holds(route.when, now.map))
            ]
            return replace(claim, basis=replace(basis, routes=(*basis.routes, *removed)))
        case _:
            return claim


def _pairing(now: ModelSpec, old: Perspective, new: Perspective, removed: tuple[Argument, ...]) -> Pairing:
    joined = replace(now.map, arguments=(*now.map.arguments, *removed))
    today, earlier = [], []
    for address, judgement in joined.judgements.items():
        there, here = old.setting.get(address), new.setting.get(address)
        if there is not None and there.column not in joined.judgements:
            there = replace(there, column=address)
        argument = joined.entry[judgement.owner]
        absent = isinstance(argument, Argument) and address == argument.about.id
        absent |= address in joined.brought
        today.append(here or _stand_in(there, absent))
        earlier.append(there or _stand_in(here, absent))
    perspectives = (Perspective(NOW, tuple(today)), Perspective(BEFORE, tuple(earlier)))
    model = replace(now, map=joined, worldviews=(NOW, BEFORE), settings=(), reconcile=False)
    return pairings(inquire(model, perspectives), [(0, 1)])[0]


def _stand_in(other: Setting | None, absent: bool) -> Setting:
    """Return the number of a place for the side that lacks it: the other's, or an argument's absence."""
    assert other is not None
    absence = replace(other, value=replace(REJECTED, text=ABSENT), column=other.address, rejected=True)
    return absence if absent else other


def _is_never(setting: Setting) -> bool:
    return setting.value.is_certain and setting.value.low == 0.0


def _speaks(argument: Argument, argument_map: ArgumentMap) -> bool:
    """Tell whether all that an argument is about is in the map, and has room for it."""
    return all(_is_there(target, argument_map) for target in argument.targets) and all(
        _holds(premise, argument_map) for premise in argument.premises
    )


def _is_there(target: ArgumentTarget, argument_map: ArgumentMap) -> bool:
    match target, argument_map.entry.get(target.owner):
        case (OnClaim(), Claim(basis=Credence() | Table())) | (OnArgument(), Argument()):
            return True
        case OnRoute(part=route), Claim(basis=Routes(routes=routes)):
            return route in [there.id for there in routes]
        case OnPhase(part=phase), Event(basis=Emergence(phases=phases)):
            return phase in [there.phase for there in phases]
        case OnStates(states=states), Question(basis=ShareTable()) as question:
            return set(states) <= set(question.states)
        case _:
            return False


def _holds(condition: Condition, argument_map: ArgumentMap) -> bool:
    """Tell whether a condition can be read in a map, by writing it down and reading it again."""
    try:
        parse_condition(condition_text(condition), argument_map)
    except InvalidMap:
        return False
    return True

"""What a change of the files did to the answer: a map and its worldviews at two git revisions.

In: a model file and a revision. Out: a `RevisionDiff`: what was added, removed, reworded or rebuilt,
and for each worldview the gap between its estimate before and now, shared out among the judgements that
changed, with what the change of structure did as one part of its own.
"""

import io
import math
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from graphlib import CycleError
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

from scipy.special import expit

from cruxmap.errors import InvalidMap, Problem, Span
from cruxmap.insight.diff import Difference, differences_of, owner_of
from cruxmap.insight.predictive import log_odds_of
from cruxmap.insight.sharing import Pairing, game_of, share_out
from cruxmap.language.argument_map import (
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
    ModelSpec,
    OnArgument,
    OnClaim,
    OnPhase,
    OnRoute,
    OnStates,
    Question,
    Routes,
    ShareTable,
    Table,
    condition_text,
)
from cruxmap.language.checks import MOST_ARGUMENTS
from cruxmap.language.codes import Code
from cruxmap.language.inheritance import NEVER, Perspective, Setting, settle
from cruxmap.language.reading import parse_condition, read_model
from cruxmap.network.executors import HERE, Executor, Progress, Work
from cruxmap.network.inquiry import inquire

BEFORE, NOW = "before", "now"


@dataclass(frozen=True, slots=True)
class Rewording:
    """An entry whose sentence changed."""

    id: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class WorldviewChange:
    """One worldview before and now, at central judgements.

    `differences` are the judgements that changed, added and removed arguments among them, with their shares
    of `gap_logit`; `structure_logit` is its rest: what the change of structure did under the old numbers.
    """

    worldview: str
    probability_before: float | None
    probability_now: float | None
    gap_logit: float | None
    structure_logit: float | None
    differences: tuple[Difference, ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RevisionDiff:
    """A map at two revisions; `rebuilt` are the entries that rest on other things, or in another way.

    `text` has the sentence, now or else before, of those that were added, removed or rebuilt.
    """

    model: str
    revision: str
    target: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    reworded: tuple[Rewording, ...]
    rebuilt: tuple[str, ...]
    text: Mapping[str, str]
    worldviews_added: tuple[str, ...]
    worldviews_removed: tuple[str, ...]
    worldviews: tuple[WorldviewChange, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "model": self.model,
            "revision": self.revision,
            "target": self.target,
            "added": list(self.added),
            "removed": list(self.removed),
            "reworded": [{"id": r.id, "before": r.before, "now": r.now} for r in self.reworded],
            "rebuilt": list(self.rebuilt),
            "text": dict(self.text),
            "worldviews_added": list(self.worldviews_added),
            "worldviews_removed": list(self.worldviews_removed),
            "worldviews": [
                {
                    "worldview": change.worldview,
                    "probability_before": change.probability_before,
                    "probability_now": change.probability_now,
                    "gap_logit": change.gap_logit,
                    "structure_logit": change.structure_logit,
                    "differences": [
                        {
                            "id": d.id,
                            "share_logit": d.share_logit,
                            "share_probability": d.share_probability,
                            "standard_error": d.standard_error,
                            "standard_error_probability": d.standard_error_probability,
                            "changes": [{"address": c.address, "before": c.b, "now": c.a} for c in d.changes],
                        }
                        for d in change.differences
                    ],
                }
                | ({} if change.reason is None else {"reason": change.reason})
                for change in self.worldviews
            ],
        }


def diff_revisions(
    path: Path, revision: str, *, progress: Progress | None = None, executor: Executor = HERE
) -> RevisionDiff:
    """Return what changed since a git revision in the map that a model file asks about.

    Raises `InvalidMap` where git or one of the two states of the files cannot be read.
    """
    now = read_model(path)
    before = model_at(path, revision)
    old, new = before.map, now.map
    entry = {**old.entry, **new.entry}
    both = [name for name in new.entry if name in old.entry]
    added = tuple(name for name in new.entry if name not in old.entry)
    removed = tuple(name for name in old.entry if name not in new.entry)
    rebuilt = tuple(name for name in both if _shape(old.entry[name]) != _shape(new.entry[name]))
    shared = [name for name in now.worldviews if name in before.worldviews]
    return RevisionDiff(
        now.id,
        revision,
        now.target.name,
        added,
        removed,
        tuple(
            Rewording(name, old.entry[name].about.text, new.entry[name].about.text)
            for name in both
            if old.entry[name].about.text != new.entry[name].about.text
        ),
        rebuilt,
        MappingProxyType({name: entry[name].about.text for name in (*added, *removed, *rebuilt)}),
        tuple(name for name in now.worldviews if name not in before.worldviews),
        tuple(name for name in before.worldviews if name not in now.worldviews),
        tuple(_change(before, now, worldview, Work(executor, progress)) for worldview in shared),
    )


# --- the files of a revision ---------------------------------------------------------------------


def model_at(path: Path, revision: str) -> ModelSpec:
    """Read a model file and its map as they were at a git revision. Raises `InvalidMap`."""
    folder = path.resolve().parent
    root = Path(_git(folder, "rev-parse", "--show-toplevel").decode().strip())
    commit = (
        _git(folder, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}").decode().strip()
    )
    inside = path.resolve().relative_to(root.resolve())
    with TemporaryDirectory() as temporary:
        archive = _git(root, "archive", "--format=tar", commit, "--", ":(glob)**/*.yaml")
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(temporary, filter="data")
        return read_model(Path(temporary) / inside)


def _git(folder: Path, *arguments: str) -> bytes:
    try:
        return subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=True).stdout
    except FileNotFoundError:
        reason = "git is not installed"
    except subprocess.CalledProcessError as error:
        reason = error.stderr.decode(errors="replace").strip().splitlines()[-1]
    raise InvalidMap((Problem(Code.UNREADABLE_FILE, f"git cannot read this: {reason}", Span(str(folder))),))


# --- what changed --------------------------------------------------------------------------------


def _shape(value: Any) -> Any:
    """Return what an entry is made of, without its numbers and its words."""
    match value:
        case About():
            return value.id
        case Judgement():
            return value.address, value.role
        case tuple():
            return tuple(map(_shape, value))
        case _ if is_dataclass(value):
            return type(value).__name__, *(
                _shape(getattr(value, f.name)) for f in fields(value) if f.compare and f.name != "by"
            )
        case _:
            return value


def _change(before: ModelSpec, now: ModelSpec, worldview: str, work: Work) -> WorldviewChange:
    """Compare one worldview before and now: the old numbers on today's structure stand between the two."""
    pairing = _bridge(before, now, worldview)
    game = game_of(pairing)
    shared = share_out(pairing, game, work)
    old, new = _log_odds(before, worldview), _log_odds(now, worldview)
    gap, reason = (new - old if math.isfinite(new - old) else None), shared.reason
    if gap is None:
        reason = "before or now, the target is certain, or what is assumed or observed is impossible"
    return WorldviewChange(
        worldview,
        None if math.isnan(old) else float(expit(old)),
        None if math.isnan(new) else float(expit(new)),
        gap,
        None if gap is None or shared.gap is None else gap - shared.gap,
        differences_of(pairing, game, shared),
        reason,
    )


def _log_odds(model: ModelSpec, worldview: str) -> float:
    inquiry = inquire(replace(model, worldviews=(worldview,)))
    return float(log_odds_of(inquiry, inquiry.numbers.mu.T, inquiry.numbers.single.T)[0])


def _bridge(before: ModelSpec, now: ModelSpec, worldview: str) -> Pairing:
    """Return today's numbers and the old ones, in this order, on one structure.

    It is today's, with those removed arguments that still have something to speak about. They are rejected
    now, the added ones were rejected before; another place that is new has today's number in both.
    """
    old, new = settle(before.map, worldview, before.settings), settle(now.map, worldview, now.settings)
    removed = tuple(
        a for a in before.map.arguments if a.about.id not in now.map.entry and _speaks(a, now.map)
    )
    try:
        return _pairing(now, old, new, removed)
    except CycleError:  # together with today's arguments they would argue in a circle
        return _pairing(now, old, new, ())


def _pairing(now: ModelSpec, old: Perspective, new: Perspective, removed: tuple[Argument, ...]) -> Pairing:
    joined = replace(now.map, arguments=(*now.map.arguments, *removed))
    today, earlier = [], []
    for address, judgement in joined.judgements.items():
        there, here = old.setting.get(address), new.setting.get(address)
        if there is not None and there.column not in joined.judgements:
            there = replace(there, column=address)
        argument = joined.entry[judgement.owner]
        absent = isinstance(argument, Argument) and address == argument.about.id
        today.append(here or _missing(there, absent))
        earlier.append(there or _missing(here, absent))
    perspectives = (Perspective(NOW, tuple(today)), Perspective(BEFORE, tuple(earlier)))
    model = replace(now, map=joined, worldviews=(NOW, BEFORE), settings=(), reconcile=False)
    return Pairing(inquire(model, perspectives), 0, 1)


def _missing(other: Setting | None, absent: bool) -> Setting:
    """Return the number of a place for the side that lacks it: the other's, or an argument's rejection."""
    assert other is not None
    return replace(other, value=NEVER, column=other.address, rejected=True) if absent else other


def _speaks(argument: Argument, argument_map: ArgumentMap) -> bool:
    """Tell whether all that an argument is about is in the map, and has room for it."""
    return all(_is_there(target, argument_map) for target in argument.targets) and all(
        _holds(premise, argument_map) for premise in argument.premises
    )


def _is_there(target: ArgumentTarget, argument_map: ArgumentMap) -> bool:
    same = sum(target in argument.targets for argument in argument_map.arguments)
    if same >= MOST_ARGUMENTS:
        return False
    match target, argument_map.entry.get(owner_of(target)):
        case (OnClaim(), Claim(basis=Credence() | Table())) | (OnArgument(), Argument()):
            return True
        case OnRoute(route=route), Claim(basis=Routes(routes=routes)):
            return route in [there.id for there in routes]
        case OnPhase(phase=phase), Event(basis=Emergence(phases=phases)):
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

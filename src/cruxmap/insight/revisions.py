"""What a change of the files did to the answer: a map and its worldviews at two git revisions.

In: a model file and a revision, or two. Out: a `RevisionDiff`: what was added, removed, reworded or rebuilt,
and for each worldview and the map's own numbers the gap between the estimate before and now, shared out
among the judgements that changed, with what the change of structure did as one part of its own.
"""

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from graphlib import CycleError
from types import MappingProxyType
from typing import Any, ClassVar, Unpack

from cruxmap.engine.executors import HERE, Executor, Progress, Work
from cruxmap.engine.special import expit
from cruxmap.errors import InvalidMap
from cruxmap.insight.asked import only_tagged, what_if
from cruxmap.insight.diff import Change, Difference, differences_of
from cruxmap.insight.display import Shown
from cruxmap.insight.estimate import estimate
from cruxmap.insight.gap_shares import Pairing, game_of, pairings, share_out
from cruxmap.insight.plain import Answer, plain_fields
from cruxmap.insight.sentences import extent, sentence_of
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
from cruxmap.language.argument_types import checks_types
from cruxmap.language.asked import WhatIf, passes_on
from cruxmap.language.checks import MAX_ARGUMENTS
from cruxmap.language.files import tidied
from cruxmap.language.inheritance import REJECTED, Perspective, Setting, settle
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.past.git_files import model_at, revisions_of
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
class RevisionDiff(Shown):
    """What changed in a map between two revisions, and what that did to the estimates.

    Attributes
    ----------
    model, target
        The model, and its target.
    revision, before, now
        What was asked for, and what the two sides are called.
    added, removed, rebuilt
        Entries that are new or gone, and those that rest on other things or in another way.
    reworded
        Entries whose sentence is another: `id`, `before`, `now`.
    text
        The sentence of each that was added, removed or rebuilt.
    worldviews_added, worldviews_removed
        Worldviews that are asked on one side alone.
    worldviews
        For each that is asked on both: `mean_before` and `mean_now`, the estimates; `gap_logit` between
        them, and `differences` with each change's share of it.
    map
        The same of the map's own numbers.
    brought_by
        The worldview that brings an entry, if one does.
    handed_over
        Entries that another worldview brings now.

    Examples
    --------
    >>> import cruxmap as cm
    >>> def of(text, credence):
    ...     rain = {"claims": {"rain": {"text": text, "credence": credence}}}
    ...     return cm.read_model({"map": rain, "target": "rain"})
    >>> answer = cm.revise(of("It rains.", 0.2), of("It pours.", 0.1))
    >>> [(one.id, one.before, one.now) for one in answer.reworded]
    [('rain', 'It rains.', 'It pours.')]
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
    names: ClassVar[frozenset[str]] = frozenset({"added", "removed", "rebuilt"})

    def gist(self) -> str:
        """Return the model, the two sides, and how much changed between them."""
        counts = [len(ids) for ids in (self.added, self.removed, self.reworded, self.rebuilt)]
        parts = zip(counts, ("added", "removed", "reworded", "rebuilt"), strict=True)
        told = ", ".join(f"{count} {what}" for count, what in parts)
        estimates = f"now {extent(one.mean_now for one in self.worldviews)}"
        return f"of {self.model} from {self.before} to {self.now}: {told}; {estimates}"

    @property
    def changes(self) -> tuple[WorldviewChange, ...]:
        """What changed for each worldview, and last for the map's own numbers."""
        return *(one for one in self.worldviews if one.worldview != MAP_WORLDVIEW), self.map


@checks_types
def diff_revisions(
    path: str | os.PathLike[str],
    revision: str,
    *,
    progress: Progress | None = None,
    executor: Executor = HERE,
) -> RevisionDiff:
    """Return what changed since a git revision in the map that a model file asks about.

    It is `revise` for files alone. Raises `InvalidMap` where git or one of the two states of the files cannot
    be read, or for an unknown revision.

    Examples
    --------
    >>> import cruxmap as cm
    >>> import subprocess
    >>> from tempfile import TemporaryDirectory
    >>> def git(*words):
    ...     who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false"]
    ...     _ = subprocess.run(["git", "-C", folder, *who, *words], check=True, capture_output=True)
    >>> with TemporaryDirectory() as folder:
    ...     _ = cm.new("town", folder=folder)
    ...     for words in (["init"], ["add", "."], ["commit", "-m", "Begin"]):
    ...         git(*words)
    ...     _ = cm.rename("soil-sound", "ground-sound", folder=folder)
    ...     answer = cm.diff_revisions(f"{folder}/models/town.yaml", "HEAD")
    >>> answer.added, answer.removed
    (('ground-sound',), ('soil-sound',))
    """
    return revise(path, revision, progress=progress, executor=executor)


@passes_on
def revise(
    before: ModelSpec | str | os.PathLike[str],
    now: ModelSpec | str = "HEAD",
    *,
    tag: str | Iterable[str] = (),
    progress: Progress | None = None,
    executor: Executor = HERE,
    **asked: Unpack[WhatIf],
) -> RevisionDiff:
    """Return what changed in a map between two revisions, and what that did to the estimates.

    Parameters
    ----------
    before
        A model as it was; or a model's file, of which a git revision is compared with what is there now.
    now
        The model as it is now. With a file, the revision: `A..B` compares two of them, and `A...B` the
        second with the last commit that both come from.
    tag
        Keep the entries with this tag, or with one of several. Numbers stay those of the whole map.
    **asked
        What is asked in place of what both models say: see `WhatIf`.
    progress
        Called with what is done, steps so far, and steps in all.
    executor
        What does the work: this machine (the default), all its cores, or a cluster.

    Returns
    -------
    A `RevisionDiff`: what was `added`, `removed`, `reworded` and `rebuilt`, and for each of the `worldviews`
    how each change moved its estimate.

    Raises
    ------
    InvalidMap
        Where git or one of the two states of the files cannot be read, for an unknown revision, and for a
        mistake in what is asked.

    Examples
    --------
    >>> import cruxmap as cm
    >>> def of(credence):
    ...     rain = {"claims": {"rain": {"text": "It rains.", "credence": credence}}}
    ...     return cm.read_model({"map": rain, "target": "rain"})
    >>> answer = cm.revise(of(0.2), of(0.5))
    >>> change = answer.map
    >>> round(change.mean_before, 2), round(change.mean_now, 2)
    (0.2, 0.5)
    """
    if isinstance(before, ModelSpec) and isinstance(now, ModelSpec):
        sides = (before.id, now.id) if before.id != now.id else ("before", NOW)
        models, revision = (before, now), ""
    elif isinstance(before, ModelSpec) or isinstance(now, ModelSpec):
        message = "two models, or a model's file and a git revision"
        raise TypeError(f"{message}, not: {type(before).__name__} and {type(now).__name__}")
    else:
        path, revision = tidied(before), now
        found = revisions_of(path, revision)
        sides = found.before, found.now or NOW
        later = read_model(path) if found.now is None else model_at(path, found.now)
        models = model_at(path, found.before), later
    return _revised(models, revision, sides, tag=tag, progress=progress, executor=executor, **asked)


@what_if(several=True)
def _revised(
    models: Sequence[ModelSpec],
    revision: str,
    sides: tuple[str, str],
    *,
    tag: str | Iterable[str],
    progress: Progress | None,
    executor: Executor,
    **asked: Unpack[WhatIf],
) -> RevisionDiff:
    """Return what changed between two models, which have names."""
    before, now = models
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
    answer = RevisionDiff(
        model=now.id,
        revision=revision,
        before=sides[0],
        now=sides[1],
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
            HandedOver(name, *bringers)
            for name in both
            if (bringers := (old.entry[name].about.brought_by, new.entry[name].about.brought_by))
            and bringers[0] != bringers[1]
        ),
        worldviews_added=tuple(name for name in now.worldviews if name not in before.worldviews),
        worldviews_removed=tuple(name for name in before.worldviews if name not in now.worldviews),
        worldviews=tuple(changes[name] for name in shared),
        map=changes[MAP_WORLDVIEW],
    )
    return only_tagged(new, tag).of(answer)


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

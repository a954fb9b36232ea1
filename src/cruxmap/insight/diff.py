"""Where two worldviews part, what each difference is worth, and which claims would settle most.

In: a `ModelSpec` and two of its map's worldviews. Out: a `WorldviewDiff`. The gap between the two
central estimates, in log-odds, is shared out among the entries that they judge differently (Shapley
values of the game in which each entry takes its numbers from the one worldview or the other).
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Unpack

from cruxmap.engine.executors import HERE, Executor, Progress, Work
from cruxmap.engine.special import expit
from cruxmap.insight.asked import only_tagged, what_if
from cruxmap.insight.candidates import candidates_of
from cruxmap.insight.coherence import StatedGap, stated_gaps
from cruxmap.insight.display import Shown
from cruxmap.insight.double_cruxes import DoubleCrux, DoubleCruxes, Looks, double_cruxes, looks_of
from cruxmap.insight.gap_shares import Game, Pairing, Shared, game_of, pairings, share_out
from cruxmap.insight.information import to_compare
from cruxmap.insight.plain import Answer, as_plain, counted, plain_fields
from cruxmap.insight.predictive import Outlook, Outlooks, outlooks
from cruxmap.insight.sampled import Errors, Sampled
from cruxmap.insight.sentences import ROUNDING, extent
from cruxmap.insight.target import log_odds_of
from cruxmap.insight.whose import whose_are
from cruxmap.language.argument_map import MAP_WORLDVIEW, Argument, ArgumentMap
from cruxmap.language.asked import WhatIf, as_model, named_worldview
from cruxmap.language.inheritance import NOBODY, SETTINGS_ORIGIN, Perspective, Setting
from cruxmap.language.judgement import notation_of
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.names import checked_worldview
from cruxmap.network.inquiry import Inquiry, inquire

# --- values --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Answer):
    """One number that the two have differently, as each writes it, and whose number it is.

    `origin_a` is the worldview that set it (it may be one that `a` extends), `map`, `set`, or `nobody's`;
    where the number is `fitted_a`, it moved it there to meet what is stated. `whose_a` says of both whose
    number it is to `a`: `own`, `fitted`, `nobody's`, `inherited` (the map's), or of which other. `brought_by`
    is the worldview that brings what the number is in.
    """

    address: str
    a: str
    b: str
    origin_a: str
    origin_b: str
    whose_a: str
    whose_b: str
    sources_a: tuple[str, ...] = ()
    sources_b: tuple[str, ...] = ()
    note_a: str = ""
    note_b: str = ""
    fitted_a: bool = False
    fitted_b: bool = False
    brought_by: str | None = None


@dataclass(frozen=True, slots=True)
class Saying(Answer):
    """An argument that a voice makes about an entry, and where."""

    id: str
    by: str
    text: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference(Answer):
    """An entry that the two judge differently, and its part of the gap between their estimates.

    `share_probability` is the Shapley value of P itself. `step_probability` is by how much P moves on the
    one way from b to a on which each entry in turn, in the order listed, moves the log-odds by its share;
    this is what a waterfall shows. Both add up to the difference of the two probabilities.

    `by` is the voice that an argument belongs to, `brought_by` the worldview that brings the entry, `heard_a`
    and `heard_b` what the voices of the two worldviews say about it. Shares are `None` where the gap cannot
    be shared out; `standard_error` is that of `share_logit`.
    """

    id: str
    text: str
    by: str | None
    share_logit: float | None
    share_probability: float | None
    standard_error: float | None
    changes: tuple[Change, ...]
    heard_a: tuple[Saying, ...] = ()
    heard_b: tuple[Saying, ...] = ()
    standard_error_probability: float | None = None
    step_probability: float | None = None
    brought_by: str | None = None


@dataclass(frozen=True, slots=True)
class Structure(Answer):
    """Arguments that only one of the two rejects, and numbers that only one sets.

    `brought_a` are arguments and routes that some worldview brings and that have force for the first alone.
    """

    rejected_by_a: tuple[str, ...]
    rejected_by_b: tuple[str, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    brought_a: tuple[str, ...] = ()
    brought_b: tuple[str, ...] = ()
    names: ClassVar[frozenset[str]] = frozenset(
        {"rejected_by_a", "rejected_by_b", "only_a", "only_b", "brought_a", "brought_b"}
    )


@dataclass(frozen=True, slots=True)
class WorldviewDiff(Shown):
    """Where two worldviews part, and how much each entry carries of it. Gaps and their shares are in
    log-odds.

    Attributes
    ----------
    a, b, target
        The two worldviews, and the target.
    mean_a, mean_b
        The target's probability in each: the mean over draws.
    probability_a, probability_b
        The same with every number in its middle.
    gap_logit
        The first minus the second, in log-odds; `None` where it is infinite or undefined.
    differences
        The entries that they judge differently, largest share first: `id`, `text`; `share_logit` and
        `share_probability`, which add up to the gap; `step_probability`, `standard_error`, the `changes` of
        numbers, and arguments `heard_a` and `heard_b`.
    to_settle
        The double cruxes: `claims`, `arguments` and `questions` by `vod`, how far settling each is expected
        to close the gap (bans), and `vod_share`; `widening` are those that would drive the two apart.
    structure
        What only one of them rejects, sets, or has force for.
    stated_a, stated_b
        What the two stated all things considered, and what their numbers imply.
    pairs, settled
        Sampled pairs of orders, 0 where the shares are exact; whether their errors are small enough.
    draws
        Draws that the double cruxes are averaged over.
    reason
        Why the gap could not be shared out.
    sampled, errors
        How states were sampled, if they were, and the standard errors of the numbers at the top.

    Examples
    --------
    >>> import cruxmap as cm
    >>> answer = cm.diff(cm.example("library"), "map", "treasurer", draws=500)
    >>> [(one.id, round(one.share_logit, 1)) for one in answer.differences[:2]]
    [('funding-secured', 0.4), ('promises-lapse', 0.1)]
    """

    a: str
    b: str
    target: str
    mean_a: float | None
    mean_b: float | None
    probability_a: float | None
    probability_b: float | None
    gap_logit: float | None
    differences: tuple[Difference, ...]
    to_settle: DoubleCruxes
    structure: Structure
    stated_a: tuple[StatedGap, ...] = ()
    stated_b: tuple[StatedGap, ...] = ()
    pairs: int = 0
    settled: bool = True
    draws: int = 0
    reason: str | None = None
    sampled: Sampled | None = None
    errors: Errors | None = None

    @property
    def undefined(self) -> bool:
        """Whether what is given is impossible for one of the two."""
        return None in (self.probability_a, self.probability_b)

    def gist(self) -> str:
        """Return the target, the two with their means, and over what they part most."""
        over = ", ".join(one.id for one in self.differences[:2])
        parts = f"{counted(len(self.differences), 'difference')}{f', most over {over}' if over else ''}"
        sides = f"{self.a} {extent([self.mean_a])}, {self.b} {extent([self.mean_b])}"
        return f"of {self.target}: {sides}; {parts}"

    hidden = frozenset({"stated_a", "stated_b", "to_settle"})
    main = "gap_logit"

    @property
    def double_cruxes(self) -> tuple[DoubleCrux, ...]:
        """What the two could talk about of claims and states."""
        return self.to_settle.claims

    def to_json(self) -> dict[str, Any]:
        """Return the diff, with what the two state in one, and lists of double cruxes by kinds of entries."""
        more: dict[str, Any] = {
            "double_cruxes": self.to_settle.claims,
            "double_crux_arguments": self.to_settle.arguments,
            "double_crux_questions": self.to_settle.questions,
            "widening": tuple(crux.id for crux in self.to_settle.widening),
            "left_out": self.to_settle.left_out,
            "stated": {"a": self.stated_a, "b": self.stated_b},
        }
        return plain_fields(self) | {name: as_plain(part) for name, part in more.items()}


def said_whose(worldview: str, origin: str, fitted: bool = False, brought_by: str | None = None) -> str:
    """Say whose a worldview's number is, given the worldview that set it, or fitted it to what is stated.

    What a worldview brings has no number of the map's: where that is the origin, it has no force.
    """
    if brought_by is not None and origin == MAP_WORLDVIEW:
        return f"only {brought_by} brings it"
    if brought_by == origin != worldview:
        return f"as {brought_by} brings it"
    if origin == worldview:
        return "fitted" if fitted else "the map's" if worldview == MAP_WORLDVIEW else "own"
    if origin == SETTINGS_ORIGIN:
        return "set for this question"
    if origin == NOBODY:
        return NOBODY
    inherited = f"inherited from {'the map' if origin == MAP_WORLDVIEW else origin}"
    return f"{inherited}, fitted there" if fitted else inherited


# --- the diff ------------------------------------------------------------------------------------


@what_if
def diff(
    model: ModelSpec | ArgumentMap,
    a: str,
    b: str,
    *,
    tag: str | Iterable[str] = (),
    progress: Progress | None = None,
    executor: Executor = HERE,
    **asked: Unpack[WhatIf],
) -> WorldviewDiff:
    """Return where two worldviews part, and how much each entry carries of the gap between them.

    Swapping them negates gap and shares exactly.

    Parameters
    ----------
    model
        The model, or a map with a `target`.
    a
        A worldview, or `map`.
    b
        Another one.
    tag
        Keep the entries with this tag, or with one of several. Numbers stay those of the whole map.
    **asked
        What is asked in place of what the model says: see `WhatIf`.
    progress
        Called with what is done, steps so far, and steps in all.
    executor
        What does the work: this machine (the default), all its cores, or a cluster.

    Returns
    -------
    A `WorldviewDiff`: the `gap_logit` between them, and their `differences` with each one's share of it.

    Raises
    ------
    InvalidMap
        For a mistake in an argument, which the problem names with a hint.

    Examples
    --------
    >>> import cruxmap as cm
    >>> answer = cm.diff(cm.example("library"), "map", "treasurer", draws=500)
    >>> round(answer.gap_logit, 2), answer.differences[0].id
    (0.52, 'funding-secured')
    """
    model = as_model(model)
    kept = only_tagged(model.map, tag)
    both = named_worldview(model.map, a, "a"), named_worldview(model.map, b, "b")
    return kept.of(diffs(model, (both,), progress=progress, executor=executor)[0])


def diffs(
    model: ModelSpec,
    pairs: Sequence[tuple[str, str]],
    *,
    progress: Progress | None = None,
    executor: Executor = HERE,
) -> tuple[WorldviewDiff, ...]:
    """Return the `diff` of each pair; what they have in common is computed once."""
    names = tuple(sorted({checked_worldview(model.map, name) for pair in pairs for name in pair}))
    inquiry, work = inquire(replace(model, worldviews=names)), Work(executor, progress)
    return diffs_between(outlooks(inquiry, candidates_of(inquiry), work), pairs)


def diffs_between(seen: Outlooks, pairs: Sequence[tuple[str, str]]) -> tuple[WorldviewDiff, ...]:
    """Return the `diff` of each pair, from the outlooks of these worldviews on all candidates."""
    stated = stated_gaps(seen.inquiry.model, sorted({name for pair in pairs for name in pair}))
    outlook = {outlook.view.name: outlook for outlook in seen.each}
    sides = {
        name: _Side(outlook[name], looks_of(outlook[name], seen.candidates), gaps)
        for name, gaps in stated.items()
    }
    paired = pairings(seen.inquiry, [(sides[a].number, sides[b].number) for a, b in pairs])
    return tuple(_diff(seen, sides, pair, pairing) for pair, pairing in zip(pairs, paired, strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """What a diff needs of one worldview; `looks` is `None` where what is given is impossible in it."""

    outlook: Outlook
    looks: Looks | None
    stated: tuple[StatedGap, ...]

    @property
    def number(self) -> int:
        """The worldview's number."""
        return self.outlook.view.worldview

    @property
    def mean(self) -> float | None:
        """The target's probability over the draws."""
        predictive = self.outlook.predictive
        return None if predictive is None else predictive.target.yes

    @property
    def error(self) -> float | None:
        """The standard error of the mean, where states were sampled."""
        predictive = self.outlook.predictive
        return None if predictive is None else predictive.error

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return 0 if self.outlook.predictive is None else self.outlook.predictive.draws

    @property
    def sampled(self) -> Sampled | None:
        """How states were sampled, if they were."""
        return None if self.outlook.predictive is None else self.outlook.predictive.sampled


def _diff(
    seen: Outlooks, sides: Mapping[str, _Side], pair: tuple[str, str], pairing: Pairing
) -> WorldviewDiff:
    inquiry, (a, b) = seen.inquiry, (sides[name] for name in pair)
    if a is b:
        return _of_itself(inquiry, a)
    game = game_of(pairing)
    shared = share_out(pairing, game, a.outlook.view.work)
    probability_a, probability_b = shared.probability
    return WorldviewDiff(
        a=pair[0],
        b=pair[1],
        target=inquiry.model.target.name,
        mean_a=a.mean,
        mean_b=b.mean,
        probability_a=probability_a,
        probability_b=probability_b,
        gap_logit=shared.gap,
        differences=differences_of(pairing, game, shared, pairing.names),
        to_settle=double_cruxes(seen.candidates, a.looks, b.looks),
        structure=_structure_of(pairing),
        stated_a=a.stated,
        stated_b=b.stated,
        pairs=shared.pairs,
        settled=shared.settled,
        draws=min(a.draws, b.draws),
        reason=shared.reason,
        sampled=next(filter(None, (sides[name].sampled for name in sorted(pair))), shared.sampled),
        errors=None if shared.errors is None else {**shared.errors, "mean_a": a.error, "mean_b": b.error},
    )


def _of_itself(inquiry: Inquiry, side: _Side) -> WorldviewDiff:
    number, numbers, name = side.number, inquiry.numbers, side.outlook.view.name
    logit = float(log_odds_of(inquiry, numbers.mu[number][:, None], numbers.single[number])[0])
    p = None if math.isnan(logit) else float(expit(logit))
    return WorldviewDiff(
        a=name,
        b=name,
        target=inquiry.model.target.name,
        mean_a=side.mean,
        mean_b=side.mean,
        probability_a=p,
        probability_b=p,
        gap_logit=0.0,
        differences=(),
        to_settle=DoubleCruxes(),
        structure=Structure((), (), (), ()),
        reason="a worldview does not differ from itself",
    )


def differences_of(
    pairing: Pairing, game: Game, shared: Shared, reviewers: Sequence[str]
) -> tuple[Difference, ...]:
    """Return what the two judge differently, with its shares, largest first; `reviewers` are their ids."""
    number_of = {player: number for number, player in enumerate(game.players)}
    bringer = pairing.inquiry.model.map.bringer
    differences = []
    for name, addresses in game.changed.items():
        part: tuple[float | None, ...] = (0.0, 0.0, 0.0, 0.0)
        if name in number_of:
            part = (None,) * 4 if shared.shares is None else shared.shares.of(number_of[name])
        share_logit, share_probability, error_logit, error_probability = part
        entry = pairing.inquiry.model.map.entry[name]
        heard_a, heard_b = (_said_about(pairing.inquiry.model.map, side, name) for side in pairing.names)
        differences.append(
            Difference(
                id=name,
                text=entry.about.text,
                by=entry.by if isinstance(entry, Argument) else None,
                share_logit=share_logit,
                share_probability=share_probability,
                standard_error=error_logit,
                standard_error_probability=error_probability,
                changes=tuple(
                    _change_at(pairing.perspectives, reviewers, address, bringer.get(address))
                    for address in addresses
                ),
                heard_a=heard_a,
                heard_b=heard_b,
                brought_by=entry.about.brought_by,
            )
        )
    ranked = sorted(differences, key=_largest_first)
    return tuple(_with_steps(ranked, shared.log_odds))


def _largest_first(difference: Difference) -> tuple[float, str]:
    """Return the key that puts the largest share first; what is rounding does not count."""
    size = abs(difference.share_logit or 0.0)
    return -to_compare(size if size > ROUNDING else 0.0), difference.id


def _with_steps(differences: Iterable[Difference], start: float) -> Iterator[Difference]:
    """Yield them with what each does to P in its turn, on the way that starts at these log-odds."""
    at = start
    for one in differences:
        if one.share_logit is None or math.isnan(at):
            yield one
            continue
        before, at = at, at + one.share_logit
        yield replace(one, step_probability=float(expit(at) - expit(before)))


def _said_about(argument_map: ArgumentMap, worldview: str, name: str) -> tuple[Saying, ...]:
    """Return the arguments about an entry, itself included, by the voice of a worldview."""
    own = argument_map.worldview.get(worldview)
    return tuple(
        Saying(
            argument.about.id, own.voice, argument.about.text, tuple(map(str, argument.about.citations))
        )
        for argument in argument_map.arguments
        if own is not None
        and own.voice is not None
        and argument.by == own.voice
        and name in (argument.about.id, *(target.owner for target in argument.targets))
    )


def _change_at(
    perspectives: Sequence[Perspective], reviewers: Sequence[str], address: str, bringer: str | None
) -> Change:
    a, b = (perspective.setting[address] for perspective in perspectives)
    whose_a, whose_b = (whose_are(name, [one]) for name, one in zip(reviewers, (a, b), strict=True))
    return Change(
        address=address,
        a=notation(a),
        b=notation(b),
        origin_a=a.origin,
        origin_b=b.origin,
        whose_a=whose_a,
        whose_b=whose_b,
        sources_a=tuple(map(str, a.citations)),
        sources_b=tuple(map(str, b.citations)),
        note_a=a.note,
        note_b=b.note,
        fitted_a=a.fitted,
        fitted_b=b.fitted,
        brought_by=bringer,
    )


def notation(setting: Setting) -> str:
    """Write a worldview's number as the language does."""
    if setting.rejected:
        return setting.value.text
    if setting.column != setting.address:
        return f"same as {setting.column}"
    return notation_of(setting.value)


def _structure_of(pairing: Pairing) -> Structure:
    argument_map = pairing.inquiry.model.map

    def rejected(perspective: Perspective) -> set[str]:
        return {s.address for s in perspective.settings if s.rejected and not s.not_brought}

    def own(perspective: Perspective) -> set[str]:
        first = argument_map.bringer
        return {
            s.address
            for s in perspective.settings
            if not s.rejected and s.origin not in (NOBODY, first.get(s.address, MAP_WORLDVIEW))
        }

    def brought(perspective: Perspective) -> set[str]:
        return {a for a in argument_map.brought if not perspective.setting[a].rejected}

    a, b = pairing.perspectives
    parts = ((of(a) - of(b), of(b) - of(a)) for of in (rejected, own, brought))
    return Structure(*(tuple(sorted(part)) for both in parts for part in both))

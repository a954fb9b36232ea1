"""Where two worldviews part, what each difference is worth, and which claims would settle most.

In: a `ModelSpec` and two of its map's worldviews. Out: a `WorldviewDiff`. The gap between the two
central estimates, in log-odds, is shared out among the entries that they judge differently (Shapley
values of the game in which each entry takes its numbers from the one worldview or the other).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any, assert_never

from scipy.special import expit

from cruxmap.engine.executors import HERE, Executor, Progress, Work
from cruxmap.insight.candidates import (
    Candidate,
    Position,
    binary,
    candidates_of,
    crossing,
    is_target,
    position_of,
)
from cruxmap.insight.coherence import StatedGap, stated_gaps
from cruxmap.insight.information import (
    Crossing,
    symmetric_divergence,
    value_of_discrimination,
    value_of_information,
)
from cruxmap.insight.predictive import Predictive, predict
from cruxmap.insight.sampled import Errors, Sampled, errors, plain_errors
from cruxmap.insight.sharing import Game, Pairing, Shared, game_of, share_out
from cruxmap.insight.target import log_odds_of
from cruxmap.insight.views import View, views
from cruxmap.insight.words import checked_worldview, sentence_of
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    Argument,
    ArgumentMap,
    ArgumentTarget,
    ModelSpec,
    OnArgument,
    OnClaim,
    OnPhase,
    OnRoute,
    OnStates,
)
from cruxmap.language.inheritance import SETTINGS_ORIGIN, Perspective, Setting
from cruxmap.language.judgement import format_value
from cruxmap.network.inquiry import Inquiry, inquire

# --- values --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """One number that the two have differently, as each writes it, and whose number it is.

    `origin_a` is the worldview that set it (it may be one that `a` extends), `map`, or `set`.
    """

    address: str
    a: str
    b: str
    origin_a: str
    origin_b: str
    sources_a: tuple[str, ...] = ()
    sources_b: tuple[str, ...] = ()
    note_a: str = ""
    note_b: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """An argument that a voice makes about an entry, and where."""

    id: str
    by: str
    text: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """An entry that the two judge differently, and its part of the gap between their estimates.

    `by` is the voice that an argument belongs to, `heard_a` and `heard_b` what the voices of the two
    worldviews say about the entry. Shares are `None` where the gap cannot be shared out; `standard_error` is
    that of `share_logit`.
    """

    id: str
    text: str
    by: str | None
    share_logit: float | None
    share_probability: float | None
    standard_error: float | None
    changes: tuple[Change, ...]
    heard_a: tuple[Heard, ...] = ()
    heard_b: tuple[Heard, ...] = ()
    standard_error_probability: float | None = None


@dataclass(frozen=True, slots=True)
class DoubleCrux:
    """A claim or state in both worldviews; chances are averages over draws, information in bans.

    `vod` is how much settling it is expected to narrow the disagreement about the target, `vod_share`
    the part of it that goes. `score` orders: the smaller VOI times the distance in log-odds. `downstream`
    is what follows from the target, for one of the two at least. Where states were sampled, `errors` are
    the standard errors of the numbers.
    """

    id: str
    text: str
    probability_a: float
    probability_b: float
    voi_a: float
    voi_b: float
    vod: float | None
    vod_share: float | None
    score: float | None
    downstream: bool = False
    reason: str | None = None
    errors: Errors | None = None


@dataclass(frozen=True, slots=True)
class Structure:
    """What one has and the other lacks: arguments that only one rejects, numbers that only one sets."""

    rejected_by_a: tuple[str, ...]
    rejected_by_b: tuple[str, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WorldviewDiff:
    """Two worldviews compared. Probabilities and the gap at the top are at central judgements.

    `differences` come largest share first. `pairs` counts the sampled pairs of orders, 0 where the
    shares are exact; `settled` tells whether the errors came below the tolerance. `draws` is how many
    the `double_cruxes` are averaged over. Where states were sampled, `sampled` says how, and `errors` are
    the standard errors of the numbers at the top.
    """

    a: str
    b: str
    target: str
    probability_a: float | None
    probability_b: float | None
    gap_logit: float | None
    differences: tuple[Difference, ...]
    double_cruxes: tuple[DoubleCrux, ...]
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

    def to_frame(self) -> Any:
        """Return the differences as a pandas DataFrame, one row each, changes in words."""
        import pandas as pd

        columns = ["id", "share_logit", "share_probability", "standard_error", "changes"]
        rows = [
            {
                **_plain(d, columns[:-1]),
                "changes": "; ".join(f"{c.address}: {c.a} / {c.b}" for c in d.changes),
            }
            for d in self.differences
        ]
        return pd.DataFrame(rows, columns=columns)

    def to_json(self) -> dict[str, Any]:
        """Return the diff as plain data, ready for `json.dumps`; undefined numbers are `None`."""
        plain = _plain(self, ("a", "b", "target", "probability_a", "probability_b", "gap_logit"))
        plain["differences"] = [_plain_difference(difference) for difference in self.differences]
        plain["double_cruxes"] = [
            _plain(crux, DOUBLE_CRUX_COLUMNS)
            | ({"downstream": True} if crux.downstream else {})
            | ({} if crux.errors is None else plain_errors(crux.errors, "vod"))
            for crux in self.double_cruxes
        ]
        plain["structure"] = {
            key: list(getattr(self.structure, key))
            for key in ("rejected_by_a", "rejected_by_b", "only_a", "only_b")
        }
        plain["stated"] = {
            "a": [gap.to_json() for gap in self.stated_a],
            "b": [gap.to_json() for gap in self.stated_b],
        }
        if self.sampled is not None:
            plain["sampled"] = self.sampled.to_json()
        if self.errors is not None:
            plain |= plain_errors(self.errors, "gap_logit")
        return plain | {"pairs": self.pairs, "settled": self.settled, "draws": self.draws}


def _plain_difference(difference: Difference) -> dict[str, Any]:
    columns = (
        *("id", "text", "by", "share_logit", "share_probability"),
        *("standard_error", "standard_error_probability"),
    )
    return _plain(difference, columns) | {
        "changes": [
            {"address": c.address, "a": c.a, "b": c.b, "origin_a": c.origin_a, "origin_b": c.origin_b}
            | {"sources_a": list(c.sources_a), "sources_b": list(c.sources_b)}
            | {"note_a": c.note_a, "note_b": c.note_b}
            for c in difference.changes
        ],
        "heard_a": [asdict(heard) for heard in difference.heard_a],
        "heard_b": [asdict(heard) for heard in difference.heard_b],
    }


DOUBLE_CRUX_COLUMNS = (
    *("id", "text", "probability_a", "probability_b"),
    *("voi_a", "voi_b", "vod", "vod_share"),
)


def _plain(value: Any, columns: Sequence[str]) -> dict[str, Any]:
    plain = {column: getattr(value, column) for column in columns}
    return plain | ({"reason": value.reason} if getattr(value, "reason", None) is not None else {})


def whose(worldview: str, origin: str) -> str:
    """Say whose a worldview's number is, given the worldview that set it."""
    if origin == worldview:
        return "own"
    if origin == SETTINGS_ORIGIN:
        return "set for this question"
    return f"inherited from {'the map' if origin == MAP_WORLDVIEW else origin}"


# --- the diff ------------------------------------------------------------------------------------


def diff(
    model: ModelSpec, a: str, b: str, *, progress: Progress | None = None, executor: Executor = HERE
) -> WorldviewDiff:
    """Return where the worldviews `a` and `b` part on the model's target, and what each difference is worth.

    Swapping them negates gap and shares exactly. Raises `InvalidMap` for an unknown worldview.
    """
    return diffs(model, ((a, b),), progress=progress, executor=executor)[0]


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
    candidates = tuple(c for c in candidates_of(inquiry) if c.state is not None and not c.argument)
    sides = {view.name: _beheld(view, candidates) for view in views(inquiry, work)}
    return tuple(_diff(inquiry, sides, pair, work) for pair in pairs)


@dataclass(frozen=True, slots=True)
class _Beheld:
    """What the parts of a diff take from one worldview alone; `claims` is `None` where it is impossible.

    `one_more` is what one more sample of states can make of each claim.
    """

    number: int
    claims: Mapping[str, "_Side"] | None
    stated: tuple[StatedGap, ...]
    draws: int
    sampled: Sampled | None = None
    replicates: tuple[Mapping[str, "_Side"], ...] = ()
    one_more: Mapping[str, tuple["_Side", ...]] = field(default_factory=dict)


def _beheld(view: View, candidates: Sequence[Candidate]) -> _Beheld:
    position = position_of(view.inquiry, view.worldview)
    predictive = predict(view, tuple(dict.fromkeys(c.variable for c in candidates)), position.connected)
    stated = stated_gaps(view.inquiry.model, view.name)
    if predictive is None:
        return _Beheld(view.worldview, None, stated, 0)
    claims, *without = (
        {c.id: _side(part, c, position) for c in candidates} for part in (predictive, *predictive.replicates)
    )
    more = {
        c.id: tuple(_side(part, c, position) for part in predictive.one_more(c.variable)) for c in candidates
    }
    return _Beheld(view.worldview, claims, stated, predictive.draws, predictive.sampled, tuple(without), more)


def _diff(inquiry: Inquiry, sides: Mapping[str, _Beheld], pair: tuple[str, str], work: Work) -> WorldviewDiff:
    first, second = sorted(pair)
    if first == second:
        return _of_itself(inquiry, sides[first].number)
    a, b = sides[first], sides[second]
    pairing = Pairing(inquiry, a.number, b.number)
    game = game_of(pairing)
    shared = share_out(pairing, game, work)
    result = WorldviewDiff(
        first,
        second,
        inquiry.model.target.name,
        shared.probability[0],
        shared.probability[1],
        shared.gap,
        differences_of(pairing, game, shared),
        _double_cruxes(inquiry.model.map, a, b),
        _structure(pairing),
        a.stated,
        b.stated,
        shared.pairs,
        shared.settled,
        min(a.draws, b.draws),
        shared.reason,
        a.sampled or b.sampled or shared.sampled,
        shared.errors,
    )
    return result if pair == (first, second) else _swapped(result)


def _of_itself(inquiry: Inquiry, number: int) -> WorldviewDiff:
    name, numbers = inquiry.model.worldviews[number], inquiry.numbers
    logit = float(log_odds_of(inquiry, numbers.mu[number][:, None], numbers.single[number])[0])
    p = None if math.isnan(logit) else float(expit(logit))
    return WorldviewDiff(
        name,
        name,
        inquiry.model.target.name,
        p,
        p,
        0.0,
        (),
        (),
        Structure((), (), (), ()),
        reason="a worldview does not differ from itself",
    )


def differences_of(pairing: Pairing, game: Game, shared: Shared) -> tuple[Difference, ...]:
    """Return what the two judge differently, with its shares, largest first."""
    number_of = {player: number for number, player in enumerate(game.players)}
    differences = []
    for name, addresses in game.changed.items():
        share: tuple[float | None, float | None, float | None] = (0.0, 0.0, 0.0)
        of_probability: float | None = 0.0
        if name in number_of:
            share, of_probability = (None, None, None), None
            if shared.shares is not None:
                part = shared.shares.share[number_of[name]]
                error = shared.shares.standard_error[number_of[name]]
                share = (float(part[0]), float(part[1]), float(error[0]))
                of_probability = float(error[1])
        entry = pairing.inquiry.model.map.entry[name]
        by = entry.by if isinstance(entry, Argument) else None
        changes = tuple(_change(pairing.perspectives, address) for address in addresses)
        heard = (_heard(pairing.inquiry.model.map, worldview, name) for worldview in pairing.names)
        heard_a, heard_b = heard
        differences.append(
            Difference(name, entry.about.text, by, *share, changes, heard_a, heard_b, of_probability)
        )
    return tuple(sorted(differences, key=lambda d: (-abs(d.share_logit or 0.0), d.id)))


def _heard(argument_map: ArgumentMap, worldview: str, name: str) -> tuple[Heard, ...]:
    """Return the arguments about an entry, itself included, by the voice of a worldview."""
    own = argument_map.worldview.get(worldview)
    return tuple(
        Heard(argument.about.id, own.voice, argument.about.text, tuple(map(str, argument.about.citations)))
        for argument in argument_map.arguments
        if own is not None
        and own.voice is not None
        and argument.by == own.voice
        and name in (argument.about.id, *argued(argument))
    )


def argued(argument: Argument) -> tuple[str, ...]:
    """Return the entries that an argument is about."""
    return tuple(map(owner_of, argument.targets))


def owner_of(target: ArgumentTarget) -> str:
    """Return the entry that an argument's target belongs to."""
    match target:
        case OnClaim(claim=name) | OnRoute(claim=name):
            return name
        case OnPhase(event=name):
            return name
        case OnStates(question=name):
            return name
        case OnArgument(argument=name):
            return name
        case _:
            assert_never(target)


def _change(perspectives: Sequence[Perspective], address: str) -> Change:
    a, b = (perspective.setting[address] for perspective in perspectives)
    return Change(
        address,
        notation(a),
        notation(b),
        a.origin,
        b.origin,
        tuple(map(str, a.citations)),
        tuple(map(str, b.citations)),
        a.note,
        b.note,
    )


def notation(setting: Setting) -> str:
    """Write a worldview's number as the language does."""
    if setting.rejected:
        return setting.value.text
    if setting.column != setting.address:
        return f"same as {setting.column}"
    return setting.value.text or format_value(setting.value)


def _structure(pairing: Pairing) -> Structure:
    one, other = pairing.perspectives

    def rejected(perspective: Perspective) -> set[str]:
        return {setting.address for setting in perspective.settings if setting.rejected}

    def own(perspective: Perspective) -> set[str]:
        return {s.address for s in perspective.settings if s.origin != MAP_WORLDVIEW and not s.rejected}

    return Structure(
        *(tuple(sorted(part)) for part in (rejected(one) - rejected(other), rejected(other) - rejected(one))),
        *(tuple(sorted(part)) for part in (own(one) - own(other), own(other) - own(one))),
    )


# --- double cruxes -------------------------------------------------------------------------------


def _double_cruxes(argument_map: ArgumentMap, a: _Beheld, b: _Beheld) -> tuple[DoubleCrux, ...]:
    if a.claims is None or b.claims is None:
        return ()
    batches = max(len(a.replicates), len(b.replicates))
    without = list(
        zip(a.replicates or (a.claims,) * batches, b.replicates or (b.claims,) * batches, strict=True)
    )
    cruxes = [
        replace(
            _double_crux(name, sentence_of(argument_map, name), side, b.claims[name]),
            errors=errors(without, partial(_numbers, name), (a.claims, b.claims), _one_more(name, a, b)),
        )
        for name, side in a.claims.items()
        if not (side.same and b.claims[name].same)
    ]
    return tuple(sorted(cruxes, key=lambda crux: (crux.score is None, -(crux.score or 0.0), crux.id)))


def _one_more(
    name: str, a: _Beheld, b: _Beheld
) -> Iterator[tuple[Mapping[str, "_Side"], Mapping[str, "_Side"]]]:
    """Yield the two sides of a claim with one more sample of states in one of them."""
    assert a.claims is not None
    assert b.claims is not None
    yield from (({name: side}, b.claims) for side in a.one_more[name])
    yield from ((a.claims, {name: side}) for side in b.one_more[name])


def _numbers(name: str, both: tuple[Mapping[str, "_Side"], Mapping[str, "_Side"]]) -> dict[str, float | None]:
    """Return the numbers of a double crux by their names."""
    crux = _double_crux(name, "", *(side[name] for side in both))
    return {column: getattr(crux, column) for column in DOUBLE_CRUX_COLUMNS[2:]}


@dataclass(frozen=True, slots=True)
class _Side:
    """One worldview's view of a claim: its chance, its VOI and, unless it is certain, what it would do.

    `same` where it is the target in other words, `downstream` where it follows from the target.
    """

    probability: float
    voi: float
    crossing: Crossing | None
    downstream: bool
    same: bool = False


def _side(predictive: Predictive, candidate: Candidate, position: Position) -> _Side:
    table, p = binary(predictive.tables[candidate.variable], candidate.state or 0), predictive.target
    crossed, own = crossing(table, p), float(table[:, 1].sum())
    after = candidate.variable in position.downstream
    if candidate.variable in position.connected or crossed is None:
        return _Side(own, value_of_information(table), crossed, after, is_target(table, p))
    return _Side(own, 0.0, Crossing(p, p, p, crossed.claim), after)


def _double_crux(name: str, text: str, a: _Side, b: _Side) -> DoubleCrux:
    after = a.downstream or b.downstream

    def undefined(reason: str) -> DoubleCrux:
        both = (a.probability, b.probability, a.voi, b.voi)
        return DoubleCrux(name, text, *both, None, None, None, after, reason)

    if a.crossing is None or b.crossing is None:
        return undefined("it is certain for one of the two")
    now = symmetric_divergence(a.crossing.target, b.crossing.target)
    vod = value_of_discrimination(a.crossing, b.crossing) if math.isfinite(now) else math.nan
    if not math.isfinite(vod):
        return undefined("one of the two is, or would be, certain of what the other doubts")
    score = min(a.voi, b.voi) * abs(a.crossing.claim.logit - b.crossing.claim.logit)
    share = vod / now if now > 0 else None
    return DoubleCrux(name, text, a.probability, b.probability, a.voi, b.voi, vod, share, score, after)


def _errors_swapped(errors: Errors | None) -> Errors | None:
    """Return the errors of numbers that end in `_a` under the name that ends in `_b`, and the reverse."""
    if errors is None:
        return None
    ends = {"_a": "_b", "_b": "_a"}
    return {name[:-2] + ends.get(name[-2:], name[-2:]): value for name, value in errors.items()}


def _swapped(result: WorldviewDiff) -> WorldviewDiff:
    def minus(value: float | None) -> float | None:
        return None if value is None else -value or 0.0

    structure = result.structure
    return replace(
        result,
        errors=_errors_swapped(result.errors),
        a=result.b,
        b=result.a,
        probability_a=result.probability_b,
        probability_b=result.probability_a,
        gap_logit=minus(result.gap_logit),
        differences=tuple(
            replace(
                d,
                share_logit=minus(d.share_logit),
                share_probability=minus(d.share_probability),
                changes=tuple(
                    Change(
                        c.address,
                        c.b,
                        c.a,
                        c.origin_b,
                        c.origin_a,
                        c.sources_b,
                        c.sources_a,
                        c.note_b,
                        c.note_a,
                    )
                    for c in d.changes
                ),
                heard_a=d.heard_b,
                heard_b=d.heard_a,
            )
            for d in result.differences
        ),
        double_cruxes=tuple(
            replace(
                d,
                probability_a=d.probability_b,
                probability_b=d.probability_a,
                voi_a=d.voi_b,
                voi_b=d.voi_a,
                errors=_errors_swapped(d.errors),
            )
            for d in result.double_cruxes
        ),
        structure=Structure(
            structure.rejected_by_b, structure.rejected_by_a, structure.only_b, structure.only_a
        ),
        stated_a=result.stated_b,
        stated_b=result.stated_a,
    )

"""Whose number an estimate is: how much of it comes from the worldview's own judgements.

In: an `Inquiry` that `inquire_with_map` made. Out: a `Whose` per worldview: how far it moves the target from
the map's own numbers, which part of that is its own, which was fitted to what it states, and which is of what
it extends; and which parts of the estimate's spread these carry. From that follows who says little about the
target.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from cruxmap.engine.executors import Work
from cruxmap.engine.network import BoolArray, FloatArray, IntArray
from cruxmap.insight.candidates import places_bearing_in
from cruxmap.insight.information import chance_from_logit
from cruxmap.insight.own_spread import SpreadShare, shares_of_players, tangent
from cruxmap.insight.plain import Answer
from cruxmap.insight.sensitivity import at_ends
from cruxmap.insight.shapley import shapley
from cruxmap.insight.target import log_odds_of_targets
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    ArgumentMap,
    Override,
    ShareOverride,
    condition_text,
    mentioned,
)
from cruxmap.language.inheritance import NOBODY, Perspective, Setting, settle
from cruxmap.language.judgement import notation_of
from cruxmap.language.model_spec import Laid, ModelSpec, Target
from cruxmap.network.inquiry import Inquiry, central_entries, inquire

OWN, FITTED, INHERITED = "own", "fitted", "inherited"

LITTLE_MOVE = math.log(1.2)
"""Who moves the target's odds by less than a fifth says little about it, if the rest agrees."""

LITTLE_SPREAD = 0.1
"""Who carries less than a tenth of the spread says little about the target, if the rest agrees."""

ROUNDING = 1e-9
"""Moves that are smaller are rounding."""

LEAST_MOVE = 0.05
"""A move of fewer logits is not divided between a worldview and what it extends."""

TURNS_ON, LOOKED_INTO = 4, 16
"""How many of the map's own numbers are listed, chosen among so many whose slopes are steepest."""

FEWEST_VOICES = 2
"""Where fewer would be left, nobody is left out of what is said of several worldviews."""

EXTENDED, OTHERS = "extended", "others"
PLAYERS = (OWN, FITTED, EXTENDED)
"""Who moves a target: a worldview's own numbers, those that it fitted, and what it extends."""

NOWHERE = ""
"""The name of a perspective where there is none, as links would run in a circle."""

NOTHING_KNOWN: Mapping[int, FloatArray] = MappingProxyType({})


# --- whose a number is ---------------------------------------------------------------------------


def is_own(worldview: str, setting: Setting) -> bool:
    """Tell whether a worldview gives a number itself; the map's own numbers are nobody's view."""
    return setting.origin == worldview != MAP_WORLDVIEW and not setting.fitted


def is_fitted(worldview: str, setting: Setting) -> bool:
    """Tell whether a worldview moved a number to meet what it states; what others fitted is inherited."""
    return setting.fitted and setting.origin == worldview


def whose_is(
    perspective: Perspective, addresses: Iterable[str], argument_map: ArgumentMap | None = None
) -> str:
    """Return whose the numbers at some addresses are, as `whose_are` does.

    With the map, only those count that somebody wrote, if any is.
    """
    settings = [perspective.setting[address] for address in addresses]
    written = [one for one in settings if argument_map is None or is_given(argument_map, one)]
    return whose_are(perspective.worldview, written or settings)


def whose_are(worldview: str, settings: Sequence[Setting]) -> str:
    """Return whose some numbers of a worldview are, which is where the strongest of them comes from.

    `own` comes before `fitted`, then come the ids of worldviews (`set` for what was laid over all of them) in
    the order of the addresses, then `nobody's`, what nobody gave, and last `inherited`, the map's.
    """
    if any(is_own(worldview, setting) for setting in settings):
        return OWN
    if any(is_fitted(worldview, setting) for setting in settings):
        return FITTED
    origins = dict.fromkeys(setting.origin for setting in settings)
    somebodys = (origin for origin in origins if origin not in (MAP_WORLDVIEW, NOBODY))
    return next(somebodys, NOBODY if NOBODY in origins else INHERITED)


# --- values --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said(Answer):
    """A credence that the reviewer stated about the target, as it was written, and its 90% interval."""

    of: str
    assuming: tuple[str, ...]
    stated: str
    stated_interval_90: tuple[float, float]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose(Answer):
    """How much of a worldview's estimate is its own, and how much it fitted to what it states.

    `own_judgements` of the `of` numbers that bear on the target are its own, `fitted_judgements` it fitted.
    `moved_logit` is how far it moves the log-odds from the map's at central judgements, `own_moved_logit`
    what its own numbers have done of that beside those that it fitted and what it extends, and
    `own_share_of_move` the quotient. `own_share_of_spread` is the part of the variance of the log-odds that
    its own judgements carry, and `error` half of that part's 95% interval. What it fitted has the same.
    `nobodys_judgements` were given by nobody: where they stand in its file they count with what it extends.
    `said` is what it stated about the target. What is undefined is `None`, with the `reason`.
    """

    own_judgements: int
    fitted_judgements: int
    nobodys_judgements: int
    of: int
    moved_logit: float | None
    own_moved_logit: float | None
    own_share_of_move: float | None
    fitted_moved_logit: float | None
    fitted_share_of_move: float | None
    own_share_of_spread: float | None
    error: float | None
    fitted_share_of_spread: float | None
    fitted_error: float | None
    says_little: bool
    said: tuple[Said, ...]
    reason: str | None = None

    @property
    def inherited_move(self) -> float:
        """How far what it extends has moved the log-odds; 0 where that is not known."""
        parts = (self.moved_logit, self.own_moved_logit, self.fitted_moved_logit)
        if any(part is None for part in parts):
            return 0.0
        whole, own, fitted = (part or 0.0 for part in parts)
        rest = whole - own - fitted
        return rest if abs(rest) > ROUNDING else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NeutralNumber(Answer):
    """One of the map's own numbers, on its natural scale, and what it does to the target.

    `whose` is `nobody's` where nobody gave it, and `inherited` where it is the map's editor's. `value` is the
    number as it is written, `low` and `high` are its 5th and 95th percentile, `target_low` and `target_high`
    the target's probability there, all else being central; they are `width` logits apart.
    """

    hidden = frozenset({"width"})

    address: str
    whose: str
    value: str
    central: float
    low: float
    high: float
    target_low: float | None
    target_high: float | None
    width: float


# --- the inquiry ---------------------------------------------------------------------------------


class Part(NamedTuple):
    """Some of what makes a worldview's numbers, over the map's: what it extends, its own, those it fitted.

    What stands in its file and nobody gave comes with what it extends.
    """

    worldview: str
    extended: bool = True
    own: bool = True
    fitted: bool = True


def inquire_with_map(model: ModelSpec) -> Inquiry:
    """Return a model's inquiry with the map's own numbers as its last worldview, unless it is one already.

    After the perspectives of all worldviews come those of `_besides`, which tell its players apart.
    """
    model = replace(model, worldviews=tuple(dict.fromkeys((*model.worldviews, MAP_WORLDVIEW))))
    named = tuple(settle(model.map, name, model.settings) for name in model.worldviews)
    return inquire(model, (*named, *(_settled(model, part) for part in _besides(model))))


def _besides(model: ModelSpec) -> tuple[Part, ...]:
    """List the parts of worldviews that the model does not have as worldviews.

    Those that neither extend another nor fitted anything have none.
    """
    parts = (part for name in model.worldviews for part in _corners(model, name))
    named = {Part(name) for name in model.worldviews}
    return tuple(part for part in dict.fromkeys(parts) if part not in named)


def _players(model: ModelSpec, worldview: str) -> tuple[str, ...]:
    """Return who may have moved the target in a worldview; its own numbers are always among them."""
    is_there = {
        OWN: True,
        FITTED: bool(_fitted_numbers(model, worldview)),
        EXTENDED: extended_by(model, worldview) is not None or bool(_nobodys_numbers(model, worldview)),
    }
    return tuple(player for player in PLAYERS if is_there[player])


def _corners(model: ModelSpec, worldview: str) -> tuple[Part, ...]:
    """Return what every set of a worldview's players makes; the bits of its number say who is in a set."""
    players, parent = _players(model, worldview), extended_by(model, worldview)
    has_nobodys = bool(_nobodys_numbers(model, worldview))

    def corner(number: int) -> Part:
        there = {player for place, player in enumerate(players) if number >> place & 1}
        if not there or (there == {EXTENDED} and not has_nobodys):
            return Part(parent if there and parent else MAP_WORLDVIEW)
        absent = {player: player in players and player not in there for player in PLAYERS}
        return Part(worldview, not absent[EXTENDED], OWN in there, not absent[FITTED])

    return tuple(corner(number) for number in range(1 << len(players)))


def _settled(model: ModelSpec, part: Part) -> Perspective:
    """Return the numbers of a part, or the map's own from `NOWHERE`."""
    name = part.worldview
    try:
        if part.own:
            unfitted = () if part.fitted else (name,)
            return settle(model.map, name, model.settings, alone=not part.extended, unfitted=unfitted)
        below = extended_by(model, name) if part.extended else None
        laid = _nobodys_numbers(model, name) if part.extended else ()
        laid += _fitted_numbers(model, name) if part.fitted else ()
        return settle(model.map, below or MAP_WORLDVIEW, (*laid, *model.settings))
    except ValueError:
        return replace(settle(model.map, MAP_WORLDVIEW, model.settings), worldview=NOWHERE)


def _fitted_numbers(model: ModelSpec, worldview: str) -> tuple[Laid, ...]:
    """Return the numbers that a worldview itself has fitted, to be laid over others."""
    return tuple(_laid(one) for one in _numbers_of(model, worldview) if one.fitted)


def _nobodys_numbers(model: ModelSpec, worldview: str) -> tuple[Laid, ...]:
    """Return the numbers in a worldview's file that nobody gave, to be laid over others."""
    return tuple(_laid(one) for one in _numbers_of(model, worldview) if not one.elicited)


def _numbers_of(model: ModelSpec, worldview: str) -> tuple[Override | ShareOverride, ...]:
    return () if worldview == MAP_WORLDVIEW else model.map.worldview[worldview].judgements


def _laid(number: Override | ShareOverride) -> Laid:
    return number.address, number.values if isinstance(number, ShareOverride) else number.value


def extended_by(model: ModelSpec, worldview: str) -> str | None:
    """Return the worldview that one extends, if any."""
    return None if worldview == MAP_WORLDVIEW else model.map.worldview[worldview].extends


# --- the answer ----------------------------------------------------------------------------------


def whose(
    inquiry: Inquiry, work: Work, known: Mapping[int, FloatArray] = NOTHING_KNOWN
) -> dict[str, tuple[Whose, ...]]:
    """Return how much of each worldview's estimate is its own: of the target, and then of each further one.

    The inquiry is one of `inquire_with_map`. `known` are the targets' exact log-odds (n_targets, n_draws) in
    the model's forward draws, by the worldview's number.
    """
    standings = _standings(inquiry)
    shares = _spread_shares(inquiry, standings, work, known)
    return {each[0].worldview: tuple(map(_whose, each, shares[w])) for w, each in enumerate(standings)}


def who_says_little(model: ModelSpec, work: Work) -> tuple[str, ...]:
    """Return the worldviews of a model that say little about its target, as `whose` finds them.

    Draws are put through the network only for those that what they state and move does not decide on.
    """
    inquiry = inquire_with_map(replace(model, also=()))
    standings = _standings(inquiry)
    undecided = [w for w, [one] in enumerate(standings) if one.says_little is None]
    shares = _spread_shares(inquiry, standings, work, NOTHING_KNOWN, undecided)
    little = {
        one.worldview
        for w, [one] in enumerate(standings)
        if (_carries_little(shares[w][0]) if w in shares else one.says_little)
    }
    return tuple(name for name in model.worldviews if name in little)


def who_is_heard(worldviews: Iterable[str], little: Iterable[str]) -> tuple[str, ...]:
    """Return the worldviews but those that say little; all of them where fewer than two would be left."""
    everyone, silent = tuple(worldviews), set(little)
    heard = tuple(name for name in everyone if name not in silent)
    return heard if len(heard) >= FEWEST_VOICES else everyone


class _Spread(NamedTuple):
    """The shares of the spread that a worldview's own numbers carry, and those that it fitted."""

    own: SpreadShare
    fitted: SpreadShare


def _carries_little(spread: _Spread) -> bool:
    """Tell whether what is its own, and what was fitted to that, carry little together."""
    shares = (spread.own.share or 0.0) + (spread.fitted.share or 0.0)
    return spread.own.finite and shares < LITTLE_SPREAD


def _whose(one: "_Standing", spread: _Spread) -> Whose:
    shared = one.why_not is None and abs(one.moved) >= LEAST_MOVE
    too_little = "it moves the target too little to say whose move that is"
    reasons = (
        one.why_not or (None if shared else too_little),
        None if spread.own.finite else "in some draws the target is certain, or what is given impossible",
        "every number that bears on the target is a point" if spread.own == SpreadShare() else None,
    )
    return Whose(
        own_judgements=one.own_judgements,
        fitted_judgements=one.fitted_judgements,
        nobodys_judgements=one.nobodys_judgements,
        of=one.of,
        moved_logit=_finite(one.moved),
        own_moved_logit=_finite(one.own_moved),
        own_share_of_move=one.own_moved / one.moved + 0.0 if shared else None,  # never -0
        fitted_moved_logit=_finite(one.fitted_moved),
        fitted_share_of_move=one.fitted_moved / one.moved + 0.0 if shared else None,
        own_share_of_spread=spread.own.share,
        error=spread.own.error,
        fitted_share_of_spread=spread.fitted.share,
        fitted_error=spread.fitted.error,
        says_little=_carries_little(spread) if one.says_little is None else one.says_little,
        said=one.said,
        reason="; ".join(filter(None, reasons)) or None,
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


# --- without draws -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Standing:
    """What is known of a worldview without draws; the moves are nan where there is a `why_not`.

    `spreading` (n_judgements,) tells by column which of its numbers are no points, `own` which of these are
    its own, and `fitted` which it fitted.
    """

    worldview: str
    own_judgements: int
    fitted_judgements: int
    nobodys_judgements: int
    of: int
    own: BoolArray
    fitted: BoolArray
    spreading: BoolArray
    moved: float
    own_moved: float
    fitted_moved: float
    why_not: str | None
    said: tuple[Said, ...]

    @property
    def says_little(self) -> bool | None:
        """Whether it says little about the target; `None` where that depends on the spread it carries.

        What it fitted counts with the answers that it was fitted to.
        """
        if self.said:
            return False
        if not self.own_judgements and not self.fitted_judgements:
            return True
        return None if abs(self.own_moved + self.fitted_moved) < LITTLE_MOVE else False

    @property
    def spread(self) -> _Spread | None:
        """Its shares of the spread, where they can be told without draws."""
        nothing, everything = SpreadShare(0.0, 0.0), SpreadShare(1.0, 0.0)
        if self.why_not is not None:
            return None
        if not self.spreading.any():
            return _Spread(SpreadShare(), SpreadShare())
        if not (self.own | self.fitted).any():
            return _Spread(nothing, nothing)
        if (self.own == self.spreading).all():
            return _Spread(everything, nothing)
        return _Spread(nothing, everything) if (self.fitted == self.spreading).all() else None


def _standings(inquiry: Inquiry) -> tuple[tuple["_Standing", ...], ...]:
    """Return what is known of each worldview without draws, for each target."""
    model = inquiry.model
    parts = (*map(Part, model.worldviews), *_besides(model))
    seen = [perspective.worldview != NOWHERE for perspective in inquiry.perspectives]
    logits = [
        {part: value for part, value, is_seen in zip(parts, row, seen, strict=True) if is_seen}
        for row in log_odds_of_targets(inquiry, central_entries(inquiry)).tolist()
    ]
    bearing = places_bearing_in(inquiry)
    return tuple(_standings_of(inquiry, w, bearing[w], logits) for w in range(len(model.worldviews)))


def _standings_of(
    inquiry: Inquiry,
    worldview: int,
    bearing: Sequence[IntArray],
    logits: Sequence[Mapping[Part, float]],
) -> tuple["_Standing", ...]:
    model, numbers = inquiry.model, inquiry.numbers
    perspective, column = inquiry.perspectives[worldview], numbers.column[worldview]
    own = np.array([is_own(perspective.worldview, setting) for setting in perspective.settings])
    fitted = np.array([is_fitted(perspective.worldview, setting) for setting in perspective.settings])
    nobodys = np.array([setting.origin == NOBODY for setting in perspective.settings])
    given = np.array([is_given(model.map, setting) for setting in perspective.settings])

    def standing(target: int) -> _Standing:
        places = np.union1d(bearing[target], column[bearing[target]])
        spreading = np.zeros(len(own), np.bool_)
        spreading[column[places[numbers.sd[worldview][places] > 0]]] = True
        moves = _moves(model, perspective.worldview, logits[target])
        return _Standing(
            worldview=perspective.worldview,
            own_judgements=int((own & given)[places].sum()),
            fitted_judgements=int(fitted[places].sum()),
            nobodys_judgements=int(nobodys[places].sum()),
            of=int(given[places].sum()),
            own=own & spreading,
            fitted=fitted & spreading,
            spreading=spreading,
            moved=moves.whole,
            own_moved=moves.own,
            fitted_moved=moves.fitted,
            why_not=moves.why_not,
            said=_said(model, (model.target, *model.also)[target], perspective.worldview),
        )

    return tuple(map(standing, range(len(inquiry.targets))))


def is_given(argument_map: ArgumentMap, setting: Setting) -> bool:
    """Tell whether somebody wrote a number, be it the map's own."""
    judgement = argument_map.judgements[setting.address]
    nobodys = (MAP_WORLDVIEW, argument_map.bringer.get(setting.address))
    return setting.origin not in nobodys or not judgement.is_default


class _Moves(NamedTuple):
    """How far a worldview moves a target from the map's own numbers, and what its players did of that."""

    whole: float = math.nan
    own: float = math.nan
    fitted: float = math.nan
    why_not: str | None = None


def _moves(model: ModelSpec, worldview: str, logits: Mapping[Part, float]) -> _Moves:
    """Return how far a worldview moves the target, and what its own numbers and those it fitted do of that.

    They are two players; what it extends is the third. Each may come before or after the others: what it does
    on average is its Shapley value. `logits` are those of `inquire_with_map`. Where some are not finite all
    moves are nan, and the text says why.
    """
    players, corners = _players(model, worldview), _corners(model, worldview)
    values = np.array([logits.get(corner, math.inf) for corner in corners])
    for number in _in_order(len(players)):
        if not math.isfinite(values[number]):
            what = (
                "links run in a circle"
                if corners[number] not in logits
                else "what is assumed or observed is impossible"
                if math.isnan(values[number])
                else "the target is certain"
            )
            there = {player for place, player in enumerate(players) if number >> place & 1}
            return _Moves(why_not=f"{what} {_where(there, players)}")

    def worth(taken: BoolArray) -> FloatArray:
        return np.asarray(values[taken @ (1 << np.arange(len(players)))][:, None])

    of_each = dict(zip(players, shapley(worth, players, 0).share[:, 0].tolist(), strict=True))
    return _Moves(float(values[-1] - values[0]), of_each[OWN], of_each.get(FITTED, 0.0))


def _in_order(players: int) -> tuple[int, ...]:
    """Number the sets of some players: all of them, none, and then the others from the last player on."""
    everyone = (1 << players) - 1
    return (everyone, 0, *range(everyone - 1, 0, -1))


def _where(there: set[str], players: Sequence[str]) -> str:
    """Say which of a worldview's numbers are there, and which not."""
    without = [player for player in players if player not in there]
    names = {
        OWN: "its own numbers",
        FITTED: "those that it fitted" if OWN in without else "the numbers that it fitted",
        EXTENDED: "what it extends",
    }
    if not without:
        return "in this worldview"
    if not there:
        return "by the map's own numbers"
    if there == {EXTENDED}:
        return "in what it extends"
    return f"without {' and '.join(names[player] for player in without)}"


def _said(model: ModelSpec, target: Target, worldview: str) -> tuple[Said, ...]:
    """Return what a worldview itself states about a target: of conditions with all that it mentions."""
    if worldview == MAP_WORLDVIEW:
        return ()
    about = set(mentioned(target.condition))
    return tuple(
        Said(
            of=condition_text(stated.of),
            assuming=tuple(map(condition_text, stated.assuming)),
            stated=notation_of(stated.credence),
            stated_interval_90=(stated.credence.low, stated.credence.high),
            sources=tuple(map(str, stated.citations)),
        )
        for stated in model.map.worldview[worldview].stated
        if about <= set(mentioned(stated.of))
    )


# --- with draws ----------------------------------------------------------------------------------


def _spread_shares(
    inquiry: Inquiry,
    standings: Sequence[Sequence[_Standing]],
    work: Work,
    known: Mapping[int, FloatArray],
    asked: Iterable[int] | None = None,
) -> dict[int, tuple[_Spread, ...]]:
    """Return which parts of each target's spread the numbers of the worldviews that are asked about carry."""
    told = {
        w: tuple(one.spread for one in standings[w])
        for w in (range(len(standings)) if asked is None else asked)
    }
    players = {w: _by_player(standings[w]) for w in told if None in told[w]}
    members = {w: np.array([*columns.values()]) for w, columns in players.items()}
    shares = shares_of_players(inquiry, members, work, known)

    def spread(w: int, target: int) -> _Spread:
        found = dict(zip(players[w], shares[w][target], strict=True))
        one, *_ = found.values()
        nothing = one if one.share is None else SpreadShare(0.0, 0.0)
        return _Spread(found.get(OWN, nothing), found.get(FITTED, nothing))

    return {
        w: tuple(one or spread(w, target) for target, one in enumerate(spreads))
        for w, spreads in told.items()
    }


def _by_player(standings: Sequence[_Standing]) -> dict[str, BoolArray]:
    """Return the columns of each player that has a part in a worldview's spread; two at least."""
    each = np.array([(one.own, one.fitted, one.spreading) for one in standings])
    own, fitted, spreading = each.any(axis=0)
    there = {name: columns for name, columns in ((OWN, own), (FITTED, fitted)) if columns.any()}
    if len(there) < 2 or (spreading & ~own & ~fitted).any():
        there = there or {OWN: own}
        there[OTHERS] = ~np.any([*there.values()], axis=0)
    else:
        there[FITTED] = ~own
    return there


# --- the map's own numbers -----------------------------------------------------------------------


def turns_on_most(inquiry: Inquiry) -> tuple[NeutralNumber, ...]:
    """Return the map's own numbers that move the target most over their intervals, all others as in the map.

    The inquiry is one of `inquire_with_map`. A point moves nothing, and what is laid over is not the map's.
    """
    worldview, addresses = inquiry.model.worldviews.index(MAP_WORLDVIEW), inquiry.network.addresses
    steepness = np.abs(tangent(inquiry, worldview))
    settings = [inquiry.perspectives[worldview].setting[address] for address in addresses]
    steepest = [c for c in np.argsort(-steepness, kind="stable").tolist() if steepness[c] > 0]
    columns = np.array(
        [c for c in steepest if settings[c].origin in (MAP_WORLDVIEW, NOBODY)][:LOOKED_INTO], np.int64
    )
    ends = at_ends(inquiry, (worldview, columns)).reshape(2, -1).T.tolist() if len(columns) else []
    found = [_neutral(settings[column], *logits) for column, logits in zip(columns, ends, strict=True)]
    return tuple(sorted(found, key=lambda number: -number.width)[:TURNS_ON])


def _neutral(setting: Setting, low: float, high: float) -> NeutralNumber:
    value, (at_low, at_high) = setting.value, (chance_from_logit(logit).yes for logit in (low, high))
    return NeutralNumber(
        address=setting.address,
        whose=whose_are(MAP_WORLDVIEW, [setting]),
        value=notation_of(value),
        central=value.middle,
        low=value.low,
        high=value.high,
        target_low=_finite(at_low),
        target_high=_finite(at_high),
        width=abs(high - low) if math.isfinite(high - low) else 0.0,
    )

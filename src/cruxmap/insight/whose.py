"""Whose number an estimate is: how much of it comes from the worldview's own judgements.

In: an `Inquiry` that `inquire_with_map` made. Out: a `Whose` per worldview: how far it moves the target from
the map's own numbers, which part of that is its own and not of what it extends, and which part of the
estimate's spread its judgements carry. From these follows who says little about the target.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from cruxmap.engine.executors import Work
from cruxmap.engine.network import BoolArray, FloatArray, IntArray
from cruxmap.insight.candidates import places_bearing_in
from cruxmap.insight.information import chance_from_logit
from cruxmap.insight.own_spread import SpreadShare, shares_of_groups, tangent
from cruxmap.insight.plain import Answer
from cruxmap.insight.sensitivity import at_ends
from cruxmap.insight.target import log_odds_of_targets
from cruxmap.language.argument_map import MAP_WORLDVIEW, ArgumentMap, condition_text, mentioned
from cruxmap.language.inheritance import Perspective, Setting, settle
from cruxmap.language.judgement import notation_of
from cruxmap.language.model_spec import ModelSpec, Target
from cruxmap.network.inquiry import Inquiry, central_entries, inquire

OWN, FITTED, INHERITED = "own", "fitted", "inherited"

LITTLE_MOVE = math.log(1.2)
"""Who moves the target's odds by less than a fifth says little about it, if the rest agrees."""

LITTLE_SPREAD = 0.1
"""Who carries less than a tenth of the spread says little about the target, if the rest agrees."""

LEAST_MOVE = 0.05
"""A move of fewer logits is not divided between a worldview and what it extends."""

TURNS_ON, LOOKED_INTO = 4, 16
"""How many of the map's own numbers are listed, chosen among so many whose slopes are steepest."""

FEWEST_VOICES = 2
"""Where fewer would be left, nobody is left out of what is said of several worldviews."""

NOTHING_KNOWN: Mapping[int, FloatArray] = MappingProxyType({})


# --- whose a number is ---------------------------------------------------------------------------


def is_own(perspective: Perspective, setting: Setting) -> bool:
    """Tell whether the worldview gives a number itself; the map's own numbers are nobody's view."""
    return setting.origin == perspective.worldview != MAP_WORLDVIEW and not setting.fitted


def whose_is(perspective: Perspective, addresses: Iterable[str]) -> str:
    """Return whose the numbers at some addresses are, which is where the strongest of them comes from.

    `own` comes before `fitted`, then come the ids of worldviews (`set` for what was laid over all of them) in
    the order of the addresses, and last `inherited`, the map's.
    """
    settings = [perspective.setting[address] for address in addresses]
    if any(is_own(perspective, setting) for setting in settings):
        return OWN
    if any(setting.fitted and setting.origin == perspective.worldview for setting in settings):
        return FITTED
    return next((s.origin for s in settings if s.origin != MAP_WORLDVIEW), INHERITED)


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
    """How much of a worldview's estimate is its own.

    `own_judgements` of the `of` numbers that bear on the target are its own. `moved_logit` is how far it
    moves the log-odds from the map's at central judgements, `own_moved_logit` what its own layer has done of
    that beside what it extends, and `own_share_of_move` the quotient. `own_share_of_spread` is the part of
    the variance of the log-odds that its own judgements carry, and `error` half of that part's 95% interval.
    `said` is what it stated about the target. What is undefined is `None`, with the `reason`.
    """

    own_judgements: int
    of: int
    moved_logit: float | None
    own_moved_logit: float | None
    own_share_of_move: float | None
    own_share_of_spread: float | None
    error: float | None
    says_little: bool
    said: tuple[Said, ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NeutralNumber(Answer):
    """One of the map's own numbers, on its natural scale, and what it does to the target.

    `value` is the number as it is written, `low` and `high` are its 5th and 95th percentile, `target_low` and
    `target_high` the target's probability there, all else being central; they are `width` logits apart.
    """

    hidden = frozenset({"width"})

    address: str
    value: str
    central: float
    low: float
    high: float
    target_low: float | None
    target_high: float | None
    width: float


# --- the inquiry ---------------------------------------------------------------------------------


def inquire_with_map(model: ModelSpec) -> Inquiry:
    """Return a model's inquiry with the map's own numbers as its last worldview, unless it is one already.

    After the perspectives of all worldviews come those of `_besides`, which tell own from extended.
    """
    model = replace(model, worldviews=tuple(dict.fromkeys((*model.worldviews, MAP_WORLDVIEW))))
    named = [(name, False) for name in model.worldviews]
    every = (*named, *_besides(model))
    return inquire(
        model, tuple(settle(model.map, name, model.settings, alone=alone) for name, alone in every)
    )


def _besides(model: ModelSpec) -> tuple[tuple[str, bool], ...]:
    """List the further perspectives of worldviews that extend another: by name, and whether `alone`.

    They are what each extends, and its own layer alone on the map's numbers.
    """
    extending = [name for name in model.worldviews if extended_by(model, name) is not None]
    parents = dict.fromkeys(extended_by(model, name) for name in extending)
    return (*((name, False) for name in parents if name), *((name, True) for name in extending))


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
        if (_carries_little(*shares[w]) if w in shares else one.says_little)
    }
    return tuple(name for name in model.worldviews if name in little)


def who_is_heard(worldviews: Iterable[str], little: Iterable[str]) -> tuple[str, ...]:
    """Return the worldviews but those that say little; all of them where fewer than two would be left."""
    everyone, silent = tuple(worldviews), set(little)
    heard = tuple(name for name in everyone if name not in silent)
    return heard if len(heard) >= FEWEST_VOICES else everyone


def _carries_little(spread: SpreadShare) -> bool:
    return spread.finite and (spread.share or 0.0) < LITTLE_SPREAD


def _whose(one: "_Standing", spread: SpreadShare) -> Whose:
    shared = one.why_not is None and abs(one.moved) >= LEAST_MOVE
    too_little = "it moves the target too little to say whose move that is"
    reasons = (
        one.why_not or (None if shared else too_little),
        None if spread.finite else "in some draws the target is certain, or what is given impossible",
        "every number that bears on the target is a point" if spread == SpreadShare() else None,
    )
    return Whose(
        own_judgements=one.own_judgements,
        of=one.of,
        moved_logit=_finite(one.moved),
        own_moved_logit=_finite(one.own_moved),
        own_share_of_move=one.own_moved / one.moved if shared else None,
        own_share_of_spread=spread.share,
        error=spread.error,
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

    `spreading` (n_judgements,) tells by column which of its numbers are no points, and `own` which of these
    are its own.
    """

    worldview: str
    own_judgements: int
    of: int
    own: BoolArray
    spreading: BoolArray
    moved: float
    own_moved: float
    why_not: str | None
    said: tuple[Said, ...]

    @property
    def says_little(self) -> bool | None:
        """Whether it says little about the target; `None` where that depends on the spread it carries."""
        if self.said:
            return False
        if not self.own_judgements:
            return True
        return None if abs(self.own_moved) < LITTLE_MOVE else False

    @property
    def spread(self) -> SpreadShare | None:
        """Its share of the spread, where that can be told without draws."""
        if self.why_not is not None:
            return None
        if not self.spreading.any():
            return SpreadShare()
        if not self.own.any():
            return SpreadShare(0.0, 0.0)
        return SpreadShare(1.0, 0.0) if (self.own == self.spreading).all() else None


def _standings(inquiry: Inquiry) -> tuple[tuple["_Standing", ...], ...]:
    """Return what is known of each worldview without draws, for each target."""
    model = inquiry.model
    names = [(name, False) for name in model.worldviews]
    logits = [
        dict(zip((*names, *_besides(model)), row, strict=True))
        for row in log_odds_of_targets(inquiry, central_entries(inquiry)).tolist()
    ]
    bearing = places_bearing_in(inquiry)
    return tuple(_standings_of(inquiry, w, bearing[w], logits) for w in range(len(model.worldviews)))


def _standings_of(
    inquiry: Inquiry,
    worldview: int,
    bearing: Sequence[IntArray],
    logits: Sequence[Mapping[tuple[str, bool], float]],
) -> tuple["_Standing", ...]:
    model, numbers = inquiry.model, inquiry.numbers
    perspective, column = inquiry.perspectives[worldview], numbers.column[worldview]
    own = np.array([is_own(perspective, setting) for setting in perspective.settings])
    given = np.array([is_given(model.map, setting) for setting in perspective.settings])

    def standing(target: int) -> _Standing:
        places = np.union1d(bearing[target], column[bearing[target]])
        spreading = np.zeros(len(own), np.bool_)
        spreading[column[places[numbers.sd[worldview][places] > 0]]] = True
        moved, own_moved, why_not = _moves(model, perspective.worldview, logits[target])
        return _Standing(
            worldview=perspective.worldview,
            own_judgements=int((own & given)[places].sum()),
            of=int(given[places].sum()),
            own=own & spreading,
            spreading=spreading,
            moved=moved,
            own_moved=own_moved,
            why_not=why_not,
            said=_said(model, (model.target, *model.also)[target], perspective.worldview),
        )

    return tuple(map(standing, range(len(inquiry.targets))))


def is_given(argument_map: ArgumentMap, setting: Setting) -> bool:
    """Tell whether somebody wrote a number, be it the map's own."""
    judgement = argument_map.judgements[setting.address]
    nobodys = (MAP_WORLDVIEW, argument_map.bringer.get(setting.address))
    return setting.origin not in nobodys or not judgement.is_default


def _moves(
    model: ModelSpec, worldview: str, logits: Mapping[tuple[str, bool], float]
) -> tuple[float, float, str | None]:
    """Return how far a worldview moves the target from the map's own numbers, and its own layer of that.

    The two players are its own layer and what it extends. Either may come first: half of the sum of both
    effects is the layer's Shapley value. `logits` are those of `inquire_with_map`. Where they are not finite
    both moves are nan, and the text says why.
    """
    parent = extended_by(model, worldview)
    alone, before = ((worldview, False), MAP_WORLDVIEW) if parent is None else ((worldview, True), parent)
    corners = {
        "in this worldview": logits[worldview, False],
        "by the map's own numbers": logits[MAP_WORLDVIEW, False],
        "in what it extends": logits[before, False],
        "without what it extends": logits[alone],
    }
    for where, value in corners.items():
        if not math.isfinite(value):
            what = (
                "what is assumed or observed is impossible"
                if math.isnan(value)
                else "the target is certain"
            )
            return math.nan, math.nan, f"{what} {where}"
    whole, none, extended, own = corners.values()
    return whole - none, ((whole - extended) + (own - none)) / 2, None


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
) -> dict[int, tuple[SpreadShare, ...]]:
    """Return which part of each target's spread the numbers of the worldviews that are asked about carry."""
    told = {
        w: tuple(one.spread for one in standings[w])
        for w in (range(len(standings)) if asked is None else asked)
    }
    groups = {w: np.any([one.own for one in standings[w]], axis=0) for w in told if None in told[w]}
    found = shares_of_groups(inquiry, groups, work, known)
    return {
        w: tuple(found[w][target] if spread is None else spread for target, spread in enumerate(spreads))
        for w, spreads in told.items()
    }


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
        [c for c in steepest if settings[c].origin == MAP_WORLDVIEW][:LOOKED_INTO], np.int64
    )
    ends = at_ends(inquiry, (worldview, columns)).reshape(2, -1).T.tolist() if len(columns) else []
    found = [_neutral(settings[column], *logits) for column, logits in zip(columns, ends, strict=True)]
    return tuple(sorted(found, key=lambda number: -number.width)[:TURNS_ON])


def _neutral(setting: Setting, low: float, high: float) -> NeutralNumber:
    value, (at_low, at_high) = setting.value, (chance_from_logit(logit).yes for logit in (low, high))
    return NeutralNumber(
        address=setting.address,
        value=notation_of(value),
        central=value.middle,
        low=value.low,
        high=value.high,
        target_low=_finite(at_low),
        target_high=_finite(at_high),
        width=abs(high - low) if math.isfinite(high - low) else 0.0,
    )

"""What would it take: the least changes of judgements that carry a worldview's estimate to a goal.

In: a `ModelSpec`, a worldview, and a threshold (or another worldview to agree with). Out: different ways of
getting there, each recomputed over all draws. The estimate is the mean.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal
from typing import Any, Unpack

import numpy as np

from cruxmap.engine.executors import HERE, Executor, Progress, Work
from cruxmap.engine.network import FloatArray
from cruxmap.engine.special import expit, logit
from cruxmap.insight.asked import what_if
from cruxmap.insight.display import Shown
from cruxmap.insight.live_model import State, open_model
from cruxmap.insight.plain import Answer, counted, plain_fields
from cruxmap.insight.sentences import MEAN, ROUNDING, extent, percent
from cruxmap.insight.shortest_moves import (
    MAX_DEVIATIONS,
    Search,
    Terrain,
    different_ways,
    movable,
    room_of,
)
from cruxmap.insight.target import log_odds, logit_of_mean, mean_log_odds
from cruxmap.insight.views import Block, Conditioned, Draws, View, fill_block, log_weights, views
from cruxmap.language.argument_map import MAP_WORLDVIEW, Z_95, ArgumentMap, Elicited, Role, Scale
from cruxmap.language.asked import WhatIf, as_model, credence, named_worldview, typed_as, whole_number
from cruxmap.language.judgement import format_value
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.names import checked_address, checked_worldview, is_at
from cruxmap.network.inquiry import Inquiry, central_entries, impossible, inquire, target_probabilities
from cruxmap.network.means_and_deviations import natural_at

MAX_CHANGES = 5
"""Up to how many judgements one way changes."""

MAX_WAYS = 3
"""How many ways there are at most that have no entry in common."""

SEARCH_DRAWS = 16
"""Draws over which ways are looked for."""

FIT_DRAWS = 64
"""Draws over which a way is made the shortest; how far it has to go is fitted and checked on all of them."""

PRECISION = 1e-4
"""How near the goal, in log-odds, an answer must come from the far side, before it is written down."""

MAX_FITS = 8
"""How often a fit is set anew, and draws are made anew where something conditions the judgements."""

DIGITS_OF_A_TAKE = (4, 6, 9)
"""With how many digits the numbers of an answer are written: as few of these as are enough for the goal.

Those near 100% are written with so many digits of their distance from it.
"""


@dataclass(frozen=True, slots=True)
class Goal:
    """Carry the estimate to at least (`rise`) or at most `threshold`."""

    threshold: float
    rise: bool
    text: str

    def met_by(self, log_odds: float) -> bool:
        """Tell whether an estimate with these log-odds has got there."""
        wanted = float(logit(self.threshold))
        return log_odds >= wanted - ROUNDING if self.rise else log_odds <= wanted + ROUNDING


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeStep(Answer):
    """One judgement moved: from where to where (natural scale, centres), how far, and in words.

    `deviations` is `log_odds` in standard deviations of the interval that it has before; a point counts as if
    that were half a log unit. `value` is the new number as the language writes it, with its interval.
    """

    address: str
    before: float
    after: float
    log_odds: float
    deviations: float
    value: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Take(Answer):
    """One way of getting there. `estimate` is the mean over all draws with the numbers as written.

    `deviations` is its length: the root of the sum of the squares of its steps'. `central` is the target at
    central judgements then.
    """

    steps: tuple[TakeStep, ...]
    deviations: float
    total_log_odds: float
    estimate: float
    central: float | None

    @property
    def count(self) -> int:
        """How many judgements change."""
        return len(self.steps)

    def to_json(self) -> dict[str, Any]:
        """Return it with its count."""
        return {"count": self.count} | plain_fields(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Takes(Shown):
    """Different ways of carrying an estimate to a goal, fewest changes first, then shortest first.

    Attributes
    ----------
    worldview, target
        Whose estimate, of what.
    estimate, central
        The mean over draws, and the probability with every number in its middle, before any change.
    goal, threshold
        The goal for the mean in words, and as a probability.
    most_deviations
        By how many of its standard deviations a judgement may move; `None` where it may go far.
    frontier
        The ways. Each has `steps`, `count`, its length in `deviations`, `total_log_odds`, and `estimate`
        and `central` after it. A step has the `address`, `before` and `after` on the natural scale, the
        move in `log_odds` and in `deviations`, the new `value` as the language writes it, and a `sentence`.
    reason
        Why there are no ways: the goal is met already, nothing reaches it, or there is no estimate.

    Examples
    --------
    >>> import cruxmap as cm
    >>> answer = cm.takes(cm.example("library"), "treasurer", above=0.5, draws=500)
    >>> step = answer.least.steps[0]
    >>> step.address, round(step.before, 2), round(step.after, 2)
    ('funding-secured', 0.53, 0.69)
    """

    worldview: str
    target: str
    estimate: float | None
    central: float | None
    goal: str
    threshold: float | None
    most_deviations: float | None
    frontier: tuple[Take, ...]
    reason: str | None = None

    def gist(self) -> str:
        """Return the target, whose estimate is moved, the goal, and the least change that gets there."""
        least = self.reason or "no way"
        if self.least is not None:
            steps = ", ".join(step.address for step in self.least.steps)
            ways = counted(len(self.frontier), "way")
            least = f"{ways}, least {self.least.deviations:.1f} deviations ({steps})"
        return f"in {self.worldview} for {self.target} ({extent([self.estimate])}), {self.goal}: {least}"

    @property
    def least(self) -> Take | None:
        """The way of fewest changes, the shortest of these; `None` for the `reason`."""
        return next(iter(self.frontier), None)


@what_if
def takes(
    model: ModelSpec | ArgumentMap,
    worldview: str = MAP_WORLDVIEW,
    *,
    above: float | str | None = None,
    below: float | str | None = None,
    agree_with: str | None = None,
    only: Sequence[str] = (),
    far: bool = False,
    ways: int = MAX_WAYS,
    progress: Progress | None = None,
    executor: Executor = HERE,
    **asked: Unpack[WhatIf],
) -> Takes:
    """Return the least changes of a worldview's judgements that carry its estimate to a goal.

    A judgement is moved with its whole interval, as far as a setting may say it: a strength's ends not below
    1x, and one share of a question, which the others make room for. Constants, rejected arguments and
    numbers without an address of their own stay. A way of one change is the shortest there is; the
    judgements of larger ones are chosen by slopes, and then moved the shortest way. Where something
    conditions the judgements, the search weighs the draws from before the change, and an answer is what
    draws made anew say.

    Parameters
    ----------
    model
        The model, or a map with a `target`.
    worldview
        Whose judgements change; the map's own where none is named.
    above
        Raise the mean to this probability: a number between 0 and 1, or its notation (`"50%"`).
    below
        Lower the mean to this probability, likewise.
    agree_with
        Move the mean to that of this worldview.
    only
        Change only these judgements, or all of these entries.
    far
        Let a judgement move by more than three of its standard deviations.
    ways
        How many ways are looked for that have no entry in common; with one, only the least.
    **asked
        What is asked in place of what the model says: see `WhatIf`.
    progress
        Called with what is done, steps so far, and steps in all.
    executor
        What does the work: this machine (the default), all its cores, or a cluster.

    Returns
    -------
    A `Takes`. Its `least` way has the fewest changes; `frontier` has all ways.

    Raises
    ------
    InvalidMap
        For a mistake in an argument, which the problem names with a hint.
    ValueError
        Where not exactly one goal is given.

    Examples
    --------
    >>> import cruxmap as cm
    >>> answer = cm.takes(cm.example("library"), "treasurer", above="50%", draws=500)
    >>> [step.address for step in answer.least.steps]
    ['funding-secured']
    """
    model = as_model(model)
    for address in only:
        with typed_as("only"):
            checked_address(model.map, address)
    named_worldview(model.map, worldview)
    if agree_with is not None:
        named_worldview(model.map, agree_with, "agree_with")
    above, below = credence("above", above), credence("below", below)
    ways = whole_number("ways", ways, 1, None)
    work = Work(executor, progress)
    view = _view(model, worldview, work)
    start, refused = mean_log_odds(view)
    goal = _goal(start, above, below, None if agree_with is None else _view(model, agree_with, work))
    limit = None if far else MAX_DEVIATIONS
    terrain = Terrain(view, room_of(view.inquiry, far=far), min(SEARCH_DRAWS, view.n_draws))
    fine = replace(terrain, n_draws=min(FIT_DRAWS, view.n_draws))
    state = _State(fine, open_model(model, worldview), limit)

    def answer(frontier: Sequence[Take], reason: str | None) -> Takes:
        return Takes(
            worldview=worldview,
            target=model.target.name,
            estimate=None if math.isnan(start) else float(expit(start)),
            central=None if math.isnan(start) else state.central({}),
            goal=f"agree with {agree_with}" if goal is None else goal.text,
            threshold=None if goal is None else goal.threshold,
            most_deviations=limit,
            frontier=tuple(frontier),
            reason=reason,
        )

    if math.isnan(start):
        return answer((), refused or f"what is assumed or observed is {impossible(view.inquiry, 0)}")
    if agree_with == worldview:
        return answer((), "a worldview agrees with itself")
    if goal is None:
        return answer((), f"`{agree_with}` has no estimate that could be reached")
    if goal.met_by(start):
        return answer((), "the estimate is there already")
    if math.isinf(start):
        return answer((), "the target is certain in this worldview: no number that may move reaches it")
    addresses = view.inquiry.network.addresses
    pool = [n for n in movable(terrain) if not only or any(is_at(addresses[n], name) for name in only)]
    if not pool:
        return answer((), "nothing that may change can move the target")
    off = start - float(terrain.heights(np.zeros((len(addresses), 1)))[0])
    search = Search(terrain, float(logit(goal.threshold)) - off, goal.rise)
    moves, farthest = different_ways(search, pool, at_most=ways, max_changes=MAX_CHANGES)
    found = [take for move in moves if (take := _fitted(state, goal, start, move)) is not None]
    if not found:
        return answer((), _out_of_reach(state, farthest))
    return answer(sorted(found, key=lambda take: (take.count, take.deviations)), None)


def _out_of_reach(state: "_State", farthest: FloatArray) -> str:
    """Say that nothing reaches the goal, and how far the best that was found gets."""
    each = "," if state.limit is None else f", each by at most {state.limit:g} deviations,"
    got = state.estimate(_numbers_after(state, farthest))
    reached = (
        "" if math.isnan(got) else f"; the farthest found comes to {percent(float(expit(got)))} {MEAN}"
    )
    return f"no change that was tried, of up to {MAX_CHANGES} judgements{each} reaches it{reached}"


def _view(model: ModelSpec, worldview: str, work: Work) -> View:
    checked_worldview(model.map, worldview)
    [view] = views(inquire(replace(model, worldviews=(worldview,))), work)
    return view


def _goal(start: float, above: float | None, below: float | None, other: View | None) -> Goal | None:
    """Return the goal; `None` where the worldview to agree with has no estimate between 0 and 1."""
    match above, below, other:
        case float(threshold), None, None:
            return Goal(threshold, True, f"above {percent(threshold)}")
        case None, float(threshold), None:
            return Goal(threshold, False, f"below {percent(threshold)}")
        case None, None, View():
            reached, _ = mean_log_odds(other)
            if not math.isfinite(reached):
                return None
            mean = float(expit(reached))
            return Goal(mean, reached >= start, f"agree with {other.name} ({percent(mean)})")
        case _:
            raise ValueError("give exactly one of above, below and agree_with")


@dataclass(frozen=True, slots=True)
class _State:
    """One worldview, kept open to put other numbers in, with the terrain on which ways are made to fit."""

    terrain: Terrain
    opened: State
    limit: float | None

    @property
    def view(self) -> View:
        """The worldview with its draws."""
        return self.terrain.view

    @property
    def inquiry(self) -> Inquiry:
        """The network and the numbers."""
        return self.terrain.inquiry

    def _inquiry_with(self, values: Mapping[str, Elicited]) -> Inquiry:
        return replace(self.inquiry, numbers=self.opened.laid(values.items()).numbers)

    def estimate(self, values: Mapping[str, Elicited]) -> float:
        """Return the log-odds of the mean over all draws with other numbers in some places.

        Where something conditions the judgements, draws count by how much more, or less, probable it is with
        these numbers.
        """
        view = replace(self.view, inquiry=self._inquiry_with(values))
        if not self.is_conditioned:
            return mean_log_odds(view)[0]
        logits, of_likelihood = _weighed(view)
        gained = of_likelihood - _weighed(self.view)[1]
        with np.errstate(invalid="ignore"):
            return logit_of_mean(logits, np.exp(gained - gained.max()))

    def central(self, values: Mapping[str, Elicited]) -> float | None:
        """Return the estimate at central judgements, with other numbers in some places."""
        inquiry = self._inquiry_with(values)
        p = float(target_probabilities(inquiry, central_entries(inquiry))[0, 0, 1, 0])
        return None if math.isnan(p) else p

    @property
    def is_conditioned(self) -> bool:
        """Whether the draws are those given what is observed or stated."""
        return isinstance(self.view.draw, Conditioned)

    def drawn_anew(self, values: Mapping[str, Elicited]) -> float:
        """Return the same over the draws that `estimate` makes with these numbers, nan where it cannot."""
        model = self.inquiry.model
        settings = (*model.settings, *values.items())
        return mean_log_odds(_view(replace(model, settings=settings), self.view.name, self.view.work))[0]

    def deviations(self, address: str, after: Elicited) -> float:
        """Return by how many deviations a number moves to become another."""
        unit = self.terrain.room.unit[self.inquiry.network.addresses.index(address)]
        return float((after.mu - _before(self, address).mu) / unit)

    def allows(self, address: str, after: Elicited) -> bool:
        """Tell whether a number may move that far."""
        return self.limit is None or abs(self.deviations(address, after)) <= self.limit


def _weighed(view: View) -> FloatArray:
    """Return the target's log-odds in each draw, and its log-likelihood: (2, D)."""
    return np.concatenate(
        list(view.work.map(_weighed_block, (view.inquiry, view.draw), view.blocks())), axis=1
    )


def _weighed_block(inquiry: Inquiry, draw: Draws, block: Block) -> FloatArray:
    logits = log_odds(inquiry, fill_block(inquiry, draw, block))
    return np.stack([logits, log_weights(inquiry, draw, block)])


# --- over all draws ------------------------------------------------------------------------------


def _fitted(state: _State, goal: Goal, start: float, move: FloatArray) -> Take | None:
    """Make a move fit: over all draws it is to meet the goal, as written. `None` where it never does.

    `start` are the log-odds before. Where something conditions the judgements, the draws are made anew with
    the numbers that are found; where these fall short, so much more is asked of the next.
    """
    sign, beyond = (1.0 if goal.rise else -1.0), 0.0
    for _ in range(MAX_FITS):
        asked = replace(goal, threshold=float(expit(logit(goal.threshold) + sign * beyond)))
        values, reached = _moved_to(state, asked, start, move)
        if not asked.met_by(reached):
            return None
        if state.is_conditioned:
            reached = state.drawn_anew(values)
        if goal.met_by(reached):
            return _take(state, values, reached)
        if math.isnan(reached):
            return None
        beyond += sign * (float(logit(goal.threshold)) - reached) + PRECISION
    return None


def _moved_to(
    state: _State, goal: Goal, start: float, move: FloatArray
) -> tuple[dict[str, Elicited], float]:
    """Return the numbers after the shortest such move that meets the goal, and the log-odds then.

    The few draws of the terrain are off by about as much wherever nearby they are asked, so what they are to
    reach is set anew by what all draws say. The numbers are written to the nearest few digits if that meets
    the goal, or else beyond.
    """
    sign = 1.0 if goal.rise else -1.0
    members = np.flatnonzero(move).tolist()
    wanted = float(logit(goal.threshold)) + sign * PRECISION / 2
    standing = np.zeros_like(move)
    off = start - float(state.terrain.heights(standing[:, None])[0])
    for _ in range(MAX_FITS):
        move, there = Search(state.terrain, wanted - off, goal.rise).shortest(members, move)
        exact = _numbers_after(state, move)
        reached = state.estimate(exact)
        if abs(reached - wanted) <= PRECISION / 2 or not there:
            break
        off += reached - wanted
    return _written(state, goal, exact, reached)


def _written(
    state: _State, goal: Goal, exact: dict[str, Elicited], reached: float
) -> tuple[dict[str, Elicited], float]:
    """Return numbers that meet the goal with as few digits as are enough, and the log-odds then."""
    for digits in DIGITS_OF_A_TAKE:
        for beyond in (False, True):
            values = {
                address: _fewer_digits(state, address, value, digits, beyond=beyond)
                for address, value in exact.items()
            }
            if goal.met_by(there := state.estimate(values)):
                return values, there
    return exact, reached


def _take(state: _State, values: Mapping[str, Elicited], reached: float) -> Take:
    """Put a way together from the numbers that it puts in."""
    steps = [_take_step(state, address, after) for address, after in values.items()]
    return Take(
        steps=tuple(sorted(steps, key=lambda step: -abs(step.deviations))),
        deviations=math.hypot(*(step.deviations for step in steps)),
        total_log_odds=sum(abs(step.log_odds) for step in steps),
        estimate=float(expit(reached)),
        central=state.central(values),
    )


def _numbers_after(state: _State, move: FloatArray) -> dict[str, Elicited]:
    """Return the numbers after a move (n_judgements,) of the centres, by address."""
    room = state.terrain.room
    return {
        state.inquiry.network.addresses[number]: _at(
            state, int(number), float(room.start[number] + room.unit[number] * move[number])
        )
        for number in np.flatnonzero(move)
    }


def _at(state: _State, number: int, centre: float) -> Elicited:
    """Return a judgement with its interval around another centre; no strength's end is below 1x."""
    address, spread = state.inquiry.network.addresses[number], Z_95 * state.inquiry.numbers.sd[0][number]
    role = state.inquiry.model.map.judgements[address].role
    ends = [
        natural_at(state.inquiry.numbers, number, float(u)) for u in (centre - spread, centre + spread)
    ]
    low, high = (max(end, 1.0) for end in ends) if role is Role.STRENGTH else ends
    return Elicited(role.scale, low, high)


def _fewer_digits(state: _State, address: str, value: Elicited, digits: int, *, beyond: bool) -> Elicited:
    """Round a number to the nearest, or on in the direction in which it was moved, if it may go there."""
    before = _before(state, address)
    on, back = (ROUND_CEILING, ROUND_FLOOR) if value.mu > before.mu else (ROUND_FLOOR, ROUND_CEILING)
    rounded = _rounded(value, digits, on if beyond else ROUND_HALF_EVEN)
    return rounded if state.allows(address, rounded) else _rounded(value, digits, back)


def _rounded(
    value: Elicited, digits: int = DIGITS_OF_A_TAKE[0], rounding: str = ROUND_HALF_EVEN
) -> Elicited:
    context = Context(prec=digits, rounding=rounding)

    def end(number: float) -> float:
        whole = 1 if value.scale is Scale.PROBABILITY and number > 0.5 else 0
        return float(whole + context.plus(Decimal(number) - whole))

    return Elicited(value.scale, end(value.low), end(value.high))


def _before(state: _State, address: str) -> Elicited:
    """Return a number before it moves, a share as it is in force."""
    number = state.inquiry.network.addresses.index(address)
    written = state.inquiry.perspectives[0].setting[address].value
    start = float(state.terrain.room.start[number])
    return written if abs(start - written.mu) < ROUNDING else _at(state, number, start)


def _take_step(state: _State, address: str, after: Elicited) -> TakeStep:
    argument_map, before = state.inquiry.model.map, _before(state, address)
    text = argument_map.entry[argument_map.judgements[address].owner].about.text
    deviations = state.deviations(address, after)
    verb = "raise" if after.mu > before.mu else "lower"
    value = format_value(after)
    old = "" if before.is_point else before.text
    ends = (_centre_first(before, old or format_value(_rounded(before))), _centre_first(after, value))
    return TakeStep(
        address=address,
        before=before.middle,
        after=after.middle,
        log_odds=after.mu - before.mu,
        deviations=deviations,
        value=value,
        sentence=f"{verb} {address} by {_counted(deviations)}, from {' to '.join(ends)}: {text}",
    )


def _counted(deviations: float) -> str:
    number = f"{abs(deviations):.2g}"
    return f"{number} deviation{'' if number == '1' else 's'}"


def _centre_first(value: Elicited, written: str) -> str:
    """Put the centre of an interval before what is written; a point is that alone."""
    middle = _rounded(Elicited(value.scale, value.middle, value.middle))
    return written if value.is_point else f"{format_value(middle)} ({written})"

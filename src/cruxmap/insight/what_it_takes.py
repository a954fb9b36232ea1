"""What would it take: the smallest changes of judgements that carry a worldview's estimate to a goal.

In: a `ModelSpec`, a worldview, and a threshold (or another worldview to agree with). Out: a frontier of
few large changes against more small ones, each recomputed over all draws.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal
from typing import Any

import numpy as np

from cruxmap.engine.executors import HERE, Executor, Progress, Work
from cruxmap.engine.formulas import fill, pullback
from cruxmap.engine.network import BoolArray, Filled, FloatArray, IntArray
from cruxmap.engine.queries import log_z_gradient
from cruxmap.engine.special import expit, logit
from cruxmap.insight.candidates import settled_nodes
from cruxmap.insight.live_model import State, open_model
from cruxmap.insight.plain import Answer, plain_fields
from cruxmap.insight.sentences import ROUNDING, percent
from cruxmap.insight.separation import connected, graph_of
from cruxmap.insight.target import log_odds, logit_of_mean, mean_log_odds
from cruxmap.insight.views import Block, Conditioned, Draws, View, fill_block, log_weights, views
from cruxmap.language.argument_map import LOGIT_OF_CERTAINTY, MAP_WORLDVIEW, Z_95, Elicited, Role, Scale
from cruxmap.language.inheritance import shares_in_force
from cruxmap.language.judgement import format_value
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.names import checked_address, checked_worldview, is_at
from cruxmap.network.inquiry import Inquiry, blocks, draws_per_block, inquire
from cruxmap.network.means_and_deviations import natural_at, unconstrained

MAX_MOVE = 20.0
"""The log-odds up to which one judgement may be moved, either way: one in a billion, or nearly one."""

STRIDE = 0.25
"""How far each step of the search moves one judgement, in log-odds."""

MAX_CHANGES = 5
"""Up to how many judgements one answer changes."""

SEARCH_DRAWS = 16
"""Draws over which the search averages; answers are then fitted and checked on all of them."""

WORTHWHILE = 0.95
"""A further change is worth showing where it cuts the whole log-odds to this part or less."""

MAX_SCALE = 4.0
"""How many times as far as the search thought a move may have to go over all draws."""

PRECISION = 1e-4
"""How near the goal, in log-odds, an answer must come from the far side, before it is written down."""

MAX_FITS = 8
"""How often draws are made anew with the numbers found, where something conditions the judgements."""

DIGITS_OF_A_TAKE = 4
"""With how many digits the numbers of an answer are written, those near 100% by their distance from it."""


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
    """One judgement moved: from where to where (natural scale, centres), by how much log-odds, in words.

    `value` is the new number as the language writes it, with its interval.
    """

    address: str
    before: float
    after: float
    log_odds: float
    value: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Take(Answer):
    """One way of getting there. `estimate` is the mean over all draws with the numbers as written."""

    steps: tuple[TakeStep, ...]
    total_log_odds: float
    estimate: float

    @property
    def count(self) -> int:
        """How many judgements change."""
        return len(self.steps)

    def to_json(self) -> dict[str, Any]:
        """Return it with its count."""
        return {"count": self.count} | plain_fields(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Takes(Answer):
    """Ways of getting there, fewest changes first, each with less log-odds in all than the one before.

    `reason` says why there are none: the goal is met already, nothing reaches it, or there is no estimate.
    """

    worldview: str
    target: str
    estimate: float | None
    goal: str
    threshold: float | None
    frontier: tuple[Take, ...]
    reason: str | None = None


def takes(
    model: ModelSpec,
    worldview: str = MAP_WORLDVIEW,
    *,
    above: float | None = None,
    below: float | None = None,
    agree_with: str | None = None,
    only: Sequence[str] = (),
    progress: Progress | None = None,
    executor: Executor = HERE,
) -> Takes:
    """Return the smallest changes of a worldview's judgements that carry its estimate to a goal.

    Give exactly one of `above`, `below` (probabilities between 0 and 1) and `agree_with` (a worldview whose
    estimate is to be reached). `only` restricts the changes to some addresses, or to all that an entry has.
    A judgement is moved with its whole interval, as far as a setting may say it: a strength's ends not below
    1x, and one share of a question, which the others make room for. Constants, rejected arguments and
    numbers without an address of their own stay. The search is greedy: first one judgement by itself,
    exactly, then sets grown step by step where the estimate gives most. Where something conditions the
    judgements, the search weighs the draws from before the change, and an answer is what draws made anew say.
    Raises `InvalidMap` for an unknown worldview or
    address, `ValueError` for no goal or two.
    """
    for address in only:
        checked_address(model.map, address)
    work = Work(executor, progress)
    view = _view(model, worldview, work)
    start, refused = mean_log_odds(view)
    goal = _goal(start, above, below, None if agree_with is None else _view(model, agree_with, work))

    def answer(frontier: tuple[Take, ...], reason: str | None) -> Takes:
        mean = None if math.isnan(start) else float(expit(start))
        threshold = None if goal is None else goal.threshold
        text = f"agree with {agree_with}" if goal is None else goal.text
        return Takes(
            worldview=worldview,
            target=model.target.name,
            estimate=mean,
            goal=text,
            threshold=threshold,
            frontier=frontier,
            reason=reason,
        )

    if math.isnan(start):
        return answer((), refused or "what is assumed or observed is impossible in this worldview")
    if agree_with == worldview:
        return answer((), "a worldview agrees with itself")
    if goal is None:
        return answer((), f"`{agree_with}` has no estimate that could be reached")
    if goal.met_by(start):
        return answer((), "the estimate is there already")
    if math.isinf(start):
        return answer((), "the target is certain in this worldview: no number that may move reaches it")
    state = _State(view, _room(view.inquiry), open_model(model, worldview))
    movable = _movable(state, only)
    if not movable:
        return answer((), "nothing that may change can move the target")
    moves = _search(state, goal, movable)
    found = [take for move in moves if (take := _fitted(state, goal, start, move)) is not None]
    if not found:
        return answer((), f"no change of up to {MAX_CHANGES} judgements reaches it")
    return answer(_frontier(found, lambda take: (take.count, take.total_log_odds)), None)


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


@dataclass(frozen=True, slots=True, eq=False)
class _Room:
    """Where each judgement's centre is before it moves, and how far it may go, (n_judgements,) each.

    What stays may go from 0 to 0. A share starts from where it is in force, whatever its mapping says. `row`
    numbers the rows of shares, -1 for what is no share: of a row only one share is moved.
    """

    start: FloatArray
    least: FloatArray
    most: FloatArray
    row: IntArray


def _room(inquiry: Inquiry) -> _Room:
    judgements, numbers = inquiry.model.map.judgements, inquiry.numbers
    in_force = shares_in_force(inquiry.model.map, inquiry.perspectives[0])
    start, kept = numbers.mu[0].copy(), numbers.single[0]
    row = np.full(len(start), -1)
    for number, places in enumerate(numbers.share_rows):
        row[places] = number
    stays = np.array([not judgement.overridable for judgement in judgements.values()])
    stays |= np.abs(start) >= LOGIT_OF_CERTAINTY
    top = np.full(len(row), MAX_MOVE)
    for share in np.flatnonzero((row >= 0) & ~stays):
        others = (row == row[share]) & (np.arange(len(row)) != share)
        left = 1.0 - expit(start[others & kept]).sum()
        stays[share] |= left <= 0 or bool(kept[others].all())  # nobody makes room
        start[share] = logit(in_force[inquiry.network.addresses[share]])
        top[share] = min(MAX_MOVE, logit(left) - ROUNDING) if left > 0 else start[share]
    bottom = np.where(numbers.is_strength, -Z_95 * numbers.sd[0], -MAX_MOVE)
    least, most = np.minimum(bottom - start, 0.0), np.maximum(top - start, 0.0)
    return _Room(start, np.where(stays, 0.0, least), np.where(stays, 0.0, most), row)


@dataclass(frozen=True, slots=True)
class _State:
    """The estimate of one worldview as a function of how far each judgement's centre is moved."""

    view: View
    room: _Room
    opened: State

    @property
    def inquiry(self) -> Inquiry:
        """The network and the numbers."""
        return self.view.inquiry

    def single(self, moves: FloatArray) -> BoolArray:
        """Return which shares are kept as given after moves (n_judgements, m): the moved ones too."""
        kept: BoolArray = self.inquiry.numbers.single[0][:, None] | (
            (moves != 0) & (self.room.row >= 0)[:, None]
        )
        return kept

    def shift(self, moves: FloatArray) -> FloatArray:
        """Return how far moves (n_judgements, m) carry the numbers as they are written."""
        offset = self.room.start - self.inquiry.numbers.mu[0]
        return np.asarray(moves + np.where(moves != 0, offset[:, None], 0.0))

    def estimate(self, values: Mapping[str, Elicited]) -> float:
        """Return the log-odds of the mean over all draws with other numbers in some places.

        Where something conditions the judgements, draws count by how much more, or less, probable it is with
        these numbers.
        """
        numbers = self.opened.laid(values.items()).numbers
        view = replace(self.view, inquiry=replace(self.inquiry, numbers=numbers))
        if not self.is_conditioned:
            return mean_log_odds(view)[0]
        logits, of_likelihood = _weighed(view)
        gained = of_likelihood - _weighed(self.view)[1]
        with np.errstate(invalid="ignore"):
            return logit_of_mean(logits, np.exp(gained - gained.max()))

    @property
    def is_conditioned(self) -> bool:
        """Whether the draws are those given what is observed or stated."""
        return isinstance(self.view.draw, Conditioned)

    def drawn_anew(self, values: Mapping[str, Elicited]) -> float:
        """Return the same over the draws that `estimate` makes with these numbers, nan where it cannot."""
        model = self.inquiry.model
        settings = (*model.settings, *values.items())
        return mean_log_odds(_view(replace(model, settings=settings), self.view.name, self.view.work))[0]

    def roughly(self, moves: FloatArray) -> FloatArray:
        """Return the same over a few draws, for several moves (n_judgements, m): (m,)."""
        n = min(SEARCH_DRAWS, self.view.n_draws)
        size = max(1, draws_per_block(self.inquiry) // n)
        kept, moves = self.single(moves), self.shift(moves)
        tasks = [
            (n, moves[:, start:stop], kept[:, start:stop]) for start, stop in blocks(moves.shape[1], size)
        ]
        parts = self.view.work.map(_log_odds_after, (self.inquiry, self.view.draw), tasks)
        return np.array([logit_of_mean(logits) for part in parts for logits in part])

    def slopes(self, moved: FloatArray) -> FloatArray:
        """Return the derivative of `roughly` by each column's move, (n_judgements,)."""
        network, numbers = self.inquiry.network, self.inquiry.numbers
        z = self.view.draw(0, min(SEARCH_DRAWS, self.view.n_draws))
        u = unconstrained(numbers, z, 0) + self.shift(moved[:, None])[numbers.column[0]]
        single = self.single(moved[:, None])[:, 0]
        entries = fill(network.program, u, single)
        (no, below), (yes, above) = (
            log_z_gradient(network, Filled(entries), side) for side in self.inquiry.sides
        )
        p, rest = expit(yes - no), expit(no - yes)
        by_address = pullback(network.program, u, single, entries, above - below)
        slopes = np.zeros(len(moved))
        np.add.at(slopes, numbers.column[0], by_address @ (p * rest) / len(p))
        return np.asarray(slopes / (p.mean() * rest.mean()))


def _weighed(view: View) -> FloatArray:
    """Return the target's log-odds in each draw, and its log-likelihood: (2, D)."""
    return np.concatenate(
        list(view.work.map(_weighed_block, (view.inquiry, view.draw), view.blocks())), axis=1
    )


def _weighed_block(inquiry: Inquiry, draw: Draws, block: Block) -> FloatArray:
    logits = log_odds(inquiry, fill_block(inquiry, draw, block))
    return np.stack([logits, log_weights(inquiry, draw, block)])


type _Moves = tuple[int, FloatArray, BoolArray]
"""How many draws, shifts (n_judgements, m), and which shares each of them keeps as given."""


def _log_odds_after(inquiry: Inquiry, draw: Draws, task: _Moves) -> FloatArray:
    """Return the target's log-odds after each shift in each of the first draws, (m, draws)."""
    n, shifts, single = task
    numbers = inquiry.numbers
    u = unconstrained(numbers, draw(0, n), 0)[:, None, :] + shifts[numbers.column[0], :, None]
    entries = fill(inquiry.network.program, u.reshape(len(u), -1), np.repeat(single, n, axis=1))
    return log_odds(inquiry, Filled(entries)).reshape(shifts.shape[1], n)


def _movable(state: _State, only: Sequence[str]) -> list[int]:
    """Return the judgements, by number, that may move and reach the target; links follow what they name."""
    inquiry, room = state.inquiry, state.room
    numbers, addresses, settled = inquiry.numbers, inquiry.network.addresses, settled_nodes(inquiry)
    stays = (room.least == 0) & (room.most == 0)
    graph = graph_of(inquiry, np.where(stays[numbers.column[0]], -1, numbers.column[0]), settled)
    reached = (-1 - node for node in connected(graph, inquiry.targets[0], settled) if node < 0)
    return sorted(
        number for number in reached if not only or any(is_at(addresses[number], name) for name in only)
    )


# --- the search ----------------------------------------------------------------------------------


def _search(state: _State, goal: Goal, movable: Sequence[int]) -> tuple[FloatArray, ...]:
    """Return moves (n_judgements,) that meet the goal over the search's draws, of fewest judgements first.

    Sets in between are searched for only where the largest set saves enough against one judgement alone.
    """
    single, best_first = _one_judgement(state, goal, movable)
    moves = [] if single is None else [single]
    many = _stagewise(state, goal, movable, MAX_CHANGES)
    if many is not None and not _pays(many, moves):
        return tuple(moves)
    for count in range(2, MAX_CHANGES):
        for allowed in (best_first[:count], movable):
            move = _stagewise(state, goal, allowed, count)
            if move is not None:
                moves.append(move)
        state.view.tell("sets of changes", count, MAX_CHANGES)
    return _frontier(moves if many is None else [*moves, many], _measure)


def _pays(move: FloatArray, fewer: Sequence[FloatArray]) -> bool:
    """Tell whether a move is enough smaller than those of fewer judgements to be worth more changes."""
    return all(_measure(move)[1] <= WORTHWHILE * _measure(other)[1] for other in fewer)


def _measure(move: FloatArray) -> tuple[int, float]:
    return int(np.count_nonzero(move)), float(np.abs(move).sum())


def _frontier[T](found: Iterable[T], measure: Callable[[T], tuple[int, float]]) -> tuple[T, ...]:
    """Keep, for each number of judgements, what is smallest, where it pays against the fewer ones."""
    kept: list[T] = []
    for one in sorted(found, key=measure):
        if all(measure(one)[1] <= WORTHWHILE * measure(other)[1] for other in kept):
            kept.append(one)
    return tuple(kept)


def _one_judgement(
    state: _State, goal: Goal, movable: Sequence[int]
) -> tuple[FloatArray | None, list[int]]:
    """Return the shortest move of a single judgement, and the judgements by how far each could get alone."""
    n = len(state.inquiry.network.addresses)
    rows = np.array([*movable, *movable])
    ends = np.concatenate([state.room.least[movable], state.room.most[movable]])
    sign = 1.0 if goal.rise else -1.0

    def at(rows: FloatArray, distance: FloatArray) -> FloatArray:
        moves = np.zeros((n, len(rows)))
        moves[rows, np.arange(len(rows))] = distance
        return state.roughly(moves)

    reach = sign * at(rows, ends)
    by_reach = rows[np.argsort(-reach, kind="stable")]
    best_first = list(dict.fromkeys(by_reach.tolist()))
    there = reach >= sign * float(logit(goal.threshold))
    if not there.any():
        return None, best_first
    rows, far = rows[there], ends[there]
    near = np.zeros(len(rows))
    for _ in range(20):
        middle = (near + far) / 2
        met = sign * at(rows, middle) >= sign * float(logit(goal.threshold))
        near, far = np.where(met, near, middle), np.where(met, middle, far)
        # Who cannot be the shortest any more need not be followed.
        close = np.abs(near) <= np.abs(far).min()
        rows, near, far = rows[close], near[close], far[close]
    best = int(np.argmin(np.abs(far)))
    move = np.zeros(n)
    move[rows[best]] = far[best]
    return move, best_first


def _stagewise(state: _State, goal: Goal, allowed: Sequence[int], count: int) -> FloatArray | None:
    """Move the judgement that gives most, a stride at a time and at most `count` of them; `None` if stuck."""
    move = np.zeros(len(state.inquiry.network.addresses))
    sign = 1.0 if goal.rise else -1.0
    before = float(state.roughly(move[:, None])[0])
    while not goal.met_by(before):
        used = np.flatnonzero(move)
        candidates = np.array(allowed if len(used) < count else used)
        row = state.room.row[candidates]
        candidates = candidates[
            (row < 0) | ~np.isin(row, state.room.row[used]) | np.isin(candidates, used)
        ]
        gain = sign * state.slopes(move)[candidates]
        further = move[candidates] + STRIDE * np.sign(gain)
        gain[(further < state.room.least[candidates]) | (further > state.room.most[candidates])] = 0.0
        best = candidates[int(np.argmax(np.abs(gain)))]
        direction = np.sign(gain[int(np.argmax(np.abs(gain)))])
        if direction == 0:
            return None
        move[best] += STRIDE * direction
        after = float(state.roughly(move[:, None])[0])
        if sign * (after - before) < 1e-9:
            return None
        before = after
    return move


def _fitted(state: _State, goal: Goal, start: float, move: FloatArray) -> Take | None:
    """Scale a move so that the estimate over all draws meets the goal; `None` where it never does.

    `start` are the log-odds before. Where something conditions the judgements, the draws are made anew with
    the numbers that are found; where these fall short, so much more is asked of the next.
    """
    sign, beyond = (1.0 if goal.rise else -1.0), 0.0
    for _ in range(MAX_FITS):
        asked = replace(goal, threshold=float(expit(logit(goal.threshold) + sign * beyond)))
        scaled = _scaled(state, asked, start, move)
        if scaled is None:
            return None
        values, reached = scaled
        if state.is_conditioned:
            reached = state.drawn_anew(values)
        if goal.met_by(reached):
            steps = sorted(
                (_take_step(state, *change) for change in values.items()),
                key=lambda step: -abs(step.log_odds),
            )
            return Take(tuple(steps), sum(abs(step.log_odds) for step in steps), float(expit(reached)))
        if math.isnan(reached):
            return None
        beyond += sign * (float(logit(goal.threshold)) - reached) + PRECISION
    return None


def _scaled(
    state: _State, goal: Goal, start: float, move: FloatArray
) -> tuple[dict[str, Elicited], float] | None:
    """Return the numbers after a move scaled so that it just meets the goal, and the log-odds it comes to.

    By false position (the Illinois rule), from the far side: a few evaluations. The numbers are written to
    the nearest few digits if that meets the goal, or else beyond.
    """
    sign = 1.0 if goal.rise else -1.0
    wanted = sign * float(logit(goal.threshold)) + PRECISION / 2

    def missing(scale: float) -> float:
        return sign * state.estimate(_numbers_after(state, scale * move)) - wanted

    near, below, far, above = 0.0, sign * start - wanted, 1.0, missing(1.0)
    while above < 0:
        near, below, far = far, above, 1.25 * far
        if far > MAX_SCALE:
            return None
        above = missing(far)
    while above > PRECISION / 2 and far - near > 1e-12:
        middle = far - above * (far - near) / (above - below)
        if not near < middle < far:  # by rounding
            middle = (near + far) / 2
        there = missing(middle)
        if there >= 0:
            far, above, below = middle, there, below / 2
        else:
            near, below = middle, there
    exact = _numbers_after(state, far * move)
    for values in (
        _rounded_all(state, exact, beyond=False),
        _rounded_all(state, exact, beyond=True),
        exact,
    ):
        if goal.met_by(reached := state.estimate(values)):
            break
    return values, reached


def _numbers_after(state: _State, move: FloatArray) -> dict[str, Elicited]:
    """Return the numbers after a move (n_judgements,) of the centres, by address."""
    move = np.clip(move, state.room.least, state.room.most)
    return {
        state.inquiry.network.addresses[number]: _at(
            state, int(number), float(state.room.start[number] + move[number])
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


def _rounded_all(state: _State, values: Mapping[str, Elicited], *, beyond: bool) -> dict[str, Elicited]:
    """Round numbers to a few digits: to the nearest, or on in the direction in which they were moved."""
    rounded = {}
    for address, value in values.items():
        rounding = ROUND_HALF_EVEN
        if beyond:
            rounding = ROUND_CEILING if value.mu > _before(state, address).mu else ROUND_FLOOR
        rounded[address] = _rounded(value, rounding)
    return rounded


def _rounded(value: Elicited, rounding: str = ROUND_HALF_EVEN) -> Elicited:
    context = Context(prec=DIGITS_OF_A_TAKE, rounding=rounding)

    def end(number: float) -> float:
        whole = 1 if value.scale is Scale.PROBABILITY and number > 0.5 else 0
        return float(whole + context.plus(Decimal(number) - whole))

    return Elicited(value.scale, end(value.low), end(value.high))


def _before(state: _State, address: str) -> Elicited:
    """Return a number before it moves, a share as it is in force."""
    number = state.inquiry.network.addresses.index(address)
    written = state.inquiry.perspectives[0].setting[address].value
    start = float(state.room.start[number])
    return written if abs(start - written.mu) < ROUNDING else _at(state, number, start)


def _take_step(state: _State, address: str, after: Elicited) -> TakeStep:
    argument_map, before = state.inquiry.model.map, _before(state, address)
    text = argument_map.entry[argument_map.judgements[address].owner].about.text
    verb = "raise" if after.mu > before.mu else "lower"
    value = format_value(after)
    old = "" if before.is_point else before.text
    ends = (_centre_first(before, old or format_value(_rounded(before))), _centre_first(after, value))
    return TakeStep(
        address=address,
        before=before.middle,
        after=after.middle,
        log_odds=after.mu - before.mu,
        value=value,
        sentence=f"{verb} {address} from {' to '.join(ends)}: {text}",
    )


def _centre_first(value: Elicited, written: str) -> str:
    """Put the centre of an interval before what is written; a point is that alone."""
    middle = _rounded(Elicited(value.scale, value.middle, value.middle))
    return written if value.is_point else f"{format_value(middle)} ({written})"

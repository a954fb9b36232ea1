"""What would it take: the smallest changes of judgements that carry a worldview's estimate to a goal.

In: a `ModelSpec`, a worldview, and a threshold (or another worldview to agree with). Out: a frontier of
few large changes against more small ones, each recomputed over all draws.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import expit, logit

from cruxmap.insight.coherence import natural_value
from cruxmap.insight.cruxes import settled_nodes
from cruxmap.insight.predictive import Draws, View, log_odds, logit_of_mean, sides, views
from cruxmap.insight.separation import connected, graph_of
from cruxmap.insight.words import checked_address, checked_worldview, percent
from cruxmap.language.argument_map import LOGIT_OF_CERTAINTY, MAP_WORLDVIEW, ModelSpec, Scale
from cruxmap.network.executors import HERE, Executor, Progress, Work
from cruxmap.network.inquiry import Inquiry, blocks, draws_per_block, inquire
from cruxmap.network.network import FloatArray
from cruxmap.network.queries import log_z_gradient
from cruxmap.network.tables import fill, pullback, unconstrained

FARTHEST = 20.0
"""How far one judgement may be moved, in log-odds: from one in a billion to nearly one."""

STRIDE = 0.25
"""How far each step of the search moves one judgement, in log-odds."""

MOST_CHANGES = 5
"""Up to how many judgements one answer changes."""

SEARCH_DRAWS = 16
"""Draws over which the search averages; answers are then fitted and checked on all of them."""

WORTHWHILE = 0.95
"""A further change is worth showing where it cuts the whole log-odds to this part or less."""

FURTHEST_SCALE = 4.0
"""How many times as far as the search thought a move may have to go over all draws."""

PRECISION = 1e-4
"""How near the goal, in log-odds, an answer must come from the far side."""


@dataclass(frozen=True, slots=True)
class Goal:
    """Carry the estimate to at least (`rise`) or at most `threshold`."""

    threshold: float
    rise: bool
    text: str

    def met_by(self, log_odds: float) -> bool:
        """Tell whether an estimate with these log-odds has got there."""
        wanted = float(logit(self.threshold))
        return log_odds >= wanted if self.rise else log_odds <= wanted


@dataclass(frozen=True, slots=True)
class TakeStep:
    """One judgement moved: from where to where (natural scale, centres), by how much log-odds, in words."""

    address: str
    before: float
    after: float
    log_odds: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Take:
    """One way of getting there. `estimate` is the mean over all draws after the changes."""

    steps: tuple[TakeStep, ...]
    total_log_odds: float
    estimate: float

    @property
    def count(self) -> int:
        """How many judgements change."""
        return len(self.steps)


@dataclass(frozen=True, slots=True)
class Takes:
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

    def to_json(self) -> dict[str, Any]:
        """Return the answer as plain data."""
        return {
            "worldview": self.worldview,
            "target": self.target,
            "estimate": self.estimate,
            "goal": self.goal,
            "threshold": self.threshold,
            "frontier": [
                {
                    "count": take.count,
                    "total_log_odds": take.total_log_odds,
                    "estimate": take.estimate,
                    "steps": [
                        {
                            "address": step.address,
                            "before": step.before,
                            "after": step.after,
                            "log_odds": step.log_odds,
                            "sentence": step.sentence,
                        }
                        for step in take.steps
                    ],
                }
                for take in self.frontier
            ],
        } | ({} if self.reason is None else {"reason": self.reason})


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
    estimate is to be reached). `only` restricts the changes to some addresses. A judgement is moved with
    its whole interval; constants and rejected arguments stay. The search is greedy: first one judgement by
    itself, exactly, then sets grown step by step where the estimate gives most. Raises `InvalidMap` for an
    unknown worldview or address, `ValueError` for no goal or two.
    """
    for address in only:
        checked_address(model.map, address)
    work = Work(executor, progress)
    view = _view(model, worldview, work)
    inquiry, state = view.inquiry, _State(view)
    start = state.estimate(np.zeros(len(inquiry.network.addresses)))
    goal = _goal(start, above, below, None if agree_with is None else _view(model, agree_with, work))

    def answer(frontier: tuple[Take, ...], reason: str | None) -> Takes:
        mean = None if math.isnan(start) else float(expit(start))
        threshold = None if goal is None else goal.threshold
        text = f"agree with {agree_with}" if goal is None else goal.text
        return Takes(worldview, model.target.name, mean, text, threshold, frontier, reason)

    if math.isnan(start):
        return answer((), "what is assumed or observed is impossible in this worldview")
    if agree_with == worldview:
        return answer((), "a worldview agrees with itself")
    if goal is None:
        return answer((), f"`{agree_with}` has no estimate that could be reached")
    if goal.met_by(start):
        return answer((), "the estimate is there already")
    if math.isinf(start):
        return answer((), "the target is certain in this worldview: no number that may move reaches it")
    movable = _movable(inquiry, only)
    if not movable:
        return answer((), "nothing that may change can move the target")
    moves = _search(state, goal, movable)
    fitted = [fit for move in moves if (fit := _fitted(state, goal, start, move)) is not None]
    if not fitted:
        return answer((), f"no change of up to {MOST_CHANGES} judgements reaches it")
    return answer(tuple(_take(inquiry, state, move) for move in _frontier(fitted)), None)


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
            reached = _State(other).estimate(np.zeros(len(other.inquiry.network.addresses)))
            if not math.isfinite(reached):
                return None
            mean = float(expit(reached))
            return Goal(mean, reached >= start, f"agree with {other.name} ({percent(mean)})")
        case _:
            raise ValueError("give exactly one of above, below and agree_with")


@dataclass(frozen=True, slots=True)
class _State:
    """The estimate of one worldview as a function of how far each judgement's centre is moved."""

    view: View

    @property
    def inquiry(self) -> Inquiry:
        """The network and the numbers."""
        return self.view.inquiry

    def estimate(self, moved: FloatArray) -> float:
        """Return the log-odds of the mean over all draws after a move (n_judgements,)."""
        tasks = [(start, stop, moved[:, None]) for _, start, stop in self.view.blocks()]
        return logit_of_mean(np.concatenate(self._after(tasks), axis=1))

    def roughly(self, moves: FloatArray) -> FloatArray:
        """Return the same over a few draws, for several moves (n_judgements, m): (m,)."""
        n = min(SEARCH_DRAWS, self.view.n_draws)
        size = max(1, draws_per_block(self.inquiry) // n)
        tasks = [(0, n, moves[:, start:stop]) for start, stop in blocks(moves.shape[1], size)]
        return np.array([logit_of_mean(logits) for part in self._after(tasks) for logits in part])

    def _after(self, tasks: Sequence["_Moves"]) -> list[FloatArray]:
        return list(self.view.work.map(_log_odds_after, (self.inquiry, self.view.draw), tasks))

    def slopes(self, moved: FloatArray) -> FloatArray:
        """Return the derivative of `roughly` by each column's move, (n_judgements,)."""
        network, numbers = self.inquiry.network, self.inquiry.numbers
        z = self.view.draw(0, min(SEARCH_DRAWS, self.view.n_draws))
        u = unconstrained(numbers, z, 0) + moved[numbers.column[0], None]
        entries = fill(network.program, u, numbers.single[0])
        (no, below), (yes, above) = (log_z_gradient(network, entries, side) for side in sides(self.inquiry))
        p, rest = expit(yes - no), expit(no - yes)
        by_address = pullback(network.program, u, numbers.single[0], entries, above - below)
        slopes = np.zeros(len(moved))
        np.add.at(slopes, numbers.column[0], by_address @ (p * rest) / len(p))
        return np.asarray(slopes / (p.mean() * rest.mean()))


type _Moves = tuple[int, int, FloatArray]
"""The first of some draws and the one after the last, and moves (n_judgements, m)."""


def _log_odds_after(inquiry: Inquiry, draw: Draws, task: _Moves) -> FloatArray:
    """Return the target's log-odds after each move in each of the draws, (m, draws)."""
    start, stop, moves = task
    numbers = inquiry.numbers
    u = unconstrained(numbers, draw(start, stop), 0)[:, None, :] + moves[numbers.column[0], :, None]
    entries = fill(inquiry.network.program, u.reshape(len(u), -1), numbers.single[0])
    return log_odds(inquiry, entries).reshape(moves.shape[1], stop - start)


def _movable(inquiry: Inquiry, only: Sequence[str]) -> list[int]:
    """Return the judgements, by number, that may move and reach the target; links follow what they name."""
    numbers, addresses, settled = inquiry.numbers, inquiry.network.addresses, settled_nodes(inquiry)
    constant = np.abs(numbers.mu[0]) >= LOGIT_OF_CERTAINTY
    graph = graph_of(inquiry, np.where(constant, -1, numbers.column[0]), settled)
    reached = connected(graph, inquiry.targets[0], settled)
    return sorted(-1 - node for node in reached if node < 0 and (not only or addresses[-1 - node] in only))


# --- the search ----------------------------------------------------------------------------------


def _search(state: _State, goal: Goal, movable: Sequence[int]) -> tuple[FloatArray, ...]:
    """Return moves (n_judgements,) that meet the goal over the search's draws, of fewest judgements first.

    Sets in between are searched for only where the largest set saves enough against one judgement alone.
    """
    single, best_first = _one_judgement(state, goal, movable)
    moves = [] if single is None else [single]
    many = _stagewise(state, goal, movable, MOST_CHANGES)
    if many is not None and not _pays(many, moves):
        return tuple(moves)
    for count in range(2, MOST_CHANGES):
        for allowed in (best_first[:count], movable):
            move = _stagewise(state, goal, allowed, count)
            if move is not None:
                moves.append(move)
        state.view.tell("sets of changes", count, MOST_CHANGES)
    return _frontier(moves if many is None else [*moves, many])


def _pays(move: FloatArray, fewer: Sequence[FloatArray]) -> bool:
    """Tell whether a move is enough smaller than those of fewer judgements to be worth more changes."""
    return all(_size(move) <= WORTHWHILE * _size(other) for other in fewer)


def _size(move: FloatArray) -> float:
    return float(np.abs(move).sum())


def _frontier(moves: Sequence[FloatArray]) -> tuple[FloatArray, ...]:
    """Keep, for each number of judgements, the smallest move, where it pays against the fewer ones."""
    kept: list[FloatArray] = []
    for move in sorted(moves, key=lambda move: (np.count_nonzero(move), _size(move))):
        if _pays(move, kept):
            kept.append(move)
    return tuple(kept)


def _one_judgement(state: _State, goal: Goal, movable: Sequence[int]) -> tuple[FloatArray | None, list[int]]:
    """Return the shortest move of a single judgement, and the judgements by how far each could get alone."""
    n = len(state.inquiry.network.addresses)
    rows = np.array([*movable, *movable])
    ends = np.repeat([-FARTHEST, FARTHEST], len(movable))
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
        gain = sign * state.slopes(move)[candidates]
        gain[np.abs(move[candidates] + STRIDE * np.sign(gain)) > FARTHEST] = 0.0
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


def _fitted(state: _State, goal: Goal, start: float, move: FloatArray) -> FloatArray | None:
    """Scale a move so that the estimate over all draws just meets the goal; `None` where it never does.

    `start` are the log-odds before. By false position (the Illinois rule), from the far side: a few
    evaluations.
    """
    sign = 1.0 if goal.rise else -1.0
    wanted = sign * float(logit(goal.threshold)) + PRECISION / 2

    def missing(scale: float) -> float:
        return sign * state.estimate(scale * move) - wanted

    near, below, far, above = 0.0, sign * start - wanted, 1.0, missing(1.0)
    while above < 0:
        near, below, far = far, above, 1.25 * far
        if far > FURTHEST_SCALE:
            return None
        above = missing(far)
    while above > PRECISION / 2 and far - near > 1e-12:
        middle = far - above * (far - near) / (above - below)
        there = missing(middle)
        if there >= 0:
            far, above, below = middle, there, below / 2
        else:
            near, below = middle, there
    return far * move


def _take(inquiry: Inquiry, state: _State, move: FloatArray) -> Take:
    used = sorted(np.flatnonzero(move), key=lambda number: -abs(move[number]))
    steps = tuple(_step(inquiry, int(number), float(move[number])) for number in used)
    return Take(steps, _size(move), float(expit(state.estimate(move))))


def _step(inquiry: Inquiry, number: int, moved: float) -> TakeStep:
    address, mu = inquiry.network.addresses[number], float(inquiry.numbers.mu[0][number])
    judgement = inquiry.model.map.judgements[address]
    before, after = (natural_value(inquiry, address, u) for u in (mu, mu + moved))
    match judgement.role.scale:
        case Scale.PROBABILITY:
            ends = f"from {percent(before)} to {percent(after)}"
        case Scale.RATIO:
            ends = f"from {before:.2g}x to {after:.2g}x"
    verb = "raise" if moved > 0 else "lower"
    text = inquiry.model.map.entry[judgement.owner].about.text
    return TakeStep(address, before, after, moved, f"{verb} {address} {ends}: {text}")

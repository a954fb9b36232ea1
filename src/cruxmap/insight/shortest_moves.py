"""The shortest moves of judgements that carry a worldview's estimate to a goal: the search.

In: a view and log-odds to reach. Out: moves (n_judgements,), in the reviewer's own standard deviations. The
length of a move is the root of the sum of its squares. So the shortest way is the most probable one by the
reviewer's own spread: the design point of Hasofer and Lind ("Exact and invariant second-moment code format",
1974), found by the iteration of Rackwitz and Fiessler (1978), with bounds and a line search.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cruxmap.engine.formulas import fill, pullback
from cruxmap.engine.network import BoolArray, Filled, FloatArray, IntArray
from cruxmap.engine.queries import infer, log_z_gradient
from cruxmap.engine.special import expit, logit
from cruxmap.insight.candidates import settled_nodes
from cruxmap.insight.sentences import ROUNDING
from cruxmap.insight.separation import connected, graph_of
from cruxmap.insight.target import log_odds, logit_of_mean
from cruxmap.insight.views import Conditioned, Draws, View
from cruxmap.language.argument_map import LOGIT_OF_CERTAINTY, Z_95
from cruxmap.language.inheritance import shares_in_force
from cruxmap.network.inquiry import Inquiry, blocks, draws_per_block
from cruxmap.network.means_and_deviations import SD_OF_A_POINT, unconstrained

MAX_DEVIATIONS = 3.0
"""How far a judgement may be moved, either way, unless moves may be far."""

MAX_MOVE = 20.0
"""How far in log-odds, either way, where they may: to one in a billion, or nearly one."""

MAX_STEPS = 60
"""How many steps the shortest move of a set is looked for."""

STRIDE = 2.0
"""How far one step goes at most in each judgement, in log-odds; what a step is worked out by is a slope."""

PARTS = np.array([1.0, 0.5, 0.25, 0.1])
"""What parts of a step are tried."""

STILL = 1e-4
"""How short a step is, in deviations, where the search ends."""

CLOSE = 1e-5
"""How near the goal, in log-odds, it has to end."""

RECHOICES = 4
"""How often a set is chosen anew by the slopes where the last one ended."""

STARTS = 3
"""From how many places sets are chosen: where the numbers are, and where single ones would end."""

MUCH_SHORTER = 0.75
"""What part of the other ways' length a way may have at most that moves some of the same entries."""

MIN_SHARE = 0.03
"""The part of a squared length below which a judgement is not worth moving along with others."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Room:
    """Where each judgement's centre is before it moves, and how far it may go, (n_judgements,) each.

    `start` and `unit`, what one deviation is, are in log-odds or in the logarithm of a ratio; `least` and
    `most` are in deviations. What stays may go from 0 to 0. A share starts from where it is in force,
    whatever its mapping says. `row` numbers the rows of shares, -1 for what is no share; of each, one moves.
    """

    start: FloatArray
    unit: FloatArray
    least: FloatArray
    most: FloatArray
    row: IntArray

    @property
    def stays(self) -> BoolArray:
        """Which judgements have nowhere to go."""
        return np.asarray((self.least == 0) & (self.most == 0))


def room_of(inquiry: Inquiry, *, far: bool = False) -> Room:
    """Return how far each judgement of the inquiry's one worldview may move and still be one it may hold.

    Constants, rejected arguments and numbers without an address stay; a strength's interval may go down to
    1x, and a share may take what the shares that are kept beside it leave.
    """
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
    unit = np.where(numbers.sd[0] > 0, numbers.sd[0], SD_OF_A_POINT)
    limit = np.inf if far else MAX_DEVIATIONS * (1 - ROUNDING)
    least = np.where(stays, 0.0, np.clip((bottom - start) / unit, -limit, 0.0))
    most = np.where(stays, 0.0, np.clip((top - start) / unit, 0.0, limit))
    return Room(start=start, unit=unit, least=least, most=most, row=row)


@dataclass(frozen=True)
class Terrain:
    """The estimate's log-odds as a function of a move, over the first `n_draws` draws of a view.

    Where something is observed, each draw counts by how much more, or less, probable that is after the move.
    """

    view: View
    room: Room
    n_draws: int

    @property
    def inquiry(self) -> Inquiry:
        """The network and the numbers."""
        return self.view.inquiry

    def single(self, moves: FloatArray) -> BoolArray:
        """Return which shares are kept as given after moves (n_judgements, m): the moved ones too."""
        kept = self.inquiry.numbers.single[0][:, None]
        return np.asarray(kept | ((moves != 0) & (self.room.row >= 0)[:, None]))

    def shift(self, moves: FloatArray) -> FloatArray:
        """Return how far moves (n_judgements, m) carry the numbers as they are written, in log-odds."""
        offset = self.room.start - self.inquiry.numbers.mu[0]
        return np.asarray(moves * self.room.unit[:, None] + np.where(moves != 0, offset[:, None], 0.0))

    def heights(self, moves: FloatArray) -> FloatArray:
        """Return the log-odds after each of several moves (n_judgements, m): (m,)."""
        size = max(1, draws_per_block(self.inquiry) // self.n_draws)
        kept, shifts = self.single(moves), self.shift(moves)
        tasks = [
            (self.n_draws, shifts[:, start:stop], kept[:, start:stop])
            for start, stop in blocks(moves.shape[1], size)
        ]
        parts = self.view.work.map(_after, (self.inquiry, self.view.draw), tasks)
        logits, likelihood = np.concatenate(list(parts), axis=1)
        return np.array(
            [logit_of_mean(*one) for one in zip(logits, self._weights(likelihood), strict=True)]
        )

    def slope(self, move: FloatArray) -> tuple[float, FloatArray]:
        """Return the log-odds after a move (n_judgements,), and their derivative by it, per deviation."""
        network, numbers = self.inquiry.network, self.inquiry.numbers
        u = _moved(self.inquiry, self.view.draw, self.n_draws, self.shift(move[:, None]))
        single = self.single(move[:, None])[:, 0]
        filled = Filled(fill(network.program, u, single))
        (no, below), (yes, above) = (log_z_gradient(network, filled, side) for side in self.inquiry.sides)

        def by_judgement(gradient: FloatArray) -> FloatArray:
            return pullback(network.program, u, single, filled.entries, gradient)

        p, rest = expit(yes - no), expit(no - yes)
        weights = np.full(len(p), 1 / len(p))
        by_address = by_judgement(above - below) * (p * rest)
        if self._is_weighed:
            likelihood, gained = log_z_gradient(network, filled, self.inquiry.observed)
            [weights] = self._weights(likelihood[None])
            by_address += by_judgement(gained) * (p - weights @ p)
        slope = np.bincount(numbers.column[0], by_address @ weights, len(move))
        both = (weights @ p) * (weights @ rest)
        return logit_of_mean(yes - no, weights), slope * self.room.unit / both

    @property
    def _is_weighed(self) -> bool:
        return isinstance(self.view.draw, Conditioned) and bool(self.inquiry.observed)

    @cached_property
    def _likelihood(self) -> FloatArray:
        """The log-likelihood of each draw before any move, (1, n_draws)."""
        nothing = np.zeros((len(self.room.start), 1))
        task = self.n_draws, self.shift(nothing), self.single(nothing)
        return np.asarray(_after(self.inquiry, self.view.draw, task)[1])

    def _weights(self, likelihood: FloatArray) -> FloatArray:
        """Return by how much each draw counts, with sums of 1, for log-likelihoods (m, n_draws)."""
        if not self._is_weighed:
            return np.full(likelihood.shape, 1 / likelihood.shape[1])
        gained = likelihood - self._likelihood
        weights = np.exp(gained - gained.max(axis=1, keepdims=True))
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))


type _Moves = tuple[int, FloatArray, BoolArray]
"""How many draws, shifts (n_judgements, m), and which shares each of them keeps as given."""


def _after(inquiry: Inquiry, draw: Draws, task: _Moves) -> FloatArray:
    """Return the target's log-odds after each shift in each of the first draws, and the log-likelihood.

    The shape is (2, m, draws); log-likelihoods are 0 where the draws are not conditioned by what is observed.
    """
    n, shifts, single = task
    u = _moved(inquiry, draw, n, shifts)
    filled = Filled(fill(inquiry.network.program, u, np.repeat(single, n, axis=1)))
    found = np.zeros((2, u.shape[1]))
    found[0] = log_odds(inquiry, filled)
    if isinstance(draw, Conditioned) and inquiry.observed:
        found[1] = infer(inquiry.network, filled, inquiry.observed).log_z
    return found.reshape(2, shifts.shape[1], n)


def _moved(inquiry: Inquiry, draw: Draws, n: int, shifts: FloatArray) -> FloatArray:
    """Return the judgements (n_judgements, m * n) of the first n draws after each of m shifts."""
    numbers = inquiry.numbers
    u = unconstrained(numbers, draw(0, n), 0)[:, None, :] + shifts[numbers.column[0], :, None]
    return np.asarray(u.reshape(len(u), -1))


def movable(terrain: Terrain) -> list[int]:
    """Return the judgements, by number, that may move and reach the target; links follow what they name."""
    inquiry, column = terrain.inquiry, terrain.inquiry.numbers.column[0]
    settled = settled_nodes(inquiry)
    graph = graph_of(inquiry, np.where(terrain.room.stays[column], -1, column), settled)
    return sorted(-1 - node for node in connected(graph, inquiry.targets[0], settled) if node < 0)


# --- the shortest of a set ------------------------------------------------------------------------


def length(move: FloatArray) -> float:
    """Return the length of a move, in deviations."""
    return float(np.sqrt(move @ move))


def poured(slope: FloatArray, gap: float, least: FloatArray, most: FloatArray) -> FloatArray:
    """Return the shortest `x` between bounds with `slope @ x >= gap`; if there is none, the farthest.

    That is `clip(level * slope, least, most)` at the lowest level that is enough, as water rises in a vessel.
    """

    def at(level: float) -> FloatArray:
        return np.clip(level * slope, least, most)

    sloping = slope != 0
    if not sloping.any() or slope @ at(0.0) >= gap:
        return at(0.0)
    dry, wet = (
        0.0,
        float((np.maximum(np.abs(least), np.abs(most))[sloping] / np.abs(slope[sloping])).max()),
    )
    if slope @ at(wet) < gap:
        return at(wet)
    for _ in range(100):
        level = (dry + wet) / 2
        dry, wet = (dry, level) if slope @ at(level) >= gap else (level, wet)
    return at(wet)


@dataclass(frozen=True, slots=True)
class Search:
    """The search for moves that carry the estimate to at least (`rise`) or at most some log-odds."""

    terrain: Terrain
    wanted: float
    rise: bool

    def _slope(self, move: FloatArray) -> tuple[float, FloatArray]:
        """Return by how much a move goes beyond the goal, and the derivative of that."""
        height, slope = self.terrain.slope(move)
        return (height - self.wanted, slope) if self.rise else (self.wanted - height, -slope)

    def _beyond(self, moves: FloatArray) -> FloatArray:
        heights = self.terrain.heights(moves)
        return heights - self.wanted if self.rise else self.wanted - heights

    def shortest(self, members: Sequence[int], start: FloatArray) -> tuple[FloatArray, bool]:
        """Return the shortest move of some judgements that reaches the goal, and whether there is one.

        Where there is none, it is the one that gets farthest. Each step goes towards the shortest move that
        would reach the goal if the slope stayed what it is, by the part that is best for half the squared
        length and a penalty for what is missing.
        """
        room, some = self.terrain.room, np.array(members)
        move = np.zeros_like(start)
        move[some] = start[some]
        stride = STRIDE / room.unit[some]
        penalty = 0.0
        for _ in range(MAX_STEPS):
            beyond, slope = self._slope(move)
            here, slope = move[some], slope[some]
            least, most = (
                np.maximum(room.least[some], here - stride),
                np.minimum(room.most[some], here + stride),
            )
            aim = poured(slope, float(slope @ here) - beyond, least, most)
            if np.abs(aim - here).max() < (STILL if abs(beyond) <= CLOSE else ROUNDING):
                break
            sloping = slope != 0
            if sloping.any():
                penalty = max(penalty, 2 * float((np.abs(aim)[sloping] / np.abs(slope[sloping])).max()))
            tried = np.repeat(move[:, None], len(PARTS), axis=1)
            tried[some] = here[:, None] + (aim - here)[:, None] * PARTS
            merit = 0.5 * (tried**2).sum(axis=0) + penalty * np.maximum(-self._beyond(tried), 0.0)
            best = int(np.argmin(merit))
            if merit[best] >= 0.5 * float(here @ here) + penalty * max(-beyond, 0.0):
                break
            move = tried[:, best]
        return move, beyond >= -CLOSE

    def of_one(self, pool: Sequence[int], ways: int) -> tuple[list[FloatArray], list[FloatArray]]:
        """Return moves of one judgement each that reach the goal, shortest first, and how far each could go.

        The first are those that may be among the first `ways` when each entry counts once. The second are the
        moves to the end of what a judgement may do, whichever gets farthest first.
        """
        room, owners = self.terrain.room, self.owners
        rows = np.array([*pool, *pool])
        ends = np.concatenate([room.least[[*pool]], room.most[[*pool]]])
        beyond = self._beyond(_each(rows, ends, len(room.start)))
        order = np.argsort(-beyond, kind="stable")
        farthest = [_one(rows[k], ends[k], len(room.start)) for k in order[: 2 * ways]]
        rows, far = rows[beyond >= 0], ends[beyond >= 0]
        near = np.zeros(len(rows))
        for _ in range(40 if len(rows) else 0):
            middle = (near + far) / 2
            met = self._beyond(_each(rows, middle, len(room.start))) >= 0
            near, far = np.where(met, near, middle), np.where(met, middle, far)
            # Who cannot be among the shortest any more need not be followed.
            by_owner: dict[str, float] = {}
            for owner, distance in zip((owners[row] for row in rows), np.abs(far), strict=True):
                by_owner[owner] = min(by_owner.get(owner, np.inf), distance)
            worst = sorted(by_owner.values())[:ways][-1]
            close = np.abs(near) <= worst
            rows, near, far = rows[close], near[close], far[close]
        order = np.argsort(np.abs(far), kind="stable")
        return [_one(rows[k], far[k], len(room.start)) for k in order], farthest

    def of_several(
        self, count: int, pool: Sequence[int], starts: Sequence[FloatArray]
    ) -> tuple[FloatArray | None, FloatArray]:
        """Return the shortest move found of `count` judgements that reaches the goal, and the farthest tried.

        Which judgements they are is chosen by the slopes, first at the starts, then where the last set ended.
        """
        best, farthest, most = None, np.zeros_like(self.terrain.room.start), -np.inf
        tried: set[frozenset[int]] = set()
        for start in starts:
            move = start
            for _ in range(RECHOICES):
                beyond, slope = self._slope(move)
                members = self._chosen(slope, float(slope @ move) - beyond, pool, count)
                if not members or frozenset(members) in tried:
                    break
                tried.add(frozenset(members))
                move, there = self.shortest(members, move)
                if there and (best is None or length(move) < length(best)):
                    best = move
                if (got := float(self._beyond(move[:, None])[0])) > most:
                    farthest, most = move, got
        return best, farthest

    def _chosen(self, slope: FloatArray, gap: float, pool: Sequence[int], count: int) -> list[int]:
        """Return the `count` judgements that would get over a gap in the shortest way if the slope stayed."""
        room = self.terrain.room
        some = np.array(pool, np.int64)
        some = some[(slope[some] != 0) & ~room.stays[some]]
        steepest: dict[int, int] = {}
        for number in some[np.argsort(-np.abs(slope[some]), kind="stable")]:
            steepest.setdefault(
                int(room.row[number]) if room.row[number] >= 0 else -2 - int(number), int(number)
            )
        some = np.array([*steepest.values()], np.int64)
        if len(some) <= count:
            return [int(number) for number in some]
        least, most, slope = room.least[some], room.most[some], slope[some]

        def gains(level: float) -> FloatArray:
            return np.asarray(slope * np.clip(level * slope, least, most))

        def enough(level: float) -> bool:
            return bool(np.partition(gains(level), -count)[-count:].sum() >= gap)

        dry, wet = 0.0, float((np.maximum(-least, most) / np.abs(slope)).max())
        for _ in range(60 if enough(wet) else 0):
            level = (dry + wet) / 2
            dry, wet = (dry, level) if enough(level) else (level, wet)
        return [int(number) for number in some[np.argsort(-gains(wet), kind="stable")[:count]]]

    @property
    def owners(self) -> list[str]:
        """The entry that each judgement belongs to."""
        judgements = self.terrain.inquiry.model.map.judgements
        return [judgements[address].owner for address in self.terrain.inquiry.network.addresses]

    def without_idlers(self, move: FloatArray) -> FloatArray:
        """Return the shortest move of those judgements alone that carry a part worth speaking of."""
        while True:
            members = np.flatnonzero(move**2 >= MIN_SHARE * (move @ move))
            if len(members) == np.count_nonzero(move):
                return move
            shorter, there = self.shortest(members.tolist(), move)
            if not there:
                return move
            move = shorter


def _one(row: int, distance: float, n: int) -> FloatArray:
    move = np.zeros(n)
    move[row] = distance
    return move


def _each(rows: IntArray, distances: FloatArray, n: int) -> FloatArray:
    """Return moves (n, m) of one judgement each."""
    moves = np.zeros((n, len(rows)))
    moves[rows, np.arange(len(rows))] = distances
    return moves


# --- different ways -------------------------------------------------------------------------------


def different_ways(
    search: Search, pool: Sequence[int], *, at_most: int, max_changes: int
) -> tuple[list[FloatArray], FloatArray]:
    """Return moves that reach the goal, of fewest judgements first, and the farthest that was tried.

    Each way is the shortest that was found of as few judgements as can do it, and moves no entry that a way
    before it moves. The last of several may be the shortest of up to `max_changes`, whatever their entries,
    where it is much shorter than all others.
    """
    owners, taken = search.owners, set[str]()
    found: list[FloatArray] = []

    def entries(move: FloatArray) -> set[str]:
        return {owners[number] for number in np.flatnonzero(move)}

    def add(move: FloatArray) -> None:
        found.append(move)
        taken.update(entries(move))
        search.terrain.view.tell("ways", len(found), at_most + 1)

    def is_new(move: FloatArray) -> bool:
        return not entries(move) & taken

    singles, ends = search.of_one(pool, at_most)
    for single in singles:
        if len(found) < at_most and is_new(single):
            add(single)
    farthest, standing = ends[0], np.zeros_like(search.terrain.room.start)
    for count in range(2, max_changes + 1):
        way: FloatArray | None = standing
        while way is not None and len(found) < at_most:
            left = [number for number in pool if owners[number] not in taken]
            starts = [standing, *filter(is_new, ends)]
            way, tried = search.of_several(count, left, starts[:STARTS])
            if way is not None:
                add(way)
            elif not found:
                farthest = tried
    if found and at_most > 1:
        many, _ = search.of_several(max_changes, pool, [standing, *found])
        many = None if many is None else search.without_idlers(many)
        is_shorter = many is not None and length(many) <= MUCH_SHORTER * min(map(length, found))
        if many is not None and is_shorter and all(entries(many) != entries(way) for way in found):
            found.append(many)
    return found, farthest

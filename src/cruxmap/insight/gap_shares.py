"""The gap between two worldviews' central estimates, shared out among the entries they judge differently.

The shares are Shapley values of the game in which each such entry takes its numbers from the one
worldview or from the other. Entries that cannot reach the target take no part.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter

import numpy as np

from cruxmap.engine.executors import Work
from cruxmap.engine.formulas import fill
from cruxmap.engine.jackknife import standard_error
from cruxmap.engine.network import MANY_WHAT_IFS, BoolArray, Filled, FloatArray, IntArray
from cruxmap.engine.special import expit
from cruxmap.insight.candidates import places_bearing
from cruxmap.insight.sampled import Errors, Sampled, errors, sampled
from cruxmap.insight.sentences import percent
from cruxmap.insight.shapley import NoValueError, ShapleyValues, shapley
from cruxmap.insight.target import log_odds_and_replicates, log_odds_in_full
from cruxmap.insight.views import MIN_EFFECTIVE, too_few
from cruxmap.language.inheritance import Perspective, Setting
from cruxmap.network.inquiry import (
    Inquiry,
    blocks,
    crowded,
    draws_per_block,
    for_mixtures,
    impossible,
    serves_mixtures,
)

SAME_CENTRE = 1e-12
"""Central values, in logits or logs, that lie no further apart are the same."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """Two worldviews of an inquiry, by number."""

    inquiry: Inquiry
    first: int
    second: int

    @property
    def both(self) -> list[int]:
        """The two numbers, as an index."""
        return [self.first, self.second]

    @property
    def names(self) -> tuple[str, str]:
        """Their ids."""
        names = self.inquiry.model.worldviews
        return names[self.first], names[self.second]

    @property
    def perspectives(self) -> tuple[Perspective, Perspective]:
        """Their numbers."""
        perspectives = self.inquiry.perspectives
        return perspectives[self.first], perspectives[self.second]


def pairings(inquiry: Inquiry, pairs: Iterable[tuple[int, int]]) -> tuple[Pairing, ...]:
    """Pair worldviews of an inquiry, each two in an inquiry that serves mixtures of them.

    Where that is another one, several pairs without a worldview in common share it. Where there is none,
    because too many arguments would meet, the gap cannot be shared out.
    """
    pairs = tuple(pairs)
    rounds: list[list[tuple[int, int]]] = []
    for pair in dict.fromkeys(pairs):
        if serves_mixtures(inquiry, pair) or crowded(inquiry, pair):
            continue
        free = (those for those in rounds if all({*pair}.isdisjoint(other) for other in those))
        if (joined := next(free, None)) is None:
            rounds.append([pair])
        else:
            joined.append(pair)
    own: dict[tuple[int, int], Inquiry] = {}
    for those in rounds:
        own |= dict.fromkeys(those, for_mixtures(inquiry, those))
    return tuple(Pairing(own.get(pair, inquiry), *pair) for pair in pairs)


@dataclass(frozen=True, slots=True)
class Game:
    """The entries judged differently. `changed` lists their addresses; `players` are those that can matter.

    `owner` (n_judgements,) is the number of the player that an address belongs to, -1 for none.
    """

    changed: Mapping[str, tuple[str, ...]]
    players: tuple[str, ...]
    owner: IntArray


def game_of(pairing: Pairing) -> Game:
    """Return what the two judge differently, and which entries of it can matter."""
    inquiry = pairing.inquiry
    addresses, judgements = inquiry.network.addresses, inquiry.model.map.judgements
    one, other = pairing.perspectives
    changed: dict[str, list[str]] = {}
    for address in addresses:
        if not _written_alike(one.setting[address], other.setting[address]):
            changed.setdefault(judgements[address].owner, []).append(address)
    matters = {
        judgements[address].owner
        for address in _reaching_target(pairing)
        if not _same_at_the_centre(one.setting[address], other.setting[address])
    }
    players = tuple(sorted(matters))
    number_of = {player: number for number, player in enumerate(players)}
    owner = np.array(
        [number_of.get(judgements[address].owner, -1) for address in addresses], dtype=np.int64
    )
    return Game({name: tuple(parts) for name, parts in changed.items()}, players, owner)


def _reaching_target(pairing: Pairing) -> set[str]:
    """Return the addresses whose numbers can move the target, directly or through another's link to them."""
    addresses = pairing.inquiry.network.addresses
    found: set[str] = set()
    waiting = [addresses[place] for place in places_bearing(pairing.inquiry)[0]]
    while waiting:
        address = waiting.pop()
        if address not in found:
            found.add(address)
            waiting += [perspective.setting[address].column for perspective in pairing.perspectives]
    return found


def _written_alike(one: Setting, other: Setting) -> bool:
    """Tell whether two settings are the same number; where both are links, that number is another place's."""
    if one.column == other.column != one.address:
        return True
    what_counts = attrgetter("value", "column", "single", "rejected")
    return bool(what_counts(one) == what_counts(other))


def _same_at_the_centre(one: Setting, other: Setting) -> bool:
    if one.column == other.column != one.address:
        return True
    alike = (one.column, one.single) == (other.column, other.single)
    return alike and abs(one.value.mu - other.value.mu) <= SAME_CENTRE


@dataclass(frozen=True, slots=True)
class Shared:
    """The gap and its shares; `shares` is `None` where it cannot be shared out, for the `reason`.

    `log_odds` are those of the second worldview, from which the shares lead to the first. Where states were
    sampled, `sampled` says how, and `errors` are the standard errors of gap and ends.
    """

    probability: tuple[float | None, float | None]
    gap: float | None
    shares: ShapleyValues | None
    reason: str | None
    pairs: int = 0
    settled: bool = True
    sampled: Sampled | None = None
    errors: Errors | None = None
    log_odds: float = math.nan


def share_out(pairing: Pairing, game: Game, work: Work) -> Shared:
    """Share out logit P and P between the first worldview and the second.

    Swapping the two negates gap and shares exactly: the game is played from the lesser name to the greater.
    """
    inquiry, names = pairing.inquiry, pairing.names
    target, numbers = inquiry.model.target.name, inquiry.numbers
    forwards = names[0] <= names[1]
    lesser, greater = pairing.both if forwards else pairing.both[::-1]

    def worth(taken: BoolArray) -> FloatArray:
        cuts = blocks(len(taken), draws_per_block(inquiry))
        tasks = [(lesser, greater, taken[start:stop]) for start, stop in cuts]
        rows = np.concatenate(list(work.map(log_odds_of_mixtures, (inquiry, game), tasks)), axis=1)
        return np.stack([rows, expit(rows)], axis=1).reshape(-1, rows.shape[1]).T

    def report(done: int, of: int) -> None:
        work.tell(f"{names[0]} against {names[1]}: pairs of orders", done, of)

    entries = fill(inquiry.network.program, numbers.mu[pairing.both].T, numbers.single[pairing.both].T)
    found = log_odds_in_full(inquiry, Filled(entries))
    logits, *without = found.rows
    first, second = (None if math.isnan(logit) else float(expit(logit)) for logit in logits)
    probability = first, second
    for name, logit, number in sorted(zip(names, logits, pairing.both, strict=True)):
        if math.isnan(logit):
            missed = impossible(inquiry, number, sampled=bool(np.isfinite(found.effective).all()))
            return Shared(probability, None, None, f"in `{name}` what is assumed or observed is {missed}")
    for name, effective in sorted(zip(names, found.effective, strict=True)):
        if effective < MIN_EFFECTIVE:
            reason = too_few(float(effective), f"what is assumed or observed in `{name}`")
            return Shared((None, None), None, None, reason)
    gap = float(logits[0] - logits[1]) if logits[0] != logits[1] else 0.0
    for name, logit, unseen in sorted(zip(names, logits, found.unseen, strict=True)):
        if math.isinf(logit):
            how_sure = "certain" if unseen == 0 else "the same in all samples of states"
            reason = f"{target} is {how_sure} in `{name}` ({percent(float(expit(logit)))})"
            return Shared(probability, gap if math.isfinite(gap) else None, None, reason)
    if (crowd := crowded(inquiry, pairing.both)) is not None:
        reason = f"the gap cannot be shared out: in mixtures of the two worldviews {crowd}"
        return Shared(probability, gap, None, reason)
    try:
        played = shapley(worth, game.players, inquiry.model.sampling.seed, report)
    except NoValueError:
        reason = (
            "the gap cannot be shared out: some mixture of the two worldviews makes the target certain, "
            "or what is assumed or observed impossible"
        )
        return Shared(probability, gap, None, reason)
    shares = _with_errors_of_states(played if forwards else _turned_round(played))
    how = sampled(inquiry, inquiry.targets[:1], inquiry.clamped, MANY_WHAT_IFS)
    by_chance = _with_unseen(errors(without, _central_numbers), probability, found.unseen)
    return Shared(
        probability, gap, shares, None, shares.pairs, shares.converged, how, by_chance, float(logits[1])
    )


def _with_unseen(
    by_chance: Errors | None, probability: tuple[float | None, float | None], unseen: FloatArray
) -> Errors | None:
    """Add what one more sample can change to the errors of gap and ends; `unseen` (2,) is of log-odds."""
    if by_chance is None:
        return None
    a, b = (by * p * (1 - p) for p, by in zip(probability, unseen.tolist(), strict=True) if p is not None)
    more = {"gap_logit": math.hypot(*unseen), "probability_a": a, "probability_b": b}
    known = {key: error for key, error in by_chance.items() if isinstance(error, float)}
    return dict(by_chance) | {key: math.hypot(error, more[key]) for key, error in known.items()}


def _central_numbers(logits: FloatArray) -> dict[str, float | None]:
    """Return what is said of two worldviews with these log-odds (2,) of the target."""
    a, b = (float(expit(logit)) for logit in logits)
    return {"gap_logit": float(logits[0] - logits[1]), "probability_a": a, "probability_b": b}


def _turned_round(shares: ShapleyValues) -> ShapleyValues:
    return replace(shares, share=0.0 - shares.share, gap=0.0 - shares.gap)  # 0 and not -0 for 0


def _with_errors_of_states(shares: ShapleyValues) -> ShapleyValues:
    """Add to the errors of the shares those of sampling states.

    The first two measures are the log-odds and the probability; any others are the same two without each
    batch of samples in turn.
    """
    error = shares.standard_error[:, :2]
    if shares.share.shape[1] > 2:
        without = shares.share[:, 2:].reshape(len(error), -1, 2).transpose(1, 0, 2)
        error = np.hypot(error, standard_error(without))
    return replace(shares, share=shares.share[:, :2], standard_error=error, gap=shares.gap[:2])


def log_odds_of_mixtures(inquiry: Inquiry, game: Game, task: tuple[int, int, BoolArray]) -> FloatArray:
    """Return the target's log-odds in m mixtures of two worldviews, (1 + batches, m).

    `taken` is as in `_mixtures`; the rows are as in `log_odds_and_replicates`.
    """
    first, second, taken = task
    return log_odds_and_replicates(inquiry, *_mixtures(Pairing(inquiry, first, second), game, taken))


def _mixtures(pairing: Pairing, game: Game, taken: BoolArray) -> tuple[FloatArray, BoolArray]:
    """Return judgements and single flags, both (n_judgements, m), of m mixtures.

    `taken` (m, players) tells which players have their numbers from the first worldview. A place that
    is linked to another takes that one's number in the mixture.
    """
    numbers, first, second = pairing.inquiry.numbers, pairing.first, pairing.second
    padded = np.concatenate([taken, np.zeros((len(taken), 1), dtype=np.bool_)], axis=1)
    from_first = padded[:, game.owner].T  # owner -1 is the last column: nobody's
    u = np.where(from_first, numbers.mu[first][:, None], numbers.mu[second][:, None])
    single = np.where(from_first, numbers.single[first][:, None], numbers.single[second][:, None])
    own = np.arange(len(u))
    links = np.flatnonzero((numbers.column[pairing.both] != own).any(axis=0))
    columns = np.where(
        from_first[links], numbers.column[first][links, None], numbers.column[second][links, None]
    )
    for _ in links:  # a chain of links settles in as many rounds as it is long
        followed = np.take_along_axis(u, columns, axis=0)
        if (followed == u[links]).all():
            break
        u[links] = followed
    return u, single

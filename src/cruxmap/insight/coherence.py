"""What reviewers say all things considered, against what their own judgements imply.

In: a `ModelSpec`. Out: per worldview, its `stated` credences beside the implied ones, and the least
change of judgements under which they would agree. Where the model reconciles, also the posterior's shifts.
What an editor reads out of a reviewer's words (`read_as`) is compared in the same way and asks for no change.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Unpack

import numpy as np

from cruxmap.engine.executors import HERE, WORK, Executor, Progress, Work
from cruxmap.engine.formulas import fill, pullback
from cruxmap.engine.network import BoolArray, Evidence, Filled, FloatArray
from cruxmap.engine.queries import Planned, infer_many, log_z_gradients
from cruxmap.engine.special import expit
from cruxmap.insight.asked import what_if
from cruxmap.insight.display import Shown
from cruxmap.insight.plain import Answer, counted, plain_fields
from cruxmap.insight.sentences import mean_and_central
from cruxmap.insight.views import Conditioned, forward_draws, views
from cruxmap.language.argument_map import (
    LOGIT_OF_CERTAINTY,
    MAP_WORLDVIEW,
    Z_95,
    ArgumentMap,
    Stated,
    condition_text,
)
from cruxmap.language.asked import WhatIf, as_model
from cruxmap.language.judgement import notation_of
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.names import checked_worldview
from cruxmap.network.inquiry import (
    Inquiry,
    StatedCredence,
    blocks,
    draws_per_block,
    entries_of,
    impossible,
    inquire,
)
from cruxmap.network.means_and_deviations import SD_OF_A_POINT, Numbers, natural_at, shares_counted

SPREAD_DRAWS, COLUMNS = 512, 1024
"""Draws from which the spread of an implied credence is taken, and how many runs are made at once."""

MAX_ROUNDS = 50
"""Rounds of the search for the least change; a handful is usual."""

MIN_STEP = 1e-4
"""The shortest part of a round's step that is tried before the search ends."""

SETTLED = 1e-6
"""The search ends where no judgement moves further than this many standard deviations in a round."""

BARELY = 1e-9
"""The log of the least strength that an argument is given: at 1x, where it has no force, it has no slope."""

HARDLY_EVER = 1e-6
"""What comes less often than this by chance is not written as one time in so many."""

MET_EXACTLY = 1e-5
"""How near, in logits, a statement is met that is to be met exactly."""

REACHED = 0.01
"""How near, in logits, a move has to lead to a statement that it is said to reach."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedGap(Answer):
    """One stated credence, or one read out of a reviewer's words, and the implied one, at central judgements.

    `written` is the credence as it was written, `gap` is logit(stated) - logit(implied), and `notable` where
    it is beyond `threshold`: what the two intervals explain together; `deviations` is the gap in standard
    deviations of the two together.
    `None` with a `reason` where its conditions are impossible. `implied_mean` is over draws.
    """

    of: str
    assuming: tuple[str, ...]
    written: str
    stated: float
    stated_low: float
    stated_high: float
    implied: float | None
    implied_mean: float | None
    gap: float | None
    threshold: float | None
    deviations: float | None
    notable: bool
    sources: tuple[str, ...] = ()
    note: str = ""
    reason: str | None = None

    hidden = frozenset({"stated_low", "stated_high", "note"})

    @property
    def statement(self) -> str:
        """What the credence is of, and given what."""
        return f"{self.of} given {', '.join(self.assuming)}" if self.assuming else self.of

    @property
    def meaning(self) -> str | None:
        """What it means to be that far apart, in words."""
        return None if self.deviations is None else how_unusual(self.deviations)

    def to_json(self) -> dict[str, Any]:
        """Return the gap with the stated interval as one, and what it means."""
        whole = {"stated_interval_90": [self.stated_low, self.stated_high], "meaning": self.meaning}
        return plain_fields(self) | whole


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementChange(Answer):
    """A judgement that would give way: from where to where (natural scale), and how far.

    `before_in_force` and `after_in_force` are the same as they count: a share's beside the others of its row.
    `log_odds` is the change of its logit (or log); `deviations` the same in standard deviations of its
    interval, a point counting as one of half a logit; `share` its part of the squared length of the whole.
    """

    address: str
    before: float
    after: float
    before_in_force: float
    after_in_force: float
    log_odds: float
    deviations: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PosteriorShift(Answer):
    """Where conditioning on the stated credences takes a judgement: natural-scale means, and deviations.

    What is in force is as in `JudgementChange`.
    """

    address: str
    prior: float
    posterior: float
    prior_in_force: float
    posterior_in_force: float
    deviations: float


@dataclass(frozen=True, slots=True)
class WorldviewCoherence(Answer):
    """One worldview: its gaps, largest first, and the least change of judgements that reconciles them.

    The change closes the notable gaps, if it can, and holds the others by their intervals; where no gap is
    notable there is none. `distance` is its length in standard deviations; `left` are the gaps that remain,
    in the order of `stated`. `read_as` are the gaps of readings, which change nothing, largest first.
    """

    stated: tuple[StatedGap, ...]
    read_as: tuple[StatedGap, ...] = ()
    changes: tuple[JudgementChange, ...] = ()
    distance: float = 0.0
    left: tuple[float | None, ...] = ()
    shifts: tuple[PosteriorShift, ...] = ()

    hidden = frozenset({"left"})

    @property
    def fits(self) -> bool | None:
        """Whether the intervals explain every gap of what is stated; `None` where there is none."""
        return _fits(self.stated)

    @property
    def verdict(self) -> str:
        """Whether what the reviewer states fits their judgements, and what it would take if not."""
        told = _verdict(self.stated, "stated")
        if not self.changes:
            return told
        how_far = _how_far(self.distance)
        return f"{told} Least change that reconciles: {how_far}, as if one number were so far off."

    @property
    def readings_fit(self) -> bool | None:
        """The same of what is read out of the reviewer's words as `fits` says of what they state."""
        return _fits(self.read_as)

    @property
    def verdict_on_readings(self) -> str:
        """The same of what is read out of the reviewer's words."""
        return _verdict(self.read_as, "read")

    def to_json(self) -> dict[str, Any]:
        """Return the verdicts first, and what is left of every gap beside that gap."""
        gaps = zip(self.stated, self.left, strict=True)
        return {
            "fits": self.fits,
            "verdict": self.verdict,
            "readings_fit": self.readings_fit,
            "verdict_on_readings": self.verdict_on_readings,
            **plain_fields(self),
            "stated": [gap.to_json() | {"left": left} for gap, left in gaps],
        }


def how_unusual(deviations: float) -> str:
    """Say in words what it means for two numbers to be so many standard deviations apart.

    By chance a Normal number is as far from its middle, on either side, one time in so many.

    >>> [how_unusual(d) for d in (-0.4, 1.645, 3.0)]
    ['nothing unusual', 'by chance 1 time in 10', 'by chance 1 time in 370']
    """
    chance = math.erfc(abs(deviations) / math.sqrt(2))
    if abs(deviations) < 1:
        return "nothing unusual"
    if chance < HARDLY_EVER:
        return "by chance less than 1 time in a million"
    return f"by chance 1 time in {float(f'{1 / chance:.2g}'):,.0f}"


def _how_far(deviations: float) -> str:
    number = f"{abs(deviations):.2g}"
    return f"{number} standard deviation{'' if number == '1' else 's'} ({how_unusual(deviations)})"


def _fits(gaps: Sequence[StatedGap]) -> bool | None:
    compared = [gap.notable for gap in gaps if gap.deviations is not None]
    return not any(compared) if compared else None


def _verdict(gaps: Sequence[StatedGap], what: str) -> str:
    """Say whether credences fit the judgements; `what` says what they are: stated, or read."""
    compared = [(abs(gap.deviations), gap) for gap in gaps if gap.deviations is not None]
    if not compared:
        return f"Nothing that is {what} can be compared." if gaps else f"Nothing is {what}."
    deviations, furthest = max(compared, key=lambda pair: pair[0])
    count, how_far = len(compared), _how_far(deviations)
    if _fits(gaps):
        whose = "the one credence" if count == 1 else f"the furthest of {count} credences"
        return f"Fits: {whose} is {how_far} from what is implied."
    off = sum(gap.notable for _, gap in compared)
    implied = mean_and_central(furthest.implied_mean, furthest.implied)
    return (
        f"Does not fit: {off} of {count} further off than the intervals explain. {furthest.statement}: "
        f"{what} {furthest.written}, implied {implied}; {how_far} apart."
    )


@dataclass(frozen=True, slots=True)
class Coherence(Shown):
    """How what reviewers state all things considered fits what their own numbers imply.

    Attributes
    ----------
    model
        The model's id.
    worldviews
        By id: `stated`, each credence that was `stated` with what is `implied`, the `gap` in log-odds, the
        `threshold` that the intervals explain, whether it is `notable`, and the gap in `deviations`;
        `read_as`, the same of what an editor reads out of words; `changes`, the least change of judgements
        that closes the notable gaps, and its `distance` in standard deviations; and `shifts`, where
        reconciling takes the judgements.

    Examples
    --------
    >>> import cruxmap as cm
    >>> answer = cm.coherence(cm.example("legal-case"), draws=500)
    >>> [gap] = answer.worldviews["defence"].stated
    >>> gap.written, round(gap.implied, 2), gap.notable
    ('about 35%', 0.16, False)
    """

    model: str
    worldviews: Mapping[str, WorldviewCoherence]

    def gist(self) -> str:
        """Return how many worldviews there are, and of how many the words fit the judgements."""
        fits = [one.fits for one in self.worldviews.values()]
        told = {
            "fit": fits.count(True),
            "do not fit": fits.count(False),
            "state nothing": fits.count(None),
        }
        parts = ", ".join(f"{count} {what}" for what, count in told.items() if count)
        return f"of {self.model}: {counted(len(fits), 'worldview')}{f' ({parts})' if parts else ''}"


@what_if
def coherence(
    model: ModelSpec | ArgumentMap,
    *,
    progress: Progress | None = None,
    executor: Executor = HERE,
    **asked: Unpack[WhatIf],
) -> Coherence:
    """Return how what every worldview states all things considered fits what its own numbers imply.

    Parameters
    ----------
    model
        The model, or a map with a `target`.
    **asked
        What is asked in place of what the model says: see `WhatIf`.
    progress
        Called with what is done, steps so far, and steps in all.
    executor
        What does the work: this machine (the default), all its cores, or a cluster.

    Returns
    -------
    A `Coherence`. Its `worldviews` have the gaps of each that is `stated`, and the least
    `changes` of judgements that would close them.

    Raises
    ------
    InvalidMap
        For a mistake in an argument, which the problem names with a hint.

    Examples
    --------
    >>> import cruxmap as cm
    >>> answer = cm.coherence(cm.example("library"), draws=500)
    >>> [(gap.of, round(gap.stated, 2)) for gap in answer.worldviews["treasurer"].stated]
    [('opens-on-time', 0.33)]
    """
    model = as_model(model)
    work, inquiry = Work(executor, progress), inquire_stated(_as_if_stated(model), model.worldviews)
    testimony = tuple(len(_stated_by(model, worldview)) for worldview in model.worldviews)
    found: dict[str, WorldviewCoherence] = {}
    numbers = range(len(model.worldviews))
    answers = work.map(_coherence_of, (inquiry, testimony), numbers)
    for name, of_one in zip(model.worldviews, answers, strict=True):
        shifts = _posterior_shifts(model, name) if model.reconcile and of_one.stated else ()
        found[name] = replace(of_one, shifts=shifts)
        work.tell("coherence", len(found), len(numbers))
    return Coherence(model.id, MappingProxyType(found))


def stated_gaps(model: ModelSpec, worldviews: Sequence[str]) -> Mapping[str, tuple[StatedGap, ...]]:
    """Return the stated credences of worldviews against the implied ones, largest gap first.

    Raises `InvalidMap` for an unknown worldview.
    """
    names = [checked_worldview(model.map, worldview) for worldview in worldviews]
    inquiry = inquire_stated(model, tuple(names))
    return {
        name: tuple(gap for gap, _ in _largest_first(_gaps(inquiry, number)))
        for number, name in enumerate(names)
    }


def _as_if_stated(model: ModelSpec) -> ModelSpec:
    """Return the model with what its worldviews are read as behind what they state."""
    worldviews = (
        replace(worldview, stated=(*worldview.stated, *worldview.read_as))
        for worldview in model.map.worldviews
    )
    return replace(model, map=replace(model.map, worldviews=tuple(worldviews)))


def _stated_by(model: ModelSpec, worldview: str) -> tuple[Stated, ...]:
    return () if worldview == MAP_WORLDVIEW else model.map.worldview[worldview].stated


def inquire_stated(model: ModelSpec, worldviews: tuple[str, ...]) -> Inquiry:
    """Return a model's inquiry for some worldviews, with what they state."""
    return inquire(replace(model, worldviews=worldviews, reconcile=True))


type _Gap = tuple[StatedGap, StatedCredence]
"""A gap with its statement in the network."""


def _largest_first(gaps: Iterable[_Gap]) -> list[_Gap]:
    """Sort gaps by their size, undefined ones last."""
    return sorted(gaps, key=lambda pair: -abs(pair[0].gap or 0.0))


def _gaps(inquiry: Inquiry, worldview: int) -> list[_Gap]:
    """Return the gap of each statement, as they are written."""
    statements = inquiry.statements(worldview)
    if not statements:
        return []
    at_centre = entries_of(inquiry, worldview, np.zeros((len(inquiry.network.addresses), 1)))
    central = _implied(inquiry, statements, at_centre)[:, 0]
    draw = forward_draws(inquiry, SPREAD_DRAWS)
    drawn = np.concatenate(
        [
            _implied(inquiry, statements, entries_of(inquiry, worldview, draw(start, stop)))
            for start, stop in blocks(SPREAD_DRAWS, draws_per_block(inquiry))
        ],
        axis=1,
    )
    written = _stated_by(inquiry.model, inquiry.model.worldviews[worldview])
    pairs = []
    for stated, credence, logit, spread in zip(written, statements, central, drawn, strict=True):
        reason = None
        if math.isnan(logit):
            supposed = (*stated.assuming, *inquiry.model.observed)
            reason = f"what it assumes or what is observed is {impossible(inquiry, worldview, supposed)}"
        elif math.isinf(logit):
            reason = "it is certain by this worldview's own judgements"
        fine = reason is None
        together = math.hypot(credence.sd, float(spread.std(ddof=1))) if fine else None
        gap = credence.logit - float(logit) if fine else None
        possible = spread[~np.isnan(spread)]
        pairs.append(
            (
                StatedGap(
                    of=condition_text(stated.of),
                    assuming=tuple(map(condition_text, stated.assuming)),
                    written=notation_of(stated.credence),
                    stated=stated.credence.middle,
                    stated_low=stated.credence.low,
                    stated_high=stated.credence.high,
                    implied=None if math.isnan(logit) else float(expit(logit)),
                    implied_mean=float(expit(possible).mean()) if len(possible) else None,
                    gap=gap,
                    threshold=None if together is None else Z_95 * together,
                    deviations=None if together is None or gap is None else gap / together,
                    notable=gap is not None and together is not None and abs(gap) > Z_95 * together,
                    sources=tuple(map(str, stated.citations)),
                    note=stated.note,
                    reason=reason,
                ),
                credence,
            )
        )
    return pairs


def _implied(inquiry: Inquiry, statements: Sequence[StatedCredence], filled: Filled) -> FloatArray:
    """Return the log-odds of stated conditions, (statements, D), nan where what they assume cannot be."""
    log_odds = np.empty((len(statements), filled.n_draws))
    for numbers, sides, planned in _about_the_same(inquiry, statements):
        for start, stop in blocks(filled.n_draws, max(COLUMNS // len(sides), 1)):
            some = replace(filled, entries=filled.entries[:, start:stop])
            found = infer_many(inquiry.network, some, sides, planned=planned, few=True)
            log_z = np.array([side.log_z for side in found])
            with np.errstate(invalid="ignore"):
                log_odds[numbers, start:stop] = log_z[1::2] - log_z[::2]
    return log_odds


def _about_the_same(
    inquiry: Inquiry, statements: Sequence[StatedCredence]
) -> Iterator[tuple[list[int], list[Evidence], Planned]]:
    """Yield the numbers of statements of the same condition, their sides, and what their plan is made for.

    It serves all worldviews. One plan for all that is stated would have the ancestors of everything in it for
    each statement: ten times the products on a real map.
    """
    for of in dict.fromkeys(stated.of for stated in statements):
        numbers = [number for number, stated in enumerate(statements) if stated.of == of]
        sides = [side for number in numbers for side in statements[number].sides]
        yield numbers, sides, ((), known_about(inquiry, of))


def known_about(inquiry: Inquiry, of: int) -> frozenset[int]:
    """Return the variables that are known in a case of some statement about this one."""
    sides = (side for stated in inquiry.stated if stated.of == of for side in stated.sides)
    return frozenset(variable for side in sides for variable, _ in side)


def _coherence_of(inquiry: Inquiry, testimony: Sequence[int], worldview: int) -> WorldviewCoherence:
    """Return the coherence of one worldview; `testimony` says how many statements of each are its own."""
    gaps = _gaps(inquiry, worldview)
    pairs, readings = map(_largest_first, (gaps[: testimony[worldview]], gaps[testimony[worldview] :]))
    possible = [(credence, gap.notable) for gap, credence in pairs if gap.gap is not None]
    notable = np.array([notable for _, notable in possible], dtype=np.bool_)
    moved, residual = _least_change(inquiry, worldview, [credence for credence, _ in possible], notable)
    remaining = iter(residual.tolist())
    return WorldviewCoherence(
        stated=tuple(gap for gap, _ in pairs),
        read_as=tuple(gap for gap, _ in readings),
        changes=_judgement_changes(inquiry, worldview, moved),
        distance=float(np.linalg.norm(moved)),
        left=tuple(None if gap.gap is None else next(remaining) for gap, _ in pairs),
    )


# --- what is within reach ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a worldview's numbers have to move, all together, until they imply what it states.

    `implied` is the probability at central judgements, nan where what the statement assumes is impossible.
    The `distance`, in standard deviations, leads to the nearer end of the stated 90% interval: 0 within it,
    infinite where no move leads there.
    """

    implied: float
    distance: float


def reach(inquiry: Inquiry, worldview: int, number: int) -> Reach:
    """Return how far it is to one statement of a worldview, whatever else that states.

    The inquiry is one of `inquire_stated`; statements are numbered as they are written.
    """
    credence = inquiry.statements(worldview)[number]
    at_centre = entries_of(inquiry, worldview, np.zeros((len(inquiry.network.addresses), 1)))
    logit = float(_implied(inquiry, (credence,), at_centre)[0, 0])
    return Reach(float(expit(logit)), _distance(inquiry, worldview, credence, logit))


def _distance(inquiry: Inquiry, worldview: int, credence: StatedCredence, implied: float) -> float:
    """Return the length of the shortest move to the stated interval, from where log-odds are implied."""
    half = Z_95 * credence.sd
    if abs(implied - credence.logit) <= half:
        return 0.0
    if not math.isfinite(implied):
        return math.inf
    end = credence.logit + math.copysign(half, implied - credence.logit)
    nearest, exactly = [replace(credence, logit=end)], np.ones(1, np.bool_)
    moved, [left] = _least_change(inquiry, worldview, nearest, exactly)
    return float(np.linalg.norm(moved)) if abs(left) < REACHED else math.inf


# --- the least change ----------------------------------------------------------------------------


def _least_change(
    inquiry: Inquiry, worldview: int, statements: Sequence[StatedCredence], exactly: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """Return the shortest move of the judgements that reconciles the statements, and the gaps it leaves.

    The move `x` is in standard deviations, (n_judgements,), and 0 for constants and links. It makes
    `|x|^2 + sum (gap / tolerance)^2` least, the tolerance of a statement being its `sd`, or next to nothing
    where it is to be met `exactly`. Gauss-Newton: each round solves the linearised problem; a step that does
    not help is halved. No strength goes below 1x.
    """
    moved = np.zeros(len(inquiry.network.addresses))
    wanted = np.array([stated.logit for stated in statements])
    tolerance = np.where(exactly, MET_EXACTLY, [stated.sd for stated in statements])
    if not statements:
        return moved, wanted
    implied, slopes = _linearised(inquiry, worldview, statements, moved)
    mu, scale = inquiry.numbers.mu[worldview], _scales(inquiry, worldview)
    least = np.full(len(moved), -np.inf)
    weighty = inquiry.numbers.is_strength & (mu > BARELY)
    least[weighty] = (BARELY - mu[weighty]) / scale[weighty]
    if not exactly.any():
        return moved, wanted - implied

    def worse(x: FloatArray, gaps: FloatArray) -> float:
        return float((x**2).sum() + ((gaps / tolerance) ** 2).sum())

    for _ in range(MAX_ROUNDS):
        gaps = wanted - implied
        aim = _shortest_move(slopes, gaps + slopes @ moved, tolerance, least)
        step = 1.0
        while step > MIN_STEP:
            candidate = moved + step * (aim - moved)
            trial, trial_slopes = _linearised(inquiry, worldview, statements, candidate)
            if worse(candidate, wanted - trial) < worse(moved, gaps):
                break
            step /= 2
        else:
            break
        settled = np.abs(candidate - moved).max() < SETTLED
        moved, implied, slopes = candidate, trial, trial_slopes
        if settled:
            break
    return moved, wanted - implied


def _shortest_move(
    slopes: FloatArray, gaps: FloatArray, tolerance: FloatArray, least: FloatArray
) -> FloatArray:
    """Return the shortest `x` (n_judgements,) not below `least` for which `slopes @ x` is about `gaps`.

    What would go below is held there, and the others are aimed again for what is left.
    """
    held = np.zeros(len(least), dtype=np.bool_)
    while True:
        free = np.where(held, 0.0, slopes)
        spread = free @ free.T + np.diag(tolerance**2)
        left = gaps - slopes[:, held] @ least[held]
        aim = np.where(held, least, free.T @ np.linalg.solve(spread, left))
        if not (aim < least).any():
            return aim
        held |= aim < least


def _linearised(
    inquiry: Inquiry, worldview: int, statements: Sequence[StatedCredence], moved: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the implied log-odds (statements,) after a move, and their slopes (statements, n_judgements)."""
    numbers, network = inquiry.numbers, inquiry.network
    scale, column, single = (
        _scales(inquiry, worldview),
        numbers.column[worldview],
        numbers.single[worldview],
    )
    u = (numbers.mu[worldview] + scale[column] * moved[column])[:, None]
    entries = fill(network.program, u, single)
    implied = np.empty(len(statements))
    of_entries = np.empty((len(statements), len(entries)))
    for places, sides, planned in _about_the_same(inquiry, statements):
        log_z, of_sides = log_z_gradients(network, Filled(entries), sides, planned=planned)
        implied[places] = log_z[1::2, 0] - log_z[::2, 0]
        of_entries[places] = of_sides[1::2, :, 0] - of_sides[::2, :, 0]
    n = len(statements)
    by_address = pullback(  # one column per statement
        network.program,
        np.repeat(u, n, axis=1),
        single,
        np.repeat(entries, n, axis=1),
        of_entries.T,
    )
    slopes = np.zeros((n, len(moved)))
    np.add.at(slopes.T, column, by_address)
    return implied, slopes * scale


def _scales(inquiry: Inquiry, worldview: int) -> FloatArray:
    """Return how far one deviation moves each judgement: 0 for constants, half a logit for points."""
    sd, mu = inquiry.numbers.sd[worldview], inquiry.numbers.mu[worldview]
    return np.where(np.abs(mu) >= LOGIT_OF_CERTAINTY, 0.0, np.where(sd > 0, sd, SD_OF_A_POINT))


def _in_force(numbers: Numbers, worldview: int, moves: FloatArray) -> FloatArray:
    """Return judgements `u` (n_judgements,) after moves of their columns, shares as they count."""
    u = numbers.mu[worldview] + moves[numbers.column[worldview]]
    return shares_counted(numbers, u[:, None], worldview)[:, 0]


def _judgement_changes(inquiry: Inquiry, worldview: int, moved: FloatArray) -> tuple[JudgementChange, ...]:
    scale, whole = _scales(inquiry, worldview), float((moved**2).sum())
    in_force = [_in_force(inquiry.numbers, worldview, move) for move in (0 * moved, scale * moved)]
    changes = []
    for number in np.argsort(-np.abs(moved), kind="stable"):
        if abs(moved[number]) < 1e-6:
            break
        mu = float(inquiry.numbers.mu[worldview][number])
        log_odds = float(scale[number] * moved[number])
        changes.append(
            JudgementChange(
                address=inquiry.network.addresses[number],
                before=natural_at(inquiry.numbers, number, mu),
                after=natural_at(inquiry.numbers, number, mu + log_odds),
                before_in_force=natural_at(inquiry.numbers, number, in_force[0][number]),
                after_in_force=natural_at(inquiry.numbers, number, in_force[1][number]),
                log_odds=log_odds,
                deviations=float(moved[number]),
                share=float(moved[number] ** 2 / whole),
            )
        )
    return tuple(changes)


def _posterior_shifts(model: ModelSpec, worldview: str) -> tuple[PosteriorShift, ...]:
    """Return what conditioning on the statements does to each uncertain judgement, largest shift first."""
    inquiry = inquire_stated(model, (worldview,))
    [view] = views(inquiry, WORK)
    if not isinstance(view.draw, Conditioned):
        return ()
    numbers = inquiry.numbers
    mu, sd, moved = numbers.mu[0], numbers.sd[0], view.draw.z.mean(axis=1)
    in_force = [_in_force(numbers, 0, move) for move in (0 * moved, sd * moved)]
    shifts = [
        PosteriorShift(
            address=address,
            prior=natural_at(numbers, number, mu[number]),
            posterior=natural_at(numbers, number, mu[number] + sd[number] * moved[number]),
            prior_in_force=natural_at(numbers, number, in_force[0][number]),
            posterior_in_force=natural_at(numbers, number, in_force[1][number]),
            deviations=float(moved[number]),
        )
        for number, address in enumerate(inquiry.network.addresses)
        if sd[number] > 0 and numbers.column[0][number] == number
    ]
    return tuple(sorted(shifts, key=lambda shift: -abs(shift.deviations)))

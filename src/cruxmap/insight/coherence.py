"""What reviewers say all things considered, against what their own judgements imply.

In: a `ModelSpec`. Out: per worldview, its `stated` credences beside the implied ones, and the least
change of judgements under which they would agree. Where the model reconciles, also the posterior's shifts.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from cruxmap.engine.executors import HERE, WORK, Executor, Progress, Work
from cruxmap.engine.formulas import fill, pullback
from cruxmap.engine.network import BoolArray, Filled, FloatArray
from cruxmap.engine.queries import infer_many, log_z_gradient
from cruxmap.engine.special import expit
from cruxmap.insight.plain import Answer, plain_fields
from cruxmap.insight.views import Conditioned, forward_draws, views
from cruxmap.language.argument_map import (
    LOGIT_OF_CERTAINTY,
    MAP_WORLDVIEW,
    Z_95,
    Stated,
    condition_text,
)
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.names import checked_worldview
from cruxmap.network.inquiry import (
    SD_OF_A_STATED_POINT,
    Inquiry,
    StatedCredence,
    blocks,
    draws_per_block,
    entries_of,
    inquire,
)
from cruxmap.network.means_and_deviations import natural_at

SPREAD_DRAWS = 512
"""Draws from which the spread of an implied credence is taken."""

MAX_ROUNDS = 50
"""Rounds of the search for the least change; a handful is usual."""

MIN_STEP = 1e-4
"""The shortest part of a round's step that is tried before the search ends."""

SETTLED = 1e-6
"""The search ends where no judgement moves further than this many standard deviations in a round."""

BARELY = 1e-9
"""The log of the least strength that an argument is given: at 1x, where it has no force, it has no slope."""

MET_EXACTLY = 1e-5
"""How near, in logits, a statement is met that is to be met exactly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedGap(Answer):
    """One stated credence and the implied one, at central judgements.

    `gap` is logit(stated) - logit(implied), and `notable` where it is beyond `threshold`: what the two
    intervals explain together. `None` with a `reason` where its conditions are impossible.
    """

    of: str
    assuming: tuple[str, ...]
    stated: float
    stated_low: float
    stated_high: float
    implied: float | None
    gap: float | None
    threshold: float | None
    notable: bool
    sources: tuple[str, ...] = ()
    note: str = ""
    reason: str | None = None

    hidden = frozenset({"stated_low", "stated_high", "note"})

    def to_json(self) -> dict[str, Any]:
        """Return the gap with the stated interval as one."""
        return plain_fields(self) | {"stated_interval_90": [self.stated_low, self.stated_high]}


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementChange(Answer):
    """A judgement that would give way: from where to where (natural scale), and how far.

    `log_odds` is the change of its logit (or log); `deviations` the same in standard deviations of its
    interval, a point counting as one of half a logit; `share` its part of the squared length of the whole.
    """

    address: str
    before: float
    after: float
    log_odds: float
    deviations: float
    share: float


@dataclass(frozen=True, slots=True)
class PosteriorShift(Answer):
    """Where conditioning on the stated credences takes a judgement: natural-scale means, and deviations."""

    address: str
    prior: float
    posterior: float
    deviations: float


@dataclass(frozen=True, slots=True)
class WorldviewCoherence(Answer):
    """One worldview: its gaps, largest first, and the least change of judgements that reconciles them.

    The change closes the notable gaps, if it can, and holds the others by their intervals; where no gap is
    notable there is none. `distance` is its length in standard deviations; `left` are the gaps that remain,
    in the order of `stated`.
    """

    stated: tuple[StatedGap, ...]
    changes: tuple[JudgementChange, ...] = ()
    distance: float = 0.0
    left: tuple[float | None, ...] = ()
    shifts: tuple[PosteriorShift, ...] = ()

    hidden = frozenset({"left"})

    def to_json(self) -> dict[str, Any]:
        """Return it with what is left of every gap beside that gap."""
        gaps = zip(self.stated, self.left, strict=True)
        return plain_fields(self) | {"stated": [gap.to_json() | {"left": left} for gap, left in gaps]}


@dataclass(frozen=True, slots=True)
class Coherence(Answer):
    """The coherence of every worldview of a model; those that state nothing have empty tables."""

    model: str
    worldviews: Mapping[str, WorldviewCoherence]


def coherence(
    model: ModelSpec, *, progress: Progress | None = None, executor: Executor = HERE
) -> Coherence:
    """Return, for every worldview of the model, how what it states fits what it implies."""
    work, names = Work(executor, progress), model.worldviews
    found = {}
    for name, of_one in zip(names, work.map(_coherence_of, (model,), names), strict=True):
        found[name] = of_one
        work.tell("coherence", len(found), len(names))
    return Coherence(model.id, MappingProxyType(found))


def stated_gaps(model: ModelSpec, worldview: str) -> tuple[StatedGap, ...]:
    """Return a worldview's stated credences against the implied ones, largest gap first.

    Raises `InvalidMap` for an unknown worldview.
    """
    checked_worldview(model.map, worldview)
    if not _stated_by(model, worldview):
        return ()
    return tuple(gap for gap, _ in _gaps(model, _inquiry(model, worldview)))


def _stated_by(model: ModelSpec, worldview: str) -> tuple[Stated, ...]:
    return () if worldview == MAP_WORLDVIEW else model.map.worldview[worldview].stated


def _inquiry(model: ModelSpec, worldview: str) -> Inquiry:
    return inquire(replace(model, worldviews=(worldview,), reconcile=True))


def _gaps(model: ModelSpec, inquiry: Inquiry) -> list[tuple[StatedGap, StatedCredence]]:
    """Return each gap with its statement in the network, largest gap first, undefined ones last."""
    [worldview] = inquiry.model.worldviews
    central = _implied(inquiry, entries_of(inquiry, 0, np.zeros((len(inquiry.network.addresses), 1))))[
        :, 0
    ]
    draw = forward_draws(inquiry, SPREAD_DRAWS)
    drawn = np.concatenate(
        [
            _implied(inquiry, entries_of(inquiry, 0, draw(start, stop)))
            for start, stop in blocks(SPREAD_DRAWS, draws_per_block(inquiry))
        ],
        axis=1,
    )
    pairs = []
    for stated, credence, logit, spread in zip(
        _stated_by(model, worldview), inquiry.stated, central, drawn, strict=True
    ):
        reason = None
        if math.isnan(logit):
            reason = "what it assumes, or what is observed, is impossible in this worldview"
        elif math.isinf(logit):
            reason = "it is certain by this worldview's own judgements"
        fine = reason is None
        threshold = Z_95 * math.hypot(credence.sd, float(spread.std(ddof=1))) if fine else None
        gap = credence.logit - float(logit) if fine else None
        pairs.append(
            (
                StatedGap(
                    of=condition_text(stated.of),
                    assuming=tuple(map(condition_text, stated.assuming)),
                    stated=stated.credence.middle,
                    stated_low=stated.credence.low,
                    stated_high=stated.credence.high,
                    implied=None if math.isnan(logit) else float(expit(logit)),
                    gap=gap,
                    threshold=threshold,
                    notable=gap is not None and threshold is not None and abs(gap) > threshold,
                    sources=tuple(map(str, stated.citations)),
                    note=stated.note,
                    reason=reason,
                ),
                credence,
            )
        )
    return sorted(pairs, key=lambda pair: -abs(pair[0].gap or 0.0))


def _implied(inquiry: Inquiry, filled: Filled) -> FloatArray:
    """Return the log-odds of every stated condition, (statements, D), nan where what it assumes cannot be."""
    evidence = [side for stated in inquiry.stated for side in stated.sides]
    log_z = np.stack([i.log_z for i in infer_many(inquiry.network, filled, evidence, ())])
    with np.errstate(invalid="ignore"):
        return np.asarray(log_z[1::2] - log_z[::2])


def _coherence_of(model: ModelSpec, worldview: str) -> WorldviewCoherence:
    if not _stated_by(model, worldview):
        return WorldviewCoherence(())
    inquiry = _inquiry(model, worldview)
    pairs = _gaps(model, inquiry)
    possible = [(credence, gap.notable) for gap, credence in pairs if gap.gap is not None]
    notable = np.array([notable for _, notable in possible], dtype=np.bool_)
    moved, residual = _least_change(inquiry, [credence for credence, _ in possible], notable)
    remaining = iter(residual.tolist())
    left = tuple(None if gap.gap is None else next(remaining) for gap, _ in pairs)
    return WorldviewCoherence(
        stated=tuple(gap for gap, _ in pairs),
        changes=_judgement_changes(inquiry, moved),
        distance=float(np.linalg.norm(moved)),
        left=left,
        shifts=_posterior_shifts(inquiry) if model.reconcile else (),
    )


# --- the least change ----------------------------------------------------------------------------


def _least_change(
    inquiry: Inquiry, statements: Sequence[StatedCredence], exactly: BoolArray
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
    implied, slopes = _linearised(inquiry, statements, moved)
    numbers, scale = inquiry.numbers, _scales(inquiry)
    least = np.full(len(moved), -np.inf)
    weighty = numbers.is_strength & (numbers.mu[0] > BARELY)
    least[weighty] = (BARELY - numbers.mu[0][weighty]) / scale[weighty]
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
            trial, trial_slopes = _linearised(inquiry, statements, candidate)
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
    inquiry: Inquiry, statements: Sequence[StatedCredence], moved: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the implied log-odds (statements,) after a move, and their slopes (statements, n_judgements)."""
    numbers, network = inquiry.numbers, inquiry.network
    scale, column = _scales(inquiry), numbers.column[0]
    u = (numbers.mu[0] + scale[column] * moved[column])[:, None]
    entries = fill(network.program, u, numbers.single[0])
    implied, of_entries = [], []
    for stated in statements:
        (no, below), (yes, above) = (
            log_z_gradient(network, Filled(entries), side) for side in stated.sides
        )
        implied.append(yes[0] - no[0])
        of_entries.append(above[:, 0] - below[:, 0])
    n = len(statements)
    by_address = pullback(  # one column per statement
        network.program,
        np.repeat(u, n, axis=1),
        numbers.single[0],
        np.repeat(entries, n, axis=1),
        np.stack(of_entries, axis=1),
    )
    slopes = np.zeros((n, len(moved)))
    np.add.at(slopes.T, column, by_address)
    return np.array(implied), slopes * scale


def _scales(inquiry: Inquiry) -> FloatArray:
    """Return how far one deviation moves each judgement: 0 for constants, half a logit for points."""
    sd, mu = inquiry.numbers.sd[0], inquiry.numbers.mu[0]
    return np.where(np.abs(mu) >= LOGIT_OF_CERTAINTY, 0.0, np.where(sd > 0, sd, SD_OF_A_STATED_POINT))


def _judgement_changes(inquiry: Inquiry, moved: FloatArray) -> tuple[JudgementChange, ...]:
    scale, whole = _scales(inquiry), float((moved**2).sum())
    changes = []
    for number in np.argsort(-np.abs(moved), kind="stable"):
        if abs(moved[number]) < 1e-6:
            break
        mu = float(inquiry.numbers.mu[0][number])
        log_odds = float(scale[number] * moved[number])
        changes.append(
            JudgementChange(
                address=inquiry.network.addresses[number],
                before=natural_at(inquiry.numbers, number, mu),
                after=natural_at(inquiry.numbers, number, mu + log_odds),
                log_odds=log_odds,
                deviations=float(moved[number]),
                share=float(moved[number] ** 2 / whole),
            )
        )
    return tuple(changes)


def _posterior_shifts(inquiry: Inquiry) -> tuple[PosteriorShift, ...]:
    """Return what conditioning on the statements does to each uncertain judgement, largest shift first."""
    [view] = views(inquiry, WORK)
    if not isinstance(view.draw, Conditioned):
        return ()
    numbers = inquiry.numbers
    shifts = []
    for number, address in enumerate(inquiry.network.addresses):
        mu, sd = float(numbers.mu[0][number]), float(numbers.sd[0][number])
        if sd > 0 and numbers.column[0][number] == number:
            moved = float(view.draw.z[number].mean())
            shifts.append(
                PosteriorShift(
                    address,
                    natural_at(numbers, number, mu),
                    natural_at(numbers, number, mu + sd * moved),
                    moved,
                )
            )
    return tuple(sorted(shifts, key=lambda shift: -abs(shift.deviations)))

"""Which few cruxes are worth settling together: two that say the same are worth one.

The value of a set is the mutual information of the target with all of its members at once. Sets are
grown greedily, each time by the one that tells most beside those already chosen.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cruxmap.engine.network import DrawsFrom, Evidence, FloatArray
from cruxmap.engine.queries import cost, infer_many
from cruxmap.insight.candidates import Candidate
from cruxmap.insight.information import Chance, entropy, value_of_information
from cruxmap.insight.plain import Answer
from cruxmap.insight.views import Block, Draws, View, fill_block
from cruxmap.network.inquiry import Inquiry, blocks, draws_per_block, together

LARGEST_SET = 3
"""How many cruxes the greedy best set has at most."""

SET_DRAWS = 256
"""Draws over which the value of a set is averaged, at most."""

DRAWS_IN_A_BLOCK = 64
"""Draws that are taken at once: each has many runs."""

SET_WORK = 4e9
"""Multiplications that the search for the best sets may take: a few seconds on two cores."""


ROUNDING = 1e-12
"""How far apart values may be that are the same: the first candidate of those is chosen."""


@dataclass(frozen=True, slots=True)
class CruxSet(Answer):
    """The greedy best set of its size, in the order of choice, and the value of learning all of it."""

    ids: tuple[str, ...]
    voi: float
    voi_share: float | None


def best_sets(view: View, candidates: Sequence[Candidate]) -> tuple[CruxSet, ...]:
    """Return the greedy best sets of 1, 2, ... of the candidates.

    Values are averages over the same draws for all sizes, so they grow with the set.
    """
    if not candidates:
        return ()
    left, largest = list(candidates), min(LARGEST_SET, len(candidates))
    chosen: list[Candidate] = []
    sets: list[CruxSet] = []
    outcomes: list[Evidence | None] = [_anything(view, candidates)]
    tables, log_given = _joint_tables(view, outcomes, left, _affordable(view, candidates))
    while len(sets) < largest:
        values = [value_of_information(table.reshape(2, -1) / table.sum()) for table in tables]
        best = int(np.argmax(np.array(values) >= max(values) * (1 - ROUNDING)))
        of_target = tables[best].sum(axis=(1, 2)) / tables[best].sum()
        share = values[best] / entropy(Chance(float(of_target[1]), float(of_target[0])))
        chosen.append(left.pop(best))
        sets.append(CruxSet(tuple(candidate.id for candidate in chosen), values[best], share))
        view.tell("sets of cruxes", len(sets), largest)
        if len(sets) < largest:
            sides = _both_sides(view, chosen[-1])
            outcomes = [_with_finding(outcome, side) for outcome in outcomes for side in sides]
            others, chances = np.delete(tables, best, axis=0), tables[best].sum(axis=0)
            tables = _split(view, outcomes, left, before=others, chances=chances, log_given=log_given)
    return tuple(sets)


def _affordable(view: View, candidates: Sequence[Candidate]) -> int:
    network, variables = view.inquiry.network, {candidate.variable for candidate in candidates}
    clamped = {variable for side in view.inquiry.sides for variable, _ in side} | variables
    runs = sum(2 * 2**size for size in range(LARGEST_SET))
    planned = view.inquiry.planned
    work = cost(network, tuple(variables), clamped, DrawsFrom(0, view.n_draws), planned=planned)
    # A run with its slopes takes about three times as long as one without.
    return min(view.n_draws, SET_DRAWS, max(32, int(SET_WORK / (3 * runs * (1 + work)))))


def _anything(view: View, candidates: Sequence[Candidate]) -> Evidence:
    """Return evidence that mentions every candidate and rules nothing out: so one plan serves all sets."""
    variables = dict.fromkeys(candidate.variable for candidate in candidates)
    return tuple((v, tuple(range(len(view.inquiry.network.variables[v].states)))) for v in variables)


def _both_sides(view: View, candidate: Candidate) -> tuple[tuple[int, tuple[int, ...]], ...]:
    assert candidate.state is not None
    states = range(len(view.inquiry.network.variables[candidate.variable].states))
    others = tuple(state for state in states if state != candidate.state)
    return (candidate.variable, others), (candidate.variable, (candidate.state,))


def _with_finding(outcome: Evidence | None, side: tuple[int, tuple[int, ...]]) -> Evidence | None:
    """Add one more finding; `None` where it contradicts what is found already."""
    variable, states = side
    known = dict(outcome or ())
    left = tuple(state for state in known.get(variable, ()) if state in states)
    return tuple((known | {variable: left}).items()) if left else None


def _split(
    view: View,
    outcomes: Sequence[Evidence | None],
    candidates: Sequence[Candidate],
    *,
    before: FloatArray,
    chances: FloatArray,
    log_given: FloatArray,
) -> FloatArray:
    """Return the `_joint_tables` of outcomes, two for each of those `before`, whose `chances` are known.

    Where one plan serves all, sums are exact: then the rarer of two is run, and the other is what is left.
    """
    if view.inquiry.planned is None:
        return _joint_tables(view, outcomes, candidates, len(log_given))[0]
    rarer, each = chances.argmin(axis=1), np.arange(len(chances))
    can_be = chances[each, rarer] > 0
    run = [outcomes[2 * o + r] if can_be[o] else None for o, r in enumerate(rarer.tolist())]
    found, _ = _joint_tables(view, run, candidates, len(log_given), log_given)
    both = np.empty((*found.shape[:3], 2, 2))
    both[:, :, each, rarer] = found
    both[:, :, each, 1 - rarer] = np.maximum(before - found, 0.0)
    return both.reshape(len(candidates), 2, len(outcomes), 2)


def _joint_tables(
    view: View,
    outcomes: Sequence[Evidence | None],
    candidates: Sequence[Candidate],
    n_draws: int,
    log_given: FloatArray | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Return sums over draws of P(target, outcome, candidate), (candidates, 2, outcomes, 2), and `log_given`.

    That is the log-chance of what is given (n_draws,), by default that of all outcomes together.
    """
    tables = np.zeros((len(candidates), 2, len(outcomes), 2))
    places = [place for place, outcome in enumerate(outcomes) if outcome is not None]
    if places:
        size = min(draws_per_block(view.inquiry), DRAWS_IN_A_BLOCK)
        tasks = [(view.worldview, start, stop) for start, stop in blocks(n_draws, size)]
        possible = tuple(outcome for outcome in outcomes if outcome is not None)
        shared = (view.inquiry, view.draw, possible, (tuple(candidates), log_given))
        totals, wholes = zip(*view.work.map(_outcomes_of_block, shared, tasks), strict=True)
        tables[:, :, places], log_given = sum(totals), np.concatenate(wholes)
    assert log_given is not None
    return tables, log_given


def _outcomes_of_block(
    inquiry: Inquiry,
    draw: Draws,
    outcomes: tuple[Evidence, ...],
    known: tuple[tuple[Candidate, ...], FloatArray | None],
    block: Block,
) -> tuple[FloatArray, FloatArray]:
    """Return sums over the draws of a block, (candidates, 2, outcomes, 2), and the log-chance of all."""
    (candidates, log_given), (_, start, stop) = known, block
    filled = fill_block(inquiry, draw, block)
    variables = tuple(dict(outcomes[0]))  # always the same, and so is the plan
    cases = [together(side, outcome) for side in inquiry.sides for outcome in outcomes]
    inferences = infer_many(inquiry.network, filled, cases, variables, planned=inquiry.planned, few=True)
    if log_given is None:
        whole = np.logaddexp.reduce([inference.log_z for inference in inferences])
    else:
        whole = log_given[start:stop]
    totals = np.zeros((len(candidates), 2, len(outcomes), 2))
    for number, inference in enumerate(inferences):
        side, outcome = divmod(number, len(outcomes))
        possible = np.isfinite(inference.log_z)
        weight = np.exp(inference.log_z[possible] - whole[possible])
        for total, candidate in zip(totals, candidates, strict=True):
            marginal = (inference.marginals[candidate.variable][:, possible] * weight).sum(axis=1)
            true = marginal[candidate.state]
            total[side, outcome] = marginal.sum() - true, true
    return totals, whole

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
    n_draws, exact = _affordable(view, candidates), view.inquiry.planned is not None
    chosen: list[Candidate] = []
    outcomes: list[Evidence] = [_anything(view, candidates)]
    sets = []
    for size in range(min(LARGEST_SET, len(candidates))):
        left = [candidate for candidate in candidates if candidate not in chosen]
        tables = _joint_tables(view, outcomes, left, n_draws)
        values = [value_of_information(tables[candidate.id]) for candidate in left]
        best = int(np.argmax(np.array(values) >= max(values) * (1 - ROUNDING)))
        chosen.append(left[best])
        table = tables[left[best].id]
        outcomes = [
            found
            for outcome, chances in zip(outcomes, table.reshape(2, -1, 2).sum(axis=0), strict=True)
            for side, known in zip(_both_sides(view, left[best]), chances, strict=True)
            if (found := _with_finding(outcome, side)) is not None and (known > 0 or not exact)
        ]
        of_target = table.sum(axis=1)
        share = values[best] / entropy(Chance(float(of_target[1]), float(of_target[0])))
        sets.append(CruxSet(tuple(candidate.id for candidate in chosen), values[best], share))
        view.tell("sets of cruxes", size + 1, min(LARGEST_SET, len(candidates)))
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


def _with_finding(outcome: Evidence, side: tuple[int, tuple[int, ...]]) -> Evidence | None:
    """Add one more finding; `None` where it contradicts what is found already."""
    variable, states = side
    known = dict(outcome)
    left = tuple(state for state in known[variable] if state in states)
    return tuple((known | {variable: left}).items()) if left else None


def _joint_tables(
    view: View, outcomes: Sequence[Evidence], candidates: Sequence[Candidate], n_draws: int
) -> dict[str, FloatArray]:
    """Return for each candidate its joint table (2, 2 * outcomes) with the target, given what is chosen."""
    size = min(draws_per_block(view.inquiry), DRAWS_IN_A_BLOCK)
    tasks = [(view.worldview, start, stop) for start, stop in blocks(n_draws, size)]
    shared = (view.inquiry, view.draw, tuple(outcomes), tuple(candidates))
    total = sum(view.work.map(_outcomes_of_block, shared, tasks), start=np.zeros(()))
    return {candidate.id: table / table.sum() for candidate, table in zip(candidates, total, strict=True)}


def _outcomes_of_block(
    inquiry: Inquiry,
    draw: Draws,
    outcomes: tuple[Evidence, ...],
    candidates: tuple[Candidate, ...],
    block: Block,
) -> FloatArray:
    """Return sums over the draws of a block: (candidates, 2, 2 * outcomes)."""
    filled = fill_block(inquiry, draw, block)
    variables = tuple(dict(outcomes[0]))  # always the same, and so is the plan
    cases = [together(side, outcome) for side in inquiry.sides for outcome in outcomes]
    inferences = infer_many(inquiry.network, filled, cases, variables, planned=inquiry.planned, few=True)
    whole = np.logaddexp.reduce([inference.log_z for inference in inferences])
    totals = np.zeros((len(candidates), 2, 2 * len(outcomes)))
    for number, inference in enumerate(inferences):
        side, outcome = divmod(number, len(outcomes))
        possible = np.isfinite(inference.log_z)
        weight = np.exp(inference.log_z[possible] - whole[possible])
        for total, candidate in zip(totals, candidates, strict=True):
            marginal = (inference.marginals[candidate.variable][:, possible] * weight).sum(axis=1)
            true = marginal[candidate.state]
            total[side, 2 * outcome : 2 * outcome + 2] = marginal.sum() - true, true
    return totals

"""The next best crux: what each one tells about the target beyond those chosen before it.

In: candidates, and the worldviews whose central judgements count. Out: the first few, in the order in which
they are worth settling. Each time the one is chosen with the largest conditional mutual information
`I(T; C | C_1 .. C_{k-1})`, exact; of several worldviews, with the largest mean.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from typing import ClassVar

import numpy as np

from cruxmap.engine.exact_or_sampled import approach
from cruxmap.engine.network import Evidence, FewWhatIfs, Filled, FloatArray, IntArray
from cruxmap.engine.planning import Plan
from cruxmap.engine.propagation import split_reads
from cruxmap.engine.queries import Planned, infer_each
from cruxmap.engine.ragged import starts
from cruxmap.errors import InvalidMap
from cruxmap.insight.candidates import Candidate
from cruxmap.insight.information import conditional_information, weighted_entropies
from cruxmap.insight.plain import Answer
from cruxmap.network.inquiry import Inquiry, blocks, central_entries, together

HOW_MANY = 8
"""How many cruxes are chosen one after another."""

CONSIDERED = 24
"""How many candidates are considered where no plan serves all questions, and one is made for these."""

MOST_CASES = 512
"""How many cases of what is chosen are told apart at most: those in which most is left to learn."""

AT_ONCE = 256
"""Cases that are put through the network at a time."""

ROUNDING = 1e-12
"""What is smaller than this, as a part of all there is to learn, is rounding."""


@dataclass(frozen=True, slots=True)
class CruxSet(Answer):
    """The cruxes chosen first, in that order, and what all of them tell, at central judgements."""

    ids: tuple[str, ...]
    voi: float
    voi_share: float
    of_whole_map: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class NextBest:
    """Cruxes in the order in which they were chosen, and what each of them `added`, in bans.

    `in_all` is the uncertainty about the target: all there is to learn.
    """

    ids: tuple[str, ...] = ()
    added: tuple[float, ...] = ()
    in_all: float = 0.0

    @property
    def sets(self) -> tuple[CruxSet, ...]:
        """The first one, two, ... of them together."""
        values = np.cumsum(self.added).tolist()
        return tuple(
            CruxSet(self.ids[:size], voi, voi / self.in_all) for size, voi in enumerate(values, start=1)
        )


def best_first(inquiry: Inquiry, worldviews: Sequence[int], candidates: Sequence[Candidate]) -> NextBest:
    """Choose the first few of candidates, which come in the order of their value alone.

    A candidate is a variable with all its states. None is chosen where the target is certain at central
    judgements, or what is given impossible, or where states are sampled: what samples say of many cases is
    too noisy to be added up.
    """
    asker = _asker(inquiry, worldviews, candidates)
    if asker is None:
        return NextBest()
    joint, cases = asker.at_first()
    all_there_is = float(weighted_entropies(asker.of_target(joint)).mean())
    chosen: list[int] = []
    told: list[float] = []
    while all_there_is > 0 and len(chosen) < min(HOW_MANY, len(asker.candidates)):
        if chosen:
            joint, cases = asker.split(joint, cases, chosen[-1])
        values = conditional_information(joint, asker.first).mean(axis=0)
        values[chosen] = -np.inf
        best = int(np.argmax(values >= values.max() - ROUNDING * all_there_is))
        chosen.append(best)
        told.append(float(values[best]) if values[best] > ROUNDING * all_there_is else 0.0)
    ids = tuple(asker.candidates[place].id for place in chosen)
    return NextBest(ids, tuple(told), all_there_is)


@dataclass(frozen=True, slots=True, eq=False)
class _Asker:
    """How the network is asked about cases of what is chosen, each the evidence that stands for it.

    `entries` (n_entries, worldviews) are those of central judgements. Joint probabilities are (worldviews,
    cases, 2, rows): of a case, of the target's two states, and of the states of all candidates, one
    candidate after the other; `first` is where each begins, and `counts` how many states it has.
    """

    inquiry: Inquiry
    planned: Planned
    candidates: tuple[Candidate, ...]
    entries: FloatArray
    counts: IntArray

    @property
    def first(self) -> IntArray:
        """The first row of each candidate."""
        return starts(self.counts)[:-1]

    def of_target(self, joint: FloatArray) -> FloatArray:
        """Return the joint probabilities of cases and the target alone, (worldviews, cases, 2)."""
        return joint[..., : self.counts[0]].sum(axis=-1)

    def at_first(self) -> tuple[FloatArray, list[Evidence]]:
        """Return the joint probabilities where nothing is chosen, of one case; 0 where that is impossible."""
        n_worldviews = self.entries.shape[1]
        columns = list(product(range(n_worldviews), (0, 1), [()]))
        log_z, rows = self._ask(columns)
        of_side = log_z.reshape(n_worldviews, 2, 1)
        given = np.logaddexp.reduce(of_side, axis=1, keepdims=True)
        weight = np.exp(of_side - np.where(np.isfinite(given), given, 0.0))
        joint = np.where(weight > 0, weight * rows.reshape(n_worldviews, 2, -1), 0.0)
        return joint[:, None], [()]

    def split(
        self, joint: FloatArray, cases: Sequence[Evidence], place: int
    ) -> tuple[FloatArray, list[Evidence]]:
        """Tell the states of one more candidate apart in every case.

        All but the likeliest are run, and that one is what is left. Cases that tell nothing more go, and of
        too many those in which least is left to learn.
        """
        variable, n_states = self.candidates[place].variable, int(self.counts[place])
        begin = int(self.first[place])
        mass = joint[..., begin : begin + n_states]  # (worldviews, cases, 2, states)
        run = mass > 0
        likeliest = mass.sum(axis=(0, 2)).argmax(axis=1)
        run[:, np.arange(len(cases)), :, likeliest] = False
        where = np.argwhere(run)
        found = np.zeros((*mass.shape, joint.shape[-1]))
        columns = [
            (w, side, (*cases[case], (variable, (state,)))) for w, case, side, state in where.tolist()
        ]
        if columns:
            found[run] = mass[run][:, None] * self._ask(columns)[1]
        rest = np.maximum(joint - found.sum(axis=3), 0.0)
        found[:, np.arange(len(cases)), :, likeliest] = rest.swapaxes(0, 1)
        parts = found.swapaxes(2, 3).reshape(len(joint), -1, 2, joint.shape[-1])
        more = [(*case, (variable, (state,))) for case in cases for state in range(n_states)]
        left = weighted_entropies(self.of_target(parts))
        kept = np.argsort(-left.max(axis=0), kind="stable")[:MOST_CASES]
        kept = np.sort(kept[left[:, kept].max(axis=0) > ROUNDING**2])
        return parts[:, kept], [more[case] for case in kept.tolist()]

    def _ask(self, columns: Sequence[tuple[int, int, Evidence]]) -> tuple[FloatArray, FloatArray]:
        """Return log P(evidence) (columns,) and the states of the candidates given it (columns, rows).

        A column is a worldview, a side of the target, and what is found besides.
        """
        variables = tuple(dict.fromkeys(candidate.variable for candidate in self.candidates))
        logs, rows = [], []
        for start, stop in blocks(len(columns), AT_ONCE):
            some = columns[start:stop]
            entries = self.entries[:, [worldview for worldview, _, _ in some]]
            found = infer_each(
                self.inquiry.network,
                Filled(entries, FewWhatIfs(len(some))),
                [together(self.inquiry.sides[side], case) for _, side, case in some],
                variables,
                planned=self.planned,
            )
            of_variable = split_reads(found.asked, found.read[0])
            logs.append(found.log_z[0])
            rows.append(np.concatenate([of_variable[c.variable] for c in self.candidates]).T)
        return np.concatenate(logs), np.concatenate(rows)


def _asker(inquiry: Inquiry, worldviews: Sequence[int], candidates: Sequence[Candidate]) -> _Asker | None:
    """Return how to ask about candidates, or the first of them; `None` where it would be by samples."""
    planned = inquiry.planned
    if planned is None:
        candidates = candidates[:CONSIDERED]
        variables = frozenset({inquiry.targets[0], *inquiry.clamped, *(c.variable for c in candidates)})
        planned = (variables, variables)
        if not _is_exact(inquiry, planned):
            return None
    if not candidates:
        return None
    return _Asker(
        inquiry=inquiry,
        planned=planned,
        candidates=tuple(candidates),
        entries=central_entries(inquiry).whole[:, list(worldviews)],
        counts=np.array([len(inquiry.network.variables[c.variable].states) for c in candidates]),
    )


def _is_exact(inquiry: Inquiry, planned: Planned) -> bool:
    """Tell whether one plan of exact sums serves so many questions."""
    with suppress(InvalidMap):
        return isinstance(approach(inquiry.network, *planned), Plan)
    return False

"""Answers about many draws at once: marginals, joint marginals, the likelihood and its gradient.

In: a `Network`, its tables `Filled` for D draws, and evidence. Answers are exact unless the network is too
wide for that or is told otherwise; then states are sampled (see `state_samples`). Where exact, every
probability is computed by itself, its complement from its own terms, so both have a relative error of about
1e-14. Impossible evidence gives log Z = -inf and NaN for what is conditional on it, never an error.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from cruxmap.engine.exact_or_sampled import approach, exactly
from cruxmap.engine.jackknife import Batches, averaged
from cruxmap.engine.network import BoolArray, Evidence, Filled, FloatArray, Network, Numbering
from cruxmap.engine.planning import BUDGET, Plan
from cruxmap.engine.propagation import Propagated, run, run_each, run_side_by_side, split_reads
from cruxmap.engine.schemes import Scheme


@dataclass(frozen=True, slots=True, eq=False)
class Inference:
    """`log_z` (D,) is log P(evidence), -inf where it is impossible; `marginals[v]` is (n_states, D),
    P(state of v | evidence), NaN where the evidence is impossible.

    Where states were sampled, `effective` (D,) is the effective number of samples that agree with the
    evidence, `replicates` are the same answers without one batch of samples each, and `possible[v]`
    (n_states, 1) tells which states can be.
    """

    log_z: FloatArray
    marginals: Mapping[int, FloatArray]
    effective: FloatArray | None = None
    replicates: tuple["Inference", ...] = ()
    possible: Mapping[int, BoolArray] = field(default_factory=dict)

    def unseen(self, variable: int) -> FloatArray:
        """By how much one more sample can change the marginal of a variable, (n_states, D).

        0 where that is exact, and for states that are certain or cannot be.
        """
        if self.effective is None:
            return np.zeros_like(self.marginals[variable])
        possible = self.possible[variable]
        with np.errstate(divide="ignore"):
            return np.where(possible & (possible.sum() > 1), 1.0 / self.effective, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """`log_z` (D,) as in `Inference`; `target` (t, D) is P(target state | evidence); `marginals[v]` is
    (t, n_states, D), P(target state, state of v | evidence), and `possible[v]` (t, n_states, 1), that of
    the target itself (t, 1, 1). `slopes` (t, n_entries, D), where they were wanted, are d log P(evidence,
    target state) / d entry, NaN where that is impossible. The rest as in `Inference`."""

    log_z: FloatArray
    target: FloatArray
    marginals: Mapping[int, FloatArray]
    effective: FloatArray | None = None
    replicates: tuple["Joint", ...] = ()
    possible: Mapping[int, BoolArray] = field(default_factory=dict)
    slopes: FloatArray | None = None


type Planned = tuple[Iterable[int], Iterable[int]]
"""What may be asked and what may be clamped, so that one plan serves many questions."""


def infer(
    network: Network,
    filled: Filled,
    evidence: Evidence = (),
    ask: Sequence[int] = (),
    *,
    threads: int | None = None,
    budget: int = BUDGET,
    planned: Planned | None = None,
) -> Inference:
    """P(evidence) and the marginals of `ask` given it, per draw."""
    return infer_many(network, filled, (evidence,), ask, threads=threads, budget=budget, planned=planned)[
        0
    ]


def infer_many(
    network: Network,
    filled: Filled,
    evidences: Sequence[Evidence],
    ask: Sequence[int] = (),
    *,
    threads: int | None = None,
    budget: int = BUDGET,
    planned: Planned | None = None,
    few: bool = False,
) -> tuple[Inference, ...]:
    """`infer` for several pieces of evidence, with one plan for all of them.

    Where it is `planned` for more, the plan is made for that, and serves other questions too. Where draws are
    `few`, no tape is written for just this evidence.
    """
    clamped = {v for evidence in evidences for v, _ in evidence}
    match approach(network, ask, clamped, budget=budget, planned=planned):
        case Plan() as plan:
            if few:
                found = run_side_by_side(plan, filled, evidences, ask, threads=threads)
            else:
                found = run(plan, filled, evidences, ask, threads=threads)
            return tuple(
                Inference(log_z, split_reads(found.asked, read))
                for log_z, read in zip(found.log_z, found.read, strict=True)
            )
        case Scheme() as scheme:
            from cruxmap.engine.state_samples import sample  # compiled, and not needed by small maps

            samples = (sample(scheme, filled, evidence, threads=threads) for evidence in evidences)
            return tuple(_estimated(scheme, drawn) for drawn in samples)


def infer_each(
    network: Network,
    filled: Filled,
    evidences: Sequence[Evidence],
    ask: Sequence[int] = (),
    *,
    gradient: bool = False,
    planned: Planned,
) -> Propagated:
    """`infer` where every column has evidence of its own; one case, and with `gradient` its slopes.

    By exact sums alone, of the plan for all that is `planned`; after the first time, other evidence costs
    nothing more. Raises `InvalidMap` where there is no such plan.
    """
    return run_each(exactly(network, *planned), filled, evidences, ask, gradient=gradient)


def joint(
    network: Network,
    filled: Filled,
    evidence: Evidence,
    target: int,
    ask: Sequence[int],
    *,
    gradient: bool = False,
    threads: int | None = None,
    planned: Planned | None = None,
) -> Joint:
    """Joint probabilities of each state of `target` and each state of the asked variables, given evidence.

    With `gradient`, also the slopes of the probability of each state of the target.
    """
    states = range(len(network.variables[target].states))
    cases: list[Evidence] = [((target, (state,)),) for state in states]
    match approach(network, ask, {target, *(v for v, _ in evidence)}, planned=planned):
        case Plan() as plan:
            given = [(*evidence, *case) for case in cases]
            return _joint_of(run(plan, filled, given, ask, gradient=gradient, threads=threads))
        case Scheme() as scheme:
            from cruxmap.engine.state_samples import sample

            drawn = sample(scheme, filled, evidence, cases=cases, threads=threads)
            found = _estimated_joint(scheme, drawn, target)
    if gradient:
        slopes = [
            log_z_gradient(network, filled, (*evidence, *case), threads=threads)[1] for case in cases
        ]
        found = replace(found, slopes=np.stack(slopes))
    return found


def log_z_gradient(
    network: Network,
    filled: Filled,
    evidence: Evidence,
    *,
    threads: int | None = None,
    planned: Planned | None = None,
) -> tuple[FloatArray, FloatArray]:
    """log P(evidence) (D,) and its gradient with respect to the entries (n_entries, D).

    Entries are free here: the gradient of a row counts as if its neighbours in the table stood still.
    NaN where the evidence is impossible.
    """
    match approach(network, (), {v for v, _ in evidence}, gradient=True, planned=planned):
        case Plan() as plan:
            found = run(plan, filled, [evidence], (), gradient=True, threads=threads)
            assert found.slopes is not None
            return found.log_z[0], found.slopes[0]
        case Scheme() as scheme:
            from cruxmap.engine.state_samples import sample_slopes

            return sample_slopes(scheme, filled, evidence, threads=threads)


def log_z_gradients(
    network: Network, filled: Filled, evidences: Sequence[Evidence], *, planned: Planned | None = None
) -> tuple[FloatArray, FloatArray]:
    """`log_z_gradient` for several cases of evidence over few draws: (cases, D), (cases, n_entries, D)."""
    clamped = {v for evidence in evidences for v, _ in evidence}
    match approach(network, (), clamped, gradient=True, planned=planned):
        case Plan() as plan:
            found = run_side_by_side(plan, filled, evidences, (), gradient=True)
            assert found.slopes is not None
            return found.log_z, found.slopes
        case Scheme():
            parts = [log_z_gradient(network, filled, evidence, planned=planned) for evidence in evidences]
            log_z, slopes = zip(*parts, strict=True)
            return np.stack(log_z), np.stack(slopes)


def cost(
    network: Network,
    ask: Sequence[int],
    clamped: Iterable[int],
    numbering: Numbering,
    *,
    planned: Planned | None = None,
) -> float:
    """About how many multiplications one draw of a question takes, without slopes."""
    match approach(network, ask, clamped, planned=planned):
        case Plan() as plan:
            return plan.triples
        case Scheme() as scheme:
            return scheme.work * scheme.samples(numbering)


def _joint_of(found: Propagated) -> Joint:
    """Put the cases, the states of the target, together."""
    logs = found.log_z
    highest = logs.max(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        log_z = highest + np.log(np.exp(logs - highest).sum(axis=0))
        log_z = np.where(np.isneginf(highest), -np.inf, log_z)
        shares = np.exp(logs - log_z)
        read = np.where(shares[:, None] == 0.0, 0.0, found.read) * shares[:, None]
    return Joint(log_z, shares, split_reads(found.asked, read), slopes=found.slopes)


# --- from samples of states ----------------------------------------------------------------------


def _estimated(scheme: Scheme, drawn: Batches) -> Inference:
    """The answers of the one case that was sampled."""
    found = averaged(drawn)
    whole, *parts = (
        Inference(log_z, split_reads(scheme.reads, read[0]))
        for log_z, read in zip(found.log_z, found.read, strict=True)
    )
    possible = split_reads(scheme.reads, drawn.possible[0])
    return replace(whole, effective=found.effective, replicates=tuple(parts), possible=possible)


def _estimated_joint(scheme: Scheme, drawn: Batches, target: int) -> Joint:
    """The answers of cases that are the states of a target."""
    found = averaged(drawn)
    whole, *parts = (
        Joint(log_z, share, split_reads(scheme.reads, read))
        for log_z, share, read in zip(found.log_z, found.share, found.read, strict=True)
    )
    possible = {target: drawn.can_be[:, None, None]} | split_reads(scheme.reads, drawn.possible)
    return replace(whole, effective=found.effective, replicates=tuple(parts), possible=possible)

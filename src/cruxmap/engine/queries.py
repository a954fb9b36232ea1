"""Answers about many draws at once: marginals, joint marginals, the likelihood and its gradient.

In: a `Network`, its tables `Filled` for D draws, and evidence. Answers are exact unless the network is too
wide for that or is told otherwise; then states are sampled (see `state_samples`). Where exact, every
probability is computed by itself, its complement from its own terms, so both have a relative error of about
1e-14. Impossible evidence gives log Z = -inf and NaN for what is conditional on it, never an error.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from cruxmap.engine.jackknife import Batches, averaged
from cruxmap.engine.network import BoolArray, Evidence, Filled, FloatArray, Network, Numbering
from cruxmap.engine.planning import BUDGET, ancestors, plan_text
from cruxmap.engine.propagation import Prepared, indicator_weights, prepare, run, split_reads
from cruxmap.engine.schemes import Scheme, cheapest_scheme, plainest_scheme
from cruxmap.engine.state_samples import sample, sample_slopes
from cruxmap.engine.trees import HOPELESS, Scopes, TooWide, entangled
from cruxmap.errors import Code, InvalidMap, Problem

KNOTS, MAX_NAMES = (HOPELESS, 34.0, 24.0), 5
"""Log2 of how large a tensor must be for its variables to be named as tying a map, and how many are named."""


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
    the target itself (t, 1, 1). The rest as in `Inference`."""

    log_z: FloatArray
    target: FloatArray
    marginals: Mapping[int, FloatArray]
    effective: FloatArray | None = None
    replicates: tuple["Joint", ...] = ()
    possible: Mapping[int, BoolArray] = field(default_factory=dict)


def infer(
    network: Network,
    filled: Filled,
    evidence: Evidence = (),
    ask: Sequence[int] = (),
    *,
    threads: int | None = None,
    budget: int = BUDGET,
) -> Inference:
    """P(evidence) and the marginals of `ask` given it, per draw."""
    return infer_many(network, filled, (evidence,), ask, threads=threads, budget=budget)[0]


def infer_many(
    network: Network,
    filled: Filled,
    evidences: Sequence[Evidence],
    ask: Sequence[int] = (),
    *,
    threads: int | None = None,
    budget: int = BUDGET,
) -> tuple[Inference, ...]:
    """`infer` for several pieces of evidence, with one plan for all of them."""
    clamped = {v for evidence in evidences for v, _ in evidence}
    match approach(network, ask, clamped, budget=budget):
        case Prepared() as ready:
            return tuple(_infer(ready, filled.entries, evidence, threads) for evidence in evidences)
        case Scheme() as scheme:
            samples = (sample(scheme, filled, evidence, threads=threads) for evidence in evidences)
            return tuple(_estimated(scheme, drawn) for drawn in samples)


def joint(
    network: Network,
    filled: Filled,
    evidence: Evidence,
    target: int,
    ask: Sequence[int],
    *,
    threads: int | None = None,
) -> Joint:
    """Joint probabilities of each state of `target` and each state of the asked variables, given evidence.

    One propagation per state of the target.
    """
    states = range(len(network.variables[target].states))
    cases: list[Evidence] = [((target, (state,)),) for state in states]
    match approach(network, ask, {target, *(v for v, _ in evidence)}):
        case Prepared() as ready:
            return _joint_of([_infer(ready, filled.entries, (*evidence, *case), threads) for case in cases])
        case Scheme() as scheme:
            drawn = sample(scheme, filled, evidence, cases=cases, threads=threads)
            return _estimated_joint(scheme, drawn, target)


def log_z_gradient(
    network: Network,
    filled: Filled,
    evidence: Evidence,
    *,
    threads: int | None = None,
) -> tuple[FloatArray, FloatArray]:
    """log P(evidence) (D,) and its gradient with respect to the entries (n_entries, D).

    Entries are free here: the gradient of a row counts as if its neighbours in the table stood still.
    NaN where the evidence is impossible.
    """
    match approach(network, (), {v for v, _ in evidence}, gradient=True):
        case Prepared() as ready:
            log_z, _, slope = run(ready, filled.entries, indicator_weights(ready.plan, evidence), threads)
            return log_z, slope
        case Scheme() as scheme:
            return sample_slopes(scheme, filled, evidence, threads=threads)


def cost(network: Network, ask: Sequence[int], clamped: Iterable[int], numbering: Numbering) -> float:
    """About how many multiplications one draw of a question takes, without slopes."""
    match approach(network, ask, clamped):
        case Prepared() as ready:
            return ready.plan.triples
        case Scheme() as scheme:
            return scheme.work * scheme.samples(numbering)


def _infer(ready: Prepared, entries: FloatArray, evidence: Evidence, threads: int | None) -> Inference:
    log_z, read, _ = run(ready, entries, indicator_weights(ready.plan, evidence), threads)
    asked = list(zip(ready.plan.asked, ready.plan.asked_cards, strict=True))
    return Inference(log_z, split_reads(asked, read))


def _joint_of(parts: Sequence[Inference]) -> Joint:
    """Put the inferences for each state of the target together."""
    logs = np.stack([part.log_z for part in parts])
    highest = logs.max(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        log_z = highest + np.log(np.exp(logs - highest).sum(axis=0))
        log_z = np.where(np.isneginf(highest), -np.inf, log_z)
        shares = np.exp(logs - log_z)
        marginals = {
            v: np.stack(
                [
                    np.where(share == 0.0, 0.0, part.marginals[v]) * share
                    for share, part in zip(shares, parts, strict=True)
                ]
            )
            for v in parts[0].marginals
        }
    return Joint(log_z, shares, marginals)


# --- exact or sampled ----------------------------------------------------------------------------


def approach(
    network: Network,
    ask: Iterable[int],
    clamped: Iterable[int],
    *,
    gradient: bool = False,
    budget: int = BUDGET,
) -> Prepared | Scheme:
    """How the network's method answers a question; remembered per network and question.

    States are sampled where exact sums take more products than the budget. Raises `InvalidMap` where it has
    to be exact and cannot.
    """
    if network.exact:
        return exactly(network, ask, clamped, gradient=gradient)
    variables = map(_sorted, (ask, clamped))
    return _approach(network, *variables, gradient=gradient, budget=budget, exact=network.exact)


def exactly(
    network: Network, ask: Iterable[int], clamped: Iterable[int], *, gradient: bool = False
) -> Prepared:
    """The plan of a question that only exact sums can answer. Raises `InvalidMap` where there is none."""
    variables = map(_sorted, (ask, clamped))
    found = _approach(network, *variables, gradient=gradient, budget=BUDGET, exact=True)
    assert isinstance(found, Prepared)
    return found


def _sorted(variables: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(set(variables)))


@lru_cache(maxsize=64)
def _approach(
    network: Network,
    ask: tuple[int, ...],
    clamped: tuple[int, ...],
    *,
    gradient: bool,
    budget: int,
    exact: bool | None,
) -> Prepared | Scheme:
    if exact is False:
        return plainest_scheme(network, ask, clamped, gradient=gradient)
    try:
        return prepare(network, ask, clamped, gradient=gradient, budget=budget)
    except TooWide as outcome:
        if exact:
            raise InvalidMap((_too_wide(network, ask, clamped, outcome),)) from None
        return cheapest_scheme(network, ask, clamped, gradient=gradient)


def _too_wide(network: Network, ask: Iterable[int], clamped: Iterable[int], outcome: TooWide) -> Problem:
    knot = ", ".join(f"`{name}`" for name in tied_by(network, ask, clamped))
    return Problem(
        Code.TOO_WIDE,
        f"exact sums over this map would take {outcome.products:.0e} products or more, less where tables "
        f"have zeros; {outcome.budget:.0e} is the most. It is tied together by {knot}",
        hint="`--sampled` estimates it from samples of states; `cm.build(model, explicit=True)` makes a "
        "model with a variable for each claim",
    )


def approach_text(network: Network, ask: Iterable[int], clamped: Iterable[int]) -> str:
    """How a question is answered, as text: the variables whose states are drawn, if any, and the plan."""
    match approach(network, ask, clamped):
        case Prepared(plan=plan):
            return plan_text(network, plan)
        case Scheme() as scheme:
            names = ", ".join(network.variables[v].name for v in scheme.drawn)
            return f"states are drawn of {names}\n{plan_text(scheme.reduced, scheme.ready.plan)}"


def tied_by(network: Network, ask: Iterable[int], clamped: Iterable[int]) -> tuple[str, ...]:
    """Name variables of a large tensor that exact sums would come to, the most entangled first.

    Entries come before helpers; empty where there is no large tensor.
    """
    scopes = [network.tables[v].scope for v in ancestors(network, (*ask, *clamped))]
    cards = np.array([len(variable.states) for variable in network.variables])
    left: dict[int, set[int]] = {}
    for width in KNOTS:
        left = entangled(Scopes.of(scopes), cards, width)
        if left:
            break
    if not left:
        return ()
    narrowest = min(left, key=lambda v: (len(left[v]), v))
    uses = Counter(v for scope in scopes for v in scope)
    entries = set(network.places.values())
    knot = sorted({narrowest, *left[narrowest]}, key=lambda v: (v not in entries, -uses[v], v))
    return tuple(network.variables[v].name for v in knot[:MAX_NAMES])


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

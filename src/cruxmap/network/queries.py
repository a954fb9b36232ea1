"""Exact answers about many draws at once: marginals, joint marginals, the likelihood and its gradient.

In: a `Network`, the entries of its tables for D draws (from `tables.fill`), and evidence. Every
probability is computed by itself, its complement from its own terms, so both have a relative error of about
1e-14. Impossible evidence gives log Z = -inf and NaN for what is conditional on it, never an error.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cruxmap.network.network import Evidence, FloatArray, Network
from cruxmap.network.propagation import Prepared, indicator_weights, prepare, run, split_reads


@dataclass(frozen=True, slots=True)
class Inference:
    """`log_z` (D,) is log P(evidence), -inf where it is impossible; `marginals[v]` is (n_states, D),
    P(state of v | evidence), NaN where the evidence is impossible."""

    log_z: FloatArray
    marginals: Mapping[int, FloatArray]


@dataclass(frozen=True, slots=True)
class Joint:
    """`log_z` (D,) as in `Inference`; `target` (t, D) is P(target state | evidence); `marginals[v]` is
    (t, n_states, D), P(target state, state of v | evidence)."""

    log_z: FloatArray
    target: FloatArray
    marginals: Mapping[int, FloatArray]


def infer(
    network: Network,
    entries: FloatArray,
    evidence: Evidence = (),
    ask: Sequence[int] = (),
    *,
    threads: int | None = None,
) -> Inference:
    """P(evidence) and the marginals of `ask` given it, per draw; `entries` is (n_entries, D)."""
    return infer_many(network, entries, (evidence,), ask, threads=threads)[0]


def infer_many(
    network: Network,
    entries: FloatArray,
    evidences: Sequence[Evidence],
    ask: Sequence[int] = (),
    *,
    threads: int | None = None,
) -> tuple[Inference, ...]:
    """`infer` for several pieces of evidence, with one plan for all of them."""
    clamped = {v for evidence in evidences for v, _ in evidence}
    ready = prepare(network, ask, clamped)
    return tuple(_infer(ready, entries, evidence, threads) for evidence in evidences)


def joint(
    network: Network,
    entries: FloatArray,
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
    parts = infer_many(
        network, entries, [(*evidence, (target, (state,))) for state in states], ask, threads=threads
    )
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


def log_z_gradient(
    network: Network, entries: FloatArray, evidence: Evidence, *, threads: int | None = None
) -> tuple[FloatArray, FloatArray]:
    """log P(evidence) (D,) and its gradient with respect to the entries (n_entries, D).

    Entries are free here: the gradient of a row counts as if its neighbours in the table stood still.
    NaN where the evidence is impossible.
    """
    ready = prepare(network, (), {v for v, _ in evidence}, gradient=True)
    log_z, _, slope = run(ready, entries, indicator_weights(ready.plan, evidence), threads)
    return log_z, slope


def _infer(ready: Prepared, entries: FloatArray, evidence: Evidence, threads: int | None) -> Inference:
    log_z, read, _ = run(ready, entries, indicator_weights(ready.plan, evidence), threads)
    return Inference(log_z, split_reads(ready.plan, read))

"""Exact answers about many draws at once: marginals, joint marginals, the likelihood and its gradient.

In: a `Network`, the entries of its tables for D draws (from `tables.fill`), and evidence. Every
probability is computed by itself, its complement from its own terms, so both have a relative error of about
1e-14. Impossible evidence gives log Z = -inf and NaN for what is conditional on it, never an error.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from cruxmap.network import kernel
from cruxmap.network.lanes import LANES
from cruxmap.network.network import FloatArray, Network
from cruxmap.network.planning import Plan, plan

WORTH_THREADS = 20_000
"""Products over all blocks of lanes below which starting threads costs more than it saves."""

MOST_WORKSPACE = 1 << 30
"""Bytes that the workspaces of all threads may take, unless one alone takes more."""

type Evidence = tuple[tuple[int, tuple[int, ...]], ...]
"""Variables and the states each may still have; a variable mentioned twice must satisfy both."""


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


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan, and which of its slots need slopes for what is asked; `gradient`: those of entries too."""

    plan: Plan
    wanted: npt.NDArray[np.bool_]
    gradient: bool


@dataclass(frozen=True, slots=True)
class _Same:
    """A network as a key: equal only to itself."""

    network: Network

    def __hash__(self) -> int:
        return id(self.network)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.network is self.network


def prepare(network: Network, ask: Sequence[int], clamped: set[int], *, gradient: bool = False) -> Prepared:
    """The plan for these variables, from memory where this network has been asked the same before."""
    return _prepare(_Same(network), tuple(sorted(set(ask))), tuple(sorted(clamped)), gradient)


@lru_cache(maxsize=64)
def _prepare(same: _Same, ask: tuple[int, ...], clamped: tuple[int, ...], gradient: bool) -> Prepared:
    made = plan(same.network, ask, clamped)
    targets = np.zeros(0, np.uint32) if made.forward_only else made.reads
    if gradient:
        targets = np.concatenate([targets, np.arange(len(made.loads), dtype=np.uint32)])
    wanted = kernel.wanted_slots(made.left, made.right, made.first, made.n_inputs, targets)
    return Prepared(made, wanted, gradient)


def indicator_weights(made: Plan, evidence: Evidence) -> FloatArray:
    """The value of each indicator slot: 1, or 0 where the evidence rules a state out."""
    weights = np.ones(len(made.indicators))
    for v, states in evidence:
        here = made.indicators[:, 0] == v
        weights[here & ~np.isin(made.indicators[:, 1], states)] = 0.0
    return weights


def _infer(ready: Prepared, entries: FloatArray, evidence: Evidence, threads: int | None) -> Inference:
    log_z, read, _ = run(ready, entries, indicator_weights(ready.plan, evidence), threads)
    return Inference(log_z, split_reads(ready.plan, read))


def split_reads(made: Plan, read: FloatArray) -> dict[int, FloatArray]:
    """Rows of `read` by asked variable: (n_states, D) each."""
    ends = np.cumsum(made.asked_cards)
    return {v: read[end - n : end] for v, n, end in zip(made.asked, made.asked_cards, ends, strict=True)}


_propagate: Callable[..., None] = kernel.propagate
_propagate_wide: Callable[..., None] = kernel.propagate_wide


def run(
    ready: Prepared, entries: FloatArray, weights: FloatArray, threads: int | None = None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """log Z (D,), what is asked given the evidence (rows as in `Plan.reads`, D), d log Z / d entry.

    The last has no rows unless `ready.gradient`. Draws are shared out among threads; results do not
    depend on how many there are.
    """
    made = ready.plan
    entries = np.ascontiguousarray(entries, dtype=np.float64)
    n_entries, n_draws = entries.shape
    total = np.empty((1, n_draws))
    read = np.empty((len(made.read_first) - 1, n_draws))
    slope = np.zeros((n_entries if ready.gradient else 0, n_draws))
    arrays: tuple[Any, ...] = (
        *(made.left, made.right, made.first, made.root, made.reads, made.read_first, made.loads),
        *(weights, made.constants, ready.wanted, entries),
    )

    def work(begin: int, end: int) -> None:
        _propagate(*arrays, begin, end, total, read, slope)

    blocks = -(-n_draws // LANES)
    workspace = made.n_slots * LANES * 8 * (1 if made.forward_only and not ready.gradient else 2)
    workers = min(blocks, threads or _cores(), max(1, MOST_WORKSPACE // workspace))
    if workers <= 1 or blocks * made.triples < WORTH_THREADS:
        work(0, n_draws)
    else:
        cuts = [min(n_draws, LANES * (blocks * w // workers)) for w in range(workers)] + [n_draws]
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(work, cuts[:-1], cuts[1:]))

    z = total[0]
    low = np.flatnonzero(z < kernel.TINY)
    with np.errstate(divide="ignore"):
        log_z = np.log(z)
    if len(low):
        slope[:, low] = 0.0
        _propagate_wide(*arrays, low, log_z, read, slope)
        slope[:, np.isneginf(log_z)] = np.nan
    return log_z, read, slope


def _cores() -> int:
    """Cores this process may use (`os.process_cpu_count` is newer than Python 3.12)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

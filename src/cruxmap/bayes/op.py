"""The exact engine as a PyTensor Op: log-probabilities of evidence, with their slopes, and marginals.

In: table entries, symbolic. Out: log P(evidence) of several runs at once, differentiable by the engine's
own backward loop, and marginals, which are for reading only. The plan goes in as constant inputs, so the
compiled code does not depend on the map.
"""

import hashlib
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key
from pytensor.tensor.variable import TensorVariable

from cruxmap.bayes import runs as runs_module
from cruxmap.bayes.runs import evaluate
from cruxmap.network import kernel
from cruxmap.network.network import Network
from cruxmap.network.queries import Evidence, indicator_weights, prepare


@dataclass(frozen=True, slots=True)
class Run:
    """One propagation: which column of the entries, under which evidence."""

    column: int
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Propagated:
    """Symbolic results: `log_z` (R,) and, per asked variable, P(state | evidence) (n_states, R)."""

    log_z: TensorVariable
    marginals: Mapping[int, TensorVariable]


def propagate(
    network: Network, entries: TensorVariable, runs: Sequence[Run], ask: Sequence[int] = ()
) -> Propagated:
    """Run the network for symbolic `entries` (n_entries, C): log P(evidence), and the marginals of `ask`.

    Slopes can be taken of `log_z`, and only where nothing is asked: likelihoods are made of nothing else.
    """
    ready = prepare(network, ask, {v for run in runs for v, _ in run.evidence}, gradient=not ask)
    plan = ready.plan
    weights = np.stack([indicator_weights(plan, run.evidence) for run in runs], axis=1)
    columns = np.array([run.column for run in runs])
    plan_arrays = (plan.left, plan.right, plan.first, plan.root, plan.reads, plan.read_first, plan.loads)
    node: Any = Propagation().make_node(entries, *plan_arrays, plan.constants, ready.wanted, weights, columns)
    log_z, read, _ = node.outputs
    ends = np.cumsum(plan.asked_cards)
    marginals = {v: read[end - n : end] for v, n, end in zip(plan.asked, plan.asked_cards, ends, strict=True)}
    return Propagated(log_z, marginals)


class Propagation(Op):
    """Entries (n_entries, C) and a plan -> log Z (R,), reads (n_reads, R), d log Z / d entry (n_entries, R).

    The pullback of log Z multiplies by the third output, so value and slope share one propagation. A
    cotangent that reaches the second or third output raises: there is no second derivative, and no
    likelihood is made of marginals. The third has no rows where variables are asked.
    """

    __props__ = ()

    def make_node(self, *inputs: Any) -> Apply:
        """Take entries, the arrays of a plan, the weights of its indicators, and a column per run."""
        outputs = [pt.dvector("log_z"), pt.dmatrix("reads"), pt.dmatrix("slopes")]
        return Apply(self, [pt.as_tensor(value) for value in inputs], outputs)

    def perform(self, node: Apply, inputs: Sequence[Any], outputs: Sequence[list[Any]]) -> None:
        """Evaluate without a compiled graph."""
        for storage, value in zip(outputs, _evaluate(*inputs), strict=True):
            storage[0] = value

    def infer_shape(self, node: Apply, shapes: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Return the shapes of the outputs."""
        reads, n_runs = shapes[6][0] - 1, shapes[-1][0]
        n_slopes = pt.switch(pt.eq(reads, 0), shapes[0][0], 0)
        return [(n_runs,), (reads, n_runs), (n_slopes, n_runs)]

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        """Only the entries can be differentiated by."""
        return [[True] * 3] + [[False] * 3] * (len(node.inputs) - 1)

    def pullback(self, inputs: Sequence[Any], outputs: Sequence[Any], cotangents: Sequence[Any]) -> list[Any]:
        """Return the slope in the entries: that of each run, added up over the runs of a column."""
        of_log_z, of_reads, of_slopes = cotangents
        if not (isinstance(of_reads.type, DisconnectedType) and isinstance(of_slopes.type, DisconnectedType)):
            raise NotImplementedError("only log Z has a slope: marginals are no part of a likelihood")
        if inputs[6].type.shape != (1,):
            raise NotImplementedError("log Z has a slope only where no marginals are asked for")
        entries, columns = inputs[0], inputs[-1]
        per_run = outputs[2] * of_log_z[None, :]
        belongs = pt.eq(columns[:, None], pt.arange(entries.shape[1])[None, :])
        return [per_run @ belongs.astype("float64"), *(DisconnectedType()() for _ in inputs[1:])]


def _evaluate(
    entries: Any, left: Any, right: Any, first: Any, root: Any, reads: Any, read_first: Any, loads: Any,
    constants: Any, wanted: Any, weights: Any, columns: Any,
) -> Any:  # fmt: skip
    with_slopes = len(read_first) == 1
    return evaluate(
        left, right, first, root, reads, read_first, loads, constants, wanted, weights, entries, columns,
        with_slopes,
    )  # fmt: skip


@register_funcify_default_op_cache_key(Propagation)
def _compiled(op: Propagation, **_: Any) -> tuple[Any, int]:
    """Hand PyTensor the cached kernel, and a number that changes with it, so that no stale code is used."""
    sources = inspect.getsource(kernel) + inspect.getsource(runs_module)
    version = int.from_bytes(hashlib.sha256(sources.encode()).digest()[:6])
    return numba_njit(_evaluate), version

"""The exact engine as PyTensor Ops: log-probabilities of evidence, with their slopes, and marginals.

`Filling` turns judgements into table entries, `Propagation` table entries into log P(evidence) of several
runs at once, differentiable by the engine's own backward loop, and into marginals, which are for reading
only. Programs and tapes go in as data and the kernels are called by name, so that what PyTensor compiles is
small and the same for every map.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import pytensor.tensor as pt
from numba import literal_unroll
from pytensor.compile.sharedvalue import shared
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key
from pytensor.tensor.variable import TensorVariable

from cruxmap.bayes.filling import filling, pulling
from cruxmap.bayes.runs import READS, evaluate, halves_of, packed_tape, propagating
from cruxmap.engine.compiled_formulas import N_ENTRIES, fill_packed, pull_packed
from cruxmap.engine.exact_or_sampled import exactly
from cruxmap.engine.kernel import placed
from cruxmap.engine.linking import link, section
from cruxmap.engine.network import BoolArray, Evidence, Network, TableProgram
from cruxmap.engine.propagation import tape_of
from cruxmap.engine.tape import allowed

ABI = 7
"""To be raised when the tables of addresses change: PyTensor keeps compiled callers on disk."""


MAX_CONSTANT_BYTES = 500_000
"""Bytes from which an array is shared, not constant: numba keeps no code on disk that a large array is in."""

_held: WeakValueDictionary[str, TensorVariable] = WeakValueDictionary()


def _input(value: Any) -> TensorVariable:
    """An input of an Op; large arrays are named by what they hold, as samplers tell them by their names."""
    if not isinstance(value, np.ndarray) or value.nbytes < MAX_CONSTANT_BYTES:
        symbolic: TensorVariable = pt.as_tensor(value)
        return symbolic
    name = f"data {hashlib.blake2b(value, digest_size=8).hexdigest()}"
    held = _held.get(name)
    if held is None:
        held = _held[name] = shared(value, name=name, borrow=True)
    return held


def entries_of_judgements(program: TableProgram, u: TensorVariable, single: BoolArray) -> TensorVariable:
    """Return what `formulas.fill` gives, (n_entries, C), for symbolic judgements `u` (n_judgements, C)."""
    flags = np.ascontiguousarray(single, dtype=np.int8)
    node: Any = Filling().make_node(u, flags, program.packed)
    return node.outputs[0]


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
    plan = exactly(network, ask, {v for run in runs for v, _ in run.evidence})
    weights = np.stack([allowed(plan, run.evidence) for run in runs], axis=1).astype(np.float64)
    columns = np.array([run.column for run in runs])
    tape = tape_of(plan, None, None, gradient=not ask)
    where = placed(tape)
    node: Any = Propagation().make_node(
        entries, packed_tape(tape, where), halves_of(where), tape.constants, weights, columns
    )
    log_z, read, _ = node.outputs
    ends = np.cumsum(plan.asked_cards)
    marginals = {
        v: read[end - n : end] for v, n, end in zip(plan.asked, plan.asked_cards, ends, strict=True)
    }
    return Propagated(log_z, marginals)


class _Kernel(Op):
    """An Op that runs a kernel of the engine; `makes` are its outputs."""

    __props__ = ()
    makes: tuple[tuple[Callable[[str], TensorVariable], str], ...]

    def make_node(self, *inputs: Any) -> Apply:
        """Take the inputs that the class names, in their order."""
        outputs = [make(name) for make, name in self.makes]
        return Apply(self, [_input(value) for value in inputs], outputs)


class Filling(_Kernel):
    """Judgements `u`, `single` in bytes (n_judgements, C), a packed program -> entries (n_entries, C)."""

    makes = ((pt.dmatrix, "entries"),)

    def perform(self, node: Apply, inputs: Sequence[Any], outputs: Sequence[list[Any]]) -> None:
        """Evaluate without a compiled graph."""
        u, single, program = inputs
        outputs[0][0] = np.empty((section(program, N_ENTRIES)[0], u.shape[1]))
        fill_packed(program, np.ascontiguousarray(u), single, outputs[0][0])

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        """Only judgements can be differentiated by."""
        return [[True], [False], [False]]

    def pullback(
        self, inputs: Sequence[Any], outputs: Sequence[Any], cotangents: Sequence[Any]
    ) -> list[Any]:
        """Return the slope in the judgements."""
        node: Any = FillingSlope().make_node(*inputs, outputs[0], cotangents[0])
        return [node.outputs[0], DisconnectedType()(), DisconnectedType()()]


class FillingSlope(_Kernel):
    """The inputs and output of `Filling` and a cotangent (n_entries, C) -> the slope (n_judgements, C)."""

    makes = ((pt.dmatrix, "slopes"),)

    def perform(self, node: Apply, inputs: Sequence[Any], outputs: Sequence[list[Any]]) -> None:
        """Evaluate without a compiled graph."""
        u, single, program, entries, cotangent = inputs
        outputs[0][0] = np.zeros(u.shape)
        arrays = map(np.ascontiguousarray, (program, u, single, entries, cotangent))
        pull_packed(*arrays, outputs[0][0])


class Propagation(_Kernel):
    """Entries (n_entries, C) and a tape -> log Z (R,), reads (n_reads, R), d log Z / d entry (n_entries, R).

    A tape is packed, then its factors and where its sums go, its constants, the weights of indicators, and a
    column per run. The pullback of log Z multiplies by the third output, so value and slope share one
    propagation. A cotangent that reaches the second or third output raises: there is no second derivative,
    and no likelihood is made of marginals. The third has no rows where variables are asked.
    """

    makes = ((pt.dvector, "log_z"), (pt.dmatrix, "reads"), (pt.dmatrix, "slopes"))

    def perform(self, node: Apply, inputs: Sequence[Any], outputs: Sequence[list[Any]]) -> None:
        """Evaluate without a compiled graph."""
        entries, tape, factors, constants, weights, columns = inputs
        n_reads, n_runs = len(section(tape, READS)), len(columns)
        results = (
            np.empty(n_runs), np.empty((n_reads, n_runs)), np.empty((0 if n_reads else len(entries), n_runs))
        )  # fmt: skip
        entries = np.ascontiguousarray(entries)
        evaluate(tape, factors, constants, weights, entries, columns, *results)
        for storage, value in zip(outputs, results, strict=True):
            storage[0] = value

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        """Only the entries can be differentiated by."""
        return [[True] * 3] + [[False] * 3] * (len(node.inputs) - 1)

    def pullback(
        self, inputs: Sequence[Any], outputs: Sequence[Any], cotangents: Sequence[Any]
    ) -> list[Any]:
        """Return the slope in the entries: that of each run, added up over the runs of a column."""
        of_log_z, of_reads, of_slopes = cotangents
        if not (
            isinstance(of_reads.type, DisconnectedType) and isinstance(of_slopes.type, DisconnectedType)
        ):
            raise NotImplementedError("only log Z has a slope: marginals are no part of a likelihood")
        entries, columns = inputs[0], inputs[-1]
        per_run = outputs[2] * of_log_z[None, :]
        belongs = pt.eq(columns[:, None], pt.arange(entries.shape[1])[None, :])
        return [per_run @ belongs.astype("float64"), *(DisconnectedType()() for _ in inputs[1:])]


# --- compiled ------------------------------------------------------------------------------------


@cache
def _linked() -> tuple[Any, Any, Any]:
    """The kernels, ready to be called by name."""
    return link(filling), link(pulling), link(propagating)


@numba_njit
def addresses(arrays: Any) -> Any:
    """A row for each array of a tuple: its address, and its first and its last dimension."""
    table, i = np.empty((len(arrays), 3), np.int64), 0
    for array in literal_unroll(arrays):
        table[i, 0], table[i, 1], table[i, 2] = array.ctypes.data, array.shape[0], array.shape[-1]
        i += 1  # noqa: SIM113 - numba does not enumerate arrays of different types
    return table


@numba_njit
def _hold(*used: Any) -> None:
    """Stand behind a call by name: arrays that are not used any more would be gone before it."""


@register_funcify_default_op_cache_key(Filling)
def _compiled_filling(op: Filling, **_: Any) -> tuple[Any, int]:
    kernel, _pull, _run = _linked()

    @numba_njit
    def fill(u, single, program):  # type: ignore[no-untyped-def]
        entries = np.empty((section(program, N_ENTRIES)[0], u.shape[1]))
        arrays = (program, np.ascontiguousarray(u), single, entries)
        at = addresses(arrays)
        _hold(kernel(at.ctypes.data), at, arrays)
        return entries

    return fill, ABI


@register_funcify_default_op_cache_key(FillingSlope)
def _compiled_slope(op: FillingSlope, **_: Any) -> tuple[Any, int]:
    _fill, kernel, _run = _linked()

    @numba_njit
    def pull(u, single, program, entries, cotangent):  # type: ignore[no-untyped-def]
        slope = np.empty(u.shape)
        given = (np.ascontiguousarray(entries), np.ascontiguousarray(cotangent))
        arrays = (program, np.ascontiguousarray(u), single, *given, slope)
        at = addresses(arrays)
        _hold(kernel(at.ctypes.data), at, arrays)
        return slope

    return pull, ABI


@register_funcify_default_op_cache_key(Propagation)
def _compiled_propagation(op: Propagation, **_: Any) -> tuple[Any, int]:
    _fill, _pull, kernel = _linked()

    @numba_njit
    def propagation(entries, tape, factors, constants, weights, columns):  # type: ignore[no-untyped-def]
        n_reads, n_runs = len(section(tape, READS)), len(columns)
        n_slopes = len(entries) if n_reads == 0 else 0
        results = (np.empty(n_runs), np.empty((n_reads, n_runs)), np.empty((n_slopes, n_runs)))
        arrays = (tape, factors, constants, weights, np.ascontiguousarray(entries), columns, *results)
        at = addresses(arrays)
        _hold(kernel(at.ctypes.data), at, arrays)
        return results

    return propagation, ABI

"""Exact inference over many draws: ours against pyAgrum and pgmpy, all tables redrawn for every draw.

Filling is copying ready tables in, on both sides. Draws of ours go through in one call; a peer takes one at
a time, so its cost is that of one draw, the mean of a few.
"""

import warnings
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import cycle

import numpy as np

from benchmarks.maps import deepest
from benchmarks.measuring import Figure, Result, cpu_seconds, paired, seconds
from cruxmap.engine.compiled import njit
from cruxmap.engine.exact_or_sampled import exactly
from cruxmap.engine.kernel import LANES
from cruxmap.engine.network import DrawsFrom, Filled, FloatArray, IntArray, Network
from cruxmap.engine.propagation import tape_of
from cruxmap.engine.queries import infer, log_z_gradient
from cruxmap.engine.tape_loops import add_up
from helpers.random_networks import random_network

WINDOW = 10
"""A claim's parents are among so many claims before it."""

AGREEMENT = 1e-9

MANY_DRAWS = 1 << 20


def inference(*, quick: bool) -> Iterator[Result]:
    """Rates for one target and for all marginals, at 150 and 1,000 boolean claims."""
    for n, draws, peer_draws in ((150, 2048, 20), (1000, 512, 3)):
        made, entries = random_network(n, seed=n, window=WINDOW, draws=64 if quick else draws)
        agrum, pgmpy = Agrum(made), Pgmpy(made)
        for what, ask, peers in (
            (f"one target, {n:,} claims", [deepest(parents(made))], ((agrum, 400), (pgmpy, 4000))),
            (f"all marginals, {n:,} claims", range(n), ((agrum, 3000),)),
        ):
            for peer, at_least in peers:
                target = None if quick else at_least
                yield from _rates(made, entries, ask, what, peer, target, peer_draws, 2 if quick else 7)
        if n == 150:
            yield from _against_the_limit(made, entries, deepest(parents(made)), quick=quick)


def many(entries: FloatArray) -> Filled:
    """Table entries that are some of so many draws that a compiled loop is worth loading."""
    return Filled(entries, DrawsFrom(0, MANY_DRAWS))


def _against_the_limit(
    made: Network, entries: FloatArray, target: int, *, quick: bool
) -> Iterator[Result]:
    """How many times the processor's own limit a product takes on one core, without slopes and with them."""
    limit, filled, given = Limit(), many(entries), ((target, (1,)),)
    tapes = (
        tape_of(exactly(made, [target], ()), ((),), frozenset([target]), gradient=False),
        tape_of(exactly(made, (), [target]), (given,), frozenset(), gradient=True),
    )
    works = (
        partial(infer, made, filled, (), [target], threads=1),
        partial(log_z_gradient, made, filled, given, threads=1),
    )
    for kind, tape, work, at_most in zip(("", " with slopes"), tapes, works, (3.0, 4.5), strict=True):
        work()
        products = tape.products * entries.shape[1]
        ratios = [cpu_seconds(work) / products / limit.seconds() for _ in range(2 if quick else 25)]
        what = f"one target, {len(made.variables):,} claims{kind}: times the limit of the nearest cache"
        yield Figure(
            what, float(np.median(ratios)), "", at_most=None if quick else at_most, waited_for=True
        )


class Limit:
    """Two loads from the nearest cache and a multiply-add, many times: what a product takes at least."""

    SUMS, SIZE, PLACES, TIMES = 64, 16, 32, 1000

    def __init__(self) -> None:
        room = np.full((self.PLACES + 1) * LANES, 0.5)
        skip = (-(room.ctypes.data // 8)) % 8  # to where a cache line begins
        self._values = room[skip : skip + self.PLACES * LANES]
        used = np.random.default_rng(0).integers(0, self.PLACES // 2, 2 * self.SUMS * self.SIZE)
        self._factors = used.astype(np.uint32)
        self._runs = np.array([self.SUMS, self.SIZE])
        self._into = (self.PLACES // 2 + np.arange(self.SUMS) % (self.PLACES // 2)).astype(np.uint32)
        self.seconds()

    def seconds(self) -> float:
        """Processor time per product and draw."""

        def work() -> None:
            _add_up_often(self._values, self._factors, self._runs, self._into, self.TIMES)

        return cpu_seconds(work) / (self.TIMES * self.SUMS * self.SIZE * LANES)


@njit()
def _add_up_often(values, factors, runs, into, times):
    for _ in range(times):
        add_up(values.ctypes.data, factors.ctypes.data, runs.ctypes.data, 1, into.ctypes.data)


type Peer = Agrum | Pgmpy


def _rates(
    made: Network,
    entries: FloatArray,
    ask: Sequence[int],
    what: str,
    peer: Peer,
    at_least: float | None,
    draws: int,
    repeats: int,
) -> Iterator[Result]:
    """Whether a peer agrees, and how many times its cost per draw is ours."""
    buffer = np.empty_like(entries)
    columns = cycle(range(entries.shape[1]))

    def ours() -> float:
        def work() -> None:
            np.copyto(buffer, entries)
            infer(made, many(buffer), (), ask)

        return seconds(work) / entries.shape[1]

    def theirs() -> float:
        return (
            seconds(lambda: [peer.marginals(entries[:, next(columns)], ask) for _ in range(draws)]) / draws
        )

    exact, found = infer(made, many(entries), (), ask).marginals, peer.marginals(entries[:, 0], ask)
    apart = max(float(np.abs(found[v] / exact[v][:, 0] - 1).max()) for v in ask)
    yield Figure(f"{what}: relative difference from {peer.name}", apart, "", at_most=AGREEMENT)
    yield paired(what, peer.name, "s per draw", ours, theirs, repeats=repeats, at_least=at_least)


def parents(made: Network) -> list[list[int]]:
    """The variables that each variable's table rests on."""
    return [[v for v in table.scope if v != child] for child, table in enumerate(made.tables)]


def _dense(made: Network, v: int) -> tuple[tuple[int, ...], IntArray]:
    """The parents of v and the entry of each (state of v, configuration of parents)."""
    table = made.tables[v]
    entry = np.zeros([len(made.variables[w].states) for w in table.scope], np.int64)
    entry[tuple(table.rows.T)] = table.entries
    at = table.scope.index(v)
    return tuple(w for w in table.scope if w != v), np.moveaxis(entry, at, 0)


class Agrum:
    """pyAgrum with a network's structure, made once; tables are filled for every draw."""

    name = "pyAgrum LazyPropagation"

    def __init__(self, made: Network) -> None:
        import pyagrum

        self._engine = pyagrum.LazyPropagation
        self._net = pyagrum.BayesNet()
        self._entries = []
        for variable in made.variables:
            self._net.add(pyagrum.LabelizedVariable(variable.name, "", len(variable.states)))
        for v in range(len(made.variables)):
            parents, entry = _dense(made, v)
            for parent in parents:
                self._net.addArc(parent, v)
            # its tables run through the states of the child fastest, then of the first parent
            self._entries.append(np.transpose(entry).ravel())

    def marginals(self, column: FloatArray, ask: Sequence[int]) -> dict[int, FloatArray]:
        """Fill all tables from entries (n_entries,) and return P(state) of each asked variable."""
        for v, entry in enumerate(self._entries):
            self._net.cpt(v).fillWith(column[entry].tolist())
        engine = self._engine(self._net)
        if len(ask) < len(self._entries):
            engine.setTargets(set(ask))
        engine.makeInference()
        return {v: engine.posterior(v).toarray() for v in ask}


class Pgmpy:
    """pgmpy with a network's structure, made once; tables are filled for every draw."""

    name = "pgmpy VariableElimination"

    def __init__(self, made: Network) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pgmpy.factors.discrete import TabularCPD
            from pgmpy.inference import VariableElimination
            from pgmpy.models import DiscreteBayesianNetwork

        self._engine = VariableElimination
        self._names = [variable.name for variable in made.variables]
        self._net = DiscreteBayesianNetwork()
        self._net.add_nodes_from(self._names)
        self._tables = []
        for v in range(len(self._names)):
            parents, entry = _dense(made, v)
            cards = [len(made.variables[p].states) for p in parents]
            flat = np.full((entry.shape[0], entry[0].size), 1 / entry.shape[0])
            names = [self._names[p] for p in parents]
            table = TabularCPD(self._names[v], entry.shape[0], flat, names or None, cards or None)
            self._net.add_edges_from((name, self._names[v]) for name in names)
            self._net.add_cpds(table)
            self._tables.append((table, entry))

    def marginals(self, column: FloatArray, ask: Sequence[int]) -> dict[int, FloatArray]:
        """Fill all tables from entries (n_entries,) and return P(state) of each asked variable."""
        for table, entry in self._tables:
            table.values = column[entry]
        engine = self._engine(self._net)
        return {v: engine.query([self._names[v]], show_progress=False).values for v in ask}

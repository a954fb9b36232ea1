"""Exact inference over many draws: ours against pyAgrum and pgmpy, all tables redrawn for every draw.

Filling is copying ready tables in, on both sides. Draws of ours go through in one call; a peer takes one at
a time, so its cost is that of one draw, the mean of a few.
"""

import warnings
from collections.abc import Iterator, Sequence
from itertools import cycle

import numpy as np

from benchmarks.maps import deepest
from benchmarks.measuring import Figure, Result, paired, seconds
from cruxmap.engine.network import Filled, FloatArray, IntArray, Network
from cruxmap.engine.queries import infer
from helpers.random_networks import random_network

WINDOW = 10
"""A claim's parents are among so many claims before it."""

AGREEMENT = 1e-9


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
            infer(made, Filled(buffer), (), ask)

        return seconds(work) / entries.shape[1]

    def theirs() -> float:
        return (
            seconds(lambda: [peer.marginals(entries[:, next(columns)], ask) for _ in range(draws)]) / draws
        )

    exact, found = infer(made, Filled(entries), (), ask).marginals, peer.marginals(entries[:, 0], ask)
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

"""Random networks made directly, without a map, and their joint distribution by enumeration."""

from collections.abc import Sequence

import numpy as np

from cruxmap.engine.network import (
    Evidence,
    FloatArray,
    Hazards,
    Logistic,
    Network,
    Openings,
    Shares,
    Shifts,
    SparseTable,
    Steps,
    TableProgram,
    Variable,
)

NONE, NOWHERE = np.zeros(0, np.int64), np.zeros(1, np.int64)


def program_of(n_entries: int) -> TableProgram:
    """A program with so many entries. Never run: these networks' entries are drawn, not computed."""
    return TableProgram(
        Shifts(NOWHERE, NONE, NONE, NONE),
        Logistic(NONE, NONE),
        Shares(NONE, NOWHERE, NONE, np.zeros(n_entries - 1, np.int64)),
        Openings(NONE, NONE, NONE),
        Hazards(NONE, NONE, NONE),
        Steps(NONE, NONE),
    )


def network(
    cards: Sequence[int], tables: Sequence[tuple[tuple[int, ...], list[list[int]], list[int]]]
) -> Network:
    """A network with variable v of `cards[v]` states; tables are (scope, rows, entries), v's is the v-th."""
    variables = tuple(Variable(f"v{v}", tuple(map(str, range(n)))) for v, n in enumerate(cards))
    made = tuple(
        SparseTable(
            v, scope, np.array(rows, np.int64).reshape(-1, len(scope)), np.array(entries, np.int64)
        )
        for v, (scope, rows, entries) in enumerate(tables)
    )
    return Network(variables, made, program_of(1), (), {})


def random_network(
    n: int,
    seed: int = 0,
    *,
    states: Sequence[int] = (2,),
    parents: int = 3,
    window: int = 20,
    certain: float = 0.0,
    alike: float = 0.0,
    draws: int = 3,
    smallest: float = 0.0,
) -> tuple[Network, FloatArray]:
    """A network of n variables and entries for it (n_entries, draws).

    A variable has up to `parents` parents among the `window` before it. A share `certain` of the
    configurations of parents leaves one state only, and a share `alike` has the entries of an earlier one.
    Probabilities are log-uniform down to `smallest`, or, where that is 0, drawn from a flat Dirichlet.
    """
    rng = np.random.default_rng(seed)
    cards = rng.choice(states, size=n)
    entries = [np.ones((1, draws))]
    n_entries = 1
    tables = []
    groups: dict[int, list[range]] = {}
    for v in range(n):
        candidates = np.arange(max(0, v - window), v)
        some = rng.choice(candidates, size=min(len(candidates), rng.integers(parents + 1)), replace=False)
        scope = (*sorted(some.tolist()), v)
        rows, of_rows = [], []
        for configuration in np.ndindex(*cards[list(scope[:-1])]):
            if rng.random() < certain:
                rows.append([*configuration, int(rng.integers(cards[v]))])
                of_rows.append(0)
                continue
            same = groups.setdefault(int(cards[v]), [])
            if same and rng.random() < alike:
                rows += [[*configuration, state] for state in range(cards[v])]
                of_rows += same[rng.integers(len(same))]
                continue
            values = rng.exponential(size=(cards[v], draws))
            if smallest:
                values = np.exp(rng.uniform(np.log(smallest), 0.0, size=(cards[v], draws)))
            entries.append(values / values.sum(axis=0))
            rows += [[*configuration, state] for state in range(cards[v])]
            same.append(range(n_entries, n_entries + int(cards[v])))
            of_rows += same[-1]
            n_entries += int(cards[v])
        tables.append((scope, rows, of_rows))
    return network(cards.tolist(), tables), np.concatenate(entries)


def random_evidence(made: Network, rng: np.random.Generator, most: int = 3) -> Evidence:
    """Some variables with some of their states, possibly none, ruled out; one may be named twice."""
    chosen = rng.integers(len(made.variables), size=rng.integers(most + 1))
    return tuple(
        (int(v), tuple(np.flatnonzero(rng.random(len(made.variables[v].states)) < 0.7).tolist()))
        for v in chosen
    )


def joint_distribution(made: Network, column: FloatArray, evidence: Evidence = ()) -> FloatArray:
    """P(all variables, evidence) with an axis per variable, for entries (n_entries,), floats or fractions."""
    cards = [len(variable.states) for variable in made.variables]
    everything = np.ones(cards, column.dtype)
    for table in made.tables:
        dense = np.zeros([cards[v] for v in table.scope], column.dtype)
        np.add.at(dense, tuple(table.rows.T), column[table.entries])
        everything = everything * _spread(dense, table.scope, cards)
    for v, states in evidence:
        allowed = np.isin(np.arange(cards[v]), states).astype(np.int64)
        everything = everything * _spread(allowed, (v,), cards)
    return everything


def _spread(values: FloatArray, scope: Sequence[int], cards: Sequence[int]) -> FloatArray:
    order = np.argsort(scope)
    shape = [cards[v] if v in scope else 1 for v in range(len(cards))]
    return values.transpose(order).reshape(shape)


def marginal(everything: FloatArray, *variables: int) -> FloatArray:
    """Sum out all but some variables, which come in the order given."""
    others = tuple(v for v in range(everything.ndim) if v not in variables)
    left = sorted(variables)
    return everything.sum(axis=others).transpose([left.index(v) for v in variables])

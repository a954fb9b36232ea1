"""The PyMC model of a `ModelSpec`: judgements are random, and what is true is summed out exactly.

`build` makes one model for all worldviews, with a handful of vector variables. NUTS sees judgements
only: the engine (`op`) gives the log-probability of what is observed or stated, and its slope.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import batched
from typing import Unpack

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from cruxmap.bayes.labels import coordinates, uncertain_columns
from cruxmap.bayes.op import Run, entries_of_judgements, propagate
from cruxmap.engine.kernel import LANES
from cruxmap.engine.network import IntArray, Network
from cruxmap.engine.planning import ancestors
from cruxmap.errors import InvalidMap
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.language.asked import WhatIf, as_model, what_if
from cruxmap.language.model_spec import ModelSpec
from cruxmap.network.inquiry import Inquiry, StatedCredence, impossible_evidence, inquire
from cruxmap.network.means_and_deviations import Numbers


@what_if
def build(model: ModelSpec | ArgumentMap, explicit: bool = False, **asked: Unpack[WhatIf]) -> pm.Model:
    """Return the PyMC model of all worldviews of a model.

    Variables and their dims: `z` (worldview, address), standard normal, left out where no judgement has
    an interval; the Deterministics `judgement` (worldview, address), `probability` (worldview, claim) given
    what is observed, and `estimate` (worldview, target) given what is assumed too; the Potential `observed`;
    and, with `reconcile`, the observed variable `stated` (statement). The address dim lists the judgements
    that have an interval in some worldview. (PyMC and xarray want variables and dims named apart.)

    Parameters
    ----------
    model
        The model, or a map with a `target`.
    explicit
        Have instead of the exact sums one Bernoulli or Categorical per variable of the network. That is for
        reading, drawing and checking; it leaves `stated` out, since no single world has a credence.
    **asked
        What is asked in place of what the model says: see `WhatIf`.

    Returns
    -------
    The model, whose draws are of all worldviews at once.

    Raises
    ------
    InvalidMap
        Where what is observed is impossible in some worldview, and for a mistake in what is asked.

    Examples
    --------
    >>> import cruxmap as cm
    >>> model = cm.build(cm.example("library"))
    >>> [variable.name for variable in model.deterministics]
    ['judgement', 'probability', 'estimate']
    """
    model = as_model(model)
    inquiry = inquire(model)
    problems = tuple(
        impossible_evidence(worldview, obstacle)
        for worldview, obstacle in zip(model.worldviews, inquiry.obstacles, strict=True)
        if obstacle is not None
    )
    if problems:
        raise InvalidMap(problems)
    return _explicit_model(inquiry) if explicit else _summed_model(inquiry)


def _summed_model(inquiry: Inquiry) -> pm.Model:
    network, model = inquiry.network, inquiry.model
    everyone = range(len(model.worldviews))
    with pm.Model(coords=coordinates(inquiry)) as pm_model:
        entries = entries_tensor(inquiry, everyone, _judgement_tensors(inquiry))
        condition(inquiry, entries, everyone)
        claims = {claim.about.id: network.places[claim.about.id] for claim in model.map.claims}
        for name, dim, variables, evidence in (
            ("probability", "claim", tuple(claims.values()), inquiry.observed),
            ("estimate", "target", inquiry.targets, inquiry.given),
        ):
            marginals = propagate(
                network, entries, tuple(Run(w, evidence) for w in everyone), variables
            ).marginals
            true = [marginals[variable][1] for variable in variables]
            stacked = pt.stack(true, axis=1) if true else pt.zeros((len(everyone), 0))
            pm.Deterministic(name, stacked, dims=("worldview", dim))
    return pm_model


def _judgement_tensors(inquiry: Inquiry) -> TensorVariable:
    """Add `z` and `judgement` to the model in context; return `u` (n_judgements, worldviews)."""
    numbers = inquiry.numbers
    everyone = range(len(inquiry.model.worldviews))
    columns = uncertain_columns(numbers)
    dims = ("worldview", "address")
    z = pm.Normal("z", 0, 1, dims=dims) if columns.size else pt.zeros((len(everyone), 0))
    u = unconstrained_tensor(numbers, everyone, columns, z)
    pm.Deterministic("judgement", _natural_tensor(numbers, columns, u[columns].T), dims=dims)
    return u


def unconstrained_tensor(
    numbers: Numbers, worldviews: Sequence[int], columns: IntArray, z: TensorVariable
) -> TensorVariable:
    """Return `u` (n_judgements, worldviews) where `z` (worldviews, columns) are the draws of some columns.

    Judgements whose draw is not among the columns have their central value.
    """
    chosen = list(worldviews)
    mu, column = numbers.mu[chosen].T, numbers.column[chosen].T
    if not columns.size:
        return pt.as_tensor(mu)
    sd = np.where(np.isin(column, columns), numbers.sd[chosen].T, 0.0)
    place = np.zeros(mu.shape[0], np.int64)
    place[columns] = np.arange(len(columns))
    return mu + sd * z[np.arange(len(chosen))[None, :], place[column]]


def entries_tensor(inquiry: Inquiry, worldviews: Sequence[int], u: TensorVariable) -> TensorVariable:
    """Return the table entries (n_entries, worldviews) for judgements `u` (n_judgements, worldviews)."""
    return entries_of_judgements(inquiry.network.program, u, inquiry.numbers.single[list(worldviews)].T)


def _natural_tensor(numbers: Numbers, columns: IntArray, u: TensorVariable) -> TensorVariable:
    """Return judgements (worldviews, columns) as people read them; see `means_and_deviations.natural`."""
    ratio = pt.exp(u)
    ratio = pt.switch(numbers.is_strength[columns], pt.maximum(ratio, np.float64(1.0)), ratio)
    return pt.switch(numbers.is_ratio[columns], ratio, pt.sigmoid(u))


def statement_groups(
    inquiry: Inquiry, worldviews: Sequence[int]
) -> tuple[tuple[StatedCredence, ...], ...]:
    """Return what `worldviews` state, in groups that are propagated together.

    One plan serves a group, so it holds those that rest on about as many variables, and no more than fill
    the lanes: two runs each, one with the statement true, one with it false.
    """

    def depth(statement: StatedCredence) -> int:
        return len(ancestors(inquiry.network, [statement.of, *(v for v, _ in statement.given)]))

    return tuple(batched(sorted(inquiry.statements(*worldviews), key=depth), LANES // 2))


def statement_runs(group: Sequence[StatedCredence], worldviews: Sequence[int]) -> tuple[Run, ...]:
    """Return the runs of a group: each statement together with its being true; then with its being false.

    The entries' columns are those of `worldviews`.
    """
    return tuple(
        Run(worldviews.index(s.worldview), (*s.given, (s.of, (state,)))) for state in (1, 0) for s in group
    )


def condition(inquiry: Inquiry, entries: TensorVariable, worldviews: Sequence[int]) -> None:
    """Add what is observed and stated to the model in context.

    `entries` (n_entries, len(worldviews)) are those of `worldviews`. Adds the Potential `observed`, the
    sum of log P(observed) over them, and `stated`, each credence's logit around the implied one.
    """
    network = inquiry.network
    if inquiry.observed:
        runs = [Run(column, inquiry.observed) for column in range(len(worldviews))]
        pm.Potential("observed", pt.sum(propagate(network, entries, runs).log_z))
    groups = statement_groups(inquiry, worldviews)
    if groups:
        log_z = [propagate(network, entries, statement_runs(group, worldviews)).log_z for group in groups]
        implied = [z[: len(group)] - z[len(group) :] for z, group in zip(log_z, groups, strict=True)]
        in_groups = [statement for group in groups for statement in group]
        stated = inquiry.statements(*worldviews)
        pm.Normal(
            "stated",
            mu=pt.concatenate(implied)[[in_groups.index(statement) for statement in stated]],
            sigma=np.array([s.sd for s in stated]),
            observed=np.array([s.logit for s in stated]),
            dims="statement",
        )


def model_text(model: pm.Model) -> str:
    """Return a model in a stable printed form: its dims, then a line per variable."""
    lines = [
        f"{dim} [{len(labels)}]: {', '.join(map(str, labels))}" for dim, labels in model.coords.items()
    ]
    roles = (
        ("drawn", model.free_RVs),
        ("observed", model.observed_RVs),
        ("computed", model.deterministics),
        ("log-density", model.potentials),
    )
    for role, variables in roles:
        for variable in variables:
            dims = model.named_vars_to_dims.get(variable.name) or ()
            law = f" {variable.owner.op.name}" if role in ("drawn", "observed") else ""
            lines.append(f"{role} {variable.name} ({', '.join(map(str, dims))}){law}")
    return "\n".join(lines) + "\n"


# --- the explicit build --------------------------------------------------------------------------


def _explicit_model(inquiry: Inquiry) -> pm.Model:
    network = inquiry.network
    labels = coordinates(inquiry)
    with pm.Model(coords={dim: labels[dim] for dim in ("worldview", "address")}) as pm_model:
        u = _judgement_tensors(inquiry)
        entries = entries_tensor(inquiry, range(len(inquiry.model.worldviews)), u)
        padded = pt.concatenate([entries, pt.zeros((1, entries.shape[1]))])
        everyone = np.arange(len(inquiry.model.worldviews))
        drawn: dict[int, TensorVariable] = {}
        for variable in _parents_first(network):
            parents = tuple(v for v in network.tables[variable].scope if v != variable)
            lookup = _rows_to_entries(network, variable, parents)
            row: TensorVariable | int = 0
            for parent in parents:
                row = row * len(network.variables[parent].states) + drawn[parent]
            chances = (
                padded[pt.as_tensor(lookup)[row], everyone[:, None]] if parents else padded[lookup[0]].T
            )
            name = explicit_name(network, variable)
            if len(network.variables[variable].states) == 2:
                drawn[variable] = pm.Bernoulli(name, p=chances[:, 1], dims="worldview")
            else:
                drawn[variable] = pm.Categorical(name, p=chances, dims="worldview")
        if inquiry.observed:
            seen = [
                pt.any([pt.eq(drawn[variable], state) for state in states], axis=0)
                for variable, states in inquiry.observed
            ]
            pm.Potential("observed", pt.sum(pt.log(pt.all(pt.stack(seen), axis=0))))
    return pm_model


def explicit_name(network: Network, variable: int) -> str:
    """Return the name of a variable of the network in the explicit build: its own, if that is free there."""
    name = network.variables[variable].name
    taken = ("z", "judgement", "observed", "worldview", "address")
    return f"{name}_" if name in taken else name


def _parents_first(network: Network) -> Iterable[int]:
    from graphlib import TopologicalSorter

    parents: Mapping[int, set[int]] = {v: set(table.scope) - {v} for v, table in enumerate(network.tables)}
    return TopologicalSorter(parents).static_order()


def _rows_to_entries(network: Network, variable: int, parents: Sequence[int]) -> IntArray:
    """Return the entry index of each (configuration of the parents, state); n_entries stands for 0.

    Configurations count through the states of the parents, the last one fastest.
    """
    table = network.tables[variable]
    sizes = [len(network.variables[v].states) for v in (*parents, variable)]
    lookup = np.full(sizes, network.program.n_entries)
    order = [table.scope.index(v) for v in (*parents, variable)]
    lookup[tuple(table.rows[:, order].T)] = table.entries
    return lookup.reshape(-1, sizes[-1])

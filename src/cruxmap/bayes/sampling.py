"""Draws of judgements given what is observed and stated, and everything that follows from them.

Only worldviews in which something conditions the judgements are sampled by NUTS, each by itself and only
in the judgements that can reach what conditions them; all else is drawn forward, which is exact.
"""

import hashlib
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from multiprocessing import get_all_start_methods
from threading import Lock
from typing import Any, Unpack

import pymc as pm
import xarray as xr

from cruxmap.bayes.model import (
    condition,
    entries_tensor,
    statement_groups,
    statement_runs,
    unconstrained_tensor,
)
from cruxmap.bayes.op import Run
from cruxmap.bayes.results import VARIABLES, Posterior, convergence_of, result_tree
from cruxmap.engine.draws import latin_hypercube
from cruxmap.engine.exact_or_sampled import exactly
from cruxmap.engine.executors import HERE, WORK, Executor, Progress, Work, cores
from cruxmap.engine.kernel import LANES
from cruxmap.engine.network import IntArray
from cruxmap.engine.propagation import tape_of
from cruxmap.ground import of_extra
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.language.asked import WhatIf, as_model, what_if, whole_number
from cruxmap.language.model_spec import ModelSpec, Sampling
from cruxmap.language.reading import SAMPLING
from cruxmap.network.inquiry import Inquiry, inquire

SAMPLERS = ("pymc", "nutpie")
"""Implementations of NUTS; nutpie is an optional extra."""

STATISTICS = {
    "acceptance_rate": ("acceptance_rate", "mean_tree_accept"),
    "diverging": ("diverging",),
    "energy": ("energy",),
    "lp": ("lp", "logp"),
    "n_steps": ("n_steps",),
    "step_size": ("step_size",),
    "tree_depth": ("tree_depth", "depth"),
}
"""The sampler's numbers that are kept, under ArviZ's names, and as each sampler calls them."""

TARGET_ACCEPTS = (0.8, 0.95)
"""Acceptance that step sizes are tuned for, tried in turn until no transition diverges.

Long steps explore best, but leave the narrow ridges that statements can make.
"""

WORTH_PROCESSES = 400_000_000
"""Products over all steps, one gradient each, from which on chains are worth processes of their own."""

PRODUCTS_OF_A_SAMPLER = 50_000
"""What a sampler does besides each gradient takes as long as about so many products."""

ONE_AT_A_TIME = Lock()
"""PyTensor is not made for several threads: a worker of a cluster may have some."""

REPORT_EVERY = 50
"""Steps between two reports of progress."""


@what_if
def sample(
    model: ModelSpec | ArgumentMap,
    *,
    tune: int | None = None,
    chains: int | None = None,
    nuts_sampler: str | None = None,
    sampler: str | None = None,
    var_names: str | Sequence[str] | None = None,
    progress: Progress | None = None,
    executor: Executor = HERE,
    **asked: Unpack[WhatIf],
) -> xr.DataTree:
    """Return draws of judgements, marginals and estimates as a `DataTree` in ArviZ's schema.

    Only worldviews in which something is observed or stated are sampled by NUTS; the others' draws are
    forward ones. Both are in the group `posterior`, and forward draws of all worldviews, as if nothing were
    observed or stated, in `prior`. Variables, dims (chain, draw, worldview, and the last):

    - `estimate` (target): the targets' probabilities given what is assumed and observed
    - `probability` (claim): those of all claims given what is observed
    - `judgement` (address): the numbers as people read them, those that have an interval in some worldview
    - `z` (address): the same as standard normals

    On a large map, name the variables, as in `az.summary(tree, var_names="estimate")`. The tree has the words
    behind ids as coordinates (`target_text`, `claim_text`, `address_text`, `whose`), and as attributes the
    seed, versions, digests, and which worldviews were `conditioned` and which `drawn_forward`.

    With `reconcile`, `log_likelihood`, `prior_predictive` and `posterior_predictive` are about what is
    stated, in logits. `az.loo(tree)` then says how well each statement is foretold by the judgements and the
    other statements of its worldview. Without, there is nothing to leave out, and no such group.

    A worldview in which what is observed is impossible is all nan in the posterior, and the attribute
    `undefined` says why. Worldviews are sampled apart, each by one task of the `executor`.

    Parameters
    ----------
    model
        The model, or a map with a `target`.
    tune
        Steps that tune each chain, as in PyMC; the model's where it is left out.
    chains
        How many chains share the draws: `draws` are in all, where PyMC counts them per chain.
    nuts_sampler, sampler
        Who runs NUTS, as in PyMC: `pymc`, the default, or `nutpie`. The second is the same by another name.
    var_names
        The variables to keep, as in PyMC; all four where it is left out.
    **asked
        What is asked in place of what the model says: see `WhatIf`.
    progress
        Called with what is done: a worldview's name, steps so far, and steps in all.
    executor
        What does the work: this machine, all its cores, or a cluster.

    Returns
    -------
    The draws, as a `DataTree` that ArviZ reads.

    Raises
    ------
    InvalidMap
        For a mistake in what is asked, which it names.
    ValueError
        For an unknown variable or sampler, and for two samplers at once.

    Examples
    --------
    >>> import cruxmap as cm
    >>> tree = cm.sample(cm.example("library"), var_names="estimate", draws=200)
    >>> tree["posterior"]["estimate"].dims
    ('chain', 'draw', 'worldview', 'target')
    """
    model = as_model(model)
    model = replace(model, sampling=_sampling(model.sampling, tune, chains))
    which, kept = _which_sampler(nuts_sampler, sampler), _kept(var_names)
    inquiry, work = inquire(model), Work(executor, progress)
    return result_tree(inquiry, posteriors(inquiry, which, work), work, sampler=which, var_names=kept)


def _sampling(sampling: Sampling, tune: int | None, chains: int | None) -> Sampling:
    """Lay over a model's sampling what is wanted otherwise, within what a model's file may say."""
    wanted = {name: value for name, value in (("tune", tune), ("chains", chains)) if value is not None}
    whole = {name: whole_number(name, value, *SAMPLING[name]) for name, value in wanted.items()}
    return replace(sampling, **whole)


def _which_sampler(nuts_sampler: str | None, sampler: str | None) -> str:
    named = {name for name in (nuts_sampler, sampler) if name is not None}
    if len(named) > 1:
        raise ValueError(
            f"`nuts_sampler` is {nuts_sampler!r} and `sampler` is {sampler!r}: give one of them"
        )
    return named.pop() if named else SAMPLERS[0]


def _kept(var_names: str | Sequence[str] | None) -> Sequence[str]:
    if var_names is None:
        return VARIABLES
    kept = [var_names] if isinstance(var_names, str) else list(var_names)
    unknown = [name for name in kept if name not in VARIABLES]
    if unknown or not kept:
        what = f"unknown variables {unknown}" if kept else "no variables are named"
        raise ValueError(f"{what}; known: {', '.join(VARIABLES)}")
    return kept


def posteriors(inquiry: Inquiry, sampler: str = "pymc", work: Work = WORK) -> tuple[Posterior, ...]:
    """Sample every worldview that something conditions. Raises ValueError for an unknown sampler."""
    if sampler not in SAMPLERS:
        raise ValueError(f"unknown sampler {sampler!r}; known: {', '.join(SAMPLERS)}")
    both = enumerate(zip(inquiry.obstacles, inquiry.reaching, strict=True))
    tasks = [(w, columns) for w, (obstacle, columns) in both if obstacle is None and columns.size]
    found, steps = [], _all_steps(inquiry)
    if tasks and sampler == "nutpie":
        of_extra("nutpie", "nutpie", "this sampler")
    for posterior in work.map(_posterior, (inquiry, sampler, work.inside), tasks):
        found.append(posterior)
        work.tell(inquiry.model.worldviews[posterior.worldview], steps, steps)
    return tuple(found)


def _draws_per_chain(inquiry: Inquiry) -> int:
    sampling = inquiry.model.sampling
    return -(-sampling.draws // sampling.chains)


def _all_steps(inquiry: Inquiry) -> int:
    """Return the number of steps of all chains of a worldview."""
    sampling = inquiry.model.sampling
    return sampling.chains * (_draws_per_chain(inquiry) + sampling.tune)


def _posterior(
    inquiry: Inquiry, sampler: str, progress: Progress | None, task: tuple[int, IntArray]
) -> Posterior:
    worldview, columns = task
    sampling, steps = inquiry.model.sampling, _all_steps(inquiry)
    name = inquiry.model.worldviews[worldview]
    report = None if progress is None else lambda done: progress(name, done, steps)
    with ONE_AT_A_TIME:
        model = conditioned_model(inquiry, worldview, columns)
        for target_accept in TARGET_ACCEPTS:
            tree = _nuts(
                sampler,
                report,
                model=model,
                draws=_draws_per_chain(inquiry),
                tune=sampling.tune,
                chains=sampling.chains,
                cores=_processes(inquiry, worldview, steps),
                random_seed=_seed(sampling.seed, name),
                target_accept=target_accept,
            )
            if not tree.sample_stats["diverging"].any():
                break
    drawn = tree.posterior["z"]
    n_draws = drawn.sizes["chain"] * drawn.sizes["draw"]
    z = latin_hypercube(sampling.seed, inquiry.network.addresses, n_draws)
    z[columns] = drawn.to_numpy().reshape(n_draws, len(columns)).T
    statistics = {
        key: tree.sample_stats[name].to_numpy()
        for key, names in STATISTICS.items()
        for name in names
        if name in tree.sample_stats
    }
    return Posterior(
        worldview=worldview,
        z=z,
        columns=columns,
        statistics=statistics,
        convergence=convergence_of(name, drawn, statistics["diverging"]),
    )


def conditioned_model(inquiry: Inquiry, worldview: int, columns: IntArray) -> pm.Model:
    """Return the PyMC model of one worldview with `z` for the judgements `columns` only, the rest central."""
    coordinates = {
        "address": [inquiry.network.addresses[i] for i in columns],
        "statement": [stated.name for stated in inquiry.statements(worldview)],
    }
    with pm.Model(coords=coordinates) as model:
        z = pm.Normal("z", 0, 1, dims="address")
        u = unconstrained_tensor(inquiry.numbers, (worldview,), columns, z[None, :])
        condition(inquiry, entries_tensor(inquiry, (worldview,), u), (worldview,))
    return model


def _seed(seed: int, worldview: str) -> int:
    """Return a worldview's own seed, whatever other worldviews there are."""
    return int.from_bytes(hashlib.blake2b(f"{seed}:{worldview}".encode(), digest_size=4).digest())


def _processes(inquiry: Inquiry, worldview: int, steps: int) -> int:
    """Return in how many processes to run chains: one where starting more would take longer, or is unsafe."""
    if "fork" not in get_all_start_methods():
        return 1
    groups = [statement_runs(group, (worldview,)) for group in statement_groups(inquiry, (worldview,))]
    if inquiry.observed:
        groups.append((Run(0, inquiry.observed),))
    clamped = ({variable for run in group for variable, _ in run.evidence} for group in groups)
    plans = [exactly(inquiry.network, (), those) for those in clamped]
    tapes = [tape_of(plan, None, None, gradient=True) for plan in plans]
    products = LANES * sum(tape.products for tape in tapes)
    return cores() if steps * (PRODUCTS_OF_A_SAMPLER + products) >= WORTH_PROCESSES else 1


def _nuts(
    sampler: str, report: Callable[[int], None] | None, *, cores: int, **arguments: Any
) -> xr.DataTree:
    """Run chains. PyMC's own sampler reports its steps, as it goes."""
    step = count(1)

    def stepped(**_: Any) -> None:
        if (done := next(step)) % REPORT_EVERY == 0 and report is not None:
            report(done)

    if sampler == "pymc":
        arguments |= {"mp_ctx": "fork" if cores > 1 else None, "callback": stepped}
    with warnings.catch_warnings():
        # nothing of ours runs in the other threads that Python warns about when it forks
        warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
        return pm.sample(
            nuts_sampler=sampler, cores=cores, quiet=True, compute_convergence_checks=False, **arguments
        )

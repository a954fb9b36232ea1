"""Draws of judgements given what is observed and stated, and everything that follows from them.

Only worldviews in which something conditions the judgements are sampled by NUTS, each by itself and only
in the judgements that can reach what conditions them; all else is drawn forward, which is exact.
"""

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import arviz as az
import numpy as np
import pymc as pm
import xarray as xr

from cruxmap.bayes.model import condition, entries_tensor, uncertain_columns, unconstrained_tensor
from cruxmap.bayes.results import Convergence, result_tree
from cruxmap.language.argument_map import ModelSpec
from cruxmap.network.draws import latin_hypercube
from cruxmap.network.inquiry import Inquiry, Progress, inquire, obstacles, reaching
from cruxmap.network.network import FloatArray, IntArray

TARGET_ACCEPT = 0.9
"""Acceptance that step sizes are tuned for: statements make narrow ridges, which long steps leave."""

WORTH_PROCESSES = 0.002
"""Seconds per gradient above which chains are worth processes of their own."""


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Draws of one worldview, in chains: `z` is (n_judgements, chains * draws), chain after chain.

    `columns` are the judgements that were sampled, the others were drawn forward; `statistics` are the
    sampler's, (chains, draws) each.
    """

    worldview: int
    z: FloatArray
    columns: IntArray
    statistics: Mapping[str, FloatArray]
    convergence: Convergence


def sample(model: ModelSpec, *, sampler: str = "pymc", progress: Progress | None = None) -> xr.DataTree:
    """Return draws of judgements, marginals and estimates as a `DataTree` in ArviZ's schema.

    `sampler` is one of `SAMPLERS`, for the worldviews that are conditioned; the groups and their dims are
    described in `results`. A worldview in which what is observed is impossible is all nan, and the
    attribute `undefined` says why.
    """
    inquiry = inquire(model)
    return result_tree(inquiry, posteriors(inquiry, sampler, progress), progress)


def sample_judgements(
    inquiry: Inquiry, sampler: str = "pymc", progress: Progress | None = None
) -> tuple[Mapping[int, FloatArray], tuple[Convergence, ...]]:
    """Return draws `z` (n_judgements, draws) of every conditioned worldview, by number, and how it went.

    Worldviews that nothing uncertain conditions, or that cannot be conditioned, are left out.
    """
    found = posteriors(inquiry, sampler, progress)
    return {p.worldview: p.z for p in found}, tuple(p.convergence for p in found)


def posteriors(
    inquiry: Inquiry, sampler: str = "pymc", progress: Progress | None = None
) -> tuple[Posterior, ...]:
    """Sample every worldview that something conditions. Raises KeyError for an unknown sampler."""
    if sampler not in SAMPLERS:
        raise KeyError(f"unknown sampler {sampler!r}; known: {', '.join(SAMPLERS)}")
    able = (w for w, obstacle in enumerate(obstacles(inquiry)) if obstacle is None)
    return tuple(
        _posterior(inquiry, worldview, columns, sampler, progress)
        for worldview, columns in ((w, reaching(inquiry, w)) for w in able)
        if columns.size
    )


def _posterior(
    inquiry: Inquiry, worldview: int, columns: IntArray, sampler: str, progress: Progress | None
) -> Posterior:
    sampling = inquiry.model.sampling
    name = inquiry.model.worldviews[worldview]
    per_chain = -(-sampling.draws // sampling.chains)
    tree = SAMPLERS[sampler](
        conditioned_model(inquiry, worldview, columns),
        {"draws": per_chain, "tune": sampling.tune, "chains": sampling.chains},
        _seed(sampling.seed, name),
        None if progress is None else lambda done, of: progress(name, done, of),
    )
    drawn = tree.posterior["z"]
    n_draws = sampling.chains * per_chain
    z = latin_hypercube(sampling.seed, inquiry.network.addresses, n_draws)
    z[columns] = drawn.to_numpy().reshape(n_draws, len(columns)).T
    statistics = {
        key: tree.sample_stats[key].to_numpy()
        for key in ("diverging", "energy", "n_steps", "step_size")
        if key in tree.sample_stats
    }
    return Posterior(worldview, z, columns, statistics, _convergence(name, drawn, statistics["diverging"]))


def conditioned_model(inquiry: Inquiry, worldview: int, columns: IntArray) -> pm.Model:
    """Return the PyMC model of one worldview with `z` for the judgements `columns` only, the rest central."""
    coordinates = {
        "address": [inquiry.network.addresses[i] for i in columns],
        "statement": [s.name for s in inquiry.stated if s.worldview == worldview],
    }
    with pm.Model(coords=coordinates) as model:
        z = pm.Normal("z", 0, 1, dims="address")
        u = unconstrained_tensor(inquiry.numbers, (worldview,), columns, z[None, :])
        condition(inquiry, entries_tensor(inquiry, (worldview,), u), (worldview,))
    return model


def _convergence(worldview: str, z: xr.DataArray, diverging: FloatArray) -> Convergence:
    r_hat = az.rhat(z.to_dataset(name="z"))["z"].max()
    ess = az.ess(z.to_dataset(name="z"), method="bulk")["z"].min()
    return Convergence(worldview, float(r_hat), float(ess), int(diverging.sum()))


def _seed(seed: int, worldview: str) -> int:
    """Return a worldview's own seed, whatever other worldviews there are."""
    return int.from_bytes(hashlib.blake2b(f"{seed}:{worldview}".encode(), digest_size=4).digest())


# --- samplers ------------------------------------------------------------------------------------


type Told = Callable[[int, int], None]


def _by_pymc(model: pm.Model, size: Mapping[str, int], seed: int, told: Told | None) -> xr.DataTree:
    of = size["chains"] * (size["draws"] + size["tune"])
    done = 0

    def count(**_: Any) -> None:
        nonlocal done
        done += 1
        if told is not None and (done % 50 == 0 or done == of):
            told(done, of)

    return pm.sample(
        **size,
        model=model,
        cores=_cores(model),
        mp_ctx="forkserver",
        random_seed=seed,
        nuts_sampler="pymc",
        target_accept=TARGET_ACCEPT,
        callback=count,
        quiet=True,
        compute_convergence_checks=False,
    )


def _cores(model: pm.Model) -> int:
    """Return how many processes to run chains in: one where starting others would take longer."""
    slope = model.logp_dlogp_function(ravel_inputs=True)
    point = np.zeros(sum(int(np.prod(v.shape.eval())) for v in model.free_RVs))
    slope(point)
    start = perf_counter()
    slope(point)
    return 1 if perf_counter() - start < WORTH_PROCESSES else os.cpu_count() or 1


def _by_nutpie(model: pm.Model, size: Mapping[str, int], seed: int, told: Told | None) -> xr.DataTree:
    of = size["chains"] * (size["draws"] + size["tune"])
    tree = pm.sample(
        **size,
        model=model,
        random_seed=seed,
        nuts_sampler="nutpie",
        target_accept=TARGET_ACCEPT,
        quiet=True,
        compute_convergence_checks=False,
    )
    if told is not None:
        told(of, of)
    return tree


SAMPLERS: Mapping[str, Callable[[pm.Model, Mapping[str, int], int, Told | None], xr.DataTree]] = {
    "pymc": _by_pymc,
    "nutpie": _by_nutpie,
}
"""Implementations of NUTS by name; nutpie is an optional extra."""

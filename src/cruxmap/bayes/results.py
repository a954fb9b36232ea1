"""The `DataTree` that sampling returns: its names and dims, whether it has converged, files.

Groups follow ArviZ's schema, dims are (chain, draw, worldview, ...):

posterior: `z` and `judgement` (address), `probability` (claim) given what is observed, `estimate` (target)
    given what is assumed too. Worldviews that nothing conditions have their forward draws here.
prior: `z` and `judgement` of the forward draws, where some worldview is conditioned.
sample_stats: the sampler's own numbers, nan for worldviews that were not sampled by it.
observed_data: the logits of `stated` (statement).

Attributes of the tree: model, seed, digest of the map, versions, and what went wrong in words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cruxmap.engine.convergence import Convergence
from cruxmap.engine.draws import latin_hypercube
from cruxmap.engine.executors import Work
from cruxmap.engine.network import DrawsFrom, FloatArray, IntArray
from cruxmap.engine.queries import infer
from cruxmap.language.digest import digest
from cruxmap.network.inquiry import (
    Inquiry,
    blocks,
    draws_per_block,
    entries_of,
    target_probabilities,
)
from cruxmap.network.means_and_deviations import Numbers, natural, unconstrained

if TYPE_CHECKING:
    import xarray as xr

DIMS = ("chain", "draw", "worldview")

RECORDED_LIBRARIES = ("cruxmap", "pymc", "pytensor", "arviz", "numpy", "numba")


def convergence_of(worldview: str, drawn: "xr.DataArray", diverging: FloatArray) -> Convergence:
    """Return how chains went that drew `drawn` (chain, draw, ...).

    Rank-normalised split R-hat and bulk ESS are those of Vehtari and others (2021). A single chain is
    compared with itself: its two halves count as chains.
    """
    import arviz as az

    if drawn.sizes["chain"] == 1:
        half = drawn.sizes["draw"] // 2
        halves = [drawn.isel(draw=slice(half * i, half * (i + 1))).to_numpy() for i in (0, 1)]
        drawn = drawn.isel(chain=[0, 0], draw=slice(half)).copy(data=np.concatenate(halves))
    values = drawn.to_dataset(name="values")
    r_hat, ess = az.rhat(values)["values"].max(), az.ess(values, method="bulk")["values"].min()
    return Convergence(worldview, float(r_hat), float(ess), int(diverging.sum()))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Posterior:
    """Draws of one worldview, in chains: `z` is (n_judgements, chains * draws), chain after chain.

    `columns` are the judgements that were sampled, the others were drawn forward; `statistics` are the
    sampler's, (chains, draws) each.
    """

    worldview: int
    z: FloatArray
    columns: IntArray
    statistics: dict[str, FloatArray]
    convergence: Convergence


def uncertain_columns(numbers: Numbers) -> IntArray:
    """Return the judgements that have an interval in some worldview, sorted."""
    return np.flatnonzero((numbers.sd > 0).any(axis=0))


def coordinates(inquiry: Inquiry) -> dict[str, list[str]]:
    """Return the labels of every dim but chain and draw; statements only where there are some."""
    addresses = inquiry.network.addresses
    labels = {
        "worldview": list(inquiry.model.worldviews),
        "address": [addresses[i] for i in uncertain_columns(inquiry.numbers)],
        "claim": [claim.about.id for claim in inquiry.model.map.claims],
        "target": list(inquiry.target_names),
    }
    if inquiry.stated:
        labels["statement"] = [stated.name for stated in inquiry.stated]
    return labels


def result_tree(inquiry: Inquiry, posteriors: tuple[Posterior, ...], work: Work) -> "xr.DataTree":
    """Put draws, and all that follows from them, into a tree.

    Worldviews without a posterior get forward draws, or nan where there is an obstacle.
    """
    import xarray as xr

    shape = _chains(inquiry, posteriors)
    sampled = {p.worldview: p for p in posteriors}
    sampling = inquiry.model.sampling
    forward = latin_hypercube(sampling.seed, inquiry.network.addresses, shape[0] * shape[1])
    drawn = []
    for number, name in enumerate(inquiry.model.worldviews):
        z = sampled[number].z if number in sampled else forward
        results = _worldview_results(inquiry, number, z, work)
        if inquiry.obstacles[number] is not None:
            results = {key: np.full_like(values, np.nan) for key, values in results.items()}
        drawn.append(results)
        work.tell(name, z.shape[1], z.shape[1])
    groups = {"posterior": _dataset(inquiry, drawn, shape)}
    if posteriors:
        prior = [_judgement_results(inquiry, w, forward) for w in range(len(drawn))]
        groups["prior"] = _dataset(inquiry, prior, shape)
        groups["sample_stats"] = _statistics(inquiry, sampled, shape)
    if inquiry.stated:
        labels = {"statement": coordinates(inquiry)["statement"]}
        logits = [stated.logit for stated in inquiry.stated]
        groups["observed_data"] = xr.Dataset({"stated": ("statement", logits)}, coords=labels)
    tree = xr.DataTree.from_dict(groups)
    tree.attrs = _attributes(inquiry, posteriors)
    return tree


def _chains(inquiry: Inquiry, posteriors: tuple[Posterior, ...]) -> tuple[int, int]:
    """The numbers of chains and of draws in each; forward draws are cut to match where they can be."""
    sampling = inquiry.model.sampling
    if posteriors:
        return sampling.chains, posteriors[0].z.shape[1] // sampling.chains
    if sampling.draws % sampling.chains == 0:
        return sampling.chains, sampling.draws // sampling.chains
    return 1, sampling.draws


def _judgement_results(inquiry: Inquiry, worldview: int, z: FloatArray) -> dict[str, FloatArray]:
    """`z` and `judgement` (draws, address) of one worldview."""
    columns = uncertain_columns(inquiry.numbers)
    values = natural(inquiry.numbers, unconstrained(inquiry.numbers, z, worldview))
    return {"z": z[columns].T, "judgement": values[columns].T}


def _worldview_results(
    inquiry: Inquiry, worldview: int, z: FloatArray, work: Work
) -> dict[str, FloatArray]:
    """All variables of the posterior, (draws, ...), for draws `z` (n_judgements, draws) of one worldview."""
    n_draws = z.shape[1]
    tasks = [(worldview, start, stop) for start, stop in blocks(n_draws, draws_per_block(inquiry))]
    parts = []
    for (_, _, done), part in zip(tasks, work.map(_results_of_block, (inquiry, z), tasks), strict=True):
        parts.append(part)
        work.tell(inquiry.model.worldviews[worldview], done, n_draws)
    probability, estimate = (np.concatenate(both) for both in zip(*parts, strict=True))
    return {**_judgement_results(inquiry, worldview, z), "probability": probability, "estimate": estimate}


def _results_of_block(
    inquiry: Inquiry, z: FloatArray, block: tuple[int, int, int]
) -> tuple[FloatArray, FloatArray]:
    """`probability` (draws, claims) and `estimate` (draws, targets) of some draws of a worldview."""
    worldview, start, stop = block
    filled = entries_of(inquiry, worldview, z[:, start:stop], DrawsFrom(start, z.shape[1]))
    claims = [inquiry.network.places[claim.about.id] for claim in inquiry.model.map.claims]
    marginals = infer(inquiry.network, filled, inquiry.observed, claims).marginals
    probability = np.array([marginals[claim][1] for claim in claims]).reshape(len(claims), stop - start).T
    return probability, target_probabilities(inquiry, filled)[0, :, 1].T


def _dataset(
    inquiry: Inquiry, drawn: Sequence[Mapping[str, FloatArray]], shape: tuple[int, int]
) -> "xr.Dataset":
    """Put the variables of all worldviews, each (draws, ...), together by chain and draw."""
    import xarray as xr

    last = {"z": "address", "judgement": "address", "probability": "claim", "estimate": "target"}
    labels = coordinates(inquiry)
    values = {
        key: np.stack([results[key].reshape(*shape, -1) for results in drawn], axis=2) for key in drawn[0]
    }
    variables = {
        key: ((*DIMS, last[key]), value) for key, value in values.items() if value.shape[-1] or key != "z"
    }
    used = {name: labels[name] for name in ("worldview", *(last[key] for key in variables))}
    return xr.Dataset(variables, coords={"chain": range(shape[0]), "draw": range(shape[1]), **used})


def _statistics(inquiry: Inquiry, sampled: dict[int, Posterior], shape: tuple[int, int]) -> "xr.Dataset":
    import xarray as xr

    worldviews, nothing = list(inquiry.model.worldviews), np.full(shape, np.nan)
    of_each = [sampled[w].statistics if w in sampled else {} for w in range(len(worldviews))]
    values = {
        name: np.stack([statistics.get(name, nothing) for statistics in of_each], axis=2)
        for name in sorted({name for statistics in of_each for name in statistics})
    }
    values["diverging"] = np.nan_to_num(values["diverging"]).astype(np.bool_)
    labels = {"chain": range(shape[0]), "draw": range(shape[1]), "worldview": worldviews}
    return xr.Dataset({name: (DIMS, value) for name, value in values.items()}, coords=labels)


def _attributes(inquiry: Inquiry, posteriors: tuple[Posterior, ...]) -> dict[str, str | int]:
    attributes: dict[str, str | int] = {
        "model": inquiry.model.id,
        "map": inquiry.model.map.id,
        "map_digest": digest(inquiry.model.map),
        "seed": inquiry.model.sampling.seed,
        **{f"{library}_version": version(library) for library in RECORDED_LIBRARIES},
    }
    if posteriors:
        attributes["convergence"] = "; ".join(str(p.convergence) for p in posteriors)
    if any(inquiry.obstacles):
        named = zip(inquiry.model.worldviews, inquiry.obstacles, strict=True)
        attributes["undefined"] = "; ".join(f"{name}: {why}" for name, why in named if why is not None)
    return attributes


# --- files ---------------------------------------------------------------------------------------


def save(tree: "xr.DataTree", path: str | Path) -> None:
    """Write results as NetCDF (`.nc`) or Zarr (`.zarr`, with the extra of that name installed).

    Raises ValueError for any other ending.
    """
    if _ending(path) == ".nc":
        tree.to_netcdf(path, engine="h5netcdf")
    else:
        tree.to_zarr(path, mode="w", consolidated=False)


def load(path: str | Path) -> "xr.DataTree":
    """Read results that `save` wrote, all into memory. Raises ValueError for an unknown ending."""
    import xarray as xr

    options = (
        {"engine": "h5netcdf"} if _ending(path) == ".nc" else {"engine": "zarr", "consolidated": False}
    )
    with xr.open_datatree(path, **options) as tree:
        return tree.load()


def _ending(path: str | Path) -> str:
    if (ending := Path(path).suffix) not in (".nc", ".zarr"):
        raise ValueError(f"results are saved as .nc or .zarr, not as {Path(path).name}")
    return ending

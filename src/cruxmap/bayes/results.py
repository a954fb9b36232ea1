"""The `DataTree` that sampling returns: its groups and dims, whether it has converged, files.

Groups follow ArviZ's schema, dims are (chain, draw, worldview, ...):

posterior: `estimate` (target) given what is assumed and observed, `probability` (claim) given what is
    observed, `judgement` and `z` (address). Worldviews that nothing conditions have their forward draws here.
prior: the same of forward draws, as if nothing were observed or stated; what is assumed still is.
sample_stats: the sampler's own numbers, nan for worldviews that were not sampled by it, and `diverging`.
observed_data, log_likelihood, prior_predictive, posterior_predictive: `stated` (statement), see `stated`.

Coordinates of the tree itself: the ids along each dim, and the words behind them (see `labels`). Its
attributes: model, seed, what is given, digests, versions, which worldviews were conditioned, and what went
wrong in words.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cruxmap.bayes.labels import Coordinate, labels_and_words, labels_of, uncertain_columns
from cruxmap.bayes.stated import stated_groups
from cruxmap.engine.convergence import Convergence
from cruxmap.engine.draws import latin_hypercube
from cruxmap.engine.executors import Work
from cruxmap.engine.network import DrawsFrom, FloatArray, IntArray
from cruxmap.engine.queries import infer
from cruxmap.language.digest import digest, digest_of_question
from cruxmap.network.inquiry import (
    Inquiry,
    blocks,
    draws_per_block,
    entries_of,
    target_probabilities,
    written,
)
from cruxmap.network.means_and_deviations import natural, unconstrained

if TYPE_CHECKING:
    import xarray as xr

DIMS = ("chain", "draw", "worldview")

LAST_DIM = {"estimate": "target", "probability": "claim", "judgement": "address", "z": "address"}
"""The variables of the posterior, those first that people ask about, each with its last dim."""

VARIABLES = tuple(LAST_DIM)

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


def result_tree(
    inquiry: Inquiry,
    posteriors: tuple[Posterior, ...],
    work: Work,
    *,
    sampler: str = "pymc",
    var_names: Collection[str] = VARIABLES,
) -> "xr.DataTree":
    """Put draws, and all that follows from them, into a tree; of the `VARIABLES` those with these names.

    Worldviews without a posterior get forward draws, or nan where there is an obstacle.
    """
    import xarray as xr

    shape = _chains(inquiry, posteriors)
    sampled = {p.worldview: p for p in posteriors}
    seed, n_draws = inquiry.model.sampling.seed, shape[0] * shape[1]
    forward = latin_hypercube(seed, inquiry.network.addresses, n_draws)
    unseen = replace(inquiry, observed=()) if inquiry.observed else inquiry
    after, before = [], []
    for number, name in enumerate(inquiry.model.worldviews):
        prior = _worldview_results(unseen, number, forward, work, var_names)
        z = sampled[number].z if number in sampled else forward
        same = number not in sampled and unseen is inquiry
        results = prior if same else _worldview_results(inquiry, number, z, work, var_names)
        if inquiry.obstacles[number] is not None:
            results = {key: np.full_like(values, np.nan) for key, values in results.items()}
        before.append(prior)
        after.append(results)
        work.tell(name, n_draws, n_draws)
    groups = {
        "posterior": _dataset(inquiry, after, shape),
        "prior": _dataset(inquiry, before, shape),
        "sample_stats": _statistics(inquiry, sampled, shape),
    }
    if inquiry.stated:
        drawn = [sampled[w].z if w in sampled else forward for w in range(len(after))]
        groups |= stated_groups(inquiry, drawn, forward, shape)
    used = ("worldview", *(LAST_DIM[name] for name in after[0]))
    tree = xr.DataTree.from_dict({"/": xr.Dataset(coords=labels_and_words(inquiry, used)), **groups})
    tree.attrs = _attributes(inquiry, posteriors, sampler)
    for group in tree.children.values():
        group.attrs = _attributes_of_groups(inquiry, posteriors, sampler)
    return tree


def _chains(inquiry: Inquiry, posteriors: tuple[Posterior, ...]) -> tuple[int, int]:
    """The numbers of chains and of draws in each; forward draws are cut to match where they can be."""
    sampling = inquiry.model.sampling
    if posteriors:
        return sampling.chains, posteriors[0].z.shape[1] // sampling.chains
    if sampling.draws % sampling.chains == 0:
        return sampling.chains, sampling.draws // sampling.chains
    return 1, sampling.draws


def _worldview_results(
    inquiry: Inquiry, worldview: int, z: FloatArray, work: Work, var_names: Collection[str]
) -> dict[str, FloatArray]:
    """The variables asked for, (draws, ...), for draws `z` (n_judgements, draws) of one worldview."""
    n_draws, columns = z.shape[1], uncertain_columns(inquiry.numbers)
    results = dict.fromkeys(name for name in VARIABLES if name in var_names)
    found: dict[str, FloatArray] = {}
    if {"estimate", "probability"} & results.keys():
        tasks = [(worldview, start, stop) for start, stop in blocks(n_draws, draws_per_block(inquiry))]
        parts = []
        done = work.map(_results_of_block, (inquiry, z, "probability" in results), tasks)
        for (_, _, so_far), part in zip(tasks, done, strict=True):
            parts.append(part)
            work.tell(inquiry.model.worldviews[worldview], so_far, n_draws)
        both = (np.concatenate(of_blocks) for of_blocks in zip(*parts, strict=True))
        found = dict(zip(("estimate", "probability"), both, strict=True))
    if "judgement" in results:
        values = natural(inquiry.numbers, unconstrained(inquiry.numbers, z, worldview))
        found["judgement"] = values[columns].T
    if "z" in results:
        found["z"] = z[columns].T
    return {name: found[name] for name in results}


def _results_of_block(
    inquiry: Inquiry, z: FloatArray, of_claims: bool, block: tuple[int, int, int]
) -> tuple[FloatArray, FloatArray]:
    """`estimate` (draws, targets) and `probability` (draws, claims) of some draws of a worldview."""
    worldview, start, stop = block
    filled = entries_of(inquiry, worldview, z[:, start:stop], DrawsFrom(start, z.shape[1]))
    claims = [inquiry.network.places[claim.about.id] for claim in inquiry.model.map.claims if of_claims]
    probability = np.zeros((0, stop - start))
    if claims:
        marginals = infer(inquiry.network, filled, inquiry.observed, claims).marginals
        probability = np.array([marginals[claim][1] for claim in claims])
    return target_probabilities(inquiry, filled)[0, :, 1].T, probability.T


def _dataset(
    inquiry: Inquiry, drawn: Sequence[Mapping[str, FloatArray]], shape: tuple[int, int]
) -> "xr.Dataset":
    """Put the variables of all worldviews, each (draws, ...), together by chain and draw."""
    import xarray as xr

    values = {
        key: np.stack([results[key].reshape(*shape, -1) for results in drawn], axis=2) for key in drawn[0]
    }
    variables = {
        key: ((*DIMS, LAST_DIM[key]), value)
        for key, value in values.items()
        if value.shape[-1] or key != "z"
    }
    used = ("worldview", *(LAST_DIM[key] for key in variables))
    return xr.Dataset(variables, coords=_chain_labels(shape) | labels_of(inquiry, used))


def _chain_labels(shape: tuple[int, int]) -> dict[str, Coordinate]:
    return {dim: Coordinate((dim,), np.arange(n)) for dim, n in zip(DIMS, shape, strict=False)}


def _statistics(inquiry: Inquiry, sampled: dict[int, Posterior], shape: tuple[int, int]) -> "xr.Dataset":
    """The sampler's numbers of every worldview; a forward draw has none, and does not diverge."""
    import xarray as xr

    of_each = [sampled[w].statistics if w in sampled else {} for w in range(len(inquiry.model.worldviews))]
    names = sorted({"diverging", *(name for statistics in of_each for name in statistics)})
    nothing = np.full(shape, np.nan)
    values = {
        name: np.stack([statistics.get(name, nothing) for statistics in of_each], axis=2) for name in names
    }
    values["diverging"] = np.nan_to_num(values["diverging"]).astype(np.bool_)
    labels = _chain_labels(shape) | labels_of(inquiry, ("worldview",))
    return xr.Dataset({name: (DIMS, value) for name, value in values.items()}, coords=labels)


def _attributes(inquiry: Inquiry, posteriors: tuple[Posterior, ...], sampler: str) -> dict[str, str | int]:
    model, sampling = inquiry.model, inquiry.model.sampling
    libraries = (*RECORDED_LIBRARIES, *((sampler,) if posteriors and sampler != "pymc" else ()))
    sampled = {posterior.worldview for posterior in posteriors}
    forward = {w for w, obstacle in enumerate(inquiry.obstacles) if obstacle is None} - sampled
    attributes: dict[str, str | int] = {
        "model": model.id,
        "map": model.map.id,
        "map_digest": digest(model.map),
        "model_digest": digest_of_question(model),
        "seed": sampling.seed,
        "assuming": written(model.assuming),
        "observed": written(model.observed),
        "conditioned": ", ".join(model.worldviews[w] for w in sorted(sampled)),
        "drawn_forward": ", ".join(model.worldviews[w] for w in sorted(forward)),
        **{f"{library}_version": version(library) for library in libraries},
    }
    if posteriors:
        attributes["sampler"] = sampler
        attributes["convergence"] = "; ".join(str(p.convergence) for p in posteriors)
    if any(inquiry.obstacles):
        named = zip(model.worldviews, inquiry.obstacles, strict=True)
        attributes["undefined"] = "; ".join(f"{name}: {why}" for name, why in named if why is not None)
    return attributes


def _attributes_of_groups(
    inquiry: Inquiry, posteriors: tuple[Posterior, ...], sampler: str
) -> dict[str, str | int]:
    """What ArviZ's schema wants of a group, but for the time: the same seed gives the same tree."""
    library = sampler if posteriors else "cruxmap"
    return {
        "creation_library": "cruxmap",
        "creation_library_version": version("cruxmap"),
        "creation_library_language": "Python",
        "inference_library": library,
        "inference_library_version": version(library),
        "tuning_steps": inquiry.model.sampling.tune if posteriors else 0,
    }


# --- files ---------------------------------------------------------------------------------------


def save(tree: "xr.DataTree", path: str | Path) -> None:
    """Write results as NetCDF (`.nc`) or Zarr (`.zarr`, with the extra of that name installed).

    Raises ValueError for any other ending.
    """
    if _ending(path) == ".nc":
        tree.to_netcdf(path, engine="h5netcdf", write_inherited_coords=True)
    else:
        tree.to_zarr(path, mode="w", consolidated=False, write_inherited_coords=True)


def load(path: str | Path) -> "xr.DataTree":
    """Read results that `save` wrote, all into memory. Raises ValueError for an unknown ending."""
    import xarray as xr

    options = (
        {"engine": "h5netcdf"} if _ending(path) == ".nc" else {"engine": "zarr", "consolidated": False}
    )
    with xr.open_datatree(path, **options) as opened:
        tree = opened.load()
    for name in ("posterior", "prior"):  # Zarr lists variables as it likes
        kept = [variable for variable in VARIABLES if variable in tree[name]]
        tree[name].dataset = tree[name].to_dataset()[kept]
    return tree


def _ending(path: str | Path) -> str:
    if (ending := Path(path).suffix) not in (".nc", ".zarr"):
        raise ValueError(f"results are saved as .nc or .zarr, not as {Path(path).name}")
    return ending

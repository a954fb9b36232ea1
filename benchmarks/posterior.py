"""Posteriors by NUTS: effective draws per second against PyMC models that draw what is true as well.

The map is random, every row of every table is an interval, and one claim is observed. A run counts from
building the model to the last draw, compilation included. Its rate is the smallest effective sample size of
any judgement that the observation can reach, or of a claim where claims are sampled, per second. All have
the same chains, draws, tuning steps and cores.
"""

import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.maps import Data, deepest, random_parents, stated_credences, table_map, written
from benchmarks.measuring import STANDARD_ERRORS, Figure, Result, paired, seconds
from cruxmap.engine.executors import cores
from cruxmap.engine.network import FloatArray
from cruxmap.engine.queries import infer
from cruxmap.language.argument_map import mentioned
from cruxmap.language.model_spec import ModelSpec
from cruxmap.network.inquiry import entries_of, inquire

CLAIMS, STATEMENTS, CHAINS = 50, 10, 4

Q95 = 1.6448536269514722
"""The 95th percentile of a standard normal."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a run took, and its draws (quantities, chains, draws): z of judgements, then claims.

    A claim is drawn as 0 or 1, or is its exact probability in each draw; the first `sampled` quantities
    are those that the sampler moved.
    """

    seconds: float
    values: FloatArray
    sampled: int

    @property
    def cost(self) -> float:
        """Seconds per effective draw of what was sampled with most difficulty."""
        return self.seconds / float(_effective(self.values[: self.sampled], "bulk").min())


def posterior(*, quick: bool) -> Iterator[Result]:
    """Seconds per effective draw: observed only, against two peers; and with ten stated credences."""
    n = 5 if quick else CLAIMS
    parents = random_parents(n)
    seen = f"claim-{deepest(parents)}"
    steps, repeats = (100, 1) if quick else (1000, 3)
    sampling = {"draws": CHAINS * steps, "tune": steps, "chains": CHAINS, "seed": 1}
    model = {"target": "claim-0", "observed": [seen], "worldviews": ["map"], "sampling": sampling}
    with tempfile.TemporaryDirectory() as folder:
        data = table_map(parents)
        observed = written(Path(folder), data, model)
        statements = _statements(observed)
        model |= {"worldviews": ["reviewer"], "reconcile": True}
        stated = written(Path(folder) / "stated", data, model, [stated_credences(statements)])

    what, unit = f"posterior of {n} claims, one observed", "s per effective draw"
    peers: dict[str, Callable[[], Run]] = {
        "PyMC, a Bernoulli per claim": lambda: _peer(lambda: naive_model(data["claims"], seen), observed),
        # its potential is log 0 wherever the observed claim is false, so it is told to start elsewhere
        "PyMC, our explicit build": lambda: _peer(
            lambda: explicit_model(observed), observed, start={seen: np.array([1])}
        ),
    }
    for peer, run in peers.items():
        mine, theirs = list[Run](), list[Run]()
        yield paired(
            what, peer, unit, _cost(lambda: _ours(observed), mine), _cost(run, theirs),
            repeats=repeats, at_least=None if quick else 50,
        )  # fmt: skip
        apart = difference(mine[-1].values, theirs[-1].values)
        yield Figure(
            f"{what}: largest difference of posterior means from {peer}", apart, "standard errors",
            at_most=STANDARD_ERRORS,
        )  # fmt: skip
    on_top = paired(
        what, f"with {len(statements)} stated credences on top", unit,
        lambda: _ours(observed).cost, lambda: _ours(stated).cost, repeats=repeats,
    )  # fmt: skip
    yield on_top
    cost = on_top.middle
    yield Figure(
        f"cost of {len(statements)} stated credences on top", cost, "times", at_most=None if quick else 3
    )


def _statements(model: ModelSpec) -> list[tuple[str, float]]:
    """Claims all over the map that are not observed, each with a credence between its own and 50%."""
    from cruxmap.insight.estimate import probability

    claims = _claims(model)
    chosen = {claims[i] for i in np.linspace(0, len(claims) - 1, STATEMENTS).astype(int)}
    return [(name, 0.8 * probability(model, name) + 0.1) for name in claims if name in chosen]


def _cost(run: Callable[[], Run], runs: list[Run]) -> Callable[[], float]:
    """Make a measurement of a run, which is kept in `runs`."""

    def measured() -> float:
        runs.append(run())
        return runs[-1].cost

    return measured


def _ours(model: ModelSpec) -> Run:
    """NUTS in the judgements alone; the claims' probabilities are summed afterwards, off the clock."""
    from cruxmap.bayes.sampling import posteriors

    drawn: dict[int, FloatArray] = {}
    spent = seconds(lambda: drawn.update({p.worldview: p.z for p in posteriors(inquire(model))}))
    inquiry, z = inquire(model), drawn[0]
    columns, network = inquiry.reaching[0], inquiry.network
    ask = [network.places[name] for name in _claims(model)]
    found = infer(network, entries_of(inquiry, 0, z), inquiry.observed, ask).marginals
    values = np.concatenate([z[columns], [found[claim][1] for claim in ask]])
    return Run(spent, values.reshape(len(values), CHAINS, -1), len(columns))


def _peer(make: Callable[[], Any], model: ModelSpec, start: Mapping[str, Any] | None = None) -> Run:
    """A PyMC model with a variable per claim, under the samplers that PyMC picks: NUTS and Gibbs steps."""
    import pymc as pm

    inquiry, sampling = inquire(model), model.sampling
    found: dict[str, Any] = {}

    def run() -> None:
        with make(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found["posterior"] = (
                pm.sample(
                    sampling.draws // sampling.chains,
                    tune=sampling.tune,
                    chains=sampling.chains,
                    cores=cores(),
                    initvals=start,
                    random_seed=sampling.seed,
                    quiet=True,
                    compute_convergence_checks=False,
                )
                .posterior.to_dataset()
                .squeeze()
            )

    spent = seconds(run)
    drawn = found["posterior"]
    z = drawn["z"].sel(address=[inquiry.network.addresses[column] for column in inquiry.reaching[0]])
    values = np.stack([*np.moveaxis(z.to_numpy(), -1, 0), *(drawn[name] for name in _claims(model))])
    return Run(spent, values, len(values))


def _claims(model: ModelSpec) -> list[str]:
    """The claims that are not observed."""
    seen = {name for condition in model.observed for name in mentioned(condition)}
    return [claim.about.id for claim in model.map.claims if claim.about.id not in seen]


def explicit_model(model: ModelSpec) -> Any:
    """The PyMC model that `cruxmap.build` makes for reading and checking: a distribution per table."""
    from cruxmap.bayes.model import build

    return build(model, explicit=True)


def naive_model(claims: Data, seen: str) -> Any:
    """A PyMC model of a map of tables as a person writes it: a normal per row, a Bernoulli per claim."""
    import pymc as pm
    import pytensor.tensor as pt

    addresses, intervals = zip(*_rows(claims), strict=True)
    ends = np.array([_interval(text) for text in intervals])
    logits = np.log(ends / (1 - ends))
    begin, true = 0, {}
    with pm.Model(coords={"address": addresses}) as model:
        z = pm.Normal("z", 0, 1, dims="address")
        p = pm.math.sigmoid(logits.mean(axis=1) + np.diff(logits)[:, 0] / (2 * Q95) * z)
        for name, claim in claims.items():
            rows = claim.get("given", [claim])
            parents = list(rows[0].get("when", {}))
            case: Any = begin
            for bit, parent in enumerate(reversed(parents)):
                case = case + 2**bit * true[parent]
            true[name] = pm.Bernoulli(name, p=p[pt.as_tensor(case)], observed=1 if name == seen else None)
            begin += len(rows)
    return model


def _rows(claims: Data) -> Iterator[tuple[str, str]]:
    """The address and the interval of every row."""
    for name, claim in claims.items():
        if "credence" in claim:
            yield name, claim["credence"]
        for row in claim.get("given", ()):
            yield f"{name}.{row.get('id', 'otherwise')}", row.get("credence", row.get("otherwise"))


def _interval(text: str) -> tuple[float, float]:
    low, high = (float(end.rstrip("%")) / 100 for end in text.split(" to "))
    return low, high


def difference(a: FloatArray, b: FloatArray) -> float:
    """The largest difference of two runs' means, in its standard error: quantities (n, chains, draws)."""
    means, squared = zip(
        *((values.mean(axis=(1, 2)), _squared_error(values)) for values in (a, b)), strict=True
    )
    return float((np.abs(means[0] - means[1]) / np.sqrt(squared[0] + squared[1])).max())


def _squared_error(values: FloatArray) -> FloatArray:
    """The squared Monte-Carlo standard error of each quantity's mean."""
    return values.var(axis=(1, 2)) / _effective(values, "mean")


def _effective(values: FloatArray, method: str) -> FloatArray:
    """The effective sample size of each quantity (quantities, chains, draws)."""
    import arviz as az
    import xarray as xr

    drawn = xr.DataArray(np.moveaxis(values, 0, -1), dims=("chain", "draw", "quantity"))
    effective: FloatArray = az.ess(drawn.to_dataset(name="it"), method=method)["it"].to_numpy()
    return effective

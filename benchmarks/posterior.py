"""Posteriors by NUTS: effective draws per second against a PyMC model with a Bernoulli per claim.

The map is random, every row of every table is an interval, and one claim is observed. A run counts from
building the model to the last draw, compilation included. Its rate is the smallest effective sample size of
any judgement that the observation can reach, or of a claim where claims are sampled, per second.
"""

import os
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.maps import Data, stated_credences, table_map, written
from benchmarks.measuring import Figure, Ratio, Result, paired, seconds
from cruxmap.language.argument_map import ModelSpec
from cruxmap.network.inquiry import Inquiry, inquire, reaching

CLAIMS, STATEMENTS = 50, 10

Q95 = 1.6448536269514722
"""The 95th percentile of a standard normal."""


def posterior(*, quick: bool) -> Iterator[Result]:
    """Effective draws per second: observed only, against the naive model; and with ten stated credences."""
    n = 8 if quick else CLAIMS
    seen = f"claim-{n - 1}"
    draws, repeats = (200, 1) if quick else (4000, 3)
    sampling = {"draws": draws, "tune": draws // 4, "chains": 4, "seed": 1}
    model = {"target": "claim-0", "observed": [seen], "worldviews": ["map"], "sampling": sampling}
    with tempfile.TemporaryDirectory() as folder:
        data = table_map(n)
        observed = written(Path(folder), data, model)
        statements = _statements(observed, n)
        model |= {"worldviews": ["reviewer"], "reconcile": True}
        stated = written(Path(folder) / "stated", data, model, [stated_credences(statements)])
    found: dict[str, list[float]] = {"ours": [], "theirs": []}

    def ours() -> float:
        rate, mean = _ours(observed)
        found["ours"] = mean
        return 1 / rate

    def theirs() -> float:
        rate, mean = _naive(inquire(observed), data["claims"], seen, draws=100 if quick else 1000)
        found["theirs"] = mean
        return 1 / rate

    ratio: Ratio = paired(
        f"posterior of {n} claims, one observed", "PyMC, a Bernoulli per claim", "s per effective draw",
        ours, theirs, repeats=repeats, at_least=None if quick else 50,
    )  # fmt: skip
    yield ratio
    apart = float(np.abs(np.subtract(found["ours"], found["theirs"])).max())
    yield Figure("largest difference of posterior means of z, of sd 1", apart, "sd")
    on_top = paired(
        f"posterior of {n} claims, one observed", f"with {len(statements)} stated credences on top",
        "s per effective draw", ours, lambda: 1 / _ours(stated)[0], repeats=repeats,
    )  # fmt: skip
    yield on_top
    cost = on_top.middle
    yield Figure(
        f"cost of {len(statements)} stated credences on top", cost, "times", at_most=None if quick else 3
    )


def _statements(model: ModelSpec, n: int) -> list[tuple[str, float]]:
    from cruxmap.insight.estimate import probability

    names = [f"claim-{i}" for i in np.linspace(0, n - 2, STATEMENTS).astype(int)]
    return [(name, 0.8 * probability(model, name) + 0.1) for name in dict.fromkeys(names)]


def _ours(model: ModelSpec) -> tuple[float, list[float]]:
    """Smallest effective draws per second, and the means of the z that are conditioned."""
    from cruxmap.bayes.sampling import sample_judgements

    inquiry = inquire(model)
    columns = reaching(inquiry, 0)
    drawn: dict[int, Any] = {}
    spent = seconds(lambda: drawn.update(sample_judgements(inquiry)[0]))
    z = drawn[0][columns]
    return _effective(z.reshape(len(columns), model.sampling.chains, -1)) / spent, z.mean(axis=1).tolist()


def _naive(inquiry: Inquiry, claims: Data, seen: str, draws: int) -> tuple[float, list[float]]:
    """The same for what one writes down first: a Bernoulli per claim, under PyMC's default samplers."""
    import pymc as pm

    addresses = [address for address, _ in _rows(claims)]
    columns = [addresses.index(inquiry.network.addresses[column]) for column in reaching(inquiry, 0)]
    drawn: dict[str, Any] = {}

    def run() -> None:
        with naive_model(claims, seen), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = pm.sample(
                draws,
                tune=draws,
                chains=4,
                cores=os.cpu_count(),
                random_seed=1,
                quiet=True,
                compute_convergence_checks=False,
            )
        drawn["z"] = tree.posterior["z"].to_numpy()
        drawn["claims"] = np.stack([tree.posterior[name] for name in claims if name != seen])

    spent = seconds(run)
    z = np.moveaxis(drawn["z"], -1, 0)[columns]
    everything = np.concatenate([z, drawn["claims"][drawn["claims"].std(axis=(1, 2)) > 0]])
    return _effective(everything) / spent, z.mean(axis=(1, 2)).tolist()


def naive_model(claims: Data, seen: str) -> Any:
    """A PyMC model of a map of tables as a person writes it: a normal per row, a Bernoulli per claim."""
    import pymc as pm
    import pytensor.tensor as pt

    ends = np.array([_interval(text) for _, text in _rows(claims)])
    logits = np.log(ends / (1 - ends))
    begin, true = 0, {}
    with pm.Model() as model:
        z = pm.Normal("z", 0, 1, shape=len(logits))
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


def _effective(z: Any) -> float:
    """The smallest effective sample size of parameters (parameters, chains, draws)."""
    import arviz as az
    import xarray as xr

    drawn = xr.DataArray(np.moveaxis(z, 0, -1), dims=("chain", "draw", "parameter"))
    return float(az.ess(drawn.to_dataset(name="z"), method="bulk")["z"].min())

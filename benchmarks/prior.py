"""Draws from the prior: our exact probabilities against states drawn by the explicit PyMC build.

The network has the structure of the one in `inference`; here it comes from a map with an interval in every
row, and a draw begins with the judgements on both sides. Ours ends with the exact probability of the target;
that of the explicit build goes on through the states of all claims that the target rests on, and ends with
the target true or false. Both take some draws to know the mean as well, so their costs are also compared at
the same standard error. Its function is compiled before the clock starts, once for all draws.
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.inference import WINDOW, parents
from benchmarks.maps import deepest, table_map, written
from benchmarks.measuring import STANDARD_ERRORS, Figure, Result, cpu_seconds, paired, seconds
from cruxmap.engine.draws import latin_hypercube
from cruxmap.engine.network import FloatArray
from cruxmap.engine.queries import infer
from cruxmap.language.model_spec import ModelSpec
from cruxmap.network.inquiry import Inquiry, entries_of, inquire
from helpers.random_networks import random_network

CLAIMS = 150

ERROR = 1e-3
"""The standard error of the target's mean that both sides are asked for."""


def prior(*, quick: bool) -> Iterator[Result]:
    """Costs of a draw, and of a standard error of 0.1%, for one target."""
    n, draws, peer_draws, repeats = (20, 64, 200, 2) if quick else (CLAIMS, 2048, 1000, 7)
    made, _ = random_network(n, seed=n, window=WINDOW, draws=1)
    structure = parents(made)
    with tempfile.TemporaryDirectory() as folder:
        model = {"target": f"claim-{deepest(structure)}", "worldviews": ["map"]}
        inquiry = inquire(written(Path(folder), table_map(structure), model))
    what, peer = f"prior draws of one target, {n:,} claims", "PyMC, our explicit build"
    compiled: list[Draw] = []
    spent = cpu_seconds(lambda: compiled.append(_explicit(inquiry.model)))
    yield Figure(f"{what}: building and compiling {peer}", spent, "s CPU")
    [draw] = compiled

    z, states = map(np.array, zip(*(draw() for _ in range(peer_draws)), strict=True))
    exact = _probabilities(inquiry, z.T)
    apart = abs((states - exact).sum()) / np.sqrt((exact * (1 - exact)).sum())
    yield Figure(f"{what}: difference from {peer}", apart, "standard errors", at_most=STANDARD_ERRORS)

    def ours() -> float:
        def work() -> None:
            _probabilities(inquiry, latin_hypercube(1, inquiry.network.addresses, draws))

        return seconds(work) / draws

    def theirs() -> float:
        return seconds(lambda: [draw() for _ in range(peer_draws)]) / peer_draws

    ours()  # plans and loads its kernels; the plan is kept
    rate = paired(what, peer, "s per draw", ours, theirs, repeats=repeats)
    yield rate
    mean, variance = exact.mean(), exact.var()
    of_state = mean * (1 - mean)
    fewer = of_state / variance
    yield replace(
        rate,
        what=f"{what}, at equal error",
        unit=f"s for a standard error of {ERROR:.1%}",
        ours=rate.ours * variance / ERROR**2,
        theirs=rate.theirs * of_state / ERROR**2,
        low=rate.low * fewer,
        middle=rate.middle * fewer,
        high=rate.high * fewer,
    )


type Draw = Callable[[], tuple[FloatArray, bool]]


def _explicit(model: ModelSpec) -> Draw:
    """Compile what draws z of all judgements and whether the target is true, and draw once."""
    import pymc as pm

    from cruxmap.bayes.model import build

    made = build(model, explicit=True)
    function = pm.compile([], [made["z"], made[model.target.name]], random_seed=1)

    def draw() -> tuple[FloatArray, bool]:
        z, state = function()
        return z[0], bool(state[0])

    draw()
    return draw


def _probabilities(inquiry: Inquiry, z: FloatArray) -> FloatArray:
    """P(target) in each draw (n_judgements, draws): tables filled, states summed out."""
    [target] = inquiry.targets
    return infer(inquiry.network, entries_of(inquiry, 0, z), (), inquiry.targets).marginals[target][1]

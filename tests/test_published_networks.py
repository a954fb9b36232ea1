"""Published networks, written as questions with a row per configuration of their parents, against pyAgrum.

All are summed exactly. So are munin, munin1, munin4 and link, which take minutes to plan and are left out,
and munin2, which is of the kind of munin3.
"""

from dataclasses import replace

import numpy as np
import pyagrum
import pytest

from cruxmap.engine.network import Filled
from cruxmap.engine.queries import infer
from helpers.bif_files import as_bayes_net, as_map, published
from helpers.filled_network import engine

SMALL = [
    "alarm",
    "asia",
    "cancer",
    "child",
    "earthquake",
    "hailfinder",
    "hepar2",
    "insurance",
    "sachs",
    "survey",
]
SMALL += ["water", "win95pts"]
LARGE = ["andes", "barley", "diabetes", "mildew", "munin3", "pathfinder", "pigs"]


@pytest.mark.parametrize("name", [*SMALL, *(pytest.param(name, marks=pytest.mark.long) for name in LARGE)])
def test_marginals_of_published_networks(name: str) -> None:
    network = published(name)
    ours = engine(as_map(network))
    assert len(ours.network.variables) == len(network)
    exact = replace(ours.network, exact=True)
    found = infer(exact, Filled(ours.entries), (), [*exact.places.values()]).marginals
    peer = pyagrum.LazyPropagation(as_bayes_net(network))
    peer.makeInference()
    for variable, place in exact.places.items():
        expected = peer.posterior(variable).tolist()
        np.testing.assert_allclose(found[place][:, 0], expected, rtol=1e-9, atol=0)

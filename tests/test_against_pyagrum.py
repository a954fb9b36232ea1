"""Maps too large to enumerate: pyAgrum's inference over the tables that the reference writes.

The reference gives each entry's table from the meaning of the language, whole and undecomposed;
pyAgrum does the inference. Neither knows anything of our lowering or of our engine.
"""

import numpy as np
import pyagrum
import pytest

from helpers import reference
from helpers.drawn_maps import read_files, to_yaml
from helpers.filled_network import engine
from helpers.large_maps import large_map
from helpers.pyagrum_networks import bayes_net


@pytest.mark.parametrize(
    ("n_claims", "seed"),
    [(60, 1), *(pytest.param(500, s, marks=pytest.mark.long) for s in (2, 3, 4, 5))],
)
def test_marginals_of_large_maps(n_claims: int, seed: int) -> None:
    argument_map = read_files({"map.yaml": to_yaml(large_map(n_claims, seed))})
    rng = np.random.default_rng(seed)
    z = dict(
        zip(argument_map.judgements, rng.normal(size=len(argument_map.judgements)).tolist(), strict=True)
    )
    net = bayes_net(argument_map, reference.numbers(argument_map, z=z))
    peer = pyagrum.LazyPropagation(net)
    seen = f"claim-{n_claims - 1}"
    for evidence in ({}, {seen: 1}):
        peer.setEvidence(evidence)
        peer.makeInference()
        given = [reference.ClaimIs(name) for name in evidence]
        ours = engine(argument_map, given, draws=[z]).marginals(given)
        for name in argument_map.entry:
            np.testing.assert_allclose(ours[name][:, 0], peer.posterior(name).tolist(), rtol=1e-9, atol=0)

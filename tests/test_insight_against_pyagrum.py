"""P(target | claim) of every crux of a larger map, against pyAgrum."""

import numpy as np
import pyagrum
import pytest

from cruxmap.insight.cruxes import cruxes
from cruxmap.insight.views import forward_draws
from cruxmap.network.inquiry import inquire
from helpers import drawn_maps, reference
from helpers.large_maps import large_map
from helpers.pyagrum_networks import bayes_net


@pytest.mark.long
def test_what_learning_a_claim_does_to_the_target() -> None:
    files = {"map.yaml": drawn_maps.to_yaml(large_map(60, 7))}
    spec = drawn_maps.read_question(
        files, target="claim-59", assuming=["claim-55"], sampling={"draws": "1"}
    )
    z = forward_draws(inquire(spec), 1)(0, 1)[:, 0]
    given = reference.numbers(spec.map, z=dict(zip(spec.map.judgements, z.tolist(), strict=True)))
    peer = pyagrum.LazyPropagation(bayes_net(spec.map, given))
    table = cruxes(spec, "map")
    peer.setEvidence({"claim-55": 1})
    assert table.estimate == pytest.approx(peer.posterior("claim-59")[1], rel=1e-9)
    listed = [crux for crux in (*table.claims, *table.arguments) if "." not in crux.id]
    assert len(listed) > 40
    for crux in listed:
        peer.setEvidence({"claim-55": 1})
        own = peer.posterior(crux.id).tolist()
        assert crux.probability == pytest.approx(own[1], rel=1e-9)
        sides = [(crux.given_false, 0), (crux.given_true, 1)]
        for side, state in ((side, state) for side, state in sides if own[state] > 0):
            peer.setEvidence({"claim-55": 1, crux.id: state})
            np.testing.assert_allclose(side, peer.posterior("claim-59")[1], rtol=1e-9)

"""The explicit PyMC build draws states with the exact engine's frequencies, on drawn maps."""

import numpy as np
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from pymc import sample_prior_predictive

from cruxmap.bayes.model import build, explicit_name
from cruxmap.engine.queries import infer
from cruxmap.network.inquiry import entries_of, inquire
from helpers import drawn_maps

N_DRAWS = 2_000


@pytest.mark.long
@settings(max_examples=6, derandomize=True, deadline=None, phases=[Phase.generate])  # compiling is slow
@given(st.data())
def test_frequencies_are_the_exact_probabilities(data: st.DataObject) -> None:
    drawn = data.draw(drawn_maps.drafts(max_things=5, max_arguments=4, max_worldviews=1))
    assume(len(drawn.things) >= 3 and "arguments" in drawn.map)
    inquiry = inquire(drawn.read_model(target=data.draw(drawn.conditions())))
    network = inquiry.network
    with build(inquiry.model, explicit=True):
        prior = sample_prior_predictive(N_DRAWS, random_seed=1).prior
    z = np.zeros((len(network.addresses), N_DRAWS))
    if "z" in prior:
        known = [network.addresses.index(a) for a in prior["z"].coords["address"].to_numpy()]
        z[known] = prior["z"].to_numpy()[0, :, 0].T
    exact = infer(network, entries_of(inquiry, 0, z), (), sorted(network.places.values())).marginals
    for variable, p in exact.items():
        values = prior[explicit_name(network, variable)].to_numpy()[0, :, 0]
        frequency = np.bincount(values, minlength=len(p)) / N_DRAWS
        spread = np.sqrt((p * (1 - p)).clip(min=0).mean(axis=1) / N_DRAWS)
        np.testing.assert_array_less(np.abs(frequency - p.mean(axis=1)), 5 * spread + 1e-12)

"""NUTS on the first map: what critic B states, reconciled with what B's judgements imply."""

from dataclasses import replace

import pytest

import cruxmap as cm
from cruxmap.bayes.sampling import posteriors
from cruxmap.network.inquiry import inquire
from helpers.commands import ROOT

MODEL = ROOT / "models" / "deceptive-alignment.yaml"


@pytest.mark.long
def test_reconciling_converges() -> None:
    whole = cm.read_model(MODEL)
    sampling = replace(whole.sampling, chains=2, tune=500)
    spec = replace(whole, worldviews=("critic-b",), reconcile=True, sampling=sampling)
    (posterior,) = posteriors(inquire(spec))
    assert posterior.convergence.divergences == 0
    assert posterior.convergence.r_hat < 1.01
    assert posterior.convergence.ess > 400

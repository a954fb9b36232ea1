"""NUTS on the first map: what critic B states, reconciled with what B's judgements imply."""

from dataclasses import replace
from pathlib import Path

import pytest

import cruxmap as cm
from cruxmap.bayes.sampling import posteriors
from cruxmap.network.inquiry import inquire

MODEL = Path(__file__).parents[1] / "models" / "deceptive-alignment.yaml"


@pytest.mark.long
def test_reconciling_converges() -> None:
    spec = replace(cm.read_model(MODEL), worldviews=("critic-b",), reconcile=True)
    (posterior,) = posteriors(inquire(spec))
    assert posterior.convergence.divergences == 0
    assert posterior.convergence.r_hat < 1.01
    assert posterior.convergence.ess > 400

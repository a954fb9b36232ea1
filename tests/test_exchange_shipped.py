"""Every shipped model goes out in every format that is read too, and comes in with the same numbers."""

from pathlib import Path

import numpy as np
import pytest

import cruxmap as cm
from cruxmap.exchange.formats import FORMATS
from cruxmap.language.argument_map import ArgumentMap
from helpers.commands import ROOT
from helpers.filled_network import engine

MODELS = [
    *sorted((ROOT / "models").rglob("*.yaml")),
    *sorted((ROOT / "src/cruxmap/examples").glob("*/models/*.yaml")),
]
NETWORKS = {"bif", "xmlbif", "xdsl"}


QUICK = {"diagnosis", "legal-case", "power-seeking", "safety-case"}
SHIPPED = [
    pytest.param(path, id=path.stem, marks=[] if path.stem in QUICK else [pytest.mark.long])
    for path in MODELS
]


def comes_in_again(path: Path, form: str) -> tuple[ArgumentMap, ArgumentMap]:
    """Return a shipped map, and what it is after it went out and came in."""
    model = cm.read_model(path)
    return model.map, cm.import_map(cm.export_map(model, form).data, format=form, name=path.stem).map


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("path", SHIPPED)
def test_a_shipped_model_comes_in_again(path: Path, form: str) -> None:
    before, after = comes_in_again(path, form)
    if form in NETWORKS:
        assert before.entry.keys() <= after.entry.keys()
    else:
        assert after.entry == before.entry


@pytest.mark.parametrize("form", sorted(NETWORKS))
@pytest.mark.parametrize("path", SHIPPED)
def test_a_shipped_model_comes_in_with_its_probabilities(path: Path, form: str) -> None:
    before, after = comes_in_again(path, form)
    ours, theirs = engine(before).marginals(), engine(after).marginals()
    for claim in (*before.claims, *before.arguments):
        np.testing.assert_allclose(theirs[claim.about.id], ours[claim.about.id], rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("path", SHIPPED)
def test_a_worldview_of_a_shipped_model_comes_in_with_its_probabilities(path: Path, form: str) -> None:
    model = cm.read_model(path)
    seen = model.map.worldviews[0].about.id
    sent = cm.export_map(model, form, seen)
    after = cm.import_map(sent.data, format=form, name=path.stem).map
    ours = engine(model.map, (), seen).marginals()
    theirs = engine(after, (), seen if form == "csv" else "map").marginals()  # a table keeps her column
    for claim in model.map.claims:
        np.testing.assert_allclose(theirs[claim.about.id], ours[claim.about.id], rtol=1e-9, atol=1e-15)

"""Every shipped model goes out in every format that is read too, and comes in with the same numbers."""

from pathlib import Path

import numpy as np
import pytest

import cruxmap as cm
from cruxmap.exchange.formats import FORMATS
from helpers.commands import EXAMPLES, GOOD, ROOT
from helpers.drawn_maps import in_order
from helpers.filled_network import engine

MODELS = [
    *sorted((ROOT / "models").rglob("*.yaml")),
    *sorted(EXAMPLES.glob("*/models/*.yaml")),
]
NETWORKS = ["bif", "xdsl", "xmlbif"]
WHOLE = sorted(FORMATS.keys() - NETWORKS)

QUICK = {"diagnosis", "legal-case", "library", "power-seeking", "safety-case"}
SHIPPED = [
    pytest.param(path, id=path.stem, marks=[] if path.stem in QUICK else [pytest.mark.long])
    for path in MODELS
]
ASKED = ("assuming", "observed", "worldviews", "reconcile", "sampling", "text")


def comes_in(sent: cm.Exported, name: str) -> cm.Imported:
    return cm.import_map(sent.data, format=sent.format, name=name)


@pytest.mark.parametrize("form", WHOLE)
@pytest.mark.parametrize("path", [*SHIPPED, pytest.param(GOOD, id="every construct")])
def test_a_shipped_model_comes_in_whole_but_for_what_it_expects(path: Path, form: str) -> None:
    before = cm.read_model(path)
    sent = cm.export_map(before, form)
    assert [lost.where for lost in sent.lost if "expect" in lost.what] == [before.id]
    found = comes_in(sent, before.map.id)
    after = found.model
    assert found.lost == ()
    assert in_order(found.map) == in_order(before.map)
    assert after.target == before.target
    assert [one.condition for one in after.also] == [one.condition for one in before.also]
    assert [getattr(after, part) for part in ASKED] == [getattr(before, part) for part in ASKED]


@pytest.mark.parametrize("form", NETWORKS)
@pytest.mark.parametrize("path", SHIPPED)
def test_a_shipped_model_comes_in_with_its_probabilities(path: Path, form: str) -> None:
    before = cm.read_model(path).map
    after = comes_in(cm.export_map(before, form), path.stem).map
    assert before.entry.keys() <= after.entry.keys()
    ours, theirs = engine(before).marginals(), engine(after).marginals()
    for claim in (*before.claims, *before.arguments):
        np.testing.assert_allclose(theirs[claim.about.id], ours[claim.about.id], rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("path", SHIPPED)
def test_a_worldview_of_a_shipped_model_comes_in_with_its_probabilities(path: Path, form: str) -> None:
    model = cm.read_model(path)
    seen = model.map.worldviews[0].about.id
    after = comes_in(cm.export_map(model, form, seen), path.stem).map
    ours = engine(model.map, (), seen).marginals()
    theirs = engine(after, (), seen if form == "csv" else "map").marginals()  # a table keeps her column
    for claim in model.map.claims:
        np.testing.assert_allclose(theirs[claim.about.id], ours[claim.about.id], rtol=1e-9, atol=1e-15)

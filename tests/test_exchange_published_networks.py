"""Published networks come in from their files, and have pyAgrum's marginals; they go out and come back."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyagrum
import pytest

import cruxmap as cm
from cruxmap.engine.network import Filled
from cruxmap.engine.queries import infer
from cruxmap.language.reading import check
from cruxmap.language.rewriting.formatting import formatted
from helpers.bif_files import as_bayes_net, content, published
from helpers.filled_network import engine

SMALL = ["alarm", "asia", "cancer", "child", "earthquake", "hailfinder", "hepar2", "insurance"]
SMALL += ["sachs", "survey", "win95pts"]
LARGE = ["andes", "water", "pigs", "diabetes", "pathfinder"]


@pytest.mark.parametrize("name", [*SMALL, *(pytest.param(name, marks=pytest.mark.long) for name in LARGE)])
def test_a_published_network_comes_in_with_its_marginals(name: str, tmp_path: Path) -> None:
    found = cm.import_map(content(name), format="bif", name=name)
    found.write(tmp_path)
    read = cm.read_model(tmp_path / f"models/{name}.yaml").map
    assert read == found.map
    ours = engine(read)
    exact = replace(ours.network, exact=True)
    marginals = infer(exact, Filled(ours.entries), (), [*exact.places.values()]).marginals
    network = published(name)
    assert len(read.entry) == len(network) == len(ours.network.variables)
    peer = pyagrum.LazyPropagation(as_bayes_net(network))
    peer.makeInference()
    variables = {entry.about.text: id_ for id_, entry in read.entry.items()}
    first_states = dict(labels_of(content(name).decode()))
    for variable in network:
        marginal = marginals[exact.places[variables[variable]]][:, 0]
        if variables[variable] in {claim.about.id for claim in read.claims}:  # false comes first there
            marginal = marginal if first_states[variable] in ("no", "false") else marginal[::-1]
        np.testing.assert_allclose(marginal, peer.posterior(variable).tolist(), rtol=1e-9, atol=0)


def labels_of(text: str) -> list[tuple[str, str]]:
    """Return each variable with its first label, in lower case."""
    lines = text.splitlines()
    starts = [k for k, line in enumerate(lines) if line.startswith("variable ")]
    return [
        (lines[k].split()[1], lines[k + 1].partition("{")[2].split(",")[0].strip().lower()) for k in starts
    ]


@pytest.mark.parametrize("name", ["asia", "alarm", pytest.param("andes", marks=pytest.mark.long)])
def test_what_was_imported_is_laid_out_and_without_problems(name: str, tmp_path: Path) -> None:
    found = cm.import_map(content(name), format="bif", name=name)
    found.write(tmp_path)
    problems, warnings = check(tmp_path)
    assert problems == ()
    assert {warning.code for warning in warnings} <= {"unreachable-claim"}
    text = found.files[f"arguments/{name}/{name}.yaml"]
    assert formatted(text, "map", name) == text


@pytest.mark.long
def test_a_file_too_long_to_be_laid_out_again_is_laid_out() -> None:
    text = cm.import_map(content("pathfinder"), format="bif", name="pathfinder").files[
        "arguments/pathfinder/pathfinder.yaml"
    ]
    assert formatted(text, "map", "pathfinder") == text


@pytest.mark.long
@pytest.mark.parametrize("form", ["bif", "xmlbif", "xdsl"])
@pytest.mark.parametrize("name", ["asia", "survey", "win95pts", "andes"])
def test_a_published_network_comes_back_as_it_left(name: str, form: str) -> None:
    first = cm.import_map(content(name), format="bif", name=name)
    back = cm.import_map(cm.export_map(first.model, form).data, format=form, name=name)
    assert back.map.entry == first.map.entry
    assert back.lost == ()


@pytest.mark.long
@pytest.mark.parametrize("form", ["bif", "xmlbif", "xdsl"])
@pytest.mark.parametrize("name", ["sachs", "alarm", "hepar2"])
def test_rows_that_miss_1_come_back_shared_out(name: str, form: str) -> None:
    first = cm.import_map(content(name), format="bif", name=name)
    assert "sums of rows that are not 1" in [lost.what for lost in first.lost]
    back = cm.import_map(cm.export_map(first.model, form).data, format=form, name=name)
    assert back.lost == ()
    before, after = engine(first.map).marginals(), engine(back.map).marginals()
    for entry, marginal in before.items():
        np.testing.assert_allclose(after[entry], marginal, rtol=1e-12)


def test_labels_that_are_no_ids_are_kept() -> None:
    found = cm.import_map(content("child"), format="bif", name="child")
    [question] = [one for one in found.map.questions if one.about.text == "XrayReport"]
    assert question.states == ("normal", "oligaemic", "plethoric", "grd-glass", "asy-patchy")
    assert question.state_texts == ("Normal", "Oligaemic", "Plethoric", "Grd_Glass", "Asy/Patchy")
    assert "Asy/Patchy" in cm.export_map(found.model, "bif").text

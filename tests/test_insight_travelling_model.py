"""A model as data, computed by code that knows the data alone, against the model kept open."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cruxmap as cm
from cruxmap.engine.travelling import ints, numbers_of
from cruxmap.errors import Code, Problem
from cruxmap.insight import travelling_model as module
from cruxmap.insight.travelling_model import travelling_model
from cruxmap.language.checks import dependencies
from cruxmap.language.inheritance import settle
from cruxmap.network.means_and_deviations import numbers
from helpers import drawn_maps
from helpers.commands import ROOT
from helpers.examples import ANN, BOB, GARDEN, TRAINING, TRAINING_QUESTION, TRAINING_WORLDVIEW
from helpers.few_examples import FEW_EXAMPLES
from helpers.maps_from_text import model
from helpers.travelled import Travelled, everything, evidence_of

WET = "target: wet\nalso: [{any_of: [rain, sprinkler]}, slippery]\n"
MODELS = {
    "garden": model(GARDEN, WET, ann=ANN, bob=BOB),
    "training": model(TRAINING, TRAINING_QUESTION, first=TRAINING_WORLDVIEW),
}


@given(st.lists(st.integers(-(2**53), 2**53)))
def test_whole_numbers_come_back(several: list[int]) -> None:
    assert numbers_of(ints(several)).tolist() == several


@pytest.mark.parametrize(
    ("several", "text"),
    [([], ""), ([0], "AA=="), ([0, -1, 1, 300], "AAEC2AQ="), ([2**31 - 1, -(2**31)], "/v///w//////Dw==")],
)
def test_whole_numbers_are_zigzag_varints(several: list[int], text: str) -> None:
    assert ints(several) == text
    assert numbers_of(text).tolist() == several


@pytest.mark.parametrize("name", MODELS)
def test_what_is_computed_from_the_data_is_what_the_model_says(name: str) -> None:
    """Marginals of everything, slopes and the target: for every worldview, under what is given."""
    asked = MODELS[name]
    data = json.loads(json.dumps(travelling_model(asked)))
    for worldview in ("map", *asked.worldviews):
        agrees(data, asked, worldview)


def agrees(data: Mapping[str, Any], asked: cm.ModelSpec, worldview: str) -> None:
    """What the data says of a worldview is what the state of the model says."""
    travelled = Travelled(data["network"])
    state = cm.open_model(asked, worldview)
    given_too = evidence_of(data, [*data["assumed"], *data["observed"]])
    settled = numbers(asked.map, (settle(asked.map, worldview, asked.settings),))
    mu, single = settled.mu[0], settled.single[0]
    target = data["targets"][0]["variable"]
    false, _, of_false = travelled.run(mu, single, [*given_too, (target, [0])])
    true, _, of_true = travelled.run(mu, single, [*given_too, (target, [1])])
    whole, joint, _ = travelled.run(mu, single, given_too)
    assert true / (true + false) == pytest.approx(state.probability(), rel=1e-12, abs=1e-15)
    assert whole == pytest.approx(true + false, rel=1e-12)
    marginals = {
        name: sum(joint[where, state] for state in states) / whole
        for name, where, states in everything(data)
    }
    assert marginals == pytest.approx(dict(state.marginals()), rel=1e-12, abs=1e-15)
    if true > 0 and false > 0:
        slopes = travelled.slopes(mu, single, of_true / true - of_false / false)
        by_column = np.bincount(settled.column[0], slopes, len(mu))
        for address, slope in state.slopes().items():
            if slope is not None:
                found = by_column[data["addresses"].index(address)]
                assert found == pytest.approx(slope, rel=1e-9, abs=1e-12)


@FEW_EXAMPLES
@given(drawn_maps.drafts_with_brought(), st.data())
def test_so_it_is_for_any_map_and_whatever_is_given(drawn: drawn_maps.Draft, data: st.DataObject) -> None:
    conditions = drawn.conditions()
    asked = {"assuming": data.draw(st.lists(conditions, max_size=1))}
    asked |= {"observed": data.draw(st.lists(conditions, max_size=1))}
    asked = {key: value for key, value in asked.items() if value}
    spec = drawn.read_model(target=data.draw(conditions), **asked)
    travelling = json.loads(json.dumps(travelling_model(spec)))
    for worldview in ("map", *drawn.worldviews):
        try:
            cm.open_model(spec, worldview).probability()
        except cm.InvalidMap:  # what is given is impossible
            continue
        agrees(travelling, spec, worldview)


@pytest.mark.parametrize("name", MODELS)
def test_it_says_what_entries_rest_on_and_what_can_be_cited(name: str) -> None:
    """So that a page can find circles through what is brought to it, and sources that are not there."""
    asked = MODELS[name]
    data = travelling_model(asked)
    rests_on = {entry["id"]: entry["rests_on"] for entry in data["entries"]}
    for argument in asked.map.arguments:
        for owner in dict.fromkeys(target.owner for target in argument.targets):
            rests_on[owner].append(argument.about.id)
    assert rests_on == dependencies(asked.map)
    assert data["voices"] == [voice.about.id for voice in asked.map.voices]
    assert data["sources"].keys() == {source.id for source in asked.map.sources}


@pytest.mark.long
def test_locators_are_listed_with_those_that_hold_them() -> None:
    found = travelling_model(cm.read_model(ROOT / "models/deceptive-alignment.yaml"))["sources"]
    assert {"C1", "C1.6"} <= {*found["comments"]}


def test_it_is_the_same_to_the_byte() -> None:
    first, second = (json.dumps(travelling_model(MODELS["garden"]), sort_keys=True) for _ in range(2))
    assert first == second


@pytest.mark.long
def test_the_plan_of_the_real_map_is_small() -> None:
    """Whatever number may change: 1.64 million products without a thorough search."""
    data = travelling_model(cm.read_model(ROOT / "models" / "deceptive-alignment.yaml"))
    assert 0 < numbers_of(data["network"]["plan"]["sizes"]).sum() < 700_000
    packed = zlib.compress(json.dumps(data, sort_keys=True).encode(), 9)
    assert len(packed) < 120_000


def test_a_map_too_wide_for_exact_sums_travels_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise cm.InvalidMap((Problem(Code.TOO_WIDE, "exact sums would take too much"),))

    monkeypatch.setattr(module, "exactly_for_many", refuse)
    data = travelling_model(MODELS["garden"])
    assert (data["exact"], data["network"]) == (False, None)
    assert data["why_not_exact"] == "Exact sums would take too much."
    assert {entry["variable"] for entry in data["entries"]} == {-1}
    sampled = travelling_model(replace(MODELS["garden"], exact=False))
    assert (sampled["exact"], sampled["network"]) == (False, None)
    assert "samples of states" in sampled["why_not_exact"]

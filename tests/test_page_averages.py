"""Plans and averages over draws that the page must give too: what Python says of the same models."""

import json
from pathlib import Path

import pytest

from helpers.nearness import assert_near
from helpers.page_answers import model_of
from helpers.page_averages import averages_of
from helpers.page_propagation import propagation_of

FOLDER = Path(__file__).parent / "page" / "cases"
AVERAGES, PROPAGATION = (
    json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    for name in ("averages", "propagation")
)


@pytest.mark.parametrize("name", AVERAGES)
def test_averages_of_the_page_are_pythons(name: str) -> None:
    model = model_of(name)
    if model.observed:
        pytest.skip("what is observed takes Markov chains: the page is held against them in Node")
    found = averages_of(model)
    assert found.keys() == AVERAGES[name].keys()
    for worldview, expected in AVERAGES[name].items():
        assert_near(found[worldview], expected, 1e-15)


@pytest.mark.parametrize("name", PROPAGATION)
def test_propagation_of_the_page_is_pythons(name: str) -> None:
    assert_near(propagation_of(model_of(name)), PROPAGATION[name], 1e-15)

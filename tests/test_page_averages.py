"""Plans and averages over draws that the page must give too: what Python says of the same models."""

import json
from pathlib import Path
from typing import Any

import pytest

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
        _assert_near(found[worldview], expected)


@pytest.mark.parametrize("name", PROPAGATION)
def test_propagation_of_the_page_is_pythons(name: str) -> None:
    _assert_near(propagation_of(model_of(name)), PROPAGATION[name])


def _assert_near(found: Any, expected: Any) -> None:
    match expected:
        case dict():
            assert found.keys() == expected.keys()
            for name, value in expected.items():
                _assert_near(found[name], value)
        case list():
            assert len(found) == len(expected)
            for one, other in zip(found, expected, strict=True):
                _assert_near(one, other)
        case None:
            assert found is None
        case _:
            assert found == pytest.approx(expected, rel=1e-9, abs=1e-15)

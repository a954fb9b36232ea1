"""Averages over draws that the page must give too: what Python says of the same models."""

import json
from pathlib import Path
from typing import Any

import pytest

from helpers.page_answers import model_of
from helpers.page_averages import averages_of

CASES = json.loads((Path(__file__).parent / "page/cases/averages.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CASES)
def test_averages_of_the_page_are_pythons(name: str) -> None:
    model = model_of(name)
    if model.observed:
        pytest.skip("what is observed takes Markov chains: the page is held against them in Node")
    found = averages_of(model)
    assert found.keys() == CASES[name].keys()
    for worldview, expected in CASES[name].items():
        _assert_near(found[worldview], expected)


def _assert_near(found: Any, expected: Any) -> None:
    match expected:
        case dict():
            assert found.keys() == expected.keys()
            for name, value in expected.items():
                _assert_near(found[name], value)
        case None:
            assert found is None
        case _:
            assert found == pytest.approx(expected, rel=1e-9, abs=1e-15)

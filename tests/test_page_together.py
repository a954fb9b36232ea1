"""Pools and pairs that the page must give too: what Python says of the same models."""

import json
from pathlib import Path
from typing import Any

import pytest

from helpers.page_answers import model_of
from helpers.page_together import clusterings, together_of

CASES = json.loads(
    (Path(__file__).parent / "page" / "cases" / "together.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", CASES["models"])
def test_pools_and_pairs_of_the_page_are_pythons(name: str) -> None:
    _assert_near(together_of(model_of(name)), CASES["models"][name])


def test_clusterings_of_the_page_are_pythons() -> None:
    _assert_near(clusterings(), CASES["clusterings"])


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
        case float():
            assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)
        case _:
            assert found == expected

"""Answers of models with brought entries that the page must give too: what Python says of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from helpers.brought_cases import BROUGHT, cases_of

CASES = Path(__file__).parent / "page" / "cases" / "brought.json"

TABLE = json.loads(CASES.read_text(encoding="utf-8"))

CLOSE, ROUNDING = 1e-9, 1e-14


@pytest.mark.long
@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: case["name"])
def test_answers_with_brought_entries_are_pythons(case: dict[str, Any]) -> None:
    found = cases_of(case["name"], BROUGHT[case["name"]])
    assert found["extension"]["added"] == case["extension"]["added"]
    _assert_near(found["steps"], case["steps"])
    _assert_near(found["means"], case["means"])


def _assert_near(found: Any, expected: Any) -> None:
    match expected:
        case dict():
            assert found.keys() == expected.keys()
            for name, value in expected.items():
                _assert_near(found[name], value)
        case float():
            assert found == pytest.approx(expected, rel=CLOSE, abs=ROUNDING)
        case list():
            assert len(found) == len(expected)
            for one, other in zip(found, expected, strict=True):
                _assert_near(one, other)
        case _:
            assert found == expected

"""Answers of models with brought entries that the page must give too: what Python says of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from helpers.brought_cases import BROUGHT, cases_of
from helpers.nearness import assert_near

CASES = Path(__file__).parent / "page" / "cases" / "brought.json"

TABLE = json.loads(CASES.read_text(encoding="utf-8"))

ROUNDING = 1e-14


@pytest.mark.long
@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: case["name"])
def test_answers_with_brought_entries_are_pythons(case: dict[str, Any]) -> None:
    found = cases_of(case["name"], BROUGHT[case["name"]])
    assert found["extension"]["added"] == case["extension"]["added"]
    assert_near(found["steps"], case["steps"], ROUNDING)
    assert_near(found["means"], case["means"], ROUNDING)

"""Answers at central judgements that the page must give too: what Python says in the same states."""

import json
from pathlib import Path
from typing import Any

import pytest

from helpers.nearness import assert_near
from helpers.page_answers import answers_of, over_draws_of

CASES = Path(__file__).parent / "page" / "cases" / "answers.json"

TABLE = json.loads(CASES.read_text(encoding="utf-8"))
STEPS = TABLE["steps"]

ROUNDING = 1e-14


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step['model']}-{step['start']}")
def test_answers_of_the_page_are_pythons(step: dict[str, Any]) -> None:
    assert_near(answers_of(step), step["answers"], ROUNDING)


@pytest.mark.parametrize("case", TABLE["over_draws"], ids=lambda case: f"{case['model']}-{case['start']}")
def test_averages_of_the_page_are_pythons(case: dict[str, Any]) -> None:
    assert_near(over_draws_of(case["model"], case["start"]), case["answers"], ROUNDING)

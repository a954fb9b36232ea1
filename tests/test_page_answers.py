"""Answers at central judgements that the page must give too: what Python says in the same states."""

import json
from pathlib import Path
from typing import Any

import pytest

from helpers.page_answers import answers_of, over_draws_of

CASES = Path(__file__).parent / "page" / "cases" / "answers.json"

TABLE = json.loads(CASES.read_text(encoding="utf-8"))
STEPS = TABLE["steps"]

CLOSE, ROUNDING = 1e-9, 1e-14


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step['model']}-{step['start']}")
def test_answers_of_the_page_are_pythons(step: dict[str, Any]) -> None:
    _assert_near(answers_of(step), step["answers"])


@pytest.mark.parametrize("case", TABLE["over_draws"], ids=lambda case: f"{case['model']}-{case['start']}")
def test_averages_of_the_page_are_pythons(case: dict[str, Any]) -> None:
    _assert_near(over_draws_of(case["model"], case["start"]), case["answers"])


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

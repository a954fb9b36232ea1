"""Pools and pairs that the page must give too: what Python says of the same models."""

import json
from pathlib import Path

import pytest

from helpers.nearness import assert_near
from helpers.page_answers import model_of
from helpers.page_together import clusterings, together_of

CASES = json.loads(
    (Path(__file__).parent / "page" / "cases" / "together.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", CASES["models"])
def test_pools_and_pairs_of_the_page_are_pythons(name: str) -> None:
    assert_near(together_of(model_of(name)), CASES["models"][name], 1e-12)


def test_clusterings_of_the_page_are_pythons() -> None:
    assert_near(clusterings(), CASES["clusterings"], 1e-12)

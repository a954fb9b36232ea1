"""Pools and pairs that the page must give too: what Python says of the same models."""

import json
from pathlib import Path

import pytest

from helpers.nearness import assert_near
from helpers.page_answers import model_of
from helpers.page_together import clusterings, fitted_model, fitted_of, together_of

CASES = json.loads(
    (Path(__file__).parent / "page" / "cases" / "together.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", CASES["models"])
def test_pools_and_pairs_of_the_page_are_pythons(name: str) -> None:
    assert_near(together_of(model_of(name)), CASES["models"][name], 1e-12)


def test_what_is_fitted_is_told_apart_on_the_page_as_in_python() -> None:
    expected = {name: value for name, value in CASES["fitted"].items() if name != "model"}
    found = fitted_of(fitted_model())
    assert_near(found, expected, 1e-12)
    shares = [one["fitted_share_of_move"] for one in found["whose"].values()]
    assert sum(share not in (None, 0.0) for share in shares) == 4


def test_clusterings_of_the_page_are_pythons() -> None:
    assert_near(clusterings(), CASES["clusterings"], 1e-12)

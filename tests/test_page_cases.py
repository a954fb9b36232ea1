"""The tables of cases that the page's JavaScript runs too: Python gives what stands in them."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cruxmap.engine import special
from cruxmap.engine.draws import latin_hypercube
from cruxmap.engine.formulas import fill, pullback
from cruxmap.engine.network import TableProgram
from cruxmap.engine.random_words import keys_of, random_word
from cruxmap.insight.shapley import shapley
from helpers.page_games import worth_of
from page.make_cases import diff_case, rounding_cases, take_case

CASES = Path(__file__).parent / "page" / "cases"

CLOSE = 1e-12


def cases(name: str) -> Any:
    """Read a table of cases."""
    return json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))


def test_hashes_and_random_words() -> None:
    table = cases("hash")
    for case in table["blake2b"]:
        assert hashlib.blake2b(case["text"].encode(), digest_size=case["size"]).hexdigest() == case["hash"]
    words = table["words"]
    for key, expected in zip(keys_of(words["keys"]), words["words"], strict=True):
        with np.errstate(over="ignore"):
            found = [random_word(key, np.uint64(int(counter, 16))) for counter in words["counters"]]
        assert [f"{word:016x}" for word in found] == expected


@pytest.mark.parametrize("name", ["expit", "softplus", "logit", "ndtri"])
def test_functions(name: str) -> None:
    case = cases("special")[name]
    np.testing.assert_allclose(getattr(special, name)(np.array(case["x"])), case["y"], rtol=CLOSE)


@pytest.mark.parametrize("case", cases("draws"), ids=lambda case: f"{case['draws']}-{case['seed']}")
def test_draws(case: dict[str, Any]) -> None:
    z = latin_hypercube(case["seed"], case["addresses"], case["draws"], case["start"], case["stop"])
    np.testing.assert_allclose(z, case["z"], rtol=CLOSE)


@pytest.mark.parametrize("case", cases("formulas"), ids=lambda case: case["name"])
def test_formulas(case: dict[str, Any]) -> None:
    program = _program_of(case["program"])
    u, single = np.array(case["u"]), np.array(case["single"], np.bool_)
    entries = fill(program, u, single)
    np.testing.assert_allclose(entries, case["entries"], rtol=CLOSE)
    slope = pullback(program, u, single, entries, np.array(case["cotangent"]))
    np.testing.assert_allclose(slope, case["slope"], rtol=CLOSE, atol=1e-15)


@pytest.mark.parametrize("case", cases("shapley"), ids=lambda case: str(len(case["steps"])))
def test_shapley_values(case: dict[str, Any]) -> None:
    found = shapley(worth_of(np.array(case["weights"]), case["pairs"]), case["steps"], case["seed"])
    assert (found.pairs, found.converged) == (case["sampled_pairs"], case["converged"])
    for name in ("share", "standard_error", "gap"):
        np.testing.assert_allclose(getattr(found, name), case[name], rtol=CLOSE, atol=1e-14)


AVERAGED = {
    "mean_a",
    "mean_b",
    "double_cruxes",
    "double_crux_arguments",
    "double_crux_questions",
    "widening",
    "left_out",
}
"""What of a diff is averaged over draws: Markov chains, where something is observed."""


def diffs() -> list[Any]:
    """The cases, by the name of the model; where something is observed, Python runs Markov chains."""
    named = [(case["model"]["model"]["id"], case) for case in cases("diffs")]
    return [
        pytest.param(case, id=name, marks=[pytest.mark.long] if name == "diagnosis" else [])
        for name, case in named
    ]


@pytest.mark.parametrize("case", diffs())
def test_diffs(case: dict[str, Any]) -> None:
    found = json.loads(json.dumps(diff_case(case["path"], case["diff"]["a"], case["diff"]["b"])))
    if not case["exact"]:  # chains differ where a processor rounds otherwise
        assert found["diff"]["mean_a"] == pytest.approx(case["diff"]["mean_a"], abs=0.02)
        found, case = ({**part, "diff": _without_averages(part["diff"])} for part in (found, case))
    _assert_alike(found, case)


def _without_averages(diff: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in diff.items() if name not in AVERAGED}


@pytest.mark.parametrize("case", cases("takes"), ids=lambda case: f"{case['worldview']} {case['goal']}")
def test_takes(case: dict[str, Any]) -> None:
    found = json.loads(json.dumps(take_case(case["path"], case["worldview"], **case["goal"])))
    _assert_alike(found, case)


def test_rounding() -> None:
    assert rounding_cases() == cases("rounding")


def _assert_alike(found: Any, expected: Any) -> None:
    """Assert that data are the same, numbers to nine digits."""
    if isinstance(expected, dict):
        assert found.keys() == expected.keys()
        for name, part in expected.items():
            _assert_alike(found[name], part)
    elif isinstance(expected, list):
        assert len(found) == len(expected)
        for part, other in zip(found, expected, strict=True):
            _assert_alike(part, other)
    elif isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-13)
    else:
        assert found == expected


def _program_of(fields: dict[str, list[int]]) -> TableProgram:
    arrays = {name: np.array(numbers, np.int64) for name, numbers in fields.items()}
    records = {
        record: kind(**{field: arrays[f"{record}.{field}"] for field in kind._fields})
        for record, kind in TableProgram.__annotations__.items()
    }
    return TableProgram(**records)

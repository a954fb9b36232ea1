"""When a number of the page is Python's: of a probability what is left of 1 must agree as well."""

import math
from typing import Any

import pytest

ROUNDED = 1e-14
"""How far off 1 - P may be where P, near 1, is the rounded sum of many products."""


def near(found: float | None, value: float | None, what: object = "") -> None:
    """Hold a probability against another, relative to it and to what is left of 1."""
    if value is None or found is None:
        assert found is value, what
        return
    assert math.isclose(found, value, rel_tol=1e-9, abs_tol=0), (what, found, value)
    assert math.isclose(1 - found, 1 - value, rel_tol=1e-9, abs_tol=ROUNDED), (what, found, value)


def assert_near(found: Any, expected: Any, rounding: float) -> None:
    """Hold plain data against other data: the same keys and words, numbers to 1e-9 or the rounding."""
    match expected:
        case dict():
            assert found.keys() == expected.keys()
            for name, value in expected.items():
                assert_near(found[name], value, rounding)
        case float():
            assert found == pytest.approx(expected, rel=1e-9, abs=rounding)
        case list():
            assert len(found) == len(expected)
            for one, other in zip(found, expected, strict=True):
                assert_near(one, other, rounding)
        case _:
            assert found == expected

"""How numbers are written for people: as many digits as they can use, and the same everywhere."""

import math


ROUNDING = 1e-12
"""What is nearer than this to 100% is there, but for rounding."""


def percent(probability: float | None) -> str:
    """Write a probability with two digits, or where it is large with one of its distance from 100%.

    >>> [percent(p) for p in (0.051376, 0.5, 0.93, 0.99968, 3e-9, 1 - 3e-9, 0.0, 1.0, None)]
    ['5.1%', '50%', '93%', '99.97%', '3e-9', '1 - 3e-9', '0%', '100%', '-']
    """
    if probability is None:
        return "-"
    if probability == 0.0:
        return "0%"
    if probability > 1 - ROUNDING:
        return "100%"
    if probability < 1e-5:
        return _power(probability)
    if probability > 1 - 1e-5:
        return f"1 - {_power(1 - probability)}"
    decimals = _decimals(probability, 2) if probability < 0.5 else _decimals(1 - probability, 1)
    return f"{100 * probability:.{decimals}f}%"


def _power(small: float) -> str:
    mantissa, exponent = f"{small:.0e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def _decimals(share: float, digits: int) -> int:
    """Return after how many decimals of a percentage that many digits of the share are there."""
    return max(0, digits - 1 - math.floor(math.log10(100 * share * 1.0000001)))


def ratio(value: float | None) -> str:
    """Write a ratio of odds: `1.0x`, `3.2x`, `25x`."""
    if value is None:
        return "-"
    return f"{value:.1f}x" if value < 10 else f"{value:.0f}x"


def signed(value: float | None, decimals: int = 2) -> str:
    """Write a difference with its sign."""
    return "-" if value is None else f"{value:+.{decimals}f}"


def interval(ends: tuple[float, float] | None) -> str:
    """Write a 90% interval of a probability as the language does."""
    return "-" if ends is None else f"{percent(ends[0])} to {percent(ends[1])}"


def brief(value: float | None) -> str:
    """Write a number with three digits."""
    return "-" if value is None else f"{value:.3g}"


def part(share: float | None, decimals: int = 0) -> str:
    """Write a part of a whole, which may be below zero or beyond all of it."""
    return "-" if share is None else f"{100 * share:.{decimals}f}%"


def points(difference: float | None) -> str:
    """Write a difference of probabilities in percentage points."""
    return "-" if difference is None else f"{100 * difference:+.2g} pp"

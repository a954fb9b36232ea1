"""How numbers are written for people: as many digits as they can use, and the same everywhere."""

from cruxmap.insight import words


def percent(probability: float | None) -> str:
    """Write a probability as `words.percent` does, and what is undefined as a dash."""
    return "-" if probability is None else words.percent(probability)


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

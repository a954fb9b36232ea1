"""How numbers are written for people: with as many digits as they can use, and the same everywhere."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from cruxmap.insight import sentences
from cruxmap.language.argument_map import MAP_WORLDVIEW, ArgumentMap, Scale

if TYPE_CHECKING:
    from cruxmap.engine.convergence import Convergence

MAX_DIGITS = 12
"""With how many digits at most probabilities are written that are told apart."""

UNMOVED = 5e-3
"""Log-odds that show as nothing."""

NOTICED = 5e-3
"""The least part of a whole that a person is told of."""

ROUNDED_TO_TENS = 9.95
"""Points of percentage from which two digits leave none behind the point."""

MAX_LAID = 3
"""How many of the numbers laid over all others are written out."""

MEAN, CENTRAL = sentences.MEAN, sentences.CENTRAL
"""What the two numbers of an estimate are called wherever one is shown; the mean is the one to act on."""

mean_and_central = sentences.mean_and_central
"""Writes the two numbers of an estimate by their names."""

MEAN_AND_CENTRAL = (
    "Mean: over draws of the judgements, the credence to act on. "
    "Central: with every judgement in its middle."
)
"""What the two are, for a note below where they are shown."""

THE_MAPS_OWN = "the editor's neutral numbers; nobody's view"
"""What the map's own numbers are, wherever they stand beside worldviews."""


def laid_text(settings: Sequence[str]) -> str:
    """Name what was laid over the numbers of every worldview, each `ADDRESS=VALUE`; nothing for none.

    >>> laid_text(["a=1%", "b=2%", "c=3%", "d=4%"])
    'laid over: a=1%, b=2%, c=3% and 1 more'
    """
    more = len(settings) - MAX_LAID
    rest = f" and {more} more" if more > 0 else ""
    return f"laid over: {', '.join(settings[:MAX_LAID])}{rest}" if settings else ""


def day(moment: str) -> str:
    """Return the day of a date with a time, both as in ISO 8601.

    >>> day("2024-05-06T07:08:09+02:00")
    '2024-05-06'
    """
    return moment.partition("T")[0]


def the(worldview: str) -> str:
    """Name a worldview within a sentence."""
    return "the map" if worldview == MAP_WORLDVIEW else worldview


def percent(probability: float | None) -> str:
    """Write a probability as `sentences.percent` does, and what is undefined as a dash."""
    return "-" if probability is None else sentences.percent(probability)


def telling(
    pairs: Iterable[tuple[float | None, float | None]],
    write: Callable[[float, int], str] = sentences.percent,
) -> Callable[[float | None], str]:
    """Return a way to write numbers (probabilities) with digits enough to tell each pair apart."""
    both = [
        (a, b) for a, b in pairs if a is not None and b is not None and abs(a - b) > sentences.ROUNDING
    ]
    for digits in range(2, MAX_DIGITS + 1):
        if all(write(a, digits) != write(b, digits) for a, b in both):
            break
    return lambda number: "-" if number is None else write(number, digits)


def from_to(before: float | None, after: float | None) -> str:
    """Write where a probability moves, with digits enough to tell the two apart."""
    write = telling([(before, after)])
    return f"from {write(before)} to {write(after)}"


def ratio(value: float | None, digits: int = 2) -> str:
    """Write a ratio: `0.031x`, `1.0x`, `3.2x`, `25x`; what is undefined is a dash."""
    if value is None:
        return "-"
    if value < 0.95:
        return f"{value:.{digits}g}x"
    return f"{value:.{digits - 1 if value < 10 else digits - 2}f}x"


def ratio_of_odds(logit: float | None) -> str:
    """Write a difference of log-odds as the ratio of odds that it is."""
    return "-" if logit is None else ratio(math.exp(min(logit, 700.0)))


def signed(value: float | None, decimals: int = 2) -> str:
    """Write a difference with its sign."""
    return "-" if value is None else _plain_zero(f"{value:+.{decimals}f}")


def interval(ends: tuple[float, float] | None) -> str:
    """Write a 90% interval of a probability as the language does; one number where its ends are the same."""
    return "-" if ends is None else " to ".join(dict.fromkeys(map(telling([ends]), ends)))


def brief(value: float | None) -> str:
    """Write a number with three digits."""
    return "-" if value is None else f"{value:z.3g}"


def part(share: float | None, decimals: int = 0) -> str:
    """Write a part of a whole, which may be below zero or beyond all of it."""
    return "-" if share is None else f"{100 * share:z.{decimals}f}%"


def points(difference: float | None) -> str:
    """Write a difference of probabilities in percentage points."""
    return "-" if difference is None else f"{in_points(difference)} pp"


def in_points(difference: float) -> str:
    """Write the same where it is said already what it is in."""
    shown = 100 * difference
    if shown == 0:
        return "0"
    return _plain_zero(f"{shown:+.0f}" if abs(shown) >= ROUNDED_TO_TENS else f"{shown:+#.2g}")


def _plain_zero(written: str) -> str:
    """Leave out the sign of what is written as zero."""
    return written if float(written) else written.lstrip("+-")


# --- judgements ------------------------------------------------------------------------------------


def owner_text(argument_map: ArgumentMap, address: str) -> str:
    """Return the sentence of the entry that a judgement belongs to."""
    return argument_map.entry[argument_map.judgements[address].owner].about.text


def range_text(argument_map: ArgumentMap, address: str, low: float, high: float) -> str:
    """Write a judgement's values from one to another; one where they are the same."""
    return " to ".join(dict.fromkeys(_both_ends(argument_map, address, low, high)))


def move_text(argument_map: ArgumentMap, address: str, before: float, after: float) -> str:
    """Write where a judgement moves; `10% to 57%` alone would be an interval."""
    return "from {} to {}".format(*_both_ends(argument_map, address, before, after))


def _both_ends(argument_map: ArgumentMap, address: str, one: float, other: float) -> tuple[str, str]:
    """Write two values of a judgement on its natural scale."""
    match argument_map.judgements[address].role.scale:
        case Scale.PROBABILITY:
            write = telling([(one, other)])
        case Scale.RATIO:
            write = telling([(one, other)], ratio)
    return write(one), write(other)


# --- sentences -------------------------------------------------------------------------------------


def not_converged(chains: "Convergence") -> str:
    """Say of chains that have not converged what is wrong with them."""
    return (
        f"{chains.worldview}: not converged (R-hat {chains.r_hat:.3f}, smallest ESS {chains.ess:.0f}, "
        f"{chains.divergences} divergences); draw more"
    )


def says_little_notes(little: Iterable[str], heard: Iterable[str]) -> list[str]:
    """Say who says little about the target, and so is not among those `heard`; or why they all are."""
    little = tuple(little)
    if not little:
        return []
    names = ", ".join(little)
    if set(little) & set(heard):
        return [
            f"All are heard, as without {names}, who say little about it, fewer than two would be left."
        ]
    return [f"Left out, as they say little about this target: {names}. --all brings them back."]


def left_out_notes(left_out: Iterable[tuple[str, str]]) -> list[str]:
    """Say which worldviews an answer leaves out, and why."""
    return [f"Left out: {name} ({reason})." for name, reason in left_out]


def capitalised(reason: str | None) -> list[str]:
    """Return a reason as a sentence, if there is one."""
    return [] if reason is None else [f"{reason[0].upper()}{reason[1:]}."]

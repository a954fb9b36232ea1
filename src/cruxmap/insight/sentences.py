"""Numbers and names as the sentences of an answer say them."""

import math

from cruxmap.language.argument_map import (
    ArgumentMap,
    Question,
    condition_text,
    places,
)

MEAN, CENTRAL = "mean", "central"
"""What the two numbers of an estimate are called wherever one is shown; the mean is the one to act on."""

ROUNDING = 1e-12
"""What is nearer than this to 100% is there, but for rounding."""


def percent(probability: float, digits: int = 2) -> str:
    """Write a probability with some digits, or where it is large with one less of its distance from 100%.

    >>> [percent(p) for p in (0.051376, 0.5, 0.93, 0.99968, 3e-9, 1 - 3e-9, 0.0, 1 - 1e-16)]
    ['5.1%', '50%', '93%', '99.97%', '3e-9', '1 - 3e-9', '0%', '100%']
    """
    if probability == 0:
        return "0%"
    if probability >= 1 - ROUNDING:
        return "100%"
    if probability < 1e-5:
        return _power(probability, digits - 2)
    if probability > 1 - 1e-5:
        return f"1 - {_power(1 - probability, digits - 2)}"
    small = probability < 0.5
    decimals = _decimals(probability if small else 1 - probability, digits if small else digits - 1)
    return f"{100 * probability:.{decimals}f}%"


def mean_and_central(mean: float | None, central: float | None) -> str:
    """Write the two numbers of an estimate, each by its name; what is undefined is a dash.

    >>> mean_and_central(0.0066, 0.0049)
    '0.66% mean, 0.49% central'
    """
    first, second = ("-" if p is None else percent(p) for p in (mean, central))
    return f"{first} {MEAN}, {second} {CENTRAL}"


def _power(small: float, decimals: int) -> str:
    mantissa, exponent = f"{small:.{decimals}e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def _decimals(share: float, digits: int) -> int:
    """Return after how many decimals of a percentage that many digits of the share are there.

    The factor makes a share that rounding left just below 0.1% or 1% count as that.
    """
    return max(0, digits - 1 - math.floor(math.log10(100 * share * 1.0000001)))


def sentence_of(argument_map: ArgumentMap, name: str) -> str:
    """Return the text of an entry, or of a question's state (`question.state`) with the state."""
    entry = argument_map.entry.get(name)
    if entry is not None:
        return entry.about.text
    owner, _, state = name.partition(".")
    question = argument_map.entry[owner]
    assert isinstance(question, Question)
    return f"{question.about.text} {state}"


def case_of(argument_map: ArgumentMap, address: str) -> str:
    """Say when the number of a row or route applies (`when a`); empty for other numbers and `otherwise`."""
    entry = argument_map.entry[argument_map.judgements[address].owner]
    when = next(place.when for place in places(entry) if place.judgement.address == address)
    return "" if when is None else f"when {condition_text(when)}"

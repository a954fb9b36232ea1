"""Canonical tables: a variable that is as high as the highest of what its parents each bring about.

Each state of a parent brings about a distribution over the variable's states, which come with the highest
one first; a leak brings about one more. What comes of all is the highest of them: the probability of
being no higher than a state is the product of those of each cause. See Díez, Parameter adjustment in
Bayes networks: the generalized noisy OR-gate (1993), whose parameters these are.
"""

from collections.abc import Sequence
from decimal import Context, Decimal
from fractions import Fraction
from itertools import product
from math import prod

from cruxmap.exchange.networks.nodes import NoisyMax, Number, TableRow

_DIGITS = Context(prec=25)
"""Digits of a product that are written: far more than anything computes with."""


def rows_of_noisy_max(canonical: NoisyMax) -> list[TableRow]:
    """Write such a variable out as a table, a row for each case of its parents.

    >>> def numbers(*texts): return tuple(Number(text, (0, 1)) for text in texts)
    >>> one = (numbers("0.5", "0.5"), numbers("0", "1"))
    >>> for row in rows_of_noisy_max(NoisyMax((one, one), numbers("0", "1"), (0, 1))):
    ...     print(row.states, *(number.text for number in row.numbers))
    (0, 0) 0.75 0.25
    (0, 1) 0.5 0.5
    (1, 0) 0.5 0.5
    (1, 1) 0 1
    """
    causes = [[_no_higher(column) for column in cause] for cause in canonical.causes]
    leak = _no_higher(canonical.leak)
    rows = []
    for case in product(*(range(len(cause)) for cause in causes)):
        parts = [leak, *(cause[state] for cause, state in zip(causes, case, strict=True))]
        below = [prod((part[k] for part in parts), start=Fraction(1)) for k in range(len(leak))]
        shares = _written([a - b for a, b in zip(below, [*below[1:], Fraction(0)], strict=True)])
        rows.append(TableRow(case, tuple(Number(text, canonical.at) for text in shares), canonical.at))
    return rows


def _no_higher(column: Sequence[Number]) -> list[Fraction]:
    """Return for each state the probability of it or of a lower one."""
    weights = [Fraction(number.text) for number in column]
    total = sum(weights)
    return [sum(weights[k:], Fraction(0)) / total for k in range(len(weights))]


def _written(shares: Sequence[Fraction]) -> list[str]:
    """Write shares as decimals that add up to 1."""
    decimals = [_DIGITS.divide(Decimal(share.numerator), Decimal(share.denominator)) for share in shares]
    largest = max(range(len(shares)), key=lambda k: shares[k])
    others = sum((Fraction(one) for k, one in enumerate(decimals) if k != largest), Fraction(0))
    rest = 1 - others
    exact = Context(prec=400).divide(Decimal(rest.numerator), Decimal(rest.denominator))
    return [str(exact if k == largest else one) for k, one in enumerate(decimals)]

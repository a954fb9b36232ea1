"""A polynomial that stands in for a quantity of many independent standard normals, fitted to its slopes.

It is a sum of products of normalised Hermite polynomials (Wiener's chaos; for shares of variance see
Sudret 2008). These are orthogonal, so the polynomial's own shares of variance are sums of squared
coefficients. A slope in a draw says as much as a value does, and there is one for each input: a few
hundred draws are enough for a thousand terms.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import NamedTuple

import numpy as np

from cruxmap.engine.network import BoolArray, FloatArray, IntArray

REACH = {2: 40, 3: 8, 4: 4}
"""For each degree above 1, how many of the first inputs have all products of that degree.

Of the log-odds of a map with 474 judgements these 975 terms leave 2 to 6% of the variance, from 256 draws.
More inputs leave 1% less for twice the work; higher degrees leave more, as they go far astray far out.
"""

REACHED = max(REACH.values())
"""How many inputs have more than one term."""

DRAWS_PER_TERM = 2
"""With fewer draws for each term, values are not fitted."""


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """Products of Hermite polynomials: those of degree 1 of each input in turn, and then the others.

    Term t is the product over s of the polynomial of degree `degree[s, t]` of the input `input[s, t]`; both
    are (factors, terms). Factors that a term does not need have degree 0, at an input of the term.
    """

    input: IntArray
    degree: IntArray

    def touching(self, group: IntArray) -> BoolArray:
        """Tell which terms have an input of which group, (groups, terms); `group` numbers inputs' groups."""
        touched = np.zeros((int(group.max()) + 1, self.input.shape[1]), np.bool_)
        touched[group[self.input], np.arange(self.input.shape[1])] = True
        return touched

    def of_one(self, shares: FloatArray) -> FloatArray:
        """Sum what the terms have (terms,) over those of one input alone, (inputs,)."""
        alone = (self.degree > 0).sum(axis=0) == 1
        return np.bincount(self.input[0, alone], shares[alone])

    def of_all(self, shares: FloatArray) -> FloatArray:
        """Sum what the terms have (terms,) over all with an input, (inputs,)."""
        present = self.degree > 0
        return np.bincount(self.input[present], np.broadcast_to(shares, present.shape)[present])

    def values(self, z: FloatArray) -> FloatArray:
        """Return the terms at points `z` (inputs, D), (terms, D)."""
        return np.concatenate([z, _products(self.input[:, len(z) :], self.degree[:, len(z) :], z)])


def basis(inputs: int) -> Basis:
    """Return the terms for so many inputs, of which the first ones matter most."""
    terms: list[Sequence[int]] = [(one,) for one in range(inputs)]
    for degree, reach in REACH.items():
        terms += combinations_with_replacement(range(min(reach, inputs)), degree)
    which, powers = np.zeros((2, max(REACH), len(terms)), np.int64)
    for t, term in enumerate(terms):
        which[:, t] = term[0]
        which[: len(term), t] = term
        for one in term:
            powers[term.index(one), t] += 1
    return Basis(which, powers)


def fitted(terms: Basis, z: FloatArray, slopes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the coefficients (terms,) of the polynomial whose slopes at `z` are nearest to `slopes`.

    Both are (inputs, D). Nearest is by the sum of squares; the constant is left open. The mean squares of
    what is left of the slopes are returned too, (inputs,).
    """
    many = min(len(z), REACHED)
    joined = np.flatnonzero((terms.input < many).all(axis=0))
    rows = [
        _slopes_of_terms(terms.input[:, joined], terms.degree[:, joined], one, z) for one in range(many)
    ]
    squares, products = np.zeros((len(joined), len(joined))), np.zeros(len(joined))
    for (touching, row), slope in zip(rows, slopes, strict=False):
        squares[np.ix_(touching, touching)] += row @ row.T
        products[touching] += row @ slope
    solved = np.linalg.solve(squares, products)
    coefficient = np.zeros(terms.input.shape[1])
    coefficient[: len(z)] = slopes.mean(axis=1)  # right for an input that has but one term
    coefficient[joined] = solved
    left = slopes.var(axis=1)
    for one, (touching, row) in enumerate(rows):
        left[one] = ((slopes[one] - solved[touching] @ row) ** 2).mean()
    return coefficient, left


class Effects(NamedTuple):
    """Parts of the variance of some quantities that go to groups of inputs, and their standard errors.

    Both are (quantities, groups), and nan where there were too few draws.
    """

    share: FloatArray
    error: FloatArray


def effects_of_groups(z: FloatArray, values: FloatArray, group: IntArray) -> Effects:
    """Return the Shapley effects of groups of inputs on quantities whose `values` (quantities, D) are known.

    `z` (inputs, D) are draws of the inputs, and `group` (inputs,) numbers their groups. An effect is the
    Shapley value of the game in which a set of inputs is worth the variance of what is expected given them
    (Owen 2014). Of a sum of orthogonal terms it is the variance of each term, in equal parts for the groups
    that the term touches. The terms are fitted by least squares: each has `c_t cov(term_t, value)`, less what
    noise adds to it. What they leave no group has. Where inputs depend on each other, these are shares of
    covariance, which may be negative (Li and others 2010).
    """
    inputs, n = z.shape
    if n < DRAWS_PER_TERM * (inputs + 1):
        nothing = np.full((len(values), int(group.max(initial=-1)) + 1), np.nan)
        return Effects(nothing, nothing)
    centred = values - values.mean(axis=1, keepdims=True)
    variance = (centred**2).mean(axis=1)
    scale = np.where(variance > 0, variance, 1.0)
    order = np.argsort(-((centred @ z.T) ** 2 / scale[:, None]).sum(axis=0), kind="stable")
    terms = basis(inputs)
    of_terms = terms.values(z[order]) if n >= DRAWS_PER_TERM * terms.input.shape[1] else z[order]
    of_terms -= of_terms.mean(axis=1, keepdims=True)
    along = of_terms @ centred.T / n
    coefficient = np.linalg.solve(of_terms @ of_terms.T / n, along)
    explained = coefficient * along
    noise = np.maximum(variance - explained.sum(axis=0), 0.0) / (n - len(of_terms) - 1)
    touching = terms.touching(group[order])[:, : len(of_terms)]
    part = touching / touching.sum(axis=0)
    error = part**2 @ (coefficient**2 * (variance / n + 4 * noise) + 2 * noise**2)
    return Effects((part @ (explained - noise)).T / scale[:, None], np.sqrt(error).T / scale[:, None])


def _slopes_of_terms(
    which: IntArray, degree: IntArray, one: int, z: FloatArray
) -> tuple[IntArray, FloatArray]:
    """Return the terms with an input, and their slopes along it at `z`: (found,) and (found, D)."""
    factor = (which == one) & (degree > 0)
    touching = np.flatnonzero(factor.any(axis=0))
    factor, power = factor[:, touching], (degree * factor).sum(axis=0)[touching]
    # The slope of the normalised polynomial of degree n is sqrt(n) times the one before.
    lower = _products(which[:, touching], degree[:, touching] - factor, z)
    return touching, lower * np.sqrt(power)[:, None]


def _products(which: IntArray, degree: IntArray, z: FloatArray) -> FloatArray:
    """Return products of polynomials of degrees (factors, terms) of inputs `which`, at `z`: (terms, D)."""
    first = z[:REACHED]
    of = np.ones((1 + max(REACH), *first.shape))
    of[1] = first
    for n in range(2, len(of)):
        of[n] = (first * of[n - 1] - math.sqrt(n - 1) * of[n - 2]) / math.sqrt(n)
    product: FloatArray = of[degree[0], which[0]]
    for powers, inputs in zip(degree[1:], which[1:], strict=True):
        more = np.flatnonzero(powers)
        product[more] *= of[powers[more], inputs[more]]
    return product

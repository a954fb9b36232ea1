import math
from itertools import combinations_with_replacement

import numpy as np
import pytest

from cruxmap.insight.surrogate import REACH, REACHED, basis, fitted


def factors(terms, t):
    """The degree of each input in a term."""
    return {
        int(one): int(power)
        for one, power in zip(terms.input[:, t], terms.degree[:, t], strict=True)
        if power
    }


def hermite(n, z):
    """The normalised polynomial by its explicit sum."""
    powers = (
        (-1) ** m
        * math.factorial(n)
        / math.factorial(m)
        / math.factorial(n - 2 * m)
        / 2**m
        * z ** (n - 2 * m)
        for m in range(n // 2 + 1)
    )
    return sum(powers) / math.sqrt(math.factorial(n))


@pytest.mark.parametrize("inputs", [1, 3, 9, 50])
def test_each_product_of_the_first_inputs_is_there_once(inputs: int) -> None:
    terms = basis(inputs)
    found = [factors(terms, t) for t in range(terms.input.shape[1])]
    expected = [{one: 1} for one in range(inputs)]
    for degree, reach in REACH.items():
        for which in combinations_with_replacement(range(min(reach, inputs)), degree):
            expected.append({one: which.count(one) for one in which})
    assert found == expected


def test_terms_are_products_of_hermite_polynomials() -> None:
    terms = basis(9)
    z = np.random.default_rng(1).normal(size=(9, 50))
    values = terms.values(z)
    for t in range(len(values)):
        expected = math.prod(hermite(power, z[one]) for one, power in factors(terms, t).items())
        np.testing.assert_allclose(values[t], expected, rtol=1e-12, atol=1e-12)


def test_terms_are_orthonormal() -> None:
    x, weight = np.polynomial.hermite_e.hermegauss(6)  # exact up to degree 11
    grid = np.stack(np.meshgrid(x, x, x, indexing="ij")).reshape(3, -1)
    weights = np.einsum("i,j,k->ijk", *[weight / weight.sum()] * 3).ravel()
    values = basis(3).values(grid)
    np.testing.assert_allclose((values * weights) @ values.T, np.eye(len(values)), atol=1e-12)


def test_a_polynomial_is_found_from_its_slopes() -> None:
    inputs = 50
    terms, rng = basis(inputs), np.random.default_rng(2)
    coefficient, z = rng.normal(size=terms.input.shape[1]), rng.normal(size=(inputs, 256))
    step = 1e-6
    slopes = np.empty_like(z)
    for one in range(inputs):
        ahead, back = z.copy(), z.copy()
        ahead[one] += step
        back[one] -= step
        slopes[one] = coefficient @ (terms.values(ahead) - terms.values(back)) / (2 * step)
    found, left = fitted(terms, z, slopes)
    np.testing.assert_allclose(found, coefficient, rtol=1e-6, atol=1e-6)
    assert left.max() < 1e-12


def test_what_is_left_of_the_slopes_is_what_no_term_has() -> None:
    inputs = REACHED + 2  # the last two have one term each
    z = np.random.default_rng(3).normal(size=(inputs, 256))
    slopes = np.zeros_like(z)
    slopes[-1], slopes[-2] = 3 + z[-2], z[-1]  # of 3 z + z z'
    coefficient, left = fitted(basis(inputs), z, slopes)
    assert coefficient[inputs - 1] == pytest.approx(3 + z[-2].mean(), abs=1e-12)
    np.testing.assert_allclose(left[-2:], z[[-1, -2]].var(axis=1), rtol=1e-12)
    assert left[:-2].max() < 1e-24


def test_terms_belong_to_the_groups_of_their_inputs() -> None:
    terms = basis(4)
    group = np.array([0, 1, 0, 2])
    touching = terms.touching(group)
    shares = np.random.default_rng(4).random(terms.input.shape[1])
    first, total = terms.of_one(shares), terms.of_all(shares)
    for t in range(terms.input.shape[1]):
        assert set(np.flatnonzero(touching[:, t])) == {int(group[one]) for one in factors(terms, t)}
    for one in range(4):
        having = [factors(terms, t) for t in range(len(shares))]
        assert total[one] == pytest.approx(sum(s for s, t in zip(shares, having, strict=True) if one in t))
        assert first[one] == pytest.approx(
            sum(s for s, t in zip(shares, having, strict=True) if {one} == t.keys())
        )

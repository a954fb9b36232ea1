"""Every answer against plain enumeration of the joint distribution, on random networks."""

from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cruxmap.engine import propagation
from cruxmap.engine.network import DrawsFrom, Evidence, Filled, FloatArray, Network, SparseTable
from cruxmap.engine.planning import ancestors
from cruxmap.engine.propagation import split_reads
from cruxmap.engine.queries import infer, infer_each, infer_many, joint, log_z_gradient, log_z_gradients
from helpers.few_examples import FEW_EXAMPLES
from helpers.random_networks import joint_distribution, marginal, network, random_evidence, random_network

CERTAIN = 0
"""The entry that is always 1."""

seeds = st.integers(0, 2**32 - 1)


def small_network(seed: int, **kwargs: float) -> tuple[Network, FloatArray, np.random.Generator]:
    rng = np.random.default_rng(seed)
    made, entries = random_network(
        int(rng.integers(1, 10)),
        seed,
        states=(2, 2, 3, 4),
        certain=float(rng.choice([0.0, 0.3, 0.8])),
        alike=float(rng.choice([0.0, 0.4])),
        draws=int(rng.choice([1, 3, 17, 40])),
        **kwargs,
    )
    return made, entries, rng


def assert_close(found: FloatArray, expected: FloatArray) -> None:
    """Relative error at most 1e-12; 0 is exactly 0."""
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=0)


@pytest.mark.parametrize("how_many", [1, 2, None])
@given(seed=seeds)
def test_marginals_and_probability_of_evidence(seed: int, how_many: int | None) -> None:
    made, entries, rng = small_network(seed)
    n = len(made.variables)
    ask = rng.permutation(n)[:how_many].tolist()
    evidence = random_evidence(made, rng)
    inference = infer(made, Filled(entries), evidence, ask)
    assert set(inference.marginals) == set(ask)
    for d in {0, entries.shape[1] // 2, entries.shape[1] - 1}:
        everything = joint_distribution(made, entries[:, d], evidence)
        z = everything.sum()
        if z == 0:
            assert inference.log_z[d] == -np.inf
            assert all(np.isnan(inference.marginals[v][:, d]).all() for v in ask)
            continue
        np.testing.assert_allclose(inference.log_z[d], np.log(z), rtol=1e-12, atol=1e-13)
        for v in ask:
            assert_close(inference.marginals[v][:, d], marginal(everything, v) / z)


@FEW_EXAMPLES
@given(seed=seeds)
def test_several_pieces_of_evidence_share_a_plan(seed: int) -> None:
    made, entries, rng = small_network(seed)
    evidences = [(), *(random_evidence(made, rng) for _ in range(3))]
    ask = rng.permutation(len(made.variables))[:2].tolist()
    for evidence, together in zip(
        evidences, infer_many(made, Filled(entries), evidences, ask), strict=True
    ):
        alone = infer(made, Filled(entries), evidence, ask)
        np.testing.assert_allclose(together.log_z, alone.log_z, rtol=1e-12, atol=1e-13)
        for v in ask:
            assert_close(together.marginals[v], alone.marginals[v])


@pytest.mark.parametrize("small_work", [0, propagation.SMALL_WORK])
@FEW_EXAMPLES
@given(seed=seeds)
def test_every_column_may_have_evidence_of_its_own(small_work: int, seed: int) -> None:
    made, entries, rng = small_network(seed)
    n, n_columns = len(made.variables), entries.shape[1]
    evidences = [random_evidence(made, rng, most=2) for _ in range(n_columns)]
    ask = rng.permutation(n)[:3].tolist()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(propagation, "SMALL_WORK", small_work)
        found = infer_each(
            made, Filled(entries), evidences, ask, gradient=True, planned=(range(n), range(n))
        )
    assert found.slopes is not None
    marginals, slopes = split_reads(found.asked, found.read[0]), found.slopes[0]
    assert set(marginals) == set(ask)
    for d in {0, n_columns // 2, n_columns - 1}:
        column = Filled(entries[:, [d]])
        alone = infer(made, column, evidences[d], ask)
        np.testing.assert_allclose(found.log_z[0, [d]], alone.log_z, rtol=1e-12, atol=1e-13)
        for v in ask:
            assert_close(marginals[v][:, [d]], alone.marginals[v])
        _, expected = log_z_gradient(made, column, evidences[d])
        above = ancestors(made, [v for v, _ in evidences[d]])
        used = np.unique(np.concatenate([np.zeros(0, np.int64), *(made.tables[v].entries for v in above)]))
        kept = np.setdiff1d(
            used, np.concatenate([[0], *(t.entries for v, t in enumerate(made.tables) if v not in above)])
        )
        assert_close(slopes[kept, d], expected[kept, 0])


@given(seed=seeds)
def test_joint_with_a_target(seed: int) -> None:
    made, entries, rng = small_network(seed)
    n = len(made.variables)
    target = int(rng.integers(n))
    evidence = random_evidence(made, rng, most=2)
    found = joint(made, Filled(entries), evidence, target, range(n))
    for d in {0, entries.shape[1] - 1}:
        everything = joint_distribution(made, entries[:, d], evidence)
        z = everything.sum()
        if z == 0:
            assert found.log_z[d] == -np.inf
            assert np.isnan(found.target[:, d]).all()
            continue
        np.testing.assert_allclose(found.log_z[d], np.log(z), rtol=1e-12, atol=1e-13)
        assert_close(found.target[:, d], marginal(everything, target) / z)
        for v in range(n):
            expected = np.diag(marginal(everything, v)) if v == target else marginal(everything, target, v)
            assert_close(found.marginals[v][:, :, d], expected / z)


@given(seed=seeds)
def test_entries_in_a_shared_bank_of_rows(seed: int) -> None:
    made, entries, rng = small_network(seed)
    n, evidence = len(made.variables), random_evidence(made, rng, most=2)
    bank = np.concatenate([rng.random((7, entries.shape[1])), entries])
    place = rng.permutation(len(bank))
    shared = Filled(bank[np.argsort(place)], rows=place[7:])
    np.testing.assert_array_equal(shared.whole, entries)
    for ask in (range(n), ()):
        plain, found = infer(made, Filled(entries), evidence, ask), infer(made, shared, evidence, ask)
        np.testing.assert_array_equal(found.log_z, plain.log_z)
        for v in ask:
            np.testing.assert_array_equal(found.marginals[v], plain.marginals[v])
    np.testing.assert_array_equal(
        log_z_gradient(made, shared, evidence)[1], log_z_gradient(made, Filled(entries), evidence)[1]
    )


@pytest.mark.long
@given(seed=seeds)
def test_slopes_of_a_joint_are_those_of_its_cases(seed: int) -> None:
    made, entries, rng = small_network(seed)
    n = len(made.variables)
    target = int(rng.integers(n))
    evidence = random_evidence(made, rng, most=2)
    # what is asked below them would give slopes to more tables, as neighbours in a row stand still
    above = np.array(ancestors(made, (target, *(v for v, _ in evidence))))
    ask = rng.permutation(above)[:3].tolist()
    found = joint(made, Filled(entries), evidence, target, ask, gradient=True)
    assert found.slopes is not None
    without = joint(made, Filled(entries), evidence, target, ask)
    assert without.slopes is None
    for v in ask:
        assert_close(found.marginals[v], without.marginals[v])
    for state, slopes in enumerate(found.slopes):
        log_z, expected = log_z_gradient(made, Filled(entries), (*evidence, (target, (state,))))
        assert_close(slopes[1:], expected[1:])
        with np.errstate(divide="ignore"):
            of_case = found.log_z + np.log(found.target[state])
        possible = np.isfinite(found.log_z)
        np.testing.assert_allclose(of_case[possible], log_z[possible], rtol=1e-12, atol=1e-12)


@pytest.mark.long
@given(seed=seeds)
def test_where_draws_are_few_evidence_is_taken_as_columns(seed: int) -> None:
    made, entries, rng = small_network(seed)
    evidences = [random_evidence(made, rng) for _ in range(3)]
    ask = rng.permutation(len(made.variables))[:2].tolist()
    apart = infer_many(made, Filled(entries), evidences, ask)
    for one, other in zip(apart, infer_many(made, Filled(entries), evidences, ask, few=True), strict=True):
        np.testing.assert_allclose(other.log_z, one.log_z, rtol=1e-12, atol=1e-13)
        for v in ask:
            assert_close(other.marginals[v], one.marginals[v])
    planned = ((), {v for evidence in evidences for v, _ in evidence})
    log_z, slopes = log_z_gradients(made, Filled(entries), evidences)
    for case, evidence in enumerate(evidences):
        of_one, slope = log_z_gradient(made, Filled(entries), evidence, planned=planned)
        np.testing.assert_allclose(log_z[case], of_one, rtol=1e-12, atol=1e-13)
        assert_close(slopes[case, 1:], slope[1:])


@pytest.mark.long
@given(seed=seeds)
def test_a_plan_for_more_answers_a_question_alike(seed: int) -> None:
    made, entries, rng = small_network(seed)
    n, filled = len(made.variables), Filled(entries)
    evidence = random_evidence(made, rng)
    ask = rng.permutation(n)[:2].tolist()
    planned = (rng.permutation(n)[:3].tolist(), rng.permutation(n)[:2].tolist())
    alone, together = (
        infer(made, filled, evidence, ask),
        infer(made, filled, evidence, ask, planned=planned),
    )
    assert set(together.marginals) == set(ask)
    np.testing.assert_allclose(together.log_z, alone.log_z, rtol=1e-12, atol=1e-13)
    for v in ask:
        assert_close(together.marginals[v], alone.marginals[v])
    target = int(rng.integers(n))
    alone, together = (
        joint(made, filled, evidence, target, ask, planned=more, gradient=True) for more in (None, planned)
    )
    assert_close(together.target, alone.target)
    for v in ask:
        assert_close(together.marginals[v], alone.marginals[v])


@given(seed=seeds)
def test_gradient_against_finite_differences(seed: int) -> None:
    made, entries, rng = small_network(seed)
    evidence = random_evidence(made, rng, most=2)
    log_z, gradient = log_z_gradient(made, Filled(entries), evidence)
    column = entries[:, 0]
    relevant = without_barren_tables(made, evidence)
    z = joint_distribution(relevant, column, evidence).sum()
    if z == 0:
        assert np.isnan(gradient[:, 0]).all()
        return
    np.testing.assert_allclose(log_z[0], np.log(z), rtol=1e-12, atol=1e-13)
    for entry in 1 + rng.permutation(len(column) - 1)[:4]:
        up, down = column.copy(), column.copy()
        up[entry] += 1e-4
        down[entry] -= 1e-4
        rise = np.log(joint_distribution(relevant, up, evidence).sum() / z)
        fall = np.log(joint_distribution(relevant, down, evidence).sum() / z)
        np.testing.assert_allclose(gradient[entry, 0], (rise - fall) / 2e-4, rtol=1e-4, atol=1e-6)


def without_barren_tables(made: Network, evidence: Evidence) -> Network:
    """The same network where variables on which no evidence depends are always in their first state."""
    found = {v for v, _ in evidence}
    for v in reversed(range(len(made.variables))):
        if v in found:
            found |= set(made.tables[v].scope)
    first_state = [
        table
        if table.child in found
        else SparseTable(v, (v,), np.zeros((1, 1), np.int64), np.zeros(1, np.int64))
        for v, table in enumerate(made.tables)
    ]
    return replace(made, tables=tuple(first_state))


def test_gradient_at_an_entry_that_is_zero() -> None:
    made = network([2, 2], [((0,), [[0], [1]], [1, 2]), ((0, 1), [[0, 0], [0, 1], [1, 1]], [3, 4, 0])])
    entries = np.array([[1.0], [1.0], [0.0], [0.75], [0.25]])
    log_z, gradient = log_z_gradient(made, Filled(entries), ((1, (1,)),))
    assert log_z[0] == pytest.approx(np.log(0.25))
    np.testing.assert_allclose(gradient[1:, 0], [1.0, 4.0, 0.0, 4.0])


@given(seed=seeds)
@pytest.mark.long
def test_tiny_probabilities_exactly(seed: int) -> None:
    made, entries, rng = small_network(seed, smallest=1e-60)
    evidence = tuple((v, (0,)) for v in rng.permutation(len(made.variables))[:6].tolist())
    ask = list(range(len(made.variables)))
    inference = infer(made, Filled(entries[:, :1]), evidence, ask)
    exactly = np.array([Fraction(float(value)) for value in entries[:, 0]])
    everything = joint_distribution(made, exactly, evidence)
    z = everything.sum()
    if z == 0:
        assert inference.log_z[0] == -np.inf
        return
    np.testing.assert_allclose(inference.log_z[0], logarithm(z), rtol=1e-12, atol=1e-13)
    for v in ask:
        assert_close(inference.marginals[v][:, 0], (marginal(everything, v) / z).astype(float))


def logarithm(number: Fraction) -> float:
    """log of a fraction beyond the range of floats."""
    exponent = number.numerator.bit_length() - number.denominator.bit_length()
    return float(np.log(float(number / Fraction(2) ** exponent)) + exponent * np.log(2.0))


def all_of(n: int, chance: float) -> tuple[Network, FloatArray, int]:
    """n claims of one chance and a chain that is true where all are; also the number of the last link."""
    cards, tables, last = [], [], None
    for _ in range(n):
        claim = len(cards)
        tables.append(((claim,), [[0], [1]], [1, 2]))
        cards.append(2)
        if last is not None:
            rows = [[a, b, a and b] for a, b in product((0, 1), repeat=2)]
            tables.append(((last, claim, len(cards)), rows, [CERTAIN] * 4))
            cards.append(2)
        last = len(cards) - 1
    return network(cards, tables), np.array([[1.0] * 20, [1 - chance] * 20, [chance] * 20]), last


def test_evidence_too_unlikely_for_a_float_is_not_impossible() -> None:
    made, entries, all_true = all_of(40, 1e-12)
    inference = infer(made, Filled(entries), ((all_true, (1,)),), [0, 7, all_true])
    np.testing.assert_allclose(inference.log_z, 40 * np.log(1e-12), rtol=1e-14)
    for v in (0, 7, all_true):
        assert (inference.marginals[v][0] == 0.0).all()
        assert_close(inference.marginals[v][1], np.ones(20))
    _, gradient = log_z_gradient(made, Filled(entries), ((all_true, (1,)),))
    np.testing.assert_allclose(gradient[1:], np.tile([[0.0], [40 / 1e-12]], 20), rtol=1e-12)


def test_draws_that_need_a_wider_range_do_not_disturb_their_neighbours() -> None:
    made, entries, all_true = all_of(40, 1e-12)
    entries[2, ::2], entries[1, ::2] = 0.5, 0.5
    entries[2, 3], entries[1, 3] = 0.0, 1.0
    inference = infer(made, Filled(entries), ((all_true, (1,)),), [0])
    expected = np.full(20, 40 * np.log(1e-12))
    expected[::2] = 40 * np.log(0.5)
    expected[3] = -np.inf
    np.testing.assert_allclose(inference.log_z, expected, rtol=1e-14)
    assert np.isnan(inference.marginals[0][:, 3]).all()
    assert_close(np.delete(inference.marginals[0], 3, axis=1)[1], np.ones(19))


def test_complement_is_computed_from_its_own_terms() -> None:
    made, entries, all_true = all_of(2, 1e-9)
    false, true = infer(made, Filled(entries), (), [all_true]).marginals[all_true]
    assert_close(true, np.full(20, 1e-18))
    made, entries, all_true = all_of(3, 1 - 1e-10)
    entries[1] = 1e-10
    false, _ = infer(made, Filled(entries), (), [all_true, 0]).marginals[all_true]
    q = 1 - 1e-10
    assert_close(false, np.full(20, 1e-10 * (1 + q + q * q)))


def test_evidence_that_contradicts_itself_or_the_structure() -> None:
    made, entries, all_true = all_of(3, 0.5)
    for evidence in (((0, (0,)), (0, (1,))), ((0, ()),), ((0, (0,)), (all_true, (1,)))):
        inference = infer(made, Filled(entries), evidence, [1, 2])
        assert (inference.log_z == -np.inf).all()
        assert all(np.isnan(p).all() for p in inference.marginals.values())


def test_nothing_asked_and_nothing_given() -> None:
    made, entries, _ = all_of(3, 0.5)
    inference = infer(made, Filled(entries))
    assert (inference.log_z == 0.0).all()
    assert inference.marginals == {}


def test_results_do_not_depend_on_threads_or_on_neighbouring_draws() -> None:
    made, entries = random_network(60, 1, window=8, draws=2_000)
    ask = range(60)
    whole = Filled(entries, DrawsFrom(0, 2_000))
    one = infer(made, whole, ((3, (0,)),), ask, threads=1)
    three = infer(made, whole, ((3, (0,)),), ask, threads=3)
    part = infer(made, Filled(entries[:, 500:777], DrawsFrom(500, 2_000)), ((3, (0,)),), ask, threads=1)
    for v in ask:
        assert np.array_equal(one.marginals[v], three.marginals[v])
        assert np.array_equal(one.marginals[v][:, 500:777], part.marginals[v])
    assert np.array_equal(one.log_z, three.log_z)


def test_entries_of_any_layout() -> None:
    made, entries = random_network(20, 2, draws=50)
    expected = infer(made, Filled(entries), (), [19]).marginals[19]
    assert np.array_equal(
        infer(made, Filled(np.asfortranarray(entries)), (), [19]).marginals[19], expected
    )
    assert np.array_equal(infer(made, Filled(entries[:, ::-1]), (), [19]).marginals[19], expected[:, ::-1])

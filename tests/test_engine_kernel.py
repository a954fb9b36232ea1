"""The compiled loop by itself, on a plan written by hand and against plain Python."""

import numpy as np
import pytest

from cruxmap.engine import kernel
from cruxmap.engine.lanes import LANES
from cruxmap.engine.network import FloatArray
from cruxmap.engine.planning import Plan
from cruxmap.engine.tape import Tape, wanted_slots, written

# Slots 0-3 are loaded, 4 is an indicator, 5 a constant; then
# 6 = s0 s1 + s2 s4,  7 = s6 s6 + s3 s5,  8 = s7 s2;  Z = s7 + s8.
PLAN = Plan(
    asked=(0, 1),
    asked_cards=(1, 2),
    clamped=(),
    tables=(),
    loads=np.array([0, 1, 2, 3]),
    indicators=np.array([[0, 0]]),
    constants=np.array([3.0]),
    left=np.array([0, 2, 6, 3, 7], np.uint32),
    right=np.array([1, 4, 6, 5, 2], np.uint32),
    first=np.array([0, 2, 4, 5]),
    root=np.array([7, 8], np.uint32),
    reads=np.array([6, 2, 8], np.uint32),
    read_first=np.array([0, 1, 1, 3]),
    forward_only=False,
    steps=np.zeros((0, 4), np.int64),
    width=0.0,
    dense_products=0.0,
)
WEIGHT, CONSTANT = 0.5, 3.0


def expected(column: FloatArray) -> tuple[float, list[float], list[float]]:
    """Z, what is read, and the slopes in the four loaded slots, by hand."""
    s0, s1, s2, s3 = column
    s6 = s0 * s1 + s2 * WEIGHT
    s7 = s6 * s6 + s3 * CONSTANT
    s8 = s7 * s2
    of_s7 = 1 + s2
    of_s6 = 2 * s6 * of_s7
    of_s2 = s7 + WEIGHT * of_s6
    slopes = [s1 * of_s6, s0 * of_s6, of_s2, CONSTANT * of_s7]
    return s7 + s8, [s6 * of_s6, 0.0, s2 * of_s2 + s8], slopes


def arrays(tape: Tape) -> tuple[object, ...]:
    return (
        *(tape.loads, np.array([WEIGHT]), tape.constants, tape.factors, tape.runs, tape.into),
        *(tape.n_places, tape.z, tape.reads, tape.slopes),
    )


def run(entries: FloatArray, begin: int, end: int, *, gradient: bool) -> tuple[FloatArray, ...]:
    n = entries.shape[1]
    z, read, slope = np.full((1, n), -1.0), np.full((3, n), -1.0), np.full((4 if gradient else 0, n), -1.0)
    kernel.propagate(*arrays(written(PLAN, gradient=gradient)), entries, begin, end, z, read, slope)
    return z[0], read, slope


@pytest.mark.parametrize("n", [1, LANES - 1, LANES, 3 * LANES + 5])
def test_values_slopes_and_reads(n: int) -> None:
    entries = np.random.default_rng(n).uniform(size=(4, n))
    z, read, slope = run(entries, 0, n, gradient=True)
    for d in range(n):
        of_z, of_reads, of_slopes = expected(entries[:, d])
        np.testing.assert_allclose(z[d], of_z, rtol=1e-14)
        np.testing.assert_allclose(read[:, d] * of_z, of_reads, rtol=1e-14)
        np.testing.assert_allclose(slope[:, d] * of_z, of_slopes, rtol=1e-14)


def test_only_the_columns_asked_for_are_written() -> None:
    entries = np.random.default_rng(0).uniform(size=(4, 50))
    z, read, _ = run(entries, 7, 40, gradient=False)
    whole, whole_read, _ = run(entries, 0, 50, gradient=False)
    assert np.array_equal(z[7:40], whole[7:40])
    assert np.array_equal(read[:, 7:40], whole_read[:, 7:40])
    assert (np.delete(z, np.s_[7:40]) == -1.0).all()
    assert (np.delete(read, np.s_[7:40], axis=1) == -1.0).all()


def test_slots_wanted_are_those_on_the_way_to_the_targets() -> None:
    structure = (PLAN.left, PLAN.right, PLAN.first, PLAN.n_inputs)
    wanted = wanted_slots(*structure, np.array([3], np.uint32))
    assert np.flatnonzero(wanted).tolist() == [3, 7, 8]
    assert not wanted_slots(*structure, np.zeros(0, np.uint32)).any()


def test_a_tape_has_the_slopes_that_reading_takes_and_reuses_places() -> None:
    """Sums: three values, Z, slopes of slots 8, 7, 6, 2 and (with the gradient) 3, 1, 0, and three reads."""
    forwards, backwards = written(PLAN), written(PLAN, gradient=True)
    assert forwards.runs[:, 0].sum() == len(forwards.into) == 3 + 1 + 4 + 3
    assert backwards.runs[:, 0].sum() == len(backwards.into) == 3 + 1 + 7 + 3
    assert forwards.products == (forwards.runs[:, 0] * forwards.runs[:, 1]).sum()
    given = 1 + PLAN.n_inputs
    assert forwards.n_places < given + len(forwards.into)
    kept = [forwards.z, *forwards.reads.tolist()]
    assert len(set(kept)) == 4
    for place in kept:
        assert forwards.into.tolist().count(place) >= 1
    assert (forwards.into >= given).all()
    assert (backwards.into < backwards.n_places).all()


@pytest.mark.parametrize("scale", [1.0, 1e-90, 1e-150])
def test_wide_range_agrees_with_hand_computed_logs(scale: float) -> None:
    """With every slot scaled and no constant term, Z scales as a known power."""
    column = np.array([0.3, 0.7, 0.2, 0.9])
    entries = np.array([[0.3 * scale], [0.7], [0.2 * scale], [0.9 * scale * scale]])
    log_z, read, slope = np.empty(1), np.empty((3, 1)), np.empty((4, 1))
    tape = written(PLAN, gradient=True)
    kernel.propagate_wide(*arrays(tape), entries, np.array([0]), log_z, read, slope)
    s7 = (0.3 * 0.7 + 0.2 * 0.5) ** 2 + 0.9 * 3.0
    exactly = np.log(s7) + 2 * np.log(scale) + np.log1p(column[2] * scale)
    np.testing.assert_allclose(log_z[0], exactly, rtol=1e-13)
    s6 = 0.3 * 0.7 + 0.2 * 0.5
    np.testing.assert_allclose(read[0, 0], 2 * s6 * s6 / s7, rtol=1e-13)
    np.testing.assert_allclose(slope[0, 0] * scale, 2 * s6 * 0.7 / s7, rtol=1e-13)
    np.testing.assert_allclose(slope[3, 0] * scale * scale, 3.0 / s7, rtol=1e-13)


def test_wide_range_tells_zero_from_tiny() -> None:
    entries = np.array([[0.0, 1e-200], [1.0, 1e-200], [0.0, 0.0], [0.0, 0.0]])
    log_z, read, slope = np.empty(2), np.empty((3, 2)), np.empty((4, 2))
    tape = written(PLAN, gradient=True)
    kernel.propagate_wide(*arrays(tape), entries, np.array([0, 1]), log_z, read, slope)
    assert log_z[0] == -np.inf
    assert np.isnan(read[0, 0])
    np.testing.assert_allclose(log_z[1], -800 * np.log(10), rtol=1e-14)
    np.testing.assert_allclose(read[:, 1], [2.0, 0.0, 0.0], rtol=1e-13)
    assert slope[2, 1] == np.inf  # (1e-200 * 1e-200) * 2 * 0.5 / 1e-800

"""The compiled loop by itself, on plans written by hand and against plain Python."""

import numpy as np
import pytest

from cruxmap.network import kernel
from cruxmap.network.lanes import LANES
from cruxmap.network.network import FloatArray

# Slots 0-3 are loaded, 4 is an indicator, 5 a constant; then
# 6 = s0 s1 + s2 s4,  7 = s6 s6 + s3 s5,  8 = s7 s2;  Z = s7 + s8.
LEFT = np.array([0, 2, 6, 3, 7], np.uint32)
RIGHT = np.array([1, 4, 6, 5, 2], np.uint32)
FIRST = np.array([0, 2, 4, 5])
ROOT = np.array([7, 8], np.uint32)
READS = np.array([6, 2, 8], np.uint32)
READ_FIRST = np.array([0, 1, 1, 3])
LOADS = np.array([0, 1, 2, 3])
N_INPUTS = 6


def expected(column: FloatArray, weight: float, constant: float) -> tuple[float, list[float], list[float]]:
    """Z, what is read, and the slopes in the four loaded slots, by hand."""
    s0, s1, s2, s3 = column
    s6 = s0 * s1 + s2 * weight
    s7 = s6 * s6 + s3 * constant
    s8 = s7 * s2
    of_s7 = 1 + s2
    of_s6 = 2 * s6 * of_s7
    of_s2 = s7 + weight * of_s6
    slopes = [s1 * of_s6, s0 * of_s6, of_s2, constant * of_s7]
    return s7 + s8, [s6 * of_s6, 0.0, s2 * of_s2 + s8], slopes


def run(entries: FloatArray, begin: int, end: int, *, gradient: bool) -> tuple[FloatArray, ...]:
    n = entries.shape[1]
    z, read, slope = np.full((1, n), -1.0), np.full((3, n), -1.0), np.full((4 if gradient else 0, n), -1.0)
    targets = np.append(READS, LOADS.astype(np.uint32)) if gradient else READS
    wanted = kernel.wanted_slots(LEFT, RIGHT, FIRST, N_INPUTS, targets)
    arrays = (LEFT, RIGHT, FIRST, ROOT, READS, READ_FIRST, LOADS, np.array([0.5]), np.array([3.0]), wanted)
    kernel.propagate(*arrays, entries, begin, end, z, read, slope)
    return z[0], read, slope


@pytest.mark.parametrize("n", [1, LANES - 1, LANES, 3 * LANES + 5])
def test_values_slopes_and_reads(n: int) -> None:
    entries = np.random.default_rng(n).uniform(size=(4, n))
    z, read, slope = run(entries, 0, n, gradient=True)
    for d in range(n):
        of_z, of_reads, of_slopes = expected(entries[:, d], 0.5, 3.0)
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
    wanted = kernel.wanted_slots(LEFT, RIGHT, FIRST, N_INPUTS, np.array([3], np.uint32))
    assert np.flatnonzero(wanted).tolist() == [3, 7, 8]
    assert not kernel.wanted_slots(LEFT, RIGHT, FIRST, N_INPUTS, np.zeros(0, np.uint32)).any()


@pytest.mark.parametrize("scale", [1.0, 1e-90, 1e-150])
def test_wide_range_agrees_with_hand_computed_logs(scale: float) -> None:
    """With every slot scaled and no constant term, Z scales as a known power."""
    column = np.array([0.3, 0.7, 0.2, 0.9])
    entries = np.array([[0.3 * scale], [0.7], [0.2 * scale], [0.9 * scale * scale]])
    log_z, read, slope = np.empty(1), np.empty((3, 1)), np.empty((4, 1))
    wanted = np.ones(N_INPUTS + 3, np.bool_)
    arrays = (LEFT, RIGHT, FIRST, ROOT, READS, READ_FIRST, LOADS, np.array([0.5]), np.array([3.0]), wanted)
    kernel.propagate_wide(*arrays, entries, np.array([0]), log_z, read, slope)
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
    wanted = np.ones(N_INPUTS + 3, np.bool_)
    arrays = (LEFT, RIGHT, FIRST, ROOT, READS, READ_FIRST, LOADS, np.array([0.5]), np.array([3.0]), wanted)
    kernel.propagate_wide(*arrays, entries, np.array([0, 1]), log_z, read, slope)
    assert log_z[0] == -np.inf
    assert np.isnan(read[0, 0])
    np.testing.assert_allclose(log_z[1], -800 * np.log(10), rtol=1e-14)
    np.testing.assert_allclose(read[:, 1], [2.0, 0.0, 0.0], rtol=1e-13)
    assert slope[2, 1] == np.inf  # (1e-200 * 1e-200) * 2 * 0.5 / 1e-800

"""Tapes, and the two loops that run them, on a plan written by hand and against each other."""

import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import types

from cruxmap.engine import kernel, levels, places, propagation, tape_loops
from cruxmap.engine import tape as tape_module
from cruxmap.engine.compiled import object_code
from cruxmap.engine.kernel import LANES
from cruxmap.engine.network import Evidence, Filled, FloatArray, IntArray, Network
from cruxmap.engine.places import placed
from cruxmap.engine.planning import Plan, plan
from cruxmap.engine.propagation import run
from cruxmap.engine.tape import Results, Tape, wanted_slots, written
from helpers.random_networks import random_evidence, random_network

# Slots 0-3 are loaded, 4 is an indicator, 5 a constant (3); then
# 6 = s0 s1 + s2 s4,  7 = s6 s6 + s3 s5,  8 = s7 s2;  Z = s7 + s8.
PLAN = Plan(
    asked=(0, 1),
    asked_cards=(1, 2),
    clamped=(2,),
    tables=(),
    loads=np.array([1, 2, 3, 4]),
    indicators=np.array([[2, 0]]),
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
CONSTANT = 3.0


def expected(column: FloatArray, weight: float) -> tuple[float, list[float], list[float]]:
    """Z, what is read, and the slopes in the four loaded slots, for a value of the indicator."""
    s0, s1, s2, s3 = column
    s6 = s0 * s1 + s2 * weight
    s7 = s6 * s6 + s3 * CONSTANT
    s8 = s7 * s2
    of_s7 = 1 + s2
    of_s6 = 2 * s6 * of_s7
    of_s2 = s7 + weight * of_s6
    slopes = [s1 * of_s6, s0 * of_s6, of_s2, CONSTANT * of_s7]
    return s7 + s8, [s6 * of_s6, 0.0, s2 * of_s2 + s8], slopes


CASES: list[Evidence] = [(), ((2, (1,)),)]
"""The indicator, of state 0 of variable 2, is 1 in the first and 0 in the second."""

LOOPS = [levels.propagate, kernel.propagate]


type Loop = Callable[[Tape, IntArray, FloatArray, Results], None]


def results(tape: Tape, loop: Loop, entries: FloatArray) -> Results:
    n = entries.shape[1]
    slope = np.zeros((len(tape.z), len(entries) if tape.slopes.size else 0, n))
    found = Results(np.full((*tape.z.shape, n), -1.0), np.full((*tape.reads.shape, n), -1.0), slope)
    loop(tape, tape.loads, entries, found)
    return found


def uniform(seed: int, n: int) -> FloatArray:
    """Entries for the plan by hand: the first is the constant, which it does not load."""
    return np.random.default_rng(seed).uniform(size=(5, n))


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("n", [1, 2, LANES - 1, LANES, 3 * LANES + 5, 300])
def test_values_slopes_and_reads_of_each_case(loop: Loop, n: int) -> None:
    entries = uniform(n, n)
    found = results(written(PLAN, CASES, gradient=True), loop, entries)
    for case, weight in enumerate((1.0, 0.0)):
        for d in range(n):
            of_z, of_reads, of_slopes = expected(entries[1:, d], weight)
            np.testing.assert_allclose(found.z[case, d], of_z, rtol=1e-14)
            np.testing.assert_allclose(found.read[case, :, d] * of_z, of_reads, rtol=1e-14)
            np.testing.assert_allclose(found.slope[case, 1:, d] * of_z, of_slopes, rtol=1e-14)
    assert (found.slope[:, 0] == 0.0).all()


def test_only_what_is_asked_is_read() -> None:
    entries = uniform(0, 5)
    whole, part = written(PLAN, CASES), written(PLAN, CASES, ask={1})
    assert (whole.asked, part.asked) == (((0, 1), (1, 2)), ((1, 2),))
    assert part.products < whole.products
    found = results(part, kernel.propagate, entries)
    assert np.array_equal(found.read, results(whole, kernel.propagate, entries).read[:, 1:])
    nothing = written(PLAN, CASES, ask=())
    assert nothing.reads.shape == (2, 0)


def test_slots_wanted_are_those_on_the_way_to_the_targets() -> None:
    targets = np.zeros(9, np.bool_)
    assert not wanted_slots(PLAN, targets).any()
    targets[3] = True
    assert np.flatnonzero(wanted_slots(PLAN, targets)).tolist() == [3, 7, 8]


def products_of(tape: Tape) -> int:
    assert tape.first[-1] == len(tape.factors)
    return tape.products


def test_a_tape_has_the_products_that_its_cases_need() -> None:
    """Values 2 + 2 + 1, Z 2; slopes of s8 1 (not written: it is 1), s7 2, s6 2, s2 2 or 1; reads 1 + 2."""
    whole, none = written(PLAN, CASES[:1]), written(PLAN, CASES[1:])
    # where the indicator is 1, s2 s4 is s2; the slope of s7 is 1 + s2
    assert products_of(whole) == 5 + 2 + 2 + 2 + 2 + 3
    # where it is 0, s6 is s0 s1, and the slope of s2 is s7
    assert products_of(none) == 4 + 2 + 2 + 2 + 0 + 3
    both = written(PLAN, CASES)
    # the slope of s7 is written once, all else hangs on s6
    assert products_of(both) == products_of(whole) + products_of(none) - 2
    assert products_of(written(PLAN, CASES[:1] * 2)) == products_of(whole)


def test_without_cases_indicators_are_given() -> None:
    tape = written(PLAN, None)
    assert (tape.n_indicators, tape.n_given) == (1, 2 + 4 + 1 + 1)
    assert len(tape.z) == 1


def test_places_are_given_to_others_after_the_last_use() -> None:
    tape = written(PLAN, CASES, gradient=True)
    where = placed(tape)
    assert where.runs[:, 0].sum() == len(where.into) == len(tape.first) - 1
    assert (where.runs[:, 0] * where.runs[:, 1]).sum() == tape.products
    assert tape.n_given < where.n_places < tape.n_given + len(where.into)
    assert (where.into >= tape.n_given).all()
    assert (where.into < where.n_places).all()
    # by hand: whoever keeps all numbers and whoever follows the places has the same in the end
    numbers = np.concatenate([[0.0, 1.0], np.random.default_rng(0).uniform(size=tape.n_given - 2)])
    places = np.concatenate([numbers, np.full(where.n_places - tape.n_given, np.nan)])
    for n, (begin, end) in enumerate(zip(tape.first[:-1], tape.first[1:], strict=True)):
        numbers = np.append(numbers, numbers[tape.factors[begin:end]].prod(axis=1).sum())
        places[where.into[n]] = (
            places[where.factors[2 * begin : 2 * end].reshape(-1, 2)].prod(axis=1).sum()
        )
    for ends, found in ((tape.z, where.z), (tape.reads, where.reads), (tape.slopes, where.slopes)):
        np.testing.assert_array_equal(places[found], numbers[ends])


# --- the loops against each other ----------------------------------------------------------------


def drawn(seed: int, **kwargs: float) -> tuple[Network, FloatArray, list[Evidence], list[int]]:
    rng = np.random.default_rng(seed)
    made, entries = random_network(
        int(rng.integers(1, 12)),
        seed,
        states=(2, 2, 3),
        certain=float(rng.choice([0.0, 0.3])),
        draws=int(rng.choice([1, 3, 17, 40])),
        **kwargs,
    )
    cases = [random_evidence(made, rng, most=3) for _ in range(int(rng.integers(1, 4)))]
    return made, entries, cases, rng.permutation(len(made.variables))[:3].tolist()


@given(seed=st.integers(0, 2**32 - 1))
def test_numpy_and_compiled_loops_agree(seed: int) -> None:
    made, entries, cases, ask = drawn(seed)
    planned = plan(made, ask, {v for case in cases for v, _ in case})
    for gradient in (False, True):
        tape = written(planned, cases, gradient=gradient)
        small, large = (results(tape, loop, entries) for loop in LOOPS)
        for one, other in zip(small, large, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12, atol=0)


@given(seed=st.integers(0, 2**32 - 1))
def test_numpy_and_compiled_loops_agree_in_a_wide_range(seed: int) -> None:
    made, entries, cases, ask = drawn(seed, smallest=1e-60)
    planned = plan(made, ask, {v for case in cases for v, _ in case})
    for case in cases:
        tape = written(planned, [case], gradient=True)
        log_z, read, slope = levels.propagate_wide(tape, tape.loads, entries)
        of_z, of_reads, of_slopes = compiled_wide(tape, entries)
        np.testing.assert_allclose(log_z[0], of_z, rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(read[0], of_reads, rtol=1e-12, atol=0)
        np.testing.assert_allclose(slope[0], of_slopes[tape.loads], rtol=1e-12, atol=0)


def compiled_wide(tape: Tape, entries: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """log Z (D,), reads and slopes (n_entries, D) of a tape of one case."""
    where, n = placed(tape), entries.shape[1]
    log_z, read = np.empty(n), np.empty((tape.reads.shape[1], n))
    slope = np.zeros(entries.shape)
    tape_loops.propagate_wide(
        *(tape.loads, tape.constants, where.factors, where.runs, where.into, where.n_places),
        *(where.z[0], where.reads[0], where.slopes[0], entries, np.arange(n), log_z, read, slope),
    )
    return log_z, read, slope


def numpy_wide(tape: Tape, entries: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    log_z, read, slope = levels.propagate_wide(tape, tape.loads, entries)
    whole = np.zeros(entries.shape)
    whole[tape.loads] = slope[0]
    return log_z[0], read[0], whole


WIDE = [numpy_wide, compiled_wide]

type Wide = Callable[[Tape, FloatArray], tuple[FloatArray, FloatArray, FloatArray]]


@pytest.mark.parametrize("wide", WIDE)
@pytest.mark.parametrize("scale", [1.0, 1e-90, 1e-150])
def test_wide_range_agrees_with_hand_computed_logs(wide: Wide, scale: float) -> None:
    """With every slot scaled and no constant term, Z scales as a known power."""
    entries = np.array([[1.0], [0.3 * scale], [0.7], [0.2 * scale], [0.9 * scale * scale]])
    log_z, read, slope = wide(written(PLAN, CASES[:1], gradient=True), entries)
    s6 = 0.3 * 0.7 + 0.2
    s7 = s6**2 + 0.9 * 3.0
    exactly = np.log(s7) + 2 * np.log(scale) + np.log1p(0.2 * scale)
    np.testing.assert_allclose(log_z[0], exactly, rtol=1e-13)
    np.testing.assert_allclose(read[0, 0], 2 * s6 * s6 / s7, rtol=1e-13)
    np.testing.assert_allclose(slope[1, 0] * scale, 2 * s6 * 0.7 / s7, rtol=1e-13)
    np.testing.assert_allclose(slope[4, 0] * scale * scale, 3.0 / s7, rtol=1e-13)


@pytest.mark.parametrize("wide", WIDE)
def test_wide_range_tells_zero_from_tiny(wide: Wide) -> None:
    entries = np.array([[1.0, 1.0], [0.0, 1e-200], [1.0, 1e-200], [0.0, 0.0], [0.0, 0.0]])
    log_z, read, slope = wide(written(PLAN, CASES[:1], gradient=True), entries)
    assert log_z[0] == -np.inf
    assert np.isnan(read[0, 0])
    np.testing.assert_allclose(log_z[1], -800 * np.log(10), rtol=1e-14)
    np.testing.assert_allclose(read[:, 1], [2.0, 0.0, 0.0], rtol=1e-13)
    assert slope[3, 1] == np.inf  # (1e-200 * 1e-200) * 2 / 1e-800


def test_work_is_small_by_all_columns_of_the_question() -> None:
    from cruxmap.engine.network import DrawsFrom, FewWhatIfs
    from cruxmap.engine.propagation import MANY, SETTING_UP, SMALL_WORK, is_small

    tape, column = written(PLAN, CASES), uniform(0, 1)
    most = (SMALL_WORK - 1) // tape.products - SETTING_UP
    assert is_small(tape, Filled(column, DrawsFrom(0, most)))
    assert not is_small(tape, Filled(column, DrawsFrom(0, most + 1)))
    assert not is_small(tape, Filled(uniform(0, most + 1), FewWhatIfs(1)))
    assert not is_small(tape, Filled(column, FewWhatIfs(1), among=most + 1))
    assert is_small(tape, Filled(column)) == (most >= MANY)


@pytest.mark.parametrize("of", [1, 1 << 40])
def test_one_case_is_impossible_and_another_tiny(of: int) -> None:
    """Draws of one case that are done again do not disturb the other case, nor other draws."""
    from cruxmap.engine.network import DrawsFrom

    entries = np.ones((5, 20))
    entries[1:, :7] = [[1e-200], [1e-200], [0.0], [0.0]]
    entries[3, 3] = 0.5
    found = run(PLAN, Filled(entries, DrawsFrom(0, of)), CASES, gradient=True)
    assert found.slopes is not None
    tiny = [0, 1, 2, 4, 5, 6]
    np.testing.assert_allclose(found.log_z[:, tiny], -800 * np.log(10), rtol=1e-13)
    for case, weight in enumerate((1.0, 0.0)):
        for d in (3, 7, 19) if case == 0 else (7, 19):
            of_z, of_reads, of_slopes = expected(entries[1:, d], weight)
            np.testing.assert_allclose(found.log_z[case, d], np.log(of_z), rtol=1e-13)
            reads = found.read[case, :, d]
            np.testing.assert_allclose(reads * of_z, of_reads, rtol=1e-13)
            np.testing.assert_allclose(found.slopes[case, 1:, d] * of_z, of_slopes, rtol=1e-13)


# --- machine code ----------------------------------------------------------------------------------


@pytest.mark.long
def test_loops_are_kept_and_run_without_numba(tmp_path: Path) -> None:
    """The first process compiles, the second loads, the third finds what was kept damaged."""
    script = (
        "import sys\n"
        "import numpy as np\n"
        "from cruxmap.engine.kernel import propagate\n"
        "from cruxmap.engine.tape import Results, Tape\n"
        "tape = Tape(asked=(), loads=np.array([0, 1]), n_indicators=0, constants=np.zeros(0),\n"
        "    factors=np.array([[2, 3], [2, 2]], np.uint32), first=np.array([0, 2]), z=np.array([4]),\n"
        "    reads=np.zeros((1, 0), np.int64), slopes=np.zeros((1, 0), np.int64))\n"
        "entries = np.array([[0.5], [0.25]]) * np.ones(40)\n"
        "found = Results(np.empty((1, 40)), np.empty((1, 0, 40)), np.empty((1, 0, 40)))\n"
        "propagate(tape, tape.loads, entries, found)\n"
        "assert (found.z == 0.375).all()\n"
        "print('numba' in sys.modules)\n"
    )

    def compiles() -> str:
        environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
        command = [sys.executable, "-c", script]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    assert [compiles(), compiles()] == ["True\n", "False\n"]
    (kept,) = (tmp_path / "cruxmap" / "loops").iterdir()
    kept.write_bytes(b"no code")
    assert [compiles(), compiles()] == ["True\n", "False\n"]


def test_code_that_would_call_something_is_not_kept() -> None:
    def of_bell(number: int) -> int:
        return int(math.erf(number))

    with pytest.raises(TypeError, match="of_bell calls erf"):
        object_code(types.intp(types.intp), of_bell)


def test_a_long_tape_is_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From disk it answers the same; what is asked, given or wanted besides makes it another one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(propagation, "MIN_KEPT", 1)
    network, _ = random_network(30, 4, window=30, parents=3)
    made, ask = plan(network, range(30), [3]), frozenset([7, 8])
    cases: tuple[Evidence, ...] = (((3, (0,)),), ((3, (1,)),))
    questions = [(cases, ask), (cases[:1], ask), (None, ask), (cases, frozenset([7]))]

    def answers() -> list[FloatArray]:
        propagation.tape_of.cache_clear()
        kernel.placed.cache_clear()
        tapes = [propagation.tape_of(made, *question, False) for question in questions]
        return [kernel.placed(tape).factors for tape in tapes] + [tape.factors for tape in tapes]

    fresh = answers()
    monkeypatch.delattr(propagation, "written")
    monkeypatch.delattr(places, "placed")
    for one, other in zip(fresh, answers(), strict=True):
        np.testing.assert_array_equal(one, other)
    propagation.tape_of.cache_clear()
    with pytest.raises(NameError):
        propagation.tape_of(made, cases, ask, gradient=True)


def test_long_tapes_are_written_by_compiled_loops_and_come_out_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network, _ = random_network(40, 6, window=10, parents=3)
    made = plan(network, range(40), [3])

    def parts() -> list[IntArray | FloatArray]:
        tape_module.levels_of.cache_clear()
        tape = written(made, [((3, (0,)),), ((3, (1,)),)], gradient=True)
        where = placed(tape)
        return [tape.factors, tape.first, tape.slopes, where.factors, where.into, where.slopes]

    interpreted = parts()
    monkeypatch.setattr(tape_module, "MIN_COMPILED", 0)
    monkeypatch.setattr(places, "MIN_COMPILED", 0)
    for one, other in zip(interpreted, parts(), strict=True):
        np.testing.assert_array_equal(one, other)

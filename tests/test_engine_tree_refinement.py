"""Trees refined: the same answers with fewer products, and what a join is said to take is what it takes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cruxmap.engine import planning, tree_refinement
from cruxmap.engine.contraction_trees import measured
from cruxmap.engine.network import Filled, Network
from cruxmap.engine.planning import Plan, plan, thorough_plan
from cruxmap.engine.propagation import run
from helpers.random_networks import joint_distribution, marginal, random_evidence, random_network


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def everything(made: Network) -> range:
    return range(len(made.variables))


def thorough(made: Network, usual: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> tuple[Plan, Plan]:
    """The quick plan that asks and clamps everything, and the thorough one, whatever their size."""
    monkeypatch.setattr(planning, "WORTH_REFINING", 0)
    quick = plan(made, everything(made), everything(made))
    return quick, thorough_plan(made, quick, usual)


@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.3, 0.7]), st.sampled_from([0.0, 0.4]))
def test_answers_are_the_same(seed: int, certain: float, alike: float) -> None:
    made, entries = random_network(9, seed, states=(2, 3), window=9, certain=certain, alike=alike)
    usual = np.where(np.random.default_rng(seed).random(len(entries)) < 0.3, 0, -1)
    usual[0] = 1
    evidence = random_evidence(made, np.random.default_rng(seed))
    with pytest.MonkeyPatch.context() as patch:
        quick, better = thorough(made, usual, patch)
    assert sorted(map(tuple, better.indicators)) == sorted(map(tuple, quick.indicators))
    found = run(better, Filled(entries), [evidence])
    joint = joint_distribution(made, entries[:, 0], evidence)
    assert np.exp(found.log_z[0, 0]) == pytest.approx(joint.sum(), rel=1e-12, abs=1e-300)
    if joint.sum() > 0:
        wanted = np.concatenate([marginal(joint, v) for v in everything(made)]) / joint.sum()
        np.testing.assert_allclose(found.read[0, :, 0], wanted, rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize("seed", range(4))
def test_what_joins_take_is_known_before(seed: int) -> None:
    """Where all rows are possible, to the product; indicators take one for each row of a table."""
    made, _ = random_network(30, seed, states=(2, 3), parents=3, window=12)
    quick = plan(made, everything(made), everything(made))
    question = planning._plan_question(made, quick.asked, quick.clamped)
    tree = planning._cheapest(question, planning.BUDGET, quick.key)
    known = tree_refinement._Tree(tree.pairs, [planning._supports(question, 1.0)])
    assert known.total + question.lengths.sum() == quick.triples
    assert known.pairs.shape == tree.pairs.shape
    again = measured(question.scopes, known.pairs, question.cards)
    assert again.products == pytest.approx(tree.products, rel=1e-12)


def test_a_refined_tree_takes_less(monkeypatch: pytest.MonkeyPatch) -> None:
    made, entries = random_network(70, 2, states=(2, 3), parents=3, window=18, certain=0.2)
    quick, better = thorough(made, np.full(len(entries), -1), monkeypatch)
    assert better.triples < 0.9 * quick.triples
    one, other = (run(made, Filled(entries), [()]) for made in (quick, better))
    np.testing.assert_allclose(one.read, other.read, rtol=1e-11)


def test_it_takes_less_once_entries_are_as_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing is built in: all entries are loaded."""
    made, entries = random_network(70, 2, states=(2, 3), parents=3, window=18, certain=0.2)
    usual = np.where(np.random.default_rng(5).random(len(entries)) < 0.2, 0, -1)
    usual[0] = 1
    quick, better = thorough(made, usual, monkeypatch)
    as_usual = planning._as_usual(made, usual)
    assert all((usual[table.entries] != 0).all() for table in as_usual.tables)
    assert better is not quick
    assert set(better.loads.tolist()) == set(quick.loads.tolist())
    one, other = (run(made, Filled(entries), [()]) for made in (quick, better))
    np.testing.assert_allclose(one.read, other.read, rtol=1e-11)


def test_it_is_the_same_every_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made, _ = random_network(40, 8, states=(2, 3), parents=3, window=12, certain=0.4)
    usual = np.full(10_000, -1)
    _, first = thorough(made, usual, monkeypatch)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other"))
    _, second = thorough(replace(made), usual, monkeypatch)
    for name in ("left", "right", "first", "root", "loads"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


def test_what_is_too_large_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    made, entries = random_network(70, 2, states=(2, 3), parents=3, window=18, certain=0.2)
    monkeypatch.setattr(tree_refinement, "MOST_PAIRS", 100)
    quick, better = thorough(made, np.full(len(entries), -1), monkeypatch)
    assert better is quick

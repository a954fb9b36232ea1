"""Plans as values and as text: what they leave out, how much work they are, when they are given up."""

import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cruxmap.engine import compiled_elimination as compiled
from cruxmap.engine import contraction_trees, elimination, joining, plan_cache, planning
from cruxmap.engine.contraction_trees import Scopes, TooWide, quick_tree, rerooted, searched_trees
from cruxmap.engine.network import Filled
from cruxmap.engine.planning import BUDGET, ancestors, plan, plan_text
from cruxmap.engine.queries import infer
from helpers.commands import ROOT
from helpers.random_networks import joint_distribution, network, random_network

BOTH = [[0], [1]]
AND = [[0, 0, 0], [0, 1, 0], [1, 0, 0], [1, 1, 1]]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def arrays_of(made: object) -> dict[str, list[float]]:
    return {
        name: getattr(made, name).tolist()
        for name in (
            "loads",
            "constants",
            "left",
            "right",
            "first",
            "root",
            "reads",
            "read_first",
            "steps",
        )
    }


def collider() -> tuple[object, np.ndarray]:
    """Two causes, their conjunction, and an effect of the first alone."""
    tables = [
        ((0,), BOTH, [1, 2]),
        ((1,), BOTH, [3, 4]),
        ((0, 1, 2), AND, [0, 0, 0, 0]),
        ((0, 3), [[0, 0], [0, 1], [1, 0], [1, 1]], [5, 6, 7, 8]),
    ]
    return network([2, 2, 2, 2], tables), np.array([[1.0, 0.4, 0.6, 0.3, 0.7, 0.9, 0.1, 0.2, 0.8]]).T


def test_text_of_a_plan() -> None:
    made, _ = collider()
    assert plan_text(made, plan(made, [2])) == (
        "plan for v2\n"
        "5 products into 3 sums, from 5 inputs\n"
        "as dense tables: 12 products, the largest table of 2^2.0\n"
        "#1(v1, v2) = sum over v0 of v0 * v2: 3 rows, 2 products\n"
        "#2(v2) = sum over v1 of v1 * #1: 2 rows, 3 products\n"
        "#3(v2) = sum of #2 * 1: 2 rows, 0 products\n"
    )


def test_only_ancestors_are_joined() -> None:
    made, _ = collider()
    assert ancestors(made, [2]) == (0, 1, 2)
    assert ancestors(made, [3]) == (0, 3)
    assert plan(made, [3], [1]).tables == (0, 1, 3)
    assert set(plan(made, [1]).loads.tolist()) <= {0, 3, 4}


def test_one_variable_needs_no_backward_pass() -> None:
    made, _ = collider()
    assert plan(made, [2]).forward_only
    assert plan(made, [2], [0]).forward_only
    assert not plan(made, [2, 1]).forward_only
    assert not plan(made, [2], [2]).forward_only


def test_constant_tables_cost_nothing() -> None:
    """A chain of copies of one variable: every join gives a slot that is there already."""
    copy = [[0, 0], [1, 1]]
    tables = [((0,), BOTH, [1, 2]), *(((v - 1, v), copy, [0, 0]) for v in range(1, 30))]
    made = plan(network([2] * 30, tables), [29])
    assert (made.triples, made.n_outputs) == (0, 0)
    assert made.loads[made.root].tolist() == [1, 2]


def test_contexts_in_which_a_parent_does_not_matter_are_computed_once() -> None:
    """v3 depends on v2 only where v1 is true: elsewhere the sum over v0 is the same for all states of v2."""
    rows = [[*at, s] for at in np.ndindex(2, 2, 6) for s in (0, 1)]
    roots = [
        ((0,), BOTH, [1, 2]),
        ((1,), BOTH, [3, 4]),
        ((2,), [[s] for s in range(6)], list(range(5, 11))),
    ]
    last = ((1, 2, 4), [[*at, s] for at in np.ndindex(2, 6) for s in (0, 1)], list(range(100, 124)))
    alike = [20 + 2 * a + s if b == 0 else 30 + 12 * a + 2 * c + s for a, b, c, s in rows]
    apart = list(range(20, 20 + len(rows)))
    fewer, more = (
        plan(network([2, 2, 6, 2, 2], [*roots, ((0, 1, 2, 3), rows, entries), last]), [4], [3]).triples
        for entries in (alike, apart)
    )
    assert more - fewer >= 5 * 2 * 2  # five of six states, for two states of v3, a product per state of v0


def test_rows_that_fit_nothing_are_dropped() -> None:
    """Only v0 = 3 of 8 states is possible with v1; the others are in no product."""
    tables = [
        ((0,), [[s] for s in range(8)], list(range(1, 9))),
        ((0, 1), [[3, 0], [3, 1]], [9, 10]),
    ]
    made = plan(network([8, 2], tables), [1])
    assert made.triples == 2
    assert set(made.loads.tolist()) <= {0, 4, 9, 10}


def test_impossible_structure_is_a_plan_too() -> None:
    tables = [((0,), [[0]], [0]), ((0, 1), [[1, 0], [1, 1]], [1, 2])]
    made = network([2, 2], tables)
    inference = infer(made, Filled(np.array([[1.0], [0.5], [0.5]])), (), [0, 1])
    assert inference.log_z.tolist() == [-np.inf]


def test_plans_do_not_depend_on_the_cache_or_the_process(own_cache: Path) -> None:
    made, _ = random_network(50, 1, window=50, parents=5)
    fresh = plan(made, range(50))
    assert arrays_of(plan(made, range(50))) == arrays_of(fresh)
    script = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from helpers.random_networks import random_network\nfrom cruxmap.engine.planning import plan\n"
        "made, _ = random_network(50, 1, window=50, parents=5)\n"
        "print(plan(made, range(50)).left.tolist())"
    )
    environment = {**os.environ, "XDG_CACHE_HOME": str(own_cache / "other"), "PYTHONHASHSEED": "7"}
    run = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == str(fresh.left.tolist())


def test_a_cache_that_cannot_be_written_or_read_does_no_harm(own_cache: Path) -> None:
    made, _ = random_network(30, 1, window=30, parents=3)
    (own_cache / "cruxmap").mkdir()
    (own_cache / "cruxmap" / "plans").write_text("a file where the folder should be")
    expected = arrays_of(plan(made, range(30)))
    (own_cache / "cruxmap" / "plans").unlink()
    plan(made, range(30))
    for kept in (own_cache / "cruxmap" / "plans").iterdir():
        kept.write_bytes(b"no plan")
    assert arrays_of(plan(made, range(30))) == expected


def test_a_plan_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another network of the same structure has the same plan; one with other entries, its own."""
    made, _ = random_network(50, 1, window=50, parents=5)
    again, _ = random_network(50, 1, window=50, parents=5)
    last = made.tables[-1]
    other = replace(made, tables=(*made.tables[:-1], replace(last, entries=np.zeros_like(last.entries))))
    fresh = plan(made, range(50), [3])
    apart = plan(other, range(50), [3])
    assert apart.triples < fresh.triples
    monkeypatch.delattr(planning, "cheapest_tree")
    assert arrays_of(plan(made, range(50), [3])) == arrays_of(fresh)
    assert arrays_of(plan(again, reversed(range(50)), [3, 3])) == arrays_of(fresh)
    assert arrays_of(plan(other, range(50), [3])) == arrays_of(apart)
    for ask, clamped, budget in (
        (range(49), [3], BUDGET),
        (range(50), [4], BUDGET),
        (range(50), [3], 10**8),
    ):
        with pytest.raises(NameError):
            plan(made, ask, clamped, budget)


def test_that_there_is_no_plan_is_found_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contraction_trees, "MAX_TRIES", 2)
    made, _ = random_network(60, 5, window=60, parents=6)
    with pytest.raises(TooWide) as first:
        plan(made, [58, 59], budget=1_000)
    monkeypatch.delattr(planning, "cheapest_tree")
    with pytest.raises(TooWide) as second:
        plan(made, [58, 59], budget=1_000)
    assert str(second.value) == str(first.value)


def test_large_plans_are_not_kept(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, _ = random_network(30, 1, window=30, parents=3)
    fresh, folder = plan(made, [20]), own_cache / "cruxmap" / "plans"
    (file,) = folder.iterdir()
    assert file.stat().st_size > 8 * fresh.triples
    file.unlink()
    monkeypatch.setattr(planning, "MOST_KEPT", fresh.triples - 1)
    assert arrays_of(plan(made, [20])) == arrays_of(fresh)
    assert not list(folder.iterdir())


def test_what_was_used_longest_ago_makes_room(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_cache, "ROOM", 2_500)
    for n in range(4):
        plan_cache.remembered(b"%d" % n, lambda: bytes(1_000))
        for file in (own_cache / "cruxmap" / "plans").iterdir():
            about = file.stat()
            os.utime(file, (about.st_atime - 10, about.st_mtime - 10))
        if n:
            plan_cache.remembered(b"0", lambda: pytest.fail("the first is used again and again"))
    made: list[int] = []
    for n in range(4):
        plan_cache.remembered(b"%d" % n, lambda n=n: made.append(n))
    assert made == [1, 2]


@pytest.mark.parametrize("place", [0, 20, 150, 200, -40])
def test_what_is_damaged_is_never_used(place: int, own_cache: Path) -> None:
    made, _ = random_network(30, 1, window=30, parents=3)
    expected = arrays_of(plan(made, range(30)))
    for kept in (own_cache / "cruxmap" / "plans").iterdir():
        whole = bytearray(kept.read_bytes())
        whole[place] ^= 64
        kept.write_bytes(whole)
    assert arrays_of(plan(made, range(30))) == expected
    for kept in (own_cache / "cruxmap" / "plans").iterdir():
        kept.write_bytes(b"")
    assert arrays_of(plan(made, range(30))) == expected


def test_trees_join_everything_once_wherever_the_root_is() -> None:
    made, _ = random_network(12, 3, window=12, states=(2, 3), draws=1)
    scopes = Scopes.of([table.scope for table in made.tables])
    cards = np.array([len(variable.states) for variable in made.variables])
    tree = quick_tree(scopes, cards)
    n = len(scopes)
    for leaf in range(n):
        turned = rerooted(tree, scopes, cards, leaf)
        assert sorted(turned.pairs.ravel()) == list(range(2 * n - 2))
        assert leaf in turned.pairs[-1]
        assert turned.products <= tree.products + 2 ** max(tree.width, turned.width) * 12


def test_searching_finds_cheaper_trees() -> None:
    made, _ = random_network(50, 1, window=50, parents=5)
    scopes = Scopes.of([table.scope for table in made.tables])
    cards = np.array([len(variable.states) for variable in made.variables])
    first, *others = searched_trees(scopes, cards)
    assert first.products < quick_tree(scopes, cards).products
    assert all(first.products <= other.products for other in others)


def scopes_of(n: int, seed: int, window: int) -> tuple[Scopes, np.ndarray]:
    made, _ = random_network(n, seed, window=window, states=(2, 3, 5), draws=1)
    scopes = Scopes.of([table.scope for table in made.tables])
    return scopes, np.array([len(variable.states) for variable in made.variables])


@pytest.mark.long
@pytest.mark.parametrize(("n", "window"), [(1, 1), (40, 1), (60, 60), (300, 12)])
@pytest.mark.parametrize("most", [4.0, math.inf])
def test_compiled_and_interpreted_loops_do_the_same(n: int, window: int, most: float) -> None:
    scopes, cards = scopes_of(n, n, window)
    logs, flat = np.log2(cards), (scopes.first, scopes.variables)
    for by_fill in (False, True):
        found = [loops.greedy_order(*flat, logs, most, by_fill) for loops in (elimination, compiled)]
        order, left, around = found[0]
        assert [part.tolist() for part in found[1][:2]] == [order.tolist(), left.tolist()]
        assert [part.tolist() for part in found[1][2]] == [part.tolist() for part in around]
        pairs = [loops.joins(*flat, order, n) for loops in (elimination, compiled)]
        assert pairs[0].tolist() == pairs[1].tolist()
        arranged = [loops.depth_first(pairs[0], n) for loops in (elimination, compiled)]
        assert arranged[0].tolist() == arranged[1].tolist()
        costs = [loops.dense_costs(*flat, arranged[0], logs, n - 1) for loops in (elimination, compiled)]
        assert costs[0][:2] == costs[1][:2]
        assert costs[0][2].tolist() == costs[1][2].tolist()


@pytest.mark.parametrize("seed", range(5))
def test_the_first_order_of_a_search_is_that_of_fewest_missing_edges(seed: int) -> None:
    scopes, cards = scopes_of(90, seed, 30)
    variables, neighbours = contraction_trees._neighbours(scopes)
    expected = variables[elimination.min_fill_order(neighbours)]
    first = contraction_trees._searched_order(scopes, cards, 1, 3.0, 7)
    assert first.tolist() == expected.tolist()


@pytest.mark.parametrize("seed", range(4))
def test_indicators_are_joined_before_their_tables(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 9))
    has = rng.random(n) < 0.5
    indicator = np.where(has, n + np.cumsum(has) - 1, -1)
    alive, pairs = list(range(n)), []
    while len(alive) > 1:
        one, other = (alive.pop(rng.integers(len(alive))) for _ in range(2))
        alive.append(n + len(pairs))
        pairs.append((one, other))
    scalar = n + int(has.sum())
    expected: list[tuple[int, int]] = []
    name = {t: t for t in range(n)}
    for number, pair in enumerate([*pairs, (alive[0], -1)]):
        for t in pair:
            if 0 <= t < n and has[t]:
                expected.append((t, int(indicator[t])))
                name[t] = scalar + len(expected)
        expected.append((name[pair[0]], name.get(pair[1], scalar)))
        name[n + number] = scalar + len(expected)
    steps = joining.with_indicators(np.array(pairs, np.int64).reshape(-1, 2), indicator, scalar)
    assert steps.tolist() == [list(step) for step in expected]


@pytest.mark.parametrize(("limit", "value"), [("AT_ONCE", 7), ("WORD", 5)])
def test_limits_of_joining_change_no_answer(
    limit: str, value: int, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same sums, however many are sorted at once, and whatever the number of bits in a word."""
    made, entries = random_network(40, 2, window=12, states=(2, 3, 5), certain=0.2, alike=0.3)
    whole = plan(made, range(40), [3])
    answer = infer(made, Filled(entries), ((3, (0,)),), range(40), budget=BUDGET - 1)
    monkeypatch.setattr(joining, limit, value)
    monkeypatch.setenv("XDG_CACHE_HOME", str(own_cache / "other"))
    cut = plan(made, range(40), [3])
    assert (cut.triples, cut.n_outputs) == (whole.triples, whole.n_outputs)
    assert cut.steps.tolist() == whole.steps.tolist()
    again = infer(made, Filled(entries), ((3, (0,)),), range(40), budget=BUDGET - 2)
    for v in range(40):
        np.testing.assert_allclose(again.marginals[v], answer.marginals[v], rtol=1e-13)


def test_nothing_is_compiled_for_small_networks(own_cache: Path) -> None:
    script = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from helpers.random_networks import random_network\n"
        "from cruxmap.engine.planning import plan\n"
        "made, _ = random_network(60, 1, window=20)\n"
        "for _ in range(2):\n"
        "    assert plan(made, range(60), [3]).triples > 16 * 60\n"
        "assert not {'numba', 'llvmlite', 'cotengra', 'scipy'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


def test_beyond_the_budget_there_is_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contraction_trees, "MAX_TRIES", 2)
    made, _ = random_network(90, 5, window=90, parents=6)
    with pytest.raises(TooWide) as caught:
        plan(made, [88, 89], budget=10_000)
    assert caught.value.budget == 10_000
    assert caught.value.products > 10_000


@pytest.mark.long
def test_plans_grow_in_proportion_to_the_network() -> None:
    """The benchmarks go on to 100,000 claims."""
    triples = {}
    for n in (4_000, 40_000):
        made, _ = random_network(n, 1, window=5, draws=1)
        triples[n] = plan(made, range(n)).triples
    assert np.log10(triples[40_000] / triples[4_000]) < 1.1, triples


def test_a_wide_network_with_many_variables_in_one_table_does_not_overflow() -> None:
    """70 booleans that all meet in one tensor of few rows: codes of rows stay small."""
    n = 70
    patterns = [[0] * n, [1] * n, [v % 2 for v in range(n)]]
    selector = ((0,), [[0], [1], [2]], [1, 2, 3])
    copies = [((0, v), [[s, patterns[s][v - 1]] for s in range(3)], [0, 0, 0]) for v in range(1, n + 1)]
    any_pattern = (
        tuple(range(1, n + 2)),
        [[*pattern, k % 2] for k, pattern in enumerate(patterns)],
        [0] * 3,
    )
    made = network([3, *[2] * (n + 1)], [selector, *copies, any_pattern])
    entries = np.array([[1.0], [0.2], [0.3], [0.5]])
    np.testing.assert_allclose(
        infer(made, Filled(entries), (), [n + 1]).marginals[n + 1][:, 0], [0.7, 0.3]
    )


def test_marginals_are_read_wherever_slots_tell_the_state() -> None:
    """Three roots and a child: one root's entries are its own, two share theirs, and rows of the child do."""
    roots = [((0,), [[0], [1]], [1, 2]), ((1,), [[0], [1]], [3, 4]), ((2,), [[0], [1]], [3, 4])]
    child_rows = [[a, b, c, s] for a in (0, 1) for b in (0, 1) for c in (0, 1) for s in (0, 1)]
    own = [5 + 2 * (a and b) + s for a, b, _, s in child_rows]
    crossed = [9 + (s ^ c) for _, _, c, s in child_rows]
    for child_entries in (own, crossed):
        made = network([2, 2, 2, 2], [*roots, ((0, 1, 2, 3), child_rows, child_entries)])
        entries = np.array([1.0, 0.3, 0.7, 0.6, 0.4, 0.9, 0.1, 0.25, 0.75, 0.15, 0.85])[:, None]
        joint = joint_distribution(made, entries[:, 0])
        marginals = infer(made, Filled(entries), (), range(4)).marginals
        for v in range(4):
            others = tuple(w for w in range(4) if w != v)
            np.testing.assert_allclose(marginals[v][:, 0], joint.sum(axis=others), rtol=1e-12)
        assert 0 not in plan(made, range(4)).indicators[:, 0]


def test_the_reference_and_a_planned_answer_on_many_states() -> None:
    made, entries = random_network(6, 9, states=(5, 7), draws=1, certain=0.3)
    everything = joint_distribution(made, entries[:, 0])
    np.testing.assert_allclose(
        infer(made, Filled(entries), (), [5]).marginals[5][:, 0],
        everything.sum(axis=(0, 1, 2, 3, 4)),
        rtol=1e-12,
    )


def test_of_plans_with_many_products_the_first_is_taken() -> None:
    costs = {"a": math.inf, "b": 1.0, "c": 4e7, "d": 2e7}
    tried: list[Any] = []

    def cost(tree: Any, budget: int) -> float:
        tried.append(tree)
        return costs[tree] if costs[tree] <= budget else math.inf

    turned: Any = [["a", "b"], ["c", "d"], ["d"]]
    assert contraction_trees._sparsest(turned, cost, planning.BUDGET) == (4e7, "c")
    assert tried == ["a", "c"]
    assert contraction_trees._sparsest(turned, cost, contraction_trees.COSTLY) == (1.0, "b")
    assert contraction_trees._sparsest([turned[0][:1]], cost, planning.BUDGET) is None

"""Sampled answers against exact ones, their standard errors against their errors, and what must be exact."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from cruxmap.engine import state_loops
from cruxmap.engine.exact_or_sampled import exactly, tied_by
from cruxmap.engine.jackknife import standard_error, unseen_in_mean
from cruxmap.engine.network import MANY_WHAT_IFS, DrawsFrom, Evidence, Filled, FloatArray, Network
from cruxmap.engine.queries import Inference, approach, infer, infer_many, joint, log_z_gradient
from cruxmap.engine.random_words import keys_of, random_word
from cruxmap.engine.schemes import Scheme, cheapest_scheme, plainest_scheme
from cruxmap.engine.state_samples import narrowed
from cruxmap.errors import InvalidMap
from cruxmap.language.argument_map import MAP_WORLDVIEW
from cruxmap.language.typed import parse_condition
from helpers import drawn_maps
from helpers.few_examples import FEW_EXAMPLES
from helpers.filled_network import engine
from helpers.random_networks import network, program_of, random_evidence, random_network

DRAWS = 48


@pytest.fixture(autouse=True)
def little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make do with few samples: the errors are then larger, and so is what is held against them."""
    monkeypatch.setattr("cruxmap.engine.schemes.MAX_WORK", 1e8)


def drawn_network(seed: int, **kwargs: float) -> tuple[Network, FloatArray]:
    """A random network of 40 variables, one set of entries repeated as so many draws."""
    made, entries = random_network(40, seed, states=(2, 2, 3, 4), certain=0.1, draws=1, **kwargs)
    made = replace(made, program=program_of(len(entries)), seed=seed)
    return made, np.repeat(entries, DRAWS, axis=1)


def sampled(made: Network) -> Network:
    return replace(made, exact=False)


def possible_evidence(made: Network, entries: FloatArray, rng: np.random.Generator) -> Evidence:
    """Evidence with a probability of at least 5%."""
    while True:
        evidence = random_evidence(made, rng, most=2)
        if infer(made, Filled(entries[:, :1]), evidence).log_z[0] > np.log(0.05):
            return evidence


def means(inference: Inference, variable: int) -> tuple[FloatArray, FloatArray]:
    """The mean over draws of P(state), and its standard error."""
    without = np.stack([part.marginals[variable].mean(axis=-1) for part in inference.replicates])
    return inference.marginals[variable].mean(axis=-1), standard_error(without)


def scores(found: FloatArray, exact: FloatArray, error: FloatArray) -> FloatArray:
    """Errors over standard errors, of whatever is not certain."""
    uncertain = error > 1e-9
    np.testing.assert_allclose(found[~uncertain], exact[~uncertain], atol=1e-3)
    return ((found - exact)[uncertain] / error[uncertain]).ravel()


@pytest.mark.long
@pytest.mark.parametrize("scheme", [cheapest_scheme, plainest_scheme])
def test_marginals_and_evidence_agree_with_exact_sums_within_calibrated_errors(
    scheme: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cruxmap.engine.exact_or_sampled.plainest_scheme", scheme)
    monkeypatch.setattr("cruxmap.engine.schemes.MAX_WIDTHS", (3.0,))
    monkeypatch.setattr("cruxmap.engine.schemes.MAX_WORK", 1.0)  # as few samples as there can be
    found: list[float] = []
    for seed in range(12):
        made, entries = drawn_network(seed)
        evidence = possible_evidence(made, entries, np.random.default_rng(seed))
        ask = [3, 10, 20, 30, 39]
        exact = infer(made, Filled(entries[:, :1]), evidence, ask)
        estimated = infer(sampled(made), Filled(entries, DrawsFrom(0, DRAWS)), evidence, ask)
        for v in ask:
            mean, error = means(estimated, v)
            found += scores(mean, exact.marginals[v][:, 0], error).tolist()
        weights = np.stack([np.exp(part.log_z).mean(keepdims=True) for part in estimated.replicates])
        mean = np.exp(estimated.log_z).mean(keepdims=True)
        found += scores(mean, np.exp(exact.log_z[:1]), standard_error(weights)).tolist()
    assert len(found) > 100
    assert np.abs(found).max() < 5
    assert 0.8 < np.std(found) < 1.3  # quantities of one network go together, so this is no sharp test


@pytest.mark.long
def test_no_marginal_is_wrong_without_an_error_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cruxmap.engine.schemes.MAX_WORK", 1.0)
    apart: list[float] = []
    certain = 0
    for seed in range(20):
        made, entries = drawn_network(seed, smallest=1e-4)
        rng = np.random.default_rng(seed)
        evidence = random_evidence(made, rng, most=3)
        ask = list(range(40))
        exact = infer(made, Filled(entries[:, :1]), evidence, ask)
        if np.isneginf(exact.log_z[0]):
            continue
        found = infer(sampled(made), Filled(entries, DrawsFrom(0, DRAWS)), evidence, ask)
        assert found.effective is not None
        if found.effective.sum() < 100:
            continue
        for v in ask:
            without = np.stack([part.marginals[v].mean(axis=-1) for part in found.replicates])
            unseen = np.array([unseen_in_mean(state) for state in found.unseen(v)])
            error = standard_error(without, unseen)
            mean, expected = found.marginals[v].mean(axis=-1), exact.marginals[v][:, 0]
            known = (expected == 0.0) | (expected[expected > 0].size == 1)
            assert_array_equal(error == 0.0, known)
            np.testing.assert_allclose(mean[known], expected[known], atol=1e-12)
            certain += known.sum()
            apart += (np.abs(mean - expected)[~known] / error[~known]).tolist()
    assert len(apart) > 1000
    assert certain > 50
    assert np.max(apart) < 5
    assert np.mean(np.square(apart)) < 1.2


@pytest.mark.parametrize("prior", [1e-2, 1e-4, 1e-6])
def test_samples_of_little_weight_do_not_pass_for_many(prior: float) -> None:
    made = network(
        [2, 2], [((0,), [[0], [1]], [1, 2]), ((0, 1), [[0, 0], [0, 1], [1, 0], [1, 1]], [3, 4, 5, 6])]
    )
    # the evidence is as probable by the rare cause as without it
    column = np.array([1.0, 1 - prior, prior, 1 - prior, prior, 0.1, 0.9])
    entries = np.repeat(column[:, None], DRAWS, axis=1)
    made = replace(made, program=program_of(7), exact=False)
    found = infer(made, Filled(entries, DrawsFrom(0, DRAWS)), ((1, (1,)),), [0])
    p = prior * (1 - prior) + prior * 0.9
    samples = plainest_scheme(made, [0], [1]).samples(DrawsFrom(0, DRAWS))
    accepted = DRAWS * samples * p / 0.9
    assert found.effective is not None
    count = found.effective.sum()
    if prior < 1e-5:  # no sample has the cause, and all others agree on the weight
        assert count < 100
    else:
        assert count == pytest.approx(accepted, rel=0.25)
        mean, error = means(found, 0)
        assert abs(mean[1] - 0.9 * prior / p) < 5 * np.hypot(error[1], 1 / count)


def test_joint_tables_agree_and_add_up() -> None:
    for seed in range(6):
        made, entries = drawn_network(seed)
        evidence = possible_evidence(made, entries, np.random.default_rng(seed))
        ask = [4, 12, 25, 38]
        exact = joint(made, Filled(entries[:, :1]), evidence, 25, ask)
        found = joint(sampled(made), Filled(entries, DrawsFrom(0, DRAWS)), evidence, 25, ask)
        for v in ask:
            without = np.stack([part.marginals[v].mean(axis=-1) for part in found.replicates])
            mean = found.marginals[v].mean(axis=-1)
            table = exact.marginals[v][..., 0]
            assert np.abs(scores(mean, table, standard_error(without))).max(initial=0) < 5
            part = found.replicates[3]
            np.testing.assert_allclose(part.marginals[v].sum(axis=1), part.target, rtol=1e-12, atol=1e-15)


def test_the_gradient_agrees_with_the_exact_one() -> None:
    for seed in range(4):
        made, entries = drawn_network(seed)
        evidence = possible_evidence(made, entries, np.random.default_rng(seed)) or ((39, (0,)),)
        log_z, exact = log_z_gradient(made, Filled(entries[:, :1]), evidence)
        found_z, found = log_z_gradient(sampled(made), Filled(entries, DrawsFrom(0, DRAWS)), evidence)
        use = (found * entries)[1:]  # the expected number of rows with the entry that are used
        error = use.std(axis=1, ddof=1) / np.sqrt(DRAWS)
        np.testing.assert_allclose(use.mean(axis=1), (exact * entries[:, :1])[1:, 0], atol=6 * error.max())
        np.testing.assert_allclose(found_z.mean(), log_z[0], atol=0.02)


def test_samples_do_not_depend_on_blocks_or_threads() -> None:
    made, entries = drawn_network(3)
    evidence, ask = ((20, (0,)),), [3, 30, 39]
    whole = infer(sampled(made), Filled(entries, DrawsFrom(0, DRAWS)), evidence, ask, threads=1)
    parts = [
        infer(sampled(made), Filled(entries[:, a:b], DrawsFrom(a, DRAWS)), evidence, ask, threads=3)
        for a, b in ((0, 7), (7, 40), (40, DRAWS))
    ]
    assert_array_equal(np.concatenate([part.log_z for part in parts]), whole.log_z)
    for v in ask:
        assert_array_equal(
            np.concatenate([part.marginals[v] for part in parts], axis=1), whole.marginals[v]
        )
        for b in range(len(whole.replicates)):
            again = np.concatenate([part.replicates[b].marginals[v] for part in parts], axis=1)
            assert_array_equal(again, whole.replicates[b].marginals[v])
    shared = Filled(entries[::-1], DrawsFrom(0, DRAWS), rows=np.arange(len(entries))[::-1])
    assert_array_equal(infer(sampled(made), shared, evidence, ask).log_z, whole.log_z)
    gradient = log_z_gradient(sampled(made), Filled(entries, DrawsFrom(0, DRAWS)), evidence, threads=1)[1]
    _, part = log_z_gradient(sampled(made), Filled(entries[:, 7:40], DrawsFrom(7, DRAWS)), evidence)
    assert_array_equal(part, gradient[:, 7:40])


def test_what_ifs_share_their_random_numbers_and_draws_do_not() -> None:
    made, entries = drawn_network(5)
    [v] = [39]
    alike = infer(sampled(made), Filled(entries), (), [v]).marginals[v]
    assert_array_equal(alike, np.repeat(alike[:, :1], DRAWS, axis=1))
    apart = infer(sampled(made), Filled(entries, DrawsFrom(0, DRAWS)), (), [v]).marginals[v]
    assert len(np.unique(apart[0])) > DRAWS // 2
    again = infer(replace(sampled(made), seed=6), Filled(entries), (), [v]).marginals[v]
    assert again[0, 0] != alike[0, 0]


def conjunction(n: int, p: float) -> tuple[Network, FloatArray]:
    """So many independent variables, and one that holds where all of them do, by a chain."""
    tables: list = [((v,), [[0], [1]], [1, 2]) for v in range(n)]
    for k in range(n - 1):
        first = 0 if k == 0 else n + k - 1
        rows = [[a, b, a & b] for a in (0, 1) for b in (0, 1)]
        tables.append(((first, k + 1, n + k), rows, [0] * 4))
    made = network([2] * len(tables), tables)
    entries = np.array([[1.0], [1 - p], [p]])
    return replace(made, program=program_of(3), exact=False), entries


def test_what_follows_from_the_evidence_is_not_left_to_chance() -> None:
    made, entries = conjunction(30, 0.01)
    last = len(made.variables) - 1
    allowed = narrowed(made, range(last + 1), ((last, (1,)),))
    assert all(allowed[v].tolist() == [False, True] for v in range(last + 1))
    found = infer(made, Filled(entries), ((last, (1,)),), [7])
    np.testing.assert_allclose(found.log_z, 30 * np.log(0.01), rtol=1e-12)
    np.testing.assert_allclose(found.marginals[7][:, 0], [0, 1], atol=1e-12)
    assert found.effective is not None
    np.testing.assert_allclose(found.effective, plainest_scheme(made, [7], [last]).samples(MANY_WHAT_IFS))


def test_impossible_evidence_and_certain_states() -> None:
    made, entries = conjunction(3, 0.5)
    impossible, possible = infer_many(
        made, Filled(entries), (((4, (1,)), (0, (0,))), ((0, (1,)),)), [1, 4]
    )
    assert impossible.log_z[0] == -np.inf
    assert impossible.effective is not None
    assert impossible.effective[0] == 0
    assert np.isnan(impossible.marginals[4]).all()
    certain = infer(made, Filled(np.array([[1.0], [0.0], [1.0]])), (), [4])
    np.testing.assert_allclose(certain.marginals[4][:, 0], [0, 1], atol=1e-12)
    np.testing.assert_allclose(possible.log_z, np.log(0.5), rtol=1e-12)


def wide_network() -> tuple[Network, FloatArray]:
    """A network of 400 booleans, each with up to 6 parents among all before it."""
    made, entries = random_network(400, 1, parents=6, window=400, draws=1, smallest=0.05)
    return replace(made, program=program_of(len(entries))), entries


def simulated(made: Network, column: FloatArray, n: int) -> FloatArray:
    """States (variables, n) drawn one variable after the other from dense tables, the plain way."""
    rng = np.random.default_rng(0)
    states = np.zeros((len(made.variables), n), np.uint8)
    for v, table in enumerate(made.tables):
        assert table.scope[-1] == v
        assert len(table.scope) < 9
        true = np.zeros([2] * len(table.scope))
        true[tuple(table.rows.T)] = column[table.entries]
        row = np.zeros(n, np.uint8)  # of the table, the last parent changing first
        for parent in table.scope[:-1]:
            row = 2 * row + states[parent]
        states[v] = rng.random(n) < true.reshape(-1, 2)[row, 1]
    return states


def test_a_network_too_wide_is_sampled_and_never_refused() -> None:
    made, entries = wide_network()
    scheme = approach(made, [399], {350})
    assert isinstance(scheme, Scheme)
    assert 0 < len(scheme.drawn) < 400
    assert set(tied_by(made, [399], {350})) <= {f"v{v}" for v in range(400)}
    with pytest.raises(InvalidMap) as caught:
        exactly(made, [399], {350})
    [problem] = caught.value.problems
    assert problem.code == "too-wide"
    assert "--sampled" in problem.hint
    with pytest.raises(InvalidMap):
        infer(replace(made, exact=True), Filled(entries), ((350, (1,)),), [399])
    found = infer(
        made, Filled(np.repeat(entries, DRAWS, axis=1), DrawsFrom(0, DRAWS)), ((350, (1,)),), [399]
    )
    states = simulated(made, entries[:, 0], 400_000)
    given = states[399, states[350] == 1]
    mean, error = means(found, 399)
    assert abs(mean[1] - given.mean()) < 4.5 * np.hypot(error[1], given.std() / np.sqrt(len(given)))
    assert error[1] < 0.02


@FEW_EXAMPLES
@given(st.data())
def test_maps_of_every_construct_agree_with_exact_sums(data: st.DataObject) -> None:
    drawn = data.draw(drawn_maps.drafts())
    argument_map = drawn.read()
    condition = parse_condition(data.draw(drawn.conditions()), argument_map)
    worldview = data.draw(st.sampled_from([MAP_WORLDVIEW, *argument_map.worldview]))
    whole = engine(argument_map, [condition], worldview=worldview)
    evidence = whole.holds([condition])
    ask = sorted(whole.network.places.values())
    exact = infer(whole.network, Filled(whole.entries), evidence, ask)
    assume(exact.log_z[0] >= np.log(0.02))  # else too rare for so few samples
    entries = np.repeat(whole.entries, DRAWS, axis=1)
    found = infer(sampled(whole.network), Filled(entries, DrawsFrom(0, DRAWS)), evidence, ask)
    for v in ask:
        mean, error = means(found, v)
        apart = np.abs(mean - exact.marginals[v][:, 0])
        # what is seen once or never in all samples has no error to speak of
        assert (apart <= 5.5 * error + 2e-3).all()


def test_random_words_are_the_same_compiled() -> None:
    keys = keys_of(["a", "b", "c"])
    words = random_word(keys.T[:, :, None], np.arange(5, dtype=np.uint64))
    one_by_one = [[state_loops.random_word(key, np.uint64(n)) for n in range(5)] for key in keys]
    assert words.tolist() == one_by_one
    assert len(np.unique(words)) == 15

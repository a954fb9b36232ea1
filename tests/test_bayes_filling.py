import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from cruxmap.bayes.arrays import PYTENSOR
from cruxmap.bayes.filling import fill_entries, packed_program, pull_entries
from cruxmap.bayes.op import entries_of_judgements
from cruxmap.network.draws import latin_hypercube
from cruxmap.network.inquiry import inquire
from cruxmap.network.tables import fill, pullback, unconstrained
from test_bayes_op import ASK, KEPT, TRAINING
from test_insight_cruxes import GARDEN
from written import model

OVERFULL = (
    "judgements: {season.dry: 10% to 99%, season.mild: 5% to 60%, clouds: 0%, drought.strength: 1x to 2x}\n"
)
CASES = [
    (TRAINING, ASK, KEPT),
    (GARDEN, "target: wet\n", OVERFULL),
    (GARDEN, "target: wet\n", "rejects: [clouds]"),
]


def judgements(text, ask, view, n_draws):
    inquiry = inquire(model(text, ask + "worldviews: [map, view]\n", view=view))
    z = 1.5 * latin_hypercube(11, inquiry.network.addresses, n_draws)
    both = [unconstrained(inquiry.numbers, z, w) for w in (0, 1)]
    single = np.repeat(inquiry.numbers.single.T, n_draws, axis=1)
    return inquiry.network.program, np.concatenate(both, axis=1), single


@pytest.mark.parametrize("case", CASES)
def test_the_loops_fill_and_pull_back_as_tables_do(case):
    program, u, single = judgements(*case, 40)
    entries = np.empty((program.n_entries, u.shape[1]))
    fill_entries(packed_program(program), u, single.astype(np.int64), entries)
    expected = fill(program, u, single)
    np.testing.assert_allclose(entries, expected, rtol=1e-13, atol=1e-300)
    cotangent = np.random.default_rng(2).normal(size=entries.shape)
    slope = np.empty(u.shape)
    pull_entries(packed_program(program), u, single.astype(np.int64), entries, cotangent, slope)
    np.testing.assert_allclose(
        slope, pullback(program, u, single, expected, cotangent), rtol=1e-10, atol=1e-13
    )


def test_the_op_agrees_with_the_symbolic_text():
    program, u_value, single = judgements(*CASES[0], 2)
    u = pt.dmatrix("u")
    weights = np.random.default_rng(3).normal(size=(program.n_entries, u_value.shape[1]))
    results = []
    for entries in (entries_of_judgements(program, u, single), fill(program, u, single, PYTENSOR)):
        slope = pytensor.grad(pt.sum(weights * entries), u)
        results.append(pytensor.function([u], [entries, slope], mode="FAST_COMPILE")(u_value))
    for found, expected in zip(*results, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-13)


def test_columns_in_any_memory_order_are_the_same_numbers():
    program, u_value, single = judgements(*CASES[0], 3)
    u = pt.dmatrix("u")
    filled = pytensor.function([u], entries_of_judgements(program, u.T, np.asfortranarray(single)))
    np.testing.assert_allclose(filled(u_value.T.copy()), fill(program, u_value, single), rtol=1e-13)

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from cruxmap.bayes.op import entries_of_judgements
from cruxmap.engine.draws import latin_hypercube
from cruxmap.engine.formulas import fill, pullback
from cruxmap.network.inquiry import inquire
from cruxmap.network.means_and_deviations import unconstrained
from helpers.examples import GARDEN, TRAINING, TRAINING_QUESTION, TRAINING_WORLDVIEW
from helpers.maps_from_text import model

OVERFULL = "judgements: {season.dry: 10% to 99%, season.mild: 5% to 60%, clouds: 0%, drought.strength: 1x to 2x}\n"  # noqa: E501
CASES = [
    (TRAINING, TRAINING_QUESTION, TRAINING_WORLDVIEW),
    (GARDEN, "target: wet\n", OVERFULL),
    (GARDEN, "target: wet\n", "rejects: [clouds]"),
]


def judgements(text, ask, view, n_draws):
    inquiry = inquire(model(text, ask + "worldviews: [map, view]\n", view=view))
    z = 1.5 * latin_hypercube(11, inquiry.network.addresses, n_draws)
    both = [unconstrained(inquiry.numbers, z, w) for w in (0, 1)]
    single = np.repeat(inquiry.numbers.single.T, n_draws, axis=1)
    return inquiry.network.program, np.concatenate(both, axis=1), single


@pytest.mark.long
@pytest.mark.parametrize("case", CASES)
def test_the_op_fills_and_pulls_back(case: tuple[str, ...]) -> None:
    program, u_value, single = judgements(*case, 2)
    u = pt.dmatrix("u")
    weights = np.random.default_rng(3).normal(size=(program.n_entries, u_value.shape[1]))
    entries = entries_of_judgements(program, u, single)
    found = pytensor.function([u], [entries, pytensor.grad(pt.sum(weights * entries), u)])(u_value)
    expected = fill(program, u_value, single)
    np.testing.assert_allclose(found[0], expected, rtol=1e-12)
    slope = pullback(program, u_value, single, expected, weights)
    np.testing.assert_allclose(found[1], slope, rtol=1e-10, atol=1e-13)


@pytest.mark.long
def test_columns_in_any_memory_order_are_the_same_numbers() -> None:
    program, u_value, single = judgements(*CASES[0], 3)
    u = pt.dmatrix("u")
    filled = pytensor.function([u], entries_of_judgements(program, u.T, np.asfortranarray(single)))
    np.testing.assert_allclose(filled(u_value.T.copy()), fill(program, u_value, single), rtol=1e-13)

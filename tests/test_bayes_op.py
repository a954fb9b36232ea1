import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.gradient import verify_grad

from cruxmap.bayes.op import Run, entries_of_judgements, propagate
from cruxmap.engine.draws import latin_hypercube
from cruxmap.engine.formulas import fill, pullback
from cruxmap.engine.network import Filled
from cruxmap.engine.queries import infer, log_z_gradient
from cruxmap.network.inquiry import central_entries, entries_of, inquire
from cruxmap.network.means_and_deviations import unconstrained
from helpers.examples import GARDEN, TRAINING, TRAINING_QUESTION, TRAINING_WORLDVIEW
from helpers.maps_from_text import model


def training(ask=TRAINING_QUESTION, **worldviews):
    return inquire(model(TRAINING, ask, **worldviews))


def drawn_entries(inquiry, n_draws, worldview=0):
    z = latin_hypercube(7, inquiry.network.addresses, n_draws)
    return entries_of(inquiry, worldview, z).entries


def runs_of(inquiry, columns):
    evidences = (inquiry.observed, inquiry.given, (*inquiry.given, (inquiry.targets[0], (1,))))
    return tuple(Run(column, evidence) for column in columns for evidence in evidences)


@pytest.mark.parametrize("n_columns", [1, 3, 7])
def test_log_z_of_runs_side_by_side_is_that_of_each_alone(n_columns: int) -> None:
    inquiry = training()
    entries = drawn_entries(inquiry, n_columns)
    runs = runs_of(inquiry, range(n_columns))  # 21 runs do not fit into one row of lanes
    log_z = propagate(inquiry.network, pt.as_tensor(entries), runs).log_z.eval()
    alone = [
        infer(inquiry.network, Filled(entries[:, [run.column]]), run.evidence).log_z[0] for run in runs
    ]
    np.testing.assert_allclose(log_z, alone, rtol=1e-13)


def test_marginals_are_those_of_the_engine() -> None:
    inquiry = training()
    entries = drawn_entries(inquiry, 2)
    asked = (inquiry.network.places["danger"], inquiry.network.places["kind"])
    runs = (Run(1, inquiry.observed), Run(0, inquiry.given))
    found = propagate(inquiry.network, pt.as_tensor(entries), runs, asked).marginals
    for variable in asked:
        values = found[variable].eval()
        for i, run in enumerate(runs):
            alone = infer(
                inquiry.network, Filled(entries[:, [run.column]]), run.evidence, asked
            ).marginals[variable]
            np.testing.assert_allclose(values[:, i], alone[:, 0], rtol=1e-13)


@pytest.mark.long
@pytest.mark.parametrize("mode", ["NUMBA", "FAST_COMPILE"])
def test_slopes_in_the_entries_agree_with_finite_differences(mode: str) -> None:
    inquiry = training()
    runs = runs_of(inquiry, (0, 1))
    weights = np.linspace(-1, 1, len(runs))

    def total(entries):
        return pt.sum(weights * propagate(inquiry.network, entries, runs).log_z)

    entries = np.clip(drawn_entries(inquiry, 2), 0.05, 0.95)
    verify_grad(total, [entries], rng=np.random.default_rng(1), mode=mode, rel_tol=1e-5)


@pytest.mark.long
def test_slopes_in_the_judgements_are_those_of_the_engine() -> None:
    inquiry = training(TRAINING_QUESTION, kept=TRAINING_WORLDVIEW)
    single = inquiry.numbers.single[0]
    u_value = unconstrained(inquiry.numbers, latin_hypercube(3, inquiry.network.addresses, 5), 0)
    u = pt.dmatrix("u")
    entries = entries_of_judgements(inquiry.network.program, u, np.repeat(single[:, None], 5, axis=1))
    runs = tuple(Run(column, inquiry.given) for column in range(5))
    cost = pt.sum(propagate(inquiry.network, entries, runs).log_z)
    value, slope = pytensor.function([u], [cost, pytensor.grad(cost, u)])(u_value)
    filled = fill(inquiry.network.program, u_value, single)
    log_z, of_entries = log_z_gradient(inquiry.network, Filled(filled), inquiry.given)
    expected = pullback(inquiry.network.program, u_value, single, filled, of_entries)
    assert value == pytest.approx(log_z.sum(), rel=1e-12)
    assert np.abs(expected).max() > 0.1
    np.testing.assert_allclose(slope, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.long
def test_what_is_impossible_has_log_z_minus_infinity_and_no_slope() -> None:
    inquiry = inquire(model(GARDEN, "target: wet\nobserved: [rain]\n", sure="judgements: {rain: 0%}\n"))
    entries = pt.dmatrix("entries")
    log_z = propagate(inquiry.network, entries, (Run(0, inquiry.observed),)).log_z
    found, slope = pytensor.function([entries], [log_z, pytensor.grad(pt.sum(log_z), entries)])(
        central_entries(inquiry).entries
    )
    assert found == [-np.inf]
    assert np.all(slope == 0)


def test_what_is_only_very_improbable_has_a_finite_log_z_and_slope() -> None:
    n = 40
    claims = "\n".join(f"  c{i}: {{text: One of many., credence: 1e-12}}" for i in range(n))
    parts = ", ".join(f"c{i}" for i in range(n))
    text = f"claims:\n{claims}\n  all: {{text: All of them., all_of: [{parts}]}}\n".replace(
        "all:", "every:"
    )
    inquiry = inquire(model(text, "target: c0\nobserved: [every]\n"))
    entries = pt.dmatrix("entries")
    log_z = propagate(inquiry.network, entries, (Run(0, inquiry.observed),)).log_z
    slope = pytensor.grad(pt.sum(log_z), entries)
    filled = central_entries(inquiry).entries
    found, of_entries = pytensor.function([entries], [log_z, slope])(filled)
    np.testing.assert_allclose(found, n * np.log(1e-12), rtol=1e-12)
    _, expected = log_z_gradient(inquiry.network, Filled(filled), inquiry.observed)
    np.testing.assert_allclose(of_entries, expected, rtol=1e-9)


def test_a_likelihood_made_of_marginals_is_refused() -> None:
    inquiry = training()
    entries = pt.dmatrix("entries")
    target = inquiry.targets[0]
    marginal = propagate(inquiry.network, entries, (Run(0, ()),), (target,)).marginals[target]
    with pytest.raises(NotImplementedError, match="no part of a likelihood"):
        pytensor.grad(pt.log(marginal[1, 0]), entries)


def test_there_is_no_second_derivative() -> None:
    inquiry = training()
    entries = pt.dmatrix("entries")
    log_z = propagate(inquiry.network, entries, (Run(0, inquiry.observed),)).log_z
    slope = pytensor.grad(pt.sum(log_z), entries)
    with pytest.raises(NotImplementedError):
        pytensor.grad(pt.sum(slope**2), entries)

"""The small map: six premises, each conditional on those before it, and their product."""

from math import prod

import pytest

import cruxmap as cm
from helpers.commands import ROOT

MODEL = cm.read_model(ROOT / "models" / "power-seeking.yaml")


@pytest.mark.parametrize(
    ("worldview", "premises", "product"),
    [
        (None, (0.65, 0.80, 0.40, 0.65, 0.40, 0.95), 0.051376),
        ("carlsmith", (0.65, 0.80, 0.40, 0.65, 0.40, 0.95), 0.051376),
        ("superforecasters", (0.80, 0.90, 0.58, 0.25, 0.05, 0.40), 0.002088),
    ],
)
def test_the_catastrophe_is_the_product_of_its_premises(
    worldview: str | None, premises: tuple[float, ...], product: float
) -> None:
    assert prod(premises) == pytest.approx(product, rel=1e-12)
    assert cm.probability(MODEL, "power-seeking-catastrophe", worldview=worldview) == pytest.approx(
        product, rel=1e-12
    )

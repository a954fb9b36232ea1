"""What Python says of all worldviews of a model together: pools and pairs that the page must give too."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import numpy as np

from cruxmap.engine.executors import HERE, Work
from cruxmap.insight import pool as pools
from cruxmap.insight.pairs import _clustered, pairs
from cruxmap.insight.whose import inquire_with_map, whose
from cruxmap.language.argument_map import Stated, condition_text
from cruxmap.language.model_spec import ModelSpec

ELSEWHERE = ("judgements", "spread_probability", "spread_ratio", "convergence", "uncertainty")
"""What of a pool the page leaves to the command line."""


def pool_of(model: ModelSpec, weights: Mapping[str, float] | None) -> dict[str, Any]:
    """Return a pool without what rests on Markov chains, and without where the uncertainty lies."""
    with (
        patch.object(pools, "_in_common", lambda *_: None),
        patch.object(pools, "with_entries", lambda found, *_: found),
    ):
        found = pools.pool(model, weights=weights).to_json()
    return {key: value for key, value in found.items() if key not in ELSEWHERE}


def together_of(model: ModelSpec) -> dict[str, Any]:
    """Return pools by several weights, the pairs, and whose each estimate is.

    Nothing is observed, and nothing fitted to what was stated.
    """
    model = replace(model, observed=(), reconcile=False)
    names = [name for name in model.worldviews if name != "map"]
    uneven = {name: (1.0, 0.25, 3.0)[number % 3] for number, name in enumerate(names)}
    found = whose(inquire_with_map(replace(model, also=())), Work(HERE, None))
    return {
        "pools": [{"weights": weights, **pool_of(model, weights)} for weights in (None, uneven)],
        "pairs": [
            {"everyone": everyone, **pairs(model, everyone=everyone).to_json()}
            for everyone in (False, True)
        ],
        "whose": {
            name: {
                "own_share_of_spread": one.own_share_of_spread,
                "says_little": one.says_little,
                "said": [{"of": condition_text(stated.of)} for stated in _stated(model, name)],
            }
            for name, [one] in found.items()
        },
    }


def _stated(model: ModelSpec, name: str) -> tuple[Stated, ...]:
    return model.map.worldview[name].stated if name in model.map.worldview else ()


def clusterings() -> list[dict[str, Any]]:
    """Return tables of distances with and without ties, and the order and the merges of each."""
    random = np.random.default_rng(16)
    return [
        _clustering(_distances(random, size, kind))
        for size in (1, 2, 3, 4, 5, 7, 9, 12, 13, 23)
        for kind in ("points", "corners", "drawn")
    ]


def _distances(random: np.random.Generator, size: int, kind: str) -> np.ndarray:
    if kind == "drawn":
        upper = np.triu(random.uniform(size=(size, size)), 1)
        return upper + upper.T
    points = random.normal(size=(size, 3)) if kind == "points" else random.integers(0, 3, (size, 2))
    return np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=-1))


def _clustering(apart: np.ndarray) -> dict[str, Any]:
    order, merges = _clustered(apart, len(apart))
    return {"apart": apart.tolist(), "order": order, "merges": [merge.to_json() for merge in merges]}

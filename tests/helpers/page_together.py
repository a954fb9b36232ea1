"""What Python says of all worldviews of a model together: pools and pairs that the page must give too."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import numpy as np

from cruxmap.engine.executors import HERE, Work
from cruxmap.insight import pool as pools
from cruxmap.insight.diff import diff
from cruxmap.insight.pairs import _clustered, pairs
from cruxmap.insight.whose import inquire_with_map, whose
from cruxmap.language.argument_map import Stated, condition_text
from cruxmap.language.model_spec import ModelSpec
from helpers.maps_from_text import model as model_from_text

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


FITTED_MAP = """
claims:
  t: {text: Target., all_of: [a, b, c, d]}
  a: {text: One., credence: 20% to 70%}
  b: {text: Two., credence: 30% to 80%}
  c: {text: Three., credence: 40% to 95%}
  d: {text: Four., given: [{when: {q: x}, credence: 80%, id: then}, {otherwise: 30% to 60%}]}
  far: {text: Elsewhere., credence: 10%}
questions:
  q: {text: Which?, states: [x, y, z], credence: {x: 50%, y: 30%, z: rest}}
arguments:
  pro: {text: For., for: a, credence: 60% to 90%, strength: 2x to 4x}
  con: {text: Against., against: b, strength: 3x to 9x}
"""
"""What its numbers do to the target depends on the others, so that players share what they do together."""

TO_ANSWERS = "fitted: to the answers}"
STATED = "stated: [{of: far, credence: 60%}, {of: {not: c}, credence: 40%}]\n"
FITTED_WORLDVIEWS = {
    "ann": "judgements:\n  a: 60% to 80%\n  c: 90%\n"
    f"  b: {{value: 20% to 40%, {TO_ANSWERS}\n  pro.strength: {{value: 6x to 9x, {TO_ANSWERS}\n"
    f"  q: {{value: {{x: 70%, y: 10%, z: rest}}, {TO_ANSWERS}\n{STATED}",
    "bob": "extends: ann\njudgements:\n  c: 50% to 60%\n  b: 70%\n"
    f"  d.otherwise: {{value: 10% to 50%, {TO_ANSWERS}\n  q.y: {{value: 40%, {TO_ANSWERS}\n"
    f"  a: {{value: 20% to 40%, {TO_ANSWERS}\nrejects: [con]\n",
    "eve": f"judgements:\n  a: {{value: 70%, {TO_ANSWERS}\n  c: {{value: 80%, {TO_ANSWERS}\n{STATED}",
    "joe": "extends: eve\njudgements: {d.otherwise: 55% to 60%}\n",
    "kim": f"judgements:\n  far: {{value: 60%, {TO_ANSWERS}\n{STATED}",
    "lou": f"extends: bob\njudgements:\n  b: {{value: 71%, {TO_ANSWERS}\naccepts: [con]\n",
}
ASK_ALL = "target: t\nworldviews: all\nsampling: {draws: 512}\n"


def fitted_model() -> ModelSpec:
    """Return a model whose worldviews have fitted numbers, of their own and of what they extend."""
    return model_from_text(FITTED_MAP, ASK_ALL, **FITTED_WORLDVIEWS)


def fitted_of(model: ModelSpec) -> dict[str, Any]:
    """Return how much of each estimate is own and how much is fitted, and pools without what is fitted."""
    found = whose(inquire_with_map(model), Work(HERE, None))
    return {
        "whose": {
            name: {key: value for key, value in one.to_json().items() if key not in {"of", "said"}}
            for name, [one] in found.items()
        },
        "pools": [
            {"weights": weights, **pool_of(model, weights)}
            for weights in (None, {"ann": 1.0, "eve": 3.0}, {"bob": 2.0, "lou": 0.5, "joe": 1.0})
        ],
        "changes": [
            {
                key: change.to_json()[key]
                for key in ("address", "whose_a", "whose_b", "fitted_a", "fitted_b")
            }
            for difference in diff(model, "lou", "eve").differences
            for change in difference.changes
        ],
    }


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

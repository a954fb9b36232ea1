"""A model kept open: what a changed judgement costs, on every address of the real map in three worldviews."""

from collections.abc import Iterator

import numpy as np

from benchmarks.commands import REAL, SMALL
from benchmarks.measuring import Figure, Result, cpu_seconds, seconds

WORLDVIEWS = ("author", "critic-d", "map")
VALUES = {"probability": "37%", "ratio": "2x"}

MEDIAN, PERCENTILE_95 = 5.0, 15.0
"""Milliseconds by the clock that an answer may take."""


def live(*, quick: bool) -> Iterator[Result]:
    """Opening a model whose plan is on disk, and then the answer to each of its numbers."""
    from cruxmap.errors import InvalidMap
    from cruxmap.insight.live_model import State, open_model
    from cruxmap.language.reading import read_model

    model = read_model(SMALL if quick else REAL)
    addresses = {a: VALUES[j.role.scale] for a, j in model.map.judgements.items() if j.overridable}

    def answers(state: State) -> None:
        state.marginals()
        state.slopes()

    def changed(state: State, address: str) -> None:
        answers(state.set({address: addresses[address]}))

    answers(open_model(model))
    opening = cpu_seconds(lambda: answers(open_model(model)))
    yield Figure(f"opening, {model.id}: the plan on disk", opening, "s CPU")
    costs = []
    for worldview in ("map",) if quick else WORLDVIEWS:
        state = open_model(model, worldview)
        answers(state)
        for address in addresses:
            try:
                costs.append(1000 * seconds(lambda s=state, a=address: changed(s, a)))
            except InvalidMap:  # a share for which the others leave no room, or evidence made impossible
                continue
    what = f"one changed judgement, {model.id}: targets, all marginals and slopes"
    median, percentile = np.percentile(costs, (50, 95)).tolist()
    yield Figure(
        f"{what}, median of {len(costs):,}",
        median,
        "ms",
        at_most=None if quick else MEDIAN,
        waited_for=True,
    )
    yield Figure(
        f"{what}, 95th percentile",
        percentile,
        "ms",
        at_most=None if quick else PERCENTILE_95,
        waited_for=True,
    )

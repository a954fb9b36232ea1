"""Random maps as files: claims whose tables have a row for every combination of their parents."""

import random
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from cruxmap.language.reading import read_model

type Data = Any


def random_parents(
    n_claims: int, seed: int = 0, most: int = 3, window: int = 10
) -> tuple[tuple[int, ...], ...]:
    """For each claim, up to `most` of the `window` claims before it."""
    pick = random.Random(seed)
    before = (range(max(0, index - window), index) for index in range(n_claims))
    return tuple(
        tuple(sorted(pick.sample(some, min(len(some), pick.randint(0, most))))) for some in before
    )


def deepest(parents: Sequence[Sequence[int]]) -> int:
    """The claim with the most ancestors, where every claim comes after its parents."""
    above: list[set[int]] = []
    for claim, of_claim in enumerate(parents):
        above.append({claim}.union(*(above[parent] for parent in of_claim)))
    return max(range(len(above)), key=lambda claim: len(above[claim]))


def table_map(parents: Sequence[Sequence[int]], seed: int = 0) -> Data:
    """A map of claims, each on the parents given, with an interval in every row of every table."""
    pick = random.Random(seed)
    claims = {}
    for index, chosen in enumerate(parents):
        cases = list(product((False, True), repeat=len(chosen)))
        basis: Data = {"credence": _interval(pick)}
        if chosen:
            rows = [
                {
                    "id": f"case-{number}",
                    "when": {f"claim-{parent}": true for parent, true in zip(chosen, case, strict=True)},
                    "credence": _interval(pick),
                }
                for number, case in enumerate(cases[:-1])
            ]
            basis = {"given": [*rows, {"otherwise": _interval(pick)}]}
        claims[f"claim-{index}"] = {"text": f"Claim number {index}."} | basis
    return {"map": {"title": "A random map"}, "claims": claims}


def _interval(pick: random.Random) -> str:
    middle = pick.gauss(0.0, 1.0)
    low, high = (100 / (1 + np.exp(-middle - shift)) for shift in (-0.8, 0.8))
    return f"{low:.3f}% to {high:.3f}%"


def stated_credences(of: Sequence[tuple[str, float]]) -> Data:
    """A worldview that states these claims' credences, each as an interval about what is given."""
    stated = []
    for name, credence in of:
        logit = np.log(credence / (1 - credence))
        low, high = (100 / (1 + np.exp(-logit - shift)) for shift in (-0.6, 0.6))
        stated.append({"of": name, "credence": f"{low:.4f}% to {high:.4f}%"})
    return {"worldview": "reviewer", "text": "Somebody who states credences.", "stated": stated}


def written(folder: Path, data: Data, model: Data, worldviews: Sequence[Data] = ()) -> Any:
    """Write a map, its worldviews and a model into a folder, and read the model."""
    of_map = folder / "arguments" / "random"
    (of_map / "worldviews").mkdir(parents=True, exist_ok=True)
    (folder / "models").mkdir(exist_ok=True)
    _dump(data, of_map / "map.yaml")
    for worldview in worldviews:
        _dump(worldview, of_map / "worldviews" / f"{worldview['worldview']}.yaml")
    _dump({"model": "random", "map": "../arguments/random"} | model, folder / "models" / "random.yaml")
    return read_model(folder / "models" / "random.yaml")


def _dump(data: Data, path: Path) -> None:
    text = yaml.dump(data, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=1 << 20)
    path.write_text(text, encoding="utf-8")

"""What Python functions are given, against the types that their signatures say."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cruxmap as cm

MODEL = cm.example("library")

WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "a model for its source": (
        lambda: cm.read_model(MODEL),  # type: ignore[arg-type]
        "read_model() takes a text, a path or a dict as `source`, not: ModelSpec",
    ),
    "a map for its source": (
        lambda: cm.read_map(MODEL.map),  # type: ignore[arg-type]
        "read_map() takes a text, a path or a dict as `source`, not: ArgumentMap",
    ),
    "bytes for a path": (
        lambda: cm.check(b"models"),  # type: ignore[arg-type]
        "check() takes a path as `path`, not: bytes",
    ),
    "a path for a model": (
        lambda: cm.report("models/library.yaml"),  # type: ignore[arg-type]
        "report() takes a model (`cruxmap.read_model` reads one) as `model`, not: str",
    ),
    "a number for a name": (
        lambda: cm.cruxes(MODEL, 3),  # type: ignore[arg-type]
        "cruxes() takes a text as `worldview`, not: int",
    ),
    "a text for a truth": (
        lambda: cm.pairs(MODEL, everyone="no"),  # type: ignore[arg-type]
        "pairs() takes `True` or `False` as `everyone`, not: str",
    ),
    "a text for a list": (
        lambda: cm.against_rest(MODEL, "map", "treasurer"),
        "against_rest() takes a list of texts as `others`, not: str",
    ),
    "a number in a list": (
        lambda: cm.cruxes(MODEL, tag=("work", 3)),  # type: ignore[arg-type]
        "cruxes() takes a text or a list of texts as `tag`, not: int",
    ),
    "one model for several": (
        lambda: cm.compare(MODEL),  # type: ignore[arg-type]
        "compare() takes a list of models as `models`, not: ModelSpec",
    ),
    "a list for a dict": (
        lambda: cm.pool(MODEL, weights=[1, 2]),  # type: ignore[arg-type]
        "pool() takes a dict as `weights`, not: list",
    ),
    "a list for a dict of numbers": (
        lambda: cm.probability(MODEL, "winter.hard", judgements=["winter"]),  # type: ignore[arg-type]
        "probability() takes a dict as `judgements`, not: list",
    ),
    "an array of no length": (
        lambda: cm.merge("models/library.yaml", np.array(3)),
        "merge() takes a list of paths as `files`, not: ndarray",
    ),
    "a number for what is kept open": (
        lambda: cm.probabilities([3]),  # type: ignore[list-item]
        "probabilities() takes a list of States as `states`, not: int",
    ),
    "a number among files": (
        lambda: cm.merge("models/library.yaml", [3]),  # type: ignore[list-item]
        "merge() takes a list of paths as `files`, not: int",
    ),
    "a number among models": (
        lambda: cm.read_models([3]),  # type: ignore[list-item]
        "read_models() takes a list of texts, paths or dicts as `sources`, not: int",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_type_is_told_with_what_is_wanted(name: str) -> None:
    ask, said = WRONG[name]
    with pytest.raises(TypeError) as caught:
        ask()
    assert str(caught.value) == said


def test_any_iterable_is_a_list() -> None:
    names = ["map", "treasurer"]
    asked = [
        cm.against_rest(MODEL, "map", others, draws=8)
        for others in (names, iter(names), dict.fromkeys(names))
    ]
    assert asked[0].to_json() == asked[1].to_json() == asked[2].to_json()


PUBLIC = [getattr(cm, name) for name in cm.__all__ if inspect.isfunction(getattr(cm, name))]


@pytest.mark.parametrize("function", PUBLIC, ids=lambda function: function.__name__)
def test_every_function_looks_at_its_arguments(function: Callable[..., Any]) -> None:
    assert function.__wrapped__  # type: ignore[attr-defined]

"""Bayesian argument maps: what follows from what people claim, what it hangs on, where they part.

Names are loaded when they are first used, so that checking a map never waits for PyMC.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cruxmap.bayes.model import build
    from cruxmap.bayes.sampling import sample
    from cruxmap.errors import InvalidMap, Problem, Span
    from cruxmap.insight.cruxes import cruxes
    from cruxmap.insight.diff import diff
    from cruxmap.insight.estimate import estimate, probability
    from cruxmap.language.reading import read_map, read_model

__version__ = "0.1.0"

_HOMES = {
    "InvalidMap": "cruxmap.errors",
    "Problem": "cruxmap.errors",
    "Span": "cruxmap.errors",
    "build": "cruxmap.bayes.model",
    "cruxes": "cruxmap.insight.cruxes",
    "diff": "cruxmap.insight.diff",
    "estimate": "cruxmap.insight.estimate",
    "probability": "cruxmap.insight.estimate",
    "read_map": "cruxmap.language.reading",
    "read_model": "cruxmap.language.reading",
    "sample": "cruxmap.bayes.sampling",
}

__all__ = [
    "InvalidMap",
    "Problem",
    "Span",
    "build",
    "cruxes",
    "diff",
    "estimate",
    "probability",
    "read_map",
    "read_model",
    "sample",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'cruxmap' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

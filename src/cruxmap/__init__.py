"""Bayesian argument maps: what follows from what people claim, what it turns on, where they disagree.

`read_model` reads a model. What answers a question takes it, as in `cruxmap.estimate(model)`; every answer is
a value with `to_json()`. Names are loaded when they are first used: checking a map never waits for PyMC.
"""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

import_module("cruxmap.insight.display").fill_with(
    lambda: import_module("cruxmap.displays").register_displays()
)  # the first time that an answer is shown

# isort: off
if TYPE_CHECKING:
    from cruxmap.bayes.model import build as build
    from cruxmap.bayes.sampling import sample as sample
    from cruxmap.errors import Code as Code, InvalidMap as InvalidMap, Problem as Problem, Span as Span
    from cruxmap.exchange.tables.into_map import Taken as Taken, take_table as take_table
    from cruxmap.exchange.importing import Imported as Imported, import_map as import_map
    from cruxmap.exporting import Exported as Exported, export_map as export_map
    from cruxmap.insight.checked import Checked as Checked, check as check
    from cruxmap.insight.coherence import Coherence as Coherence, coherence as coherence
    from cruxmap.insight.compare import Comparison as Comparison, compare as compare
    from cruxmap.insight.cruxes import CruxTable as CruxTable, CruxTables as CruxTables, cruxes as cruxes
    from cruxmap.insight.diff import WorldviewDiff as WorldviewDiff, diff as diff
    from cruxmap.insight.estimate import (
        Estimate as Estimate,
        estimate as estimate,
        probability as probability,
    )
    from cruxmap.insight.expectations import Expectations as Expectations, expectations as expectations
    from cruxmap.insight.explain import Explanation as Explanation, explain as explain
    from cruxmap.language.asked import WhatIf as WhatIf
    from cruxmap.insight.live_model import (
        Drawn as Drawn,
        State as State,
        open_model as open_model,
        probabilities as probabilities,
    )
    from cruxmap.insight.history import History as History, history as history
    from cruxmap.insight.interview.interview import Interview as Interview, interview as interview
    from cruxmap.insight.interview.rehearsal import Rehearsal as Rehearsal, rehearse as rehearse
    from cruxmap.insight.pairs import AgainstRest as AgainstRest, against_rest as against_rest
    from cruxmap.insight.pairs import PairMatrix as PairMatrix, pairs as pairs
    from cruxmap.insight.pool import Pool as Pool, pool as pool
    from cruxmap.insight.revisions import RevisionDiff as RevisionDiff, diff_revisions as diff_revisions
    from cruxmap.insight.revisions import revise as revise
    from cruxmap.insight.what_it_takes import Takes as Takes, takes as takes
    from cruxmap.insight.merged import Merged as Merged
    from cruxmap.interviewing.on_paper import questionnaire as questionnaire, write_form as write_form
    from cruxmap.job import Job as Job, Report as Report, report as report, run as run
    from cruxmap.language.argument_map import ArgumentMap as ArgumentMap
    from cruxmap.language.model_spec import ModelSpec as ModelSpec
    from cruxmap.language.reading import read_map as read_map
    from cruxmap.language.reading import read_model as read_model, read_models as read_models
    from cruxmap.language.rewriting.renaming import Renaming as Renaming
    from cruxmap.language.template import example as example
    from cruxmap.merging import merge as merge
    from cruxmap.editing.watch import watch as watch
    from cruxmap.serve.running import serve_page as serve_page
    from cruxmap.project import (
        Formatted as Formatted,
        fmt as fmt,
        new as new,
        new_worldview as new_worldview,
    )
    from cruxmap.project import rename as rename, schema as schema
    from cruxmap.present.showing import MapDrawing as MapDrawing, show as show
# isort: on


@cache
def _homes() -> dict[str, str]:
    """Return the module of every public name: what the imports above say to type checkers."""
    import ast

    nodes = ast.walk(ast.parse(Path(__file__).read_bytes()))
    imports = [(node.module or "", node.names) for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.name: home for home, names in imports for name in names if home.startswith("cruxmap.")}


if not TYPE_CHECKING:  # so that type checkers tell a name that is not there

    def __getattr__(name: str) -> Any:
        if name == "__all__":
            return sorted(_homes())
        if name.startswith("_") or name not in _homes():
            raise AttributeError(f"module 'cruxmap' has no attribute {name!r}")
        return getattr(import_module(_homes()[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), "__all__", *_homes()])

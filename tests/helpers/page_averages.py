"""What Python says of a model over draws, where the page's JavaScript must say the same."""

from dataclasses import replace
from typing import Any

from cruxmap.engine.executors import HERE, Work
from cruxmap.insight.candidates import candidates_of
from cruxmap.insight.estimate import estimate
from cruxmap.insight.predictive import outlooks
from cruxmap.language.argument_map import MAP_WORLDVIEW
from cruxmap.language.model_spec import ModelSpec
from cruxmap.network.inquiry import inquire

MEASURES = ("mean", "median", "interval_90", "central")


def averages_of(model: ModelSpec) -> dict[str, Any]:
    """Return by worldview the estimates of the targets, and the joint tables of entries with the first.

    What worldviews state does not condition their judgements here.
    """
    model = replace(model, reconcile=False)
    found = estimate(model).to_json()
    each = {MAP_WORLDVIEW: found["map"], **found["worldviews"]}
    tables = _tables(model, tuple(each))
    names = (model.target.name, *(target.name for target in model.also))
    return {
        name: {
            "targets": {
                target: {m: (one if target == names[0] else one["also"][target])[m] for m in MEASURES}
                for target in names
            },
            "effective": one.get("effective"),
            "tables": tables[name],
        }
        for name, one in each.items()
    }


def _tables(model: ModelSpec, worldviews: tuple[str, ...]) -> dict[str, dict[str, list[float]]]:
    """Return by worldview and entry the joint table of the target with it, row by row."""
    inquiry = inquire(replace(model, worldviews=worldviews))
    places = {variable: name for name, variable in inquiry.network.places.items()}
    found = outlooks(inquiry, candidates_of(inquiry), Work(HERE, None))
    return {
        outlook.view.name: {
            places[variable]: table.ravel().tolist()
            for variable, table in outlook.predictive.tables.items()
            if variable in places
        }
        for outlook in found.each
        if outlook.predictive is not None
    }

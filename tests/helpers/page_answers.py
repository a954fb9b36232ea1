"""What Python says of a state of the page: a worldview with changes, and other conditions given.

A step is plain data: the model, the worldview it starts from, the numbers that are `set`, arguments that are
rejected (`reject`) or accepted, and what is assumed and observed, as texts.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from cruxmap.engine.queries import joint
from cruxmap.errors import InvalidMap
from cruxmap.insight.candidates import candidates_of, position_of
from cruxmap.insight.crux_rows import row_of
from cruxmap.insight.cruxes import _shown, cruxes
from cruxmap.insight.estimate import estimate
from cruxmap.insight.information import chance
from cruxmap.insight.left_out import left_out
from cruxmap.insight.live_model import State, open_model
from cruxmap.insight.next_best import best_first
from cruxmap.insight.plain import as_plain
from cruxmap.insight.predictive import Predictive
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.reading import read_model
from cruxmap.network.inquiry import central_entries, inquire
from helpers.commands import ROOT

FILES = {
    "everything": "tests/maps/good/models/everything.yaml",
    "power-seeking": "models/power-seeking.yaml",
    **{
        name: f"src/cruxmap/examples/{name}/models/{name}.yaml"
        for name in ("library", "diagnosis", "legal-case")
    },
}

WORDS = {"id", "kind", "reason", "downstream"}

type Step = Mapping[str, Any]


@cache
def model_of(name: str) -> ModelSpec:
    """Read one of the models that steps are about."""
    return read_model(Path(ROOT) / FILES[name])


def answers_of(step: Step) -> dict[str, Any]:
    """Return the answers at central judgements, or the message of the problem of what is impossible."""
    state = open_model(model_of(step["model"]), step["start"])
    state = state.set(step.get("set", {}))
    for address, shares in step.get("shares", {}).items():
        states = [
            share.address.rpartition(".")[2] for share in state.asking.opened.model.map.shares[address]
        ]
        state = state.set({address: dict(zip(states, shares, strict=True))})
    state = state.reject(*step.get("reject", ())).accept(*step.get("accept", ()))
    state = state.given(assuming=step["assuming"], observed=step["observed"])
    try:
        log_odds = state.log_odds()
    except InvalidMap as wrong:
        return {"impossible": wrong.problems[0].message}
    return {
        "target": state.probability(),
        "log_odds": as_plain(log_odds),
        "marginals": dict(state.marginals()),
        "slopes": dict(state.slopes()),
        "asked": {text: state.probability(text) for text in step.get("asked", ())},
        **(_ranking(state) if math.isfinite(log_odds) else {}),
    }


def over_draws_of(name: str, worldview: str) -> dict[str, Any]:
    """Return what the command line says of a worldview's target and its cruxes, without Sobol shares."""
    model = model_of(name)
    [found] = estimate(replace(model, worldviews=(worldview,))).worldviews.values()
    target, table = found.to_json(), cruxes(model, worldview).to_json()
    rows = {
        part: [{k: v for k, v in row.items() if "sobol" not in k and k != "text"} for row in table[part]]
        for part in ("claims", "arguments", "questions", "judgements")
    }
    for row in rows["judgements"]:
        if row.get("reason", "").startswith("in some draws"):
            del row["reason"]
    kept = ("estimate", "central", "draws", "sets", "left_out")
    return {
        "mean": target["mean"],
        "interval_90": target["interval_90"],
        **rows,
        **{part: table[part] for part in kept},
    }


def _ranking(state: State) -> dict[str, Any]:
    """Return the rows of a ranking, why it leaves others out, and the greedy order."""
    model = replace(
        state.asking.opened.model,
        assuming=state.asking.assuming,
        observed=state.asking.observed,
        reconcile=False,
    )
    inquiry = inquire(model, (state.perspective,))
    candidates, position = candidates_of(inquiry), position_of(inquiry, 0)
    asked = tuple(dict.fromkeys(candidate.variable for candidate in candidates))
    found = joint(inquiry.network, central_entries(inquiry), inquiry.given, inquiry.targets[0], asked)
    tables = {variable: table[..., 0] / table[..., 0].sum() for variable, table in found.marginals.items()}
    predictive = Predictive(chance(*found.target[:, 0].tolist()), tables, 1)
    because = left_out(inquiry, [0], candidates, predictive, position)
    rows = {c.id: row_of(model.map, c, predictive, position) for c in candidates}
    shown = _shown(candidates, rows, because)
    best = best_first(inquiry, [0], shown)
    return {
        "rows": {name: _told(row.to_json()) for name, row in rows.items()},
        "left_out": dict(because),
        "shown": [candidate.id for candidate in shown],
        "best": {"ids": list(best.ids), "added": list(best.added), "in_all": best.in_all},
    }


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the measures of a row."""
    return {
        name: value
        for name, value in row.items()
        if name in WORDS or isinstance(value, float) or name in {"given_true", "given_false", "swing"}
    }

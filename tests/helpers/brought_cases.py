"""Worldviews that bring entries of every kind to a map with every construct, and what Python says of them.

`cases_of` writes one beside the map, and has the data that the page makes of it with Python's answers.
"""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from cruxmap.errors import InvalidMap
from cruxmap.insight.estimate import estimate
from cruxmap.insight.live_model import open_model
from cruxmap.insight.plain import as_plain
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.reading import read_model
from helpers.commands import ROOT
from helpers.extended_models import extended

MAP = Path(ROOT) / "tests/maps/good"
NOTHING: Mapping[str, list[str]] = {"assuming": [], "observed": []}

BROUGHT: dict[str, str] = {
    "no-premise": """
arguments:
  one: {text: One., for: interval, strength: 3x, credence: 60%}
""",
    "premises": """
arguments:
  one:
    text: One.
    premises: [bare, {mood: [calm, tense]}]
    against: noted
    strength: 1.5x to 3x
    credence: 60% to 90%
  two:
    text: Two.
    premises: [{not: {mood: calm}}]
    for: noted
    strength: 2x
""",
    "two-places": """
arguments:
  one: {text: One., premises: [bare], for: [interval, tabled, tabled-fully], strength: 4x, credence: 70%}
  two: {text: Two., against: [tabled, {mood: tense}], strength: 2x to 6x, credence: 40%}
""",
    "routes-and-phases": """
arguments:
  one: {text: One., premises: [nearly], for: [caused.first, goals.fine-tuning], strength: 4x, credence: 70%}
  two: {text: Two., against: [goals.fine-tuning, goals.deployment], strength: 3x, credence: 30%}
  three: {text: Three., for: aware.pre-training, strength: 3x, credence: 30%}
  four: {text: Four., premises: [{event: goals, before: aware}], for: apart.2030, strength: 5x}
""",
    "shares": """
arguments:
  one: {text: One., for: [{mood: [calm, tense]}, {cases: low}], strength: 4x, credence: 70%}
  two: {text: Two., premises: [interval], against: [{mood: calm}, {exact: no}], strength: 3x, credence: 55%}
""",
    "undercuts": """
arguments:
  one: {text: One., undercuts: [reason-for, for-a-state], force: 80%, credence: 70%}
  two: {text: Two., premises: [bare], undercuts: [reason-for, objection], credence: 40%}
  three: {text: Three., undercuts: one, force: 30%, credence: 20% to 40%}
  four: {text: Four., undercuts: [three, two], force: 60%, premises: [point]}
  five: {text: Five., undercuts: reason-against, force: 50%}
""",
    "routes": """
routes:
  caused:
    - {id: mine, when: [point, bare], chance: 5%}
    - {id: other, chance: 2%}
    - {when: {mood: tense}, chance: 20%}
arguments:
  one: {text: One., for: caused.mine, strength: 5x, credence: 50%}
  two: {text: Two., against: [caused.mine, caused.other], strength: 2x, credence: 70%, premises: [interval]}
""",
    "shared-claim": """
claims:
  new: {text: New., credence: 20%}
arguments:
  one: {text: One., premises: [new], for: interval, strength: 6x, credence: 80%}
  two: {text: Two., premises: [{new: false}, bare], against: {mood: calm}, strength: 3x}
  three: {text: Three., premises: [new, nearly], undercuts: for-a-state}
""",
    "tables": """
claims:
  rows:
    text: Rows.
    given:
      - {id: a, when: {event: goals, before: aware}, credence: 10%}
      - {id: b, when: [bare, {asked: yes}], credence: 80%}
      - {otherwise: 40%}
  defined: {text: Defined., at_least: {count: 2, of: [rows, point, {mood: calm}]}, if_met: 95%, otherwise: 2%}
  routed:
    text: Routed.
    routes:
      - {id: x, when: defined, chance: 30%}
      - {id: y, when: {asked: [maybe, no]}, chance: 10%}
    leak: 1%
    when: {not: nearly}
questions:
  asked:
    text: Asked.
    states: [yes, no, maybe]
    given:
      - {id: first, when: interval, credence: {yes: 20%, no: 30% to 50%, maybe: rest}}
      - {otherwise: {yes: 60%, no: 30%, maybe: 10%}}
arguments:
  one: {text: One., premises: [routed], for: tabled, strength: 6x, credence: 80%}
  two: {text: Two., premises: [{asked: yes}, defined], against: noted, strength: 3x}
  three: {text: Three., for: [rows, {asked: maybe}], strength: 4x, credence: 45%}
  four: {text: Four., against: [routed.x, rows], strength: 4x, credence: 45%, premises: [in-own-words]}
""",
    "barren": """
claims:
  alone: {text: Alone., credence: 20%}
  waits: {text: Waits., all_of: [alone, bare, {mood: calm}], if_met: 90%}
  pair: {text: Pair., given: [{id: x, when: [used, point], credence: 10%}, {otherwise: 30%}]}
  used: {text: Used., credence: 35%}
arguments:
  one: {text: One., premises: [used], for: interval, strength: 2x}
  two: {text: Two., premises: [nearly], for: alone, strength: 9x, credence: 50%}
  three: {text: Three., premises: [nearly], for: bare, strength: 9x, credence: 0%}
""",
    "many-conditions": """
claims:
  c: {text: C., credence: 30%}
arguments:
  one:
    text: One.
    premises:
      - {any_of: [point, bare, {mood: calm}]}
      - {event: goals, within: 2, of: aware}
      - c
    for: tabled
    strength: 10x
  two:
    text: Two.
    premises: [{not: {all_of: [interval, c]}}, {event: both, by_end_of: fine-tuning}]
    against: tabled
    strength: 3x
    credence: 80%
  three:
    text: Three.
    premises: [{any_of: [{all_of: [point, nearly]}, {all_of: [c, {exact: yes}]}]}]
    for: noted
    strength: 3x
""",
    "certain": """
claims:
  sure: {text: Sure., credence: 100%}
  not-ever: {text: Never., credence: 0%}
  exactly: {text: Exactly., given: [{id: a, when: bare, credence: 100%}, {otherwise: 0%}]}
routes:
  caused:
    - {id: surely, when: [not-ever], chance: 100%}
    - {id: always-here, when: [point, bare, sure], chance: 100%}
    - {id: no, chance: 0%}
arguments:
  one: {text: One., premises: [sure, bare], for: interval, strength: 1x}
  two: {text: Two., premises: [exactly], for: [certain, tabled], strength: 1000x}
  three: {text: Three., premises: [not-ever], against: noted, strength: 3x}
  four: {text: Four., undercuts: reason-for, force: 100%, premises: [nearly]}
  five: {text: Five., undercuts: reason-for, force: 0%, credence: 50%}
""",
    "rare": """
claims:
  unlikely: {text: Unlikely., credence: 1e-9}
arguments:
  one: {text: One., premises: [unlikely], for: [tiny, caused.second], strength: 1000x, credence: 0.999999}
  two: {text: Two., against: tiny, strength: 1000x, credence: 1e-7, premises: [bare]}
  three: {text: Three., undercuts: reason-for, force: 0.9999999, credence: 0.99999999}
""",
    "newcomers": """
extends: newcomer
arguments:
  one: {text: One., premises: [brought-definition], undercuts: brought-objection, force: 70%, credence: 60%}
  two: {text: Two., premises: [point], against: brought-claim, strength: 5x, credence: 50%}
judgements: {brought-claim: 40%, mood.calm: 30%}
""",
}
"""What a worldview brings, by its id."""

GIVEN: dict[str, list[Mapping[str, list[str]]]] = {
    "two-places": [
        {"assuming": ["{any_of: [bare, {event: base, ever: true}]}"], "observed": ["nearly"]},
    ],
    "undercuts": [{"assuming": ["tabled"], "observed": ["{interval: false}"]}],
    "routes": [{"assuming": ["{caused: false}"], "observed": []}],
    "shared-claim": [{"assuming": ["{any_of: [{new: true}, {mood: none}]}"], "observed": ["tabled"]}],
    "tables": [
        {"assuming": ["{asked: [yes, maybe]}"], "observed": ["{not: {all_of: [routed, rows]}}"]},
        {"assuming": [], "observed": ["defined"]},
    ],
    "barren": [
        {"assuming": ["waits"], "observed": []},
        {"assuming": ["{pair: false}"], "observed": ["nearly"]},
    ],
    "many-conditions": [
        {"assuming": ["{event: goals, before: aware, by: 2}"], "observed": ["{c: false}"]}
    ],
    "rare": [{"assuming": ["{unlikely: true}"], "observed": ["{tiny: false}"]}],
}


def cases_of(name: str, text: str) -> dict[str, Any]:
    """Return the extended model of a worldview, and what Python says of it under several conditions."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "maps"
        shutil.copytree(MAP, root)
        file = root / "models/everything.yaml"
        text_of_model = file.read_text(encoding="utf-8").replace("draws: 1000", "draws: 256")
        file.write_text(text_of_model, encoding="utf-8")
        shipped = read_model(file)
        worldview = root / f"arguments/everything/worldviews/{name}.yaml"
        worldview.write_text(f"text: Brings something.\n{text}", encoding="utf-8")
        full = read_model(file)
        data, extension = extended(shipped, full)
    for one in (data, extension):
        one["model"]["file"] = "everything.yaml"
    state = open_model(full, name)
    steps = []
    for given in (NOTHING, *GIVEN.get(name, ())):
        now = state.given(**given)
        answers: dict[str, Any]
        try:
            answers = {
                "target": now.probability(),
                "log_odds": as_plain(now.log_odds()),
                "marginals": dict(now.marginals()),
                "slopes": dict(now.slopes()),
            }
        except InvalidMap as wrong:
            answers = {"impossible": wrong.problems[0].message}
        steps.append({**given, "answers": answers})
    extension = {name: value for name, value in extension.items() if data.get(name) != value}
    means = _means(full, name)
    return {"name": name, "shipped": data, "extension": extension, "steps": steps, "means": means}


def _means(model: ModelSpec, worldview: str) -> dict[str, float | None]:
    """Return by target the mean over the model's draws, where nothing is assumed or observed."""
    free = replace(model, worldviews=(worldview,), assuming=(), observed=(), reconcile=False)
    found = estimate(free).worldviews[worldview]
    return {model.target.name: found.mean} | {name: one.mean for name, one in found.also.items()}

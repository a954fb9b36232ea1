"""Write the cases of answers at central judgements, which Python and the page's JavaScript both run.

`python tests/page/make_answer_cases.py` does it: steps chosen here by hand, and what Python makes of them.
`tests/test_page_answers.py` runs them in Python, `tests/page/answers.test.mjs` in Node.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from cruxmap.insight.travelling_model import travelling_model
from cruxmap.language.argument_map import Condition, condition_text
from helpers.page_answers import FILES, answers_of, model_of, over_draws_of

CASES = Path(__file__).parent / "cases"


def steps() -> list[dict[str, Any]]:
    """Every model as it is in each worldview, and with numbers, rejections and conditions changed."""
    found = []
    for name in FILES:
        model = model_of(name)
        given = {"assuming": _texts(model.assuming), "observed": _texts(model.observed)}
        for start in ("map", *model.map.worldview):
            found.append({"model": name, "start": start, **given})
        for changed in CHANGED.get(name, ()):
            found.append({"model": name, "start": "map", **given} | changed)
    return found


def _texts(conditions: Iterable[Condition]) -> list[str]:
    return [condition_text(condition) for condition in conditions]


OVER_DRAWS = [
    ("library", "treasurer"),
    ("legal-case", "defence"),
    ("power-seeking", "superforecasters"),
    ("legal-case", "map"),
]
"""Where nothing is observed: then draws are the same as Python's, and so is every average."""

NOTHING: dict[str, list[str]] = {"assuming": [], "observed": []}
CHANGED: dict[str, list[dict[str, Any]]] = {
    "power-seeking": [
        {"set": {"alignment-hard": "100%", "strong-incentives": "1% to 60%"}},
        {"set": {"alignment-hard": "0%"}},
        {"set": {"alignment-hard": "1e-9", "strong-incentives": "0.999999999"}},
        {"assuming": ["damaging-failures"], "observed": ["{strong-incentives: false}"]},
        {"set": {"damaging-failures": "0%"}, "assuming": ["damaging-failures", "strong-incentives"]},
        {
            "asked": [
                "{any_of: [alignment-hard, strong-incentives]}",
                "{not: {all_of: [damaging-failures]}}",
            ]
        },
    ],
    "legal-case": [
        {"set": {"match-reported.his-trace": "100%", "shared-bench": "0%"}},
        {"start": "defence", "reject": ["same-tube"], "accept": ["second-laboratory"]},
        {**NOTHING, "set": {"saw-face": "unlikely"}},
    ],
    "diagnosis": [
        NOTHING,
        {"set": {"only-a-small-branch": "0%"}, "observed": ["{scan-positive: false}"]},
        {"start": "physician", "reject": ["long-flight"], "assuming": ["d-dimer-raised"]},
    ],
    "everything": [
        NOTHING,
        {"set": {"certain": "50%", "all-needed.otherwise": "0%", "caused.first": "100%"}},
        {"set": {"interval": "0%", "goals.fine-tuning.pace": "3x", "base.deployment": "100%"}},
        {"set": {"one-suffices.if_met": "90%", "for-a-state": "0%", "objection.force": "100%"}},
        {"set": {"mood.calm": "97%", "exact.no": "60%", "cases.calm.low": "0%"}},
        {"shares": {"mood": ["1% to 3%", "about 50%", "rest"], "cases.otherwise": ["0%", "100%"]}},
        {"reject": ["reason-for", "reply"], "accept": ["taken-over", "caused.brought-route"]},
        {"start": "follower", "accept": ["brought-argument", "caused#{brought-question: short}"]},
        {"start": "newcomer", "reject": ["brought-objection"], "set": {"brought-claim": "99%"}},
        {"set": {"linked": "20%", "caused.always": "0%", "in-words": "1e-7", "less-than": "1e-12"}},
        {**NOTHING, "assuming": ["{event: aware, during: fine-tuning}", "{event: goals, ever: true}"]},
        {**NOTHING, "observed": ["{event: aware, ever: false}", "{not: {mood: calm}}"]},
        {
            **NOTHING,
            "assuming": ["{all_of: [{cases: low}, nearly]}"],
            "observed": ["{window: [short, long]}"],
        },
        {**NOTHING, "assuming": ["{event: goals, before: aware, by: 2}"]},
        {**NOTHING, "observed": ["{any_of: [bare, {event: base, ever: true}]}"]},
        {**NOTHING, "assuming": ["all-needed"]},
        {**NOTHING, "assuming": ["{certain: false}"]},
        {
            **NOTHING,
            "assuming": ["{not: {any_of: [bare, {interval: true}]}}"],
            "asked": ["{any_of: [tabled, {mood: tense}]}", "{event: both, by_end_of: fine-tuning}"],
        },
        {
            **NOTHING,
            "assuming": [
                "{event: base, ever: false}",
                "{mood: [calm, tense]}",
                "{event: either, ever: true}",
            ],
        },
    ],
}


def main() -> None:
    models = {}
    for name in FILES:
        models[name] = travelling_model(model_of(name))
        models[name]["model"]["file"] = FILES[name]
    cases = [{**step, "answers": answers_of(step)} for step in steps()]
    averaged = [
        {"model": name, "start": start, "answers": over_draws_of(name, start)}
        for name, start in OVER_DRAWS
    ]
    table = {"models": models, "steps": cases, "over_draws": averaged}
    text = json.dumps(table, separators=(",", ":"), sort_keys=True)
    (CASES / "answers.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

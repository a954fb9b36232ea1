"""Random states of the page: what Python says of each by itself, and what the page's own modules say."""

import json
import random
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

import cruxmap as cm
from cruxmap.insight.live_model import open_model
from cruxmap.insight.travelling_model import travelling_model
from helpers.commands import ROOT
from helpers.examples import ANN, BOB, GARDEN, TRAINING, TRAINING_QUESTION, TRAINING_WORLDVIEW
from helpers.maps_from_text import model
from helpers.page_states import PageState, Reader, answers, states

NODE = shutil.which("node")
EXAMPLES = ROOT / "src" / "cruxmap" / "examples"
BRINGS = """
arguments:
  storm: {text: A storm is coming., for: rain, strength: 4x}
  dry-air: {text: The air is dry., credence: 60% to 90%, undercuts: clouds, force: 50%}
claims:
  thunder: {text: There was thunder., given: [{when: rain, credence: 30%}, {otherwise: 1%}]}
"""
NUMBERS = {
    "garden": 60,
    "training": 60,
    "power-seeking": 60,
    "diagnosis": 60,
    "legal-case": 60,
    "library": 60,
    "deceptive-alignment": 60,
}


@cache
def asked(name: str) -> cm.ModelSpec:
    match name:
        case "garden":
            return model(
                GARDEN, "target: wet\nalso: [{any_of: [rain, sprinkler]}]\n", ann=ANN, bob=BOB + BRINGS
            )
        case "training":
            return model(TRAINING, TRAINING_QUESTION, first=TRAINING_WORLDVIEW)
        case "power-seeking" | "deceptive-alignment":
            return cm.read_model(ROOT / "models" / f"{name}.yaml")
        case _:
            return cm.read_model(EXAMPLES / name / "models" / f"{name}.yaml")


@pytest.mark.parametrize("name", ["garden", "training", "diagnosis"])
def test_many_states_in_one_run_are_the_same_states_one_by_one(name: str) -> None:
    spec = asked(name)
    made = states(spec, 24, seed=5)
    found = answers(spec, made)
    reader = Reader(spec, random.Random(0))
    for page, answer in zip(made, found["answers"], strict=True):
        state = _by_itself(reader, page)
        if answer is None:
            with pytest.raises(cm.InvalidMap):
                state.probability()
            continue
        assert answer[1] == pytest.approx(state.probability(), rel=1e-12, abs=1e-15)
        marginals = dict(zip(found["names"], answer[2:], strict=True))
        assert marginals == pytest.approx(dict(state.marginals()), rel=1e-12, abs=1e-15)


def _by_itself(reader: Reader, page: PageState) -> cm.State:
    """The state that is opened at its own worldview, with a network of its own."""
    state = open_model(reader.model, page.start)
    for at, text in page.numbers:
        state = state.set({at: text if isinstance(text, str) else reader.row(at, text)})
    for argument, rejected in page.rejects:
        state = state.reject(argument) if rejected else state.accept(argument)
    given = {"assuming": page.assuming, "observed": page.observed}
    return state.given(**{key: [*value] for key, value in given.items() if value is not None})


def test_states_are_the_same_for_the_same_seed() -> None:
    spec = asked("garden")
    assert states(spec, 20, seed=1) == states(spec, 20, seed=1) != states(spec, 20, seed=2)


@pytest.mark.skipif(NODE is None, reason="there is no Node.js here to run the page's modules")
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.long] if name == "deceptive-alignment" else [])
        for name in NUMBERS
    ],
)
def test_the_page_says_what_python_says(name: str, tmp_path: Path) -> None:
    spec = asked(name)
    made = states(spec, NUMBERS[name], seed=20230221)
    data = {"model": travelling_model(spec), "states": [page.to_json() for page in made]}
    file = tmp_path / "states.json"
    file.write_text(json.dumps(data | answers(spec, made), allow_nan=False))
    assert NODE is not None
    run = [NODE, str(ROOT / "tests" / "page" / "states.mjs"), str(file)]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert done.stdout.endswith(f"{len(made)} states, 0 differ\n")

"""Interviews that the page must hold as Python does: the same questions, for the same answers."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import cruxmap as cm
from cruxmap.insight.interview.travelling import interview_data, interview_of
from cruxmap.insight.travelling_model import travelling_model
from helpers.commands import ROOT
from helpers.page_answers import FILES, model_of
from helpers.page_interview import reply_of, steps_of, told_of

NODE = shutil.which("node")
PAGE = ROOT / "tests" / "page"

CASES: dict[str, Any] = json.loads((PAGE / "cases" / "interview.json").read_text(encoding="utf-8"))


def near(found: Any, expected: Any, where: str) -> None:
    """Hold data against each other: words as they are, numbers to 1e-9."""
    match expected:
        case dict():
            assert found.keys() == expected.keys(), where
            for key in expected:
                near(found[key], expected[key], f"{where}.{key}")
        case list():
            assert len(found) == len(expected), where
            for number, (one, other) in enumerate(zip(found, expected, strict=True)):
                near(one, other, f"{where}[{number}]")
        case float():
            assert found == pytest.approx(expected, rel=1e-9, abs=1e-9), where
        case _:
            assert found == expected, where


@pytest.mark.parametrize("name", CASES)
def test_interviews_of_the_page_are_pythons(name: str) -> None:
    interview = interview_of(model_of(name))
    assert interview is not None
    near(json.loads(json.dumps(interview_data(interview))), CASES[name]["interview"], "data")
    for step in CASES[name]["steps"]:
        for part, told in json.loads(json.dumps(told_of(interview, step["reply"]))).items():
            near(told, step["told"][part], part)
        if step["reply"] is not None:
            interview = interview.after(reply_of(interview.model, step["reply"]))


def test_cases_are_of_every_small_model_and_every_sort_of_reply() -> None:
    assert CASES.keys() == FILES.keys()
    replies = [step["reply"] for case in CASES.values() for step in case["steps"] if step["reply"]]
    assert {reply["what"] for reply in replies} == {"answered", "skipped", "rejected"}
    assert {reply["kind"] for reply in replies} == {"judgement", "stated"}
    assert any(len(reply["texts"]) > 1 for reply in replies)
    assert any(step["told"]["clash"] for case in CASES.values() for step in case["steps"])


def test_none_can_be_held_where_the_target_is_certain() -> None:
    model = model_of("power-seeking")
    assert interview_of(replace(model, assuming=(model.target.condition,))) is None


@pytest.mark.long
@pytest.mark.skipif(NODE is None, reason="there is no Node.js here to run the page's modules")
@pytest.mark.parametrize("how", ["wasm", "plain"])
def test_an_interview_about_the_shipped_map_is_pythons(
    tmp_path: Path, steps_on_the_shipped_map: Path, how: str
) -> None:
    assert NODE is not None
    command = [NODE, str(PAGE / "interview.mjs"), str(steps_on_the_shipped_map), how]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def steps_on_the_shipped_map(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the data of the large map with what Python says through an interview about it."""
    model = cm.read_model(ROOT / "models" / "deceptive-alignment.yaml")
    interview = interview_of(model)
    assert interview is not None
    data = {
        "model": travelling_model(model),
        "interview": interview_data(interview),
        "steps": steps_of(interview, 12),
    }
    file = tmp_path_factory.mktemp("interview") / "steps.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    return file

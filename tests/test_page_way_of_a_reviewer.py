"""The way of a reviewer: opens the page, reads, objects, sends a file with the numbers that they saw."""

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from helpers.browser import PageOf, opened
from helpers.commands import COMMAND, ROOT
from helpers.reviewers_way import OBJECTION, REMARK, Objection, Reviewer

SAID = "The damage is averted, for the most part."
REAL = replace(OBJECTION, entry="reflects-on-updates", premise="descent-is-local")
CASES = [
    pytest.param("power-seeking", OBJECTION, "alignment-hard", id="power-seeking"),
    pytest.param(
        "deceptive-alignment", REAL, "ml-continues", id="deceptive-alignment", marks=pytest.mark.long
    ),
]


def cruxmap(project: Path, *arguments: str) -> str:
    done = subprocess.run([*COMMAND, *arguments], cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def project(tmp_path: Path) -> Callable[[str], Path]:
    """Make an editor's project with one of the shipped maps."""

    def make(name: str) -> Path:
        shutil.copytree(ROOT / "arguments" / name, tmp_path / "arguments" / name)
        (tmp_path / "models").mkdir()
        shutil.copy(ROOT / "models" / f"{name}.yaml", tmp_path / "models")
        return tmp_path

    return make


ROOM_FOR_THE_RING = """() => {
  const field = document.activeElement;
  return field.getBoundingClientRect().top - field.labels[0].getBoundingClientRect().bottom;
}"""


@pytest.mark.parametrize(("name", "objection", "judged"), CASES)
def test_what_a_reviewer_sends_has_the_numbers_that_they_saw(
    browser: Any,
    page_of: PageOf,
    project: Callable[[str], Path],
    *,
    name: str,
    objection: Objection,
    judged: str,
) -> None:
    folder = project(name)
    model = f"models/{name}.yaml"
    (folder / "sent").mkdir()
    with opened(browser, page_of(str(ROOT / model)), accept_downloads=True) as seen:
        file, shown = walked(Reviewer(seen.ready()), objection, judged, folder / "sent")
        assert seen.faults == []
    worldviews = folder / "arguments" / name / "worldviews"
    file.rename(worldviews / file.name)
    add_to_those_listed(folder / model, "anna")
    assert "no problems" in cruxmap(folder, "check").lower()
    told = json.loads(
        cruxmap(folder, "estimate", model, "--worldview", "anna", "--format", "json", "--quiet")
    )
    estimate = told["worldviews"]["anna"]
    found = {told["target"]: estimate, **estimate["also"]}
    assert list(found) == list(shown)
    for target, numbers in shown.items():
        for what in ("central", "mean"):
            assert numbers[what] == pytest.approx(found[target][what], rel=1e-9), (target, what)
            assert 1 - numbers[what] == pytest.approx(1 - found[target][what], rel=1e-9), (target, what)
        assert numbers["interval_90"] == pytest.approx(found[target]["interval_90"], rel=1e-9)


def walked(reviewer: Reviewer, objection: Objection, judged: str, folder: Path) -> tuple[Path, Any]:
    """Walk the way, and return the file that is sent, and what the page shows in the end."""
    seen = reviewer.seen
    assert "%" in seen.page.inner_text("#answer")
    before = reviewer.standing()
    assert objection.entry in seen.run(
        "() => location.hash + document.querySelector('.outline').innerHTML"
    )
    reviewer.open_from_the_text(objection.entry)
    reviewer.write(objection)
    assert reviewer.standing() == before
    told = reviewer.add()
    assert "Your argument is added." in told
    after = reviewer.standing()
    assert after != before
    reviewer.open_from_the_text(objection.entry)
    reviewer.remark(REMARK)
    reviewer.open_by_its_words(judged, judged)
    reviewer.judge("20% to 30%")
    listed = reviewer.changes()
    assert len(listed) == 4, listed
    assert objection.sentence in listed[0]
    assert objection.new_premise in listed[1]
    assert seen.page.inner_text(".change-under .change-effect") == "It counts in what rests on it, above."
    reviewer.name("anna", SAID)
    assert seen.run(ROOM_FOR_THE_RING) >= 5  # its width and its distance, in pixels
    file = reviewer.take_away(folder)
    text = file.read_text(encoding="utf-8")
    for words in (objection.sentence, objection.new_premise, REMARK, SAID):
        assert words in " ".join(text.split())
    return file, seen.run("async () => await cruxmap.estimate()")


def add_to_those_listed(model: Path, name: str) -> None:
    """Do what the page and `check` say where a model lists its worldviews."""
    text = model.read_text(encoding="utf-8")
    model.write_text(text.replace("superforecasters]\nsampling", f"superforecasters, {name}]\nsampling"))

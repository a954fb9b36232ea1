"""Ten reviewers' files, made in the page, merged and estimated: the numbers stay the page's."""

import json
import random
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import cruxmap as cm
from cruxmap.language.argument_map import Credence, condition_text
from helpers.brought_sets import BRING_ALL, BroughtSet, Objector, WithFiles, as_file
from helpers.browser import Opened, PageOf, opened
from helpers.commands import COMMAND, POWER, ROOT
from helpers.nearness import near

TEN = [f"reviewer-{n}" for n in range(10)]
DRAWS = 256
REAL = str(ROOT / "models" / "deceptive-alignment.yaml")

REVIEW = """async ({start, bring, set, reject, remark, id, targets}) => {
  cruxmap.start(start);
  cruxmap.rename(id); // an entry's draws are those of its id, which begins with the worldview's
  (BRING_ALL)(bring);
  for (const [address, text] of set) cruxmap.set(address, text);
  for (const argument of reject) cruxmap.reject(argument);
  for (const [entry, text] of remark) cruxmap.remark(entry, text);
  const central = targets.map((target) => cruxmap.probability(target));
  const estimate = await cruxmap.estimate();
  return { central, estimate, file: cruxmap.yaml({ text: "What I think." }) };
}""".replace("BRING_ALL", BRING_ALL)
RECEIVE = "(texts) => texts.map((text) => cruxmap.receive(text))"
OF_A_FILE = """async ([id, targets]) => {
  cruxmap.start(id);
  const central = targets.map((target) => cruxmap.probability(target));
  return { central, estimate: await cruxmap.estimate() };
}"""


@dataclass(frozen=True)
class Review:
    """What a reviewer does in the page: brings entries, changes numbers, rejects arguments and remarks."""

    brought: BroughtSet
    set: tuple[tuple[str, str], ...]
    reject: tuple[str, ...]
    remark: tuple[tuple[str, str], ...]

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        more = {"set": self.set, "reject": self.reject, "remark": self.remark}
        return {**self.brought.to_json(), **more}


def reviews(model: cm.ModelSpec, project: WithFiles, inbox: Path, most: int) -> list[Review]:
    """Ten reviews at random, each with at most so many entries, which Python reads together.

    Two that are sound alone may close a circle together.
    """
    pick = random.Random(20230221)
    objector, files, found = Objector(model, pick, most), list[Path](), list[Review]()
    credences = [claim.about.id for claim in model.map.claims if isinstance(claim.basis, Credence)]
    arguments = [argument.about.id for argument in model.map.arguments]
    while len(found) < len(TEN):
        brought = objector.tries()
        file = inbox / f"{TEN[len(found)]}.yaml"
        file.write_text(as_file(brought, file.stem), encoding="utf-8")
        with suppress(cm.InvalidMap):
            cm.read_model(project.path, [*files, file])
            files.append(file)
            changed = tuple(
                (at, f"{pick.randint(5, 45)}% to {pick.randint(55, 95)}%")
                for at in pick.sample(credences, 2)
            )
            rejected = tuple(pick.sample(arguments, min(1, len(arguments))))
            found.append(Review(brought, changed, rejected, ((credences[0], "It depends: on `what`?"),)))
    return found


def hold(found: dict[str, Any], said: dict[str, Any], targets: dict[str, str], what: str) -> None:
    """Hold the page's central numbers and means against what `estimate` prints of a worldview."""
    for (name, _), central in zip(targets.items(), found["central"], strict=True):
        expected = said["also"].get(name, said)
        near(central, expected["central"], f"{what}: {name}")
        near(found["estimate"][name]["mean"], expected["mean"], f"{what}: mean of {name}")


def command(folder: Path, *words: str) -> str:
    """Run a command in a folder, and return what it prints."""
    done = subprocess.run([*COMMAND, *words], cwd=folder, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def reviewed(seen: Opened, made: list[Review], targets: list[str]) -> dict[str, dict[str, Any]]:
    """Do ten reviews in the page, one after another."""
    asked = [
        {**review.to_json(), "id": name, "targets": targets}
        for name, review in zip(TEN, made, strict=True)
    ]
    return {one["id"]: seen.run(REVIEW, one) for one in asked}


@pytest.mark.long
@pytest.mark.parametrize(
    ("file", "most"),
    [
        pytest.param(POWER, 5, id="power-seeking"),
        pytest.param(REAL, 1, marks=pytest.mark.long, id="deceptive-alignment"),
    ],
)
def test_ten_downloaded_files_merge_and_estimate_as_in_the_page(
    file: str, most: int, browser: Any, page_of: PageOf, tmp_path: Path
) -> None:
    project, page = WithFiles(Path(file), tmp_path, DRAWS), page_of(file, draws=DRAWS)
    (tmp_path / "tried").mkdir()
    (tmp_path / "inbox").mkdir()
    model = cm.read_model(project.path)
    targets = {target.name: condition_text(target.condition) for target in (model.target, *model.also)}
    made = reviews(model, project, tmp_path / "tried", most)
    with opened(browser, page) as seen:
        found = reviewed(seen.ready(), made, [*targets.values()])
        assert seen.faults == []

    files = []
    for name, one in found.items():
        files.append(tmp_path / "inbox" / f"{name} (1).yaml")
        files[-1].write_text(one["file"], encoding="utf-8", newline="")
    merged = json.loads(command(tmp_path, "merge", model.id, *map(str, files), "--format", "json"))
    assert [one["standing"] for one in merged["files"]] == ["new"] * len(TEN)
    assert [one["since_made"]["changed"] + one["since_made"]["gone"] for one in merged["files"]] == [
        []
    ] * len(TEN)
    for name, one in found.items():
        assert (project.worldviews / f"{name}.yaml").read_bytes() == one["file"].encode()
    assert {name for one in merged["left_out"] for name in one["worldviews"]} <= {*TEN}
    if model.lists_worldviews:
        assert f"models/{model.id}.yaml" in {one["file"] for one in merged["left_out"]}
        project.says_of_itself({"worldviews": "all"})
    assert "no problems" in command(tmp_path, "check", str(project.path))

    answer = json.loads(command(tmp_path, "estimate", model.id, "--format", "json"))["worldviews"]
    for name, one in found.items():
        hold(one, answer[name], targets, name)

    with opened(browser, page) as seen:  # the editor's: all ten dropped on one page
        assert seen.ready().run(RECEIVE, [one["file"] for one in found.values()]) == TEN
        for name in TEN:
            hold(
                seen.run(OF_A_FILE, [name, [*targets.values()]]), answer[name], targets, f"{name}, dropped"
            )
        assert seen.faults == []

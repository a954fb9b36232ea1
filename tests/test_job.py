"""The main job, called from Python: its answers, and the files that hold them."""

import json
import math
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

import cruxmap as cm
from benchmarks.baseline import differences
from cruxmap.errors import WrongUsage
from cruxmap.language.reading import read_model
from helpers.examples import ANN, BOB, GARDEN, TRIAD
from helpers.maps_from_text import model, write

MODEL = "target: wet\nsampling: {draws: 16}\n"


@pytest.mark.parametrize(
    "question",
    [
        "also: [wet, slippery]\nassuming: [sprinkler]\n",
        pytest.param("observed: [slippery]\nworldviews: [ann, bob]\n", marks=pytest.mark.long),
        "assuming: [{all_of: [rain, not: rain]}]\n",
    ],
    ids=["assuming", "observed", "impossible"],
)
def test_what_stages_hand_on_gives_what_single_commands_give(
    question: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cruxmap.network.inquiry.MUCH_MORE", math.inf)
    asked = f"target: rain\n{question}sampling: {{draws: 16, tune: 50, chains: 2}}\n"
    assert_answers_are_those_of_single_commands(model(GARDEN, asked, ann=ANN, bob=BOB), tmp_path)


@pytest.mark.long
def test_samples_of_states_are_those_of_single_commands(tmp_path: Path) -> None:
    claims = TRIAD.format(c="30%", true="90%", false="20%")
    asked = "target: u\nworldviews: [map, ann]\nsampling: {draws: 16}\n"
    spec = model(claims, asked, ann="judgements: {c: 50%, u.otherwise: 30% to 40%}\n")
    assert_answers_are_those_of_single_commands(replace(spec, exact=False), tmp_path)


def assert_answers_are_those_of_single_commands(spec: cm.ModelSpec, folder: Path) -> None:
    done = cm.run(spec, folder)
    single = {"estimate": cm.estimate(spec), "cruxes": cm.cruxes(spec), "pairs": cm.pairs(spec)}
    if done.diff is not None:
        single["diff"] = cm.diff(spec, done.diff.a, done.diff.b)
    for name, answer in single.items():
        assert list(differences(answer.to_json(), getattr(done, name).to_json(), name)) == []


def test_the_main_job_does_not_begin_where_it_cannot_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(WrongUsage, match="cannot be written: Not a directory"):
        cm.run(
            model(GARDEN, MODEL),
            tmp_path / "file" / "figures",
            progress=lambda *_: pytest.fail("it began"),
        )
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_main_job_writes_the_answers_that_it_returns(tmp_path: Path) -> None:
    done = cm.run(model(GARDEN, MODEL, ann=ANN, bob=BOB), tmp_path / "all")
    assert {path.name for path in done.folder.iterdir()} == set(done.files)

    def read(name: str) -> object:
        return json.loads((done.folder / f"{name}.json").read_text(encoding="utf-8"))

    assert read("files")["files"] == sorted(done.files)
    assert {done.diff.a, done.diff.b} == {"ann", "bob"}
    answers = {
        "summary": done.points,
        "estimate": done.estimate,
        "cruxes": done.cruxes,
        "pairs": done.pairs,
    }
    for name, answer in {**answers, f"diff-{done.diff.a}-{done.diff.b}": done.diff}.items():
        assert read(name) == json.loads(json.dumps(answer.to_json()))
    assert {"estimate.svg", "map.svg", "cruxes-ann-claims.png"} - set(done.files) == set()


def test_the_first_pictures_stand_on_the_index_in_a_readers_order(tmp_path: Path) -> None:
    done = cm.run(model(GARDEN, MODEL, ann=ANN, bob=BOB), tmp_path)
    index = (tmp_path / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"^!\[(.*)\]\((.*)\.svg\)$", index, re.MULTILINE)
    high, low = done.diff.a, done.diff.b
    assert [name for _, name in shown] == [
        *("estimate", "map", "cruxes-overall-claims", f"cruxes-{low}-claims", f"cruxes-{high}-claims"),
        *(f"diff-{high}-{low}-waterfall", f"diff-{high}-{low}-double-cruxes"),
        *(f"takes-{low}", "uncertainty"),
    ]
    drawn = {f"{name}.{form}" for _, name in shown for form in ("svg", "png")}
    assert {name for name in done.files if name.endswith((".svg", ".png"))} == drawn
    assert re.findall("^## (.*)", index, re.MULTILINE) == [
        *("What follows?", "Why?", "On what does it hang?", "Where do we part?", "What would it take?"),
        *("Look, think or talk?", "Everything else", "What this was made from"),
    ]
    for name in re.findall(r"\]\((.*?)\)", index):
        assert name in done.files


def test_a_revision_stands_on_the_index_alone(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        options = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        done = subprocess.run(
            ["git", "-C", str(tmp_path), *options, *arguments], check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def files() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (tmp_path / "all").iterdir()}

    spec = read_model(write(tmp_path, GARDEN, MODEL))
    cm.run(spec, tmp_path / "all")
    before = files()
    assert b"Revision" not in before["README.md"]
    git("init", "-q")
    git("add", "models", "arguments")
    git("commit", "-qm", "First")
    cm.run(spec, tmp_path / "all")
    after = files()
    assert f"Revision {git('rev-parse', 'HEAD')}." in after["README.md"].decode()
    assert {name for name in after if after[name] != before[name]} == {"README.md", "files.json"}
    with next((tmp_path / "arguments").rglob("map.yaml")).open("a") as file:
        file.write("# more\n")
    cm.run(spec, tmp_path / "all")
    assert b"with changes that are not committed" in (tmp_path / "all" / "README.md").read_bytes()


@pytest.mark.long
def test_what_the_job_wrote_and_no_longer_writes_goes_and_other_pictures_stay(tmp_path: Path) -> None:
    first = cm.run(model(GARDEN, MODEL, ann=ANN, bob=BOB), tmp_path)
    (tmp_path / "cruxes-ann-judgements.svg").write_text("by another command")
    (tmp_path / f"diff-{first.diff.a}-{first.diff.b}.json").write_text("changed by hand")
    alone = cm.run(model(GARDEN, f"{MODEL}worldviews: [ann]\n", ann=ANN, bob=BOB), tmp_path)
    assert alone.diff is None
    kept = {"cruxes-ann-judgements.svg", f"diff-{first.diff.a}-{first.diff.b}.json"}
    assert {path.name for path in tmp_path.iterdir()} == {*alone.files, *kept}

"""The main job, called from Python: its answers, and the files that hold them."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

import cruxmap as cm
from benchmarks.baseline import differences
from cruxmap.errors import WrongUsage
from helpers.examples import ANN, BOB, GARDEN, TRIAD
from helpers.maps_from_text import model

MODEL = "target: wet\nsampling: {draws: 16}\n"


@pytest.mark.parametrize(
    "question",
    [
        "also: [wet, slippery]\nassuming: [sprinkler]\n",
        "observed: [slippery]\nworldviews: [ann, bob]\n",
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
    estimates = []
    done = cm.run(model(GARDEN, MODEL, ann=ANN, bob=BOB), tmp_path / "all", estimated=estimates.append)
    assert estimates == [done.estimate]
    assert {path.name for path in done.folder.iterdir()} == set(done.files)

    def read(name: str) -> object:
        return json.loads((done.folder / f"{name}.json").read_text(encoding="utf-8"))

    assert read("files")["files"] == sorted(done.files)
    assert {done.diff.a, done.diff.b} == {"ann", "bob"}
    answers = {"estimate": done.estimate, "cruxes": done.cruxes, "pairs": done.pairs}
    for name, answer in {**answers, f"diff-{done.diff.a}-{done.diff.b}": done.diff}.items():
        assert read(name) == json.loads(json.dumps(answer.to_json()))
    assert {"estimate.svg", "map.svg", "cruxes-ann-claims.png"} - set(done.files) == set()

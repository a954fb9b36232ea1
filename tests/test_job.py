"""The main job, called from Python: its answers, and the files that hold them."""

import json
from pathlib import Path

import cruxmap as cm
from helpers.examples import ANN, BOB, GARDEN
from helpers.maps_from_text import model

MODEL = "target: wet\nsampling: {draws: 16}\n"


def test_the_main_job_writes_the_answers_that_it_returns(tmp_path: Path) -> None:
    estimates = []
    done = cm.run(model(GARDEN, MODEL, ann=ANN, bob=BOB), tmp_path / "all", estimated=estimates.append)
    assert estimates == [done.estimate]
    assert {path.name for path in done.folder.iterdir()} == set(done.files)

    def read(name: str) -> object:
        return json.loads((done.folder / f"{name}.json").read_text(encoding="utf-8"))

    assert read("files") == {"files": sorted(done.files)}
    assert {done.diff.a, done.diff.b} == {"ann", "bob"}
    answers = {"estimate": done.estimate, "cruxes": done.cruxes, "pairs": done.pairs}
    for name, answer in {**answers, f"diff-{done.diff.a}-{done.diff.b}": done.diff}.items():
        assert read(name) == json.loads(json.dumps(answer.to_json()))
    assert {"estimate.svg", "pairs.png", "map.svg", "cruxes-ann-claims.png"} - set(done.files) == set()

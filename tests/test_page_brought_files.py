"""Files of worldviews that bring entries, as the page writes them: they say what the files said it read."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import cruxmap as cm
from cruxmap.insight.estimate import as_model
from cruxmap.insight.travelling_model import travelling_model
from cruxmap.language.argument_map import Argument, ArgumentMap, Entry
from cruxmap.language.inheritance import settle
from cruxmap.language.reading import check, read_map
from helpers.commands import ROOT
from page.make_bringing_cases import NAME, told
from page.make_language_cases import read

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="there is no Node.js here to run the page's modules")

type Plain = dict[str, Any]

TABLE = read(NAME)
TOWN: Plain = TABLE["maps"]["town"]
GOOD = [case["files"]["eve"] for case in TABLE["cases"] if "new" in case and [*case["files"]] == ["eve"]]
CASES = [
    file for file in GOOD if all("id" in r for routes in file.get("routes", {}).values() for r in routes)
]
"""Without those that bring a route without an id: the page gives it one."""

BROUGHT = ("claims", "questions", "arguments", "routes")
MODEL = "model: town\nmap: ../arguments/town\ntarget: wet\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the map of the cases."""
    project = tmp_path_factory.mktemp("project")
    for name, content in TOWN.items():
        path = project / "arguments/town" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    (project / "models").mkdir()
    (project / "models/town.yaml").write_text(MODEL, encoding="utf-8")
    return project


def with_file(folder: Path, text: str) -> ArgumentMap:
    """Return the map with a worldview's file, which is taken away again."""
    path = folder / "arguments/town/worldviews/eve.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        assert [problem.message for problem in check(path.parent.parent)[0]] == [], text
        return read_map(path.parent.parent)
    finally:
        path.unlink()


def shape_of(file: Plain, model: Plain) -> Plain:
    """Return a file as the page's readers do."""
    judgements = []
    for address, said in file.get("judgements", {}).items():
        if isinstance(said, str):
            judgements.append({"at": address, "value": said})
        elif "value" in said:
            judgements.append({"at": address, **said})
        else:
            states = [model["addresses"][n].removeprefix(f"{address}.") for n in model["rows_at"][address]]
            judgements.append({"at": address, "shares": [said[state] for state in states]})
    brings = {section: file[section] for section in BROUGHT if section in file}
    rest = {key: value for key, value in file.items() if key not in {*BROUGHT, "judgements"}}
    return {"id": "eve", "text": "Words.", **rest, "judgements": judgements, "brings": brings}


def test_what_a_file_brings_is_in_the_file_that_the_page_makes_of_it(folder: Path) -> None:
    model = travelling_model(cm.read_model(folder / "models/town.yaml"))
    assert NODE is not None
    done = subprocess.run(
        [NODE, str(ROOT / "tests/page/write_brought.mjs")],
        input=json.dumps({"model": model, "shapes": [shape_of(file, model) for file in CASES]}),
        capture_output=True,
        text=True,
        check=True,
    )
    written = json.loads(done.stdout)
    assert len(written) == len(CASES) > 20
    for file, found in zip(CASES, written, strict=True):
        assert found["leftOut"] == []
        there, here = (
            with_file(folder, text) for text in (json.dumps({"text": "Words."} | file), found["file"])
        )
        one, other = (told(travelling_model(as_model(argument_map))) for argument_map in (there, here))
        for part in ("places", "rows", "rows_at", "entries", "brought"):
            assert other[part] == one[part], found["file"]
        assert numbers(here) == numbers(there), found["file"]
        assert brought_in(here) == brought_in(there), found["file"]
        assert dict(here.worldview["eve"].remarks) == dict(there.worldview["eve"].remarks)


def brought_in(argument_map: ArgumentMap) -> dict[str, Entry]:
    """Return what is brought; a reader of the page has no voice, so that an argument is nobody's."""
    brought = {id_: e for id_, e in argument_map.entry.items() if e.about.brought_by == "eve"}
    return {id_: replace(e, by=None) if isinstance(e, Argument) else e for id_, e in brought.items()}


def numbers(argument_map: ArgumentMap) -> Plain:
    """Return every number that has force in the worldview, by its address."""
    return {
        s.address: (s.value.mu, s.value.sd, s.column, s.single)
        for s in settle(argument_map, "eve").settings
        if not s.rejected
    }

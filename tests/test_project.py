"""What commands do to a project's files, done from Python: the same files, and the same refusals."""

import json
from pathlib import Path

import pytest

import cruxmap as cm
from helpers.commands import Cruxmap


def contents(folder: Path) -> dict[str, bytes]:
    """Return what is in the files of a folder, by their paths in it."""
    return {
        str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_a_new_map_is_that_of_the_command(tmp_path: Path, cruxmap: Cruxmap) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    written = cm.new("town", folder=there, like="legal-case")
    assert {str(path.relative_to(there)) for path in written} == set(contents(there))
    assert cruxmap("new", "town", "--like", "legal-case").code == 0
    made = {path: data for path, data in contents(tmp_path).items() if not path.startswith("there/")}
    assert made == contents(there)
    assert not here.exists()
    with pytest.raises(cm.InvalidMap, match=r"already-there: .*there/arguments/town/"):
        cm.new("town", folder=there)
    with pytest.raises(cm.InvalidMap, match="unknown-example: like: there is no example `legal`"):
        cm.new("village", folder=there, like="legal")
    with pytest.raises(cm.InvalidMap, match="bad-id: name: `A town` is not an id"):
        cm.new("A town", folder=there)


def test_a_worldview_to_fill_in_is_that_of_the_command(in_project: Path, cruxmap: Cruxmap) -> None:
    made = cm.new_worldview(in_project / "models/small.yaml", "reviewer-ann").read_text()
    assert cruxmap("new", "small", "--worldview", "reviewer-bob").code == 0
    assert (in_project / "arguments/small/worldviews/reviewer-bob.yaml").read_text() == made.replace(
        "reviewer-ann", "reviewer-bob"
    )
    with pytest.raises(cm.InvalidMap, match="already-there"):
        cm.new_worldview("models/small.yaml", "reviewer-ann")
    with pytest.raises(cm.InvalidMap, match="name: "):
        cm.new_worldview("models/small.yaml", "Ann Smith")


def test_schemas_are_those_of_the_command(in_project: Path, cruxmap: Cruxmap) -> None:
    assert cm.schema("worldview") == json.loads(cruxmap("schema", "worldview").out)
    assert cm.schema() == json.loads(cruxmap("schema").out)
    (in_project / "arguments/small/words.yaml").write_text("lexicon: {a good bet: 70%}\n")
    assert cm.schema("map", folder=in_project) == json.loads(cruxmap("schema", "map").out)
    with pytest.raises(cm.InvalidMap, match="unknown-kind: there is no kind of file `maps`"):
        cm.schema("maps")


def test_files_are_laid_out_as_by_the_command(in_project: Path, cruxmap: Cruxmap) -> None:
    odd = in_project / "arguments/small/odd.yaml"
    odd.write_text("claims:\n      late: {credence: 5%,   text: It is late.}\n")
    broken = in_project / "arguments/small/broken.yaml"
    broken.write_text("claims: [\n")
    before = odd.read_bytes()
    found = cm.fmt(check=True)
    assert (found.changed, found.left) == (
        (Path("arguments/small/odd.yaml"),),
        (Path("arguments/small/broken.yaml"),),
    )
    assert [problem.code for problem in found.problems] == ["yaml-syntax"]
    assert odd.read_bytes() == before
    assert cm.fmt(odd).changed == found.changed
    assert cm.fmt([odd]).unchanged == found.changed
    laid = odd.read_bytes()
    odd.write_bytes(before)
    cruxmap("fmt", str(odd))
    assert odd.read_bytes() == laid


def test_names_change_as_by_the_command(in_project: Path, cruxmap: Cruxmap) -> None:
    before = contents(in_project)
    found = cm.rename(
        "team-can-rust" if "team-can-rust" in str(before) else "soil-sound", "other-name", write=False
    )
    assert contents(in_project) == before
    found.write()
    after = contents(in_project)
    cm.rename("other-name", found.old)
    assert contents(in_project) == before
    assert cruxmap("rename", found.old, "other-name").code == 0
    assert contents(in_project) == after
    with pytest.raises(cm.InvalidMap):
        cm.rename("nothing-there", "x")

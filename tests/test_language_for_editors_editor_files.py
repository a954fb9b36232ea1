"""What projects have for editors: schemas, the lines that name them, and settings of VS Code."""

import json
import os
from pathlib import Path, PurePath

import jsonschema
import pytest

import cruxmap as cm
from cruxmap.language.digest import digest
from cruxmap.language.for_editors.editor_files import (
    SETTINGS,
    editor_files,
    first_line,
    own_phrases,
    schema_line,
)
from cruxmap.language.for_editors.json_schema import json_schema
from cruxmap.language.rewriting.worldview_edits import Changes, edited
from cruxmap.language.schema import FILES
from helpers.commands import ROOT, Cruxmap

# --- in this repository ---------------------------------------------------------------------------


def test_the_files_for_editors_are_what_the_program_writes() -> None:
    here = {path: (ROOT / path).read_text(encoding="utf-8") for path in editor_files()}
    assert here == editor_files(own_phrases(ROOT)), "run `make docs`"
    assert len(list((ROOT / "schemas").iterdir())) == len(FILES)


def test_every_shipped_file_names_the_schema_of_its_kind() -> None:
    files = [file for top in ("arguments", "models") for file in (ROOT / top).rglob("*.yaml")]
    assert len(files) > 40
    for file in files:
        line = file.read_text(encoding="utf-8").splitlines()[0]
        assert f"{line}\n" == schema_line(file.relative_to(ROOT))
        assert Path(os.path.normpath(file.parent / line.partition("=")[2])).is_file()


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("arguments/a/b.yaml", "../../schemas/map.schema.json"),
        ("arguments/a/worldviews/b.yaml", "../../../schemas/worldview.schema.json"),
        ("arguments/a/sources/b.yaml", "../../../schemas/sources.schema.json"),
        ("models/a/b.yaml", "../../schemas/model.schema.json"),
        ("models/worldviews/b.yaml", "../../schemas/model.schema.json"),
    ],
)
def test_a_line_leads_from_a_file_to_its_schema(path: str, schema: str) -> None:
    assert schema_line(PurePath(path)) == f"# yaml-language-server: $schema={schema}\n"


# --- in a new project -----------------------------------------------------------------------------


def test_a_new_project_has_what_editors_need(in_project: Path, cruxmap: Cruxmap) -> None:
    for path, text in editor_files().items():
        assert (in_project / path).read_text(encoding="utf-8") == text
    settings = json.loads((in_project / SETTINGS).read_text(encoding="utf-8"))["yaml.schemas"]
    found = {file for places in settings.values() for place in places for file in in_project.glob(place)}
    files = [file for top in ("arguments", "models") for file in (in_project / top).rglob("*.yaml")]
    assert found == set(files)
    for file in files:
        assert file.read_text(encoding="utf-8").startswith(schema_line(file.relative_to(in_project)))


def test_what_a_project_has_for_editors_already_stays(in_project: Path, cruxmap: Cruxmap) -> None:
    (in_project / SETTINGS).write_text("{}")
    written = cruxmap("new", "other", "--format", "json").json["files"]
    assert not set(written) & editor_files().keys()
    assert (in_project / SETTINGS).read_text() == "{}"


def test_the_line_changes_no_digest(in_project: Path) -> None:
    before = digest(cm.read_map(in_project / "arguments/small"))
    for file in (in_project / "arguments").rglob("*.yaml"):
        file.write_text(file.read_text("utf-8").partition("\n")[2], encoding="utf-8")
    assert digest(cm.read_map(in_project / "arguments/small")) == before


def test_a_new_worldview_has_the_line_where_the_project_has_schemas(
    in_project: Path, cruxmap: Cruxmap
) -> None:
    path = in_project / "arguments/small/worldviews/ann.yaml"
    line = "# yaml-language-server: $schema=../../../schemas/worldview.schema.json\n"
    assert first_line(path) == first_line(path.relative_to(in_project)) == line
    assert cruxmap("new", "small", "--worldview", "ann").code == 0
    assert path.read_text("utf-8").startswith(line)
    (in_project / "schemas/worldview.schema.json").unlink()
    assert first_line(path) == first_line(Path("/a.yaml")) == ""


def test_the_line_stays_first_where_a_file_is_edited() -> None:
    line = schema_line(PurePath("arguments/a/worldviews/b.yaml"))
    new = edited(
        line, Changes(worldview="ann", text="What Ann thinks.", judgements={"rain": "5%"}), "ann.yaml"
    )
    assert new == f"{line}worldview: ann\ntext: What Ann thinks.\njudgements:\n  rain: 5%\n"
    again = edited(new, Changes(judgements={"rain": "7%", "wind": "1%"}), "ann.yaml")
    assert again.startswith(f"{line}worldview: ann\n")
    assert edited(again, Changes(judgements={"rain": "5%", "wind": None}), "ann.yaml") == new


# --- the command ----------------------------------------------------------------------------------


def test_schemas_are_written_into_a_folder(tmp_path: Path, cruxmap: Cruxmap) -> None:
    outcome = cruxmap("schema", "--output", "for/editors")
    assert outcome.out.splitlines() == [f"wrote for/editors/{kind}.schema.json" for kind in FILES]
    for kind in FILES:
        written = (tmp_path / f"for/editors/{kind}.schema.json").read_text(encoding="utf-8")
        assert json.loads(written) == json.loads(json.dumps(json_schema(kind)))


def test_schemas_know_the_phrases_of_the_maps_that_are_here(in_project: Path, cruxmap: Cruxmap) -> None:
    (in_project / "arguments/small/words.yaml").write_text(
        "lexicon: {likly: 50% to 70%, 9 in ten: 90%, huge: 50x}\n"
    )
    (in_project / "arguments/small/broken.yaml").write_text("lexicon: [\n")
    (in_project / "arguments/small/odd.yaml").write_text("lexicon: none\n")
    assert own_phrases(in_project) == {"likly": "probability", "9 in ten": "probability", "huge": "ratio"}
    assert cruxmap("schema", "-o", "schemas").code == 0
    schema = json.loads((in_project / "schemas/worldview.schema.json").read_text(encoding="utf-8"))
    number = jsonschema.Draft7Validator(schema["definitions"]["probability"])
    assert [number.is_valid(text) for text in ("likly", "9 in ten", "likelyy", "8 in ten")] == [
        True,
        True,
        False,
        False,
    ]
    assert [schema["definitions"][name]["anyOf"][1]["enum"] for name in ("share", "strength")] == [
        ["9 in ten", "likly"],
        ["huge"],
    ]
    assert schema == cruxmap("schema", "worldview").json


def test_one_schema_can_be_written_alone(tmp_path: Path, cruxmap: Cruxmap) -> None:
    cruxmap("schema", "model", "-o", "one")
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["model.schema.json"]

"""The worldview files that the page writes: `check` accepts them, and they have the page's numbers."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import cruxmap as cm
from cruxmap.insight.travelling_model import travelling_model
from cruxmap.language.argument_map import ClaimIs, Ever, StateIn
from cruxmap.language.inheritance import Perspective, settle
from cruxmap.language.reading import check, read_map
from helpers.commands import ROOT
from page.make_language_cases import OWN_FILE, read

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="there is no Node.js here to run the page's modules")

TABLE = read("worldviews")
FILES = TABLE["maps"]["house"]
CASES = [case for case in TABLE["cases"] if "settled" in case]
MODEL = "model: house\nmap: ../arguments/house\ntarget: comfort\nworldviews: [ann]\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the map of the cases, and a model that lists its worldviews."""
    project = tmp_path_factory.mktemp("project")
    for name, content in FILES.items():
        path = project / "arguments/house" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    (project / "models").mkdir()
    (project / "models/house.yaml").write_text(MODEL, encoding="utf-8")
    return project


def written(folder: Path, cases: list[dict[str, Any]]) -> list[str]:
    """Return the files that the page writes for cases."""
    assert NODE is not None
    model = {**travelling_model(cm.read_model(folder / "models/house.yaml")), "network": None}
    done = subprocess.run(
        [NODE, str(ROOT / "tests/page/write_worldviews.mjs")],
        input=json.dumps({"model": model, "cases": cases}),
        capture_output=True,
        text=True,
        check=True,
    )
    files: list[str] = json.loads(done.stdout)
    return files


def settled_in_file(folder: Path, text: str) -> Perspective:
    """Settle a worldview's file that is put beside the map's, and taken away again."""
    path = folder / "arguments/house" / OWN_FILE
    path.write_text(text, encoding="utf-8")
    try:
        assert check(path.parent.parent)[0] == ()
        return settle(read_map(path.parent.parent), "own")
    finally:
        path.unlink()


def settled_by_hand(case: dict[str, Any]) -> list[list[object]]:
    """Return the numbers of a case as the table has them."""
    settled = case["settled"]
    return [settled[key] for key in ("mu", "sd", "column", "single", "rejected")]


@pytest.mark.long
def test_every_file_is_accepted_and_settles_as_the_page_does(folder: Path) -> None:
    asked = [{"id": "own", "startedFrom": case["worldview"], "changes": case["changes"]} for case in CASES]
    for case, text in zip(CASES, written(folder, asked), strict=True):
        perspective = settled_in_file(folder, text)
        index = {setting.address: number for number, setting in enumerate(perspective.settings)}
        found = [
            [s.value.mu for s in perspective.settings],
            [s.value.sd for s in perspective.settings],
            [index[s.column] for s in perspective.settings],
            [int(s.single) for s in perspective.settings],
            [s.rejected for s in perspective.settings],
        ]
        for one, other in zip(found, settled_by_hand(case), strict=True):
            assert one == pytest.approx(other, rel=1e-12, abs=0), text


@pytest.mark.long
def test_what_has_no_file_is_written_out(folder: Path) -> None:
    """An anonymous reviewer's worldview cannot be extended."""
    cases = [case for case in CASES if case["worldview"] != "di"]
    asked = [
        {"id": "own", "startedFrom": c["worldview"], "changes": c["changes"], "isAnonymous": True}
        for c in cases
    ]
    for case, text in zip(cases, written(folder, asked), strict=True):
        perspective = settled_in_file(folder, text)
        assert "extends:" not in text
        if "some are points here" not in text:
            idle = {s.address for s in perspective.settings if s.rejected}
            pairs = zip(perspective.settings, case["settled"]["mu"], strict=True)
            for setting, mu in pairs:  # the strength of what is rejected counts for nothing
                if setting.address.partition(".")[0] not in idle:
                    assert setting.value.mu == pytest.approx(mu, rel=1e-12, abs=0), text


def test_a_file_says_what_it_was_made_from(folder: Path) -> None:
    changes = {"judgements": [{"at": "door", "value": "< 1%"}], "rejects": ["creaks"], "accepts": []}
    given = {"assuming": ["{window: false}"], "observed": []}
    [text] = written(folder, [{"id": "own", "startedFrom": "ann", "changes": changes, "given": given}])
    assert '  door: "< 1%"  # was about 5%\n' in text
    assert "# The model lists its worldviews: add own to `worldviews` in " in text
    assert "# In the page this was assumed: {window: false}\n" in text
    path = folder / "arguments/house" / OWN_FILE
    path.write_text(text, encoding="utf-8")
    problems, warnings = check(path)
    path.unlink()
    assert problems == ()
    assert [warning.code for warning in warnings] == ["unlisted-worldview"]


def test_an_interviews_file_has_what_was_answered_stated_fitted_and_asked(folder: Path) -> None:
    why = "to what I answered: in the interview"
    changes: dict[str, Any] = {
        "judgements": [
            {"at": "door", "value": "about 5%"},
            {"at": "heat", "value": "12.5% to 40%", "fitted": why},
            {"at": "colour", "shares": ["20%", "30%", "50%"], "fitted": why},
        ],
        "rejects": ["creaks"],
        "accepts": [],
        "stated": [{"of": {"colour": ["red", "blue"]}, "credence": "8% to 65%", "assuming": ["heat"]}],
        "asked": ["creaks.strength", {"of": {"event": "dawn", "ever": "true"}}],
    }
    [text, extending, none] = written(
        folder,
        [
            {"id": "own", "startedFrom": "map", "changes": changes},
            {"id": "own", "startedFrom": "ann", "changes": changes},
            {"id": "own", "startedFrom": "map", "changes": {**changes, "asked": []}},
        ],
    )
    for each, extends, asked in (
        (text, None, ("creaks.strength", Ever("dawn"))),
        (extending, "ann", ("creaks.strength", Ever("dawn"))),
        (none, None, ()),
    ):
        path = folder / "arguments/house" / OWN_FILE
        path.write_text(each, encoding="utf-8")
        own = read_map(path.parent.parent).worldview["own"]
        path.unlink()
        assert (own.extends, own.rejects, own.asked) == (extends, ("creaks",), asked)
        assert {j.address: j.fitted for j in own.judgements} == {"door": "", "heat": why, "colour": why}
        [stated] = own.stated
        assert (stated.of, stated.assuming) == (StateIn("colour", ("red", "blue")), (ClaimIs("heat"),))
        assert "# was" in each  # of the answer, and of no number that was fitted
        assert each.count("# was") == 1


def test_a_number_that_nobody_gave_stays_nobodys_in_a_file(folder: Path) -> None:
    changes: dict[str, Any] = {
        "judgements": [
            {"at": "door", "value": "about 5%"},
            {"at": "heat", "value": "5% to 95%", "elicited": False},
            {"at": "colour", "shares": ["20%", "30%", "50%"], "elicited": False},
        ],
        "rejects": [],
        "accepts": [],
    }
    asked = [{"id": "own", "startedFrom": "map", "changes": changes, "isAnonymous": one} for one in (0, 1)]
    for text in written(folder, asked):
        path = folder / "arguments/house" / OWN_FILE
        path.write_text(text, encoding="utf-8")
        own = read_map(path.parent.parent).worldview["own"]
        path.unlink()
        given = {judgement.address: judgement.elicited for judgement in own.judgements}
        assert (given["door"], given["heat"], given["colour"]) == (True, False, False)
        assert "door: about 5%  # was" in text
        assert "elicited: false}  # was" not in text


def test_what_texts_hold_stays_text(folder: Path) -> None:
    nothing = {"judgements": [], "rejects": [], "accepts": []}
    odd = "</script> <!-- \"quotes\" 'q' \\ back: # no\u2028\u202e\x1b[31m\ud800 {a: b}\nworldview: no"
    [text] = written(folder, [{"id": "own", "startedFrom": "map", "changes": nothing, "text": odd}])
    path = folder / "arguments/house" / OWN_FILE
    path.write_text(text, encoding="utf-8")
    found = read_map(path.parent.parent).worldview["own"].about.text
    path.unlink()
    shown = "</script> <!-- \"quotes\" 'q' \\ back: # no \u202e [31m  {a: b} worldview: no"
    assert found == shown

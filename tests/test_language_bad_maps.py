"""One folder per problem code: what `check` says of it, word for word."""

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import cruxmap as cm
from cruxmap.errors import Code, InvalidMap, Problem
from cruxmap.language.reading import check
from helpers.command_lines import BEFORE, TYPED
from helpers.commands import Cruxmap
from helpers.served import ASKED

HERE = Path(__file__).parent
FOLDERS = sorted(path for path in (HERE / "maps/bad").iterdir() if path.is_dir())
MANUAL = (HERE.parent / "docs/problems.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Section:
    code: str
    text: str


SECTIONS = [Section(*part.split("\n", 1)) for part in re.split(r"^## ", MANUAL, flags=re.MULTILINE)[1:]]


def as_json(problem: Problem) -> dict[str, object]:
    return {
        "code": problem.code,
        "message": problem.message,
        "file": problem.span.file,
        "line": problem.span.line,
        "column": problem.span.column,
        "hint": problem.hint,
    }


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_bad_map_is_told_what_is_wrong(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    problems, warnings = check(".")
    found = {"problems": [as_json(p) for p in problems], "warnings": [as_json(w) for w in warnings]}
    assert found == json.loads((folder / "expected.json").read_text(encoding="utf-8"))


FOUND_BY_INFERENCE = {
    Code.IMPOSSIBLE_EVIDENCE,
    Code.TOO_WIDE,
    Code.OUT_OF_REACH,
    Code.WITHOUT_EFFECT,
}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_bad_map_has_the_problem_that_it_is_named_after_and_no_other(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    expected = set() if folder.name in FOUND_BY_INFERENCE else {folder.name}
    assert {problem.code for found in check(".") for problem in found} == expected


def test_impossible_evidence_is_found_by_inference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE / "maps/bad/impossible-evidence")
    with pytest.raises(InvalidMap) as caught:
        cm.probability(cm.read_model("models/weather.yaml"), "wet")
    assert [problem.code for problem in caught.value.problems] == ["impossible-evidence"]


def test_a_map_too_wide_is_found_when_it_has_to_be_summed_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE / "maps/bad/too-wide")
    model = cm.read_model("models/town.yaml")
    exact = replace(model, exact=True)
    with pytest.raises(InvalidMap) as caught:
        cm.probability(exact, "town-moves")
    assert [problem.code for problem in caught.value.problems] == ["too-wide"]


def test_every_code_has_a_section_and_a_folder_or_a_command_line_and_no_other_has() -> None:
    codes = sorted(map(str, Code))
    assert sorted([*(folder.name for folder in FOLDERS), *TYPED, *ASKED]) == codes
    assert sorted(section.code for section in SECTIONS) == codes


@pytest.mark.parametrize("code", TYPED)
def test_a_command_line_has_the_problem_that_it_stands_for(
    code: Code, cruxmap: Cruxmap, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command ends with it, whoever is to blame: the files for what comes up while computing."""
    BEFORE.get(code, lambda _: None)(monkeypatch)
    outcome = cruxmap(*TYPED[code])
    assert outcome.code == (1 if code in FOUND_WHILE_COMPUTING | FOUND_IN_A_SENT_FILE else 2)
    assert outcome.out == ""
    told = re.findall(
        r"^(?:sent\.(?:csv|bif):\d+:\d+: )?problem ([a-z0-9-]+): ", outcome.err, re.MULTILINE
    )
    assert told == [code]


FOUND_WHILE_COMPUTING = {Code.NOTHING_TO_ASK, Code.LOST_WORKERS, Code.LOST_CLUSTER}
FOUND_IN_A_SENT_FILE = {Code.UNREADABLE_FORM, Code.UNCLEAR_ANSWER, Code.UNREADABLE_IMPORT}


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.code)
def test_a_section_explains_shows_and_mends(section: Section) -> None:
    parts = re.fullmatch(r"(.+?)```\w+\n(.+?)```(.+)", section.text, re.DOTALL)
    assert parts is not None
    meaning, example, mending = (part.strip() for part in parts.groups())
    assert meaning.endswith((".", ":", ")"))
    assert example
    assert re.search(r"[.:]", mending)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_problem_carries_the_line_that_it_points_into(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    for problem in (p for found in check(".") for p in found):
        path = Path(problem.span.file)
        if path.suffix == ".yaml" and problem.code not in (
            Code.MISPLACED_FILE,
            Code.UNREADABLE_FILE,
            Code.NOT_UTF8,
            Code.NO_SUCH_FILE,
        ):
            line = path.read_text(encoding="utf-8").splitlines()[problem.span.line - 1]
            assert problem.line_text == line
            assert 1 <= problem.span.column <= len(line)
            assert problem.span.column - 1 + problem.span.length <= len(line)

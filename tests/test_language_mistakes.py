"""What common mistakes are told: each its true cause, once."""

from pathlib import Path

import pytest

from cruxmap.errors import Hint
from cruxmap.language.reading import check
from helpers.commands import ROOT
from helpers.mistakes import MISTAKES, Mistake, mistakes_page, told

EACH = [mistake for mistakes in MISTAKES.values() for mistake in mistakes]


def test_the_page_of_mistakes_says_what_the_program_says() -> None:
    assert (ROOT / "docs/mistakes.md").read_text(encoding="utf-8") == mistakes_page()
    assert len(EACH) >= 30


@pytest.mark.parametrize("mistake", EACH, ids=lambda mistake: mistake.title)
def test_a_mistake_is_one_problem_in_the_file_that_has_it_and_has_a_hint(mistake: Mistake) -> None:
    (problem,) = told(mistake)
    assert problem.span.file == mistake.file
    assert problem.hint


def found(folder: Path, text: str, name: str = "map.yaml") -> list[tuple[str, int, str, str]]:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    problems, warnings = check(folder)
    return [(p.code, p.span.line, p.message, p.hint) for p in (*problems, *warnings)]


RAIN = "claims:\n  rain:\n    text: It rains.\n    credence: 30%\n"


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        (  # the nearest entry lacks a key; the one above wants it
            "claims:\n  rain:\n    text: It rains.\n  snow:\n    text: It snows.\n"
            "    credence: 30%\n  credence: 20%\n",
            7,
            "`credence` stands outside of `rain`, to which it belongs",
            "move it up to `rain` on line 2, indented by 2 more spaces",
        ),
        (
            "claims:\n  rain:\n    text: It rains.\n    all_of: [{a: true}]\n  a: {text: A.}\n"
            "  credence: 20%\n",
            6,
            "`credence` stands outside of `a`, to which it belongs",
            "put it within the brackets of `a`, on line 5",
        ),
        (
            "claims:\n  rain:\n  text: It rains.\n  credence: 30%\n",
            3,
            "`text` and `credence` stand outside of `rain`, to which they belong",
            "indent them by 2 more spaces, under `rain` on line 2",
        ),
        (
            RAIN + "arguments:\n  a:\n    text: A.\n    for: rain\n  b:\n    text: B.\n"
            "    undercuts: a\n  strength: 3x\n",
            12,
            "`strength` stands outside of `a`, to which it belongs",
            "move it up to `a` on line 6, indented by 2 more spaces",
        ),
        (
            RAIN + "questions:\n  q:\n    text: Q.\n    states: [a, b]\ncredence: {a: 30%, b: rest}\n",
            9,
            "`credence` stands outside of `q`, to which it belongs",
            "indent it by 4 more spaces, under `q` on line 6",
        ),
    ],
)
def test_a_key_belongs_to_the_nearest_entry_above_that_wants_it(
    tmp_path: Path, text: str, line: int, message: str, hint: str
) -> None:
    assert found(tmp_path, text) == [("misplaced-key", line, message, hint)]


def test_a_key_without_an_entry_above_is_sent_into_one(tmp_path: Path) -> None:
    text = "claims:\n  credence: 30%\n  rain: {text: It rains., credence: 30%}\n"
    [(code, line, _, hint)] = found(tmp_path, text)
    assert (code, line) == ("wrong-shape", 2)
    assert "indent it under the entry's id" in hint


def test_an_entry_that_is_named_like_a_key_is_an_entry(tmp_path: Path) -> None:
    assert found(tmp_path, "claims:\n  text:\n    text: It is a text.\n    credence: 30%\n") == []


@pytest.mark.parametrize(
    ("condition", "instead"),
    [
        ("wind.strong", "{wind: strong}"),
        ("rain and cold", "[rain, cold]"),
        ("rain or cold", "{any_of: [rain, cold]}"),
        ("not rain", "{rain: false}"),
    ],
)
def test_a_condition_in_other_words_has_its_right_form_in_the_hint(
    tmp_path: Path, condition: str, instead: str
) -> None:
    text = (
        "questions:\n  wind: {text: W?, states: [weak, strong], credence: {weak: 30%, strong: rest}}\n"
        "claims:\n  rain: {text: R., credence: 5%}\n  cold: {text: C., credence: 5%}\n"
        f"  both: {{text: B., all_of: [{condition}]}}\n"
    )
    (tmp_path / "map.yaml").write_text(text)
    (problem,), _ = check(tmp_path)
    assert problem.code == "wrong-reference"
    assert isinstance(problem.hint, Hint)
    assert (problem.hint.written, problem.hint.instead) == (condition, instead)
    (tmp_path / "map.yaml").write_text(text.replace(condition, instead))
    assert check(tmp_path) == ((), ())


@pytest.mark.parametrize(
    ("entry", "line", "written"),
    [
        ("    credence:30%\n    text: It rains.\n", 3, "credence:30%"),
        ("    text:It rains.\n    credence: 30%\n", 3, "text:It rains."),
        ("    text: It rains.\n    credence:30%\n  snow:\n    text: S.\n", 4, "credence:30%"),
    ],
)
def test_a_colon_without_a_space_is_blamed_on_its_own_line(
    tmp_path: Path, entry: str, line: int, written: str
) -> None:
    (tmp_path / "map.yaml").write_text(f"claims:\n  rain:\n{entry}")
    (problem,), _ = check(tmp_path)
    assert (problem.code, problem.span.line) == ("yaml-syntax", line)
    assert isinstance(problem.hint, Hint)
    assert problem.hint.written == written
    assert problem.line_text[problem.span.column - 1 :][: problem.span.length] == written

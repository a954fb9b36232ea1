"""What editors are told of files: the JSON Schemas take what the language takes, and refuse what they can."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from cruxmap.language.argument_map import Role
from cruxmap.language.for_editors.json_schema import json_schema
from cruxmap.language.judgement import LEXICON, UnreadableError, parse_value
from cruxmap.language.reading import check
from cruxmap.language.schema import FILES, ArgumentShape, ClaimShape, FileKind
from cruxmap.language.validation import Description, described
from helpers.drawn_maps import Draft, drafts_with_brought
from helpers.editors import UNREADABLE, kind_of, refusals
from helpers.few_examples import FEW_EXAMPLES

ROOT = Path(__file__).parents[1]
BAD = ROOT / "tests/maps/bad"

# --- what they take -------------------------------------------------------------------------------


def test_every_map_that_is_shipped_or_shown_in_a_test_is_taken() -> None:
    roots = [ROOT, *sorted((ROOT / "src/cruxmap/examples").iterdir()), ROOT / "tests/maps/good"]
    files = [
        file for root in roots for top in ("arguments", "models") for file in (root / top).rglob("*.yaml")
    ]
    assert len(files) > 80
    told = {file: [*refusals(file.read_text("utf-8"), kind_of(file))] for file in files}
    assert {file: refused for file, refused in told.items() if refused} == {}


@FEW_EXAMPLES
@given(drafts_with_brought())
def test_every_drawn_map_is_taken(draft: Draft) -> None:
    assert [r for name, text in draft.files().items() for r in refusals(text, kind_of(Path(name)))] == []


NUMERALS = st.one_of(
    st.integers(0, 120).map(str),
    st.decimals(0, 120, places=2).map(str),
    st.sampled_from(["0.0", "00.5", ".5", "1e-8", "5E-1", "1000", "2.50", "1e2"]),
)
ENDS = st.one_of(
    *(NUMERALS.map(form.format) for form in ("{}%", "{}", "{}x")),
    st.builds("{}{}{}".format, NUMERALS, st.sampled_from([":", "/", " in ", " : "]), NUMERALS),
)
WRITTEN = st.one_of(
    ENDS,
    st.builds("{} to {}".format, ENDS, ENDS),
    st.builds("{}{}".format, st.sampled_from(["under ", "over ", "<", "> ", "about "]), ENDS),
    st.sampled_from([phrase for _, phrase in LEXICON]),
    st.just("same as a.b"),
)


@given(WRITTEN, st.sampled_from([Role.CREDENCE, Role.STRENGTH, Role.PACE]))
def test_every_number_that_can_be_read_is_taken(written: str, role: Role) -> None:
    try:
        parse_value(written, role, LEXICON)
    except UnreadableError:
        assume(False)
    assert told_of(written, role) == []


def told_of(written: str, role: Role) -> list[str]:
    """Return what is wrong with a map in which a number is written without quotes, or in them."""
    quoted = json.dumps(written)
    return [
        refusal
        for number in (written if written[0] not in "<>" else quoted, quoted)
        for refusal in refusals(_map_with(number, role), "map")
    ]


def _map_with(number: str, role: Role) -> str:
    if role is Role.STRENGTH:
        return f"arguments:\n  a: {{text: X., for: b, strength: {number}}}\n"
    if role is Role.CREDENCE:
        return f"claims:\n  a: {{text: X., credence: {number}}}\n"
    phase = f"{{credence: 5%, pace: {number}}}"
    return f"events:\n  a:\n    text: X.\n    timeline: t\n    emerges:\n      p: {phase}\n"


@pytest.mark.parametrize("phrase", ["on past form", "level 3", "++", "Sehr unsicher", "even odds"])
def test_a_phrase_of_the_maps_own_is_taken(phrase: str) -> None:
    assert told_of(phrase, Role.CREDENCE) == []
    assert told_of(phrase, Role.STRENGTH) == []
    assert [*refusals(f"lexicon: {{{json.dumps(phrase)}: 5% to 10%, other: 2x to 3x}}\n", "map")] == []


# YAML 1.1 reads `yes` as true, `010` as 8, `3:1` as 181, a date as a date, and `1e-8` as text; YAML 1.2
# reads `010` as 10, `1e-8` as a number, and the others as texts. The language reads what is written.
AS_WRITTEN = """
language: 1
map: {title: 2030, text: ~, note: 2024-01-15}
sources:
  report: {title: yes, date: 2024-01-15, url: 12:30, author: 010}
voices:
  2024: {text: on}
timelines:
  off: {text: no, phases: {yes: 010, 2030: 2, 2024-01-15: "3"}}
claims:
  yes: {text: 1e-8, credence: 1e-8, note: yes, tags: [2030, no, 1.5], source: report#2024-01-15}
  no: {text: 5%, credence: 3:1, source: [report, report#12]}
  on: {text: 2024-01-15, all_of: [yes, {no: true}, {state: [yes, 2030, 2024-01-15]}]}
questions:
  state: {text: ~, states: [yes, 2030, 2024-01-15], credence: {yes: .5, 2030: 0.25, 2024-01-15: rest}}
lexicon:
  so so: 1:1
"""


def test_scalars_are_taken_as_they_are_written_however_a_library_reads_them(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(AS_WRITTEN, encoding="utf-8")
    assert check(tmp_path)[0] == ()
    assert yaml.safe_load(AS_WRITTEN)["claims"][False]["credence"] == 181
    assert [*refusals(AS_WRITTEN, "map")] == []


# --- what they refuse -----------------------------------------------------------------------------

REFUSED = {
    *("bad-id", "bad-include", "certain-stated", "credence-needed", "duplicate-key", "empty-list"),
    *("impossible-count", "impossible-expectation", "misplaced-key", "misplaced-otherwise", "missing-key"),
    *("no-basis", "no-direction", "not-a-digest", "not-a-whole-number", "not-utf8", "repeated"),
    *("reserved-id", "several-bases", "several-documents", "strength-below-one", "too-few-states"),
    *("unclear-expectation", "unknown-key", "unknown-language", "unreadable-judgement", "wrong-kind"),
    *("wrong-shape", "yaml-feature", "yaml-syntax"),
}
"""What one file by itself shows. All else takes several entries, several files, arithmetic or inference."""


def is_refused(folder: Path) -> bool:
    """Tell whether an editor marks something in a folder: what is not YAML, too."""
    try:
        files = [file for file in folder.rglob("*.yaml") if file.is_file()]
        return any(
            [*refusals(file.read_text("utf-8"), kind_of(file.relative_to(folder)))] for file in files
        )
    except UNREADABLE:
        return True


def test_what_can_be_expressed_is_refused() -> None:
    folders = [folder for folder in BAD.iterdir() if folder.is_dir()]
    assert {folder.name for folder in folders if is_refused(folder)} == REFUSED


NOT_PROBABILITIES = [
    *(
        "5-10%",
        "likly",
        "160%",
        "Likely",
        "verylikely",
        "1 to 5%",
        "under 20%",
        "over 80%",
        "-5%",
        "5 %",
    ),
    *(
        "0% to 5%",
        "30% to 160%",
        "about 0%",
        "1",
        "0",
        "5",
        "1:0",
        "0:1",
        "3x",
        "strong",
        "rest",
        "5% - 10%",
    ),
    *(
        "between 5 and 10",
        "about 5",
        "same as",
        "same as a b",
        "\u201c5%\u201d",
        "",
        "[5%]",
        "~",
        "true",
    ),
]


@pytest.mark.parametrize("written", NOT_PROBABILITIES)
def test_no_other_text_is_a_probability(written: str) -> None:
    assert [*refusals(_map_with(written, Role.CREDENCE), "map")]


@pytest.mark.parametrize(
    "written", ["3", "0.5x", "0x", "0.5x to 2x", "10x to 3x", "3x-10x", "30%", "likely", "stong"]
)
def test_no_other_text_is_a_strength(written: str) -> None:
    assert [*refusals(_map_with(written, Role.STRENGTH), "map")]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("worldview", "text: X.\njudgements: {a.strength: 30%}\n"),
        ("worldview", "text: X.\njudgements: {a.b.pace: {value: likely}}\n"),
        ("worldview", "text: X.\njudgements: {a: {value: 30%, source: post, fitted: to b}}\n"),
        ("worldview", "text: X.\njudgements: {a: {value: 30%, source: post, elicited: false}}\n"),
        ("worldview", "text: X.\njudgements: {a: {value: 30%, fitted: to b, elicited: 'false'}}\n"),
        (
            "worldview",
            "text: X.\njudgements: {a: {value: {b: 30%, c: rest}, source: d, elicited: false}}\n",
        ),
        ("map", "claims: {a: {text: X., credence: {value: 30%, source: post, elicited: false}}}\n"),
        ("map", "claims: {a: {text: X., credence: {value: 30%, elicited: nobody}}}\n"),
        ("worldview", "text: X.\njudgements: {a.b: rest}\n"),
        ("worldview", "voice: a\n"),
        ("map", "claims: {a: {text: X., credence: {value: 30%, fitted: to b}}}\n"),
        ("map", "claims: {a: {text: '', credence: 30%}}\n"),
        ("map", "lexicon: {5%: 10%}\n"),
        ("map", "claims: {a: {text: X., all_of: [{event: b}]}}\n"),
        ("map", "arguments: {a: {text: X., undercuts: b, strength: 2x}}\n"),
        ("map", "events: {a: {text: X., timeline: t, later_of: [b], requires: [c]}}\n"),
        ("map", "questions: {a: {text: X., states: [b, c], credence: 30%}}\n"),
        ("model", "model: a\nmap: b\n"),
        ("model", "model: a\nmap: b\ntarget: c\nreconcile: maybe\n"),
        ("model", "model: a\nmap: b\ntarget: c\nexpect: [{estimate: c, above: 2x}]\n"),
        (
            "model",
            "model: a\nmap: b\ntarget: c\nexpect: [{estimate: c, above: 5%, than: {worldview: d}}]\n",
        ),
        ("sources", "locators: [a]\n"),
    ],
)
def test_what_one_key_says_of_another_is_held(kind: FileKind, text: str) -> None:
    assert [*refusals(text, kind)]


NODE = shutil.which("node")
AS_EDITORS = """
const [patterns, texts] = JSON.parse(process.argv[1]);
const found = patterns.map((pattern) => texts.map((text) => new RegExp(pattern, "u").test(text)));
console.log(JSON.stringify(found));
"""


def patterns_in(part: Any) -> Iterator[str]:
    match part:
        case dict():
            if isinstance(part.get("pattern"), str):
                yield part["pattern"]
            for inner in part.values():
                yield from patterns_in(inner)
        case list():
            for inner in part:
                yield from patterns_in(inner)


@pytest.mark.skipif(NODE is None, reason="there is no Node.js here to read patterns as editors do")
def test_editors_read_patterns_as_python_does() -> None:
    """They are written in JavaScript, and read patterns as Unicode: a stray backslash is an error there."""
    patterns = sorted({pattern for kind in FILES for pattern in patterns_in(json_schema(kind))})
    right = [
        "5%",
        "1:3",
        "1 in 1000",
        "under 1%",
        "0.1% to 1/3",
        "likely",
        "a.b",
        "post#P1",
        "../a/b.yaml",
    ]
    texts = [*NOT_PROBABILITIES, *right]
    command = [str(NODE), "-e", AS_EDITORS, json.dumps([patterns, texts])]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [[bool(re.search(p, text)) for text in texts] for p in patterns]


# --- what they tell -------------------------------------------------------------------------------


def described_keys(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each key that a schema knows with the schema of what stands under it."""
    for part in (schema, *schema["definitions"].values()):
        yield from part.get("properties", {}).items()


@pytest.mark.parametrize("kind", FILES)
def test_every_key_has_a_description_and_an_example_that_may_stand_there(kind: FileKind) -> None:
    schema = json_schema(kind)
    jsonschema.Draft7Validator.check_schema(schema)
    for key, part in described_keys(schema):
        assert part["description"].endswith("."), key
        [example] = part["examples"]
        own = {name: value for name, value in part.items() if name not in ("description", "examples")}
        checker = jsonschema.Draft7Validator({"allOf": [own], "definitions": schema["definitions"]})
        assert [error.message for error in checker.iter_errors(example)] == [], key


def test_the_phrases_of_the_language_are_enumerated() -> None:
    definitions = json_schema("map")["definitions"]
    assert "roughly even" in definitions["probability"]["anyOf"][0]["enum"]
    assert definitions["strength"]["anyOf"][0]["enum"] == ["weak", "moderate", "strong", "very strong"]


def test_a_key_is_described_by_its_shape() -> None:
    assert described(ClaimShape, "leak") == Description(
        "The chance that a cause which is not listed is at work. Default: `0%`.", "1% to 3%"
    )
    assert described(ArgumentShape, "for") is not None
    assert described(ClaimShape, "lead") is None


def test_worldviews_alone_may_say_that_a_number_was_fitted() -> None:
    assert '"fitted"' in json.dumps(json_schema("worldview"))
    assert '"fitted"' not in json.dumps(json_schema("map"))

"""`cruxmap import` and `cruxmap export`: files that come from other programs, and go to them."""

import gzip
import io
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import cruxmap as cm
from cruxmap.cli.exchange import READ, WRITTEN
from cruxmap.errors import Code, InvalidMap, WrongUsage
from cruxmap.exchange.formats import FORMATS, Arrived
from cruxmap.exchange.importing import format_of
from cruxmap.exchange.targets import sensible_target
from cruxmap.exporting import format_for, written
from cruxmap.language.reading import check
from cruxmap.language.rewriting.formatting import formatted
from helpers.commands import COMMAND, DECISION, Cruxmap
from helpers.maps_from_text import write

RAIN = """\
variable rain { type discrete [2] { yes, no }; }
variable wet { type discrete [2] { yes, no }; }
probability ( rain ) { table 0.2, 0.8; }
probability ( wet | rain ) { (yes) 0.9, 0.1; (no) 0.05, 0.95; }
"""


def test_a_file_becomes_a_project_that_says_so(cruxmap: Cruxmap) -> None:
    Path("Rain.bif").write_text(RAIN)
    outcome = cruxmap("import", "Rain.bif")
    assert outcome.code == 0
    assert outcome.out.splitlines() == [
        "wrote arguments/rain/rain.yaml",
        "wrote models/rain.yaml",
        "Look at it: cruxmap show rain; ask: cruxmap estimate rain",
    ]
    assert "What the map does not say" in outcome.err
    assert "a claim is true or false" in outcome.err
    assert "the target is wet: change `target` in models/rain.yaml" in outcome.err
    assert check() == ((), ())
    expected = 0.2 * 0.9 + 0.8 * 0.05
    assert cm.probability(cm.read_model("models/rain.yaml"), "wet") == pytest.approx(expected, rel=1e-12)
    assert cruxmap("fmt", "--check").code == 0


def test_nothing_is_written_over_what_is_there(cruxmap: Cruxmap) -> None:
    Path("rain.bif").write_text(RAIN)
    Path("models").mkdir()
    Path("models/rain.yaml").write_text("mine")
    outcome = cruxmap("import", "rain.bif")
    assert (outcome.code, outcome.out) == (2, "")
    assert "already-there: models/rain.yaml is already there\n  hint: choose another name" in outcome.err
    assert not Path("arguments").exists()
    assert Path("models/rain.yaml").read_text() == "mine"
    assert cruxmap("import", "rain.bif", "weather").code == 0
    assert cruxmap("import", "rain.bif", "weather").code == 2


def test_all_files_are_written_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = cm.import_map(RAIN.encode(), name="rain")
    (tmp_path / "models").write_text("no folder")
    with pytest.raises(WrongUsage, match="cannot be written"):
        found.write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["models"]
    assert found.write(tmp_path / "new") == tuple(found.files)
    assert (tmp_path / "new/models/rain.yaml").read_text() == found.files["models/rain.yaml"]


def test_stdin_is_read_where_the_name_is_a_hyphen(
    cruxmap: Cruxmap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(RAIN.encode())))
    assert cruxmap("import", "-", "weather").code == 0
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(RAIN.encode())))
    outcome = cruxmap("import", "-")
    assert outcome.code == 2
    assert "give the map's name" in outcome.err


def test_a_packed_file_is_unpacked(cruxmap: Cruxmap) -> None:
    Path("rain.bif.gz").write_bytes(gzip.compress(RAIN.encode()))
    assert cruxmap("import", "rain.bif.gz").code == 0
    Path("cut.bif.gz").write_bytes(gzip.compress(RAIN.encode())[:-12])
    outcome = cruxmap("import", "cut.bif.gz")
    assert (outcome.code, outcome.out) == (1, "")
    assert "unreadable-import: it is packed by gzip, and cannot be unpacked" in outcome.err
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cruxmap.exchange.foreign_files.MOST_BYTES", 1000)
        Path("bomb.bif.gz").write_bytes(gzip.compress(b" " * 100_000))
        assert "unpacked it has more than 1,000 bytes" in cruxmap("import", "bomb.bif.gz").err


def test_a_problem_has_its_place_in_the_foreign_file(cruxmap: Cruxmap) -> None:
    Path("rain.bif").write_text(RAIN.replace("0.2, 0.8", "0.2, 0.7"))
    outcome = cruxmap("import", "rain.bif")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith(
        "rain.bif:3:24: problem unreadable-import: a row of `rain` adds up to 0.9"
    )
    assert not Path("arguments").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("no-such.bif",), "no-such-file: there is no no-such.bif"),
        (("rain.txt",), ""),
        (
            ("note.txt",),
            "unknown-format: nothing tells which format note.txt is in\n  hint: name it by --format: ",
        ),
        (("rain.txt", "Rain"), "bad-id: `Rain` is not an id\n  hint: write `rain`"),
        (("rain.txt", "--format", "biff"), "unknown-format: there is no format `biff` that can be read"),
    ],
)
def test_what_is_unclear_is_asked_for(arguments: tuple[str, ...], said: str, cruxmap: Cruxmap) -> None:
    Path("rain.txt").write_text(RAIN)
    Path("note.txt").write_text("Rain makes wet.")
    outcome = cruxmap("import", *arguments)
    assert outcome.code == (2 if said else 0)
    assert said in outcome.err


def test_help_names_all_formats() -> None:
    assert READ.replace(" or", ",").split(", ") == sorted(FORMATS)
    assert WRITTEN.replace(" or", ",").split(", ") == sorted(written())


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_known_by_its_suffix_and_its_functions_are_there(name: str) -> None:
    one = FORMATS[name]
    assert callable(one.reader)
    assert callable(one.writer)
    if not any(one.suffixes[0] in o.suffixes for o in FORMATS.values() if o is not one):
        assert format_of(b"", f"file{one.suffixes[0].upper()}", None) is one


# --- what arrives ------------------------------------------------------------------------------------


def arriving(monkeypatch: pytest.MonkeyPatch, arrived: Arrived) -> cm.Imported:
    monkeypatch.setattr("cruxmap.exchange.networks.bif.read_bif", lambda data, file: arrived)
    return cm.import_map(b"", format="bif", name="small")


LONG = " ".join(["A long sentence about rain"] * 8) + "."


def test_worldviews_models_and_sources_arrive_laid_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = Arrived(
        map={
            "sources": {"post": {"title": "A post"}},
            "claims": {
                "rain": {"text": LONG, "source": "post#p1", "credence": "20%"},
                "wet": {
                    "text": "Wet.",
                    "given": [{"when": "rain", "credence": "90%"}, {"otherwise": "5%"}],
                },
            },
        },
        worldviews={"ann": {"text": "Ann.", "judgements": {"rain": "50%"}}},
        model={"target": {"wet": "false"}, "worldviews": ["ann"]},
        sources={"post": {"locators": {"p1": {"section": "One"}}}},
    )
    found = arriving(monkeypatch, said)
    assert found.asks
    assert found.map.entry["rain"].about.text == LONG
    assert found.model.worldviews == ("ann",)
    assert [*found.files] == [
        "arguments/small/small.yaml",
        "arguments/small/worldviews/ann.yaml",
        "arguments/small/sources/post.yaml",
        "models/small.yaml",
    ]
    found.write(tmp_path)
    assert check(tmp_path) == ((), ())
    for path, text in found.files.items():
        kind = {"worldviews": "worldview", "models": "model", "sources": "sources"}
        assert formatted(text, kind.get(Path(path).parent.name, "map"), path) == text
    assert cm.read_model(tmp_path / "models/small.yaml") == found.model


def test_what_is_there_already_is_not_read_into_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    cm.import_map(RAIN.encode(), name="small").write()
    said = Arrived(map={"claims": {"rain": {"text": "Rain.", "credence": "20%"}}})
    assert [*arriving(monkeypatch, said).map.entry] == ["rain"]


def test_problems_of_the_whole_are_told_where_an_entry_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    place = cm.Span("stdin", 7, 3, 2)
    said = Arrived(
        map={
            "claims": {
                "dry": {"text": "Dry.", "credence": "20%"},
                "rain": {"text": "Rain.", "all_of": ["snow"]},
            }
        },
        places={"rain": place, "dry": place._replace(line=1)},
    )
    with pytest.raises(InvalidMap) as caught:
        arriving(monkeypatch, said)
    [problem] = caught.value.problems
    assert (problem.code, problem.span) == (Code.UNKNOWN_ID, place)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        (
            "claims: {a: {text: A., credence: 5%}, b: {text: B., all_of: [a]}, c: {text: C., credence: 5%}}",
            "b",
        ),
        ("claims: {ban: {text: B., credence: 5%}, no-ban: {text: N., all_of: [{ban: false}]}}", "ban"),
        ("questions: {q: {text: Q., states: [x, y], credence: {x: 5%, y: 95%}}}", {"q": "x"}),
        (
            "timelines: {t: {text: T., phases: {p: 1}}}\n"
            "events: {e: {text: E., timeline: t, emerges: {p: 5%}}}",
            {"event": "e", "ever": "true"},
        ),
    ],
)
def test_a_target_is_what_most_leads_to(text: str, target: object, tmp_path: Path) -> None:
    write(tmp_path, text, "target: a")
    [folder] = (tmp_path / "arguments").iterdir()
    assert sensible_target(cm.read_map(folder)) == target


# --- what goes ---------------------------------------------------------------------------------------


def test_a_model_is_drawn_as_show_draws_it(in_project: Path, cruxmap: Cruxmap) -> None:
    for form, suffix in (("dot", ".gv"), ("mermaid", ".mmd")):
        shown = cruxmap("show", "small", "--format", form, "--quiet")
        assert cruxmap("export", "small", "--format", form).out == shown.out
        assert cruxmap("export", "small", "--output", f"small{suffix}").code == 0
        assert Path(f"small{suffix}").read_text() == shown.out


def test_a_map_without_a_model_is_asked_for_what_it_leads_to(in_project: Path) -> None:
    model = cm.read_model("models/small.yaml")
    assert cm.export_map(model.map, "dot").text.startswith("digraph")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "unknown-format: nothing says which format to write\n  hint: name it by --format: "),
        (("-o", "small.txt"), "unknown-format: the name of small.txt does not say which format to write"),
        (("--format", "pdff"), "unknown-format: there is no format `pdff` to write"),
        (("--format", "dot", "-w", "nobody"), "unknown-worldview: there is no worldview `nobody`"),
    ],
)
def test_what_is_unclear_of_an_export_is_asked_for(
    arguments: tuple[str, ...], said: str, in_project: Path, cruxmap: Cruxmap
) -> None:
    outcome = cruxmap("export", "small", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err
    assert [*Path().glob("small*")] == []


def test_a_name_with_a_known_end_says_the_format() -> None:
    assert format_for(Path("a.DOT")) == "dot"


@pytest.mark.parametrize("form", ["csv", "sacm", "gsn-png"])
def test_what_is_piped_is_the_file_to_the_byte(form: str, cruxmap: Cruxmap) -> None:
    cruxmap("export", DECISION, "--format", form, "-o", "written")
    piped = subprocess.run(
        [*COMMAND, "export", DECISION, "--format", form], capture_output=True, check=True
    )
    assert piped.stdout == Path("written").read_bytes()

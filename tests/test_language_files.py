"""Files as they lie on a disk: which are read, what bytes they may hold, and what is said of the rest."""

import os
import re
import socket
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cruxmap.errors import InvalidMap, Problem
from cruxmap.language.files import MAX_BYTES
from cruxmap.language.reading import check, read_map, read_model
from cruxmap.language.typed import parse_condition
from cruxmap.language.yaml_text import SourceFile

RAIN = "claims:\n  rain: {text: It rains., credence: 30%}\n"
MODEL = "model: m\nmap: ../arguments/weather\ntarget: rain\n"


def write(folder: Path, **files: str) -> Path:
    """Write files, `/` in a name as `__`, and return the folder."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return folder


def told(folder: Path) -> list[tuple[str, str]]:
    """Return the code and the file, as seen from the folder, of every problem."""
    return [(p.code, os.path.relpath(p.span.file, folder)) for p in check(folder)[0]]


def the_problem(folder: Path) -> Problem:
    (problem,), warnings = check(folder)
    assert warnings == ()
    return problem


# --- lines -----------------------------------------------------------------------------------------

ENDS = ["\n", "\r", "\r\n"]
texts = st.lists(st.sampled_from([*ENDS, "\x85", "\u2028", "\u2029", "", "a", " ", "\u00e9", "ab"])).map(
    "".join
)


def naive_starts(text: str) -> list[int]:
    """Where the lines of a text start, by looking at one character after another."""
    starts = [0]
    for at, character in enumerate(text):
        if character == "\n" or (character == "\r" and text[at + 1 : at + 2] != "\n"):
            starts.append(at + 1)
    return [*starts, len(text) + 1]


@given(texts)
def test_lines_start_where_a_slow_count_says(text: str) -> None:
    file = SourceFile("a.yaml", text)
    assert file.line_starts == naive_starts(text)
    assert len(file.lines) == len(file.line_starts) - 1
    for number, start in enumerate(file.line_starts[:-1]):
        assert text.startswith(file.line(number), start)


@given(texts, st.data())
def test_a_place_is_where_an_editor_shows_it(text: str, data: st.DataObject) -> None:
    file = SourceFile("a.yaml", text)
    at = data.draw(st.integers(0, len(text)))
    span = file.span(at, at)
    lines = re.split("\r\n|\r|\n", text[:at] + "|")
    assume(text[at - 1 : at + 1] != "\r\n")
    assert (span.line, span.column) == (len(lines), len(lines[-1]))


@pytest.mark.parametrize("character", ["\x85", "\u2028", "\u2029"])
def test_a_line_end_that_no_editor_shows_is_named_with_its_place(tmp_path: Path, character: str) -> None:
    problem = the_problem(
        write(tmp_path, a=RAIN + f"  # a{character}\n  wet: {{text: W., credence: 5%}}\n")
    )
    assert (problem.code, problem.span.line, problem.span.column) == ("yaml-feature", 3, 6)
    assert f"U+{ord(character):04X}" in problem.message


def test_what_follows_such_a_line_end_is_read_on_and_has_its_place(tmp_path: Path) -> None:
    text = "claims:\n  rain: {text: It\u2028rains., credence: 30%}\n  wet: {text: W., credence: no}\n"
    problems, _ = check(write(tmp_path, a=text))
    assert [(p.code, p.span.line) for p in problems] == [("yaml-feature", 2), ("unreadable-judgement", 3)]


# --- characters ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "escape", [r"\0", r"\e", r"\a", r"\x9b", r"\x7f", r"\N", r"\L", r"\P", r"\ufffe", r"\uffff"]
)
@pytest.mark.parametrize(
    "text",
    [
        'claims: {rain: {text: "It @rains.", credence: 30%}}',
        'claims: {rain: {text: It rains., credence: 30%, note: "@"}}',
        'claims: {rain: {text: It rains., credence: "30%@"}}',
        'claims: {rain: {text: It rains., credence: 30%, "@": x}}',
        'claims: {rain: {text: It rains., credence: 30%}}\n"@": x',
        'map: {title: "@"}\nclaims: {rain: {text: It rains., credence: 30%}}',
        'claims: {rain: {text: It rains., credence: 30%}}\nsources: {"s@": {title: S.}}',
        'claims: {rain: {text: It rains., credence: 30%}}\nlexicon: {"so@": 30%}',
    ],
)
def test_a_control_character_is_a_problem_wherever_it_is_written(
    tmp_path: Path, text: str, escape: str
) -> None:
    problem = the_problem(write(tmp_path, a=text.replace("@", escape)))
    assert problem.code == "yaml-feature"
    assert "may not stand in a text" in problem.message
    assert escape in problem.line_text


def test_a_control_character_in_a_path_is_a_problem(tmp_path: Path) -> None:
    write(
        tmp_path, arguments__weather__a=RAIN, models__m=MODEL.replace("../arguments/weather", r'"../a\0b"')
    )
    assert the_problem(tmp_path).code == "yaml-feature"


@pytest.mark.parametrize("name", ["x" * 300, "x/" * 3_000, "\u00e9" * 200])
def test_a_path_that_no_system_takes_leads_to_no_map(tmp_path: Path, name: str) -> None:
    write(tmp_path, arguments__weather__a=RAIN, models__m=MODEL.replace("weather", name))
    assert the_problem(tmp_path).code == "no-such-file"


@pytest.mark.parametrize("typed", [{"\0": "x"}, "a\0b", ["rain", {"not": "\x1b"}]])
def test_a_control_character_from_a_program_is_a_problem(tmp_path: Path, typed: object) -> None:
    argument_map = read_map(write(tmp_path, a=RAIN))
    with pytest.raises(InvalidMap, match="U\\+00"):
        parse_condition(typed, argument_map)


@pytest.mark.parametrize("blank", ['""', "''", '" "', "' \u00a0'", '"\\n \\t"', '"\\_"', "|+\n\n"])
def test_a_sentence_that_nobody_can_see_is_missing(tmp_path: Path, blank: str) -> None:
    text = f"claims:\n  rain:\n    credence: 30%\n    text: {blank}\n"
    assert [problem.code for problem in check(write(tmp_path, a=text))[0]] == ["missing-key"]


def test_a_blank_title_is_none(tmp_path: Path) -> None:
    assert read_map(write(tmp_path / "weather", a='map: {title: " "}\n' + RAIN)).title == "weather"


@pytest.mark.parametrize("target", ["{}", "[]", "[{}]", "{sky: []}"])
def test_an_argument_is_about_something(tmp_path: Path, target: str) -> None:
    more = f"arguments: {{so: {{text: So., against: {target}, strength: 3x}}}}\n"
    sky = "questions: {sky: {text: Sky?, states: [a, b], credence: {a: 50%, b: 50%}}}\n"
    assert the_problem(write(tmp_path, a=RAIN + more + sky)).code == "empty-list"


@pytest.mark.parametrize("name", ["draws", "tune", "chains"])
def test_nobody_waits_for_so_much_sampling(tmp_path: Path, name: str) -> None:
    write(tmp_path, arguments__weather__a=RAIN)
    write(tmp_path, models__m=MODEL + f"sampling: {{{name}: 999999999999999}}\n")
    assert the_problem(tmp_path).code == "not-a-whole-number"
    most = {"draws": 1_000_000, "tune": 1_000_000, "chains": 1_000}[name]
    write(tmp_path, models__m=MODEL + f"sampling: {{{name}: {most}}}\n")
    assert getattr(read_model(tmp_path / "models/m.yaml").sampling, name) == most
    write(tmp_path, models__m=MODEL + f"sampling: {{{name}: {most + 1}}}\n")
    assert the_problem(tmp_path).code == "not-a-whole-number"


# --- what is no ordinary file ----------------------------------------------------------------------


def test_a_pipe_is_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(write(tmp_path, a=RAIN) / "pipe.yaml")
    assert told(tmp_path) == [("unreadable-file", "pipe.yaml")]
    assert "not an ordinary file" in the_problem(tmp_path).message


def test_a_link_to_a_pipe_is_never_waited_for(tmp_path: Path) -> None:
    write(tmp_path, a=RAIN)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link.yaml").symlink_to("pipe")
    assert told(tmp_path) == [("unreadable-file", "link.yaml")]


def test_a_socket_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write(tmp_path, a=RAIN))  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.yaml")
        assert told(Path()) == [("unreadable-file", "socket.yaml")]


def test_a_pipe_as_a_worldview_a_list_of_locators_or_a_model(tmp_path: Path) -> None:
    write(tmp_path, arguments__weather__a=RAIN, models__m=MODEL)
    pipes = ["arguments/weather/sources/s.yaml", "arguments/weather/worldviews/w.yaml", "models/n.yaml"]
    for pipe in pipes:
        (tmp_path / pipe).parent.mkdir(exist_ok=True)
        os.mkfifo(tmp_path / pipe)
        assert ("unreadable-file", pipe) in told(tmp_path)
    assert len(told(tmp_path)) == 3
    assert told(tmp_path / "models/n.yaml")[0][0] == "unreadable-file"


def test_a_file_too_large_is_left_closed(tmp_path: Path) -> None:
    with (write(tmp_path, a=RAIN) / "large.yaml").open("wb") as file:
        file.truncate(MAX_BYTES + 1)  # takes no room on the disk
    assert told(tmp_path) == [("unreadable-file", "large.yaml")]


def test_a_file_that_is_gone_when_it_is_read_is_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, a=RAIN, b=RAIN.replace("rain", "wet"))
    read_bytes = Path.read_bytes

    def vanish(path: Path) -> bytes:
        path.unlink()
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", vanish)
    assert told(tmp_path) == [("no-such-file", "a.yaml"), ("no-such-file", "b.yaml")]


# --- links -----------------------------------------------------------------------------------------

SECRET = "password hunter2: [\n"


def test_nothing_is_shown_of_what_a_link_out_of_the_project_leads_to(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET)
    project = write(tmp_path / "project", arguments__weather__a=RAIN, models__m=MODEL)
    for place in (
        "arguments/weather",
        "arguments/weather/sources",
        "arguments/weather/worldviews",
        "models",
    ):
        (project / place).mkdir(exist_ok=True)
        (project / place / "leak.yaml").symlink_to(tmp_path / "secret")
    problems, warnings = check(project)
    assert [p.code for p in problems] == ["unreadable-file"] * 4
    assert "leads out" in problems[0].message
    assert "hunter2" not in repr((problems, warnings))


def test_a_map_by_itself_takes_no_links_out_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text(SECRET)
    (write(tmp_path / "weather", a=RAIN) / "leak.yaml").symlink_to("../secret.yaml")
    assert told(tmp_path / "weather") == [("unreadable-file", "leak.yaml")]


def test_files_may_be_shared_by_links_inside_a_project(tmp_path: Path) -> None:
    write(tmp_path, arguments__weather__a=RAIN, shared__b=RAIN.replace("rain", "wet"))
    (tmp_path / "arguments/weather/b.yaml").symlink_to("../../shared/b.yaml")
    assert set(read_map(tmp_path / "arguments/weather").entry) == {"rain", "wet"}


def test_a_folder_may_be_a_link(tmp_path: Path) -> None:
    write(tmp_path, there__weather__a=RAIN, there__weather__worldviews__w="text: W.\n", p__models__m=MODEL)
    (tmp_path / "p/arguments").mkdir()
    (tmp_path / "p/arguments/weather").symlink_to(tmp_path / "there/weather")
    assert told(tmp_path / "p") == []


# --- where files lie, and what they are called -----------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("more.yaml", None),
        ("more.yml", "yml-file"),
        ("More.YAML", "yml-file"),
        ("more.YML", "yml-file"),
        ("more.yaml.txt", "yml-file"),
        ("more.yml.txt", "yml-file"),
        ("more.yaml~", None),
        ("more.yaml.bak", None),
        (".more.yml", None),
        ("README.md", None),
        ("sub/more.yaml", "misplaced-file"),
        ("sub/deep/more.yml", "misplaced-file"),
        ("sub/more.txt", None),
        (".sub/more.yaml", None),
        ("sub/.git/more.yaml", None),
        ("worldviews/team/ann.yaml", "misplaced-file"),
        ("worldviews/ann.yml", "yml-file"),
        ("sources/team/post.yaml", "misplaced-file"),
        ("sources/post.Yaml", "yml-file"),
    ],
)
def test_a_file_that_would_be_left_out_silently_is_a_problem(
    tmp_path: Path, name: str, code: str | None
) -> None:
    path = write(tmp_path / "weather", a=RAIN) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("claims: {}\n")
    assert told(tmp_path / "weather") == ([(code, name)] if code else [])


def test_a_map_whose_files_all_lie_too_deep_is_told_of_them(tmp_path: Path) -> None:
    write(tmp_path / "weather", claims__a=RAIN)
    assert sorted(told(tmp_path / "weather")) == [("empty-map", "."), ("misplaced-file", "claims/a.yaml")]


def test_a_file_beside_the_folders_of_maps_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, arguments__weather__a=RAIN, arguments__b=RAIN, models__m=MODEL)
    assert told(tmp_path) == [("misplaced-file", "arguments/b.yaml")]


def test_the_folder_of_all_maps_stands_for_each_of_them(tmp_path: Path) -> None:
    write(tmp_path, arguments__weather__a=RAIN, arguments__climate__a=RAIN.replace("rain:", "Rain:"))
    assert told(tmp_path / "arguments") == [("bad-id", "climate/a.yaml")]
    assert told(write(tmp_path / "other/arguments", a=RAIN)) == []


def test_models_may_have_folders(tmp_path: Path) -> None:
    write(tmp_path, arguments__weather__a=RAIN, models__deep__er__m=MODEL.replace("..", "../../.."))
    (tmp_path / "models/circle").symlink_to(".")
    assert told(tmp_path) == []
    write(tmp_path, models__deep__n=MODEL.replace("..", "../..").replace("target: rain", "target: ran"))
    assert told(tmp_path) == [("unknown-id", "models/deep/n.yaml")]
    assert told(tmp_path / "models") == [("unknown-id", "deep/n.yaml")]
    assert told(tmp_path / "models/deep") == [("unknown-id", "n.yaml")]


def test_a_model_may_be_named_after_the_folder_that_it_is_in(tmp_path: Path) -> None:
    named = {
        name: MODEL.replace("model: m", f"model: {name}") for name in ("deep/er", "Deep/er", "../m", "m/")
    }
    good, *bad = named.values()
    write(tmp_path, arguments__weather__a=RAIN, models__er=good)
    assert read_model(tmp_path / "models/er.yaml").id == "deep/er"
    for text in bad:
        write(tmp_path, models__er=text)
        assert told(tmp_path) == [("bad-id", "models/er.yaml")]


def test_a_map_in_somebodys_folder_of_models_is_a_map(tmp_path: Path) -> None:
    assert told(write(tmp_path / "models/weather", a=RAIN)) == []


def test_a_name_that_is_no_text_can_be_told_of_all_the_same(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"we\xff\x1bther")
    argument_map = read_map(write(folder, a=RAIN))
    assert argument_map.title == argument_map.id == "we\ufffd\ufffdther"
    write(folder, b="claims: {wet: {text: W.}}")
    assert "we\ufffd\ufffdther/b.yaml" in the_problem(folder).span.file


def test_what_an_unreadable_part_cites_or_holds_is_not_missed(tmp_path: Path) -> None:
    text = "sources: {s: {title: S.}}\nclaims: {rain: {text: &a It rains., credence: 30%, source: s}}\n"
    assert the_problem(write(tmp_path, a=text)).code == "yaml-feature"


@pytest.mark.parametrize(
    "text", ["claims:\n  ? @\n  : {text: A., credence: 5%}\n", "voices:\n  ? @\n  : {}\n" + RAIN]
)
def test_an_id_is_short_enough_for_the_name_of_a_file(tmp_path: Path, text: str) -> None:
    assert told(write(tmp_path, a=text.replace("@", "a" * 200))) == []
    problem = the_problem(write(tmp_path, a=text.replace("@", "a" * 1_000_000)))
    assert problem.code == "bad-id"
    assert len(str(problem)) < 500


@pytest.mark.parametrize("path", ["a\0b", "x" * 5_000, "x/" * 5_000, "\udcff"])
def test_a_path_that_no_disk_has_is_said_once_not_to_be_there(path: str) -> None:
    with pytest.raises(InvalidMap) as caught:
        read_map(path)
    assert [problem.code for problem in caught.value.problems] == ["no-such-file"]


@pytest.mark.parametrize("path", ["a\0b", "x" * 5_000, "x/" * 5_000, "\udcff"])
def test_a_model_at_a_path_that_no_disk_has_is_one_problem(path: str) -> None:
    with pytest.raises(InvalidMap) as caught:
        read_model(path)
    assert [problem.code for problem in caught.value.problems] in (["no-such-file"], ["unreadable-file"])

"""What commands do with stdout, stderr and the files that they are told to write, whatever these are."""

import json
import os
import pickle
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from cruxmap.language import reading
from cruxmap.present.problems import harmless
from cruxmap.present.terminal import shows_links
from helpers.commands import POWER, ROOT, Cruxmap, Outcome, on_a_terminal

COMMAND = f"{sys.executable} -m cruxmap"
SHOW = f"{COMMAND} show {POWER} --stage map --quiet"
ESTIMATE = f"{COMMAND} estimate {POWER} --quiet"
HELP = f"{COMMAND} --help"


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run a line of bash."""
    return subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        check=False,
        timeout=120,
        env={**os.environ, **environment},
    )


# --- stdout that takes nothing -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "stdout", "reason"),
    [
        (SHOW, ">/dev/full", "No space left"),
        (f"{ESTIMATE} --format json", ">/dev/full", "No space left"),
        (f"{COMMAND} check {POWER} -q", ">&-", "Bad file descriptor"),
        (HELP, ">&-", "Bad file descriptor"),
    ],
)
def test_a_stdout_that_takes_nothing_is_said_to_be(command: str, stdout: str, reason: str) -> None:
    done = shell(f"{command} {stdout}")
    assert done.returncode == 2
    assert done.stderr.decode().startswith(f"problem cannot-write: stdout cannot be written: {reason}")
    assert len(done.stderr.splitlines()) == 1


def test_watching_ends_where_nobody_can_read_what_it_finds() -> None:
    done = shell(f"timeout 60 {COMMAND} watch {POWER} >/dev/full")
    assert done.returncode == 2
    assert b"stdout cannot be written: No space left" in done.stderr


@pytest.mark.parametrize("streams", [">&- 2>&-", "<&- >&- 2>&-", "2>/dev/full >/dev/full"])
def test_an_exit_code_is_all_that_is_left(streams: str) -> None:
    assert shell(f"{COMMAND} check {POWER} -q {streams}").returncode == 2


@pytest.mark.parametrize("command", [SHOW, ESTIMATE, HELP])
def test_a_reader_that_went_away_is_no_fault(command: str) -> None:
    done = shell(f"{command} | true; exit ${{PIPESTATUS[0]}}")
    assert (done.returncode, done.stderr) == (0, b"")


def test_nothing_is_read_from_stdin() -> None:
    done = shell(f"{COMMAND} check {POWER} -q <&-")
    assert (done.returncode, done.stdout) == (0, b"no problems\n")


# --- encodings -------------------------------------------------------------------------------------


@pytest.fixture
def foreign(in_project: Path) -> Path:
    """A project whose claim has signs that few encodings hold."""
    (in_project / "arguments" / "small" / "more.yaml").write_text(
        'claims: {foreign: {text: "\u4e2d\u6587 \u2192 \U0001f600", credence: 5%}}\n', encoding="utf-8"
    )
    return in_project


NARROW = [
    {"PYTHONIOENCODING": "cp1252"},
    {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
]


@pytest.mark.parametrize(("form", "environment"), [*zip(["table", "json"], NARROW, strict=True)])
def test_pipes_get_utf_8(form: str, environment: dict[str, str], foreign: Path) -> None:
    done = shell(f"{COMMAND} explain small foreign --format {form} -q", **environment)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "\u4e2d\u6587 \u2192 \U0001f600" in done.stdout.decode("utf-8")


def test_a_terminal_gets_what_its_encoding_holds(foreign: Path) -> None:
    narrow, no_locale = NARROW
    assert "?? ? ?" in on_a_terminal("explain", "small", "foreign", "-q", **narrow)
    printed = on_a_terminal("explain", "small", "foreign", "-q", "--format", "json", **no_locale)
    assert json.loads(printed)["text"] == "\u4e2d\u6587 \u2192 \U0001f600"


# --- what a terminal would obey ----------------------------------------------------------------------

HOSTILE = "\x1b]52;c;aGk=\x07 \x9b31m \x1b[2J \u202e end"


def test_nothing_that_a_terminal_would_obey_is_left() -> None:
    assert harmless(HOSTILE) == "\ufffd]52;c;aGk=\ufffd \ufffd31m \ufffd[2J \ufffd end"
    kept = "tab\tline\n\u05d0\u200d\u00a0\U0001f600"
    assert harmless(kept) == kept


@pytest.fixture
def hostile(in_project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project all of whose texts begin with orders to a terminal, whether or not a file may hold them."""
    for file in (in_project / "arguments" / "small").rglob("*.yaml"):
        file.write_text(re.sub(r"(text: >-\n +)", r"\1QQQQQQ ", file.read_text()))
    read = reading.read_models

    def read_hostile(paths: Iterable[Path], visitors: Sequence[Path] = ()) -> object:
        return pickle.loads(pickle.dumps(read(paths, visitors)).replace(b"QQQQQQ", "\x1b[2J\x9b".encode()))

    monkeypatch.setattr(reading, "read_models", read_hostile)
    for figures in (
        "crux_figures.crux_figures",
        "diff_figures.diff_figures",
    ):  # no text is printed by these
        monkeypatch.setattr(f"cruxmap.present.{figures}", lambda *_: {})
    return in_project


@pytest.mark.parametrize(
    "arguments",
    [
        ("explain", "small", "soil-sound"),
        ("explain", "small", "soil-sound", "--format", "json"),
        ("cruxes", "small", "-w", "map", "--list", "cruxes"),
        ("cruxes", "small", "-w", "map", "--format", "csv"),
        ("diff", "small", "map", "treasurer"),
        ("takes", "small", "--above", "80%"),
        ("show", "small", "--stage", "map"),
        ("show", "small", "--format", "dot"),
        ("show", "small", "--format", "mermaid"),
    ],
)
def test_texts_of_a_map_give_a_terminal_no_orders(
    arguments: tuple[str, ...], hostile: Path, cruxmap: Cruxmap
) -> None:
    outcome = cruxmap(*arguments)
    printed = outcome.out + outcome.err
    assert outcome.code == 0
    assert "2J" in printed
    assert harmless(printed) == printed


# --- interrupts and faults ---------------------------------------------------------------------------

SLOW_IMPORT = """
import sys, time
class Slow:
    def find_spec(self, name, *rest):
        if name == {module!r}:
            print("importing", flush=True)
            time.sleep(60)
sys.meta_path.insert(0, Slow())
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it in what runs in the background
sys.argv = ["cruxmap", "estimate", {model!r}]
from cruxmap.__main__ import main
main()
"""


@pytest.mark.parametrize("module", ["cruxmap.cli", "yaml", "numpy"])
def test_an_interrupt_while_something_is_imported_ends_without_a_word(module: str) -> None:
    script = SLOW_IMPORT.format(module=module, model=POWER)
    with subprocess.Popen([sys.executable, "-c", script], stdout=-1, stderr=-1) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"importing\n"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (130, b"")


def test_an_interrupt_that_libraries_wrap_twice_is_an_interrupt(
    cruxmap: Cruxmap, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrap(*_: object, **__: object) -> None:
        try:
            raise ImportError("a compiled module") from KeyboardInterrupt()
        except ImportError:
            raise SystemError("another one")  # noqa: B904 - as compiled code does

    monkeypatch.setattr(reading, "read_models", wrap)
    assert cruxmap("estimate", POWER) == Outcome(130, "", "")


def test_the_end_of_a_file_is_a_fault_like_others(
    cruxmap: Cruxmap, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(*_: object, **__: object) -> None:
        raise EOFError("no data left")

    monkeypatch.setattr(reading, "read_models", end)
    outcome = cruxmap("estimate", POWER)
    assert outcome.code == 70
    assert "EOFError: no data left" in outcome.err


@pytest.mark.parametrize("option", ["--set", "--assuming", "--observed"])
def test_bytes_that_are_no_text_are_wrong_usage(option: str, cruxmap: Cruxmap) -> None:
    outcome = cruxmap("estimate", POWER, option, "alignment-hard=\udcff")
    assert outcome.code == 2
    assert outcome.out == ""


@pytest.mark.parametrize("factor", ["nan", "inf", "-inf", "1e308", "-1"])
def test_a_factor_is_a_number_that_can_be_computed_with(factor: str, cruxmap: Cruxmap) -> None:
    outcome = cruxmap("pool", POWER, "--factor", factor)
    assert outcome.code == 2
    assert "unclear-factor" in outcome.err


def test_a_mistake_in_a_setting_is_shown_in_its_option(cruxmap: Cruxmap) -> None:
    outcome = cruxmap("estimate", POWER, "--set", "alignment-hard=12x")
    assert outcome.code == 2
    assert outcome.err.startswith("problem wrong-kind: --set alignment-hard: ")


@pytest.mark.parametrize("name", ["small", "a" * 200])
def test_new_says_where_it_cannot_write(name: str, cruxmap: Cruxmap, tmp_path: Path) -> None:
    (tmp_path / "arguments").write_text("no folder")
    (tmp_path / "models").symlink_to(tmp_path / "models")
    outcome = cruxmap("new", name)
    assert outcome.code == 2
    assert "cannot-write" in outcome.err


@pytest.mark.parametrize("command", ["check", "estimate"])
def test_what_cannot_be_searched_is_no_fault(
    command: str, cruxmap: Cruxmap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "map").mkdir()

    def deny(*_: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path / "map"))

    monkeypatch.setattr(reading, "examine", deny)
    monkeypatch.setattr(reading, "read_models", deny)
    (tmp_path / "map.yaml").touch()
    outcome = cruxmap(command, "map.yaml")
    assert outcome.code == 2
    assert "map cannot be used: Permission denied" in outcome.err


# --- where figures and drawings go -------------------------------------------------------------------


def test_a_drawing_goes_into_a_named_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    done = shell(f"timeout 60 cat {pipe} & {COMMAND} show {POWER} --format dot -o {pipe}; wait")
    assert done.stdout.startswith(b"digraph")
    assert pipe.is_fifo()


def test_run_names_the_files_that_are_current(in_project: Path, cruxmap: Cruxmap) -> None:
    folder = in_project / "figures" / "small"
    folder.mkdir(parents=True)
    (folder / "earlier.svg").touch()
    assert cruxmap("run", "small").code == 0
    named = json.loads((folder / "files.json").read_text())["files"]
    assert {file.name for file in folder.iterdir()} == {*named, "earlier.svg"}


# --- what a code means -----------------------------------------------------------------------------


def test_a_code_in_a_message_is_a_link_where_the_terminal_shows_links(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Stream:
        def __init__(self, watched: bool) -> None:
            self.watched = watched

        def isatty(self) -> bool:
            return self.watched

    there, piped = Stream(watched=True), Stream(watched=False)
    for environment in (
        {"TERM": "xterm-256color", "VTE_VERSION": "7600"},
        {"TERM": "xterm-kitty"},
        {"TERM": "xterm-256color", "TERM_PROGRAM": "vscode"},
        {"WT_SESSION": "1"},
    ):
        assert shows_links(there, environment)
        assert not shows_links(piped, environment)
        assert not shows_links(there, environment | {"NO_COLOR": "1"})
        assert not shows_links(there, environment | {"TERM": "dumb"})
    for environment in ({}, {"TERM": "linux"}, {"TERM": "xterm", "VTE_VERSION": "4800"}):
        assert not shows_links(there, environment)


def test_a_link_leads_to_the_section_of_the_code() -> None:
    bad = ROOT / "tests" / "maps" / "bad" / "no-basis"
    shown = on_a_terminal("check", str(bad), VTE_VERSION="7600")
    plain = on_a_terminal("check", str(bad), TERM="linux", VTE_VERSION="")
    page = re.escape((ROOT / "docs" / "problems.md").as_uri())
    assert re.search(rf"\x1b]8;id=\d+;{page}#no-basis\x1b\\.*no-basis", shown)
    assert "]8;" not in plain
    assert "no-basis" in plain
    assert "\x1b" not in shell(f"{COMMAND} check {bad}", VTE_VERSION="7600").stderr.decode()


@pytest.mark.parametrize("code", ["no-basis", "cycle", "unlisted-worldview"])
def test_a_code_is_explained_by_its_section(cruxmap: Cruxmap, code: str) -> None:
    done = cruxmap("check", "--explain", code)
    assert (done.code, done.err) == (0, "")
    text = (ROOT / "docs" / "problems.md").read_text(encoding="utf-8")
    after = text[text.index(f"## {code}\n") :]
    assert after.startswith(done.out.rstrip())
    rest = after.removeprefix(done.out.rstrip()).lstrip()
    assert rest == "" or rest.startswith("#")
    assert json.loads(cruxmap("check", "--explain", code, "--format", "json").out) == {
        "code": code,
        "explanation": done.out,
    }

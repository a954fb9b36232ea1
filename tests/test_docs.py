"""The documentation is true: its code runs, its examples check, its reference is the program's own."""

import importlib.util
import io
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from cruxmap import cli, exit_codes
from cruxmap.insight.expectations import expectations
from cruxmap.language.reading import check, models_at
from cruxmap.present.expectation_tables import failures_text
from helpers.commands import ROOT, Cruxmap
from helpers.editors import kind_of, refusals

PAGES = ["README.md", *(str(path.relative_to(ROOT)) for path in sorted((ROOT / "docs").rglob("*.md")))]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

FILE = re.compile(r"# ((?:inbox|arguments|models)/[a-z0-9/-]+\.[a-z-]+)\n")
SOMEBODY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "A"), ("EMAIL", "a@example.org"), ("DATE", "2026-03-02T12:00:00Z"))
}


@dataclass(frozen=True)
class Block:
    language: str
    code: str


def blocks(page: str) -> list[Block]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return [Block(*match.groups()) for match in FENCE.finditer(text)]


TAKE_LONG = {
    "docs/cluster.md",
    "docs/collecting.md",
    "docs/how-to/condition-on-evidence.md",
    "docs/how-to/notebook.md",
}
"""Pages whose code samples several posteriors, waits for processes, or asks about many files."""


def patiently(page: str) -> Any:
    """Mark the pages whose code takes long."""
    return pytest.param(page, marks=pytest.mark.long) if page in TAKE_LONG else page


def has_code(page: str) -> bool:
    return any(block.language in ("python", "console") for block in blocks(page))


@pytest.mark.parametrize("page", [*map(patiently, filter(has_code, PAGES))])
def test_code_blocks_run(page: str, tmp_path: Path, shell: Callable[[str], str]) -> None:
    """Python blocks of a page share their names; what a console block prints is what the page says.

    Any other block that begins with a path in a comment is that file. `< FILE` is what is typed.
    """
    for folder in ("arguments", "models"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    script = []
    for block in blocks(page):
        if block.language == "python":
            script.append(block.code)
        elif block.language != "console" and (named := FILE.match(block.code)):
            (tmp_path / named[1]).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / named[1]).write_text(block.code[named.end() :], encoding="utf-8")
        elif block.language == "console":
            for command, expected in commands(block.code):
                printed = shell(command)
                assert matches(expected, printed), f"`{command}` printed\n{printed}\nand not\n{expected}"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "\n".join(script)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def commands(code: str) -> Iterator[tuple[str, str]]:
    """Yield the commands of a console block, each with what the page says that it prints."""
    for part in re.split(r"^\$ ", code, flags=re.MULTILINE)[1:]:
        command, _, printed = part.partition("\n")
        yield command, printed


@pytest.fixture
def shell(cruxmap: Cruxmap, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], str]:
    """Return what runs a line in the folder: `cruxmap` in this process, git in one of its own."""
    for name, value in {**SOMEBODY, "COLUMNS": "100"}.items():
        monkeypatch.setenv(name, value)

    def run(line: str) -> str:
        command, _, typed = line.partition(" < ")
        program, *words = shlex.split(command)
        arguments = [
            name for word in words for name in (sorted(map(str, within(tmp_path, word))) or [word])
        ]
        if program == "git":
            done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
            return done.stdout + done.stderr
        assert program == "cruxmap"
        monkeypatch.setattr("sys.stdin", io.StringIO((tmp_path / typed).read_text() if typed else ""))
        printed = io.StringIO()
        with redirect_stdout(printed), redirect_stderr(printed):
            cruxmap(*arguments)
        return printed.getvalue()

    return run


def within(folder: Path, word: str) -> list[Path]:
    """Return the files that a word with a `*` stands for, as a shell does."""
    return [path.relative_to(folder) for path in folder.glob(word)] if "*" in word else []


def matches(expected: str, printed: str) -> bool:
    """Whether the output is as written, `...` on a line standing for any number of lines."""
    pattern = "".join(
        "(?:.*\n)*" if line == "..." else re.escape(line.rstrip()) + r"[ ]*\n"
        for line in expected.splitlines()
    )
    return (
        re.fullmatch(pattern, printed if printed.endswith("\n") or not printed else printed + "\n")
        is not None
    )


def test_the_language_page_is_one_map_that_checks(tmp_path: Path) -> None:
    """Its YAML blocks are the files of a project: a map in parts, three worldviews, a model, locators."""
    folder = tmp_path / "arguments" / "first-flight"
    places = {
        "worldview": folder / "worldviews" / "{}.yaml",
        "model": tmp_path / "models" / "{}.yaml",
        "source": folder / "sources" / "{}.yaml",
    }
    for number, block in enumerate(blocks("docs/language.md")):
        assert block.language == "yaml"
        key, _, name = block.code.partition("\n")[0].partition(": ")
        file = Path(
            str(places.get(key, folder / "{}.yaml")).format(name if key in places else f"part-{number}")
        )
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.code, encoding="utf-8")
        assert [*refusals(block.code, kind_of(file.relative_to(tmp_path)))] == []
    problems, warnings = check(tmp_path)
    assert [str(problem) for problem in problems + warnings] == []
    assert len(list(tmp_path.rglob("worldviews/*"))) == 3
    answers = map(expectations, models_at(tmp_path))
    assert [failures_text(answer.expectations) for answer in answers] == ["4 expectations hold\n"]


def test_yaml_in_the_readme_is_the_language(tmp_path: Path) -> None:
    [block] = [block for block in blocks("README.md") if block.language == "yaml"]
    (tmp_path / "readme.yaml").write_text(block.code)
    assert check(tmp_path) == ((), ())


def test_the_command_reference_is_the_programs_own() -> None:
    page = ROOT / "docs" / "regenerate.py"
    spec = importlib.util.spec_from_file_location("regenerate", page)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.cli_reference() == (ROOT / "docs" / "cli.md").read_text(encoding="utf-8"), (
        "run `make docs`"
    )


def test_every_exit_code_is_explained() -> None:
    text = (
        (ROOT / "docs" / "cli.md").read_text(encoding="utf-8").split("## Exit codes")[1].split("\n## ")[0]
    )
    codes = {value for name, value in vars(exit_codes).items() if name.isupper()}
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)} == codes


def test_every_command_and_option_is_explained() -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    sections = dict(part.split("\n", 1) for part in text.split("## cruxmap ")[1:])
    commands = get_command(cli.app).commands  # type: ignore[attr-defined]
    assert set(sections) == set(commands)
    for name, command in commands.items():
        assert command.help
        for parameter in command.params:
            if parameter.name != "help":
                assert parameter.help
                is_option = parameter.param_type_name == "option"
                names = parameter.opts if is_option else [parameter.metavar or parameter.name.upper()]
                assert all(f"`{shown}`" in sections[name] for shown in names), (name, names)


def test_start_shows_exactly_two_commands() -> None:
    start = (ROOT / "README.md").read_text(encoding="utf-8").split("## Start")[1].split("\n## ")[0]
    [block] = FENCE.findall(start)
    assert block[1].splitlines() == ["make demo", "make test"]


def test_architecture_names_every_module_it_points_at() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for module in re.findall(r"`((?:language|engine|network|bayes|insight|present)/\w+\.py)`", text):
        assert (ROOT / "src" / "cruxmap" / module).is_file(), module

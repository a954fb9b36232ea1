"""The shape of the house: which rooms import which, what light commands leave unloaded, where tests are."""

import ast
import inspect
import json
import re
import resource
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import cruxmap
from helpers.commands import POWER, ROOT

TESTS = ROOT / "tests"
HEAVY = {
    "pymc",
    "pytensor",
    "arviz",
    "numba",
    "matplotlib",
    "numpy",
    "scipy",
    "networkx",
    "cotengra",
    "pandas",
}


def test_imports_point_up_only() -> None:
    lint_imports = Path(sysconfig.get_path("scripts")) / "lint-imports"
    done = subprocess.run(
        [lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["check", str(ROOT)],
        ["schema"],
        ["new", "small"],
        ["check", "--format", "json", str(ROOT)],
        ["merge", POWER, str(ROOT / "arguments/power-seeking/worldviews/carlsmith.yaml")],
    ],
    ids=" ".join,
)
def test_light_commands_load_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    script = (
        "import json, sys; from cruxmap import cli; code = cli._run();"
        "sys.stderr.write(json.dumps([code, sorted(sys.modules)]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    code, modules = json.loads(done.stderr.splitlines()[-1])  # a slow machine tells of stages before it
    assert code == 0
    assert {name.partition(".")[0] for name in modules} & HEAVY == set()


@pytest.mark.long
def test_checking_the_real_map_costs_little_more_than_loading_what_reads_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each in turn, as the machine may be slower at one time than at another."""
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    checking = [
        sys.executable,
        "-m",
        "cruxmap.cli",
        "check",
        str(ROOT / "arguments" / "deceptive-alignment"),
    ]
    loading = [sys.executable, "-c", "import typer, yaml"]
    subprocess.run(checking, capture_output=True, check=True)  # compiles the modules' bytecode, once
    costs = [(processor_time(checking), processor_time(loading)) for _ in range(5)]
    least = [min(column) for column in zip(*costs, strict=True)]
    assert least[0] < 4 * least[1]


@pytest.mark.parametrize("name", cruxmap.__all__)
def test_a_public_name_is_there_and_says_what_it_is(name: str) -> None:
    assert name in dir(cruxmap)
    assert inspect.getdoc(getattr(cruxmap, name))


def test_another_name_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = cruxmap.nothing


def processor_time(command: list[str]) -> float:
    """Return the user and system seconds that a command takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


# --- the tests themselves --------------------------------------------------------------------------


def test_every_module_has_tests_that_can_be_found() -> None:
    """By the name of the file, or by the table in tests/README.md."""
    source = ROOT / "src" / "cruxmap"
    files = [path.relative_to(source).with_suffix("") for path in source.rglob("*.py")]
    modules = {".".join(path.parts) for path in files if not path.name.startswith("__")}
    named = {name for name in modules if (TESTS / f"test_{name.replace('.', '_')}.py").exists()}
    rows = re.findall(
        r"^\| ([a-z_., ]+) \| (test_[a-z_., ]+) \|$", (TESTS / "README.md").read_text(), re.MULTILINE
    )
    listed = [name for names, _ in rows for name in names.split(", ")]
    assert sorted(listed) == sorted(modules - named)
    assert [file for _, files in rows for file in files.split(", ") if not (TESTS / file).exists()] == []


def test_no_test_imports_a_test() -> None:
    imported = {
        (path.name, name)
        for path in TESTS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in imports(node)
    }
    assert ("test_structure.py", "helpers.commands") in imported
    assert {(file, name) for file, name in imported if name.startswith("test_")} == set()


def imports(node: ast.AST) -> list[str]:
    """Return the modules that a statement imports."""
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(module)):
            return [module]
        case _:
            return []


@pytest.mark.long
def test_every_test_says_what_it_takes() -> None:
    tests = [
        (path.name, node)
        for path in TESTS.glob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    assert len(tests) > 500
    bare = [
        f"{file}: {test.name}"
        for file, test in tests
        if test.returns is None
        or any(a.annotation is None for a in (*test.args.args, *test.args.kwonlyargs))
    ]
    assert bare == []

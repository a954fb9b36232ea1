"""What is installed elsewhere: a wheel has all that the commands need, and works where there is no clone."""

import ast
import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Callable
from importlib.metadata import distribution
from itertools import chain
from pathlib import Path
from zipfile import ZipFile

import pytest

from cruxmap import __version__
from helpers.commands import ROOT

ENTRY = "cruxmap = cruxmap.__main__:main"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, with what builds it here: nothing is fetched."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    [file] = folder.glob("*.whl")
    assert file.name == f"cruxmap-{__version__}-py3-none-any.whl"
    return file


def test_the_wheel_has_the_package_and_what_it_reads(wheel: Path) -> None:
    source = ROOT / "src" / "cruxmap"
    package = {
        f"cruxmap/{path.relative_to(source).as_posix()}": path
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    package |= {f"cruxmap/schemas/{path.name}": path for path in (ROOT / "schemas").glob("*.json")}
    package["cruxmap/present/problems.md"] = ROOT / "docs" / "problems.md"
    with ZipFile(wheel) as packed:
        names = {name for name in packed.namelist() if ".dist-info/" not in name}
        assert names == set(package)
        assert [name for name, path in package.items() if packed.read(name) != path.read_bytes()] == []
        [entries] = [name for name in packed.namelist() if name.endswith("/entry_points.txt")]
        assert ENTRY in packed.read(entries).decode()
    endings = {Path(name).suffix for name in names}
    assert {".py", ".yaml", ".js", ".css", ".json", ".md"} <= endings


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Install the wheel into an environment that has the libraries of this one, but no clone.

    Return what runs a command of it in a folder of its own.
    """
    home, folder = tmp_path_factory.mktemp("environment"), tmp_path_factory.mktemp("elsewhere")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    python = home / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    subprocess.run([*install, "--no-deps", "--no-index", str(wheel)], check=True, capture_output=True)
    own = Path(sysconfig.get_path("purelib", vars={"base": str(home)}))
    (own / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    drawing = "graphviz-pure"  # a library that comes as a program
    (home / "bin" / drawing).symlink_to(Path(sysconfig.get_path("scripts")) / drawing)
    outside = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def run(program: str, *words: str) -> str:
        done = subprocess.run(
            [home / "bin" / program, *words],
            cwd=folder,
            env=outside,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert run("python", "-c", "import cruxmap; print(cruxmap.__file__)").startswith(str(own))
    return run


@pytest.mark.long
def test_an_installed_cruxmap_works_in_another_folder(installed: Callable[..., str]) -> None:
    assert installed("cruxmap", "--version") == f"cruxmap {__version__}\n"
    assert "arguments/trial/" in installed("cruxmap", "new", "trial", "--like", "legal-case")
    assert installed("cruxmap", "check") == "no problems\n"
    answer = json.loads(installed("cruxmap", "estimate", "trial", "--format", "json"))
    assert set(answer["worldviews"]) == {"defence", "prosecution"}
    assert installed("cruxmap", "check", "--explain", "unknown-key").startswith("## unknown-key\n")
    schema = json.loads(installed("cruxmap", "schema", "worldview"))
    assert schema["title"] == "cruxmap worldview"
    installed("cruxmap", "report", "trial", "--output", "page.html")
    read = "import pathlib; print(pathlib.Path('page.html').read_text()[:15].lower())"
    assert installed("python", "-c", read) == "<!doctype html>\n"


@pytest.mark.long
def test_every_example_can_be_copied_from_where_it_is_installed(installed: Callable[..., str]) -> None:
    for example in ("diagnosis", "safety-case", "engineering-decision"):
        installed("cruxmap", "new", f"my-{example}", "--like", example)
    assert installed("cruxmap", "check") == "no problems\n"


def test_what_the_package_imports_is_what_the_metadata_asks_for() -> None:
    """Else it works here, where all is installed for the tests, and nowhere else."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [project["optional-dependencies"][name] for name in ("dask", "lsp", "nutpie", "zarr")]
    asked_for = {re.split(r"[^\w.-]", line)[0] for line in chain(project["dependencies"], *extras)}
    offered = {
        file.parts[0].removesuffix(".py") for name in asked_for for file in distribution(name).files or ()
    }
    imported = {
        name.partition(".")[0]
        for path in (ROOT / "src" / "cruxmap").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in imports_of(node)
    }
    foreign = imported - sys.stdlib_module_names - {"cruxmap"}
    assert {"pymc", "yaml", "xstatic"} <= foreign
    assert foreign - offered == set()


def imports_of(node: ast.AST) -> list[str]:
    """Return the modules that a statement imports."""
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(module), level=0):
            return [module]
        case _:
            return []

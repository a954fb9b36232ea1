"""The gallery is one notebook in two files, for marimo and for Jupyter, and both run without a warning."""

import importlib.util
import json
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from helpers.commands import ROOT

GALLERY = ROOT / "notebooks/gallery.py"
SAMPLED = ("tree", "pooled", "left_out")
"""What comes of Markov chains: it differs in the last digits where sums are rounded otherwise."""


@pytest.fixture(scope="module")
def as_jupyter() -> Any:
    """The module that makes the notebook for Jupyter."""
    spec = importlib.util.spec_from_file_location("as_jupyter", ROOT / "notebooks/as_jupyter.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def committed() -> dict[str, Any]:
    return dict(json.loads(GALLERY.with_suffix(".ipynb").read_text(encoding="utf-8")))


def sources(notebook: dict[str, Any]) -> list[tuple[str, str]]:
    return [(cell["cell_type"], "".join(cell["source"])) for cell in notebook["cells"]]


def complaints(notebook: dict[str, Any]) -> list[str]:
    """What cells say on stderr, as warnings do, and the errors that they end in."""
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", ())]
    return [str(o) for o in outputs if o["output_type"] == "error" or o.get("name") == "stderr"]


def kinds(cell: dict[str, Any]) -> list[list[str]]:
    """In which forms a cell shows what it shows."""
    return [sorted(output.get("data", {"text": ""})) for output in cell["outputs"]]


def texts(cell: dict[str, Any]) -> list[str]:
    """What a cell shows in words."""
    shown = (
        output.get("data", {}).get("text/plain", output.get("text", "")) for output in cell["outputs"]
    )
    return ["".join(lines) for lines in shown]


def test_both_notebooks_have_the_same_cells(as_jupyter: Any) -> None:
    assert sources(committed()) == sources(as_jupyter.without_outputs()), "`make docs` makes gallery.ipynb"


def test_the_notebook_for_jupyter_is_there_with_what_it_shows() -> None:
    notebook = committed()
    assert complaints(notebook) == []
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert all(cell["outputs"] for cell in code[1:]), "all but the first, which imports, show something"
    assert sum("image/png" in shown for cell in code for shown in kinds(cell)) >= 4


@pytest.mark.long
def test_jupyter_shows_what_is_in_the_file(as_jupyter: Any, tmp_path: Path) -> None:
    again, before = as_jupyter.run(as_jupyter.without_outputs(), tmp_path), committed()
    assert complaints(again) == []
    assert again["metadata"]["language_info"]["version"] == platform.python_version()
    again = json.loads(as_jupyter.written(again))
    for now, then in zip(again["cells"], before["cells"], strict=True):
        if now["cell_type"] == "code":
            source = "".join(now["source"])
            assert kinds(now) == kinds(then), source
            if not any(word in source for word in SAMPLED):
                assert texts(now) == texts(then), source


@pytest.mark.long
def test_marimo_runs_it(tmp_path: Path) -> None:
    made = tmp_path / "made.ipynb"
    done = subprocess.run(
        [sys.executable, "-m", "marimo", "export", "ipynb", GALLERY, "--include-outputs", "-o", made],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    notebook = json.loads(made.read_text(encoding="utf-8"))
    assert complaints(notebook) == []
    ends_with = {"".join(cell["source"]).splitlines()[-1]: cell for cell in notebook["cells"]}
    for last in ("estimate", "parted", "plt.show()"):
        assert ends_with[last]["outputs"], last

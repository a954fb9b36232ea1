"""Makes gallery.ipynb, for Jupyter, from gallery.py, for marimo: the same cells, with what they show.

`make docs` runs it; the tests compare both notebooks, and run them.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

HERE = Path(__file__).parent
SOURCE, MADE = HERE / "gallery.py", HERE / "gallery.ipynb"

OF_MARIMO = "import marimo as mo"
"""The cell that only marimo needs."""


def without_outputs() -> dict[str, Any]:
    """Return the notebook for Jupyter, before it is run."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "exported.ipynb"
        ask = [
            "export",
            "ipynb",
            str(SOURCE),
            "--sort",
            "top-down",
            "--no-include-outputs",
            "-o",
            str(path),
        ]
        done = subprocess.run(
            [sys.executable, "-m", "marimo", *ask], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(done.stdout + done.stderr)
        exported = json.loads(path.read_text(encoding="utf-8"))
    cells = [cell for cell in exported["cells"] if "".join(cell["source"]).strip() != OF_MARIMO]
    for number, cell in enumerate(cells, 1):
        cell |= {"id": f"cell-{number:02}", "metadata": {}}
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def run(notebook: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Run a notebook in a kernel of this Python, and raise if a cell does; Jupyter writes into `folder`."""
    before, after = folder / "before.ipynb", folder / "after.ipynb"
    before.write_text(json.dumps(notebook), encoding="utf-8")
    quiet = "--ExecutePreprocessor.record_timing=False"
    ask = ["--to", "notebook", "--execute", quiet, "--output", str(after), str(before)]
    kernels = {"JUPYTER_DATA_DIR": str(folder), "JUPYTER_PREFER_ENV_PATH": "1"}  # nobody else's Python
    done = subprocess.run(
        [sys.executable, "-m", "nbconvert", *ask],
        env=os.environ | kernels,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stdout + done.stderr)
    return dict(json.loads(after.read_text(encoding="utf-8")))


def written(notebook: dict[str, Any]) -> str:
    """Return the notebook's text, the same whenever and wherever the same came out."""
    notebook["metadata"]["language_info"] = {"name": "python"}
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            for data in output.get("data", {}).values():
                if isinstance(data, list):
                    data[:] = [re.sub(r" at 0x[0-9a-f]+>", ">", line) for line in data]
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    with TemporaryDirectory() as room:
        MADE.write_text(written(run(without_outputs(), Path(room))), encoding="utf-8")

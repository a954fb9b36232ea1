"""The command line and pages in a browser as fixtures, and Hypothesis profiles.

`fast` is the default: few examples, always the same; `long` has many, new ones. Choose with
`--hypothesis-profile=long`, or with HYPOTHESIS_PROFILE in the environment.
"""

import fcntl
import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from cruxmap import cli
from cruxmap.bayes import opinions
from cruxmap.engine.convergence import Convergence
from cruxmap.present import progress
from helpers.brought_sets import WithFiles
from helpers.browser import PageOf, chromium
from helpers.commands import COMMAND, Cruxmap, Outcome

_PATIENT = [HealthCheck.too_slow]  # a machine under load is no reason to fail

settings.register_profile(
    "fast", max_examples=25, derandomize=True, deadline=None, suppress_health_check=_PATIENT
)
settings.register_profile(
    "long", max_examples=500, deadline=None, print_blob=True, suppress_health_check=_PATIENT
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands in this process say nothing of what takes long, as that depends on the machine."""
    monkeypatch.setattr(progress, "MOMENT", 3600.0)


@pytest.fixture
def cruxmap(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Cruxmap:
    """Run a command in this process, through the same door as `cruxmap` itself, in an empty folder.

    Nobody types anything.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO())

    def run(*arguments: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["cruxmap", *arguments])
        code = cli._run()
        return Outcome(code, *capsys.readouterr())

    return run


@pytest.fixture
def in_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cruxmap: Cruxmap) -> Path:
    """A new project with the map that `cruxmap new small` writes, as the working directory."""
    monkeypatch.chdir(tmp_path)
    assert cruxmap("new", "small").code == 0
    return tmp_path


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start a browser for the tests of a file, which are skipped where there is none."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def page_of(tmp_path_factory: pytest.TempPathFactory) -> PageOf:
    """Write the page of a model once for all processes of this run, with what else is said of it."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent

    def page(model: str, *options: str, draws: int | None = None) -> Path:
        name = hashlib.sha256(repr((model, options, draws)).encode()).hexdigest()[:16]
        file = folder / f"page-{name}.html"
        with file.with_suffix(".lock").open("w") as lock, TemporaryDirectory() as copy:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not file.exists():
                asked = model if draws is None else str(WithFiles(Path(model), Path(copy), draws).path)
                command = [*COMMAND, "report", "--quiet", asked, "--output", str(file), *options]
                subprocess.run(command, check=True, capture_output=True)
        return file

    return page


@pytest.fixture
def conjugate(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pool of judgements with the spread fixed at 1, in place of a chain: everything is Normal then."""

    def fixed(given, *, draws, seed, **_):
        spread = np.ones((2, draws))
        common = opinions.common_values(given, spread, seed)
        return opinions.PooledDraws(common, spread, Convergence("pool", 1.0, 1000.0, 0))

    monkeypatch.setattr("cruxmap.insight.pool.pool_opinions", fixed)

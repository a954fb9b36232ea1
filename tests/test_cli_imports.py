"""What commands load: nothing heavy that they do not use, on small work."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import cruxmap as cm
from cruxmap.present.canvas import images, made_from
from cruxmap.present.diff_figures import diff_figures
from helpers.commands import POWER

SCRIPT = """
import json, sys
from cruxmap import cli
sys.argv = ["cruxmap", *sys.argv[1:]]
try:
    cli.main()
finally:
    print(json.dumps(list(sys.modules)), file=sys.stderr)
"""

SAMPLING = {"pymc", "pytensor", "arviz", "xarray", "nutpie", "h5netcdf", "h5py"}
COMPILING = {"numba", "llvmlite", "scipy", "pandas", "SALib", "networkx"}
DRAWING = {"matplotlib", "PIL"}
ELSEWHERE = {"distributed", "dask", "multiprocessing", "asyncio", "importlib.metadata", "rich.progress"}
HEAVY = SAMPLING | COMPILING | DRAWING | ELSEWHERE

CARLSMITH = (POWER, "-w", "carlsmith")
BOTH = (POWER, "carlsmith", "superforecasters")


def loaded(*command: str) -> set[str]:
    """The modules that are loaded in the end."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *command], capture_output=True, text=True, check=True, timeout=120
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    "command",
    [
        ("check", POWER),
        ("show", POWER, "--stage", "map", "-q"),
        ("schema", "map"),
    ],
)
def test_what_only_reads_loads_no_numpy(command: tuple[str, ...]) -> None:
    assert not loaded(*command) & {*HEAVY, "numpy", "rich"}


@pytest.mark.long
@pytest.mark.parametrize(
    "command",
    [
        ("estimate", POWER),
        ("estimate", POWER, "--format", "csv"),
        ("explain", POWER, "alignment-hard"),
        ("takes", POWER, "--above", "10%"),
        ("cruxes", *CARLSMITH, "--figures", "none"),
        ("cruxes", POWER, "--format", "json"),
        ("diff", *BOTH, "--figures", "none"),
        ("diff", POWER, "carlsmith", "--format", "markdown"),
        ("coherence", POWER),
        ("show", POWER, "--format", "dot"),
        ("show", POWER, "--stage", "plan"),
    ],
    ids=lambda command: " ".join(part for part in command if part != POWER),
)
def test_a_table_of_small_work_needs_numpy_alone(command: tuple[str, ...]) -> None:
    assert not loaded(*command, "-q") & HEAVY


def test_figures_of_a_process_that_loads_less_are_the_same(tmp_path: Path) -> None:
    loaded("diff", *BOTH, "-q", "--output", str(tmp_path))
    model = cm.read_model(POWER)
    drawn = images(diff_figures(cm.diff(model, *BOTH[1:])), made_from(model))
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == drawn.files


def test_figures_load_what_draws_and_nothing_more(tmp_path: Path) -> None:
    modules = loaded("diff", *BOTH, "-q", "--format", "json", "--output", str(tmp_path))
    assert {"matplotlib", "PIL"} <= modules
    assert not modules & {*SAMPLING, "scipy", "pandas", "matplotlib.pyplot"}


def test_a_page_needs_little_more(tmp_path: Path) -> None:
    modules = loaded("report", POWER, "-q", "--output", str(tmp_path / "report.html"))
    assert modules & HEAVY == {"importlib.metadata"}  # the page says which version made it

"""What commands cost in a new process, in units of `import pymc`, and what stages of the main job cost."""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.measuring import Figure, Result, cpu_of_children

ROOT = Path(__file__).parents[1]
SMALL, REAL = (ROOT / "models" / f"{name}.yaml" for name in ("power-seeking", "deceptive-alignment"))
NEW = "new-map"
"""The map that `cruxmap new` writes, in a folder of its own."""

MEGABYTES = 700
"""Memory that the main job may take."""


@dataclass(frozen=True, slots=True)
class Row:
    """A command, and how many times the processor time of `import pymc` it may take.

    `cold`: nothing is cached, neither plans nor what is compiled. The project is the one of this repository,
    or the one that `cruxmap new` writes.
    """

    what: str
    command: tuple[str, ...]
    at_most: float
    cold: bool = False


WARM = (
    Row("check, the project", ("check",), 0.25),
    Row("estimate, power-seeking", ("estimate", str(SMALL)), 0.4),
)
QUICK = (
    *WARM,
    Row("first check of a new map, nothing cached", ("check", f"models/{NEW}.yaml"), 1.0, cold=True),
)
ROWS = (
    *WARM,
    Row("estimate, deceptive-alignment", ("estimate", str(REAL)), 3.5),
    Row("cruxes, deceptive-alignment -w author", ("cruxes", str(REAL), "-w", "author"), 2.5),
    Row("diff, deceptive-alignment author critic-d", ("diff", str(REAL), "author", "critic-d"), 2.5),
    Row("run, deceptive-alignment", ("run", str(REAL)), 18.0),
    Row("first estimate of what `new` writes, nothing cached", ("estimate", NEW), 1.0, cold=True),
    Row("first estimate, deceptive-alignment, nothing cached", ("estimate", str(REAL)), 12.0, cold=True),
)


def commands(*, quick: bool) -> Iterator[Result]:
    """Each command's processor time over that of importing PyMC, in turn; and the main job's memory.

    Where it should be quick, the machine's caches serve, in which the engine is compiled already.
    """
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        warm = None if quick else project / "warm"
        run_python(project, warm, "-m", "cruxmap", "new", NEW)
        run_python(project, warm, "-c", "import pymc")
        for row in QUICK if quick else ROWS:
            value = median(_ratios(row, project, warm, repeats=1 if quick else 3))
            at_most = None if quick else row.at_most
            yield Figure(row.what, value, "times `import pymc`", at_most=at_most, waited_for=True)
        model = SMALL if quick else REAL
        done = run_python(project, warm, "-c", PEAK, "run", str(model))
        at_most = None if quick else MEGABYTES
        yield Figure(f"run, {model.stem}: peak memory", float(done), "MB", at_most=at_most)


PEAK = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from benchmarks.measuring import peak_gib
from cruxmap import cli
try:
    cli.main()
finally:
    print(1024 * peak_gib(), file=sys.stderr)
"""


def _ratios(row: Row, project: Path, warm: Path | None, repeats: int) -> Iterator[float]:
    """Run a command, first to fill the caches if it may find them full, and after each run import PyMC."""
    arguments = ("-m", "cruxmap", *row.command)
    if not row.cold:
        run_python(project, warm, *arguments)
    for number in range(repeats):
        caches = project / f"cold-{row.what}-{number}" if row.cold else warm
        ours = cpu_of_children(lambda caches=caches: run_python(project, caches, *arguments))
        yield ours / cpu_of_children(lambda: run_python(project, warm, "-c", "import pymc"))


def run_python(project: Path, caches: Path | None, *arguments: str) -> str:
    """Run Python in a project, or for `check` in this one; return the last line of stderr.

    Python keeps bytecode, whatever the environment says. Without a folder for caches, it has the machine's.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    own = {"XDG_CACHE_HOME": str(caches), "NUMBA_CACHE_DIR": str(caches / "numba")} if caches else {}
    done = subprocess.run(
        (sys.executable, *arguments),
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT if arguments[-1] == "check" else project,
        env=environment | own,
    )
    return done.stderr.rpartition("\n")[0].rpartition("\n")[2]


# --- the main job, stage by stage ------------------------------------------------------------------


def stages(*, quick: bool) -> Iterator[Result]:
    """What the stages of `cruxmap run` cost, those of all worldviews together, as the job tells of them."""
    from cruxmap.job import run
    from cruxmap.language.reading import read_model

    path = SMALL if quick else REAL
    clock = _Stages()
    model = read_model(path)
    with tempfile.TemporaryDirectory() as folder:
        run(model, folder, progress=clock)
    clock("the rest", 0, 1)
    for stage, cost in clock.costs.items():
        yield Figure(f"run, {path.stem}: {stage}", cost, "s CPU")


class _Stages:
    """Hears of stages, and counts the processor time from the beginning of each to the next."""

    def __init__(self) -> None:
        self.costs: dict[str, float] = {}
        self._stage, self._begun = "reading and planning", _spent()

    def __call__(self, what: str, done: int, of: int) -> None:
        stage = what.rpartition(": ")[2]
        if stage != self._stage:
            now = _spent()
            self.costs[self._stage] = self.costs.get(self._stage, 0.0) + now - self._begun
            self._stage, self._begun = stage, now


def _spent() -> float:
    """Processor time of this process and of those that it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime

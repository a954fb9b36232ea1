"""What commands cost in a new process, and what each stage of the main job costs on the real map."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.measuring import Figure, Result, cpu_of_children, cpu_seconds, paired

ROOT = Path(__file__).parents[1]
SMALL, REAL = (ROOT / "models" / f"{name}.yaml" for name in ("power-seeking", "deceptive-alignment"))
CRUXMAP = Path(sys.executable).with_name("cruxmap")
SECONDS_PER_TRIPLE = 10e-9


def commands(*, quick: bool) -> Iterator[Result]:
    """CPU of `cruxmap estimate`, the kernel and plans cached, against importing PyMC."""
    repeats = 1 if quick else 3

    def importing() -> float:
        return _cpu(sys.executable, "-c", "import pymc")

    def estimating(model: Path) -> float:
        return _cpu(str(CRUXMAP), "estimate", str(model))

    for model in (SMALL,) if quick else (SMALL, REAL):
        estimating(model)
        measured = paired(
            f"estimate, {model.stem}", "import pymc", "s CPU", lambda m=model: estimating(m), importing,
            repeats=repeats, at_least=1 / 4 if model is SMALL else None,
        )  # fmt: skip
        yield measured
        if model is REAL:
            work = _triples_in_all(model)
            allowed = 4 * measured.theirs + SECONDS_PER_TRIPLE * work
            yield Figure(
                f"estimate, {model.stem}: over what is allowed", measured.ours / allowed, "", at_most=1
            )


def _cpu(*command: str) -> float:
    def run() -> None:
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)

    return cpu_of_children(run)


def _triples_in_all(path: Path) -> float:
    """Draws times worldviews times triples of the plan for a model's target."""
    from cruxmap.engine.planning import plan
    from cruxmap.language.reading import read_model
    from cruxmap.network.inquiry import inquire

    inquiry = inquire(read_model(path))
    clamped = {variable for variable, _ in inquiry.given}
    triples = plan(inquiry.network, inquiry.targets, clamped).triples
    return float(triples * inquiry.model.sampling.draws * len(inquiry.model.worldviews))


def stages(*, quick: bool) -> Iterator[Result]:
    """The stages of `cruxmap run`, each after the ones before it, in this process."""
    from cruxmap.engine.exact_or_sampled import approach
    from cruxmap.insight.cruxes import cruxes
    from cruxmap.insight.diff import diff
    from cruxmap.insight.estimate import estimate
    from cruxmap.insight.pairs import pairs
    from cruxmap.language.reading import read_model
    from cruxmap.network.inquiry import inquire

    path = SMALL if quick else REAL
    found: dict[str, Any] = {}

    def plan() -> None:
        inquiry = found["lowering"]
        approach(inquiry.network, inquiry.targets, {variable for variable, _ in inquiry.given})

    steps: dict[str, Callable[[], Any]] = {
        "reading": lambda: read_model(path),
        "lowering": lambda: inquire(found["reading"]),
        "planning": plan,
        "estimates": lambda: estimate(found["reading"]),
        "cruxes of all worldviews": lambda: cruxes(found["reading"]),
        "matrix of pairs": lambda: pairs(found["reading"]),
        "diff of the farthest two": lambda: diff(found["reading"], *found["matrix of pairs"].farthest),
        "figures": lambda: _figures(found),
    }
    for name, step in steps.items():

        def work(name: str = name, step: Callable[[], Any] = step) -> None:
            found[name] = step()

        yield Figure(f"run, {path.stem}: {name}", cpu_seconds(work), "s CPU")


def _figures(found: dict[str, Any]) -> None:
    from cruxmap.present import canvas, crux_figures, diff_figures, estimate_figures

    drawn = {
        **estimate_figures.estimate_figures(found["reading"], found["estimates"]),
        **crux_figures.crux_figures(found["cruxes of all worldviews"], found["reading"].map),
        **diff_figures.pair_figures(found["matrix of pairs"]),
        **diff_figures.diff_figures(found["diff of the farthest two"]),
    }
    for figure in drawn.values():
        for kind in ("svg", "png"):
            canvas.encode(figure, kind)

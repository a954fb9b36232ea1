"""Paired measurements: ours, the peer, ours, the peer ..., and what their ratios say."""

import math
import platform
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

STANDARD_ERRORS = 4
"""How many standard errors two estimates of one mean may be apart: of 16,000 right pairs, one is farther."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times the peer's cost ours is, over repeats; costs are medians, in `unit`.

    `at_least` is what the median is held against, or `None`.
    """

    what: str
    peer: str
    unit: str
    ours: float
    theirs: float
    low: float
    middle: float
    high: float
    at_least: float | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number; `at_most` or `at_least` is what it is held against.

    `waited_for` puts it into the first table: of what people wait for, and what that rests on.
    """

    what: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None
    waited_for: bool = False


type Result = Ratio | Figure


def paired(
    what: str,
    peer: str,
    unit: str,
    ours: Callable[[], float],
    theirs: Callable[[], float],
    *,
    repeats: int,
    at_least: float | None = None,
) -> Ratio:
    """Measure both sides in turn; each call returns a cost, and the ratio is theirs to ours."""
    pairs = [(ours(), theirs()) for _ in range(repeats)]
    ratios = [b / a for a, b in pairs]
    a, b = (median(side) for side in zip(*pairs, strict=True))
    return Ratio(what, peer, unit, a, b, min(ratios), median(ratios), max(ratios), at_least)


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock time that some work takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def cpu_seconds(work: Callable[[], object]) -> float:
    """Processor time that some work takes, in this process."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def cpu_of_children(work: Callable[[], object]) -> float:
    """Processor time of the processes that some work starts and waits for."""

    def spent() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    begin = spent()
    work()
    return spent() - begin


def exponent(sizes: Sequence[int], costs: Sequence[float]) -> float:
    """The slope of log cost in log size, by least squares."""
    return float(np.polyfit(np.log(sizes), np.log(costs), 1)[0])


def machine() -> str:
    """The processor, its cores and the interpreter; nothing that names a host."""
    from importlib.metadata import version

    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        models = [
            line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if "model name" in line
        ]
        cpu = models[0] if models else cpu
    from cruxmap.engine.executors import cores

    libraries = ("numpy", "numba", "pymc", "pytensor", "pyagrum", "pgmpy", "nutpie")
    versions = ", ".join(f"{name} {version(name)}" for name in libraries)
    return f"{cpu}, {cores()} cores; Python {platform.python_version()}, {versions}"


def peak_gib() -> float:
    """The most memory that this process has had, in GiB.

    Linux counts a parent's memory into what `getrusage` says of a child; its status does not.
    """
    status = Path("/proc/self/status")
    if status.exists():
        [line] = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / (1 << 20)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 30)


def holds(result: Result) -> bool | None:
    """Whether a result is as good as it should be; `None` where nothing is asked of it."""
    value = result.middle if isinstance(result, Ratio) else result.value
    bounds = [value >= result.at_least] if result.at_least is not None else []
    if isinstance(result, Figure) and result.at_most is not None:
        bounds.append(value <= result.at_most)
    return all(bounds) if bounds and not math.isnan(value) else None

"""How the stages grow from 100 to 100,000 claims, each size in a process of its own: time and memory."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measuring import Figure, Result, cpu_seconds, exponent, peak_gib, seconds

SIZES = (100, 1_000, 10_000, 100_000)
FITTED_FROM = 1_000
STAGES = ("reading", "lowering", "planning", "propagating")
DRAWS = 100


def growth(*, quick: bool) -> Iterator[Result]:
    """Reading, lowering, planning and propagating: processor time by size, fitted exponents, peak memory."""
    sizes = SIZES[:2] if quick else SIZES
    costs = {n: _measured(n) for n in sizes}
    for n, found in costs.items():
        for stage in STAGES:
            yield Figure(f"{n:,} claims: {stage}", found[stage], "s CPU")
    fitted = [n for n in sizes if n >= FITTED_FROM]
    if len(fitted) > 1:
        for stage in STAGES:
            slope = exponent(fitted, [costs[n][stage] for n in fitted])
            yield Figure(
                f"{stage}: exponent of growth, {fitted[0]:,} to {fitted[-1]:,}", slope, "", at_most=1.1
            )
    largest = costs[sizes[-1]]
    yield Figure(
        f"{sizes[-1]:,} claims, file to {DRAWS} draws of all marginals", largest["wall"], "s", at_most=60
    )
    yield Figure(f"{sizes[-1]:,} claims, peak memory", largest["peak"], "GiB", at_most=4)
    speed = largest["megabytes"] / largest["reading"]
    yield Figure(f"reading, {largest['megabytes']:.1f} MB of YAML", speed, "MB/s CPU", at_least=1)


def _measured(n: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        written(Path(folder), n)
        command = (sys.executable, "-m", "benchmarks.growth", folder)
        environment = os.environ | {"XDG_CACHE_HOME": folder}  # where no plan is kept yet
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def written(folder: Path, n: int) -> None:
    """Write a map of n claims, all its constructs in use, and a model that asks for the last of them."""
    from helpers.large_maps import large_map

    of_map = folder / "arguments" / "large"
    of_map.mkdir(parents=True)
    (folder / "models").mkdir()
    for key, value in large_map(n).items():
        (of_map / f"{key}.yaml").write_text(f"{key}:\n" + _block(value, 1), encoding="utf-8")
    model = f"model: large\nmap: ../arguments/large\ntarget: claim-{n - 1}\n"
    (folder / "models" / "large.yaml").write_text(model, encoding="utf-8")


def _block(value: Any, depth: int) -> str:
    """Plain data in block style, as people write it; what is inside a list in flow style."""
    indent = "  " * depth
    if isinstance(value, dict):
        return "".join(
            f"{indent}{key}:\n{_block(item, depth + 1)}"
            if isinstance(item, dict | list) and item
            else f"{indent}{key}: {json.dumps(item)}\n"
            for key, item in value.items()
        )
    return "".join(f"{indent}- {json.dumps(item)}\n" for item in value)


def main(folder: Path) -> None:
    """Take one map from its files to marginals of all its claims, and print what each stage cost."""
    from cruxmap.engine.draws import latin_hypercube
    from cruxmap.engine.exact_or_sampled import approach
    from cruxmap.engine.queries import infer
    from cruxmap.language.reading import read_model
    from cruxmap.network.inquiry import blocks, draws_per_block, entries_of, inquire

    found: dict[str, Any] = {}
    costs: dict[str, float] = {}
    megabytes = sum(file.stat().st_size for file in (folder / "arguments" / "large").iterdir()) / 1e6

    def read() -> None:
        found["model"] = read_model(folder / "models" / "large.yaml")

    def lower() -> None:
        found["inquiry"] = inquire(found["model"])

    def plan() -> None:
        network = found["inquiry"].network
        found["ask"] = [network.places[claim.about.id] for claim in found["model"].map.claims]
        approach(network, found["ask"], ())

    def propagate() -> None:
        inquiry, network = found["inquiry"], found["inquiry"].network
        for start, stop in blocks(DRAWS, draws_per_block(inquiry)):
            z = latin_hypercube(0, network.addresses, DRAWS, start, stop)
            infer(network, entries_of(inquiry, 0, z), (), found["ask"])

    def everything() -> None:
        for stage, work in zip(STAGES, (read, lower, plan, propagate), strict=True):
            costs[stage] = cpu_seconds(work)
            print(f"{stage}: {costs[stage]:.1f} s, peak {peak_gib():.2f} GiB", file=sys.stderr)

    costs["wall"] = seconds(everything)
    print(json.dumps(costs | {"peak": peak_gib(), "megabytes": megabytes}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Write down all that the program says of the shipped models, and compare two such records.

`python -m benchmarks.baseline make FOLDER` writes one; `python -m benchmarks.baseline compare BEFORE AFTER`
tells two apart. Words must be the same, and numbers too, up to rounding (1e-12 of the number, or of 1 for
those near 0). So a change that should change no result is shown to change none. Pictures are compared as
text, their numbers to what an eye can see.
"""

import argparse
import json
import math
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MODELS = {
    "power-seeking": ("carlsmith", "superforecasters"),
    "deceptive-alignment": ("author", "critic-d"),
}
TOLERANCE = 1e-12
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
READABLE = {".json", ".csv", ".md", ".txt", ".svg", ".dot", ".mmd"}


def commands(model: str, a: str, b: str) -> dict[str, list[str]]:
    """Name the files to write, each with the command that prints it."""
    one = {
        "estimate.txt": ["estimate", model],
        "estimate-given.txt": ["estimate", model, "--assuming", "{not: " + target_of(model) + "}"],
        "cruxes.txt": ["cruxes", model, "-w", a],
        "cruxes.json": ["cruxes", model, "-w", a, "--format", "json"],
        "diff.txt": ["diff", model, a, b],
        "diff.json": ["diff", model, b, a, "--format", "json"],
        "rest.json": ["diff", model, a, "--format", "json"],
        "takes.json": ["takes", model, "-w", a, "--above", "20%", "--format", "json"],
        "agree.txt": ["takes", model, "-w", a, "--agree-with", b],
        "coherence.txt": ["coherence", model],
        "coherence.json": ["coherence", model, "--format", "json"],
        "pool.txt": ["pool", model],
        "pool.json": ["pool", model, "--format", "json"],
        "map.dot": ["show", model, "--format", "dot"],
        "map.mmd": ["show", model, "--format", "mermaid", "-w", b],
    }
    stages = {
        f"{stage}.txt": ["show", model, "--stage", stage] for stage in ("map", "network", "plan", "pymc")
    }
    return one | stages | {"run.txt": ["run", model]}


def target_of(model: str) -> str:
    """Name the model's target."""
    from cruxmap import read_model

    [target] = {read_model(Path("models") / f"{model}.yaml").target.name}
    return target


def make(folder: Path) -> None:
    """Write what every command prints, the files that it writes, and an explanation of every entry."""
    for model, (a, b) in MODELS.items():
        place = folder / model
        place.mkdir(parents=True, exist_ok=True)
        for name, arguments in commands(model, a, b).items():
            print(f"{model}: cruxmap {' '.join(arguments)}", file=sys.stderr, flush=True)
            output = ["-o", str(place / name.replace(".", "-"))] if arguments[0] in WRITES else []
            done = subprocess.run(
                [sys.executable, "-m", "cruxmap.cli", *arguments, *output],
                capture_output=True,
                check=False,
            )
            (place / name).write_bytes(done.stdout)
            if done.returncode:
                print(f"  exit code {done.returncode}: {done.stderr.decode()[-400:]}", file=sys.stderr)
        (place / "explain.json").write_text(json.dumps(explanations(model), indent=1))


WRITES = {"cruxes", "diff", "pool", "run"}
"""Commands that write figures."""


def explanations(model: str) -> dict[str, object]:
    """Explain every entry of a model's map."""
    from cruxmap import read_model
    from cruxmap.insight.explain import explain

    spec = read_model(Path("models") / f"{model}.yaml")
    a_map = spec.map
    entries = (*a_map.claims, *a_map.questions, *a_map.events, *a_map.arguments)
    return {entry.about.id: explain(spec, entry.about.id).to_json() for entry in entries}


def compare(before: Path, after: Path) -> int:
    """Print what differs, file by file, and return how many files do."""
    names = sorted({path.relative_to(root) for root in (before, after) for path in root.rglob("*.*")})
    different = 0
    for name in names:
        if name.suffix not in READABLE:
            continue
        old, new = before / name, after / name
        if not (old.is_file() and new.is_file()):
            found = [f"only {'before' if old.is_file() else 'after'}"]
        elif name.suffix == ".json" and old.stat().st_size and new.stat().st_size:
            found = list(differences(json.loads(old.read_text()), json.loads(new.read_text()), "$"))
        else:
            found = list(text_differences(old.read_text(), new.read_text(), name.suffix))
        if found:
            different += 1
            print(f"{name}: {len(found)} differences", *found[:5], sep="\n  ")
    print(f"{len(names)} files, {different} differ")
    return different


def differences(old: Any, new: Any, path: str) -> Iterator[str]:
    """Yield where two JSON values differ; keys that only the new one has are no difference."""
    match old, new:
        case dict(), dict():
            for key in old:
                if key in new:
                    yield from differences(old[key], new[key], f"{path}.{key}")
                else:
                    yield f"{path}.{key}: gone"
        case list(), list() if (rows := _by_name(old)) and (others := _by_name(new)):
            yield from differences(rows, others, path)  # near-ties may change places
        case list(), list() if len(old) == len(new):
            for place, (one, other) in enumerate(zip(old, new, strict=True)):
                yield from differences(one, other, f"{path}[{place}]")
        case ((int() | float()), (int() | float())) if math.isclose(
            old, new, rel_tol=TOLERANCE, abs_tol=TOLERANCE
        ):
            pass
        case _ if old != new:
            yield f"{path}: {str(old)[:80]} -> {str(new)[:80]}"


def _by_name(rows: list[Any]) -> dict[str, Any] | None:
    """Return rows by what names each, `None` where nothing does."""
    for key in ("id", "address"):
        named = {row[key]: row for row in rows if isinstance(row, dict) and key in row}
        if rows and len(named) == len(rows):
            return named
    return None


def text_differences(old: str, new: str, suffix: str) -> Iterator[str]:
    """Yield lines that differ, in pictures beyond what an eye can see."""
    close = 1e-3 if suffix == ".svg" else TOLERANCE
    lines, others = old.splitlines(), new.splitlines()
    if len(lines) != len(others):
        yield f"{len(lines)} -> {len(others)} lines"
        return
    for place, (line, other) in enumerate(zip(lines, others, strict=True), 1):
        if line == other:
            continue
        numbers = zip(NUMBER.findall(line), NUMBER.findall(other), strict=False)
        same_words = NUMBER.sub("#", line) == NUMBER.sub("#", other)
        if not (
            same_words
            and all(math.isclose(float(a), float(b), rel_tol=close, abs_tol=close) for a, b in numbers)
        ):
            yield f"{place}: {line[:80]} -> {other[:80]}"


def main() -> None:
    """Make a baseline, or compare two; exit code 1 where they differ."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.baseline", description=__doc__)
    parser.add_argument("what", choices=["make", "compare"])
    parser.add_argument("folders", nargs="+", type=Path)
    options = parser.parse_args()
    if options.what == "compare":
        before, after = options.folders
        sys.exit(min(1, compare(before, after)))
    [folder] = options.folders
    make(folder)


if __name__ == "__main__":
    main()

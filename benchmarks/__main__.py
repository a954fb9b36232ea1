"""`python -m benchmarks`: run them, print a table, and write it as JSON and Markdown where asked to."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.commands import commands, stages
from benchmarks.editing import editing
from benchmarks.growth import growth
from benchmarks.inference import inference
from benchmarks.interview import interview
from benchmarks.live import live
from benchmarks.measuring import Figure, Ratio, Result, holds, machine
from benchmarks.page import page
from benchmarks.posterior import posterior
from benchmarks.prior import prior

GROUPS: dict[str, Callable[..., Iterator[Result]]] = {
    "commands": commands,
    "live": live,
    "editing": editing,
    "page": page,
    "interview": interview,
    "inference": inference,
    "prior": prior,
    "posterior": posterior,
    "growth": growth,
    "stages": stages,
}
MARKS = {True: "yes", False: "**no**", None: ""}
START, END = "<!-- results: written by `make bench` -->\n", "<!-- end of results -->\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the groups named, or all; raises SystemExit for a name that is none."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("groups", nargs="*", help=f"which to run: {', '.join(GROUPS)} (all of them)")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that everything works")
    parser.add_argument("--json", type=Path, help="write the results to this file")
    parser.add_argument(
        "--doc", type=Path, help="put the table into this Markdown file, between its marks"
    )
    options = parser.parse_args(arguments)
    if unknown := set(options.groups) - set(GROUPS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(GROUPS)}")
    results: dict[str, list[Result]] = {}
    for name in options.groups or GROUPS:
        print(f"{name} ...", file=sys.stderr, flush=True)
        results[name] = []
        for result in GROUPS[name](quick=options.quick):
            print("  " + " | ".join(cell for cell in _cells(result) if cell), file=sys.stderr, flush=True)
            results[name].append(result)
    text = markdown(results)
    print(text)
    if options.json:
        options.json.write_text(json.dumps({"machine": machine()} | _plain(results), indent=1) + "\n")
    if options.doc:
        before, rest = options.doc.read_text().split(START)
        options.doc.write_text(before + START + "\n" + text + "\n" + END + rest.split(END)[1])


def markdown(results: dict[str, list[Result]]) -> str:
    """A table of what people wait for, one of ratios, and one of other figures, the machine above them."""
    everything = [result for found in results.values() for result in found]
    ratios = [_cells(result) for result in everything if isinstance(result, Ratio)]
    waited, figures = (
        [_cells(r) for r in everything if isinstance(r, Figure) and r.waited_for == first]
        for first in (True, False)
    )
    parts = [f"Measured on: {machine()}."]
    if waited:
        parts.append(_table(("what people wait for", "measured", "target", "met"), waited))
    if ratios:
        head = ("what", "against", "ours", "theirs", "ratio: least", "median", "most", "target", "met")
        parts.append(_table(head, ratios))
    if figures:
        parts.append(_table(("what", "measured", "target", "met"), figures))
    return "\n\n".join(parts)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cells(result: Result) -> tuple[str, ...]:
    mark = MARKS[holds(result)]
    match result:
        case Ratio():
            target = "" if result.at_least is None else f"at least {_number(result.at_least)}"
            costs = (f"{_number(result.ours)} {result.unit}", f"{_number(result.theirs)} {result.unit}")
            spread = map(_number, (result.low, result.middle, result.high))
            return (result.what, result.peer, *costs, *spread, target, mark)
        case Figure():
            bounds = [f"at most {_number(result.at_most)}"] if result.at_most is not None else []
            bounds += [f"at least {_number(result.at_least)}"] if result.at_least is not None else []
            return result.what, f"{_number(result.value)} {result.unit}".strip(), ", ".join(bounds), mark


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2g}"


def _plain(results: dict[str, list[Result]]) -> dict[str, object]:
    return {name: [asdict(r) | {"holds": holds(r)} for r in found] for name, found in results.items()}


if __name__ == "__main__":
    main()

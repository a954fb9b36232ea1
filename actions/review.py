"""Review a change of argument maps: what is wrong, what is not as expected, and what it does to the answers.

    python review.py BASE [HEAD]

Run in a project, with cruxmap installed. Writes `review/comment.md`, which fits into a comment on GitHub, the
same in full as `review/review.md`, and pictures as PNG. The exit code is 1 where there are problems, or where
an expectation does not hold.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

OUT = Path("review")
CRUXMAP = [sys.executable, "-m", "cruxmap"]

MOST = 60_000
"""Characters of a comment; GitHub takes a few more."""

MOST_OF_A_DRAWING = 15_000
"""Characters of a drawing in a comment: GitHub draws no larger ones quickly."""

DRAWN = 6
"""Changed entries around which the map is drawn."""


def main(base: str, head: str = "HEAD") -> int:
    """Write the review; return the exit code."""
    OUT.mkdir(exist_ok=True)
    checked = cruxmap("check", "--format", "markdown")
    parts = ["# What this change does to the argument maps", *section("Check", checked)]
    failed = checked.returncode != 0
    if not failed:
        expected = cruxmap("check", "--expect", "--format", "markdown")
        failed = expected.returncode != 0
        parts += section("Expectations", expected)
        for model in sorted(Path("models").rglob("*.yaml")):
            parts += changes(model, f"{base}...{head}")
    text = "\n\n".join(parts) + "\n"
    (OUT / "review.md").write_text(text, encoding="utf-8")
    (OUT / "comment.md").write_text(cut(text), encoding="utf-8")
    return int(failed)


def cruxmap(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of cruxmap."""
    return subprocess.run([*CRUXMAP, *words], capture_output=True, text=True, check=False)


def section(title: str, done: subprocess.CompletedProcess[str]) -> Iterator[str]:
    """Yield what a command says, and what went wrong where it failed."""
    yield f"## {title}"
    yield done.stdout.strip() or "Nothing."
    if done.returncode and done.stderr.strip():
        yield fenced(done.stderr.strip(), "text")


def changes(model: Path, revisions: str) -> Iterator[str]:
    """Yield what became of a model between two revisions: in words, and drawn."""
    asked = ("diff", str(model), "--git", revisions, "--quiet")
    told = cruxmap(*asked, "--format", "json")
    name = model.relative_to("models").with_suffix("").as_posix()
    if told.returncode:
        yield from section(name, told)
        return
    diff = json.loads(told.stdout)
    ids = changed(diff)
    if not ids:
        return
    yield from section(name, cruxmap(*asked, "--format", "markdown"))
    present = [id_ for id_ in ids if id_ not in diff["removed"]]
    around = [word for id_ in present[:DRAWN] for word in ("--around", id_)]
    if not around:
        return
    show = ("show", str(model), *around, "--quiet")
    drawing = cruxmap(*show, "--format", "mermaid")
    if drawing.returncode == 0 and len(drawing.stdout) <= MOST_OF_A_DRAWING:
        yield fenced(drawing.stdout.strip(), "mermaid")
    place = OUT / name.replace("/", "-")
    cruxmap(*show, "--output", f"{place}.png")
    cruxmap("history", str(model), "--limit", "20", "--format", "json", "--output", str(place), "--quiet")


def changed(diff: dict[str, Any]) -> list[str]:
    """Return the entries that a change touched, those first whose numbers move an estimate most."""
    rows = [row for side in (*diff["worldviews"], diff["map"]) for row in side["differences"]]
    rows.sort(key=lambda row: -abs(row["share_logit"] or 0.0))
    moved = [row["id"] for row in rows]
    reworded = [row["id"] for row in diff["reworded"]]
    names = [*moved, *diff["added"], *diff["removed"], *diff["rebuilt"], *reworded]
    return list(dict.fromkeys(name.partition(".")[0] for name in names))  # a route is part of its claim


def fenced(text: str, language: str) -> str:
    """Put a text between fences that nothing in it can end."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def cut(text: str) -> str:
    """Return as much as a comment takes, up to the end of a section."""
    if len(text) <= MOST:
        return text
    kept = text[:MOST].rpartition("\n## ")[0] or "# What this change does to the argument maps"
    return f"{kept}\n\nThe rest is in `review.md`, among what this run has kept.\n"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))

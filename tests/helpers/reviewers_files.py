"""Files that reviewers might send: at random, with numbers of theirs and with entries that they bring."""

import json
import random
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import cruxmap as cm
from cruxmap.language.argument_map import MAP_WORLDVIEW
from helpers.brought_sets import WithFiles, as_file, brought_sets

BAD = {
    "broken.yaml": b"worldview: broken\njudgements: [\n",
    "bytes.yaml": b"\xff\xfe\x00worldview",
    "list.yaml": b"- nothing\n- of the kind\n",
    "bomb.yaml": b"a: &a [x, x, x, x]\nb: &b [*a, *a, *a, *a]\njudgements: {c: *b}\n",
    "deep.yaml": b"judgements: " + b"[" * 5000,
    "unknown.yaml": b"worldview: unknown\ntext: Words.\njudgements: {no-such-entry: 50%}\n",
    "hostile.yaml": b"worldview: hostile\ntext: Words.\nrejects: ['<img src=x onerror=alert(1)>']\n",
    "speechless.yaml": b"worldview: speechless\nrejects: []\n",
}
"""Files that cannot be taken in, for one reason each."""


def write_files(path: Path, folder: Path, n: int, seed: int, project: Path) -> list[Path]:
    """Write n files about a model into a folder, which fit together. Every second one brings entries.

    `project` is a folder in which the model is tried out.
    """
    model, pick = cm.read_model(path), random.Random(seed)
    sets = iter(brought_sets(model, WithFiles(path, project), 2 * n, seed))
    files: list[Path] = []
    while len(files) < n:
        name = f"reviewer-{len(files) + 1}"
        file: dict[str, Any] = json.loads(as_file(next(sets), name)) if len(files) % 2 else {}
        file |= {"worldview": name, "text": f"{name} of many."}
        if not len(files) % 2 and pick.random() < 0.5:
            file["extends"] = pick.choice([w.about.id for w in model.map.worldviews])
        file["judgements"] = dict(_numbers(model, pick))
        written = folder / f"{name} sent.yaml"
        written.write_text(_written(file, pick), encoding="utf-8", newline="")
        with suppress(cm.InvalidMap):  # what two bring may close a circle together
            cm.read_model(path, visitors=[*files, written])
            files.append(written)
    return files


def _numbers(model: cm.ModelSpec, pick: random.Random) -> Iterator[tuple[str, str]]:
    """Yield numbers in places of the map's own: credences and chances, points and intervals."""
    places = [
        judgement.address
        for judgement in model.map.judgements.values()
        if judgement.overridable
        and judgement.role.value in ("credence", "chance")
        and model.map.bringer.get(judgement.address, MAP_WORLDVIEW) == MAP_WORLDVIEW
    ]
    for address in pick.sample(places, min(len(places), pick.randint(1, 6))):
        low = pick.randint(2, 80)
        yield address, pick.choice((f"{low}%", f"{low}% to {low + pick.randint(1, 18)}%"))


def _written(file: dict[str, Any], pick: random.Random) -> str:
    """Write it as YAML in one of the ways of people: JSON is one, with a comment and lines of Windows."""
    text = json.dumps(file, indent=1, ensure_ascii=False) + "\n"
    return pick.choice((text, f"# Written in a hurry.\n{text}", text.replace("\n", "\r\n")))

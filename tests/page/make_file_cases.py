"""Fills in `cases/files.json`: worldviews' files as people write them, and what Python makes of each.

`python tests/page/make_file_cases.py` takes every worldview's file of `tests/maps`, and the texts that are
written in the table for a map of these. It writes of each what it says, or the problems that it has, beside
the worldviews that the map's folder has without it.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cruxmap.errors import InvalidMap, Problem
from cruxmap.insight.estimate import as_model
from cruxmap.insight.travelling_model import travelling_model
from cruxmap.language.reading import check, read_map, read_with_visitors
from page.make_language_cases import read, write

type Table = dict[str, Any]

NAME = "files"
MAPS = Path(__file__).parent.parent / "maps"
NUMBERS = ("addresses", "judgements", "share_rows", "rows_at", "lexicon", "map", "made_from")
WHOSE = ("brought", "bringer", "worldviews", "sources", "voices", "entries", "model")
OTHERS = ("unreachable-claim", "uncited-source", "unlisted-worldview")
"""Warnings about the map, and not about a worldview."""


def files(table: Table) -> Table:
    """Maps, and files of worldviews beside them."""
    models: dict[str, Table] = {}
    cases = []
    with TemporaryDirectory() as place:
        bases: dict[tuple[str, str], Path | None] = {}
        for number, (folder, text, name) in enumerate((*_of_maps(), *_written(table))):
            if (folder, name) not in bases:
                bases[folder, name] = _base(folder, name, Path(place, f"base-{number}"))
            base = bases[folder, name]
            if base is None:
                continue  # the map itself has a problem: no page is made of it
            key = "/".join([folder, *sorted(file.stem for file in base.glob("worldviews/*.yaml"))])
            if key not in models:
                models[key] = _language(base)
            cases.append({"map": key, "name": name, "text": text, **_found(base, name, text)})
    return {"written": table["written"], "models": models, "cases": cases}


def _of_maps() -> Iterator[tuple[str, str, str]]:
    """Yield the folder of a map, the text and the name of each worldview's file of it."""
    for path in sorted(MAPS.glob("*/**/worldviews/*.yaml")):
        folder = path.parent.parent.relative_to(MAPS).as_posix()
        yield folder, path.read_text(encoding="utf-8"), path.name


def _written(table: Table) -> Iterator[tuple[str, str, str]]:
    for text in table["written"]:
        yield "good/arguments/everything", text, "mine.yaml"


def _base(folder: str, name: str, place: Path) -> Path | None:
    """Put a map's folder in place without a file, and without others if it cannot be without that file."""
    base = place / "arguments" / "base"
    shutil.copytree(MAPS / folder, base, ignore=shutil.ignore_patterns(name, "expected.json", "models"))
    for file in sorted(base.glob("worldviews/*.yaml"), reverse=True):
        if check(base)[0]:
            file.unlink()
    if check(base)[0]:
        return None
    _write_model(base)
    return base


def _language(base: Path) -> Table:
    data = travelling_model(replace(as_model(read_map(base)), exact=False))
    return {key: data[key] for key in (*NUMBERS, *WHOSE)}


def _found(base: Path, name: str, text: str) -> Table:
    """Return what a file says beside a map's own worldviews, or the problems that it has."""
    before = {path.stem for path in base.glob("worldviews/*.yaml")}
    file = base.parent.parent / name
    file.write_bytes(text.encode())
    try:
        visited = read_with_visitors(base.parent.parent / "models" / "base.yaml", [file])
    except InvalidMap as wrong:
        return {"problems": [*_told(wrong.problems)]}
    [worldview] = [one for one in visited.model.map.worldviews if one.about.id not in before]
    id_ = worldview.about.id
    data = travelling_model(replace(visited.model, exact=False))
    there = base / "worldviews" / f"{id_}.yaml"
    there.parent.mkdir(exist_ok=True)
    there.write_bytes(text.encode())
    _, warnings = check(base)
    there.unlink()
    own = [w for w in warnings if w.span.file.endswith(f"/{id_}.yaml") and w.code not in OTHERS]
    stated = {"stated": len(worldview.stated), "read_as": len(worldview.read_as)}
    asked = None if worldview.asked is None else len(worldview.asked)
    said = {"text": worldview.about.text, "remarks": dict(worldview.remarks), **stated, "asked": asked}
    return {"id": id_, "worldview": data["worldviews"][id_], "says": said, "warnings": [*_told(own)]}


def _write_model(base: Path) -> None:
    """Write a model of a map, about the first thing that there is."""
    argument_map = read_map(base)
    model = base.parent.parent / "models" / "base.yaml"
    model.parent.mkdir()
    claims = [claim.about.id for claim in argument_map.claims]
    states = [{question.about.id: question.states[0]} for question in argument_map.questions]
    [target, *_] = [*claims, *states]
    model.write_text(json.dumps({"model": "base", "map": "../arguments/base", "target": target}))


def _told(problems: tuple[Problem, ...] | list[Problem]) -> Iterator[list[Any]]:
    for problem in problems:
        yield [problem.code.value, problem.span.line, problem.message]


def main() -> None:
    """Fill in the table."""
    write(NAME, files(read(NAME)))


if __name__ == "__main__":
    main()

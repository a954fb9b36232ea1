"""The language server on the real map: what an editor waits for after each edit."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.commands import REAL, ROOT, SMALL
from benchmarks.measuring import Figure, Result, paired, seconds

EDITS = 40
"""Numbers that are typed, one after the other, each followed by questions at once."""

ANSWERED = 100.0
"""Milliseconds by the clock that an answer may take after an edit, nearly always."""

READ_AGAIN = 1.5
"""How many times what reading again costs reading the project anew costs at least."""


def editing(*, quick: bool) -> Iterator[Result]:
    """Questions that are put right after an edit, and when its problems are told."""
    from cruxmap.language.files import overlaid
    from cruxmap.language.reading import Memory, examine

    model = SMALL if quick else REAL
    file = sorted((ROOT / "arguments" / model.stem).glob("*.yaml"))[-1]
    text = file.read_text(encoding="utf-8")
    answers, told = _session(file, text, 4 if quick else EDITS)
    what = f"an answer of the language server right after an edit, {model.stem}"
    for name, share in (("median", 50), ("95th percentile", 95)):
        value = float(np.percentile(answers, share))
        at_most = None if quick else ANSWERED
        yield Figure(f"{what}, {name} of {len(answers)}", value, "ms", at_most=at_most, waited_for=True)
    yield Figure(f"problems of the project after an edit, {model.stem}", float(np.median(told)), "ms")

    memory, edits = Memory(), iter(range(1 << 20))
    examine(ROOT, memory)

    def reading(known: Memory | None) -> Callable[[], float]:
        def read() -> float:
            with overlaid({file: f"{text}#{next(edits)}\n".encode()}):
                return 1000 * seconds(lambda: examine(ROOT, known))

        return read

    yield paired(
        f"read after an edit, {model.stem}",
        "reading the project anew",
        "ms",
        reading(memory),
        reading(None),
        repeats=2 if quick else 15,
        at_least=None if quick else READ_AGAIN,
    )


def _session(file: Path, text: str, edits: int) -> tuple[list[float], list[float]]:
    """Return how many milliseconds each answer took, and each time until problems were told."""
    from helpers.editor import Editor

    line = next(row for row in text.splitlines() if "credence: " in row)
    at = line.replace("credence: ", "credence: |", 1)
    name = file.relative_to(ROOT).as_posix()
    editor, answers, told = Editor(ROOT), list[float](), list[float]()
    editor.start()
    try:
        editor.open(name)
        editor.problems(name)
        questions = (editor.items, editor.hover, editor.definition)
        for ask in questions:  # what is asked first loads what answers it
            ask(name, at)
        for count in range(edits):
            editor.type(name, f"{text}# {count}\n")
            answers += [1000 * seconds(lambda ask=ask: ask(name, at)) for ask in questions]
            told.append(1000 * seconds(lambda: editor.problems(name)) + sum(answers[-len(questions) :]))
            editor.run(asyncio.sleep(0.2))
    finally:
        editor.end()
    return answers, told

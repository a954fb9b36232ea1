"""Maps that are valid and leave next to nothing to compute: every command says so, and none breaks."""

import re
from pathlib import Path

import pytest

from helpers.commands import Cruxmap
from helpers.maps_from_text import write

QUESTION = "questions:\n  q: {text: Which., states: [s, t], credence: {s: 20%, t: rest}}\n"
CLAIM = "claims:\n  t: {text: Target., credence: 30%}\n"
CERTAIN = "claims:\n  t: {text: Target., credence: 100%}\n"
EVENT = """
timelines: {training: {text: From start to end., phases: {early: 1, late: 2}}}
events:
  e: {text: It happens., timeline: training, emerges: {early: 10%, late: 20%}}
"""
REJECTED = """
claims:
  t: {text: Target., credence: 100%}
arguments:
  pro: {text: For., for: t, strength: 2x}
"""
STATED = "stated:\n  - {of: t, credence: 40%}\n"

MAPS: dict[str, tuple[str, str, dict[str, str]]] = {
    "one-question": (QUESTION, "target: {q: s}\n", {"a": "", "b": "judgements: {q.s: 40%}\n"}),
    "one-question-alone": (QUESTION, "target: {q: s}\n", {}),
    "one-event": (
        EVENT,
        "target: {event: e, ever: true}\n",
        {"a": "", "b": "judgements: {e.late: 40%}\n"},
    ),
    "one-claim": (CLAIM, "target: t\n", {}),
    "two-who-agree": (CLAIM, "target: t\n", {"a": "", "b": ""}),
    "one-reviewer": (CLAIM, "target: t\n", {"a": STATED}),
    "target-assumed": (
        CLAIM,
        "target: t\nassuming: [t]\n",
        {"a": "", "b": "judgements: {t: 40%}\n" + STATED},
    ),
    "target-observed": (
        CLAIM,
        "target: t\nobserved: [t]\n",
        {"a": "", "b": "judgements: {t: 40%}\n" + STATED},
    ),
    "target-certain": (CERTAIN, "target: t\n", {"a": STATED, "b": "judgements: {t: 0%}\n" + STATED}),
    "target-certain-for-one": (CLAIM, "target: t\n", {"a": "", "b": "judgements: {t: 0%}\n" + STATED}),
    "no-number-moves": (REJECTED, "target: t\n", {"a": "rejects: [pro]\n", "b": ""}),
    "impossible-for-one": (
        CLAIM,
        "target: t\nassuming: [t]\n",
        {"a": "", "b": "judgements: {t: 0%}\n" + STATED},
    ),
    "impossible-for-all": (CERTAIN, "target: t\nobserved: [{t: false}]\n", {"a": STATED, "b": ""}),
    "reconciled": (CLAIM, "target: t\nreconcile: true\n", {"a": STATED, "b": ""}),
}


def commands(name: str) -> list[tuple[str, ...]]:
    text, _, worldviews = MAPS[name]
    entry = "q" if text == QUESTION else "e" if text == EVENT else "t"
    who = list(worldviews)
    return [
        ("run",),
        ("estimate",),
        ("explain", entry),
        *(("show", "--stage", stage) for stage in ("map", "network", "plan")),
        *(("show", "--format", form) for form in ("dot", "mermaid", "svg")),
        ("cruxes",),
        ("cruxes", "-w", "map"),
        *(("cruxes", "-w", one) for one in who),
        ("diff",),
        ("diff", "map"),
        ("diff", "map", "map"),
        *(("diff", one) for one in who),
        *(("diff", "map", one) for one in who),
        ("takes", "--above", "50%"),
        ("takes", "--below", "5%"),
        *(("takes", "--agree-with", one) for one in who),
        ("coherence",),
        ("coherence", "--format", "json"),
        ("pool",),
        ("pool", "--format", "json"),
    ]


WITH_CHAINS = [("show", "--stage", "pymc"), ("estimate", "--sampled"), ("cruxes", "--sampled")]
"""Commands that compile a model of their own for each map."""

LONG = {
    "target-observed",
    "impossible-for-all",
    "impossible-for-one",
    "reconciled",
    "one-event",
    "one-question",
}
"""Maps of which many commands sample by chains."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.long) if name in LONG else name for name in MAPS]
)
def test_every_command_answers(name: str, cruxmap: Cruxmap, tmp_path: Path) -> None:
    answers(name, commands(name), cruxmap, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("name", MAPS)
def test_every_command_answers_by_chains(name: str, cruxmap: Cruxmap, tmp_path: Path) -> None:
    answers(name, WITH_CHAINS, cruxmap, tmp_path)


def answers(name: str, asked: list[tuple[str, ...]], cruxmap: Cruxmap, folder: Path) -> None:
    """Ask the commands about a map: all answer or say why not, and no number is missing."""
    text, ask, worldviews = MAPS[name]
    write(folder, text, ask + "sampling: {draws: 50, tune: 50, chains: 2}\n", **worldviews)
    assert cruxmap("check").code == 0
    outcomes = {(command, *options): cruxmap(command, "small", *options) for command, *options in asked}
    fine = {0, 1} if name.startswith("impossible") else {0}
    failed = [
        f"{asked}: {found.err[-400:]}" for asked, found in outcomes.items() if found.code not in fine
    ]
    assert not failed, "\n".join(failed)
    assert [asked for asked, found in outcomes.items() if not found.code and not found.out.strip()] == []
    assert [asked for asked, found in outcomes.items() if re.search(r"\b(nan|inf)\b", found.out)] == []

"""Common mistakes, in the order in which a beginner makes them, and the page that says what each is told."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.text import Text

from cruxmap.errors import Problem
from cruxmap.language.reading import check
from cruxmap.present.problems import problem_text

MAP = "arguments/town/map.yaml"
MODEL = "models/town.yaml"
ANN = "arguments/town/worldviews/ann.yaml"

ROUND_THEM: dict[str, str] = {
    MAP: """\
claims:
  rain: {text: It rains tomorrow., credence: 30%}
  cold: {text: It is cold tomorrow., credence: 20%}
questions:
  wind: {text: How does it blow?, states: [weak, strong], credence: {weak: 70%, strong: rest}}
arguments:
  clouds: {text: There are clouds., for: rain, strength: 3x}
""",
    MODEL: "model: town\nmap: ../arguments/town\ntarget: rain\nalso: [cold, wind]\n",
}
"""A project without a mistake. Each mistake takes the place of one of its files, or comes with one more."""


@dataclass(frozen=True)
class Mistake:
    """What somebody did, and the file in which they did it."""

    title: str
    file: str
    text: str


def in_map(title: str, text: str) -> Mistake:
    return Mistake(title, MAP, text)


MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "Starting a map": (
        Mistake(
            "Naming a file `.yml`",
            "arguments/town/more.yml",
            "claims:\n  snow: {text: It snows., credence: 5%}\n",
        ),
        in_map(
            "Putting the title at the top",
            "title: The weather\nclaims:\n  rain: {text: It rains., credence: 30%}\n",
        ),
        in_map(
            "Writing an id with capitals or underscores",
            "claims:\n  Rain_Tomorrow:\n    text: It rains tomorrow.\n    credence: 30%\n",
        ),
        in_map(
            "Forgetting the section",
            "rain:\n  text: It rains tomorrow.\n  credence: 30%\n",
        ),
        in_map(
            "Using words of another tool",
            "claims:\n  rain:\n    statement: It rains tomorrow.\n    credence: 30%\n",
        ),
        in_map(
            "Misspelling a key",
            "claims:\n  rain:\n    text: It rains tomorrow.\n    credance: 30%\n",
        ),
        Mistake(
            "Giving one id twice, in two files",
            "arguments/town/more.yaml",
            "claims:\n  rain:\n    text: It rains a lot tomorrow.\n    credence: 10%\n",
        ),
    ),
    "Writing YAML": (
        in_map(
            "Letting a key slide out of its entry",
            "claims:\n  rain:\n    text: It rains tomorrow.\n  credence: 30%\n"
            "  cold: {text: It is cold., credence: 20%}\n",
        ),
        in_map(
            "Letting a key slide out of the whole section",
            "claims:\n  rain:\n    text: It rains tomorrow.\ncredence: 30%\n",
        ),
        in_map(
            "Indenting an entry as a part of the one above",
            "claims:\n  rain:\n    text: It rains tomorrow.\n    credence: 30%\n"
            "    cold:\n      text: It is cold.\n      credence: 20%\n",
        ),
        in_map(
            "Writing a colon without a space after it",
            "claims:\n  rain:\n    credence:30%\n    text: It rains tomorrow.\n",
        ),
        in_map(
            "Writing a sentence that has a colon in it",
            "claims:\n  rain:\n    text: One thing is sure: it rains.\n    credence: 30%\n",
        ),
        in_map(
            "Writing a sentence with a comma on one line",
            "claims:\n  wind: {text: If it blows, trees move., credence: 50%}\n",
        ),
        in_map(
            "Pasting typographic quotes round a sentence",
            "claims:\n  rain:\n    text: \u201cOne thing: it rains.\u201d\n    credence: 30%\n",
        ),
        in_map(
            "Leaving out the dash of a list's item",
            "claims:\n  rain: {text: It rains., credence: 30%}\n"
            "  cold: {text: It is cold., credence: 20%}\n"
            "  bleak:\n    text: It is bleak.\n    all_of:\n      - rain\n      cold\n",
        ),
        in_map(
            "Leaving out all of the dashes",
            "claims:\n  rain: {text: It rains., credence: 30%}\n"
            "  wet:\n    text: It is wet.\n    routes:\n      when: rain\n      chance: 90%\n",
        ),
    ),
    "Numbers": (
        in_map("Leaving out the percent sign", "claims:\n  rain: {text: It rains., credence: 60}\n"),
        in_map("Writing a range with a dash", "claims:\n  rain: {text: It rains., credence: 80-90%}\n"),
        in_map("Going over 100%", "claims:\n  rain: {text: It rains., credence: 30% to 160%}\n"),
        in_map("Beginning a range at 0%", "claims:\n  rain: {text: It rains., credence: 0% to 5%}\n"),
        in_map(
            "Beginning a value with `>`", "claims:\n  rain:\n    text: It rains.\n    credence: >90%\n"
        ),
        in_map(
            "Putting a number into typographic quotes",
            "claims:\n  rain:\n    text: It rains.\n    credence: \u201c30% to 40%\u201d\n",
        ),
        in_map("Misspelling a phrase", "claims:\n  rain: {text: It rains., credence: likly}\n"),
    ),
    "Claims, questions and tables": (
        in_map(
            "Giving a number to what is defined",
            "claims:\n  rain: {text: It rains., credence: 30%}\n"
            "  wet:\n    text: It is wet.\n    all_of: [rain]\n    credence: 70%\n",
        ),
        in_map(
            "Joining conditions by a word",
            "claims:\n  rain: {text: It rains., credence: 30%}\n"
            "  cold: {text: It is cold., credence: 20%}\n"
            "  ice:\n    text: There is ice.\n    given:\n      - {when: rain and cold, credence: 60%}\n"
            "      - {otherwise: 5%}\n",
        ),
        in_map(
            "Saying on what a claim depends with `if`",
            "claims:\n  rain: {text: It rains., credence: 30%}\n"
            "  wet:\n    text: It is wet.\n    credence: 90%\n    if: rain\n",
        ),
        in_map(
            "Writing `when: otherwise`",
            "claims:\n  rain: {text: It rains., credence: 30%}\n"
            "  wet:\n    text: It is wet.\n    given:\n      - {when: rain, credence: 90%}\n"
            "      - {when: otherwise, credence: 5%}\n",
        ),
        in_map(
            "Leaving a case of a table open",
            "claims:\n  rain: {text: It rains., credence: 30%}\n"
            "  wet: {text: It is wet., any_of: [rain]}\n"
            "  slippery:\n    text: It is slippery.\n    given:\n"
            "      - {when: [rain, wet], credence: 60%}\n",
        ),
        in_map(
            "Putting a question among the claims",
            "claims:\n  wind:\n    text: How does it blow?\n    states: [weak, strong]\n",
        ),
        in_map(
            "Naming a state with a dot in a condition",
            "claims:\n  waves: {text: There are waves., all_of: [wind.strong]}\n"
            "questions:\n"
            "  wind: {text: How?, states: [weak, strong], credence: {weak: 70%, strong: rest}}\n",
        ),
        in_map(
            "Giving shares that do not sum to 100%",
            "questions:\n  wind:\n    text: How does it blow?\n    states: [weak, strong]\n"
            "    credence: {weak: 70%, strong: 40%}\n",
        ),
    ),
    "Arguments and sources": (
        in_map(
            "Giving a strength as a probability",
            "claims:\n  rain: {text: It rains., credence: 30%}\n"
            "arguments:\n  clouds:\n    text: There are clouds.\n    for: rain\n    strength: 70%\n",
        ),
        in_map(
            "Saying which side an argument is on in other words",
            "claims:\n  rain: {text: It rains., credence: 30%}\n"
            "arguments:\n  clouds:\n    text: There are clouds.\n    supports: rain\n    strength: 3x\n",
        ),
        in_map(
            "Arguing for an argument",
            "claims:\n  rain: {text: It rains., credence: 30%}\n"
            "arguments:\n  clouds: {text: There are clouds., for: rain, strength: 3x}\n"
            "  seen: {text: I have seen them., for: clouds, strength: 2x}\n",
        ),
        in_map(
            "Misspelling an id",
            "claims:\n  rain: {text: It rains., credence: 30%}\n"
            "arguments:\n  clouds:\n    text: There are clouds.\n    for: rian\n    strength: 3x\n",
        ),
        in_map(
            "Naming a source without its title",
            "sources:\n  report: The forecast of the weather service\n"
            "claims:\n  rain: {text: It rains., credence: 30%, source: report}\n",
        ),
        in_map(
            "Citing a page in words",
            "sources:\n  report: {title: The forecast of the weather service}\n"
            "claims:\n  rain: {text: It rains., credence: 30%, source: [report, 'report, p. 3']}\n",
        ),
    ),
    "Worldviews and models": (
        Mistake(
            "Giving a worldview's numbers without `judgements`",
            ANN,
            "text: Ann looks out of the window.\nrain: 60%\n",
        ),
        Mistake(
            "Misspelling a state in an address",
            ANN,
            "text: Ann looks out of the window.\njudgements:\n  wind.storng: 60%\n",
        ),
        Mistake(
            "Giving an argument's strength under its id",
            ANN,
            "text: Ann looks out of the window.\njudgements:\n  clouds: 5x\n",
        ),
        Mistake(
            "Naming the map where its folder belongs",
            MODEL,
            "model: town\nmap: town\ntarget: rain\n",
        ),
        Mistake(
            "Leaving out the name of a model",
            MODEL,
            "map: ../arguments/town\ntarget: rain\nalso: [cold, wind]\n",
        ),
        Mistake(
            "Asking about a question as a whole",
            MODEL,
            "model: town\nmap: ../arguments/town\ntarget: wind\nalso: [rain, cold]\n",
        ),
    ),
}


@contextlib.contextmanager
def _project(mistake: Mistake) -> Iterator[None]:
    """Stand in a project in which somebody has made a mistake."""
    files = ROUND_THEM | {mistake.file: mistake.text}
    if mistake.file == MAP:
        del files[MODEL]  # which may ask for what is not in this map
    with TemporaryDirectory() as folder, contextlib.chdir(folder):
        for name, text in files.items():
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        yield


def told(mistake: Mistake) -> tuple[Problem, ...]:
    """Return what `cruxmap check` finds."""
    with _project(mistake):
        problems, warnings = check(os.curdir)
    return (*problems, *warnings)


def mistakes_page() -> str:
    """Return docs/mistakes.md."""
    numbers = iter(range(1, 1000))
    table, parts = [], []
    for heading, mistakes in MISTAKES.items():
        parts.append(f"## {heading}\n")
        for mistake in mistakes:
            number, found = next(numbers), told(mistake)
            codes = ", ".join(dict.fromkeys(f"[{each.code}](problems.md#{each.code})" for each in found))
            table.append(f"| {number} | {mistake.title} | {codes} |")
            said = "\n".join(Text.from_markup(problem_text(each, "problem")).plain for each in found)
            file = "" if mistake.file == MAP else f"# {mistake.file}\n"
            parts.append(
                f"### {number}. {mistake.title}\n\n```yaml\n{file}{mistake.text}```\n\n"
                f"```text\n{said}\n```\n"
            )
    rows = "\n".join(table)
    return f"{INTRODUCTION}\n| | mistake | code |\n|---|---|---|\n{rows}\n\n" + "\n".join(parts)


INTRODUCTION = """\
# Common mistakes

What beginners do, in the order in which they do it, and what `cruxmap check` says of it, word for word.
Each file stands in a project that is right otherwise. What a code means is in
[problems and warnings](problems.md); `cruxmap check --explain CODE` prints the same.
"""

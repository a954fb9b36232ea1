"""docs/results.md names every field that an answer has, and its examples are what the program prints."""

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cruxmap.language.argument_map import MAP_WORLDVIEW
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.reading import read_model
from helpers.commands import Cruxmap, git

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
POWER = read_model(ROOT / "models" / "power-seeking.yaml")

WITH_INTERVALS = ("--set", "alignment-hard=30% to 50%")
IMPOSSIBLE = ("--assuming", "{alignment-hard: false}", "--observed", "power-seeking-catastrophe")
VARIANTS = {
    "Estimate": [("--sampled",), ("--sampled", "--observed", "alignment-hard"), IMPOSSIBLE],
    "Cruxes": [WITH_INTERVALS, (*WITH_INTERVALS, "--sampled")],
    "Diff": [(*WITH_INTERVALS, "--sampled")],
    "Coherence": [WITH_INTERVALS],
    "Pool": [WITH_INTERVALS],
    "Compare": [WITH_INTERVALS, ("--assuming", "{alignment-hard: false}")],
    "Explain": [WITH_INTERVALS],
}
"""Options under which an answer has more fields than without."""

OF_A_NEW_MAP = {
    "Estimate": ("estimate", "harvest"),
    "Cruxes": ("cruxes", "harvest"),
    "Diff": ("diff", "harvest", "map", "treasurer"),
    "Pairs": ("diff", "harvest"),
    "One against the rest": ("diff", "harvest", "treasurer"),
    "Takes": ("takes", "harvest", "--above", "80%"),
    "Coherence": ("coherence", "harvest"),
    "Pool": ("pool", "harvest"),
    "Explain": ("explain", "harvest", "funding-secured"),
    "Check": ("check", "--sources", "--expect", "--stale"),
}
"""Commands on the map that `cruxmap new` writes, which has arguments, a question and intervals."""


@dataclass(frozen=True)
class Section:
    """A section of the page: its text, the command that it shows, and what the command prints in part."""

    name: str
    text: str
    command: tuple[str, ...]
    example: Any


def sections() -> Iterator[Section]:
    for part in PAGE.split("\n## ")[1:]:
        name, _, text = part.partition("\n")
        found = re.findall(
            r"^```sh\ncruxmap (.*)\n```\n\n```json\n(.*?)^```", text, re.MULTILINE | re.DOTALL
        )
        if name not in ("In every answer", "Entries with a tag"):
            [(command, example)] = found
            yield Section(name, text, tuple(shlex.split(command)), json.loads(example))


SECTIONS = {section.name: section for section in sections()}
COMMON = PAGE.split("\n## In every answer")[1].split("\n## ")[0]


def keys(value: Any) -> set[str]:
    """Return the keys of an answer, at any depth."""
    match value:
        case dict():
            return set(value).union(*map(keys, value.values()))
        case list():
            return set().union(*map(keys, value))
        case _:
            return set()


def unnamed(answer: Any, model: ModelSpec, section: Section) -> set[str]:
    """Return the fields of an answer that its section does not name.

    Keys that are ids of entries, worldviews or models, or states, are no fields.
    """
    names = {*model.map.entry, *model.map.worldview, MAP_WORLDVIEW, "true", "false"}
    names |= {*answer.get("models", ())}
    return keys(answer) - names - named(section.text) - named(COMMON)


def named(text: str) -> set[str]:
    """Return the words that a text sets as code, also those of a path such as `sampled.states`."""
    without_blocks = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return {word for code in re.findall(r"`([^`]+)`", without_blocks) for word in code.split(".")}


def assert_within(example: Any, answer: Any, where: str) -> None:
    """Check that the answer has everything in the example, numbers to four digits."""
    match example:
        case dict():
            for key, value in example.items():
                assert_within(value, answer[key], f"{where}.{key}")
        case list():
            assert len(example) <= len(answer), where
            for number, (value, found) in enumerate(zip(example, answer, strict=False)):
                assert_within(value, found, f"{where}[{number}]")
        case float():
            assert answer == pytest.approx(example, rel=1e-3, abs=1e-9), where
        case _:
            assert answer == example, where


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The small models and their map in a repository, with one number changed since the last commit."""
    shutil.copytree(ROOT / "arguments/power-seeking", tmp_path / "arguments/power-seeking")
    (tmp_path / "models/readings").mkdir(parents=True)
    shutil.copy(ROOT / "models/power-seeking.yaml", tmp_path / "models")
    [other] = re.findall(r"^```yaml\n(model: readings/.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "models/readings/given-systems.yaml").write_text(other)
    [sent] = re.findall(r"^```yaml\n(worldview: dana.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox/dana.yaml").write_text(sent)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "First")
    worldview = tmp_path / "arguments/power-seeking/worldviews/superforecasters.yaml"
    before = worldview.read_text(encoding="utf-8")
    after = before.replace("damaging-failures: {value: 25%", "damaging-failures: {value: 30%")
    assert before != after
    worldview.write_text(after, encoding="utf-8")
    return tmp_path


def answer_to(cruxmap: Cruxmap, section: Section, project: Path, *more: str) -> Any:
    if section.name != "Revisions":
        git(project, "checkout", "-q", ".")
    return cruxmap(*section.command, *more).json


@pytest.mark.parametrize("name", SECTIONS)
def test_the_page_names_every_field_and_shows_what_is_printed(
    name: str, cruxmap: Cruxmap, project: Path
) -> None:
    section = SECTIONS[name]
    answer = answer_to(cruxmap, section, project)
    assert_within(section.example, answer, name)
    assert unnamed(answer, POWER, section) == set()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        pytest.param(n, o, marks=pytest.mark.long if "--sampled" in o else [])
        for n, many in VARIANTS.items()
        for o in many
    ],
)
def test_the_page_names_the_fields_that_only_some_answers_have(
    name: str, options: tuple[str, ...], cruxmap: Cruxmap, project: Path
) -> None:
    section = SECTIONS[name]
    assert unnamed(answer_to(cruxmap, section, project, *options), POWER, section) == set()


def test_the_page_names_the_fields_of_answers_about_arguments(cruxmap: Cruxmap, tmp_path: Path) -> None:
    assert cruxmap("new", "harvest", "--format", "json").json.keys() == {"files"}
    model = read_model(tmp_path / "models" / "harvest.yaml")
    for name, command in OF_A_NEW_MAP.items():
        answer = cruxmap(*command, "--format", "json").json
        assert unnamed(answer, model, SECTIONS[name]) == set(), name


@pytest.mark.long
def test_the_page_names_the_fields_of_a_reconciled_model(cruxmap: Cruxmap, tmp_path: Path) -> None:
    cruxmap("new", "harvest")
    path = tmp_path / "models" / "harvest.yaml"
    with path.open("a", encoding="utf-8") as file:
        file.write("reconcile: true\nsampling: {draws: 100, tune: 100, chains: 1}\n")
    answer = cruxmap("coherence", "harvest", "--format", "json").json
    assert answer["worldviews"]["treasurer"]["shifts"]
    assert unnamed(answer, read_model(path), SECTIONS["Coherence"]) == set()


def test_every_answer_of_the_program_has_a_section() -> None:
    assert list(SECTIONS) == [
        *("Estimate", "Cruxes", "Diff", "Pairs", "One against the rest", "Takes", "Coherence"),
        *("Pool", "Compare", "Explain", "Rehearsal", "Check", "Merge", "Revisions", "History"),
    ]

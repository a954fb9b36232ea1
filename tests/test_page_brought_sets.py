"""What readers bring to the page, at random: its numbers are those that Python has for the file it writes."""

import math
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import cruxmap as cm
from cruxmap.language.argument_map import Not, condition_text
from helpers.brought_sets import NAME, BroughtSet, WithFiles, brought_sets
from helpers.browser import Opened, opened
from helpers.commands import COMMAND, POWER, ROOT

DRAWS = 256
SETS, WITH_MEANS = 100, 10
REAL = pytest.param(str(ROOT / "models" / "deceptive-alignment.yaml"), False, id="deceptive-alignment")
SMALL = pytest.param(POWER, True, id="power-seeking")

BRING = """({start, bring}) => {
  cruxmap.start(start);
  const ids = [];
  const named = (value) => {
    if (typeof value === "string") return value.startsWith("@") ? ids[Number(value.slice(1))] : value;
    if (Array.isArray(value)) return value.map(named);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [named(key), named(part)]));
  };
  for (const [kind, entry] of bring) ids.push(cruxmap.bring(kind, named(entry)));
  return ids;
}"""
CENTRAL = "(conditions) => conditions.map((text) => cruxmap.probability(text))"
MEANS = "() => cruxmap.estimate()"
FILE = "(id) => cruxmap.yaml({ id })"


@pytest.fixture(scope="module")
def project_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[WithFiles, Path]]:
    """Copy a model's project once, with 256 draws, and write its page."""

    @cache
    def copied(model: str) -> tuple[WithFiles, Path]:
        folder = tmp_path_factory.mktemp("project")
        project = WithFiles(Path(model), folder)
        said = yaml.load(project.path.read_text(encoding="utf-8"), yaml.BaseLoader)
        said["sampling"] = {**said.get("sampling", {}), "draws": str(DRAWS)}
        project.path.write_text(yaml.safe_dump(said, sort_keys=False), encoding="utf-8")
        page = folder / "page.html"
        command = [*COMMAND, "report", "--quiet", str(project.path), "--output", str(page)]
        subprocess.run(command, check=True, capture_output=True)
        return project, page

    return copied


def chances(found: list[float], said: list[float]) -> None:
    """Hold P(not the target) and P(the target) against Python's, relative to each."""
    for one, other in zip(found, said, strict=True):
        assert math.isclose(one, other, rel_tol=1e-9, abs_tol=0), (found, said)


def held(seen: Opened, project: WithFiles, model: cm.ModelSpec, brought: BroughtSet, means: bool) -> None:
    """Bring a set to the page, and hold its numbers against Python's for the file that it writes."""
    seen.run(BRING, brought.to_json())
    targets = (model.target, *model.also)
    asked = [condition_text(c) for target in targets for c in (Not(target.condition), target.condition)]
    central = seen.run(CENTRAL, asked)
    says = project.says(seen.run(FILE, NAME), draws=DRAWS if means else None)
    for number, (name, said) in enumerate(says.items()):
        chances(central[2 * number : 2 * number + 2], said["central"])
        if means:
            estimate = seen.run(MEANS)[name]
            assert math.isclose(estimate["mean"], said["mean"], rel_tol=1e-9), (name, estimate, said)


def hold_sets(browser: Any, project: WithFiles, page: Path, *, all_means: bool) -> None:
    model = cm.read_model(project.path)
    with opened(browser, page) as seen:
        seen.ready()
        for number, brought in enumerate(brought_sets(model, project, SETS, seed=20230221)):
            try:
                held(seen, project, model, brought, means=all_means or number < WITH_MEANS)
            except BaseException as wrong:
                wrong.add_note(f"set {number}: {brought.to_json()}")
                raise
        assert seen.faults == []


def test_what_readers_bring_is_worth_what_python_says(
    browser: Any, project_of: Callable[[str], tuple[WithFiles, Path]]
) -> None:
    hold_sets(browser, *project_of(POWER), all_means=False)


@pytest.mark.long
@pytest.mark.parametrize(("model", "all_means"), [SMALL, REAL])
def test_so_it_is_on_both_maps_and_in_all_means(
    browser: Any, project_of: Callable[[str], tuple[WithFiles, Path]], model: str, all_means: bool
) -> None:
    hold_sets(browser, *project_of(model), all_means=all_means)

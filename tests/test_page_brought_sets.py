"""What readers bring to the page, at random: its numbers are those that Python has for the file it writes."""

import math
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import cruxmap as cm
from cruxmap.language.argument_map import Not, condition_text
from helpers.brought_sets import BRING_ALL, NAME, BroughtSet, WithFiles, brought_sets
from helpers.browser import Opened, PageOf, opened
from helpers.commands import POWER, ROOT

type ProjectOf = Callable[[str], tuple[WithFiles, Path]]

DRAWS = 256
SETS, FEW, WITH_MEANS = 100, 30, 5
REAL = pytest.param(str(ROOT / "models" / "deceptive-alignment.yaml"), 20, False, id="deceptive-alignment")
SMALL = pytest.param(POWER, SETS, True, id="power-seeking")

BRING = f"({{start, bring}}) => {{ cruxmap.start(start); return ({BRING_ALL})(bring); }}"
CENTRAL = "(conditions) => conditions.map((text) => cruxmap.probability(text))"
MEANS = "() => cruxmap.estimate()"
FILE = "(id) => cruxmap.yaml({ id })"


@pytest.fixture(scope="module")
def project_of(tmp_path_factory: pytest.TempPathFactory, page_of: PageOf) -> ProjectOf:
    """Copy a model's project once, with 256 draws, and write its page."""

    @cache
    def copied(model: str) -> tuple[WithFiles, Path]:
        project = WithFiles(Path(model), tmp_path_factory.mktemp("project"), DRAWS)
        return project, page_of(model, draws=DRAWS)

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


def hold_sets(browser: Any, project: WithFiles, page: Path, sets: int, *, all_means: bool) -> None:
    model = cm.read_model(project.path)
    with opened(browser, page) as seen:
        seen.ready()
        for number, brought in enumerate(brought_sets(model, project, sets, seed=20230221)):
            try:
                held(seen, project, model, brought, means=all_means or number < WITH_MEANS)
            except BaseException as wrong:
                wrong.add_note(f"set {number}: {brought.to_json()}")
                raise
        assert seen.faults == []


def test_what_readers_bring_is_worth_what_python_says(browser: Any, project_of: ProjectOf) -> None:
    hold_sets(browser, *project_of(POWER), FEW, all_means=False)


@pytest.mark.long
@pytest.mark.parametrize(("model", "sets", "all_means"), [SMALL, REAL])
def test_so_it_is_on_both_maps_and_in_all_means(
    browser: Any, project_of: ProjectOf, model: str, sets: int, all_means: bool
) -> None:
    """On the real map for the first twenty of the hundred sets, each of which takes seconds to plan."""
    hold_sets(browser, *project_of(model), sets, all_means=all_means)

"""The page's file in a browser: strangers' texts run nothing; and without scripts, blind, or too wide."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cruxmap.job import report
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.reading import read_model
from cruxmap.present.report.page_file import Shown
from helpers.browser import Opened, opened
from helpers.commands import LEGAL_CASE
from helpers.examples import ANN, BOB, GARDEN
from helpers.hostile_map import ATTACKS, hostile_model
from helpers.maps_from_text import model

ASK = "target: wet\nalso: [slippery]\nsampling: {draws: 64}\n"
NUMBER = re.compile(r"\d(?:\.\d+)?%|\d(?:\.\d+)?x\b")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


def written(folder: Path, name: str, spec: ModelSpec, **how: bool) -> Path:
    file = folder / f"{name}.html"
    if not file.exists():
        file.write_text(report(spec, Shown(**how)).text, encoding="utf-8")
    return file


def garden() -> ModelSpec:
    return model(GARDEN, ASK, ann=ANN, bob=BOB)


def attacked(seen: Opened) -> bool:
    return bool(seen.run("() => 'attacked' in globalThis"))


# --- strangers' texts --------------------------------------------------------------------------------


@pytest.fixture
def hostile(browser: Any, folder: Path) -> Iterator[Opened]:
    spec_file = folder / "hostile.html"
    if not spec_file.exists():
        written(folder, "hostile", hostile_model(folder / "hostile"))
    with opened(browser, spec_file) as seen:
        yield seen.ready()
        assert not attacked(seen)
        assert seen.faults == []


def test_a_hostile_page_answers_and_runs_nothing(hostile: Opened) -> None:
    found = hostile.run("() => cruxmap.estimate()")
    assert set(found) == {"whole"}
    assert hostile.run("() => cruxmap.worldviews") == ["map", "mallory"]


def test_every_hostile_entry_opens(hostile: Opened) -> None:
    for name in ("claim-0", f"claim-{len(ATTACKS) - 1}", "whole", "which", "when-it", "because", "mine"):
        hostile.run("(name) => { location.hash = `#entry-${name}`; }", name)
        hostile.page.wait_for_selector(f".panel [id='title-of-{name}']")
    assert not attacked(hostile)


def test_hostile_numbers_are_set_and_taken_away(hostile: Opened) -> None:
    for text in (
        "</script><script>attacked = 1</script>",
        "<img src=x onerror=attacked=1>",
        "10%' onclick='",
    ):
        refused = hostile.run(
            "(text) => { try { cruxmap.set('claim-1', text); } catch (e) { return e.message; } }", text
        )
        assert refused
    hostile.run("() => cruxmap.set('claim-1', '50%')")
    assert "claim-1: 50%" in hostile.run("() => cruxmap.yaml({ id: 'me' })")


def test_hostile_texts_do_not_widen_a_phone(browser: Any, folder: Path) -> None:
    file = written(folder, "hostile", hostile_model(folder / "again"))
    with opened(browser, file, viewport={"width": 390, "height": 844}) as seen:
        seen.ready()
        assert seen.run("() => document.documentElement.scrollWidth") <= 390


# --- without scripts, blind, too wide ----------------------------------------------------------------


def test_without_scripts_it_is_a_document(browser: Any, folder: Path) -> None:
    spec = garden()
    with opened(browser, written(folder, "garden", spec), java_script_enabled=False) as seen:
        text = seen.page.text_content("main")
        assert "Scripts are off" in text
        for entry in spec.map.entry.values():
            assert entry.about.text in text
        assert "What each would learn most from knowing" in text
        assert seen.page.inner_text("#worldviews").count("mean") >= 2
        assert seen.faults == []


def test_with_scripts_nothing_says_that_they_are_off(browser: Any, folder: Path) -> None:
    with opened(browser, written(folder, "garden", garden())) as seen:
        assert "Scripts are off" not in seen.ready().page.inner_text("body")
        assert seen.faults == []


def test_a_blind_page_shows_no_number_until_it_is_asked(browser: Any, folder: Path) -> None:
    with opened(browser, written(folder, "blind", garden(), blind=True)) as seen:
        seen.ready()
        assert NUMBER.findall(seen.page.inner_text("main")) == []
        assert seen.faults == []


def test_any_page_is_blind_where_its_address_says_so(browser: Any, folder: Path) -> None:
    with opened(browser, written(folder, "garden", garden()), after="?blind") as seen:
        assert seen.run("() => document.documentElement.dataset.waits ?? 'live'") in ("yes", "live")
        seen.ready()
        assert NUMBER.findall(seen.page.inner_text("main")) == []


@pytest.mark.long
def test_an_anonymous_page_answers_as_the_other(browser: Any, folder: Path) -> None:
    answers = []
    for how in ({}, {"anonymous": True}):
        name = "anonymous" if how else "garden"
        with opened(browser, written(folder, name, garden(), **how)) as seen:
            seen.ready()
            names = [name for name in seen.run("() => cruxmap.worldviews") if name != "map"]
            found = set()
            for name in names:
                seen.run("(name) => { cruxmap.start(name); }", name)
                found.add(round(seen.run("() => cruxmap.probability('wet')"), 12))
            answers.append(found)
            assert seen.faults == []
    assert answers[0] == answers[1]
    assert len(answers[0]) == 2


@pytest.mark.long
def test_a_page_that_cannot_compute_says_why(browser: Any, folder: Path) -> None:
    spec = garden()
    sampled = replace(spec, exact=False, sampling=replace(spec.sampling, draws=16))
    with opened(browser, written(folder, "sampled", sampled)) as seen:
        assert seen.ready().run("() => cruxmap.ready") is None
        text = seen.page.text_content("main")
        assert "Numbers cannot be moved in this page. The model asks for samples of states" in text
        assert "It rains." in text
        assert seen.faults == []


@pytest.mark.long
def test_a_reason_in_place_of_numbers_does_not_widen_a_phone(browser: Any, folder: Path) -> None:
    spec = replace(read_model(LEGAL_CASE), exact=False)
    sampled = replace(spec, sampling=replace(spec.sampling, draws=16))
    phone = {"width": 390, "height": 844}
    with opened(browser, written(folder, "phone", sampled), viewport=phone) as seen:
        seen.ready()
        assert "too few samples agree" in seen.page.text_content("#worldviews")
        assert seen.run("() => document.documentElement.scrollWidth") <= 390

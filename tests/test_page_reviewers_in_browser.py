"""Several reviewers on one page: their files beside the others, together, in pairs, and back as a folder."""

import base64
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

import cruxmap as cm
from cruxmap.insight.pairs import pairs
from helpers.browser import Opened, PageOf, opened
from helpers.commands import COMMAND, LEGAL_CASE, POWER
from helpers.nearness import near
from helpers.page_together import pool_of
from helpers.reviewers_files import BAD, write_files

MODELS = [
    pytest.param(POWER, id="power-seeking"),
    pytest.param(LEGAL_CASE, id="legal-case", marks=pytest.mark.long),
]

ANN = "worldview: ann\ntext: Words.\n"
FILES, TAKEN, REFUSED = "#reviewer-files", ".visitor", ".refused > li"
CENTRAL = "([id, target]) => { cruxmap.start(id); return cruxmap.probability(target); }"
ESTIMATE = "(id) => { cruxmap.start(id); return cruxmap.estimate(); }"
DROP = """(files) => {
  const carried = new DataTransfer();
  for (const [name, bytes] of files) carried.items.add(new File([Uint8Array.fromBase64(bytes)], name));
  const event = { dataTransfer: carried, bubbles: true, cancelable: true };
  document.body.dispatchEvent(new DragEvent("drop", event));
}"""


@pytest.fixture(scope="module")
def files_for(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[Path]]:
    """Write the files of ten reviewers of a model once."""

    @cache
    def write(model: str) -> list[Path]:
        inbox, project = (tmp_path_factory.mktemp(name) for name in ("inbox", "project"))
        return write_files(Path(model), inbox, 10, 16, project)

    return write


def same(found: Any, value: Any, where: str) -> None:
    """Hold what a page says against what Python says: all of it, numbers to 1e-9."""
    match value:
        case dict():
            for key in value:
                same(found.get(key, "" if key == "explanation" else None), value[key], f"{where}.{key}")
        case list():
            assert len(found) == len(value), where
            for number, (one, other) in enumerate(zip(found, value, strict=True)):
                same(one, other, f"{where}[{number}]")
        case float() | int() if not isinstance(value, bool):
            assert found == pytest.approx(value, rel=1e-9, abs=1e-12), where
        case _:
            assert found == value, where


def take(seen: Opened, files: list[Path]) -> Opened:
    """Give the page files, as somebody who chooses them."""
    seen.ready().page.set_input_files(FILES, list(map(str, files)))
    seen.page.wait_for_selector(TAKEN, state="attached")
    return seen


def ids_of(files: list[Path]) -> list[str]:
    return [file.stem.removesuffix(" sent") for file in files]


@pytest.mark.long
@pytest.mark.parametrize("model", MODELS)
def test_ten_files_give_pythons_numbers_alone_together_and_in_pairs(
    browser: Any, page_of: PageOf, files_for: Callable[[str], list[Path]], model: str
) -> None:
    files = files_for(model)
    expected = cm.read_model(model, visitors=files)
    target, ids = expected.target.name, ids_of(files)
    with opened(browser, page_of(model)) as seen:
        take(seen, files)
        assert seen.run("() => cruxmap.worldviews")[-10:] == ids
        estimates = cm.estimate(expected).to_json()["worldviews"]
        for name in ids:
            found = seen.run(ESTIMATE, name)[target]
            near(found["central"], estimates[name]["central"], name)
            near(found["mean"], estimates[name]["mean"], name)
            same(found["interval_90"], estimates[name]["interval_90"], name)
        seen.run("() => cruxmap.start('map')")
        weights = {name: (1, 0.5, 2.5)[number % 3] for number, name in enumerate(ids)}
        same(seen.run("(w) => cruxmap.pool(w)", weights), pool_of(expected, weights), "by weight")
        same(seen.run("() => cruxmap.pool()"), pool_of(expected, None), "alike")
        same(seen.run("() => cruxmap.pairs()"), pairs(expected).to_json(), "pairs")
        assert seen.faults == []


def test_bad_files_cost_themselves_alone(browser: Any, page_of: PageOf, tmp_path: Path) -> None:
    good = tmp_path / "good.yaml"
    good.write_text("worldview: good\ntext: Words.\njudgements: {alignment-hard: 10%}\n", encoding="utf-8")
    sent = {**BAD, good.name: good.read_bytes()}
    with opened(browser, page_of(POWER)) as seen:
        seen.ready().run(DROP, [[name, base64.b64encode(data).decode()] for name, data in sent.items()])
        seen.page.wait_for_selector(TAKEN)
        assert [*map(str.strip, seen.page.locator(f"{REFUSED} > strong").all_inner_texts())] == [*BAD]
        for refused in seen.page.locator(f"{REFUSED} > ul").all():
            assert refused.inner_text().strip()
        assert seen.run("() => cruxmap.worldviews").count("good") == 1
        assert seen.page.locator("main img, main script").count() == 0
        assert seen.faults == []


def test_a_file_is_gone_on_from_and_taken_out(browser: Any, page_of: PageOf, tmp_path: Path) -> None:
    file = tmp_path / "ann.yaml"
    file.write_text(f"{ANN}extends: superforecasters\njudgements: {{alignment-hard: 10%}}\n")
    with opened(browser, page_of(POWER)) as seen:
        page = take(seen, [file]).page
        assert page.locator("#start option[value=ann]").count() == 1
        assert page.locator("#parting-a option[value=ann]").count() == 1
        assert page.locator("#worldview-ann").count() == 1
        page.get_by_role("button", name="Go on from this file: ann").click()
        expected = (
            cm.open_model(cm.read_model(POWER), "superforecasters")
            .set({"alignment-hard": "10%"})
            .probability()
        )
        near(seen.run("() => cruxmap.probability('power-seeking-catastrophe')"), expected, "gone on from")
        page.locator("#changes").get_by_text("alignment-hard").first.wait_for()  # once nothing changes
        page.get_by_role("button", name="Take out: ann").click()
        assert "ann" not in seen.run("() => cruxmap.worldviews")
        assert page.locator("#worldview-ann, #start option[value=ann]").count() == 0
        assert seen.faults == []


def test_two_files_of_one_worldview_are_told_apart_by_name(
    browser: Any, page_of: PageOf, tmp_path: Path
) -> None:
    for name, number in (("first", "10%"), ("second", "90%")):
        text = f"{ANN}judgements: {{alignment-hard: {number}}}\n"
        (tmp_path / f"{name}.yaml").write_text(text)
    with opened(browser, page_of(POWER)) as seen:
        page = take(seen, [tmp_path / "first.yaml", tmp_path / "second.yaml"]).page
        told = page.locator(REFUSED).inner_text()
        assert "second.yaml" in told
        assert "first.yaml" in told
        low = seen.run(CENTRAL, ["ann", "power-seeking-catastrophe"])
        page.get_by_role("button", name="Take this one instead of first.yaml").click()
        assert page.locator(".visitor-name").inner_text() == "ann second.yaml"
        assert seen.run(CENTRAL, ["ann", "power-seeking-catastrophe"]) > 2 * low


@pytest.mark.long
@pytest.mark.parametrize("model", MODELS)
def test_the_folder_has_every_file_to_the_byte_and_can_be_merged(
    browser: Any, page_of: PageOf, files_for: Callable[[str], list[Path]], model: str, tmp_path: Path
) -> None:
    files = files_for(model)
    with opened(browser, page_of(model)) as seen:
        take(seen, files)
        seen.run("() => cruxmap.start('map')")
        [address] = [j for j in cm.read_model(model).map.judgements if "." not in j][:1]
        seen.run("(address) => cruxmap.set(address, '37%')", address)
        with seen.page.expect_download() as download:
            seen.page.get_by_role("button", name="Download all as a folder").click()
        download.value.save_as(tmp_path / "folder.zip")
        expected = seen.run("() => cruxmap.estimate()")
        assert seen.faults == []
    with zipfile.ZipFile(tmp_path / "folder.zip") as folder:
        assert folder.testzip() is None
        for file, name in zip(files, ids_of(files), strict=True):
            assert folder.read(f"worldviews/{name}.yaml") == file.read_bytes()
        assert "cruxmap merge" in folder.read("README.txt").decode()
        folder.extractall(tmp_path)
    came = sorted((tmp_path / "worldviews").glob("*.yaml"))
    assert len(came) == len(files) + 1
    project = tmp_path / "project"
    for part in ("arguments", "models"):
        shutil.copytree(Path(model).parent.parent / part, project / part)
    there = project / "models" / Path(model).name
    subprocess.run([*COMMAND, "merge", str(there), *map(str, came)], check=True, capture_output=True)
    merged = cm.read_model(there)
    [own] = {file.stem for file in came} - {*ids_of(files)}
    found = cm.estimate(replace(merged, worldviews=(own,))).to_json()["worldviews"][own]
    near(expected[merged.target.name]["central"], found["central"], own)
    near(expected[merged.target.name]["mean"], found["mean"], own)


@pytest.mark.long
def test_weights_are_moved_by_keys_and_pairs_lead_to_their_diff(
    browser: Any, page_of: PageOf, files_for: Callable[[str], list[Path]]
) -> None:
    with opened(browser, page_of(LEGAL_CASE)) as seen:
        page = take(seen, files_for(LEGAL_CASE)).page
        slider = page.locator("#weight-defence")
        slider.focus()
        page.keyboard.press("End")
        assert slider.get_attribute("aria-valuetext").startswith("3, ")
        page.keyboard.press("Home")
        assert slider.get_attribute("aria-valuetext") == "does not count"
        page.locator("#parting").scroll_into_view_if_needed()
        page.wait_for_selector(".pairs-legend li")
        cell = page.locator(".pair[tabindex='0']")
        cell.focus()
        page.keyboard.press("ArrowDown")
        words = page.evaluate("() => document.activeElement.getAttribute('aria-label')")
        page.keyboard.press("Enter")
        for choice in ("#parting-a", "#parting-b"):
            assert page.locator(choice).input_value() in words
        assert page.evaluate("() => document.activeElement.id") == "parting-a"
        assert seen.faults == []


def test_blind_shows_nothing_of_others_before_it_is_asked(
    browser: Any, page_of: PageOf, tmp_path: Path
) -> None:
    file = tmp_path / "ann.yaml"
    file.write_text("worldview: ann\ntext: Quite sure.\njudgements: {alignment-hard: 11%}\n")
    (tmp_path / "bad.yaml").write_text(
        "worldview: bob\ntext: Words.\njudgements: {alignment-hard: 12345}\n"
    )
    with opened(browser, page_of(POWER), after="?blind") as seen:
        page = take(seen, [file, tmp_path / "bad.yaml"]).page
        assert "They are shown when" in page.locator(".outcome").inner_text()
        shown = page.locator("body").inner_text()
        for secret in ("Quite sure", "11%", "12345"):
            assert secret not in shown
        for place in (".visitor", "#worldview-ann", "#together .weights", ".pairs-table"):
            assert not page.locator(place).first.is_visible()
        page.get_by_role("button", name="Show them without mine").click()
        assert page.locator(".visitor").is_visible()
        assert "Quite sure" in page.locator("#worldview-ann").inner_text()


WINDOWS = [
    pytest.param(
        {"viewport": {"width": width, "height": 844}, "color_scheme": scheme},
        id=f"{width}-{scheme}",
        marks=[] if (width, scheme) == (390, "dark") else [pytest.mark.long],
    )
    for width in (1280, 390)
    for scheme in ("light", "dark")
]


@pytest.mark.long
@pytest.mark.parametrize("window", WINDOWS)
def test_axe_finds_nothing_and_nothing_is_too_wide(
    browser: Any,
    page_of: PageOf,
    files_for: Callable[[str], list[Path]],
    tmp_path: Path,
    window: dict[str, Any],
) -> None:
    for name, data in BAD.items():
        (tmp_path / name).write_bytes(data)
    files = [*files_for(LEGAL_CASE), *tmp_path.iterdir()]
    with opened(browser, page_of(LEGAL_CASE), **window) as seen:
        take(seen, files)
        seen.page.locator("#parting").scroll_into_view_if_needed()
        seen.page.wait_for_selector(".pairs-legend li")
        found = Axe().run(seen.page)
        assert found.violations_count == 0, found.generate_report()
        assert seen.run("() => document.documentElement.scrollWidth") <= window["viewport"]["width"]

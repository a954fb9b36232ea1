"""A questionnaire as a page: filled in without a server, printed, and what it saves is read again."""

import codecs
import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from cruxmap.insight.interview.filled import NEEDED, READ, replies_in, replies_of
from cruxmap.insight.interview.questions import question_of
from cruxmap.language.judgement import notation_of
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.spreadsheet import table_of
from cruxmap.present.form import form_of
from cruxmap.present.form_page import form_page
from helpers.browser import Opened, opened
from helpers.examples import GARDEN
from helpers.hostile_map import hostile_model
from helpers.maps_from_text import model

PUT = (
    ("stated", "wet"),
    ("judgement", "season"),
    ("judgement", "clouds"),
    ("judgement", "clouds.strength"),
    ("judgement", "far"),
)
RESTRICTIVE = ("default-src 'none'", "connect-src 'none'", "form-action 'none'", "base-uri 'none'")


@pytest.fixture(scope="module")
def garden() -> ModelSpec:
    lexicon = "lexicon: {as good as sure: 97% to 99%}\n"
    return model(GARDEN + lexicon, "target: slippery\nassuming: [sprinkler]")


@pytest.fixture(scope="module")
def page(garden: ModelSpec, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("form") / "form.html"
    put = [question_of(garden.map, kind, id_) for kind, id_ in PUT]  # type: ignore[arg-type]
    file.write_text(form_page(form_of(garden, put)), encoding="utf-8")
    return file


@pytest.fixture
def seen(browser: Any, page: Path) -> Iterator[Opened]:
    with opened(browser, page) as shown:
        yield shown
        assert shown.faults == []


def saved(seen: Opened, folder: Path) -> Path:
    """What the page saves, under the name that it gives."""
    with seen.page.expect_download() as download:
        seen.page.get_by_role("button", name="Download my answers").click()
    path = folder / str(download.value.suggested_filename)
    download.value.save_as(path)
    return path


# --- the file ---------------------------------------------------------------------------------------


def test_a_policy_lets_nothing_run_or_be_fetched_but_what_is_in_the_file(page: Path) -> None:
    text = html.unescape(page.read_text(encoding="utf-8"))
    [policy] = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', text)
    assert all(rule in policy for rule in RESTRICTIVE)
    assert len(re.findall(r"script-src 'sha256-[^']+'", policy)) == 1
    assert not re.search(r"\b(?:src|href|action)=\"(?!data:,)", text)


def test_the_same_questions_give_the_same_bytes(garden: ModelSpec, page: Path) -> None:
    put = [question_of(garden.map, kind, id_) for kind, id_ in PUT]  # type: ignore[arg-type]
    assert form_page(form_of(garden, put)) == page.read_text(encoding="utf-8")


def test_texts_of_a_hostile_map_stay_texts(browser: Any, tmp_path: Path) -> None:
    spec = hostile_model(tmp_path / "hostile")
    put = []
    for entry in spec.map.entry:
        numbers = [j.address for j in spec.map.judgements.values() if j.owner == entry and j.overridable]
        put += [question_of(spec.map, "judgement", address) for address in numbers]
    file = tmp_path / "form.html"
    file.write_text(form_page(form_of(spec, list({q.id: q for q in put}.values()))), encoding="utf-8")
    with opened(browser, file) as seen:
        assert seen.page.locator("fieldset").count() > 3
        assert not seen.run("() => 'attacked' in globalThis")
        data = saved(seen, tmp_path).read_bytes()
        assert seen.faults == []
    assert replies_of(table_of(data, "saved.csv", NEEDED, READ), spec.map) == ()


# --- filled in --------------------------------------------------------------------------------------


def test_what_the_page_saves_is_read_as_it_was_meant(
    seen: Opened, garden: ModelSpec, tmp_path: Path
) -> None:
    answers = {
        "q1-1": "10% to 20%",
        "q2-1": "5,5 %",
        "q2-2": "rest",
        "q2-3": "30%",
        "q5-1": "As good as sure",
    }
    for name, answer in answers.items():
        seen.page.fill(f"#{name}", answer)
    seen.page.get_by_label("I reject this argument").first.check()
    seen.page.locator("#q4").get_by_label("I do not know").check()
    seen.page.get_by_label("Your name, in small letters").fill("ann-lee")
    path = saved(seen, tmp_path)
    assert path.name == "ann-lee.csv"
    assert path.read_bytes().startswith(codecs.BOM_UTF8)
    found = [
        (r.question.id, r.what, list(map(notation_of, r.values))) for r in replies_in(path, garden.map)
    ]
    assert found == [
        ("wet", "answered", ["10% to 20%"]),
        ("season", "answered", ["5.5%", "rest", "30%"]),
        ("clouds", "rejected", []),
        ("clouds.strength", "skipped", []),
        ("far", "answered", ["as good as sure"]),
    ]


def test_what_is_left_empty_was_not_asked(seen: Opened, garden: ModelSpec, tmp_path: Path) -> None:
    path = saved(seen, tmp_path)
    assert path.name == "answers.csv"
    assert replies_in(path, garden.map) == ()


def test_an_answer_is_no_formula_in_what_is_saved(seen: Opened, tmp_path: Path) -> None:
    seen.page.fill("#q1-1", '=HYPERLINK("x", 1)')
    lines = saved(seen, tmp_path).read_text(encoding="utf-8-sig").splitlines()
    assert lines[1].endswith(',"\'=HYPERLINK(""x"", 1)",,')


@pytest.mark.parametrize(
    ("blank", "answer", "trouble"),
    [
        ("q1-1", "5", "cannot read \u201c5\u201d (did you mean \u201c5%\u201d?)"),
        ("q1-1", "3x", "\u201c3x\u201d is a ratio, and a credence is a probability"),
        ("q4-1", "0.5x", "a strength of \u201c0.5x\u201d works backwards"),
        ("q1-1", "rest", "cannot read \u201crest\u201d"),
        *((blank, answer, "") for blank, answer in (("q2-1", "rest"), ("q1-1", "5 %"), ("q1-1", "0,125"))),
        *(
            ("q1-1", answer, "")
            for answer in ("Very likely", "as good as sure", "5%-10%", "don't know", " ")
        ),
    ],
)
def test_the_page_says_at_once_what_will_not_be_read(
    seen: Opened, blank: str, answer: str, trouble: str
) -> None:
    seen.page.fill(f"#{blank}", answer)
    told = seen.page.locator(f"#{blank.partition('-')[0]}-problem").inner_text()
    assert told.startswith(trouble)
    assert bool(told) == bool(trouble)
    assert seen.page.locator(f"#{blank}").get_attribute("aria-invalid") == str(bool(trouble)).lower()


def test_it_counts_what_is_answered(seen: Opened) -> None:
    seen.page.fill("#q1-1", "5%")
    seen.page.fill("#q2-1", "5%")
    assert seen.page.locator("#count").inner_text() == "1 of 5 answered"
    seen.page.locator("#q2").get_by_label("I do not know").check()
    assert seen.page.locator("#count").inner_text() == "2 of 5 answered"


def test_whoever_does_not_know_neither_rejects_nor_writes(seen: Opened) -> None:
    box = seen.page.locator("#q3")
    box.get_by_label("I do not know").check()
    box.get_by_label("I reject this argument").check()
    assert not box.get_by_label("I do not know").is_checked()
    assert box.get_by_label("Your answer").is_disabled()
    box.get_by_label("I reject this argument").uncheck()
    assert box.get_by_label("Your answer").is_enabled()


def test_everything_is_reached_and_done_by_the_keyboard(seen: Opened, tmp_path: Path) -> None:
    every = seen.run("() => Array.from(document.querySelectorAll('input, button'), (each) => each.id)")
    reached = []
    for _ in every:
        seen.page.keyboard.press("Tab")
        reached.append(seen.run("() => document.activeElement.id"))
    assert reached == every
    for _ in every[1:]:
        seen.page.keyboard.press("Shift+Tab")
    seen.page.keyboard.type("5%")
    seen.page.keyboard.press("Tab")
    seen.page.keyboard.press("Space")
    assert seen.page.locator("#q1-1").input_value() == "5%"
    assert seen.page.locator("#q1-unknown").is_checked()
    seen.page.locator("#download").focus()
    with seen.page.expect_download():
        seen.page.keyboard.press("Enter")


def test_every_field_has_a_label_and_a_description(seen: Opened) -> None:
    unlabelled = seen.run(
        "() => Array.from(document.querySelectorAll('input'))"
        ".filter((each) => each.labels.length !== 1 || !each.labels[0].textContent.trim()).length"
    )
    described = seen.run(
        "() => Array.from(document.querySelectorAll('[aria-describedby]'), (each) =>"
        " each.getAttribute('aria-describedby').split(' ').every((id) => document.getElementById(id)))"
    )
    assert unlabelled == 0
    assert described
    assert all(described)
    groups = seen.page.locator("fieldset > legend:first-child").count()
    assert groups == len(PUT)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_nothing_to_find(browser: Any, page: Path, scheme: str) -> None:
    with opened(browser, page, color_scheme=scheme) as shown:
        shown.page.fill("#q1-1", "5")
        found = Axe().run(shown.page).response["violations"]
        assert [f"{rule['id']}: {rule['nodes'][0]['html'][:200]}" for rule in found] == []


def test_nothing_is_wider_than_a_phone(browser: Any, page: Path) -> None:
    with opened(browser, page, viewport={"width": 320, "height": 640}) as narrow:
        assert narrow.run("() => document.documentElement.scrollWidth") <= 320


def test_whoever_leaves_with_answers_that_are_not_saved_is_asked(
    browser: Any, page: Path, tmp_path: Path
) -> None:
    with opened(browser, page) as shown:
        shown.page.type("#q1-1", "5%")
        shown.page.close(run_before_unload=True)
        shown.page.wait_for_timeout(300)
        assert any(fault.startswith("dialog:") for fault in shown.faults)
        assert not shown.page.is_closed()
        saved(shown, tmp_path)
        with shown.page.expect_event("close"):
            shown.page.close(run_before_unload=True)


# --- on paper -----------------------------------------------------------------------------------------


def test_on_paper_there_are_lines_to_write_on_and_no_buttons(seen: Opened) -> None:
    seen.page.emulate_media(media="print")
    assert seen.page.locator("#q1-1").is_visible()
    assert seen.page.locator("#q1-unknown").is_visible()
    assert not seen.page.locator("#download").is_visible()
    assert not seen.page.locator("#count").is_visible()
    assert seen.run("() => getComputedStyle(document.querySelector('#q1-1')).borderTopWidth") == "0px"
    assert seen.run("() => getComputedStyle(document.querySelector('fieldset')).breakInside") == "avoid"


def test_without_scripts_it_can_be_printed_and_says_so(browser: Any, page: Path) -> None:
    with opened(browser, page, java_script_enabled=False) as shown:
        assert "print this page" in shown.page.inner_text("noscript")
        assert shown.page.locator("fieldset").count() == len(PUT)

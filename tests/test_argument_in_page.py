"""The argument in the page, by keyboard and pointer: outline, map, panel, editors, and what was changed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers.browser import Opened, PageOf, opened
from helpers.commands import LEGAL_CASE

ARGUMENT = "few-people-counted"
"""An argument for a claim's row; another entry undercuts it."""

FOCUSED = "() => document.activeElement.closest('li, a, input, h3, [role=slider]').textContent"
FIELD = ".panel .judgement-text"
MIDDLE = ".panel .thumb-middle"


@pytest.fixture(scope="module")
def file(page_of: PageOf) -> Path:
    return page_of(LEGAL_CASE)


@pytest.fixture
def seen(browser: Any, file: Path) -> Iterator[Opened]:
    with opened(browser, file) as found:
        yield found.ready()
        assert found.faults == []


def focus_on_outline(seen: Opened) -> Any:
    seen.page.focus(".outline .line[tabindex='0']")
    return seen.page.keyboard


def open_entry(seen: Opened, name: str) -> None:
    seen.run("(name) => { location.hash = `#entry-${name}`; }", name)
    seen.page.wait_for_selector(f".panel [id='title-of-{name}']")


def changes(seen: Opened) -> list[str]:
    return [item.inner_text() for item in seen.changes("li")]


def test_the_outline_is_a_tree_that_keys_go_through(seen: Opened) -> None:
    keys = focus_on_outline(seen)
    keys.press("ArrowRight")
    keys.press("Enter")
    title = seen.page.inner_text(".panel-title")
    assert seen.run(FOCUSED) == title
    keys.press("Escape")
    assert title in seen.run(FOCUSED)
    assert seen.page.is_hidden(".panel")


def test_a_link_opens_its_entry_and_back_closes_it(seen: Opened) -> None:
    open_entry(seen, ARGUMENT)
    assert seen.page.is_visible(f".line[aria-current='true'] a[href='#entry-{ARGUMENT}']")
    seen.page.go_back()
    seen.page.wait_for_selector(".panel", state="hidden")


def test_slash_finds_entries(seen: Opened) -> None:
    seen.page.keyboard.press("/")
    seen.page.keyboard.type("few people")
    seen.page.keyboard.press("ArrowDown")
    seen.page.keyboard.press("Enter")
    assert seen.run("() => location.hash") == f"#entry-{ARGUMENT}"


SHOWN = "() => [...document.querySelectorAll('.outline .line')].filter((li) => li.offsetParent !== null)"
KEPT = (
    f"{SHOWN}.filter((li) => !li.classList.contains('on-the-way'))"
    ".map((li) => li.querySelector('a').hash.slice('#entry-'.length))"
)
DRAWN = (
    "() => [...document.querySelectorAll('.map .node')].filter((node) => node.style.display !== 'none')"
    ".map((node) => node.dataset.id)"
)


@pytest.mark.long
def test_a_tag_keeps_its_entries_in_the_outline_the_map_and_the_cruxes(seen: Opened) -> None:
    witness = {"not-picked-out", "saw-face", "alibi-given", "dark-street", "spoke-before"}
    everything = len(seen.run(f"{SHOWN}.map((li) => li.id)"))
    seen.page.get_by_label("witness (5)").last.focus()
    seen.page.keyboard.press("Space")
    assert set(seen.run(KEPT)) == witness
    assert seen.page.get_by_role("status").filter(has_text="5 of 13 entries").count() == 2
    seen.page.locator("#hangs-on").scroll_into_view_if_needed()
    seen.page.wait_for_selector(".cruxes .crux")
    shown = seen.page.eval_on_selector_all(".cruxes .crux", "(rows) => rows.map((row) => row.innerText)")
    assert shown
    assert all(any(name in row for name in witness) for row in shown)
    keys = focus_on_outline(seen)
    for key in ("Home", "ArrowDown", "End", "ArrowUp"):
        keys.press(key)
        assert seen.run("() => document.activeElement.closest('li').offsetParent !== null")
    seen.page.get_by_role("button", name="Map", exact=True).click()
    assert set(seen.run(DRAWN)) == witness
    open_entry(seen, "shared-bench")  # what is opened is shown, whatever is kept
    seen.page.get_by_role("button", name="Outline", exact=True).click()
    assert seen.page.is_visible(".line[aria-current='true'] a[href='#entry-shared-bench']")
    seen.page.get_by_role("button", name="All entries").last.click()
    assert seen.run("() => document.activeElement.type") == "checkbox"
    assert len(seen.run(f"{SHOWN}.map((li) => li.id)")) >= everything


TOP = "(id) => document.getElementById(id).getBoundingClientRect().top"


@pytest.mark.long
def test_a_link_to_a_section_arrives_though_what_is_above_grows(seen: Opened) -> None:
    seen.page.click("nav a[href='#takes']")
    seen.page.wait_for_selector("text=What the gap is made of")
    seen.page.wait_for_timeout(300)
    assert 0 <= seen.run(TOP, "takes") < 100
    seen.page.keyboard.press("/")
    seen.page.wait_for_timeout(300)
    assert 0 <= seen.run(TOP, "find-1") < 800


@pytest.mark.long
def test_the_outline_goes_to_paper_with_the_present_numbers(seen: Opened) -> None:
    seen.run("() => globalThis.cruxmap.set('shared-bench', '100%')")
    shown = "() => document.querySelector('.outline .line').innerText"
    seen.page.wait_for_timeout(300)
    before = seen.run(shown)
    seen.page.pdf()
    assert seen.run(shown) != before
    assert "75% another-man" in seen.run(shown)


@pytest.mark.long
def test_what_is_assumed_already_is_not_assumed_again(seen: Opened) -> None:
    seen.page.click("#given-more")
    for text in ("shared-bench", "{shared-bench: true}", "{shared-bench: no-such}", " shared-bench "):
        seen.page.fill("#given-condition", text)
        seen.page.keyboard.press("Enter")
    assert len(changes(seen)) == 1


@pytest.mark.long
def test_a_key_moves_a_number_by_a_text_of_few_digits(seen: Opened) -> None:
    open_entry(seen, ARGUMENT)
    before = seen.page.input_value(FIELD)
    seen.page.focus(MIDDLE)
    seen.page.keyboard.press("ArrowRight")
    seen.next_frame()
    after = seen.page.input_value(FIELD)
    assert after != before
    assert after.count("%") == 2
    assert len(changes(seen)) == 1
    seen.page.keyboard.press("Control+z")
    assert changes(seen) == []
    assert seen.page.input_value(FIELD) == before


@pytest.mark.long
def test_a_drag_is_one_step_and_is_measured(seen: Opened) -> None:
    open_entry(seen, ARGUMENT)
    before = seen.page.input_value(FIELD)
    thumb = seen.page.query_selector(MIDDLE)
    thumb.scroll_into_view_if_needed()
    box = thumb.bounding_box()
    mouse, x, y = seen.page.mouse, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse.move(x, y)
    mouse.down()
    for step in range(10):
        mouse.move(x + 5 * step, y)
        seen.next_frame()
    mouse.up()
    assert len(changes(seen)) == 1
    assert seen.run("() => performance.getEntriesByName('cruxmap:set-to-paint').length") > 1
    seen.page.click("text=Undo")
    assert changes(seen) == []
    assert seen.page.input_value(FIELD) == before


@pytest.mark.long
def test_what_cannot_be_read_says_how_it_is_written_and_changes_nothing(seen: Opened) -> None:
    open_entry(seen, ARGUMENT)
    seen.page.fill(FIELD, "5% to 1%")
    assert "did you mean 1% to 5%?" in seen.page.inner_text(".panel .problem >> nth=0")
    assert seen.page.get_attribute(FIELD, "aria-invalid") == "true"
    assert changes(seen) == []


@pytest.mark.long
def test_an_argument_is_rejected_and_has_no_force(seen: Opened) -> None:
    open_entry(seen, ARGUMENT)
    seen.page.check(".panel .switch input")
    assert "no force" in seen.page.inner_text(".panel-now")
    assert "is rejected" in changes(seen)[0]
    seen.page.click("text=Take back")
    assert changes(seen) == []


def test_a_claim_is_assumed(seen: Opened) -> None:
    open_entry(seen, "local-man")
    seen.page.select_option(".panel .taken-as select", "assuming local-man")
    assert "100%" in seen.page.inner_text(".panel-now")
    assert "Assumed: local-man" in changes(seen)[0]


@pytest.mark.long
def test_the_list_of_changes_is_marked_until_it_follows(seen: Opened) -> None:
    is_old = "() => document.querySelector('.changes-list').classList.contains('stale')"
    seen.run("() => cruxmap.set('local-man', '30%')")
    assert len(changes(seen)) == 1
    assert seen.run(f"() => {{ cruxmap.set('local-man', '40%'); return ({is_old})(); }}")
    assert "40%" in changes(seen)[0]
    assert not seen.run(is_old)


def test_the_map_folds_to_what_is_near_and_opens_entries(seen: Opened) -> None:
    open_entry(seen, ARGUMENT)
    seen.page.click("text=What is near it on the map")
    shown = ".node:not([style*='none'])"
    seen.page.wait_for_selector(".near-words:not(:empty)")
    some = len(seen.page.query_selector_all(shown))
    assert 1 < some < len(seen.page.query_selector_all(".node"))
    seen.page.focus(".node[tabindex='0']")
    seen.page.keyboard.press("ArrowLeft")
    seen.page.keyboard.press("Enter")
    assert seen.run("() => location.hash") not in ("", f"#entry-{ARGUMENT}")
    seen.page.keyboard.press("Escape")
    seen.page.keyboard.press("a")
    assert len(seen.page.query_selector_all(shown)) > some


def test_what_was_changed_is_taken_away_as_a_file(seen: Opened) -> None:
    open_entry(seen, ARGUMENT)
    seen.page.fill(FIELD, "about 20%")
    seen.page.fill("#worldview-id", "my-view")
    with seen.page.expect_download() as waiting:
        seen.page.click("text=Download as a worldview")
    assert waiting.value.suggested_filename == "my-view.yaml"
    assert f"{ARGUMENT}: about 20%" in Path(waiting.value.path()).read_text(encoding="utf-8")


def test_a_number_counts_when_its_field_is_left_though_the_page_is_too_busy_for_a_frame(
    browser: Any, file: Path
) -> None:
    with opened(browser, file, before="globalThis.requestAnimationFrame = () => 0") as seen:
        open_entry(seen.ready(), ARGUMENT)
        seen.page.fill(FIELD, "about 20%")
        seen.page.keyboard.press("Tab")
        assert f"{ARGUMENT}: about 20%" in seen.run("() => cruxmap.yaml({ id: 'my-view' })")
        assert seen.page.input_value(FIELD) == "about 20%"


def test_targets_of_touch_are_large_enough(browser: Any, file: Path) -> None:
    phone: dict[str, Any] = {
        "viewport": {"width": 390, "height": 844},
        "is_mobile": True,
        "has_touch": True,
    }
    with opened(browser, file, **phone) as seen:
        seen.ready()
        open_entry(seen, ARGUMENT)
        small = seen.run(
            """() => [...document.querySelectorAll(
              ':is(#argument, #changes) :is(button, input, select, summary, [role=slider], .line-row)')]
              .filter((e) => e.offsetParent !== null)
              .map((e) => [e.className || e.tagName, e.getBoundingClientRect()])
              .filter(([, box]) => box.width < 23.5 || box.height < 23.5).map(([name]) => name)"""
        )
        assert small == []
        assert seen.run("() => document.documentElement.scrollWidth") <= 390


@pytest.mark.long
def test_on_a_phone_a_box_of_the_map_brings_its_panel_on_the_screen(browser: Any, file: Path) -> None:
    with opened(
        browser, file, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True
    ) as seen:
        seen.ready()
        seen.page.tap("#argument .choice button >> nth=1")
        seen.page.wait_for_timeout(300)
        seen.page.tap(".node[tabindex='0']")
        seen.page.wait_for_selector(".panel-title")
        top = seen.run("() => document.querySelector('.panel-title').getBoundingClientRect().top")
        assert 0 <= top < 844

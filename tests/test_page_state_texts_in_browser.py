"""Texts of states, and numbers that nobody gave, as a reader meets them on the page."""

from pathlib import Path
from typing import Any

import pytest

from helpers.browser import PageOf, opened
from helpers.maps_from_text import write

STREET = """
claims:
  rain: {text: It rains., credence: {value: 5% to 95%, elicited: false}}
  wet:
    text: The street is wet.
    given:
      - {id: r, when: [rain, {mood: [none, "5"]}], credence: {value: 70% to 90%, elicited: false}}
      - {otherwise: 10%}
questions:
  mood:
    text: How is the mood?
    states: [none, "5", strong]
    state_texts: {none: not at all, 5: '<b>5</b> & "more"'}
    credence: {none: 30% to 40%, 5: 20%, strong: rest}
"""
ANN = "judgements: {rain: {value: 30% to 50%, elicited: false}, wet.r: 60%}\n"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("street")
    asking = "target: wet\nassuming: [{not: {mood: strong}}]\nsampling: {draws: 200}\n"
    return str(write(folder, STREET, asking, ann=ANN, bob="judgements: {rain: 60%}\n"))


def test_a_reader_sees_texts_and_never_markup(browser: Any, page_of: PageOf, model: str) -> None:
    with opened(browser, page_of(model), after="#entry-mood") as seen:
        page = seen.ready().page
        page.wait_for_selector("#argument .panel:has-text('How is the mood?')")
        panel = page.inner_text("#argument .panel")
        assert "Share of not at all" in panel
        assert 'Share of <b>5</b> & "more"' in panel
        assert 'Assume: <b>5</b> & "more"' in page.inner_text(".panel select")
        assert page.locator("b:text-is('5')").count() == 0
        page.goto(page.url.split("#")[0] + "#entry-wet")
        page.wait_for_selector(".panel:has-text('The street is wet.')")
        assert 'mood is "not at all" or "<b>5</b> & \'more\'"' in page.inner_text(".panel")
        assert seen.faults == []


def test_without_scripts_the_texts_are_there_too(browser: Any, page_of: PageOf, model: str) -> None:
    with opened(browser, page_of(model), java_script_enabled=False) as seen:
        text = seen.page.inner_text("body")
        assert "not at all" in text
        assert "\"<b>5</b> & 'more'\"" in text
        assert "70% to 90% (nobody's); ann 60%" in text
        assert "the number is nobody's, between 30% and 50%" in text


def test_a_number_that_nobody_gave_becomes_the_readers(browser: Any, page_of: PageOf, model: str) -> None:
    with opened(browser, page_of(model), after="#entry-rain") as seen:
        page = seen.ready().page
        page.wait_for_selector(".panel .whose")
        assert page.inner_text(".panel .whose >> nth=0") == "nobody's"
        seen.run("() => cruxmap.set('rain', '20%')")
        page.wait_for_function("() => document.querySelector('.panel .whose').textContent === 'yours'")
        assert "  rain: 20%  # was 5% to 95%\n" in seen.run("() => cruxmap.yaml()")
        assert "wet.r" not in seen.run("() => cruxmap.yaml()")  # it stays in the map, and nobody's
        assert "elicited" not in seen.run("() => cruxmap.yaml()")
        diff = seen.run("() => { cruxmap.start('ann'); return cruxmap.diff('bob'); }")
        [rain] = [one for one in diff["differences"] if one["id"] == "rain"]
        assert [rain["changes"][0][key] for key in ("whose_a", "whose_b")] == ["nobody's", "own"]
        assert seen.faults == []


def test_whoever_goes_on_from_such_a_worldview_keeps_what_it_says(
    browser: Any, page_of: PageOf, model: str, tmp_path: Path
) -> None:
    file = tmp_path / "cat.yaml"
    file.write_text("worldview: cat\ntext: Cat.\n" + ANN, encoding="utf-8")
    with opened(browser, page_of(model)) as seen:
        page = seen.ready().page
        page.set_input_files("#worldview-file", str(file))
        page.wait_for_function("() => cruxmap.yaml().includes('rain')")
        text = seen.run("() => cruxmap.yaml()")
        assert "  rain: {value: 30% to 50%, elicited: false}\n" in text
        assert "  wet.r: 60%" in text
        seen.run("() => cruxmap.set('rain', '30% to 50%')")
        assert "  rain: 30% to 50%  # was" in seen.run("() => cruxmap.yaml()")
        assert seen.faults == []

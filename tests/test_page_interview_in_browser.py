"""The interview in the page as a person holds it: the command's questions, one at a time, and their file."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

import cruxmap as cm
from cruxmap.insight.interview import Interview, begin, question_of, resume
from cruxmap.insight.interview.travelling import interview_of
from cruxmap.language.model_spec import ModelSpec
from cruxmap.present.question_words import words_of
from helpers.browser import Opened, PageOf, opened
from helpers.commands import DIAGNOSIS, LEGAL_CASE, POWER, ROOT
from helpers.page_interview import next_reply, reply_of

REAL = str(ROOT / "models" / "deceptive-alignment.yaml")
MODELS = [
    pytest.param(POWER, id="power-seeking"),
    pytest.param(REAL, id="deceptive-alignment", marks=pytest.mark.long),
]
TEN = 10

NEXT = "() => cruxmap.interview.next()"
REPLY = """([{kind, id, what, texts}]) => {
  const { interview } = cruxmap;
  if (what === "answered") interview.answer({ kind, id }, texts);
  else if (what === "rejected") interview.reject({ kind, id });
  else interview.skip({ kind, id });
}"""


@pytest.mark.parametrize("model", MODELS)
def test_ten_questions_are_those_of_the_command_and_make_the_same_worldview(
    browser: Any, page_of: PageOf, model: str, tmp_path: Path
) -> None:
    interview = interview_of(cm.read_model(model))
    assert interview is not None
    with opened(browser, page_of(model)) as seen:
        seen.ready().run("() => cruxmap.interview.begin()")
        for number in range(TEN):
            best, found = interview.next(), seen.run(NEXT)
            if best is None:
                assert found is None
                break
            assert [found["question"][part] for part in ("kind", "id")] == [
                best.question.kind,
                best.question.id,
            ], number
            assert found["reduction"] == pytest.approx(best.reduction, rel=1e-9, abs=1e-9)
            reply = next_reply(interview, best.question, number)
            seen.run(REPLY, [reply])
            interview = interview.after(reply_of(interview.model, reply))
        assert seen.run("() => cruxmap.interview.logOdds") == pytest.approx(interview.log_odds, rel=1e-9)
        file, shown = seen.run("() => cruxmap.yaml()"), seen.run(ESTIMATE)
        assert seen.faults == []
    written = in_its_map(cm.read_model(model), file, tmp_path)
    central = cm.open_model(written, "mine").probability()
    assert shown == pytest.approx(central, rel=1e-9)
    assert_same(resume(written, "mine"), interview)


ESTIMATE = "async () => Object.values(await cruxmap.estimate())[0].central"


def in_its_map(model: ModelSpec, file: str, folder: Path) -> ModelSpec:
    """Read a model again with a worldview's file in a copy of its map."""
    maps = ROOT / "arguments" / str(model.map.id)
    shutil.copytree(maps, folder / "arguments" / maps.name)
    (folder / "models").mkdir()
    copied = shutil.copy(model.file, folder / "models")
    (folder / "arguments" / maps.name / "worldviews" / "mine.yaml").write_text(file, encoding="utf-8")
    return cm.read_model(copied)


def assert_same(one: Interview, other: Interview) -> None:
    """Hold what an interview comes to that goes on with a file against that which the file was made of."""
    names = [{(r.question.kind, r.question.id, r.what) for r in each.replies} for each in (one, other)]
    assert names[0] == names[1]
    assert one.log_odds == pytest.approx(other.log_odds, rel=1e-9)


# --- as a person does it ------------------------------------------------------------------------------


def asked(seen: Opened) -> str:
    """Wait for a question, and return it."""
    seen.page.wait_for_selector("#interview .interview-question h3")
    return str(seen.page.inner_text("#interview .interview-question h3"))


def another(seen: Opened, before: str) -> str:
    """Wait until another question is asked than the one before."""
    words = "(before) => document.querySelector('.interview-question h3')?.innerText !== before"
    seen.page.wait_for_function(words, arg=before)
    return asked(seen)


def test_it_is_held_with_keys_alone_and_can_go_back(browser: Any, page_of: PageOf) -> None:
    with opened(browser, page_of(POWER)) as seen:
        seen.ready()
        page = seen.page
        page.focus("#interview button")
        page.keyboard.press("Enter")
        first = asked(seen)
        assert seen.run("() => document.activeElement.innerText") == first
        page.keyboard.press("Tab")
        page.keyboard.type("nonsense")
        page.keyboard.press("Enter")
        assert "nonsense" in page.inner_text("#interview .problem >> nth=0")
        page.get_by_label("Your answer", exact=True).fill("20% to 40%")
        page.keyboard.press("Enter")
        second = another(seen, first)
        assert "You said 20% to 40%." in page.inner_text(".last-answer")
        assert not page.is_visible(".standing-bar.told")
        page.click("text=I don't know")
        third = another(seen, second)
        page.click("#interview button:has-text('Back')")
        assert another(seen, third) == second
        page.click("#interview button:has-text('Back')")
        assert another(seen, second) == first
        page.wait_for_selector(".changes-words:has-text('Nothing is changed')")
        assert seen.faults == []


VISIBLE = """(selector) => [...document.querySelectorAll(selector)]
  .filter((one) => one.checkVisibility() && one.innerText.trim() !== "").length"""


def test_nobodys_numbers_are_seen_while_a_question_is_open_unless_the_reader_wants_to(
    browser: Any, page_of: PageOf
) -> None:
    with opened(browser, page_of(POWER)) as seen:
        page = seen.ready().page
        assert seen.run(VISIBLE, ".told") > 0
        assert seen.run(VISIBLE, ".untold") == 0
        page.click("#interview button")
        first = asked(seen)
        assert seen.run(VISIBLE, ".told") == 0
        assert page.is_visible("#hangs-on a:has-text('To the open question')")
        page.get_by_label("Your answer", exact=True).fill("7%")
        page.check("text=Show numbers while I answer")
        assert page.inner_text(".maps-number") == "The map has 40%."
        assert page.get_by_label("Your answer", exact=True).input_value() == "7%"
        assert seen.run(VISIBLE, ".told") > 0
        page.keyboard.press("Space")
        assert page.inner_text(".maps-number") == ""
        assert seen.run(VISIBLE, ".told") == 0
        page.get_by_label("Your answer", exact=True).press("Enter")
        another(seen, first)
        assert seen.run(VISIBLE, ".told") == 0
        page.click("text=Stop for now")
        page.wait_for_selector(".interview-outcome")
        assert seen.run(VISIBLE, ".told") > 0
        assert seen.run(VISIBLE, ".untold") == 0
        assert seen.faults == []


def test_any_argument_that_is_listed_can_be_rejected_and_the_question_is_put_again(
    browser: Any, page_of: PageOf
) -> None:
    with opened(browser, page_of(LEGAL_CASE)) as seen:
        page = seen.ready().page
        page.click("#interview button")
        question = asked(seen)
        page.get_by_label("Your answer", exact=True).fill("30%")
        page.click("#interview .reject-argument >> nth=0")
        page.wait_for_selector(".last-answer:has-text('You rejected the argument')")
        assert asked(seen) == question
        assert page.query_selector("#interview .reject-argument") is None
        assert page.get_by_label("Your answer", exact=True).input_value() == "30%"
        assert "rejects:" in seen.run("() => cruxmap.yaml()")
        page.click("#interview button:has-text('Back')")
        page.wait_for_selector("#interview .reject-argument")
        assert "rejects:" not in seen.run("() => cruxmap.yaml()")
        assert seen.faults == []


@pytest.mark.long
def test_without_rejected_arguments_questions_are_in_the_words_of_the_command(
    browser: Any, page_of: PageOf
) -> None:
    read = cm.read_model(DIAGNOSIS)
    rejected = [argument.about.id for argument in read.map.arguments]
    parts = ("ask", "background", "speaks_for", "speaks_against", "arguments")
    put_aside = 0
    with opened(browser, page_of(DIAGNOSIS)) as seen:
        seen.ready()
        seen.run(REJECT_ALL, rejected)
        while (found := seen.run(NEXT)) is not None:
            kind, id_ = found["question"]["kind"], found["question"]["id"]
            question = question_of(read.map, kind, id_)
            expected = words_of(read, question, rejected).to_json()
            assert {part: found["words"][part] for part in parts} == {
                part: expected[part] for part in parts
            }
            put_aside += words_of(read, question).ask != expected["ask"]
            seen.run("(question) => cruxmap.interview.skip(question)", {"kind": kind, "id": id_})
        assert seen.faults == []
    assert put_aside > 0


REJECT_ALL = """(names) => {
  for (const id of names) cruxmap.interview.reject({ kind: "judgement", id });
}"""


@pytest.mark.long
def test_about_a_part_it_asks_what_the_command_asks(browser: Any, page_of: PageOf) -> None:
    model = cm.read_model(LEGAL_CASE)
    asks = {name: begin(model, "", about=name).questions() for name in model.map.entry}
    assert len({*asks.values()}) > 5
    with opened(browser, page_of(LEGAL_CASE)) as seen:
        seen.ready()
        for name, ranked in asks.items():
            expected = [[one.question.kind, one.question.id] for one in ranked]
            assert seen.run(ABOUT, name) == expected, name
        page = seen.page
        page.goto(f"{page.url}#entry-saw-face")
        page.click("text=Ask me about this part")
        asked(seen)
        assert "what it rests on" in page.inner_text(".about-part")
        page.click("text=Ask about everything")
        page.wait_for_function("() => document.querySelector('.about-part') === null")
        assert seen.faults == []


ABOUT = """async (name) => {
  cruxmap.interview.about(name);
  return (await cruxmap.interview.questions()).map(({ question: { kind, id } }) => [kind, id]);
}"""


@pytest.mark.long
def test_what_is_fitted_is_listed_as_such_and_not_as_the_readers_own(
    browser: Any, page_of: PageOf
) -> None:
    with opened(browser, page_of(LEGAL_CASE)) as seen:
        page = seen.ready().page
        page.click("#interview button")
        first = asked(seen)
        page.get_by_label("Your answer", exact=True).fill("5%")
        page.keyboard.press("Enter")
        another(seen, first)
        page.wait_for_selector(".changes-list:has-text('fitted to your answers')")
        assert not page.is_visible(".change-fitted")
        page.click("text=Stop for now")
        page.click(".change-fitted summary")
        lines = page.locator(".change-fitted li")
        assert lines.count() == seen.run("() => cruxmap.yaml()").count("fitted:")
        assert page.locator(".change-fitted li .tag:has-text('fitted')").count() == lines.count()
        lines.first.locator("a").click()
        assert "fitted to your answers" in page.inner_text(".panel .whose >> nth=0")
        assert page.locator(".panel .whose.mine").count() == 0
        assert seen.faults == []


@pytest.mark.long
def test_its_end_tells_what_came_out_and_whoever_undoes_is_asked_again(
    browser: Any, page_of: PageOf
) -> None:
    with opened(browser, page_of(POWER)) as seen:
        seen.ready().page.click("#interview button")
        questions = [asked(seen)]
        while True:
            seen.page.get_by_label("Your answer", exact=True).fill("30%")
            seen.page.keyboard.press("Enter")
            seen.page.wait_for_function(MOVED_ON, arg=questions[-1])
            if seen.page.query_selector(".interview-clash"):
                seen.page.click(".interview-clash button.main")
                seen.page.wait_for_function(TAKEN, arg=questions[-1])
            if seen.page.query_selector(".interview-outcome"):
                break
            questions.append(asked(seen))
        assert len({*questions}) == len(questions) == len(cm.read_model(POWER).map.judgements) - 2
        told = seen.page.inner_text(".interview-outcome")
        assert "0.073%" in told
        assert "fit your others least" in told
        results = Axe().run(seen.page)
        assert results.violations_count == 0, results.generate_report()
        seen.page.click(".changes button:has-text('Undo')")
        seen.page.click("#interview button:has-text('Go on')")
        assert asked(seen) == questions[-1]
        assert seen.faults == []


TAKEN = """(before) => document.querySelector(".interview-outcome")
  || (document.querySelector(".interview-question h3")?.innerText ?? before) !== before"""
"""An answer was taken in: there is another question, or the end."""

MOVED_ON = TAKEN.replace(".interview-outcome", ".interview-outcome, .interview-clash")
"""The same, or it is asked about once more."""


@pytest.mark.long
def test_blind_it_comes_before_anybodys_numbers(browser: Any, page_of: PageOf) -> None:
    small = {"width": 390, "height": 844}
    with opened(browser, page_of(POWER, "--blind"), viewport=small) as seen:
        seen.ready().page.click("#interview button")
        first = asked(seen)
        text = seen.page.inner_text("main")
        assert text.index(first) < text.index("Judge first")
        assert not seen.page.is_visible(".standing")
        seen.page.get_by_label("Your answer", exact=True).fill("likely")
        seen.page.keyboard.press("Enter")
        another(seen, first)
        assert "The map has" not in seen.page.inner_text("#interview")
        assert seen.run("() => document.documentElement.scrollWidth") == 390
        results = Axe().run(seen.page)
        assert results.violations_count == 0, results.generate_report()
        seen.page.click("text=Stop for now")
        seen.page.click('#interview button:has-text("Show everybody\'s numbers")')
        assert seen.page.is_visible(".standing")
        assert seen.faults == []

"""The reader's own arguments, causes, claims and remarks in the page: written, seen, changed, taken back."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from helpers.browser import Opened, PageOf, opened
from helpers.commands import LEGAL_CASE, POWER, ROOT


@dataclass(frozen=True)
class Case:
    """A model with places in it: a `claim` with a number of its own, another for a `premise`, and more."""

    model: str
    target: str
    claim: str
    premise: str
    argument: str | None = None
    routes: str | None = None


LEGAL = Case(LEGAL_CASE, "attacker.accused", "saw-face", "shared-bench", "dark-street", "match-reported")
SIX_PREMISES = Case(POWER, "power-seeking-catastrophe", "alignment-hard", "strong-incentives")
REAL = Case(
    str(ROOT / "models" / "deceptive-alignment.yaml"),
    "deceptive-alignment",
    "ml-continues",
    "local-optimiser",
    "ml-works",
    "deceptive-by-training",
)
CASES = [
    pytest.param(LEGAL, id="legal-case"),
    pytest.param(SIX_PREMISES, id="power-seeking", marks=pytest.mark.long),
    pytest.param(REAL, id="deceptive-alignment", marks=pytest.mark.long),
]
UNKNOWN = "\N{EN DASH}"
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture
def seen(browser: Any, page_of: PageOf) -> Iterator[Opened]:
    """The page of the small case with every construct."""
    with opened(browser, page_of(LEGAL.model)) as found:
        yield found.ready()
        assert found.faults == []


# --- what a reader does -------------------------------------------------------------------------------


def open_entry(seen: Opened, name: str) -> None:
    seen.run("(name) => { location.hash = `#entry-${name}`; }", name)
    seen.page.wait_for_selector(f".panel [id='title-of-{name}']")


def begin(seen: Opened, entry: str, choice: str | None = None) -> None:
    """Open the form at an entry, and choose what to add."""
    open_entry(seen, entry)
    seen.page.click(".panel button:has-text('Object')")
    if choice is not None:
        seen.page.get_by_label(choice, exact=False).check()


def field(seen: Opened, label: str) -> Any:
    """Return the field of the form whose label begins so."""
    labelled = seen.page.locator(".objection").get_by_label(re.compile(f"^{label}"))
    return labelled.and_(seen.page.locator("input, textarea"))


def submit(seen: Opened) -> None:
    seen.page.click(".objection button[type=submit]")


def add(seen: Opened) -> str:
    """Send the form, and return what stands in its place then; the id is in the last change."""
    submit(seen)
    seen.page.wait_for_selector("form.objection", state="detached")  # a result may be there from before
    seen.page.wait_for_selector(".objection-result:visible")
    return str(seen.page.inner_text(".objection-result"))


def argue(seen: Opened, entry: str, sentence: str, choice: str = "An argument against it") -> str:
    begin(seen, entry, choice)
    field(seen, "The argument").fill(sentence)
    field(seen, "How strong it is$").fill("10x to 30x")
    return add(seen)


def own(seen: Opened) -> list[str]:
    """Return the names of what the reader brings, as the list of changes has them."""
    return [name for name, what in changes(seen) if what.startswith("is yours")]


def changes(seen: Opened) -> list[tuple[str, str]]:
    """Return what stands in the list of changes: of what, and the rest of the line."""
    lines = seen.changes(".change-what")
    names = [line.query_selector("a").inner_text() if line.query_selector("a") else "" for line in lines]
    return [
        (name, line.inner_text().removeprefix(name).strip())
        for name, line in zip(names, lines, strict=True)
    ]


def central(seen: Opened, case: Case = LEGAL) -> float:
    """Return the target's central probability."""
    return float(seen.run("(name) => globalThis.cruxmap.probability(name)", case.target))


# --- arguments, causes, claims --------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize("case", CASES)
def test_an_argument_counts_at_once_and_stands_everywhere(
    browser: Any, page_of: PageOf, case: Case
) -> None:
    with opened(browser, page_of(case.model)) as seen:
        seen.ready()
        before = central(seen, case)
        begin(seen, case.claim, "An argument against it")
        field(seen, "The argument").fill("The witness had never seen him by day.")
        seen.page.get_by_label("How strong it is: in words").select_option("strong")
        field(seen, "Find one on the map").fill(case.premise)
        seen.page.keyboard.press("Enter")
        seen.page.get_by_label("How it must be").select_option(label="is false")
        seen.page.click(".objection button:has-text('Write a new one')")
        field(seen, "A new premise").fill("Faces look alike at night.")
        seen.page.locator(".premise-new input").fill("60% to 80%")
        field(seen, "How likely the reasoning holds, once its premises do$").fill("90%")
        told = add(seen)
        assert "Your argument is added." in told
        assert "central" in told
        assert central(seen, case) != before
        reason, claim = sorted(own(seen), key=lambda name: "faces" in name)
        assert "witness" in reason
        assert "faces" in claim
        written = seen.run("() => globalThis.cruxmap.yaml({ id: 'mine' })")
        assert f"{{{case.premise}: false}}" in written or f"{case.premise}: false" in written
        # its own panel, with sliders, and the argument on the panel of what it is about
        seen.page.click(".objection-result a")
        assert seen.run("() => location.hash") == f"#entry-{reason}"
        assert seen.page.locator(".panel .whose-mark.mine").count() >= 1
        assert seen.page.locator(".panel .judgement-text").count() == 2
        # in the outline, below what it is about, with its premises below it
        line = f".outline .line:has(> .line-row a[href='#entry-{reason}'])"
        assert "yours" in seen.page.inner_text(f"{line} > .line-row")
        below = f"{line} .line:has(> .line-row a[href='#entry-{claim}'])"
        assert "yours" in seen.page.inner_text(f"{below} > .line-row")
        # on the map, with lines
        seen.page.click("#argument .choice button >> nth=1")
        for name in (reason, claim):
            assert seen.page.locator(f".node.brought[data-id='{name}']").count() == 1
        whose = seen.page.locator(f".node.brought[data-id='{reason}'] .node-whose")
        assert whose.text_content() == "yours"
        # found by its words
        seen.page.keyboard.press("/")
        seen.page.keyboard.type("never seen him")
        seen.page.keyboard.press("Enter")
        assert seen.run("() => location.hash") == f"#entry-{reason}"
        assert seen.faults == []


@pytest.mark.long
@pytest.mark.parametrize("case", CASES)
def test_what_is_brought_is_argued_about_in_turn_and_undone(
    browser: Any, page_of: PageOf, case: Case
) -> None:
    with opened(browser, page_of(case.model)) as seen:
        seen.ready()
        start = central(seen, case)
        argue(seen, case.claim, "He was elsewhere.")
        with_it = central(seen, case)
        [reason] = own(seen)
        begin(seen, reason)
        field(seen, "Why the").fill("Nobody saw him there.")
        field(seen, "How much").fill("50%")
        add(seen)
        both = central(seen, case)
        assert min(start, with_it) < both < max(start, with_it)
        [_, undercut] = own(seen)
        line = f".outline .line:has(> .line-row a[href='#entry-{reason}']) .as-undercuts"
        assert seen.page.locator(line).count() == 1
        # rejected, it has no force; the first argument is whole again
        open_entry(seen, undercut)
        seen.page.check(".panel .switch input[type=checkbox] >> nth=0")
        assert central(seen, case) == pytest.approx(with_it, rel=1e-12)
        seen.page.click(".changes button:has-text('Undo')")
        assert central(seen, case) == pytest.approx(both, rel=1e-12)
        seen.page.click(".changes button:has-text('Undo')")
        seen.page.wait_for_selector(".panel", state="hidden")
        assert own(seen) == [reason]
        assert seen.page.locator(line).count() == 0
        assert seen.page.locator(f"#entry-{undercut}").count() == 0
        seen.page.click(".changes button:has-text('Undo')")
        assert central(seen, case) == start
        assert seen.faults == []


@pytest.mark.long
@pytest.mark.parametrize("case", [case for case in CASES if case.values[0] is not SIX_PREMISES])
def test_a_further_cause_is_added_changed_and_taken_away(
    browser: Any, page_of: PageOf, case: Case
) -> None:
    with opened(browser, page_of(case.model)) as seen:
        seen.ready()
        assert case.routes is not None
        begin(seen, case.routes, "A further cause")
        field(seen, "How it comes about").fill("Somebody swapped the labels.")
        field(seen, "Chance that it then").fill("20%")
        add(seen)
        [address] = own(seen)
        assert address.startswith(f"{case.routes}.")
        chance = "(name) => globalThis.cruxmap.probability(name)"
        first = seen.run(chance, address)
        assert "swapped" in seen.page.inner_text(".panel .own-thing")
        assert seen.page.locator(".outline .line-row:has-text('a further cause')").count() == 1
        seen.page.click(".panel .own-thing button:has-text('Change it')")
        assert field(seen, "How it comes about").input_value() == "Somebody swapped the labels."
        field(seen, "Chance that it then").fill("40%")
        add(seen)
        assert own(seen) == [address]
        assert seen.run(chance, address) > first
        seen.page.click(".panel .own-thing button:has-text('Take it away')")
        assert own(seen) == []
        assert seen.page.locator(".outline .line-row:has-text('a further cause')").count() == 0
        assert seen.faults == []


@pytest.mark.long
def test_a_claim_and_an_argument_about_states(seen: Opened) -> None:
    begin(seen, LEGAL.claim, "A new claim")
    field(seen, "The claim").fill("The lamp was broken.")
    field(seen, "How likely it is$").fill("likely")
    add(seen)
    [claim] = own(seen)
    begin(seen, "attacker", "An argument for it")
    seen.page.locator(".objection").get_by_label("accused").check()
    field(seen, "The argument").fill("He had a reason.")
    field(seen, "How strong it is$").fill("2x")
    field(seen, "Find one on the map").fill("lamp broken")
    seen.page.keyboard.press("Enter")
    before = central(seen)
    add(seen)
    assert central(seen) > before
    assert own(seen)[1:] == [claim]  # below the argument that rests on it
    assert "{attacker: accused}" in seen.run("() => cruxmap.yaml({ id: 'mine' })").replace("'", "")
    # what others rest on is not taken away from below them
    open_entry(seen, claim)
    seen.page.click(".panel .own-thing button:has-text('Take it away')")
    assert "rests on it" in seen.page.inner_text(".panel [role=alert]:not(:empty)")


@pytest.mark.long
def test_an_argument_is_changed_in_the_form_it_was_written_in(seen: Opened) -> None:
    argue(seen, LEGAL.claim, "He was elsewhere.")
    [reason] = own(seen)
    open_entry(seen, reason)
    seen.page.locator(".panel .judgement-text >> nth=1").fill("5x")
    seen.next_frame()
    seen.page.click(".panel button:has-text('Change it')")
    assert field(seen, "How strong it is$").input_value() == "5x"
    field(seen, "The argument").fill("He was in another town.")
    told = add(seen)
    assert "is changed" in told
    assert own(seen) == [reason]
    assert seen.page.inner_text(".panel-title") == "He was in another town."
    line = f".outline .line-row:has(a[href='#entry-{reason}'])"
    assert "another town" in seen.page.inner_text(line)


@pytest.mark.long
def test_what_a_file_brings_stands_there_with_whose_it_is(seen: Opened) -> None:
    open_entry(seen, LEGAL.claim)
    seen.run("(text) => globalThis.cruxmap.receive(text)", ANN)
    line = ".outline .line-row:has(a[href='#entry-ann-it-rained'])"
    assert "brought by ann" in seen.page.inner_text(line)
    assert "no force" in seen.page.inner_text(line)
    open_entry(seen, "ann-it-rained")
    assert "Brought by ann." in seen.page.inner_text(".panel-told")
    before = central(seen)
    seen.page.get_by_label("Let this argument count").check()
    assert central(seen) != before
    seen.page.click("#argument .choice button >> nth=1")
    assert seen.page.locator(".node.brought .node-whose").text_content() == "brought by ann"
    begin(seen, "ann-it-rained")
    field(seen, "Why the").fill("It was dry.")
    assert "is added" in add(seen)
    seen.run("() => cruxmap.receive('worldview: bob\\ntext: Bob.')")
    assert len(own(seen)) == 1


ANN = """worldview: ann
text: Ann thinks that nobody saw much.
arguments:
  ann-it-rained:
    text: It rained.
    against: saw-face
    strength: 3x
"""


# --- problems -----------------------------------------------------------------------------------------


@pytest.mark.long
def test_what_is_wrong_stands_at_its_field_and_nothing_is_added(seen: Opened) -> None:
    begin(seen, LEGAL.claim, "An argument for it")
    field(seen, "How strong it is$").fill("0.5x")
    submit(seen)
    focused = seen.run("() => document.activeElement.tagName")
    assert focused == "TEXTAREA"
    sentence = field(seen, "The argument")
    assert sentence.get_attribute("aria-invalid") == "true"
    described = sentence.get_attribute("aria-describedby").split()[-1]
    assert "missing" in seen.page.inner_text(f"#{described}")
    strength = field(seen, "How strong it is$")
    described = strength.get_attribute("aria-describedby").split()[-1]
    assert "turn the argument round" in seen.page.inner_text(f"#{described}")
    assert changes(seen) == []


@pytest.mark.long
def test_a_circle_is_refused_at_the_premises_with_its_way(seen: Opened) -> None:
    begin(seen, "shared-bench", "An argument for it")
    field(seen, "The argument").fill("They would not have reported it otherwise.")
    field(seen, "How strong it is$").fill("2x")
    field(seen, "Find one on the map").fill("match-reported")
    seen.page.keyboard.press("Enter")
    submit(seen)
    problem = seen.page.inner_text(".objection fieldset:has(.premises) > .problem")
    assert "shared-bench" in problem
    assert "match-reported" in problem
    assert changes(seen) == []


@pytest.mark.long
def test_beyond_eight_a_sentence_stands_where_numbers_were(seen: Opened) -> None:
    for number in range(9):
        argue(seen, LEGAL.claim, f"Reason number {number}.")
    assert len(own(seen)) == 9
    why = "9 entries of your own are more than the 8 that this page can compute with"
    assert seen.page.inner_text(".standing .problem").startswith(why)
    assert seen.page.inner_text(".standing output") == UNKNOWN
    assert seen.page.inner_text(".panel-number") == UNKNOWN
    assert "%" not in seen.page.inner_text("#hangs-on .cruxes")
    assert "Reason number 8." in seen.run("() => cruxmap.yaml({ id: 'mine' })")
    seen.page.click(".objection-result button:has-text('Undo')")
    assert "%" in seen.page.inner_text(".standing output")


# --- remarks, blind, keyboard, phone ------------------------------------------------------------------


@pytest.mark.long
def test_words_without_a_number_are_kept_and_taken_back(seen: Opened) -> None:
    open_entry(seen, LEGAL.claim)
    seen.page.click(".panel button:has-text('Write a remark')")
    field(seen, "What you think of it").fill("Nobody asked the neighbours.")
    seen.page.click("button:has-text('Keep it')")
    assert seen.page.inner_text(".my-words") == "Nobody asked the neighbours."
    assert changes(seen) == [(LEGAL.claim, "in your words: Nobody asked the neighbours.")]
    assert "Nobody asked the neighbours." in seen.run("() => cruxmap.yaml({ id: 'mine' })")
    seen.page.click(".changes-list button:has-text('Take back')")
    assert changes(seen) == []
    assert seen.page.is_hidden(".my-words")


def test_a_reader_objects_before_numbers_are_shown(browser: Any, page_of: PageOf) -> None:
    with opened(browser, page_of(LEGAL.model, "--blind")) as seen:
        seen.ready()
        told = argue(seen, LEGAL.claim, "He was elsewhere.")
        assert "%" not in told
        assert "hidden" in told
        seen.page.click("button:has-text('I have given mine') >> nth=0")
        assert "%" in seen.page.inner_text(".standing output")
        assert seen.faults == []


def test_keys_alone_add_an_argument(seen: Opened) -> None:
    open_entry(seen, LEGAL.claim)
    keys = seen.page.keyboard
    seen.page.focus(".panel button:has-text('Object')")
    keys.press("Enter")
    assert seen.run("() => document.activeElement.type") == "radio"
    keys.press("Tab")
    keys.type("He was elsewhere.")
    keys.press("Tab")
    keys.type("strong")
    keys.press("Enter")
    assert "is added" in seen.page.inner_text(".objection-result")
    assert seen.run("() => document.activeElement.className") == "objection-result"
    seen.page.focus(".panel button:has-text('Object')")
    keys.press("Enter")
    keys.press("Escape")
    assert seen.page.locator(".objection").count() == 0
    assert seen.run("() => document.activeElement.textContent") == "Object, or add to it"
    keys.press("Escape")
    assert seen.page.is_hidden(".panel")


def test_the_form_fits_a_phone(browser: Any, page_of: PageOf) -> None:
    with opened(browser, page_of(LEGAL.model), **PHONE) as seen:
        seen.ready()
        begin(seen, LEGAL.routes or "", "A further cause")
        seen.page.click("button:has-text('Write a new one')")
        assert seen.run("() => document.documentElement.scrollWidth") <= 390
        small = seen.run(
            """() => [...document.querySelectorAll('.objection :is(button, input, select, textarea)')]
              .filter((e) => e.offsetParent !== null)
              .map((e) => [e.className || e.type, e.getBoundingClientRect()])
              .filter(([, box]) => box.width < 23.5 || box.height < 23.5 || box.right > 390)
              .map(([name]) => name)"""
        )
        assert small == []
        field(seen, "How it comes about").fill("x")
        field(seen, "A new premise").fill("y")
        seen.page.locator(".premise-new input").fill("5%")
        field(seen, "Chance that it then").fill("5%")
        assert "is added" in add(seen)
        assert seen.run("() => document.documentElement.scrollWidth") <= 390


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_axe_has_nothing_to_find_in_the_form_and_after_it(
    browser: Any, page_of: PageOf, scheme: str
) -> None:
    with opened(browser, page_of(LEGAL.model), color_scheme=scheme) as seen:
        seen.ready()
        begin(seen, LEGAL.claim, "An argument against it")
        seen.page.click("button:has-text('Write a new one')")
        field(seen, "Find one on the map").fill(LEGAL.premise)
        seen.page.keyboard.press("Enter")
        submit(seen)
        assert axe(seen) == []
        field(seen, "The argument").fill("x")
        field(seen, "A new premise").fill("y")
        seen.page.locator(".premise-new input").fill("5%")
        field(seen, "How strong it is$").fill("2x")
        add(seen)
        assert axe(seen) == []
        seen.page.click("#argument .choice button >> nth=1")
        seen.page.click(".objection-result a")
        assert axe(seen) == []


def axe(seen: Opened) -> list[tuple[str, str]]:
    """Return what axe finds: the rule and the first place of each."""
    found = Axe().run(seen.page).response["violations"]
    return [(rule["id"], rule["nodes"][0]["html"]) for rule in found]


# --- strangers' words ---------------------------------------------------------------------------------

HOSTILE = [
    "</script><img src=x onerror=alert(1)><!--<script>",
    "javascript:alert(1) \u202eevil\u2066 \u2028{{x}} ${y} `z`",
    "word " * 2000,
]


@pytest.mark.long
@pytest.mark.parametrize("sentence", HOSTILE, ids=["markup", "marks", "long"])
def test_whatever_is_written_is_text(seen: Opened, sentence: str) -> None:
    argue(seen, LEGAL.claim, sentence)
    [reason] = own(seen)
    assert re.fullmatch(r"[a-z0-9-]{3,80}", reason)
    assert seen.run("() => document.querySelectorAll('img').length") == 0
    seen.page.click(".objection-result a")
    assert seen.run("() => document.querySelector('.panel-title').textContent") == sentence.strip()
    seen.page.click("#argument .choice button >> nth=1")
    assert seen.page.locator(f".node[data-id='{reason}'] text").count() <= 6
    open_entry(seen, LEGAL.claim)
    seen.page.click(".panel button:has-text('Write a remark')")
    field(seen, "What you think of it").fill(sentence)
    seen.page.click("button:has-text('Keep it')")
    assert seen.run("() => document.querySelector('.my-words').textContent") == sentence.strip()
    assert len(changes(seen)) == 2  # the argument, and the remark
    assert seen.run("() => document.documentElement.scrollWidth") <= 1280


@pytest.mark.long
def test_what_is_brought_goes_to_paper(seen: Opened) -> None:
    argue(seen, LEGAL.claim, "He was elsewhere.")
    [reason] = own(seen)
    seen.page.emulate_media(media="print")
    assert seen.page.is_visible(f".outline .line-row:has(a[href='#entry-{reason}'])")
    assert "He was elsewhere." in seen.page.inner_text(".changes-list")
    assert seen.page.is_hidden(".panel")

"""A served page in a browser, while its files change: it follows, and what was changed in it is not lost."""

import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error as PlaywrightError

import cruxmap as cm
from helpers.browser import Opened
from helpers.commands import EXAMPLES
from helpers.served import PATIENCE, Served, copied, served

LIBRARY = Path("arguments/library")
TREASURER = LIBRARY / "worldviews/treasurer.yaml"
WAIT = PATIENCE * 1000
GONE = "Failed to load resource"
TRIES = 50
BEING_LOADED = ("context was destroyed", "not ready", "is not a function", "undefined")
"""What is said of a script where the page is made anew beneath it."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    project = copied(EXAMPLES / "library", tmp_path_factory.mktemp("project"))
    with served(project, "library") as running:
        yield running


@pytest.fixture
def library(shared: Served) -> Served:
    """The server of this module, with its files as they were."""
    before = shared.once(lambda: shared.news().json, lambda told: not told["doing"])
    example = EXAMPLES / "library"
    copies = {shared.project / file.relative_to(example): file for file in example.rglob("*.yaml")}
    changed = [
        path
        for path, file in copies.items()
        if not path.exists() or path.read_bytes() != file.read_bytes()
    ]
    for path in changed:
        path.write_bytes(copies[path].read_bytes())
    if changed:
        shared.once(lambda: shared.news().json, lambda told: told["revision"] > before["revision"])
    worldviews = {path.stem for path in copies if path.parent.name == "worldviews"}
    shared.once(lambda: shared.news().json, lambda told: {*told["versions"]} == worldviews)
    shared.whole()
    assert not shared.news().json["problems"]
    return shared


class Following(Opened):
    """A page that may be made anew while it is asked: then it is asked again."""

    def run(self, script: str, argument: Any = None) -> Any:
        """Evaluate a function in the page that is there, once it is ready."""
        for _ in range(TRIES):
            try:
                super().run("() => globalThis.cruxmap.ready")
                return super().run(script, argument)
            except PlaywrightError as error:
                if not any(part in error.message for part in BEING_LOADED):
                    raise
            self.page.wait_for_timeout(100)
        return super().run(script, argument)


@contextmanager
def page_of(browser: Any, running: Served, *, may_be_gone: bool = False) -> Iterator[Opened]:
    """Open an entry in a window of its own, and see that nothing goes wrong there but with the server."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    seen = Following(context.new_page())
    seen.page.on("pageerror", lambda error: seen.faults.append(f"error: {error}"))
    seen.page.on("console", lambda m: seen.faults.append(m.text) if m.type == "error" else None)
    seen.page.on("dialog", seen.refuse)
    running.page()
    seen.page.goto(f"{running.address}#entry-funding-secured")
    settled(seen)
    yield seen
    context.close()
    assert [fault for fault in seen.faults if not (may_be_gone and GONE in fault)] == []


def settled(seen: Opened, words: str = "The page follows the files.") -> str:
    """Wait until the page says something of its state, and return all that it says there."""
    script = "(words) => document.querySelector('aside#live')?.innerText.includes(words)"
    try:
        seen.page.wait_for_function(script, arg=words, timeout=WAIT)
    except Exception as error:
        said = [seen.page.inner_text(place) for place in ("aside#live", "#changes")]
        raise AssertionError("\n".join(said)) from error
    until(seen, lambda seen: seen.ready() is seen, True)
    return seen.page.inner_text("aside#live")


def write(running: Served, file: Path, *changes: tuple[str, str]) -> None:
    """Change texts in a file of the project."""
    text = (running.project / file).read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (running.project / file).write_text(text)


def numbers(seen: Opened) -> dict[str, str]:
    """Return what is changed in the page, as its file says it."""
    lines = seen.run("() => cruxmap.yaml({ id: 'me' })").splitlines()
    begin = lines.index("judgements:") if "judgements:" in lines else len(lines)
    pairs = [
        line.strip().partition("  #")[0].split(": ", 1) for line in lines[begin + 1 :] if line[:2] == "  "
    ]
    return dict(pairs)


def until(seen: Opened, found: Any, wanted: Any) -> None:
    """Wait until something that is found in the page is as it should be."""
    for _ in range(int(PATIENCE * 5)):
        try:
            if found(seen) == wanted:
                return
        except Exception as error:  # the page is being loaded
            if not any(
                part in str(error) for part in ("ontext", "not ready", "undefined", "not a function")
            ):
                raise
        seen.page.wait_for_timeout(200)
    assert found(seen) == wanted


def nothing_is_changed(since: str) -> Any:
    words = f"Nothing is changed: these are {since}'s numbers."
    return lambda seen: words in seen.page.inner_text("#changes")


def chance(claim: str) -> Any:
    return lambda seen: round(seen.run("(claim) => cruxmap.probability(claim)", claim), 6)


@pytest.mark.long
def test_the_page_answers_before_all_is_found_and_then_has_it(browser: Any, tmp_path: Path) -> None:
    project = copied(EXAMPLES / "library", tmp_path)
    with served(project, "library") as running:
        first = running.told()
        assert first["found"] in ("none", "now")
        with page_of(browser, running) as seen:
            settled(seen)
            until(seen, lambda seen: seen.page.locator("#answer .chapter").count() > 0, True)
            mean = "async () => (await cruxmap.estimate())['opens-on-time'].mean > 0"
            until(seen, lambda seen: seen.run(mean), True)


@pytest.mark.long
def test_a_number_on_disk_is_taken_over_and_mine_is_kept(browser: Any, library: Served) -> None:
    with page_of(browser, library) as seen:
        seen.run("() => { cruxmap.start('treasurer'); cruxmap.set('soil-sound', '11%'); }")
        write(library, TREASURER, ("40% to 65%", "3.21%"))
        until(seen, numbers, {"soil-sound": "11%"})
        until(seen, lambda seen: "3.21%" in seen.run("() => document.body.innerText"), True)
        until(seen, numbers, {"soil-sound": "11%"})
        assert "treasurer" in seen.page.input_value("select[id*=start]")
        assert seen.page.locator(".live-conflicts").count() == 0


@pytest.mark.long
def test_a_number_changed_in_both_is_shown_with_both_and_i_choose(browser: Any, library: Served) -> None:
    with page_of(browser, library) as seen:
        seen.run("() => { cruxmap.start('treasurer'); cruxmap.set('funding-secured', '11%'); }")
        seen.run("() => cruxmap.set('soil-sound', '12%')")
        write(library, TREASURER, ("40% to 65%", "3.21%"))
        said = settled(seen, "Yours count until you choose")
        assert "funding-secured: on disk now 3.21%, yours 11%, before 40% to 65%." in said
        assert "soil-sound" not in said
        assert numbers(seen) == {"funding-secured": "11%", "soil-sound": "12%"}
        write(library, LIBRARY / "claims.yaml", ("60% to 85%", "61% to 85%"))  # the choice stays open
        until(seen, lambda seen: "61% to 85%" in seen.run("() => document.body.innerText"), True)
        assert "before 40% to 65%" in settled(seen, "Yours count until you choose")
        seen.page.click("text=Take the one on disk")
        assert numbers(seen) == {"soil-sound": "12%"}
        assert seen.page.locator(".live-conflicts").count() == 0


@pytest.mark.long
def test_a_remark_changed_in_both_is_shown_with_both_and_i_choose(browser: Any, library: Served) -> None:
    with page_of(browser, library) as seen:
        seen.run("() => { cruxmap.start('treasurer'); cruxmap.remark('soil-sound', 'Mine.'); }")
        seen.run("() => cruxmap.remark('opens-on-time', 'We agree.')")
        said = "remarks:\n  soil-sound: Theirs.\n  opens-on-time: We agree.\njudgements:\n"
        write(library, TREASURER, ("judgements:\n", said))
        shown = settled(seen, "Yours count until you choose")
        assert "soil-sound, in words: on disk now “Theirs.”, yours “Mine.”, before nothing." in shown
        assert "opens-on-time" not in shown
        file = "() => cruxmap.yaml({ id: 'me' })"
        assert seen.run(file).endswith('remarks:\n  soil-sound: "Mine."\n')
        write(library, TREASURER, ("40% to 65%", "3.21%"))  # the choice stays open
        until(seen, lambda seen: "3.21%" in seen.run("() => document.body.innerText"), True)
        assert "before nothing." in settled(seen, "Yours count until you choose")
        write(library, TREASURER, ("Theirs.", "Theirs too."))
        settled(seen, "on disk now “Theirs too.”, yours “Mine.”, before nothing.")
        seen.page.click("text=Take the one on disk")
        assert "remarks:" not in seen.run(file)
        assert seen.page.locator(".live-conflicts").count() == 0


@pytest.mark.long
def test_what_was_kept_stays_and_what_is_the_same_by_now_is_no_change(
    browser: Any, library: Served
) -> None:
    with page_of(browser, library) as seen:
        seen.run("() => { cruxmap.start('treasurer'); cruxmap.set('funding-secured', '11%'); }")
        seen.run("() => cruxmap.set('promises-lapse', '5%')")
        write(library, TREASURER, ("40% to 65%", "11%"), ("70% to 90%", "6%"))
        assert "promises-lapse: on disk now 6%, yours 5%" in settled(seen, "Yours count until you choose")
        seen.page.click("text=Keep mine")
        assert numbers(seen) == {"promises-lapse": "5%"}
        assert seen.page.locator(".live-conflicts").count() == 0


def test_problems_on_disk_are_shown_with_their_places_and_the_page_stays(
    browser: Any, library: Served
) -> None:
    with page_of(browser, library) as seen:
        before = chance("opens-on-time")(seen)
        write(library, TREASURER, ("funding-secured: 40% to 65%", "funding-secure: 40% to 65%"))
        said = settled(seen, "There are problems in the files")
        assert f"{TREASURER.as_posix()}:7" in said
        assert "There is no judgement funding-secure" in said
        assert "did you mean funding-secured?" in said
        assert chance("opens-on-time")(seen) == before
        write(library, TREASURER, ("funding-secure: 40% to 65%", "funding-secured: 40% to 65%"))
        settled(seen)


@pytest.mark.long
def test_what_does_not_fit_any_more_is_listed(browser: Any, library: Served) -> None:
    with page_of(browser, library) as seen:
        seen.run("() => { cruxmap.start('treasurer'); cruxmap.set('soil-sound', '11%'); }")
        seen.run("() => cruxmap.set('promises-lapse', '12%')")
        text = (library.project / LIBRARY / "arguments.yaml").read_text()
        (library.project / LIBRARY / "arguments.yaml").write_text(text[: text.index("  promises-lapse")])
        write(library, TREASURER, ("  promises-lapse: 70% to 90%\n", ""))
        said = settled(seen, "does not fit the files any more")
        assert "promises-lapse, yours 12%: There is no judgement promises-lapse" in said
        assert numbers(seen) == {"soil-sound": "11%"}
        seen.page.click("text=I have seen it")
        assert seen.page.locator(".live-lost").count() == 0


@pytest.mark.long
def test_where_the_start_is_gone_the_changes_lie_over_what_it_extended(
    browser: Any, library: Served
) -> None:
    guest = library.project / LIBRARY / "worldviews/guest.yaml"
    guest.write_text("worldview: guest\ntext: Like the treasurer.\nextends: treasurer\n")
    try:
        library.once(library.told, lambda told: "guest" in told["versions"])
        with page_of(browser, library) as seen:
            seen.run("() => { cruxmap.start('guest'); cruxmap.set('soil-sound', '11%'); }")
            guest.unlink()
            said = settled(seen, "does not fit the files any more")
            assert "guest: You started from it, and it is not there any more." in said
            assert numbers(seen) == {"soil-sound": "11%"}
            assert "extends: treasurer" in seen.run("() => cruxmap.yaml({ id: 'me' })")
    finally:
        guest.unlink(missing_ok=True)


@pytest.mark.long
def test_nothing_is_taken_over_while_somebody_writes_and_no_text_is_lost(
    browser: Any, library: Served
) -> None:
    with page_of(browser, library) as seen:
        seen.page.fill("#worldview-text", "half a sent")
        write(library, TREASURER, ("40% to 65%", "3.21%"))
        said = settled(seen, "It waits until you are done")
        assert "Take it over" in said
        assert seen.page.input_value("#worldview-text") == "half a sent"
        seen.page.fill("#save-text", "and another one")
        seen.run("() => document.activeElement.blur()")
        until(seen, lambda seen: "3.21%" in seen.run("() => document.body.innerText"), True)
        until(seen, lambda seen: seen.page.input_value("#worldview-text"), "half a sent")
        assert seen.page.input_value("#save-text") == "and another one"


@pytest.mark.long
def test_the_reader_stays_where_they_are(browser: Any, library: Served) -> None:
    with page_of(browser, library) as seen:
        seen.run("() => { location.hash = '#entry-soil-sound'; }")
        seen.page.wait_for_selector(".panel [id='title-of-soil-sound']")
        seen.page.wait_for_timeout(500)
        seen.run("() => { document.activeElement.blur(); scrollBy(0, 137); }")
        top = "() => Math.round(document.getElementById('argument').getBoundingClientRect().top)"
        before = seen.run(top)
        write(library, LIBRARY / "claims.yaml", ("credence: very likely", "credence: 3.21%"))
        until(seen, lambda seen: "3.21%" in seen.run("() => document.body.innerText"), True)
        seen.page.wait_for_selector(".panel [id='title-of-soil-sound']")
        until(seen, lambda seen: abs(seen.run(top) - before) < 4, True)


@pytest.mark.long
def test_files_of_others_stay_beside_the_page_that_is_made_anew(browser: Any, library: Served) -> None:
    other = "worldview: guest\ntext: A guest.\nextends: treasurer\njudgements: {soil-sound: 44%}\n"
    with page_of(browser, library) as seen:
        seen.run("(text) => { cruxmap.receive(text); cruxmap.start('guest'); }", other)
        seen.run("() => cruxmap.set('funding-secured', '11%')")
        write(library, TREASURER, ("70% to 90%", "71% to 90%"))
        seen.run("() => { location.hash = '#entry-promises-lapse'; }")
        until(seen, lambda seen: "71% to 90%" in seen.run("() => document.body.innerText"), True)
        until(seen, lambda seen: seen.run("() => cruxmap.worldviews"), ["map", "treasurer", "guest"])
        assert "extends: guest" in seen.run("() => cruxmap.yaml({ id: 'me' })")
        assert numbers(seen) == {"funding-secured": "11%"}


@pytest.mark.long
def test_an_open_page_finds_its_server_again(browser: Any, tmp_path: Path) -> None:
    project = copied(EXAMPLES / "library", tmp_path)
    with served(project, "library") as running:
        port = running.netloc.partition(":")[2]
        running.whole()
        with page_of(browser, running, may_be_gone=True) as seen:
            seen.run("() => cruxmap.set('soil-sound', '11%')")
            assert running.end() == 0
            settled(seen, "The program that serves this page has ended")
            with served(project, "library", "--port", port) as again:
                again.page()
                settled(seen)
                until(seen, lambda seen: "11%" in numbers(seen).get("soil-sound", ""), True)


# --- saving ------------------------------------------------------------------------------------------


def differing(running: Served, file: Path) -> tuple[list[str], list[str]]:
    """Return the lines that a file of the example lost, and those that it has more."""
    old = (EXAMPLES / "library" / file).read_text().splitlines()
    new = (running.project / file).read_text().splitlines()
    lines = list(difflib.ndiff(old, new))
    return [line[2:] for line in lines if line[:1] == "-"], [line[2:] for line in lines if line[:1] == "+"]


def test_saving_changes_only_the_lines_of_what_changed(browser: Any, library: Served) -> None:
    with page_of(browser, library) as seen:
        seen.run("() => { cruxmap.start('treasurer'); cruxmap.set('funding-secured', '11%'); }")
        seen.run(
            "() => { cruxmap.set('work-in-time.mild', '66%'); cruxmap.set('winter', ['33%', 'rest']); }"
        )
        before = chance("opens-on-time")(seen)
        seen.page.click("text=Save into treasurer")
        assert "Saved: treasurer." in settled(seen, "Saved: treasurer.")
        lost, new = differing(library, TREASURER)
        assert lost == [
            "  funding-secured: 40% to 65%",
            "    value: about 70%",
            "    source: report#5",
            "    note: stated",
        ]
        assert new == [
            "  funding-secured: 11%",
            "    value: 66%  # was about 70%",
            "    # source: report#5",
            "    # note: stated",
            "  winter: {mild: 33%, hard: rest}",
        ]
        until(seen, numbers, {})
        assert chance("opens-on-time")(seen) == before
        until(seen, nothing_is_changed("treasurer"), True)
        model = cm.read_model(library.project / "models/library.yaml")
        found = cm.probability(model, "opens-on-time", worldview="treasurer")
        assert found == pytest.approx(before, abs=1e-6)


@pytest.mark.long
def test_a_new_worldview_extends_what_it_was_made_from(browser: Any, library: Served) -> None:
    guest = library.project / LIBRARY / "worldviews/guest.yaml"
    try:
        with page_of(browser, library) as seen:
            seen.run("() => { cruxmap.start('treasurer'); cruxmap.set('funding-secured', '11%'); }")
            seen.run("() => cruxmap.reject('promises-lapse')")
            seen.page.fill("#save-id", "treasurer")
            seen.page.click("text=Save as a new worldview")
            assert "There is a worldview treasurer already" in said_of_saving(seen)
            seen.page.fill("#save-id", "guest")
            seen.page.fill("#save-text", "Less money: much less.")
            seen.page.click("text=Save as a new worldview")
            settled(seen, "Saved: guest.")
            text = guest.read_text()
            assert text.startswith("worldview: guest\n")
            assert "Less money: much less." in text
            assert text.partition("extends: ")[2].startswith("treasurer\nmade_from: {map: ")
            assert text.endswith("judgements:\n  funding-secured: 11%\nrejects: [promises-lapse]\n")
            assert seen.run("() => cruxmap.worldviews") == ["map", "guest", "treasurer"]
            assert differing(library, TREASURER) == ([], [])
    finally:
        guest.unlink(missing_ok=True)


@pytest.mark.long
def test_a_save_is_not_lost_where_a_newer_page_waits(browser: Any, library: Served) -> None:
    guest = library.project / LIBRARY / "worldviews/guest.yaml"
    try:
        with page_of(browser, library) as seen:
            seen.run("() => { cruxmap.start('treasurer'); cruxmap.set('soil-sound', '11%'); }")
            seen.page.fill("#save-id", "guest")
            write(library, TREASURER, ("40% to 65%", "3.21%"))
            settled(seen, "It waits until you are done")
            seen.page.mouse.wheel(0, 4000)
            seen.page.wait_for_timeout(300)
            live = seen.page.locator("#live").bounding_box()
            assert live is not None
            assert 0 <= live["y"] < 100
            seen.page.click("text=Save as a new worldview")
            told = settled(seen, "Saved: guest.")
            assert "add guest to worldviews in models/library.yaml" in told.replace("`", "")
            assert "guest" in seen.page.input_value("select[id*=start]")
            until(seen, nothing_is_changed("guest"), True)
            assert "soil-sound: 11%" in guest.read_text()
    finally:
        guest.unlink(missing_ok=True)


@pytest.mark.long
def test_enter_ends_what_somebody_writes(browser: Any, library: Served) -> None:
    with page_of(browser, library) as seen:
        seen.run("() => cruxmap.start('treasurer')")
        seen.page.locator(".panel .judgement-text").first.fill("11%")
        write(library, TREASURER, ("40% to 65%", "3.21%"))
        settled(seen, "It waits until you are done")
        seen.page.keyboard.press("Enter")
        settled(seen)
        until(seen, lambda seen: "on disk now 3.21%" in seen.page.inner_text("#live"), True)
        assert numbers(seen) == {"funding-secured": "11%"}


def press(seen: Opened, words: str) -> None:
    """Press a button and leave what is being written as it is."""
    buttons = "[...document.querySelectorAll('button')]"
    seen.run(f"(words) => {buttons}.find((one) => one.innerText === words).click()", words)


def said_of_saving(seen: Opened) -> str:
    """Wait until the page says what became of saving, and return that."""
    script = "() => !['', 'Saving …'].includes(document.getElementById('save-words').innerText.trim())"
    seen.page.wait_for_function(script, timeout=WAIT)
    return seen.page.inner_text("#save-words")


@pytest.mark.long
def test_what_changed_on_disk_before_i_saved_is_shown_beside_mine(browser: Any, library: Served) -> None:
    with page_of(browser, library, may_be_gone=True) as seen:  # a refusal is told of on the console
        seen.run("() => { cruxmap.start('treasurer'); cruxmap.set('funding-secured', '11%'); }")
        seen.page.fill("#worldview-text", "I write")  # so that the page waits
        write(library, TREASURER, ("40% to 65%", "3.21%"), ("# One reviewer's", "# Their"))
        settled(seen, "It waits until you are done")
        press(seen, "Save into treasurer")
        said = said_of_saving(seen)
        assert "treasurer has changed on disk since this page was made" in said
        assert "funding-secured: 3.21%" in said
        assert "funding-secured: 11%" in said
        assert "funding-secured: 3.21%" in (library.project / TREASURER).read_text()
        press(seen, "Put my changes over it")
        settled(seen, "Saved: treasurer.")
        assert (library.project / TREASURER).read_text().startswith("# Their judgements.")
        assert "funding-secured: 11%" in (library.project / TREASURER).read_text()
        until(seen, numbers, {})


@pytest.mark.long
def test_an_objection_is_saved_with_its_remark(browser: Any, library: Served) -> None:
    with page_of(browser, library) as seen:
        seen.run("() => cruxmap.start('treasurer')")
        entry = {
            "text": "The river rises.",
            "against": "work-in-time",
            "strength": "2x",
            "credence": "60%",
        }
        name = seen.run("(entry) => cruxmap.bring('argument', entry)", entry)
        assert name.startswith("mine-")
        seen.run("() => cruxmap.remark('soil-sound', 'I have seen it: mud.')")
        before = chance("work-in-time")(seen)
        seen.page.click("text=Save into treasurer")
        settled(seen, "Saved: treasurer.")
        lost, new = differing(library, TREASURER)
        assert lost == []
        assert new[:2] == ["remarks:", "  soil-sound: 'I have seen it: mud.'"]
        assert new[2:4] == ["arguments:", f"  treasurer-{name.removeprefix('mine-')}:"]
        until(seen, numbers, {})
        until(seen, nothing_is_changed("treasurer"), True)
        assert chance("work-in-time")(seen) == before


@pytest.mark.long
def test_what_would_be_a_problem_in_the_files_is_not_saved(browser: Any, library: Served) -> None:
    with page_of(browser, library, may_be_gone=True) as seen:
        seen.run("() => { cruxmap.start('treasurer'); cruxmap.set('funding-secured', '11%'); }")
        write(library, LIBRARY / "claims.yaml", ("credence: very likely", "credence: very lovely"))
        settled(seen, "There are problems in the files")
        before = (library.project / TREASURER).read_bytes()
        seen.page.click("text=Save into treasurer")
        assert "The map would have problems with this, so nothing was written" in said_of_saving(seen)
        assert "Cannot read very lovely" in seen.page.inner_text("#save-words")
        assert (library.project / TREASURER).read_bytes() == before

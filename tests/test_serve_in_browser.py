"""A served page in a browser, while its files change: it follows, and what was changed in it is not lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from helpers.browser import Opened, chromium
from helpers.commands import EXAMPLES
from helpers.served import PATIENCE, Served, copied, served

LIBRARY = Path("arguments/library")
TREASURER = LIBRARY / "worldviews/treasurer.yaml"
WAIT = PATIENCE * 1000
GONE = "Failed to load resource"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    project = copied(EXAMPLES / "library", tmp_path_factory.mktemp("project"))
    with served(project, "library") as running:
        yield running


@pytest.fixture
def library(shared: Served) -> Served:
    """The server of this module, with its files as they were."""
    for file in (EXAMPLES / "library").rglob("*.yaml"):
        copy = shared.project / file.relative_to(EXAMPLES / "library")
        if copy.read_bytes() != file.read_bytes():
            copy.write_bytes(file.read_bytes())
    copied(EXAMPLES / "library", shared.project)
    shared.once(shared.told, lambda told: not told["problems"] and "treasurer" in told["versions"])
    shared.whole()
    return shared


@contextmanager
def page_of(browser: Any, running: Served, *, may_be_gone: bool = False) -> Iterator[Opened]:
    """Open an entry in a window of its own, and see that nothing goes wrong there but with the server."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    seen = Opened(context.new_page())
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
    seen.page.wait_for_function(script, arg=words, timeout=WAIT)
    seen.ready()
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
            if (
                "context" not in str(error)
                and "not ready" not in str(error)
                and "undefined" not in str(error)
            ):
                raise
        seen.page.wait_for_timeout(200)
    assert found(seen) == wanted


def chance(claim: str) -> Any:
    return lambda seen: round(seen.run("(claim) => cruxmap.probability(claim)", claim), 6)


def test_the_page_answers_before_all_is_found_and_then_has_it(browser: Any, tmp_path: Path) -> None:
    project = copied(EXAMPLES / "library", tmp_path)
    with served(project, "library") as running:
        first = running.told()
        assert first["found"] in ("none", "now")
        with page_of(browser, running) as seen:
            settled(seen)
            until(seen, lambda seen: seen.page.locator("#answer .chapter").count() > 0, True)
            assert seen.run("async () => (await cruxmap.estimate())['opens-on-time'].mean > 0")


def test_a_number_on_disk_is_taken_over_and_mine_is_kept(browser: Any, library: Served) -> None:
    with page_of(browser, library) as seen:
        seen.run("() => { cruxmap.start('treasurer'); cruxmap.set('soil-sound', '11%'); }")
        write(library, TREASURER, ("40% to 65%", "3.21%"))
        until(seen, numbers, {"soil-sound": "11%"})
        until(seen, lambda seen: "3.21%" in seen.run("() => document.body.innerText"), True)
        until(seen, numbers, {"soil-sound": "11%"})
        assert "treasurer" in seen.page.input_value("select[id*=start]")
        assert seen.page.locator(".live-conflicts").count() == 0


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


def test_nothing_is_taken_over_while_somebody_writes(browser: Any, library: Served) -> None:
    with page_of(browser, library) as seen:
        seen.page.fill("#worldview-text", "half a sent")
        write(library, TREASURER, ("40% to 65%", "3.21%"))
        said = settled(seen, "It waits until you are done")
        assert "Take it over" in said
        assert seen.page.input_value("#worldview-text") == "half a sent"
        seen.run("() => document.activeElement.blur()")
        until(seen, lambda seen: "3.21%" in seen.run("() => document.body.innerText"), True)


def test_the_reader_stays_where_they_are(browser: Any, library: Served) -> None:
    with page_of(browser, library) as seen:
        seen.run("() => { location.hash = '#entry-soil-sound'; }")
        seen.page.wait_for_selector(".panel [id='title-of-soil-sound']")
        seen.page.wait_for_timeout(500)
        seen.run("() => { document.activeElement.blur(); scrollBy(0, 137); }")
        top = "() => Math.round(document.getElementById('argument').getBoundingClientRect().top)"
        before = seen.run(top)
        write(library, TREASURER, ("40% to 65%", "3.21%"))
        until(seen, lambda seen: "3.21%" in seen.run("() => document.body.innerText"), True)
        seen.page.wait_for_selector(".panel [id='title-of-soil-sound']")
        until(seen, lambda seen: abs(seen.run(top) - before) < 4, True)


def test_an_open_page_finds_its_server_again(browser: Any, tmp_path: Path) -> None:
    project = copied(EXAMPLES / "library", tmp_path)
    with served(project, "library") as running:
        port = running.netloc.partition(":")[2]
        with page_of(browser, running, may_be_gone=True) as seen:
            seen.run("() => cruxmap.set('soil-sound', '11%')")
            assert running.end() == 0
            settled(seen, "The program that serves this page has ended")
            with served(project, "library", "--port", port) as again:
                again.page()
                settled(seen)
                until(seen, lambda seen: "11%" in numbers(seen).get("soil-sound", ""), True)

"""What a reviewer does with a page: opens it, reads, objects, and takes the answer away.

The tests walk this way, and the pictures of the documentation are taken on it.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.browser import Opened


@dataclass(frozen=True)
class Objection:
    """An argument against an entry, with a premise of the map and a new one, as a reviewer types them."""

    entry: str
    sentence: str
    strength: str
    premise: str
    new_premise: str
    how_likely: str
    credence: str


OBJECTION = Objection(
    entry="damaging-failures",
    sentence="Small failures come first, and they bring strict rules long before there is great damage.",
    strength="2x to 5x",
    premise="strong-incentives",
    new_premise="What fails early can be seen to fail.",
    how_likely="60% to 90%",
    credence="50% to 80%",
)
REMARK = "I take great damage to mean what the report means by it."


@dataclass(frozen=True)
class Reviewer:
    """Somebody before a page, who does what a person can do there."""

    seen: Opened

    @property
    def _page(self) -> Any:
        return self.seen.page

    def open_from_the_text(self, entry: str) -> str:
        """Open an entry by its line in the outline, and return what its panel says."""
        self._page.click(f".outline .line-row a[href='#entry-{entry}'] >> nth=0")
        self._page.wait_for_selector(f".panel [id='title-of-{entry}']")
        return str(self._page.inner_text(".panel"))

    def open_by_its_words(self, words: str, entry: str) -> None:
        """Open an entry by finding it."""
        self._page.keyboard.press("Escape")
        self._page.focus("body")
        self._page.keyboard.press("/")
        self._page.keyboard.type(words)
        self._page.keyboard.press("Enter")
        self._page.wait_for_selector(f".panel [id='title-of-{entry}']")

    def standing(self) -> str:
        """Return the number that stands beside the page at all times."""
        return str(self._page.inner_text(".standing output"))

    def _field(self, label: str) -> Any:
        labelled = self._page.locator(".objection").get_by_label(re.compile(f"^{label}"))
        return labelled.and_(self._page.locator("input, textarea"))

    def write(self, objection: Objection) -> None:
        """Fill in the form for an objection to the entry whose panel is open."""
        self._page.click(".panel button:has-text('Object')")
        self._page.get_by_label("An argument against it").check()
        self._field("The argument").fill(objection.sentence)
        self._field("How strong it is$").fill(objection.strength)
        self._field("Find one on the map").fill(objection.premise)
        self._page.keyboard.press("Enter")
        self._page.click(".objection button:has-text('Write a new one')")
        self._field("A new premise").fill(objection.new_premise)
        self._page.locator(".premise-new input").fill(objection.how_likely)
        self._field("How likely the reasoning holds, once its premises do$").fill(objection.credence)

    def add(self) -> str:
        """Add what is in the form, and return what stands in its place then."""
        self._page.click(".objection button[type=submit]")
        self._page.wait_for_selector(".objection-result:visible")
        return str(self._page.inner_text(".objection-result"))

    def remark(self, sentence: str) -> None:
        """Say something of the entry whose panel is open, without a number."""
        self._page.click(".panel button:has-text('Write a remark')")
        self._page.get_by_label(re.compile("^What you think of it")).fill(sentence)
        self._page.click("button:has-text('Keep it')")

    def judge(self, number: str) -> None:
        """Give the entry whose panel is open another number."""
        self._page.fill(".panel .judgement-text >> nth=0", number)
        self._page.press(".panel .judgement-text >> nth=0", "Enter")

    def changes(self) -> list[str]:
        """Return the list of changes, once nothing has changed for a while."""
        return [line.inner_text() for line in self.seen.changes(".change-what")]

    def name(self, name: str, sentence: str) -> None:
        """Say what the worldview is called, and what it thinks."""
        self._page.fill("#worldview-id", name)
        self._page.press("#worldview-id", "Tab")
        self._page.fill("#worldview-text", sentence)

    def take_away(self, folder: Path) -> Path:
        """Download the worldview, and return the file."""
        with self._page.expect_download() as waiting:
            self._page.click("button:has-text('Download as a worldview')")
        file = folder / str(waiting.value.suggested_filename)
        waiting.value.save_as(file)
        return file

    def picture(self, height: int, *parts: str) -> bytes:
        """Return a picture of the window with parts of the page at its top, once all has come to rest."""
        self._page.set_viewport_size({"width": 1280, "height": height})
        self._page.wait_for_timeout(3000)
        for part in parts:
            self._page.locator(part).first.evaluate("part => part.scrollIntoView({block: 'start'})")
        self._page.wait_for_timeout(500)
        return bytes(self._page.screenshot())

"""A browser in which the page is opened as a person would open it: from a file, without a network."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
WITHOUT = "there is no Chromium here to open the page in"
NO_NETWORK = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


type PageOf = Callable[..., Path]
"""Write the page of a model, a path, with further options of `report`, or with so many `draws`."""


@dataclass
class Opened:
    """A page in the browser, and all that went wrong in it: errors, dialogs, refusals, requests."""

    page: Any
    faults: list[str] = field(default_factory=list)

    def run(self, script: str, argument: Any = None) -> Any:
        """Evaluate a function in the page; a promise is waited for."""
        return self.page.evaluate(script, argument)

    def refuse(self, dialog: Any) -> None:
        """Close a dialog, which no page should have opened."""
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def ready(self) -> "Opened":
        """Wait until the page answers."""
        self.run("() => globalThis.cruxmap.ready")
        return self

    def next_frame(self) -> None:
        """Wait until what is done once a frame is done."""
        self.run("() => new Promise(requestAnimationFrame)")

    def changes(self, part: str) -> list[Any]:
        """Return parts of the lines in the list of changes, once it has all that was typed."""
        self.next_frame()
        self.page.wait_for_selector(".changes-list:not(.stale)", state="attached")
        return list(self.page.query_selector_all(f".changes-list {part}"))


@contextmanager
def chromium() -> Iterator[Any]:
    """Start the browser. Skips the test where there is none."""
    if CHROMIUM is None:
        pytest.skip(WITHOUT)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=[*NO_NETWORK])
        yield browser
        browser.close()


@contextmanager
def opened(
    browser: Any, file: Path, *, after: str = "", before: str = "", **options: Any
) -> Iterator[Opened]:
    """Open a file, with something `after` its address and a script `before` it, in a window of its own."""
    context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
    page = context.new_page()
    if before:
        page.add_init_script(before)
    seen = Opened(page)
    page.on("pageerror", lambda error: seen.faults.append(f"error: {error}"))
    page.on("console", lambda m: seen.faults.append(f"console: {m.text}") if m.type == "error" else None)
    page.on("dialog", seen.refuse)
    page.on("request", lambda r: None if _local(r.url) else seen.faults.append(f"request: {r.url}"))
    page.goto(file.resolve().as_uri() + after)
    yield seen
    context.close()


def _local(url: str) -> bool:
    return url.startswith(("file:", "blob:", "data:"))

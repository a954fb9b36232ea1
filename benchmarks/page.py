"""The page in a browser: how soon it shows, how soon it answers, and what a change takes."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.commands import REAL, SMALL
from benchmarks.measuring import Figure, Result
from helpers.browser import CHROMIUM, chromium, opened

CHANGES = 100
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True}
SLOWER = 4
"""How many times slower than this machine the phone is taken to be."""

WHEN_IT_ANSWERS = """
globalThis.answeredAt = new Promise((done) => {
  const look = setInterval(() => {
    if (!globalThis.cruxmap?.ready) return;
    clearInterval(look);
    globalThis.cruxmap.ready.then(() => done(performance.now()));
  }, 2);
});
"""
FIRST_CONTENT = """() => new Promise((done) => {
  const observer = new PerformanceObserver((list) => {
    for (const { name, startTime } of list.getEntries()) {
      if (name === "first-contentful-paint") done(startTime);
    }
  });
  observer.observe({ type: "paint", buffered: true });
})"""

TIMES_OF_CHANGES = """async ({address, texts}) => {
  const painted = () => new Promise((done) => requestAnimationFrame(() => {
    const began = performance.now();
    const {port1, port2} = new MessageChannel();
    port1.onmessage = () => done(performance.now() - began);
    port2.postMessage(0);
  }));
  const times = [];
  for (const text of texts) {
    await painted();
    const start = performance.now();
    globalThis.cruxmap.set(address, text);
    const scripted = performance.now() - start;
    times.push(scripted + await painted());
  }
  return times;
}"""
"""Milliseconds that each change takes: its script, and the frame that shows it."""

TIME_OF = """async ({address, text, ask, other}) => {
  globalThis.cruxmap.set(address, text);
  const start = performance.now();
  await globalThis.cruxmap[ask](other);
  return performance.now() - start;
}"""

BRING_SOME = """({targets, premises, count}) => {
  let brought = 0;
  targets.forEach((target, number) => {
    const premise = premises[premises.length - 1 - number % premises.length];
    if (brought === count || premise === target) return;
    const text = `Reason ${number + 1} against it.`;
    const weighed = { strength: "2x to 4x", credence: "60% to 90%" };
    try {
      globalThis.cruxmap.bring("argument", { text, against: target, premises: [premise], ...weighed });
      brought += 1;
    } catch {
      // it would run in a circle: the next target
    }
  });
  return brought;
}"""
"""Bring arguments with a premise each, no two with the same, as far as they are no circles."""


def page(*, quick: bool) -> Iterator[Result]:
    """Measure the page of a map in the browser of this machine, where there is one."""
    if CHROMIUM is None:
        return
    from cruxmap.insight.live_model import open_model
    from cruxmap.language.argument_map import Credence
    from cruxmap.language.reading import read_model

    model = read_model(SMALL if quick else REAL)
    slopes = open_model(model).slopes()
    claims = [claim.about.id for claim in model.map.claims]
    bare = [claim.about.id for claim in model.map.claims if isinstance(claim.basis, Credence)]
    moved = max(claims, key=lambda name: abs(slopes.get(name) or 0.0))
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        file = Path(folder) / "report.html"
        written(SMALL if quick else REAL, file)
        yield _figure("size of the file", file.stat().st_size / 1e6, "MB", None if quick else 1.2)
        yield from _measured(browser, file, moved, model.worldviews[0], quick=quick)
        yield from _with_brought(browser, file, moved, bare, quick=quick)


def written(model: Path | str, file: Path) -> None:
    """Write the page of a model to a file, as `cruxmap report` does."""
    subprocess.run(
        [sys.executable, "-m", "cruxmap.cli", "report", "--quiet", str(model), "--output", str(file)],
        check=True,
        capture_output=True,
    )


def _figure(what: str, value: float, unit: str, at_most: float | None) -> Figure:
    return Figure(f"page: {what}", value, unit, at_most=at_most, waited_for=True)


def _measured(browser: Any, file: Path, moved: str, other: str, *, quick: bool) -> Iterator[Result]:
    def most(milliseconds: float) -> float | None:
        return None if quick else milliseconds

    def look(**options: Any) -> tuple[float, float]:
        context = browser.new_context(**options)
        context.add_init_script(WHEN_IT_ANSWERS)
        window = context.new_page()
        window.goto(file.resolve().as_uri())
        answered = window.evaluate("() => globalThis.answeredAt")
        first = window.evaluate(FIRST_CONTENT)
        context.close()
        return first, answered

    looks = np.median([look() for _ in range(1 if quick else 5)], axis=0).tolist()
    yield _figure("first content", looks[0], "ms", most(500))
    yield _figure("answering", looks[1], "ms", most(1000))
    n = 5 if quick else CHANGES
    texts = [f"{5 + 90 * k / n:.3g}%" for k in range(n)]
    sure = [("100%", "37%", "0%", "41%")[k % 4] for k in range(n)]
    with opened(browser, file) as seen:
        seen.ready()
        for what, values, bound in (
            ("a drag", texts, 16.0),
            ("a certainty set or taken back", sure, 50.0),
        ):
            times = seen.run(TIMES_OF_CHANGES, {"address": moved, "texts": values})
            yield _figure(
                f"{what}, 95th percentile of {n}", float(np.percentile(times, 95)), "ms", most(bound)
            )
    with opened(browser, file, **PHONE) as seen:
        seen.ready()
        session = seen.page.context.new_cdp_session(seen.page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        times = seen.run(TIMES_OF_CHANGES, {"address": moved, "texts": texts})
        what = f"a drag on a phone {SLOWER} times slower, 95th percentile of {n}"
        yield _figure(what, float(np.percentile(times, 95)), "ms", most(100))
    with opened(browser, file) as seen:
        seen.ready()

        def time_of(ask: str, text: str) -> float:
            asked = {"address": moved, "text": text, "ask": ask, "other": other}
            return float(seen.run(TIME_OF, asked))

        yield _figure("mean and spread, the first time", time_of("estimate", "33%"), "ms", most(2500))
        yield _figure("mean and spread", time_of("estimate", "36%"), "ms", most(1500))
        yield _figure("ranking averaged over draws", time_of("cruxes", "34%"), "ms", most(5000))
        yield _figure("shares of a diff", time_of("diff", "35%"), "ms", most(5000))


def _with_brought(
    browser: Any, file: Path, moved: str, claims: list[str], *, quick: bool
) -> Iterator[Result]:
    """Measure the page with arguments that a reader brings, each with a premise of its own."""
    n = 5 if quick else 40
    texts = [f"{5 + 90 * k / n:.3g}%" for k in range(n)]
    for count, bound in ((1, 50.0), (5, 50.0), (8, 250.0)):
        with opened(browser, file) as seen:
            seen.ready()
            asked = {"targets": claims, "premises": claims, "count": count}
            if seen.run(BRING_SOME, asked) < count:
                continue  # a map too small for so many
            times = seen.run(TIMES_OF_CHANGES, {"address": moved, "texts": texts})
            what = f"a drag with {count} brought, 95th percentile of {n}"
            yield _figure(what, float(np.percentile(times, 95)), "ms", None if quick else bound)
            asked = {"address": moved, "text": "33%", "ask": "estimate"}
            yield _figure(f"mean with {count} brought", float(seen.run(TIME_OF, asked)), "ms", None)

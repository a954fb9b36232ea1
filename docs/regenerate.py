"""Writes what is made from the program: docs/cli.md, the pictures in docs/, and the files for editors.

`make docs` runs it; the tests compare docs/cli.md with what `cli_reference` returns.
"""

import inspect
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import EnumType
from itertools import chain
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from typer.models import ArgumentInfo

from cruxmap import cli
from cruxmap.insight.cruxes import cruxes
from cruxmap.insight.estimate import estimate
from cruxmap.insight.interview import rehearse
from cruxmap.language.for_editors.editor_files import editor_files, own_phrases
from cruxmap.language.reading import read_model
from cruxmap.present.canvas import encode
from cruxmap.present.crux_figures import crux_figures
from cruxmap.present.estimate_figures import estimate_figures
from cruxmap.present.rehearsal_figures import curve, curves
from helpers.mistakes import mistakes_page

DOCS = Path(__file__).parent
EXAMPLES = DOCS.parent / "src" / "cruxmap" / "examples"
COMMAND = [sys.executable, "-m", "cruxmap.cli"]

REHEARSED = 20
"""Questions in the rehearsals that are shown."""

INTRODUCTION = """\
Answers go to stdout, progress and problems to stderr; colours only to a terminal, unless `NO_COLOR` is set.
What takes longer than a second is named there, with what it took in the end; `--quiet` leaves that out.

An ADDRESS is that of a judgement. A CONDITION is written on one line. Both are as in
[the language](language.md). The examples ask about what `cruxmap new trial --like legal-case` writes, and
`cruxmap new retrial --like legal-case`; `inbox/` has worldviews' files that reviewers have sent.

## Exit codes

| code | |
|---|---|
| 0 | fine |
| 1 | the files have problems, what is assumed or observed is impossible, or an expectation does not hold |
| 2 | wrong usage, or nowhere to write to |
| 3 | sampled, but not converged |
| 70 | a fault in cruxmap: please report it, with what `CRUXMAP_TRACEBACK=1` shows |
| 130 | interrupted |"""


def cli_reference() -> str:
    """Return docs/cli.md: every command with its arguments and options, from the program itself."""
    return "\n".join(_lines()).rstrip() + "\n"


def _lines() -> Iterator[str]:
    yield "# The commands"
    yield ""
    yield "Made from the program by `make docs`."
    yield ""
    yield INTRODUCTION
    for command in cli.app.registered_commands:
        function = command.callback
        assert function is not None
        yield ""
        yield f"## cruxmap {command.name or function.__name__}"
        yield ""
        yield inspect.getdoc(function) or ""
        yield ""
        yield "| | |"
        yield "|---|---|"
        for parameter in inspect.signature(function).parameters.values():
            kind, info = get_args(parameter.annotation)
            yield f"| {_usage(parameter.name, kind, info)} | {_help(info, parameter.default)} |"
        yield ""
        yield "```sh"
        yield from re.findall("^ *(cruxmap .*)$", command.epilog or "", re.MULTILINE)
        yield "```"


def _usage(name: str, kind: Any, info: Any) -> str:
    """Write an argument, or an option with what it takes."""
    if isinstance(info, ArgumentInfo):
        return f"`{info.metavar or name.upper()}`"
    # typer keeps the first name in `default`, and an ellipsis where it makes the name itself
    own = f"--{name.replace('_', '-')}" if info.default is ... else info.default
    names = ", ".join(f"`{option}`" for option in (own, *(info.param_decls or ())))
    return names if kind is bool else f"{names} `{_value(name, kind, info)}`"


def _value(name: str, kind: Any, info: Any) -> str:
    choices = [
        k if isinstance(k, EnumType) else get_args(k) for k in (kind, *get_args(kind)) if _chooses(k)
    ]
    if choices:
        return "\\|".join(str(choice) for choice in choices[0])
    return info.metavar or name.upper()


def _chooses(kind: Any) -> bool:
    """Tell whether an option takes one of a few words."""
    return isinstance(kind, EnumType) or get_origin(kind) is Literal


def _help(info: Any, default: Any) -> str:
    shown = default not in (None, False, inspect.Parameter.empty)
    return f"{info.help} Default: `{default}`." if shown else info.help


def picture() -> bytes:
    """Return docs/estimate.png: what each worldview of the first map implies."""
    model = read_model(DOCS.parent / "models" / "deceptive-alignment.yaml")
    drawn = estimate_figures(model, estimate(replace(model, also=())))["estimate"]()
    return encode(drawn, "png")


def picture_of_cruxes() -> bytes:
    """Return docs/crux-plot.png: what the answer of an example turns on, in one worldview."""
    model = read_model(EXAMPLES / "legal-case" / "models" / "legal-case.yaml")
    return encode(crux_figures(cruxes(model, "defence"), model.map)["cruxes-defence-claims"](), "png")


def pictures_of_rehearsals() -> Iterator[tuple[str, bytes]]:
    """Yield the pictures of docs/interview.md: rehearsals with the worldviews of the first map."""
    model = read_model(DOCS.parent / "models" / "deceptive-alignment.yaml")
    names = [worldview.about.id for worldview in model.map.worldviews]
    found = {name: rehearse(model, name, questions=REHEARSED) for name in names}
    yield "interview-rehearsal", encode(curve(found["author"]), "png")
    yield "interview-curves", encode(curves(list(found.values())), "png")


def page_picture(browser: Any) -> bytes:
    """Return docs/page.png: an entry of the first map, open in its page."""
    from helpers.browser import opened

    after = "#entry-reflects-on-updates"
    with _page_of("deceptive-alignment") as file, opened(browser, file, after=after) as seen:
        seen.ready().page.wait_for_timeout(3000)
        return bytes(seen.page.screenshot())


def pictures_of_objecting(browser: Any) -> Iterator[tuple[str, bytes]]:
    """Yield the pictures of docs/objecting.md: an argument is written, counts, and is taken away."""
    from helpers.browser import opened
    from helpers.reviewers_way import OBJECTION, REMARK, Reviewer

    with _page_of("power-seeking") as file, opened(browser, file) as seen:
        reviewer = Reviewer(seen.ready())
        reviewer.open_from_the_text(OBJECTION.entry)
        reviewer.write(OBJECTION)
        yield "objecting-form", reviewer.picture(1400, ".objection", "#argument")
        reviewer.add()
        yield "objecting-counted", reviewer.picture(900, ".objection-result", "#argument")
        reviewer.open_from_the_text(OBJECTION.entry)
        reviewer.remark(REMARK)
        reviewer.name("anna", "The damage is averted, for the most part.")
        yield "objecting-sent", reviewer.picture(940, "#changes")


def pictures_of_collecting(browser: Any) -> Iterator[tuple[str, bytes]]:
    """Yield the pictures of docs/collecting.md: the page of the map, with the files that are shown there."""
    from helpers.browser import opened

    shown = (DOCS / "collecting.md").read_text(encoding="utf-8")
    sent = re.findall(r"^```yaml\n# inbox/([a-z-]+\.yaml)\n(.*?)^```", shown, re.MULTILINE | re.DOTALL)
    files = [{"name": name, "mimeType": "text/plain", "buffer": text.encode()} for name, text in sent]
    with tempfile.TemporaryDirectory() as folder:
        for words in ("new trial --like legal-case", "report trial --output page.html"):
            subprocess.run([*COMMAND, *words.split()], cwd=folder, check=True)
        tall = {"width": 1280, "height": 1600}
        with opened(browser, Path(folder) / "page.html", viewport=tall) as seen:
            page = seen.ready().page
            page.set_input_files("#reviewer-files", files)
            page.wait_for_selector(".visitor")
            page.locator("#parting").scroll_into_view_if_needed()
            page.wait_for_selector(".pairs-legend li", timeout=300_000)
            page.wait_for_timeout(5000)
            yield "collecting-files", bytes(page.locator("#worldviews").screenshot())
            yield "collecting-pairs", bytes(page.locator(".pairs").screenshot())


@contextmanager
def _page_of(name: str) -> Iterator[Path]:
    """Write the page of a model for a while."""
    model = DOCS.parent / "models" / f"{name}.yaml"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.html"
        subprocess.run([*COMMAND, "report", str(model), "--output", str(file)], check=True)
        yield file


def _write_pictures_of_pages() -> None:
    """Write the pictures that a browser draws, where there is one."""
    from helpers.browser import CHROMIUM, chromium

    if CHROMIUM is None:
        return
    with chromium() as browser:
        (DOCS / "page.png").write_bytes(page_picture(browser))
        for name, picture_of_page in chain(
            pictures_of_objecting(browser), pictures_of_collecting(browser)
        ):
            (DOCS / f"{name}.png").write_bytes(picture_of_page)


if __name__ == "__main__":
    (DOCS / "cli.md").write_text(cli_reference(), encoding="utf-8")
    for path, text in editor_files(own_phrases(DOCS.parent)).items():
        (DOCS.parent / path).write_text(text, encoding="utf-8")
    (DOCS / "mistakes.md").write_text(mistakes_page(), encoding="utf-8")
    (DOCS / "estimate.png").write_bytes(picture())
    (DOCS / "crux-plot.png").write_bytes(picture_of_cruxes())
    for name, picture_of_rehearsals in pictures_of_rehearsals():
        (DOCS / f"{name}.png").write_bytes(picture_of_rehearsals)
    _write_pictures_of_pages()
    sys.stdout.write("wrote docs/cli.md, docs/mistakes.md, the pictures in docs/, schemas/ and .vscode/\n")

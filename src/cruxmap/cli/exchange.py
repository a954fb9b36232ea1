"""Commands that bring maps from other programs, and take maps to them."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cruxmap.asking import ModelArgument, WorldviewOption, known_worldview, model_path, refuse
from cruxmap.cli.application import app, examples
from cruxmap.cli.output import emit
from cruxmap.errors import Code
from cruxmap.present import terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cruxmap.exchange.formats import Lost

READ = "aif, argdown, bif, csv, node-link, sacm, xdsl or xmlbif"
WRITTEN = "aif, argdown, bif, csv, dot, gsn, gsn-dot, gsn-png, mermaid, node-link, sacm, xdsl or xmlbif"
"""Formats, as help names them without loading any."""


@app.command(
    "import", epilog=examples("import inbox/rain.bif", "import inbox/rain.bif weather --format bif")
)
def import_(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The foreign file; `-` is standard input.")],
    name: Annotated[
        str | None, typer.Argument(help="The new map's id (default: made of the file's name).")
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help=f"{READ} (default: what the file's name and contents tell).",
        ),
    ] = None,
    into: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="Of a table: put its worldviews' numbers and new rows into the map of this model.",
        ),
    ] = None,
) -> None:
    """Make a map of another program's file: a Bayesian network, an argument map, a safety case, a table.

    Writes arguments/NAME/ and models/NAME.yaml, all or nothing, and over nothing that is there. What a
    map cannot say is listed on stderr. With --into, the numbers of a table go into the worldviews of a map
    that is there.
    """
    from cruxmap.exchange.importing import import_map
    from cruxmap.language.argument_map import condition_text

    if into is not None:
        if name is not None or form not in (None, "csv"):
            message = "--into is for a table and a map that is there, which needs no new name"
            refuse(Code.TWO_QUESTIONS, message, "leave NAME out, and --format")
        _put_into(file, into)
        return
    found = import_map(_content(file), form, name)
    _print_lost("What the map does not say", found.lost)
    for path in found.write():
        terminal.tell(f"wrote {path}")
    if not found.asks:
        target = condition_text(found.model.target.condition)
        where = f"change `target` in {found.model.file}"
        terminal.say(f"nothing in it says what to ask, so the target is {target}: {where}")
    terminal.tell(f"Look at it: cruxmap show {found.name}; ask: cruxmap estimate {found.name}")


def _content(file: str) -> str | bytes:
    """Return a path as it is, and what stands on standard input in place of `-`."""
    return sys.stdin.buffer.read() if file == "-" else file


def _put_into(file: str, model: str) -> None:
    """Put a table's numbers and new rows into the worldviews of a map, and say how many."""
    from cruxmap.exchange.tables.into_map import take_table
    from cruxmap.insight.plain import counted

    found = take_table(_content(file), model_path(model))
    _print_lost("What stays as it is", found.lost)
    if not found.files:
        terminal.tell("the table says what the map says already: nothing was written")
        return
    written = found.write()
    for path, (judged, brought) in zip(written, found.counts.values(), strict=True):
        new = f", {counted(brought, 'new row')}" if brought else ""
        terminal.tell(f"wrote {path}: {counted(judged, 'change')}{new}")


@app.command(epilog=examples("export trial --format mermaid", "export trial -w defence -o trial.dot"))
def export(
    model: ModelArgument,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help=f"{WRITTEN} (default: what the name of --output says).",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write (default: stdout).")
    ] = None,
    worldview: WorldviewOption = None,
) -> None:
    """Write a model's map for another program, with the map's own numbers or those of a worldview.

    What the other format cannot say is listed on stderr.
    """
    from cruxmap.exporting import export_map, format_for
    from cruxmap.language.reading import read_model

    chosen = form or format_for(output)
    read = read_model(model_path(model))
    seen = "map" if worldview is None else known_worldview(read.map, worldview)
    found = export_map(read, chosen, seen)
    _print_lost(f"What {chosen} does not say", found.lost)
    watched = output is None and chosen != "gsn-png" and sys.stdout.isatty()
    emit(found.text.replace("\r\n", "\n") if watched else found.data, output)


def _print_lost(title: str, lost: "Sequence[Lost]") -> None:
    """List on stderr what did not come along, and why."""
    from cruxmap.present.exchange_tables import lost_table

    if lost:
        terminal.warn_in_table(lost_table(title, lost))

"""Commands about the files of a project: new ones, what is wrong with them, which shape they have."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from cruxmap.asking import FormatOption, QuietOption, model_path, refuse, typed_here
from cruxmap.cli.application import app, examples
from cruxmap.errors import Code
from cruxmap.exit_codes import FINE, PROBLEMS
from cruxmap.ground import write_file
from cruxmap.insight.plain import counted
from cruxmap.present import terminal
from cruxmap.present.terminal import Format, print_answer, print_json, print_problems


@app.command(epilog=examples("new trial --like legal-case", "new --worldview ann trial"))
def new(
    name: Annotated[
        str,
        typer.Argument(
            help="The new map's id: lower-case words joined by hyphens. With --worldview, a model.",
        ),
    ],
    like: Annotated[
        str | None,
        typer.Option(
            metavar="EXAMPLE",
            help="Start from `library` (the default, the smallest), `legal-case`, `diagnosis`, "
            "`safety-case` or `engineering-decision`.",
        ),
    ] = None,
    worldview: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Write a worldview to fill in: all numbers of the model's map, the most important first.",
        ),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Write a small working map, model and worldviews to edit; or a worldview of a map that is there."""
    from cruxmap.language.template import FIRST_EXAMPLE, template
    from cruxmap.project import new as write

    if worldview is not None:
        if like is not None:
            message = "--like is for a new map, and --worldview for one that is there"
            refuse(Code.TWO_QUESTIONS, message, "leave one of them out")
        _new_worldview(model_path(name), worldview, form)
        return
    with typed_here():
        template(name, like or FIRST_EXAMPLE)
    files = [path.as_posix() for path in write(name, like=like or FIRST_EXAMPLE)]
    _tell_of_new(files, f"Edit arguments/{name}/, then: cruxmap run {name}", form)


def _new_worldview(model: Path, name: str, form: Format) -> None:
    """Write a worldview's file that is to be filled in beside the others of a model's map."""
    from cruxmap.language.reading import read_model
    from cruxmap.language.typed import parse_new_id
    from cruxmap.project import new_worldview

    with typed_here("--worldview"):
        parse_new_id(name)
    with terminal.watched(quiet=form is not Format.TABLE) as progress:
        progress("asking which numbers matter", 0, 1)
        path = new_worldview(model, name)
    listed = read_model(model).lists_worldviews
    first = f"Add {name} to `worldviews` in {model.as_posix()}, and edit" if listed else "Edit"
    then = f"cruxmap estimate {model.as_posix()} --worldview {name}"
    _tell_of_new([path.as_posix()], f"{first} it, then: {then}", form)


def _tell_of_new(files: Iterable[str], then: str, form: Format) -> None:
    from cruxmap.present.tables import Column, Table

    written = list(files)
    if form is Format.TABLE:
        for path in written:
            terminal.tell(f"wrote {path}")
        terminal.tell(then)
    else:
        table = Table.of("Files", [Column("file", "file", get=str)], written)
        print_answer({"files": written}, [table], form, table)


@app.command(epilog=examples("check --expect", "check arguments/trial --sources"))
def check(
    path: Annotated[
        Path,
        typer.Argument(help="A map's folder, a model file, or a project with models/ and arguments/."),
    ] = Path("."),
    sources: Annotated[
        bool,
        typer.Option(
            "--sources", help="Show what cites each place of each source, and which places nothing cites."
        ),
    ] = False,
    expect: Annotated[
        bool,
        typer.Option("--expect", help="Test what the models expect, and say what was found instead."),
    ] = False,
    deep: Annotated[
        bool,
        typer.Option(
            "--deep",
            help="Also infer: is what is given possible, what is stated within reach, and has each "
            "worldview an effect?",
        ),
    ] = False,
    stale: Annotated[
        bool,
        typer.Option("--stale", help="Show what was said of entries that were reworded or rebuilt since."),
    ] = False,
    explain: Annotated[
        str | None,
        typer.Option(
            metavar="CODE", help="Only say what the code of a problem means, and how to mend it."
        ),
    ] = None,
    form: FormatOption = Format.TABLE,
    quiet: QuietOption = False,
) -> None:
    """Find every problem of a map, a model, or a whole project."""
    from cruxmap.insight.checked import check as compute
    from cruxmap.present.problems import coverage_table, problems_table

    if explain is not None:
        _explain(explain, form)
        return
    if not os.path.exists(path):  # a `Path` would raise where a folder cannot be searched
        named = Path("models", f"{path.as_posix()}.yaml")
        meant = os.path.isfile(named)
        hint = f"did you mean {named.as_posix()}?" if meant else "name a folder, or a model file"
        refuse(Code.NO_SUCH_FILE, f"there is no {path.as_posix()}", hint)
    with terminal.watched(quiet=quiet) as progress, terminal.notes_shown():
        progress(f"reading {path.as_posix()}", 0, 1)
        found = compute(path, deep=deep, expect=expect, stale=stale, sources=sources, progress=progress)
    if deep and not (found.problems or found.models):
        terminal.say("--deep infers what models ask for, and there is no model")
    further = (sources or expect or stale) and not found.problems
    if form is Format.TABLE or (further and form is not Format.JSON):
        print_problems(found.problems, found.warnings)
    if not further:
        table = problems_table(found.problems, found.warnings)
        problems, warnings = len(found.problems), len(found.warnings)
        counts = f"{counted(problems, 'problem')}, {counted(warnings, 'warning')}"
        if form is Format.TABLE:
            terminal.tell(counts if problems or warnings else "no problems")
        else:
            print_answer(found.to_json(), [table], form, table)
        raise typer.Exit(PROBLEMS if problems else FINE)
    tables = []
    if found.sources is not None:
        tables.append(coverage_table(found.sources))
    if found.stale is not None:
        from cruxmap.present.stale_tables import stale_listing

        listing = stale_listing(found.stale)
        tables.append(listing.table if form is Format.CSV else listing.readable)
    if found.expectations is not None:
        from cruxmap.present.expectation_tables import expectations_table, failures_text

        if form is Format.TABLE:
            terminal.print_text(failures_text(found.expectations))
        else:
            tables.append(expectations_table(found.expectations))
    if tables:
        print_answer(found.to_json(), tables, form, tables[0])
    raise typer.Exit(FINE if found.holds else PROBLEMS)


def _explain(code: str, form: Format) -> None:
    from cruxmap.present.manual import section
    from cruxmap.present.tables import Column, Table

    with typed_here("--explain"):
        text = section(code)
    if form in (Format.TABLE, Format.MARKDOWN):
        terminal.print_text(text)
    else:
        columns = (Column("code", "code"), Column("explanation", "explanation"))
        whole = Table("Codes", columns, ((code, text),))
        print_answer({"code": code, "explanation": text}, [], form, whole)


@app.command(epilog=examples("schema worldview", "schema --output schemas"))
def schema(
    kind: Annotated[
        str | None, typer.Argument(help="map, worldview, model or sources (default: all of them).")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write each schema into a file in this folder."),
    ] = None,
) -> None:
    """Print or write the JSON Schema of each kind of file, for editors, with the phrases of the maps here."""
    from cruxmap.language.for_editors.editor_files import own_phrases, schema_name, schema_text
    from cruxmap.language.for_editors.json_schema import json_schema
    from cruxmap.language.schema import FILES

    if kind is not None and kind not in FILES:
        refuse(Code.UNKNOWN_KIND, f"there is no kind of file `{kind}`", f"known: {', '.join(FILES)}")
    kinds = [name for name in FILES if kind in (None, name)]
    phrases = own_phrases(Path())
    if output is not None:
        for name in kinds:
            path = output / schema_name(name)
            write_file(path, schema_text(name, phrases), hint="name a folder that you can write to")
            terminal.tell(f"wrote {path.as_posix()}")
        return
    schemas = {name: json_schema(name, phrases) for name in kinds}
    print_json(schemas if kind is None else schemas[kinds[0]])

"""Commands about the files of a project: new ones, what is wrong with them, which shape they have."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cruxmap.asking import FormatOption, QuietOption, model_path, refuse, typed_here
from cruxmap.cli.application import app, examples
from cruxmap.errors import Code, Problem, by_place
from cruxmap.exit_codes import FINE, PROBLEMS
from cruxmap.ground import CannotWrite, write_file
from cruxmap.insight.plain import counted
from cruxmap.present import terminal
from cruxmap.present.progress import Display
from cruxmap.present.terminal import Format, print_answer, print_json, print_problems

if TYPE_CHECKING:
    from cruxmap.insight.expectations import Expected
    from cruxmap.language.model_spec import ModelSpec
    from cruxmap.present.listings import Listing


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
    from cruxmap.language.editor_files import editor_files, own_phrases
    from cruxmap.language.template import FIRST_EXAMPLE, first_files, template

    if worldview is not None:
        if like is not None:
            message = "--like is for a new map, and --worldview for one that is there"
            refuse(Code.TWO_QUESTIONS, message, "leave one of them out")
        _new_worldview(model_path(name), worldview, form)
        return
    with typed_here():
        files = template(name, like or FIRST_EXAMPLE)
    existing = [path for path in files if os.path.lexists(path)]
    if existing:
        refuse(Code.ALREADY_THERE, f"{existing[0]} is already there", "choose another name")
    files |= {
        path: text for path, text in editor_files(own_phrases(Path())).items() if not os.path.lexists(path)
    }
    files |= first_files(name, os.listdir())
    for path, text in files.items():
        write_file(Path(path), text, hint="go to a folder that you can write to")
    _tell_of_new(files, f"Edit arguments/{name}/, then: cruxmap run {name}", form)


def _new_worldview(model: Path, name: str, form: Format) -> None:
    """Write a worldview's file that is to be filled in beside the others of a model's map."""
    from cruxmap.ground import OtherVersion, replace_version
    from cruxmap.insight.importance import by_importance
    from cruxmap.language.editor_files import first_line
    from cruxmap.language.files import WORLDVIEWS
    from cruxmap.language.reading import read_with_visitors
    from cruxmap.language.typed import parse_new_id
    from cruxmap.present.worldview_template import worldview_template

    with typed_here("--worldview"):
        parse_new_id(name)
    with terminal.watched(quiet=form is not Format.TABLE) as progress:
        progress(f"reading {model.as_posix()}", 0, 1)
        visited = read_with_visitors(model, ())
        path = visited.folder / WORLDVIEWS / f"{name}.yaml"
        is_there = partial(refuse, Code.ALREADY_THERE, f"{path.as_posix()} is already there")
        if os.path.lexists(path):
            is_there("choose another name")
        progress("asking which numbers matter", 0, 1)
        text = first_line(path) + worldview_template(visited.model, name, by_importance(visited.model))
        try:
            path.parent.mkdir(exist_ok=True)
            replace_version(path, text.encode("utf-8"), None)
        except OtherVersion:
            is_there("choose another name")
        except OSError as error:
            raise CannotWrite(path.as_posix(), error, "nothing was written") from error
    listed = visited.model.lists_worldviews
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
    from cruxmap.language import reading
    from cruxmap.language.sources import check_sources
    from cruxmap.present.problems import coverage_table, problems_json, problems_table

    if explain is not None:
        _explain(explain, form)
        return
    if not os.path.exists(path):  # a `Path` would raise where a folder cannot be searched
        named = Path("models", f"{path.as_posix()}.yaml")
        meant = os.path.isfile(named)
        hint = f"did you mean {named.as_posix()}?" if meant else "name a folder, or a model file"
        refuse(Code.NO_SUCH_FILE, f"there is no {path.as_posix()}", hint)
    with terminal.watched(quiet=quiet) as progress:
        progress(f"reading {path.as_posix()}", 0, 1)
        found = reading.examine(path)
        problems, warnings = found.problems, found.warnings
        models = [model.spec for model in found.models]
        if deep and not problems:
            problems, inferred = _inferred(models, progress)
            warnings = by_place((*warnings, *inferred))
        tested = _tested(models, progress) if expect and not problems else None
    answer = problems_json(problems, warnings)
    further = (sources or expect or stale) and not problems
    if form is Format.TABLE or (further and form is not Format.JSON):
        print_problems(problems, warnings)
    if not further:
        table = problems_table(problems, warnings)
        counts = f"{counted(len(problems), 'problem')}, {counted(len(warnings), 'warning')}"
        if form is Format.TABLE:
            terminal.tell(counts if problems or warnings else "no problems")
        else:
            print_answer(answer, [table], form, table)
        raise typer.Exit(PROBLEMS if problems else FINE)
    tables = []
    if sources:
        cited = [source for one in reading.maps_at(path) for source in check_sources(one)]
        answer["sources"] = list(map(asdict, cited))
        tables.append(coverage_table(cited))
    if stale:
        listing = _older_than_their_entries(path, answer)
        tables.append(listing.table if form is Format.CSV else listing.readable)
    if tested is not None:
        from cruxmap.present.expectation_tables import expectations_table, failures_text

        answer["expectations"] = [one.to_json() for one in tested]
        if form is Format.TABLE:
            terminal.print_text(failures_text(tested))
        else:
            tables.append(expectations_table(tested))
    if tables:
        print_answer(answer, tables, form, tables[0])
    raise typer.Exit(FINE if tested is None or all(one.holds for one in tested) else PROBLEMS)


def _older_than_their_entries(path: Path, answer: dict[str, Any]) -> "Listing":
    """List what is stale in the maps at a path, and put the same into an answer."""
    from cruxmap.language.reading import maps_at
    from cruxmap.language.stale import stale
    from cruxmap.present.stale_tables import stale_listing

    found = [(one.id, stale(one)) for one in maps_at(path)]
    answer["stale"] = [{"map": id_} | row.to_json() for id_, one in found for row in one.judgements]
    answer["history"] = [{"map": id_, "unknown": one.unknown} for id_, one in found if one.unknown]
    return stale_listing(found)


def _inferred(models: "Sequence[ModelSpec]", progress: Display) -> tuple[tuple[Problem, ...], ...]:
    """Return the problems and the warnings that inference finds in models."""
    from cruxmap.engine.executors import HERE, Work
    from cruxmap.insight.deep_checks import deep_checks

    progress("preparing", 0, 1)
    if not models:
        terminal.say("--deep infers what models ask for, and there is no model")
    with terminal.notes_shown():
        return deep_checks(models, Work(HERE, progress))


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


def _tested(models: "Sequence[ModelSpec]", progress: Display) -> "list[Expected]":
    """Test what models expect, each after the other."""
    from cruxmap.insight.expectations import expectations

    progress("preparing", 0, 1)
    with terminal.notes_shown():
        answers = [expectations(model, progress=progress) for model in models]
    return [one for answer in answers for one in answer.expectations]


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
    from cruxmap.language.editor_files import own_phrases, schema_name, schema_text
    from cruxmap.language.json_schema import json_schema
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

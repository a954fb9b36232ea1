"""Commands that write everything at once: the main job, and pages; and what comes back from their readers."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cruxmap.asking import (
    Asked,
    ExecutorOption,
    FormatOption,
    ModelArgument,
    QuietOption,
    TakesManyFiles,
    VisitorsArgument,
    VisitorsOption,
    ask_with,
    asking,
    chosen_executor,
    model_path,
    model_paths,
    refuse,
)
from cruxmap.cli.application import app, examples
from cruxmap.cli.output import emit, say_what_is_boxed
from cruxmap.errors import Code
from cruxmap.exit_codes import exit_code
from cruxmap.ground import CannotWrite, refuse_what_cannot_be_written
from cruxmap.present import terminal
from cruxmap.present.progress import Display
from cruxmap.present.terminal import Format, print_answer, print_problems

if TYPE_CHECKING:
    from cruxmap.present.report.page_file import Shown


@app.command(epilog=examples("run trial", "run trial --output answers"))
@asking
def run(
    asked: Asked,
    executor: ExecutorOption = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Folder for all files (default: figures/<model>/)."),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Do the main job: check, estimate, find the cruxes, compare the worldviews, and draw what matters first.

    Says in sentences what came out, prints the estimates, and writes every answer to figures/<model>/, with a
    README.md there that shows the first pictures in order. The highest and the lowest of those who say
    something about the target are compared in full.
    """
    from cruxmap import job
    from cruxmap.language import reading
    from cruxmap.present import canvas
    from cruxmap.present.estimate_tables import estimate_table, estimate_tables
    from cruxmap.present.main_points_text import chapter_tables

    _, warnings = reading.check(asked.path)
    print_problems((), warnings)
    with chosen_executor(executor) as chosen, canvas.without_help():
        done = job.run(asked.model, output or asked.figures, progress=asked.progress, executor=chosen)
    tables = (*chapter_tables(done.points), *estimate_tables(done.estimate))
    print_answer(done.to_json(), tables, form, estimate_table(done.estimate))
    folder = done.folder.as_posix()
    terminal.say(f"wrote {len(done.files)} files to {folder}/: open {folder}/{job.INDEX} first")
    say_what_is_boxed(done.boxed)
    raise typer.Exit(exit_code(done.estimate.undefined, done.estimate.converged))


@app.command(
    cls=TakesManyFiles,
    epilog=examples("report trial --with inbox/ann.yaml", "report trial --blind --output blind.html"),
)
def report(
    model: Annotated[
        str | None,
        typer.Argument(
            metavar="MODEL",
            help="A model file, or the name of one in models/ (default: all, and a page that links theirs).",
        ),
    ] = None,
    blind: Annotated[
        bool,
        typer.Option(
            "--blind",
            help="Show nobody's numbers before the reader has given theirs. They are in the file.",
        ),
    ] = False,
    anonymous: Annotated[
        bool,
        typer.Option("--anonymous", help="Show reviewers by letter, without what tells who they are."),
    ] = False,
    visitors: VisitorsOption = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="The file to write (default: figures/<model>/report.html; for all, figures/index.html).",
        ),
    ] = None,
    quiet: QuietOption = False,
) -> None:
    """Write one self-contained web page that answers: read the argument, move numbers, see what follows.

    The page computes in the reader's browser and fetches nothing. A map too wide for exact sums has a page
    that shows what was found, and says why its numbers cannot be moved. Without MODEL, pages that are there
    and still right are kept. --with writes nothing into the project; MODEL comes before it.
    """
    from cruxmap import job
    from cruxmap.present.report.page_file import FILE, Shown

    how = Shown(blind=blind, anonymous=anonymous)
    if output is not None:
        _refuse_as_a_page(output)
    if model is None:
        if visitors:
            hint = "name the model before it, as in: cruxmap report MODEL --with FILES..."
            refuse(Code.UNCLEAR_MODEL, "--with goes with one model, and there is none before it", hint)
        with terminal.watched(quiet=quiet) as progress, terminal.notes_shown():
            _write_reports(how, output, progress)
        return
    with ask_with(model, visitors or [], quiet=quiet) as asked:
        page = job.report(asked.model, how, progress=asked.progress)
        emit(page.text, output or asked.figures / FILE)
    raise typer.Exit(exit_code(page.undefined, page.converged))


def _write_reports(how: "Shown", output: Path | None, progress: Display) -> None:
    """Write the pages of all models that are not there or no longer right, and one that links them."""
    from cruxmap import job
    from cruxmap.language.reading import models_at
    from cruxmap.present.report.page_file import FILE
    from cruxmap.present.report.reports_index import Linked, reports_index

    folder, linked = Path("figures"), []
    index = output or folder / "index.html"
    models = models_at()
    if not models:
        refuse(Code.NO_SUCH_FILE, "there are no models here", "go to a project's folder, or name a model")
    for model in models:
        path = folder / model.id / FILE
        if not job.is_right(path, model, how):
            emit(job.report(model, how, progress=progress).text, path)
        linked.append(Linked(model, Path(os.path.relpath(path, index.parent)).as_posix()))
    emit(reports_index(linked), index)


def _refuse_as_a_page(output: Path) -> None:
    """Raise `CannotWrite`, before long work, where a page cannot be written or would replace a map's file."""
    refuse_what_cannot_be_written(output.parent)
    if output.suffix in {".yaml", ".yml"}:
        raise CannotWrite(output.as_posix(), OSError("a page is no YAML"), "choose another --output")
    if output.is_dir():
        raise CannotWrite(output.as_posix(), OSError("it is a folder"), "name a file in it")


@app.command(epilog=examples("serve trial", "serve trial --blind --port 8080"))
def serve(
    model: ModelArgument,
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            min=0,
            max=65535,
            help="The port on this machine (default: 8471, or else any free one).",
        ),
    ] = None,
    blind: Annotated[
        bool, typer.Option("--blind", help="Show nobody's numbers before the reader has given theirs.")
    ] = False,
    quiet: QuietOption = False,
) -> None:
    """Serve the page that `report` writes, live: it follows the files, and saves worldviews into them.

    Prints its address, which only this machine can open. What changes on disk is in the page within seconds,
    and what was changed in the page stays; what takes longer to find follows. Ctrl+C ends it.
    """
    from cruxmap.present.report.page_file import Shown
    from cruxmap.serve.running import follow_page as run

    with terminal.watched(quiet=quiet) as progress, terminal.notes_shown():
        run(model_path(model), Shown(blind=blind), port, progress)


@app.command(epilog=examples("merge trial inbox/ann.yaml", "merge trial inbox/ann.yaml inbox/bo.yaml"))
def merge(
    model: ModelArgument,
    files: VisitorsArgument,
    form: FormatOption = Format.TABLE,
    quiet: QuietOption = False,
) -> None:
    """Put reviewers' files into the project, in the folder `worldviews` of the model's map.

    All are checked first, together with the map. If one has a problem, or the id of another worldview, none
    is written. Nothing is overwritten. The files keep their bytes and are called after their worldviews.
    """
    from cruxmap.merging import merge as put
    from cruxmap.present.merge_tables import merge_table, next_steps

    with terminal.watched(quiet=quiet) as progress:
        [path] = model_paths([model])
        progress(f"reading {path.as_posix()}", 0, 1)
        merged = put(path, files)
    table = merge_table(merged)
    print_answer(merged.to_json(), [table], form, table)
    if form is Format.TABLE:
        terminal.print_text(next_steps(merged, model))

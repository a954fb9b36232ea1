"""Commands that take care of a project's files: layout, names, what an edit does, help for editors."""

import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from cruxmap.asking import (
    FiguresOption,
    FormatOption,
    ModelArgument,
    OutputOption,
    QuietOption,
    ask,
    model_path,
    typed_here,
)
from cruxmap.cli.application import app, examples
from cruxmap.cli.output import answer_with, draw
from cruxmap.errors import InvalidMap, WrongUsage
from cruxmap.exit_codes import FINE, PROBLEMS
from cruxmap.ground import of_extra
from cruxmap.insight.plain import counted
from cruxmap.present import terminal
from cruxmap.present.terminal import Format, print_problems

SHOWN = 5
"""How many places are named at most."""


@app.command(epilog=examples("fmt", "fmt arguments/trial --check"))
def fmt(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATH]...", help="Files or folders (default: the project's maps and models)."
        ),
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Write nothing: name the files that would change, and exit with 1."),
    ] = False,
) -> None:
    """Lay files out in one way: indentation, order of keys, folded sentences, quotes. Comments are kept."""
    from cruxmap.language.for_editors.mentions import shown_here
    from cruxmap.project import fmt as lay_out

    with typed_here():
        found = lay_out(paths or (), check=check)
    print_problems(found.problems, ())
    for file in found.changed:
        terminal.tell(f"{'would change' if check else 'changed'} {shown_here(file)}")
    for file in found.left:
        terminal.tell(f"left {shown_here(file)}")
    terminal.tell(f"{counted(len(found.unchanged), 'file')} laid out already")
    raise typer.Exit(PROBLEMS if found.problems or (check and found.changed) else FINE)


@app.command(
    epilog=examples(
        "rename attacker culprit --map trial", "rename defence counsel --map trial --kind voice"
    )
)
def rename(
    old: Annotated[
        str, typer.Argument(help="What it is called now: an id, or a part as `question.state`.")
    ],
    new: Annotated[str, typer.Argument(help="What it shall be called.")],
    map_: Annotated[
        str | None,
        typer.Option(
            "--map", metavar="MAP", help="Which map's, where several have one: its name or folder."
        ),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            help="entry, state, row (or route), timeline, phase, source, voice or worldview, where several "
            "have the name."
        ),
    ] = None,
) -> None:
    """Call something otherwise, in all files of the project that mean it, or in none of them."""
    from cruxmap.language.for_editors.mentions import shown_here
    from cruxmap.project import rename as call

    try:
        found = call(old, new, kind=kind, map=map_, write=False)
    except InvalidMap as invalid:
        if all(problem.span.is_typed for problem in invalid.problems):
            raise WrongUsage(invalid.problems) from invalid
        terminal.warn("nothing was renamed")
        raise
    found.write()
    for path, data in found.contents.items():
        terminal.tell(f"{'removed' if data is None else 'wrote'} {shown_here(path)}")
    terminal.tell(f"{found.old} is {found.new} in {counted(len(found.places), 'place')}")
    if found.left:
        shown = ", ".join(map(str, found.left[:SHOWN])) + (", ..." if len(found.left) > SHOWN else "")
        terminal.tell(f"sentences and comments still say {found.old}: {shown}")


@app.command(epilog=examples("lsp", "lsp --help"))
def lsp() -> None:
    """Help an editor with a project's files: problems as you type, definitions, names, numbers.

    An editor starts this and talks to it over stdin and stdout; docs/editing.md says how to set it up.
    """
    of_extra("lsp", "pygls", "the language server")
    from cruxmap.editing.server.running import serve_over_streams

    serve_over_streams()


@app.command(epilog=examples("history trial --limit 10", "history trial --format csv"))
def history(
    model: ModelArgument,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Show the last N commits (default: all).")
    ] = None,
    figures: FiguresOption = None,
    output: OutputOption = None,
    form: FormatOption = Format.TABLE,
    quiet: QuietOption = False,
) -> None:
    """Show how each worldview's estimate came to be, commit by commit, at central judgements."""
    from cruxmap.insight.history import history as compute
    from cruxmap.present.history_figures import history_figures
    from cruxmap.present.history_tables import HISTORY_LISTINGS

    with ask(model, quiet=quiet) as asked:
        work = partial(compute, asked.path, limit=limit)
        answer = answer_with(asked, work, HISTORY_LISTINGS, None, form)
        draw(asked, history_figures(answer), form, figures, output)


@app.command(epilog=examples("watch trial", "watch models/trial.yaml"))
def watch(model: ModelArgument) -> None:
    """Say on each save what it does to the estimates, and to what the target turns on. Ctrl+C ends it."""
    from cruxmap.editing.watch import Edited, Estimated, Ranked, follow
    from cruxmap.present.edit_text import estimates_lines, ranking_lines

    path = model_path(model)
    terminal.say(f"watching {path.as_posix()} and its map; Ctrl+C ends this")
    with suppress(KeyboardInterrupt):  # that is how it ends
        for news in follow(path):
            match news:
                case Edited(files=files, problems=problems):
                    if files:
                        terminal.tell(f"edited {', '.join(files)}")
                    print_problems(problems, ())
                case Estimated(means=means, before=before, now=now):
                    for line in estimates_lines(before, now, news.changed, means=means):
                        terminal.tell(line)
                case Ranked(before=before, now=now):
                    for line in ranking_lines(before, now):
                        terminal.tell(line)
            sys.stdout.flush()  # whoever reads it from a pipe waits for it
            if terminal.is_unread():
                break
    terminal.say("ended")

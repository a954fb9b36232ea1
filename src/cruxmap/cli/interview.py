"""The command that asks reviewers, on the screen, on paper, or in a rehearsal."""

import math
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from cruxmap.asking import Asked, ModelArgument, QuietOption, ask_with, known_worldview, model_path, refuse
from cruxmap.cli.application import app, examples
from cruxmap.cli.output import answer_with, draw
from cruxmap.errors import Code
from cruxmap.insight.plain import counted
from cruxmap.present import terminal
from cruxmap.present.terminal import Format


@app.command(epilog=examples("interview trial --as ann", "interview trial --form --questions 12"))
def interview(
    model: ModelArgument,
    name: Annotated[
        str | None,
        typer.Option("--as", metavar="NAME", help="The id of the reviewer's worldview, new or begun."),
    ] = None,
    about: Annotated[
        str | None,
        typer.Option(metavar="ENTRY", help="Ask only about this entry and what it rests on."),
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(min=0, help="Ask nothing more after so many minutes.")
    ] = None,
    questions: Annotated[
        int | None,
        typer.Option(min=1, help="Ask so many questions at most (of a form: 15; in a rehearsal: 30)."),
    ] = None,
    show_numbers: Annotated[
        bool,
        typer.Option(
            "--show-numbers", help="Show the map's number before the answer; one answers near it."
        ),
    ] = False,
    only_asked: Annotated[
        bool,
        typer.Option(
            "--only-asked", help="Write only what was answered, not the numbers that follow from it."
        ),
    ] = False,
    form: Annotated[
        bool,
        typer.Option(
            "--form", help="Write the questions as a table for spreadsheets and as a page to fill in."
        ),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The .csv or .html file that --form writes (default: both, in figures/<model>/); the folder "
            "for the picture of --rehearse.",
        ),
    ] = None,
    read: Annotated[
        Path | None,
        typer.Option("--read", metavar="FILE", help="Take the answers from such a table, filled in."),
    ] = None,
    rehearsed: Annotated[
        str | None,
        typer.Option(
            "--rehearse",
            metavar="WORLDVIEW",
            help="Let this worldview answer, and say how near that comes.",
        ),
    ] = None,
    answers: Annotated[
        Literal["exact", "rounded"] | None,
        typer.Option(help="How it answers: with all digits (the default), or rounded as people do."),
    ] = None,
    order: Annotated[
        Literal["best", "tornado", "file", "random", "fixed"] | None,
        typer.Option(
            help="In which order it is asked: what is best after each answer (the default), or another to "
            "compare that with."
        ),
    ] = None,
    kinds: Annotated[
        Literal["all", "judgements"] | None,
        typer.Option(help="What it is asked: everything (the default), or only numbers of the map."),
    ] = None,
    format_: Annotated[
        Format | None, typer.Option("--format", help="How to print a rehearsal (default: table).")
    ] = None,
    quiet: QuietOption = False,
) -> None:
    """Ask a reviewer what matters most for the target, one question at a time, and write their worldview.

    After every answer worldviews/NAME.yaml of the map is whole. The same command later goes on from there.
    Numbers that were not asked for move to what the answers imply, and are marked as fitted. It ends when
    what is left would hardly matter, and says how sure it is. Answers may come from a pipe, a line each.

    With --form the questions are written down instead, in an order that is the same for everybody. With
    --rehearse a worldview answers that is there already: how many questions does this map need?
    """
    of_a_rehearsal = {"--answers": answers, "--order": order, "--kinds": kinds, "--format": format_}
    if rehearsed is not None:
        others = {"--as": name, "--minutes": minutes, "--form": form, "--read": read}
        others |= {"--show-numbers": show_numbers, "--only-asked": only_asked}
        _refuse_beside(others, f"a rehearsal has no {{}}: {rehearsed} answers, and nothing is written")
        with ask_with(model, [], quiet=quiet) as asked:
            whose = known_worldview(asked.model.map, rehearsed)
            wishes_of_it = {"answers": answers, "order": order, "kinds": kinds, "questions": questions}
            wished = {key: wish for key, wish in wishes_of_it.items() if wish is not None}
            _rehearse(asked, whose, {**wished, "about": about}, format_ or Format.TABLE, output)
        return
    _refuse_beside(of_a_rehearsal, "{} goes with --rehearse")
    if form and read is not None:
        refuse(Code.TWO_QUESTIONS, "--form and --read exclude each other", "leave one of them out")
    if output is not None and not form:
        refuse(Code.TWO_QUESTIONS, "--output goes with --form or --rehearse", "leave it out, or add one")
    if about is not None and read is not None:
        refuse(Code.TWO_QUESTIONS, "--about goes with questions, not with --read", "leave it out")
    if minutes is not None and (form or read is not None):
        refuse(Code.TWO_QUESTIONS, "--minutes goes with a dialogue", "leave it out, or say --questions")
    if minutes is not None and math.isnan(minutes):
        raise typer.BadParameter("nan is no number of minutes", param_hint="--minutes")
    if form:
        _refuse_beside({"--as": name, "--only-asked": only_asked}, "{} goes with answers, not with --form")
    elif name is None:
        raise typer.BadParameter("say whose answers these are, as in --as ann", param_hint="--as")
    if form:
        with ask_with(model, [], quiet=quiet) as asked:
            _write_form(asked, questions, about, show_numbers, output)
        return
    from cruxmap.interviewing.dialogue import Wishes, hold
    from cruxmap.interviewing.on_paper import take_in

    wishes = Wishes(about, minutes, questions, show_numbers, only_asked)
    assert name is not None
    with terminal.watched(quiet=quiet) as progress, terminal.notes_shown():
        if read is not None:
            take_in(model_path(model), read, name, wishes, progress)
        else:
            hold(model_path(model), name, wishes, progress)


def _write_form(
    asked: Asked, most: int | None, about: str | None, show_numbers: bool, output: Path | None
) -> None:
    """Write a questionnaire to one file, or in all its forms to the model's folder."""
    from cruxmap.interviewing import on_paper

    paths = [asked.figures / file for file in on_paper.FILES] if output is None else [output]
    on_paper.refuse_as_form(paths)
    form = on_paper.questionnaire(
        asked.model,
        most or on_paper.QUESTIONS,
        about=about,
        show_numbers=show_numbers,
        progress=asked.progress,
    )
    on_paper.write_form(form, paths)
    terminal.say(
        f"wrote {' and '.join(path.as_posix() for path in paths)}: {counted(len(form.asked), 'question')}"
    )


def _refuse_beside(options: dict[str, Any], message: str) -> None:
    """Refuse what was said of some options; the message has a place for the first of them."""
    if said := [option for option, value in options.items() if value not in (None, False)]:
        refuse(Code.TWO_QUESTIONS, message.format(said[0]), "leave one of them out")


def _rehearse(
    asked: Asked, worldview: str, wished: dict[str, Any], form: Format, output: Path | None
) -> None:
    """Let a worldview answer; print what comes of it and draw it."""
    from cruxmap.insight.interview import rehearse
    from cruxmap.present.rehearsal_figures import rehearsal_figures
    from cruxmap.present.rehearsal_tables import REHEARSAL_LISTINGS

    work = partial(rehearse, asked.model, worldview, **wished)
    found = answer_with(asked, work, REHEARSAL_LISTINGS, None, form)
    draw(asked, rehearsal_figures(found), form, None, output)

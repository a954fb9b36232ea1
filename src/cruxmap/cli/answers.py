"""Commands that answer a question about a model, in tables and pictures."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cruxmap.asking import (
    AllOption,
    Asked,
    AskedOfSeveral,
    FiguresOption,
    FormatOption,
    ListOption,
    OutputOption,
    Pictures,
    TagOption,
    WorldviewOption,
    asking,
    asking_of_several,
    known_worldview,
    only_tagged,
    refuse,
    threshold,
    typed_here,
    weights_of,
)
from cruxmap.cli.application import app, examples
from cruxmap.cli.output import (
    answer_with,
    as_seen_by,
    draw,
    draw_from,
    emit,
    pictures_for,
    print_tagged,
    say_what_is_boxed,
)
from cruxmap.errors import Code
from cruxmap.exit_codes import exit_code
from cruxmap.ground import write_file
from cruxmap.present import terminal
from cruxmap.present.stages import Drawing, Stage, drawing_for, picture_of, stage_text
from cruxmap.present.terminal import Format, print_answer

if TYPE_CHECKING:
    from cruxmap.present.canvas import Drawings
    from cruxmap.present.map_picture import Picture


MAX_FACTOR = 1_000
"""By which a pool may be extremised."""


@app.command(
    epilog=examples("show trial --output trial.png", "show trial --around attacker --format mermaid")
)
@asking
def show(
    asked: Asked,
    stage: Annotated[
        Stage | None, typer.Option("--stage", help="Print an intermediate form instead.")
    ] = None,
    form: Annotated[
        Drawing | None,
        typer.Option("--format", help="What to draw (default: what the name of --output says, or svg)."),
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The file to write.")] = None,
    worldview: WorldviewOption = None,
    around: Annotated[
        list[str] | None,
        typer.Option("--around", metavar="ID", help="Only what is near this entry. Repeatable."),
    ] = None,
    steps: Annotated[
        int, typer.Option("--steps", min=0, help="How many links from --around to include.")
    ] = 1,
    overview: Annotated[
        bool,
        typer.Option("--overview", help="Show what carries weight for the target, its arguments counted."),
    ] = False,
    every: Annotated[bool, typer.Option("--all", help="Show every entry in the overview.")] = False,
    tag: TagOption = None,
    pages: Annotated[
        bool,
        typer.Option(
            "--pages",
            help="Write the whole map, an overview and a page per file to a folder (see --output).",
        ),
    ] = False,
) -> None:
    """Draw the map, or print one of the forms it goes through.

    Texts go to stdout, and so do pictures, unless stdout is a terminal: then a picture without --output is
    written to figures/<model>/, and so are --pages.
    """
    model, tagged = as_seen_by(asked.model, worldview), only_tagged(asked.model.map, tag)
    if stage is not None:
        if tag:
            refuse(Code.TWO_QUESTIONS, "--tag is for pictures, and --stage prints a form", "leave one out")
        emit(stage_text(stage, model), output)
        return
    from cruxmap.present import dot_and_mermaid, map_picture

    wanted = form or (Drawing.SVG if pages else drawing_for(output))
    shown = picture_of(model, worldview or "map", asked.progress)
    if tag:
        shown = map_picture.with_only(shown, tagged.ids, tagged.which)
    if pages:
        _write_pages(asked, shown, output)
        return
    if around:
        from cruxmap.language.names import find_entry

        with typed_here():
            ids = [find_entry(model.map, name).about.id for name in around]
        shown = map_picture.around(shown, ids, steps)
    if overview:
        shown = map_picture.overview(shown, None if every else map_picture.MOST_IN_AN_OVERVIEW)
    drawn = dot_and_mermaid.draw(shown, [wanted])[wanted]
    say_what_is_boxed(dot_and_mermaid.boxed(shown, [wanted]))
    if len(shown.cards) > map_picture.MANY_CARDS and isinstance(drawn, bytes) and not overview:
        terminal.say(
            f"{len(shown.cards)} entries in one picture: --around ID draws what is near one, --overview "
            "what carries weight for the target, and --pages writes pages that can be printed"
        )
    if output is None and isinstance(drawn, bytes) and sys.stdout.isatty():
        output = asked.figures / f"map.{wanted}"
    emit(drawn, output)


def _write_pages(asked: Asked, shown: "Picture", output: Path | None) -> None:
    """Write the pictures of a map to a folder, as svg and png."""
    from cruxmap.present import dot_and_mermaid, map_picture

    folder, pages = output or asked.figures, map_picture.pages(shown)
    for name, image in dot_and_mermaid.images(pages, asked.progress).items():
        write_file(folder / name, image)
    terminal.say(f"wrote {folder.as_posix()}/: {', '.join(pages)} (svg and png)")
    say_what_is_boxed(dot_and_mermaid.boxed(shown, ["png"]))


@app.command(epilog=examples("estimate trial", "estimate trial -w defence --set shared-bench=1%"))
@asking
def estimate(asked: Asked, worldview: WorldviewOption = None, form: FormatOption = Format.TABLE) -> None:
    """Estimate the model's targets in each worldview, or in one."""
    from cruxmap.insight.estimate import estimate as compute
    from cruxmap.present.estimate_tables import estimate_table, estimate_tables

    answer = compute(as_seen_by(asked.model, worldview), progress=asked.progress)
    print_answer(answer.to_json(), estimate_tables(answer), form, estimate_table(answer))
    raise typer.Exit(exit_code(answer.undefined, answer.converged))


@app.command(epilog=examples("explain trial saw-face", "explain trial match-reported.mix-up"))
@asking
def explain(
    asked: Asked,
    address: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="A claim, question, event, argument or judgement.")
    ],
    tag: TagOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show everything about one entry.

    Its text and sources, its numbers in each worldview and whose they are, the arguments for and against it.
    With --tag, those of these that have the tag.
    """
    from cruxmap.insight.explain import explain as compute
    from cruxmap.language.names import find_entry
    from cruxmap.present.explanation import WIDTH, explanation_tables, explanation_text

    tagged = only_tagged(asked.model.map, tag)
    with typed_here():
        find_entry(asked.model.map, address)
    answer = compute(asked.model, address).only(tagged.has)
    if form is Format.TABLE:
        terminal.print_text(explanation_text(answer, terminal.at_most(WIDTH), tagged.said))
    else:
        tables = explanation_tables(answer)
        print_tagged(answer.to_json(), tables, form, tables[0], tagged)


@app.command(epilog=examples("cruxes trial", "cruxes trial -w defence --list judgements"))
@asking
def cruxes(
    asked: Asked,
    worldview: WorldviewOption = None,
    everyone: AllOption = False,
    tag: TagOption = None,
    figures: FiguresOption = None,
    output: OutputOption = None,
    listing: ListOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Rank what the target turns on: what one can look into or argue about, each beside those before it.

    In one worldview, with what settling the numbers would do; or in each and in all together. What follows
    from others has a list of its own. The first two figures go to figures/<model>/.
    """
    model = asked.model
    if worldview is not None:
        known_worldview(model.map, worldview)
    tagged = only_tagged(model.map, tag)
    from cruxmap.insight.cruxes import cruxes as compute
    from cruxmap.present.crux_figures import crux_figures
    from cruxmap.present.crux_tables import ALL_CRUX_LISTINGS, CRUX_LISTINGS

    lists = ALL_CRUX_LISTINGS if worldview is None else CRUX_LISTINGS
    answer = answer_with(
        asked, partial(compute, model, worldview, everyone=everyone), lists, listing, form, tagged
    )
    draw(asked, crux_figures(answer, model.map), form, figures, output)
    raise typer.Exit(exit_code(answer.undefined))


@app.command(epilog=examples("diff trial prosecution defence", "diff trial --git HEAD"))
@asking
def diff(
    asked: Asked,
    a: Annotated[str | None, typer.Argument(metavar="A", help="A worldview.")] = None,
    b: Annotated[str | None, typer.Argument(metavar="B", help="Another one.")] = None,
    git: Annotated[
        str | None,
        typer.Option(
            "--git",
            metavar="REV",
            help="Compare the files with those of this git revision; `A..B` compares two of them.",
        ),
    ] = None,
    figures: FiguresOption = None,
    output: OutputOption = None,
    listing: ListOption = None,
    everyone: AllOption = False,
    tag: TagOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show where two worldviews disagree, and how much each difference matters.

    With one worldview: what sets it apart from the others. With none: all pairs of those who say more than
    a little about the target. The first two figures go to figures/<model>/.
    """
    model = asked.model
    names = [known_worldview(model.map, name) for name in (a, b) if name is not None]
    if git is not None and (names or asked.changed):
        refuse(Code.TWO_QUESTIONS, "--git compares files, all worldviews of them", "leave the rest out")
    from cruxmap.insight.diff import diff as compare
    from cruxmap.insight.pairs import against_rest, pairs
    from cruxmap.insight.revisions import diff_revisions
    from cruxmap.language.past.git_files import revisions_of
    from cruxmap.present import diff_figures, diff_tables

    drawings: Drawings
    answered = partial(answer_with, asked, name=listing, form=form, tagged=only_tagged(model.map, tag))
    if tag and not names and git is None:
        message = "--tag keeps entries, and all pairs are compared by their estimates"
        refuse(Code.UNCLEAR_COMPARISON, message, "name one worldview or two, or a revision with --git")
    match names:
        case [one, other]:
            answer = answered(partial(compare, model, one, other), diff_tables.DIFF_LISTINGS)
            drawings = diff_figures.diff_figures(answer)
        case [one]:
            answer = answered(partial(against_rest, model, one), diff_tables.REST_LISTINGS)
            drawings = diff_figures.rest_figures(answer)
        case _ if git is not None:
            with typed_here():
                revisions_of(asked.path, git)
            answered(partial(diff_revisions, asked.path, git), diff_tables.REVISION_LISTINGS)
            return
        case _:
            answer = answered(partial(pairs, model, everyone=everyone), diff_tables.PAIR_LISTINGS)
            drawings = diff_figures.pair_figures(answer)
            two = diff_tables.between_two(answer)
            if two is not None and pictures_for(form, figures, output) is not Pictures.NONE:
                drawings = diff_figures.diff_figures(compare(model, *two, progress=asked.progress))
    draw(asked, drawings, form, figures, output)
    raise typer.Exit(exit_code(answer.undefined))


@app.command(
    epilog=examples(
        "takes trial -w defence --above 50%", "takes trial -w prosecution --agree-with defence"
    )
)
@asking
def takes(
    asked: Asked,
    above: Annotated[str | None, typer.Option(metavar="CREDENCE", help="Raise the mean to this.")] = None,
    below: Annotated[str | None, typer.Option(metavar="CREDENCE", help="Lower the mean to this.")] = None,
    agree_with: Annotated[
        str | None, typer.Option(metavar="ID", help="Move the mean to that of this worldview.")
    ] = None,
    worldview: WorldviewOption = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="ADDRESS",
            help="Change only this judgement, or all of this entry. Repeatable.",
        ),
    ] = None,
    far: Annotated[
        bool,
        typer.Option("--far", help="Let a number move by more than three of its standard deviations."),
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Find the least changes of judgements that move an estimate (its mean) past a threshold.

    Give one of --above, --below and --agree-with. Changes are measured in standard deviations of the numbers'
    own intervals. Several ways are shown, which have no entry in common.
    """
    if sum(goal is not None for goal in (above, below, agree_with)) != 1:
        refuse(Code.UNCLEAR_GOAL, "what should it take?", "give one of --above, --below and --agree-with")
    argument_map = asked.model.map
    whose = known_worldview(argument_map, worldview or "map")
    from cruxmap.insight.what_it_takes import takes as compute
    from cruxmap.language.names import checked_address
    from cruxmap.present.takes_tables import TAKES_LISTINGS

    with typed_here():
        addresses = [checked_address(argument_map, address) for address in only or ()]
    work = partial(
        compute,
        asked.model,
        whose,
        above=threshold(above),
        below=threshold(below),
        agree_with=None if agree_with is None else known_worldview(argument_map, agree_with),
        only=addresses,
        far=far,
    )
    answer = answer_with(asked, work, TAKES_LISTINGS, None, form)
    raise typer.Exit(exit_code(answer.estimate is None))


@app.command(epilog=examples("coherence trial", "coherence trial --list changes"))
@asking
def coherence(asked: Asked, listing: ListOption = None, form: FormatOption = Format.TABLE) -> None:
    """Compare what reviewers state all things considered with what their own numbers imply.

    Shows the least change of judgements that would reconcile the two, and where conditioning takes them.
    """
    from cruxmap.insight.coherence import coherence as compute
    from cruxmap.present.coherence_tables import COHERENCE_LISTINGS

    answer_with(asked, partial(compute, asked.model), COHERENCE_LISTINGS, listing, form)


@app.command(epilog=examples("pool trial", "pool trial --factor 2"))
@asking
def pool(
    asked: Asked,
    prior: Annotated[
        str | None,
        typer.Option(
            metavar="CREDENCE", help="Prior for the extremised pool (default: the map's own estimate)."
        ),
    ] = None,
    factor: Annotated[
        float | None,
        typer.Option(help="How strongly to extremise (default: from the number of reviewers)."),
    ] = None,
    weights: Annotated[
        str | None,
        typer.Option(
            metavar="ID=WEIGHT,...",
            help="Pool these reviewers, and let them count so (default: alike, who says more than a little).",
        ),
    ] = None,
    everyone: AllOption = False,
    figures: FiguresOption = None,
    output: OutputOption = None,
    listing: ListOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Combine the worldviews into one answer: by pooling their answers, and by pooling their judgements.

    Tells where the uncertainty lies: in the world, in imprecise judgements, or in disagreement. So it says
    whether to look for evidence, to think harder or to talk. Figures go to figures/<model>/.
    """
    from cruxmap.insight.pool import pool as compute
    from cruxmap.present.pool_figures import pool_figures
    from cruxmap.present.pool_tables import POOL_LISTINGS

    if factor is not None and not 0 <= factor <= MAX_FACTOR:
        refuse(Code.UNCLEAR_FACTOR, f"{factor} is no factor", f"a number from 0 to {MAX_FACTOR:,}")
    if weights is not None and everyone:
        hint = "leave one out: who is named in --weights counts, whatever they say"
        refuse(Code.UNCLEAR_WEIGHTS, "--weights and --all both say who is pooled", hint)
    work = partial(
        compute,
        asked.model,
        prior=threshold(prior),
        factor=factor,
        weights=weights_of(asked.model.map, weights),
        everyone=everyone,
    )
    answer = answer_with(asked, work, POOL_LISTINGS, listing, form)
    draw(asked, pool_figures(answer, asked.model.map), form, figures, output)
    raise typer.Exit(
        exit_code(answer.undefined, answer.convergence is None or answer.convergence.converged)
    )


@app.command(epilog=examples("compare trial retrial", "compare trial retrial --output beside"))
@asking_of_several
def compare(
    asked: AskedOfSeveral,
    everyone: AllOption = False,
    figures: FiguresOption = None,
    output: OutputOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Put each voice's numbers under several models side by side.

    Tells how much of the answer is the skeleton's, and how much is due to whose numbers they are. A voice is
    known again by the `voice` of its worldview, or else by the worldview's id. The figure goes to
    figures/<model>/ of the first.
    """
    from cruxmap.insight.compare import compare as compute
    from cruxmap.present.canvas import made_from
    from cruxmap.present.compare_figures import compare_figures
    from cruxmap.present.compare_tables import compare_table, compare_tables

    answer = compute(asked.models, everyone=everyone, progress=asked.progress)
    print_answer(answer.to_json(), compare_tables(answer), form, compare_table(answer))
    origin = ". ".join(map(made_from, asked.models))
    draw_from(origin, asked, compare_figures(answer), form, figures, output)
    raise typer.Exit(exit_code(answer.undefined, answer.converged))

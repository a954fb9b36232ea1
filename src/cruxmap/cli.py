"""The command line: thin commands that call the library, print its answers, and choose an exit code.

Results go to stdout; progress and problems to stderr. Exit codes: 0 fine, 1 the files have problems (or
what is assumed is impossible, or what is expected does not hold), 2 wrong usage or nowhere to write to, 3
sampled but not converged, 70 a fault in cruxmap itself, 130 interrupted. Anything heavy is imported by the
command that needs it.
"""

import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cruxmap.asking import (
    AllOption,
    Asked,
    AskedOfSeveral,
    ExecutorOption,
    FiguresOption,
    FormatOption,
    ListOption,
    ModelArgument,
    OutputOption,
    Pictures,
    QuietOption,
    TakesManyFiles,
    VisitorsArgument,
    VisitorsOption,
    WorldviewOption,
    ask_with,
    asking,
    asking_of_several,
    chosen_executor,
    known_worldview,
    model_path,
    model_paths,
    refuse,
    threshold,
    typed_here,
    weights_of,
)
from cruxmap.errors import Code, InvalidMap, Problem, WrongUsage
from cruxmap.exit_codes import FAULT, FINE, INTERRUPTED, PROBLEMS, WRONG_USAGE, exit_code
from cruxmap.ground import CannotWrite, refuse_what_cannot_be_written, write_file
from cruxmap.present import terminal
from cruxmap.present.progress import Display
from cruxmap.present.stages import Drawing, Stage, drawing_for, picture_of, stage_text
from cruxmap.present.terminal import Format, print_answer, print_json, print_problems

if TYPE_CHECKING:
    from cruxmap.insight.expectations import Expected
    from cruxmap.language.model_spec import ModelSpec
    from cruxmap.present.canvas import Drawings
    from cruxmap.present.listings import Listings
    from cruxmap.present.map_picture import Picture
    from cruxmap.present.report.page_file import Shown

MAX_FACTOR = 1_000
"""By which a pool may be extremised."""


def _examples(*commands: str) -> str:
    """Return the end of a `--help`: what to try, on the map that `new --help` copies out."""
    return "\n".join(("\b", "Examples:", *(f"  cruxmap {command}" for command in commands)))


app = typer.Typer(
    name="cruxmap",
    help="Bayesian argument maps: what follows from claims, what it turns on, where people disagree.",
    epilog=_examples("new trial --like legal-case", "run trial"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


# --- commands ----------------------------------------------------------------------------------


@app.callback(invoke_without_command=True)
def _top(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        from cruxmap import __version__

        terminal.tell(f"cruxmap {__version__}")
        raise typer.Exit(FINE)


@app.command(epilog=_examples("new trial --like legal-case", "new --worldview ann trial"))
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
            help="Start from `library` (the default, the smallest), `legal-case` or `diagnosis`.",
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
    for path, text in files.items():
        write_file(Path(path), text, hint="go to a folder that you can write to")
    _tell_of_new(files, f"Edit them, then: cruxmap run models/{name}.yaml", form)


def _new_worldview(model: Path, name: str, form: Format) -> None:
    """Write a worldview's file that is to be filled in beside the others of a model's map."""
    from cruxmap.ground import OtherVersion, replace_version
    from cruxmap.insight.importance import by_importance
    from cruxmap.language.reading import read_with_visitors
    from cruxmap.language.typed import parse_new_id
    from cruxmap.language.visitors import WORLDVIEWS
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
        text = worldview_template(visited.model, name, by_importance(visited.model))
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


@app.command(epilog=_examples("check --expect", "check arguments/trial --sources"))
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
    form: FormatOption = Format.TABLE,
    quiet: QuietOption = False,
) -> None:
    """Find every problem of a map, a model, or a whole project."""
    from cruxmap.language import reading
    from cruxmap.language.sources import check_sources
    from cruxmap.present.problems import coverage_table, problems_json, problems_table

    if not os.path.exists(path):  # a `Path` would raise where a folder cannot be searched
        named = Path("models", f"{path.as_posix()}.yaml")
        meant = os.path.isfile(named)
        hint = f"did you mean {named.as_posix()}?" if meant else "name a folder, or a model file"
        refuse(Code.NO_SUCH_FILE, f"there is no {path.as_posix()}", hint)
    with terminal.watched(quiet=quiet) as progress:
        progress(f"reading {path.as_posix()}", 0, 1)
        problems, warnings = reading.check(path)
        tested = _tested(path, progress) if expect and not problems else None
    answer = problems_json(problems, warnings)
    further = (sources or expect) and not problems
    if form is Format.TABLE or (further and form is not Format.JSON):
        print_problems(problems, warnings)
    if not further:
        table = problems_table(problems, warnings)
        counts = f"{_count(len(problems), 'problem')}, {_count(len(warnings), 'warning')}"
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


@app.command(
    epilog=_examples("show trial --output trial.png", "show trial --around attacker --format mermaid")
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
    model = _as_seen_by(asked.model, worldview)
    if stage is not None:
        _emit(stage_text(stage, model), output)
        return
    from cruxmap.present import dot_and_mermaid, map_picture

    wanted = form or drawing_for(output)
    shown = picture_of(model, worldview or "map", asked.progress)
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
    _say_what_is_boxed(dot_and_mermaid.boxed(shown, [wanted]))
    if len(shown.cards) > map_picture.MANY_CARDS and isinstance(drawn, bytes) and not overview:
        terminal.say(
            f"{len(shown.cards)} entries in one picture: --around ID draws what is near one, --overview "
            "what carries weight for the target, and --pages writes pages that can be printed"
        )
    if output is None and isinstance(drawn, bytes) and sys.stdout.isatty():
        output = asked.figures / f"map.{wanted}"
    _emit(drawn, output)


@app.command(epilog=_examples("estimate trial", "estimate trial -w defence --set shared-bench=1%"))
@asking
def estimate(asked: Asked, worldview: WorldviewOption = None, form: FormatOption = Format.TABLE) -> None:
    """Estimate the model's targets in each worldview, or in one."""
    from cruxmap.insight.estimate import estimate as compute
    from cruxmap.present.estimate_tables import estimate_table, estimate_tables

    answer = compute(_as_seen_by(asked.model, worldview), progress=asked.progress)
    print_answer(answer.to_json(), estimate_tables(answer), form, estimate_table(answer))
    raise typer.Exit(exit_code(answer.undefined, answer.converged))


@app.command(epilog=_examples("explain trial saw-face", "explain trial match-reported.mix-up"))
@asking
def explain(
    asked: Asked,
    address: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="A claim, question, event, argument or judgement.")
    ],
    form: FormatOption = Format.TABLE,
) -> None:
    """Show everything about one entry.

    Its text and sources, its numbers in each worldview and whose they are, the arguments for and against it.
    """
    from cruxmap.insight.explain import explain as compute
    from cruxmap.present.explanation import WIDTH, explanation_tables, explanation_text

    with typed_here():
        answer = compute(asked.model, address)
    if form is Format.TABLE:
        terminal.print_text(explanation_text(answer, terminal.at_most(WIDTH)))
    else:
        tables = explanation_tables(answer)
        print_answer(answer.to_json(), tables, form, tables[0])


@app.command(epilog=_examples("cruxes trial", "cruxes trial -w defence --list judgements"))
@asking
def cruxes(
    asked: Asked,
    worldview: WorldviewOption = None,
    everyone: AllOption = False,
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
    from cruxmap.insight.cruxes import cruxes as compute
    from cruxmap.present.crux_figures import crux_figures
    from cruxmap.present.crux_tables import ALL_CRUX_LISTINGS, CRUX_LISTINGS

    lists = ALL_CRUX_LISTINGS if worldview is None else CRUX_LISTINGS
    answer = _answer(asked, partial(compute, model, worldview, everyone=everyone), lists, listing, form)
    _draw(asked, crux_figures(answer, model.map), form, figures, output)
    raise typer.Exit(exit_code(answer.undefined))


@app.command(epilog=_examples("diff trial prosecution defence", "diff trial --git HEAD"))
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
    from cruxmap.insight.revisions import diff_revisions, revisions_of
    from cruxmap.present import diff_figures, diff_tables

    drawings: Drawings
    answered = partial(_answer, asked, name=listing, form=form)
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
            if two is not None and _pictures(form, figures, output) is not Pictures.NONE:
                drawings = diff_figures.diff_figures(compare(model, *two, progress=asked.progress))
    _draw(asked, drawings, form, figures, output)
    raise typer.Exit(exit_code(answer.undefined))


@app.command(
    epilog=_examples(
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
    answer = _answer(asked, work, TAKES_LISTINGS, None, form)
    raise typer.Exit(exit_code(answer.estimate is None))


@app.command(epilog=_examples("coherence trial", "coherence trial --list changes"))
@asking
def coherence(asked: Asked, listing: ListOption = None, form: FormatOption = Format.TABLE) -> None:
    """Compare what reviewers state all things considered with what their own numbers imply.

    Shows the least change of judgements that would reconcile the two, and where conditioning takes them.
    """
    from cruxmap.insight.coherence import coherence as compute
    from cruxmap.present.coherence_tables import COHERENCE_LISTINGS

    _answer(asked, partial(compute, asked.model), COHERENCE_LISTINGS, listing, form)


@app.command(epilog=_examples("pool trial", "pool trial --factor 2"))
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
    answer = _answer(asked, work, POOL_LISTINGS, listing, form)
    _draw(asked, pool_figures(answer, asked.model.map), form, figures, output)
    raise typer.Exit(
        exit_code(answer.undefined, answer.convergence is None or answer.convergence.converged)
    )


@app.command(epilog=_examples("compare trial retrial", "compare trial retrial --output beside"))
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
    _draw_from(origin, asked, compare_figures(answer), form, figures, output)
    raise typer.Exit(exit_code(answer.undefined, answer.converged))


@app.command(epilog=_examples("schema", "schema worldview"))
def schema(
    kind: Annotated[
        str | None, typer.Argument(help="map, worldview, model or sources (default: all of them).")
    ] = None,
) -> None:
    """Print the JSON Schema of each kind of file, for editors."""
    from cruxmap.language.schema import FILES, json_schema

    schemas: dict[str, Any] = {name: json_schema(name) for name in FILES}
    if kind is not None and kind not in schemas:
        refuse(Code.UNKNOWN_KIND, f"there is no kind of file `{kind}`", f"known: {', '.join(schemas)}")
    print_json(schemas if kind is None else schemas[kind])


@app.command(
    cls=TakesManyFiles,
    epilog=_examples("report trial --with inbox/ann.yaml", "report trial --blind --output blind.html"),
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
        _emit(page.text, output or asked.figures / FILE)
    raise typer.Exit(exit_code(page.undefined, page.converged))


@app.command(epilog=_examples("merge trial inbox/ann.yaml", "merge trial inbox/ann.yaml inbox/bo.yaml"))
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


@app.command(epilog=_examples("run trial", "run trial --output answers"))
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
    _say_what_is_boxed(done.boxed)
    raise typer.Exit(exit_code(done.estimate.undefined, done.estimate.converged))


@app.command(epilog=_examples("serve trial", "serve trial --blind --port 8080"))
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
    from cruxmap.serve.running import serve as run

    with terminal.watched(quiet=quiet) as progress, terminal.notes_shown():
        run(model_path(model), Shown(blind=blind), port, progress)


@app.command(epilog=_examples("interview trial --as ann", "interview trial --form --questions 12"))
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
    if not form and name is None:
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


# --- what commands share ---------------------------------------------------------------------------


def _write_pages(asked: Asked, shown: "Picture", output: Path | None) -> None:
    """Write the pictures of a map to a folder, as svg and png."""
    from cruxmap.present import dot_and_mermaid, map_picture

    folder, pages = output or asked.figures, map_picture.pages(shown)
    for name, image in dot_and_mermaid.images(pages, asked.progress).items():
        write_file(folder / name, image)
    terminal.say(f"wrote {folder.as_posix()}/: {', '.join(pages)} (svg and png)")
    _say_what_is_boxed(dot_and_mermaid.boxed(shown, ["png"]))


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
            _emit(job.report(model, how, progress=progress).text, path)
        linked.append(Linked(model, Path(os.path.relpath(path, index.parent)).as_posix()))
    _emit(reports_index(linked), index)


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
        f"wrote {' and '.join(path.as_posix() for path in paths)}: {_count(len(form.asked), 'question')}"
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
    found = _answer(asked, work, REHEARSAL_LISTINGS, None, form)
    _draw(asked, rehearsal_figures(found), form, None, output)


def _as_seen_by(model: "ModelSpec", worldview: str | None) -> "ModelSpec":
    """Return the model with this worldview alone, if one is named."""
    return (
        model if worldview is None else replace(model, worldviews=(known_worldview(model.map, worldview),))
    )


def _answer(
    asked: Asked, work: Callable[..., Any], makers: "Listings", name: str | None, form: Format
) -> Any:
    """Compute an answer and print its listings: what people are shown of each, or the one named in full."""
    from cruxmap.present.listings import for_people

    if name is not None and name not in makers:
        refuse(Code.UNKNOWN_LIST, f"this answer has no list `{name}`", f"known: {', '.join(makers)}")
    answer = work(progress=asked.progress)
    listings = {known: make(answer, asked.model.map) for known, make in makers.items()}
    whole = listings[name or next(iter(listings))]
    shown = for_people(listings) if name is None else [whole.readable]
    print_answer(answer.to_json(), shown, form, whole.table)
    return answer


def _tested(path: Path, progress: Display) -> "list[Expected]":
    """Test what the models at a path expect, each of its models after the other."""
    from cruxmap.insight.expectations import expectations
    from cruxmap.language.reading import models_at

    progress("preparing", 0, 1)
    with terminal.notes_shown():
        answers = [expectations(model, progress=progress) for model in models_at(path)]
    return [one for answer in answers for one in answer.expectations]


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _draw(
    asked: Asked, drawings: "Drawings", form: Format, pictures: Pictures | None, to: Path | None
) -> None:
    """Write the figures of an answer about one model, as `_draw_from` does."""
    from cruxmap.present import canvas

    _draw_from(canvas.made_from(asked.model), asked, drawings, form, pictures, to)


def _draw_from(
    origin: str,
    asked: Asked | AskedOfSeveral,
    drawings: "Drawings",
    form: Format,
    pictures: Pictures | None,
    to: Path | None,
) -> None:
    """Write figures as svg and png, and say so: the first ones, unless more or none are asked for.

    Answers for programs come without, as long as nobody says how many or where to.
    """
    from cruxmap.present import canvas

    names = list(drawings)[: _pictures(form, pictures, to).most]
    if not names:
        return
    with canvas.without_help():
        drawn = canvas.images({name: drawings[name] for name in names}, origin, asked.progress)
    folder = to or asked.figures
    for name, image in drawn.files.items():
        write_file(folder / name, image)
    left = len(drawings) - len(names)
    more = f"; --figures all draws {left} more" if left else ""
    terminal.say(f"wrote {folder.as_posix()}/: {', '.join(names)} (svg and png){more}")
    _say_what_is_boxed(drawn.boxed)


def _pictures(form: Format, asked: Pictures | None, to: Path | None) -> Pictures:
    """Return which figures are drawn: answers for programs come without, unless somebody says where to."""
    for_people = form is Format.TABLE or to is not None
    return asked or (Pictures.FIRST if for_people else Pictures.NONE)


def _say_what_is_boxed(characters: Iterable[str]) -> None:
    from cruxmap.present.lettering import boxes_text

    if characters:
        terminal.warn(boxes_text(characters))


def _refuse_as_a_page(output: Path) -> None:
    """Raise `CannotWrite`, before long work, where a page cannot be written or would replace a map's file."""
    refuse_what_cannot_be_written(output.parent)
    if output.suffix in {".yaml", ".yml"}:
        raise CannotWrite(output.as_posix(), OSError("a page is no YAML"), "choose another --output")
    if output.is_dir():
        raise CannotWrite(output.as_posix(), OSError("it is a folder"), "name a file in it")


def _emit(content: str | bytes, output: Path | None) -> None:
    """Write to a file, or to stdout."""
    if output is not None:
        write_file(output, content)
        terminal.say(f"wrote {output.as_posix()}")
    elif isinstance(content, bytes):
        terminal.print_bytes(content)
    else:
        terminal.print_text(content)


# --- the way in ----------------------------------------------------------------------------------


def main() -> None:
    """Run the command line and exit; whatever happens, nobody sees a traceback unasked."""
    finish = terminal.open_streams()
    code = _run()
    try:
        finish()
    except CannotWrite as full:
        print_problems(full.problems, ())
        code = code or WRONG_USAGE
    except KeyboardInterrupt:
        code = INTERRUPTED
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is said and done
    sys.exit(code)


def _run() -> int:
    try:
        app()
    except SystemExit as done:
        if isinstance(done.__context__, typer.Abort) and isinstance(
            end := done.__context__.__cause__, EOFError
        ):
            return _told(end)  # nothing is read from stdin, whose end it was taken for
        return done.code if isinstance(done.code, int) else FINE
    except WrongUsage as wrong:
        print_problems(wrong.problems, ())
        return WRONG_USAGE
    except InvalidMap as invalid:
        print_problems(invalid.problems, invalid.warnings)
        return PROBLEMS
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as fault:
        return _told(fault)
    return FINE


def _told(fault: Exception) -> int:
    """Say what went wrong that no command foresaw, and return the exit code."""
    if _interrupted(fault):
        return INTERRUPTED
    if isinstance(fault, OSError) and fault.filename is not None:  # no room, no permission, no such name
        message = f"{os.fsdecode(fault.filename)} cannot be used: {fault.strerror}"
        print_problems((Problem(Code.CANNOT_USE, message),), ())
        return WRONG_USAGE
    if os.environ.get("CRUXMAP_TRACEBACK"):
        traceback.print_exception(fault)
    else:
        terminal.warn(
            f"cruxmap: {type(fault).__name__}: {fault}\n"
            "This is a fault in cruxmap. Please report it with the files that show it and what\n"
            "the same command prints when CRUXMAP_TRACEBACK=1 is set."
        )
    return FAULT


def _interrupted(fault: BaseException | None) -> bool:
    """Whether an interrupt is behind it: numba's dispatcher and compiled modules raise what wraps it."""
    while fault is not None and not isinstance(fault, KeyboardInterrupt):
        fault = fault.__cause__ or fault.__context__
    return fault is not None


if __name__ == "__main__":
    main()

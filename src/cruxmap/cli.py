"""The command line: thin commands that call the library, print its answers, and choose an exit code.

Results go to stdout; progress and problems to stderr. Exit codes: 0 fine, 1 the files have problems
(or what is assumed is impossible), 2 wrong usage or nowhere to write to, 3 sampled but not converged,
70 a fault in cruxmap itself, 130 interrupted. Anything heavy is imported by the command that needs it.
"""

import inspect
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, NoReturn

import typer

from cruxmap.errors import NOWHERE, Code, InvalidMap, Problem, WrongUsage
from cruxmap.ground import CannotWrite, write_file
from cruxmap.present import terminal
from cruxmap.present.stages import Drawing, Stage, drawing_for, picture_of, stage_text
from cruxmap.present.terminal import Format, print_answer, print_json, print_problems

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from cruxmap.engine.executors import Executor
    from cruxmap.language.argument_map import ArgumentMap, ModelSpec
    from cruxmap.present.listings import Listings

FINE, PROBLEMS, WRONG_USAGE, NOT_CONVERGED, FAULT, INTERRUPTED = 0, 1, 2, 3, 70, 130

MAX_FACTOR = 1_000
"""By which a pool may be extremised."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A model as the command line asks about it: its file, what is asked, and whether that differs."""

    path: Path
    model: "ModelSpec"
    changed: bool

    @property
    def figures(self) -> Path:
        """The folder for its figures, where no other is given."""
        return Path("figures") / self.model.id


app = typer.Typer(
    name="cruxmap",
    help="Bayesian argument maps: what follows from what people claim, what it hangs on, where they part.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

ModelArgument = Annotated[
    str, typer.Argument(metavar="MODEL", help="A model file, or the name of one in models/.")
]
FormatOption = Annotated[Format, typer.Option("--format", help="How to print the answer.")]
WorldviewOption = Annotated[
    str | None,
    typer.Option(
        "--worldview", "-w", metavar="ID", help="Use this worldview's numbers (`map`: the map's own)."
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="ADDRESS=VALUE", help="Override this number in every worldview. Repeatable."
    ),
]
AssumingOption = Annotated[
    list[str] | None,
    typer.Option(
        "--assuming", metavar="CONDITION", help="Assume this instead of what the model assumes. Repeatable."
    ),
]
ObservedOption = Annotated[
    list[str] | None,
    typer.Option(
        "--observed", metavar="CONDITION", help="Observe this instead of what the model observes. Repeatable."
    ),
]
ExactOption = Annotated[
    bool, typer.Option("--exact", help="Sum over all states exactly, or say why that cannot be done.")
]
SampledOption = Annotated[
    bool, typer.Option("--sampled", help="Sample states even where exact sums are possible.")
]
ListOption = Annotated[
    str | None, typer.Option("--list", metavar="NAME", help="Print one list of the answer in full.")
]
ExecutorOption = Annotated[
    str | None,
    typer.Option(
        "--executor",
        metavar="WHERE",
        help="Where to compute: `local` (a process per core) or a Dask cluster at `dask://HOST:PORT`.",
    ),
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", help="Folder for the figures (default: figures/<model>/).")
]


# --- what is asked ----------------------------------------------------------------------------------


def _model_path(name: str) -> Path:
    """Return the file of a model, given as a path or as the name of one in `models/`, here or further up."""
    from cruxmap.insight.words import did_you_mean

    path = Path(name)
    if os.path.isfile(path):  # a `Path` would raise where a folder cannot be searched
        return path
    above = (Path(*[".."] * n) / "models" for n in range(len(Path.cwd().parts)))
    folder = next((models for models in above if os.path.isdir(models)), Path("models"))
    if os.path.isfile(named := folder / f"{name}.yaml"):
        return named
    known = sorted(p.stem for p in folder.glob("*.yaml"))
    hint = did_you_mean(path.stem, known) or f"in {folder.as_posix()}/: {', '.join(known) or 'none'}"
    _refuse(Code.NO_SUCH_FILE, f"there is no model {path.as_posix()}", hint)


def _asked(
    model: ModelArgument,
    settings: SetOption = None,
    assuming: AssumingOption = None,
    observed: ObservedOption = None,
    exact: ExactOption = False,
    sampled: SampledOption = False,
) -> Asked:
    """Read a model, with what the command line puts in place of its judgements and conditions."""
    from cruxmap.language import reading

    if exact and sampled:
        _refuse(Code.TWO_METHODS, "--exact and --sampled exclude each other", "leave one out, or both")
    path = _model_path(model)
    read = reading.read_model(path)
    if exact or sampled:
        read = replace(read, exact=exact)
    with _typed_here():
        if settings:
            pairs = reading.parse_settings([_split(setting) for setting in settings], read.map)
            read = replace(read, settings=(*read.settings, *pairs))
        if assuming is not None:
            read = replace(read, assuming=tuple(reading.parse_condition(c, read.map) for c in assuming))
        if observed is not None:
            read = replace(read, observed=tuple(reading.parse_condition(c, read.map) for c in observed))
    return Asked(path, read, changed=bool(settings) or (assuming, observed) != (None, None))


def _asking[**P](command: Callable[Concatenate[Asked, P], None]) -> Callable[..., None]:
    """Give a command the argument MODEL and the options that ask "what if", in place of its `asked`."""
    asked = inspect.signature(_asked).parameters
    own = list(inspect.signature(command).parameters.values())[1:]
    model, *options = asked.values()

    @wraps(command)
    def asking(*args: P.args, **given: P.kwargs) -> None:
        found = _asked(**{name: given.pop(name) for name in asked})  # type: ignore[arg-type]
        command(found, *args, **given)

    parameters = [model, *own, *options]
    asking.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    asking.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return asking


def _split(setting: str) -> tuple[str, str]:
    address, equals, value = setting.partition("=")
    if not equals:
        _refuse(Code.UNREADABLE_SETTING, f"`{setting}` has no `=`", "write --set ADDRESS=VALUE")
    return address.strip(), value.strip()


def _threshold(text: str | None) -> float | None:
    """Read a credence that is one number, neither impossible nor certain."""
    if text is None:
        return None
    from cruxmap.language.argument_map import Elicited, Role
    from cruxmap.language.judgement import UnreadableError, parse_value

    try:
        value = parse_value(text, Role.CREDENCE, {})
    except UnreadableError as error:
        _refuse(error.code, error.message, error.hint)
    if not isinstance(value, Elicited) or not value.is_point or value.is_certain:
        hint = "a number between 0% and 100%, as in `10%`"
        _refuse(Code.UNREADABLE_JUDGEMENT, f"`{text}` is no threshold", hint)
    return value.low


def _known_worldview(argument_map: "ArgumentMap", name: str) -> str:
    from cruxmap.insight.words import checked_worldview

    with _typed_here():
        return checked_worldview(argument_map, name)


@contextmanager
def _typed_here() -> Iterator[None]:
    """Blame the command line for problems found in what was typed there."""
    try:
        yield
    except InvalidMap as invalid:
        raise WrongUsage(tuple(map(_typed, invalid.problems))) from invalid
    except UnicodeEncodeError as error:
        _refuse(Code.NOT_UTF8, f"`{error.object}` is not UTF-8", "type it in a terminal that sends UTF-8")


def _typed(problem: Problem) -> Problem:
    """Name the option in place of the `<address>` in whose text the problem is."""
    if problem.span.file == NOWHERE.file or not problem.span.file.startswith("<"):
        return problem
    option = f"--set {problem.span.file[1:-1]}"
    return replace(
        problem, span=problem.span._replace(file=NOWHERE.file), message=f"{option}: {problem.message}"
    )


@contextmanager
def _executor(text: str | None) -> "Iterator[Executor]":
    """Give who does the work; that there is nobody to do it is the command line's fault."""
    from cruxmap.engine.executors import executor_from

    with ExitStack() as stack:
        with _typed_here():
            chosen = stack.enter_context(executor_from(text))
        yield chosen


def _refuse(code: Code, message: str, hint: str) -> NoReturn:
    raise WrongUsage((Problem(code, message, hint=hint),))


# --- commands ----------------------------------------------------------------------------------


@app.callback(invoke_without_command=True)
def _top(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        from cruxmap import __version__

        terminal.tell(f"cruxmap {__version__}")
        raise typer.Exit(FINE)


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="The new map's id: lower-case words joined by hyphens.")],
    form: FormatOption = Format.TABLE,
) -> None:
    """Write a small working map, model and worldview to edit."""
    from cruxmap.language.reading import template
    from cruxmap.present.tables import Column, Table

    with _typed_here():
        files = template(name)
    existing = [path for path in files if os.path.lexists(path)]
    if existing:
        _refuse(Code.ALREADY_THERE, f"{existing[0]} is already there", "choose another name")
    for path, text in files.items():
        write_file(Path(path), text, hint="go to a folder that you can write to")
    if form is Format.TABLE:
        for path in files:
            terminal.tell(f"wrote {path}")
        terminal.tell(f"Edit them, then: cruxmap run models/{name}.yaml")
    else:
        table = Table.of("Files", [Column("file", "file", get=str)], files)
        print_answer({"files": list(files)}, [table], form, table)


@app.command()
def check(
    path: Annotated[
        Path, typer.Argument(help="A map's folder, a model file, or a project with models/ and arguments/.")
    ] = Path("."),
    sources: Annotated[
        bool,
        typer.Option(
            "--sources", help="Show what cites each place of each source, and which places nothing cites."
        ),
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Find every problem of a map, a model, or a whole project."""
    from cruxmap.language import reading
    from cruxmap.present.problems import coverage_table, problems_json, problems_table

    if not os.path.exists(path):  # a `Path` would raise where a folder cannot be searched
        _refuse(Code.NO_SUCH_FILE, f"there is no {path.as_posix()}", "name a folder, or a model file")
    problems, warnings = reading.check(path)
    answer = problems_json(problems, warnings)
    covered = sources and not problems
    if form is Format.TABLE or (covered and form is not Format.JSON):
        print_problems(problems, warnings)
    if covered:
        cited = [source for one in reading.maps_at(path) for source in reading.check_sources(one)]
        table = coverage_table(cited)
        print_answer(answer | {"sources": list(map(asdict, cited))}, [table], form, table)
    elif form is Format.TABLE:
        counts = f"{_count(len(problems), 'problem')}, {_count(len(warnings), 'warning')}"
        terminal.tell(counts if problems or warnings else "no problems")
    else:
        table = problems_table(problems, warnings)
        print_answer(answer, [table], form, table)
    raise typer.Exit(PROBLEMS if problems else FINE)


@app.command()
@_asking
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
        bool, typer.Option("--overview", help="Show how many arguments each card has instead of their text.")
    ] = False,
) -> None:
    """Draw the map, or print one of the forms it goes through.

    Texts go to stdout, and so do pictures, unless stdout is a terminal: then a picture without --output is
    written to figures/<model>/.
    """
    model = asked.model
    whose = _known_worldview(model.map, worldview or "map")
    if stage is not None:
        _emit(stage_text(stage, replace(model, worldviews=(whose,)) if worldview else model), output)
        return
    from cruxmap.present import map_cards, map_drawing

    wanted = form or drawing_for(output)
    with terminal.progress() as progress:
        shown = picture_of(model, whose, progress)
    if around:
        from cruxmap.insight.explain import find_entry

        with _typed_here():
            ids = [find_entry(model.map, name).about.id for name in around]
        shown = map_cards.around(shown, ids, steps)
    if overview:
        shown = map_cards.overview(shown)
    drawn = map_drawing.draw(shown, [wanted])[wanted]
    _say_what_is_boxed(map_drawing.boxed(shown, [wanted]))
    if len(shown.cards) > map_cards.LARGE and isinstance(drawn, bytes) and not overview:
        terminal.say(
            f"{len(shown.cards)} entries in one picture: --around ID draws what is near one, --overview "
            "counts the arguments, and `cruxmap run` writes pages as well"
        )
    if output is None and isinstance(drawn, bytes) and sys.stdout.isatty():
        output = asked.figures / f"map.{wanted}"
    _emit(drawn, output)


@app.command()
@_asking
def estimate(asked: Asked, form: FormatOption = Format.TABLE) -> None:
    """Estimate the model's targets in each worldview."""
    from cruxmap.insight.estimate import estimate as compute
    from cruxmap.present.estimate_tables import estimate_table, estimate_tables

    with terminal.progress() as progress:
        answer = compute(asked.model, progress=progress)
    print_answer(answer.to_json(), estimate_tables(answer), form, estimate_table(answer))
    raise typer.Exit(_code(answer.undefined, answer.converged))


@app.command()
@_asking
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
    from cruxmap.present.explanation import explanation_tables, explanation_text

    with _typed_here():
        answer = compute(asked.model, address)
    if form is Format.TABLE:
        terminal.print_text(explanation_text(answer))
    else:
        tables = explanation_tables(answer)
        print_answer(answer.to_json(), tables, form, tables[0])


@app.command()
@_asking
def cruxes(
    asked: Asked,
    worldview: WorldviewOption = None,
    output: OutputOption = None,
    listing: ListOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Rank what the target turns on.

    Claims and arguments by how much you would learn from knowing them, judgements by how far they move the
    estimate; in one worldview, or in each and in all together. Figures go to figures/<model>/.
    """
    model = asked.model
    if worldview is not None:
        _known_worldview(model.map, worldview)
    from cruxmap.insight.cruxes import cruxes as compute
    from cruxmap.present.crux_figures import crux_figures
    from cruxmap.present.crux_tables import ALL_CRUX_LISTINGS, CRUX_LISTINGS

    lists = ALL_CRUX_LISTINGS if worldview is None else CRUX_LISTINGS
    answer = _answer(asked, partial(compute, model, worldview), lists, listing, form)
    _write_figures(output or asked.figures, crux_figures(answer, model.map))
    raise typer.Exit(_code(answer.undefined))


@app.command()
@_asking
def diff(
    asked: Asked,
    a: Annotated[str | None, typer.Argument(metavar="A", help="A worldview.")] = None,
    b: Annotated[str | None, typer.Argument(metavar="B", help="Another one.")] = None,
    git: Annotated[
        str | None,
        typer.Option("--git", metavar="REV", help="Compare the files with those of this git revision."),
    ] = None,
    output: OutputOption = None,
    listing: ListOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show where two worldviews disagree, and how much each difference matters.

    With one worldview: what sets it apart from the others. With none: all pairs. Figures go to
    figures/<model>/.
    """
    model = asked.model
    names = [_known_worldview(model.map, name) for name in (a, b) if name is not None]
    if git is not None and (names or asked.changed):
        _refuse(Code.TWO_QUESTIONS, "--git compares files, all worldviews of them", "leave the rest out")
    from cruxmap.insight.diff import diff as compare
    from cruxmap.insight.pairs import against_rest, pairs
    from cruxmap.insight.revisions import checked_revision, diff_revisions
    from cruxmap.present import diff_figures, diff_tables

    figures: Mapping[str, Figure] = {}
    answered = partial(_answer, asked, name=listing, form=form)
    match names:
        case [one, other]:
            answer = answered(partial(compare, model, one, other), diff_tables.DIFF_LISTINGS)
            figures = diff_figures.diff_figures(answer)
        case [one]:
            answer = answered(partial(against_rest, model, one), diff_tables.REST_LISTINGS)
            figures = diff_figures.rest_figures(answer)
        case _ if git is not None:
            with _typed_here():
                checked_revision(asked.path, git)
            answered(partial(diff_revisions, asked.path, git), diff_tables.REVISION_LISTINGS)
            return
        case _:
            answer = answered(lambda progress: pairs(model), diff_tables.PAIR_LISTINGS)
            figures = diff_figures.pair_figures(answer)
    _write_figures(output or asked.figures, figures)
    raise typer.Exit(_code(answer.undefined))


@app.command()
@_asking
def takes(
    asked: Asked,
    above: Annotated[str | None, typer.Option(metavar="CREDENCE", help="Raise the estimate to this.")] = None,
    below: Annotated[str | None, typer.Option(metavar="CREDENCE", help="Lower the estimate to this.")] = None,
    agree_with: Annotated[
        str | None, typer.Option(metavar="ID", help="Move the estimate to that of this worldview.")
    ] = None,
    worldview: WorldviewOption = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="ADDRESS",
            help="Change only this judgement, or those of this entry. Repeatable.",
        ),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Find the smallest changes of judgements that move an estimate past a threshold.

    Give one of --above, --below and --agree-with. Few large changes are shown beside more small ones.
    """
    if sum(goal is not None for goal in (above, below, agree_with)) != 1:
        _refuse(Code.UNCLEAR_GOAL, "what should it take?", "give one of --above, --below and --agree-with")
    argument_map = asked.model.map
    whose = _known_worldview(argument_map, worldview or "map")
    from cruxmap.insight.takes import takes as compute
    from cruxmap.insight.words import checked_address
    from cruxmap.present.crux_tables import TAKES_LISTINGS

    with _typed_here():
        addresses = [checked_address(argument_map, address) for address in only or ()]
    work = partial(
        compute,
        asked.model,
        whose,
        above=_threshold(above),
        below=_threshold(below),
        agree_with=None if agree_with is None else _known_worldview(argument_map, agree_with),
        only=addresses,
    )
    answer = _answer(asked, work, TAKES_LISTINGS, None, form)
    raise typer.Exit(_code(answer.estimate is None))


@app.command()
@_asking
def coherence(asked: Asked, listing: ListOption = None, form: FormatOption = Format.TABLE) -> None:
    """Compare what reviewers state all things considered with what their own numbers imply.

    Shows the least change of judgements that would reconcile the two, and where conditioning takes them.
    """
    from cruxmap.insight.coherence import coherence as compute
    from cruxmap.present.coherence_tables import COHERENCE_LISTINGS

    _answer(asked, partial(compute, asked.model), COHERENCE_LISTINGS, listing, form)


@app.command()
@_asking
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
    output: OutputOption = None,
    listing: ListOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Combine the worldviews into one answer: by pooling their answers, and by pooling their judgements.

    Figures go to figures/<model>/.
    """
    from cruxmap.insight.pool import pool as compute
    from cruxmap.present.pool_figures import pool_figures
    from cruxmap.present.pool_tables import POOL_LISTINGS

    if factor is not None and not 0 <= factor <= MAX_FACTOR:
        _refuse(Code.UNCLEAR_FACTOR, f"{factor} is no factor", f"a number from 0 to {MAX_FACTOR:,}")
    work = partial(compute, asked.model, prior=_threshold(prior), factor=factor)
    answer = _answer(asked, work, POOL_LISTINGS, listing, form)
    _write_figures(output or asked.figures, pool_figures(answer))
    raise typer.Exit(_code(answer.undefined, answer.convergence is None or answer.convergence.converged))


@app.command()
def schema(
    kind: Annotated[
        str | None, typer.Argument(help="map, worldview, model or sources (default: all of them).")
    ] = None,
) -> None:
    """Print the JSON Schema of each kind of file, for editors."""
    from cruxmap.language.schema import FILES, json_schema

    schemas: dict[str, Any] = {name: json_schema(name) for name in FILES}
    if kind is not None and kind not in schemas:
        _refuse(Code.UNKNOWN_KIND, f"there is no kind of file `{kind}`", f"known: {', '.join(schemas)}")
    print_json(schemas if kind is None else schemas[kind])


@app.command()
@_asking
def run(
    asked: Asked,
    executor: ExecutorOption = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Folder for all files (default: figures/<model>/)."),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Do the main job: check, estimate, find the cruxes, compare the worldviews, and draw it all.

    Prints the estimates and writes every answer, with its figures, to figures/<model>/. The two worldviews
    that are farthest apart on the target are compared in full.
    """
    from cruxmap import job
    from cruxmap.language import reading
    from cruxmap.present.estimate_tables import estimate_table, estimate_tables

    _, warnings = reading.check(asked.path)
    print_problems((), warnings)
    with _executor(executor) as chosen, terminal.progress() as progress:
        done = job.run(
            asked.model,
            output or asked.figures,
            progress=progress,
            executor=chosen,
            estimated=lambda answer: print_answer(
                answer.to_json(), estimate_tables(answer), form, estimate_table(answer)
            ),
        )
    terminal.say(f"wrote {len(done.files)} files to {done.folder.as_posix()}/; files.json there names them")
    _say_what_is_boxed(done.boxed)
    raise typer.Exit(_code(done.estimate.undefined, done.estimate.converged))


# --- what commands share ---------------------------------------------------------------------------


def _answer(
    asked: Asked, work: Callable[..., Any], makers: "Listings", name: str | None, form: Format
) -> Any:
    """Compute an answer and print its listings: what people are shown of each, or the one named in full."""
    from cruxmap.present.listings import for_people

    if name is not None and name not in makers:
        _refuse(Code.UNKNOWN_LIST, f"this answer has no list `{name}`", f"known: {', '.join(makers)}")
    with terminal.progress() as progress:
        answer = work(progress=progress)
    listings = {known: make(answer, asked.model.map) for known, make in makers.items()}
    whole = listings[name or next(iter(listings))]
    shown = for_people(listings) if name is None else [whole.readable]
    print_answer(answer.to_json(), shown, form, whole.table)
    return answer


def _code(undefined: bool, converged: bool = True) -> int:
    if undefined:
        return PROBLEMS
    return FINE if converged else NOT_CONVERGED


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _write_figures(folder: Path, drawn: "Mapping[str, Figure]") -> None:
    """Write figures as svg and png, and say so."""
    from cruxmap.present import canvas

    for name, image in canvas.images(drawn).items():
        write_file(folder / name, image)
    if drawn:
        terminal.say(f"wrote {folder.as_posix()}/: {', '.join(drawn)} (svg and png)")
        _say_what_is_boxed(canvas.boxed(drawn.values()))


def _say_what_is_boxed(characters: Iterable[str]) -> None:
    from cruxmap.present.lettering import boxes_text

    if characters:
        terminal.say(boxes_text(characters))


def _emit(content: str | bytes, output: Path | None) -> None:
    """Write to a file, or to stdout."""
    if output is not None:
        write_file(output, content)
        terminal.say(f"wrote {output.as_posix()}")
    elif isinstance(content, bytes):
        sys.stdout.buffer.write(content)
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
        terminal.say(
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

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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, NoReturn

import typer

from cruxmap.errors import NOWHERE, InvalidMap, Problem
from cruxmap.ground import CannotWrite, write_file
from cruxmap.present import terminal
from cruxmap.present.terminal import Format, json_text, print_answer, print_json, print_problems

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from cruxmap.engine.executors import Executor
    from cruxmap.language.argument_map import ArgumentMap
    from cruxmap.language.model_spec import ModelSpec
    from cruxmap.present.listings import Listing
    from cruxmap.present.map_picture import Picture

FINE, PROBLEMS, WRONG_USAGE, NOT_CONVERGED, FAULT, INTERRUPTED = 0, 1, 2, 3, 70, 130

FIGURES = Path("figures")

MOST_FACTOR = 1_000
"""By which a pool may be extremised."""


@dataclass(frozen=True, slots=True)
class Question:
    """A model as the command line asks about it: its file, what is asked, and whether that differs."""

    path: Path
    model: "ModelSpec"
    changed: bool


class WrongUsage(InvalidMap):
    """Problems with what was asked on the command line, not with anybody's files."""


class PlainFormat(StrEnum):
    """How an answer that is no table is printed."""

    TABLE = "table"
    JSON = "json"


class Drawing(StrEnum):
    """What a map can be drawn as."""

    SVG = "svg"
    PNG = "png"
    PDF = "pdf"
    DOT = "dot"
    MERMAID = "mermaid"


class Stage(StrEnum):
    """The forms that a map goes through on its way to an estimate."""

    MAP = "map"
    NETWORK = "network"
    PLAN = "plan"
    PYMC = "pymc"


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
PlainFormatOption = Annotated[PlainFormat, typer.Option("--format", help="How to print the answer.")]
WorldviewOption = Annotated[
    str | None,
    typer.Option("--worldview", "-w", metavar="ID", help="Whose numbers; `map` for the map's own."),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="ADDRESS=VALUE", help="Put this number in place of everyone's. Repeatable."
    ),
]
AssumingOption = Annotated[
    list[str] | None,
    typer.Option("--assuming", metavar="CONDITION", help="Suppose this, in place of what the model assumes."),
]
ObservedOption = Annotated[
    list[str] | None,
    typer.Option("--observed", metavar="CONDITION", help="Take this as a fact, in place of the model's."),
]
ExactOption = Annotated[
    bool, typer.Option("--exact", help="Sum over all states exactly, or say why that cannot be done.")
]
SampledOption = Annotated[
    bool, typer.Option("--sampled", help="Sample states, as is done where a map is too wide for exact sums.")
]
ListOption = Annotated[
    str | None,
    typer.Option("--list", metavar="NAME", help="Print one of the answer's lists alone, and all of it."),
]
ExecutorOption = Annotated[
    str | None,
    typer.Option(
        "--executor",
        metavar="WHERE",
        help="Who does the work: `local`, a process per core, or a Dask cluster at `dask://HOST:PORT`.",
    ),
]
OutputOption = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="The folder for figures; figures/<model>/ if left out."),
]


# --- the question ----------------------------------------------------------------------------------


def _model_path(name: str) -> Path:
    """Return the file of a model, given as a path or as the name of one in `models/`, here or further up."""
    path = Path(name)
    if os.path.isfile(path):  # a `Path` would raise where a folder cannot be searched
        return path
    above = (Path(*[".."] * n) / "models" for n in range(len(Path.cwd().parts)))
    folder = next((models for models in above if os.path.isdir(models)), Path("models"))
    if os.path.isfile(named := folder / f"{name}.yaml"):
        return named
    known = sorted(p.stem for p in folder.glob("*.yaml"))
    from cruxmap.language.names import did_you_mean

    hint = did_you_mean(path.stem, known) or f"in {folder.as_posix()}/: {', '.join(known) or 'none'}"
    _refuse("no-such-file", f"there is no model {path.as_posix()}", hint)


def _question(
    model: ModelArgument,
    settings: SetOption = None,
    assuming: AssumingOption = None,
    observed: ObservedOption = None,
    exact: ExactOption = False,
    sampled: SampledOption = False,
) -> Question:
    """Read a model, with what the command line puts in place of its judgements and conditions."""
    from cruxmap.language import reading, typed

    if exact and sampled:
        _refuse("two-methods", "--exact and --sampled exclude each other", "leave one out, or both")
    path = _model_path(model)
    read = reading.read_model(path)
    if exact or sampled:
        read = replace(read, exact=exact)
    with _asked_for():
        if settings:
            pairs = typed.parse_settings([_split(setting) for setting in settings], read.map)
            read = replace(read, settings=(*read.settings, *pairs))
        if assuming is not None:
            read = replace(read, assuming=tuple(typed.parse_condition(c, read.map) for c in assuming))
        if observed is not None:
            read = replace(read, observed=tuple(typed.parse_condition(c, read.map) for c in observed))
    return Question(path, read, changed=bool(settings) or (assuming, observed) != (None, None))


def _asking[**P](command: Callable[Concatenate[Question, P], None]) -> Callable[..., None]:
    """Give a command the argument MODEL and the options that ask "what if", in place of its `question`."""
    asked = inspect.signature(_question).parameters
    own = list(inspect.signature(command).parameters.values())[1:]
    model, *options = asked.values()

    @wraps(command)
    def asking(*args: P.args, **given: P.kwargs) -> None:
        question = _question(**{name: given.pop(name) for name in asked})  # type: ignore[arg-type]
        command(question, *args, **given)

    parameters = [model, *own, *options]
    asking.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    asking.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return asking


def _split(setting: str) -> tuple[str, str]:
    address, equals, value = setting.partition("=")
    if not equals:
        _refuse("unreadable-setting", f"`{setting}` has no `=`", "write --set ADDRESS=VALUE")
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
        _refuse(
            "unreadable-judgement", f"`{text}` is no threshold", "a number between 0% and 100%, as in `10%`"
        )
    return value.low


def _known_worldview(argument_map: "ArgumentMap", name: str) -> str:
    from cruxmap.language.names import checked_worldview

    with _asked_for():
        return checked_worldview(argument_map, name)


@contextmanager
def _asked_for() -> Iterator[None]:
    """Blame the command line for problems found in what was typed there."""
    try:
        yield
    except InvalidMap as invalid:
        raise WrongUsage(tuple(map(_typed, invalid.problems))) from invalid
    except UnicodeEncodeError as error:
        _refuse("not-utf8", f"`{error.object}` is not UTF-8", "type it in a terminal that sends UTF-8")


def _typed(problem: Problem) -> Problem:
    """Name the option in place of the `<address>` in whose text the problem is."""
    if problem.span.file == NOWHERE.file or not problem.span.file.startswith("<"):
        return problem
    option = f"--set {problem.span.file[1:-1]}"
    return replace(
        problem, span=problem.span._replace(file=NOWHERE.file), message=f"{option}: {problem.message}"
    )


def _known_list(name: str | None, known: Sequence[str]) -> None:
    if name is not None and name not in known:
        _refuse("unknown-list", f"this answer has no list `{name}`", f"known: {', '.join(known)}")


@contextmanager
def _executor(text: str | None) -> "Iterator[Executor]":
    """Give who does the work; that there is nobody to do it is the command line's fault."""
    from cruxmap.engine.executors import executor_from

    with ExitStack() as stack:
        with _asked_for():
            chosen = stack.enter_context(executor_from(text))
        yield chosen


def _refuse(code: str, message: str, hint: str) -> NoReturn:
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
    form: PlainFormatOption = PlainFormat.TABLE,
) -> None:
    """Write a small working map, model and worldview to edit."""
    from cruxmap.language.template import template

    with _asked_for():
        files = {Path(path): text for path, text in template(name).items()}
    existing = [path for path in files if os.path.lexists(path)]
    if existing:
        _refuse("already-there", f"{existing[0].as_posix()} is already there", "choose another name")
    for path, text in files.items():
        write_file(path, text, hint="go to a folder that you can write to")
    if form is PlainFormat.JSON:
        print_json({"files": [path.as_posix() for path in files]})
        return
    for path in files:
        terminal.tell(f"wrote {path.as_posix()}")
    terminal.tell(f"Edit them, then: cruxmap run models/{name}.yaml")


@app.command()
def check(
    path: Annotated[
        Path, typer.Argument(help="A map's folder, a model file, or a project with models/ and arguments/.")
    ] = Path("."),
    sources: Annotated[
        bool,
        typer.Option(
            "--sources", help="Report what cites each place of each source, and what nothing cites."
        ),
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Find every problem of a map, a model, or a whole project."""
    from cruxmap.language import reading
    from cruxmap.present.problems import problems_json
    from cruxmap.present.tables import problems_table

    if not os.path.exists(path):  # a `Path` would raise where a folder cannot be searched
        _refuse("no-such-file", f"there is no {path.as_posix()}", "name a folder, or a model file")
    problems, warnings = reading.check(path)
    code = PROBLEMS if problems else FINE
    covered = sources and not problems
    if form is Format.TABLE or (covered and form is not Format.JSON):
        print_problems(problems, warnings)
    if covered:
        _print_coverage(path, form, problems_json(problems, warnings))
    elif form is Format.TABLE:
        counts = f"{_count(len(problems), 'problem')}, {_count(len(warnings), 'warning')}"
        terminal.tell(counts if problems or warnings else "no problems")
    else:
        table = problems_table(problems, warnings)
        print_answer(problems_json(problems, warnings), [table], form, table)
    raise typer.Exit(code)


@app.command()
@_asking
def show(
    question: Question,
    stage: Annotated[
        Stage | None, typer.Option("--stage", help="Print an intermediate form instead.")
    ] = None,
    form: Annotated[
        Drawing | None, typer.Option("--format", help="What to draw; otherwise from --output's name, or svg.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Where to write it.")] = None,
    worldview: WorldviewOption = None,
    around: Annotated[
        list[str] | None,
        typer.Option("--around", metavar="ID", help="Only what is near this entry. Repeatable."),
    ] = None,
    steps: Annotated[int, typer.Option("--steps", min=0, help="How near: lines from --around.")] = 1,
    overview: Annotated[
        bool, typer.Option("--overview", help="Count the arguments, do not tell them.")
    ] = False,
) -> None:
    """Draw the map, or print one of the forms it goes through.

    Text, and pictures that are not sent to a terminal, go to stdout; on a terminal a picture without
    --output is written to figures/<model>/.
    """
    spec = question.model
    if stage is not None:
        _emit(_stage_text(stage, spec, worldview), output)
        return
    from cruxmap.present import map_drawing, map_picture

    wanted = form or _drawing_for(output)
    shown = _picture(spec, _known_worldview(spec.map, worldview or "map"))
    if around:
        from cruxmap.language.names import find_entry

        with _asked_for():
            ids = [find_entry(spec.map, name).about.id for name in around]
        shown = map_picture.around(shown, ids, steps)
    if overview:
        shown = map_picture.overview(shown)
    drawn = _draw(shown, wanted)[wanted]
    _say_what_is_boxed(map_drawing.boxed(shown, [wanted]))
    if len(shown.cards) > map_picture.LARGE and isinstance(drawn, bytes) and not overview:
        terminal.say(
            f"{len(shown.cards)} entries in one picture: --around ID draws what is near one, --overview "
            "counts the arguments, and `cruxmap run` writes pages as well"
        )
    if output is None and isinstance(drawn, bytes) and sys.stdout.isatty():
        output = FIGURES / spec.id / f"map.{wanted}"
    _emit(drawn, output)


@app.command()
@_asking
def estimate(
    question: Question,
    form: FormatOption = Format.TABLE,
) -> None:
    """Estimate the model's targets in each worldview."""
    spec = question.model
    from cruxmap.insight import estimate as insight
    from cruxmap.present import tables

    with terminal.progress() as progress:
        answer = insight.estimate(spec, progress=progress)
    print_answer(answer.to_json(), tables.estimate_tables(answer), form, tables.estimate_table(answer))
    raise typer.Exit(_code(answer.undefined, answer.converged))


@app.command()
@_asking
def explain(
    question: Question,
    address: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="A claim, question, event, argument or judgement.")
    ],
    form: FormatOption = Format.TABLE,
) -> None:
    """Tell all about one entry of the map.

    Its words and sources, its numbers in each worldview and whose they are, what is said for and against it.
    """
    spec = question.model
    from cruxmap.insight import explain as insight
    from cruxmap.present.explanation import explanation_tables, explanation_text

    with _asked_for():
        answer = insight.explain(spec, address)
    if form is Format.TABLE:
        terminal.print_text(explanation_text(answer))
    else:
        tables = explanation_tables(answer)
        print_answer(answer.to_json(), tables, form, tables[0])


@app.command()
@_asking
def cruxes(
    question: Question,
    worldview: WorldviewOption = None,
    output: OutputOption = None,
    listing: ListOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Rank what the target turns on.

    Claims and arguments by what learning them would tell, judgements by how far they carry the estimate;
    in one worldview, or in each and in all together. Figures go to figures/<model>/.
    """
    spec = question.model
    if worldview is not None:
        _known_worldview(spec.map, worldview)
    from cruxmap.insight import cruxes as insight
    from cruxmap.present import crux_tables
    from cruxmap.present.crux_figures import crux_figures

    _known_list(listing, crux_tables.LISTS_OF_ALL if worldview is None else crux_tables.LISTS_OF_ONE)
    with terminal.progress() as progress:
        answer = insight.cruxes(spec, worldview, progress=progress)
    _print_listings(answer.to_json(), crux_tables.crux_listings(answer, spec.map), form, listing)
    _write_figures(output or FIGURES / spec.id, crux_figures(answer, spec.map))
    raise typer.Exit(_code(answer.undefined, True))


@app.command()
@_asking
def diff(
    question: Question,
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
    """Show where two worldviews part, and what each difference is worth.

    With one worldview: what sets it apart from the others. With none: all pairs. Figures go to
    figures/<model>/.
    """
    spec = question.model
    asked = [_known_worldview(spec.map, name) for name in (a, b) if name is not None]
    if git is not None and (asked or question.changed):
        _refuse("two-questions", "--git compares files, all worldviews of them", "leave the rest out")
    from cruxmap.insight.diff import diff as compare
    from cruxmap.insight.pairs import against_rest, pairs
    from cruxmap.insight.revisions import checked_revision, diff_revisions
    from cruxmap.present import diff_figures, diff_tables

    lists = (diff_tables.PAIR_LISTS, diff_tables.REST_LISTS, diff_tables.DIFF_LISTS)[len(asked)]
    _known_list(listing, lists if git is None else diff_tables.REVISION_LISTS)
    answer: Any
    with terminal.progress() as progress:
        match asked:
            case [one, other]:
                answer = compare(spec, one, other, progress=progress)
                listings = diff_tables.diff_listings(answer)
                figures = diff_figures.diff_figures(answer)
            case [one]:
                answer = against_rest(spec, one, progress=progress)
                listings = diff_tables.rest_listings(answer, spec.map)
                figures = diff_figures.rest_figures(answer)
            case _ if git is not None:
                with _asked_for():
                    checked_revision(question.path, git)
                answer = diff_revisions(question.path, git, progress=progress)
                listings, figures = diff_tables.revision_listings(answer), {}
            case _:
                answer = pairs(spec)
                listings = diff_tables.pair_listings(answer)
                figures = diff_figures.pair_figures(answer)
    _print_listings(answer.to_json(), listings, form, listing)
    _write_figures(output or FIGURES / spec.id, figures)
    raise typer.Exit(_code(git is None and answer.undefined, True))


@app.command()
@_asking
def takes(
    question: Question,
    above: Annotated[
        str | None, typer.Option(metavar="CREDENCE", help="Carry the estimate up to this.")
    ] = None,
    below: Annotated[str | None, typer.Option(metavar="CREDENCE", help="Carry it down to this.")] = None,
    agree_with: Annotated[
        str | None, typer.Option(metavar="ID", help="Carry it to where this worldview has it.")
    ] = None,
    worldview: WorldviewOption = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", metavar="ADDRESS", help="Change this judgement or entry, no others. Repeatable."
        ),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Find the smallest changes of judgements that carry an estimate past a threshold.

    Give one of --above, --below and --agree-with. Few large changes are shown beside more small ones.
    """
    if sum(goal is not None for goal in (above, below, agree_with)) != 1:
        _refuse("unclear-goal", "what should it take?", "give one of --above, --below and --agree-with")
    spec = question.model
    whose = _known_worldview(spec.map, worldview or "map")
    from cruxmap.insight import takes as insight
    from cruxmap.language.names import checked_address
    from cruxmap.present.crux_tables import takes_listings

    with _asked_for():
        addresses = [checked_address(spec.map, address) for address in only or ()]
    with terminal.progress() as progress:
        answer = insight.takes(
            spec,
            whose,
            above=_threshold(above),
            below=_threshold(below),
            agree_with=None if agree_with is None else _known_worldview(spec.map, agree_with),
            only=addresses,
            progress=progress,
        )
    _print_listings(answer.to_json(), takes_listings(answer, spec.map), form)
    raise typer.Exit(_code(answer.estimate is None, True))


@app.command()
@_asking
def coherence(
    question: Question,
    listing: ListOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Compare what reviewers state all things considered with what their own numbers imply.

    Shows the least change of judgements that would reconcile the two, and where conditioning takes them.
    """
    spec = question.model
    from cruxmap.insight import coherence as insight
    from cruxmap.present.pool_tables import COHERENCE_LISTS, coherence_listings

    _known_list(listing, COHERENCE_LISTS)
    with terminal.progress() as progress:
        answer = insight.coherence(spec, progress=progress)
    _print_listings(answer.to_json(), coherence_listings(answer, spec.map), form, listing)


@app.command()
@_asking
def pool(
    question: Question,
    prior: Annotated[
        str | None,
        typer.Option(
            metavar="CREDENCE", help="What the extremised pool moves away from; the map's estimate."
        ),
    ] = None,
    factor: Annotated[
        float | None,
        typer.Option(help="By how much it does; if left out, by the number of reviewers."),
    ] = None,
    output: OutputOption = None,
    listing: ListOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Make one answer of many worldviews: pools of their answers, and of their judgements, side by side.

    Figures go to figures/<model>/.
    """
    spec = question.model
    from cruxmap.insight import pool as insight
    from cruxmap.present.pool_figures import pool_figures
    from cruxmap.present.pool_tables import POOL_LISTS, pool_listings

    _known_list(listing, POOL_LISTS)
    if factor is not None and not 0 <= factor <= MOST_FACTOR:
        _refuse("unclear-factor", f"{factor} is no factor", f"a number from 0 to {MOST_FACTOR:,}")
    with terminal.progress() as progress:
        answer = insight.pool(spec, prior=_threshold(prior), factor=factor, progress=progress)
    _print_listings(answer.to_json(), pool_listings(answer, spec.map), form, listing)
    _write_figures(output or FIGURES / spec.id, pool_figures(answer))
    raise typer.Exit(_code(answer.undefined, answer.convergence is None or answer.convergence.converged))


@app.command()
def schema(
    kind: Annotated[
        str | None, typer.Argument(help="map, worldview, model or sources; all of them if left out.")
    ] = None,
) -> None:
    """Print the JSON Schema of each kind of file, for editors."""
    from cruxmap.language.schema import FILES, json_schema

    schemas: dict[str, Any] = {name: json_schema(name) for name in FILES}
    if kind is not None and kind not in schemas:
        _refuse("unknown-kind", f"there is no kind of file `{kind}`", f"known: {', '.join(schemas)}")
    print_json(schemas if kind is None else schemas[kind])


@app.command()
@_asking
def run(
    question: Question,
    executor: ExecutorOption = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The folder to write to; figures/<model>/ if left out."),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Do the main job: check, estimate, find the cruxes, compare the worldviews, and draw it all.

    Prints the estimates and writes every answer, with its figures, to figures/<model>/. The two worldviews
    that are farthest apart on the target are compared in full.
    """
    from cruxmap.language import reading

    _, warnings = reading.check(question.path)
    print_problems((), warnings)
    spec = question.model
    from cruxmap.insight import estimate as insight
    from cruxmap.insight.cruxes import cruxes as find_cruxes
    from cruxmap.insight.diff import diff as compare
    from cruxmap.insight.pairs import pairs
    from cruxmap.present import canvas, crux_figures, diff_figures, figures, map_drawing, tables
    from cruxmap.present.map_picture import pages

    files: dict[str, str | bytes] = {}
    drawn: dict[str, Figure] = {}
    with _executor(executor) as chosen, terminal.progress() as progress:
        answer = insight.estimate(spec, progress=progress, executor=chosen)
        shown, table = tables.estimate_tables(answer), tables.estimate_table(answer)
        print_answer(answer.to_json(), shown, form, table)
        files["estimate.json"] = json_text(answer.to_json())
        files["estimate.csv"] = tables.csv_text(table)
        files["estimate.md"] = "\n".join(map(tables.markdown_text, shown))
        drawn |= figures.estimate_figures(spec, answer)
        crux_tables = find_cruxes(spec, progress=progress, executor=chosen)
        files["cruxes.json"] = json_text(crux_tables.to_json())
        drawn |= crux_figures.crux_figures(crux_tables, spec.map)
        matrix = pairs(spec)
        files["pairs.json"] = json_text(matrix.to_json())
        drawn |= diff_figures.pair_figures(matrix)
        if (farthest := matrix.farthest) is not None:
            between = compare(spec, *farthest, progress=progress, executor=chosen)
            files["diff-{}-{}.json".format(*farthest)] = json_text(between.to_json())
            drawn |= diff_figures.diff_figures(between)
    for name, figure in drawn.items():
        files |= {f"{name}.{kind}": canvas.encode(figure, kind) for kind in ("svg", "png")}
    whole = _picture(spec, "map")
    for name, picture in pages(whole).items():
        files |= {f"{name}.{kind}": image for kind, image in _draw(picture, Drawing.SVG, Drawing.PNG).items()}
    files["files.json"] = json_text({"files": sorted([*files, "files.json"])})
    folder = output or FIGURES / spec.id
    for name, content in files.items():
        write_file(folder / name, content)
    terminal.say(f"wrote {len(files)} files to {folder.as_posix()}/; files.json there names them")
    _say_what_is_boxed(canvas.boxed(drawn.values()) | map_drawing.boxed(whole, ["png"]))
    raise typer.Exit(_code(answer.undefined, answer.converged))


# --- what commands share: printing -----------------------------------------------------------------


def _print_listings(
    answer: Any, listings: "Sequence[Listing]", form: Format, name: str | None = None
) -> None:
    """Print an answer of several listings: what people are shown of each, or the one named in full."""
    from cruxmap.present.listings import for_people

    if name is None:
        print_answer(answer, for_people(listings), form, listings[0].table)
        return
    [named] = (listing for listing in listings if listing.name == name)
    print_answer(answer, [named.readable], form, named.table)


def _print_coverage(path: Path, form: Format, found: dict[str, object]) -> None:
    from cruxmap.language import reading
    from cruxmap.language.sources import check_sources
    from cruxmap.present.tables import coverage_table

    covered = [source for one in reading.maps_at(path) for source in check_sources(one)]
    table = coverage_table(covered)
    answer = {**found, "sources": [asdict(source) for source in covered]}
    print_answer(answer, [table], form, table)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _code(undefined: bool, converged: bool) -> int:
    if undefined:
        return PROBLEMS
    return FINE if converged else NOT_CONVERGED


# --- what commands share: pictures -----------------------------------------------------------------


def _write_figures(folder: Path, drawn: "Mapping[str, Figure]") -> None:
    """Write figures as svg and png, and say so."""
    from cruxmap.present import canvas

    for name, figure in drawn.items():
        for kind in ("svg", "png"):
            write_file(folder / f"{name}.{kind}", canvas.encode(figure, kind))
    if drawn:
        names = ", ".join(drawn)
        terminal.say(f"wrote {folder.as_posix()}/: {names} (svg and png)")
        _say_what_is_boxed(canvas.boxed(drawn.values()))


def _say_what_is_boxed(characters: set[str]) -> None:
    from cruxmap.present.lettering import boxes_text

    if characters:
        terminal.say(boxes_text(characters))


def _picture(spec: "ModelSpec", worldview: str) -> "Picture":
    """Return the map as one worldview sees it, with probabilities given what the model supposes."""
    from cruxmap.insight.explain import marginals
    from cruxmap.language.argument_map import condition_text, mentioned
    from cruxmap.language.inheritance import settle
    from cruxmap.present.map_picture import picture

    supposed = [condition_text(c) for c in (*spec.assuming, *spec.observed)]
    whose = "the map's own numbers" if worldview == "map" else f"the numbers of {worldview}"
    given = f", given {', '.join(supposed)}" if supposed else ""
    with terminal.progress() as progress:
        if progress is not None:
            progress("probabilities of all entries", 0, 1)
        known = marginals(replace(spec, worldviews=(worldview,), reconcile=False))[worldview]
    return picture(
        spec.map,
        settle(spec.map, worldview, spec.settings),
        known,
        title=f"{spec.map.title or spec.map.id} ({whose}{given})",
        target=mentioned(spec.target.condition),
    )


def _drawing_for(output: Path | None) -> Drawing:
    if output is None:
        return Drawing.SVG
    suffix = output.suffix.lstrip(".")
    by_suffix = {**{str(drawing): drawing for drawing in Drawing}, "gv": Drawing.DOT, "mmd": Drawing.MERMAID}
    if suffix not in by_suffix:
        _refuse("unknown-format", f"what to draw is not clear from {output.name}", "give --format as well")
    return by_suffix[suffix]


def _draw(shown: "Picture", *wanted: Drawing) -> dict[Drawing, str | bytes]:
    from cruxmap.present import map_drawing

    texts = {Drawing.DOT: map_drawing.dot_text, Drawing.MERMAID: map_drawing.mermaid_text}
    drawn: dict[Drawing, str | bytes] = {form: texts[form](shown) for form in wanted if form in texts}
    pictures = [form for form in wanted if form not in texts]
    if not pictures:
        return drawn
    try:
        laid_out = map_drawing.draw(map_drawing.dot_text(shown), pictures)
    except map_drawing.NoDrawingProgram as missing:
        _refuse("no-drawing-program", str(missing), "dot and mermaid texts need nothing")
    return drawn | {form: laid_out[form] for form in pictures}


def _stage_text(stage: Stage, spec: "ModelSpec", worldview: str | None) -> str:
    if worldview is not None:
        spec = replace(spec, worldviews=(_known_worldview(spec.map, worldview),))
    match stage:
        case Stage.MAP:
            from cruxmap.present.map_text import map_text

            return map_text(spec.map)
        case Stage.NETWORK:
            from cruxmap.engine.text import network_text
            from cruxmap.network.inquiry import inquire

            return network_text(inquire(spec).network)
        case Stage.PLAN:
            from cruxmap.engine.queries import approach_text
            from cruxmap.network.inquiry import inquire

            inquiry = inquire(spec)
            return approach_text(
                inquiry.network, inquiry.targets, [variable for variable, _ in inquiry.given]
            )
        case Stage.PYMC:
            from cruxmap.bayes.model import build, model_text

            return model_text(build(spec))


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
    except (WrongUsage, CannotWrite) as wrong:
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
        print_problems((Problem("cannot-use", message),), ())
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

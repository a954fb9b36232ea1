"""What is asked on a command line: the options that commands share, and reading what is typed there."""

import inspect
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, NoReturn

import typer
from typer.core import TyperCommand

from cruxmap.errors import NOWHERE, Code, InvalidMap, Problem, WrongUsage
from cruxmap.present import terminal
from cruxmap.present.progress import Display
from cruxmap.present.terminal import Format

if TYPE_CHECKING:
    from cruxmap.engine.executors import Executor
    from cruxmap.insight.tags import Tagged
    from cruxmap.language.argument_map import ArgumentMap
    from cruxmap.language.model_spec import ModelSpec


class Pictures(StrEnum):
    """Which figures of an answer are drawn."""

    NONE = "none"
    FIRST = "first"
    ALL = "all"

    @property
    def most(self) -> int | None:
        """How many of them, in their order; `None` is all."""
        return {Pictures.NONE: 0, Pictures.FIRST: LOOKED_AT_FIRST, Pictures.ALL: None}[self]


LOOKED_AT_FIRST = 2
"""Figures that a command draws unasked: the others show more of the same answer."""

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
        "--assuming",
        metavar="CONDITION",
        help="Assume this instead of what the model assumes. Repeatable.",
    ),
]
ObservedOption = Annotated[
    list[str] | None,
    typer.Option(
        "--observed",
        metavar="CONDITION",
        help="Observe this instead of what the model observes. Repeatable.",
    ),
]
ExactOption = Annotated[
    bool, typer.Option("--exact", help="Sum over all states exactly, or say why that cannot be done.")
]
SampledOption = Annotated[
    bool, typer.Option("--sampled", help="Sample states even where exact sums are possible.")
]
AllOption = Annotated[
    bool, typer.Option("--all", help="Leave nobody out: not those either who say little about the target.")
]
ListOption = Annotated[
    str | None, typer.Option("--list", metavar="NAME", help="Print one list of the answer in full.")
]
TagOption = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="TAG", help="Keep entries with this tag, or another. Repeatable."),
]
ExecutorOption = Annotated[
    str | None,
    typer.Option(
        "--executor",
        metavar="WHERE",
        help="Where to compute: `local` (a process per core) or a Dask cluster at `dask://HOST:PORT`.",
    ),
]
QuietOption = Annotated[
    bool,
    typer.Option("--quiet", "-q", help="Print nothing on stderr but problems: not what is being done."),
]
FiguresOption = Annotated[
    Pictures | None,
    typer.Option(
        "--figures",
        help="Which figures to draw (default: the first two; with another --format than table, and without "
        "--output, none).",
    ),
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", help="Folder for the figures (default: figures/<model>/).")
]


ModelsArgument = Annotated[
    list[str], typer.Argument(metavar="MODEL...", help="Model files, or names of models in models/.")
]


VisitorsArgument = Annotated[
    list[Path],
    typer.Argument(metavar="FILES...", help="Files of worldviews, as a report's page writes them."),
]
VisitorsOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--with",
        metavar="FILES...",
        help="Read these worldviews' files too, as if they stood beside the map's. All that follows are such "
        "files, up to the next option. Repeatable.",
    ),
]


class TakesManyFiles(TyperCommand):
    """A command whose option `--with` takes all that follows, up to the next option, as `inbox/*.yaml`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the option before each of the files, as the parser wants it."""
        return super().parse_args(ctx, list(_each_with(args)))


def _each_with(arguments: Iterable[str]) -> Iterator[str]:
    taking = first = False
    for argument in arguments:
        if argument == "--with":
            yield argument
            taking = first = True
            continue
        taking = taking and (first or not argument.startswith("-"))
        if taking and not first:
            yield "--with"
        first = False
        yield argument


@dataclass(frozen=True, slots=True)
class Asked:
    """A model as the command line asks about it: its file, what is asked, and whether that differs.

    `progress` hears what is being done.
    """

    path: Path
    model: "ModelSpec"
    changed: bool
    progress: Display

    @property
    def figures(self) -> Path:
        """The folder for its figures, where no other is given."""
        return Path("figures") / self.model.id


@dataclass(frozen=True, slots=True)
class AskedOfSeveral:
    """The same of several models."""

    models: "tuple[ModelSpec, ...]"
    progress: Display

    @property
    def figures(self) -> Path:
        """The folder for their figures, where no other is given: that of the first."""
        return Path("figures") / self.models[0].id


def model_paths(names: list[str]) -> list[Path]:
    """Return the files of models; problems with any of the names are told together."""
    paths, problems = [], list[Problem]()
    for name in names:
        try:
            paths.append(model_path(name))
        except WrongUsage as wrong:
            problems += wrong.problems
    if problems:
        raise WrongUsage(tuple(problems))
    return paths


def model_path(name: str) -> Path:
    """Return the file of a model, given as a path or as the name of one in `models/`, here or further up."""
    from cruxmap.language.names import did_you_mean

    path = Path(name)
    if os.path.isfile(path):  # a `Path` would raise where a folder cannot be searched
        return path
    above = (Path(*[".."] * n) / "models" for n in range(len(Path.cwd().parts)))
    folder = next((models for models in above if os.path.isdir(models)), Path("models"))
    if os.path.isfile(named := folder / f"{name}.yaml"):
        return named
    files = (file.relative_to(folder).with_suffix("").as_posix() for file in folder.rglob("*.yaml"))
    known = sorted(name for name in files if not name.startswith(".") and "/." not in name)
    asked = path.with_suffix("").as_posix().rpartition("models/")[2]
    none = "no model yet, which is a file with `model:`, `map:` and `target:`"
    if not os.path.isdir(folder):
        none = "no such folder; is this the folder of your project?"
    hint = did_you_mean(asked, known) or f"in {folder.as_posix()}/: {', '.join(known) or none}"
    refuse(Code.NO_SUCH_FILE, f"there is no model {path.as_posix()}", hint)


@contextmanager
def ask(
    model: ModelArgument,
    settings: SetOption = None,
    assuming: AssumingOption = None,
    observed: ObservedOption = None,
    exact: ExactOption = False,
    sampled: SampledOption = False,
    quiet: QuietOption = False,
) -> Iterator[Asked]:
    """Read a model, with what the command line puts in place of its judgements and conditions.

    While this lasts, what is being done is shown.
    """
    with _reading([model], settings, assuming, observed, exact, sampled, quiet) as (
        paths,
        models,
        progress,
    ):
        changed = bool(settings) or (assuming, observed) != (None, None)
        yield Asked(path=paths[0], model=models[0], changed=changed, progress=progress)


@contextmanager
def ask_with(model: str, files: list[Path], *, quiet: bool) -> Iterator[Asked]:
    """Read a model with worldviews' files from elsewhere, as if they stood in its map's folder."""
    with _reading([model], None, None, None, False, False, quiet, files) as (paths, models, progress):
        yield Asked(path=paths[0], model=models[0], changed=bool(files), progress=progress)


@contextmanager
def ask_several(
    models: ModelsArgument,
    settings: SetOption = None,
    assuming: AssumingOption = None,
    observed: ObservedOption = None,
    exact: ExactOption = False,
    sampled: SampledOption = False,
    quiet: QuietOption = False,
) -> Iterator[AskedOfSeveral]:
    """Read several models, with the same in place of the judgements and conditions of each."""
    with _reading(models, settings, assuming, observed, exact, sampled, quiet) as (_, read, progress):
        yield AskedOfSeveral(models=read, progress=progress)


@contextmanager
def _reading(
    names: list[str],
    settings: list[str] | None,
    assuming: list[str] | None,
    observed: list[str] | None,
    exact: bool,
    sampled: bool,
    quiet: bool,
    visitors: Iterable[Path] = (),
) -> "Iterator[tuple[list[Path], tuple[ModelSpec, ...], Display]]":
    from cruxmap.language import reading

    if exact and sampled:
        refuse(Code.TWO_METHODS, "--exact and --sampled exclude each other", "leave one out, or both")
    with terminal.watched(quiet=quiet) as progress, terminal.notes_shown():
        paths = model_paths(names)
        progress(f"reading {', '.join(path.as_posix() for path in paths)}", 0, 1)
        models = reading.read_models(paths, visitors)
        if exact or sampled:
            models = tuple(replace(model, exact=exact) for model in models)
        changed = tuple(_changed(model, settings, assuming, observed) for model in models)
        progress("preparing", 0, 1)
        yield paths, changed, progress


def _changed(
    model: "ModelSpec", settings: list[str] | None, assuming: list[str] | None, observed: list[str] | None
) -> "ModelSpec":
    """Return a model with what was typed in place of its judgements and conditions."""
    from cruxmap.language import typed

    if settings:
        with typed_here("--set"):
            pairs = typed.parse_settings([_setting(setting) for setting in settings], model.map)
            model = replace(model, settings=(*model.settings, *pairs))
    if assuming is not None:
        with typed_here("--assuming"):
            model = replace(model, assuming=tuple(typed.parse_condition(c, model.map) for c in assuming))
    if observed is not None:
        with typed_here("--observed"):
            model = replace(model, observed=tuple(typed.parse_condition(c, model.map) for c in observed))
    return model


def asking[**P](command: Callable[Concatenate[Asked, P], None]) -> Callable[..., None]:
    """Give a command the argument MODEL and the options that ask "what if", in place of its `asked`."""
    return _asking(ask, command)


def asking_of_several[**P](command: Callable[Concatenate[AskedOfSeveral, P], None]) -> Callable[..., None]:
    """Give a command the arguments MODEL... and the same options, in place of its `asked`."""
    return _asking(ask_several, command)


def _asking(
    reading: Callable[..., AbstractContextManager[Any]], command: Callable[..., None]
) -> Callable[..., None]:
    asked = inspect.signature(reading).parameters
    own = list(inspect.signature(command).parameters.values())[1:]
    model, *options = asked.values()

    @wraps(command)
    def asking(*args: Any, **given: Any) -> None:
        with reading(**{name: given.pop(name) for name in asked}) as found:
            command(found, *args, **given)

    parameters = [model, *own, *options]
    asking.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    asking.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return asking


def _setting(setting: str) -> tuple[str, str]:
    address, equals, value = setting.partition("=")
    if not equals:
        refuse(Code.UNREADABLE_SETTING, f"`{setting}` has no `=`", "write --set ADDRESS=VALUE")
    return address.strip(), value.strip()


def threshold(text: str | None) -> float | None:
    """Read a credence that is one number, neither impossible nor certain."""
    if text is None:
        return None
    from cruxmap.language.argument_map import Elicited, Role
    from cruxmap.language.judgement import UnreadableError, parse_value

    try:
        value = parse_value(text, Role.CREDENCE, {})
    except UnreadableError as error:
        refuse(error.code, error.message, error.hint)
    if not isinstance(value, Elicited) or not value.is_point or value.is_certain:
        hint = "a number between 0% and 100%, as in `10%`"
        refuse(Code.UNREADABLE_JUDGEMENT, f"`{text}` is no threshold", hint)
    return value.low


LEAST_WEIGHT = 1e-9
"""A weight of a reviewer lies between this and its reciprocal."""


def weights_of(argument_map: "ArgumentMap", text: str | None) -> dict[str, float] | None:
    """Read how much each reviewer counts, written as `author=2,critic-d=1`."""
    if text is None:
        return None
    weights: dict[str, float] = {}
    for pair in text.split(","):
        name, _, written = (side.strip() for side in pair.partition("="))
        try:
            weight = float(written)
        except ValueError:
            weight = 0.0
        if not LEAST_WEIGHT <= weight <= 1 / LEAST_WEIGHT or name in {*weights, "map"}:
            refuse(Code.UNCLEAR_WEIGHTS, f"`{pair}` gives nobody a weight", "write --weights ann=2,bob=1")
        weights[known_worldview(argument_map, name)] = weight
    return weights


def only_tagged(argument_map: "ArgumentMap", tags: list[str] | None) -> "Tagged":
    """Return what keeps the entries with the tags that were typed. Raises `WrongUsage`."""
    from cruxmap.insight.tags import tagged

    with typed_here("--tag"):
        return tagged(argument_map, tuple(tags or ()))


def known_worldview(argument_map: "ArgumentMap", name: str) -> str:
    """Return the name, if it is a worldview of the map or `map`. Raises `WrongUsage`."""
    from cruxmap.language.names import checked_worldview

    with typed_here():
        return checked_worldview(argument_map, name)


@contextmanager
def typed_here(option: str = "") -> Iterator[None]:
    """Blame the command line (which option of it, if one is given) for problems in what was typed there."""
    try:
        yield
    except InvalidMap as invalid:
        raise WrongUsage(tuple(_as_typed(problem, option) for problem in invalid.problems)) from invalid
    except UnicodeEncodeError as error:
        refuse(Code.NOT_UTF8, f"`{error.object}` is not UTF-8", "type it in a terminal that sends UTF-8")


def _as_typed(problem: Problem, option: str) -> Problem:
    """Name the option, and the address that its text is for, in place of a file."""
    place = problem.span
    if not (place.is_typed and option):
        return problem
    at = option if place.file == NOWHERE.file else f"{option} {place}"
    return replace(problem, span=place._replace(file=NOWHERE.file), message=f"{at}: {problem.message}")


@contextmanager
def chosen_executor(text: str | None) -> "Iterator[Executor]":
    """Give who does the work; that there is nobody to do it is the command line's fault."""
    from cruxmap.engine.executors import executor_from

    with ExitStack() as stack:
        with typed_here():
            chosen = stack.enter_context(executor_from(text))
        yield chosen


def refuse(code: Code, message: str, hint: str) -> NoReturn:
    """Blame the command line, which ends the command with exit code 2."""
    raise WrongUsage((Problem(code, message, hint=hint),))

"""All that `cruxmap check` finds in a map, a model or a project, as one value."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cruxmap.errors import Code, Problem, WrongUsage, by_place
from cruxmap.insight.display import Displayed
from cruxmap.insight.plain import as_plain, counted
from cruxmap.language import reading
from cruxmap.language.argument_types import checks_types
from cruxmap.language.sources import SourceCoverage, check_sources

if TYPE_CHECKING:  # what is loaded only where it is asked for: a check without is quick
    from cruxmap.engine.executors import Executor, Progress
    from cruxmap.insight.expectations import Expected
    from cruxmap.language.argument_map import ArgumentMap
    from cruxmap.language.model_spec import ModelSpec
    from cruxmap.language.past.stale import Stale

type Problems = tuple[Problem, ...]


class StaleOf(NamedTuple):
    """What was said in a map of entries that were reworded or rebuilt since."""

    map: str
    stale: "Stale"


class Checked(tuple[Problems, Problems], Displayed):
    """What `check` finds: `problems, warnings = check(...)` takes it apart.

    Attributes
    ----------
    problems
        What has to be mended, sorted by place. Each has a `code`, a `message`, a `span` and a `hint`.
    warnings
        What is probably not meant, likewise.
    expectations
        With `expect=True`, what the models expect, each with whether it `holds`; `None` where it was not
        asked for, or where there are problems. So it is with the next two.
    sources
        With `sources=True`, what cites each place of each source.
    stale
        With `stale=True`, what was said of entries that were reworded or rebuilt since, by map.
    models
        The names of the models that were looked at.

    Examples
    --------
    >>> import cruxmap as cm
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = cm.new("town", folder=folder)
    ...     found = cm.check(folder, expect=True)
    >>> found
    <Checked: no problems; 3 of 3 expectations hold>
    >>> found.problems, found.holds
    ((), True)
    """

    expectations: "tuple[Expected, ...] | None"
    sources: tuple[SourceCoverage, ...] | None
    stale: tuple[StaleOf, ...] | None
    models: tuple[str, ...]

    def __new__(
        cls,
        problems: Iterable[Problem],
        warnings: Iterable[Problem],
        *,
        expectations: "Iterable[Expected] | None" = None,
        sources: Iterable[SourceCoverage] | None = None,
        stale: Iterable[StaleOf] | None = None,
        models: Iterable[str] = (),
    ) -> "Checked":
        """Return problems and warnings, and what else was asked for."""
        made = super().__new__(cls, (tuple(problems), tuple(warnings)))
        made.expectations = None if expectations is None else tuple(expectations)
        made.sources = None if sources is None else tuple(sources)
        made.stale = None if stale is None else tuple(stale)
        made.models = tuple(models)
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[Problems, Problems], dict[str, Any]]:
        return (self[0], self[1]), vars(self)

    @property
    def problems(self) -> Problems:
        """What has to be mended."""
        return self[0]

    @property
    def warnings(self) -> Problems:
        """What is probably not meant."""
        return self[1]

    @property
    def holds(self) -> bool:
        """Whether there is no problem, and all that was expected holds: when the command ends with 0."""
        return not self.problems and all(one.holds for one in self.expectations or ())

    def to_json(self) -> dict[str, Any]:
        """Return what `cruxmap check --format json` prints."""
        plain: dict[str, Any] = problems_json(self.problems, self.warnings)
        if self.sources is not None:
            plain["sources"] = [as_plain(asdict(one)) for one in self.sources]
        if self.stale is not None:
            plain["stale"] = [
                {"map": one.map} | row.to_json() for one in self.stale for row in one.stale.judgements
            ]
            plain["history"] = [
                {"map": one.map, "unknown": one.stale.unknown} for one in self.stale if one.stale.unknown
            ]
        if self.expectations is not None:
            plain["expectations"] = [one.to_json() for one in self.expectations]
        return plain

    def __repr__(self) -> str:
        counts = [counted(len(self.problems), "problem")] if self.problems else ["no problems"]
        counts += [counted(len(self.warnings), "warning")] if self.warnings else []
        parts = [", ".join(counts)]
        if self.expectations is not None:
            holding = sum(one.holds for one in self.expectations)
            parts.append(f"{holding} of {counted(len(self.expectations), 'expectation')} hold")
        if self.stale is not None:
            older = sum(len(one.stale.judgements) for one in self.stale)
            parts.append(f"{counted(older, 'number')} older than what it is about")
        return f"<Checked: {'; '.join(parts)}>"


@checks_types
def check(
    path: str | os.PathLike[str] = ".",
    *,
    deep: bool = False,
    expect: bool = False,
    stale: bool = False,
    sources: bool = False,
    progress: "Progress | None" = None,
    executor: "Executor | None" = None,
) -> Checked:
    """Find every problem of a map, a model, or a whole project.

    A project has `models/` or `arguments/`; other files in it are left alone.

    Parameters
    ----------
    path
        A map's folder, a model file, or a project's folder.
    deep
        Infer as well: is what is given possible, what is stated within reach, and has each worldview an
        effect?
    expect
        Test what the models expect.
    stale
        Find what was said of entries that were reworded or rebuilt since.
    sources
        Find what cites each place of each source.
    progress
        Called with what is done, steps so far, and steps in all.
    executor
        What does the work: this machine (the default), all its cores, or a cluster.

    Returns
    -------
    A `Checked`, which `problems, warnings = ...` takes apart.

    Raises
    ------
    WrongUsage
        Where there is nothing at the path.

    Examples
    --------
    >>> import cruxmap as cm
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "map.yaml").write_text("claims: {rain: {text: It rains., credence: 120%}}")
    ...     problems, warnings = cm.check(folder)
    >>> [problem.code.value for problem in problems]
    ['unreadable-judgement']
    """
    if not os.path.exists(path):
        named = Path(path).as_posix()
        hint = "name a map's folder, a model file or a project's folder"
        raise WrongUsage((Problem(Code.NO_SUCH_FILE, f"there is no {named}", hint=hint),))
    found = reading.examine(path)
    models = [model.spec for model in found.models]
    problems, warnings = found.problems, found.warnings
    if deep and not problems:
        problems, warnings = _inferred(models, warnings, progress, executor)
    names = tuple(model.id for model in models)
    if problems:
        return Checked(problems, warnings, models=names)
    maps = reading.maps_at(path) if stale or sources else ()
    return Checked(
        problems,
        warnings,
        expectations=_tested(models, progress, executor) if expect else None,
        sources=[cited for one in maps for cited in check_sources(one)] if sources else None,
        stale=_stale_in(maps) if stale else None,
        models=names,
    )


def _inferred(
    models: "Sequence[ModelSpec]",
    warnings: Problems,
    progress: "Progress | None",
    executor: "Executor | None",
) -> tuple[Problems, Problems]:
    """Return the problems that inference finds in models, and the warnings with those that it finds."""
    from cruxmap.engine.executors import HERE, Work
    from cruxmap.insight.deep_checks import deep_checks

    problems, inferred = deep_checks(models, Work(executor or HERE, progress))
    return problems, by_place((*warnings, *inferred))


def _tested(
    models: "Iterable[ModelSpec]", progress: "Progress | None", executor: "Executor | None"
) -> "list[Expected]":
    """Test what models expect, each after the other."""
    from cruxmap.engine.executors import HERE
    from cruxmap.insight.expectations import expectations

    answers = [expectations(model, progress=progress, executor=executor or HERE) for model in models]
    return [one for answer in answers for one in answer.expectations]


def _stale_in(maps: "Iterable[ArgumentMap]") -> list[StaleOf]:
    """Return what is older than what it is about, in each of some maps."""
    from cruxmap.language.past.stale import stale

    return [StaleOf(one.id, stale(one)) for one in maps]


def problem_json(problem: Problem) -> dict[str, str | int]:
    """Return a problem under the keys of `check --format json`."""
    return {
        "code": problem.code,
        "message": problem.message,
        "file": problem.span.file,
        "line": problem.span.line,
        "column": problem.span.column,
        "hint": problem.hint,
    }


def problems_json(problems: Iterable[Problem], warnings: Iterable[Problem]) -> dict[str, Any]:
    """Return problems and warnings under these keys."""
    return {
        "problems": [problem_json(p) for p in problems],
        "warnings": [problem_json(w) for w in warnings],
    }

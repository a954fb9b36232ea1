"""The page of a model, made in a process of its own: at once without what takes long, and then with it.

In: a model, and what was found of it before, if anything was. Out, over a pipe: what is being done, the page,
what is found over draws, and the page with that. Whoever wants none of it any more ends the process.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cruxmap import apart
from cruxmap.apart import Apart
from cruxmap.errors import InvalidMap, Problem
from cruxmap.language.model_spec import ModelSpec
from cruxmap.present.report.page_file import Shown

type Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Doing:
    """What is being done, and how much of it is."""

    what: str
    done: int
    of: int


@dataclass(frozen=True, slots=True)
class Made:
    """The page, and whether it has what is found over draws."""

    page: str
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """What is wrong with the model as far as only computing shows, or with the program itself."""

    problems: tuple[Problem, ...]
    fault: str = ""


def begin(model: ModelSpec, how: Shown, mark: str, found: Plain | None) -> Apart:
    """Begin to make the page of a model; `found` is what is known of exactly this model.

    It tells `Doing`, `Made`, plain data and `Failed`.
    """
    return apart.begin(_make, model, how, mark, found)


def _make(model: ModelSpec, how: Shown, mark: str, found: Plain | None, pipe: Any) -> None:
    try:
        _tell_pages(model, how, mark, found, pipe.send)
    except InvalidMap as invalid:
        pipe.send(Failed(invalid.problems))
    except BrokenPipeError:
        pass
    except Exception as fault:
        pipe.send(Failed((), f"{type(fault).__name__}: {fault}"))


def _tell_pages(
    model: ModelSpec, how: Shown, mark: str, found: Plain | None, tell: Callable[[Any], None]
) -> None:
    from cruxmap.engine.executors import HERE, Work
    from cruxmap.insight.findings import findings
    from cruxmap.insight.travelling_model import travelling_model
    from cruxmap.present.report.contents import contents_of_model, what_was_found, with_found
    from cruxmap.present.report.page_file import report_page

    def progress(what: str, done: int, of: int) -> None:
        tell(Doing(what, done, of))

    progress("an order for the sums", 0, 1)
    travelling = travelling_model(model)
    progress("the page", 0, 1)
    contents = contents_of_model(model, blind=how.blind)
    if found is None:
        tell(Made(report_page(contents, travelling, mark, live=True), is_whole=False))
        found = what_was_found(findings(model, Work(HERE, progress), pairs=False))
        tell(found)
        progress("the page", 0, 1)
    tell(Made(report_page(with_found(contents, found), travelling, mark, live=True), is_whole=True))

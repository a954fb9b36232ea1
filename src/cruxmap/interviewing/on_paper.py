"""A questionnaire on its way: written for people without this program, and read into a worldview's file.

What was filled in counts as if its questions had been asked one by one.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from cruxmap.engine.executors import Progress
from cruxmap.errors import Code, InvalidMap, Problem, WrongUsage
from cruxmap.ground import write_file
from cruxmap.insight.interview import Interview, Kinds, begin, resume
from cruxmap.insight.interview.filled import is_filled, replies_in
from cruxmap.insight.interview.fixed_order import fixed_order
from cruxmap.interviewing import screen
from cruxmap.interviewing.dialogue import Room, Wishes, close
from cruxmap.interviewing.keeping import Kept, checked_entry, open_worldview
from cruxmap.language.argument_map import MAP_WORLDVIEW
from cruxmap.language.argument_types import checks_types
from cruxmap.language.asked import whole_number
from cruxmap.language.model_spec import ModelSpec
from cruxmap.present import interview_text as text
from cruxmap.present.form import Form, form_of
from cruxmap.present.form_page import form_page
from cruxmap.present.form_table import form_table

QUESTIONS = 15
"""So many are in a questionnaire of which nobody says how long it is to be."""

FILES = ("questions.csv", "questions.html")
"""What the two forms of a questionnaire are called: a table for spreadsheet programs, and a page."""

_WRITERS: Mapping[str, Callable[[Form], str | bytes]] = {".csv": form_table, ".html": form_page}


@checks_types
def questionnaire(
    model: ModelSpec,
    most: int = QUESTIONS,
    *,
    about: str | None = None,
    kinds: Kinds = "all",
    show_numbers: bool = False,
    progress: Progress | None = None,
) -> Form:
    """Return the questions of an interview that say most, in an order that is the same for everybody.

    Parameters
    ----------
    model
        The model.
    most
        So many questions at most.
    about
        Ask only about this entry and what it rests on.
    kinds
        `all`, or only `judgements`.
    show_numbers
        Show the map's own numbers in it.
    progress
        Called with what is done, steps so far, and steps in all.

    Returns
    -------
    A form; `write_form` writes it as a table for spreadsheets, or as a page to fill in.

    Raises
    ------
    InvalidMap
        Where no interview is possible, and where nothing is worth asking.
    WrongUsage
        Where there is nothing with the name that it is to be about.

    Examples
    --------
    >>> import cruxmap as cm
    >>> form = cm.questionnaire(cm.example("library"), 2)
    >>> len(form.asked)
    2
    """
    most = whole_number("most", most, 1, None)
    interview = begin(model, MAP_WORLDVIEW, about=checked_entry(model.map, about), kinds=kinds)
    questions = [best.question for best in fixed_order(interview, most, progress=progress)]
    if not questions:
        hint = "choose another target, or another --about" if about else "choose another target"
        raise InvalidMap((Problem(Code.NOTHING_TO_ASK, text.NOTHING_TO_ASK, hint=hint),))
    return form_of(model, questions, interview.mapped if show_numbers else None)


def refuse_as_form(paths: Iterable[Path]) -> None:
    """Raise WrongUsage, before long work, where a name says of no form, or answers would be written over."""
    for path in paths:
        if path.suffix.lower() not in _WRITERS:
            message = f"`{path.as_posix()}` is no questionnaire's file"
            hint = "end its name with `.csv` or `.html`"
            raise WrongUsage((Problem(Code.UNKNOWN_FORMAT, message, hint=hint),))
        if _has_answers(path):
            message = f"{path.as_posix()} is there already, and has answers"
            hint = "move it away, or choose another --output"
            raise WrongUsage((Problem(Code.ALREADY_THERE, message, hint=hint),))


def _has_answers(path: Path) -> bool:
    try:
        return path.exists() and is_filled(path)
    except InvalidMap:  # what is no table has no answers
        return False


@checks_types
def write_form(form: Form, paths: Iterable[Path]) -> None:
    """Write a questionnaire to files: `.csv` is a table for spreadsheets, `.html` a page to fill in.

    Raises `CannotWrite` where one of them cannot be written.

    Examples
    --------
    >>> import cruxmap as cm
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "questions.csv")
    ...     cm.write_form(cm.questionnaire(cm.example("library"), 2), [file])
    ...     file.exists()
    True
    """
    for path in paths:
        write_file(path, _WRITERS[path.suffix.lower()](form))


def take_in(path: Path, file: Path, name: str, wishes: Wishes, progress: Progress) -> None:
    """Put a filled questionnaire into a worldview's file, and say what came out, as after a dialogue."""
    kept, interview = read_form(path, file, name, only_asked=wishes.only_asked, progress=progress)
    screen.tell(text.plainly(_told(interview)))
    close(Room(path, kept, interview, wishes), progress)


def _told(interview: Interview) -> str:
    """Say how many replies there are now, of each kind."""
    whats = Counter(reply.what for reply in interview.replies)
    parts = [f"{number} {what}" for what, number in whats.items()]
    return f"Questions: {', '.join(parts) or 'none was answered'}."


def read_form(
    model: Path,
    file: Path,
    name: str,
    *,
    only_asked: bool = False,
    progress: Progress | None = None,
) -> tuple[Kept, Interview]:
    """Put what a filled questionnaire says into the worldview `name` of a model's map.

    A file that an interview made goes on: a question that is answered anew has the new answer. Numbers that
    were not asked for are fitted, unless `only_asked`. Nothing is written where there is any problem.

    Raises InvalidMap with all problems of the questionnaire; WrongUsage where no interview made the file.
    """
    told = progress or (lambda *_: None)
    told("reading the answers", 0, 1)
    kept = open_worldview(model, name)
    replies = replies_in(file, kept.model.map)
    told("seeing what follows", 0, 1)
    interview = resume(kept.model, name)
    for reply in replies:
        interview = interview.after(reply)
    return kept.written(interview, only_asked=only_asked), interview

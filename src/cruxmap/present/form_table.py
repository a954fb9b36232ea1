"""A questionnaire as a table for spreadsheet programs, with a row for each number that is asked for."""

from cruxmap.language.spreadsheet import written_table
from cruxmap.present.form import Asked, Blank, Form

COLUMNS = ("number", "id", "kind", "question", "about", "for", "against", "how", "answer", "low", "high")
"""The columns: `answer`, or `low` and `high`, are filled in."""

MAP = "map"
"""The column of the map's own numbers, where they are shown: the last before the answers."""

_LEFT_EMPTY = len(COLUMNS) - COLUMNS.index("answer")


def form_table(form: Form) -> bytes:
    """Return a questionnaire as CSV, which opens in a spreadsheet program by a double click."""
    empty = ("",) * _LEFT_EMPTY
    rows = ((*row_of(form, asked, blank), *empty) for asked in form.asked for blank in asked.blanks)
    return written_table([columns_of(form), *rows])


def columns_of(form: Form) -> tuple[str, ...]:
    """Return the names of all columns."""
    shown = (MAP,) if form.shows_numbers else ()
    return (*COLUMNS[:-_LEFT_EMPTY], *shown, *COLUMNS[-_LEFT_EMPTY:])


def row_of(form: Form, asked: Asked, blank: Blank) -> tuple[str, ...]:
    """Return the cells of a row up to those that are filled in."""
    question = f"{asked.sentence} {blank.label}".strip()
    about = (*(f"Assuming that {clause}." for clause in asked.assuming), *asked.about)
    lines = (" / ".join(each) for each in (about, asked.speaks_for, asked.speaks_against))
    shown = (blank.number,) if form.shows_numbers else ()
    return (str(asked.number), blank.id, asked.kind, question, *lines, asked.how, *shown)

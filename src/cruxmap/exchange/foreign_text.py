"""The text of a foreign file, and problems that know their place in it."""

from typing import NoReturn

from cruxmap.errors import Code, InvalidMap, Problem, Span
from cruxmap.language.yaml_text import SourceFile, shortened

MOST_BYTES = 1 << 28
"""The size that a foreign file may have: the largest published networks have a tenth of that."""


def decoded(data: bytes, file: str) -> SourceFile:
    """Return a file's text. Raises InvalidMap where it is not UTF-8, or too large."""
    if len(data) > MOST_BYTES:
        message = f"it has {len(data):,} bytes, and {MOST_BYTES:,} are the most"
        raise InvalidMap((Problem(Code.UNREADABLE_IMPORT, message, Span(file)),))
    try:
        return SourceFile(file, data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        place = SourceFile(file, before + "?").span(len(before), len(before) + 1)
        hint = "save it as UTF-8"
        problem = Problem(Code.NOT_UTF8, f"byte {error.start:,} is not UTF-8", place, hint)
        raise InvalidMap((problem,)) from error


def problem_in(source: SourceFile, start: int, end: int, message: str, hint: str = "") -> Problem:
    """Return that a stretch of a foreign file's text is not as its format has it."""
    place = source.span(start, max(end, start + 1))
    line = source.line(place.line - 1)
    return Problem(Code.UNREADABLE_IMPORT, shortened(message), place, shortened(hint), shortened(line))


def refuse_import(source: SourceFile, start: int, end: int, message: str, hint: str = "") -> NoReturn:
    """Raise InvalidMap with one such problem."""
    raise InvalidMap((problem_in(source, start, end, message, hint),))

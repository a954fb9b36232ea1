"""The text of a foreign file, and problems that know their place in it.

In: bytes. Out: a `SourceFile`. Whatever is wrong with a foreign file is told by what is here.
"""

from typing import NoReturn

from cruxmap.errors import Code, InvalidMap, Problem, Span
from cruxmap.language.yaml_text import SourceFile, shortened


def decoded(data: bytes, file: str) -> SourceFile:
    """Return a file's text. Raises InvalidMap where it is not UTF-8."""
    try:
        return SourceFile(file, data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        place = SourceFile(file, before + "?").span(len(before), len(before) + 1)
        hint = "save it as UTF-8"
        problem = Problem(Code.NOT_UTF8, f"byte {error.start:,} is not UTF-8", place, hint)
        raise InvalidMap((problem,)) from error


def unreadable(file: str, message: str, hint: str = "") -> InvalidMap:
    """Return that a file as a whole is not as its format has it."""
    return InvalidMap((Problem(Code.UNREADABLE_IMPORT, message, Span(file), hint=hint),))


def problem_in(source: SourceFile, start: int, end: int, message: str, hint: str = "") -> Problem:
    """Return that a stretch of a foreign file's text is not as its format has it."""
    place = source.span(start, max(end, start + 1))
    line = source.line(place.line - 1)
    return Problem(Code.UNREADABLE_IMPORT, shortened(message), place, shortened(hint), shortened(line))


def refuse_import(source: SourceFile, start: int, end: int, message: str, hint: str = "") -> NoReturn:
    """Raise InvalidMap with one such problem."""
    raise InvalidMap((problem_in(source, start, end, message, hint),))

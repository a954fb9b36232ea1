"""Texts and numbers in the cells of a table, so that a spreadsheet program leaves them what they are.

Programs compute cells that begin as formulas do, make dates of `1/20` and times of `1:19`, and show `12.345%`
as `12.35%`, which is what they then save. What is written here is not touched by any of that, and `read_text`
gives back to the letter what `written_text` was given, but for blanks around it.
"""

import re
from collections.abc import Iterable

from cruxmap.language.argument_map import Elicited, Scale
from cruxmap.language.judgement import UnreadableError, format_value, parse_phrase
from cruxmap.language.spreadsheet import SEPARATORS, harmless_cell

_FORMULA = "[=+\\-@\t\uff1d\uff0b\uff0d\uff20]"
_MARKED = re.compile(f"^([ \u00a0]*)('*)(?={_FORMULA})|^([ \u00a0]*)('+)")
_AFTER_SEPARATOR = re.compile(f"([;\t][^\\S\n]*)('+)(?={_FORMULA})")
_NEEDS_QUOTES = re.compile(f'["{SEPARATORS}\r\n]|^\\s|\\s$')
_BREAK = re.compile("\r\n?|\n")

_SHOWN_AS_THEY_ARE = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,2})?%")
"""Percentages that programs show whole, whatever they make of them."""
_PLAIN_NUMBER = re.compile(r"[0-9.]+(?:e-?[0-9]+)?%?")


def written_text(text: str) -> str:
    """Return a text that no program computes: with an apostrophe before what begins as a formula does.

    Apostrophes that are there already are doubled where one may be taken away in reading.
    """
    return "\n".join(map(_written_line, _BREAK.split(text)))


def _written_line(line: str) -> str:
    doubled = _AFTER_SEPARATOR.sub(r"\1'\2", line)
    if doubled.lstrip(" \u00a0").startswith("'"):
        return f"'{doubled}"
    return harmless_cell(doubled)


def read_text(cell: str) -> str:
    """Return the text that `written_text` wrote, from a cell without the apostrophe at its very beginning."""
    first, *others = _BREAK.split(cell)
    return "\n".join([_without_marks(first), *(_without_marks(line.removeprefix("'")) for line in others)])


_ADDED = re.compile(f"([;\t][^\\S\n]*)'(?='*{_FORMULA})")


def _without_marks(line: str) -> str:
    return _ADDED.sub(r"\1", line)


def steady_number(notation: str) -> str:
    """Return a number so that a spreadsheet takes it for a text, or shows all its digits.

    Odds, fractions and bare numbers become percentages. One with more than two decimals is written with the
    word, as programs round what they show of `99.999%`.
    """
    if not _touched(notation):
        return notation
    try:
        value = parse_phrase(notation)
    except UnreadableError:  # a phrase, a link or the rest: words that no program reads
        return notation
    percent = format_value(value)
    if not percent.endswith("%"):
        return f"{percent.partition('e')[0]}e{int(percent.partition('e')[2]) + 2} percent"
    return percent if _SHOWN_AS_THEY_ARE.fullmatch(percent) else percent.replace("%", " percent")


def _touched(notation: str) -> bool:
    if _SHOWN_AS_THEY_ARE.fullmatch(notation) and float(notation[:-1]) <= 100:
        return False
    one = _PLAIN_NUMBER.fullmatch(notation) is not None
    return one or (" to " not in notation and any(sign in notation for sign in ":/"))


def shown_number(value: float, complement: float, scale: Scale) -> str:
    """Return a number to look at: three digits of a ratio, and of what a probability has or leaves."""
    if scale is Scale.RATIO:
        return f"{value:.3g}x"
    if value <= 0.5:
        return f"{100 * value:.3g}%"
    digits = f"{100 * complement:.3g}"
    return f"{100 - float(digits):.10g}%"


def shown_ends(value: Elicited) -> tuple[str, str, str]:
    """Return the low end, the middle and the high end of a number, to look at."""
    low, high = value.complements
    return (
        shown_number(value.low, low, value.scale),
        shown_number(value.middle, value.middle_complement, value.scale),
        shown_number(value.high, high, value.scale),
    )


def written_rows(rows: Iterable[Iterable[str]]) -> bytes:
    """Return rows of cells that are written already: UTF-8 with a byte order mark, commas, and CR LF at ends.

    Line breaks within a cell stay, in quotation marks.
    """
    text = "".join(f"{','.join(map(_field, row))}\r\n" for row in rows)
    return text.encode("utf-8-sig", "replace")


def _field(cell: str) -> str:
    return '"{}"'.format(cell.replace('"', '""')) if _NEEDS_QUOTES.search(cell) else cell

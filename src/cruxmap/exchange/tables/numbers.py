"""Numbers as they stand in the cells of a table, in the language's notation.

In: the text of a cell, and the role of its number. Out: the notation, or `UnreadableError`: what a
spreadsheet may have made of another number is never taken for this one.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from cruxmap.errors import Code
from cruxmap.language.argument_map import Elicited, Role, SameAs
from cruxmap.language.judgement import Lexicon, UnreadableError, format_value, parse_value
from cruxmap.language.loose_notation import parse_loosely

REST = "rest"

_DIGITS = 1e-12
"""Numbers are the same that differ by less than this part of themselves: `1/3` has no end in decimals."""
_LIKE_A_TIME = re.compile("[0-9]{1,4}:[0-9]{2}")
"""What a spreadsheet shows of `1:99`, as 2:39, and of `3:1` as 3:01."""


@dataclass(frozen=True, slots=True)
class Notation:
    """How the numbers of a table are read: with the phrases of its map."""

    lexicon: Lexicon

    def value_of(self, text: str, role: Role) -> Elicited | SameAs | str | None:
        """Return what a notation says; None where it says nothing."""
        if text == REST:
            return text
        try:
            return parse_value(text, role, self.lexicon)
        except UnreadableError:
            return None

    def of_cell(self, text: str, role: Role, at: Callable[[str], str]) -> str:
        """Return a cell in the language's notation; `at` gives the address that a table calls otherwise."""
        if _LIKE_A_TIME.fullmatch(text):
            hint = "write odds as a probability, as in `5%` for 1:19 or `1 in 20`"
            raise UnreadableError(Code.UNCLEAR_ANSWER, f"`{text}` may be a time, made of other odds", hint)
        try:
            value = parse_value(text, role, self.lexicon)
        except UnreadableError:
            found = parse_loosely(text, role, self.lexicon)
            return found.text if self.value_of(found.text, role) == found else format_value(found)
        return text if isinstance(value, Elicited) else f"same as {at(value.address)}"

    def of_range(self, low: str, middle: str, high: str, role: Role) -> str:
        """Return a range whose ends are in cells of their own; the middle may be empty."""
        ends = [parse_loosely(end, role, self.lexicon) for end in (low, high)]
        for written, end in zip((low, high), ends, strict=True):
            if not end.is_point:
                hint = "one number in each of `low` and `high`"
                raise UnreadableError(Code.UNCLEAR_ANSWER, f"`{written}` is no end of a range", hint)
        found = parse_loosely(" to ".join(map(format_value, ends)), role, self.lexicon)
        if middle and not found.low <= parse_loosely(middle, role, self.lexicon).middle <= found.high:
            hint = "the middle follows from the ends: leave `central` empty"
            raise UnreadableError(Code.UNCLEAR_ANSWER, f"`{middle}` is not between its ends", hint)
        return format_value(found)

    def says_the_same(self, text: str, other: str, role: Role) -> bool:
        """Tell whether two notations say the same number, to all digits that decimals have."""
        one, another = (self.value_of(each, role) for each in (text, other))
        if not (isinstance(one, Elicited) and isinstance(another, Elicited)):
            return text != "" and one == another
        ends = zip(
            (one.low, one.high, *one.complements),
            (another.low, another.high, *another.complements),
            strict=True,
        )
        return all(math.isclose(a, b, rel_tol=_DIGITS) for a, b in ends)

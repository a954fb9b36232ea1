"""Edits of a text, gathered in any order and made at once.

Each replaces a stretch of the text as it was, or puts something in between. What is put where something else
goes stands behind that; comments stand behind code, and new lines below both.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from cruxmap.language.rewriting.layout import Layout


class StuckError(Exception):
    """Raised for an edit that has no place in the text as it is written."""


@dataclass(frozen=True, slots=True)
class _Edit:
    """A stretch of the text and what comes in its place; of several at one place, the lower rank is first."""

    start: int
    end: int
    rank: int
    text: str


_CODE, _COMMENT, _LINES = range(3)


class TextEdits:
    """The edits of one text."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._edits: list[_Edit] = []

    def replace(self, start: int, end: int, text: str) -> None:
        """Put a text in the place of a stretch."""
        if start != end or text:
            self._edits.append(_Edit(start, end, _CODE, text))

    def insert_lines(self, at: int, lines: Iterable[str], column: int) -> None:
        """Put lines before the one that starts at a place, or at the end of the text."""
        indentation, newline = " " * column, self.layout.newline
        text = "".join(f"{indentation}{line}".rstrip(" ") + newline for line in lines)
        self._edits.append(_Edit(at, at, _LINES, text))

    def comment_behind(self, at: int, words: str) -> None:
        """Put a comment on the line of a place, behind its code and before the comment that it has."""
        at = self.layout.code_end(at)
        self._edits.append(_Edit(at, at, _COMMENT, f"  # {words}"))

    def comment_out(self, start: int, end: int) -> None:
        """Make comments of the lines on which something stands. Raises StuckError if it shares the first."""
        column = self.layout.column(start)
        if not self.layout.is_first(start):
            raise StuckError("what becomes a comment shares its line with others")
        for at, line in self.layout.lines(start, end):
            if line.strip():
                indentation = min(column, len(line) - len(line.lstrip(" ")))
                self.replace(at + indentation, at + indentation, "# ")

    def applied(self) -> str:
        """Return the text after all edits; its last line ends, or does not, as it did.

        Raises StuckError where two of them replace the same.
        """
        text, at, parts = self.layout.text, 0, [""]
        gone = sorted((edit.start, edit.end) for edit in self._edits if edit.end > edit.start)
        edits = [edit if edit.rank == _CODE else self._moved(edit, gone) for edit in self._edits]
        for edit in sorted(edits, key=lambda edit: (edit.start, edit.end, edit.rank)):
            if edit.start < at:
                raise StuckError("two changes touch the same place")
            parts += filter(None, (text[at : edit.start],))
            if edit.rank == _LINES and parts[-1] and not parts[-1].endswith(("\n", "\r")):
                parts.append(self.layout.newline)
            parts += filter(None, (edit.text,))
            at = edit.end
        result = "".join((*parts, text[at:]))
        if text and not text.endswith(("\n", "\r")):
            return result.removesuffix("\n").removesuffix("\r")
        return result

    def _moved(self, edit: _Edit, gone: Sequence[tuple[int, int]]) -> _Edit:
        """Return a comment or new lines, behind what goes from where they would stand."""
        at = edit.start
        for start, end in islice(gone, max(0, bisect_left(gone, (at, 0)) - 1), None):
            if start >= at:
                break
            if at < end and edit.rank == _COMMENT:
                at = self.layout.code_end(end)
            elif at < end:
                at = end if self.layout.column(end) == 0 else self.layout.next_line(end)
        return replace(edit, start=at, end=at)

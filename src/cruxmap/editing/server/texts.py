"""Places in texts as editors count them, and how places move when a text changes.

Editors count lines from 0 and, within a line, units of UTF-16 unless they and the server agree on others.
Spans count from 1, in characters.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lsprotocol.types import Position, Range
from pygls.workspace import PositionCodec

from cruxmap.errors import Span
from cruxmap.language.yaml_text import SourceFile


@dataclass(frozen=True, slots=True)
class Ruler:
    """A text, and the units in which an editor counts places in it."""

    file: SourceFile
    codec: PositionCodec

    @classmethod
    def of(cls, text: str, codec: PositionCodec) -> "Ruler":
        """Return the ruler of a text."""
        return cls(SourceFile("", text), codec)

    @property
    def lines(self) -> Sequence[str]:
        """The lines, without what ends them."""
        return self.file.lines

    def like(self, text: str) -> "Ruler":
        """Return the ruler of another text, in the same units."""
        return Ruler.of(text, self.codec)

    def line(self, number: int) -> str:
        """Return a line, counted from 0; an empty one past the end."""
        return self.lines[number] if 0 <= number < len(self.lines) else ""

    def column(self, position: Position) -> int:
        """Return how many characters stand before a position on its line."""
        units, line = 0, self.line(position.line)
        for column, character in enumerate(line):
            if units >= position.character:
                return column
            units += self.codec.client_num_units(character)
        return len(line)

    def position(self, line: int, column: int) -> Position:
        """Return the position of a column, in characters, of a line; both count from 0."""
        units = self.codec.client_num_units(self.line(line)[:column])
        return Position(line, int(units))

    def range(self, span: Span) -> Range:
        """Return the range of a span; one past the end of its line ends there."""
        line, column = span.line - 1, span.column - 1
        return Range(self.position(line, column), self.position(line, column + span.length))

    def place(self, position: Position) -> int:
        """Return how many characters stand before a position in the text."""
        line = min(position.line, len(self.lines) - 1)
        return self.file.line_starts[line] + self.column(Position(line, position.character))

    def stretch(self, start: int, end: int) -> Range:
        """Return the range from one place in the text to another."""
        first, last = self.file.span(start, start), self.file.span(end, end)
        return Range(
            self.position(first.line - 1, first.column - 1), self.position(last.line - 1, last.column - 1)
        )

    def between(self, line: int, start: int, end: int) -> Range:
        """Return the range between two columns of a line."""
        return Range(self.position(line, start), self.position(line, end))


def range_on_line(span: Span, line_text: str, codec: PositionCodec) -> Range:
    """Return the range of a span of which nothing is at hand but its line."""
    before = codec.client_num_units(line_text[: span.column - 1]) if line_text else span.column - 1
    marked = line_text[span.column - 1 : span.column - 1 + span.length]
    units = codec.client_num_units(marked) if line_text else span.length
    return Range(Position(span.line - 1, before), Position(span.line - 1, before + units))


def _alike(a: str, b: str) -> int:
    """Return with how many characters two texts begin alike."""
    least, most = 0, min(len(a), len(b))
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if a[least:middle] == b[least:middle] else (least, middle - 1)
    return least


@dataclass(frozen=True, slots=True)
class Change:
    """A text before and after a change: all between what both begin with and what both end with."""

    start: int
    old_end: int
    new_end: int

    @classmethod
    def between(cls, old: str, new: str) -> "Change":
        """Return what has changed."""
        start = _alike(old, new)
        most = min(len(old), len(new)) - start
        tail = _alike(old[len(old) - most :][::-1], new[len(new) - most :][::-1])
        return cls(start, len(old) - tail, len(new) - tail)

    def before(self, place: int) -> int | None:
        """Return where a place was, None in what is new."""
        if place <= self.start:
            return place
        return place - self.new_end + self.old_end if place >= self.new_end else None

    def after(self, place: int) -> int | None:
        """Return where a place is now, None where it is gone."""
        if place <= self.start:
            return place
        return place - self.old_end + self.new_end if place >= self.old_end else None

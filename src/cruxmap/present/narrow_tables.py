"""Text in columns of a terminal, where no number is ever broken in two.

Widths are in cells: a wide character takes two.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len, chop_cells

SHORT_WORD, LONG_NUMBER = 20, 24
"""Up to here a word without digits, and a number, are kept in one piece however narrow a column gets."""

_BREAKS = re.compile(r"(?<=\w[-./])(?=[^\W\d])")
"""Where a word may be broken: after a sign that joins it to a letter, which no number goes on with."""


def folded(text: str, width: int) -> str:
    """Break lines at spaces, words that are too long after hyphens and dots, and only then anywhere."""
    return "\n".join(line for paragraph in text.split("\n") for line in _lines(paragraph, width))


def _lines(paragraph: str, width: int) -> Iterator[str]:
    line = ""
    for word in paragraph.split(" "):
        gap = " " if line else ""
        for piece in _pieces(word, width):
            if line and cell_len(line + gap + piece) > width:
                yield line
                line = piece
            else:
                line += gap + piece
            gap = ""
    yield line


def _pieces(word: str, width: int) -> Iterator[str]:
    if cell_len(word) <= width:
        yield word
        return
    for piece in _BREAKS.split(word):
        yield from chop_cells(piece, width) if cell_len(piece) > width else (piece,)


def longest_line(text: str) -> int:
    """Return the width of the text as it is."""
    return max(map(cell_len, text.split("\n")))


def longest_word(text: str) -> int:
    """Return the width that keeps every word in one piece."""
    return max(map(cell_len, text.split()), default=0)


def narrowest(text: str) -> int:
    """Return the width that keeps every number, and every short word, in one piece."""
    pieces = (piece for word in text.split() for piece in _BREAKS.split(word))
    return max(map(_kept, pieces), default=0)


def _kept(piece: str) -> int:
    return min(cell_len(piece), LONG_NUMBER if any(map(str.isdecimal, piece)) else SHORT_WORD)


def widths(least: Sequence[int], most: Sequence[int], room: int) -> list[int]:
    """Share the room among columns: the widest give way first, none beyond its least."""
    cap = max(most)
    while True:
        shared = [max(a, min(b, cap)) for a, b in zip(least, most, strict=True)]
        if sum(shared) <= room or cap == 0:
            return shared
        cap -= 1


def naming(rows: Sequence[Sequence[str]]) -> int:
    """Return how many of the first columns tell the rows apart: one, if all of them do not."""
    columns = len(rows[0]) if rows else 0
    apart = (n for n in range(1, columns + 1) if len({tuple(row[:n]) for row in rows}) == len(rows))
    return next(apart, 1)


def blocks(least: Sequence[int], gap: int, room: int, names: int = 1) -> Iterable[list[int]]:
    """Put columns into blocks that fit side by side, each of which begins with those that name the rows.

    Where these leave no room for each of the others, the first one has to do.
    """
    widest = max(least[names:], default=0)
    if sum(least[:names]) + gap * names + widest > room:
        names = 1
    block = list(range(names))
    for column in range(names, len(least)):
        if len(block) > names and sum(least[c] + gap for c in (*block, column)) - gap > room:
            yield block
            block = list(range(names))
        block.append(column)
    yield block

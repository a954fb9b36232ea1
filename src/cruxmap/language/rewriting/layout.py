"""What stands where in a YAML text: lines, comments, the ends of values, and how far things are indented.

`yaml_text` knows where each value starts. This knows where it ends, what stands behind it on its line, and
which of the comments beneath belong to it, so that a part of a text can be replaced without touching others.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator

from cruxmap.language.yaml_text import Entries, Items, Node, SourceFile, Text

_BREAK = re.compile("\r\n|[\r\n]")
_LAST_BREAK = re.compile("(?:\r\n|[\r\n])?\\Z")
_COMMENT = re.compile(r"(?:^|(?<=[\s,\[\]{}]))#")
_GAP = re.compile(r"(?:[\s,:?]|#[^\r\n]*)*")
_HEADER = re.compile(r"[^\r\n]*")


class Layout:
    """A text that was read, and its value."""

    def __init__(self, file: SourceFile, root: Node) -> None:
        self.file = file
        self.text = file.text
        found = _BREAK.search(self.text)
        self.newline = found[0] if found else "\n"
        self._scalars = sorted(_scalars(root))
        self._starts = [start for start, _ in self._scalars]
        self._code_ends: dict[int, int] = {}

    # --- lines ----------------------------------------------------------------------------------

    def line_start(self, at: int) -> int:
        """Return where the line of a place starts."""
        starts = self.file.line_starts
        return starts[bisect_right(starts, at) - 1]

    def line_end(self, at: int) -> int:
        """Return where the line of a place ends, before what ends it."""
        end = self.next_line(at)
        return end - len(_LAST_BREAK.findall(self.text[max(self.line_start(at), end - 2) : end])[0])

    def next_line(self, at: int) -> int:
        """Return where the line after that of a place starts: at the end of the text, if there is none."""
        starts = self.file.line_starts
        return min(starts[bisect_right(starts, at)], len(self.text))

    def lines(self, start: int, end: int) -> Iterator[tuple[int, str]]:
        """Yield the lines that a stretch touches, each with its start."""
        at = self.line_start(start)
        while at < end or at == self.line_start(start):
            yield at, self.text[at : self.line_end(at)]
            after = self.next_line(at)
            if after == at or after >= len(self.text):
                return
            at = after

    def column(self, at: int) -> int:
        """Return how far a place is from the start of its line."""
        return at - self.line_start(at)

    def is_first(self, at: int) -> bool:
        """Whether nothing stands before a place on its line."""
        return not self.text[self.line_start(at) : at].strip(" ")

    def spans_lines(self, start: int, end: int) -> bool:
        """Whether a stretch runs over several lines."""
        return _BREAK.search(self.text, start, end) is not None

    # --- comments -------------------------------------------------------------------------------

    def in_scalar(self, at: int) -> bool:
        """Whether a place is inside of a text."""
        number = bisect_right(self._starts, at - 1) - 1
        return number >= 0 and at < self._scalars[number][1]

    def comments(self, start: int, end: int) -> Iterator[int]:
        """Yield where comments begin in a stretch of the text."""
        for found in _COMMENT.finditer(self.text, start, end):
            behind = self.line_start(found.start()) == found.start() or not self.in_scalar(found.start())
            if behind and self.text[found.start() - 1 : found.start()] in ("", " ", "\t", "\n", "\r"):
                yield found.start()

    def code_end(self, at: int) -> int:
        """Return where the line of a place ends, without its comment and the space before that."""
        start = self.line_start(at)
        if start not in self._code_ends:
            stop = next(self.comments(start, self.line_end(at)), self.line_end(at))
            self._code_ends[start] = start + len(self.text[start:stop].rstrip(" \t"))
        return max(at, self._code_ends[start])

    # --- ends -----------------------------------------------------------------------------------

    def is_flow(self, node: Node) -> bool:
        """Whether a list or mapping stands in brackets."""
        return not isinstance(node, Text) and self.text[node.start : node.start + 1] in ("{", "[")

    def style(self, node: Text) -> str:
        """Return the sign with which a text begins: a quote, `|`, `>`, or nothing where it is plain."""
        return "" if node.plain else self.text[node.start]

    def end(self, node: Node) -> int:
        """Return where a value ends, without space and comments behind it."""
        if isinstance(node, Text):
            return self._end_of_text(node)
        last = self._last_inner_end(node)
        if not self.is_flow(node):
            return last
        gap = _GAP.match(self.text, last)
        return (gap.end() if gap else last) + 1

    def _end_of_text(self, node: Text) -> int:
        if self.style(node) not in ("|", ">"):
            return node.end
        stop = node.start + len(self.text[node.start : node.end].rstrip())
        return self.line_end(stop)

    def _last_inner_end(self, node: Items | Entries) -> int:
        if not node:
            return node.start + (1 if self.is_flow(node) else 0)
        if isinstance(node, Items):
            return self.end(node[-1])
        key, value = next(reversed(node.items()))
        return max(key.end, self.end(value))

    def end_of_entry(self, key: Text, value: Node) -> int:
        """Return where an entry of a mapping ends."""
        return max(self.after_colon(key), self.end(value))

    def after_colon(self, key: Text) -> int:
        """Return the place behind the colon of a key; behind the key where there is none."""
        found = re.compile(r"\s*:").match(self.text, key.end)
        return found.end() if found else key.end

    def dash(self, node: Items, number: int) -> int | None:
        """Return where the dash of an item is; None where it shares its line with that of another list."""
        column = self.column(node.start)
        start = node.start if number == 0 else self.next_line(self.end(node[number - 1]))
        for at, line in self.lines(start, node[number].start + 1):
            if line[column : column + 1] == "-" and (number == 0 or not line[:column].strip(" ")):
                return at + column if not line[:column].strip(" ") else None
        return None

    def below(self, at: int, deeper_than: int, *, over_gaps: bool = False) -> int:
        """Return the start of the first line below a place that is no comment so deeply indented.

        With `over_gaps`, empty lines do not end such comments.
        """
        found = at = self.next_line(at)
        while at < len(self.text):
            line = self.text[at : self.line_end(at)]
            indentation = len(line) - len(line.lstrip(" "))
            is_comment = line.lstrip(" ").startswith("#") and indentation > deeper_than
            if not is_comment and (line.strip() or not over_gaps):
                break
            at = self.next_line(at)
            found = at if is_comment else found
        return found

    # --- habits ---------------------------------------------------------------------------------

    def block_header(self, node: Text) -> str:
        """Return the first line of a text under `|` or `>`, from that sign on."""
        found = _HEADER.match(self.text, node.start)
        return found[0] if found else ""


def _scalars(node: Node) -> Iterator[tuple[int, int]]:
    """Yield where each text starts and ends, keys among them."""
    if isinstance(node, Text):
        if node.end > node.start:
            yield node.start, node.end
        return
    if isinstance(node, Entries):
        for key in node:
            yield key.start, key.end
    for part in node if isinstance(node, Items) else node.values():
        yield from _scalars(part)

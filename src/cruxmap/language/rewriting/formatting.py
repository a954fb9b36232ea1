"""A file as everybody would write it: the same comments and values, laid out in one way.

`formatted` writes a text anew: two spaces for each level, the keys of an entry in one order, sentences folded
at one width, one kind of quotes. Entries keep their order and scalars their spelling. Lists and mappings in
brackets stay in brackets where they are on one line. The result is read again before it is returned: it says
the same, with the same comments.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cruxmap.errors import Code, InvalidMap, Problem, Span
from cruxmap.language.files import content_of, fit, shown
from cruxmap.language.findings import Findings
from cruxmap.language.for_editors.mentions import ProjectFile, project_files
from cruxmap.language.rewriting.layout import Layout
from cruxmap.language.rewriting.text_edits import StuckError
from cruxmap.language.schema import (
    FILES,
    FileKind,
    HeadShape,
    SourceShape,
    Told,
    VoiceShape,
)
from cruxmap.language.validation import Shape, shapes_in
from cruxmap.language.yaml_text import Entries, Items, Node, Parsed, Text, parse, parse_text
from cruxmap.language.yaml_writing import WIDTH, block_text, scalar

STEP = 2
"""How many spaces each level is indented by."""

_HEAD = ("title", "author", "url", "date", "text", "by", "source", "note", "tags")
_OF_ENTRIES = (
    *_HEAD,
    *("states", "state_texts", "timeline", "requires", "phases", "premises"),
    *("credence", "all_of", "any_of", "at_least", "if_met", "otherwise", "when", "routes", "leak"),
    *("given", "gap", "emerges", "later_of", "earlier_of"),
    *("for", "against", "undercuts", "strength", "force"),
)
_OF_PARTS = (
    *("id", "count", "estimate", "crux", "worldview", "event", "within", "of", "before"),
    *("during", "by_end_of", "ever", "by", "from", "to", "at_least"),
    *("when", "otherwise", "value", "state", "credence", "chance", "given", "pace"),
    *("assuming", "below", "above", "between", "mean", "than", "rank"),
    *("elicited", "fitted", "source", "note", "tags"),
    *("map", "entries", "draws", "tune", "chains", "seed", "section", "no-claim"),
)
_ENTRIES: tuple[type[Shape], ...] = (Told, HeadShape, SourceShape, VoiceShape)
_RANKS = {
    is_entry: {key: rank for rank, key in enumerate(order)}
    for is_entry, order in ((True, _OF_ENTRIES), (False, _OF_PARTS))
}
_COMMENT = re.compile(r"([ \t]*)(#.*)")
_HEADER = re.compile(r"([|>])(-?)([ \t]+#.*|[ \t]*)")
_MARKER = re.compile(r"(?:---|\.\.\.)(?:[ \t]|\Z)|%")

type _Place = tuple[str | int, ...]


def formatted(text: str, kind: FileKind, name: str = "file.yaml") -> str:
    """Return the text of a file as it is laid out everywhere: the same where it is so already.

    Its byte order mark and its line ends stay. Raises InvalidMap with the problems of a text that YAML or the
    shape of the file has, and where it is written in a way that cannot be laid out anew.
    """
    parsed = _parsed(text, kind, name)
    root, mark = parsed.root, text[: len(text) - len(parsed.file.text)]
    assert root is not None
    printing = _Printing(Layout(parsed.file, root), shapes_in(FILES[kind], root))
    try:
        result = printing.all(root)
        _check(printing, root, result)
    except StuckError as stuck:
        raise _cannot(name, str(stuck)) from None
    return f"{mark}{result}"


def _cannot(name: str, why: str) -> InvalidMap:
    hint = "write the place more simply by hand, and try again"
    return InvalidMap((Problem(Code.CANNOT_WRITE, f"cannot be laid out: {why}", Span(name), hint),))


def _parsed(text: str, kind: FileKind, name: str) -> Parsed:
    findings = Findings()
    parsed = parse_text(text, name)
    findings.take(parsed)
    if parsed.root is not None:
        fit(FILES[kind], parse_text(text, name), findings, 0)  # which takes out what is empty
    findings.raise_if_any()
    return parsed


def _check(printing: "_Printing", root: Node, result: str) -> None:
    """Raise StuckError where a result says something else, or has other comments."""
    found = parse_text(result, printing.layout.file.name)
    if found.problems or found.root is None:
        raise StuckError("it could not be read any more")
    if _said(found.root, {}) != _said(root, printing.orders):
        raise StuckError("it would say something else")
    comments = (_comments(Layout(found.file, found.root), found.root), _comments(printing.layout, root))
    if Counter(comments[0]) != Counter(comments[1]):
        raise StuckError("a comment would be lost")


def _said(node: Node, orders: Mapping[_Place, Sequence[Any]], place: _Place = ()) -> Any:
    """Return a value in which order counts everywhere: that of a mapping's keys is among the `orders`."""
    if isinstance(node, Text):
        return str(node)
    if isinstance(node, Items):
        return [_said(part, orders, (*place, number)) for number, part in enumerate(node)]
    keys = orders.get(place, list(node))
    return {"": [(str(key), _said(node[key], orders, (*place, key))) for key in keys]}


def _comments(layout: Layout, root: Node) -> Iterator[str]:
    """Yield all comments: those between values, and those behind `|` and `>`."""
    for start in layout.comments(0, len(layout.text)):
        yield layout.text[start : layout.line_end(start)].rstrip()
    ahead = [root]
    while ahead:
        node = ahead.pop()
        if isinstance(node, Text):
            header = layout.block_header(node) if layout.style(node) in ("|", ">") else ""
            if mark := header.partition("#")[2]:
                yield f"#{mark.rstrip()}"
        else:
            ahead += node if isinstance(node, Items) else node.values()


@dataclass(frozen=True, slots=True)
class _Level:
    """How far the parts of a list or a mapping were indented, and are."""

    old: int
    new: int


class _Printing:
    """A file written anew, line by line."""

    def __init__(self, layout: Layout, shapes: Mapping[_Place, type[Shape]]) -> None:
        self.layout = layout
        self.shapes = shapes
        self.lines: list[str] = []
        self.dash = ""
        self.levels: list[_Level] = []  # of what is open, and of what was before
        self.done = 0  # up to here comments are written
        self.orders: dict[_Place, list[Any]] = {}  # of the keys of mappings that are written

    def all(self, root: Node) -> str:
        """Return the file."""
        layout = self.layout
        is_empty = isinstance(root, Entries) and not root and not layout.is_flow(root)
        if is_empty:
            self._above(len(layout.text), 0)
        elif isinstance(root, Text):
            raise StuckError("it does not hold a mapping of keys and values")
        else:
            start = layout.line_start(root.start)
            if not layout.is_first(root.start):
                raise StuckError("it begins behind something else on its line")
            self._above(start, layout.column(root.start))
            if layout.is_flow(root):
                self._as_it_is(root, "", 0, layout.column(root.start))
            else:
                self._parts(root, 0, ())
            self._above(len(layout.text), 0)
        while self.lines and not self.lines[-1]:
            self.lines.pop()
        return "".join(line + layout.newline for line in self.lines)

    # --- comments and blank lines ---------------------------------------------------------------

    def _above(self, start: int, column: int) -> None:
        """Write comments and blank lines that stand above the line that starts here."""
        layout = self.layout
        at = self.done
        while at < start:
            end = layout.line_end(at)
            line = layout.text[at:end]
            words = line.strip()
            if words.startswith("#"):
                self.lines.append(" " * self._moved(len(line) - len(line.lstrip()), column) + words)
            elif not words:
                if self.lines and self.lines[-1]:
                    self.lines.append("")
            elif _MARKER.match(line):
                self.lines.append(line.rstrip())
            else:
                raise StuckError(f"line {layout.file.span(at, end).line} has something between its parts")
            after = layout.next_line(at)
            at = after if after > at else start
        self.done = max(self.done, start)

    def _moved(self, old: int, column: int) -> int:
        """Return how far a comment is indented: as what it stood with."""
        known = [level for level in self.levels if level.old <= old]
        nearest = max(known, key=lambda level: level.old, default=_Level(column, column))
        return max(0, old - nearest.old + nearest.new)

    def _behind(self, end: int) -> str:
        """Return the comment that stands behind a place on its line, and go on below it."""
        found = _COMMENT.fullmatch(self.layout.text, end, self.layout.line_end(end))
        self.done = max(self.done, self.layout.next_line(end))
        if found is None:
            return ""
        space = found[1] if len(found[1]) > 1 and "\t" not in found[1] else "  "
        return f"{space}{found[2].rstrip()}"

    def _line(self, column: int, words: str, comment: str = "") -> None:
        prefix = self.dash or " " * column
        self.dash = ""
        self.lines.append(f"{prefix}{words}{comment}".rstrip())

    # --- lists and mappings ---------------------------------------------------------------------

    def _parts(self, node: Items | Entries, column: int, place: _Place) -> None:
        """Write the parts of a list or a mapping one below the other."""
        layout = self.layout
        keys: list[Any] = list(node) if isinstance(node, Entries) else list(range(len(node)))
        order = self._order(node, place) if isinstance(node, Entries) else keys
        if layout.is_flow(node):
            for key in order:
                self._part(node, key, column, place, None)
            self.orders[place] = order
            return
        starts = dict(zip(keys, self._starts(node), strict=True))
        old = layout.column(starts[keys[0]])
        around = [*(level for level in self.levels if level.old < old), _Level(old, column)]
        last = starts[keys[-1]] if isinstance(node, Items) else layout.after_colon(keys[-1])
        last = max(last, layout.end(node))
        is_moved = order != keys and not self._has_comments(starts[keys[0]], last, old)
        self.orders[place] = order if is_moved else keys
        self.levels.append(around[-1])  # the comments above the first part are indented as it is
        for key in self.orders[place]:
            start = starts[key]
            if is_moved:
                self.done = layout.line_start(start)
            elif not self.dash:
                self._above(layout.line_start(start), column)
            self.levels = list(around)
            self._part(node, key, column, place, start)
        if is_moved:
            self.done = layout.next_line(last)

    def _starts(self, node: Items | Entries) -> list[int]:
        """Return where the keys of a mapping are, or the dashes of a list."""
        if isinstance(node, Entries):
            return [key.start for key in node]
        dashes = [node.start, *(self.layout.dash(node, number) for number in range(1, len(node)))]
        if None in dashes:
            raise StuckError("several lists begin on one line")
        return [dash for dash in dashes if dash is not None]

    def _order(self, node: Entries, place: _Place) -> list[Text]:
        shape, keys = self.shapes.get(place), list(node)
        if shape is None or shape in FILES.values():
            return keys
        rank = _RANKS[issubclass(shape, _ENTRIES)]
        return sorted(keys, key=lambda key: rank.get(str(key), len(rank)))

    def _has_comments(self, start: int, end: int, column: int) -> bool:
        """Whether a comment stands above or among the keys of a mapping, or below as one more of them."""
        layout = self.layout
        if any(map(layout.is_first, layout.comments(min(self.done, start), end))):
            return True
        return layout.below(end, column - 1) > layout.next_line(end)

    def _part(
        self, node: Items | Entries, key: Any, column: int, place: _Place, start: int | None
    ) -> None:
        """Write one part of a list or a mapping, which starts at a place or comes out of brackets."""
        layout = self.layout
        if isinstance(node, Entries):
            head, part = f"{self._text(key)}:", node[key]
            after = None if start is None else layout.after_colon(key)
            if after is not None and after == key.end:
                raise StuckError(f"`{key}` has no colon")
        else:
            head, part = "", node[key]
            after = None if start is None else start + 1
        if (
            after is not None
            and part != ""
            and layout.line_start(part.start) != layout.line_start(after)
            and (not head or isinstance(part, Text) or layout.is_flow(part))
        ):
            self._between(after, part.start, column)
        if not head:
            self.dash = f"{self.dash or ' ' * column}- "
        if isinstance(part, Text):
            self._scalar(part, head, column, after)
        elif after is not None and layout.is_flow(part) and self._has_inner_comments(part):
            self._as_it_is(part, head, column, layout.column(start or 0))
        elif self._stays_in_brackets(part, len(head) + 1 + column, (*place, key)):
            written = f"{head} {self._flow(part, (*place, key))}".lstrip()
            self._line(column, written, "" if after is None else self._behind(layout.end(part)))
        else:
            if head:
                is_flow = layout.is_flow(part)
                comment = "" if after is None else self._behind(layout.end(part) if is_flow else after)
                self._line(column, head, comment)
            elif after is not None and layout.is_flow(part):
                self._above_dash(self._behind(layout.end(part)), column)
            self._parts(part, column + STEP, (*place, key))

    def _between(self, after: int, start: int, column: int) -> None:
        """Write the comments between a key or a dash and what stands on a later line, as lines above it."""
        layout = self.layout
        for at in layout.comments(after, start):
            words = layout.text[at : layout.line_end(at)].rstrip()
            self.lines.append(f"{' ' * column}{words}")
        self.done = layout.line_start(start)

    def _above_dash(self, comment: str, column: int) -> None:
        if comment:
            self.lines.append(f"{' ' * column}{comment.strip()}")

    # --- brackets -------------------------------------------------------------------------------

    def _has_inner_comments(self, node: Items | Entries) -> bool:
        return any(self.layout.comments(node.start, self.layout.end(node)))

    def _stays_in_brackets(self, node: Items | Entries, used: int, place: _Place) -> bool:
        """Whether a list or a mapping stands in brackets on one line, or fits there."""
        layout = self.layout
        if not layout.is_flow(node):
            return not node
        if not node or not layout.spans_lines(node.start, layout.end(node)):
            return True
        return used + len(self._flow(node, place)) <= WIDTH

    def _flow(self, node: Node, place: _Place) -> str:
        """Write a value on one line, lists and mappings in brackets."""
        if isinstance(node, Text):
            return self._text(node, flow=True)
        if isinstance(node, Items):
            return f"[{', '.join(self._flow(part, (*place, n)) for n, part in enumerate(node))}]"
        order = self.orders[place] = self._order(node, place)
        parts = (f"{self._text(key, flow=True)}: {self._flow(node[key], (*place, key))}" for key in order)
        return f"{{{', '.join(parts)}}}"

    def _as_it_is(self, node: Items | Entries, head: str, column: int, old: int) -> None:
        """Write what stands in brackets with comments among it: its lines stay as they are."""
        layout, end = self.layout, self.layout.end(node)
        first, *others = [line for _, line in layout.lines(node.start, end)]
        begun = f"{head} {first[layout.column(node.start) :]}".strip()
        if not others:
            raise StuckError("a comment stands in brackets that are never closed")
        self._line(column, begun)
        for line in others:
            words = line.strip()
            indentation = max(0, len(line) - len(line.lstrip()) + column - old)
            self.lines.append(" " * indentation + words if words else "")
        self.done = layout.next_line(end)

    # --- texts ----------------------------------------------------------------------------------

    def _scalar(self, node: Text, head: str, column: int, after: int | None) -> None:
        """Write a text behind a key or a dash."""
        layout, style = self.layout, self.layout.style(node)
        if style in ("|", ">"):
            self._under(node, head, column)
            return
        if not node and node.plain:
            self._line(column, head, "" if after is None else self._behind(after))
            return
        comment = "" if after is None else self._behind(layout.end(node))
        written = f"{head} {self._text(node)}".lstrip()
        if head and ("\n" in node or len(self.dash or " " * column) + len(written) > WIDTH):
            sign = "|" if "\n" in node else ">"
            lines = block_text(str(node), sign, comment, " " * (column + STEP), WIDTH)
            if lines is not None and ("\n" in node or max(map(len, lines)) <= WIDTH):
                self._line(column, f"{head} {lines[0]}")
                self.lines += lines[1:]
                return
        self._line(column, written, comment)

    def _under(self, node: Text, head: str, column: int) -> None:
        """Write a text that stands under `|` or `>`."""
        layout, end = self.layout, self.layout.end(node)
        found = _HEADER.fullmatch(layout.block_header(node))
        if found is None:
            raise StuckError("a text under `|` or `>` says how far it is indented, or keeps its end")
        self.done = layout.next_line(end)
        indentation = " " * (column + STEP)
        lines = (
            block_text(str(node), ">", found[3].rstrip(), indentation, WIDTH) if found[1] == ">" else None
        )
        if lines is None:
            _, *raw = [line for _, line in layout.lines(node.start, end)]
            depth = next((len(line) - len(line.lstrip(" ")) for line in raw if line.strip()), 0)
            lines = [
                found[0].rstrip(),
                *(f"{indentation}{line[depth:]}" if line[depth:] else "" for line in raw),
            ]
        self._line(column, f"{head} {lines[0]}".lstrip())
        self.lines += lines[1:]

    def _text(self, node: Text, *, flow: bool = False) -> str:
        """Write a text on one line, in quotes where it has some: in double ones, unless these stand in it."""
        style = self.layout.style(node)
        if style in ("|", ">"):
            raise StuckError("a key stands under `|` or `>`")
        if node.plain and "\n" not in node:
            return str(node)
        sign = "'" if ('"' in node or "\\" in node) and "'" not in node else '"'
        return scalar(str(node), sign, flow)


# --- files -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A file as it was, and laid out anew; `after` is None where `problems` keep it as it is."""

    path: Path
    before: bytes
    after: bytes | None
    problems: tuple[Problem, ...] = ()


def laid_out(place: Path) -> tuple[LaidOut, ...]:
    """Return the files of a project, of a map, of a folder in one of these, or one of their files, laid out.

    Nothing is written. Raises InvalidMap where there is no such file.
    """
    here = Path(os.path.abspath(place))
    files = [file for file in project_files(place) if file.path.is_relative_to(here)]
    if not files:
        there = os.path.lexists(here)
        named = shown(place)
        wrong = f"{named} is no file of a map, and no model in `models/`"
        hint = "name a project, a map's folder or a file"
        raise InvalidMap(
            (Problem(Code.NO_SUCH_FILE, wrong if there else f"there is no {named}", hint=hint),)
        )
    return tuple(_laid_out(file) for file in files)


def _laid_out(file: ProjectFile) -> LaidOut:
    findings, name = Findings(), file.source.name
    data = content_of(file.path, findings)
    if data is None:
        return LaidOut(file.path, b"", None, tuple(findings.problems))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return LaidOut(file.path, data, None, parse(data, name).problems)
    try:
        return LaidOut(file.path, data, formatted(text, file.kind, name).encode("utf-8"))
    except InvalidMap as invalid:
        return LaidOut(file.path, data, None, invalid.problems)

"""The text of an Argdown file as tokens.

In: a text. Out: tokens with their places, and an indent or a dedent wherever a list of relations begins
or ends. The tokens, and which goes before which, are those of Argdown's own program (version 2), so that
what it reads is read alike here. Comments are counted and left out.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple

from cruxmap.language.yaml_text import SourceFile


class Kind(Enum):
    """What a token is."""

    FRONT_MATTER = auto()
    DATA = auto()
    EMPTY_LINE = auto()
    NEW_LINE = auto()
    INDENT = auto()
    DEDENT = auto()
    INFERENCE_START = auto()
    INFERENCE_END = auto()
    RELATION = auto()
    HEADING = auto()
    NUMBER = auto()
    LIST_ITEM = auto()
    MARKUP = auto()
    LINK = auto()
    TAG = auto()
    STATEMENT_DEFINITION = auto()
    STATEMENT = auto()
    ARGUMENT_DEFINITION = auto()
    ARGUMENT = auto()
    MENTION = auto()
    TEXT = auto()
    END = auto()


class Token(NamedTuple):
    """A piece of the text. `value` is what it says: a title, a sign of a relation, plain text.

    Behind what stands in a sentence it has the space that follows.
    """

    kind: Kind
    value: str
    start: int
    end: int


_BREAK = r"(?:\r\n|\n|\r)"
_COMMENT = rf"(?:<!--[\s\S]*?-->|/\*[\s\S]*?\*/|//[^\r\n]*(?={_BREAK}|$))"
_COMMENTS = {
    Kind.EMPTY_LINE: re.compile(rf"{_COMMENT}(?:[ \t]*{_BREAK})*"),
    Kind.NEW_LINE: re.compile(rf"{_COMMENT}(?:[ \t]*{_BREAK}(?![ \t]*{_BREAK}))?"),
}
_COMMENT_IN_A_LINE = re.compile(_COMMENT)
_COMMENT_ENDS = {"<!--": re.compile("-->"), "/*": re.compile(r"\*/")}
_DATA_START, _CLOSED = re.compile(r"\{"), re.compile(r"\}\s[^,}]")
_DATA_GOES_ON = re.compile(r"\s*[,}]")
_EMPTY_LINE = re.compile(r"(?:[ \t]*(?:\r\n|\n)){2,}")
_NEW_LINE = re.compile(rf"[ \t]*{_BREAK}")
_INFERENCE_START, _INFERENCE_END = re.compile(r"[ \t]*-{2}"), re.compile(r"-{2,}")
_RELATION = re.compile(r"([ \t]*)(\+>|->|<?\+|<?-|><|_>|<_|_(?=\s))")
_HEADING = re.compile(r"(#+) ")
_NUMBER = re.compile(r"[ \t]*\((\d+)\)")
_LIST_ITEM = re.compile(r"([ \t]*)(?:\d+\.|\*)(?=\s)")
_ENDS = r"(?:[ \t]|(?=[\n\r)}_.,!?;:*-]|$))"
_MARKUP = {
    mark: (re.compile(rf"{re.escape(mark)}(?!\s)"), re.compile(rf"{re.escape(mark)}{_ENDS}"))
    for mark in ("**", "__", "*", "_")
}
_PARAGRAPH_END = re.compile(r"\n[ \t]*\r?\n")
_FAR = 1 << 62
_SHORTCODE = re.compile(r"(\.[^\s]+?\.|:[^\s]+?:)[ \t]?")
_SPACES = re.compile(r"[ \t]+")
_PLAIN = re.compile(r"[^\\@#*_\[\],.:;</>\r\n(){}-]+|[@#*_\[\],.:;</>(){}-][ \t]?")

_LINE_END = re.compile(r"\n|\Z")
_TITLED = tuple(
    (kind, re.compile(pattern), re.compile(end) if end else None)
    for kind, pattern, end in (
        (Kind.LINK, r"\[([^\]]+?)\]\(([^)]+?)\)[ \t]?", r"\]\("),
        (
            Kind.TAG,
            r"#(?:\(([^)]+)\)|([a-zA-z0-9\-\u00A0-\uD7FF\uF900-\uFDCF\uFDF0-\uFFEF]+))[ \t]?",
            "",
        ),
        (Kind.STATEMENT_DEFINITION, r"\[(.+?)\]:", r"\]:"),
        (Kind.STATEMENT, r"\[([^-].*?)\]", r"\]"),
        (Kind.MENTION, r"@\[(.+?)\][ \t]?", r"\]"),
        (Kind.ARGUMENT_DEFINITION, r"<(.+?)>:", ">:"),
        (Kind.ARGUMENT, r"<([^-].*?)>", ">"),
        (Kind.MENTION, r"@<(.+?)>[ \t]?", ">"),
    )
)
"""What has a title or a name, and what ends it, on the same line but for a link."""

SHORTCODES = {
    "A": "\u2200",
    "E": "\u2203",
    "O": "\U0001d5e2",
    "P": "\U0001d5e3",
    "->": "\u2192",
    "<->": "\u2194",
    "~": "\u00ac",
    "^": "\u2227",
    "v": "\u2228",
    "v_": "\u22bb",
    "<>": "\u25c7",
    "[]": "\u25fb",
}
"""The signs of logic that Argdown writes between two dots or two colons. Its little pictures stay as they
are.
"""


@dataclass(slots=True)
class Tokens:
    """Reads a text from its beginning to its end."""

    source: SourceFile
    found: list[Token] = field(default_factory=list)
    comments: int = 0
    at: int = 0
    in_inference: bool = False
    indents: list[int] = field(default_factory=lambda: [0])
    marks: list[str] = field(default_factory=list)
    ends: dict[str, int] = field(default_factory=dict)
    """Where what begins here would end next, by its sign: no text is searched twice for it."""

    def read(self) -> list[Token]:
        """Return all tokens, an END last."""
        while self.at < len(self.source.text):
            self._step()
        self._dedent()
        self._add(Kind.NEW_LINE if self.in_inference else Kind.END, "", 0)
        if self.in_inference:
            self._add(Kind.END, "", 0)
        return self.found

    # --- one token after the other

    def _step(self) -> None:
        steps: tuple[Callable[[], bool], ...] = (self._comment, self._escaped, self._data)
        if self.in_inference:
            steps += (self._new_line, self._inference_end, self._text)
        else:
            steps += (self._front_matter, self._shortcode, self._empty_line, self._new_line)
            steps += (self._at_line_start,) if self._starts_line else ()
            steps += (self._markup, self._titled, self._text)
        if not any(step() for step in steps):
            self._add(
                Kind.TEXT, self.source.text[self.at], 1
            )  # a sign that begins nothing, such as a lone `\`

    @property
    def _last(self) -> Kind | None:
        return self.found[-1].kind if self.found else None

    @property
    def _starts_line(self) -> bool:
        return self._last in (None, Kind.EMPTY_LINE, Kind.NEW_LINE)

    def _match(self, pattern: "re.Pattern[str]") -> "re.Match[str] | None":
        return pattern.match(self.source.text, self.at)

    def _add(self, kind: Kind, value: str, length: int) -> bool:
        self.found.append(Token(kind, value, self.at, self.at + length))
        self.at += length
        return True

    def _comment(self) -> bool:
        last = self._last
        pattern = _COMMENT_IN_A_LINE if last is None else _COMMENTS.get(last, _COMMENT_IN_A_LINE)
        if self._stays_open() or (found := self._match(pattern)) is None:
            return False
        self.comments += 1
        self.at = found.end()
        return True

    def _stays_open(self) -> bool:
        """Whether a comment begins here that nothing ends."""
        return any(
            self.source.text.startswith(sign, self.at)
            and self._next_place(end, self.at + len(sign)) == _FAR
            for sign, end in _COMMENT_ENDS.items()
        )

    def _front_matter(self) -> bool:
        text = self.source.text
        if not text.startswith("===", self.at):
            return False
        start = self.at
        while text.startswith("=", start):
            start += 1
        end = text.find("===", start)
        if end < 0:
            return False
        inner = text[start:end]
        while text.startswith("=", end):
            end += 1
        return self._add(Kind.FRONT_MATTER, inner, end - self.at)

    def _data(self) -> bool:
        """Take data up to the brace that closes it: the last one before one that a space and other text
        follow.
        """
        if self._match(_DATA_START) is None:
            return False
        text = self.source.text
        closed = _CLOSED.search(text, self.at)
        end = len(text) if closed is None else closed.start() + 1
        while (end := text.rfind("}", self.at, end)) > 0:
            if _DATA_GOES_ON.match(text, end + 1) is None:
                return self._add(Kind.DATA, text[self.at : end + 1], end + 1 - self.at)
        return False

    def _escaped(self) -> bool:
        text = self.source.text
        if text[self.at] != "\\" or self.at + 1 >= len(text) or text[self.at + 1] in "\r\n":
            return False
        end = self.at + 2
        while text.startswith(" ", end):
            end += 1
        return self._add(Kind.TEXT, text[self.at + 1 : end], end - self.at)

    def _shortcode(self) -> bool:
        if (found := self._match(_SHORTCODE)) is None:
            return False
        sign = SHORTCODES.get(found[1][1:-1])
        space = found[0][len(found[1]) :]
        return self._add(Kind.TEXT, found[0] if sign is None else sign + space, len(found[0]))

    def _empty_line(self) -> bool:
        if self._last is Kind.EMPTY_LINE or (found := self._match(_EMPTY_LINE)) is None:
            return False
        self._dedent()
        self.marks.clear()
        return self._add(Kind.EMPTY_LINE, "", len(found[0]))

    def _new_line(self) -> bool:
        found = self._match(_NEW_LINE)
        return found is not None and self._add(Kind.NEW_LINE, " ", len(found[0]))

    def _inference_end(self) -> bool:
        if (found := self._match(_INFERENCE_END)) is None:
            return False
        self.in_inference = False
        return self._add(Kind.INFERENCE_END, "", len(found[0]))

    # --- what only begins a line

    def _at_line_start(self) -> bool:
        if self._last is not Kind.EMPTY_LINE and (found := self._match(_INFERENCE_START)):
            self._dedent()
            self.in_inference = True
            return self._add(Kind.INFERENCE_START, "", len(found[0]))
        if found := self._match(_RELATION):
            self._indent(len(found[1]))
            return self._add(Kind.RELATION, found[2], len(found[0]))
        if found := self._match(_HEADING):
            return self._add(Kind.HEADING, found[1], len(found[0]))
        if found := self._match(_NUMBER):
            self._dedent()
            return self._add(Kind.NUMBER, found[1], len(found[0]))
        if found := self._match(_LIST_ITEM):
            self._indent(len(found[1]) + 1)
            return self._add(Kind.LIST_ITEM, "", len(found[0]))
        return False

    def _indent(self, width: int) -> None:
        if width > self.indents[-1]:
            self.indents.append(width)
            self._add(Kind.INDENT, "", 0)
        while len(self.indents) > 1 and width < self.indents[-1]:
            self.indents.pop()
            self._add(Kind.DEDENT, "", 0)

    def _dedent(self) -> None:
        while len(self.indents) > 1:
            self.indents.pop()
            self._add(Kind.DEDENT, "", 0)

    # --- what stands in a line

    def _markup(self) -> bool:
        for mark, (_, end) in _MARKUP.items():
            if self.marks and self.marks[-1] == mark and (found := self._match(end)):
                self.marks.pop()
                return self._add(Kind.MARKUP, found[0][len(mark) :], len(found[0]))
        for mark, (start, end) in _MARKUP.items():
            if self._match(start) and self._closes(end, self.at + len(mark)):
                self.marks.append(mark)
                return self._add(Kind.MARKUP, "", len(mark))
        return False

    def _closes(self, end: "re.Pattern[str]", start: int) -> bool:
        """Whether what begins here ends before the next empty line: the `_` of a name does not."""
        return self._next_place(end, start) < self._next_place(_PARAGRAPH_END, start)

    def _next_place(self, pattern: "re.Pattern[str]", start: int) -> int:
        """Return where a pattern is found next; the text is searched once for each of its places."""
        if self.ends.get(pattern.pattern, -1) < start:
            found = pattern.search(self.source.text, start)
            self.ends[pattern.pattern] = _FAR if found is None else found.start()
        return self.ends[pattern.pattern]

    def _titled(self) -> bool:
        if self.source.text[self.at] not in "[<@#":
            return False
        for kind, pattern, end in _TITLED:
            limit = _FAR if kind is Kind.LINK else self._next_place(_LINE_END, self.at)
            if end is not None and self._next_place(end, self.at) >= limit:
                continue
            if found := self._match(pattern):
                inner = next(group for group in found.groups() if group is not None)
                space = found[0][-1] if found[0][-1] in " \t" else ""
                value = found[0] if kind is Kind.LINK else inner + space
                return self._add(kind, value, len(found[0]))
        return False

    def _text(self) -> bool:
        if found := self._match(_SPACES):
            self.at = found.end()
            return True
        found = self._match(_PLAIN)
        return found is not None and self._add(Kind.TEXT, found[0], len(found[0]))


def tokens_of(source: SourceFile) -> tuple[list[Token], int]:
    """Return the tokens of an Argdown text, and how many comments there are between them."""
    reading = Tokens(source)
    return reading.read(), reading.comments

"""YAML text becomes plain values that remember where they were written.

In: the bytes of one file. Out: a `Parsed` with `Text`, `Items` and `Entries` (a `str`, a `list` and a
`dict` that carry their place), and every problem of the YAML itself. Nothing is converted: each
scalar stays text. This is the only module that knows the YAML library, and it reads one event after
another, so nesting is measured before any recursion could follow it.
"""

import json
import numbers
import os
import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import islice
from typing import Any

import yaml

from cruxmap.errors import NOWHERE, Code, Hint, Problem, Span
from cruxmap.language.argument_types import is_path

_LONGEST = 2_000
DEEPEST = 100
"""Levels of nesting that a file may have, and worldviews that may rest on one another."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SCALAR: Any = yaml.ScalarEvent
_BREAK = re.compile("\r\n|[\r\n]")
_HIDDEN_BREAK = re.compile("[\x85\u2028\u2029]")  # ends a line for YAML 1.1, and for no editor
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
TYPOGRAPHIC = re.compile("[\u2018-\u201f\u00ab\u00bb]")
"""Quotes as they are printed, which are letters like any other here."""
_COMMENT = re.compile(r"[ \t]+#")


class SourceFile:
    """A file's name, as problems print it, and its text."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text

    @cached_property
    def lines(self) -> list[str]:
        """The lines, counted as editors count them."""
        return _BREAK.split(self.text)

    @cached_property
    def line_starts(self) -> list[int]:
        """Where in the text each line starts, and past its end one more that never comes."""
        return [0, *(end.end() for end in _BREAK.finditer(self.text)), len(self.text) + 1]

    def line(self, number: int) -> str:
        """Return a line, counted from 0; an empty one past the end."""
        return self.lines[number] if number < len(self.lines) else ""

    def span(self, start: int, end: int) -> Span:
        """Return the place of a stretch of the text; what runs over several lines is marked on its first."""
        starts = self.line_starts
        line = bisect_right(starts, start) - 1
        column = start - starts[line]
        length = end - start if end < starts[line + 1] else len(self.line(line)) - column
        return Span(self.name, line + 1, column + 1, max(1, length))


class _Placed:
    """What all nodes share: a file (`None` for values made by programs) and the stretch of its text."""

    __slots__ = ()
    file: SourceFile | None
    start: int
    end: int

    @property
    def span(self) -> Span:
        """Where it stands; what runs over several lines is marked on its first."""
        return NOWHERE if self.file is None else self.file.span(self.start, self.end)

    @property
    def line_text(self) -> str:
        """The line on which it starts."""
        return "" if self.file is None else self.file.line(self.span.line - 1)


class Text(str, _Placed):
    """A scalar. `plain` says that it is written without quotes, `|` or `>`."""

    __slots__ = ("end", "file", "plain", "start")
    plain: bool

    @classmethod
    def at(cls, text: str, place: _Placed, plain: bool = False) -> "Text":
        """Return text that stands where something else does."""
        made = cls(text)
        made.file, made.start, made.end, made.plain = place.file, place.start, place.end, plain
        return made

    @property
    def comment_follows(self) -> bool:
        """Whether a comment comes right after it, on its last line."""
        if not self.plain or self.file is None:
            return False
        return _COMMENT.match(self.file.text, self.end) is not None


class Items(list["Node"], _Placed):
    """A sequence."""

    __slots__ = ("end", "file", "start")


class Entries(dict[Text, "Node"], _Placed):
    """A mapping; its keys are texts. It is complete before the first key is looked for."""

    __slots__ = ("_keys", "end", "file", "start")
    _keys: dict[str, Text]

    def key(self, name: str) -> Text:
        """Return the key as written, with its place."""
        if not hasattr(self, "_keys"):
            self._keys = {str(key): key for key in self}
        return self._keys[str(name)]


type Node = Text | Items | Entries


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file says. `root` is `None` where the file cannot be read to its end.

    `spoiled` lists the places, as one or two keys from the top, that hold something which is not part
    of the language (an alias, say): a problem tells of each, and nothing else there is worth a word.
    """

    file: SourceFile
    root: Node | None
    problems: tuple[Problem, ...] = ()
    spoiled: frozenset[tuple[str, ...]] = frozenset()

    def to_be_cut(self) -> "Parsed":
        """Return the same, from which keys of the top and of what these hold can be taken away."""
        if not isinstance(self.root, Entries):
            return self
        root = _like(self.root, self.root.items())
        for key, part in root.items():
            if isinstance(part, Entries):
                root[key] = _like(part, part.items())
        return replace(self, root=root)


def _like(entries: Entries, parts: Iterable[tuple[Text, Node]]) -> Entries:
    """Return a mapping of other parts in the same place."""
    made = Entries(parts)
    made.file, made.start, made.end = entries.file, entries.start, entries.end
    return made


def value_at(node: object, key: str) -> Node | None:
    """Return what a key of a mapping leads to; `None` where there is no such key, or no mapping."""
    return node.get(key) if isinstance(node, Entries) else None  # type: ignore[call-overload]


def problem_at(code: Code, message: str, place: _Placed, hint: str = "") -> Problem:
    """Return a problem with the place of a node."""
    return Problem(code, shortened(message), place.span, shortened(hint), place.line_text)


def shortened(text: str) -> str:
    """Return a message without the middle, where it quotes something of absurd length."""
    half = _LONGEST // 2
    return text if len(text) <= _LONGEST else f"{text[:half]} [...] {text[-half:]}"


def node_of(value: object, level: int = 0) -> Node:
    """Return Python data as nodes without a place: truth values and numbers as the language writes them.

    Raises TypeError for what YAML could not have said, or not as deeply nested.
    """
    node: Node
    if level > DEEPEST:
        raise TypeError(f"more than {DEEPEST} levels of nesting")
    match value:
        case Text() | Items() | Entries():
            return value
        case _ if value is not None and (text := written(value)) is not None:
            node = Text(text)
        case dict():
            node = Entries((_placed(Text(key)), node_of(part, level + 1)) for key, part in value.items())
        case list() | tuple():
            node = Items(node_of(part, level + 1) for part in value)
        case _:
            raise TypeError(f"neither text, a list nor a mapping: {value!r}")
    for text in (node,) if isinstance(node, Text) else node if isinstance(node, Entries) else ():
        if (odd := unprintable_in(text)) is not None:
            raise TypeError(f"a text that holds {odd}")
    return _placed(node)


def written(value: object) -> str | None:
    """Return how a file writes a text, a number, a truth value, an interval or nothing; `None` for the rest.

    >>> written(0.3), written(1.0), written((0.1, 0.3)), written(True), written(3)
    ('0.3', '100%', '0.1 to 0.3', 'true', '3')
    """
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        value = value.item()  # numbers of numpy
    match value:
        case None:
            return ""
        case str() | os.PathLike() if is_path(value):
            return os.fspath(value)
        case bool():
            return "true" if value else "false"
        case numbers.Integral():
            return str(int(value))
        case numbers.Real():
            return {0.0: "0%", 1.0: "100%"}.get(number := float(value), repr(number))
        case (numbers.Real() as low, numbers.Real() as high) if isinstance(value, tuple):
            ends = (float(low), float(high))
            write = _percent if {0.0, 1.0} & {*ends} and 0 <= min(ends) <= max(ends) <= 1 else repr
            return " to ".join(map(write, ends))
        case _:
            return None


def _percent(number: float) -> str:
    """Return a number in percent, to its last digit: both ends of an interval are written the same way."""
    return f"{(Decimal(repr(number)) * 100).normalize():f}%"


def text_of(text: str) -> Text:
    """Return text as a node without a place."""
    return _placed(Text(text))


def _placed[N: Node](node: N) -> N:
    node.file, node.start, node.end = None, 0, 0
    if isinstance(node, Text):
        node.plain = False
    return node


def placed_at(text: str, span: Span) -> Text:
    """Return text as a node in a place that is known by itself."""
    node = text_of(text)
    node.file = _KnownPlace(span)
    return node


class _KnownPlace(SourceFile):
    """A file of which no more is known than one place."""

    def __init__(self, place: Span) -> None:
        super().__init__(place.file, "")
        self.place = place

    def span(self, start: int, end: int) -> Span:
        """Return the one place."""
        del start, end
        return self.place


def unprintable_in(text: str) -> str | None:
    """Return which character of a text may not stand in one, `None` where all may."""
    found = _UNPRINTABLE.search(text)
    return None if found is None else _character(found)


def without_controls(text: str) -> str:
    """Return the text with a mark in place of every character that no text may hold."""
    return _UNPRINTABLE.sub("\ufffd", text)


def parse(data: bytes, name: str) -> Parsed:
    """Read one file. Never raises, whatever the bytes."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Parsed(SourceFile(name, ""), None, (_not_utf8(data, name, error),))
    return parse_text(text, name)


def parse_text(text: str, name: str) -> Parsed:
    """Read text that is decoded already."""
    file = SourceFile(name, text.lstrip("\ufeff"))  # the library skips such a mark without counting it
    reading = _Reading(file)
    reading.tell_hidden_breaks()
    try:
        root = reading.read()
        reading.tell_duplicates()
    except yaml.YAMLError as error:
        return Parsed(file, None, (*reading.problems, _syntax_problem(file, error)))
    except UnicodeEncodeError as error:  # half of a character, in what comes from no file
        return Parsed(file, None, (*reading.problems, _unprintable(file, error)))
    return Parsed(file, root, tuple(reading.problems), frozenset(reading.spoiled))


class _TooDeepError(Exception):
    """Ends the reading of a file: no recursion may follow its nesting."""


class _Reading:
    """The state of one descent through the events of a file: where it is, and what is wrong."""

    def __init__(self, file: SourceFile) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.spoiled: set[tuple[str, ...]] = set()
        self.keys: list[Text | None] = []  # one for each open mapping: the key whose value is being read
        self.duplicates: list[tuple[Entries, Text]] = []

    def read(self) -> Node | None:
        """Return the file's value, empty entries for an empty file, `None` where reading had to stop."""
        self.next_event = _Loader(_HIDDEN_BREAK.sub(" ", self.file.text)).get_event
        self.next_event()  # the stream starts
        event = self.next_event()
        value: Node | None = None
        if event.__class__ is yaml.DocumentStartEvent:
            try:
                value = self._node(self.next_event(), 1)
            except _TooDeepError:
                return None
            self.next_event()  # the document ends
            event = self.next_event()
        if event.__class__ is yaml.DocumentStartEvent:
            mark = self._mark(text_of("---"), event)
            hint = "one file holds one document"
            self._say(Code.SEVERAL_DOCUMENTS, "a second document starts here", mark, hint)
            return None
        if value is None or (isinstance(value, Text) and value.plain and not value):
            return self._mark(Entries(), event)
        return value

    def tell_hidden_breaks(self) -> None:
        """Add a problem for each character that would end a line unseen; a space is read in its place."""
        for found in _HIDDEN_BREAK.finditer(self.file.text):
            span = self.file.span(*found.span())
            message = f"{_character(found)} ends a line for YAML, and for no editor"
            line = self.file.line(span.line - 1)
            self.problems.append(Problem(Code.YAML_FEATURE, message, span, "write a space instead", line))

    def tell_duplicates(self) -> None:
        """Add a problem for each key that its mapping has already; the first one counts."""
        for parent, key in self.duplicates:
            first = parent.key(key).span.line
            self._say(Code.DUPLICATE_KEY, f"`{key}` is there twice", key, f"the first is on line {first}")

    def _node(self, event: Any, level: int) -> Node:
        """Return the node that an event is or begins; `level` is how deeply it would be nested."""
        kind = event.__class__
        if kind is _SCALAR:
            return self._text(event)
        if kind is yaml.AliasEvent:
            return self._alias(event)
        node = self._mark(Entries() if kind is yaml.MappingStartEvent else Items(), event)
        if event.anchor is not None or event.tag is not None:
            self._foreign(event, node)
        if level > DEEPEST:
            self._say(Code.TOO_DEEP, f"more than {DEEPEST} levels of nesting", node)
            raise _TooDeepError
        end = self._fill(node, level) if isinstance(node, Entries) else self._extend(node, level)
        if end.start_mark.line == event.start_mark.line:
            node.end = end.end_mark.index
        return node

    def _text(self, event: Any) -> Text:
        node = Text(self._quoted(event) if event.style else event.value)
        node.plain = not event.style
        node.file, node.start, node.end = self.file, event.start_mark.index, event.end_mark.index
        if event.anchor is not None or event.tag is not None:
            self._foreign(event, node)
        return node

    def _quoted(self, event: Any) -> str:
        """Return what stands in quotes: nothing if nobody could see it, and no escaped control characters."""
        value: str = event.value
        if (found := _UNPRINTABLE.search(value)) is not None:
            message = f"{_character(found)} may not stand in a text"
            self._say(Code.YAML_FEATURE, message, self._mark(text_of(""), event), "leave the escape out")
            self._spoil()
        return "" if value.isspace() else without_controls(value)

    def _fill(self, node: Entries, level: int) -> Any:
        """Read the entries of a mapping; return the event that ends it."""
        next_event, keys = self.next_event, self.keys
        keys.append(None)
        while (event := next_event()).__class__ is not yaml.MappingEndEvent:
            key = self._text(event) if event.__class__ is _SCALAR else self._node(event, level + 1)
            if key == "<<" or key.__class__ is not Text:
                key = self._odd_key(key)
            keys[-1] = key
            event = next_event()
            value = self._text(event) if event.__class__ is _SCALAR else self._node(event, level + 1)
            keys[-1] = None
            if node.setdefault(key, value) is not value:
                self._duplicate(node, key, value)
        keys.pop()
        return event

    def _duplicate(self, parent: Entries, key: Text, value: Node) -> None:
        """Note a key that is there twice, so that nothing else is said of what follows from that."""
        self.duplicates.append((parent, key))
        first = parent[key]
        if len(self.keys) == 1 and isinstance(first, Entries) and isinstance(value, Entries):
            for name, entry in value.items():  # a section, begun twice
                first.setdefault(name, entry)
        elif len(self.keys) == 2:
            self.spoiled.add(tuple(str(name) for name in (self.keys[0], key)))

    def _extend(self, node: Items, level: int) -> Any:
        """Read the items of a list; return the event that ends it."""
        while (event := self.next_event()).__class__ is not yaml.SequenceEndEvent:
            node.append(self._node(event, level + 1))
        return event

    def _mark[N: Node](self, node: N, event: Any) -> N:
        """Give a node the place of an event."""
        node.file, node.start, node.end = self.file, event.start_mark.index, event.end_mark.index
        return node

    def _alias(self, event: Any) -> Text:
        text = self._mark(text_of(""), event)
        hint = "write it out (`same as ADDRESS` for a judgement); quote a sentence that begins with `*`"
        self._say(Code.YAML_FEATURE, f"`*{event.anchor}` refers to an anchor", text, hint)
        self._spoil()
        return text

    def _odd_key(self, node: Node) -> Text:
        if isinstance(node, Text):
            if node == "<<" and node.plain:
                message = "merge keys are not part of the language"
                self._say(Code.YAML_FEATURE, message, node, "write the entries out")
                self._spoil()
            return node
        self._say(Code.YAML_FEATURE, "a key must be a word, not a list or a mapping", node)
        self._spoil()
        return Text.at("?", node)

    def _foreign(self, event: Any, node: Node) -> None:
        what = "tags" if event.tag is not None else "anchors"
        mark = "!" if event.tag is not None else "&"
        hint = f"leave it out; quote a sentence that begins with `{mark}`"
        self._say(Code.YAML_FEATURE, f"{what} are not part of the language", node, hint)
        self._spoil()

    def _spoil(self) -> None:
        path = (str(key) for key in self.keys if key is not None)
        self.spoiled.add(tuple(path)[:2])

    def _say(self, code: Code, message: str, place: _Placed, hint: str = "") -> None:
        self.problems.append(problem_at(code, message, place, hint))


# --- what went wrong, in the user's words --------------------------------------------------------


def _not_utf8(data: bytes, name: str, error: UnicodeDecodeError) -> Problem:
    hint = "save the file as UTF-8"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Problem(Code.NOT_UTF8, "the file is UTF-16, not UTF-8", Span(name), hint)
    before = _BREAK.split(data[: error.start].decode("utf-8-sig", "replace"))
    span = Span(name, len(before), len(before[-1]) + 1)
    return Problem(Code.NOT_UTF8, f"byte 0x{data[error.start]:02x} is not UTF-8", span, hint, before[-1])


def _syntax_problem(file: SourceFile, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    if mark is None:  # the reader found a character that no YAML file may hold
        return _unprintable(file, error)
    about = getattr(error, "context_mark", None) or mark
    said = str(getattr(error, "problem", None) or "cannot be read").replace("\t", "\\t")
    if error.context:  # type: ignore[attr-defined]
        said = f"{said} ({error.context})"  # type: ignore[attr-defined]
    line, column = mark.line, mark.column
    for number in (
        dict.fromkeys((mark.line, mark.line - 1, about.line))
        if "key" in said or "mapping values" in said
        else ()
    ):
        glued = _GLUED.match(file.line(number)[:_LONGEST]) if number >= 0 else None
        if glued is not None:
            return _without_space(file, said, number, glued)
    hint = _likely_cause(file, said, mark, about)
    never_closed = ("flow" in said or "simple key" in said) and line > about.line
    if never_closed or not file.line(line).strip():  # YAML gave up far behind the mistake
        line, column = about.line, about.column
    span = Span(file.name, line + 1, column + 1)
    return Problem(Code.YAML_SYNTAX, f"not YAML: {said}", span, hint, file.line(line))


_GLUED = re.compile(r"\s*(?:- )?(([a-z_]+):([^\s:/].*?))\s*$")
"""A key with its value right behind its colon, which YAML takes for one word."""


def _without_space(file: SourceFile, said: str, number: int, glued: re.Match[str]) -> Problem:
    """Say that a colon has no space after it, at the line that this is so on: YAML tells of a later one."""
    whole, key, value = glued.groups()
    span = Span(file.name, number + 1, glued.start(1) + 1, len(whole))
    hint = Hint(f"a colon needs a space after it: `{key}: {value}`", f"{key}:{value}", f"{key}: {value}")
    return Problem(Code.YAML_SYNTAX, f"not YAML: {said}", span, hint, file.line(number))


def _unprintable(file: SourceFile, error: Exception) -> Problem:
    found = _UNPRINTABLE.search(_HIDDEN_BREAK.sub(" ", file.text))
    if found is None:
        said = " ".join(str(error).split())
        return Problem(Code.YAML_SYNTAX, f"not YAML: {said}", Span(file.name))
    span = file.span(*found.span())
    hint = "is this UTF-16 without a mark, or not a text file?" if found[0] == "\0" else "delete it"
    message = f"{_character(found)} may not stand in a file"
    return Problem(Code.YAML_SYNTAX, message, span, hint, file.line(span.line - 1))


def _character(found: re.Match[str]) -> str:
    return f"the character U+{ord(found[0]):04X}"


_TWO_HALVES = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_ITEM = re.compile(r"\s*- ")
_VALUE = r"""(?:^|[-:]\s+|[,{\[]\s*)"""
_QUOTE_IT = "quote a sentence that begins with this sign, or put it under `text: >-`"
_CAUSES: tuple[tuple[str, str], ...] = (
    (r"^[ ]*\t", "indent with spaces, not with tabs"),
    (_VALUE + r">\s*[0-9.]", 'quote a bound that begins with `>`, as in ">90%", or write `over 90%`'),
    (r":\s+[>|][-+0-9]*\s+[^\s#]", "start the sentence on the next line, indented further than its key"),
    (r":\s+-(?:\s|$)", "start a list on the next line, or write it in brackets: `[a, b]`"),
    (
        r"[:-]\s+[\u2018-\u201f\u00ab\u00bb].*:\s",
        "typographic quotes are letters here: put the sentence in straight quotes, or under `text: >-`",
    ),
    (r"\\", "quote with single quotes, in which a backslash has no special meaning"),
    (_VALUE + r"[%@`*&!]", _QUOTE_IT),
    (
        _VALUE + r"""(?:"[^"]*"|'[^']*')\s*[^\s,:}\]#]""",
        "the quotes end before the sentence does: quote all of it, or put it under `text: >-`",
    ),
    (
        r"^\s*[\w.-]+:\s*(?:\[[^\]]*\]|\{[^}]*\})\s*[^\s,#]",
        "quote a sentence that begins with a bracket, or put it under `text: >-`",
    ),
    (r"\{[^\"']*:\s[^\"'},]*:\s", "quote a sentence that holds `: ` (or a comma) in a one-line entry"),
    (
        r":\s.*:(?:\s|$)",
        'quote a sentence that holds `: `, as in `text: "One: two."`, or put it under `text: >-`',
    ),
    (r"^\s*[\w.-]+:[^\s:]+\s*$", "a colon needs a space after it"),
    (
        r"^\s+(?:text|credence|strength|premises|undercuts|if_met)\s+[^\s:][^:]*$",
        "a key has a colon after it, as in `credence: 20% to 40%`",
    ),
    (
        r"^\s+[a-z0-9]+(?:-[a-z0-9]+)*\s*$",
        "a name has a colon after it: look at this line, and at the one above",
    ),
)
"""What a line looks like on which YAML gives up, and what its writer meant; the first that fits."""


def _likely_cause(file: SourceFile, said: str, mark: Any, about: Any) -> str:
    """Guess from the line of the trouble, then the one before it, then where the construct began."""
    if "scanning a quoted scalar" in said and "end of stream" in said:
        return "the quote that opens here is never closed"
    if "Unicode" in said and (halves := _TWO_HALVES.search(file.line(mark.line)[:_LONGEST])):
        whole = json.loads(f'"{halves[0]}"')
        return f"write `{whole}` in place of `{halves[0]}`: two escapes for one character are JSON's"
    if "flow" in said and mark.line > about.line:
        return "the bracket that opens here is never closed"
    if "expected '-' indicator" in said or (
        _ITEM.match(file.line(about.line - 1)) and "expected ':'" in said
    ):
        return (
            "every item of a list begins with `- `, in the same column; its keys stand one below the other"
        )
    for number in dict.fromkeys((mark.line, mark.line - 1, about.line)):
        line = file.line(number) if number >= 0 else ""
        if len(line) > _LONGEST:  # the patterns look ahead as far as a line goes, from each of its places
            start = max(0, mark.column - _LONGEST // 2) if number == mark.line else 0
            line = line[start : start + _LONGEST]
        for pattern, hint in _CAUSES:
            if re.search(pattern, line):
                return hint
    if "mapping values are not allowed" in said or "did not find expected" in said:
        return "look at the indentation: keys of one entry start in the same column"
    return "quote the value, or put the sentence under `text: >-`"


def joined(names: Iterable[str]) -> str:
    """Write names as a message lists them, the first few of many."""
    first = [f"`{name}`" for name in islice(names, _LISTED + 1)]
    return ", ".join(first[:_LISTED]) + (" and more" if len(first) > _LISTED else "")


_LISTED = 8

"""XML as elements that know their place in the file.

In: the bytes of a file. Out: its root `Element`. Nothing outside the file is ever looked at, and no entity
is expanded but the five that XML has: a file that declares others is refused, since a few lines of them can
stand for gigabytes. Prefixes are only told apart from names: formats are recognised by names, as programs
disagree on the addresses of their namespaces.
"""

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NoReturn
from xml.parsers import expat

from cruxmap.errors import InvalidMap, Problem, Span
from cruxmap.exchange.foreign_text import decoded, problem_in, unreadable
from cruxmap.language.yaml_text import SourceFile

DEEPEST = 200
"""Elements within elements that a file may have."""

_DECLARED = re.compile(rb"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_KNOWN = ("utf-8", "utf-16", "ascii", "iso8859-1", "iso8859-15", "cp1252")
_IN_UTF_8 = "save it as UTF-8"
_MARKS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class Element:
    """An element: its name without prefix, its attributes as written, what is in it, and where it is.

    `text` is what stands directly in it, between other elements too. `start` and `end` are places in the
    text of the file: where its first tag begins, and where its last one does.
    """

    name: str
    prefix: str
    attributes: Mapping[str, str]
    children: tuple["Element", ...]
    text: str
    source: SourceFile = field(repr=False, compare=False)
    start: int = field(repr=False, compare=False)
    end: int = field(repr=False, compare=False)

    @property
    def span(self) -> Span:
        """Where it begins: its first tag's name is marked."""
        return self.source.span(self.start, self._end_of_name)

    @property
    def _end_of_name(self) -> int:
        return self.start + len(self.prefix) + bool(self.prefix) + len(self.name) + 1

    def get(self, name: str, default: str = "") -> str:
        """Return an attribute by its name, whatever its prefix is; one without a prefix comes first."""
        if name in self.attributes:
            return self.attributes[name]
        return next(
            (value for key, value in self.attributes.items() if key.rpartition(":")[2] == name), default
        )

    def all(self, *names: str) -> Iterator["Element"]:
        """Yield the elements directly in it that have one of these names."""
        return (child for child in self.children if child.name in names)

    def first(self, *names: str) -> "Element | None":
        """Return the first of these; None if there is none."""
        return next(self.all(*names), None)

    def walk(self) -> Iterator["Element"]:
        """Yield it and all within it, in the order of the file."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting += reversed(element.children)

    def problem(self, message: str, hint: str = "") -> Problem:
        """Return that it is not as its format has it."""
        return problem_in(self.source, self.start, self._end_of_name, message, hint)

    def refuse(self, message: str, hint: str = "") -> NoReturn:
        """Raise InvalidMap with that alone."""
        raise InvalidMap((self.problem(message, hint),))


def read_xml(data: bytes, file: str) -> Element:
    """Return the root of an XML file; `file` is what problems call it. Raises InvalidMap."""
    return _Reading(_text_of(data, file)).root()


def _text_of(data: bytes, file: str) -> SourceFile:
    """Return the text of a file in the encoding that its mark or its first line names, else in UTF-8."""
    found = _DECLARED.match(data[:400])
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    name = marked or (found[1].decode("ascii") if found else "utf-8")
    try:
        encoding = codecs.lookup(name).name
    except LookupError:
        encoding = name.lower()
    if encoding not in _KNOWN:
        message = f"it says that it is written in `{name}`, which is not read here"
        raise unreadable(file, message, _IN_UTF_8)
    if encoding in ("utf-8", "ascii"):
        return decoded(data, file)
    try:
        return SourceFile(file, data.decode(encoding))
    except UnicodeDecodeError as error:
        message = f"byte {error.start:,} is not {name}"
        raise unreadable(file, message, _IN_UTF_8) from error


class _Open:
    """An element whose last tag has not come yet."""

    __slots__ = ("attributes", "children", "name", "start", "text")

    def __init__(self, name: str, attributes: dict[str, str], start: int) -> None:
        self.name, self.attributes, self.start = name, attributes, start
        self.children: list[Element] = []
        self.text: list[str] = []


class _Reading:
    """One reading of a file."""

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.open = [_Open("", {}, 0)]
        parser: Any = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = self._entity
        parser.ExternalEntityRefHandler = self._external
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self.parser = parser

    def root(self) -> Element:
        try:
            self.parser.Parse(self.source.text.encode("utf-8", "replace"), True)
        except expat.ExpatError as error:
            self._refuse(*self._said(error))
        return self.open[0].children[0]

    def _said(self, error: expat.ExpatError) -> tuple[str, str, int]:
        """Return what is wrong with a text that is no XML, what may help, and where."""
        at = self._at(error.lineno, error.offset)
        if len(self.open) > 1 and error.code in _ENDS_EARLY:
            opened = self.open[-1]
            line = self.source.span(opened.start, opened.start + 1).line
            message = f"the file ends before the `{opened.name}` of line {line} does"
            return message, "it may be cut off: get the whole file", at
        message = f"this is no XML: {expat.ErrorString(error.code)}"
        return message, "open it in the program that wrote it, and save it again", at

    def _at(self, line: int, column: int) -> int:
        return min(self.source.line_starts[line - 1] + column, len(self.source.text))

    @property
    def _here(self) -> int:
        return self._at(self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber)

    def _refuse(self, message: str, hint: str, at: int) -> NoReturn:
        raise InvalidMap((problem_in(self.source, at, at + 1, message, hint),))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.open) > DEEPEST:
            message = f"elements lie more than {DEEPEST} deep in one another"
            self._refuse(message, "no program writes that", self._here)
        self.open.append(_Open(name, attributes, self._here))

    def _end(self, _: str) -> None:
        done = self.open.pop()
        prefix, _, name = done.name.rpartition(":")
        attributes = MappingProxyType(done.attributes)
        text, children = "".join(done.text), tuple(done.children)
        made = Element(name, prefix, attributes, children, text, self.source, done.start, self._here)
        self.open[-1].children.append(made)

    def _text(self, text: str) -> None:
        self.open[-1].text.append(text)

    def _entity(self, name: str, *_: object) -> NoReturn:
        message = f"it declares the entity `{name}`, and entities are not expanded here"
        self._refuse(message, "save it without a document type that declares entities", self._here)

    def _external(self, *_: object) -> NoReturn:
        message = "it refers to another file, and none is looked at"
        self._refuse(message, "save it as one file", self._here)


_ENDS_EARLY = (
    expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
    expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR],
)

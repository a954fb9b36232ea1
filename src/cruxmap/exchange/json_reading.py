"""JSON whose objects know their place: every number and truth value is a text, as it is written.

The problems of a file that is no JSON have their line and column. A key that stands twice in an object is
a problem, as programs do not agree on which of the two counts.
"""

import json
import re
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]

from cruxmap.errors import Problem, Span
from cruxmap.exchange.foreign_text import decoded, problem_in, refuse_import
from cruxmap.language.yaml_text import DEEPEST, SourceFile
from cruxmap.language.yaml_writing import Plain

_SPACE = re.compile(r"[ \t\n\r]*")
_SCALAR = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null")
_CONTROL = re.compile(r"[\x00-\x1f]")
_LONE = re.compile("[\ud800-\udfff]")


class JsonObject(dict[str, "Json"]):
    """An object, with the stretch of the text that it stands on."""

    __slots__ = ("end", "source", "start")
    source: SourceFile
    start: int
    end: int

    @property
    def span(self) -> Span:
        """Where it begins."""
        return self.source.span(self.start, self.start + 1)

    def problem(self, message: str, hint: str = "") -> Problem:
        """Return that it is not as its format has it."""
        return problem_in(self.source, self.start, self.start + 1, message, hint)


type Json = str | list["Json"] | JsonObject | None


def read_json(data: bytes, file: str) -> Json:
    """Return what a file says. Raises InvalidMap where it is no JSON, or nests too deeply."""
    source = decoded(data, file)
    reading = _Reading(source)
    value = reading.value(0)
    reading.skip()
    if reading.at < len(source.text):
        reading.refuse("something follows the end of the JSON", "one value is all that a file holds")
    return value


def as_plain(value: Json) -> Plain:
    """Return a value as data of a map's file: without what is `null`."""
    match value:
        case None:
            return ""
        case str():
            return value
        case list():
            return [as_plain(part) for part in value if part is not None]
        case _:
            return {key: as_plain(part) for key, part in value.items() if part is not None}


@dataclass(slots=True)
class _Reading:
    source: SourceFile
    at: int = 0

    def refuse(self, message: str, hint: str) -> None:
        """Raise InvalidMap with a problem here."""
        refuse_import(self.source, self.at, self.at + 1, f"no JSON: {message}", hint)

    def skip(self) -> None:
        """Go on to what is no space."""
        found = _SPACE.match(self.source.text, self.at)
        self.at = found.end() if found else self.at

    def _sees(self, sign: str) -> bool:
        """Skip spaces; take a sign if it is what comes."""
        self.skip()
        found = self.source.text.startswith(sign, self.at)
        self.at += found
        return found

    def value(self, depth: int) -> Json:
        """Read one value."""
        if depth > DEEPEST:
            self.refuse("it nests too deeply", f"{DEEPEST} levels are the most")
        self.skip()
        start = self.at
        if self._sees("{"):
            return self._object(start, depth)
        if self._sees("["):
            return self._list(depth)
        if self._sees('"'):
            return self._string()
        found = _SCALAR.match(self.source.text, self.at)
        if found is None:
            what = "the file ends" if self.at >= len(self.source.text) else "a value is missing"
            self.refuse(
                what, "values are objects, lists, numbers, truth values and texts in double quotes"
            )
            return None
        self.at = found.end()
        return None if found[0] == "null" else found[0]

    def _string(self) -> str:
        try:
            text, self.at = scanstring(self.source.text, self.at, True)
        except json.JSONDecodeError as error:
            self.at = error.pos
            self.refuse(error.msg.lower().removesuffix(" at"), "texts stand in double quotes, on one line")
        if _LONE.search(text):
            self.refuse("half of a sign", r"signs above \uffff are written as two halves")
        return str(text)

    def _list(self, depth: int) -> list[Json]:
        found: list[Json] = []
        while not self._sees("]"):
            if found and not self._sees(","):
                self.refuse("a comma or the end of the list is missing", "items stand between commas")
            found.append(self.value(depth + 1))
        return found

    def _object(self, start: int, depth: int) -> JsonObject:
        found = JsonObject()
        found.source, found.start = self.source, start
        while not self._sees("}"):
            if found and not self._sees(","):
                self.refuse("a comma or the end of the object is missing", "pairs stand between commas")
            self.skip()
            place = self.at
            if not self._sees('"'):
                self.refuse("a key is missing", 'keys are in double quotes, as in `"text": "It rains."`')
            key = self._string()
            if key in found:
                self.at = place
                self.refuse(f"the key `{key}` is there twice", "keep one of them")
            if not self._sees(":"):
                self.refuse("a colon is missing", 'as in `"text": "It rains."`')
            found[key] = self.value(depth + 1)
        found.end = self.at
        return found

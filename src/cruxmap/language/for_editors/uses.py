"""The text of one file becomes the names in it: where each is written, and as what it stands there.

Nothing is looked up: what `a.b` is, only the whole map shows. A file that is half written gives what can be
read of it: lines at which YAML gives up are passed over.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from cruxmap.language.names import SECTIONS, Kind
from cruxmap.language.schema import LONG_FORM, NAMING_PHASES, FileKind
from cruxmap.language.yaml_text import Entries, Items, Node, SourceFile, Text, parse_text, value_at


class Sort(StrEnum):
    """What a name is of.

    A `row` is a row of a table or a route, by its id; a `number` is one that has a key for its name, as
    `leak` and `strength`. An `address` is not looked up yet. A `file` is named by its path.
    """

    ENTRY = "entry"
    STATE = "state"
    ROW = "row"
    NUMBER = "number"
    TIMELINE = "timeline"
    PHASE = "phase"
    SOURCE = "source"
    LOCATOR = "locator"
    VOICE = "voice"
    WORLDVIEW = "worldview"
    MODEL = "model"
    PHRASE = "phrase"
    FILE = "file"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Use:
    """A name in a file's text, from `start` to `end`.

    `path` has the names that lead to it from an entry or a timeline, and itself. A phase is under its event
    where it is referred to, and under its timeline where it is defined.
    """

    start: int
    end: int
    sort: Sort
    path: tuple[str, ...]
    defines: bool = False


@dataclass(slots=True)
class Uses:
    """All names in a file, and what the file says that tells what names mean.

    `takes_in` are its includes, `map` is the folder that a model names, and `stem` the worldview or source
    that it is of where it does not say so itself.
    """

    file: SourceFile
    found: list[Use] = field(default_factory=list)
    kinds: dict[str, Kind] = field(default_factory=dict)
    states: dict[str, tuple[str, ...]] = field(default_factory=dict)
    timeline_of: dict[str, str] = field(default_factory=dict)
    takes_in: list[Text] = field(default_factory=list)
    map: Text | None = None


@lru_cache(maxsize=1024)
def uses_in(text: str, name: str, kind: FileKind, stem: str = "") -> Uses:
    """Return the names in the text of a file; `name` is what it is called in problems."""
    root, file = readable(text, name)
    reading = _Reading(Uses(file))
    if isinstance(root, Entries):
        _FILES[kind](reading, root, stem)
    return reading.uses


_TRIES = 12


def readable(text: str, name: str) -> tuple[Node | None, SourceFile]:
    """Return what a text says without the lines at which YAML gives up, and the text as it is."""
    parsed = parse_text(text, name)
    whole, left = parsed.file, parsed.file.text
    for _ in range(_TRIES):
        if parsed.root is not None or not parsed.problems:
            break
        line = parsed.problems[-1].span.line - 1
        while line > 0 and not left[slice(*_line(whole, line))].strip():
            line -= 1
        start, end = _line(whole, line)
        left = f"{left[:start]}{' ' * (end - start)}{left[end:]}"
        parsed = parse_text(left, name)
    _move(parsed.root, whole)
    return parsed.root, whole


def _line(file: SourceFile, number: int) -> tuple[int, int]:
    start = file.line_starts[min(number, len(file.lines) - 1)]
    return start, start + len(file.line(number))


def _move(node: Node | None, file: SourceFile) -> None:
    """Have the nodes stand in the text as it is."""
    if node is None or node.file is file:
        return
    node.file = file
    if isinstance(node, Entries):
        for key in node:
            key.file = file
    for part in () if isinstance(node, Text) else node if isinstance(node, Items) else node.values():
        _move(part, file)


# --- what stands where ------------------------------------------------------------------------------

_SAME_AS = re.compile(r"\s*same as (\S+)")
NAMED_NUMBERS = ("if_met", "otherwise", "leak", "strength", "force", "pace")
"""Numbers of entries that have their keys for names."""

_EVENTS = ("event", "before", "of")
_JUDGED = ("credence", "chance", *NAMED_NUMBERS)
_CONDITIONS = frozenset(
    (
        *("when", "premises", "all_of", "any_of", "for", "against", "undercuts", "requires"),
        *("later_of", "earlier_of", "target", "also", "assuming", "observed", "estimate"),
        *("of", "crux", "rejects", "accepts"),
    )
)
"""Keys under which conditions or addresses stand, or lists of these."""


class _Reading:
    """One descent through a file."""

    def __init__(self, uses: Uses) -> None:
        self.uses = uses

    def note(self, node: object, sort: Sort, *owner: str, defines: bool = False, text: str = "") -> None:
        """Note a name that stands at a node: all of its text, or the part that is `text`."""
        if not isinstance(node, Text) or not node:
            return
        name = text or str(node)
        start = self.uses.file.text.find(name, node.start, node.end)
        if start >= 0:
            use = Use(start, start + len(name), sort, (*owner, name), defines)
            self.uses.found.append(use)

    # --- parts of entries -----------------------------------------------------------------------

    def parts(self, node: Entries, owner: tuple[str, ...], asks: str = "") -> None:
        """Note what an entry, a row or a route mentions; `asks` is the question whose states have shares."""
        for key, value in node.items():
            if key == "id":
                self.note(value, Sort.ROW, *owner, defines=True)
            elif key in _JUDGED:
                if key in NAMED_NUMBERS and owner:
                    self.note(key, Sort.NUMBER, *owner, defines=True)
                self.judged(value, self._at(node, owner), asks)
            elif key in _CONDITIONS:
                self.condition(value)
            elif key in ("by", "voice"):
                self.note(value, Sort.VOICE)
            elif key == "source":
                self.sources(value)
            elif key == "state" and asks:
                self.note(value, Sort.STATE, asks)
            elif key in ("routes", "given"):
                self.rows(value, owner, asks)
            elif key == "at_least" and isinstance(value, Entries):
                self.condition(value_at(value, "of"))

    @staticmethod
    def _at(node: Entries, owner: tuple[str, ...]) -> tuple[str, ...]:
        """Return the address of the shares in a row."""
        id_ = value_at(node, "id") or ("otherwise" if "otherwise" in node else None)
        return (*owner, str(id_)) if isinstance(id_, str) else owner

    def rows(self, node: Node | None, owner: tuple[str, ...], asks: str = "") -> None:
        """Note what rows of a table mention, or routes."""
        for row in node if isinstance(node, Items) else ():
            if isinstance(row, Entries):
                self.parts(row, owner, asks)

    def judged(self, node: Node | None, owner: tuple[str, ...] = (), asks: str = "") -> None:
        """Note what a number mentions, or shares by state."""
        if isinstance(node, Text):
            if link := _SAME_AS.fullmatch(node):
                self.note(node, Sort.ADDRESS, text=link[1])
            else:
                self.note(node, Sort.PHRASE, text=node.strip())
        elif isinstance(node, Entries) and "value" in node and node.keys() <= LONG_FORM:
            self.sources(value_at(node, "source"))
            self.judged(value_at(node, "value"), owner, asks)
        elif isinstance(node, Entries) and asks:
            for state, share in node.items():
                self.note(state, Sort.STATE, asks, *owner[1:])
                self.judged(share)

    def sources(self, node: Node | None) -> None:
        """Note sources with their locators."""
        for text in _each(node):
            key, mark, locator = text.partition("#")
            self.note(text, Sort.SOURCE, text=key)
            if mark and locator and (found := self.uses.file.text.find(text, text.start, text.end)) >= 0:
                start = found + len(key) + 1
                use = Use(start, start + len(locator), Sort.LOCATOR, (key, locator))
                self.uses.found.append(use)

    def condition(self, node: Node | None) -> None:
        """Note what a condition mentions, or the target of an argument, or several of them."""
        if isinstance(node, Text):
            self.note(node, Sort.ADDRESS)
        elif isinstance(node, Items):
            for part in node:
                self.condition(part)
        elif isinstance(node, Entries):
            event = value_at(node, "event")
            for key, value in node.items():
                if key in ("not", "all_of", "any_of"):
                    self.condition(value)
                elif event is not None:
                    if key in _EVENTS:
                        self.note(value, Sort.ADDRESS)
                    elif key in NAMING_PHASES and isinstance(event, Text):
                        self.note(value, Sort.PHASE, str(event))
                else:
                    self.note(key, Sort.ADDRESS)
                    for state in _each(value):
                        self.note(state, Sort.STATE, str(key))

    # --- entries --------------------------------------------------------------------------------

    def entries(self, root: Entries) -> None:
        """Note what sections of entries define and mention."""
        for section, kind in SECTIONS.items():
            for id_, entry in _items(root, section):
                self.note(id_, Sort.ENTRY, defines=True)
                self.uses.kinds.setdefault(str(id_), kind)
                if isinstance(entry, Entries):
                    self.entry(str(id_), entry, kind)

    def entry(self, id_: str, entry: Entries, kind: Kind) -> None:
        """Note what one entry mentions."""
        asks = id_ if kind is Kind.QUESTION else ""
        self.parts(entry, (id_,), asks)
        if kind is Kind.QUESTION:
            states = list(_each(value_at(entry, "states")))
            self.uses.states[id_] = tuple(map(str, states))
            for state in states:
                self.note(state, Sort.STATE, id_, defines=True)
            for state, _ in _items(entry, "state_texts"):
                self.note(state, Sort.STATE, id_)
            gap = value_at(entry, "gap")
            self.note(value_at(gap, "from"), Sort.ADDRESS)
            self.note(value_at(gap, "to"), Sort.ADDRESS)
            for state, _ in _items(gap, "at_least"):
                self.note(state, Sort.STATE, id_)
        elif kind is Kind.EVENT:
            timeline = value_at(entry, "timeline")
            if isinstance(timeline, Text):
                self.uses.timeline_of[id_] = str(timeline)
                self.note(timeline, Sort.TIMELINE)
            for phase, chance in _items(entry, "emerges"):
                self.note(phase, Sort.PHASE, id_)
                self.note(phase, Sort.NUMBER, id_, defines=True)
                if isinstance(chance, Entries) and "value" not in chance:
                    self.parts(chance, (id_, str(phase)))
                else:
                    self.judged(chance)

    def declarations(self, root: Entries) -> None:
        """Note what a map's file declares beside its entries."""
        for section, sort in _DECLARED.items():
            for id_, declared in _items(root, section):
                self.note(id_, sort, defines=True)
                if isinstance(declared, Entries):
                    self.parts(declared, ())
                    for phase, _ in _items(declared, "phases"):
                        self.note(phase, Sort.PHASE, str(id_), defines=True)
                elif sort is Sort.PHRASE:
                    self.judged(declared)

    # --- files ----------------------------------------------------------------------------------

    def map_file(self, root: Entries, stem: str) -> None:
        """Note what a file of a map mentions."""
        self.uses.takes_in = list(_each(value_at(root, "include")))
        for path in self.uses.takes_in:
            self.note(path, Sort.FILE)
        self.declarations(root)
        self.entries(root)

    def sources_file(self, root: Entries, stem: str) -> None:
        """Note what a list of locators mentions."""
        self.note(value_at(root, "source"), Sort.SOURCE)
        for locator, _ in _items(root, "locators"):
            self.note(locator, Sort.LOCATOR, stem, defines=True)

    def worldview_file(self, root: Entries, stem: str) -> None:
        """Note what a worldview mentions, and the entries that it brings."""
        if "worldview" in root:
            self.note(value_at(root, "worldview"), Sort.WORLDVIEW, defines=True)
        else:
            self.uses.found.append(Use(0, 0, Sort.WORLDVIEW, (stem,), defines=True))
        self.parts(root, ())
        self.note(value_at(root, "extends"), Sort.WORLDVIEW)
        for entry, _ in _items(value_at(root, "made_from"), "entries"):
            self.note(entry, Sort.ADDRESS)
        for address, value in _items(root, "judgements"):
            self.note(address, Sort.ADDRESS)
            path = tuple(address.split("."))
            self.judged(value, path, asks=path[0])
        for section in ("stated", "read_as"):
            self.rows(value_at(root, section), ())
        for entry, _ in _items(root, "remarks"):
            self.note(entry, Sort.ADDRESS)
        asked = value_at(root, "asked")
        for one in asked if isinstance(asked, Items) else ():
            self.condition(value_at(one, "of") if isinstance(one, Entries) else one)
        for claim, routes in _items(root, "routes"):
            self.note(claim, Sort.ADDRESS)
            self.rows(routes, (str(claim),))
        self.entries(root)

    def model_file(self, root: Entries, stem: str) -> None:
        """Note what a model mentions."""
        self.note(value_at(root, "model"), Sort.MODEL, defines=True)
        folder = value_at(root, "map")
        if isinstance(folder, Text):
            self.uses.map = folder
            self.note(folder, Sort.FILE)
        self.parts(root, ())
        self.worldviews(root)
        expected = value_at(root, "expect")
        for row in expected if isinstance(expected, Items) else ():
            than = value_at(row, "than")
            for part in (row, than):
                if isinstance(part, Entries):
                    self.parts(part, ())
                    self.worldviews(part)
                    for key in ("below", "above", "between"):
                        for number in _each(value_at(part, key)):
                            self.judged(number)

    def worldviews(self, node: Entries) -> None:
        """Note the worldviews that a model or an expectation names."""
        for key in ("worldview", "worldviews"):
            for name in _each(value_at(node, key)):
                if name not in ("all", "map"):
                    self.note(name, Sort.WORLDVIEW)


_FILES: dict[FileKind, Callable[[_Reading, Entries, str], None]] = {
    "map": _Reading.map_file,
    "worldview": _Reading.worldview_file,
    "sources": _Reading.sources_file,
    "model": _Reading.model_file,
}
_DECLARED = {
    "sources": Sort.SOURCE,
    "voices": Sort.VOICE,
    "timelines": Sort.TIMELINE,
    "lexicon": Sort.PHRASE,
}


def _each(node: Node | None) -> Iterator[Text]:
    """Yield a text, or those of a list."""
    for part in node if isinstance(node, Items) else (node,):
        if isinstance(part, Text):
            yield part


def _items(node: object, key: str) -> Iterator[tuple[Text, Node]]:
    """Yield the entries of a section."""
    section = value_at(node, key)
    if isinstance(section, Entries):
        yield from section.items()

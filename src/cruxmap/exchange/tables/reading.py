"""A table of claims and arguments, as people make or change one in a spreadsheet, as the files of a map.

In: the bytes of a table, with the columns of `columns` or some of them, in any order. The least is a
column `text`. Out: an `Arrived`. Numbers are read as `loose_notation` reads them: what a spreadsheet made
something else of, as a date of `5-10`, is a problem with its row and column, never another number.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cruxmap.errors import Code, Span
from cruxmap.exchange.formats import Arrived, Lost
from cruxmap.exchange.names import NOBODYS_CREDENCE, NOBODYS_STRENGTH, abridged, ids_for, is_id
from cruxmap.exchange.plain_data import DIRECTIONS, Data, listed, one_or_all, one_value
from cruxmap.exchange.tables.cells import read_text, shown_ends
from cruxmap.exchange.tables.columns import (
    AFTER_VIEWS,
    AROUND,
    BEFORE_VIEWS,
    COMPUTED,
    ENTRIES,
    MAP,
    MODEL,
    NOBODY,
    SECTION_OF,
    VIEW,
    WORLDVIEW,
)
from cruxmap.exchange.tables.number_places import NumberAt, number_places, numbers_in
from cruxmap.exchange.tables.numbers import REST, Notation
from cruxmap.language.argument_map import Elicited, Role
from cruxmap.language.findings import Findings
from cruxmap.language.judgement import (
    UnreadableError,
    parse_phrase,
    with_phrases,
)
from cruxmap.language.loose_notation import REJECTS
from cruxmap.language.names import did_you_mean
from cruxmap.language.spreadsheet import Line, column_name, header_of, table_of
from cruxmap.language.yaml_text import Text
from cruxmap.language.yaml_writing import Plain

OTHER_NAMES = {"id": "address", "credence": "value", "probability": "value", "premise": "premises"}
"""Columns by another name that they may have."""
GIVEN = ("low", "central", "high", "strength", "force")
"""Columns that a table made by hand may have besides."""
KNOWN = (*BEFORE_VIEWS, *AFTER_VIEWS, *GIVEN, *OTHER_NAMES)

NUMBER_KINDS = frozenset(str(role) for role in Role)
"""What the column `kind` says of a row that is about one number alone."""
_KINDS = (*ENTRIES.values(), *AROUND.values(), MAP, MODEL, WORLDVIEW)
_BRACKETS = {"{": 1, "[": 1, "}": -1, "]": -1}
_WORDS = frozenset(("text", "state_texts", "note", "source", "tags", "by"))
"""Keys of a definition with words for people, or with names of what is no entry."""


@dataclass(slots=True)
class TableEntry:
    """An entry of the map, or what stands around it: its row, and what a file says of it."""

    line: Line
    kind: str
    id: str
    said: Data
    by: str = ""
    places: Mapping[str, NumberAt] = field(default_factory=dict)

    def role_at(self, address: str) -> Role:
        """Return what a worldview's number at an address of it says, as far as that tells how it is read."""
        if address in self.places:
            return self.places[address].role
        if self.kind == "question":  # a row that fixes one state has shares, and no numbers in the map
            return Role.SHARE
        endings = {".strength": Role.STRENGTH, ".pace": Role.PACE}
        return next((role for ending, role in endings.items() if address.endswith(ending)), Role.CREDENCE)


def read_csv(data: bytes, file: str) -> Arrived:
    """Return a table's map, worldviews and model. Raises InvalidMap with all that is wrong, by row."""
    return TableReading(data, file).arrived()


class TableReading:
    """One reading of a table, as a new map."""

    def __init__(self, data: bytes, file: str) -> None:
        self.file = file
        self.findings = Findings()
        self.lost: list[Lost] = []
        header = header_of(data, file, KNOWN)
        self.views = self._views(header)
        lines = table_of(data, file, (), [*self._columns(header), *self.views.values()], KNOWN)
        if unnamed := [cell for line in lines for cell in line.unnamed]:
            where = abridged(str(cell.span) for cell in unnamed)
            self.lost.append(
                Lost("cells of a column without a name", "nothing tells what they say", where)
            )
        self.lines = [self._with_one_name_each(line) for line in lines]
        self.notation = Notation(with_phrases(self._phrases()))
        self.entries: dict[str, TableEntry] = {}
        self.around: list[TableEntry] = []
        self.numbers: list[Line] = []
        self.ids: dict[str, str] = {}
        self.sentences: dict[str, str] = {}
        self.given: dict[tuple[str, str], tuple[int, tuple[str, ...]]] = {}
        self.worldviews: dict[str, Data] = {}
        self.model: Data | None = None
        self.head: Data = {}

    def arrived(self) -> Arrived:
        """Read all rows: first what there is, then what refers to it."""
        self._name_entries()
        for line in self.lines:
            self._take(line)
        for entry in self.entries.values():
            self._complete(entry)
        for line in self.numbers:
            self._take_number(line)
        for view, column in self.views.items():
            self._take_view(view, column)
        for view in self.worldviews.keys() - self.views.keys():
            self.lost.append(Lost("numbers of a worldview", f"there is no column `{VIEW}{view}`", view))
        self._default_numbers()
        self.findings.raise_if_any()
        sources = self._locators()
        return Arrived(
            map=self._map(),
            worldviews=self._files(),
            model=self.model,
            lost=tuple(self.lost),
            sources=sources,
            places={entry.id: entry.line.cells["text"].span for entry in self.entries.values()},
        )

    # --- the header ---------------------------------------------------------------------------------

    def _views(self, header: Iterable[Text]) -> dict[str, str]:
        """Return the columns of worldviews, by worldview."""
        views: dict[str, str] = {}
        for cell in header:
            name = column_name(cell)
            if not name.startswith(VIEW):
                continue
            view = name.removeprefix(VIEW).strip()
            if is_id(view):
                views[view] = name
            else:
                hint = f"a name of small letters and hyphens: `{next(iter(ids_for([view]).values()))}`"
                self.findings.add(Code.BAD_ID, f"`{view}` cannot name a worldview", cell, hint)
        self.findings.raise_if_any()
        return views

    def _columns(self, header: tuple[Text, ...]) -> list[str]:
        """Return the columns that are read, and tell of others."""
        names = [column_name(cell) for cell in header]
        if not {"text", "address", "id"} & {*names}:
            place = header[0] if header else Span(self.file)
            hint = "its first row names the columns, as in `kind,text,value,for,strength`"
            message = "no column is called `text` or `address`, so this is no table of claims"
            self.findings.add(Code.UNREADABLE_FORM, message, place, hint)
            self.findings.raise_if_any()
        for name, cell in zip(names, header, strict=True):
            if name and name not in KNOWN and name not in COMPUTED and not name.startswith(VIEW):
                hint = did_you_mean(name, KNOWN) or f"a worldview's column is called `{VIEW}{name}`"
                self.lost.append(
                    Lost(f"the column `{name}`", f"no column is called so; {hint}", str(cell.span))
                )
        return [name for name in KNOWN if name in names] + [name for name in COMPUTED if name in names]

    def _with_one_name_each(self, line: Line) -> Line:
        """Return a row with each column by its first name."""
        empty = Text.at("", next(iter(line.cells.values())))
        cells = dict.fromkeys((*KNOWN, *COMPUTED), empty) | dict(line.cells)
        for other, name in OTHER_NAMES.items():
            if cells[other] and cells[name] and cells[other] != cells[name]:
                message = f"row {line.number}: `{other}` and `{name}` are the same, and say two things"
                self.findings.add(Code.UNCLEAR_ANSWER, message, cells[other], "keep one of the columns")
            cells[name] = cells[name] or cells[other]
        return Line(line.number, cells)

    def _phrases(self) -> dict[str, Elicited]:
        phrases = {}
        for line in self.lines:
            if line.cells["kind"].lower() == AROUND["lexicon"]:
                try:
                    phrases[read_text(line.cells["address"])] = parse_phrase(line.cells["value"])
                except UnreadableError as error:
                    self._tell(line, "value", error.code, error.message, error.hint)
        return phrases

    # --- what there is ------------------------------------------------------------------------------

    def _name_entries(self) -> None:
        """Give an id to each entry that has none, or what is no id."""
        labels = dict.fromkeys(
            self._label(line) for line in self.lines if self._kind(line) in ENTRIES.values()
        )
        self.ids = ids_for([label for label in labels if label])
        self.ids |= {
            label.casefold(): id_ for label, id_ in self.ids.items() if label not in self.ids.values()
        }
        named = [line for line in self.lines if self._kind(line) in ENTRIES.values() and self._label(line)]
        said = Counter(read_text(line.cells["text"]) for line in named)
        self.sentences = {
            text: self.ids[self._label(line)]
            for line in named
            if said[text := read_text(line.cells["text"])] == 1
        }

    def _label(self, line: Line) -> str:
        return str(line.cells["address"] or line.cells["text"])

    def _kind(self, line: Line) -> str:
        """Return the kind of a row: as written, or what its cells show it to be."""
        kind = line.cells["kind"].lower()
        if kind:
            return kind
        address = str(line.cells["address"])
        if "." in address and not line.cells["text"]:
            return str(Role.CREDENCE)
        return "argument" if any(line.cells[key] for key in DIRECTIONS) else "claim"

    def _take(self, line: Line) -> None:
        kind = self._kind(line)
        if kind in NUMBER_KINDS:
            self.numbers.append(line)
        elif kind not in _KINDS:
            hint = did_you_mean(kind, _KINDS) or f"known: {', '.join(_KINDS)}"
            self._tell(line, "kind", Code.UNREADABLE_FORM, f"`{kind}` is no kind of entry", hint)
        elif kind in ENTRIES.values():
            self._take_entry(line, kind)
        else:
            said = self._definition(line)
            text = read_text(line.cells["text"])
            name = "title" if kind in (MAP, "source") else "text"
            said = ({name: text} if text else {}) | said
            self._take_around(line, kind, said)

    def _take_around(self, line: Line, kind: str, said: Data) -> None:
        id_ = read_text(line.cells["address"])
        if kind == MAP:
            self.head = said
        elif kind == MODEL:
            self.model = said
        elif not id_:
            self._tell(
                line, "address", Code.UNREADABLE_FORM, f"the {kind} has no name", "give it an `address`"
            )
        elif kind == WORLDVIEW:
            if self._has_shape(line, said):
                self.worldviews[id_] = {WORLDVIEW: id_} | said
        else:
            self.around.append(TableEntry(line, kind, id_, said))

    def _has_shape(self, line: Line, said: Data) -> bool:
        """Whether what a column adds to is as a worldview's file has it; a problem where it is not."""
        shapes = {"judgements": dict, "rejects": list, **dict.fromkeys(SECTION_OF.values(), dict)}
        wrong = [key for key, shape in shapes.items() if key in said and not isinstance(said[key], shape)]
        for key in wrong:
            there = "a list" if shapes[key] is list else "keys with values"
            message = f"`{key}` is not {there}"
            self._tell(line, "definition", Code.UNREADABLE_FORM, message, "see docs/language.md")
        return not wrong

    def _take_entry(self, line: Line, kind: str) -> None:
        label, text = self._label(line), read_text(line.cells["text"])
        if not text:
            message, hint = f"the {kind} `{label}` has no sentence", "write one in the column `text`"
            self._tell(line, "text", Code.UNREADABLE_FORM, message, hint)
            return
        id_ = self.ids[label]
        if (before := self.entries.get(id_)) is not None:
            message = f"`{label}` is in row {before.line.number} already"
            self._tell(
                line, "address", Code.DUPLICATE_ID, message, "keep one of the rows, or name one otherwise"
            )
            return
        self.entries[id_] = TableEntry(line, kind, id_, {"text": text}, str(line.cells["brought by"]))

    def _complete(self, entry: TableEntry) -> None:
        """Read of an entry's row all but its sentence."""
        line, said = entry.line, entry.said
        said |= self._resolved(self._definition(line))
        if line.cells["by"] and self._is_name(line, "by", str(line.cells["by"])):
            said["by"] = str(line.cells["by"])
        for key in (*DIRECTIONS, "premises"):
            if line.cells[key]:
                found = [self._resolved(one) for one in self._list(line, key)]
                said[key] = found if key == "premises" else one_or_all(found)
        for key in ("source", "tags"):
            if line.cells[key]:
                found = [str(one) for one in _parts(read_text(line.cells[key]))]
                if key == "source":
                    found = [one for one in found if self._is_name(line, key, one.partition("#")[0])]
                said[key] = one_or_all(found)
        if line.cells["note"]:
            said["note"] = read_text(line.cells["note"])
        if entry.kind == "argument" and not any(key in said for key in DIRECTIONS):
            message = "the argument does not say what it is for or against"
            hint = "name a claim in the column `for` or `against`, or an argument in `undercuts`"
            self._tell(line, "for", Code.NO_DIRECTION, message, hint)
            return
        try:
            entry.places = number_places(entry.kind, entry.id, said)
        except (AttributeError, TypeError):
            message = "the definition does not have the shape of an entry"
            self._tell(line, "definition", Code.UNREADABLE_FORM, message, "see docs/language.md")
            return
        for key, address in (("value", ""), ("strength", ".strength"), ("force", ".force")):
            self._put(line, key, entry, f"{entry.id}{address}")

    def _is_name(self, line: Line, column: str, name: str) -> bool:
        """Whether a voice or a source can be called so; a problem where it cannot."""
        if not is_id(name):
            hint = (
                f"a name, as `{ids_for([name], column)[name]}`; a row of the kind `source` has its title"
            )
            hint = hint if column == "source" else hint.partition(";")[0]
            self._tell(line, column, Code.BAD_ID, f"`{name}` is not an id", hint)
            return False
        return True

    def _definition(self, line: Line) -> Data:
        cell = line.cells["definition"]
        if not cell:
            return {}
        found = self._plain(line, "definition", read_text(cell))
        if found is None:
            return {}
        if not isinstance(found, dict):
            hint = "it is written as in a map's file, as in `{all_of: [a, b]}`"
            self._tell(line, "definition", Code.UNREADABLE_FORM, f"`{cell}` defines nothing", hint)
            return {}
        return found

    def _plain(self, line: Line, column: str, text: str) -> Any:
        """Return what a part of a cell says in the words of a map's file; None after a problem."""
        said, problems = one_value(text)
        for problem in problems:
            self._tell(line, column, problem.code, problem.message, problem.hint)
        return said

    def _list(self, line: Line, column: str) -> list[Any]:
        parts = self._references(read_text(line.cells[column]), ";\n", ",")
        found = [self._named(part) or self._plain(line, column, part) for part in parts]
        return [part for part in found if part]

    def _references(self, text: str, *signs: str) -> Iterator[str]:
        """Yield what is referred to: a sign divides only what is no name and no whole sentence."""
        if self._named(text) or not signs:
            yield text
            return
        for part in _parts(text, signs[0]):
            yield from self._references(part, *signs[1:])

    def _named(self, text: str) -> str | None:
        """Return the id of the entry that has this name, or this sentence alone; None without one."""
        return self.ids.get(text) or self.ids.get(text.casefold()) or self.sentences.get(text)

    def _resolved(self, said: Any) -> Any:
        """Return what is said with ids in place of what the table calls its entries."""
        match said:
            case str():
                return self.ids.get(said) or self.ids.get(said.casefold(), said)
            case Mapping():
                return {
                    self.ids.get(key, key): part if key in _WORDS else self._resolved(part)
                    for key, part in said.items()
                }
            case _:
                return [self._resolved(part) for part in said]

    # --- numbers ------------------------------------------------------------------------------------

    def _is_only(self, line: Line, column: str, address: str) -> bool:
        """Whether no earlier cell gives another number in the same place; a problem where one does."""
        names = ("value", "low", "central", "high") if column == "value" else (column,)
        said = tuple(filter(None, (str(line.cells[name]) for name in names)))
        whose = column if column.startswith(VIEW) else ""
        row, before = self.given.setdefault((whose, address), (line.number, said))
        if said == before:
            return True
        message = f"row {row} says `{' '.join(before)}` of `{address}`"
        where = next(name for name in names if line.cells[name])
        self._tell(line, where, Code.UNCLEAR_ANSWER, message, "keep one of the two")
        return False

    def _put(self, line: Line, column: str, entry: TableEntry, address: str) -> None:
        """Put a number of a row in its place, if it says another one than stands there."""
        text = self._number_text(line, column)
        if not text or not self._is_only(line, column, address):
            return
        place = entry.places.get(address)
        if place is None:
            message = f"the {entry.kind} `{entry.id}` has no number there"
            hint = f"its numbers: {', '.join(f'`{one}`' for one in entry.places)}" if entry.places else ""
            self._tell(line, column, Code.UNKNOWN_ADDRESS, message, hint)
            return
        found = self._read(line, column, text, place.role)
        if found is not None and not self.notation.says_the_same(place.text, found, place.role):
            place.put(found)
        if line.cells["whose"].lower() == NOBODY and self._is_as_computed(line, place):
            place.holder[place.key] = {"value": place.text, "elicited": "false"}

    def _is_as_computed(self, line: Line, place: NumberAt) -> bool:
        """Whether a number is still the one that was nobody's when the table was written."""
        value = self.notation.value_of(place.text, place.role)
        return isinstance(value, Elicited) and list(shown_ends(value)) == [
            str(line.cells[column]) for column in COMPUTED[:3]
        ]

    def _number_text(self, line: Line, column: str) -> str:
        """Return the number of a row as written; for `value` that of a range in its place."""
        text = str(line.cells[column])
        ends = [str(line.cells[name]) for name in ("low", "central", "high")]
        if column != "value" or not any(ends):
            return text
        where = next(name for name in ("low", "central", "high") if line.cells[name])
        if text:
            message, hint = "there are a value and a range", "leave `value` empty, or the range"
        elif bool(ends[0]) != bool(ends[2]):
            message, hint = "a range has a low and a high end", "give both, or one number in `value`"
        else:
            return ends[1] or ends[0]
        self._tell(line, where, Code.UNCLEAR_ANSWER, message, hint)
        return ""

    def _read(self, line: Line, column: str, text: str, role: Role) -> str | None:
        """Return a number in the language's notation; None after a problem."""
        if role is Role.SHARE and text.casefold() == REST:
            return REST
        try:
            if column == "value" and line.cells["low"]:
                low, middle, high = (str(line.cells[name]) for name in ("low", "central", "high"))
                return self.notation.of_range(low, middle, high, role)
            return self.notation.of_cell(text, role, self._at)
        except UnreadableError as error:
            where = next((name for name in (column, "low", "central") if line.cells[name]), column)
            self._tell(line, where, error.code, error.message, error.hint)
            return None

    def _at(self, address: str) -> str:
        """Return an address with the id of its entry in place of what the table calls it."""
        owner = _owner(address)
        return f"{self._resolved(owner)}{address[len(owner) :]}"

    def _take_number(self, line: Line) -> None:
        """Put the number of a row that is about one alone in its place."""
        address = read_text(line.cells["address"])
        owner = _owner(address)
        entry = self._entry(owner)
        if entry is None:
            if self._number_text(line, "value") and "#" not in address:
                hint = did_you_mean(owner, self.entries) or "a row of its own tells what it is about"
                self._tell(line, "address", Code.UNKNOWN_ADDRESS, f"there is no entry `{owner}`", hint)
            return
        if "#" not in address:
            self._put(line, "value", entry, f"{entry.id}{address[len(owner) :]}")

    def _at_row(self, line: Line) -> tuple[TableEntry | None, str]:
        """Return the entry and the address that a row is about; without an entry, what stands there."""
        label = read_text(line.cells["address"]) or self._label(line)
        owner = _owner(label) if self._kind(line) in NUMBER_KINDS else label
        entry = self._entry(owner)
        return entry, label if entry is None else f"{entry.id}{label[len(owner) :]}"

    def _entry(self, label: str) -> TableEntry | None:
        return self.entries.get(self._resolved(label))

    def _default_numbers(self) -> None:
        """Give what has no number, and has no default, the one that is nobody's."""
        for entry in self.entries.values():
            said = entry.said
            if entry.kind == "claim" and said.keys() <= {"text", "source", "note", "tags"}:
                said["credence"] = dict(NOBODYS_CREDENCE)
            if entry.kind == "argument":
                if "undercuts" not in said:
                    said.setdefault("strength", dict(NOBODYS_STRENGTH))
                if "by" in said:
                    said.setdefault("credence", dict(NOBODYS_CREDENCE))

    # --- worldviews -----------------------------------------------------------------------------------

    def _take_view(self, view: str, column: str) -> None:
        """Read the column of a worldview, over what its own row says."""
        filled = [line for line in self.lines if line.cells[column]]
        if not filled and view not in self.worldviews:
            self.lost.append(Lost(f"the column `{column}`", "nothing stands in it", view))
            return
        sentence = f"Numbers from the column `{column}` of {self.file}."
        said = self.worldviews.setdefault(view, {WORLDVIEW: view, "text": sentence})
        judgements = dict(said.get("judgements", {}))
        there = {at: (text, key) for key, one in judgements.items() for at, text in numbers_in(key, one)}
        rejects, kept = list[str](), set[str]()
        for line in filled:
            entry, address = self._at_row(line)
            if entry is None:
                owner = _owner(address) if self._kind(line) in NUMBER_KINDS else address
                hint = did_you_mean(owner, self.entries)
                self._tell(line, column, Code.UNKNOWN_ADDRESS, f"there is no entry `{owner}`", hint)
                continue
            if not self._is_only(line, column, address):
                continue
            before, key = there.get(address, ("", address))
            kept.add(key)
            if line.cells[column].casefold() in REJECTS:
                rejects.append(entry.id)
                continue
            role = entry.role_at(address)
            if found := self._judged(line, column, role, before):
                set_judgement(judgements, key, address, found)
        said["judgements"] = {key: one for key, one in judgements.items() if key in kept}
        order = said.get("rejects", [])
        said["rejects"] = sorted(rejects, key=lambda id_: order.index(id_) if id_ in order else len(order))
        for key in ("judgements", "rejects"):
            if not said[key]:
                del said[key]

    def _judged(self, line: Line, column: str, role: Role, before: str) -> str | None:
        """Return the number in a worldview's column; None where it is what its file says, or is a problem."""
        found = self._read(line, column, str(line.cells[column]), role)
        return None if found is None or self.notation.says_the_same(before, found, role) else found

    # --- what comes of it -----------------------------------------------------------------------------

    def _locators(self) -> dict[str, Data]:
        """Return the places of sources, which have files of their own."""
        listed = {one.id: one.said.pop("locators", None) for one in self.around if one.kind == "source"}
        return {key: {"source": key, "locators": said} for key, said in listed.items() if said is not None}

    def _map(self) -> dict[str, Plain]:
        found: Data = {"map": self.head} if self.head else {}
        for one in self.around:
            value = str(one.line.cells["value"]) if one.kind == AROUND["lexicon"] else one.said
            found.setdefault(SECTION_OF[one.kind], {})[one.id] = value
        for entry in self.entries.values():
            if not entry.by:
                found.setdefault(SECTION_OF[entry.kind], {})[entry.id] = entry.said
        cited = {source.partition("#")[0] for source in _sources(found, self.worldviews, self.entries)}
        if missing := sorted(cited - {*found.get("sources", {})}):
            found["sources"] = found.get("sources", {}) | {key: {"title": key} for key in missing}
        voices = {str(entry.said["by"]) for entry in self.entries.values() if "by" in entry.said}
        if unknown := sorted(voices - {*found.get("voices", {})}):
            found["voices"] = found.get("voices", {}) | {key: {"text": f"{key}."} for key in unknown}
        return found

    def _files(self) -> dict[str, Data]:
        for entry in self.entries.values():
            if entry.by:
                sentence = f"What `{entry.by}` brings in {self.file}."
                said = self.worldviews.setdefault(entry.by, {WORLDVIEW: entry.by, "text": sentence})
                said.setdefault(SECTION_OF[entry.kind], {})[entry.id] = entry.said
        return self.worldviews

    def _tell(self, line: Line, column: str, code: Code, message: str, hint: str) -> None:
        where = f"row {line.number}, {column}" if line.cells.get(column) else f"row {line.number}"
        self.findings.add(code, f"{where}: {message}", line.cells.get(column, line.cells["text"]), hint)


def _owner(address: str) -> str:
    """Return what a table calls the entry that has an address."""
    return re.split("[.#]", address, maxsplit=1)[0]


def set_judgement(judgements: Data, key: str, address: str, found: str) -> None:
    """Put a number at an address of a worldview's file: in place of another, or into a row of shares."""
    if key == address:
        judgements[address] = found
    else:
        number_places("question", key, {"credence": judgements[key]})[address].put(found)


def _parts(text: str, signs: str = ";,\n") -> list[str]:
    """Return the parts of a list that one of these signs divides, but for those in brackets."""
    parts, depth, start = [], 0, 0
    for at, sign in enumerate(text):
        depth += _BRACKETS.get(sign, 0)
        if depth == 0 and sign in signs:
            parts.append(text[start:at].strip())
            start = at + 1
    return [part for part in (*parts, text[start:].strip()) if part]


def _sources(*parts: Any) -> Iterator[str]:
    """Yield all that is cited anywhere."""
    for part in parts:
        if isinstance(part, TableEntry):
            yield from _sources(part.said)
        elif isinstance(part, Mapping):
            for key, inner in part.items():
                if key == "source" and not isinstance(inner, Mapping):
                    yield from (one for one in listed(inner) if isinstance(one, str))
                elif not isinstance(inner, str):
                    yield from _sources(inner)
        elif not isinstance(part, str):
            yield from _sources(*part)

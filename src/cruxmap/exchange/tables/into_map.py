"""Numbers and new entries of a table, put into the worldviews of a map that is there.

In: a table as `writing` writes it, or some of its rows and columns, and a model. Out: for each worldview
that has a column the text of its file with what that column says: a number for each cell that is filled, and
nothing for one that was emptied. A row of something that is not in the map is a claim or an argument that it
brings. The numbers of the map stay: who thinks otherwise says so under a name.
"""

import copy
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cruxmap.errors import Code, InvalidMap, Problem, Span
from cruxmap.exchange.foreign_files import content_of, name_of
from cruxmap.exchange.formats import Lost
from cruxmap.exchange.names import ids_for
from cruxmap.exchange.plain_data import Data
from cruxmap.exchange.plain_map import plain_map, plain_worldview
from cruxmap.exchange.tables.cells import read_text
from cruxmap.exchange.tables.columns import ENTRIES, SECTION_OF, VIEW
from cruxmap.exchange.tables.number_places import number_places, numbers_in
from cruxmap.exchange.tables.numbers import Notation
from cruxmap.exchange.tables.reading import NUMBER_KINDS, TableEntry, TableReading, set_judgement
from cruxmap.ground import folders_of, replace_versions, version_of
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.language.argument_types import checks_types
from cruxmap.language.files import WORLDVIEWS, overlaid, shown
from cruxmap.language.for_editors.editor_files import first_line
from cruxmap.language.judgement import with_phrases
from cruxmap.language.loose_notation import REJECTS
from cruxmap.language.reading import read_models, read_with_visitors
from cruxmap.language.rewriting.worldview_edits import Changes, edited
from cruxmap.language.spreadsheet import Line

_IN_THE_MAP = Line(0, {})
"""The row of an entry that is there already."""


@dataclass(slots=True)
class _View:
    """What is to be different in a worldview's file; `new` where there is none yet."""

    new: bool
    text: str
    before: Data
    said: Mapping[str, tuple[str, str]]
    """The numbers of its file by address, each with the address at which the file says it."""
    judgements: dict[str, Any] = field(default_factory=dict)
    rejects: dict[str, bool] = field(default_factory=dict)
    brought: dict[str, dict[str, Data]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.judgements or self.rejects or self.brought)

    def changes(self, id_: str) -> Changes:
        """Return this as changes of the file."""
        return Changes(
            judgements=self.judgements,
            rejects=self.rejects,
            claims=self.brought.get("claims", {}),
            questions=self.brought.get("questions", {}),
            arguments=self.brought.get("arguments", {}),
            worldview=id_ if self.new else None,
            text=self.text if self.new else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a table says of a map that is there; nothing is written before its `write()`.

    Attributes
    ----------
    files
        The new texts of worldviews' files, by path.
    counts
        By worldview, how much is judged otherwise, and how many entries are new.
    lost
        What of the table stays as it is: each with `what`, `why`, and `where`.
    versions
        What was read in each file; `None` for one that is new.

    Examples
    --------
    >>> import cruxmap as cm
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = cm.new("town", folder=folder)
    ...     model = f"{folder}/models/town.yaml"
    ...     table = cm.export_map(model, "csv", "treasurer").data.decode()
    ...     taken = cm.take_table(table.replace("40% to 65%", "70%").encode(), model)
    >>> taken.counts
    {'treasurer': (1, 0)}
    """

    files: Mapping[Path, str]
    counts: Mapping[str, tuple[int, int]]
    lost: tuple[Lost, ...]
    versions: Mapping[Path, str | None] = field(repr=False)

    def write(self) -> tuple[str, ...]:
        """Write the files, all of them or none, and return their paths.

        Raises OtherVersion where one has changed since it was read, and CannotWrite.
        """
        files = {path: (self.versions[path], text.encode("utf-8")) for path, text in self.files.items()}
        with folders_of(files):
            replace_versions(files)
        return tuple(path.as_posix() for path in self.files)


@checks_types
def take_table(source: str | os.PathLike[str] | bytes, model: str | os.PathLike[str]) -> Taken:
    """Read a table's numbers and new entries as those of worldviews of a model's map; nothing is written
    yet.

    Parameters
    ----------
    source
        The table's path, or what is in it, as bytes. What gzip has packed is unpacked.
    model
        The model's file.

    Returns
    -------
    A `Taken`, whose `write()` writes the worldviews' files.

    Raises
    ------
    InvalidMap
        With what is wrong by row, and with what would be wrong with the map.

    Examples
    --------
    >>> import cruxmap as cm
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = cm.new("town", folder=folder)
    ...     table = cm.export_map(f"{folder}/models/town.yaml", "csv").data
    ...     cm.take_table(table, f"{folder}/models/town.yaml").counts
    {}
    """
    data = content_of(source)
    read = read_with_visitors(model, ())
    reading = _Taking(data, name_of(source), read.model.map)
    views = {id_: view for id_, view in reading.views_of_it().items() if view}
    paths = {id_: read.folder / WORLDVIEWS / f"{id_}.yaml" for id_ in views}
    before = {path: None if views[id_].new else path.read_bytes() for id_, path in paths.items()}
    try:
        files = {paths[id_]: _text_of(view, id_, paths[id_], before) for id_, view in views.items()}
        with overlaid({path: text.encode("utf-8") for path, text in files.items()}):
            read_models([model])
    except InvalidMap as invalid:
        raise reading.told_in_the_table(invalid, paths) from invalid
    versions = {path: None if old is None else version_of(old) for path, old in before.items()}
    counts = {
        id_: (len(view.judgements) + len(view.rejects), sum(map(len, view.brought.values())))
        for id_, view in views.items()
    }
    return Taken(files=files, counts=counts, lost=tuple(reading.lost), versions=versions)


def _text_of(view: _View, id_: str, path: Path, before: Mapping[Path, bytes | None]) -> str:
    """Return the new text of a worldview's file."""
    old = before[path]
    text = first_line(path) if old is None else old.decode("utf-8")
    return edited(text, view.changes(id_), path.as_posix())


class _Taking(TableReading):
    """One reading of a table beside the map that it is about."""

    def __init__(self, data: bytes, file: str, one: ArgumentMap) -> None:
        super().__init__(data, file)
        self.one = one
        self.notation = Notation(with_phrases(dict(one.lexicon)))
        self.known: dict[str, TableEntry] = {}
        self.files: dict[str, Data] = {
            view.about.id: plain_worldview(one, view) for view in one.worldviews
        }
        for plain, by in ((plain_map(one), ""), *((said, id_) for id_, said in self.files.items())):
            self._know(plain, by)
        self.entries = dict(self.known)
        self.texts = {entry.said["text"]: id_ for id_, entry in self.known.items()}

    def told_in_the_table(self, invalid: InvalidMap, paths: Mapping[str, Path]) -> InvalidMap:
        """Return problems of worldviews' files as they would be as those of the table."""
        worldview_of = {shown(path): id_ for id_, path in paths.items()}

        def told(problem: Problem) -> Problem:
            id_ = worldview_of.get(problem.span.file)
            if id_ is None:
                return problem
            message = f"in the worldview `{id_}`: {problem.message}"
            return replace(problem, message=message, span=Span(self.file), line_text="")

        return InvalidMap(tuple(map(told, invalid.problems)))

    def _know(self, plain: Data, by: str) -> None:
        for section, kind in ENTRIES.items():
            for id_, said in plain.get(section, {}).items():
                places = number_places(kind, id_, copy.deepcopy(dict(said)))
                self.known[id_] = TableEntry(_IN_THE_MAP, kind, id_, dict(said), by, places)

    def views_of_it(self) -> dict[str, _View]:
        """Return what each worldview's column says. Raises InvalidMap with all that is wrong."""
        lines = [line for line in self.lines if self._kind(line) in (*ENTRIES.values(), *NUMBER_KINDS)]
        new = [line for line in lines if self._is_new(line)]
        labels = dict.fromkeys(self._label(line) for line in new)
        self.ids = ids_for(labels, taken=self.known) | {id_: id_ for id_ in self.known}
        self.ids |= {label.casefold(): id_ for label, id_ in self.ids.items()}
        self.ids |= self.texts
        for line in new:
            self._take_entry(line, self._kind(line))
        added = [entry for id_, entry in self.entries.items() if id_ not in self.known]
        for entry in added:
            self._complete(entry)
        views = {id_: self._view(id_) for id_ in self.views}
        for entry in added:
            self._bring(entry, views)
        for line in lines:
            self._compare(line)
            for id_, column in self.views.items():
                self._judge(line, column, views[id_], id_)
        self._default_numbers()
        self.findings.raise_if_any()
        return views

    def _is_new(self, line: Line) -> bool:
        if self._kind(line) not in ENTRIES.values():
            return False
        label = self._label(line)
        return label not in self.known and label not in self.texts

    def _view(self, id_: str) -> _View:
        text = f"Numbers from the column `{self.views[id_]}` of {Path(self.file).name}."
        before = self.files.get(id_, {})
        judgements = before.get("judgements", {})
        said = {
            at: (number, key) for key, one in judgements.items() for at, number in numbers_in(key, one)
        }
        return _View(id_ not in self.files, text, before, said)

    def _bring(self, entry: TableEntry, views: dict[str, _View]) -> None:
        """Let a worldview bring a new entry: the one that is named, or whose column has a number for it."""
        named = entry.by or next(
            (id_ for id_, column in self.views.items() if entry.line.cells[column]), ""
        )
        if not named and len(views) == 1:
            named = next(iter(views))
        if named not in views:
            message = f"nothing says who brings `{entry.id}`, which is not in the map"
            hint = f"write its number in the column `{VIEW}NAME` of whoever brings it"
            self._tell(entry.line, "address", Code.UNREADABLE_FORM, message, hint)
            return
        entry.by = named
        views[named].brought.setdefault(SECTION_OF[entry.kind], {})[entry.id] = entry.said

    # --- rows -------------------------------------------------------------------------------------------

    def _compare(self, line: Line) -> None:
        """Tell of what a row says otherwise than the map does, and what does not come in."""
        entry, address = self._at_row(line)
        if entry is None or entry.id not in self.known:
            if entry is not None and address != entry.id:
                self._put(line, "value", entry, address)
            return
        place = entry.places.get(address)
        text = self._number_text(line, "value")
        if text and place is not None:
            found = self._read(line, "value", text, place.role)
            if found is not None and not self.notation.says_the_same(place.text, found, place.role):
                message = f"`value` is the map's own number, which is `{place.text or 'the default'}`"
                hint = f"write another one in a column `{VIEW}NAME`, or into the map's file"
                self._tell(line, "value", Code.UNCLEAR_ANSWER, message, hint)
        said = read_text(line.cells["text"])
        if said and address == entry.id and said.split() != entry.said["text"].split():
            why = "a table brings numbers and new entries: change the map's file"
            self.lost.append(Lost("another sentence", why, str(line.cells["text"].span)))

    def _judge(self, line: Line, column: str, view: _View, id_: str) -> None:
        """Take what a worldview's column says in a row."""
        entry, address = self._at_row(line)
        cell = str(line.cells[column])
        if entry is None:
            if cell:
                message = f"there is no entry `{address}`"
                self._tell(
                    line, column, Code.UNKNOWN_ADDRESS, message, "a row of its own tells what it is about"
                )
            return
        if cell and not self._is_only(line, column, address):
            return
        if entry.id not in self.known and entry.by == id_:
            self._put_as_said(line, column, entry, address)
            return
        before, key = view.said.get(address, ("", address))
        rejected = address in view.before.get("rejects", [])
        if cell.casefold() in REJECTS:
            view.rejects |= {} if rejected else {address: True}
            return
        view.rejects |= {address: False} if rejected else {}
        if cell:
            self._take_number_of(line, column, view, (entry, address, before, key))
        elif before and key == address:
            view.judgements[address] = None

    def _put_as_said(self, line: Line, column: str, entry: TableEntry, address: str) -> None:
        """Put the number of who brings an entry, which is the entry's own: a row may not give two."""
        place, text = entry.places.get(address), str(line.cells[column])
        has_value = any(line.cells[name] for name in ("value", "low", "central", "high"))
        if place is not None and text and has_value:
            found = self._read(line, column, text, place.role)
            if found is not None and not self.notation.says_the_same(place.text, found, place.role):
                message = f"`value` is `{place.text}`, and this is another number of who brings the entry"
                self._tell(line, column, Code.UNCLEAR_ANSWER, message, "leave one of the two empty")
            return
        self._put(line, column, entry, address)

    def _take_number_of(
        self, line: Line, column: str, view: _View, at: tuple[TableEntry, str, str, str]
    ) -> None:
        entry, address, before, key = at
        role = entry.role_at(address)
        found = self._judged(line, column, role, before)
        if found is None:
            return
        if address not in self.one.judgements and entry.id in self.known:
            message = f"`{address}` has no number that a worldview can give"
            self._tell(
                line, column, Code.UNKNOWN_ADDRESS, message, "see the column `address` of an export"
            )
            return
        row = copy.deepcopy(view.judgements.get(key) or view.before.get("judgements", {}).get(key))
        rows: Data = {key: row} if row is not None else {}
        set_judgement(rows, key, address, found)
        view.judgements[key] = rows[key]

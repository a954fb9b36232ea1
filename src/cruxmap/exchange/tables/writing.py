"""A map as a table for spreadsheet programs: a row for each entry and for each number.

In: a model, and whose numbers. Out: a `Sent`, with the columns of `columns`. What no other column says of an
entry is in `definition`, in the words of a map's file, so that nothing of a map is lost on the way.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from cruxmap.exchange.formats import Lost, Sent
from cruxmap.exchange.plain_data import DIRECTIONS, Data, listed
from cruxmap.exchange.plain_map import plain_locators, plain_map, plain_model, plain_worldview
from cruxmap.exchange.tables.cells import shown_ends, steady_number, written_rows, written_text
from cruxmap.exchange.tables.columns import (
    AFTER_VIEWS,
    AROUND,
    BEFORE_VIEWS,
    COMPUTED,
    ENTRIES,
    MAP,
    MODEL,
    NOBODY,
    REJECTED,
    VIEW,
    WORLDVIEW,
)
from cruxmap.exchange.tables.number_places import number_places, numbers_in
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    Argument,
    ArgumentMap,
    Elicited,
    Entry,
    Event,
    Judgement,
    Role,
    condition_text,
    place_of,
)
from cruxmap.language.context import OTHERWISE
from cruxmap.language.inheritance import Perspective, settle
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.names import KIND_OF
from cruxmap.language.yaml_writing import Plain, flow

type Row = dict[str, str]


@dataclass(slots=True)
class _Views:
    """What stands in the columns of worldviews, by address, and what of their files stands nowhere else."""

    files: dict[str, Data]
    cells: dict[str, dict[str, str]] = field(default_factory=dict)
    perspectives: dict[str, Perspective] = field(default_factory=dict)

    def own(self, one: ArgumentMap, address: str) -> Elicited:
        """Return the map's own number, or that of who brings it, with links followed."""
        whose = one.bringer.get(address, MAP_WORLDVIEW)
        if whose not in self.perspectives:
            self.perspectives[whose] = settle(one, whose)
        return self.perspectives[whose].setting[address].value

    def row(self, address: str) -> Row:
        """Return the cells of a row."""
        return {f"{VIEW}{view}": self.cells[view].get(address, "") for view in self.files}


def write_csv(model: ModelSpec, worldview: str = MAP_WORLDVIEW) -> Sent:
    """Return a model's map as a table, with a column for each of its worldviews, or for one of them alone."""
    one = model.map
    known = one.worldview if worldview == MAP_WORLDVIEW else {worldview: one.worldview[worldview]}
    views = _views(one, {id_: plain_worldview(one, one.worldview[id_]) for id_ in known})
    plain: Data = plain_map(one)
    for source in one.sources:
        if source.locators is not None:
            plain["sources"][source.id]["locators"] = plain_locators(source)["locators"]
    rows = [*_entry_rows(one, plain, views), *_around_rows(plain), *_view_rows(views)]
    rows.append(_model_row(model, known))
    used = {column for row in rows for column, cell in row.items() if cell}
    after = [column for column in AFTER_VIEWS if column in used or column in DIRECTIONS]
    columns = [*BEFORE_VIEWS, *(f"{VIEW}{id_}" for id_ in views.files), *COMPUTED, *after]
    table = [columns, *([row.get(column, "") for column in columns] for row in rows)]
    return Sent(written_rows(table), tuple(_lost(model, known)))


def _lost(model: ModelSpec, known: Mapping[str, object]) -> Iterator[Lost]:
    for id_ in model.map.worldview:
        if id_ not in known:
            yield Lost("a worldview", "another one was asked for alone", id_)
    if model.expect:
        yield Lost("what the model expects", "a table has no place for it", model.id)


# --- rows of entries ------------------------------------------------------------------------------


def _entry_rows(one: ArgumentMap, plain: Data, views: _Views) -> Iterator[Row]:
    """Yield the rows of all entries, those that worldviews bring after the map's own."""
    for section in ENTRIES:
        for id_, entry in plain.get(section, {}).items():
            yield from _rows_of(one, id_, dict(entry), views)
        for view, file in views.files.items():
            for id_, entry in file.pop(section, {}).items():
                rows = _rows_of(one, id_, dict(entry), views)
                yield from (row | {"brought by": view} if row["text"] else row for row in rows)


def _rows_of(one: ArgumentMap, id_: str, entry: Data, views: _Views) -> Iterator[Row]:
    kind = KIND_OF[type(one.entry[id_])].value
    texts = {at: place.text for at, place in number_places(kind, id_, entry).items()}
    text = entry.get("text", "")
    if text == text.strip():
        del entry["text"]
    row: Row = {"address": id_, "kind": kind, "text": written_text(text.strip())}
    row |= _pointing(entry)
    for key in ("credence", "strength", "force"):
        said = entry.get(key)
        if isinstance(said, str) and steady_number(said) == said:
            del entry[key]
    row["definition"] = written_text(flow(entry)) if entry else ""
    own = one.judgements.get(id_)
    yield row | _numbers(one, id_, own, texts, views)
    for address, judgement in one.judgements.items():
        if judgement.owner == id_ and address != id_:
            place = {"address": written_text(address), "kind": str(judgement.role), "text": ""}
            yield place | _numbers(one, address, judgement, texts, views)


def _pointing(entry: Data) -> Row:
    """Take out of an entry what has columns of its own, and return these."""
    row = {"by": entry.pop("by", "")}
    for key in (*DIRECTIONS, "premises"):
        if key in entry:
            row[key] = written_text("; ".join(map(flow, listed(entry.pop(key)))))
    for key in ("source", "tags"):
        if key in entry:
            row[key] = written_text("; ".join(listed(entry.pop(key))))
    return row | {"note": written_text(entry.pop("note", ""))}


def _numbers(
    one: ArgumentMap, address: str, judgement: Judgement | None, texts: Mapping[str, str], views: _Views
) -> Row:
    """Return what a row says of a number: what it is, the map's own, and those of worldviews."""
    if judgement is None:
        return views.row(address)
    value = views.own(one, address)
    row = {"what": _what(one, judgement), "value": steady_number(texts.get(address, ""))}
    row |= dict(zip(COMPUTED, (*shown_ends(value), _whose(one, judgement)), strict=True))
    return row | views.row(address)


def _whose(one: ArgumentMap, judgement: Judgement) -> str:
    if not judgement.elicited:
        return NOBODY
    if judgement.is_default:
        return "default"
    return one.bringer.get(judgement.address, MAP_WORLDVIEW)


def _what(one: ArgumentMap, judgement: Judgement) -> str:
    """Say in a few words what a number says."""
    owner = judgement.owner
    entry = one.entry[owner]
    place = place_of(entry, judgement.address)
    case = f", if {condition_text(place.when)}" if place.when is not None else ""
    match judgement.role:
        case Role.STRENGTH:
            return f"how many times it changes the odds, while {owner} holds"
        case Role.FORCE:
            return f"how likely what it undercuts fails, if {owner} holds"
        case Role.PACE:
            return f"how much likelier the first step of {place.part} is than its last"
        case Role.CHANCE:
            return f"how likely it comes {_by(entry, place.part)}{case}"
        case Role.SHARE:
            return f"how likely it is {judgement.address.rpartition('.')[2]}{case}"
        case _ if isinstance(entry, Argument):
            return "how likely the reasoning is sound"
        case _:
            ending = judgement.address.rpartition(".")[2]
            return f"how likely it is true{_ENDINGS.get(ending, '') or case}"


_ENDINGS = {"if_met": ", if its definition is met", OTHERWISE: ", otherwise"}


def _by(entry: Entry, part: str) -> str:
    if isinstance(entry, Event):
        return f"in {part}, if it has not come before"
    return f"by way of {part}" if part else "by another way"


# --- other rows -----------------------------------------------------------------------------------


def _around_rows(plain: Data) -> Iterator[Row]:
    head = dict(plain.get("map", {}))
    if head:
        text = written_text(head.pop("title", ""))
        yield {"kind": MAP, "text": text, "definition": written_text(flow(head)) if head else ""}
    for section, kind in AROUND.items():
        for id_, said in plain.get(section, {}).items():
            if isinstance(said, str):
                yield {"address": written_text(id_), "kind": kind, "value": said}
                continue
            rest = dict(said)
            text = rest.pop("title" if kind == "source" else "text", "")
            row = {"address": id_, "kind": kind, "text": written_text(text)}
            yield row | {"definition": written_text(flow(rest)) if rest else ""}


def _view_rows(views: _Views) -> Iterator[Row]:
    for view, file in views.files.items():
        rest = {key: said for key, said in file.items() if key not in ("worldview", "text") and said}
        row = {"address": view, "kind": WORLDVIEW, "text": written_text(file.get("text", ""))}
        yield row | {"definition": written_text(flow(rest)) if rest else ""}


def _model_row(model: ModelSpec, known: Collection[str]) -> Row:
    said = plain_model(model, {MAP_WORLDVIEW, *known})
    text = str(said.pop("text", ""))
    return {"kind": MODEL, "text": written_text(text), "definition": written_text(flow(said))}


def _views(one: ArgumentMap, files: dict[str, Data]) -> _Views:
    """Divide the files of worldviews into what their columns say, and the rest."""
    views = _Views(files, {view: {} for view in files})
    for view, file in files.items():
        cells, kept = views.cells[view], dict[str, Plain]()
        rejected = file.get("rejects", [])
        for address, said in file.get("judgements", {}).items():
            cells |= dict(_cells_of(one, address, said))
            if not isinstance(said, str) or address in rejected or steady_number(said) != said:
                kept[address] = said
        cells |= dict.fromkeys(rejected, REJECTED)
        file["judgements"] = kept
    return views


def _cells_of(one: ArgumentMap, address: str, said: Plain) -> Iterator[tuple[str, str]]:
    for at, text in numbers_in(address, said):
        if at in one.judgements:
            yield at, steady_number(text)

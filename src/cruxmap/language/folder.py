"""A map's folder becomes `Sheets`, the shapes of all its files merged.

What its files include from other maps is in them, with what the included files need of those maps.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from cruxmap.errors import Code
from cruxmap.language.argument_map import Elicited
from cruxmap.language.context import warn_of_comments
from cruxmap.language.files import (
    SOURCES,
    WORLDVIEWS,
    check_language,
    fit,
    load,
    tell_misplaced,
    yaml_files,
)
from cruxmap.language.findings import Findings
from cruxmap.language.includes import (
    DECLARED,
    Declaration,
    Declarations,
    Uses,
    declarations,
    meaning,
    note_uses,
    taken_in,
)
from cruxmap.language.judgement import LEXICON, UnreadableError, format_value, parse_phrase
from cruxmap.language.names import BROUGHT, SECTIONS, Kind
from cruxmap.language.schema import (
    ArgumentShape,
    ClaimShape,
    EventShape,
    MapFile,
    QuestionShape,
    RouteShape,
    SourcesFile,
    SourceShape,
    TimelineShape,
    VoiceShape,
    WorldviewFile,
)
from cruxmap.language.visitors import NOBODY, Visitors
from cruxmap.language.yaml_text import Entries, Node, Parsed, Text, value_at


@dataclass(slots=True)
class Sheets:
    """What the files of a map hold, merged. `kinds` knows the ids of entries that could not be read, too.

    `brought` maps entries that stand in a worldview's file to that worldview, which comes with each of the
    `routes` that are brought to a claim.

    `included` are the ids of entries that come from other maps, `included_sources` those of sources, and
    `elsewhere` has the files there with entries and declarations which did not come.
    """

    folder: Path
    title: str = ""
    text: str = ""
    sources: dict[Text, SourceShape] = field(default_factory=dict)
    voices: dict[Text, VoiceShape] = field(default_factory=dict)
    timelines: dict[Text, TimelineShape] = field(default_factory=dict)
    claims: dict[Text, ClaimShape] = field(default_factory=dict)
    questions: dict[Text, QuestionShape] = field(default_factory=dict)
    events: dict[Text, EventShape] = field(default_factory=dict)
    arguments: dict[Text, ArgumentShape] = field(default_factory=dict)
    lexicon: dict[Text, Text] = field(default_factory=dict)
    kinds: dict[str, Kind] = field(default_factory=dict)
    locators: dict[Text, SourcesFile] = field(default_factory=dict)
    worldviews: dict[Text, WorldviewFile] = field(default_factory=dict)
    worldview_ids: set[str] = field(default_factory=set)
    brought: dict[str, str] = field(default_factory=dict)
    routes: dict[Text, list[tuple[str, RouteShape]]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    included: set[str] = field(default_factory=set)
    included_sources: set[str] = field(default_factory=set)
    elsewhere: dict[str, Path] = field(default_factory=dict)
    complete: bool = True
    is_empty: bool = True


_ALL_SECTIONS = ("sources", "voices", "timelines", "claims", "questions", "events", "arguments", "lexicon")


type _Seen = dict[str, dict[str, tuple[str, Text]]]
"""Where each id was first seen, by what it must be unique among: its section and its text."""


def gather(folder: Path, findings: Findings, visitors: Visitors = NOBODY) -> Sheets:
    """Read every file of a map's folder, and what these take in of other maps.

    Files of worldviews that visit the map are read after those in the folder.
    """
    sheets = Sheets(folder, worldview_ids=set(visitors.lost), complete=not visitors.lost)
    seen: _Seen = {}
    own: list[tuple[Path, MapFile]] = []
    for path in yaml_files(folder, findings):
        shape = _take(sheets, seen, findings, _ALL_SECTIONS, path)
        if shape is not None:
            own.append((path, shape))
            _merge(sheets, shape, findings)
    others = _include(sheets, own, seen, findings)
    for path in yaml_files(folder / SOURCES, findings):
        _gather_locators(sheets, path, findings)
    for other in others:
        _bring(sheets, "locators", dict.fromkeys(other.uses.sources), other, findings)
    for path in yaml_files(folder / WORLDVIEWS, findings):
        gather_worldview(sheets, path, load(path, findings), seen, findings)
    for visitor in visitors.new:
        gather_worldview(sheets, Path(visitor.name), visitor.parsed, seen, findings)
    if others:
        _tell_double_meanings(sheets, own, others, findings)
    tell_misplaced(folder, findings, (SOURCES, WORLDVIEWS))
    for name in (SOURCES, WORLDVIEWS):
        tell_misplaced(folder / name, findings)
    return sheets


def _take(
    sheets: Sheets, seen: _Seen, findings: Findings, sections: Collection[str], path: Path
) -> MapFile | None:
    """Read a file, note the ids in `sections`, and return what it holds; what cannot be read is noted."""
    parsed = load(path, findings)
    if parsed is None or parsed.root is None:
        sheets.complete = False
        return None
    _register(sheets, parsed.root, seen, findings, sections)
    found = fit(MapFile, parsed, findings, 3)
    for cut in found.cuts:
        if len(cut) >= 2 and cut[0] in _ALL_SECTIONS:
            sheets.broken.add(str(cut[1]))
        elif cut[:1] != ("map",):
            sheets.complete = False
    if found.shape is None:
        sheets.complete = False
    else:
        check_language(found.shape.language, findings)
    return found.shape


def _register(
    sheets: Sheets, root: Node, seen: _Seen, findings: Findings, sections: Collection[str]
) -> None:
    """Note every id of a file, readable or not, and cut out the second one of a kind."""
    if not isinstance(root, Entries):
        return
    for section in sections:
        entries = value_at(root, section)
        if not isinstance(entries, Entries):
            continue
        kind = SECTIONS.get(section)
        taken = seen.setdefault("entries" if kind else section, {})
        ids = list(entries)
        for id_ in ids:
            sheets.is_empty = False if kind else sheets.is_empty
            if id_ in taken:
                where, first = taken[id_]
                message = f"`{id_}` is there twice"
                hint = f"give this one another id, or delete it: the first is in `{where}` at {first.span}"
                findings.add(Code.DUPLICATE_ID, message, id_, hint)
                del entries[id_]
                sheets.kinds.pop(str(id_), None)  # which of the two is meant elsewhere, nobody can say
                sheets.broken.add(str(id_))
                continue
            taken[id_] = (section, id_)
            if kind:
                sheets.kinds[str(id_)] = kind


def _merge(sheets: Sheets, file: MapFile, findings: Findings) -> None:
    for section in _ALL_SECTIONS:
        getattr(sheets, section).update(getattr(file, section) or {})
    if file.map is not None:
        warn_of_comments(findings, file.map.text, file.map)
        for name, text in (("title", file.map.title), ("text", file.map.text)):
            if text is not None and getattr(sheets, name):
                message = f"the map's `{name}` is there twice"
                findings.add(Code.DUPLICATE_ID, message, text, "keep one of them")
            elif text is not None:
                setattr(sheets, name, str(text))


def _gather_locators(sheets: Sheets, path: Path, findings: Findings) -> None:
    parsed = load(path, findings)
    if parsed is None or parsed.root is None:
        return
    shape = fit(SourcesFile, parsed, findings, 2).shape
    if shape is None:
        return
    check_language(shape.language, findings)
    key = _named_as_file(path, parsed, shape.source, "source", findings)
    if key not in sheets.sources and sheets.complete and key not in sheets.broken:
        message = f"the map has no source `{key}`"
        findings.add(Code.UNKNOWN_SOURCE, message, shape.source or key, "name it under `sources`")
    sheets.locators[key] = shape


def gather_worldview(
    sheets: Sheets, path: Path, parsed: Parsed | None, seen: _Seen, findings: Findings
) -> None:
    """Put a worldview's file into the sheets, with what it brings."""
    sheets.worldview_ids.add(path.stem)
    if parsed is None or parsed.root is None:
        sheets.complete = False
        return
    _register(sheets, parsed.root, seen, findings, BROUGHT)
    found = fit(WorldviewFile, parsed, findings, 3)
    for cut in found.cuts:
        if cut[:1] in {(section,) for section in (*BROUGHT, "routes")}:
            sheets.broken |= {str(id_) for id_ in cut[1:2]}
            sheets.complete &= len(cut) > 1
    if found.shape is None:
        sheets.complete = False
        return
    check_language(found.shape.language, findings)
    id_ = _named_as_file(path, parsed, found.shape.worldview, "worldview", findings)
    sheets.worldviews[id_] = found.shape
    if ("text",) in found.cuts:
        sheets.broken.add(f"worldviews/{id_}")
    for section in BROUGHT:
        entries = getattr(found.shape, section) or {}
        getattr(sheets, section).update(entries)
        sheets.brought |= dict.fromkeys(map(str, entries), str(id_))
    for claim, routes in (found.shape.routes or {}).items():
        sheets.routes.setdefault(claim, []).extend((str(id_), route) for route in routes)


def _named_as_file(path: Path, parsed: Parsed, written: Text | None, key: str, findings: Findings) -> Text:
    """Return the file's stem as an id, with a place; a file that calls itself otherwise is a problem."""
    if written is not None and written == path.stem:
        return written
    if written is not None:
        message = f"the file is `{path.name}`, and `{key}` says `{written}`"
        findings.add(Code.OTHER_ID, message, written, "the name of the file is the id: make them the same")
    assert parsed.root is not None
    return Text.at(path.stem, written or parsed.root)


# --- what comes from other maps -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Other:
    """Another map, from which files are taken in: what they use of it, what it declares, what was told."""

    folder: Path
    declared: Declarations
    uses: Uses = field(default_factory=Uses)
    told: set[Path] = field(default_factory=set)


def _include(
    sheets: Sheets, own: Sequence[tuple[Path, MapFile]], seen: _Seen, findings: Findings
) -> tuple[_Other, ...]:
    """Take in what the files of a map include, with the declarations that it needs; return the other maps."""
    others: dict[Path, _Other] = {}
    known: dict[str, Declarations] = {}
    entries_before = set(sheets.kinds)
    for path, file in taken_in(own, partial(_take, sheets, seen, findings, tuple(SECTIONS)), findings):
        if file is None:
            sheets.complete = False
            continue
        folder = path.parent
        other = others.get(folder) or others.setdefault(
            folder, _Other(folder, declarations(folder, known))
        )
        for section in SECTIONS:
            getattr(sheets, section).update(getattr(file, section) or {})
            note_uses(getattr(file, section), other.uses)
        for section in DECLARED:  # what stands in the file itself comes whether or not it is used
            note_uses(getattr(file, section), other.uses)
            for id_, shape in (getattr(file, section) or {}).items():
                _declare(sheets, section, Declaration(id_, shape, path), findings)
        other.uses.sources.update({str(id_): id_ for id_ in file.sources or ()})
    sheets.included |= sheets.kinds.keys() - entries_before
    for other in others.values():
        for section in ("timelines", "voices"):
            for shape in _bring(sheets, section, getattr(other.uses, section), other, findings):
                note_uses(shape, other.uses)
        for section in ("sources", "lexicon"):
            _bring(sheets, section, getattr(other.uses, section), other, findings)
        for id_, file_there in other.declared.entries.items():
            if id_ not in sheets.kinds:
                sheets.elsewhere.setdefault(id_, file_there)
        for (section, id_), declaration in other.declared.of.items():
            if section in ("sources", "voices", "timelines") and id_ not in getattr(sheets, section):
                sheets.elsewhere.setdefault(id_, declaration.file)
    return tuple(others.values())


def _bring(
    sheets: Sheets, section: str, names: Iterable[str], other: _Other, findings: Findings
) -> list[Any]:
    """Declare what files that were taken in use of their own map; return the shapes of it.

    What is wrong in the files that it is in is told. So it is where something cannot be found in that map
    and some of it cannot be read.
    """
    found = []
    for name in names:
        declaration = other.declared.of.get((section, name))
        if declaration is not None:
            files = [declaration.file]
            if declaration.shape is not None:
                _declare(sheets, section, declaration, findings)
                found.append(declaration.shape)
        elif section in ("lexicon", "locators") or name in getattr(sheets, section):
            continue
        else:
            files = [file for file, its in other.declared.findings.items() if its.problems]
            sheets.complete = sheets.complete and not files
        for file in files:
            if file not in other.told:
                other.told.add(file)
                findings.extend(other.declared.findings[file])
    return found


def _declare(sheets: Sheets, section: str, declaration: Declaration, findings: Findings) -> None:
    """Take over a declaration from another map; a different one of the same id is a problem."""
    id_, shape, _ = declaration
    there = getattr(sheets, section)
    if id_ not in there:
        if id_ not in sheets.broken:
            there[id_] = shape
            if section == "sources":
                sheets.included_sources.add(str(id_))
    elif _said(section, there[id_]) != _said(section, shape):
        first = next(key for key in there if key == id_)
        what = "the list of locators of " if section == "locators" else ""
        hint = (
            f"let both say the same, or give one another id: the first is in `{section}` at {first.span}"
        )
        message = f"{what}`{id_}` is there twice, and not the same"
        findings.add(Code.DUPLICATE_ID, message, id_, hint)


def _said(section: str, shape: Any) -> object:
    if section == "lexicon":
        return _number(shape) or str(shape)
    if section == "locators":
        return {str(place): meaning(it) for place, it in (shape.locators or {}).items()}
    return meaning(shape)


def _number(phrase: Text) -> Elicited | None:
    try:
        return parse_phrase(phrase)
    except UnreadableError:
        return None


def _tell_double_meanings(
    sheets: Sheets, own: Sequence[tuple[Path, MapFile]], others: Sequence[_Other], findings: Findings
) -> None:
    """Add a problem for each phrase of the language that means something else in one of the maps."""
    here = Uses()
    for _, file in own:
        for section in SECTIONS:
            note_uses(getattr(file, section), here)
    note_uses(dict(sheets.worldviews), here)
    declared_here = {str(phrase) for _, file in own for phrase in file.lexicon or {}}
    uses = [(here, declared_here)]
    uses += [(o.uses, {name for kind, name in o.declared.of if kind == "lexicon"}) for o in others]
    for phrase, written in sheets.lexicon.items():
        number = _number(written)
        usual = None if number is None else LEXICON.get((number.scale, str(phrase)))
        if number is None or usual is None or usual == number:
            continue
        for used, declared in uses:
            use = used.lexicon.get(str(phrase))
            if use is not None and phrase not in declared:
                message = (
                    f"`{phrase}` is {format_value(usual)} in the map of this file, and "
                    f"{format_value(number)} in the `lexicon` at {phrase.span}"
                )
                hint = "write the number here, or have the phrase in both lexicons"
                findings.add(Code.DUPLICATE_ID, message, use, hint)

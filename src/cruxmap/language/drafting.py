"""`Sheets`, the shapes of a map's files, become a `Draft`: the map as far as it could be read.

So does a finished map with worldviews that come to it, which may bring entries and routes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import starmap
from pathlib import Path

from cruxmap.errors import Code
from cruxmap.ground import gc_paused
from cruxmap.language.argument_map import (
    Argument,
    ArgumentMap,
    Claim,
    Elicited,
    Entry,
    Locator,
    Question,
    Routes,
    Scale,
    Source,
    Voice,
    Worldview,
)
from cruxmap.language.arguments import read_argument
from cruxmap.language.checks import (
    check_arguments,
    check_coverage,
    check_cycles,
    check_links,
    check_numbers,
)
from cruxmap.language.conditions import Resolver
from cruxmap.language.context import (
    Context,
    check_id,
    check_word,
    each,
    noted_about,
    stand_in,
    warn_of_comments,
    with_parents,
)
from cruxmap.language.entries import read_claim, read_event, read_question, read_timeline, with_routes
from cruxmap.language.files import shown
from cruxmap.language.findings import Findings
from cruxmap.language.folder import Sheets, gather_worldview
from cruxmap.language.judgement import Lexicon, UnreadableError, is_notation, parse_phrase, with_phrases
from cruxmap.language.names import KIND_OF, SECTIONS, Kind, Names, names_of
from cruxmap.language.oddities import check_elicited, check_tables_against_arguments, check_tags
from cruxmap.language.schema import LocatorShape, Remarked, SourcesFile, SourceShape
from cruxmap.language.sources import check_cited
from cruxmap.language.visitors import Visitors, read_visitors
from cruxmap.language.worldviews import (
    check_accepted,
    check_circles,
    read_worldview,
    warn_of_changes,
    warn_of_rejected,
)
from cruxmap.language.yaml_text import Text, placed_at


@dataclass(frozen=True, slots=True)
class Draft:
    """A map as far as it could be read, with stand-ins for what is wrong: it serves to find more problems."""

    map: ArgumentMap
    context: Context
    worldview_ids: frozenset[str]
    included: frozenset[str]
    sound: bool
    visitors: Visitors

    @property
    def names(self) -> Names:
        """What its ids stand for."""
        return self.context.resolver.names

    @property
    def lexicon(self) -> Lexicon:
        """The phrases that it knows."""
        return self.context.lexicon


_HARMLESS = {
    Code.BAD_ID,
    Code.RESERVED_ID,
    Code.CREDENCE_NEEDED,
    Code.UNKNOWN_SOURCE,
    Code.UNKNOWN_LOCATOR,
}
_HARMLESS |= {Code.UNKNOWN_VOICE}
"""Problems that leave the rest of an entry worth checking."""


def drafted(sheets: Sheets, findings: Findings, visitors: Visitors, before: int) -> Draft:
    """Return the map that is in sheets; `before` problems are not of it."""
    names, whole = _names(sheets), sheets.complete and not sheets.broken
    context = Context(
        Resolver(names, findings),
        _lexicon(sheets, findings),
        {str(key): _citable(sheets.locators.get(key)) for key in sheets.sources},
        frozenset(map(str, sheets.voices)),
    )
    for key in (*sheets.sources, *sheets.voices):
        check_word(findings, key)
    draft = _read_entries(context, sheets)
    if sheets.worldviews:
        draft = replace(draft, worldviews=_read_worldviews(context, sheets, draft))
    _check_map(draft, names, findings)
    if whole and not names.broken and len(findings.problems) == before:
        warn_of_changes(draft, findings)
    if whole and not names.broken:
        check_cited(draft, findings, sheets.included_sources)
        check_tags(list(_tags(sheets)), findings)
    sound = len(findings.problems) == before
    if sound:
        check_tables_against_arguments(draft, findings)
        check_elicited(draft, findings)
    return Draft(
        draft, context, frozenset(sheets.worldview_ids), frozenset(sheets.included), sound, visitors
    )


def draft_of(argument_map: ArgumentMap) -> Draft:
    """Return a finished map as a draft."""
    return joined(argument_map, (), Findings())


@gc_paused()
def joined(argument_map: ArgumentMap, visiting: Iterable[Path], findings: Findings) -> Draft:
    """Return a finished map with worldviews that come to it, and with what they bring.

    It is the map that reading its files together with these would have made.
    """
    before = len(findings.problems)
    visitors = read_visitors(visiting, argument_map.worldview, findings)
    ids = {*argument_map.worldview, *visitors.lost}
    sheets = Sheets(Path(argument_map.id), worldview_ids=ids, complete=not visitors.lost)
    seen = {"entries": {id_: _seen(entry) for id_, entry in argument_map.entry.items()}}
    for visitor in visitors.new:
        gather_worldview(sheets, Path(visitor.name), visitor.parsed, seen, findings)
    names = _names(sheets)
    known = names_of(argument_map)
    names.kinds = {**known.kinds, **names.kinds}
    names.states = {**known.states, **names.states}
    names.timeline_of, names.phases = known.timeline_of, known.phases
    context = Context(
        Resolver(names, findings),
        with_phrases(dict(argument_map.lexicon)),
        {source.id: _listed(source) for source in argument_map.sources},
        frozenset(voice.about.id for voice in argument_map.voices),
    )
    draft = argument_map
    if sheets.worldviews:
        draft = _read_entries(context, sheets, argument_map)
        draft = replace(draft, worldviews=_read_worldviews(context, sheets, draft))
        _check_map(draft, names, findings)
        if sheets.complete and not names.broken and len(findings.problems) == before:
            warn_of_changes(draft, findings)
    sound = len(findings.problems) == before
    return Draft(draft, context, frozenset(sheets.worldview_ids), frozenset(), sound, visitors)


def _seen(entry: Entry) -> tuple[str, Text]:
    """Return the section that an entry stands in, and its id with its place."""
    section = next(name for name, kind in SECTIONS.items() if kind is KIND_OF[type(entry)])
    return section, placed_at(entry.about.id, entry.about.span)


def _listed(source: Source) -> frozenset[str] | None:
    return None if source.locators is None else with_parents(place.id for place in source.locators)


def _check_map(draft: ArgumentMap, names: Names, findings: Findings) -> None:
    """Add the problems that only a whole map shows."""
    check_cycles(draft, findings)
    check_arguments(draft, names, findings)
    check_coverage(draft, names, findings)
    check_links(draft, names, findings)
    check_numbers(draft, names, findings)
    warn_of_rejected(draft, findings)


def _tags(sheets: Sheets) -> Iterator[Text]:
    """Yield the tags of everything that a map's files hold, in their order."""
    sections: tuple[Mapping[Text, Remarked], ...] = (
        sheets.sources,
        sheets.voices,
        sheets.timelines,
        sheets.claims,
        sheets.questions,
        sheets.events,
        sheets.arguments,
        sheets.worldviews,
    )
    for section in sections:
        for shape in section.values():
            yield from each(shape.tags)


def _names(sheets: Sheets) -> Names:
    return Names(
        kinds=sheets.kinds,
        states={str(id_): dict.fromkeys(map(str, its.states)) for id_, its in sheets.questions.items()},
        timeline_of={str(id_): str(event.timeline) for id_, event in sheets.events.items()},
        phases={str(id_): dict.fromkeys(map(str, its.phases)) for id_, its in sheets.timelines.items()},
        broken=sheets.broken,
        complete=sheets.complete,
        elsewhere={
            id_: f"`{shown(file)}`, which `{shown(sheets.folder)}` does not include"
            for id_, file in sheets.elsewhere.items()
        },
    )


def _lexicon(sheets: Sheets, findings: Findings) -> Lexicon:
    phrases: dict[str, Elicited] = {}
    unread: dict[tuple[Scale, str], Elicited] = {}
    for phrase, meaning in sheets.lexicon.items():
        try:
            if is_notation(phrase):
                hint = "a phrase is made of words"
                raise UnreadableError(
                    Code.UNREADABLE_JUDGEMENT, f"`{phrase}` means a number already", hint
                )
            phrases[str(phrase)] = parse_phrase(meaning)
        except UnreadableError as error:
            findings.add(error.code, error.message, meaning, error.hint)
            unread |= {(scale, str(phrase)): stand_in(scale) for scale in Scale}
    return {**with_phrases(phrases), **unread}


def _citable(shape: SourcesFile | None) -> frozenset[str] | None:
    return None if shape is None else with_parents(map(str, shape.locators or {}))


def _read_entries(context: Context, sheets: Sheets, base: ArgumentMap | None = None) -> ArgumentMap:
    """Return the map without its worldviews, stand-ins included; broken entries are noted in the names.

    With a `base`, that map, with the entries and routes that the sheets have for it.
    """
    timelines = _all_entries(context, sheets.timelines, read_timeline)
    for event in sheets.events.values():
        context.resolver.declared(Code.UNKNOWN_TIMELINE, event.timeline, event.timeline, sheets.timelines)
    _check_routes(context, sheets, base)
    read_with_routes = partial(read_claim, brought=sheets.routes)
    claims = _with_bringers(sheets, _all_entries(context, sheets.claims, read_with_routes))
    questions = _with_bringers(sheets, _all_entries(context, sheets.questions, read_question))
    events = _all_entries(context, sheets.events, read_event)
    if base is not None:
        brought = {str(claim): routes for claim, routes in sheets.routes.items()}
        old = (with_routes(context, claim, brought.get(claim.about.id, ())) for claim in base.claims)
        claims, questions, events = (*old, *claims), (*base.questions, *questions), base.events
    entries: list[Entry] = [*claims, *questions, *events]
    others = {entry.about.id: entry for entry in entries}
    arguments = _all_entries(context, sheets.arguments, partial(read_argument, others=others))
    arguments = tuple(_said_by(sheets, argument) for argument in _with_bringers(sheets, arguments))
    if base is not None:
        arguments = (*base.arguments, *arguments)
        return replace(base, claims=claims, questions=questions, arguments=arguments)
    name = shown(Path(sheets.folder.resolve().name))
    return ArgumentMap(
        id=name,
        title=sheets.title or name,
        text=sheets.text,
        claims=claims,
        questions=questions,
        events=events,
        arguments=arguments,
        timelines=timelines,
        sources=tuple(_source_of(context, id_, shape, sheets) for id_, shape in sheets.sources.items()),
        voices=tuple(
            Voice(noted_about(context, id_, shape.text, shape)) for id_, shape in sheets.voices.items()
        ),
        lexicon=tuple(
            (phrase, meaning)
            for (_, phrase), meaning in context.lexicon.items()
            if phrase in sheets.lexicon
        ),
    )


def _all_entries[S, E](
    context: Context, shapes: Mapping[Text, S], read: Callable[[Context, Text, S], E]
) -> tuple[E, ...]:
    """Read all entries of one kind and note which of them are broken."""
    names, findings = context.resolver.names, context.findings
    entries: list[E] = []
    for id_, shape in shapes.items():
        before = len(findings.problems)
        check_id(findings, id_)
        with findings.absences_muted(id_ in names.broken):
            entries.append(read(context, id_, shape))
        if any(problem.code not in _HARMLESS for problem in findings.problems[before:]):
            names.broken.add(str(id_))
    return tuple(entries)


def _check_routes(context: Context, sheets: Sheets, base: ArgumentMap | None) -> None:
    """Add a problem for each claim to which a worldview brings routes, and which does not rest on routes."""
    for worldview in sheets.worldviews.values():
        for claim in worldview.routes or ():
            known = context.resolver.is_a(Kind.CLAIM, claim) and claim not in sheets.broken
            if known and not _may_have_routes(claim, sheets, base):
                message = f"`{claim}` does not rest on routes, so there is none to add to"
                hint = "argue about it, or about what it rests on: bring an argument"
                context.add(Code.NO_ROUTES, message, claim, hint)


def _may_have_routes(claim: Text, sheets: Sheets, base: ArgumentMap | None) -> bool:
    """Tell whether a claim rests on routes, or nobody can know what it rests on."""
    if claim in sheets.claims:
        return sheets.claims[claim].routes is not None
    there = None if base is None else base.entry.get(claim)
    return there is None or (isinstance(there, Claim) and isinstance(there.basis, Routes))


def _with_bringers[E: (Claim, Question, Argument)](
    sheets: Sheets, entries: tuple[E, ...]
) -> tuple[E, ...]:
    """Note in each entry that stands in a worldview's file whose it is."""
    return tuple(
        replace(entry, about=replace(entry.about, brought_by=sheets.brought[entry.about.id]))
        if entry.about.id in sheets.brought
        else entry
        for entry in entries
    )


def _said_by(sheets: Sheets, argument: Argument) -> Argument:
    """Return an argument as the voice's of the worldview that brings it, unless it says whose it is."""
    bringer = argument.about.brought_by
    voice = None if bringer is None else sheets.worldviews[bringer].voice  # type: ignore[index]
    return argument if argument.by or voice is None else replace(argument, by=str(voice))


def _source_of(context: Context, id_: Text, shape: SourceShape, sheets: Sheets) -> Source:
    listed = sheets.locators.get(id_)
    warn_of_comments(context.findings, shape.text, shape)
    locators = None if listed is None else tuple(starmap(_locator, (listed.locators or {}).items()))
    words = {name: str(getattr(shape, name) or "") for name in ("title", "author", "url", "date", "note")}
    return Source(id=str(id_), locators=locators, span=id_.span, **words)


def _locator(id_: Text, shape: LocatorShape) -> Locator:
    return Locator(str(id_), str(shape.section or ""), str(shape.no_claim) if shape.no_claim else None)


def _read_worldviews(context: Context, sheets: Sheets, draft: ArgumentMap) -> tuple[Worldview, ...]:
    """Return the worldviews whose lineage can be followed to its end."""
    worldviews = dict(draft.worldview)
    rejected = {argument for its in worldviews.values() for argument in its.rejects}
    rejected |= {str(argument) for its in sheets.worldviews.values() for argument in each(its.rejects)}
    for id_, shape in sheets.worldviews.items():
        check_id(context.findings, id_)
        with context.findings.absences_muted(f"worldviews/{id_}" in sheets.broken):
            worldviews[str(id_)] = read_worldview(context, id_, shape, draft, sheets.worldview_ids)
            check_accepted(context, each(shape.accepts), draft, rejected)
    return check_circles(worldviews, context.findings)

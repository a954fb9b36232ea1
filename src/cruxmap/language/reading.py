"""A folder or a model file becomes an `ArgumentMap` or a `ModelSpec`, or every problem there is.

`read_map` and `read_model` raise `InvalidMap`; `check` returns problems and warnings of a map, a model
or a whole project. `parse_condition`, `parse_target` and `parse_settings` read what people type on a
command line, in the same language.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cruxmap.errors import Code, InvalidMap, Problem, Span
from cruxmap.ground import gc_paused
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    ArgumentMap,
    Condition,
    Elicited,
    Entry,
    Locator,
    SameAs,
    Scale,
    Source,
    StateIn,
    Value,
    Voice,
    Worldview,
    condition_text,
    mentioned,
)
from cruxmap.language.arguments import read_argument
from cruxmap.language.checks import (
    check_arguments,
    check_cited,
    check_coverage,
    check_cycles,
    check_layers,
    check_links,
    check_numbers,
    check_reach,
    citations_of,
    spans_of,
    unknown_address,
)
from cruxmap.language.conditions import Resolver
from cruxmap.language.desk import (
    Desk,
    check_id,
    check_word,
    each,
    noted_about,
    stand_in,
    warn_of_comments,
    with_parents,
)
from cruxmap.language.digest import digest
from cruxmap.language.entries import read_claim, read_event, read_question, read_timeline
from cruxmap.language.findings import Findings
from cruxmap.language.gathering import (
    Sheets,
    check_language,
    fit,
    gather,
    load,
    model_files,
    shown,
    subfolders,
    yaml_files,
)
from cruxmap.language.inheritance import lay
from cruxmap.language.judgement import (
    Lexicon,
    UnreadableError,
    is_notation,
    parse_phrase,
    parse_value,
    with_phrases,
)
from cruxmap.language.model_spec import Laid, ModelSpec, Sampling, Target
from cruxmap.language.names import Kind, Names, names_of
from cruxmap.language.schema import (
    AnyJudged,
    ConditionShape,
    MapFile,
    ModelFile,
    SamplingShape,
    SourcesFile,
    SourceShape,
)
from cruxmap.language.shaping import fitted, keys_of
from cruxmap.language.template import template
from cruxmap.language.worldviews import check_circles, read_worldview, share_override, warn_of_rejected
from cruxmap.language.yaml_text import Entries, Node, Text, node_of, parse_text, text_of

__all__ = [
    "LocatorCoverage",
    "SourceCoverage",
    "check",
    "check_sources",
    "digest",
    "maps_at",
    "parse_condition",
    "parse_setting",
    "parse_settings",
    "parse_target",
    "read_map",
    "read_model",
    "template",
]

# --- what others call ---------------------------------------------------------------------------


def read_map(path: str | os.PathLike[str]) -> ArgumentMap:
    """Read the map in a folder, with its sources and worldviews. Raises InvalidMap with every problem."""
    findings = Findings()
    draft = _read_map(_tidy(path), findings)
    findings.raise_if_any()
    return draft.map


def read_model(path: str | os.PathLike[str]) -> ModelSpec:
    """Read a model file and its map. Raises InvalidMap with every problem of both."""
    findings = Findings()
    model = _read_model(_tidy(path), findings, {})
    findings.raise_if_any()
    assert model is not None
    return model.spec


def check(path: str | os.PathLike[str] = ".") -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """Return the problems and the warnings of a map's folder, a model file, or a project's folder.

    A project has `models/` or `arguments/`; other files in it are left alone. Both tuples are sorted
    by place.
    """
    findings = Findings()
    drafts: dict[str, _Draft] = {}
    wanted: dict[str, set[str]] = {}
    folders, files = _what_to_check(_tidy(path), findings)
    for folder in folders:
        drafts[_identity(folder)] = _read_map(folder, findings)
    for file in files:
        model = _read_model(file, findings, drafts)
        if model is not None:
            wanted.setdefault(_identity(model.folder), set()).update(_asked_for(model.spec))
    for identity, ids in wanted.items():
        if drafts[identity].sound:
            check_reach(drafts[identity].map, ids, findings)
    found = InvalidMap(tuple(findings.problems), tuple(findings.warnings))
    return found.problems, found.warnings


def maps_at(path: str | os.PathLike[str] = ".") -> tuple[ArgumentMap, ...]:
    """Return the maps that `check` looks at for the same path, each once. Raises InvalidMap."""
    folders, files = _what_to_check(_tidy(path), Findings())
    maps = {_identity(folder): read_map(folder) for folder in folders}
    for file in files:
        model = _read_model(file, Findings(), {})
        if model is not None:
            maps.setdefault(_identity(model.folder), model.spec.map)
    return tuple(maps.values())


def _tidy(path: str | os.PathLike[str]) -> Path:
    return Path(os.path.normpath(os.fspath(path).replace("\0", "\ufffd")))  # which no path on a disk has


def _identity(folder: Path) -> str:
    """Return the same text for the same folder, however it is written."""
    return os.path.realpath(folder)


def _what_to_check(where: Path, findings: Findings) -> tuple[list[Path], list[Path]]:
    """Return the folders of maps and the model files that a path stands for."""
    models, arguments = where / "models", where / "arguments"
    if os.path.isdir(models) or os.path.isdir(arguments):
        for path in yaml_files(arguments, findings):
            hint = "a map is a folder of files: make one for it"
            findings.add(Code.MISPLACED_FILE, "files in this folder are not read", Span(shown(path)), hint)
        return subfolders(arguments, findings), list(model_files(models, findings))
    if os.path.isdir(where):
        if where.resolve().name == "models":
            return [], list(model_files(where, findings))
        return [where], []
    if where.parent.name in ("worldviews", "sources"):
        return [where.parent.parent], []
    if os.path.isfile(where) and where.suffix == ".yaml":
        parsed = load(where, Findings())
        root = parsed.root if parsed else None
        if isinstance(root, Entries) and "target" not in root and root.keys() & (keys_of(MapFile) - {"map"}):
            return [where.parent], []
    return [], [where]


# --- sources ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LocatorCoverage:
    """One place of a source and what cites it, or something that contains it: ids, addresses, worldviews."""

    locator: str
    section: str
    cited_by: tuple[str, ...]
    no_claim: str | None


@dataclass(frozen=True, slots=True)
class SourceCoverage:
    """How much of a source is cited."""

    source: str
    title: str
    locators: tuple[LocatorCoverage, ...]

    @property
    def gaps(self) -> tuple[LocatorCoverage, ...]:
        """The locators that nothing cites and that nobody marked as carrying no claim."""
        return tuple(place for place in self.locators if not place.cited_by and place.no_claim is None)


def check_sources(argument_map: ArgumentMap) -> tuple[SourceCoverage, ...]:
    """Return what cites each locator, for the sources that list theirs. Citing `C17` cites `C17.2` too."""
    citing: dict[tuple[str, str], list[str]] = {}
    for name, citation in citations_of(argument_map):
        if citation.locator is not None:
            citing.setdefault((citation.source, citation.locator), []).append(name)
    return tuple(
        SourceCoverage(
            source.id, source.title, tuple(_covered(source.id, place, citing) for place in source.locators)
        )
        for source in argument_map.sources
        if source.locators is not None
    )


def _covered(source: str, place: Locator, citing: Mapping[tuple[str, str], list[str]]) -> LocatorCoverage:
    names = (name for around in sorted(with_parents([place.id])) for name in citing.get((source, around), ()))
    return LocatorCoverage(place.id, place.section, tuple(dict.fromkeys(names)), place.no_claim)


# --- what is typed on a command line ------------------------------------------------------------


def parse_condition(value: object, argument_map: ArgumentMap) -> Condition:
    """Read a condition from Python data, or from text as a YAML file would hold it on one line.

    Raises InvalidMap.
    """
    findings = Findings()
    condition = Resolver(names_of(argument_map), findings).condition(_condition_shape(value, findings))
    findings.raise_if_any()
    return condition


def parse_target(value: object, argument_map: ArgumentMap) -> tuple[Target, ...]:
    """Read targets: one for a condition, one per state (`question.state`) for a question's id.

    Raises InvalidMap.
    """
    findings = Findings()
    targets = _targets(_condition_shape(value, findings), Resolver(names_of(argument_map), findings))
    findings.raise_if_any()
    return targets


def _condition_shape(value: object, findings: Findings) -> ConditionShape:
    """Return typed data in the shape of a condition. Raises InvalidMap."""
    shape: ConditionShape = _shape_of(ConditionShape, value, "a condition", findings)
    return shape


def _shape_of(hint: Any, value: object, what: str, findings: Findings) -> Any:
    """Return Python data, or text as a YAML file would hold it, in a shape. Raises InvalidMap."""
    root: Node | None = None
    if isinstance(value, str) and not isinstance(value, Text):
        parsed = parse_text(value, "<input>")
        findings.take(parsed)
        root = parsed.root
    else:
        try:
            root = node_of(value)
        except TypeError as wrong:
            findings.add(Code.WRONG_SHAPE, f"not {what}: {wrong}", Span("<input>"))
    findings.raise_if_any()
    assert root is not None
    shape = fitted(hint, root, findings).shape
    findings.raise_if_any()
    return shape


def _targets(shape: ConditionShape, resolver: Resolver) -> tuple[Target, ...]:
    if isinstance(shape, Text) and resolver.names.kinds.get(shape) is Kind.QUESTION:
        states = resolver.names.states.get(shape, ())
        return tuple(_target(StateIn(str(shape), (state,))) for state in states)
    return (_target(resolver.condition(shape)),)


def _target(condition: Condition) -> Target:
    match condition:
        case StateIn(question=question, states=(state,)):
            return Target(f"{question}.{state}", condition)
        case _:
            return Target(condition_text(condition), condition)


type Settable = str | float | Mapping[str, object]
"""What can be laid over a judgement: its notation, a point, or all shares of a row by state."""


def parse_setting(address: str, value: Settable, argument_map: ArgumentMap) -> Laid:
    """Read one judgement that is laid over a worldview's. Raises InvalidMap."""
    return parse_settings([(address, value)], argument_map)[0]


def parse_settings(
    settings: Iterable[tuple[str, Settable]],
    argument_map: ArgumentMap,
    worldviews: Iterable[str] | None = None,
) -> tuple[Laid, ...]:
    """Read judgements that are laid over a worldview's, by address; a bare float is a point.

    At the address of a row of shares stand all of them, as a mapping or as its text. Raises InvalidMap,
    also for what they make of a worldview (of the map and each of its own, where none are named): circles,
    or shares that do not sum.
    """
    findings = Findings()
    read = tuple(
        (address, parsed)
        for address, value in settings
        if (parsed := _setting(address, value, argument_map, findings)) is not None
    )
    findings.raise_if_any()
    spans = spans_of(argument_map, ((address, Span(f"<{address}>")) for address, _ in read))
    for worldview in worldviews or (MAP_WORLDVIEW, *argument_map.worldview) if read else ():
        check_layers(argument_map, lay(argument_map, worldview, read), spans, frozenset(), findings)
        if worldview != MAP_WORLDVIEW:
            where = f", in the worldview `{worldview}`"
            findings.problems = [replace(p, message=p.message + where) for p in findings.problems]
        findings.raise_if_any()
    return read


def _setting(
    address: str, value: Settable, argument_map: ArgumentMap, findings: Findings
) -> Elicited | SameAs | tuple[Value, ...] | None:
    span, names = Span(f"<{address}>"), names_of(argument_map)
    lexicon = with_phrases(dict(argument_map.lexicon))
    if argument_map.shares.get(address, ()):
        desk = Desk(Resolver(names, findings), lexicon, {}, frozenset())
        shares = _shape_of(AnyJudged, value, "shares", findings)
        override = share_override(desk, text_of(address), shares, argument_map)
        return None if override is None else override.values
    judgement = argument_map.judgements.get(address)
    if judgement is None or not judgement.overridable:
        unknown_address(address, span, argument_map, names, findings)
        return None
    if isinstance(value, Mapping):
        findings.add(Code.WRONG_KIND, f"`{address}` is one number, not shares", span, "as in `20%`")
        return None
    scale = judgement.role.scale
    if not isinstance(value, str):
        text = (
            f"{value!r}x" if scale is Scale.RATIO else f"{100 * value:g}%" if value in (0, 1) else repr(value)
        )
    else:
        text = value
    try:
        found = parse_value(text, judgement.role, lexicon)
    except UnreadableError as error:
        findings.add(error.code, error.message, span, error.hint)
        return None
    if isinstance(found, SameAs):
        other = argument_map.judgements.get(found.address)
        if other is None or not other.overridable:
            unknown_address(found.address, span, argument_map, names, findings)
        elif other.role.scale is not scale:
            message = f"`{address}` is a {judgement.role}, `{found.address}` a {other.role}"
            findings.add(Code.WRONG_KIND, message, span, "a probability is no ratio")
    return found


# --- maps ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Draft:
    """A map as far as it could be read, with stand-ins for what is wrong: it serves to find more problems."""

    map: ArgumentMap
    names: Names
    worldview_ids: frozenset[str]
    sound: bool


_HARMLESS = frozenset(
    {
        *(Code.BAD_ID, Code.RESERVED_ID, Code.CREDENCE_NEEDED),
        *(Code.UNKNOWN_SOURCE, Code.UNKNOWN_LOCATOR, Code.UNKNOWN_VOICE),
    }
)
"""Problems that leave the rest of an entry worth checking."""


@gc_paused()
def _read_map(folder: Path, findings: Findings) -> _Draft:
    before = len(findings.problems)
    if not os.path.isdir(folder):
        findings.add(
            Code.NO_SUCH_FILE,
            "there is no such folder",
            Span(shown(folder)),
            "a map is a folder of `.yaml` files",
        )
    sheets = gather(folder, findings)
    if sheets.is_empty and sheets.complete and os.path.isdir(folder):
        hint = "a map has at least one claim, question, event or argument"
        findings.add(Code.EMPTY_MAP, "the map has no entry", Span(shown(folder)), hint)
    names, whole = _names(sheets), sheets.complete and not sheets.broken
    desk = Desk(
        Resolver(names, findings),
        _lexicon(sheets, findings),
        {str(key): _listed(sheets.locators.get(key)) for key in sheets.sources},
        frozenset(map(str, sheets.voices)),
    )
    for key in (*sheets.sources, *sheets.voices):
        check_word(findings, key)
    draft = _read_entries(desk, sheets)
    if sheets.worldviews:
        draft = replace(draft, worldviews=_read_worldviews(desk, sheets, draft))
    check_cycles(draft, findings)
    check_arguments(draft, names, findings)
    check_coverage(draft, names, findings)
    check_links(draft, names, findings)
    check_numbers(draft, names, findings)
    warn_of_rejected(draft, findings)
    if whole and not names.broken:
        check_cited(draft, findings)
    return _Draft(draft, names, frozenset(sheets.worldview_ids), len(findings.problems) == before)


def _names(sheets: Sheets) -> Names:
    return Names(
        kinds=sheets.kinds,
        states={
            str(id_): dict.fromkeys(map(str, question.states)) for id_, question in sheets.questions.items()
        },
        timeline_of={str(id_): str(event.timeline) for id_, event in sheets.events.items()},
        phases={
            str(id_): dict.fromkeys(map(str, timeline.phases)) for id_, timeline in sheets.timelines.items()
        },
        broken=sheets.broken,
        complete=sheets.complete,
    )


def _lexicon(sheets: Sheets, findings: Findings) -> Lexicon:
    phrases: dict[str, Elicited] = {}
    unread: dict[tuple[Scale, str], Elicited] = {}
    for phrase, meaning in sheets.lexicon.items():
        try:
            if is_notation(phrase):
                hint = "a phrase is made of words"
                raise UnreadableError(Code.UNREADABLE_JUDGEMENT, f"`{phrase}` means a number already", hint)
            phrases[str(phrase)] = parse_phrase(meaning)
        except UnreadableError as error:
            findings.add(error.code, error.message, meaning, error.hint)
            unread |= {(scale, str(phrase)): stand_in(scale) for scale in Scale}
    return {**with_phrases(phrases), **unread}


def _listed(shape: SourcesFile | None) -> frozenset[str] | None:
    return None if shape is None else with_parents(map(str, shape.locators or {}))


def _read_entries(desk: Desk, sheets: Sheets) -> ArgumentMap:
    """Return the map without its worldviews, stand-ins included; broken entries are noted in the names."""
    reader = _EntryReader(desk)
    timelines = reader.read(sheets.timelines, read_timeline)
    for event in sheets.events.values():
        _check_timeline(desk, event.timeline, sheets)
    claims = reader.read(sheets.claims, read_claim)
    questions = reader.read(sheets.questions, read_question)
    events = reader.read(sheets.events, read_event)
    entries: list[Entry] = [*claims, *questions, *events]
    others = {entry.about.id: entry for entry in entries}
    arguments = reader.read(
        sheets.arguments, lambda desk, id_, shape: read_argument(desk, id_, shape, others)
    )
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
        sources=tuple(_source(desk, id_, shape, sheets) for id_, shape in sheets.sources.items()),
        voices=tuple(
            Voice(noted_about(desk, id_, shape.text, shape)) for id_, shape in sheets.voices.items()
        ),
        lexicon=tuple(
            (phrase, meaning) for (_, phrase), meaning in desk.lexicon.items() if phrase in sheets.lexicon
        ),
    )


@dataclass(frozen=True, slots=True)
class _EntryReader:
    desk: Desk

    def read[S, E](self, shapes: Mapping[Text, S], read: Callable[[Desk, Text, S], E]) -> tuple[E, ...]:
        """Read all entries of one kind and note which of them are broken."""
        names, findings = self.desk.resolver.names, self.desk.findings
        entries: list[E] = []
        for id_, shape in shapes.items():
            before = len(findings.problems)
            check_id(findings, id_)
            findings.mute_absences(id_ in names.broken)
            entries.append(read(self.desk, id_, shape))
            found = findings.problems[before:]
            if found and any(problem.code not in _HARMLESS for problem in found):
                names.broken.add(str(id_))
        findings.mute_absences(False)
        return tuple(entries)


def _check_timeline(desk: Desk, timeline: Text, sheets: Sheets) -> None:
    names = desk.resolver.names
    if timeline not in sheets.timelines and timeline not in names.broken and names.complete:
        hint = names.nearest(timeline, sheets.timelines) or "name it under `timelines`"
        desk.findings.add(Code.UNKNOWN_TIMELINE, f"there is no timeline `{timeline}`", timeline, hint)


def _source(desk: Desk, id_: Text, shape: SourceShape, sheets: Sheets) -> Source:
    listed = sheets.locators.get(id_)
    warn_of_comments(desk.findings, shape.text, shape)
    locators = None
    if listed is not None:
        locators = tuple(
            Locator(
                str(name), str(locator.section or ""), str(locator.no_claim) if locator.no_claim else None
            )
            for name, locator in (listed.locators or {}).items()
        )
    return Source(
        str(id_),
        str(shape.title or ""),
        str(shape.author or ""),
        str(shape.url or ""),
        str(shape.date or ""),
        str(shape.note or ""),
        locators,
        id_.span,
    )


def _read_worldviews(desk: Desk, sheets: Sheets, draft: ArgumentMap) -> tuple[Worldview, ...]:
    """Return the worldviews whose lineage can be followed to its end."""
    worldviews: dict[str, Worldview] = {}
    for id_, shape in sheets.worldviews.items():
        check_id(desk.findings, id_)
        desk.findings.mute_absences(f"worldviews/{id_}" in sheets.broken)
        worldviews[str(id_)] = read_worldview(desk, id_, shape, draft, sheets.worldview_ids)
    desk.findings.mute_absences(False)
    return check_circles(worldviews, desk.findings)


# --- models -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Model:
    spec: ModelSpec
    folder: Path


def _read_model(path: Path, findings: Findings, drafts: dict[str, _Draft]) -> _Model | None:
    """Read a model, `None` after any problem in it; its map is taken from `drafts`, or read and put there."""
    parsed = load(path, findings)
    if parsed is None or parsed.root is None:
        return None
    own = Findings()
    shape = fit(ModelFile, parsed, own, 1).shape
    folder = None if shape is None else Path(os.path.normpath(path.parent / shape.map))
    if shape is None or folder is None:
        findings.extend(own)
        return None
    check_language(shape.language, own)
    check_word(own, shape.model)
    draft = drafts.get(_identity(folder))
    if draft is None and os.path.isdir(folder):
        draft = drafts[_identity(folder)] = _read_map(folder, findings)
    if draft is None:
        hint = "the path starts from the model's own folder"
        if "\\" in shape.map:
            hint = f"write `{shape.map.replace('\\', '/')}`: folders are parted by `/` everywhere"
        own.add(Code.NO_SUCH_FILE, f"there is no map in `{shown(folder)}`", shape.map, hint)
        findings.extend(own)
        return None
    spec = _model_spec(path, shape, draft, own)
    findings.extend(own)
    return None if own.problems else _Model(spec, folder)


def _model_spec(path: Path, shape: ModelFile, draft: _Draft, findings: Findings) -> ModelSpec:
    resolver = Resolver(draft.names, findings)
    warn_of_comments(findings, shape.text, shape)
    targets = _targets(shape.target, resolver)
    if len(targets) > 1 and isinstance(shape.target, Text):
        message = f"`{shape.target}` is a question, and the target is one condition"
        hint = f"write `{{{shape.target}: STATE}}`; `also` takes all states at once"
        findings.add(Code.WRONG_REFERENCE, message, shape.target, hint)
    also = shape.also if isinstance(shape.also, list) else [] if shape.also is None else [shape.also]
    return ModelSpec(
        id=str(shape.model),
        map=draft.map,
        target=targets[0] if targets else Target("", StateIn("", ())),
        also=tuple(target for part in also for target in _targets(part, resolver)),
        assuming=resolver.separate(shape.assuming),
        observed=resolver.separate(shape.observed),
        worldviews=_worldviews(shape, draft, resolver),
        reconcile=shape.reconcile is not None and resolver.truth(shape.reconcile),
        sampling=_sampling(shape.sampling, resolver),
        text=str(shape.text or ""),
        file=shown(path),
    )


def _worldviews(shape: ModelFile, draft: _Draft, resolver: Resolver) -> tuple[str, ...]:
    """Return the worldviews that a model asks for; `all` are those of the map, or else the map itself."""
    asked = each(shape.worldviews)
    if not asked or asked == ["all"]:
        return tuple(sorted(draft.map.worldview)) or (MAP_WORLDVIEW,)
    resolver.no_repeats(asked)
    for id_ in asked:
        if id_ != MAP_WORLDVIEW and id_ not in draft.worldview_ids:
            hint = (
                resolver.names.nearest(id_, draft.worldview_ids)
                or "`map` stands for the map's own judgements"
            )
            resolver.findings.add(Code.UNKNOWN_WORLDVIEW, f"there is no worldview `{id_}`", id_, hint)
    return tuple(map(str, asked))


def _sampling(shape: SamplingShape | None, resolver: Resolver) -> Sampling:
    written = {name: text for name in _SAMPLING if shape and (text := getattr(shape, name)) is not None}
    whole: dict[str, Any] = {name: resolver.whole(text, *_SAMPLING[name]) for name, text in written.items()}
    return Sampling(**whole)


_SAMPLING = {"draws": (1, 1_000_000), "tune": (0, 1_000_000), "chains": (1, 1_000), "seed": (0, None)}
"""The least and the most of each number: more would take days, or more memory than there is."""


def _asked_for(spec: ModelSpec) -> Iterator[str]:
    """Yield the ids that a model's conditions and the stated credences of its map are about."""
    for target in (spec.target, *spec.also):
        yield from mentioned(target.condition)
    for condition in (*spec.assuming, *spec.observed):
        yield from mentioned(condition)
    for worldview in spec.map.worldviews:
        for stated in worldview.stated:
            for condition in (stated.of, *stated.assuming):
                yield from mentioned(condition)

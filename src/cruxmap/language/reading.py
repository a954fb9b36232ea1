"""A folder or a model file becomes an `ArgumentMap` or a `ModelSpec`, or every problem there is.

`read_map` and `read_model` raise `InvalidMap`; `check` returns problems and warnings of a map, a model
or a whole project.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import starmap
from pathlib import Path
from typing import Any, NamedTuple

from cruxmap.errors import Code, Hint, InvalidMap, Problem, Span
from cruxmap.ground import gc_paused
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    Argument,
    ArgumentMap,
    Claim,
    Elicited,
    Entry,
    Locator,
    Question,
    Scale,
    Source,
    StateIn,
    Voice,
    Worldview,
    condition_text,
    mentioned,
)
from cruxmap.language.arguments import read_argument
from cruxmap.language.checks import (
    check_arguments,
    check_coverage,
    check_cycles,
    check_links,
    check_numbers,
)
from cruxmap.language.conditions import Resolver, spans_of
from cruxmap.language.context import (
    Context,
    check_id,
    check_word,
    check_worldview,
    each,
    noted_about,
    stand_in,
    warn_of_comments,
    with_parents,
)
from cruxmap.language.entries import read_claim, read_event, read_question, read_timeline
from cruxmap.language.expectations import read_expectations
from cruxmap.language.files import (
    ARGUMENTS,
    IN_A_MAP,
    MODELS,
    WORLDVIEWS,
    Looked,
    State,
    check_language,
    fit,
    knowing,
    load,
    model_files,
    note,
    note_folder,
    noting,
    shown,
    state_of,
    subfolders,
    yaml_files,
)
from cruxmap.language.findings import Findings
from cruxmap.language.folder import Sheets, gather
from cruxmap.language.inheritance import lineage
from cruxmap.language.judgement import Lexicon, UnreadableError, is_notation, parse_phrase, with_phrases
from cruxmap.language.model_spec import ModelSpec, Sampling, Target, VisitingFile, conditions_of
from cruxmap.language.names import Kind, Names, nearest
from cruxmap.language.oddities import check_reach, check_tables_against_arguments, check_tags
from cruxmap.language.schema import (
    LocatorShape,
    MapFile,
    ModelFile,
    Remarked,
    SamplingShape,
    SourcesFile,
    SourceShape,
)
from cruxmap.language.sources import check_cited
from cruxmap.language.typed import targets_of
from cruxmap.language.validation import keys_of
from cruxmap.language.visitors import Visitors, read_visitors
from cruxmap.language.worldviews import (
    check_accepted,
    check_circles,
    read_worldview,
    warn_of_changes,
    warn_of_rejected,
)
from cruxmap.language.yaml_text import Entries, Parsed, Text, value_at

# --- what others call ---------------------------------------------------------------------------


def read_map(path: str | os.PathLike[str]) -> ArgumentMap:
    """Read the map in a folder, with its sources and worldviews. Raises InvalidMap with every problem."""
    findings = Findings()
    draft = _read_map(_tidy(path), findings)
    findings.raise_if_any()
    return draft.map


def read_model(path: str | os.PathLike[str], visitors: Iterable[str | os.PathLike[str]] = ()) -> ModelSpec:
    """Read a model file and its map. Raises InvalidMap with every problem of both.

    `visitors` are files of worldviews from elsewhere, read as if they stood in the map's folder. They are
    among the model's worldviews, also where it lists these.
    """
    [model] = read_models([path], visitors)
    return model


class Visited(NamedTuple):
    """A model, the folder of its map, and the files that its map was read with."""

    model: ModelSpec
    folder: Path
    visitors: Visitors


def read_with_visitors(path: str | os.PathLike[str], files: Iterable[str | os.PathLike[str]]) -> Visited:
    """Read a model and its map with files of worldviews from elsewhere. Raises InvalidMap."""
    findings, drafts = Findings(), dict[str, Draft]()
    model = _read_model(_tidy(path), findings, drafts, tuple(map(Path, files)))
    findings.raise_if_any()
    assert model is not None
    return Visited(model.spec, model.folder, drafts[_identity(model.folder)].visitors)


def read_models(
    paths: Iterable[str | os.PathLike[str]], visitors: Iterable[str | os.PathLike[str]] = ()
) -> tuple[ModelSpec, ...]:
    """Read several model files, and each of their maps once. Raises InvalidMap with the problems of all.

    Each map is read with the files of `visitors`, as in `read_model`.
    """
    findings, drafts = Findings(), dict[str, Draft]()
    visiting = tuple(map(Path, visitors))
    models = [_read_model(_tidy(path), findings, drafts, visiting) for path in paths]
    findings.raise_if_any()
    return tuple(model.spec for model in models if model is not None)


def check(path: str | os.PathLike[str] = ".") -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """Return the problems and the warnings of a map's folder, a model file, or a project's folder.

    A project has `models/` or `arguments/`; other files in it are left alone. Both tuples are sorted
    by place.
    """
    found = examine(path)
    return found.problems, found.warnings


@dataclass(frozen=True, slots=True)
class Examined:
    """What `check` finds at a path, and what it read: maps by their real folders, and whole models."""

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    drafts: "Mapping[str, Draft]"
    models: "tuple[ReadModel, ...]"


def examine(path: str | os.PathLike[str] = ".", memory: "Memory | None" = None) -> Examined:
    """Look at the same as `check`. What is in the memory is not read again where it is as it was."""
    findings = Findings()
    drafts: dict[str, Draft] = {}
    wanted: dict[str, set[str]] = {}
    models: list[ReadModel] = []
    where = _tidy(path)
    folders, files = _what_to_check(where, findings)
    for folder in folders:
        drafts[_identity(folder)] = (
            _read_map(folder, findings) if memory is None else memory.read_map(folder, findings)
        )
    for file in files:
        model = _read_model(file, findings, drafts)
        if model is not None:
            models.append(model)
            wanted.setdefault(_identity(model.folder), set()).update(_ids_asked_for(model.spec))
            if drafts[_identity(model.folder)].sound:
                _warn_of_unlisted(model.spec, findings)
    if where.parent.name == WORLDVIEWS and not findings.problems:
        for model in _models_beside(where, drafts):
            _warn_of_unlisted(model.spec, findings)
    for identity, ids in wanted.items():
        if drafts[identity].sound:
            check_reach(drafts[identity].map, ids, findings, drafts[identity].included)
    found = InvalidMap(tuple(findings.problems), tuple(findings.warnings))
    return Examined(found.problems, found.warnings, drafts, tuple(models))


def models_at(path: str | os.PathLike[str] = ".") -> tuple[ModelSpec, ...]:
    """Return the models that `check` looks at for the same path. Raises InvalidMap."""
    _, files = _what_to_check(_tidy(path), Findings())
    drafts: dict[str, Draft] = {}
    findings = Findings()
    models = [_read_model(file, findings, drafts) for file in files]
    findings.raise_if_any()
    return tuple(model.spec for model in models if model is not None)


def models_beside(folder: Path, other: Path) -> tuple[ModelSpec, ...]:
    """Return the models of the map in a folder: those in its project, and one that may be elsewhere."""
    drafts: dict[str, Draft] = {}
    files = {_identity(file): file for file in (_tidy(other), *_models_of_project(folder))}
    found = (_read_model(file, Findings(), drafts) for file in files.values())
    return tuple(
        model.spec for model in found if model is not None and _identity(model.folder) == _identity(folder)
    )


def unheard(model: ModelSpec) -> frozenset[str]:
    """Return the worldviews of its map that a model does not list, and that none it lists extends."""
    if not model.lists_worldviews:
        return frozenset()
    heard = {step.about.id for id_ in model.worldviews for step in lineage(model.map, id_)}
    return frozenset(model.map.worldview) - heard


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
    models, arguments = where / MODELS, where / ARGUMENTS
    if os.path.isdir(models) or os.path.isdir(arguments):
        for path in yaml_files(arguments, findings):
            hint = "a map is a folder of files: make one for it"
            findings.add(Code.MISPLACED_FILE, "files in this folder are not read", Span(shown(path)), hint)
        return subfolders(arguments, findings), list(model_files(models, findings))
    if os.path.isdir(where):
        if _is_for_models(where.resolve()):
            return [], list(model_files(where, findings))
        return [where], []
    if where.parent.name in IN_A_MAP:
        return [where.parent.parent], []
    if os.path.isfile(where) and where.suffix == ".yaml":
        parsed = load(where, Findings())
        root = parsed.root if parsed else None
        if (
            isinstance(root, Entries)
            and "target" not in root
            and root.keys() & (keys_of(MapFile) - {"map"})
        ):
            return [where.parent], []
    return [], [where]


def _is_for_models(folder: Path) -> bool:
    """Tell whether a folder is `models/`, or in the one that stands beside `arguments/`."""
    inside = (around.parent for around in folder.parents if around.name == MODELS)
    return folder.name == MODELS or any(os.path.isdir(project / ARGUMENTS) for project in inside)


# --- maps ---------------------------------------------------------------------------------------


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


class _Kept(NamedTuple):
    """A map that was read, with what was found and looked at, and the state that all this was in."""

    draft: Draft
    findings: Findings
    looked: Looked
    state: State
    comparisons: int


@dataclass(slots=True)
class Memory:
    """What was read before, for who reads the same files again after each change to one of them."""

    texts: dict[str, tuple[bytes, Parsed]] = field(default_factory=dict)
    maps: dict[str, _Kept] = field(default_factory=dict)

    def read_map(self, folder: Path, findings: Findings) -> Draft:
        """Return a map as it is now."""
        kept = self.maps.get(_identity(folder))
        if kept is None or state_of(kept.looked) != kept.state:
            own = Findings()
            with noting() as looked, knowing(self.texts):
                draft = _read_map(folder, own)
            kept = _Kept(draft, own, looked, state_of(looked), draft.names.comparisons)
            self.maps[_identity(folder)] = kept
        note(kept.looked)
        findings.extend(kept.findings)
        kept.draft.names.comparisons = kept.comparisons
        return kept.draft


@gc_paused()
def _read_map(folder: Path, findings: Findings, visiting: Iterable[Path] = ()) -> Draft:
    before = len(findings.problems)
    if not os.path.isdir(folder):
        message = "there is no such folder"
        findings.add(Code.NO_SUCH_FILE, message, Span(shown(folder)), "a map is a folder of `.yaml` files")
    visitors = read_visitors(visiting, folder, findings)
    sheets = gather(folder, findings, visitors)
    if sheets.is_empty and sheets.complete and os.path.isdir(folder):
        hint = "a map has at least one claim, question, event or argument; `cruxmap new NAME` writes one"
        findings.add(Code.EMPTY_MAP, "the map has no entry", Span(shown(folder)), hint)
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
    check_cycles(draft, findings)
    check_arguments(draft, names, findings)
    check_coverage(draft, names, findings)
    check_links(draft, names, findings)
    check_numbers(draft, names, findings)
    warn_of_rejected(draft, findings)
    if whole and not names.broken and len(findings.problems) == before:
        warn_of_changes(draft, findings)
    if whole and not names.broken:
        check_cited(draft, findings, sheets.included_sources)
        check_tags(list(_tags(sheets)), findings)
    sound = len(findings.problems) == before
    if sound:
        check_tables_against_arguments(draft, findings)
    return Draft(
        draft, context, frozenset(sheets.worldview_ids), frozenset(sheets.included), sound, visitors
    )


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


def _read_entries(context: Context, sheets: Sheets) -> ArgumentMap:
    """Return the map without its worldviews, stand-ins included; broken entries are noted in the names."""
    timelines = _all_entries(context, sheets.timelines, read_timeline)
    for event in sheets.events.values():
        context.resolver.declared(Code.UNKNOWN_TIMELINE, event.timeline, event.timeline, sheets.timelines)
    _check_routes(context, sheets)
    read_with_routes = partial(read_claim, brought=sheets.routes)
    claims = _with_bringers(sheets, _all_entries(context, sheets.claims, read_with_routes))
    questions = _with_bringers(sheets, _all_entries(context, sheets.questions, read_question))
    events = _all_entries(context, sheets.events, read_event)
    entries: list[Entry] = [*claims, *questions, *events]
    others = {entry.about.id: entry for entry in entries}
    arguments = _all_entries(context, sheets.arguments, partial(read_argument, others=others))
    arguments = tuple(_said_by(sheets, argument) for argument in _with_bringers(sheets, arguments))
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


def _check_routes(context: Context, sheets: Sheets) -> None:
    """Add a problem for each claim to which a worldview brings routes, and which does not rest on routes."""
    for worldview in sheets.worldviews.values():
        for claim in worldview.routes or ():
            known = context.resolver.is_a(Kind.CLAIM, claim) and claim not in sheets.broken
            if known and claim in sheets.claims and sheets.claims[claim].routes is None:
                message = f"`{claim}` does not rest on routes, so there is none to add to"
                hint = "argue about it, or about what it rests on: bring an argument"
                context.add(Code.NO_ROUTES, message, claim, hint)


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
    worldviews: dict[str, Worldview] = {}
    rejected = {str(argument) for its in sheets.worldviews.values() for argument in each(its.rejects)}
    for id_, shape in sheets.worldviews.items():
        check_id(context.findings, id_)
        with context.findings.absences_muted(f"worldviews/{id_}" in sheets.broken):
            worldviews[str(id_)] = read_worldview(context, id_, shape, draft, sheets.worldview_ids)
            check_accepted(context, each(shape.accepts), draft, rejected)
    return check_circles(worldviews, context.findings)


# --- models -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReadModel:
    """A model, and the folder of its map."""

    spec: ModelSpec
    folder: Path


def _read_model(
    path: Path, findings: Findings, drafts: dict[str, Draft], visiting: Iterable[Path] = ()
) -> ReadModel | None:
    """Read a model, `None` after any problem in it; its map is taken from `drafts`, or read and put there.

    A map that is read is read with the files of worldviews that are `visiting` it.
    """
    parsed = load(path, findings)
    if parsed is None or parsed.root is None:
        return None
    own = Findings()
    fitted = fit(ModelFile, parsed, own, 2)
    shape = fitted.shape
    folder = None if shape is None else Path(os.path.normpath(path.parent / shape.map))
    if shape is None or folder is None:
        findings.extend(own)
        return None
    check_language(shape.language, own)
    for part in shape.model.split("/"):  # its file may be in a folder of `models/`
        check_word(own, Text.at(part, shape.model))
    draft = drafts.get(_identity(folder))
    if draft is None and os.path.isdir(folder):
        draft = drafts[_identity(folder)] = _read_map(folder, findings, visiting)
    if draft is None:
        note_folder(folder)
        hint = "the path starts from the model's own folder"
        if "\\" in shape.map:
            hint = f"write `{shape.map.replace('\\', '/')}`: folders are parted by `/` everywhere"
        elif (meant := _map_near(path, folder.name)) is not None:
            hint = Hint(f"did you mean `{meant}`? {hint}", shape.map, meant)
        own.add(Code.NO_SUCH_FILE, f"there is no map in `{shown(folder)}`", shape.map, hint)
        findings.extend(own)
        return None
    rows: Any = value_at(parsed.root, "expect") if shape.expect else []
    whole = [row for number, row in enumerate(rows) if ("expect", number) not in fitted.cuts]
    spec = _model_spec(path, shape, whole, draft, own)
    findings.extend(own)
    return None if own.problems else ReadModel(spec, folder)


def _map_near(model: Path, name: str) -> str | None:
    """Return the way from a model to the map in its project that a name is most like, `None` if none is."""
    for around in (model.parent, *model.parent.parents):
        if around.name == MODELS:
            maps = around.parent / ARGUMENTS
            near = nearest(name, (folder.name for folder in subfolders(maps, Findings())))
            return None if near is None else Path(os.path.relpath(maps / near, model.parent)).as_posix()
    return None


def _model_spec(
    path: Path, shape: ModelFile, expected: list[Entries], draft: Draft, findings: Findings
) -> ModelSpec:
    """Return the value of a model; `expected` are the parts of its file that its expectations are of."""
    resolver = Resolver(draft.names, findings)
    warn_of_comments(findings, shape.text, shape)
    targets = targets_of(shape.target, resolver)
    if len(targets) > 1 and isinstance(shape.target, Text):
        event = draft.names.kinds[shape.target] is Kind.EVENT
        what, states = ("an event", "its phases") if event else ("a question", "its states")
        message = f"`{shape.target}` is {what}, and the target is one condition"
        one = condition_text(targets[0].condition)
        hint = f"ask about one of {states}, as in `target: {one}`; `also` takes all of them at once"
        findings.add(Code.WRONG_REFERENCE, message, shape.target, hint)
    also = shape.also if isinstance(shape.also, list) else [] if shape.also is None else [shape.also]
    assuming, observed = resolver.separate(shape.assuming), resolver.separate(shape.observed)
    given = (*spans_of(shape.assuming), *spans_of(shape.observed))
    return ModelSpec(
        id=str(shape.model),
        map=draft.map,
        target=targets[0] if targets else Target("", StateIn("", ())),
        also=tuple(target for part in also for target in targets_of(part, resolver)),
        assuming=assuming,
        observed=observed,
        worldviews=_worldviews(shape, draft, resolver),
        reconcile=shape.reconcile is not None and resolver.truth(shape.reconcile),
        sampling=_sampling(shape.sampling, resolver),
        text=str(shape.text or ""),
        expect=read_expectations(
            replace(draft.context, resolver=resolver),
            list(zip(shape.expect or (), expected, strict=True)),
            draft.map,
            draft.worldview_ids,
        ),
        file=shown(path),
        given_at=tuple(zip((*assuming, *observed), given, strict=True)),
        lists_worldviews=_lists_worldviews(shape),
        visitors=tuple(
            VisitingFile(str(v.id), shown(Path(v.path.name)), v.data) for v in draft.visitors.new
        ),
    )


def _worldviews(shape: ModelFile, draft: Draft, resolver: Resolver) -> tuple[str, ...]:
    """Return the worldviews that a model asks for; `all` are those of the map, or else the map itself."""
    if not _lists_worldviews(shape):
        return tuple(sorted(draft.map.worldview)) or (MAP_WORLDVIEW,)
    asked = each(shape.worldviews)
    resolver.no_repeats(asked)
    for id_ in asked:
        check_worldview(resolver, id_, draft.worldview_ids)
    return tuple(dict.fromkeys((*map(str, asked), *(str(visitor.id) for visitor in draft.visitors.files))))


def _lists_worldviews(shape: ModelFile) -> bool:
    asked = each(shape.worldviews)
    return bool(asked) and asked != ["all"]


def _sampling(shape: SamplingShape | None, resolver: Resolver) -> Sampling:
    written = {name: text for name in SAMPLING if shape and (text := getattr(shape, name)) is not None}
    whole: dict[str, Any] = {name: resolver.whole(text, *SAMPLING[name]) for name, text in written.items()}
    return Sampling(**whole)


SAMPLING = {"draws": (1, 1_000_000), "tune": (0, 1_000_000), "chains": (1, 1_000), "seed": (0, None)}
"""The least and the most of each number: more would take days, or more memory than there is."""


def _warn_of_unlisted(model: ModelSpec, findings: Findings) -> None:
    """Warn of worldviews that say what they were made from, as a page's do, and that the model does not list.

    Those that others extend are heard in them.
    """
    left_out = unheard(model)
    for worldview in model.map.worldviews:
        name = worldview.about.id
        if worldview.made_from is None or name not in left_out:
            continue
        message = f"the model `{model.id}` lists its worldviews, and `{name}` is not among them"
        hint = f"add `{name}` to `worldviews` in {model.file}, or write `worldviews: all` there"
        findings.warn(Code.UNLISTED_WORLDVIEW, message, worldview.about.span, hint)


def _models_beside(worldview: Path, drafts: dict[str, Draft]) -> Iterator[ReadModel]:
    """Yield the models of the map that a worldview's file belongs to: those beside it in its project."""
    folder = worldview.parent.parent
    for file in _models_of_project(folder):
        model = _read_model(file, Findings(), drafts)
        if model is not None and _identity(model.folder) == _identity(folder):
            yield model


def _models_of_project(folder: Path) -> Iterator[Path]:
    """Yield the files of models in the project of the map in a folder."""
    return model_files(folder.parent.parent / MODELS, Findings())


def _ids_asked_for(spec: ModelSpec) -> Iterator[str]:
    """Yield the ids that a model's conditions and the credences stated or read in its map are about."""
    for target in (spec.target, *spec.also):
        yield from mentioned(target.condition)
    for condition in (*spec.assuming, *spec.observed, *conditions_of(spec.expect)):
        yield from mentioned(condition)
    for worldview in spec.map.worldviews:
        for stated in (*worldview.stated, *worldview.read_as):
            for condition in (stated.of, *stated.assuming):
                yield from mentioned(condition)

"""A folder or a model file becomes an `ArgumentMap` or a `ModelSpec`, or every problem there is.

`read_map` and `read_model` raise `InvalidMap`; `check` returns problems and warnings of a map, a model
or a whole project.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from cruxmap.errors import Code, Hint, InvalidMap, Problem, Span
from cruxmap.ground import gc_paused
from cruxmap.language.argument_map import MAP_WORLDVIEW, ArgumentMap, StateIn, condition_text, mentioned
from cruxmap.language.argument_types import checks_types, run_through
from cruxmap.language.conditions import Resolver, spans_of
from cruxmap.language.context import check_word, check_worldview, each, warn_of_comments
from cruxmap.language.drafting import Draft, drafted, joined
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
    is_folder,
    knowing,
    load,
    model_files,
    note,
    note_folder,
    noting,
    shown,
    state_of,
    subfolders,
    tidied,
    yaml_files,
)
from cruxmap.language.findings import Findings
from cruxmap.language.folder import gather
from cruxmap.language.in_memory import MODEL, InMemory, is_said, is_worldview, said
from cruxmap.language.inheritance import lay, lineage
from cruxmap.language.model_spec import ModelSpec, Sampling, Target, VisitingFile, conditions_of
from cruxmap.language.names import Kind, checked_worldview, nearest
from cruxmap.language.oddities import check_reach
from cruxmap.language.schema import MapFile, ModelFile, SamplingShape
from cruxmap.language.typed import check_laid, targets_of
from cruxmap.language.validation import keys_of
from cruxmap.language.visitors import Visitors, read_visitors
from cruxmap.language.yaml_text import Entries, Parsed, Text, placed_at, value_at

# --- what others call ---------------------------------------------------------------------------


type Source = str | os.PathLike[str] | Mapping[str, Any]
"""A path, or what a file says: as a text of YAML, or as data."""
type Worldviews = Source | Mapping[str, Source] | Iterable[Source]
"""Worldviews by name, or one or a list of them that say their own names; a path is that of a file."""


@checks_types
def read_map(source: Source, worldviews: Worldviews = (), *, name: str = "map") -> ArgumentMap:
    """Read a map with its sources and worldviews: from its folder, or from a text or data.

    Parameters
    ----------
    source
        The folder of the map; or what its files say, as a text of YAML or as a dict. Such a map may hold its
        worldviews under `worldviews`, by name. In a dict, numbers, truth values and intervals may be those
        of Python: `0.3`, `True`, `(0.1, 0.3)`.
    worldviews
        Further worldviews: a dict of them by name, or a list of files, texts and dicts. They are read as if
        they stood in the map's folder.
    name
        What a map is called that has no folder.

    Returns
    -------
    The map, which is sound.

    Raises
    ------
    InvalidMap
        With every problem. One in a text has its line and column (`map:3:5`), and one in a dict the keys
        that lead to it (`map: claims.rain.credence`).

    Examples
    --------
    >>> import cruxmap as cm
    >>> a_map = cm.read_map({"claims": {"rain": {"text": "It rains.", "credence": 0.3}}})
    >>> list(a_map.entry)
    ['rain']
    """
    findings, memory = Findings(), InMemory()
    folder = memory.add_map(said(source, name), name) if is_said(source) else tidied(source)  # type: ignore[arg-type]
    check_word(findings, placed_at(name, Span("<name>")))
    memory.add_visitors(worldviews)
    with memory.there():
        draft = _read_map(folder, findings, memory.visitors)
    findings.raise_if_any()
    return draft.map


@checks_types
def read_model(
    source: Source | Mapping[str, Any],
    visitors: Iterable[str | os.PathLike[str]] = (),
    *,
    worldviews: Worldviews | None = None,
) -> ModelSpec:
    """Read a model and its map: from the model's file, or from a text or data.

    Parameters
    ----------
    source
        The model's file; or what it says, as a text of YAML or as a dict. Such a model may hold its map in
        place of the map's path (as `read_map` takes it, or as an `ArgumentMap`), and worldviews in place of
        their names. It may leave out its own name.
    visitors
        Files of worldviews from elsewhere, read as if they stood in the map's folder. They are among the
        model's worldviews, also where it lists these.
    worldviews
        Whose answers are asked for, in place of the model's list: names, and worldviews that are in no file
        of the map's, as paths, texts or dicts; or a dict of these by name.

    Returns
    -------
    The model with its map: what every function takes that answers something.

    Raises
    ------
    InvalidMap
        With every problem of both. Its `problems` have a `code`, a `message`, a `span` and a `hint` each.

    Examples
    --------
    >>> import cruxmap as cm
    >>> model = cm.read_model({
    ...     "map": {
    ...         "claims": {
    ...             "rain": {"text": "It rains.", "credence": (0.2, 0.4)},
    ...             "wet": {"text": "We get wet.", "all_of": ["rain"], "if_met": 0.9},
    ...         },
    ...     },
    ...     "target": "wet",
    ...     "worldviews": {"ann": {"text": "Ann looked at the sky.", "judgements": {"rain": 0.8}}},
    ... })
    >>> cm.probability(model, "wet", worldview="ann")
    0.72
    """
    [model] = read_models([source], visitors)
    return model if worldviews is None else seen_by(model, worldviews)


def seen_by(model: ModelSpec, worldviews: Worldviews) -> ModelSpec:
    """Return a model that asks these worldviews; its map need not have all of them. Raises InvalidMap."""
    several = [worldviews] if isinstance(worldviews, str | os.PathLike) else worldviews
    listed = [several] if is_worldview(several) else several
    if (names := run_through(listed)) is None:
        hint = 'as in `worldviews=["ann"]`'
        message = f"a list of worldviews, or a dict by name, not: {type(listed).__name__}"
        raise InvalidMap((Problem(Code.WRONG_SHAPE, message, hint=hint),))
    named: list[Any] = (
        list(listed.items()) if isinstance(listed, Mapping) else [(None, one) for one in names]
    )
    if not named:
        raise InvalidMap(
            (Problem(Code.EMPTY_LIST, "no worldview is asked", hint="leave it out, or name one"),)
        )
    findings, memory, asked = Findings(), InMemory(), list[str | None]()
    for number, (name, one) in enumerate(named, 1):
        if name is None and not is_said(one) and not _is_file(one):
            asked.append(checked_worldview(model.map, str(one)))
        else:
            asked.append(None)
            memory.add_worldview(one, name, number)
    with memory.there():
        draft = joined(model.map, memory.visitors, findings)
    findings.raise_if_any()
    for worldview in draft.visitors.new:
        layers = lay(draft.map, worldview.id, model.settings)
        check_laid(draft.map, layers, model.settings, str(worldview.id))
    came = iter(str(visitor.id) for visitor in draft.visitors.files)
    ids = tuple(dict.fromkeys(next(came) if id_ is None else id_ for id_ in asked))
    return replace(model, map=draft.map, worldviews=ids, visitors=(*model.visitors, *_visiting(draft)))


def _is_file(worldview: object) -> bool:
    """Tell whether this is the path of a worldview's file, and not a name."""
    return (
        isinstance(worldview, os.PathLike) or not isinstance(worldview, str) or worldview.endswith(".yaml")
    )


def _visiting(draft: Draft) -> tuple[VisitingFile, ...]:
    """Return the files that visit a map."""
    return tuple(VisitingFile(str(v.id), shown(Path(v.path.name)), v.data) for v in draft.visitors.new)


class Visited(NamedTuple):
    """A model, the folder of its map, and the files that its map was read with."""

    model: ModelSpec
    folder: Path
    visitors: Visitors


def read_with_visitors(path: str | os.PathLike[str], files: Iterable[str | os.PathLike[str]]) -> Visited:
    """Read a model and its map with files of worldviews from elsewhere. Raises InvalidMap."""
    findings, drafts = Findings(), dict[str, Draft]()
    model = _read_model(tidied(path), findings, drafts, tuple(map(Path, files)))
    findings.raise_if_any()
    assert model is not None
    return Visited(model.spec, model.folder, drafts[_identity(model.folder)].visitors)


@checks_types
def read_models(
    sources: Iterable[Source], visitors: Iterable[str | os.PathLike[str]] = ()
) -> tuple[ModelSpec, ...]:
    """Read several models, and each of their maps once. Raises InvalidMap with the problems of all.

    Each is read as `read_model` reads it, each map with the files of `visitors`.

    Examples
    --------
    >>> import cruxmap as cm
    >>> rain = {"claims": {"rain": {"text": "It rains.", "credence": 0.3}}}
    >>> models = cm.read_models([{"model": name, "map": rain, "target": "rain"} for name in ("one", "two")])
    >>> [model.id for model in models]
    ['one', 'two']
    """
    findings, drafts = Findings(), dict[str, Draft]()
    visiting = tuple(map(Path, visitors))
    models = [_read_source(source, findings, drafts, visiting) for source in sources]
    findings.raise_if_any()
    return tuple(model.spec for model in models if model is not None)


def _read_source(
    source: Source, findings: Findings, drafts: dict[str, Draft], visiting: tuple[Path, ...]
) -> "ReadModel | None":
    """Read a model as `_read_model` does, from its file or from memory."""
    if not is_said(source):
        return _read_model(tidied(source), findings, drafts, visiting)  # type: ignore[arg-type]
    memory, own = InMemory(), dict[str, Draft]()
    there = source.get("map") if isinstance(source, Mapping) else None
    if isinstance(there, ArgumentMap):
        folder = memory.folder_of(there.id)
        source = {**source, "map": folder.as_posix()}  # type: ignore[dict-item]
    path = memory.add_model(source)
    with memory.there():
        if isinstance(there, ArgumentMap):
            own[_identity(folder)] = joined(there, [*visiting, *memory.visitors], findings)
        return _read_model(path, findings, own, (*visiting, *memory.visitors))


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
    where = tidied(path)
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
    _, files = _what_to_check(tidied(path), Findings())
    drafts: dict[str, Draft] = {}
    findings = Findings()
    models = [_read_model(file, findings, drafts) for file in files]
    findings.raise_if_any()
    return tuple(model.spec for model in models if model is not None)


def models_beside(folder: Path, other: Path) -> tuple[ModelSpec, ...]:
    """Return the models of the map in a folder: those in its project, and one that may be elsewhere."""
    drafts: dict[str, Draft] = {}
    files = {_identity(file): file for file in (tidied(other), *_models_of_project(folder))}
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
    folders, files = _what_to_check(tidied(path), Findings())
    maps = {_identity(folder): read_map(folder) for folder in folders}
    for file in files:
        model = _read_model(file, Findings(), {})
        if model is not None:
            maps.setdefault(_identity(model.folder), model.spec.map)
    return tuple(maps.values())


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
        if where.resolve().name == ARGUMENTS and not any(yaml_files(where, Findings())):
            return subfolders(where, findings) or [where], []
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
    if not is_folder(folder):
        message = "there is no such folder"
        findings.add(Code.NO_SUCH_FILE, message, Span(shown(folder)), "a map is a folder of `.yaml` files")
    visitors = read_visitors(visiting, folder, findings)
    sheets = gather(folder, findings, visitors)
    if sheets.is_empty and sheets.complete and is_folder(folder):
        hint = "a map has at least one claim, question, event or argument; `cruxmap new NAME` writes one"
        findings.add(Code.EMPTY_MAP, "the map has no entry", Span(shown(folder)), hint)
    return drafted(sheets, findings, visitors, before)


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
    if draft is None and is_folder(folder):
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
        file=str(path) if path == MODEL else shown(path),
        given_at=tuple(zip((*assuming, *observed), given, strict=True)),
        lists_worldviews=_lists_worldviews(shape),
        visitors=_visiting(draft),
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

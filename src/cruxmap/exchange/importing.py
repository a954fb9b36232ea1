"""A foreign file as a map: its files in memory, read and checked before anything is written.

In: a path or bytes. Out: an `Imported`. What is wrong with the map is told where it is in the foreign file.
"""

import os
import re
from bisect import bisect_right
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from cruxmap.errors import Code, InvalidMap, Problem, Span, WrongUsage
from cruxmap.exchange.foreign_files import STDIN, content_of, name_of
from cruxmap.exchange.formats import FORMATS, Arrived, Format, Lost
from cruxmap.exchange.names import ids_for
from cruxmap.exchange.targets import sensible_target
from cruxmap.exchange.writing import model_text, texts_of
from cruxmap.ground import folders_of, refuse_what_is_there, replace_versions
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.language.argument_types import checks_types
from cruxmap.language.context import check_word
from cruxmap.language.files import ARGUMENTS, MODELS, SOURCES, WORLDVIEWS, Given, imagined
from cruxmap.language.findings import Findings
from cruxmap.language.in_memory import MEMORY
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.names import did_you_mean
from cruxmap.language.reading import read_map, read_model
from cruxmap.language.yaml_text import parse, text_of

_PARTS = {WORLDVIEWS: "the worldview `{}`", SOURCES: "the source `{}`"}
"""What foreign files have files of their own for, by the folder of these."""
_ENTRY = re.compile("^  ([a-z0-9-]+):", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A map that came from a foreign file.

    Attributes
    ----------
    name, format
        The map's id, and the format that the file has.
    files
        Texts of the map's and the model's files, by path in a project.
    map, model
        What they say.
    lost
        What of the foreign file is in none of them: each with `what`, `why`, and `where`.
    asks
        Whether the file itself says what `model` asks; otherwise its target was chosen.

    Examples
    --------
    >>> import cruxmap as cm
    >>> rain = "variable rain { type discrete [2] { true, false }; } probability (rain) { table 0.2, 0.8; }"
    >>> found = cm.import_map(rain.encode(), name="weather")
    >>> list(found.files)
    ['arguments/weather/weather.yaml', 'models/weather.yaml']
    """

    name: str
    format: str
    files: Mapping[str, str]
    map: ArgumentMap
    model: ModelSpec
    lost: tuple[Lost, ...]
    asks: bool

    def __repr__(self) -> str:
        written = f"{len(self.files)} files, {len(self.lost)} things lost"
        return f"<Imported {self.format} as {self.map!r}: {written}>"

    def write(self, folder: str | os.PathLike[str] = ".") -> tuple[str, ...]:
        """Write the files to a project, all of them or none; return their paths, from its folder.

        Raises WrongUsage where the map's folder or the model's file is there already, and CannotWrite.
        """
        project = Path(folder)
        refuse_what_is_there([project / ARGUMENTS / self.name, project / MODELS / f"{self.name}.yaml"])
        files = {project / path: text.encode("utf-8") for path, text in self.files.items()}
        with folders_of(files):
            replace_versions({path: (None, data) for path, data in files.items()})
        return tuple(self.files)


@checks_types
def import_map(
    source: str | os.PathLike[str] | bytes, format: str | None = None, name: str | None = None
) -> Imported:
    """Read a foreign file as a map; nothing is written before its `write()`.

    Parameters
    ----------
    source
        A path, or what is in such a file, as bytes. What gzip has packed is unpacked.
    format
        One of `cruxmap import --help`; without it, the file's name and its contents tell.
    name
        The map's id; without it, it is made of the file's name.

    Returns
    -------
    An `Imported`: the `map`, a `model` that asks about it, and what was `lost`.

    Raises
    ------
    InvalidMap
        With what is wrong and where in the file.
    WrongUsage
        Where the format or the name is unclear.

    Examples
    --------
    >>> import cruxmap as cm
    >>> rain = "variable rain { type discrete [2] { true, false }; } probability (rain) { table 0.2, 0.8; }"
    >>> cm.probability(cm.import_map(rain.encode(), name="weather").model, "rain")
    0.2
    """
    data, file = content_of(source), name_of(source)
    chosen = format_of(data, file, format)
    id_ = _name(name, file)
    return _imported(chosen.reader(data, file), id_, chosen.name, file)


# --- which format, which name ---------------------------------------------------------------------


def format_of(data: bytes, file: str, named: str | None) -> Format:
    """Return the format of a file: the one that is named, or the one that its name and contents tell.

    Raises WrongUsage where there is none, or where nothing tells.
    """
    if named is not None:
        if named in FORMATS:
            return FORMATS[named]
        known = did_you_mean(named, FORMATS) or f"known: {', '.join(FORMATS)}"
        message = f"there is no format `{named}` that can be read"
        raise WrongUsage((Problem(Code.UNKNOWN_FORMAT, message, hint=known),))
    suffix = Path(file.lower().removesuffix(".gz")).suffix
    candidates = [one for one in FORMATS.values() if suffix in one.suffixes]
    if len(candidates) != 1:
        text = data.decode("utf-8", "replace")
        asked = candidates or list(FORMATS.values())
        candidates = [one for one in asked if re.search(one.marks, text, re.MULTILINE | re.IGNORECASE)]
    if len(candidates) == 1:
        return candidates[0]
    what = "standard input" if file == STDIN else file
    message = f"nothing tells which format {what} is in"
    hint = f"name it by --format: {', '.join(one.name for one in candidates or FORMATS.values())}"
    raise WrongUsage((Problem(Code.UNKNOWN_FORMAT, message, hint=hint),))


def _name(name: str | None, file: str) -> str:
    """Return the map's id: the one that is given, if it can be one, or one like the file's name."""
    if name is None:
        if file == STDIN:
            message = "what is read from standard input has no name"
            raise WrongUsage((Problem(Code.BAD_ID, message, hint="give the map's name"),))
        stem = Path(file).name.partition(".")[0]
        return ids_for([stem], "map")[stem]
    findings = Findings()
    check_word(findings, text_of(name))
    if findings.problems:
        raise WrongUsage(tuple(findings.problems))
    return name


# --- what arrived, as files and as what they say ----------------------------------------------------


def _imported(arrived: Arrived, name: str, format_: str, file: str) -> Imported:
    files: dict[str, str] = {}
    model_file = f"{MODELS}/{name}.yaml"
    try:
        files |= texts_of(arrived, name)
        given = {MEMORY / path: _given(path, text) for path, text in files.items()}
        with _project_of(given):
            argument_map = read_map(MEMORY / ARGUMENTS / name)
        asked = dict(arrived.model or {})
        if "target" not in asked:
            asked = {"target": sensible_target(argument_map), **asked}
        files[model_file] = model_text(name, asked)
        model = read_model({"model": name, "map": argument_map, **asked})
    except InvalidMap as invalid:
        raise _told_in_the_foreign_file(invalid, files, arrived, file) from invalid
    return Imported(
        name=name,
        format=format_,
        files=files,
        map=argument_map,
        model=replace(model, file=model_file),
        lost=arrived.lost,
        asks="target" in (arrived.model or {}),
    )


def _given(path: str, text: str) -> Given:
    data = text.encode("utf-8")
    return Given(parse(data, path), data)


def _project_of(files: Mapping[Path, Given]) -> AbstractContextManager[None]:
    """Let files be read as if they stood in a project that is nowhere on disk."""
    folders = {path for file in files for path in file.parents if MEMORY in path.parents}
    return imagined(files, {path: path.relative_to(MEMORY).as_posix() for path in folders})


def _told_in_the_foreign_file(
    invalid: InvalidMap, files: Mapping[str, str], arrived: Arrived, file: str
) -> InvalidMap:
    """Return problems of files that nobody has seen, where their entries come from if that is known; else
    of the foreign file as a whole, with what of it they are about.
    """
    return InvalidMap(tuple(_told(problem, files, arrived, file) for problem in invalid.problems))


def _told(problem: Problem, files: Mapping[str, str], arrived: Arrived, file: str) -> Problem:
    text = files.get(problem.span.file, "")
    found = [(text.count("\n", 0, one.start()) + 1, one[1]) for one in _ENTRY.finditer(text)]
    at = bisect_right(found, (problem.span.line, "~")) - 1
    id_ = found[at][1] if at >= 0 else ""
    if id_ in arrived.places:
        return replace(problem, span=arrived.places[id_], line_text="")
    path = PurePosixPath(problem.span.file)
    whole = "the map" if path.parts[:1] == (ARGUMENTS,) else "the model"
    part = _PARTS.get(path.parent.name, whole).format(path.stem)
    return replace(problem, message=f"in {part}: {problem.message}", span=Span(file), line_text="")

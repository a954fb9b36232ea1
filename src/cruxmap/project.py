"""What commands do to the files of a project: begin it, lay its files out, rename in them."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cruxmap.errors import Code, Problem, WrongUsage
from cruxmap.ground import (
    OtherVersion,
    already_there,
    folders_of,
    refuse_what_is_there,
    replace_version,
    version_of,
    write_file,
)
from cruxmap.language.argument_types import checks_types
from cruxmap.language.asked import typed_as
from cruxmap.language.files import WORLDVIEWS
from cruxmap.language.for_editors.editor_files import editor_files, first_line, own_phrases
from cruxmap.language.for_editors.json_schema import json_schema
from cruxmap.language.for_editors.mentions import from_here
from cruxmap.language.names import did_you_mean
from cruxmap.language.reading import read_with_visitors
from cruxmap.language.rewriting.formatting import laid_out
from cruxmap.language.rewriting.renaming import Renaming, renaming
from cruxmap.language.schema import FILES
from cruxmap.language.template import FIRST_EXAMPLE, first_files, known_example, template
from cruxmap.language.typed import parse_new_id


@checks_types
def new(
    name: str,
    *,
    folder: str | os.PathLike[str] = ".",
    like: str = FIRST_EXAMPLE,
) -> tuple[Path, ...]:
    """Write a small working map, model and worldviews to edit.

    Parameters
    ----------
    name
        The new map's id: lower-case words joined by hyphens.
    folder
        The project's folder; its files for editors come into it, too.
    like
        The example to start from: `library` (the smallest), `legal-case`, `diagnosis`, `safety-case` or
        `engineering-decision`.

    Returns
    -------
    The files that were written, the model's among them.

    Raises
    ------
    InvalidMap
        For a name that cannot be an id.
    WrongUsage
        For an example that is not there, and where one of the files is already.
    CannotWrite
        Where the folder takes nothing.

    Examples
    --------
    >>> import cruxmap as cm
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     files = cm.new("town", folder=folder, like="library")
    ...     cm.read_model(f"{folder}/models/town.yaml").target.name
    'opens-on-time'
    """
    with typed_as("like"):
        known_example(like)
    with typed_as("name"):
        files = template(name, like)
    place = Path(folder)
    refuse_what_is_there(place / path for path in files)
    more = editor_files(own_phrases(place)).items()
    files |= {path: text for path, text in more if not os.path.lexists(place / path)}
    files |= first_files(name, os.listdir(place) if place.is_dir() else ())
    for path, text in files.items():
        write_file(place / path, text, hint="go to a folder that you can write to")
    return tuple(place / path for path in files)


@checks_types
def new_worldview(model: str | os.PathLike[str], name: str) -> Path:
    """Write a worldview to fill in: all numbers of a model's map, the most important first.

    Parameters
    ----------
    model
        The model's file.
    name
        The id of the worldview, which the map does not have.

    Returns
    -------
    The file, in the folder `worldviews` of the map.

    Raises
    ------
    InvalidMap
        For a name that cannot be an id, and for problems of the model or its map.
    WrongUsage
        Where the file is there already.
    CannotWrite
        Where the folder takes nothing.

    Examples
    --------
    >>> import cruxmap as cm
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = cm.new("town", folder=folder)
    ...     file = cm.new_worldview(f"{folder}/models/town.yaml", "ann")
    ...     "soil-sound" in file.read_text()
    True
    """
    from cruxmap.insight.importance import by_importance
    from cruxmap.present.worldview_template import worldview_template

    with typed_as("name"):
        parse_new_id(name)
    visited = read_with_visitors(model, ())
    path = visited.folder / WORLDVIEWS / f"{name}.yaml"
    refuse_what_is_there([path])
    text = first_line(path) + worldview_template(visited.model, name, by_importance(visited.model))
    try:
        with folders_of([path]):
            replace_version(path, text.encode("utf-8"), None)
    except OtherVersion as other:
        raise already_there(path) from other
    return path


@checks_types
def schema(kind: str | None = None, *, folder: str | os.PathLike[str] = ".") -> dict[str, Any]:
    """Return the JSON Schema of a kind of file, with the phrases of the maps in a project.

    Parameters
    ----------
    kind
        `map`, `worldview`, `model` or `sources`; all of them, by kind, where it is left out.
    folder
        The project's folder.

    Returns
    -------
    The schema, as data.

    Raises
    ------
    WrongUsage
        For a kind that is not there.

    Examples
    --------
    >>> import cruxmap as cm
    >>> sorted(cm.schema())
    ['map', 'model', 'sources', 'worldview']
    >>> cm.schema("model")["required"]
    ['model', 'map', 'target']
    """
    if kind is not None and kind not in FILES:
        hint = did_you_mean(kind, FILES) or f"known: {', '.join(FILES)}"
        message = f"there is no kind of file `{kind}`"
        raise WrongUsage((Problem(Code.UNKNOWN_KIND, message, hint=hint),))
    phrases = own_phrases(Path(folder))
    schemas: dict[str, Any] = {name: json_schema(name, phrases) for name in FILES if kind in (None, name)}
    return schemas if kind is None else dict(schemas[kind])


@dataclass(frozen=True, slots=True)
class Formatted:
    """What came of laying files out.

    Attributes
    ----------
    changed
        The files that were written, or with `check` would be.
    left
        The files that were left as they are, for their `problems`.
    unchanged
        The files that were laid out already.
    problems
        What keeps files from being laid out, by place.

    Examples
    --------
    >>> import cruxmap as cm
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = cm.new("town", folder=folder)
    ...     cm.fmt(folder).changed
    ()
    """

    changed: tuple[Path, ...]
    left: tuple[Path, ...]
    unchanged: tuple[Path, ...]
    problems: tuple[Problem, ...]


@checks_types
def fmt(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] = (), *, check: bool = False
) -> Formatted:
    r"""Lay files out in one way: indentation, order of keys, folded sentences, quotes. Comments are kept.

    Parameters
    ----------
    paths
        Files or folders; the maps and models of the project here, where there are none.
    check
        Write nothing.

    Returns
    -------
    A `Formatted`: what was `changed`, what was `left` for its `problems`, and what stays `unchanged`.

    Raises
    ------
    InvalidMap
        Where there is no such file.
    OtherVersion
        Where a file has changed since it was read.

    Examples
    --------
    >>> import cruxmap as cm
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = cm.new("town", folder=folder)
    ...     file = Path(folder, "arguments/town/more.yaml")
    ...     _ = file.write_text("claims:\n      late: {credence: 5%,   text: It is late.}\n")
    ...     changed = cm.fmt(folder).changed
    ...     file.read_text().splitlines()
    ['claims:', '  late: {text: It is late., credence: 5%}']
    """
    wanted = [paths] if isinstance(paths, str | os.PathLike) else [*paths]
    files = {file.path: file for path in wanted or ["."] for file in laid_out(Path(path))}.values()
    left = [file for file in files if file.problems]
    changed = [file for file in files if file.after is not None and file.after != file.before]
    for file in changed if not check else ():
        replace_version(from_here(file.path), file.after or b"", version_of(file.before))
    touched = {file.path for file in (*left, *changed)}
    return Formatted(
        changed=tuple(from_here(file.path) for file in changed),
        left=tuple(from_here(file.path) for file in left),
        unchanged=tuple(from_here(file.path) for file in files if file.path not in touched),
        problems=tuple(problem for file in left for problem in file.problems),
    )


@checks_types
def rename(
    old: str,
    new: str,
    *,
    folder: str | os.PathLike[str] = ".",
    map: str | os.PathLike[str] | None = None,
    kind: str | None = None,
    write: bool = True,
) -> Renaming:
    """Call something otherwise, in all files of a project that mean it, or in none of them.

    Parameters
    ----------
    old
        What it is called now: an id, or a part as `question.state`.
    new
        What it shall be called.
    folder
        The project's folder, or any in it.
    map
        Which map's, where several have one: its name or folder.
    kind
        `entry`, `state`, `row` (or `route`), `timeline`, `phase`, `source`, `voice` or `worldview`, where
        several have the name.
    write
        Write the files; without, `Renaming.write` does it later.

    Returns
    -------
    A `Renaming`: the `places` where the name was changed, the `contents` of files, and where sentences and
    comments still say the old one.

    Raises
    ------
    InvalidMap
        Where it is not known what is meant, where the new name is taken or is no id, and where the project
        has problems, or would have.
    OtherVersion
        Where a file has changed since it was read.

    Examples
    --------
    >>> import cruxmap as cm
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = cm.new("town", folder=folder)
    ...     found = cm.rename("soil-sound", "ground-sound", folder=folder)
    ...     "ground-sound" in cm.read_map(f"{folder}/arguments/town").entry
    True
    """
    found = renaming(Path(folder), old, new, sort=kind, map_=None if map is None else Path(map))
    if write:
        found.write()
    return found

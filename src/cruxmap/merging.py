"""Reviewers' files into the project: what `cruxmap merge` does, callable from Python."""

import os
from collections.abc import Iterable
from pathlib import Path

from cruxmap.ground import add_files
from cruxmap.insight.merged import Merged
from cruxmap.language.argument_types import checks_types
from cruxmap.language.files import WORLDVIEWS
from cruxmap.language.reading import models_beside, read_with_visitors, unheard
from cruxmap.language.visitors import arrivals


@checks_types
def merge(model: str | os.PathLike[str], files: Iterable[str | os.PathLike[str]]) -> Merged:
    r"""Put files of worldviews into the folder of a model's map, as `ID.yaml`, to the byte.

    All are read first, as if they stood there. Nothing is written where one of them has a problem, or has
    the id of another worldview. What is there already stays.

    Parameters
    ----------
    model
        The model's file.
    files
        Files of worldviews, as a report's page writes them.

    Returns
    -------
    A `Merged`, with what each file came with.

    Raises
    ------
    InvalidMap
        For a problem of the map, or of one of the files.
    CannotWrite
        Where the folder takes nothing; then nothing was written.

    Examples
    --------
    >>> import cruxmap as cm
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = cm.new("town", folder=folder)
    ...     sent = Path(folder, "ann.yaml")
    ...     _ = sent.write_text("worldview: ann\ntext: Ann.\njudgements: {soil-sound: 60%}\n")
    ...     merged = cm.merge(f"{folder}/models/town.yaml", [sent])
    >>> [one.worldview for one in merged.put]
    ['ann']
    """
    visited = read_with_visitors(model, files)
    found = arrivals(visited.model.map, visited.folder, visited.visitors)
    if visited.visitors.new:
        add_files(visited.folder / WORLDVIEWS, {file.name: file.data for file in visited.visitors.new})
    names = [arrival.worldview for arrival in found]
    left_out = {
        one.file: out
        for one in models_beside(visited.folder, Path(model))
        if (out := tuple(name for name in dict.fromkeys(names) if name in unheard(one)))
    }
    return Merged(
        model=visited.model.id,
        folder=(visited.folder / WORLDVIEWS).as_posix(),
        arrivals=found,
        left_out=left_out,
    )

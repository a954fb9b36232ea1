"""A model in a format of other programs: what `cruxmap export` does, callable from Python.

Formats that say what a map says are in the room `exchange`; pictures, which only show it, in `present`.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from cruxmap.errors import Code, Problem, WrongUsage
from cruxmap.exchange.formats import FORMATS, Lost, Sent
from cruxmap.exchange.targets import sensible_target
from cruxmap.ground import write_file
from cruxmap.language.argument_map import MAP_WORLDVIEW, ArgumentMap
from cruxmap.language.argument_types import checks_types
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.names import checked_worldview, did_you_mean
from cruxmap.language.reading import read_model
from cruxmap.language.typed import parse_target


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A model in a foreign format.

    Attributes
    ----------
    format
        The name of the format.
    data
        Its bytes; `text` has them as text.
    lost
        What of the map these cannot say: each with `what`, `why`, and `where`.

    Examples
    --------
    >>> import cruxmap as cm
    >>> exported = cm.export_map(cm.example("library"), "mermaid")
    >>> exported.format, exported.text.splitlines()[0]
    ('mermaid', 'flowchart LR')
    """

    format: str
    data: bytes
    lost: tuple[Lost, ...]

    def __repr__(self) -> str:
        return f"<Exported {self.format}: {len(self.data):,} bytes, {len(self.lost)} things lost>"

    @property
    def text(self) -> str:
        """The file's text."""
        return self.data.decode("utf-8")

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write it to a file, whole, in the place of what is there. Raises CannotWrite."""
        write_file(Path(path), self.data)


def _map_picture(form: str, model: ModelSpec, worldview: str) -> bytes:
    from cruxmap.present.dot_and_mermaid import draw
    from cruxmap.present.stages import Drawing, picture_of

    wanted = Drawing(form)
    drawn = draw(picture_of(model, worldview), [wanted])[wanted]
    return drawn.encode() if isinstance(drawn, str) else drawn


def _goal_structure(form: str, model: ModelSpec, worldview: str) -> bytes:
    from cruxmap.exchange.gsn import goal_structure
    from cruxmap.present.gsn_drawing import draw_gsn

    return draw_gsn(goal_structure(model, worldview), form)


class Picture(NamedTuple):
    """A picture: what draws it, and the ends of its files' names; one without any is named by `--format`."""

    draw: Callable[[ModelSpec, str], bytes]
    suffixes: tuple[str, ...] = ()


PICTURES: Mapping[str, Picture] = {
    "dot": Picture(partial(_map_picture, "dot"), (".dot", ".gv")),
    "mermaid": Picture(partial(_map_picture, "mermaid"), (".mmd", ".mermaid")),
    "gsn": Picture(partial(_goal_structure, "svg")),
    "gsn-png": Picture(partial(_goal_structure, "png")),
    "gsn-dot": Picture(partial(_goal_structure, "dot")),
}
_MOST_NUMBERS = Lost("most numbers", "a picture shows what is there, and nothing computes with it")


@checks_types
def export_map(
    model: ModelSpec | ArgumentMap | str | os.PathLike[str], format: str, worldview: str = MAP_WORLDVIEW
) -> Exported:
    """Return a model, or a map, in a format of other programs, with the numbers of one of its worldviews.

    Parameters
    ----------
    model
        A model, a map, or a model's file.
    format
        One of `cruxmap export --help`.
    worldview
        Whose numbers are written; the map's own where none is named.

    Returns
    -------
    An `Exported`: its `data`, and what was `lost`.

    Raises
    ------
    WrongUsage
        For a format that is not there.
    InvalidMap
        Where the format can say nothing of the map.

    Examples
    --------
    >>> import cruxmap as cm
    >>> rain = "variable rain { type discrete [2] { true, false }; } probability (rain) { table 0.2, 0.8; }"
    >>> cm.export_map(cm.import_map(rain.encode(), name="weather").model, "dot").text.splitlines()[0]
    'digraph map {'
    """
    asked = _asked(model)
    checked_worldview(asked.map, worldview)
    if format in PICTURES:
        sent = Sent(PICTURES[format].draw(asked, worldview), (_MOST_NUMBERS,))
    elif format in FORMATS:
        sent = FORMATS[format].writer(asked, worldview)
    else:
        message = f"there is no format `{format}` to write"
        hint = did_you_mean(format, written()) or f"known: {', '.join(written())}"
        raise WrongUsage((Problem(Code.UNKNOWN_FORMAT, message, hint=hint),))
    return Exported(format=format, data=sent.data, lost=sent.lost)


def written() -> dict[str, tuple[str, ...]]:
    """Return the formats that can be written, with the ends of their files' names."""
    return {name: one.suffixes for name, one in FORMATS.items()} | {
        name: one.suffixes for name, one in PICTURES.items()
    }


def format_for(path: Path | None) -> str:
    """Return the format that the name of a file tells. Raises WrongUsage where it tells none, or several."""
    suffix = "" if path is None else path.suffix.lower()
    found = [name for name, suffixes in written().items() if suffix in suffixes]
    if len(found) == 1:
        return found[0]
    what = "nothing says" if path is None else f"the name of {path.as_posix()} does not say"
    message = f"{what} which format to write"
    hint = f"name it by --format: {', '.join(found or written())}"
    raise WrongUsage((Problem(Code.UNKNOWN_FORMAT, message, hint=hint),))


def _asked(model: ModelSpec | ArgumentMap | str | os.PathLike[str]) -> ModelSpec:
    match model:
        case ModelSpec():
            return model
        case ArgumentMap():
            [target] = parse_target(sensible_target(model), model)
            return ModelSpec(id=model.id, map=model, target=target)
        case _:
            return read_model(model)

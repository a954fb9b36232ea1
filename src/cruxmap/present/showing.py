"""A model's map as a picture, or one of the forms that it goes through, as a value."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Unpack, overload

from cruxmap.errors import Code, InvalidMap, Problem
from cruxmap.ground import write_file
from cruxmap.language.asked import WhatIf, as_model, named_worldview, typed_as, what_if, whole_number
from cruxmap.present.stages import Drawing, Stage, picture_of, stage_text

if TYPE_CHECKING:
    from cruxmap.engine.executors import Progress
    from cruxmap.language.argument_map import ArgumentMap
    from cruxmap.language.model_spec import ModelSpec
    from cruxmap.present.map_picture import Picture


@dataclass(frozen=True, slots=True)
class MapDrawing:
    """A map that is drawn or written down; a notebook shows it.

    Attributes
    ----------
    form
        What it is: `svg`, `png`, `pdf`, `dot` or `mermaid`; or the stage that it is the text of.
    data
        The drawing itself: UTF-8 for all but `png` and `pdf`.
    cards
        How many entries it shows; 0 for a stage.
    boxed
        Characters that a png shows as boxes, as no font here has them.

    Examples
    --------
    >>> import cruxmap as cm
    >>> cm.show(cm.example("library"), form="mermaid")
    <MapDrawing: mermaid of 5 entries, 1 kB>
    """

    form: str
    data: bytes
    cards: int = 0
    boxed: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        """The drawing as text. Raises ValueError for a png or a pdf, which are none."""
        if self.form in (Drawing.PNG, Drawing.PDF):
            raise ValueError(f"a {self.form} is no text: take its `data`, or `write` it")
        return self.data.decode("utf-8")

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Write it to a file, whole or not at all, and return its path. Raises `CannotWrite`."""
        write_file(Path(path), self.data)
        return Path(path)

    def __repr__(self) -> str:
        of = f" of {self.cards} entries" if self.cards else ""
        return f"<MapDrawing: {self.form}{of}, {max(1, round(len(self.data) / 1000))} kB>"

    def _repr_svg_(self) -> str | None:
        return self.text if self.form == Drawing.SVG else None

    def _repr_png_(self) -> bytes | None:
        return self.data if self.form == Drawing.PNG else None


@overload
def show(
    model: "ModelSpec | ArgumentMap",
    worldview: str | None = None,
    *,
    form: str | None = None,
    stage: str | None = None,
    around: str | Iterable[str] = (),
    steps: int = 1,
    overview: bool = False,
    everything: bool = False,
    tag: str | Iterable[str] = (),
    pages: Literal[False] = False,
    progress: "Progress | None" = None,
    **asked: Unpack[WhatIf],
) -> MapDrawing: ...


@overload
def show(
    model: "ModelSpec | ArgumentMap",
    worldview: str | None = None,
    *,
    form: str | None = None,
    tag: str | Iterable[str] = (),
    pages: Literal[True],
    progress: "Progress | None" = None,
    **asked: Unpack[WhatIf],
) -> Mapping[str, MapDrawing]: ...


@what_if(aimless=True)
def show(
    model: "ModelSpec | ArgumentMap",
    worldview: str | None = None,
    *,
    form: str | None = None,
    stage: str | None = None,
    around: str | Iterable[str] = (),
    steps: int = 1,
    overview: bool = False,
    everything: bool = False,
    tag: str | Iterable[str] = (),
    pages: bool = False,
    progress: "Progress | None" = None,
    **asked: Unpack[WhatIf],
) -> MapDrawing | Mapping[str, MapDrawing]:
    """Draw a map, or write down one of the forms that it goes through.

    Parameters
    ----------
    model
        A model or a map.
    worldview
        Whose numbers the map shows; the map's own where none is named.
    form
        What to draw: `svg` (the default), `png`, `pdf`, `dot` or `mermaid`.
    stage
        Write down an intermediate form instead: `map`, `network`, `plan` or `pymc`.
    around
        Only what is near this entry, or near several.
    steps
        How many links from `around` to include.
    overview
        Show what carries weight for the target, its arguments counted.
    everything
        Show every entry in the overview.
    tag
        Keep the entries with this tag, or with one of several.
    pages
        Return the whole map, an overview and a page per file, by name, instead of one picture.
    **asked
        What is asked in place of what the model says: see `WhatIf`.
    progress
        Called with what is done, steps so far, and steps in all.

    Returns
    -------
    A `MapDrawing`, which a notebook shows and which can be written to a file; with `pages` several, by name.

    Raises
    ------
    InvalidMap
        For a mistake in an argument, which the problem names with a hint.
    WrongUsage
        Where nothing that is installed can lay the picture out.

    Examples
    --------
    >>> import cruxmap as cm
    >>> model = cm.example("library")
    >>> cm.show(model, around="soil-sound")
    <MapDrawing: svg of 2 entries, 7 kB>
    >>> cm.show(model, form="mermaid").text.splitlines()[0]
    'flowchart LR'
    >>> cm.show(model, stage="network").text.splitlines()[0]
    'soil-sound {false, true}'
    """
    model = as_model(model)
    if stage is not None:
        name = Stage(_known("stage", stage, [*map(str, Stage)]))
        seen = model if worldview is None else _seen_by(model, worldview)
        return MapDrawing(str(name), stage_text(name, seen).encode("utf-8"))
    wanted = str(Drawing(_known("form", form or Drawing.SVG, [*map(str, Drawing)])))
    picture = _picture(model, worldview, tag, progress)
    if pages:
        from cruxmap.present.map_picture import pages as pages_of

        return {name: _drawn(page, wanted) for name, page in pages_of(picture).items()}
    return _drawn(
        _part(picture, model, around=around, steps=steps, overview=overview, everything=everything), wanted
    )


def _seen_by(model: "ModelSpec", worldview: str) -> "ModelSpec":
    return replace(model, worldviews=(named_worldview(model.map, worldview),))


def _picture(
    model: "ModelSpec", worldview: str | None, tag: str | Iterable[str], progress: "Progress | None"
) -> "Picture":
    """Return the map as one worldview sees it, with those entries that are tagged so."""
    from cruxmap.insight.asked import only_tagged
    from cruxmap.present.map_picture import with_only

    kept = only_tagged(model.map, tag)
    seen = model if worldview is None else _seen_by(model, worldview)
    shown = picture_of(seen, worldview or "map", progress)
    return with_only(shown, kept.ids, kept.which) if kept.tags else shown


def _part(
    shown: "Picture",
    model: "ModelSpec",
    *,
    around: str | Iterable[str],
    steps: int,
    overview: bool,
    everything: bool,
) -> "Picture":
    """Return the part of a picture that is asked for."""
    from cruxmap.language.names import find_entry
    from cruxmap.present import map_picture

    names = (around,) if isinstance(around, str) else tuple(around)
    if names:
        with typed_as("around"):
            ids = [find_entry(model.map, name).about.id for name in names]
        shown = map_picture.around(shown, ids, whole_number("steps", steps, 0, None))
    if overview:
        shown = map_picture.overview(shown, None if everything else map_picture.MOST_IN_AN_OVERVIEW)
    return shown


def _drawn(shown: "Picture", form: str) -> MapDrawing:
    from cruxmap.present import dot_and_mermaid

    drawn = dot_and_mermaid.draw(shown, [form])[form]
    data = drawn if isinstance(drawn, bytes) else drawn.encode("utf-8")
    boxed = dot_and_mermaid.boxed(shown, [form])
    return MapDrawing(form, data, len(shown.cards), frozenset(boxed))


def _known(argument: str, name: str, known: list[str]) -> str:
    """Return a name, if it is among those that are known. Raises InvalidMap, naming the argument."""
    if name in known:
        return name
    message, hint = f"{argument}: there is no {argument} `{name}`", f"known: {', '.join(known)}"
    raise InvalidMap((Problem(Code.UNKNOWN_FORMAT, message, hint=hint),))

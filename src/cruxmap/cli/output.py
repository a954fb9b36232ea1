"""What commands share to print an answer, to write it to a file, and to draw it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cruxmap.asking import Asked, AskedOfSeveral, Pictures, known_worldview, refuse
from cruxmap.errors import Code
from cruxmap.ground import write_file
from cruxmap.present import terminal
from cruxmap.present.terminal import Format, print_answer

if TYPE_CHECKING:
    from cruxmap.insight.tags import Tagged
    from cruxmap.language.model_spec import ModelSpec
    from cruxmap.present.canvas import Drawings
    from cruxmap.present.listings import Listings
    from cruxmap.present.tables import Table


def as_seen_by(model: "ModelSpec", worldview: str | None) -> "ModelSpec":
    """Return the model with this worldview alone, if one is named."""
    return (
        model if worldview is None else replace(model, worldviews=(known_worldview(model.map, worldview),))
    )


def answer_with(
    asked: Asked,
    work: Callable[..., Any],
    makers: "Listings",
    name: str | None,
    form: Format,
    tagged: "Tagged | None" = None,
) -> Any:
    """Compute an answer and print its listings: what people are shown of each, or the one named in full.

    Of entries that are not `tagged` it tells nothing, nor does the answer that is returned.
    """
    from cruxmap.present.listings import for_people

    if name is not None and name not in makers:
        refuse(Code.UNKNOWN_LIST, f"this answer has no list `{name}`", f"known: {', '.join(makers)}")
    answer = work(progress=asked.progress)
    if tagged is not None:
        answer = tagged.of(answer)
    listings = {known: make(answer, asked.model.map) for known, make in makers.items()}
    whole = listings[name or next(iter(listings))]
    shown = for_people(listings) if name is None else [whole.readable]
    print_tagged(answer.to_json(), shown, form, whole.table, tagged)
    return answer


def print_tagged(
    plain: dict[str, Any], shown: "Sequence[Table]", form: Format, whole: "Table", tagged: "Tagged | None"
) -> None:
    """Print an answer, and which tags what it tells of has, where some are asked for."""
    if tagged is None or not tagged.tags:
        print_answer(plain, shown, form, whole)
        return
    first, *others = shown
    noted = replace(first, notes=(*first.notes, tagged.said))
    print_answer(plain | {"tags": [*tagged.tags]}, [noted, *others], form, whole)


def draw(
    asked: Asked, drawings: "Drawings", form: Format, pictures: Pictures | None, to: Path | None
) -> None:
    """Write the figures of an answer about one model, as `draw_from` does."""
    from cruxmap.present import canvas

    draw_from(canvas.made_from(asked.model), asked, drawings, form, pictures, to)


def draw_from(
    origin: str,
    asked: Asked | AskedOfSeveral,
    drawings: "Drawings",
    form: Format,
    pictures: Pictures | None,
    to: Path | None,
) -> None:
    """Write figures as svg and png, and say so: the first ones, unless more or none are asked for.

    Answers for programs come without, as long as nobody says how many or where to.
    """
    from cruxmap.present import canvas

    names = list(drawings)[: pictures_for(form, pictures, to).most]
    if not names:
        return
    with canvas.without_help():
        drawn = canvas.images({name: drawings[name] for name in names}, origin, asked.progress)
    folder = to or asked.figures
    for name, image in drawn.files.items():
        write_file(folder / name, image)
    left = len(drawings) - len(names)
    more = f"; --figures all draws {left} more" if left else ""
    terminal.say(f"wrote {folder.as_posix()}/: {', '.join(names)} (svg and png){more}")
    say_what_is_boxed(drawn.boxed)


def pictures_for(form: Format, asked: Pictures | None, to: Path | None) -> Pictures:
    """Return which figures are drawn: answers for programs come without, unless somebody says where to."""
    for_people = form is Format.TABLE or to is not None
    return asked or (Pictures.FIRST if for_people else Pictures.NONE)


def say_what_is_boxed(characters: Iterable[str]) -> None:
    """Warn of characters that no font of this machine has."""
    from cruxmap.present.lettering import boxes_text

    if characters:
        terminal.warn(boxes_text(characters))


def emit(content: str | bytes, output: Path | None) -> None:
    """Write to a file, or to stdout."""
    if output is not None:
        write_file(output, content)
        terminal.say(f"wrote {output.as_posix()}")
    elif isinstance(content, bytes):
        terminal.print_bytes(content)
    else:
        terminal.print_text(content)

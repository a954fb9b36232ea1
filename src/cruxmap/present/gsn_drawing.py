"""A goal structure written as DOT: rectangles, parallelograms, circles and ovals, as GSN has them.

Colours are as in the picture of a map; words and shapes say the same. Texts are never markup.
"""

from collections.abc import Iterator

from cruxmap.exchange.gsn import Element, GoalStructure, Line, Relation, Shape
from cruxmap.present.canvas import GREY, INK, ORANGE
from cruxmap.present.dot_and_mermaid import (
    coloured,
    label_text,
    laid_out,
    quoted_string,
    with_resolution_for,
)
from cruxmap.present.lettering import evenly, plain, wrapped

ROOM = {
    Shape.GOAL: 34,
    Shape.COUNTER: 34,
    Shape.STRATEGY: 38,
    Shape.SOLUTION: 22,
    Shape.CONTEXT: 28,
    Shape.ASSUMPTION: 26,
}
"""Characters in a line of each element."""
LINE_HEIGHT, LETTER_WIDTH, SLANT = 12.5, 5.3, 0.14
"""Points of a line and of a letter, and how far a parallelogram leans: Graphviz makes them far too large."""
TITLE_ROOM, NOTE_ROOM = 60, 36

_LOOKS = {
    Shape.GOAL: 'shape=box, margin="0.12,0.08", fillcolor="#eaf3fa"',
    Shape.COUNTER: 'shape=box, margin="0.12,0.08", fillcolor="#fdeee2"',
    Shape.STRATEGY: f'shape=polygon, sides=4, skew={SLANT}, fixedsize=true, fillcolor="#f4f4f4"',
    Shape.SOLUTION: 'shape=circle, margin="0,0", fillcolor="#fdf6e3"',
    Shape.CONTEXT: 'shape=box, margin="0.16,0.08", fillcolor="#ffffff"',
    Shape.ASSUMPTION: 'shape=ellipse, margin="0,0", fillcolor="#ffffff"',
}
_LINES = {
    Line.SUPPORTED_BY: f'color="{INK}", arrowhead=normal',
    Line.IN_CONTEXT_OF: f'color="{GREY}", arrowhead=empty',
    Line.CHALLENGED_BY: f'color="{ORANGE}", style=dashed, dir=back, arrowtail=vee, penwidth=1.4',
}
_MEANINGS = {
    Shape.GOAL: "Rectangle: goal.",
    Shape.COUNTER: "Orange rectangle: counter-goal, what speaks against something.",
    Shape.STRATEGY: "Parallelogram: strategy, by which a goal follows from what is below it.",
    Shape.SOLUTION: "Circle: solution, the evidence.",
    Shape.CONTEXT: "Rounded: context.",
    Shape.ASSUMPTION: "Oval with an A: assumption.",
    Line.SUPPORTED_BY: "Filled arrow: is supported by.",
    Line.IN_CONTEXT_OF: "Hollow arrow: is in the context of.",
    Line.CHALLENGED_BY: "Dashed arrow: challenges that to which it leads.",
}
_UNDEVELOPED = "Diamond: undeveloped; nothing supports it here."


def gsn_dot(structure: GoalStructure) -> str:
    """Write a goal structure in Graphviz's language."""
    graph = "rankdir=TB, splines=polyline, nodesep=0.25, ranksep=0.45, labelloc=t, labeljust=l, pad=0.3"
    lines = [
        "digraph gsn {",
        f"  graph [{graph}, fontname=Arial, label=<{_legend(structure)}>];",
        f'  node [fontname=Arial, fontsize=10, style=filled, color="{INK}"];',
        "  edge [arrowsize=0.8, fontname=Arial, fontsize=9];",
        *(line for element in structure.elements for line in _element(element, structure)),
        *map(_relation, structure.relations),
        "}",
    ]
    return "\n".join(lines) + "\n"


def draw_gsn(structure: GoalStructure, form: str) -> bytes:
    """Return a goal structure as `dot`, or laid out as `svg` or `png`. Raises what `laid_out` does."""
    dot = gsn_dot(structure)
    if form == "dot":
        return dot.encode()
    if form == "png":
        return laid_out(with_resolution_for(dot), form)
    return laid_out(dot, form)


def _element(element: Element, structure: GoalStructure) -> Iterator[str]:
    lines = [*_lines(element)]
    looks = _LOOKS[element.shape]
    if element.shape is Shape.STRATEGY:
        looks += f", {_extent([text for text, _ in lines])}"
    if element.shape is Shape.CONTEXT:
        looks += ', style="rounded,filled"'
    if element.id == structure.top:
        looks += ", penwidth=2.5"
    name, tooltip = quoted_string(element.id), quoted_string(plain(element.text))
    label = "<BR/>".join(markup for _, markup in lines)
    yield f"  {name} [{looks}, label=<{label}>, tooltip={tooltip}];"
    if element.undeveloped:
        below = quoted_string(f"{element.id}.undeveloped")
        size = "width=0.16, height=0.16, fixedsize=true"
        yield f'  {below} [shape=diamond, label="", {size}, fillcolor=white];'
        yield f'  {name} -> {below} [arrowhead=none, color="{INK}", weight=10];'


def _extent(lines: list[str]) -> str:
    """Return the size of a parallelogram around lines, in inches."""
    height = LINE_HEIGHT * len(lines) + 14
    width = LETTER_WIDTH * max(map(len, lines)) + 2 * SLANT * height + 34
    return f"width={width / 72:.2f}, height={height / 72:.2f}"


def _lines(element: Element) -> Iterator[tuple[str, str]]:
    """Yield an element's lines, as text and as markup: its name and id, its sentence, and its notes."""
    room = ROOM[element.shape]
    name = element.name + (" (A)" if element.shape is Shape.ASSUMPTION else "")
    bold = f"<B>{coloured(label_text(name), 10, INK)}</B>"
    shown = element.id if "." not in element.id else ""
    if element.shape is Shape.SOLUTION and len(shown) > room - 4:
        yield name, bold
        yield shown, coloured(label_text(shown), 7, GREY)
    else:
        head = [bold, coloured(label_text(shown), 8, GREY)]
        yield f"{name} {shown}", " ".join(filter(None, head))
    for line in evenly(element.text if plain(element.text).strip() else element.id, room):
        yield line, coloured(label_text(line), 10, INK)
    for note in element.notes:
        for line in wrapped(note, NOTE_ROOM):
            yield line, coloured(label_text(line), 8, GREY)


def _relation(relation: Relation) -> str:
    start, end = quoted_string(relation.start), quoted_string(relation.end)
    told = quoted_string(f"{relation.start} {relation.line} {relation.end}")
    return f"  {start} -> {end} [{_LINES[relation.line]}, tooltip={told}];"


def _legend(structure: GoalStructure) -> str:
    shapes = {element.shape for element in structure.elements}
    drawn = {relation.line for relation in structure.relations}
    words = [_MEANINGS[one] for one in (*Shape, *Line) if one in shapes or one in drawn]
    if any(element.undeveloped for element in structure.elements):
        words.append(_UNDEVELOPED)
    rows = [
        f"<B>{coloured(label_text(line), 16, INK)}</B>" for line in wrapped(structure.title, TITLE_ROOM)
    ]
    rows += [coloured(label_text(line), 9, GREY) for line in wrapped(" ".join(words), 2 * TITLE_ROOM)]
    cells = "".join(f'<TR><TD ALIGN="LEFT">{row}</TD></TR>' for row in rows)
    return f'<TABLE BORDER="0" CELLSPACING="0" CELLPADDING="2">{cells}</TABLE>'

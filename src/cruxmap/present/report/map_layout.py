"""A map laid out for the page: where each entry stands, and the way of each line.

Every claim, question, event and argument is a box with its sentence. The page draws boxes and lines itself,
so that they can be folded, coloured by weight and looked at from near; Graphviz only says where they are.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from cruxmap.insight.bearings import bearing_of, bearings_on
from cruxmap.language.argument_map import Argument, ArgumentMap
from cruxmap.language.inheritance import Perspective
from cruxmap.present.dot_and_mermaid import laid_out
from cruxmap.present.lettering import plain, wrapped

ROOM, MOST_LINES = 30, 4
"""Characters in a line of a box, and lines of its sentence: what is longer is told beside the map."""
CHARACTER, LINE, PADDING = 6.2, 14.0, 16.0
"""Points: how wide a character of 12 points is on average, how high a line, and what is around them."""
MOST_ENTRIES = 500
"""Entries on a map: of more, those that tell most about the target."""
POINTS = 72.0
"""Graphviz's inches in points."""


class Line(NamedTuple):
    """A line of the map: `how` `start` bears on `end`, and with which sign, as in a `Bearing`."""

    start: str
    end: str
    how: str
    sign: int


def map_layout(
    argument_map: ArgumentMap,
    perspective: Perspective,
    telling: Mapping[str, float],
    always: Collection[str],
) -> dict[str, Any]:
    """Return the boxes and lines with their places, in points, y downwards; the first entries at the left.

    Signs are those of one worldview's numbers. Raises `WrongUsage` where nothing can lay it out.
    """
    shown = _shown(argument_map, telling, always)
    boxes = {name: _box(argument_map, name) for name in shown}
    lines = [
        line
        for line in dict.fromkeys(_lines(argument_map, perspective))
        if line.start in boxes and line.end in boxes
    ]
    number = {name: i for i, name in enumerate(shown)}
    dot = (
        "digraph map {",
        "graph [rankdir=RL, nodesep=0.12, ranksep=0.6, splines=true];",
        'node [shape=box, fixedsize=true, label=""];',
        "edge [dir=none];",
        *(
            f"n{number[name]} [width={box['w'] / POINTS:.4f}, height={box['h'] / POINTS:.4f}];"
            for name, box in boxes.items()
        ),
        *(f"n{number[line.start]} -> n{number[line.end]};" for line in lines),
        "}\n",
    )
    told = laid_out("\n".join(dot), "plain").decode()
    return _placed(told, [*boxes.values()], lines, len(argument_map.entry))


def _shown(argument_map: ArgumentMap, telling: Mapping[str, float], always: Collection[str]) -> list[str]:
    """Return the entries that are on the map, in the map's order."""
    names = [*argument_map.entry]
    if len(names) <= MOST_ENTRIES:
        return names
    ranked = sorted(names, key=lambda name: (name not in always, -telling.get(name, 0.0)))
    kept = set(ranked[:MOST_ENTRIES])
    return [name for name in names if name in kept]


def _box(argument_map: ArgumentMap, name: str) -> dict[str, Any]:
    entry = argument_map.entry[name]
    text = entry.about.text if plain(entry.about.text).strip() else name
    lines = wrapped(text, ROOM, most=MOST_LINES)
    longest = max(map(len, lines), default=1)
    return {
        "id": name,
        "type": type(entry).__name__.lower(),
        "lines": lines,
        "w": round(max(longest, 8) * CHARACTER + PADDING, 1),
        "h": round((len(lines) + 1) * LINE + PADDING, 1),  # one more line is for its number
    }


def _lines(argument_map: ArgumentMap, perspective: Perspective) -> Iterator[Line]:
    for name, entry in argument_map.entry.items():
        for other, bearing in bearings_on(argument_map, perspective, name).items():
            if other != name:
                yield Line(other, name, "part", bearing.sign)
        if isinstance(entry, Argument):
            sign = -1 if str(entry.direction) == "undercuts" else bearing_of(argument_map, entry).sign
            for owner in dict.fromkeys(target.owner for target in entry.targets):
                yield Line(name, owner, str(entry.direction), sign)


def _placed(told: str, boxes: list[dict[str, Any]], lines: list[Line], n_entries: int) -> dict[str, Any]:
    """Read where Graphviz puts everything, in its form `plain`: inches, y upwards, centres of boxes."""
    width = height = 0.0
    ways: dict[tuple[str, str], str] = {}
    for row in told.splitlines():
        match row.split():
            case ["graph", _, w, h]:
                width, height = float(w) * POINTS, float(h) * POINTS
            case ["node", node, x, y, *_]:
                box = boxes[int(node[1:])]
                box["x"] = round(float(x) * POINTS - box["w"] / 2, 1)
                box["y"] = round(height - float(y) * POINTS - box["h"] / 2, 1)
            case ["edge", start, end, n, *rest]:
                places = [float(place) * POINTS for place in rest[: 2 * int(n)]]
                first, *others = [
                    f"{x:.0f} {height - y:.0f}" for x, y in zip(places[::2], places[1::2], strict=True)
                ]
                ways[start, end] = f"M{first}C{' '.join(others)}"
            case _:
                pass
    number = {box["id"]: f"n{i}" for i, box in enumerate(boxes)}
    edges = [
        {
            "from": line.start,
            "to": line.end,
            "how": line.how,
            "sign": line.sign,
            "path": ways[number[line.start], number[line.end]],
        }
        for line in lines
    ]
    return {
        "width": round(width, 1),
        "height": round(height, 1),
        "nodes": boxes,
        "edges": edges,
        "left_out": n_entries - len(boxes),
    }

"""A map as an outline: from what is asked down to what that rests on, and what speaks for and against it.

An entry is told where it is met first. Where it is met again there is a reference, so that a map in which
much hangs on the same things stays as long as it is.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, assert_never

from cruxmap.language.argument_map import (
    Argument,
    ArgumentMap,
    Combination,
    Condition,
    Credence,
    Definition,
    Emergence,
    Entry,
    Gap,
    Routes,
    ShareTable,
    Table,
    mentioned,
)

DEEPEST = 40
"""How deep entries are told below others; what lies deeper is told by itself at the end."""

TARGET, BESIDES = "target", "besides"
"""What the first nodes are: what is asked, and what is not below it."""


@dataclass(slots=True)
class Node:
    """An entry in its place. `told_as` is what it is to the one above; `again` means told elsewhere."""

    id: str
    told_as: str
    depth: int
    again: bool = False
    folded: bool = False
    children: "list[Node]" = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return the node as plain data."""
        shown: dict[str, Any] = {"id": self.id, "as": self.told_as}
        if self.again:
            return shown | {"again": True}
        return shown | {"folded": self.folded, "children": [child.to_json() for child in self.children]}


def outline(
    argument_map: ArgumentMap,
    targets: Iterable[Condition],
    telling: Mapping[str, float],
    *,
    least: float,
) -> list[Node]:
    """Return the outline of a map for some targets.

    What is below an entry is folded away where the entry tells less than the `least` of the target;
    `telling` says how much that is, and is empty where nobody knows.
    """
    below = _Below(argument_map)
    first = dict.fromkeys(name for target in targets for name in mentioned(target))
    told: set[str] = set()
    roots: list[Node] = []
    deeper: list[str] = []

    def tell(root: Node) -> None:
        stack = [root]
        while stack:
            node = stack.pop()
            if node.id in told:
                node.again = True
                continue
            if node.depth >= DEEPEST and below.has(node.id):
                node.again = True
                deeper.append(node.id)
                continue
            told.add(node.id)
            node.folded = bool(telling) and node.depth > 0 and telling.get(node.id, 0.0) < least
            node.children = [Node(name, how, node.depth + 1) for name, how in below.of(node.id)]
            stack += reversed(node.children)

    for name in (*first, *_tops(argument_map, below), *argument_map.entry):
        if name not in told:
            roots.append(Node(name, TARGET if name in first else BESIDES, 0))
            tell(roots[-1])
            while deeper:
                if (further := deeper.pop(0)) not in told:
                    roots.append(Node(further, BESIDES, 0))
                    tell(roots[-1])
    return [node for node in roots if not node.again]


def _tops(argument_map: ArgumentMap, below: "_Below") -> list[str]:
    """Return the entries that are below no other."""
    lower = {child for name in argument_map.entry for child, _ in below.of(name)}
    return [name for name in argument_map.entry if name not in lower]


class _Below:
    """What stands below each entry."""

    def __init__(self, argument_map: ArgumentMap) -> None:
        self.map = argument_map
        self.arguments: dict[str, list[Argument]] = {}
        for argument in argument_map.arguments:
            for owner in dict.fromkeys(target.owner for target in argument.targets):
                self.arguments.setdefault(owner, []).append(argument)

    def has(self, name: str) -> bool:
        """Tell whether anything does."""
        return bool(self.of(name))

    def of(self, name: str) -> list[tuple[str, str]]:
        """Return what does, each entry once, with what it is to this one."""
        entry = self.map.entry[name]
        arguments = [(a.about.id, str(a.direction)) for a in self.arguments.get(name, ())]
        found: dict[str, str] = {}
        for other, how in (*_rests_on(entry), *arguments):
            found.setdefault(other, how)
        found.pop(name, None)
        return list(found.items())


def _rests_on(entry: Entry) -> Iterator[tuple[str, str]]:
    """Yield what an entry's basis or premises mention, with what that is to it."""
    if isinstance(entry, Argument):
        yield from _each(entry.premises, "premise")
        return
    match entry.basis:
        case Credence():
            return
        case Definition(parts=parts):
            yield from _each(parts, "defined by")
        case Routes(routes=routes, when=when):
            yield from _each((when, *(route.when for route in routes)), "route")
        case Table(rows=rows):
            yield from _each((row.when for row in rows), "case")
        case ShareTable(rows=share_rows):
            yield from _each((row.when for row in share_rows), "case")
        case Gap(start=start, end=end):
            yield from ((start, "defined by"), (end, "defined by"))
        case Combination(parts=names):
            yield from ((name, "defined by") for name in names)
        case Emergence(phases=phases, requires=names):
            yield from ((name, "phase") for name in names)
            for phase in phases:
                yield from _each((phase.when, *(row.when for row in phase.rows)), "phase")
        case _:
            assert_never(entry.basis)


def _each(conditions: Iterable[Condition | None], how: str) -> Iterator[tuple[str, str]]:
    for condition in conditions:
        if condition is not None:
            yield from ((name, how) for name in mentioned(condition))

"""A map as an outline: from what is asked down to what that rests on, and what speaks for and against it.

An entry is told where it is met first. Where it is met again there is a reference, so that a map in which
much hangs on the same things stays as long as it is.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
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
from cruxmap.language.model_spec import ModelSpec

DEEPEST = 40
"""How deep entries are told below others; what lies deeper is told by itself at the end."""

TARGET, ASSUMED, OBSERVED, BESIDES = "target", "assumed", "observed", "besides"
"""What the first nodes are: what is asked, what is given, and what is below none of these."""


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
    model: ModelSpec, telling: Mapping[str, float] = MappingProxyType({}), *, least: float = 0.0
) -> list[Node]:
    """Return the outline of a model's map: its targets, what it assumes and observes, and what is besides.

    What is below an entry is folded away where the entry tells less than the `least` of the target;
    `telling` says how much that is, and is empty where nobody knows.
    """
    below = _Below(model.map)
    first = dict(_first(model))
    told: set[str] = set()
    roots: list[Node] = []
    deeper: list[str] = []

    def tell(name: str, told_as: str) -> None:
        """Tell an entry with all below it, unless it is told already."""
        if name in told:
            return
        roots.append(Node(name, told_as, 0))
        stack = roots[-1:]
        while stack:
            node = stack.pop()
            if node.id in told:
                node.again = True
            elif node.depth >= DEEPEST and below.of[node.id]:
                node.again = True
                deeper.append(node.id)
            else:
                told.add(node.id)
                weighs = not telling or telling.get(node.id, 0.0) >= least
                node.folded = not weighs and node.told_as != TARGET
                node.children = [Node(child, how, node.depth + 1) for child, how in below.of[node.id]]
                stack += reversed(node.children)

    for name, told_as in first.items():
        tell(name, told_as)
    for name in (*below.tops, *model.map.entry):
        tell(name, BESIDES)
    while deeper:
        tell(deeper.pop(0), BESIDES)
    return roots


def _first(model: ModelSpec) -> Iterator[tuple[str, str]]:
    """Yield the entries that come first, with what they are, the last thing an entry is first."""
    conditions = {
        OBSERVED: model.observed,
        ASSUMED: model.assuming,
        TARGET: tuple(target.condition for target in (model.target, *model.also)),
    }
    roles = {name: role for role, given in conditions.items() for c in given for name in mentioned(c)}
    order = [TARGET, ASSUMED, OBSERVED]
    yield from sorted(roles.items(), key=lambda item: order.index(item[1]))


class _Below:
    """What stands below each entry, with what it is to that; `tops` are below none."""

    def __init__(self, argument_map: ArgumentMap) -> None:
        arguments: dict[str, list[tuple[str, str]]] = {}
        for argument in argument_map.arguments:
            for owner in dict.fromkeys(target.owner for target in argument.targets):
                arguments.setdefault(owner, []).append((argument.about.id, str(argument.direction)))
        self.of: dict[str, list[tuple[str, str]]] = {}
        for name, entry in argument_map.entry.items():
            found: dict[str, str] = {}
            for other, how in (*_rests_on(entry), *arguments.get(name, ())):
                if other != name:
                    found.setdefault(other, how)
            self.of[name] = [*found.items()]
        lower = {other for children in self.of.values() for other, _ in children}
        self.tops = [name for name in argument_map.entry if name not in lower]


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

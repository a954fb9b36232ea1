"""Graphs as NetworkX writes them in JSON: nodes with attributes, and edges with the role that they have.

A map leaves with all that it says: the keys of an entry are attributes of its node, and what surrounds
the entries is an attribute of the graph. Any directed graph comes in: without attributes, its nodes are
claims, and each edge is support.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from cruxmap.errors import InvalidMap, Problem
from cruxmap.exchange.argument_graph import (
    OWN,
    ArgumentGraph,
    Reason,
    Relation,
    Says,
    Statement,
    arrived_from,
    unfit,
)
from cruxmap.exchange.drawn_links import DrawnMap, leaving
from cruxmap.exchange.foreign_text import decoded, refuse_import
from cruxmap.exchange.formats import Arrived, Lost, Sent
from cruxmap.exchange.json_reading import JsonObject, as_plain, read_json
from cruxmap.exchange.plain_data import words_in
from cruxmap.exchange.plain_map import Mapped
from cruxmap.language.argument_map import MAP_WORLDVIEW
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.names import SECTIONS, Kind
from cruxmap.language.yaml_writing import Plain

_TEXTS = ("text", "label", "title", "name")
"""Attributes that a node's sentence may stand in, the best first."""

PREMISE, PART, CONDITION = "premise", "part", "condition"
_ROLES: Mapping[str, Says] = {
    **dict.fromkeys(("for", "support", "supports", "pro", "supporting", PREMISE, "premises"), "support"),
    **dict.fromkeys(("against", "attack", "attacks", "con", "contra", "attacking", "refutes"), "attack"),
    **dict.fromkeys(("undercuts", "undercut", "undercutting"), "undercut"),
    **dict.fromkeys(("contradicts", "contradiction"), "contradiction"),
}
_ROLE_KEYS = ("role", "type", "relation", "kind", "label")


# --- in -----------------------------------------------------------------------------------------


def read_node_link(data: bytes, file: str) -> Arrived:
    """Return a node-link graph as a map. Raises InvalidMap with all its problems, at their places."""
    root = read_json(data, file)
    if not isinstance(root, JsonObject):
        hint = "as networkx.node_link_data writes it: an object with `nodes` and `edges`"
        refuse_import(decoded(data, file), 0, 1, "a graph is an object", hint)
    reading = _Reading(root)
    graph = reading.graph()
    if reading.problems:
        raise InvalidMap(tuple(reading.problems))
    return arrived_from(graph)


@dataclass(slots=True)
class _Reading:
    """Makes an argument graph of a node-link graph."""

    root: JsonObject
    found: ArgumentGraph = field(default_factory=ArgumentGraph)
    problems: list[Problem] = field(default_factory=list)
    guessed: int = 0
    other_attributes: dict[str, int] = field(default_factory=dict)

    def graph(self) -> ArgumentGraph:
        """Return the graph."""
        nodes, edges = self._list("nodes"), self._list("edges", "links")
        if self.root.get("directed") == "false":
            hint = "write it from a networkx.DiGraph: nothing says which end of an edge supports the other"
            self._refuse(self.root, "the graph has no directions", hint)
        self._surround()
        for node in nodes:
            self._node(node)
        for edge in edges if not self.problems else ():  # what a node has wrong, its edges would say again
            self._edge(edge)
        if self.guessed:
            why = "nothing says what they are: they are support here"
            self.found.lost.append(Lost("edges without a role", why, f"{self.guessed} of them"))
        for key, count in self.other_attributes.items():
            self.found.lost.append(
                Lost(f"attribute of edges: {key}", "an edge has a role only", f"{count} of them")
            )
        return self.found

    def _refuse(self, place: JsonObject, message: str, hint: str) -> None:
        self.problems.append(place.problem(message, hint))

    def _list(self, *keys: str) -> list[JsonObject]:
        value = next((self.root[key] for key in keys if key in self.root), None)
        if not isinstance(value, list):
            names = " or ".join(f"`{key}`" for key in keys)
            hint = "as networkx.node_link_data writes it: an object with `nodes` and `edges`"
            self._refuse(self.root, f"there is no list {names}", hint)
            return []
        for one in value:
            if not isinstance(one, JsonObject):
                self._refuse(self.root, f"an item of `{keys[0]}` is no object", 'as in `{"id": "rain"}`')
        return [one for one in value if isinstance(one, JsonObject)]

    def _surround(self) -> None:
        attributes = self.root.get("graph")
        said = as_plain(attributes) if isinstance(attributes, JsonObject) else {}
        others = dict(cast("Mapping[str, Plain]", said))
        own = others.pop(OWN, {})
        title = others.pop("title", "")
        others.pop("name", None)
        place = attributes if isinstance(attributes, JsonObject) else self.root
        if problems := unfit(own, place.problem):
            self.problems += problems
            return
        around = cast("Mapping[str, Plain]", own)
        unknown = self.found.surround(around, title if isinstance(title, str) else "")
        for key in (*others, *(f"{OWN}: {key}" for key in unknown)):
            self.found.lost.append(Lost(f"attribute of the graph: {key}", "a map has no place for it"))

    def _node(self, node: JsonObject) -> None:
        id_ = node.get("id")
        is_name = isinstance(id_, str) and not id_.isdigit()
        if not isinstance(id_, str):
            id_ = json.dumps(as_plain(id_)) if id_ is not None else ""
        if not id_:
            hint = "AIF has `nodeID`: `--format aif`" if "nodeID" in node else 'as in `{"id": "rain"}`'
            if not any(one.hint == hint for one in self.problems):
                self._refuse(node, "a node has no `id`", hint)
            return
        if self.found.find(id_) is not None:
            self._refuse(node, f"the node `{id_}` is there twice", "ids of nodes are unique")
            return
        said = as_plain(node)
        assert isinstance(said, Mapping)
        data = {key: value for key, value in said.items() if key != "id"}
        kind = str(data.pop("kind", data.pop("type", "")) or "").lower()
        text = next(
            (str(data[key]) for key in _TEXTS if isinstance(data.get(key), str) and data[key]), id_
        )
        used = next((key for key in _TEXTS if data.get(key) == text), None)
        if used is not None:
            del data[used]
        label = id_ if is_name else text
        if kind in ("argument", "reason"):
            self.found.reasons[id_] = Reason(id_, label, text, data=data, span=node.span)
        else:
            if kind not in ("", "claim", "statement", "question", "event", "premise", "conclusion"):
                data["kind"] = kind
            self.found.statements[id_] = Statement(id_, label, text, data, span=node.span)

    def _edge(self, edge: JsonObject) -> None:
        ends = []
        for key in ("source", "target"):
            end = edge.get(key)
            name = end if isinstance(end, str) else json.dumps(as_plain(end))
            if self.found.find(name) is None:
                self._refuse(
                    edge, f"the {key} `{name}` of an edge is no node", "list it in `nodes`, with its `id`"
                )
                return
            ends.append(name)
        key, role = next(
            ((key, one.lower()) for key in _ROLE_KEYS if isinstance(one := edge.get(key), str)), ("", "")
        )
        if role in (PART, CONDITION):
            self._check_drawn(*ends)
        elif role in _ROLES:
            self.found.relations.append(Relation(_ROLES[role], ends[0], ends[1], edge.span))
        else:
            self.guessed += 1
            self.found.relations.append(Relation("support", ends[0], ends[1], edge.span))
            key = ""
        for other in edge.keys() - {key, "source", "target", "key"}:
            self.other_attributes[other] = self.other_attributes.get(other, 0) + 1

    def _check_drawn(self, source: str, target: str) -> None:
        """Say so where an edge shows something that its target does not say."""
        statement = self.found.statements.get(target)
        label = self.found.node(source).label
        if statement is None or label not in words_in(statement.data):
            why = "such edges only show what the attributes of their target say, and this one is not there"
            self.found.lost.append(Lost("an edge that shows a part", why, f"{source}, {target}"))


# --- out ----------------------------------------------------------------------------------------


def write_node_link(model: ModelSpec, worldview: str = MAP_WORLDVIEW) -> Sent:
    """Return a model as a directed multigraph in node-link JSON, with the numbers of a worldview.

    `map` has all worldviews. `networkx.node_link_graph(data, edges="edges")` reads it.
    """
    drawn, around, title, lost = leaving(model, worldview)
    graph = {
        "directed": True,
        "multigraph": True,
        "graph": {"name": model.map.id, "title": title, OWN: around},
        "nodes": list(_nodes(drawn)),
        "edges": list(_edges(drawn)),
    }
    return Sent((json.dumps(graph, ensure_ascii=False, indent=1) + "\n").encode("utf-8"), lost)


def _nodes(drawn: DrawnMap) -> Iterator[Mapped]:
    for section, kind in SECTIONS.items():
        for id_, entry in drawn.section(section).items():
            data = drawn.argument(entry).data if kind is Kind.ARGUMENT else entry
            yield {"id": id_, "kind": str(kind), **data}


def _edges(drawn: DrawnMap) -> Iterator[dict[str, str | int]]:
    """Yield edges; the key of each tells it from others between the same two nodes."""
    for section, kind in SECTIONS.items():
        for id_, entry in drawn.section(section).items():
            if kind is Kind.ARGUMENT:
                argument = drawn.argument(entry)
                ends = [(id_, end.id, argument.direction) for end in argument.targets]
                ends += [(end.id, id_, PREMISE) for end in argument.premises]
            else:
                parts = drawn.parts(entry)
                named = {end.id for end in parts}
                others = [one for one in drawn.rests_on(id_) if one not in named]
                ends = [(end.id, id_, PART) for end in parts] + [(one, id_, CONDITION) for one in others]
            for source, target, role in ends:
                yield {"source": source, "target": target, "key": role, "role": role}

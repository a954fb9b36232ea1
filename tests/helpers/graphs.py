"""Graphs of statements and arguments, drawn by Hypothesis, as Argdown; and what a map should say of them.

What a graph means is worked out here, from the rules in docs/exchange.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

type Draw = Callable[[st.SearchStrategy[Any]], Any]
type Edge = tuple[str, str, str]
"""What it says, its source and its target; statements are S0, S1, ... and arguments A0, A1, ..."""

_OUT = {"support": "+>", "attack": "->", "undercut": "_>"}
_IN = {"support": "+", "attack": "-", "undercut": "_"}


@dataclass(frozen=True)
class Graph:
    """Nodes bear only on those before them, so that there are no circles.

    `structured` arguments have their premises in a premise-conclusion structure; edges `below_target` are
    written where they lead.
    """

    nodes: tuple[str, ...]
    edges: tuple[Edge, ...]
    structured: frozenset[str]
    below_target: frozenset[Edge]

    def written(self) -> list[Edge]:
        """Return the edges in the order of the text, without those that a structure says."""
        return [edge for node in self.nodes for edge in self.edges if self._place(edge) == node]

    def _place(self, edge: Edge) -> str | None:
        says, source, target = edge
        if target in self.structured and says == "support":
            return None
        if source in self.structured and says == "support":
            return None
        return target if edge in self.below_target else source

    def relations_by_title(self) -> list[list[str]]:
        """Return the relations as Argdown's program names them."""
        return [[says, _title(source), _title(target)] for says, source, target in self.written()]

    def premises(self, argument: str) -> list[str]:
        edges = self.edges if argument in self.structured else self.written()
        return [s.lower() for says, s, t in edges if t == argument and says == "support"]

    def expected(self) -> dict[str, str]:
        """Return a line for each argument of the map, by its id."""
        words = {"support": "for", "attack": "against", "undercut": "undercuts"}
        lines = {}
        for node in self.nodes:
            if node.startswith("A"):
                edges = self.edges if node in self.structured else self.written()
                own = [edge for edge in edges if edge[1] == node]
                word = words["undercut" if own[0][2].startswith("A") else own[0][0]]
                targets = ", ".join(target.lower() for _, _, target in own)
                lines[node.lower()] = (
                    f"{node.lower()}: [{', '.join(self.premises(node))}] {word} {targets}"
                )
        for says, source, target in self.edges:
            if source.startswith("S") and not (target.startswith("A") and says == "support"):
                word = words["undercut" if target.startswith("A") else says]
                id_ = f"{source}-{word}-{target}".lower()
                lines[id_] = f"{id_}: [{source.lower()}] {word} {target.lower()}"
        return lines


@st.composite
def graphs(draw: Draw) -> Graph:
    """A graph of up to eight nodes."""
    nodes = ["S0"]
    edges: list[Edge] = []
    structured = set()
    for number in range(1, draw(st.integers(1, 8))):
        node = f"{draw(st.sampled_from('SSA'))}{number}"
        earlier = draw(st.lists(st.sampled_from(nodes), max_size=2, unique=True))
        if node.startswith("A"):
            statements = [one for one in earlier if one.startswith("S")]
            arguments = [one for one in earlier if one.startswith("A")]
            if arguments and draw(st.booleans()):
                edges += [(draw(st.sampled_from(["undercut", "attack"])), node, one) for one in arguments]
            else:
                says = draw(st.sampled_from(["support", "attack"]))
                edges += [(says, node, one) for one in statements or ["S0"]]
        else:
            for one in earlier:
                kinds = ["support", "attack", "undercut"] if one.startswith("A") else ["support", "attack"]
                edges.append((draw(st.sampled_from(kinds)), node, one))
        nodes.append(node)
    for node in nodes:
        own = [edge for edge in edges if edge[1] == node]
        supported = any(says == "support" and target == node for says, _, target in edges)
        single = len(own) == 1 and own[0][0] == "support"
        if node.startswith("A") and supported and single and draw(st.booleans()):
            structured.add(node)
    below = frozenset(edge for edge in edges if draw(st.booleans()))
    return Graph(tuple(nodes), tuple(edges), frozenset(structured), below)


def _title(node: str) -> str:
    return f"<{node}>" if node.startswith("A") else f"[{node}]"


def argdown_of(graph: Graph) -> str:
    """Return a graph as an Argdown file."""
    blocks = []
    for node in graph.nodes:
        lines = [f"{_title(node)}: Consider {node}."]
        for says, source, target in (edge for edge in graph.edges if graph._place(edge) == node):
            lines.append(
                f"  {_OUT[says]} {_title(target)}" if source == node else f"  {_IN[says]} {_title(source)}"
            )
        blocks.append("\n".join(lines))
        if node in graph.structured:
            premises = [s for says, s, t in graph.edges if t == node and says == "support"]
            [target] = [t for _, s, t in graph.edges if s == node]
            numbered = [f"({number}) [{premise}]" for number, premise in enumerate(premises, 1)]
            blocks.append("\n".join([*numbered, "----", f"({len(premises) + 1}) [{target}]"]))
    return "\n\n".join(blocks) + "\n"


def lines_of(plain: Mapping[str, Any]) -> list[str]:
    """Return a line for each claim, with its definition, and for each argument of a map's file."""
    lines = []
    for id_, claim in plain.get("claims", {}).items():
        basis = next(
            (key for key in ("all_of", "any_of", "at_least", "routes", "given") if key in claim), None
        )
        lines.append(id_ if basis is None else f"{id_}: {basis} {claim[basis]}")
    for id_, argument in plain.get("arguments", {}).items():
        word = next(key for key in ("for", "against", "undercuts") if key in argument)
        targets = argument[word] if isinstance(argument[word], list) else [argument[word]]
        premises = argument.get("premises", [])
        lines.append(f"{id_}: [{', '.join(map(str, premises))}] {word} {', '.join(map(str, targets))}")
    return lines

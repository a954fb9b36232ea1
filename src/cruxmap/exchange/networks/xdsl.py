"""XDSL, in which GeNIe and SMILE keep networks.

A table runs through the variable's own states first, and then through those of its last parent. What
people read is in an extension: names as sentences, and comments.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from math import prod

from cruxmap.exchange.formats import Arrived, Lost, Sent
from cruxmap.exchange.names import abridged
from cruxmap.exchange.networks.elements import (
    is_one_line,
    name_in,
    numbers_in,
    one_line,
    place_of,
    rows_of,
    words_in,
)
from cruxmap.exchange.networks.entries import arrived_from
from cruxmap.exchange.networks.nodes import (
    MOST_ROWS,
    Asked,
    Named,
    Node,
    NoisyMax,
    Number,
    Problems,
    adds_up,
    sizes_of,
    truth_of,
)
from cruxmap.exchange.networks.noisy_max import rows_of_noisy_max
from cruxmap.exchange.networks.plain_network import (
    OutVariable,
    names_in,
    network_of,
    states_in,
    texts_lost,
)
from cruxmap.exchange.xml_reading import Element, read_xml
from cruxmap.exchange.xml_writing import escaped
from cruxmap.language.argument_map import MAP_WORLDVIEW
from cruxmap.language.model_spec import ModelSpec

_APP = "cruxmap"
_WITHOUT_STATES = {
    "utility": "a map has no values",
    "mau": "a map has no values",
    "equation": "a map has no quantities",
}
"""Kinds of nodes that a map has no place for, and why."""

_KEPT = ("state", "parents", "probabilities", "resultingstates", "strengths", "parameters")


def read_xdsl(data: bytes, file: str) -> Arrived:
    """Read a network. Raises InvalidMap with problems and their places."""
    root = read_xml(data, file)
    nodes = root.first("nodes")
    if root.name != "smile" or nodes is None:
        root.refuse("this is no `smile` with `nodes` in it", "XDSL begins with `<smile version=`")
    problems = Problems(root.source)
    genie = _extension(root)
    reader = _Reader(problems, "" if genie is None else genie.get("app"))
    for element in nodes.children:
        reader.declare(element)
    for name, element in reader.elements.items():
        reader.define(reader.nodes[name], element)
    reader.say(genie)
    title = genie.get("name") if genie is not None else ""
    return arrived_from(
        reader.nodes,
        problems,
        title or root.get("id"),
        reader.lost(root),
        asked=reader.asked,
    )


def _extension(root: Element) -> Element | None:
    around = root.first("extensions")
    return None if around is None else around.first("genie")


class _Reader:
    """Nodes as far as they were read, and what is lost of them."""

    def __init__(self, problems: Problems, app: str) -> None:
        self.problems = problems
        self.labelled = app == _APP  # elsewhere a state's label is the name of a fault
        self.first_parent_first = app.startswith("aGrUM")  # which writes tables in another order
        self.nodes: dict[str, Node] = {}
        self.elements: dict[str, Element] = {}
        self.skipped: dict[str, str] = {}
        self.asked: list[Asked] = []
        self.further: list[str] = []
        self.written_out: list[str] = []

    # --- what there is ----------------------------------------------------------------------------

    def declare(self, element: Element) -> None:
        """Read what a node is called and which states it has."""
        id_ = element.get("id")
        at = place_of(element)
        if not id_:
            self.problems.add(at, "this node has no `id`")
            return
        if id_ in self.nodes or id_ in self.skipped:
            self.problems.add(at, f"the node `{id_}` is there twice")
            return
        if element.name in _WITHOUT_STATES:
            self.skipped[id_] = element.name
            return
        if element.name not in _TABLES:
            hint = f"known: {', '.join((*_TABLES, *_WITHOUT_STATES))}"
            self.problems.add(at, f"no map can have a node of the type `{element.name}`", hint)
            self.skipped[id_] = element.name
            return
        labels = tuple(Named(self._label(state), place_of(state)) for state in element.all("state"))
        node = Node(Named(id_, at), labels, is_decision=element.name == "decision")
        parents = element.first("parents")
        node.parents = tuple(words_in(parents)) if parents is not None else ()
        self.nodes[id_], self.elements[id_] = node, element
        if any(child.name not in _KEPT for child in element.children):
            self.further.append(id_)
        if element.get("diagtype") == "target" or element.get("target") == "true":
            faults = [k for k, state in enumerate(element.all("state")) if state.get("fault") == "true"]
            self.asked.append(Asked(id_, faults[0] if faults else 0))

    def _label(self, state: Element) -> str:
        return state.get("label", state.get("id")) if self.labelled else state.get("id")

    # --- tables -----------------------------------------------------------------------------------

    def define(self, node: Node, element: Element) -> None:
        """Read the table of a node, once all nodes are known."""
        without = [parent for parent in node.parents if parent.name in self.skipped]
        for parent in without:
            kind = self.skipped[parent.name]
            message = f"`{node.name.name}` rests on `{parent.name}`, a node of the type `{kind}`"
            self.problems.add(parent.at, message, "a map has variables with states alone")
        if without:
            node.parents, node.in_part = (), True
        elif all(parent.name in self.nodes for parent in node.parents):  # else that is told elsewhere
            _TABLES[element.name](self, node, element)

    def _part(self, node: Node, element: Element, name: str) -> Element | None:
        part = element.first(name)
        if part is None:
            self.problems.add(node.name.at, f"`{node.name.name}` has no `{name}`")
            node.in_part = True
        return part

    def _probabilities(self, node: Node, element: Element) -> None:
        part = self._part(node, element, "probabilities")
        if part is not None:
            rows_of(node, numbers_in(part), self.nodes, place_of(part), self.problems)
            if self.first_parent_first:
                self._turn(node)

    def _turn(self, node: Node) -> None:
        """Give rows to the cases that they are for where the first parent's states come first."""
        cases = product(*map(range, reversed(sizes_of(node, self.nodes))))
        node.rows = [replace(row, states=case[::-1]) for row, case in zip(node.rows, cases, strict=False)]

    def _states(self, node: Node, element: Element) -> None:
        """Read which state each case of the parents leads to."""
        part = self._part(node, element, "resultingstates")
        if part is None:
            return
        labels = [label.name for label in node.labels]
        numbers: list[Number] = []
        for word in words_in(part):
            if word.name not in labels:
                self.problems.add(word.at, f"`{node.name.name}` has no state `{word.name}`")
                node.in_part = True
                return
            numbers += [Number(str(int(label == word.name)), word.at) for label in labels]
        rows_of(node, numbers, self.nodes, place_of(part), self.problems)

    def _decision(self, node: Node, element: Element) -> None:
        """A decision has no table; what it is made by knowing is no cause of it."""
        node.parents = ()

    def _noisy_max(self, node: Node, element: Element) -> None:
        """Read a canonical table: as chances of its causes where that says all, else written out."""
        canonical = self._canonical(node, element)
        if canonical is None:
            node.in_part = True
        elif truth_of(node) == 0:
            node.canonical = canonical
        elif prod(sizes_of(node, self.nodes)) > MOST_ROWS:
            self.problems.add(canonical.at, f"`{node.name.name}` has too many cases to be written out")
            node.in_part = True
        else:
            node.rows = rows_of_noisy_max(canonical)
            self.written_out.append(node.name.name)

    def _canonical(self, node: Node, element: Element) -> NoisyMax | None:
        """Return the parameters of a noisy MAX by the states of its parents; None after a problem."""
        parts = [self._part(node, element, name) for name in ("strengths", "parameters")]
        if parts[0] is None or parts[1] is None:
            return None
        sizes, at = sizes_of(node, self.nodes), place_of(parts[1])
        orders = _orders([word.name for word in words_in(parts[0])], sizes)
        if orders is None:
            message = f"the strengths of `{node.name.name}` do not name each state of each parent once"
            self.problems.add(place_of(parts[0]), message)
            return None
        numbers, size = numbers_in(parts[1]), len(node.labels)
        if len(numbers) != size * (sum(sizes) + 1):
            wanted = f"{size} for each state of its parents and for the leak"
            message = (
                f"`{node.name.name}` has {len(numbers):,} parameters, not {size * (sum(sizes) + 1):,}"
            )
            self.problems.add(at, f"{message}: {wanted}")
            return None
        columns = [numbers[k : k + size] for k in range(0, len(numbers), size)]
        for column in columns:
            if not adds_up(column):
                message = f"these {size} parameters of `{node.name.name}` do not add up to 1"
                self.problems.add(column[0].at, message)
                return None
        causes, start = [], 0
        for order in orders:
            by_state = dict(zip(order, columns[start : start + len(order)], strict=True))
            causes.append(tuple(by_state[state] for state in range(len(order))))
            start += len(order)
        return NoisyMax(tuple(causes), columns[-1], at)

    # --- words ------------------------------------------------------------------------------------

    def say(self, genie: Element | None) -> None:
        """Give the nodes the names and comments that people read, and our own the order of the map."""
        shown = [] if genie is None else [one for one in genie.walk() if one.name == "node"]
        if self.labelled:
            order = {element.get("id"): k for k, element in enumerate(shown)}
            self.nodes = dict(sorted(self.nodes.items(), key=lambda item: order.get(item[0], len(order))))
        for element in shown:
            node = self.nodes.get(element.get("id"))
            if node is None:
                continue
            comments = [one for one in element.all("comment") if not one.get("row")]
            for part, key in ((element.first("name"), "text"), (next(iter(comments), None), "note")):
                if part is not None and part.text.strip():
                    setattr(node, key, name_in(part).name)

    def lost(self, root: Element) -> list[Lost]:
        """Return what a map does not say of what was read."""
        found = []
        for kind, why in _WITHOUT_STATES.items():
            if ids := [id_ for id_, one in self.skipped.items() if one == kind]:
                found.append(Lost(f"nodes of the type {kind}", why, abridged(ids)))
        if self.written_out:
            why = "a map says that for claims alone: it is a table"
            found.append(Lost("that it is a noisy MAX", why, abridged(self.written_out)))
        if self.further:
            found.append(Lost("further properties", "a map has no place for them", abridged(self.further)))
        everything = [*root.walk()]
        for name, what, why in _BESIDE:
            there = [
                one for one in everything if one.name == name and (name != "comment" or one.get("row"))
            ]
            if there:
                found.append(Lost(what, why, f"{len(there)} of them"))
        if root.first("dynamic") is not None:
            found.append(Lost("time slices", "a map has none: this is the first one"))
        if root.first("cases") is not None:
            found.append(Lost("cases", "what is observed belongs to a model: write it there"))
        return found


_BESIDE = (
    ("comment", "comments on cells of tables", "a row has none"),
    ("submodel", "submodels", "a map has one level"),
    ("textbox", "text boxes", "they belong to no variable"),
    ("observationcost", "what it costs to observe", "a map has no values"),
)
"""What stands beside the nodes and says something, by the name of its element."""

_TABLES: Mapping[str, Callable[[_Reader, Node, Element], None]] = {
    "cpt": _Reader._probabilities,
    "deterministic": _Reader._states,
    "noisymax": _Reader._noisy_max,
    "decision": _Reader._decision,
}
"""Kinds of nodes with states, and how their tables are read."""


def _orders(words: list[str], sizes: list[int]) -> list[list[int]] | None:
    """Return for each parent its states in the order of their strengths; None where some are missing."""
    if len(words) != sum(sizes) or not all(word.isascii() and word.isdigit() for word in words):
        return None
    orders, start = [], 0
    for size in sizes:
        orders.append([int(word) for word in words[start : start + size]])
        start += size
    sound = all(sorted(order) == list(range(size)) for order, size in zip(orders, sizes, strict=True))
    return orders if sound else None


# --- writing ----------------------------------------------------------------------------------------

_IDENTIFIER = re.compile("[A-Za-z][A-Za-z0-9_]*")
_WIDTH, _HEIGHT, _IN_A_ROW = 150, 90, 6
"""How nodes are laid out until somebody moves them: in rows."""


def write_xdsl(model: ModelSpec, worldview: str = MAP_WORLDVIEW) -> Sent:
    """Write a map as a network: a node for each entry, with the central numbers of a worldview.

    The entries' sentences are the nodes' names, and the words of states their labels.
    """
    network = network_of(model, worldview)
    names = names_in(network, _is_identifier, _identifier)
    states = states_in(network, is_one_line)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append(f'<smile version="1.0" id="{_identifier(network.id)}" numsamples="10000">')
    lines.append("  <nodes>")
    for one in _parents_first(network.variables):
        lines.append(f'    <cpt id="{names[one.id]}">')
        for id_, word in zip(one.states, states[one.id], strict=True):
            label = f' label="{escaped(word)}"' if word != _identifier(id_) else ""
            lines.append(f'      <state id="{_identifier(id_)}"{label} />')
        if one.parents:
            lines.append(f"      <parents>{' '.join(names[parent] for parent in one.parents)}</parents>")
        numbers = " ".join(number for _, row in one.rows() for number in row)
        lines += [f"      <probabilities>{numbers}</probabilities>", "    </cpt>"]
    lines += ["  </nodes>", "  <extensions>"]
    title = escaped(one_line(network.title or network.id))
    lines.append(f'    <genie version="1.0" app="{_APP}" name="{title}">')
    for k, one in enumerate(network.variables):
        left, top = k % _IN_A_ROW * _WIDTH, k // _IN_A_ROW * _HEIGHT
        lines.append(f'      <node id="{names[one.id]}">')
        lines.append(f"        <name>{escaped(one_line(one.text))}</name>")
        lines.append(
            f"        <position>{left} {top} {left + _WIDTH - 30} {top + _HEIGHT - 30}</position>"
        )
        lines.append("      </node>")
    lines += ["    </genie>", "  </extensions>", "</smile>"]
    return Sent(
        "".join(f"{line}\n" for line in lines).encode("utf-8"),
        (*network.lost, *texts_lost(network, states)),
    )


def _is_identifier(text: str) -> bool:
    return _IDENTIFIER.fullmatch(text) is not None


def _identifier(id_: str) -> str:
    """Return an id with the letters that GeNIe has in its own."""
    name = re.sub("[^A-Za-z0-9_]", "_", id_)
    return name if name[:1].isalpha() else f"x_{name}"


def _parents_first(variables: Sequence[OutVariable]) -> list[OutVariable]:
    """Return variables in their order, but none before what it rests on."""
    by_id = {one.id: one for one in variables}
    order: dict[str, OutVariable] = {}
    ahead = [one.id for one in reversed(variables)]
    while ahead:
        missing = [parent for parent in by_id[ahead[-1]].parents if parent not in order]
        if missing:
            ahead += reversed(missing)
        else:
            id_ = ahead.pop()
            order.setdefault(id_, by_id[id_])
    return [*order.values()]

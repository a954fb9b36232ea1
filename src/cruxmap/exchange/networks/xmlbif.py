"""XMLBIF 0.3, the interchange format of JavaBayes, Weka and many others.

A table runs through the variable's own outcomes first, and then through those of its last parent.
"""

from cruxmap.exchange.formats import Arrived, Lost, Sent
from cruxmap.exchange.names import abridged
from cruxmap.exchange.networks.elements import (
    is_one_line,
    name_in,
    numbers_in,
    one_line,
    place_of,
    rows_of,
)
from cruxmap.exchange.networks.entries import arrived_from
from cruxmap.exchange.networks.nodes import Named, Node, Problems, declare
from cruxmap.exchange.networks.plain_network import names_in, network_of, states_in, texts_lost
from cruxmap.exchange.xml_reading import Element, read_xml
from cruxmap.exchange.xml_writing import escaped
from cruxmap.language.argument_map import MAP_WORLDVIEW
from cruxmap.language.model_spec import ModelSpec

_DESCRIPTION = "description"


def read_xmlbif(data: bytes, file: str) -> Arrived:
    """Read a network. Raises InvalidMap with problems and their places."""
    root = read_xml(data, file)
    network = root.first("NETWORK") if root.name == "BIF" else None
    if network is None:
        root.refuse("this is no `BIF` with a `NETWORK` in it", "XMLBIF 0.3 begins with `<BIF VERSION=`")
    problems = Problems(root.source)
    reader = _Reader(problems)
    for element in network.all("VARIABLE"):
        reader.variable(element)
    for element in network.all("DEFINITION"):
        reader.definition(element)
    name = network.first("NAME")
    title = name_in(name).name if name is not None else ""
    return arrived_from(reader.nodes, problems, title, reader.lost(network))


class _Reader:
    """Variables as far as they were read, and what is lost of them."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.nodes: dict[str, Node] = {}
        self.utilities: list[str] = []
        self.properties: list[str] = []
        self.defined: dict[str, Element] = {}

    def variable(self, element: Element) -> None:
        """Read what a variable is called and which outcomes it has."""
        name = self._name(element)
        if name is None:
            return
        kind = element.get("TYPE", "nature").lower()
        if kind == "utility":
            self.utilities.append(name.name)
            return
        labels = tuple(name_in(outcome) for outcome in element.all("OUTCOME", "VALUE"))
        node = Node(name, labels, is_decision=kind == "decision")
        for written in element.all("PROPERTY"):
            key, _, text = " ".join(written.text.split()).partition(" = ")
            if key == _DESCRIPTION and text and not node.text:
                node.text = text
            elif (
                key not in ("", "fast") and name.name not in self.properties
            ):  # `fast`: the outcomes again
                self.properties.append(name.name)
        self._pass_over(name.name, element, "NAME", "OUTCOME", "VALUE", "PROPERTY")
        declare(node, self.nodes, self.problems)

    def _pass_over(self, owner: str, element: Element, *known: str) -> None:
        """Note that something is said of a variable that is not read."""
        if owner not in self.properties and any(one.name not in known for one in element.children):
            self.properties.append(owner)

    def _name(self, element: Element) -> Named | None:
        named = element.first("NAME")
        if named is None or not named.text.strip():
            self.problems.add(place_of(element), "this variable has no name")
            return None
        return name_in(named)

    def definition(self, element: Element) -> None:
        """Read the parents and the table of a variable."""
        owners = [*element.all("FOR")]
        if len(owners) != 1:
            message = f"a definition is for one variable, and this is for {len(owners)}"
            self.problems.add(place_of(element), message)
            return
        owner = name_in(owners[0])
        if owner.name in self.utilities:
            return
        node = self.nodes.get(owner.name)
        if node is None:
            hint = self.problems.nearest(owner.name, self.nodes)
            self.problems.add(owner.at, f"there is no variable `{owner.name}`", hint)
            return
        first = self.defined.setdefault(owner.name, element)
        if first is not element:
            line = first.span.line
            self.problems.add(owner.at, f"`{owner.name}` has two tables: the first is in line {line}")
            return
        self._pass_over(owner.name, element, "FOR", "GIVEN", "TABLE")
        node.parents = tuple(map(name_in, element.all("GIVEN")))
        table = element.first("TABLE")
        if table is not None and not node.is_decision:
            rows_of(node, numbers_in(table), self.nodes, place_of(table), self.problems)

    def lost(self, network: Element) -> list[Lost]:
        """Return what a map does not say of what was read."""
        found = []
        if self.utilities:
            found.append(Lost("utilities", "a map has no values", abridged(self.utilities)))
        owners = self.properties
        if network.first("PROPERTY") is not None:
            owners = ["the network", *owners]
        if owners:
            found.append(Lost("properties", "a map has no place for them", abridged(owners)))
        return found


# --- writing ----------------------------------------------------------------------------------------


def write_xmlbif(model: ModelSpec, worldview: str = MAP_WORLDVIEW) -> Sent:
    """Write a map as a network: a variable for each entry, with the central numbers of a worldview."""
    network = network_of(model, worldview)
    names = names_in(network, is_one_line, str)
    states = states_in(network, is_one_line)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<BIF VERSION="0.3">', "<NETWORK>"]
    lines.append(f"<NAME>{escaped(network.title or network.id)}</NAME>")
    for one in network.variables:
        lines += ['<VARIABLE TYPE="nature">', f"  <NAME>{names[one.id]}</NAME>"]
        lines += [f"  <OUTCOME>{escaped(label)}</OUTCOME>" for label in states[one.id]]
        if one.text != names[one.id]:
            lines.append(f"  <PROPERTY>{_DESCRIPTION} = {escaped(one_line(one.text))}</PROPERTY>")
        lines.append("</VARIABLE>")
    for one in network.variables:
        lines += ["<DEFINITION>", f"  <FOR>{names[one.id]}</FOR>"]
        lines += [f"  <GIVEN>{names[parent]}</GIVEN>" for parent in one.parents]
        lines.append("  <TABLE>")
        lines += [f"    {' '.join(row)}" for _, row in one.rows()]
        lines += ["  </TABLE>", "</DEFINITION>"]
    lines += ["</NETWORK>", "</BIF>"]
    return Sent(
        "".join(f"{line}\n" for line in lines).encode("utf-8"),
        (*network.lost, *texts_lost(network, states)),
    )

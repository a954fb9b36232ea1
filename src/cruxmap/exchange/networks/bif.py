"""The Bayesian Interchange Format, as JavaBayes introduced it and the bnlearn repository has its networks.

    variable rain { type discrete [ 2 ] { yes, no }; }
    probability ( wet | rain ) { (yes) 0.9, 0.1; default 0.2, 0.8; }

Commas are spaces. A `table` of a variable with parents runs through the states of the last parent first, and
through the variable's own states last.
"""

import re
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import NoReturn

from cruxmap.exchange.foreign_text import decoded
from cruxmap.exchange.formats import Arrived, Lost, Sent
from cruxmap.exchange.names import abridged
from cruxmap.exchange.networks.entries import arrived_from
from cruxmap.exchange.networks.nodes import (
    Named,
    Node,
    Number,
    Problems,
    Stretch,
    TableRow,
    adds_up,
    declare,
    is_full,
    sizes_of,
)
from cruxmap.exchange.networks.plain_network import names_in, network_of, states_in, texts_lost
from cruxmap.language.argument_map import MAP_WORLDVIEW
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.yaml_text import SourceFile

_TOKEN = re.compile(
    r"""(?P<space>[\s,]+|//[^\n]*)|(?P<comment>/\*)|(?P<string>"[^"\n]*")|(?P<sign>[{}()\[\]|;])"""
    r"""|(?P<word>[^\s,{}()\[\]|;"]+)""",
    re.DOTALL,
)
_STATEMENTS = ("network", "variable", "probability")


def read_bif(data: bytes, file: str) -> Arrived:
    """Read a network. Raises InvalidMap with problems and their places."""
    source = decoded(data, file)
    problems = Problems(source)
    reader = _Reader(source, problems)
    problems.raise_if_any()
    reader.statements()
    reader.lay_tables()
    return arrived_from(reader.nodes, problems, reader.title, reader.lost())


class _StuckError(Exception):
    """Raised where nothing tells how a statement goes on: its problem is known already."""


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Numbers of a table, and what they are for: the states of parents, `table` or `default`."""

    kind: Named
    states: tuple[Named, ...]
    numbers: tuple[Number, ...]
    at: Stretch


@dataclass(slots=True)
class _Table:
    """What a file says of the probabilities of a variable."""

    child: Named
    parents: tuple[Named, ...]
    parts: list[_Numbers] = field(default_factory=list)
    is_whole: bool = False


class _Reader:
    """Reads one statement after another; one that cannot be read is a problem, and the next one follows."""

    def __init__(self, source: SourceFile, problems: Problems) -> None:
        self.source, self.problems = source, problems
        self.comments: list[str] = []
        self.properties: list[str] = []
        self.turned: list[str] = []
        self.tokens = self._tokens(source.text)
        self.at = 0
        self.title = ""
        self.nodes: dict[str, Node] = {}
        self.tables: dict[str, _Table] = {}

    def _tokens(self, text: str) -> list[Named]:
        found, at = [], 0
        while at < len(text):
            token = _TOKEN.match(text, at)
            if token is None:
                self.problems.add((at, at + 1), f"`{text[at]}` opens what is never closed")
                break
            at = token.end()
            if token["comment"] is not None:
                end = text.find("*/", at)
                if end < 0:
                    self.problems.add(token.span(), "this comment is never closed", "write `*/` behind it")
                    break
                at = end + 2
            if token["comment"] is not None or token[0].startswith("//"):
                self.comments.append(text[token.start() : at])
            elif token["space"] is None:
                found.append(Named(token[0], token.span()))
        return found

    def lost(self) -> list[Lost]:
        """Return what a map does not say of what was read."""
        found = []
        if self.comments:
            found.append(Lost("comments", "they belong to no variable", f"{len(self.comments)} of them"))
        if self.properties:
            found.append(Lost("properties", "a map has no place for them", abridged(self.properties)))
        if self.turned:
            why = "its numbers add up only if those of one case follow one another, and so they were read"
            found.append(Lost("the order of a table", why, abridged(self.turned)))
        return found

    # --- tokens -----------------------------------------------------------------------------------

    def _next(self) -> Named:
        if self.at == len(self.tokens):
            end = len(self.source.text.rstrip())
            return Named("", (max(end - 1, 0), end))
        return self.tokens[self.at]

    def _take(self) -> Named:
        token = self._next()
        self.at += token.name != ""
        return token

    def _expect(self, sign: str) -> Named:
        token = self._next()
        if token.name.lower() != sign:
            self._stuck(token, f"`{sign}`")
        return self._take()

    def _stuck(self, token: Named, wanted: str) -> NoReturn:
        there = f"`{token.name}` is here" if token.name else "the file ends"
        self.problems.add(token.at, f"{there}, where {wanted} belongs")
        raise _StuckError

    def _name(self, what: str) -> Named:
        token = self._take()
        if not token.name or token.name in "{}()[]|;":
            self._stuck(token, what)
        return Named(token.name.strip('"'), token.at)

    def _names(self, what: str, *ends: str) -> list[Named]:
        names: list[Named] = []
        while self._next().name not in ends:
            names.append(self._name(what))
        return names

    # --- statements -------------------------------------------------------------------------------

    def statements(self) -> None:
        """Read all of the file."""
        while self._next().name:
            token = self._take()
            try:
                match token.name.lower():
                    case "network":
                        self._network()
                    case "variable":
                        self._variable()
                    case "probability":
                        self._probability()
                    case _:
                        self._stuck(token, "`network`, `variable` or `probability`")
            except _StuckError:
                while self._next().name and self._next().name.lower() not in _STATEMENTS:
                    self._take()

    def _network(self) -> None:
        if self._next().name != "{":
            named = self._name("the network's name").name
            self.title = (
                "" if named.lower() == "unknown" else named
            )  # as bnlearn names those without a name
        self._expect("{")
        while self._next().name != "}":
            self._property("the network")
        self._take()

    def _property(self, owner: str) -> None:
        """Read over a property, up to its semicolon."""
        self._expect("property")
        while self._next().name not in (";", ""):
            self._take()
        self._expect(";")
        if owner not in self.properties:
            self.properties.append(owner)

    def _variable(self) -> None:
        name = self._name("the variable's name")
        self._expect("{")
        labels: list[Named] = []
        while self._next().name != "}":
            if self._next().name.lower() == "type":
                labels = self._type()
            else:
                self._property(name.name)
        self._take()
        declare(Node(name, tuple(labels)), self.nodes, self.problems)

    def _type(self) -> list[Named]:
        self._take()
        kind = self._take()
        if kind.name.lower() != "discrete":
            self._stuck(kind, "`discrete`, the only type there is,")
        count: Named | None = None
        if self._next().name == "[":
            self._take()
            count = self._name("the number of states")
            self._expect("]")
        self._expect("{")
        labels = self._names("the name of a state", "}", "")
        self._expect("}")
        self._expect(";")
        if count is not None and count.name != str(len(labels)):
            self.problems.add(count.at, f"`{count.name}` states are announced, and {len(labels)} follow")
        return labels

    def _probability(self) -> None:
        self._expect("(")
        child = self._name("the variable's name")
        if self._next().name == "|":  # JavaBayes writes none
            self._take()
        parents = self._names("the name of a parent", ")", "")
        self._expect(")")
        self._expect("{")
        table = _Table(child, tuple(parents))
        first = self.tables.setdefault(child.name, table)
        if first is not table:
            line = self.source.span(*first.child.at).line
            self.problems.add(child.at, f"`{child.name}` has two tables: the first is in line {line}")
        while self._next().name != "}":
            if self._next().name.lower() == "property":
                self._property(child.name)
            else:
                table.parts.append(self._numbers())
        self._take()
        table.is_whole = True

    def _numbers(self) -> _Numbers:
        kind = self._take()
        states: list[Named] = []
        if kind.name == "(":
            states = self._names("the name of a state", ")", "")
            self._expect(")")
        elif kind.name.lower() not in ("table", "default"):
            self._stuck(kind, "`table`, `default` or a row such as `(yes) 0.9, 0.1;`")
        numbers = tuple(Number(one.name, one.at) for one in self._names("a number", ";", ""))
        end = self._expect(";")
        return _Numbers(kind, tuple(states), numbers, (kind.at[0], end.at[1]))

    # --- tables -----------------------------------------------------------------------------------

    def lay_tables(self) -> None:
        """Give each variable its parents and its rows: once all variables are known."""
        for table in self.tables.values():
            node = self.nodes.get(table.child.name)
            if node is None:
                message = f"there is no variable `{table.child.name}`"
                hint = self.problems.nearest(table.child.name, self.nodes)
                self.problems.add(table.child.at, message, hint)
                continue
            node.parents, node.in_part = table.parents, not table.is_whole
            unknown = [one for one in table.parents if one.name not in self.nodes]
            if not unknown:  # else they are told of where the network is checked
                for part in table.parts:
                    self._lay(node, part)

    def _lay(self, node: Node, part: _Numbers) -> None:
        match part.kind.name.lower():
            case "default":
                rows = [TableRow(None, part.numbers, part.at)]
            case "table":
                rows = self._table(node, part)
            case _:
                states = self._states(node, part)
                rows = [] if states is None else [TableRow(states, part.numbers, part.at)]
        node.rows += rows
        node.in_part = node.in_part or not rows

    def _states(self, node: Node, part: _Numbers) -> tuple[int, ...] | None:
        """Return the case that a row is for; None after a problem."""
        if len(part.states) != len(node.parents):
            there = f"`{node.name.name}` has {len(node.parents)} parents"
            message = f"{there}, and here are {len(part.states)} states"
            self.problems.add(part.kind.at, message)
            return None
        found: list[int] = []
        for parent, state in zip(node.parents, part.states, strict=True):
            labels = [label.name for label in self.nodes[parent.name].labels]
            if state.name not in labels:
                message = f"`{parent.name}` has no state `{state.name}`"
                self.problems.add(state.at, message, self.problems.nearest(state.name, labels))
                return None
            found.append(labels.index(state.name))
        return tuple(found)

    def _table(self, node: Node, part: _Numbers) -> list[TableRow]:
        """Return the rows of a whole table; none after a problem."""
        if not is_full(node, part.numbers, self.nodes, part.kind.at, self.problems):
            return []
        sizes = sizes_of(node, self.nodes)
        size, count = len(node.labels), prod(sizes)
        rows = [part.numbers[k::count] for k in range(count)]
        turned = [part.numbers[k * size : (k + 1) * size] for k in range(count)]
        if not all(map(adds_up, rows)) and all(map(adds_up, turned)):
            rows = turned
            self.turned.append(node.name.name)
        cases = product(*map(range, sizes))
        return [TableRow(case, row, part.at) for case, row in zip(cases, rows, strict=True)]


# --- writing ----------------------------------------------------------------------------------------

_WORD = re.compile(r"""[^\s,{}()\[\]|;"/][^\s,{}()\[\]|;"]*""")


def write_bif(model: ModelSpec, worldview: str = MAP_WORLDVIEW) -> Sent:
    """Write a map as a network: a variable for each entry, with the central numbers of a worldview."""
    network = network_of(model, worldview)
    names = names_in(network, _is_word, str)
    states = states_in(network, _is_word)
    lines = [f"network {network.id.replace('/', '-')} {{", "}"]
    for one in network.variables:
        labels = ", ".join(states[one.id])
        lines += [
            f"variable {names[one.id]} {{",
            f"  type discrete [ {len(one.states)} ] {{ {labels} }};",
            "}",
        ]
    for one in network.variables:
        given = f" | {', '.join(names[parent] for parent in one.parents)}" if one.parents else ""
        lines.append(f"probability ( {names[one.id]}{given} ) {{")
        for case, row in one.rows():
            where = ", ".join(states[parent][k] for parent, k in zip(one.parents, case, strict=True))
            lines.append(f"  {f'({where})' if one.parents else 'table'} {', '.join(row)};")
        lines.append("}")
    texts = [one.id for one in network.variables if one.is_entry and one.text != names[one.id]]
    lost = [*network.lost]
    if network.title not in ("", network.id, model.map.id):
        lost.append(Lost("the title", "a network has a name alone"))
    if texts:
        lost.append(Lost("texts", "a variable has a name alone", abridged(texts)))
    lost += texts_lost(network, states)
    return Sent("".join(f"{line}\n" for line in lines).encode("utf-8"), tuple(lost))


def _is_word(text: str) -> bool:
    return _WORD.fullmatch(text) is not None

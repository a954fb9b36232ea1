"""A foreign Bayesian network as a map: a claim of each variable that is true or false, a question of any
other.

Readers of formats make `Node`s, with the numbers as they are written and the places that they stand at.
Here the parts are held against each other, and said in the language.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal
from itertools import product, starmap
from math import prod

from cruxmap.errors import InvalidMap, Problem
from cruxmap.exchange.foreign_text import problem_in
from cruxmap.exchange.formats import Arrived, Lost
from cruxmap.exchange.names import NOBODYS_CREDENCE, abridged, ids_for, nobodys_shares
from cruxmap.language.judgement import probability_text
from cruxmap.language.names import did_you_mean
from cruxmap.language.yaml_text import SourceFile
from cruxmap.language.yaml_writing import Plain

type Stretch = tuple[int, int]
"""Where something stands in a file's text: from, to."""

TRUE_LABELS = {"true": "false", "yes": "no"}
"""Labels of a variable that a claim can be, in whichever case and order."""

OFF_BY = Decimal("0.001")
"""By how much a row of numbers may miss 1: by as much, the language itself takes it for rounding."""

MOST_ROWS_WITH_IDS = 16
"""Rows of a table up to which each has a name. In a larger one nobody judges rows one by one."""

MOST_LOOKED_UP = 50
"""Names whose nearest is looked for: a file with more that are wrong is no slip of the pen."""

MOST_ROWS = 100_000
"""Rows of a table that are written out. A larger one would be a file that nobody can read."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_SUMS = Context(prec=60)


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written, and where."""

    text: str
    at: Stretch


@dataclass(frozen=True, slots=True)
class TableRow:
    """A distribution over a variable's states where its parents have the states of these numbers.

    `None` in the place of all of them is for whatever no other row is for.
    """

    states: tuple[int, ...] | None
    numbers: tuple[Number, ...]
    at: Stretch


@dataclass(frozen=True, slots=True)
class Named:
    """A name, and where it stands."""

    name: str
    at: Stretch


@dataclass(frozen=True, slots=True)
class NoisyMax:
    """For each parent and each of its states a distribution over the variable's states; that of the leak."""

    causes: tuple[tuple[tuple[Number, ...], ...], ...]
    leak: tuple[Number, ...]
    at: Stretch


@dataclass(frozen=True, slots=True)
class Asked:
    """A variable that the file itself asks for, and which of its states."""

    name: str
    state: int


@dataclass(slots=True)
class Node:
    """A variable: its labels, its parents, and its rows, none as long as no table has been read.

    Of one that could only be read in part, nothing that it lacks is told. A decision has options and no
    table.
    """

    name: Named
    labels: tuple[Named, ...]
    parents: tuple[Named, ...] = ()
    rows: list[TableRow] = field(default_factory=list)
    text: str = ""
    note: str = ""
    canonical: NoisyMax | None = None
    in_part: bool = False
    is_decision: bool = False


class Problems:
    """Problems of a foreign file, raised together."""

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.found: list[Problem] = []
        self.looked_up = 0

    def add(self, at: Stretch, message: str, hint: str = "") -> None:
        """Add a problem with a stretch of the text."""
        self.found.append(problem_in(self.source, *at, message, hint))

    def nearest(self, name: str, known: Collection[str]) -> str:
        """Return a hint with the nearest of the known names; none where many have been looked for."""
        self.looked_up += 1
        return did_you_mean(name, known) if self.looked_up <= MOST_LOOKED_UP else ""

    def raise_if_any(self) -> None:
        """Raise InvalidMap if there are problems."""
        if self.found:
            raise InvalidMap(tuple(self.found))


def arrived_from(
    nodes: Sequence[Node],
    problems: Problems,
    title: str = "",
    lost: Sequence[Lost] = (),
    asked: Sequence[Asked] = (),
) -> Arrived:
    """Return a network as a map. Raises InvalidMap with the problems found before and now."""
    by_name = _by_name(nodes, problems)
    for node in nodes:
        _check(node, by_name, problems)
    problems.raise_if_any()
    if not nodes:
        problems.add((0, 1), "there is no variable in it")
        problems.raise_if_any()
    said = _Saying(by_name)
    entries: dict[str, dict[str, Plain]] = {"claims": {}, "questions": {}}
    for node in nodes:
        entries["claims" if said.is_claim[node.name.name] else "questions"][said.ids[node.name.name]] = (
            said.entry(node)
        )
    places = {said.ids[node.name.name]: problems.source.span(*node.name.at) for node in nodes}
    return Arrived(
        map=({"map": {"title": title}} if title else {})
        | {key: part for key, part in entries.items() if part},
        model=said.model(asked),
        lost=(*lost, *said.lost()),
        places=places,
    )


# --- whether it is a network ----------------------------------------------------------------------


def _by_name(nodes: Sequence[Node], problems: Problems) -> dict[str, Node]:
    by_name: dict[str, Node] = {}
    for node in nodes:
        first = by_name.setdefault(node.name.name, node)
        if first is not node:
            where = problems.source.span(*first.name.at).line
            problems.add(node.name.at, f"the variable `{node.name.name}` is there twice: see line {where}")
    return by_name


def _check(node: Node, by_name: Mapping[str, Node], problems: Problems) -> None:
    """Add what is wrong with a variable and its table."""
    before = len(problems.found)
    name = node.name.name
    if len(node.labels) < 2:
        problems.add(node.name.at, f"`{name}` has fewer than two states")
    for what, parts in (("state", node.labels), ("parent", node.parents)):
        seen: set[str] = set()
        for part in parts:
            if not part.name:
                problems.add(part.at, f"`{name}` has a {what} without a name")
            elif part.name in seen:
                problems.add(part.at, f"`{name}` has the {what} `{part.name}` twice")
            seen.add(part.name)
    for parent in node.parents:
        if parent.name not in by_name:
            problems.add(
                parent.at, f"there is no variable `{parent.name}`", problems.nearest(parent.name, by_name)
            )
        elif parent.name == name:
            problems.add(parent.at, f"`{name}` is its own parent")
    if len(problems.found) == before:
        _check_rows(node, by_name, problems)


def _check_rows(node: Node, by_name: Mapping[str, Node], problems: Problems) -> None:
    if node.is_decision or node.canonical is not None:
        return
    name, shape = node.name.name, sizes_of(node, by_name)
    if not node.rows:
        if not node.in_part:
            problems.add(node.name.at, f"`{name}` has no table of probabilities")
        return
    if prod(shape) > MOST_ROWS:
        message = f"the table of `{name}` has {prod(shape):,} rows, and {MOST_ROWS:,} are the most"
        problems.add(node.name.at, message)
        return
    seen: dict[tuple[int, ...] | None, TableRow] = {}
    for row in node.rows:
        if seen.setdefault(row.states, row) is not row:
            case = case_text(node, row.states, by_name)
            problems.add(row.at, f"`{name}` has two rows for {case}")
        _check_row(node, row, problems)
    if None in seen or node.in_part:
        return
    missing = [case for case in product(*map(range, shape)) if case not in seen]
    if missing:
        case = case_text(node, missing[0], by_name)
        more = f", and for {len(missing) - 1:,} other cases" if len(missing) > 1 else ""
        problems.add(node.name.at, f"`{name}` has no row for {case}{more}")


def _check_row(node: Node, row: TableRow, problems: Problems) -> None:
    name = node.name.name
    if len(row.numbers) != len(node.labels):
        message = f"a row of `{name}` has {len(row.numbers)} numbers, and it has {len(node.labels)} states"
        problems.add(row.at, message)
        return
    wrong = [number for number in row.numbers if not _is_probability(number.text)]
    for number in wrong:
        problems.add(number.at, f"`{number.text}` is no probability", "numbers lie between 0 and 1")
    if not wrong and not adds_up(row.numbers):
        message = f"a row of `{name}` adds up to {float(_sum(row.numbers)):g}, not to 1"
        problems.add(row.at, message)


def _is_probability(text: str) -> bool:
    if _NUMBER.fullmatch(text) is None or not 0 <= Decimal(text) <= 1:
        return False
    return Decimal(text) == 0 or float(text) > 0  # what floats cannot hold, nothing computes with


def adds_up(numbers: Sequence[Number]) -> bool:
    """Tell whether numbers are probabilities that add up to 1, but for rounding."""
    return all(_is_probability(one.text) for one in numbers) and abs(_sum(numbers) - 1) <= OFF_BY


def _sum(numbers: Sequence[Number]) -> Decimal:
    total = Decimal(0)
    for number in numbers:
        total = _SUMS.add(total, Decimal(number.text))
    return total


def sizes_of(node: Node, by_name: Mapping[str, Node]) -> list[int]:
    """Return how many states each parent of a variable has."""
    return [len(by_name[parent.name].labels) for parent in node.parents]


def case_text(node: Node, states: tuple[int, ...] | None, by_name: Mapping[str, Node]) -> str:
    """Write a case of a variable's parents in the words of the file."""
    if states is None:
        return "all other cases"
    pairs = zip(node.parents, states, strict=True)
    parts = (f"{parent.name} = {by_name[parent.name].labels[state].name}" for parent, state in pairs)
    return f"`{', '.join(parts)}`" if states else "it"


# --- the network in the language ------------------------------------------------------------------


class _Saying:
    """What the names of a network are in the language, and how its tables are said there."""

    def __init__(self, by_name: Mapping[str, Node]) -> None:
        self.by_name = by_name
        self.ids = ids_for(by_name)
        self.is_claim = {name: truth_of(node) is not None for name, node in by_name.items()}
        self.questions = {self.ids[name] for name, is_claim in self.is_claim.items() if not is_claim}
        self.states = {
            name: list(ids_for([label.name for label in node.labels], "state").values())
            for name, node in by_name.items()
        }
        self.uneven: list[str] = []
        self.said_otherwise: dict[str, list[str]] = {}
        self.decisions = [self.ids[name] for name, node in by_name.items() if node.is_decision]

    def entry(self, node: Node) -> Plain:
        """Return what a map's file says of a variable."""
        name = node.name.name
        said: dict[str, Plain] = {"text": node.text or name}
        if node.note:
            said["note"] = node.note
        if self.is_claim[name]:
            labels = ", ".join(label.name for label in node.labels)
            if labels != "true, false":
                self.said_otherwise.setdefault(labels, []).append(self.ids[name])
        else:
            said["states"] = self.states[name]
            pairs = zip(self.states[name], node.labels, strict=True)
            if texts := {id_: label.name for id_, label in pairs if id_ != label.name}:
                said["state_texts"] = texts
        if node.is_decision:
            return said | {"credence": self._nobodys(node)}
        if node.canonical is not None:
            return said | self._routes(node, node.canonical)
        if any(_sum(row.numbers) != 1 for row in node.rows):
            self.uneven.append(self.ids[name])
        [first, *others] = node.rows
        if not node.parents and not others:
            if self.is_claim[name]:
                return said | {"credence": self._credence(node, first)}
            return said | {"credence": self._all_shares(node, first)}
        return said | {"given": self._given(node)}

    def _given(self, node: Node) -> list[Plain]:
        """Write a table. Where people can still read it, its rows have ids: so anybody can judge them."""
        rows = self._in_order(node)
        cases = [self._when(node, row) for row in rows]
        labels = ["-".join(starmap(self._word, case.items())) for case in cases]
        ids = ids_for(filter(None, labels), "row") if len(rows) <= MOST_ROWS_WITH_IDS else {}
        said: list[Plain] = []
        for row, case, label in zip(rows, cases, labels, strict=True):
            named = {"id": ids[label]} if case and label in ids else {}
            said.append({**named, **self._row(node, row, case)})
        return said

    def _when(self, node: Node, row: TableRow) -> dict[str, str]:
        """Return the case that a row is for; none for all others."""
        pairs = zip(node.parents, row.states or (), strict=row.states is not None)
        return {self.ids[parent.name]: self._state(parent.name, state) for parent, state in pairs}

    def _word(self, id_: str, state: str) -> str:
        if id_ in self.questions:
            return f"{id_}-{state}"
        return id_ if state == "true" else f"no-{id_}"

    def _in_order(self, node: Node) -> list[TableRow]:
        """Return rows in the order of their cases, whatever the file's is: so they come back as they left."""
        true = [truth_of(self.by_name[parent.name]) for parent in node.parents]

        def place(row: TableRow) -> tuple[bool, tuple[int, ...]]:
            pairs = zip(row.states or (), true, strict=row.states is not None)
            return row.states is None, tuple(k if t is None else int(k != t) for k, t in pairs)

        return sorted(node.rows, key=place)

    def _row(self, node: Node, row: TableRow, when: Mapping[str, str]) -> dict[str, Plain]:
        if not when:
            if self.is_claim[node.name.name]:
                return {"otherwise": self._credence(node, row)}
            return {"otherwise": self._all_shares(node, row)}
        if self.is_claim[node.name.name]:
            return {"when": when, "credence": self._credence(node, row)}
        return {"when": when, **self._shares(node, row)}

    def _routes(self, node: Node, canonical: NoisyMax) -> dict[str, Plain]:
        """Write a noisy OR: a route for each state of a parent that may bring it about."""
        routes: list[Plain] = []
        for parent, cause in zip(node.parents, canonical.causes, strict=True):
            for state, column in enumerate(cause):
                if Decimal(column[0].text) != 0:
                    when = {self.ids[parent.name]: self._state(parent.name, state)}
                    routes.append({"when": when, "chance": _chance(*column)})
        leak = {} if Decimal(canonical.leak[0].text) == 0 else {"leak": _chance(*canonical.leak)}
        return {"routes": routes, **leak} if routes else {"credence": _chance(*canonical.leak)}

    def _state(self, name: str, state: int) -> str:
        if not self.is_claim[name]:
            return self.states[name][state]
        return "true" if state == truth_of(self.by_name[name]) else "false"

    def _credence(self, node: Node, row: TableRow) -> str:
        """Write the credence of a claim."""
        is_true = truth_of(node)
        assert is_true is not None
        return _chance(row.numbers[is_true], row.numbers[1 - is_true])

    def _shares(self, node: Node, row: TableRow) -> dict[str, Plain]:
        """Write the shares of a question, or the one state that is certain."""
        sure = [k for k, number in enumerate(row.numbers) if Decimal(number.text) == 1]
        if len(sure) == 1 and _sum(row.numbers) == 1:
            return {"state": self.states[node.name.name][sure[0]]}
        return {"credence": self._all_shares(node, row)}

    def _nobodys(self, node: Node) -> Plain:
        if self.is_claim[node.name.name]:
            return NOBODYS_CREDENCE
        return nobodys_shares(self.states[node.name.name])

    def _all_shares(self, node: Node, row: TableRow) -> Plain:
        pairs = zip(self.states[node.name.name], row.numbers, strict=True)
        return {state: probability_text(Decimal(number.text)) for state, number in pairs}

    def model(self, asked: Sequence[Asked]) -> dict[str, Plain] | None:
        """Return what a model asks; None where the file asks nothing."""
        conditions = [self._condition(one) for one in asked if one.name in self.by_name]
        if not conditions:
            return None
        return {"target": conditions[0], **({"also": conditions[1:]} if conditions[1:] else {})}

    def _condition(self, asked: Asked) -> Plain:
        state, id_ = self._state(asked.name, asked.state), self.ids[asked.name]
        return id_ if state == "true" and self.is_claim[asked.name] else {id_: state}

    def lost(self) -> Iterator[Lost]:
        """Yield what of the network the map does not say."""
        if self.decisions:
            why = "nobody decides in a map: their options have numbers that are nobody's"
            yield Lost("decisions", why, abridged(self.decisions))
        for labels, ids in self.said_otherwise.items():
            yield Lost(f"the states' names `{labels}`", "a claim is true or false", abridged(ids))
        if self.uneven:
            why = "what a row's numbers miss of 1 is shared out in proportion"
            yield Lost("sums of rows that are not 1", why, abridged(self.uneven))


def _chance(true: Number, false: Number) -> str:
    """Write the chance that something is true: as odds, which need not add up, where the two miss 1."""
    pro, con = Decimal(true.text), Decimal(false.text)
    if _sum((true, false)) == 1 or not pro or not con:
        return probability_text(pro if con else Decimal(1))
    return f"{pro:f}:{con:f}"


def truth_of(node: Node) -> int | None:
    """Return which of its states means that a variable is true; None where it is no claim."""
    labels = [label.name.lower() for label in node.labels]
    if len(labels) != 2:
        return None
    for true, false in TRUE_LABELS.items():
        if sorted(labels) == sorted((true, false)):
            return labels.index(true)
    return None

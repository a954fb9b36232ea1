"""A foreign Bayesian network as readers of formats make it, and whether it is one.

Readers make `Node`s, with the numbers as they are written and the places that they stand at. Here the parts
are held against each other: what does not fit is a problem, and all problems are raised together.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal
from itertools import product
from math import prod

from cruxmap.errors import InvalidMap, Problem
from cruxmap.exchange.foreign_text import problem_in
from cruxmap.language.names import did_you_mean
from cruxmap.language.yaml_text import SourceFile

type Stretch = tuple[int, int]
"""Where something stands in a file's text: from, to."""

TRUE_LABELS = {"true": "false", "yes": "no"}
"""Labels of a variable that a claim can be, in whichever case and order."""

OFF_BY = Decimal("0.001")
"""By how much a row of numbers may miss 1: by as much, the language itself takes it for rounding."""

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


# --- for readers ----------------------------------------------------------------------------------


def declare(node: Node, by_name: dict[str, Node], problems: Problems) -> None:
    """Add a variable to those that are known. One that is there already is a problem."""
    first = by_name.setdefault(node.name.name, node)
    if first is not node:
        line = problems.source.span(*first.name.at).line
        problems.add(node.name.at, f"the variable `{node.name.name}` is there twice: see line {line}")


def is_full(
    node: Node, numbers: Sequence[Number], by_name: Mapping[str, Node], at: Stretch, problems: Problems
) -> bool:
    """Tell whether there is a number for each state of a variable in each case of its parents.

    If not, that is a problem, and the variable is one that was read in part.
    """
    size, count = len(node.labels), prod(sizes_of(node, by_name))
    if len(numbers) == size * count:
        return True
    of = f", {size} for each of {count:,} cases of its parents" if node.parents else ""
    there = f"the table of `{node.name.name}` has {len(numbers):,} numbers"
    problems.add(at, f"{there}, not {size * count:,}{of}")
    node.in_part = True
    return False


# --- whether it is a network ----------------------------------------------------------------------


def check_network(by_name: Mapping[str, Node], problems: Problems) -> None:
    """Raise InvalidMap with what is wrong with variables and their tables, and with problems found before."""
    for node in by_name.values():
        _check(node, by_name, problems)
    if not by_name and not problems.found:
        problems.add((0, 1), "there is no variable in it")
    problems.raise_if_any()


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
        message = f"a row of `{name}` adds up to {float(sum_of(row.numbers)):g}, not to 1"
        problems.add(row.at, message)


def _is_probability(text: str) -> bool:
    if _NUMBER.fullmatch(text) is None or not 0 <= Decimal(text) <= 1:
        return False
    return Decimal(text) == 0 or float(text) > 0  # what floats cannot hold, nothing computes with


def adds_up(numbers: Sequence[Number]) -> bool:
    """Tell whether numbers are probabilities that add up to 1, but for rounding."""
    return all(_is_probability(one.text) for one in numbers) and abs(sum_of(numbers) - 1) <= OFF_BY


def sum_of(numbers: Sequence[Number]) -> Decimal:
    """Return the sum of numbers as they are written, without rounding."""
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


def truth_of(node: Node) -> int | None:
    """Return which of its states means that a variable is true; None where it is no claim."""
    labels = [label.name.lower() for label in node.labels]
    if len(labels) != 2:
        return None
    for true, false in TRUE_LABELS.items():
        if sorted(labels) == sorted((true, false)):
            return labels.index(true)
    return None

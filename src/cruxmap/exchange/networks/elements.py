"""Parts of networks that are written in XML.

In: elements. Out: names, numbers and the rows of tables, with their places in the file.
"""

import re
from collections.abc import Sequence
from itertools import product

from cruxmap.exchange.networks.nodes import (
    Named,
    Node,
    Number,
    Problems,
    Stretch,
    TableRow,
    is_full,
    sizes_of,
)
from cruxmap.exchange.xml_reading import Element
from cruxmap.exchange.xml_writing import is_sound

_PART = re.compile(r"<!--.*?-->|<[^>]*>|([^\s<]+)", re.DOTALL)


def place_of(element: Element) -> Stretch:
    """Return where an element begins."""
    return element.start, element.start + len(element.name) + 1


def words_in(element: Element) -> list[Named]:
    """Return the words of an element's text, each with its place if that can be found."""
    words = element.text.split()
    raw = element.source.text[element.start : element.end]
    if "<![" in raw:  # where what looks like a comment may be none
        raw = ""
    found = [
        Named(one[1], (element.start + one.start(1), element.start + one.end(1)))
        for one in _PART.finditer(raw)
        if one[1] is not None
    ]
    if [one.name for one in found] == words:
        return found
    return [Named(word, place_of(element)) for word in words]


def numbers_in(element: Element) -> tuple[Number, ...]:
    """Return the words of an element's text as numbers."""
    return tuple(Number(word.name, word.at) for word in words_in(element))


def name_in(element: Element) -> Named:
    """Return the text of an element as one name."""
    words = words_in(element)
    at = (words[0].at[0], words[-1].at[1]) if words else place_of(element)
    return Named(" ".join(element.text.split()), at)


def rows_of(
    node: Node, numbers: Sequence[Number], by_name: dict[str, Node], at: Stretch, problems: Problems
) -> None:
    """Give a variable the rows of a table: its own states come first, then those of its last parent.

    Where the count is wrong that is a problem, and the variable is one that was read in part.
    """
    if any(parent.name not in by_name for parent in node.parents):  # which is told elsewhere
        return
    if not is_full(node, numbers, by_name, at, problems):
        return
    size = len(node.labels)
    for k, case in enumerate(product(*map(range, sizes_of(node, by_name)))):
        row = tuple(numbers[k * size : (k + 1) * size])
        node.rows.append(TableRow(case, row, row[0].at if row else at))


# --- writing ----------------------------------------------------------------------------------------


def one_line(text: str) -> str:
    """Return a text on one line, with one space between words."""
    return " ".join(text.split())


def is_one_line(text: str) -> bool:
    """Tell whether a text comes back as it is."""
    return bool(text) and one_line(text) == text and is_sound(text)

"""Answers of many rows: in full for programs, the first rows and fewer columns for people.

The listings of an answer are a dict of functions by name, so that the names are known before the answer is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from cruxmap.language.argument_map import ArgumentMap
from cruxmap.present.tables import Table

FIRST = 15
"""How many rows people are shown unless they ask for one listing alone."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A table in full; people see the columns named `shown` (all, if none are named), and the first `rows`.

    Where `rows` is 0, people see it only when they ask for it. Where it is `stacked`, the `text`, and the
    `sentence` if one is shown, stand under the `id`, in its column, which leaves room for the others.
    Where it is `gathered`, neighbours that differ only in the last column shown are one row for people, with
    "and" between what that column says.
    One that is `ahead` is shown to people before the others.
    """

    table: Table
    shown: tuple[str, ...] = ()
    rows: int = FIRST
    stacked: bool = False
    gathered: bool = False
    ahead: bool = False

    def abridged(self, name: str) -> Table:
        """Return the first rows for people, with a note of how many more `--list` shows under the name."""
        more = len(self.table.rows) - self.rows
        whole = self.readable
        note = (f"{more} more: --list {name}",) if more > 0 else ()
        return replace(whole, rows=whole.rows[: self.rows], notes=(*whole.notes, *note))

    @property
    def readable(self) -> Table:
        """All rows, with the columns that people are shown."""
        keys = [column.key for column in self.table.columns]
        rows = self.table.rows
        below = [keys.index(key) for key in ("text", "sentence") if self.stacked and key in self.shown]
        if below:
            name = keys.index("id")
            rows = tuple(
                (*row[:name], "\n".join(str(row[place]) for place in (name, *below)), *row[name + 1 :])
                for row in rows
            )
        places = [
            place for place, key in enumerate(keys) if key in (self.shown or keys) and place not in below
        ]
        shown = [tuple(row[place] for place in places) for row in rows]
        if self.gathered:
            shown = [
                (*same, "\nand ".join(str(row[-1]) for row in group))
                for same, group in groupby(shown, key=lambda row: row[:-1])
            ]
        columns = tuple(self.table.columns[place] for place in places)
        return replace(self.table, columns=columns, rows=tuple(shown))


type Listings = Mapping[str, Callable[[Any, ArgumentMap], Listing]]
"""What makes each listing of an answer, by its name."""


def for_people(listings: Mapping[str, Listing]) -> tuple[Table, ...]:
    """Return what people are shown of an answer: the first listing, and every other one that has rows."""
    first = next(iter(listings.values()))
    shown = [
        one.abridged(name)
        for name, one in sorted(listings.items(), key=lambda item: not item[1].ahead)
        if one.rows and (one is first or one.table.rows)
    ]
    return tuple(shown) or (first.readable,)

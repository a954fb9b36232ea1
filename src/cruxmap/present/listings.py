"""Answers of many rows: in full for programs, the first rows and fewer columns for people."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from cruxmap.present.tables import Table

FIRST = 15
"""How many rows people are shown unless they ask for one listing alone."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A table in full under a short name; people see the columns named `shown`, and the first `rows`.

    Where `rows` is 0, people see it only when they ask for it. Where it is `stacked`, the `text` stands
    under the `id`, in its column, which leaves room for the others. Where it is `gathered`, neighbours that
    differ only in the last column shown are one row for people, with "and" between what that column says.
    """

    name: str
    table: Table
    shown: tuple[str, ...]
    rows: int = FIRST
    stacked: bool = False
    gathered: bool = False

    @property
    def abridged(self) -> Table:
        """The first rows for people, with a note of how many more there are."""
        more = len(self.table.rows) - self.rows
        rows = self.readable
        note = (f"{more} more: --list {self.name}",) if more > 0 else ()
        return replace(rows, rows=rows.rows[: self.rows], notes=(*rows.notes, *note))

    @property
    def readable(self) -> Table:
        """All rows, with the columns that people are shown."""
        keys = [column.key for column in self.table.columns]
        rows = self.table.rows
        if self.stacked:
            name, text = keys.index("id"), keys.index("text")
            rows = tuple((*row[:name], f"{row[name]}\n{row[text]}", *row[name + 1 :]) for row in rows)
        places = [
            place
            for place, key in enumerate(keys)
            if key in self.shown and not (self.stacked and key == "text")
        ]
        shown = [tuple(row[place] for place in places) for row in rows]
        if self.gathered:
            shown = [
                (*same, "\nand ".join(str(row[-1]) for row in group))
                for same, group in groupby(shown, key=lambda row: row[:-1])
            ]
        columns = tuple(self.table.columns[place] for place in places)
        return replace(self.table, columns=columns, rows=tuple(shown))


def for_people(listings: Sequence[Listing]) -> tuple[Table, ...]:
    """Return what people are shown of an answer: the first listing, and every other one that has rows."""
    first = listings[0]
    shown = [one.abridged for one in listings if one.rows and (one is first or one.table.rows)]
    return tuple(shown) or (first.readable,)

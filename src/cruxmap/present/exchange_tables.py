"""What did not come along from one format to another, as a table."""

from collections.abc import Sequence

from cruxmap.exchange.formats import Lost
from cruxmap.present.tables import Column, Table


def lost_table(title: str, lost: Sequence[Lost]) -> Table:
    """Return a row per thing that was lost: what, why, and where it was."""
    columns = (Column("what", "what"), Column("why", "why"), Column("where", "where"))
    return Table.of(title, columns, lost)

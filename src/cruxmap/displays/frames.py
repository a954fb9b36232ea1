"""Tables as pandas DataFrames: what the same table as CSV is read as, with its texts as they are."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cruxmap.present.tables import Cell, Table

if TYPE_CHECKING:
    from pandas import DataFrame, Series


def frame_of(table: Table) -> "DataFrame":
    """Return the table with a column per key: numbers, truths or texts; what is missing is NaN.

    A column of whole numbers is of floats where one is missing, as pandas has it.
    """
    import pandas as pd

    columns = zip(*table.rows, strict=True) if table.rows else ((),) * len(table.columns)
    series = {column.key: _series(cells) for column, cells in zip(table.columns, columns, strict=True)}
    return pd.DataFrame(series, columns=[column.key for column in table.columns])


def _series(cells: Sequence[Cell]) -> "Series":
    import pandas as pd

    missing = float("nan")
    known = [cell for cell in cells if cell is not None and cell != ""]
    if not cells:
        return pd.Series([], dtype=object)
    if all(isinstance(cell, int | float) for cell in known):
        return pd.Series([missing if cell is None or cell == "" else cell for cell in cells])
    return pd.Series([missing if cell is None or cell == "" else _text(cell) for cell in cells])


def _text(cell: Cell) -> str:
    """Return a text that a column of texts can hold, which is none with half a character."""
    return str(cell).encode("utf-8", "replace").decode()

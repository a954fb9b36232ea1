"""`engine.formulas` as kernels that are called by name, for one draw after another: what the Op runs.

As a program is data, no map makes PyTensor compile anything.
"""

from cruxmap.engine.compiled import njit
from cruxmap.engine.compiled_formulas import fill_packed, pull_packed
from cruxmap.engine.linking import flags, numbers, words


@njit()
def vector_at(row):
    """The int64 array that a row of a table of addresses tells of (see `op.addresses`)."""
    return words(row[0], (row[1],))


@njit()
def matrix_at(row):
    """The same for a float64 array of two dimensions."""
    return numbers(row[0], (row[1], row[2]))


def filling(address):
    """`fill_packed` for the addresses of a program, `u`, `single` and the entries."""
    at = words(address, (4, 3))
    fill_packed(
        vector_at(at[0]), matrix_at(at[1]), flags(at[2, 0], (at[2, 1], at[2, 2])), matrix_at(at[3])
    )
    return 0


def pulling(address):
    """`pull_packed` for those of a program, `u`, `single`, the entries, their cotangent and the slope."""
    at = words(address, (6, 3))
    single, slope = flags(at[2, 0], (at[2, 1], at[2, 2])), matrix_at(at[5])
    slope[:] = 0.0
    pull_packed(vector_at(at[0]), matrix_at(at[1]), single, matrix_at(at[3]), matrix_at(at[4]), slope)
    return 0

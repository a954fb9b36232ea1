"""`engine.entries` as kernels that are called by name, for one draw after another: what the Op runs.

As a program is data, no map makes PyTensor compile anything.
"""

from cruxmap.engine.entry_loops import N_ENTRIES, fill_packed, pull_packed
from cruxmap.engine.linking import flags, numbers, section, words


def filling(address):
    """`fill_packed` for a table of addresses and sizes: see `op`, which makes it."""
    at = words(address, (7,))
    shape = (at[5], at[6])
    program = words(at[0], (at[4],))
    entries = numbers(at[3], (section(program, N_ENTRIES)[0], at[6]))
    fill_packed(program, numbers(at[1], shape), flags(at[2], shape), entries)
    return 0


def pulling(address):
    """`pull_packed` for a table of addresses and sizes: see `op`, which makes it."""
    at = words(address, (9,))
    shape = (at[7], at[8])
    program = words(at[0], (at[6],))
    of_entries = (section(program, N_ENTRIES)[0], at[8])
    entries, cotangent, slope = numbers(at[3], of_entries), numbers(at[4], of_entries), numbers(at[5], shape)
    slope[:] = 0.0
    pull_packed(program, numbers(at[1], shape), flags(at[2], shape), entries, cotangent, slope)
    return 0

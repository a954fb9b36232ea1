"""Parts of different lengths that stand one after the other in an array."""

import numpy as np

from cruxmap.engine.network import IntArray


def starts(counts: IntArray) -> IntArray:
    """Return where parts of so many rows start, and where the last one ends: (parts + 1,)."""
    first = np.zeros(len(counts) + 1, np.int64)
    counts.cumsum(out=first[1:])
    return first


def members(first: IntArray, counts: IntArray) -> IntArray:
    """Return the numbers `first[k]` to `first[k] + counts[k]` of all parts, one after the other."""
    numbers: IntArray = np.repeat(first - starts(counts)[:-1], counts)
    numbers += np.arange(len(numbers))
    return numbers

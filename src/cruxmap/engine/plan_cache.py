"""Contraction trees kept on disk, by all that they depend on, so that no command searches for one again."""

import hashlib
import io
from collections.abc import Callable, Sequence

import numpy as np

from cruxmap.engine.network import IntArray
from cruxmap.ground import cache_folder, keep, kept

VERSION = 4
"""Of the search: trees kept by another version are not used."""


def remembered(problem: bytes, search: Callable[[], Sequence[IntArray]]) -> list[IntArray]:
    """Return the joins that a search finds for a problem, from disk where that has been searched before."""
    name = hashlib.blake2b(b"%d " % VERSION + problem, digest_size=16).hexdigest()
    place = cache_folder() / "trees" / f"{name}.npy"
    known = kept(place)
    if known is not None:
        return list(np.load(io.BytesIO(known)))
    found = list(search())
    stored = io.BytesIO()
    np.save(stored, np.array(found, np.int64))
    keep(place, stored.getvalue())
    return found

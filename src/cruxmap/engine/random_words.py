"""Random words that anybody can make again alone: from a key and a counter (SplitMix64)."""

import hashlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from cruxmap.engine.compiled import njit

type Keys = npt.NDArray[np.uint64]
"""Two words per key, (n, 2)."""


def keys_of(texts: Iterable[str]) -> Keys:
    """A key per text, its hash."""
    digests = [hashlib.blake2b(text.encode(), digest_size=16).digest() for text in texts]
    return np.frombuffer(b"".join(digests), dtype="<u8").reshape(-1, 2).astype(np.uint64)


@njit(nogil=True)
def random_word(key, counter):
    """A random word for a key of two words and a number: two rounds of SplitMix64's finaliser."""
    return _mixed(_mixed(counter * np.uint64(0x9E3779B97F4A7C15) + key[0]) ^ key[1])


@njit(nogil=True)
def _mixed(word):
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))

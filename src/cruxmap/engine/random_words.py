"""Random words that anybody can make again alone: from a key and a counter (SplitMix64)."""

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

type Words = npt.NDArray[np.uint64]

type Keys = Words
"""Two words per key, (n, 2)."""


def keys_of(texts: Iterable[str]) -> Keys:
    """A key per text, its hash."""
    digests = [hashlib.blake2b(text.encode(), digest_size=16).digest() for text in texts]
    return np.frombuffer(b"".join(digests), dtype="<u8").reshape(-1, 2).astype(np.uint64)


def random_word(key: Any, counter: Any) -> Any:
    """A random word for a key of two words and a number: two rounds of SplitMix64's finaliser.

    In numpy, the words of keys are arrays, (2, ...); compiled, it makes a single word.
    """
    word = counter * np.uint64(0x9E3779B97F4A7C15) + key[0]
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    word = word ^ (word >> np.uint64(31)) ^ key[1]
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))

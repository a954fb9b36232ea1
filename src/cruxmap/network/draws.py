"""Draws of judgements: a Latin hypercube of standard normals that any part of the program can redo alone.

Draw d of N of the judgement at an address is `Phi^-1((pi(d) + v_d) / N)`: pi is a permutation of the
strata and v a uniform, both computed from d by a counter and a key, the hash of seed and address. So a
column is the same whatever other judgements there are, and a block of it is the slice of the whole.
"""

import hashlib
import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from cruxmap.network.network import FloatArray

type _Words = npt.NDArray[np.uint64]

ROUNDS = 10
"""Rounds of the permutation (an even number); each adds a keyed function of one coordinate to the other."""

COUNTERS_OF_SHIFTS = np.uint64(1 << 48)
"""Where the counters of the permutation begin; those of the uniforms are the draws themselves."""

DRAWS_AT_ONCE = 32768
"""About how many numbers to work on at a time, so that the arrays stay in the processor's cache."""


def latin_hypercube(
    seed: int, addresses: Sequence[str], n_draws: int, start: int = 0, stop: int | None = None
) -> FloatArray:
    """Return draws `start` to `stop` of `n_draws` standard normals, (len(addresses), stop - start)."""
    draws = np.arange(start, n_draws if stop is None else stop, dtype=np.uint64)
    z = np.empty((len(addresses), len(draws)))
    columns = max(1, DRAWS_AT_ONCE // max(1, len(draws)))
    for first in range(0, len(addresses), columns):
        part = slice(first, first + columns)
        z[part] = _columns(_keys(seed, tuple(addresses[part])), n_draws, draws)
    return z


def _columns(keys: _Words, n_draws: int, draws: _Words) -> FloatArray:
    stratum = _permuted(keys, n_draws, draws).astype(np.float64)
    within = (_hashed(keys, draws) >> np.uint64(12)).astype(np.float64)
    within += 0.5
    within *= 2.0**-52  # exact, strictly between 0 and 1, and so is its distance from 1
    # the upper half by symmetry: its distance from 1 would be lost in the quantile
    upper = 2 * stratum >= n_draws
    np.subtract(n_draws - 1, stratum, out=stratum, where=upper)
    np.subtract(1.0, within, out=within, where=upper)
    stratum += within
    stratum /= n_draws
    z: FloatArray = ndtri(stratum, out=stratum)
    np.negative(z, out=z, where=upper)
    return z


def _permuted(keys: _Words, n: int, draws: _Words) -> _Words:
    """Where each key's permutation of 0 ... n - 1 takes the draws, (keys, draws).

    A generalised Feistel network on pairs (high, low), of which there are slightly more than n; whatever
    leaves the range is sent round again until it is back (cycle walking), which keeps it a bijection.
    """
    n_high = math.isqrt(n - 1) + 1
    n_low = -(-n // n_high)
    sizes = np.tile(np.repeat(np.array([n_high, n_low], np.uint64), [n_low, n_high]), ROUNDS // 2)
    shifts = _hashed(keys, np.arange(len(sizes), dtype=np.uint64) + COUNTERS_OF_SHIFTS)
    shifts %= sizes
    flat = shifts.ravel()

    def through(key: _Words, place: _Words) -> _Words:
        high, low = np.divmod(place, np.uint64(n_low))
        start = key * np.uint64(len(sizes))
        for _ in range(ROUNDS // 2):
            high = _moved(high, flat.take((start + low).view(np.int64)), n_high)
            start += np.uint64(n_low)
            low = _moved(low, flat.take((start + high).view(np.int64)), n_low)
            start += np.uint64(n_high)
        high *= np.uint64(n_low)
        high += low
        return high

    place = through(np.arange(len(keys), dtype=np.uint64)[:, None], draws[None, :])
    key, draw = np.nonzero(place >= n)
    while len(key):
        place[key, draw] = through(key.astype(np.uint64), place[key, draw])
        outside = place[key, draw] >= n
        key, draw = key[outside], draw[outside]
    return place


def _moved(place: _Words, by: _Words, size: int) -> _Words:
    """Add within 0 ... size - 1: what is subtracted too much wraps round to the largest numbers."""
    by += place
    np.minimum(by, by - np.uint64(size), out=by)
    return by


@lru_cache(maxsize=4096)
def _keys(seed: int, addresses: tuple[str, ...]) -> _Words:
    """Two words per address, from the hash of seed and address; every block of draws asks for the same."""
    digests = [
        hashlib.blake2b(f"{seed} {address}".encode(), digest_size=16).digest() for address in addresses
    ]
    return np.frombuffer(b"".join(digests), dtype="<u8").reshape(-1, 2).astype(np.uint64)


def _hashed(keys: _Words, counter: _Words) -> _Words:
    """A random word for each key and number, (keys, counter): two rounds of SplitMix64's finaliser."""
    words = _mixed(counter[None, :] * np.uint64(0x9E3779B97F4A7C15) + keys[:, :1])
    return _mixed(words ^ keys[:, 1:])


def _mixed(words: _Words) -> _Words:
    words ^= words >> np.uint64(30)
    words *= np.uint64(0xBF58476D1CE4E5B9)
    words ^= words >> np.uint64(27)
    words *= np.uint64(0x94D049BB133111EB)
    words ^= words >> np.uint64(31)
    return words

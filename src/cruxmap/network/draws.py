"""Draws of judgements: a Latin hypercube of standard normals that any part of the program can redo alone.

Draw d of N of the judgement at an address is `Phi^-1((pi(d) + v_d) / N)`: pi is a permutation of the
strata and v a uniform, both computed from d by a counter and a key, the hash of seed and address. So a
column is the same whatever other judgements there are, and a block of it is the slice of the whole.
"""

import hashlib
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from cruxmap.network.network import FloatArray, IntArray

type _Words = npt.NDArray[np.uint64]

ROUNDS = 8
"""Rounds of the permutation; each adds a keyed function of one coordinate to the other."""

COLUMNS_AT_ONCE = 64
"""How many addresses to work on at a time, so that the arrays stay in the processor's cache."""


def latin_hypercube(
    seed: int, addresses: Sequence[str], n_draws: int, start: int = 0, stop: int | None = None
) -> FloatArray:
    """Return draws `start` to `stop` of `n_draws` standard normals, (len(addresses), stop - start)."""
    draws = np.arange(start, n_draws if stop is None else stop)
    z = np.empty((len(addresses), len(draws)))
    for first in range(0, len(addresses), COLUMNS_AT_ONCE):
        part = slice(first, first + COLUMNS_AT_ONCE)
        z[part] = _columns(_keys(seed, addresses[part]), n_draws, draws)
    return z


def _columns(keys: _Words, n_draws: int, draws: IntArray) -> FloatArray:
    stratum = _permuted(keys, n_draws, draws)
    counter = draws.astype(np.uint64) + (np.uint64(ROUNDS) << np.uint64(32))
    within = (_hashed(keys, counter) >> np.uint64(12)).astype(np.float64)
    within = (within + 0.5) * 2.0**-52  # exact, strictly between 0 and 1, and so is its distance from 1
    upper = 2 * stratum >= n_draws
    # the upper half by symmetry: its distance from 1 would be lost in the quantile
    from_end = np.where(upper, n_draws - 1 - stratum, stratum) + np.where(upper, 1.0 - within, within)
    z: FloatArray = ndtri(from_end / n_draws)
    return np.where(upper, -z, z)


def _permuted(keys: _Words, n: int, draws: IntArray) -> IntArray:
    """Where each key's permutation of 0 ... n - 1 takes the draws, (keys, draws).

    A generalised Feistel network on pairs (high, low), of which there are slightly more than n; whatever
    leaves the range is sent round again until it is back (cycle walking), which keeps it a bijection.
    """
    n_high = math.isqrt(n - 1) + 1
    n_low = -(-n // n_high)
    shifts = [
        (
            _hashed(keys, np.arange(given, dtype=np.uint64) + (np.uint64(r) << np.uint64(32)))
            % np.uint64(moved)
        )
        .astype(np.int64)
        .ravel()
        for r, given, moved in (
            (r, n_low, n_high) if r % 2 == 0 else (r, n_high, n_low) for r in range(ROUNDS)
        )
    ]

    def through(key: IntArray, place: IntArray) -> IntArray:
        high, low = np.divmod(place, n_low)
        for r, shift in enumerate(shifts):
            if r % 2 == 0:
                high = high + shift[key * n_low + low]
                high -= n_high * (high >= n_high)
            else:
                low = low + shift[key * n_high + high]
                low -= n_low * (low >= n_low)
        return high * n_low + low

    place = through(np.arange(len(keys))[:, None], draws[None, :])
    key, draw = np.nonzero(place >= n)
    while len(key):
        place[key, draw] = through(key, place[key, draw])
        outside = place[key, draw] >= n
        key, draw = key[outside], draw[outside]
    return place


def _keys(seed: int, addresses: Sequence[str]) -> _Words:
    """Two words per address, from the hash of seed and address."""
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

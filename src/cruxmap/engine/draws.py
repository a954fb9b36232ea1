"""Draws of judgements: a Latin hypercube of standard normals that any part of the program can redo alone.

Draw d of N of the judgement at an address is `Phi^-1((pi(d) + v_d) / N)`: pi is a permutation of the
strata and v a uniform, both computed from d by a counter and a key, the hash of seed and address. So a
column is the same whatever other judgements there are, and a block of it is the slice of the whole.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from scipy.special import ndtri

from cruxmap.engine.compiled import njit
from cruxmap.engine.executors import cores, on_threads
from cruxmap.engine.network import FloatArray
from cruxmap.engine.random_words import Keys, keys_of, random_word

ROUNDS = 10
"""Rounds of the permutation (an even number); each adds a keyed function of one coordinate to the other."""

COUNTERS_OF_SHIFTS = np.uint64(1 << 48)
"""Where the counters of the permutation begin; those of the uniforms are the draws themselves."""

DRAWS_AT_ONCE = 32768
"""About how many numbers to work on at a time, so that the arrays stay in the processor's cache."""

MIN_THREADED_PARTS = 8
"""Times as many numbers as that from which on all cores share the work."""


def latin_hypercube(
    seed: int, addresses: Sequence[str], n_draws: int, start: int = 0, stop: int | None = None
) -> FloatArray:
    """Return draws `start` to `stop` of `n_draws` standard normals, (len(addresses), stop - start)."""
    z = np.empty((len(addresses), (n_draws if stop is None else stop) - start))
    columns = max(1, DRAWS_AT_ONCE // max(1, z.shape[1]))

    def fill(first: int) -> None:
        part = z[first : first + columns]
        _probabilities(_keys(seed, tuple(addresses[first : first + columns])), n_draws, start, part)
        upper = part < 0
        ndtri(np.abs(part, out=part), out=part)
        np.negative(part, out=part, where=upper)

    firsts = range(0, len(addresses), columns)
    on_threads(1 if len(firsts) < MIN_THREADED_PARTS else cores(), fill, firsts)
    return z


@lru_cache(maxsize=4096)
def _keys(seed: int, addresses: tuple[str, ...]) -> Keys:
    """A key per address; every block of draws asks for the same."""
    return keys_of(f"{seed} {address}" for address in addresses)


@njit(nogil=True)
def _probabilities(keys, n_draws, start, into):
    """Fill `into` (keys, draws from `start`) with where in its stratum each draw is, as a probability.

    Above one half it is the distance from 1, and negative: as a probability it would be rounded.
    """
    n_high = int(np.sqrt(n_draws - 1)) + 1
    n_low = -(-n_draws // n_high)
    shifts = np.empty((ROUNDS, max(n_high, n_low)), np.uint64)
    for k in range(len(into)):
        counter = COUNTERS_OF_SHIFTS
        for turn in range(ROUNDS):
            sizes = (n_high, n_low) if turn % 2 == 0 else (n_low, n_high)
            for n in range(sizes[1]):
                shifts[turn, n] = random_word(keys[k], counter) % np.uint64(sizes[0])
                counter += np.uint64(1)
        for d in range(into.shape[1]):
            draw = np.uint64(start + d)
            stratum = float(
                _permuted(shifts, np.uint64(n_draws), np.uint64(n_high), np.uint64(n_low), draw)
            )
            within = (float(random_word(keys[k], draw) >> np.uint64(12)) + 0.5) * 2.0**-52
            if 2 * stratum >= n_draws:
                into[k, d] = -(n_draws - 1 - stratum + (1.0 - within)) / n_draws
            else:
                into[k, d] = (stratum + within) / n_draws


@njit()
def _permuted(shifts, n, n_high, n_low, place):
    """Where a permutation of 0 ... n - 1 takes a place.

    A generalised Feistel network on pairs (high, low), of which there are slightly more than n; whatever
    leaves the range is sent round again until it is back (cycle walking), which keeps it a bijection.
    """
    while True:
        high, low = place // n_low, place % n_low
        for turn in range(0, ROUNDS, 2):
            high += shifts[turn, low]
            high = min(high, high - n_high)  # what is subtracted too much wraps round to large numbers
            low += shifts[turn + 1, high]
            low = min(low, low - n_low)
        place = high * n_low + low
        if place < n:
            return place

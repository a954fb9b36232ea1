"""Draws of judgements: a Latin hypercube of standard normals that any part of the program can redo alone.

Draw d of N of the judgement at an address is `Phi^-1((pi(d) + v_d) / N)`: pi is a permutation of the
strata and v a uniform, both computed from d by a counter and a key, the hash of seed and address. So a
column is the same whatever other judgements there are, and a block of it is the slice of the whole.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from cruxmap.engine.executors import cores, on_threads
from cruxmap.engine.network import FloatArray, IntArray
from cruxmap.engine.random_words import Keys, Words, keys_of, random_word
from cruxmap.engine.special import ndtri

ROUNDS = 10
"""Rounds of the permutation (an even number); each adds a keyed function of one coordinate to the other."""

COUNTERS_OF_SHIFTS = 1 << 48
"""Where the counters of the permutation begin; those of the uniforms are the draws themselves."""

DRAWS_AT_ONCE = 65536
"""About how many numbers to work on at a time, so that the arrays stay in the processor's cache."""

MIN_THREADED_PARTS = 8
"""Times as many numbers as that from which on all cores share the work."""


def latin_hypercube(
    seed: int, addresses: Sequence[str], n_draws: int, start: int = 0, stop: int | None = None
) -> FloatArray:
    """Return draws `start` to `stop` of `n_draws` standard normals, (len(addresses), stop - start)."""
    draws = np.arange(start, n_draws if stop is None else stop, dtype=np.uint64)
    z = np.empty((len(addresses), len(draws)))
    columns = max(1, DRAWS_AT_ONCE // max(1, len(draws)))

    def fill(first: int) -> None:
        keys = _keys(seed, tuple(addresses[first : first + columns]))
        z[first : first + columns] = _normals(keys, n_draws, draws)

    firsts = range(0, len(addresses), columns)
    on_threads(1 if len(firsts) < MIN_THREADED_PARTS else cores(), fill, firsts)
    return z


@lru_cache(maxsize=4096)
def _keys(seed: int, addresses: tuple[str, ...]) -> Keys:
    """A key per address; every block of draws asks for the same."""
    return keys_of(f"{seed} {address}" for address in addresses)


def _normals(keys: Keys, n_draws: int, draws: Words) -> FloatArray:
    """Return these draws for each key, (keys, draws).

    Above one half, the quantile is that of the distance from 1, the other way: a probability near 1 would
    be rounded.
    """
    by_key = keys.T[:, :, None]
    stratum = _strata(by_key, n_draws, draws).astype(np.float64)
    within = ((random_word(by_key, draws) >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
    upper = 2 * stratum >= n_draws
    p = np.where(upper, n_draws - 1 - stratum + (1.0 - within), stratum + within) / n_draws
    z: FloatArray = ndtri(p)
    return np.negative(z, out=z, where=upper)


def _strata(keys: Words, n_draws: int, draws: Words) -> Words:
    """Return where a permutation of 0 ... n_draws - 1 takes each draw, for keys (2, keys, 1).

    A generalised Feistel network on pairs (high, low), of which there are slightly more than n_draws;
    whatever leaves the range is sent round again until it is back (cycle walking), which keeps it a
    bijection.
    """
    n_high = int(np.sqrt(n_draws - 1)) + 1
    n_low = -(-n_draws // n_high)
    shifts = list(_shifts(keys, n_high, n_low))
    key, place = np.broadcast_arrays(np.arange(keys.shape[1])[:, None], draws)
    place = _permuted(shifts, n_high, n_low, key, place)
    outside = np.nonzero(place >= n_draws)
    while len(outside[0]):
        place[outside] = _permuted(shifts, n_high, n_low, key[outside], place[outside])
        outside = tuple(part[place[outside] >= n_draws] for part in outside)
    return place


def _shifts(keys: Words, n_high: int, n_low: int) -> Iterator[Words]:
    """Yield what each round adds to one coordinate by the other: (keys, n_low), (keys, n_high) in turn."""
    counter = COUNTERS_OF_SHIFTS
    for turn in range(ROUNDS):
        below, by = (n_high, n_low) if turn % 2 == 0 else (n_low, n_high)
        words: Words = random_word(keys, np.arange(counter, counter + by, dtype=np.uint64))
        yield words % np.uint64(below)
        counter += by


def _permuted(shifts: list[Words], n_high: int, n_low: int, key: IntArray, place: Words) -> Words:
    """Return where one pass through all rounds takes each place."""
    high, low = np.divmod(place, np.uint64(n_low))
    for turn in range(0, ROUNDS, 2):
        high = _shifted(high, shifts[turn], key * n_low + low.view(np.int64), n_high)
        low = _shifted(low, shifts[turn + 1], key * n_high + high.view(np.int64), n_low)
    return high * np.uint64(n_low) + low


def _shifted(coordinate: Words, shifts: Words, at: IntArray, n: int) -> Words:
    """Add `shifts` at flat places to a coordinate, modulo n."""
    moved: Words = coordinate + shifts.ravel().take(at)
    # what is subtracted too much wraps round to large numbers
    np.minimum(moved, moved - np.uint64(n), out=moved)
    return moved

"""The known name that is nearest to a misspelt one, at a cost that many and long names cannot drive up."""

import difflib
from collections.abc import Iterable
from functools import lru_cache
from heapq import nlargest
from itertools import islice

_LONGEST = 100
_COMPARED = 2_000
_FINALISTS = 8
"""Longer names are nobody's misspellings; so many are looked at, and so many of them closely."""


def nearest(name: str, known: Iterable[str], at_least: float = 0.6) -> str | None:
    """Return the known name most like `name`, `None` if none is `at_least` as like (1: equal).

    Names that share many letters and pairs of letters come into the closer choice, which is `difflib`'s.
    """
    if len(name) > _LONGEST:
        return None
    parts = _parts(name)
    short = islice((other for other in known if len(other) <= _LONGEST), _COMPARED)
    finalists = nlargest(_FINALISTS, short, key=lambda other: len(parts & _parts(other)))
    return next(iter(difflib.get_close_matches(name, finalists, 1, at_least)), None)


@lru_cache(maxsize=4096)
def _parts(name: str) -> frozenset[str]:
    return frozenset((*name, *map(str.__add__, name, name[1:])))

"""Plans, their trees and their tapes kept on disk, by all that they depend on: no command makes one again."""

import hashlib
import os
import pickle  # what is unpickled has the digest that it was kept with
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from cruxmap.ground import cache_folder, keep, kept

ROOM = 512 << 20
"""Bytes that all that is kept here may take; what was used longest ago goes first."""

PLANNER = (
    "network",
    "plan_cache",
    "planning",
    "contraction_trees",
    "elimination",
    "compiled_elimination",
    "joining",
    "tree_refinement",
    "ragged",
    "tape",
    "places",
)
"""The modules that make what is kept here: what another text of them made is not used."""


def remembered[T](
    problem: bytes, work: Callable[[], T], is_worth_it: Callable[[T], bool] = lambda found: True
) -> T:
    """Return what the work on a problem gives, from disk where it has been done before."""
    name = hashlib.blake2b(_planner() + problem, digest_size=16).hexdigest()
    place = cache_folder() / "plans" / name
    known = kept(place)
    if known is not None:
        with suppress(OSError):
            place.touch()
        found: T = pickle.loads(known)
        return found
    found = work()
    if is_worth_it(found):
        _make_room(place.parent)
        keep(place, pickle.dumps(found, protocol=pickle.HIGHEST_PROTOCOL))
    return found


@cache
def _planner() -> bytes:
    """The digest of the planner's text."""
    digest = hashlib.blake2b(digest_size=16)
    for module in PLANNER:
        digest.update(Path(__file__).with_name(f"{module}.py").read_bytes())
    return digest.digest()


def _make_room(folder: Path) -> None:
    """Remove what was used longest ago beyond `ROOM`."""
    with suppress(OSError):
        taken = 0
        for about, path in sorted(((path.stat(), path) for path in folder.iterdir()), key=_age):
            taken += about.st_size
            if taken > ROOM:
                path.unlink(missing_ok=True)


def _age(file: tuple[os.stat_result, Path]) -> float:
    return -file[0].st_mtime

"""Plans, their trees and their tapes kept on disk, by all that they depend on: no command makes one again."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from cruxmap.ground import digest_of_files
from cruxmap.ground import remembered as remembered_in

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
    return remembered_in("plans", _planner() + problem, work, ROOM, is_worth_it)


@cache
def _planner() -> bytes:
    """The digest of the planner's text."""
    return digest_of_files(Path(__file__).with_name(f"{module}.py") for module in PLANNER)

"""Which of the things that are given cannot all be: a smallest set of them, by exact sums over subsets.

In: a network, its tables filled once, and things as evidence. Out: the numbers of those that clash. Samples
of states cannot tell what is impossible from what is rare: where sums are not exact there is no answer.
"""

from collections.abc import Sequence
from itertools import combinations
from math import comb

from cruxmap.engine.exact_or_sampled import approach
from cruxmap.engine.network import Evidence, Filled, Network
from cruxmap.engine.planning import Plan
from cruxmap.engine.queries import infer_many

MAX_SETS = 300
"""Up to how many sets of one size are tried; else a set of which no part clashes has to do."""


def smallest_clash(network: Network, filled: Filled, things: Sequence[Evidence]) -> tuple[int, ...] | None:
    """Return the numbers of the fewest things that together have probability 0, the first in their order.

    `filled` has one draw. `None` where they are possible together, or sums over the network are not exact.
    """
    everything = tuple({variable for thing in things for variable, _ in thing})
    if not isinstance(approach(network, (), everything), Plan):
        return None

    def clashing(sets: Sequence[tuple[int, ...]]) -> list[bool]:
        evidences = [tuple(pair for number in some for pair in things[number]) for some in sets]
        found = infer_many(network, filled, evidences, planned=((), everything))
        return [bool(inference.log_z[0] == -float("inf")) for inference in found]

    least = tuple(range(len(things)))
    if clashing([least]) != [True]:
        return None
    for number in reversed(least):
        without = tuple(other for other in least if other != number)
        least = without if without and clashing([without])[0] else least
    for size in range(1, len(least)):
        if comb(len(things), size) > MAX_SETS:
            break
        sets = list(combinations(range(len(things)), size))
        found = [some for some, clashes in zip(sets, clashing(sets), strict=True) if clashes]
        if found:
            return found[0]
    return least

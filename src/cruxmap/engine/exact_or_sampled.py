"""Whether a question is answered by exact sums or by samples: as told, or by what the sums would cost.

In: a `Network`, what is asked and which variables may be clamped. Out: a `Plan`, or a `Scheme` for
sampling, remembered per network and question.
"""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache

import numpy as np

from cruxmap.engine.contraction_trees import HOPELESS, Scopes, TooWide, entangled
from cruxmap.engine.network import IntArray, Network
from cruxmap.engine.planning import BUDGET, Plan, ancestors, plan, plan_text, thorough_plan
from cruxmap.engine.schemes import Scheme, cheapest_scheme, plainest_scheme
from cruxmap.errors import Code, InvalidMap, Problem

KNOTS, MAX_NAMES = (HOPELESS, 34.0, 24.0), 5
"""Log2 of how large a tensor must be for its variables to be named as tying a map, and how many are named."""


def approach(
    network: Network,
    ask: Iterable[int],
    clamped: Iterable[int],
    *,
    gradient: bool = False,
    budget: int = BUDGET,
    planned: tuple[Iterable[int], Iterable[int]] | None = None,
) -> Plan | Scheme:
    """How the network's method answers a question; remembered per network and question.

    Where it is `planned` for more to ask and clamp, and that has exact sums, theirs is the plan. States are
    sampled where exact sums take more products than the budget. Raises `InvalidMap` where it has to be exact
    and cannot.
    """
    if planned is not None and network.exact is not False:
        wider = ((*these, *those) for these, those in zip((ask, clamped), planned, strict=True))
        with suppress(InvalidMap):
            return exactly(network, *wider, gradient=gradient)
    if network.exact:
        return exactly(network, ask, clamped, gradient=gradient)
    variables = map(_sorted, (ask, clamped))
    return _approach(network, *variables, gradient=gradient, budget=budget, exact=network.exact)


def exactly(
    network: Network, ask: Iterable[int], clamped: Iterable[int], *, gradient: bool = False
) -> Plan:
    """The plan of a question that only exact sums can answer. Raises `InvalidMap` where there is none."""
    variables = map(_sorted, (ask, clamped))
    found = _approach(network, *variables, gradient=gradient, budget=BUDGET, exact=True)
    assert isinstance(found, Plan)
    return found


def exactly_for_many(
    network: Network, ask: Iterable[int], clamped: Iterable[int], usual: IntArray
) -> Plan:
    """The same where it is worth some seconds more that the plan is small, once entries are as `usual`: 0, 1
    or, at -1, anything. Raises `InvalidMap` where there is none.
    """
    return thorough_plan(network, exactly(network, ask, clamped), usual)


def _sorted(variables: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(set(variables)))


@lru_cache(maxsize=64)
def _approach(
    network: Network,
    ask: tuple[int, ...],
    clamped: tuple[int, ...],
    *,
    gradient: bool,
    budget: int,
    exact: bool | None,
) -> Plan | Scheme:
    if exact is False:
        return plainest_scheme(network, ask, clamped, gradient=gradient)
    try:
        return _planned(network, ask, clamped, budget)
    except TooWide as outcome:
        if exact:
            raise InvalidMap((_too_wide(network, ask, clamped, outcome),)) from None
        return cheapest_scheme(network, ask, clamped, gradient=gradient)


@lru_cache(maxsize=64)
def _planned(network: Network, ask: tuple[int, ...], clamped: tuple[int, ...], budget: int) -> Plan:
    return plan(network, ask, clamped, budget)


def _too_wide(network: Network, ask: Iterable[int], clamped: Iterable[int], outcome: TooWide) -> Problem:
    knot = ", ".join(f"`{name}`" for name in tied_by(network, ask, clamped))
    return Problem(
        Code.TOO_WIDE,
        f"exact sums over this map would take {outcome.products:.0e} products or more, less where tables "
        f"have zeros; {outcome.budget:.0e} is the most. It is tied together by {knot}",
        hint="`--sampled` estimates it from samples of states; `cm.build(model, explicit=True)` makes a "
        "model with a variable for each claim",
    )


def approach_text(network: Network, ask: Iterable[int], clamped: Iterable[int]) -> str:
    """How a question is answered, as text: the variables whose states are drawn, if any, and the plan."""
    match approach(network, ask, clamped):
        case Plan() as made:
            return plan_text(network, made)
        case Scheme() as scheme:
            names = ", ".join(network.variables[v].name for v in scheme.drawn)
            return f"states are drawn of {names}\n{plan_text(scheme.reduced, scheme.plan)}"


def tied_by(network: Network, ask: Iterable[int], clamped: Iterable[int]) -> tuple[str, ...]:
    """Name variables of a large tensor that exact sums would come to, the most entangled first.

    Entries come before helpers; empty where there is no large tensor.
    """
    scopes = [network.tables[v].scope for v in ancestors(network, (*ask, *clamped))]
    cards = np.array([len(variable.states) for variable in network.variables])
    left: dict[int, set[int]] = {}
    for width in KNOTS:
        left = entangled(Scopes.of(scopes), cards, width)
        if left:
            break
    if not left:
        return ()
    narrowest = min(left, key=lambda v: (len(left[v]), v))
    uses = Counter(v for scope in scopes for v in scope)
    entries = set(network.places.values())
    knot = sorted({narrowest, *left[narrowest]}, key=lambda v: (v not in entries, -uses[v], v))
    return tuple(network.variables[v].name for v in knot[:MAX_NAMES])

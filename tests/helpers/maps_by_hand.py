"""Argument maps put together by hand, and the joint distribution of a network by plain enumeration."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cruxmap.engine.formulas import fill
from cruxmap.engine.network import Network
from cruxmap.language.argument_map import (
    About,
    Argument,
    ArgumentMap,
    ArgumentTarget,
    Claim,
    ClaimIs,
    Condition,
    Credence,
    Definition,
    Direction,
    Elicited,
    Emergence,
    Event,
    Judgement,
    Override,
    Phase,
    PhaseChance,
    Question,
    Role,
    Route,
    Routes,
    Row,
    Rule,
    SameAs,
    Scale,
    ShareRow,
    ShareTable,
    Table,
    Timeline,
    Value,
    Worldview,
)
from cruxmap.language.inheritance import Perspective, settle
from cruxmap.network.lowering import lower
from cruxmap.network.means_and_deviations import numbers, unconstrained

type Number = float | tuple[float, float] | Value
type Given = Condition | str | None


def value(role: Role, number: Number) -> Value:
    match number:
        case tuple():
            return Elicited(role.scale, *number)
        case float() | int():
            return Elicited(role.scale, float(number), float(number))
        case _:
            return number


def judgement(address: str, role: Role, number: Number) -> Judgement:
    return Judgement(address, address.split(".", maxsplit=1)[0], role, value(role, number))


def when(condition: Given) -> Condition | None:
    return ClaimIs(condition) if isinstance(condition, str) else condition


def claim(name: str, number: Number) -> Claim:
    return Claim(About(name), Credence(judgement(name, Role.CREDENCE, number)))


def table(name: str, *rows: tuple[str, Given, Number]) -> Claim:
    made = (
        Row(row, when(c), judgement(f"{name}.{row}", Role.CREDENCE, number)) for row, c, number in rows
    )
    return Claim(About(name), Table(tuple(made)))


def definition(
    name: str, count: int, parts: Sequence[Given], met: Number = 1.0, other: Number = 0.0
) -> Claim:
    given = tuple(c for c in map(when, parts) if c is not None)
    if_met = judgement(f"{name}.if_met", Role.CREDENCE, met)
    otherwise = judgement(f"{name}.otherwise", Role.CREDENCE, other)
    return Claim(About(name), Definition(Rule.AT_LEAST, count, given, if_met, otherwise))


def routes(name: str, *causes: tuple[str, Given, Number], leak: Number = 0.0, gate: Given = None) -> Claim:
    made = tuple(
        Route(r, when(c), judgement(f"{name}.{r}", Role.CHANCE, number)) for r, c, number in causes
    )
    return Claim(About(name), Routes(made, judgement(f"{name}.leak", Role.CHANCE, leak), when(gate)))


def question(
    name: str, states: Sequence[str], *rows: tuple[str | None, Given, Sequence[Number]]
) -> Question:
    made = []
    for row, condition, shares in rows:
        owner = f"{name}.{row}" if row else name
        judged = tuple(
            judgement(f"{owner}.{s}", Role.SHARE, n) for s, n in zip(states, shares, strict=True)
        )
        made.append(ShareRow(row, when(condition), owner, judged))
    return Question(About(name), tuple(states), ShareTable(tuple(made)))


def argument(
    name: str,
    direction: Direction,
    targets: Sequence[ArgumentTarget],
    weight: Number,
    *,
    credence: Number = 1.0,
    premises: Sequence[Given] = (),
) -> Argument:
    undercuts = direction is Direction.UNDERCUTS
    weighed = judgement(
        f"{name}.{'force' if undercuts else 'strength'}",
        Role.FORCE if undercuts else Role.STRENGTH,
        weight,
    )
    given = tuple(c for c in map(when, premises) if c is not None)
    sound = judgement(name, Role.CREDENCE, credence)
    return Argument(About(name), None, given, sound, direction, tuple(targets), weighed)


def timeline(name: str, **phases: int) -> Timeline:
    return Timeline(About(name), tuple(Phase(phase, steps) for phase, steps in phases.items()))


def phase(
    event: str, name: str, *rows: tuple[str | None, Given, Number], gate: Given = None, pace: Number = 1.0
) -> PhaseChance:
    owner = f"{event}.{name}"
    made = tuple(
        Row(row, when(c), judgement(f"{owner}.{row}" if row else owner, Role.CHANCE, number))
        for row, c, number in rows
    )
    return PhaseChance(name, when(gate), made, judgement(f"{owner}.pace", Role.PACE, pace))


def event(name: str, line: str, *phases: PhaseChance, requires: Sequence[str] = ()) -> Event:
    return Event(About(name), line, Emergence(phases, tuple(requires)))


def worldview(
    name: str, judgements: Mapping[str, Elicited | SameAs], rejects: Iterable[str] = ()
) -> Worldview:
    overrides = tuple(Override(address, number) for address, number in judgements.items())
    return Worldview(About(name), judgements=overrides, rejects=tuple(rejects))


def probability(low: float, high: float | None = None) -> Elicited:
    return Elicited(Scale.PROBABILITY, low, low if high is None else high)


def ratio(low: float, high: float | None = None) -> Elicited:
    return Elicited(Scale.RATIO, low, low if high is None else high)


def build_map(
    *entries: Any, timelines: Sequence[Timeline] = (), worldviews: Sequence[Worldview] = ()
) -> ArgumentMap:
    def of[T](kind: type[T]) -> tuple[T, ...]:
        return tuple(entry for entry in entries if isinstance(entry, kind))

    return ArgumentMap(
        "map",
        "",
        "",
        of(Claim),
        of(Question),
        of(Event),
        of(Argument),
        timelines=tuple(timelines),
        worldviews=tuple(worldviews),
    )


# --- distributions -----------------------------------------------------------------------------


class Joint:
    """The joint distribution of a network: a probability for each configuration that can occur."""

    def __init__(self, network: Network, entries: npt.NDArray[np.float64]) -> None:
        self.network = network
        found: dict[tuple[int, ...], Any] = {(): np.ones(entries.shape[1:])}
        for spec in network.tables:
            by_parents: dict[tuple[int, ...], list[tuple[int, int]]] = {}
            for (*where, state), entry in zip(spec.rows.tolist(), spec.entries.tolist(), strict=True):
                by_parents.setdefault(tuple(where), []).append((state, entry))
            grown: dict[tuple[int, ...], Any] = {}
            for states, weight in found.items():
                for state, entry in by_parents.get(tuple(states[v] for v in spec.scope[:-1]), []):
                    grown[(*states, state)] = weight * entries[entry]
            found = grown
        self.worlds = found

    def of(self, name: str) -> npt.NDArray[np.float64]:
        """The probability of each state of an entry, (states, ...)."""
        return self.of_variable(self.network.places[name])

    def of_variable(self, variable: int) -> npt.NDArray[np.float64]:
        return np.array(
            [
                sum((w for states, w in self.worlds.items() if states[variable] == s), start=0.0)
                for s in range(len(self.network.variables[variable].states))
            ]
        )

    def true(self, name: str) -> Any:
        """The probability that a boolean entry is true."""
        return self.of(name)[1]


def central(
    argument_map: ArgumentMap,
    conditions: Sequence[Condition] = (),
    worldview: str = "map",
    perspectives: Sequence[Perspective] | None = None,
) -> Joint:
    """The joint distribution at the central judgements of a worldview; the map's own are lowered along."""
    mine = settle(argument_map, worldview)
    network = lower(argument_map, conditions, [mine] if perspectives is None else perspectives)
    given = numbers(argument_map, [mine])
    u = unconstrained(given, np.zeros((len(network.addresses), 1)), 0)[:, 0]
    return Joint(network, fill(network.program, u[:, None], given.single[0])[:, 0])

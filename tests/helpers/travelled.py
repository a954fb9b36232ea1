"""A model as data, read and computed by code that knows the data alone: what a page in a browser does."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from cruxmap.engine.formulas import fill, pullback
from cruxmap.engine.network import (
    FloatArray,
    Hazards,
    IntArray,
    Logistic,
    Openings,
    Shares,
    Shifts,
    Steps,
    TableProgram,
)
from cruxmap.engine.travelling import numbers_of

RECORDS: dict[str, Any] = {
    "shifts": Shifts,
    "logistic": Logistic,
    "shares": Shares,
    "openings": Openings,
    "hazards": Hazards,
    "steps": Steps,
}


@dataclass(frozen=True)
class Plan:
    """The plan of the data, with slots instead of differences."""

    loads: IntArray
    indicators: list[tuple[int, int]]
    constants: list[float]
    first: IntArray
    left: IntArray
    right: IntArray
    root: IntArray

    @property
    def n_inputs(self) -> int:
        return len(self.loads) + len(self.indicators) + len(self.constants)

    @cached_property
    def levels(self) -> list[IntArray]:
        """The sums that can be done together, one level after the other."""
        level = [0] * (self.n_inputs + len(self.first) - 1)
        for k, (start, stop) in enumerate(zip(self.first[:-1], self.first[1:], strict=True)):
            used = {*self.left[start:stop].tolist(), *self.right[start:stop].tolist()}
            level[self.n_inputs + k] = 1 + max((level[slot] for slot in used), default=0)
        of_sum = np.array(level[self.n_inputs :], np.int64)
        return [np.flatnonzero(of_sum == k) for k in range(1, max(of_sum, default=0) + 1)]


def plan_of(data: Mapping[str, Any]) -> Plan:
    """Undo the differences, sum by sum."""
    sizes = numbers_of(data["sizes"])
    variable, state = (numbers_of(data["indicators"][key]).tolist() for key in ("variable", "state"))
    indicators, constants = list(zip(variable, state, strict=True)), data["constants"]
    loads = numbers_of(data["loads"])
    assert len(loads) == data["n_loads"]
    first = np.concatenate([[0], np.cumsum(sizes)])
    n_inputs = len(loads) + len(indicators) + len(constants)
    sides = []
    for side in (data["left"], data["right"]):
        slots = np.repeat(numbers_of(side["value"]), numbers_of(side["again"]) + 1)
        last: dict[int, int] = {}  # where the last sum of each size begins
        for k, (start, size) in enumerate(zip(first[:-1].tolist(), sizes.tolist(), strict=True)):
            here = slice(start, start + size)
            slots[here] = np.cumsum(slots[here])
            slots[here] += slots[last[size] : last[size] + size] if size in last else n_inputs + k
            last[size] = start
        sides.append(slots)
    left, right = sides
    return Plan(loads, indicators, constants, first, left, right, numbers_of(data["root"]))


def program_of(data: Mapping[str, Any]) -> TableProgram:
    """The table program of the data."""
    columns = {name: numbers_of(text) for name, text in data.items()}
    return TableProgram(
        **{
            kind: record(**{name: columns[f"{kind}.{name}"] for name in record._fields})
            for kind, record in RECORDS.items()
        }
    )


@dataclass(frozen=True)
class Travelled:
    """A network as data: `states` of each variable, its program, and its plan."""

    data: Mapping[str, Any]

    @cached_property
    def states(self) -> list[int]:
        return [*map(int, numbers_of(self.data["states"]))]

    @cached_property
    def program(self) -> TableProgram:
        program = program_of(self.data["program"])
        assert program.n_entries == self.data["n_entries"]
        return program

    @cached_property
    def plan(self) -> Plan:
        return plan_of(self.data["plan"])

    def indicators(self, evidence: Iterable[tuple[int, Iterable[int]]]) -> FloatArray:
        """1 for each state that evidence leaves, else 0, by indicator."""
        possible = {v: set(range(n)) for v, n in enumerate(self.states)}
        for variable, states in evidence:
            possible[variable] &= set(states)
        return np.array([float(state in possible[v]) for v, state in self.plan.indicators])

    def run(
        self, u: FloatArray, single: Any, evidence: Iterable[tuple[int, Iterable[int]]] = ()
    ) -> tuple[float, dict[tuple[int, int], float], FloatArray]:
        """P(evidence), P(state, evidence) by variable and state, and the slopes of P in the entries."""
        plan, entries = self.plan, fill(self.program, u[:, None], single)
        n_given = len(plan.loads) + len(plan.indicators)
        value = np.zeros(plan.n_inputs + len(plan.first) - 1)
        value[: len(plan.loads)] = entries[plan.loads, 0]
        value[len(plan.loads) : n_given] = self.indicators(evidence)
        value[n_given : plan.n_inputs] = plan.constants
        sizes = np.diff(plan.first)
        products = [_members(plan.first, sizes, sums) for sums in plan.levels]
        for sums, places in zip(plan.levels, products, strict=True):
            number = np.repeat(np.arange(len(sums)), sizes[sums])
            terms = value[plan.left[places]] * value[plan.right[places]]
            value[plan.n_inputs + sums] = np.bincount(number, terms, len(sums))
        slope = np.bincount(plan.root, minlength=len(value)).astype(float)
        for sums, places in zip(reversed(plan.levels), reversed(products), strict=True):
            above = np.repeat(slope[plan.n_inputs + sums], sizes[sums])
            for here, there in ((plan.left, plan.right), (plan.right, plan.left)):
                slope += np.bincount(here[places], above * value[there[places]], len(slope))
        z = float(value[plan.root].sum())
        joint = value * slope
        of_entry = np.bincount(plan.loads, slope[: len(plan.loads)], len(entries))
        marks = range(len(plan.loads), n_given)
        return z, dict(zip(plan.indicators, joint[marks], strict=True)), of_entry

    def slopes(self, u: FloatArray, single: Any, of_entry: FloatArray) -> FloatArray:
        """What slopes in the entries are in the judgements (J,)."""
        entries = fill(self.program, u[:, None], single)
        return pullback(self.program, u[:, None], single, entries, of_entry[:, None])[:, 0]


def _members(first: IntArray, sizes: IntArray, sums: IntArray) -> IntArray:
    """The products of some sums, one sum after the other."""
    counts = sizes[sums]
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(first[sums], counts) + within


# --- conditions ---------------------------------------------------------------------------------


def evidence_of(data: Mapping[str, Any], conditions: Iterable[Any]) -> list[tuple[int, list[int]]]:
    """The variables and states that these conditions leave: each has its own, or is about one entry."""
    own = [(known["condition"], known["variable"]) for known in data["condition_variables"]]
    entries = {entry["id"]: entry for entry in data["entries"]}
    found: list[tuple[int, list[int]]] = []
    for condition in conditions:
        variable = next((variable for known, variable in own if known == condition), None)
        if variable is not None:
            found.append((variable, [1]))
        elif "all_of" in condition:
            found += evidence_of(data, condition["all_of"])
        else:
            [name] = set(_names(condition))
            entry = entries[name]
            states = [s for s in range(len(entry["states"])) if _holds(condition, entry, s)]
            found.append((entry["variable"], states))
    return found


def everything(data: Mapping[str, Any]) -> Iterable[tuple[str, int, list[int]]]:
    """The name of everything that has a probability, its variable and its states."""
    for entry in data["entries"]:
        name, variable = entry["id"], entry["variable"]
        if entry["type"] == "question":
            yield from ((f"{name}.{state}", variable, [s]) for s, state in enumerate(entry["states"]))
        elif entry["type"] == "event":
            yield name, variable, [*range(len(entry["states"]) - 1)]
            yield from (
                (f"{name}.{p['id']}", variable, _steps_of(entry, p["id"])) for p in entry["phases"]
            )
        else:
            yield name, variable, [1]
    yield from ((target["name"], target["variable"], [1]) for target in data["targets"])


def _names(condition: Mapping[str, Any]) -> Iterable[str]:
    parts = [condition["not"]] if "not" in condition else condition.get("any_of", condition.get("all_of"))
    if parts is not None:
        for part in parts:
            yield from _names(part)
    else:
        yield from (
            condition[key] for key in ("claim", "question", "event", "before", "of") if key in condition
        )


def _holds(condition: Mapping[str, Any], entry: Mapping[str, Any], state: int) -> bool:
    """Whether a condition about one entry holds in a state of it, by number."""
    never = len(entry["states"]) - 1
    match condition:
        case {"claim": _, "value": value}:
            return bool(value) == bool(state)
        case {"question": _, "states": states}:
            return entry["states"][state] in states
        case {"ever": value}:
            return bool(value) == (state < never)
        case {"during": phase}:
            return state in _steps_of(entry, phase)
        case {"by_end_of": phase}:
            return state <= max(_steps_of(entry, phase))
        case {"not": part}:
            return not _holds(part, entry, state)
        case {"all_of": parts}:
            return all(_holds(part, entry, state) for part in parts)
        case {"any_of": parts}:
            return any(_holds(part, entry, state) for part in parts)
        case {"within": _}:
            return state < never
        case _:
            return False


def _steps_of(entry: Mapping[str, Any], phase: str) -> list[int]:
    """The states of an event that lie in a phase."""
    start = 0
    for other in entry["phases"]:
        if other["id"] == phase:
            return [*range(start, start + other["steps"])]
        start += other["steps"]
    raise KeyError(phase)

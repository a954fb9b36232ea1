"""What must hold in every map, whatever its numbers: the laws of the language, on drawn maps."""

import random
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import cruxmap as cm
from cruxmap.engine.network import Filled, FloatArray
from cruxmap.engine.queries import infer
from cruxmap.language.argument_map import (
    Argument,
    ArgumentMap,
    Direction,
    OnArgument,
    OnClaim,
    OnPhase,
    OnRoute,
    OnStates,
)
from cruxmap.language.model_spec import ModelSpec
from helpers import drawn_maps, reference
from helpers.filled_network import engine

FEW_DRAWS = {"draws": "6"}
SECTIONS = ("claims", "questions", "events", "arguments", "timelines")
ROUNDING = 1e-9
"""What the order of sums may change, relative."""


def sign(argument: Argument) -> int:
    return 1 if argument.direction is Direction.FOR else -1


def linked(drawn: drawn_maps.Draft) -> set[str]:
    """The addresses that something in the files takes its number from."""
    return set(re.findall(r"same as (\S+)", "".join(drawn.files().values())))


@st.composite
def argued(draw: drawn_maps.Draw) -> drawn_maps.Draft:
    """A map with arguments."""
    drawn = draw(drawn_maps.drafts(max_worldviews=0))
    assume("arguments" in drawn.map)
    return drawn


def with_worldviews(drawn: drawn_maps.Draft, worldviews: Mapping[str, Any]) -> ArgumentMap:
    data = {name: {"worldview": name, "text": name} | keys for name, keys in worldviews.items()}
    return drawn_maps.Draft(drawn.map, data, drawn.things).read()


# --- arguments -----------------------------------------------------------------------------------


def its_one_target(argument: Argument) -> list[tuple[str, int, str]]:
    """Return the argument, which way it works, and on what, if that is a single claim or argument."""
    match argument.targets:
        case (OnClaim(owner=target),):
            return [(argument.about.id, sign(argument), target)]
        case (OnArgument(owner=target),):
            return [(argument.about.id, -1, target)]
        case _:
            return []


@given(st.data())
def test_an_argument_with_one_target_never_works_backwards(data: st.DataObject) -> None:
    drawn = data.draw(argued())
    argument_map = with_worldviews(drawn, {a: {"rejects": [a]} for a in drawn.map["arguments"]})
    z = data.draw(drawn_maps.z_draws(argument_map))
    with_it = engine(argument_map, draws=[z]).marginals()
    alone = [found for argument in argument_map.arguments for found in its_one_target(argument)]
    assume(alone)
    for name, direction, target in alone:
        without = engine(argument_map, worldview=name, draws=[z]).marginals()
        change = direction * (with_it[target][1] - without[target][1])
        assert change >= -ROUNDING * with_it[target][1]


@given(st.data())
def test_at_fixed_other_parents_every_target_moves_the_right_way(data: st.DataObject) -> None:
    drawn = data.draw(argued())
    argument_map = drawn.read()
    z = data.draw(drawn_maps.z_draws(argument_map))
    ours = engine(argument_map, draws=[z])
    worlds = reference.enumerate_worlds(argument_map, reference.numbers(argument_map, z=z))
    row = data.draw(st.integers(0, len(worlds.weight) - 1))

    def of(target: str, fixed: Mapping[str, tuple[int, ...]]) -> FloatArray:
        """P(state of target | these states of others), by the network's state numbers."""
        evidence = tuple((ours.network.places[name], states) for name, states in fixed.items())
        variable = ours.network.places[target]
        return infer(ours.network, Filled(ours.entries), evidence, [variable]).marginals[variable][:, 0]

    for argument in argument_map.arguments:
        me = argument.about.id
        for target in argument.targets:
            name, states, inside = aim(argument_map, target)
            parents = worlds.reading.parents(argument_map.entry[name]) - {me}
            fixed = {
                p: (reference.states_of(argument_map, p).index(int(worlds.world[p][row])),)
                for p in parents
            }
            fixed |= {name: inside} if inside else {}
            off, on = (of(name, fixed | {me: (holds,)})[list(states)].sum() for holds in (0, 1))
            change = (on - off) * (-1 if argument.direction is Direction.UNDERCUTS else sign(argument))
            assert not change < -ROUNDING * max(on, off)  # NaN where these parents cannot be


def aim(argument_map: ArgumentMap, target: Any) -> tuple[str, tuple[int, ...], tuple[int, ...]]:
    """The entry a target is about, the states it raises, and those within which it does (none: all)."""
    match target:
        case OnClaim(owner=name) | OnRoute(owner=name) | OnArgument(owner=name):
            return name, (1,), ()
        case OnStates(owner=name, states=states):
            known = argument_map.entry[name].states
            return name, tuple(known.index(s) for s in states), ()
        case OnPhase(owner=name, part=phase):
            timeline = argument_map.timeline[argument_map.entry[name].timeline]
            steps = timeline.steps_of(phase)
            return name, tuple(s - 1 for s in steps), tuple(range(steps[0] - 1, timeline.steps + 1))
    raise AssertionError(target)


@given(st.data())
def test_rejected_and_powerless_arguments_are_the_same_to_everything_else(data: st.DataObject) -> None:
    drawn = data.draw(argued())
    names = sorted(drawn.map["arguments"].keys() - {a.split(".")[0] for a in linked(drawn)})
    assume(names)
    name = data.draw(st.sampled_from(names))
    undercuts = "undercuts" in drawn.map["arguments"][name]
    idle = {f"{name}.force": "0%"} if undercuts else {f"{name}.strength": "1x"}
    argument_map = with_worldviews(
        drawn,
        {
            "rejected": {"rejects": [name]},
            "unsound": {"judgements": {name: "0%"}},
            "idle": {"judgements": idle},
        },
    )
    z = data.draw(drawn_maps.z_draws(argument_map))
    rejected, unsound, idle_one = (
        engine(argument_map, worldview=w, draws=[z]).marginals() for w in ("rejected", "unsound", "idle")
    )
    for other in argument_map.entry.keys() - {name}:
        np.testing.assert_allclose(unsound[other], rejected[other], rtol=ROUNDING)
        np.testing.assert_allclose(idle_one[other], rejected[other], rtol=ROUNDING)


# --- names, files, order, additions --------------------------------------------------------------


def estimates(model: ModelSpec) -> dict[str, tuple[float | None, list[float]]]:
    """Each worldview's central value and draws."""
    return {
        name: (worldview.central, worldview.draws.tolist())
        for name, worldview in cm.estimate(model).worldviews.items()
    }


def assert_same_central_values(before: ModelSpec, after: ModelSpec) -> None:
    ours, others = estimates(before), estimates(after)
    for (central, _), (other, _) in zip(ours.values(), others.values(), strict=True):
        assert (central is None) == (other is None)
        np.testing.assert_allclose(other or 0.0, central or 0.0, rtol=ROUNDING)


def assert_same_draws(before: ModelSpec, after: ModelSpec) -> None:
    assert_same_central_values(before, after)
    ours, others = estimates(before), estimates(after)
    assert ours.keys() == others.keys()
    for name, (_, draws) in ours.items():
        np.testing.assert_allclose(others[name][1], draws, rtol=ROUNDING)


def renamed(part: Any) -> Any:
    """The same data with each entry under another id, in another alphabetic order."""
    match part:
        case dict():
            return {renamed(key): renamed(value) for key, value in part.items()}
        case list():
            return [renamed(item) for item in part]
        case str():
            return re.sub(r"\b([acqe])(\d)\b", lambda m: f"z{9 - int(m[2])}-{m[1]}", part)
        case _:
            return part


@given(st.data())
def test_ids_are_only_names(data: st.DataObject) -> None:
    drawn = data.draw(drawn_maps.drafts())
    target, supposed = data.draw(drawn.conditions()), data.draw(drawn.conditions())
    other = drawn_maps.Draft(renamed(drawn.map), renamed(drawn.worldviews), drawn.things)
    assert_same_central_values(
        drawn.read_model(target=target, assuming=[supposed], sampling=FEW_DRAWS),
        other.read_model(target=renamed(target), assuming=[renamed(supposed)], sampling=FEW_DRAWS),
    )


@given(st.data())
def test_files_and_the_order_of_entries_mean_nothing(data: st.DataObject) -> None:
    drawn = data.draw(drawn_maps.drafts())
    asking = {"target": data.draw(drawn.conditions()), "sampling": FEW_DRAWS}
    files = scattered(drawn, random.Random(data.draw(st.integers(0, 2**32))))
    assert_same_draws(drawn.read_model(**asking), drawn_maps.read_question(files, **asking))


def scattered(drawn: drawn_maps.Draft, shuffle: random.Random) -> dict[str, str]:
    """The files of a map with every entry in one of three files, in any order."""
    head = {key: value for key, value in drawn.map.items() if key not in SECTIONS}
    entries = [(s, name, entry) for s in SECTIONS for name, entry in drawn.map.get(s, {}).items()]
    shuffle.shuffle(entries)
    parts: list[dict[str, Any]] = [{}, head, {}]
    for section, name, entry in entries:
        shuffle.choice(parts).setdefault(section, {})[name] = entry
    files = drawn.files()
    del files["map.yaml"]
    return files | {f"{'abc'[i]}.yaml": drawn_maps.to_yaml(part) for i, part in enumerate(parts) if part}


@pytest.mark.long
@given(st.data())
def test_a_claim_that_reaches_nothing_changes_nothing(data: st.DataObject) -> None:
    drawn = data.draw(drawn_maps.drafts())
    asking = {"target": data.draw(drawn.conditions()), "sampling": FEW_DRAWS}
    leaf = {
        "text": "It follows.",
        "given": [{"when": data.draw(drawn.conditions()), "credence": "1% to 9%"}],
    }
    leaf["given"].append({"otherwise": "60% to 70%"})
    alone = {"text": "It stands alone.", "credence": "30% to 40%"}
    remark = {"text": "So it seems.", "for": "leaf", "strength": "weak", "credence": "likely"}
    more = dict(drawn.map)
    more["claims"] = {"alone": alone} | drawn.map.get("claims", {}) | {"leaf": leaf}
    more["arguments"] = {"remark": remark} | drawn.map.get("arguments", {})
    larger = drawn_maps.Draft(more, drawn.worldviews, drawn.things)
    assert_same_draws(drawn.read_model(**asking), larger.read_model(**asking))


# --- events --------------------------------------------------------------------------------------


@given(st.data())
def test_an_event_happens_in_each_phase_with_the_chance_written(data: st.DataObject) -> None:
    steps = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    phases = {f"p{i}": n for i, n in enumerate(steps)}
    percent = {p: data.draw(st.integers(1, 99)) for p in phases}
    emerges = {p: {"credence": f"{n}%", "pace": data.draw(drawn_maps.PACES)} for p, n in percent.items()}
    event = {"text": "It comes.", "timeline": "time", "emerges": emerges}
    drawn = drawn_maps.Draft(
        {"timelines": {"time": {"text": "Time.", "phases": phases}}, "events": {"it": event}},
        {},
        (),
    )
    argument_map = drawn.read()
    not_yet: list[Any] = []
    for phase, n in percent.items():
        value = cm.probability(argument_map, {"event": "it", "during": phase}, given=not_yet)
        np.testing.assert_allclose(value, n / 100, rtol=ROUNDING)
        not_yet = [{"not": {"event": "it", "by_end_of": phase}}]

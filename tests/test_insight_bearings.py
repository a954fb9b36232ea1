"""Which way entries bear on each other: against every case of drawn maps, read by the reference."""

from itertools import combinations, product

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cruxmap.insight.bearings import (
    EITHER_WAY,
    Bearing,
    bearing_of,
    bearings_on,
    either,
    followed,
    literals,
)
from cruxmap.language.argument_map import (
    Argument,
    ArgumentMap,
    Claim,
    Event,
    Question,
    Table,
)
from cruxmap.language.inheritance import settle
from cruxmap.language.reading import read_map
from cruxmap.language.typed import parse_condition
from helpers import drawn_maps, maps_from_text, reference
from helpers.commands import ROOT

MOST_WORLDS = 20_000
ROUNDING = 1e-9


def likeliness(
    argument_map: ArgumentMap, name: str, towards: tuple[str, ...]
) -> tuple[dict[str, npt.NDArray[np.int64]], npt.NDArray[np.float64]] | None:
    """All cases of an entry's parents, no argument holding, and how likely it is in each: (aspects, cases).

    That it is true, that it is in one of the states `towards`, that it happens by each step.
    """
    reading = reference.Reading(argument_map, reference.numbers(argument_map))
    entry = argument_map.entry[name]
    parents = sorted(reading.parents(entry))
    states = [
        [0] if isinstance(argument_map.entry[p], Argument) else reference.states_of(argument_map, p)
        for p in parents
    ]
    if np.prod([len(s) for s in states]) > MOST_WORLDS:
        return None
    cases = np.array(list(product(*states)), int).reshape(-1, len(parents))
    world = dict(zip(parents, cases.T, strict=True))
    chance = {s: np.zeros(len(cases)) for s in reference.states_of(argument_map, name)}
    for state, p in reading.distribution(entry, world, len(cases)):
        chance[state] = chance[state] + p
    match entry:
        case Question(states=its):
            return world, np.array([chance[its.index(state)] for state in towards])
        case Event():
            return world, np.cumsum([chance[s] for s in chance], axis=0)
        case _:
            return world, chance[1][None]


def steps_up(
    argument_map: ArgumentMap, name: str, parent: str, bearing: Bearing
) -> npt.NDArray[np.float64] | None:
    """By how much the entry is likelier where the parent bears than where it does not, all else alike."""
    found = likeliness(argument_map, name, bearing.towards)
    if found is None:
        return None
    world, aspects = found
    others = np.array([column for other, column in world.items() if other != parent]).T
    rows = others.reshape(len(world[parent]), -1).tolist()
    at = {(tuple(row), state): i for i, (row, state) in enumerate(zip(rows, world[parent], strict=True))}
    ups = [np.zeros(len(aspects))]
    entry = argument_map.entry[parent]
    bears = list(map(entry.states.index, bearing.when)) if isinstance(entry, Question) else [1]
    for (row, state), i in at.items():
        if isinstance(entry, Event):
            ups += [aspects[:, i] - aspects[:, j] for (r, s), j in at.items() if r == row and state < s]
        elif state in bears:
            ups += [
                aspects[:, i] - aspects[:, j] for (r, s), j in at.items() if r == row and s not in bears
            ]
    return np.array(ups)


@given(st.data())
def test_a_sign_holds_in_every_case(data: st.DataObject) -> None:
    argument_map = data.draw(drawn_maps.drafts(max_worldviews=0)).read()
    perspective = settle(argument_map)
    for entry in (*argument_map.claims, *argument_map.questions, *argument_map.events):
        name = entry.about.id
        for parent, bearing in bearings_on(argument_map, perspective, name).items():
            vague = isinstance(entry, Question) and not bearing.towards
            ups = None if vague else steps_up(argument_map, name, parent, bearing)
            if ups is None or ups.size == 0:
                continue
            if bearing.sign:
                assert (bearing.sign * ups >= -ROUNDING).all()
            elif isinstance(argument_map.entry[parent], Claim) and isinstance(entry.basis, Table):
                assert ((ups > -ROUNDING).all()) == ((ups < ROUNDING).all())


def test_every_kind_of_basis_tells_the_way() -> None:
    text = """
        timelines: {t: {text: Time., phases: {first: 2, last: 2}}}
        claims:
          a: {text: A., credence: 30%}
          b: {text: B., credence: 40%}
          both: {text: All., all_of: [a, {b: false}]}
          turned: {text: None., any_of: [a], if_met: 10%, otherwise: 90%}
          caused:
            text: C.
            when: b
            routes: [{when: {not: a}, chance: 20%}, {when: {q: [x, z]}, chance: 5%}]
          cased:
            text: T.
            given: [{when: [a, b], credence: 50%}, {when: {q: y}, credence: 90%}, {otherwise: 20%}]
          apart:
            text: X.
            given: [{when: [a, b], credence: 90%}, {when: b, credence: 10%}, {otherwise: 50%}]
          timed: {text: S., given: [{when: {event: e, before: f}, credence: 80%}, {otherwise: 30%}]}
        questions:
          q: {text: Q?, states: [x, y, z], credence: {x: 20%, y: 30%, z: rest}}
          r: {text: R?, states: [u, v], given: [{when: a, state: v}, {otherwise: {u: 60%, v: 40%}}]}
          g: {text: G?, states: [short, long], gap: {from: e, to: f, at_least: {long: 1}}}
        events:
          e: {text: E., timeline: t, emerges: {first: {when: a, credence: 50%}}}
          f: {text: F., timeline: t, requires: [e], emerges: {first: 30%, last: 40%}}
          last: {text: L., timeline: t, later_of: [e, f]}
        arguments:
          pro: {text: P., for: b, strength: 3x, premises: [{a: false}]}
          con: {text: N., undercuts: pro, premises: [a]}
          again: {text: M., undercuts: con}
          state: {text: V., against: {q: [x, y]}, strength: 2x}
    """
    argument_map = maps_from_text.model(text, "target: a").map
    perspective = settle(argument_map)

    def on(name: str) -> dict[str, Bearing]:
        return bearings_on(argument_map, perspective, name)

    up, down = Bearing(1), Bearing(-1)
    assert on("a") == {}
    assert on("both") == {"a": up, "b": down}
    assert on("turned") == {"a": down}
    assert on("caused") == {"b": up, "a": down, "q": Bearing(1, when=("x", "z"))}
    assert on("cased") == {"a": EITHER_WAY, "b": EITHER_WAY, "q": Bearing(1, when=("y",))}
    assert on("apart") == {"a": up, "b": EITHER_WAY}
    assert on("timed") == {"e": up, "f": down}
    assert on("r") == {"a": Bearing(1, towards=("v",))}
    assert on("g") == {"e": Bearing(1, towards=("long",)), "f": Bearing(-1, towards=("long",))}
    assert on("e") == {"a": up}
    assert on("f") == {"e": up}
    assert on("last") == {"e": up, "f": up}
    assert on("pro") == {"a": down}
    of = {argument.about.id: bearing_of(argument_map, argument) for argument in argument_map.arguments}
    assert of == {"pro": up, "con": down, "again": up, "state": Bearing(-1, towards=("x", "y"))}


def test_ways_are_followed_and_put_together() -> None:
    towards = Bearing(1, towards=("x",))
    assert followed(Bearing(-1), Bearing(-1)) == Bearing(1)
    assert followed(towards, Bearing(-1, when=("x", "y"))) == Bearing(-1)
    assert followed(towards, Bearing(1, when=("y",))) == EITHER_WAY
    assert followed(Bearing(1, when=("w",)), towards) == Bearing(1, ("w",), ("x",))
    assert either([Bearing(1, ("x",)), Bearing(1, ("y", "x"))]) == Bearing(1, ("x", "y"))
    assert either([Bearing(1), Bearing(-1)]) == EITHER_WAY


def test_too_many_cases_say_nothing_of_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = ", ".join(f"{{when: [c{a}, c{b}], credence: 60%}}" for a, b in combinations(range(14), 2))
    claims = "\n".join(f"  c{i}: {{text: C., credence: 50%}}" for i in range(14))
    text = f"claims:\n{claims}\n  many: {{text: M., given: [{rows}, {{otherwise: 10%}}]}}"
    argument_map = maps_from_text.model(text, "target: many").map
    found = bearings_on(argument_map, settle(argument_map), "many")
    assert found == {f"c{i}": EITHER_WAY for i in range(14)}
    monkeypatch.setattr("cruxmap.insight.bearings.MOST_CASES", 2**14)
    assert bearings_on(argument_map, settle(argument_map), "many") == {
        f"c{i}": Bearing(1) for i in range(14)
    }


@pytest.mark.parametrize("shipped", ["power-seeking", "deceptive-alignment"])
def test_all_that_is_mentioned_bears(shipped: str) -> None:
    argument_map = read_map(ROOT / "arguments" / shipped)
    reading = reference.Reading(argument_map, reference.numbers(argument_map))
    perspective = settle(argument_map)
    for name, entry in argument_map.entry.items():
        parents = {p for p in reading.parents(entry) if not isinstance(argument_map.entry[p], Argument)}
        assert bearings_on(argument_map, perspective, name).keys() == parents


def test_what_a_condition_is_about_stands_under_signs() -> None:
    text = "claims: {a: {text: A., credence: 5%}, b: {text: B., credence: 5%}}"
    argument_map = maps_from_text.model(text, "target: a").map
    condition = parse_condition({"not": {"any_of": ["a", {"b": "false"}]}}, argument_map)
    assert list(literals(condition)) == [("a", -1, ()), ("b", 1, ())]

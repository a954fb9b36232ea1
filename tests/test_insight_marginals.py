"""Probabilities at central judgements, and what entries tell of the target: against all worlds of a map."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cruxmap.insight.marginals import marginals_and_telling
from cruxmap.language.argument_map import ArgumentMap, ClaimIs
from helpers import drawn_maps, maps_from_text, reference


def numbered(argument_map: ArgumentMap, name: str, states: dict[str, float]) -> dict[int, float]:
    return dict(zip(reference.states_of(argument_map, name), states.values(), strict=True))


def bits(chances: list[float]) -> float:
    return -sum(p * math.log2(p) for p in chances if p > 0)


@given(st.data())
def test_entries_tell_as_much_as_all_worlds_say(data: st.DataObject) -> None:
    draft = data.draw(drawn_maps.drafts(max_worldviews=0))
    claims = [claim.about.id for claim in draft.read().claims]
    if not claims:
        return
    target = data.draw(st.sampled_from(claims))
    model = draft.read_model(target=target, worldviews=["map"])
    worlds = reference.enumerate_worlds(model.map, reference.numbers(model.map))
    p, _ = worlds.probability(ClaimIs(target))
    known, telling = marginals_and_telling(model)
    for name, states in known.items():
        expected = worlds.marginal(name)
        for state, found in numbered(model.map, name, dict(states)).items():
            assert found == pytest.approx(expected.get(state, 0.0), abs=1e-12)
    if not 1e-6 < p < 1 - 1e-6:
        return
    if_true, if_false = (
        {name: worlds.marginal(name, [ClaimIs(target, value)]) for name in known}
        for value in (True, False)
    )
    for name in known:
        left = sum(
            chance
            * bits([p * if_true[name].get(s, 0.0) / chance, (1 - p) * if_false[name].get(s, 0.0) / chance])
            for s, chance in worlds.marginal(name).items()
            if chance > 0
        )
        assert telling[name] == pytest.approx(1 - left / bits([p, 1 - p]), abs=1e-6)
    assert telling[target] == pytest.approx(1)


def test_what_is_settled_is_told_by_nothing() -> None:
    text = """
        claims:
          a: {text: A., credence: 30%}
          b: {text: B., credence: 100%}
          c: {text: C., all_of: [a, b]}
    """
    known, telling = marginals_and_telling(maps_from_text.model(text, "target: b"))
    assert known["c"] == pytest.approx({"false": 0.7, "true": 0.3})
    assert telling == {}
    impossible = maps_from_text.model(text, "target: a\nobserved: [{b: false}]")
    assert marginals_and_telling(impossible) == ({}, {})

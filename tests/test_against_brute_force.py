"""The exact engine gives what adding up all worlds gives, on drawn maps that use every construct."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cruxmap as cm
from cruxmap.engine.draws import latin_hypercube
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    ArgumentMap,
    Condition,
    Elicited,
    Role,
    Scale,
)
from cruxmap.language.typed import parse_condition
from cruxmap.network import case_tables, lowering
from helpers import drawn_maps, reference
from helpers.filled_network import engine

RELATIVE_ERROR = 1e-9
NUMBERS_OF_THEIR_OWN = (Role.CREDENCE, Role.CHANCE, Role.FORCE)


def close(actual: object, expected: object) -> None:
    np.testing.assert_allclose(actual, expected, rtol=RELATIVE_ERROR, atol=0)


@st.composite
def views(draw: drawn_maps.Draw, argument_map: ArgumentMap) -> str:
    return draw(st.sampled_from([MAP_WORLDVIEW, *argument_map.worldview]))


@pytest.fixture(params=[64, 4, 1])
def room(request: pytest.FixtureRequest) -> Iterator[int]:
    """How many configurations a table may have; with few, small maps are taken apart as large ones are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(case_tables, "ROOM", request.param)
        patch.setattr(lowering, "ROOM", request.param)
        yield request.param


@settings(
    suppress_health_check=[*settings.default.suppress_health_check, HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_all_marginals_of_all_worldviews(room: int, data: st.DataObject) -> None:
    drawn = data.draw(drawn_maps.drafts_with_brought())
    argument_map = drawn.read()
    for worldview in (MAP_WORLDVIEW, *argument_map.worldview):
        z = data.draw(drawn_maps.z_draws(argument_map))
        ours = engine(argument_map, worldview=worldview, draws=[{}, z]).marginals()
        for column, at in enumerate(({}, z)):
            worlds = reference.enumerate_worlds(
                argument_map, reference.numbers(argument_map, worldview, at)
            )
            for entry in argument_map.entry:
                marginal = worlds.marginal(entry)
                expected = [marginal.get(s, 0.0) for s in reference.states_of(argument_map, entry)]
                close(ours[entry][:, column], expected)


@given(st.data())
def test_conditionals(data: st.DataObject) -> None:
    drawn = data.draw(drawn_maps.drafts_with_brought(max_worldviews=1))
    argument_map = drawn.read()
    written = [data.draw(drawn.conditions()) for _ in range(data.draw(st.integers(1, 4)))]
    conditions: list[Condition] = [parse_condition(w, argument_map) for w in written]
    worldview = data.draw(views(argument_map))
    z = data.draw(drawn_maps.z_draws(argument_map))
    ours = engine(argument_map, conditions, worldview, [z])
    worlds = reference.enumerate_worlds(argument_map, reference.numbers(argument_map, worldview, z))
    target, *evidence = conditions
    expected = worlds.probability(target, evidence)
    close(np.ravel(ours.probability(target, evidence)), expected)
    with np.errstate(divide="ignore"):
        log_evidence = np.log(worlds.mass(reference.AllOf((*evidence,)))) if evidence else 0.0
    np.testing.assert_allclose(ours.log_probability(evidence), log_evidence, rtol=1e-9, atol=1e-9)
    if not np.isnan(expected[0]):
        marginals = ours.marginals(evidence)
        for entry in argument_map.entry:
            by_state = worlds.marginal(entry, evidence)
            close(
                marginals[entry][:, 0],
                [by_state.get(s, 0.0) for s in reference.states_of(argument_map, entry)],
            )


@given(st.data())
def test_public_probability(data: st.DataObject) -> None:
    drawn = data.draw(drawn_maps.drafts_with_brought(max_things=4, max_arguments=3))
    argument_map = drawn.read()
    asked, supposed, seen = (data.draw(drawn.conditions()) for _ in range(3))
    worldview = data.draw(views(argument_map))
    places = [
        a for a, j in argument_map.judgements.items() if j.overridable and j.role in NUMBERS_OF_THEIR_OWN
    ]
    percent = {a: data.draw(st.integers(1, 90)) for a in places[:2]}
    model = drawn.read_model(target=asked, observed=[seen], worldviews=[worldview])
    target, assuming, observed = (parse_condition(c, argument_map) for c in (asked, supposed, seen))
    settings = {a: Elicited(Scale.PROBABILITY, n / 100, n / 100) for a, n in percent.items()}
    numbers = reference.numbers(argument_map, worldview, settings=settings)
    expected, _ = reference.enumerate_worlds(argument_map, numbers).probability(
        target, [assuming, observed]
    )
    judgements = {a: f"{n}%" for a, n in percent.items()}
    if np.isnan(expected):
        with pytest.raises(cm.InvalidMap, match="impossible"):
            cm.probability(model, asked, given=[supposed], worldview=worldview, judgements=judgements)
    else:
        value = cm.probability(model, asked, given=[supposed], worldview=worldview, judgements=judgements)
        close(value, expected)


@given(st.data())
def test_draws_of_the_estimate(data: st.DataObject) -> None:
    drawn = data.draw(drawn_maps.drafts_with_brought(max_things=4, max_arguments=3))
    argument_map = drawn.read()
    asked, supposed = (data.draw(drawn.conditions()) for _ in range(2))
    sampling = {"draws": "8", "seed": str(data.draw(st.integers(0, 10**6)))}
    model = drawn.read_model(target=asked, assuming=[supposed], sampling=sampling)
    target, assuming = (parse_condition(c, argument_map) for c in (asked, supposed))
    estimate = cm.estimate(model)
    addresses = tuple(argument_map.judgements)
    z = latin_hypercube(model.sampling.seed, addresses, 8, 0, 8)
    for worldview in model.worldviews:
        ours = estimate.worldviews[worldview]
        for d in range(8):
            at = dict(zip(addresses, z[:, d].tolist(), strict=True))
            worlds = reference.enumerate_worlds(
                argument_map, reference.numbers(argument_map, worldview, at)
            )
            close(ours.draws[d], worlds.probability(target, [assuming])[0])
            close(ours.unconditional.draws[d], worlds.probability(target)[0])

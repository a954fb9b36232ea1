"""A state against the map that is read with its numbers written in, and against single probabilities."""

from collections.abc import Mapping
from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import cruxmap as cm
from cruxmap.insight import free_network as module
from cruxmap.insight.live_model import State, open_model
from cruxmap.language.argument_map import LOGIT_OF_CERTAINTY, Role
from cruxmap.language.typed import parse_condition, parse_settings
from helpers import drawn_maps
from helpers.examples import ANN, BOB, GARDEN, TRAINING
from helpers.few_examples import FEW_EXAMPLES
from helpers.maps_from_text import model
from helpers.odds import logit
from helpers.quadrature import by_quadrature

WET = "target: wet\nalso: [{any_of: [rain, sprinkler]}, slippery]\nsampling: {draws: 64}\n"
CLOSE = {"rel": 1e-12, "abs": 1e-15}


def garden(ask: str = WET) -> cm.ModelSpec:
    return model(GARDEN, ask, ann=ANN, bob=BOB)


@st.composite
def worldviews(draw: drawn_maps.Draw) -> tuple[drawn_maps.Draft, str]:
    """A map, and a worldview of it."""
    drawn = draw(drawn_maps.drafts())
    assume(drawn.worldviews)
    return drawn, draw(st.sampled_from(sorted(drawn.worldviews)))


def written(drawn: drawn_maps.Draft, name: str) -> Mapping[str, Any]:
    """The judgements of a worldview as they are written, notes left out."""
    judgements = drawn.worldviews[name].get("judgements", {})
    return {
        address: value["value"] if isinstance(value, dict) and "value" in value else value
        for address, value in judgements.items()
    }


def below(drawn: drawn_maps.Draft, name: str) -> str:
    return drawn.worldviews[name].get("extends", "map")


def same(one: Mapping[str, float | None], other: Mapping[str, float | None]) -> None:
    """Equal to the last bit."""
    assert dict(one) == dict(other)


def close(one: Mapping[str, float | None], other: Mapping[str, float | None], rel: float = 1e-12) -> None:
    """Equal but for rounding; what has no slope has none on both sides."""
    assert one.keys() == other.keys()
    for name, value in one.items():
        assert (value is None) == (other[name] is None)
        if value is not None:
            assert value == pytest.approx(other[name], rel=rel, abs=1e-14)


def possible(state: State) -> bool:
    try:
        state.probability()
    except cm.InvalidMap:
        return False
    return True


# --- what makes another state --------------------------------------------------------------------


@FEW_EXAMPLES
@given(worldviews(), st.data())
def test_setting_and_rejecting_is_reading_the_map_with_that_written_in(
    case: tuple[drawn_maps.Draft, str], data: st.DataObject
) -> None:
    drawn, name = case
    argument_map, parts = drawn.read(), drawn.worldviews[name]
    made = open_model(argument_map, below(drawn, name)).set(written(drawn, name))
    made = made.reject(*parts.get("rejects", ())).accept(*parts.get("accepts", ()))
    wanted = open_model(argument_map, name)
    same(made.marginals(), wanted.marginals())
    same(made.slopes(), wanted.slopes())
    assert [s.value for s in made.perspective.settings] == [s.value for s in wanted.perspective.settings]
    thing = data.draw(st.sampled_from(drawn.things))
    asked = {thing.id: thing.states[0]} if thing.states else thing.id
    if thing.timeline:
        asked = {"event": thing.id, "ever": True}
    assert made.probability(asked) == pytest.approx(
        cm.probability(argument_map, asked, worldview=name), **CLOSE
    )


@FEW_EXAMPLES
@given(worldviews(), st.randoms())
def test_the_order_of_sets_does_not_matter(case: tuple[drawn_maps.Draft, str], random: Any) -> None:
    drawn, name = case
    settings = written(drawn, name)
    opened = open_model(drawn.read(), below(drawn, name))
    wanted = opened.set(settings)
    ones = [*settings.items()]
    random.shuffle(ones)
    made = opened
    for address, value in ones:
        try:
            made = made.set({address: value})
        except cm.InvalidMap:  # single shares that add up only together
            assume(False)
    same(made.marginals(), wanted.marginals())


@FEW_EXAMPLES
@given(worldviews(), st.data())
def test_set_and_set_back_gives_the_same_bits(
    case: tuple[drawn_maps.Draft, str], data: st.DataObject
) -> None:
    drawn, name = case
    opened = open_model(drawn.read(), name)
    judgements = opened.asking.opened.model.map.judgements
    free = [a for a, j in judgements.items() if j.overridable and j.role is not Role.SHARE]
    assume(free)
    before = dict(opened.marginals())
    address = data.draw(st.sampled_from(free))
    ratio = judgements[address].role in (Role.STRENGTH, Role.PACE)
    changed = opened.set({address: data.draw(st.sampled_from(["7x", "1x"] if ratio else ["0%", "37%"]))})
    changed.marginals()
    assert dict(opened.marginals()) == before
    back = changed.laid([(address, opened.layers.places[address].value)])
    same(back.marginals(), opened.marginals())
    same(back.slopes(), opened.slopes())


def test_a_state_is_frozen_and_shares_its_network() -> None:
    state = open_model(garden(), "ann")
    other = state.set({"rain": "50%"}).reject("mirage")
    assert other.asking is state.asking
    with pytest.raises(FrozenInstanceError):
        state.numbers = other.numbers
    assert repr(state) == "State('small', worldview='ann')"
    assert (state.worldview, state.assuming, state.observed) == ("ann", (), ())
    assert other.given(assuming="rain", observed=[{"sprinkler": False}]).observed == (
        "{sprinkler: false}",
    )


def test_a_rejection_is_taken_back() -> None:
    spec = garden()
    state = open_model(spec, "bob")
    heard = state.accept("drought")
    assert heard.marginals()["drought"] == pytest.approx(heard.probability({"season": "dry"}))
    same(heard.reject("drought").marginals(), state.marginals())
    assert state.reject("clouds", "damp").marginals()["clouds"] == 0.0
    assert state.perspective.setting["drought"].origin == "bob"
    assert heard.reject("drought").perspective.setting["drought"].origin == "set"


def test_what_was_certain_everywhere_may_change() -> None:
    spec = garden()
    for name in ("map", "ann", "bob"):
        state = open_model(spec, name)
        for address, value in (("drought", "50%"), ("mirage.force", "10%"), ("drought", "0%")):
            assert state.set({address: value}).probability() == pytest.approx(
                cm.probability(spec, "wet", worldview=name, judgements={address: value}), **CLOSE
            )


def test_what_is_laid_over_a_model_lies_under_what_is_set() -> None:
    spec = garden()
    laid = replace(spec, settings=parse_settings([("rain", "50%"), ("season.dry", "45%")], spec.map))
    state = open_model(spec, "ann").set({"rain": "50%"}).set({"season.dry": "45%"})
    same(open_model(laid, "ann").marginals(), state.marginals())
    over = open_model(laid, "ann").set({"season": {"dry": "10%", "mild": "rest", "rainy": "20%"}})
    same(over.marginals(), state.set({"season": "{dry: 10%, mild: 70%, rainy: 20%}"}).marginals())


def test_what_cannot_be_set_is_a_problem() -> None:
    state = open_model(garden(), "ann")
    for change, code in (
        (lambda: state.set({"rane": "50%"}), "unknown-address"),
        (lambda: state.set({"rain": "50 per cent"}), "unreadable-judgement"),
        (lambda: state.set({"season.dry": "70%", "season.mild": "70%"}), "shares-sum"),
        (lambda: state.set({"season": {"dry": "70%", "mild": "70%", "rainy": "1%"}}), "shares-sum"),
        (lambda: state.set({"rain": "same as sprinkler", "sprinkler": "same as rain"}), "same-as-circle"),
        (
            lambda: state.set({"rain": "same as sprinkler"}).set({"sprinkler": "same as rain"}),
            "same-as-circle",
        ),
        (lambda: state.reject("rain"), "wrong-reference"),
        (lambda: state.accept("drout"), "unknown-id"),
        (lambda: state.given(assuming="rane"), "unknown-id"),
        (lambda: state.probability("rane"), "unknown-id"),
        (lambda: open_model(garden(), "anne"), "unknown-worldview"),
    ):
        with pytest.raises(cm.InvalidMap) as caught:
            change()
        assert [problem.code for problem in caught.value.problems] == [code]


def test_numbers_of_numpy_are_numbers() -> None:
    opened = open_model(garden(), "ann")
    for value in (np.float64(0.25), np.float32(0.25), np.array(0.25)):
        assert opened.set({"rain": value}).probability() == opened.set({"rain": "25%"}).probability()
    with pytest.raises(cm.InvalidMap, match="`rain` is one number, not None"):
        opened.set({"rain": None})
    with pytest.raises(ValueError, match="one at least, not 0"):
        opened.draws(0)


def test_numbers_that_follow_others() -> None:
    text = """
    claims:
      a: {text: A., credence: 20%}
      b: {text: B., credence: same as a}
      t: {text: T., given: [{when: {q: y}, credence: 90%}, {otherwise: 10%}]}
    questions:
      q: {text: Q., states: [x, y], credence: {x: same as a, y: rest}}
    """
    spec = model(text, "target: t\n")
    state = open_model(spec)
    later = state.set({"a": "40%"})
    assert later.marginals()["b"] == pytest.approx(0.4)
    assert later.marginals()["q.y"] == pytest.approx(0.6)
    assert "b" not in later.slopes()
    cut = later.set({"b": "30%"}).set({"a": "10%"})
    assert (cut.marginals()["a"], cut.marginals()["b"]) == pytest.approx((0.1, 0.3))


# --- answers -------------------------------------------------------------------------------------


@FEW_EXAMPLES
@given(drawn_maps.drafts(max_worldviews=1), st.data())
def test_probabilities_under_any_condition_are_those_of_probability(
    drawn: drawn_maps.Draft, data: st.DataObject
) -> None:
    target, assuming, observed, asked = data.draw(
        st.tuples(drawn.conditions(), *[st.lists(drawn.conditions(), max_size=2)] * 2, drawn.conditions())
    )
    spec = drawn.read_model(target=target)
    name = data.draw(st.sampled_from(["map", *drawn.worldviews]))
    state = open_model(spec, name).given(assuming=assuming, observed=observed)
    spec = drawn.read_model(target=target, **({"observed": observed} if observed else {}))
    for condition, found in ((target, state.probability), (asked, lambda: state.probability(asked))):
        try:
            wanted = cm.probability(spec, condition, given=assuming, worldview=name)
        except cm.InvalidMap:
            for ask in (found, state.marginals, state.slopes, state.log_odds, lambda: state.slopes(asked)):
                with pytest.raises(cm.InvalidMap, match="is impossible"):
                    ask()
            assert np.isnan(cm.probabilities([state])).all()
        else:
            assert found() == pytest.approx(wanted, **CLOSE)


@FEW_EXAMPLES
@given(drawn_maps.drafts(), st.data())
def test_marginals_are_probabilities(drawn: drawn_maps.Draft, data: st.DataObject) -> None:
    target = data.draw(drawn.conditions())
    given_ = data.draw(st.lists(drawn.conditions(), max_size=1))
    spec = drawn.read_model(target=target, **({"assuming": given_} if given_ else {}))
    state = open_model(spec)
    assume(possible(state))
    marginals = state.marginals()
    entries = spec.map.entry
    assert {name.partition(".")[0] for name in marginals} - {spec.target.name} == {*entries} - {
        spec.target.name
    }
    questions = {q.about.id: q for q in spec.map.questions}
    events = {e.about.id: e for e in spec.map.events}
    for name in data.draw(
        st.lists(st.sampled_from(sorted(marginals)), min_size=1, max_size=4, unique=True)
    ):
        owner, _, part = name.partition(".")
        asked: Any = name
        if name == spec.target.name:
            asked = target
        elif owner in questions:
            asked = {owner: part}
        elif owner in events:
            asked = {"event": owner, "during": part} if part else {"event": owner, "ever": True}
        elif any(argument.about.id == name for argument in spec.map.arguments):
            continue
        assert marginals[name] == pytest.approx(cm.probability(spec, asked), **CLOSE)


def moved(state: State, place: int, by: float) -> State:
    """The state with one number, and all that follow it, moved on its scale."""
    mu = state.numbers.mu.copy()
    mu[0, state.numbers.column[0] == place] += by
    return State(state.asking, state.layers, replace(state.numbers, mu=mu))


@FEW_EXAMPLES
@given(worldviews(), st.data())
def test_slopes_are_those_of_differences(case: tuple[drawn_maps.Draft, str], data: st.DataObject) -> None:
    drawn, name = case
    spec = drawn.read_model(target=data.draw(drawn.conditions()))
    state, asked = open_model(spec, name), data.draw(st.one_of(st.none(), drawn.conditions()))
    log_odds = state.log_odds(asked)
    assume(abs(log_odds) < 20)
    slopes, numbers = state.slopes(asked), state.numbers
    addresses = state.asking.opened.addresses
    assert [*slopes] == [a for i, a in enumerate(addresses) if numbers.column[0, i] == i]
    h = 1e-4
    for address, slope in slopes.items():
        place = addresses.index(address)
        mu = numbers.mu[0, place]
        if abs(mu) >= LOGIT_OF_CERTAINTY:
            assert slope is None
        elif abs(mu) < 20 and not numbers.single[0, place] and not (numbers.is_strength[place] and mu < h):
            up, down = (moved(state, place, by).log_odds(asked) for by in (h, -h))
            assert slope == pytest.approx((up - down) / (2 * h), rel=1e-5, abs=1e-6)


def test_slopes_of_single_shares_are_those_of_setting_them() -> None:
    state = open_model(garden()).set({"season.dry": "45%"})
    p, h = 0.45, 1e-5
    ends = [1 / (1 + np.exp(-(logit(p) + by))) for by in (-h, h)]
    down, up = (state.set({"season.dry": float(end)}).log_odds() for end in ends)
    assert state.slopes()["season.dry"] == pytest.approx((up - down) / (2 * h), rel=1e-6)


def test_slopes_and_marginals_of_what_was_asked_last_do_not_mix() -> None:
    spec = garden()
    state = open_model(spec)
    alone = open_model(
        replace(spec, target=replace(spec.target, name="rain", condition=spec.also[0].condition))
    )
    close(state.slopes({"any_of": ["rain", "sprinkler"]}), alone.slopes())
    assert state.marginals()["{any_of: [rain, sprinkler]}"] == pytest.approx(alone.probability(), **CLOSE)


def test_a_plan_for_what_is_foreseen_gives_the_same() -> None:
    spec = garden("target: wet\nobserved: [slippery]\n")
    state = open_model(spec, "ann")
    conditions = [parse_condition(name, spec.map) for name in ("rain", "far", "mould", "sprinkler")]
    foreseeing = state.foreseeing(conditions)
    assert foreseeing.foreseen  # of these, only rain and sprinkler are what wet and slippery rest on
    assert not foreseeing.foreseeing(conditions[1:3]).foreseen >= foreseeing.foreseen
    u = state.numbers.mu[0]
    by_one, by_other = state.at(u, conditions), foreseeing.at(u, conditions)
    np.testing.assert_allclose(by_other.log_odds, by_one.log_odds, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(by_other.slopes, by_one.slopes, rtol=1e-12, atol=1e-14)
    places = np.stack([u, u + 0.5, u - 1.0], axis=1)
    np.testing.assert_allclose(foreseeing.target_at(places), state.target_at(places), rtol=1e-12)


def test_many_states_in_one_run() -> None:
    spec = garden()
    ann, bob = open_model(spec, "ann"), open_model(spec, "bob")
    states = [ann.set({"rain": p / 100}) for p in range(1, 40)]
    states += [
        bob,
        ann,
        ann.given(assuming="sprinkler"),
        bob.reject("mirage"),
        ann.set({"season.dry": "9%"}),
    ]
    np.testing.assert_allclose(
        cm.probabilities(states), [state.probability() for state in states], rtol=1e-13
    )
    np.testing.assert_allclose(
        cm.probabilities(states, {"season": "dry"}),
        [state.probability({"season": "dry"}) for state in states],
        rtol=1e-13,
    )
    assert cm.probabilities([]).shape == (0,)


@pytest.mark.parametrize("name", ["map", "bob"])
def test_draws_are_those_of_the_estimate(name: str) -> None:
    spec = replace(garden(), worldviews=("map", "bob"))
    drawn = open_model(spec, name).draws(64)
    wanted = cm.estimate(spec).worldviews[name]
    np.testing.assert_allclose(drawn.values, wanted.draws, rtol=1e-12)
    assert drawn.mean == pytest.approx(wanted.mean, rel=1e-12)
    assert (drawn.weights == 1).all()


def test_draws_count_by_how_probable_what_is_observed_is() -> None:
    text = """
    claims:
      cause: {text: Cause., credence: 10% to 60%}
      sign: {text: Sign., given: [{when: cause, credence: 90%}, {otherwise: 20%}]}
    """
    state = open_model(model(text, "target: cause\nobserved: [sign]\n"))
    drawn = state.draws(20_000)
    p = by_quadrature(
        lambda c: 0.9 * c / (0.9 * c + 0.2 * (1 - c)), lambda c: 0.9 * c + 0.2 * (1 - c), 0.1, 0.6
    )
    assert drawn.mean == pytest.approx(p, rel=1e-4)
    assert np.isnan(state.given(observed=["cause", {"cause": False}]).draws(8).mean)


def test_events_compared_and_their_phases() -> None:
    spec = model(TRAINING, "target: {event: goal, before: plan, by: 2}\n")
    state = open_model(spec)
    for condition in (
        {"event": "plan", "during": "late"},
        {"event": "goal", "within": 2, "of": "plan"},
    ):
        assert state.probability(condition) == pytest.approx(cm.probability(spec, condition), **CLOSE)
    assert state.marginals()["plan.late"] == pytest.approx(
        cm.probability(spec, {"event": "plan", "during": "late"}), **CLOSE
    )


# --- too wide for exact sums ---------------------------------------------------------------------


def test_a_sampled_model_answers_as_probability_does() -> None:
    spec = replace(garden(), exact=False)
    state = open_model(spec, "ann").set({"rain": "30%"}).reject("mirage")
    text = ANN.replace("rain: 10% to 20%", "rain: 30%") + "rejects: [mirage]\n"
    other = replace(model(GARDEN, WET, ann=text), exact=False)
    assert state.probability() == cm.probability(other, "wet", worldview="ann")
    assert state.probability("rain") == cm.probability(other, "rain", worldview="ann")
    assert cm.probabilities([state]).tolist() == [state.probability()]
    exact = open_model(replace(other, exact=None), "ann")
    assert state.log_odds() == pytest.approx(exact.log_odds(), abs=0.1)
    found, wanted = state.marginals(), exact.marginals()
    assert found.keys() == wanted.keys()
    assert [*found.values()] == pytest.approx([*wanted.values()], abs=0.03)
    assert state.slopes().keys() == exact.slopes().keys()
    np.testing.assert_allclose(state.draws(16).values, exact.draws(16).values, atol=0.1)


def test_a_map_too_wide_to_be_planned_whole_has_each_question_planned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spec = garden()

    def refuse(*_: object, **__: object) -> None:
        raise cm.InvalidMap(())

    state = open_model(spec, "bob").set({"drought": "50%"})
    monkeypatch.setattr(module, "exactly", refuse)
    apart = open_model(spec, "bob").set({"drought": "50%"})
    assert apart.probability() == pytest.approx(state.probability(), **CLOSE)
    close(apart.marginals(), state.marginals())
    close(apart.slopes(), state.slopes(), rel=1e-11)

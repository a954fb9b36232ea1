"""What each crux adds beside those before it, against sums over all worlds."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cruxmap.insight import next_best
from cruxmap.insight.candidates import Candidate, candidates_of
from cruxmap.insight.cruxes import cruxes
from cruxmap.insight.kinds import Kind
from cruxmap.language.argument_map import AllOf, ArgumentMap, ClaimIs, Condition, Not, StateIn
from cruxmap.language.model_spec import ModelSpec
from cruxmap.network.inquiry import inquire
from helpers import drawn_maps, reference
from helpers.examples import ANN, BOB, CARLSMITH, GARDEN, SUPERFORECASTERS
from helpers.few_examples import FEW_EXAMPLES
from helpers.maps_from_text import model


def outcomes(argument_map: ArgumentMap, name: str) -> tuple[Condition, ...]:
    """Return what may be learned of a premise or an argument."""
    for question in argument_map.questions:
        if question.about.id == name:
            return tuple(StateIn(name, (state,)) for state in question.states)
    return ClaimIs(name), ClaimIs(name, False)


def uncertainty_left(spec: ModelSpec, worldview: str, names: Sequence[str]) -> float:
    """Return H(target | all of these), in bans, by enumeration at central judgements."""
    worlds = reference.enumerate_worlds(spec.map, reference.numbers(spec.map, worldview))
    target, given = spec.target.condition, (*spec.assuming, *spec.observed)
    whole = worlds.mass(AllOf(given)) if given else 1.0
    left = 0.0
    for case in product(*(outcomes(spec.map, name) for name in names)):
        sides = [worlds.mass(AllOf((*given, *case, side))) / whole for side in (target, Not(target))]
        left -= sum(p * math.log10(p / sum(sides)) for p in sides if p > 0)
    return left


def told_by(spec: ModelSpec, worldviews: Iterable[str], names: Sequence[str]) -> float:
    """Return the mean of I(target; all of these) over worldviews."""
    each = [uncertainty_left(spec, w, ()) - uncertainty_left(spec, w, names) for w in worldviews]
    return sum(each) / len(each)


def possible(spec: ModelSpec) -> list[Candidate]:
    """Return the premises and arguments of a model as wholes."""
    return [
        candidate
        for candidate in candidates_of(inquire(spec))
        if candidate.kind is not Kind.STAGE and "." not in candidate.id
    ]


def test_each_tells_most_beside_those_before_it() -> None:
    spec = model(GARDEN, "target: wet\nassuming: [{not: {all_of: [far, sprinkler]}}]\n", ann=ANN, bob=BOB)
    inquiry, candidates = inquire(spec), possible(spec)
    for number, worldviews in ((0, ["ann"]), (1, ["bob"]), (None, ["ann", "bob"])):
        numbers = [0, 1] if number is None else [number]
        best = next_best.best_first(inquiry, numbers, candidates)
        chosen: list[str] = []
        for name, added in zip(best.ids, best.added, strict=True):
            before = told_by(spec, worldviews, chosen)
            values = {
                c.id: told_by(spec, worldviews, [*chosen, c.id]) - before
                for c in candidates
                if c.id not in chosen
            }
            assert added == pytest.approx(values[name], rel=1e-9, abs=1e-14)
            assert values[name] == pytest.approx(max(values.values()), rel=1e-9, abs=1e-12)
            chosen.append(name)
        assert len(chosen) == next_best.HOW_MANY < len(candidates)
        assert best.sets[-1].voi == pytest.approx(told_by(spec, worldviews, chosen), rel=1e-9)
        assert best.in_all == pytest.approx(
            sum(uncertainty_left(spec, w, ()) for w in worldviews) / len(worldviews)
        )


def test_the_six_premises_together_tell_all() -> None:
    spec = model(CARLSMITH, "target: doom\n", experts=SUPERFORECASTERS)
    table = cruxes(spec, "map")
    assert [crux.id for crux in table.ranking][:2] == ["disempowered", "hard"] or [
        crux.id for crux in table.ranking
    ][:2] == ["hard", "disempowered"]
    assert table.sets[-1].voi_share == pytest.approx(1, rel=1e-12)
    # The first, by hand: one factor of the product of six, with all others to come.
    p, c = 0.65 * 0.8 * 0.4 * 0.65 * 0.4 * 0.95, 0.4
    first = -sum(x * math.log10(x) for x in (p, 1 - p)) + c * sum(
        x * math.log10(x) for x in (p / c, 1 - p / c)
    )
    assert table.ranking[0].added == pytest.approx(first, rel=1e-12)


def test_two_claims_that_say_the_same_are_worth_one() -> None:
    text = """
    claims:
      a: {text: The cause., credence: 40%}
      b: {text: Another cause., credence: 30%}
      t:
        text: Target.
        given:
          - {when: [a, b], credence: 90%}
          - {when: a, credence: 70%}
          - {when: b, credence: 30%}
          - {otherwise: 5%}
    arguments:
      echo: {text: The same again., premises: [a], for: b, strength: 1x}
    """
    table = cruxes(model(text, "target: t\n"), "map")
    rows = {crux.id: crux for crux in table.ranking}
    assert rows["a"].voi == pytest.approx(rows["echo"].voi, rel=1e-12)
    assert [crux.id for crux in table.ranking] == ["a", "b", "echo"]
    assert rows["echo"].added == 0.0
    assert rows["a"].added_share == pytest.approx(rows["a"].voi_share, rel=1e-12)


def test_below_eight_by_value_alone() -> None:
    claims = "".join(f"  c{i}: {{text: One., credence: {10 + 3 * i}%}}\n" for i in range(11))
    rows = "".join(f"      - {{when: c{i}, credence: {90 - 5 * i}%}}\n" for i in range(11))
    text = f"claims:\n{claims}  t:\n    text: Target.\n    given:\n{rows}      - {{otherwise: 2%}}\n"
    table = cruxes(model(text, "target: t\n"), "map")
    assert [crux.added is None for crux in table.ranking] == [False] * 8 + [True] * 3
    below = [crux.voi for crux in table.ranking[8:]]
    assert below == sorted(below, reverse=True)
    assert [len(one.ids) for one in table.sets] == list(range(1, 9))
    assert table.sets[-1].ids == tuple(crux.id for crux in table.ranking[:8])
    added = [crux.added for crux in table.ranking[:8]]
    assert table.sets[-1].voi == pytest.approx(sum(added), rel=1e-12)


def test_of_many_cases_those_with_little_left_to_learn_are_not_told_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spec = model(GARDEN, "target: wet\n")
    inquiry, candidates = inquire(spec), possible(spec)
    whole = next_best.best_first(inquiry, [0], candidates)
    monkeypatch.setattr(next_best, "MOST_CASES", 3)
    part = next_best.best_first(inquiry, [0], candidates)
    assert part.ids[:2] == whole.ids[:2]
    assert part.added[:2] == pytest.approx(whole.added[:2], rel=1e-12)
    assert sum(part.added) <= sum(whole.added)


@pytest.mark.long
def test_nothing_is_chosen_where_nothing_can_be_told() -> None:
    for ask in (
        "target: wet\nassuming: [wet]\n",  # certain
        "target: wet\nassuming: [rain, {rain: false}]\n",  # impossible
    ):
        spec = model(GARDEN, ask)
        found = next_best.best_first(inquire(spec), [0], possible(spec))
        assert (found.ids, found.sets) == ((), ())
    spec = replace(model(GARDEN, "target: wet\n"), exact=False)
    assert next_best.best_first(inquire(spec), [0], possible(spec)).ids == ()
    assert {crux.added for crux in cruxes(spec, "map").ranking} == {None}


def test_without_a_plan_for_all_questions_one_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = model(GARDEN, "target: rain\nassuming: [slippery]\n")
    candidates = possible(spec)
    told = []
    for much_more in (0.0, math.inf):
        monkeypatch.setattr("cruxmap.network.inquiry.MUCH_MORE", much_more)
        told.append(next_best.best_first(inquire(spec), [0], candidates))
    assert told[0].ids == told[1].ids
    assert told[0].added == pytest.approx(told[1].added, rel=1e-9, abs=1e-15)


@FEW_EXAMPLES
@given(st.data())
def test_on_drawn_maps_the_sets_tell_what_enumeration_does(data: st.DataObject) -> None:
    drawn = data.draw(drawn_maps.drafts(max_worldviews=1))
    names = [c.about.id for c in drawn.read().claims]
    assume(len(names) > 1)
    spec = drawn.read_model(target=names[0], sampling={"draws": "8"})
    candidates = possible(spec)[:4]
    assume(candidates)
    best = next_best.best_first(inquire(spec), [0], candidates)
    assume(best.ids)
    for chosen in best.sets:
        told = told_by(spec, spec.worldviews[:1], chosen.ids)
        assert chosen.voi == pytest.approx(told, rel=1e-6, abs=1e-11)

from dataclasses import replace
from itertools import chain, combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import cruxmap as cm
from cruxmap.insight.coherence import coherence
from cruxmap.insight.pool import pool
from cruxmap.insight.what_it_takes import takes
from cruxmap.language.model_spec import ModelSpec
from cruxmap.network.clashes import smallest_clash
from cruxmap.network.inquiry import central_entries, inquire
from helpers import drawn_maps, reference
from helpers.maps_from_text import model

TEXT = """
claims:
  a: {text: A., credence: 30%}
  b: {text: B., any_of: [a, c]}
  c: {text: C., credence: 20%}
  d: {text: D., credence: 50%}
  none: {text: It is not so., credence: 0%}
questions:
  q: {text: Which., states: [x, y], credence: {x: 50%, y: rest}}
"""
EVERYWHERE = {
    "estimate": lambda spec: cm.estimate(spec).worldviews["ann"].reason,
    "cruxes": lambda spec: cm.cruxes(spec, "ann").reason,
    "diff": lambda spec: cm.diff(spec, "ann", "map").reason,
    "pool": lambda spec: dict(pool(spec).left_out)["ann"],
    "takes": lambda spec: takes(spec, above=0.9).reason,
    "live model": lambda spec: problem_of(lambda: cm.open_model(spec).probability()),
    "probability": lambda spec: problem_of(lambda: cm.probability(spec, "d")),
}


def problem_of(ask: Any) -> str:
    with pytest.raises(cm.InvalidMap) as raised:
        ask()
    [problem] = raised.value.problems
    return problem.message


def asked(ask: str, **worldviews: str) -> ModelSpec:
    who = {"ann": "judgements: {d: 40%}\n", "bob": "judgements: {d: 60%}\n"} | worldviews
    return model(TEXT, f"target: d\nsampling: {{draws: 20}}\n{ask}\n", **who)


@pytest.mark.parametrize("answer", EVERYWHERE)
@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (
            "observed: [d, a, {q: x}, {b: false}]",
            "impossible: d, a, {q: x}, {b: false}; a and {b: false} clash",
        ),
        ("assuming: [none, c]", "impossible: none, c; none is so by itself"),
        ("assuming: [{a: true, b: false, c: false}]", "; a and {b: false} clash"),
        ("assuming: [{a: false}, {c: false}, b, {q: x}]", "; {a: false}, {c: false} and b clash"),
        ("assuming: [{a: false}, {c: false}, b]", "; only all of these together clash"),
        ("assuming: [{q: x}, {q: y}]", "impossible: {q: x}, {q: y}"),
    ],
)
def test_every_answer_says_which_of_the_given_things_clash(answer: str, ask: str, said: str) -> None:
    assert EVERYWHERE[answer](asked(ask)).endswith(said)


def test_what_is_assumed_may_clash_with_what_is_observed() -> None:
    spec = asked("assuming: [d, {b: false}]\nobserved: [a, {q: x}]")
    assert cm.estimate(spec).worldviews["ann"].reason == (
        "what is assumed is impossible with what is observed: d, {b: false}; {b: false} and a clash"
    )


def test_a_statement_about_the_impossible_says_what_clashes() -> None:
    stated = "stated: [{of: d, credence: 20%, assuming: [c, a, {b: false}]}]\n"
    [gap] = coherence(asked("assuming: []", ann=stated)).worldviews["ann"].stated
    assert gap.reason == (
        "what it assumes or what is observed is impossible: c, a, {b: false}; c and {b: false} clash"
    )


@pytest.mark.long
def test_what_samples_do_not_meet_may_be_rare_and_no_clash_is_told() -> None:
    spec = replace(asked("observed: [d, a, {b: false}]"), exact=False)
    reason = cm.estimate(spec).worldviews["ann"].reason
    assert reason.endswith("impossible, or too rare to be met by a sample of states: d, a, {b: false}")


@given(st.data())
def test_no_fewer_things_clash_than_are_named(data: st.DataObject) -> None:
    drawn = data.draw(drawn_maps.drafts(max_worldviews=0))
    conditions = data.draw(st.lists(drawn.conditions(), min_size=2, max_size=6))
    spec = drawn.read_model(target=conditions[0], assuming=conditions)
    inquiry = inquire(spec)
    evidence = [((inquiry.variables[condition], (1,)),) for condition in spec.assuming]
    worlds = reference.enumerate_worlds(spec.map, reference.numbers(spec.map))

    def mass(numbers: tuple[int, ...]) -> float:
        holding = np.ones(len(worlds.weight), np.bool_)
        for number in numbers:
            holding &= worlds.reading.holds(spec.assuming[number], worlds.world)
        return float(worlds.weight[holding].sum())

    everything = tuple(range(len(spec.assuming)))
    found = smallest_clash(inquiry.network, central_entries(inquiry), evidence)
    assume(mass(everything) == 0 or found is None)
    if mass(everything) > 0:
        assert found is None
        return
    subsets = chain.from_iterable(combinations(everything, size) for size in range(1, len(everything) + 1))
    assert found == next(some for some in subsets if mass(some) == 0)


def test_among_many_things_a_set_is_named_of_which_no_part_clashes() -> None:
    ids = [f"c{n}" for n in range(40)]
    claims = "".join(f"  {name}: {{text: One., credence: 50%}}\n" for name in ids)
    claims += "  t: {text: Target., credence: 50%}\n  one: {text: One of them., any_of: [c3, c7, c9]}\n"
    given_things = ", ".join(f"{{{name}: false}}" for name in ids)
    spec = model(
        f"claims:\n{claims}", f"target: t\nsampling: {{draws: 20}}\nassuming: [{given_things}, one]\n"
    )
    reason = cm.estimate(spec).worldviews["map"].reason
    assert reason.endswith("; {c3: false}, {c7: false}, {c9: false} and one clash")

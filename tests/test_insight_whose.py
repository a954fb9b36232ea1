from collections.abc import Mapping
from dataclasses import replace
from itertools import permutations
from math import log, prod
from types import MappingProxyType

import numpy as np
import pytest

from cruxmap.engine.executors import Work
from cruxmap.insight.whose import (
    LITTLE_MOVE,
    inquire_with_map,
    turns_on_most,
    who_is_heard,
    who_says_little,
    whose,
    whose_is,
)
from cruxmap.language.inheritance import settle
from cruxmap.language.typed import parse_settings
from helpers.maps_from_text import model
from helpers.quadrature import normal_of

WEIGHED = """
claims:
  t: {text: Target., credence: 20% to 50%}
  far: {text: Elsewhere., credence: 10%}
arguments:
  pro: {text: For., for: t, strength: 4x}
  con: {text: Against., against: t, strength: 10x to 40x}
  beside: {text: On something else., for: far, strength: 2x}
"""
"""In log-odds the target is a sum: its credence, plus log 4, minus the log of the other strength."""

ASK = "target: t\nworldviews: all\n"


def answer(ask: str = ASK, text: str = WEIGHED, **worldviews: str):
    """Whose the estimates of a small model are, by worldview."""
    return of_target(model(text, ask, **worldviews))


def of_target(spec):
    """Whose the estimates of a model's target are, by worldview."""
    return {name: first for name, (first, *_) in whose(inquire_with_map(spec), Work()).items()}


def test_whose_a_number_is_goes_by_the_strongest_claim_to_it() -> None:
    spec = model(
        WEIGHED,
        ASK,
        ann="judgements: {t: 30%}\n",
        bob="extends: ann\njudgements: {pro.strength: 2x}\nrejects: [beside]\n",
    )
    ann, bob, neutral = (settle(spec.map, name) for name in ("ann", "bob", "map"))
    assert whose_is(ann, ["t"]) == "own"
    assert whose_is(bob, ["t"]) == "ann"
    assert whose_is(bob, ["t", "pro.strength", "con.strength"]) == "own"
    assert whose_is(bob, ["beside"]) == "own"
    assert whose_is(bob, ["con.strength"]) == "inherited"
    assert whose_is(bob, ["con.strength", "t"]) == "ann"
    assert whose_is(neutral, ["t", "pro.strength"]) == "inherited"
    laid = settle(spec.map, "bob", parse_settings([("con.strength", "3x")], spec.map))
    assert whose_is(laid, ["con.strength"]) == "set"
    assert whose_is(laid, ["con.strength", "pro.strength"]) == "own"


def test_moves_are_those_of_log_odds_by_hand() -> None:
    found = answer(
        ann="judgements: {pro.strength: 8x}\n",
        bob="judgements: {t: 50%, far: 90%}\nrejects: [pro]\n",
        eve="judgements: {pro: 100%}\n",
    )
    assert found["ann"].moved_logit == pytest.approx(log(2), abs=1e-12)
    centre, _ = normal_of(0.2, 0.5)
    assert found["bob"].moved_logit == pytest.approx(-centre - log(4), abs=1e-12)
    assert found["eve"].moved_logit == 0
    assert found["map"].moved_logit == 0
    for name in ("ann", "bob"):
        assert found[name].own_share_of_move == 1
        assert found[name].own_moved_logit == found[name].moved_logit
    assert found["eve"].own_share_of_move is None
    assert "too little" in found["eve"].reason


def test_a_move_is_divided_between_a_worldview_and_what_it_extends() -> None:
    found = answer(
        ann="judgements: {con.strength: 5x}\n",
        adds="extends: ann\njudgements: {pro.strength: 8x}\n",
        undoes="extends: ann\njudgements: {con.strength: 10x to 40x}\n",
        repeats="extends: ann\njudgements: {con.strength: 5x}\n",
        more="extends: adds\njudgements: {pro.strength: 16x}\n",
        silent="extends: ann\n",
    )
    # What each player brings, alone and after the other; half of both is its value.
    assert found["adds"].moved_logit == pytest.approx(log(4) + log(2), abs=1e-12)
    assert found["adds"].own_moved_logit == pytest.approx(log(2), abs=1e-12)
    assert found["adds"].own_share_of_move == pytest.approx(1 / 3, abs=1e-12)
    assert found["undoes"].moved_logit == pytest.approx(0, abs=1e-12)
    assert found["undoes"].own_moved_logit == pytest.approx(-log(4) / 2, abs=1e-12)
    assert found["undoes"].own_share_of_move is None
    assert found["repeats"].own_moved_logit == pytest.approx(log(4) / 2, abs=1e-12)
    assert found["repeats"].own_share_of_move == pytest.approx(1 / 2, abs=1e-12)
    # Alone log 4; after `adds`, which has 8x already, log 2.
    assert found["more"].own_moved_logit == pytest.approx((log(4) + log(2)) / 2, abs=1e-12)
    assert found["silent"].own_share_of_move == 0
    assert found["silent"].own_share_of_spread == 0


def test_what_is_extended_need_not_be_among_the_model_s_worldviews() -> None:
    views = {
        "ann": "judgements: {con.strength: 5x}\nrejects: [pro]\n",
        "bob": "extends: ann\njudgements: {t: 40%}\naccepts: [pro]\n",
    }
    alone, both = answer("target: t\nworldviews: [bob]\n", **views), answer(**views)
    assert alone.keys() == {"bob", "map"}
    assert alone["bob"] == both["bob"]


def test_the_share_of_the_spread_is_that_of_variances_of_a_sum() -> None:
    found = answer(
        ann="judgements: {pro.strength: 6x to 20x}\n",
        bob="judgements: {t: 10% to 90%, con.strength: 5x}\n",
        eve="judgements: {t: 10% to 90%}\n",
    )
    spread = {
        "t": normal_of(0.2, 0.5)[1] ** 2,
        "con": (log(4) / 2 / 1.6448536269514722) ** 2,
        "pro": (log(20 / 6) / 2 / 1.6448536269514722) ** 2,
        "wide": normal_of(0.1, 0.9)[1] ** 2,
    }
    right = spread["pro"] / (spread["pro"] + spread["t"] + spread["con"])
    assert found["ann"].own_share_of_spread == pytest.approx(right, abs=1e-9)
    assert found["ann"].error == pytest.approx(0, abs=1e-9)
    assert (found["bob"].own_share_of_spread, found["bob"].error) == (1, 0)
    right = spread["wide"] / (spread["wide"] + spread["con"])
    assert found["eve"].own_share_of_spread == pytest.approx(right, abs=1e-9)
    assert (found["map"].own_share_of_spread, found["map"].error) == (0, 0)


def test_numbers_that_bear_on_the_target_are_counted() -> None:
    found = answer(
        ann="judgements: {t: 30%, far: 80%, pro: 90%}\nrejects: [beside]\n",
        bob="judgements: {con.strength: same as pro.strength}\n",
    )
    # The target's credence and the two strengths; ann's credence of an argument is one more.
    assert (found["map"].own_judgements, found["map"].of) == (0, 3)
    assert (found["ann"].own_judgements, found["ann"].of) == (2, 4)
    assert (found["bob"].own_judgements, found["bob"].of) == (1, 3)


def test_who_states_moves_and_spreads_nothing_says_little() -> None:
    worldviews = {
        "nothing": "judgements: {far: 90%}\n",
        "hardly": "judgements: {pro.strength: 4.7x}\n",
        "moves": "judgements: {pro.strength: 4.9x}\n",
        "spreads": "judgements: {pro.strength: 2.5x to 6.4x}\n",
        "states": "judgements: {far: 90%}\nstated: [{of: t, credence: 10% to 20%, assuming: [far]}]\n",
        "denies": "stated: [{of: {not: t}, credence: 10% to 20%}]\n",
        "elsewhere": "judgements: {far: 90%}\nstated: [{of: far, credence: 10% to 20%}]\n",
        "heir": "extends: moves\njudgements: {far: 90%}\n",
        "objector": "extends: moves\njudgements: {pro.strength: 4x}\n",
    }
    found = answer(**worldviews)
    little = {name for name, one in found.items() if one.says_little}
    assert little == {"nothing", "hardly", "elsewhere", "heir", "objector", "map"}
    assert log(4.7 / 4) < LITTLE_MOVE < log(4.9 / 4)
    assert 0.1 < found["spreads"].own_share_of_spread < 0.2
    [said] = found["states"].said
    assert (said.of, said.assuming, said.stated) == ("t", ("far",), "10% to 20%")
    assert said.stated_interval_90 == pytest.approx((0.1, 0.2))
    spec = model(WEIGHED, ASK, **worldviews)
    assert who_says_little(spec, Work()) == tuple(name for name in spec.worldviews if name in little)


def test_further_targets_are_looked_at_in_the_same_way() -> None:
    views = {
        "ann": "judgements: {far: 5% to 60%}\n",
        "bob": "judgements: {pro.strength: 6x to 20x}\n",
        "eve": "extends: ann\njudgements: {t: 10%}\nstated: [{of: far, credence: 5%}]\n",
    }
    ask = "target: t\nalso: [far, {any_of: [t, far]}]\nworldviews: all\n"
    found = whose(inquire_with_map(model(WEIGHED, ask, **views)), Work())
    for number, target in enumerate(("t", "far", "{any_of: [t, far]}")):
        alone = of_target(model(WEIGHED, f"target: {target}\nworldviews: all\n", **views))
        for name, one in alone.items():
            also = found[name][number]
            exact = (also.own_judgements, also.of, also.says_little, also.said, also.reason)
            assert exact == (one.own_judgements, one.of, one.says_little, one.said, one.reason)
            moves = [(w.moved_logit, w.own_moved_logit, w.own_share_of_move) for w in (also, one)]
            assert moves[0] == pytest.approx(moves[1], abs=1e-12)
            near = 0.0 if one.error is None else 1.5 * (one.error + also.error)
            assert also.own_share_of_spread == pytest.approx(one.own_share_of_spread, abs=near + 1e-9)
    assert [found[name][1].says_little for name in views] == [False, True, False]


def test_an_interpretation_is_no_statement() -> None:
    found = answer(ann="read_as: [{of: t, credence: 10% to 20%}]\n")
    assert found["ann"].says_little
    assert found["ann"].said == ()


# --- fitted numbers ------------------------------------------------------------------------------

STEPS = [f"s{number}" for number in range(12)]
CHAIN = "claims:\n  t: {text: Target., all_of: [" + ", ".join(STEPS) + "]}\n"
CHAIN += "".join(f"  {step}: {{text: A step., credence: 90%}}\n" for step in STEPS)
"""The target's log-odds are not a sum: what a step does depends on all the others."""

type Chances = Mapping[str, float]


def chain(*layers: Chances) -> float:
    """The log-odds of the chain's target, as the last of some layers has its steps, or else the map."""
    whole = prod(
        {**dict.fromkeys(STEPS, 0.9), **{k: v for one in layers for k, v in one.items()}}.values()
    )
    return log(whole / (1 - whole))


def by_all_orders(players: Mapping[str, Chances]) -> dict[str, float]:
    """What each player does to the chain's target on average over all orders in which they come.

    Wherever two have a step differently, what stands later among the players lies over what stands earlier.
    """
    found = dict.fromkeys(players, 0.0)
    orders = list(permutations(players))
    for order in orders:
        for place, name in enumerate(order):
            after, before = (
                chain(*(players[one] for one in players if one in order[: place + more]))
                for more in (1, 0)
            )
            found[name] += (after - before) / len(orders)
    return found


def written(
    own: Chances,
    fitted: Chances,
    *,
    nobodys: Chances = MappingProxyType({}),
    extends: str | None = None,
    more: str = "",
) -> str:
    """A worldview's file, with numbers of its own, fitted ones, and such that nobody gave."""
    numbers = [f"{step}: {chance}" for step, chance in own.items()]
    numbers += [f"{step}: {{value: {chance}, fitted: to the answers}}" for step, chance in fitted.items()]
    numbers += [f"{step}: {{value: {chance}, elicited: false}}" for step, chance in nobodys.items()]
    below = f"extends: {extends}\n" if extends else ""
    return f"{below}judgements: {{{', '.join(numbers)}}}\n{more}"


OWN_STEPS = {"s0": 0.3, "s1": 0.99}
FITTED_STEPS = {step: 0.55 + 0.04 * number for number, step in enumerate(STEPS[2:9])}
BELOW_STEPS = {"s0": 0.8, "s4": 0.99, "s9": 0.5, "s10": 0.97}


def test_a_fitted_number_is_not_its_own() -> None:
    spec = model(
        WEIGHED, ASK, ann="judgements: {pro.strength: {value: 2x to 9x, fitted: to meet a credence}}\n"
    )
    assert whose_is(settle(spec.map, "ann"), ["pro.strength", "con.strength"]) == "fitted"
    found = of_target(spec)["ann"]
    assert (found.own_judgements, found.own_share_of_spread) == (0, 0)
    assert found.fitted_judgements == 1
    assert found.fitted_share_of_spread > 0
    heir = "extends: ann\njudgements: {t: 30%}\n"
    both = answer(ann="judgements: {pro.strength: {value: 9x, fitted: to meet a credence}}\n", bob=heir)
    assert both["bob"].fitted_judgements == 0  # what it inherits it has not fitted


def test_a_move_is_divided_between_three_players() -> None:
    found = answer(
        text=CHAIN,
        ann=written(BELOW_STEPS, {}),
        bob=written(OWN_STEPS, FITTED_STEPS),
        eve=written(OWN_STEPS, FITTED_STEPS, extends="ann"),
        joe=written({}, FITTED_STEPS, extends="ann"),
        kim=written({}, FITTED_STEPS),
    )
    players = {"below": BELOW_STEPS, "fitted": FITTED_STEPS, "own": OWN_STEPS}
    there = {"ann": ["below"], "bob": ["fitted", "own"], "joe": ["below", "fitted"], "kim": ["fitted"]}
    for name, who in (there | {"eve": [*players]}).items():
        layers = {one: players[one] for one in who}
        right, whole = by_all_orders(layers), chain(*layers.values()) - chain()
        if name == "ann":
            right = {"own": right["below"]}
        one = found[name]
        assert one.moved_logit == pytest.approx(whole, abs=1e-12)
        assert one.own_moved_logit == pytest.approx(right.get("own", 0.0), abs=1e-12)
        assert one.fitted_moved_logit == pytest.approx(right.get("fitted", 0.0), abs=1e-12)
        assert one.own_share_of_move == pytest.approx(right.get("own", 0.0) / whole, abs=1e-12)
        assert one.fitted_share_of_move == pytest.approx(right.get("fitted", 0.0) / whole, abs=1e-12)
        assert one.inherited_move == pytest.approx(right.get("below", 0.0), abs=1e-12)
    assert found["eve"].own_judgements == 2
    assert found["eve"].fitted_judgements == len(FITTED_STEPS)
    # Beside others, a player does something else than by itself.
    assert found["eve"].own_moved_logit != pytest.approx(chain(OWN_STEPS) - chain(), abs=0.05)


NOBODYS_STEPS = {"s10": 0.6, "s11": 0.99}


def test_what_nobody_gave_moves_with_what_is_extended() -> None:
    found = answer(
        text=CHAIN,
        ann=written(BELOW_STEPS, {}),
        bob=written(OWN_STEPS, FITTED_STEPS, nobodys=NOBODYS_STEPS),
        eve=written(OWN_STEPS, {}, nobodys=NOBODYS_STEPS, extends="ann"),
        joe=written({}, FITTED_STEPS, nobodys=NOBODYS_STEPS, extends="ann"),
        kim=written({}, {}, nobodys=NOBODYS_STEPS),
        lea=written({}, {}, extends="bob"),
    )
    both = BELOW_STEPS | NOBODYS_STEPS
    there = {
        "bob": {"below": NOBODYS_STEPS, "fitted": FITTED_STEPS, "own": OWN_STEPS},
        "eve": {"below": both, "own": OWN_STEPS},
        "joe": {"below": both, "fitted": FITTED_STEPS},
        "kim": {"below": NOBODYS_STEPS},
    }
    for name, layers in there.items():
        right, whole, one = by_all_orders(layers), chain(*layers.values()) - chain(), found[name]
        assert one.moved_logit == pytest.approx(whole, abs=1e-12)
        assert one.own_moved_logit == pytest.approx(right.get("own", 0.0), abs=1e-12)
        assert one.fitted_moved_logit == pytest.approx(right.get("fitted", 0.0), abs=1e-12)
        assert one.inherited_move == pytest.approx(right["below"], abs=1e-12)
        assert one.own_judgements == (len(OWN_STEPS) if "own" in layers else 0)
        assert one.nobodys_judgements == 2
    assert abs(found["kim"].moved_logit) > 0.3  # and yet it has said nothing
    assert found["kim"].says_little
    assert found["lea"].nobodys_judgements == 2
    assert found["ann"].nobodys_judgements == 0


def test_a_number_that_nobody_gave_is_not_its_own_nor_the_maps() -> None:
    text = WEIGHED.replace("strength: 10x to 40x", "strength: {value: 10x to 40x, elicited: false}")
    assert text != WEIGHED
    spec = model(
        text,
        ASK,
        ann="judgements: {con.strength: {value: 2x to 9x, elicited: false}}\n",
        bob="judgements: {con.strength: 2x to 9x}\n",
        eve="extends: bob\n",
    )

    def whose(name: str, *addresses: str) -> str:
        return whose_is(settle(spec.map, name), addresses)

    assert whose("ann", "con.strength") == whose("map", "con.strength") == "nobody's"
    assert (whose("bob", "con.strength"), whose("eve", "con.strength")) == ("own", "bob")
    assert whose("map", "t") == "inherited"
    assert whose("map", "t", "con.strength") == "nobody's"
    assert whose("eve", "t", "con.strength") == "bob"
    found = of_target(spec)
    assert (found["ann"].own_judgements, found["ann"].own_share_of_spread) == (0, 0)
    assert found["ann"].says_little
    assert [found[name].nobodys_judgements for name in ("ann", "bob", "eve")] == [1, 0, 0]
    neutral = settle(spec.map, "map")
    assert whose_is(neutral, ["pro", "pro.strength"], spec.map) == "inherited"
    assert whose_is(neutral, ["con", "con.strength"], spec.map) == "nobody's"
    listed = {one.address: one.whose for one in turns_on_most(inquire_with_map(spec))}
    assert listed == {"t": "inherited", "con.strength": "nobody's"}


def test_what_is_brought_without_a_number_is_no_number_of_whoever_brings_it() -> None:
    brings = "arguments: {new: {text: New., for: t, strength: {value: 2x to 30x, elicited: false}}}\n"
    spec = model(WEIGHED, ASK, ann=brings, bob="extends: ann\njudgements: {new: 50%}\n")
    ann, bob = (settle(spec.map, name) for name in ("ann", "bob"))
    assert whose_is(ann, ["new", "new.strength"], spec.map) == "nobody's"
    assert whose_is(bob, ["new", "new.strength"], spec.map) == "own"
    assert whose_is(ann, ["new"], spec.map) == "own"  # where nothing else is there, it is who brings it
    found = of_target(spec)
    assert (found["ann"].own_judgements, found["ann"].nobodys_judgements) == (0, 1)


def test_rejections_are_among_the_own_numbers() -> None:
    found = answer(
        ann="judgements: {t: {value: 50%, fitted: raised}}\nrejects: [pro]\n",
        bob="extends: ann\njudgements: {con.strength: {value: 5x, fitted: lowered}}\naccepts: [pro]\n",
    )
    centre, _ = normal_of(0.2, 0.5)
    assert found["ann"].own_moved_logit == pytest.approx(-log(4), abs=1e-12)
    assert found["ann"].fitted_moved_logit == pytest.approx(-centre, abs=1e-12)
    # Accepting does something only where what is extended has rejected it.
    assert found["bob"].own_moved_logit == pytest.approx(log(4) / 2, abs=1e-12)
    assert found["bob"].fitted_moved_logit == pytest.approx(log(4), abs=1e-12)


def test_shares_of_the_spread_are_those_of_variances_of_a_sum() -> None:
    fitted = "pro.strength: {value: 6x to 20x, fitted: to the answers}"
    found = answer(
        ann=f"judgements: {{{fitted}, t: 10% to 90%}}\n",
        bob=f"judgements: {{{fitted}, t: 10% to 90%, con.strength: 5x}}\n",
        eve=f"judgements: {{{fitted}, t: 40%, con.strength: 5x}}\n",
    )
    spread = {
        "pro": (log(20 / 6) / 2 / 1.6448536269514722) ** 2,
        "con": (log(4) / 2 / 1.6448536269514722) ** 2,
        "t": normal_of(0.1, 0.9)[1] ** 2,
    }
    for name, whole in (("ann", sum(spread.values())), ("bob", spread["t"] + spread["pro"])):
        assert found[name].own_share_of_spread == pytest.approx(spread["t"] / whole, abs=1e-9)
        assert found[name].fitted_share_of_spread == pytest.approx(spread["pro"] / whole, abs=1e-9)
        assert (found[name].error, found[name].fitted_error) == pytest.approx((0, 0), abs=1e-9)
    assert (found["eve"].own_share_of_spread, found["eve"].fitted_share_of_spread) == (0, 1)


def test_what_is_fitted_counts_with_the_answers_when_somebody_says_little() -> None:
    stated = "stated: [{of: far, credence: 60%}, {of: {not: far}, credence: 40%}]\n"

    def fitted(number: str, more: str = "") -> str:
        return f"judgements: {{pro.strength: {{value: {number}, fitted: to the answers}}{more}}}\n{stated}"

    worldviews = {
        "moves": fitted("4.9x"),
        "hardly": fitted("4.7x"),
        "spreads": fitted("2.5x to 6.4x"),
        "together": fitted("4.5x", ", con.strength: 18x"),
        "against": fitted("6x", ", con.strength: 30x"),
        "elsewhere": "judgements: {far: {value: 60%, fitted: to the answers}}\n" + stated,
        "heir": "extends: moves\n",
        "undoes": "extends: moves\n" + fitted("4x"),
    }
    found = answer(**worldviews)
    little = {name for name, one in found.items() if one.says_little}
    assert little == {"hardly", "against", "elsewhere", "heir", "undoes", "map"}
    assert found["moves"].own_judgements == 0
    assert abs(found["together"].own_moved_logit) < LITTLE_MOVE
    assert abs(found["together"].fitted_moved_logit) < LITTLE_MOVE
    assert abs(found["against"].own_moved_logit) > LITTLE_MOVE
    assert 0.1 < found["spreads"].fitted_share_of_spread < 0.2
    spec = model(WEIGHED, ASK, **worldviews)
    assert who_says_little(spec, Work()) == tuple(name for name in spec.worldviews if name in little)


def test_only_who_fitted_or_extends_costs_further_perspectives() -> None:
    def perspectives(**worldviews: str) -> int:
        return len(inquire_with_map(model(CHAIN, ASK, **worldviews)).perspectives)

    ann = written(OWN_STEPS, {})
    assert perspectives(ann=ann) == 2
    assert perspectives(ann=ann, bob=written(OWN_STEPS, FITTED_STEPS)) == 5
    assert perspectives(ann=ann, bob=written(OWN_STEPS, {}, extends="ann")) == 4
    assert perspectives(ann=ann, bob=written(OWN_STEPS, FITTED_STEPS, extends="ann")) == 8


def test_links_that_run_in_a_circle_without_a_part_are_no_crash() -> None:
    linked = """
    claims:
      t: {text: Target., all_of: [a, c]}
      a: {text: One., credence: same as b}
      b: {text: Two., credence: 10%}
      c: {text: Three., credence: 50%}
    """
    found = answer(
        text=linked,
        ann="judgements: {a: 30%}\n",
        bob="extends: ann\njudgements: {b: same as a}\n",
        eve="judgements: {a: 30%, b: {value: same as a, fitted: to the answers}}\n",
        joe="extends: ann\njudgements: {b: {value: same as a, fitted: to the answers}, c: 60%}\n",
    )
    assert found["bob"].moved_logit is None
    assert found["bob"].reason.startswith("links run in a circle without what it extends")
    assert found["eve"].reason.startswith("links run in a circle without its own numbers")
    assert "links run in a circle without" in found["joe"].reason


@pytest.mark.parametrize(
    ("names", "little", "heard"),
    [("abc", "b", "ac"), ("abc", "bc", "abc"), ("abc", "", "abc"), ("abc", "abc", "abc"), ("a", "", "a")],
)
def test_nobody_is_left_out_where_fewer_than_two_would_be_left(
    names: str, little: str, heard: str
) -> None:
    assert who_is_heard(names, little) == tuple(heard)


# --- where something is undefined ----------------------------------------------------------------


def test_what_is_impossible_in_a_worldview_has_no_share() -> None:
    found = answer(
        "target: t\nworldviews: all\nassuming: [far]\n",
        ann="judgements: {far: 0%, t: 30% to 60%}\n",
        bob="judgements: {t: 60% to 80%}\n",
        eve="extends: ann\njudgements: {far: 10%}\n",
    )
    ann = found["ann"]
    assert (ann.moved_logit, ann.own_share_of_move, ann.own_share_of_spread) == (None, None, None)
    assert "what is assumed or observed is impossible in this worldview" in ann.reason
    assert not ann.says_little
    assert found["bob"].moved_logit == pytest.approx(
        normal_of(0.6, 0.8)[0] - normal_of(0.2, 0.5)[0], abs=1e-12
    )
    assert found["eve"].moved_logit is None
    assert "impossible in what it extends" in found["eve"].reason


def test_a_certain_target_has_not_been_moved() -> None:
    found = answer(
        text="claims: {t: {text: Target., credence: 100%}}\n", ann="judgements: {t: 60% to 70%}\n"
    )
    ann = found["ann"]
    assert (ann.moved_logit, ann.own_share_of_spread) == (None, 1)
    assert "the target is certain by the map's own numbers" in ann.reason
    assert not ann.says_little
    assert found["map"].moved_logit is None
    assert "certain in this worldview" in found["map"].reason


def test_points_have_no_spread_to_share() -> None:
    found = answer(
        text="claims: {t: {text: Target., credence: 20%}}\n",
        ann="judgements: {t: 60%}\n",
        bob="judgements: {t: 21%}",
    )
    assert (found["ann"].own_share_of_spread, found["ann"].error) == (None, None)
    assert "a point" in found["ann"].reason
    assert [found[name].says_little for name in ("ann", "bob")] == [False, True]


@pytest.mark.parametrize("how", ["observed: [far]\n", "reconcile: true\n"])
def test_conditions_leave_the_shares_as_they_are(how: str) -> None:
    views = {
        "ann": "judgements: {pro.strength: 6x to 20x}\nstated: [{of: t, credence: 5% to 20%}]\n",
        "bob": "judgements: {far: 30%}\n",
    }
    # Nothing here lets `far` or a statement bear on how the priors spread the target.
    without, given = answer(**views), answer(f"{ASK}{how}", **views)
    assert given["ann"].own_share_of_spread == pytest.approx(without["ann"].own_share_of_spread, abs=1e-9)
    assert given["ann"].moved_logit == pytest.approx(without["ann"].moved_logit, abs=1e-12)


def test_samples_of_states_say_the_same() -> None:
    spec = model(
        WEIGHED, ASK, ann="judgements: {pro.strength: 6x to 20x}\n", bob="judgements: {t: 30% to 35%}\n"
    )
    exact = of_target(spec)
    drawn = of_target(replace(spec, exact=False))
    for name in ("ann", "bob"):
        assert drawn[name].moved_logit == pytest.approx(exact[name].moved_logit, abs=0.1)
        assert drawn[name].own_share_of_spread == pytest.approx(exact[name].own_share_of_spread, abs=0.05)
    assert np.isfinite(drawn["ann"].error)

import json
import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import cruxmap as cm
from cruxmap.insight.diff import Structure, diff, said_whose
from cruxmap.language.argument_map import ClaimIs
from helpers import drawn_maps, reference
from helpers.examples import ANN, BOB, GARDEN, TRIAD
from helpers.few_examples import FEW_EXAMPLES
from helpers.maps_from_text import model
from helpers.odds import kl, logit

OWNERS = {"rain", "wet", "clouds", "season", "far", "sprinkler", "mirage", "drought"}


def garden(ask="target: wet\n", ann=ANN, bob=BOB):
    return model(GARDEN, f"{ask}sampling: {{draws: 64}}\n", ann=ann, bob=bob)


def mixture(spec, side_of_owner, target="wet"):
    """The target's chances where each entry has the numbers of one of the two worldviews, by enumeration."""
    sides = {side: reference.numbers(spec.map, side) for side in ("ann", "bob")}
    u = {a: sides[side_of_owner[j.owner]].u[a] for a, j in spec.map.judgements.items()}
    singles = frozenset(
        a for a, j in spec.map.judgements.items() if a in sides[side_of_owner[j.owner]].singles
    )
    worlds = reference.enumerate_worlds(spec.map, reference.Numbers(u, singles))
    return worlds.probability(ClaimIs(target), (*spec.assuming, *spec.observed))


def brute_force_shapley(spec, players, target="wet"):
    """Mean effect on (logit P, P) of going over from bob to ann, over all orders of the players."""
    owners = {j.owner for j in spec.map.judgements.values()}
    known = {}

    def worth(chosen):
        if chosen not in known:
            side = {o: "ann" if o in chosen or o not in players else "bob" for o in owners}
            yes, no = mixture(spec, side, target)
            known[chosen] = np.array([math.log(yes) - math.log(no), yes])
        return known[chosen]

    share = {player: np.zeros(2) for player in players}
    orders = list(permutations(players))
    for order in orders:
        chosen = frozenset()
        for player in order:
            share[player] += worth(chosen | {player}) - worth(chosen)
            chosen |= {player}
    return {player: total / len(orders) for player, total in share.items()}, worth


# --- the gap and its shares ------------------------------------------------------------------------


@pytest.mark.parametrize("assuming", ["[]", "[{not: {all_of: [far, rain]}}]"])
def test_shares_are_the_mean_effects_over_all_orders(assuming: str) -> None:
    spec = garden(f"target: wet\nassuming: {assuming}\n")
    result = diff(spec, "ann", "bob")
    players = sorted(OWNERS - ({"far"} if assuming == "[]" else set()))
    expected, worth = brute_force_shapley(spec, players)
    everybody, nobody = worth(frozenset(players)), worth(frozenset())
    assert result.probability_a == pytest.approx(everybody[1], rel=1e-9)
    assert result.probability_b == pytest.approx(nobody[1], rel=1e-9)
    assert result.gap_logit == pytest.approx(everybody[0] - nobody[0], rel=1e-9)
    found = {d.id: d for d in result.differences}
    assert found.keys() == OWNERS
    for player in players:
        assert found[player].share_logit == pytest.approx(expected[player][0], abs=1e-9)
        assert found[player].share_probability == pytest.approx(expected[player][1], abs=1e-9)
        assert found[player].standard_error == 0
    if assuming == "[]":
        assert found["far"].share_logit == 0  # cannot reach the target
    assert sum(d.share_logit for d in result.differences) == pytest.approx(result.gap_logit, abs=1e-9)
    assert result.pairs == 0
    sizes = [abs(d.share_logit) for d in result.differences]
    assert sizes == sorted(sizes, reverse=True)


def test_steps_lead_from_one_central_probability_to_the_other() -> None:
    result = diff(garden(), "ann", "bob")
    at = logit(result.probability_b)
    for one in result.differences:
        before, at = at, at + one.share_logit
        moved = 1 / (1 + math.exp(-at)) - 1 / (1 + math.exp(-before))
        assert one.step_probability == pytest.approx(moved, abs=1e-12)
    whole = sum(one.step_probability for one in result.differences)
    assert whole == pytest.approx(result.probability_a - result.probability_b, abs=1e-9)
    signs = {(d.share_logit > 0) == (d.step_probability > 0) for d in result.differences if d.share_logit}
    assert signs == {True}


def test_the_means_are_those_of_the_estimate() -> None:
    spec = garden()
    found = cm.estimate(spec).worldviews
    result = diff(spec, "bob", "ann")
    assert result.mean_a == pytest.approx(found["bob"].mean, rel=1e-12)
    assert result.mean_b == pytest.approx(found["ann"].mean, rel=1e-12)
    assert result.probability_a == pytest.approx(found["bob"].central, rel=1e-9)
    assert diff(spec, "ann", "ann").mean_b == result.mean_b
    impossible = diff(
        garden("target: wet\nassuming: [rain]\n", ann="judgements: {rain: 0%}\n"), "ann", "bob"
    )
    assert impossible.mean_a is None
    assert impossible.mean_b is not None


def test_whose_the_maps_own_numbers_are() -> None:
    [change] = diff(garden(ann="judgements: {rain: 60%}\n"), "ann", "map").differences[0].changes
    assert (said_whose("ann", change.origin_a), said_whose("map", change.origin_b)) == ("own", "the map's")


def test_swapping_the_two_negates_everything_exactly() -> None:
    spec = garden()
    one, other = diff(spec, "ann", "bob"), diff(spec, "bob", "ann")
    assert (other.a, other.b) == ("bob", "ann")
    assert other.gap_logit == -one.gap_logit
    assert (other.probability_a, other.probability_b) == (one.probability_b, one.probability_a)
    back = {d.id: d for d in other.differences}
    for d in one.differences:
        assert back[d.id].share_logit == -d.share_logit
        assert back[d.id].share_probability == -d.share_probability
        for there, here in zip(back[d.id].changes, d.changes, strict=True):
            assert (there.a, there.b, there.origin_a) == (here.b, here.a, here.origin_b)
    assert [c.id for c in other.double_cruxes] == [c.id for c in one.double_cruxes]
    assert [c.vod for c in other.double_cruxes] == [c.vod for c in one.double_cruxes]
    assert other.double_cruxes[0].voi_a == one.double_cruxes[0].voi_b
    assert other.structure.rejected_by_a == one.structure.rejected_by_b == ("drought",)
    assert other.stated_b == one.stated_a


def test_a_worldview_does_not_differ_from_itself() -> None:
    result = diff(garden(), "ann", "ann")
    assert (result.differences, result.double_cruxes, result.gap_logit) == ((), (), 0.0)
    assert "itself" in result.reason
    assert result.probability_a == pytest.approx(
        cm.probability(garden(), "wet", worldview="ann"), rel=1e-12
    )


def test_worldviews_that_judge_alike_have_no_differences() -> None:
    result = diff(garden(bob=ANN.split("stated", maxsplit=1)[0]), "ann", "bob")
    assert result.differences == ()
    assert result.gap_logit == 0.0


def test_an_interval_alone_has_share_0() -> None:
    centre = "judgements: {rain: 28.9897948556635619639%}\n"  # the middle of 20% to 40% on the logit scale
    result = diff(garden(ann=centre, bob="judgements: {rain: 20% to 40%}\n"), "ann", "bob")
    [difference] = result.differences
    assert (difference.id, difference.share_logit) == ("rain", 0.0)
    [change] = difference.changes
    assert change.b == "20% to 40%"
    assert (change.origin_a, change.origin_b) == ("ann", "bob")


def test_a_change_says_whose_number_it_is() -> None:
    result = diff(garden(), "ann", "bob")
    found = {d.id: d for d in result.differences}
    [rained] = found["wet"].changes
    assert (rained.address, rained.a, rained.b) == ("wet.rained", "97%", "80% to 95%")
    assert (rained.origin_a, rained.origin_b) == ("ann", "map")
    [drought] = found["drought"].changes
    assert (drought.b, drought.origin_b) == ("rejected", "bob")
    assert found["clouds"].text == "There are dark clouds."


def test_a_difference_says_who_says_what() -> None:
    text = GARDEN.replace("{text: There are dark clouds.,", "{text: There are dark clouds., by: farmer,")
    text += "voices:\n  farmer: {text: A farmer.}\n  guest: {text: A guest.}\n"
    text += "sources:\n  almanac: {title: An almanac.}\n"
    ann = """
    voice: farmer
    judgements:
      rain: {value: 60%, source: almanac, note: stated}
      clouds: 80%
    """
    bob = (
        "voice: guest\nextends: ann\njudgements: {clouds: {value: 20%, fitted: to meet what bob states}}\n"
    )
    spec = model(
        text, "target: wet\n", ann=ann, bob=bob, eve="judgements: {rain: 10%}\n", joe="extends: bob\n"
    )
    result = diff(spec, "eve", "bob")
    found = {d.id: d for d in result.differences}
    [rain] = found["rain"].changes
    assert (said_whose("eve", rain.origin_a), said_whose("bob", rain.origin_b)) == (
        "own",
        "inherited from ann",
    )
    assert (rain.sources_b, rain.note_b) == (("almanac",), "stated")
    [clouds] = found["clouds"].changes
    assert (said_whose("eve", clouds.origin_a), said_whose("bob", clouds.origin_b)) == (
        "inherited from the map",
        "own",
    )
    assert (clouds.fitted_a, clouds.fitted_b) == (False, True)
    assert (clouds.whose_a, clouds.whose_b) == ("inherited", "fitted")
    assert (rain.whose_a, rain.whose_b) == ("own", "ann")
    assert said_whose("bob", clouds.origin_b, clouds.fitted_b) == "fitted"
    [inherited] = {d.id: d for d in diff(spec, "eve", "joe").differences}["clouds"].changes
    assert said_whose("joe", inherited.origin_b, inherited.fitted_b) == "inherited from bob, fitted there"
    assert inherited.whose_b == "bob"
    assert found["clouds"].by == "farmer"
    assert found["rain"].heard_a == found["rain"].heard_b == ()
    there = {d.id: d for d in diff(spec, "eve", "ann").differences}
    here = {d.id: d for d in diff(spec, "ann", "eve").differences}
    assert [(h.id, h.by) for h in there["rain"].heard_b] == [("clouds", "farmer")]
    assert here["rain"].heard_a == there["rain"].heard_b
    [own] = there["clouds"].heard_b
    assert (own.id, own.text, own.sources) == ("clouds", "There are dark clouds.", ())
    assert there["clouds"].heard_a == ()
    [plain] = [d for d in diff(spec, "eve", "ann").to_json()["differences"] if d["id"] == "rain"]
    assert plain["heard_b"] == [{"id": "clouds", "by": "farmer", "text": own.text, "sources": []}]
    assert plain["changes"][0]["sources_b"] == ["almanac"]


def test_what_follows_from_the_target_is_marked_as_a_double_crux() -> None:
    found = {crux.id: crux for crux in diff(garden(), "ann", "bob").double_cruxes}
    assert {name for name, crux in found.items() if crux.downstream} == {"slippery", "mould"}
    plain = {crux["id"]: crux for crux in diff(garden(), "ann", "bob").to_json()["double_cruxes"]}
    assert plain["slippery"]["downstream"]
    assert "downstream" not in plain["rain"]


# --- links and single shares -----------------------------------------------------------------------


def test_what_is_linked_follows_the_place_it_names() -> None:
    text = """
    claims:
      a: {text: One., credence: 30%}
      b: {text: Two., credence: same as a}
      t: {text: Target., given: [{when: [a, b], credence: 90%}, {otherwise: 10%}]}
    """
    spec = model(text, "target: t\n", ann="judgements: {a: 60%}\n", bob="judgements: {a: 20%}\n")
    result = diff(spec, "ann", "bob")
    [difference] = result.differences
    assert difference.id == "a"
    assert result.probability_a == pytest.approx(0.1 + 0.8 * 0.36)
    assert difference.share_logit == pytest.approx(result.gap_logit, abs=1e-12)


def test_a_cut_link_is_a_difference_of_the_place_that_was_linked() -> None:
    text = """
    claims:
      a: {text: One., credence: 30%}
      b: {text: Two., credence: same as a}
      t: {text: Target., all_of: [a, b], otherwise: 1%}
    """
    spec = model(text, "target: t\n", ann="judgements: {a: 60%}\n", bob="judgements: {b: 50%}\n")
    result = diff(spec, "ann", "bob")
    p = {  # by whose `a` and whose `b`: ann's `b` is a link
        "aa": 0.36,
        "ab": 0.6 * 0.5,
        "ba": 0.3 * 0.3,
        "bb": 0.3 * 0.5,
    }
    g = {key: logit(0.01 + 0.99 * value) for key, value in p.items()}
    shares = {d.id: d.share_logit for d in result.differences}
    assert shares["a"] == pytest.approx((g["aa"] - g["ba"] + g["ab"] - g["bb"]) / 2, abs=1e-9)
    assert shares["b"] == pytest.approx((g["aa"] - g["ab"] + g["ba"] - g["bb"]) / 2, abs=1e-9)
    [change] = next(d for d in result.differences if d.id == "b").changes
    assert (change.a, change.b) == ("same as a", "50%")


def test_single_shares_go_with_their_question() -> None:
    spec = garden(
        "target: rain\n", ann="judgements: {season.dry: 80%}\n", bob="judgements: {mirage: 60%}\n"
    )
    result = diff(spec, "ann", "bob")
    expected, _ = brute_force_shapley(spec, ["mirage", "season"], "rain")
    for d in result.differences:
        assert d.share_logit == pytest.approx(expected[d.id][0], abs=1e-9)
    assert {d.id for d in result.differences} == {"mirage", "season"}


# --- many differences ------------------------------------------------------------------------------


def test_many_differences_are_sampled_with_errors_and_still_add_up() -> None:
    n = 14
    claims = "".join(f"  c{i}: {{text: Claim {i}., credence: 30%}}\n" for i in range(n))
    parts = ", ".join(f"c{i}" for i in range(n))
    text = f"claims:\n{claims}  t: {{text: Target., at_least: {{count: 5, of: [{parts}]}}}}\n"
    odds = ", ".join(f"c{i}: {20 + 5 * i}%" for i in range(n))
    spec = model(text, "target: t\nsampling: {draws: 16}\n", ann=f"judgements: {{{odds}}}\n", bob="")
    told = []
    result = diff(spec, "ann", "bob", progress=lambda *step: told.append(step))
    assert len(result.differences) == n - 1  # c2 is the same in both
    assert result.pairs > 0
    assert result.pairs % 16 == 0
    assert result.settled
    assert sum(d.share_logit for d in result.differences) == pytest.approx(result.gap_logit, abs=1e-9)
    top = max(abs(result.gap_logit), abs(result.differences[0].share_logit))
    assert all(0 <= d.standard_error < 0.01 * top for d in result.differences)
    top = max(
        abs(result.probability_a - result.probability_b),
        *(abs(d.share_probability) for d in result.differences),
    )
    errors = [d["standard_error_probability"] for d in result.to_json()["differences"]]
    assert all(0 < error <= 0.01 * top for error in errors)
    back = diff(spec, "bob", "ann")
    assert [d.share_logit for d in back.differences] == [-d.share_logit for d in result.differences]
    assert any("pairs of orders" in stage for stage, _, _ in told)
    assert {d.id for d in result.differences} == {f"c{i}" for i in range(n)} - {"c2"}


# --- where there is nothing to share out -----------------------------------------------------------


def test_a_mixture_that_makes_the_target_certain_leaves_only_the_gap() -> None:
    text = """
    claims:
      a: {text: One., credence: 50%}
      b: {text: Two., credence: 50%}
      t: {text: Target., any_of: [a, b]}
    """
    spec = model(
        text, "target: t\n", ann="judgements: {a: 0%, b: 30%}\n", bob="judgements: {a: 30%, b: 0%}\n"
    )
    result = diff(spec, "ann", "bob")
    assert result.gap_logit == pytest.approx(0.0, abs=1e-12)
    assert [d.share_logit for d in result.differences] == [None, None]
    assert "certain" in result.reason
    json.dumps(result.to_json(), allow_nan=False)


def test_certain_and_impossible_worldviews_get_a_plain_answer() -> None:
    certain = garden("target: {all_of: [rain, wet]}\n", ann="judgements: {rain: 0%}\n")
    two = diff(certain, "ann", "bob")
    assert (two.gap_logit, two.probability_a) == (None, 0.0)
    assert "certain in `ann`" in two.reason
    impossible = garden("target: wet\nassuming: [rain]\n", ann="judgements: {rain: 0%}\n")
    three = diff(impossible, "ann", "bob")
    assert (three.probability_a, three.gap_logit, three.double_cruxes) == (None, None, ())
    assert three.probability_b is not None
    assert three.reason == "in `ann` what is assumed or observed is impossible: rain"
    for result in (two, three):
        json.dumps(result.to_json(), allow_nan=False)


def test_unknown_worldviews_are_a_problem() -> None:
    with pytest.raises(cm.InvalidMap, match=r"there is no worldview `bobby`.*did you mean `bob`"):
        diff(garden(), "ann", "bobby")


# --- double cruxes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((0.3, 0.9, 0.2), (0.6, 0.7, 0.1)),
        ((0.02, 0.4, 0.001), (0.5, 0.9, 0.3)),
        ((0.5, 0.2, 0.8), (0.5, 0.8, 0.2)),
    ],
)
def test_value_of_discrimination_is_the_published_formula(
    a: tuple[float, ...], b: tuple[float, ...]
) -> None:
    def view(c, true, false):
        rows = ", ".join(f"{k}: {v}" for k, v in (("c", c), ("u.met", true), ("u.otherwise", false)))
        return f"judgements: {{{rows}}}\n"

    text = TRIAD.format(c=0.5, true=0.5, false=0.4).replace("{when: c", "{id: met, when: c")
    [crux] = diff(model(text, "target: u\n", ann=view(*a), bob=view(*b)), "ann", "bob").double_cruxes

    def jeffreys(p, q):
        return kl(p, q) + kl(q, p)

    pa, pb = (c * t + (1 - c) * f for c, t, f in (a, b))
    odds = math.sqrt(a[0] / (1 - a[0]) * b[0] / (1 - b[0]))
    g = odds / (1 + odds)
    vod = jeffreys(pa, pb) - (g * jeffreys(a[1], b[1]) + (1 - g) * jeffreys(a[2], b[2]))
    assert crux.vod == pytest.approx(vod, abs=1e-10)
    if pa == pytest.approx(pb, abs=1e-15):
        assert crux.vod_share is None or abs(jeffreys(pa, pb)) > 0
    else:
        assert crux.vod_share == pytest.approx(vod / jeffreys(pa, pb), rel=1e-9)
    for c, t, f, voi in ((*a, crux.voi_a), (*b, crux.voi_b)):
        p = c * t + (1 - c) * f
        assert voi == pytest.approx(c * kl(t, p) + (1 - c) * kl(f, p), abs=1e-10)
    assert crux.score == pytest.approx(
        min(crux.voi_a, crux.voi_b) * abs(logit(a[0]) - logit(b[0])), abs=1e-10
    )


def test_value_of_discrimination_of_a_whole_question_takes_the_mean_of_odds_over_its_states() -> None:
    text = """
    questions:
      q: {text: Which., states: [x, y, z], credence: {x: 50%, y: 30%, z: rest}}
    claims:
      t:
        text: Target.
        given:
          - {id: x, when: {q: x}, credence: 80%}
          - {id: y, when: {q: y}, credence: 30%}
          - {id: z, otherwise: 10%}
    """
    ann = "judgements: {q: {x: 60%, y: 30%, z: rest}, t.x: 90%}\n"
    bob = "judgements: {q: {x: 5%, y: 45%, z: rest}, t.z: 20%}\n"
    result = diff(model(text, "target: t\n", ann=ann, bob=bob), "ann", "bob")
    [crux] = result.to_settle.questions

    def jeffreys(p, q):
        return kl(p, q) + kl(q, p)

    shares = ((0.6, 0.3, 0.1), (0.05, 0.45, 0.5))
    given = ((0.9, 0.3, 0.1), (0.8, 0.3, 0.2))
    now = jeffreys(
        *(sum(s * t for s, t in zip(*side, strict=True)) for side in zip(shares, given, strict=True))
    )
    weights = [math.sqrt(p * q) for p, q in zip(*shares, strict=True)]
    after = sum(w * jeffreys(p, q) for w, p, q in zip(weights, *given, strict=True)) / sum(weights)
    assert crux.vod == pytest.approx(now - after, rel=1e-9)
    assert crux.vod_share == pytest.approx((now - after) / now, rel=1e-9)
    apart = [abs(logit(p) - logit(q)) for p, q in zip(*shares, strict=True)]
    assert (crux.state, max(apart)) == ("x", apart[0])
    assert (crux.probability_a, crux.probability_b) == (pytest.approx(0.6), pytest.approx(0.05))
    assert crux.score == pytest.approx(min(crux.voi_a, crux.voi_b) * apart[0], rel=1e-9)
    assert result.to_settle.ranking == (crux,)  # its states are not listed beside it
    assert [one.id for one in result.double_cruxes] != []
    [plain] = result.to_json()["double_crux_questions"]
    assert (plain["id"], plain["state"], plain["kind"], plain["rank"]) == ("q", "x", "premise", 1)


def test_a_state_that_only_one_of_the_two_thinks_possible_leaves_a_question_without_a_value() -> None:
    text = """
    questions:
      q: {text: Which., states: [x, y, z], credence: {x: 50%, y: 30%, z: rest}}
    claims:
      t: {text: Target., given: [{when: {q: x}, credence: 80%}, {otherwise: 30%}]}
    """
    never = "judgements: {q: {x: 60%, y: 40%, z: 0%}}\n"
    found = diff(model(text, "target: t\n", ann=never, bob=""), "ann", "bob").to_settle
    [crux] = found.unknown
    assert (crux.id, crux.vod, crux.vod_share, crux.rank) == ("q", None, None, None)
    assert "impossible" in crux.reason
    both = diff(
        model(text, "target: t\n", ann=never, bob=never.replace("60", "20").replace("40", "80")),
        "ann",
        "bob",
    )
    [crux] = both.to_settle.ranking
    assert crux.vod_share == pytest.approx(1.0)


def test_what_would_widen_the_gap_is_listed_apart_and_what_has_no_value_last() -> None:
    text = """
    claims:
      a: {text: One., credence: 50%}
      b: {text: Two., credence: 50%}
      c: {text: Three., credence: 50%}
      s: {text: Stage., all_of: [a, b]}
      t: {text: Target., all_of: [s, c], otherwise: 1%}
      later: {text: It follows., given: [{when: t, credence: 70%}, {otherwise: 20%}]}
    arguments:
      why: {text: Because., for: a, strength: 4x, credence: 50%}
    """
    ann = "judgements: {a: 90%, b: 40%, c: 100%, why: 80%}\n"
    bob = "judgements: {a: 20%, b: 60%, c: 50%, why: 10%}\n"
    result = diff(model(text, "target: t\n", ann=ann, bob=bob), "ann", "bob")
    found = result.to_settle
    assert {crux.id for crux in found.ranking} == {"a", "why"}
    assert [crux.rank for crux in found.ranking] == [1, 2]
    assert [crux.id for crux in found.widening] == ["b"]
    assert [crux.id for crux in found.unknown] == ["c"]
    kinds = {crux.id: str(crux.kind) for crux in (*found.claims, *found.arguments)}
    assert (kinds["a"], kinds["why"], kinds["s"]) == ("premise", "argument", "stage")
    assert {one.id for one in found.left_out} >= {"later"}
    assert not {"s", "later"} & {crux.id for crux in (*found.ranking, *found.widening)}
    plain = result.to_json()
    assert plain["widening"] == ["b"]
    assert [one["id"] for one in plain["double_crux_arguments"]] == ["why"]
    assert {"id": "later", "because": "it follows from the target"} in plain["left_out"]
    shares = {crux.id: crux.vod_share for crux in (*found.claims, *found.arguments)}
    back = diff(model(text, "target: t\n", ann=ann, bob=bob), "bob", "ann").to_settle
    assert {crux.id: crux.vod_share for crux in (*back.claims, *back.arguments)} == shares


def test_double_cruxes_list_every_claim_and_state_best_first() -> None:
    result = diff(garden(), "ann", "bob")
    assert {c.id for c in result.double_cruxes} == {
        *("rain", "sprinkler", "slippery", "far", "mould"),
        *("season.dry", "season.mild", "season.rainy"),
    }
    gone = {one.id for one in result.to_settle.left_out}
    shares = [c.vod_share for c in result.double_cruxes if c.id not in gone]
    assert shares == sorted(shares, reverse=True)
    assert [c.id in gone for c in result.double_cruxes] == sorted(
        c.id in gone for c in result.double_cruxes
    )
    far = next(c for c in result.double_cruxes if c.id == "far")
    assert (far.voi_a, far.voi_b, far.score) == (0.0, 0.0, 0.0)
    assert far.vod == 0


def test_a_claim_that_is_certain_for_one_ranks_last_with_the_reason() -> None:
    result = diff(garden(ann="judgements: {sprinkler: 0%}\n"), "ann", "bob")
    last = result.double_cruxes[-1]
    assert (last.id, last.vod, last.vod_share) == ("sprinkler", None, None)
    assert "certain" in last.reason


# --- the whole -------------------------------------------------------------------------------------


def test_structure_and_statements_are_listed_beside_the_numbers() -> None:
    result = diff(garden(), "ann", "bob")
    assert result.structure == Structure(
        (),
        ("drought",),
        ("far", "season.dry", "season.mild", "season.rainy", "wet.rained"),
        ("mirage", "sprinkler"),
    )
    [gap] = result.stated_a
    assert gap.of == "wet"
    assert result.stated_b == ()


def test_the_json_has_the_documented_keys() -> None:
    plain = diff(garden(), "ann", "bob").to_json()
    json.dumps(plain, allow_nan=False)
    top = {
        "a",
        "b",
        "target",
        "probability_a",
        "probability_b",
        "gap_logit",
        "differences",
        "double_cruxes",
    }
    assert top <= plain.keys()
    for d in plain["differences"]:
        assert {"id", "share_logit", "share_probability", "standard_error", "changes"} <= d.keys()
        assert all({"address", "a", "b"} <= change.keys() for change in d["changes"])
    keys = {"id", "probability_a", "probability_b", "voi_a", "voi_b", "vod", "vod_share"}
    assert all(keys <= c.keys() for c in plain["double_cruxes"])
    frame = diff(garden(), "ann", "bob").to_frame()
    assert {"id", "share_logit", "share_probability", "standard_error", "changes"} <= {*frame.columns}
    assert len(frame) == len(plain["differences"])


@FEW_EXAMPLES
@given(st.data())
def test_laws_of_diffs_on_drawn_maps(data: st.DataObject) -> None:
    drawn = data.draw(drawn_maps.drafts(max_worldviews=2))
    argument_map = drawn.read()
    names = [c.about.id for c in argument_map.claims]
    worldviews = [*argument_map.worldview, "map"]
    assume(names and len(worldviews) > 1)
    a, b = data.draw(st.permutations(worldviews))[:2]
    spec = drawn.read_model(target=data.draw(st.sampled_from(names)), sampling={"draws": "8"})
    one, other = diff(spec, a, b), diff(spec, b, a)
    json.dumps(one.to_json(), allow_nan=False)
    assert [d.id for d in one.differences] == [d.id for d in other.differences]
    assume(one.reason is None)
    shares = [d.share_logit for d in one.differences]
    assert sum(shares) == pytest.approx(one.gap_logit, abs=1e-9)
    assert [-d.share_logit for d in other.differences] == shares
    total = sum(d.share_probability for d in one.differences)
    assert total == pytest.approx(one.probability_a - one.probability_b, abs=1e-9)


@pytest.mark.parametrize("states", [["x", "y"], ["y", "x"]])
def test_of_two_states_that_are_as_far_apart_the_first_stands_for_the_question(
    states: list[str],
) -> None:
    text = f"""
    questions:
      q: {{text: Which., states: [{", ".join(states)}], credence: {{x: 50%, y: rest}}}}
    claims:
      t: {{text: Target., given: [{{when: {{q: x}}, credence: 80%}}, {{id: y, otherwise: 10%}}]}}
    """
    for share in range(3, 97, 4):  # rounding makes now the one and now the other the farther
        ann, bob = (f"judgements: {{q: {{x: {x}%, y: rest}}}}\n" for x in (share, share + 3))
        result = diff(model(text, "target: t\nsampling: {draws: 1}\n", ann=ann, bob=bob), "ann", "bob")
        assert [crux.state for crux in result.to_settle.questions] == states[:1]


def test_who_agrees_but_for_rounding_does_not_disagree() -> None:
    text = """
    claims:
      a: {text: One., credence: 30%}
      b: {text: Two., credence: 30%}
      t: {text: Target., all_of: [a, b]}
    """
    ann, bob = "judgements: {a: 70%, b: 30%}\n", "judgements: {a: 30%, b: 70.00000000001%}\n"
    result = diff(model(text, "target: t\n", ann=ann, bob=bob), "ann", "bob")
    assert result.gap_logit != 0
    assert {crux.reason for crux in result.double_cruxes} == {"the two do not disagree about the target"}
    assert result.to_settle.ranking == result.to_settle.widening == ()


def test_shares_that_are_rounding_are_in_the_order_of_their_names() -> None:
    text = """
    claims:
      a: {text: One., credence: 30%}
      c: {text: Never., credence: 0%}
      d: {text: Two., credence: 40%}
      t: {text: Target., given: [{when: {all_of: [c, d]}, credence: 1%}, {id: else, otherwise: 50%}]}
      u: {text: Other., given: [{when: {all_of: [c, b]}, credence: 1%}, {id: else, otherwise: 50%}]}
      b: {text: Three., credence: 40%}
    """
    ann, bob = "judgements: {d: 41%, b: 41%, t.else: 20%}\n", "judgements: {d: 45%, b: 45%, t.else: 30%}\n"
    result = diff(model(text, "target: t\n", ann=ann, bob=bob), "ann", "bob")
    assert [one.id for one in result.differences] == ["t", "b", "d"]
    assert all(abs(one.share_logit) < 1e-12 for one in result.differences[1:])

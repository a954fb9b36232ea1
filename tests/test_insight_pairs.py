import json
import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

import cruxmap as cm
from cruxmap.insight.diff import diff, diffs
from cruxmap.insight.pairs import against_rest, farthest, pairs
from cruxmap.language.argument_map import ClaimIs
from helpers.examples import ANN, BOB, GARDEN
from helpers.maps_from_text import model
from helpers.odds import logit

EVE = "judgements: {rain: 55% to 75%, sprinkler: 20% to 50%}\n"
AMY = "judgements: {rain: 12% to 22%, wet.rained: 96%}\n"


def everybody(**more):
    views = {"ann": ANN, "bob": BOB, "eve": EVE, "amy": AMY} | more
    return model(GARDEN, "target: wet\nsampling: {draws: 64}\n", **views)


def test_the_matrix_holds_the_gaps_of_the_diffs_and_the_distances() -> None:
    spec = everybody()
    result = pairs(spec)
    assert set(result.worldviews) == {"ann", "bob", "eve", "amy"}
    chances = {w: cm.probability(spec, "wet", worldview=w) for w in result.worldviews}
    claims = ("rain", "sprinkler", "wet")
    views = {
        w: np.array([[p := cm.probability(spec, c, worldview=w), 1 - p] for c in claims])
        for w in result.worldviews
    }
    for i, a in enumerate(result.worldviews):
        assert result.probabilities[i] == pytest.approx(chances[a], rel=1e-9)
        for j, b in enumerate(result.worldviews):
            gap = logit(chances[a]) - logit(chances[b])
            assert result.gap_logit[i][j] == pytest.approx(gap, abs=1e-9)
            squares = jensenshannon(views[a], views[b], axis=1, base=10) ** 2
            expected = math.sqrt(np.mean(np.nan_to_num(squares)))
            assert result.distance[i][j] == pytest.approx(expected, abs=1e-7)


def test_points_are_between_the_means_of_the_estimates() -> None:
    spec = everybody()
    means = {name: one.mean for name, one in cm.estimate(spec).worldviews.items()}
    result = pairs(spec)
    assert result.means == pytest.approx([means[name] for name in result.worldviews], rel=1e-12)
    for i, a in enumerate(result.worldviews):
        for j, b in enumerate(result.worldviews):
            assert result.gap_probability[i][j] == pytest.approx(means[a] - means[b], abs=1e-12)


def test_who_says_little_is_left_out_unless_everyone_is_asked_for_or_nobody_would_be_left() -> None:
    spec = everybody(mute="", aside="judgements: {mould: 50%}\n")
    result = pairs(spec)
    assert result.says_little == ("aside", "mute")
    assert set(result.worldviews) == {"ann", "bob", "eve", "amy"}
    assert len(result.means) == len(result.gap_probability) == 4
    assert result.to_json()["says_little"] == ["aside", "mute"]
    whole = pairs(spec, everyone=True)
    assert (whole.says_little, len(whole.worldviews)) == ((), 6)
    two = pairs(model(GARDEN, "target: wet\nsampling: {draws: 16}\n", ann=ANN, mute=""))
    assert (two.says_little, set(two.worldviews)) == (("mute",), {"ann", "mute"})


def test_the_farthest_are_named_the_higher_one_first() -> None:
    result = pairs(everybody())
    by_chance = dict(zip(result.probabilities, result.worldviews, strict=True))
    assert farthest(result) == (by_chance[max(by_chance)], by_chance[min(by_chance)])
    assert farthest(pairs(model(GARDEN, "target: wet\n", ann=ANN))) is None


def test_those_who_think_alike_stand_together() -> None:
    result = pairs(everybody())
    place = {name: i for i, name in enumerate(result.worldviews)}
    assert abs(place["ann"] - place["amy"]) == 1
    assert abs(place["bob"] - place["eve"]) == 1
    first, second, last = result.merges
    assert {frozenset((m.left, m.right)) for m in (first, second)} == {
        frozenset((place["ann"], place["amy"])),
        frozenset((place["bob"], place["eve"])),
    }
    assert {last.left, last.right} == {4, 5}
    assert last.distance > max(first.distance, second.distance)
    json.dumps(result.to_json(), allow_nan=False)


def test_impossible_and_lone_worldviews_have_their_place() -> None:
    spec = model(
        GARDEN, "target: wet\nassuming: [rain]\n", ann=ANN, bob="judgements: {rain: 0%}\n", eve=EVE
    )
    result = pairs(spec, everyone=True)
    assert result.worldviews[-1] == "bob"
    assert (result.probabilities[-1], result.means[-1], result.gap_probability[-1][0]) == (None,) * 3
    assert result.gap_logit[0][-1] is None
    assert result.distance[-1][0] is None
    [merge] = result.merges
    assert {merge.left, merge.right} == {0, 1}
    more = pairs(
        model(
            GARDEN,
            "target: wet\nassuming: [rain]\n",
            ann=ANN,
            bob="judgements: {rain: 0%}\n",
            eve=EVE,
            amy=AMY,
        ),
        everyone=True,
    )
    assert max(more.merges[-1].left, more.merges[-1].right) == 4  # the first merge, after four worldviews
    json.dumps(result.to_json(), allow_nan=False)
    alone = pairs(model(GARDEN, "target: wet\n", ann=ANN))
    assert (alone.gap_logit, alone.distance, alone.merges) == (((0.0,),), ((0.0,),), ())


def test_one_against_the_rest_is_the_mean_of_its_diffs() -> None:
    spec = everybody()
    result = against_rest(spec, "bob")
    each = [diff(spec, "bob", other) for other in ("ann", "eve", "amy")]
    assert set(result.others) == {"ann", "eve", "amy"}
    assert result.gap_logit == pytest.approx(np.mean([d.gap_logit for d in each]), abs=1e-12)
    shares = {d.id: d for d in result.differences}
    for name in ("rain", "sprinkler", "drought", "mirage"):
        expected = sum(d.share_logit for e in each for d in e.differences if d.id == name) / 3
        assert shares[name].share_logit == pytest.approx(expected, abs=1e-9)
    assert sum(d.share_logit for d in result.differences) == pytest.approx(result.gap_logit, abs=1e-9)
    assert shares["season"].count == 1
    sizes = [abs(d.share_logit) for d in result.differences]
    assert sizes == sorted(sizes, reverse=True)
    json.dumps(result.to_json(), allow_nan=False)
    some = against_rest(spec, "bob", ["eve"])
    assert some.gap_logit == pytest.approx(diff(spec, "bob", "eve").gap_logit)


def test_those_with_whom_nothing_can_be_compared_are_left_out_with_the_reason() -> None:
    spec = model(
        GARDEN.replace("{otherwise: 5%}", "{otherwise: 0%}", 1),
        "target: wet\n",
        ann=ANN,
        bob=BOB,
        eve="judgements: {rain: 0%, sprinkler: 0%}\n",
    )
    result = against_rest(spec, "bob")
    assert result.others == ("ann",)
    [(name, reason)] = result.left_out
    assert name == "eve"
    assert "certain in `eve`" in reason
    assert not result.undefined
    given = replace(spec, assuming=(ClaimIs("rain"),))
    assert (against_rest(given, "bob").undefined, pairs(given).undefined) == (True, True)
    assert (against_rest(given, "bob", ["ann"]).undefined, pairs(spec).undefined) == (False, False)
    assert [diff(given, "bob", name).undefined for name in ("ann", "eve")] == [False, True]
    nobody = against_rest(spec, "bob", ["bob"])
    assert (nobody.others, nobody.gap_logit, nobody.differences) == ((), None, ())


def test_many_diffs_at_once_are_the_single_ones() -> None:
    spec = everybody()
    wanted = [("ann", "bob"), ("eve", "ann"), ("bob", "bob")]
    for together, (a, b) in zip(diffs(spec, wanted), wanted, strict=True):
        alone = diff(spec, a, b)
        assert (together.a, together.b) == (a, b)
        assert together.gap_logit == pytest.approx(alone.gap_logit, abs=1e-12)
        assert [d.id for d in together.differences] == [d.id for d in alone.differences]
        assert [c.id for c in together.double_cruxes] == [c.id for c in alone.double_cruxes]
        assert together.structure == alone.structure

import json
import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit, logit

import cruxmap as cm
from cruxmap.engine.draws import latin_hypercube
from cruxmap.insight import views
from cruxmap.language.argument_map import Z_95, ClaimIs
from cruxmap.language.typed import parse_settings
from cruxmap.network import inquiry
from helpers import reference
from helpers.commands import ROOT
from helpers.examples import ANN, BOB, GARDEN
from helpers.maps_from_text import model, write

MODELS = ROOT / "models"
SMALL = "sampling: {draws: 64}\n"


def test_power_seeking_is_carlsmiths_product() -> None:
    found = cm.estimate(cm.read_model(MODELS / "power-seeking.yaml")).worldviews["carlsmith"]
    for value in (found.mean, found.median, found.central, *found.interval_90):
        assert value == pytest.approx(0.05137600, rel=1e-9)


def test_json_has_the_keys_of_the_contract_and_no_others() -> None:
    ask = """
    target: wet
    also: [rain, season]
    assuming: [{season: [dry, mild]}]
    observed: [{sprinkler: false}]
    sampling: {draws: 64}
    """
    spec = model(GARDEN, ask)
    found = cm.estimate(spec).to_json()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    question = ["model", "target", "assuming", "observed", "settings"]
    assert list(found) == [*question, "seed", "draws", "map", "worldviews"]
    assert (found["model"], found["target"], found["draws"]) == ("small", "wet", 64)
    assert found["assuming"] == ["{season: [dry, mild]}"]
    assert found["observed"] == ["{sprinkler: false}"]
    one = found["worldviews"]["map"]
    numbers = ["mean", "median", "interval_90", "central"]
    assert list(one) == [*numbers, "unconditional", "also", "whose"]
    assert list(found["map"]) == [*numbers, "unconditional", "also", "turns_on"]
    assert list(one["unconditional"]) == numbers
    assert list(one["also"]) == ["rain", "season.dry", "season.mild", "season.rainy"]
    assert list(one["also"]["rain"]) == [*numbers, "unconditional", "whose"]
    assert list(found["map"]["also"]["rain"]) == [*numbers, "unconditional"]
    assert one["also"]["season.rainy"]["mean"] == 0.0
    assert one["also"]["season.rainy"]["unconditional"]["mean"] > 0.1


def test_the_map_s_own_estimate_is_there_whether_or_not_it_is_asked_for() -> None:
    asked = "target: wet\nalso: [rain]\nassuming: [{season: [dry, mild]}]\nworldviews: "
    views = {"ann": ANN, "bob": BOB}
    among, not_among = (
        cm.estimate(model(GARDEN, f"{asked}{which}\n{SMALL}", **views)) for which in ("all", "[ann]")
    )
    alone = cm.estimate(model(GARDEN, f"{asked}[map]\n{SMALL}", **views))
    assert list(not_among.worldviews) == ["ann"]
    assert list(among.worldviews) == ["ann", "bob"]
    assert among.map == not_among.map == alone.map
    same = alone.worldviews["map"]
    for one, other in ((same, alone.map), (same.also["rain"], alone.map.also["rain"])):
        assert (one.mean, one.interval_90, one.central) == (other.mean, other.interval_90, other.central)
    assert alone.worldviews["map"].whose.says_little


def test_the_map_s_own_numbers_that_matter_most_are_listed_with_what_they_do() -> None:
    claims = """
    claims:
      t: {text: Target., credence: 20% to 60%}
      far: {text: Elsewhere., credence: 1% to 99%}
    arguments:
      pro: {text: For., for: t, strength: 4x}
      con: {text: Against., against: t, strength: 10x to 1000x}
      slight: {text: For., for: t, strength: 2x to 2.2x}
      laid: {text: For., for: t, strength: 2x}
    """
    spec = model(claims, f"target: t\nworldviews: [ann]\n{SMALL}", ann="judgements: {con.strength: 3x}\n")
    spec = replace(spec, settings=parse_settings([("laid.strength", "2x to 200x")], spec.map))
    con, credence, slight = cm.estimate(spec).map.turns_on
    middle = (logit(0.2) + logit(0.6)) / 2 + math.log(4 * math.sqrt(2 * 2.2) * 20)
    assert (con.address, con.value) == ("con.strength", "10x to 1000x")
    assert (con.low, con.central, con.high) == pytest.approx((10, 100, 1000))
    assert con.target_low == pytest.approx(expit(middle - math.log(10)), rel=1e-9)
    assert con.target_high == pytest.approx(expit(middle - math.log(1000)), rel=1e-9)
    assert (credence.address, slight.address) == ("t", "slight.strength")
    others = middle - (logit(0.2) + logit(0.6)) / 2 - math.log(100)
    assert credence.target_low == pytest.approx(expit(logit(0.2) + others), rel=1e-9)


def test_a_lone_claim_has_the_interval_it_was_given_and_the_mean_of_its_logit_normal() -> None:
    spec = model("claims:\n  a: {text: A., credence: 1% to 5%}\n", "target: a\nsampling: {draws: 4000}\n")
    found = cm.estimate(spec).worldviews["map"]
    assert found.interval_90 == pytest.approx((0.01, 0.05), rel=2e-3)
    low, high = math.log(0.01 / 0.99), math.log(0.05 / 0.95)
    mu, sd = (low + high) / 2, (high - low) / (2 * Z_95)
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    mean = float(weights @ expit(mu + sd * nodes) / weights.sum())
    assert found.mean == pytest.approx(mean, abs=4 * 0.02 / 4000)  # the last stratum alone varies by 0.02
    assert found.median == pytest.approx(expit(mu), rel=1e-3)
    assert found.central == pytest.approx(expit(mu), rel=1e-12)


def test_draws_are_those_of_enumeration() -> None:
    spec = model(GARDEN, f"target: wet\nassuming: [sprinkler]\n{SMALL}")
    found = cm.estimate(spec).worldviews["map"]
    addresses = list(spec.map.judgements)
    z = latin_hypercube(spec.sampling.seed, addresses, 64)
    for draw in (0, 17, 63):
        numbers = reference.numbers(spec.map, "map", dict(zip(addresses, z[:, draw], strict=True)))
        worlds = reference.enumerate_worlds(spec.map, numbers)
        yes, no = worlds.probability(ClaimIs("wet"), (ClaimIs("sprinkler"),))
        assert found.draws[draw] == pytest.approx(yes, rel=1e-9)
        assert found.log_odds[draw] == pytest.approx(math.log(yes) - math.log(no), rel=1e-9)
        assert found.unconditional.draws[draw] == pytest.approx(
            worlds.probability(ClaimIs("wet"))[0], rel=1e-9
        )
    assert found.mean == pytest.approx(found.draws.mean(), rel=1e-12)


def test_log_odds_keep_what_a_probability_near_one_has_lost() -> None:
    text = (
        "claims:\n  a: {text: A., credence: 1e-12}\n  b: {text: B., any_of: [{a: false}], if_met: 100%}\n"
    )
    found = cm.estimate(model(text, f"target: b\n{SMALL}")).worldviews["map"]
    assert found.log_odds[0] == pytest.approx(math.log1p(-1e-12) - math.log(1e-12), rel=1e-12)


@pytest.mark.parametrize("nines", [12, 16, 17, 30, 300])
def test_what_is_left_of_one_keeps_the_digits_that_were_written(nines: int) -> None:
    claims = f"claims:\n  a: {{text: A., credence: 0.{nines * '9'}}}\n"
    assert cm.probability(model(claims, "target: a"), "{a: false}") == pytest.approx(
        10.0**-nines, rel=1e-12
    )


def test_a_column_is_the_same_in_every_worldview_and_beside_other_judgements() -> None:
    ask = f"target: rain\nworldviews: [map, ann]\n{SMALL}"
    both = cm.estimate(model(GARDEN, ask, ann="judgements: {mould: 2% to 90%}\n")).worldviews
    np.testing.assert_array_equal(both["map"].draws, both["ann"].draws)


def test_an_impossible_assumption_gives_null_with_a_reason_and_leaves_the_others() -> None:
    ask = f"target: wet\nalso: [mould]\nassuming: [rain]\nworldviews: [map, dry]\n{SMALL}"
    found = cm.estimate(model(GARDEN, ask, dry="judgements: {rain: 0%}\n"))
    assert found.undefined
    dry = found.to_json()["worldviews"]["dry"]
    assert (dry["mean"], dry["median"], dry["interval_90"], dry["central"]) == (None, None, None, None)
    assert dry["reason"] == "what is assumed is impossible: rain"
    assert dry["also"]["mould"]["reason"] == dry["reason"]
    assert 0 < dry["unconditional"]["mean"] < 1
    assert "reason" not in dry["unconditional"]
    assert 0 < found.worldviews["map"].mean < 1


@pytest.mark.long
def test_an_impossible_observation_leaves_nothing() -> None:
    ask = f"target: wet\nobserved: [rain]\nworldviews: [dry]\n{SMALL}"
    found = cm.estimate(model(GARDEN, ask, dry="judgements: {rain: 0%}\n"))
    dry = found.worldviews["dry"]
    assert dry.mean is None
    assert dry.unconditional.mean is None
    assert dry.reason == dry.unconditional.reason == "what is observed is impossible: rain"


def test_assumptions_that_only_exclude_each_other_are_named_together() -> None:
    ask = f"target: wet\nassuming: [{{season: dry}}, {{season: mild}}]\n{SMALL}"
    found = cm.estimate(model(GARDEN, ask)).worldviews["map"]
    assert found.reason == "what is assumed is impossible: {season: dry}, {season: mild}"


def test_draws_in_which_the_assumption_cannot_be_are_left_out() -> None:
    text = """
    questions:
      q: {text: Which?, states: [x, y, z], credence: {x: 30%, y: 30%, z: rest}}
    claims:
      a: {text: A., given: [{when: {q: z}, credence: 20% to 40%}, {otherwise: 50%}]}
    """
    ask = "target: a\nassuming: [{q: z}]\nsampling: {draws: 400}\n"
    view = "judgements: {q.x: 20% to 70%, q.y: 20% to 70%}\n"
    found = cm.estimate(model(text, ask, view=view)).worldviews["view"]
    gone = np.isnan(found.draws)
    assert 0 < gone.sum() < 400
    assert found.mean == pytest.approx(found.draws[~gone].mean(), rel=1e-12)


def test_progress_is_told_of_worldviews_that_share_their_draws() -> None:
    told = []
    spec = model(GARDEN, f"target: wet\nworldviews: [map, ann]\n{SMALL}", ann="rejects: [clouds]\n")
    cm.estimate(spec, progress=lambda *event: told.append(event))
    cm.estimate(replace(spec, worldviews=("ann",)), progress=lambda *event: told.append(event))
    assert told == [("2 worldviews", 64, 64)] * 2  # the map and ann, whoever is asked for


@pytest.mark.parametrize("most", [0, 1024])
def test_blocks_of_draws_are_slices_of_the_hypercube(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST_KEPT", most)
    spec = model(GARDEN, f"target: wet\n{SMALL}")
    asked = inquiry.inquire(spec)
    addresses, certain = asked.network.addresses, asked.numbers.sd[0] == 0
    whole = latin_hypercube(spec.sampling.seed, addresses, 1300)
    whole[certain] = 0.0
    draw = views.forward_draws(asked, 1300)
    for start, stop in ((0, 1300), (0, 512), (511, 513), (700, 700), (1290, 1300), (0, 64)):
        np.testing.assert_array_equal(draw(start, stop), whole[:, start:stop])
        draw(start, stop)[:] = np.nan  # whoever gets draws may write into them


def test_worldviews_together_are_as_each_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = model(GARDEN, f"target: wet\nworldviews: [map, ann]\n{SMALL}", ann="rejects: [clouds]\n")
    alone = {
        name: cm.estimate(replace(spec, worldviews=(name,))).worldviews[name] for name in spec.worldviews
    }
    monkeypatch.setattr(inquiry, "MAX_IN_A_BLOCK", 48)
    together = cm.estimate(spec).worldviews
    assert together == alone
    for name, one in alone.items():
        np.testing.assert_array_equal(together[name].draws, one.draws)


HEAVY = ("pymc", "pytensor", "arviz", "xarray", "numba", "scipy", "pandas", "matplotlib", "cotengra")


@pytest.mark.parametrize("real", [True, False])
def test_small_estimates_load_nothing_that_they_do_not_use(tmp_path: Path, real: bool) -> None:
    path = MODELS / "power-seeking.yaml" if real else write(tmp_path, GARDEN, f"target: wet\n{SMALL}")
    code = (
        "import sys, cruxmap as cm\n"
        "from cruxmap import cli\n"
        "from cruxmap.language.argument_map import condition_text\n"
        f"spec = cm.read_model({str(path)!r})\n"
        "cm.probability(spec, condition_text(spec.target.condition))\n"
        f"sys.argv = ['cruxmap', 'estimate', {str(path)!r}]\n"
        "print(cli._run())\n"
        f"print([m for m in {HEAVY} if m in sys.modules])"
    )
    nothing_cached = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "caches")}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=nothing_cached
    )
    assert done.stdout.splitlines()[-2:] == ["0", "[]"]


# --- one probability -----------------------------------------------------------------------------


def of_enumeration(spec, of, given=(), worldview="map", settings=None):
    numbers = reference.numbers(spec.map, worldview, {}, settings or {})
    return reference.enumerate_worlds(spec.map, numbers).probability(ClaimIs(of), given)[0]


def test_probability_of_a_map_at_its_own_judgements() -> None:
    spec = model(GARDEN, "target: wet\n", ann="judgements: {rain: 80%}\n")
    assert cm.probability(spec.map, "wet") == pytest.approx(of_enumeration(spec, "wet"), rel=1e-9)
    assert cm.probability(spec, "wet") == pytest.approx(of_enumeration(spec, "wet"), rel=1e-9)
    by_ann = cm.probability(spec, "wet", worldview="ann")
    assert by_ann == pytest.approx(of_enumeration(spec, "wet", worldview="ann"), rel=1e-9)


def test_given_takes_the_place_of_what_is_assumed_and_leaves_what_is_observed() -> None:
    spec = model(GARDEN, "target: wet\nassuming: [rain]\nobserved: [slippery]\n")
    rain, slippery, sprinkler = (ClaimIs(name) for name in ("rain", "slippery", "sprinkler"))
    for given, conditions in (
        (None, (rain, slippery)),
        ([], (slippery,)),
        (["sprinkler"], (sprinkler, slippery)),
        ("sprinkler", (sprinkler, slippery)),
        ({"sprinkler": True}, (sprinkler, slippery)),
    ):
        found = cm.probability(spec, "wet", given=given)
        assert found == pytest.approx(of_enumeration(spec, "wet", conditions), rel=1e-9)


def test_judgements_lie_over_those_of_the_worldview() -> None:
    spec = model(GARDEN, "target: wet\n", ann="judgements: {rain: 80%, sprinkler: 50%}\n")
    found = cm.probability(spec, "wet", worldview="ann", judgements={"rain": "50%", "clouds": 0.25})
    same = cm.probability(spec, "wet", judgements={"rain": "50%", "clouds": "25%", "sprinkler": "50%"})
    assert found == pytest.approx(same, rel=1e-12)


def test_conditions_are_python_data() -> None:
    spec = model(GARDEN, "target: wet\n")
    either = cm.probability(spec, {"any_of": ["rain", {"sprinkler": True}]})
    neither = cm.probability(spec, {"not": {"any_of": ["rain", "sprinkler"]}})
    both = cm.probability(spec, ["rain", "sprinkler"])
    assert either + neither == pytest.approx(1, rel=1e-12)
    assert either == pytest.approx(cm.probability(spec, "rain") + 0.3 - both, rel=1e-12)


@pytest.mark.parametrize(
    ("arguments", "code", "hint"),
    [
        ({"condition": "wett"}, "unknown-id", "wet"),
        ({"condition": "wet", "given": ["ran"]}, "unknown-id", "rain"),
        ({"condition": "wet", "worldview": "an"}, "unknown-worldview", "ann"),
        ({"condition": "wet", "judgements": {"cloud": "50%"}}, "unknown-address", "clouds"),
        (
            {"condition": "wet", "given": ["rain", {"rain": False}]},
            "impossible-evidence",
            "exclude each other",
        ),
    ],
)
def test_what_cannot_be_answered_is_a_problem_with_a_hint(
    arguments: dict[str, object], code: str, hint: str
) -> None:
    spec = model(GARDEN, "target: wet\n", ann="rejects: [clouds]\n")
    with pytest.raises(cm.InvalidMap) as raised:
        cm.probability(spec, **arguments)
    [problem] = raised.value.problems
    assert problem.code == code
    assert hint in problem.hint


def test_settings_of_the_model_count() -> None:
    spec = model(GARDEN, "target: wet\n")
    set_ = replace(spec, settings=(("rain", spec.map.judgements["sprinkler"].value),))
    assert cm.probability(set_, "wet") == pytest.approx(
        cm.probability(spec, "wet", judgements={"rain": "30%"})
    )


def test_all_shares_of_a_question_can_be_given_at_once() -> None:
    spec = model(GARDEN, "target: wet\n", ann="judgements: {season: {dry: 60%, mild: 30%, rainy: 10%}}\n")

    def rainy(shares, **more):
        return cm.probability(
            spec, {"season": "rainy"}, worldview="ann", judgements={"season": shares, **more}
        )

    whole = {"dry": "20%", "mild": 0.5, "rainy": "rest"}
    assert rainy(whole) == pytest.approx(0.3, abs=1e-12)
    assert rainy("{dry: 20%, mild: 50%, rainy: rest}") == pytest.approx(0.3, abs=1e-12)
    assert rainy(whole, **{"season.dry": "50%"}) == pytest.approx(0.3 * 0.5 / 0.8, abs=1e-12)
    spread = {"dry": "10% to 30%", "mild": "50%", "rainy": "20% to 40%"}
    dry, wet = (expit((logit(a) + logit(b)) / 2) for a, b in ((0.1, 0.3), (0.2, 0.4)))
    assert rainy(spread) == pytest.approx(wet / (dry + 0.5 + wet), abs=1e-12)


@pytest.mark.parametrize(
    ("shares", "complaint"),
    [
        ({"dry": "20%", "mild": "50%", "rainy": "20%"}, "sum to 90%"),
        ({"dry": "20%", "mild": "50%"}, "leave out `rainy`"),
        ({"dry": "20%", "mild": "50%", "wet": "30%"}, "no state `wet`"),
        ({"dry": "rest", "mild": "50%", "rainy": "rest"}, "`rest` is there twice"),
        ("30%", "stands for all shares"),
        (["dry"], "here is a list"),
    ],
)
def test_shares_that_are_none_are_problems(shares: object, complaint: str) -> None:
    spec = model(GARDEN, "target: wet\n")
    with pytest.raises(cm.InvalidMap, match=complaint):
        cm.probability(spec, "wet", judgements={"season": shares})
    with pytest.raises(cm.InvalidMap, match="is one number"):
        cm.probability(spec, "wet", judgements={"rain": {"dry": "20%"}})

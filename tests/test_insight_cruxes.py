import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import cruxmap as cm
from benchmarks.baseline import differences
from cruxmap.engine.draws import latin_hypercube
from cruxmap.insight.candidates import position_of
from cruxmap.insight.cruxes import CruxTable, CruxTables, cruxes
from cruxmap.insight.kinds import Kind, kind_of
from cruxmap.insight.left_out import FOLLOWS, OF_ITS_QUESTION, SAME
from cruxmap.insight.sobol import MAX_VALUES, MIN_DRAWS, MIN_SAMPLE, shares_of_variance
from cruxmap.language.argument_map import Z_95, AllOf, Argument, Claim, ClaimIs, StateIn
from cruxmap.language.model_spec import ModelSpec
from cruxmap.network.inquiry import inquire
from helpers import drawn_maps, reference
from helpers.examples import ANN, BOB, GARDEN, TRIAD
from helpers.few_examples import FEW_EXAMPLES
from helpers.maps_from_text import model
from helpers.odds import kl, logit


def by_id(table):
    return {crux.id: crux for crux in (*table.claims, *table.arguments)}


def reasons(table):
    return {one.id: one.because for one in table.left_out}


def ranked_ids(table):
    return [crux.id for crux in table.ranking]


def garden(ask="target: wet\n", **worldviews):
    return model(GARDEN, f"{ask}sampling: {{draws: 64}}\n", **worldviews)


# --- what learning a claim would do ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("c", "true", "false"), [(0.3, 0.9, 0.2), (0.01, 0.5, 0.0001), (0.85, 1e-6, 0.02), (0.5, 0.5, 0.4999)]
)
def test_a_triad_gives_the_published_numbers(c: float, true: float, false: float) -> None:
    spec = model(TRIAD.format(c=c, true=true, false=false), "target: u\n")
    [crux] = cruxes(spec, "map").claims
    p = c * true + (1 - c) * false
    voi = c * kl(true, p) + (1 - c) * kl(false, p)
    entropy = -(p * math.log10(p) + (1 - p) * math.log10(1 - p))
    assert crux.probability == pytest.approx(c, abs=1e-10)
    assert crux.given_true == pytest.approx(true, abs=1e-10)
    assert crux.given_false == pytest.approx(false, abs=1e-10)
    assert crux.swing == pytest.approx(true - false, abs=1e-10)
    assert crux.voi == pytest.approx(voi, abs=1e-10)
    assert crux.voi_share == pytest.approx(voi / entropy, abs=1e-10)
    assert crux.expected_move == pytest.approx(c * abs(true - p) + (1 - c) * abs(false - p), abs=1e-10)
    removed = (c * (true - p) ** 2 + (1 - c) * (false - p) ** 2) / (p * (1 - p))
    assert crux.variance_removed == pytest.approx(removed, abs=1e-10)


def predictive_by_enumeration(spec: ModelSpec, worldview: str, draws: int):
    """Joint probabilities of the target and each condition, averaged over the forward draws."""
    addresses = tuple(spec.map.judgements)
    z = latin_hypercube(spec.sampling.seed, addresses, draws, 0, draws)
    worlds = [
        reference.enumerate_worlds(
            spec.map, reference.numbers(spec.map, worldview, dict(zip(addresses, column, strict=True)))
        )
        for column in z.T
    ]

    def average(*conditions):
        whole = AllOf(tuple(conditions))
        return np.mean([w.probability(whole, spec.assuming)[0] for w in worlds])

    return average


@pytest.mark.parametrize("assuming", ["[]", "[slippery]", "[{not: {all_of: [rain, sprinkler]}}]"])
def test_every_claim_state_and_argument_agrees_with_enumeration(assuming: str) -> None:
    spec = model(GARDEN, f"target: wet\nassuming: {assuming}\nsampling: {{draws: 16}}\n")
    table = cruxes(spec, "map")
    average = predictive_by_enumeration(spec, "map", 16)
    target = ClaimIs("wet")
    p = average(target)
    assert table.estimate == pytest.approx(p, rel=1e-9)
    conditions = {name: ClaimIs(name) for name in ("rain", "sprinkler", "far", "mould")}
    conditions |= {f"season.{s}": StateIn("season", (s,)) for s in ("dry", "mild", "rainy")}
    for name, condition in conditions.items():
        crux, c = by_id(table)[name], average(condition)
        both = average(target, condition)
        assert crux.probability == pytest.approx(c, rel=1e-9)
        if name == "far":  # separated on the graph, though 16 draws are never quite uncorrelated
            both = c * p
        assert crux.given_true == pytest.approx(both / c, rel=1e-9)
        assert crux.given_false == pytest.approx((p - both) / (1 - c), rel=1e-9)
    shares = [(average(s), average(target, s)) for s in list(conditions.values())[-3:]]
    [season] = table.questions
    assert season.voi == pytest.approx(sum(c * kl(both / c, p) for c, both in shares), rel=1e-6)


def test_rankings_leave_out_target_assumptions_and_the_target_in_other_words() -> None:
    text = GARDEN.replace(
        "  far:",
        "  soaked: {text: The same as wet., all_of: [wet]}\n"
        "  parched: {text: The opposite., given: [{when: wet, credence: 0%}, {otherwise: 100%}]}\n  far:",
    )
    ask = "target: wet\nassuming: [sprinkler, {season: mild}]\nsampling: {draws: 16}\n"
    table = cruxes(model(text, ask), "map")
    assert {crux.id for crux in table.claims} == {"rain", "slippery", "far", "mould", "soaked", "parched"}
    assert table.questions == ()
    assert {crux.id for crux in table.arguments} == {"clouds", "drought", "mirage", "damp"}
    following = dict.fromkeys(("slippery", "mould", "damp"), FOLLOWS)
    assert reasons(table) == {"soaked": SAME, "parched": SAME, **following}
    assert {crux.id for crux in table.ranking} == {"rain", "far", "clouds", "drought", "mirage"}
    assert {crux.id for crux in (*table.claims, *table.arguments) if crux.downstream} >= following.keys()
    assert by_id(table)["soaked"].voi_share == pytest.approx(1, rel=1e-12)
    drought = by_id(table)["drought"]
    assert (drought.probability, drought.voi, drought.swing) == (0.0, 0.0, None)
    assert drought.given_true is None
    assert "certain" in drought.reason
    assert "nothing to learn" in drought.sentence("map")


def test_a_state_as_the_target_leaves_the_other_states() -> None:
    table = cruxes(garden("target: {season: dry}\n"), "map")
    assert {"season.mild", "season.rainy"} <= by_id(table).keys()
    assert "season.dry" not in by_id(table)
    because = dict.fromkeys(("season.mild", "season.rainy"), OF_ITS_QUESTION)
    because |= dict.fromkeys(("rain", "wet", "slippery", "mould", "damp"), FOLLOWS)
    assert reasons(table) == because | {"drought": SAME}
    assert {crux.voi for crux in table.ranking} == {0.0}
    assert table.questions == ()
    assert table.target == "season.dry"


def test_ranking_has_premises_and_arguments_and_says_why() -> None:
    table = cruxes(garden(), "map")
    ids = [crux.id for crux in table.ranking]
    assert [crux.rank for crux in table.ranking] == list(range(1, len(ids) + 1))
    assert set(ids) == {"rain", "sprinkler", "far", "season", "clouds", "drought", "mirage"}
    assert table.stages == ()  # `wet` is the target, and the other one follows from it
    shown, states = ids[:3], [f"season.{state}" for state in ("dry", "mild", "rainy")]
    assert shown == ["rain", "sprinkler", "clouds"]
    assert [c.id for c in table.claims] == ["rain", "sprinkler", *states, "far", "slippery", "mould"]
    [season] = table.questions
    assert [state.id for state in season.states] == states
    assert season.sentence("ann").startswith("if dry ")
    rain = by_id(table)["rain"]
    assert rain.sentence("bob").startswith("if true ")
    assert "the number is the map's" in rain.sentence("bob")
    following = {c.id for c in table.claims if c.sentence("map").endswith("it follows from the target")}
    assert following == {crux.id for crux in table.claims if crux.downstream} >= {"slippery"}


# --- separation ------------------------------------------------------------------------------------


def test_what_is_separated_from_the_target_says_exactly_nothing() -> None:
    table = cruxes(garden(), "map")
    far = by_id(table)["far"]
    assert (far.voi, far.swing, far.expected_move, far.variance_removed) == (0.0, 0.0, 0.0, 0.0)
    assert far.given_true == far.given_false == table.estimate
    assert by_id(table)["season.dry"].voi > 0


def test_a_shared_judgement_connects_two_claims() -> None:
    text = """
    claims:
      a: {text: One., credence: 10% to 60%}
      b: {text: Two., credence: same as a}
      t: {text: Target., given: [{when: a, credence: 90%}, {otherwise: 10%}]}
    """
    spec = model(text, "target: t\nsampling: {draws: 64}\n", points="judgements: {a: 30%}\n")
    assert by_id(cruxes(spec, "map"))["b"].voi > 1e-6
    # Without an interval there is nothing in common to learn about.
    assert by_id(cruxes(spec, "points"))["b"].voi == 0


def test_assuming_a_common_consequence_connects_its_causes() -> None:
    text = """
    claims:
      a: {text: One cause., credence: 30%}
      t: {text: The other., credence: 20%}
      effect: {text: What they bring about., any_of: [a, t]}
    """
    assert by_id(cruxes(model(text, "target: t\n"), "map"))["a"].voi == 0
    [crux] = cruxes(model(text, "target: t\nassuming: [effect]\n"), "map").claims
    assert crux.id == "a"
    assert crux.voi > 0
    assert crux.given_false == pytest.approx(1.0)


def test_causes_stand_above_their_claim_and_apart_from_each_other() -> None:
    text = """
    claims:
      p: {text: Something may set it off., credence: 40% to 60%}
      a:
        text: It comes about.
        routes:
          - {id: one, when: p, chance: 30% to 50%}
          - {id: two, chance: 10% to 20%}
          - {id: three, chance: 10% to 20%}
      b: {text: A sign of what set it off., given: [{when: p, credence: 80%}, {otherwise: 30%}]}
      c: {text: A sign of it., given: [{when: a, credence: 80%}, {otherwise: 30%}]}
    """
    inquiry = inquire(model(text, "target: b"))
    places, at = inquiry.network.places, position_of(inquiry, 0)
    causes = {places[f"a.{cause}"] for cause in ("one", "two", "three")}
    assert causes & at.connected == {places["a.one"]}
    inquiry = inquire(model(text, "target: a"))
    places, at = inquiry.network.places, position_of(inquiry, 0)
    assert causes <= at.connected
    assert at.downstream == {places["c"]}


def test_an_assumed_claim_separates_what_it_mediates() -> None:
    text = """
    claims:
      a: {text: Far cause., credence: 20% to 40%}
      b: {text: Near cause., given: [{when: a, credence: 90%}, {otherwise: 10%}]}
      t: {text: Target., given: [{when: b, credence: 80%}, {otherwise: 30%}]}
    """
    assert by_id(cruxes(model(text, "target: t\n"), "map"))["a"].voi > 0
    [crux] = cruxes(model(text, "target: t\nassuming: [{b: false}]\n"), "map").claims
    assert (crux.id, crux.voi, crux.given_true) == ("a", 0.0, crux.given_false)


# --- judgements ------------------------------------------------------------------------------------


def test_slopes_are_finite_differences_of_the_logit() -> None:
    spec = garden("target: wet\nassuming: [{not: {all_of: [far, sprinkler]}}]\n")
    slopes = {row.address: row.slope for row in cruxes(spec, "map").judgements}
    step = 1e-5
    for address, slope in slopes.items():
        u = reference.numbers(spec.map).u
        logits = []
        for side in (-step, step):
            moved = reference.Numbers({**u, address: u[address] + side})
            yes, no = reference.enumerate_worlds(spec.map, moved).probability(
                ClaimIs("wet"), spec.assuming
            )
            logits.append(math.log(yes) - math.log(no))
        assert slope == pytest.approx((logits[1] - logits[0]) / (2 * step), abs=1e-6), address
    assert {"rain", "wet.rained", "clouds.strength", "mirage", "season.dry"} <= slopes.keys()


def test_ranges_put_one_judgement_at_its_ends() -> None:
    spec = garden()
    rows = {row.address: row for row in cruxes(spec, "map").judgements}
    for address in ("rain", "wet.rained", "clouds", "clouds.strength", "season.dry"):
        row = rows[address]
        ends = "{:.17g}" if not address.endswith("strength") else "{:.17g}x"
        for value, target in ((row.low, row.target_low), (row.high, row.target_high)):
            z = {address: math.copysign(Z_95, value - row.central)}
            worlds = reference.enumerate_worlds(spec.map, reference.numbers(spec.map, z=z))
            expected = worlds.probability(ClaimIs("wet"))[0]
            assert target == pytest.approx(expected, rel=1e-9)
            if not address.startswith("season"):
                setting = {address: ends.format(value)}
                assert target == pytest.approx(cm.probability(spec, "wet", judgements=setting), rel=1e-9)
    assert rows["wet.both"].target_low == rows["wet.both"].target_high
    widths = [abs(logit(r.target_high) - logit(r.target_low)) for r in cruxes(spec, "map").judgements]
    assert widths == sorted(widths, reverse=True)


def test_sobol_shares_of_a_linear_logit_are_its_variances() -> None:
    text = """
    claims:
      t: {text: Target., credence: 5% to 20%}
    arguments:
      pro: {text: For., for: t, strength: 10x to 100x}
      con: {text: Against., against: t, strength: 10x to 30x}
    """
    table = cruxes(model(text, "target: t\n"), "map")
    sd = {"t": logit(0.2) - logit(0.05), "pro.strength": math.log(10), "con.strength": math.log(3)}
    whole = sum(value**2 for value in sd.values())
    rows = {row.address: row for row in table.judgements}
    for address, value in sd.items():
        assert rows[address].sobol_first == pytest.approx(value**2 / whole, abs=1e-9)
        assert rows[address].sobol_total == pytest.approx(value**2 / whole, abs=1e-9)
    groups = {group.id: group for group in table.groups}
    assert set(groups) == {"t", "pro", "con"}
    assert groups["pro"].sobol_first == pytest.approx(math.log(10) ** 2 / whole, abs=1e-9)
    assert all(0 <= group.error < 1e-9 for group in table.groups)
    assert MIN_SAMPLE <= table.sobol_sample <= MAX_VALUES / 3


def test_a_link_counts_as_the_place_it_names() -> None:
    text = """
    claims:
      t: {text: Target., credence: 5% to 20%}
    arguments:
      pro: {text: For., for: t, strength: 10x to 100x}
      more: {text: For too., for: t, strength: same as pro.strength}
    """
    table = cruxes(model(text, "target: t\n"), "map")
    rows = {row.address: row for row in table.judgements}
    assert "more.strength" not in rows
    assert rows["pro.strength"].slope == pytest.approx(2.0, rel=1e-9)
    twice = (2 * math.log(10)) ** 2
    whole = twice + (logit(0.2) - logit(0.05)) ** 2
    assert rows["pro.strength"].sobol_first == pytest.approx(twice / whole, abs=1e-9)
    assert {group.id for group in table.groups} == {"t", "pro"}


def test_one_uncertain_judgement_has_all_the_spread() -> None:
    text = "claims: {t: {text: Target., credence: 5% to 20%}}"
    table = cruxes(model(text, "target: t\n"), "map")
    [group] = table.groups
    assert (group.id, group.sobol_first, group.sobol_total) == ("t", pytest.approx(1), pytest.approx(1))


@pytest.mark.long
def test_sobol_shares_are_of_the_judgements_before_anything_is_observed() -> None:
    supposed, seen = (
        cruxes(garden(f"target: rain\n{what}: [slippery]\n"), "map") for what in ("assuming", "observed")
    )
    assert [group.id for group in supposed.groups] == [group.id for group in seen.groups]
    for one, other in zip(supposed.groups, seen.groups, strict=True):
        assert other.sobol_first == pytest.approx(one.sobol_first, abs=1e-9)
        assert other.sobol_total == pytest.approx(one.sobol_total, abs=1e-9)


def test_log_odds_that_are_known_are_not_computed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = model(GARDEN, f"target: wet\nsampling: {{draws: {MIN_DRAWS}}}\n")
    known = cruxes(spec, "map")
    computed = []

    def shares(view, movers, _):
        computed.append(view)
        return shares_of_variance(view, movers)

    monkeypatch.setattr("cruxmap.insight.sensitivity.shares_of_variance", shares)
    again = cruxes(spec, "map")
    assert computed
    for one, other in zip(known.groups, again.groups, strict=True):
        assert other.sobol_first == pytest.approx(one.sobol_first, abs=1e-9)
        assert other.error == pytest.approx(one.error, rel=1e-6)
    monkeypatch.setattr("cruxmap.insight.sensitivity.shares_of_variance", shares_of_variance)
    monkeypatch.setattr("cruxmap.insight.sobol._log_odds", None)
    assert cruxes(spec, "map").groups == known.groups


def test_log_odds_that_are_infinite_in_some_draws_have_no_shares() -> None:
    both = "{season.dry: 20% to 70%, season.mild: 20% to 70%}"  # together more than 100% in some draws
    table = cruxes(garden("target: {season: rainy}\n", ann=f"judgements: {both}\n"), "ann")
    assert table.groups == ()
    assert table.sobol_sample == 0
    rows = {row.address: row for row in table.judgements}
    for address in ("season.dry", "season.mild"):
        assert rows[address].sobol_first is None
        assert "in some draws the target is certain" in rows[address].reason
    assert rows["rain"].sobol_first == 0
    json.dumps(table.to_json(), allow_nan=False)


def test_shares_are_told_as_they_count_in_their_row() -> None:
    text = """
    questions:
      q: {text: Which., states: [s, t, u], credence: {s: 60%, t: 30%, u: rest}}
      r: {text: The other., states: [s, t], credence: {s: 40% to 60%, t: same as r.s}}
    claims:
      c: {text: It is so., credence: 20% to 60%}
      both: {text: Both., all_of: [{q: s}, {r: s}, c]}
    """
    spec = model(text, "target: both\n", ann="judgements: {q.t: 40% to 70%}\n")
    rows = {row.address: row for row in cruxes(spec, "ann").judgements}

    def counted(address: str) -> tuple[float, ...]:
        row = rows[address]
        return row.in_force_low, row.in_force, row.in_force_high

    middle = 1 / (1 + math.exp(-(logit(0.4) + logit(0.7)) / 2))
    assert counted("q.t") == pytest.approx((0.4, middle, 0.7))  # kept as given
    assert counted("q.s") == pytest.approx(3 * ((1 - middle) * 0.6 / 0.7,))
    assert counted("r.s") == pytest.approx((0.5, 0.5, 0.5))  # what is linked to it moves along
    assert counted("c") == pytest.approx((0.2, rows["c"].central, 0.6))


def test_small_groups_are_analysed_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = cruxes(garden(), "map")
    monkeypatch.setattr("cruxmap.insight.sobol.APART", 2)
    monkeypatch.setattr("cruxmap.insight.sobol.SOBOL_WORK", 1.0)
    table = cruxes(garden(), "map")
    assert table.sobol_sample == MIN_SAMPLE
    *apart, others = table.groups
    assert others.id == "others"
    assert [group.id for group in apart] == [group.id for group in whole.groups[:2]]
    together = sum(group.sobol_first for group in whole.groups[2:])
    assert others.sobol_first == pytest.approx(together, abs=0.01)
    assert [row.address for row in table.judgements] == [row.address for row in whole.judgements]
    for row, same in zip(table.judgements, whole.judgements, strict=True):
        assert row.sobol_first == pytest.approx(same.sobol_first, abs=0.002)
        assert row.sobol_total == pytest.approx(same.sobol_total, abs=0.002)


# --- whole tables ----------------------------------------------------------------------------------


def test_the_json_has_the_documented_keys_and_no_nan() -> None:
    table = cruxes(garden(), "map")
    plain = table.to_json()
    json.dumps(plain, allow_nan=False)
    row_keys = {
        *("id", "text", "kind", "voi", "voi_share", "rank", "added", "added_share"),
        *("sobol_total", "whose"),
    }
    crux_keys = row_keys | {
        *("probability", "given_true", "given_false", "swing", "interval_90"),
        *("expected_move", "variance_removed"),
    }
    assert {
        *("worldview", "target", "estimate", "claims", "arguments", "questions", "judgements", "groups")
    } <= plain.keys()
    assert all(
        set(c) - {"downstream", "reason"} == crux_keys for c in (*plain["claims"], *plain["arguments"])
    )
    assert all(set(q) - {"downstream"} == row_keys - {"text"} for q in plain["questions"])
    assert {crux["kind"] for crux in plain["claims"]} == {"premise", "stage"}
    assert plain["left_out"][0] == {"id": "slippery", "because": FOLLOWS}
    judgement_keys = {
        *("address", "central", "low", "high", "target_low", "target_high"),
        *("slope", "sobol_first", "sobol_total", "in_force", "in_force_low", "in_force_high"),
    }
    assert all(set(row) - {"reason"} == judgement_keys for row in plain["judgements"])
    assert all(set(g) == {"id", "sobol_first", "sobol_total", "error"} for g in plain["groups"])
    frame = table.to_frame()
    assert list(frame.columns)[:3] == ["id", "text", "probability"]
    assert list(frame["id"]) == [crux.id for crux in table.claims]


def test_without_a_worldview_there_is_a_table_for_each_and_their_mixture() -> None:
    spec = garden(
        ann="judgements: {rain: 10% to 20%}\n", bob="judgements: {rain: 60%}\nrejects: [clouds]\n"
    )
    tables = cruxes(spec)
    assert isinstance(tables, CruxTables)
    assert tuple(tables.worldviews) == ("ann", "bob")
    assert by_id(tables.worldviews["bob"])["clouds"].probability == 0
    for name, table in tables.worldviews.items():
        alone = cruxes(spec, name)
        assert table.estimate == pytest.approx(alone.estimate, rel=1e-12)
        assert by_id(table)["rain"].voi == pytest.approx(by_id(alone)["rain"].voi, rel=1e-9)
    overall = tables.overall
    assert overall.estimate == pytest.approx(np.mean([t.estimate for t in tables.worldviews.values()]))
    sides = [by_id(t)["rain"] for t in tables.worldviews.values()]
    for field in ("probability", "given_true", "given_false", "swing"):
        mean = np.mean([getattr(side, field) for side in sides])
        assert getattr(by_id(overall)["rain"], field) == pytest.approx(mean, rel=1e-12)
    assert by_id(overall)["clouds"].given_true == by_id(tables.worldviews["ann"])["clouds"].given_true
    plain = tables.to_json()
    json.dumps(plain, allow_nan=False)
    assert list(plain["worldviews"]) == ["ann", "bob"]


def test_of_all_together_the_worth_is_the_mean_over_the_worldviews() -> None:
    spec = garden(
        ann="judgements: {rain: 10% to 20%}\n", bob="judgements: {rain: 60%}\nrejects: [clouds]\n"
    )
    tables = cruxes(spec)
    each = list(tables.worldviews.values())
    entropies = [-sum(x * math.log10(x) for x in (t.estimate, 1 - t.estimate)) for t in each]
    spreads = [t.estimate * (1 - t.estimate) for t in each]
    for crux in (*tables.overall.claims, *tables.overall.arguments):
        own = [by_id(t)[crux.id] for t in each]
        assert crux.voi == pytest.approx(np.mean([c.voi for c in own]), rel=1e-9, abs=1e-15)
        assert crux.voi_share == pytest.approx(crux.voi / np.mean(entropies), rel=1e-9)
        assert crux.expected_move == pytest.approx(
            np.mean([c.expected_move for c in own]), rel=1e-9, abs=1e-15
        )
        removed = np.mean([(c.variance_removed or 0.0) * v for c, v in zip(own, spreads, strict=True)])
        assert crux.variance_removed == pytest.approx(removed / np.mean(spreads), rel=1e-9, abs=1e-15)
        middle = np.mean([c.probability for c in own])
        apart = np.mean([kl(c.probability, middle) for c in own])
        assert crux.tells_apart == pytest.approx(apart, rel=1e-9, abs=1e-15)
    for question in tables.overall.questions:
        own = [next(q for q in t.questions if q.id == question.id).voi for t in each]
        assert question.voi == pytest.approx(np.mean(own), rel=1e-9, abs=1e-15)


def test_what_only_tells_whose_worldview_is_right_is_worth_nothing() -> None:
    text = """
    claims:
      t: {text: Target., credence: 30%}
      sign: {text: A sign., credence: 20%}
    arguments:
      pro: {text: For., for: t, strength: 4x, credence: 50%}
    """
    spec = model(
        text,
        "target: t\n",
        ann="judgements: {t: 90%, sign: 90%}\n",
        bob="judgements: {t: 10%, sign: 5%}\n",
    )
    overall = cruxes(spec).overall
    assert [crux.id for crux in overall.ranking] == ["pro", "sign"]
    sign = by_id(overall)["sign"]
    assert (sign.voi, sign.voi_share, sign.expected_move, sign.variance_removed) == (0.0, 0.0, 0.0, 0.0)
    assert "says nothing about the target" in sign.sentence("overall")
    # How far apart: the mean divergence of 90% and 5% from their mean.
    middle = (0.9 + 0.05) / 2
    assert sign.tells_apart == pytest.approx((kl(0.9, middle) + kl(0.05, middle)) / 2, rel=1e-12)
    assert by_id(overall)["pro"].tells_apart == pytest.approx(0.0, abs=1e-15)
    # Where each is certain, there is nothing to learn, however much they differ.
    certain = model(text, "target: t\n", ann="judgements: {t: 100%}\n", bob="judgements: {t: 0%}\n")
    assert {(crux.voi, crux.voi_share) for crux in cruxes(certain).overall.ranking} == {(0.0, None)}


def test_who_says_little_is_no_part_of_all_together() -> None:
    views = {"ann": "judgements: {rain: 10% to 20%}\n", "bob": "judgements: {rain: 60%}\n"}
    silent = {"cay": "judgements: {mould: 3%}\n"}
    speaking, every = cruxes(garden(**views)), cruxes(garden(**views, **silent))
    assert (speaking.says_little, every.says_little) == ((), ("cay",))
    assert every.overall == speaking.overall
    assert list(every.worldviews) == ["ann", "bob", "cay"]
    assert every.to_json()["says_little"] == ["cay"]
    together = cruxes(garden(**views, **silent), everyone=True)
    assert together.says_little == ()
    assert together.overall.estimate == pytest.approx(
        np.mean([table.estimate for table in together.worldviews.values()])
    )
    assert together.overall != speaking.overall
    alone = cruxes(garden(ann=views["ann"], **silent))
    assert alone.says_little == ("cay",)
    assert alone.overall.estimate == pytest.approx(
        np.mean([table.estimate for table in alone.worldviews.values()])
    )


def test_whose_a_number_is_stands_beside_it() -> None:
    table = cruxes(garden(ann=ANN), "ann")
    rows = by_id(table)
    assert {name: rows[name].whose for name in ("rain", "far", "sprinkler", "clouds", "mirage")} == {
        "rain": "own",
        "far": "own",
        "sprinkler": "inherited",
        "clouds": "own",  # its strength
        "mirage": "inherited",
    }
    assert rows["rain"].interval_90 == pytest.approx((0.1, 0.2))
    assert "ann gives it" in rows["rain"].sentence("ann")
    assert "; its probability is 30%; the number is the map's" in rows["sprinkler"].sentence("ann")
    groups = {group.id: group.sobol_total for group in table.groups}
    assert {name: rows[name].sobol_total for name in groups if name in rows} == {
        name: total for name, total in groups.items() if name in rows
    }
    assert f"settling the number ends {groups['rain']:.0%} of the spread" in rows["rain"].sentence("ann")


def test_rejected_arguments_have_rows_that_say_so() -> None:
    spec = garden(bob="rejects: [clouds]\n")
    rows = {row.address: row for row in cruxes(spec, "bob").judgements}
    assert rows["clouds"].slope is None
    assert "rejected" in rows["clouds"].reason
    assert rows["clouds.strength"].slope == 0


def test_plain_answers_to_odd_questions() -> None:
    spec = garden("target: wet\nassuming: [{all_of: [rain, {rain: false}]}]\n")
    impossible = cruxes(spec, "map")
    assert (impossible.estimate, impossible.claims) == (None, ())
    assert "impossible" in impossible.reason
    json.dumps(impossible.to_json(), allow_nan=False)
    certain = cruxes(garden("target: wet\nassuming: [wet]\n"), "map")
    assert (certain.estimate, certain.claims) == (1.0, ())
    assert "certain" in certain.reason
    with pytest.raises(cm.InvalidMap, match=r"there is no worldview `anne`.*did you mean `ann`"):
        cruxes(garden(ann="judgements: {rain: 50%}\n"), "anne")


def test_the_same_seed_gives_the_same_table_and_progress_is_told() -> None:
    told = []
    one = cruxes(garden(), "map", progress=lambda *step: told.append(step))
    assert one == cruxes(garden(), "map")
    assert told
    assert all(stage.startswith("map: ") and 0 < done <= of for stage, done, of in told)


def test_observed_facts_count_as_in_the_estimate() -> None:
    spec = garden("target: rain\nobserved: [sprinkler]\n")
    assert isinstance(cruxes(spec, "map"), CruxTable)


# --- one plan for all, or one for each question -----------------------------------------------------


@pytest.mark.parametrize("assuming", ["", "assuming: [slippery]\n"])
def test_one_plan_for_all_questions_gives_what_their_own_plans_do(
    assuming: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []
    for much_more in (0.0, math.inf):
        monkeypatch.setattr("cruxmap.network.inquiry.MUCH_MORE", much_more)
        spec = garden(f"target: rain\n{assuming}", ann=ANN, bob=BOB)
        assert (inquire(spec).planned is None) is (much_more == 0)
        told.append({"cruxes": cruxes(spec).to_json(), "diff": cm.diff(spec, "ann", "bob").to_json()})
    assert list(differences(*told, "$")) == []


# --- laws ------------------------------------------------------------------------------------------


@FEW_EXAMPLES
@given(st.data())
def test_laws_of_cruxes_on_drawn_maps(data: st.DataObject) -> None:
    drawn = data.draw(drawn_maps.drafts(max_worldviews=1))
    argument_map = drawn.read()
    names = [c.about.id for c in argument_map.claims]
    assume(len(names) > 1)
    spec = drawn.read_model(target=names[0], sampling={"draws": "8"})
    spec = replace(spec, sampling=replace(spec.sampling, draws=8))
    table = cruxes(spec, spec.worldviews[0])
    assume(table.reason is None)
    for crux in (*table.claims, *table.arguments):
        assert crux.voi >= 0
        sides = ((crux.probability, crux.given_true), (1 - crux.probability, crux.given_false))
        whole = sum(p * given for p, given in sides if given is not None)  # impossible sides have no share
        assert whole == pytest.approx(table.estimate, rel=1e-9, abs=1e-12)
        assert isinstance(argument_map.entry[crux.id.split(".")[0]], Claim | Argument) or "." in crux.id
    values = [chosen.voi for chosen in table.sets]
    assert values == sorted(values)
    assert [crux.rank for crux in table.ranking] == list(range(1, len(table.ranking) + 1))
    kinds = {crux.id: kind_of(argument_map, crux.id) for crux in (*table.ranking, *table.stages)}
    assert all((kind is Kind.STAGE) is (name not in ranked_ids(table)) for name, kind in kinds.items())
    json.dumps(table.to_json(), allow_nan=False)

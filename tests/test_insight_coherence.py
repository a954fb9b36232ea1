import json
import math
import re
from dataclasses import replace

import numpy as np
import pytest

import cruxmap as cm
from cruxmap.engine.draws import latin_hypercube
from cruxmap.engine.special import expit
from cruxmap.insight.coherence import coherence, how_unusual, stated_gaps
from cruxmap.insight.diff import diff
from cruxmap.language.argument_map import Z_95, ClaimIs
from cruxmap.network.inquiry import inquire
from cruxmap.present.coherence_tables import COHERENCE_LISTINGS
from cruxmap.present.diff_tables import DIFF_LISTINGS
from helpers import reference
from helpers.examples import CARLSMITH, GARDEN, SUPERFORECASTERS
from helpers.maps_from_text import model
from helpers.odds import logit


def logits(spec, z, of="wet", assuming=()):
    worlds = reference.enumerate_worlds(spec.map, reference.numbers(spec.map, "ann", z))
    yes, no = worlds.probability(ClaimIs(of), assuming)
    return math.log(yes) - math.log(no)


def test_gap_and_threshold_are_as_defined() -> None:
    stated = """
    judgements: {wet.rained: 85% to 95%}
    stated:
      - {of: wet, credence: 10% to 20%, assuming: [rain], source: book}
      - {of: rain, credence: 40%}
    """
    text = GARDEN + "sources:\n  book: {title: A book.}\n"
    spec = model(text, "target: wet\n", ann=stated)
    first, second = stated_gaps(spec, ["ann"])["ann"]
    assert (first.of, first.assuming, first.sources) == ("wet", ("rain",), ("book",))
    middle = (logit(0.1) + logit(0.2)) / 2
    assert first.stated == pytest.approx(1 / (1 + math.exp(-middle)))
    assert first.gap == pytest.approx(middle - logits(spec, {}, "wet", (ClaimIs("rain"),)), rel=1e-9)
    addresses = tuple(spec.map.judgements)
    z = latin_hypercube(spec.sampling.seed, addresses, 512, 0, 512)[:, :100]
    some = [
        logits(spec, dict(zip(addresses, column, strict=True)), "wet", (ClaimIs("rain"),))
        for column in z.T
    ]
    sd = (logit(0.2) - logit(0.1)) / (2 * Z_95)
    assert first.threshold == pytest.approx(Z_95 * math.hypot(sd, np.std(some, ddof=1)), rel=0.1)
    assert first.notable
    assert abs(first.gap) >= abs(second.gap)
    assert second.gap == pytest.approx(logit(0.4) - logits(spec, {}, "rain"), rel=1e-9)
    assert not second.notable
    assert first.deviations == pytest.approx(first.gap / (first.threshold / Z_95), rel=1e-12)
    means = [expit(some_logit) for some_logit in some]
    assert first.implied_mean == pytest.approx(np.mean(means), rel=0.02)
    spread = logit(0.4) - logit(0.2)
    assert second.threshold > Z_95 * math.hypot(0.5, 0.9 * spread / (2 * Z_95))


@pytest.mark.parametrize(
    ("deviations", "words"),
    [  # from a table of the standard Normal's two tails
        (0.5, "nothing unusual"),
        (-1.0, "by chance 1 time in 3"),
        (1.959964, "by chance 1 time in 20"),
        (-3.290527, "by chance 1 time in 1,000"),
        (4.891638, "by chance 1 time in 1,000,000"),
        (4.9, "by chance less than 1 time in a million"),
        (40.0, "by chance less than 1 time in a million"),
    ],
)
def test_standard_deviations_in_words(deviations: float, words: str) -> None:
    assert how_unusual(deviations) == words


def test_the_verdict_says_whether_words_and_judgements_fit() -> None:
    text = """
    claims:
      a: {text: One., credence: 10% to 30%}
      t: {text: Target., credence: 10% to 30%}
      u: {text: Certain., credence: 100%}
    """
    worldviews = {
        "off": "stated: [{of: t, credence: 99%, assuming: [a]}, {of: a, credence: 20%}]\n",
        "fine": "stated: [{of: t, credence: 20%}]\nread_as: [{of: t, credence: 99%}]\n",
        "none": "judgements: {}\n",
        "sure": "stated: [{of: u, credence: 90%}]\n",
    }
    found = coherence(model(text, "target: t\n", **worldviews)).worldviews
    assert {name: one.fits for name, one in found.items()} == {
        "off": False,
        "fine": True,
        "none": None,
        "sure": None,
    }
    verdict = found["off"].verdict
    assert verdict.startswith(
        "Does not fit: 1 of 2 further off than the intervals explain. t given a: stated 99%"
    )
    assert re.search(r"implied 1\d% mean, 18% central; ", verdict)
    assert "Least change that reconciles: " in verdict
    assert found["fine"].verdict.startswith("Fits: the one credence is 0.")
    assert found["fine"].verdict_on_readings.startswith("Does not fit: 1 of 1 further off")
    assert found["none"].verdict == "Nothing is stated."
    assert found["sure"].verdict == "Nothing that is stated can be compared."


def test_a_credence_is_told_as_it_was_written() -> None:
    words = """
    stated: [{of: t, credence: over 99%}]
    read_as: [{of: t, credence: 1 in 50}]
    """
    spec = model("claims:\n  t: {text: Target., credence: 20%}\n", "target: t\n", ann=words, bob="")
    found = coherence(spec)
    ann = found.worldviews["ann"]
    assert ann.verdict.startswith("Does not fit:")
    assert "t: stated over 99%, implied 20%" in ann.verdict
    assert "t: read 1 in 50, implied 20%" in ann.verdict_on_readings
    [stated], [read] = ann.stated, ann.read_as
    assert (stated.to_json()["written"], read.to_json()["written"]) == ("over 99%", "1 in 50")
    tables = [COHERENCE_LISTINGS[name](found, spec.map) for name in ("stated", "read-as")]
    tables.append(DIFF_LISTINGS["stated"](diff(spec, "ann", "bob"), spec.map))
    for listing, written in zip(tables, ("over 99%", "1 in 50", "over 99%"), strict=True):
        columns = [column.key for column in listing.table.columns]
        [row] = listing.table.rows
        shown = {key: row[columns.index(key)] for key in listing.shown}
        assert shown["written"] == written
        assert "stated" not in shown


def test_readings_are_compared_as_statements_are_and_change_nothing() -> None:
    text = """
    claims:
      a: {text: One., credence: 10% to 30%}
      t: {text: Target., credence: 10% to 30%}
    """
    said, read = "[{of: t, credence: 60%}]", "[{of: a, credence: 20%}, {of: t, credence: 90%}]"
    spec = model(text, "target: t\n", ann=f"stated: {said}\nread_as: {read}\n")
    found = coherence(spec).worldviews["ann"]
    alone = coherence(model(text, "target: t\n", ann=f"stated: {said}\n")).worldviews["ann"]
    as_if = coherence(model(text, "target: t\n", ann=f"stated: {read}\n")).worldviews["ann"]
    assert replace(found, read_as=()) == alone
    assert found.read_as == as_if.stated
    assert [gap.of for gap in found.read_as] == ["t", "a"]  # the largest first
    rows = coherence(spec).to_json()["worldviews"]["ann"]
    assert rows["read_as"] == [gap.to_json() for gap in as_if.stated]
    assert [row["left"] for row in rows["stated"]] == pytest.approx([0.0], abs=1e-8)


def test_nobody_but_coherence_hears_of_readings() -> None:
    text = "claims:\n  t: {text: Target., credence: 10% to 30%}\n"
    ask = "target: t\nreconcile: true\nsampling: {draws: 200, tune: 100, chains: 2}\n"
    with_readings, without = (
        model(text, ask, ann=ann) for ann in ("read_as: [{of: t, credence: 60%}]\n", "judgements: {}\n")
    )
    assert inquire(with_readings).stated == ()
    assert stated_gaps(with_readings, ["ann"]) == {"ann": ()}
    assert cm.estimate(with_readings).to_json() == cm.estimate(without).to_json()


def test_one_statement_about_one_number_takes_all_of_the_gap() -> None:
    text = "claims:\n  t: {text: Target., credence: 10% to 30%}\n"
    spec = model(text, "target: t\n", ann="stated: [{of: t, credence: 60%}]\n")
    found = coherence(spec).worldviews["ann"]
    [change] = found.changes
    middle, sd = (logit(0.1) + logit(0.3)) / 2, (logit(0.3) - logit(0.1)) / (2 * Z_95)
    assert change.log_odds == pytest.approx(logit(0.6) - middle, rel=1e-8)
    assert change.deviations == pytest.approx((logit(0.6) - middle) / sd, rel=1e-8)
    assert change.after == pytest.approx(0.6, rel=1e-8)
    assert change.share == pytest.approx(1.0)
    assert found.left == pytest.approx((0.0,), abs=1e-8)


def test_the_least_change_is_shared_by_how_wide_the_judgements_are() -> None:
    text = """
    claims:
      t: {text: Target., credence: 5% to 20%}
    arguments:
      pro: {text: For., for: t, strength: 10x to 100x}
    """
    spec = model(text, "target: t\n", ann="stated: [{of: t, credence: 99%}]\n")
    changes = {c.address: c for c in coherence(spec).worldviews["ann"].changes}
    sd = {
        "t": (logit(0.2) - logit(0.05)) / (2 * Z_95),
        "pro.strength": math.log(10) / (2 * Z_95),
    }
    gap = logit(0.99) - (logit(0.05) + logit(0.2)) / 2 - (math.log(10) + math.log(100)) / 2
    whole = sum(value**2 for value in sd.values())
    for address, value in sd.items():
        assert changes[address].deviations == pytest.approx(gap * value / whole, rel=1e-7)


def test_the_superforecasters_would_have_to_give_way_on_disempowerment_first() -> None:
    spec = model(CARLSMITH, "target: doom\n", superforecasters=SUPERFORECASTERS)
    found = coherence(spec).worldviews["superforecasters"]
    [gap] = found.stated
    assert gap.implied == pytest.approx(0.002088, rel=1e-12)
    assert gap.gap == pytest.approx(logit(0.01) - logit(0.002088), rel=1e-9)
    assert gap.notable
    assert found.changes[0].address == "disempowered"
    assert sum(c.share for c in found.changes) == pytest.approx(1.0)
    reached = {c.address: f"{c.after:.17g}" for c in found.changes}
    mended = cm.probability(spec, "doom", worldview="superforecasters", judgements=reached)
    assert mended == pytest.approx(0.01, rel=1e-6)
    assert found.distance == pytest.approx(math.sqrt(sum(c.deviations**2 for c in found.changes)))
    json.dumps(coherence(spec).to_json(), allow_nan=False)


QUESTION = """
questions:
  q: {text: Which., states: [s, t, u], credence: {s: 60%, t: 30%, u: rest}}
"""


def test_shares_that_give_way_are_told_as_they_count() -> None:
    worldviews = {"ann": "judgements: {q.t: 50%}\nstated: [{of: {q: s}, credence: 70%}]\n"}
    spec = model(QUESTION, "target: {q: s}\n", **worldviews)
    changes = {change.address: change for change in coherence(spec).worldviews["ann"].changes}
    after = {address: change.after for address, change in changes.items()}
    # The half that t leaves is shared by s and u as 60 to 10.
    assert changes["q.s"].before_in_force == pytest.approx(0.5 * 0.6 / 0.7)
    assert changes["q.t"].before_in_force == pytest.approx(0.5)
    part = after["q.s"] / (after["q.s"] + after["q.u"])
    assert changes["q.s"].after_in_force == pytest.approx((1 - after["q.t"]) * part)
    assert changes["q.s"].after_in_force == pytest.approx(0.7, rel=1e-6)
    assert changes["q.t"].after_in_force == pytest.approx(after["q.t"])


def test_gaps_that_the_intervals_explain_change_nothing() -> None:
    text = "claims:\n  t: {text: Target., credence: 10% to 30%}\n"
    found = coherence(model(text, "target: t\n", ann="stated: [{of: t, credence: 25%}]\n")).worldviews[
        "ann"
    ]
    assert not found.stated[0].notable
    assert (found.changes, found.distance) == ((), 0.0)
    assert found.left == (found.stated[0].gap,)


def test_statements_that_fit_are_held_by_their_intervals() -> None:
    text = """
    claims:
      a: {text: One., credence: 20%}
      b: {text: Two., credence: 50%}
      t: {text: Both., all_of: [a, b]}
    """
    stated = "stated: [{of: t, credence: 40%}, {of: a, credence: 19% to 21%}]\n"
    found = coherence(model(text, "target: t\n", ann=stated)).worldviews["ann"]
    left = {gap.of: value for gap, value in zip(found.stated, found.left, strict=True)}
    changes = {c.address: c for c in found.changes}
    assert left["t"] == pytest.approx(0.0, abs=1e-6)
    assert changes["a"].after * changes["b"].after == pytest.approx(0.4, rel=1e-6)
    # `b` alone cannot do it, and `a` is held firmly: it moves no further than it must.
    assert changes["a"].after < 0.42
    assert changes["b"].after > 0.95


def test_statements_that_contradict_each_other_are_met_halfway() -> None:
    text = "claims:\n  t: {text: Target., credence: 10% to 30%}\n"
    spec = model(
        text, "target: t\n", ann="stated: [{of: t, credence: 60%}, {of: {t: false}, credence: 60%}]\n"
    )
    found = coherence(spec).worldviews["ann"]
    assert found.changes[0].after == pytest.approx(0.5, abs=1e-6)
    assert sorted(found.left) == pytest.approx([logit(0.6), logit(0.6)], abs=1e-5)


def test_statements_about_the_impossible_say_so() -> None:
    text = """
    claims:
      hopeless: {text: It will not be., credence: 0%}
      t: {text: Target., credence: 30%}
    """
    stated = "stated: [{of: t, credence: 50%, assuming: [hopeless]}, {of: hopeless, credence: 10%}]\n"
    found = coherence(model(text, "target: t\n", ann=stated)).worldviews["ann"]
    assert [gap.gap for gap in found.stated] == [None, None]
    assert ["impossible" in g.reason or "certain" in g.reason for g in found.stated] == [True, True]
    assert found.changes == ()
    assert found.left == (None, None)


def test_who_states_nothing_has_nothing_to_reconcile() -> None:
    spec = model(GARDEN, "target: wet\n", ann="judgements: {rain: 50%}\n")
    told = []
    found = coherence(spec, progress=lambda *step: told.append(step)).worldviews["ann"]
    assert (found.stated, found.changes, found.distance) == ((), (), 0.0)
    assert told == [("coherence", 1, 1)]
    assert stated_gaps(spec, ["map"]) == {"map": ()}
    with pytest.raises(cm.InvalidMap):
        stated_gaps(spec, ["nobody"])


@pytest.mark.long
def test_reconciling_shows_where_the_posterior_goes() -> None:
    text = "claims:\n  t: {text: Target., credence: 10% to 30%}\n  other: {text: Other., credence: 10% to 30%}\n"  # noqa: E501
    ask = "target: t\nreconcile: true\nsampling: {draws: 2000, tune: 500, chains: 2}\n"
    spec = model(text, ask, ann="stated: [{of: t, credence: 40% to 60%}]\n")
    shifts = {s.address: s for s in coherence(spec).worldviews["ann"].shifts}
    middle, sd = (logit(0.1) + logit(0.3)) / 2, (logit(0.3) - logit(0.1)) / (2 * Z_95)
    noise = (logit(0.6) - logit(0.4)) / (2 * Z_95)
    expected = sd * (0.0 - middle) / (sd**2 + noise**2)  # conjugate: both are normal in the logit
    assert shifts["t"].deviations == pytest.approx(expected, abs=0.1)
    assert abs(shifts["other"].deviations) < 0.1


@pytest.mark.parametrize(
    ("credence", "stated", "strength"),
    [
        ("49% to 51%", "1%", "1.05x to 30x"),
        ("40% to 60%", "5%", "1.5x to 6x"),
        ("40% to 60%", "5%", "2x"),
        ("45% to 55%", "90%", "1.2x to 10x"),
    ],
)
def test_where_a_strength_can_give_way_no_further_the_rest_does(
    credence: str, stated: str, strength: str
) -> None:
    text = f"""
    claims:
      t: {{text: Target., credence: {credence}}}
    arguments:
      pro: {{text: For., {"against" if stated == "90%" else "for"}: t, strength: {strength}}}
    """
    spec = model(text, "target: t\n", ann=f"stated: [{{of: t, credence: {stated}}}]\n")
    found = coherence(spec).worldviews["ann"]
    change = {change.address: change for change in found.changes}
    assert change["pro.strength"].after == pytest.approx(1.0, abs=1e-6)
    assert logit(change["t"].after) == pytest.approx(logit(float(stated.rstrip("%")) / 100), abs=1e-4)
    assert found.left == (pytest.approx(0.0, abs=1e-4),)

"""Rehearsals of interviews: who answers what, in which order, and what is said of it."""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from cruxmap.insight.interview import Rehearsal, rehearse
from cruxmap.insight.interview.rehearsal import ORDERS, ROUND_PERCENTAGES, Asking, number_at, rounded
from cruxmap.insight.live_model import open_model
from cruxmap.language.argument_map import Elicited, Role, Scale
from cruxmap.language.judgement import LEXICON, parse_value
from cruxmap.language.model_spec import ModelSpec
from cruxmap.present.rehearsal_figures import curve, curves, rehearsal_figures
from cruxmap.present.rehearsal_tables import REHEARSAL_LISTINGS, left_text
from helpers.commands import POWER, Cruxmap
from helpers.examples import ANN, BOB, GARDEN, TRAINING, TRAINING_QUESTION, TRAINING_WORLDVIEW
from helpers.maps_from_text import model

STEP = {"number", "asked", "kind", "what", "answer", "central", "distance", "predicted_sd"}

CARL = """
extends: bob
judgements: {sprinkler: 90%, far: 95%}
"""
DANA = """
judgements: {sprinkler: 90%, clouds: 99%}
"""
EVE = """
judgements: {rain: 60%}
arguments:
  puddles: {text: There are puddles., credence: 90%, for: rain, strength: 6x}
"""
"""Brings an argument."""


def garden(**others: str) -> ModelSpec:
    return model(GARDEN, "target: wet\n", ann=ANN, bob=BOB, **others)


def training() -> ModelSpec:
    return model(TRAINING, TRAINING_QUESTION, ann=TRAINING_WORLDVIEW)


def asked(found: Rehearsal) -> list[tuple[str | None, str | None]]:
    return [(step.kind, step.asked) for step in found.steps[1:]]


def distances(found: Rehearsal) -> list[float]:
    return [step.distance for step in found.steps]


# --- who answers what ----------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("worldview", ["ann", "bob"])
def test_who_is_asked_for_every_number_is_met(worldview: str, order: Asking) -> None:
    found = rehearse(garden(), worldview, order=order, kinds="judgements")
    assert {kind for kind, _ in asked(found)} == {"judgement"}
    assert found.steps[0].distance > 0.5
    assert found.steps[-1].distance == pytest.approx(0.0, abs=1e-9)
    assert found.steps[-1].central == pytest.approx(found.own_central, abs=1e-9)


def test_the_first_step_is_before_any_answer() -> None:
    found = rehearse(garden(), "bob", questions=2)
    first = found.steps[0]
    assert (first.number, first.asked, first.kind, first.what, first.answer) == (0, None, None, None, None)
    assert first.central == pytest.approx(open_model(garden()).probability(), rel=1e-12)
    apart = abs(open_model(garden()).log_odds() - open_model(garden(), "bob").log_odds())
    assert first.distance == pytest.approx(apart, rel=1e-12)
    assert [step.number for step in found.steps] == [0, 1, 2]


def test_distances_are_between_the_estimate_and_the_worldviews_own() -> None:
    found = rehearse(garden(), "ann", questions=4)
    own = open_model(garden(), "ann").log_odds()
    for step in found.steps:
        logit = math.log(step.central) - math.log1p(-step.central)
        assert step.distance == pytest.approx(abs(logit - own), abs=1e-9)


@pytest.mark.parametrize(("of", "worldview"), [(garden, "ann"), (garden, "bob"), (training, "ann")])
def test_what_is_asked_all_things_considered_is_answered_by_what_the_worldview_implies(
    of: Callable[[], ModelSpec], worldview: str
) -> None:
    state = open_model(of(), worldview)
    found = rehearse(of(), worldview, order="file", questions=50)
    stated = [step for step in found.steps if step.kind == "stated"]
    assert stated
    for step in stated:
        assert step.answer == pytest.approx(state.probability(step.asked), abs=1e-9)


def test_numbers_are_answered_as_they_count_and_rejections_as_such() -> None:
    found = rehearse(garden(), "bob", kinds="judgements")
    by_name = {step.asked: step for step in found.steps}
    season = by_name["season"].answer
    assert isinstance(season, dict)
    assert season["mild"] == pytest.approx(0.4)
    assert sum(season.values()) == pytest.approx(1.0)
    assert by_name["mirage"].answer == pytest.approx(0.5)
    assert by_name["clouds.strength"].answer == pytest.approx(8.0)
    assert (by_name["drought.strength"].what, by_name["drought.strength"].answer) == ("rejected", None)


def test_what_the_worldview_brings_is_part_of_what_it_answers() -> None:
    found = rehearse(garden(eve=EVE), "eve", order="file", questions=50)
    state = open_model(garden(eve=EVE), "eve")
    assert found.own_central == pytest.approx(state.probability(), rel=1e-12)
    [rain] = [step for step in found.steps if (step.kind, step.asked) == ("stated", "rain")]
    assert rain.answer == pytest.approx(state.probability("rain"), abs=1e-9)
    without = open_model(garden(eve=EVE), "eve").set({"puddles": 0.0})
    assert abs(state.probability("rain") - without.probability("rain")) > 0.1
    assert not {"puddles", "puddles.strength"} & {step.asked for step in found.steps}


def test_nobody_is_recognised_by_what_extends_them() -> None:
    alone, beside = rehearse(garden(), "bob"), rehearse(garden(carl=CARL), "bob")
    assert asked(alone) == asked(beside)
    assert distances(alone) == pytest.approx(distances(beside), abs=1e-9)
    other = rehearse(garden(dana=DANA), "bob")
    assert distances(other)[1:5] != pytest.approx(distances(alone)[1:5], abs=1e-3)


def test_the_maps_own_numbers_are_met_from_the_first() -> None:
    assert max(distances(rehearse(garden(), "map"))) == pytest.approx(0.0, abs=1e-7)


# --- rounded as people do --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exact", "said"),
    [("3%", "2%"), ("4%", "5%"), ("0.001%", "1%"), ("34%", "30%"), ("36%", "40%"), ("55.1%", "60%"),
     ("77%", "75%"), ("99.9%", "99%"), ("100%", "100%"), ("0%", "0%")],
)  # fmt: skip
def test_people_say_round_percentages(exact: str, said: str) -> None:
    value, other = (parse_value(text, Role.CREDENCE, LEXICON) for text in (exact, said))
    assert isinstance(value, Elicited)
    assert isinstance(other, Elicited)
    assert rounded(value).middle == pytest.approx(other.middle, abs=1e-12)


@pytest.mark.parametrize(
    ("exact", "said"), [(1.1, 1.0), (7.2, 10.0), (6.9, 5.0), (0.4, 1 / 3), (0.02, 0.02)]
)
def test_people_say_round_ratios(exact: float, said: float) -> None:
    assert rounded(number_at(Scale.RATIO, math.log(exact))).middle == pytest.approx(said)


def test_rounded_answers_are_round() -> None:
    found = rehearse(garden(), "ann", answers="rounded", kinds="all", questions=50)
    stated = [step.answer for step in found.steps if step.kind == "stated"]
    assert stated
    assert {round(100 * float(p)) for p in stated if isinstance(p, float)} <= set(ROUND_PERCENTAGES)
    assert found.steps[-1].distance > 1e-3


# --- in which order ----------------------------------------------------------------------------------


def test_a_rehearsal_goes_on_where_an_interview_would_end() -> None:
    found = rehearse(garden(), "ann", questions=50)
    assert found.ends_after is not None
    assert found.ends_after < len(found.steps) - 1
    names = asked(found)
    assert len(set(names)) == len(names)
    assert rehearse(garden(), "ann", questions=2).ends_after is None


def test_the_widest_bar_of_the_tornado_is_asked_first() -> None:
    found = rehearse(garden(), "ann", order="tornado", kinds="judgements")
    own = garden().map.judgements
    widths: list[float] = []
    for _, name in asked(found):
        judgement = own.get(name or "")
        value = judgement.value if judgement else None
        if isinstance(value, Elicited):
            ends = [
                open_model(garden()).set({name or "": end}).log_odds() for end in (value.low, value.high)
            ]
            widths.append(abs(ends[1] - ends[0]))
    assert widths[0] > 0.4
    assert all(a >= b - 1e-9 for a, b in pairwise(widths))


def test_in_the_order_of_the_file_entries_come_as_they_stand_in_the_map() -> None:
    found = rehearse(garden(), "ann", order="file", questions=50)
    places = {name: number for number, name in enumerate(garden().map.entry)}
    owners = [(name or "").split(".")[0] for _, name in asked(found)]
    assert [places[owner] for owner in owners] == sorted(places[owner] for owner in owners)


def test_a_shuffled_order_is_the_same_every_time_and_another_for_another_seed() -> None:
    first, again = (rehearse(garden(), "ann", order="random", questions=6) for _ in range(2))
    assert first == again
    seeded = model(GARDEN, "target: wet\nsampling: {seed: 99}\n", ann=ANN, bob=BOB)
    assert asked(rehearse(seeded, "ann", order="random", questions=6)) != asked(first)


def test_a_fixed_order_does_not_follow_the_answers() -> None:
    ann = rehearse(garden(), "ann", order="fixed", questions=4, answers="exact")
    rounded_off = rehearse(garden(), "ann", order="fixed", questions=4, answers="rounded")
    assert asked(ann) == asked(rounded_off)


def test_what_was_not_asked_about_is_told_apart() -> None:
    found = rehearse(garden(), "bob", questions=12, kinds="judgements").unasked
    assert found.statements == 1
    assert found.before is not None
    map_, bob = (open_model(garden(), name).log_odds("rain") for name in (None, "bob"))
    assert found.before == pytest.approx(abs(map_ - bob), rel=1e-9)
    assert found.after == pytest.approx(0.0, abs=1e-9)


# --- as it is shown --------------------------------------------------------------------------------


def test_its_json_has_what_programs_rely_on() -> None:
    data = rehearse(garden(), "bob", questions=3).to_json()
    assert data["worldview"] == "bob"
    assert len(data["steps"]) == 4
    assert all(set(step) == STEP for step in data["steps"])
    assert data["steps"][1]["kind"] in ("stated", "judgement")


def test_the_table_has_a_row_for_every_step() -> None:
    found = rehearse(garden(), "bob", kinds="judgements")
    listing = REHEARSAL_LISTINGS["steps"](found, garden().map)
    assert len(listing.readable.rows) == len(found.steps)
    answers = {row[1]: row[3] for row in listing.table.rows}
    assert answers["season"] == "dry 29%, mild 40%, rainy 31%"
    assert answers["clouds.strength"] == "8.0x"
    assert answers["mirage"] == "50%"
    assert answers["drought.strength"] == "rejected"


def test_it_says_what_is_left() -> None:
    found = rehearse(garden(), "bob")
    assert left_text(found).startswith("Of that distance is left: ")
    assert f"{100 * found.steps[5].distance / found.steps[0].distance:.0f}% after 5" in left_text(found)
    assert left_text(rehearse(garden(), "bob", questions=2)) == ""


def test_the_picture_shows_the_distances_and_what_they_are_believed_to_be() -> None:
    found = rehearse(garden(), "bob", questions=6)
    assert list(rehearsal_figures(found)) == ["rehearsal-bob"]
    [axes] = curve(found).axes
    lines = [list(map(float, np.asarray(line.get_ydata()))) for line in axes.lines]
    assert lines[0] == distances(found)
    assert axes.get_ylim()[1] > 2 * max(step.predicted_sd for step in found.steps)
    tops = [float(np.asarray(band.get_paths()[0].vertices)[:, 1].max()) for band in axes.collections]
    sd = max(step.predicted_sd for step in found.steps)
    assert tops == pytest.approx([2 * sd, sd])


def test_several_worldviews_are_drawn_side_by_side() -> None:
    both = [rehearse(garden(), name, questions=5) for name in ("ann", "bob")]
    [axes] = curves(both).axes
    lines = [list(map(float, np.asarray(line.get_ydata()))) for line in axes.lines]
    assert sorted(lines) == sorted(map(distances, both))
    assert [text.get_text().split(":")[0] for text in axes.texts] == ["bob", "ann"]


REHEARSE = ("interview", POWER, "--rehearse", "carlsmith")


def test_the_command_prints_what_the_library_says(cruxmap: Cruxmap) -> None:
    found = cruxmap(*REHEARSE, "--questions", "3", "--format", "json").json
    assert found["worldview"] == "carlsmith"
    assert [set(step) for step in found["steps"]] == [STEP] * 4
    assert found["order"] == "best"
    told = cruxmap(*REHEARSE, "--questions", "3", "--order", "tornado", "--answers", "rounded")
    assert "Answers: rounded. Order: judgements by how far" in told.out.replace("\n", " ")
    assert "rehearsal-carlsmith (svg and png)" in told.err


@pytest.mark.parametrize("other", [("--as", "ann"), ("--form",), ("--minutes", "3"), ("--only-asked",)])
def test_a_rehearsal_is_nothing_else(other: tuple[str, ...], cruxmap: Cruxmap) -> None:
    told = cruxmap(*REHEARSE, *other)
    assert told.code == 2
    assert "two-questions" in told.err


@pytest.mark.parametrize("option", [("--order", "file"), ("--kinds", "all"), ("--format", "json")])
def test_what_belongs_to_a_rehearsal_is_refused_elsewhere(
    option: tuple[str, str], cruxmap: Cruxmap
) -> None:
    told = cruxmap("interview", POWER, "--as", "ann", *option)
    assert told.code == 2
    assert f"{option[0]} goes with --rehearse" in told.err

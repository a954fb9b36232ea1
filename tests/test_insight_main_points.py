"""The main points and their sentences, against what the single answers say."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

import cruxmap as cm
from cruxmap.insight.main_points import farthest_apart, heard_in, text_of
from cruxmap.insight.pool import pool
from cruxmap.insight.what_it_takes import takes
from cruxmap.job import Job
from cruxmap.present.advice import advice_text
from cruxmap.present.index_page import index_page
from cruxmap.present.main_points_text import chapter_tables, chapters_of
from cruxmap.present.takes_figures import takes_figures
from helpers.commands import Cruxmap
from helpers.examples import ANN, BOB, GARDEN
from helpers.maps_from_text import model
from helpers.odds import logit

ASKED = "target: wet\nsampling: {draws: 64}\n"
SILENT = "judgements: {far: 20%}\n"


@pytest.fixture(scope="module")
def spec() -> cm.ModelSpec:
    return model(GARDEN, ASKED, ann=ANN, bob=BOB, eve=SILENT)


@pytest.fixture(scope="module")
def done(spec: cm.ModelSpec, tmp_path_factory: pytest.TempPathFactory) -> Job:
    return cm.run(spec, tmp_path_factory.mktemp("figures"))


def text(done: Job, question: str) -> str:
    [chapter] = [chapter for chapter in chapters_of(done.points) if chapter.question == question]
    return "\n".join((*chapter.sentences, *chapter.points))


def test_each_number_stands_against_the_maps(spec: cm.ModelSpec, done: Job) -> None:
    found = cm.estimate(spec)
    assert done.points.text == "The grass is wet."
    assert done.points.map_mean == pytest.approx(found.map.mean)
    for voice in done.points.voices:
        w = found.worldviews[voice.worldview]
        assert voice.mean == pytest.approx(w.mean)
        assert math.log(voice.odds_against_map) == pytest.approx(logit(w.mean) - logit(found.map.mean))
        assert voice.says_little is w.whose.says_little
    means = [voice.mean for voice in done.points.voices]
    assert means == sorted(means, reverse=True)
    assert done.points.say_little == ("eve",)
    said = text(done, "What follows?")
    assert "These say little about this target, and the rest is inherited: eve (" in said
    assert "\neve:" not in said
    assert "the editor's and nobody's view" in text(done, "Why?")


def test_numbers_that_were_fitted_are_told_with_the_estimate(done: Job) -> None:
    first, second = done.points.heard
    counts = {first.worldview: 40, second.worldview: 1}
    voices = tuple(
        replace(voice, fitted_judgements=counts.get(voice.worldview, 0)) for voice in done.points.voices
    )
    points = replace(done.points, voices=voices)
    said = next(chapter for chapter in chapters_of(points) if chapter.question == "What follows?")
    lines = "\n".join((*said.sentences, *said.points)).splitlines()
    told = {line.partition(":")[0]: line for line in lines}
    assert told[first.worldview].endswith("; 40 of its numbers were fitted to what it states")
    assert told[second.worldview].endswith("; 1 of its numbers was fitted to what it states")
    assert "fitted" not in text(done, "What follows?")


def test_what_it_hangs_on_is_what_ranks_first(spec: cm.ModelSpec, done: Job) -> None:
    for voice in done.points.heard:
        table = cm.cruxes(spec, voice.worldview)
        assert [crux.id for crux in voice.hangs_on] == [crux.id for crux in table.ranking[:3]]
        assert f"{voice.worldview}: {table.ranking[0].id}" in text(done, "On what does it hang?")
    [eve] = [voice for voice in done.points.voices if voice.worldview == "eve"]
    assert eve.hangs_on == ()


def test_the_highest_and_the_lowest_of_those_who_say_something_are_compared(
    spec: cm.ModelSpec, done: Job
) -> None:
    found = cm.estimate(spec)
    heard = {name: found.worldviews[name].mean for name in ("ann", "bob")}
    high, low = max(heard, key=heard.get), min(heard, key=heard.get)
    assert farthest_apart(found) == (high, low)
    assert [*heard_in(found)] == [high, low]
    parting, between = done.points.parting, cm.diff(spec, high, low)
    assert (parting.highest, parting.lowest) == (high, low)
    for part, whole in zip(parting.over, between.differences, strict=False):
        assert (part.id, part.share_logit) == (whole.id, pytest.approx(whole.share_logit))
        assert part.part_of_gap == pytest.approx(whole.share_logit / between.gap_logit)
    ranked = {crux.id for name in heard for crux in cm.cruxes(spec, name).ranking}
    closing = {c.id: c.vod_share for c in between.double_cruxes if c.vod_share and c.id in ranked}
    assert parting.settling_closes == pytest.approx(max(closing.values()))
    assert closing[parting.settling] == parting.settling_closes
    said = text(done, "Where do we part?")
    assert said.startswith(f"Farthest apart, of those who say something, are {high} (")
    assert done.diff.a == high


def test_who_says_little_is_spoken_of_only_where_somebody_does(done: Job) -> None:
    heard = tuple(voice for voice in done.points.voices if not voice.says_little)
    every = replace(done, points=replace(done.points, voices=heard))
    assert text(every, "What follows?").count("\n") == len(heard)
    assert text(every, "Where do we part?").startswith("Farthest apart are ")


def test_where_there_are_not_two_to_compare_it_says_what_that_takes(done: Job) -> None:
    alone = replace(done, points=replace(done.points, parting=None, takes=None))
    assert text(alone, "Where do we part?") == (
        "It takes two reviewers whose own numbers bear on the target, and here there are not two."
    )
    assert text(alone, "What would it take?").endswith("above a higher one, and here there are not two.")


def test_what_would_carry_the_lowest_above_the_highest_does(spec: cm.ModelSpec, done: Job) -> None:
    high, low = (done.points.parting.highest, done.points.parting.lowest)
    above = cm.estimate(spec).worldviews[high].mean
    found = done.points.takes
    assert found.to_json() == takes(spec, low, above=above, ways=1).to_json()
    [way] = found.frontier
    assert way.estimate >= above - 1e-9
    said = text(done, "What would it take?")
    for step in way.steps:
        assert abs(step.deviations) <= 3 + 1e-9
        assert f"{step.address} by " in said
        assert step.value in said
    [draw] = takes_figures(found, spec.map).values()
    [axes] = draw().axes
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([s.deviations for s in way.steps])
    ends = [text for text in axes.texts if text.get_text() == f"{text.xy[0]:+.1f}"]
    assert [text.xy[0] for text in ends] == pytest.approx([s.deviations for s in way.steps])
    assert "(of a point: half a log unit each)" in " ".join(said.split())
    assert "of a point: half a log unit" in axes.get_xlabel()


@pytest.mark.usefixtures("conjugate")
def test_where_the_uncertainty_lies_is_what_the_pool_says(spec: cm.ModelSpec, done: Job) -> None:
    pooled = pool(spec).uncertainty
    assert done.points.uncertainty.information.to_json() == pytest.approx(pooled.information.to_json())
    assert text(done, "Look, think or talk?") == advice_text(done.points.uncertainty)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("wet", "The grass is wet."),
        ("{season: dry}", "Which season is it? dry"),
        ("{not: wet}", "not wet"),
        ("{all_of: [wet, slippery]}", "wet and slippery"),
    ],
)
def test_a_target_has_the_words_of_what_it_asks(target: str, words: str) -> None:
    assert text_of(model(GARDEN, f"target: {target}\n")) == words


def test_run_begins_with_what_came_out(in_project: Path, cruxmap: Cruxmap) -> None:
    shown = cruxmap("run", "small").out
    places = [shown.index(f"{one}?") for one in ("What follows", "Why", "On what does it hang")]
    assert places == sorted(places)
    assert places[0] == 0
    answer = cruxmap("run", "small", "--format", "json").json
    folder = in_project / "figures" / "small"
    assert answer["summary"] == json.loads((folder / "summary.json").read_text())
    assert set(answer["files"]) == {path.name for path in folder.iterdir()}
    estimate = cruxmap("estimate", "small", "--format", "json").json
    assert estimate.keys() <= answer.keys()
    assert answer["worldviews"].keys() == estimate["worldviews"].keys()
    assert "What follows?" in cruxmap("run", "small", "--format", "markdown").out


def test_without_two_voices_there_is_nobody_to_compare(tmp_path: Path) -> None:
    alone = cm.run(model(GARDEN, ASKED), tmp_path)
    assert (alone.points.parting, alone.points.takes, alone.points.voices) == (None, None, ())
    assert text(alone, "Look, think or talk?").startswith("Look for evidence first")
    tables = chapter_tables(alone.points)
    assert all(not table.rows for table in tables)
    impossible = model(GARDEN, f"{ASKED}assuming: [rain, not: rain]\n", ann=ANN, bob=BOB)
    nothing = cm.run(impossible, tmp_path)
    assert nothing.points.uncertainty is None
    json.dumps(nothing.to_json(), allow_nan=False)


def test_the_index_shows_texts_as_they_are() -> None:
    page = index_page(
        "a *title*",
        page="report.html",
        chapters=(),
        pictures={},
        others=("more",),
        made_from="Model m; digest 0",
        revision=None,
    )
    assert page.startswith("# a \\*title\\*\n\n")
    assert "[report.html](report.html)." in page
    assert "\n\n## Everything else\n\nmore\n\n" in page
    assert "Revision" not in page

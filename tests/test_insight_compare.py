"""Several models beside each other: whose numbers they are, what is the skeleton's, what is told of it."""

import json
from dataclasses import replace
from math import log, sqrt
from pathlib import Path

import numpy as np
import pytest

import cruxmap as cm
from cruxmap.errors import InvalidMap, WrongUsage
from cruxmap.present.compare_figures import BAND, forest
from cruxmap.present.compare_tables import compare_table, compare_tables, shares_text
from helpers.commands import Cruxmap
from helpers.odds import logit

SAMPLING = "sampling: {draws: 16}\n"
CHAIN = """\
claims:
  rain: {text: It rains., credence: 40%}
  cold: {text: It is cold., credence: 30% to 60%}
  snow: {text: It snows., all_of: [rain, cold]}
"""
DIRECT = """\
claims:
  snow: {text: It snows., credence: 10% to 20%}
"""
VOICES = "voices: {ann: {text: She.}, bob: {text: He.}}\n"
STATED = "stated: [{of: snow, credence: 10% to 30%}, {of: snow, assuming: [cold], credence: 50%}]\n"
LITTLE = "text: Of another matter.\n"

FILES = {
    "arguments/chain/a.yaml": VOICES + CHAIN,
    "arguments/chain/worldviews/ann.yaml": f"voice: ann\n{LITTLE}{STATED}judgements: {{cold: 50%}}\n",
    "arguments/chain/worldviews/bob.yaml": f"voice: bob\n{LITTLE}judgements: {{rain: 10%, cold: 20%}}\n",
    "arguments/chain/worldviews/eve.yaml": f"{LITTLE}judgements: {{rain: 70%}}\n",
    "arguments/chain/worldviews/tom.yaml": f"{LITTLE}judgements: {{rain: 80%, cold: 90%}}\n",
    "arguments/direct/a.yaml": VOICES + DIRECT,
    "arguments/direct/worldviews/first.yaml": f"voice: ann\n{LITTLE}judgements: {{snow: 30%}}\n",
    "arguments/direct/worldviews/second.yaml": f"voice: bob\n{LITTLE}judgements: {{snow: 1%}}\n",
    "arguments/direct/worldviews/eve.yaml": LITTLE,
    "models/chain.yaml": f"model: chain\nmap: ../arguments/chain\ntarget: snow\n{SAMPLING}",
    "models/other/direct.yaml": (
        f"model: other/direct\nmap: ../../arguments/direct\ntarget: snow\n{SAMPLING}"
    ),
}
BOTH = ("models/chain.yaml", "models/other/direct.yaml")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.fixture
def models(project: Path) -> tuple[cm.ModelSpec, ...]:
    return cm.read_models(BOTH)


def test_a_voice_is_known_again_by_its_name_or_else_by_the_worldviews(
    models: tuple[cm.ModelSpec, ...],
) -> None:
    found = cm.compare(models)
    assert found.models == ("chain", "other/direct")
    rows = {
        voice: {name: one.worldview for name, one in under.items()}
        for voice, under in found.voices.items()
    }
    assert rows == {
        "ann": {"chain": "ann", "other/direct": "first"},
        "bob": {"chain": "bob", "other/direct": "second"},
        "eve": {"chain": "eve", "other/direct": "eve"},
        "tom": {"chain": "tom"},
    }
    assert found.voices["ann"]["chain"].mean == pytest.approx(0.4 * 0.5, rel=1e-12)
    assert found.voices["bob"]["other/direct"].mean == pytest.approx(0.01, rel=1e-12)


def test_numbers_are_those_of_the_estimates(models: tuple[cm.ModelSpec, ...]) -> None:
    found = cm.compare(models)
    for model in models:
        estimate = cm.estimate(model)
        whole = {
            under[model.id].worldview: under[model.id]
            for under in found.voices.values()
            if model.id in under
        }
        for name, one in [*estimate.worldviews.items(), (None, estimate.map)]:
            there = found.map[model.id] if name is None else whole[name]
            for number in ("mean", "median", "interval_90", "central"):
                assert getattr(there, number) == getattr(one, number)
        assert found.targets[model.id].map == model.map.id


def test_what_was_stated_is_about_the_target_as_the_model_asks_it(
    models: tuple[cm.ModelSpec, ...],
) -> None:
    """What is said for the case that it is cold is another number, unless the model supposes that too."""
    chain, direct = models
    [said] = cm.compare(models).voices["ann"]["chain"].stated
    assert (said.stated, said.stated_interval_90) == ("10% to 30%", (0.1, 0.3))
    supposing = replace(chain, assuming=chain.map.entry["snow"].basis.parts[1:])
    both = cm.compare([supposing, direct]).voices["ann"]["chain"].stated
    assert [one.stated for one in both] == ["10% to 30%", "50%"]
    assert cm.compare(models).voices["ann"]["other/direct"].stated == ()


def test_the_variance_is_shared_out_between_voices_and_models(models: tuple[cm.ModelSpec, ...]) -> None:
    """With two voices and two models each effect is a sum of the four log-odds with signs, over four."""
    found = cm.compare(models)
    assert found.counted == ("ann", "bob")
    ann, bob = (logit(0.4 * 0.5), logit(0.3)), (logit(0.1 * 0.2), logit(0.01))
    voice = (ann[0] + ann[1] - bob[0] - bob[1]) / 4
    model = (ann[0] - ann[1] + bob[0] - bob[1]) / 4
    both = (ann[0] - ann[1] - bob[0] + bob[1]) / 4
    total = voice**2 + model**2 + both**2
    for name, effect in (("voice", voice), ("model", model), ("both", both)):
        assert getattr(found.spread_logit, name) == pytest.approx(abs(effect), rel=1e-9)
        assert getattr(found.shares, name) == pytest.approx(effect**2 / total, rel=1e-9)
    assert found.apart_logit["ann"] == pytest.approx(abs(ann[0] - ann[1]), rel=1e-9)
    assert found.apart_logit["tom"] is None


def test_shares_are_those_of_least_squares(project: Path) -> None:
    """What voices add to models in a linear fit of the cells, and models to voices; three by three cells."""
    chances = {"ann": (0.3, 0.05, 0.2), "bob": (0.01, 0.4, 0.07), "eve": (0.7, 0.8, 0.9)}
    asked = []
    for number, name in enumerate(("x", "y", "z")):
        folder = project / "arguments" / name / "worldviews"
        folder.mkdir(parents=True)
        (folder.parent / "a.yaml").write_text("claims: {snow: {text: It snows., credence: 50%}}\n")
        for voice, row in chances.items():
            (folder / f"{voice}.yaml").write_text(f"{LITTLE}judgements: {{snow: {row[number]}}}\n")
        model = project / "models" / f"{name}.yaml"
        model.write_text(f"model: {name}\nmap: ../arguments/{name}\ntarget: snow\n{SAMPLING}")
        asked.append(model)
    found = cm.compare(cm.read_models(asked))
    cells = np.array([logit(p) for row in chances.values() for p in row])
    voices, models = np.repeat(np.eye(3), 3, axis=0), np.tile(np.eye(3), (3, 1))

    def left(*columns: np.ndarray) -> float:
        design = np.hstack([np.ones((9, 1)), *columns])
        return float(((cells - design @ np.linalg.lstsq(design, cells)[0]) ** 2).sum())

    total, none = left(), left(voices, models)
    assert found.shares.both == pytest.approx(none / total, rel=1e-9)
    assert found.shares.voice == pytest.approx((left(models) - none) / total, rel=1e-9)
    assert found.shares.model == pytest.approx((left(voices) - none) / total, rel=1e-9)
    assert found.spread_logit.voice == pytest.approx(sqrt((left(models) - none) / 9), rel=1e-9)


def test_who_says_little_counts_only_when_everyone_does(models: tuple[cm.ModelSpec, ...]) -> None:
    found = cm.compare(models)
    assert (found.counted, found.says_little) == (("ann", "bob"), ("eve",))
    assert [(left.worldview, left.reason) for left in found.left_out] == [
        ("tom", "no worldview of other/direct")
    ]
    whole = cm.compare(models, everyone=True)
    assert (whole.counted, whole.says_little) == (("ann", "bob", "eve"), ())
    assert whole.shares != found.shares


def test_a_voice_of_two_worldviews_has_a_row_for_each(project: Path) -> None:
    (project / "arguments/direct/worldviews/third.yaml").write_text(
        f"voice: ann\n{LITTLE}judgements: {{snow: 50%}}\n"
    )
    found = cm.compare(cm.read_models(BOTH))
    assert set(found.voices) == {"ann", "bob", "eve", "tom", "first", "third"}
    assert set(found.voices["ann"]) == {"chain"}


def test_a_voice_called_map_is_not_taken_for_the_map(project: Path) -> None:
    for path in (project / "arguments").rglob("*.yaml"):
        path.write_text(path.read_text().replace("ann: {", "map: {").replace("voice: ann", "voice: map"))
    found = cm.compare(cm.read_models(BOTH))
    assert set(found.voices) == {"ann", "first", "bob", "eve", "tom"}
    assert found.map["chain"].worldview is None


# --- where something is undefined ------------------------------------------------------------------


def test_what_is_impossible_has_no_number_and_a_reason(project: Path, cruxmap: Cruxmap) -> None:
    (project / "arguments/chain/worldviews/bob.yaml").write_text(
        f"voice: bob\n{LITTLE}judgements: {{cold: 0%}}\n"
    )
    outcome = cruxmap("compare", *BOTH, "--assuming", "snow", "--format", "json")
    assert outcome.code == 1
    bob = outcome.json["voices"]["bob"]["chain"]
    assert bob["mean"] is None
    assert bob["reason"] == "what is assumed is impossible: snow"
    assert outcome.json["shares"] is None
    assert outcome.json["reason"] == "fewer than two voices have an estimate under all models"
    assert outcome.json["left_out"][0] == {"worldview": "ann", "reason": "certain under chain"}
    table = cruxmap("compare", *BOTH, "--assuming", "snow", "--figures", "none").out
    assert "bob under chain: what is assumed is impossible: snow" in table
    assert "Fewer than two voices have an estimate under all models." in table


def test_models_that_say_the_same_have_no_variance_to_share_out(project: Path) -> None:
    text = (project / "models/chain.yaml").read_text()
    (project / "models/same.yaml").write_text(text.replace("model: chain", "model: same"))
    for view in (project / "arguments/chain/worldviews").iterdir():
        view.write_text(f"{LITTLE}judgements: {{rain: 50%, cold: 50%}}\n")
    found = cm.compare(cm.read_models(["models/chain.yaml", "models/same.yaml"]))
    assert (found.shares, found.reason) == (None, "all means are the same")
    assert shares_text(found) == "How much is the skeleton's cannot be told: all means are the same."


def test_the_skeleton_has_it_all_where_everybody_moves_alike(project: Path) -> None:
    """The odds are doubled by an argument that all have."""
    argued = "arguments: {clouds: {text: Clouds., for: snow, strength: 2x}}\n"
    (project / "arguments/chain/a.yaml").write_text(VOICES + DIRECT + argued)
    (project / "arguments/chain/worldviews/eve.yaml").unlink()
    (project / "arguments/chain/worldviews/tom.yaml").unlink()
    for chain, direct in (("ann", "first"), ("bob", "second")):
        text = (project / f"arguments/direct/worldviews/{direct}.yaml").read_text()
        (project / f"arguments/chain/worldviews/{chain}.yaml").write_text(text)
    found = cm.compare(cm.read_models(BOTH))
    assert found.spread_logit.model == pytest.approx(log(2) / 2, rel=1e-9)
    assert found.shares.both == pytest.approx(0.0, abs=1e-12)
    assert found.apart_logit["bob"] == pytest.approx(log(2), rel=1e-9)


def test_fewer_than_two_models_and_two_of_one_name_are_refused(models: tuple[cm.ModelSpec, ...]) -> None:
    with pytest.raises(WrongUsage, match="one model compares with nothing"):
        cm.compare(models[:1])
    with pytest.raises(WrongUsage, match="two of the models are called `chain`"):
        cm.compare([models[0], *models])


def test_the_problems_of_all_models_are_told_and_those_of_their_map_once(
    project: Path, cruxmap: Cruxmap
) -> None:
    (project / "arguments/chain/b.yaml").write_text("claims: {fog: {text: Fog., credence: 5}}\n")
    (project / "models/another.yaml").write_text("model: another\nmap: ../arguments/chain\ntarget: sow\n")
    (project / "models/other/direct.yaml").write_text(
        "model: d\nmap: ../../arguments/direct\ntarget: now\n"
    )
    outcome = cruxmap("compare", "chain", "another", "other/direct")
    assert (outcome.code, outcome.out) == (1, "")
    places = [line.split(": problem ")[0] for line in outcome.err.splitlines() if ": problem " in line]
    assert places == [
        "arguments/chain/b.yaml:1:38",
        "models/another.yaml:3:9",
        "models/other/direct.yaml:3:9",
    ]
    with pytest.raises(InvalidMap) as caught:
        cm.read_models(["models/another.yaml", "models/other/direct.yaml", "models/chain.yaml"])
    assert len(caught.value.problems) == 3
    unknown = cruxmap("compare", "chian", "chain", "other/drect")
    assert unknown.code == 2
    assert "did you mean `chain`?" in unknown.err
    assert "did you mean `other/direct`?" in unknown.err


# --- how it is shown -------------------------------------------------------------------------------


def test_json_and_csv_have_every_number_in_full(
    models: tuple[cm.ModelSpec, ...], cruxmap: Cruxmap, project: Path
) -> None:
    found = cm.compare(models)
    answer = cruxmap("compare", *BOTH, "--format", "json").json
    assert answer == json.loads(json.dumps(found.to_json()))
    assert list(answer["voices"]["ann"]["chain"]) == [
        *("mean", "median", "interval_90", "central", "worldview", "says_little", "stated")
    ]
    rows = cruxmap("compare", *BOTH, "--format", "csv").rows
    assert len(rows) == 7 + 2
    first = rows[0]
    assert (first["voice"], first["model"], first["stated"]) == ("ann", "chain", "10% to 30%")
    assert float(first["mean"]) == found.voices["ann"]["chain"].mean
    assert [row["mean"] for row in rows[-2:]] == [str(one.mean) for one in found.map.values()]
    assert not (project / "figures").exists()


def test_people_see_the_models_side_by_side(cruxmap: Cruxmap, models: tuple[cm.ModelSpec, ...]) -> None:
    outcome = cruxmap("compare", *BOTH, "--figures", "none")
    assert outcome.code == 0
    assert outcome.out.startswith("snow under 2 models\n")
    assert "not the same" not in outcome.out.lower()
    table, due_to = compare_tables(cm.compare(models))
    assert [column.title for column in table.columns] == ["voice", "chain", "other/direct", "odds apart"]
    assert table.rows[0][:3] == ("ann", "20%\n20%\nstated 10% to 30%", "30%\n30%")
    supposing = replace(models[0], assuming=models[0].map.entry["snow"].basis.parts[1:])
    cell = compare_tables(cm.compare([supposing, models[1]]))[0].rows[0][1]
    assert cell == "40%\n40%\nstated 10% to 30%,\nassuming nothing\nstated 50%"
    assert table.rows[2][2].startswith("(")
    assert table.rows[3][2] == ""
    assert [row[0] for row in due_to.rows] == ["the voice", "the skeleton", "both together"]
    assert (
        "| ann | 20%<br>20%<br>stated 10% to 30% |"
        in cruxmap("compare", *BOTH, "--format", "markdown").out
    )


@pytest.mark.long
def test_the_picture_goes_to_the_first_models_folder_and_names_all(
    cruxmap: Cruxmap, project: Path
) -> None:
    outcome = cruxmap("compare", *BOTH)
    assert "wrote figures/chain/: compare (svg and png)" in outcome.err
    assert {path.name for path in (project / "figures/chain").iterdir()} == {"compare.svg", "compare.png"}
    picture = (project / "figures/chain/compare.svg").read_text()
    assert "Model chain; digest" in picture
    assert "Model other/direct; digest" in picture


def test_another_sentence_stands_under_the_title(project: Path, cruxmap: Cruxmap) -> None:
    path = project / "arguments/direct/a.yaml"
    path.write_text(path.read_text().replace("It snows.", "It snows hard."))
    lines = cruxmap("compare", *BOTH, "--figures", "none").out.splitlines()
    assert lines[:4] == [
        "snow under 2 models",
        "Not the same sentence in all:",
        "chain: It snows.",
        "other/direct: It snows hard.",
    ]
    path.write_text(path.read_text().replace("It snows hard.", "It snows."))
    model = project / "models/chain.yaml"
    model.write_text(model.read_text() + "assuming: [cold]\n")
    assert cruxmap("compare", *BOTH, "--figures", "none").out.splitlines()[:4] == [
        "The targets under 2 models",
        "Not the same conditions in all:",
        "chain: snow; assuming cold: It snows.",
        "other/direct: snow: It snows.",
    ]


def test_what_if_is_asked_of_every_model(cruxmap: Cruxmap, project: Path) -> None:
    answer = cruxmap("compare", *BOTH, "--set", "snow=5%", "--format", "json")
    assert answer.code == 2  # there is no such number in the first


@pytest.mark.long
def test_samples_of_states_have_errors_under_every_model(cruxmap: Cruxmap, project: Path) -> None:
    found = cruxmap("compare", "chain", "other/direct", "--sampled", "--format", "json").json
    assert all(found["targets"][name]["sampled"] for name in ("chain", "other/direct"))
    assert found["voices"]["bob"]["chain"]["standard_error"] > 0


def test_a_line_per_model_is_drawn_for_each_voice(models: tuple[cm.ModelSpec, ...]) -> None:
    """Dots are at the log-odds of the means, on rows that leave one free between voices."""
    found = cm.compare(models)
    figure = forest(found)
    [axes] = figure.axes
    dots = {
        (line.get_ydata()[0], round(line.get_xdata()[0], 9)): line.get_markerfacecolor()
        for line in axes.artists + axes.lines
        if line.get_marker() not in ("None", None)
    }
    expected = {
        (3 * row + models.index(model), round(logit(one.mean), 9)): bool(one.says_little)
        for row, under in enumerate([*found.voices.values(), found.map])
        for model in models
        if (one := under.get(model.id)) is not None
    }
    assert set(dots) == set(expected)
    assert {place for place, within in dots.items() if within == "white"} == {
        place for place, little in expected.items() if little
    }
    words = [text.get_text() for text in axes.texts]
    assert words.count("not in this model") == 1
    assert words.count("other/direct") == len(found.voices) + 1
    assert any("The skeleton alone has" in text.get_text() for text in figure.texts)


def test_bars_and_bands_are_what_the_answer_says(models: tuple[cm.ModelSpec, ...]) -> None:
    """What was stated with less given than the model gives is no band."""
    found = cm.compare(models)
    [axes] = forest(found).axes
    bands = [(line.get_ydata()[0], *line.get_xdata()) for line in axes.lines if line.get_color() == BAND]
    assert bands == [(0, pytest.approx(logit(0.1)), pytest.approx(logit(0.3)))]
    ends = [
        (3 * row + found.models.index(model), *map(logit, one.interval_90))
        for row, under in enumerate([*found.voices.values(), found.map])
        for model, one in under.items()
    ]
    drawn = [
        (line.get_ydata()[0], *line.get_xdata()) for line in axes.lines if line.get_linewidth() == 2.2
    ]
    assert drawn == [pytest.approx(end) for end in ends]
    supposing = replace(models[0], assuming=models[0].map.entry["snow"].basis.parts[:1])
    [axes] = forest(cm.compare([supposing, models[1]])).axes
    assert not [line for line in axes.lines if line.get_color() == BAND]


def test_the_table_for_programs_has_a_row_for_each_estimate(models: tuple[cm.ModelSpec, ...]) -> None:
    table = compare_table(cm.compare(models))
    assert [column.key for column in table.columns] == [
        *("voice", "model", "target", "worldview", "says_little", "mean", "median", "low", "high"),
        *("central", "stated"),
    ]

"""Which numbers matter most to whoever is to give their own, and the worldview's file that lists them."""

import math
import re
from pathlib import Path

import pytest

from cruxmap.errors import InvalidMap
from cruxmap.insight.importance import EntryOfOwn, by_importance
from cruxmap.insight.live_model import open_model
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.reading import check, read_map, read_model
from cruxmap.network.means_and_deviations import SD_OF_A_POINT
from cruxmap.present.worldview_template import worldview_template
from helpers.commands import ROOT, Cruxmap
from helpers.maps_from_text import model

SHIPPED = ["power-seeking", "deceptive-alignment"]
GOOD = ROOT / "tests/maps/good/models/everything.yaml"

HOUSE = """\
claims:
  big: {text: It matters much., credence: 20% to 60%}
  small: {text: It matters little., credence: 20% to 60%}
  idle: {text: It matters not., credence: 20% to 60%}
  point: {text: It has no interval., credence: 40%}
  follows: {text: It is as much as another., credence: same as big}
  goal:
    text: What it is about.
    given:
      - {id: both, when: [big, small], credence: 90%}
      - {when: big, credence: 80%}
      - {id: one, when: [point, follows], credence: 20%}
      - {otherwise: 10%}
questions:
  mood: {text: "Which?", states: [calm, tense], credence: {calm: 30%, tense: rest}}
"""


def house() -> ModelSpec:
    return model(HOUSE, "target: goal\n")


def addresses_in(entries: tuple[EntryOfOwn, ...]) -> list[str]:
    return [place.address for one in entries for place in one.places]


def reachable(argument_map: ArgumentMap) -> set[str]:
    """Every address that a worldview can judge and that the map itself has, rows for their shares."""
    shares = {j.address: row for row, of_row in argument_map.shares.items() for j in of_row}
    own = [
        j for a, j in argument_map.judgements.items() if a not in argument_map.bringer and j.overridable
    ]
    return {shares.get(j.address, j.address) for j in own}


def test_what_moves_the_target_most_comes_first_and_what_does_not_last() -> None:
    entries = by_importance(house())
    order = [one.id for one in entries]
    assert order.index("big") < order.index("follows") < order.index("small")
    assert order[-2:] == ["idle", "mood"]
    assert [one.worth for one in entries[-2:]] == [0, 0]
    assert [one.worth for one in entries] == sorted((one.worth for one in entries), reverse=True)


def test_a_number_is_worth_what_the_targets_log_odds_move_with_it() -> None:
    """Against differences of the log-odds, over a thousandth of a deviation of the number's logit."""
    spec = house()
    state = open_model(spec)
    worth = {place.address: place.worth for one in by_importance(spec) for place in one.places}
    for address, sd in (("big", None), ("small", None), ("point", 0.5), ("goal.both", 0.5)):
        value = state.perspective.setting[address].value
        step = 1e-3 * (value.sd if sd is None else sd)
        ends = []
        for sign in (-1, 1):
            there = 1 / (1 + math.exp(-(value.mu + sign * step)))
            ends.append(state.set({address: there}).log_odds())
        difference = (ends[1] - ends[0]) / 2e-3
        assert worth[address] == pytest.approx(abs(difference), rel=1e-5)
    assert SD_OF_A_POINT == 0.5
    assert worth["follows"] == worth["big"]


@pytest.mark.long
def test_nothing_that_a_worldview_can_judge_is_left_out() -> None:
    for path in (GOOD, *(ROOT / f"models/{name}.yaml" for name in SHIPPED)):
        spec = read_model(path)
        found = addresses_in(by_importance(spec))
        assert len(found) == len(set(found))
        assert set(found) == reachable(spec.map)


def test_what_is_impossible_has_no_order() -> None:
    text = HOUSE.replace("{text: It matters not., credence: 20% to 60%}", "{text: Never., credence: 0%}")
    with pytest.raises(InvalidMap):
        by_importance(model(text, "target: goal\nobserved: [idle]\n"))


# --- the file ---------------------------------------------------------------------------------------


def put_beside(source: Path, folder: Path, text: str) -> Path:
    """Return the model file of a copy of a project's map, in which a worldview `mine` stands."""
    spec = read_model(source)
    name = Path(next(iter(spec.map.claims)).about.span.file).parent
    base = folder / "arguments" / name.name
    base.mkdir(parents=True)
    for file in sorted(name.rglob("*.yaml")):
        there = base / file.relative_to(name)
        there.parent.mkdir(exist_ok=True)
        there.write_bytes(file.read_bytes())
    (base / "worldviews").mkdir(exist_ok=True)
    (base / "worldviews/mine.yaml").write_text(text, encoding="utf-8")
    return base


def without_a_sign(text: str) -> str:
    """Take the first `#` of every line away."""
    return re.sub(r"^( *)# ?", r"\1", text, flags=re.MULTILINE)


@pytest.mark.parametrize(
    "path",
    [GOOD, *(pytest.param(ROOT / f"models/{name}.yaml", marks=pytest.mark.long) for name in SHIPPED)],
)
def test_the_file_says_nothing_and_uncommented_the_maps_own_numbers(path: Path, tmp_path: Path) -> None:
    spec = read_model(path)
    text = worldview_template(spec, "mine", by_importance(spec))
    base = put_beside(path, tmp_path / "as-it-is", text)
    assert check(base)[0] == ()
    own = read_map(base).worldview["mine"]
    assert (own.judgements, own.rejects, own.extends, own.asked) == ((), (), None, None)
    base = put_beside(path, tmp_path / "uncommented", without_a_sign(text))
    assert check(base)[0] == ()
    full = read_map(base)
    assert {j.address for j in full.worldview["mine"].judgements} == reachable(full)
    opened = [open_model(full, name).perspective.settings for name in ("mine", None)]
    assert [(s.value.mu, s.value.sd) for s in opened[0]] == [(s.value.mu, s.value.sd) for s in opened[1]]


def test_the_file_has_every_sentence_above_its_numbers() -> None:
    text = worldview_template(house(), "mine", by_importance(house()))
    lines = text.splitlines()
    assert lines.index("  ## It matters much.") + 1 == lines.index(
        "  # big: 20% to 60%  # how likely it is"
    )
    assert "  # mood: {calm: 30%, tense: rest}" in lines
    assert lines.index("  ## What follows moves nothing in the answer as the map has it.") < lines.index(
        "  ## It matters not."
    )
    assert all(len(line) <= 100 for line in lines if "##" in line)


# --- the command ------------------------------------------------------------------------------------


def ask_all(model_file: Path) -> None:
    """Have a model ask about all worldviews there are, and expect nothing."""
    text, _, _ = model_file.read_text(encoding="utf-8").partition("worldviews:")
    model_file.write_text(text, encoding="utf-8")


def test_a_worldview_to_fill_in_is_written_beside_the_others(in_project: Path, cruxmap: Cruxmap) -> None:
    ask_all(in_project / "models/small.yaml")
    before = cruxmap("estimate", "small", "--format", "json").json
    outcome = cruxmap("new", "--worldview", "ann", "small")
    path = in_project / "arguments/small/worldviews/ann.yaml"
    assert outcome.code == 0
    assert outcome.out.splitlines()[0] == "wrote arguments/small/worldviews/ann.yaml"
    assert "cruxmap estimate models/small.yaml --worldview ann" in outcome.out
    assert cruxmap("check").out == "no problems\n"
    after = cruxmap("estimate", "small", "--format", "json").json
    assert {name: after["worldviews"][name] for name in before["worldviews"]} == before["worldviews"]
    assert after["worldviews"]["ann"]["central"] == after["map"]["central"]
    again = cruxmap("new", "--worldview", "ann", "small")
    assert again.code == 2
    assert "already-there: arguments/small/worldviews/ann.yaml is already there" in again.err
    assert path.read_text(encoding="utf-8").splitlines()[1].startswith("## The worldview ann: its numbers")


def test_it_makes_the_folder_and_says_what_it_wrote(in_project: Path, cruxmap: Cruxmap) -> None:
    ask_all(in_project / "models/small.yaml")
    folder = in_project / "arguments/small/worldviews"
    for file in folder.glob("*.yaml"):
        file.unlink()
    folder.rmdir()
    found = cruxmap("new", "small", "--worldview", "ann", "--format", "json")
    assert found.json == {"files": ["arguments/small/worldviews/ann.yaml"]}
    assert (folder / "ann.yaml").is_file()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--worldview", "ann", "smal"), "no-such-file"),
        (("--worldview", "Ann Lee", "small"), "bad-id"),
        (("--worldview", "map", "small"), "reserved-id"),
        (("--worldview", "../ann", "small"), "bad-id"),
        (("--worldview", "", "small"), "bad-id"),
        (("--worldview", "ann", "small", "--like", "library"), "two-questions"),
    ],
)
def test_what_cannot_be_written_is_refused(
    words: tuple[str, ...], code: str, in_project: Path, cruxmap: Cruxmap
) -> None:
    before = sorted(in_project.rglob("*"))
    outcome = cruxmap("new", *words)
    assert outcome.code == 2
    assert f"{code}: " in outcome.err
    assert sorted(in_project.rglob("*")) == before


def test_a_map_with_problems_gets_no_file(in_project: Path, cruxmap: Cruxmap) -> None:
    broken = in_project / "arguments/small/extra.yaml"
    broken.write_text("claims:\n  a-claim: {text: One., credence: 120%}\n", encoding="utf-8")
    outcome = cruxmap("new", "--worldview", "ann", "small")
    assert (outcome.code, "unreadable-judgement" in outcome.err) == (1, True)
    assert not (in_project / "arguments/small/worldviews/ann.yaml").exists()


def test_a_model_that_lists_its_worldviews_is_to_list_this_one(in_project: Path, cruxmap: Cruxmap) -> None:
    assert "\nworldviews: [map, treasurer]\n" in (in_project / "models/small.yaml").read_text("utf-8")
    outcome = cruxmap("new", "--worldview", "ann", "small")
    assert "Add ann to `worldviews` in models/small.yaml, and edit it, then: " in outcome.out

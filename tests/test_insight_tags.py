"""What `--tag` keeps of every answer that has it, and that all else stays as it is."""

import json
from pathlib import Path

import pytest

from cruxmap.errors import InvalidMap
from cruxmap.insight.cruxes import cruxes
from cruxmap.insight.diff import diff
from cruxmap.insight.explain import explain
from cruxmap.insight.tags import tagged, tags_of
from cruxmap.language.digest import state_of
from cruxmap.language.inheritance import settle
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.reading import read_model
from cruxmap.present.map_picture import Mark, picture, with_only
from helpers.commands import EXAMPLES, Cruxmap
from helpers.maps_from_text import model

TRIAL = EXAMPLES / "legal-case/models/legal-case.yaml"
LABORATORY = {
    "match-reported",
    "shared-bench",
    "few-people-counted",
    "rounded-for-safety",
    "second-laboratory",
    "same-tube",
}
WITNESS = {"not-picked-out", "saw-face", "alibi-given", "dark-street", "spoke-before"}
CHAIN = """
claims:
  rain: {text: It rains., tags: weather, credence: 30%}
  wet: {text: The street is wet., given: [{when: rain, credence: 90%}, {otherwise: 5%}]}
  slippery: {text: The street is slippery., any_of: [wet]}
  falls:
    text: Somebody falls.
    tags: [people, wet day]
    given: [{when: slippery, credence: 30%}, {otherwise: 1%}]
arguments:
  drizzle: {text: It is only a drizzle., tags: weather, credence: 50%, against: wet, strength: 2x}
  shoes: {text: Shoes are good., credence: 50%, against: falls, strength: 2x}
"""


@pytest.fixture(scope="module")
def trial() -> ModelSpec:
    return read_model(TRIAL)


def test_tags_of_a_map_come_in_the_order_of_its_entries() -> None:
    asked = model(CHAIN, "target: falls\n")
    assert tags_of(asked.map) == ("weather", "people", "wet day")
    assert tagged(asked.map, ("weather",)).ids == {"rain", "drizzle"}
    assert tagged(asked.map, ("weather", "wet day")).ids == {"rain", "drizzle", "falls"}
    assert tagged(asked.map, ()).ids == set(asked.map.entry)


def test_a_tag_that_no_entry_has_is_told_with_the_nearest_or_with_all_there_are() -> None:
    asked = model(CHAIN, "target: falls\n")
    with pytest.raises(InvalidMap) as caught:
        tagged(asked.map, ("wether", "zzz"))
    assert {p.message: p.hint for p in caught.value.problems} == {
        "no entry has the tag `wether`": "did you mean `weather`?",
        "no entry has the tag `zzz`": "its tags are `weather`, `people`, `wet day`",
    }
    with pytest.raises(InvalidMap) as caught:
        tagged(model("claims:\n  rain: {text: It rains., credence: 30%}\n", "target: rain\n").map, ("x",))
    assert caught.value.problems[0].hint == "none has any"


def test_cruxes_keep_their_numbers_and_places_in_every_list(trial: ModelSpec) -> None:
    whole, only = cruxes(trial, "defence"), tagged(trial.map, ("laboratory",))
    some = only.of(whole)
    assert some.estimate == whole.estimate
    for name in ("claims", "arguments", "questions", "left_out"):
        rows = getattr(whole, name)
        assert getattr(some, name) == tuple(row for row in rows if row.id.split(".")[0] in LABORATORY)
    kept = {row.address.split(".")[0].split("#")[0] for row in some.judgements}
    assert kept <= LABORATORY
    assert [row.id for row in some.ranking] == [row.id for row in whole.ranking if row.id in LABORATORY]
    assert (some.sets, only.of(some)) == ((), some)
    assert tagged(trial.map, ()).of(whole) is whole


def test_all_worldviews_and_the_mean_of_them_are_kept_alike(trial: ModelSpec) -> None:
    some = tagged(trial.map, ("laboratory",)).of(cruxes(trial))
    for table in (some.overall, *some.worldviews.values()):
        assert table.ranking
        assert {row.id for row in table.ranking} <= LABORATORY


def test_a_diff_keeps_differences_with_their_shares_of_the_whole_gap(trial: ModelSpec) -> None:
    whole = diff(trial, "prosecution", "defence")
    some = tagged(trial.map, ("witness",)).of(whole)
    assert some.gap_logit == whole.gap_logit
    assert some.differences == tuple(one for one in whole.differences if one.id in WITNESS)
    assert 0 < len(some.differences) < len(whole.differences)
    assert some.structure.rejected_by_b == ("dark-street",)
    assert {address.split(".")[0] for address in some.structure.only_b} <= WITNESS
    assert some.stated_a == whole.stated_a


def test_an_explanation_keeps_the_entry_and_what_of_its_arguments_has_the_tag() -> None:
    asked = model(CHAIN, "target: falls\n")
    only = tagged(asked.map, ("weather",)).has
    assert [one.argument.about.id for one in explain(asked, "wet").only(only).arguments] == ["drizzle"]
    assert explain(asked, "falls").only(only).arguments == ()
    assert explain(asked, "wet").only(only).mentioned_by == ()


def test_a_picture_keeps_tagged_cards_and_those_of_tagged_arguments_and_ways_between() -> None:
    asked = model(CHAIN, "target: falls\n")
    whole = picture(asked.map, settle(asked.map, "map"))
    some = with_only(whole, tagged(asked.map, ("weather", "people")).ids, "those tagged so")
    rows = {card.id: [(row.address, row.mark) for row in card.rows] for card in some.cards}
    assert set(rows) == {"rain", "wet", "falls"}
    assert rows["wet"] == [("drizzle", Mark.AGAINST)]  # it is there for its argument alone
    assert {mark for _, mark in rows["falls"]} == {Mark.BASIS}  # its argument has no tag
    assert {(link.start, link.end, link.indirect) for link in some.links} == {
        ("rain", "wet", False),
        ("wet", "falls", True),
    }
    assert (some.left_out, some.which) == (1, "those tagged so")


def test_a_tag_makes_no_entry_another_for_those_who_judged_it() -> None:
    with_tags, without = (
        model(CHAIN, "target: falls\n"),
        model(
            CHAIN.replace(", tags: weather", "").replace("    tags: [people, wet day]\n", ""),
            "target: falls\n",
        ),
    )
    assert tags_of(without.map) == ()
    assert state_of(with_tags.map) == state_of(without.map)


# --- the commands --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "lists"),
    [
        (("cruxes", str(TRIAL), "-w", "defence"), ("claims", "arguments")),
        (("diff", str(TRIAL), "prosecution", "defence"), ("differences", "double_crux_arguments")),
        (("diff", str(TRIAL), "prosecution"), ("differences",)),
        (("explain", str(TRIAL), "match-reported"), ("arguments",)),
    ],
)
def test_json_has_the_same_shape_with_shorter_lists_and_the_tags(
    command: tuple[str, ...], lists: tuple[str, ...], cruxmap: Cruxmap
) -> None:
    whole = json.loads(cruxmap(*command, "--format", "json").out)
    some = json.loads(cruxmap(*command, "--tag", "witness", "--tag", "witness", "--format", "json").out)
    assert some.pop("tags") == ["witness"]
    assert some.keys() == whole.keys()
    for name in lists:
        assert some[name] == [row for row in whole[name] if row["id"].split(".")[0] in WITNESS]
        assert len(some[name]) < len(whole[name])


def test_tables_say_that_they_are_not_of_all(cruxmap: Cruxmap, tmp_path: Path) -> None:
    outcome = cruxmap("cruxes", str(TRIAL), "--tag", "laboratory", "--output", str(tmp_path))
    assert "of the entries, only those tagged laboratory; numbers are of the whole map" in outcome.out
    assert "saw-face" not in outcome.out
    assert any(tmp_path.iterdir())
    assert "those tagged witness" in cruxmap("explain", str(TRIAL), "saw-face", "--tag", "witness").out
    drawn = cruxmap("show", str(TRIAL), "--tag", "witness", "--format", "mermaid").out
    assert "n_saw_face" in drawn
    assert "n_shared_bench" not in drawn


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("show", str(TRIAL), "--stage", "map"), "two-questions"),
        (("diff", str(TRIAL)), "unclear-comparison"),
    ],
)
def test_a_tag_is_refused_where_there_are_no_entries_to_keep(
    command: tuple[str, ...], told: str, cruxmap: Cruxmap
) -> None:
    outcome = cruxmap(*command, "--tag", "witness")
    assert (outcome.code, outcome.out) == (2, "")
    assert f"problem {told}: " in outcome.err

"""What is stale, and what only looks otherwise; `wordings` compares the moments."""

import io
import re
from pathlib import Path

import pytest

from cruxmap.job import report
from cruxmap.language.digest import state_of
from cruxmap.language.past.stale import StaleJudgement, stale
from cruxmap.language.reading import read_map, read_model
from cruxmap.present.report.contents import contents_of_model
from helpers.commands import Cruxmap, git
from helpers.histories import MAP, MODEL, History

REWORDED = ("It rains.", "It rains for an hour.")


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path)


def rows(history: History) -> tuple[StaleJudgement, ...]:
    return stale(read_map(history.map)).judgements


def found(history: History) -> dict[str, tuple[str, ...]]:
    """The parts that have changed, by the worldview and what it says of what."""
    return {
        f"{one.worldview} {one.address}"
        if one.kind == "judgement"
        else f"{one.worldview} {one.kind} {one.address}": one.what
        for one in rows(history)
    }


# --- what is stale -------------------------------------------------------------------------------


def test_numbers_are_stale_whose_claim_was_reworded_since(history: History) -> None:
    assert found(history) == {}
    history.edit(MAP, REWORDED)
    [one] = [row for row in rows(history) if row.worldview == "ann"]
    assert (one.address, one.entry, one.what, one.changed) == ("rain", "rain", ("text",), None)
    assert (one.before, one.now) == REWORDED
    assert one.judged is not None
    assert one.judged.subject == "First"
    history.commit("Reword")
    history.edit("models/small.yaml", ("draws: 16", "draws: 17"))
    history.commit("Later")
    assert found(history) == {"ann rain": ("text",), "bob rain": ("text",)}
    [one, _] = rows(history)
    assert one.changed is not None
    assert one.changed.subject == "Reword"
    history.edit(MAP, (REWORDED[1], REWORDED[0]))
    assert found(history) == {}


def test_of_what_is_stated_of_several_entries_those_are_told_that_say_something_else(
    history: History,
) -> None:
    history.worldview("ann", ("of: wet", "of: [wet, rain]"))
    history.commit("State more")
    history.edit(MAP, REWORDED)
    [one] = [row for row in rows(history) if row.kind == "stated"]
    assert (one.before, one.now) == REWORDED


@pytest.mark.parametrize(
    "change",
    [
        ("rain: 10% to 20%", "rain: 10% to 25%"),
        ("rain: 10% to 20%", "rain: {value: 10% to 20%, note: still so}"),
    ],
)
@pytest.mark.parametrize("committed", [True, False])
def test_what_was_said_anew_is_not_stale(
    history: History, change: tuple[str, str], committed: bool
) -> None:
    history.edit(MAP, REWORDED)
    history.commit("Reword")
    history.worldview("ann", change)
    if committed:
        history.commit("Think again")
    assert found(history) == {"bob rain": ("text",)}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            ("premises: [{season: dry}]", "premises: [{season: dry}, far]"),
            {"bob rejects drought": ("premises",)},
        ),
        (
            ("against: rain, strength: 5x", "against: sprinkler, strength: 5x"),
            {"bob rejects drought": ("targets",)},
        ),
        (("undercuts: clouds", "undercuts: [clouds, damp]"), {"bob mirage": ("targets",)}),
        (
            ("id: rained, when: rain", "id: rained, when: {rain: true, far: false}"),
            {"ann wet.rained": ("when",)},
        ),
        (
            ("The grass is wet.", "The grass is very wet."),
            {"ann wet.rained": ("text",), "ann stated wet": ("text",)},
        ),
        (("states: [dry, mild, rainy]", "states: [dry, rainy, mild]"), {"ann season": ("states",)}),
        (("Which season is it?", "Which season was it?"), {"ann season": ("text",)}),
        (
            (
                "rain: {text: It rains., credence: 20% to 40%}",
                "rain: {text: It rains., credence: 25%, source: []}",
            ),
            {},
        ),
    ],
)
def test_what_an_entry_rests_on_counts_with_its_sentence(
    history: History, change: tuple[str, str], expected: dict[str, tuple[str, ...]]
) -> None:
    history.edit(MAP, change)
    assert found(history) == expected
    history.commit("Change")
    assert found(history) == expected


def test_numbers_that_were_fitted_are_nobodys(history: History) -> None:
    history.worldview("ann", ("rain: 10% to 20%", "rain: {value: 15%, fitted: to meet what is stated}"))
    history.commit("Fit")
    history.edit(MAP, REWORDED)
    assert found(history) == {"bob rain": ("text",)}


def test_numbers_that_nobody_gave_are_nobodys(history: History) -> None:
    history.worldview("ann", ("rain: 10% to 20%", "rain: {value: 15%, elicited: false}"))
    history.commit("Import")
    history.edit(MAP, REWORDED)
    assert found(history) == {"bob rain": ("text",)}


def test_events_definitions_and_routes_have_their_cases(history: History) -> None:
    text = (
        (history.folder / MAP).read_text()
        + """
timelines:
  day: {text: The day., phases: {morning: 2, evening: 2}}
events:
  shower:
    text: A shower comes.
    timeline: day
    emerges:
      morning: {when: rain, given: [{id: cold, when: far, credence: 40%}, {otherwise: 20%}]}
      evening: 10%
"""
    )
    text = text.replace(
        "questions:",
        """  soaked:
    text: All is soaked.
    routes: [{id: pipe, when: sprinkler, chance: 30%}, {id: roof, chance: 10%}]
  muddy: {text: It is muddy., all_of: [wet, soaked], if_met: 90%}
questions:""",
    )
    numbers = "shower.morning.cold: 30%, shower.evening: 5%, soaked.pipe: 20%, soaked.leak: 1%"
    says = f"judgements: {{{numbers}, muddy.if_met: 80%}}\n"
    history.files(
        {MAP: text, "arguments/small/worldviews/eve.yaml": f"worldview: eve\ntext: A view.\n{says}"}
    )
    history.commit("More of everything")
    assert found(history) == {}
    history.edit(
        MAP,
        ("morning: {when: rain,", "morning: {when: wet,"),
        ("when: far, credence: 40%", "when: {far: false}, credence: 40%"),
        ("when: sprinkler, chance: 30%", "when: rain, chance: 30%"),
        ("all_of: [wet, soaked]", "all_of: [wet, {soaked: false}]"),
    )
    assert found(history) == {
        "eve shower.morning.cold": ("when", "case"),
        "eve soaked.pipe": ("route",),
        "eve muddy.if_met": ("definition",),
    }


# --- what only looks otherwise -------------------------------------------------------------------


def test_lines_quotes_and_orders_make_nothing_stale(history: History) -> None:
    history.edit(
        MAP,
        (
            "rain: {text: It rains., credence: 20% to 40%}",
            'rain: {credence: 20% to 40%, text: "It\n    rains."}',
        ),
        ("premises: [{season: dry}]", "premises: {season: [dry]}"),
        ("when: [rain, sprinkler]", "when: {all_of: [sprinkler, {rain: true}]}"),
        ("    text: The grass is wet.\n", "    text: >-\n      The grass\n      is wet.\n"),
    )
    history.commit("Write otherwise")
    assert found(history) == {}


def test_moved_entries_make_nothing_stale(history: History) -> None:
    line = "  rain: {text: It rains., credence: 20% to 40%}\n"
    history.edit(MAP, (line, ""))
    history.files({"arguments/other/weather.yaml": f"claims:\n{line}"})
    history.edit(MAP, ("claims:\n", "include: [../other/weather.yaml]\nclaims:\n"))
    history.commit("Move to another map")
    assert found(history) == {}
    history.edit("arguments/other/weather.yaml", REWORDED)
    history.commit("Reword there")
    history.edit(MAP, ("include: [../other/weather.yaml]\n", ""))
    history.files({"arguments/small/weather.yaml": f"claims:\n{line}".replace(*REWORDED)})
    history.commit("Move back")
    assert found(history) == {"ann rain": ("text",), "bob rain": ("text",)}
    [one, _] = rows(history)
    assert one.judged is not None
    assert one.changed is not None
    assert (one.judged.subject, one.changed.subject) == ("First", "Reword there")


def test_other_names_make_nothing_stale_and_hide_nothing(history: History) -> None:
    history.edit(MAP, REWORDED)
    history.commit("Reword")
    text = (history.folder / MAP).read_text()
    renamed = (
        text.replace("  rain:", "  showers:").replace("rain,", "showers,").replace(" rainy", " raining")
        .replace("rainy:", "raining:").replace("rained", "after-showers").replace("season", "time-of-year")
        .replace("clouds", "dark-clouds")
    )  # fmt: skip
    renamed = renamed.replace("There are dark dark-clouds", "There are dark clouds").replace(
        "The dark-clouds are", "The clouds are"
    )
    renamed = renamed.replace("Which time-of-year", "Which season").replace(
        "the dry time-of-year", "the dry season"
    )
    history.files({MAP: renamed})
    history.worldview(
        "ann",
        ("rain:", "showers:"),
        ("wet.rained", "wet.after-showers"),
        ("clouds.", "dark-clouds."),
        ("season", "time-of-year"),
        ("rainy", "raining"),
    )
    history.worldview("bob", ("rain:", "showers:"), ("clouds.", "dark-clouds."))
    assert found(history) == {"ann showers": ("text",), "bob showers": ("text",)}
    history.commit("Rename")
    assert found(history) == {"ann showers": ("text",), "bob showers": ("text",)}
    (history.map / "worldviews/bob.yaml").rename(history.map / "worldviews/bo.yaml")
    history.edit("arguments/small/worldviews/bo.yaml", ("worldview: bob", "worldview: bo"))
    history.commit("Rename a worldview")
    history.edit(MAP, ("premises: [{time-of-year: dry}]", "premises: [{time-of-year: [dry, raining]}]"))
    assert found(history) == {
        "ann showers": ("text",),
        "bo showers": ("text",),
        "bo rejects drought": ("premises",),
    }


def test_commits_that_cannot_be_read_are_passed_over(history: History) -> None:
    history.edit(MAP, REWORDED)
    history.commit("Reword")
    whole = (history.folder / MAP).read_text()
    history.files({MAP: "claims: [\n"})
    history.commit("Break")
    history.files({MAP: whole})
    history.commit("Mend")
    assert found(history) == {"ann rain": ("text",), "bob rain": ("text",)}


def test_what_was_said_on_a_branch_was_said_of_what_stood_there(history: History) -> None:
    git(history.folder, "checkout", "-q", "-b", "side")
    history.worldview("ann", ("rain: 10% to 20%", "rain: 11% to 20%"))
    history.commit("Judge")
    git(history.folder, "checkout", "-q", "main")
    history.edit(MAP, REWORDED)
    history.commit("Reword meanwhile")
    git(history.folder, "merge", "-q", "--no-ff", "-m", "Merge", "side")
    [one, _] = rows(history)
    assert one.judged is not None
    assert one.changed is not None
    assert (one.address, one.judged.subject, one.changed.subject) == ("rain", "Judge", "Reword meanwhile")


# --- files that say what they were made from -----------------------------------------------------


def made_from(history: History, *entries: str) -> str:
    state = state_of(read_map(history.map))
    digests = ", ".join(f"{id_}: {digest}" for id_, digest in state.entries if id_ in entries)
    return f"made_from: {{map: {state.map}, entries: {{{digests}}}}}\n"


def test_a_digest_tells_what_stood_there_when_a_file_was_made(history: History) -> None:
    earlier = made_from(history, "rain", "sprinkler")
    history.edit(
        MAP,
        REWORDED,
        (
            "sprinkler: {text: The sprinkler is on., credence: 30%}",
            "sprinkler: {text: The sprinkler is on., credence: 31%}",
        ),
    )
    history.commit("Reword")
    history.worldview("bob", ("judgements:", f"{earlier}judgements:"))
    history.worldview("ann", ("  rain: 10% to 20%\n", ""))
    for _ in range(2):  # not committed, and committed
        [one] = rows(history)
        assert (one.worldview, one.address, one.what) == ("bob", "rain", ("text",))
        assert (one.before, one.now) == REWORDED
        assert one.judged is not None
        assert one.judged.subject == "First"
        history.commit("Merge what was sent")
    history.worldview("bob", (earlier, made_from(history, "rain", "sprinkler")))
    assert found(history) == {}
    history.edit(MAP, (REWORDED[1], "It pours."))
    history.commit("Reword again")
    [one] = rows(history)
    assert one.judged is not None
    assert (one.what, one.before, one.now) == (("text",), REWORDED[1], "It pours.")


def test_without_git_digests_tell_alone(tmp_path: Path) -> None:
    history = History(tmp_path)
    digests = made_from(history, "rain")
    git_folder = tmp_path / ".git"
    git_folder.rename(tmp_path / "git-no-more")
    history.worldview("bob", ("judgements:", f"{digests}judgements:"))
    assert found(history) == {}
    history.edit(MAP, REWORDED)
    result = stale(read_map(history.map))
    assert "it is in no repository" in result.unknown
    [one] = result.judgements
    assert (one.worldview, one.address, one.what, one.judged) == ("bob", "rain", ("entry",), None)


# --- the command ---------------------------------------------------------------------------------


def test_check_lists_what_is_stale(history: History, cruxmap: Cruxmap) -> None:
    history.edit(MAP, REWORDED)
    history.commit("Reword | it")
    answer = cruxmap("check", str(history.map), "--stale", "--format", "json").json
    [ann, _] = answer["stale"]
    assert (ann["worldview"], ann["address"], ann["what"], ann["subject"]) == (
        "ann",
        "rain",
        ["text"],
        "Reword | it",
    )
    assert answer["history"] == []
    [row, _] = cruxmap("check", str(history.map), "--stale", "--format", "csv").rows
    assert (row["before"], row["now"]) == REWORDED
    shown = cruxmap("check", str(history.map), "--stale").out
    assert "Reword" in shown
    assert "reworded" in shown
    assert r"Reword \| it" in cruxmap("check", str(history.map), "--stale", "--format", "markdown").out
    assert cruxmap("check", str(history.folder / MODEL), "--stale").code == 0


def test_check_says_what_is_not_known(history: History, cruxmap: Cruxmap, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    git(tmp_path, "clone", "-q", "--depth", "1", history.folder.as_uri(), str(copy))
    shallow = cruxmap("check", str(copy / "arguments/small"), "--stale").out
    assert "lacks its first commits" in shallow
    (copy / ".git").rename(copy / "git-no-more")
    (history.folder / ".git").rename(history.folder / "git-no-more")
    assert "it is in no repository" in cruxmap("check", str(copy / "arguments/small"), "--stale").out


# --- beside the number ---------------------------------------------------------------------------


def test_explain_and_the_page_say_it_beside_the_number(history: History, cruxmap: Cruxmap) -> None:
    history.edit(MAP, REWORDED, ("premises: [{season: dry}]", "premises: [{season: dry}, far]"))
    history.edit(MAP, ("Which season is it?", "Which season was it?"))
    history.commit("Reword")
    shown = " ".join(cruxmap("explain", str(history.model), "rain").out.split())
    assert "10% to 20%: ann (own) in place of 20% to 40% [given before a change: reworded (" in shown
    assert ": Reword)]" in shown
    answer = cruxmap("explain", str(history.model), "rain", "--format", "json").json
    [place] = answer["judgements"]
    assert place["worldviews"]["ann"]["stale"]["what"] == ["text"]
    assert place["worldviews"]["ann"]["stale"]["subject"] == "Reword"
    history.edit(MAP, ("The grass is wet.", "The grass is quite wet."))
    shown = " ".join(cruxmap("explain", str(history.model), "wet").out.split())
    assert "ann: wet: 30% to 50% [given before a change: reworded]" in shown
    contents = contents_of_model(read_model(history.model))
    by = {address: told["by"] for address, told in contents["judgements"].items()}
    assert by["rain"]["ann"]["stale"] == "reworded"
    assert by["season.mild"]["ann"]["stale"] == "reworded"
    assert by["drought"]["bob"]["stale"] == "other premises"
    assert "stale" not in by["far"]["ann"]
    page = report(read_model(history.model)).text
    assert "ann 10% to 20% (given before a change: reworded)" in page
    assert "stale" not in str(contents_of_model(read_model(history.model), anonymous=True)["judgements"])


def test_an_interview_that_goes_on_tells_of_answers_before_a_change(
    history: History, cruxmap: Cruxmap, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answers(*lines: str) -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))
        return " ".join(cruxmap("interview", str(history.model), "--as", "eve").out.split())

    file = history.map / "worldviews/eve.yaml"
    answers("30%", "stop")
    [entry] = re.findall(r"entries: \{([a-z]+): ", file.read_text())
    text = read_map(history.map).entry[entry].about.text
    history.edit(MAP, (text, f"{text[:-1]} today."), ("credence: 99%", "credence: 98%"))
    for _ in range(2):  # an answer to something else does not say that the first one still holds
        told = answers("20%", "stop")
        assert "Since you answered these, what they are about has changed: - " in told
        assert [one.address.partition(".")[0] for one in rows(history) if one.worldview == "eve"] == [
            entry
        ]

"""Files become values: the good map with every construct, models, conditions typed by hand, places."""

import gc
import math
import os
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

import pytest

from cruxmap.errors import Code, Hint, InvalidMap, Span
from cruxmap.language.argument_map import (
    AllOf,
    AnyOf,
    ArgumentMap,
    Before,
    ByEndOf,
    ClaimIs,
    Combination,
    Condition,
    Definition,
    Direction,
    During,
    Elicited,
    Ever,
    Gap,
    Not,
    OnArgument,
    OnClaim,
    OnPhase,
    OnRoute,
    OnStates,
    Rest,
    Role,
    Rule,
    SameAs,
    StateIn,
    Within,
)
from cruxmap.language.digest import digest
from cruxmap.language.files import overlaid
from cruxmap.language.inheritance import settle
from cruxmap.language.model_spec import ModelSpec, Sampling, Target
from cruxmap.language.reading import Memory, check, examine, read_map, read_model
from cruxmap.language.sources import check_sources
from cruxmap.language.template import template
from cruxmap.language.typed import parse_condition, parse_setting, parse_settings, parse_target

GOOD = Path(__file__).parent / "maps/good"


@pytest.fixture(scope="module")
def model() -> ModelSpec:
    return read_model(GOOD / "models/everything.yaml")


@pytest.fixture(scope="module")
def everything(model: ModelSpec) -> ArgumentMap:
    return model.map


def numbers(value) -> tuple[float, float]:
    assert isinstance(value, Elicited)
    return value.low, value.high


# --- the good map ---


def test_the_good_map_has_no_problem() -> None:
    problems, warnings = check(GOOD)
    assert problems == ()
    assert {warning.code for warning in warnings} == {"unreachable-claim", "not-elicited"}


def test_files_are_merged_in_the_order_of_their_names(everything: ArgumentMap) -> None:
    assert everything.id == "everything"
    assert everything.title == "Everything at once"
    assert everything.text.startswith("A map for tests: each construct")
    assert [claim.about.id for claim in everything.claims][:3] == ["point", "bare", "tiny"]
    assert [source.id for source in everything.sources] == ["post", "comments"]
    assert everything.sources[0].url == "https://example.org/post#top"
    assert everything.sources[0].date == "2023-02-21"
    assert [voice.about.text for voice in everything.voices][1] == 'Somebody who "disagrees".'


@pytest.mark.parametrize(
    ("address", "low", "high"),
    [
        ("point", 0.05, 0.05),
        ("bare", 0.05, 0.05),
        ("tiny", 1e-8, 1e-8),
        ("interval", 0.01, 0.05),
        ("over-bound", 0.99, 0.999),
        ("in-own-words", 0.49, 0.51),
        ("noted", 0.3, 0.6),
        ("all-needed.if_met", 0.9, 0.99),
        ("one-suffices.if_met", 1, 1),
        ("one-suffices.otherwise", 0, 0),
        ("caused.second", 0.3, 0.3),
        ("caused#nearly", 0.1, 0.1),
        ("caused.leak", 0.0001, 0.001),
        ("tabled.early", 0.01, 0.05),
        ("tabled#{all_of: [interval, {mood: calm}]}", 0.5, 0.5),
        ("tabled.otherwise", 0.4, 0.8),
        ("exact.2030", 0.2, 0.2),
        ("cases.calm.high", 0.8, 0.8),
        ("cases.sure.low", 0, 0),
        ("cases.sure.high", 1, 1),
        ("cases#{exact: [yes, no]}.low", 0.45, 0.6),
        ("base.start", 0.01, 0.01),
        ("base.start.pace", 1, 1),
        ("aware.pre-training.pace", 0.5, 0.5),
        ("goals.fine-tuning.open", 0.6, 0.6),
        ("goals.fine-tuning#bare", 0.4, 0.4),
        ("apart.2030", 0.1, 0.1),
        ("reason-for.strength", 8, 20),
        ("for-a-state", 1, 1),
        ("objection.force", 0.6, 0.9),
        ("reply.force", 1, 1),
    ],
)
def test_judgements_have_their_addresses(
    everything: ArgumentMap, address: str, low: float, high: float
) -> None:
    judgement = everything.judgements[address]
    assert numbers(judgement.value) == pytest.approx((low, high), rel=1e-15)
    assert judgement.overridable == ("#" not in address)
    assert judgement.owner in everything.entry


def test_defaults_links_and_rests_are_marked(everything: ArgumentMap) -> None:
    judgements = everything.judgements
    assert {a for a, j in judgements.items() if j.is_default} >= {
        "one-suffices.if_met",
        "for-a-state",
        "reply.force",
    }
    assert not judgements["all-needed.if_met"].is_default
    assert judgements["linked"].value == SameAs("interval")
    assert judgements["mood.none"].value == Rest()
    assert judgements["goals.fine-tuning.otherwise"].role is Role.CHANCE
    assert judgements["tabled.otherwise"].role is Role.CREDENCE


def test_citations_and_notes_stay_with_their_number(everything: ArgumentMap) -> None:
    noted = everything.judgements["noted"]
    assert ([str(c) for c in noted.citations], noted.note) == (["comments#C1.2"], "inferred")
    assert [str(c) for c in everything.judgements["caused.first"].citations] == ["post#P3"]
    assert [str(c) for c in everything.entry["interval"].about.citations] == ["post#P1.2", "comments#C1"]
    assert everything.entry["point"].about.tags == ("basic",)
    assert everything.entry["tiny"].about.text == "A very small number\nover two lines.\n"


def test_conditions_of_every_form(everything: ArgumentMap) -> None:
    basis = everything.entry["one-suffices"].basis
    assert isinstance(basis, Definition)
    assert basis.rule is Rule.ANY_OF
    assert basis.parts == (
        ClaimIs("point"),
        Before("goals", "aware"),
        Before("goals", "aware", 3),
        Within("goals", "aware", 2),
        During("goals", "fine-tuning"),
        ByEndOf("goals", "pre-training"),
        Not(AllOf((ClaimIs("bare"), ClaimIs("interval", False)))),
        AllOf((ClaimIs("interval"), StateIn("mood", ("calm",)))),
        AllOf((ClaimIs("point"), AnyOf((ClaimIs("bare"), ClaimIs("nearly"))))),
    )
    assert everything.entry["all-needed"].basis.parts[1:] == (
        Ever("aware"),
        StateIn("mood", ("calm", "tense")),
    )
    assert everything.entry["some-suffice"].basis.count == 2


def test_arguments_and_their_targets(everything: ArgumentMap) -> None:
    against = everything.entry["reason-against"]
    assert against.direction is Direction.AGAINST
    assert against.by == "critic"
    assert against.premises == (ClaimIs("nearly"), Ever("base"))
    assert against.targets == (
        OnClaim("tabled"),
        OnRoute("caused", "first"),
        OnPhase("goals", "fine-tuning"),
        OnStates("mood", ("calm", "tense")),
        OnStates("exact", ("yes",)),
    )
    assert everything.entry["objection"].targets == (
        OnArgument("reason-for"),
        OnArgument("reason-against"),
    )


def test_events_timelines_and_gaps(everything: ArgumentMap) -> None:
    timeline = everything.timeline["training"]
    assert [(phase.id, phase.steps) for phase in timeline.phases] == [
        ("start", 1),
        ("pre-training", 3),
        ("fine-tuning", 4),
        ("deployment", 1),
    ]
    goals = everything.entry["goals"].basis
    assert goals.requires == ("base",)
    assert goals.phases[0].when == StateIn("mood", ("calm", "tense"))
    assert [row.id for row in goals.phases[0].rows] == ["open", None, "otherwise"]
    assert everything.entry["both"].basis == Combination(True, ("aware", "goals"))
    assert everything.entry["either"].basis == Combination(False, ("aware", "goals"))
    assert everything.entry["window"].basis == Gap("goals", "aware", (1, 3))


def test_phases_follow_the_timeline_whatever_the_order_they_are_written_in(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "timelines: {day: {text: A day., phases: {early: 1, late: 1}}}\n"
        "events: {shower: {text: A shower., timeline: day, emerges: {late: 5%, early: 1%}}}\n"
    )
    assert [phase.phase for phase in read_map(tmp_path).events[0].basis.phases] == ["early", "late"]


def test_what_an_interview_has_put_is_read_and_counts_for_nothing(tmp_path: Path) -> None:
    text = "claims:\n  rain: {text: Rain., credence: 5%}\n  wind: {text: Wind., credence: 5%}\n"
    (tmp_path / "map.yaml").write_text(text)
    (tmp_path / "worldviews").mkdir()
    said = "judgements: {rain: 6%, wind: {value: 7%, fitted: to what I answered}}\n"
    found = []
    for more in ("", "asked:\n", "asked: []\n", "asked: [rain, {of: {wind: false}}]\n"):
        (tmp_path / "worldviews/ann.yaml").write_text(f"text: Ann.\n{said}{more}")
        found.append(read_map(tmp_path))
    asked = [one.worldview["ann"].asked for one in found]
    assert asked == [None, None, (), ("rain", ClaimIs("wind", value=False))]
    assert [one.worldview["ann"].was_interviewed for one in found] == [False, False, True, True]
    assert len({digest(one) for one in found}) == 1
    assert [judgement.address for judgement in found[-1].worldview["ann"].given] == ["rain"]


def test_worldviews(everything: ArgumentMap) -> None:
    author, follower, newcomer, other = everything.worldviews
    assert (author.voice, author.extends, author.rejects) == ("author", None, ("reply",))
    assert (follower.about.id, follower.extends, follower.accepts) == ("follower", "author", ("reply",))
    assert author.stated[0].of == ClaimIs("caused")
    assert author.stated[1].assuming == (Before("goals", "aware"),)
    [reading] = author.read_as
    assert (reading.of, reading.credence.text, reading.note) == (
        ClaimIs("caused"),
        "about 20%",
        "inferred",
    )
    seen = settle(everything, "follower").setting
    assert (seen["interval"].origin, seen["mood.calm"].origin, seen["bare"].origin) == (
        "author",
        "follower",
        "map",
    )
    assert seen["mood.calm"].single
    assert seen["mood.none"].value.low == pytest.approx(0.3)
    assert numbers(seen["reply"].value) == (0.2, 0.2)
    assert settle(everything, "author").setting["reply"].rejected
    assert [about for about, _ in newcomer.remarks] == ["mood", "brought-argument"]
    assert newcomer.accepts == ("taken-over", "caused.taken-over")
    bringers = {
        name: its.about.brought_by for name, its in everything.entry.items() if its.about.brought_by
    }
    assert [name for name, who in bringers.items() if who == other.about.id] == ["taken-over"]
    assert set(bringers.values()) == {"newcomer", "other"}
    assert everything.brought.keys() - bringers.keys() == {
        "caused.brought-route",
        "caused#{brought-question: short}",
        "caused.taken-over",
        "brought-causes.elsewhere",
    }
    assert [a.by for a in everything.arguments if a.about.brought_by] == ["critic", "author", None]


@pytest.mark.parametrize("worldview", ["author", "follower"])
def test_a_fitted_number_is_known_for_one_wherever_it_is_inherited(
    everything: ArgumentMap, worldview: str
) -> None:
    settings = settle(everything, worldview).settings
    why = {setting.address: setting.why_fitted for setting in settings if setting.fitted}
    assert why == {
        "exact.yes": "lowered to meet what is stated of caused",
        "cases.otherwise.low": "for the same",  # one share moved the other
        "cases.otherwise.high": "for the same",
    }
    reset = settle(everything, worldview, parse_settings([("exact.yes", "50%")], everything)).setting
    assert not reset["exact.yes"].fitted


def test_a_model(model: ModelSpec) -> None:
    assert model.id == "everything"
    assert model.target == Target("all-needed", ClaimIs("all-needed"))
    assert [target.name for target in model.also][:4] == [
        "mood.calm",
        "mood.tense",
        "mood.none",
        "cases.high",
    ]
    assert model.assuming == (ClaimIs("in-words"), ByEndOf("base", "fine-tuning"))
    assert model.observed == (StateIn("mood", ("calm", "tense")),)
    assert model.worldviews == ("map", "author", "follower")
    assert model.reconcile
    assert model.sampling == Sampling(draws=1000, seed=7)


@pytest.mark.parametrize(
    ("worldviews", "more", "expected"),
    [
        ((), "", ("map",)),
        (("zoe", "anna"), "", ("anna", "zoe")),
        (("zoe", "anna"), "worldviews: all\n", ("anna", "zoe")),
        (("zoe", "anna"), "worldviews: map\n", ("map",)),
        (("zoe", "anna"), "worldviews: [zoe, map]\n", ("zoe", "map")),
    ],
)
def test_which_worldviews_a_model_asks_for(
    tmp_path: Path, worldviews: tuple[str, ...], more: str, expected: tuple[str, ...]
) -> None:
    (tmp_path / "map/worldviews").mkdir(parents=True)
    (tmp_path / "map/a.yaml").write_text("claims: {rain: {text: It rains., credence: 30%}}\n")
    for name in worldviews:
        (tmp_path / f"map/worldviews/{name}.yaml").write_text("text: Somebody.\n")
    (tmp_path / "m.yaml").write_text(f"model: m\nmap: map\ntarget: rain\n{more}")
    model = read_model(tmp_path / "m.yaml")
    assert model.worldviews == expected
    assert (model.also, model.assuming, model.observed, model.reconcile) == ((), (), (), False)
    assert model.sampling == Sampling(4000, 1000, 4, 20230221)


# --- scalars are text ---


def test_scalars_mean_what_they_look_like(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "sources: {clock: {title: 12:30, date: 010, author: ~}}\n"
        "questions:\n"
        "  on: {text: 1e-8, note: null, states: [yes, no, 'off', 010],"
        " credence: {yes: 10%, no: 20%, off: 30%, 010: rest}}\n"
        "claims:\n"
        "  y: {text: no, source: clock#12:30, credence: 1e-8}\n"
        "  n: {text: .inf, given: [{when: {on: [no, 010]}, credence: 1%}, {otherwise: 2%}]}\n"
    )
    argument_map = read_map(tmp_path)
    question = argument_map.questions[0]
    assert (question.about.id, question.about.text, question.about.note) == ("on", "1e-8", "null")
    assert question.states == ("yes", "no", "off", "010")
    assert str(argument_map.claims[0].about.citations[0]) == "clock#12:30"
    assert argument_map.claims[1].basis.rows[0].when == StateIn("on", ("no", "010"))
    assert (argument_map.sources[0].title, argument_map.sources[0].author) == ("12:30", "~")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\xef\xbb\xbf\xef\xbb\xbf"])
def test_a_byte_order_mark_does_no_harm_to_places(tmp_path: Path, mark: bytes) -> None:
    (tmp_path / "a.yaml").write_bytes(mark + "claims: {caf\u00e9: {text: X., credence: 1%}}\n".encode())
    (problem,) = check(tmp_path)[0]
    assert (problem.span.line, problem.span.column, problem.span.length) == (1, 10, 4)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\xef\xbb\xbf\xef\xbb\xbf"])
def test_a_byte_order_mark_hides_no_comment(tmp_path: Path, mark: bytes) -> None:
    text = """\
        map:
          text: Caf\u00e9 \U0001f375 # au lait
        claims:
          a: {text: A., credence: 1%, note: not at its end} # a comment
          b: {text: B., credence: 1%, note: over
                two lines # and a comment
                }
    """
    (tmp_path / "a.yaml").write_bytes(mark + dedent(text).encode())
    problems, warnings = check(tmp_path)
    assert problems == ()
    places = [(warning.code, warning.span.line, warning.span.column) for warning in warnings]
    assert places == [("comment-after-text", 2, 9), ("comment-after-text", 5, 37)]


@pytest.mark.parametrize("on", [True, False])
@pytest.mark.parametrize("text", ["claims: {a: {text: A., credence: 1%}}", "claims: {a: {text: A.}}"])
def test_reading_leaves_the_garbage_collector_as_it_was(tmp_path: Path, text: str, on: bool) -> None:
    (tmp_path / "a.yaml").write_text(text)
    was_on, frozen = gc.isenabled(), gc.get_freeze_count()
    try:
        (gc.enable if on else gc.disable)()
        check(tmp_path)
        assert (gc.isenabled(), gc.get_freeze_count()) == (on, frozen)
    finally:
        (gc.enable if was_on else gc.disable)()


# --- places ---


def test_numbers_and_entries_know_their_place(everything: ArgumentMap) -> None:
    name = os.path.normpath(GOOD / "arguments/everything/20-claims.yaml")
    assert everything.entry["point"].about.span == Span(Path(name).as_posix(), 2, 3, 5)
    judgement = everything.judgements["interval"]
    assert (judgement.span.line, judgement.span.column, judgement.span.length) == (19, 15, len("1% to 5%"))
    link = everything.judgements["linked"]
    assert (link.value.address, link.value.span) == ("interval", link.span)
    assert (link.span.line, link.span.column, link.span.length) == (46, 15, len("same as interval"))


def test_paths_in_problems_are_relative_where_the_path_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "arguments/weather").mkdir(parents=True)
    (tmp_path / "arguments/weather/a.yaml").write_text("claims: {rain: {text: X., credence: 1-5%}}\n")
    (tmp_path / "models/m.yaml").write_text("model: m\nmap: ../arguments/weather\ntarget: rain\n")
    monkeypatch.chdir(tmp_path)
    for path in (".", "models/m.yaml", "models", "arguments/weather", "arguments/weather/a.yaml"):
        assert [problem.span.file for problem in check(path)[0]] == ["arguments/weather/a.yaml"], path
    with pytest.raises(InvalidMap, match=r"arguments/weather/a\.yaml:1:37: unreadable-judgement"):
        read_model("models/m.yaml")


def test_problems_are_sorted_by_place(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text("claims: {b: {text: X., credence: 1-5%, note: [x]}}\n")
    (tmp_path / "a.yaml").write_text("claims: {a: {text: X.}}\nfoo: 1\n")
    places = [(Path(p.span.file).name, p.span.line, p.span.column) for p in check(tmp_path)[0]]
    assert places == sorted(places)
    assert len(places) == 4


# --- conditions, targets and settings typed by hand ---


@pytest.mark.parametrize(
    ("value", "condition"),
    [
        ("point", ClaimIs("point")),
        ("{point: false}", ClaimIs("point", False)),
        ("{event: goals, before: aware}", Before("goals", "aware")),
        ("mood: calm", StateIn("mood", ("calm",))),
        ("[point, bare]", AllOf((ClaimIs("point"), ClaimIs("bare")))),
        ({"point": False}, ClaimIs("point", False)),
        ({"mood": ["calm", "tense"]}, StateIn("mood", ("calm", "tense"))),
        ({"exact": 2030}, StateIn("exact", ("2030",))),
        ({"event": "goals", "within": 2, "of": "aware"}, Within("goals", "aware", 2)),
        (["point", {"not": "bare"}], AllOf((ClaimIs("point"), Not(ClaimIs("bare"))))),
        ({"event": "goals", "ever": True}, Ever("goals")),
    ],
)
def test_conditions_from_text_and_from_data(
    everything: ArgumentMap, value: object, condition: Condition
) -> None:
    assert parse_condition(value, everything) == condition


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("nowhere", "unknown-id"),
        ("mood", "wrong-reference"),
        ("{point", "yaml-syntax"),
        ("", "empty-list"),
        ("a: b: c", "yaml-syntax"),
        ({}, "empty-list"),
        (None, "wrong-shape"),
        ({"point": None}, "wrong-shape"),
        ({"point": {"x": 1}}, "wrong-shape"),
        ({1: 2}, "unknown-id"),
        ("&x point", "yaml-feature"),
    ],
)
def test_bad_conditions_raise(everything: ArgumentMap, value: object, code: str) -> None:
    with pytest.raises(InvalidMap) as caught:
        parse_condition(value, everything)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_endless_data_is_refused(everything: ArgumentMap) -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(InvalidMap):
        parse_condition(endless, everything)


def test_targets_have_the_names_that_they_are_reported_under(everything: ArgumentMap) -> None:
    names = {
        value: [target.name for target in parse_target(value, everything)]
        for value in (
            "mood",
            "point",
            "{mood: calm}",
            "{mood: [calm, tense]}",
            "{point: false}",
            "[point, bare]",
        )
    }
    assert names == {
        "mood": ["mood.calm", "mood.tense", "mood.none"],
        "point": ["point"],
        "{mood: calm}": ["mood.calm"],
        "{mood: [calm, tense]}": ["{mood: [calm, tense]}"],
        "{point: false}": ["{point: false}"],
        "[point, bare]": ["{all_of: [point, bare]}"],
    }


@pytest.mark.parametrize(
    ("address", "value", "ends"),
    [
        ("point", "1% to 5%", (0.01, 0.05)),
        ("point", 0.3, (0.3, 0.3)),
        ("bare", 1, (1, 1)),
        ("point", 0.0, (0, 0)),
        ("point", "a coin toss", (0.49, 0.51)),
        ("reason-for.strength", "strong", (8, 20)),
        ("reason-for.strength", 4, (4, 4)),
        ("reason-for.strength", 2.5, (2.5, 2.5)),
        ("mood.calm", "20%", (0.2, 0.2)),
    ],
)
def test_settings(everything: ArgumentMap, address: str, value: object, ends: tuple[float, ...]) -> None:
    name, read = parse_setting(address, value, everything)
    assert name == address
    assert numbers(read) == ends


@pytest.mark.parametrize(
    ("address", "value", "code"),
    [
        ("nowhere", "5%", "unknown-address"),
        ("caused#nearly", "5%", "unknown-address"),
        ("mood", "5%", "wrong-kind"),
        ("point", "3x", "wrong-kind"),
        ("point", 3.0, "unreadable-judgement"),
        ("point", float("nan"), "unreadable-judgement"),
        ("point", "rest", "unreadable-judgement"),
        ("point", 1, "shares-sum"),  # `linked-shares` takes it, and has a `rest`
        ("reason-for.strength", 0.5, "strength-below-one"),
        ("point", "same as nowhere", "unknown-address"),
        ("point", "same as reason-for.strength", "wrong-kind"),
        ("interval", "same as linked", "same-as-circle"),
    ],
)
def test_bad_settings_raise(everything: ArgumentMap, address: str, value: object, code: str) -> None:
    with pytest.raises(InvalidMap) as caught:
        parse_setting(address, value, everything)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_settings_that_link_to_each_other_raise_together(everything: ArgumentMap) -> None:
    links = [("point", "same as bare"), ("bare", "same as point")]
    for link in links:
        parse_setting(*link, everything)
    with pytest.raises(InvalidMap, match="circle"):
        parse_settings(links, everything)


def test_the_rest_keeps_its_digits(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(
        "questions:\n  q: {text: Q., states: [a, b, c], credence: {a: 99.9999999999%, b: 1e-13, c: rest}}\n"
    )
    rest = settle(read_map(tmp_path)).setting["q.c"].value
    assert rest.low == 9e-13
    assert rest.mu == pytest.approx(math.log(9e-13), rel=1e-15)


def test_a_path_with_backslashes_is_written_with_slashes(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("model: m\nmap: ..\\maps\\one\ntarget: a\n")
    with pytest.raises(InvalidMap) as caught:
        read_model(tmp_path / "m.yaml")
    (problem,) = caught.value.problems
    assert "`../maps/one`" in problem.hint


# --- sources ---


def test_citing_a_locator_cites_what_lies_below_it(everything: ArgumentMap) -> None:
    (post,) = check_sources(everything)
    cited = {place.locator: place.cited_by for place in post.locators}
    assert cited["P1"] == ("point", "exact.2030")
    assert cited["P1.2"] == ("point", "exact.2030", "interval")
    assert "author: cases.calm" in cited["P4"]
    assert [place.locator for place in post.gaps] == ["P5"]
    assert post.locators[2].no_claim == "a signpost"


# --- digests, templates ---


def test_the_digest_does_not_depend_on_files_notation_or_order(tmp_path: Path) -> None:
    one, two, three = tmp_path / "one", tmp_path / "two", tmp_path / "three"
    for folder in (one, two, three):
        folder.mkdir()
    rain, wind = (
        f"  {name}: {{text: X., credence: {value}}}\n"
        for name, value in (("rain", "5%"), ("wind", "1% to 2%"))
    )
    (one / "a.yaml").write_text("claims:\n" + rain + wind)
    (two / "a.yaml").write_text("claims:\n" + wind)
    (two / "b.yaml").write_text("# x\nclaims:\n" + rain.replace("5%", "0.05"))
    (three / "a.yaml").write_text("claims:\n" + rain.replace("5%", "6%") + wind)
    for folder in (one, two, three):
        (folder / "c.yaml").write_text("map: {title: T}\n")
    assert digest(read_map(one)) == digest(read_map(two)) != digest(read_map(three))


@pytest.mark.parametrize("name", ["demo", "will-it-rain"])
def test_the_template_is_clean(tmp_path: Path, name: str) -> None:
    for path, text in template(name).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    assert check(tmp_path) == ((), ())
    model = read_model(tmp_path / f"models/{name}.yaml")
    assert model.id == model.map.id == name
    assert model.worldviews == ("map", "treasurer")


@pytest.mark.parametrize("name", ["Demo", "a b", "../up", "a/b", ""])
def test_the_template_has_no_name_that_is_no_id(name: str) -> None:
    with pytest.raises(InvalidMap, match="bad-id"):
        template(name)


# --- cost ---

HEAVY = (
    "numpy",
    "scipy",
    "pymc",
    "pytensor",
    "numba",
    "matplotlib",
    "arviz",
    "xarray",
    "networkx",
)


def test_checking_loads_nothing_heavy() -> None:
    code = (
        "import sys; from cruxmap.language.reading import check; "
        f"problems, _ = check({str(GOOD)!r}); assert not problems; "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def big_map(folder: Path, claims: int) -> None:
    lines = ["claims:"]
    for n in range(claims):
        lines += [f"  claim-{n}:", f"    text: Claim number {n} is true."]
        basis = (
            f"given: [{{id: row, when: claim-{n - 1}, credence: 60% to 90%}}, {{otherwise: 5% to 20%}}]"
        )
        lines += [f"    {basis if n % 10 else 'credence: likely'}"]
    folder.mkdir()
    (folder / "claims.yaml").write_text("\n".join(lines))


def test_the_cost_of_reading_grows_with_the_size_of_the_map(tmp_path: Path) -> None:
    seconds = []
    for claims in (1_000, 8_000):
        big_map(tmp_path / str(claims), claims)
        start = time.process_time()
        assert len(read_map(tmp_path / str(claims)).claims) == claims
        seconds.append(time.process_time() - start)
    assert seconds[1] < 16 * seconds[0]


def test_many_unknown_ids_cost_no_more_than_many_ids(tmp_path: Path) -> None:
    folder = tmp_path / "map"
    big_map(folder, 5_000)
    text = (folder / "claims.yaml").read_text()
    (folder / "claims.yaml").write_text(text.replace("when: claim-", "when: clam-"))
    start = time.process_time()
    assert len(check(folder)[0]) == 4_500
    assert time.process_time() - start < 20


def test_a_map_that_is_looked_at_again_is_read_again_only_where_a_file_of_it_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        (tmp_path / "arguments" / name).mkdir(parents=True)
        (tmp_path / "arguments" / name / "map.yaml").write_text(
            f"claims:\n  {name}: {{text: It is so., credence: 50%}}\n", encoding="utf-8"
        )
    memory, file = Memory(), tmp_path / "arguments/two/map.yaml"
    before = examine(tmp_path, memory)
    again = examine(tmp_path, memory)
    assert [a is b for a, b in zip(before.drafts.values(), again.drafts.values(), strict=True)] == [
        True
    ] * 2
    with overlaid({file: b"claims:\n  two: {text: It is so., credence: 50 to}\n"}):
        laid = examine(tmp_path, memory)
    assert [a is b for a, b in zip(before.drafts.values(), laid.drafts.values(), strict=True)] == [
        True,
        False,
    ]
    assert [problem.code for problem in laid.problems] == [Code.UNREADABLE_JUDGEMENT]
    file.write_text("claims:\n  two: {text: It is not., credence: 50%}\n", encoding="utf-8")
    (tmp_path / "arguments/one/more.yaml").write_text("claims: {two: 3}\n", encoding="utf-8")
    after = examine(tmp_path, memory)
    assert after.drafts[str(file.parent)].map.entry["two"].about.text == "It is not."
    assert [problem.code for problem in after.problems] == [Code.WRONG_SHAPE]


@pytest.mark.parametrize(
    "folder", sorted((Path(__file__).parent / "maps/bad").iterdir()), ids=lambda folder: folder.name
)
def test_what_is_known_of_texts_changes_nothing(folder: Path) -> None:
    memory = Memory()
    fresh = examine(folder)
    first = examine(folder, memory)
    memory.maps.clear()
    second = examine(folder, memory)
    assert fresh.problems == first.problems == second.problems
    assert fresh.warnings == first.warnings == second.warnings


def test_a_hint_with_one_right_form_says_what_to_write_and_for_what(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(
        "sources:\n  post: {title: A post}\n"
        "claims:\n"
        "  rain: {text: It rains., credense: 50%, source: pots#3}\n"
        "  wind: {text: It blows., credence: 1 out of 4}\n"
        "  fog: {text: It is foggy., credence: likly}\n"
        "  wet: {text: It is wet., all_of: [rian]}\n"
        "  dry: {text: It is dry., credence: 1}\n",
        encoding="utf-8",
    )
    problems, _ = check(tmp_path)
    written = [(p.hint.written, p.hint.instead) for p in problems if isinstance(p.hint, Hint)]
    assert written == [
        ("credense", "credence"),
        ("pots", "post"),
        ("1 out of 4", "1 in 4"),
        ("likly", "likely"),
        ("rian", "rain"),
    ]
    assert [str(p.hint) for p in problems if not isinstance(p.hint, Hint)] == [
        "did you mean `1%` or `100%`?"
    ]

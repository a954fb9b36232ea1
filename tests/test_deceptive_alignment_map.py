"""Does the first real map do justice to its source: what its voices hold, on central judgements.

Central estimates are exact, so the ranges here are the ranges that the worldviews must reach; the
means over draws are tested where marked long. That what the model expects of itself holds is in
test_insight_expectations.py.
"""

import shutil
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import yaml

import cruxmap as cm
from cruxmap.engine.exact_or_sampled import exactly
from cruxmap.insight.whose import OWN, whose_is
from cruxmap.language.inheritance import settle
from cruxmap.language.judgement import notation_of
from cruxmap.network.inquiry import inquire
from helpers.commands import ROOT
from helpers.one_network import opened_together

MODEL = ROOT / "models" / "deceptive-alignment.yaml"
FOLDER = ROOT / "arguments" / "deceptive-alignment"
STRICT, BROAD = "deceptive-alignment", "hidden-misalignment"
UNDERSTANDS, GOALS, LONG = "understands-base-goal", "goal-directed", "long-term-goals"


@cache
def model():
    return cm.read_model(MODEL)


@cache
def opened():
    return opened_together(model())


def state(worldview=None):
    """A worldview's state; the map's own without one. All of them answer by one plan."""
    return opened()(worldview)


def of(worldview, target, given=("prosaic-tai",)):
    """The probability at central judgements; of the map's own without a worldview."""
    return state(worldview).given(assuming=list(given)).probability(target)


@cache
def estimated():
    return cm.estimate(model())


def mean(worldview, target, given=("prosaic-tai",)):
    """The mean over draws, given what the model assumes or nothing; the map's own without a worldview."""
    result = estimated().worldviews[worldview] if worldview else estimated().map
    result = result if target == STRICT else result.also[target]
    return (result if given else result.unconditional).mean


# --- what the map holds ------------------------------------------------------------------------


def test_the_map_is_as_large_as_the_debate() -> None:
    the_map = model().map
    assert len(the_map.claims) + len(the_map.questions) + len(the_map.events) >= 110
    assert len(the_map.arguments) >= 110
    undercuts = [argument for argument in the_map.arguments if argument.direction.name == "UNDERCUTS"]
    assert len(undercuts) >= 40


def test_every_voice_but_the_reported_literature_has_a_worldview() -> None:
    the_map = model().map
    voices = {voice.about.id for voice in the_map.voices} - {"literature", "editor"}
    assert {worldview.about.id for worldview in the_map.worldviews} == voices
    assert {worldview.voice for worldview in the_map.worldviews} == voices


def test_every_locator_is_cited_or_marked_as_carrying_no_claim() -> None:
    """`P16` cites all below it. What worldviews bring counts like the rest of the map."""
    of_the_map = [_plain(file) for file in FOLDER.glob("*.yaml")]
    brought = [
        entries for file in _worldview_files() for kind, entries in _plain(file).items() if kind in ENTRIES
    ]
    cited = {source for part in (*of_the_map, *brought) for source in _sources(part)}
    for key, expected in (("post", 69), ("comments", 100)):
        places = _plain(FOLDER / "sources" / f"{key}.yaml")["locators"]
        assert len(places) == expected
        lacking = {
            place
            for place, about in places.items()
            if "no-claim" not in about and not any(f"{key}#{above}" in cited for above in _above(place))
        }
        assert lacking == set()
        assert {source for source in cited if source.startswith(f"{key}#")} <= {
            f"{key}#{above}" for place in places for above in _above(place)
        }


ENTRIES = ("claims", "questions", "arguments", "routes")


def _worldview_files():
    return sorted((FOLDER / "worldviews").glob("*.yaml"))


def _plain(file):
    return yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader)


def _above(place):
    parts = place.split(".")
    return [".".join(parts[:n]) for n in range(1, len(parts) + 1)]


def _sources(value):
    match value:
        case dict():
            for key, part in value.items():
                if key == "source":
                    yield from [part] if isinstance(part, str) else part
                else:
                    yield from _sources(part)
        case list():
            for part in value:
                yield from _sources(part)


def test_no_worldview_sets_the_chance_of_a_route_or_a_leak() -> None:
    """The numbers nearest to the targets stay the editor's, so no voice's answer is written in.

    What a worldview brings could do the same, so it stays away from there as well.
    """
    the_map = model().map
    owners = ("deceptive-by-training", "strict-deception", "hidden-otherwise", "outcome", STRICT, BROAD)
    set_there = {
        (worldview.about.id, setting.address)
        for worldview in the_map.worldviews
        for setting in worldview.judgements
        if setting.address.partition(".")[0] in owners
    }
    assert set_there == set()
    brought_there = {
        argument.about.id
        for argument in the_map.arguments
        if argument.about.brought_by and {target.owner for target in argument.targets} & {*owners}
    }
    assert brought_there == set()
    assert not any("." in address for address in the_map.brought)  # no routes


def test_every_judgement_of_a_voice_has_its_source_and_says_whether_it_is_stated() -> None:
    """Whether it is one of the map's numbers, or one of an entry that the worldview brings."""
    for file in _worldview_files():
        sheet = _plain(file)
        brought = [entry for kind in ENTRIES for entry in sheet.get(kind, {}).items()]
        numbers = [
            *sheet["judgements"].items(),
            *(
                (f"{name}.{key}", entry[key])
                for name, entry in brought
                for key in ("credence", "strength", "force")
                if key in entry
            ),
        ]
        assert numbers
        for address, value in numbers:
            assert isinstance(value, dict), (file.name, address)
            assert "source" in value, (file.name, address)
            assert value["note"].startswith(("stated", "inferred", "taken", "asked")), (file.name, address)


def test_the_bottom_lines_of_critics_are_theirs_alone() -> None:
    """And so are three other arguments that one voice alone makes: without force in every other worldview."""
    the_map = model().map
    brought = {a.about.id: a.about.brought_by for a in the_map.arguments if a.about.brought_by}
    assert brought == {
        "rigour-for-one-percent": "critic-b",
        "not-under-one-percent": "critic-c",
        "people-do-it-too": "critic-g",
        "absence-is-some-evidence": "critic-h",
        "something-else-will-be-used": "critic-k",
    }
    for name in ("map", *model().worldviews):
        settings = settle(the_map, name).setting
        assert {argument for argument in brought if not settings[argument].rejected} == {
            argument for argument, by in brought.items() if by == name
        }


def test_what_is_stated_is_testimony() -> None:
    """What is read out of words has its own key; two voices only ask, or speak of something else."""
    worldviews = model().map.worldviews
    assert not [stated for w in worldviews for stated in w.stated if stated.note.startswith("inferred")]
    readings = {w.about.id: len(w.read_as) for w in worldviews if w.read_as}
    assert readings == READINGS
    assert {w.about.id for w in worldviews if not w.stated} == {"critic-e", "critic-j"}


def test_who_says_nothing_of_a_target_is_not_given_a_view_of_it() -> None:
    """Neither as testimony nor as a reading."""
    about = {
        kind: {
            worldview.about.id
            for worldview in model().map.worldviews
            for stated in getattr(worldview, kind)
            if getattr(stated.of, "claim", None) in (STRICT, BROAD)
        }
        for kind in ("stated", "read_as")
    }
    assert about == {"stated": {"author", "critic-b", "critic-c"}, "read_as": {"author", "critic-k"}}


READINGS = {
    "author": 6, "critic-b": 2, "critic-d": 4, "critic-e": 3, "critic-f": 3, "critic-i": 1,
    "critic-j": 1, "critic-k": 3,
}  # fmt: skip


# --- whose each number is ------------------------------------------------------------------------


def test_nobody_is_given_a_number_that_stands_in_no_file_of_theirs() -> None:
    """The editor's numbers, and those of whom a worldview extends, are not its own."""
    the_map = model().map
    for file in _worldview_files():
        sheet = _plain(file)
        name = sheet["worldview"]
        theirs = {*sheet["judgements"], *(entry for kind in ENTRIES for entry in sheet.get(kind, {}))}
        theirs |= {a for a, value in sheet["judgements"].items() if isinstance(value.get("value"), dict)}
        perspective = settle(the_map, name)
        for address in perspective.setting:
            above = {address, address.rpartition(".")[0]}
            if whose_is(perspective, [address]) == OWN:
                assert above & {*theirs, *sheet.get("rejects", ())}, (name, address)
            else:
                assert address not in sheet["judgements"], (name, address)


@pytest.mark.long
def test_readings_are_never_told_as_what_somebody_said() -> None:
    """In estimates, coherence and explanations what was said is what the file calls `stated`."""
    coherent = cm.coherence(model()).worldviews
    explained = {target: cm.explain(model(), target) for target in (STRICT, "framework-sound")}
    for worldview in model().map.worldviews:
        name = worldview.about.id
        said = Counter((one.of, one.stated) for one in estimated().worldviews[name].whose.said)
        about = Counter(
            (STRICT, notation_of(stated.credence))
            for stated in worldview.stated
            if getattr(stated.of, "claim", None) == STRICT
        )
        assert said == about, name
        assert len(coherent[name].stated) == len(worldview.stated)
        assert len(coherent[name].read_as) == len(worldview.read_as)
        for target, one in explained.items():
            for kind in ("stated", "read_as"):
                told = [stated for who, stated in getattr(one, kind) if who == name]
                assert set(told) <= set(getattr(worldview, kind)), (name, target, kind)


# --- what the worldviews imply -----------------------------------------------------------------

# What voices.md merely infers of a, e, f, g, h, i and j on the target bound their worldviews until the
# map was read again. They never said it, so it binds nothing.
RANGES = [  # worldview, target, given, lowest, highest
    ("author", STRICT, ["prosaic-tai"], 0.0005, 0.01),
    ("author", STRICT, [], 0.0005, 0.01),
    ("critic-b", STRICT, ["prosaic-tai"], 0.01, 0.25),
    ("critic-c", STRICT, ["prosaic-tai"], 0.01, 0.30),
    ("critic-d", STRICT, ["prosaic-tai"], 0.08, 0.65),
    ("critic-k", BROAD, ["prosaic-tai"], 0.10, 0.70),
]
MOVED_DOWN = ["critic-c", "critic-h"]  # C9.3 "somewhat less likely", C15.2 "less likely later"


@pytest.mark.long
@pytest.mark.parametrize(("worldview", "target", "given", "lowest", "highest"), RANGES)
def test_each_worldview_gives_its_own_answer_at_central_judgements(
    worldview: str, target: str, given: list[str], lowest: float, highest: float
) -> None:
    assert lowest < of(worldview, target, given) < highest


@pytest.mark.long
def test_each_worldview_gives_its_own_answer_on_the_mean_over_draws() -> None:
    for worldview, target, given, lowest, highest in RANGES:
        found = mean(worldview, target, given)
        assert lowest < found < highest, (worldview, target, given, found)


@pytest.mark.long
@pytest.mark.parametrize("worldview", MOVED_DOWN)
def test_who_was_moved_down_is_below_the_maps_own(worldview: str) -> None:
    assert of(worldview, STRICT) < of(None, STRICT)
    assert mean(worldview, STRICT) < mean(None, STRICT)


@pytest.mark.long
def test_who_expects_something_else_gives_deception_less_than_the_map_does() -> None:
    """Critic A expects systems that seek reward (C1.3), critic I shallow alignment (C16.1)."""
    assert of("critic-a", {"outcome": "reward-optimiser"}) > 0.5
    for worldview in ("critic-a", "critic-i"):
        assert of(worldview, STRICT) < 0.5 * of(None, STRICT)


UNDERSTOOD_FIRST = {"event": UNDERSTANDS, "before": GOALS}
UNDERSTOOD_WELL_BEFORE = {"event": UNDERSTANDS, "before": LONG, "by": 2}
LONG_GOALS_FIRST = [
    {"event": UNDERSTANDS, "ever": True},
    {"event": LONG, "ever": True},
    {"not": {"event": UNDERSTANDS, "before": LONG}},
]
BY_ORDER = {
    f"deceptive-by-training.{route}" for route in ("pre-training", "long-on-purpose", "fine-tuning-order")
}


@pytest.mark.long
@pytest.mark.parametrize("order", [UNDERSTOOD_FIRST, UNDERSTOOD_WELL_BEFORE])
def test_the_author_finds_both_safe_orders_safe_by_the_order_itself(order: object) -> None:
    """P4.2 and P4.3: under 1%. At least half of what is left comes by the order, not by ways beside it."""
    others = {
        address: "0%"
        for address in model().map.judgements
        if address.startswith("deceptive-by-training.") and address not in BY_ORDER
    }
    assert len(others) == 5
    safe = state("author").given(assuming=["prosaic-tai", order])
    whole = safe.probability()
    assert whole < 0.01
    assert 0.5 * whole < safe.set(others).probability() < whole


@pytest.mark.long
def test_the_author_holds_the_conditional_claims_of_the_post() -> None:
    dangerous = of("author", STRICT, ["prosaic-tai", *LONG_GOALS_FIRST])
    assert (
        0.1 < dangerous < 0.8
    )  # P30: the most dangerous case, ten times the safe orders, which are below 1%
    assert of("author", {"all_of": LONG_GOALS_FIRST}) < 0.04
    assert of("author", UNDERSTOOD_FIRST) > 0.85


@pytest.mark.long
def test_the_author_is_still_far_from_certain_where_the_comments_were_not_answered() -> None:
    """Silence is not zero: the broad estimate of the author's worldview rests on the editor's numbers."""
    assert of("author", BROAD) > 3 * of("author", STRICT)


# --- which handful of judgements an answer takes -------------------------------------------------

HANDFULS = {  # moved from the neutral map, these alone bring it most of the way to the voice's answer
    "critic-k": (
        BROAD,
        {
            "waits-for-power": "60% to 90%",
            "wise-enough-to-wait": "80% to 95%",
            "waiting-needs-no-selection": "80% to 95%",
            "goals-assigned-after": "30% to 80%",
            "assigned-goal-goes-wrong": "15% to 50%",
            "lapses-matter-when-powerful": "75% to 93%",
            "misread-unnoticed": "65% to 90%",
        },
    ),
    "critic-d": (
        STRICT,
        {
            "ownership.none": "53%",
            "ownership.strong": "13%",
            "parts-are-all-there": "75% to 95%",
            "understanding-is-not-having": "15% to 50%",
            "persona-arises.capable": "75% to 92%",
            "persona-plans-ahead": "40% to 90%",
            "not-a-blank-slate": "80% to 95%",
        },
    ),
    "critic-g": (STRICT, {"present-models-show-it": "8% to 45%", "nobody-has-found-one": "unlikely"}),
}


@pytest.mark.long
@pytest.mark.parametrize("worldview", HANDFULS)
def test_a_handful_of_judgements_carries_a_worldview(worldview: str) -> None:
    target, handful = HANDFULS[worldview]
    neutral, theirs = of(None, target), of(worldview, target)
    reached = state().set(handful).probability(target)
    assert neutral + 0.4 * (theirs - neutral) < reached


@pytest.mark.long
def test_critic_b_parts_from_the_author_over_the_soundness_of_the_framework() -> None:
    """More than twice the author's; it was four times while a chance beside the target stood for doubt.

    Now what lies outside the framework needs all that the definition asks for, there as well.
    """
    restored = state("critic-b").set({"framework-sound": "97% to 99.7%"}).reject("rigour-for-one-percent")
    assert of("critic-b", STRICT) > 2 * of("author", STRICT)
    assert restored.probability() < 1.5 * of("author", STRICT)


# --- the objections --------------------------------------------------------------------------------

UP, DOWN = "up", "down"
REWARD, PATCHWORK = {"outcome": "reward-optimiser"}, {"outcome": "patchwork"}
OBJECTIONS = [  # what is said, by whom, the judgement that says it, what it moves, which way
    ("what is reinforced is not ethics", "C1.2", "reward-is-not-ethics", REWARD, UP),
    ("the argument leads to reward maximisers", "C1.3", "leads-to-reward", REWARD, UP),
    (
        "pointing at the stated goal is not what is rewarded",
        "C1.2",
        "wrong-thing-is-pointed-at",
        STRICT,
        UP,
    ),
    ("the locality argument proves too much", "C1.6", "altruists-exist", STRICT, UP),
    ("awareness is defined with a horizon in it", "C1.8", "awareness-includes-horizon", STRICT, UP),
    ("labs may not do what is needed", "C7.1", "labs-must-choose-it", STRICT, UP),
    ("pre-training simulates people", "C10.2", "imitation-brings-traits", STRICT, UP),
    ("traits come as content, without an incentive", "C10.2", "traits-come-as-content", STRICT, UP),
    ("the model is no blank slate", "C10.2", "not-a-blank-slate", STRICT, UP),
    ("people feign alignment", "C10.4", "people-pretend-too", STRICT, UP),
    ("feedback training puts the parts together", "C10.5", "parts-are-all-there", STRICT, UP),
    ("a deceptive persona suggests itself", "C10.7", "persona-arises.capable", STRICT, UP),
    ("an actor would name a hidden motive", "C10.6", "the-actor-experiment", STRICT, UP),
    ("motives to hide do not wither", "C10.7", "hiding-does-not-wither", STRICT, UP),
    ("feedback may make it stronger", "C10.7", "feedback-strengthens", STRICT, UP),
    ("sleepers persist", "C10.7", "sleepers-persist", STRICT, UP),
    ("sleepers are easy to find", "C10.8", "sleepers-are-easy-to-find", "undetected-deception", DOWN),
    ("goals may come before understanding", "C11.2", "goals-may-come-before-understanding", STRICT, UP),
    ("what taught ethics can teach goals", "C11.2", "taught-without-reward", STRICT, UP),
    ("the lack of an incentive proves little", "C11.2", "incentive-is-not-all", STRICT, UP),
    ("a proxy may be there already", "C11.2", "proxy-may-be-there-already", STRICT, UP),
    ("fine-tuning only rescales", "C13.1", "tuning-only-rescales", STRICT, UP),
    ("an odd chat shows it", "C17.1", "the-odd-chat", STRICT, UP),
    ("what is seen is shallow alignment", "C16.1", "shallow-alignment-explains-it", STRICT, DOWN),
    ("it leaves a patchwork", "C16.1", "habits-instead-of-goals", PATCHWORK, UP),
    ("failures depend on the feedback", "C27.1", "failures-follow-feedback", STRICT, UP),
    ("sameness is a strange prior", "C29.6", "sameness-is-a-strange-prior", STRICT, UP),
    ("long goals are wanted anyway", "C30.16", "wanted-anyway", STRICT, UP),
    ("what is transformative pursues long goals", "C30.15", "tai-pursues-long-goals", STRICT, UP),
    ("without long goals there is nothing transformative", "C30.15", "no-long-goals-no-tai", STRICT, UP),
    ("training looks like training", "C30.11", "training-looks-like-training", STRICT, UP),
    ("no robust target can be encoded", "C30.19", "robust-target-is-assumed", STRICT, UP),
    ("the goal may be given after training", "C30.21", "goals-assigned-after", BROAD, UP),
    ("misalignment may be subtle", "C30.24", "misread-unnoticed", BROAD, UP),
    ("a misaligned system waits for power", "C30.4", "waits-for-power", BROAD, UP),
]


@pytest.mark.long
@pytest.mark.parametrize(
    ("address", "target", "way"),
    [row[2:] for row in OBJECTIONS],
    ids=[f"{row[1]}-{row[2]}" for row in OBJECTIONS],
)
def test_an_objection_moves_the_estimate_the_way_the_objector_says(
    address: str, target: object, way: str
) -> None:
    assert way_of(state(), address, target) == way


def way_of(asked, address, target):
    """Which way a target's probability goes where a judgement goes from 5% to 95%."""
    low, high = (asked.set({address: value}).probability(target) for value in ("5%", "95%"))
    return UP if low * (1 + 1e-6) < high else DOWN if high * (1 + 1e-6) < low else None


BROUGHT = [  # what one voice alone says, in that voice's worldview, given what the model assumes or nothing
    ("critic-b", "rigour-for-one-percent", STRICT, ["prosaic-tai"], UP),
    ("critic-c", "not-under-one-percent", STRICT, ["prosaic-tai"], UP),
    ("critic-g", "people-do-it-too", STRICT, ["prosaic-tai"], UP),
    ("critic-h", "absence-is-some-evidence", STRICT, ["prosaic-tai"], DOWN),
    ("critic-k", "something-else-will-be-used", "prosaic-tai", [], DOWN),
]


@pytest.mark.long
@pytest.mark.parametrize(("worldview", "address", "target", "given", "way"), BROUGHT)
def test_what_one_voice_brings_moves_its_own_estimate_and_nobody_elses(
    worldview: str, address: str, target: str, given: list[str], way: str
) -> None:
    assert way_of(state(worldview).given(assuming=given), address, target) == way
    assert way_of(state().given(assuming=given), address, target) is None
    accepted = state().accept(address).given(assuming=given)
    assert way_of(accepted, address, target) == way


REPLIES = [  # the author's answers pull the other way
    ("C3.7", "genes-act-without-limit"),
    ("C3.11", "reflection-is-something-more"),
    ("C8.1", "nothing-special-needed"),
    ("C12.2", "prediction-models-without-wanting"),
    ("C12.3", "understanding-is-not-having"),
    ("C20.1", "fell-for-an-attack"),
    ("C28.2", "how-would-the-order-change"),
]


@pytest.mark.long
@pytest.mark.parametrize(
    "address", [address for _, address in REPLIES], ids=[" ".join(r) for r in REPLIES]
)
def test_a_reply_moves_the_estimate_back(address: str) -> None:
    assert way_of(state(), address, STRICT) == DOWN


# --- what it costs, and what the steps of training do -----------------------------------------------


@pytest.mark.long
def test_a_plan_for_all_targets_is_small() -> None:
    """It answers the target too. What serves the model answers every entry."""
    inquiry = inquire(model())
    targets = exactly(inquiry.network, frozenset(inquiry.targets), inquiry.clamped)
    assert targets.triples < 300_000
    ask, clamped = inquiry.planned
    assert exactly(inquiry.network, ask, clamped).triples < 500_000


TWICE = [  # each file, what stands there once, and what stands there with twice the steps
    (
        "00-map.yaml",
        "{pre-training: 1, first-instructions: 1, fine-tuning: 3, deployment: 1}",
        "{pre-training: 2, first-instructions: 2, fine-tuning: 6, deployment: 2}",
    ),
    ("50-goal.yaml", "at_least: {short: 1, long: 2}", "at_least: {short: 2, long: 4}"),
    (
        "50-goal.yaml",
        "{event: goal-directed, before: understands-base-goal}",
        "{event: goal-directed, before: understands-base-goal, by: 2}",
    ),
    (
        "50-goal.yaml",
        "{event: goal-directed, within: 0, of: understands-base-goal}",
        "{event: goal-directed, within: 1, of: understands-base-goal}",
    ),
]


@pytest.mark.long
def test_twice_the_steps_move_no_estimate_by_much(tmp_path: Path) -> None:
    """With every threshold doubled: the strict and the broad mean of every worldview, over the same draws."""
    folder = tmp_path / "arguments" / "deceptive-alignment"
    shutil.copytree(FOLDER, folder)
    for name, once, twice in TWICE:
        text = (folder / name).read_text(encoding="utf-8")
        assert text.count(once) == 1, once
        (folder / name).write_text(text.replace(once, twice), encoding="utf-8")
    (tmp_path / "models").mkdir()
    coarse, fine = (
        cm.estimate(replace(spec, sampling=replace(spec.sampling, draws=200)))
        for spec in (model(), cm.read_model(shutil.copy(MODEL, tmp_path / "models")))
    )
    for worldview in ("map", *model().worldviews):
        before, after = (
            found.map if worldview == "map" else found.worldviews[worldview] for found in (coarse, fine)
        )
        assert abs(after.mean - before.mean) <= 0.003, (worldview, before.mean, after.mean)
        assert abs(after.also[BROAD].mean - before.also[BROAD].mean) <= 0.003, worldview

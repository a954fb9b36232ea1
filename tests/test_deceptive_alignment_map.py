"""Does the first real map do justice to its source: what issue 3 asks of it, on central judgements.

Central estimates are exact, so the ranges here are the ranges that the worldviews must reach; the
means over draws are tested where marked long.
"""

from functools import cache

import pytest
import yaml

import cruxmap as cm
from helpers.commands import ROOT

MODEL = ROOT / "models" / "deceptive-alignment.yaml"
STRICT, BROAD = "deceptive-alignment", "hidden-misalignment"
UNDERSTANDS, GOALS, LONG = "understands-base-goal", "goal-directed", "long-term-goals"


@cache
def model():
    return cm.read_model(MODEL)


def of(worldview, target, given=("prosaic-tai",)):
    """The probability at central judgements; of the map's own without a worldview."""
    return cm.probability(model(), target, given=list(given), worldview=worldview)


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
    """`P16` cites all below it."""
    folder = ROOT / "arguments" / "deceptive-alignment"
    cited = {source for file in folder.glob("*.yaml") for source in _sources(_plain(file))}
    for key, expected in (("post", 69), ("comments", 100)):
        places = _plain(folder / "sources" / f"{key}.yaml")["locators"]
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
    """The four numbers nearest to the targets stay the editor's, so no voice's answer is written in."""
    the_map = model().map
    near = ("deceptive-by-training.", "strict-deception.", "hidden-otherwise.", "outcome", STRICT, BROAD)
    set_there = {
        (worldview.about.id, setting.address)
        for worldview in the_map.worldviews
        for setting in worldview.judgements
        if setting.address.startswith(near)
    }
    assert set_there == set()


def test_every_judgement_of_a_voice_has_its_source_and_says_whether_it_is_stated() -> None:
    for file in (ROOT / "arguments" / "deceptive-alignment" / "worldviews").glob("*.yaml"):
        for address, value in _plain(file)["judgements"].items():
            assert isinstance(value, dict), (file.name, address)
            assert "source" in value, (file.name, address)
            assert value["note"].startswith(("stated", "inferred", "taken", "asked")), (file.name, address)


def test_what_is_stated_is_testimony() -> None:
    worldviews = model().map.worldviews
    assert not [stated for w in worldviews for stated in w.stated if stated.note.startswith("inferred")]
    readings = {w.about.id: len(w.read_as) for w in worldviews if w.read_as}
    assert readings == {
        f"critic-{letter}": count
        for letter, count in zip("adefghijk", (1, 5, 4, 4, 1, 1, 2, 2, 5), strict=True)
    }
    assert {w.about.id for w in worldviews if not w.stated} == {"critic-e", "critic-j"}


# --- what the worldviews imply -----------------------------------------------------------------

RANGES = [  # worldview, target, given, lowest, highest
    ("author", STRICT, ["prosaic-tai"], 0.0005, 0.01),
    ("author", STRICT, [], 0.0005, 0.01),
    ("critic-b", STRICT, ["prosaic-tai"], 0.01, 0.25),
    ("critic-d", STRICT, ["prosaic-tai"], 0.08, 0.65),
    ("critic-k", STRICT, ["prosaic-tai"], 0.05, 0.50),
    ("critic-k", BROAD, ["prosaic-tai"], 0.10, 0.70),
    # the other voices by the rows of voices.md
    ("critic-a", STRICT, [], 0.03, 0.50),
    ("critic-c", STRICT, [], 0.02, 0.30),
    ("critic-e", STRICT, [], 0.02, 0.40),
    ("critic-f", STRICT, [], 0.05, 0.60),
    ("critic-g", STRICT, [], 0.20, 0.80),
    ("critic-h", STRICT, [], 0.03, 0.50),
    ("critic-i", STRICT, [], 0.01, 0.30),
    ("critic-j", STRICT, [], 0.01, 0.30),
]


@pytest.mark.long
@pytest.mark.parametrize(("worldview", "target", "given", "lowest", "highest"), RANGES)
def test_each_worldview_gives_its_own_answer_at_central_judgements(
    worldview: str, target: str, given: list[str], lowest: float, highest: float
) -> None:
    assert lowest < of(worldview, target, given) < highest


@pytest.mark.long
def test_each_worldview_gives_its_own_answer_on_the_mean_over_draws() -> None:
    estimate = cm.estimate(model())
    for worldview, target, given, lowest, highest in RANGES:
        result = estimate.worldviews[worldview]
        result = result if target == STRICT else result.also[target]
        mean = (result if given else result.unconditional).mean
        assert lowest < mean < highest, (worldview, target, given, mean)


UNDERSTOOD_FIRST = {"event": UNDERSTANDS, "before": GOALS}
UNDERSTOOD_WELL_BEFORE = {"event": UNDERSTANDS, "before": LONG, "by": 2}
LONG_GOALS_FIRST = [
    {"event": UNDERSTANDS, "ever": True},
    {"event": LONG, "ever": True},
    {"not": {"event": UNDERSTANDS, "before": LONG}},
]


@pytest.mark.long
def test_the_author_holds_the_conditional_claims_of_the_post() -> None:
    safe = [
        of("author", STRICT, ["prosaic-tai", order])
        for order in (UNDERSTOOD_FIRST, UNDERSTOOD_WELL_BEFORE)
    ]
    dangerous = of("author", STRICT, ["prosaic-tai", *LONG_GOALS_FIRST])
    assert max(safe) < 0.03
    assert dangerous > 8 * max(safe)
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
            "ownership.none": "44%",
            "ownership.strong": "21%",
            "parts-are-all-there": "75% to 95%",
            "understanding-is-not-having": "15% to 50%",
            "persona-arises.capable": "65% to 90%",
            "persona-plans-ahead": "40% to 80%",
        },
    ),
    "critic-g": (
        STRICT,
        {
            "present-models-show-it": "25% to 65%",
            "people-and-models-do-it": "55% to 88%",
            "nobody-has-found-one": "15% to 45%",
            "not-close-yet": "10% to 40%",
        },
    ),
}


@pytest.mark.long
@pytest.mark.parametrize("worldview", HANDFULS)
def test_a_handful_of_judgements_carries_a_worldview(worldview: str) -> None:
    target, handful = HANDFULS[worldview]
    neutral, theirs = of(None, target), of(worldview, target)
    reached = cm.probability(model(), target, given=["prosaic-tai"], judgements=handful)
    assert neutral + 0.4 * (theirs - neutral) < reached


@pytest.mark.long
def test_critic_b_parts_from_the_author_over_the_soundness_of_the_framework() -> None:
    back = {"framework-sound": "96% to 99.5%", "rigour-for-one-percent": "3% to 15%"}
    restored = cm.probability(
        model(), STRICT, given=["prosaic-tai"], worldview="critic-b", judgements=back
    )
    assert of("critic-b", STRICT) > 4 * of("author", STRICT)
    assert restored < 2 * of("author", STRICT)


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
    ("one percent takes more rigour", "C5.1", "rigour-for-one-percent", STRICT, UP),
    ("labs may not do what is needed", "C7.1", "labs-must-choose-it", STRICT, UP),
    ("a reader does not end under one percent", "C9.3", "not-under-one-percent", STRICT, UP),
    ("pre-training simulates people", "C10.2", "imitation-brings-traits", STRICT, UP),
    ("traits come as content, without an incentive", "C10.2", "traits-come-as-content", STRICT, UP),
    ("the model is no blank slate", "C10.2", "not-a-blank-slate", STRICT, UP),
    ("people feign alignment", "C10.4", "people-pretend-too", STRICT, UP),
    ("feedback training puts the parts together", "C10.5", "parts-are-all-there", STRICT, UP),
    ("a deceptive persona suggests itself", "C10.7", "persona-arises.capable", STRICT, UP),
    ("feedback may make it stronger", "C10.7", "feedback-strengthens", STRICT, UP),
    ("sleepers persist", "C10.7", "sleepers-persist", STRICT, UP),
    ("sleepers are easy to find", "C10.8", "sleepers-are-easy-to-find", "undetected-deception", DOWN),
    ("goals may come before understanding", "C11.2", "goals-may-come-before-understanding", STRICT, UP),
    ("what taught ethics can teach goals", "C11.2", "taught-without-reward", STRICT, UP),
    ("fine-tuning only rescales", "C13.1", "tuning-only-rescales", STRICT, UP),
    ("it can be seen already", "C14.1", "people-and-models-do-it", STRICT, UP),
    ("that it is not seen is evidence", "C15.2", "absence-is-some-evidence", STRICT, DOWN),
    ("what is seen is shallow alignment", "C16.1", "shallow-alignment-explains-it", STRICT, DOWN),
    ("it leaves a patchwork", "C16.1", "habits-instead-of-goals", PATCHWORK, UP),
    ("failures depend on the feedback", "C27.1", "failures-follow-feedback", STRICT, UP),
    ("sameness is a strange prior", "C29.6", "sameness-is-a-strange-prior", STRICT, UP),
    ("long goals are wanted anyway", "C30.16", "wanted-anyway", STRICT, UP),
    ("what is transformative pursues long goals", "C30.15", "tai-pursues-long-goals", STRICT, UP),
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
    low, high = (
        cm.probability(model(), target, given=["prosaic-tai"], judgements={address: value})
        for value in ("5%", "95%")
    )
    assert low * (1 + 1e-6) < high if way == UP else high * (1 + 1e-6) < low


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
    low, high = (
        cm.probability(model(), STRICT, given=["prosaic-tai"], judgements={address: value})
        for value in ("5%", "95%")
    )
    assert high * (1 + 1e-6) < low

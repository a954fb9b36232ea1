"""The neutral reading of the first real map: where each number comes from, how wide it is, and what moves it.

The table of directions was written from the source before the map's numbers were set. Central answers
are exact; means, intervals and shares are over draws.
"""

from collections import Counter
from functools import cache

import numpy as np
import pytest

import cruxmap as cm
from helpers.commands import ROOT
from helpers.one_network import opened_together

MODEL = ROOT / "models" / "deceptive-alignment.yaml"
GATHERING = "deceptive-by-training"
BY_ORDER = tuple(
    f"{GATHERING}.{route}" for route in ("pre-training", "long-on-purpose", "fine-tuning-order")
)
WITHOUT_MECHANISM = (f"{GATHERING}.seen-already", f"{GATHERING}.leak", "strict-deception.another-paradigm")


@cache
def model():
    return cm.read_model(MODEL)


@cache
def opened():
    return opened_together(model())


def neutral():
    return opened()(None)


@cache
def draws():
    return neutral().draws(4000).values


def mean(settings=None, draws=2000):
    state = neutral().set(settings) if settings else neutral()
    return float(np.mean(state.draws(draws).values))


# --- where the numbers come from ------------------------------------------------------------------

KINDS = ("source: ", "rule: ", "editor's guess")


def reasons():
    """The reason of each of the map's own numbers; a row that names its `state` has no number of its own."""
    the_map = model().map
    for address, judgement in the_map.judgements.items():
        named = getattr(judgement.value, "is_certain", False) and not judgement.note
        if not judgement.is_default and address not in the_map.bringer and not named:
            yield address, judgement.note


def test_each_number_of_the_maps_own_says_where_it_comes_from() -> None:
    lacking = [address for address, reason in reasons() if not reason.startswith(KINDS)]
    assert lacking == []


def test_at_most_half_of_the_numbers_are_guesses() -> None:
    kinds = Counter(next(k for k in KINDS if reason.startswith(k)) for _, reason in reasons())
    assert kinds["editor's guess"] <= sum(kinds.values()) / 2


@pytest.mark.long
def test_no_guess_carries_more_than_three_percent_of_any_worldview() -> None:
    """To first order: the squares of slope times standard deviation, which add up to the variance."""
    guesses = {a for a, reason in reasons() if reason.startswith("editor's guess")}
    for worldview in (None, *model().worldviews):
        state = opened()(worldview)
        slopes = state.slopes()
        spread = {
            s.address: ((slopes[s.address] or 0.0) * s.value.sd) ** 2
            for s in state.perspective.settings
            if s.column == s.address
        }
        heavy = {address for address, part in spread.items() if part > 0.03 * sum(spread.values())}
        assert not heavy & guesses, worldview


# --- how wide it is --------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.xfail(
    strict=True,
    reason="P3 and P9 ask for everything at once, so what is open multiplies: 15% at the 95th percentile",
)
def test_the_interval_holds_one_percent_and_a_quarter() -> None:
    low, high = np.quantile(draws(), [0.05, 0.95])
    assert low <= 0.01
    assert high >= 0.25


@pytest.mark.long
def test_the_interval_holds_one_percent() -> None:
    assert np.quantile(draws(), 0.05) <= 0.01


LITERATURE = {  # what the reported literature would hold, with the paragraphs that report it
    "aim-apart-anyway": "95%",  # P21: a proxy is learned first
    "goal-directed.first-instructions.otherwise": "90%",  # P21: and becomes the goal early
    "correction.patches-behaviour": "90%",  # P30: once guarded, a goal is not moved
    "long-term-goals.fine-tuning.otherwise": "98%",  # P30
    "no-gain-from-other-episodes": "10%",  # P35
    "situational-awareness.fine-tuning": "95%",  # P13
    "reflects-on-updates": "95%",  # P13
    "future-updates-learned-slowly": "10%",  # P13
    "worth-waiting": "95%",  # P13
    "plays-along-and-defects": "95%",  # P13
    "goal-in-activations": "60%",  # P24
    "leads-to-reward": "10%",  # P21: what is learned is a proxy and not reward
}
AUTHOR = {  # what the author would hold, without the chance of a route
    "aim-apart-anyway": "20%",  # P21
    "framework-sound": "98%",  # P41
    "worth-waiting": "12%",  # P14
    "reflects-on-updates": "15%",  # C1.7
    "locality-binds": "92%",  # P31
    "ownership.none": "96%",  # C12.3
    "no-room-for-a-second-goal": "90%",  # P21
    "present-models-show-it": "0.5%",  # C20.1
    "situational-awareness.fine-tuning": "20%",  # P16
    "correction.moves-the-goal": "80%",  # P29
    "goal-in-activations": "1%",  # P24
    "long-goals-trained-early.recipe": "6%",  # P34
}


@pytest.mark.long
def test_a_dozen_numbers_of_the_literature_make_it_likely() -> None:
    assert len(LITERATURE) <= 12
    assert neutral().set(LITERATURE).probability() >= 0.5


@pytest.mark.long
def test_the_authors_numbers_make_it_very_unlikely() -> None:
    assert not any(address.startswith((GATHERING, "strict-deception")) for address in AUTHOR)
    assert neutral().set(AUTHOR).probability() <= 0.003


@pytest.mark.long
def test_no_single_number_carries_more_than_a_quarter() -> None:
    table = cm.cruxes(model(), worldview="map")
    assert max(row.sobol_total or 0.0 for row in table.judgements) <= 0.25


@pytest.mark.long
def test_ways_without_a_mechanism_carry_little_and_the_order_much() -> None:
    whole = mean()
    for address in WITHOUT_MECHANISM:
        assert 1 - mean({address: "0%"}) / whole <= 0.1, address
    assert 1 - mean(dict.fromkeys(BY_ORDER, "0%")) / whole >= 1 / 3


# --- what moves it --------------------------------------------------------------------------------

UNDERSTANDS, GOALS, LONG, AWARE = (
    "understands-base-goal", "goal-directed", "long-term-goals", "situational-awareness"
)  # fmt: skip
GOALS_FIRST, UNDERSTOOD_FIRST = {"goal-origin": "goal-first"}, {"goal-origin": "understood-first"}
LONG_FIRST = [
    {"event": UNDERSTANDS, "ever": True},
    {"event": LONG, "ever": True},
    {"not": {"event": UNDERSTANDS, "before": LONG}},
]
LONG_LATE = [{"event": UNDERSTANDS, "before": LONG, "by": 2}]

DIRECTIONS = [  # the paragraph, what raises the estimate, against what, by how much at least
    ("C1.2, C30.19", {"rewarded-goal": "approval"}, {"rewarded-goal": "instructions"}, 1.1),
    ("C1.3, P3", {"seeks-reward": False}, "seeks-reward", 2),
    ("C16.1", {"no-single-goal": False}, "no-single-goal", 2),
    ("P31, P35, C1.6", {"locality-binds": False}, "locality-binds", 1.1),
    ("P4.2, P23", GOALS_FIRST, UNDERSTOOD_FIRST, 2),
    ("P22, P23", GOALS_FIRST, {"goal-origin": "together"}, 1.1),
    ("P4.3, P30", LONG_FIRST, LONG_LATE, 2),
    ("P26, C16.1, C10.7", {"correction": "patches-behaviour"}, {"correction": "moves-the-goal"}, 1.1),
    ("C10.5, C12.3", {"ownership": "strong"}, {"ownership": "none"}, 1.5),
    ("P47, C29.6", {"other-regimes-alike": False}, "other-regimes-alike", 1.1),
    ("P18, P19, P20", "proxy-held", {"proxy-held": False}, 2),
    ("P29", {"corrected": False}, "corrected", 2),
    ("P6, P36", "deception-pays", {"deception-pays": False}, 1.1),
    ("P26, P36", {"differing-examples": "few"}, {"differing-examples": "hardly-any"}, 1.1),
    ("P29", {"differing-examples": "few"}, {"differing-examples": "many"}, 1.0),
    ("P14, P33", "worth-waiting", {"worth-waiting": False}, 1.5),
    ("P9.4, C1.7, C3.11", "reflects-on-updates", {"reflects-on-updates": False}, 2),
    ("P34", "long-goals-trained-early", {"long-goals-trained-early": False}, 1.0),
    ("P4.1, P25", {"pretraining-long-goals": "possessed"}, {"pretraining-long-goals": "absent"}, 1.5),
    ("P4.1, P16.1", {"pretraining-awareness": "possessed"}, {"pretraining-awareness": "absent"}, 1.1),
    ("P25, C12.2", "seeded-goal-survives", {"seeded-goal-survives": False}, 1.1),
    ("P25, C3.4", {"prompts-state-goal": False}, "prompts-state-goal", 1.05),
    ("C10.7", "persona-arises", {"persona-arises": False}, 1.1),
    ("C10.7", "feedback-strengthens", {"feedback-strengthens": False}, 1.1),
    ("C14.1, C20.1", "present-models-show-it", {"present-models-show-it": False}, 1.1),
    ("C5.1, P41", {"framework-sound": False}, "framework-sound", 1.1),
    ("C10.7, C13.1", {"base-model": "capable"}, {"base-model": "modest"}, 1.1),
]
INDIFFERENT = [  # what the text says does not bear on it
    ("C10.8", "easily-detected"),
    ("P40", "sounds-like-fiction"),
]


@pytest.mark.long
@pytest.mark.parametrize(("paragraphs", "up", "down", "least"), DIRECTIONS)
def test_claims_move_the_estimate_as_the_text_says(
    paragraphs: str, up: object, down: object, least: float
) -> None:
    high, low = (
        neutral().given(assuming=["prosaic-tai", *(c if isinstance(c, list) else [c])]).probability()
        for c in (up, down)
    )
    assert high >= least * low, (paragraphs, high, low)


@pytest.mark.long
@pytest.mark.parametrize(("paragraph", "claim"), INDIFFERENT)
def test_what_does_not_bear_on_it_leaves_it_alone(paragraph: str, claim: str) -> None:
    for value in (True, False):
        given = neutral().given(assuming=["prosaic-tai", {claim: value}]).probability()
        assert given == pytest.approx(neutral().probability(), rel=1e-9), paragraph

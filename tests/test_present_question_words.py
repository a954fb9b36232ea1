"""Questions in words: what each kind of number is asked as, on any map, and that no number slips in."""

import math

import pytest

from cruxmap.insight.interview import question_of, statement
from cruxmap.language.argument_map import (
    ByEndOf,
    Claim,
    ClaimIs,
    Condition,
    Event,
    Ever,
    Question,
    StateIn,
)
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.reading import read_model
from cruxmap.present.question_words import QuestionWords, why, words_of
from helpers.commands import DIAGNOSIS, LEGAL_CASE, POWER, ROOT
from helpers.maps_from_text import model

MAPS = [
    POWER,
    LEGAL_CASE,
    DIAGNOSIS,
    str(ROOT / "models/deceptive-alignment.yaml"),
    str(ROOT / "tests/maps/good/models/everything.yaml"),
]


def judgement(spec: ModelSpec, address: str) -> QuestionWords:
    return words_of(spec, question_of(spec.map, "judgement", address))


def stated(spec: ModelSpec, condition: Condition) -> QuestionWords:
    return words_of(spec, statement(spec.map, condition))


def everything_asked(spec: ModelSpec) -> list[QuestionWords]:
    shares = {share.address for row in spec.map.shares.values() for share in row}
    single = [j.address for j in spec.map.judgements.values() if j.overridable and j.address not in shares]
    found = [judgement(spec, address) for address in (*single, *spec.map.shares)]
    for name, entry in spec.map.entry.items():
        match entry:
            case Claim():
                found += [stated(spec, ClaimIs(name))]
            case Question(states=states):
                found += [stated(spec, StateIn(name, (state,))) for state in states]
            case Event(timeline=timeline):
                phases = spec.map.timeline[timeline].phases
                found += [stated(spec, ByEndOf(name, phase.id)) for phase in phases[:-1]]
                found += [stated(spec, Ever(name))]
    return found


SMALL = """
    map: {title: Harvest, text: A map with every kind of number.}
    timelines:
      year: {text: A year., phases: {spring: 1, summer: 3}}
    claims:
      rain: {text: It rains enough., credence: 37%}
      help: {text: Neighbours help., credence: 41%}
      good:
        text: The harvest is good.
        given:
          - {id: wet, when: rain, credence: 71%}
          - {id: helped, when: help, credence: 43%}
          - {otherwise: 23%}
      feast:
        text: There is a feast.
        when: good
        routes: [{id: invited, when: [help, {sky: clear}], chance: 59%}]
        leak: 3%
      fine: {text: All is well., all_of: [good, rain], if_met: 97%, otherwise: 13%}
    questions:
      sky:
        text: What is the sky like?
        states: [clear, grey, black]
        credence: {clear: 31%, grey: 29%, black: rest}
    events:
      sown:
        text: The seed is in the ground.
        timeline: year
        emerges: {spring: {credence: 61%}, summer: {credence: 53%, pace: 2x}}
    arguments:
      clouds:
        text: Clouds bring rain.
        premises: [{sky: [grey, black]}]
        for: rain
        credence: 83%
        strength: 3x
      drought: {text: The springs are dry., against: rain, credence: 79%, strength: 2x}
      wells: {text: Wells are deep., undercuts: drought, credence: 67%, force: 47%}
      wind: {text: Wind clears it., for: {sky: clear}, credence: 73%, strength: 4x}
"""
ASK = "target: fine\nassuming: [help]"


def test_each_kind_of_number_has_its_question() -> None:
    spec = model(SMALL, ASK)
    asked = {
        "help": 'How likely is it that this is true: "Neighbours help"?',
        "rain": 'Leaving aside the arguments below, how likely is it that this is true: "It rains enough"?',
        "good.wet": 'If it is true that "It rains enough", how likely is it that this is true: '
        '"The harvest is good"?',
        "good.helped": 'Suppose that it is true that "Neighbours help", and that it is not true that '
        '"It rains enough". How likely is it that this is true: "The harvest is good"?',
        "good.otherwise": 'Suppose that it is not true that "It rains enough", and that it is not true that '
        '"Neighbours help". How likely is it that this is true: "The harvest is good"?',
        "feast.invited": 'Suppose that it is true that "The harvest is good", that it is true that '
        '"Neighbours help", and that the answer to "What is the sky like?" is "clear". How likely is it that '
        'this by itself makes the following true: "There is a feast"?',
        "feast.leak": 'If it is true that "The harvest is good", how likely is it that something other than '
        'the causes below makes this true: "There is a feast"?',
        "fine.if_met": 'If all of the points below hold, how likely is it that this is true: "All is well"?',
        "sky": "Leaving aside the arguments below, how do you share out 100% among the answers to this: "
        '"What is the sky like?"',
        "sown.spring": 'How likely is it that this comes about during spring: "The seed is in the ground"?',
        "sown.summer": "If this has not come about before, how likely is it that this comes about during "
        'summer: "The seed is in the ground"?',
        "sown.summer.pace": 'Suppose that this comes about during summer: "The seed is in the ground". How '
        "many times likelier is that in the first step of summer than in its last?",
        "clouds": 'Granted what it starts from, how far do you accept this argument: "Clouds bring rain"?',
        "drought": 'Leaving aside the objections below, how far do you accept this argument: "The springs '
        'are dry"?',
        "clouds.strength": 'Suppose that this argument holds: "Clouds bring rain". How many times higher '
        'does it make the odds that this is true: "It rains enough"?',
        "drought.strength": 'Suppose that this argument holds: "The springs are dry". How many times lower '
        'does it make the odds that this is true: "It rains enough"?',
        "wells.force": 'Suppose that this objection holds: "Wells are deep". How much of this argument does '
        'it take away: "The springs are dry"?',
        "wind.strength": 'Suppose that this argument holds: "Wind clears it". How many times higher does it '
        'make the odds that the answer to this is "clear": "What is the sky like?"',
    }
    assert {address: judgement(spec, address).sentence for address in asked} == asked


def test_a_statement_is_asked_all_things_considered_given_what_is_assumed() -> None:
    spec = model(SMALL, ASK)
    rain = stated(spec, ClaimIs("rain"))
    head = "Given what is assumed, and all things considered, how likely is it that"
    assert rain.sentence == f'{head} this is true: "It rains enough"?'
    assert rain.assuming == ('it is true that "Neighbours help"',)
    event = stated(spec, ByEndOf("sown", "spring"))
    assert event.sentence == (
        f'{head} this has come about by the end of spring: "The seed is in the ground"?'
    )
    ever = stated(spec, Ever("sown"))
    assert ever.sentence == f'{head} this comes about sooner or later: "The seed is in the ground"?'
    state = stated(spec, StateIn("sky", ("grey",)))
    assert state.sentence == f'{head} the answer to this is "grey": "What is the sky like?"'


def test_arguments_are_listed_by_what_they_speak_for() -> None:
    spec = model(SMALL, ASK)
    rain = judgement(spec, "rain")
    assert (rain.speaks_for, rain.speaks_against) == (("Clouds bring rain.",), ("The springs are dry.",))
    assert judgement(spec, "drought").speaks_against == ("Wells are deep.",)
    assert stated(spec, StateIn("sky", ("clear",))).speaks_for == ("Wind clears it.",)
    assert stated(spec, StateIn("sky", ("grey",))).speaks_against == ("Wind clears it.",)
    assert judgement(spec, "sky").speaks_for == ("(clear) Wind clears it.",)


def test_what_has_no_force_is_not_listed() -> None:
    brings = """
        arguments:
          hail: {text: Hail is coming., against: rain, credence: 80%, strength: 3x}
    """
    spec = model(SMALL, ASK, ann=brings)
    question = question_of(spec.map, "judgement", "rain")
    assert words_of(spec, question).speaks_against == ("The springs are dry.",)
    assert words_of(spec, question, without=["drought"]).speaks_against == ()


def test_a_factor_is_said_by_what_it_does_to_a_half_and_a_tenth() -> None:
    # odds 1 and 1/9 times 3: 3 and 1/3; times 10: 10 and 10/9; divided by 3: 1/3 and 1/27
    spec = model(SMALL, ASK)
    assert "3x takes 50% to 75% and 10% to 25%" in judgement(spec, "clouds.strength").scale
    assert "10x takes 50% to 91% and 10% to 53%" in judgement(spec, "clouds.strength").scale
    assert "3x takes 50% to 25% and 10% to 3.6%" in judgement(spec, "drought.strength").scale


def test_why_says_what_the_answer_moves_and_by_what_way() -> None:
    spec = model(SMALL, ASK)
    words = judgement(spec, "clouds")
    assert words.way == ("rain",)
    assert why(words, math.log(1.234)) == (
        "Your answer is expected to move the odds of the estimate by about 23%, up or down. "
        "It bears on the estimate by way of rain."
    )
    assert "less than 1%" in why(words, 0.0004)


def test_a_clause_that_lists_others_comes_last() -> None:
    two_rows = """
        map: {title: Ruin, text: A map whose first case is of two things.}
        claims:
          cold: {text: It is cold., credence: 37%}
          dark: {text: It is dark., credence: 41%}
          wet: {text: It is wet., credence: 43%}
          ruin:
            text: It is ruined.
            given:
              - {id: both, when: [cold, dark], credence: 71%}
              - {id: soaked, when: wet, credence: 47%}
              - {otherwise: 23%}
    """
    assert judgement(model(two_rows, "target: ruin"), "ruin.otherwise").sentence == (
        'Suppose that it is not true that "It is wet", and that these do not all hold: it is true that '
        '"It is cold"; it is true that "It is dark". How likely is it that this is true: "It is ruined"?'
    )


@pytest.mark.parametrize("path", MAPS)
def test_on_any_map_a_question_is_one_plain_sentence(path: str) -> None:
    for words in everything_asked(read_model(path)):
        lines = (words.sentence, *words.given, *words.background, *words.speaks_for, *words.speaks_against)
        for line in lines:
            assert line == " ".join(line.split()), line
            assert not [accident for accident in ("..", '."', "??") if accident in line], line
        assert words.sentence.count('"') % 2 == 0
        assert words.sentence.endswith(("?", '?"')), words.sentence
        assert words.sentence[0].isupper()
        assert words.examples
        assert len(words.states) != 1


def test_no_number_of_the_map_is_in_the_words() -> None:
    numbers = ("37%", "41%", "71%", "43%", "59%", "97%", "31%", "61%", "83%", "79%", "47%", "73%")
    spec = model(SMALL, ASK)
    for words in everything_asked(spec):
        assert not [n for n in numbers if n in str(words.to_json())], words.id

"""Interviews: what is asked, what answers come to, and what is written."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import permutations

import numpy as np
import pytest

from cruxmap.insight.interview import Interview, Question, Reply, begin, question_of, statement
from cruxmap.insight.live_model import open_model
from cruxmap.language.argument_map import Elicited, Role, Scale
from cruxmap.language.judgement import LEXICON, parse_value
from cruxmap.language.model_spec import ModelSpec
from helpers.examples import ANN, BOB, GARDEN, TRAINING, TRAINING_QUESTION, TRAINING_WORLDVIEW
from helpers.maps_from_text import model


def garden() -> ModelSpec:
    return model(GARDEN, "target: wet\n", ann=ANN, bob=BOB)


def training() -> ModelSpec:
    return model(TRAINING, TRAINING_QUESTION, ann=TRAINING_WORLDVIEW)


def judged(interview: Interview, id_: str, *notations: str) -> Reply:
    question = question_of(interview.model.map, "judgement", id_)
    roles = [interview.model.map.judgements[address].role for address in question.addresses]
    pairs = zip(notations, roles, strict=True)
    return Reply(question, "answered", tuple(number(text, role) for text, role in pairs))


def said(interview: Interview, condition: str, notation: str) -> Reply:
    question = question_of(interview.model.map, "stated", condition)
    return Reply(question, "answered", (number(notation, Role.CREDENCE),))


def point(interview: Interview, question: Question, value: float) -> Elicited:
    """The number by itself, as an answer to a question."""
    ratio = (
        question.addresses
        and interview.model.map.judgements[question.addresses[0]].role.scale is Scale.RATIO
    )
    return Elicited(Scale.RATIO if ratio else Scale.PROBABILITY, value, value)


def number(text: str, role: Role) -> Elicited:
    value = parse_value(text, role, LEXICON)
    assert isinstance(value, Elicited)
    return value


def test_before_any_answer_everything_is_as_the_map_has_it() -> None:
    interview = begin(garden(), "carl")
    assert interview.log_odds == pytest.approx(open_model(garden()).log_odds(), rel=1e-12)
    assert interview.fitted() == {}


def test_what_is_written_comes_to_what_the_interview_says() -> None:
    interview = begin(garden(), "carl").after(judged(begin(garden(), "carl"), "sprinkler", "70%"))
    interview = interview.after(judged(interview, "clouds", "90%"))
    settings = {
        at: form["value"] if isinstance(form, dict) else form
        for at, form in interview.changes().judgements.items()
    }
    state = open_model(garden()).set(settings)  # type: ignore[arg-type]
    assert state.log_odds() == pytest.approx(interview.log_odds, abs=1e-9)


@pytest.mark.parametrize("of", [garden, training])
def test_an_answer_that_says_what_is_implied_moves_nothing(
    of: Callable[[], ModelSpec],
) -> None:
    interview = begin(of(), "carl")
    for _ in range(3):
        ranked = interview.questions()
        question = next((s.question for s in ranked if s.question.kind == "stated"), ranked[0].question)
        before = interview.log_odds
        values = tuple(map(partial(point, interview, question), interview.expected(question)))
        interview = interview.after(Reply(question, "answered", values))
        assert interview.log_odds == pytest.approx(before, abs=1e-7)


def test_the_order_of_answers_makes_no_difference() -> None:
    start = begin(garden(), "carl")
    replies = [
        said(start, "rain", "70%"),
        judged(start, "sprinkler", "10%"),
        judged(start, "mirage", "60%"),
    ]
    came = {replace(start, replies=tuple(order)).log_odds for order in permutations(replies)}
    assert np.ptp(list(came)) == 0.0
    assert abs(came.pop() - start.log_odds) > 0.1


def test_the_target_and_what_follows_from_it_are_never_asked_for() -> None:
    asked = {s.question.of for s in begin(garden(), "carl").questions()}
    assert "rain" in asked
    assert not asked & {"wet", "slippery", "mould", "damp"}


def test_a_reply_can_be_taken_back() -> None:
    start = begin(garden(), "carl")
    assert start.after(judged(start, "sprinkler", "10%")).without_last().log_odds == start.log_odds


def test_a_question_is_found_by_its_address_or_that_of_one_of_its_shares() -> None:
    argument_map = garden().map
    assert question_of(argument_map, "judgement", "season.dry").id == "season"
    rain = question_of(argument_map, "stated", "rain")
    assert rain.condition is not None
    assert statement(argument_map, rain.condition) == rain

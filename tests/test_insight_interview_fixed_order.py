"""The order of a questionnaire, which rests on no answer."""

import numpy as np
import pytest

from cruxmap.insight.interview import Interview, begin
from cruxmap.insight.interview.fixed_order import as_expected, fixed_order
from cruxmap.insight.interview.questions import Question, Reply
from cruxmap.language.argument_map import Elicited, Scale
from helpers.examples import ANN, BOB, GARDEN, TRAINING
from helpers.maps_from_text import model


@pytest.fixture(scope="module")
def garden() -> Interview:
    return begin(model(GARDEN, "target: slippery", ann=ANN, bob=BOB), "cleo")


def names(interview: Interview, most: int) -> list[tuple[str, str]]:
    return [(one.question.kind, one.question.id) for one in fixed_order(interview, most)]


def test_nothing_is_asked_twice_and_the_best_comes_first(garden: Interview) -> None:
    first = garden.next()
    assert first is not None
    order = names(garden, 8)
    assert order[0] == (first.question.kind, first.question.id)
    assert len(order) == len(set(order)) > 3


def test_a_shorter_questionnaire_is_the_beginning_of_a_longer_one(garden: Interview) -> None:
    assert names(garden, 3) == names(garden, 8)[:3]
    assert names(garden, 0) == []


def test_what_is_believed_stays_where_it_is_and_becomes_surer(garden: Interview) -> None:
    """The answers are those that are expected, so that each question takes off what was foretold, or more."""
    at, spread = garden, [garden.predicted_sd]
    for one in fixed_order(garden, 4):
        at = at.after(as_expected(at, one.question))
        assert at.log_odds == pytest.approx(garden.log_odds, abs=1e-6)
        spread.append(at.predicted_sd)
    assert np.all(np.diff(spread) < 0)


def test_it_goes_on_where_an_interview_stands(garden: Interview) -> None:
    first = garden.next()
    assert first is not None
    surprise = Reply(first.question, "answered", (Elicited(Scale.PROBABILITY, 0.6, 0.6),))
    order = names(garden.after(surprise), 8)
    assert (first.question.kind, first.question.id) not in order
    assert order


def test_a_row_of_shares_is_answered_by_what_is_expected_of_each() -> None:
    interview = begin(model(TRAINING, "target: danger"), "ann")
    question = interview.question_of("judgement", "kind.soon")
    assert isinstance(question, Question)
    reply = as_expected(interview, question)
    assert [value.low for value in reply.values] == list(interview.expected(question))
    assert sum(value.low for value in reply.values) == pytest.approx(1)


def test_a_ratio_is_answered_by_a_ratio(garden: Interview) -> None:
    reply = as_expected(garden, garden.question_of("judgement", "clouds.strength"))
    assert reply.values[0].scale is Scale.RATIO
    assert reply.values[0].low == pytest.approx(np.sqrt(30))


def test_progress_hears_of_every_question(garden: Interview) -> None:
    heard: list[tuple[str, int, int]] = []
    order = fixed_order(garden, 3, progress=lambda *told: heard.append(told))
    assert heard == [("choosing questions", i, 3) for i in range(1, len(order) + 1)]

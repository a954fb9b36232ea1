"""What must hold of an interview about any map: maps with every construct, and answers of some worldview."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import cruxmap as cm
from cruxmap.insight.interview import Interview, Question, Reply, begin, resume
from cruxmap.insight.live_model import State, open_model
from cruxmap.language.argument_map import ArgumentMap, Elicited, Scale
from cruxmap.language.conditions import condition_form
from cruxmap.language.inheritance import shares_in_force
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.rewriting.worldview_edits import edited
from helpers import drawn_maps
from helpers.few_examples import FEW_EXAMPLES

NEW = "reader"


def interviewed(draft: drawn_maps.Draft, thing: drawn_maps.Thing) -> tuple[ModelSpec, Interview]:
    """A model that asks for a thing, and an interview with a few replies."""
    target: drawn_maps.Data = {thing.id: thing.states[0]} if thing.states else thing.id
    if thing.timeline:
        target = {"event": thing.id, "ever": True}
    model = draft.read_model(target=target)
    try:
        interview = begin(model, NEW)
    except cm.InvalidMap:
        assume(False)
        raise
    name = next(iter(draft.worldviews), None)
    answering = open_model(model, name)
    for number in range(4):
        ranked = interview.questions()
        if not ranked:
            break
        question = ranked[min(number, len(ranked) - 1)].question
        skipped = Reply(question, "skipped")
        interview = interview.after(reply_of(answering, model.map, question) if number else skipped)
    return model, interview


def reply_of(state: State, argument_map: ArgumentMap, question: Question) -> Reply:
    """What the worldview of a state says: its own numbers as they count, and what these imply."""
    if question.condition is not None:
        p = min(max(state.probability(condition_form(question.condition)), 0.01), 0.99)
        return Reply(question, "answered", (Elicited(Scale.PROBABILITY, p, p),))
    setting, shares = state.perspective.setting, shares_in_force(argument_map, state.perspective)
    if setting[question.addresses[0]].rejected and question.entry == question.id:
        return Reply(question, "rejected")
    values = tuple(
        Elicited(Scale.PROBABILITY, shares[address], shares[address])
        if address in shares
        else setting[address].value
        for address in question.addresses
    )
    return Reply(question, "answered", values)


@FEW_EXAMPLES
@given(drawn_maps.drafts(), st.data())
def test_the_file_that_is_written_says_what_the_interview_says(
    draft: drawn_maps.Draft, data: st.DataObject
) -> None:
    model, interview = interviewed(draft, data.draw(st.sampled_from(draft.things)))
    text = edited(f"worldview: {NEW}\ntext: A reader.\n", interview.changes())
    files = draft.files() | {f"worldviews/{NEW}.yaml": text}
    again = drawn_maps.read_question(files, target=condition_form(model.target.condition))
    assert open_model(again, NEW).log_odds() == pytest.approx(interview.log_odds, rel=1e-9, abs=1e-9)
    went_on = resume(again, NEW)
    before, after = ({(r.question, r.what) for r in one.replies} for one in (interview, went_on))
    assert after == before
    assert went_on.log_odds == pytest.approx(interview.log_odds, rel=1e-9, abs=1e-9)
    assert edited(text, went_on.changes()) == text


@FEW_EXAMPLES
@given(drawn_maps.drafts(), st.data())
def test_replies_in_another_order_come_to_the_same(draft: drawn_maps.Draft, data: st.DataObject) -> None:
    _, interview = interviewed(draft, data.draw(st.sampled_from(draft.things)))
    other = replace(interview, replies=tuple(data.draw(st.permutations(interview.replies))))
    assert other.log_odds == interview.log_odds
    assert other.questions() == interview.questions()


@FEW_EXAMPLES
@given(drawn_maps.drafts_with_brought(), st.data())
def test_any_worldview_can_be_gone_on_with(draft: drawn_maps.Draft, data: st.DataObject) -> None:
    """What stands there stays, and the file says what the interview says, links and what is brought too."""
    assume(draft.worldviews)
    claims = [thing.id for thing in draft.things if not thing.states and not thing.timeline]
    assume(claims)
    target = data.draw(st.sampled_from(claims))
    name = data.draw(st.sampled_from(sorted(draft.worldviews)))
    files = draft.files()
    try:
        interview = resume(drawn_maps.read_question(files, target=target), name)
        assume(abs(interview.log_odds) < 30)
    except cm.InvalidMap:
        assume(False)
        raise
    text = files[f"worldviews/{name}.yaml"]
    changes = interview.changes(only_asked=True)
    assert not {at for at, value in changes.judgements.items() if value is not None}
    assert changes.stated is None
    written = edited(text, interview.changes())
    again = drawn_maps.read_question(files | {f"worldviews/{name}.yaml": written}, target=target)
    assert open_model(again, name).log_odds() == pytest.approx(interview.log_odds, rel=1e-9, abs=1e-9)
    assert resume(again, name).log_odds == pytest.approx(interview.log_odds, rel=1e-9, abs=1e-9)

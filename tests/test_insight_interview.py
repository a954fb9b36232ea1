"""Interviews: what is asked, what answers come to, and what is written."""

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import gamma

import cruxmap as cm
from cruxmap.engine.network import FloatArray
from cruxmap.errors import Code, Problem
from cruxmap.insight.interview import Interview, Question, Reply, begin, question_of, resume, statement
from cruxmap.insight.interview.belief import Belief
from cruxmap.insight.interview.believed import DEGREES_OF_FREEDOM, believed
from cruxmap.insight.interview.coordinates import Coordinates
from cruxmap.insight.interview.observed import SD_OF_A_JUDGEMENT, SD_OF_A_STATEMENT, observed
from cruxmap.insight.interview.prior import GRAIN, SD_ALONE
from cruxmap.insight.interview.written import rounded
from cruxmap.insight.live_model import open_model
from cruxmap.language.argument_map import Elicited, Role, Scale
from cruxmap.language.conditions import condition_form
from cruxmap.language.judgement import LEXICON, format_value, parse_value
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.reading import read_model
from cruxmap.language.rewriting.worldview_edits import edited
from helpers.commands import LEGAL_CASE
from helpers.examples import ANN, BOB, GARDEN, ONE, TRAINING, TRAINING_QUESTION, TRAINING_WORLDVIEW
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


def test_a_question_is_found_by_its_address_or_that_of_one_of_its_shares() -> None:
    argument_map = garden().map
    assert question_of(argument_map, "judgement", "season.dry").id == "season"
    rain = question_of(argument_map, "stated", "rain")
    assert rain.condition is not None
    assert statement(argument_map, rain.condition) == rain


# --- against dense algebra --------------------------------------------------------------------------


def centring(at: Coordinates) -> FloatArray:
    """The projection that keeps the sum of every row of shares, as a matrix."""
    whole = np.eye(len(at.addresses))
    for row in at.rows:
        s = np.zeros(len(whole))
        s[row] = at.sd[row]
        whole -= np.outer(s, s) / (s @ s)
    return whole


def dense(interview: Interview) -> FloatArray:
    """The prior covariance of all coordinates, as a matrix."""
    at, prior = interview.ground.at, interview.ground.prior
    keep = centring(at)
    return keep @ (np.diag(prior.own) + prior.factors @ prior.factors.T) @ keep


def test_beliefs_are_those_of_dense_algebra() -> None:
    interview = begin(garden(), "carl")
    n = len(interview.ground.at.addresses)
    random = np.random.default_rng(1)
    slopes, noise, seen = random.normal(size=(4, n)), random.uniform(0.1, 1, 4), random.normal(size=4)
    belief = Belief(interview.ground.at, interview.ground.prior, slopes, noise)
    before = dense(interview)
    gain = before @ slopes.T @ np.linalg.inv(slopes @ before @ slopes.T + np.diag(noise))
    after = before - gain @ slopes @ before
    others = random.normal(size=(3, n))
    np.testing.assert_allclose(belief.before(others), before @ others.T, atol=1e-12)
    np.testing.assert_allclose(belief.covariances(others), after @ others.T, atol=1e-12)
    np.testing.assert_allclose(belief.variances, np.diag(after), atol=1e-12)
    np.testing.assert_allclose(belief.mean(belief.pulls(seen)), gain @ seen, atol=1e-12)


def test_what_is_linear_is_believed_as_bayes_has_it() -> None:
    """The logit of a claim that nothing bears on is its coordinate, so that one update is exact."""
    start = begin(garden(), "carl")
    at = start.ground.at
    claims, answers = ("sprinkler", "far", "mirage"), ("54%", "41%", "35%")
    places = [at.addresses.index(claim) for claim in claims]
    interview = start
    for claim, answer in zip(claims[:2], answers[:2], strict=True):
        interview = interview.after(said(start, claim, answer))
    interview = interview.after(judged(start, "mirage", answers[2]))
    before = dense(start)
    rows = np.eye(len(before))[places] * np.array([at.sd[places[0]], at.sd[places[1]], 1.0])[:, None]
    noise = np.diag([SD_OF_A_STATEMENT**2, SD_OF_A_STATEMENT**2, SD_OF_A_JUDGEMENT**2])
    moved = np.array([number(answer, Role.CREDENCE).mu for answer in answers]) - at.middle[places]
    moved[2] /= at.sd[places[2]]
    mean = before @ rows.T @ np.linalg.inv(rows @ before @ rows.T + noise) @ moved
    for other in ("rain", "clouds", "drought", "season.dry", "season.mild", "clouds.strength"):
        place = at.addresses.index(other)
        question = question_of(start.model.map, "judgement", other)
        expected = dict(zip(question.addresses, interview.expected(question), strict=True))[other]
        if not other.startswith("season"):
            u = at.middle[place] + at.sd[place] * mean[place]
            wanted = np.exp(u) if other.endswith("strength") else 1 / (1 + np.exp(-u))
            assert expected == pytest.approx(wanted, rel=1e-9)
    row = at.rows[0]
    logs = at.middle[row] + at.sd[row] * mean[row]
    shares = np.exp(logs) / np.exp(logs).sum()
    assert interview.expected(question_of(start.model.map, "judgement", "season")) == pytest.approx(
        shares.tolist(), rel=1e-9
    )


def test_slopes_of_the_target_and_of_statements_are_those_of_finite_differences() -> None:
    interview = begin(training(), "carl")
    at, state = interview.ground.at, interview.ground.state
    conditions = [q.condition for q in interview.ground.catalogue.stated if q.condition is not None]
    random = np.random.default_rng(2)
    z = np.where(at.free, random.normal(0, 0.5, len(at.addresses)), 0.0)
    along = np.where(at.free, random.normal(size=len(at.addresses)), 0.0)
    u = at.unconstrained(z[:, None])[:, 0]
    slopes = at.slopes(u, state.at(u, conditions).slopes)
    step = 1e-5
    both = z[:, None] + np.outer(along, [step, -step])
    up, down = (state.at(u, conditions).log_odds for u in at.unconstrained(both).T)
    np.testing.assert_allclose(slopes @ along, (up - down) / (2 * step), rtol=1e-6, atol=1e-8)
    assert np.abs(slopes @ along).min() > 1e-6


def test_a_state_measures_conditions_as_it_answers_about_them() -> None:
    state = open_model(training())
    conditions = [q.condition for q in begin(training(), "carl").ground.catalogue.stated]
    known = [condition for condition in conditions if condition is not None]
    found = state.at(state.numbers.mu[0], known)
    wanted = [state.log_odds(), *(state.log_odds(condition_form(one)) for one in known)]
    assert found.log_odds.tolist() == pytest.approx(wanted, rel=1e-9)
    assert state.target_at(state.numbers.mu.T).tolist() == pytest.approx(wanted[:1], rel=1e-12)
    by_address = state.slopes()
    own = [place for place, a in enumerate(state.asking.opened.addresses) if by_address.get(a) is not None]
    slopes = [by_address[state.asking.opened.addresses[place]] for place in own]
    assert found.slopes[0][own].tolist() == pytest.approx(slopes, rel=1e-9, abs=1e-12)


def test_what_is_joint_with_the_target_is_what_supposing_it_gives() -> None:
    state = open_model(garden())
    joint = state.joint_with_target()
    p = state.probability()
    assert joint["rain"].sum() == pytest.approx(1.0)
    assert joint["rain"][1].sum() == pytest.approx(p)
    assert joint["rain"][1, 1] == pytest.approx(state.given(assuming=["wet"]).probability("rain") * p)


def test_the_mean_is_where_nothing_is_likelier() -> None:
    """A statement about a claim that others move is curved: compared with a minimiser without slopes."""
    start = begin(training(), "carl")
    interview = start.after(said(start, "{event: plan, by_end_of: early}", "91%"))
    at, state = start.ground.at, start.ground.state
    condition = question_of(start.model.map, "stated", "{event: plan, by_end_of: early}").condition
    assert condition is not None
    values, vectors = np.linalg.eigh(dense(start))
    root = vectors[:, values > 1e-9] * np.sqrt(values[values > 1e-9])
    logit = number("91%", Role.CREDENCE).mu

    def cost(w: FloatArray) -> float:
        off = logit - state.at(at.unconstrained((root @ w)[:, None])[:, 0], [condition]).log_odds[1]
        return float(w @ w + (off / SD_OF_A_STATEMENT) ** 2) / 2

    found = minimize(cost, np.zeros(root.shape[1]), method="BFGS", options={"gtol": 1e-6})
    best = state.at(at.unconstrained((root @ found.x)[:, None])[:, 0], []).log_odds[0]
    assert interview.log_odds == pytest.approx(best, abs=1e-4)
    assert abs(interview.log_odds - start.log_odds) > 0.1


def test_an_answer_near_certainty_is_taken_to_be_less_sharp() -> None:
    start = begin(garden(), "carl")
    sds = [
        observed(start.ground, [said(start, "far", answer)]).sds[0]
        for answer in ("40%", "5%", "1%", "99%")
    ]
    assert sds[0] == sds[1] == SD_OF_A_STATEMENT
    assert sds[2] == pytest.approx(SD_OF_A_STATEMENT + 0.2 * (math.log(99) - 3), rel=1e-12)
    assert sds[3] == pytest.approx(sds[2], rel=1e-12)


@pytest.mark.parametrize("answers", [("97%", "3.1%"), ("51%", "49%")])
def test_answers_further_off_than_expected_make_it_less_sure(answers: tuple[str, str]) -> None:
    """Compared with the posterior mean of a precision common to all that is believed, by quadrature."""
    start = begin(garden(), "carl")
    at, claims = start.ground.at, ("sprinkler", "far")
    replies = [said(start, claim, answer) for claim, answer in zip(claims, answers, strict=True)]
    one = observed(start.ground, replies)
    found = believed(start.ground, one)
    places = [
        at.addresses.index(question_of(start.model.map, "judgement", r.question.entry).id) for r in one.of
    ]
    rows = np.eye(len(at.addresses))[places] * at.sd[places][:, None]
    covariance = rows @ dense(start) @ rows.T + np.diag(one.sds**2)
    off = one.logits - at.middle[places]
    precision = np.linspace(1e-6, 40, 400_001)
    density = gamma(DEGREES_OF_FREEDOM / 2, scale=2 / DEGREES_OF_FREEDOM).pdf(precision)
    density *= precision ** (len(off) / 2) * np.exp(
        -precision * (off @ np.linalg.solve(covariance, off)) / 2
    )
    expected = max(1.0, density.sum() / (precision * density).sum())
    assert found.surprise == pytest.approx(expected, rel=1e-3)
    slope = found.slopes[0]
    plain = slope @ found.belief.covariances(slope[None, :])[:, 0]
    assert start.after(replies[0]).after(replies[1]).predicted_sd == pytest.approx(
        np.sqrt(expected * plain), rel=1e-3
    )


# --- what is believed beforehand ----------------------------------------------------------------------


def test_without_worldviews_every_number_is_believed_by_itself() -> None:
    prior = begin(model(GARDEN, "target: wet\n"), "carl").ground.prior
    assert prior.factors.shape[1] == 0
    assert set(prior.own.tolist()) == {0.0, SD_ALONE**2}


def test_whoever_answers_and_those_who_extend_them_are_no_part_of_it() -> None:
    late = "extends: ann\njudgements: {far: 50%}\n"
    spec = model(GARDEN, "target: wet\n", ann=ANN, bob=BOB, late=late)
    everybody, without = begin(spec, "carl"), begin(spec, "ann")
    assert {"resembles ann", "resembles late"} <= set(everybody.ground.prior.names)
    assert "resembles bob" in without.ground.prior.names
    assert not {"resembles ann", "resembles late"} & set(without.ground.prior.names)
    assert begin(spec, "carl", without=["ann"]).ground.prior.names == without.ground.prior.names


@pytest.mark.parametrize("why", ["fitted: to something", "elicited: false"])
def test_numbers_that_are_no_opinion_are_no_part_of_it(why: str) -> None:
    moved = f"judgements: {{far: {{value: 90%, {why}}}, sprinkler: 80%}}\n"
    interview = begin(model(GARDEN, "target: wet\n", ann=moved), "carl")
    at, prior = interview.ground.at, interview.ground.prior
    like = dict(zip(prior.names, prior.directions.T, strict=True))["resembles ann"]
    assert like[at.addresses.index("far")] == 0.0
    assert like[at.addresses.index("sprinkler")] > 1.0


def test_factors_are_centred_and_move_only_what_may() -> None:
    interview = begin(training(), "carl")
    at, prior = interview.ground.at, interview.ground.prior
    np.testing.assert_allclose(centring(at) @ prior.factors, prior.factors, atol=1e-12)
    assert not prior.factors[~at.free].any()
    assert np.array_equal(prior.directions * GRAIN, np.rint(prior.directions * GRAIN))


def test_a_map_without_arguments_is_interviewed() -> None:
    interview = begin(model(ONE, "target: b\n", ann="judgements: {a: 70%}\n"), "carl")
    suggestion = interview.next()
    assert suggestion is not None
    assert suggestion.question.id == "a"


# --- what is never asked ----------------------------------------------------------------------------


NEVER = """
claims:
  root: {text: The root., credence: 20% to 60%}
  other: {text: Another., credence: 30% to 70%}
  both: {text: Both of them., all_of: [root, other]}
  goal: {text: The goal., given: [{when: both, credence: 80%}, {otherwise: 20% to 40%}]}
  whole: {text: The goal and more., all_of: [goal, other]}
  later: {text: It follows., given: [{when: goal, credence: 70%}, {otherwise: 10% to 20%}]}
  free: {text: Far away., credence: 40% to 60%}
arguments:
  speaks: {text: It speaks., for: root, credence: 50% to 90%, strength: 2x to 4x}
"""


def test_neither_the_target_nor_what_defines_contains_or_follows_is_asked_for() -> None:
    listed = begin(model(NEVER, "target: goal\n"), "carl").ground.catalogue
    assert {q.of for q in listed.stated} == {"root"}
    assert {q.of for q in listed.judgements} >= {"root", "other", "speaks", "speaks.strength"}
    assert not {q.entry for q in listed.judgements} & {"later", "whole"}


def test_what_is_given_is_not_asked_for() -> None:
    listed = begin(model(NEVER, "target: goal\nassuming: root\n"), "carl").ground.catalogue
    assert "root" not in {q.of for q in (*listed.stated, *listed.judgements)}


def test_a_pace_is_never_asked_for() -> None:
    listed = begin(training(), "carl").ground.catalogue
    assert "goal.early.pace" in training().map.judgements
    assert not [q for q in listed.judgements if q.id.endswith(".pace")]


def test_an_interview_about_a_part_asks_of_that_alone() -> None:
    listed = begin(garden(), "carl", about="rain").ground.catalogue
    entries = {q.entry for q in (*listed.stated, *listed.judgements)}
    assert entries == {"rain", "clouds", "drought", "mirage", "season"}
    with pytest.raises(cm.InvalidMap, match="no `reign`"):
        begin(garden(), "carl", about="reign")


def test_judgements_alone_are_asked_for_where_that_is_wanted() -> None:
    assert {s.question.kind for s in begin(garden(), "carl", kinds="judgements").questions()} == {
        "judgement"
    }


@pytest.mark.parametrize("ask", ["target: sure", "target: {not: sure}"])
def test_a_target_that_is_certain_cannot_be_asked_about(ask: str) -> None:
    text = "claims: {sure: {text: Sure., credence: 100%}, open: {text: Open., credence: 30%}}"
    with pytest.raises(cm.InvalidMap, match="certain"):
        begin(model(text, ask), "carl")


def test_impossible_evidence_is_a_problem() -> None:
    text = "claims: {nothing: {text: Nothing., credence: 0%}, open: {text: Open., credence: 30%}}"
    with pytest.raises(cm.InvalidMap, match="impossible"):
        begin(model(text, "target: open\nassuming: nothing\n"), "carl")


def test_a_map_that_is_too_wide_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_wide(*_: object, **__: object) -> None:
        raise cm.InvalidMap((Problem(Code.TOO_WIDE, "exact sums would take too much"),))

    monkeypatch.setattr("cruxmap.insight.free_network.exactly", too_wide)
    monkeypatch.setattr("cruxmap.insight.interview.ground.exactly", too_wide)
    with pytest.raises(cm.InvalidMap, match="too much"):
        begin(garden(), "carl")


# --- what does not fit, and what is written -------------------------------------------------------------


def test_an_answer_far_from_what_others_imply_clashes_with_them() -> None:
    start = begin(training(), "carl")
    one, other = "{event: plan, by_end_of: early}", "{event: plan, ever: true}"
    first = said(start, "{event: goal, by_end_of: early}", "2%")
    assert start.clash(first) is None or start.clash(first).earlier == ()  # type: ignore[union-attr]
    interview = start.after(said(start, one, "97%"))
    clash = interview.clash(first)
    assert clash is not None
    assert clash.implied > 0.5
    assert [reply.question.id for reply in clash.earlier] == [one]
    assert other != one


def test_the_answer_that_fits_the_others_least_is_looked_at_first() -> None:
    start = begin(training(), "carl")
    odd = said(start, "{event: goal, by_end_of: early}", "2%")
    for reply in (
        said(start, "{event: plan, by_end_of: early}", "90%"),
        judged(start, "danger.leak", "0.4%"),
        odd,
    ):
        start = start.after(reply)
    looked = start.to_look_at_again(2)
    assert len(looked) == 2
    assert odd in looked
    assert start.to_look_at_again(9)[-1].question.id == "danger.leak"


def test_who_rejects_an_argument_has_no_numbers_for_it() -> None:
    start = begin(garden(), "carl")
    number_of = judged(start, "clouds.strength", "5x")
    rejected = Reply(question_of(start.model.map, "judgement", "clouds"), "rejected")
    interview = start.after(number_of).after(rejected)
    assert interview.replies == (rejected,)
    assert interview.changes().rejects == {"clouds": True}
    assert not [address for address in interview.changes().judgements if address.startswith("clouds")]
    settled = (
        open_model(garden())
        .reject("clouds")
        .set(
            {a: form["value"] for a, form in interview.fitted().items()}  # type: ignore[index, misc, call-overload]
        )
    )
    assert settled.log_odds() == pytest.approx(interview.log_odds, abs=1e-6)
    assert interview.after(number_of).replies == (number_of,)


def test_only_what_was_asked_is_written_where_that_is_wanted() -> None:
    start = begin(garden(), "carl")
    interview = start.after(judged(start, "sprinkler", "70%")).after(said(start, "rain", "80%"))
    interview = interview.after(Reply(question_of(start.model.map, "judgement", "season"), "skipped"))
    changes = interview.changes(only_asked=True)
    assert changes.judgements == {"sprinkler": "70%"}
    assert changes.stated == [{"of": "rain", "credence": "80%"}]
    assert changes.asked == ["season"]
    assert interview.fitted()
    assert interview.changes().judgements == {"sprinkler": "70%", **interview.fitted()}


def test_a_number_that_is_as_far_out_as_may_be_is_not_fitted_to_itself() -> None:
    start = begin(read_model(LEGAL_CASE), "carl")
    interview = start.after(said(start, "saw-face", "30%")).after(judged(start, "shared-bench", "40%"))
    rare = question_of(start.model.map, "judgement", "match-reported.coincidence")
    assert interview.expected(rare) == start.mapped(rare)
    assert rare.id not in interview.fitted()
    assert interview.fitted()


@pytest.mark.parametrize("turned", [False, True])
def test_an_answer_further_out_than_answers_lie_never_draws_back(turned: bool) -> None:
    credences = ("99.9995%", "99.9999%", "99.999%") if turned else ("0.0005%", "0.0001%", "0.001%")
    implied, further, nearer = credences
    garden_with_rare_mould = GARDEN.replace(
        "credence: 1% to 5%}\nquestions", f"credence: {implied}}}\nquestions"
    )
    damp = "damp: {text: Wet grass grows mould., premises: [wet], credence: 80%, for: mould, strength: 4x}"
    assert damp in garden_with_rare_mould
    spec = model(garden_with_rare_mould.replace(damp, ""), "target: mould\nalso: [wet]\n")
    start = begin(spec, "carl")
    for credence in (further, nearer):
        interview = start.after(said(start, "mould", credence))
        assert interview.log_odds == pytest.approx(start.log_odds, abs=1e-12)
        assert interview.clash(said(start, "mould", credence)) is None
    assert abs(start.after(said(start, "mould", "2%" if not turned else "98%")).log_odds) < abs(
        start.log_odds
    )


def test_what_a_file_says_beside_a_number_stays() -> None:
    spec = model(
        GARDEN, "target: wet\n", ann=ANN.replace("far: 90%", "far: {value: 90%, note: I think.}"), bob=BOB
    )
    interview = resume(spec, "ann")
    assert {reply.question.id for reply in interview.replies} == {
        *("rain", "wet.rained", "clouds.strength", "season", "far", "wet")
    }
    changes = interview.changes(only_asked=True)
    assert changes.judgements == {}
    assert changes.stated is None
    more = interview.after(said(interview, "rain", "20%")).changes().stated
    assert more == [{"of": "wet", "credence": "30% to 50%"}, {"of": "rain", "credence": "20%"}]


def test_a_number_of_ones_own_in_place_of_a_link_is_no_link() -> None:
    linked = GARDEN.replace(
        "drought: {text: It is the dry season.,", "drought: {text: Dry., credence: same as mirage,"
    )
    spec = model(
        linked, "target: wet\n", ann="judgements: {drought: 90%}\n", bob="judgements: {mirage: 70%}\n"
    )
    for name in ("ann", "bob"):
        interview = resume(spec, name)
        settings: dict[str, Any] = {at: form["value"] for at, form in interview.fitted().items()}  # type: ignore[index, call-overload]
        own = open_model(spec, name).set(settings)
        assert own.log_odds() == pytest.approx(interview.log_odds, rel=1e-9)


def gone_on(interview: Interview, judgements: str) -> ModelSpec:
    """The garden with ann's file as an interview leaves it that began with these judgements."""
    head = "worldview: ann\ntext: One view.\n"
    written = edited(f"{head}{judgements}", interview.changes())
    return model(GARDEN, "target: wet\n", ann=written.removeprefix(head))


LINK = "judgements: {drought: same as mirage}\n"


def test_a_link_of_ones_own_follows_the_number_that_it_leads_to() -> None:
    start = resume(model(GARDEN, "target: wet\n", ann=LINK), "ann")
    link, end = (question_of(start.model.map, "judgement", at) for at in ("drought", "mirage"))
    answered, fitted = start.after(judged(start, "mirage", "80%")), start.after(said(start, "rain", "60%"))
    for interview in (start, answered, fitted):
        assert interview.expected(link) == interview.expected(end)
        assert "drought" not in interview.fitted()
        spec = gone_on(interview, LINK)
        assert "drought: same as mirage" in edited(f"worldview: ann\n{LINK}", interview.changes())
        assert open_model(spec, "ann").log_odds() == pytest.approx(interview.log_odds, rel=1e-9)
        assert resume(spec, "ann").log_odds == pytest.approx(interview.log_odds, rel=1e-9)
    assert answered.expected(link) == pytest.approx((0.8,))
    assert "mirage" in fitted.fitted()
    number = start.after(judged(start, "drought", "20%")).after(judged(start, "mirage", "80%"))
    assert abs(number.log_odds - answered.log_odds) > 0.1
    again = answered.after(Reply(end, "skipped"))
    assert again.log_odds == pytest.approx(start.log_odds, rel=1e-9)


def test_links_go_where_they_would_run_in_a_circle() -> None:
    linked = GARDEN.replace(
        "drought: {text: It is the dry season.,", "drought: {text: Dry., credence: same as mirage,"
    )
    own = "judgements: {drought: 30%, mirage: same as drought}\n"
    start = resume(model(linked, "target: wet\n", ann=own), "ann")
    skipped = start.after(Reply(question_of(start.model.map, "judgement", "drought"), "skipped"))
    judgements = skipped.changes().judgements
    assert (judgements["drought"], judgements["mirage"]) == (None, "30%")
    assert skipped.expected(question_of(start.model.map, "judgement", "mirage")) == pytest.approx((0.3,))
    assert "mirage" not in start.changes().judgements


# --- the digits of what is fitted ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scale", "middle", "width", "text"),
    [
        (Scale.PROBABILITY, math.log(0.3456789 / 0.6543211), 0.0, "34.57%"),
        (Scale.PROBABILITY, -1.23456789, 0.5, "11.33% to 39.84%"),
        (Scale.PROBABILITY, 7.654321, 0.5, "99.8922% to 99.97918%"),
        (Scale.PROBABILITY, -14.0, 0.0, "8.315e-7"),
        (Scale.PROBABILITY, -1e30, 0.0, "0%"),
        (Scale.PROBABILITY, 1e30, 0.0, "100%"),
        (Scale.PROBABILITY, -1.23456789, 1e-4, "22.535% to 22.541%"),
        (Scale.PROBABILITY, -1.23456789, 1e-9, "22.538293797% to 22.538293855%"),
        (Scale.RATIO, 1.23456789, 0.5, "1.51x to 7.822x"),
        (Scale.RATIO, -1.23456789, 0.0, "0.291x"),
        (Scale.RATIO, 0.0, 0.0, "1x"),
    ],
)
def test_a_fitted_number_has_few_digits(scale: Scale, middle: float, width: float, text: str) -> None:
    found = rounded(scale, middle, width)
    assert format_value(found) == text
    assert found.mu == pytest.approx(middle, abs=6e-4)
    assert found.sd == pytest.approx(width, rel=0.1)
    assert parse_value(text, Role.PACE if scale is Scale.RATIO else Role.CREDENCE, LEXICON) == found


@given(st.floats(-30, 30), st.floats(0, 3))
def test_what_is_rounded_is_nearly_what_it_was(middle: float, width: float) -> None:
    for scale, role in ((Scale.PROBABILITY, Role.CREDENCE), (Scale.RATIO, Role.PACE)):
        found = rounded(scale, middle, width)
        assert found.mu == pytest.approx(middle, abs=6e-4)
        assert found.sd == pytest.approx(width, rel=0.1, abs=1e-14)
        assert parse_value(format_value(found), role, LEXICON) == found


# --- which question next ---------------------------------------------------------------------------


def test_a_given_order_is_kept() -> None:
    listed = begin(garden(), "carl").ground.catalogue.judgements[::-1]
    interview = begin(garden(), "carl", order=listed)
    for question in listed[:3]:
        suggestion = interview.next()
        assert suggestion is not None
        assert suggestion.question == question
        interview = interview.after(Reply(question, "skipped"))


def test_nothing_more_is_asked_of_an_entry_that_somebody_does_not_know_about() -> None:
    start = begin(training(), "carl", kinds="judgements")
    asked = {suggestion.question.entry for suggestion in start.questions()}
    several = next(
        s.question
        for s in start.questions()
        if sum(other.question.entry == s.question.entry for other in start.questions()) > 1
    )
    passed = start.after(Reply(several, "skipped"))
    assert {suggestion.question.entry for suggestion in passed.questions()} == asked - {several.entry}
    carl = f"asked: [{several.entry}]\n"
    again = resume(model(TRAINING, TRAINING_QUESTION, ann=TRAINING_WORLDVIEW, carl=carl), "carl")
    assert several.entry not in {suggestion.question.entry for suggestion in again.questions()}


def test_no_question_is_put_twice_and_an_end_is_reached() -> None:
    interview = begin(garden(), "carl")
    put: list[str] = []
    while (suggestion := interview.next()) is not None:
        assert suggestion.question.id not in put or suggestion.question.kind == "judgement"
        put.append(suggestion.question.id)
        assert len(put) < 40
        values = interview.mapped(suggestion.question)
        reply = tuple(map(partial(point, interview, suggestion.question), values))
        interview = interview.after(Reply(suggestion.question, "answered", reply))
    assert put
    assert interview.predicted_sd < begin(garden(), "carl").predicted_sd


def test_where_nothing_is_curved_a_question_is_worth_what_algebra_says() -> None:
    """The variance that goes from a normal with slope g is `(g'P h)^2 / (h'P h + r^2)`."""
    linear = begin(model(LINEAR, "target: goal\n"), "carl")
    place = linear.ground.at.addresses.index("speaks.strength")
    slope = linear.ground.slopes[0][place]
    wanted = abs(slope) * SD_ALONE**2 / np.sqrt(SD_ALONE**2 + SD_OF_A_JUDGEMENT**2)
    [found] = [s for s in linear.questions() if s.question.id == "speaks.strength"]
    assert found.move == pytest.approx(wanted, rel=1e-6)


LINEAR = """
claims:
  goal: {text: The goal., credence: 50%}
arguments:
  speaks: {text: It speaks., for: goal, strength: 300x}
"""
"""An argument that is sound adds its strength to the logit: all is linear."""


def test_a_statement_that_other_answers_leave_no_room_for_stands_beside_them() -> None:
    start = begin(training(), "carl")
    interview = start.after(said(start, "{event: goal, by_end_of: early}", "30%"))
    interview = interview.after(judged(start, "goal.early", "0%"))
    assert np.isfinite(interview.log_odds)
    assert interview.expected(interview.replies[0].question) == (0.0,)
    assert interview.questions()

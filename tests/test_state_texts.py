"""What readers are shown in place of the ids of a question's states, through the commands."""

import re
from pathlib import Path

import pytest

from cruxmap.errors import InvalidMap
from cruxmap.insight.importance import by_importance
from cruxmap.insight.interview.questions import question_of
from cruxmap.insight.sentences import in_words, sentence_of
from cruxmap.interviewing.answers import read_answer
from cruxmap.language.anonymous import without_names
from cruxmap.language.argument_map import AllOf, ClaimIs, Not, StateIn
from cruxmap.language.digest import digest
from cruxmap.present.clauses import clause_of
from cruxmap.present.map_text import entry_text
from cruxmap.present.question_words import words_of
from cruxmap.present.worldview_template import worldview_template
from helpers.commands import Cruxmap
from helpers.maps_from_text import model, write

FLIGHT = """
claims:
  flies:
    text: The rocket flies.
    given:
      - {id: at-sea, when: {wind: [calm, "5"]}, credence: 60% to 90%}
      - {otherwise: 10%}
questions:
  wind:
    text: How strong is the wind?
    states: [calm, "5", gale]
    state_texts: {calm: '<b>calm</b>, "5" & less', 5: "<5"}
    credence: {calm: 30% to 40%, 5: 40%, gale: rest}
  gap:
    text: How long is it?
    states: [short, long]
    state_texts: {long: "12+"}
    gap: {from: ready, to: done, at_least: {long: 3}}
timelines:
  year: {text: The year., phases: {spring: 4, summer: 4}}
events:
  ready: {text: It is ready., timeline: year, emerges: {spring: 50%}}
  done: {text: It is done., timeline: year, emerges: {spring: 30%, summer: 30%}}
arguments:
  gusts: {text: There are gusts., against: {wind: [calm, "5"]}, strength: 2x}
"""
ASK = "target: flies\nalso: [wind]\n"
CALM = '<b>calm</b>, "5" & less'


def test_conditions_and_sentences_have_the_texts() -> None:
    argument_map = model(FLIGHT, ASK).map
    both = StateIn("wind", ("calm", "gale"))
    assert in_words(argument_map, both) == "wind is \"<b>calm</b>, '5' & less\" or gale"
    assert in_words(argument_map, Not(StateIn("wind", ("5",)))) == 'wind is not "<5"'
    several = AllOf((ClaimIs("flies"), StateIn("gap", ("long",))))
    assert in_words(argument_map, several) == 'flies and gap is "12+"'
    asked = 'the answer to "How strong is the wind?" is "<5" or "gale"'
    assert clause_of(argument_map, StateIn("wind", ("5", "gale"))) == asked
    assert sentence_of(argument_map, "wind.5") == "How strong is the wind? <5"
    assert sentence_of(argument_map, "wind.gale") == "How strong is the wind? gale"


def test_a_map_without_texts_keeps_its_digest_and_one_with_other_texts_has_another() -> None:
    lines = FLIGHT.splitlines(keepends=True)
    bare = "".join(line for line in lines if "state_texts" not in line)
    digests = [
        digest(model(text, ASK).map) for text in (FLIGHT, FLIGHT.replace('"12+"', '"over 11"'), bare)
    ]
    assert len(set(digests)) == 3


def test_an_anonymous_map_keeps_texts_without_names() -> None:
    text = FLIGHT + "voices: {marlowe: {text: Marlowe.}}\n"
    named = text.replace('5: "<5"', "5: what Marlowe says")
    found = without_names(model(named, ASK, marlowe="voice: marlowe\njudgements: {wind.calm: 30%}\n"))
    [wind, _] = found.map.questions
    assert wind.state_texts[0] == CALM
    assert "Marlowe" not in wind.state_texts[1]
    assert wind.state_texts[1].startswith("what ")


def test_the_entry_is_written_with_its_texts() -> None:
    argument_map = model(FLIGHT, ASK).map
    told = entry_text(argument_map.entry["gap"])
    assert "state_texts:\n" in told
    assert "long: 12+" in told


@pytest.mark.usefixtures("conjugate")
def test_commands_show_texts_to_readers_and_ids_to_programs(
    cruxmap: Cruxmap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")  # so that no text is on several lines
    write(tmp_path, FLIGHT, ASK, ann="judgements: {wind.calm: 20%}\n")
    explained = cruxmap("explain", "small", "wind")
    assert re.search(rf"ann: {re.escape(CALM)} [0-9.]+%, <5 [0-9.]+%, gale [0-9.]+%", explained.out)
    estimated = cruxmap("estimate", "small").out
    assert CALM in estimated
    assert "<5" in estimated
    parted = " ".join(cruxmap("diff", "small", "ann", "map").out.split())
    assert '<b>calm</b>, "5" & less: 20%; own' in parted
    plain = cruxmap("explain", "small", "wind", "--format", "json").json
    assert [*plain["probability"]["ann"]] == ["calm", "5", "gale"]
    written = cruxmap("cruxes", "small", "-w", "ann", "--format", "json").out
    assert '"id": "wind.5"' in written
    told = cruxmap("cruxes", "small", "-w", "ann").out
    assert f"if {CALM} " in " ".join(told.split())


@pytest.mark.parametrize("form", ["dot", "mermaid", "svg"])
def test_pictures_show_texts_and_never_as_markup(cruxmap: Cruxmap, tmp_path: Path, form: str) -> None:
    write(tmp_path, FLIGHT, "target: {wind: calm}\n")
    drawn = cruxmap("show", "small", "--format", form).out
    assert "<b>calm" not in re.sub('tooltip="[^"]*"', "", drawn)  # those of DOT have no markup
    assert "&lt;b&gt;calm" in drawn or "#60;b#62;calm" in drawn
    assert "12+" in drawn or "12&#43;" in drawn or "12#43;" in drawn


@pytest.mark.parametrize(
    "typed",
    [
        '<b>calm</b>, "5" & less 20%, <5 50%, gale 30%',
        "'<B>Calm</b>,  \"5\" & less': 20%, '<5' = 50%, gale rest",
        "calm 20%, 5 50%, gale 30%",
        "20%, 50%, rest",
    ],
)
def test_answers_are_typed_by_text_or_id(typed: str) -> None:
    argument_map = model(FLIGHT, ASK).map
    values = read_answer(typed, question_of(argument_map, "judgement", "wind"), argument_map)
    assert [round(value.middle, 9) for value in values] == [0.2, 0.5, 0.3]


def test_a_template_has_the_texts_and_says_what_nobody_gave() -> None:
    text = FLIGHT.replace("strength: 2x", "strength: {value: 2x, elicited: false}")
    text = text.replace(
        "{calm: 30% to 40%, 5: 40%, gale: rest}",
        "{value: {calm: 30% to 40%, 5: 40%, gale: rest}, elicited: false}",
    )
    spec = model(text, ASK)
    told = worldview_template(spec, "mine", by_importance(spec))
    assert "  # gusts.strength: 2x  # how strong it is, which nobody has said yet\n" in told
    rows = '  ## calm: <b>calm</b>, "5" & less\n  ## 5: <5\n  ## Nobody has said these yet:\n'
    assert f"{rows}  # wind: {{calm: 30% to 40%, 5: 40%, gale: rest}}\n" in told
    assert "flies.otherwise: 10%  # how likely it is otherwise\n" in told


def test_an_answer_that_names_no_state_is_refused() -> None:
    argument_map = model(FLIGHT, ASK).map
    with pytest.raises(InvalidMap):
        read_answer("breeze 20%, <5 50%", question_of(argument_map, "judgement", "wind"), argument_map)


def test_a_question_is_put_with_the_texts() -> None:
    spec = model(FLIGHT, ASK)
    words = words_of(spec, question_of(spec.map, "judgement", "wind"))
    assert words.states == (CALM, "<5", "gale")
    assert words.examples == ("35%, 35%, rest",)  # such names would be hard to tell from shares
    argued = words_of(spec, question_of(spec.map, "judgement", "gusts"))
    told = " ".join((argued.sentence, *argued.background))
    assert 'the answer "<b>calm</b>, \'5\' & less" or "<5"' in told

"""A model without names: what is gone, what is called otherwise, and that its numbers are the same."""

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

import cruxmap as cm
from cruxmap.language.anonymous import without_names
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.language.inheritance import settle
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.reading import read_model
from helpers.commands import POWER
from helpers.maps_from_text import model

MAP = """
map: {title: "What Ann Example says, and Bob", text: "As the ann says, and Smith; the editor does not."}
sources:
  ann-diary: {title: A diary, url: "https://example.org/diary"}
  paper: {title: A paper, author: "Ann Example, Carl Other", url: "https://example.org/paper"}
  page: {title: A page, url: "https://example.org/~bob/"}
voices:
  ann: {text: Ann Example.}
  bob: {text: "Bob Smith, a gardener."}
  editor: {text: Who wrote this.}
lexicon: {as Ann Example says: 70% to 80%}
claims:
  rain: {text: "It rains, says Ann Example.", source: [ann-diary, "paper#P1", page], credence: 20% to 40%}
  wet: {text: It is wet., note: From ann to bob., given: [{when: rain, credence: 90%}, {otherwise: 5%}]}
  whose:
    text: Whose is it?
    given: [{id: as-ann-says, when: rain, credence: as Ann Example says}, {otherwise: 5%}]
  bob-is-right: {text: Bob is right., credence: 50%}
arguments:
  clouds: {text: Dark clouds., by: ann, credence: 80%, for: rain, strength: 3x}
"""
ASK = "target: wet\nassuming: [{bob-is-right: true}]\nworldviews: [map, ann, bob]\nsampling: {draws: 16}\n"
ANN = """
voice: ann
judgements: {rain: {value: 30%, source: ann-diary, note: her words}, bob-is-right: 20%}
stated: [{of: wet, credence: 40%, source: "paper#P2", note: says ann}]
remarks: {rain: Ann is sure.}
arguments:
  ann-mist: {text: "Mist, says Ann.", premises: [rain], credence: 60%, against: wet, strength: 2x, note: hers}
"""
BOB = """
voice: bob
extends: ann
accepts: []
judgements: {rain: 50%, ann-mist.strength: 4x}
rejects: [clouds]
"""


def spec() -> ModelSpec:
    return model(MAP, ASK, ann=ANN, bob=BOB)


def texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if is_dataclass(value) and not isinstance(value, type):
        return [t for field in fields(value) if field.init for t in texts(getattr(value, field.name))]
    return [t for part in value for t in texts(part)] if isinstance(value, tuple) else []


def test_no_text_names_anybody() -> None:
    hidden = without_names(spec())
    assert not [
        text
        for text in texts(hidden)
        if re.search(r"\bann\b|\bbob\b|smith|example(?!\.org/paper)", text, re.I)
    ]
    assert hidden.map.title == "What a reviewer says, and a reviewer"
    assert hidden.map.text == "As a reviewer says, and a reviewer; the editor does not."
    assert hidden.map.voices == ()


def test_what_only_says_who_somebody_is_is_gone() -> None:
    hidden = without_names(spec())
    for worldview in hidden.map.worldviews:
        assert (worldview.about.text, worldview.voice, worldview.remarks) == ("", None, ())
        assert not any(one.citations or one.note for one in (*worldview.judgements, *worldview.stated))
    [brought] = [a for a in hidden.map.arguments if a.about.brought_by]
    assert hidden.map.entry["wet"].about.note == ""
    assert (brought.about.citations, brought.about.note, brought.by) == ((), "", None)
    assert [(s.id, s.author) for s in hidden.map.sources] == [("paper", "")]
    assert [str(c) for c in hidden.map.entry["rain"].about.citations] == ["paper#P1"]


def test_ids_that_name_somebody_are_others_everywhere() -> None:
    hidden = without_names(spec())
    assert set(hidden.map.entry) - {"rain", "wet", "clouds", "whose"} == {
        "entry-1",
        hidden.map.arguments[-1].about.id,
    }
    assert re.fullmatch(r"reviewer-[ab]-1", hidden.map.arguments[-1].about.id)
    assert "whose.part-1" in hidden.map.judgements
    assert texts(hidden.assuming) == ["entry-1"]
    assert hidden.worldviews == ("map", "reviewer-a", "reviewer-b")


def same_person(hidden: ArgumentMap) -> dict[str, str]:
    """Tell by what they extend who is whom."""
    [bob] = [w.about.id for w in hidden.worldviews if w.extends is not None]
    [ann] = [w.about.id for w in hidden.worldviews if w.extends is None]
    return {"map": "map", "ann": ann, "bob": bob}


@pytest.mark.parametrize("name", ["map", "ann", "bob"])
def test_the_numbers_are_the_same(name: str) -> None:
    named = spec()
    hidden = without_names(named)
    other = same_person(hidden.map)[name]
    before, after = (settle(m.map, w).settings for m, w in ((named, name), (hidden, other)))
    assert [(s.value, s.single, s.rejected, s.fitted) for s in before] == [
        (s.value, s.single, s.rejected, s.fitted) for s in after
    ]
    assert cm.probability(named, "wet", worldview=name) == pytest.approx(
        cm.probability(hidden, "wet", worldview=other), rel=1e-15
    )


def test_who_is_which_letter_does_not_follow_from_the_order_of_files() -> None:
    orders = set()
    for credence in range(10, 30):
        hidden = without_names(model(MAP.replace("20% to 40%", f"{credence}%"), ASK, ann=ANN, bob=BOB))
        orders.add(same_person(hidden.map)["ann"])
    assert orders == {"reviewer-a", "reviewer-b"}


def test_a_shipped_model_keeps_its_answer() -> None:
    named = read_model(POWER)
    hidden = without_names(named)
    known = sorted(cm.probability(named, named.target.name, worldview=w) for w in named.worldviews)
    assert known == sorted(
        cm.probability(hidden, hidden.target.name, worldview=w) for w in hidden.worldviews
    )
    assert hidden == without_names(replace(named))

"""A map in the terms of the Goal Structuring Notation."""

from hypothesis import given
from hypothesis import strategies as st

from cruxmap.exchange.gsn import Line, Shape, goal_structure
from cruxmap.language.reading import read_model
from helpers.commands import SAFETY_CASE
from helpers.drawn_maps import Draft, drafts_with_brought
from helpers.few_examples import FEW_EXAMPLES
from helpers.maps_from_text import model

CASE = """
    claims:
      safe: {text: It is safe., all_of: [dry, {place: home}, sound]}
      dry: {text: It cannot boil dry., credence: 80% to 95%}
      sound: {text: The mains are sound., credence: 99%}
      bare: {text: It is cheap., credence: 50%}
      sure: {text: It is hot., credence: 100%}
    questions:
      place: {text: Where?, states: [home, away], credence: {home: 90%, away: 10%}}
    arguments:
      tried: {text: It switched off., for: dry, source: report#2, strength: strong}
      built: {text: Well built., for: dry, source: report, premises: [sound, {place: away}], strength: 2x}
      said: {text: They say so., for: dry, strength: 1.5x}
      new: {text: All were new., undercuts: tried, premises: [bare], force: 60%}
      old: {text: Old ones failed., against: dry, credence: 40%, strength: 3x}
    sources: {report: {title: The report}}
"""


def test_each_entry_is_the_element_that_it_is() -> None:
    structure = goal_structure(model(CASE, "target: safe\nassuming: [sound]"))
    assert {one.id: (one.name, one.shape, one.undeveloped) for one in structure.elements} == {
        "safe": ("G1", Shape.GOAL, False),
        "safe.strategy": ("S1", Shape.STRATEGY, False),
        "dry": ("G2", Shape.GOAL, False),
        "sound": ("A1", Shape.ASSUMPTION, False),
        "bare": ("G3", Shape.GOAL, True),
        "sure": ("G4", Shape.GOAL, False),
        "place": ("C1", Shape.CONTEXT, False),
        "tried": ("Sn1", Shape.SOLUTION, False),
        "built": ("S2", Shape.STRATEGY, False),
        "built.source-1": ("Sn2", Shape.SOLUTION, False),
        "said": ("S3", Shape.STRATEGY, True),
        "new": ("CG1", Shape.COUNTER, False),
        "old": ("CG2", Shape.COUNTER, False),
    }
    notes = {one.id: one.notes for one in structure.elements}
    assert notes["safe.strategy"] == ("if {place: home}",)
    assert notes["dry"] == ("credence 80% to 95%",)
    assert notes["place"] == ("home, away",)
    assert notes["tried"] == ("strength strong", "report#2")
    assert notes["built"] == ("strength 2x", "if {place: away}")
    assert notes["old"] == ("sound 40%", "strength 3x")
    assert structure.top == "safe"


def test_lines_lead_from_what_is_supported_and_from_what_is_challenged() -> None:
    structure = goal_structure(model(CASE, "target: safe\nassuming: [sound]"))
    assert {(one.start, one.line, one.end) for one in structure.relations} == {
        ("safe", Line.SUPPORTED_BY, "safe.strategy"),
        ("safe.strategy", Line.SUPPORTED_BY, "dry"),
        ("safe.strategy", Line.IN_CONTEXT_OF, "place"),
        ("safe.strategy", Line.IN_CONTEXT_OF, "sound"),
        ("dry", Line.SUPPORTED_BY, "tried"),
        ("dry", Line.SUPPORTED_BY, "built"),
        ("dry", Line.SUPPORTED_BY, "said"),
        ("built", Line.IN_CONTEXT_OF, "sound"),
        ("built", Line.IN_CONTEXT_OF, "place"),
        ("built", Line.SUPPORTED_BY, "built.source-1"),
        ("tried", Line.CHALLENGED_BY, "new"),
        ("new", Line.SUPPORTED_BY, "bare"),
        ("dry", Line.CHALLENGED_BY, "old"),
    }


def test_what_is_assumed_and_follows_from_others_is_a_goal_that_says_so() -> None:
    structure = goal_structure(model(CASE, "target: dry\nassuming: [safe]"))
    [safe] = [one for one in structure.elements if one.id == "safe"]
    assert (safe.shape, safe.notes) == (Shape.GOAL, ("assumed",))
    assert ("safe", Line.SUPPORTED_BY, "safe.strategy") in {
        (one.start, one.line, one.end) for one in structure.relations
    }


def test_the_numbers_are_those_of_the_worldview_that_is_asked_for() -> None:
    there = read_model(SAFETY_CASE)
    notes = {one.id: one.notes for one in goal_structure(there, "assessor").elements}
    assert notes["elicited-well"] == ("credence 20% to 45%",)
    small = "claims: {a: {text: A., credence: 5%}}\narguments: {b: {text: B., for: a, strength: 2x}}"
    brings = "arguments: {c: {text: C., against: a, strength: 3x}}\nrejects: [b]"
    asked = model(small, "target: a", ann=brings)
    assert [one.id for one in goal_structure(asked).elements] == ["a", "b"]
    assert [one.id for one in goal_structure(asked, "ann").elements] == ["a", "c"]


NOBODYS = """
    claims: {a: {text: A., credence: {value: 5%, elicited: false}}}
    arguments: {b: {text: B., for: a, credence: 80%, strength: {value: 2x, elicited: false}}}
"""


def test_a_number_that_nobody_gave_is_marked() -> None:
    asked = model(NOBODYS, "target: a", ann="judgements: {a: 7%, b: {value: 50%, elicited: false}}")
    notes = {seen: [one.notes for one in goal_structure(asked, seen).elements] for seen in ("map", "ann")}
    assert notes["map"] == [("credence 5% (nobody's)",), ("sound 80%", "strength 2x (nobody's)")]
    assert notes["ann"] == [("credence 7%",), ("sound 50% (nobody's)", "strength 2x (nobody's)")]


@FEW_EXAMPLES
@given(st.data())
def test_every_map_has_a_structure_whose_lines_join_its_elements(data: st.DataObject) -> None:
    draft: Draft = data.draw(drafts_with_brought())
    there = draft.read_model(target=data.draw(draft.conditions()))
    structure = goal_structure(there)
    ids = [one.id for one in structure.elements]
    assert len({*ids}) == len(ids) == len({one.name for one in structure.elements})
    assert {end for one in structure.relations for end in (one.start, one.end)} <= {*ids}
    own = {id_ for id_, one in there.map.entry.items() if one.about.brought_by is None}
    assert own <= {*ids}

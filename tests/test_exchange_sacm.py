"""A map as an assurance case in SACM, and back; cases as other programs write them."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cruxmap.errors import Code, InvalidMap
from cruxmap.exchange.formats import Arrived
from cruxmap.exchange.importing import import_map
from cruxmap.exchange.sacm.reading import read_sacm
from cruxmap.exchange.sacm.writing import write_sacm
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.reading import read_model
from helpers.commands import DIAGNOSIS
from helpers.drawn_maps import Draft, drafts_with_brought, map_of
from helpers.few_examples import FEW_EXAMPLES
from helpers.maps_from_text import model

SAMPLES = Path(__file__).parent / "exchange"
"""Cases of our own, written as other programs write them."""
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
XMI = "{http://www.omg.org/XMI}"


def read(text: str | bytes) -> Arrived:
    return read_sacm(text if isinstance(text, bytes) else text.encode(), "case.xmi")


def assert_same(there: ModelSpec, arrived: Arrived) -> None:
    back = map_of(arrived)
    for part in ("text", "claims", "questions", "events", "arguments", "timelines", "voices", "sources"):
        assert getattr(back, part) == getattr(there.map, part), part
    assert back.lexicon == there.map.lexicon
    assert {w.about.id: w for w in back.worldviews} == {w.about.id: w for w in there.map.worldviews}
    assert arrived.lost == ()


# --- there and back ---------------------------------------------------------------------------------


@FEW_EXAMPLES
@given(st.data())
def test_every_map_comes_back_whole(data: st.DataObject) -> None:
    draft: Draft = data.draw(drafts_with_brought())
    there = draft.read_model(
        target=data.draw(draft.conditions()), assuming=[data.draw(draft.conditions())]
    )
    sent = write_sacm(there)
    arrived = read(sent.data)
    assert_same(there, arrived)
    again = draft.read_model(**(arrived.model or {}))
    assert (again.target, {*again.assuming}) == (there.target, {*there.assuming})


@FEW_EXAMPLES
@given(st.data())
def test_a_worldview_can_be_written_alone(data: st.DataObject) -> None:
    draft: Draft = data.draw(drafts_with_brought().filter(lambda one: one.worldviews))
    there = draft.read_model(target=data.draw(draft.conditions()))
    arrived = read(write_sacm(there, next(iter(draft.worldviews))).data)
    assert arrived.worldviews == {}
    assert {one.about.id for one in map_of(arrived).claims} == {one.about.id for one in there.map.claims}


CASE = """
    claims:
      9-lives: {text: The cat lives on., any_of: [lands, {awake: false}], if_met: 90%}
      lands: {text: It lands on its feet., credence: 80% to 95%, note: "Two\\nlines"}
      awake: {text: It is awake., credence: 100%}
      case: {text: The box is shut., credence: 30%, tags: [needs-support]}
    arguments:
      seen: {text: It was seen., for: lands, source: film#2, strength: 3x}
      blurred: {text: The film is blurred., undercuts: seen, premises: [case], force: 60%}
      heard: {text: Nothing was heard., against: [lands, case], strength: 2x, credence: 40%}
    sources: {film: {title: A film}}
"""


def tree_of(there: ModelSpec) -> dict[str, ElementTree.Element]:
    root = ElementTree.fromstring(write_sacm(there).data)
    return {element.get(f"{XMI}id", ""): element for element in root.iter()}


def test_a_map_is_said_in_the_words_of_the_metamodel() -> None:
    at = tree_of(model(CASE, "target: 9-lives\nassuming: [case]"))
    types = {id_: str(one.get(f"{XSI}type")).rpartition(":")[2] for id_, one in at.items() if id_}
    assert {
        id_: types[id_] for id_ in ("_9-lives", "lands", "seen", "seen.evidence-1", "artifact.source.film")
    } == {
        "_9-lives": "Claim",
        "lands": "Claim",
        "seen": "ArgumentReasoning",
        "seen.evidence-1": "ArtifactReference",
        "artifact.source.film": "Artifact",
    }
    relations = {
        id_: tuple(
            one.get(key) for key in ("source", "target", "reasoning", "isCounter", "assertionDeclaration")
        )
        for id_, one in at.items()
        if one.get("target")
    }
    assert relations == {
        "_9-lives.definition": ("lands condition.1", "_9-lives", "_9-lives.strategy", None, None),
        "seen.inference": ("seen.evidence-1", "lands", "seen", None, None),
        "blurred.inference": ("case", "seen.inference", "blurred", "true", None),
        "heard.inference": (None, "lands case", "heard", "true", "needsSupport"),
    }
    assert types["seen.inference"] == "AssertedEvidence"
    assert types["blurred.inference"] == "AssertedInference"
    declared = {id_: at[id_].get("assertionDeclaration") for id_ in ("awake", "case", "lands")}
    assert declared == {"awake": "axiomatic", "case": "assumed", "lands": None}
    tagged = at["lands.credence"]
    assert [one.get("content") for one in tagged.iter("value")] == ["80% to 95%", "cruxmap.credence"]
    assert [one.get("content") for one in at["lands.note"].iter("value")] == ["Two\nlines"]
    assert len(at) == len({*at})


def test_what_only_this_program_reads_is_told() -> None:
    there = read_model(DIAGNOSIS)
    told = {(lost.what, lost.where) for lost in write_sacm(there).lost}
    assert ("a worldview", "radiologist") in told
    assert {what for what, _ in told} >= {"what the question may be", "what the model expects"}


# --- what others write --------------------------------------------------------------------------------

EMF = (SAMPLES / "reference-editor.xmi").read_text("utf-8")

MADE = {
    "claims": {
        "g1": {"text": "The kettle is safe."},
        "g2": {"text": "It cannot boil dry.", "tags": "needs-support"},
        "d1": {"text": "All fifty were new kettles."},
        "a1": {"text": "It is used indoors."},
    },
    "arguments": {
        "s1": {"text": "Argue over hazards.", "premises": ["g2", "a1"], "for": "g1"},
        "sn1": {"text": "It switched off in fifty tries.", "source": "test-report-5", "for": "g2"},
        "d1-speaks-against-sn1": {"text": "", "premises": ["d1"], "undercuts": "sn1"},
    },
}


def test_a_case_of_the_reference_editor_comes_in() -> None:
    arrived = read(EMF)
    nobody = {"credence": {"value": "5% to 95%", "elicited": "false"}}
    assert arrived.map["map"] == {"title": "Kettle"}
    assert arrived.map["claims"] == {id_: said | nobody for id_, said in MADE["claims"].items()}
    arguments = dict(arrived.map["arguments"])
    assert [*arguments] == ["s1", "sn1", [*arguments][2]]
    [undercut] = [said for said in arguments.values() if "undercuts" in said]
    assert (undercut["premises"], undercut["undercuts"]) == (["d1"], "sn1")
    for id_ in ("s1", "sn1"):
        strength = {"strength": {"value": "1.5x to 30x", "elicited": "false"}}
        assert arguments[id_] == MADE["arguments"][id_] | strength
    assert arrived.map["sources"] == {"test-report-5": {"title": "Test report 5", "date": "2026-02-10"}}
    assert arrived.model == {"assuming": ["a1"]}
    assert [lost.what for lost in arrived.lost] == ["a `ArgumentGroup`"]
    found = import_map(EMF.encode(), name="kettle")
    assert found.format == "sacm"
    assert (found.model.target.name, found.asks) == ("g1", False)


ONE_NAMESPACE = (SAMPLES / "one-namespace.xmi").read_text("utf-8")

BY_ELEMENT = (SAMPLES / "named-by-class.sacm").read_text("utf-8")

GSN = (SAMPLES / "gsn-module.xmi").read_text("utf-8")


def test_a_case_in_one_namespace_comes_in() -> None:
    arrived = read(ONE_NAMESPACE)
    assert arrived.map["claims"]["the-blender-is-safe-at-home"]["note"] == "At least in use."
    assert arrived.map["claims"]["guards"] == {"text": "Guards", "credence": "100%"}
    [argument] = arrived.map["arguments"].values()
    assert (argument["premises"], argument["for"]) == (["guards"], "the-blender-is-safe-at-home")
    assert [lost.what for lost in arrived.lost] == [
        "a text in further languages",
        "the tagged value `status`",
    ]


def test_a_case_whose_elements_are_named_by_their_class_comes_in() -> None:
    arrived = read(BY_ELEMENT)
    assert [said["text"] for said in arrived.map["claims"].values()] == [
        "The system is safe.",
        "Its parts are safe.",
    ]
    [(id_, argument)] = arrived.map["arguments"].items()
    assert (id_, argument["text"], argument["premises"], argument["for"]) == (
        "by-parts",
        "By parts",
        ["sub-goal"],
        "top-goal",
    )


@pytest.mark.parametrize("turned", [False, True])
def test_a_module_in_gsn_comes_in_whichever_way_its_lines_point(turned: bool) -> None:
    text = GSN
    if turned:
        supported = [line for line in GSN.splitlines() if "SupportedBy" in line]
        for line in supported:
            text = text.replace(
                line, line.replace("source=", "x=").replace("target=", "source=").replace("x=", "target=")
            )
    arrived = read(text)
    assert {id_: said.get("tags") for id_, said in arrived.map["claims"].items()} == {
        "g1": None,
        "g2": "needs-support",
        "a1": None,
    }
    assert arrived.map["claims"]["g1"]["note"] == "In the context of: At home."
    arguments = arrived.map["arguments"]
    assert (arguments["s1"]["for"], arguments["s1"]["premises"]) == ("g1", ["g2", "a1"])
    assert (arguments["sn1"]["for"], arguments["sn1"]["text"], arguments["sn1"]["source"]) == (
        "g2",
        "Fire test.",
        "sn1",
    )
    assert arrived.model == {"assuming": ["a1"]}
    assert [(lost.what, lost.why) for lost in arrived.lost] == [("a context", "it is kept as a note")]


@pytest.mark.parametrize("text", [EMF, ONE_NAMESPACE, BY_ELEMENT, GSN])
def test_what_came_in_goes_out_and_comes_back_the_same(text: str) -> None:
    first = import_map(text.encode(), "sacm", "case")
    second = import_map(write_sacm(first.model).data, "sacm", "case")
    assert second.map.claims == first.map.claims
    assert second.map.arguments == first.map.arguments
    assert second.map.sources == first.map.sources
    assert {*second.model.assuming} == {*first.model.assuming}
    assert write_sacm(second.model).data == write_sacm(first.model).data


def test_what_another_program_changes_in_a_case_is_what_comes_back() -> None:
    there = model(CASE, "target: 9-lives\nassuming: [case]")
    text = write_sacm(there).data.decode()
    changed = (
        text.replace("It lands on its feet.", "It lands.")
        .replace(' xmi:id="case" assertionDeclaration="assumed"', ' xmi:id="case"')
        .replace(' source="lands condition.1"', ' source="lands awake"')
        .replace(
            'isCounter="true" assertionDeclaration="needsSupport"', 'assertionDeclaration="needsSupport"'
        )
    )
    arrived = read(changed)
    assert arrived.map["claims"]["lands"]["text"] == "It lands."
    assert arrived.map["claims"]["9-lives"]["any_of"] == ["lands", "awake"]
    assert arrived.map["arguments"]["heard"]["for"] == ["lands", "case"]
    assert arrived.model == {"target": "9-lives"}


# --- what is wrong ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (EMF[:-200], 38, "ends before"),
        (
            EMF.replace("@argumentationElement.2", "@argumentationElement.99"),
            17,
            "which is nowhere in the file",
        ),
        (
            "<S:AssuranceCasePackage><name content='x'/></S:AssuranceCasePackage>",
            1,
            "there is no claim in it",
        ),
        ("<smile/>", 1, "there is no claim in it"),
        (
            "<ArgumentPackage>\n<claim id='a' content='A.'/>\n<claim id='a' content='B.'/></ArgumentPackage>",
            3,
            "the id `a` is there twice",
        ),
        *(
            (
                f"<AssuranceCasePackage>\n<claim id='a' content='A.'/>\n"
                f"<taggedValue key='cruxmap.{key}' content='[x]'/>\n</AssuranceCasePackage>",
                3,
                f"`cruxmap.{key}` has no keys with values",
            )
            for key in ("model", "lexicon", "worldview.ann")
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(InvalidMap) as caught:
        read(text)
    [problem] = caught.value.problems
    assert problem.code is Code.UNREADABLE_IMPORT
    assert said in problem.message
    assert problem.span.line == line


def test_an_inference_that_leads_to_no_claim_is_told() -> None:
    arrived = read(
        """<ArgumentPackage><claim id='a' content='A.'/><claim id='b' content='B.'/>
        <assertedInference id='1' source='a'/>
        <assertedInference id='2' source='a' target='b'/>
        <assertedInference id='3' source='a' target='2'/></ArgumentPackage>"""
    )
    assert [(lost.what, lost.why, lost.where[-3:]) for lost in arrived.lost] == [
        ("a `AssertedInference`", "it leads to nothing", "2:9"),
        ("a `AssertedInference`", "it leads to no claim", "4:9"),
    ]


def test_a_circle_is_told_where_its_claims_are() -> None:
    back = '<assertedInference id="R2" source="G1" target="G2"/></argumentPackage>'
    circle = BY_ELEMENT.replace("</argumentPackage>", back)
    with pytest.raises(InvalidMap) as caught:
        import_map(circle.encode(), "sacm", "case")
    [problem] = caught.value.problems
    assert problem.code is Code.CYCLE
    assert problem.span.line in (4, 5, 7, 8)

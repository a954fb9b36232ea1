"""AIF in and out: node sets as AIFdb and OVA write them, and maps that come back."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cruxmap.errors import InvalidMap
from cruxmap.exchange.importing import Imported, import_map
from cruxmap.exchange.json_graphs.aif import read_aif, write_aif
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.reading import read_model
from helpers.changed_files import changed_json
from helpers.commands import GOOD
from helpers.drawn_maps import Draft, drafts_with_brought, read_question
from helpers.few_examples import FEW_EXAMPLES
from helpers.graphs import lines_of
from helpers.hostile_texts import HOSTILE, first_condition, with_texts

SAMPLES = Path(__file__).parent / "exchange"


def nodes(*kinds: str, **texts: str) -> list[dict[str, str]]:
    """Return nodes `1`, `2`, ... of these kinds."""
    return [
        {"nodeID": str(n), "type": kind, "text": texts.get(f"t{n}", f"Node {n}." if kind == "I" else "")}
        for n, kind in enumerate(kinds, 1)
    ]


def written(these: list[dict[str, str]], *edges: tuple[int, int], **more: Any) -> bytes:
    listed = [{"edgeID": str(n), "fromID": str(a), "toID": str(b)} for n, (a, b) in enumerate(edges, 1)]
    return json.dumps({"nodes": these, "edges": listed, **more}).encode()


def problems(data: bytes) -> list[str]:
    with pytest.raises(InvalidMap) as caught:
        import_map(data, "aif", "debate")
    return [f"{p.span.line}:{p.span.column} {p.message}" for p in caught.value.problems]


# --- what others write --------------------------------------------------------------------------


def test_a_node_set_of_aifdb() -> None:
    found = read_aif((SAMPLES / "harbour.json").read_bytes(), "harbour.json")
    thesis, ships, oysters = (
        "the-harbour-should-be-dredged",
        "large-ships-run-aground",
        "dredging-kills-the-oysters",
    )
    lines = lines_of(found.map)
    assert lines[6:] == [
        f"{ships}-for-{thesis}: [{ships}, ships-grow-larger-every-year] for {thesis}",
        f"{oysters}-against-the-harbour-should-be: [{oysters}] against {thesis}",
        "the-oysters-are-farmed-elsewhere-now-undercuts-dredging: [the-oysters-are-farmed-elsewhere-now] "
        f"undercuts {oysters}-against-the-harbour-should-be",
    ]
    claims: Any = found.map["claims"]
    arguments: Any = found.map["arguments"]
    assert claims[thesis]["note"] == "Rephrased: We ought to dredge the harbour"
    assert claims[thesis]["source"] == "ada-wong"
    assert claims[oysters]["note"] == "Asserting: Dredging? Then the oysters are gone"
    assert found.map["sources"] == {
        "ada-wong": {"author": "Ada Wong", "title": "What Ada Wong said"},
        "bo-li": {"author": "Bo Li", "title": "What Bo Li said"},
    }
    assert arguments[lines[7].partition(":")[0]]["note"] == "Scheme: Argument from Consequences"
    assert [(one.what, one.where) for one in found.lost] == [
        ("an edge to a node that is missing", "102, 999"),
        ("a rephrase", "106"),
        ("nodes of the type L", "2 of them"),
        ("nodes of the type YA", "3 of them"),
        ("nodes of the type TA", "1 of them"),
        ("nodes of the type EN", "1 of them"),
    ]


def test_a_file_of_ova_with_numbers_for_ids() -> None:
    found = read_aif((SAMPLES / "two-sentences.json").read_bytes(), "two-sentences.json")
    tea, long = "tea-is-healthy", "tea-drinkers-live-long"
    assert lines_of(found.map) == [
        tea,
        long,
        "rich-people-drink-more-tea",
        "doctors-say-so",
        f"{long}-for-{tea}: [{long}] for {tea}",
        f"rich-people-drink-more-tea-undercuts-{long}: [rich-people-drink-more-tea] "
        f"undercuts {long}-for-{tea}",
        f"doctors-say-so-for-{long}-for-{tea}: [doctors-say-so] for {long}",
    ]
    assert [(one.what, one.where) for one in found.lost] == [("an inference", "8")]


def test_a_file_of_the_first_ova_is_known_by_its_contents() -> None:
    inference = {"id": "1_2", "type": "RA", "scheme": "1", "text": "Expert Opinion"}
    ends = (
        {"id": "1_1", "type": "I", "text": "Doctors say so."},
        {"id": "1_3", "type": "I", "text": "Tea heals."},
    )
    edges = [{"from": ends[0], "to": inference}, {"from": inference, "to": ends[1]}]
    data = json.dumps({"nodes": [*ends, inference], "edges": edges}).encode()
    assert import_map(data, name="tea").format == "aif"
    arguments: Any = read_aif(data, "tea.json").map["arguments"]
    assert arguments["doctors-say-so-for-tea-heals"]["text"] == "Doctors say so"
    assert arguments["doctors-say-so-for-tea-heals"]["note"] == "Scheme: Expert Opinion"


def test_an_edge_that_is_there_twice_counts_once() -> None:
    found = read_aif(written(nodes("I", "RA", "I"), (1, 2), (1, 2), (2, 3)), "debate.json")
    arguments: Any = found.map["arguments"]
    assert arguments["node-1-for-node-3"]["text"] == "Node 1"


def test_who_asks_or_challenges_is_no_source() -> None:
    these = nodes(
        "I", "L", "YA", "L", "YA", t2="Bob: It is so.", t3="Asserting", t4="Ann: Why?", t5="Challenging"
    )
    found = read_aif(written(these, (2, 3), (3, 1), (4, 5), (5, 1)), "debate.json")
    claim: Any = found.map["claims"]
    assert claim["node-1"]["source"] == "bob"
    assert claim["node-1"]["note"] == "Asserting: It is so. Challenging by Ann: Why?"
    assert found.map["sources"] == {"bob": {"author": "Bob", "title": "What Bob said"}}


def test_several_notes_are_sentences_of_their_own() -> None:
    these = nodes("I", "MA", "I", "MA", "I", t3="It rains", t5="It pours")
    found = read_aif(written(these, (3, 2), (2, 1), (5, 4), (4, 1)), "debate.json")
    claim: Any = found.map["claims"]
    assert claim["node-1"]["note"] == "Rephrased: It rains. Rephrased: It pours"


@pytest.mark.parametrize("sample", ["harbour", "two-sentences"])
def test_a_sample_comes_back_as_it_came_in(sample: str) -> None:
    first = import_map(SAMPLES / f"{sample}.json")
    assert first.format == "aif"
    assert again(first.model).map == first.map


def test_edges_that_hold_their_nodes_and_nodes_with_an_id() -> None:
    ends = [
        {"id": 1, "type": "I", "text": "A."},
        {"id": 2, "type": "RA"},
        {"id": 3, "type": "I", "text": "B."},
    ]
    edges = [{"from": ends[0], "to": ends[1]}, {"from": {"id": 2}, "to": 3}]
    found = read_aif(json.dumps({"nodes": ends, "edges": edges}).encode(), "a")
    assert lines_of(found.map)[2:] == ["a-for-b: [a] for b"]


def test_one_inference_for_two_conclusions_and_a_conflict_with_both_kinds_of_nodes() -> None:
    found = read_aif(
        written(nodes("I", "I", "RA", "I", "CA"), (1, 3), (3, 2), (3, 4), (4, 5), (5, 3), (5, 1)), "a"
    )
    assert lines_of(found.map)[3:] == [
        "node-1-for-node-2: [node-1] for node-2, node-4",
        "node-4-undercuts-node-1-for-node-2: [node-4] undercuts node-1-for-node-2",
        "node-4-undercuts-node-1-for-node-2-against: [node-4] against node-1",
    ]
    assert [one.what for one in found.lost] == ["that an argument does several things at once"]


def test_a_conflict_without_premises_says_what_it_denies() -> None:
    found = read_aif(written(nodes("I", "CA", "RA"), (2, 1), (3, 2)), "a")
    arguments: Any = found.map["arguments"]
    assert arguments["something-against-node-1"]["text"] == "Not so: Node 1."
    assert lines_of(found.map)[1] == "something-against-node-1-holds"


def test_circles_are_told_with_ids_at_their_place() -> None:
    circle = "node-1 -> node-2-against-node-1 -> node-2 -> node-1-against-node-2 -> node-1"
    told = problems(written(nodes("I", "I", "CA", "CA"), (1, 3), (3, 2), (2, 4), (4, 1)))
    assert told == [f"1:12 these rest on each other: {circle}"]


def test_edges_that_aif_does_not_have_are_told() -> None:
    found = read_aif(written(nodes("I", "I", "MA", "RA"), (1, 2), (1, 3), (3, 2), (4, 3), (4, 2)), "a")
    assert [(one.what, one.where) for one in found.lost] == [
        ("a rephrase", "1"),
        ("an edge from I to I", "1, 2"),
        ("an edge from RA to MA", "4, 3"),
    ]


WRONG = {
    b"{": "1:2 no JSON: a key is missing",
    b"[]": "1:1 there are no nodes",
    b'{"nodes": 3}': "1:1 `nodes` is no list of objects",
    b'{"nodes": [\n{"type": "I"}]}': "2:1 a node has no `nodeID`",
    b'{"nodes": [], "cruxmap": {"entries": [1]}}': "1:26 `cruxmap: entries` is not as it was written",
    b'{"nodes": [{"nodeID": 1, "type": "I"}]}': "1:12 the I-node `1` has no `text`",
    b'{"nodes": [{"nodeID": 1, "type": "I", "text": "A."},\n {"nodeID": "1", "type": "RA"}]}': "2:2 "
    "the node `1` is there twice",
    b'{"nodes": [{"nodeID": 1, "type": "I", "text": "A."}], "edges": [{"fromID": 1}]}': "1:65 an edge has no "
    "`fromID` or no `toID`",
}


@pytest.mark.parametrize("data", WRONG)
def test_what_is_wrong_is_told_with_its_place(data: bytes) -> None:
    assert problems(data) == [WRONG[data]]


def test_the_same_node_twice_is_one() -> None:
    one = nodes("I")[0]
    assert lines_of(read_aif(written([one, one]), "a").map) == ["node-1"]


# --- what comes back ----------------------------------------------------------------------------


def again(model: ModelSpec) -> Imported:
    return import_map(write_aif(model).data, "aif", model.map.id)


@FEW_EXAMPLES
@given(drafts_with_brought(), st.lists(HOSTILE, min_size=1, max_size=6), st.booleans())
def test_a_drawn_map_comes_back(draft: Draft, texts: list[str], hostile: bool) -> None:
    drawn = with_texts(draft, texts) if hostile else draft
    model = read_question(drawn.files(), target=first_condition(draft))
    back = again(model)
    assert back.map == model.map
    assert back.model.target == model.target
    assert back.lost == ()


def test_what_others_do_not_see_is_told() -> None:
    assert [one.what for one in write_aif(read_model(GOOD)).lost] == [
        "what is expected of the model",
        "how likely claims are and how strong arguments",
        "that these are questions",
        "that these are events",
        "worldviews",
    ]


@FEW_EXAMPLES
@given(drafts_with_brought())
def test_other_programs_find_arguments_and_definitions(draft: Draft) -> None:
    """A program that does not know our key still finds all arguments and their sentences."""
    model = read_question(draft.files(), target=first_condition(draft))
    bare = json.loads(write_aif(model).data)
    ids, sentences = bare["cruxmap"]["entries"], bare["cruxmap"]["sentences"]
    del bare["cruxmap"]
    kinds = {node["nodeID"]: node["type"] for node in bare["nodes"]}
    own = {id_: one for id_, one in model.map.entry.items() if one.about.brought_by is None}
    assert sorted(one["id"] for one in ids.values()) == sorted(own)
    for id_, one in ids.items():
        entry = own[one["id"]]
        direction = getattr(entry, "direction", None)
        assert kinds[id_] == ("I" if direction is None else "RA" if direction == "for" else "CA")
        if direction is not None:
            into = {edge["fromID"] for edge in bare["edges"] if edge["toID"] == id_}
            assert sentences[id_] in into
            [sentence] = [node["text"] for node in bare["nodes"] if node["nodeID"] == sentences[id_]]
            assert sentence == entry.about.text
    assert {edge[end] for edge in bare["edges"] for end in ("fromID", "toID")} <= kinds.keys()


@FEW_EXAMPLES
@given(st.integers(0, 1_000_000))
def test_whatever_is_changed_in_a_file_it_is_read_or_told(seed: int) -> None:
    data = write_aif(read_model(GOOD)).data
    with suppress(InvalidMap):
        import_map(changed_json(data, seed), "aif", "changed")

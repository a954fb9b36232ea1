"""Node-link JSON in and out: NetworkX reads what is written, and graphs of others come in."""

import json
from contextlib import suppress
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cruxmap.errors import InvalidMap
from cruxmap.exchange.importing import Imported, import_map
from cruxmap.exchange.json_graphs.node_link import read_node_link, write_node_link
from cruxmap.exchange.json_reading import as_plain, read_json
from cruxmap.exchange.names import NOBODYS_CREDENCE, NOBODYS_STRENGTH
from cruxmap.language.argument_map import Argument, mentioned_in
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.reading import read_model
from helpers.changed_files import changed_json
from helpers.commands import GOOD
from helpers.drawn_maps import Draft, drafts_with_brought, read_question
from helpers.few_examples import FEW_EXAMPLES
from helpers.graphs import lines_of
from helpers.hostile_texts import HOSTILE, first_condition, with_texts


def arrived(graph: Any, edges: str = "edges") -> Any:
    return read_node_link(json.dumps(nx.node_link_data(graph, edges=edges)).encode(), "graph.json")


def again(model: ModelSpec) -> Imported:
    return import_map(write_node_link(model).data, "node-link", model.map.id)


def problems(data: bytes) -> list[str]:
    with pytest.raises(InvalidMap) as caught:
        import_map(data, "node-link", "debate")
    return [f"{p.span.line}:{p.span.column} {p.message}" for p in caught.value.problems]


# --- out and back -------------------------------------------------------------------------------


@FEW_EXAMPLES
@given(drafts_with_brought(), st.lists(HOSTILE, min_size=1, max_size=6), st.booleans())
def test_a_drawn_map_comes_back_also_through_networkx(
    draft: Draft, texts: list[str], hostile: bool
) -> None:
    drawn = with_texts(draft, texts) if hostile else draft
    model = read_question(drawn.files(), target=first_condition(draft))
    back = again(model)
    assert (back.map, back.model.target, back.lost) == (model.map, model.target, ())
    graph = nx.node_link_graph(json.loads(write_node_link(model).data), edges="edges")
    through = json.dumps(nx.node_link_data(graph, edges="links")).encode()
    assert import_map(through, "node-link", model.map.id).map == model.map


@FEW_EXAMPLES
@given(drafts_with_brought())
def test_networkx_finds_what_rests_on_what(draft: Draft) -> None:
    model = read_question(draft.files(), target=first_condition(draft))
    graph = nx.node_link_graph(json.loads(write_node_link(model).data), edges="edges")
    own = {id_: one for id_, one in model.map.entry.items() if one.about.brought_by is None}
    assert set(graph.nodes) == set(own)
    for id_, entry in own.items():
        assert graph.nodes[id_]["text"] == entry.about.text
        rests = {name for name in mentioned_in(entry) if name in own}
        targets = (
            {one.owner for one in entry.targets if one.owner in own}
            if isinstance(entry, Argument)
            else set()
        )
        roles = nx.get_edge_attributes(graph, "role")
        argued = {a for a, b, key in graph.in_edges(id_, keys=True) if roles[a, b, key] in _DIRECTIONS}
        assert set(graph.predecessors(id_)) - argued == rests - argued
        assert {
            b for _, b, key in graph.out_edges(id_, keys=True) if roles[id_, b, key] in _DIRECTIONS
        } == targets
    assert nx.is_directed_acyclic_graph(graph)


_DIRECTIONS = ("for", "against", "undercuts")


def test_a_node_and_an_edge_more_are_an_entry_and_a_relation_more() -> None:
    model = read_model(GOOD)
    graph = nx.node_link_graph(json.loads(write_node_link(model).data), edges="edges")
    claim = next(one.about.id for one in model.map.claims if hasattr(one.basis, "judgement"))
    graph.add_node("snow", text="It snows.", credence=0.25)
    graph.add_edge("snow", claim, role="against")
    found = import_map(json.dumps(nx.node_link_data(graph, edges="edges")).encode(), "node-link", "more")
    assert found.map.judgements["snow"].value.text == "0.25"
    assert [on.owner for on in found.map.entry[f"snow-against-{claim}"].targets] == [claim]  # type: ignore[union-attr]
    assert len(found.map.arguments) == len(model.map.arguments) + 1


# --- graphs of others ---------------------------------------------------------------------------


@pytest.mark.parametrize("edges", ["edges", "links"])
def test_a_plain_graph_of_names(edges: str) -> None:
    found = arrived(nx.DiGraph([("Clouds", "Rain"), ("Wind", "Rain")]), edges)
    assert lines_of(found.map) == [
        "clouds",
        "rain",
        "wind",
        "clouds-for-rain: [clouds] for rain",
        "wind-for-rain: [wind] for rain",
    ]
    assert found.map["claims"]["rain"] == {"text": "Rain", "credence": NOBODYS_CREDENCE}
    assert found.map["arguments"]["clouds-for-rain"]["strength"] == NOBODYS_STRENGTH
    assert [(one.what, one.where) for one in found.lost] == [("edges without a role", "2 of them")]


def test_attributes_under_other_names_and_what_is_no_attribute_of_a_map() -> None:
    graph = nx.MultiDiGraph(title="Weather", author="Ann")
    graph.add_node(1, label="It rains.", credence=0.3, color="blue", note=None)
    graph.add_node(2, kind="argument", label="There are clouds.", strength="2x to 4x")
    graph.add_node((3, 4), name="Clouds are common.")
    graph.add_edge(2, 1, relation="supports", weight=3)
    graph.add_edge((3, 4), 2, type="Undercuts")
    found = arrived(graph)
    assert lines_of(found.map) == [
        "it-rains",
        "clouds-are-common",
        "there-are-clouds: [] for it-rains",
        "clouds-are-common-undercuts-there-are-clouds: [clouds-are-common] undercuts there-are-clouds",
    ]
    assert found.map["map"] == {"title": "Weather"}
    assert found.map["claims"]["it-rains"] == {"text": "It rains.", "credence": "0.3"}
    assert found.map["arguments"]["there-are-clouds"]["strength"] == "2x to 4x"
    assert {one.what for one in found.lost} == {
        "attribute of the graph: author",
        "attribute of edges: weight",
        "data: color",
    }


WRONG = {
    b"[1]": "1:1 a graph is an object",
    b'{"nodes": []}': "1:1 there is no list `edges` or `links`",
    b'{"graph": {"cruxmap": {"voices": 3}}, "nodes": [], "edges": []}': "1:11 `cruxmap: voices` is not as it "
    "was written",
    b'{"nodes": [{"nodeID": 1}], "edges": []}': "1:12 a node has no `id`",
    b'{"nodes": [3], "edges": []}': "1:1 an item of `nodes` is no object",
    b'{"nodes": [{}], "edges": []}': "1:12 a node has no `id`",
    b'{"nodes": [{"id": 1}, {"id": "1"}], "edges": []}': "1:23 the node `1` is there twice",
    b'{"nodes": [{"id": 1}],\n "edges": [{"source": 1, "target": 2}]}': "2:12 the target `2` of an edge "
    "is no node",
    b'{"directed": false, "nodes": [{"id": 1}], "edges": []}': "1:1 the graph has no directions",
}


@pytest.mark.parametrize("data", WRONG)
def test_what_is_wrong_is_told_with_its_place(data: bytes) -> None:
    assert problems(data) == [WRONG[data]]


# --- JSON itself --------------------------------------------------------------------------------

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


def as_texts(value: Any) -> Any:
    """Return what Python's own reader finds, with numbers and truth values as JSON writes them."""
    if isinstance(value, dict):
        return {key: as_texts(part) for key, part in value.items()}
    if isinstance(value, list):
        return [as_texts(part) for part in value]
    return value if value is None or isinstance(value, str) else json.dumps(value)


@FEW_EXAMPLES
@given(JSON, st.sampled_from([None, 1]), st.booleans())
def test_json_is_read_as_pythons_reader_reads_it(value: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert read_json(text.encode(), "a.json") == as_texts(value)


NO_JSON = {
    '{"a": 1,}': "1:9 no JSON: a key is missing",
    "{'a': 1}": "1:2 no JSON: a key is missing",
    '{"a" 1}': "1:6 no JSON: a colon is missing",
    '{"a": 1 "b": 2}': "1:9 no JSON: a comma or the end of the object is missing",
    "[1 2]": "1:4 no JSON: a comma or the end of the list is missing",
    "[1, ]": "1:5 no JSON: a value is missing",
    '{"a": 1, "a": 2}': "1:10 no JSON: the key `a` is there twice",
    '["a\nb"]': "1:4 no JSON: invalid control character",
    '["a': "1:2 no JSON: unterminated string starting",
    "[1]\n[2]": "2:1 no JSON: something follows the end of the JSON",
    "": "1:1 no JSON: the file ends",
    "[" * 200: "1:102 no JSON: it nests too deeply",
    "[NaN]": "1:2 no JSON: a value is missing",
}


@pytest.mark.parametrize("text", NO_JSON)
def test_what_is_no_json_is_told_with_its_place(text: str) -> None:
    with pytest.raises(InvalidMap) as caught:
        read_json(text.encode(), "a.json")
    assert [f"{p.span.line}:{p.span.column} {p.message}" for p in caught.value.problems] == [NO_JSON[text]]


def test_nulls_are_left_out() -> None:
    assert as_plain(read_json(b'{"a": null, "b": [1, null, true]}', "a")) == {"b": ["1", "true"]}


@FEW_EXAMPLES
@given(st.integers(0, 1_000_000))
def test_whatever_is_changed_in_a_file_it_is_read_or_told(seed: int) -> None:
    data = write_node_link(read_model(GOOD)).data
    with suppress(InvalidMap):
        import_map(changed_json(data, seed), "node-link", "changed")

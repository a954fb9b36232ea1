"""Networks of GeNIe: what they say as maps, canonical tables by enumeration, and what is wrong."""

from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pyagrum
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pgmpy.readwrite import XDSLReader

import cruxmap as cm
from cruxmap.errors import InvalidMap
from cruxmap.exchange.formats import Lost
from cruxmap.exchange.networks.nodes import NoisyMax, Number
from cruxmap.exchange.networks.noisy_max import rows_of_noisy_max
from helpers.filled_network import engine

NODES = """\
<cpt id="Rain" diagtype="observation"><state id="Yes" /><state id="No" fault="true" />
  <probabilities>0.2 0.8</probabilities></cpt>
<cpt id="Wind"><state id="Low" /><state id="Mid" /><state id="High" />
  <probabilities>0.2 0.3 0.5</probabilities>
  <property id="unit">knots</property></cpt>
<noisymax id="Wet" diagtype="target"><state id="Yes" /><state id="No" /><parents>Rain Wind</parents>
  <strengths>0 1 2 1 0</strengths>
  <parameters>0.4 0.6 0 1 0.5 0.5 0.1 0.9 0 1 0.01 0.99</parameters></noisymax>
<noisymax id="Harm"><state id="Much" /><state id="Some" /><state id="None" /><parents>Rain Wind</parents>
  <strengths>0 1 2 1 0</strengths>
  <parameters>0.4 0.3 0.3 0 0 1 0.5 0.25 0.25 0.1 0.2 0.7 0 0 1 0.01 0.02 0.97</parameters></noisymax>
<deterministic id="Flag"><state id="up" /><state id="down" />
  <parents>Rain Wind</parents>
  <resultingstates>up down up down down up</resultingstates></deterministic>
<decision id="Trip"><state id="go" /><state id="stay" /><state id="wait" /><parents>Rain</parents></decision>
<utility id="Joy"><parents>Trip</parents><utilities>1 2 3</utilities></utility>
<equation id="Speed"><definition>Speed=2</definition></equation>
<cpt id="Late" target="true"><state id="yes" /><state id="no" /><parents>Trip Rain</parents>
  <probabilities>0.1 0.9 0.2 0.8 0.3 0.7 0.4 0.6 0.5 0.5 0.6 0.4</probabilities></cpt>
"""


def smile(nodes: str, rest: str = "") -> bytes:
    start = '<?xml version="1.0" encoding="ISO-8859-1"?>\n<smile version="1.0" id="Net"><nodes>\n'
    return f"{start}{nodes}</nodes>{rest}</smile>\n".encode("latin-1")


SAID = """\
<cases><case name="one" /></cases>
<extensions><genie version="1.0" app="GeNIe 4.1" name="Wet or \xe9t\xe9"><node id="Rain"><name>Does it
rain?</name><comment>Seen from the window.</comment></node>
<submodel id="S"><name>Sub</name><node id="Wind"><name>How strong is the wind?</name></node></submodel>
</genie></extensions>
"""


def test_nodes_are_claims_and_questions_in_the_words_that_people_read() -> None:
    found = cm.import_map(smile(NODES, SAID), name="net")
    assert found.format == "xdsl"
    assert found.map.title == "Wet or été"
    about = {id_: (entry.about.text, entry.about.note) for id_, entry in found.map.entry.items()}
    assert about["rain"] == ("Does it rain?", "Seen from the window.")
    assert about["wind"] == ("How strong is the wind?", "")
    text = found.files["arguments/net/net.yaml"]
    for line in (
        "      - {when: {rain: true}, chance: 40%}",
        "      - {when: {wind: high}, chance: 50%}",
        "    leak: 1%",
        "when: {rain: true, wind: low}, credence: {much: 40.6%, some: 30.3%, none: 29.1%}}",
        "when: {rain: false, wind: mid}, credence: {much: 10.9%, some: 21.2%, none: 67.9%}}",
        "      - {id: rain-wind-mid, when: {rain: true, wind: mid}, state: down}",
        "      - {id: trip-stay-no-rain, when: {trip: stay, rain: false}, credence: 40%}",
        "      go: {value: 1:38 to 19:2, elicited: false}",
    ):
        assert f"{line}\n" in text
    assert "target: wet\nalso: [late]\n" in found.files["models/net.yaml"]
    assert found.asks
    assert set(found.lost) == {
        Lost("nodes of the type utility", "a map has no values", "Joy"),
        Lost("nodes of the type equation", "a map has no quantities", "Speed"),
        Lost("that it is a noisy MAX", "a map says that for claims alone: it is a table", "Harm"),
        Lost("further properties", "a map has no place for them", "Wind"),
        Lost("submodels", "a map has one level", "1 of them"),
        Lost("cases", "what is observed belongs to a model: write it there"),
        Lost("decisions", "nobody decides in a map: their options have numbers that are nobody's", "trip"),
        Lost("the states' names `Yes, No`", "a claim is true or false", "rain, wet"),
        Lost("the states' names `yes, no`", "a claim is true or false", "late"),
    }


def test_a_noisy_or_has_the_probability_of_any_cause() -> None:
    model = cm.import_map(smile(NODES, SAID), name="net").model
    stays_dry = (1 - 0.01) * (1 - 0.2 * 0.4) * (0.2 + 0.3 * 0.9 + 0.5 * 0.5)
    assert cm.probability(model, "wet") == pytest.approx(1 - stays_dry, rel=1e-12)


# --- canonical tables ------------------------------------------------------------------------------


def columns(size: int) -> st.SearchStrategy[tuple[Number, ...]]:
    cuts = st.lists(st.integers(0, 1000), min_size=size - 1, max_size=size - 1)
    shares = cuts.map(lambda where: np.diff([0, *sorted(where), 1000]).tolist())
    return shares.map(lambda row: tuple(Number(f"{n / 1000:g}", (0, 1)) for n in row))


@st.composite
def canonical(draw: st.DrawFn) -> NoisyMax:
    size = draw(st.integers(2, 4))
    one = columns(size)
    causes = st.lists(st.lists(one, min_size=2, max_size=3).map(tuple), max_size=3).map(tuple)
    return NoisyMax(draw(causes), draw(one), (0, 1))


@given(canonical())
def test_a_noisy_max_is_the_highest_of_what_its_causes_bring_about(drawn: NoisyMax) -> None:
    for row in rows_of_noisy_max(drawn):
        parts = [drawn.leak, *(cause[k] for cause, k in zip(drawn.causes, row.states or (), strict=True))]
        expected = np.zeros(len(drawn.leak))
        for states, weight in worlds(parts):
            expected[min(states)] += weight  # the first state is the highest
        np.testing.assert_allclose([float(n.text) for n in row.numbers], expected, rtol=1e-12, atol=1e-15)


def worlds(parts: Sequence[tuple[Number, ...]]) -> Iterator[tuple[tuple[int, ...], float]]:
    """Yield what each cause brings about, with its probability."""
    for states in product(*(range(len(part)) for part in parts)):
        yield states, float(np.prod([float(part[k].text) for part, k in zip(parts, states, strict=True)]))


# --- which parent comes first ----------------------------------------------------------------------

ORDER = """\
<cpt id="a"><state id="a1" /><state id="a2" /><probabilities>0.3 0.7</probabilities></cpt>
<cpt id="b"><state id="b1" /><state id="b2" /><state id="b3" />
<probabilities>0.2 0.3 0.5</probabilities></cpt>
<cpt id="c"><state id="c1" /><state id="c2" /><parents>a b</parents>
<probabilities>0.1 0.9 0.2 0.8 0.3 0.7 0.4 0.6 0.5 0.5 0.6 0.4</probabilities></cpt>
"""
C1 = 0.3 * (0.2 * 0.1 + 0.3 * 0.2 + 0.5 * 0.3) + 0.7 * (0.2 * 0.4 + 0.3 * 0.5 + 0.5 * 0.6)


def test_the_last_parent_s_states_come_first_as_pgmpy_has_them() -> None:
    data = smile(ORDER)
    model = cm.import_map(data, name="net").model
    assert cm.probability(model, {"c": "c1"}) == pytest.approx(C1, rel=1e-12)
    values = XDSLReader(string=data.decode("latin-1")).get_values()["c"]
    np.testing.assert_allclose(np.asarray(values)[0], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6])


def test_a_file_of_pyagrum_is_read_in_its_own_order(tmp_path: Path) -> None:
    """It writes the states of the first parent first, and six digits."""
    net = pyagrum.fastBN("a[2]->c[2]<-b[3]")
    net.generateCPTs()
    path = tmp_path / "net.xdsl"
    pyagrum.saveBN(net, str(path))
    read = cm.import_map(path).map
    peer = pyagrum.LazyPropagation(net)
    peer.makeInference()
    ours = engine(read).marginals()
    for name in "abc":
        np.testing.assert_allclose(ours[name][:, 0], peer.posterior(name).tolist(), rtol=1e-4)


def test_what_goes_out_has_the_same_order(tmp_path: Path) -> None:
    model = cm.import_map(smile(ORDER), name="net").model
    values = XDSLReader(string=cm.export_map(model, "xdsl").text).get_values()["c"]
    np.testing.assert_allclose(np.asarray(values)[0], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6])


def test_ids_have_the_letters_of_genie_and_come_back() -> None:
    nodes = ORDER.replace('"a"', '"Far_goals"').replace(">a b<", ">Far_goals b<")
    first = cm.import_map(smile(nodes), name="net")
    assert [*first.map.entry] == ["far-goals", "b", "c"]
    sent = cm.export_map(first.model, "xdsl").text
    assert '<cpt id="Far_goals">' in sent
    assert cm.import_map(sent.encode(), name="net").map.entry == first.map.entry


# --- what is wrong ---------------------------------------------------------------------------------

TWO = '<state id="x" /><state id="y" />'
A = f'<cpt id="a">{TWO}<probabilities>0.5 0.5</probabilities></cpt>\n'


def one_more(kind: str, rest: str) -> str:
    return f'{A}<{kind} id="n">{TWO}<parents>a</parents>{rest}</{kind}>'


def noisy(strengths: str, parameters: str) -> str:
    rest = f"<strengths>{strengths}</strengths><parameters>{parameters}</parameters>"
    return one_more("noisymax", rest)


BAD = {
    "": [(1, "there is no variable in it")],
    A + A: [(4, "the node `a` is there twice")],
    '<cpt id="a"><state /><state id="x" /><probabilities>1 0</probabilities></cpt>': [
        (3, "`a` has a state without a name")
    ],
    "<cpt />": [(3, "this node has no `id`")],
    f'<noisyadder id="a">{TWO}</noisyadder>': [(3, "no map can have a node of the type `noisyadder`")],
    f'<cpt id="a">{TWO}</cpt>': [(3, "`a` has no `probabilities`")],
    f'<cpt id="a">{TWO}<probabilities>0.5</probabilities></cpt>': [
        (3, "the table of `a` has 1 numbers, not 2")
    ],
    f'<cpt id="a">{TWO}<probabilities>0.5 0,5</probabilities></cpt>': [(3, "`0,5` is no probability")],
    f'<cpt id="a">{TWO}<parents>b</parents><probabilities>1 0</probabilities></cpt>': [
        (3, "there is no variable `b`")
    ],
    f'<utility id="u" />\n<cpt id="a">{TWO}<parents>u</parents><probabilities>1 0</probabilities></cpt>': [
        (4, "`a` rests on `u`, a node of the type `utility`")
    ],
    one_more("deterministic", "<resultingstates>x z</resultingstates>"): [(4, "`n` has no state `z`")],
    noisy("0 0", "1 0 1 0 0 1"): [(4, "the strengths of `n` do not name each state of each parent once")],
    noisy("0 1", "1 0 1 0"): [
        (4, "`n` has 4 parameters, not 6: 2 for each state of its parents and for the leak")
    ],
    noisy("0 1", "1 0 0.5 0 0 1"): [(4, "these 2 parameters of `n` do not add up to 1")],
    f'<cpt id="a">{TWO}<parents>b</parents><probabilities>1 0 0 1</probabilities></cpt>\n'
    f'<cpt id="b">{TWO}<parents>a</parents><probabilities>1 0 0 1</probabilities></cpt>': [
        (3, "these rest on each other: a -> b -> a")
    ],
}


@pytest.mark.parametrize("nodes", BAD)
def test_what_is_wrong_with_a_file_is_told_with_its_place(nodes: str) -> None:
    with pytest.raises(InvalidMap) as caught:
        cm.import_map(smile(nodes), format="xdsl", name="bad")
    told = [(problem.span.line, problem.message) for problem in caught.value.problems]
    assert [line for line, _ in told] == [line for line, _ in BAD[nodes]]
    for (_, message), (_, begins) in zip(told, BAD[nodes], strict=True):
        assert message.startswith(begins)


def test_another_file_is_told_to_be_none() -> None:
    with pytest.raises(InvalidMap, match="this is no `smile` with `nodes` in it"):
        cm.import_map(b"<svg/>", format="xdsl", name="bad")


BESIDE = """<smile version="1.0" id="n">
<nodes><cpt id="rain"><state id="true"/><state id="false"/>
<probabilities>0.2 0.8</probabilities></cpt></nodes>
<extensions><genie version="1.0" app="GeNIe 4.1" name="n">
<submodel id="s" name="S"><node id="rain"><name>Rain</name><position>1 2 3 4</position>
<comment row="0" col="0">a guess</comment><comment>As of May.</comment></node></submodel>
<textbox><caption>Read me</caption></textbox></genie></extensions></smile>"""


def test_what_stands_beside_the_nodes_is_told() -> None:
    arrived = cm.import_map(BESIDE.encode(), "xdsl", "n")
    assert (arrived.map.claims[0].about.text, arrived.map.claims[0].about.note) == ("Rain", "As of May.")
    assert [(lost.what, lost.where) for lost in arrived.lost] == [
        ("comments on cells of tables", "1 of them"),
        ("submodels", "1 of them"),
        ("text boxes", "1 of them"),
    ]

"""Maps as plain networks: pyAgrum computes from the files what the engine does from the map."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyagrum
import pytest
from hypothesis import given, settings

import cruxmap as cm
from cruxmap.exchange.networks import plain_network
from cruxmap.exchange.networks.plain_network import decimals, names_in, network_of
from cruxmap.language.argument_map import ArgumentMap
from helpers.bif_files import as_bayes_net, read
from helpers.commands import DIAGNOSIS, LEGAL_CASE, POWER, SAFETY_CASE
from helpers.drawn_maps import Draft, drafts
from helpers.drawn_networks import DrawnVariable, bif_of, marginals_of, networks
from helpers.filled_network import engine
from helpers.maps_from_text import model


def posteriors(net: pyagrum.BayesNet) -> dict[str, list[float]]:
    """Return every variable's marginal, as pyAgrum finds it."""
    peer = pyagrum.LazyPropagation(net)
    peer.makeInference()
    return {name: peer.posterior(name).tolist() for name in net.names()}


def in_bif(data: bytes) -> pyagrum.BayesNet:
    """Read a file as the tests do: pyAgrum's own reader of this format has single precision."""
    return as_bayes_net(read(data.decode()))


def in_xmlbif(data: bytes, folder: Path) -> pyagrum.BayesNet:
    path = folder / "network.bifxml"
    path.write_bytes(data)
    return pyagrum.loadBN(str(path))


def ours(argument_map: ArgumentMap, worldview: str = "map") -> dict[str, npt.NDArray[np.float64]]:
    """Return the engine's marginals, true first."""
    found = engine(argument_map, worldview=worldview).marginals()
    questions = {question.about.id for question in argument_map.questions}
    events = {event.about.id for event in argument_map.events}
    return {
        name: found[name][:, 0] if name in questions | events else found[name][::-1, 0]
        for name in argument_map.entry
    }


def same(found: dict[str, list[float]], expected: dict[str, npt.NDArray[np.float64]]) -> None:
    assert expected.keys() <= found.keys()
    for name, marginal in expected.items():
        np.testing.assert_allclose(found[name], marginal, rtol=1e-9, atol=1e-300)


@given(drafts())
def test_a_map_and_its_file_have_the_same_marginals(
    tmp_path_factory: pytest.TempPathFactory, draft: Draft
) -> None:
    argument_map = draft.read()
    expected = ours(argument_map)
    same(posteriors(in_bif(cm.export_map(argument_map, "bif").data)), expected)
    data = cm.export_map(argument_map, "xmlbif").data
    same(posteriors(in_xmlbif(data, tmp_path_factory.getbasetemp())), expected)


@pytest.mark.parametrize("most", [1, 8, 64])
@settings(max_examples=8)
@given(draft=drafts())
def test_where_tables_are_small_what_lies_between_stays(most: int, draft: Draft) -> None:
    argument_map = draft.read()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_network, "MOST_NUMBERS", most)
        data = cm.export_map(argument_map, "bif").data
    same(posteriors(in_bif(data)), ours(argument_map))


@pytest.mark.parametrize(
    ("path", "worldview"),
    [(POWER, "carlsmith"), (SAFETY_CASE, "developer"), (LEGAL_CASE, "defence"), (DIAGNOSIS, "physician")],
)
def test_a_shipped_map_goes_out(path: str, worldview: str) -> None:
    """Wider ones take pyAgrum all the memory there is: test_exchange_shipped.py has them come back."""
    read_ = cm.read_model(path)
    found = cm.export_map(read_, "bif", worldview)
    same(posteriors(in_bif(found.data)), ours(read_.map, worldview))
    what = [lost.what for lost in found.lost]
    assert {"texts", "other worldviews", "sources, notes and tags"} <= {*what}


WIDE = """\
claims:
  hit:
    text: It is hit.
    routes:
{routes}
  broken: {{text: It breaks., given: [{{when: hit, credence: 90%}}, {{otherwise: 1%}}]}}
{causes}
"""


def test_a_claim_with_many_causes_keeps_its_chain() -> None:
    n = 20
    wide = WIDE.format(
        routes="\n".join(f"      - {{id: r{k}, when: c{k}, chance: {k + 1}%}}" for k in range(n)),
        causes="\n".join(f"  c{k}: {{text: Cause {k}., credence: 50%}}" for k in range(n)),
    )
    wide_model = model(wide, "target: broken")
    found = cm.export_map(wide_model, "bif")
    assert "tables over entries alone" in [lost.what for lost in found.lost]
    assert len(found.data) < 20_000
    same(posteriors(in_bif(found.data)), ours(wide_model.map))
    hit = 1 - np.prod([1 - 0.5 * (k + 1) / 100 for k in range(n)])
    assert posteriors(in_bif(found.data))["hit"][0] == pytest.approx(hit, rel=1e-9)


SMALL = """\
claims:
  rain: {text: It rains., credence: 10% to 30%, source: post}
  wet: {text: The street is wet., any_of: [rain, cleaned], if_met: 95%}
  cleaned: {text: CLEANED, credence: 2%}
questions:
  wind:
    text: How strong?
    states: [not-much, up]
    state_texts: {not-much: not much}
    credence: {not-much: 25%, up: 75%}
arguments:
  clouds: {text: There are clouds., credence: 60%, for: rain, strength: 2x to 8x}
sources: {post: {title: A post}}
"""


def test_variables_are_entries_by_their_ids_with_whole_tables() -> None:
    found = network_of(model(SMALL, "target: wet\nassuming: [rain]"), "map")
    by_id = {one.id: one for one in found.variables}
    assert [*by_id] == ["rain", "wet", "cleaned", "wind", "clouds"]
    assert by_id["wet"].parents == ("rain", "cleaned")
    assert by_id["rain"].parents == ("clouds",)
    np.testing.assert_allclose(by_id["wet"].table[..., 0], [[0.95, 0.95], [0.95, 0]], rtol=1e-12)
    odds = np.sqrt(0.1 / 0.9 * 0.3 / 0.7)
    np.testing.assert_allclose(by_id["rain"].table[:, 0], [4 * odds / (1 + 4 * odds), odds / (1 + odds)])
    assert names_in(found, lambda _: True, str) == {
        "rain": "rain", "wet": "wet", "cleaned": "CLEANED", "wind": "wind", "clouds": "clouds"
    }  # fmt: skip
    assert [(lost.what, lost.where) for lost in found.lost] == [
        ("intervals", "rain, clouds.strength"),
        ("what arguments are for", "clouds"),
        ("definitions and routes", "wet"),
        ("sources, notes and tags", "rain"),
        ("what is assumed and observed", "rain"),
    ]


def test_texts_go_where_a_format_has_a_place_for_them() -> None:
    small = model(SMALL, "target: wet")
    lost = {
        form: {one.what for one in cm.export_map(small, form).lost} for form in ("bif", "xmlbif", "xdsl")
    }
    assert lost["bif"] - lost["xmlbif"] == {"texts", "texts of states"}
    assert lost["xmlbif"] == lost["xdsl"]
    assert "<OUTCOME>not much</OUTCOME>" in cm.export_map(small, "xmlbif").text
    assert "<name>It rains.</name>" in cm.export_map(small, "xdsl").text
    for form in ("xmlbif", "xdsl"):
        back = cm.import_map(cm.export_map(small, form).data, name="small").map
        assert {id_: one.about.text for id_, one in back.entry.items()} == {
            id_: one.about.text for id_, one in small.map.entry.items()
        }
        assert back.entry["wind"].state_texts == ("not much", "")


@pytest.mark.parametrize("form", ["bif", "xmlbif", "xdsl"])
def test_numbers_that_nobody_gave_are_told_as_they_look_like_others_then(form: str) -> None:
    text = "claims: {a: {text: A., credence: {value: 5%, elicited: false}}, b: {text: B., credence: 6%}}"
    asked = model(text, "target: a", ann="judgements: {a: 7%, b: {value: 8%, elicited: false}}")
    told = {
        seen: [one.where for one in cm.export_map(asked, form, seen).lost if "nobody" in one.what]
        for seen in ("map", "ann")
    }
    assert told == {"map": ["a"], "ann": ["b"]}


def test_a_hostile_text_stays_a_text() -> None:
    text = 'claims: {x: {text: "]]> <b> & \' \\" -->", credence: 5%}}'
    small = model(text, "target: x")
    for form in ("xmlbif", "xdsl"):
        back = cm.import_map(cm.export_map(small, form).data, name="small").map
        assert back.entry["x"].about.text == "]]> <b> & ' \" -->"


# --- there and back --------------------------------------------------------------------------------


@given(networks())
def test_a_network_comes_back_as_it_left(network: list[DrawnVariable]) -> None:
    first = cm.import_map(bif_of(network).encode(), name="drawn")
    for form in ("bif", "xmlbif", "xdsl"):
        back = cm.import_map(cm.export_map(first.model, form).data, name="drawn")
        assert back.map == first.map
        assert back.lost == ()
    expected = marginals_of(network)
    found = ours(first.map)
    for one in network:
        [id_] = [id_ for id_, entry in first.map.entry.items() if entry.about.text == one.name]
        turned = [*one.labels] in (["false", "true"], ["NO", "YES"])
        marginal = expected[one.name][::-1] if turned else expected[one.name]
        np.testing.assert_allclose(found[id_], marginal, rtol=1e-9, atol=1e-15)


# --- decimals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shares", "written"),
    [
        ([1.0, 0.0], ("1", "0")),
        ([1e-12, 1 - 1e-12], ("1e-12", "0.999999999999")),
        ([0.1 + 0.2, 1 - (0.1 + 0.2)], ("0.3", "0.7")),
        ([2 / 3, 1 / 3], ("0.666666666666667", "0.333333333333333")),
    ],
)
def test_a_distribution_is_written_so_that_it_adds_up(
    shares: list[float], written: tuple[str, ...]
) -> None:
    assert decimals(np.array(shares)) == written

import pytest

from cruxmap.insight.candidates import candidates_of
from cruxmap.insight.cruxes import cruxes
from cruxmap.insight.kinds import Kind, kind_of
from cruxmap.network.inquiry import inquire
from helpers.examples import GARDEN, TRAINING
from helpers.maps_from_text import model

BOTH = GARDEN + (
    "  wind: {text: The wind blows it away., against: {season: dry}, strength: 2x}\n"
    "timelines: {year: {text: A year., phases: {first: 2, second: 3}}}\n"
    "events:\n"
    "  sown: {text: It is sown., timeline: year, emerges: {first: 40%, second: 60%}}\n"
    "  grown: {text: It is grown., timeline: year, requires: [sown], emerges: {second: 50%}}\n"
    "  done: {text: All is done., timeline: year, later_of: [sown, grown]}\n"
)


def test_each_basis_has_its_kind() -> None:
    garden = BOTH.replace(
        "questions:\n",
        "  lush: {text: All is lush., all_of: [wet, rain]}\n"
        "  rot:\n"
        "    text: It rots.\n"
        "    routes: [{id: mouldy, when: mould, chance: 30%}, {id: soaked, when: rain, chance: 100%}]\n"
        "questions:\n"
        "  wait:\n"
        "    text: How long is it?\n"
        "    states: [short, long]\n"
        "    gap: {from: sown, to: grown, at_least: {long: 2}}\n"
        "  crop:\n"
        "    text: How much grows?\n"
        "    states: [little, much]\n"
        "    given:\n"
        "      - {when: wet, credence: {little: 20%, much: rest}}\n"
        "      - {otherwise: {little: 90%, much: rest}}\n",
    )
    argument_map = model(garden, "target: wet\n").map
    premises = ["rain", "far", "season", "season.dry", "sown.first", "grown.second", "rot.mouldy"]
    stages = ["wet", "lush", "rot", "sown", "done", "wait", "wait.long", "crop", "crop.much", "rot.soaked"]
    assert {kind_of(argument_map, name) for name in premises} == {Kind.PREMISE}
    assert {kind_of(argument_map, name) for name in stages} == {Kind.STAGE}
    assert {kind_of(argument_map, name) for name in ("clouds", "mirage", "wind")} == {Kind.ARGUMENT}


@pytest.mark.parametrize(("text", "target"), [(GARDEN, "wet"), (TRAINING, "danger")])
def test_every_candidate_knows_its_kind(text: str, target: str) -> None:
    inquiry = inquire(model(text, f"target: {target}\n"))
    candidates = candidates_of(inquiry)
    assert {c.id: c.kind for c in candidates} == {
        c.id: kind_of(inquiry.model.map, c.id) for c in candidates
    }
    assert Kind.ARGUMENT in {c.kind for c in candidates}


def test_a_cause_that_is_certain_is_no_crux_but_what_it_needs_is() -> None:
    spec = model(
        """
        claims:
          rain: {text: It rains., credence: 30%}
          hail: {text: It hails., credence: 10%}
          rot:
            text: It rots.
            routes: [{id: soaked, when: rain, chance: 100%}, {id: bruised, when: hail, chance: 50%}]
          cold: {text: It is cold., credence: 50%}
          lost: {text: It is lost., all_of: [rot, cold]}
        """,
        "target: lost\n",
    )
    [table] = cruxes(spec).worldviews.values()
    assert {row.id for row in table.ranking} == {"rain", "hail", "cold", "rot.bruised"}

"""Two other skeletons for the same debate: what their numbers rest on, and what comes out."""

import re
from collections import Counter
from dataclasses import replace
from functools import cache

import pytest
import yaml

import cruxmap as cm
from cruxmap.engine.planning import plan
from cruxmap.language.argument_map import Judgement
from cruxmap.language.inheritance import settle
from cruxmap.language.model_spec import ModelSpec
from helpers.commands import ROOT
from helpers.filled_network import engine

READINGS = ("conjunctive", "routes")
TARGET, BROAD, PROSAIC = "deceptive-alignment", "hidden-misalignment", "prosaic-tai"
FIRST, BETWEEN = "understanding-or-goals-first", "corrective-training-between"


def folder(reading):
    return ROOT / "arguments" / f"deceptive-alignment-{reading}"


def file(reading):
    return ROOT / "models" / "readings" / f"{reading}.yaml"


@cache
def model(reading: str) -> ModelSpec:
    return cm.read_model(file(reading))


def central(reading, worldview, target=TARGET, given=(), judgements=None):
    """The probability at central judgements, prosaic development being given."""
    return cm.probability(
        model(reading), target, given=[PROSAIC, *given], worldview=worldview, judgements=judgements
    )


def written_in(reading: str, path) -> list[Judgement]:
    """The numbers that somebody wrote in a file, or in the files of a folder itself."""
    written = [j for j in model(reading).map.judgements.values() if not j.is_default]
    return [j for j in written if path in (ROOT / j.span.file, (ROOT / j.span.file).parent)]


def written_here(reading: str) -> list[Judgement]:
    """The map's own numbers: none of a file that it includes, and none that a worldview brings."""
    return written_in(reading, folder(reading))


# --- what they are ------------------------------------------------------------------------------


@pytest.mark.parametrize("reading", READINGS)
def test_a_reading_has_neither_problems_nor_warnings(reading: str) -> None:
    assert cm.check(file(reading)) == ((), ())


@pytest.mark.parametrize("reading", READINGS)
def test_a_reading_is_small_and_cheap(reading: str) -> None:
    spec = model(reading)
    assert len(written_here(reading)) < 50
    network = engine(spec.map).network
    assert plan(network, [network.places[TARGET]], [network.places[PROSAIC]]).triples < 2_000


@pytest.mark.parametrize("reading", READINGS)
def test_a_reading_shares_its_paradigm_with_the_first_map(reading: str) -> None:
    first = ROOT / "arguments" / "deceptive-alignment"
    shared = {j.address: j for j in written_in(reading, first / "05-paradigm.yaml")}
    assert {"ml-continues", "local-optimiser"} <= shared.keys()
    judgements = cm.read_map(first).judgements
    assert shared == {address: judgements[address] for address in shared}


# --- what the numbers rest on ---------------------------------------------------------------------

KINDS = ("source", "rule", "editor's guess")


@pytest.mark.parametrize("reading", READINGS)
def test_each_number_of_the_map_has_a_reason_and_at_most_half_are_guesses(reading: str) -> None:
    kinds: Counter[str] = Counter()
    for judgement in written_here(reading):
        if "#" in judgement.address and not judgement.note:  # a state that is certain in a row
            assert "by definition" in model(reading).map.entry[judgement.owner].about.note
            continue
        kind, _, reason = judgement.note.partition(": ")
        assert kind in KINDS, judgement.address
        assert len(reason) > 20, judgement.address
        if kind == "source":
            assert re.search(r"\b(P|C)\d", reason), judgement.address
        kinds[kind] += 1
    assert kinds["editor's guess"] * 2 <= kinds.total()
    assert kinds["source"] >= 3


@cache
def sections(source: str) -> dict[str, str]:
    path = ROOT / "arguments" / "deceptive-alignment" / "sources" / f"{source}.yaml"
    places = yaml.safe_load(path.read_text(encoding="utf-8"))["locators"]
    return {place: about["section"] for place, about in places.items()}


def cited_in(value):
    match value:
        case {"source": str(one), **rest}:
            yield one
            yield from cited_in(list(rest.values()))
        case {"source": list(several), **rest}:
            yield from several
            yield from cited_in(list(rest.values()))
        case dict():
            yield from cited_in(list(value.values()))
        case list():
            for part in value:
                yield from cited_in(part)


@pytest.mark.parametrize("reading", READINGS)
def test_every_place_that_is_cited_exists(reading: str) -> None:
    files = sorted(folder(reading).rglob("*.yaml"))
    cited = {place for path in files for place in cited_in(yaml.safe_load(path.read_text("utf-8")))}
    assert len(cited) > 30
    for place in cited:
        source, _, locator = place.partition("#")
        assert locator in sections(source), place


EARLIER_WORDS = {"C1.7"}  # the author's, quoted by critic-a


def words_of(voice: str, place: str) -> bool:
    if place.startswith("P"):
        return voice == "author" and place in sections("post")
    said = f" by {voice}," in sections("comments")[place]
    return said or (voice == "author" and place in EARLIER_WORDS)


@pytest.mark.parametrize("reading", READINGS)
def test_each_number_of_a_voice_is_at_a_place_where_that_voice_speaks(reading: str) -> None:
    for path in folder(reading).glob("worldviews/*.yaml"):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        voice = data["worldview"]
        assert data["voice"] == voice == path.stem
        assert data["judgements"]
        for address, number in data["judgements"].items():
            assert number.keys() == {"value", "source", "note"}, (voice, address)
            assert number["note"].startswith(("stated", "inferred")), (voice, address)
        for id_, brought in data.get("arguments", {}).items():
            for number in (brought["credence"], brought["strength"]):
                assert number["note"].startswith(("stated", "inferred")), (voice, id_)
        for remark in data.get("remarks", {}).values():  # each ends with where it was said
            said = re.search(r"\((.*)\)\.$", remark)
            assert said, (voice, remark)
            assert all(words_of(voice, place) for place in said[1].split(", ")), (voice, remark)
        for place in cited_in(data):
            assert words_of(voice, place.partition("#")[2]), (voice, place)


STATED = [  # in the source, in words or as a number: who, of what, and the range that the words stand for
    ("author", "recipe-kept", 0.85, 0.97),
    ("author", "long-goals-from-pretraining", 0.005, 0.05),
    ("author", "aware-from-pretraining", 0.005, 0.08),
    ("author", "corrective-training-between.otherwise.none", 0.003, 0.04),
    ("author", "long-goals-before-understanding", 0.003, 0.04),
    ("author", "goal-that-forms.understanding-first.proxy", 0.01, 0.08),
    ("author", "goal-that-forms.together.proxy", 0.05, 0.30),
    ("critic-a", "goal-that-forms.understanding-first.something-else", 0.50, 0.90),
    ("critic-d", "deceitful-persona-arises", 0.80, 0.95),
    ("critic-d", "feedback-strengthens-it", 0.20, 0.80),
    ("critic-h", "present-models-show-it", 0.01, 0.08),
    ("critic-i", "present-models-show-it", 0.005, 0.08),
    ("critic-i", "goal-that-forms.goals-first.something-else", 0.60, 0.95),
    ("critic-k", "long-goals-in-the-end.otherwise", 0.85, 0.99),
    ("critic-k", "aware-in-time", 0.85, 0.98),
    ("critic-k", "plays-along", 0.90, 0.99),
    ("critic-k", "goals-assigned-after", 0.30, 0.80),
]


@pytest.mark.parametrize(("voice", "address", "low", "high"), STATED)
def test_what_a_voice_states_is_its_number(voice: str, address: str, low: float, high: float) -> None:
    found = 0
    for reading in READINGS:
        if address in model(reading).map.judgements:
            number = settle(model(reading).map, voice).setting[address]
            assert number.origin == voice, reading
            assert (number.value.low, number.value.high) == pytest.approx((low, high)), reading
            found += 1
    assert found


def test_what_both_readings_ask_of_a_voice_has_one_answer() -> None:
    chain, routes = (model(reading).map for reading in READINGS)
    same = {"recipe-kept", "long-goals-from-pretraining", "aware-in-time", "aware-from-pretraining"}
    rows = {"aware-in-time.otherwise": "aware-in-time"}
    rows |= {"aware-from-pretraining.otherwise": "aware-from-pretraining"}
    for address, judgement in chain.judgements.items():
        if (other := rows.get(address, address)) in same & routes.judgements.keys():
            assert judgement.value == routes.judgements[other].value, address
    theirs = {w.about.id: {o.address: o.value for o in w.judgements} for w in routes.worldviews}
    compared = 0
    for worldview in chain.worldviews:
        for number in worldview.judgements:
            other = rows.get(number.address, number.address)
            if worldview.about.id in theirs and other in same:
                assert theirs[worldview.about.id][other] == number.value, (worldview.about.id, other)
                compared += 1
    assert compared > 15


def test_nobody_is_read_as_saying_something_about_a_target_of_which_he_says_nothing() -> None:
    """What is merely inferred of the others' credence in the target binds nothing, so it is not there."""
    spoken = {
        "conjunctive": {"author": {TARGET}, "critic-b": {TARGET}, "critic-d": {TARGET}},
        "routes": {
            "author": {TARGET},
            "critic-b": {TARGET},
            "critic-d": {TARGET, "deceitful-persona-arises"},
            "critic-k": {BROAD},
        },
    }
    for reading in READINGS:
        found = {}
        for path in folder(reading).glob("worldviews/*.yaml"):
            data = yaml.safe_load(path.read_text(encoding="utf-8"))
            said = [*data.get("stated", ()), *data.get("read_as", ())]
            if said:
                found[path.stem] = {one["of"] for one in said}
        assert found == spoken[reading]


def test_only_the_author_states_a_credence_in_the_target() -> None:
    for reading in READINGS:
        for worldview in model(reading).map.worldviews:
            if worldview.about.id != "author":
                assert all("C10.7" in str(s.citations) for s in worldview.stated)


# --- what comes out -------------------------------------------------------------------------------


@pytest.mark.parametrize("reading", READINGS)
def test_what_is_expected_of_a_reading_holds(reading: str) -> None:
    assert len(model(reading).expect) >= 6
    failed = [one for one in cm.expectations(model(reading)).expectations if not one.holds]
    assert failed == []


def test_in_the_chain_the_author_holds_what_he_says_of_its_links() -> None:
    assert 0.005 < central("conjunctive", "author", given=[{FIRST: "together"}]) < 0.10
    assert 0.10 < central("conjunctive", "author", given=[{BETWEEN: "none"}]) < 0.80
    assert central("conjunctive", "author", {FIRST: "understanding-first"}) > 0.85
    assert central("conjunctive", "author", "long-goals-from-pretraining") < 0.05


def test_among_routes_the_silences_of_the_author_cost_more_than_his_whole_figure() -> None:
    """A contradiction that is found and kept: what he states does not fit what his silences inherit."""
    silent = ("in-context", "data-poor", "seen-already", "leak", "deliberate-long-goals")
    none = {f"{TARGET}.{route}": "0%" for route in silent}
    assert central("routes", "author", judgements=none) < 0.5 * central("routes", "author")


@pytest.mark.parametrize(
    ("reading", "up", "down"),
    [
        ("conjunctive", "defk", "ai"),  # A and I expect something else to come about, not deception
        ("routes", "defgjk", "hi"),
    ],
)
def test_each_critic_moves_the_estimate_as_they_argue(reading: str, up: str, down: str) -> None:
    neutral = central(reading, None)
    assert all(central(reading, f"critic-{letter}") > neutral * 1.02 for letter in up)
    assert all(central(reading, f"critic-{letter}") < neutral * 0.98 for letter in down)


def test_the_order_is_worth_a_factor_in_the_chain_and_awareness_has_no_way_round() -> None:
    safe, dangerous = (
        central("conjunctive", None, given=[{FIRST: order}])
        for order in ("understanding-first", "goals-first")
    )
    assert dangerous > 3 * safe
    assert central("conjunctive", None, "all-links-hold", [{"aware-in-time": False}]) == 0


def test_each_route_counts_and_none_is_half_of_the_estimate() -> None:
    whole = central("routes", None)
    (target,) = [claim for claim in model("routes").map.claims if claim.about.id == TARGET]
    routes = [j.address for j in written_here("routes") if j.owner == TARGET]
    assert target.about.id == TARGET
    assert len(routes) == 11
    for address in set(routes) - {f"{TARGET}.another-paradigm"}:
        without = central("routes", None, judgements={address: "0%"})
        assert 0.5 * whole < without < whole * 0.995, address


@pytest.mark.parametrize("reading", READINGS)
def test_the_guide_of_a_reading_gives_what_comes_out(reading: str) -> None:
    text = (folder(reading) / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (map|author|critic-.) \| .* \| +([\d.]+)% \| +[\d.]+% \|", text, re.MULTILINE)
    assert {name for name, _ in rows} == {"map", *(w.about.id for w in model(reading).map.worldviews)}
    for name, percent in rows:
        found = central(reading, None if name == "map" else name)
        assert float(percent) == float(f"{100 * found:.2g}"), name


@pytest.mark.long
@pytest.mark.parametrize("reading", READINGS)
def test_the_guide_of_a_reading_gives_the_means(reading: str) -> None:
    text = (folder(reading) / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (map|author|critic-.) \| .* \| +[\d.]+% \| +([\d.]+)% \|", text, re.MULTILINE)
    estimate = cm.estimate(model(reading))
    for name, percent in rows:
        found = estimate.map if name == "map" else estimate.worldviews[name]
        assert float(percent) == float(f"{100 * found.mean:.2g}"), name


def test_what_the_author_states_fits_the_chain_and_not_the_routes() -> None:
    for reading, fits in (("conjunctive", True), ("routes", False)):
        alone = replace(model(reading), worldviews=("author",))
        assert cm.coherence(alone).worldviews["author"].fits == fits


@pytest.mark.long
def test_the_guides_say_what_each_skeleton_makes_of_the_same_voices() -> None:
    """Roughly, so that a change of the first map in detail leaves the guides true."""
    first = cm.read_model(ROOT / "models" / "deceptive-alignment.yaml")
    found = cm.compare([first, *map(model, READINGS)])
    text = " ".join((folder("routes") / "README.md").read_text(encoding="utf-8").split())
    means = {"map": found.map} | {name: found.voices[name] for name in ("critic-d", "author")}
    for name, words in (("map", "the map's own"), ("critic-d", "critic-d"), ("author", "the author")):
        guide = re.search(rf"{words} ([\d.]+)%, ([\d.]+)% and ([\d.]+)%", text)
        assert guide, name
        written = [float(percent) / 100 for percent in guide.groups()]
        first_mean, *others = (means[name][spec].mean for spec in found.models)
        assert others == pytest.approx(written[1:], rel=0.05), name
        assert written[0] / 2 < first_mean < min(2 * written[0], *others), name
    assert {"author", "critic-d"} <= set(found.counted)
    assert found.shares
    assert 0.1 < found.shares.model < found.shares.voice

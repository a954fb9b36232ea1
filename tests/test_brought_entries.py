"""What worldviews bring: entries that stand in one worldview's file and have force only there."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import cruxmap as cm
from cruxmap.insight.diff import said_whose
from cruxmap.insight.revisions import diff_revisions
from cruxmap.language.argument_map import MAP_WORLDVIEW, ArgumentMap, Routes
from cruxmap.language.digest import digest
from cruxmap.language.inheritance import settle
from cruxmap.language.reading import check, read_map
from cruxmap.language.sources import check_sources
from cruxmap.present.diff_figures import waterfall
from cruxmap.present.map_text import map_text
from cruxmap.present.stages import picture_of
from helpers import drawn_maps
from helpers.commands import git
from helpers.filled_network import engine
from helpers.maps_from_text import model

ROUNDING = 1e-12

STREET = """
voices:
  ben: {text: Ben.}
claims:
  rain: {text: It rains., credence: 20% to 40%}
  wet:
    text: The street is wet.
    routes: [{id: by-rain, when: rain, chance: 80% to 95%}]
    leak: 1%
arguments:
  clouds: {text: There are clouds., for: rain, strength: 2x to 5x}
"""
BEN = """
text: What Ben thinks.
voice: ben
remarks: {rain: It was dry all week.}
claims:
  gardener: {text: The gardener is at work., credence: 30% to 60%}
questions:
  hose: {text: How long is the hose?, states: [short, long], credence: {short: 60%, long: rest}}
arguments:
  old-clouds: {text: They are old clouds., premises: gardener, credence: 40% to 70%, undercuts: clouds}
  forecast: {text: The forecast says so., against: rain, strength: weak}
routes:
  wet: [{id: by-hose, when: {hose: long, gardener: true}, chance: 50% to 70%}]
"""
OTHERS = {
    "heir": "text: She builds on Ben.\nextends: ben\n",
    "taker": "text: He takes two things over.\naccepts: [old-clouds, wet.by-hose]\n",
    "judge": "text: She judges it.\naccepts: [forecast]\njudgements: {forecast: 90%, gardener: 5%}\n",
    "plain": "text: Nothing of it.\njudgements: {rain: 50%}\n",
}


def write(folder: Path, street: str = STREET, **worldviews: str) -> Path:
    (folder / "worldviews").mkdir(parents=True, exist_ok=True)
    (folder / "map.yaml").write_text(street)
    for name, text in worldviews.items():
        (folder / "worldviews" / f"{name}.yaml").write_text(text)
    return folder


@pytest.fixture
def street(tmp_path: Path) -> ArgumentMap:
    """The street with what Ben brings to it, and some who have that and some who have not."""
    return read_map(write(tmp_path / "street", ben=BEN, **OTHERS))


def messages(folder: Path) -> list[str]:
    problems, warnings = check(folder)
    return [f"{p.code}: {p.message}" for p in (*problems, *warnings)]


# --- reading -------------------------------------------------------------------------------------


def test_a_reviewers_whole_contribution_is_one_file(street: ArgumentMap, tmp_path: Path) -> None:
    assert messages(tmp_path / "street") == []
    entry = street.entry
    brought = {name for name, its in entry.items() if its.about.brought_by == "ben"}
    assert brought == {"gardener", "hose", "old-clouds", "forecast"}
    assert [argument.by for argument in street.arguments] == [None, "ben", "ben"]
    assert entry["wet"].about.brought_by is None
    basis = entry["wet"].basis
    assert isinstance(basis, Routes)
    assert [(route.id, route.brought_by) for route in basis.routes] == [
        ("by-rain", None),
        ("by-hose", "ben"),
    ]
    assert street.worldview["ben"].remarks == (("rain", "It was dry all week."),)
    assert street.brought == {"old-clouds": "ben", "forecast": "ben", "wet.by-hose": "ben"}


def test_a_brought_argument_may_say_whose_it_is(tmp_path: Path) -> None:
    said = (
        "text: Anna.\narguments: {dew: {text: Dew., by: ben, credence: 5%, for: rain, strength: weak}}\n"
    )
    assert [a.by for a in read_map(write(tmp_path, anna=said)).arguments] == [None, "ben"]
    write(tmp_path, anna=said.replace("credence: 5%, ", ""))
    assert messages(tmp_path) == ["credence-needed: `dew` is what `ben` says, so it needs a `credence`"]


@pytest.mark.parametrize(
    ("worldview", "code"),
    [
        ("claims: {rain: {text: Rain., credence: 5%}}", "duplicate-id"),
        ("arguments: {hose: {text: A., for: rain, strength: weak}}", "duplicate-id"),
        ("routes: {wet: [{id: by-hose, chance: 5%}]}", "duplicate-id"),
        ("routes: {wet: [{id: by-rain, chance: 5%}]}", "duplicate-id"),
        ("routes: {dry: [{chance: 5%}]}", "unknown-id"),
        ("routes: {hose: [{chance: 5%}]}", "wrong-reference"),
        ("routes: {gardener: [{chance: 5%}]}", "no-routes"),
        ("routes: {wet: []}", "empty-list"),
        ("routes: {wet: [{id: other}]}", "missing-key"),
        ("routes: {wet: [{id: other, when: rain, chance: 5 percent}]}", "unreadable-judgement"),
        ("routes: {wet: [{when: rain, chance: 5%}]}", None),
        ("arguments: {dew: {text: Dew., for: rain}}", "missing-key"),
        ("arguments: {dew: {text: Dew., for: rian, strength: weak}}", "unknown-id"),
        ("arguments: {dew: {text: Dew., for: wet.by-hose, strength: weak}}", None),
        ("arguments: {dew: {text: Dew., undercuts: forecast, source: post}}", "unknown-source"),
        ("arguments: {dew: {text: Dew., undercuts: forecast, colour: red}}", "unknown-key"),
        ("claims: {dew: {text: Dew.}}", "no-basis"),
        ("claims: {dew: {credence: 5%}}", "missing-key"),
        ("claims: {dew: {text: Dew., credence: 5 percent}}", "unreadable-judgement"),
        ("claims: {dew: {text: Dew., all_of: [gardener, rain, puddle]}}", "unknown-id"),
        ("claims: {dew: {text: Dew., given: [{when: gardener, credence: 5%}]}}", "uncovered-case"),
        ("claims: {dew: {text: Dew., all_of: [dawn]}, dawn: {text: D., all_of: [dew]}}", "cycle"),
        ("questions: {who: {text: Who?, states: [a, b], credence: {a: 5%, b: 5%}}}", "shares-sum"),
        ("claims: []", "wrong-shape"),
        ("events: {dawn: {text: Dawn.}}", "unknown-key"),
        ("accepts: [clouds]", "nothing-to-accept"),
        ("accepts: [wet.by-rain]", "nothing-to-accept"),
        ("accepts: [wet.by-hos]", "unknown-address"),
        ("accepts: [gardener]", "wrong-reference"),
        ("accepts: [dew]", "unknown-id"),
        ("accepts: [forecast, forecast]", "repeated"),
        ("accepts: [forecast]\nrejects: [forecast]", "rejected-and-accepted"),
        ("accepts: [forecast]\njudgements: {forecast.strength: 2x}", None),
        ("judgements: {forecast.strength: 2x}", "judged-but-rejected"),
        ("judgements: {wet.by-hose: 2%}", "judged-but-rejected"),
        ("judgements: {gardener: 2%, hose.long: 50%}", None),
        ("rejects: [forecast]", None),
        ("remarks: {rian: Words.}", "unknown-id"),
        ("remarks: {rain: }", "missing-key"),
        ("remarks: {rain: [one, two]}", "wrong-shape"),
        ("remarks:\n  rain: Words # and more", "comment-after-text"),
        ("remarks: {forecast: Words of somebody else., hose: And more.}", None),
    ],
)
def test_what_a_worldview_may_bring(tmp_path: Path, worldview: str, code: str | None) -> None:
    write(tmp_path, ben=BEN, anna=f"text: Anna.\n{worldview}\n")
    found = [message.partition(":")[0] for message in messages(tmp_path)]
    assert found == ([] if code is None else [code])


def test_a_clash_of_two_worldviews_names_both_files(tmp_path: Path) -> None:
    write(tmp_path, ben=BEN, carl="text: Carl.\nclaims:\n  hose: {text: A hose., credence: 5%}\n")
    ((problem,), _) = check(tmp_path)
    assert problem.span.file.endswith("worldviews/carl.yaml")
    assert "worldviews/ben.yaml:8:3" in problem.hint


def test_a_worldview_that_cannot_be_read_hides_no_more_than_it_may_bring(tmp_path: Path) -> None:
    """Its entries may be mentioned elsewhere: that they are not known yet is no problem of its own."""
    write(tmp_path, ben="text: [\n", **OTHERS)
    assert [message.partition(":")[0] for message in messages(tmp_path)] == ["yaml-syntax"]


def test_the_map_may_mention_what_is_brought(tmp_path: Path) -> None:
    more = (
        "  tidy: {text: The garden is tidy., given: [{when: gardener, credence: 90%}, {otherwise: 5%}]}\n"
    )
    write(tmp_path, STREET.replace("arguments:", f"{more}arguments:"), ben=BEN)
    assert messages(tmp_path) == []


def test_numbers_and_words_of_what_is_brought_count_for_the_digest(tmp_path: Path) -> None:
    texts = {
        BEN,
        BEN.replace("credence: 30% to 60%", "credence: 30% to 61%"),
        BEN.replace("50% to 70%", "50% to 71%"),
        BEN.replace("dry all week", "dry all day"),
        BEN.replace("forecast:", "outlook:"),
    }
    found = [digest(read_map(write(tmp_path / str(n), ben=text))) for n, text in enumerate(texts)]
    assert len(set(found)) == len(texts)


# --- whose it is ---------------------------------------------------------------------------------


def in_force(argument_map: ArgumentMap, worldview: str) -> set[str]:
    here = settle(argument_map, worldview).setting
    return {address for address in argument_map.brought if not here[address].rejected}


def test_what_is_brought_has_force_for_who_brings_extends_or_accepts(street: ArgumentMap) -> None:
    everything = set(street.brought)
    expected = {
        MAP_WORLDVIEW: set(),
        "plain": set(),
        "ben": everything,
        "heir": everything,
        "taker": {"old-clouds", "wet.by-hose"},
        "judge": {"forecast"},
    }
    assert {worldview: in_force(street, worldview) for worldview in expected} == expected


def test_numbers_are_the_bringers_unless_somebody_else_judges_them(street: ArgumentMap) -> None:
    for worldview in ("ben", "heir", "taker"):
        setting = settle(street, worldview).setting
        for address in ("gardener", "hose.long", "old-clouds", "wet.by-hose", "forecast.strength"):
            assert setting[address].origin == ("ben" if address in street.bringer else MAP_WORLDVIEW)
    judged = settle(street, "judge").setting
    assert [judged[a].origin for a in ("forecast", "forecast.strength", "gardener")] == [
        "judge",
        "ben",
        "judge",
    ]
    elsewhere = settle(street, "plain").setting
    assert [elsewhere[a].origin for a in ("gardener", "rain")] == ["ben", "plain"]
    assert [elsewhere[a].not_brought for a in ("forecast", "wet.by-hose", "clouds")] == [True, True, False]
    assert elsewhere["wet.by-hose"].value.middle == 0


def test_a_link_to_a_route_has_the_chance_that_the_route_has_here(tmp_path: Path) -> None:
    linked = STREET.replace("credence: 20% to 40%", "credence: same as wet.by-hose").replace(
        "when: rain, ", ""
    )
    argument_map = read_map(write(tmp_path, linked, ben=BEN))
    assert settle(argument_map, "ben").setting["rain"].column == "wet.by-hose"
    assert settle(argument_map).setting["rain"].value.middle == 0


# --- how many arguments --------------------------------------------------------------------------


def signs(who: str, count: int) -> str:
    return "arguments:\n" + "".join(
        f"  {who}-{n}: {{text: A sign., for: rain, strength: weak}}\n" for n in range(count)
    )


def test_arguments_are_counted_that_have_force_in_one_worldview(tmp_path: Path) -> None:
    """The street has one of its own: sixteen are the most, and what others bring does not count."""
    folder = write(tmp_path, anna="text: Anna.\n" + signs("a", 15), ben="text: Ben.\n" + signs("b", 15))
    assert messages(folder) == []
    write(folder, carl="text: Carl.\nextends: anna\naccepts: [b-0]\n")
    assert messages(folder) == [
        "too-many-arguments: 17 arguments bear on `rain` in `carl`, and 16 are the most"
    ]
    write(folder, carl="text: Carl.\nextends: anna\naccepts: [b-0]\nrejects: [clouds]\n")
    assert messages(folder) == []
    write(folder, anna="text: Anna.\n" + signs("a", 16))
    ((problem,), _) = check(folder)
    assert problem.message == "17 arguments bear on `rain` in `anna`, and 16 are the most"
    assert problem.span.file.endswith("worldviews/anna.yaml")


# --- laws ----------------------------------------------------------------------------------------


HOW_OTHERS_STAND: Mapping[str, dict[str, drawn_maps.Data]] = {
    "bringer": {},
    "heir": {"extends": "bringer"},
    "taker": {},
    "heir-of-taker": {"extends": "taker"},
    "bystander": {},
    "second-bystander": {"extends": "bystander"},
}
HAVE_IT = ("bringer", "heir", "taker", "heir-of-taker")


@st.composite
def routes_and_arguments(draw: drawn_maps.Draw) -> tuple[drawn_maps.Draft, list[str], list[str]]:
    """A map with some of its arguments and routes: those that can be brought."""
    drawn = draw(drawn_maps.drafts(max_worldviews=0))
    arguments = sorted(drawn.map.get("arguments", {}))
    routes = [
        f"{name}.{route['id']}"
        for name, claim in drawn.map.get("claims", {}).items()
        for route in claim.get("routes", ())[1:]
        if "id" in route
    ]
    assume(arguments or routes)
    chosen = draw(st.lists(st.sampled_from(arguments + routes), min_size=1, unique=True))
    return drawn, [a for a in chosen if a in arguments], [r for r in chosen if r in routes]


def with_them_brought(drawn: drawn_maps.Draft, arguments: list[str], routes: list[str]) -> ArgumentMap:
    views = {n: {"worldview": n, "text": n} | keys for n, keys in HOW_OTHERS_STAND.items()}
    views["taker"] |= {"accepts": [*arguments, *routes]}
    sections = {key: dict(drawn.map.get(key, {})) for key in ("claims", "arguments")}
    views["bringer"]["arguments"] = {name: sections["arguments"].pop(name) for name in arguments}
    for address in routes:
        claim, _, part = address.partition(".")
        every = sections["claims"][claim]["routes"]
        moved = [route for route in every if route.get("id") == part]
        left = [route for route in every if route.get("id") != part]
        sections["claims"][claim] = sections["claims"][claim] | {"routes": left}
        views["bringer"].setdefault("routes", {}).setdefault(claim, []).extend(moved)
    return drawn_maps.Draft({**drawn.map, **sections}, views, drawn.things).read()


def with_them_in_the_map(drawn: drawn_maps.Draft, arguments: list[str], routes: list[str]) -> ArgumentMap:
    views = {n: {"worldview": n, "text": n} | keys for n, keys in HOW_OTHERS_STAND.items()}
    views["bystander"] |= {"rejects": arguments, "judgements": dict.fromkeys(routes, "0%")}
    return drawn_maps.Draft(drawn.map, views, drawn.things).read()


@settings(max_examples=15)
@given(st.data())
def test_what_is_brought_is_as_if_the_others_rejected_it(data: st.DataObject) -> None:
    drawn, arguments, routes = data.draw(routes_and_arguments())
    brought, there = (make(drawn, arguments, routes) for make in (with_them_brought, with_them_in_the_map))
    z = data.draw(drawn_maps.z_draws(there))
    for worldview in (MAP_WORLDVIEW, *HOW_OTHERS_STAND):
        other = "bystander" if worldview == MAP_WORLDVIEW else worldview
        assert (in_force(brought, worldview) != set()) == (worldview in HAVE_IT)
        one, two = settle(brought, worldview).setting, settle(there, other).setting
        assert {a: (s.value, s.column) for a, s in one.items()} == {
            a: (s.value, s.column) for a, s in two.items()
        }
        ours = engine(brought, worldview=worldview, draws=[{}, z]).marginals()
        theirs = engine(there, worldview=other, draws=[{}, z]).marginals()
        for name, marginal in theirs.items():
            np.testing.assert_allclose(ours[name], marginal, rtol=1e-9, atol=0)


def test_draws_of_an_estimate_are_those_of_the_map_with_the_argument_in_it(tmp_path: Path) -> None:
    """Through everything: reading, one network for all worldviews, draws by address."""
    cut = BEN.index("arguments:"), BEN.index("routes:")
    arguments, hose = BEN[slice(*cut)].removeprefix("arguments:\n"), BEN[cut[1] :]
    folder = tmp_path / "arguments/street"
    write(folder, ben=BEN, **OTHERS)
    (tmp_path / "models").mkdir()
    path = tmp_path / "models/street.yaml"
    path.write_text("model: street\nmap: ../arguments/street\ntarget: wet\nsampling: {draws: 40}\n")
    ours = cm.estimate(cm.read_model(path)).worldviews
    route = hose.split("[")[1].split("]")[0]
    whole = STREET.replace("chance: 80% to 95%}]", f"chance: 80% to 95%}}, {route}]") + arguments
    claims = BEN[BEN.index("claims:\n") : cut[0]].removeprefix("claims:\n")
    gardener, hose_question = claims.split("questions:\n")
    whole = whole.replace("claims:\n", f"claims:\n{gardener}") + f"questions:\n{hose_question}"
    none = "rejects: [{}]\njudgements: {{wet.by-hose: 0%, {}}}\n"
    write(
        folder,
        whole,
        ben="text: Ben.\n",
        heir=OTHERS["heir"],
        taker="text: He takes two things over.\nrejects: [forecast]\n",
        judge="text: J.\n" + none.format("old-clouds", "forecast: 90%, gardener: 5%"),
        plain="text: P.\n" + none.format("old-clouds, forecast", "rain: 50%"),
    )
    theirs = cm.estimate(cm.read_model(path)).worldviews
    assert ours.keys() == theirs.keys()
    for name, one in ours.items():
        np.testing.assert_allclose(one.draws, theirs[name].draws, rtol=ROUNDING)
    assert abs(ours["ben"].mean - ours["plain"].mean) > 0.01


# --- what is told of it --------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A model of the street with the worldviews."""
    write(
        tmp_path / "arguments/street",
        STREET.replace("voices:", TALK),
        ben=BEN.replace("voice: ben", CITES),
        **OTHERS,
    )
    (tmp_path / "models").mkdir()
    path = tmp_path / "models/street.yaml"
    path.write_text("model: street\nmap: ../arguments/street\ntarget: wet\nsampling: {draws: 40}\n")
    return path


TALK = "sources:\n  talk: {title: A talk.}\nvoices:"
CITES = "voice: ben\nsource: talk#0"


def test_explain_tells_who_brings_an_entry_and_who_has_it(project: Path) -> None:
    model = cm.read_model(project)
    found = cm.explain(model, "old-clouds").to_json()
    assert found["brought_by"] == "ben"
    numbers = found["judgements"][0]["worldviews"]
    assert {w: n["value"] for w, n in numbers.items()} == {
        "ben": "40% to 70%",
        "heir": "40% to 70%",
        "judge": "not brought",
        "plain": "not brought",
        "taker": "40% to 70%",
    }
    assert {w: n["origin"] for w, n in numbers.items()} == {
        "ben": "ben",
        "heir": "ben",
        "judge": "map",
        "plain": "map",
        "taker": "ben",
    }
    assert numbers["ben"]["own"]
    assert numbers["ben"]["displaces"] is None
    rain = cm.explain(model, "rain").to_json()
    assert rain["brought_by"] is None
    assert rain["remarks"] == [{"worldview": "ben", "text": "It was dry all week."}]
    forces = {argument["id"]: argument["has_force"] for argument in rain["arguments"]}
    assert [w for w, has in forces["forecast"].items() if has] == ["ben", "heir", "judge"]
    assert all(forces["clouds"].values())
    judged = cm.explain(model, "forecast").to_json()["judgements"][0]["worldviews"]["judge"]
    assert (judged["value"], judged["displaces"]["origin"]) == ("90%", "ben")
    routes = {
        place["address"]: place["brought_by"] for place in cm.explain(model, "wet").to_json()["judgements"]
    }
    assert routes == {"wet.by-rain": None, "wet.by-hose": "ben", "wet.leak": None}


def test_a_diff_says_what_only_one_of_the_two_brings(project: Path) -> None:
    found = cm.diff(cm.read_model(project), "ben", "plain").to_json()
    assert found["structure"] == {
        "rejected_by_a": [],
        "rejected_by_b": [],
        "only_a": [],
        "only_b": ["rain"],
        "brought_a": ["forecast", "old-clouds", "wet.by-hose"],
        "brought_b": [],
    }
    differences = {d["id"]: d for d in found["differences"]}
    assert differences.keys() == {"rain", "wet", "forecast", "old-clouds"}
    assert {name: d["brought_by"] for name, d in differences.items()} == {
        "rain": None,
        "wet": None,
        "forecast": "ben",
        "old-clouds": "ben",
    }
    [route] = differences["wet"]["changes"]
    assert (route["address"], route["brought_by"], route["b"]) == ("wet.by-hose", "ben", "not brought")
    assert said_whose("plain", route["origin_b"], False, "ben") == "only ben brings it"
    assert sum(d["share_logit"] for d in differences.values()) == pytest.approx(
        found["gap_logit"], abs=1e-9
    )
    taken = cm.diff(cm.read_model(project), "taker", "plain").structure
    assert (taken.brought_a, taken.rejected_by_b) == (("old-clouds", "wet.by-hose"), ())


def test_the_waterfall_names_who_brings_what(project: Path) -> None:
    figure = waterfall(cm.diff(cm.read_model(project), "ben", "plain"))
    words = {text.get_text().replace("\n", " ") for axes in figure.axes for text in axes.texts}
    assert {
        "They are old clouds. (brought by ben)",
        "The street is wet. (by-hose, brought by ben)",
        "It rains.",
    } <= words


def test_a_brought_claim_reaches_the_target_by_what_has_force_somewhere(project: Path) -> None:
    """The gardener does so by Ben's argument alone, which has force for some."""
    root = project.parent.parent
    assert messages(root) == []
    anna = root / "arguments/street/worldviews/anna.yaml"
    anna.write_text("text: A.\nclaims: {idle: {text: Of no use., credence: 5%}}\n")
    assert messages(root) == ["unreachable-claim: the claim `idle` cannot reach any target"]


def test_who_has_it_not_is_not_told_to_look_into_it(project: Path) -> None:
    """What rests on nothing with force says exactly nothing, whatever the draws are."""
    model = cm.read_model(project)
    plain = cm.cruxes(model).worldviews["plain"].to_json()
    assert {one["id"] for one in plain["left_out"] if "brings" in one["because"]} == {
        "forecast",
        "old-clouds",
        "wet.by-hose",
    }
    voi = {crux["id"]: crux["voi"] for crux in (*plain["claims"], *plain["questions"])}
    assert (voi["gardener"], voi["hose"]) == (0, 0)
    assert voi["rain"] > 0
    ben = cm.cruxes(model).worldviews["ben"].to_json()
    assert all(crux["voi"] > 0 for crux in ben["claims"] if crux["id"] in ("gardener", "rain"))


def test_a_brought_number_is_the_bringers_own(project: Path) -> None:
    """Four of the map's numbers are written down: rain, the strength of clouds, a chance and the leak.

    Ben writes six: gardener, two shares, one credence, one strength and a chance. The taker has all but the
    strength; the judge has that, and a credence of her own in the place of one that nobody wrote.
    """
    whose = {name: view.whose for name, view in cm.estimate(cm.read_model(project)).worldviews.items()}
    assert {name: (one.own_judgements, one.of) for name, one in whose.items()} == {
        "ben": (6, 10),
        "heir": (0, 10),
        "taker": (0, 9),
        "judge": (1, 6),
        "plain": (1, 4),
    }


def test_citations_of_brought_entries_count(project: Path) -> None:
    folder = project.parent.parent / "arguments/street"
    (folder / "sources").mkdir()
    (folder / "sources/talk.yaml").write_text("locators: {'0': {}, '4': {}, '5': {}, '6': {}}\n")
    text = BEN.replace("voice: ben", CITES).replace(
        "text: The gardener", "source: talk#4, text: The gardener"
    )
    (folder / "worldviews/ben.yaml").write_text(
        text.replace("id: by-hose,", "id: by-hose, source: talk#5,")
    )
    [coverage] = check_sources(read_map(folder))
    assert [place.cited_by for place in coverage.locators] == [
        ("ben",),
        ("ben: gardener",),
        ("ben: wet.by-hose",),
        (),
    ]


def test_a_map_is_written_without_what_is_brought_and_names_it_below(
    street: ArgumentMap, tmp_path: Path
) -> None:
    text = map_text(street)
    again = read_map(write(tmp_path / "street-again", text))
    bare = read_map(write(tmp_path / "bare", STREET))
    assert (again.claims, again.questions, again.arguments) == (
        bare.claims,
        bare.questions,
        bare.arguments,
    )
    comments = "".join(
        line.removeprefix("# ").removeprefix("#") for line in text.splitlines(True) if line[0] == "#"
    )
    head, _, brought = comments.partition("\n")
    assert head == "brought by ben:"
    written = read_map(write(tmp_path / "written", ben=f"text: What Ben thinks.\nvoice: ben\n{brought}"))
    assert (written.claims, written.questions, written.arguments) == (
        street.claims,
        street.questions,
        street.arguments,
    )


def test_pictures_say_who_brings_what(project: Path) -> None:
    def rows(worldview: str) -> tuple[dict[str, str], dict[str, str]]:
        shown = picture_of(cm.read_model(project), worldview)
        return {c.id: c.brought_by for c in shown.cards}, {
            r.address: r.head for c in shown.cards for r in c.rows
        }

    cards, ben = rows("ben")
    assert cards == {"rain": "", "wet": "", "gardener": "ben", "hose": "ben"}
    assert ben["wet.by-hose"] == "route by-hose: chance 50% to 70%, brought by ben"
    assert ben["old-clouds"].endswith("force 100%, brought by ben")
    _, plain = rows("plain")
    assert plain["wet.by-hose"] == "route by-hose: only ben brings it"
    assert plain["forecast"] == "against: only ben brings it"


def test_a_revision_says_who_brings_what(project: Path) -> None:
    folder = project.parent.parent
    worldviews = folder / "arguments/street/worldviews"
    for command in ("init -q", "add .", "commit -qm One"):
        git(folder, *command.split())
    moved = "  clouds: {text: There are clouds., for: rain, strength: 2x to 5x}\n"
    text = (worldviews / "ben.yaml").read_text()
    hose = text[text.index("routes:") :]
    write(
        folder / "arguments/street",
        STREET.replace("voices:", TALK).replace(f"arguments:\n{moved}", ""),
        ben=text.removesuffix(hose).replace("arguments:\n", f"arguments:\n{moved}"),
        plain="text: Now with a route.\nroutes: {wet: [{id: by-dog, when: hose, chance: 5%}]}\n".replace(
            "when: hose, ", ""
        ),
        taker="text: No longer.\n",
    )
    found = diff_revisions(project, "HEAD")
    assert (found.added, found.removed, found.rebuilt) == (("wet.by-dog",), ("wet.by-hose",), ())
    assert dict(found.brought_by) == {"wet.by-dog": "plain", "wet.by-hose": "ben"}
    assert [(one.id, one.before, one.now) for one in found.handed_over] == [("clouds", None, "ben")]
    changes = {w.worldview: {d.id: d.changes for d in w.differences} for w in found.changes}
    [dog] = changes["plain"]["wet"]
    assert (dog.address, dog.b, dog.a) == ("wet.by-dog", "absent", "5%")
    [gone] = changes["ben"]["wet"]
    assert (gone.address, gone.b, gone.a) == ("wet.by-hose", "50% to 70%", "absent")
    assert [(c.b, c.a) for c in changes["map"]["clouds"]] == [("100%", "not brought")]
    for change in found.changes:
        parts = [d.share_logit or 0.0 for d in change.differences]
        assert sum(parts) + (change.structure_logit or 0.0) == pytest.approx(change.gap_logit, abs=1e-9)
        assert change.structure_logit == pytest.approx(0.0, abs=1e-9)


def test_an_open_worldview_takes_over_what_others_bring(project: Path) -> None:
    model = cm.read_model(project)
    plain = cm.open_model(model, "plain")
    with_hose = plain.accept("wet.by-hose")
    assert with_hose.probability() > plain.probability()
    assert with_hose.reject("wet.by-hose").probability() == plain.probability()


def test_a_bringer_keeps_its_own_numbers_over_those_of_whom_it_extends() -> None:
    """Who is extended may judge what is brought; the bringer's own number is laid on top."""
    spec = model(
        "claims: {c: {text: C., credence: 50%}}",
        "target: c",
        y="judgements: {arg: 90%}",
        x="""
        extends: y
        arguments: {arg: {text: A., for: c, credence: 20%, strength: 3x}}
        """,
    )
    assert settle(spec.map, "x").setting["arg"].value.low == 0.2

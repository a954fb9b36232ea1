"""The page as a person opens it: its numbers are Python's, its file is taken back, nothing runs."""

import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

import cruxmap as cm
from cruxmap.language.argument_map import MAP_WORLDVIEW
from helpers.browser import Opened, PageOf, opened
from helpers.commands import LEGAL_CASE, POWER, ROOT, Cruxmap
from helpers.nearness import near
from helpers.page_states import answers, states

REAL = str(ROOT / "models" / "deceptive-alignment.yaml")
LARGE = pytest.param(REAL, marks=pytest.mark.long, id="deceptive-alignment")
SMALL = [pytest.param(file, id=Path(file).stem) for file in (POWER, LEGAL_CASE)]
MODELS = [*SMALL, LARGE]

model_of = cache(cm.read_model)


def same(found: Any, value: Any, where: str = "") -> None:
    """Hold what a page's answer has against Python's: words as they are, numbers to 1e-9."""
    match value:
        case dict():
            for key in value.keys() & found.keys():
                same(found[key], value[key], f"{where}.{key}")
        case list():
            assert len(found) == len(value), where
            for number, (one, other) in enumerate(zip(found, value, strict=True)):
                same(one, other, f"{where}[{number}]")
        case float() | int() if not isinstance(value, bool):
            assert found == pytest.approx(value, rel=1e-9, abs=1e-11), where
        case _:
            assert found == value, where


ALL_OF = (
    "([worldview, ids]) => { cruxmap.start(worldview); return ids.map((id) => cruxmap.probability(id)); }"
)
ESTIMATE = "(worldview) => { cruxmap.start(worldview); return cruxmap.estimate(); }"
CRUXES = "(worldview) => { cruxmap.start(worldview); return cruxmap.cruxes(); }"
DIFF = "([worldview, other]) => { cruxmap.start(worldview); return cruxmap.diff(other); }"
STATE = """([{start, set = [], reject = [], assuming, observed}, names]) => {
  cruxmap.start(start);
  for (const [address, text] of set) cruxmap.set(address, text);
  for (const [argument, rejected] of reject) cruxmap.reject(argument, rejected);
  if (assuming !== undefined || observed !== undefined) cruxmap.given({ assuming, observed });
  try {
    return names.map((name) => cruxmap.probability(name));
  } catch {
    return null;
  }
}"""


@pytest.mark.parametrize("model", MODELS)
def test_every_probability_of_every_worldview_is_pythons(
    browser: Any, page_of: PageOf, model: str
) -> None:
    with opened(browser, page_of(model)) as seen:
        worldviews = seen.ready().run("() => cruxmap.worldviews")
        assert {*worldviews} >= {MAP_WORLDVIEW, *model_of(model).worldviews}
        for worldview in worldviews:
            expected = cm.open_model(model_of(model), worldview).marginals()
            found = seen.run(ALL_OF, [worldview, [*expected]])
            for name, value in zip(expected, found, strict=True):
                near(value, expected[name], f"{worldview}: {name}")
        assert seen.faults == []


@pytest.mark.parametrize("model", MODELS)
def test_means_and_spreads_are_pythons(browser: Any, page_of: PageOf, model: str) -> None:
    expected = cm.estimate(model_of(model)).to_json()
    with opened(browser, page_of(model)) as seen:
        seen.ready()
        for worldview, estimate in expected["worldviews"].items():
            found = seen.run(ESTIMATE, worldview)
            same(found[expected["target"]], {**estimate, "also": {}}, worldview)
            for name, also in estimate["also"].items():
                same(found[name], also, f"{worldview}: {name}")
        assert seen.faults == []


@pytest.mark.parametrize(
    ("model", "n"), [(POWER, 40), (LEGAL_CASE, 40), pytest.param(REAL, 34, marks=pytest.mark.long)]
)
def test_any_state_of_the_page_is_pythons(browser: Any, page_of: PageOf, model: str, n: int) -> None:
    """On the real map of its worldviews and some more: `test_page_states.py` has many, outside a browser."""
    made = states(model_of(model), n, seed=15)
    expected = answers(model_of(model), made)
    names = expected["names"]
    with opened(browser, page_of(model)) as seen:
        seen.ready()
        for state, answer in zip(made, expected["answers"], strict=True):
            found = seen.run(STATE, [state.to_json(), names])
            if answer is None:
                assert found is None or None in found, state
                continue
            for name, one, other in zip(names, found, answer[2:], strict=True):
                near(one, other, f"{state}: {name}")
        assert seen.faults == []


@pytest.mark.parametrize("model", MODELS)
def test_rankings_are_pythons(browser: Any, page_of: PageOf, model: str) -> None:
    worldviews = model_of(model).worldviews[:2]
    expected = {name: cm.cruxes(model_of(model), worldview=name).to_json() for name in worldviews}
    with opened(browser, page_of(model)) as seen:
        seen.ready()
        for name, table in expected.items():
            found = seen.run(CRUXES, name)
            assert [row["id"] for row in found["claims"]] == [row["id"] for row in table["claims"]]
            for part in ("claims", "arguments", "questions"):
                for row, expected_row in zip(found[part], table[part], strict=True):
                    assert row.pop("sobol_total") == pytest.approx(expected_row["sobol_total"], abs=1e-3)
            for part in ("estimate", "claims", "arguments", "questions", "left_out"):
                same(_computed(found[part]), table[part], f"{name}.{part}")
        assert seen.faults == []


@pytest.mark.parametrize("model", SMALL)
def test_answers_have_the_fields_of_the_command_lines(browser: Any, page_of: PageOf, model: str) -> None:
    one, other = model_of(model).worldviews[:2]
    with opened(browser, page_of(model)) as seen:
        found = seen.ready().run(CRUXES, one)
        assert _missing(cm.cruxes(model_of(model), worldview=one).to_json(), found) == set()
        diff = seen.run(DIFF, [one, other])
        assert _missing(cm.diff(model_of(model), one, other).to_json(), diff) == {".stated"}


def _missing(expected: Any, found: Any, where: str = "") -> set[str]:
    """The fields that an answer lacks, at any depth."""
    match expected:
        case dict():
            lacks = {f"{where}.{key}" for key in expected.keys() - found.keys()}
            both = expected.keys() & found.keys()
            return lacks.union(*(_missing(expected[key], found[key], f"{where}.{key}") for key in both))
        case list():
            assert len(expected) == len(found), where
            return set().union(*(_missing(*pair, where) for pair in zip(expected, found, strict=True)))
        case _:
            return set()


def _computed(rows: Any) -> Any:
    """Leave out what the page does not compute, and says so: Sobol shares in a changed state."""
    if not isinstance(rows, list):
        return rows
    return [{key: value for key, value in row.items() if value is not None} for row in rows]


@pytest.mark.parametrize(
    ("model", "one", "other"),
    [
        (POWER, "carlsmith", "superforecasters"),
        pytest.param(REAL, "author", "critic-d", marks=pytest.mark.long),
    ],
)
def test_shares_of_a_gap_are_pythons(
    browser: Any, page_of: PageOf, model: str, one: str, other: str
) -> None:
    expected = cm.diff(model_of(model), one, other).to_json()
    with opened(browser, page_of(model)) as seen:
        found = seen.ready().run(DIFF, [one, other])
        for part in ("a", "b", "target", "probability_a", "probability_b", "gap_logit"):
            same(found[part], expected[part], part)
        shares = {row["id"]: row for row in expected["differences"]}
        assert {row["id"] for row in found["differences"]} == shares.keys()
        for row in found["differences"]:
            for part in ("share_logit", "share_probability", "standard_error"):
                same(row[part], shares[row["id"]][part], f"{row['id']}.{part}")
        cruxes = {row["id"]: row for row in expected["double_cruxes"]}
        assert {row["id"] for row in found["double_cruxes"]} == cruxes.keys()
        for row in found["double_cruxes"]:
            for part in ("probability_a", "probability_b", "voi_a", "voi_b", "vod", "vod_share"):
                same(row[part], cruxes[row["id"]][part], f"{row['id']}.{part}")
        assert seen.faults == []


# --- the file that a reader takes away ------------------------------------------------------------


@pytest.mark.parametrize("start", ["map", "carlsmith"])
def test_what_was_changed_is_taken_back_as_a_file(
    browser: Any, page_of: PageOf, cruxmap: Cruxmap, tmp_path: Path, start: str
) -> None:
    changed = {
        "alignment-hard": "about 20%",
        "damaging-failures": "30% to 70%",
        "strong-incentives": "very likely",
    }
    with opened(browser, page_of(POWER)) as seen:
        seen.ready().run("(start) => cruxmap.start(start)", start)
        for address, text in changed.items():
            seen.run("([address, text]) => cruxmap.set(address, text)", [address, text])
        text = seen.run("() => cruxmap.yaml({ id: 'mine' })")
        found = seen.run("() => cruxmap.estimate()")
    shutil.copytree(ROOT / "arguments" / "power-seeking", tmp_path / "arguments" / "power-seeking")
    (tmp_path / "models").mkdir()
    model = tmp_path / "models" / "power-seeking.yaml"
    model.write_text(Path(POWER).read_text())
    (tmp_path / "arguments" / "power-seeking" / "worldviews" / "mine.yaml").write_text(text)
    checked = cruxmap("check", "--format", "json", str(tmp_path))
    assert (checked.code, checked.json["problems"]) == (0, [])
    told = cruxmap("estimate", "--format", "json", str(model), "--worldview", "mine")
    expected = told.json["worldviews"]["mine"]
    [one] = found.values()
    for part in ("central", "mean"):
        near(one[part], expected[part], part)
    same(one["interval_90"], expected["interval_90"])


# --- for everybody --------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [POWER, LARGE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_nothing_to_find(browser: Any, page_of: PageOf, model: str, scheme: str) -> None:
    with opened(browser, page_of(model), color_scheme=scheme) as seen:
        seen.ready()
        seen.page.wait_for_timeout(500)
        found = _violations(seen)
        assert found == []


@pytest.mark.long
def test_axe_has_nothing_to_find_in_what_is_opened(browser: Any, page_of: PageOf) -> None:
    with opened(browser, page_of(LEGAL_CASE), viewport={"width": 390, "height": 844}) as seen:
        seen.ready().run("() => { location.hash = '#entry-few-people-counted'; }")
        seen.page.wait_for_selector(".panel .judgement-text")
        for text in ("5%", "no number"):
            seen.page.fill(".panel .judgement-text", text)
            seen.page.wait_for_timeout(400)
            assert _violations(seen) == []
        seen.page.click("#argument >> text=Map")
        seen.page.wait_for_timeout(400)
        assert _violations(seen) == []
        assert seen.page.query_selector_all(".node:not([aria-label])") == []


def _violations(seen: Opened) -> list[str]:
    """Return what axe finds: the rule and the first place of each."""
    results = Axe().run(seen.page).response
    return [f"{found['id']}: {found['nodes'][0]['html'][:200]}" for found in results["violations"]]


def test_nothing_is_wider_than_a_phone(browser: Any, page_of: PageOf) -> None:
    with opened(browser, page_of(POWER), viewport={"width": 390, "height": 844}) as seen:
        wide = seen.ready().run("() => document.documentElement.scrollWidth")
        assert wide <= 390


# --- browsers that cannot all of it ---------------------------------------------------------------

MISSING = [
    "delete globalThis.WebAssembly",
    "delete globalThis.Worker",
    "URL.createObjectURL = () => { throw new Error('forbidden'); }",
    "delete globalThis.requestIdleCallback",
    "delete Uint8Array.fromBase64",
]


@pytest.mark.long
@pytest.mark.parametrize("missing", MISSING)
def test_a_browser_that_lacks_something_finds_the_same(
    browser: Any, page_of: PageOf, missing: str
) -> None:
    expected = cm.estimate(model_of(POWER)).to_json()["worldviews"]["carlsmith"]
    with opened(browser, page_of(POWER), before=missing) as seen:
        [found] = seen.ready().run(ESTIMATE, "carlsmith").values()
        near(found["mean"], expected["mean"], missing)
        assert seen.faults == []


@pytest.mark.parametrize("after", ["", "?blind"])
def test_a_browser_that_cannot_inflate_says_so(browser: Any, page_of: PageOf, after: str) -> None:
    missing = "delete globalThis.DecompressionStream"
    with opened(browser, page_of(POWER), after=after, before=missing) as seen:
        said = seen.page.text_content("main > .warning[role=alert]")
        assert said.startswith("This browser cannot run the page")
        assert seen.page.is_visible("#worldviews p") == (after == "")


def test_a_link_that_is_followed_says_how_to_have_back_what_was_changed(
    browser: Any, page_of: PageOf
) -> None:
    data = "{ model: 'power-seeking', digest: '', from: 'map', set: [], rejects: [], accepts: [] }"
    script = f"""async () => {{
      cruxmap.set("alignment-hard", "1%");
      const stream = new Blob([JSON.stringify({data})]).stream();
      const deflated = stream.pipeThrough(new CompressionStream("deflate-raw"));
      const bytes = new Uint8Array(await new Response(deflated).arrayBuffer());
      const text = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
      location.hash = `#worldview=1.${{text.replace(/=+$/, "")}}`;
    }}"""
    with opened(browser, page_of(POWER)) as seen:
        seen.ready().run(script)
        assert "Undo brings back what was before." in seen.page.text_content("#notice")
        assert seen.run("() => cruxmap.probability('alignment-hard')") != pytest.approx(0.01)


# --- names that every object has, and worldviews that the model leaves out --------------------------

NAMES = {
    "arguments/names/map.yaml": """
map: {title: Names}
claims:
  constructor: {text: It is built., credence: 10% to 20%}
  other: {text: It is not., any_of: [constructor]}
arguments:
  because: {text: It is said., for: constructor, strength: 2x}
""",
    "arguments/names/worldviews/constructor.yaml": """
worldview: constructor
text: Unlisted.
judgements: {constructor: 50%}
""",
    "models/names.yaml": """
model: names
map: ../arguments/names
target: other
worldviews: [map]
sampling: {draws: 64}
""",
}


@pytest.mark.long
def test_any_name_and_a_worldview_that_is_not_listed_can_be_started_from(
    browser: Any, page_of: PageOf, tmp_path: Path
) -> None:
    for name, text in NAMES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    with opened(browser, page_of(str(tmp_path / "models" / "names.yaml"))) as seen:
        seen.ready().page.select_option("#start", "constructor")
        seen.page.wait_for_timeout(100)
        assert seen.run("() => cruxmap.probability('constructor')") == pytest.approx(2 / 3)
        seen.run("() => cruxmap.set('constructor', '30%')")
        diff = seen.run("() => cruxmap.diff('map')")
        assert [row["brought_by"] for row in diff["differences"]] == [None]
        seen.run("() => { location.hash = '#entry-constructor'; }")
        seen.page.wait_for_timeout(300)
        assert "After one change from" in seen.page.inner_text("#answer")
        assert seen.faults == []


# --- strangers ------------------------------------------------------------------------------------

PROBABILITY = "() => cruxmap.probability('power-seeking-catastrophe')"
FRAGMENTS = [
    "#",
    "#%",
    "#%E0%A4%A",
    "#<script>alert(1)</script>",
    "#javascript:alert(1)",
    "#entry-%3Cimg%20src=x%20onerror=alert(1)%3E",
    "#worldview=AAAA",
    "#w=" + "A" * 20_000,
    "#" + "%00" * 100,
    "#__proto__",
    "#constructor",
]


@pytest.fixture(scope="module")
def without_fragment(browser: Any, page_of: PageOf) -> float:
    """What the page says where nothing stands after its address."""
    with opened(browser, page_of(POWER)) as seen:
        found: float = seen.ready().run(PROBABILITY)
    return found


@pytest.mark.long
@pytest.mark.parametrize("fragment", FRAGMENTS, ids=range(len(FRAGMENTS)))
def test_a_strangers_fragment_runs_nothing_and_changes_nothing(
    browser: Any, page_of: PageOf, without_fragment: float, fragment: str
) -> None:
    with opened(browser, page_of(POWER), after=fragment) as seen:
        assert seen.ready().run(PROBABILITY) == without_fragment
        assert [fault for fault in seen.faults if not fault.startswith("console")] == []

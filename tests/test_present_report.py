"""The page as a file: its policy, its data, the document within it, and what strangers' texts do there."""

import base64
import hashlib
import json
import re
import zlib
from collections import Counter
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from cruxmap.engine.executors import HERE, Work
from cruxmap.insight.findings import findings
from cruxmap.insight.travelling_model import travelling_model
from cruxmap.job import report
from cruxmap.language.anonymous import without_names
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.reading import read_model
from cruxmap.present.report.contents import contents_of, safe_link
from cruxmap.present.report.document import SECTIONS
from cruxmap.present.report.markup import Html, clean, tag
from cruxmap.present.report.outline import DEEPEST, outline
from cruxmap.present.report.page_file import Shown, packed, unpacked
from helpers.browser import PageOf
from helpers.commands import ROOT, Cruxmap
from helpers.examples import ANN, BOB, GARDEN
from helpers.hostile_map import ATTACKS, hostile_model
from helpers.maps_from_text import model, write

ASK = "target: wet\nalso: [slippery]\nsampling: {draws: 32}\n"
VOID = {"meta", "link", "br"}


class Reader(HTMLParser):
    """Reads a page as a browser does: elements with attributes, and texts with what they stand in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def handle_comment(self, data: str) -> None:
        pytest.fail(f"a comment: {data[:40]}")

    def within(self, tag: str) -> list[str]:
        return [text for where, text in self.texts if where == tag]

    @property
    def ids(self) -> list[str]:
        return [given["id"] for _, given in self.elements if given.get("id")]


def text_of(page: str, name: str) -> str:
    [found] = re.findall(rf'<script type="text/plain" id="{name}">([^<]*)</script>', page)
    return found


def block(page: str, name: str) -> Any:
    return unpacked(text_of(page, name))


def inflated(page: str, name: str) -> bytes:
    return zlib.decompress(base64.b64decode(text_of(page, name)), -zlib.MAX_WBITS)


@cache
def garden(**how: bool) -> str:
    return report(model(GARDEN, ASK, ann=ANN, bob=BOB), Shown(**how)).text


# --- the file ----------------------------------------------------------------------------------------


def test_the_same_model_gives_the_same_bytes() -> None:
    spec = model(GARDEN, ASK, ann=ANN, bob=BOB)
    assert garden() == report(spec).text


def test_the_policy_names_the_hashes_of_what_runs() -> None:
    page = garden()
    read = Reader(page)
    [policy] = [g["content"] for t, g in read.elements if g.get("http-equiv") == "Content-Security-Policy"]
    [style] = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    [run] = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)

    def hashed(text: str) -> str:
        return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    main = inflated(page, "script").decode()
    assert policy == (
        f"default-src 'none'; script-src 'sha256-{hashed(run)}' 'sha256-{hashed(main)}' 'wasm-unsafe-eval'; "
        "worker-src blob:; "
        f"style-src 'sha256-{hashed(style)}'; img-src data:; connect-src 'none'; object-src 'none'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert page.index("Content-Security-Policy") < page.index("<style>") < page.index("<script")


def test_data_stands_before_what_takes_long_to_lay_out() -> None:
    page = garden()
    places = [page.index(f'id="{name}"') for name in ("model", "contents", "worker", "answer", "argument")]
    assert places == sorted(places)
    assert page.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert page.index("<script") < 45_000 or page.index("<style>") < 2_000
    names = {given.get("name") for tag_, given in Reader(page).elements if tag_ == "meta"}
    assert {"viewport", "color-scheme", "referrer"} <= names


def test_the_data_are_what_the_model_and_the_answers_say() -> None:
    spec = model(GARDEN, ASK, ann=ANN, bob=BOB)
    page = report(spec).text
    assert block(page, "model") == json.loads(json.dumps(travelling_model(spec)))
    contents = block(page, "contents")
    found = findings(spec, Work(HERE, None), pairs=False)
    told = json.loads(json.dumps(contents_of(found)))
    told.pop("probabilities")
    assert contents == told
    assert set(contents["entries"]) == set(spec.map.entry)
    assert set(contents["judgements"]) == set(spec.map.judgements)
    assert contents["worldviews"]["ann"]["estimate"] == found.estimate.worldviews["ann"].to_json()
    quantiles = contents["worldviews"]["ann"]["quantiles"]
    assert len(quantiles) == 101
    assert quantiles == sorted(quantiles)
    assert contents["judgements"]["rain"]["by"]["bob"]["text"] == "60% to 80%"
    assert contents["judgements"]["drought"]["by"]["bob"]["text"] == "rejected"
    assert contents["entries"]["wet"]["basis_words"][1] == "when rain and sprinkler"


def test_long_lists_of_numbers_come_back_from_behind_the_json() -> None:
    data = {
        "network": {"plan": {"left": base64.b64encode(bytes(range(256))).decode()}, "n": 3},
        "a": "\u2028",
    }
    assert unpacked(packed(data)) == data


# --- the document ------------------------------------------------------------------------------------


def test_the_document_has_every_section_and_entry() -> None:
    spec = model(GARDEN, ASK, ann=ANN, bob=BOB)
    ids = Reader(report(spec).text).ids
    assert set(SECTIONS) <= set(ids)
    assert {f"entry-{name}" for name in spec.map.entry} <= set(ids)
    assert [name for name, count in Counter(ids).items() if count > 1] == []


def test_the_document_says_what_run_says() -> None:
    spec = model(GARDEN, ASK, ann=ANN, bob=BOB)
    said = " ".join(text for _, text in Reader(report(spec).text).texts)
    for chapter in contents_of(findings(spec, Work(HERE, None), pairs=False))["chapters"][1:]:
        for sentence in (*chapter["sentences"], *chapter["points"]):
            assert sentence in said


def test_each_entry_stands_once_in_the_outline_however_deep() -> None:
    claims = "  c0: {text: First., credence: 50%}\n"
    for i in range(1, 3 * DEEPEST):
        claims += f"  c{i}: {{text: Next., all_of: [c{i - 1}, c0]}}\n"
    spec = model(f"claims:\n{claims}", f"target: c{3 * DEEPEST - 1}\n")
    nodes = outline(spec)
    told, stack = list[str](), list(nodes)
    while stack:
        node = stack.pop()
        assert node.depth <= DEEPEST
        if not node.again:
            told.append(node.id)
        stack += node.children
    assert sorted(told) == sorted(spec.map.entry)


def test_what_is_given_follows_what_is_asked() -> None:
    spec = model(GARDEN, "target: rain\nobserved: [slippery]\nassuming: [sprinkler]\n")
    roots = [(node.id, node.told_as) for node in outline(spec)]
    assert roots[:3] == [("rain", "target"), ("sprinkler", "assumed"), ("slippery", "observed")]
    assert {told_as for _, told_as in roots[3:]} == {"besides"}


def test_what_nobody_weighs_is_folded() -> None:
    spec = model(GARDEN, ASK)
    nodes = outline(spec, {"wet": 1.0, "rain": 0.3}, least=0.002)
    below = {node.id: node for node in nodes[0].children}
    assert not nodes[0].folded
    assert not below["rain"].folded
    assert below["sprinkler"].folded


# --- strangers' texts --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> str:
    return report(hostile_model(tmp_path_factory.mktemp("hostile"))).text


def test_a_hostile_map_leaves_nothing_that_runs(hostile: str) -> None:
    read = Reader(hostile)
    assert read.open == []
    scripts = [given for name, given in read.elements if name == "script"]
    assert [given.get("id") for given in scripts] == ["model", "contents", "worker", "script", None]
    names = {name for name, _ in read.elements}
    allowed = {
        "html",
        "head",
        "meta",
        "link",
        "title",
        "style",
        "body",
        "script",
        "a",
        "header",
        "h1",
        "h2",
    }
    allowed |= {
        "h3",
        "p",
        "bdi",
        "nav",
        "ul",
        "li",
        "main",
        "section",
        "article",
        "div",
        "footer",
        "strong",
    }
    assert names <= allowed | {"noscript"}
    for _, given in read.elements:
        assert not [key for key in given if key.startswith("on") or key in {"style", "srcdoc"}]
        link = given.get("href")
        assert link is None or link in {"data:,"} or link.startswith(("#", "https://example.org/"))


def test_a_hostile_text_is_shown_as_it_is(hostile: str) -> None:
    shown = Reader(hostile).within("bdi")
    for attack in ATTACKS:
        assert any(attack.replace("(controls)", "") in text for text in shown) or "(controls)" in attack
    assert not [text for text in shown if re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", text)]


def test_no_control_character_is_anywhere_in_a_hostile_page(hostile: str) -> None:
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", hostile)
    written = json.dumps(block(hostile, "contents"), ensure_ascii=False)
    assert not re.search(r"[\x7f-\x9f]|\\u00[01][0-9a-f]", written)


def test_right_to_left_letters_stay_among_themselves(hostile: str) -> None:
    outside = [text for where, text in Reader(hostile).texts if where not in {"bdi", "script", "title"}]
    assert not [text for text in outside if re.search("[\u0590-\u06ff\u202a-\u202e\u2066-\u2069]", text)]


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://example.org/a?b=c#d", True),
        ("HTTP://example.org", True),
        ("javascript:alert(1)", False),
        (" https://example.org", False),
        ("https://example.org/\u202egro", False),
        ("https://a b", False),
        ("https://example.org/\n", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        ("", False),
    ],
)
def test_links_lead_to_the_web_alone(url: str, link: bool) -> None:
    assert safe_link(url) == (url if link else None)


def test_markup_refuses_attributes_that_run() -> None:
    for name in ("onclick", "style", "srcdoc", 'a" b'):
        with pytest.raises(ValueError, match="no attribute"):
            tag("p", **{name: "x"})
    assert tag("p", "<", Html("<b>"), ["&", None, 3], title='"') == '<p title="&quot;">&lt;<b>&amp;3</p>'
    assert clean("a\x1bb\ud800") == "a\ufffdb\ufffd"


# --- blind, anonymous, too wide ----------------------------------------------------------------------


def test_a_blind_page_shows_no_number_without_scripts() -> None:
    read = Reader(garden(blind=True))
    texts = [text for where, text in read.texts if where not in {"script", "style", "title"}]
    assert not [text for text in texts if re.search(r"\d%|\dx\b", text)]
    assert any("until then this page shows nobody's" in text for text in texts)
    assert block(garden(blind=True), "contents")["blind"] is True


@pytest.mark.long
def test_a_page_says_that_worldviews_are_fitted_to_what_is_stated() -> None:
    spec = model(GARDEN, ASK + "reconcile: true\n", ann=ANN)
    page = report(spec).text
    told = "Each worldview is fitted to what its reviewer stated."
    assert told in " ".join(text for _, text in Reader(page).texts)
    assert block(page, "contents")["reconcile"] is True
    assert told not in " ".join(text for where, text in Reader(garden()).texts if where != "script")


def test_a_page_says_which_numbers_were_fitted_without_scripts() -> None:
    fitted = ANN.replace("rain: 10% to 20%", "rain: {value: 10% to 20%, fitted: to the answers}")
    assert fitted != ANN
    page = report(model(GARDEN, ASK, ann=fitted, bob=BOB)).text
    told = [text for where, text in Reader(page).texts if where not in {"script", "style", "title"}]
    assert "1 of its numbers was fitted to what it states." in told
    [numbers] = [text for text in told if "ann 10% to 20%" in text]
    assert "ann 10% to 20% (fitted)" in numbers
    assert not any("(fitted)" in text for _, text in Reader(garden()).texts)


def test_an_anonymous_page_tells_nobody() -> None:
    page = garden(anonymous=True)
    inside = [json.dumps(block(page, name), ensure_ascii=False) for name in ("model", "contents")]
    for text in (page[page.index("<body>") :], *inside):
        assert not re.search(r"\b(ann|bob)\b", text, re.IGNORECASE)
    assert set(block(page, "model")["worldviews"]) == {"reviewer-a", "reviewer-b"}
    assert block(page, "contents")["anonymous"] is True
    assert "made_from" not in block(page, "model")


@pytest.mark.long
def test_a_page_that_cannot_compute_says_why_and_has_the_numbers() -> None:
    spec = replace(model(GARDEN, ASK, ann=ANN), exact=False)
    page = report(replace(spec, sampling=replace(spec.sampling, draws=16))).text
    data, contents = block(page, "model"), block(page, "contents")
    assert data["exact"] is False
    assert data["network"] is None
    assert data["why_not_exact"] in " ".join(text for _, text in Reader(page).texts)
    assert 0 < contents["probabilities"]["ann"]["rain"] < 1
    assert set(contents["probabilities"]["map"]) >= {"rain", "season.dry", "clouds"}


# --- with files from elsewhere -------------------------------------------------------------------------

DORA = """\
\ufeffworldview: dora   # a note
text: The sprinklers are on.
extends: ann
claims:
  dora-sprinklers: {text: The sprinklers are on., credence: 20% to 40%}
arguments:
  dora-drops: {text: They reach the path., for: wet, premises: [dora-sprinklers], strength: 2x to 4x}
"""


def visited(folder: Path, **how: bool) -> tuple[str, str]:
    """Return the page with a file from elsewhere, and that of the project with the file in it."""
    file = write(folder, GARDEN, f"{ASK}worldviews: [bob, dora]\n", ann=ANN, bob=BOB)
    (folder / "inbox").mkdir()
    sent = folder / "inbox/dora.yaml"
    sent.write_text(DORA, encoding="utf-8", newline="")
    with_it = report(read_model(file, [sent]), Shown(**how)).text
    sent.rename(folder / "arguments/small/worldviews/dora.yaml")
    return with_it, report(read_model(file), Shown(**how)).text


def told_of(page: str) -> str:
    return " ".join(text for where, text in Reader(page).texts if where != "script")


def test_a_page_with_a_file_is_that_of_the_project_with_the_file_and_says_so(tmp_path: Path) -> None:
    page, other = visited(tmp_path)
    assert block(page, "model") == block(other, "model")
    contents, expected = block(page, "contents"), block(other, "contents")
    assert contents.pop("with") == [{"id": "dora", "name": "dora.yaml", "text": DORA}]
    assert expected.pop("with") == []
    assert contents == expected
    assert contents["entries"]["dora-drops"]["brought_by"] == "dora"
    said = "With worldviews from files that are not in the project: dora (dora.yaml)."
    assert said in told_of(page)
    assert told_of(page).replace(said, "").split() == told_of(other).split()


def test_an_anonymous_page_with_a_file_tells_nobody(tmp_path: Path) -> None:
    page, other = visited(tmp_path, anonymous=True, blind=True)
    assert block(page, "contents") == block(other, "contents")
    assert block(page, "contents")["with"] == []
    for name in ("model", "contents"):
        assert not re.search(r"\bbo\b", json.dumps(block(page, name)))
    assert set(block(page, "model")["worldviews"]) == {"reviewer-a", "reviewer-b", "reviewer-c"}


# --- the command -------------------------------------------------------------------------------------


def test_the_command_writes_a_page(in_project: Path, cruxmap: Cruxmap) -> None:
    assert cruxmap("report", "small").code == 0
    page = (in_project / "figures/small/report.html").read_text(encoding="utf-8")
    assert block(page, "model")["model"]["file"] == "models/small.yaml"
    done = cruxmap("report", "models/small.yaml", "--blind", "--output", "blind.html")
    assert done.code == 0
    assert "wrote blind.html" in done.err
    assert block((in_project / "blind.html").read_text(encoding="utf-8"), "contents")["blind"]


@pytest.mark.parametrize(
    "words",
    [
        "small --with a.yaml b.yaml --output page.html",
        "small --with a.yaml --output page.html --with b.yaml",
        "--output page.html small --with a.yaml --with b.yaml a.yaml -q",
    ],
)
def test_with_takes_all_files_up_to_the_next_option(
    words: str, in_project: Path, cruxmap: Cruxmap
) -> None:
    before = {path: path.read_bytes() for path in in_project.rglob("*.yaml")}
    for name, value in (("a", "5%"), ("b", "95%")):
        text = f"worldview: {name}\ntext: One.\njudgements: {{funding-secured: {value}}}\n"
        (in_project / f"{name}.yaml").write_text(text)
    done = cruxmap("report", *words.split())
    assert (done.code, done.out) == (0, "")
    page = (in_project / "page.html").read_text(encoding="utf-8")
    assert [file["id"] for file in block(page, "contents")["with"]] == ["a", "b"]
    assert set(block(page, "model")["worldviews"]) == {"treasurer", "a", "b"}
    inside = in_project / "arguments", in_project / "models"
    assert {path: path.read_bytes() for f in inside for path in f.rglob("*.yaml")} == before


def test_with_needs_a_model_before_it_and_files_that_can_be_read(
    in_project: Path, cruxmap: Cruxmap
) -> None:
    (in_project / "a.yaml").write_text("worldview: a\ntext: One.\njudgements: {nothing: 5%}\n")
    done = cruxmap("report", "small", "--with", "a.yaml", "-o", "page.html")
    assert (done.code, "a.yaml:3:14: problem unknown-address" in done.err) == (1, True)
    done = cruxmap("report", "--with", "a.yaml", "small", "-o", "page.html")
    assert (done.code, "problem unclear-model" in done.err) == (2, True)
    assert cruxmap("report", "small", "--with").code == 2
    assert not (in_project / "page.html").exists()


def test_without_a_model_there_is_a_page_of_all(in_project: Path, cruxmap: Cruxmap) -> None:
    assert cruxmap("new", "other").code == 0
    assert cruxmap("report").code == 0
    index = Reader((in_project / "figures/index.html").read_text(encoding="utf-8"))
    links = [given["href"] for name, given in index.elements if name == "a"]
    assert links == ["other/report.html", "small/report.html"]
    assert all((in_project / "figures" / link).is_file() for link in links)
    again = cruxmap("report")
    assert again.err.splitlines() == ["wrote figures/index.html"]
    assert "wrote figures/small/report.html" in cruxmap("report", "--anonymous").err


def test_nothing_is_linked_where_there_are_no_models(cruxmap: Cruxmap) -> None:
    done = cruxmap("report")
    assert done.code == 2
    assert "there are no models here" in done.err


def test_run_writes_the_page_that_report_writes(in_project: Path, cruxmap: Cruxmap) -> None:
    assert cruxmap("run", "small").code == 0
    assert cruxmap("report", "small", "--output", "alone.html").code == 0
    written = (in_project / "figures/small/report.html").read_bytes()
    assert written == (in_project / "alone.html").read_bytes()
    assert "[report.html](report.html)" in (in_project / "figures/small/README.md").read_text(
        encoding="utf-8"
    )


# --- the real map ------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_page_of_the_real_map_is_small_and_anonymous_where_asked(page_of: PageOf) -> None:
    path = ROOT / "models" / "deceptive-alignment.yaml"
    page = page_of(str(path)).read_text(encoding="utf-8")
    assert len(page.encode()) <= 1_200_000
    assert len(Reader(page).ids) == len(set(Reader(page).ids))
    spec = read_model(path)
    quick = replace(spec, sampling=replace(spec.sampling, draws=64))
    hidden = report(quick, Shown(anonymous=True)).text
    inside = " ".join(
        json.dumps(block(hidden, name), ensure_ascii=False) for name in ("model", "contents")
    )
    shown = hidden[hidden.index("<header>") :]
    for text in (inside, shown):
        assert not re.search(r"critic[- ][a-k]\b", text, re.IGNORECASE)


def test_letters_are_those_of_the_whole_map() -> None:
    spec: ModelSpec = model(GARDEN, f"{ASK}worldviews: [bob, ann]\n", ann=ANN, bob=BOB)
    assert without_names(spec).worldviews == ("reviewer-a", "reviewer-b")


def test_two_projects_of_the_same_text_give_the_same_page(tmp_path: Path) -> None:
    pages = []
    for name in ("one", "two"):
        pages.append(report(read_model(write(tmp_path / name, GARDEN, ASK, ann=ANN))).text)
    assert pages[0] == pages[1]

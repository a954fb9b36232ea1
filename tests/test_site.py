"""The documentation as a site: every page and every public name is in it, and it needs no network.

Links are checked where pages are read in the repository, and again in the site that Sphinx makes of them.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAliasType, get_args
from urllib.parse import unquote
from xml.etree.ElementTree import fromstring

import pytest

import cruxmap
from cruxmap.language.schema import FILES, ClaimShape
from cruxmap.language.validation import OneOf, Shape, fields_of, mark_of
from helpers.browser import opened
from helpers.commands import ROOT
from helpers.pages import PAGES, anchors, lost, prose

sys.path.insert(0, str(ROOT / "docs" / "extensions"))
import keys
from contents import trees, under_one_title
from mathml import mathml
from public_names import classes, functions

FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<!\\)\$([^$`]+?)\$", re.DOTALL)
PHONE = {"width": 390, "height": 844}
WIDE_PAGES = ["docs/index", "docs/cli", "docs/results", "docs/method", "docs/performance", "README"]


@pytest.mark.parametrize("page", PAGES)
def test_links_and_anchors_lead_somewhere(page: str) -> None:
    assert lost(page) == []


def test_anchors_are_those_of_repositories() -> None:
    assert {"whose-number-it-is", "maps-too-wide-for-exact-sums"} <= anchors("docs/method.md")
    assert "cruxmap-estimate" in anchors("docs/cli.md")


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    listed = re.findall(r"<([\w./-]+)>$", "\n".join(trees(index)), re.MULTILINE)
    pages = [str((ROOT / "docs" / f"{page}.md").resolve().relative_to(ROOT)) for page in listed]
    assert sorted(pages) == sorted({*PAGES} - {"docs/index.md"})


def test_a_page_of_several_titles_has_one_on_the_site() -> None:
    page = "# Problems\n\n# Files\n\n## bad-id\n\n```yaml\n# no title\n```\n"
    assert under_one_title(page) == page.replace("# Files", "## Files").replace("## bad", "### bad")
    assert under_one_title("# One\n\n## Part\n") == "# One\n\n## Part\n"


def test_every_public_name_is_in_the_reference() -> None:
    shown = [name for names in functions().values() for name in names]
    shown += [name for kind in ("answers", "values") for name in classes()[kind]]
    assert sorted(shown) == [f"cruxmap.{name}" for name in cruxmap.__all__]


def test_what_answers_are_made_of_is_in_the_reference() -> None:
    parts = classes()["parts"]
    assert "cruxmap.insight.estimate.WorldviewEstimate" in parts  # a value of a field's mapping
    assert "cruxmap.insight.whose.Whose" in parts  # a field of that
    assert len(parts) == len(set(parts))


def test_every_key_of_every_file_is_in_the_reference() -> None:
    lines = list(keys.reference())
    shapes = {shape for file in FILES.values() for shape in within(file)}
    assert ClaimShape in shapes
    rows = [line for line in lines if line.startswith("| `")]
    assert len(rows) == sum(len(fields_of(shape)) for shape in shapes)
    titles = [line for line in lines if line.startswith("#")]
    assert len(titles) == len(set(titles))


def within(shape: Any) -> set[Any]:
    """Return the shapes to which the keys of a shape lead, and itself."""
    found, waiting = {shape}, [shape]
    while waiting:
        for known in fields_of(waiting.pop()).values():
            new = named_in(known.hint, frozenset()) - found
            found |= new
            waiting += new
    return found


def named_in(hint: Any, seen: frozenset[Any]) -> set[Any]:
    """Return the shapes that an annotation names, but for those that are always mistakes."""
    if hint in seen:
        return set()
    if isinstance(hint, TypeAliasType):
        return named_in(hint.__value__, seen | {hint})
    if isinstance(hint, type) and issubclass(hint, Shape):
        return {hint}
    parts = set[Any]().union(*(named_in(part, seen) for part in get_args(hint)))
    choice = mark_of(hint, OneOf)
    return parts - set(choice.mistakes if choice else ())


def test_the_reference_of_a_key_says_where_it_stands_and_what_it_wants() -> None:
    text = "\n".join(keys.reference())
    claim = text.split("### A claim\n")[1].split("\n### ")[0]
    assert "Under `claims.ID`." in claim
    assert "Exactly one of `credence`, `all_of`, `any_of`, `at_least`, `routes` and `given`" in claim
    assert "`leak` needs `routes`." in claim
    assert "| `text` (needed) | A sentence that says it." in claim
    assert "| [a number, or a mapping with `value`](#one-judgement-with-its-source) |" in claim


def test_measures_have_the_names_that_answers_give_them() -> None:
    page = prose("docs/reference/measures.md")
    rows = re.findall(r"^\| \[.+\| `(?:(\w+)\.)?(\w+)` \|$", page, re.MULTILINE)
    assert len(rows) == page.count("\n| [") > 30
    results = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    named = {name.rpartition(".")[2]: name for kind in ("answers", "parts") for name in classes()[kind]}
    for answer, field in rows:
        assert f"`{field}`" in results
        if answer:
            module, _, name = named[answer].rpartition(".")
            assert hasattr(getattr(import_module(module), name), field), (answer, field)


# --- formulas ---------------------------------------------------------------------------------------


def formulas() -> list[tuple[str, str]]:
    """Return every formula of the documentation, with the page on which it stands."""
    return [
        (page, block or inline)
        for page in PAGES
        if page.startswith("docs/")
        for block, inline in FORMULA.findall(re.sub(r"`[^`\n]*`", "", prose(page)))
    ]


def test_every_formula_becomes_mathml() -> None:
    found = formulas()
    assert len(found) > 200
    for page, formula in found:
        texts = "".join(fromstring(mathml(formula)).itertext())
        assert "\\" not in texts, (page, formula)
        assert "&" not in texts, (page, formula)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (r"\mu_i", "<msub><mi>μ</mi><mi>i</mi></msub>"),
        (r"\tfrac12", "<mfrac><mn>1</mn><mn>2</mn></mfrac>"),
        (r"\mathrm{E}", '<mo form="prefix" lspace="0.1em" rspace="0.1em">E</mo>'),
        (r"\log r", '<mo form="prefix" lspace="0.1em" rspace="0.1em">log</mo><mi>r</mi>'),
        (r"|S|", '<mo stretchy="false" lspace="0" rspace="0">|</mo>'),
        (r"z \sim N", "<mo>\N{TILDE OPERATOR}</mo>"),
        (r"\overline{a b}", '<mrow class="line-over"><mrow><mi>a</mi><mi>b</mi></mrow></mrow>'),
    ],
)
def test_formulas_are_set_as_in_print(formula: str, expected: str) -> None:
    assert expected in mathml(formula)


# --- the site itself --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the site, as `make site` does."""
    folder = tmp_path_factory.mktemp("site")
    line = re.search(
        r"sphinx-build (.+?)\n\t@echo", (ROOT / "Makefile").read_text(encoding="utf-8"), re.DOTALL
    )
    assert line is not None
    options = line[1].replace("\\\n", " ").replace("build/doctrees", str(folder / "doctrees")).split()
    assert options[-2:] == [".", "site"]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *options[:-1], str(folder / "made")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / "made"


class Seen(HTMLParser):
    """What a page of the site has: ids, where it leads, and what it loads."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.leads: list[str] = []
        self.loads: list[str] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.ids |= {found[name] for name in ("id", "name") if name in found}
        if "href" in found and tag == "a":
            self.leads.append(found["href"])
        elif tag == "link" and found.get("rel") not in ("index", "search", "next", "prev", "canonical"):
            self.loads.append(found["href"])
        if "src" in found:
            self.loads.append(found["src"])


@pytest.fixture(scope="module")
def seen(site: Path) -> dict[Path, Seen]:
    """Return what every page of the site has."""
    return {page.resolve(): Seen(page) for page in site.rglob("*.html")}


@pytest.mark.long
def test_the_sites_links_and_anchors_lead_somewhere(seen: dict[Path, Seen]) -> None:
    assert len(seen) > len(PAGES)
    assert [*nowhere(seen)] == []


def nowhere(seen: dict[Path, Seen]) -> Iterator[tuple[str, str]]:
    """Yield each link that leads to no file, or to no place of a page."""
    for page, parts in seen.items():
        for target in parts.leads:
            name, _, anchor = unquote(target).partition("#")
            if "://" in target or target.startswith(("mailto:", "data:")):
                continue
            file = (page.parent / name.partition("?")[0]).resolve() if name else page
            if not file.is_file() or (anchor and file in seen and anchor not in seen[file].ids):
                yield page.name, target


@pytest.mark.long
def test_the_site_loads_nothing_from_elsewhere(seen: dict[Path, Seen]) -> None:
    for page, parts in seen.items():
        for target in parts.loads:
            if not target.startswith("data:"):
                assert (page.parent / unquote(target).partition("?")[0]).is_file(), (page.name, target)


@pytest.mark.long
def test_pages_fit_a_phone_and_search_answers_from_files(site: Path, browser: Any) -> None:
    for page in WIDE_PAGES:
        with opened(browser, site / f"{page}.html", viewport=PHONE) as phone:
            assert phone.run("() => document.documentElement.scrollWidth - innerWidth") <= 0, page
            assert phone.faults == []
    with opened(browser, site / "search.html", after="?q=undercut") as asked:
        asked.page.wait_for_selector("#search-results li a", timeout=30_000)
        assert asked.page.locator("#search-results li a").count() > 3
        assert asked.faults == []


@pytest.mark.long
def test_the_sites_first_address_leads_to_its_index(site: Path, browser: Any) -> None:
    with opened(browser, site / "index.html") as first:
        first.page.wait_for_url("**/docs/index.html")
        assert first.page.title() == "cruxmap"

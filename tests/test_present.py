"""What is shown: pictures, texts and tables as data, on maps with every construct and on the real ones."""

import csv
import html
import io
import math
import re
import textwrap
import unicodedata
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
import yaml
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image
from rich.cells import cell_len
from rich.console import Console

from cruxmap.engine import contraction_trees, planning
from cruxmap.insight import marginals
from cruxmap.insight.bearings import Bearing
from cruxmap.insight.estimate import Summary, TargetEstimate, estimate
from cruxmap.insight.sentences import in_words
from cruxmap.language.argument_map import (
    About,
    ArgumentMap,
    Claim,
    ClaimIs,
    Credence,
    Elicited,
    Judgement,
    Role,
    Routes,
    Scale,
    judgements_of,
)
from cruxmap.language.inheritance import settle
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.reading import read_map, read_model
from cruxmap.language.typed import parse_condition, parse_settings
from cruxmap.present import canvas, dot_and_mermaid, estimate_figures
from cruxmap.present.estimate_figures import bars, forest
from cruxmap.present.estimate_tables import estimate_table, estimate_tables
from cruxmap.present.lettering import boxes_text, evenly, plain, wrapped
from cruxmap.present.map_picture import (
    KIND_COLOURS,
    MANY_CARDS,
    MOST_IN_AN_OVERVIEW,
    Mark,
    Picture,
    around,
    chapters,
    overview,
    picture,
)
from cruxmap.present.map_text import map_text
from cruxmap.present.narrow_tables import folded
from cruxmap.present.phrases import (
    brief,
    from_to,
    interval,
    mean_and_central,
    move_text,
    part,
    percent,
    points,
    ratio,
    signed,
    telling,
)
from cruxmap.present.renderers import png_of
from cruxmap.present.stages import picture_of
from cruxmap.present.tables import Column, Table, csv_text, markdown_text, rich_tables, shown_rows
from helpers import maps_from_text
from helpers.commands import ROOT
from helpers.examples import TRAINING

EVERYTHING = ROOT / "tests" / "maps" / "good" / "arguments" / "everything"
MAPS = {
    "everything": EVERYTHING,
    "power-seeking": ROOT / "arguments" / "power-seeking",
    "deceptive-alignment": ROOT / "arguments" / "deceptive-alignment",
}


@pytest.fixture(params=list(MAPS), scope="module")
def argument_map(request: pytest.FixtureRequest) -> ArgumentMap:
    return read_map(MAPS[request.param])


@pytest.fixture(scope="module")
def shown(argument_map: ArgumentMap) -> Picture:
    return picture(argument_map, settle(argument_map))


# --- the written form ------------------------------------------------------------------------------


def test_a_map_written_out_reads_back_the_same(argument_map: ArgumentMap, tmp_path: Path) -> None:
    folder = tmp_path / argument_map.id
    folder.mkdir()
    (folder / "map.yaml").write_text(map_text(argument_map), encoding="utf-8")
    assert read_map(folder) == without_worldviews(argument_map)


def without_worldviews(argument_map: ArgumentMap) -> ArgumentMap:
    """The same map without its worldviews and what they bring, and with no locators listed."""

    def routes_of_the_map(claim: Claim) -> Claim:
        match claim.basis:
            case Routes(routes=routes) as basis:
                own = tuple(route for route in routes if not route.brought_by)
                return replace(claim, basis=replace(basis, routes=own))
        return claim

    return replace(
        argument_map,
        worldviews=(),
        sources=tuple(replace(source, locators=None) for source in argument_map.sources),
        claims=tuple(routes_of_the_map(one) for one in argument_map.claims if not one.about.brought_by),
        questions=tuple(one for one in argument_map.questions if not one.about.brought_by),
        arguments=tuple(one for one in argument_map.arguments if not one.about.brought_by),
    )


NASTY = [
    'quotes " and \\ and "\\"',
    "# no comment",
    "a: b, {c: [d]}",
    "  spaces  ",
    "- not a list",
    "line\nbreak\ttab",
    "<b>&amp;</b> \u00a0 \u00e9\u4e2d \U0001f600",
    "'single' and %percent | pipe > more",
    "long " * 40 + "text",
    "~",
    "0x10",
]


def map_with_texts(texts: list[str]) -> ArgumentMap:
    half = Elicited(Scale.PROBABILITY, 0.5, 0.5, "50%")
    claims = tuple(
        Claim(
            About(f"claim-{i}", text), Credence(Judgement(f"claim-{i}", f"claim-{i}", Role.CREDENCE, half))
        )
        for i, text in enumerate(texts)
    )
    return ArgumentMap("nasty", "", "", claims, (), (), ())


def test_any_text_survives_being_written_out(tmp_path: Path) -> None:
    argument_map = map_with_texts(NASTY)
    (tmp_path / "nasty").mkdir()
    (tmp_path / "nasty" / "map.yaml").write_text(map_text(argument_map), encoding="utf-8")
    read = read_map(tmp_path / "nasty")
    assert [c.about.text.strip() for c in read.claims] == [text.strip() for text in NASTY]


# --- pictures --------------------------------------------------------------------------------------


def test_a_picture_tells_every_entry_once(argument_map: ArgumentMap, shown: Picture) -> None:
    entries = [*argument_map.claims, *argument_map.questions, *argument_map.events]
    assert [card.id for card in shown.cards] == [entry.about.id for entry in entries]
    told = [
        row.address
        for card in shown.cards
        for row in card.rows
        if row.mark is not Mark.BASIS and not row.text.startswith("Told under ")
    ]
    assert sorted(told) == sorted(argument.about.id for argument in argument_map.arguments)


def test_a_picture_shows_every_number_that_was_written(argument_map: ArgumentMap, shown: Picture) -> None:
    of_the_map = without_worldviews(argument_map)
    heads = {card.id: " ".join(row.head for row in card.rows) for card in shown.cards}
    written = [
        (entry.about.id, judgement.value.text)
        for entry in (*of_the_map.claims, *of_the_map.events)
        for judgement in judgements_of(entry)
        if isinstance(judgement.value, Elicited)
        and not judgement.is_default
        and judgement.role is not Role.PACE
    ]
    assert written
    assert [(name, text) for name, text in written if text not in heads[name]] == []


def test_heavier_arguments_are_drawn_heavier(argument_map: ArgumentMap) -> None:
    none = {name: {"false": 1.0, "true": 0.0} for name in (a.about.id for a in argument_map.arguments)}
    faint = picture(argument_map, settle(argument_map), none)
    assert all(row.weight == 0 for card in faint.cards for row in card.rows)
    sure = {name: {"false": 0.0, "true": 1.0} for name in none}
    heavy = picture(argument_map, settle(argument_map), sure)
    weights = [row.weight for card in heavy.cards for row in card.rows if row.mark is not Mark.BASIS]
    assert all(0 <= weight <= 1 for weight in weights)
    assert not weights or max(weights) > 0.3


def test_chapters_tell_everything_and_stay_small(shown: Picture) -> None:
    pages = chapters(shown)
    own = [card.id for page in pages.values() for card in page.cards if not card.stub]
    assert sorted(own) == sorted(card.id for card in shown.cards)
    for name, page in pages.items():
        assert sum(not card.stub for card in page.cards) <= MANY_CARDS
        here = {card.id for card in page.cards}
        assert all(link.start in here and link.end in here for link in page.links)
        for stub in (card for card in page.cards if card.stub):
            assert stub.page != name
            assert stub.id in {card.id for card in pages[stub.page].cards}


def test_around_keeps_what_is_near(shown: Picture) -> None:
    start = shown.links[0].end
    assert [card.id for card in around(shown, [start], 0).cards] == [start]
    near = around(shown, [start], 1)
    linked = {
        name for link in shown.links if start in (link.start, link.end) for name in (link.start, link.end)
    }
    assert {card.id for card in near.cards} == linked | {start}


def test_an_overview_counts_arguments(shown: Picture) -> None:
    small = overview(shown)
    for card, whole in zip(small.cards, shown.cards, strict=True):
        counted = sum(int(n) for row in card.rows for n in re.findall(r"\d+", row.head))
        assert counted == sum(row.mark is not Mark.BASIS for row in whole.rows)


CHAIN = """
    claims:
      sky: {text: The sky is dark., credence: 30%}
      rain: {text: It rains., given: [{when: sky, credence: 90%}, {otherwise: 2%}]}
      dry: {text: The lane is dry., given: [{when: rain, credence: 1%}, {otherwise: 98%}]}
      mud: {text: There is mud., given: [{when: {dry: false}, credence: 95%}, {otherwise: 1%}]}
      boots: {text: Boots are dirty., any_of: [mud]}
      idle: {text: Nobody digs., credence: 50%}
      path: {text: There is a path., any_of: [mud, idle], if_met: 50.1%, otherwise: 50%}
"""


def test_an_overview_shows_what_carries_weight() -> None:
    model = maps_from_text.model(CHAIN, "target: mud")
    whole = picture_of(model, "map")

    def lines(most: int | None) -> dict[tuple[str, str], tuple[int, bool]]:
        links = overview(whole, most).links
        return {(link.start, link.end): (link.bearing.sign, link.indirect) for link in links}

    direct = {("sky", "rain"): (1, False), ("rain", "dry"): (-1, False), ("dry", "mud"): (-1, False)}
    assert lines(9) == direct  # what follows from the target, or leads elsewhere, is left out
    assert lines(2) == {("dry", "mud"): (-1, False)}
    assert overview(whole, 2).left_out == 5
    assert dot_and_mermaid.dot_text(whole).count("(given)") == 0
    kept = overview(replace(whole, given=frozenset(["sky"])), 2)
    assert dot_and_mermaid.dot_text(kept).count(">sky (given)<") == 1
    assert {card.id for card in kept.cards} == {"sky", "mud"}
    assert [(link.bearing.sign, link.indirect) for link in kept.links] == [(1, True)]
    assert {card.id for card in overview(whole, None).cards} == set(model.map.entry)
    assert lines(None).keys() == {(link.start, link.end) for link in whole.links}
    assert "3 of 7 entries" in dot_and_mermaid.dot_text(overview(whole, 3))


SKY = """
    questions:
      sky: {text: How is the sky?, states: [clear, grey, dark], credence: {clear: 50%, grey: 30%, dark: rest}}
    claims:
      rain: {text: It rains., given: [{when: {sky: dark}, credence: 80%}, {otherwise: 10%}]}
"""


@pytest.mark.parametrize(
    ("target", "number"),
    [
        ("{sky: dark}", "dark 20%"),
        ("{sky: [grey, dark]}", "grey or dark 50%"),
        ("{not: {sky: clear}}", "clear 50%"),
        ("{all_of: [rain, {sky: grey}]}", "grey 30%"),
        ("rain", ""),
    ],
)
def test_a_question_has_the_number_that_the_target_asks_for(target: str, number: str) -> None:
    shown = picture_of(maps_from_text.model(SKY, f"target: {target}"), "map")
    cards = {card.id: card.probability for card in shown.cards}
    assert cards == {"sky": number, "rain": "24%"}
    for view in (shown, overview(shown)):
        dot = dot_and_mermaid.dot_text(view)
        assert dot.count("Probabilities are central") == 1
        assert not number or f">{number}<" in dot.replace("<BR/>", " ")


@pytest.mark.long
def test_the_overview_of_the_real_map_fits_a_page() -> None:
    model = read_model(ROOT / "models" / "deceptive-alignment.yaml")
    small = overview(picture_of(model, "map"))
    assert len(small.cards) <= MOST_IN_AN_OVERVIEW
    assert "deceptive-alignment" in {card.id for card in small.cards}
    width, height = sides(dot_and_mermaid.draw(small, ["svg"])["svg"])
    assert width < 1100  # points: the letters of 9 points are readable on one screen, or one page of A3
    assert height < 1600
    for file in {card.page for card in small.cards}:
        assert f'label=<<FONT POINT-SIZE="9" COLOR="#5f5f5f">{file}<' in dot_and_mermaid.dot_text(small)


def sides(svg: bytes) -> tuple[int, int]:
    found = re.search(rb'<svg width="(\d+)pt" height="(\d+)pt"', svg)
    assert found is not None
    return int(found[1]), int(found[2])


def test_every_line_says_which_way_it_bears(shown: Picture) -> None:
    for view in (shown, overview(shown)):
        dot = dot_and_mermaid.dot_text(view)
        heads = re.findall(r"-> .*arrowhead=(\w+)", dot)
        colours = re.findall(r'-> .*\[color="(#\w+)"', dot)
        wanted = {1: ("normal", canvas.BLUE), -1: ("tee", canvas.ORANGE), 0: ("odiamond", canvas.QUIET)}
        looks = [wanted[link.bearing.sign] for link in view.links]
        assert list(zip(heads, colours, strict=True)) == looks
        mermaid = dot_and_mermaid.mermaid_text(view)
        signs = re.findall(r'(?:-->|-\.->|--x)\|"([+\u2212\u00b1])', mermaid.replace("#43;", "+"))
        told = [row for card in view.cards for row in card.rows if row.mark is not Mark.BASIS]
        marks = ["+" if row.mark is Mark.FOR else "\u2212" for row in told]
        assert signs == marks + [
            {1: "+", -1: "\u2212", 0: "\u00b1"}[link.bearing.sign] for link in view.links
        ]
        coloured = re.findall(r"linkStyle ([\d,]+) stroke:(#\w+)", mermaid)
        by_number = {int(i): colour for numbers, colour in coloured for i in numbers.split(",")}
        assert by_number.keys() == set(range(len(signs)))
        assert all((by_number[i] == canvas.BLUE) == (sign == "+") for i, sign in enumerate(signs))


def test_a_line_ends_at_the_sign_of_the_row_that_mentions_it() -> None:
    text = """
        claims:
          a: {text: A., credence: 30%}
          b: {text: B., all_of: [{a: false}]}
        arguments:
          con: {text: N., against: a, strength: 3x, premises: [c]}
    """.replace("claims:\n", "claims:\n          c: {text: C., credence: 40%}\n")
    argument_map = maps_from_text.model(text, "target: b").map
    drawn = picture(argument_map, settle(argument_map))
    assert {(link.start, link.end): link.bearing for link in drawn.links} == {
        ("a", "b"): Bearing(-1),
        ("c", "a"): Bearing(-1),
    }
    dot = dot_and_mermaid.dot_text(drawn)
    [port] = re.findall(r'"a":out:e -> "b":(r\d+):w', dot)
    [card] = re.findall(r'^  "b" \[label=<(.*)>, tooltip', dot, re.MULTILINE)
    assert re.search(rf'PORT="{port}"[^>]*><B><FONT[^>]*>\u2212</FONT></B></TD>.{{1,200}}not a<', card)


def test_conditions_are_told_in_words() -> None:
    text = """
        timelines: {t: {text: Time., phases: {soon: 1, later: 2}}}
        claims: {a: {text: A., credence: 5%}, b: {text: B., credence: 5%}}
        questions: {q: {text: Q?, states: [x, y, z], credence: {x: 20%, y: 30%, z: 50%}}}
        events:
          e: {text: E., timeline: t, emerges: {soon: 10%}}
          f: {text: F., timeline: t, emerges: {soon: 10%}}
    """
    argument_map = maps_from_text.model(text, "target: a").map
    expected = {
        "a": "a",
        "{a: false}": "not a",
        "{not: a}": "not a",
        "{q: [x, y]}": "q is x or y",
        "{not: {q: x}}": "q is not x",
        "{event: e, before: f}": "e comes before f",
        "{event: e, before: f, by: 2}": "e comes at least 2 steps before f",
        "{event: e, within: 0, of: f}": "e and f come in the same step",
        "{event: e, within: 1, of: f}": "e and f come within 1 step",
        "{event: e, during: soon}": "e happens during soon",
        "{not: {event: e, by_end_of: soon}}": "e does not happen by the end of soon",
        "{event: e, ever: false}": "e never happens",
        "{not: {event: e, ever: false}}": "e happens",
        "[a, {any_of: [b, {q: z}]}]": "a and (b or q is z)",
        "{all_of: [a, b, {q: z}]}": "a, b, and q is z",
        "{not: {all_of: [a, b]}}": "it is not so that (a and b)",
    }
    found = {
        text: in_words(argument_map, parse_condition(yaml.safe_load(text), argument_map))
        for text in expected
    }
    assert found == expected


def boxes_and_lines(
    svg: bytes,
) -> tuple[dict[str, tuple[float, ...]], dict[str, list[tuple[float, float]]]]:
    """The frames of the cards, and points along each line, by the titles in an svg."""
    space = "{http://www.w3.org/2000/svg}"
    boxes, lines = {}, {}
    for group in ElementTree.fromstring(svg).iter(f"{space}g"):
        name = group.findtext(f"{space}title", "")
        if group.get("class") == "node":
            corners = [
                tuple(map(float, corner.split(",")))
                for polygon in group.iter(f"{space}polygon")
                for corner in polygon.get("points", "").split()
            ]
            xs, ys = zip(*corners, strict=True)
            boxes[name] = (min(xs), min(ys), max(xs), max(ys))
        elif group.get("class") == "edge":
            path = next(group.iter(f"{space}path")).get("d", "")
            points = np.array(
                [[float(x) for x in pair] for pair in re.findall(r"(-?[\d.]+),(-?[\d.]+)", path)]
            )
            t = np.linspace(0, 1, 31)[:, None]
            lines[f"{name} {len(lines)}"] = [
                (float(x), float(y))
                for i in range(0, len(points) - 1, 3)
                for x, y in sum(
                    math.comb(3, k) * t**k * (1 - t) ** (3 - k) * points[i + k] for k in range(4)
                )
            ]
    return boxes, lines


@pytest.mark.parametrize(
    "name", ["power-seeking", pytest.param("deceptive-alignment", marks=pytest.mark.long)]
)
def test_no_line_passes_through_a_card(name: str) -> None:
    whole = picture_of(read_model(ROOT / "models" / f"{name}.yaml"), "map")
    for view in (whole, overview(whole), *chapters(whole).values()):
        boxes, lines = boxes_and_lines(dot_and_mermaid.draw(view, ["svg"])["svg"])
        assert len(boxes) == len(view.cards)
        assert len(lines) == len(view.links)
        for left, top, right, bottom in boxes.values():
            for along in lines.values():
                inside = [
                    (x, y) for x, y in along if left + 2 < x < right - 2 and top + 2 < y < bottom - 2
                ]
                assert inside == []


def luminance(colour: str) -> float:
    """As WCAG 2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_shades_can_be_told_from_white_and_letters_from_shades() -> None:
    shades = [
        dot_and_mermaid._shade(mark, w) for mark in dot_and_mermaid.MARK_COLOURS for w in (0, 0.5, 1)
    ]
    for shade in (*shades, *KIND_COLOURS.values()):
        assert contrast(shade, "#ffffff") > 1.15
        assert contrast(shade, canvas.INK) > 4.5  # what WCAG asks of text
    for mark in dot_and_mermaid.MARK_COLOURS:
        light, heavy = (dot_and_mermaid._shade(mark, weight) for weight in (0, 1))
        assert contrast(light, heavy) > 1.4


def test_a_png_whose_letters_could_not_be_read_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    small = picture_of(read_model(ROOT / "models" / "power-seeking.yaml"), "map")
    assert dot_and_mermaid.images({"map": small}).keys() == {"map.svg", "map.png"}
    monkeypatch.setattr(dot_and_mermaid, "MAX_PIXELS", 500)
    assert dot_and_mermaid.images({"map": small}).keys() == {"map.svg"}
    assert dot_and_mermaid.draw(small, ["png"])["png"].startswith(b"\x89PNG")


def test_drawings_are_laid_out_with_every_sentence(shown: Picture) -> None:
    for view in (shown, *chapters(shown).values()):
        svg = dot_and_mermaid.draw(view, ["svg"])["svg"].decode()
        pieces = (html.unescape(piece) for piece in re.findall(r"<text[^>]*>([^<]*)</text>", svg))
        words = "".join("".join(pieces).split())
        for card in view.cards:
            assert "".join(card.text.split()) in words


def test_any_text_can_be_drawn() -> None:
    argument_map = map_with_texts(NASTY)
    shown = picture(argument_map, settle(argument_map))
    for view in (shown, overview(shown)):
        drawn = dot_and_mermaid.draw(view, ["svg", "png"])
        assert drawn["svg"].count(b'class="node"') == len(NASTY)
        assert drawn["png"].startswith(b"\x89PNG")


def test_mermaid_has_a_box_per_entry_and_an_arrow_per_target(
    argument_map: ArgumentMap, shown: Picture
) -> None:
    text = dot_and_mermaid.mermaid_text(shown)
    names = set(re.findall(r"^  (n_\w+)[\[(]", text, re.MULTILINE))
    assert names == {"n_" + name.replace("-", "_") for name in argument_map.entry}
    arrows = re.findall(r'^  (n_\w+) (?:-->|--x)\|"\S+ (?:for|against|undercuts)"', text, re.MULTILINE)
    told_at = [row for card in shown.cards for row in card.rows if row.mark is not Mark.BASIS]
    assert len(arrows) == len(told_at)
    ends = re.findall(r"^  n_\w+ .*\| (n_\w+)$", text, re.MULTILINE)
    assert len(ends) == len(told_at) + len(shown.links)
    assert set(ends) <= names


def routes(n: int, back: int) -> str:
    """A map whose claims each have two causes among those before: exact sums over it are large."""
    rng = np.random.default_rng(7)
    lines = ["claims:", "  c0: {text: A., credence: 40%}", "  c1: {text: B., credence: 60%}"]
    for i in range(2, n):
        a, b = rng.choice(np.arange(max(0, i - back), i), 2, replace=False)
        causes = f"[{{when: c{a}, chance: {rng.integers(30, 60)}%}}, {{when: c{b}, chance: 40%}}]"
        lines.append(f"  c{i}: {{text: C., routes: {causes}, leak: 5%}}")
    return "\n".join(lines)


@pytest.mark.long
def test_pictures_of_entangled_maps_are_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = maps_from_text.model(routes(30, 6), "target: c29")
    exact, telling = marginals.marginals_and_telling(spec)
    monkeypatch.setattr(marginals, "COSTLY", 10)
    sampled, roughly = marginals.marginals_and_telling(spec)
    assert sampled != exact
    for name, states in exact.items():
        assert sampled[name]["true"] == pytest.approx(states["true"], abs=0.01)
    assert roughly == pytest.approx(telling, abs=0.01)
    known = marginals.marginals(spec, exact)["map"]
    assert {name: states["true"] for name, states in known.items()} == pytest.approx(
        {name: states["true"] for name, states in exact.items()}
    )


@pytest.mark.long
def test_no_plan_is_long_sought_for_a_picture(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    budgets: list[int] = []
    counted = planning._triples

    def spy(question: Any, tree: Any, budget: int) -> float:
        budgets.append(budget)
        return counted(question, tree, budget)

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(planning, "_triples", spy)
    found, _ = marginals.marginals_and_telling(maps_from_text.model(routes(200, 40), "target: c199"))
    assert len(found) == 200
    assert max(budgets) == contraction_trees.COSTLY


# --- texts in pictures -----------------------------------------------------------------------------


MARKUP = (
    r'From $5{ to $6}. costs $5% and $6 $$x^2$$ <b>bold</b> &amp; "q" [[x]] %% %%{init: 1}%% | #quot; #35; '
    r"\N \n \alpha *b* _i_ `c` ~~s~~ {y} fa:fa-car https://x.org www.x.org a@b.org style:#1; \U0001f600 \\"
).replace(r"\U0001f600", "\U0001f600")
UNFIT = [
    "a\x00b",
    "\x1b[31mred\x9b",
    "half \ud83d of a pair",
    "\ufffe\uffff",
    " ",
    "",
    "\n",
    "two\u2028lines",
]
CHINESE = "\u8fd9\u4e2a\u4e3b\u5f20\u8bf4\uff0c\u4e16\u754c\u4e0a\u6709\u8bed\u8a00\u3002" * 6
HINDI = "\u0939\u093f\u0928\u094d\u0926\u0940 " * 9


def hostile() -> Picture:
    """A picture with markup in its title, a claim and an argument row."""
    shown = picture(map_with_texts([MARKUP]), settle(map_with_texts([MARKUP])))
    [card] = shown.cards
    row = replace(card.rows[0], mark=Mark.FOR, address="arg", text=MARKUP)
    return replace(shown, title=MARKUP, cards=(replace(card, rows=(*card.rows, row)),))


def without_space(text: str) -> str:
    return "".join(text.split())


def test_no_text_is_markup_in_a_drawing() -> None:
    svg = dot_and_mermaid.draw(hostile(), ["svg"])["svg"]
    root = ElementTree.fromstring(svg)
    written = without_space("".join(e.text or "" for e in root.iter("{http://www.w3.org/2000/svg}text")))
    assert written.count(without_space(MARKUP)) == 3
    titles = {e.get("{http://www.w3.org/1999/xlink}title") for e in root.iter()} - {None}
    assert [title.replace("\u2060", "") for title in titles] == [MARKUP]


@pytest.mark.parametrize(
    "text", [MARKUP, "1. one", "12) twelve", "- item", "  + item", "> quoted", "# head"]
)
def test_no_text_is_markup_in_mermaid(text: str) -> None:
    argument_map = map_with_texts([text])
    shown = dot_and_mermaid.mermaid_text(picture(argument_map, settle(argument_map)))
    [label] = re.findall(r'^  n_claim_0\["(.*?)"\]:::claim$', shown, re.MULTILINE)
    decoded = re.sub(r"#(\d+);", lambda found: chr(int(found[1])), label)
    assert decoded == plain(text)
    bare = re.sub(r"#\d+;", "", label)
    assert not re.search(r"""[]["#&$*<>@\\^_`{|}~]|%%|:\S|www\.|^ *(\d+[.)]|[-+])""", bare)


def texts_of(svg: bytes) -> str:
    return "".join(ElementTree.fromstring(svg).itertext())


def test_no_text_is_markup_in_a_figure() -> None:
    results = {"one": estimate_of(np.linspace(-1, 1, 50))}
    figure = forest(results, MARKUP, {"one": "From $5{ to $6}."}, "$7{ <b>")
    drawn = canvas.encode(figure, "svg")
    assert without_space(MARKUP) in without_space(texts_of(drawn))
    assert "$7{ <b>" in texts_of(drawn)
    assert "From $5{ to $6}." in texts_of(drawn)
    assert canvas.encode(figure, "png").startswith(b"\x89PNG")


def test_what_cannot_be_drawn_is_replaced() -> None:
    argument_map = map_with_texts(UNFIT)
    shown = picture(argument_map, settle(argument_map))
    for view in (shown, overview(shown)):
        svg = dot_and_mermaid.draw(view, ["svg"])["svg"]
        assert svg.count(b'class="node"') == len(UNFIT)
        ElementTree.fromstring(svg)
    assert "red\ufffd" in dot_and_mermaid.mermaid_text(shown)
    dot_and_mermaid.mermaid_text(shown).encode()
    results = {f"w-{i}": estimate_of(np.linspace(-1, 1, 50)) for i in range(len(UNFIT))}
    figure = forest(results, "".join(UNFIT), dict(zip(results, UNFIT, strict=True)), UNFIT[2])
    assert "\ufffd[31mred\ufffd" in texts_of(canvas.encode(figure, "svg"))
    assert canvas.encode(figure, "png").startswith(b"\x89PNG")


@pytest.mark.parametrize("hyphens", [True, False])
def test_narrow_texts_are_wrapped_as_ever(hyphens: bool) -> None:
    for text in (*NASTY[:6], "long-hyphened words " * 9, "x" * 90):
        for most in (None, 2):
            old = textwrap.wrap(
                plain(text), 30, max_lines=most, placeholder=" ...", break_on_hyphens=hyphens
            )
            assert wrapped(text, 30, most=most, hyphens=hyphens) == old


@pytest.mark.parametrize("text", [CHINESE, f"Latin words, and then {CHINESE}", f"{CHINESE} (in Chinese)"])
def test_wide_texts_are_wrapped_by_their_width(text: str) -> None:
    def width(line: str) -> int:
        return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)

    lines = wrapped(text, 40)
    assert without_space("".join(lines)) == without_space(text)
    assert all(width(line) <= 40 for line in lines)
    assert all(width(line) >= 34 for line in lines[1:-2])
    assert not any(line.startswith(("\uff0c", "\u3002")) for line in lines)
    cut = wrapped(text, 40, most=2)
    assert len(cut) == 2
    assert cut[1].endswith(" ...")
    assert width(cut[1]) >= 34


def test_titles_have_even_lines() -> None:
    for text in (*NASTY[:6], "long-hyphened words " * 9, CHINESE, "x" * 90, "one two three four"):
        lines = evenly(text, 30)
        assert len(lines) == len(wrapped(text, 30))
        assert without_space("".join(lines)) == without_space(plain(text))
        assert max(map(len, lines)) <= max(map(len, wrapped(text, 30)))
    assert evenly("What the estimate of one turns on: all", 36) == [
        "What the estimate of",
        "one turns on: all",
    ]
    assert evenly("", 30) == []


def test_figures_are_the_same_each_time_and_never_warn(monkeypatch: pytest.MonkeyPatch) -> None:
    results = {"one": estimate_of(np.linspace(-1, 1, 50))}
    figure = forest(results, CHINESE, {"one": HINDI}, "foot")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        once = [canvas.encode(figure, form) for form in ("svg", "png")]
        again = [canvas.encode(figure, form) for form in ("svg", "png")]
    assert once == again
    assert without_space(CHINESE) in without_space(texts_of(once[0]))
    canvas._family_with.cache_clear()
    monkeypatch.setattr(canvas, "_further_families", lambda: ("DejaVu Sans",))
    assert canvas.boxed([figure]) == set(CHINESE + HINDI) - {" "}
    canvas._family_with.cache_clear()


def test_figures_are_what_matplotlib_draws() -> None:
    """But for where texts begin: in the svg as in the png, and there at a whole pixel."""
    figure = forest({"one": estimate_of(np.linspace(-1, 1, 50))}, "A title", {"one": "Words."}, "A foot")
    ours, again = (canvas.encode(figure, form) for form in ("svg", "png"))
    drawn = {form: io.BytesIO() for form in ("svg", "png")}
    with mpl.rc_context(canvas.STYLE):
        figure.savefig(drawn["svg"], format="svg", metadata={"Date": None}, facecolor="white")
        figure.savefig(drawn["png"], format="png", dpi=160, facecolor="white")
    (mine, at), (theirs, there) = map(words_and_places, (ours, drawn["svg"].getvalue()))
    assert mine == theirs
    assert at == pytest.approx(there, abs=72 / 160)
    files = io.BytesIO(again), drawn["png"]
    seen, meant = (np.asarray(Image.open(file).convert("L"), float) for file in files)
    assert seen.shape == meant.shape
    assert np.abs(seen - meant).mean() < 2 < np.abs(seen - 255).mean()
    assert np.abs(seen.mean(1) - meant.mean(1)).max() < 10


def words_and_places(svg: bytes) -> tuple[str, list[float]]:
    """An svg without the places of its texts, and these, in points."""
    places = re.compile(r'x="([\d.]+)" y="([\d.]+)" transform="rotate\(-0 ([\d.]+) ([\d.]+)\)"')
    found = [float(number) for place in places.findall(svg.decode()) for number in place]
    assert found
    return places.sub("", svg.decode()), found


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (64, 33)])
def test_a_png_holds_its_pixels(shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (*shape, 4), np.uint8)[:, :, :3]
    read = Image.open(io.BytesIO(png_of(pixels)))
    assert np.array_equal(np.asarray(read), pixels)
    assert read.mode == "RGB"
    assert read.info["dpi"] == pytest.approx((160, 160), abs=0.01)


def test_many_figures_are_drawn_as_each_is_alone() -> None:
    def draw(name: str) -> Callable[[], Figure]:
        return lambda: forest({name: estimate_of(np.linspace(-1, 1, 50))}, name, {name: CHINESE}, "foot")

    drawings = {name: draw(name) for name in ("one", "two", "three", "four", "five")}
    told: list[tuple[str, int, int]] = []
    spec = maps_from_text.model("claims:\n  t: {text: T., credence: 20%}\n", "target: t\n")
    found = canvas.images(drawings, canvas.made_from(spec), lambda *event: told.append(event))
    assert told == [("drawing figures", number, 5) for number in range(6)]
    assert found.files == {
        f"{name}.{form}": canvas.encode(canvas.with_origin(make(), canvas.made_from(spec)), form)
        for name, make in drawings.items()
        for form in ("svg", "png")
    }
    assert found.boxed == canvas.boxed([drawings["one"]()])
    assert all(canvas.made_from(spec).encode() in found.files[f"{name}.svg"] for name in drawings)


def test_a_picture_says_of_what_model_and_of_what_files_it_is() -> None:
    claims = "claims:\n  t: {text: T., credence: 20%}\n  u: {text: U., credence: 30%}\n"
    ann = {"ann": "judgements: {t: 10%}\n"}

    def line(asked: str = "", claims: str = claims, **worldviews: str) -> str:
        return canvas.made_from(maps_from_text.model(claims, f"target: t\n{asked}", **worldviews))

    first = line(**ann)
    assert re.fullmatch("Model small; digest [0-9a-f]{16}", first)
    given = line("assuming: [u]\nobserved: [not: u]\n")
    assert given.startswith("Model small; assuming u; having observed {not: u}; digest ")
    assert line(**ann) == first
    assert line("worldviews: [map]\n", **ann) == first  # as a command has it that asks for one worldview
    assert line("sampling: {seed: 2}\n", **ann) != first
    assert line(claims=claims.replace("30%", "31%"), **ann) != first
    assert line(ann="judgements: {t: 11%}\n") != first
    shown = picture_of(maps_from_text.model(claims, "target: t\n", **ann), "map")
    assert first in dot_and_mermaid.dot_text(shown)


LAID = """
claims:
  t: {text: T., credence: 20%}
  u: {text: U., credence: 30%}
questions:
  q: {text: Q., states: [x, y, z], credence: {x: 20%, y: 30%, z: rest}}
"""


def laid_over(*settings: tuple[str, str]) -> ModelSpec:
    spec = maps_from_text.model(LAID, "target: t\nsampling: {draws: 16}\n", ann="judgements: {t: 10%}\n")
    return replace(spec, settings=parse_settings(settings, spec.map))


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ([("t", "over 99%")], "t=over 99%"),
        (
            [("t", "same as u"), ("q", "{x: 10%, y: 1/4, z: rest}")],
            "t=same as u, q={x: 10%, y: 1/4, z: rest}",
        ),
        ([("t", "1%"), ("u", "2%"), ("t", "3%")], "t=3%, u=2%"),
        (
            [("t", "1%"), ("u", "2%"), ("q", "{x: 1/3, y: 1/3, z: 1/3}"), ("q.x", "5%"), ("q.y", "6%")],
            "t=1%, u=2%, q={x: 1/3, y: 1/3, z: 1/3} and 2 more",
        ),
    ],
)
def test_what_is_laid_over_is_named_below_pictures_and_estimates(
    settings: list[tuple[str, str]], line: str
) -> None:
    spec = laid_over(*settings)
    assert canvas.made_from(spec).startswith(f"Model small; laid over: {line}; digest ")
    found = estimate(spec)
    assert f"In every worldview laid over: {line}." in estimate_table(found).notes
    read_again = parse_settings([tuple(text.split("=", 1)) for text in found.settings], spec.map)
    assert dict(read_again) == dict(spec.settings)
    assert not any("laid over" in note for note in estimate_table(estimate(laid_over())).notes)


def test_what_a_picture_was_made_from_is_whole_and_moves_nothing() -> None:
    def draw() -> Figure:
        return forest({"one": estimate_of(np.linspace(-1, 1, 50))}, "one", {"one": "One."}, "foot")

    def inches_from_the_top(figure: Figure) -> list[float]:
        height = figure.get_figheight()
        places = [edge for axes in figure.axes for edge in axes.get_position(original=True).intervaly]
        texts = [text.get_position()[1] for text in figure.texts if text.get_size() > 6]
        return [(1 - place) * height for place in (*places, *texts)]

    alone = canvas.with_origin(draw(), "Model small")
    words = [f"number-{i}=10%" for i in range(30)]
    grown = canvas.with_origin(draw(), " ".join(words))
    assert inches_from_the_top(grown) == pytest.approx(inches_from_the_top(alone))
    small = [text for text in grown.texts if text.get_size() == 6]
    assert " ".join(text.get_text() for text in reversed(small)).split() == words
    assert len(small) > 1
    assert grown.get_figheight() - alone.get_figheight() == pytest.approx(0.1 * (len(small) - 1))
    heights = [text.get_position()[1] * grown.get_figheight() for text in small]
    assert heights == pytest.approx([0.07 + 0.1 * i for i in range(len(small))])


def test_scripts_without_a_font_are_named_once() -> None:
    assert boxes_text(CHINESE + HINDI).count("Chinese, Devanagari") == 1


def test_maps_tell_what_graphviz_pure_has_no_letters_for(monkeypatch: pytest.MonkeyPatch) -> None:
    argument_map = map_with_texts([CHINESE[:3], "d\u00e9j\u00e0 \u03b1 \u0436 \u05d0"])
    shown = picture(argument_map, settle(argument_map))
    monkeypatch.setattr(dot_and_mermaid.shutil, "which", lambda _: None)
    assert dot_and_mermaid.boxed(shown, ["png"]) == set(CHINESE[:3])
    assert dot_and_mermaid.boxed(shown, ["svg"]) == set()
    monkeypatch.setattr(dot_and_mermaid.shutil, "which", lambda _: "/usr/bin/dot")
    assert dot_and_mermaid.boxed(shown, ["png"]) == set()


# --- figures ---------------------------------------------------------------------------------------


NO_DRAWS = np.array([np.nan])
NOTHING = Summary(reason="impossible", draws=NO_DRAWS, log_odds=NO_DRAWS)


def estimate_of(log_odds: np.ndarray) -> TargetEstimate:
    p = 1 / (1 + np.exp(-log_odds))
    low, median, high = np.quantile(p, (0.05, 0.5, 0.95)).tolist()
    return TargetEstimate(
        mean=float(p.mean()),
        median=median,
        interval_90=(low, high),
        central=median,
        draws=p,
        log_odds=log_odds,
        unconditional=NOTHING,
    )


def test_a_forest_draws_the_numbers_of_the_estimate() -> None:
    rng = np.random.default_rng(7)
    results = {"a": estimate_of(rng.normal(-4, 1, 2000)), "b": estimate_of(rng.normal(1, 0.2, 2000))}
    [axes] = forest(results, "Title", {}, "foot").axes
    bars = [line for line in axes.lines if line.get_linewidth() == 2.5]
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    for result, bar, dot in zip(results.values(), bars, dots, strict=True):
        assert result.interval_90 is not None
        ends = [np.log(p / (1 - p)) for p in result.interval_90]
        assert bar.get_xdata() == pytest.approx(ends)
        assert dot.get_xdata() == pytest.approx([np.log(result.mean / (1 - result.mean))])
    written = {text.get_text() for text in axes.texts}
    assert {f"{percent(result.mean)} mean" for result in results.values()} <= written
    assert {f"{percent(result.central)} central" for result in results.values()} <= written


def test_who_says_little_is_grey_and_hollow_and_comes_before_the_map() -> None:
    results = {
        name: estimate_of(np.linspace(at - 1, at + 1, 50)) for name, at in zip(ROWS, range(4), strict=True)
    }
    figure = forest(results, "Title", {}, "foot", little={"little"})
    [axes] = figure.axes
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert [dot.get_ydata()[0] for dot in dots] == [0, 1, 2, 3]
    means = [results[name].mean for name in ("voice", "another", "little", "map")]
    assert [dot.get_xdata()[0] for dot in dots] == pytest.approx([np.log(p / (1 - p)) for p in means])
    assert [dot.get_markerfacecolor() for dot in dots] == [canvas.ORANGE] * 2 + ["white"] * 2
    assert [dot.get_markeredgecolor() for dot in dots] == [canvas.ORANGE] * 2 + [canvas.GREY] * 2
    written = " ".join(text.get_text() for text in figure.texts)
    assert "Hollow and grey: says little about this target;" in written
    [dotted] = [line for line in axes.lines if line.get_linewidth() == 0.9]
    assert dotted.get_xdata() == pytest.approx([dots[-1].get_xdata()[0]] * 2)


ROWS = ("map", "voice", "little", "another")


@pytest.mark.parametrize("in_order", [False, True])
def test_values_of_a_question_are_parts_of_one_bar(in_order: bool) -> None:
    rng = np.random.default_rng(3)
    shares = rng.dirichlet([1.0, 2.0, 3.0], 4)
    values = {
        value: {
            name: replace(estimate_of(np.array([0.0, 1.0])), mean=float(share))
            for name, share in zip(ROWS, shares[:, number], strict=True)
        }
        for number, value in enumerate(("one", "two", "three"))
    }
    undefined = TargetEstimate(reason="none", draws=NO_DRAWS, log_odds=NO_DRAWS, unconditional=NOTHING)
    for by_worldview in values.values():
        by_worldview["nowhere"] = undefined
    figure = bars(values, "Title", "foot", in_order=in_order, little={"little"})
    [axes] = figure.axes
    parts = [artist for artist in axes.findobj(Rectangle) if artist.get_height() == 0.72]
    drawn = np.array([(part.get_x(), part.get_y() + 0.36, part.get_width()) for part in parts])
    order = ["voice", "another", "nowhere", "little", "map"]
    for name, means in zip(ROWS, shares, strict=True):
        here = drawn[drawn[:, 1] == order.index(name)]
        assert here[:, 2] == pytest.approx(means)
        assert here[:, 0] == pytest.approx([0, means[0], means[0] + means[1]])
    assert len(drawn) == 12
    written = [text.get_text() for text in axes.texts]
    assert {percent(share) for share in shares.ravel() if share > 0.045} <= set(written)
    assert [text for text in written if text in values] == list(values)
    colours = {part.get_facecolor() for part in parts}
    assert len(colours) == 6  # three, and paler where nobody speaks
    assert canvas.encode(figure, "svg").startswith(b"<?xml")


def test_tables_of_an_estimate_say_whose_numbers_they_are() -> None:
    text = "claims: {t: {text: Target., credence: 20% to 40%}, q: {text: Other., credence: 5%}}\n"
    asked = "target: t\nalso: [q]\nworldviews: [map, ann, bob, eve]\nsampling: {draws: 64}\n"
    found = estimate(
        maps_from_text.model(
            text,
            asked,
            ann="judgements: {t: 1% to 3%}\n",
            bob="judgements: {q: 9%}\n",
            eve="extends: ann\njudgements: {q: 8%}\nstated: [{of: t, credence: 2%}]\n",
        )
    )
    first, turns_on, whose, *_ = tables = estimate_tables(found)
    rows = [dict(zip((c.key for c in first.columns), row, strict=True)) for row in first.rows]
    assert [row["worldview"] for row in rows] == ["ann", "bob", "eve", "map"]
    assert [row["says_little"] for row in rows] == [False, True, False, None]
    assert [cells[1] for cells in shown_rows(first)] == ["", "little", "", ""]
    assert "map: the editor's neutral numbers; nobody's view." in first.notes
    assert "little: says little about this target; the rest is the map's." in first.notes
    assert list(shown_rows(turns_on)) == [("t", "20% to 40%", "from 20% to 40%")]
    written = list(shown_rows(whose))
    odds = ratio(math.sqrt(0.01 / 0.99 * 0.03 / 0.97) / math.sqrt(0.2 / 0.8 * 0.4 / 0.6))
    assert written == [
        ("ann", "1 of 1", odds, "100%", "100%", "-"),
        ("bob", "0 of 1", "1.0x", "-", "0%", "-"),
        ("eve", "0 of 1", odds, "0%", "0%", "2%"),
    ]
    assert [list(row) for row in tables[3].rows][-1] == ["map", "5.0%"]
    in_full = estimate_table(found)
    assert [row[:3] for row in in_full.rows[4:6]] == [("q", "ann", True), ("q", "bob", False)]


def test_tables_of_an_estimate_tell_fitted_numbers_from_own_ones() -> None:
    text = "claims: {t: {text: Target., all_of: [a, b]}, a: {text: One., credence: 20%}, b: "
    text += "{text: Two., credence: 50%}}\n"
    fitted = "judgements: {b: {value: 90%, fitted: to the answers}}\n"
    asked = "target: t\nworldviews: [map, ann, bob]\nsampling: {draws: 64}\n"
    spec = maps_from_text.model(text, asked, ann="judgements: {a: 30%}\n", bob="extends: ann\n" + fitted)
    _, whose = estimate_tables(estimate(spec))
    assert [column.key for column in whose.columns] == [
        "worldview",
        "own_judgements",
        "fitted_judgements",
        "moved_logit",
        "own_share_of_move",
        "fitted_share_of_move",
        "own_share_of_spread",
        "fitted_share_of_spread",
        "stated",
    ]
    moved = [math.log(p / (1 - p)) for p in (0.1, 0.15, 0.18, 0.27)]
    part_of_bob = ((moved[3] - moved[1]) + (moved[2] - moved[0])) / 2 / (moved[3] - moved[0])
    [ann, bob] = shown_rows(whose)
    assert ann[:3] + ann[4:6] == ("ann", "1 of 2", "0", "100%", "0%")
    assert bob[:3] + bob[4:6] == ("bob", "0 of 2", "1", "0%", f"{part_of_bob:.0%}")
    assert any(note.startswith("Fitted: numbers that were moved") for note in whose.notes)


def test_states_of_a_question_stand_in_one_table() -> None:
    spec = maps_from_text.model(
        TRAINING, "target: danger\nalso: [kind, {event: goal, during: late}]\nsampling: {draws: 16}\n"
    )
    first, *_, kinds, others = estimate_tables(estimate(spec))
    assert not any(note.startswith("little:") for note in first.notes)  # the map alone, which is nobody
    assert kinds.title == "kind, means"
    assert [column.title for column in kinds.columns] == ["worldview", "none", "weak", "strong"]
    assert [column.title for column in others.columns] == ["worldview", "{event: goal, during: late}"]
    whole = estimate(spec).map.also
    assert kinds.rows[-1] == (
        "map",
        *(percent(whole[f"kind.{state}"].mean) for state in ("none", "weak", "strong")),
    )


def test_a_question_and_an_event_have_one_picture_each() -> None:
    asked = "target: {event: plan, during: late}\nalso: [kind, goal, danger]\nsampling: {draws: 16}\n"
    spec = maps_from_text.model(TRAINING, asked)
    drawn = estimate_figures.estimate_figures(spec, estimate(spec))
    assert list(drawn) == ["estimate", "estimate-danger", "estimate-kind", "estimate-goal"]
    [axes] = drawn["estimate-goal"]().axes
    assert [t.get_text() for t in axes.texts if t.get_text() in {"early", "late", "never"}] == [
        "early",
        "late",
        "never",
    ]


@pytest.mark.parametrize(
    "log_odds", [np.full(10, -3.0), np.full(10, np.inf), np.array([-np.inf, 0.0, np.inf])]
)
def test_a_forest_draws_points_and_certainties(log_odds: np.ndarray) -> None:
    undefined = TargetEstimate(
        reason="impossible", draws=NO_DRAWS, log_odds=NO_DRAWS, unconditional=NOTHING
    )
    drawn = estimate_figures.forest({"a": estimate_of(log_odds), "b": undefined}, "Title", {}, "foot")
    assert canvas.encode(drawn, "svg").startswith(b"<?xml")
    assert "undefined" in {text.get_text() for text in drawn.axes[0].texts}


def test_labels_of_a_forest_do_not_overlap() -> None:
    rng = np.random.default_rng(7)
    names = [f"worldview-{i}" for i in range(12)]
    results = {name: estimate_of(rng.normal(rng.normal(-2, 3), rng.uniform(0, 2), 500)) for name in names}
    texts = dict.fromkeys(names, "A sentence that goes on and on about what this reviewer thinks. " * 4)
    figure = forest(results, "A title that is long. " * 12, texts, "what was asked " * 20)
    figure.draw_without_rendering()
    [axes] = figure.axes
    labels = [*figure.texts, *axes.texts, *axes.get_xticklabels()]
    boxes = [label.get_window_extent() for label in labels if label.get_text()]
    page = figure.bbox
    for i, box in enumerate(boxes):
        assert page.x0 <= box.x0 <= box.x1 <= page.x1
        assert page.y0 <= box.y0 <= box.y1 <= page.y1
        for other in boxes[i + 1 :]:
            assert not box.overlaps(other)


# --- tables and files ------------------------------------------------------------------------------


TABLE = Table(
    "Title",
    (Column("name", "name"), Column("p", "P", percent, right=True)),
    (("a|b", 0.051376), ("[red]", None)),
    ("A note.",),
)


def test_tables_in_every_form() -> None:
    assert csv_text(TABLE) == "name,p\na|b,0.051376\n[red],\n"
    assert markdown_text(TABLE) == (
        "**Title**\n\n| name | P |\n| --- | ---: |\n| a\\|b | 5.1% |\n| \\[red\\] | - |\n\nA note.\n"
    )
    [shown] = rich_tables(TABLE, 80)
    assert [list(column.cells) for column in shown.columns] == [["a|b", "\\[red]"], ["5.1%", "-"]]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<img src=x> & more", "&lt;img src=x&gt; &amp; more"),
        ("![x](http://y)", r"!\[x\](http://y)"),
        ("*a* _b_ `c` ~~d~~ $e$ a\\b", r"\*a\* \_b\_ \`c\` \~\~d\~\~ \$e\$ a\\b"),
        ("ask @team about #12", "ask @&#8203;team about #&#8203;12"),
        ("# a\n- b", r"\# a<br>- b"),
        ("-0.5, well-known, 3 - 1", "-0.5, well-known, 3 - 1"),
    ],
)
def test_no_text_is_markup_in_markdown(text: str, shown: str) -> None:
    table = Table(text, (Column("a", text),), ((text,),), (text,))
    assert markdown_text(table) == f"**{shown}**\n\n| {shown} |\n| --- |\n| {shown} |\n\n{shown}\n"


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "-A1", "-"])
def test_no_text_is_a_formula_in_csv(text: str) -> None:
    table = Table("", (Column("a", "a"), Column("p", "p")), ((text, -0.5),))
    assert list(csv.reader(io.StringIO(csv_text(table), newline=""))) == [["a", "p"], [f"'{text}", "-0.5"]]


@pytest.mark.parametrize("text", ["-0.5", "+3.25", "well-known", "a=b", ""])
def test_other_texts_are_themselves_in_csv(text: str) -> None:
    assert csv_text(Table("", (Column("a", "a"), Column("b", "b")), ((text, 1),))) == f"a,b\n{text},1\n"


def words_on_screen(table: Table, width: int) -> list[str]:
    """Return the words of a table as they are printed in so many columns, and check that all lines fit."""
    console = Console(file=io.StringIO(), width=width)
    for one in rich_tables(table, width):
        console.print(one, crop=False)
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert all(cell_len(line) <= width for line in printed.splitlines())
    return printed.split()


NAMES = [f"worldview-{n}.reads-the-signs" for n in range(31)]


@pytest.mark.parametrize("width", [160, 80, 60, 40])
def test_a_matrix_of_many_shows_every_number_whole(width: int) -> None:
    columns = (Column("w", "worldview"), *(Column(n, n, percent, right=True) for n in NAMES))
    rows = [(n, *((31 * i + j) / 961 for j in range(31))) for i, n in enumerate(NAMES)]
    words = words_on_screen(Table("", columns, tuple(rows)), width)
    numbers = Counter(word for word in words if word.endswith("%"))
    assert numbers == Counter(percent(p) for _, *row in rows for p in row)


@pytest.mark.parametrize("width", [160, 80, 60, 40])
def test_texts_are_folded_and_keep_every_word(width: int) -> None:
    why = "48%; all together give it 35% (1,234,567 of 3,500,000), \u4e2d\u6587\u5b57 at -0.25"
    columns = (
        Column("id", "id"),
        Column("text", "what it says"),
        Column("why", "why"),
        Column("p", "downstream"),
    )
    name = "instrumental-goals-are-convergent"
    table = Table("", columns, ((name, "Far-reaching consequences follow.", why, "+3.25"),))
    words = words_on_screen(table, width)
    assert Counter(words) >= Counter(
        [*why.split(), "Far-reaching", "consequences", "follow.", "downstream", "+3.25"]
    )


@pytest.mark.parametrize(
    ("width", "parts", "named_by"), [(80, 1, 2), (44, 2, 2), (24, 4, 1), (10**9, 1, 2)]
)
def test_each_part_of_a_table_names_its_rows(width: int, parts: int, named_by: int) -> None:
    """By as many columns as tell them apart, or by the first one where there is no room for more."""
    columns = [Column(key, key) for key in ("critic", "judgement", "first", "second", "third")]
    rows = tuple(("somebody", f"row-{n}", 100 + n, 200 + n, 300 + n) for n in range(9))
    found = Counter(words_on_screen(Table("", tuple(columns), rows), width))
    assert found["critic"] == parts
    assert found["somebody"] == 9 * parts
    assert found["judgement"] == found["row-4"] == (parts if named_by == 2 else 1)
    assert [found[column.title] for column in columns[2:]] == [1, 1, 1]
    assert [found[str(number)] for number in rows[4][2:]] == [1, 1, 1]


def test_names_are_broken_after_what_joins_them() -> None:
    assert folded("bottleneck.gc-pauses", 12) == "bottleneck.\ngc-pauses"
    assert folded("long-term-goals reach 0.5-1.5", 10) == "long-term-\ngoals\nreach\n0.5-1.5"
    assert folded("\u4e2d\u6587\u4e2d\u6587", 5) == "\u4e2d\u6587\n\u4e2d\u6587"
    assert folded("one\n\ntwo", 5) == "one\n\ntwo"


def test_the_real_model_draws_its_target(shown: Picture) -> None:
    model = read_model(ROOT / "models" / "power-seeking.yaml")
    drawn = picture(model.map, settle(model.map), target=ClaimIs("power-seeking-catastrophe"))
    assert dot_and_mermaid.dot_text(drawn).count('BORDER="3"') == 1


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (signed(-0.004), "0.00"),
        (signed(0.004), "0.00"),
        (signed(-0.006), "-0.01"),
        (signed(0.25, 1), "+0.2"),
        (signed(None), "-"),
        (points(-0.0), "0 pp"),
        (points(0.0), "0 pp"),
        (points(-0.00001), "-0.0010 pp"),
        (points(0.008), "+0.80 pp"),
        (points(0.01), "+1.0 pp"),
        (points(0.0996), "+10 pp"),
        (part(-0.001), "0%"),
        (part(-0.02), "-2%"),
        (brief(-0.0), "0"),
        (ratio(0.0314), "0.031x"),
        (ratio(0.999), "1.0x"),
        (telling([(0.1801, 0.1809)])(0.1801), "18.0%"),
        (telling([(0.1801, 0.1809)])(0.9801), "98.0%"),
        (telling([(0.1801, 0.1802)])(0.1802), "18.02%"),
        (telling([(0.18, 0.18), (None, 0.2)])(0.1801), "18%"),
        (telling([(3.1e-9, 3.2e-9)])(3.1e-9), "3.1e-9"),
        (telling([])(None), "-"),
        (from_to(0.1801, 0.1802), "from 18.01% to 18.02%"),
        (from_to(0.18, 0.18 + 1e-9), "from 18.0000000% to 18.0000001%"),
        (from_to(0.1, None), "from 10% to -"),
        (interval((0.181, 0.184)), "18.1% to 18.4%"),
        (interval((0.18, 0.18)), "18%"),
        (mean_and_central(0.0066, 0.0049), "0.66% mean, 0.49% central"),
        (mean_and_central(0.0066, None), "0.66% mean, - central"),
        (mean_and_central(0.051, 0.0511), "5.1% mean and central"),
        (points(1.0), "+100 pp"),
        (points(-0.123), "-12 pp"),
    ],
)
def test_numbers_are_written_without_a_sign_on_zero_and_told_apart(written: str, expected: str) -> None:
    assert written == expected


def test_a_judgement_that_moves_is_written_with_digits_enough() -> None:
    text = "claims:\n  c: {text: C., credence: 30%}\narguments:\n  a: {text: A., for: c, strength: 3x}\n"
    argument_map = maps_from_text.model(text, "target: c").map
    for address, before, after, said in (
        ("c", 0.181, 0.184, "from 18.1% to 18.4%"),
        ("c", 0.1, 0.57, "from 10% to 57%"),
        ("a.strength", 3.01, 3.02, "from 3.01x to 3.02x"),
        ("a.strength", 12.0, 12.4, "from 12.0x to 12.4x"),
        ("a.strength", 0.031, 2.0, "from 0.031x to 2.0x"),
    ):
        assert move_text(argument_map, address, before, after) == said

"""A goal structure as a picture."""

import re
from xml.etree import ElementTree

import pytest

from cruxmap.exchange.gsn import Element, GoalStructure, Line, Relation, Shape, goal_structure
from cruxmap.exporting import export_map
from cruxmap.language.reading import read_model
from cruxmap.present.gsn_drawing import draw_gsn, gsn_dot
from helpers.commands import SAFETY_CASE

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    '<script>alert("1")</script>',
    'a" ]; evil [label="b',
    "\\N \\l </B> & &lt;",
    "<<TABLE>>\n\t\x0b",
    " ",
    "\u4e2d\u6587" * 30,
]


def structure(text: str) -> GoalStructure:
    elements = [
        Element(f"e-{shape}", shape, f"X{n}", text, (text,), True) for n, shape in enumerate(Shape)
    ]
    relations = [
        Relation("e-goal", line, f"e-{shape}") for line in Line for shape in Shape if shape != "goal"
    ]
    return GoalStructure(text, tuple(elements), tuple(relations), "e-goal")


def words(svg: bytes) -> str:
    return " ".join("".join(one.itertext()) for one in ElementTree.fromstring(svg).iter(f"{SVG}text"))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_never_markup(text: str) -> None:
    plain, hostile = (draw_gsn(structure(one), "svg") for one in ("word", text))
    trees = [ElementTree.fromstring(svg) for svg in (plain, hostile)]
    for tag in ("polygon", "ellipse", "path", "script", "a"):
        count, other = (len([*tree.iter(f"{SVG}{tag}")]) for tree in trees)
        assert other == count, tag
    for word in re.findall(r"[a-z]{4,}", text):
        assert word in words(hostile)


def test_shapes_and_lines_are_those_of_the_notation() -> None:
    root = ElementTree.fromstring(draw_gsn(goal_structure(read_model(SAFETY_CASE)), "svg"))
    nodes = [one for one in root.iter(f"{SVG}g") if one.get("class") == "node"]
    edges = [one for one in root.iter(f"{SVG}g") if one.get("class") == "edge"]
    made = goal_structure(read_model(SAFETY_CASE))
    assert (len(nodes), len(edges)) == (len(made.elements), len(made.relations))
    round_ones = [one for one in nodes if one.find(f".//{SVG}ellipse") is not None]
    assert len(round_ones) == sum(one.shape in (Shape.SOLUTION, Shape.ASSUMPTION) for one in made.elements)
    dashed = [one for one in edges if one.find(f".//{SVG}path[@stroke-dasharray]") is not None]
    assert len(dashed) == sum(one.line is Line.CHALLENGED_BY for one in made.relations) == 6


def test_the_legend_explains_what_is_there_alone() -> None:
    small = GoalStructure("A", (Element("a", Shape.GOAL, "G1", "It is so."),), ())
    assert "Rectangle: goal." in gsn_dot(small)
    assert "Circle" not in gsn_dot(small)
    assert "Diamond" not in gsn_dot(small)


def test_a_picture_is_exported_in_each_form() -> None:
    assert export_map(SAFETY_CASE, "gsn").text.startswith("<?xml")
    assert export_map(SAFETY_CASE, "gsn-png").data.startswith(b"\x89PNG")
    assert export_map(SAFETY_CASE, "gsn-dot").text.startswith("digraph gsn {")

"""Formulas as MathML, which browsers draw themselves: no script, no fonts and no network."""

import re
from html import unescape
from typing import Any
from xml.etree.ElementTree import Element, tostring

from docutils.nodes import SkipNode, math, math_block
from latex2mathml.converter import convert_to_element
from sphinx.application import Sphinx

UPRIGHT = re.compile(r"\\mathrm\{(\w+)\}")
BARS = ("\N{VERTICAL LINE}", "\N{DOUBLE VERTICAL LINE}")
RELATIONS = {"~": "\N{TILDE OPERATOR}"}
OVER_MANY = "mover[mrow]"
"""A line over several letters, which fonts without a table for formulas do not make longer."""


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer, which `html_math_renderer` names."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def mathml(formula: str, display: str = "inline") -> str:
    """Return a formula in LaTeX as an element of MathML."""
    named = UPRIGHT.sub(r"\\operatorname{\1}", formula)  # of one letter, the converter makes a variable
    root = convert_to_element(named, display=display)
    for part in root.iter():
        part.text = unescape(part.text or "")
        if part.tag in ("mi", "mo"):
            _space(part)
    for over in root.iterfind(f".//{OVER_MANY}"):
        over.tag = "mrow"
        over.set("class", "line-over")
        over.remove(over[1])
    return tostring(root, encoding="unicode")


def _space(part: Element) -> None:
    """Set the space around names of functions and relations; around bars there is none."""
    if part.text in RELATIONS:
        part.tag, part.text = "mo", RELATIONS[part.text]
    elif part.text in BARS:
        part.attrib |= {"lspace": "0", "rspace": "0"}
    elif re.fullmatch("[A-Za-z]+" if part.tag == "mo" else "[A-Za-z]{2,}", part.text or ""):
        part.tag = "mo"
        part.attrib |= {"form": "prefix", "lspace": "0.1em", "rspace": "0.1em"}


def _inline(translator: Any, node: math) -> None:
    translator.body.append(mathml(node.astext()))
    raise SkipNode


def _block(translator: Any, node: math_block) -> None:
    formula = mathml(node.astext(), "block")
    translator.body.append(translator.starttag(node, "div", CLASS="formula") + formula + "</div>\n")
    raise SkipNode

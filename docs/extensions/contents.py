"""The site's tree of pages: docs/index.md itself, whose headings are its parts and whose links are its pages.

A page that is not linked there is in no part, of which Sphinx warns; so `make site` fails.
"""

import re
from collections.abc import Iterator

from sphinx.application import Sphinx

PART = re.compile(r"^## (.+)$", re.MULTILINE)
PAGE = re.compile(r"\[([^]]+)\]\(([\w./-]+)\.md\)")


def setup(app: Sphinx) -> dict[str, bool]:
    """Add to the index what Sphinx reads its tree from."""
    app.connect("source-read", _with_tree)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _with_tree(app: Sphinx, name: str, source: list[str]) -> None:
    source[0] = under_one_title(source[0])
    if name == app.config.root_doc:
        source[0] += "\n" + "\n".join(trees(source[0]))


def under_one_title(text: str) -> str:
    """Return a page of several titles with all but the first one level lower, and what is under them."""
    lines = text.split("\n")
    headings = [n for n, line in enumerate(lines) if line.startswith("#") and not _in_code(lines[:n])]
    if sum(lines[n].startswith("# ") for n in headings) > 1:
        for n in headings[1:]:
            lines[n] = f"#{lines[n]}"
    return "\n".join(lines)


def _in_code(above: list[str]) -> bool:
    return sum(line.lstrip().startswith("```") for line in above) % 2 == 1


def trees(index: str) -> Iterator[str]:
    """Yield a hidden `toctree` for each part of the index."""
    _, *parts = PART.split(index)
    for title, text in zip(parts[::2], parts[1::2], strict=True):
        pages = (f"{name} <{page}>" for name, page in PAGE.findall(text))
        options = (":hidden:", ":titlesonly:", f":caption: {title}")
        yield "\n".join(("```{toctree}", *options, *pages, "```\n"))

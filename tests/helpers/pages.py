"""Pages of the documentation in the repository: which there are, where links lead, and their anchors."""

import re
from pathlib import Path

from helpers.commands import ROOT

ELSEWHERE = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "tests/README.md"]
PAGES = [
    *ELSEWHERE,
    *(
        str(path.relative_to(ROOT))
        for folder in ("docs", "arguments", "editors/vscode")
        for path in sorted((ROOT / folder).rglob("*.md"))
        if "node_modules" not in path.parts
    ),
]
FENCED = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


def prose(page: str) -> str:
    """Return the text of a page without its code blocks."""
    return FENCED.sub("", (ROOT / page).read_text(encoding="utf-8"))


def links(page: str) -> list[str]:
    """Return where the links of a page lead, in this repository."""
    text = re.sub(r"`[^`\n]*`", "", prose(page))
    return [target for target in LINK.findall(text) if "://" not in target and ":" not in target]


def anchors(page: str) -> set[str]:
    """Return the anchors of a page's headings: their words in small letters, joined by `-`.

    A heading that was there before has a number at its end.
    """
    found: dict[str, int] = {}
    names = set()
    for heading in HEADING.findall(prose(page)):
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        names.add(slug if slug not in found else f"{slug}-{found[slug]}")
        found[slug] = found.get(slug, 0) + 1
    return names


def lost(page: str) -> list[str]:
    """Return the links of a page that lead nowhere: to no file, or to no heading of its page."""
    nowhere = []
    for target in links(page):
        name, _, anchor = target.partition("#")
        file = (ROOT / page).parent / name if name else ROOT / page
        if not file.exists() or (anchor and anchor not in anchors(_page_of(file))):
            nowhere.append(target)
    return nowhere


def _page_of(file: Path) -> str:
    return str(file.resolve().relative_to(ROOT))

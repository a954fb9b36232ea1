"""A picture of a map written as DOT or Mermaid, and laid out by Graphviz.

Colours follow Okabe and Ito's palette, which people with any colour vision can tell apart; words say
the same, so that nothing is lost in grey. The fonts are Arial's metrics, which `graphviz-pure` carries.
"""

import html
import re
import shutil
import sysconfig
import textwrap
from pathlib import Path

from cruxmap.present.map_picture import Card, CardRow, Link, Mark, Picture

INK = "#1a1a1a"
QUIET = "#5f5f5f"
KIND_COLOURS = {"claim": "#dfe6ee", "question": "#f4ecc6", "event": "#d8ebe0"}
MARK_COLOURS = {Mark.FOR: "#0072b2", Mark.AGAINST: "#d55e00", Mark.UNDERCUTS: "#aa4499"}
TARGET_BORDER = "#000000"
LINE_LENGTH = 46
"""Characters in a line of a card."""
DEEPEST = 5
"""Rows nested deeper than this are indented no further."""
LARGEST_PNG = 12_000
"""Pixels along the longer side of a PNG; beyond it the resolution is lowered."""

type Format = str


class NoDrawingProgram(RuntimeError):  # noqa: N818 - says what there is not
    """Neither Graphviz nor graphviz-pure is there, or neither can write the format."""


# --- DOT ---------------------------------------------------------------------------------------


def dot_text(shown: Picture) -> str:
    """Write a picture in Graphviz's language."""
    ports = {
        (card.id, row.address): f"r{i}"
        for card in shown.cards
        for i, row in reversed(list(enumerate(card.rows)))  # an argument told twice: its first row
    }
    lines = [
        "digraph map {",
        f"  graph [rankdir=LR, fontname=Arial, labelloc=t, labeljust=l, ranksep=0.9, nodesep=0.25, pad=0.3, "
        f"label=<{_legend(shown)}>];",
        "  node [shape=plain, fontname=Arial, fontsize=10];",
        f'  edge [color="{QUIET}", arrowsize=0.6];',
        *(f'  "{card.id}" [label=<{_card(card, card.id in shown.target)}>];' for card in shown.cards),
        *(_edge(link, ports) for link in shown.links),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _edge(link: Link, ports: dict[tuple[str, str], str]) -> str:
    if link.row is None:
        return f'  "{link.start}":head:e -> "{link.end}":head:w;'
    port = ports.get((link.end, link.row), "head")
    return f'  "{link.start}":head:e -> "{link.end}":{port}:w [style=dashed, penwidth=0.7];'


def _card(card: Card, is_target: bool) -> str:
    border = f'BORDER="{3 if is_target else 1}" COLOR="{TARGET_BORDER if is_target else QUIET}"'
    kind = _font(f"{card.kind} {card.id}", 8, QUIET)
    number = f"<B>{_font(card.probability, 13)}</B>" if card.probability else ""
    colour = KIND_COLOURS[card.kind]
    head = (
        f'<TR><TD PORT="head" BGCOLOR="{colour}" ALIGN="LEFT" BALIGN="LEFT">{kind}<BR/>'
        f"<B>{_wrapped(card.text or card.id, LINE_LENGTH - 6)}</B></TD>"
        f'<TD BGCOLOR="{colour}" ALIGN="RIGHT" VALIGN="TOP">{number}</TD></TR>'
    )
    rows = "".join(_row(row, i) for i, row in enumerate(card.rows))
    return f'<TABLE {border} CELLBORDER="0" CELLSPACING="0" CELLPADDING="4">{head}{rows}</TABLE>'


def _row(row: CardRow, number: int) -> str:
    depth = min(row.depth, DEEPEST)
    margin = "\u00a0" * (5 * depth)
    width = LINE_LENGTH - 4 * depth
    attributes = f'PORT="r{number}" COLSPAN="2" ALIGN="LEFT" BALIGN="LEFT"'
    if row.mark is Mark.BASIS:
        parts = [_wrapped(row.head, width, margin)] + (
            [_wrapped(row.text, width, margin)] if row.text else []
        )
        return f"<TR><TD {attributes}>{_coloured('<BR/>'.join(parts), 9, QUIET)}</TD></TR>"
    colour = MARK_COLOURS[row.mark]
    tint = _tint(colour, 0.06 + 0.44 * row.weight)
    head = _coloured(f"<B>{_wrapped(row.head, width, margin)}</B>", 8, INK)
    text = _coloured(_wrapped(row.text, width, margin), 9.5, INK)
    return f'<TR><TD {attributes} BGCOLOR="{tint}">{head}<BR/>{text}</TD></TR>'


def _legend(shown: Picture) -> str:
    kinds = {card.kind: KIND_COLOURS[card.kind] for card in shown.cards}
    marks = {row.mark for card in shown.cards for row in card.rows} - {Mark.BASIS}
    cells = [f'<TD BGCOLOR="{colour}">{_font(kind, 10)}</TD>' for kind, colour in kinds.items()]
    for mark in (mark for mark in Mark if mark in marks):
        faint, full = (_tint(MARK_COLOURS[mark], share) for share in (0.06, 0.5))
        cells += [
            f'<TD BGCOLOR="{faint}">{_font(f"argument {mark}: light", 10)}</TD>',
            f'<TD BGCOLOR="{full}">{_font("heavy", 10)}</TD>',
        ]
    cells.append(
        f"<TD>{_font('a line leads from what is mentioned to what mentions it; dashed: a premise', 10)}</TD>"
    )
    table = (
        f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="4" CELLPADDING="4"><TR>{"".join(cells)}</TR></TABLE>'
    )
    return (
        f'<TABLE BORDER="0" CELLSPACING="0"><TR><TD ALIGN="LEFT"><B>{_font(shown.title, 18)}</B></TD></TR>'
        f'<TR><TD ALIGN="LEFT">{table}</TD></TR></TABLE>'
    )


def _wrapped(text: str, width: int, margin: str = "") -> str:
    lines = textwrap.wrap(text, width, break_on_hyphens=True) or [""]
    return "<BR/>".join(margin + html.escape(line) for line in lines)


def _font(text: str, size: float, colour: str = INK) -> str:
    return _coloured(html.escape(text), size, colour)


def _coloured(markup: str, size: float, colour: str) -> str:
    return f'<FONT POINT-SIZE="{size:g}" COLOR="{colour}">{markup}</FONT>'


def _tint(colour: str, share: float) -> str:
    """Mix a share of the colour into white."""
    channels = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 + share * (channel - 255)):02x}" for channel in channels)


# --- Mermaid -----------------------------------------------------------------------------------


def mermaid_text(shown: Picture) -> str:
    """Write a picture as a Mermaid flowchart: arguments are boxes of their own there."""
    arguments = {
        row.address: row
        for card in reversed(shown.cards)
        for row in reversed(card.rows)
        if row.mark is not Mark.BASIS
    }
    home = {row.address: card.id for card in shown.cards for row in card.rows if row.mark is Mark.BASIS}
    lines = ["flowchart LR"]
    for card in shown.cards:
        number = f"<br/>{card.probability}" if card.probability else ""
        lines.append(f'  {_name(card.id)}["{_quoted(card.text or card.id)}{number}"]:::{card.kind}')
    for row in reversed(arguments.values()):
        lines.append(f'  {_name(row.address)}("{_quoted(row.text)}<br/>{_quoted(row.head)}"):::{row.mark}')
    for row in (row for card in shown.cards for row in card.rows if row.mark is not Mark.BASIS):
        arrow = "--x" if row.mark is Mark.UNDERCUTS else "-->"
        goal = row.of if row.of in arguments else home.get(row.of, row.of)
        lines.append(f"  {_name(row.address)} {arrow}|{row.mark}| {_name(goal)}")
    for link in shown.links:
        end = link.row if link.row in arguments else link.end
        lines.append(f"  {_name(link.start)} {'-.->' if link.row else '-->'} {_name(end)}")
    for kind, colour in KIND_COLOURS.items():
        lines.append(f"  classDef {kind} fill:{colour},stroke:{QUIET},color:{INK}")
    for mark, colour in MARK_COLOURS.items():
        lines.append(f"  classDef {mark} fill:{_tint(colour, 0.15)},stroke:{colour},color:{INK}")
    return "\n".join(lines) + "\n"


def _name(entry: str) -> str:
    """Return an id that Mermaid accepts: no hyphens, and no word of its own such as `end`."""
    return "n_" + re.sub(r"\W", "_", entry)


def _quoted(text: str) -> str:
    return html.escape(text, quote=False).replace('"', "#quot;")


# --- layout ------------------------------------------------------------------------------------


def draw(dot: str, form: Format) -> bytes:
    """Lay a DOT text out and return the drawing as `svg`, `png` or `pdf`.

    Raises NoDrawingProgram where nothing installed can do it (pdf needs Graphviz itself).
    """
    import graphviz
    from graphviz.backend import dot_command

    system = shutil.which("dot")
    program = system or shutil.which("graphviz-pure", path=sysconfig.get_path("scripts"))
    program = program or shutil.which("graphviz-pure")
    if program is None:
        raise NoDrawingProgram("neither `dot` (Graphviz) nor `graphviz-pure` is installed")
    if form == "pdf" and system is None:
        raise NoDrawingProgram(
            "a PDF needs Graphviz itself (`dot`), which is not installed; svg and png do not"
        )
    dot_command.DOT_BINARY = Path(program)
    if form == "png":
        dot = dot.replace(
            "graph [", f"graph [dpi={_resolution(graphviz.pipe('dot', 'svg', dot.encode()))}, ", 1
        )
    drawing: bytes = graphviz.pipe("dot", form, dot.encode())
    return drawing


def _resolution(svg: bytes) -> int:
    """Return the dots per inch at which a drawing stays within `LARGEST_PNG`, at most 144."""
    sides = re.search(rb'<svg width="(\d+)pt" height="(\d+)pt"', svg)
    assert sides is not None
    inches = max(int(side) for side in sides.groups()) / 72
    return max(10, min(144, int(LARGEST_PNG / inches)))

"""A picture of a map written as DOT or Mermaid, and laid out by Graphviz.

Colours follow Okabe and Ito's palette, which people with any colour vision can tell apart; words say
the same, so that nothing is lost in grey. The fonts are Arial's metrics, which `graphviz-pure` carries.
"""

import html
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Collection, Mapping
from unicodedata import name

from cruxmap.engine.executors import Progress, SideBySide, Work
from cruxmap.errors import Code, Problem, WrongUsage
from cruxmap.present.canvas import BLUE, GREY, INK, ORANGE, PURPLE
from cruxmap.present.lettering import plain, wrapped
from cruxmap.present.map_picture import KIND_COLOURS, Card, CardRow, Link, Mark, Picture

MARK_COLOURS = {Mark.FOR: BLUE, Mark.AGAINST: ORANGE, Mark.UNDERCUTS: PURPLE}
HEAD_WIDTH, PROBABILITY_WIDTH = 215, 40
"""Points; a card is at least this wide, its sentence on the left and its probability on the right."""
ROW_LENGTH, HEAD_LENGTH = 52, 40
"""Characters in a line of a card, and of the sentence at its head."""
MAX_INDENT = 5
"""Rows nested deeper than this are indented no further."""
DPI = 96
"""Dots per inch of a PNG: as large as browsers show the SVG. The smallest letters are 9 pixels high then; at
144, which takes 1.5 times as long, they only fill more of a screen."""
MAX_PIXELS = 8_000
"""Pixels along the longer side of a PNG; beyond it the resolution is lowered."""


_LETTERS = re.compile("LATIN|GREEK|CYRILLIC|HEBREW|FEMININE|MASCULINE|MODIFIER|MICRO")
"""How the names of the letters begin that graphviz-pure's own fonts have."""


# --- DOT ---------------------------------------------------------------------------------------


def dot_text(shown: Picture) -> str:
    """Write a picture in Graphviz's language."""
    ports = {
        (card.id, row.address): f"r{i}"
        for card in shown.cards
        for i, row in reversed(list(enumerate(card.rows)))  # an argument told twice: its first row
    }
    flow = (
        "rankdir=TB, ranksep=0.35, nodesep=0.1"
        if shown.compact
        else "rankdir=LR, ranksep=0.9, nodesep=0.25"
    )
    lines = [
        "digraph map {",
        f"  graph [{flow}, fontname=Arial, labelloc=t, labeljust=l, pad=0.3, label=<{_legend(shown)}>];",
        "  node [shape=plain, fontname=Arial, fontsize=10];",
        f'  edge [color="{GREY}", arrowsize=0.6];',
        *(_node(card, shown) for card in shown.cards),
        *(_edge(link, ports, shown.compact) for link in shown.links),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _node(card: Card, shown: Picture) -> str:
    label = _compact_card(card, shown) if shown.compact else _card(card, shown)
    return f'  "{card.id}" [label=<{label}>, tooltip={_string(card.text)}];'


def _edge(link: Link, ports: dict[tuple[str, str], str], compact: bool) -> str:
    if compact:
        return f'  "{link.start}":s -> "{link.end}":n;'
    if link.row is None:
        return f'  "{link.start}":out:e -> "{link.end}":in:w;'
    port = ports.get((link.end, link.row), "in")
    return f'  "{link.start}":out:e -> "{link.end}":{port}:w [style=dashed, penwidth=0.7];'


def _compact_card(card: Card, shown: Picture) -> str:
    counts = "".join(f"<BR/>{_font(row.head, 8, GREY)}" for row in card.rows)
    name = "<BR/>".join(_font(line, 10) for line in wrapped(card.id, 18))
    number = f" <B>{_font(card.probability, 10)}</B>" if card.probability else ""
    cells = f"<TR><TD>{name}{number}{counts}</TD></TR>"
    return (
        f'<TABLE {_frame(card, shown)} BGCOLOR="{KIND_COLOURS[card.kind]}" CELLPADDING="2">{cells}</TABLE>'
    )


def _card(card: Card, shown: Picture) -> str:
    elsewhere = f", see {card.page}" if card.stub else ""
    kind = _font(f"{card.kind} {card.id}{elsewhere}", 8, GREY)
    number = f"<B>{_font(card.probability, 13)}</B>" if card.probability else ""
    colour = KIND_COLOURS[card.kind]
    sentence = _wrapped_markup(_sentence(card), HEAD_LENGTH)
    left = f'PORT="in" WIDTH="{HEAD_WIDTH}" BGCOLOR="{colour}" ALIGN="LEFT" BALIGN="LEFT"'
    right = f'PORT="out" WIDTH="{PROBABILITY_WIDTH}" BGCOLOR="{colour}" ALIGN="RIGHT" VALIGN="TOP"'
    head = f"<TR><TD {left}>{kind}<BR/><B>{sentence}</B></TD><TD {right}>{number}</TD></TR>"
    rows = "".join(_row_cells(row, i) for i, row in enumerate(card.rows))
    return f'<TABLE {_frame(card, shown)} CELLPADDING="4">{head}{rows}</TABLE>'


def _frame(card: Card, shown: Picture) -> str:
    width, colour = (3, INK) if card.id in shown.target else (1, GREY)
    style = ' STYLE="DASHED"' if card.stub else ""
    return f'BORDER="{width}" COLOR="{colour}"{style} CELLBORDER="0" CELLSPACING="0"'


def _row_cells(row: CardRow, number: int) -> str:
    depth = min(row.depth, MAX_INDENT)
    margin = _coloured("&#160;" * (4 * depth), 9, INK)
    width = ROW_LENGTH - 4 * depth
    attributes = f'PORT="r{number}" COLSPAN="2" ALIGN="LEFT" BALIGN="LEFT"'

    def part(text: str, size: float, colour: str) -> str:
        return _coloured(_wrapped_markup(text, width, margin), size, colour)

    if row.mark is Mark.BASIS:
        parts = [part(row.head, 9, GREY), part(row.text, 9, GREY)]
        tint = "#ffffff"
    else:
        parts = [f"<B>{part(row.head, 8, INK)}</B>", part(row.text, 9.5, INK), part(row.foot, 7, GREY)]
        tint = _tint(MARK_COLOURS[row.mark], 0.06 + 0.44 * row.weight)
    lines = "<BR/>".join(filter(None, parts))
    return f'<TR><TD {attributes} BGCOLOR="{tint}">{lines}</TD></TR>'


def _legend(shown: Picture) -> str:
    kinds = {card.kind: KIND_COLOURS[card.kind] for card in shown.cards}
    marks = {row.mark for card in shown.cards for row in card.rows} - {Mark.BASIS}
    cells = [f'<TD BGCOLOR="{colour}">{_font(kind, 10)}</TD>' for kind, colour in kinds.items()]
    for mark in (mark for mark in Mark if mark in marks):
        faint, full = (_tint(MARK_COLOURS[mark], share) for share in (0.06, 0.5))
        cells += [
            f'<TD BGCOLOR="{faint}">{_font(f"{mark}: light", 10)}</TD>',
            f'<TD BGCOLOR="{full}">{_font("heavy", 10)}</TD>',
        ]
    lines = "a line leads from what is mentioned to what mentions it"
    if any(link.row for link in shown.links):
        lines += "; dashed: as a premise"
    table = f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="4" CELLPADDING="4"><TR>{"".join(cells)}</TR></TABLE>'  # noqa: E501
    title = "".join(
        f'<TR><TD ALIGN="LEFT"><B>{_font(line, 16)}</B></TD></TR>' for line in wrapped(shown.title, 50)
    )
    return (
        f'<TABLE BORDER="0" CELLSPACING="0">{title}<TR><TD ALIGN="LEFT">{table}</TD></TR>'
        f'<TR><TD ALIGN="LEFT">{_font(lines, 10, GREY)}</TD></TR></TABLE>'
    )


def _string(text: str) -> str:
    """Quote a text for DOT.

    Graphviz takes a backslash for an escape, in some places twice: the word joiner after it leaves it nothing
    to escape.
    """
    escaped = plain(text).replace("&", "&amp;").replace('"', "&quot;").replace("\\", "\\\\\u2060")
    return f'"{escaped}"'


def _label_text(text: str) -> str:
    """Write a text for an HTML-like label, in which Graphviz knows escapes with a backslash as well."""
    return html.escape(plain(text)).replace("\\", "\\\\")


def _sentence(card: Card) -> str:
    return card.text if plain(card.text).strip() else card.id


def _wrapped_markup(text: str, width: int, margin: str = "") -> str:
    lines = wrapped(text, width, hyphens=False)
    return "<BR/>".join(margin + _label_text(line) for line in lines)


def _font(text: str, size: float, colour: str = INK) -> str:
    return _coloured(_label_text(text), size, colour)


def _coloured(markup: str, size: float, colour: str) -> str:
    return f'<FONT POINT-SIZE="{size:g}" COLOR="{colour}">{markup}</FONT>' if markup else ""


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
        lines.append(f'  {_name(card.id)}["{_quoted(_sentence(card))}{number}"]:::{card.kind}')
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
        lines.append(f"  classDef {kind} fill:{colour},stroke:{GREY},color:{INK}")
    for mark, colour in MARK_COLOURS.items():
        lines.append(f"  classDef {mark} fill:{_tint(colour, 0.15)},stroke:{colour},color:{INK}")
    return "\n".join(lines) + "\n"


def _name(entry: str) -> str:
    """Return an id that Mermaid accepts: no hyphens, and no word of its own such as `end`."""
    return "n_" + re.sub(r"\W", "_", entry)


_MERMAID_MARKUP = re.compile(
    r"""[]["#&$*<>@\\^_`{|}~]|%(?=%)|(?<=%)%|:(?=\S)|(?<=www)\.|^ *\d*[-+.)]""", re.IGNORECASE
)
"""What Mermaid, or the Markdown, HTML, mathematics and icons within it, may take for more than text."""


def _quoted(text: str) -> str:
    """Write a text within quotes for Mermaid, whose escapes are numbers of characters."""
    return _MERMAID_MARKUP.sub(lambda found: "".join(f"#{ord(c)};" for c in found[0]), plain(text))


# --- layout ------------------------------------------------------------------------------------


def draw(shown: Picture, forms: Collection[str]) -> dict[str, str | bytes]:
    """Return a picture in each of the forms: a text (`dot`, `mermaid`), or laid out (`svg`, `png`, `pdf`).

    Raises `WrongUsage` where nothing that is installed can lay it out (pdf needs Graphviz itself).
    """
    drawn: dict[str, str | bytes] = {}
    dot = dot_text(shown)
    for form in forms:
        match form:
            case "dot":
                drawn[form] = dot
            case "mermaid":
                drawn[form] = mermaid_text(shown)
            case "png":
                svg = drawn.get("svg") or _laid_out(dot, "svg")
                drawn[form] = _laid_out(
                    dot.replace("graph [", f"graph [dpi={_resolution(svg)}, ", 1), form
                )
            case _:
                drawn[form] = _laid_out(dot, form)
    return drawn


def images(shown: Mapping[str, Picture], progress: Progress | None = None) -> dict[str, str | bytes]:
    """Draw pictures as svg and as png, by the names of their files, side by side on the cores."""
    work, files = Work(SideBySide(), progress), dict[str, str | bytes]()
    work.tell("drawing the map", 0, len(shown))
    drawn = work.map(_both, (), tuple(shown.values()))
    for number, (page, forms) in enumerate(zip(shown, drawn, strict=True), start=1):
        files |= {f"{page}.{form}": image for form, image in forms.items()}
        work.tell("drawing the map", number, len(shown))
    return files


def _both(shown: Picture) -> dict[str, str | bytes]:
    return draw(shown, ("svg", "png"))


def _laid_out(dot: str, form: str) -> bytes:
    command = [_program(form), "-Kdot", f"-T{form}"]
    return subprocess.run(command, input=dot.encode(), capture_output=True, check=True).stdout


def _program(form: str) -> str:
    """Return Graphviz, or graphviz-pure, beside this Python or elsewhere."""
    program = shutil.which("dot")
    if form != "pdf":
        program = program or shutil.which("graphviz-pure", path=sysconfig.get_path("scripts"))
        program = program or shutil.which("graphviz-pure")
    if program is not None:
        return program
    missing = "neither `dot` (Graphviz) nor `graphviz-pure` is installed"
    if form == "pdf":
        missing = "a PDF needs Graphviz itself (`dot`), which is not installed; svg and png do not"
    hint = "dot and mermaid texts need nothing"
    raise WrongUsage((Problem(Code.NO_DRAWING_PROGRAM, missing, hint=hint),))


def boxed(shown: Picture, forms: Collection[str]) -> set[str]:
    """Return the characters that a png has no font for: graphviz-pure has letters of few scripts."""
    if "png" not in forms or shutil.which("dot"):
        return set()
    return {
        c for c in dot_text(shown) if ord(c) > 0xFFFF or (c.isalpha() and not _LETTERS.match(name(c, "")))
    }


def _resolution(svg: str | bytes) -> int:
    """Return the dots per inch at which a drawing stays within `MAX_PIXELS`, at most `DPI`."""
    assert isinstance(svg, bytes)
    sides = re.search(rb'<svg width="(\d+)pt" height="(\d+)pt"', svg)
    assert sides is not None
    inches = max(int(side) for side in sides.groups()) / 72
    return max(10, min(DPI, int(MAX_PIXELS / inches)))

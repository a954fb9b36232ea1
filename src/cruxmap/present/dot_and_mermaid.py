"""A picture of a map written as DOT or Mermaid, and laid out by Graphviz.

Colours follow Okabe and Ito's palette, which people with any colour vision can tell apart; words say
the same, so that nothing is lost in grey. The fonts are Arial's metrics, which `graphviz-pure` carries.
"""

import html
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Collection, Iterable, Iterator, Mapping
from unicodedata import name

from cruxmap.engine.executors import Progress, SideBySide, Work
from cruxmap.errors import Code, Problem, WrongUsage
from cruxmap.insight.bearings import Bearing
from cruxmap.present.canvas import BLUE, GREY, INK, ORANGE, PURPLE, QUIET
from cruxmap.present.lettering import plain, wrapped
from cruxmap.present.map_picture import KIND_COLOURS, Card, CardRow, Link, Mark, Picture

SIGNS = {1: "+", -1: "\u2212", 0: "\u00b1"}
"""How a line bears on what it ends in: it makes that likelier, less likely, or either."""
SIGN_COLOURS = {1: BLUE, -1: ORANGE, 0: QUIET}
ARROWHEADS = {1: "normal", -1: "tee", 0: "odiamond"}
"""The same for eyes that tell no colours, as biologists draw what furthers and what hinders."""
MEANINGS = {1: "arrow: makes that likelier", -1: "bar: less likely", 0: "diamond: depends on the case"}
LIGHTEST, HEAVIEST = 0.17, 0.55
"""How much of its colour there is in an argument of no weight, and of full weight: the rest is white."""
MARK_COLOURS = {Mark.FOR: BLUE, Mark.AGAINST: ORANGE, Mark.UNDERCUTS: PURPLE}
SIGN_WIDTH, HEAD_WIDTH, PROBABILITY_WIDTH = 12, 205, 40
"""Points; a card is at least this wide: signs of lines on the left, then words, then its probability."""
ROW_LENGTH, HEAD_LENGTH, COMPACT_LENGTH, NUMBER_LENGTH = 52, 40, 28, 14
"""Characters in a line of a card, of the sentence at its head, of that in an overview, of its probability."""
ORIGIN_LENGTH = 120
"""Characters in a line that says from what the picture was made."""
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
    flow = _OVERVIEW if shown.compact else _CARDS
    lines = [
        "digraph map {",
        f"  graph [{flow}, fontname=Arial, labelloc=t, labeljust=l, pad=0.3, label=<{_legend(shown)}>];",
        "  node [shape=plain, fontname=Arial, fontsize=10];",
        "  edge [arrowsize=0.7, fontname=Arial, fontsize=9];",
        *(
            _clusters(shown)
            if shown.compact
            else (_node(card, _card(card, shown)) for card in shown.cards)
        ),
        *(_edge(link, shown) for link in shown.links),
        "}",
    ]
    return "\n".join(lines) + "\n"


_CARDS = "rankdir=LR, splines=polyline, ranksep=0.7, nodesep=0.03"
_OVERVIEW = "rankdir=TB, splines=polyline, ranksep=0.3, nodesep=0.03"
"""Lines are straight between bends, since curves swing into what they pass. Cards have a margin as part of
their node, so lines keep off them."""


def _clusters(shown: Picture) -> Iterator[str]:
    """Yield the cards, framed by file."""
    files = dict.fromkeys(card.page for card in shown.cards)
    for number, file in enumerate(files):
        yield f"  subgraph cluster_{number} {{"
        yield f'    graph [label=<{_font(file, 9, GREY)}>, color="{GREY}", style=rounded, margin=3];'
        yield from (_node(card, _compact_card(card, shown)) for card in shown.cards if card.page == file)
        yield "  }"


def _node(card: Card, label: str) -> str:
    margin = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="6"><TR><TD>'
    return (
        f'  "{card.id}" [label=<{margin}{label}</TD></TR></TABLE>>, tooltip={quoted_string(card.text)}];'
    )


def _edge(link: Link, shown: Picture) -> str:
    """Write a line, to the sign at which it ends."""
    sign = link.bearing.sign
    style = "dashed" if link.row or link.indirect else "solid"
    looks = (
        f'color="{SIGN_COLOURS[sign]}", arrowhead={ARROWHEADS[sign]}, style={style}, '
        f"tooltip={quoted_string(_told(link))}"
    )
    if shown.compact:
        return f'  "{link.start}":card:s -> "{link.end}":"{link.start}":n [{looks}];'
    rows = next(card.rows for card in shown.cards if card.id == link.end)
    port = next(i for i, row in enumerate(rows) if _ends_in(link, row))
    return f'  "{link.start}":out:e -> "{link.end}":r{port}:w [{looks}];'


def _ends_in(link: Link, row: CardRow) -> bool:
    """Whether a line ends in a row, if in none before: in the argument whose premise it is, or the basis."""
    if link.row is None:
        return row.mark is Mark.BASIS and link.start in row.mentions
    return row.mark is not Mark.BASIS and row.address == link.row


def _told(link: Link) -> str:
    """Say a line in words."""
    return f"{link.start} {line_words(link.bearing)} {link.end}"


def line_words(bearing: Bearing) -> str:
    """Write what stands at a line: its sign, the states that become likelier, and those that do it."""
    towards = f" {', '.join(bearing.towards)}" if bearing.towards else ""
    when = f" if {' or '.join(bearing.when)}" if bearing.when else ""
    return f"{SIGNS[bearing.sign]}{towards}{when}"


def _compact_card(card: Card, shown: Picture) -> str:
    colour = KIND_COLOURS[card.kind]
    cell = f'BGCOLOR="{colour}" ALIGN="LEFT" BALIGN="LEFT"'
    into = [link for link in shown.links if link.end == card.id]
    words = [line_words(link.bearing) for link in into]
    if sum(map(len, words)) > COMPACT_LENGTH:
        words = [SIGNS[link.bearing.sign] for link in into]
    ports = "".join(
        f'<TD PORT="{link.start}"><B>{_font(text, 9, SIGN_COLOURS[link.bearing.sign])}</B></TD>'
        for link, text in zip(into, words, strict=True)
    )
    signs = f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1"><TR>{ports}</TR></TABLE>'
    strip = f'<TR><TD COLSPAN="2" CELLPADDING="0">{signs}</TD></TR>' if into else ""
    counts = "".join(f"<BR/>{_font(row.head, 8, GREY)}" for row in card.rows)
    sentence = coloured(_wrapped_markup(_sentence(card), COMPACT_LENGTH), 9, INK)
    number = _number(card, 11)
    brought = f" (brought by {card.brought_by})" if card.brought_by else ""
    name = _font(card.id + brought + _given(card, shown), 7, GREY)
    told = f"<TR><TD {cell}>{name}<BR/>{sentence}{counts}</TD>"
    told += f'<TD {cell} VALIGN="TOP">{number}</TD></TR>'
    return f'<TABLE PORT="card" {_frame(card, shown)} CELLPADDING="3">{strip}{told}</TABLE>'


def _card(card: Card, shown: Picture) -> str:
    elsewhere = f", see {card.page}" if card.stub else ""
    brought = f", brought by {card.brought_by}" if card.brought_by else ""
    kind = _font(f"{card.kind} {card.id}{brought}{_given(card, shown)}{elsewhere}", 8, GREY)
    number = _number(card, 13)
    colour = KIND_COLOURS[card.kind]
    sentence = _wrapped_markup(_sentence(card), HEAD_LENGTH)
    margin = f'WIDTH="{SIGN_WIDTH}" BGCOLOR="{colour}"'
    left = f'WIDTH="{HEAD_WIDTH}" BGCOLOR="{colour}" ALIGN="LEFT" BALIGN="LEFT"'
    right = f'PORT="out" WIDTH="{PROBABILITY_WIDTH}" BGCOLOR="{colour}" ALIGN="RIGHT" VALIGN="TOP"'
    head = (
        f"<TR><TD {margin}></TD><TD {left}>{kind}<BR/><B>{sentence}</B></TD><TD {right}>{number}</TD></TR>"
    )
    into = [link for link in shown.links if link.end == card.id]
    ends = [next(i for i, row in enumerate(card.rows) if _ends_in(link, row)) for link in into]
    rows = ""
    for i, row in enumerate(card.rows):
        signs = {link.bearing.sign for link, end in zip(into, ends, strict=True) if end == i}
        rows += _row_cells(row, i, sorted(signs, reverse=True))
    return f'<TABLE {_frame(card, shown)} CELLPADDING="4">{head}{rows}</TABLE>'


def _number(card: Card, size: float) -> str:
    number = coloured(_wrapped_markup(card.probability, NUMBER_LENGTH), size, INK)
    return f"<B>{number}</B>" if number else ""


def _given(card: Card, shown: Picture) -> str:
    return " (given)" if card.id in shown.given else ""


def _frame(card: Card, shown: Picture) -> str:
    width, colour = (3, INK) if card.id in shown.target else (1, GREY)
    style = ' STYLE="DASHED"' if card.stub else ""
    return f'BORDER="{width}" COLOR="{colour}"{style} CELLBORDER="0" CELLSPACING="0"'


def _row_cells(row: CardRow, number: int, signs: Iterable[int]) -> str:
    """Write a row: on its left the signs of the lines that end in it."""
    depth = min(row.depth, MAX_INDENT)
    margin = coloured("&#160;" * (4 * depth), 9, INK)
    width = ROW_LENGTH - 4 * depth

    def part(text: str, size: float, colour: str) -> str:
        return coloured(_wrapped_markup(text, width, margin), size, colour)

    if row.mark is Mark.BASIS:
        parts = [part(row.head, 9, GREY), part(row.text, 9, GREY)]
        tint = "#ffffff"
    else:
        parts = [f"<B>{part(row.head, 8, INK)}</B>", part(row.text, 9.5, INK), part(row.foot, 7, INK)]
        tint = _shade(row.mark, row.weight)
    lines = "<BR/>".join(filter(None, parts))
    at = f'PORT="r{number}" WIDTH="{SIGN_WIDTH}" BGCOLOR="{tint}" CELLPADDING="1"'
    ends = "".join(f"<B>{_font(SIGNS[sign], 10)}</B>" for sign in signs)
    words = f'COLSPAN="2" ALIGN="LEFT" BALIGN="LEFT" BGCOLOR="{tint}"'
    return f"<TR><TD {at}>{ends}</TD><TD {words}>{lines}</TD></TR>"


def _legend(shown: Picture) -> str:
    kinds = {card.kind: KIND_COLOURS[card.kind] for card in shown.cards}
    marks = {row.mark for card in shown.cards for row in card.rows} - {Mark.BASIS}
    cells = [f'<TD BGCOLOR="{colour}">{_font(kind, 10)}</TD>' for kind, colour in kinds.items()]
    for mark in (mark for mark in Mark if mark in marks):
        cells += [
            f'<TD BGCOLOR="{_shade(mark, 0)}">{_font(f"{mark}: light", 10)}</TD>',
            f'<TD BGCOLOR="{_shade(mark, 1)}">{_font("heavy", 10)}</TD>',
        ]
    table = f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="4" CELLPADDING="4"><TR>{"".join(cells)}</TR></TABLE>'  # noqa: E501
    title = "".join(
        f'<TR><TD ALIGN="LEFT"><B>{_font(line, 16)}</B></TD></TR>' for line in wrapped(shown.title, 50)
    )
    lines = "".join(f'<TR><TD ALIGN="LEFT">{line}</TD></TR>' for line in _legend_of_lines(shown))
    return (
        f'<TABLE BORDER="0" CELLSPACING="0" CELLPADDING="1">{title}'
        f'<TR><TD ALIGN="LEFT">{table}</TD></TR>{lines}</TABLE>'
    )


def _legend_of_lines(shown: Picture) -> Iterator[str]:
    """Yield what signs and dashes mean, of those that are there, how much is left out, and the origin."""
    if shown.links:
        yield _font("A line leads from what is mentioned to what mentions it.", 10, GREY)
        signs = sorted({link.bearing.sign for link in shown.links}, reverse=True)
        yield "&#160; ".join(
            f"<B>{_font(SIGNS[sign], 10, SIGN_COLOURS[sign])}</B> {_font(MEANINGS[sign], 10, GREY)}"
            for sign in signs
        )
    dashed = {
        "as a premise of an argument": any(link.row and not link.indirect for link in shown.links),
        "by way of entries that are not shown": any(link.indirect for link in shown.links),
    }
    if any(dashed.values()):
        yield _font(
            f"Dashed: {', or '.join(how for how, is_there in dashed.items() if is_there)}.", 10, GREY
        )
    if shown.left_out:
        kept, every = len(shown.cards), len(shown.cards) + shown.left_out
        yield _font(html.escape(f"{kept} of {every} entries, {shown.which}."), 10, GREY)
    if any(card.probability for card in shown.cards):
        yield _font("Probabilities are central: with every number in its middle.", 10, GREY)
    if shown.made_from:
        yield from (_font(line, 8, GREY) for line in wrapped(shown.made_from, ORIGIN_LENGTH))


def quoted_string(text: str) -> str:
    """Quote a text for DOT.

    Graphviz takes a backslash for an escape, in some places twice: the word joiner after it leaves it nothing
    to escape.
    """
    escaped = plain(text).replace("&", "&amp;").replace('"', "&quot;").replace("\\", "\\\\\u2060")
    return f'"{escaped}"'


def label_text(text: str) -> str:
    """Write a text for an HTML-like label, in which Graphviz knows escapes with a backslash as well."""
    return html.escape(plain(text)).replace("\\", "\\\\")


def _sentence(card: Card) -> str:
    return card.text if plain(card.text).strip() else card.id


def _wrapped_markup(text: str, width: int, margin: str = "") -> str:
    lines = wrapped(text, width, hyphens=False)
    return "<BR/>".join(margin + label_text(line) for line in lines)


def _font(text: str, size: float, colour: str = INK) -> str:
    return coloured(label_text(text), size, colour)


def coloured(markup: str, size: float, colour: str) -> str:
    """Return markup of a label in a size, in points, and a colour."""
    return f'<FONT POINT-SIZE="{size:g}" COLOR="{colour}">{markup}</FONT>' if markup else ""


def _shade(mark: Mark, weight: float) -> str:
    """Return the colour of an argument: the heavier the darker, and the lightest no white."""
    return _tint(MARK_COLOURS[mark], LIGHTEST + (HEAVIEST - LIGHTEST) * weight)


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
    lines = [f"flowchart {'TB' if shown.compact else 'LR'}"]
    files = dict.fromkeys(card.page for card in shown.cards) if shown.compact else ("",)
    for number, file in enumerate(files):
        boxes = [_box(card) for card in shown.cards if file in ("", card.page)]
        lines += [f'  subgraph file_{number} ["{_quoted(file)}"]', *boxes, "  end"] if file else boxes
    for row in reversed(arguments.values()):
        lines.append(f'  {_name(row.address)}("{_quoted(row.text)}<br/>{_quoted(row.head)}"):::{row.mark}')
    signs: list[int] = []
    for row in (row for card in shown.cards for row in card.rows if row.mark is not Mark.BASIS):
        sign = 1 if row.mark is Mark.FOR else -1
        arrow = "--x" if row.mark is Mark.UNDERCUTS else "-->"
        goal = row.of if row.of in arguments else home.get(row.of, row.of)
        words = _quoted(f"{SIGNS[sign]} {row.mark}")
        lines.append(f'  {_name(row.address)} {arrow}|"{words}"| {_name(goal)}')
        signs.append(sign)
    for link in shown.links:
        end = link.row if link.row in arguments else link.end
        arrow = "-.->" if link.row or link.indirect else "-->"
        words = _quoted(line_words(link.bearing))
        lines.append(f'  {_name(link.start)} {arrow}|"{words}"| {_name(end)}')
        signs.append(link.bearing.sign)
    for sign, colour in SIGN_COLOURS.items():
        if drawn := [str(i) for i, its in enumerate(signs) if its == sign]:
            lines.append(f"  linkStyle {','.join(drawn)} stroke:{colour}")
    for kind, colour in KIND_COLOURS.items():
        lines.append(f"  classDef {kind} fill:{colour},stroke:{GREY},color:{INK}")
    for mark, colour in MARK_COLOURS.items():
        lines.append(f"  classDef {mark} fill:{_tint(colour, LIGHTEST)},stroke:{colour},color:{INK}")
    return "\n".join(lines) + "\n"


def _box(card: Card) -> str:
    number = f"<br/>{_quoted(card.probability)}" if card.probability else ""
    brought = f"<br/>brought by {_quoted(card.brought_by)}" if card.brought_by else ""
    return f'  {_name(card.id)}["{_quoted(_sentence(card))}{number}{brought}"]:::{card.kind}'


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
                svg = drawn.get("svg") or laid_out(dot, "svg")
                drawn[form] = laid_out(_with_resolution(dot, _resolution(svg)), form)
            case _:
                drawn[form] = laid_out(dot, form)
    return drawn


def images(shown: Mapping[str, Picture], progress: Progress | None = None) -> dict[str, str | bytes]:
    """Draw pictures as svg and as png, by the names of their files, side by side on the cores.

    What is too large for a png whose letters can be read is svg alone.
    """
    work, files = Work(SideBySide(), progress), dict[str, str | bytes]()
    work.tell("drawing the map", 0, len(shown))
    drawn = work.map(_for_a_folder, (), tuple(shown.values()))
    for number, (page, forms) in enumerate(zip(shown, drawn, strict=True), start=1):
        files |= {f"{page}.{form}": image for form, image in forms.items()}
        work.tell("drawing the map", number, len(shown))
    return files


def _for_a_folder(shown: Picture) -> dict[str, str | bytes]:
    drawn = draw(shown, ("svg",))
    if _resolution(drawn["svg"]) < DPI:
        return drawn
    return drawn | {"png": laid_out(_with_resolution(dot_text(shown), DPI), "png")}


def laid_out(dot: str, form: str) -> bytes:
    """Have Graphviz lay out a text in its language. Raises `WrongUsage` where nothing is installed for it."""
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


def _with_resolution(dot: str, resolution: int) -> str:
    return dot.replace("graph [", f"graph [dpi={resolution}, ", 1)


def with_resolution_for(dot: str) -> str:
    """Return a text in Graphviz's language with as many dots per inch as a PNG of it may have."""
    return _with_resolution(dot, _resolution(laid_out(dot, "svg")))


def _resolution(svg: str | bytes) -> int:
    """Return the dots per inch at which a drawing stays within `MAX_PIXELS`, at most `DPI`."""
    assert isinstance(svg, bytes)
    sides = re.search(rb'<svg width="(\d+)pt" height="(\d+)pt"', svg)
    assert sides is not None
    inches = max(int(side) for side in sides.groups()) / 72
    return max(10, min(DPI, int(MAX_PIXELS / inches)))

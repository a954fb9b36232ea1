"""A map as an Argdown document.

In: a model. Out: a `Sent`, with relations where Argdown has them, and all else in data.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, cast

from cruxmap.exchange.argument_graph import (
    OWN,
)
from cruxmap.exchange.drawn_links import DrawnArgument, DrawnMap, End, leaving
from cruxmap.exchange.formats import Sent
from cruxmap.exchange.names import NOBODYS_STRENGTH, ids_for
from cruxmap.exchange.plain_data import listed
from cruxmap.exchange.plain_map import Mapped
from cruxmap.language.argument_map import MAP_WORLDVIEW
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.yaml_writing import Plain, scalar

HEADINGS = {"claims": "Claims", "questions": "Questions", "events": "Events", "arguments": "Arguments"}


def write_argdown(model: ModelSpec, worldview: str = MAP_WORLDVIEW) -> Sent:
    """Return a model as an Argdown file, with the numbers of a worldview; `map` has all worldviews in its
    data.
    """
    drawn, around, title, lost = leaving(model, worldview)
    front = [f"title: {_quoted(title)}", f"{OWN}:", *_indented(around)]
    blocks = ["\n".join(["===", *front, "==="]), *_blocks(drawn)]
    return Sent(("\n\n".join(blocks) + "\n").encode("utf-8"), lost)


_SIGNS = {"for": "+>", "against": "->", "undercuts": "_>"}


def _blocks(drawn: DrawnMap) -> Iterator[str]:
    """Yield headings and entries."""
    direct, below = _direct_relations(drawn), dict[str, list[_Direct]]()
    for one in direct.values():
        below.setdefault(one.claim, []).append(one)
    for kind, heading in HEADINGS.items():
        section = {id_: one for id_, one in drawn.section(kind).items() if id_ not in direct}
        is_empty = kind == "claims" and not any(map(drawn.section, HEADINGS))  # a file needs one block
        if section or is_empty:
            yield f"# {heading}"
        for id_, entry in section.items():
            if kind == "arguments":
                yield from _argument_blocks(drawn, id_, entry)
            else:
                parts = drawn.parts(entry) if kind == "claims" else ()
                own = below.get(id_, [])
                strength = next((one.strength for one in own if one.strength is not None), None)
                data = entry if strength is None else {**entry, "strength": strength}
                lines = [*_lines(drawn, parts, "+", "-"), *(one.line for one in own)]
                yield _block(f"[{id_}]", entry, data, lines)


class _Direct(NamedTuple):
    """A relation below a claim; a `strength` that somebody gave stands in the data of the claim."""

    claim: str
    line: str
    strength: Plain | None


def _direct_relations(drawn: DrawnMap) -> dict[str, _Direct]:
    """Return arguments that only say that one claim bears on something, as relations below that claim.

    They are read as the same arguments again, after all others, in the order of the claims. So they are the
    last ones of the map, as far back as they stand in that order.
    """
    found: dict[str, _Direct] = {}
    strengths: dict[str, Plain] = {}
    order = {id_: number for number, id_ in enumerate(drawn.section("claims"))}
    before = len(order)
    for id_, entry in reversed([*drawn.section("arguments").items()]):
        one = drawn.argument(entry)
        if not _is_direct(drawn, id_, one) or order[one.premises[0].id] > before:
            break
        [premise], [target] = one.premises, one.targets
        strength = one.data.get("strength")
        if strength is not None and strengths.setdefault(premise.id, strength) != strength:
            break
        given = None if strength == NOBODYS_STRENGTH else strength
        found[id_] = _Direct(premise.id, f"{_SIGNS[one.direction]} {_title(drawn, target.id)}", given)
        before = order[premise.id]
    return dict(reversed(found.items()))


def _is_direct(drawn: DrawnMap, id_: str, one: DrawnArgument) -> bool:
    """Tell whether an argument says no more than that its only premise bears on its only target."""
    plain = {"text"} if one.direction == "undercuts" else {"text", "strength"}
    if len(one.premises) != 1 or len(one.targets) != 1 or one.data.keys() != plain:
        return False
    [premise], [target] = one.premises, one.targets
    label = f"{premise.id} {one.direction} {target.id}"
    of_target = drawn.section("arguments").get(target.id)
    rests_on_it = of_target is not None and premise.id in (
        end.id for end in drawn.argument(of_target).premises
    )
    return (
        not rests_on_it
        and one.data["text"] == drawn.section("claims")[premise.id]["text"]
        and ids_for([label])[label] == id_
    )


def _argument_blocks(drawn: DrawnMap, id_: str, entry: Mapped) -> Iterator[str]:
    """Yield an argument: with a structure, where all that it rests on and its one conclusion are claims."""
    one = drawn.argument(entry)
    said_by_lines = not {"for", "premises"} & one.data.keys()
    if one.direction == "for" and one.premises and len(one.targets) == 1 and said_by_lines:
        [target] = one.targets
        if target not in one.premises:
            yield _block(f"<{id_}>", entry, one.data, [])
            numbered = [f"({number}) [{premise.id}]" for number, premise in enumerate(one.premises, 1)]
            yield "\n".join([*numbered, "----", f"({len(one.premises) + 1}) [{target.id}]"])
            return
    sign = _SIGNS[one.direction]
    lines = [*_lines(drawn, one.targets, sign, sign), *_lines(drawn, one.premises, "<+", "<-")]
    yield _block(f"<{id_}>", entry, one.data, lines)


def _lines(drawn: DrawnMap, ends: Iterable[End], sign: str, negative: str) -> list[str]:
    return [f"{sign if end.holds else negative} {_title(drawn, end.id)}" for end in ends]


def _title(drawn: DrawnMap, id_: str) -> str:
    return f"<{id_}>" if drawn.kind_of(id_) == "arguments" else f"[{id_}]"


# --- texts --------------------------------------------------------------------------------------

_SPECIAL = re.compile(r"[\\@#*_\[<{]|/(?=[/*])|\.(?=\S+?\.)|:(?=\S+?:)|=(?===)")
"""What begins something in a text of Argdown that is more than text."""
_SAFE_TAG = re.compile(r"[A-Za-z0-9-]+")
_TAG_IN_BRACKETS = re.compile(r"[^()\r\n\\{}]+")


def _block(title: str, entry: Mapped, in_data: Mapped, relations: list[str]) -> str:
    """Write an entry: its title and text, its tags, its data on the next line, and its relations below."""
    data = {key: part for key, part in in_data.items() if key not in ("text", "tags")}
    text = cast(str, entry["text"])
    line = visible(text)
    if line != text:
        data = {"text": text, **data}
    tags = listed(entry.get("tags", []))
    signs = [_tag(cast(str, tag)) for tag in tags]
    if None in signs or len(set(signs)) < len(signs):
        data, signs = {**data, "tags": tags}, []
    said = " ".join([f"{title}: {escaped(line) or title[1:-1]}", *filter(None, signs)])
    written = [f"    {_flow_lines(data)}"] if data else []
    return "\n".join([said, *written, *(f"  {relation}" for relation in relations)])


def visible(text: str) -> str:
    """Return a text on one line, without signs that are not seen and with single spaces."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def escaped(text: str) -> str:
    """Return a text as Argdown writes it, so that it is nothing but text.

    >>> escaped("a [b] costs 3*4, see x_y")
    'a \\\\[b] costs 3\\\\*4, see x\\\\_y'
    """
    return _SPECIAL.sub(lambda found: f"\\{found[0]}", text)


def _tag(tag: str) -> str | None:
    if _SAFE_TAG.fullmatch(tag):
        return f"#{tag}"
    inside = _TAG_IN_BRACKETS.fullmatch(tag) is not None and visible(tag) == tag
    return f"#({tag})" if inside else None


def _flow_lines(data: Mapped) -> str:
    """Write data in braces, each key on a line of its own where it is long."""
    parts = [f"{_quoted(key)}: {_flow(part)}" for key, part in data.items()]
    line = f"{{{', '.join(parts)}}}"
    return line if len(line) <= _WIDTH else f"{{{',\n     '.join(parts)}}}"


_WIDTH = 100


def _indented(own: Mapped) -> Iterator[str]:
    """Yield lines of front matter: each entry of each section on its own."""
    for key, section in own.items():
        if isinstance(section, Mapping):
            yield f"  {key}:"
            yield from (f"    {_quoted(str(name))}: {_flow(part)}" for name, part in section.items())
        else:
            yield f"  {key}: {_flow(section)}"


def _flow(value: Plain) -> str:
    """Write a value on one line, as both YAML and Argdown read it."""
    match value:
        case str():
            return _quoted(value)
        case Mapping():
            return f"{{{', '.join(f'{_quoted(str(key))}: {_flow(part)}' for key, part in value.items())}}}"
        case _:
            return f"[{', '.join(map(_flow, value))}]"


def _quoted(text: str) -> str:
    """Write a text of data: in quotes, with braces as numbers, where Argdown would see the end of the
    data.
    """
    written = scalar(text, flow=True)
    if re.search(r"[{}=]", written) is None and text.isprintable():
        return written
    return '"' + "".join(map(_sign, text)) + '"'


def _sign(sign: str) -> str:
    if sign in '"\\':
        return f"\\{sign}"
    if sign.isprintable() and sign not in "{}=":
        return sign
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"

"""New YAML text: how a value is written where there is none yet.

This is the only module that knows the library which writes YAML. Everything is a text for the language, so
that `0.05`, `yes` and `3:1` need no quotes; sentences that do not fit on their line stand under `>-`.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from io import StringIO
from typing import Any

from cruxmap.language.yaml_text import Items, Text, parse_text

type Plain = str | Sequence["Plain"] | Mapping[Any, "Plain"]
"""What a file says, as the values of a program."""

WIDTH = 120
_ENDLESS = 1 << 30
_TEXT = "tag:yaml.org,2002:str"
_SAFE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 .%/_-]*[A-Za-z0-9.%/_-])?")
"""What needs no quotes anywhere, which most texts are that a page sends."""
_PLACES_TO_FOLD = re.compile(r"(?<=\S) (?=\S)")


@cache
def _library() -> tuple[Any, Any]:
    """Return the library, and what makes a text of every text: only who writes loads it."""
    import ruamel.yaml as library

    class TextResolver(library.resolver.VersionedResolver):
        """Finds no numbers and truth values in texts."""

        def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
            """Return the tag of a text for every text."""
            is_text = kind is library.nodes.ScalarNode
            return library.tag.Tag(suffix=_TEXT) if is_text else super().resolve(kind, value, implicit)

    return library, TextResolver


def _dumped(value: Any) -> str:
    library, resolver = _library()
    yaml = library.YAML()
    yaml.Resolver = resolver
    yaml.width = _ENDLESS
    yaml.allow_unicode = True
    stream = StringIO()
    yaml.dump(value, stream)
    return stream.getvalue()


@lru_cache(maxsize=4096)
def scalar(text: str, style: str = "", flow: bool = False) -> str:
    """Write a text on one line: in the quotes that `style` names, or without if that can be.

    In `flow` it stands between brackets.
    """
    if not style and _SAFE.fullmatch(text):
        return text
    library, _ = _library()
    strings = library.scalarstring
    kind = {"'": strings.SingleQuotedScalarString, '"': strings.DoubleQuotedScalarString}
    in_quotes = not text or text.rstrip() != text.rstrip(" \t\r\n")  # what nobody sees would be left out
    plain = strings.DoubleQuotedScalarString if in_quotes else str
    for make in (kind.get(style, plain), strings.DoubleQuotedScalarString):
        sequence = library.comments.CommentedSeq([make(text)])
        if flow:
            sequence.fa.set_flow_style()
        written = _dumped(sequence).strip("\n")
        written = written[1:-1] if flow else written.removeprefix("- ")
        if "\n" not in written and _reads_as(f"[{written}]" if flow else f"- {written}", text):
            return written
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(sign: str) -> str:
    if sign in '"\\':
        return f"\\{sign}"
    if sign.isprintable():
        return sign
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"


def _reads_as(written: str, text: str) -> bool:
    parsed = parse_text(f"{written}\n", "")
    root = parsed.root
    return not parsed.problems and isinstance(root, Items) and root == [text]


def flow(value: Plain) -> str:
    """Write a value on one line, lists and mappings in brackets."""
    match value:
        case str():
            return scalar(value, flow=True)
        case Mapping():
            parts = (f"{scalar(key, flow=True)}: {flow(part)}".rstrip() for key, part in value.items())
            return f"{{{', '.join(parts)}}}"
        case _:
            return f"[{', '.join(map(flow, value))}]"


def block_text(text: str, sign: str, rest: str, indentation: str, width: int) -> list[str] | None:
    """Write a text under `|` or `>`; `rest` stands behind the sign. None where it cannot be written so."""
    body = text.removesuffix("\n")
    header = f"{sign}{'' if body != text else '-'}{rest}"
    lines = _folded(body, width - len(indentation)) if sign == ">" else body.split("\n")
    if any(line != line.rstrip() for line in lines):  # which editors take away
        return None
    written = [header, *(f"{indentation}{line}" if line else "" for line in lines)]
    parsed = parse_text(
        "\n".join([f"- {header}", *(f"  {line}" if line else "" for line in lines), ""]), ""
    )
    sound = not parsed.problems and isinstance(parsed.root, Items) and parsed.root == [text]
    return written if sound else None


def _folded(text: str, width: int) -> list[str]:
    """Return lines of a text that folding joins again."""
    lines, start, last = [], 0, None
    for found in _PLACES_TO_FOLD.finditer(text):
        if last is not None and found.start() - start > width:
            lines.append(text[start:last])
            start = last + 1
        last = found.start()
    if last is not None and len(text) - start > width and last >= start:
        lines.append(text[start:last])
        start = last + 1
    return [*lines, text[start:]]


def entry(key: str, value: Plain, width: int = WIDTH, spread: int = 0) -> list[str]:
    """Write an entry of a mapping as lines without indentation.

    Lists and mappings stand in brackets where they fit on the line, but `spread` levels of them do not.
    """
    name = scalar(key)
    if isinstance(value, str):
        line = f"{name}: {scalar(value)}".rstrip()
        if len(line) > width or "\n" in value:
            under = block_text(value, "|" if "\n" in value else ">", "", "  ", width)
            if under is not None:
                return [f"{name}: {under[0]}", *under[1:]]
        return [line]
    line = f"{name}: {flow(value)}"
    if not value or (spread == 0 and len(line) <= width):
        return [line]
    return [f"{name}:", *(f"  {line}" for line in block(value, width - 2, max(spread - 1, 0)))]


def block(value: Plain, width: int = WIDTH, spread: int = 0) -> list[str]:
    """Write the inside of a list or a mapping as lines, one part below the other."""
    if isinstance(value, Mapping):
        return [line for key, part in value.items() for line in entry(key, part, width, spread)]
    return [line for part in value for line in item(part, width)]


def item(value: Plain, width: int = WIDTH) -> list[str]:
    """Write an item of a list that stands one below the other."""
    if isinstance(value, str):
        return [f"- {scalar(value)}"]
    line = f"- {flow(value)}"
    if not value or len(line) <= width or not isinstance(value, Mapping):
        return [line]
    first, *others = block(value, width - 2)
    return [f"- {first}", *(f"  {line}" for line in others)]


def without_places(value: Plain) -> Plain:
    """Return a value without places."""
    match value:
        case Text() | str():
            return str(value)
        case Mapping():
            return {str(key): without_places(part) for key, part in value.items()}
        case _:
            return [without_places(part) for part in value]

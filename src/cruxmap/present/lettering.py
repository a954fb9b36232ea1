"""Texts of a map as pictures hold them: without control characters, and in lines that fit by their width."""

import re
import textwrap
import unicodedata
from collections.abc import Iterable

UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What neither XML nor a font can hold, where it is not space."""
SPACE = re.compile("[^\\S\xa0\u202f]+")

_REST = "\u2060"
"""Stands for the second half of a wide character while lines are counted; shows nothing by itself."""
_ANYWHERE = "[\u2e80-\ua4cf\uf900-\ufaff\uff00-\uff60\U00020000-\U0003ffff]"
_CLOSING = "[\u3001\u3002\u300b\u300d\u300f\u3011\uff01\uff09\uff0c\uff0e\uff1a\uff1b\uff1f]"
_WIDE = re.compile(f"({_ANYWHERE}{_REST}(?:{_CLOSING}{_REST}|[].,:;?!)])*)")
"""A character of a script without spaces, after which a line may end, with what must not begin the next."""


def plain(text: str) -> str:
    """Return a text with single spaces and line breaks as spaces, what cannot be drawn as U+FFFD."""
    return UNFIT.sub("\ufffd", SPACE.sub(" ", text))


def wrapped(text: str, room: int, *, most: int | None = None, hyphens: bool = True) -> list[str]:
    """Return lines of at most `room` narrow characters; a wide one counts twice and may end any line.

    `hyphens` says whether lines may end after one; beyond `most` lines the text is cut.
    """
    text = plain(text).replace(_REST, "")
    doubled = "".join(c + _REST if unicodedata.east_asian_width(c) in "WF" else c for c in text)
    wrapper = _Wrapper(room, max_lines=most, placeholder=" ...", break_on_hyphens=hyphens)
    return [line.replace(_REST, "") for line in wrapper.wrap(doubled)]


def evenly(text: str, room: int) -> list[str]:
    """Return as few lines as fit, and these as equal as they can be: no word stands alone at the end."""
    lines = wrapped(text, room)
    while room > 1 and len(closer := wrapped(text, room - 1)) == len(lines):
        lines, room = closer, room - 1
    return lines


class _Wrapper(textwrap.TextWrapper):
    """Breaks lines between wide characters too."""

    def _split(self, text: str) -> list[str]:
        return [piece for chunk in super()._split(text) for piece in _WIDE.split(chunk) if piece]


def boxes_text(characters: Iterable[str]) -> str:
    """Say in one sentence which scripts are boxes in a picture, for want of a font that has them."""
    scripts = ", ".join(sorted({_script(character) for character in characters}))
    return (
        f"no font that the PNG pictures can use has these, which are boxes there: {scripts} "
        "(the SVG ones are right where the viewer has a font; Noto has one for every script)"
    )


def _script(character: str) -> str:
    """Return the script that a character is of, as Unicode names it, or symbols."""
    if not unicodedata.category(character).startswith(("L", "M")):
        return "symbols"
    return unicodedata.name(character, "unknown").split()[0].replace("CJK", "Chinese").capitalize()

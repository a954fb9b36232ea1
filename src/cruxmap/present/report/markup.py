"""HTML built from parts, so that nothing that somebody wrote is ever read as HTML.

A text becomes `Html` only by being escaped here. What strangers wrote is kept apart from what is around it,
whichever way its letters run, and without characters that control anything.
"""

import html
import re
from typing import Any

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What a terminal obeys, and what no file in UTF-8 can hold, but for tabs and the ends of lines."""

_NAME = re.compile(r"[a-z][a-z0-9-]*")

EMPTY = frozenset({"meta", "br", "link", "input"})
"""Elements without an end."""


class Html(str):
    """A piece of HTML that is right as it is."""

    __slots__ = ()


def clean(text: str) -> str:
    """Return a text with U+FFFD for every character that controls something."""
    return _CONTROL.sub("\ufffd", text)


def cleaned(data: Any) -> Any:
    """Return plain data with all its texts clean, names of fields included."""
    match data:
        case str():
            return clean(data)
        case dict():
            return {clean(key): cleaned(value) for key, value in data.items()}
        case list() | tuple():
            return list(map(cleaned, data))
        case _:
            return data


def tag(name: str, /, *children: Any, **attributes: Any) -> Html:
    """Return an element. Children are texts, which are escaped, `Html`, or lists of these; `None` is nothing.

    Attributes are texts or numbers; `True` stands for one without a value, `None` and `False` for none.
    `class_` and names with `_` for `-` are as usual.
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in EMPTY:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{content(children)}</{name}>")


def content(children: Any) -> Html:
    """Return what is within an element."""
    match children:
        case None | False:
            return Html("")
        case Html():
            return children
        case str() | int() | float():
            return Html(html.escape(clean(str(children))))
        case _:
            return Html("".join(map(content, children)))


def said(text: str) -> Html:
    """Return what somebody wrote, kept to itself whichever way its letters run."""
    return tag("bdi", text) if text else Html("")


def _attribute(key: str, value: Any) -> str:
    name = key.rstrip("_").replace("_", "-")
    if _NAME.fullmatch(name) is None or name.startswith("on") or name in {"style", "srcdoc"}:
        raise ValueError(f"no attribute is called {name} here")
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{html.escape(clean(str(value)))}"'

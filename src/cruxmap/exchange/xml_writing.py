"""Texts as XML has them: what is markup is written as entities, and what no XML may hold as U+FFFD."""

import re
from xml.sax.saxutils import escape, quoteattr

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escaped(text: str) -> str:
    """Write a text between tags, or between the quotation marks of an attribute.

    >>> escaped('a < "b"')
    'a &lt; &quot;b&quot;'
    """
    return escape(_NOT_IN_XML.sub("\ufffd", text), {'"': "&quot;"})


def quoted(text: str) -> str:
    """Write an attribute in its quotation marks, in which line breaks stay what they are.

    >>> print(quoted("a\\nb"))
    "a&#10;b"
    """
    return quoteattr(_NOT_IN_XML.sub("\ufffd", text), {"\u0085": "&#133;", "\u2028": "&#8232;"})


def is_sound(text: str) -> bool:
    """Tell whether XML can hold all signs of a text."""
    return _NOT_IN_XML.search(text) is None

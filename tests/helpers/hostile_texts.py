"""Texts that would be more than texts to careless formats, and drawn maps that are full of them."""

import copy
from typing import Any

from hypothesis import strategies as st

from helpers.drawn_maps import Draft

_PIECES = (
    *(
        "word",
        "two words",
        "e.g. this",
        "0.5",
        "30%",
        "true",
        "a_b_c",
        "x y",
        "\u00e4\u00f6",
        "\U0001d5e2",
        "\u05e2",
    ),
    *(
        "{",
        "}",
        "} x",
        "{a: b}",
        "[",
        "]",
        "[a]:",
        "[a](b)",
        "(1)",
        "<",
        ">",
        "<a>:",
        "@[a]",
        "@<a>",
        "<!-- a",
        "-->",
    ),
    *(
        "#",
        "#tag",
        "#(a b)",
        "# a",
        "==",
        "===",
        "====\n",
        "--",
        "----",
        "//",
        "/* a",
        "*/",
        "http://a.b/c?d=e#f",
    ),
    *(
        "*a*",
        "**a**",
        "_a_",
        "__",
        "*",
        "\\",
        "\\\\",
        "\\n",
        ".A.",
        ":A:",
        ".v_.",
        "...",
        ": ",
        " :",
        ",",
        ";",
        "&",
        "!",
    ),
    *(
        '"',
        "'",
        "`",
        "'''",
        '"""',
        "\n",
        "\n\n",
        "\n  + [a]",
        "\n- ",
        "\r\n",
        "  ",
        "\t",
        " ",
        "\u00a0",
        "\u202e",
        "%",
        "|",
    ),
    *(
        "<script>",
        "</g>",
        "]]>",
        "&lt;",
        "=1+1",
        "@",
        "\u201c",
        "\u2014",
        "+>",
        "_>",
        "><",
        "?",
        "~",
        "$(x)",
    ),
)

HOSTILE = (
    st.lists(st.sampled_from(_PIECES), min_size=1, max_size=8)
    .map("".join)
    .filter(lambda text: bool(text.strip()))
)
"""Texts that a map's file may hold, with whatever other formats have a meaning for."""


def with_texts(draft: Draft, texts: list[str]) -> Draft:
    """Return a map whose texts, notes and tags are these, over and over."""
    changed: Any = copy.deepcopy(dict(draft.map))
    ahead = iter(texts * 1_000)
    changed["map"] = {"title": next(ahead), "text": next(ahead)}
    for section in ("claims", "questions", "events", "arguments", "timelines"):
        for entry in changed.get(section, {}).values():
            entry |= {"text": next(ahead), "note": next(ahead), "tags": list(dict.fromkeys(texts[:3]))}
    for voice in changed.get("voices", {}).values():
        voice["text"] = next(ahead)
    return Draft(changed, draft.worldviews, draft.things)


def first_condition(draft: Draft) -> Any:
    """Return a condition on the first thing of a map."""
    first = draft.things[0]
    if first.states:
        return {first.id: first.states[0]}
    return {"event": first.id, "ever": True} if first.timeline else first.id

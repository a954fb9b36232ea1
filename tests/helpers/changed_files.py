"""Files of other programs in which something is changed at random, as by a slip or a careless program."""

import copy
import json
import random
import re
from collections.abc import Iterator
from typing import Any

_JUNK: tuple[Any, ...] = (
    *("x", "", "30%", "base", "same as base", 3, -1.5, True, None),
    *([], {}, ["a", ["b"]], ["base", "base"], {"a": "b"}, {"a": {"b": ["c"]}}, {"value": "3"}),
)
_KEYS = ("text", "for", "premises", "source", "by", "tags", "states", "timeline", "zz", "credence", "note")
_SPOTS = re.compile(r"(?<=: )[^\n,{}\[\]]+(?=[,}\n])|\{[^{}\n]*\}|\[[a-z-]+\]")
_PIECES = ("x", "{a: b}", "[a, [b]]", "''", "30%", "[]", "{}", "- ", "{", "]", "===", "~", "[base]")


def changed_json(data: bytes, seed: int) -> bytes:
    """Return JSON in which up to three values are others, or gone, or have a key more."""
    chance = random.Random(seed)
    value = copy.deepcopy(json.loads(data))
    for _ in range(chance.choice([1, 1, 2, 3])):
        ways = [way for way in _ways(value) if way and (len(way) <= 4 or chance.random() < 0.5)]
        way = chance.choice(ways)
        around = value
        for key in way[:-1]:
            around = around[key]
        kind = chance.random()
        if kind < 0.6:
            around[way[-1]] = chance.choice(_JUNK)
        elif kind < 0.8 or not isinstance(around, dict):
            del around[way[-1]]
        else:
            around[chance.choice(_KEYS)] = chance.choice(_JUNK)
    return json.dumps(value).encode()


def _ways(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield way
    inside = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, part in inside:
        yield from _ways(part, (*way, key))


def changed_text(data: bytes, seed: int) -> bytes:
    """Return a text in which one or two values are others."""
    chance = random.Random(seed)
    text = data.decode()
    for _ in range(chance.choice([1, 2])):
        start, end = chance.choice([found.span() for found in _SPOTS.finditer(text)])
        text = text[:start] + chance.choice(_PIECES) + text[end:]
    return text.encode()

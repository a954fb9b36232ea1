"""Ids for what is called otherwise elsewhere, and the numbers of what nobody has judged."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import count

from cruxmap.language.context import MAX_ID, RESERVED, without_accents

NOBODYS_CREDENCE: Mapping[str, str] = {"value": "5% to 95%", "elicited": "false"}
"""The credence of what comes without one: wide, and marked as nobody's."""

NOBODYS_STRENGTH: Mapping[str, str] = {"value": "1.5x to 30x", "elicited": "false"}
"""The strength of an argument that comes without one, likewise."""

_WIDE = 19
"""The odds of 95%: by this factor the ends of what nobody judged lie apart from its middle."""

MOST_NAMED = 5
"""Ids that are named where many are concerned."""

LONGEST = 60
"""Characters of an id that is made of a longer label; whole words of it."""

_KEBAB = re.compile("[a-z0-9]+(?:-[a-z0-9]+)*")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def ids_for(labels: Iterable[str], kind: str = "entry", taken: Collection[str] = ()) -> dict[str, str]:
    """Return an id for each label: valid, not `taken`, and different for different labels.

    A label that is an id already keeps it, whatever the others are, so that ids come back as they left.
    Others get their words, in lower case; what then is there already gets a number. Ids of a `state` may
    be numbers.

    >>> ids_for(["Asy/Patch", "12+", "<12", "true", "lungCancer"], "state")
    {'Asy/Patch': 'asy-patch', '12+': '12', '<12': '12-2', 'true': 'true-state', 'lungCancer': 'lung-cancer'}
    """
    known = list(dict.fromkeys(labels))
    ids = {label: label for label in known if is_id(label, kind) and label not in taken}
    used = {*taken, *ids.values()}
    for label in known:
        if label not in ids:
            ids[label] = next(id_ for id_ in _candidates(label, kind) if id_ not in used)
            used.add(ids[label])
    return {label: ids[label] for label in known}


def nobodys_shares(states: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the shares of a question that comes without any: all alike, wide, and marked as nobody's.

    >>> nobodys_shares(["a", "b"])["a"]
    {'value': '1:19 to 19:1', 'elicited': 'false'}
    """
    others = len(states) - 1
    value = f"1:{_WIDE * others} to {_WIDE}:{others}"
    return {state: {"value": value, "elicited": "false"} for state in states}


def abridged(ids: Iterable[str]) -> str:
    """Name the first of some entries, and say how many there are.

    >>> abridged("abcdefg")
    'a, b, c, d, e, ... (7 in all)'
    """
    known = list(dict.fromkeys(ids))
    shown = ", ".join(known[:MOST_NAMED])
    return shown if len(known) <= MOST_NAMED else f"{shown}, ... ({len(known):,} in all)"


def is_id(label: str, kind: str = "entry") -> bool:
    """Tell whether a label can be an id as it is."""
    sound = _KEBAB.fullmatch(label) is not None and len(label) <= MAX_ID and label not in RESERVED
    return sound and (kind == "state" or label.islower())


def _candidates(label: str, kind: str) -> Iterator[str]:
    """Yield ids for a label, the best first."""
    words = re.findall("[a-z0-9]+", _HUMPS.sub("-", without_accents(label)).lower())
    id_ = _cut("-".join(words))
    if not id_:
        yield from (f"{kind}-{number}" for number in count(1))
    if not is_id(id_, kind):
        id_ = f"{id_}-{kind}" if id_ in RESERVED else f"{kind}-{id_}"
    yield id_
    yield from (f"{id_}-{number}" for number in count(2))


def _cut(words: str) -> str:
    """Return words joined by hyphens up to a length, the first one whatever its length is."""
    if len(words) <= LONGEST:
        return words
    whole = words[: LONGEST + 1].rpartition("-")[0]
    return whole or words[:LONGEST]

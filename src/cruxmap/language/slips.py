"""What was probably meant where a key or a value does not fit: keys that slid out, words of other tools.

In: nodes of a file, and the `Form` of entries and files. Out: the entry that a key belongs to, and hints.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cruxmap.errors import Hint
from cruxmap.language.names import meant, nearest
from cruxmap.language.yaml_text import TYPOGRAPHIC, Entries, Node, Text

LINK = re.compile(r"same as\b")
"""What a link begins with; where it is written as a key, nothing but that is missing."""


class Form(NamedTuple):
    """What entries of one kind may hold, and which keys go together, as in a `Shape`."""

    what: str
    keys: Collection[str]
    either: Collection[str] = ()
    needs: Mapping[str, Sequence[str]] = {}

    def wants(self, key: str, there: Collection[str]) -> bool:
        """Tell whether an entry with some keys still wants this one."""
        if key not in self.keys or key in there:
            return False
        if key in self.either:
            return not any(other in there for other in self.either)
        needed = self.needs.get(key)
        return needed is None or any(other in there for other in needed)

    def is_entry(self, node: Node) -> bool:
        """Tell whether a node reads like an entry of this kind."""
        return isinstance(node, Entries) and "text" in node and all(key in self.keys for key in node)


# --- keys that slid out of an entry --------------------------------------------------------------


@dataclass(slots=True)
class Outside:
    """Keys that stand outside of the entry that they belong to; `path` leads to that entry.

    It `is_far` where another entry comes between.
    """

    path: tuple[str | int, ...]
    owner: Text
    node: Node
    keys: list[Text]
    is_far: bool = False

    @property
    def message(self) -> str:
        """What is wrong."""
        names = " and ".join(f"`{key}`" for key in self.keys)
        one = len(self.keys) == 1
        return (
            f"{names} {'stands' if one else 'stand'} outside of `{self.owner}`, "
            f"to which {'it belongs' if one else 'they belong'}"
        )

    @property
    def hint(self) -> str:
        """Where the keys should stand."""
        them = "it" if len(self.keys) == 1 else "them"
        place = self.owner.span
        column = place.column + 2
        if isinstance(self.node, Entries) and self.node:
            first = next(iter(self.node)).span
            if first.line == place.line:
                return f"put {them} within the brackets of `{self.owner}`, on line {place.line}"
            column = first.column
        more = column - self.keys[0].span.column
        spaces = f"{more} more space{'' if more == 1 else 's'}"
        if self.is_far:
            return f"move {them} up to `{self.owner}` on line {place.line}, indented by {spaces}"
        return f"indent {them} by {spaces}, under `{self.owner}` on line {place.line}"


@dataclass(slots=True)
class _Open:
    """An entry that keys below it may have slid out of."""

    form: Form
    found: Outside
    keys: set[str]


def slid_out(entries: Entries, form: Form, path: tuple[str | int, ...]) -> list[Outside]:
    """Return keys of entries that stand among the entries themselves, by the entry that they belong to.

    That is the nearest above that wants the key, or else the nearest.
    """
    above: list[_Open] = []
    for key, value in entries.items():
        is_part = key in form.keys and not form.is_entry(value)
        if is_part and above and not (isinstance(value, Entries) and "text" in value):
            _give(above, key) or _take(above[-1], key)
        elif isinstance(value, Entries) or value == "":
            above.append(_opened(form, (*path, str(key)), key, value))
    return [entry.found for entry in above if entry.found.keys]


def slid_to_top(root: Entries, sections: Mapping[str, Form], known: Collection[str]) -> list[Outside]:
    """Return keys of a file that belong to one of its entries, as `slid_out` does.

    A key is left alone if no entry above wants it.
    """
    above: list[_Open] = []
    parts = {key for form in sections.values() for key in form.keys if key not in known}
    if not any(key in parts for key in root):
        return []
    for key, value in root.items():
        if key in sections and isinstance(value, Entries):
            form = sections[key]
            above += [_opened(form, (str(key), str(id_)), id_, part) for id_, part in value.items()]
        elif key in parts and not (isinstance(value, Entries) and "text" in value):
            _give(above, key)
    return [entry.found for entry in above if entry.found.keys]


def _opened(form: Form, path: tuple[str | int, ...], owner: Text, node: Node) -> _Open:
    return _Open(form, Outside(path, owner, node, []), set(node) if isinstance(node, Entries) else set())


def _give(above: list[_Open], key: Text) -> bool:
    """Give a key to the nearest entry that wants it, if one does."""
    for entry in reversed(above):
        if entry.form.wants(key, entry.keys):
            entry.found.is_far = entry is not above[-1]
            return _take(entry, key)
    return False


def _take(entry: _Open, key: Text) -> bool:
    entry.keys.add(key)
    entry.found.keys.append(key)
    return True


# --- keys that nobody knows ----------------------------------------------------------------------

_OTHER_WORDS: Mapping[str, tuple[str, ...]] = {
    right: tuple(words.split())
    for right, words in {
        "worldview": "name id",
        "model": "name id",
        "text": "statement claim description summary label content sentence title question",
        "credence": "probability prior p prob confidence likelihood belief",
        "chance": "probability credence p prob",
        "strength": "weight factor ratio bayes_factor likelihood_ratio lr credence_ratio",
        "for": "supports support pro favours favors backs target",
        "against": "attacks attack opposes con rebuts refutes contradicts",
        "undercuts": "undermines undercut defeats",
        "premises": "because reasons reason if assumes assumptions evidence given when",
        "by": "author who voice speaker says",
        "states": "options values outcomes answers",
        "state_texts": "state_labels state_names state_text texts",
        "all_of": "and all requires parts",
        "any_of": "or any one_of",
        "otherwise": "else default",
        "given": "table rows cases cpt depends_on parents",
        "routes": "causes",
        "when": "if condition case",
        "target": "goal query question outcome",
        "assuming": "assume assumes given suppose",
        "observed": "evidence observe observations data",
        "source": "ref reference cite citation link url",
        "url": "link href address",
        "note": "comment notes comments remark",
        "tags": "labels categories",
        "judgements": "judgments numbers credences beliefs",
        "rejects": "reject denies",
    }.items()
}
"""What people write who know other tools, by the key that has this meaning here."""


class Unknown(NamedTuple):
    """A key that is not known where it stands: in `parent`, to which the key `around` leads.

    `form` says which keys that may hold; `around` is empty at the top of a file.
    """

    key: Text
    value: Node
    parent: Entries
    form: Form
    around: str


def unknown_key(
    unknown: Unknown, sections: Mapping[str, Form], owners: Mapping[str, Sequence[str]]
) -> str:
    """Return what helps where a key is not known: a hint, empty if nothing does.

    `sections` are the forms of the file's entries, and `owners` says who has which keys.
    """
    key, value, parent, form, _ = unknown
    if key == "worldviews":
        return "each worldview is a file of its own, in the folder `worldviews` beside the map's files"
    if LINK.match(key):
        return "a link is all of a number, as in `credence: same as ADDRESS`"
    if isinstance(value, Text) and value == "" and value.plain and (cut := _cut_off(key, form)):
        return cut
    for right in form.keys:
        if key in _OTHER_WORDS.get(right, ()) and form.wants(right, parent):
            return meant(key, right)
    near = nearest(key, form.keys, 0.7)
    return meant(key, near) if near else next(_stories(unknown, sections, owners), "")


def _cut_off(key: Text, form: Form) -> str:
    """Say why a key of a one-line entry has no value: a colon without a space, or a comma in a sentence."""
    name, colon, rest = key.partition(":")
    if colon:
        why = "a colon needs a space after it"
        return Hint(f"{why}: `{name}: {rest}`", key, f"{name}: {rest}") if name in form.keys else why
    if TYPOGRAPHIC.search(key):
        return "typographic quotes are letters here: put the sentence in straight quotes"
    if " " in key or not key.isidentifier():
        return 'a comma ends a value in a one-line entry: quote the sentence, as in `text: "One, two."`'
    return ""


def _stories(
    unknown: Unknown, sections: Mapping[str, Form], owners: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """Yield what may have happened to a key that is right elsewhere, or is an id, the likeliest first."""
    key, value, parent, form, around = unknown
    like = [section for section, its in sections.items() if its.is_entry(value)]
    if like and not around:
        yield f"`{key}` reads like {sections[like[0]].what}: put it under `{like[0]}:`, indented further"
    elif like:
        yield f"`{key}` reads like an entry of its own: move it, and all below it, left to `{around}`"
    if form.what not in ("", "a worldview") or around:
        for section, its in sections.items():
            if key in its.keys and all(other in its.keys for other in parent):
                yield f"an entry with `{key}` is {its.what}: it stands under `{section}:`"
    if not around and key in MAP_HEAD and "map" in form.keys:
        yield f"what the map is about stands under `map:`, indented, as in `map: {{{key}: ...}}`"
    if key in _DEPENDS and form.what == "a claim":
        yield (
            "what a claim depends on stands in a table, in place of its `credence`: "
            "`given: [{when: ID, credence: 90%}, {otherwise: 5%}]`"
        )
    if key in owners:
        where = f"to {' or '.join(owners[key][:3])}" if owners[key] else "elsewhere"
        yield f"`{key}` belongs {where}: is it in the wrong place, or not indented far enough?"
    if not around and "judgements" in form.keys and isinstance(value, Text) and value:
        yield "numbers stand under `judgements:`, indented further"
    if " " in key:
        yield "put a sentence that holds `: ` or runs over several lines under `text: >-`"


_DEPENDS = {
    "if",
    "unless",
    "because",
    "depends_on",
    "parents",
    "requires",
    "given_that",
    "conditions",
    "premises",
}
MAP_HEAD = ("title", "text", "description", "name")


# --- values of the wrong shape ------------------------------------------------------------------


def no_list(node: Node) -> str:
    """Return what helps where a list should be."""
    if isinstance(node, Entries):
        first = next(iter(node), None)
        text = "" if node.file is None else node.file.text[node.start : node.start + 1]
        if first is not None and text not in ("", "{"):  # data has no text
            more = "" if len(node) == 1 else ", and indent the lines below by 2 more spaces"
            return f"every item of a list begins with `- `: put one before `{first}`{more}"
        return "put it in brackets: `[{...}]`"
    return "every item of a list begins with `- `; or write it in brackets: `[a, b]`"


def no_mapping(name: str, node: Node, keys: Collection[str]) -> str:
    """Return what helps where text stands for an entry of some keys."""
    if name in keys:
        return f"`{name}` belongs into an entry: indent it under the entry's id"
    if not isinstance(node, Text) or not node:
        return ""
    known = ("url", "title", "text") if node.startswith("http") else ("title", "text", "credence")
    key = next((key for key in known if key in keys), "")
    return f"as in `{name}: {{{key}: ...}}`" if key else ""

"""What each number of a map is about: the sentences, premises and conditions, as its files have them.

In: the YAML of a map's files at one moment. Out: `Wordings`, in which two moments can be compared. No map is
read, so that hundreds of moments cost little, and those of a map that has problems can be compared too. What
only looks different is the same: lines, folds and quotes, the order of entries and of conditions, and the
file that an entry stands in. What was renamed between the two is found again where it is plain to see.
"""

import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import NamedTuple

from cruxmap.language.files import WORLDVIEWS
from cruxmap.language.names import BROUGHT, SECTIONS
from cruxmap.language.schema import NAMING_PHASES
from cruxmap.language.yaml_text import Entries, Items, Node, Text, value_at

type Form = str | tuple["Form", ...]
"""A part of a file in the form in which it is compared."""

_DEFINITIONS = ("all_of", "any_of", "at_least")
_DIRECTIONS = ("for", "against", "undercuts")
_NOWHERE = Entries()

# --- names that change ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """The names that one moment has for what the next one calls otherwise: the later name comes first.

    Of `entries`, timelines among them; of their `parts`, which are states, phases, rows and routes, by the
    later name of the entry and their own; and of `worldviews`.
    """

    entries: Mapping[str, str]
    parts: Mapping[tuple[str, str], str]
    worldviews: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Names:
    """The names that an earlier moment has for what there is now."""

    steps: tuple[Step, ...] = ()

    def entry(self, id_: str) -> str:
        """Return the earlier name of an entry."""
        for step in self.steps:
            id_ = step.entries.get(id_, id_)
        return id_

    def part(self, owner: str, part: str) -> str:
        """Return the earlier name of a state, phase, row or route of an entry."""
        for step in self.steps:
            part = step.parts.get((owner, part), part)
            owner = step.entries.get(owner, owner)
        return part

    def worldview(self, id_: str) -> str:
        """Return the earlier name of a worldview."""
        for step in self.steps:
            id_ = step.worldviews.get(id_, id_)
        return id_


SAME = Names()


# --- one moment ----------------------------------------------------------------------------------


class Said(NamedTuple):
    """What a worldview says of an entry: its number, that it rejects or accepts it, or what is stated of it.

    `of` is an address, an argument or a condition, in the form in which it is compared.
    """

    worldview: str
    kind: str
    of: Form


class Reader(NamedTuple):
    """How files of one moment are read: the paths of the YAML files in a folder, and what a file holds.

    What cannot be read to its end holds `None`.
    """

    inside: Callable[[PurePath], Iterable[PurePath]]
    root: Callable[[PurePath], Node | None]


@dataclass(frozen=True)
class Wordings:
    """What a map's files say at one moment.

    `entries` have the section that they stand in. `broken` tells that a file could not be read, and `taken`
    which files of other maps were.
    """

    entries: Mapping[str, tuple[str, Entries]]
    timelines: Mapping[str, Entries]
    worldviews: Mapping[str, Entries]
    broken: bool = False
    taken: frozenset[PurePath] = frozenset()

    def said(self, names: Names = SAME) -> Iterator[tuple[Said, Said, Form]]:
        """Yield what worldviews say: where, where under earlier names, and what with its note.

        Numbers that were fitted, or that nobody gave, are nobody's, and left out.
        """
        for id_, root in self.worldviews.items():
            before = names.worldview(id_)
            for address, node in _pairs(value_at(root, "judgements")):
                number = self._number(node, address, names)
                if number is not None:
                    then = self.address(address, names)
                    yield Said(id_, "judgement", address), Said(before, "judgement", then), number
            for kind in ("rejects", "accepts"):
                for address in map(str, _each(value_at(root, kind))):
                    then = self.address(address, names)
                    yield Said(id_, kind, address), Said(before, kind, then), kind
            for stated in _each(value_at(root, "stated")):
                if isinstance(stated, Entries):
                    given = [value_at(stated, key) for key in ("of", "assuming")]
                    now, of = (tuple(self.condition(node, as_) for node in given) for as_ in (SAME, names))
                    number = (words(value_at(stated, "credence")), words(value_at(stated, "note")))
                    yield Said(id_, "stated", now), Said(before, "stated", of), number

    def made_from(self, names: Names = SAME) -> Iterator[tuple[tuple[str, str], tuple[str, str], str]]:
        """Yield digests that worldviews have of entries: worldview and entry, under earlier names, and it."""
        for id_, root in self.worldviews.items():
            for entry, digest in _pairs(value_at(value_at(root, "made_from"), "entries")):
                yield (id_, entry), (names.worldview(id_), names.entry(entry)), str(digest)

    def address(self, address: str, names: Names) -> str:
        """Return an address under earlier names."""
        if not names.steps:
            return address
        owner, *parts = address.split(".")
        timeline = self._timeline(owner)  # an event's first parts are phases of it
        before = [
            names.part(owner if place or not timeline else timeline, part)
            for place, part in enumerate(parts)
        ]
        return ".".join((names.entry(owner), *before))

    def asked(self, said: Said, names: Names = SAME) -> dict[str, Form]:
        """Return the parts of what something is said about, under earlier names: the sentence first."""
        if said.kind == "stated":
            ids = sorted(self.mentioned(said.of), key=names.entry)
            return {"text": tuple(map(self._text, ids))}
        owner, *parts = str(said.of).split(".")
        section, entry = self._entry(owner)
        found = dict(self._parts_asked(section, owner, entry, parts, names))
        return {"text": self._text(owner)} | {name: form for name, form in found.items() if form}

    def mentioned(self, form: Form) -> set[str]:
        """Return the ids of entries in a condition."""
        if isinstance(form, str):
            return {form} & self.entries.keys()
        return {id_ for part in form for id_ in self.mentioned(part)}

    def _entry(self, id_: str) -> tuple[str, Entries]:
        return self.entries.get(id_, ("", _NOWHERE))

    def _text(self, id_: str) -> str:
        return words(value_at(self._entry(id_)[1], "text"))

    def _timeline(self, event: str) -> str:
        return words(value_at(self._entry(event)[1], "timeline"))

    def _parts_asked(
        self, section: str, owner: str, entry: Entries, parts: list[str], names: Names
    ) -> Iterator[tuple[str, Form]]:
        first, *rest = [*parts, ""]
        match section:
            case "arguments":
                yield "premises", self._all(_each(value_at(entry, "premises")), names)
                yield "targets", self._targets(entry, names)
            case "claims" if first in ("if_met", "otherwise") and (kind := _definition(entry)):
                of = value_at(entry, kind)
                if isinstance(of, Entries):  # at least so many of them
                    counted = self._all(_each(value_at(of, "of")), names)
                    yield "definition", (kind, words(value_at(of, "count")), counted)
                else:
                    yield "definition", (kind, self._all(_each(of), names))
            case "claims" if "routes" in entry:
                yield "when", self.condition(value_at(entry, "when"), names)
                route = next((r for r in self._routes(owner, entry) if _id(r) == first), _NOWHERE)
                yield "route", self.condition(value_at(route, "when"), names)
            case "claims" | "questions":
                if section == "questions":
                    states = [str(state) for state in _each(value_at(entry, "states"))]
                    texts = value_at(entry, "state_texts")
                    yield (
                        "states",
                        tuple(
                            (names.part(owner, state), words(value_at(texts, state))) for state in states
                        ),
                    )
                yield "when", self._case(_rows(entry), first, names)
            case "events":
                phase = value_at(value_at(entry, "emerges"), first)
                if isinstance(phase, Entries):
                    yield "when", self.condition(value_at(phase, "when"), names)
                    yield "case", self._case(_rows(phase), rest[0], names)

    def _routes(self, claim: str, entry: Entries) -> Iterator[Entries]:
        """Yield the routes of a claim, those that worldviews bring after its own."""
        brought = [value_at(value_at(root, "routes"), claim) for root in self.worldviews.values()]
        for routes in (value_at(entry, "routes"), *brought):
            yield from (route for route in _each(routes) if isinstance(route, Entries))

    def _case(self, rows: Sequence[Entries], name: str, names: Names) -> Form:
        """Return when a row of a table counts; for what is left over, all other cases."""
        for row in rows:
            if name and name == (_id(row) or ("otherwise" if "otherwise" in row else "")):
                cases = [row] if "when" in row else rows
                return self._all(
                    (when for case in cases if (when := value_at(case, "when")) is not None), names
                )
        return ""

    def _targets(self, entry: Entries, names: Names) -> Form:
        return tuple(
            (way, *sorted((self._target(on, names) for on in _each(value_at(entry, way))), key=repr))
            for way in _DIRECTIONS
            if way in entry
        )

    def _target(self, on: Node, names: Names) -> Form:
        return self.address(str(on), names) if isinstance(on, Text) else self.condition(on, names)

    def condition(self, node: Node | None, names: Names = SAME) -> Form:
        """Return a condition in the form in which it is compared, under earlier names; "" for none."""
        match node:
            case Entries() if "event" in node:
                timeline = self._timeline(words(value_at(node, "event")))
                return tuple(
                    (
                        key,
                        names.part(timeline, words(part))
                        if key in NAMING_PHASES
                        else names.entry(words(part)),
                    )
                    for key, part in sorted(_pairs(node))
                )
            case Entries() if node.keys() & {"not", "all_of", "any_of"}:
                return self._all(
                    [], names, [self._combined(kind, part, names) for kind, part in _pairs(node)]
                )
            case Entries():
                return self._all(
                    [], names, [self._state(id_, states, names) for id_, states in _pairs(node)]
                )
            case Items():
                return self._all(node, names)
            case _:
                return names.entry(words(node))

    def _combined(self, kind: str, part: Node, names: Names) -> Form:
        match kind:
            case "all_of":
                return self._all(_each(part), names)
            case "any_of":
                return ("any_of", *sorted((self.condition(one, names) for one in _each(part)), key=repr))
            case _:
                return (kind, self.condition(part, names))

    def _state(self, id_: str, states: Node, names: Names) -> Form:
        """Return that a claim is true or false, or that a question is in one of some states."""
        listed = tuple(sorted(names.part(id_, str(state)) for state in _each(states)))
        return names.entry(id_) if listed == ("true",) else (names.entry(id_), *listed)

    def _all(self, nodes: Iterable[Node], names: Names, parts: Iterable[Form] = ()) -> Form:
        """Return that all of some conditions hold, in the same form whatever their order; "" for none."""
        flat: list[Form] = []
        for form in (*(self.condition(node, names) for node in nodes), *parts):
            flat += form[1:] if isinstance(form, tuple) and form[0] == "all_of" else [form]
        if len(flat) <= 1:
            return flat[0] if flat else ""
        return ("all_of", *sorted(flat, key=repr))

    def _number(self, node: Node, address: str, names: Names) -> Form | None:
        """Return what a worldview gives at an address, with its note; `None` if it is nobody's own."""
        if isinstance(node, Text):
            text = words(node)
            there = text.removeprefix("same as ")
            return text if there == text else f"same as {self.address(there, names)}"
        if not isinstance(node, Entries) or "fitted" in node or value_at(node, "elicited") == "false":
            return None
        if "value" in node:
            value = self._number(value_at(node, "value") or Text(), address, names)
            note = words(value_at(node, "note"))
            return (value, note) if value is not None and note else value
        owner = address.partition(".")[0]
        shares = [
            (names.part(owner, state), self._number(share, address, names))
            for state, share in _pairs(node)
        ]
        if any(share is None for _, share in shares):
            return None
        return tuple(sorted((state, share) for state, share in shares if share is not None))


def words(node: Node | None) -> str:
    """Return a text without what its lines and folds make of its spaces; "" for anything else."""
    return " ".join(node.split()) if isinstance(node, Text) else ""


def _pairs(node: Node | None) -> Iterator[tuple[str, Node]]:
    if isinstance(node, Entries):
        yield from ((str(key), value) for key, value in node.items())


def _each(node: Node | None) -> list[Node]:
    """Return the items of a list, or the one thing that stands for a list of one."""
    if node is None or (isinstance(node, Text) and not node):
        return []
    return list(node) if isinstance(node, Items) else [node]


def _id(part: Node) -> str:
    return words(value_at(part, "id"))


def _rows(entry: Entries) -> list[Entries]:
    return [row for row in _each(value_at(entry, "given")) if isinstance(row, Entries)]


def _definition(entry: Entries) -> str:
    return next((kind for kind in _DEFINITIONS if kind in entry), "")


# --- a moment from its files ---------------------------------------------------------------------


def wordings(folder: PurePath, read: Reader) -> Wordings:
    """Return what the files of the map in a folder say, with those of other maps that they take in."""
    entries: dict[str, tuple[str, Entries]] = {}
    timelines: dict[str, Entries] = {}
    broken = False
    own = list(read.inside(folder))
    ahead, taken = list(own), set(own)
    for file in ahead:  # grows meanwhile
        root = read.root(file)
        broken |= not isinstance(root, Entries)
        _take(root, SECTIONS, entries)
        timelines |= {
            id_: node for id_, node in _pairs(value_at(root, "timelines")) if isinstance(node, Entries)
        }
        for named in map(str, _each(value_at(root, "include"))):
            other = type(folder)(posixpath.normpath((file.parent / named).as_posix()))
            if other not in taken:
                taken.add(other)
                ahead.append(other)
    worldviews = {}
    for file in read.inside(folder / WORLDVIEWS):
        root = read.root(file)
        broken |= not isinstance(root, Entries)
        if isinstance(root, Entries):
            worldviews[file.stem] = root
            _take(root, BROUGHT, entries)
    return Wordings(entries, timelines, worldviews, broken, frozenset(taken - set(own)))


def _take(root: Node | None, sections: Iterable[str], into: dict[str, tuple[str, Entries]]) -> None:
    for section in sections:
        for id_, node in _pairs(value_at(root, section)):
            if isinstance(node, Entries):
                into.setdefault(id_, (section, node))


# --- what was renamed between two moments --------------------------------------------------------


def step_between(now: Wordings, then: Wordings) -> Step | None:
    """Return what was renamed between two moments, as far as it is plain to see; `None` if nothing was.

    An entry is the same under another name where both have the same sentence, and no other entry that came
    or went has; a worldview where all that it says is. The states, phases, rows and routes of an entry have
    other names where there are as many as before, for the same cases in the same order.
    """
    came, went = _only(now, then), _only(then, now)
    entries = _pairs_of_one(
        {id_: _told(now, id_) for id_ in came}, {id_: _told(then, id_) for id_ in went}
    )
    names = Names((Step(entries, {}, {}),))
    parts = {
        (id_, part): before
        for id_ in (*now.entries, *now.timelines)
        for mine, its in _lists(now, id_, then, names.entry(id_))
        for part, before in _other_names(now, mine, then, its, names)
    }
    names = Names((Step(entries, parts, {}),))
    new, old = (
        now.worldviews.keys() - then.worldviews.keys(),
        then.worldviews.keys() - now.worldviews.keys(),
    )
    worldviews = _pairs_of_one(_all_said(now, new, names), _all_said(then, old)) if new and old else {}
    return Step(entries, parts, worldviews) if entries or parts or worldviews else None


def _only(one: Wordings, other: Wordings) -> Collection[str]:
    return (one.entries.keys() - other.entries.keys()) | (one.timelines.keys() - other.timelines.keys())


def _told(moment: Wordings, id_: str) -> tuple[str, str]:
    section, entry = moment.entries.get(id_) or ("timelines", moment.timelines[id_])
    return section, words(value_at(entry, "text")) or f"{id_} says nothing"


def _all_said(moment: Wordings, worldviews: Collection[str], names: Names = SAME) -> dict[str, object]:
    found: dict[str, list[object]] = {}
    for said, then, form in moment.said(names):
        if said.worldview in worldviews:
            found.setdefault(said.worldview, []).append((then.kind, then.of, form))
    return {id_: tuple(sorted(forms, key=repr)) for id_, forms in found.items()}


def _pairs_of_one(new: Mapping[str, object], old: Mapping[str, object]) -> dict[str, str]:
    """Pair names for what is the same and there once."""
    where: dict[object, tuple[list[str], list[str]]] = {}
    for place, names in enumerate((new, old)):
        for name, what in names.items():
            where.setdefault(what, ([], []))[place].append(name)
    return {later[0]: earlier[0] for later, earlier in where.values() if len(later) == len(earlier) == 1}


type _Listed = list[tuple[str, Node | None]]
"""Names of parts in their order, with the case that each is for."""


def _lists(now: Wordings, id_: str, then: Wordings, before: str) -> Iterator[tuple[_Listed, _Listed]]:
    """Yield the lists of parts that an entry has at both moments, unless it has not changed at all."""
    mine = now.entries.get(id_, ("", now.timelines.get(id_)))[1]
    its = then.entries.get(before, ("", then.timelines.get(before)))[1]
    if mine is its or mine is None or its is None:
        return
    for key in ("states", "phases", "given", "routes"):
        yield _listed(value_at(mine, key)), _listed(value_at(its, key))
    for phase, node in _pairs(value_at(mine, "emerges")):
        yield (
            _listed(value_at(node, "given")),
            _listed(value_at(value_at(value_at(its, "emerges"), phase), "given")),
        )


def _listed(node: Node | None) -> _Listed:
    if isinstance(node, Entries):
        return [(name, None) for name, _ in _pairs(node)]
    return [
        (words(part), None) if isinstance(part, Text) else (_id(part), value_at(part, "when"))
        for part in _each(node)
    ]


def _other_names(
    now: Wordings, mine: _Listed, then: Wordings, its: _Listed, names: Names
) -> Iterator[tuple[str, str]]:
    before, after = {name for name, _ in its}, {name for name, _ in mine}
    if len(mine) == len(its) and before != after:
        for (name, case), (old, its_case) in zip(mine, its, strict=True):
            same = now.condition(case, names) == then.condition(its_case)
            if same and name and old and name not in before and old not in after:
                yield name, old

"""Statements, arguments and the relations between them, as other programs have them, become a map's entries.

In: an `ArgumentGraph`, which allows any relation between any two of them. Out: what a map's files say,
and a list of what they cannot. What is not clear from a graph has one reading here, whatever the format:

* a statement that supports or attacks something is the premise of an argument that does so;
* a statement that supports an argument without premises of its own is a premise of it;
* whatever else supports an argument supports its only premise, or one that says that the argument's
  grounds hold;
* an attack on an argument undercuts it, as it does not say which premise it denies;
* an argument for two different things, some for and some against, is two, as sound as each other;
* an argument that is for nothing is a claim.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, cast

from cruxmap.errors import NOWHERE, Problem, Span
from cruxmap.exchange.drawn_links import HEAD, SHOWN
from cruxmap.exchange.formats import Arrived, Lost
from cruxmap.exchange.names import NOBODYS_CREDENCE, NOBODYS_STRENGTH, ids_for
from cruxmap.exchange.plain_data import DIRECTIONS, listed, one_or_all, words_in
from cruxmap.language.names import SECTIONS
from cruxmap.language.schema import ArgumentShape, ClaimShape, EventShape, QuestionShape
from cruxmap.language.validation import keys_of
from cruxmap.language.yaml_writing import Plain

type Says = Literal["support", "attack", "undercut", "contradiction"]
type Key = str
"""What tells a statement or an argument of a graph from all others, of either kind."""

OWN = "cruxmap"
"""The key under which files of other programs hold what only this one reads."""

_NAMED = ("sources", "voices", "timelines", "worldviews", "locators", "entries")
OWN_KEYS = frozenset({*HEAD, *_NAMED, "model", "sentences", "drawn"})
"""What stands there."""


def unfit(own: Plain, problem: Callable[[str, str], Problem]) -> list[Problem]:
    """Return what is wrong with what only this program reads; `problem` makes one of a message and a hint."""
    if not isinstance(own, Mapping):
        keys = [OWN]
    else:
        keys = [f"{OWN}: {key}" for key, part in own.items() if key in OWN_KEYS and not _is_fit(key, part)]
    hint = f"export the map again, or take this key out of `{OWN}`"
    return [problem(f"`{key}` is not as it was written", hint) for key in keys]


def _is_fit(key: str, part: Plain) -> bool:
    if key == "drawn":
        return isinstance(part, list) and all(isinstance(one, str) for one in part)
    if not isinstance(part, Mapping):
        return False
    if key in _NAMED:
        return all(isinstance(one, Mapping) for one in part.values())
    return key == "model" or all(isinstance(one, str) for one in part.values())


_BASES = frozenset(ClaimShape.EITHER)
_OF_RELATIONS = frozenset({"strength", "force"})
"""Keys of a statement's data that are about the arguments made of its relations."""

_DIRECTION_OF = {"support": "for", "attack": "against", "undercut": "undercuts"}
"""The key of an argument under which stands what a relation leads to."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence. `label` is what it is called, and `data` what else is said of it, by the keys of a map's
    file.

    One with `states` in its data is a question, one with a `timeline` an event.
    """

    key: Key
    label: str
    text: str
    data: Mapping[str, Plain] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Reason:
    """An argument. `premises` are statements that it rests on, where it is said which: then it is
    `structured`.
    """

    key: Key
    label: str
    text: str
    premises: tuple[Key, ...] = ()
    structured: bool = False
    data: Mapping[str, Plain] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    span: Span = NOWHERE


class Relation(NamedTuple):
    """What one statement or argument does to another."""

    says: Says
    source: Key
    target: Key
    span: Span = NOWHERE


@dataclass(slots=True)
class ArgumentGraph:
    """A graph as another program has it. `head` has sections of a map's file that hold no entries.

    `drawn` are relations that show what data says already.
    """

    statements: dict[Key, Statement] = field(default_factory=dict)
    reasons: dict[Key, Reason] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)
    head: dict[str, Plain] = field(default_factory=dict)
    worldviews: dict[str, Mapping[str, Plain]] = field(default_factory=dict)
    sources: dict[str, Mapping[str, Plain]] = field(default_factory=dict)
    model: Mapping[str, Plain] | None = None
    lost: list[Lost] = field(default_factory=list)

    def surround(self, own: Mapping[str, Plain], title: str = "", text: str = "") -> list[str]:
        """Take in what surrounds the entries of a map that was written for another program.

        Return the keys that are unknown. `title` and `text` are the map's, unless `own` says otherwise.
        """
        head = {"title": title, "text": text, **cast("Mapping[str, str]", own.get("map", {}))}
        said = {"map": {key: part for key, part in head.items() if part}}
        self.head = {**{key: own[key] for key in HEAD if key in own}, **said}
        self.worldviews = cast("dict[str, Mapping[str, Plain]]", own.get("worldviews", {}))
        self.sources = cast("dict[str, Mapping[str, Plain]]", own.get("locators", {}))
        self.model = cast("Mapping[str, Plain] | None", own.get("model"))
        return [key for key in own if key not in {*OWN_KEYS, "language"}]

    @property
    def nodes(self) -> Iterator[Statement | Reason]:
        """All statements, then all arguments."""
        yield from self.statements.values()
        yield from self.reasons.values()

    def find(self, key: Key) -> Statement | Reason | None:
        """Return a statement or an argument, if it is there."""
        return self.statements.get(key) or self.reasons.get(key)

    def node(self, key: Key) -> Statement | Reason:
        """Return a statement or an argument that is there."""
        return self.statements[key] if key in self.statements else self.reasons[key]

    def put(self, node: Statement | Reason) -> None:
        """Add a statement or an argument, in the place of one that has its key."""
        if isinstance(node, Statement):
            self.statements[node.key] = node
        else:
            self.reasons[node.key] = node

    def note(self, key: Key, words: str) -> None:
        """Add words to the note of a statement or an argument."""
        node = self.node(key)
        self.put(replace(node, data=noted(node.data, words)))


def noted(data: Mapping[str, Plain], words: str) -> dict[str, Plain]:
    """Return data with more words in its note."""
    note = data.get("note")
    if not isinstance(note, str) or not note:
        return {**data, "note": words}
    return {**data, "note": f"{note}{'' if note[-1] in '.!?' else '.'} {words}"}


def arrived_from(graph: ArgumentGraph) -> Arrived:
    """Return what a map's files would say of a graph. It is not said whether that is a valid map."""
    return _Making(graph).arrived()


@dataclass(slots=True)
class _Making:
    """A graph on its way to entries: each step leaves less that a map cannot say."""

    graph: ArgumentGraph
    ids: dict[Key, str] = field(default_factory=dict)
    places: dict[str, Span] = field(default_factory=dict)
    lost: list[Lost] = field(default_factory=list)
    relations_of: dict[Key, list[Relation]] = field(default_factory=dict)
    """The relations of each argument, once nothing else is left."""

    def arrived(self) -> Arrived:
        """Return the entries."""
        self.lost += self.graph.lost
        self._drop_what_is_drawn()
        self._drop_what_cannot_be()
        self._make_claims_of_idle_arguments()
        self._attack_arguments_by_undercuts()
        self._support_premises()
        self._define_contradictories()
        self._make_arguments_of_relations()
        self._name_everything()
        for one in self.graph.relations:
            self.relations_of.setdefault(one.source, []).append(one)
        sections: dict[str, dict[str, Plain]] = {k: {} for k in SECTIONS}
        for statement in self.graph.statements.values():
            section = _section(statement)
            sections[section][self.ids[statement.key]] = self._entry(statement, section)
        for reason in self.graph.reasons.values():
            sections["arguments"] |= self._arguments(reason)
        for node in self.graph.nodes:
            self.places[self.ids[node.key]] = node.span
        self._declare(sections)
        head = {key: self.graph.head[key] for key in HEAD if self.graph.head.get(key)}
        filled = {key: section for key, section in sections.items() if section}
        return Arrived(
            map={"language": "1", **head, **filled},
            worldviews=self.graph.worldviews,
            model=self.graph.model,
            lost=_together(self.lost),
            sources=self.graph.sources,
            places={id_: span for id_, span in self.places.items() if span != NOWHERE},
        )

    def _lose(self, what: str, why: str, *keys: Key) -> None:
        where = ", ".join(dict.fromkeys(self.graph.node(key).label for key in keys))
        self.lost.append(Lost(what, why, where))

    # --- what data says already

    def _drop_what_is_drawn(self) -> None:
        """Leave out relations that show targets, premises and parts which stand in data."""
        by_label = {node.label: node.key for node in self.graph.nodes}
        shown: set[tuple[Key, Key]] = set()
        for reason in self.graph.reasons.values():
            targets = (reason.data[key] for key in DIRECTIONS if key in reason.data)
            shown |= {(reason.key, by_label[name]) for name in _owners(targets) if name in by_label}
            if "premises" in reason.data:
                names = _owners([reason.data["premises"]])
                shown |= {(by_label[name], reason.key) for name in names if name in by_label}
        for statement in self.graph.statements.values():
            parts = (statement.data[key] for key in SHOWN if key in statement.data)
            shown |= {(by_label[name], statement.key) for name in _owners(parts) if name in by_label}
        self.graph.relations = [
            one for one in self.graph.relations if (one.source, one.target) not in shown
        ]

    # --- what a map says otherwise

    def _drop_what_cannot_be(self) -> None:
        """Leave out relations that say nothing a map could mean."""
        kept = []
        for one in self.graph.relations:
            if one.source == one.target:
                self._lose("a relation of something to itself", "nothing bears on itself", one.source)
            elif one.says == "contradiction" and {one.source, one.target} & self.graph.reasons.keys():
                why = "arguments have no contradictories"
                self._lose("a contradiction of an argument", why, one.source, one.target)
            elif self._is_variable(one.source):
                why = "it bears on something by one of its states or times, and it is not said which"
                self._lose("a relation of a question or an event", why, one.source, one.target)
            elif self._is_variable(one.target):
                why = "an argument is about one of its states or phases, and it is not said which"
                self._lose("a relation to a question or an event", why, one.source, one.target)
            else:
                kept.append(one)
        self.graph.relations = kept

    def _is_variable(self, key: Key) -> bool:
        statement = self.graph.statements.get(key)
        return statement is not None and _section(statement) != "claims"

    def _make_claims_of_idle_arguments(self) -> None:
        busy = {one.source for one in self.graph.relations}
        idle = [
            reason
            for reason in self.graph.reasons.values()
            if reason.key not in busy and not any(key in reason.data for key in DIRECTIONS)
        ]
        for reason in idle:
            del self.graph.reasons[reason.key]
            data = {key: part for key, part in reason.data.items() if key not in ("premises", "by")}
            claim = Statement(reason.key, reason.label, reason.text, data, reason.tags, reason.span)
            self.graph.statements[reason.key] = claim
            self.graph.relations += [
                Relation("support", key, reason.key, reason.span) for key in reason.premises
            ]
            self._lose("an argument for nothing", "it is a claim here", reason.key)

    def _attack_arguments_by_undercuts(self) -> None:
        """Let what attacks an argument undercut it, and what undercuts a statement attack it."""
        changed = []
        for one in self.graph.relations:
            on_argument = one.target in self.graph.reasons
            if one.says == "attack" and on_argument:
                why = "it does not say which premise it denies: it is an undercut here"
                self._lose("an attack on an argument", why, one.source, one.target)
                changed.append(one._replace(says="undercut"))
            elif one.says == "undercut" and not on_argument:
                why = "what undercuts attacks an argument: here it is an attack on the statement"
                self._lose("an undercut of a statement", why, one.source, one.target)
                changed.append(one._replace(says="attack"))
            else:
                changed.append(one)
        self.graph.relations = list(dict.fromkeys(changed))

    def _support_premises(self) -> None:
        """Turn support for an argument into premises of it, and into support for its premises."""
        kept = []
        for one in self.graph.relations:
            reason = self.graph.reasons.get(one.target)
            if one.says != "support" or reason is None:
                kept.append(one)
            elif (
                one.source in self.graph.statements
                and not reason.structured
                and "premises" not in reason.data
            ):
                self._rest_on(reason, one.source)
        supports = [
            one
            for one in self.graph.relations
            if one.says == "support" and one.target in self.graph.reasons
        ]
        for one in supports:
            reason = self.graph.reasons[one.target]
            if one.source not in reason.premises:
                kept.append(one._replace(target=self._ground_of(reason)))
        self.graph.relations = list(dict.fromkeys(one for one in kept if one.source != one.target))

    def _rest_on(self, reason: Reason, premise: Key) -> None:
        if premise not in reason.premises:
            self.graph.reasons[reason.key] = replace(reason, premises=(*reason.premises, premise))

    def _ground_of(self, reason: Reason) -> Key:
        """Return the only premise of an argument, or a new one that says that its grounds hold."""
        grounds = f"{reason.key} holds"
        if grounds in self.graph.statements:
            return grounds
        only = len(reason.premises) == 1 and not self._is_variable(reason.premises[0])
        if only and "premises" not in reason.data:
            return reason.premises[0]
        text = f"What \u201c{reason.label}\u201d takes for granted is true."
        self.graph.statements[grounds] = Statement(
            grounds, f"{reason.label} holds", text, span=reason.span
        )
        premises = reason.data.get("premises")
        if premises is None:
            self._rest_on(reason, grounds)
        else:
            data = {**reason.data, "premises": [*listed(premises), _Ref(grounds)]}
            self.graph.reasons[reason.key] = replace(reason, data=data)
        why = "it does not say which premise it supports: that its grounds hold is a claim here"
        self._lose("a support of an argument", why, reason.key)
        return grounds

    def _define_contradictories(self) -> None:
        """Define one of two contradictories by the other, where nothing is said of it and no circle comes
        of it.
        """
        pairs = [one for one in self.graph.relations if one.says == "contradiction"]
        self.graph.relations = [one for one in self.graph.relations if one.says != "contradiction"]
        for one in {frozenset((one.source, one.target)): one for one in pairs}.values():
            defined = next((key for key in (one.target, one.source) if self._is_open(key)), None)
            other = one.source if defined == one.target else one.target
            if defined is None or self._leads_to(defined, other):
                why = "neither can be defined by the other: each has a number or reasons, or bears on it"
                self._lose("that two statements contradict each other", why, one.source, one.target)
                continue
            statement = self.graph.statements[defined]
            data = {**statement.data, "all_of": [{_Ref(other): "false"}]}
            self.graph.statements[defined] = replace(statement, data=data)

    def _is_open(self, key: Key) -> bool:
        """Whether nothing says how likely a statement is."""
        statement = self.graph.statements[key]
        argued = any(one.target == key for one in self.graph.relations)
        return _section(statement) == "claims" and not (_BASES & statement.data.keys() or argued)

    def _leads_to(self, start: Key, end: Key) -> bool:
        """Whether a statement bears on another, over any number of arguments."""
        on: dict[Key, set[Key]] = {}
        for one in self.graph.relations:
            on.setdefault(one.source, set()).add(one.target)
        for reason in self.graph.reasons.values():
            for premise in reason.premises:
                on.setdefault(premise, set()).add(reason.key)
        for statement in self.graph.statements.values():
            for word in words_in(statement.data):
                if isinstance(word, _Ref):
                    on.setdefault(word, set()).add(statement.key)
        seen, ahead = {start}, [start]
        while ahead:
            new = on.get(ahead.pop(), set()) - seen
            seen |= new
            ahead += new
        return end in seen

    def _make_arguments_of_relations(self) -> None:
        """Make an argument of each relation of a statement: it is the premise.

        They come in the order of the statements, wherever the relations stand.
        """
        kept = [one for one in self.graph.relations if one.source in self.graph.reasons]
        place = {key: number for number, key in enumerate(self.graph.statements)}
        others = [one for one in self.graph.relations if one.source in place]
        used = set()
        for one in sorted(others, key=lambda one: place[one.source]):
            source, weight = (
                self.graph.statements[one.source],
                "force" if one.says == "undercut" else "strength",
            )
            key = f"{one.says} {one.source} {one.target}"
            label = f"{source.label} {_DIRECTION_OF[one.says]} {self.graph.node(one.target).label}"
            data = {weight: source.data[weight]} if weight in source.data else {}
            used.add((one.source, weight))
            span = one.span if one.span != NOWHERE else source.span
            self.graph.reasons[key] = Reason(key, label, source.text, (one.source,), True, data, (), span)
            kept.append(one._replace(source=key))
        self.graph.relations = kept
        for key, statement in self.graph.statements.items():
            for weight in ("strength", "force"):
                if weight in statement.data and (key, weight) not in used and not self._is_variable(key):
                    self._lose(f"the {weight} of a statement", "it bears on nothing so", key)

    # --- ids

    def _name_everything(self) -> None:
        taken: dict[str, Key] = {}
        for node in self.graph.nodes:
            label, number = node.label, 2
            if label in taken and node.key in self.graph.reasons:
                label = f"{node.label} argument"
            while label in taken:
                label, number = f"{node.label} {number}", number + 1
            taken[label] = node.key
        ids = ids_for(taken)
        self.ids = {key: ids[label] for label, key in taken.items()}

    def _named(self, value: Plain) -> Plain:
        """Return a value with ids in the place of references."""
        match value:
            case _Ref():
                return self.ids[str(value)]
            case str():
                return value
            case Mapping():
                return {
                    self.ids[str(k)] if isinstance(k, _Ref) else k: self._named(v)
                    for k, v in value.items()
                }
            case _:
                return [self._named(part) for part in value]

    # --- entries

    def _entry(self, statement: Statement, section: str) -> dict[str, Plain]:
        known = {"claims": ClaimShape, "questions": QuestionShape, "events": EventShape}[section]
        of_relations = _OF_RELATIONS if section == "claims" else frozenset[str]()
        said = self._said(statement, keys_of(known), of_relations)
        if section == "claims" and not _BASES & said.keys():
            said["credence"] = dict(NOBODYS_CREDENCE)
        return said

    def _said(
        self, node: Statement | Reason, known: Iterable[str], elsewhere: frozenset[str] = frozenset()
    ) -> dict[str, Plain]:
        """Return text, data and tags, without data that the language has no key for."""
        keys = set(known)
        said: dict[str, Plain] = {"text": node.text}
        for key, value in node.data.items():
            if key in keys:
                said[key] = self._named(value)
            elif key not in elsewhere:
                self.lost.append(Lost(f"data: {key}", "a map has no such key", self.ids[node.key]))
        if node.tags and "tags" not in said:
            said["tags"] = one_or_all(node.tags)
        return said

    def _arguments(self, reason: Reason) -> dict[str, Plain]:
        """Return an argument for, against or undercutting, by id; and others where it does several of
        these.
        """
        said = self._said(reason, keys_of(ArgumentShape))
        if reason.premises and "premises" not in said:
            said["premises"] = [self.ids[key] for key in reason.premises]
        if "by" in said and "credence" not in said:
            said["credence"] = dict(NOBODYS_CREDENCE)
        targets = self._targets(reason, said)
        common = {
            key: value for key, value in said.items() if key not in (*DIRECTIONS, "strength", "force")
        }
        made: dict[str, Plain] = {}
        for direction, on in targets.items():
            id_ = self._id_of_part(reason, direction) if made else self.ids[reason.key]
            weight = "force" if direction == "undercuts" else "strength"
            number = said.get(weight, None if weight == "force" else dict(NOBODYS_STRENGTH))
            entry = {**common, "credence": f"same as {self.ids[reason.key]}"} if made else dict(common)
            entry[direction] = one_or_all(on)
            made[id_] = entry | ({} if number is None else {weight: number})
            self.places[id_] = reason.span
        if len(made) > 1:
            self._lose(
                "that an argument does several things at once", "it is several arguments here", reason.key
            )
        if "strength" in said and set(targets) <= {"undercuts"}:
            self._lose(
                "the strength of what undercuts", "it has a force, which is a probability", reason.key
            )
        if "force" in said and "undercuts" not in targets:
            self._lose("the force of an argument", "what does not undercut has a strength", reason.key)
        return made

    def _targets(self, reason: Reason, said: Mapping[str, Plain]) -> dict[str, list[Plain]]:
        """Return what an argument is about, by direction: what its data says first."""
        found: dict[str, list[Plain]] = {}
        for key in DIRECTIONS:
            if key in said:
                found[key] = listed(said[key])
        for one in self.relations_of.get(reason.key, ()):
            on = found.setdefault(_DIRECTION_OF[one.says], [])
            if self.ids[one.target] not in on:
                on.append(self.ids[one.target])
        return found

    def _id_of_part(self, reason: Reason, direction: str) -> str:
        used = {*self.ids.values(), *self.places}
        label = f"{self.ids[reason.key]}-{direction}"
        return ids_for([label], taken=used)[label]

    # --- what entries name

    def _declare(self, sections: Mapping[str, dict[str, Plain]]) -> None:
        """Declare sources and voices that the graph names and does not tell of: their names are all there
        is.
        """
        for key, section, told in (("source", "sources", "title"), ("by", "voices", "text")):
            known = self.graph.head.get(section, {})
            assert isinstance(known, Mapping)
            entries = [entry for part in sections.values() for entry in part.values()]
            words = [word for entry in entries for word in _under(entry, key)]
            new = [word for word in words if word.partition("#")[0] not in known]
            ids = ids_for(new, taken=known.keys())
            if not ids:
                continue
            self.graph.head[section] = {**known, **{id_: {told: word} for word, id_ in ids.items()}}
            for part in sections.values():
                for id_, entry in part.items():
                    part[id_] = _renamed_under(entry, key, ids)


class _Ref(str):
    """The key of a statement where its id belongs, which is not known yet."""

    __slots__ = ()


def _section(statement: Statement) -> str:
    """Return the section of a map's file that a statement belongs to."""
    if "states" in statement.data:
        return "questions"
    return "events" if "timeline" in statement.data else "claims"


def _owners(values: Iterable[Plain]) -> Iterator[str]:
    """Yield all words that may be ids, in keys and values: `a.part` stands for `a` too."""
    for value in values:
        match value:
            case str():
                yield from (value, value.partition(".")[0])
            case Mapping():
                yield from map(str, value)
                yield from _owners(value.values())
            case _:
                yield from _owners(value)


def _under(entry: Plain, key: str) -> Iterator[str]:
    """Yield the texts under a key of an entry, and of the long forms of its numbers."""
    if not isinstance(entry, Mapping):
        return
    for name, part in entry.items():
        if name == key:
            yield from [part] if isinstance(part, str) else (one for one in part if isinstance(one, str))
        elif isinstance(part, Mapping) and "value" in part:
            yield from _under(part, key)


def _renamed_under(entry: Plain, key: str, names: Mapping[str, str]) -> Plain:
    """Return an entry with other texts in the same places."""
    if not isinstance(entry, Mapping):
        return entry
    renamed: dict[str, Plain] = {}
    for name, part in entry.items():
        if name == key:
            several = [names.get(str(one), one) for one in ([part] if isinstance(part, str) else part)]
            renamed[name] = several[0] if isinstance(part, str) else several
        elif isinstance(part, Mapping) and "value" in part:
            renamed[name] = _renamed_under(part, key, names)
        else:
            renamed[name] = part
    return renamed


def _together(lost: Iterable[Lost]) -> tuple[Lost, ...]:
    """Return what is lost for one reason as one, with all its places."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in lost:
        found.setdefault((one.what, one.why), []).append(one.where)
    return tuple(
        Lost(what, why, "; ".join(dict.fromkeys(filter(None, where))))
        for (what, why), where in found.items()
    )

"""AIF as JSON, in and out: the Argument Interchange Format as AIFdb and OVA write it.

Statements are I-nodes. An inference (RA) or a conflict (CA) between them is an argument, and a conflict
that leads to an inference or to another conflict undercuts it. Who said what hangs on locutions. A map
leaves with the sentence of each argument as one more premise of its inference, so that other programs
show it; what AIF has no words for stands under `cruxmap`, which they do not read.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from cruxmap.errors import InvalidMap, Problem
from cruxmap.exchange.argument_graph import (
    OWN,
    ArgumentGraph,
    Key,
    Reason,
    Relation,
    Says,
    Statement,
    arrived_from,
    unfit,
)
from cruxmap.exchange.drawn_links import DrawnMap, leaving
from cruxmap.exchange.foreign_text import decoded, refuse_import
from cruxmap.exchange.formats import Arrived, Lost, Sent
from cruxmap.exchange.json_reading import Json, JsonObject, as_plain, read_json
from cruxmap.exchange.names import ids_for
from cruxmap.exchange.plain_data import DIRECTIONS, one_or_all
from cruxmap.exchange.plain_map import Mapped
from cruxmap.language.argument_map import MAP_WORLDVIEW
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.yaml_writing import Plain

_SCHEMES = {"RA": "Default Inference", "CA": "Default Conflict"}
_IS_SCHEME = re.compile(
    r"(?:default|argument from|practical reasoning|conflict from)\b.*|(?:ra|ca|ma)", re.IGNORECASE
)
_KNOWN = {"I", "MA", *_SCHEMES}
_LINKS = {
    *((one, other) for one in _SCHEMES for other in ("I", *_SCHEMES)),
    *(("I", other) for other in ("MA", *_SCHEMES)),
    ("MA", "I"),
}
_ASKS = re.compile(r"(?:pure )?(?:challeng|question|disagree)", re.IGNORECASE)
"""What is done by saying something that is no word for it."""
_SPEAKER = re.compile(r"\s*([^:\n]{1,60}?)\s*:\s*(.+)", re.DOTALL)
_PLACES = ("", "AIF", "analysis", "aif")
"""Keys under which programs put the nodes and edges, the file's top first."""


# --- in -----------------------------------------------------------------------------------------


def read_aif(data: bytes, file: str) -> Arrived:
    """Return an AIF file as a map. Raises InvalidMap with all its problems, at their places."""
    root = read_json(data, file)
    top = root if isinstance(root, JsonObject) else JsonObject()
    for place in _PLACES:
        inside = top.get(place) if place else top
        if isinstance(inside, JsonObject) and "nodes" in inside:
            reading = _Reading(inside, top.get(OWN))
            graph = reading.graph()
            if reading.problems:
                raise InvalidMap(tuple(reading.problems))
            return arrived_from(graph)
    hint = 'as AIFdb writes it: `{"nodes": [...], "edges": [...]}`'
    refuse_import(decoded(data, file), 0, 1, "there are no nodes", hint)


@dataclass(frozen=True, slots=True)
class _Node:
    """A node as it stands in the file."""

    id: str
    kind: str
    text: str
    scheme: str
    at: JsonObject


@dataclass(slots=True)
class _Reading:
    """Makes an argument graph of nodes and edges."""

    root: JsonObject
    own: Json = None
    found: ArgumentGraph = field(default_factory=ArgumentGraph)
    problems: list[Problem] = field(default_factory=list)
    nodes: dict[str, _Node] = field(default_factory=dict)
    edges: list[tuple[str, str]] = field(default_factory=list)
    sources: dict[str, list[str]] = field(default_factory=dict)
    targets: dict[str, list[str]] = field(default_factory=dict)
    sayings: dict[str, str] = field(default_factory=dict)
    """The sentence of an argument that left from here, by its node: the node of that sentence."""
    said: frozenset[str] = frozenset()
    entries: dict[str, Mapping[str, Plain]] = field(default_factory=dict)

    def graph(self) -> ArgumentGraph:
        """Return the graph."""
        self._take_own()
        for one in self._objects("nodes"):
            self._take_node(one)
        for one in self._objects("edges"):
            self._take_edge(one)
        for node in self.nodes.values():
            if node.kind == "I":
                self._statement(node)
        for node in self.nodes.values():
            if node.kind in _SCHEMES:
                self._reason(node)
        for node in self.nodes.values():
            if node.kind in _SCHEMES and node.id in self.found.reasons:
                self._bear(node)
        self._rephrase()
        self._say_who()
        self._count_the_others()
        return self.found

    # --- what stands in the file

    def _refuse(self, place: JsonObject, message: str, hint: str) -> None:
        self.problems.append(place.problem(message, hint))

    def _objects(self, key: str) -> list[JsonObject]:
        value = self.root.get(key)
        if value is None and key != "nodes":
            return []
        listed = value if isinstance(value, list) else []
        if not isinstance(value, list) or not all(isinstance(one, JsonObject) for one in listed):
            self._refuse(self.root, f"`{key}` is no list of objects", f'as in `"{key}": [{{...}}]`')
        return [one for one in listed if isinstance(one, JsonObject)]

    def _take_own(self) -> None:
        """Take what a map said that left from here."""
        own = as_plain(self.own) if self.own is not None else {}
        place = self.own if isinstance(self.own, JsonObject) else self.root
        if problems := unfit(own, place.problem):
            self.problems += problems
            return
        said = dict(cast("Mapping[str, Plain]", own))
        self.entries = dict(cast("Mapping[str, Mapping[str, Plain]]", said.pop("entries", {})))
        self.sayings = dict(cast("Mapping[str, str]", said.pop("sentences", {})))
        self.said = frozenset(self.sayings.values())
        drawn = cast("list[str]", said.pop("drawn", []))
        title = said.pop("title", "")
        for key in self.found.surround(said, str(title)):
            self.found.lost.append(Lost(f"{OWN}: {key}", "a map has no place for it"))
        self.nodes = {id_: _Node(id_, "drawn", "", "", self.root) for id_ in drawn}

    def _take_node(self, one: JsonObject) -> None:
        id_ = _word(one, "nodeID") or _word(one, "id")
        if not id_:
            self._refuse(
                one, "a node has no `nodeID`", 'as in `{"nodeID": "1", "type": "I", "text": "It rains."}`'
            )
            return
        there = self.nodes.get(id_)
        if there is not None and there.kind == "drawn":
            return
        text, scheme = _word(one, "text"), _word(one, "scheme")
        if scheme.isdigit():  # OVA gives the number of a scheme, and its name as the text
            scheme = text
        node = _Node(id_, _word(one, "type").upper(), text, scheme, one)
        if there is not None and as_plain(there.at) != as_plain(one):
            first = there.at.span.line
            self._refuse(
                one, f"the node `{id_}` is there twice", f"ids are unique: the first is on line {first}"
            )
        self.nodes.setdefault(id_, node)

    def _take_edge(self, one: JsonObject) -> None:
        source, target = _end(one, "from"), _end(one, "to")
        if not source or not target:
            self._refuse(
                one, "an edge has no `fromID` or no `toID`", 'as in `{"fromID": "1", "toID": "2"}`'
            )
        elif source not in self.nodes or target not in self.nodes:
            why = "there is no such node in the file"
            self.found.lost.append(Lost("an edge to a node that is missing", why, f"{source}, {target}"))
        else:
            self.edges.append((source, target))
            self.sources.setdefault(target, []).append(source)
            self.targets.setdefault(source, []).append(target)

    def _into(self, id_: str) -> list[_Node]:
        return [self.nodes[source] for source in self.sources.get(id_, ())]

    def _out_of(self, id_: str) -> list[_Node]:
        return [self.nodes[target] for target in self.targets.get(id_, ())]

    # --- statements and arguments

    def _statement(self, node: _Node) -> None:
        if node.id in self.said:
            return
        text = node.text if node.id in self.entries else node.text.strip()
        if not text:
            self._refuse(node.at, f"the I-node `{node.id}` has no `text`", "it is a sentence")
            return
        data = dict(self.entries.get(node.id, {}))
        label = data.pop("id", text)
        self.found.statements[node.id] = Statement(node.id, str(label), text, data, span=node.at.span)

    def _reason(self, node: _Node) -> None:
        """Put an inference or a conflict into the graph."""
        targets = [one for one in self._out_of(node.id) if one.kind in ("I", *_SCHEMES)]
        data = dict(self.entries.get(node.id, {}))
        if not targets and data.keys().isdisjoint(DIRECTIONS):
            what = "an inference" if node.kind == "RA" else "a conflict"
            self.found.lost.append(Lost(what, "it leads to nothing", node.id))
            return
        saying = self.nodes.get(self.sayings.get(node.id, ""))
        into = [one.id for one in self._into(node.id) if one.kind == "I" and one is not saying]
        premises = tuple(dict.fromkeys(into))
        text, label = node.text.strip(), data.pop("id", "")
        if saying is not None:
            text = saying.text
        elif not text or text == node.scheme.strip() or _IS_SCHEME.fullmatch(text):
            scheme = node.scheme or text
            if scheme and scheme not in (*_SCHEMES, *_SCHEMES.values()):
                data["note"] = f"Scheme: {scheme}"
            words = [self.nodes[one].text.strip().removesuffix(".") for one in premises]
            text = (
                "; ".join(words)
                or f"{'Therefore' if node.kind == 'RA' else 'Not so'}: {targets[0].text.strip()}"
            )
        ends = " ".join(self._name(one) for one in targets[:1])
        begins = self._name(self.nodes[premises[0]]) if premises else "something"
        word = (
            "for"
            if node.kind == "RA"
            else "against"
            if targets[:1] and targets[0].kind == "I"
            else "undercuts"
        )
        label = label or (text if node.text.strip() == text else f"{begins} {word} {ends}")
        self.found.reasons[node.id] = Reason(
            node.id, str(label), text, premises, True, data, span=node.at.span
        )

    def _name(self, node: _Node) -> str:
        there = self.found.find(node.id)
        return there.label if there is not None else node.text.strip() or node.id

    def _bear(self, node: _Node) -> None:
        """Put the relations of an inference or a conflict into the graph."""
        for target in self._out_of(node.id):
            if self.found.find(target.id) is None:
                continue
            on_argument = target.id in self.found.reasons
            says: Says = "support" if node.kind == "RA" else "undercut" if on_argument else "attack"
            self.found.relations.append(Relation(says, node.id, target.id, node.at.span))

    # --- what else hangs on them

    def _rephrase(self) -> None:
        for node in self.nodes.values():
            if node.kind != "MA":
                continue
            words = [one for one in self._into(node.id) if one.id in self.found.statements]
            for target in self._out_of(node.id):
                if target.id in self.found.statements:
                    for one in words:
                        self.found.note(target.id, f"Rephrased: {one.text}")
            ids = ", ".join(one.id for one in words)
            self.found.lost.append(
                Lost("a rephrase", "it is in the note of what is rephrased", ids or node.id)
            )

    def _say_who(self) -> None:
        """Cite who says something: speakers are sources."""
        people = {_word(one, "participantID"): one for one in self._objects("participants")}
        speaker_of = {_word(one, "nodeID"): _word(one, "personID") for one in self._objects("locutions")}
        said: dict[Key, list[str]] = {}
        for node in self.nodes.values():
            if node.kind != "YA":
                continue
            spoken = [one for one in self._into(node.id) if one.kind == "L"]
            for target in self._out_of(node.id):
                there = self.found.find(target.id)
                if there is None:
                    continue
                for one in spoken:
                    name, words = _speaker(people.get(speaker_of.get(one.id, "")), one.text)
                    act, asks = node.text or "Said", _ASKS.match(node.text)
                    if name and asks:
                        act = f"{act} by {name}"
                    elif name:
                        said.setdefault(target.id, []).append(name)
                    if words and (asks or words != there.text):
                        self.found.note(target.id, f"{act}: {words}")
        names = ids_for(dict.fromkeys(name for listed in said.values() for name in listed), "source")
        if names:
            told = {id_: {"author": name, "title": f"What {name} said"} for name, id_ in names.items()}
            self.found.head["sources"] = {
                **cast("Mapping[str, Plain]", self.found.head.get("sources", {})),
                **told,
            }
        for key, listed in said.items():
            ids = [names[name] for name in dict.fromkeys(listed)]
            there = self.found.node(key)
            self.found.put(replace(there, data={**there.data, "source": one_or_all(ids)}))

    def _count_the_others(self) -> None:
        """Tell what is left of the nodes and edges that a map has no words for."""
        for source, target in self.edges:
            ends = self.nodes[source].kind, self.nodes[target].kind
            if {*ends} <= _KNOWN and ends not in _LINKS:
                why = "nothing leads from one of these to the other in AIF"
                if "MA" in ends:
                    why = "only statements are rephrased here"
                what = f"an edge from {ends[0]} to {ends[1]}"
                self.found.lost.append(Lost(what, why, f"{source}, {target}"))
        reasons = {
            "L": "who says something is a source of it, where that can be told",
            "YA": "what is done by saying something is in a note, where the words differ",
            "TA": "a map has no steps of a dialogue",
            "PA": "a map has no preferences between arguments",
        }
        kinds: dict[str, int] = {}
        for node in self.nodes.values():
            if node.kind not in (*_KNOWN, "drawn"):
                kinds[node.kind] = kinds.get(node.kind, 0) + 1
        for kind, count in kinds.items():
            reason = reasons.get(kind, "a map has nothing of that kind")
            self.found.lost.append(
                Lost(f"nodes of the type {kind or '(none)'}", reason, f"{count} of them")
            )


def _word(one: JsonObject, key: str) -> str:
    """Return a text or a number of an object as text, empty where there is none."""
    value = one.get(key)
    return value if isinstance(value, str) else ""


def _end(edge: JsonObject, key: str) -> str:
    """Return the node at an end of an edge: by its id, or as OVA keeps it, as the node itself."""
    value = edge.get(f"{key}ID", edge.get(key))
    if isinstance(value, JsonObject):
        return _word(value, "nodeID") or _word(value, "id")
    return value if isinstance(value, str) else ""


def _speaker(person: JsonObject | None, locution: str) -> tuple[str, str]:
    """Return who says something, and the words: of a locution such as `Bob: It rains.`"""
    found = _SPEAKER.fullmatch(locution)
    name = (
        " ".join(filter(None, (_word(person, key) for key in ("firstname", "surname")))) if person else ""
    )
    if found is None:
        return name, locution
    return name or found[1], found[2]


# --- out ----------------------------------------------------------------------------------------


def write_aif(model: ModelSpec, worldview: str = MAP_WORLDVIEW) -> Sent:
    """Return a model as AIF in JSON, with the numbers of a worldview; `map` has all worldviews."""
    drawn, around, title, lost = leaving(model, worldview)
    writing = _Writing(drawn)
    writing.write()
    own = {**around, "title": title, **writing.own()}
    data = {
        "nodes": writing.nodes,
        "edges": writing.edges,
        "locutions": [],
        "participants": [],
        "schemefulfillments": writing.schemes,
        OWN: own,
    }
    text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    return Sent(text.encode("utf-8"), (*lost, *_not_in_aif(drawn, around)))


def _not_in_aif(drawn: DrawnMap, around: Mapped) -> Iterator[Lost]:
    """Yield what only comes back to us."""
    why = f"AIF has no words for it: it stands under `{OWN}`, which other programs do not read"
    yield Lost(
        "how likely claims are and how strong arguments", why, f"{len(drawn.map.judgements)} numbers"
    )
    for kind in ("questions", "events"):
        if section := drawn.section(kind):
            yield Lost(
                f"that these are {kind}", f"{why}, to which they are statements", ", ".join(section)
            )
    if names := cast("Mapping[str, Plain]", around.get("worldviews", {})):
        yield Lost("worldviews", why, ", ".join(names))


@dataclass(slots=True)
class _Writing:
    """Writes nodes and edges; ids are numbers, counted from 1."""

    drawn: DrawnMap
    nodes: list[dict[str, str]] = field(default_factory=list)
    edges: list[dict[str, str | None]] = field(default_factory=list)
    schemes: list[dict[str, str]] = field(default_factory=list)
    node_of: dict[str, str] = field(default_factory=dict)
    entries: dict[str, Mapped] = field(default_factory=dict)
    sentences: dict[str, str] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)

    def own(self) -> Mapped:
        """Return what reads this file as the same map again."""
        return {"entries": self.entries, "sentences": self.sentences, "drawn": self.shown}

    def write(self) -> None:
        """Write all entries."""
        for kind in ("claims", "questions", "events"):
            for id_, entry in self.drawn.section(kind).items():
                self.node_of[id_] = self._node("I", str(entry["text"]))
                self._keep(self.node_of[id_], id_, entry)
        arguments = {id_: self.drawn.argument(one) for id_, one in self.drawn.section("arguments").items()}
        for id_, argument in arguments.items():
            kind = "RA" if argument.direction == "for" else "CA"
            self.node_of[id_] = self._node(kind, _SCHEMES[kind])
            self._keep(self.node_of[id_], id_, argument.data)
        for id_, argument in arguments.items():
            node = self.node_of[id_]
            saying = self._node("I", str(argument.data["text"]))
            self.sentences[node] = saying
            for source in (saying, *(self.node_of[end.id] for end in argument.premises)):
                self._edge(source, node)
            for end in argument.targets:
                self._edge(node, self.node_of[end.id])
        self._show_definitions()

    def _keep(self, node: str, id_: str, data: Mapped) -> None:
        self.entries[node] = {"id": id_, **{key: part for key, part in data.items() if key != "text"}}

    def _show_definitions(self) -> None:
        """Show what claims are defined by, or caused by, as inferences that are named so."""
        words = {"all_of": "all of", "any_of": "any of", "at_least": "some of", "routes": "routes"}
        for id_, entry in self.drawn.section("claims").items():
            rule = next((word for key, word in words.items() if key in entry), None)
            parts = [end.id for end in self.drawn.parts(entry) if end.holds]
            if rule is not None and parts:
                name = "Routes" if rule == "routes" else f"Definition ({rule})"
                node = self._node("RA", name)
                self.shown.append(node)
                for part in parts:
                    self._edge(self.node_of[part], node)
                self._edge(node, self.node_of[id_])

    def _node(self, kind: str, text: str) -> str:
        id_ = str(len(self.nodes) + 1)
        node = {"nodeID": id_, "text": text, "type": kind, "timestamp": "1970-01-01 00:00:00"}
        self.nodes.append(node | ({"scheme": text} if kind in _SCHEMES else {}))
        if kind in _SCHEMES:
            self.schemes.append({"nodeID": id_, "schemeID": "72" if kind == "RA" else "71"})
        return id_

    def _edge(self, source: str, target: str) -> None:
        id_ = str(len(self.edges) + 1)
        self.edges.append({"edgeID": id_, "fromID": source, "toID": target, "formEdgeID": None})

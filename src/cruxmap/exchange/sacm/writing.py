"""A map as an assurance case in SACM 2.3, in XMI (`terms` says which).

Claims are claims. A definition is an inference from its parts, by a reasoning. An argument is a reasoning, by
which its premises, or the artifacts that it cites, support its targets; against a claim, and undercutting an
inference, it is a counter-argument. Numbers, and all that SACM has no words for, are tagged values: other
programs keep these.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cruxmap.exchange.formats import Lost, Sent
from cruxmap.exchange.plain_data import DIRECTIONS, Data, listed
from cruxmap.exchange.plain_map import (
    assumed_claims,
    plain_locators,
    plain_map,
    plain_model,
    plain_worldview,
    seen_by,
)
from cruxmap.exchange.sacm.terms import (
    CONDITION,
    DECLARED,
    LEXICON,
    LOCATORS,
    MODEL,
    NAMESPACES,
    RULE,
    TAG,
    TARGETS,
    WORLDVIEW,
    strategy,
)
from cruxmap.exchange.xml_writing import quoted
from cruxmap.language.argument_map import MAP_WORLDVIEW, Credence
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.yaml_writing import Plain, flow

_BARE = {"given": "its table of cases", "routes": "its routes"}


@dataclass(slots=True)
class Node:
    """An XML element that is to be written."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Node"] = field(default_factory=list)

    def lines(self, depth: int = 0) -> Iterator[str]:
        """Yield it line by line."""
        said = "".join(f" {key}={quoted(value)}" for key, value in self.attributes.items())
        margin = "  " * depth
        if not self.children:
            yield f"{margin}<{self.name}{said}/>"
            return
        yield f"{margin}<{self.name}{said}>"
        for child in self.children:
            yield from child.lines(depth + 1)
        yield f"{margin}</{self.name}>"


def write_sacm(model: ModelSpec, worldview: str = MAP_WORLDVIEW) -> Sent:
    """Return a model's map as an assurance case, with the map's own numbers or those of a worldview."""
    return _Writing(model, worldview).sent()


class _Writing:
    """One writing of a case."""

    def __init__(self, model: ModelSpec, worldview: str) -> None:
        self.model, self.worldview = model, worldview
        self.one = seen_by(model.map, worldview).map
        self.plain: Data = plain_map(self.one)
        self.assets: list[Node] = []
        self.relations: list[Node] = []
        self.conditions: dict[str, str] = {}
        self.lost: list[Lost] = []
        self.assumed = assumed_claims(model)

    def sent(self) -> Sent:
        """Write all."""
        for id_, said in self.plain.get("claims", {}).items():
            self._claim(id_, dict(said))
        for id_, said in self.plain.get("arguments", {}).items():
            self._argument(id_, dict(said))
        case = self._case()
        case.children += self._packages()
        text = "\n".join(('<?xml version="1.0" encoding="UTF-8"?>', *case.lines(), ""))
        if self.model.expect:
            self.lost.append(Lost("what the model expects", "a case has no place for it", self.model.id))
        return Sent(text.encode(), tuple(self.lost))

    # --- the case -------------------------------------------------------------------------------------

    def _case(self) -> Node:
        head = dict(self.plain.get("map", {}))
        case = _element(
            "assuranceCase_:AssuranceCasePackage",
            "",
            "package.case",
            head.pop("title", self.one.id),
            head.pop("text", ""),
        )
        spaces = {f"xmlns:{prefix}": address for prefix, address in NAMESPACES.items()}
        case.attributes = {"xmi:version": "2.0", **spaces} | case.attributes
        kept = None if self.worldview == MAP_WORLDVIEW else ()
        said: Data = {MODEL: plain_model(self.model, kept)}
        said |= {LEXICON: self.plain["lexicon"]} if "lexicon" in self.plain else {}
        if self.worldview == MAP_WORLDVIEW:
            for view in self.one.worldviews:
                said[f"{WORLDVIEW}{view.about.id}"] = plain_worldview(self.one, view)
                self._only_tagged("a worldview", view.about.id)
        _tag(case, said)
        return case

    def _packages(self) -> Iterator[Node]:
        artifacts = [*self._sources(), *self._around("voices", "artifact_:Participant", "artifact.voice")]
        artifacts += self._around("timelines", "artifact_:Activity", "artifact.timeline")
        artifacts += self._around("events", "artifact_:Event", "")
        if artifacts:
            yield _package("artifactPackage", "Sources, voices and events", artifacts)
        if questions := self._around("questions", "terminology_:Category", ""):
            yield _package("terminologyPackage", "Questions", questions)
        yield _package("argumentPackage", "Argument", [*self.assets, *self.relations])

    def _sources(self) -> list[Node]:
        nodes = self._around("sources", "artifact_:Artifact", "artifact.source", "title")
        listed = {source.id: source for source in self.one.sources if source.locators is not None}
        for node, id_ in zip(nodes, self.plain.get("sources", {}), strict=True):
            if id_ in listed:
                _tag(node, {LOCATORS: plain_locators(listed[id_])[LOCATORS]})
        return nodes

    def _around(self, section: str, type_: str, prefix: str, text: str = "text") -> list[Node]:
        nodes = []
        feature = "terminologyElement" if type_.startswith("term") else "artifactElement"
        for id_, said in self.plain.get(section, {}).items():
            rest = dict(said)
            node = _element(
                feature, type_, f"{prefix}.{id_}" if prefix else _xmi(id_), id_, rest.pop(text, "")
            )
            _note(node, rest.pop("note", ""))
            _tag(node, rest)
            nodes.append(node)
            if not prefix:
                self._only_tagged(f"what the {section.removesuffix('s')} may be", id_)
        return nodes

    def _only_tagged(self, what: str, id_: str) -> None:
        why = "it is kept as a tagged value, which other programs have no use for"
        self.lost.append(Lost(what, why, id_))

    # --- claims and arguments -----------------------------------------------------------------------------

    def _claim(self, id_: str, said: Data) -> None:
        rule, parts = _definition(said)
        node = self._asset("Claim", id_, said)
        declared = self._declared(id_, said)
        if declared:
            node.attributes["assertionDeclaration"] = declared
        if rule:
            reason = f"{_xmi(id_)}.strategy"
            self._add(_element(_FEATURE, _ARGUMENT + "ArgumentReasoning", reason, "", strategy(rule)))
            sources = [self._condition(part) for part in parts]
            relation = self._relation(
                "AssertedInference", f"{_xmi(id_)}.definition", sources, [_xmi(id_)], reason
            )
            _tag(relation, {RULE: rule})
        for key, what in _BARE.items():
            if key in said:
                self._only_tagged(what, id_)

    def _declared(self, id_: str, said: Data) -> str:
        basis = next(claim.basis for claim in self.one.claims if claim.about.id == id_)
        if id_ in self.assumed:
            return "assumed"
        certain = isinstance(basis, Credence) and getattr(basis.judgement.value, "low", 0) == 1
        return "axiomatic" if certain else _declared_by_tags(said)

    def _argument(self, id_: str, said: Data) -> None:
        premises, cited = said.pop("premises", []), listed(said.get("source", []))
        direction = next(key for key in DIRECTIONS if key in said)
        targets = listed(said.pop(direction))
        ends = [self._end(direction, target) for target in targets]
        plain = [
            f"{_xmi(str(target))}{_INFERENCE if direction == _UNDERCUTS else ''}" for target in targets
        ]
        if ends != plain:
            said[direction if direction == _UNDERCUTS else TARGETS] = targets
        declared = _declared_by_tags(said)
        self._asset("ArgumentReasoning", id_, said)
        sources = [self._condition(premise) for premise in premises]
        kind = "AssertedInference"
        if not sources and cited:
            kind, sources = "AssertedEvidence", [*self._evidence(id_, cited)]
        relation = self._relation(kind, f"{_xmi(id_)}{_INFERENCE}", sources, ends, _xmi(id_))
        if direction != "for":
            relation.attributes["isCounter"] = "true"
        if declared or not sources:
            relation.attributes["assertionDeclaration"] = declared or "needsSupport"

    def _end(self, direction: str, target: Plain) -> str:
        """Return the asset in which an argument ends: an inference, a claim, or what stands for a part."""
        if direction == _UNDERCUTS and target in self.plain.get("arguments", {}):
            return f"{_xmi(str(target))}{_INFERENCE}"
        if not isinstance(target, str) or direction == _UNDERCUTS:
            return self._condition(target)
        owner, _, part = target.partition(".")
        if owner in self.plain.get("claims", {}):
            return _xmi(owner)
        return self._condition({"event": owner, "during": part} if part else owner)

    def _evidence(self, id_: str, cited: Iterable[str]) -> Iterator[str]:
        """Add references to the artifacts that an argument cites."""
        for number, citation in enumerate(cited, 1):
            key, _, locator = citation.partition("#")
            name = (
                self.plain["sources"][key].get("title", key)
                if key in self.plain.get("sources", {})
                else key
            )
            place = f"{_xmi(id_)}.evidence-{number}"
            node = _element(
                _FEATURE,
                _ARGUMENT + "ArtifactReference",
                place,
                citation,
                f"{name}{f', {locator}' if locator else ''}",
            )
            node.attributes["referencedArtifactElement"] = f"artifact.source.{key}"
            self._add(node)
            yield place

    def _condition(self, form: Plain) -> str:
        """Return the claim that says a condition: the map's own, or one that is added for it.

        One is added, too, for what only a worldview brings.
        """
        if isinstance(form, str) and form in self.plain.get("claims", {}):
            return _xmi(form)
        text = flow(form)
        if text not in self.conditions:
            self.conditions[text] = f"condition.{len(self.conditions) + 1}"
            node = _element(_FEATURE, _ARGUMENT + "Claim", self.conditions[text], "", self._in_words(form))
            _tag(node, {CONDITION: form})
            self._add(node)
        return self.conditions[text]

    def _in_words(self, form: Plain) -> str:
        match form:
            case {**only} if len(only) == 1:
                [(id_, state)] = only.items()
                if id_ in self.plain.get("claims", {}):
                    said = self.plain["claims"][id_]["text"]
                    return said if state == "true" else f"It is not so: {said}"
                if id_ in self.plain.get("questions", {}):
                    return f"{self.plain['questions'][id_]['text']} {' or '.join(listed(state))}"
        return flow(form)

    def _asset(self, type_: str, id_: str, said: Data) -> Node:
        node = _element(_FEATURE, _ARGUMENT + type_, _xmi(id_), id_, said.pop("text", ""))
        _note(node, said.pop("note", ""))
        _tag(node, said)
        self._add(node)
        return node

    def _relation(self, type_: str, id_: str, sources: list[str], targets: list[str], reason: str) -> Node:
        node = _element(_FEATURE, _ARGUMENT + type_, id_, "", "")
        node.attributes |= {"source": " ".join(sources)} if sources else {}
        node.attributes |= {"target": " ".join(targets), "reasoning": reason}
        self.relations.append(node)
        return node

    def _add(self, node: Node) -> None:
        self.assets.append(node)


_FEATURE, _ARGUMENT = "argumentationElement", "argumentation_:"
_UNDERCUTS, _INFERENCE = "undercuts", ".inference"


def _definition(said: Data) -> tuple[str, list[Plain]]:
    """Take the rule and the parts of a definition out of a claim; nothing where it has none."""
    for rule in ("all_of", "any_of"):
        if rule in said:
            return rule, listed(said.pop(rule))
    if "at_least" in said:
        least: Mapping[str, Any] = said.pop("at_least")
        return f"at_least {least['count']}", listed(least["of"])
    return "", []


def _declared_by_tags(said: Data) -> str:
    return next((DECLARED[tag] for tag in listed(said.get("tags", [])) if tag in DECLARED), "")


def _xmi(id_: str) -> str:
    """Return an id of a map as one of XML, which begins with no digit."""
    return f"_{id_}" if id_[:1].isdigit() else id_


def _element(feature: str, type_: str, id_: str, name: str, description: str) -> Node:
    node = Node(feature, ({"xsi:type": type_} if type_ else {}) | {"xmi:id": id_})
    node.children.append(Node("name", {"content": name}))
    if description:
        node.children.append(_utility("description", f"{id_}.description", description))
    return node


def _utility(feature: str, id_: str, text: str) -> Node:
    content = Node("content", {}, [Node("value", {"content": text})])
    return Node(feature, {"xmi:id": id_}, [content])


def _note(node: Node, text: str) -> None:
    if text:
        node.children.append(_utility("note", f"{node.attributes['xmi:id']}.note", text))


def _tag(node: Node, said: Mapping[str, Plain]) -> None:
    """Add a tagged value for each thing that is said."""
    for key, value in said.items():
        text = value if isinstance(value, str) else flow(value)
        tag = _utility("taggedValue", f"{node.attributes['xmi:id']}.{key}", text)
        tag.children.append(Node("key", {}, [Node("value", {"content": f"{TAG}{key}"})]))
        node.children.append(tag)


def _package(feature: str, name: str, elements: list[Node]) -> Node:
    package = _element(feature, "", f"package.{feature.removesuffix('Package')}", name, "")
    package.children += elements
    return package

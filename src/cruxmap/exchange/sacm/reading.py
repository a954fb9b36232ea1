"""An assurance case in SACM 2, in XMI, as a map.

Goals are claims. Each relation that supports or counters something is an argument: its reasoning is what it
says, or else its evidence; the claims it leads from are its premises. What counters an inference undercuts
it. What is assumed is in the model's `assuming`. Contexts become premises of arguments, or notes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from cruxmap.errors import InvalidMap
from cruxmap.exchange.formats import Arrived
from cruxmap.exchange.names import NOBODYS_CREDENCE, NOBODYS_STRENGTH, ids_for
from cruxmap.exchange.plain_data import Data, listed, one_or_all
from cruxmap.exchange.sacm.elements import CLAIMS, Part, Parts, class_of
from cruxmap.exchange.sacm.terms import (
    CONDITION,
    LEXICON,
    LOCATORS,
    MODEL,
    RULE,
    TAG_OF,
    TARGETS,
    WORLDVIEW,
    strategy,
)
from cruxmap.exchange.xml_reading import read_xml
from cruxmap.language.schema import ClaimShape
from cruxmap.language.yaml_writing import Plain

_SECTIONS = {"question": "questions", "event": "events", "timeline": "timelines", "voice": "voices"}
_NEEDED = {"timeline": "phases", "event": "timeline", "question": "states"}
"""What a tagged value must say of these for them to be anything in a map."""


@dataclass(slots=True, eq=False)
class _Relation:
    """A relation of the case, from what supports to what is supported; `id` is its argument's."""

    part: Part
    sources: list[Part]
    targets: list[Part]
    reasoning: Part | None
    counter: bool
    id: str = ""

    def bears_on(self, kinds: tuple[str, ...]) -> list[Part]:
        """Return those of its targets that are of some kinds."""
        return [target for target in self.targets if target.kind in kinds]


def read_sacm(data: bytes, file: str) -> Arrived:
    """Return an assurance case as a map. Raises InvalidMap with what is wrong, and where."""
    root = read_xml(data, file)
    parts = Parts(root)
    if not any(part.tags or part.kind in CLAIMS for part in parts.all):
        root.refuse("there is no claim in it", "an assurance case has claims, or goals")
    return _Reading(parts).arrived()


class _Reading:
    """One reading of a case."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.turned = self._is_turned()
        self.relations = [self._relation(part) for part in parts.of("support", "supported by")]
        self.claims = [
            part for part in parts.of(*CLAIMS) if CONDITION not in part.tags and not parts.cites(part)
        ]
        self.around = [part for part in parts.of(*_SECTIONS) if self._is_something(part)]
        self.sources = [*parts.of("source")]
        self.map: Data = {}
        self.keys: dict[Part, str] = {}

    def arrived(self) -> Arrived:
        """Read all, and put it together."""
        self._name()
        arguments = {one.id: self._argument(one) for one in self.relations if one.id}
        claims = {part.id: self._claim(part) for part in self.claims}
        for relation in self.relations:
            if RULE in relation.part.tags:
                self._define(relation, claims)
            elif not relation.id and not relation.bears_on(("reasoning",)):
                why = "it leads to no claim" if relation.targets else "it leads to nothing"
                self.parts.lose(f"a `{class_of(relation.part.element)}`", why, relation.part.element)
        for part in self.parts.of("in context", "in context of"):
            self._context(part, claims, arguments)
        for said in claims.values():
            if not any(basis in said for basis in ClaimShape.EITHER):
                said["credence"] = dict(NOBODYS_CREDENCE)
        for said in arguments.values():
            if "undercuts" not in said:
                said.setdefault("strength", dict(NOBODYS_STRENGTH))
        if self.parts.problems:
            raise InvalidMap(tuple(self.parts.problems))
        return self._as_files(claims, arguments)

    # --- which relations are arguments ----------------------------------------------------------------

    def _relation(self, part: Part) -> _Relation:
        sources, targets = self.parts.referred(part, "source"), self.parts.referred(part, "target")
        if part.kind == "supported by" and self.turned:
            sources, targets = targets, sources
        reasons = self.parts.referred(part, "reasoning")
        counter = part.element.get("isCounter") == "true" or class_of(part.element) == "Challenges"
        return _Relation(part, sources, targets, reasons[0] if reasons else None, counter)

    def _is_turned(self) -> bool:
        """Tell whether `SupportedBy` leads from what is supported, as GSN draws it, or to it, as in SACM.

        A solution supports, and nothing supports it: where the file has one at an end, that tells.
        """
        for one in self.parts.of("supported by"):
            source, target = (
                {end.kind for end in self.parts.referred(one, key)} for key in ("source", "target")
            )
            if "reference" in source ^ target:
                return "reference" in target
        return True

    def _is_argument(self, relation: _Relation) -> bool:
        """Tell whether a relation is an argument of its own: it bears on a claim, or undercuts something."""
        if RULE in relation.part.tags or not relation.targets:
            return False
        if relation.bears_on(CLAIMS):
            return True
        return relation.counter and bool(
            relation.bears_on(("support", "supported by", "reference", "reasoning"))
        )

    def _name(self) -> None:
        """Give an id to each claim and argument, and to what else there is."""
        named: dict[str, Part | _Relation] = {}
        wanted: list[tuple[str, Part | _Relation]] = [
            (part.label, part) for part in (*self.claims, *self.around)
        ]
        for relation in self.relations:
            if self._is_argument(relation):
                wanted.append((self._label(relation), relation))
        for label, one in wanted:
            unique = next(name for name in _numbered(label) if name not in named)
            named[unique] = one
        for label, id_ in ids_for(named).items():
            named[label].id = id_
        titles: dict[str, Part] = {}
        for part in (*self.sources, *self._artifacts_of_their_own()):
            titles[next(name for name in _numbered(part.label) if name not in titles)] = part
        self.keys = {titles[label]: key for label, key in ids_for(titles, "source").items()}

    def _artifacts_of_their_own(self) -> Iterator[Part]:
        """Yield references to artifacts of which the file says nothing else."""
        for part in self.parts.of("reference"):
            if not self.parts.referred(part, "referencedArtifactElement", "referencedArtifact"):
                yield part

    def _label(self, relation: _Relation) -> str:
        reason = self._reason_of(relation)
        if reason is not None:
            return reason.label
        evidence = [one.label for one in relation.sources if one.kind == "reference"]
        return relation.part.name or (evidence[0] if evidence else self._generated(relation))

    def _reason_of(self, relation: _Relation) -> Part | None:
        """Return what a relation says: its reasoning, or the strategy that it leads from."""
        return relation.reasoning or next(
            (one for one in relation.sources if one.kind == "reasoning"), None
        )

    # --- claims -----------------------------------------------------------------------------------------

    def _claim(self, part: Part) -> Data:
        said = {"text": part.text or part.label} | self._said(part)
        if part.element.get("assertionDeclaration") == "axiomatic":
            said.setdefault("credence", "100%")
        return said

    def _said(self, part: Part, before: list[str] | tuple[()] = ()) -> Data:
        """Return what tagged values, notes and the declaration say of an entry that has tags `before`."""
        said = {key: value for key, value in part.tags.items() if key not in (CONDITION, RULE, TARGETS)}
        if part.notes:
            said["note"] = "\n".join(part.notes)
        declared = part.element.get("assertionDeclaration")
        tag = "needs-support" if part.element.get("undeveloped") == "true" else TAG_OF.get(declared, "")
        tags = [*before, *listed(said.get("tags", []))]
        if tag and tag not in tags:
            said["tags"] = one_or_all([*tags, tag])
        return said

    def _define(self, relation: _Relation, claims: dict[str, Data]) -> None:
        """Define a claim by the sources of a relation that is marked so."""
        rule, _, least = str(relation.part.tags[RULE]).partition(" ")
        parts = [self._form(source) for source in relation.sources]
        for target in relation.targets:
            if target.id in claims:
                claims[target.id][rule] = {"count": least, "of": parts} if least else parts
        reason = relation.reasoning
        if reason is not None and reason.text != strategy(str(relation.part.tags[RULE])):
            self.parts.lose("the sentence of a strategy", "a definition has none", reason.element)

    def _form(self, part: Part) -> Plain:
        """Return the condition that a claim is."""
        form: Plain = part.tags.get(CONDITION, part.id)
        return form

    # --- arguments ----------------------------------------------------------------------------------------

    def _argument(self, relation: _Relation) -> Data:
        sources = [*relation.sources]
        for other in self.relations:
            if any(target in relation.sources for target in other.bears_on(("reasoning",))):
                sources += other.sources
        reason = self._reason_of(relation)
        evidence = [one for one in sources if one.kind == "reference"]
        text = (
            reason.text or reason.label if reason else "; ".join(one.text or one.label for one in evidence)
        )
        said: Data = {
            "text": text or relation.part.text or relation.part.name or self._generated(relation)
        }
        said |= self._said(reason) if reason else {}
        if sources or relation.part.element.get("assertionDeclaration") != "needsSupport":
            said |= self._said(relation.part, listed(said.get("tags", [])))
        if premises := [self._form(source) for source in sources if source.kind in CLAIMS]:
            said["premises"] = premises
        if cited := [citation for one in evidence for citation in self._citations(one)]:
            said.setdefault("source", one_or_all(dict.fromkeys(cited)))
        return said | self._targets(relation, reason)

    def _targets(self, relation: _Relation, reason: Part | None) -> Data:
        if reason is not None and "undercuts" in reason.tags:
            return {"undercuts": reason.tags["undercuts"]}
        claims = relation.bears_on(CLAIMS)
        others = [target for target in relation.targets if target.kind not in CLAIMS]
        if not claims:
            ids = [
                one.id for target in others for one in self._arguments_with(target) if one is not relation
            ]
            if not ids:
                why = "nothing that it counters is an argument"
                self.parts.problems.append(relation.part.element.problem(why, "let it end in a claim"))
            return {"undercuts": one_or_all(dict.fromkeys(ids))}
        if others:
            self.parts.lose(
                "a relation to more than claims",
                "an argument has one kind of target",
                relation.part.element,
            )
        ends: list[Plain] = [self._form(claim) for claim in claims]
        marked = listed(reason.tags[TARGETS]) if reason and TARGETS in reason.tags else []
        if len(marked) == len(claims):
            ends = marked
        return {"against" if relation.counter else "for": one_or_all(ends)}

    def _arguments_with(self, part: Part) -> Iterator[_Relation]:
        """Yield the arguments that a relation, a reasoning or a piece of evidence has become."""
        for relation in self.relations:
            if relation.id and (
                part is relation.part or part is self._reason_of(relation) or part in relation.sources
            ):
                yield relation

    def _generated(self, relation: _Relation) -> str:
        ends = [
            " and ".join(one.label.rstrip(".") for one in part)
            for part in (relation.sources, relation.targets)
        ]
        return f"{ends[0] or 'Something'} speaks {'against' if relation.counter else 'for'} {ends[1]}."

    def _citations(self, part: Part) -> Iterator[str]:
        """Yield what a reference to artifacts cites: a place in a source, where its name says it."""
        artifacts = self.parts.referred(part, "referencedArtifactElement", "referencedArtifact") or [part]
        for artifact in artifacts:
            if (key := self.keys.get(artifact)) is not None:
                yield part.name if part.name.startswith(f"{key}#") else key

    def _context(self, part: Part, claims: dict[str, Data], arguments: dict[str, Data]) -> None:
        """Make a context a premise of the arguments that it is a context of, or a note."""
        ends = [self.parts.referred(part, "source"), self.parts.referred(part, "target")]
        contexts, targets = ends if part.kind == "in context" else reversed(ends)
        for context in contexts:
            for target in targets:
                owners = [arguments[one.id] for one in self._arguments_with(target)]
                if context.kind in CLAIMS and owners and target.kind not in CLAIMS:
                    for owner in owners:
                        _add(owner, "premises", self._form(context))
                    continue
                self.parts.lose("a context", "it is kept as a note", part.element)
                for owner in [claims[target.id]] if target.id in claims else owners:
                    note = f"In the context of: {context.text or context.label}"
                    owner["note"] = f"{owner['note']}\n{note}" if owner.get("note") else note

    # --- all else -----------------------------------------------------------------------------------------

    def _is_something(self, part: Part) -> bool:
        needed = _NEEDED.get(part.kind)
        if needed is None or needed in part.tags:
            return True
        self.parts.lose(f"a `{class_of(part.element)}`", "a map has nothing of the kind", part.element)
        return False

    def _as_files(self, claims: dict[str, Data], arguments: dict[str, Data]) -> Arrived:
        case = next(self.parts.of("case", "package"), None)
        tags = case.tags if case else {}
        head = {"title": case.name, "text": case.text} if case else {}
        found: Data = {"map": {key: text for key, text in head.items() if text}}
        sources, locators = self._sources()
        found["sources"] = sources
        for part in self.around:
            said = {"text": part.text or part.label} | self._said(part)
            found.setdefault(_SECTIONS[part.kind], {})[part.id] = said
        found |= {"lexicon": tags.get(LEXICON, {}), "claims": claims, "arguments": arguments}
        views = {
            key.removeprefix(WORLDVIEW): said for key, said in tags.items() if key.startswith(WORLDVIEW)
        }
        named = {one.id: one.part for one in self.relations if one.id} | {
            part.id: part for part in self.claims
        }
        return Arrived(
            map={key: part for key, part in found.items() if part},
            worldviews=views,
            model=self._model(dict(tags.get(MODEL, {}))),
            lost=tuple(self.parts.lost),
            sources=locators,
            places={id_: part.element.span for id_, part in named.items()},
        )

    def _sources(self) -> tuple[Data, Data]:
        sources, locators = dict[str, Data](), dict[str, Data]()
        for part, key in self.keys.items():
            said = {"title": part.text or part.label} | self._said(part)
            if LOCATORS in said:
                locators[key] = {"source": key, LOCATORS: said.pop(LOCATORS)}
            if date := part.element.get("date"):
                said.setdefault("date", date.partition("T")[0])
            sources[key] = said
        return sources, locators

    def _model(self, said: Data) -> Data | None:
        """Return what is asked; what is assumed is what the case declares so."""
        assumed = [part.id for part in self.claims if _is_assumed(part)]
        before = listed(said.get("assuming", []))
        known = {part.id for part in self.claims}
        kept = [
            form for form in before if not (isinstance(form, str) and form in known) or form in assumed
        ]
        assuming = [*kept, *(id_ for id_ in assumed if id_ not in kept)]
        said |= {"assuming": assuming}
        return {key: part for key, part in said.items() if part} or None


def _is_assumed(part: Part) -> bool:
    return part.kind == "assumption" or part.element.get("assertionDeclaration") == "assumed"


def _numbered(label: str) -> Iterator[str]:
    yield label
    yield from (f"{label} {number}" for number in count(2))


def _add(said: Data, key: str, part: Plain) -> None:
    listed = said.setdefault(key, [])
    if part not in listed:
        listed.append(part)

"""An Argdown document as an argument graph.

In: the bytes of a file. Out: an `Arrived`, by way of an `ArgumentGraph`, in which what has one title is one
thing, wherever it stands.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import cast

from cruxmap.errors import InvalidMap
from cruxmap.exchange.argdown.document import Block, Document, Node, Related, Step, Structure, document_of
from cruxmap.exchange.argdown.writing import HEADINGS, visible
from cruxmap.exchange.argument_graph import (
    OWN,
    ArgumentGraph,
    Key,
    Reason,
    Relation,
    Says,
    Statement,
    arrived_from,
    noted,
    unfit,
)
from cruxmap.exchange.foreign_text import decoded, problem_in
from cruxmap.exchange.formats import Arrived, Lost
from cruxmap.language.yaml_writing import Plain


def read_argdown(data: bytes, file: str) -> Arrived:
    """Return what an Argdown file says as a map. Raises InvalidMap with all its problems, at their places."""
    source = decoded(data, file)
    document = document_of(source)
    start = max(source.text.find(f"{OWN}:"), 0)
    at_own = partial(problem_in, source, start, start + len(OWN))
    document.problems += unfit(document.front.get(OWN, {}), at_own)
    if document.problems:
        raise InvalidMap(tuple(document.problems))
    return arrived_from(graph_of(document))


def graph_of(document: Document) -> ArgumentGraph:
    """Return a document as a graph: what has one title is one thing, wherever it stands."""
    return _Drawing(document).graph()


@dataclass(slots=True)
class _Drawing:
    """Makes a graph of a document: what has one title is one thing, wherever it stands."""

    document: Document
    found: ArgumentGraph = field(default_factory=ArgumentGraph)
    untitled: int = 0
    conclusions: dict[Key, Key] = field(default_factory=dict)
    """The main conclusion of each argument whose structure is given, but for those that only lead on."""

    def graph(self) -> ArgumentGraph:
        """Return the graph."""
        self._front()
        before: Block | None = None
        for block in self.document.blocks:
            if isinstance(block, Structure):
                self._structure(block, before if isinstance(before, Node) else None)
            else:
                self._node(block)
            before = block
        self._lead_on()
        self._say_what_is_only_named()
        self._count_what_is_lost()
        return self.found

    # --- around the statements

    def _front(self) -> None:
        front = dict(self.document.front)
        own = cast("Mapping[str, Plain]", front.pop(OWN, {}))
        head: dict[str, str] = {}
        for theirs, ours in (("title", "title"), ("abstract", "text"), ("subTitle", "text")):
            if isinstance(said := front.get(theirs), str) and ours not in head:
                head[ours] = said
                del front[theirs]
        unknown = self.found.surround(own, head.get("title", ""), head.get("text", ""))
        for key in (*front, *(f"{OWN}: {key}" for key in unknown)):
            self.found.lost.append(Lost(f"front matter: {key}", "a map has no place for it"))

    def _count_what_is_lost(self) -> None:
        reasons = {
            "comments": "what is commented out is not read",
            "bold and italic": "texts are plain",
            "data of headings": "a map has no headings",
        }
        for what, why in reasons.items():
            if count := self.document.counts.get(what):
                self.found.lost.append(Lost(what, why, f"{count} of them"))
        others = [heading for heading in self.document.headings if heading not in HEADINGS.values()]
        if others:
            self.found.lost.append(Lost("headings", "a map has no headings", "; ".join(others)))

    # --- statements and arguments

    def _key(self, node: Node) -> Key:
        if node.title:
            return f"[{node.title}]" if node.sort == "statement" else f"<{node.title}>"
        self.untitled += 1
        return f"[] {self.untitled}"

    def _node(self, node: Node) -> Key:
        """Put a statement or an argument into the graph with all that stands below it; return its key."""
        key = self._key(node)
        self._put(key, node)
        self._relate(key, node.relations)
        return key

    def _put(self, key: Key, node: Node) -> None:
        there = self.found.find(key)
        kind = Statement if node.sort == "statement" else Reason
        label = node.title or node.text
        if there is None:
            there = kind(key, label, "", span=node.span)
        text, span = there.text or node.text, there.span if there.text or not node.text else node.span
        if node.text and there.text and node.text != there.text:
            self.found.lost.append(
                Lost("a second wording", f"the first is kept, not `{node.text}`", label)
            )
        data = {**there.data, **node.data}
        if node.links:
            data = noted(data, f"Links: {'; '.join(node.links)}")
        tags = tuple(dict.fromkeys((*there.tags, *node.tags)))
        put = replace(there, text=text, data=data, tags=tags, span=span)
        if node.text and not there.text:  # its place is where it is said, not where it was first named
            self.found.statements.pop(key, None)
            self.found.reasons.pop(key, None)
        self.found.put(put)

    def _relate(self, key: Key, relations: Iterable[Related]) -> None:
        for says, leads_away, other in relations:
            there = self._node(other)
            source, target = (key, there) if leads_away else (there, key)
            self.found.relations.append(Relation(cast(Says, says), source, target, other.span))

    def _say_what_is_only_named(self) -> None:
        """Let a title stand for a text that is nowhere, and data for one that a line cannot hold as it is.

        Where somebody has changed the line since, it is the line that counts.
        """
        for node in [*self.found.nodes]:
            text, data = self._text_of(node)
            self.found.put(replace(node, text=text, data=data))

    def _text_of(self, node: Statement | Reason) -> tuple[str, Mapping[str, Plain]]:
        exact = node.data.get("text")
        data = {key: part for key, part in node.data.items() if key != "text"}
        if isinstance(exact, str) and visible(exact) in (node.text, ""):
            return exact, data
        if exact is not None and node.text:
            why = "the sentence before the data says otherwise, and counts"
            self.found.lost.append(Lost("data: text", why, node.label))
        return node.text or node.label, data

    # --- structures

    def _structure(self, structure: Structure, before: Node | None) -> None:
        """Put the argument before a structure, or a nameless one, into the graph with each of its steps."""
        keys = [self._key(statement) for statement in structure.statements]
        for key, statement in zip(keys, structure.statements, strict=True):
            self._put(key, statement)
        conclusion = structure.statements[-1]
        main, label = f"<> {keys[-1]}", f"{conclusion.title or conclusion.text} argument"
        if before is not None and before.sort == "argument":
            main, label = f"<{before.title}>", before.title
        others = 1
        while (there := self.found.reasons.get(main)) is not None and there.structured:
            others += 1  # an argument with a structure already: this is another one
            main, label = f"{main} again", f"{label} {others}"
        start = 0
        for number, step in enumerate(structure.steps, 1):
            is_last = step is structure.steps[-1]
            key, name = (main, label) if is_last else (f"{main} step {number}", f"{label} step {number}")
            self._step(structure, keys, step, start, Reason(key, name, "", span=structure.span))
            start = step.conclusion
        concluded = {keys[step.conclusion] for step in structure.steps}
        for key, statement in zip(keys, structure.statements, strict=True):
            if key not in concluded:
                self._relate(key, statement.relations)

    def _step(self, structure: Structure, keys: list[Key], step: Step, start: int, new: Reason) -> None:
        """Put an inference into the graph: it uses what it says, or else all since the one before it."""
        reason = self.found.reasons.get(new.key) or new
        conclusion = structure.statements[step.conclusion]
        used = [structure.numbers.index(one) for one in step.uses if one in structure.numbers]
        if missing := [str(one) for one in step.uses if one not in structure.numbers]:
            why = "there is no such statement in the structure"
            self.found.lost.append(
                Lost(f"that an inference uses ({', '.join(missing)})", why, reason.label)
            )
        premises = tuple(dict.fromkeys(keys[one] for one in used or range(start, step.conclusion)))
        data = {**reason.data, **step.data}
        if step.rules:
            data = noted(data, f"Inference: {step.rules}")
        text = reason.text or f"Therefore: {conclusion.text or conclusion.title}"
        self.found.reasons[reason.key] = replace(
            reason, text=text, premises=premises, structured=True, data=data
        )
        is_last = step is structure.steps[-1]
        self._conclude(reason.key, keys[step.conclusion], conclusion, is_last)
        for other in step.undercuts:
            self.found.relations.append(Relation("undercut", self._node(other), reason.key, other.span))

    def _conclude(self, reason: Key, key: Key, conclusion: Node, is_last: bool) -> None:
        """Let an argument support its conclusion, or what that leads on to where it has no other use."""
        undercuts = [one for one in conclusion.relations if one.says == "undercut" and not one.leads_away]
        others = [one for one in conclusion.relations if one not in undercuts]
        for one in undercuts:  # below a conclusion, the inference is what is undercut
            self.found.relations.append(
                Relation("undercut", self._node(one.other), reason, one.other.span)
            )
        leads_on = all(one.leads_away and one.says != "contradiction" for one in others)
        if is_last and not conclusion.title and others and leads_on and not conclusion.data:
            text = self.found.statements.pop(key).text
            there = self.found.reasons[reason]
            if text not in there.text:
                self.found.note(reason, f"Conclusion: {text}")
            self._relate(reason, others)
            return
        self.found.relations.append(Relation("support", reason, key, conclusion.span))
        self._relate(key, others)
        if is_last:
            self.conclusions[reason] = key

    def _lead_on(self) -> None:
        """Let what an argument with a structure does be done by its conclusion, as Argdown has it."""
        for number, one in enumerate(self.found.relations):
            conclusion = self.conclusions.get(one.source)
            if conclusion is not None and one.target != conclusion:
                self.found.relations[number] = one._replace(source=conclusion)

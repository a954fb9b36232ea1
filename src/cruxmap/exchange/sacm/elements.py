"""The elements of an assurance case: what each is, is called and says, and to which others it refers.

Programs disagree on namespaces, on how an element tells its class, on where a sentence stands, and on how
others are referred to. All ways are read here that are known; what there is no place for is `lost`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cruxmap.errors import Problem
from cruxmap.exchange.formats import Lost
from cruxmap.exchange.plain_data import Data, one_value
from cruxmap.exchange.sacm.terms import LEXICON, MODEL, TAG, WORLDVIEW
from cruxmap.exchange.xml_reading import Element
from cruxmap.language.yaml_writing import Plain

CLASSES: Mapping[str, str] = {
    **dict.fromkeys(("Claim", "Goal", "AwayGoal", "Justification", "AwayJustification"), "claim"),
    **dict.fromkeys(("Assumption", "AwayAssumption"), "assumption"),
    **dict.fromkeys(("ArgumentReasoning", "Strategy"), "reasoning"),
    **dict.fromkeys(("ArtifactReference", "Solution", "AwaySolution"), "reference"),
    **dict.fromkeys(("Context", "AwayContext"), "context"),
    **dict.fromkeys(("AssertedInference", "AssertedEvidence", "AssertedArtifactSupport"), "support"),
    **dict.fromkeys(("AssertedContext", "AssertedArtifactContext"), "in context"),
    **dict.fromkeys(("SupportedBy", "Challenges"), "supported by"),
    "InContextOf": "in context of",
    "Artifact": "source",
    "Participant": "voice",
    "Activity": "timeline",
    "Event": "event",
    "Category": "question",
    "AssuranceCasePackage": "case",
    **dict.fromkeys(("ArgumentPackage", "Module", "ArtifactPackage", "TerminologyPackage"), "package"),
}
"""What the classes of SACM, and those of GSN that rest on them, are here."""

OBJECTS = (MODEL, LEXICON)
AGAIN = "export the map again, or take the tagged value out"

CLAIMS = ("claim", "assumption")

_PARTS_OF_OTHERS = frozenset(
    {
        *("name", "description", "note", "taggedValue", "content", "key", "value", "XMI"),
        *("source", "target", "reasoning", "citedElement", "referencedArtifactElement", "structure"),
        *("referencedArtifact", "abstractForm", "interface", "implements", "participantPackage"),
    }
)
_MANY_WORDS = 3
"""What is called by more words than these is called by its sentence."""


@dataclass(slots=True, eq=False)
class Part:
    """An element of the case. `id` is what it is called in the map, once it has been named."""

    element: Element
    kind: str
    name: str
    text: str
    notes: list[str]
    tags: Data
    id: str = ""

    @property
    def place(self) -> str:
        """Where it is."""
        return str(self.element.span)

    @property
    def label(self) -> str:
        """What its id is made of."""
        return self.name or self.text or self.element.get("id") or self.kind


class Parts:
    """All elements of a case that are something here, with what was lost and what is wrong on the way."""

    def __init__(self, root: Element) -> None:
        self.lost: list[Lost] = []
        self.problems: list[Problem] = []
        self.all: list[Part] = []
        self._at: dict[str, Part] = {}
        for element, path in _with_paths(root):
            if (part := self._part(element)) is not None:
                self.all.append(part)
                names = (element.get("id"), element.get("gid"), path)
                if (there := self._at.get(names[0])) is not None:
                    first = f"ids are unique: the first is on line {there.element.span.line}"
                    self.problems.append(element.problem(f"the id `{names[0]}` is there twice", first))
                self._at |= {name: part for name in names if name}

    def of(self, *kinds: str) -> Iterator[Part]:
        """Yield those of some kinds, in the order of the file."""
        return (part for part in self.all if part.kind in kinds)

    def lose(self, what: str, why: str, element: Element) -> None:
        """Note that something has no place in a map."""
        self.lost.append(Lost(what, why, str(element.span)))

    def referred(self, part: Part, *features: str) -> list[Part]:
        """Return what an element refers to: in an attribute, or in elements of their own."""
        found = []
        for feature in features:
            written = part.element.get(feature).split()
            for one in part.element.all(feature):
                written.append(one.get("href") or one.get("idref") or one.get("ref") or one.text.strip())
            found += [end for name in written if (end := self._found(part, feature, name)) is not None]
        return found

    def _found(self, part: Part, feature: str, name: str) -> Part | None:
        end = self._at.get(name) or self._at.get(name.removeprefix("#"))
        if end is not None:
            return self._cited(end)
        if "#" in name.removeprefix("#"):
            self.lose(f"a reference to `{name}`", "it is in another file", part.element)
        else:
            message = f"`{feature}` refers to `{name}`, which is nowhere in the file"
            self.problems.append(part.element.problem(message, "save the case again, whole"))
        return None

    def cites(self, part: Part) -> bool:
        """Whether an element only stands for another one of the file."""
        return self._cited(part) is not part

    def _cited(self, part: Part) -> Part:
        for _ in range(len(self.all)):
            end = self._at.get(part.element.get("citedElement").removeprefix("#"))
            if end is None or end is part:
                break
            part = end
        return part

    # --- what an element says -------------------------------------------------------------------------

    def _part(self, element: Element) -> Part | None:
        """Return what an element is; None for a part of another, and for what there is no place for."""
        class_ = class_of(element)
        kind = CLASSES.get(class_)
        if kind is None:
            if element.name not in _PARTS_OF_OTHERS:
                self.lose(f"a `{class_}`", "a map has nothing of the kind", element)
            return None
        if element.get("isAbstract") == "true":
            self.lose("that an element is abstract", "a map has no patterns", element)
        if element.get("metaClaim") or element.first("metaClaim"):
            self.lose("which claims are about an assertion", "a map has no place for it", element)
        notes = [said for note in element.all("note") if (said := self._words(note))]
        name, text = self._name_and_text(element, notes)
        return Part(element, kind, name, text, notes, self._tags(element))

    def _name_and_text(self, element: Element, notes: list[str]) -> tuple[str, str]:
        """Return what an element is called, and its sentence.

        Where the name is a sentence, it is that, and a description beside it is one more note.
        """
        named = element.first("name")
        name = element.get("name") or (self._words(named) if named is not None else "")
        texts = [
            element.get("content"),
            element.get("description"),
            *map(self._words, element.all("description")),
        ]
        texts = [text for text in texts if text.strip()]
        if len(name.split()) > _MANY_WORDS and class_of(element) not in (
            "AssuranceCasePackage",
            "Artifact",
        ):
            notes[:0] = [text for text in texts if text != name]
            return "", name.strip()
        notes[:0] = texts[1:]
        return name.strip(), texts[0] if texts else ""

    def _words(self, element: Element) -> str:
        """Return what a text says, in the first of its languages."""
        said = [one.get("content") or one.text.strip() for one in element.walk()]
        said = [one for one in said if one]
        if len(said) > 1:
            self.lose("a text in further languages", "a map has one", element)
        return said[0] if said else ""

    def _tags(self, element: Element) -> Data:
        """Return the tagged values that say something of a map, by what they say; tell of others."""
        tags: Data = {}
        for tagged in element.all("taggedValue"):
            keyed, content = tagged.first("key"), tagged.first("content")
            key = tagged.get("key") or (self._words(keyed) if keyed is not None else "")
            value = tagged.get("content") or (self._words(content) if content is not None else "")
            if key.startswith(TAG):
                named = key.removeprefix(TAG)
                tags[named] = said = self._value(tagged, value)
                if not isinstance(said, Mapping) and (named in OBJECTS or named.startswith(WORLDVIEW)):
                    message = f"`{key}` has no keys with values, as in `{{key: value}}`"
                    self.problems.append(tagged.problem(message, AGAIN))
            else:
                self.lose(f"the tagged value `{key}`", "a map has no place for it", tagged)
        return tags

    def _value(self, tagged: Element, text: str) -> Plain:
        """Return what a tagged value says in the words of a map's file."""
        if not text.startswith(("{", "[")):
            return text
        said, _ = one_value(text)
        if said is None:
            message = f"`{text}` is not what a map's file can say"
            self.problems.append(tagged.problem(message, AGAIN))
            return ""
        return said


def class_of(element: Element) -> str:
    """Return the class of an element: its type, or else its own name."""
    type_ = element.get("type").rpartition(":")[2]
    return type_ or element.name[:1].upper() + element.name[1:]


def _with_paths(root: Element) -> Iterator[tuple[Element, str]]:
    """Yield all elements with the paths by which the Eclipse Modeling Framework refers to what has no id."""
    waiting = [(root, "/")]
    while waiting:
        element, path = waiting.pop()
        yield element, path
        counts: dict[str, int] = {}
        inner = []
        for child in element.children:
            number = counts.get(child.name, 0)
            counts[child.name] = number + 1
            inner.append((child, f"{path}/@{child.name}.{number}"))
        waiting += reversed(inner)

"""What may be written where the cursor is: keys, ids, states, phases, addresses, phrases.

In: where the cursor is, and what was read of the map last. Out: proposals, the likeliest kind first. Nothing
is filtered by what is written already: editors do that, each in its way.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from cruxmap.editing.server.cursor import Cursor
from cruxmap.insight.tags import tags_of
from cruxmap.language.argument_map import MAP_WORLDVIEW, ArgumentMap, Question, Routes, Scale
from cruxmap.language.drafting import Draft
from cruxmap.language.files import ARGUMENTS
from cruxmap.language.for_editors.forms import Form, forms_at, is_shape
from cruxmap.language.includes import DECLARED
from cruxmap.language.judgement import Lexicon, notation_of
from cruxmap.language.names import SECTIONS, Kind
from cruxmap.language.schema import FILES, NAMING_PHASES, FileKind, WorldviewFile
from cruxmap.language.validation import described, fields_of, keys_of
from cruxmap.language.yaml_writing import entry


class Of(Enum):
    """What a proposal is of, for the sign that editors put before it."""

    KEY = "key"
    ENTRY = "entry"
    STATE = "state"
    ADDRESS = "address"
    PHRASE = "phrase"
    OTHER = "other"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What may be written; `detail` says in few words what it is, `text` in full. A key gets its colon."""

    word: str
    of: Of
    detail: str = ""
    text: str = ""


RATIOS = frozenset({"strength", "pace"})
"""Ends of addresses whose numbers are ratios."""

_EVENTS = frozenset({"event", "before", "requires", "later_of", "earlier_of", "from", "to"})


def proposals(cursor: Cursor, kind: FileKind, draft: Draft | None, file: Path) -> tuple[Proposal, ...]:
    """Return what may be written at a cursor in a file of a kind, each word once.

    The file's map is as `draft` has it.
    """
    forms = forms_at(FILES[kind], cursor.path)
    known = None if draft is None else _Known(draft, kind, cursor)
    found: list[Proposal] = []
    if cursor.may_be_key:
        found += _keys(forms, cursor)
        if known is not None:
            found += (each for form in forms if form.of is dict for each in known.keys(form))
    if cursor.may_be_value:
        found += _truths(forms)
        found += _files(forms, file)
        if known is not None:
            found += (each for form in forms if isinstance(form.of, str) for each in known.values(form))
    return tuple({proposal.word: proposal for proposal in reversed(found)}.values())[::-1]


def _keys(forms: Iterable[Form], cursor: Cursor) -> Iterator[Proposal]:
    """Yield the keys of mappings that can stand here, without those that are there."""
    for form in forms:
        if not is_shape(form.of):
            continue
        keys = keys_of(form.of)
        if not cursor.present or cursor.present & keys:
            for key in fields_of(form.of):
                if key not in cursor.present:
                    yield Proposal(key, Of.KEY, _about(form.of), describe(form.of, key))


def describe(shape: Any, key: str) -> str:
    """Return what a key is for, with an example, in Markdown."""
    found = described(shape, key)
    if found is None:
        return ""
    example = "\n".join(entry(key, _as_text(found.example)))
    return f"{found.text}\n\n```yaml\n{example}\n```"


def _as_text(value: Any) -> Any:
    """Return an example as texts, as all of a file is."""
    match value:
        case bool():
            return "true" if value else "false"
        case dict():
            return {str(key): _as_text(part) for key, part in value.items()}
        case list() | tuple():
            return [_as_text(part) for part in value]
        case _:
            return str(value)


def _about(shape: Any) -> str:
    return (shape.__doc__ or "").partition("\n")[0].rstrip(".")


def _truths(forms: Iterable[Form]) -> Iterator[Proposal]:
    if any(form.of == "truth" for form in forms):
        yield from (Proposal(word, Of.OTHER) for word in ("true", "false"))


def _files(forms: Iterable[Form], file: Path) -> Iterator[Proposal]:
    """Yield the folders of maps for a model, and for an `include` the files of the maps beside this one."""
    here = file.parent
    for form in forms:
        if form.of == "file":
            for around in here.parents:
                yield from (
                    Proposal(Path(os.path.relpath(folder, here)).as_posix(), Of.FILE)
                    for folder in sorted((around / ARGUMENTS).glob("*/"))
                )
        if form.of == "included":
            for other in sorted(here.parent.glob("*/*.yaml")):
                if other.parent != here:
                    yield Proposal(Path(os.path.relpath(other, here)).as_posix(), Of.FILE)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a map, and where the cursor is in one of its files."""

    draft: Draft
    kind: FileKind
    cursor: Cursor

    @property
    def map(self) -> ArgumentMap:
        """The map as far as it could be read."""
        return self.draft.map

    # --- values -----------------------------------------------------------------------------------

    def values(self, form: Form) -> Iterator[Proposal]:
        """Yield what may stand in the place of a text."""
        key = form.key
        match form.of:
            case "probability" | "share" | "strength" | "ratio" | "stated":
                yield from self._numbers(form.of)
            case "citation":
                yield from self._citations()
            case "word" if key == "tags":
                yield from (Proposal(tag, Of.OTHER, "tag") for tag in tags_of(self.map))
            case "id" if key in ("by", "voice"):
                yield from (Proposal(v.about.id, Of.OTHER, "voice", v.about.text) for v in self.map.voices)
            case "id" if key in ("extends", "worldviews") or form.owner is not WorldviewFile:
                yield from self._worldviews(key)
            case "entry-id":
                yield from self._ids(key)
            case "part-id" if key in NAMING_PHASES:
                yield from self._phases(None)
            case "part-id" if key == "state":
                yield from self._states(self._entry())
            case "part-id" if key not in ("id", "states"):
                last = str(self._last())
                yield from self._states(last)
                if self.draft.names.kinds.get(last) is Kind.CLAIM:
                    yield from (Proposal(word, Of.OTHER) for word in ("true", "false"))
            case "address":
                yield from self._places(key)

    def _ids(self, key: str) -> Iterator[Proposal]:
        """Yield the ids of what a key is about: claims, unless it says otherwise."""
        if key == "timeline":
            for each in self.map.timelines:
                yield Proposal(each.about.id, Of.OTHER, "timeline", each.about.text)
        elif key in _EVENTS or (key == "of" and "within" in self.cursor.present):
            yield from self._entries(Kind.EVENT)
        elif key in ("undercuts", "rejects"):
            yield from self._entries(Kind.ARGUMENT)
        else:
            yield from self._entries(Kind.CLAIM)
            if key in ("target", "also"):
                yield from self._entries(Kind.QUESTION, Kind.EVENT)

    def _places(self, key: str) -> Iterator[Proposal]:
        """Yield the addresses that a key is about."""
        if key == "accepts":
            yield from self._entries(Kind.ARGUMENT)
            routes = self.map.brought.keys() - self.map.entry.keys()
            yield from (Proposal(address, Of.ADDRESS, "brought") for address in sorted(routes))
        elif key in ("for", "against"):
            yield from self._entries(Kind.CLAIM)
            yield from self._parts()
        else:
            yield from self._addresses()

    def _last(self) -> str | int:
        """Return the key, not the number of an item, whose value is written."""
        return next((step for step in reversed(self.cursor.path) if isinstance(step, str)), "")

    def _entry(self) -> str:
        """Return the id of the entry in which the cursor is, or that of the address in a worldview."""
        path = self.cursor.path
        return str(path[1]).partition(".")[0] if len(path) > 1 else ""

    def _numbers(self, kind: str) -> Iterator[Proposal]:
        last = str(self._last()).rpartition(".")[2]
        is_ratio = kind in ("strength", "ratio") or (kind == "probability" and last in RATIOS)
        scale = Scale.RATIO if is_ratio else Scale.PROBABILITY
        yield from _phrases(self.draft.lexicon, scale)
        if self._is_share():
            yield Proposal("rest", Of.PHRASE, "what the other shares leave")
        if kind != "stated":
            yield Proposal("same as", Of.PHRASE, "the number at another address")
        if self.cursor.written.startswith("same as"):
            for judgement in self.map.judgements.values():
                if judgement.overridable and judgement.role.scale is scale:
                    address, value = judgement.address, notation_of(judgement.value)
                    yield Proposal(f"same as {address}", Of.ADDRESS, value)

    def _is_share(self) -> bool:
        states = self.draft.names.states.get(self._entry(), ())
        return self._last() in states

    def _citations(self) -> Iterator[Proposal]:
        source, hash_, _ = self.cursor.written.partition("#")
        for each in self.map.sources:
            yield Proposal(each.id, Of.OTHER, "source", each.title)
            if hash_ and each.id == source:
                for place in each.locators or ():
                    yield Proposal(f"{each.id}#{place.id}", Of.OTHER, "locator", place.section)

    def _worldviews(self, key: str) -> Iterator[Proposal]:
        for worldview in self.map.worldviews:
            yield Proposal(worldview.about.id, Of.OTHER, "worldview", worldview.about.text)
        if key != "extends":
            yield Proposal(MAP_WORLDVIEW, Of.OTHER, "the map's own judgements")
        if key == "worldviews":
            yield Proposal("all", Of.OTHER, "all worldviews of the map")

    def _entries(self, *kinds: Kind) -> Iterator[Proposal]:
        for id_, kind in self.draft.names.kinds.items():
            if kind in kinds:
                known = self.map.entry.get(id_)
                yield Proposal(id_, Of.ENTRY, str(kind), known.about.text if known else "")

    def _states(self, question: str) -> Iterator[Proposal]:
        entry = self.map.entry.get(question)
        texts = entry.text_of if isinstance(entry, Question) else {}
        for state in self.draft.names.states.get(question, ()):
            yield Proposal(state, Of.STATE, f"state of {question}", texts.get(state, ""))

    def _phases(self, event: str | None) -> Iterator[Proposal]:
        names = self.draft.names
        timelines = names.phases if event is None else [names.timeline_of.get(event, "")]
        for timeline in timelines:
            for phase in names.phases.get(timeline, ()):
                yield Proposal(phase, Of.STATE, f"phase of {timeline}")

    def _parts(self) -> Iterator[Proposal]:
        """Yield what an argument can be about that is a part of an entry: routes and phases."""
        for claim in self.map.claims:
            if isinstance(claim.basis, Routes):
                for route in claim.basis.routes:
                    if route.id:
                        yield Proposal(f"{claim.about.id}.{route.id}", Of.ADDRESS, "route")
        for event, timeline in self.draft.names.timeline_of.items():
            for phase in self.draft.names.phases.get(timeline, ()):
                yield Proposal(f"{event}.{phase}", Of.ADDRESS, "phase")

    def _addresses(self) -> Iterator[Proposal]:
        for address, judgement in self.map.judgements.items():
            if judgement.overridable:
                text = self.map.entry[judgement.owner].about.text
                yield Proposal(address, Of.ADDRESS, notation_of(judgement.value), text)
        for row in self.map.shares:
            yield Proposal(row, Of.ADDRESS, "shares")

    # --- keys of mappings -------------------------------------------------------------------------

    def keys(self, form: Form) -> Iterator[Proposal]:
        """Yield the keys of a mapping that is about what has ids."""
        path = self.cursor.path
        match form.key:
            case "judgements" if len(path) == 1:
                yield from self._addresses()
            case "judgements" | "credence" | "otherwise" | "value" | "at_least":
                yield from self._states(self._entry())
            case "emerges":
                yield from self._phases(self._entry())
            case "remarks" | "entries":
                yield from self._entries(*Kind)
            case "routes":
                yield from (
                    Proposal(claim.about.id, Of.ENTRY, "claim", claim.about.text)
                    for claim in self.map.claims
                    if isinstance(claim.basis, Routes)
                )
            case "for" | "against":
                yield from self._entries(Kind.QUESTION)
            case _ if form.key not in _NEW:
                yield from self._entries(Kind.QUESTION, Kind.CLAIM)


_NEW = frozenset({*SECTIONS, *DECLARED, "locators", "phases"})
"""Keys under which ids stand that are new."""


def _phrases(lexicon: Lexicon, scale: Scale) -> Iterator[Proposal]:
    for (its, phrase), meaning in lexicon.items():
        if its is scale:
            yield Proposal(phrase, Of.PHRASE, _ends(meaning.low, meaning.high, scale))


def _ends(low: float, high: float, scale: Scale) -> str:
    if scale is Scale.RATIO:
        return f"{low:g}x to {high:g}x"
    return f"{100 * low:g}% to {100 * high:g}%"

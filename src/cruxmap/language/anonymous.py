"""A model whose reviewers are letters: nothing in it tells who they are.

In: a `ModelSpec`. Out: the same as if its files had been written without names. Worldviews are `reviewer-a`
and so on, in an order that says nothing. What only says who somebody is, is gone: voices and who wrote a
source, the sources and notes of a reviewer's numbers, remarks, and notes that name somebody. Where another
text does, it says `a reviewer`.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import StrEnum
from string import ascii_lowercase
from typing import Any

from cruxmap.errors import NOWHERE, Span
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    About,
    Argument,
    ArgumentMap,
    Citation,
    Elicited,
    Source,
    Worldview,
)
from cruxmap.language.digest import digest
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.names import BROUGHT

SOMEBODY = "a reviewer"
"""What stands for a name in a text."""

WHY_FITTED = "to meet what the reviewer states"

_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
"""What an id looks like in an address or a condition."""

_TEXTS = frozenset({"text", "note", "title", "section", "no_claim", "tags", "state_texts"})
"""Fields that are sentences; other texts are ids, addresses and notations."""

SHORTEST_NAME = 3
"""Characters of a word that is taken out of sentences: a shorter one is a word of many others."""


def without_names(model: ModelSpec) -> ModelSpec:
    """Return a model in which reviewers are letters."""
    argument_map = model.map
    letters = _letters(argument_map)
    telling = _Telling(_ids(argument_map), _people(argument_map))
    renamed = letters | _new_ids(argument_map, letters, telling)
    pen = _Pen(renamed, telling, frozenset(s.id for s in argument_map.sources if _tells(s, telling)))
    own: dict[str, Any] = {
        field.name: pen.write(getattr(argument_map, field.name), field.name)
        for field in _kept(argument_map)
    }
    for section in BROUGHT:
        own[section] = tuple(sorted(own[section], key=_brought_last))
    own["worldviews"] = tuple(
        sorted((pen.worldview(w) for w in argument_map.worldviews), key=lambda w: w.about.id)
    )
    own["sources"] = tuple(
        replace(pen.write(source), author="")
        for source in argument_map.sources
        if source.id not in pen.dropped
    )
    own["voices"] = ()
    own["lexicon"] = tuple(
        (phrase, value) for phrase, value in argument_map.lexicon if not telling.is_in(phrase)
    )
    everyone = [letters.get(name, name) for name in model.worldviews]
    return replace(
        model,
        map=replace(argument_map, **own),
        text=telling.out_of(model.text),
        target=pen.write(model.target),
        also=pen.write(model.also),
        assuming=pen.write(model.assuming),
        observed=pen.write(model.observed),
        given_at=pen.write(model.given_at),
        settings=pen.write(model.settings),
        worldviews=tuple(sorted(everyone, key=lambda name: (name != MAP_WORLDVIEW, name))),
        expect=(),
        file=f"models/{model.id}.yaml",
        visitors=(),
    )


def _kept(argument_map: ArgumentMap) -> list[Any]:
    return [
        field
        for field in fields(argument_map)
        if field.init and field.name not in {"worldviews", "voices", "lexicon"}
    ]


def _brought_last(entry: Any) -> tuple[bool, str]:
    """Keep the order of the map's own entries; that of files of worldviews would tell whose they are."""
    return (False, "") if entry.about.brought_by is None else (True, entry.about.id)


def _letters(argument_map: ArgumentMap) -> dict[str, str]:
    """Return each worldview's letter, in an order that only the whole map decides."""
    key = digest(argument_map)

    def order(name: str) -> bytes:
        return hashlib.sha256(f"{key} {name}".encode()).digest()

    names = sorted((w.about.id for w in argument_map.worldviews), key=order)
    return {name: f"reviewer-{_letter(i)}" for i, name in enumerate(names)}


def _letter(number: int) -> str:
    """Return a, b, ..., z, aa, ab, ..."""
    more, last = divmod(number, len(ascii_lowercase))
    return (_letter(more - 1) if more else "") + ascii_lowercase[last]


def _ids(argument_map: ArgumentMap) -> frozenset[str]:
    """Return the ids of reviewers."""
    voices = {worldview.voice for worldview in argument_map.worldviews if worldview.voice is not None}
    return frozenset({worldview.about.id for worldview in argument_map.worldviews} | voices)


def _people(argument_map: ArgumentMap) -> frozenset[str]:
    """Return the names of people: those that what is said of voices begins with, and authors."""
    ids = _ids(argument_map)
    first = [re.split(_BETWEEN_NAMES, v.about.text)[0] for v in argument_map.voices if v.about.id in ids]
    authors = [name for s in argument_map.sources for name in re.split(_BETWEEN_NAMES, s.author)]
    names = {name.strip() for name in (*first, *authors) if _NAME.fullmatch(name.strip())}
    return frozenset(names | {name.split()[-1] for name in names})


_BETWEEN_NAMES = r"[,;:.()](?:\s|$)|\s(?:and|who|&)\s"
_CAPITALISED = r"[^\W\d_a-z](?:[^\W\d_]|[.'\u2019-])*"
_NAME = re.compile(rf"(?:{_CAPITALISED}\s+){{0,3}}{_CAPITALISED}")
"""Up to four words that begin with a capital."""


@dataclass(frozen=True, slots=True)
class _Telling:
    """What tells who somebody is: `ids`, in any case and with spaces too, and names of `people`."""

    ids: frozenset[str]
    people: frozenset[str]

    @property
    def _pattern(self) -> "re.Pattern[str]":
        ids, people = ("|".join(map(_way, _longest_first(names))) for names in (self.ids, self.people))
        return re.compile(rf"(?:\b[Tt]he\s+)?(?<!\w)(?:{people or '(?!)'}|(?i:{ids or '(?!)'}))(?!\w)")

    def out_of(self, text: str) -> str:
        """Return a sentence without names."""
        return self._pattern.sub(SOMEBODY, text)

    def is_in(self, text: str) -> bool:
        """Tell whether somebody is named in a text."""
        return self._pattern.search(re.sub(r"[-_/.#%]", " ", text)) is not None or bool(
            self._pattern.search(text)
        )


def _longest_first(names: Iterable[str]) -> list[str]:
    return sorted((name for name in names if len(name) >= SHORTEST_NAME), key=lambda n: (-len(n), n))


def _way(name: str) -> str:
    """Return the pattern of a name: its words may be apart by a hyphen or a space."""
    return re.escape(name).replace(r"\-", r"[-\s]").replace(r"\ ", r"\s+")


def _new_ids(argument_map: ArgumentMap, letters: Mapping[str, str], telling: _Telling) -> dict[str, str]:
    """Return other ids for what has an id that names somebody: entries, their parts, timelines."""
    bringers = {name: entry.about.brought_by for name, entry in argument_map.entry.items()}
    kept = [field.name for field in _kept(argument_map)]
    words = {word for name in kept for word in _words(getattr(argument_map, name), name)}
    found: dict[str, str] = {}
    for name in sorted(word for word in words - letters.keys() if telling.is_in(word)):
        bringer = bringers.get(name)
        prefix = "part" if name not in bringers else "entry" if bringer is None else letters[bringer]
        number = 1
        while (new := f"{prefix}-{number}") in words or new in found.values():
            number += 1
        found[name] = new
    return found


def _words(value: Any, field: str = "") -> Iterator[str]:
    """Yield the words of all ids, addresses and conditions in a value."""
    match value:
        case StrEnum() | Elicited() | Span() | Source() | Citation():
            return
        case str():
            if field not in _TEXTS:
                yield from _WORD.findall(value)
        case tuple():
            for part in value:
                yield from _words(part, field)
        case _ if is_dataclass(value):
            for part in fields(value):
                if part.init:
                    yield from _words(getattr(value, part.name), part.name)


def _tells(source: Source, telling: _Telling) -> bool:
    return any(map(telling.is_in, (source.id, source.title, source.url)))


@dataclass(frozen=True, slots=True)
class _Pen:
    """Writes values again: ids by their new names, sentences without names, and no citation of `dropped`."""

    renamed: Mapping[str, str]
    telling: _Telling
    dropped: frozenset[str]

    def write(self, value: Any, field: str = "") -> Any:
        """Return a value as it is without names."""
        match value:
            case StrEnum():
                return value
            case str() if field == "note" and self.telling.is_in(value):
                return ""  # it says whose number came from where
            case str():
                return self.telling.out_of(value) if field in _TEXTS else self.ids(value)
            case tuple() if type(value) is tuple:
                parts = (
                    part
                    for part in value
                    if not (isinstance(part, Citation) and part.source in self.dropped)
                )
                return tuple(self.write(part, field) for part in parts)
            case Span():
                return NOWHERE if self.telling.is_in(value.file) else value
            case Elicited():
                return replace(value, text="") if self.telling.is_in(value.text) else value
            case About(brought_by=str()):
                return self._fields(replace(value, citations=(), note="", tags=(), span=NOWHERE))
            case Argument(by=str()):
                return self.write(replace(value, by=None))
            case _ if is_dataclass(value):
                return self._fields(value)
            case _:
                return value

    def _fields(self, value: Any) -> Any:
        return replace(
            value, **{f.name: self.write(getattr(value, f.name), f.name) for f in fields(value) if f.init}
        )

    def ids(self, text: str) -> str:
        """Return an id, an address or a condition with the new names."""
        return _WORD.sub(lambda found: self.renamed.get(found[0], found[0]), text)

    def worldview(self, worldview: Worldview) -> Worldview:
        """Return a worldview with its numbers and nothing else."""
        given = tuple(
            replace(one, citations=(), note="", fitted=WHY_FITTED if one.fitted else "", span=NOWHERE)
            for one in worldview.judgements
        )
        stated = tuple(replace(one, citations=(), note="", span=NOWHERE) for one in worldview.stated)
        bare = Worldview(
            about=About(worldview.about.id),
            extends=worldview.extends,
            judgements=given,
            rejects=worldview.rejects,
            accepts=worldview.accepts,
            stated=stated,
        )
        written: Worldview = self.write(bare)
        return written

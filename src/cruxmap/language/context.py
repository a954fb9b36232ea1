"""What every kind of entry is read with: ids, sentences, citations and numbers.

A number, id or key that is wrong adds a problem and a stand-in takes its place, so that the rest of the
entry is still read.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from cruxmap.errors import Code, Hint
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    About,
    Citation,
    Condition,
    Elicited,
    Judgement,
    Rest,
    Role,
    SameAs,
    Scale,
    Value,
    condition_text,
)
from cruxmap.language.conditions import Resolver
from cruxmap.language.findings import Findings, Place
from cruxmap.language.judgement import Lexicon, UnreadableError, parse_value
from cruxmap.language.schema import (
    FittedNumber,
    FittedShares,
    Judged,
    LongNumber,
    LongShares,
    Noted,
    Remarked,
    Told,
)
from cruxmap.language.yaml_text import Text

_OF_TIME = {"event", "before", "after", "by", "within", "of", "during", "ever", "never"}
_OF_NUMBERS = {"leak", "chance", "credence", "strength", "force", "pace", "value", "rest", "same"}
RESERVED = _OF_TIME | _OF_NUMBERS | {"not", "all", "map", "otherwise", "true", "false", "null"}
OTHERWISE = "otherwise"
MAX_ID = 200
"""Ids are also names of files, of which systems take 255 bytes."""
MAX_STEPS = 10_000
"""Steps that a timeline may have: far above what an argument can tell apart."""

_KEBAB = re.compile("[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Context:
    """What every entry is read with. `locators` maps a source to the locators it lists (`None`: no list)."""

    resolver: Resolver
    lexicon: Lexicon
    locators: Mapping[str, frozenset[str] | None]
    voices: frozenset[str]

    @property
    def findings(self) -> Findings:
        """Where problems go."""
        return self.resolver.findings

    def add(self, code: Code, message: str, place: Place, hint: str = "") -> None:
        """Add a problem."""
        self.resolver.findings.add(code, message, place, hint)


# --- what every entry has -----------------------------------------------------------------------


def check_word(findings: Findings, id_: Text, *, number_ok: bool = True) -> None:
    """Add a problem unless the id is kebab-case and short; ids of parts of an entry may be numbers."""
    if len(id_) > MAX_ID:
        message = f"an id of {len(id_):,} characters is too long"
        findings.add(Code.BAD_ID, message, id_, f"ids have up to {MAX_ID} characters")
        return
    if _KEBAB.fullmatch(id_) is None or not (number_ok or id_.islower()):
        tidy = "-".join(re.findall("[a-z0-9]+", without_accents(id_).lower()))
        hint = (
            Hint(f"write `{tidy}`", id_, tidy)
            if _KEBAB.fullmatch(tidy) and tidy != id_
            else "lower-case words joined by `-`"
        )
        findings.add(Code.BAD_ID, f"`{id_}` is not an id", id_, hint)


def without_accents(text: str) -> str:
    """Return a text with `a` for `ä`, and the like."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(part for part in parts if not unicodedata.category(part).startswith("M"))


def check_id(findings: Findings, id_: Text, *, number_ok: bool = False) -> None:
    """Add a problem unless the id is kebab-case and not a word of the language."""
    check_word(findings, id_, number_ok=number_ok)
    if id_ in RESERVED:
        hint = "leave the `id` out: the last row is called so" if id_ == OTHERWISE else "choose another id"
        findings.add(Code.RESERVED_ID, f"`{id_}` is a word of the language", id_, hint)


def check_part_ids(context: Context, ids: Iterable[Text | None]) -> None:
    """Check the ids of rows, routes, states or phases, which are unique in their entry."""
    seen: dict[str, Text] = {}
    for id_ in ids:
        if id_ is None:
            continue
        check_id(context.findings, id_, number_ok=True)
        first = seen.setdefault(id_, id_)
        if first is not id_:
            hint = f"ids are unique in their entry: the first is at {first.span}"
            context.add(Code.DUPLICATE_ID, f"`{id_}` is there twice", id_, hint)


def about(context: Context, id_: Text, shape: Told) -> About:
    """Return what an entry says of itself; one without a sentence is a problem."""
    if not shape.text:
        context.add(
            Code.MISSING_KEY, f"`{id_}` has no `text`", id_, "say it in a sentence, under `text: >-`"
        )
    return noted_about(context, id_, shape.text, shape)


def noted_about(context: Context, id_: Text, text: Text | None, shape: Noted) -> About:
    """Return what an entry says of itself, with or without a sentence."""
    warn_of_comments(context.findings, text, shape)
    return About(
        str(id_),
        str(text or ""),
        citations(context, shape.source),
        str(shape.note or ""),
        texts(shape.tags),
        id_.span,
    )


def texts(words: Text | list[Text] | None) -> tuple[str, ...]:
    """Return one text or several as plain strings."""
    return () if words is None else tuple(map(str, each(words)))


def each(words: Text | list[Text] | None) -> list[Text]:
    """Return one text, several, or none as a list."""
    if words is None:
        return []
    return [words] if isinstance(words, Text) else words


def warn_of_comments(findings: Findings, text: Text | None, shape: Remarked) -> None:
    """Warn where a comment may have swallowed the end of a sentence or a locator."""
    source = shape.source if isinstance(shape, Noted) else None
    warn_of_comments_after(findings, (text, shape.note, *each(source)))


def warn_of_comments_after(findings: Findings, sentences: Iterable[Text | None]) -> None:
    """Warn where a comment may have swallowed the end of one of these."""
    for words in sentences:
        if words is not None and words.plain and words.comment_follows:
            message = "what follows ` #` on this line is a comment and not read"
            hint = (
                "quote it if it belongs to the text (`source: post#P15` has no space), or move the comment"
            )
            findings.warn(Code.COMMENT_AFTER_TEXT, message, words, hint)


def citations(context: Context, source: Text | list[Text] | None) -> tuple[Citation, ...]:
    """Return what is cited; sources and listed locators must exist."""
    return () if source is None else tuple(_citation(context, words) for words in each(source))


def _citation(context: Context, words: Text) -> Citation:
    key, _, locator = words.partition("#")
    context.resolver.declared(Code.UNKNOWN_SOURCE, words, key, context.locators)
    listed = context.locators.get(key)
    if locator and listed is not None and locator not in listed:
        hint = context.resolver.names.nearest(locator, listed) or f"list it in `sources/{key}.yaml`"
        context.add(Code.UNKNOWN_LOCATOR, f"`{key}` has no locator `{locator}`", words, hint)
    return Citation(key, locator or None, words.span)


def check_voice(context: Context, voice: Text | None) -> None:
    """Add a problem for a voice that the map does not name."""
    if voice is not None:
        context.resolver.declared(Code.UNKNOWN_VOICE, voice, voice, context.voices)


def check_worldview(resolver: Resolver, id_: Text, known: Collection[str]) -> None:
    """Add a problem unless an id is one of the known worldviews, or stands for the map's own numbers."""
    if id_ != MAP_WORLDVIEW and id_ not in known:
        hint = resolver.names.nearest(id_, known) or "`map` stands for the map's own judgements"
        resolver.add(Code.UNKNOWN_WORLDVIEW, f"there is no worldview `{id_}`", id_, hint)


def with_parents(locators: Iterable[str]) -> frozenset[str]:
    """Return locators with those that contain them: `C17.2.1` makes `C17.2` and `C17` citable."""
    found: set[str] = set()
    for locator in locators:
        parts = locator.split(".")
        found.update(".".join(parts[:n]) for n in range(1, len(parts) + 1))
    return frozenset(found)


# --- judgements ---------------------------------------------------------------------------------


def number(context: Context, text: Text, role: Role, beside: str = "") -> Elicited | SameAs:
    """Read one number; a stand-in where it cannot be read.

    `beside` is the address of an argument's strength, which is meant by a number of the wrong kind.
    """
    try:
        value = parse_value(text, role, context.lexicon)
        return value if isinstance(value, Elicited) else SameAs(value.address, text.span)
    except UnreadableError as error:
        may_be_phrase = not context.resolver.names.complete and not any(c.isdigit() for c in text)
        if not may_be_phrase:
            hint = error.hint
            if beside and error.code is Code.WRONG_KIND:
                hint = f"for the strength of the argument write `{beside}: {text}`"
            context.add(error.code, error.message, text, hint)
        return stand_in(role.scale)


def stand_in(scale: Scale) -> Elicited:
    """Return a number that is as good as any, in the place of one that cannot be read."""
    return Elicited(scale, 0.5, 0.5) if scale is Scale.PROBABILITY else Elicited(scale, 2, 2)


def share(context: Context, text: Text) -> Value:
    """Read one share, which may be `rest`."""
    return Rest(text.span) if text == "rest" else number(context, text, Role.SHARE)


@dataclass(slots=True)
class Owner:
    """The entry that judgements belong to, its id as written, and what its nameless rows are called."""

    context: Context
    place: Text
    about: About
    nameless: Counter[str] = field(default_factory=Counter)

    def judgement(self, node: Judged, address: str, role: Role, *around: Noted | None) -> Judgement:
        """Return a judgement as written, with the sources of the row and the phase around it."""
        text, cited, note = _long(self.context, node, around)
        value = share(self.context, text) if role is Role.SHARE else number(self.context, text, role)
        named, given = "#" not in address, is_elicited(node, *around)
        check_elicited(self.context, node)
        return Judgement(
            address, self.about.id, role, value, named, False, cited, note, text.span, elicited=given
        )

    def default(self, address: str, role: Role, value: Elicited) -> Judgement:
        """Return a judgement that nobody wrote."""
        return Judgement(address, self.about.id, role, value, is_default=True, span=self.about.span)

    def or_default(self, node: Judged | None, address: str, role: Role, value: Elicited) -> Judgement:
        """Return a judgement as written, or else its default."""
        return self.default(address, role, value) if node is None else self.judgement(node, address, role)

    def nameless_address(self, owner: str, when: Condition | None) -> str:
        """Return an address for a row or route without an id: no worldview can reach it."""
        address = f"{owner}#{condition_text(when) if when is not None else 'always'}"
        self.nameless[address] += 1
        count = self.nameless[address]
        return address if count == 1 else f"{address} ({count})"


def _long(
    context: Context, node: Judged, around: tuple[Noted | None, ...]
) -> tuple[Text, tuple[Citation, ...], str]:
    """Return a judgement's notation, sources and note, its own before those of what is around it."""
    text, parts = (node, around) if isinstance(node, Text) else (node.value, (node, *around))
    noted = [part for part in parts if part and not (part.source is None and part.note is None)]
    if not noted:
        return text, (), ""
    for part in noted:
        warn_of_comments(context.findings, None, part)
    cited = tuple(citation for part in noted for citation in citations(context, part.source))
    note = next((str(part.note) for part in noted if part.note), "")
    return text, cited, note


def is_elicited(*parts: object) -> bool:
    """Tell whether somebody gave a number: the innermost of its long forms that says so decides."""
    said = (part.elicited for part in parts if isinstance(part, LongNumber | LongShares))
    return next((word for word in said if word is not None), "true") != "false"


def check_elicited(context: Context, part: object) -> None:
    """Add a problem where it is said that nobody gave a number, and also where it comes from."""
    if not isinstance(part, LongNumber | LongShares) or part.elicited is None:
        return
    if context.resolver.truth(part.elicited):
        return
    if part.source is not None:
        message = "a number that nobody gave has no `source`"
        hint = "take out `elicited: false` if the source gives the number, or else `source`"
        context.add(Code.MISPLACED_KEY, message, part.elicited, hint)
    if isinstance(part, FittedNumber | FittedShares) and part.fitted is not None:
        message = "a number that was fitted follows from what somebody gave"
        hint = "keep `fitted` or `elicited: false`"
        context.add(Code.MISPLACED_KEY, message, part.elicited, hint)


CERTAIN = Elicited(Scale.PROBABILITY, 1.0, 1.0, "100%")
NEVER = Elicited(Scale.PROBABILITY, 0.0, 0.0, "0%")
EVEN_PACE = Elicited(Scale.RATIO, 1.0, 1.0, "1x")


def misplaced(owner: Owner, shape: object, keys: tuple[str, ...], allowed: bool, where: str) -> None:
    """Add a problem for each key that is there without what it belongs to."""
    for key in keys:
        value = getattr(shape, key)
        if value is not None and not allowed:
            place = value if isinstance(value, Text) else owner.place
            owner.context.add(Code.MISPLACED_KEY, f"`{key}` belongs to {where}", place)

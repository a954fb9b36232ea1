"""Claims, questions, events, arguments and timelines: from their shapes to their values.

One function per kind of entry. A number, id or key that is wrong adds a problem and a stand-in takes
its place, so that the rest of the entry is still read.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import assert_never

from cruxmap.language.argument_map import (
    About,
    Argument,
    ArgumentTarget,
    Basis,
    Citation,
    Claim,
    Combination,
    Condition,
    Credence,
    Definition,
    Direction,
    Elicited,
    Emergence,
    Entry,
    Event,
    Gap,
    Judgement,
    OnArgument,
    OnClaim,
    OnPhase,
    OnRoute,
    OnStates,
    Phase,
    PhaseChance,
    Question,
    Rest,
    Role,
    Route,
    Routes,
    Row,
    Rule,
    SameAs,
    Scale,
    ShareRow,
    ShareTable,
    Table,
    Timeline,
    Value,
    condition_text,
)
from cruxmap.language.codes import Code
from cruxmap.language.conditions import Kind, Resolver
from cruxmap.language.findings import Findings
from cruxmap.language.judgement import Lexicon, UnreadableError, parse_value
from cruxmap.language.schema import (
    AnyPhase,
    AnyRow,
    AnyShareRow,
    ArgumentShape,
    ClaimShape,
    EventShape,
    GapShape,
    Judged,
    LongNumber,
    LongShares,
    Noted,
    OtherwiseShape,
    PhaseShape,
    QuestionShape,
    Remarked,
    RouteShape,
    RowShape,
    ShareOtherwiseShape,
    ShareRowShape,
    Shares,
    TargetShape,
    TimelineShape,
    Told,
)
from cruxmap.language.shaping import Shape
from cruxmap.language.yaml_text import Text, joined

RESERVED = frozenset(
    {
        *(
            "event",
            "before",
            "after",
            "by",
            "within",
            "of",
            "during",
            "ever",
            "not",
            "rest",
            "never",
            "all",
            "map",
        ),
        *("otherwise", "leak", "chance", "credence", "strength", "force", "pace"),
        *("value", "true", "false", "null", "same"),
    }
)
OTHERWISE = "otherwise"
MOST_STEPS = 10_000
"""Steps that a timeline may have: far above what an argument can tell apart."""

_WORDS = re.compile("[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Desk:
    """What every entry is read with. `locators` maps a source to the locators it lists (`None`: no list)."""

    resolver: Resolver
    lexicon: Lexicon
    locators: Mapping[str, frozenset[str] | None]
    voices: frozenset[str]

    @property
    def findings(self) -> Findings:
        """Where problems go."""
        return self.resolver.findings


# --- what every entry has -----------------------------------------------------------------------


def check_word(findings: Findings, id_: Text, *, number_ok: bool = True) -> None:
    """Add a problem unless the id is kebab-case; ids of parts of an entry may be numbers."""
    if _WORDS.fullmatch(id_) is None or not (number_ok or any(c.isalpha() for c in id_)):
        tidy = "-".join(re.findall("[a-z0-9]+", id_.lower()))
        hint = (
            f"write `{tidy}`" if _WORDS.fullmatch(tidy) and tidy != id_ else "lower-case words joined by `-`"
        )
        findings.add(Code.BAD_ID, f"`{id_}` is not an id", id_, hint)


def check_id(findings: Findings, id_: Text, *, number_ok: bool = False) -> None:
    """Add a problem unless the id is kebab-case and not a word of the language."""
    check_word(findings, id_, number_ok=number_ok)
    if id_ in RESERVED:
        findings.add(Code.RESERVED_ID, f"`{id_}` is a word of the language", id_, "choose another id")


def about(desk: Desk, id_: Text, shape: Told) -> About:
    """Return what an entry says of itself; one without a sentence is a problem."""
    if not shape.text:
        desk.findings.add(
            Code.MISSING_KEY, f"`{id_}` has no `text`", id_, "say it in a sentence, under `text: >-`"
        )
    return noted_about(desk, id_, shape.text, shape)


def noted_about(desk: Desk, id_: Text, text: Text | None, shape: Noted) -> About:
    """Return what an entry says of itself, with or without a sentence."""
    warn_of_comments(desk.findings, text, shape)
    return About(
        str(id_),
        str(text or ""),
        citations(desk, shape.source),
        str(shape.note or ""),
        texts(shape.tags),
        id_.span,
    )


def texts(words: Text | list[Text] | None) -> tuple[str, ...]:
    """Return one text or several as plain strings."""
    return tuple(map(str, each(words)))


def each(words: Text | list[Text] | None) -> list[Text]:
    """Return one text, several, or none as a list."""
    if words is None:
        return []
    return [words] if isinstance(words, Text) else words


def warn_of_comments(findings: Findings, text: Text | None, shape: Remarked) -> None:
    """Warn where a comment may have swallowed the end of a sentence or a locator."""
    source = shape.source if isinstance(shape, Noted) else None
    for words in (text, shape.note, *each(source)):
        if words is not None and words.comment_follows:
            message = "what follows ` #` on this line is a comment and not read"
            hint = "quote it if it belongs to the text (`source: post#P15` has no space), or move the comment"
            findings.warn(Code.COMMENT_AFTER_TEXT, message, words, hint)


def citations(desk: Desk, source: Text | list[Text] | None) -> tuple[Citation, ...]:
    """Return what is cited; sources and listed locators must exist."""
    return tuple(_citation(desk, words) for words in each(source))


def _citation(desk: Desk, words: Text) -> Citation:
    key, _, locator = words.partition("#")
    if key not in desk.locators:
        if desk.resolver.names.complete and key not in desk.resolver.names.broken:
            hint = desk.resolver.names.nearest(key, desk.locators) or "name it under `sources`"
            desk.findings.add(Code.UNKNOWN_SOURCE, f"there is no source `{key}`", words, hint)
    else:
        listed = desk.locators[key]
        if locator and listed is not None and locator not in listed:
            hint = desk.resolver.names.nearest(locator, listed)
            message = f"`{key}` has no locator `{locator}`"
            desk.findings.add(Code.UNKNOWN_LOCATOR, message, words, hint)
    return Citation(key, locator or None, words.span)


def check_voice(desk: Desk, voice: Text | None) -> None:
    """Add a problem for a voice that the map does not name."""
    names = desk.resolver.names
    if voice is not None and voice not in desk.voices and voice not in names.broken and names.complete:
        hint = names.nearest(voice, desk.voices) or "name it under `voices`"
        desk.findings.add(Code.UNKNOWN_VOICE, f"there is no voice `{voice}`", voice, hint)


def with_parents(locators: Iterable[str]) -> frozenset[str]:
    """Return locators with those that contain them: `C17.2.1` makes `C17.2` and `C17` citable."""
    found: set[str] = set()
    for locator in locators:
        parts = locator.split(".")
        found.update(".".join(parts[:n]) for n in range(1, len(parts) + 1))
    return frozenset(found)


# --- judgements ---------------------------------------------------------------------------------


def number(desk: Desk, text: Text, role: Role) -> Elicited | SameAs:
    """Read one number; a stand-in where it cannot be read."""
    try:
        return parse_value(text, role, desk.lexicon, text.span)
    except UnreadableError as error:
        may_be_phrase = not desk.resolver.names.complete and not any(c.isdigit() for c in text)
        if not may_be_phrase:
            desk.findings.add(error.code, error.message, text, error.hint)
        return replace(stand_in(role.scale), span=text.span)


def stand_in(scale: Scale) -> Elicited:
    """Return a number that is as good as any, in the place of one that cannot be read."""
    return Elicited(scale, 0.5, 0.5) if scale is Scale.PROBABILITY else Elicited(scale, 2, 2)


def share(desk: Desk, text: Text) -> Value:
    """Read one share, which may be `rest`."""
    return Rest(text.span) if text == "rest" else number(desk, text, Role.SHARE)


@dataclass(slots=True)
class _Owner:
    """The entry that judgements belong to, and the addresses that its nameless rows have taken."""

    desk: Desk
    id: Text
    nameless: set[str] = field(default_factory=set)

    def judgement(self, node: Judged, address: str, role: Role, *around: Noted | None) -> Judgement:
        """Return a judgement as written, with the sources of the row and the phase around it."""
        text, cited, note = _long(self.desk, node, around)
        value = share(self.desk, text) if role is Role.SHARE else number(self.desk, text, role)
        named = "#" not in address
        return Judgement(address, str(self.id), role, value, named, False, cited, note, value.span)

    def default(self, address: str, role: Role, value: Elicited) -> Judgement:
        """Return a judgement that nobody wrote."""
        return Judgement(address, str(self.id), role, value, is_default=True, span=self.id.span)

    def or_default(self, node: Judged | None, address: str, role: Role, value: Elicited) -> Judgement:
        """Return a judgement as written, or else its default."""
        return self.default(address, role, value) if node is None else self.judgement(node, address, role)

    def nameless_address(self, owner: str, when: Condition | None) -> str:
        """Return an address for a row or route without an id: no worldview can reach it."""
        address = first = f"{owner}#{condition_text(when) if when is not None else 'always'}"
        count = 1
        while address in self.nameless:
            count += 1
            address = f"{first} ({count})"
        self.nameless.add(address)
        return address


def _long(
    desk: Desk, node: Judged, around: tuple[Noted | None, ...]
) -> tuple[Text, tuple[Citation, ...], str]:
    """Return a judgement's notation, sources and note, its own before those of what is around it."""
    text = node.value if isinstance(node, LongNumber) else node
    noted = [
        part
        for part in (node, *around)
        if isinstance(part, Noted) and (part.source is not None or part.note is not None)
    ]
    for part in noted:
        warn_of_comments(desk.findings, None, part)
    cited = tuple(citation for part in noted for citation in citations(desk, part.source))
    note = next((str(part.note) for part in noted if part.note), "")
    return text, cited, note


CERTAIN = Elicited(Scale.PROBABILITY, 1.0, 1.0, "100%")
NEVER = Elicited(Scale.PROBABILITY, 0.0, 0.0, "0%")
EVEN_PACE = Elicited(Scale.RATIO, 1.0, 1.0, "1x")


# --- claims -------------------------------------------------------------------------------------


BASES = ("credence", "all_of", "any_of", "at_least", "routes", "given")


def read_claim(desk: Desk, id_: Text, shape: ClaimShape) -> Claim:
    """Return a claim on exactly one basis."""
    owner = _Owner(desk, id_)
    entry = about(desk, id_, shape)
    given = check_one_basis(owner, shape, "claim", BASES)
    basis = _basis(owner, shape)
    of_definition, of_routes = isinstance(basis, Definition), isinstance(basis, Routes)
    if given:
        where = "a definition (`all_of`, `any_of`, `at_least`)"
        _misplaced(owner, shape, ("if_met", "otherwise"), of_definition, where)
        _misplaced(owner, shape, ("leak", "when"), of_routes, "`routes`")
    return Claim(entry, basis)


def check_one_basis(owner: _Owner, shape: Shape, what: str, bases: tuple[str, ...]) -> list[str]:
    """Return which of the keys are there that an entry may rest on; a problem unless it is one."""
    given, name = [name for name in bases if getattr(shape, name) is not None], str(owner.id)
    hint = f"give one of: {', '.join(bases)}"
    if not given:
        owner.desk.findings.add(Code.NO_BASIS, f"the {what} `{name}` rests on nothing", owner.id, hint)
    if len(given) > 1:
        message = f"the {what} `{name}` has several bases: {joined(given)}"
        owner.desk.findings.add(Code.SEVERAL_BASES, message, owner.id, "keep one of them")
    return given


def _basis(owner: _Owner, shape: ClaimShape) -> Basis:
    resolver, id_ = owner.desk.resolver, str(owner.id)
    if shape.credence is not None:
        return Credence(owner.judgement(shape.credence, id_, Role.CREDENCE))
    if shape.all_of is not None:
        parts = resolver.conditions(shape.all_of)
        return _definition(owner, shape, Rule.ALL_OF, len(parts), parts)
    if shape.any_of is not None:
        return _definition(owner, shape, Rule.ANY_OF, 1, resolver.conditions(shape.any_of))
    if shape.at_least is not None:
        written, parts = shape.at_least.count, resolver.conditions(shape.at_least.of)
        count = resolver.whole(written, 1)
        if count > len(parts):
            message = f"at least {count} of {len(parts)} can never be met"
            hint = f"`count` goes up to {len(parts)}"
            owner.desk.findings.add(Code.IMPOSSIBLE_COUNT, message, written, hint)
        return _definition(owner, shape, Rule.AT_LEAST, count, parts)
    if shape.routes is not None:
        return _routes(owner, shape, shape.routes)
    if shape.given is not None:
        return Table(_rows(owner, id_, Role.CREDENCE, shape.given))
    return Credence(owner.default(id_, Role.CREDENCE, CERTAIN))


def _definition(
    owner: _Owner, shape: ClaimShape, rule: Rule, count: int, parts: tuple[Condition, ...]
) -> Definition:
    if_met = owner.or_default(shape.if_met, f"{owner.id}.if_met", Role.CREDENCE, CERTAIN)
    otherwise = owner.or_default(shape.otherwise, f"{owner.id}.otherwise", Role.CREDENCE, NEVER)
    return Definition(rule, count, parts, if_met, otherwise)


def _routes(owner: _Owner, shape: ClaimShape, routes: Sequence[RouteShape]) -> Routes:
    check_part_ids(owner.desk, (route.id for route in routes))
    leak = owner.or_default(shape.leak, f"{owner.id}.leak", Role.CHANCE, NEVER)
    when = None if shape.when is None else owner.desk.resolver.condition(shape.when)
    return Routes(tuple(_route(owner, route) for route in routes), leak, when)


def _misplaced(owner: _Owner, shape: object, keys: tuple[str, ...], allowed: bool, where: str) -> None:
    """Add a problem for each key that is there without what it belongs to."""
    for key in keys:
        value = getattr(shape, key)
        if value is not None and not allowed:
            place = value if isinstance(value, Text) else owner.id
            owner.desk.findings.add(Code.MISPLACED_KEY, f"`{key}` belongs to {where}", place)


def _route(owner: _Owner, shape: RouteShape) -> Route:
    when = None if shape.when is None else owner.desk.resolver.condition(shape.when)
    address = f"{owner.id}.{shape.id}" if shape.id else owner.nameless_address(str(owner.id), when)
    chance = owner.judgement(shape.chance, address, Role.CHANCE, shape)
    return Route(str(shape.id) if shape.id else None, when, chance)


def check_part_ids(desk: Desk, ids: Iterable[Text | None]) -> None:
    """Check the ids of rows, routes, states or phases, which are unique in their entry."""
    seen: set[str] = set()
    for id_ in ids:
        if id_ is None:
            continue
        check_id(desk.findings, id_, number_ok=True)
        if id_ in seen:
            desk.findings.add(
                Code.DUPLICATE_ID, f"`{id_}` is there twice", id_, "ids are unique in their entry"
            )
        seen.add(id_)


def _rows(
    owner: _Owner, address: str, role: Role, shapes: Sequence[AnyRow], around: Noted | None = None
) -> tuple[Row, ...]:
    """Return the rows of a table of credences; `address` is the claim's or the phase's."""
    check_part_ids(owner.desk, (shape.id for shape in shapes if isinstance(shape, RowShape)))
    _otherwise_last(owner, shapes)
    return tuple(_row(owner, address, role, shape, around) for shape in shapes)


def _row(owner: _Owner, address: str, role: Role, shape: AnyRow, around: Noted | None) -> Row:
    match shape:
        case OtherwiseShape(otherwise=node):
            return Row(OTHERWISE, None, owner.judgement(node, f"{address}.{OTHERWISE}", role, shape, around))
        case RowShape(id=id_, when=condition, credence=node):
            when = owner.desk.resolver.condition(condition)
            own = f"{address}.{id_}" if id_ else owner.nameless_address(address, when)
            credence = owner.judgement(node, own, role, shape, around)
            return Row(str(id_) if id_ else None, when, credence)
        case _:
            assert_never(shape)


def _otherwise_last(owner: _Owner, shapes: Sequence[AnyRow] | Sequence[AnyShareRow]) -> None:
    for shape in shapes[:-1]:
        if isinstance(shape, OtherwiseShape | ShareOtherwiseShape):
            place = shape.otherwise if isinstance(shape.otherwise, Text) else owner.id
            message = "rows after `otherwise` are never reached"
            owner.desk.findings.add(Code.MISPLACED_OTHERWISE, message, place, "make it the last row")


# --- questions ----------------------------------------------------------------------------------


def read_question(desk: Desk, id_: Text, shape: QuestionShape) -> Question:
    """Return a question on exactly one basis."""
    owner = _Owner(desk, id_)
    check_part_ids(desk, shape.states)
    if len(shape.states) < 2:
        desk.findings.add(Code.TOO_FEW_STATES, f"the question `{id_}` needs two states at least", id_)
    entry = about(desk, id_, shape)
    states = tuple(map(str, shape.states))
    check_one_basis(owner, shape, "question", ("credence", "given", "gap"))
    if shape.gap is not None:
        return Question(entry, states, _gap(owner, shape.gap, states))
    if shape.given is not None:
        check_part_ids(desk, (row.id for row in shape.given if isinstance(row, ShareRowShape)))
        _otherwise_last(owner, shape.given)
        return Question(
            entry, states, ShareTable(tuple(_share_row(owner, row, states) for row in shape.given))
        )
    if shape.credence is None:
        return Question(entry, states, ShareTable(()))
    shares = _shares(owner, shape.credence, states, str(id_))
    return Question(entry, states, ShareTable((ShareRow(None, None, str(id_), shares),)))


def _share_row(owner: _Owner, shape: AnyShareRow, states: tuple[str, ...]) -> ShareRow:
    if isinstance(shape, ShareOtherwiseShape):
        address = f"{owner.id}.{OTHERWISE}"
        return ShareRow(OTHERWISE, None, address, _shares(owner, shape.otherwise, states, address, shape))
    when = owner.desk.resolver.condition(shape.when)
    named = shape.id is not None
    address = f"{owner.id}.{shape.id}" if named else owner.nameless_address(str(owner.id), when)
    if (shape.credence is None) == (shape.state is None):
        code = Code.NO_BASIS if shape.state is None else Code.SEVERAL_BASES
        owner.desk.findings.add(
            code, "a row takes either `credence` or `state`", shape.id or shape.state or owner.id
        )
    if shape.credence is not None:
        shares = _shares(owner, shape.credence, states, address, shape)
    else:
        shares = _certain_shares(owner, shape, states, address)
    return ShareRow(str(shape.id) if named else None, when, address if named else None, shares)


def _certain_shares(
    owner: _Owner, shape: ShareRowShape, states: tuple[str, ...], address: str
) -> tuple[Judgement, ...]:
    """Return shares of 100% for the row's state and 0% for the others."""
    certain = None if shape.state is None else owner.desk.resolver.state(owner.id, shape.state)
    cited, note = citations(owner.desk, shape.source), str(shape.note or "")
    warn_of_comments(owner.desk.findings, None, shape)
    return tuple(
        Judgement(
            f"{address}.{name}",
            str(owner.id),
            Role.SHARE,
            CERTAIN if name == certain else NEVER,
            shape.id is not None,
            False,
            cited,
            note,
            (shape.state or owner.id).span,
        )
        for name in states
    )


def _shares(
    owner: _Owner, node: Shares, states: tuple[str, ...], address: str, around: Noted | None = None
) -> tuple[Judgement, ...]:
    """Return one judgement per state, in the order of the states."""
    written, long = share_mapping(owner.desk, node, owner.id)
    check_share_keys(owner.desk, written, states, owner.id)
    by_state = {str(state): share for state, share in written.items()}
    return tuple(
        owner.judgement(by_state[state], f"{address}.{state}", Role.SHARE, long or around)
        if state in by_state
        else owner.default(f"{address}.{state}", Role.SHARE, stand_in(Scale.PROBABILITY))
        for state in states
    )


def share_mapping(desk: Desk, node: Shares, place: Text) -> tuple[Mapping[Text, Judged], Noted | None]:
    """Return shares by state, and what their long form adds."""
    match node:
        case LongShares(value=written):
            return written, node
        case LongNumber(value=text):
            hint = "as in `{a: 30%, b: rest}`"
            desk.findings.add(Code.WRONG_SHAPE, f"`{place}` needs a share for each state", text, hint)
            return {}, node
        case dict():
            return node, None
        case _:
            assert_never(node)


def check_share_keys(
    desk: Desk, written: Mapping[Text, Judged], states: tuple[str, ...], question: Text
) -> None:
    """Add problems unless every state has a share, nothing else has, and `rest` stands at most once."""
    for state in written:
        desk.resolver.state(question, state)
    missing = [state for state in states if state not in written]
    if missing and written and all(state in states for state in written):
        place = next(iter(written))
        message = f"the shares of `{question}` leave out {joined(missing)}"
        desk.findings.add(Code.MISSING_SHARE, message, place, "give every state a share; one may be `rest`")
    rests = [node for node in written.values() if isinstance(node, Text) and node == "rest"]
    for rest in rests[1:]:
        desk.findings.add(Code.MISPLACED_REST, "`rest` is there twice", rest, "one share at most is the rest")


def _gap(owner: _Owner, shape: GapShape, states: tuple[str, ...]) -> Gap:
    resolver = owner.desk.resolver
    for event in (shape.from_, shape.to):
        resolver.is_a(Kind.EVENT, event)
    resolver.one_timeline(shape.from_, shape.to)
    names = [str(state) for state in shape.at_least]
    thresholds = tuple(resolver.whole(steps, 0) for steps in shape.at_least.values())
    increasing = all(low < high for low, high in pairwise(thresholds))
    if tuple(names) != states[1:] or not increasing:
        message = "the thresholds of a gap increase, one for every state but the first, in their order"
        hint = f"`at_least` names {joined(states[1:])}"
        owner.desk.findings.add(Code.GAP_THRESHOLDS, message, next(iter(shape.at_least), owner.id), hint)
    return Gap(str(shape.from_), str(shape.to), thresholds)


# --- timelines and events -----------------------------------------------------------------------


def read_timeline(desk: Desk, id_: Text, shape: TimelineShape) -> Timeline:
    """Return a timeline with one phase at least, of one step at least each."""
    check_part_ids(desk, shape.phases)
    if not shape.phases:
        desk.findings.add(Code.EMPTY_LIST, f"the timeline `{id_}` has no phases", id_)
    phases = tuple(Phase(str(name), desk.resolver.whole(steps, 1)) for name, steps in shape.phases.items())
    steps = sum(phase.steps for phase in phases)
    if steps > MOST_STEPS:
        message = f"the timeline `{id_}` has {steps:,} steps"
        desk.findings.add(Code.NOT_WHOLE_NUMBER, message, id_, f"{MOST_STEPS:,} are the most")
        phases = tuple(Phase(phase.id, 1) for phase in phases)
    return Timeline(about(desk, id_, shape), phases)


def read_event(desk: Desk, id_: Text, shape: EventShape) -> Event:
    """Return an event on exactly one basis."""
    owner = _Owner(desk, id_)
    entry = about(desk, id_, shape)
    timeline = str(shape.timeline)
    check_one_basis(owner, shape, "event", ("emerges", "later_of", "earlier_of"))
    combined = shape.later_of or shape.earlier_of
    if shape.emerges is None and combined is not None:
        if shape.requires is not None:
            desk.findings.add(Code.MISPLACED_KEY, "`requires` belongs to `emerges`", id_)
        return Event(entry, timeline, Combination(shape.later_of is not None, _events(owner, combined)))
    phases = {str(phase): (phase, chance) for phase, chance in (shape.emerges or {}).items()}
    for phase, _ in phases.values():
        desk.resolver.phase(id_, phase)
    order = desk.resolver.names.phases.get(timeline, tuple(phases))
    chances = tuple(_phase_chance(owner, *phases[name]) for name in order if name in phases)
    return Event(entry, timeline, Emergence(chances, _events(owner, each(shape.requires))))


def _events(owner: _Owner, ids: list[Text]) -> tuple[str, ...]:
    """Return events on the owner's timeline, each once."""
    resolver = owner.desk.resolver
    resolver.no_repeats(ids)
    for id_ in ids:
        if resolver.is_a(Kind.EVENT, id_):
            resolver.one_timeline(owner.id, id_)
    return tuple(map(str, ids))


def _phase_chance(owner: _Owner, phase: Text, shape: AnyPhase) -> PhaseChance:
    address = f"{owner.id}.{phase}"
    pace = owner.default(f"{address}.pace", Role.PACE, EVEN_PACE)
    if not isinstance(shape, PhaseShape):
        return PhaseChance(
            str(phase), None, (Row(None, None, owner.judgement(shape, address, Role.CHANCE)),), pace
        )
    when = None if shape.when is None else owner.desk.resolver.condition(shape.when)
    if shape.pace is not None:
        pace = owner.judgement(shape.pace, f"{address}.pace", Role.PACE)
    rows: tuple[Row, ...] = ()
    if (shape.credence is None) == (shape.given is None):
        code = Code.NO_BASIS if shape.given is None else Code.SEVERAL_BASES
        owner.desk.findings.add(code, f"the phase `{address}` takes either `credence` or `given`", phase)
    elif shape.given is not None:
        rows = _rows(owner, address, Role.CHANCE, shape.given, shape)
    elif shape.credence is not None:
        rows = (Row(None, None, owner.judgement(shape.credence, address, Role.CHANCE, shape)),)
    return PhaseChance(str(phase), when, rows, pace)


# --- arguments ----------------------------------------------------------------------------------


def read_argument(desk: Desk, id_: Text, shape: ArgumentShape, others: Mapping[str, Entry]) -> Argument:
    """Return an argument; `others` are the claims, questions and events that it may be about."""
    owner = _Owner(desk, id_)
    entry = about(desk, id_, shape)
    given = {
        direction: targets
        for direction, targets in (
            (Direction.FOR, shape.for_),
            (Direction.AGAINST, shape.against),
            (Direction.UNDERCUTS, shape.undercuts),
        )
        if targets is not None
    }
    if len(given) != 1:
        message = "an argument is for something, against something, or undercuts an argument"
        hint = "keep one of them" if given else "give one of: for, against, undercuts"
        desk.findings.add(Code.NO_DIRECTION, message, id_, hint)
    direction = next(iter(given), Direction.FOR)
    check_voice(desk, shape.by)
    if shape.by is not None and shape.credence is None:
        message = f"`{id_}` is what `{shape.by}` says, so it needs a `credence`"
        desk.findings.add(Code.CREDENCE_NEEDED, message, id_, "how likely is the reasoning sound?")
    credence = owner.or_default(shape.credence, str(id_), Role.CREDENCE, CERTAIN)
    premises = desk.resolver.separate(shape.premises)
    if direction is Direction.UNDERCUTS:
        targets = _undercut(desk, each(shape.undercuts))
        _misplaced(owner, shape, ("strength",), False, "`for` and `against`; an undercut has a `force`")
        weight = owner.or_default(shape.force, f"{id_}.force", Role.FORCE, CERTAIN)
    else:
        written = shape.for_ if direction is Direction.FOR else shape.against
        targets = () if written is None else _targets(desk, written, others)
        if given:
            _misplaced(owner, shape, ("force",), False, "`undercuts`; `for` and `against` have a `strength`")
        if shape.strength is None and given:
            hint = "as in `strength: 3x` or `strength: weak`"
            desk.findings.add(Code.MISSING_KEY, f"`{id_}` has no `strength`", id_, hint)
        weight = owner.or_default(shape.strength, f"{id_}.strength", Role.STRENGTH, EVEN_PACE)
    return Argument(
        entry, str(shape.by) if shape.by else None, premises, credence, direction, targets, weight
    )


def _undercut(desk: Desk, ids: list[Text]) -> tuple[ArgumentTarget, ...]:
    desk.resolver.no_repeats(ids)
    for id_ in ids:
        desk.resolver.is_a(Kind.ARGUMENT, id_)
    return tuple(OnArgument(str(id_)) for id_ in ids)


def _targets(
    desk: Desk, shapes: TargetShape | list[TargetShape], others: Mapping[str, Entry]
) -> tuple[ArgumentTarget, ...]:
    found: list[ArgumentTarget] = []
    places: list[Text] = []
    for shape in shapes if isinstance(shapes, list) else [shapes]:
        found_here, place = _target(desk, shape, others)
        if found_here is not None:
            found.append(found_here)
            places.append(place)
    touched: set[tuple[str, str]] = set()
    for target, place in zip(found, places, strict=True):
        for point in _points(target):
            if point in touched:
                desk.findings.add(Code.REPEATED, f"`{'.'.join(filter(None, point))}` is there twice", place)
            touched.add(point)
    return tuple(found)


def _points(target: ArgumentTarget) -> list[tuple[str, str]]:
    """Return the single places that a target touches."""
    match target:
        case OnClaim(claim=claim):
            return [(claim, "")]
        case OnRoute(claim=owner, route=part) | OnPhase(event=owner, phase=part):
            return [(owner, part)]
        case OnStates(question=question, states=states):
            return [(question, state) for state in states]
        case OnArgument(argument=argument):
            return [(argument, "")]
        case _:
            assert_never(target)


def _target(
    desk: Desk, shape: TargetShape, others: Mapping[str, Entry]
) -> tuple[ArgumentTarget | None, Text]:
    """Return one target of an argument for or against, and its place; `None` after a problem."""
    if isinstance(shape, Text):
        return _named_target(desk, shape, others), shape
    question, states = next(iter(shape.items()))
    if len(shape) > 1:
        second = list(shape)[1]
        message = "one question in a target; list several targets"
        desk.findings.add(Code.WRONG_SHAPE, message, second, "as in `[{a: x}, {b: y}]`")
        return None, question
    if not desk.resolver.is_a(Kind.QUESTION, question):
        return None, question
    names = tuple(desk.resolver.state(question, state) for state in each(states))
    desk.resolver.no_repeats(each(states))
    match others.get(question):
        case Question(basis=Gap()):
            message = f"`{question}` follows from two events and cannot be argued about"
            desk.findings.add(Code.NOT_ARGUABLE, message, question, "argue about the events")
    return OnStates(str(question), names), question


def _named_target(desk: Desk, name: Text, others: Mapping[str, Entry]) -> ArgumentTarget | None:
    names = desk.resolver.names
    id_, _, part = name.partition(".")
    kind = names.kinds.get(id_)
    entry = None if id_ in names.broken else others.get(id_)
    match kind, part:
        case Kind.CLAIM, "":
            return _claim_target(desk, name, entry)
        case Kind.CLAIM, _:
            return _route_target(desk, name, id_, part, entry)
        case Kind.EVENT, "":
            _refuse(desk, name, "an event is argued about phase by phase", f"as in `{name}.PHASE`")
        case Kind.EVENT, _:
            return _phase_target(desk, name, id_, part, entry)
        case Kind.QUESTION, _:
            _refuse(desk, name, "name a state of the question", f"as in `{{{id_}: {part or 'STATE'}}}`")
        case Kind.ARGUMENT, _:
            _refuse(desk, name, f"`{id_}` is an argument", "an argument against an argument `undercuts` it")
        case _:
            known = (other for other, its in names.kinds.items() if its is not Kind.ARGUMENT)
            desk.resolver.unknown(name, "claim, route, phase or question", known)
    return None


def _refuse(desk: Desk, place: Text, message: str, hint: str) -> None:
    desk.findings.add(Code.NOT_ARGUABLE, message, place, hint)


def _claim_target(desk: Desk, name: Text, entry: Entry | None) -> ArgumentTarget | None:
    match entry:
        case Claim(basis=Definition()):
            _refuse(desk, name, f"`{name}` is defined by others", "argue about its parts")
            return None
        case Claim(basis=Routes(routes=routes)):
            ids = [f"{name}.{route.id}" for route in routes if route.id]
            _refuse(desk, name, f"`{name}` is caused by routes", f"argue about a route: {joined(ids)}")
            return None
        case _:
            return OnClaim(str(name))


def _route_target(desk: Desk, name: Text, id_: str, part: str, entry: Entry | None) -> ArgumentTarget | None:
    match entry:
        case Claim(basis=Routes(routes=routes)):
            ids = [route.id for route in routes if route.id]
            if part not in ids:
                hint = desk.resolver.names.nearest(part, ids) or f"its routes are {joined(ids)}"
                desk.findings.add(Code.UNKNOWN_ID, f"`{id_}` has no route `{part}`", name, hint)
                return None
        case Claim(basis=Table()):
            hint = f"argue about `{id_}`, with the row's `when` among the premises"
            _refuse(desk, name, "a row of a table cannot be argued about by itself", hint)
            return None
        case Claim():
            _refuse(desk, name, f"`{id_}` has no routes", f"argue about `{id_}` or its parts")
            return None
    return OnRoute(id_, part)


def _phase_target(desk: Desk, name: Text, id_: str, part: str, entry: Entry | None) -> ArgumentTarget | None:
    match entry:
        case Event(basis=Combination()):
            _refuse(desk, name, f"`{id_}` is the later or earlier of others", "argue about those")
            return None
        case Event(basis=Emergence(phases=phases)):
            if part in (phase.phase for phase in phases):
                return OnPhase(id_, part)
            known = desk.resolver.names.phases.get(desk.resolver.names.timeline_of[id_], ())
            if part in known:
                _refuse(
                    desk,
                    name,
                    f"`{id_}` leaves that phase out, so its chance is 0",
                    "give the phase a chance",
                )
            else:
                hint = desk.resolver.names.nearest(part, known) or f"its phases are {joined(known)}"
                message = f"the timeline of `{id_}` has no phase `{part}`"
                desk.findings.add(Code.UNKNOWN_PHASE, message, name, hint)
            return None
    return OnPhase(id_, part)

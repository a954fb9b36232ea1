"""The values that the language room hands on: an `ArgumentMap` with its `Worldview`s.

They are frozen, hold tuples, and are made only by `reading`, which checks everything first: to
hold one is to know that it is valid (ids unique, references resolved, no cycle, every case
covered). Spans ride along outside equality, so two maps are equal when they mean the same.
"""

import copyreg
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, NamedTuple

from cruxmap.errors import NOWHERE, Span

Z_95 = 1.6448536269514722
"""The standard normal's 95th percentile: a 90% interval is `2 * Z_95` standard deviations wide."""

LOGIT_OF_CERTAINTY = 1e30
"""What 100% is on the logit scale (0% is minus this). Finite, so that no arithmetic makes a NaN, and so
large that the logistic function gives exactly 1 or 0 and that no argument can move it."""

MAP_WORLDVIEW = "map"
"""The id under which the map's own judgements are reported."""


def _read_only[K, V](entries: dict[K, V]) -> MappingProxyType[K, V]:
    return MappingProxyType(entries)


copyreg.pickle(MappingProxyType, lambda view: (_read_only, (dict(view),)))  # so that values can be sent


# --- numbers -----------------------------------------------------------------------------------


class Scale(StrEnum):
    """On which line a judgement is normal: probabilities by their logit, ratios by their log."""

    PROBABILITY = "probability"
    RATIO = "ratio"


_COMPLEMENT = Context(prec=28)


def complement(p: float) -> float:
    """Return `1 - p` as a person does the sum, digit by digit: 99% leaves 1%, not 1.0000000000000009%."""
    return float(_COMPLEMENT.subtract(Decimal(1), Decimal(repr(float(p)))))


@dataclass(frozen=True, slots=True)
class Elicited:
    """A number as somebody gave it: `low` and `high` are its 5th and 95th percentiles.

    A point has them equal; a certainty is 0 or 1. `text` is the notation as written. `complements` are
    `1 - low` and `1 - high`: they tell probabilities apart that are so near 1 that floats are not.
    """

    scale: Scale
    low: float
    high: float
    text: str = field(default="", compare=False)
    complements: tuple[float, float] = ()  # type: ignore[assignment]  # filled in where it is not given

    def __post_init__(self) -> None:
        if not self.complements:
            low = complement(self.low)
            high = low if self.high == self.low else complement(self.high)
            object.__setattr__(self, "complements", (low, high))

    @property
    def is_point(self) -> bool:
        """Whether the number is exact, certainties included."""
        return self.low == self.high and self.complements[0] == self.complements[1]

    @property
    def is_certain(self) -> bool:
        """Whether it is a probability of 0% or 100%, which no argument moves."""
        certain = self.low == 0 or self.complements[0] == 0
        return certain and self.is_point and self.scale is Scale.PROBABILITY

    @property
    def mu(self) -> float:
        """The mean of the unconstrained value (logit or log)."""
        if self.is_certain:
            return LOGIT_OF_CERTAINTY if self.low == 1.0 else -LOGIT_OF_CERTAINTY
        low, high = self._unconstrained
        return low if self.is_point else (low + high) / 2

    @property
    def sd(self) -> float:
        """The standard deviation of the unconstrained value; 0 for a point."""
        if self.is_point:
            return 0.0
        low, high = self._unconstrained
        return (high - low) / (2 * Z_95)

    @property
    def middle(self) -> float:
        """The central value, on the natural scale."""
        if self.is_point:
            return self.low
        return logistic(self.mu) if self.scale is Scale.PROBABILITY else math.exp(self.mu)

    @property
    def middle_complement(self) -> float:
        """What the central value of a probability leaves, to all its digits."""
        return self.complements[0] if self.is_point else logistic(-self.mu)

    @property
    def _unconstrained(self) -> tuple[float, float]:
        """The ends, as logits or logs."""
        low, high = math.log(self.low), math.log(self.high)
        if self.scale is Scale.RATIO:
            return low, high
        return low - math.log(self.complements[0]), high - math.log(self.complements[1])


def logistic(u: float) -> float:
    """Return the probability that has some log-odds."""
    return 1 / (1 + math.exp(-u)) if u >= 0 else math.exp(u) / (1 + math.exp(u))


@dataclass(frozen=True, slots=True)
class SameAs:
    """`same as ADDRESS`: this place has no number of its own and takes that one's, draw by draw."""

    address: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Rest:
    """`rest`: the constant share that the central values of the other states leave."""

    span: Span = field(default=NOWHERE, compare=False, repr=False)


type Value = Elicited | SameAs | Rest


@dataclass(frozen=True, slots=True)
class Citation:
    """`key#locator`: a source of the map, and the place in it."""

    source: str
    locator: str | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.source}#{self.locator}" if self.locator else self.source


LATER = MappingProxyType({"later": True})
"""Marks a field that came to the language later: a digest names it only where it is not as it was before."""


class Role(StrEnum):
    """What a judgement says; strengths below 1x count as 1x, the others are taken as drawn."""

    CREDENCE = "credence"
    CHANCE = "chance"
    SHARE = "share"
    FORCE = "force"
    STRENGTH = "strength"
    PACE = "pace"

    @property
    def scale(self) -> Scale:
        """Strengths and paces are ratios; the others are probabilities."""
        return Scale.RATIO if self is Role.STRENGTH or self is Role.PACE else Scale.PROBABILITY


@dataclass(frozen=True, slots=True)
class Judgement:
    """A place where one number goes, with the map's own number in it.

    `address` is unique in the map. Where a row or route has no id the address is `owner#` and the
    text of its condition, `overridable` is false, and worldviews cannot reach it. `is_default` marks
    numbers that nobody wrote (a credence of 100%, `if_met`, `otherwise`, `leak`, `force`, `pace`). One that
    was not `elicited` is written, and nobody gave it: it stands for a number that is yet to be given.
    """

    address: str
    owner: str
    role: Role
    value: Value
    overridable: bool = True
    is_default: bool = False
    citations: tuple[Citation, ...] = ()
    note: str = ""
    span: Span = field(default=NOWHERE, compare=False, repr=False)
    elicited: bool = field(default=True, metadata=LATER)


# --- conditions --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ClaimIs:
    """The claim is true (or false)."""

    claim: str
    value: bool = True


@dataclass(frozen=True, slots=True)
class StateIn:
    """The question is in one of these states."""

    question: str
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Before:
    """`event` happens at least `by` steps before `other`; never happening is later than every step."""

    event: str
    other: str
    by: int = 1


@dataclass(frozen=True, slots=True)
class Within:
    """Both events happen, at most `steps` apart."""

    event: str
    other: str
    steps: int


@dataclass(frozen=True, slots=True)
class During:
    """The event happens in that phase."""

    event: str
    phase: str


@dataclass(frozen=True, slots=True)
class ByEndOf:
    """The event happens in that phase or an earlier one."""

    event: str
    phase: str


@dataclass(frozen=True, slots=True)
class Ever:
    """The event happens at some step (or never)."""

    event: str
    value: bool = True


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds; a list of conditions reads as this."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Condition", ...]


type Condition = ClaimIs | StateIn | Before | Within | During | ByEndOf | Ever | Not | AllOf | AnyOf


def mentioned(condition: Condition) -> tuple[str, ...]:
    """Return the ids of the claims, questions and events that a condition is about, with repeats."""
    match condition:
        case ClaimIs(claim=name) | StateIn(question=name):
            return (name,)
        case Before(event=a, other=b) | Within(event=a, other=b):
            return (a, b)
        case During(event=name) | ByEndOf(event=name) | Ever(event=name):
            return (name,)
        case Not(part=part):
            return mentioned(part)
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return tuple(name for part in parts for name in mentioned(part))


def condition_text(condition: Condition) -> str:
    """Write a condition on one line, as the language writes it; a bare claim or state is short.

    >>> condition_text(AllOf((ClaimIs("a"), StateIn("q", ("x", "y")))))
    '{all_of: [a, {q: [x, y]}]}'
    """
    match condition:
        case ClaimIs(claim=claim, value=True):
            return claim
        case ClaimIs(claim=claim):
            return f"{{{claim}: false}}"
        case StateIn(question=question, states=(state,)):
            return f"{{{question}: {state}}}"
        case StateIn(question=question, states=states):
            return f"{{{question}: [{', '.join(states)}]}}"
        case Before(event=a, other=b, by=1):
            return f"{{event: {a}, before: {b}}}"
        case Before(event=a, other=b, by=by):
            return f"{{event: {a}, before: {b}, by: {by}}}"
        case Within(event=a, other=b, steps=steps):
            return f"{{event: {a}, within: {steps}, of: {b}}}"
        case During(event=event, phase=phase):
            return f"{{event: {event}, during: {phase}}}"
        case ByEndOf(event=event, phase=phase):
            return f"{{event: {event}, by_end_of: {phase}}}"
        case Ever(event=event, value=value):
            return f"{{event: {event}, ever: {'true' if value else 'false'}}}"
        case Not(part=part):
            return f"{{not: {condition_text(part)}}}"
        case AllOf(parts=parts):
            return f"{{all_of: [{', '.join(map(condition_text, parts))}]}}"
        case AnyOf(parts=parts):
            return f"{{any_of: [{', '.join(map(condition_text, parts))}]}}"


# --- entries -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class About:
    """What every entry may carry: its id, its sentence, where it comes from.

    `brought_by` is the worldview in whose file a claim, question or argument stands, if any.
    """

    id: str
    text: str = ""
    citations: tuple[Citation, ...] = ()
    note: str = ""
    tags: tuple[str, ...] = ()
    span: Span = field(default=NOWHERE, compare=False, repr=False)
    brought_by: str | None = None


@dataclass(frozen=True, slots=True)
class Credence:
    """Basis 1: a number of its own."""

    judgement: Judgement


class Rule(StrEnum):
    """How a definition combines its parts."""

    ALL_OF = "all_of"
    ANY_OF = "any_of"
    AT_LEAST = "at_least"


@dataclass(frozen=True, slots=True)
class Definition:
    """Basis 2: by others. It is met when at least `count` of the parts hold (all of them, or one)."""

    rule: Rule
    count: int
    parts: tuple[Condition, ...]
    if_met: Judgement
    otherwise: Judgement


@dataclass(frozen=True, slots=True)
class Route:
    """One independent cause; `when` is `None` where it is always at work.

    `brought_by` is the worldview that brings it to a claim of the map's, or of another worldview's.
    """

    id: str | None
    when: Condition | None
    chance: Judgement
    brought_by: str | None = None


@dataclass(frozen=True, slots=True)
class Routes:
    """Basis 3: independent causes (a noisy-OR with a leak), all of it only `when` that holds."""

    routes: tuple[Route, ...]
    leak: Judgement
    when: Condition | None


@dataclass(frozen=True, slots=True)
class Row:
    """One case of a table of credences; `when` is `None` for `otherwise`."""

    id: str | None
    when: Condition | None
    credence: Judgement


@dataclass(frozen=True, slots=True)
class Table:
    """Basis 4: the first row whose condition holds; the rows cover every case."""

    rows: tuple[Row, ...]


type Basis = Credence | Definition | Routes | Table


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that is true or false."""

    about: About
    basis: Basis


@dataclass(frozen=True, slots=True)
class ShareRow:
    """One case of a question: a judgement per state, in the order of the states.

    `address` is `question` or `question.row` (`None` without an id); `when` is `None` for a plain
    credence and for `otherwise`. A row that fixes a state has shares of 100% and 0%.
    """

    id: str | None
    when: Condition | None
    address: str | None
    shares: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True)
class ShareTable:
    """The shares of a question's states: one row for a plain credence, else the first that holds."""

    rows: tuple[ShareRow, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """How many steps lie between two events; `thresholds[i]` belongs to state `i + 1`."""

    start: str
    end: str
    thresholds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A variable with exclusive named states.

    `state_texts` are what readers are shown in place of the ids of the states, in their order: empty for a
    state that is shown by its id, and no text at all where all of them are.
    """

    about: About
    states: tuple[str, ...]
    basis: ShareTable | Gap
    state_texts: tuple[str, ...] = field(default=(), metadata=LATER)

    @property
    def text_of(self) -> Mapping[str, str]:
        """What is said of each state that has a text of its own, by its id."""
        return {state: text for state, text in zip(self.states, self.state_texts, strict=False) if text}

    @property
    def shown_states(self) -> tuple[str, ...]:
        """What readers are shown of the states, in their order."""
        texts = self.text_of
        return tuple(texts.get(state, state) for state in self.states)


@dataclass(frozen=True, slots=True)
class Phase:
    """A named stretch of a timeline, with its number of steps."""

    id: str
    steps: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """Phases in order; steps are counted from 1 over all of them."""

    about: About
    phases: tuple[Phase, ...]

    @property
    def steps(self) -> int:
        """The number of steps in all."""
        return sum(phase.steps for phase in self.phases)

    def steps_of(self, phase: str) -> range:
        """Return the steps, counted from 1, that lie in the phase."""
        first = 1
        for candidate in self.phases:
            if candidate.id == phase:
                return range(first, first + candidate.steps)
            first += candidate.steps
        raise KeyError(phase)


@dataclass(frozen=True, slots=True)
class PhaseChance:
    """The chance that an event happens in a phase: rows as a claim's table, a gate, and a pace."""

    phase: str
    when: Condition | None
    rows: tuple[Row, ...]
    pace: Judgement


@dataclass(frozen=True, slots=True)
class Emergence:
    """An event by its chances in phases, in the order of the timeline; not before those it requires."""

    phases: tuple[PhaseChance, ...]
    requires: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Combination:
    """An event that is the later (or earlier) of others."""

    latest: bool
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens at a step of a timeline, or never."""

    about: About
    timeline: str
    basis: Emergence | Combination


class Direction(StrEnum):
    """What an argument does to its targets."""

    FOR = "for"
    AGAINST = "against"
    UNDERCUTS = "undercuts"


@dataclass(frozen=True, slots=True)
class _OnWhole:
    """What an argument is about: an entry, or parts of it that have no table of their own."""

    owner: str
    part: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class _OnPart:
    """What an argument is about: a part of an entry."""

    owner: str
    part: str


class OnClaim(_OnWhole):
    """A target: a claim whose basis is a credence or a table."""

    __slots__ = ()


class OnRoute(_OnPart):
    """A target: the chance of one route."""

    __slots__ = ()


class OnPhase(_OnPart):
    """A target: the chance of one phase of an event."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class OnStates(_OnWhole):
    """A target: one state of a question, or several at once."""

    states: tuple[str, ...]


class OnArgument(_OnWhole):
    """A target: the inference of another argument."""

    __slots__ = ()


type ArgumentTarget = OnClaim | OnRoute | OnPhase | OnStates | OnArgument


def target_text(target: ArgumentTarget) -> str:
    """Write an argument's target as the language does."""
    if isinstance(target, OnStates):
        return condition_text(StateIn(target.owner, target.states))
    return f"{target.owner}.{target.part}" if target.part else target.owner


@dataclass(frozen=True, slots=True)
class Argument:
    """A reason for or against its targets (with a strength), or one that undercuts (with a force)."""

    about: About
    by: str | None
    premises: tuple[Condition, ...]
    credence: Judgement
    direction: Direction
    targets: tuple[ArgumentTarget, ...]
    weight: Judgement
    """The strength of a `for` or `against`, the force of an undercut."""


type Entry = Claim | Question | Event | Argument


class NumberPlace(NamedTuple):
    """A place for a number: when it applies, and the route or phase (else empty) that it belongs to."""

    judgement: Judgement
    when: Condition | None = None
    part: str = ""


def place_of(entry: Entry, address: str) -> NumberPlace:
    """Return the place for the number at an address of an entry."""
    return next(place for place in places(entry) if place.judgement.address == address)


def places(entry: Entry) -> Iterator[NumberPlace]:
    """Yield the places for numbers that an entry owns, in the order they are written."""
    match entry:
        case Claim(basis=Credence(judgement=judgement)):
            yield NumberPlace(judgement)
        case (
            Claim(basis=Definition(if_met=first, otherwise=second))
            | Argument(credence=first, weight=second)
        ):
            yield from (NumberPlace(first), NumberPlace(second))
        case Claim(basis=Routes(routes=routes, leak=leak)):
            yield from [NumberPlace(route.chance, route.when, route.id or "") for route in routes]
            yield NumberPlace(leak)
        case Claim(basis=Table(rows=rows)):
            yield from [NumberPlace(row.credence, row.when) for row in rows]
        case Question(basis=ShareTable(rows=share_rows)):
            yield from [NumberPlace(share, row.when) for row in share_rows for share in row.shares]
        case Event(basis=Emergence(phases=phases)):
            for phase in phases:
                yield from [NumberPlace(row.credence, row.when, phase.phase) for row in phase.rows]
                yield NumberPlace(phase.pace, None, phase.phase)
        case Question() | Event():
            return


def arguments_met(arguments: Iterable[Argument]) -> Counter[str]:
    """Count the arguments that are weighed together, by the address of what they bear on."""
    met: Counter[str] = Counter()
    for argument in arguments:
        weighed = [on for on in argument.targets if not isinstance(on, OnArgument)]
        places = [f"{on.owner}.{on.part}" if on.part else on.owner for on in weighed]
        met.update(list(dict.fromkeys(places)))  # in their order, so that what is said of them is the same
    return met


def judgements_of(entry: Entry) -> Iterator[Judgement]:
    """Yield the judgements that an entry owns, in the order they are written."""
    return (place.judgement for place in places(entry))


def mentioned_in(entry: Entry) -> Iterator[str]:
    """Yield the ids that an entry's basis or premises refer to, with repeats; not an argument's targets."""
    conditions: list[Condition | None] = []
    match entry:
        case Argument(premises=parts) | Claim(basis=Definition(parts=parts)):
            conditions += parts
        case Claim(basis=Routes(when=when)):
            conditions.append(when)
        case Question(basis=Gap(start=start, end=end)):
            yield from (start, end)
        case Event(basis=Emergence(phases=phases, requires=names)):
            conditions += [phase.when for phase in phases]
            yield from names
        case Event(basis=Combination(parts=names)):
            yield from names
    for condition in (*conditions, *dict.fromkeys(place.when for place in places(entry))):
        if condition is not None:
            yield from mentioned(condition)


# --- worldviews --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Override:
    """A worldview's number for one address; `fitted` says why, if it was moved to meet what is stated.

    One that was not `elicited` stands in the file, and nobody gave it.
    """

    address: str
    value: Elicited | SameAs
    citations: tuple[Citation, ...] = ()
    note: str = ""
    fitted: str = ""
    span: Span = field(default=NOWHERE, compare=False, repr=False)
    elicited: bool = field(default=True, metadata=LATER)


@dataclass(frozen=True, slots=True)
class ShareOverride:
    """A worldview's numbers for all states of a question (or of one of its rows), in their order.

    They are `fitted` or not `elicited` together, as in `Override`: where one share was moved, the others made
    room.
    """

    address: str
    values: tuple[Value, ...]
    citations: tuple[Citation, ...] = ()
    note: str = ""
    fitted: str = ""
    span: Span = field(default=NOWHERE, compare=False, repr=False)
    elicited: bool = field(default=True, metadata=LATER)


@dataclass(frozen=True, slots=True)
class Stated:
    """An all-things-considered credence, given by a reviewer or read out of their words; never 0% or 100%."""

    of: Condition
    credence: Elicited
    assuming: tuple[Condition, ...] = ()
    citations: tuple[Citation, ...] = ()
    note: str = ""
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class MadeFrom:
    """The state of the map that a worldview was made from: digests of the map and of entries, (id, digest).

    `language.digest` says what they are digests of.
    """

    map: str
    entries: tuple[tuple[str, str], ...] = ()
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Worldview:
    """One reviewer's judgements over the map's own (or over those of the worldview it extends).

    `stated` is testimony; `read_as` is what an editor reads out of their words, and only compared.
    `accepts` are arguments, and addresses of routes that others bring. `remarks` are words about an entry
    that come without a number: (entry, sentence). What a worldview brings is in the map, `brought_by` it.
    `asked` is what an interview has put and nobody gave a number for: judgements, by their address or that of
    their row, or by an entry; and statements all things considered, as conditions. It is `None` where no
    interview made the file, and counts for nothing that is computed.
    """

    about: About
    voice: str | None = None
    extends: str | None = None
    judgements: tuple[Override | ShareOverride, ...] = ()
    rejects: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()
    stated: tuple[Stated, ...] = ()
    read_as: tuple[Stated, ...] = ()
    remarks: tuple[tuple[str, str], ...] = ()
    made_from: MadeFrom | None = field(default=None, compare=False)
    asked: tuple[str | Condition, ...] | None = field(default=None, compare=False)

    @property
    def was_interviewed(self) -> bool:
        """Whether an interview made the file, and so may write there unasked."""
        return self.asked is not None

    @property
    def given(self) -> tuple[Override | ShareOverride, ...]:
        """The judgements that the reviewer gave: all but those that were fitted, or that nobody gave."""
        return tuple(one for one in self.judgements if one.elicited and not one.fitted)


# --- the map -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Locator:
    """One place of a source; `no_claim` says why nothing is expected to cite it."""

    id: str
    section: str = ""
    no_claim: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A document that entries cite; `locators` is `None` where nobody listed them."""

    id: str
    title: str = ""
    author: str = ""
    url: str = ""
    date: str = ""
    note: str = ""
    locators: tuple[Locator, ...] | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Voice:
    """Somebody who speaks in the sources."""

    about: About


@dataclass(frozen=True, slots=True, repr=False)
class ArgumentMap:
    """A whole map, checked. `read_map` makes one. Tuples keep the order of files and entries.

    Attributes
    ----------
    id, title, text
        The folder's name, and what the map says of itself.
    claims, questions, events, arguments
        The entries. Each has `about`, with its `id`, `text`, sources and tags.
    timelines, sources, voices
        What events lie on, what is cited, and who speaks.
    worldviews
        Each reviewer's judgements over the map's own.
    lexicon
        The phrases that the map adds or replaces, with the number that each means.
    entry
        Any claim, question, event or argument, by id.
    judgements
        Every place for a number by address, in the order of the entries, defaults included.
    shares
        All shares of a question, or of a row of one, by their common address.
    timeline, worldview
        Timelines and worldviews by id.
    brought
        The arguments and routes that have force only where they are brought or accepted, by address, with
        the worldview that brings them.
    bringer
        Each judgement of these, and of brought claims and questions, with that worldview.

    Examples
    --------
    >>> import cruxmap as cm
    >>> a_map = cm.example("library").map
    >>> a_map
    <ArgumentMap library (Will the new library open on time?): 4 claims, 1 question, 2 arguments, 1 worldview>
    >>> a_map.entry["soil-sound"].about.text
    'The ground needs no extra foundations.'
    >>> a_map.judgements["soil-sound"].value.text
    'very likely'
    """

    id: str
    title: str
    text: str
    claims: tuple[Claim, ...]
    questions: tuple[Question, ...]
    events: tuple[Event, ...]
    arguments: tuple[Argument, ...]
    timelines: tuple[Timeline, ...] = ()
    sources: tuple[Source, ...] = ()
    voices: tuple[Voice, ...] = ()
    worldviews: tuple[Worldview, ...] = ()
    lexicon: tuple[tuple[str, Elicited], ...] = ()
    """The phrases that the map adds or replaces; the built-in ones are in `judgement`."""
    entry: Mapping[str, Entry] = field(init=False, repr=False, compare=False)
    judgements: Mapping[str, Judgement] = field(init=False, repr=False, compare=False)
    shares: Mapping[str, tuple[Judgement, ...]] = field(init=False, repr=False, compare=False)
    timeline: Mapping[str, Timeline] = field(init=False, repr=False, compare=False)
    worldview: Mapping[str, Worldview] = field(init=False, repr=False, compare=False)
    brought: Mapping[str, str] = field(init=False, repr=False, compare=False)
    bringer: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        entries: list[Entry] = [*self.claims, *self.questions, *self.events, *self.arguments]
        put = object.__setattr__
        put(self, "entry", MappingProxyType({e.about.id: e for e in entries}))
        put(
            self, "judgements", MappingProxyType({j.address: j for e in entries for j in judgements_of(e)})
        )
        shares = {row.address: row.shares for row in self.share_rows if row.address}
        put(self, "shares", MappingProxyType(shares))
        put(self, "timeline", MappingProxyType({t.about.id: t for t in self.timelines}))
        put(self, "worldview", MappingProxyType({w.about.id: w for w in self.worldviews}))
        brought = {a.about.id: a.about.brought_by for a in self.arguments}
        brought |= {route.chance.address: route.brought_by for route in self._routes}
        brought = {address: who for address, who in brought.items() if who}
        bringer = {j.address: e.about.brought_by for e in entries for j in judgements_of(e)} | brought
        for name, by in (("brought", brought), ("bringer", bringer)):
            put(self, name, MappingProxyType({address: who for address, who in by.items() if who}))

    def __repr__(self) -> str:
        """Return its name and title, and how much is in it."""
        kinds = ("claims", "questions", "events", "arguments", "worldviews")
        counts = [(len(getattr(self, kind)), kind) for kind in kinds]
        told = ", ".join(f"{n} {kind if n != 1 else kind[:-1]}" for n, kind in counts if n)
        title = f" ({self.title})" if self.title not in ("", self.id) else ""
        return f"<ArgumentMap {self.id}{title}: {told or 'empty'}>"

    @property
    def _routes(self) -> Iterator[Route]:
        return (
            route
            for claim in self.claims
            if isinstance(claim.basis, Routes)
            for route in claim.basis.routes
        )

    @property
    def share_rows(self) -> Iterator[ShareRow]:
        """The rows of shares of all questions."""
        return (row for q in self.questions if isinstance(q.basis, ShareTable) for row in q.basis.rows)

"""What a drawing of a map shows: cards for claims, questions and events, their arguments inside them.

An argument is a row of the card that it is about, right under what it supports or attacks; what
undercuts it follows, indented. So lines are left for what depends on what, and a map of hundreds of
entries stays readable. Nothing here knows about layout; `dot_and_mermaid` does.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from graphlib import TopologicalSorter
from pathlib import PurePosixPath
from typing import assert_never

from cruxmap.insight.bearings import Bearing, bearing_of, bearings_on, either, followed
from cruxmap.insight.marginals import Marginals
from cruxmap.insight.sentences import in_words, rule_in_words, texts_of
from cruxmap.language.argument_map import (
    AllOf,
    AnyOf,
    Argument,
    ArgumentMap,
    ArgumentTarget,
    Claim,
    Combination,
    Condition,
    Credence,
    Definition,
    Direction,
    Emergence,
    Event,
    Gap,
    Not,
    OnArgument,
    OnStates,
    PhaseChance,
    Question,
    Routes,
    Row,
    ShareRow,
    ShareTable,
    StateIn,
    Table,
    mentioned,
    target_text,
)
from cruxmap.language.inheritance import NOBODY, Perspective
from cruxmap.language.judgement import notation_of
from cruxmap.present.phrases import percent

KIND_COLOURS = {"claim": "#d5dae1", "question": "#f3e7b0", "event": "#c6e3d2"}
"""The colour of each kind of card."""

type Variable = Claim | Question | Event

MANY_CARDS = 25
"""Maps with more cards than this are hard to take in at once."""

MOST_IN_AN_OVERVIEW = 14
"""Cards of an overview, unless all are wanted: as many as a page holds with their sentences."""

LEAST_IN_AN_OVERVIEW = 0.002
"""What an entry tells of the target, as a part of what is open, for an overview to show it."""

FULL_WEIGHT = math.log(30)
"""The log odds at which an argument is drawn at full weight: a strong one, certain to hold."""


class Mark(StrEnum):
    """What a row of a card is."""

    BASIS = "basis"
    FOR = "for"
    AGAINST = "against"
    UNDERCUTS = "undercuts"


@dataclass(frozen=True, slots=True)
class CardRow:
    """A line of a card: part of its basis (a case, route, phase or state), or an argument.

    `of` is what the row belongs to: the card's id, or the address or argument it is aimed at. `weight`
    runs from 0 to 1: how much an argument counts, here and now. `mentions` are the ids in its condition.
    """

    address: str
    of: str
    mark: Mark
    depth: int
    head: str
    text: str = ""
    foot: str = ""
    weight: float = 0.0
    mentions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Card:
    """A claim, question or event with its sentence, its probability (if known) and its rows.

    `page` is where it is told: the stem of its file, or a part of that. A `stub` is told on another page.
    `brought_by` is the worldview in whose file it stands, if that is none of the map's own.
    `tells` is how much it tells of the target, from 0 to 1, if known.
    """

    id: str
    kind: str
    text: str
    probability: str
    rows: tuple[CardRow, ...]
    page: str = ""
    stub: bool = False
    tells: float | None = None
    brought_by: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """`start` is mentioned by `end`, by its basis or as a premise of the argument `row`, and bears on it.

    `indirect` where that is by way of cards that are not shown.
    """

    start: str
    end: str
    bearing: Bearing
    row: str | None = None
    indirect: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """What a drawing of a map shows, before any layout; `target` are the ids to be set off.

    `given` are the ids of what is assumed or observed. A `compact` one leaves out what cards consist of;
    `left_out` counts the cards that it does not show, and `which` says which it does. `made_from` says from
    what it was made.
    """

    title: str
    cards: tuple[Card, ...]
    links: tuple[Link, ...]
    target: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()
    compact: bool = False
    left_out: int = 0
    which: str = ""
    made_from: str = ""


def picture(
    argument_map: ArgumentMap,
    perspective: Perspective,
    marginals: Marginals | None = None,
    *,
    title: str = "",
    target: Condition | None = None,
    given: Iterable[str] = (),
    telling: Mapping[str, float] | None = None,
) -> Picture:
    """Return everything in the map, with one worldview's numbers.

    With `marginals`, cards show probabilities and arguments are weighed by the chance that they hold;
    without, by their own credence. A question shows that of its states that the target is about. `telling`
    is how much entries tell of the target.
    """
    arguments_on: dict[str, list[Argument]] = defaultdict(list)
    for argument in argument_map.arguments:
        for aim in dict.fromkeys(map(_shown_under, argument.targets)):
            arguments_on[aim].append(argument)
    asked = {} if target is None else _states_in(target)
    entries: tuple[Variable, ...] = (*argument_map.claims, *argument_map.questions, *argument_map.events)
    page_of = page_names(entry.about.span.file for entry in entries)
    pen = _Pen(argument_map, perspective, marginals or {}, telling or {}, arguments_on, asked, page_of)
    links = [
        Link(name, entry.about.id, bearing)
        for entry in entries
        for name, bearing in bearings_on(argument_map, perspective, entry.about.id).items()
    ]
    for argument in argument_map.arguments:
        card, name = _card_of(argument, argument_map), argument.about.id
        links += [
            Link(premise, card, followed(bearing, bearing_of(argument_map, argument)), name)
            for premise, bearing in bearings_on(argument_map, perspective, name).items()
            if premise != card
        ]
    return Picture(
        title or argument_map.title or argument_map.id,
        tuple(pen.card(entry) for entry in entries),
        tuple(replace(link, bearing=_said(argument_map, link)) for link in links),
        frozenset(() if target is None else mentioned(target)),
        frozenset(given),
    )


def _said(argument_map: ArgumentMap, link: Link) -> Bearing:
    """Return how one entry bears on another, with states as readers are shown them."""
    bearing = link.bearing
    when, towards = (
        tuple(texts.get(state, state) for state in states)
        for states, texts in (
            (bearing.when, texts_of(argument_map, link.start)),
            (bearing.towards, texts_of(argument_map, link.end)),
        )
    )
    return replace(bearing, when=when, towards=towards)


def around(shown: Picture, ids: Iterable[str], steps: int) -> Picture:
    """Return the cards that at most `steps` links separate from one of `ids` (of cards or arguments)."""
    card_of = {row.address: card.id for card in shown.cards for row in card.rows}
    near = {card_of.get(name, name) for name in ids}
    neighbours: dict[str, set[str]] = defaultdict(set)
    for link in shown.links:
        neighbours[link.start].add(link.end)
        neighbours[link.end].add(link.start)
    newest = {*near}
    for _ in range(steps):
        newest = {other for name in newest for other in neighbours[name]} - near
        if not newest:
            break
        near |= newest
    return replace(
        shown,
        cards=tuple(card for card in shown.cards if card.id in near),
        links=tuple(link for link in shown.links if link.start in near and link.end in near),
    )


def with_only(shown: Picture, ids: Collection[str], which: str) -> Picture:
    """Return the cards of some entries, and those on which some arguments are told, without other arguments.

    `which` says which they are. A card that is there for its arguments alone tells nothing else. A link is
    `indirect` where it goes by way of cards that are not there.
    """
    cards: list[Card] = []
    for card in shown.cards:
        is_kept = card.id in ids
        rows = tuple(r for r in card.rows if r.address in ids or (is_kept and r.mark is Mark.BASIS))
        if is_kept or any(row.mark is not Mark.BASIS for row in rows):
            cards.append(replace(card, rows=rows))
    kept = {card.id for card in cards}
    told = {row.address for card in cards for row in card.rows}
    direct = [
        link
        for link in shown.links
        if {link.start, link.end} <= kept and (not link.row or link.row in told)
    ]
    near = {(link.start, link.end) for link in direct}
    beyond = [link for link in _between(kept, shown.links) if (link.start, link.end) not in near]
    far = [replace(link, indirect=True) for link in beyond]
    left_out = len(shown.cards) - len(cards)
    return replace(shown, cards=tuple(cards), links=(*direct, *far), left_out=left_out, which=which)


def overview(shown: Picture, most: int | None = MOST_IN_AN_OVERVIEW) -> Picture:
    """Return the cards that carry weight for the target, with their arguments counted and not told.

    They lead to the target, or to what is given, and tell most of the target; where that is not known, or
    `most` is `None`, all are returned. A link is `indirect` where it goes by way of others that carry weight.
    """
    weighty = None if most is None else _by_weight(shown)
    if weighty is None:
        weighty, most = [card.id for card in shown.cards], None
    kept = set(weighty[:most])
    cards = tuple(_counted(card) for card in shown.cards if card.id in kept)
    links = [link for link in shown.links if {link.start, link.end} <= set(weighty)]
    return replace(
        shown,
        cards=cards,
        links=tuple(_between(kept, links)),
        compact=True,
        left_out=shown.left_out + len(shown.cards) - len(cards),
        which=" and of these ".join(filter(None, (shown.which, "those that tell most about the target"))),
    )


def _by_weight(shown: Picture) -> list[str] | None:
    """Return what is asked and given, then what tells of the target and leads there, the most first."""
    asked = shown.target | shown.given
    leading = _leading_to(asked, shown.links)
    tells = {card.id: card.tells for card in shown.cards if card.id in leading}
    if not asked or None in tells.values():
        return None
    ranked = sorted(tells, key=lambda name: (name not in asked, -(tells[name] or 0.0)))
    return [name for name in ranked if name in asked or (tells[name] or 0.0) >= LEAST_IN_AN_OVERVIEW]


def _leading_to(ids: Iterable[str], links: Iterable[Link]) -> set[str]:
    """Return the ids, and all from which links lead there."""
    starts: dict[str, list[str]] = defaultdict(list)
    for link in links:
        starts[link.end].append(link.start)
    found, stack = set(ids), list(ids)
    while stack:
        for start in starts[stack.pop()]:
            if start not in found:
                found.add(start)
                stack.append(start)
    return found


def _between(kept: Collection[str], links: Iterable[Link]) -> Iterator[Link]:
    """Yield one link for each two of the cards `kept`, the direct one where there is one."""
    into: dict[str, dict[str, list[Bearing]]] = defaultdict(lambda: defaultdict(list))
    for link in links:
        into[link.end][link.start].append(link.bearing)
    order = TopologicalSorter({end: starts.keys() for end, starts in into.items()}).static_order()
    ways: dict[str, dict[str, Bearing]] = {}  # how those kept bear on each entry, by way of others
    for end in order:
        direct = {start: either(bearings) for start, bearings in into[end].items()}
        indirect: dict[str, list[Bearing]] = defaultdict(list)
        for between, bearing in direct.items():
            if between not in kept:
                for start, first in ways[between].items():
                    indirect[start].append(followed(first, bearing))
        near = {start: bearing for start, bearing in direct.items() if start in kept}
        far = {start: either(found) for start, found in indirect.items() if start not in near}
        ways[end] = near | far
        if end in kept:
            yield from (Link(start, end, bearing) for start, bearing in near.items())
            yield from (Link(start, end, bearing, indirect=True) for start, bearing in far.items())


def _counted(card: Card) -> Card:
    marks = [row.mark for row in card.rows]
    counts = [f"{marks.count(mark)} {mark}" for mark in Mark if mark is not Mark.BASIS and mark in marks]
    rows = [CardRow(card.id, card.id, Mark.BASIS, 0, ", ".join(counts))] if counts else []
    return replace(card, rows=tuple(rows))


def pages(shown: Picture) -> dict[str, Picture]:
    """Return a picture by file name; where it is large, an overview and pages that can be printed as well."""
    if len(shown.cards) <= MANY_CARDS:
        return {"map": shown}
    parts = {f"map-{name}": page for name, page in chapters(shown).items()}
    return {"map": shown, "map-overview": overview(shown), **parts}


def chapters(shown: Picture) -> dict[str, Picture]:
    """Cut a large picture into pages, in the order of the map: by file, and by number where a file is long.

    What a page refers to on other pages is there as a stub.
    """
    by_file: dict[str, list[Card]] = defaultdict(list)
    for card in shown.cards:
        by_file[card.page].append(card)
    pages = {
        name: page for file, cards in sorted(by_file.items()) for name, page in _page_parts(file, cards)
    }
    told = {card.id: replace(card, page=name) for name, page in pages.items() for card in page}
    return {name: _page(shown, page, name, told) for name, page in pages.items()}


def _page_parts(file: str, cards: list[Card]) -> Iterator[tuple[str, list[Card]]]:
    """Yield a file's cards, in parts of about the same size where there are more than `MANY_CARDS`."""
    n_parts = -(-len(cards) // MANY_CARDS)
    size = -(-len(cards) // n_parts)
    for part in range(n_parts):
        yield f"{file}-{part + 1}" if n_parts > 1 else file, cards[part * size : (part + 1) * size]


def _page(shown: Picture, cards: list[Card], name: str, told: Mapping[str, Card]) -> Picture:
    here = {card.id for card in cards}
    links = tuple(link for link in shown.links if link.end in here)
    beside = dict.fromkeys(link.start for link in links if link.start not in here)
    stubs = [replace(told[other], rows=(), stub=True) for other in beside]
    return replace(shown, title=f"{shown.title} [{name}]", cards=(*cards, *stubs), links=links)


def _shown_under(target: ArgumentTarget) -> str:
    """Return the address of the row, or the id of the card or argument, under which a target is shown."""
    match target:
        case OnStates(owner=question, states=(state,)):
            return f"{question}.{state}"
        case OnStates(owner=question):
            return question
        case _:
            return target_text(target)


def _card_of(argument: Argument, argument_map: ArgumentMap) -> str:
    """Return the id of the card on which an argument is told: that of its first target."""
    target = argument.targets[0]
    while isinstance(target, OnArgument):
        aimed_at = argument_map.entry[target.owner]
        assert isinstance(aimed_at, Argument)
        target = aimed_at.targets[0]
    return target.owner


def page_names(files: Iterable[str]) -> dict[str, str]:
    """Name files by their stems; one from another map with a stem that is taken, by its folder as well."""
    names: dict[str, str] = {}
    for file in dict.fromkeys(files):
        path = PurePosixPath(file)
        names[file] = f"{path.parent.name}-{path.stem}" if path.stem in names.values() else path.stem
    return names


OF_NOBODY = f" ({NOBODY})"
"""What stands behind a number, or a row of shares, that nobody gave."""


@dataclass(frozen=True, slots=True)
class _Pen:
    """What it takes to write a card: one worldview's numbers, marginals, the arguments on everything.

    `states_asked` are the states of questions that the target is about, `page_of` the names of files.
    """

    map: ArgumentMap
    perspective: Perspective
    marginals: Marginals
    telling: Mapping[str, float]
    arguments_on: Mapping[str, list[Argument]]
    states_asked: Mapping[str, tuple[str, ...]]
    page_of: Mapping[str, str]

    def card(self, entry: Variable) -> Card:
        """Return the card of a claim, question or event."""
        name = entry.about.id
        rows: list[CardRow] = []
        for basis in self._basis(entry):
            rows.append(basis)
            if basis.address != name:
                rows.extend(self._arguments(basis.address, basis.depth + 1))
        rows.extend(self._arguments(name, 0))
        asked = self.states_asked.get(name, ())
        probability = _probability_text(self.marginals.get(name, {}), asked, texts_of(self.map, name))
        page = self.page_of[entry.about.span.file]
        kind, tells = type(entry).__name__.lower(), self.telling.get(name)
        bringer = entry.about.brought_by or ""
        return Card(
            name,
            kind,
            entry.about.text,
            probability,
            tuple(rows),
            page,
            tells=tells,
            brought_by=bringer,
        )

    def _basis(self, entry: Variable) -> Iterator[CardRow]:
        name = entry.about.id
        match entry.basis:
            case Credence(judgement=judgement):
                label = "before its arguments" if name in self.arguments_on else "credence"
                yield _basis_row(name, f"{label}: {self._number(judgement.address)}")
            case Definition() as definition:
                yield _basis_row(name, self._definition(definition))
                for part in definition.parts:
                    yield _basis_row(name, "", in_words(self.map, part), mentioned(part), depth=1)
            case Routes() as routes:
                yield from self._routes(name, routes)
            case Table(rows=rows):
                yield from (self._case(name, row) for row in rows)
            case ShareTable(rows=share_rows):
                yield from self._shares(entry, share_rows)
            case Gap() as gap:
                yield _basis_row(name, *_gap_text(entry, gap), (gap.start, gap.end))
            case Emergence(phases=phases, requires=requires):
                for required in requires:
                    yield replace(
                        _basis_row(name, f"not before {required}"), mentions=frozenset((required,))
                    )
                for phase in phases:
                    yield from self._phase(name, phase)
            case Combination(latest=latest, parts=parts):
                yield _basis_row(name, f"the {'last' if latest else 'first'} of these:")
                for event in parts:
                    yield _basis_row(name, "", event, (event,), depth=1)
            case _:
                assert_never(entry.basis)

    def _routes(self, name: str, routes: Routes) -> Iterator[CardRow]:
        if routes.when:
            yield _basis_row(name, "only when", in_words(self.map, routes.when), mentioned(routes.when))
        for route in routes.routes:
            setting = self.perspective.setting[route.chance.address]
            chance = f"chance {self._number(route.chance.address)}"
            if setting.not_brought:
                chance = f"only {route.brought_by} brings it"
            elif route.brought_by:
                chance += f", brought by {route.brought_by}"
            chance = f"route {route.id or ''}: {chance}"
            yield _basis_row(name, chance, *self._when(route.when), address=route.chance.address)
        if not routes.leak.is_default:
            yield _basis_row(name, f"any other cause: {self._number(routes.leak.address)}")

    def _definition(self, definition: Definition) -> str:
        rule = f"when {rule_in_words(definition)}"
        met, otherwise = definition.if_met, definition.otherwise
        if not met.is_default:
            rule = f"{self._number(met.address)} {rule}"
        if not otherwise.is_default:
            rule += f", otherwise {self._number(otherwise.address)}"
        return f"{rule}:"

    def _case(self, name: str, row: Row, depth: int = 0) -> CardRow:
        return _basis_row(
            name,
            f"{_case_label(row)}{self._number(row.credence.address)}",
            *self._when(row.when),
            depth=depth,
        )

    def _shares(self, question: Question, rows: tuple[ShareRow, ...]) -> Iterator[CardRow]:
        """Yield a row per state, with its probability (or else its share), then the cases if several."""
        name, known = question.about.id, self.marginals.get(question.about.id)
        for i, (state, said) in enumerate(zip(question.states, question.shown_states, strict=True)):
            share = self._number(rows[0].shares[i].address) if len(rows) == 1 else ""
            number = percent(known[state]) if known else share
            yield _basis_row(name, f"{said}: {number}" if number else said, address=f"{name}.{state}")
        for row in rows if len(rows) > 1 else ():
            yield _basis_row(
                name,
                f"{_case_label(row)}{self._row_shares(question, row)}",
                *self._when(row.when),
            )

    def _row_shares(self, question: Question, row: ShareRow) -> str:
        """Write the shares of one case; a state that is certain stands alone."""
        placed = [self.perspective.setting[share.address] for share in row.shares]
        settings, is_nobodys = [one.value for one in placed], all(one.origin == NOBODY for one in placed)
        for state, value in zip(question.shown_states, settings, strict=True):
            if value.low == 1:
                return state
        shares = zip(question.shown_states, row.shares, settings, strict=True)
        write = self._written if is_nobodys else self._number
        told = ", ".join(f"{state} {write(s.address)}" for state, s, value in shares if value.high > 0)
        return told + (OF_NOBODY if is_nobodys else "")

    def _phase(self, event: str, phase: PhaseChance) -> Iterator[CardRow]:
        address = f"{event}.{phase.phase}"
        only = phase.rows[0] if len(phase.rows) == 1 else None
        number = f" {self._number(only.credence.address)}" if only else ""
        yield _basis_row(event, f"in {phase.phase}:{number}", *self._when(phase.when), address=address)
        if only is None:
            yield from (self._case(event, row, depth=1) for row in phase.rows)

    def _arguments(self, aim: str, depth: int) -> Iterator[CardRow]:
        """Yield the arguments aimed at `aim`, each followed by what undercuts it, and so on down."""
        stack = [(argument, aim, depth) for argument in reversed(self.arguments_on.get(aim, ()))]
        while stack:
            argument, of, level = stack.pop()
            told_here = _shown_under(argument.targets[0]) == of
            yield self._argument(argument, of, level, told_here)
            if told_here:
                name = argument.about.id
                stack += [(under, name, level + 1) for under in reversed(self.arguments_on.get(name, ()))]

    def _argument(self, argument: Argument, of: str, depth: int, told_here: bool) -> CardRow:
        name = argument.about.id
        soundness = self.perspective.setting[argument.credence.address]
        known = self.marginals.get(name)
        holds = known["true"] if known else soundness.value.middle
        weight = self.perspective.setting[argument.weight.address].value
        match argument.direction:
            case Direction.FOR | Direction.AGAINST:
                counts = holds * max(0.0, math.log(weight.middle)) / FULL_WEIGHT
                how = f"strength {self._number(argument.weight.address)}"
            case Direction.UNDERCUTS:
                counts = holds * weight.middle
                how = f"force {self._number(argument.weight.address)}"
            case _:
                assert_never(argument.direction)
        states = [
            ", ".join(texts_of(self.map, of).get(state, state) for state in target.states)
            for target in argument.targets
            if isinstance(target, OnStates) and target.owner == of
        ]
        on = f" {states[0]}" if states else ""
        chance = "rejected" if soundness.rejected else f"holds {percent(holds)}"
        bringer = argument.about.brought_by
        counting = f"{chance}, {how}{f', brought by {bringer}' if bringer else ''}"
        if soundness.not_brought:
            counting = f"only {bringer} brings it"
        head = f"{argument.direction}{on}: {counting}"
        text = argument.about.text if told_here else f"Told under {_shown_under(argument.targets[0])}."
        by = f" ({argument.by})" if argument.by and argument.by != bringer else ""
        return CardRow(
            name, of, Mark(argument.direction), depth, head, text, f"{name}{by}", min(1.0, counts)
        )

    def _number(self, address: str) -> str:
        is_nobodys = self.perspective.setting[address].origin == NOBODY
        return self._written(address) + (OF_NOBODY if is_nobodys else "")

    def _written(self, address: str) -> str:
        setting = self.perspective.setting[address]
        return "rejected" if setting.rejected else notation_of(setting.value)

    def _when(self, condition: Condition | None) -> tuple[str, tuple[str, ...]]:
        """Return when a row holds, and the ids in that."""
        return (f"when {in_words(self.map, condition)}", mentioned(condition)) if condition else ("", ())


def _states_in(condition: Condition) -> dict[str, tuple[str, ...]]:
    """Return the states that a condition names, by their questions."""
    match condition:
        case StateIn(question=question, states=states):
            return {question: states}
        case Not(part=part):
            return _states_in(part)
        case AllOf(parts=parts) | AnyOf(parts=parts):
            found: dict[str, tuple[str, ...]] = {}
            for question, states in (item for part in parts for item in _states_in(part).items()):
                found[question] = tuple(dict.fromkeys((*found.get(question, ()), *states)))
            return found
        case _:
            return {}


def _probability_text(known: Mapping[str, float], asked: Collection[str], texts: Mapping[str, str]) -> str:
    """Write the probability that a claim is true, that an event ever happens, or of the states `asked`."""
    if known and asked:
        names = " or ".join(texts.get(state, state) for state in asked)
        return f"{names} {percent(sum(known[state] for state in asked))}"
    if "never" in known:
        return f"ever {percent(sum(p for step, p in known.items() if step != 'never'))}"
    return percent(known["true"]) if "true" in known else ""


def _basis_row(
    card: str,
    head: str,
    text: str = "",
    mentions: Iterable[str] = (),
    *,
    address: str = "",
    depth: int = 0,
) -> CardRow:
    return CardRow(address or card, card, Mark.BASIS, depth, head, text, mentions=frozenset(mentions))


def _gap_text(question: Variable, gap: Gap) -> tuple[str, str]:
    assert isinstance(question, Question)
    first, *others = question.shown_states
    limits = zip(others, gap.thresholds, strict=True)
    states = [first, *(f"{state} from {step}" for state, step in limits)]
    return f"steps from {gap.start} to {gap.end}:", ", ".join(states)


def _case_label(row: Row | ShareRow) -> str:
    if row.when is None:
        return "otherwise: "
    return f"{row.id}: " if row.id else ""

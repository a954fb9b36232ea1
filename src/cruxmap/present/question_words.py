"""A question to a reviewer, in words made from the map.

Whatever an entry says is quoted as it stands, so that no sentence has to be bent to fit into another. No
number of the map is in these words: who has read one answers near it (Tversky and Kahneman 1974).
"""

import math
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, assert_never

from cruxmap.insight.interview import Question as Asked
from cruxmap.insight.plain import Answer, plain_fields
from cruxmap.insight.sentences import listed, percent, quotation
from cruxmap.language.argument_map import (
    AllOf,
    AnyOf,
    Argument,
    ArgumentMap,
    ByEndOf,
    Claim,
    ClaimIs,
    Combination,
    Condition,
    Credence,
    Definition,
    Direction,
    During,
    Emergence,
    Entry,
    Event,
    Ever,
    Gap,
    Judgement,
    Not,
    OnArgument,
    OnClaim,
    OnPhase,
    OnRoute,
    OnStates,
    PhaseChance,
    Question,
    Role,
    Routes,
    Row,
    Rule,
    ShareRow,
    ShareTable,
    StateIn,
    Table,
    mentioned,
    mentioned_in,
)
from cruxmap.language.judgement import Lexicon, with_phrases
from cruxmap.language.model_spec import ModelSpec
from cruxmap.present.clauses import clause_of, clauses_of, either, ever, quoted_text, text_of
from cruxmap.present.phrases import part


@dataclass(frozen=True, slots=True)
class QuestionWords(Answer):
    """What is asked: `ask`, once the clauses in `given` are granted; `sentence` is both on one line.

    `assuming` are clauses of what the model assumes. `background` are lines about what is asked, and
    `speaks_for` and `speaks_against` the arguments on it, a line each; `arguments` are their ids, those for
    it first. `scale` says what an answer is, and `examples` how one may be written, far from each other so
    that they suggest none. `states` are the answers among which a row shares out 100%. `way` are the entries
    between this one and the target.
    """

    id: str
    kind: str
    ask: str
    given: tuple[str, ...]
    assuming: tuple[str, ...]
    background: tuple[str, ...]
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]
    arguments: tuple[str, ...]
    scale: str
    examples: tuple[str, ...]
    states: tuple[str, ...]
    way: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The whole question on one line."""
        match self.given:
            case ():
                return self.ask
            case (clause,):
                return f"If {clause}, {self.ask[0].lower()}{self.ask[1:]}"
            case clauses:
                *first, last = clauses
                return f"Suppose that {', that '.join(first)}, and that {last}. {self.ask}"

    def to_json(self) -> dict[str, Any]:
        """Return the words as plain data, the sentence with them."""
        return {**plain_fields(self), "sentence": self.sentence}


def words_of(model: ModelSpec, question: Asked, without: Collection[str] = ()) -> QuestionWords:
    """Put a question about a model in words.

    `without` are arguments and routes that have no force for the reviewer, beside those that only others
    bring.
    """
    said = _Words(model.map, frozenset(model.map.brought) | frozenset(without))
    put = said.judgement(question) if question.condition is None else said.statement(question.condition)
    is_stated = question.condition is not None
    entry = model.map.entry[question.entry]
    pro, con = said.arguments_on(entry, question)
    return QuestionWords(
        id=question.id,
        kind=question.kind,
        ask=_considered(put.ask, model) if is_stated else put.ask,
        given=put.given,
        assuming=clauses_of(model) if is_stated else (),
        background=(*put.background, *said.note_on(entry)),
        speaks_for=tuple(pro.values()),
        speaks_against=tuple(con.values()),
        arguments=(*pro, *con),
        scale=put.scale,
        examples=_examples(put, with_phrases(dict(model.map.lexicon))),
        states=put.states,
        way=_way(model, question.entry),
    )


def _considered(ask: str, model: ModelSpec) -> str:
    head = (
        "Given what is assumed, and all things considered" if model.assuming else "All things considered"
    )
    return f"{head}, {ask[0].lower()}{ask[1:]}"


def why(words: QuestionWords, move: float | None) -> str:
    """Say why a question is asked: how far its answer is expected to move the target, and by what way.

    Without a `move`, of the target's log-odds, it is one that was answered before.
    """
    told = "You have answered it before."
    if move is not None:
        more = math.expm1(move)
        share = f"about {part(more)}" if more >= LEAST_SAID else f"less than {part(LEAST_SAID)}"
        told = f"Your answer is expected to move the odds of the estimate by {share}, up or down."
    if words.way:
        told += f" It bears on the estimate by way of {listed(words.way, 'and')}."
    return told


LEAST_SAID = 0.01
"""The least part of the odds that is said as a number."""

PROBABILITY = "a probability, from 0% (certainly not) to 100% (certainly)"
CONSIDERED = "a probability, above 0% and below 100%"
ACCEPTED = "from 0% (not at all) to 100% (wholly)"
TAKEN_AWAY = "from 0% (nothing of it) to 100% (all of it)"
SHARED = "a share of 100% for each answer; `rest` is what the others leave"


class _Put(NamedTuple):
    """A question without what is around it."""

    ask: str
    scale: str
    given: tuple[str, ...] = ()
    background: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    is_ratio: bool = False


class _Words(NamedTuple):
    """Words for parts of a map, without what has no force."""

    map: ArgumentMap
    without: frozenset[str]

    # --- sentences and clauses -----------------------------------------------------------------------

    def text(self, name: str) -> str:
        """Return what an entry says."""
        return text_of(self.map, name)

    def quoted(self, name: str) -> str:
        """Quote an entry within a sentence."""
        return quoted_text(self.map, name)

    def clause(self, condition: Condition) -> str:
        """Say a condition so that it can stand after "if" and "that"."""
        return clause_of(self.map, condition)

    def clauses(self, *conditions: Condition | None) -> tuple[str, ...]:
        """Say conditions that all hold, the parts of each by themselves, nothing twice and lists last."""
        parts = sorted((part for c in conditions for part in _parts(c)), key=_is_list)
        return tuple(dict.fromkeys(map(self.clause, parts)))

    def case(self, rows: Iterable[Row | ShareRow], when: Condition | None) -> tuple[Condition, ...]:
        """Return what holds in a case of a table: its condition, and none of those that come first.

        That several things do not all hold is left out where one of them is said not to.
        """
        earlier: list[Not] = []
        for row in rows:
            if row.when == when:
                break
            if row.when is not None and not (when is not None and _exclude(row.when, when)):
                earlier.append(Not(row.when))
        parts = [one.part for one in earlier]
        told = [one for one in earlier if not any(p != one.part and p in _parts(one.part) for p in parts)]
        return (*([] if when is None else [when]), *told)

    # --- statements -----------------------------------------------------------------------------------

    def statement(self, condition: Condition) -> _Put:
        """Ask for the probability of a condition, all things considered."""
        [name, *others] = mentioned(condition)
        entry = self.map.entry[name]
        lines = () if others else tuple(self._rests_on(entry))
        return _Put(self._how_likely(condition), CONSIDERED, background=lines)

    def _how_likely(self, condition: Condition) -> str:
        match condition:
            case ClaimIs(claim=claim, value=value):
                is_it = "true" if value else "not true"
                return _ends(f"How likely is it that this is {is_it}:", self.text(claim))
            case StateIn(question=question, states=states):
                answer = f"the answer to this is {either(self.map, question, states)}"
                return _ends(f"How likely is it that {answer}:", self.text(question))
            case During(event=event, phase=phase):
                return _ends(f"How likely is it that this comes about during {phase}:", self.text(event))
            case ByEndOf(event=event, phase=phase):
                has = f"this has come about by the end of {phase}"
                return _ends(f"How likely is it that {has}:", self.text(event))
            case Ever(event=event, value=value):
                return _ends(f"How likely is it that this {ever(value)}:", self.text(event))
            case _:
                return f"How likely is it that {self.clause(condition)}?"

    def _rests_on(self, entry: Entry) -> Iterator[str]:
        """Say in lines what an entry rests on."""
        if isinstance(entry, Argument):
            return
        match entry.basis:
            case Definition() as definition:
                yield f"It depends on whether {_met(definition, 'these')}:"
                yield from (f"- {self.clause(c)}" for c in definition.parts)
            case Routes(routes=routes, when=when):
                needed = self.clauses(when)
                if needed:
                    yield "It takes all of this:"
                    yield from (f"- {clause}" for clause in needed)
                ways = [r for r in routes if r.chance.address not in self.without]
                if ways:
                    yield "It can come about by:"
                    yield from (f"- {self._way_in(r.id, r.when)}" for r in ways)
            case Emergence(requires=names):
                yield self._phases(entry)
                yield from (f"It cannot come about before this does: {self.quoted(n)}." for n in names)
            case Combination(latest=latest, parts=names):
                yield self._phases(entry)
                yield f"It comes about with the {'last' if latest else 'first'} of these:"
                yield from (f"- {self.quoted(name)}" for name in names)
            case ShareTable() | Gap():
                assert isinstance(entry, Question)
                yield f"The answers to choose from: {', '.join(entry.shown_states)}."
            case Credence() | Table():
                return
            case _:
                assert_never(entry.basis)

    def _way_in(self, name: str | None, when: Condition | None) -> str:
        if when is None:
            return name or "a cause that is there in any case"
        return f"{name}, if {self.clause(when)}" if name else f"a cause, if {self.clause(when)}"

    def _phases(self, entry: Entry) -> str:
        assert isinstance(entry, Event)
        timeline = self.map.timeline[entry.timeline]
        return f"The phases, in their order: {', '.join(phase.id for phase in timeline.phases)}."

    def note_on(self, entry: Entry) -> tuple[str, ...]:
        """Return the note on a question, which may say what its answers mean."""
        return (
            (" ".join(entry.about.note.split()),)
            if isinstance(entry, Question) and entry.about.note
            else ()
        )

    # --- judgements -----------------------------------------------------------------------------------

    def judgement(self, question: Asked) -> _Put:
        """Ask for a number of the map, or for all shares of a row."""
        judgement = self.map.judgements[question.addresses[0]]
        entry = self.map.entry[judgement.owner]
        match entry:
            case Argument():
                return self._of_argument(entry, judgement)
            case Claim():
                return self._of_claim(entry, judgement)
            case Question(basis=ShareTable(rows=rows)):
                row = next(row for row in rows if judgement in row.shares)
                return self._of_row(entry, rows, row)
            case Event(basis=Emergence(phases=phases, requires=names)):
                phase = next(p for p in phases if judgement in (p.pace, *(row.credence for row in p.rows)))
                return self._of_phase(entry, phase, names, judgement)
            case _:
                raise TypeError(f"{entry.about.id} has no numbers of its own")

    def _of_claim(self, claim: Claim, judgement: Judgement) -> _Put:
        text = self.text(claim.about.id)
        likely = _ends("How likely is it that this is true:", text)
        match claim.basis:
            case Credence():
                return _Put(self._aside(likely, claim), PROBABILITY)
            case Table(rows=rows):
                when = next(row.when for row in rows if row.credence == judgement)
                return _Put(self._aside(likely, claim), PROBABILITY, self.clauses(*self.case(rows, when)))
            case Definition() as definition:
                return self._of_definition(likely, definition, judgement)
            case Routes() as routes:
                return self._of_route(text, routes, judgement)
            case _:
                assert_never(claim.basis)

    def _of_definition(self, likely: str, definition: Definition, judgement: Judgement) -> _Put:
        whether = (_met if judgement == definition.if_met else _not_met)(definition, "the points below")
        listed = tuple(f"- {self.clause(c)}" for c in definition.parts)
        return _Put(likely, PROBABILITY, (whether,), listed)

    def _of_route(self, text: str, routes: Routes, judgement: Judgement) -> _Put:
        if judgement == routes.leak:
            ways = [r for r in routes.routes if r.chance.address not in self.without]
            ask = _ends(
                "How likely is it that something other than the causes below makes this true:", text
            )
            listed = tuple(f"- {self._way_in(r.id, r.when)}" for r in ways)
            return _Put(ask, PROBABILITY, self.clauses(routes.when), listed)
        route = next(route for route in routes.routes if route.chance == judgement)
        if route.when is None:
            cause = f'the cause "{route.id}"' if route.id else "a cause"
            ask = _ends(f"How likely is it that {cause} by itself makes this true:", text)
        else:
            ask = _ends("How likely is it that this by itself makes the following true:", text)
        if self._met_by(judgement.owner, OnRoute, route.id or ""):
            ask = _aside(ask)
        return _Put(ask, PROBABILITY, self.clauses(routes.when, route.when))

    def _of_row(self, question: Question, rows: tuple[ShareRow, ...], row: ShareRow) -> _Put:
        ask = _ends("How do you share out 100% among the answers to this:", self.text(question.about.id))
        given = self.clauses(*self.case(rows, row.when))
        return _Put(self._aside(ask, question), SHARED, given, states=question.shown_states)

    def _of_phase(
        self, event: Event, phase: PhaseChance, requires: tuple[str, ...], judgement: Judgement
    ) -> _Put:
        name, text = phase.phase, self.text(event.about.id)
        if judgement == phase.pace:
            first = f"Suppose that this comes about during {name}: {quotation(text)}."
            ask = f"{first} How many times likelier is that in the first step of {name} than in its last?"
            scale = (
                "a ratio: 1x where all steps are alike, 2x where the first is twice as likely, 0.5x half"
            )
            return _Put(ask, scale, is_ratio=True)
        when = next(row.when for row in phase.rows if row.credence == judgement)
        ask = _ends(f"How likely is it that this comes about during {name}:", text)
        if self._met_by(event.about.id, OnPhase, name):
            ask = _aside(ask)
        is_first = name == self.map.timeline[event.timeline].phases[0].id
        given = self.clauses(phase.when, *self.case(phase.rows, when))
        given += () if is_first else ("this has not come about before",)
        needed = (f"It cannot come about before this does: {self.quoted(n)}." for n in requires)
        return _Put(ask, PROBABILITY, given, (self._phases(event), *needed))

    def _of_argument(self, argument: Argument, judgement: Judgement) -> _Put:
        text = self.text(argument.about.id)
        about = tuple(self._bears(argument))
        starts = tuple(
            f"It starts from this: {self.clause(c)}." for p in argument.premises for c in _parts(p)
        )
        match judgement.role:
            case Role.FORCE:
                target = argument.targets[0]
                head = f"Suppose that this objection holds: {quotation(text)}. How much of"
                if len(argument.targets) > 1:
                    return _Put(
                        f"{head} each of the arguments below does it take away?", TAKEN_AWAY, (), about
                    )
                ask = _ends(f"{head} this argument does it take away:", self.text(target.owner))
                return _Put(ask, TAKEN_AWAY)
            case Role.STRENGTH:
                return self._of_strength(argument, text, about)
            case _:
                granted = "Granted what it starts from, how" if argument.premises else "How"
                ask = _ends(f"{granted} far do you accept this argument:", text)
                if self._met_by(argument.about.id, OnArgument):
                    ask = f"Leaving aside the objections below, {ask[0].lower()}{ask[1:]}"
                return _Put(ask, ACCEPTED, (), about + starts)

    def _of_strength(self, argument: Argument, text: str, about: tuple[str, ...]) -> _Put:
        raises = argument.direction is Direction.FOR
        how = f"How many times {'higher' if raises else 'lower'} does it make the odds"
        head = f"Suppose that this argument holds: {quotation(text)}. {how}"
        scale = (
            f"how many times {'higher' if raises else 'lower'}: 1x changes nothing, {_takes(3, raises)}"
        )
        scale += f", {_takes(10, raises)}"
        if len(argument.targets) > 1:
            return _Put(f"{head} of each of the points below?", scale, (), about, is_ratio=True)
        [target] = argument.targets
        return _Put(f"{head} {self._odds_that(target)}", scale, is_ratio=True)

    def _odds_that(self, target: Any) -> str:
        match target:
            case OnStates(owner=owner, states=states):
                answer = either(self.map, owner, states)
                return _ends(f"that the answer to this is {answer}:", self.text(owner))
            case OnPhase(owner=owner, part=phase):
                return _ends(f"that this comes about during {phase}:", self.text(owner))
            case OnRoute(owner=owner, part=route):
                return _ends(f"that {route} makes this true:", self.text(owner))
            case _:
                return _ends("that this is true:", self.text(target.owner))

    def _bears(self, argument: Argument) -> Iterator[str]:
        """Say in lines what an argument is about."""
        does = {
            Direction.FOR: "It speaks for",
            Direction.AGAINST: "It speaks against",
            Direction.UNDERCUTS: "It is an objection to",
        }[argument.direction]
        for target in argument.targets:
            match target:
                case OnStates(owner=owner, states=states):
                    answer = either(self.map, owner, states)
                    yield f"{does} the answer {answer} to this: {self.quoted(owner)}"
                case OnPhase(owner=owner, part=phase):
                    yield f"{does} this coming about during {phase}: {self.quoted(owner)}"
                case OnRoute(owner=owner, part=route):
                    yield f"{does} this being brought about by {route}: {self.quoted(owner)}"
                case OnArgument(owner=owner):
                    yield f"{does} this argument: {self.quoted(owner)}"
                case OnClaim(owner=owner):
                    yield f"{does} this: {self.quoted(owner)}"
                case _:
                    assert_never(target)

    # --- what speaks for and against --------------------------------------------------------------------

    def arguments_on(self, entry: Entry, question: Asked) -> tuple[dict[str, str], dict[str, str]]:
        """Return the arguments for and against what is asked, a line each, by their ids."""
        pro, con = dict[str, str](), dict[str, str]()
        if question.addresses and self.map.judgements[question.addresses[0]].role in WEIGHTS:
            return pro, con
        part, states = self._part_asked(entry, question)
        for argument in self._in_force():
            for target in argument.targets:
                if target.owner != entry.about.id:
                    continue
                text = self.text(argument.about.id)
                sign = argument.direction is Direction.FOR
                match target:
                    case OnPhase(part=on) | OnRoute(part=on) if part not in ("", on):
                        continue
                    case OnPhase(part=on) if not part:
                        text = f"(during {on}) {text}"
                    case OnRoute(part=on) if not part:
                        text = f"({on}) {text}"
                    case OnStates(states=on) if states:
                        sign = sign == bool(set(on) & set(states))
                    case OnStates(states=on):
                        text = f"({listed(on, 'or')}) {text}"
                (pro if sign else con).setdefault(argument.about.id, text)
        return pro, con

    def _part_asked(self, entry: Entry, question: Asked) -> tuple[str, tuple[str, ...]]:
        """Return the route or phase that is asked about, or the states; empty for the whole."""
        if isinstance(question.condition, StateIn):
            return "", question.condition.states
        if question.condition is not None:
            return "", ()
        judgement = self.map.judgements[question.addresses[0]]
        match entry:
            case Event(basis=Emergence(phases=phases)):
                rows = ((p.phase, row.credence) for p in phases for row in p.rows)
                return next((name for name, its in rows if its == judgement), ""), ()
            case Claim(basis=Routes(routes=routes)):
                return next((r.id or NO_ROUTE for r in routes if r.chance == judgement), NO_ROUTE), ()
            case _:
                return "", ()

    def _in_force(self) -> Iterator[Argument]:
        return (a for a in self.map.arguments if a.about.id not in self.without)

    def _met_by(self, owner: str, on: type[Any], part: str = "") -> bool:
        """Whether any argument is on an entry, or on that part of it."""
        targets = (target for argument in self._in_force() for target in argument.targets)
        return any(
            isinstance(t, on) and t.owner == owner and part in ("", getattr(t, "part", ""))
            for t in targets
        )

    def _aside(self, ask: str, entry: Entry) -> str:
        on = OnStates if isinstance(entry, Question) else OnClaim
        return _aside(ask) if self._met_by(entry.about.id, on) else ask


WEIGHTS = (Role.STRENGTH, Role.FORCE, Role.PACE)
"""What says how much something counts: no argument bears on that."""

NO_ROUTE = "\0"
"""A part that no argument is on: routes without an id, and what no route says."""


def _aside(ask: str) -> str:
    return f"Leaving aside the arguments below, {ask[0].lower()}{ask[1:]}"


# --- sentences, without a map -----------------------------------------------------------------------------


def _ends(head: str, text: str) -> str:
    """End a question with the sentence that it is about."""
    quoted = quotation(text)
    return f"{head} {quoted}" if quoted.endswith('?"') else f"{head} {quoted}?"


def _parts(condition: Condition | None) -> tuple[Condition, ...]:
    match condition:
        case None:
            return ()
        case AllOf(parts=parts):
            return tuple(inner for part in parts for inner in _parts(part))
        case _:
            return (condition,)


def _is_list(condition: Condition) -> bool:
    """Whether its clause lists others, which would run on into a clause behind it."""
    match condition:
        case AnyOf(parts=parts) | Not(part=AnyOf(parts=parts) | AllOf(parts=parts)):
            return len(parts) > 1
        case _:
            return False


def _exclude(one: Condition, other: Condition) -> bool:
    """Whether two conditions plainly cannot hold together: other states, or a claim and its opposite."""
    match one, other:
        case StateIn(question=q, states=these), StateIn(question=r, states=those):
            return q == r and not set(these) & set(those)
        case ClaimIs(claim=c, value=this), ClaimIs(claim=d, value=that):
            return c == d and this != that
        case _:
            return any(
                _exclude(a, b) for a in _parts(one) for b in _parts(other) if (a, b) != (one, other)
            )


def _met(definition: Definition, which: str) -> str:
    """Say that a definition is met; `which` names its parts."""
    match definition.rule:
        case Rule.ALL_OF:
            return f"all of {which} hold"
        case Rule.ANY_OF:
            return f"at least one of {which} holds"
        case Rule.AT_LEAST:
            return f"at least {definition.count} of {which} hold"
        case _:
            assert_never(definition.rule)


def _not_met(definition: Definition, which: str) -> str:
    match definition.rule:
        case Rule.ALL_OF:
            return f"not all of {which} hold"
        case Rule.ANY_OF:
            return f"none of {which} holds"
        case Rule.AT_LEAST:
            return f"fewer than {definition.count} of {which} hold"
        case _:
            assert_never(definition.rule)


def _takes(times: float, raises: bool) -> str:
    """Say what a factor on the odds does to two probabilities."""
    factor = times if raises else 1 / times
    even, small = (percent(p * factor / (p * factor + 1 - p)) for p in (0.5, 0.1))
    return f"{times:g}x takes 50% to {even} and 10% to {small}"


# --- how answers are written --------------------------------------------------------------------------


def _examples(put: _Put, lexicon: Lexicon) -> tuple[str, ...]:
    """Return ways to write an answer, from low to high so that none is suggested."""
    if put.states:
        return tuple(_shares(put.states))
    if put.is_ratio:
        return ("1.5x", "3x", "2x to 10x", "20x")
    phrase = "likely" if any(known == "likely" for _, known in lexicon) else None
    return ("under 1%", "about 5%", "20% to 60%", "3:1", *([phrase] if phrase else []), "95%")


_CAN_BE_NAMED = re.compile(r"[^\W\d_](?:[\w -]*[\w])?|[a-z0-9-]+")


def _shares(states: tuple[str, ...]) -> Iterator[str]:
    """Yield a row of shares that are nearly alike, with the names of the states and without.

    Names that would be hard to tell from the shares are left out.
    """
    named = all(map(_CAN_BE_NAMED.fullmatch, states))
    even = f"{5 * max(1, round(20 / len(states)) - (20 % len(states) == 0))}%"
    *most, last = states
    if named:
        yield ", ".join([*(f"{state} {even}" for state in most), f"{last} rest"])
    yield ", ".join([*(even for _ in most), "rest"])


# --- how it bears on the target ------------------------------------------------------------------------


def _way(model: ModelSpec, entry: str) -> tuple[str, ...]:
    """Return the entries on a shortest way from one entry to the target, without the two ends."""
    goals = set(mentioned(model.target.condition))
    onward = _onward(model.map)
    before: dict[str, str | None] = {entry: None}
    reached = [entry]
    for name in reached:
        if name in goals:
            return _back_from(name, before)
        for then in onward.get(name, ()):
            if then not in before:
                before[then] = name
                reached.append(then)
    return ()


def _back_from(goal: str, before: dict[str, str | None]) -> tuple[str, ...]:
    way, name = list[str](), before[goal]
    while name is not None:
        way.append(name)
        name = before[name]
    return tuple(reversed(way[:-1]))


def _onward(argument_map: ArgumentMap) -> dict[str, list[str]]:
    """Return, for each entry, those that mention it or that it is an argument on."""
    onward: dict[str, list[str]] = {}
    for name, entry in argument_map.entry.items():
        for below in mentioned_in(entry):
            onward.setdefault(below, []).append(name)
        if isinstance(entry, Argument):
            onward.setdefault(name, []).extend(target.owner for target in entry.targets)
    return onward

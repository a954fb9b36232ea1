"""What an interview may ask: judgements as they stand in the map, and entries all things considered.

In: a model, as it stands before anybody has answered. Out: a `Catalogue` of `Question`s. It has nothing that
would ask for the target itself: what `cruxes` leaves out as the target in other words, what contains it or
follows from it; and nothing that nobody can answer: definitions, combinations of events, gaps, paces.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Literal

from cruxmap.insight.candidates import candidates_of, position_of
from cruxmap.insight.information import chance
from cruxmap.insight.interview.coordinates import Coordinates
from cruxmap.insight.left_out import left_out
from cruxmap.insight.live_model import State
from cruxmap.insight.plain import Answer
from cruxmap.insight.predictive import Predictive
from cruxmap.insight.separation import ancestors
from cruxmap.language.argument_map import (
    Argument,
    ArgumentMap,
    ByEndOf,
    Claim,
    ClaimIs,
    Combination,
    Condition,
    Credence,
    Definition,
    Elicited,
    Entry,
    Event,
    Ever,
    Gap,
    Judgement,
    OnArgument,
    Role,
    ShareTable,
    StateIn,
    condition_text,
    mentioned,
    mentioned_in,
)
from cruxmap.language.argument_map import Question as QuestionEntry
from cruxmap.language.names import find_entry
from cruxmap.language.typed import parse_condition
from cruxmap.network.inquiry import inquire

type Kind = Literal["judgement", "stated"]
"""Whether a question is about a judgement as it stands in the map, or an entry all things considered."""

type What = Literal["answered", "skipped", "rejected"]
"""What became of a question; who does not know has skipped it."""


@dataclass(frozen=True, slots=True)
class Question(Answer):
    """One question. Its `kind` and `id` together are its name.

    The `id` of a judgement is its address, or that of the row for a row of shares; that of a statement is its
    condition, as the language writes it. `addresses` are those of the numbers that a judgement's answer has,
    `condition` is what a statement is about, given what the model assumes. `of` is that in short: the id of
    a claim, `question.state`, or the condition. The `topic` is the file that the `entry` stands in.
    """

    hidden = frozenset({"condition"})

    id: str
    kind: Kind
    entry: str
    addresses: tuple[str, ...]
    condition: Condition | None
    of: str
    topic: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a question: `values` are one for each of its addresses, or one for a statement."""

    question: Question
    what: What
    values: tuple[Elicited, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every question that an interview may ask, by kind, in the map's order.

    `whole` are the ids of judgements that are all there is to say of their entry: its credence or shares,
    which no argument bears on.
    """

    judgements: tuple[Question, ...]
    stated: tuple[Question, ...]
    whole: frozenset[str]


def question_of(argument_map: ArgumentMap, kind: Kind, id_: str) -> Question:
    """Return the question of a kind and id, whether or not it would be asked.

    A judgement is also found by the address of one of the shares of its row. Raises KeyError for an address
    that the map has not, and InvalidMap for what is no condition.
    """
    if kind == "stated":
        return statement(argument_map, parse_condition(id_, argument_map))
    if argument_map.shares.get(id_):
        return _of_row(argument_map, id_)
    judgement = argument_map.judgements[id_]
    if judgement.role is Role.SHARE and id_.rpartition(".")[0] in argument_map.shares:
        return _of_row(argument_map, id_.rpartition(".")[0])
    return _of_number(argument_map, judgement)


def statement(argument_map: ArgumentMap, condition: Condition) -> Question:
    """Return the question about a condition, all things considered."""
    text, entry = condition_text(condition), mentioned(condition)[0]
    match condition:
        case StateIn(question=name, states=(state,)):
            short = f"{name}.{state}"
        case _:
            short = text
    return Question(text, "stated", entry, (), condition, short, topic_of(argument_map, entry))


def topic_of(argument_map: ArgumentMap, name: str) -> str:
    """Return the name of the file that an entry stands in."""
    return PurePath(argument_map.entry[name].about.span.file).stem


def _of_number(argument_map: ArgumentMap, judgement: Judgement) -> Question:
    address, owner = judgement.address, judgement.owner
    return Question(address, "judgement", owner, (address,), None, address, topic_of(argument_map, owner))


def _of_row(argument_map: ArgumentMap, row: str) -> Question:
    shares = argument_map.shares[row]
    owner = shares[0].owner
    addresses = tuple(share.address for share in shares)
    return Question(row, "judgement", owner, addresses, None, row, topic_of(argument_map, owner))


# --- what may be asked -----------------------------------------------------------------------------


def catalogue(state: State, at: Coordinates, about: str | None = None) -> Catalogue:
    """Return what may be asked of an open model; with `about`, of that entry and what it rests on alone.

    Raises InvalidMap where the map has no such entry.
    """
    argument_map = state.asking.opened.model.map
    never = _never(state)
    part = None if about is None else _resting(argument_map, about)
    met = _argued(argument_map)
    whole: set[str] = set()
    judgements: list[Question] = []
    stated: list[Question] = []
    free = {address for address, moves in zip(at.addresses, at.free, strict=True) if moves}
    for name, entry in argument_map.entry.items():
        if part is not None and name not in part:
            continue
        own = [q for q in _judgements(argument_map, entry, free) if not never.of_judgement(q)]
        judgements += own
        conditions = [c for c in _conditions(argument_map, entry) if not never.of(c)]
        if name not in met and _is_its_own(entry):
            whole |= {q.id for q in own}
            conditions = [] if own else conditions
        stated += [statement(argument_map, condition) for condition in conditions]
    return Catalogue(tuple(judgements), tuple(stated), frozenset(whole))


def _judgements(argument_map: ArgumentMap, entry: Entry, free: set[str]) -> Iterator[Question]:
    """Yield the questions about an entry's numbers that may move; never about how fast something goes."""
    name = entry.about.id
    if isinstance(entry, QuestionEntry) and isinstance(entry.basis, ShareTable):
        for row in entry.basis.rows:
            if row.address is not None and any(share.address in free for share in row.shares):
                yield _of_row(argument_map, row.address)
        return
    for judgement in argument_map.judgements.values():
        if judgement.owner == name and judgement.role is not Role.PACE and judgement.address in free:
            yield _of_number(argument_map, judgement)


def sayable(argument_map: ArgumentMap) -> Iterator[Condition]:
    """Yield what may be stated in some interview on a map, whatever its numbers are."""
    for entry in argument_map.entry.values():
        yield from _conditions(argument_map, entry)


def _conditions(argument_map: ArgumentMap, entry: Entry) -> Iterator[Condition]:
    """Yield what may be stated of an entry; not of what others define, nor of an argument."""
    name = entry.about.id
    match entry:
        case Claim(basis=Definition()) | Argument() | Event(basis=Combination()):
            return
        case QuestionEntry(basis=Gap()):
            return
        case Claim():
            yield ClaimIs(name)
        case QuestionEntry(states=(first, _)):
            yield StateIn(name, (first,))
        case QuestionEntry(states=states):
            yield from (StateIn(name, (one,)) for one in states)
        case Event(timeline=timeline):
            *earlier, _ = argument_map.timeline[timeline].phases
            yield from (ByEndOf(name, phase.id) for phase in earlier)
            yield Ever(name)


def _is_its_own(entry: Entry) -> bool:
    """Tell whether nothing but one number, or one row of shares, says how likely an entry is."""
    match entry:
        case Claim(basis=Credence()):
            return True
        case QuestionEntry(basis=ShareTable(rows=(row,))):
            return row.when is None
        case _:
            return False


def _argued(argument_map: ArgumentMap) -> set[str]:
    """Return the entries that some argument is for or against."""
    return {
        target.owner
        for argument in argument_map.arguments
        for target in argument.targets
        if not isinstance(target, OnArgument)
    }


def _resting(argument_map: ArgumentMap, address: str) -> set[str]:
    """Return an entry, what it rests on, and the arguments that bear on any of that. Raises InvalidMap."""
    found: set[str] = set()
    ahead = [find_entry(argument_map, address).about.id]
    while ahead:
        here = ahead.pop()
        if here in found:
            continue
        found.add(here)
        ahead += mentioned_in(argument_map.entry[here])
        ahead += [
            argument.about.id
            for argument in argument_map.arguments
            if any(target.owner == here for target in argument.targets)
        ]
    return found


@dataclass(frozen=True, slots=True)
class _Never:
    """What is never asked: what is in `because`, what is no `known` candidate, and `entries` as a whole."""

    because: Mapping[str, str]
    entries: frozenset[str]
    known: frozenset[str]

    def of(self, condition: Condition) -> bool:
        """Tell whether a statement is never asked for."""
        name = mentioned(condition)[0]
        match condition:
            case ClaimIs():
                candidate = name
            case StateIn(states=(state,)):
                candidate = f"{name}.{state}"
            case _:
                return name in self.entries
        left = {candidate, name} & self.because.keys()
        return name in self.entries or bool(left) or candidate not in self.known

    def of_judgement(self, question: Question) -> bool:
        """Tell whether a judgement is never asked for: it is the target's own, or its cause all but is it."""
        return question.entry in self.entries or question.id in self.because


def _never(state: State) -> _Never:
    """Return what asks for the target: judged at central numbers as `cruxes` judges it over draws."""
    model = replace(
        state.asking.opened.model,
        assuming=state.asking.assuming,
        observed=state.asking.observed,
        also=(),
    )
    inquiry = inquire(model, (state.perspective,))
    network, target = inquiry.network, inquiry.targets[0]
    candidates, position = candidates_of(inquiry), position_of(inquiry, 0)
    by_name = state.joint_with_target()
    tables = {variable: by_name[name] for name, variable in network.places.items() if name in by_name}
    whole = next(iter(tables.values())).sum(axis=1)
    predictive = Predictive(chance(*whole.tolist()), tables, 1)
    because = left_out(inquiry, [0], candidates, predictive, position)
    about = mentioned(model.target.condition)
    above = ancestors(position.graph, {target, *(network.places[name] for name in about)})
    entries = {
        name for name, variable in network.places.items() if variable in position.downstream - above
    }
    its_own = {name for name in about if name in model.map.entry and _is_its_own(model.map.entry[name])}
    events = {name for name in about if isinstance(model.map.entry[name], Event)}
    settled = {name for condition in (*model.assuming, *model.observed) for name in mentioned(condition)}
    return _Never(
        because,
        frozenset((entries & model.map.entry.keys()) | its_own | events | settled),
        frozenset(candidate.id for candidate in candidates),
    )
